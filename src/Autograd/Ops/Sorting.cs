using Autograd.Backends;
using Autograd.Ops;

namespace Autograd;

public partial class Tensor
{
    /// <summary>The positions (int64) of the elements along an axis in order; equal elements keep theirs, and NaN counts as largest.</summary>
    /// <param name="axis">The axis to sort along.</param>
    /// <param name="descending">Whether the largest come first.</param>
    /// <exception cref="ShapeException">The axis is out of range.</exception>
    public Tensor ArgSort(int axis = -1, bool descending = false)
    {
        var along = Shape.Axis(axis, "ArgSort");
        var x = along == Rank - 1 ? this : SwapAxes(along, -1);
        var y = Allocate(DType.Int64, x.Shape, Backend);
        var packed = x.Packed();
        if (y.Size > 0)
        {
            Backend.ArgSort(packed, descending, y.Size / y.Shape[^1], y.Shape[^1], y);
        }
        packed.EndRead();
        x.EndRead();
        EndRead();
        Recording.Active?.Add(new NotDifferentiable("ArgSort"), y, this);
        return along == Rank - 1 ? y : y.SwapAxes(along, -1);
    }

    /// <summary>The elements along an axis in order; equal elements keep theirs, and NaN counts as largest. Each one's gradient goes where it came from.</summary>
    /// <inheritdoc cref="ArgSort"/>
    public Tensor Sort(int axis = -1, bool descending = false) => TakeAlongAxis(ArgSort(Shape.Axis(axis, "Sort"), descending), axis);

    /// <summary>The k largest (or smallest) elements along an axis, in order, and their positions (int64); of equal ones the first.</summary>
    /// <param name="k">How many, at most as many as there are.</param>
    /// <param name="axis">The axis to search along.</param>
    /// <param name="largest">Whether the largest are wanted.</param>
    /// <exception cref="ShapeException">The axis is out of range.</exception>
    /// <exception cref="ValueException">There are not k elements along the axis.</exception>
    public (Tensor Values, Tensor Indices) TopK(int k, int axis = -1, bool largest = true)
    {
        var along = Shape.Axis(axis, "TopK");
        if (k < 0 || k > Shape[along])
        {
            throw new ValueException($"TopK: k is {k}; axis {axis} of shape {Shape} has {Shape[along]} elements.");
        }
        var indices = ArgSort(along, largest).SliceAxis(along, 0, k);
        return (TakeAlongAxis(indices, along), indices);
    }

    /// <summary>
    /// The different elements in ascending order; for each element of this tensor, in its shape, the place of its value among them (int64); and how often each occurs (int64). NaN counts as one
    /// value. The gradient goes to the first element of each value.
    /// </summary>
    public (Tensor Values, Tensor Inverse, Tensor Counts) Unique()
    {
        var flat = Flatten();
        if (flat.Size == 0)
        {
            return (flat, FullOn(Backend, Shape, 0, DType.Int64), FullOn(Backend, [0], 0, DType.Int64));
        }
        Tensor first, inverse, counts;
        using (Recording.Pause())
        {
            var order = flat.ArgSort();
            var sorted = flat.Take(order);
            var (before, after) = (sorted[..^1], sorted[1..]);
            var isNew = Concat([FullOn(Backend, [1], 1, DType.Bool), NotEqual(before, after) & !(IsNaN(before) & IsNaN(after))]);
            var starts = isNew.NonZero().Flatten();
            first = order.Take(starts);
            inverse = FullOn(Backend, [flat.Size], 0, DType.Int64).ScatterAdd(order, isNew.Cast(DType.Int64).CumSum() - 1).Reshape(Shape);
            counts = Concat([starts[1..], FullOn(Backend, [1], flat.Size, DType.Int64)]) - starts;
        }
        return (flat.Take(first), inverse, counts);
    }

    /// <summary>The lower triangles of matrices [..., rows, columns]: 0 above the k-th diagonal, which is the main one for 0 and above it for positive k.</summary>
    /// <exception cref="ShapeException">There are fewer than two axes.</exception>
    public static Tensor Tril(Tensor x, int k = 0) => Triangle("Tril", x, k, lower: true);

    /// <summary>The upper triangles of matrices [..., rows, columns]: 0 below the k-th diagonal, which is the main one for 0 and above it for positive k.</summary>
    /// <inheritdoc cref="Tril"/>
    public static Tensor Triu(Tensor x, int k = 0) => Triangle("Triu", x, k, lower: false);

    private static Tensor Triangle(string name, Tensor x, int k, bool lower)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Rank < 2)
        {
            throw new ShapeException($"{name}: x has shape {x.Shape}; there must be at least two axes, [..., rows, columns].");
        }
        var (rows, columns) = (Arange(x.Shape[^2]).ExpandDims(1).To(x.Device), Arange(x.Shape[^1]).To(x.Device));
        var kept = lower ? columns - rows <= k : columns - rows >= k;
        return Where(kept, x, FullOn(x.Backend, [], 0, x.DType));
    }
}
