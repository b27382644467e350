using System.Diagnostics;
using System.Globalization;
using System.Text;
using Autograd.Serialization;

namespace Autograd.Reports;

/// <summary>
/// One static HTML page of paragraphs, charts and tables, in the order in which they were added.
/// It needs no script, no network and no other file, so it can be kept beside the model it reports on.
/// Threads: one at a time.
/// </summary>
public sealed class ReportPage
{
    private const string Css = """

        :root{--ink:#1f2933;--soft:#5f6b7a;--rule:#dfe3e8;--paper:#fff;--ground:#f5f6f8}
        @media(prefers-color-scheme:dark){:root{--ink:#e6e9ee;--soft:#a3adba;--rule:#343c47;--paper:#1b2027;--ground:#12161b}}
        body{margin:0 auto;padding:2rem 1.25rem 3rem;max-width:68rem;background:var(--ground);color:var(--ink);
        font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
        h1{font-size:1.6rem;line-height:1.25;margin:0 0 .75rem;overflow-wrap:anywhere}
        p{margin:.75rem 0;max-width:46rem;white-space:pre-line;overflow-wrap:anywhere}
        h2{font-size:1.2rem;line-height:1.3;margin:1.75rem 0 .5rem;overflow-wrap:anywhere}
        .charts{display:grid;grid-template-columns:minmax(0,1fr);gap:1rem;margin:1rem 0}
        .chart,.table{border:1px solid var(--rule);border-radius:9px;background:var(--paper)}
        .chart{margin:0;min-width:0}
        .chart:only-child{width:100%;max-width:37rem;justify-self:center;box-sizing:border-box}
        .chart img{display:block;max-width:100%;height:auto;margin:auto}
        figcaption{padding:.5rem 1rem .75rem;color:var(--soft);font-size:.875rem}
        .together{margin:1.25rem 0 -.5rem;font-weight:600}
        @media(min-width:56rem){.charts{grid-template-columns:repeat(2,minmax(0,1fr))}
        .chart:last-child:nth-child(odd){grid-column:1/-1;width:calc(50% - .5rem);justify-self:center;box-sizing:border-box}
        .charts>.chart:only-child{width:min(100%,37rem)}}
        .table{margin:1rem 0;width:fit-content;max-width:100%;box-sizing:border-box;overflow-x:auto}
        table{border-collapse:collapse}
        th,td{padding:.45rem 1rem;text-align:left;border-bottom:1px solid var(--rule)}
        th{font-weight:600;font-size:.875rem;color:var(--soft)}
        tbody tr:last-child td{border-bottom:0}
        .number{text-align:right;font-variant-numeric:tabular-nums}
        @media(max-width:30rem){body{padding:1.25rem .75rem 2rem}table{font-size:.875rem}th,td{padding:.4rem .5rem}}
        @media print{body{background:none}.chart,.table,tr{break-inside:avoid}}

        """;

    private readonly string _title;
    private readonly List<object> _parts = [];

    /// <summary>Starts an empty page.</summary>
    /// <param name="title">The heading of the page and of its browser tab.</param>
    public ReportPage(string title)
    {
        ArgumentNullException.ThrowIfNull(title);
        _title = title;
    }

    /// <summary>Adds a paragraph, as <see cref="AddText"/> does.</summary>
    public ReportPage Add(string text) => AddText(text);

    /// <summary>Adds a chart, as <see cref="AddChart"/> does.</summary>
    public ReportPage Add(Chart chart) => AddChart(chart);

    /// <summary>Adds a table, as <see cref="AddTable"/> does.</summary>
    public ReportPage Add(IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<string>> rows) => AddTable(headers, rows);

    /// <summary>Adds a heading within the page.</summary>
    /// <param name="text">Plain text, in which markup has no meaning.</param>
    /// <returns>This page.</returns>
    public ReportPage AddHeading(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return With(new Heading(text));
    }

