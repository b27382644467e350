using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Autograd;

public partial class Tensor
{
    /// <summary>A tensor of zeros.</summary>
    public static Tensor Zeros(Shape shape, DType dtype = DType.Float32) => Full(shape, 0, dtype);

    /// <summary>A float32 tensor of zeros: <c>Zeros(3, 4)</c>.</summary>
    public static Tensor Zeros(params ReadOnlySpan<int> shape) => Zeros(Shape.Of(shape));

    /// <summary>A float32 tensor of ones: <c>Ones(3, 4)</c>.</summary>
    public static Tensor Ones(params ReadOnlySpan<int> shape) => Ones(Shape.Of(shape));

    /// <summary>A tensor of ones.</summary>
    public static Tensor Ones(Shape shape, DType dtype = DType.Float32) => Full(shape, 1, dtype);

    /// <summary>Zeros of another tensor's shape and type.</summary>
    public static Tensor ZerosLike(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return FullOn(x.Backend, x.Shape, 0, x.DType);
    }

    /// <summary>Ones of another tensor's shape and type.</summary>
    public static Tensor OnesLike(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return FullOn(x.Backend, x.Shape, 1, x.DType);
    }

    /// <summary>A tensor with one value everywhere.</summary>
    /// <exception cref="ValueException">The type holds whole numbers, and the value is none, or one beyond its range.</exception>
    public static Tensor Full(Shape shape, double value, DType dtype = DType.Float32)
    {
        ArgumentNullException.ThrowIfNull(shape);
        RequireHolds(dtype, value, "Full");
        return FullOn(Device.Default.Backend, shape, value, dtype);
    }

