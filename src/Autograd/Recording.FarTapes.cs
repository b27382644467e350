using System.Runtime.CompilerServices;

namespace Autograd;

// The masks have room for 62 open tapes. Those beyond share the last bit, which says that some of them may be meant, and keep sets of their own: slower, but without a limit.
internal sealed partial class Recording
{
    /// <summary>In masks, the bit of all tapes beyond the 62nd.</summary>
    private const ulong Far = 1UL << 63;

    /// <summary>In no mask: together with a number, what one of these tapes is known by.</summary>
    private const ulong FarKey = 1UL << 62;

    private readonly List<FarTape> _far = [];
    private ulong _farNumbers;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsFar(ulong tape) => (tape & FarKey) != 0;

    private ulong OpenFar(GradientTape tape, bool watchVariables, bool detectAnomalies, bool allowInfinity)
    {
        var opened = new FarTape(FarKey | ++_farNumbers, new(tape), watchVariables, detectAnomalies, allowInfinity);
        _far.Add(opened);
        SumUpFar();
        _active |= Far;
        return opened.Key;
    }

    private FarTape? FarTapeOf(ulong tape) => _far.Find(far => far.Key == tape);

    /// <summary>False if the tape is not open.</summary>
    private bool CloseFar(ulong tape)
    {
        if (FarTapeOf(tape) is not { } closed)
        {
            return false;
        }
        _far.Remove(closed);
        SumUpFar();
        foreach (var index in closed.Tracked)
        {
            if (!_far.Exists(far => far.Tracked.Contains(index)))
            {
                Release(ref _calls[index], Far);
            }
        }
        return true;
    }

    private void SetFarActive(ulong tape, bool active)
    {
        if (FarTapeOf(tape) is { } far)
        {
            far.IsActive = active;
            SumUpFar();
            _active |= active ? Far : 0;
        }
    }

    private void SumUpFar()
    {
        _open = With(_open, _far.Count > 0);
        _active = With(_active, (_active & Far) != 0 && _far.Exists(far => far.IsActive));
        _watchingVariables = With(_watchingVariables, _far.Exists(far => far.WatchesVariables));
        _detectingAnomalies = With(_detectingAnomalies, _far.Exists(far => far.DetectsAnomalies));
        _allowingInfinity = With(_allowingInfinity, _far.TrueForAll(far => far.AllowsInfinity || !far.DetectsAnomalies));

        static ulong With(ulong mask, bool far) => far ? mask | Far : mask & ~Far;
    }

    private List<FarTape> PauseFar()
    {
        var active = _far.FindAll(far => far.IsActive);
        active.ForEach(far => far.IsActive = false);
        return active;
    }

    private void AddFarTapes(List<(ulong Key, GradientTape? Tape)> tapes)
    {
        foreach (var far in _far)
        {
            tapes.Add((far.Key, InUse(far.Tape)));
        }
    }

    private bool FarTracks(ulong tape, int index) => FarTapeOf(tape) is { } far && far.Tracked.Contains(index);

    private bool FarDetects(int index) => _far.Exists(far => far.DetectsAnomalies && far.Tracked.Contains(index));

    private bool FarIsLeaf(ulong tape, int index) => _calls[index].Op is null || (FarTapeOf(tape) is { } far && far.Leaves.Contains(index));

    /// <summary>One tape, or all that watch the variables they meet.</summary>
    private void WatchFar(int index, ulong tapes)
    {
        foreach (var far in _far)
        {
            if (IsFar(tapes) ? far.Key != tapes : !(far.IsActive && far.WatchesVariables))
            {
                continue;
            }
            var isNew = far.Tracked.Add(index);
            if (isNew || _calls[index].Op is MadeElsewhere)
            {
                far.Leaves.Add(index);
            }
            if (isNew && far.Tape.TryGetTarget(out var tape))
            {
                tape.NoteWatched(index);
            }
        }
    }

    /// <summary>Which of these tapes track a call just added: those that track an operand.</summary>
    private void TrackFar(int index)
    {
        ref var call = ref _calls[index];
        var any = false;
        foreach (var far in _far)
        {
            var tracks = far.IsActive && call.Op is MadeElsewhere;
            for (var input = call.InputCount - 1; far.IsActive && !tracks && input >= 0; input--)
            {
                tracks = far.Tracked.Contains(call.InputIndex(input));
            }
            if (tracks)
            {
                far.Tracked.Add(index);
                any = true;
            }
        }
        if (!any)
        {
            call.Tapes &= ~Far;
        }
    }

    internal sealed class FarTape(ulong key, WeakReference<GradientTape> tape, bool watchesVariables, bool detectsAnomalies, bool allowsInfinity)
    {
        public ulong Key { get; } = key;

        public WeakReference<GradientTape> Tape { get; } = tape;

        public bool WatchesVariables { get; } = watchesVariables;

        public bool DetectsAnomalies { get; } = detectsAnomalies;

        public bool AllowsInfinity { get; } = allowsInfinity;

        public bool IsActive { get; set; } = true;

        public HashSet<int> Tracked { get; } = [];

        public HashSet<int> Leaves { get; } = [];
    }
}
