using System.Text;

namespace Autograd.Reports;

/// <summary>A titled picture of named series on two axes, drawn as SVG without scripts or outside files.</summary>
public abstract class Chart
{
    /// <summary>With more points than this, a series is drawn without a hover text for each point.</summary>
    private protected const int MostMarkers = 200;

    private readonly (string Title, string XLabel, string YLabel) texts;
    private readonly List<Series> _series = [];

    private protected Chart(string title, string xLabel, string yLabel)
    {
        ArgumentNullException.ThrowIfNull(title);
        ArgumentNullException.ThrowIfNull(xLabel);
        ArgumentNullException.ThrowIfNull(yLabel);
        texts = (title, xLabel, yLabel);
    }

    private protected virtual bool IsLogarithmicY => false;

    /// <summary>Draws the chart as one <c>svg</c> element, which can stand in a page or in a file of its own.</summary>
    /// <returns>Well-formed XML that reads the same in every culture.</returns>
    public string ToSvg()
    {
        var frame = Layout(out var hasData);
        var svg = new StringBuilder();
        svg.Append(Markup.Invariant, $"<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"autograd-chart\" viewBox=\"0 0 {Frame.Width} {frame.Height:0.#}\" ");
        svg.Append(Markup.Invariant, $"role=\"img\" aria-label=\"{Markup.Escape(texts.Title)}\">\n<style>{ChartStyle.Css}</style>\n");
        frame.Draw(svg, (index, x, y) => DrawKey(svg, _series[index], index, x, y));
        foreach (var (index, one) in _series.Index())
        {
            DrawSeries(svg, frame, one, index);
        }

        if (!hasData)
        {
            var (x, y) = ((frame.Left + frame.Right) / 2, (frame.Top + frame.Bottom) / 2);
            svg.Append(Markup.Invariant, $"<text class=\"label\" x=\"{x:0.#}\" y=\"{y:0.#}\">no data</text>\n");
        }

        return svg.Append("</svg>\n").ToString();
    }

    private protected void Keep(Series added) => _series.Add(added);

    private protected abstract Scale HorizontalScale(double min, double max, int target, bool whole);

    private protected abstract void DrawSeries(StringBuilder svg, Frame frame, Series series, int index);

    private protected abstract void DrawKey(StringBuilder svg, Series series, int index, double x, double y);

    /// <summary>What hovering over a point says.</summary>
    private protected string Hover(Series one, double x, double y)
    {
        var name = one.Name.Length > 0 ? one.Name + ": " : "";
        var (xLabel, yLabel) = (texts.XLabel.Length > 0 ? texts.XLabel : "x", texts.YLabel.Length > 0 ? texts.YLabel : "y");
        return Markup.Escape($"{name}{xLabel} {Markup.Value(x)}, {yLabel} {Markup.Value(y)}");
    }

    private Frame Layout(out bool hasData)
    {
        var (xMin, xMax) = (double.PositiveInfinity, double.NegativeInfinity);
        var (yMin, yMax) = (xMin, xMax);
        var whole = true;
        foreach (var one in _series)
        {
            for (var i = 0; i < one.Count; i++)
            {
                var (x, y) = (one.Xs[i], one.Ys[i]);
                if (!Scale.Accepts(x))
                {
                    continue;
                }

                // A point that cannot be drawn still counts along x: a training that ended in NaN shows how long it ran.
                (xMin, xMax) = (Math.Min(xMin, x), Math.Max(xMax, x));
                whole &= x == Math.Floor(x);
                if (Scale.Accepts(y, IsLogarithmicY))
                {
                    (yMin, yMax) = (Math.Min(yMin, y), Math.Max(yMax, y));
                }
            }
        }

        hasData = yMin <= yMax;
        (xMin, xMax) = xMin <= xMax ? (xMin, xMax) : (0, 1);
        (yMin, yMax) = hasData ? (yMin, yMax) : IsLogarithmicY ? (0.1, 1) : (0, 1);
        return new Frame(
            texts,
            _series.Select(one => one.Name),
            target => HorizontalScale(xMin, xMax, target, whole),
            IsLogarithmicY ? Scale.Logarithmic(yMin, yMax, target: 6) : Scale.Linear(yMin, yMax, target: 6, widen: true));
    }
}
