
namespace Autograd.Backends.Cpu;

/// <summary>Matrix products. The work itself is in <see cref="MatrixProduct"/>.</summary>
internal sealed unsafe partial class CpuBackend
{
    public override void MatMul(Tensor a, Tensor b, bool transposeA, bool transposeB, Tensor c, Tensor? bias = null)
    {
        if (c.Size == 0)
        {
            return;
        }
        switch (c.DType)
        {
            case DType.Float32:
                MatMul<float>(a, b, transposeA, transposeB, c, bias);
                break;
            case DType.Float64:
                MatMul<double>(a, b, transposeA, transposeB, c, bias);
                break;
            case DType.Int32:
                MatMul<int>(a, b, transposeA, transposeB, c, null);
                break;
            case DType.Int64:
                MatMul<long>(a, b, transposeA, transposeB, c, null);
                break;
            default:
                throw NoKernel(c.DType);
        }
    }

    /// <summary>How the last two axes of an operand lie in memory.</summary>
    private readonly struct Layout(Tensor x, bool transposed)
    {
        private readonly int _last = x.StridesOrNull is { } strides ? strides[^1] : 1;
        private readonly int _beforeLast = x.StridesOrNull is { } strides ? strides[^2] : x.Shape[^1];

        public nint Row => transposed ? _last : _beforeLast;

        public nint Column => transposed ? _beforeLast : _last;
    }

    private static void MatMul<E>(Tensor a, Tensor b, bool transposeA, bool transposeB, Tensor c, Tensor? bias) where E : unmanaged
    {
        var (m, n, k) = (c.Shape[^2], c.Shape[^1], a.Shape[transposeA ? ^2 : ^1]);
        Layout layoutA = new(a, transposeA), layoutB = new(b, transposeB);
        fixed (E* pa = &a.First<E>(), pb = &b.First<E>(), pc = &c.First<E>(), pBias = &Or<E>(bias))
        {
            if (c.Rank == 2)
            {
                Multiply(pa, layoutA, pb, layoutB, pc, m, n, k, pBias);
                return;
            }
            // Batches are walked as elements of the leading axes.
            Loops.Prepare(out var loops, c.Shape.ToArray()[..^2], Leading(a), Leading(b), Leading(c));
            do
            {
                for (nint row = 0; row < loops.Rows; row++)
                {
                    for (nint i = 0; i < loops.Length; i++)
                    {
                        Multiply(
                            pa + loops.Offset(0) + (row * loops.RowStride(0)) + (i * loops.ElementStride(0)), layoutA,
                            pb + loops.Offset(1) + (row * loops.RowStride(1)) + (i * loops.ElementStride(1)), layoutB,
                            pc + loops.Offset(2) + (row * loops.RowStride(2)) + (i * loops.ElementStride(2)), m, n, k, pBias);
                    }
                }
            }
            while (loops.Next());
        }
    }

    // Not a view: nobody keeps it, so it counts as no reader of the memory, and a variable may still be assigned in place.
    private static Tensor Leading(Tensor x) => new(x.Buffer, x.DType, x.Shape.ToArray()[..^2], x.Strides[..^2].ToArray());

    private static void Multiply<E>(E* a, Layout layoutA, E* b, Layout layoutB, E* c, int m, int n, int k, E* bias) where E : unmanaged =>
        MatrixProduct.Run(new MatrixOperands<E>(a, layoutA.Row, layoutA.Column, b, layoutB.Row, n == 1 ? 1 : layoutB.Column, c, m, n, k, bias));
}
