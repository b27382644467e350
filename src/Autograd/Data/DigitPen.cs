namespace Autograd.Data;

/// <summary>Draws digits as a hand might: a few strokes, each a line through points, displaced at random and drawn with a soft pen.</summary>
internal sealed class DigitPen(RandomNumbers random)
{
    /// <summary>The pixels along a side.</summary>
    public const int Side = 20;

    /// <summary>The pixels of an image.</summary>
    public const int Pixels = Side * Side;

    // Each digit in several manners, in a square from (0, 0) at the top left to (1, 1); y points down, so that angles in degrees run clockwise from the right.
    private static readonly (double X, double Y)[][][][] s_manners =
    [
        [
            [Arc(.5, .5, .28, .42, -90, 270)],
            [Arc(.5, .5, .22, .42, -60, 290)],
        ],
        [
            [[(.5, .06), (.5, .94)]],
            [[(.34, .24), (.52, .06), (.52, .94)]],
            [[(.34, .24), (.52, .06), (.52, .94)], [(.32, .94), (.72, .94)]],
        ],
        [
            [[.. Arc(.48, .3, .25, .22, 190, 390), (.22, .92), (.8, .92)]],
            [[.. Arc(.48, .28, .24, .2, 200, 400), .. Arc(.32, .82, .12, .1, 300, 60), (.5, .84), (.82, .94)]],
        ],
        [
            [[.. Arc(.45, .28, .25, .2, 200, 440), .. Arc(.45, .7, .3, .23, 280, 520)]],
            [[(.22, .08), (.74, .08), (.46, .42), .. Arc(.45, .68, .29, .25, 280, 510)]],
        ],
        [
            [[(.32, .08), (.22, .56), (.82, .56)], [(.68, .26), (.64, .94)]],
            [[(.62, .06), (.18, .64), (.84, .64)], [(.62, .06), (.62, .94)]],
        ],
        [
            [[(.76, .08), (.32, .08), (.28, .46), .. Arc(.47, .68, .27, .24, 230, 500)]],
            [[(.3, .08), (.28, .44), .. Arc(.45, .67, .28, .25, 240, 500)], [(.3, .08), (.78, .1)]],
        ],
        [
            [[(.68, .06), (.44, .22), (.29, .5), .. Arc(.5, .7, .24, .22, 190, 545)]],
            [[(.46, .06), (.3, .4), .. Arc(.5, .72, .24, .2, 190, 545)]],
        ],
        [
            [[(.2, .1), (.8, .1), (.58, .5), (.42, .94)]],
            [[(.2, .1), (.8, .1), (.44, .94)], [(.36, .5), (.7, .5)]],
            [[(.2, .24), (.22, .1), (.8, .1), (.5, .94)]],
        ],
        [
            [Arc(.5, .28, .2, .2, 90, 450), Arc(.5, .71, .25, .23, 270, 630)],
            [[(.72, .18), .. Arc(.5, .26, .2, .18, 330, 130), .. Arc(.5, .72, .24, .22, 300, 590), (.72, .18)]],
        ],
        [
            [[.. Arc(.47, .3, .24, .23, 0, 360), (.68, .62), (.62, .94)]],
            [[.. Arc(.48, .28, .22, .2, -20, 340), (.7, .5), .. Arc(.46, .72, .24, .2, 0, 140)]],
        ],
    ];

    private readonly List<(double X, double Y)> _points = [];
    private readonly List<int> _ends = [];

    private static (double X, double Y)[] Arc(double x, double y, double radiusX, double radiusY, double from, double to)
    {
        var steps = (int)Math.Ceiling(Math.Abs(to - from) / 22.5);
        return [.. Enumerable.Range(0, steps + 1).Select(step =>
        {
            var (sine, cosine) = Math.SinCos((from + ((to - from) * step / steps)) * Math.PI / 180);
            return (x + (radiusX * cosine), y + (radiusY * sine));
        })];
    }

