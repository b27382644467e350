namespace Autograd;

/// <summary>Each example in another shape: [batch, ...] to [batch, targetShape...], in row-major order.</summary>
/// <param name="targetShape">The shape of one result; one extent may be -1 and is worked out.</param>
/// <param name="inputShape">The shape of one example.</param>
/// <param name="name">The name.</param>
public sealed class Reshape(int[] targetShape, InputShape? inputShape = null, string? name = null) : Layer(inputShape, name)
{
    /// <summary>The shape of one result.</summary>
    public int[] TargetShape { get; } = Checked(targetShape);

    private static int[] Checked(int[] targetShape)
    {
        ArgumentNullException.ThrowIfNull(targetShape);
        return targetShape.All(extent => extent >= -1) && targetShape.Count(extent => extent == -1) <= 1
            ? targetShape
            : throw new ValueException($"Reshape: targetShape is {Shape.Format(targetShape)}; extents are 0 or more, and one may be -1.");
    }

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training)
    {
        if (x.Rank == 0)
        {
            throw new ShapeException("a scalar has no batch axis.");
        }
        // Worked out from one example, so that an empty batch has a shape too.
        var example = Ops.Movement.Infer(Shape.Of(x.Shape.Dimensions[1..]), TargetShape);
        return x.Reshape(Shape.Of([x.Shape[0], .. example.Dimensions]));
    }
}

/// <summary>The axes of each example in another order.</summary>
/// <param name="dims">Axis i of the result is axis dims[i] of the input, counted from 1 since the batch is 0: [2, 1] transposes.</param>
/// <param name="inputShape">The shape of one example.</param>
/// <param name="name">The name.</param>
public sealed class Permute(int[] dims, InputShape? inputShape = null, string? name = null) : Layer(inputShape, name)
{
    /// <summary>The order of the axes, counted from 1.</summary>
    public int[] Dims { get; } = Checked(dims);

    private static int[] Checked(int[] dims)
    {
        ArgumentNullException.ThrowIfNull(dims);
        return dims.Order().SequenceEqual(Enumerable.Range(1, dims.Length))
            ? dims
            : throw new ValueException($"Permute: dims is {Shape.Format(dims)}; each axis of an example must be named once, counted from 1.");
    }

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training) => x.Permute([0, .. Dims]);
}

/// <summary>Each example n times over: [batch, features] to [batch, n, features].</summary>
public sealed class RepeatVector(int n, InputShape? inputShape = null, string? name = null) : Layer(inputShape, name)
{
    /// <summary>How often.</summary>
    public int N { get; } = AtLeast(1, n, "RepeatVector: n");

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training) => x.Rank == 2
        ? x.ExpandDims(1).BroadcastTo([x.Shape[0], N, x.Shape[1]])
        : throw new ShapeException("there must be two axes, [batch, features].");
}

/// <summary>Flattens each example: [batch, ...] to [batch, n].</summary>
public sealed class Flatten(InputShape? inputShape = null, string? name = null) : Layer(inputShape, name)
{
    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training) => x.Rank switch
    {
        0 => throw new ShapeException("a scalar has no batch axis."),
        1 => x.ExpandDims(1),
        2 => x,
        _ => x.Flatten(1),
    };
}
