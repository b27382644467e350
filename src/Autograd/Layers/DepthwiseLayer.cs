using static Autograd.Tensor;

namespace Autograd;

/// <summary>What convolutions of each channel by itself have in common: the depthwise kernel [spatial..., channels, depthMultiplier].</summary>
public abstract class DepthwiseLayer : BiasedLayer
{
    private readonly int _spatial;
    private Variable? _kernel;

    private protected DepthwiseLayer(
        int spatial, PerAxis kernelSize, PerAxis strides, Padding padding, PerAxis dilationRate, int depthMultiplier, Activation? activation, bool useBias,
        Initializer? depthwiseInitializer, Initializer? biasInitializer, Regularizer? depthwiseRegularizer, Regularizer? biasRegularizer, Constraint? depthwiseConstraint,
        Constraint? biasConstraint, InputShape? inputShape, string? name)
        : base(activation, useBias, biasInitializer, biasRegularizer, biasConstraint, inputShape, name)
    {
        var kind = GetType().Name;
        _spatial = spatial;
        KernelSize = EachPositive(kernelSize, spatial, $"{kind}: kernelSize");
        Strides = EachPositive(strides.IsGiven ? strides : 1, spatial, $"{kind}: strides");
        DilationRate = EachPositive(dilationRate.IsGiven ? dilationRate : 1, spatial, $"{kind}: dilationRate");
        Padding = padding;
        DepthMultiplier = AtLeast(1, depthMultiplier, $"{kind}: depthMultiplier");
        DepthwiseInitializer = depthwiseInitializer ?? new GlorotUniform();
        DepthwiseRegularizer = depthwiseRegularizer;
        DepthwiseConstraint = depthwiseConstraint;
    }

    /// <inheritdoc cref="ConvolutionLayer.KernelSize"/>
    public PerAxis KernelSize { get; }

    /// <inheritdoc cref="ConvolutionLayer.Strides"/>
    public PerAxis Strides { get; }

    /// <inheritdoc cref="ConvolutionLayer.Padding"/>
    public Padding Padding { get; }

    /// <inheritdoc cref="ConvolutionLayer.DilationRate"/>
    public PerAxis DilationRate { get; }

    /// <summary>How many results each channel has; 1 by default.</summary>
    public int DepthMultiplier { get; }

    /// <summary>The depthwise kernel's first values; Glorot's uniform ones by default.</summary>
    public Initializer DepthwiseInitializer { get; }

    /// <summary>A penalty on the depthwise kernel.</summary>
    public Regularizer? DepthwiseRegularizer { get; }

    /// <summary>What the depthwise kernel is put back into after each step.</summary>
    public Constraint? DepthwiseConstraint { get; }

    private protected virtual string DepthwiseName => "kernel";

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        AddDepthwise(input);
        AddBias(input[^1] * DepthMultiplier);
    }

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training) => Finish(Depthwise(x));

    /// <summary>Makes the depthwise kernel.</summary>
    private protected void AddDepthwise(Shape input)
    {
        RequireImages(input, _spatial);
        Shape shape = [.. Enumerable.Range(0, _spatial).Select(axis => KernelSize.At(axis, _spatial, 1, 1, GetType().Name, "kernelSize")), input[^1], DepthMultiplier];
        _kernel = AddWeight(DepthwiseName, shape, DepthwiseInitializer, regularizer: DepthwiseRegularizer, constraint: DepthwiseConstraint);
    }

    /// <summary>Channel c of the images gives the channels c depthMultiplier to (c + 1) depthMultiplier - 1.</summary>
    private protected Tensor Depthwise(Tensor x)
    {
        RequireImages(x.Shape, _spatial);
        var channels = _kernel!.Shape[^2];
        if (x.Shape[^1] != channels)
        {
            throw new ShapeException($"the input has {x.Shape[^1]} channels, and the layer was built for {channels}.");
        }
        var kernel = _kernel.Reshape([.. _kernel.Shape.Dimensions[..^2], 1, channels * DepthMultiplier]);
        return Conv(x.AsType(DType), kernel, Strides, Padding, DilationRate, channels);
    }
}

/// <summary>A convolution of each channel of sequences [batch, steps, channels] by itself.</summary>
public sealed class DepthwiseConv1D(
    PerAxis kernelSize, PerAxis strides = default, Padding padding = default, int depthMultiplier = 1, PerAxis dilationRate = default, Activation? activation = null,
    bool useBias = true, Initializer? depthwiseInitializer = null, Initializer? biasInitializer = null, Regularizer? depthwiseRegularizer = null,
    Regularizer? biasRegularizer = null, Constraint? depthwiseConstraint = null, Constraint? biasConstraint = null, InputShape? inputShape = null, string? name = null)
    : DepthwiseLayer(
        1, kernelSize, strides, padding, dilationRate, depthMultiplier, activation, useBias, depthwiseInitializer, biasInitializer, depthwiseRegularizer, biasRegularizer,
        depthwiseConstraint, biasConstraint, inputShape, name);

