namespace Autograd.Reports;

/// <summary>An image of red, green and blue bytes, row by row from the top.</summary>
internal sealed class Pixels(int width, int height)
{
    internal int Width => width;

    internal int Height => height;

    internal byte[] Bytes { get; } = new byte[3 * width * height];

    internal Rgb this[int x, int y]
    {
        get
        {
            var at = 3 * (y * width + x);
            return new Rgb(Bytes[at], Bytes[at + 1], Bytes[at + 2]);
        }

        set
        {
            var at = 3 * (y * width + x);
            (Bytes[at], Bytes[at + 1], Bytes[at + 2]) = (value.R, value.G, value.B);
        }
    }
}
