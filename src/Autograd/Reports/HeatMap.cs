namespace Autograd.Reports;

/// <summary>A matrix as colored cells with a color bar, such as the weights of a layer. Where the cells are few, their values are written in them; NaN and infinity are gray.</summary>
public sealed class HeatMap : Chart
{
    // Above so many cells they become the pixels of an image, and only below so many does each say its value on hover.
    private const int MostRects = 1600;
    private const double LargestCell = 88;
    private const double LongestLabel = 110;
    private const double BarWidth = 14;

    private readonly Matrix _values;
    private readonly IReadOnlyList<string>? _rowLabels;
    private readonly IReadOnlyList<string>? _columnLabels;
    private readonly ColorMap _map;
    private readonly (double Min, double Max) _limits;
    private readonly string _xLabel;
    private readonly string _yLabel;

    /// <summary>Draws a matrix; its values are copied.</summary>
    /// <param name="title">What the chart shows; may be empty.</param>
    /// <param name="values">The values, of shape [rows, columns]; a vector is one row. Row 0 is at the top.</param>
    /// <param name="rowLabels">A name for each row; none by default.</param>
    /// <param name="columnLabels">A name for each column; none by default.</param>
    /// <param name="map">The colors; <see cref="ColorMap.Viridis"/> by default.</param>
    /// <param name="limits">The values of the first and the last color; by default the smallest and the largest value, for a diverging map symmetric around 0.</param>
    /// <param name="xLabel">What the columns are; may be empty.</param>
    /// <param name="yLabel">What the rows are; may be empty.</param>
    /// <exception cref="ShapeException">The values are no matrix.</exception>
    /// <exception cref="ArgumentException">There are more or fewer labels than rows or columns.</exception>
    /// <exception cref="ValueException">The first limit is not below the second.</exception>
    public HeatMap(
        string title, Tensor values, IReadOnlyList<string>? rowLabels = null, IReadOnlyList<string>? columnLabels = null, ColorMap? map = null,
        (double Min, double Max)? limits = null, string xLabel = "", string yLabel = "")
        : base(title)
    {
        ArgumentNullException.ThrowIfNull(xLabel);
        ArgumentNullException.ThrowIfNull(yLabel);
        _values = new Matrix(values, "HeatMap");
        (_map, _xLabel, _yLabel) = (map ?? ColorMap.Viridis, xLabel, yLabel);
        _rowLabels = Checked(rowLabels, _values.Rows, "row", nameof(rowLabels));
        _columnLabels = Checked(columnLabels, _values.Columns, "column", nameof(columnLabels));
        if (limits is { } given && !(given.Min < given.Max && Scale.Accepts(given.Min) && Scale.Accepts(given.Max)))
        {
            throw new ValueException($"The limits are ({given.Min.ToString(Markup.Invariant)}, {given.Max.ToString(Markup.Invariant)}); the first must be below the second, and both finite.");
        }

        _limits = limits ?? DefaultLimits();
    }

    /// <summary>How often each class was taken for each: a row for each true class, a column for each predicted one.</summary>
    /// <param name="labels">The true classes, counted from 0.</param>
    /// <param name="predictions">The predicted classes, as many.</param>
    /// <param name="classNames">Names of the classes; their numbers by default.</param>
    /// <param name="title">What the chart shows.</param>
    /// <returns>A heat map with the counts in its cells.</returns>
    /// <exception cref="ArgumentException">There are more or fewer predictions than labels.</exception>
    /// <exception cref="ValueException">A class is no whole number from 0 on, or beyond the names.</exception>
    public static HeatMap Confusion(ChartValues labels, ChartValues predictions, IReadOnlyList<string>? classNames = null, string title = "Confusion matrix")
    {
        if (labels.Count != predictions.Count)
        {
            throw new ArgumentException($"There are {labels.Count} labels but {predictions.Count} predictions; of probabilities, take the ArgMax first.", nameof(predictions));
        }

        const int MostClasses = 1000;
        var most = classNames?.Count ?? MostClasses;
        foreach (var one in labels.Concat(predictions))
        {
            if (!(one >= 0 && one < most && one == Math.Floor(one)))
            {
                throw new ValueException($"{one.ToString(Markup.Invariant)} is no class: classes are whole numbers from 0 to {most - 1}.");
            }
        }

        var classes = classNames?.Count ?? (int)labels.Concat(predictions).DefaultIfEmpty().Max() + 1;
        var counts = new double[classes, classes];
        foreach (var (label, prediction) in labels.Zip(predictions))
        {
            counts[(int)label, (int)prediction]++;
        }

        var names = classNames ?? [.. Enumerable.Range(0, classes).Select(one => one.ToString(Markup.Invariant))];
        return new HeatMap(title, counts, names, names, ColorMap.Blues, (0, Math.Max(1, counts.Cast<double>().DefaultIfEmpty().Max())), "predicted", "actual");
    }

