namespace Autograd.Reports;

/// <summary>A bar for each label, such as the probability of each class; several groups of bars stand side by side at each label.</summary>
/// <param name="title">What the chart shows; may be empty.</param>
/// <param name="xLabel">The name of the horizontal axis; may be empty.</param>
/// <param name="yLabel">The name of the vertical axis; may be empty.</param>
public sealed class BarChart(string title, string xLabel = "", string yLabel = "") : AxesChart<BarChart>(title, xLabel, yLabel)
{
    // What the bars of a label take of the room between it and the next.
    private const double Share = 0.78;

    private readonly OrderedDictionary<string, int> _places = [];
    private readonly List<(string Name, string[] Labels, double[] Values)> _groups = [];

    /// <summary>Adds a group of bars. Labels that an earlier group has too share its place; others come after them.</summary>
    /// <param name="name">The name in the legend; an empty name is left out of it.</param>
    /// <param name="labels">What each bar stands for.</param>
    /// <param name="values">How high it is, above or below 0; one that is NaN or infinite has no bar.</param>
    /// <returns>This chart.</returns>
    /// <exception cref="ArgumentException">There are more or fewer labels than values, or one comes twice.</exception>
    public BarChart Add(string name, IReadOnlyList<string> labels, ChartValues values)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Count != values.Count)
        {
            throw new ArgumentException($"Bars '{name}' have {labels.Count} labels but {values.Count} values.", nameof(values));
        }

        if (labels.GroupBy(label => label).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"Bars '{name}' have the label '{twice.Key}' {twice.Count()} times.", nameof(labels));
        }

        foreach (var label in labels)
        {
            _places.TryAdd(label, _places.Count);
        }

        _groups.Add((name, [.. labels], values.Array));
        return this;
    }

    /// <summary>Adds a group of bars labelled 0, 1, 2...</summary>
    /// <inheritdoc cref="Add(string, IReadOnlyList{string}, ChartValues)"/>
    public BarChart Add(string name, ChartValues values) => Add(name, [.. Enumerable.Range(0, values.Count).Select(place => place.ToString(Markup.Invariant))], values);

    private protected override IReadOnlyList<string>? XNames => _places.Count > 0 ? [.. _places.Keys] : null;

    private protected override IEnumerable<string> Names => _groups.Select(group => group.Name);

    private protected override void Extend(Bounds bounds)
    {
        bounds.IsFromZeroY = true;
        foreach (var (_, labels, values) in _groups)
        {
            foreach (var (label, value) in labels.Zip(values))
            {
                bounds.Add(_places[label], 0);
                bounds.Add(_places[label], value);
            }
        }
    }

    private protected override void DrawData(Picture picture, Frame frame) => frame.Inside(picture, inside => DrawBars(inside, frame));

    private void DrawBars(Picture picture, Frame frame)
    {
        var width = Share / _groups.Count;
        var zero = frame.Y(Math.Max(0, frame.YScale.Min));
        foreach (var (index, (name, labels, values)) in _groups.Index())
        {
            foreach (var (label, value) in labels.Zip(values).Where(bar => frame.YScale.Accepts(bar.Second)))
            {
                var left = _places[label] - Share / 2 + index * width;
                var (x, right, y) = (frame.X(left), frame.X(left + width * (_groups.Count > 1 ? 0.94 : 1)), frame.Y(value));
                var text = $"{(name.Length > 0 ? name + ": " : "")}{label} {Markup.Value(value)}";
                picture.Rect($"bar {ChartStyle.Color(index)}", x, Math.Min(y, zero), right - x, Math.Abs(y - zero), hover: text);
            }
        }
    }

    private protected override void DrawKey(Picture picture, int index, double x, double y) => picture.Rect($"bar {ChartStyle.Color(index)}", x + 3, y - 6, 13, 12);
}
