using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Autograd.Backends;

namespace Autograd;

/// <summary>
/// An immutable array of numbers with a shape. Operations on tensors give new tensors, and a <see cref="GradientTape"/> that
/// watches an operand records them. Reshapes, slices, transposes and broadcasts are views that share memory.
/// </summary>
/// <remarks>
/// Mathematical functions are static (<c>using static Autograd.Tensor;</c> makes a script read like mathematics); reductions,
/// shapes and indexing are members. Nothing needs disposing; <see cref="Dispose"/> gives large memory back early.
/// </remarks>
[System.Text.Json.Serialization.JsonConverter(typeof(TensorJsonConverter))]
public partial class Tensor : IDisposable
{
    [Flags]
    internal enum Traits : byte
    {
        None = 0,

        /// <summary>From C# numbers: takes the type of what it meets, so <c>0.5 * x</c> keeps the type of <c>x</c>.</summary>
        Weak = 1,

        /// <summary>A <see cref="Autograd.Variable"/>.</summary>
        Variable = 2,

        /// <summary>The result of a recorded operation; its slot is never given away.</summary>
        Recorded = 4,

        /// <summary>A tape may read the values again, so disposing leaves the memory to the collector.</summary>
        Held = 8,
        Disposed = 16,

        /// <summary>A gradient on its way back that only the reverse pass knows: the pullback it is given to may write its own result over it.</summary>
        Spendable = 32,
    }

    // Exactly one cache line: an operation on small tensors costs about as much as the objects it makes.
    private object _buffer;
    private Storage? _storage;
    private readonly Shape _shape;
    private readonly int[]? _strides;

    /// <summary>Where the current recording keeps this tensor: see <see cref="Recording"/>.</summary>
    internal long Slot;
    private int _offset;
    internal Traits Flags;

    /// <summary>Some tape watched it, so a recording must look it up even where its slot belongs to another. A byte of its own, since two
    /// threads may watch and hold one tensor at a time and a lost flag would be a lost gradient.</summary>
    internal bool IsWatched;

    /// <param name="buffer">A T[] on the CPU; what a backend likes elsewhere.</param>
    /// <param name="dtype">Element type.</param>
    /// <param name="shape">Extents.</param>
    /// <param name="strides">Distances between neighbours along each axis, in elements; null for row-major.</param>
    /// <param name="offset">The first element's index in the buffer.</param>
    /// <param name="storage">The owner of the buffer, where it has one.</param>
    internal Tensor(object buffer, DType dtype, Shape shape, int[]? strides = null, int offset = 0, Storage? storage = null)
    {
        _buffer = buffer;
        DType = dtype;
        _shape = shape;
        _strides = strides;
        _offset = offset;
        _storage = storage;
    }

    /// <summary>A small row-major tensor of its own. The commonest by far, so nothing is written that is null or 0 anyway.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Tensor(Array elements, DType dtype, Shape shape)
    {
        _buffer = elements;
        DType = dtype;
        _shape = shape;
    }

    /// <summary>The extents along each axis.</summary>
    public Shape Shape => _shape;

    /// <summary>The element type.</summary>
    public DType DType { get; }

    /// <summary>The number of axes; 0 for a scalar.</summary>
    public int Rank => _shape.Rank;

    /// <summary>The number of elements.</summary>
    public int Size => _shape.Size;

    /// <summary>Where the elements live.</summary>
    public Device Device => _storage?.Device ?? Device.Cpu;

    /// <summary>Whether the elements lie in memory in row-major order without gaps.</summary>
    public bool IsContiguous => _strides is null;

    internal Backend Backend => _storage is null ? Backends.Cpu.CpuBackend.Instance : _storage.Device.Backend;

    internal Storage? Storage => _storage;

    internal int Offset => _offset;

    internal int[]? StridesOrNull => _strides;

    internal bool IsVariable => (Flags & Traits.Variable) != 0;

    internal bool IsWeak => (Flags & Traits.Weak) != 0;

    /// <summary>See <see cref="Traits.Spendable"/>.</summary>
    internal bool IsSpendable => (Flags & Traits.Spendable) != 0;

    internal ReadOnlySpan<int> Strides => _strides ?? _shape.RowMajorStrides();