/// <summary>A convolution of each channel of images [batch, height, width, channels] by itself. See <see cref="Tensor.DepthwiseConv2D"/>.</summary>
public sealed class DepthwiseConv2D(
    PerAxis kernelSize, PerAxis strides = default, Padding padding = default, int depthMultiplier = 1, PerAxis dilationRate = default, Activation? activation = null,
    bool useBias = true, Initializer? depthwiseInitializer = null, Initializer? biasInitializer = null, Regularizer? depthwiseRegularizer = null,
    Regularizer? biasRegularizer = null, Constraint? depthwiseConstraint = null, Constraint? biasConstraint = null, InputShape? inputShape = null, string? name = null)
    : DepthwiseLayer(
        2, kernelSize, strides, padding, dilationRate, depthMultiplier, activation, useBias, depthwiseInitializer, biasInitializer, depthwiseRegularizer, biasRegularizer,
        depthwiseConstraint, biasConstraint, inputShape, name);

/// <summary>What separable convolutions have in common: each channel by itself, then a product of the channels with a matrix. Chollet, 2017.</summary>
public abstract class SeparableLayer : DepthwiseLayer
{
    private Variable? _pointwise;

    private protected SeparableLayer(
        int spatial, int filters, PerAxis kernelSize, PerAxis strides, Padding padding, PerAxis dilationRate, int depthMultiplier, Activation? activation, bool useBias,
        Initializer? depthwiseInitializer, Initializer? pointwiseInitializer, Initializer? biasInitializer, Regularizer? depthwiseRegularizer, Regularizer? pointwiseRegularizer,
        Regularizer? biasRegularizer, Constraint? depthwiseConstraint, Constraint? pointwiseConstraint, Constraint? biasConstraint, InputShape? inputShape, string? name)
        : base(
            spatial, kernelSize, strides, padding, dilationRate, depthMultiplier, activation, useBias, depthwiseInitializer, biasInitializer, depthwiseRegularizer,
            biasRegularizer, depthwiseConstraint, biasConstraint, inputShape, name)
    {
        Filters = AtLeast(1, filters, $"{GetType().Name}: filters");
        PointwiseInitializer = pointwiseInitializer ?? new GlorotUniform();
        PointwiseRegularizer = pointwiseRegularizer;
        PointwiseConstraint = pointwiseConstraint;
    }

    /// <inheritdoc cref="ConvolutionLayer.Filters"/>
    public int Filters { get; }

    /// <summary>The first values of the matrix of channels; Glorot's uniform ones by default.</summary>
    public Initializer PointwiseInitializer { get; }

    /// <summary>A penalty on the matrix of channels.</summary>
    public Regularizer? PointwiseRegularizer { get; }

    /// <summary>What the matrix of channels is put back into after each step.</summary>
    public Constraint? PointwiseConstraint { get; }

    private protected override string DepthwiseName => "depthwise_kernel";

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        AddDepthwise(input);
        Shape shape = [.. Enumerable.Repeat(1, input.Rank - 2), input[^1] * DepthMultiplier, Filters];
        _pointwise = AddWeight("pointwise_kernel", shape, PointwiseInitializer, regularizer: PointwiseRegularizer, constraint: PointwiseConstraint);
        AddBias(Filters);
    }

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training) => Finish(Depthwise(x), _pointwise!.Reshape(_pointwise.Shape[^2], Filters));
}

/// <summary>A separable convolution of sequences [batch, steps, channels].</summary>
public sealed class SeparableConv1D(
    int filters, PerAxis kernelSize, PerAxis strides = default, Padding padding = default, PerAxis dilationRate = default, int depthMultiplier = 1, Activation? activation = null,
    bool useBias = true, Initializer? depthwiseInitializer = null, Initializer? pointwiseInitializer = null, Initializer? biasInitializer = null,
    Regularizer? depthwiseRegularizer = null, Regularizer? pointwiseRegularizer = null, Regularizer? biasRegularizer = null, Constraint? depthwiseConstraint = null,
    Constraint? pointwiseConstraint = null, Constraint? biasConstraint = null, InputShape? inputShape = null, string? name = null)
    : SeparableLayer(
        1, filters, kernelSize, strides, padding, dilationRate, depthMultiplier, activation, useBias, depthwiseInitializer, pointwiseInitializer, biasInitializer,
        depthwiseRegularizer, pointwiseRegularizer, biasRegularizer, depthwiseConstraint, pointwiseConstraint, biasConstraint, inputShape, name);

/// <summary>A separable convolution of images [batch, height, width, channels].</summary>
public sealed class SeparableConv2D(
    int filters, PerAxis kernelSize, PerAxis strides = default, Padding padding = default, PerAxis dilationRate = default, int depthMultiplier = 1, Activation? activation = null,
    bool useBias = true, Initializer? depthwiseInitializer = null, Initializer? pointwiseInitializer = null, Initializer? biasInitializer = null,
    Regularizer? depthwiseRegularizer = null, Regularizer? pointwiseRegularizer = null, Regularizer? biasRegularizer = null, Constraint? depthwiseConstraint = null,
    Constraint? pointwiseConstraint = null, Constraint? biasConstraint = null, InputShape? inputShape = null, string? name = null)
    : SeparableLayer(
        2, filters, kernelSize, strides, padding, dilationRate, depthMultiplier, activation, useBias, depthwiseInitializer, pointwiseInitializer, biasInitializer,
        depthwiseRegularizer, pointwiseRegularizer, biasRegularizer, depthwiseConstraint, pointwiseConstraint, biasConstraint, inputShape, name);
