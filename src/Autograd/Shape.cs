using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Autograd;

/// <summary>The extents of a tensor along its axes; immutable. Written <c>[2, 3]</c>; a scalar has shape <c>[]</c>. Immutable; threads may share it.</summary>
[CollectionBuilder(typeof(Shape), nameof(Of))]
public sealed class Shape : IReadOnlyList<int>, IEquatable<Shape>
{
    /// <summary>The most axes a tensor can have.</summary>
    public const int MaxRank = 32;

    /// <summary>The shape of a scalar.</summary>
    public static readonly Shape Scalar = new([], 1);

    private static readonly Shape?[] s_recent = new Shape?[256];

    private readonly int[] _dimensions;

    private Shape(int[] dimensions, int size)
    {
        _dimensions = dimensions;
        Size = size;
    }

    /// <summary>The number of axes.</summary>
    public int Rank => _dimensions.Length;

    /// <summary>The number of elements: the product of the extents, 1 for a scalar.</summary>
    public int Size { get; }

    /// <summary>The extent of an axis, counted from the front.</summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public int this[int axis] => (uint)axis < (uint)_dimensions.Length ? _dimensions[axis] : throw NoAxis(axis.ToString(CultureInfo.InvariantCulture));

    /// <summary>The extent of an axis, which may be counted from the end: <c>shape[^1]</c>.</summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public int this[Index axis] => axis.GetOffset(Rank) is var place && (uint)place < (uint)_dimensions.Length ? _dimensions[place] : throw NoAxis(axis.ToString());

    /// <summary>The number of axes, <see cref="Rank"/>, under the name that C#'s list patterns ask for: <c>shape is [_, 784]</c>.</summary>
    public int Count => Rank;

    internal ReadOnlySpan<int> Dimensions => _dimensions;

    /// <summary>A shape of the given extents.</summary>
    /// <exception cref="ShapeException">An extent is negative, there are more than 32, or their product exceeds the largest array.</exception>
    public static Shape Of(params ReadOnlySpan<int> dimensions)
    {
        if (dimensions.Length == 0)
        {
            return Scalar;
        }
        if (dimensions.Length > 2)
        {
            return new Shape(dimensions.ToArray(), CountOf(dimensions));
        }
        // A training step makes the same few vectors and matrices over and over.
        var hash = dimensions.Length == 1 ? dimensions[0] : (dimensions[0] * 31) + dimensions[1] + 7;
        ref var recent = ref s_recent[hash & (s_recent.Length - 1)];
        var shape = recent;
        if (shape is null || !dimensions.SequenceEqual(shape._dimensions))
        {
            recent = shape = new Shape(dimensions.ToArray(), CountOf(dimensions));
        }
        return shape;
    }

    /// <summary>The extent of an axis, which was computed wide enough.</summary>
    /// <exception cref="ShapeException">It is more than an axis can have.</exception>
    internal static int Extent(Int128 extent, string operation) => extent <= Array.MaxLength
        ? (int)extent
        : throw new ShapeException($"{operation}: an axis would have {extent} elements; the most is {Array.MaxLength}.");

    private ShapeException NoAxis(string axis) => new(Rank == 0
        ? $"Shape: there is no axis {axis}; a scalar has no axes."
        : $"Shape: there is no axis {axis} in {this}, whose axes are 0 to {Rank - 1}, or from the end ^{Rank} to ^1.");

    // For results whose size is already known to be valid, such as a permutation of an existing shape.
    internal static Shape Trusted(int[] dimensions, int size) => new(dimensions, size);

    private static int CountOf(ReadOnlySpan<int> dimensions)
    {
        if (dimensions.Length > MaxRank)
        {
            throw new ShapeException($"Shape: {dimensions.Length} axes are more than the {MaxRank} a tensor can have.");
        }
        long count = 1;
        var empty = false;
        foreach (var extent in dimensions)
        {
            if (extent < 0)
            {
                throw new ShapeException($"Shape: the extents {Format(dimensions)} contain {extent}; an extent is 0 or more.");
            }
            empty |= extent == 0;
        }
        if (empty)
        {
            return 0;
        }
        foreach (var extent in dimensions)
        {
            count *= extent;
            if (count > Array.MaxLength)
            {
                throw new ShapeException($"Shape: {Format(dimensions)} has more than {Array.MaxLength} elements, the most a tensor can hold.");
            }
        }
        return (int)count;
    }

    /// <summary>A shape of one axis.</summary>
    public static implicit operator Shape(int extent) => Of(extent);

    /// <summary>A shape of the given extents.</summary>
    public static implicit operator Shape(int[] dimensions)
    {
        ArgumentNullException.ThrowIfNull(dimensions);
        return Of(dimensions);
    }

    /// <summary>The extents of a matrix: <c>var (rows, columns) = x.Shape</c>.</summary>
    /// <exception cref="ShapeException">There are more axes or fewer.</exception>
    public void Deconstruct(out int first, out int second)
    {
        RequireRank(2);
        (first, second) = (_dimensions[0], _dimensions[1]);
    }

