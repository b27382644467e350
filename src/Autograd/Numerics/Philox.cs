using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Autograd.Numerics;

/// <summary>
/// Philox 4x32-10, a counter-based random generator: block k of a stream is computed directly, so any element can be drawn on any device in any order
/// with the same bits. J. K. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC11.
/// </summary>
internal static class Philox
{
    public static (uint, uint, uint, uint) Block(ulong key, ulong low, ulong high)
    {
        uint c0 = (uint)low, c1 = (uint)(low >> 32), c2 = (uint)high, c3 = (uint)(high >> 32);
        uint k0 = (uint)key, k1 = (uint)(key >> 32);
        for (var round = 0; round < 10; round++)
        {
            var p0 = 0xD2511F53UL * c0;
            var p1 = 0xCD9E8D57UL * c2;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }
        return (c0, c1, c2, c3);
    }

    /// <summary>The words of consecutive blocks, four each, one after another.</summary>
    public static void Fill(ulong key, ulong firstBlock, ulong high, Span<uint> words)
    {
        var i = 0;
        // Four blocks at once, each in a lane of 64 bits. A product reads the lower halves of its lanes only, so what stands above them may stay.
        for (; Avx2.IsSupported && i + 16 <= words.Length; i += 16)
        {
            var counter = Vector256.Create(firstBlock + (ulong)(i / 4)) + Vector256.Create(0UL, 1, 2, 3);
            Vector256<ulong> c0 = counter, c1 = counter >> 32, c2 = Vector256.Create(high), c3 = Vector256.Create(high >> 32);
            var (k0, k1) = ((uint)key, (uint)(key >> 32));
            for (var round = 0; round < 10; round++)
            {
                var p0 = Avx2.Multiply(c0.AsUInt32(), Vector256.Create(0xD2511F53UL).AsUInt32());
                var p1 = Avx2.Multiply(c2.AsUInt32(), Vector256.Create(0xCD9E8D57UL).AsUInt32());
                (c0, c1, c2, c3) = ((p1 >> 32) ^ c1 ^ Vector256.Create((ulong)k0), p1, (p0 >> 32) ^ c3 ^ Vector256.Create((ulong)k1), p0);
                k0 += 0x9E3779B9;
                k1 += 0xBB67AE85;
            }
            // From a vector for each word to the words of a block side by side.
            var (first, second) = ((c0 & Vector256.Create(0xFFFFFFFFUL)) | (c1 << 32), (c2 & Vector256.Create(0xFFFFFFFFUL)) | (c3 << 32));
            var (even, odd) = (Avx2.UnpackLow(first, second), Avx2.UnpackHigh(first, second));
            Avx2.Permute2x128(even, odd, 0x20).AsUInt32().CopyTo(words[i..]);
            Avx2.Permute2x128(even, odd, 0x31).AsUInt32().CopyTo(words[(i + 8)..]);
        }
        for (; i < words.Length; i += 4)
        {
            var (w0, w1, w2, w3) = Block(key, firstBlock + (ulong)(i / 4), high);
            ReadOnlySpan<uint> block = [w0, w1, w2, w3];
            block[..Math.Min(4, words.Length - i)].CopyTo(words[i..]);
        }
    }

    /// <summary>A double in [0, 1) from 64 random bits.</summary>
    public static double Unit(uint high, uint low) => ((((ulong)high << 32) | low) >> 11) * (1.0 / (1UL << 53));

    /// <summary>Two independent standard normal numbers (Box and Muller, 1958).</summary>
    public static (double, double) Normals(double u, double v)
    {
        var radius = Math.Sqrt(-2 * Math.Log(1 - u));
        var (sine, cosine) = Math.SinCos(2 * Math.PI * v);
        return (radius * cosine, radius * sine);
    }
}
