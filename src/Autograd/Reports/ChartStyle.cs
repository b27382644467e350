using System.Text;

namespace Autograd.Reports;

/// <summary>
/// How a kind of mark looks, in SVG and in pixels alike. Colors are names of the palette; "c" is the color of the series, by the color class that follows the kind.
/// </summary>
internal sealed record ChartStyle(
    string Kind, string Fill = "none", string Stroke = "none", double Width = 1, double FillOpacity = 1, double StrokeOpacity = 1, bool Dashed = false, double Size = 0,
    bool Bold = false, string Css = "")
{
    /// <summary>How many colors of series there are before they repeat.</summary>
    internal const int Colors = 7;

    /// <summary>The size of a text whose kind does not say otherwise.</summary>
    internal const double TextSize = 13;

    private const string Fonts = "system-ui,-apple-system,\"Segoe UI\",Roboto,\"Helvetica Neue\",\"Noto Sans\",\"Noto Sans CJK SC\",\"Microsoft YaHei\",Arial,sans-serif";

    /// <summary>On light pages and on dark ones. The colors of series are those of Okabe and Ito, which color-blind readers can tell apart, and lighter ones for dark pages.</summary>
    private static readonly (string Name, uint Light, uint Dark)[] s_palette =
    [
        ("ink", 0x1f2933, 0xe6e9ee), ("soft", 0x5f6b7a, 0xa3adba), ("grid", 0xe7eaef, 0x2c333d), ("axis", 0x9aa5b1, 0x626e7c), ("paper", 0xffffff, 0x1b2027),
        ("wrong", 0xc8400a, 0xff9248),
        ("c0", 0x0072b2, 0x56b4e9), ("c1", 0xd55e00, 0xff9248), ("c2", 0x009e73, 0x2ec99c), ("c3", 0xb8558c, 0xe59cc7), ("c4", 0xe69f00, 0xf0e442),
        ("c5", 0x56b4e9, 0x7f9cff), ("c6", 0x52606d, 0xc3ccd6),
    ];

    private static readonly ChartStyle[] s_styles =
    [
        new("paper", Fill: "paper"),
        new("title", Fill: "ink", Size: 15, Bold: true),
        new("name", Fill: "ink"),
        new("tick", Fill: "soft", Css: "font-variant-numeric:tabular-nums"),
        new("label", Fill: "soft"),
        new("value", Fill: "ink", Size: 12, Css: "font-variant-numeric:tabular-nums"),
        new("ondark", Fill: "#ffffff", Size: 12, Css: "font-variant-numeric:tabular-nums"),
        new("onlight", Fill: "#16202a", Size: 12, Css: "font-variant-numeric:tabular-nums"),
        new("level", Fill: "ink", Stroke: "paper", Width: 6, Size: 11, Css: "paint-order:stroke;stroke-linejoin:round"),
        new("caption", Fill: "ink", Size: 12),
        new("wrongcaption", Fill: "wrong", Size: 12),
        new("grid", Stroke: "grid"),
        new("axis", Stroke: "axis"),
        new("line", Stroke: "c", Width: 2, Css: "stroke-linejoin:round;stroke-linecap:round"),
        new("dashed", Stroke: "c", Width: 2, Dashed: true, Css: "stroke-linejoin:round;stroke-linecap:round"),
        new("contour", Stroke: "ink", Width: 1.6, Css: "stroke-linejoin:round;stroke-linecap:round"),
        new("marker", Fill: "c", Css: "stroke:transparent;stroke-width:8;pointer-events:all"),
        new("quiet", Fill: "c", FillOpacity: 0, Css: "stroke:transparent;stroke-width:8;pointer-events:all"),
        new("point", Fill: "c", Stroke: "paper", Width: 0.8, FillOpacity: 0.8),
        new("cloud", Stroke: "c", Width: 5, StrokeOpacity: 0.6, Css: "stroke-linecap:round"),
        new("bar", Fill: "c", FillOpacity: 0.9),
        new("bin", Fill: "c", Stroke: "paper", Width: 0.6, FillOpacity: 0.9),
        new("veil", Fill: "c", Stroke: "c", FillOpacity: 0.45),
        new("cell", Css: "shape-rendering:crispEdges"),
        new("missing", Fill: "grid", Stroke: "axis", Width: 0.5),
        new("border", Stroke: "axis"),
        new("wrong", Stroke: "wrong", Width: 3),
        new("cross", Stroke: "wrong", Width: 2.5, Css: "stroke-linecap:round"),
        new("box", Fill: "paper", Stroke: "axis", Width: 1.2),
        new("strongbox", Fill: "paper", Stroke: "c", Width: 2),
        new("palebox", Fill: "paper", Stroke: "axis", Width: 1.2, Dashed: true),
        new("head", Fill: "ink", Bold: true),
        new("slope", Fill: "c1", Css: "font-variant-numeric:tabular-nums"),
        new("arrow", Stroke: "axis", Width: 1.4),
        new("arrowhead", Fill: "axis"),
    ];

    private static readonly Dictionary<string, ChartStyle> s_byKind = s_styles.ToDictionary(style => style.Kind);

    /// <summary>The style sheet of all kinds.</summary>
    internal static string Sheet { get; } = SheetOf();

    /// <summary>The class that gives a series its color.</summary>
    internal static string Color(int index) => "c" + (index % Colors).ToString(Markup.Invariant);

    /// <summary>The style of a mark whose kind may be followed by a color class.</summary>
    internal static ChartStyle Of(string kind)
    {
        var space = kind.IndexOf(' ', StringComparison.Ordinal);
        return s_byKind.TryGetValue(space < 0 ? kind : kind[..space], out var style) ? style : s_byKind["cell"];
    }

    /// <summary>The color that a name of the palette has on light pages, for a mark of a kind; null for none.</summary>
    internal static Rgb? Light(string name, string kind)
    {
        if (name == "none")
        {
            return null;
        }

        name = name == "c" ? kind[(kind.LastIndexOf(' ') + 1)..] : name;
        return name[0] == '#' ? Rgb.Of(Convert.ToUInt32(name[1..], 16)) : Rgb.Of(s_palette.First(color => color.Name == name).Light);
    }

    private static string SheetOf()
    {
        var css = new StringBuilder("\n.autograd-chart{");
        Palette(color => color.Light);
        css.Append("display:block;width:100%;height:auto;").Append(Markup.Invariant, $"font:{TextSize}px {Fonts}}}\n@media(prefers-color-scheme:dark){{.autograd-chart{{");
        Palette(color => color.Dark);
        css.Append("}}\n");
        foreach (var style in s_styles)
        {
            css.Append(Markup.Invariant, $".autograd-chart .{style.Kind}{{{style.Rule()}}}\n");
        }

        foreach (var index in Enumerable.Range(0, Colors))
        {
            css.Append(Markup.Invariant, $".autograd-chart .c{index}{{--c:var(--c{index})}}\n");
        }

        // Colored areas below lines and points must not outshine them.
        css.Append("@media(prefers-color-scheme:dark){.autograd-chart .area{opacity:.5}}\n");

        return css.Append(".autograd-chart .quiet:hover{fill-opacity:1}\n").ToString();

        void Palette(Func<(string Name, uint Light, uint Dark), uint> shade)
        {
            foreach (var color in s_palette)
            {
                css.Append(Markup.Invariant, $"--{color.Name}:{Rgb.Of(shade(color))};");
            }
        }
    }

    private string Rule()
    {
        var rule = new StringBuilder();
        if (Size > 0 || Fill != "none" || Stroke != "none")
        {
            rule.Append(Markup.Invariant, $"fill:{Reference(Fill)};");
        }

        rule.Append(FillOpacity < 1 ? string.Create(Markup.Invariant, $"fill-opacity:{FillOpacity};") : "");
        rule.Append(Stroke != "none" ? string.Create(Markup.Invariant, $"stroke:{Reference(Stroke)};stroke-width:{Width};") : "");
        rule.Append(StrokeOpacity < 1 ? string.Create(Markup.Invariant, $"stroke-opacity:{StrokeOpacity};") : "");
        rule.Append(Dashed ? "stroke-dasharray:6 5;" : "");
        rule.Append(Size > 0 ? string.Create(Markup.Invariant, $"font-size:{Size}px;") : "");
        return rule.Append(Bold ? "font-weight:600;" : "").Append(Css).ToString().TrimEnd(';');
    }

    private static string Reference(string name) => name is "none" || name[0] == '#' ? name : $"var(--{name})";
}
