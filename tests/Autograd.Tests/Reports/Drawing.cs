using System.Globalization;
using System.Xml.Linq;
using Autograd.Reports;

namespace Autograd.Tests.Reports;

/// <summary>What a reader of the SVG finds in a chart; parsing it as XML proves each time that it is well formed.</summary>
internal sealed class Drawing(Chart chart)
{
    private readonly XElement svg = XDocument.Parse(chart.ToSvg()).Root!;

    internal double Height => double.Parse(((string)svg.Attribute("viewBox")!).Split(' ')[3], CultureInfo.InvariantCulture);

    internal string[] Texts(string kind) => [.. With("text", kind).Select(text => text.Value)];

    internal string[] XTicks => [.. With("text", "tick").Where(text => (string?)text.Attribute("text-anchor") == "middle").Select(text => text.Value)];

    internal string[] YTicks => [.. With("text", "tick").Where(text => (string?)text.Attribute("text-anchor") == "end").Select(text => text.Value)];

    /// <summary>The paths that carry data; the samples in the legend have no title.</summary>
    internal string[] Lines(string kind = "line") => [.. With("path", kind).Where(HasTitle).Select(path => (string)path.Attribute("d")!)];

    internal string[] Hovers(string element, string kind) => [.. With(element, kind).Where(HasTitle).Select(marker => marker.Value)];

    private IEnumerable<XElement> With(string element, string kind)
        => svg.Descendants().Where(one => one.Name.LocalName == element && ((string?)one.Attribute("class") ?? "").Split(' ').Contains(kind));

    private static bool HasTitle(XElement element) => element.Elements().Any(child => child.Name.LocalName == "title");
}
