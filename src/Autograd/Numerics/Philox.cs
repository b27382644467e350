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
