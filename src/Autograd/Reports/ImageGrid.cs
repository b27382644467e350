namespace Autograd.Reports;

/// <summary>Images in rows, each with a caption, such as digits and what a network took them for. Every pixel stays a sharp square.</summary>
public sealed class ImageGrid : Chart
{
    private const double Gap = 12;
    private const double LargestCell = 132;
    private const double LineHeight = 15;
    private const int MostColumns = 8;

    private readonly int? _columns;
    private readonly List<(Pixels Image, string Caption, bool IsMistake)> _images = [];

    /// <summary>Starts an empty grid.</summary>
    /// <param name="title">What the images show; may be empty.</param>
    /// <param name="columns">How many images stand in a row; chosen from their number by default.</param>
    /// <exception cref="ValueException">There is not at least one column.</exception>
    public ImageGrid(string title, int? columns = null) : base(title)
    {
        if (columns < 1)
        {
            throw new ValueException($"An image grid has at least 1 column, not {columns}.");
        }

        _columns = columns;
    }

    /// <summary>Adds an image; its pixels are copied.</summary>
    /// <param name="image">
    /// Gray of shape [height, width] or [height, width, 1], or red, green and blue of shape [height, width, 3]. Values from 0 to 1, or from 0 to 255 where one is above 1.
    /// Other values, negative ones for instance, are stretched so that the smallest is black and the largest white. NaN is black.
    /// </param>
    /// <param name="caption">What stands below it; may be empty.</param>
    /// <param name="isMistake">Whether it is marked by a colored frame and a cross.</param>
    /// <returns>This grid.</returns>
    /// <exception cref="ShapeException">The tensor is no image.</exception>
    public ImageGrid Add(Tensor image, string caption = "", bool isMistake = false)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(caption);
        if (image.Rank is not (2 or 3) || (image.Rank == 3 && image.Shape[2] is not (1 or 3)) || image.Size == 0)
        {
            throw new ShapeException($"ImageGrid.Add takes an image of shape [height, width], [height, width, 1] or [height, width, 3], not {image.Shape}; several go to AddAll.");
        }

