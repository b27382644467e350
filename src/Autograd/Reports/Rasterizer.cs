namespace Autograd.Reports;

/// <summary>
/// Draws pictures into pixels, in the colors of light pages. Edges are smooth: what a mark covers of a pixel follows from the distance of the pixel's center from the mark's border.
/// </summary>
internal sealed class Rasterizer
{
    private readonly Pixels _pixels;
    private readonly double _scale;

    // Where the part of the picture being drawn lies, and what of the image it may change, in pixels.
    private double _left;
    private double _top;
    private (double Left, double Top, double Right, double Bottom) _clip;

    private Rasterizer(Pixels pixels, double scale)
    {
        (_pixels, _scale) = (pixels, scale);
        _clip = (0, 0, pixels.Width, pixels.Height);
    }

    /// <summary>The picture on white ground.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="scale">Pixels per unit of the picture.</param>
    /// <param name="frame">Which of the pictures that follow one another.</param>
    internal static Pixels Draw(Picture picture, double scale, int frame = 0)
    {
        var pixels = new Pixels((int)Math.Ceiling(picture.Width * scale), (int)Math.Ceiling(picture.Height * scale));
        pixels.Bytes.AsSpan().Fill(255);
        new Rasterizer(pixels, scale).Draw(picture, frame);
        return pixels;
    }

    private void Draw(Picture picture, int frame)
    {
        foreach (var mark in picture.Marks)
        {
            switch (mark)
            {
                case PathMark path:
                    Draw(path);
                    break;
                case RectMark rect:
                    Draw(rect);
                    break;
                case CircleMark circle:
                    Draw(circle);
                    break;
                case TextMark text:
                    Draw(text);
                    break;
                case ImageMark image:
                    Draw(image);
                    break;
                case GroupMark group:
                    Inside(group.X, group.Y, group.Cut ? group.Inner : null, () => Draw(group.Inner, frame));
                    break;
                case FramesMark { Frames.Count: > 0 } frames:
                    Draw(frames.Frames[Math.Min(frame, frames.Frames.Count - 1)], 0);
                    break;
            }
        }
    }

    private void Inside(double x, double y, Picture? cut, Action draw)
    {
        var before = (_left, _top, _clip);
        (_left, _top) = (_left + x * _scale, _top + y * _scale);
        if (cut is not null)
        {
            _clip = (Math.Max(_clip.Left, _left), Math.Max(_clip.Top, _top), Math.Min(_clip.Right, _left + cut.Width * _scale), Math.Min(_clip.Bottom, _top + cut.Height * _scale));
        }

        draw();
        (_left, _top, _clip) = before;
    }

    private (double X, double Y) At(double x, double y) => (_left + x * _scale, _top + y * _scale);

    private void Draw(PathMark path)
    {
        var style = ChartStyle.Of(path.Kind);
        (double X, double Y)[] points = [.. path.Points.Select(point => At(point.X, point.Y))];
        if (path.Closed && ChartStyle.Light(style.Fill, path.Kind) is { } fill)
        {
            Area(points, fill, style.FillOpacity);
        }

        if (ChartStyle.Light(style.Stroke, path.Kind) is not { } stroke)
        {
            return;
        }

        var walked = 0.0;
        for (var i = 0; i < points.Length; i++)
        {
            var endsPiece = i + 1 == points.Length || path.Points[i + 1].StartsPiece;
            if (endsPiece && path.Points[i].StartsPiece)
            {
                Stroke(points[i], points[i], style.Width, stroke, style.StrokeOpacity);
            }
            else if (!endsPiece)
            {
                Stroke(points[i], points[i + 1], style, stroke, ref walked);
            }
        }

        if (path.Closed && points.Length > 1)
        {
            Stroke(points[^1], points[0], style, stroke, ref walked);
        }
    }

