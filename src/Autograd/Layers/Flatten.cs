namespace Autograd;

/// <summary>Flattens each example: [batch, ...] to [batch, n].</summary>
public sealed class Flatten(Shape? inputShape = null, string? name = null) : Layer(inputShape, name)
{
    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training) => x.Rank switch
    {
        0 => throw new ShapeException("a scalar has no batch axis."),
        1 => x.ExpandDims(1),
        2 => x.AsValue(),
        _ => x.Reshape([x.Shape[0], x.Shape.Skip(1).Aggregate(1, (product, extent) => product * extent)]),
    };
}
