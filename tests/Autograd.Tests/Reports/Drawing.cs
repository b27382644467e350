using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Autograd.Reports;

namespace Autograd.Tests.Reports;

/// <summary>What a reader of the SVG finds in a chart; parsing it as XML proves each time that it is well formed.</summary>
internal sealed partial class Drawing(Chart chart)
{
    private readonly XElement svg = XDocument.Parse(chart.ToSvg()).Root!;

    internal double Width => Box[2];

    internal double Height => Box[3];

    internal string[] Texts(string kind) => [.. With("text", kind).Select(text => text.Value)];

    internal string[] XTicks => [.. With("text", "tick").Where(text => (string?)text.Attribute("text-anchor") == "middle").Select(text => text.Value)];

    internal string[] YTicks => [.. With("text", "tick").Where(text => (string?)text.Attribute("text-anchor") == "end").Select(text => text.Value)];

    /// <summary>The paths that carry data; the samples in the legend have no title.</summary>
    internal string[] Lines(string kind = "line") => [.. With("path", kind).Where(HasTitle).Select(path => (string)path.Attribute("d")!)];

    internal string[] Hovers(string element, string kind) => [.. With(element, kind).Where(HasTitle).Select(marker => marker.Value)];

    /// <summary>The rectangles that carry data.</summary>
    internal (double X, double Y, double Width, double Height)[] Rects(string kind)
        => [.. With("rect", kind).Where(HasTitle).Select(rect => (Of(rect, "x"), Of(rect, "y"), Of(rect, "width"), Of(rect, "height")))];

    internal string[] Fills(string kind) => [.. With("rect", kind).Where(HasTitle).Select(rect => (string?)rect.Attribute("fill") ?? "none")];

    internal byte[][] Images() => [.. svg.Descendants().Where(one => one.Name.LocalName == "image").Select(one => Convert.FromBase64String(((string)one.Attribute("href")!).Split(',')[1]))];

    internal int Count(string element, string kind) => With(element, kind).Count();

    /// <summary>The corners of everything that is not cut off, in the coordinates of the whole.</summary>
    internal IEnumerable<(string What, double X, double Y)> Corners() => Corners(svg, 0, 0);

    /// <summary>How far the texts of one kind reach, each with its text.</summary>
    internal (string Text, double Left, double Right, double Y)[] Extents(string kind)
        => [.. With("text", kind).Where(text => text.Attribute("transform") is null).Select(text =>
        {
            var shown = string.Concat(text.Nodes().OfType<XText>().Select(node => node.Value));
            var (x, width) = (Of(text, "x"), 0.9 * TextMeasure.Width(shown, kind == "tick" ? 13 : 12));
            var left = (string?)text.Attribute("text-anchor") switch { "middle" => x - width / 2, "end" => x - width, _ => x };
            return (shown, left, left + width, Of(text, "y"));
        })];

    private double[] Box => [.. ((string)svg.Attribute("viewBox")!).Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture))];

    private static IEnumerable<(string What, double X, double Y)> Corners(XElement group, double left, double top)
    {
        foreach (var one in group.Elements())
        {
            var what = $"{one.Name.LocalName} {(string?)one.Attribute("class")}";
            switch (one.Name.LocalName)
            {
                case "g":
                    var move = Translation().Match((string?)one.Attribute("transform") ?? "");
                    var (dx, dy) = move.Success ? (Number(move.Groups[1].Value), Number(move.Groups[2].Value)) : (0, 0);
                    foreach (var corner in Corners(one, left + dx, top + dy))
                    {
                        yield return corner;
                    }

                    break;
                case "rect" or "image" or "svg":
                    yield return (what, left + Of(one, "x"), top + Of(one, "y"));
                    yield return (what, left + Of(one, "x") + Of(one, "width"), top + Of(one, "y") + Of(one, "height"));
                    break;
                case "circle":
                    yield return (what, left + Of(one, "cx") - Of(one, "r"), top + Of(one, "cy") - Of(one, "r"));
                    yield return (what, left + Of(one, "cx") + Of(one, "r"), top + Of(one, "cy") + Of(one, "r"));
                    break;
                case "text" when one.Attribute("x") is not null:
                    yield return (what, left + Of(one, "x"), top + Of(one, "y"));
                    break;
                case "path":
                    foreach (Match point in Pair().Matches((string)one.Attribute("d")!))
                    {
                        yield return (what, left + Number(point.Groups[1].Value), top + Number(point.Groups[2].Value));
                    }

                    break;
            }
        }
    }

    private static double Of(XElement element, string attribute) => Number((string)element.Attribute(attribute)!);

    private static double Number(string digits) => double.Parse(digits, CultureInfo.InvariantCulture);

    private IEnumerable<XElement> With(string element, string kind)
        => svg.Descendants().Where(one => one.Name.LocalName == element && ((string?)one.Attribute("class") ?? "").Split(' ').Contains(kind));

    private static bool HasTitle(XElement element) => element.Elements().Any(child => child.Name.LocalName == "title");

    [GeneratedRegex(@"translate\(([-0-9.]+) ([-0-9.]+)\)")]
    private static partial Regex Translation();

    [GeneratedRegex("[ML]([-0-9.]+) ([-0-9.]+)")]
    private static partial Regex Pair();
}
