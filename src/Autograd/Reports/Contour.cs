using System.Numerics;
using System.Runtime.CompilerServices;

namespace Autograd.Reports;

/// <summary>
/// Lines along which a function of two numbers has the same value, such as the boundary at which a classifier says 0.5, and points over them.
/// </summary>
public sealed class Contour : AxesChart<Contour>
{
    private const int DefaultLevels = 8;

    // Pixels of the filled picture per unit.
    private const int Fineness = 2;
    private const double ShortestLabelled = 45;

    // How far points outside the grid stay from the border, as a share of the grid.
    private const double Air = 0.035;

    private readonly Matrix _values;
    private readonly double[] _xs;
    private readonly double[] _ys;
    private readonly List<Series> _series = [];
    private double[] _levels;
    private bool _filled;
    private ColorMap? _map;

    /// <summary>Draws a function given on a grid; all values are copied.</summary>
    /// <param name="title">What the chart shows; may be empty.</param>
    /// <param name="xs">Where the columns of the grid are, rising: one number for each column, or the grid of the same shape as <paramref name="zs"/> that a mesh grid gives.</param>
    /// <param name="ys">Where the rows are, likewise.</param>
    /// <param name="zs">The function's values, of shape [rows, columns]; around one that is NaN or infinite nothing is drawn.</param>
    /// <param name="xLabel">The name of the horizontal axis; may be empty.</param>
    /// <param name="yLabel">The name of the vertical axis; may be empty.</param>
    /// <exception cref="ShapeException">The values are no matrix of at least two rows and two columns, or the positions do not fit them.</exception>
    /// <exception cref="ValueException">The positions do not rise, or are not finite.</exception>
    public Contour(string title, ChartValues xs, ChartValues ys, Tensor zs, string xLabel = "", string yLabel = "") : base(title, xLabel, yLabel)
    {
        _values = new Matrix(zs, "Contour");
        var (rows, columns) = (_values.Rows, _values.Columns);
        if (zs.Rank != 2 || rows < 2 || columns < 2)
        {
            throw new ShapeException($"Contour takes values of shape [rows, columns] with at least 2 of each, not {zs.Shape}.");
        }

        _xs = Positions(xs, columns, place => place, "columns", nameof(xs));
        _ys = Positions(ys, rows, place => place * columns, "rows", nameof(ys));
        var (min, max) = _values.Range;
        _levels = [.. Scale.Linear(min, max, DefaultLevels, widen: false).Ticks.Select(tick => tick.Value).Where(level => level > min && level < max)];
    }

    /// <summary>Chooses the values whose lines are drawn; about eight round ones by default.</summary>
    /// <returns>This chart.</returns>
    /// <exception cref="ValueException">One is not finite.</exception>
    public Contour Levels(params double[] levels)
    {
        ArgumentNullException.ThrowIfNull(levels);
        if (levels.Any(level => !Scale.Accepts(level)))
        {
            throw new ValueException("The levels of a contour are finite numbers.");
        }

        _levels = [.. levels.Distinct().Order()];
        return this;
    }

    /// <summary>Colors the areas between the lines.</summary>
    /// <param name="map">The colors; with one or two levels <see cref="ColorMap.Diverging"/> by default, else <see cref="ColorMap.Viridis"/>.</param>
    /// <returns>This chart.</returns>
    public Contour Filled(ColorMap? map = null)
    {
        (_filled, _map) = (true, map);
        return this;
    }

    /// <summary>Adds a group of points over the picture.</summary>
    /// <param name="name">The name in the legend; an empty name is left out of it.</param>
    /// <param name="xs">The horizontal positions.</param>
    /// <param name="ys">The vertical positions, as many as there are horizontal ones.</param>
    /// <returns>This chart.</returns>
    /// <exception cref="ArgumentException"><paramref name="xs"/> and <paramref name="ys"/> differ in length.</exception>
    public Contour Add(string name, ChartValues xs, ChartValues ys)
    {
        _series.Add(new Series(name, xs, ys, SeriesKind.Points));
        return this;
    }