    private void Draw(RectMark rect)
    {
        var style = ChartStyle.Of(rect.Kind);
        var ((left, top), (right, bottom)) = (At(rect.X, rect.Y), At(rect.X + rect.Width, rect.Y + rect.Height));
        if ((rect.Fill ?? ChartStyle.Light(style.Fill, rect.Kind)) is { } fill)
        {
            // A cell has no smooth edges, through which its neighbors would show.
            Func<double, double> edge = rect.Kind == "cell" ? Math.Round : value => value;
            var (l, t, r, b) = (edge(left), edge(top), edge(right), edge(bottom));
            Cover(l, t, r, b, fill, style.FillOpacity, (x, y) => Overlap(x, l, r) * Overlap(y, t, b));
        }

        if (ChartStyle.Light(style.Stroke, rect.Kind) is { } stroke)
        {
            var walked = 0.0;
            (double X, double Y)[] corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
            for (var i = 0; i < 4; i++)
            {
                Stroke(corners[i], corners[i + 1], style, stroke, ref walked);
            }
        }
    }

    private void Draw(CircleMark circle)
    {
        var style = ChartStyle.Of(circle.Kind);
        var (x, y) = At(circle.X, circle.Y);
        if (ChartStyle.Light(style.Fill, circle.Kind) is { } fill && style.FillOpacity > 0)
        {
            var radius = circle.Radius * _scale;
            Cover(x - radius, y - radius, x + radius, y + radius, fill, style.FillOpacity, (px, py) => Math.Clamp(radius + 0.5 - Math.Sqrt((px - x) * (px - x) + (py - y) * (py - y)), 0, 1));
        }
    }

    private void Draw(TextMark text)
    {
        var style = ChartStyle.Of(text.Kind);
        var size = style.Size > 0 ? style.Size : ChartStyle.TextSize;
        var shown = TextMeasure.Cut(text.Text, text.Room, size);
        var width = StrokeFont.Width(shown, size);
        var shift = text.Anchor switch { Anchor.Middle => -width / 2, Anchor.End => -width, _ => 0 };
        var (sin, cos) = Math.SinCos(text.Angle * Math.PI / 180);
        (double Extra, string Color)[] passes = style.Stroke == "none" ? [(0, style.Fill)] : [(style.Width, style.Stroke), (0, style.Fill)];
        foreach (var (extra, color) in passes)
        {
            var thickness = size * (style.Bold ? 0.13 : 0.095) + extra;
            foreach (var stroke in StrokeFont.Strokes(shown, size))
            {
                for (var i = 0; i < Math.Max(1, stroke.Count - 1); i++)
                {
                    Stroke(Turned(stroke[i]), Turned(stroke[Math.Min(i + 1, stroke.Count - 1)]), thickness, ChartStyle.Light(color, text.Kind)!.Value, 1);
                }
            }
        }

        (double X, double Y) Turned((double X, double Y) point)
        {
            var x = point.X + shift;
            return At(text.X + x * cos - point.Y * sin, text.Y + x * sin + point.Y * cos);
        }
    }

    private void Draw(ImageMark image)
    {
        var ((left, top), (right, bottom)) = (At(image.X, image.Y), At(image.X + image.Width, image.Y + image.Height));
        var source = image.Pixels;
        for (var y = (int)Math.Max(Math.Round(top), _clip.Top); y < Math.Min(Math.Round(bottom), _clip.Bottom); y++)
        {
            for (var x = (int)Math.Max(Math.Round(left), _clip.Left); x < Math.Min(Math.Round(right), _clip.Right); x++)
            {
                var (column, row) = ((int)((x + 0.5 - left) / (right - left) * source.Width), (int)((y + 0.5 - top) / (bottom - top) * source.Height));
                _pixels[x, y] = source[Math.Clamp(column, 0, source.Width - 1), Math.Clamp(row, 0, source.Height - 1)];
            }
        }
    }

