using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Autograd;

/// <summary>
/// What one thread has recorded: an append-only list of calls in execution order, shared by all the tapes open on the thread.
/// A tape is a starting point in it and one bit of a mask. Because results always come after their operands, the reverse pass needs no sort.
/// </summary>
/// <remarks>
/// A tensor knows its place by a number, recording id and index together, and never by reference: keeping a loss alive does not
/// keep the step that made it alive, and a number of a finished recording simply no longer matches.
/// </remarks>
internal sealed class Recording
{
    private const int IndexBits = 28;
    private const int IndexMask = (1 << IndexBits) - 1;
    private const int MaxTapes = 64;

    [ThreadStatic]
    private static Recording? t_current;

    private static long s_ids;

    private readonly LeafTable _leaves = new();
    private readonly WeakReference<GradientTape>?[] _tapes = new WeakReference<GradientTape>?[MaxTapes];

    private RecordedOp[] _calls = new RecordedOp[64];
    private int _count;

    // Open tapes; those recording now; those of them that watch the variables they meet; those that look for NaN.
    private ulong _open;
    private ulong _active;
    private ulong _watchingVariables;
    private ulong _detectingAnomalies;
    private ulong _allowingInfinity;
    private int _nextCleanUp = 64;
    private List<string?>? _callers;
    private readonly List<Tensor> _private = [];