    /// <inheritdoc cref="Add(string, ChartValues, ChartValues)"/>
    [OverloadResolutionPriority(-1)]
    public Contour Add<TX, TY>(string name, IReadOnlyList<TX> xs, IReadOnlyList<TY> ys) where TX : INumberBase<TX> where TY : INumberBase<TY>
        => Add(name, ChartValues.From(xs), ChartValues.From(ys));

    /// <summary>Adds a line over the picture, through (xs[i], ys[i]) in the order given, such as the way of a descent.</summary>
    /// <inheritdoc cref="Add(string, ChartValues, ChartValues)"/>
    public Contour AddLine(string name, ChartValues xs, ChartValues ys)
    {
        _series.Add(new Series(name, xs, ys, SeriesKind.Line));
        return this;
    }

    /// <inheritdoc cref="AddLine(string, ChartValues, ChartValues)"/>
    [OverloadResolutionPriority(-1)]
    public Contour AddLine<TX, TY>(string name, IReadOnlyList<TX> xs, IReadOnlyList<TY> ys) where TX : INumberBase<TX> where TY : INumberBase<TY>
        => AddLine(name, ChartValues.From(xs), ChartValues.From(ys));

    private protected override IEnumerable<string> Names => _series.Select(series => series.Name);

    private protected override bool WidensX => false;

    private protected override bool HasAirX => false;

    private protected override bool IsTight => true;

    private protected override void Extend(Bounds bounds)
    {
        bounds.Add(_xs[0], _ys[0]);
        bounds.Add(_xs[^1], _ys[^1]);
        foreach (var series in _series)
        {
            for (var i = 0; i < series.Count; i++)
            {
                bounds.Add(Beyond(series.Xs[i], _xs), Beyond(series.Ys[i], _ys));
            }
        }

        // A point outside the grid is kept from the border of the frame.
        static double Beyond(double value, double[] grid)
            => value < grid[0] ? value - Air * (grid[^1] - grid[0]) : value > grid[^1] ? value + Air * (grid[^1] - grid[0]) : value;
    }

    private protected override void DrawData(Picture picture, Frame frame)
    {
        double[] xs = [.. _xs.Select(frame.X)], ys = [.. _ys.Select(frame.Y)];
        if (_filled)
        {
            frame.Inside(picture, inside => Fill(inside, xs, ys));
        }

        var labels = new List<(double X, double Y, string Text)>();
        var points = _series.SelectMany(series => series.Xs.Zip(series.Ys, (x, y) => (X: frame.X(x), Y: frame.Y(y)))).ToArray();
        foreach (var level in _levels)
        {
            foreach (var line in ContourLines.At(_values, xs, ys, level))
            {
                frame.Inside(picture, inside => inside.Path("contour", Thinned(line), Markup.Value(level)));
                if (Place(line, labels, points, frame) is { } at)
                {
                    labels.Add((at.X, at.Y, Markup.Value(level)));
                }
            }
        }

        foreach (var (index, series) in _series.Index())
        {
            SeriesMarks.Draw(picture, frame, series, index, markers: false, (x, y) => Hover(series.Name, x, y));
        }

        foreach (var (x, y, text) in labels)
        {
            picture.Text("level", x, y + 4, text, Anchor.Middle);
        }
    }

    private protected override void DrawKey(Picture picture, int index, double x, double y) => SeriesMarks.DrawKey(picture, _series[index], index, x, y);

