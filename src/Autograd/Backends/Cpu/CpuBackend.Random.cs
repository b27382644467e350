using System.Runtime.CompilerServices;
using Autograd.Numerics;

namespace Autograd.Backends.Cpu;

/// <summary>Random numbers: element 2k and 2k + 1 of a tensor come from block k of its stream, whatever type and device.</summary>
internal sealed partial class CpuBackend
{
    public override void Random(RandomDistribution distribution, ulong seed, ulong stream, double a, double b, Tensor y)
    {
        switch (y.DType)
        {
            case DType.Float32:
                Random<float>(distribution, seed, stream, a, b, y.Elements<float>());
                break;
            case DType.Float64:
                Random<double>(distribution, seed, stream, a, b, y.Elements<double>());
                break;
            case DType.Int32:
                Integers<int>(seed, stream, (long)a, (long)b, y.Elements<int>());
                break;
            case DType.Int64:
                Integers<long>(seed, stream, (long)a, (long)b, y.Elements<long>());
                break;
            default:
                throw NoKernel(y.DType);
        }
    }

    private static void Random<E>(RandomDistribution distribution, ulong seed, ulong stream, double a, double b, Span<E> y) where E : unmanaged, System.Numerics.IFloatingPointIeee754<E>
    {
        for (var i = 0; i < y.Length; i += 2)
        {
            var (first, second) = distribution switch
            {
                RandomDistribution.Uniform => Uniforms(seed, stream, (ulong)(i / 2), 0),
                RandomDistribution.Normal => Normals(seed, stream, (ulong)(i / 2), 0),
                _ => TruncatedNormals(seed, stream, (ulong)(i / 2)),
            };
            var scale = distribution == RandomDistribution.Uniform ? b - a : b;
            y[i] = Scale<E>(distribution, first, a, b, scale);
            if (i + 1 < y.Length)
            {
                y[i + 1] = Scale<E>(distribution, second, a, b, scale);
            }
        }
    }

    private static E Scale<E>(RandomDistribution distribution, double value, double a, double b, double scale) where E : unmanaged, System.Numerics.IFloatingPointIeee754<E>
    {
        var result = E.CreateSaturating(a + (scale * value));
        // Rounding to single precision may reach the excluded end.
        return distribution == RandomDistribution.Uniform && scale > 0 && result >= E.CreateSaturating(b) ? E.BitDecrement(E.CreateSaturating(b)) : result;
    }

    private static (double, double) Uniforms(ulong seed, ulong stream, ulong block, ulong attempt)
    {
        var (w0, w1, w2, w3) = Philox.Block(seed, block | (attempt << 40), stream);
        return (Philox.Unit(w0, w1), Philox.Unit(w2, w3));
    }

    private static (double, double) Normals(ulong seed, ulong stream, ulong block, ulong attempt)
    {
        var (u, v) = Uniforms(seed, stream, block, attempt);
        return Philox.Normals(u, v);
    }

    private static (double, double) TruncatedNormals(ulong seed, ulong stream, ulong block)
    {
        double first = double.NaN, second = double.NaN;
        for (ulong attempt = 0; double.IsNaN(first) || double.IsNaN(second); attempt++)
        {
            var (x, y) = Normals(seed, stream, block, attempt);
            first = double.IsNaN(first) && Math.Abs(x) < 2 ? x : first;
            second = double.IsNaN(second) && Math.Abs(y) < 2 ? y : second;
        }
        return (first, second);
    }

    private static void Integers<E>(ulong seed, ulong stream, long low, long high, Span<E> y) where E : unmanaged, System.Numerics.INumber<E>
    {
        var range = (ulong)(high - low);
        for (var i = 0; i < y.Length; i += 2)
        {
            var (w0, w1, w2, w3) = Philox.Block(seed, (ulong)(i / 2), stream);
            y[i] = E.CreateTruncating(low + (long)Math.BigMul(((ulong)w0 << 32) | w1, range, out _));
            if (i + 1 < y.Length)
            {
                y[i + 1] = E.CreateTruncating(low + (long)Math.BigMul(((ulong)w2 << 32) | w3, range, out _));
            }
        }
    }

    public override void Dropout(double rate, ulong seed, ulong stream, Tensor x, Tensor y)
    {
        if (y.DType == DType.Float32)
        {
            new DropoutJob<float>(rate, seed, stream, x, y).Run();
        }
        else if (y.DType == DType.Float64)
        {
            new DropoutJob<double>(rate, seed, stream, x, y).Run();
        }
        else
        {
            throw NoKernel(y.DType);
        }
        x.EndRead();
    }

    /// <summary>Elements 4k to 4k + 3 are decided by the words of block k of the stream.</summary>
    private sealed class DropoutJob<E>(double rate, ulong seed, ulong stream, Tensor x, Tensor y) : Job where E : unmanaged, System.Numerics.IFloatingPointIeee754<E>
    {
        private readonly ulong _dropped = (ulong)(rate * (1UL << 32));
        private readonly E _scale = rate < 1 ? E.CreateSaturating(1 / (1 - rate)) : E.Zero;

        protected override int Chunks { get; } = y.Size < Cpu.Chunks.Smallest ? 1 : Cpu.Chunks.Count(y.Size);

        protected override void Run(int chunk)
        {
            var (start, length) = Chunks == 1 ? (0, y.Size) : Cpu.Chunks.Of(y.Size, chunk);
            var from = x.Elements<E>().Slice((int)start, (int)length);
            var to = y.Elements<E>().Slice((int)start, (int)length);
            Span<uint> words = stackalloc uint[256];
            for (var i = 0; i < from.Length; i += words.Length)
            {
                words = words[..Math.Min(words.Length, from.Length - i)];
                Philox.Fill(seed, (ulong)(start + i) / 4, stream, words);
                for (var k = 0; k < words.Length; k++)
                {
                    to[i + k] = Kept(from[i + k] * _scale, words[k]);
                }
            }
        }

        // Bits are cleared: a multiplication by 0 would make NaN of a dropped infinity, and a branch would be guessed wrong half the time.
        private E Kept(E value, uint word)
        {
            var kept = (long)(_dropped - 1 - word) >> 63;
            return typeof(E) == typeof(float)
                ? Unsafe.BitCast<int, E>(Unsafe.BitCast<E, int>(value) & (int)kept)
                : Unsafe.BitCast<long, E>(Unsafe.BitCast<E, long>(value) & kept);
        }
    }
}
