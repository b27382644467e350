using System.Runtime.CompilerServices;
using static Autograd.Tensor;

namespace Autograd;

/// <summary>What convolutions have in common: activation(kernel * images + bias) over [batch, spatial..., channels]. See <see cref="Tensor.Conv"/>.</summary>
public abstract class ConvolutionLayer : KernelLayer
{
    private readonly int _spatial;

    private protected ConvolutionLayer(
        int spatial, int filters, PerAxis kernelSize, PerAxis strides, Padding padding, PerAxis dilationRate, int groups, Activation? activation, bool useBias,
        Initializer? kernelInitializer, Initializer? biasInitializer, Regularizer? kernelRegularizer, Regularizer? biasRegularizer, Constraint? kernelConstraint,
        Constraint? biasConstraint, InputShape? inputShape, string? name)
        : base(activation, useBias, kernelInitializer, biasInitializer, kernelRegularizer, biasRegularizer, kernelConstraint, biasConstraint, inputShape, name)
    {
        var kind = GetType().Name;
        _spatial = spatial;
        Filters = AtLeast(1, filters, $"{kind}: filters");
        Groups = AtLeast(1, groups, $"{kind}: groups");
        if (filters % groups != 0)
        {
            throw new ValueException($"{kind}: {groups} groups do not divide {filters} filters.");
        }
        KernelSize = EachPositive(kernelSize, spatial, $"{kind}: kernelSize");
        Strides = EachPositive(strides.IsGiven ? strides : 1, spatial, $"{kind}: strides");
        DilationRate = EachPositive(dilationRate.IsGiven ? dilationRate : 1, spatial, $"{kind}: dilationRate");
        Padding = padding;
    }

    /// <summary>The number of channels of the result.</summary>
    public int Filters { get; }

    /// <summary>The extents of the window.</summary>
    public PerAxis KernelSize { get; }

    /// <summary>The distances between windows; 1 by default.</summary>
    public PerAxis Strides { get; }

    /// <summary>"valid" (none, the default), "same", over one axis "causal", or numbers.</summary>
    public Padding Padding { get; }

    /// <summary>The distances between the elements of a window; 1 by default.</summary>
    public PerAxis DilationRate { get; }

    /// <summary>So many consecutive parts of the channels, each with its own part of the filters.</summary>
    public int Groups { get; }

    private protected int[] Window => [.. Enumerable.Range(0, _spatial).Select(axis => KernelSize.At(axis, _spatial, 1, 1, GetType().Name, "kernelSize"))];

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        RequireImages(input, _spatial);
        if (input[^1] % Groups != 0)
        {
            throw new ShapeException($"{Groups} groups do not divide {input[^1]} channels.");
        }
        AddKernel([.. Window, input[^1] / Groups, Filters]);
        AddBias(Filters);
    }

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training)
    {
        RequireImages(x.Shape, _spatial);
        return Activated(Conv(x.Cast(DType), Kernel!, Strides, Padding, DilationRate, Groups, Bias));
    }
}

/// <summary>A convolution of sequences [batch, steps, channels]. See <see cref="Tensor.Conv1D"/>.</summary>
public sealed class Conv1D(
    int filters, PerAxis kernelSize, PerAxis strides = default, Padding padding = default, PerAxis dilationRate = default, int groups = 1, Activation? activation = null,
    bool useBias = true, Initializer? kernelInitializer = null, Initializer? biasInitializer = null, Regularizer? kernelRegularizer = null, Regularizer? biasRegularizer = null,
    Constraint? kernelConstraint = null, Constraint? biasConstraint = null, InputShape? inputShape = null, string? name = null)
    : ConvolutionLayer(
        1, filters, kernelSize, strides, padding, dilationRate, groups, activation, useBias, kernelInitializer, biasInitializer, kernelRegularizer, biasRegularizer,
        kernelConstraint, biasConstraint, inputShape, name)
{
    /// <summary>With a function: <c>new Conv1D(32, 3, activation: Relu)</c>; see <see cref="Dense(int, Func{Tensor, Tensor}, bool, Initializer?, Initializer?, Regularizer?, Regularizer?, InputShape?, string?)"/>.</summary>
    [OverloadResolutionPriority(-1)]
    public Conv1D(
        int filters, PerAxis kernelSize, Func<Tensor, Tensor> activation, PerAxis strides = default, Padding padding = default, PerAxis dilationRate = default, int groups = 1,
        bool useBias = true, Initializer? kernelInitializer = null, Regularizer? kernelRegularizer = null, InputShape? inputShape = null, string? name = null)
        : this(filters, kernelSize, strides, padding, dilationRate, groups, new Activation(activation), useBias, kernelInitializer, null, kernelRegularizer, inputShape: inputShape, name: name) { }
}

