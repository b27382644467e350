using System.Xml.Linq;
using Autograd.Reports;

namespace Autograd.Tests.Reports;

/// <summary>What each kind of chart shows: heights of bars, colors of cells, places of contours, pixels of images, frames of animations.</summary>
public class PictureTests
{
    [Fact]
    public void Bars_stand_on_zero_as_high_as_their_values()
    {
        var drawing = new Drawing(new BarChart("t").Add("a", ["x", "y", "z"], [1, -2, double.NaN]).Add("b", ["z"], [3]));
        var bars = drawing.Rects("bar");
        Assert.Equal(3, bars.Length);
        Assert.Equal(bars[0].Y + bars[0].Height, bars[1].Y, 0.02);
        Assert.Equal(2, bars[1].Height / bars[0].Height, 0.02);
        Assert.Equal(3, bars[2].Height / bars[0].Height, 0.05);
        Assert.Equal(["a: x 1", "a: y -2", "b: z 3"], drawing.Hovers("rect", "bar"));
        Assert.Equal(["x", "y", "z"], drawing.XTicks);
    }

    [Fact]
    public void A_histogram_counts_every_drawable_value_once()
    {
        double[] values = [0, 0, 1, 2, 3, 4, double.NaN, double.PositiveInfinity];
        var hovers = new Drawing(new Histogram("t").Add("", values, bins: 4)).Hovers("rect", "bin");
        Assert.Equal(["0 to 1: 2", "1 to 2: 1", "2 to 3: 1", "3 to 4: 2"], hovers);
    }

    [Fact]
    public void A_heat_map_colors_cells_by_value_and_writes_few_values_in_them()
    {
        var drawing = new Drawing(new HeatMap("t", new[,] { { 0.0, 1 }, { 0.25, double.NaN } }, ["a", "b"], ["c", "d"]));
        Assert.Equal(["#440154", "#fde725", ColorMap.Viridis.At(0.25).ToString()], drawing.Fills("cell"));
        Assert.Equal(["b, d: NaN"], drawing.Hovers("rect", "missing"));
        Assert.Equal(["a, c: 00"], drawing.Texts("ondark")[..1]);
        Assert.Equal(["a, d: 11"], drawing.Texts("onlight"));
        Assert.Empty(new Drawing(new HeatMap("t", Tensor.Zeros(30, 30))).Texts("ondark"));
    }

    [Fact]
    public void A_diverging_map_is_pale_at_zero()
    {
        var fills = new Drawing(new HeatMap("t", new[] { -1.0, 0, 4 }, map: ColorMap.Diverging)).Fills("cell");
        Assert.Equal("#f5f4f1", fills[1]);
        Assert.Equal(["-4", "-2", "0", "2", "4"], new Drawing(new HeatMap("t", new[] { -1.0, 0, 4 }, map: ColorMap.Diverging)).Extents("tick").Select(tick => tick.Text));
    }

    [Fact]
    public void A_large_heat_map_is_an_image_of_one_pixel_per_value()
    {
        var values = new float[60, 50];
        values[3, 7] = 1;
        var (width, height, pixels) = ImageReader.Png(new Drawing(new HeatMap("t", values)).Images()[0]);
        Assert.Equal((50, 60), (width, height));
        Assert.Equal(((byte)0xfd, (byte)0xe7, (byte)0x25), pixels[3 * 50 + 7]);
        Assert.Single(pixels, pixel => pixel == pixels[3 * 50 + 7]);
    }

