using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Autograd.Backends;

/// <summary>
/// Owns the memory behind one or more tensors when that memory is worth giving back early. A small CPU tensor has none:
/// its elements are a plain array, which the garbage collector handles best.
/// </summary>
internal abstract class Storage
{
    /// <summary>Tensors that may still read this memory and that have not been disposed.</summary>
    private int _readers = 1;

    public abstract Device Device { get; }

    /// <summary>Another tensor looks at the same memory.</summary>
    public void Share() => Interlocked.Increment(ref _readers);

    /// <summary>Someone outside holds the memory itself (a span), so it must never be handed to another tensor.</summary>
    public void Escape() => Escaped = true;

    /// <summary>One reader was disposed; the last one gives the memory back at once.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _readers) == 0)
        {
            GiveBack();
        }
    }

    /// <summary>On a device, the number of elements.</summary>
    public virtual int Length => 0;

    /// <summary>On a device, what is known of the elements. Whoever overwrites them forgets it.</summary>
    public WholeNumbers? Known { get; set; }

    protected bool Escaped { get; private set; }

    protected abstract void GiveBack();
}

/// <summary>
/// Large CPU results live in reused arrays: a fresh array of 64K floats costs 110 us of page faults and collections, a reused
/// one 4 us. The array comes back when the last tensor is disposed or, without anybody's help, when the finalizer runs.
/// </summary>
internal sealed class PooledArray<T> : Storage where T : unmanaged
{
    // Vector loads that straddle cache lines cost twice; arrays are pinned so that an aligned first element stays aligned.
    private const int Alignment = 64;

    private static readonly Stack<T[]>[] s_freeBySizeClass = CreateFreeLists();

    private readonly int _sizeClass;
    private T[] _array;

    private PooledArray(T[] array, int sizeClass)
    {
        _array = array;
        _sizeClass = sizeClass;
    }

    public override Device Device => Device.Cpu;

    /// <summary>An array with room for <paramref name="count"/> elements from <paramref name="offset"/> on; contents undefined.</summary>
    public static PooledArray<T> Rent(int count, out T[] array, out int offset)
    {
        var (sizeClass, capacity) = SizeClassOf(count);
        var bytes = capacity * (long)Unsafe.SizeOf<T>();
        MemoryBudget.Take(bytes);
        var free = s_freeBySizeClass[sizeClass];
        T[]? found;
        lock (free)
        {
            free.TryPop(out found);
        }
        if (found is not null)
        {
            MemoryBudget.LeavePool(bytes);
        }
        // Small ones, pooled only under poison, stay movable: a million tiny pinned arrays make the collector search for every place.
        var isPinned = bytes >= MemoryBudget.SmallestPinned;
        try
        {
            array = found ?? GC.AllocateUninitializedArray<T>(capacity, isPinned);
        }
        catch (OutOfMemoryException)
        {
            try
            {
                MemoryBudget.CollectAll();
                array = GC.AllocateUninitializedArray<T>(capacity, isPinned);
            }
            catch (OutOfMemoryException)
            {
                MemoryBudget.Return(bytes, canReuse: false);
                throw;
            }
        }
        // The very largest arrays have no room left for an aligned start.
        offset = Math.Min(AlignedOffset(array), capacity - count);
        return new PooledArray<T>(array, sizeClass);
    }

    ~PooledArray() => GiveBack();

    protected override void GiveBack()
    {
        var array = _array;
        if (array is null)
        {
            return;
        }
        _array = null!;
        if (MemoryBudget.Poisons && !Escaped)
        {
            System.Runtime.InteropServices.MemoryMarshal.AsBytes(array.AsSpan()).Fill(0xA5);
        }
        if (MemoryBudget.Return(array.Length * (long)Unsafe.SizeOf<T>(), canReuse: !Escaped))
        {
            var free = s_freeBySizeClass[_sizeClass];
            lock (free)
            {
                free.Push(array);
            }
        }
    }

    /// <summary>Lets go of all free arrays, or of half of those of every size: what is in use comes back, what is not is soon gone.</summary>
    private static void Trim(bool all)
    {
        foreach (var free in s_freeBySizeClass)
        {
            lock (free)
            {
                for (var kept = all ? 0 : free.Count / 2; free.Count > kept;)
                {
                    MemoryBudget.LeavePool(free.Pop().Length * (long)Unsafe.SizeOf<T>());
                }
            }
        }
    }

    private static Stack<T[]>[] CreateFreeLists()
    {
        MemoryBudget.AddPool(Trim);
        var lists = new Stack<T[]>[4 * 32];
        for (var i = 0; i < lists.Length; i++)
        {
            lists[i] = new Stack<T[]>();
        }
        return lists;
    }

    // Four classes per power of two waste at most a quarter.
    internal static (int SizeClass, int Capacity) SizeClassOf(int count)
    {
        var padded = (long)count + (Alignment / Unsafe.SizeOf<T>());
        var exponent = BitOperations.Log2((ulong)padded - 1);
        var quarter = 1L << (exponent - 2);
        var quarters = (padded - (1L << exponent) + quarter - 1) / quarter;
        var capacity = Math.Min((1L << exponent) + (quarters * quarter), Array.MaxLength);
        return (((exponent * 4) + (int)quarters) % (4 * 32), (int)capacity);
    }

