using System.Runtime.CompilerServices;
using System.Text;

namespace Autograd.Reports;

/// <summary>
/// Named groups of points on two axes, such as the flowers of three species by two of their lengths.
/// Groups differ in colour and in shape. Points that are NaN or infinite in either direction are left out.
/// </summary>
/// <param name="title">What the chart shows; may be empty.</param>
/// <param name="xLabel">The name of the horizontal axis; may be empty.</param>
/// <param name="yLabel">The name of the vertical axis; may be empty.</param>
public sealed class ScatterChart(string title, string xLabel = "", string yLabel = "") : Chart(title, xLabel, yLabel)
{
    // In a crowd, one point in each cell of this many units stands for those it would cover anyway.
    private const double CrowdCell = 4;
    private const int Crowd = 2000;

    private static readonly string[] Shapes =
    [
        "m-3.6 0a3.6 3.6 0 1 0 7.2 0a3.6 3.6 0 1 0-7.2 0z",
        "m-4.2 3.4h8.4l-4.2-7.6z",
        "m-3.3-3.3h6.6v6.6h-6.6z",
        "m0-4.6l4.6 4.6-4.6 4.6-4.6-4.6z",
    ];

    /// <summary>Adds a group of the points (xs[i], ys[i]).</summary>
    /// <param name="name">The name in the legend; an empty name is left out of it.</param>
    /// <param name="xs">The horizontal positions.</param>
    /// <param name="ys">The vertical positions, as many as there are horizontal ones.</param>
    /// <returns>This chart.</returns>
    /// <exception cref="ArgumentException"><paramref name="xs"/> and <paramref name="ys"/> differ in length.</exception>
    // Arrays prefer the list overload, because a null array would pass for an empty span.
    [OverloadResolutionPriority(1)]
    public ScatterChart Add(string name, IReadOnlyList<double> xs, IReadOnlyList<double> ys) => With(Series.From(name, xs, ys));

    /// <inheritdoc cref="Add(string, IReadOnlyList{double}, IReadOnlyList{double})"/>
    public ScatterChart Add(string name, ReadOnlySpan<double> xs, ReadOnlySpan<double> ys) => With(Series.From(name, xs, ys));

    private ScatterChart With(Series series)
    {
        Keep(series);
        return this;
    }

    private protected override Scale HorizontalScale(double min, double max, int target, bool whole)
        => Scale.Linear(min, max, target, widen: true, whole);

    private protected override void DrawSeries(StringBuilder svg, Frame frame, Series series, int index)
    {
        var shown = Enumerable.Range(0, series.Count)
            .Where(i => frame.Accepts(series.Xs[i], series.Ys[i]))
            .Select(i => (X: frame.X(series.Xs[i]), Y: frame.Y(series.Ys[i]), Index: i));
        if (series.Count <= MostMarkers)
        {
            foreach (var (x, y, i) in shown)
            {
                svg.Append(Markup.Invariant, $"<path class=\"point {ChartStyle.Colour(index)}\" d=\"M{x:0.#} {y:0.#}{Shape(index)}\">");
                svg.Append(Markup.Invariant, $"<title>{Hover(series, series.Xs[i], series.Ys[i])}</title></path>\n");
            }

            return;
        }

        var points = series.Count <= Crowd ? shown : shown.DistinctBy(point => ((int)(point.X / CrowdCell), (int)(point.Y / CrowdCell)));
        svg.Append(Markup.Invariant, $"<path class=\"cloud {ChartStyle.Colour(index)}\" d=\"");
        foreach (var (x, y, _) in points)
        {
            svg.Append(Markup.Invariant, $"M{x:0.#} {y:0.#}h0");
        }

        svg.Append(Markup.Invariant, $"\"><title>{Markup.Escape(series.Name)}</title></path>\n");
    }

    private protected override void DrawKey(StringBuilder svg, Series series, int index, double x, double y)
    {
        var (colour, centre) = (ChartStyle.Colour(index), x + 10);
        _ = series.Count <= MostMarkers
            ? svg.Append(Markup.Invariant, $"<path class=\"point {colour}\" d=\"M{centre:0.#} {y:0.#}{Shape(index)}\"/>")
            : svg.Append(Markup.Invariant, $"<path class=\"cloud {colour}\" d=\"M{centre:0.#} {y:0.#}h0\"/>");
    }

    private static string Shape(int index) => Shapes[index % Shapes.Length];
}
