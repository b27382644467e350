using System.Runtime.CompilerServices;

namespace Autograd;

// The tapes over a recording: how they begin, what they track, and what goes when they end.
internal sealed partial class Recording
{
    /// <summary>Begins a tape.</summary>
    /// <returns>What it is known by: a bit of the masks, or beyond 62 open tapes <see cref="FarKey"/> and a number.</returns>
    public ulong Open(GradientTape tape, bool watchVariables, bool detectAnomalies, bool allowInfinity)
    {
        CloseAbandoned();
        if (_open == 0)
        {
            BeginStretch();
        }
        if (CountOpen() >= _collectAt)
        {
            // Dropped tapes are young. Whoever has so many open that are in use is not asked again soon.
            GC.Collect(1, GCCollectionMode.Forced, blocking: true);
            CloseAbandoned();
            _collectAt = Math.Max(MaskBits, 2 * CountOpen());
            if (_open == 0)
            {
                BeginStretch();
            }
        }
        var free = ~(_open | Far | FarKey);
        if (free == 0)
        {
            return OpenFar(tape, watchVariables, detectAnomalies, allowInfinity);
        }
        var bit = System.Numerics.BitOperations.TrailingZeroCount(free);
        if (_tapes[bit] is { } reference)
        {
            reference.SetTarget(tape);
        }
        else
        {
            _tapes[bit] = new WeakReference<GradientTape>(tape);
        }
        _openings[bit]++;
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
        return mask;
    }

    private int CountOpen() => System.Numerics.BitOperations.PopCount(_open & ~Far) + _far.Count;

    /// <summary>Differs between tapes that are known by the same bit one after another; negative once the tape is over.</summary>
    public long OpeningOf(ulong tape) => IsFar(tape)
        ? FarTapeOf(tape) is null ? -1 : 0
        : (_open & tape) == 0 ? -1 : _openings[System.Numerics.BitOperations.TrailingZeroCount(tape)];

    public void SetActive(ulong tape, bool active)
    {
        if (IsFar(tape))
        {
            SetFarActive(tape, active);
            return;
        }
        _active = active ? _active | (tape & _open) : _active & ~tape;
    }

    public bool IsActive(ulong tape) => IsFar(tape) ? FarTapeOf(tape) is { IsActive: true } : (_active & tape) != 0;

    /// <summary>Whether a tape tracks the result of a call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Tracks(ulong tape, int index) => Tracks(tape, _calls[index], index);

    /// <summary>The same where the call is at hand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Tracks(ulong tape, in RecordedOp call, int index) => IsFar(tape) ? FarTracks(tape, index) : (call.Tapes & tape) != 0;

    /// <summary>Whether the result of a call is for a tape a leaf: watched, and not followed further back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsLeaf(ulong tape, int index) => IsLeaf(tape, _calls[index], index);

    /// <summary>The same where the call is at hand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsLeaf(ulong tape, in RecordedOp call, int index) => IsFar(tape) ? FarIsLeaf(tape, index) : call.IsLeafOf(tape);

    /// <summary>Ends a tape, and lets go what only it has tracked.</summary>
    public void Close(ulong tape, int start, List<int>? watchedEarlier)
    {
        if (IsFar(tape) ? !CloseFar(tape) : !CloseNear(tape, start, watchedEarlier))
        {
            return;
        }
        Closings++;
        if (_open == 0)
        {
            Empty();
            return;
        }
        DisposePrivate();
        Shorten();
        _leaves.Trim(this);
    }

    /// <summary>False if the tape is not open.</summary>
    private bool CloseNear(ulong tape, int start, List<int>? watchedEarlier)
    {
        if ((_open & tape) == 0)
        {
            return false;
        }
        _open &= ~tape;
        _active &= ~tape;
        _watchingVariables &= ~tape;
        _detectingAnomalies &= ~tape;
        _allowingInfinity &= ~tape;
        if (_open == 0)
        {
            return true;
        }
        for (var i = start; i < _count; i++)
        {
            Release(ref _calls[i], tape);
        }
        foreach (var i in watchedEarlier ?? [])
        {
            Release(ref _calls[i], tape);
        }
        return true;
    }

