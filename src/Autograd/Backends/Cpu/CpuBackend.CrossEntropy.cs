using System.Numerics;
using System.Runtime.CompilerServices;
using Autograd.Numerics;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd.Backends.Cpu;

/// <summary>Cross-entropy of softmax: the loss of a row is taken while its log-softmax is in the cache.</summary>
internal sealed unsafe partial class CpuBackend
{
    public override void CrossEntropy(Tensor logits, Tensor labels, int rows, int n, Tensor logarithms, Tensor loss) =>
        CrossEntropy(null, logits, labels, rows, n, logarithms, loss);

    public override void CrossEntropyPullback(Tensor dy, Tensor logarithms, Tensor labels, int rows, int n, Tensor dx) =>
        CrossEntropy(dy, logarithms, labels, rows, n, dx, null);

    private static void CrossEntropy(Tensor? dy, Tensor x, Tensor labels, int rows, int n, Tensor result, Tensor? loss)
    {
        if (rows == 0)
        {
            return;
        }
        if (x.DType == DType.Float32)
        {
            CrossEntropy<float>(dy, x, labels, rows, n, result, loss);
        }
        else if (x.DType == DType.Float64)
        {
            CrossEntropy<double>(dy, x, labels, rows, n, result, loss);
        }
        else
        {
            throw NoKernel(x.DType);
        }
    }

    private static void CrossEntropy<E>(Tensor? dy, Tensor x, Tensor labels, int rows, int n, Tensor result, Tensor? loss) where E : unmanaged, IFloatingPointIeee754<E>
    {
        var dense = labels.DType == x.DType;
        fixed (E* px = &x.First<E>(), pResult = &result.First<E>())
        fixed (E* pdy = &Or<E>(dy), pLoss = &Or<E>(loss), distributions = &Or<E>(dense ? labels : null))
        fixed (long* classes = &Or<long>(dense ? null : labels))
        {
            new CrossEntropyJob<E>(pdy, px, classes, distributions, rows, n, pResult, pLoss).Run();
        }
    }

    /// <summary>The first element, or null.</summary>
    internal static ref T Or<T>(Tensor? x) where T : unmanaged => ref (x is null ? ref Unsafe.NullRef<T>() : ref x.First<T>());

    /// <summary>Rows in chunks: forward, or backward where there is a dy.</summary>
    private sealed class CrossEntropyJob<E>(E* dy, E* x, long* classes, E* distributions, nint rows, int n, E* result, E* loss) : Job
        where E : unmanaged, IFloatingPointIeee754<E>
    {
        protected override int Chunks { get; } = rows * n < Cpu.Chunks.Smallest ? 1 : (int)Math.Min(rows, Cpu.Chunks.MostAtOnce);

        protected override void Run(int chunk)
        {
            var first = rows * chunk / Chunks;
            var end = rows * (chunk + 1) / Chunks;
            if (dy is null)
            {
                SoftmaxRows(logarithm: true, x + (first * n), end - first, n, result + (first * n));
            }
            for (var row = first; row < end; row++)
            {
                var label = distributions is null ? null : distributions + (row * n);
                if (dy is null)
                {
                    loss[row] = label is null ? -result[(row * n) + (nint)classes[row]] : -WeightedSum(label, result + (row * n), n);
                }
                else
                {
                    Slope(dy[row], x + (row * n), label, n, result + (row * n));
                    if (label is null)
                    {
                        result[(row * n) + (nint)classes[row]] -= dy[row];
                    }
                }
            }
        }

        /// <summary>The sum of the products; 0 times -infinity is 0.</summary>
        [MethodImpl(AggressiveOptimization)]
        private static E WeightedSum(E* weights, E* x, nint n)
        {
            var sum = Lanes<E>.Const(0);
            for (nint i = 0; i < n; i += RowLanes<E>.Width)
            {
                var count = RowLanes<E>.Count(n, i);
                var weight = RowLanes<E>.Load(weights + i, count);
                sum += Lanes<E>.Select(Lanes<E>.Equal(weight, Lanes<E>.Const(0)), Lanes<E>.Const(0), weight * RowLanes<E>.Load(x + i, count));
            }
            return Fold<SumReducer, E>(sum);
        }

        /// <summary>dx = dy (e^x sum(labels) - labels); without labels dy e^x.</summary>
        [MethodImpl(AggressiveOptimization)]
        private static void Slope(E dy, E* x, E* labels, nint n, E* dx)
        {
            var scale = new Lanes<E>(System.Runtime.Intrinsics.Vector512.Create(dy));
            var total = labels is null ? Lanes<E>.Const(1) : new Lanes<E>(System.Runtime.Intrinsics.Vector512.Create(ReduceRow<SumReducer, E>(labels, n, E.Zero)));
            for (nint i = 0; i < n; i += RowLanes<E>.Width)
            {
                var count = RowLanes<E>.Count(n, i);
                var probability = Lanes<E>.Exp(RowLanes<E>.Load(x + i, count)) * total;
                RowLanes<E>.Store(scale * (labels is null ? probability : probability - RowLanes<E>.Load(labels + i, count)), dx + i, count);
            }
        }
    }
}
