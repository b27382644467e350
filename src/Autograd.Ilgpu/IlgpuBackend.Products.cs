using Autograd.Ops;
using ILGPU;
using ILGPU.Runtime;

namespace Autograd.Backends.Ilgpu;

/// <content>Matrix products.</content>
internal sealed partial class IlgpuBackend
{
    public override void MatMul(Tensor a, Tensor b, bool transposeA, bool transposeB, Tensor c, Tensor? bias = null)
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
            case DType.Int64:
                MatMul<Whole64>(a, b, transposeA, transposeB, c);
                break;
            default:
                throw NoKernel(c.DType);
        }
        if (bias is not null)
        {
            Zip(default(AddFormula), c, bias, c);
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
        var batch = Shape.Of([.. c.Shape.Dimensions[..^2]]);
        var walk = new Walk(batch, Leading(a), Leading(b));
        product.Batch = walk.Length;
        if (_cublas is not null && walk.IsFlat && c.DType.IsFloating() && TryCuBlas(_cublas, product with { BatchA = walk.FlatStride(0), BatchB = walk.FlatStride(1) }, a, b, c))
        {
            return;
        }
        for (var launch = 0; launch < walk.Launches; launch++)
        {
            var matrices = new MatrixProduct<T>(product, a.Memory<T>(), b.Memory<T>())
            {
                Batch = walk.Extents,
                BatchA = walk.Strides(a, 0, launch),
                BatchB = walk.Strides(b, 1, launch),
            };
            if (walk.Launches == 1)
            {
                Products<MatrixProduct<T>, T>.Run(this, matrices, c);
                KeepAlive(a, b, c);
                return;
            }
            // So many axes that cannot be merged are rare.
            matrices.Result = c.On<T>(launch * matrices.Size);
            Products<MatrixProduct<T>, T>.Run(this, matrices);
        }
        KeepAlive(a, b, c);
    }

    private bool TryCuBlas(CuBlas cublas, in Product product, Tensor a, Tensor b, Tensor c)
    {
        lock (Sync)
        {
            Bind();
            return cublas.TryMultiply(c.DType == DType.Float64, product, AddressOf(a), AddressOf(b), AddressOf(c));
        }
    }

    private static nint AddressOf(Tensor x) => x.On<byte>(x.DType).LoadEffectiveAddressAsPtr();

    // A stand-in whose axes are the batch axes of x.
    private static Tensor Leading(Tensor x) => new(x.Buffer, x.DType, Shape.Of([.. x.Shape.Dimensions[..^2]]), [.. x.Strides[..^2]], 0);
}
