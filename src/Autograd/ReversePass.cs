using System.Runtime.CompilerServices;

namespace Autograd;

/// <summary>
/// One walk back through a recording. The list is in execution order, so walking it backwards meets every operation after all that use its
/// result: each is visited at most once, and there is no recursion however long the chain.
/// </summary>
internal ref struct ReversePass
{
    [ThreadStatic]
    private static Scratch? t_scratch;

    private readonly Recording _recording;
    private readonly ulong _tape;
    private readonly int _start;
    private readonly int[]? _earlier;
    private readonly long _opening;
    private int _closings;

    private Tensor?[] _gradients = [];
    private Need[] _needed = [];
    private int _end;
    private int _visited;

    public ReversePass(Recording recording, ulong tape, int start, List<int>? watchedEarlier)
    {
        _recording = recording;
        _tape = tape;
        _start = start;
        if (watchedEarlier is not null)
        {
            // A copy: pullbacks may watch more.
            _earlier = [.. watchedEarlier];
            Array.Sort(_earlier);
        }
        _opening = recording.OpeningOf(tape);
        _closings = recording.Closings;
    }

    /// <summary>What a slot's gradient is for.</summary>
    private enum Need : byte
    {
        None,

        /// <summary>It is on the way to a source.</summary>
        Passing,

        /// <summary>It was asked for.</summary>
        Source,
    }

    public TapeStatistics Statistics { get; private set; }

    public static void Check(ReadOnlySpan<Tensor> targets, ReadOnlySpan<Tensor> sources, ReadOnlySpan<Tensor> outputGradients)
    {
        if (targets.Length == 0)
        {
            throw new ArgumentException("Gradient: there is no target.", nameof(targets));
        }
        foreach (var target in targets)
        {
            ArgumentNullException.ThrowIfNull(target, nameof(targets));
            if (target is Variable variable)
            {
                Recording.Active?.SlotOf(variable); // to be differentiated is to be met
            }
        }
        foreach (var source in sources)
        {
            ArgumentNullException.ThrowIfNull(source, nameof(sources));
            GradientTape.RequireFloating(source, "Gradient");
        }
        if (outputGradients.Length == 0)
        {
            return;
        }
        if (outputGradients.Length != targets.Length)
        {
            throw new ArgumentException($"Gradient: {targets.Length} targets and {outputGradients.Length} output gradients; there must be one for each target.", nameof(outputGradients));
        }
        for (var i = 0; i < targets.Length; i++)
        {
            ArgumentNullException.ThrowIfNull(outputGradients[i], nameof(outputGradients));
            if (!outputGradients[i].Shape.Equals(targets[i].Shape))
            {
                throw new ShapeException($"Gradient: the output gradient has shape {outputGradients[i].Shape} and its target {targets[i].Shape}; they must be equal.");
            }
        }
    }

    public Tensor?[] Run(ReadOnlySpan<Tensor> targets, ReadOnlySpan<Tensor> sources, ReadOnlySpan<Tensor> outputGradients)
    {
        _end = _start;
        foreach (var target in targets)
        {
            _end = Math.Max(_end, PlaceOf(target) + 1);
        }
        // Pullbacks may open tapes of their own, so the scratch is taken, not shared.
        var scratch = t_scratch ?? new Scratch();
        t_scratch = null;
        var slots = _end - _start + (_earlier?.Length ?? 0);
        scratch.Grow(slots);
        _gradients = scratch.Gradients;
        _needed = scratch.Needed;
        var within = _recording.InPullback;
        _recording.InPullback = true;
        try
        {
            FindNeeded(sources);
            Seed(targets, outputGradients);
            Walk();
            return Collect(sources);
        }
        finally
        {
            _recording.InPullback = within;
            Array.Clear(_gradients, 0, slots);
            Array.Clear(_needed, 0, slots);
            if (slots <= 1 << 16)
            {
                t_scratch = scratch;
            }
        }
    }

    private readonly int PlaceOf(Tensor x)
    {
        var place = _recording.Find(x);
        return place >= 0 && place < _recording.Count && _recording.Tracks(_tape, place) ? place : -1;
    }

    /// <summary>The scratch slot of a place in the recording, or -1. Places before the tape's start are those few it watched by hand or met as variables.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int SlotOf(int place)
    {
        if (place >= _start)
        {
            return place < _end ? place - _start : -1;
        }
        if (place < 0 || _earlier is null)
        {
            return -1;
        }
        var earlier = Array.BinarySearch(_earlier, place);
        return earlier < 0 ? -1 : _end - _start + earlier;
    }

    // A gradient nobody asked for is never computed: forwards from the sources, mark what depends on them.
    private readonly void FindNeeded(ReadOnlySpan<Tensor> sources)
    {
        var first = _end;
        foreach (var source in sources)
        {
            var place = PlaceOf(source);
            var slot = SlotOf(place);
            if (slot >= 0)
            {
                _needed[slot] = Need.Source;
                first = Math.Min(first, Math.Max(place, _start));
            }
        }
        for (var i = first; i < _end; i++)
        {
            ref var call = ref _recording[i];
            if (_needed[i - _start] != Need.None || !_recording.Tracks(_tape, call, i) || _recording.IsLeaf(_tape, call, i))
            {
                continue;
            }
            for (var input = call.InputCount - 1; input >= 0; input--)
            {
                var slot = SlotOf(call.InputIndex(input));
                if (slot >= 0 && _needed[slot] != Need.None)
                {
                    _needed[i - _start] = Need.Passing;
                    break;
                }
            }
        }
    }

    private readonly void Seed(ReadOnlySpan<Tensor> targets, ReadOnlySpan<Tensor> outputGradients)
    {
        for (var i = 0; i < targets.Length; i++)
        {
            var slot = SlotOf(PlaceOf(targets[i]));
            if (slot < 0 || _needed[slot] == Need.None)
            {
                continue;
            }
            var given = outputGradients.Length > 0;
            var seed = given ? outputGradients[i].Cast(targets[i].DType) : Tensor.OnesLike(targets[i]);
            if (given)
            {
                seed.Storage?.Share();
            }
            else
            {
                seed.Flags |= Tensor.Traits.Spendable;
            }
            Accumulate(slot, seed);
        }
    }

    private void Walk()
    {
        var detectAnomalies = _recording.DetectsAnomalies(_tape);
        for (var i = _end - 1; i >= _start; i--)
        {
            var dy = _gradients[i - _start];
            if (dy is null)
            {
                continue;
            }
            // A copy: pullbacks may record, and so move the list.
            var call = _recording[i];
            if (_recording.IsLeaf(_tape, call, i) || call.Op!.GradientFlow != Op.Flow.Differentiable)
            {
                continue;
            }
            call.Revive(_recording, i);
            if (dy.IsSpendable && !IsLastReader(i, dy, call))
            {
                dy.Flags &= ~Tensor.Traits.Spendable;
            }
            // Looked at now: a pullback may write over it.
            var allowsInfinity = detectAnomalies && (_recording.AllowsInfinity(_tape) || Anomaly.FirstBad(dy) is not null);
            var any = false;
            for (var input = 0; input < call.InputCount; input++)
            {
                var slot = SlotOf(call.InputIndex(input));
                if (slot < 0 || _needed[slot] == Need.None)
                {
                    continue;
                }
                any = true;
                var dx = call.Op.Pullback(input, dy, call);
                if (_recording.Closings != _closings && HasEnded())
                {
                    throw new TapeException($"Gradient: the tape was disposed or reset by the backward function of {call.Op.Name}; end it after its gradient.");
                }
                if (dx is null)
                {
                    continue;
                }
                if (detectAnomalies && Anomaly.Made(dx, call, _recording, allowsInfinity) is { } bad)
                {
                    throw new AnomalyException($"{call.Op.Name} produced {bad} in the backward pass, for operand {input}; called at {_recording.CallerOf(i)}. {Anomaly.DescribeOperands(call)}");
                }
                // Passed through, it has one more reader; from a user's function, its memory is not ours to give back.
                if (ReferenceEquals(dx, dy) || call.Many is not null)
                {
                    dx.Storage?.Share();
                }
                Accumulate(slot, dx);
            }
            if (call.Many is not null)
            {
                call.Op.PullbacksDone();
            }
            _visited += any ? 1 : 0;
            if (_needed[i - _start] != Need.Source)
            {
                _gradients[i - _start] = null;
                Release(dy);
            }
        }
    }

    private bool HasEnded()
    {
        _closings = _recording.Closings;
        return _recording.OpeningOf(_tape) != _opening;
    }

    /// <summary>Whether nobody looks at a gradient after the only pullback that is asked for: no result, no outer tape, no function of the user's.</summary>
    private readonly bool IsLastReader(int place, Tensor dy, in RecordedOp call)
    {
        if (_needed[place - _start] == Need.Source || (dy.Flags & Tensor.Traits.Held) != 0 || call.Many is not null)
        {
            return false;
        }
        var readers = 0;
        for (var input = 0; input < call.InputCount; input++)
        {
            var slot = SlotOf(call.InputIndex(input));
            readers += slot >= 0 && _needed[slot] != Need.None ? 1 : 0;
        }
        return readers == 1;
    }

    private readonly void Accumulate(int slot, Tensor gradient)
    {
        ref var sum = ref _gradients[slot];
        if (sum is null)
        {
            sum = gradient;
            return;
        }
        var total = sum + gradient;
        Release(sum);
        Release(gradient);
        sum = total;
    }

    /// <summary>A gradient that has been passed on is garbage; giving large memory back now lets the next one reuse it while it is in the caches. Not when an outer tape holds it.</summary>
    private static void Release(Tensor gradient)
    {
        if ((gradient.Flags & Tensor.Traits.Held) == 0)
        {
            gradient.Storage?.Leave();
        }
    }

    private Tensor?[] Collect(ReadOnlySpan<Tensor> sources)
    {
        var result = new Tensor?[sources.Length];
        for (var i = 0; i < sources.Length; i++)
        {
            var slot = SlotOf(PlaceOf(sources[i]));
            if (slot >= 0 && _gradients[slot] is { } gradient)
            {
                // What a pullback passed on is several gradients at once; to dispose one must not dispose the others.
                gradient = (gradient.Flags & Tensor.Traits.Given) != 0 ? gradient.OwnView() : gradient;
                gradient.Flags = (gradient.Flags & ~Tensor.Traits.Spendable) | Tensor.Traits.Given; // now it is the program's
                result[i] = gradient;
            }
        }
        Statistics = new TapeStatistics(_end - _start, _visited, sources.Length);
        return result;
    }

    private sealed class Scratch
    {
        public Tensor?[] Gradients = new Tensor?[64];
        public Need[] Needed = new Need[64];

        public void Grow(int slots)
        {
            if (Gradients.Length < slots)
            {
                Gradients = new Tensor?[Math.Max(slots, Gradients.Length * 2)];
                Needed = new Need[Gradients.Length];
            }
        }
    }
}
