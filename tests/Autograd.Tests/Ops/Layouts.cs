using System.Runtime.InteropServices;

namespace Autograd.Tests.Ops;

/// <summary>The same values lying differently in memory.</summary>
internal static class Layouts
{
    public static readonly Dictionary<string, Func<Tensor, Tensor>> All = new()
    {
        ["transposed"] = x => Copy(x.Transpose()).Transpose(),
        ["every other element"] = x => Spread(x)[TensorIndex.Ellipsis, TensorIndex.Every(.., 2)].Reshape(x.Shape),
        ["flipped"] = x => Copy(x.Flip()).Flip(),
        ["offset"] = x => Tensor.Concat([x.Reshape(-1)[..Math.Min(1, x.Size)], x.Reshape(-1)])[Math.Min(1, x.Size)..].Reshape(x.Shape),
        ["rows of a wider matrix"] = x => x.Rank == 0 ? Copy(x) : Tensor.Concat([x, x], -1)[TensorIndex.Ellipsis, ..x.Shape[^1]],
    };

    /// <summary>A contiguous tensor of its own memory.</summary>
    public static Tensor Copy(Tensor x) => x.DType switch
    {
        DType.Float32 => Tensor.From(x.ToArray<float>(), x.Shape),
        DType.Float64 => Tensor.From(x.ToArray<double>(), x.Shape),
        DType.Int32 => Tensor.From(x.ToArray<int>(), x.Shape),
        DType.Int64 => Tensor.From(x.ToArray<long>(), x.Shape),
        _ => Tensor.From(x.ToArray<bool>(), x.Shape),
    };

    /// <summary>The memory of the elements, in row-major order.</summary>
    public static byte[] Bits(Tensor x) => x.DType switch
    {
        DType.Float32 => MemoryMarshal.AsBytes(x.AsSpan<float>()).ToArray(),
        DType.Float64 => MemoryMarshal.AsBytes(x.AsSpan<double>()).ToArray(),
        DType.Int32 => MemoryMarshal.AsBytes(x.AsSpan<int>()).ToArray(),
        DType.Int64 => MemoryMarshal.AsBytes(x.AsSpan<long>()).ToArray(),
        _ => MemoryMarshal.AsBytes(x.AsSpan<bool>()).ToArray(),
    };

    // Interleaved with other values along the last axis.
    private static Tensor Spread(Tensor x)
    {
        var column = Copy(x).ExpandDims(-1);
        var wide = Tensor.Concat([column, column], -1);
        return wide.Reshape(x.Rank == 0 ? Shape.Of(2) : Shape.Of([.. x.Shape.ToArray()[..^1], 2 * x.Shape[^1]]));
    }
}
