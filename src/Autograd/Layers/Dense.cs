using static Autograd.Tensor;

namespace Autograd;

/// <summary>activation(x kernel + bias), along the last axis: [..., inputs] to [..., units].</summary>
public sealed class Dense : Layer
{
    private Variable? _kernel;
    private Variable? _bias;

    /// <param name="units">The number of results.</param>
    /// <param name="activation">A function of the sum, by name or as an <see cref="Autograd.Activation"/>; none by default.</param>
    /// <param name="useBias">Whether a bias is added.</param>
    /// <param name="kernelInitializer">The kernel's first values; Glorot's uniform ones by default.</param>
    /// <param name="biasInitializer">The bias' first values; zeros by default.</param>
    /// <param name="kernelRegularizer">A penalty on the kernel.</param>
    /// <param name="biasRegularizer">A penalty on the bias.</param>
    /// <param name="kernelConstraint">What the kernel is put back into after each step.</param>
    /// <param name="biasConstraint">What the bias is put back into after each step.</param>
    /// <param name="inputShape">The shape of one example.</param>
    /// <param name="name">The name.</param>
    public Dense(
        int units,
        Activation? activation = null,
        bool useBias = true,
        Initializer? kernelInitializer = null,
        Initializer? biasInitializer = null,
        Regularizer? kernelRegularizer = null,
        Regularizer? biasRegularizer = null,
        Constraint? kernelConstraint = null,
        Constraint? biasConstraint = null,
        Shape? inputShape = null,
        string? name = null)
        : base(inputShape, name)
    {
        Units = units > 0 ? units : throw new ValueException($"Dense: {units} units; there must be one or more.");
        Activation = activation ?? "linear";
        UseBias = useBias;
        KernelInitializer = kernelInitializer ?? new GlorotUniform();
        BiasInitializer = biasInitializer ?? new Zeros();
        KernelRegularizer = kernelRegularizer;
        BiasRegularizer = biasRegularizer;
        KernelConstraint = kernelConstraint;
        BiasConstraint = biasConstraint;
    }

    /// <summary>The number of results.</summary>
    public int Units { get; }

    /// <summary>The function of the sum.</summary>
    public Activation Activation { get; }

    /// <summary>Whether a bias is added.</summary>
    public bool UseBias { get; }

    /// <summary>The kernel's first values.</summary>
    public Initializer KernelInitializer { get; }

    /// <summary>The bias' first values.</summary>
    public Initializer BiasInitializer { get; }

    /// <summary>A penalty on the kernel.</summary>
    public Regularizer? KernelRegularizer { get; }

    /// <summary>A penalty on the bias.</summary>
    public Regularizer? BiasRegularizer { get; }

    /// <summary>What the kernel is put back into after each step.</summary>
    public Constraint? KernelConstraint { get; }

    /// <summary>What the bias is put back into after each step.</summary>
    public Constraint? BiasConstraint { get; }

    /// <summary>[inputs, units]; null until built.</summary>
    public Variable? Kernel => _kernel;

    /// <summary>[units]; null until built, or without a bias.</summary>
    public Variable? Bias => _bias;

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        if (input.Rank < 2)
        {
            throw new ShapeException("there must be a batch axis and one of features. One example becomes a batch by ExpandDims(0).");
        }
        _kernel = AddWeight("kernel", [input[^1], Units], KernelInitializer, regularizer: KernelRegularizer, constraint: KernelConstraint);
        _bias = UseBias ? AddWeight("bias", [Units], BiasInitializer, regularizer: BiasRegularizer, constraint: BiasConstraint) : null;
    }

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training)
    {
        RequireFeatures(x, _kernel!.Shape[0]);
        var y = MatMul(x.Cast(DType), _kernel);
        if (_bias is not null)
        {
            y += _bias;
        }
        return Activation.IsLinear ? y : Activation.Of(y);
    }
}