    private static unsafe int AlignedOffset(T[] array)
    {
        var address = (nuint)Unsafe.AsPointer(ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(array));
        var misaligned = (int)(address % Alignment);
        return misaligned == 0 ? 0 : (Alignment - misaligned) / Unsafe.SizeOf<T>();
    }
}

/// <summary>
/// A few KB of a CPU result. Touching fresh memory costs several times the arithmetic on it, so what the reverse pass, or a Dispose, knows to be garbage is
/// what the thread writes to next; what nobody gives back is the collector's as any array, and so needs no finalizer.
/// </summary>
internal sealed class RecycledArray<T> : Storage where T : unmanaged
{
    private const int MostOfASize = 8;

    [ThreadStatic]
    private static Stack<T[]>?[]? t_free;

    private readonly int _sizeClass;
    private T[]? _array;

    private RecycledArray(T[] array, int sizeClass)
    {
        _array = array;
        _sizeClass = sizeClass;
    }

    public override Device Device => Device.Cpu;

    /// <summary>An array with room for <paramref name="count"/> elements; contents undefined.</summary>
    public static RecycledArray<T> Rent(int count, out T[] array)
    {
        var (sizeClass, capacity) = PooledArray<T>.SizeClassOf(count);
        array = t_free?[sizeClass] is { Count: > 0 } free ? free.Pop() : GC.AllocateUninitializedArray<T>(capacity);
        return new RecycledArray<T>(array, sizeClass);
    }

    protected override void GiveBack()
    {
        if (Escaped || Interlocked.Exchange(ref _array, null) is not { } array)
        {
            return;
        }
        var free = (t_free ??= new Stack<T[]>?[4 * 32])[_sizeClass] ??= new Stack<T[]>(MostOfASize);
        if (free.Count < MostOfASize)
        {
            free.Push(array);
        }
    }
}

/// <summary>
/// Keeps the pool honest. Tensor handles are so small that the collector would rarely run on their account, so after every
/// so many bytes handed out the pool itself asks for a generation-1 collection, whose finalizers refill it (generation 0 would
/// promote whatever is alive at that moment and never see it again).
/// </summary>
internal static class MemoryBudget
{
    /// <summary>
    /// Whether everything is pooled and memory that comes back is filled with rubbish, so that whoever reads it late gets caught: AUTOGRAD_POISON=1, for tests.
    /// </summary>
    public static bool Poisons { get; } = Environment.GetEnvironmentVariable("AUTOGRAD_POISON") == "1";

    /// <summary>Below this many bytes the pool costs more than it saves.</summary>
    public static readonly int SmallestPooled = Poisons ? 1 : SmallestPinned;

    /// <summary>From this many bytes on an array stays where it is, so that an aligned start stays aligned.</summary>
    public const int SmallestPinned = 64 * 1024;

    /// <summary>Below this many bytes a plain array is cheapest.</summary>
    public static readonly int SmallestRecycled = Poisons ? 1 : 1024;

    private const long CollectEvery = 96L << 20;

    private static readonly long s_keepAtLeast = Math.Min(512L << 20, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 8);

    private static readonly ConcurrentBag<Action<bool>> s_trims = [];
    private static long s_handedOut;
    private static long s_alive;
    private static long s_pooled;

    /// <summary>One more pool to share the room, by what makes it let go of some memory.</summary>
    public static void AddPool(Action<bool> trim) => s_trims.Add(trim);

    /// <summary>Gives the system back all that nobody uses: what is pooled, what is garbage, and what the finalizers of garbage put into the pool.</summary>
    public static void CollectAll()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        foreach (var trim in s_trims)
        {
            trim(true);
        }
        GC.Collect();
    }

    public static void Take(long bytes)
    {
        Serialization.Loading.Cost?.Take(bytes, "what the layers compute on one example");
        if (bytes > 16 << 20)
        {
            RefuseMoreThanThereIs(bytes);
        }
        Interlocked.Add(ref s_alive, bytes);
        if (Interlocked.Add(ref s_handedOut, bytes) > Math.Max(CollectEvery, Volatile.Read(ref s_alive) / 8))
        {
            Volatile.Write(ref s_handedOut, 0);
            GC.Collect(1, GCCollectionMode.Forced, blocking: true);
        }
    }

    public static void LeavePool(long bytes) => Interlocked.Add(ref s_pooled, -bytes);

    /// <summary>Whether the pool should keep the returned memory.</summary>
    public static bool Return(long bytes, bool canReuse)
    {
        var room = Math.Max(s_keepAtLeast, 2 * Interlocked.Add(ref s_alive, -bytes));
        if (!canReuse || bytes > room)
        {
            return false;
        }
        // Sizes that nobody asks for any more must not keep out those that are in use.
        while (Interlocked.Add(ref s_pooled, bytes) > room)
        {
            Interlocked.Add(ref s_pooled, -bytes);
            foreach (var trim in s_trims)
            {
                trim(false);
            }
            if (Volatile.Read(ref s_pooled) + bytes > room)
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>Throws for a request that the machine can only answer by ending the process.</summary>
    public static void RefuseMoreThanThereIs(long bytes)
    {
        var total = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var available = total - Volatile.Read(ref s_alive);
        if (bytes > available && bytes <= total)
        {
            // Dead tensors count until somebody looks.
            CollectAll();
            available = total - Volatile.Read(ref s_alive);
        }
        if (bytes > available)
        {
            throw new TensorMemoryException($"A tensor of {bytes} bytes was asked for; about {Math.Max(available, 0)} bytes are left on this machine.");
        }
    }
}
