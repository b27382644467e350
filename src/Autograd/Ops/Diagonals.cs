namespace Autograd;

public partial class Tensor
{
    /// <summary>
    /// Of a vector the matrix with it on a diagonal, zeros elsewhere; of matrices [..., rows, columns] their diagonals, [..., length]. As in NumPy.
    /// </summary>
    /// <param name="x">A vector, or one matrix or more.</param>
    /// <param name="k">Which diagonal: 0 the main one, positive above, negative below.</param>
    /// <exception cref="ShapeException">x is a scalar.</exception>
    public static Tensor Diag(Tensor x, int k = 0)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Rank == 0)
        {
            throw new ShapeException("Diag: x is a scalar; it must be a vector, or a matrix or more.");
        }
        if (x.Rank == 1)
        {
            // In a matrix of n columns a diagonal is every n + 1st element: a column in rows one longer.
            var length = x.Shape[0];
            var wanted = length + Math.Abs((long)k);
            if ((Int128)wanted * (wanted + 1) > Array.MaxLength)
            {
                throw new ShapeException($"Diag: a vector of {length} elements on diagonal {k} takes a matrix of {wanted} x {wanted}, more than the {Array.MaxLength} elements that a tensor can hold.");
            }
            var n = (int)wanted;
            var first = k >= 0 ? k : -k * n;
            var spread = x.ExpandDims(1).Pad([(0, 0), (0, n)]).Flatten();
            return spread.Pad([(first, (n * n) - first - (length * (n + 1)))]).Reshape(n, n);
        }
        var (rows, columns) = (x.Shape[^2], x.Shape[^1]);
        var start = k >= 0 ? k : -k * (long)columns;
        var count = Math.Max(0, k >= 0 ? Math.Min(rows, (long)columns - k) : Math.Min(rows + (long)k, columns));
        Shape leading = [.. x.Shape.Dimensions[..^2]];
        if (count == 0)
        {
            return x.Reshape([.. leading, Shape.Extent((long)rows * columns, "Diag")])[Ellipsis, ..0];
        }
        var positions = Arange(start, start + (count * (columns + 1L)), columns + 1L);
        return x.Reshape([.. leading, Shape.Extent((long)rows * columns, "Diag")]).Take(positions, -1);
    }

    /// <summary>The sum of a diagonal of matrices [..., rows, columns]. Sums of bools and int32 are int64.</summary>
    /// <param name="x">One matrix or more.</param>
    /// <param name="k">Which diagonal: see <see cref="Diag"/>.</param>
    /// <exception cref="ShapeException">There are fewer than two axes.</exception>
    public static Tensor Trace(Tensor x, int k = 0)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Rank >= 2 ? Diag(x, k).Sum(-1) : throw new ShapeException($"Trace: x has shape {x.Shape}; there must be at least two axes, [..., rows, columns].");
    }
}