    internal override Picture Draw()
    {
        var bar = Scale.Between(_limits.Min, _limits.Max, 5, logarithmic: false, whole: false);
        var barRoom = BarWidth + 14 + 8 + bar.Ticks.Select(tick => TextMeasure.Width(tick.Label)).DefaultIfEmpty().Max();
        var rowRoom = Math.Min(LongestLabel, (_rowLabels ?? []).Select(label => TextMeasure.Width(label)).DefaultIfEmpty().Max()) + (_rowLabels is null ? 0 : 8);
        var left = Frame.Edge + (_yLabel.Length > 0 ? 22 : 0) + rowRoom;
        var top = Frame.Edge + (Title.Length > 0 ? 34 : 4);
        var (rows, columns) = (Math.Max(1, _values.Rows), Math.Max(1, _values.Columns));

        // Square cells where there is room; long matrices keep a readable shape instead.
        var room = Frame.Width - Frame.Edge - barRoom - left;
        var cellWidth = Math.Min(LargestCell, room / columns);
        var cellHeight = Math.Clamp(cellWidth, 110.0 / rows, 380.0 / rows);
        cellHeight = Math.Min(cellHeight, LargestCell);
        cellWidth = Math.Min(room / columns, Math.Clamp(cellWidth, cellHeight / 3, cellHeight * 6));
        var (width, height) = (cellWidth * columns, cellHeight * rows);
        left += (room - width) / 2;

        var labelWidth = (_columnLabels ?? []).Select(label => TextMeasure.Width(label)).DefaultIfEmpty().Max();
        var slanted = labelWidth + 6 > cellWidth;
        var below = _columnLabels is null ? 6 : slanted ? 18 + Math.Min(LongestLabel, labelWidth) * 0.62 : 22;
        var barHeight = Math.Max(height, 70);
        var picture = new Picture(Frame.Width, Math.Max(top + height + below + (_xLabel.Length > 0 ? 24 : 0), top + barHeight) + 12);
        Frame.Ground(picture, Title);
        DrawCells(picture, left, top, cellWidth, cellHeight);
        DrawLabels(picture, left, top, cellWidth, cellHeight, slanted);
        if (_xLabel.Length > 0)
        {
            picture.Text("label", left + width / 2, top + height + below + 14, _xLabel, Anchor.Middle, room: Frame.Width - 2 * Frame.Edge);
        }

        if (_yLabel.Length > 0)
        {
            picture.Text("label", left - rowRoom - 10, top + height / 2, _yLabel, Anchor.Middle, angle: -90, room: height + 40);
        }

        ColorBar.Draw(picture, bar, _map, left + width + 14, top, BarWidth, barHeight);
        return picture;
    }