    /// <summary>The recording of this thread, if some tape on it records now.</summary>
    public static Recording? Active
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            var current = t_current;
            return current is not null && current._active != 0 ? current : null;
        }
    }

    public static Recording OfThread => t_current ??= new Recording();

    public bool IsOfThisThread => t_current == this;

    /// <summary>Changes whenever the recording is emptied.</summary>
    public long Id { get; private set; } = Interlocked.Increment(ref s_ids);

    public int Count => _count;

    /// <summary>What is recorded until the recording is emptied next.</summary>
    public Stretch Present { get; private set; } = new();

    public ref RecordedOp this[int index] => ref _calls[index];

    // ---- tapes ----

    public int Open(GradientTape tape, bool watchVariables, bool detectAnomalies, bool allowInfinity)
    {
        CloseAbandoned();
        if (_open == ulong.MaxValue)
        {
            GC.Collect();
            CloseAbandoned();
        }
        if (_open == ulong.MaxValue)
        {
            throw new TapeException($"GradientTape: {MaxTapes} tapes are open on this thread; dispose those that are done (using var tape = ...).");
        }
        var bit = System.Numerics.BitOperations.TrailingZeroCount(~_open);
        if (_tapes[bit] is { } reference)
        {
            reference.SetTarget(tape);
        }
        else
        {
            _tapes[bit] = new WeakReference<GradientTape>(tape);
        }
        var mask = 1UL << bit;
        _open |= mask;
        _active |= mask;
        if (watchVariables)
        {
            _watchingVariables |= mask;
        }
        if (detectAnomalies)
        {
            _detectingAnomalies |= mask;
        }
        if (allowInfinity)
        {
            _allowingInfinity |= mask;
        }
        return bit;
    }

    public void SetActive(ulong tape, bool active) => _active = active ? _active | (tape & _open) : _active & ~tape;

    public bool IsActive(ulong tape) => (_active & tape) != 0;

    /// <summary>Ends a tape. With the last one everything recorded is let go.</summary>
    public void Close(ulong tape, int start, List<int>? watchedEarlier)
    {
        if ((_open & tape) == 0)
        {
            return;
        }
        Forget(tape);
        if (_open == 0)
        {
            Empty();
            return;
        }
        for (var i = start; i < _count; i++)
        {
            Release(ref _calls[i], tape);
        }
        foreach (var i in watchedEarlier ?? [])
        {
            Release(ref _calls[i], tape);
        }
    }

    private static void Release(ref RecordedOp call, ulong tape)
    {
        call.Tapes &= ~tape;
        call.LeafOf &= ~tape;
    }

    private void Forget(ulong tape)
    {
        _open &= ~tape;
        _active &= ~tape;
        _watchingVariables &= ~tape;
        _detectingAnomalies &= ~tape;
        _allowingInfinity &= ~tape;
    }

    private void Empty()
    {
        Array.Clear(_calls, 0, _count);
        if (_calls.Length > 1 << 16)
        {
            _calls = new RecordedOp[64];
        }
        _count = 0;
        _nextCleanUp = 64;
        _leaves.Clear();
        _callers = null;
        foreach (var x in _private)
        {
            x.Dispose();
        }
        _private.Clear();
        Present.IsOver = true;
        Present = new Stretch();
        Id = Interlocked.Increment(ref s_ids);
    }

    /// <summary>Tapes that were dropped without Dispose must not record for ever: the list only knows them weakly.</summary>
    private void CloseAbandoned()
    {
        for (var open = _open; open != 0; open &= open - 1)
        {
            var bit = System.Numerics.BitOperations.TrailingZeroCount(open);
            if (!_tapes[bit]!.TryGetTarget(out var tape) || tape.EndedElsewhere)
            {
                Close(1UL << bit, 0, null);
            }
        }
    }

    // ---- recording ----

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
        if (slot >> IndexBits == Id)
        {
            index = (int)slot & IndexMask;
            var tapes = _calls[index].Tapes;
            if (!x.IsVariable || (~tapes & _active & _watchingVariables) == 0)
            {
                return tapes & _active;
            }
        }
        else if (!x.IsWatched && !x.IsVariable)
        {
            index = -1;
            return 0;
        }
        return TrackLeaf(x, out index);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ulong TrackLeaf(Tensor x, out int index)
    {
        var wanted = x is Variable { Trainable: true } ? _active & _watchingVariables : 0;
        if (wanted == 0)
        {
            index = Find(x);
            return index < 0 ? 0 : _calls[index].Tapes & _active;
        }
        index = WatchLeaf(x, wanted);
        return _calls[index].Tapes & _active;
    }

    /// <summary>The number by which a tensor knows a place of this recording; 0 for none.</summary>
    public long SlotAt(int index) => index < 0 ? 0 : (Id << IndexBits) | (uint)index;

    /// <summary>The place of a variable, which is met here if need be, as its slot.</summary>
    public long SlotOf(Variable x)
    {
        Track(x, out var index);
        return SlotAt(index);
    }

    /// <summary>The place of a tensor in this recording, or -1.</summary>
    public int Find(Tensor x)
    {
        var slot = x.Slot;
        if (slot >> IndexBits == Id)
        {
            return (int)slot & IndexMask;
        }
        return _leaves.Find(x);
    }

    /// <summary>The variables that a tape watches.</summary>
    public IEnumerable<Variable> VariablesOf(ulong tape) =>
        _leaves.All.Where(leaf => leaf.Tensor.IsVariable && (_calls[leaf.Index].LeafOf & tape) != 0).Select(leaf => (Variable)leaf.Tensor);

    /// <summary>Makes a tensor a source for the given tapes.</summary>
    public int WatchLeaf(Tensor x, ulong tapes)
    {
        var index = Find(x);
        if (index < 0)
        {
            index = Append();
            // Another thread may hold the slot of an operation's result; only leaves can be found again without it.
            if ((x.Flags & Tensor.Traits.Recorded) == 0)
            {
                x.Slot = SlotAt(index);
            }
            x.IsWatched = true;
            x.Flags |= Tensor.Traits.Held;
            _leaves.Add(x, index);
            _calls[index].Y = x.IsVariable ? Unsafe.As<Variable>(x).Snapshot(SlotAt(index)) : x;
        }
        else if (x.IsVariable)
        {
            x.Slot = SlotAt(index);
        }
        ref var leaf = ref _calls[index];
        for (var added = tapes & ~leaf.Tapes; added != 0; added &= added - 1)
        {
            if (_tapes[System.Numerics.BitOperations.TrailingZeroCount(added)]!.TryGetTarget(out var tape))
            {
                tape.NoteWatched(index);
            }
        }
        leaf.LeafOf |= tapes & ~leaf.Tapes;
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

    /// <summary>Keeps what only a recorded operation reads, and gives its memory back with the recording's end, so that the next step finds it in the caches.</summary>
    public void KeepPrivate(Tensor x) => _private.Add(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref RecordedOp Append(Op op, Tensor y, ulong tapes)
    {
        var index = Append();
        ref var call = ref _calls[index];
        call.Op = op;
        call.Y = y;
        call.Tapes = tapes;
        call.InPullback = InPullback;
        y.Slot = SlotAt(index);
        y.Flags |= Tensor.Traits.Recorded | Tensor.Traits.Held;
        return ref call;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Append()
    {
        if (_count >= _nextCleanUp)
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
        if (_count >= IndexMask)
        {
            throw new TapeException($"GradientTape: {_count} operations are recorded, the most a tape can hold; take gradients in shorter stretches.");
        }
        if (_count == _calls.Length)
        {
            Array.Resize(ref _calls, _count * 2);
        }
        _nextCleanUp = Math.Min(_count + 64, _calls.Length);
        // Operations in flight have looked up places, so here an abandoned tape may only stop recording.
        for (var open = _active; open != 0; open &= open - 1)
        {
            var bit = System.Numerics.BitOperations.TrailingZeroCount(open);
            if (!_tapes[bit]!.TryGetTarget(out var tape) || tape.EndedElsewhere)
            {
                _active &= ~(1UL << bit);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Tensor Hold(Tensor x, int index)
    {
        if (x.IsVariable)
        {
            return HoldVariable(Unsafe.As<Variable>(x), index);
        }
        x.Flags |= Tensor.Traits.Held;
        return x;
    }

    private Tensor HoldVariable(Variable variable, int index)
    {
        variable.Pin(Present);
        return variable.Snapshot(SlotAt(index));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Finish()
    {
        if (_detectingAnomalies != 0 && (_detectingAnomalies & _calls[_count - 1].Tapes) != 0)
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

        public void Clear()
        {
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

    public bool DetectsAnomalies(ulong tape) => (_detectingAnomalies & tape) != 0;

    /// <summary>Whether all of the given tapes take infinities for numbers.</summary>
    public bool AllowsInfinity(ulong tapes) => (tapes & ~_allowingInfinity) == 0;

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
    public static Pausing Pause() => new(t_current);

    internal readonly ref struct Pausing
    {
        private readonly Recording? _recording;
        private readonly ulong _active;

        public Pausing(Recording? recording)
        {
            _recording = recording;
            _active = recording?._active ?? 0;
            if (_active != 0)
            {
                recording!._active = 0;
            }
        }

        public void Dispose()
        {
            if (_active != 0)
            {
                _recording!._active |= _active & _recording._open;
            }
        }
    }
}
