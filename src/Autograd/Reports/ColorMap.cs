namespace Autograd.Reports;

/// <summary>Turns numbers between two limits into colors. All maps here can be told apart by color-blind readers and grow steadily lighter or darker in print. Immutable; threads may share it.</summary>
public sealed class ColorMap
{
    private readonly Rgb[] _anchors;

    private ColorMap(bool isDiverging, params uint[] anchors) => (IsDiverging, _anchors) = (isDiverging, [.. anchors.Select(Rgb.Of)]);

    /// <summary>From dark violet through green to yellow: for quantities from low to high.</summary>
    public static ColorMap Viridis { get; } = new(false, 0x440154, 0x482878, 0x3e4989, 0x31688e, 0x26828e, 0x1f9e89, 0x35b779, 0x6ece58, 0xb5de2b, 0xfde725);

    /// <summary>Blue below, nearly white at the middle, orange above: for quantities around 0, such as weights. Its limits are symmetric by default.</summary>
    public static ColorMap Diverging { get; } = new(true, 0x0b3f73, 0x2f78b7, 0x9ac6e3, 0xf5f4f1, 0xf3b888, 0xd8701f, 0x8a3103);

    /// <summary>From nearly white to dark blue: for counts.</summary>
    public static ColorMap Blues { get; } = new(false, 0xf4f8fc, 0xcfe1f2, 0x94c4e0, 0x4a98cb, 0x1b68ad, 0x0a3468);

    /// <summary>From black to white.</summary>
    public static ColorMap Gray { get; } = new(false, 0x000000, 0xffffff);

    internal bool IsDiverging { get; }

    /// <summary>The color at a fraction of the way from the low limit to the high one; beyond them, that of the limit.</summary>
    internal Rgb At(double fraction)
    {
        var place = Math.Clamp(fraction, 0, 1) * (_anchors.Length - 1);
        var before = Math.Min((int)place, _anchors.Length - 2);
        return Rgb.Mix(_anchors[before], _anchors[before + 1], place - before);
    }
}

/// <summary>A color of eight bits a channel.</summary>
internal readonly record struct Rgb(byte R, byte G, byte B)
{
    /// <summary>Whether dark text reads better on it than white text.</summary>
    internal bool IsLight => 0.299 * R + 0.587 * G + 0.114 * B > 140;

    internal static Rgb Of(uint hex) => new((byte)(hex >> 16), (byte)(hex >> 8), (byte)hex);

    internal static Rgb Mix(Rgb a, Rgb b, double share) => new(Mix(a.R, b.R, share), Mix(a.G, b.G, share), Mix(a.B, b.B, share));

    public override string ToString() => string.Create(Markup.Invariant, $"#{R:x2}{G:x2}{B:x2}");

    private static byte Mix(byte a, byte b, double share) => (byte)Math.Round(a + (b - a) * share);
}
