namespace Autograd.Reports;

/// <summary>
/// Charts shown one after another, such as the weights of a network while it learns. It plays in a page and in an SVG file without a script, pauses while the pointer
/// rests on it, and can be saved as a GIF.
/// </summary>
public sealed class Animation : Chart
{
    private const int MostFrames = 1000;

    // Half a pixel more than a unit needs keeps small letters readable; very wide rows do without.
    private const double PixelsPerUnit = 1.5;
    private const double WidestEnlarged = 1500;

    private readonly double _secondsPerFrame;
    private readonly List<(Picture[] Columns, string Caption)> _frames = [];

    /// <summary>Starts an animation without frames.</summary>
    /// <param name="title">What it shows; may be empty.</param>
    /// <param name="secondsPerFrame">How long each frame stays.</param>
    /// <exception cref="ValueException">The time is not between 0.02 and 600 seconds.</exception>
    public Animation(string title, double secondsPerFrame = 0.5) : base(title)
        => _secondsPerFrame = secondsPerFrame is >= 0.02 and <= 600
            ? secondsPerFrame
            : throw new ValueException($"A frame of an animation stays between 0.02 and 600 seconds, not {secondsPerFrame.ToString(Markup.Invariant)}.");

    /// <summary>Adds a frame: the chart as it is now, so that the same one can be added again when it has grown.</summary>
    /// <param name="chart">The chart, or a <see cref="ChartRow"/> of several.</param>
    /// <param name="caption">What stands below it; may be empty.</param>
    /// <returns>This animation.</returns>
    /// <exception cref="ArgumentException">The chart is itself an animation.</exception>
    /// <exception cref="ValueException">There are a thousand frames already.</exception>
    public Animation Add(Chart chart, string caption = "")
    {
        ArgumentNullException.ThrowIfNull(chart);
        ArgumentNullException.ThrowIfNull(caption);
        Picture[] columns = [.. chart.Parts().Select(part => part.Draw())];
        if (columns.Any(column => column.Marks.Exists(mark => mark is FramesMark)))
        {
            throw new ArgumentException("An animation cannot be a frame of another.", nameof(chart));
        }

        if (_frames.Count == MostFrames)
        {
            throw new ValueException($"An animation has at most {MostFrames} frames.");
        }

        _frames.Add((columns, caption));
        return this;
    }

    /// <summary>Writes the animation as a GIF that plays again and again, in the colors of light pages and up to 256 of them.</summary>
    /// <param name="path">The file, in a folder that exists. It appears whole or not at all.</param>
    /// <returns>The full path of the file.</returns>
    /// <exception cref="ValueException">There is no frame.</exception>
    /// <exception cref="FileException">The file cannot be written.</exception>
    public string SaveGif(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Write(path, OtherFormat(".GIF")!);
    }

    internal override IReadOnlyList<Chart> Parts()
    {
        var columns = _frames.Count == 0 ? 1 : _frames[0].Columns.Length;
        return columns > 1 && _frames.TrueForAll(frame => frame.Columns.Length == columns)
            ? [.. Enumerable.Range(0, columns).Select(column => new Column(Title, Drawn("", _frames.Select(frame => (frame.Columns[column], frame.Caption)), hasOwnClock: false)))]
            : [this];
    }

    internal override Picture Draw() => Drawn(Title, _frames.Select(frame => (ChartRow.Beside(frame.Columns), frame.Caption)), hasOwnClock: true);

    /// <summary>The attributes of an element that holds all parts, so that they keep time.</summary>
    internal string Clock => SvgWriter.Clock(_frames.Count, _secondsPerFrame);

    private protected override byte[]? OtherFormat(string extension)
    {
        if (extension != ".GIF")
        {
            return null;
        }

        if (_frames.Count == 0)
        {
            throw new ValueException("The animation has no frames: Add some before saving it as a GIF.");
        }

        var picture = Draw();
        var scale = picture.Width > WidestEnlarged ? 1 : PixelsPerUnit;
        return GifWriter.Write([.. Enumerable.Range(0, _frames.Count).Select(frame => Rasterizer.Draw(picture, scale, frame))], _secondsPerFrame);
    }

    private Picture Drawn(string title, IEnumerable<(Picture Picture, string Caption)> frames, bool hasOwnClock)
    {
        var all = frames.ToArray();
        var (width, height) = (all.Select(frame => frame.Picture.Width).Append(Frame.Width).Max(), all.Select(frame => frame.Picture.Height).Append(40).Max());
        var (top, bottom) = (title.Length > 0 ? 36 : 0, all.Any(frame => frame.Caption.Length > 0) ? 26 : 0);
        var picture = new Picture(width, top + height + bottom);
        Frame.Ground(picture, title);
        if (all.Length == 0)
        {
            picture.Text("label", width / 2, top + height / 2 + 8, "no frames", Anchor.Middle);
            return picture;
        }

        var drawn = new List<Picture>();
        foreach (var (one, caption) in all)
        {
            var frame = new Picture(width, picture.Height);
            frame.Place(one, (width - one.Width) / 2, top);
            if (caption.Length > 0)
            {
                frame.Text("label", width / 2, top + height + 10, caption, Anchor.Middle, room: width - 2 * Frame.Edge);
            }

            drawn.Add(frame);
        }

        picture.Marks.Add(new FramesMark(drawn, _secondsPerFrame, hasOwnClock));
        return picture;
    }

    /// <summary>One column of an animation of rows, which plays in time with the others.</summary>
    private sealed class Column(string title, Picture picture) : Chart(title)
    {
        internal override Picture Draw() => picture;
    }
}