    [Fact]
    public void A_confusion_matrix_counts_rows_of_truth_and_columns_of_prediction()
    {
        var labels = Tensor.From([0, 0, 1, 2, 2]);
        var drawing = new Drawing(HeatMap.Confusion(labels, new long[] { 0, 1, 1, 0, 0 }));
        Assert.Equal(["0, 0: 1", "0, 1: 1", "0, 2: 0", "1, 0: 0", "1, 1: 1", "1, 2: 0", "2, 0: 2", "2, 1: 0", "2, 2: 0"], drawing.Hovers("rect", "cell"));
        Assert.Throws<ArgumentException>(() => HeatMap.Confusion([0, 1], [0]));
        Assert.Throws<ValueException>(() => HeatMap.Confusion([0, 0.5], [0, 1]));
        Assert.Throws<ValueException>(() => HeatMap.Confusion([-1], [0]));
        Assert.Contains("0 to 1", Assert.Throws<ValueException>(() => HeatMap.Confusion([0], [2], ["a", "b"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(2.25)]
    [InlineData(4.0)]
    public void A_contour_of_a_bowl_is_one_closed_circle(double level)
    {
        double[] places = [.. Enumerable.Range(0, 81).Select(i => -2.5 + i / 16.0)];
        var values = new double[81, 81];
        foreach (var (row, y) in places.Index())
        {
            foreach (var (column, x) in places.Index())
            {
                values[row, column] = x * x + y * y;
            }
        }

        var line = Assert.Single(ContourLines.At(new Matrix(values, "t"), places, places, level));
        Assert.Equal(line[0], line[^1]);
        Assert.All(line, point => Assert.InRange(Math.Sqrt(point.X * point.X + point.Y * point.Y), Math.Sqrt(level) - 0.002, Math.Sqrt(level) + 0.002));
        Assert.InRange(line.Zip(line.Skip(1)).Sum(piece => Math.Sqrt(Math.Pow(piece.First.X - piece.Second.X, 2) + Math.Pow(piece.First.Y - piece.Second.Y, 2))), 6.2 * Math.Sqrt(level), 6.29 * Math.Sqrt(level));
    }

    /// <summary>Every crossing of an edge is on exactly one line, whatever the values are: saddles, holes, lines that end at the border.</summary>
    [Fact]
    public void Contours_of_noise_use_every_crossing_once()
    {
        var random = new Random(3);
        double[] places = [.. Enumerable.Range(0, 12).Select(i => (double)i)];
        for (var trial = 0; trial < 200; trial++)
        {
            var values = new double[12, 12];
            for (var i = 0; i < 144; i++)
            {
                values[i / 12, i % 12] = random.Next(4) - (trial % 2 == 0 ? 1.5 : 1.25);
            }

            var crossings = 0;
            for (var i = 0; i < 12; i++)
            {
                for (var j = 0; j < 11; j++)
                {
                    crossings += values[i, j] >= 0 != values[i, j + 1] >= 0 ? 1 : 0;
                    crossings += values[j, i] >= 0 != values[j + 1, i] >= 0 ? 1 : 0;
                }
            }

            var lines = ContourLines.At(new Matrix(values, "t"), places, places, 0);
            Assert.Equal(crossings, lines.Sum(line => line.Count > 2 && line[0] == line[^1] ? line.Count - 1 : line.Count));
        }
    }

    [Fact]
    public void A_contour_takes_a_grid_as_it_takes_its_sides_and_labels_its_levels()
    {
        double[] xs = [0, 1, 2], ys = [0, 1];
        var zs = new[,] { { 0.0, 1, 2 }, { 0, 1, 2 } };
        var expected = new Contour("t", xs, ys, zs).Levels(0.5).ToSvg();
        Assert.Equal(expected, new Contour("t", new double[] { 0, 1, 2, 0, 1, 2 }, new double[] { 0, 0, 0, 1, 1, 1 }, zs).Levels(0.5).ToSvg());
        Assert.Equal(["0.5"], new Drawing(new Contour("t", xs, ys, zs).Levels(0.5)).Texts("level"));
        Assert.Throws<ShapeException>(() => new Contour("t", xs, xs, zs));
        Assert.Throws<ShapeException>(() => new Contour("t", xs, [0], new[,] { { 0.0, 1, 2 } }));
        Assert.Throws<ShapeException>(() => new Contour("t", xs, ys, Tensor.Zeros(6)));
        Assert.Throws<ValueException>(() => new Contour("t", [0, 0, 1], ys, zs));
        Assert.Throws<ValueException>(() => new Contour("t", [0, 1, double.NaN], ys, zs));
        Assert.Throws<ValueException>(() => new Contour("t", xs, ys, zs).Levels(double.NaN));
    }

    [Fact]
    public void The_areas_of_a_contour_change_color_at_the_level()
    {
        var (width, _, pixels) = ImageReader.Png(Assert.Single(new Drawing(new Contour("t", [0, 1], [0, 1], new[,] { { 0.0, 1 }, { 0, 1 } }).Levels(0.25).Filled()).Images()));
        var change = Enumerable.Range(1, width - 1).Where(x => pixels[x] != pixels[x - 1]).ToArray();
        Assert.InRange(Assert.Single(change), 0.25 * width - 1, 0.25 * width + 1);
    }

    [Theory]
    [InlineData(new float[] { 0, 0.5f, 1, 0.25f }, new byte[] { 0, 128, 255, 64 })]
    [InlineData(new float[] { 0, 127, 255, 51 }, new byte[] { 0, 127, 255, 51 })]
    [InlineData(new float[] { 0, 0.5f, 1.05f, float.NaN }, new byte[] { 0, 128, 255, 0 })]
    [InlineData(new float[] { -1, 0, 1, -0.5f }, new byte[] { 0, 128, 255, 64 })]
    [InlineData(new float[] { 7, 7, 7, 7 }, new byte[] { 7, 7, 7, 7 })]
    public void Images_are_read_from_0_to_1_or_to_255_or_stretched(float[] values, byte[] expected)
    {
        var (_, _, pixels) = ImageReader.Png(new Drawing(new ImageGrid("t").Add(Tensor.From(values).Reshape(2, 2, 1))).Images()[0]);
        Assert.Equal(expected, pixels.Select(pixel => pixel.R));
    }

    [Fact]
    public void Color_images_keep_their_channels_and_mistakes_are_marked()
    {
        var images = new float[2, 1, 2, 3];
        (images[0, 0, 1, 0], images[1, 0, 0, 2]) = (1, 1);
        var drawing = new Drawing(new ImageGrid("t").AddAll(images, ["a", "b"], Tensor.From([false, true])));
        Assert.Equal([(0, 0, 0), (255, 0, 0)], ImageReader.Png(drawing.Images()[0]).Pixels.Select(pixel => ((int)pixel.R, (int)pixel.G, (int)pixel.B)));
        Assert.Equal([(0, 0, 255), (0, 0, 0)], ImageReader.Png(drawing.Images()[1]).Pixels.Select(pixel => ((int)pixel.R, (int)pixel.G, (int)pixel.B)));
        Assert.Equal((1, 2), (drawing.Count("rect", "wrong"), drawing.Count("path", "cross")));
        Assert.Single(drawing.Texts("wrongcaption"));
    }

    [Fact]
    public void What_is_no_image_is_refused()
    {
        var grid = new ImageGrid("t");
        Assert.Throws<ShapeException>(() => grid.Add(Tensor.Zeros(4)));
        Assert.Throws<ShapeException>(() => grid.Add(Tensor.Zeros(3, 8, 8)));
        Assert.Throws<ShapeException>(() => grid.AddAll(Tensor.Zeros(8, 8)));
        Assert.Throws<ShapeException>(() => grid.AddAll(Tensor.Zeros(2, 8, 8, 2)));
        Assert.Throws<ArgumentException>(() => grid.AddAll(Tensor.Zeros(2, 8, 8), ["a"]));
        Assert.Throws<ArgumentException>(() => grid.AddAll(Tensor.Zeros(2, 8, 8), mistakes: [1]));
        Assert.Throws<ShapeException>(() => new HeatMap("t", Tensor.Zeros(2, 2, 2)));
        Assert.Throws<ArgumentException>(() => new HeatMap("t", Tensor.Zeros(2, 2), ["a"]));
        Assert.Throws<ValueException>(() => new HeatMap("t", Tensor.Zeros(2, 2), limits: (1, 1)));
        Assert.Throws<ArgumentException>(() => new BarChart("t").Add("a", ["x", "x"], [1, 2]));
        Assert.Throws<ArgumentException>(() => new BarChart("t").Add("a", ["x"], [1, 2]));
        Assert.Throws<ArgumentException>(() => new ChartRow());
    }

    [Fact]
    public void A_frame_is_the_chart_as_it_was_when_it_was_added()
    {
        var chart = new LineChart("").Add("", [0, 1]);
        var animation = new Animation("t", 0.25).Add(chart, "one").Add(chart.Add("", [1, 0]), "two");
        var read = ImageReader.Gif(GifWriter.Write([.. Enumerable.Range(0, 2).Select(frame => Rasterizer.Draw(animation.Draw(), 1, frame))], 0.25));
        Assert.Equal((2, 25), (read.Frames.Length, read.Delay));
        Assert.DoesNotContain(((byte)0xd5, (byte)0x5e, (byte)0x00), read.Frames[0]);
        Assert.Contains(((byte)0xd5, (byte)0x5e, (byte)0x00), read.Frames[1]);
        Assert.Contains("@keyframes autograd-2{0%{--frame:0}50%{--frame:1}}", animation.ToSvg(), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new Animation("t").Add(animation));
        Assert.Throws<ValueException>(() => new Animation("t").SaveGif("a.gif"));
    }

    [Fact]
    public void Parts_of_an_animation_of_rows_keep_one_time_on_a_page()
    {
        var row = new ChartRow(new LineChart("a").Add("", [1]), new LineChart("b").Add("", [2]));
        var html = XDocument.Parse(new ReportPage("t").Add(new Animation("moving").Add(row, "one").Add(row, "two")).ToHtml());
        var clock = Assert.Single(html.Descendants(), element => (string?)element.Attribute("class") == "autograd-clock");
        Assert.Equal(2, clock.Descendants().Count(element => (string?)element.Attribute("class") == "autograd-chart"));
        Assert.Equal(4, clock.Descendants().Count(element => ((string?)element.Attribute("style"))?.Contains("var(--frame)", StringComparison.Ordinal) == true));
    }

    [Fact]
    public void Pages_take_text_charts_tables_and_pictures_of_ones_own()
    {
        const string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
        var png = PngWriter.Write(new Pixels(2, 2));
        var html = new ReportPage("t").Add("text").AddHeading("<h>").Add(new LineChart("c").Add("a", [1])).Add(["a"], [["1"]]).AddSvg(svg, "mine").AddPng(png).ToHtml();
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        var parts = XDocument.Parse(html).Root!.Element("body")!.Elements().Select(part => part.Name.LocalName);
        Assert.Equal(["h1", "p", "h2", "div", "div", "div", "div"], parts);
        Assert.Contains("data:image/png;base64," + Convert.ToBase64String(png), html, StringComparison.Ordinal);
        Assert.Throws<ValueException>(() => new ReportPage("t").AddSvg("<p>"));
        Assert.Throws<ValueException>(() => new ReportPage("t").AddPng([1, 2, 3]));
    }
}