    /// <summary>The extents of three axes: <c>var (batch, steps, channels) = x.Shape</c>.</summary>
    /// <exception cref="ShapeException">There are more axes or fewer.</exception>
    public void Deconstruct(out int first, out int second, out int third)
    {
        RequireRank(3);
        (first, second, third) = (_dimensions[0], _dimensions[1], _dimensions[2]);
    }

    /// <summary>The extents of four axes: <c>var (batch, rows, columns, channels) = x.Shape</c>.</summary>
    /// <exception cref="ShapeException">There are more axes or fewer.</exception>
    public void Deconstruct(out int first, out int second, out int third, out int fourth)
    {
        RequireRank(4);
        (first, second, third, fourth) = (_dimensions[0], _dimensions[1], _dimensions[2], _dimensions[3]);
    }

    private void RequireRank(int rank)
    {
        if (Rank != rank)
        {
            throw new ShapeException($"Shape: {this} has {Rank} axes, and is taken apart into {rank}.");
        }
    }

    /// <summary>The extents as a new array.</summary>
    public int[] ToArray() => [.. _dimensions];

    /// <summary>Whether both shapes have the same extents.</summary>
    public bool Equals(Shape? other) =>
        ReferenceEquals(this, other) || (other is not null && _dimensions.AsSpan().SequenceEqual(other._dimensions));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Shape);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var extent in _dimensions)
        {
            hash.Add(extent);
        }
        return hash.ToHashCode();
    }

    /// <summary>Whether both shapes have the same extents.</summary>
    public static bool operator ==(Shape? left, Shape? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Whether the shapes differ.</summary>
    public static bool operator !=(Shape? left, Shape? right) => !(left == right);

    /// <summary>The extents in order.</summary>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)_dimensions).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The shape as it is written: <c>[2,3]</c>.</summary>
    public override string ToString() => Format(_dimensions);

    internal static string Format(ReadOnlySpan<int> dimensions)
    {
        var text = new DefaultInterpolatedStringHandler(0, 0, System.Globalization.CultureInfo.InvariantCulture);
        text.AppendLiteral("[");
        for (var i = 0; i < dimensions.Length; i++)
        {
            if (i > 0)
            {
                text.AppendLiteral(",");
            }
            text.AppendFormatted(dimensions[i]);
        }
        text.AppendLiteral("]");
        return text.ToStringAndClear();
    }

    /// <summary>The strides, in elements, of a row-major tensor of this shape.</summary>
    internal int[] RowMajorStrides()
    {
        var strides = new int[Rank];
        var stride = 1;
        for (var axis = Rank - 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride *= Math.Max(_dimensions[axis], 1);
        }
        return strides;
    }

    /// <summary>The front-based index of <paramref name="axis"/>, which counts from the end when negative.</summary>
    internal int Axis(int axis, string operation) => axis >= -Rank && axis < Rank
        ? (axis < 0 ? axis + Rank : axis)
        : throw new ShapeException(Rank == 0
            ? $"{operation}: axis {axis} of a scalar; a scalar has no axes."
            : $"{operation}: axis {axis} is out of range for shape {this}; axes go from {-Rank} to {Rank - 1}.");

    /// <summary>The shape both operands stretch to under NumPy's rule: align at the right; extents are equal or one of them is 1.</summary>
    internal static Shape Broadcast(Shape a, Shape b, string operation)
    {
        if (ReferenceEquals(a, b) || b.Rank == 0)
        {
            return a;
        }
        if (a.Rank == 0)
        {
            return b;
        }
        var rank = Math.Max(a.Rank, b.Rank);
        Span<int> result = stackalloc int[rank];
        // Mostly one of the two is the result; then it serves as such.
        bool isA = rank == a.Rank, isB = rank == b.Rank;
        for (var i = 1; i <= rank; i++)
        {
            var left = i <= a.Rank ? a[a.Rank - i] : 1;
            var right = i <= b.Rank ? b[b.Rank - i] : 1;
            if (left != right && left != 1 && right != 1)
            {
                throw new ShapeException($"{operation}: shapes {a} and {b} do not broadcast: {left} and {right} at axis {rank - i} of the result (extents must be equal, or one of them 1).");
            }
            var extent = left == 1 ? right : left;
            result[rank - i] = extent;
            isA &= extent == left;
            isB &= extent == right;
        }
        return isA ? a : isB ? b : Of(result);
    }

    /// <summary>This shape with <paramref name="axes"/> (front-based) removed, or kept with extent 1.</summary>
    internal Shape Reduced(AxisSet axes, bool keepDims)
    {
        var rank = 0;
        Span<int> result = stackalloc int[MaxRank];
        for (var axis = 0; axis < Rank; axis++)
        {
            if (!axes.Contains(axis))
            {
                result[rank++] = _dimensions[axis];
            }
            else if (keepDims)
            {
                result[rank++] = 1;
            }
        }
        return Of(result[..rank]);
    }

    /// <summary>This shape with the extent of one axis changed.</summary>
    internal Shape With(int axis, int extent)
    {
        var dimensions = ToArray();
        dimensions[axis] = extent;
        return Of(dimensions);
    }
}
