namespace Autograd;

/// <summary>
/// One part of an index in brackets: a position (<c>2</c>, <c>^1</c>), a range (<c>1..3</c>), a range with a step, a new axis, the ellipsis, a tensor of
/// positions, or a tensor of bools.
/// Immutable; threads may share it.
/// </summary>
public readonly struct TensorIndex
{
    internal enum Kind : byte
    {
        Position,
        Range,
        NewAxis,
        Ellipsis,
        Tensor,
    }

    private TensorIndex(Kind kind, Index position = default, Range range = default, int step = 1, Tensor? tensor = null)
    {
        What = kind;
        Position = position;
        Range = range;
        Step = step;
        Tensor = tensor;
    }

    internal Kind What { get; }

    internal Index Position { get; }

    internal Range Range { get; }

    internal int Step { get; }

    internal Tensor? Tensor { get; }

    /// <summary>An axis of extent 1 in the result.</summary>
    public static TensorIndex NewAxis { get; } = new(Kind.NewAxis);

    /// <summary>All the axes that the rest of the index does not name.</summary>
    public static TensorIndex Ellipsis { get; } = new(Kind.Ellipsis);

    /// <summary>Every <paramref name="step"/>-th element of a range; a negative step walks the range from its end.</summary>
    /// <exception cref="ShapeException">The step is 0.</exception>
    public static TensorIndex Every(Range range, int step) => step != 0
        ? new TensorIndex(Kind.Range, range: range, step: step)
        : throw new ShapeException("Index: the step of a range is 0; it must be positive, or negative to walk backwards.");

    /// <summary>One position; the axis is dropped.</summary>
    /// <exception cref="ShapeException">The position is negative: C# counts from the end with ^.</exception>
    public static implicit operator TensorIndex(int position) => position >= 0
        ? new TensorIndex(Kind.Position, position: position)
        : throw new ShapeException($"Index: position {position} is negative; from the end, write ^{-(long)position}.");

    /// <summary>One position, possibly from the end; the axis is dropped.</summary>
    public static implicit operator TensorIndex(Index position) => new(Kind.Position, position: position);

    /// <summary>A range of positions. As in Python, ends beyond the axis are cut off.</summary>
    public static implicit operator TensorIndex(Range range) => new(Kind.Range, range: range);

    /// <summary>Positions (integers), or a mask (bools).</summary>
    public static implicit operator TensorIndex(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return new TensorIndex(Kind.Tensor, tensor: tensor);
    }
}
