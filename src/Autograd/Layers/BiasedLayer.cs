using static Autograd.Tensor;

namespace Autograd;

/// <summary>What layers that add a bias and apply a function have in common; see <see cref="Dense"/> and <see cref="Conv2D"/>.</summary>
public abstract class BiasedLayer : Layer
{
    private protected BiasedLayer(
        Activation? activation, bool useBias, Initializer? biasInitializer, Regularizer? biasRegularizer, Constraint? biasConstraint, InputShape? inputShape, string? name)
        : base(inputShape, name)
    {
        Activation = activation ?? "linear";
        UseBias = useBias;
        BiasInitializer = biasInitializer ?? new Zeros();
        BiasRegularizer = biasRegularizer;
        BiasConstraint = biasConstraint;
    }

    /// <summary>A function of the sum, by name or as an <see cref="Autograd.Activation"/>; none by default.</summary>
    public Activation Activation { get; }

    /// <summary>Whether a bias is added.</summary>
    public bool UseBias { get; }

    /// <summary>The bias' first values; zeros by default.</summary>
    public Initializer BiasInitializer { get; }

    /// <summary>A penalty on the bias.</summary>
    public Regularizer? BiasRegularizer { get; }

    /// <summary>What the bias is put back into after each step.</summary>
    public Constraint? BiasConstraint { get; }

    /// <summary>One number for each result; null until built, or without a bias.</summary>
    public Variable? Bias { get; private set; }

    /// <summary>Makes the bias, where there is to be one.</summary>
    private protected void AddBias(int results) =>
        Bias = UseBias ? AddWeight("bias", [results], BiasInitializer, regularizer: BiasRegularizer, constraint: BiasConstraint) : null;

    /// <summary>The product of the last axis with a matrix, and what follows it: bias and function.</summary>
    private protected Tensor Finish(Tensor x, Tensor matrix) => Activated(Bias is { } bias ? Linear(x, matrix, bias) : MatMul(x, matrix));

    /// <summary>What follows a sum of products: bias and function.</summary>
    private protected Tensor Finish(Tensor sum) => Activated(Bias is { } bias ? sum + bias : sum);

    private protected Tensor Activated(Tensor y) => Activation.IsLinear ? y : Activation.Of(y);
}

/// <summary>What layers with a kernel and a bias have in common.</summary>
public abstract class KernelLayer : BiasedLayer
{
    private protected KernelLayer(
        Activation? activation, bool useBias, Initializer? kernelInitializer, Initializer? biasInitializer, Regularizer? kernelRegularizer,
        Regularizer? biasRegularizer, Constraint? kernelConstraint, Constraint? biasConstraint, InputShape? inputShape, string? name)
        : base(activation, useBias, biasInitializer, biasRegularizer, biasConstraint, inputShape, name)
    {
        KernelInitializer = kernelInitializer ?? new GlorotUniform();
        KernelRegularizer = kernelRegularizer;
        KernelConstraint = kernelConstraint;
    }

    /// <summary>The kernel's first values; Glorot's uniform ones by default.</summary>
    public Initializer KernelInitializer { get; }

    /// <summary>A penalty on the kernel.</summary>
    public Regularizer? KernelRegularizer { get; }

    /// <summary>What the kernel is put back into after each step.</summary>
    public Constraint? KernelConstraint { get; }

    /// <summary>The kernel; null until built.</summary>
    public Variable? Kernel { get; private set; }

    /// <summary>Makes the kernel.</summary>
    private protected void AddKernel(Shape shape) =>
        Kernel = AddWeight("kernel", shape, KernelInitializer, regularizer: KernelRegularizer, constraint: KernelConstraint);
}
