using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Autograd;

/// <summary>
/// What one thread has recorded: an append-only list of calls in execution order, shared by all the tapes open on the thread.
/// A tape is a starting point in it and one bit of a mask. Because results always come after their operands, the reverse pass needs no sort.
/// </summary>
/// <remarks>
/// A tensor knows its place by a serial number, and never by reference: keeping a loss alive does not keep the step that made it alive,
/// and the number of what has been let go simply no longer matches. See <see cref="_base"/>.
/// </remarks>
internal sealed partial class Recording
{
    private const int MostCalls = (1 << 28) - 1;
    private const int MaskBits = 62;

    [ThreadStatic]
    private static Recording? t_current;

    private readonly LeafTable _leaves = new();
    private readonly WeakReference<GradientTape>?[] _tapes = new WeakReference<GradientTape>?[MaskBits];
    private readonly long[] _openings = new long[MaskBits];

    private RecordedOp[] _calls = new RecordedOp[64];
    private int _count;

    // Open tapes; those recording now; those of them that watch the variables they meet; those that look for NaN.
    private ulong _open;
    private ulong _active;
    private ulong _watchingVariables;
    private ulong _detectingAnomalies;
    private ulong _allowingInfinity;
    private int _nextCleanUp;
    private int _collectAt = MaskBits;
    private List<string?>? _callers;
    private readonly List<(int Index, Tensor Tensor)> _private = [];

