namespace Autograd;

/// <summary>Where examples enter a graph of layers, or a <see cref="Sequential"/>.</summary>
public sealed class Input : Layer
{
    private readonly Node _node;

    /// <param name="shape">The shape of one example, without the batch axis.</param>
    /// <param name="dtype">Its type, e.g. Int32 for an <c>Embedding</c>.</param>
    /// <param name="name">The name.</param>
    public Input(Shape shape, DType dtype = DType.Float32, string? name = null) : base(NotNull(shape), name)
    {
        DType = dtype;
        Dtype = dtype;
        _node = Node.Start(this, Tensor.Zeros(Shape.Of([1, .. shape]), dtype));
    }

    /// <summary>The shape of one example.</summary>
    public Shape Shape => InputShape!;

    /// <summary>The type of the examples.</summary>
    public DType Dtype { get; }

    private static Shape NotNull(Shape shape)
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

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training) => x.Rank == Shape.Rank + 1
        ? x
        : throw new ShapeException($"an input of shape {x.Shape}; expected a batch of examples of shape {Shape}.");
}
