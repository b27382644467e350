using System.Globalization;
using System.Text.RegularExpressions;
using Autograd.Reports;

namespace Autograd.Tests.Reports;

public partial class LineChartTests
{
    private const double NaN = double.NaN;
    private const double Infinity = double.PositiveInfinity;

    /// <summary>The commands of the path without their numbers show where a line breaks.</summary>
    [Theory]
    [InlineData(new double[] { 1, 2, 3 }, "MLL")]
    [InlineData(new double[] { 1, 2, NaN, 3, 4 }, "MLML")]
    [InlineData(new double[] { NaN, 1, 2, Infinity }, "ML")]
    [InlineData(new double[] { 1, 2, NaN, 3, -Infinity, 4, 5 }, "MLMhML")]
    [InlineData(new double[] { 7 }, "Mh")]
    [InlineData(new double[] { 3, 3, 3 }, "MLL")]
    [InlineData(new double[] { 0, 0 }, "ML")]
    [InlineData(new double[] { 1e308, 1, 2 }, "ML")]
    public void Values_that_cannot_be_drawn_break_the_line(double[] ys, string commands)
    {
        var path = Assert.Single(new Drawing(new LineChart("t").Add("a", ys)).Lines());
        Assert.Equal(commands, Numbers().Replace(path, ""));
    }

    [Fact]
    public void A_logarithmic_axis_breaks_the_line_at_zero_and_below()
    {
        var path = Assert.Single(new Drawing(new LineChart("t", logarithmicY: true).Add("a", [1, 0.1, 0, 0.01, 0.001, -1])).Lines());
        Assert.Equal("MLML", Numbers().Replace(path, ""));
    }

    [Fact]
    public void A_line_that_ends_in_NaN_still_shows_how_long_it_ran()
        => Assert.Equal("50", new Drawing(new LineChart("t").Add("a", [.. Enumerable.Range(0, 51).Select(i => i < 20 ? i : NaN)])).XTicks[^1]);

    [Theory]
    [InlineData(new double[0])]
    [InlineData(new double[] { NaN, Infinity })]
    public void Without_a_value_the_chart_says_so(double[] ys)
    {
        var drawing = new Drawing(new LineChart("t").Add("a", ys));
        Assert.Empty(drawing.Lines());
        Assert.Contains("no data", drawing.Texts("label"));
    }

    [Fact]
    public void A_line_climbs_from_the_lower_left_to_the_upper_right()
    {
        var points = Points(Assert.Single(new Drawing(new LineChart("t").Add("a", [0, 10], [0, 1])).Lines()));
        Assert.True(points[0].X < points[1].X && points[0].Y > points[1].Y);
    }

    [Fact]
    public void Steps_are_marked_at_whole_numbers()
        => Assert.Equal(["0", "1", "2"], new Drawing(new LineChart("t").Add("a", [1, 2, 3])).XTicks);

    [Fact]
    public void Long_tick_labels_leave_room_for_each_other()
    {
        var ticks = new Drawing(new LineChart("t").Add("a", [1e9 + 1, 1e9 + 7], [1, 2])).XTicks;
        Assert.InRange(ticks.Length, 1, 5);
        Assert.All(ticks, label => Assert.Equal(10, label.Length));
    }

    [Fact]
    public void A_marker_says_series_x_and_y()
        => Assert.Equal(
            ["training: step 0, loss 0.5", "training: step 1, loss 0.3333333"],
            new Drawing(new LineChart("t", "step", "loss").Add("training", [0.5, 1.0 / 3])).Hovers("circle", "marker"));

    [Theory]
    [InlineData(200, 200)]
    [InlineData(201, 0)]
    public void Many_points_have_no_markers(int points, int markers)
        => Assert.Equal(markers, new Drawing(new LineChart("t").Add("a", new double[points])).Hovers("circle", "marker").Length);

    [Fact]
    public void Texts_are_escaped_and_characters_outside_XML_replaced()
    {
        const string text = "<b> & \"q\" 'a' \0 \ud800 é 火 😀";
        const string shown = "<b> & \"q\" 'a' \uFFFD \uFFFD é 火 😀";
        var chart = new LineChart(text, text, text).Add(text, [1]);
        Assert.DoesNotContain("<b>", chart.ToSvg(), StringComparison.Ordinal);
        var drawing = new Drawing(chart);
        Assert.Equal([shown], drawing.Texts("title"));
        Assert.Equal([shown], drawing.Texts("name"));
        Assert.Equal([shown, shown], drawing.Texts("label"));
        Assert.Equal([$"{shown}: {shown} 0, {shown} 1"], drawing.Hovers("circle", "marker"));
    }

    [Fact]
    public void A_text_too_long_is_cut_and_whole_on_hover()
    {
        var name = string.Concat(Enumerable.Repeat("😀 long ", 30));
        var text = Assert.Single(new Drawing(new LineChart("t").Add(name, [1, 2])).Texts("name"));
        Assert.StartsWith(name, text, StringComparison.Ordinal);
        Assert.EndsWith("…", text, StringComparison.Ordinal);
        Assert.InRange(text.Length - name.Length, 10, 100);
    }

    [Fact]
    public void Legend_rows_take_no_room_from_the_data()
    {
        LineChart With(int count)
        {
            var chart = new LineChart("t");
            for (var i = 0; i < count; i++)
            {
                chart.Add("a name of some length", [1, 2]);
            }

            return chart;
        }

        // Two names fit in a row, so there are four rows more.
        Assert.Equal(20 * 4, new Drawing(With(10)).Height - new Drawing(With(1)).Height);
    }

