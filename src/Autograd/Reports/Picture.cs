namespace Autograd.Reports;

/// <summary>A point to draw, in the units of the picture.</summary>
/// <param name="Index">Which value of the series it is.</param>
/// <param name="X">Its distance from the left.</param>
/// <param name="Y">Its distance from the top.</param>
/// <param name="StartsPiece">Whether the line begins anew here, because a value that cannot be drawn lies before it.</param>
internal readonly record struct DrawnPoint(int Index, double X, double Y, bool StartsPiece);

/// <summary>Which point of a text stands at the place given for it.</summary>
internal enum Anchor
{
    Start,
    Middle,
    End,
}

/// <summary>
/// One thing that can be seen. <paramref name="Kind"/> names its look in <see cref="ChartStyle"/>, followed by a color class where the look leaves the color open;
/// <paramref name="Hover"/> is what hovering over it says.
/// </summary>
internal abstract record Mark(string Kind, string? Hover);

/// <summary>Lines through points, or the area they enclose.</summary>
internal sealed record PathMark(string Kind, IReadOnlyList<DrawnPoint> Points, bool Closed, string? Hover) : Mark(Kind, Hover);

/// <summary>A rectangle; a fill of its own wins over that of its kind.</summary>
internal sealed record RectMark(string Kind, double X, double Y, double Width, double Height, Rgb? Fill, double Radius, string? Hover) : Mark(Kind, Hover);

internal sealed record CircleMark(string Kind, double X, double Y, double Radius, string? Hover) : Mark(Kind, Hover);

/// <summary>A text on one line; a room in which it does not fit cuts it, and hovering shows the whole.</summary>
internal sealed record TextMark(string Kind, double X, double Y, string Text, Anchor Anchor, double Angle, double Room, string? Hover) : Mark(Kind, Hover);

/// <summary>Pixels stretched over a rectangle, each staying a sharp square unless <paramref name="Smooth"/>.</summary>
internal sealed record ImageMark(string Kind, double X, double Y, double Width, double Height, Pixels Pixels, bool Smooth, string? Hover) : Mark(Kind, Hover);

/// <summary>Another picture in the place of a rectangle of the same size, cut at its borders where <paramref name="Cut"/>.</summary>
internal sealed record GroupMark(Picture Inner, double X, double Y, bool Cut, string? Hover) : Mark("", Hover);

/// <summary>Pictures shown one after another, again and again, by a clock of their own or by that of the element they stand in.</summary>
internal sealed record FramesMark(IReadOnlyList<Picture> Frames, double SecondsPerFrame, bool HasOwnClock) : Mark("", null);

/// <summary>What a chart looks like before it becomes SVG or pixels: marks, of which later ones cover earlier ones.</summary>
internal sealed class Picture(double width, double height)
{
    internal double Width => width;

    internal double Height => height;

    internal List<Mark> Marks { get; } = [];

    internal void Path(string kind, IReadOnlyList<DrawnPoint> points, string? hover = null, bool closed = false)
        => Marks.Add(new PathMark(kind, points, closed, hover));

    internal void Path(string kind, IEnumerable<(double X, double Y)> points, string? hover = null, bool closed = false)
        => Path(kind, [.. points.Select((point, index) => new DrawnPoint(index, point.X, point.Y, index == 0))], hover, closed);

    internal void Line(string kind, double fromX, double fromY, double toX, double toY, string? hover = null)
        => Path(kind, [(fromX, fromY), (toX, toY)], hover);

    internal void Rect(string kind, double x, double y, double width, double height, Rgb? fill = null, double radius = 0, string? hover = null)
        => Marks.Add(new RectMark(kind, x, y, width, height, fill, radius, hover));

    internal void Circle(string kind, double x, double y, double radius, string? hover = null) => Marks.Add(new CircleMark(kind, x, y, radius, hover));

    internal void Text(
        string kind, double x, double y, string text, Anchor anchor = Anchor.Start, double angle = 0, double room = double.PositiveInfinity, string? hover = null)
        => Marks.Add(new TextMark(kind, x, y, text, anchor, angle, room, hover));

    internal void Image(string kind, double x, double y, double width, double height, Pixels pixels, bool smooth = false, string? hover = null)
        => Marks.Add(new ImageMark(kind, x, y, width, height, pixels, smooth, hover));

    /// <summary>Places another picture with its upper left corner at (x, y).</summary>
    internal void Place(Picture inner, double x, double y, bool cut = false) => Marks.Add(new GroupMark(inner, x, y, cut, null));
}