    /// <summary>A tensor with one whole number everywhere, exact as Int64 also where a double is not.</summary>
    public static Tensor Full(Shape shape, long value, DType dtype = DType.Float32)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (dtype != DType.Int64 || (Int128)(double)value == value)
        {
            return Full(shape, (double)value, dtype);
        }
        var y = Allocate(dtype, shape, Backends.Cpu.CpuBackend.Instance);
        y.Elements<long>().Fill(value);
        return y.ToDefault();
    }

    /// <summary>Refuses what an integer type cannot hold exactly: of the many values it could become none was meant.</summary>
    internal static void RequireHolds(DType dtype, double value, string operation)
    {
        var (least, most) = dtype == DType.Int32 ? (int.MinValue, (double)int.MaxValue) : (long.MinValue, Math.BitDecrement(-(double)long.MinValue));
        if (dtype is DType.Int32 or DType.Int64 && !(value >= least && value <= most && Math.Truncate(value) == value))
        {
            throw new ValueException(FormattableString.Invariant($"{operation}: {value} is no {dtype}, which holds whole numbers from {least:R} to {most:R}; round it first, or take a floating type."));
        }
    }

    internal static Tensor FullOn(Backends.Backend backend, Shape shape, double value, DType dtype)
    {
        var y = Allocate(dtype, shape, backend);
        backend.Fill(y, value);
        return y;
    }

    /// <summary>The identity matrix, or a rectangular one with ones on a diagonal.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns; as many as rows when left out.</param>
    /// <param name="diagonal">Which diagonal: 0 the main one, positive above, negative below.</param>
    /// <param name="dtype">Element type.</param>
    /// <exception cref="ShapeException">A count is negative.</exception>
    public static Tensor Eye(int rows, int? columns = null, int diagonal = 0, DType dtype = DType.Float32)
    {
        Shape shape = [rows, columns ?? rows];
        return Equal(Arange(0, shape[1]).ExpandDims(0) - Arange(0, rows).ExpandDims(1), (long)diagonal).Cast(dtype);
    }

    /// <summary>0, 1, ..., count - 1 as int64.</summary>
    /// <exception cref="ShapeException">The count is negative.</exception>
    public static Tensor Arange(int count) => count >= 0
        ? Arange(0, count)
        : throw new ShapeException($"Arange: the count is {count}; it must be 0 or more.");

    /// <summary>start, start + step, ... up to but without <paramref name="end"/>, as int64.</summary>
    /// <exception cref="ValueException">The step is 0 or leads away from the end.</exception>
    public static Tensor Arange(long start, long end, long step = 1)
    {
        var count = CountOfRange(start, end, step);
        var y = Allocate(DType.Int64, count, Backends.Cpu.CpuBackend.Instance);
        var values = y.Elements<long>();
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = start + (i * step);
        }
        return y.ToDefault();
    }

    private static int CountOfRange(long start, long end, long step)
    {
        if (step == 0 || (start != end && end < start != step < 0))
        {
            throw new ValueException($"Arange: {start} to {end} in steps of {step} never arrives; the step must lead from start to end and not be 0.");
        }
        // Unsigned, since the distance may be longer than a long.
        var (distance, stride) = step > 0 ? ((ulong)end - (ulong)start, (ulong)step) : ((ulong)start - (ulong)end, 0 - (ulong)step);
        var count = distance == 0 ? 0 : ((distance - 1) / stride) + 1;
        return count <= (ulong)Array.MaxLength ? (int)count : throw new ShapeException($"Arange: {start} to {end} in steps of {step} has {count} elements, more than a tensor can hold.");
    }

    /// <summary>start, start + step, ... up to but without <paramref name="end"/>.</summary>
    /// <exception cref="ValueException">A number is NaN or infinite, the step is 0 or leads away from the end, or a value is none that the type holds.</exception>
    public static Tensor Arange(double start, double end, double step = 1, DType dtype = DType.Float32)
    {
        var count = Math.Ceiling((end - start) / step);
        if (!double.IsFinite(count) || count < 0 || !double.IsFinite(start) || !double.IsFinite(step))
        {
            throw new ValueException(FormattableString.Invariant($"Arange: {start} to {end} in steps of {step} never arrives; the step must lead from start to end and not be 0, and all must be finite."));
        }
        if (count > Array.MaxLength)
        {
            throw new ShapeException(FormattableString.Invariant($"Arange: {start} to {end} in steps of {step} has {count} elements, more than a tensor can hold."));
        }
        return FromFunction((int)count, i => start + (i * step), dtype, "Arange");
    }

    /// <summary>Evenly spaced values from start to end, both included.</summary>
    /// <exception cref="ShapeException">The count is negative.</exception>
    /// <exception cref="ValueException">A bound is not finite, or a value is none that the type, an integer one, holds.</exception>
    public static Tensor Linspace(double start, double end, int count, DType dtype = DType.Float32)
    {
        if (!double.IsFinite(start) || !double.IsFinite(end))
        {
            throw new ValueException(FormattableString.Invariant($"Linspace: {start} to {end}; both must be finite."));
        }
        var gaps = Math.Max(count - 1, 1);
        // The distance may be more than the largest number.
        var gap = double.IsFinite(end - start) ? (end - start) / gaps : (end / gaps) - (start / gaps);
        return FromFunction(count, i => i == count - 1 && count > 1 ? end : start + (i * gap), dtype, "Linspace");
    }

    private static Tensor FromFunction(Shape shape, Func<int, double> value, DType dtype, string operation)
    {
        var y = Allocate(DType.Float64, shape, Backends.Cpu.CpuBackend.Instance);
        var values = y.Elements<double>();
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = value(i);
            RequireHolds(dtype, values[i], operation);
        }
        return y.Cast(dtype).ToDefault();
    }

    /// <summary>A new last axis that is 1 at the class and 0 elsewhere.</summary>
    /// <param name="classes">Int32 or Int64, from 0 to depth - 1, any shape.</param>
    /// <param name="depth">The number of classes.</param>
    /// <param name="dtype">Element type of the result.</param>
    /// <exception cref="ValueException">A class is negative or not below the depth.</exception>
    /// <exception cref="DTypeException">The classes are no integers.</exception>
    /// <exception cref="ShapeException">The depth is negative.</exception>
    public static Tensor OneHot(Tensor classes, int depth, DType dtype = DType.Float32)
    {
        ArgumentNullException.ThrowIfNull(classes);
        Shape shape = [.. classes.Shape, depth];
        var positions = Ops.Indexing.Positions(classes, depth, "OneHot", classes, axis: null);
        var y = Equal(positions.ExpandDims(-1), Arange(depth).To(positions.Device)).Cast(dtype);
        Recording.Active?.Add(new NotDifferentiable("OneHot"), y, classes);
        return y.Reshape(shape);
    }

    /// <summary>A tensor of the given values (copied).</summary>
    /// <param name="values">Elements in row-major order: float, double, int, long or bool; bytes, such as those of images, become float32 of the same value, 0 to 255.</param>
    /// <param name="shape">The extents; one axis when left out.</param>
    /// <exception cref="ShapeException">The shape has another number of elements.</exception>
    /// <exception cref="DTypeException">No tensor stores <typeparamref name="T"/>.</exception>
    public static Tensor From<T>(ReadOnlySpan<T> values, Shape? shape = null) where T : unmanaged
    {
        var dtype = typeof(T) == typeof(byte) ? DType.Float32 : DTypes.Of<T>();
        if (shape is not null && shape.Size != values.Length)
        {
            throw new ShapeException($"From: {values.Length} values do not fill shape {shape}, which has {shape.Size} elements.");
        }
        var y = Allocate(dtype, shape ?? Shape.Of(values.Length), Backends.Cpu.CpuBackend.Instance);
        if (typeof(T) == typeof(byte))
        {
            TensorPrimitives.ConvertTruncating(MemoryMarshal.AsBytes(values), y.Elements<float>());
            return y.ToDefault();
        }
        values.CopyTo(y.Elements<T>());
        return y.ToDefault();
    }

    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, Shape)"/>
    public static Tensor From<T>(T[] values, Shape? shape = null) where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(values);
        return From((ReadOnlySpan<T>)values, shape);
    }

    /// <summary>A tensor of a C# array of any rank, such as <c>float[,]</c>, or a nested one such as <c>float[][]</c> (copied).</summary>
    /// <exception cref="DTypeException">The elements are not float, double, int, long, bool or byte.</exception>
    /// <exception cref="ShapeException">A nested array is ragged.</exception>
    public static Tensor From(Array values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return Interop.FromArray(values);
    }

    /// <summary>A tensor of the elements of a System.Numerics.Tensors tensor (copied).</summary>
    /// <exception cref="DTypeException">No tensor stores <typeparamref name="T"/>.</exception>
    public static Tensor From<T>(in ReadOnlyTensorSpan<T> values) where T : unmanaged
    {
        _ = typeof(T) == typeof(byte) ? DType.Float32 : DTypes.Of<T>();
        return Interop.FromTensorSpan(values);
    }

    /// <summary>The elements as a span of System.Numerics.Tensors, without a copy where the tensor is contiguous on the CPU.</summary>
    /// <exception cref="DTypeException">The tensor holds another type.</exception>
    public ReadOnlyTensorSpan<T> AsTensorSpan<T>() where T : unmanaged => Interop.ToTensorSpan(AsSpan<T>(), Shape);

    /// <summary>A number.</summary>
    public static implicit operator Tensor(float value) => WeakScalar(DType.Float32, value);

    /// <summary>A number; it takes the type of the tensor it meets.</summary>
    public static implicit operator Tensor(double value) => WeakScalar(DType.Float64, value);

    /// <summary>A number; it takes the type of the tensor it meets.</summary>
    public static implicit operator Tensor(int value) => WeakScalar(DType.Int32, value);

    /// <summary>A number; it takes the type of the tensor it meets.</summary>
    public static implicit operator Tensor(long value) => WeakScalar(DType.Int64, value);

    /// <summary>A truth value.</summary>
    public static implicit operator Tensor(bool value) => WeakScalar(DType.Bool, value);

    /// <summary>A number of the given floating type, for use beside tensors of that type.</summary>
    internal static Tensor Scalar(double value, DType dtype) => dtype == DType.Float32 ? WeakScalar(dtype, (float)value) : WeakScalar(DType.Float64, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Tensor WeakScalar<T>(DType dtype, T value) where T : unmanaged => new((T[])[value], dtype, Shape.Scalar) { Flags = Traits.Weak };
}
