using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd.Backends.Cpu;

/// <summary>Matrix products. a is read element by element and may have any strides; rows of b must be contiguous, or b is packed first.</summary>
internal sealed unsafe partial class CpuBackend
{
    [ThreadStatic]
    private static byte[]? t_packing;

    public override void MatMul(Tensor a, Tensor b, bool transposeA, bool transposeB, Tensor c)
    {
        if (c.Size == 0)
        {
            return;
        }
        switch (c.DType)
        {
            case DType.Float32:
                MatMul<float>(a, b, transposeA, transposeB, c);
                break;
            case DType.Float64:
                MatMul<double>(a, b, transposeA, transposeB, c);
                break;
            case DType.Int32:
                MatMul<int>(a, b, transposeA, transposeB, c);
                break;
            default:
                MatMul<long>(a, b, transposeA, transposeB, c);
                break;
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

    private static void MatMul<E>(Tensor a, Tensor b, bool transposeA, bool transposeB, Tensor c) where E : unmanaged, INumber<E>
    {
        var (m, n, k) = (c.Shape[^2], c.Shape[^1], a.Shape[transposeA ? ^2 : ^1]);
        Layout layoutA = new(a, transposeA), layoutB = new(b, transposeB);
        fixed (E* pa = &a.First<E>(), pb = &b.First<E>(), pc = &c.First<E>())
        {
            if (c.Rank == 2)
            {
                Multiply(pa, layoutA, pb, layoutB, pc, m, n, k);
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
                            pc + loops.Offset(2) + (row * loops.RowStride(2)) + (i * loops.ElementStride(2)), m, n, k);
                    }
                }
            }
            while (loops.Next());
        }
    }

    private static Tensor Leading(Tensor x) => x.Rank == 2
        ? x.View(Shape.Scalar, [], x.Offset)
        : x.View(x.Shape.ToArray()[..^2], x.Strides[..^2].ToArray(), x.Offset);

    private static void Multiply<E>(E* a, Layout layoutA, E* b, Layout layoutB, E* c, int m, int n, int k) where E : unmanaged, INumber<E>
    {
        if (layoutB.Column == 1 || n == 1)
        {
            Multiply(a, layoutA.Row, layoutA.Column, b, layoutB.Row, c, m, n, k);
            return;
        }
        var bytes = (long)n * k * sizeof(E);
        var packing = bytes <= 1 << 20 ? t_packing is { } kept && kept.Length >= bytes ? kept : t_packing = GC.AllocateUninitializedArray<byte>((int)Math.Max(bytes, 4096), pinned: true)
            : GC.AllocateUninitializedArray<byte>(checked((int)bytes), pinned: true);
        fixed (byte* rows = packing)
        {
            CopyRows(b, layoutB.Row, layoutB.Column, (E*)rows, n, 1, k, n);
            Multiply(a, layoutA.Row, layoutA.Column, (E*)rows, n, c, m, n, k);
        }
    }

    [MethodImpl(AggressiveOptimization)]
    private static void Multiply<E>(E* a, nint rowA, nint columnA, E* b, nint rowB, E* c, nint m, nint n, nint k) where E : unmanaged, INumber<E>
    {
        var width = Vector512<E>.Count;
        for (nint j = 0; j < n; j += 2 * width)
        {
            var left = (int)Math.Min(n - j, width);
            var right = (int)Math.Clamp(n - j - width, 0, width);
            nint i = 0;
            for (; i <= m - 4; i += 4)
            {
                if (right > 0)
                {
                    Tile4x2(a + (i * rowA), rowA, columnA, b + j, rowB, c + (i * n) + j, n, k, right);
                }
                else
                {
                    Tile4x1(a + (i * rowA), rowA, columnA, b + j, rowB, c + (i * n) + j, n, k, left);
                }
            }
            for (; i < m; i++)
            {
                Tile1x1(a + (i * rowA), columnA, b + j, rowB, c + (i * n) + j, k, left);
                if (right > 0)
                {
                    Tile1x1(a + (i * rowA), columnA, b + j + width, rowB, c + (i * n) + j + width, k, right);
                }
            }
        }
    }

    [MethodImpl(AggressiveInlining)]
    private static Vector512<E> MultiplyAdd<E>(Vector512<E> x, Vector512<E> y, Vector512<E> sum) where E : unmanaged
    {
        if (System.Runtime.Intrinsics.X86.Fma.IsSupported || System.Runtime.Intrinsics.Arm.AdvSimd.IsSupported)
        {
            if (typeof(E) == typeof(float))
            {
                return Vector512.FusedMultiplyAdd(x.As<E, float>(), y.As<E, float>(), sum.As<E, float>()).As<float, E>();
            }
            if (typeof(E) == typeof(double))
            {
                return Vector512.FusedMultiplyAdd(x.As<E, double>(), y.As<E, double>(), sum.As<E, double>()).As<double, E>();
            }
        }
        return (x * y) + sum;
    }

    [MethodImpl(AggressiveInlining)]
    private static Vector512<E> LoadColumns<E>(E* p, int columns) where E : unmanaged =>
        columns == Vector512<E>.Count ? Vector512.Load(p) : VectorIO.LoadTail(p, columns);

    [MethodImpl(AggressiveInlining)]
    private static void StoreColumns<E>(Vector512<E> v, E* p, int columns) where E : unmanaged
    {
        if (columns == Vector512<E>.Count)
        {
            v.Store(p);
        }
        else
        {
            VectorIO.StoreTail(v, p, columns);
        }
    }

    [MethodImpl(AggressiveOptimization)]
    private static void Tile4x2<E>(E* a, nint rowA, nint columnA, E* b, nint rowB, E* c, nint rowC, nint k, int right) where E : unmanaged
    {
        var width = Vector512<E>.Count;
        Vector512<E> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default, c30 = default, c31 = default;
        for (nint p = 0; p < k; p++, a += columnA, b += rowB)
        {
            var b0 = Vector512.Load(b);
            var b1 = LoadColumns(b + width, right);
            var a0 = Vector512.Create(a[0]);
            c00 = MultiplyAdd(a0, b0, c00);
            c01 = MultiplyAdd(a0, b1, c01);
            var a1 = Vector512.Create(a[rowA]);
            c10 = MultiplyAdd(a1, b0, c10);
            c11 = MultiplyAdd(a1, b1, c11);
            var a2 = Vector512.Create(a[2 * rowA]);
            c20 = MultiplyAdd(a2, b0, c20);
            c21 = MultiplyAdd(a2, b1, c21);
            var a3 = Vector512.Create(a[3 * rowA]);
            c30 = MultiplyAdd(a3, b0, c30);
            c31 = MultiplyAdd(a3, b1, c31);
        }
        c00.Store(c);
        c10.Store(c + rowC);
        c20.Store(c + (2 * rowC));
        c30.Store(c + (3 * rowC));
        StoreColumns(c01, c + width, right);
        StoreColumns(c11, c + rowC + width, right);
        StoreColumns(c21, c + (2 * rowC) + width, right);
        StoreColumns(c31, c + (3 * rowC) + width, right);
    }

    [MethodImpl(AggressiveOptimization)]
    private static void Tile4x1<E>(E* a, nint rowA, nint columnA, E* b, nint rowB, E* c, nint rowC, nint k, int columns) where E : unmanaged
    {
        Vector512<E> c0 = default, c1 = default, c2 = default, c3 = default;
        for (nint p = 0; p < k; p++, a += columnA, b += rowB)
        {
            var b0 = LoadColumns(b, columns);
            c0 = MultiplyAdd(Vector512.Create(a[0]), b0, c0);
            c1 = MultiplyAdd(Vector512.Create(a[rowA]), b0, c1);
            c2 = MultiplyAdd(Vector512.Create(a[2 * rowA]), b0, c2);
            c3 = MultiplyAdd(Vector512.Create(a[3 * rowA]), b0, c3);
        }
        StoreColumns(c0, c, columns);
        StoreColumns(c1, c + rowC, columns);
        StoreColumns(c2, c + (2 * rowC), columns);
        StoreColumns(c3, c + (3 * rowC), columns);
    }

    [MethodImpl(AggressiveOptimization)]
    private static void Tile1x1<E>(E* a, nint columnA, E* b, nint rowB, E* c, nint k, int columns) where E : unmanaged
    {
        Vector512<E> c0 = default;
        for (nint p = 0; p < k; p++, a += columnA, b += rowB)
        {
            c0 = MultiplyAdd(Vector512.Create(*a), LoadColumns(b, columns), c0);
        }
        StoreColumns(c0, c, columns);
    }
}
