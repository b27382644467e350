using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Autograd.Numerics;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd.Backends.Cpu;

/// <summary>Layer and root-mean-square normalization: a row in a few passes while it is in the cache.</summary>
internal sealed unsafe partial class CpuBackend
{
    public override void Normalize(bool centered, double epsilon, Tensor x, Tensor? gain, Tensor? offset, int rows, int n, Tensor statistics, Tensor y)
    {
        if (x.DType == DType.Float32)
        {
            Normalize<float>(centered, epsilon, x, gain, offset, rows, n, statistics, y);
        }
        else if (x.DType == DType.Float64)
        {
            Normalize<double>(centered, epsilon, x, gain, offset, rows, n, statistics, y);
        }
        else
        {
            throw NoKernel(x.DType);
        }
    }

    private static void Normalize<E>(bool centered, double epsilon, Tensor x, Tensor? gain, Tensor? offset, int rows, int n, Tensor statistics, Tensor y)
        where E : unmanaged, IFloatingPointIeee754<E>
    {
        if (rows == 0)
        {
            return;
        }
        fixed (E* px = &x.First<E>(), py = &y.First<E>(), pStatistics = &statistics.First<E>(), pGain = &Or<E>(gain), pOffset = &Or<E>(offset))
        {
            new NormalizeJob<E>(centered, E.CreateTruncating(epsilon), px, pGain, pOffset, rows, n, pStatistics, py).Run();
        }
    }

    private sealed class NormalizeJob<E>(bool centered, E epsilon, E* x, E* gain, E* offset, nint rows, int n, E* statistics, E* y) : Job
        where E : unmanaged, IFloatingPointIeee754<E>
    {
        protected override int Chunks { get; } = rows * n < Cpu.Chunks.Smallest ? 1 : (int)Math.Min(rows, Cpu.Chunks.MostAtOnce);

        protected override void Run(int chunk)
        {
            for (var row = rows * chunk / Chunks; row < rows * (chunk + 1) / Chunks; row++)
            {
                Row(x + (row * n), statistics + (2 * row), y + (row * n));
            }
        }

        [MethodImpl(AggressiveOptimization)]
        private void Row(E* x, E* statistics, E* y)
        {
            var mean = centered ? ReduceRow<SumReducer, E>(x, n, E.Zero) / E.CreateTruncating(n) : E.Zero;
            var center = new Lanes<E>(Vector512.Create(mean));
            var squares = Lanes<E>.Const(0);
            nint i = 0;
            for (; i <= n - RowLanes<E>.Width; i += RowLanes<E>.Width)
            {
                var d = new Lanes<E>(Vector512.Load(x + i)) - center;
                squares += d * d;
            }
            var sum = Fold<SumReducer, E>(squares);
            for (; i < n; i++)
            {
                sum += (x[i] - mean) * (x[i] - mean);
            }
            var scale = E.One / E.Sqrt((sum / E.CreateTruncating(n)) + epsilon);
            (statistics[0], statistics[1]) = (mean, scale);
            var scales = new Lanes<E>(Vector512.Create(scale));
            for (i = 0; i < n; i += RowLanes<E>.Width)
            {
                var count = RowLanes<E>.Count(n, i);
                var value = (RowLanes<E>.Load(x + i, count) - center) * scales;
                value = gain is null ? value : value * RowLanes<E>.Load(gain + i, count);
                RowLanes<E>.Store(offset is null ? value : value + RowLanes<E>.Load(offset + i, count), y + i, count);
            }
        }
    }

    public override void NormalizePullback(bool centered, Tensor dy, Tensor x, Tensor? gain, Tensor statistics, int rows, int n, Tensor dx, Tensor dGain, Tensor dOffset)
    {
        if (x.DType == DType.Float32)
        {
            NormalizePullback<float>(centered, dy, x, gain, statistics, rows, n, dx, dGain, dOffset);
        }
        else if (x.DType == DType.Float64)
        {
            NormalizePullback<double>(centered, dy, x, gain, statistics, rows, n, dx, dGain, dOffset);
        }
        else
        {
            throw NoKernel(x.DType);
        }
    }

    private static void NormalizePullback<E>(bool centered, Tensor dy, Tensor x, Tensor? gain, Tensor statistics, int rows, int n, Tensor dx, Tensor dGain, Tensor dOffset)
        where E : unmanaged, IFloatingPointIeee754<E>
    {
        dGain.Elements<E>().Clear();
        dOffset.Elements<E>().Clear();
        if (rows == 0)
        {
            return;
        }
        fixed (E* pdy = &dy.First<E>(), px = &x.First<E>(), pGain = &Or<E>(gain), pStatistics = &statistics.First<E>(), pdx = &dx.First<E>())
        fixed (E* pdGain = &dGain.First<E>(), pdOffset = &dOffset.First<E>())
        {
            new NormalizePullbackJob<E>(centered, pdy, px, pGain, pStatistics, rows, n, pdx, dGain.Shape[0], pdGain, pdOffset).Run();
        }
    }

    private sealed class NormalizePullbackJob<E>(bool centered, E* dy, E* x, E* gain, E* statistics, nint rows, int n, E* dx, int parts, E* dGain, E* dOffset) : Job
        where E : unmanaged, IFloatingPointIeee754<E>
    {
        protected override int Chunks => parts;

        protected override void Run(int chunk)
        {
            for (var row = rows * chunk / parts; row < rows * (chunk + 1) / parts; row++)
            {
                Row(dy + (row * n), x + (row * n), statistics + (2 * row), dx + (row * n), dGain + ((nint)chunk * n), dOffset + ((nint)chunk * n));
            }
        }

        // With z = (x - mean) scale and g = dy gain: dx = scale (g - mean(g) - z mean(g z)).
        [MethodImpl(AggressiveOptimization)]
        private void Row(E* dy, E* x, E* statistics, E* dx, E* dGain, E* dOffset)
        {
            var (center, scale) = (new Lanes<E>(Vector512.Create(statistics[0])), new Lanes<E>(Vector512.Create(statistics[1])));
            var (sum, product) = (Lanes<E>.Const(0), Lanes<E>.Const(0));
            for (nint i = 0; i < n; i += RowLanes<E>.Width)
            {
                var count = RowLanes<E>.Count(n, i);
                var d = RowLanes<E>.Load(dy + i, count);
                var z = (RowLanes<E>.Load(x + i, count) - center) * scale;
                RowLanes<E>.Store(RowLanes<E>.Load(dGain + i, count) + (d * z), dGain + i, count);
                RowLanes<E>.Store(RowLanes<E>.Load(dOffset + i, count) + d, dOffset + i, count);
                var g = gain is null ? d : d * RowLanes<E>.Load(gain + i, count);
                sum += g;
                product += g * z;
            }
            var size = E.CreateTruncating(n);
            var meanOfG = new Lanes<E>(Vector512.Create(centered ? Fold<SumReducer, E>(sum) / size : E.Zero));
            var meanOfProduct = new Lanes<E>(Vector512.Create(Fold<SumReducer, E>(product) / size));
            for (nint i = 0; i < n; i += RowLanes<E>.Width)
            {
                var count = RowLanes<E>.Count(n, i);
                var d = RowLanes<E>.Load(dy + i, count);
                var z = (RowLanes<E>.Load(x + i, count) - center) * scale;
                var g = gain is null ? d : d * RowLanes<E>.Load(gain + i, count);
                RowLanes<E>.Store(scale * (g - meanOfG - (z * meanOfProduct)), dx + i, count);
            }
        }
    }
}
