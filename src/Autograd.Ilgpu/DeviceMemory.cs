using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace Autograd.Backends.Ilgpu;

/// <summary>The memory of one or more tensors on an accelerator. It goes back to the backend when the last tensor is disposed, or when the finalizer runs.</summary>
internal sealed class DeviceMemory : Storage
{
    private readonly MemoryCache _cache;
    private MemoryBuffer1D<byte, Stride1D.Dense>? _buffer;

    internal DeviceMemory(IlgpuBackend backend, MemoryCache cache, MemoryBuffer1D<byte, Stride1D.Dense> buffer, int length)
    {
        Device = backend.Device;
        Length = length;
        _cache = cache;
        _buffer = buffer;
        Bytes = buffer.View.BaseView;
    }

    ~DeviceMemory() => Return(disposed: false);

    public override Device Device { get; }

    public override int Length { get; }

    public ArrayView<byte> Bytes { get; }

    [SuppressMessage("Usage", "CA1816", Justification = "Dispose of the tensor ends here.")]
    protected override void GiveBack()
    {
        Return(disposed: true);
        GC.SuppressFinalize(this);
    }

    private void Return(bool disposed)
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
        {
            _cache.Return(buffer, canReuse: !Escaped, disposed);
        }
    }
}

/// <summary>
/// Memory of an accelerator that is free again. The driver takes tens of microseconds to allocate and often waits for all running kernels; all work of a device runs
/// in one stream, in order, so what is given back can be handed out at once: its next kernel starts when the last one that reads it has ended.
/// </summary>
internal sealed class MemoryCache(Accelerator accelerator, string device, long limit, Lock sync)
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

    /// <summary>Takes memory back; what was disposed is none that the collector would have to find.</summary>
    public void Return(MemoryBuffer1D<byte, Stride1D.Dense> buffer, bool canReuse, bool disposed)
    {
        var capacity = buffer.LengthInBytes;
        Interlocked.Add(ref _inUse, -capacity);
        if (disposed)
        {
            Interlocked.Add(ref _handedOut, -capacity);
        }
        if (MemoryBudget.Poisons && canReuse)
        {
            accelerator.Bind();
            lock (sync)
            {
                buffer.View.BaseView.MemSet(0xA5);
            }
        }
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
        catch (Exception exception) when (IsLackOfMemory(exception))
        {
            return null;
        }
        catch (AcceleratorException exception)
        {
            throw new DeviceException($"{device} failed: {exception.Message} It may be lost to this process.");
        }
    }

    private static bool IsLackOfMemory(Exception exception) => exception switch
    {
        CudaException cuda => cuda.Error == "CUDA_ERROR_OUT_OF_MEMORY",
        CLException opencl => opencl.Error is CLError.CL_MEM_OBJECT_ALLOCATION_FAILURE or CLError.CL_OUT_OF_RESOURCES or CLError.CL_OUT_OF_HOST_MEMORY or CLError.CL_INVALID_BUFFER_SIZE,
        _ => exception is OutOfMemoryException,
    };

    // Four sizes per power of two waste at most a quarter.
    private static long CapacityFor(long bytes)
    {
        bytes = Math.Max(bytes, SmallestBytes);
        var quarter = Math.Max(1L << (BitOperations.Log2((ulong)bytes - 1) - 2), 1);
        return (bytes + quarter - 1) / quarter * quarter;
    }
}
