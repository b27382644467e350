using ILGPU;

namespace Autograd.Backends.Ilgpu;

/// <content>Matrix products.</content>
internal sealed partial class IlgpuBackend
{
    public override void MatMul(Tensor a, Tensor b, bool transposeA, bool transposeB, Tensor c)
    {
        switch (c.DType)
        {
            case DType.Float32:
                MatMul<Real32>(a, b, transposeA, transposeB, c);
                break;
            case DType.Float64:
                MatMul<Real64>(a, b, transposeA, transposeB, c);
                break;
            case DType.Int32:
                MatMul<Whole32>(a, b, transposeA, transposeB, c);
                break;
            default:
                MatMul<Whole64>(a, b, transposeA, transposeB, c);
                break;
        }
    }

    private void MatMul<T>(Tensor a, Tensor b, bool transposeA, bool transposeB, Tensor c) where T : unmanaged, IReal<T>
    {
        if (c.Size == 0)
        {
            return;
        }
        ReadOnlySpan<int> stridesA = a.Strides, stridesB = b.Strides;
        var product = new Product
        {
            M = c.Shape[^2],
            N = c.Shape[^1],
            K = a.Shape[transposeA ? ^2 : ^1],
            RowA = stridesA[transposeA ? ^1 : ^2],
            ColumnA = stridesA[transposeA ? ^2 : ^1],
            RowB = stridesB[transposeB ? ^1 : ^2],
            ColumnB = stridesB[transposeB ? ^2 : ^1],
        };
        // The batch axes, merged where they lie one behind the other in both operands; usually one is left.
        var batch = Shape.Of([.. c.Shape.Dimensions[..^2]]);
        var one = product.M * product.N;
        var walk = new Walk(batch, Leading(a), Leading(b));
        var (merged, strideA, strideB) = walk.IsFlat ? (batch.Size, walk.FlatStride(0), walk.FlatStride(1)) : (1, 0, 0);
        product.Batch = merged;
        product.BatchA = strideA;
        product.BatchB = strideB;
        for (var i = 0; i < batch.Size; i += merged)
        {
            var (startA, startB) = (0, 0);
            if (merged == 1)
            {
                var rest = i;
                for (var axis = batch.Rank - 1; axis >= 0; axis--)
                {
                    var at = rest % batch[axis];
                    rest /= batch[axis];
                    startA += at * StrideAt(a, axis - batch.Rank - 2);
                    startB += at * StrideAt(b, axis - batch.Rank - 2);
                }
            }
            product.StartA = a.Offset + startA;
            product.StartB = b.Offset + startB;
            Products<T>.Run(this, product, a.Memory<T>(), b.Memory<T>(), c.On<T>(i * one));
        }
    }

    // A stand-in whose axes are the batch axes of x.
    private static Tensor Leading(Tensor x) => new(x.Buffer, x.DType, Shape.Of([.. x.Shape.Dimensions[..^2]]), [.. x.Strides[..^2]], 0);

    private static int StrideAt(Tensor x, int axisFromEnd)
    {
        var axis = x.Rank + axisFromEnd;
        return axis < 0 || x.Shape[axis] == 1 ? 0 : x.Strides[axis];
    }
}
