namespace Autograd.Reports;

/// <summary>Draws lines and points of series, alike in every chart that has them.</summary>
internal static class SeriesMarks
{
    /// <summary>With more points than this, a series is drawn without a hover text for each point.</summary>
    private const int MostMarkers = 200;

    // With more points than this, the dots would hide the line, so they show on hover alone.
    private const int MostVisibleMarkers = 30;

    // In a crowd, one point in each cell of this many units stands for those it would cover anyway.
    private const double CrowdCell = 4;
    private const int Crowd = 2000;

    private static readonly (double X, double Y)[][] s_shapes =
    [
        [.. Enumerable.Range(0, 16).Select(i => (3.7 * Math.Cos(i * Math.PI / 8), 3.7 * Math.Sin(i * Math.PI / 8)))],
        [(-4.3, 3.2), (4.3, 3.2), (0, -4.5)],
        [(-3.3, -3.3), (3.3, -3.3), (3.3, 3.3), (-3.3, 3.3)],
        [(0, -4.7), (4.7, 0), (0, 4.7), (-4.7, 0)],
    ];

    internal static bool ShowsMarkers(Series series) => series.Kind != SeriesKind.Points && series.Count <= MostVisibleMarkers;

    internal static void Draw(Picture picture, Frame frame, Series series, int index, bool markers, Func<double, double, string> hover)
    {
        if (series.Kind == SeriesKind.Points)
        {
            DrawPoints(picture, frame, series, index, hover);
        }
        else
        {
            DrawLine(picture, frame, series, index, markers, hover);
        }
    }

    internal static void DrawKey(Picture picture, Series series, int index, double x, double y)
    {
        if (series.Kind != SeriesKind.Points)
        {
            picture.Line(LineKind(index), x + 1, y, x + 18, y);
        }
        else if (series.Count <= MostMarkers)
        {
            picture.Path($"point {ChartStyle.Color(index)}", Shape(index, x + 10, y), closed: true);
        }
        else
        {
            picture.Path($"cloud {ChartStyle.Color(index)}", [(x + 10, y)]);
        }
    }

    private static void DrawLine(Picture picture, Frame frame, Series series, int index, bool markers, Func<double, double, string> hover)
    {
        var points = Decimation.Points(series, frame);
        if (points.Count == 0)
        {
            return;
        }

        frame.Inside(picture, inside => inside.Path(LineKind(index), series.Kind == SeriesKind.Steps ? Steps(points) : points, series.Name));
        if (!markers || series.Count > MostMarkers)
        {
            return;
        }

        var kind = points.Count > MostVisibleMarkers ? "quiet marker" : "marker";
        foreach (var (i, x, y, _) in points.Where(point => frame.Contains(series.Xs[point.Index], series.Ys[point.Index])))
        {
            picture.Circle($"{kind} {ChartStyle.Color(index)}", x, y, 3, hover(series.Xs[i], series.Ys[i]));
        }
    }

    /// <summary>A value holds until the next one.</summary>
    private static List<DrawnPoint> Steps(List<DrawnPoint> points)
    {
        var steps = new List<DrawnPoint>();
        foreach (var point in points)
        {
            if (!point.StartsPiece)
            {
                steps.Add(point with { Y = steps[^1].Y });
            }

            steps.Add(point);
        }

        return steps;
    }

    private static void DrawPoints(Picture picture, Frame frame, Series series, int index, Func<double, double, string> hover)
    {
        var shown = Enumerable.Range(0, series.Count)
            .Where(i => frame.Contains(series.Xs[i], series.Ys[i]))
            .Select(i => (X: frame.X(series.Xs[i]), Y: frame.Y(series.Ys[i]), Index: i));
        if (series.Count <= MostMarkers)
        {
            foreach (var (x, y, i) in shown)
            {
                picture.Path($"point {ChartStyle.Color(index)}", Shape(index, x, y), hover(series.Xs[i], series.Ys[i]), closed: true);
            }

            return;
        }

        var points = series.Count <= Crowd ? shown : shown.DistinctBy(point => ((int)(point.X / CrowdCell), (int)(point.Y / CrowdCell)));
        picture.Path($"cloud {ChartStyle.Color(index)}", [.. points.Select(point => new DrawnPoint(point.Index, point.X, point.Y, true))], series.Name);
    }

    private static IEnumerable<(double X, double Y)> Shape(int index, double x, double y)
        => s_shapes[index % s_shapes.Length].Select(corner => (x + corner.X, y + corner.Y));

    /// <summary>When the colors are used up, they come again with dashes.</summary>
    private static string LineKind(int index)
        => index / ChartStyle.Colors % 2 == 0 ? $"line {ChartStyle.Color(index)}" : $"dashed {ChartStyle.Color(index)}";
}
