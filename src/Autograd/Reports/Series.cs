namespace Autograd.Reports;

/// <summary>How a series is drawn.</summary>
internal enum SeriesKind
{
    Line,
    Steps,
    Points,
}

/// <summary>A named run of points, copied from the caller so that later changes there do not reach the chart.</summary>
internal sealed class Series
{
    /// <exception cref="ArgumentException">The two differ in length.</exception>
    internal Series(string name, ChartValues xs, ChartValues ys, SeriesKind kind)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (xs.Count != ys.Count)
        {
            throw new ArgumentException($"Series '{name}' has {xs.Count} x values but {ys.Count} y values.", nameof(ys));
        }

        (Name, Xs, Ys, Kind) = (name, xs.Array, ys.Array, kind);
    }

    internal string Name { get; }

    internal double[] Xs { get; }

    internal double[] Ys { get; }

    internal SeriesKind Kind { get; }

    internal int Count => Ys.Length;

    /// <summary>The positions 0, 1, 2... for a series given without x values.</summary>
    internal static ChartValues Positions(int count) => ChartValues.From(Enumerable.Range(0, count));
}
