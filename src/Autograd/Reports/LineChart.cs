using System.Runtime.CompilerServices;
using System.Text;

namespace Autograd.Reports;

/// <summary>
/// Lines over a common horizontal axis, such as the loss at each step of a training.
/// Values that are NaN or infinite break the line; so do values at or below zero on a logarithmic axis.
/// </summary>
/// <param name="title">What the chart shows; may be empty.</param>
/// <param name="xLabel">The name of the horizontal axis; may be empty.</param>
/// <param name="yLabel">The name of the vertical axis; may be empty.</param>
/// <param name="logarithmicY">Whether equal ratios take equal heights, which shows small losses beside large ones.</param>
public sealed class LineChart(string title, string xLabel = "", string yLabel = "", bool logarithmicY = false) : Chart(title, xLabel, yLabel)
{
    // With more points than this, the dots would hide the line, so they show on hover alone.
    private const int MostVisibleMarkers = 30;

    private protected override bool IsLogarithmicY => logarithmicY;

    /// <summary>Adds a line through the points (xs[i], ys[i]) in the order given.</summary>
    /// <param name="name">The name in the legend; an empty name is left out of it.</param>
    /// <param name="xs">The horizontal positions.</param>
    /// <param name="ys">The values, as many as there are positions.</param>
    /// <returns>This chart.</returns>
    /// <exception cref="ArgumentException"><paramref name="xs"/> and <paramref name="ys"/> differ in length.</exception>
    // Arrays prefer the list overloads, because a null array would pass for an empty span.
    [OverloadResolutionPriority(1)]
    public LineChart Add(string name, IReadOnlyList<double> xs, IReadOnlyList<double> ys) => With(Series.From(name, xs, ys));

    /// <inheritdoc cref="Add(string, IReadOnlyList{double}, IReadOnlyList{double})"/>
    public LineChart Add(string name, ReadOnlySpan<double> xs, ReadOnlySpan<double> ys) => With(Series.From(name, xs, ys));

    /// <summary>Adds a line through the values at the positions 0, 1, 2...</summary>
    /// <param name="name">The name in the legend; an empty name is left out of it.</param>
    /// <param name="ys">The values.</param>
    /// <returns>This chart.</returns>
    [OverloadResolutionPriority(1)]
    public LineChart Add(string name, IReadOnlyList<double> ys)
    {
        ArgumentNullException.ThrowIfNull(ys);
        return With(Series.From(name, Series.Positions(ys.Count), ys));
    }

    /// <inheritdoc cref="Add(string, IReadOnlyList{double})"/>
    public LineChart Add(string name, ReadOnlySpan<double> ys) => With(Series.From(name, Series.Positions(ys.Length), ys));

    private LineChart With(Series series)
    {
        Keep(series);
        return this;
    }

    private protected override Scale HorizontalScale(double min, double max, int target, bool whole)
        => Scale.Linear(min, max, target, widen: false, whole);

    private protected override void DrawSeries(StringBuilder svg, Frame frame, Series series, int index)
    {
        var points = Decimation.Points(series, frame);
        if (points.Count == 0)
        {
            return;
        }

        svg.Append(Markup.Invariant, $"<path class=\"{LineClass(index)}\" d=\"");
        for (var i = 0; i < points.Count; i++)
        {
            var (_, x, y, startsPiece) = points[i];
            svg.Append(Markup.Invariant, $"{(startsPiece ? 'M' : 'L')}{x:0.#} {y:0.#}");

            // A point between two gaps has no line to show it; a line of no length with round ends is a dot.
            if (startsPiece && (i + 1 == points.Count || points[i + 1].StartsPiece))
            {
                svg.Append("h0");
            }
        }

        svg.Append(Markup.Invariant, $"\"><title>{Markup.Escape(series.Name)}</title></path>\n");
        if (series.Count > MostMarkers)
        {
            return;
        }

        var kind = points.Count > MostVisibleMarkers ? "marker quiet" : "marker";
        foreach (var (i, x, y, _) in points)
        {
            svg.Append(Markup.Invariant, $"<circle class=\"{kind} {ChartStyle.Colour(index)}\" cx=\"{x:0.#}\" cy=\"{y:0.#}\" r=\"3\">");
            svg.Append(Markup.Invariant, $"<title>{Hover(series, series.Xs[i], series.Ys[i])}</title></circle>\n");
        }
    }

    private protected override void DrawKey(StringBuilder svg, Series series, int index, double x, double y)
        => svg.Append(Markup.Invariant, $"<path class=\"{LineClass(index)}\" d=\"M{x + 1:0.#} {y:0.#}h17\"/>");

    /// <summary>When the colours are used up, they come again with dashes.</summary>
    private static string LineClass(int index)
        => index / ChartStyle.Colours % 2 == 0 ? $"line {ChartStyle.Colour(index)}" : $"line dashed {ChartStyle.Colour(index)}";
}
