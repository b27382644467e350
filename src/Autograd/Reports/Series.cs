namespace Autograd.Reports;

/// <summary>A named run of points, copied from the caller so that later changes there do not reach the chart.</summary>
internal sealed class Series
{
    private Series(string name, double[] xs, double[] ys) => (Name, Xs, Ys) = (name, xs, ys);

    internal string Name { get; }

    internal double[] Xs { get; }

    internal double[] Ys { get; }

    internal int Count => Ys.Length;

    internal static Series From(string name, ReadOnlySpan<double> xs, ReadOnlySpan<double> ys)
    {
        ArgumentNullException.ThrowIfNull(name);
        return xs.Length == ys.Length
            ? new Series(name, xs.ToArray(), ys.ToArray())
            : throw new ArgumentException($"Series '{name}' has {xs.Length} x values but {ys.Length} y values.", nameof(ys));
    }

    internal static Series From(string name, IReadOnlyList<double> xs, IReadOnlyList<double> ys)
    {
        ArgumentNullException.ThrowIfNull(xs);
        ArgumentNullException.ThrowIfNull(ys);
        return From(name, [.. xs], (ReadOnlySpan<double>)[.. ys]);
    }

    /// <summary>The positions 0, 1, 2... for a series given without x values.</summary>
    internal static double[] Positions(int count)
    {
        var positions = new double[count];
        for (var i = 0; i < count; i++)
        {
            positions[i] = i;
        }

        return positions;
    }
}
