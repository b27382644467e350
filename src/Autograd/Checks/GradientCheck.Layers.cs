namespace Autograd;

public static partial class GradientCheck
{
    /// <summary>Checks a layer: its results with respect to its input and all its weights, as in training.</summary>
    /// <param name="layer">The layer, made with <c>DType = DType.Float64</c>. Its weights are the same afterwards.</param>
    /// <param name="x">A batch.</param>
    /// <param name="options">How; the defaults when left out.</param>
    /// <returns>What was found; a mismatch does not throw.</returns>
    /// <exception cref="DTypeException">The layer computes in another type than Float64.</exception>
    public static GradientCheckReport Run(Layer layer, Tensor x, GradientCheckOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(x);
        if (layer.DType != DType.Float64)
        {
            throw new DTypeException($"GradientCheck: {layer.Describe()} computes in {layer.DType}, too coarse for differences; make it with DType = DType.Float64.");
        }
        layer.Apply(x, training: true);
        var weights = layer.TrainableWeights;
        var before = weights.Select(weight => weight.Value).ToArray();
        try
        {
            return Run(Function, [x, .. before], options);
        }
        finally
        {
            Restore();
        }

        // The layer reads its variables. For each evaluation they take the values under test, and their places on the tape, so that gradients go there.
        Tensor Function(IReadOnlyList<Tensor> inputs)
        {
            for (var i = 0; i < weights.Count; i++)
            {
                weights[i].Assign(inputs[i + 1]);
                weights[i].Slot = inputs[i + 1].Slot;
            }
            return layer.Apply(inputs[0], training: true);
        }

        void Restore()
        {
            for (var i = 0; i < before.Length; i++)
            {
                weights[i].Assign(before[i]);
                weights[i].Slot = 0;
            }
        }
    }

    /// <summary>Checks a layer and throws if a gradient is wrong.</summary>
    /// <exception cref="GradientCheckException">The check failed; the message is the report.</exception>
    /// <inheritdoc cref="Run(Layer, Tensor, GradientCheckOptions)"/>
    /// <returns/>
    public static void Assert(Layer layer, Tensor x, GradientCheckOptions? options = null) => Require(Run(layer, x, options));

    /// <summary>Checks a loss with respect to the predictions.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="yTrue">The targets.</param>
    /// <param name="yPred">The predictions.</param>
    /// <param name="options">How; the defaults when left out.</param>
    /// <exception cref="GradientCheckException">The check failed; the message is the report.</exception>
    public static void Assert(Loss loss, Tensor yTrue, Tensor yPred, GradientCheckOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(yTrue);
        Require(Run(prediction => loss.Apply(yTrue.DType.IsFloating() ? yTrue.Cast(DType.Float64) : yTrue, prediction), yPred, options));
    }
}
