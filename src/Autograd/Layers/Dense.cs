using System.Runtime.CompilerServices;

namespace Autograd;

/// <summary>activation(x kernel + bias), along the last axis: [..., inputs] to [..., units].</summary>
public sealed class Dense(
    int units,
    Activation? activation = null,
    bool useBias = true,
    Initializer? kernelInitializer = null,
    Initializer? biasInitializer = null,
    Regularizer? kernelRegularizer = null,
    Regularizer? biasRegularizer = null,
    Constraint? kernelConstraint = null,
    Constraint? biasConstraint = null,
    InputShape? inputShape = null,
    string? name = null)
    : KernelLayer(
        activation, useBias, kernelInitializer, biasInitializer, kernelRegularizer, biasRegularizer, kernelConstraint, biasConstraint, inputShape, name)
{
    /// <summary>With a function: <c>new Dense(25, Relu)</c>, <c>new Dense(25, x => x * Sigmoid(x))</c>. A model with a known one, such as Relu, can be saved.</summary>
    [OverloadResolutionPriority(-1)]
    public Dense(
        int units, Func<Tensor, Tensor> activation, bool useBias = true, Initializer? kernelInitializer = null, Initializer? biasInitializer = null,
        Regularizer? kernelRegularizer = null, Regularizer? biasRegularizer = null, InputShape? inputShape = null, string? name = null)
        : this(units, new Activation(activation), useBias, kernelInitializer, biasInitializer, kernelRegularizer, biasRegularizer, null, null, inputShape, name) { }

    /// <summary>The number of results.</summary>
    public int Units { get; } = units > 0 ? units : throw new ValueException($"Dense: {units} units; there must be one or more.");

    /// <inheritdoc/>
    protected override bool PassesMask => true;

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        if (input.Rank < 2)
        {
            throw new ShapeException("there must be a batch axis and one of features. One example becomes a batch by ExpandDims(0), a batch of single numbers gets its axis of features by ExpandDims(-1).");
        }
        AddKernel([input[^1], Units]);
        AddBias(Units);
    }

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training)
    {
        RequireFeatures(x, Kernel!.Shape[0]);
        return Finish(x.AsType(DType), Kernel);
    }
}
