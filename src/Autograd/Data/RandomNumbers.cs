using Autograd.Numerics;

namespace Autograd.Data;

/// <summary>Random numbers one by one; the same seed gives the same ones.</summary>
internal sealed class RandomNumbers(ulong seed)
{
    private ulong _block;
    private (uint, uint) _second;
    private bool _hasSecond;

    /// <summary>Random numbers from a seed, or from the common stream.</summary>
    public static RandomNumbers From(long? seed) => new(seed is { } given ? (ulong)given : Tensor.DrawSeed());

    private (uint High, uint Low) Next()
    {
        if (_hasSecond)
        {
            _hasSecond = false;
            return _second;
        }
        var (a, b, c, d) = Philox.Block(seed, _block++, 0x0D1CE);
        (_second, _hasSecond) = ((c, d), true);
        return (a, b);
    }

    /// <summary>Evenly over 0 to limit - 1.</summary>
    public int Below(int limit)
    {
        var (high, low) = Next();
        return (int)Math.BigMul(((ulong)high << 32) | low, (ulong)limit, out _);
    }

    /// <summary>The numbers 0 to count - 1 in random order.</summary>
    public int[] Permutation(int count)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++)
        {
            var j = Below(i + 1);
            (order[i], order[j]) = (order[j], i);
        }
        return order;
    }

    /// <summary>Evenly over [min, max).</summary>
    public double Uniform(double min = 0, double max = 1)
    {
        var (high, low) = Next();
        return min + ((max - min) * Philox.Unit(high, low));
    }

    /// <summary>Of mean 0 and the given standard deviation.</summary>
    public double Normal(double deviation = 1) => deviation * Philox.Normals(Uniform(), Uniform()).Item1;
}
