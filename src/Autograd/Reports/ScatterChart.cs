using System.Numerics;
using System.Runtime.CompilerServices;

namespace Autograd.Reports;

/// <summary>
/// Named groups of points on two axes, such as the flowers of three species by two of their lengths, and lines over them, such as the one that separates two groups.
/// Groups differ in color and in shape. Points that are NaN or infinite in either direction are left out.
/// </summary>
/// <param name="title">What the chart shows; may be empty.</param>
/// <param name="xLabel">The name of the horizontal axis; may be empty.</param>
/// <param name="yLabel">The name of the vertical axis; may be empty.</param>
public sealed class ScatterChart(string title, string xLabel = "", string yLabel = "") : AxesChart<ScatterChart>(title, xLabel, yLabel)
{
    private readonly List<Series> _series = [];

    /// <summary>Adds a group of the points (xs[i], ys[i]).</summary>
    /// <param name="name">The name in the legend; an empty name is left out of it.</param>
    /// <param name="xs">The horizontal positions.</param>
    /// <param name="ys">The vertical positions, as many as there are horizontal ones.</param>
    /// <returns>This chart.</returns>
    /// <exception cref="ArgumentException"><paramref name="xs"/> and <paramref name="ys"/> differ in length.</exception>
    public ScatterChart Add(string name, ChartValues xs, ChartValues ys) => With(new Series(name, xs, ys, SeriesKind.Points));

    /// <inheritdoc cref="Add(string, ChartValues, ChartValues)"/>
    [OverloadResolutionPriority(-1)]
    public ScatterChart Add<TX, TY>(string name, IReadOnlyList<TX> xs, IReadOnlyList<TY> ys) where TX : INumberBase<TX> where TY : INumberBase<TY>
        => Add(name, ChartValues.From(xs), ChartValues.From(ys));

    /// <summary>Adds a line over the points, through (xs[i], ys[i]) in the order given.</summary>
    /// <param name="name">The name in the legend; an empty name is left out of it.</param>
    /// <param name="xs">The horizontal positions.</param>
    /// <param name="ys">The vertical positions, as many as there are horizontal ones.</param>
    /// <returns>This chart.</returns>
    /// <exception cref="ArgumentException"><paramref name="xs"/> and <paramref name="ys"/> differ in length.</exception>
    public ScatterChart AddLine(string name, ChartValues xs, ChartValues ys) => With(new Series(name, xs, ys, SeriesKind.Line));

    /// <inheritdoc cref="AddLine(string, ChartValues, ChartValues)"/>
    [OverloadResolutionPriority(-1)]
    public ScatterChart AddLine<TX, TY>(string name, IReadOnlyList<TX> xs, IReadOnlyList<TY> ys) where TX : INumberBase<TX> where TY : INumberBase<TY>
        => AddLine(name, ChartValues.From(xs), ChartValues.From(ys));

    private protected override IEnumerable<string> Names => _series.Select(series => series.Name);

    private protected override void Extend(Bounds bounds) => _series.ForEach(bounds.Add);

    private protected override void DrawData(Picture picture, Frame frame)
    {
        foreach (var (index, series) in _series.Index().OrderBy(entry => entry.Item.Kind == SeriesKind.Points ? 0 : 1))
        {
            SeriesMarks.Draw(picture, frame, series, index, markers: false, (x, y) => Hover(series.Name, x, y));
        }
    }

    private protected override void DrawKey(Picture picture, int index, double x, double y) => SeriesMarks.DrawKey(picture, _series[index], index, x, y);

    private ScatterChart With(Series series)
    {
        _series.Add(series);
        return this;
    }
}