    /// <summary>The recording of this thread, if some tape on it records now, or if tapes of other threads must not miss what happens here (<see cref="MarkFor(Op, Tensor, ReadOnlySpan{Tensor})"/>).</summary>
    public static Recording? Active
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            var current = t_current;
            if (current is null)
            {
                return OpenAnywhere == 0 ? null : OfThread.Bystander();
            }
            return current._active != 0 ? current : OpenAnywhere <= current._isOpen ? null : current.Bystander();
        }
    }

    /// <summary>Whether some tape of this thread records now.</summary>
    public static bool IsRecording => t_current is { _active: not 0 };

    public static Recording OfThread => t_current ??= new Recording();

    public bool IsOfThisThread => t_current == this;

    /// <summary>How often a tape of this thread has ended.</summary>
    public int Closings { get; private set; }

    public int Count => _count;

    /// <summary>What is recorded until the recording is emptied next.</summary>
    public Stretch Present { get; private set; } = new();

    public ref RecordedOp this[int index] => ref _calls[index];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsTracked(Tensor x) => Active is { } recording && recording.Track(x, out _) != 0;

    public static bool IsTracked(Tensor x, Tensor y) => Active is { } recording && (recording.Track(x, out _) | recording.Track(y, out _)) != 0;

    public static bool IsTracked(Tensor x, Tensor y, Tensor z) =>
        Active is { } recording && (recording.Track(x, out _) | recording.Track(y, out _) | recording.Track(z, out _)) != 0;

    /// <summary>The tapes that track a tensor and record now, and its place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Track(Tensor x, out int index)
    {
        var slot = x.Slot;
        var place = (ulong)(slot - _base);
        if (place < _room)
        {
            index = _tail + (int)place;
            var tapes = _calls[index].Tapes;
            if (!x.IsVariable || ((~tapes | Far) & _active & _watchingVariables) == 0)
            {
                return tapes & _active;
            }
        }
        else if ((ulong)slot < (ulong)_first && !x.IsWatched && !x.IsVariable)
        {
            index = -1;
            return 0;
        }
        return TrackSlowly(x, out index);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ulong TrackSlowly(Tensor x, out int index)
    {
        var wanted = x is Variable { Trainable: true } ? _active & _watchingVariables : 0;
        if (wanted != 0)
        {
            index = WatchLeaf(x, wanted);
            return _calls[index].Tapes & _active;
        }
        index = Find(x);
        if (index < 0 && _active != 0 && IsMadeElsewhere(x))
        {
            index = Meet(x);
        }
        return index < 0 ? 0 : _calls[index].Tapes & _active;
    }

    /// <summary>The place of a variable, which is met here if need be, as its slot.</summary>
    public long SlotOf(Variable x)
    {
        if (_active == 0)
        {
            return MarkOf(x);
        }
        Track(x, out var index);
        return SlotAt(index);
    }

    /// <summary>The place of a tensor in this recording, or -1.</summary>
    public int Find(Tensor x)
    {
        var slot = x.Slot;
        return slot >= _first && IndexOf(slot) is >= 0 and var index ? index : _leaves.Find(x);
    }

    /// <summary>The variables that a tape watches.</summary>
    public IEnumerable<Variable> VariablesOf(ulong tape) =>
        _leaves.All.Where(leaf => leaf.Tensor.IsVariable && Tracks(tape, leaf.Index) && IsLeaf(tape, leaf.Index)).Select(leaf => (Variable)leaf.Tensor);

    /// <summary>Makes a tensor a source for the given tapes: one, or all those of a mask.</summary>
    public int WatchLeaf(Tensor x, ulong tapes)
    {
        var index = Find(x);
        if (index < 0 && IsMadeElsewhere(x))
        {
            index = Meet(x);
        }
        if (index < 0)
        {
            index = Append();
            // Another thread may hold the slot of an operation's result; only leaves can be found again without it.
            if ((x.Flags & Tensor.Traits.Recorded) == 0)
            {
                x.Slot = SlotAt(index);
            }
            x.IsWatched = true;
            x.Hold();
            _leaves.Add(x, index);
        }
        else if (x.IsVariable)
        {
            x.Slot = SlotAt(index);
        }
        ref var leaf = ref _calls[index];
        leaf.Y ??= x.IsVariable ? HoldVariable(Unsafe.As<Variable>(x), index) : x;
        if ((tapes & (Far | FarKey)) != 0)
        {
            WatchFar(index, tapes);
            leaf.Tapes |= Far;
            tapes = IsFar(tapes) ? 0 : tapes & ~Far;
        }
        for (var added = tapes & ~leaf.Tapes; added != 0; added &= added - 1)
        {
            if (_tapes[System.Numerics.BitOperations.TrailingZeroCount(added)]!.TryGetTarget(out var tape))
            {
                tape.NoteWatched(index);
            }
        }
        leaf.LeafOf |= leaf.Op is MadeElsewhere ? tapes : tapes & ~leaf.Tapes;
        leaf.Tapes |= tapes;
        return index;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Record(Op op, Tensor y, Tensor x)
    {
        if (Active is { } recording)
        {
            recording.Add(op, y, x);
        }
    }

    public void Add(Op op, Tensor y, Tensor x)
    {
        var tapes = Track(x, out var index);
        if (tapes != 0)
        {
            ref var call = ref Append(op, y, tapes);
            call.A = Hold(x, index);
            call.IndexA = index;
            Finish();
        }
        else if (OpenAnywhere > _isOpen)
        {
            MarkFor(op, y, x, x, x);
        }
    }

    public void Add(Op op, Tensor y, Tensor a, Tensor b)
    {
        var tapes = Track(a, out var indexA) | Track(b, out var indexB);
        if (tapes != 0)
        {
            ref var call = ref Append(op, y, tapes);
            call.A = Hold(a, indexA);
            call.B = Hold(b, indexB);
            call.IndexA = indexA;
            call.IndexB = indexB;
            Finish();
        }
        else if (OpenAnywhere > _isOpen)
        {
            MarkFor(op, y, a, b, b);
        }
    }

    public void Add(Op op, Tensor y, Tensor a, Tensor b, Tensor c)
    {
        var tapes = Track(a, out var indexA) | Track(b, out var indexB) | Track(c, out var indexC);
        if (tapes != 0)
        {
            ref var call = ref Append(op, y, tapes);
            call.A = Hold(a, indexA);
            call.B = Hold(b, indexB);
            call.C = Hold(c, indexC);
            call.IndexA = indexA;
            call.IndexB = indexB;
            call.IndexC = indexC;
            Finish();
        }
        else if (OpenAnywhere > _isOpen)
        {
            MarkFor(op, y, a, b, c);
        }
    }

    public void Add(Op op, Tensor y, ReadOnlySpan<Tensor> inputs)
    {
        ulong tapes = 0;
        foreach (var input in inputs)
        {
            tapes |= Track(input, out _);
        }
        if (tapes == 0)
        {
            if (OpenAnywhere > _isOpen)
            {
                MarkFor(op, y, inputs);
            }
            return;
        }
        var many = new Tensor[inputs.Length];
        var indices = new int[inputs.Length];
        for (var i = 0; i < inputs.Length; i++)
        {
            Track(inputs[i], out indices[i]);
            many[i] = Hold(inputs[i], indices[i]);
        }
        ref var call = ref Append(op, y, tapes);
        call.Many = many;
        call.ManyIndices = indices;
        Finish();
    }

    /// <summary>Keeps what only the last recorded operation reads, and gives its memory back when that is let go, so that the next step finds it in the caches.</summary>
    public void KeepPrivate(Tensor x) => _private.Add((_count - 1, x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref RecordedOp Append(Op op, Tensor y, ulong tapes)
    {
        var index = Append();
        ref var call = ref _calls[index];
        call.Op = op;
        call.Y = y;
        call.Tapes = tapes;
        call.InPullback = InPullback;
        y.Slot = _base + (index - _tail);
        y.Flags |= Tensor.Traits.Recorded | Tensor.Traits.Held;
        return ref call;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Append()
    {
        if (_count >= _nextCleanUp || Begun != _begunSeen)
        {
            MakeRoom();
        }
        var index = _count++;
        ref var call = ref _calls[index];
        call.IndexA = call.IndexB = call.IndexC = -1;
        return index;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void MakeRoom()
    {
        if (_count >= MostCalls)
        {
            throw new TapeException($"GradientTape: {_count} operations are recorded, the most a tape can hold; take gradients in shorter stretches.");
        }
        if (_count == _calls.Length)
        {
            Array.Resize(ref _calls, _count * 2);
        }
        if (Begun != _begunSeen || (ulong)(_count - _tail) >= _room)
        {
            ContinueSerials();
        }
        _nextCleanUp = (int)Math.Min(Math.Min(_count + 64, _calls.Length), _tail + (long)_room);
        StopAbandoned();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Tensor Hold(Tensor x, int index)
    {
        if (x.IsVariable)
        {
            return HoldVariable(Unsafe.As<Variable>(x), index);
        }
        x.Hold();
        return x;
    }

    private Tensor HoldVariable(Variable variable, int index) => variable.Pin(Present, SlotAt(index));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Finish()
    {
        if (((_detectingAnomalies | Far) & _calls[_count - 1].Tapes) != 0)
        {
            FinishSlowly();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void FinishSlowly()
    {
        if ((_calls[_count - 1].Tapes & Far) != 0)
        {
            TrackFar(_count - 1);
        }
        if ((_detectingAnomalies & ~Far & _calls[_count - 1].Tapes) != 0 || FarDetects(_count - 1))
        {
            NoteCaller();
        }
    }

    /// <summary>Stands for a recording between two emptyings, for those on other threads who need to know whether it is over.</summary>
    internal sealed class Stretch
    {
        public volatile bool IsOver;
    }

    /// <summary>The leaves by identity, for those whose slot belongs to another thread's recording: a scan while they are few.</summary>
    private sealed class LeafTable
    {
        private const int FewEnoughToScan = 16;

        private readonly List<(Tensor Tensor, int Index)> _list = [];
        private Dictionary<Tensor, int>? _dictionary;
        private int _trimAt = FewEnoughToScan;

        public IReadOnlyList<(Tensor Tensor, int Index)> All => _list;

        public int Find(Tensor x)
        {
            if (_dictionary is not null)
            {
                return _dictionary.GetValueOrDefault(x, -1);
            }
            foreach (var (tensor, index) in _list)
            {
                if (ReferenceEquals(tensor, x))
                {
                    return index;
                }
            }
            return -1;
        }

        public void Add(Tensor x, int index)
        {
            _list.Add((x, index));
            if (_dictionary is null && _list.Count > FewEnoughToScan)
            {
                _dictionary = new Dictionary<Tensor, int>(ReferenceEqualityComparer.Instance);
                foreach (var leaf in _list)
                {
                    _dictionary[leaf.Tensor] = leaf.Index;
                }
            }
            else if (_dictionary is not null)
            {
                _dictionary[x] = index;
            }
        }

        public void RemoveFrom(int index)
        {
            while (_list.Count > 0 && _list[^1].Index >= index)
            {
                _dictionary?.Remove(_list[^1].Tensor);
                _list.RemoveAt(_list.Count - 1);
            }
        }

        /// <summary>Lets go of leaves that no tape tracks any more, now and then: their values would stay as long as any tape is open.</summary>
        public void Trim(Recording recording)
        {
            if (_list.Count < _trimAt)
            {
                return;
            }
            _list.RemoveAll(leaf =>
            {
                if (recording._calls[leaf.Index].Tapes != 0)
                {
                    return false;
                }
                // Met again, it gets a new place: operations that go on may still name the old one.
                if (recording.IndexOf(leaf.Tensor.Slot) == leaf.Index)
                {
                    leaf.Tensor.Slot = 0;
                }
                _dictionary?.Remove(leaf.Tensor);
                return true;
            });
            _trimAt = Math.Max(FewEnoughToScan, 2 * _list.Count);
        }

        public void Clear()
        {
            _trimAt = FewEnoughToScan;
            _list.Clear();
            _dictionary = null;
        }
    }

    // ---- anomalies ----

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void NoteCaller()
    {
        _callers ??= [];
        while (_callers.Count < _count - 1)
        {
            _callers.Add(null);
        }
        var caller = Anomaly.Caller();
        _callers.Add(caller);
        ref var call = ref _calls[_count - 1];
        if (Anomaly.Made(call.Y, call, this, AllowsInfinity(call.Tapes & _detectingAnomalies)) is { } bad)
        {
            var name = call.Op!.Name;
            var operands = Anomaly.DescribeOperands(call);
            // Refused calls leave no trace on the tape.
            call.Y.Slot = 0;
            call = default;
            _callers.RemoveAt(--_count);
            throw new AnomalyException($"{name} produced {bad} in the forward pass, called at {caller}. {operands}");
        }
    }

    public bool DetectsAnomalies(ulong tape) => IsFar(tape) ? FarTapeOf(tape) is { DetectsAnomalies: true } : (_detectingAnomalies & tape) != 0;

    /// <summary>Whether all of the given tapes take infinities for numbers.</summary>
    public bool AllowsInfinity(ulong tapes) => IsFar(tapes) ? FarTapeOf(tapes) is { AllowsInfinity: true } : (tapes & ~_allowingInfinity) == 0;

    public string CallerOf(int index) => _callers is not null && index < _callers.Count && _callers[index] is { } caller ? caller : "an unknown line";

    // ---- whose calls ----

    /// <summary>Whether what happens now is a step of a reverse pass and not the program's.</summary>
    public bool InPullback { get; set; }

    /// <summary>What happens until it is disposed is the program's own again: a function of the user's that a pullback calls.</summary>
    public static ProgramsOwn Program() => new(t_current);

    internal readonly ref struct ProgramsOwn
    {
        private readonly Recording? _recording;
        private readonly bool _before;

        public ProgramsOwn(Recording? recording)
        {
            _recording = recording;
            _before = recording?.InPullback ?? false;
            recording?.InPullback = false;
        }

        public void Dispose() => _recording?.InPullback = _before;
    }

    // ---- pausing ----

    /// <summary>Suspends all recording on this thread until disposed.</summary>
    public static Pausing Pause() => new(OfThread);

    internal readonly ref struct Pausing
    {
        private readonly Recording _recording;
        private readonly ulong _active;
        private readonly bool _paused;
        private readonly List<FarTape>? _far;

        public Pausing(Recording recording)
        {
            _recording = recording;
            (_active, _paused) = (recording._active, recording._paused);
            _far = (_active & Far) != 0 ? recording.PauseFar() : null;
            (recording._active, recording._paused) = (0, true);
        }

        public void Dispose()
        {
            _recording._active |= _active & _recording._open;
            _recording._paused = _paused;
            _far?.ForEach(tape => tape.IsActive = true);
        }
    }
}