/// <summary>A convolution of images [batch, height, width, channels]. See <see cref="Tensor.Conv2D"/>.</summary>
public sealed class Conv2D(
    int filters, PerAxis kernelSize, PerAxis strides = default, Padding padding = default, PerAxis dilationRate = default, int groups = 1, Activation? activation = null,
    bool useBias = true, Initializer? kernelInitializer = null, Initializer? biasInitializer = null, Regularizer? kernelRegularizer = null, Regularizer? biasRegularizer = null,
    Constraint? kernelConstraint = null, Constraint? biasConstraint = null, InputShape? inputShape = null, string? name = null)
    : ConvolutionLayer(
        2, filters, kernelSize, strides, padding, dilationRate, groups, activation, useBias, kernelInitializer, biasInitializer, kernelRegularizer, biasRegularizer,
        kernelConstraint, biasConstraint, inputShape, name)
{
    /// <summary>With a function: <c>new Conv2D(32, 3, activation: Relu)</c>; see <see cref="Dense(int, Func{Tensor, Tensor}, bool, Initializer?, Initializer?, Regularizer?, Regularizer?, InputShape?, string?)"/>.</summary>
    [OverloadResolutionPriority(-1)]
    public Conv2D(
        int filters, PerAxis kernelSize, Func<Tensor, Tensor> activation, PerAxis strides = default, Padding padding = default, PerAxis dilationRate = default, int groups = 1,
        bool useBias = true, Initializer? kernelInitializer = null, Regularizer? kernelRegularizer = null, InputShape? inputShape = null, string? name = null)
        : this(filters, kernelSize, strides, padding, dilationRate, groups, new Activation(activation), useBias, kernelInitializer, null, kernelRegularizer, inputShape: inputShape, name: name) { }
}

/// <summary>A convolution of volumes [batch, depth, height, width, channels]. See <see cref="Tensor.Conv3D"/>.</summary>
public sealed class Conv3D(
    int filters, PerAxis kernelSize, PerAxis strides = default, Padding padding = default, PerAxis dilationRate = default, int groups = 1, Activation? activation = null,
    bool useBias = true, Initializer? kernelInitializer = null, Initializer? biasInitializer = null, Regularizer? kernelRegularizer = null, Regularizer? biasRegularizer = null,
    Constraint? kernelConstraint = null, Constraint? biasConstraint = null, InputShape? inputShape = null, string? name = null)
    : ConvolutionLayer(
        3, filters, kernelSize, strides, padding, dilationRate, groups, activation, useBias, kernelInitializer, biasInitializer, kernelRegularizer, biasRegularizer,
        kernelConstraint, biasConstraint, inputShape, name)
{
    /// <summary>With a function: <c>new Conv3D(32, 3, activation: Relu)</c>; see <see cref="Dense(int, Func{Tensor, Tensor}, bool, Initializer?, Initializer?, Regularizer?, Regularizer?, InputShape?, string?)"/>.</summary>
    [OverloadResolutionPriority(-1)]
    public Conv3D(
        int filters, PerAxis kernelSize, Func<Tensor, Tensor> activation, PerAxis strides = default, Padding padding = default, PerAxis dilationRate = default, int groups = 1,
        bool useBias = true, Initializer? kernelInitializer = null, Regularizer? kernelRegularizer = null, InputShape? inputShape = null, string? name = null)
        : this(filters, kernelSize, strides, padding, dilationRate, groups, new Activation(activation), useBias, kernelInitializer, null, kernelRegularizer, inputShape: inputShape, name: name) { }
}
