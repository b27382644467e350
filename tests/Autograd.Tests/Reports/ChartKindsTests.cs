using Autograd.Reports;

namespace Autograd.Tests.Reports;

/// <summary>What every kind of chart must do, with ordinary data, with data that cannot be drawn and with none.</summary>
public class ChartKindsTests
{
    private const double NaN = double.NaN;
    private const double Infinity = double.PositiveInfinity;

    private static readonly double[] s_grid = [-1, 0, 1, 2];

    public static TheoryData<string> Kinds => [.. Charts().Keys];

    private static Dictionary<string, Chart> Charts(string text = "t 火")
    {
        double[] ramp = [.. Enumerable.Range(1, 40).Select(i => i / 10.0)];
        var bowl = new double[4, 4];
        for (var i = 0; i < 16; i++)
        {
            bowl[i / 4, i % 4] = s_grid[i / 4] * s_grid[i / 4] + s_grid[i % 4];
        }

        var images = Tensor.Zeros(5, 4, 3);
        return new()
        {
            ["line"] = new LineChart(text, text, text).Add(text, ramp).Add("b", [1, NaN, 3]),
            ["line, log"] = new LineChart(text, text, text).LogarithmicX().LogarithmicY().Add(text, ramp, ramp),
            ["line, steps"] = new LineChart(text).Add(text, ramp, steps: true),
            ["line, limits"] = new LineChart(text, text, text).Add(text, ramp).Limits(x: (5, 30), y: (1, 2)),
            ["line, one point"] = new LineChart(text).Add(text, [5], [0.25]),
            ["line, huge"] = new LineChart(text).Add(text, [-1e299, 1e299, 0]),
            ["line, empty"] = new LineChart(text),
            ["scatter"] = new ScatterChart(text, text, text).Add(text, ramp, ramp).AddLine("line", [0, 4], [4, 0]),
            ["scatter, equal"] = new ScatterChart(text, text, text).Add(text, [0, 1, 0, 1], [0, 0, 1, 1]).EqualAspect().Margin(0.2),
            ["scatter, limits"] = new ScatterChart(text).Add(text, ramp, ramp).AddLine("", ramp, ramp).Limits((1, 2), (1, 2)).EqualAspect(),
            ["scatter, flat"] = new ScatterChart(text).Add(text, [0, 100, 200], [0, 0.001, 0]).EqualAspect(),
            ["scatter, nothing"] = new ScatterChart(text).Add(text, [NaN], [Infinity]),
            ["bars"] = new BarChart(text, text, text).Add(text, ["a", text], [1, -2]).Add("b", [text, "c"], [0.5, NaN]),
            ["bars, long names"] = new BarChart(text, text, text).Add("", [.. Enumerable.Range(0, 60).Select(i => $"a class of a long name {i}")], [.. Enumerable.Range(0, 60).Select(i => (double)i)]),
            ["bars, empty"] = new BarChart(text),
            ["histogram"] = new Histogram(text, text).Add(text, ramp).Add("b", [.. ramp, NaN], bins: 7),
            ["histogram, one value"] = new Histogram(text).Add(text, [3, 3, 3]),
            ["histogram, empty"] = new Histogram(text).Add("", []),
            ["heat map"] = new HeatMap(text, new[,] { { 1, NaN, 2.5 }, { -1e-7, Infinity, 3 } }, [text, "b"], ["x", text, "a longer label"], ColorMap.Diverging, xLabel: text, yLabel: text),
            ["heat map, large"] = new HeatMap(text, Tensor.Zeros(300, 100)),
            ["heat map, long"] = new HeatMap(text, Tensor.Zeros(1, 200)),
            ["heat map, high"] = new HeatMap(text, Tensor.Zeros(200, 1), [.. Enumerable.Range(0, 200).Select(i => $"row {i}")]),
            ["heat map, empty"] = new HeatMap(text, Tensor.Zeros(0, 3)),
            ["confusion"] = HeatMap.Confusion([0, 1, 2, 1], [0, 1, 1, 2], ["a", "b", text], text),
            ["contour"] = new Contour(text, s_grid, s_grid, bowl, text, text),
            ["contour, filled"] = new Contour(text, s_grid, s_grid, bowl).Levels(0.5).Filled().Add(text, [0, 3], [0, -3]),
            ["contour, NaN"] = new Contour(text, s_grid, s_grid, new[,] { { 1, 2, 3, 4 }, { 1, NaN, 3, 4 }, { 1, 2, 3, Infinity }, { 0, 0, 0, 0 } }).Filled(),
            ["contour, constant"] = new Contour(text, s_grid, s_grid, Tensor.Zeros(4, 4)).Filled(),
            ["images"] = new ImageGrid(text, columns: 2).AddAll(images, ["a", text, "a caption of many words, more than fit in one line", "", "d"], new[] { true, false, true, false, true }),
            ["images, empty"] = new ImageGrid(text),
            ["row"] = new ChartRow(new LineChart(text).Add(text, ramp), new HeatMap(text, bowl)),
            ["animation"] = new Animation(text).Add(new LineChart("a").Add(text, ramp), text).Add(new HeatMap("b", bowl), "2"),
            ["animation of rows"] = new Animation(text).Add(new ChartRow(new LineChart("a").Add("", [1]), new LineChart("b").Add("", [2])), text).Add(new LineChart("c").Add("", [3])),
            ["animation, empty"] = new Animation(text),
        };
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_mark_is_inside_the_picture(string kind)
    {
        var drawing = new Drawing(Charts()[kind]);
        Assert.All(drawing.Corners(), corner =>
        {
            Assert.True(corner.X >= -0.05 && corner.X <= drawing.Width + 0.05, $"{corner} in a width of {drawing.Width}");
            Assert.True(corner.Y >= -0.05 && corner.Y <= drawing.Height + 0.05, $"{corner} in a height of {drawing.Height}");
        });
        Assert.DoesNotContain("NaN\"", Charts()[kind].ToSvg(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void No_labels_of_an_axis_overlap(string kind)
    {
        foreach (var group in new Drawing(Charts()[kind] is Animation ? Charts()["line"] : Charts()[kind]).Extents("tick").GroupBy(text => text.Y))
        {
            var row = group.OrderBy(text => text.Left).ToArray();
            Assert.All(row.Zip(row.Skip(1)), pair => Assert.True(pair.First.Right <= pair.Second.Left + 0.1 || kind.StartsWith("row", StringComparison.Ordinal), $"{pair}"));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Texts_are_escaped(string kind)
    {
        var svg = Charts("<script>&\"'")[kind].ToSvg();
        Assert.DoesNotContain("<script", svg, StringComparison.Ordinal);
        Assert.NotNull(new Drawing(Charts("<script>&\"'")[kind]));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_culture_gives_the_same_picture(string kind)
    {
        var expected = Charts()[kind].ToSvg();
        foreach (var culture in Cultures.Names)
        {
            using var scope = Cultures.Enter(culture);
            Assert.Equal(expected, Charts()[kind].ToSvg());
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_chart_becomes_pixels_too(string kind)
    {
        var picture = Charts()[kind].Draw();
        var (width, height, pixels) = ImageReader.Png(PngWriter.Write(Rasterizer.Draw(picture, 0.5)));
        Assert.Equal(((int)Math.Ceiling(picture.Width / 2), (int)Math.Ceiling(picture.Height / 2)), (width, height));
        Assert.True(pixels.Distinct().Count() > 3);
    }

    [Theory]
    [InlineData("line, empty", "no data")]
    [InlineData("scatter, nothing", "no data")]
    [InlineData("bars, empty", "no data")]
    [InlineData("histogram, empty", "no data")]
    [InlineData("heat map, empty", "no data")]
    [InlineData("images, empty", "no images")]
    [InlineData("animation, empty", "no frames")]
    public void Without_data_a_chart_says_so(string kind, string text) => Assert.Contains(text, new Drawing(Charts()[kind]).Texts("label"));
}
