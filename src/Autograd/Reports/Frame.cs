namespace Autograd.Reports;

/// <summary>Texts of a chart with two axes.</summary>
internal readonly record struct ChartTexts(string Title, string XLabel, string YLabel);

/// <summary>Where the parts of a chart go: title, legend, axis labels, and the rectangle in which the data is drawn.</summary>
internal sealed class Frame
{
    internal const double Width = 480;
    internal const double Edge = 14;

    private const double PlotHeight = 250;
    private const double LegendRow = 20;
    private const double KeyWidth = 26;

    // Names under an axis that have no room side by side are written at this angle, and cut at this length.
    private const double Slant = -38;
    private const double LongestSlanted = 120;
    private const int MostNames = 40;

    private readonly ChartTexts _texts;
    private readonly bool _cuts;
    private readonly bool _slanted;
    private readonly List<(int Series, string Name, double X, double Y)> _legend = [];

    /// <param name="texts">The texts to place.</param>
    /// <param name="names">The names of the series; an empty name gets no place in the legend.</param>
    /// <param name="x">Makes the horizontal scale for a wished number of ticks.</param>
    /// <param name="y">Makes the vertical scale.</param>
    /// <param name="equalAspect">Whether a unit is as long on one axis as on the other.</param>
    /// <param name="cuts">Whether data may lie beyond the axes.</param>
    internal Frame(ChartTexts texts, IEnumerable<string> names, Func<int, Scale> x, Func<int, Scale> y, bool equalAspect, bool cuts)
    {
        (_texts, _cuts) = (texts, cuts);
        YScale = y(6);
        Top = PlaceLegend(names, Edge + (texts.Title.Length > 0 ? 36 : 12)) + 16;
        Left = Edge + (texts.YLabel.Length > 0 ? 20 : 0) + YScale.Ticks.Select(tick => TextMeasure.Width(tick.Label)).DefaultIfEmpty().Max() + 8;

        // Fewer ticks, until their labels stand clear of each other.
        XScale = x(7);
        for (var target = 6; target > 1 && !Fits(XScale); target--)
        {
            XScale = x(target);
        }

        _slanted = XScale.IsNamed && !Fits(XScale);
        Right = Width - Math.Max(Edge, _slanted ? 0 : XScale.Ticks.Select(tick => TextMeasure.Width(tick.Label) / 2 + 6).DefaultIfEmpty().Last());
        Bottom = Top + PlotHeight;
        if (equalAspect)
        {
            Square();
        }

        var slantedHeight = _slanted ? Math.Min(LongestSlanted, XScale.Ticks.Max(tick => TextMeasure.Width(tick.Label))) * 0.62 : 0;
        BelowTicks = Bottom + 18 + slantedHeight;
        Height = BelowTicks + (texts.XLabel.Length > 0 ? 30 : 12);
    }

    internal Scale XScale { get; private set; }

    internal Scale YScale { get; private set; }

    internal double Left { get; private set; }

    internal double Right { get; private set; }

    internal double Top { get; }

    internal double Bottom { get; private set; }

    internal double Height { get; }

    private double BelowTicks { get; }

    // Far beyond the borders of the picture it does not matter how far.
    internal double X(double value) => Math.Clamp(Left + XScale.Fraction(value) * (Right - Left), -1e5, 1e5);

    internal double Y(double value) => Math.Clamp(Bottom - YScale.Fraction(value) * (Bottom - Top), -1e5, 1e5);

    internal bool Accepts(double x, double y) => XScale.Accepts(x) && YScale.Accepts(y);

    /// <summary>Whether a point of the picture lies inside the frame with room for a label.</summary>
    internal bool Surrounds((double X, double Y) point) => point.X > Left + 14 && point.X < Right - 14 && point.Y > Top + 6 && point.Y < Bottom - 6;

    internal bool Contains(double x, double y) => XScale.Contains(x) && YScale.Contains(y);

    /// <summary>Draws what may reach beyond the axes, cut off at the frame. Points need no cutting: those beyond are left out, and those on the frame stay whole.</summary>
    internal void Inside(Picture picture, Action<Picture> draw)
    {
        if (!_cuts)
        {
            draw(picture);
            return;
        }

        // What is drawn keeps the coordinates of the whole picture, which is shifted inside a picture of the frame's size.
        var (inside, whole) = (new Picture(Right - Left, Bottom - Top), new Picture(picture.Width, picture.Height));
        draw(whole);
        inside.Place(whole, -Left, -Top);
        picture.Place(inside, Left, Top, cut: true);
    }

