namespace Autograd;

/// <summary>Weights of examples, brought to the shape of what they weigh.</summary>
internal static class SampleWeights
{
    /// <summary>The weights as something that broadcasts to <paramref name="values"/>: [batch] weighs [batch, ...], and [batch, 1] weighs [batch].</summary>
    public static Tensor Fit(Tensor weights, Tensor values, string what)
    {
        var fitted = weights.Cast(values.DType);
        while (fitted.Rank > values.Rank && fitted.Shape[^1] == 1)
        {
            fitted = fitted.Squeeze(-1);
        }
        while (fitted.Rank > 0 && fitted.Rank < values.Rank)
        {
            fitted = fitted.ExpandDims(-1);
        }
        for (var axis = 0; axis < fitted.Rank; axis++)
        {
            if (fitted.Rank != values.Rank || (fitted.Shape[axis] != values.Shape[axis] && fitted.Shape[axis] != 1))
            {
                throw new ShapeException($"{what}: weights of shape {weights.Shape} do not fit losses of shape {values.Shape}; give one per example, or one per loss.");
            }
        }
        return fitted;
    }
}
