namespace Autograd.Reports;

/// <summary>How often values fall into each of a row of equal intervals, such as the weights of a layer.</summary>
/// <param name="title">What the chart shows; may be empty.</param>
/// <param name="xLabel">The name of the horizontal axis; may be empty.</param>
/// <param name="yLabel">The name of the vertical axis.</param>
public sealed class Histogram(string title, string xLabel = "", string yLabel = "count") : AxesChart<Histogram>(title, xLabel, yLabel)
{
    private readonly List<(string Name, double[] Values, int Bins)> _groups = [];

    /// <summary>Adds values; several sets lie transparently over each other, with the same intervals where they have the same number of bins.</summary>
    /// <param name="name">The name in the legend; an empty name is left out of it.</param>
    /// <param name="values">The values; those that are NaN or infinite are not counted.</param>
    /// <param name="bins">How many intervals there are between the smallest and the largest value of the chart.</param>
    /// <returns>This chart.</returns>
    /// <exception cref="ValueException">There is not at least one bin, or there are more than 10000.</exception>
    public Histogram Add(string name, ChartValues values, int bins = 30)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (bins is < 1 or > 10_000)
        {
            throw new ValueException($"A histogram has 1 to 10000 bins, not {bins}.");
        }

        _groups.Add((name, [.. values.Array.Where(value => Scale.Accepts(value))], bins));
        return this;
    }

    private protected override IEnumerable<string> Names => _groups.Select(group => group.Name);

    private protected override bool WidensX => false;

    private protected override void Extend(Bounds bounds)
    {
        bounds.IsFromZeroY = true;
        foreach (var (_, values, bins) in _groups.Where(group => group.Values.Length > 0))
        {
            var (start, width) = Intervals(bins);
            bounds.Add(start, 0);
            bounds.Add(start + bins * width, Counts(values, bins).Max());
        }
    }

    private protected override void DrawData(Picture picture, Frame frame) => frame.Inside(picture, inside => DrawBars(inside, frame));

    private void DrawBars(Picture picture, Frame frame)
    {
        foreach (var (index, (name, values, bins)) in _groups.Index().Where(entry => entry.Item.Values.Length > 0))
        {
            var (start, width) = Intervals(bins);
            foreach (var (bin, count) in Counts(values, bins).Index().Where(entry => entry.Item > 0))
            {
                var (low, high) = (start + bin * width, start + (bin + 1) * width);
                var (left, right, top, bottom) = (frame.X(low), frame.X(high), frame.Y(count), frame.Y(Math.Max(0, frame.YScale.Min)));
                var text = $"{(name.Length > 0 ? name + ": " : "")}{Markup.Value(low)} to {Markup.Value(high)}: {count.ToString(Markup.Invariant)}";
                picture.Rect($"{Kind} {ChartStyle.Color(index)}", left, top, right - left, bottom - top, hover: text);
            }
        }
    }

    private protected override void DrawKey(Picture picture, int index, double x, double y) => picture.Rect($"{Kind} {ChartStyle.Color(index)}", x + 3, y - 6, 13, 12);

    private string Kind => _groups.Count > 1 ? "veil" : "bin";

    private (double Start, double Width) Intervals(int bins)
    {
        var all = _groups.Where(group => group.Values.Length > 0);
        var (min, max) = (all.Min(group => group.Values.Min()), all.Max(group => group.Values.Max()));
        return max - min > 1e-12 * Math.Max(Math.Abs(min), Math.Abs(max)) ? (min, (max - min) / bins) : (min - 0.5, 1.0 / bins);
    }

    private int[] Counts(double[] values, int bins)
    {
        var (start, width) = Intervals(bins);
        var counts = new int[bins];
        foreach (var value in values)
        {
            counts[Math.Clamp((int)((value - start) / width), 0, bins - 1)]++;
        }

        return counts;
    }
}