    /// <summary>Draws everything but the data; <paramref name="drawKey"/> draws the sample of a series beside its name.</summary>
    internal void Draw(Picture picture, Action<int, double, double> drawKey)
    {
        Ground(picture, _texts.Title);
        foreach (var (series, name, x, y) in _legend)
        {
            drawKey(series, x, y - 4);
            picture.Text("name", x + KeyWidth, y, name, room: Width - Edge - KeyWidth - x);
        }

        picture.Line("grid", Left, Bottom, Right, Bottom);
        foreach (var tick in YScale.Ticks)
        {
            var y = Y(tick.Value);
            picture.Line("grid", Left, y, Right, y);
            picture.Text("tick", Left - 8, y + 4.5, tick.Label, Anchor.End);
        }

        DrawXTicks(picture);
        var zero = YScale.HasZeroInside ? Y(0) : Bottom;
        picture.Line("axis", Left, zero, Right, zero);
        if (XScale.HasZeroInside && !XScale.IsNamed && !XScale.IsWhole)
        {
            picture.Line("axis", X(0), Top, X(0), Bottom);
        }

        if (_texts.XLabel.Length > 0)
        {
            picture.Text("label", (Left + Right) / 2, BelowTicks + 19, _texts.XLabel, Anchor.Middle, room: Width - 2 * Edge);
        }

        if (_texts.YLabel.Length > 0)
        {
            picture.Text("label", Left - LeftOfAxis() + 10, (Top + Bottom) / 2, _texts.YLabel, Anchor.Middle, angle: -90, room: Bottom - Top + 40);
        }
    }

    /// <summary>The paper of a picture, with its title.</summary>
    internal static void Ground(Picture picture, string title)
    {
        picture.Rect("paper", 0, 0, picture.Width, picture.Height, radius: 8);
        if (title.Length > 0)
        {
            picture.Text("title", Edge, Edge + 14, title, room: picture.Width - 2 * Edge);
        }
    }

    private double LeftOfAxis() => 20 + YScale.Ticks.Select(tick => TextMeasure.Width(tick.Label)).DefaultIfEmpty().Max() + 8;

    /// <summary>Whether the labels of the horizontal axis stand clear of each other.</summary>
    private bool Fits(Scale scale) => scale.IsNamed
        ? scale.Ticks.All(tick => TextMeasure.Width(tick.Label) + 6 <= (Width - Edge - Left) / scale.Ticks.Length)
        : scale.Ticks.Sum(tick => TextMeasure.Width(tick.Label) + 12) <= Width - Edge - Left;

    private void DrawXTicks(Picture picture)
    {
        var every = XScale.IsNamed ? (XScale.Ticks.Length + MostNames - 1) / MostNames : 1;
        foreach (var (index, tick) in XScale.Ticks.Index())
        {
            var x = X(tick.Value);
            if (!XScale.IsNamed)
            {
                picture.Line("grid", x, Top, x, Bottom);
            }

            if (index % every != 0)
            {
                continue;
            }

            if (_slanted)
            {
                picture.Text("tick", x + 4, Bottom + 16, tick.Label, Anchor.End, Slant, room: LongestSlanted);
            }
            else
            {
                picture.Text("tick", x, Bottom + 18, tick.Label, Anchor.Middle);
            }
        }
    }

    /// <summary>Makes a unit as long on one axis as on the other. Where that would leave a mere strip of the frame, the shorter axis shows more than the data.</summary>
    private void Square()
    {
        const double Most = 330, Least = 90;
        var (xLength, yLength, width, height) = (XScale.Max - XScale.Min, YScale.Max - YScale.Min, Right - Left, Most);
        (width, height) = xLength / yLength * height <= width ? (xLength / yLength * height, height) : (width, width / xLength * yLength);
        if (height < Least)
        {
            (YScale, height) = (Around(YScale, xLength * Least / width), Least);
        }
        else if (width < Least)
        {
            (XScale, width) = (Around(XScale, yLength * Least / height), Least);
        }

        var shift = (Right - Left - width) / 2;
        (Left, Right, Bottom) = (Left + shift, Left + shift + width, Top + height);

        static Scale Around(Scale scale, double length)
            => Scale.Between((scale.Min + scale.Max - length) / 2, (scale.Min + scale.Max + length) / 2, target: 2, logarithmic: false, whole: false);
    }

    /// <summary>Lays the names out in rows, and returns where they end.</summary>
    private double PlaceLegend(IEnumerable<string> names, double baseline)
    {
        var x = Edge;
        foreach (var (series, name) in names.Index().Where(entry => entry.Item.Length > 0))
        {
            var width = KeyWidth + TextMeasure.Width(name) + 14;
            if (x > Edge && x + width > Width - Edge)
            {
                (x, baseline) = (Edge, baseline + LegendRow);
            }

            _legend.Add((series, name, x, baseline));
            x += width;
        }

        return _legend.Count > 0 ? baseline : baseline - LegendRow;
    }
}