    /// <summary>Adds a paragraph; line breaks in it are kept.</summary>
    /// <param name="text">Plain text, in which markup has no meaning.</param>
    /// <returns>This page.</returns>
    public ReportPage AddText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return With(text);
    }

    /// <summary>
    /// Adds a chart; charts added one after another stand side by side where the window is wide enough.
    /// A chart is drawn when the page is written, so a page can be saved again while a training adds to its charts.
    /// </summary>
    /// <param name="chart">The chart.</param>
    /// <returns>This page.</returns>
    public ReportPage AddChart(Chart chart)
    {
        ArgumentNullException.ThrowIfNull(chart);
        return With(chart);
    }

    /// <summary>Adds a table; columns in which every cell is a number are set flush right.</summary>
    /// <param name="headers">The names of the columns.</param>
    /// <param name="rows">The rows, each with a cell for every column.</param>
    /// <returns>This page.</returns>
    /// <exception cref="ArgumentException">A row has more or fewer cells than there are columns.</exception>
    public ReportPage AddTable(IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<string>> rows)
    {
        ArgumentNullException.ThrowIfNull(headers);
        ArgumentNullException.ThrowIfNull(rows);
        string[][] copied = [.. rows.Select(row => row?.ToArray() ?? throw new ArgumentNullException(nameof(rows), "A row of the table is null."))];
        foreach (var (number, row) in copied.Index())
        {
            if (row.Length != headers.Count)
            {
                throw new ArgumentException($"Row {number} of the table has {row.Length} cells for {headers.Count} columns.", nameof(rows));
            }
        }

        if (headers.Contains(null!) || copied.Any(row => row.Contains(null)))
        {
            throw new ArgumentNullException(headers.Contains(null!) ? nameof(headers) : nameof(rows), "A cell of the table is null.");
        }

        return With(new Table([.. headers], copied));
    }

    /// <summary>Adds a drawing of one's own. It is shown as an image: scripts in it do not run, and its names do not meet those of other drawings.</summary>
    /// <param name="svg">An <c>svg</c> element with its namespace, as in a file.</param>
    /// <param name="caption">What stands below it, and for readers who cannot see it; may be empty.</param>
    /// <returns>This page.</returns>
    /// <exception cref="ValueException">The text holds no <c>svg</c> element with the namespace of SVG.</exception>
    public ReportPage AddSvg(string svg, string caption = "")
    {
        ArgumentNullException.ThrowIfNull(svg);
        ArgumentNullException.ThrowIfNull(caption);
        if (!svg.Contains("<svg", StringComparison.Ordinal) || !svg.Contains("http://www.w3.org/2000/svg", StringComparison.Ordinal))
        {
            throw new ValueException("AddSvg takes a whole drawing: an <svg> element with xmlns=\"http://www.w3.org/2000/svg\".");
        }

        return With(new Image("image/svg+xml", Encoding.UTF8.GetBytes(svg), caption));
    }

    /// <summary>Adds an image of one's own.</summary>
    /// <param name="png">The content of a PNG file.</param>
    /// <param name="caption">What stands below it, and for readers who cannot see it; may be empty.</param>
    /// <returns>This page.</returns>
    /// <exception cref="ValueException">The bytes do not begin as a PNG file does.</exception>
    public ReportPage AddPng(ReadOnlySpan<byte> png, string caption = "")
    {
        ArgumentNullException.ThrowIfNull(caption);
        return png.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G'])
            ? With(new Image("image/png", png.ToArray(), caption))
            : throw new ValueException("AddPng takes the content of a PNG file, which begins with the bytes 89 50 4E 47.");
    }

    /// <summary>The whole page as HTML.</summary>
    /// <returns>A document that reads the same in every culture.</returns>
    public string ToHtml()
    {
        var html = new StringBuilder();
        html.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n");
        html.Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<meta name=\"color-scheme\" content=\"light dark\"/>\n");
        html.Append(Markup.Invariant, $"<title>{Markup.Escape(_title)}</title>\n<style>{Css}</style>\n</head>\n<body>\n<h1>{Markup.Escape(_title)}</h1>\n");
        for (var i = 0; i < _parts.Count; i++)
        {
            switch (_parts[i])
            {
                case string text:
                    html.Append(Markup.Invariant, $"<p>{Markup.Escape(text)}</p>\n");
                    break;
                case Heading heading:
                    html.Append(Markup.Invariant, $"<h2>{Markup.Escape(heading.Text)}</h2>\n");
                    break;
                case Table table:
                    table.Write(html);
                    break;
                case Image image:
                    image.Write(html);
                    break;
                case Chart chart when chart.Parts() is { Count: > 1 } parts:
                    var clock = chart as Animation;
                    html.Append(clock?.Title.Length > 0 ? $"<p class=\"together\">{Markup.Escape(clock.Title)}</p>\n" : "");
                    html.Append("<div").Append(clock is null ? "" : " " + clock.Clock).Append(">\n<div class=\"charts\">\n");
                    foreach (var part in parts)
                    {
                        Write(html, part);
                    }

                    html.Append("</div>\n</div>\n");
                    break;
                case Chart chart:
                    html.Append(i > 0 && StandsInRow(_parts[i - 1]) ? "" : "<div class=\"charts\">\n");
                    Write(html, chart);
                    html.Append(i + 1 < _parts.Count && StandsInRow(_parts[i + 1]) ? "" : "</div>\n");
                    break;
            }
        }

        return html.Append("</body>\n</html>\n").ToString();
    }

    /// <summary>Saves the page and opens it in the reader's browser; where there is none, it is saved all the same.</summary>
    /// <param name="path">The file, in a folder that exists; a new one among the temporary files by default.</param>
    /// <returns>The full path of the file.</returns>
    /// <exception cref="FileException">The file cannot be written.</exception>
    public string Show(string? path = null)
    {
        path = Save(path ?? Path.Combine(Path.GetTempPath(), $"report-{Guid.NewGuid():N}.html"));
        try
        {
            using var browser = Process.Start(new ProcessStartInfo(path) { UseShellExecute = true });
        }
        catch (Exception error) when (error is System.ComponentModel.Win32Exception or PlatformNotSupportedException or FileNotFoundException or InvalidOperationException)
        {
            // A server has no browser; the page is there to be fetched.
        }

        return path;
    }

    /// <summary>
    /// Writes the page to a file. The file appears whole or not at all: on an error the old one stays as it was.
    /// </summary>
    /// <param name="path">The file, in a folder that exists.</param>
    /// <returns>The full path of the file.</returns>
    /// <exception cref="FileException">The file cannot be written.</exception>
    public string Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var content = Encoding.UTF8.GetBytes(ToHtml());
        AtomicFile.Write(path, stream => stream.Write(content));
        return Path.GetFullPath(path);
    }

    private static bool StandsInRow(object part) => part is Chart chart && chart.Parts().Count == 1;

    private static void Write(StringBuilder html, Chart chart) => html.Append(Markup.Invariant, $"<figure class=\"chart\">\n{chart.ToSvg()}</figure>\n");

    private ReportPage With(object part)
    {
        _parts.Add(part);
        return this;
    }

    private sealed record Heading(string Text);

    private sealed record Image(string Type, byte[] Content, string Caption)
    {
        internal void Write(StringBuilder html)
        {
            html.Append("<div class=\"charts\">\n<figure class=\"chart\"><img alt=\"").Append(Markup.Escape(Caption));
            html.Append("\" src=\"data:").Append(Type).Append(";base64,").Append(Convert.ToBase64String(Content)).Append("\"/>");
            html.Append(Caption.Length > 0 ? $"<figcaption>{Markup.Escape(Caption)}</figcaption>" : "").Append("</figure>\n</div>\n");
        }
    }

    private sealed record Table(string[] Headers, string[][] Rows)
    {
        internal void Write(StringBuilder html)
        {
            bool[] numeric = [.. Headers.Select((_, column) => Rows.Length > 0 && Rows.All(row => IsNumber(row[column])))];
            html.Append("<div class=\"table\">\n<table>\n<thead>\n");
            WriteRow(html, Headers, numeric, "th");
            html.Append("</thead>\n<tbody>\n");
            foreach (var row in Rows)
            {
                WriteRow(html, row, numeric, "td");
            }

            html.Append("</tbody>\n</table>\n</div>\n");
        }

        private static void WriteRow(StringBuilder html, string[] cells, bool[] numeric, string element)
        {
            html.Append("<tr>");
            foreach (var (column, cell) in cells.Index())
            {
                html.Append(Markup.Invariant, $"<{element}{(numeric[column] ? " class=\"number\"" : "")}>{Markup.Escape(cell)}</{element}>");
            }

            html.Append("</tr>\n");
        }

        private static bool IsNumber(string cell)
            => double.TryParse(cell.TrimEnd('%', ' '), NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out _);
    }
}
