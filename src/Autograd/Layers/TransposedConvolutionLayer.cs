using static Autograd.Tensor;

namespace Autograd;

/// <summary>What transposed convolutions have in common: they make images larger by about the strides. See <see cref="Tensor.ConvTranspose"/>.</summary>
public abstract class TransposedConvolutionLayer : KernelLayer
{
    private readonly int _spatial;

    private protected TransposedConvolutionLayer(
        int spatial, int filters, PerAxis kernelSize, PerAxis strides, Padding padding, PerAxis outputPadding, PerAxis dilationRate, Activation? activation, bool useBias,
        Initializer? kernelInitializer, Initializer? biasInitializer, Regularizer? kernelRegularizer, Regularizer? biasRegularizer, Constraint? kernelConstraint,
        Constraint? biasConstraint, InputShape? inputShape, string? name)
        : base(activation, useBias, kernelInitializer, biasInitializer, kernelRegularizer, biasRegularizer, kernelConstraint, biasConstraint, inputShape, name)
    {
        var kind = GetType().Name;
        _spatial = spatial;
        Filters = AtLeast(1, filters, $"{kind}: filters");
        KernelSize = EachPositive(kernelSize, spatial, $"{kind}: kernelSize");
        Strides = EachPositive(strides.IsGiven ? strides : 1, spatial, $"{kind}: strides");
        DilationRate = EachPositive(dilationRate.IsGiven ? dilationRate : 1, spatial, $"{kind}: dilationRate");
        (Padding, OutputPadding) = (padding, outputPadding);
    }

    /// <inheritdoc cref="ConvolutionLayer.Filters"/>
    public int Filters { get; }

    /// <inheritdoc cref="ConvolutionLayer.KernelSize"/>
    public PerAxis KernelSize { get; }

    /// <summary>What the result is larger by; 1 by default.</summary>
    public PerAxis Strides { get; }

    /// <summary>What the convolution has that this is the transpose of: "valid" (none, the default), "same" or numbers.</summary>
    public Padding Padding { get; }

    /// <summary>How many elements to add at the end of each axis; by default none, or with "valid" so many that every stride is whole.</summary>
    public PerAxis OutputPadding { get; }

    /// <inheritdoc cref="ConvolutionLayer.DilationRate"/>
    public PerAxis DilationRate { get; }

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        RequireImages(input, _spatial);
        AddKernel([.. Enumerable.Range(0, _spatial).Select(axis => KernelSize.At(axis, _spatial, 1, 1, GetType().Name, "kernelSize")), Filters, input[^1]]);
        AddBias(Filters);
    }

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training)
    {
        RequireImages(x.Shape, _spatial);
        return Finish(ConvTranspose(x.AsType(DType), Kernel!, Strides, Padding, OutputPadding, DilationRate));
    }
}

/// <summary>A transposed convolution of sequences [batch, steps, channels].</summary>
public sealed class Conv1DTranspose(
    int filters, PerAxis kernelSize, PerAxis strides = default, Padding padding = default, PerAxis outputPadding = default, PerAxis dilationRate = default,
    Activation? activation = null, bool useBias = true, Initializer? kernelInitializer = null, Initializer? biasInitializer = null, Regularizer? kernelRegularizer = null,
    Regularizer? biasRegularizer = null, Constraint? kernelConstraint = null, Constraint? biasConstraint = null, InputShape? inputShape = null, string? name = null)
    : TransposedConvolutionLayer(
        1, filters, kernelSize, strides, padding, outputPadding, dilationRate, activation, useBias, kernelInitializer, biasInitializer, kernelRegularizer, biasRegularizer,
        kernelConstraint, biasConstraint, inputShape, name);

/// <summary>A transposed convolution of images [batch, height, width, channels].</summary>
public sealed class Conv2DTranspose(
    int filters, PerAxis kernelSize, PerAxis strides = default, Padding padding = default, PerAxis outputPadding = default, PerAxis dilationRate = default,
    Activation? activation = null, bool useBias = true, Initializer? kernelInitializer = null, Initializer? biasInitializer = null, Regularizer? kernelRegularizer = null,
    Regularizer? biasRegularizer = null, Constraint? kernelConstraint = null, Constraint? biasConstraint = null, InputShape? inputShape = null, string? name = null)
    : TransposedConvolutionLayer(
        2, filters, kernelSize, strides, padding, outputPadding, dilationRate, activation, useBias, kernelInitializer, biasInitializer, kernelRegularizer, biasRegularizer,
        kernelConstraint, biasConstraint, inputShape, name);

/// <summary>A transposed convolution of volumes [batch, depth, height, width, channels].</summary>
public sealed class Conv3DTranspose(
    int filters, PerAxis kernelSize, PerAxis strides = default, Padding padding = default, PerAxis outputPadding = default, PerAxis dilationRate = default,
    Activation? activation = null, bool useBias = true, Initializer? kernelInitializer = null, Initializer? biasInitializer = null, Regularizer? kernelRegularizer = null,
    Regularizer? biasRegularizer = null, Constraint? kernelConstraint = null, Constraint? biasConstraint = null, InputShape? inputShape = null, string? name = null)
    : TransposedConvolutionLayer(
        3, filters, kernelSize, strides, padding, outputPadding, dilationRate, activation, useBias, kernelInitializer, biasInitializer, kernelRegularizer, biasRegularizer,
        kernelConstraint, biasConstraint, inputShape, name);
