using System.Numerics;
using System.Runtime.CompilerServices;
using Autograd.Numerics;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd.Backends.Cpu;

/// <summary>Batch normalization: the columns of [rows, n], which are all pixels of all images by channels.</summary>
internal sealed unsafe partial class CpuBackend
{
    public override void NormalizeColumns(double epsilon, Tensor x, Tensor mean, Tensor? gain, Tensor? offset, Tensor variance, Tensor scale, Tensor y)
    {
        if (x.DType == DType.Float32)
        {
            NormalizeColumns<float>(epsilon, x, mean, gain, offset, variance, scale, y);
        }
        else if (x.DType == DType.Float64)
        {
            NormalizeColumns<double>(epsilon, x, mean, gain, offset, variance, scale, y);
        }
        else
        {
            throw NoKernel(x.DType);
        }
    }

    public override void NormalizeColumnsPullback(Tensor dy, Tensor x, Tensor mean, Tensor scale, Tensor? gain, Tensor dx, Tensor dOffset, Tensor dGain)
    {
        if (x.DType == DType.Float32)
        {
            NormalizeColumnsPullback<float>(dy, x, mean, scale, gain, dx, dOffset, dGain);
        }
        else if (x.DType == DType.Float64)
        {
            NormalizeColumnsPullback<double>(dy, x, mean, scale, gain, dx, dOffset, dGain);
        }
        else
        {
            throw NoKernel(x.DType);
        }
    }

    private static void NormalizeColumns<E>(double epsilon, Tensor x, Tensor mean, Tensor? gain, Tensor? offset, Tensor variance, Tensor scale, Tensor y)
        where E : unmanaged, IFloatingPointIeee754<E>
    {
        var (rows, n) = (x.Shape[0], x.Shape[1]);
        var count = E.CreateTruncating(rows);
        fixed (E* px = &x.First<E>(), pMean = &mean.First<E>(), pGain = &Or<E>(gain), pOffset = &Or<E>(offset))
        fixed (E* pVariance = &variance.First<E>(), pScale = &scale.First<E>(), py = &y.First<E>())
        {
            // The scales' place holds for a while what the mean's rounding leaves of the sum of deviations.
            ColumnSumsJob<Deviations, E>.Run(px, px, rows, n, pMean, pMean, pScale, pVariance);
            for (var i = 0; i < n; i++)
            {
                pVariance[i] = (pVariance[i] - (pScale[i] * pScale[i] / count)) / count;
                pScale[i] = E.One / E.Sqrt(pVariance[i] + E.CreateTruncating(epsilon));
            }
            new NormalizeColumnsJob<E>(px, rows, n, pMean, pScale, pGain, pOffset, py).Run();
        }
    }

    private static void NormalizeColumnsPullback<E>(Tensor dy, Tensor x, Tensor mean, Tensor scale, Tensor? gain, Tensor dx, Tensor dOffset, Tensor dGain)
        where E : unmanaged, IFloatingPointIeee754<E>
    {
        var (rows, n) = (x.Shape[0], x.Shape[1]);
        fixed (E* pdy = &dy.First<E>(), px = &x.First<E>(), pMean = &mean.First<E>(), pScale = &scale.First<E>(), pGain = &Or<E>(gain))
        fixed (E* pdx = &dx.First<E>(), pdOffset = &dOffset.First<E>(), pdGain = &dGain.First<E>())
        {
            ColumnSumsJob<Slopes, E>.Run(px, pdy, rows, n, pMean, pScale, pdOffset, pdGain);
            new NormalizeColumnsPullbackJob<E>(pdy, px, rows, n, pMean, pScale, pGain, pdOffset, pdGain, pdx).Run();
        }
    }

    /// <summary>Rows in parts, whose number depends on the shape alone.</summary>
    private abstract class ColumnsJob(nint rows, nint n) : Job
    {
        protected nint N => n;

        protected override int Chunks { get; } = rows * n < Cpu.Chunks.Smallest ? 1 : (int)Math.Min(rows, Cpu.Chunks.MostAtOnce);

        protected sealed override void Run(int chunk)
        {
            var first = rows * chunk / Chunks;
            Rows(chunk, first, (rows * (chunk + 1) / Chunks) - first);
        }

        protected abstract void Rows(int part, nint first, nint count);
    }

    /// <summary>Two terms that are summed along columns.</summary>
    private interface IColumnTerms
    {
        static abstract Lanes<E> First<E>(Lanes<E> x, Lanes<E> dy, Lanes<E> mean) where E : unmanaged;

        static abstract Lanes<E> Second<E>(Lanes<E> first, Lanes<E> x, Lanes<E> mean, Lanes<E> scale) where E : unmanaged;
    }

    /// <summary>Distances from the mean, and their squares.</summary>
    private readonly struct Deviations : IColumnTerms
    {
        [MethodImpl(AggressiveInlining)]
        public static Lanes<E> First<E>(Lanes<E> x, Lanes<E> dy, Lanes<E> mean) where E : unmanaged => x - mean;

        [MethodImpl(AggressiveInlining)]
        public static Lanes<E> Second<E>(Lanes<E> first, Lanes<E> x, Lanes<E> mean, Lanes<E> scale) where E : unmanaged => first * first;
    }

    /// <summary>What the gradients of offset and gain sum.</summary>
    private readonly struct Slopes : IColumnTerms
    {
        [MethodImpl(AggressiveInlining)]
        public static Lanes<E> First<E>(Lanes<E> x, Lanes<E> dy, Lanes<E> mean) where E : unmanaged => dy;

        [MethodImpl(AggressiveInlining)]
        public static Lanes<E> Second<E>(Lanes<E> first, Lanes<E> x, Lanes<E> mean, Lanes<E> scale) where E : unmanaged => first * ((x - mean) * scale);
    }