    internal object Buffer
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if ((Flags & Traits.Disposed) != 0)
            {
                ThrowDisposed();
            }
            return _buffer;
        }
    }

    /// <summary>The first element of a CPU tensor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref T First<T>() where T : unmanaged =>
        ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(Unsafe.As<T[]>(Buffer)), _offset);

    /// <summary>The elements of a contiguous CPU tensor.</summary>
    internal Span<T> Elements<T>() where T : unmanaged => MemoryMarshal.CreateSpan(ref First<T>(), Size);

    /// <summary>A tensor whose elements are yet to be written by a kernel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Tensor Allocate(DType dtype, Shape shape, Backend backend) => backend == Backends.Cpu.CpuBackend.Instance
        ? Backends.Cpu.CpuBackend.Allocate(dtype, shape)
        : backend.AllocateTensor(dtype, shape);

    /// <summary>A view of the same memory.</summary>
    internal Tensor View(Shape shape, int[]? strides, int offset)
    {
        var buffer = Buffer;
        if (IsVariable)
        {
            Unsafe.As<Variable>(this).MarkShared();
        }
        _storage?.Share();
        if (strides is not null && IsRowMajor(shape, strides))
        {
            strides = null;
        }
        return new Tensor(buffer, DType, shape, strides, offset, _storage);
    }

    private static bool IsRowMajor(Shape shape, int[] strides)
    {
        var expected = 1;
        for (var axis = shape.Rank - 1; axis >= 0; axis--)
        {
            if (shape[axis] != 1 && strides[axis] != expected && shape.Size != 0)
            {
                return false;
            }
            expected *= Math.Max(shape[axis], 1);
        }
        return true;
    }

    /// <summary>For operations that have nothing to do: this tensor, or for a variable its present value, which later assignments leave alone.</summary>
    internal Tensor AsValue() => IsVariable ? Unsafe.As<Variable>(this).Value : this;

    /// <summary>This tensor's elements in row-major order: itself where it is so already, else an unrecorded copy.</summary>
    internal Tensor Packed()
    {
        if (_strides is null)
        {
            return this;
        }
        var packed = Allocate(DType, _shape, Backend);
        Backend.Copy(this, packed);
        GC.KeepAlive(this);
        return packed;
    }

    /// <summary>For <see cref="Variable"/>: replaces or takes over memory.</summary>
    private protected void SetBuffer(Tensor value)
    {
        _buffer = value.Buffer;
        _offset = value._offset;
        _storage = value._storage;
    }

    /// <summary>The only element, as a double.</summary>
    /// <exception cref="ShapeException">There is not exactly one element.</exception>
    public double Item()
    {
        RequireOneElement();
        return DType switch
        {
            DType.Float32 => Single<float>(),
            DType.Float64 => Single<double>(),
            DType.Int32 => Single<int>(),
            DType.Int64 => Single<long>(),
            _ => Single<bool>() ? 1 : 0,
        };
    }

    /// <summary>The only element, as its own type.</summary>
    /// <exception cref="ShapeException">There is not exactly one element.</exception>
    /// <exception cref="DTypeException">The tensor holds another type.</exception>
    public T Item<T>() where T : unmanaged
    {
        RequireOneElement();
        RequireType<T>("Item");
        return Single<T>();
    }

    private T Single<T>() where T : unmanaged
    {
        var source = OnCpu();
        var value = source.First<T>();
        GC.KeepAlive(source);
        return value;
    }

    private void RequireOneElement()
    {
        if (Size != 1)
        {
            throw new ShapeException($"Item: the tensor has shape {_shape}, {Size} elements; Item reads exactly one. Index it first, or use ToArray.");
        }
    }

    private void RequireType<T>(string operation)
    {
        if (DTypes.Of<T>() != DType)
        {
            throw new DTypeException($"{operation}: the tensor holds {DType}, not {typeof(T).Name}; Cast it first.");
        }
    }

    /// <summary>
    /// The elements in row-major order, without a copy where the tensor is contiguous on the CPU. The memory stays valid as long as the span lives.
    /// </summary>
    /// <exception cref="DTypeException">The tensor holds another type.</exception>
    public ReadOnlySpan<T> AsSpan<T>() where T : unmanaged
    {
        RequireType<T>("AsSpan");
        var source = OnCpu().Packed();
        if (source.IsVariable)
        {
            Unsafe.As<Variable>(source).MarkShared();
        }
        source._storage?.Escape();
        return source.Elements<T>();
    }

    /// <summary>The elements in row-major order as a new array.</summary>
    /// <exception cref="DTypeException">The tensor holds another type.</exception>
    public T[] ToArray<T>() where T : unmanaged
    {
        RequireType<T>("ToArray");
        var source = OnCpu().Packed();
        try
        {
            var array = source.Elements<T>().ToArray();
            GC.KeepAlive(source);
            return array;
        }
        catch (OutOfMemoryException error)
        {
            throw new TensorMemoryException($"ToArray: there is no memory for an array of {Size} elements, {(long)Size * DType.ByteSize()} bytes; AsSpan copies nothing of a contiguous tensor.", error);
        }
    }

    internal Tensor OnCpu() => Device == Device.Cpu ? this : Backend.Download(this);

    /// <summary>
    /// Gives large memory back at once instead of when the garbage collector finds it. Never needed; safe early, twice or never.
    /// A view or a tape that still reads the memory keeps it. Further operations on this tensor throw. Note that an operation with nothing to do (<c>Cast</c> to the type there is,
    /// <c>Reshape</c> to the same shape, <c>x[..]</c>) gives the tensor itself.
    /// </summary>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        Traits flags;
        do
        {
            flags = Flags;
            if ((flags & Traits.Disposed) != 0)
            {
                return;
            }
        }
        while (Interlocked.CompareExchange(ref Flags, flags | Traits.Disposed, flags) != flags); // two threads may dispose one tensor
        // A recorded value may be read again by the backward pass; then the collector decides.
        if ((flags & (Traits.Held | Traits.Variable)) == 0)
        {
            _storage?.Leave();
        }
    }

    /// <summary>What a tape reads instead of a disposed tensor that it holds: disposing takes a tensor from the program, not from the tape.</summary>
    internal Tensor Revived(long slot) => (Flags & Traits.Disposed) == 0
        ? this
        : new Tensor(_buffer, DType, _shape, _strides, _offset, _storage) { Slot = slot, Flags = Flags & ~Traits.Disposed, IsWatched = IsWatched };

    private void ThrowDisposed() =>
        throw new ObjectDisposedException(nameof(Tensor), $"This tensor of shape {_shape} was disposed; its values are gone.");

    /// <summary>The values as NumPy prints them, cut in the middle when there are many, with shape and type.</summary>
    public override string ToString() => (Flags & Traits.Disposed) != 0
        ? $"disposed tensor, shape {_shape}, {DType}"
        : TensorFormatter.Format(this);
}
