using Autograd.Reports;

namespace Autograd.Tests.Reports;

public sealed class ImageFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("images").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(1, 1, false)]
    [InlineData(7, 3, false)]
    [InlineData(7, 3, true)]
    [InlineData(300, 200, false)]
    public void A_png_holds_every_pixel(int width, int height, bool gray)
    {
        var image = Noise(width, height, seed: 1, colors: 1 << 24, gray);
        var read = ImageReader.Png(PngWriter.Write(image));
        Assert.Equal((width, height), (read.Width, read.Height));
        Assert.Equal(Pixels(image), read.Pixels);
    }

    /// <summary>Noise fills the table of codes again and again; a run of one color makes the longest codes.</summary>
    [Theory]
    [InlineData(1, 1, 1, 1)]
    [InlineData(2, 1, 2, 1)]
    [InlineData(257, 1, 1, 1)]
    [InlineData(200, 150, 1, 2)]
    [InlineData(200, 150, 2, 2)]
    [InlineData(200, 150, 256, 3)]
    [InlineData(61, 67, 17, 5)]
    public void A_gif_of_at_most_256_colors_holds_every_pixel(int width, int height, int colors, int frames)
    {
        Pixels[] images = [.. Enumerable.Range(0, frames).Select(frame => Noise(width, height, frame, colors, gray: false))];
        var read = ImageReader.Gif(GifWriter.Write(images, 0.25));
        Assert.Equal((width, height, 25, frames), (read.Width, read.Height, read.Delay, read.Frames.Length));
        Assert.All(images.Zip(read.Frames), pair => Assert.Equal(Pixels(pair.First), pair.Second));
    }

    [Fact]
    public void Every_length_of_codes_ends_where_the_reader_expects_it()
    {
        for (var width = 200; width < 800; width += 1)
        {
            var image = Noise(width, 1, width, 256, gray: false);
            Assert.Equal(Pixels(image), ImageReader.Gif(GifWriter.Write([image], 1)).Frames[0]);
        }
    }

    [Fact]
    public void More_colors_become_near_ones()
    {
        var image = new Pixels(120, 100);
        for (var i = 0; i < 12_000; i++)
        {
            image[i % 120, i / 120] = ColorMap.Viridis.At(i / 12_000.0);
        }

        var read = ImageReader.Gif(GifWriter.Write([image], 1)).Frames[0];
        Assert.All(Pixels(image).Zip(read), pair => Assert.InRange(
            Math.Abs(pair.First.R - pair.Second.R) + Math.Abs(pair.First.G - pair.Second.G) + Math.Abs(pair.First.B - pair.Second.B), 0, 12));
    }

    [Fact]
    public void A_chart_is_saved_as_svg_and_png_and_as_nothing_else()
    {
        var chart = new HeatMap("t", new float[,] { { 0, 1 }, { 2, 3 } });
        var svg = Path.Combine(folder, "a.svg");
        Assert.Equal(svg, chart.Save(Path.Combine(folder, ".", "a.svg")));
        Assert.Equal(chart.ToSvg(), File.ReadAllText(svg));
        var (width, height, pixels) = ImageReader.Png(File.ReadAllBytes(chart.Save(Path.Combine(folder, "a.PNG"))));
        Assert.Equal((960, width * height), (width, pixels.Length));
        Assert.Contains(((byte)0x44, (byte)0x01, (byte)0x54), pixels);
        Assert.Contains(((byte)0xfd, (byte)0xe7, (byte)0x25), pixels);
        foreach (var name in (string[])["a.jpg", "a", "a.gif", "a.svg.txt"])
        {
            var error = Assert.Throws<ValueException>(() => chart.Save(Path.Combine(folder, name)));
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
            Assert.Contains(".svg", error.Message, StringComparison.Ordinal);
        }

        Assert.Throws<FileException>(() => chart.Save(Path.Combine(folder, "missing", "a.svg")));
        Assert.Equal(2, Directory.GetFiles(folder).Length);
    }

    [Fact]
    public void A_picture_of_pixels_has_the_lines_where_the_drawing_has_them()
    {
        var picture = new LineChart("", "", "").Add("", [0, 1], [0.5, 0.5]).Limits((0, 1), (0, 1)).Draw();
        var image = Rasterizer.Draw(picture, 2);
        var line = picture.Marks.OfType<GroupMark>().Single().Inner.Marks.OfType<GroupMark>().Single().Inner.Marks.OfType<PathMark>().Single();
        Assert.Equal(Rgb.Of(0x0072b2), image[image.Width / 2, (int)(2 * line.Points[0].Y)]);
        Assert.Equal(Rgb.Of(0xffffff), image[image.Width / 2 + 7, (int)(2 * line.Points[0].Y) + 6]);
    }

    [Fact]
    public void Every_printable_ascii_letter_has_strokes()
    {
        var box = StrokeFont.Strokes("火", 13).Single();
        for (var letter = '!'; letter <= '~'; letter++)
        {
            var strokes = StrokeFont.Strokes(letter.ToString(), 13).ToArray();
            Assert.NotEmpty(strokes);
            Assert.All(strokes, stroke => Assert.All(stroke, point => Assert.InRange(point.Y, -13, 5)));
            Assert.True(strokes.Length > 1 || !strokes[0].SequenceEqual(box), $"{letter} has no strokes of its own.");
        }

        Assert.Equal(StrokeFont.Width("e", 13), StrokeFont.Width("é", 13));
        Assert.Empty(StrokeFont.Strokes(" ", 13));
    }

    private static (byte R, byte G, byte B)[] Pixels(Pixels image)
        => [.. Enumerable.Range(0, image.Width * image.Height).Select(i => image[i % image.Width, i / image.Width]).Select(color => (color.R, color.G, color.B))];

    private static Pixels Noise(int width, int height, int seed, int colors, bool gray)
    {
        var random = new Random(seed);
        var image = new Pixels(width, height);
        for (var i = 0; i < width * height; i++)
        {
            var color = (uint)random.Next(colors);
            image[i % width, i / width] = gray ? new Rgb((byte)color, (byte)color, (byte)color) : Rgb.Of(color * (colors <= 256 ? 0x0f0301u : 1));
        }

        return image;
    }
}
