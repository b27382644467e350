using static Autograd.Tensor;

namespace Autograd;

/// <summary>
/// What layers that join several inputs have in common. Shapes broadcast; an input with fewer axes gets new ones behind the batch, so that [batch, time, features] meets
/// [batch, features]. As in Keras, a step of the result counts (see <see cref="Layer.PassesMask"/>) where it counts in one of the inputs; all steps count where an input has no mask.
/// </summary>
public abstract class MergeLayer : Layer
{
    private protected MergeLayer(InputShape? inputShape, string? name) : base(inputShape, name) { }

    /// <summary>The most inputs there may be.</summary>
    private protected virtual int Most => int.MaxValue;

    /// <inheritdoc/>
    protected sealed override Tensors CallAll(Tensors inputs, bool training)
    {
        if (inputs.Count < 2 || inputs.Count > Most)
        {
            throw new ShapeException($"{inputs.Count} inputs; there must be two{(Most == 2 ? "" : " or more")}.");
        }
        Tensor[] all = [.. inputs];
        if (!Masks.Exist || Array.TrueForAll(all, x => MaskOf(x) is null))
        {
            return Merge(all);
        }
        var y = MergeMasked(all);
        return MaskFor(all) is { } mask ? Masks.Set(y, mask) : y;
    }

    private protected abstract Tensor Merge(Tensor[] inputs);

    /// <summary>The same where some inputs have masks.</summary>
    private protected virtual Tensor MergeMasked(Tensor[] inputs) => Merge(inputs);

    /// <summary>The mask of the result, where some inputs have one.</summary>
    private protected virtual Tensor? MaskFor(Tensor[] inputs) => Masks.Union(inputs);

    /// <summary>The inputs combined from the first on; at a step that does not count in one, the other stands for both.</summary>
    private protected static Tensor FoldedWhereCounted(Tensor[] inputs, Func<Tensor, Tensor, Tensor> combine)
    {
        if (inputs.Any(x => x.Rank != inputs[0].Rank))
        {
            return Folded(inputs, combine);
        }
        var (y, counted) = (inputs[0], MaskOf(inputs[0]));
        foreach (var input in inputs.Skip(1))
        {
            var (x, mask) = (input, MaskOf(input));
            x = mask is null ? x : Where(Masks.Along(mask, x.Rank), x, y);
            y = combine(counted is null ? y : Where(Masks.Along(counted, y.Rank), y, x), x);
            counted = mask is null || counted is null || counted.Rank != mask.Rank ? null : counted | mask;
        }
        return y;
    }

    /// <summary>The inputs combined from the first on.</summary>
    private protected static Tensor Folded(Tensor[] inputs, Func<Tensor, Tensor, Tensor> combine)
    {
        var rank = inputs.Max(x => x.Rank);
        return inputs.Select(x => x.Rank == rank || x.Rank == 0 ? x
            : x.Reshape(Shape.Of([x.Shape[0], .. Enumerable.Repeat(1, rank - x.Rank), .. x.Shape.Dimensions[1..]]))).Aggregate(combine);
    }
}

/// <summary>The sum of inputs.</summary>
public sealed class Add(InputShape? inputShape = null, string? name = null) : MergeLayer(inputShape, name)
{
    private protected override Tensor Merge(Tensor[] inputs) => Folded(inputs, (x, y) => x + y);
}

/// <summary>The first of two inputs minus the second.</summary>
public sealed class Subtract(InputShape? inputShape = null, string? name = null) : MergeLayer(inputShape, name)
{
    private protected override int Most => 2;

    private protected override Tensor Merge(Tensor[] inputs) => Folded(inputs, (x, y) => x - y);
}

/// <summary>The product of inputs, element by element. As in Keras, an input is 1 at steps that do not count in it, and the product 0 at those that count in none.</summary>
public sealed class Multiply(InputShape? inputShape = null, string? name = null) : MergeLayer(inputShape, name)
{
    private protected override Tensor Merge(Tensor[] inputs) => Folded(inputs, (x, y) => x * y);

    private protected override Tensor MergeMasked(Tensor[] inputs)
    {
        var y = Merge([.. inputs.Select(x => MaskOf(x) is { } mask ? Where(Masks.Along(mask, x.Rank), x, 1) : x)]);
        return Masks.Union(inputs) is { } counted ? Where(Masks.Along(counted, y.Rank), y, 0) : y;
    }
}

