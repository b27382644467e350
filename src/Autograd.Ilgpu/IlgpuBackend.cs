using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Autograd.Backends.Cpu;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace Autograd.Backends.Ilgpu;

/// <summary>
/// A GPU by way of ILGPU. All kernels of a device run in one stream, in the order of the calls, and nothing waits for them until a value is read.
/// A kernel works with any group size that is a power of two: one thread to a group is how the simulator is fast.
/// </summary>
internal sealed partial class IlgpuBackend : Backend
{
    /// <summary>So many elements fewer than an int can count that no kernel's stride overflows at the end.</summary>
    private const int MostElements = int.MaxValue - (1 << 25);

    // ILGPU's cache, which a failed kernel spoils, is one for all devices.
    private static readonly Lock s_compiling = new();
    private static int s_count;

    private readonly Accelerator _accelerator;
    private readonly MemoryCache _memory;
    private readonly Staging _staging;
    private readonly CuBlas? _cublas;
    private readonly int _groupSize;
    private readonly int _mostGroups;
    private long _waits;

    [ThreadStatic]
    private static IlgpuBackend? t_bound;

    public IlgpuBackend(Accelerator accelerator, string name, int groupSize, bool isHost)
    {
        _accelerator = accelerator;
        Device = new Device(name, this);
        // A device that is the processor itself would be ended by the system before it refused.
        var limit = isHost ? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 * 3 : long.MaxValue;
        _memory = new MemoryCache(accelerator, name, Math.Min(limit, accelerator.MemorySize), Sync);
        _staging = new Staging(accelerator);
        _groupSize = groupSize;
        // Enough for every multiprocessor to be full; each thread goes on in strides.
        _mostGroups = groupSize == 1 ? 1 : Math.Max(16 * accelerator.NumMultiprocessors, 64);
        if (accelerator is CudaAccelerator)
        {
            Bind();
            _cublas = CuBlas.TryLoad(((CudaStream)accelerator.DefaultStream).StreamPtr);
        }
        Number = Interlocked.Increment(ref s_count) - 1;
    }

    public Device Device { get; }

    /// <summary>Counts the devices in use, from 0.</summary>
    public int Number { get; }

    public Accelerator Accelerator => _accelerator;

    public MemoryCache Memory => _memory;

    /// <summary>One launch at a time: launches of one stream are no better off side by side, and some drivers break.</summary>
    public Lock Sync { get; } = new();

    /// <summary>Threads per group, a power of two.</summary>
    public int GroupSize => _groupSize;

    /// <summary>The launch of a kernel that strides over n elements.</summary>
    public KernelConfig For(int n)
    {
        Bind();
        return new(Math.Clamp((int)(((long)n + _groupSize - 1) / _groupSize), 1, _mostGroups), _groupSize);
    }

    /// <summary>The launch of a kernel that gives each item a group, in strides.</summary>
    public KernelConfig Groups(int items)
    {
        Bind();
        return new(Math.Clamp(items, 1, _groupSize == 1 ? 1 : 1 << 16), _groupSize);
    }

    public TLauncher Compile<TLauncher>(Func<Accelerator, TLauncher> load)
    {
        Bind();
        lock (s_compiling)
            lock (Sync)
            {
                try
                {
                    KernelAccess.Grant(_accelerator.Context, typeof(TLauncher));
                    return load(_accelerator);
                }
                catch (Exception exception) when (exception is not OutOfMemoryException)
                {
                    // What is left of it in ILGPU's cache would make every later kernel fail.
                    _accelerator.Context.ClearCache(ClearCacheMode.Everything);
                    throw new DeviceException($"{Device}: a kernel could not be compiled: {(exception.InnerException?.Message ?? exception.Message).TrimEnd('.')}. "
                        + "A formula for a GPU is a struct whose fields are numbers (a bool is none), and calls nothing but the members of IReal.");
                }
            }
    }

    /// <summary>How often a thread waited for all work.</summary>
    public long Waits => Volatile.Read(ref _waits);

    /// <summary>Waits until all work that was asked for is done.</summary>
    public void Synchronize()
    {
        Interlocked.Increment(ref _waits);
        try
        {
            Bind();
            _accelerator.DefaultStream.Synchronize();
        }
        catch (AcceleratorException exception)
        {
            throw Failure(exception);
        }
    }

    private DeviceException Failure(AcceleratorException exception) => new(
        $"{Device} failed, in this or an earlier operation: {exception.Message.TrimEnd('.')}. Tensors on it may be lost, and it may be lost to this process; other devices are as they were.");

    /// <summary>A launch takes memory, not tensors: until it is made, they must not be found to be garbage. Afterwards the order of the stream protects what they held.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void KeepAlive(params ReadOnlySpan<Tensor?> operands)
    {
    }

    // Drivers keep the current device by thread.
    public void Bind()
    {
        if (t_bound != this)
        {
            _accelerator.Bind();
            t_bound = this;
        }
    }

    // ---- memory ----

    public override Tensor AllocateTensor(DType dtype, Shape shape)
    {
        if (!Enum.IsDefined(dtype))
        {
            throw new DTypeException($"{dtype} is no element type: use Float32, Float64, Int32, Int64 or Bool.");
        }
        if (shape.Size > MostElements)
        {
            throw new TensorMemoryException($"{Device}: shape {shape} has {shape.Size} elements; a tensor there can have {MostElements}.");
        }
        Bind();
        var memory = new DeviceMemory(this, _memory, _memory.Take((long)shape.Size * dtype.ByteSize()), shape.Size);
        return new Tensor(memory, dtype, shape, null, 0, memory);
    }