    private void DrawCells(Picture picture, double left, double top, double width, double height)
    {
        var (rows, columns) = (_values.Rows, _values.Columns);
        if (rows * columns == 0)
        {
            picture.Text("label", left + width / 2, top + height / 2, "no data", Anchor.Middle);
            return;
        }

        if (rows * columns > MostRects)
        {
            picture.Image("pixels", left, top, width * columns, height * rows, Image());
            picture.Rect("border", left, top, width * columns, height * rows);
            return;
        }

        var texts = _values.Values.Select(Shown).ToArray();
        var written = height >= 17 && texts.All(text => TextMeasure.Width(text, 12) + 4 <= width);
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                var (value, x, y) = (_values[row, column], left + column * width, top + row * height);
                var hover = $"{Name(_rowLabels, row, "row")}, {Name(_columnLabels, column, "column")}: {Markup.Value(value)}";
                Rgb? color = Scale.Accepts(value) ? ColorOf(value) : null;
                picture.Rect(color is null ? "missing" : "cell", x, y, width, height, color, hover: hover);
                if (written)
                {
                    var kind = color is not { } fill ? "value" : fill.IsLight ? "onlight" : "ondark";
                    picture.Text(kind, x + width / 2, y + height / 2 + 4, texts[row * columns + column], Anchor.Middle, hover: hover);
                }
            }
        }
    }

    private void DrawLabels(Picture picture, double left, double top, double width, double height, bool slanted)
    {
        // Where lines of text would cover each other, only some are written.
        var everyRow = (int)Math.Ceiling(15 / height);
        foreach (var (row, label) in (_rowLabels ?? []).Index().Where(entry => entry.Index % everyRow == 0))
        {
            picture.Text("tick", left - 8, top + (row + 0.5) * height + 4.5, label, Anchor.End, room: LongestLabel);
        }

        var everyColumn = slanted ? (int)Math.Ceiling(15 / width) : 1;
        var below = top + _values.Rows * height;
        foreach (var (column, label) in (_columnLabels ?? []).Index().Where(entry => entry.Index % everyColumn == 0))
        {
            var x = left + (column + 0.5) * width;
            if (slanted)
            {
                picture.Text("tick", x + 4, below + 14, label, Anchor.End, angle: -38, room: LongestLabel);
            }
            else
            {
                picture.Text("tick", x, below + 17, label, Anchor.Middle);
            }
        }
    }

    private Pixels Image()
    {
        var image = new Pixels(_values.Columns, _values.Rows);
        for (var row = 0; row < image.Height; row++)
        {
            for (var column = 0; column < image.Width; column++)
            {
                image[column, row] = Scale.Accepts(_values[row, column]) ? ColorOf(_values[row, column]) : Rgb.Of(0x9aa5b1);
            }
        }

        return image;
    }

    private Rgb ColorOf(double value) => _map.At((value - _limits.Min) / (_limits.Max - _limits.Min));

    private (double Min, double Max) DefaultLimits()
    {
        var (min, max) = _values.Range;
        if (_map.IsDiverging)
        {
            var largest = Math.Max(Math.Abs(min), Math.Abs(max));
            return largest > 0 ? (-largest, largest) : (-1, 1);
        }

        return max - min > 1e-12 * Math.Max(Math.Abs(min), Math.Abs(max)) ? (min, max) : (min - 0.5, min + 0.5);
    }

    /// <summary>Two decimals, or as many digits as a whole number has.</summary>
    private static string Shown(double value) => value switch
    {
        _ when value == Math.Floor(value) && Math.Abs(value) < 1e6 => (value + 0.0).ToString("0", Markup.Invariant), // no -0
        _ when !double.IsFinite(value) => value.ToString(Markup.Invariant),
        _ when Math.Abs(value) is >= 0.005 and < 1000 => value.ToString("0.00", Markup.Invariant),
        _ => value.ToString("0.#e0", Markup.Invariant),
    };

    private static string Name(IReadOnlyList<string>? labels, int place, string kind) => labels is null ? $"{kind} {place.ToString(Markup.Invariant)}" : labels[place];

    private static string[]? Checked(IReadOnlyList<string>? labels, int count, string kind, string parameter)
        => labels is null || labels.Count == count ? labels?.ToArray() : throw new ArgumentException($"There are {labels.Count} {kind} labels for {count} {kind}s.", parameter);
}