        AddAll(((ChartValues)image).Array, 1, image.Shape[0], image.Shape[1], image.Rank == 3 ? image.Shape[2] : 1, [caption], [isMistake ? 1 : 0]);
        return this;
    }

    /// <summary>Adds images of one size.</summary>
    /// <param name="images">Of shape [n, height, width], [n, height, width, 1] or [n, height, width, 3], with values as in <see cref="Add"/>, all on the same scale.</param>
    /// <param name="captions">What stands below each; nothing by default.</param>
    /// <param name="mistakes">Which are marked: true, or anything but 0; none by default.</param>
    /// <returns>This grid.</returns>
    /// <exception cref="ShapeException">The tensor holds no images.</exception>
    /// <exception cref="ArgumentException">There are more or fewer captions or marks than images.</exception>
    public ImageGrid AddAll(Tensor images, IReadOnlyList<string>? captions = null, ChartValues mistakes = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.Rank is not (3 or 4) || (images.Rank == 4 && images.Shape[3] is not (1 or 3)) || (images.Size == 0 && images.Shape[0] > 0))
        {
            throw new ShapeException($"ImageGrid.AddAll takes images of shape [n, height, width], [n, height, width, 1] or [n, height, width, 3], not {images.Shape}.");
        }

        var count = images.Shape[0];
        if (captions is not null && captions.Count != count)
        {
            throw new ArgumentException($"There are {captions.Count} captions for {count} images.", nameof(captions));
        }

        if (mistakes.Count != 0 && mistakes.Count != count)
        {
            throw new ArgumentException($"There are {mistakes.Count} marks of mistakes for {count} images.", nameof(mistakes));
        }

        AddAll(((ChartValues)images).Array, count, images.Shape[1], images.Shape[2], images.Rank == 4 ? images.Shape[3] : 1, captions, mistakes);
        return this;
    }

    internal override Picture Draw()
    {
        var columns = _columns ?? Math.Clamp(_images.Count <= 5 ? _images.Count : (int)Math.Ceiling(Math.Sqrt(_images.Count * 1.6)), 1, MostColumns);
        var cell = Math.Min(LargestCell, (Frame.Width - 2 * Frame.Edge + Gap) / columns - Gap);
        string[][] captions = [.. _images.Select(one => Wrapped(one.Caption, cell + Gap - 4))];
        var top = Frame.Edge + (Title.Length > 0 ? 34.0 : 4);
        var rows = new List<(int First, double Top, double Height)>();
        for (var first = 0; first < _images.Count; first += columns)
        {
            var row = Enumerable.Range(first, Math.Min(columns, _images.Count - first)).ToArray();
            var height = row.Max(i => Size(_images[i].Image, cell).Height);
            rows.Add((first, top, height));
            top += height + row.Max(i => captions[i].Length) * LineHeight + (row.Any(i => captions[i].Length > 0) ? 5 : 0) + Gap;
        }

        var left = (Frame.Width - Math.Min(columns, Math.Max(1, _images.Count)) * (cell + Gap) + Gap) / 2;
        var picture = new Picture(Frame.Width, _images.Count == 0 ? top + 40 : top);
        Frame.Ground(picture, Title);
        if (_images.Count == 0)
        {
            picture.Text("label", Frame.Width / 2, top + 14, "no images", Anchor.Middle);
        }

        foreach (var (first, rowTop, rowHeight) in rows)
        {
            for (var i = first; i < Math.Min(first + columns, _images.Count); i++)
            {
                Draw(picture, i, left + (i - first) * (cell + Gap), rowTop, cell, rowHeight, captions[i]);
            }
        }

        return picture;
    }

    private void Draw(Picture picture, int index, double left, double top, double cell, double rowHeight, string[] caption)
    {
        var (image, text, isMistake) = _images[index];
        var (width, height) = Size(image, cell);
        var (x, y) = (left + (cell - width) / 2, top + (rowHeight - height) / 2);
        picture.Image("pixels", x, y, width, height, image, hover: text.Length > 0 ? text : null);
        picture.Rect(isMistake ? "wrong" : "border", x, y, width, height);
        if (isMistake)
        {
            var (right, arm) = (x + width, Math.Min(9, width / 4));
            picture.Rect("paper", right - arm - 5, y - 2, arm + 7, arm + 7, radius: 2);
            picture.Line("cross", right - arm - 1, y + 2, right - 2, y + arm + 1);
            picture.Line("cross", right - 2, y + 2, right - arm - 1, y + arm + 1);
        }

        foreach (var (line, part) in caption.Index())
        {
            picture.Text(isMistake ? "wrongcaption" : "caption", left + cell / 2, top + rowHeight + 16 + line * LineHeight, part, Anchor.Middle, room: cell + Gap - 2, hover: text);
        }
    }

    /// <summary>The size in the picture: the longer side fills the cell.</summary>
    private static (double Width, double Height) Size(Pixels image, double cell)
    {
        var scale = cell / Math.Max(image.Width, image.Height);
        return (image.Width * scale, image.Height * scale);
    }

    /// <summary>A caption in up to three lines.</summary>
    private static string[] Wrapped(string caption, double room)
    {
        const int MostLines = 3;
        var lines = new List<string>();
        foreach (var word in caption.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            var longer = lines.Count > 0 ? $"{lines[^1]} {word}" : word;
            if (lines.Count > 0 && (lines.Count == MostLines || TextMeasure.Width(longer, 12) <= room))
            {
                lines[^1] = longer;
            }
            else
            {
                lines.Add(word);
            }
        }

        return [.. lines];
    }

    /// <summary>Which values are black and white. A little beyond 1, as interpolation gives it, is still white.</summary>
    private static (double Black, double White) Range(double[] values)
    {
        var finite = values.Where(value => Scale.Accepts(value)).DefaultIfEmpty();
        var (min, max) = (finite.Min(), finite.Max());
        return min >= 0 && max <= 255 ? (0, max > 1.1 ? 255 : 1) : (min, max > min ? max : min + 1);
    }

    private void AddAll(double[] values, int count, int height, int width, int channels, IReadOnlyList<string>? captions, ChartValues mistakes)
    {
        var (black, white) = Range(values);
        for (var n = 0; n < count; n++)
        {
            var image = new Pixels(width, height);
            for (var i = 0; i < width * height; i++)
            {
                for (var channel = 0; channel < 3; channel++)
                {
                    var value = (values[(n * width * height + i) * channels + (channels == 3 ? channel : 0)] - black) / (white - black);
                    image.Bytes[3 * i + channel] = (byte)Math.Round(255 * (value > 0 ? Math.Min(value, 1) : 0));
                }
            }

            _images.Add((image, captions?[n] ?? "", mistakes.Count > 0 && mistakes[n] != 0));
        }
    }
}
