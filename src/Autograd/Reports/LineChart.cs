using System.Numerics;
using System.Runtime.CompilerServices;

namespace Autograd.Reports;

/// <summary>
/// Lines over a common horizontal axis, such as the loss at each step of a training.
/// Values that are NaN or infinite break the line; so do values at or below zero on a logarithmic axis.
/// </summary>
/// <param name="title">What the chart shows; may be empty.</param>
/// <param name="xLabel">The name of the horizontal axis; may be empty.</param>
/// <param name="yLabel">The name of the vertical axis; may be empty.</param>
/// <param name="logarithmicY">Whether equal ratios take equal heights, which shows small losses beside large ones.</param>
public sealed class LineChart(string title, string xLabel = "", string yLabel = "", bool logarithmicY = false)
    : AxesChart<LineChart>(title, xLabel, yLabel, logarithmicY)
{
    private readonly List<Series> _series = [];

    /// <summary>Adds a line through the points (xs[i], ys[i]) in the order given.</summary>
    /// <param name="name">The name in the legend; an empty name is left out of it.</param>
    /// <param name="xs">The horizontal positions.</param>
    /// <param name="ys">The values, as many as there are positions.</param>
    /// <param name="steps">Whether each value holds until the next, as a learning rate does, instead of changing along the way.</param>
    /// <returns>This chart.</returns>
    /// <exception cref="ArgumentException"><paramref name="xs"/> and <paramref name="ys"/> differ in length.</exception>
    public LineChart Add(string name, ChartValues xs, ChartValues ys, bool steps = false)
    {
        _series.Add(new Series(name, xs, ys, steps ? SeriesKind.Steps : SeriesKind.Line));
        return this;
    }

    /// <inheritdoc cref="Add(string, ChartValues, ChartValues, bool)"/>
    [OverloadResolutionPriority(-1)]
    public LineChart Add<TX, TY>(string name, IReadOnlyList<TX> xs, IReadOnlyList<TY> ys, bool steps = false) where TX : INumberBase<TX> where TY : INumberBase<TY>
        => Add(name, ChartValues.From(xs), ChartValues.From(ys), steps);

    /// <summary>Adds a line through the values at the positions 0, 1, 2...</summary>
    /// <param name="name">The name in the legend; an empty name is left out of it.</param>
    /// <param name="ys">The values.</param>
    /// <param name="steps">Whether each value holds until the next, as a learning rate does, instead of changing along the way.</param>
    /// <returns>This chart.</returns>
    public LineChart Add(string name, ChartValues ys, bool steps = false) => Add(name, Series.Positions(ys.Count), ys, steps);

    /// <inheritdoc cref="Add(string, ChartValues, bool)"/>
    [OverloadResolutionPriority(-1)]
    public LineChart Add<T>(string name, IReadOnlyList<T> ys, bool steps = false) where T : INumberBase<T> => Add(name, ChartValues.From(ys), steps);

    /// <summary>Adds points over the lines, such as the best of them.</summary>
    /// <param name="name">The name in the legend; an empty name is left out of it.</param>
    /// <param name="xs">The horizontal positions.</param>
    /// <param name="ys">The values, as many as there are positions.</param>
    /// <returns>This chart.</returns>
    /// <exception cref="ArgumentException"><paramref name="xs"/> and <paramref name="ys"/> differ in length.</exception>
    public LineChart AddPoints(string name, ChartValues xs, ChartValues ys)
    {
        _series.Add(new Series(name, xs, ys, SeriesKind.Points));
        return this;
    }

    private protected override IEnumerable<string> Names => _series.Select(series => series.Name);

    private protected override bool CountsSteps => true;

    private protected override bool WidensX => false;

    private protected override bool HasAirX => _series.Any(SeriesMarks.ShowsMarkers);

    private protected override void Extend(Bounds bounds) => _series.ForEach(bounds.Add);

    private protected override void DrawData(Picture picture, Frame frame)
    {
        foreach (var (index, series) in _series.Index())
        {
            SeriesMarks.Draw(picture, frame, series, index, markers: true, (x, y) => Hover(series.Name, x, y));
        }
    }

    private protected override void DrawKey(Picture picture, int index, double x, double y) => SeriesMarks.DrawKey(picture, _series[index], index, x, y);
}
