using System.Text;

namespace Autograd.Reports;

/// <summary>Writes pictures as SVG: well-formed XML without script, outside files or ids, the same in every culture.</summary>
internal static class SvgWriter
{
    /// <summary>A whole <c>svg</c> element with its style sheet.</summary>
    internal static string Write(Picture picture, string title)
    {
        var svg = new StringBuilder();
        svg.Append(Markup.Invariant, $"<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"autograd-chart\" viewBox=\"0 0 {picture.Width:0.#} {picture.Height:0.#}\" ");
        // What is narrower than other charts is not blown up to their width.
        svg.Append(picture.Width < Frame.Width ? string.Create(Markup.Invariant, $"style=\"max-width:{1.25 * picture.Width:0}px;margin:auto\" ") : "");
        svg.Append(Markup.Invariant, $"role=\"img\" aria-label=\"{Markup.Escape(title)}\">\n<style>{ChartStyle.Sheet}</style>\n");
        Write(svg, picture);
        return svg.Append("</svg>\n").ToString();
    }

    private static void Write(StringBuilder svg, Picture picture)
    {
        foreach (var mark in picture.Marks)
        {
            switch (mark)
            {
                case PathMark path:
                    svg.Append(Markup.Invariant, $"<path class=\"{path.Kind}\" d=\"");
                    Data(svg, path);
                    Close(svg.Append('"'), "path", path.Hover);
                    break;
                case RectMark rect:
                    svg.Append(Markup.Invariant, $"<rect class=\"{rect.Kind}\" x=\"{rect.X:0.##}\" y=\"{rect.Y:0.##}\" width=\"{rect.Width:0.##}\" height=\"{rect.Height:0.##}\"");
                    svg.Append(rect.Radius > 0 ? string.Create(Markup.Invariant, $" rx=\"{rect.Radius:0.#}\"") : "");
                    Close(svg.Append(rect.Fill is { } fill ? $" fill=\"{fill}\"" : ""), "rect", rect.Hover);
                    break;
                case CircleMark circle:
                    svg.Append(Markup.Invariant, $"<circle class=\"{circle.Kind}\" cx=\"{circle.X:0.#}\" cy=\"{circle.Y:0.#}\" r=\"{circle.Radius:0.#}\"");
                    Close(svg, "circle", circle.Hover);
                    break;
                case TextMark text:
                    Write(svg, text);
                    break;
                case ImageMark image:
                    svg.Append(Markup.Invariant, $"<image class=\"{image.Kind}\" x=\"{image.X:0.##}\" y=\"{image.Y:0.##}\" width=\"{image.Width:0.##}\" height=\"{image.Height:0.##}\" preserveAspectRatio=\"none\" ");
                    svg.Append(image.Smooth ? "" : "style=\"image-rendering:pixelated\" ");
                    svg.Append("href=\"data:image/png;base64,").Append(Convert.ToBase64String(PngWriter.Write(image.Pixels))).Append('"');
                    Close(svg, "image", image.Hover);
                    break;
                case GroupMark { Cut: true } group:
                    svg.Append(Markup.Invariant, $"<svg x=\"{group.X:0.##}\" y=\"{group.Y:0.##}\" width=\"{group.Inner.Width:0.##}\" height=\"{group.Inner.Height:0.##}\">\n");
                    Write(svg, group.Inner);
                    svg.Append("</svg>\n");
                    break;
                case GroupMark group:
                    svg.Append(Markup.Invariant, $"<g transform=\"translate({group.X:0.##} {group.Y:0.##})\">\n");
                    Write(svg, group.Inner);
                    svg.Append("</g>\n");
                    break;
                case FramesMark frames:
                    Write(svg, frames);
                    break;
            }
        }
    }

    private static void Data(StringBuilder svg, PathMark path)
    {
        var points = path.Points;
        for (var i = 0; i < points.Count; i++)
        {
            var (_, x, y, startsPiece) = points[i];
            svg.Append(Markup.Invariant, $"{(startsPiece ? 'M' : 'L')}{x:0.#} {y:0.#}");

            // A point between two gaps has no line to show it; a line of no length with round ends is a dot.
            if (startsPiece && (i + 1 == points.Count || points[i + 1].StartsPiece))
            {
                svg.Append("h0");
            }
        }

        svg.Append(path.Closed ? "z" : "");
    }

    private static void Write(StringBuilder svg, TextMark text)
    {
        var style = ChartStyle.Of(text.Kind);
        var shown = TextMeasure.Cut(text.Text, text.Room, style.Size > 0 ? style.Size : ChartStyle.TextSize);
        svg.Append(Markup.Invariant, $"<text class=\"{text.Kind}\" ");
        svg.Append(text.Angle == 0
            ? string.Create(Markup.Invariant, $"x=\"{text.X:0.#}\" y=\"{text.Y:0.#}\"")
            : string.Create(Markup.Invariant, $"transform=\"translate({text.X:0.#} {text.Y:0.#}) rotate({text.Angle:0.#})\""));
        svg.Append(text.Anchor switch { Anchor.Middle => " text-anchor=\"middle\"", Anchor.End => " text-anchor=\"end\"", _ => "" }).Append('>');
        if ((text.Hover ?? (shown == text.Text ? null : text.Text)) is { } hover)
        {
            svg.Append(Markup.Invariant, $"<title>{Markup.Escape(hover)}</title>");
        }

        svg.Append(Markup.Escape(shown)).Append("</text>\n");
    }

    /// <summary>
    /// The attributes of an element by whose clock the frames inside it follow each other: a style sheet counts a variable, from which each frame learns whether it is its
    /// turn. So several pictures keep time, however late each of them was loaded.
    /// </summary>
    internal static string Clock(int frames, double secondsPerFrame)
        => string.Create(Markup.Invariant, $"class=\"autograd-clock\" style=\"--frame:0;--last:{frames - 1};animation:autograd-{frames} {frames * secondsPerFrame:0.###}s step-end infinite\"");

    /// <summary>Resting the pointer on the frames stops their clock; a reader who wants no motion sees the last one.</summary>
    private static void Write(StringBuilder svg, FramesMark frames)
    {
        var count = frames.Frames.Count;
        svg.Append(Markup.Invariant, $"<style>@keyframes autograd-{count}{{");
        for (var index = 0; index < count; index++)
        {
            svg.Append(Markup.Invariant, $"{100.0 * index / count:0.###}%{{--frame:{index}}}");
        }

        svg.Append("}\n.autograd-chart:hover .autograd-clock,.autograd-clock:hover{animation-play-state:paused!important}\n");
        svg.Append("@media(prefers-reduced-motion:reduce){.autograd-clock{animation:none!important;--frame:var(--last)!important}}</style>\n");
        svg.Append("<g").Append(frames.HasOwnClock ? " " + Clock(count, frames.SecondsPerFrame) : "").Append(">\n");
        foreach (var (index, frame) in frames.Frames.Index())
        {
            // Every frame but the one whose turn it is stands far outside the picture.
            svg.Append(Markup.Invariant, $"<g style=\"transform:translateX(calc(9999px*max(var(--frame) - {index},{index} - var(--frame))))\">\n");
            Write(svg, frame);
            svg.Append("</g>\n");
        }

        svg.Append("</g>\n");
    }

    private static void Close(StringBuilder svg, string element, string? hover)
        => svg.Append(hover is null ? "/>\n" : $"><title>{Markup.Escape(hover)}</title></{element}>\n");
}
