namespace Autograd;

/// <summary>Where examples enter a graph of layers, or a <see cref="Sequential"/>.</summary>
public sealed class Input : Layer
{
    private readonly Node _node;

    /// <param name="shape">The shape of one example, without the batch axis; -1 for an axis of any length.</param>
    /// <param name="dtype">Its type, e.g. Int32 for an <c>Embedding</c>.</param>
    /// <param name="name">The name.</param>
    public Input(InputShape shape, DType dtype = DType.Float32, string? name = null) : base(NotNull(shape), name)
    {
        DType = dtype;
        Dtype = dtype;
        _node = Node.Start(this, Tensor.Zeros(shape.Tried, dtype), shape.Varies ? Tensor.Zeros(shape.Example(InputShape.OtherLengths[0]), dtype) : null);
        VaryingShape = shape.Varies ? shape : null;
    }

    /// <summary>The shape of one example.</summary>
    public InputShape Shape => InputShape!;

    /// <summary>The type of the examples.</summary>
    public DType Dtype { get; }

    private static InputShape NotNull(InputShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return shape;
    }

    /// <summary>The place in the graph.</summary>
    public static implicit operator Node(Input input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input._node;
    }

    // C# looks for operators in a type itself, not in what it converts to.

    /// <inheritdoc cref="Node.operator +(Node, Node)"/>
    public static Node operator +(Input x, Input y) => (Node)x + (Node)y;

    /// <inheritdoc cref="Node.operator -(Node, Node)"/>
    public static Node operator -(Input x, Input y) => (Node)x - (Node)y;

    /// <inheritdoc cref="Node.operator *(Node, Node)"/>
    public static Node operator *(Input x, Input y) => (Node)x * (Node)y;

    /// <inheritdoc cref="Node.operator *(Node, double)"/>
    public static Node operator *(Input x, double factor) => (Node)x * factor;

    /// <inheritdoc cref="Node.operator *(double, Node)"/>
    public static Node operator *(double factor, Input x) => factor * (Node)x;

    /// <inheritdoc cref="Node.operator /(Node, double)"/>
    public static Node operator /(Input x, double divisor) => (Node)x / divisor;

    /// <inheritdoc cref="Node.operator +(Node, double)"/>
    public static Node operator +(Input x, double summand) => (Node)x + summand;

    /// <inheritdoc cref="Node.operator +(double, Node)"/>
    public static Node operator +(double summand, Input x) => summand + (Node)x;

    /// <inheritdoc cref="Node.operator -(Node, double)"/>
    public static Node operator -(Input x, double subtrahend) => (Node)x - subtrahend;

    /// <inheritdoc cref="Node.operator -(double, Node)"/>
    public static Node operator -(double minuend, Input x) => minuend - (Node)x;

    /// <inheritdoc cref="Node.operator -(Node)"/>
    public static Node operator -(Input x) => -(Node)x;

    /// <inheritdoc/>
    protected override bool PassesMask => true;

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training)
    {
        Shape.Require(x, Name);
        return x;
    }
}
