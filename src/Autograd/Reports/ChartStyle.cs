namespace Autograd.Reports;

/// <summary>The look of a chart: the Okabe-Ito colours, which colour-blind readers can tell apart, and lighter ones for dark pages.</summary>
internal static class ChartStyle
{
    /// <summary>How many colours there are before they repeat.</summary>
    internal const int Colours = 7;

    /// <summary>The class that gives a series its colour.</summary>
    internal static string Colour(int index) => "c" + (index % Colours).ToString(Markup.Invariant);

    internal const string Css = """

        .autograd-chart{--ink:#1f2933;--soft:#5f6b7a;--grid:#e7eaef;--axis:#9aa5b1;--paper:#fff;
        --c0:#0072b2;--c1:#d55e00;--c2:#009e73;--c3:#b8558c;--c4:#e69f00;--c5:#56b4e9;--c6:#52606d;
        display:block;width:100%;height:auto;font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
        @media(prefers-color-scheme:dark){.autograd-chart{--ink:#e6e9ee;--soft:#a3adba;--grid:#2c333d;--axis:#626e7c;--paper:#1b2027;
        --c0:#56b4e9;--c1:#ff9248;--c2:#2ec99c;--c3:#e59cc7;--c4:#f0e442;--c5:#7f9cff;--c6:#c3ccd6}}
        .autograd-chart .paper{fill:var(--paper)}
        .autograd-chart .title{font-size:15px;font-weight:600;fill:var(--ink)}
        .autograd-chart .name{fill:var(--ink)}
        .autograd-chart .tick{fill:var(--soft);font-variant-numeric:tabular-nums}
        .autograd-chart .label{fill:var(--soft);text-anchor:middle}
        .autograd-chart .grid{stroke:var(--grid);fill:none}
        .autograd-chart .axis{stroke:var(--axis);fill:none}
        .autograd-chart .line{fill:none;stroke:var(--c);stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
        .autograd-chart .dashed{stroke-dasharray:6 5}
        .autograd-chart .marker{fill:var(--c);stroke:transparent;stroke-width:8;pointer-events:all}
        .autograd-chart .quiet{fill-opacity:0}
        .autograd-chart .quiet:hover{fill-opacity:1}
        .autograd-chart .point{fill:var(--c);fill-opacity:.75;stroke:var(--paper);stroke-width:.6}
        .autograd-chart .cloud{fill:none;stroke:var(--c);stroke-opacity:.6;stroke-width:5;stroke-linecap:round}
        .autograd-chart .c0{--c:var(--c0)}
        .autograd-chart .c1{--c:var(--c1)}
        .autograd-chart .c2{--c:var(--c2)}
        .autograd-chart .c3{--c:var(--c3)}
        .autograd-chart .c4{--c:var(--c4)}
        .autograd-chart .c5{--c:var(--c5)}
        .autograd-chart .c6{--c:var(--c6)}

        """;
}
