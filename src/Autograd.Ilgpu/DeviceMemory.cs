using System.Numerics;
using ILGPU;
using ILGPU.Runtime;

namespace Autograd.Backends.Ilgpu;

/// <summary>The memory of one or more tensors on an accelerator. It goes back to the backend when the last tensor is disposed, or when the finalizer runs.</summary>
internal sealed class DeviceMemory : Storage
{
    private readonly MemoryCache _cache;
    private MemoryBuffer1D<byte, Stride1D.Dense>? _buffer;

    internal DeviceMemory(IlgpuBackend backend, MemoryCache cache, MemoryBuffer1D<byte, Stride1D.Dense> buffer)
    {
        Device = backend.Device;
        _cache = cache;
        _buffer = buffer;
        Bytes = buffer.View.BaseView;
    }

    ~DeviceMemory() => GiveBack();

    public override Device Device { get; }

    public ArrayView<byte> Bytes { get; }

    protected override void GiveBack()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
        {
            _cache.Return(buffer, canReuse: !Escaped);
        }
    }
}

/// <summary>
/// Memory of an accelerator that is free again. The driver takes tens of microseconds to allocate and often waits for all running kernels; all work of a device runs
/// in one stream, in order, so what is given back can be handed out at once: its next kernel starts when the last one that reads it has ended.
/// </summary>
internal sealed class MemoryCache(Accelerator accelerator, string device, long limit)
{
    private const int SmallestBytes = 256;
    private const long CollectEvery = 256L << 20;

    private readonly Dictionary<long, Stack<MemoryBuffer1D<byte, Stride1D.Dense>>> _free = [];

    // ILGPU's buffers have finalizers too; one that only a forgotten tensor knew would be freed while the tensor's own finalizer hands it on.
    private readonly HashSet<MemoryBuffer1D<byte, Stride1D.Dense>> _all = [];
    private long _handedOut;
    private long _inUse;
    private long _cached;

    /// <summary>Bytes that may be allocated in all.</summary>
    public long Limit => limit;

    /// <summary>Bytes that tensors hold.</summary>
    public long BytesInUse => Volatile.Read(ref _inUse);

    /// <summary>Bytes that are kept for reuse.</summary>
    public long BytesCached => Volatile.Read(ref _cached);

    public MemoryBuffer1D<byte, Stride1D.Dense> Take(long bytes)
    {
        var capacity = CapacityFor(bytes);
        // Handles are so small that the collector would rarely run on their account; see MemoryBudget.
        if (Interlocked.Add(ref _handedOut, capacity) > Math.Max(CollectEvery, BytesInUse / 8))
        {
            Volatile.Write(ref _handedOut, 0);
            GC.Collect(1, GCCollectionMode.Forced, blocking: true);
        }
        var buffer = TryReuse(capacity) ?? TryAllocate(capacity);
        if (buffer is null)
        {
            // What is garbage comes back first, then what is cached in other sizes goes.
            GC.Collect();
            GC.WaitForPendingFinalizers();
            buffer = TryReuse(capacity);
            if (buffer is null)
            {
                Trim();
                buffer = TryAllocate(capacity) ?? throw new TensorMemoryException(
                    $"{device} has no memory left for {bytes} bytes: {BytesInUse} bytes are in use of {limit}. Dispose tensors that are done with, or work in smaller batches.");
            }
        }
        Interlocked.Add(ref _inUse, capacity);
        return buffer;
    }

    public void Return(MemoryBuffer1D<byte, Stride1D.Dense> buffer, bool canReuse)
    {
        var capacity = buffer.LengthInBytes;
        Interlocked.Add(ref _inUse, -capacity);
        lock (_free)
        {
            if (!canReuse)
            {
                _all.Remove(buffer);
                return;
            }
            if (!_free.TryGetValue(capacity, out var stack))
            {
                _free.Add(capacity, stack = new());
            }
            stack.Push(buffer);
        }
        Interlocked.Add(ref _cached, capacity);
    }

    /// <summary>Gives everything that is cached back to the driver.</summary>
    public void Trim()
    {
        lock (_free)
        {
            foreach (var stack in _free.Values)
            {
                while (stack.TryPop(out var buffer))
                {
                    Interlocked.Add(ref _cached, -buffer.LengthInBytes);
                    _all.Remove(buffer);
                    buffer.Dispose();
                }
            }
        }
    }

    private MemoryBuffer1D<byte, Stride1D.Dense>? TryReuse(long capacity)
    {
        MemoryBuffer1D<byte, Stride1D.Dense>? buffer = null;
        lock (_free)
        {
            if (_free.TryGetValue(capacity, out var stack))
            {
                stack.TryPop(out buffer);
            }
        }
        if (buffer is not null)
        {
            Interlocked.Add(ref _cached, -capacity);
        }
        return buffer;
    }

    private MemoryBuffer1D<byte, Stride1D.Dense>? TryAllocate(long capacity)
    {
        if (BytesInUse + BytesCached + capacity > limit)
        {
            return null;
        }
        try
        {
            var buffer = accelerator.Allocate1D<byte>(capacity);
            lock (_free)
            {
                _all.Add(buffer);
            }
            return buffer;
        }
        catch (Exception exception) when (exception is AcceleratorException or OutOfMemoryException)
        {
            return null;
        }
    }

    // Four sizes per power of two waste at most a quarter.
    private static long CapacityFor(long bytes)
    {
        bytes = Math.Max(bytes, SmallestBytes);
        var quarter = Math.Max(1L << (BitOperations.Log2((ulong)bytes - 1) - 2), 1);
        return (bytes + quarter - 1) / quarter * quarter;
    }
}
