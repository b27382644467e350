using System.Text;

namespace Autograd.Reports;

/// <summary>Where the parts of a chart go: title, legend, axis labels, and the rectangle in which the data is drawn.</summary>
internal sealed class Frame
{
    internal const double Width = 560;

    private const double Edge = 16;
    private const double LegendRow = 20;
    private const double KeyWidth = 26;

    private readonly string _title;
    private readonly string _xLabel;
    private readonly string _yLabel;
    private readonly List<(int Series, string Name, double X, double Y)> legend = [];

    /// <param name="chart">The texts to place.</param>
    /// <param name="names">The names of the series; an empty name gets no place in the legend.</param>
    /// <param name="x">Makes the horizontal scale for a wished number of ticks.</param>
    /// <param name="y">The vertical scale.</param>
    internal Frame((string Title, string XLabel, string YLabel) chart, IEnumerable<string> names, Func<int, Scale> x, Scale y)
    {
        (_title, _xLabel, _yLabel) = chart;
        YScale = y;

        Top = PlaceLegend(names, Edge + (_title.Length > 0 ? 36 : 12)) + 18;
        Bottom = Top + 250;
        Height = Bottom + (_xLabel.Length > 0 ? 48 : 30);
        Left = Edge + (_yLabel.Length > 0 ? 20 : 0) + y.Ticks.Select(tick => TextWidth(tick.Label)).DefaultIfEmpty().Max() + 6;

        // Fewer ticks, until their labels stand clear of each other.
        XScale = x(7);
        for (var target = 6; target > 1 && XScale.Ticks.Sum(tick => TextWidth(tick.Label) + 14) > Width - Edge - Left; target--)
        {
            XScale = x(target);
        }

        Right = Width - Math.Max(Edge, XScale.Ticks.Select(tick => TextWidth(tick.Label) / 2 + 6).DefaultIfEmpty().Last());
    }

    internal Scale XScale { get; }

    internal Scale YScale { get; }

    internal double Left { get; }

    internal double Right { get; }

    internal double Top { get; }

    internal double Bottom { get; }

    internal double Height { get; }

    internal double X(double value) => Left + XScale.Fraction(value) * (Right - Left);

    internal double Y(double value) => Bottom - YScale.Fraction(value) * (Bottom - Top);

    internal bool Accepts(double x, double y) => XScale.Accepts(x) && YScale.Accepts(y);

    /// <summary>Draws everything but the data; <paramref name="drawKey"/> draws the sample of a series beside its name.</summary>
    internal void Draw(StringBuilder svg, Action<int, double, double> drawKey)
    {
        svg.Append(Markup.Invariant, $"<rect class=\"paper\" width=\"{Width}\" height=\"{Height:0.#}\" rx=\"8\"/>\n");
        if (_title.Length > 0)
        {
            Text(svg, "title", Edge, Edge + 13, _title, Width - 2 * Edge, 1.3);
        }

        foreach (var (series, name, x, y) in legend)
        {
            drawKey(series, x, y - 4);
            Text(svg, "name", x + KeyWidth, y, name, Width - Edge - KeyWidth - x);
        }

        foreach (var tick in YScale.Ticks)
        {
            var y = Y(tick.Value);
            svg.Append(Markup.Invariant, $"<path class=\"grid\" d=\"M{Left:0.#} {y:0.#}H{Right:0.#}\"/>");
            svg.Append(Markup.Invariant, $"<text class=\"tick\" x=\"{Left - 8:0.#}\" y=\"{y + 4:0.#}\" text-anchor=\"end\">{tick.Label}</text>\n");
        }

        foreach (var tick in XScale.Ticks)
        {
            var x = X(tick.Value);
            svg.Append(Markup.Invariant, $"<path class=\"grid\" d=\"M{x:0.#} {Top:0.#}V{Bottom:0.#}\"/>");
            svg.Append(Markup.Invariant, $"<text class=\"tick\" x=\"{x:0.#}\" y=\"{Bottom + 18:0.#}\" text-anchor=\"middle\">{tick.Label}</text>\n");
        }

        svg.Append(Markup.Invariant, $"<path class=\"axis\" d=\"M{Left:0.#} {Bottom:0.#}H{Right:0.#}\"/>\n");
        if (_xLabel.Length > 0)
        {
            Text(svg, "label", (Left + Right) / 2, Bottom + 37, _xLabel, Right - Left);
        }

        if (_yLabel.Length > 0)
        {
            svg.Append(Markup.Invariant, $"<g transform=\"translate({Edge + 8:0.#} {(Top + Bottom) / 2:0.#}) rotate(-90)\">");
            Text(svg, "label", 0, 0, _yLabel, Bottom - Top);
            svg.Append("</g>\n");
        }
    }

    /// <summary>Lays the names out in rows, and returns where they end.</summary>
    private double PlaceLegend(IEnumerable<string> names, double baseline)
    {
        var x = Edge;
        foreach (var (series, name) in names.Index().Where(entry => entry.Item.Length > 0))
        {
            var width = KeyWidth + TextWidth(name) + 16;
            if (x > Edge && x + width > Width - Edge)
            {
                (x, baseline) = (Edge, baseline + LegendRow);
            }

            legend.Add((series, name, x, baseline));
            x += width;
        }

        return legend.Count > 0 ? baseline : baseline - LegendRow;
    }

    /// <summary>Writes a text; one that is too long for its place is cut, and shown whole on hover.</summary>
    private static void Text(StringBuilder svg, string kind, double x, double y, string text, double room, double size = 1)
    {
        svg.Append(Markup.Invariant, $"<text class=\"{kind}\" x=\"{x:0.#}\" y=\"{y:0.#}\">");
        if (TextWidth(text) * size <= room)
        {
            svg.Append(Markup.Escape(text));
        }
        else
        {
            var cut = new StringBuilder();
            var left = room / size - TextWidth("…");
            foreach (var rune in text.EnumerateRunes().TakeWhile(rune => (left -= RuneWidth(rune)) >= 0))
            {
                cut.Append(rune.ToString());
            }

            svg.Append(Markup.Invariant, $"<title>{Markup.Escape(text)}</title>{Markup.Escape(cut.ToString().TrimEnd())}…");
        }

        svg.Append("</text>\n");
    }

    /// <summary>A guess, since no font can be measured here: Latin letters near 7 units at size 12, East Asian ones twice that.</summary>
    private static double TextWidth(string text)
    {
        var width = 0.0;
        foreach (var rune in text.EnumerateRunes())
        {
            width += RuneWidth(rune);
        }

        return width;
    }

    private static double RuneWidth(Rune rune) => rune.Value >= 0x1100 ? 13 : 7;
}