    [Fact]
    public void An_empty_name_is_left_out_of_the_legend()
        => Assert.Equal(["b"], new Drawing(new LineChart("t").Add("", [1]).Add("b", [2])).Texts("name"));

    [Fact]
    public void Every_culture_gives_the_same_picture()
    {
        var chart = new LineChart("I i", "İ ı", "y").Add("a", [-1.5, 0.25, 1e-7]).Add("log", [1234567.5, 2.5, 3]);
        var logarithmic = new LineChart("t", logarithmicY: true).Add("a", [0.25, 1e-7, 1234.5]);
        var (expected, expectedLogarithmic) = (chart.ToSvg(), logarithmic.ToSvg());
        foreach (var culture in Cultures.Names)
        {
            using var scope = Cultures.Enter(culture);
            Assert.Equal(expected, chart.ToSvg());
            Assert.Equal(expectedLogarithmic, logarithmic.ToSvg());
        }
    }

    [Fact]
    public void Series_of_unequal_length_are_named_with_both_lengths()
    {
        var message = Assert.Throws<ArgumentException>(() => new LineChart("t").Add("loss", [1, 2, 3], [1, 2])).Message;
        Assert.Contains("Series 'loss' has 3 x values but 2 y values.", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new LineChart("t").Add("loss", stackalloc double[1], stackalloc double[2]));
    }

    [Fact]
    public void Null_arguments_are_refused()
    {
        double[] none = null!;
        var chart = new LineChart("t");
        Assert.Throws<ArgumentNullException>(() => new LineChart(null!));
        Assert.Throws<ArgumentNullException>(() => new LineChart("t", xLabel: null!));
        Assert.Throws<ArgumentNullException>(() => new LineChart("t", yLabel: null!));
        Assert.Throws<ArgumentNullException>(() => chart.Add(null!, [1]));
        Assert.Throws<ArgumentNullException>(() => chart.Add("a", none));
        Assert.Throws<ArgumentNullException>(() => chart.Add("a", none, [1]));
        Assert.Throws<ArgumentNullException>(() => chart.Add("a", [1], none));
    }

    [Fact]
    public void Spans_arrays_and_lists_draw_alike_and_are_copied()
    {
        double[] xs = [0, 1], ys = [3, 4];
        var expected = new LineChart("t").Add("a", xs, ys).ToSvg();
        var copied = new LineChart("t").Add("a", xs.AsSpan(), ys.AsSpan());
        Assert.Equal(expected, new LineChart("t").Add("a", new List<double>(xs), new List<double>(ys)).ToSvg());
        Assert.Equal(expected, new LineChart("t").Add("a", ys.AsSpan()).ToSvg());
        Assert.Equal(expected, new LineChart("t").Add("a", ys).ToSvg());
        ys[0] = 100;
        Assert.Equal(expected, copied.ToSvg());
    }

    public static TheoryData<string, Func<int, double>, Func<int, double>> LongLines => new()
    {
        { "ordered", i => i, i => Math.Sin(i / 5000.0) + i * 7919 % 1000 / 1e4 },
        { "alternating with gaps", i => i, i => i % 2 == 0 ? NaN : i * 7919 % 1000 },
        { "turning back", i => Math.Cos(i / 1000.0), i => Math.Sin(i / 1000.0) },
        { "one position", i => 5, i => i },
    };

    [Theory]
    [MemberData(nameof(LongLines))]
    public void A_hundred_thousand_points_make_a_small_picture(string kind, Func<int, double> x, Func<int, double> y)
    {
        Assert.NotEmpty(kind);
        int[] all = [.. Enumerable.Range(0, 100_000)];
        var svg = new LineChart("t").Add("a", all.Select(x).ToArray(), all.Select(y).ToArray()).ToSvg();
        Assert.InRange(svg.Length, 2_000, 50_000);
    }

    [Theory]
    [InlineData(12_345, 60.0)]
    [InlineData(77_777, -60.0)]
    [InlineData(99_999, 60.0)]
    public void A_single_spike_stays_in_a_long_line(int at, double value)
    {
        var ys = new double[100_000];
        ys[0] = -value;
        ys[at] = value;
        var points = Points(Assert.Single(new Drawing(new LineChart("t").Add("a", ys)).Lines()));
        Assert.InRange(points.Count, 2, 3000);
        var spike = value > 0 ? points.MinBy(point => point.Y) : points.MaxBy(point => point.Y);
        var width = points[^1].X - points[0].X;
        Assert.Equal(at / 99_999.0, (spike.X - points[0].X) / width, 2);
        Assert.InRange(Math.Abs(spike.Y - points[0].Y), 230, 240); // of 250, with air at both ends
    }

    [Fact]
    public void A_gap_stays_in_a_long_line()
    {
        double[] ys = [.. Enumerable.Range(0, 100_000).Select(i => i is > 40_000 and < 50_000 ? NaN : i)];
        var path = Assert.Single(new Drawing(new LineChart("t").Add("a", ys)).Lines());
        Assert.Equal(2, path.Count(letter => letter == 'M'));
    }

    private static List<(double X, double Y)> Points(string path)
        => [.. Pairs().Matches(path).Select(pair => (Number(pair.Groups[1]), Number(pair.Groups[2])))];

    private static double Number(Group digits) => double.Parse(digits.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex("[-0-9. ]+")]
    private static partial Regex Numbers();

    [GeneratedRegex("[ML]([-0-9.]+) ([-0-9.]+)")]
    private static partial Regex Pairs();
}