    /// <summary>Colors each pixel by the levels between which the function lies there, straight between the crossings of the grid.</summary>
    private void Fill(Picture picture, double[] xs, double[] ys)
    {
        var (left, top) = (Math.Min(xs[0], xs[^1]), Math.Min(ys[0], ys[^1]));
        var (width, height) = (Math.Abs(xs[^1] - xs[0]), Math.Abs(ys[^1] - ys[0]));
        var image = new Pixels(Math.Max(1, (int)(width * Fineness)), Math.Max(1, (int)(height * Fineness)));
        var map = _map ?? (_levels.Length <= 2 ? ColorMap.Diverging : ColorMap.Viridis);
        // Two or three areas need no strong colors, in which points would drown.
        var reach = _map is null && _levels.Length <= 2 ? 0.52 : 1;
        Rgb[] colors = [.. Enumerable.Range(0, _levels.Length + 1).Select(band => map.At(0.5 + reach * ((band + 0.5) / (_levels.Length + 1) - 0.5)))];
        (int Cell, double Share)[] columns = [.. Enumerable.Range(0, image.Width).Select(x => Find(xs, left + (x + 0.5) * width / image.Width))];
        for (var y = 0; y < image.Height; y++)
        {
            var (row, down) = Find(ys, top + (y + 0.5) * height / image.Height);
            for (var x = 0; x < image.Width; x++)
            {
                var (column, along) = columns[x];
                var above = _values[row, column] * (1 - along) + _values[row, column + 1] * along;
                var below = _values[row + 1, column] * (1 - along) + _values[row + 1, column + 1] * along;
                var value = above * (1 - down) + below * down;
                var band = Array.BinarySearch(_levels, value);
                image[x, y] = Scale.Accepts(value) ? colors[band >= 0 ? band + 1 : ~band] : Rgb.Of(0x9aa5b1);
            }
        }

        picture.Image("area", left, top, width, height, image, smooth: true);
    }

    private static (int Cell, double Share) Find(double[] places, double at)
    {
        var cell = places[0] < places[^1] ? Array.BinarySearch(places, at) : Array.BinarySearch(places, at, Comparer<double>.Create((a, b) => b.CompareTo(a)));
        cell = Math.Clamp(cell >= 0 ? cell : ~cell - 1, 0, places.Length - 2);
        return (cell, (at - places[cell]) / (places[cell + 1] - places[cell]));
    }

    /// <summary>Leaves out points that are nearer to the one before than can be seen.</summary>
    private static List<(double X, double Y)> Thinned(List<(double X, double Y)> line)
    {
        List<(double X, double Y)> kept = [line[0]];
        foreach (var point in line.Skip(1).SkipLast(1))
        {
            if (Math.Abs(point.X - kept[^1].X) + Math.Abs(point.Y - kept[^1].Y) > 1)
            {
                kept.Add(point);
            }
        }

        kept.Add(line[^1]);
        return kept;
    }

    /// <summary>A place on a line for its level where no other label is, and as few points as can be; null where there is none, or the line is too short.</summary>
    private static (double X, double Y)? Place(
        List<(double X, double Y)> line, List<(double X, double Y, string Text)> others, (double X, double Y)[] points, Frame frame)
    {
        List<double> walked = [0];
        foreach (var (from, to) in line.Zip(line.Skip(1)))
        {
            walked.Add(walked[^1] + Math.Sqrt(Math.Pow(to.X - from.X, 2) + Math.Pow(to.Y - from.Y, 2)));
        }

        if (walked[^1] < ShortestLabelled)
        {
            return null;
        }

        var places = ((double[])[0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9])
            .Select(share => At(share * walked[^1]))
            .Where(at => frame.Surrounds(at) && others.All(other => Math.Abs(other.X - at.X) > 36 || Math.Abs(other.Y - at.Y) > 15))
            .ToArray();
        return places.Length == 0 ? null : places.MinBy(at => points.Count(point => Math.Abs(point.X - at.X) < 20 && Math.Abs(point.Y - at.Y) < 12));

        (double X, double Y) At(double length)
        {
            var end = Math.Max(1, walked.FindIndex(reached => reached >= length));
            var share = (length - walked[end - 1]) / (walked[end] - walked[end - 1]);
            return (line[end - 1].X + share * (line[end].X - line[end - 1].X), line[end - 1].Y + share * (line[end].Y - line[end - 1].Y));
        }
    }

    private double[] Positions(ChartValues given, int count, Func<int, int> place, string kind, string parameter)
    {
        if (given.Count != count && given.Count != _values.Values.Length)
        {
            throw new ShapeException($"Contour: {parameter} has {given.Count} positions for {count} {kind}.");
        }

        double[] positions = given.Count == count ? given.Array : [.. Enumerable.Range(0, count).Select(index => given[place(index)])];
        return positions.Zip(positions.Skip(1)).All(pair => pair.First < pair.Second) && Scale.Accepts(positions[0]) && Scale.Accepts(positions[^1])
            ? positions
            : throw new ValueException($"Contour: the positions in {parameter} must rise from one of the {kind} to the next.");
    }
}
