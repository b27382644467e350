using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Autograd.Numerics;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd.Backends.Cpu;

/// <summary>Softmax and its pullback: a row in three passes while it is in the cache, or many narrow rows side by side.</summary>
internal sealed unsafe partial class CpuBackend
{
    public override void Softmax(bool logarithm, Tensor x, int rows, int n, Tensor y)
    {
        if (x.DType == DType.Float32)
        {
            Softmax<float>(logarithm, x, rows, n, y);
        }
        else if (x.DType == DType.Float64)
        {
            Softmax<double>(logarithm, x, rows, n, y);
        }
        else
        {
            throw NoKernel(x.DType);
        }
    }

    private static void Softmax<E>(bool logarithm, Tensor x, int rows, int n, Tensor y) where E : unmanaged, IFloatingPointIeee754<E>
    {
        if (y.Size == 0)
        {
            return;
        }
        fixed (E* px = &x.First<E>(), py = &y.First<E>())
        {
            if ((long)rows * n < Chunks.Smallest || rows == 1)
            {
                SoftmaxRows(logarithm, px, rows, n, py);
            }
            else
            {
                new SoftmaxJob<E>(logarithm, null, px, rows, n, py).Run();
            }
        }
    }

    private static void SoftmaxRows<E>(bool logarithm, E* x, nint rows, int n, E* y) where E : unmanaged, IFloatingPointIeee754<E>
    {
        if (n <= Columns.Longest)
        {
            SoftmaxNarrow(logarithm, x, rows, n, y);
            return;
        }
        for (nint row = 0; row < rows; row++)
        {
            SoftmaxRow(logarithm, x + (row * n), n, y + (row * n));
        }
    }

    /// <summary>Rows in chunks: forward, or backward where there is a dy.</summary>
    private sealed class SoftmaxJob<E>(bool logarithm, E* dy, E* x, nint rows, int n, E* result) : Job where E : unmanaged, IFloatingPointIeee754<E>
    {
        protected override int Chunks { get; } = (int)Math.Min(rows, Cpu.Chunks.MostAtOnce);

        protected override void Run(int chunk)
        {
            var first = rows * chunk / Chunks;
            var count = (rows * (chunk + 1) / Chunks) - first;
            if (dy is null)
            {
                SoftmaxRows(logarithm, x + (first * n), count, n, result + (first * n));
            }
            else
            {
                SoftmaxPullbackRows(logarithm, dy + (first * n), x + (first * n), count, n, result + (first * n));
            }
        }
    }

    // Three passes over a row that stays in the cache: the largest, the exponentials and their sum, the scaling.
    [MethodImpl(AggressiveOptimization)]
    private static void SoftmaxRow<E>(bool logarithm, E* x, nint n, E* y) where E : unmanaged, IFloatingPointIeee754<E>
    {
        var max = new Lanes<E>(Vector512.Create(Fold<MaxReducer, E>(ReduceBlock<MaxReducer, E>(x, n, E.NegativeInfinity))));
        var sum = new Lanes<E>(Vector512<E>.Zero);
        nint i = 0;
        var width = Vector512<E>.Count;
        for (; i <= n - width; i += width)
        {
            var e = Lanes<E>.Exp(new Lanes<E>(Vector512.Load(x + i)) - max);
            sum += e;
            e.V.Store(y + i);
        }
        var rest = (int)(n - i);
        if (rest > 0)
        {
            var e = Lanes<E>.Exp(new Lanes<E>(LoadTail(x + i, rest, E.NegativeInfinity)) - max);
            sum += e;
            VectorIO.StoreTail(e.V, y + i, rest);
        }
        var total = new Lanes<E>(Vector512.Create(Fold<SumReducer, E>(sum)));
        if (logarithm)
        {
            var logTotal = Lanes<E>.Log(total);
            for (i = 0; i < n; i += width)
            {
                rest = (int)Math.Min(n - i, width);
                VectorIO.StoreTail((new Lanes<E>(VectorIO.LoadTail(x + i, rest)) - max - logTotal).V, y + i, rest);
            }
            return;
        }
        var scale = new Lanes<E>(Vector512<E>.One) / total;
        for (i = 0; i <= n - width; i += width)
        {
            (new Lanes<E>(Vector512.Load(y + i)) * scale).V.Store(y + i);
        }
        if (i < n)
        {
            VectorIO.StoreTail((new Lanes<E>(VectorIO.LoadTail(y + i, (int)(n - i))) * scale).V, y + i, (int)(n - i));
        }
    }

    [MethodImpl(AggressiveOptimization)]
    private static void SoftmaxNarrow<E>(bool logarithm, E* x, nint rows, int n, E* y) where E : unmanaged
    {
        var width = Vector512<E>.Count;
        var columns = stackalloc E[Columns.Longest * width];
        for (nint row = 0; row < rows; row += width)
        {
            var count = (int)Math.Min(width, rows - row);
            Columns.FromRows(x + (row * n), count, n, columns);
            var max = new Lanes<E>(Vector512.Load(columns));
            for (var k = 1; k < n; k++)
            {
                max = Lanes<E>.Max(max, new Lanes<E>(Vector512.Load(columns + (k * width))));
            }
            var sum = new Lanes<E>(Vector512<E>.Zero);
            for (var k = 0; k < n; k++)
            {
                var shifted = new Lanes<E>(Vector512.Load(columns + (k * width))) - max;
                var e = Lanes<E>.Exp(shifted);
                sum += e;
                (logarithm ? shifted : e).V.Store(columns + (k * width));
            }
            var last = logarithm ? Lanes<E>.Log(sum) : Lanes<E>.Const(1) / sum;
            for (var k = 0; k < n; k++)
            {
                var value = new Lanes<E>(Vector512.Load(columns + (k * width)));
                (logarithm ? value - last : value * last).V.Store(columns + (k * width));
            }
            Columns.ToRows(columns, count, n, y + (row * n));
        }
    }

