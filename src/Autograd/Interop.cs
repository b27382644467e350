using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Autograd;

/// <summary>Arrays of any rank and the tensors of System.Numerics.Tensors.</summary>
internal static class Interop
{
    public static Tensor FromArray(Array values)
    {
        var element = values.GetType().GetElementType()!;
        return element switch
        {
            _ when element.IsArray => FromNested(values),
            _ when element == typeof(float) => Flat<float>(values),
            _ when element == typeof(double) => Flat<double>(values),
            _ when element == typeof(int) => Flat<int>(values),
            _ when element == typeof(long) => Flat<long>(values),
            _ when element == typeof(bool) => Flat<bool>(values),
            _ when element == typeof(byte) => Flat<byte>(values),
            _ => throw new DTypeException($"From: an array of {element.Name}; the elements must be float, double, int, long, bool or byte."),
        };
    }

    private static Tensor Flat<T>(Array values) where T : unmanaged
    {
        var shape = new int[values.Rank];
        for (var axis = 0; axis < shape.Length; axis++)
        {
            shape[axis] = values.GetLength(axis);
        }
        ref var first = ref Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(values));
        return Tensor.From<T>(MemoryMarshal.CreateReadOnlySpan(ref first, values.Length), Shape.Of(shape));
    }

    private static Tensor FromNested(Array rows)
    {
        var tensors = new Tensor[rows.Length];
        for (var i = 0; i < tensors.Length; i++)
        {
            tensors[i] = FromArray((Array?)rows.GetValue(i) ?? throw new ArgumentNullException(nameof(rows), $"Row {i} is null."));
            if (!tensors[i].Shape.Equals(tensors[0].Shape))
            {
                throw new ShapeException($"From: the nested array is ragged: row 0 has shape {tensors[0].Shape}, row {i} has {tensors[i].Shape}.");
            }
        }
        return tensors.Length == 0 ? throw new ShapeException("From: an empty nested array has no shape; use Zeros.") : Tensor.Stack(tensors);
    }

    public static Tensor FromTensorSpan<T>(in ReadOnlyTensorSpan<T> values) where T : unmanaged
    {
        var shape = new int[values.Rank];
        for (var axis = 0; axis < shape.Length; axis++)
        {
            shape[axis] = Shape.Extent(values.Lengths[axis], "From");
        }
        var flat = new T[Shape.Extent(values.FlattenedLength, "From")];
        values.FlattenTo(flat);
        return Tensor.From<T>(flat, Shape.Of(shape));
    }

    public static ReadOnlyTensorSpan<T> ToTensorSpan<T>(ReadOnlySpan<T> values, Shape shape)
    {
        var lengths = new nint[shape.Rank];
        for (var axis = 0; axis < lengths.Length; axis++)
        {
            lengths[axis] = shape[axis];
        }
        return new ReadOnlyTensorSpan<T>(values, lengths);
    }
}