    private static void Release(ref RecordedOp call, ulong tape)
    {
        call.Tapes &= ~tape;
        call.LeafOf &= ~tape;
        if (call.Tapes == 0)
        {
            call = default;
        }
    }

    private void Empty()
    {
        Array.Clear(_calls, 0, _count);
        if (_calls.Length > 1 << 16)
        {
            _calls = new RecordedOp[64];
        }
        _count = 0;
        _collectAt = MaskBits;
        _leaves.Clear();
        _callers = null;
        _metElsewhere = false;
        DisposePrivate();
        Present.IsOver = true;
        Present = new Stretch();
        EndStretch();
    }

    private void DisposePrivate()
    {
        if (_private.Count == 0)
        {
            return;
        }
        _private.RemoveAll(kept =>
        {
            var isOver = kept.Index >= _count || _calls[kept.Index].Tapes == 0;
            if (isOver)
            {
                kept.Tensor.Dispose();
            }
            return isOver;
        });
    }

    /// <summary>Takes off the end of the list what no tape tracks any more, so that an idle tape does not make it grow.</summary>
    private void Shorten()
    {
        var count = _count;
        while (count > 0 && _calls[count - 1].Tapes == 0)
        {
            count--;
        }
        if (count == _count)
        {
            return;
        }
        ForgetSerials(from: count);
        _count = count;
        _nextCleanUp = 0;
        _leaves.RemoveFrom(count);
        if (_callers?.Count > count)
        {
            _callers.RemoveRange(count, _callers.Count - count);
        }
        for (var open = _open & ~Far; open != 0; open &= open - 1)
        {
            InUse(open)?.StartAtMost(count);
        }
        foreach (var far in _far)
        {
            InUse(far.Tape)?.StartAtMost(count);
        }
        if (count == 0 && (_watchingVariables & _open) == 0)
        {
            BeginAgain();
        }
    }

    /// <summary>The tape of the lowest bit; null if the program has dropped it or it ended on another thread.</summary>
    private GradientTape? InUse(ulong tapes) => InUse(_tapes[System.Numerics.BitOperations.TrailingZeroCount(tapes)]!);

    private static GradientTape? InUse(WeakReference<GradientTape> reference) => reference.TryGetTarget(out var tape) && !tape.EndedElsewhere ? tape : null;

    /// <summary>Tapes that were dropped without Dispose must not record for ever: the list only knows them weakly.</summary>
    private void CloseAbandoned()
    {
        for (var open = _open & ~Far; open != 0; open &= open - 1)
        {
            if (InUse(open) is null)
            {
                Close(open & ~(open - 1), 0, null);
            }
        }
        for (var i = _far.Count - 1; i >= 0; i--)
        {
            if (InUse(_far[i].Tape) is null)
            {
                Close(_far[i].Key, 0, null);
            }
        }
    }

    /// <summary>Where operations in flight have looked up places, an abandoned tape may only stop recording; the rest follows at the next chance.</summary>
    private void StopAbandoned()
    {
        for (var open = _open & ~Far; open != 0; open &= open - 1)
        {
            if (InUse(open) is null)
            {
                SetActive(open & ~(open - 1), false);
                _isOpen = -1;
            }
        }
        foreach (var far in _far)
        {
            if (far.IsActive && InUse(far.Tape) is null)
            {
                SetActive(far.Key, false);
                _isOpen = -1;
            }
        }
    }

    /// <summary>The collector has just run: dropped tapes of this thread can be told now, and their memory given back.</summary>
    public static void AfterCollection()
    {
        if (t_current is { _open: not 0 } current)
        {
            current.StopAbandoned();
        }
    }
}
