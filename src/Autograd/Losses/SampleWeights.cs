namespace Autograd;

/// <summary>Weights of examples, brought to the shape of what they weigh.</summary>
internal static class SampleWeights
{
    /// <summary>The weights as something that broadcasts to <paramref name="values"/>, in their type: [batch] weighs [batch, ...], and [batch, 1] weighs [batch].</summary>
    /// <exception cref="ShapeException">They do not fit.</exception>
    public static Tensor Fit(Tensor weights, Tensor values, string what)
    {
        var extents = weights.Shape.ToList();
        while (extents.Count > values.Rank && extents[^1] == 1)
        {
            extents.RemoveAt(extents.Count - 1);
        }
        while (extents.Count > 0 && extents.Count < values.Rank)
        {
            extents.Add(1);
        }
        var fits = extents.Count == 0 || extents.Count == values.Rank;
        for (var axis = 0; axis < extents.Count && fits; axis++)
        {
            fits = extents[axis] == 1 || extents[axis] == values.Shape[axis];
        }
        return fits
            ? weights.AsType(values.DType).Reshape(Shape.Of([.. extents]))
            : throw new ShapeException($"{what}: weights of shape {weights.Shape} do not fit {values.Shape}, one value per example or position; give one weight per example, or one per value.");
    }

    /// <summary>Values as often as there are weights, where there is one value for the whole batch, as of <see cref="Dice"/>: each example has its weight and that value.</summary>
    public static Tensor Spread(Tensor values, Tensor? weights) => values.Rank == 0 && weights is { Rank: > 0 } ? values.BroadcastTo(weights.Shape) : values;

    /// <summary>The weights of positions, those being 0 that a mask of the predictions leaves out; null where all count alike.</summary>
    public static Tensor? Masked(Tensor? weights, Tensor yPred, string what)
    {
        if (Masks.Of(yPred) is not { } mask || mask.Rank > yPred.Rank || !mask.Shape.SequenceEqual(yPred.Shape.Take(mask.Rank)))
        {
            return weights;
        }
        var counted = Masks.Along(mask, yPred.Rank).AsType(DType.Float64);
        return weights is null ? counted : Fit(weights, yPred.AsType(DType.Float64), what) * counted;
    }
}
