using System.Runtime.CompilerServices;

namespace Autograd;

// Serial numbers: how a tensor knows its place in a recording, and how recordings tell what came before and after them on other threads.
internal sealed partial class Recording
{
    // Numbers are taken in blocks of this size from a counter that all threads share.
    private const int BlockBits = 16;
    private const long BlockSize = 1 << BlockBits;

    private const long Beginning = 1L << 32;

    // The first number that nobody has.
    private static long s_next = BlockSize;

    // How many stretches have begun, times 2^32, and how many are open now: one step changes both.
    private static long s_stretches;

    private readonly List<Segment> _earlier = [];
    private readonly List<(long From, long To)> _blocks = [];

    /// <summary>
    /// The places from <see cref="_tail"/> on have the numbers from here on, <see cref="_room"/> of them; those before lie in <see cref="_earlier"/>. No number is used twice, so one
    /// that is in no segment belongs to nothing that is still recorded. And numbers follow time, also between threads: a thread that records takes a new block
    /// when a stretch has begun elsewhere. So whatever has a number from <see cref="_first"/> on was made since this stretch began, here or elsewhere.
    /// </summary>
    private long _base;
    private int _tail;
    private ulong _room;
    private long _first = long.MaxValue;
    private int _begunSeen;

    // 1 while tapes are open here, -1 when some of them have been found to be dropped, else 0.
    private int _isOpen;
    private bool _paused;

    private static int Begun => (int)(s_stretches >> 32);

    private static int OpenAnywhere => (int)s_stretches;

    /// <summary>Changes whenever everything recorded is let go.</summary>
    public long Id => _first;

    private readonly record struct Segment(long Base, int Index, int Count);

    ~Recording()
    {
        // The thread ended with open tapes.
        if (_isOpen != 0)
        {
            Interlocked.Decrement(ref s_stretches);
        }
        ReturnTag();
    }

    /// <summary>The number by which a tensor knows a place of this recording; 0 for none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long SlotAt(int index) => index < 0 ? 0 : index >= _tail ? _base + (index - _tail) : EarlierSlotAt(index);

    private long EarlierSlotAt(int index)
    {
        var (low, high) = (0, _earlier.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = _earlier[middle].Index <= index ? (middle, high) : (low, middle - 1);
        }
        return _earlier[low].Base + (index - _earlier[low].Index);
    }

    private int IndexOf(long slot)
    {
        var place = (ulong)(slot - _base);
        if (place < _room)
        {
            return _tail + (int)place;
        }
        var (low, high) = (0, _earlier.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var segment = _earlier[middle];
            if (slot < segment.Base)
            {
                high = middle - 1;
            }
            else if (slot >= segment.Base + segment.Count)
            {
                low = middle + 1;
            }
            else
            {
                return segment.Index + (int)(slot - segment.Base);
            }
        }
        return -1;
    }

    private void BeginStretch()
    {
        Begin(Beginning + 1);
        _isOpen = 1;
    }

    private void EndStretch()
    {
        Interlocked.Decrement(ref s_stretches);
        _isOpen = 0;
        ForgetAllSerials();
        _first = long.MaxValue;
    }

    /// <summary>Nothing is tracked and the open tapes wait for Watch: what has been made until now is a constant for them.</summary>
    private void BeginAgain()
    {
        ForgetAllSerials();
        Begin(Beginning);
    }

    private void Begin(long stretches)
    {
        // In this order: who sees the new count takes a block after this one; and if a stretch begins elsewhere at the same time, this one goes on in a later block.
        _begunSeen = (int)(Volatile.Read(ref s_stretches) >> 32) + 1;
        TakeBlock(BlockSize);
        _first = _base;
        Interlocked.Add(ref s_stretches, stretches);
    }

    private void ForgetAllSerials()
    {
        _earlier.Clear();
        _blocks.Clear();
        (_tail, _room, _nextCleanUp) = (0, 0, 0);
    }

    private void TakeBlock(long size)
    {
        _base = Interlocked.Add(ref s_next, size) - size;
        _tail = _count;
        _room = (ulong)size;
        _blocks.Add((_base, _base + size));
    }

    /// <summary>The block is used up, or a stretch has begun on another thread.</summary>
    private void ContinueSerials()
    {
        _begunSeen = (int)(Volatile.Read(ref s_stretches) >> 32);
        if (_count > _tail)
        {
            _earlier.Add(new(_base, _tail, _count - _tail));
        }
        TakeBlock(Math.Max(BlockSize, (long)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)_count)));
    }

    private void ForgetSerials(int from)
    {
        var used = _count - _tail;
        if (from > _tail)
        {
            _earlier.Add(new(_base, _tail, from - _tail));
        }
        while (_earlier.Count > 0 && _earlier[^1] is var last && last.Index + last.Count > from)
        {
            _earlier.RemoveAt(_earlier.Count - 1);
            if (last.Index < from)
            {
                _earlier.Add(last with { Count = from - last.Index });
            }
        }
        _base += used;
        _room -= (ulong)used;
        _tail = from;
    }

    private bool IsMine(long slot)
    {
        var (low, high) = (0, _blocks.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (slot < _blocks[middle].From)
            {
                high = middle - 1;
            }
            else if (slot >= _blocks[middle].To)
            {
                low = middle + 1;
            }
            else
            {
                return true;
            }
        }
        return false;
    }
}
