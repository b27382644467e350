using System.Runtime.CompilerServices;

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

    /// <summary>Products that an element of a result sums straight through; more are summed in parts, and the parts with each other.</summary>
    private const int LongestSum = 1 << 16;

    [ThreadStatic]
    private static Scratch? t_part;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Multiply<E>(E* a, Layout layoutA, E* b, Layout layoutB, E* c, int m, int n, int k, E* bias) where E : unmanaged
    {
        if (k <= LongestSum)
        {
            Part(a, layoutA, b, layoutB, c, m, n, k, bias);
        }
        else
        {
            MultiplyInParts(a, layoutA, b, layoutB, c, m, n, k, bias);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void MultiplyInParts<E>(E* a, Layout layoutA, E* b, Layout layoutB, E* c, int m, int n, int k, E* bias) where E : unmanaged
    {
        Part(a, layoutA, b, layoutB, c, m, n, LongestSum, bias);
        var part = (E*)Scratch.Of(ref t_part, (long)m * n * sizeof(E));
        for (nint done = LongestSum; done < k; done += LongestSum)
        {
            Part(a + (done * layoutA.Column), layoutA, b + (done * layoutB.Row), layoutB, part, m, n, (int)Math.Min(LongestSum, k - done), null);
            AddTo(c, part, (nint)m * n);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Part<E>(E* a, Layout layoutA, E* b, Layout layoutB, E* c, int m, int n, int k, E* bias) where E : unmanaged =>
        MatrixProduct.Run(new MatrixOperands<E>(a, layoutA.Row, layoutA.Column, b, layoutB.Row, n == 1 ? 1 : layoutB.Column, c, m, n, k, bias));

    private static void AddTo<E>(E* y, E* x, nint n) where E : unmanaged
    {
        for (nint i = 0; i < n; i += RowLanes<E>.Width)
        {
            var count = RowLanes<E>.Count(n, i);
            RowLanes<E>.Store(RowLanes<E>.Load(y + i, count) + RowLanes<E>.Load(x + i, count), y + i, count);
        }
    }
}
