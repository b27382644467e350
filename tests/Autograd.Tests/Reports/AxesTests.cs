using Autograd.Reports;

namespace Autograd.Tests.Reports;

/// <summary>How axes follow from the data, and what charts take.</summary>
public class AxesTests
{
    [Fact]
    public void Charts_take_tensors_arrays_lists_and_spans_of_any_number_type()
    {
        var expected = new LineChart("t").Add("a", [0, 1, 2], [1.0, 0, 1]).ToSvg();
        var tensor = Tensor.From(new float[] { 1, 0, 1 });
        Assert.Equal(expected, new LineChart("t").Add("a", tensor).ToSvg());
        Assert.Equal(expected, new LineChart("t").Add("a", tensor.Cast(DType.Float64)).ToSvg());
        Assert.Equal(expected, new LineChart("t").Add("a", tensor.Cast(DType.Int64)).ToSvg());
        Assert.Equal(expected, new LineChart("t").Add("a", new[] { true, false, true }).ToSvg());
        Assert.Equal(expected, new LineChart("t").Add("a", tensor.Cast(DType.Bool)).ToSvg());
        Assert.Equal(expected, new LineChart("t").Add("a", new float[] { 1, 0, 1 }).ToSvg());
        Assert.Equal(expected, new LineChart("t").Add("a", new[] { 1, 0, 1 }).ToSvg());
        Assert.Equal(expected, new LineChart("t").Add("a", new[] { 1L, 0, 1 }).ToSvg());
        Assert.Equal(expected, new LineChart("t").Add("a", new List<float> { 1, 0, 1 }).ToSvg());
        Assert.Equal(expected, new LineChart("t").Add("a", (IReadOnlyList<double>)[1, 0, 1]).ToSvg());
        Assert.Equal(expected, new LineChart("t").Add("a", (IReadOnlyList<decimal>)[1, 0, 1]).ToSvg());
        Assert.Equal(expected, new LineChart("t").Add("a", (IReadOnlyList<int>)[0, 1, 2], (IReadOnlyList<double>)[1, 0, 1]).ToSvg());
        Assert.Equal(expected, new LineChart("t").Add("a", (ReadOnlySpan<float>)[1, 0, 1]).ToSvg());
        Assert.Equal(expected, new LineChart("t").Add("a", ChartValues.From(new Queue<Half>([Half.One, Half.Zero, Half.One]))).ToSvg());
        Assert.Equal(
            new ScatterChart("t").Add("a", [0, 1, 2], [1, 0, 1]).AddLine("b", [0, 1], [1, 2]).ToSvg(),
            new ScatterChart("t").Add("a", Tensor.Arange(3), tensor).AddLine("b", new float[] { 0, 1 }, new List<int> { 1, 2 }).ToSvg());
    }

    [Fact]
    public void A_view_is_read_in_its_own_order()
    {
        ChartValues values = Tensor.From(new[,] { { 1f, 2, 3 }, { 4, 5, 6 } }).T;
        Assert.Equal([1, 4, 2, 5, 3, 6], values);
    }

    [Theory]
    [InlineData(1, 40, "1 10 20 30 40")]
    [InlineData(1, 20, "1 5 10 15 20")]
    [InlineData(0, 52, "0 10 20 30 40 52")]
    [InlineData(0, 9, "0 2 4 6 9")]
    [InlineData(1, 2, "1 2")]
    [InlineData(7, 7, "7")]
    public void Steps_have_their_first_and_last_marked(int first, int last, string labels)
    {
        int[] steps = [.. Enumerable.Range(first, last - first + 1)];
        Assert.Equal(labels.Split(' '), new Drawing(new LineChart("t").Add("a", steps, steps)).XTicks);
    }

    [Theory]
    [InlineData(-6, 6, "-6 -4 -2 0 2 4 6")]
    [InlineData(0.25, 0.75, "0.3 0.4 0.5 0.6 0.7")]
    [InlineData(0.1, 5.9, "0 1 2 3 4 5 6")]
    public void An_axis_ends_near_a_label(double first, double last, string labels)
        => Assert.Equal(labels.Split(' '), new Drawing(new LineChart("t").Add("a", [first, first / 2 + last / 2 + 0.01, last], [1, 2, 30])).XTicks);

    [Theory]
    [InlineData(1.0, "0.0 0.2 0.4 0.6 0.8 1.0")]
    [InlineData(-3.0, "-3.0 -2.5 -2.0 -1.5 -1.0 -0.5 0.0")]
    [InlineData(0.0, "-1.0 -0.5 0.0 0.5 1.0")]
    public void A_constant_has_an_axis_from_zero(double value, string labels)
        => Assert.Equal(labels.Split(' '), new Drawing(new LineChart("t").Add("a", [value, value, value])).YTicks);

