using static Autograd.Tensor;

namespace Autograd;

/// <summary>
/// The rectifier with three settings: min(x, maxValue) from the threshold on, negativeSlope (x - threshold) below it. With the defaults max(x, 0).
/// </summary>
public sealed class ReLU(double? maxValue = null, double negativeSlope = 0, double threshold = 0, InputShape? inputShape = null, string? name = null) : Layer(inputShape, name)
{
    /// <summary>What results are cut at; none by default.</summary>
    public double? MaxValue { get; } = maxValue is { } value ? InRange(0, double.PositiveInfinity, value, "ReLU: maxValue") : null;

    /// <summary>The slope below the threshold.</summary>
    public double NegativeSlope { get; } = InRange(0, double.PositiveInfinity, negativeSlope, "ReLU: negativeSlope");

    /// <summary>Where the slope changes.</summary>
    public double Threshold { get; } = InRange(0, double.PositiveInfinity, threshold, "ReLU: threshold");

    /// <inheritdoc/>
    protected override bool PassesMask => true;

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training)
    {
        var y = (Threshold, NegativeSlope) switch
        {
            (0, 0) => Relu(x),
            (0, _) => LeakyRelu(x, NegativeSlope),
            _ => Where(x >= Threshold, x, NegativeSlope * (x - Threshold)),
        };
        return MaxValue is { } most ? Minimum(y, most) : y;
    }
}

/// <summary>x for positive x, negativeSlope x otherwise. Maas et al., 2013.</summary>
public sealed class LeakyReLU(double negativeSlope = 0.3, InputShape? inputShape = null, string? name = null) : Layer(inputShape, name)
{
    /// <summary>The slope below 0.</summary>
    public double NegativeSlope { get; } = InRange(0, double.PositiveInfinity, negativeSlope, "LeakyReLU: negativeSlope");

    /// <inheritdoc/>
    protected override bool PassesMask => true;

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training) => LeakyRelu(x, NegativeSlope);
}

/// <summary>x for positive x, alpha x otherwise, with a learned alpha for each place of an example. He et al., 2015.</summary>
public sealed class PReLU(
    Initializer? alphaInitializer = null, Regularizer? alphaRegularizer = null, Constraint? alphaConstraint = null, int[]? sharedAxes = null,
    InputShape? inputShape = null, string? name = null) : Layer(inputShape, name)
{
    private Variable? _alpha;

    /// <summary>The first slopes; zeros by default.</summary>
    public Initializer AlphaInitializer { get; } = alphaInitializer ?? new Zeros();

    /// <summary>A penalty on the slopes.</summary>
    public Regularizer? AlphaRegularizer { get; } = alphaRegularizer;

    /// <summary>What the slopes are put back into after each step.</summary>
    public Constraint? AlphaConstraint { get; } = alphaConstraint;

    /// <summary>Axes along which all places have one slope, counted with the batch as axis 0: [1, 2] for one slope a channel of images.</summary>
    public int[]? SharedAxes { get; } = sharedAxes;

    /// <inheritdoc/>
    protected override bool PassesMask => true;

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        if (input.Rank == 0)
        {
            throw new ShapeException("input is a scalar; it must be [batch, ...].");
        }
        var shape = input.ToArray();
        foreach (var axis in SharedAxes ?? [])
        {
            shape[input.Axis(axis, "sharedAxes")] = 1;
        }
        _alpha = AddWeight("alpha", shape[1..], AlphaInitializer, regularizer: AlphaRegularizer, constraint: AlphaConstraint);
    }

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training) => Relu(x) - (_alpha! * Relu(-x));
}

/// <summary>x for x >= 0, alpha (e^x - 1) below. Clevert et al., 2016.</summary>
public sealed class ELU(double alpha = 1, InputShape? inputShape = null, string? name = null) : Layer(inputShape, name)
{
    /// <summary>Minus the limit far left.</summary>
    public double Alpha { get; } = InRange(0, double.PositiveInfinity, alpha, "ELU: alpha");

    /// <inheritdoc/>
    protected override bool PassesMask => true;

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training) => Elu(x, Alpha);
}

/// <summary>e^x divided by its sum along an axis.</summary>
public sealed class Softmax(int axis = -1, InputShape? inputShape = null, string? name = null) : Layer(inputShape, name)
{
    /// <summary>The axis that sums to 1.</summary>
    public int Axis { get; } = axis;

    /// <inheritdoc/>
    protected override bool PassesMask => true;

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training) => Tensor.Softmax(x, Axis);
}