    private void Stroke((double X, double Y) from, (double X, double Y) to, ChartStyle style, Rgb color, ref double walked)
    {
        if (!style.Dashed)
        {
            Stroke(from, to, style.Width, color, style.StrokeOpacity);
            return;
        }

        const double On = 6, Period = 11;
        var length = Math.Sqrt((to.X - from.X) * (to.X - from.X) + (to.Y - from.Y) * (to.Y - from.Y)) / _scale;
        for (var at = 0.0; at < length;)
        {
            var phase = (walked + at) % Period;
            var end = Math.Min(length, at + (phase < On ? On : Period) - phase + 1e-9);
            if (phase < On)
            {
                Stroke(Between(at / length), Between(end / length), style.Width, color, style.StrokeOpacity);
            }

            at = end;
        }

        walked += length;

        (double X, double Y) Between(double share) => (from.X + (to.X - from.X) * share, from.Y + (to.Y - from.Y) * share);
    }

    /// <summary>A line with round ends.</summary>
    private void Stroke((double X, double Y) from, (double X, double Y) to, double width, Rgb color, double opacity)
    {
        var radius = Math.Max(width * _scale, 1) / 2;
        var (dx, dy) = (to.X - from.X, to.Y - from.Y);
        var square = dx * dx + dy * dy;
        Cover(Math.Min(from.X, to.X) - radius, Math.Min(from.Y, to.Y) - radius, Math.Max(from.X, to.X) + radius, Math.Max(from.Y, to.Y) + radius, color, opacity, (x, y) =>
        {
            var share = square == 0 ? 0 : Math.Clamp(((x - from.X) * dx + (y - from.Y) * dy) / square, 0, 1);
            var (ex, ey) = (x - from.X - share * dx, y - from.Y - share * dy);
            return Math.Clamp(radius + 0.5 - Math.Sqrt(ex * ex + ey * ey), 0, 1);
        });
    }

    /// <summary>The inside of a polygon, found at four times four places of each pixel.</summary>
    private void Area((double X, double Y)[] corners, Rgb color, double opacity)
    {
        if (corners.Length < 3)
        {
            return;
        }

        Cover(corners.Min(p => p.X), corners.Min(p => p.Y), corners.Max(p => p.X), corners.Max(p => p.Y), color, opacity, (x, y) =>
        {
            var inside = 0;
            for (var place = 0; place < 16; place++)
            {
                inside += IsInside(x - 0.375 + place % 4 * 0.25, y - 0.375 + place / 4 * 0.25) ? 1 : 0;
            }

            return inside / 16.0;
        });

        bool IsInside(double x, double y)
        {
            var inside = false;
            for (var (i, j) = (0, corners.Length - 1); i < corners.Length; j = i++)
            {
                if (corners[i].Y > y != corners[j].Y > y && x < (corners[j].X - corners[i].X) * (y - corners[i].Y) / (corners[j].Y - corners[i].Y) + corners[i].X)
                {
                    inside = !inside;
                }
            }

            return inside;
        }
    }

    /// <summary>Mixes a color into every pixel of a rectangle by how much of it is covered, told by its center.</summary>
    private void Cover(double left, double top, double right, double bottom, Rgb color, double opacity, Func<double, double, double> coverage)
    {
        var (firstX, lastX) = ((int)Math.Max(Math.Floor(left - 0.5), Math.Ceiling(_clip.Left)), (int)Math.Min(Math.Ceiling(right + 0.5), Math.Floor(_clip.Right) - 1));
        var (firstY, lastY) = ((int)Math.Max(Math.Floor(top - 0.5), Math.Ceiling(_clip.Top)), (int)Math.Min(Math.Ceiling(bottom + 0.5), Math.Floor(_clip.Bottom) - 1));
        for (var y = firstY; y <= lastY; y++)
        {
            for (var x = firstX; x <= lastX; x++)
            {
                var share = coverage(x + 0.5, y + 0.5) * opacity;
                if (share > 0)
                {
                    _pixels[x, y] = Rgb.Mix(_pixels[x, y], color, share);
                }
            }
        }
    }

    /// <summary>How much of the pixel around a center lies between two bounds.</summary>
    private static double Overlap(double center, double low, double high) => Math.Clamp(Math.Min(center + 0.5, high) - Math.Max(center - 0.5, low), 0, 1);
}
