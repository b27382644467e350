namespace Autograd.Reports;

/// <summary>Charts side by side. On a page, those that have no room beside each other stand one below the other.</summary>
public sealed class ChartRow : Chart
{
    private const double Gap = 12;

    private readonly Chart[] _charts;

    /// <summary>Puts charts side by side.</summary>
    /// <param name="charts">At least one.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public ChartRow(params Chart[] charts) : base(string.Join(", ", (charts ?? throw new ArgumentNullException(nameof(charts))).Select(chart => chart?.Title).Where(title => title?.Length > 0)))
    {
        foreach (var chart in charts)
        {
            ArgumentNullException.ThrowIfNull(chart, nameof(charts));
        }

        _charts = charts.Length > 0 ? [.. charts] : throw new ArgumentException("A row has at least one chart.", nameof(charts));
    }

    internal override IReadOnlyList<Chart> Parts() => [.. _charts.SelectMany(chart => chart.Parts())];

    internal override Picture Draw() => Beside([.. _charts.Select(chart => chart.Draw())]);

    /// <summary>One picture of several, aligned at the top.</summary>
    internal static Picture Beside(IReadOnlyList<Picture> pictures)
    {
        if (pictures.Count == 1)
        {
            return pictures[0];
        }

        var row = new Picture(pictures.Sum(picture => picture.Width) + Gap * (pictures.Count - 1), pictures.Max(picture => picture.Height));
        row.Rect("paper", 0, 0, row.Width, row.Height, radius: 8);
        var x = 0.0;
        foreach (var picture in pictures)
        {
            row.Place(picture, x, 0);
            x += picture.Width + Gap;
        }

        return row;
    }
}