    // ILGPU does not hold still what it copies. Other threads may ask for work while this one waits.
    public override unsafe Tensor Download(Tensor x)
    {
        var packed = x.Packed();
        var y = CpuBackend.Allocate(x.DType, x.Shape);
        if (x.Size > 0)
        {
            fixed (byte* to = &FirstByte(y))
            {
                try
                {
                    Bind();
                    lock (Sync)
                    {
                        packed.On<byte>(x.DType).CopyToCPUUnsafeAsync(_accelerator.DefaultStream, ref *to, (long)x.Size * x.DType.ByteSize());
                    }
                }
                catch (AcceleratorException exception)
                {
                    throw Failure(exception);
                }
                Synchronize();
            }
        }
        GC.KeepAlive(packed);
        GC.KeepAlive(y);
        return y;
    }

    public override unsafe Tensor Upload(Tensor x)
    {
        var packed = x.Packed();
        var y = AllocateTensor(x.DType, x.Shape);
        if (x.Size > 0)
        {
            fixed (byte* from = &FirstByte(packed))
            {
                var isStaged = false;
                try
                {
                    Bind();
                    var to = y.On<byte>(x.DType);
                    lock (Sync)
                    {
                        isStaged = _staging.TryCopy(from, to, Synchronize);
                        if (!isStaged)
                        {
                            to.CopyFromCPUUnsafeAsync(_accelerator.DefaultStream, ref *from, to.Length);
                        }
                    }
                }
                catch (AcceleratorException exception)
                {
                    throw Failure(exception);
                }
                if (!isStaged)
                {
                    Synchronize();
                }
            }
            if (x.DType is DType.Int32 or DType.Int64)
            {
                y.Storage!.Known = WholeNumbers.Of(packed);
            }
        }
        GC.KeepAlive(packed);
        return y;
    }

    private static ref byte FirstByte(Tensor x)
    {
        switch (x.DType.ByteSize())
        {
            case 1:
                return ref x.First<byte>();
            case 4:
                return ref Unsafe.As<int, byte>(ref x.First<int>());
            case 8:
                return ref Unsafe.As<long, byte>(ref x.First<long>());
            default:
                throw NoKernel(x.DType);
        }
    }

    public override void Fill(Tensor y, double value)
    {
        if (y.Size == 0)
        {
            return;
        }
        switch (y.DType)
        {
            case DType.Float32:
                Filling<Real32>.Run(this, y, new((float)value));
                break;
            case DType.Float64:
                Filling<Real64>.Run(this, y, new(value));
                break;
            case DType.Int32:
                Filling<Whole32>.Run(this, y, new((int)value));
                break;
            case DType.Int64:
                Filling<Whole64>.Run(this, y, new((long)value));
                break;
            case DType.Bool:
                Filling<Truth>.Run(this, y, Truth.Of(value != 0));
                break;
            default:
                throw NoKernel(y.DType);
        }
    }

    public override void Copy(Tensor x, Tensor y)
    {
        switch (x.DType.ByteSize())
        {
            case 1:
                Elementwise<CopyFormula<byte>, byte, byte>.Run(this, default, y, x);
                break;
            case 4:
                Elementwise<CopyFormula<int>, int, int>.Run(this, default, y, x);
                break;
            case 8:
                Elementwise<CopyFormula<long>, long, long>.Run(this, default, y, x);
                break;
            default:
                throw NoKernel(x.DType);
        }
    }

    public override void Cast(Tensor x, Tensor y)
    {
        switch (x.DType)
        {
            case DType.Float32:
                Cast<Real32>(x, y);
                break;
            case DType.Float64:
                Cast<Real64>(x, y);
                break;
            case DType.Int32:
                Cast<Whole32>(x, y);
                break;
            case DType.Int64:
                Cast<Whole64>(x, y);
                break;
            case DType.Bool:
                Cast<Truth>(x, y);
                break;
            default:
                throw NoKernel(x.DType);
        }
    }

    private void Cast<TIn>(Tensor x, Tensor y) where TIn : unmanaged, IElement<TIn>
    {
        switch (y.DType)
        {
            case DType.Float32:
                Elementwise<CastFormula<TIn, Real32>, TIn, Real32>.Run(this, default, y, x);
                break;
            case DType.Float64:
                Elementwise<CastFormula<TIn, Real64>, TIn, Real64>.Run(this, default, y, x);
                break;
            case DType.Int32:
                Elementwise<CastFormula<TIn, Whole32>, TIn, Whole32>.Run(this, default, y, x);
                break;
            case DType.Int64:
                Elementwise<CastFormula<TIn, Whole64>, TIn, Whole64>.Run(this, default, y, x);
                y.Storage!.Known = x.Storage!.Known;
                break;
            case DType.Bool:
                Elementwise<CastFormula<TIn, Truth>, TIn, Truth>.Run(this, default, y, x);
                break;
            default:
                throw NoKernel(y.DType);
        }
    }
}

internal static class TensorsOnDevice
{
    /// <summary>All memory of a tensor, for one whose elements may lie before its first.</summary>
    public static ArrayView<T> Memory<T>(this Tensor x) where T : unmanaged => ((DeviceMemory)x.Buffer).Bytes.Cast<T>();

    /// <summary>The memory of a contiguous tensor from its first element on, and <paramref name="start"/> elements further.</summary>
    public static ArrayView<T> On<T>(this Tensor x, int start = 0) where T : unmanaged
    {
        var all = x.Memory<T>();
        var first = x.Offset + start;
        return first == 0 ? all : all.SubView(first, all.Length - first);
    }

    /// <summary>The memory of a contiguous tensor as bytes.</summary>
    public static ArrayView<byte> On<T>(this Tensor x, DType dtype) where T : unmanaged =>
        ((DeviceMemory)x.Buffer).Bytes.SubView((long)x.Offset * dtype.ByteSize(), (long)x.Size * dtype.ByteSize());
}
