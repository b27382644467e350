using System.Collections;

namespace Autograd.Reports;

/// <summary>
/// Leaves out the points of a long line that no screen can show. In each pixel column it keeps the first, the lowest,
/// the highest and the last point, so that a single spike among thousands of steps stays visible.
/// </summary>
internal static class Decimation
{
    private const int PerColumn = 4;

    internal static List<DrawnPoint> Points(Series series, Frame frame)
    {
        var columns = (int)(frame.Right - frame.Left);
        var kept = series.Count > PerColumn * columns ? Kept(series, frame, columns) : new BitArray(series.Count, true);
        var points = new List<DrawnPoint>();
        var broken = true;
        for (var i = 0; i < series.Count; i++)
        {
            if (!frame.Accepts(series.Xs[i], series.Ys[i]))
            {
                broken = true;
            }
            else if (kept[i])
            {
                points.Add(new DrawnPoint(i, frame.X(series.Xs[i]), frame.Y(series.Ys[i]), broken));
                broken = false;
            }
        }

        return points;
    }

    private static BitArray Kept(Series series, Frame frame, int columns)
    {
        var (xs, ys) = (series.Xs, series.Ys);
        var ordered = IsOrdered(xs);
        var kept = new BitArray(series.Count);
        var (column, low, high, last) = (-1, -1, -1, -1);
        for (var i = 0; i < series.Count; i++)
        {
            if (!frame.Accepts(xs[i], ys[i]))
            {
                continue;
            }

            // A curve that turns back crosses its pixel columns again and again; it is thinned by equal stretches of its length.
            var here = ordered ? (int)(frame.X(xs[i]) - frame.Left) : (int)((long)i * columns / series.Count);
            if (here != column)
            {
                Close();
                (column, low, high) = (here, i, i);
                kept[i] = true;
            }

            low = ys[i] < ys[low] ? i : low;
            high = ys[i] > ys[high] ? i : high;
            last = i;
        }

        Close();
        return kept;

        void Close()
        {
            if (last >= 0)
            {
                kept[low] = kept[high] = kept[last] = true;
            }
        }
    }

    private static bool IsOrdered(double[] xs)
    {
        var highest = double.NegativeInfinity;
        foreach (var x in xs)
        {
            if (x < highest)
            {
                return false;
            }

            highest = Scale.Accepts(x) ? x : highest;
        }

        return true;
    }
}
