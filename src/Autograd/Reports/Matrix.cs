namespace Autograd.Reports;

/// <summary>A table of numbers, copied from a tensor.</summary>
internal sealed class Matrix
{
    internal Matrix(Tensor values, string chart)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Rank > 2)
        {
            throw new ShapeException($"{chart} takes values of shape [rows, columns], not {values.Shape}.");
        }

        Values = ((ChartValues)values).Array;
        Columns = values.Rank == 0 ? 1 : values.Shape[^1];
        Rows = values.Rank == 2 ? values.Shape[0] : 1;
    }

    internal int Rows { get; }

    internal int Columns { get; }

    internal double[] Values { get; }

    internal double this[int row, int column] => Values[row * Columns + column];

    /// <summary>The smallest and the largest value that can be drawn; (0, 1) where there is none.</summary>
    internal (double Min, double Max) Range
    {
        get
        {
            var drawable = Values.Where(value => Scale.Accepts(value)).ToArray();
            return drawable.Length > 0 ? (drawable.Min(), drawable.Max()) : (0, 1);
        }
    }
}
