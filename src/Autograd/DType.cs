namespace Autograd;

/// <summary>
/// The element type of a tensor. The order is the order of promotion: an operation on two types runs in the larger one,
/// so any floating type wins over any integer type, as in PyTorch and JAX. No type has the number 0: C# takes a literal 0 for an enumeration, and <c>Zeros([2], 0)</c> should not be bools.
/// </summary>
public enum DType : byte
{
    /// <summary>One byte a value: true or false.</summary>
    Bool = 1,

    /// <summary>Signed 32-bit integer.</summary>
    Int32,

    /// <summary>Signed 64-bit integer; the type of indices that operations return.</summary>
    Int64,

    /// <summary>IEEE single precision, the default.</summary>
    Float32,

    /// <summary>IEEE double precision; what gradient checking uses.</summary>
    Float64,
}

/// <summary>Facts about element types. Threads may call it at the same time.</summary>
public static class DTypes
{
    /// <summary>Whether gradients exist for the type: true for <see cref="DType.Float32"/> and <see cref="DType.Float64"/>.</summary>
    public static bool IsFloating(this DType dtype) => dtype >= DType.Float32;

    /// <summary>Bytes per element.</summary>
    public static int ByteSize(this DType dtype) => dtype switch
    {
        DType.Bool => 1,
        DType.Int32 or DType.Float32 => 4,
        DType.Int64 or DType.Float64 => 8,
        _ => throw new DTypeException($"{dtype} is no element type."),
    };

    /// <summary>The element type that stores the C# type <typeparamref name="T"/>.</summary>
    /// <exception cref="DTypeException">No tensor stores <typeparamref name="T"/>.</exception>
    public static DType Of<T>()
    {
        if (typeof(T) == typeof(float))
        {
            return DType.Float32;
        }
        if (typeof(T) == typeof(double))
        {
            return DType.Float64;
        }
        if (typeof(T) == typeof(int))
        {
            return DType.Int32;
        }
        if (typeof(T) == typeof(long))
        {
            return DType.Int64;
        }
        if (typeof(T) == typeof(bool))
        {
            return DType.Bool;
        }
        throw new DTypeException($"No tensor stores {typeof(T).Name}: use float, double, int, long or bool.");
    }

    /// <summary>The C# type behind an element type.</summary>
    public static Type ClrType(this DType dtype) => dtype switch
    {
        DType.Bool => typeof(bool),
        DType.Int32 => typeof(int),
        DType.Int64 => typeof(long),
        DType.Float32 => typeof(float),
        DType.Float64 => typeof(double),
        _ => throw new DTypeException($"{dtype} is no element type."),
    };
}
