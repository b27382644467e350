using Autograd.Numerics;

namespace Autograd.Data;

/// <summary>
/// What the random order of one pass over a data set depends on. It is made when the pass starts, on the thread that starts it; the parts of the pipeline derive theirs from it, so
/// that nothing depends on which thread runs ahead of which.
/// </summary>
/// <param name="Key">Drawn from the common stream of random numbers where the pipeline needs it, else 0.</param>
/// <param name="Number">Which pass it is.</param>
internal readonly record struct PassKey(ulong Key, ulong Number)
{
    /// <summary>The pass of a part that must not follow the same random numbers as another part.</summary>
    public PassKey Branch(int index) => this with { Key = Mix(Key, (ulong)index + 1) };

    /// <summary>One round of a repetition; the first is the pass itself.</summary>
    public PassKey Round(long index) => index == 0 ? this : new PassKey(Mix(Key, ~(ulong)index), Mix(Number, ~(ulong)index));

    /// <summary>A number that depends on both and looks random.</summary>
    public static ulong Mix(ulong key, ulong value)
    {
        var (high, low, _, _) = Philox.Block(key, value, 0xDA7A);
        return ((ulong)high << 32) | low;
    }
}