    /// <summary>Draws a digit; pixels stand column after column.</summary>
    public void Draw(int digit, Span<float> image)
    {
        Place(s_manners[digit][random.Below(s_manners[digit].Length)]);
        var radius = random.Uniform(0.75, 1.35);
        Fit(radius);
        image.Clear();
        var start = 0;
        foreach (var end in _ends)
        {
            for (var i = start; i + 1 < end; i++)
            {
                DrawLine(_points[i], _points[i + 1], radius, image);
            }
            start = end;
        }
    }

    // Slants, turns and stretches the strokes, and displaces each of their points a little, with its neighbours.
    private void Place((double X, double Y)[][] strokes)
    {
        var (sine, cosine) = Math.SinCos(random.Normal(0.1));
        var (slant, width, height) = (random.Normal(0.16), random.Uniform(0.75, 1.15), random.Uniform(0.9, 1.1));
        var (waveX, waveY, phaseX, phaseY) = (random.Normal(0.03), random.Normal(0.03), random.Uniform(0, 2 * Math.PI), random.Uniform(0, 2 * Math.PI));
        _points.Clear();
        _ends.Clear();
        foreach (var stroke in strokes)
        {
            foreach (var (x, y) in stroke)
            {
                var u = ((x - .5) * width) + (waveX * Math.Sin((5 * y) + phaseX)) + random.Normal(0.008);
                var v = ((y - .5) * height) + (waveY * Math.Sin((5 * x) + phaseY)) + random.Normal(0.008);
                u -= slant * v;
                _points.Add(((cosine * u) - (sine * v), (sine * u) + (cosine * v)));
            }
            _ends.Add(_points.Count);
        }
    }

    // Fills the image with the digit, as those of MNIST fill their square of 20 pixels.
    private void Fit(double radius)
    {
        var (left, top) = (double.PositiveInfinity, double.PositiveInfinity);
        var (right, bottom) = (double.NegativeInfinity, double.NegativeInfinity);
        foreach (var (x, y) in _points)
        {
            (left, right) = (Math.Min(left, x), Math.Max(right, x));
            (top, bottom) = (Math.Min(top, y), Math.Max(bottom, y));
        }
        var scale = (Side - (2 * radius)) / Math.Max(right - left, bottom - top);
        var (offsetX, offsetY) = ((Side / 2.0) - (scale * (left + right) / 2), (Side / 2.0) - (scale * (top + bottom) / 2));
        for (var i = 0; i < _points.Count; i++)
        {
            _points[i] = (offsetX + (scale * _points[i].X), offsetY + (scale * _points[i].Y));
        }
    }

    // A pixel is as dark as the pen covers it: fully within the radius, and falling off over one pixel around it.
    private static void DrawLine((double X, double Y) from, (double X, double Y) to, double radius, Span<float> image)
    {
        var reach = radius + 1;
        var (firstColumn, lastColumn) = Within(from.X, to.X, reach);
        var (firstRow, lastRow) = Within(from.Y, to.Y, reach);
        var (dx, dy) = (to.X - from.X, to.Y - from.Y);
        var length = Math.Max((dx * dx) + (dy * dy), 1e-12);
        for (var column = firstColumn; column <= lastColumn; column++)
        {
            for (var row = firstRow; row <= lastRow; row++)
            {
                var (x, y) = (column + .5 - from.X, row + .5 - from.Y);
                var along = Math.Clamp(((x * dx) + (y * dy)) / length, 0, 1);
                var (awayX, awayY) = (x - (along * dx), y - (along * dy));
                var ink = (float)Math.Clamp(radius + .5 - Math.Sqrt((awayX * awayX) + (awayY * awayY)), 0, 1);
                ref var pixel = ref image[(column * Side) + row];
                pixel = Math.Max(pixel, ink);
            }
        }
    }

    private static (int First, int Last) Within(double a, double b, double reach) =>
        (Math.Max(0, (int)Math.Floor(Math.Min(a, b) - reach)), Math.Min(Side - 1, (int)Math.Ceiling(Math.Max(a, b) + reach)));
}