    [Fact]
    public void No_point_lies_on_the_border_of_the_frame()
    {
        var chart = new ScatterChart("").Add("", [0, 1, 0, 1, 0.5], [0, 0, 1, 1, 0.5]);
        var frame = chart.Draw().Marks.OfType<PathMark>().Where(mark => mark.Kind == "grid").SelectMany(mark => mark.Points).ToArray();
        var points = chart.Draw().Marks.OfType<PathMark>().Where(mark => mark.Kind.StartsWith("point", StringComparison.Ordinal)).SelectMany(mark => mark.Points).ToArray();
        Assert.InRange(points.Min(p => p.X) - frame.Min(p => p.X), 4, 20);
        Assert.InRange(frame.Max(p => p.X) - points.Max(p => p.X), 4, 20);
        Assert.InRange(points.Min(p => p.Y) - frame.Min(p => p.Y), 4, 20);
        Assert.InRange(frame.Max(p => p.Y) - points.Max(p => p.Y), 4, 20);
    }

    [Fact]
    public void Points_of_whole_numbers_have_like_labels_on_both_axes()
    {
        var drawing = new Drawing(new ScatterChart("t").Add("a", [0, 1, 1, 0], [0, 1, 0, 1]));
        Assert.Equal(["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"], drawing.XTicks);
        Assert.Equal(drawing.XTicks, drawing.YTicks);
    }

    [Fact]
    public void The_axis_is_drawn_at_zero_where_zero_is_inside()
    {
        var picture = new LineChart("").Add("", [-1, 1]).Draw();
        var axis = picture.Marks.OfType<PathMark>().Where(mark => mark.Kind == "axis").ToArray();
        var line = picture.Marks.OfType<PathMark>().Single(mark => mark.Kind.StartsWith("line", StringComparison.Ordinal)).Points;
        Assert.Equal((line[0].Y + line[1].Y) / 2, Assert.Single(axis).Points[0].Y, 6);
    }

    [Fact]
    public void Steps_are_drawn_as_steps()
    {
        var path = new LineChart("").Add("", [3, 1, 2, double.NaN, 5], steps: true).Draw().Marks.OfType<PathMark>().Single(mark => mark.Kind.StartsWith("line", StringComparison.Ordinal));
        Assert.Equal(6, path.Points.Count);
        foreach (var (from, to) in path.Points.Zip(path.Points.Skip(1)).Where(pair => !pair.Second.StartsPiece))
        {
            Assert.True(from.X == to.X || from.Y == to.Y);
        }
    }

    [Fact]
    public void Limits_cut_lines_and_leave_out_points_beyond()
    {
        var line = new Drawing(new LineChart("t").Add("a", [0, 1, 2, 3, 4]).Limits(x: (1, 3), y: (0, 2)));
        Assert.Equal(["1", "2", "3"], line.XTicks);
        Assert.Equal(["0.0", "0.5", "1.0", "1.5", "2.0"], line.YTicks);
        Assert.Equal(2, line.Hovers("circle", "marker").Length);
        Assert.Equal(2, new Drawing(new ScatterChart("t").Add("a", [0, 1, 2, 3], [0, 1, 2, 3]).Limits((0, 1), (0, 1))).Hovers("path", "point").Length);
    }

    [Fact]
    public void Equal_aspect_gives_a_unit_one_length()
    {
        var picture = new ScatterChart("t").Add("a", [0, 3, 0], [0, 0, 2]).EqualAspect().Draw();
        var points = picture.Marks.OfType<PathMark>().Where(mark => mark.Kind.StartsWith("point", StringComparison.Ordinal)).Select(mark => mark.Points[0]).ToArray();
        Assert.True(points.Length >= 3);
        points = points[^3..];
        Assert.Equal((points[1].X - points[0].X) / 3, (points[0].Y - points[2].Y) / 2, 6);
    }

    [Fact]
    public void A_margin_is_a_fraction_of_the_data()
    {
        var picture = new ScatterChart("").Add("", [0, 10], [0, 10]).Margin(0.25).Draw();
        var points = picture.Marks.OfType<PathMark>().Where(mark => mark.Kind.StartsWith("point", StringComparison.Ordinal)).Select(mark => mark.Points[0]).ToArray();
        var frame = picture.Marks.OfType<PathMark>().Where(mark => mark.Kind is "grid" or "axis").SelectMany(mark => mark.Points).ToArray();
        Assert.Equal(1.5, (frame.Max(p => p.X) - frame.Min(p => p.X)) / (points[1].X - points[0].X), 6);
    }

    [Fact]
    public void Settings_out_of_range_are_refused()
    {
        var chart = new LineChart("t").Add("a", [1, 2]);
        Assert.Throws<ValueException>(() => chart.Limits(x: (1, 1)));
        Assert.Throws<ValueException>(() => chart.Limits(y: (2, 1)));
        Assert.Throws<ValueException>(() => chart.Limits(y: (double.NaN, 1)));
        Assert.Throws<ValueException>(() => chart.Limits(y: (0, double.PositiveInfinity)));
        Assert.Throws<ValueException>(() => chart.Margin(-0.1));
        Assert.Throws<ValueException>(() => chart.Margin(double.NaN));
        Assert.Throws<ValueException>(() => new LineChart("t", logarithmicY: true).Add("a", [1, 2]).Limits(y: (0, 1)).ToSvg());
        Assert.Throws<ValueException>(() => new Histogram("t").Add("a", [1], bins: 0));
        Assert.Throws<ValueException>(() => new Animation("t", secondsPerFrame: 0));
        Assert.Throws<ValueException>(() => new ImageGrid("t", columns: 0));
    }
}
