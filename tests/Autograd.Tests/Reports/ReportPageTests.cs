using System.Xml.Linq;
using Autograd.Reports;

namespace Autograd.Tests.Reports;

public sealed class ReportPageTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("reports").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Text_title_and_cells_are_escaped()
    {
        const string text = "<script>alert('x')</script> & more";
        var html = new ReportPage(text).AddText(text).AddTable([text], [[text]]).ToHtml();
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.Equal(
            [text, text, text, text, text],
            Parse(html).Descendants().Where(one => one.Name.LocalName is "title" or "h1" or "p" or "th" or "td").Select(one => one.Value));
    }

    [Fact]
    public void Parts_keep_their_order_and_neighbouring_charts_share_a_row()
    {
        var chart = new LineChart("c").Add("a", [1, 2]);
        var html = new ReportPage("t").AddChart(chart).AddChart(chart).AddText("x").AddChart(chart).AddTable(["h"], []).ToHtml();
        var parts = Parse(html).Root!.Element("body")!.Elements().Select(part => $"{part.Name}{part.Elements("figure").Count()}");
        Assert.Equal(["h10", "div2", "p0", "div1", "div0"], parts);
    }

    [Fact]
    public void A_chart_is_drawn_when_the_page_is_written()
    {
        var chart = new LineChart("c");
        var page = new ReportPage("t").AddChart(chart);
        chart.Add("added later", [1, 2]);
        Assert.Contains("added later", page.ToHtml(), StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_of_numbers_are_set_flush_right()
    {
        var cells = Parse(new ReportPage("t").AddTable(["a", "b", "c"], [["1.5", "x", "97 %"], ["-2", "3", "1,000"]]).ToHtml())
            .Descendants("th").Select(cell => (string?)cell.Attribute("class"));
        Assert.Equal(["number", null, "number"], cells);
    }

    [Fact]
    public void The_page_asks_for_nothing_from_elsewhere()
    {
        var html = new ReportPage("t").AddChart(new LineChart("c").Add("a", [1])).ToHtml().Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal);
        Assert.All(["http", "<script", "<link", "src=", "url(", "@import"], part => Assert.DoesNotContain(part, html, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Every_culture_gives_the_same_page()
    {
        var page = new ReportPage("t").AddChart(new LineChart("c").Add("a", [0.5, 1.5])).AddTable(["a"], [["1.5"], ["2,000"]]);
        var expected = page.ToHtml();
        foreach (var culture in Cultures.Names)
        {
            using var scope = Cultures.Enter(culture);
            Assert.Equal(expected, page.ToHtml());
        }
    }

    [Fact]
    public void Rows_must_fit_the_headers()
        => Assert.Contains(
            "Row 1 of the table has 1 cells for 2 columns.",
            Assert.Throws<ArgumentException>(() => new ReportPage("t").AddTable(["a", "b"], [["1", "2"], ["3"]])).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Null_arguments_are_refused()
    {
        var page = new ReportPage("t");
        Assert.Throws<ArgumentNullException>(() => new ReportPage(null!));
        Assert.Throws<ArgumentNullException>(() => page.AddText(null!));
        Assert.Throws<ArgumentNullException>(() => page.AddChart(null!));
        Assert.Throws<ArgumentNullException>(() => page.AddTable(null!, []));
        Assert.Throws<ArgumentNullException>(() => page.AddTable(["a"], null!));
        Assert.Throws<ArgumentNullException>(() => page.AddTable(["a"], [null!]));
        Assert.Throws<ArgumentNullException>(() => page.AddTable([null!], []));
        Assert.Throws<ArgumentNullException>(() => page.AddTable(["a"], [[null!]]));
        Assert.Throws<ArgumentNullException>(() => page.Save(null!));
    }

    [Fact]
    public void Save_replaces_the_file_and_returns_its_full_path()
    {
        var path = Path.Combine(folder, "report.html");
        File.WriteAllText(path, "old");
        var page = new ReportPage("é 火");
        Assert.Equal(path, page.Save(Path.Combine(folder, ".", "report.html")));
        Assert.Equal(page.ToHtml(), File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public void Save_onto_a_folder_fails_and_leaves_nothing_behind()
    {
        var target = Directory.CreateDirectory(Path.Combine(folder, "report.html")).FullName;
        var inside = Path.Combine(target, "kept.txt");
        File.WriteAllText(inside, "old");
        var error = Record.Exception(() => new ReportPage("t").Save(target));
        Assert.True(error is FileException, $"{error}");
        Assert.Throws<ArgumentException>(() => new ReportPage("t").Save(target + Path.DirectorySeparatorChar));
        Assert.Equal([target, inside], Directory.GetFileSystemEntries(folder, "*", SearchOption.AllDirectories).Order());
        Assert.Equal("old", File.ReadAllText(inside));
    }

    [Fact]
    public void Save_into_a_missing_folder_fails_and_makes_none()
    {
        Assert.Throws<FileException>(() => new ReportPage("t").Save(Path.Combine(folder, "missing", "report.html")));
        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public void Save_below_a_file_fails_and_leaves_that_file()
    {
        var path = Path.Combine(folder, "report.html");
        File.WriteAllText(path, "old");
        Assert.Throws<FileException>(() => new ReportPage("t").Save(Path.Combine(path, "below a file.html")));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(folder));
    }

    private static XDocument Parse(string html) => XDocument.Parse(html);
}