    private sealed class ColumnSumsJob<TTerms, E>(E* x, E* dy, nint rows, nint n, E* mean, E* scale, E* parts) : ColumnsJob(rows, n)
        where TTerms : struct, IColumnTerms where E : unmanaged, IFloatingPointIeee754<E>
    {
        // Rows whose sums are added to the others' at once: long sums in single precision lose digits, and the columns of a block stay in the cache.
        private const nint BlockElements = 16 * 1024;

        [MethodImpl(AggressiveOptimization)]
        public static void Run(E* x, E* dy, nint rows, nint n, E* mean, E* scale, E* first, E* second)
        {
            var most = (int)Math.Min(rows, Cpu.Chunks.MostAtOnce);
            fixed (E* parts = new E[2 * most * n])
            {
                new ColumnSumsJob<TTerms, E>(x, dy, rows, n, mean, scale, parts).Run();
                for (nint i = 0; i < n; i++)
                {
                    (first[i], second[i]) = (E.Zero, E.Zero);
                    for (var part = 0; part < most; part++)
                    {
                        first[i] += parts[(2 * part * n) + i];
                        second[i] += parts[(((2 * part) + 1) * n) + i];
                    }
                }
            }
        }

        protected override void Rows(int part, nint first, nint count)
        {
            var most = Math.Max(1, BlockElements / N);
            for (nint row = 0; row < count; row += most)
            {
                Block((first + row) * N, Math.Min(most, count - row), parts + (2 * part * N));
            }
        }

        [MethodImpl(AggressiveOptimization)]
        private void Block(nint start, nint count, E* sums)
        {
            for (nint i = 0; i < N; i += RowLanes<E>.Width)
            {
                var width = RowLanes<E>.Count(N, i);
                var (center, factor) = (RowLanes<E>.Load(mean + i, width), RowLanes<E>.Load(scale + i, width));
                Lanes<E> a0 = Lanes<E>.Const(0), a1 = a0, b0 = a0, b1 = a0;
                E* px = x + start + i, pdy = dy + start + i;
                var rows = count;
                for (; rows >= 2; rows -= 2, px += 2 * N, pdy += 2 * N)
                {
                    Lanes<E> x0 = RowLanes<E>.Load(px, width), x1 = RowLanes<E>.Load(px + N, width);
                    var first0 = TTerms.First(x0, RowLanes<E>.Load(pdy, width), center);
                    var first1 = TTerms.First(x1, RowLanes<E>.Load(pdy + N, width), center);
                    a0 += first0;
                    a1 += first1;
                    b0 += TTerms.Second(first0, x0, center, factor);
                    b1 += TTerms.Second(first1, x1, center, factor);
                }
                if (rows > 0)
                {
                    var last = RowLanes<E>.Load(px, width);
                    var first = TTerms.First(last, RowLanes<E>.Load(pdy, width), center);
                    a0 += first;
                    b0 += TTerms.Second(first, last, center, factor);
                }
                RowLanes<E>.Store(RowLanes<E>.Load(sums + i, width) + (a0 + a1), sums + i, width);
                RowLanes<E>.Store(RowLanes<E>.Load(sums + N + i, width) + (b0 + b1), sums + N + i, width);
            }
        }
    }

    private sealed class NormalizeColumnsJob<E>(E* x, nint rows, nint n, E* mean, E* scale, E* gain, E* offset, E* y) : ColumnsJob(rows, n) where E : unmanaged
    {
        [MethodImpl(AggressiveOptimization)]
        protected override void Rows(int part, nint first, nint count)
        {
            E* from = x + (first * N), to = y + (first * N);
            for (; count > 0; count--, from += N, to += N)
            {
                for (nint i = 0; i < N; i += RowLanes<E>.Width)
                {
                    var width = RowLanes<E>.Count(N, i);
                    var value = (RowLanes<E>.Load(from + i, width) - RowLanes<E>.Load(mean + i, width)) * RowLanes<E>.Load(scale + i, width);
                    value = gain is null ? value : value * RowLanes<E>.Load(gain + i, width);
                    RowLanes<E>.Store(offset is null ? value : value + RowLanes<E>.Load(offset + i, width), to + i, width);
                }
            }
        }
    }

    // With z = (x - mean) scale: dx = gain scale (dy - dOffset / rows - z dGain / rows).
    private sealed class NormalizeColumnsPullbackJob<E>(E* dy, E* x, nint rows, nint n, E* mean, E* scale, E* gain, E* dOffset, E* dGain, E* dx) : ColumnsJob(rows, n) where E : unmanaged
    {
        private readonly Lanes<E> _share = Lanes<E>.Const(1.0 / rows);

        [MethodImpl(AggressiveOptimization)]
        protected override void Rows(int part, nint first, nint count)
        {
            E* px = x + (first * N), pdy = dy + (first * N), to = dx + (first * N);
            for (; count > 0; count--, px += N, pdy += N, to += N)
            {
                for (nint i = 0; i < N; i += RowLanes<E>.Width)
                {
                    var width = RowLanes<E>.Count(N, i);
                    var factor = RowLanes<E>.Load(scale + i, width);
                    var z = (RowLanes<E>.Load(px + i, width) - RowLanes<E>.Load(mean + i, width)) * factor;
                    factor = gain is null ? factor : factor * RowLanes<E>.Load(gain + i, width);
                    var mean0 = RowLanes<E>.Load(dOffset + i, width) * _share;
                    var mean1 = RowLanes<E>.Load(dGain + i, width) * _share;
                    RowLanes<E>.Store(factor * (RowLanes<E>.Load(pdy + i, width) - mean0 - (z * mean1)), to + i, width);
                }
            }
        }
    }
}