/// <summary>The mean of inputs.</summary>
public sealed class Average(InputShape? inputShape = null, string? name = null) : MergeLayer(inputShape, name)
{
    private protected override Tensor Merge(Tensor[] inputs) => Folded(inputs, (x, y) => x + y) / inputs.Length;
}

/// <summary>The largest of inputs, element by element. As in Keras, an input says nothing at steps that do not count in it.</summary>
public sealed class Maximum(InputShape? inputShape = null, string? name = null) : MergeLayer(inputShape, name)
{
    private protected override Tensor Merge(Tensor[] inputs) => Folded(inputs, Tensor.Maximum);

    private protected override Tensor MergeMasked(Tensor[] inputs) => FoldedWhereCounted(inputs, Tensor.Maximum);
}

/// <summary>The smallest of inputs, element by element. As in Keras, an input says nothing at steps that do not count in it.</summary>
public sealed class Minimum(InputShape? inputShape = null, string? name = null) : MergeLayer(inputShape, name)
{
    private protected override Tensor Merge(Tensor[] inputs) => Folded(inputs, Tensor.Minimum);

    private protected override Tensor MergeMasked(Tensor[] inputs) => FoldedWhereCounted(inputs, Tensor.Minimum);
}

/// <summary>Inputs joined along an axis; the last by default. Along time their masks are joined too, all steps of an input without one being counted.</summary>
public sealed class Concatenate(int axis = -1, InputShape? inputShape = null, string? name = null) : MergeLayer(inputShape, name)
{
    /// <summary>The axis.</summary>
    public int Axis { get; } = axis;

    private protected override Tensor Merge(Tensor[] inputs) => Concat(inputs, Axis);

    private protected override Tensor? MaskFor(Tensor[] inputs)
    {
        using var pause = Recording.Pause();
        var rank = inputs.Select(MaskOf).OfType<Tensor>().Select(mask => mask.Rank).Distinct().ToArray() is [var only] ? only : 0;
        var along = inputs[0].Shape.Axis(Axis, "axis");
        return rank == 0 ? null
            : along >= rank ? Masks.Union(inputs)
            : Concat([.. inputs.Select(x => MaskOf(x) ?? FullOn(x.Backend, Shape.Of(x.Shape.Dimensions[..rank]), 1, DType.Bool))], along);
    }
}

/// <summary>
/// Products of two inputs summed along an axis of each, example by example: for axes 1 of [batch, n] and [batch, n] the inner products [batch, 1]. The result has no mask.
/// </summary>
/// <param name="axes">The axis of both, or one for each; the batch is 0.</param>
/// <param name="normalize">Whether inputs are divided by their norms along the axis first, so that the result is a cosine.</param>
/// <param name="inputShape">The shape of one example.</param>
/// <param name="name">The name.</param>
public sealed class Dot(PerAxis axes, bool normalize = false, InputShape? inputShape = null, string? name = null) : MergeLayer(inputShape, name)
{
    /// <summary>The axis of both, or one for each.</summary>
    public PerAxis Axes { get; } = axes.IsGiven && axes.Count() is 1 or 2 ? axes : throw new ValueException($"Dot: axes is {axes}; it must be one axis, or one for each of two inputs.");

    /// <summary>Whether the result is a cosine.</summary>
    public bool Normalize { get; } = normalize;

    private protected override int Most => 2;

    private protected override Tensor? MaskFor(Tensor[] inputs) => null;

    private protected override Tensor Merge(Tensor[] inputs)
    {
        var (x, y) = (Rows(inputs[0], Axes.First()), Rows(inputs[1], Axes.Last()));
        var product = MatMul(x.Rows, y.Rows, transposeY: true);
        int[] shape = [inputs[0].Shape[0], .. x.Others, .. y.Others];
        return product.Reshape(shape.Length == 1 ? [shape[0], 1] : shape);
    }

    /// <summary>[batch, everything else, the axis].</summary>
    private (Tensor Rows, int[] Others) Rows(Tensor x, int axis)
    {
        var along = x.Shape.Axis(axis, "axes");
        if (along == 0)
        {
            throw new ShapeException("axes names the batch; sums go over axes of an example.");
        }
        int[] others = [.. x.Shape.Where((_, other) => other != 0 && other != along)];
        var n = x.Shape[along];
        var rows = x.Permute([.. Enumerable.Range(0, x.Rank).Where(other => other != along), along])
            .Reshape(x.Shape[0], others.Aggregate(1, (product, extent) => product * extent), n);
        return (Normalize ? rows * Rsqrt(Tensor.Maximum(Square(rows).Sum(-1, keepDims: true), 1e-12)) : rows, others);
    }
}