    public override void SoftmaxPullback(bool logarithm, Tensor dy, Tensor y, int rows, int n, Tensor dx)
    {
        if (y.DType == DType.Float32)
        {
            SoftmaxPullback<float>(logarithm, dy, y, rows, n, dx);
        }
        else if (y.DType == DType.Float64)
        {
            SoftmaxPullback<double>(logarithm, dy, y, rows, n, dx);
        }
        else
        {
            throw NoKernel(y.DType);
        }
    }

    private static void SoftmaxPullback<E>(bool logarithm, Tensor dy, Tensor y, int rows, int n, Tensor dx) where E : unmanaged, IFloatingPointIeee754<E>
    {
        if (y.Size == 0)
        {
            return;
        }
        fixed (E* pdy = &dy.First<E>(), py = &y.First<E>(), pdx = &dx.First<E>())
        {
            if ((long)rows * n < Chunks.Smallest || rows == 1)
            {
                SoftmaxPullbackRows(logarithm, pdy, py, rows, n, pdx);
            }
            else
            {
                new SoftmaxJob<E>(logarithm, pdy, py, rows, n, pdx).Run();
            }
        }
    }

    private static void SoftmaxPullbackRows<E>(bool logarithm, E* dy, E* y, nint rows, int n, E* dx) where E : unmanaged, IFloatingPointIeee754<E>
    {
        if (n <= Columns.Longest)
        {
            SoftmaxPullbackNarrow(logarithm, dy, y, rows, n, dx);
            return;
        }
        for (nint row = 0; row < rows; row++)
        {
            SoftmaxPullbackRow(logarithm, dy + (row * n), y + (row * n), n, dx + (row * n));
        }
    }

    // Softmax: dx = y (dy - sum(y dy)). Logarithm: dx = dy - e^y sum(dy). In the order of the expression in SoftmaxOp, to the bit.
    [MethodImpl(AggressiveOptimization)]
    private static void SoftmaxPullbackRow<E>(bool logarithm, E* dy, E* y, nint n, E* dx) where E : unmanaged, IFloatingPointIeee754<E>
    {
        var width = Vector512<E>.Count;
        for (nint i = 0; i < n && !logarithm; i += width)
        {
            var rest = (int)Math.Min(n - i, width);
            VectorIO.StoreTail(VectorIO.LoadTail(y + i, rest) * VectorIO.LoadTail(dy + i, rest), dx + i, rest);
        }
        var total = new Lanes<E>(Vector512.Create(ReduceRow<SumReducer, E>(logarithm ? dy : dx, n, E.Zero)));
        for (nint i = 0; i < n; i += width)
        {
            var rest = (int)Math.Min(n - i, width);
            VectorIO.StoreTail(
                SoftmaxSlope(logarithm, new Lanes<E>(VectorIO.LoadTail(dy + i, rest)), new Lanes<E>(VectorIO.LoadTail(y + i, rest)), total).V, dx + i, rest);
        }
    }

    [MethodImpl(AggressiveOptimization)]
    private static void SoftmaxPullbackNarrow<E>(bool logarithm, E* dy, E* y, nint rows, int n, E* dx) where E : unmanaged
    {
        var width = Vector512<E>.Count;
        var dyColumns = stackalloc E[Columns.Longest * width];
        var yColumns = stackalloc E[Columns.Longest * width];
        for (nint row = 0; row < rows; row += width)
        {
            var count = (int)Math.Min(width, rows - row);
            Columns.FromRows(dy + (row * n), count, n, dyColumns);
            Columns.FromRows(y + (row * n), count, n, yColumns);
            var sum = new Lanes<E>(Vector512<E>.Zero);
            for (var k = 0; k < n; k++)
            {
                var d = new Lanes<E>(Vector512.Load(dyColumns + (k * width)));
                sum += logarithm ? d : d * new Lanes<E>(Vector512.Load(yColumns + (k * width)));
            }
            for (var k = 0; k < n; k++)
            {
                SoftmaxSlope(logarithm, new Lanes<E>(Vector512.Load(dyColumns + (k * width))), new Lanes<E>(Vector512.Load(yColumns + (k * width))), sum).V
                    .Store(dyColumns + (k * width));
            }
            Columns.ToRows(dyColumns, count, n, dx + (row * n));
        }
    }

    [MethodImpl(AggressiveInlining)]
    private static Lanes<E> SoftmaxSlope<E>(bool logarithm, Lanes<E> dy, Lanes<E> y, Lanes<E> sum) where E : unmanaged =>
        logarithm ? dy - (Lanes<E>.Exp(y) * sum) : y * (dy - sum);
}
