using Autograd.Ops;
using static Autograd.Tensor;

namespace Autograd;

/// <summary>What normalizations with a learned scale (gamma) and shift (beta) have in common.</summary>
public abstract class ScaledNormalization : Layer
{
    private protected ScaledNormalization(
        int axis, double epsilon, bool center, bool scale, Initializer? betaInitializer, Initializer? gammaInitializer, Regularizer? betaRegularizer,
        Regularizer? gammaRegularizer, Constraint? betaConstraint, Constraint? gammaConstraint, InputShape? inputShape, string? name)
        : base(inputShape, name)
    {
        Axis = axis;
        Epsilon = InRange(0, double.PositiveInfinity, epsilon, $"{GetType().Name}: epsilon");
        (Center, Scale) = (center, scale);
        (BetaInitializer, GammaInitializer) = (betaInitializer ?? new Zeros(), gammaInitializer ?? new Ones());
        (BetaRegularizer, GammaRegularizer) = (betaRegularizer, gammaRegularizer);
        (BetaConstraint, GammaConstraint) = (betaConstraint, gammaConstraint);
    }

    /// <summary>The axis of the features; the last by default.</summary>
    public int Axis { get; }

    /// <summary>What is added to variances, so that a constant can be divided by its deviation.</summary>
    public double Epsilon { get; }

    /// <summary>Whether beta is added.</summary>
    public bool Center { get; }

    /// <summary>Whether gamma multiplies.</summary>
    public bool Scale { get; }

    /// <summary>The first shifts; zeros by default.</summary>
    public Initializer BetaInitializer { get; }

    /// <summary>The first scales; ones by default.</summary>
    public Initializer GammaInitializer { get; }

    /// <summary>A penalty on beta.</summary>
    public Regularizer? BetaRegularizer { get; }

    /// <summary>A penalty on gamma.</summary>
    public Regularizer? GammaRegularizer { get; }

    /// <summary>What beta is put back into after each step.</summary>
    public Constraint? BetaConstraint { get; }

    /// <summary>What gamma is put back into after each step.</summary>
    public Constraint? GammaConstraint { get; }

    /// <summary>The scales, one for each feature; null until built, or without a scale.</summary>
    public Variable? Gamma { get; private set; }

    /// <summary>The shifts, one for each feature; null until built, or without them.</summary>
    public Variable? Beta { get; private set; }

    /// <inheritdoc/>
    protected override bool PassesMask => true;

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        Shape features = input[FeatureAxis(input)];
        Gamma = Scale ? AddWeight("gamma", features, GammaInitializer, regularizer: GammaRegularizer, constraint: GammaConstraint) : null;
        Beta = Center ? AddWeight("beta", features, BetaInitializer, regularizer: BetaRegularizer, constraint: BetaConstraint) : null;
    }

    /// <summary>The axis of the features, counted from the front.</summary>
    private protected int FeatureAxis(Shape input)
    {
        var axis = input.Axis(Axis, "axis");
        return axis > 0 ? axis : throw new ShapeException($"axis {Axis} is that of the batch; there must be another for the features.");
    }

    /// <summary>One number for each feature, in a shape that broadcasts along the others.</summary>
    private protected static Tensor Along(Tensor features, int axis, int rank) => axis == rank - 1
        ? features
        : features.Reshape([features.Shape[0], .. Enumerable.Repeat(1, rank - 1 - axis)]);

    /// <summary>gamma y + beta.</summary>
    private protected Tensor Scaled(Tensor y, int axis)
    {
        y = Gamma is { } gamma ? y * Along(gamma, axis, y.Rank) : y;
        return Beta is { } beta ? y + Along(beta, axis, y.Rank) : y;
    }
}

/// <summary>
/// Each feature with the mean and variance of the batch (in training) or of all batches seen in training (in inference) taken out:
/// gamma (x - mean) / sqrt(variance + epsilon) + beta. Variances are those of these values, not estimates of others'. Steps that a mask leaves out have no part in them. Ioffe and Szegedy, 2015.
/// </summary>
public sealed class BatchNormalization(
    int axis = -1, double momentum = 0.99, double epsilon = 1e-3, bool center = true, bool scale = true, Initializer? betaInitializer = null,
    Initializer? gammaInitializer = null, Initializer? movingMeanInitializer = null, Initializer? movingVarianceInitializer = null, Regularizer? betaRegularizer = null,
    Regularizer? gammaRegularizer = null, Constraint? betaConstraint = null, Constraint? gammaConstraint = null, InputShape? inputShape = null, string? name = null)
    : ScaledNormalization(
        axis, epsilon, center, scale, betaInitializer, gammaInitializer, betaRegularizer, gammaRegularizer, betaConstraint, gammaConstraint, inputShape, name)
{
    /// <summary>What the moving statistics keep of themselves at each step: moving = momentum moving + (1 - momentum) batch.</summary>
    public double Momentum { get; } = InRange(0, 1, momentum, "BatchNormalization: momentum");

    /// <summary>The first moving means; zeros by default.</summary>
    public Initializer MovingMeanInitializer { get; } = movingMeanInitializer ?? new Zeros();

    /// <summary>The first moving variances; ones by default.</summary>
    public Initializer MovingVarianceInitializer { get; } = movingVarianceInitializer ?? new Ones();

    /// <summary>The means that inference takes out; null until built.</summary>
    public Variable? MovingMean { get; private set; }

    /// <summary>The variances that inference takes out; null until built.</summary>
    public Variable? MovingVariance { get; private set; }

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        base.Build(input);
        Shape features = input[FeatureAxis(input)];
        MovingMean = AddWeight("moving_mean", features, MovingMeanInitializer, trainable: false);
        MovingVariance = AddWeight("moving_variance", features, MovingVarianceInitializer, trainable: false);
    }

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training)
    {
        var mask = training ? MaskOf(x) : null;
        x = x.AsType(DType);
        var axis = FeatureAxis(x.Shape);
        // Nothing has no mean, and nothing is to be normalized.
        if (!training || x.Size == 0)
        {
            // The deviation and gamma are few numbers, so they are combined first.
            var factor = Rsqrt(MovingVariance! + Epsilon);
            factor = Gamma is { } gamma ? factor * gamma : factor;
            var y = (x - Along(MovingMean!, axis, x.Rank)) * Along(factor, axis, x.Rank);
            return Beta is { } beta ? y + Along(beta, axis, x.Rank) : y;
        }
        if (mask is not null)
        {
            return OfCounted(x, mask, axis);
        }
        var (normalized, mean, variance) = BatchNormOp.Apply(x, Gamma, Beta, axis, Epsilon);
        using (Recording.Pause())
        {
            Move(MovingMean!, moving => moving - mean);
            Move(MovingVariance!, moving => moving - variance);
        }
        return normalized;
    }

    private void Move(Variable moving, Func<Tensor, Tensor> difference) => moving.AssignSub((1 - Momentum) * difference(moving));

    // All steps are normalized, by the mean and variance of those that count; with none the moving statistics stay.
    private Tensor OfCounted(Tensor x, Tensor mask, int axis)
    {
        if (mask.Rank >= x.Rank)
        {
            throw new ShapeException($"a mask of shape {mask.Shape}; it must have fewer axes than the input.");
        }
        var counted = Masks.Along(mask, x.Rank).BroadcastTo(x.Shape);
        Axes others = Enumerable.Range(0, x.Rank).Where(other => other != axis).ToArray();
        var number = counted.Cast(x.DType).Sum(others);
        var divisor = Tensor.Maximum(number, 1);
        var mean = Where(counted, x, 0).Sum(others) / divisor;
        var centered = x - Along(mean, axis, x.Rank);
        var variance = Square(Where(counted, centered, 0)).Sum(others) / divisor;
        using (Recording.Pause())
        {
            Move(MovingMean!, moving => Where(number > 0, moving - mean, 0));
            Move(MovingVariance!, moving => Where(number > 0, moving - variance, 0));
        }
        return Scaled(centered * Along(Rsqrt(variance + Epsilon), axis, x.Rank), axis);
    }
}

/// <summary>Each example's features (along an axis) with their mean and variance taken out: gamma (x - mean) / sqrt(variance + epsilon) + beta. Ba et al., 2016.</summary>
public sealed class LayerNormalization(
    int axis = -1, double epsilon = 1e-3, bool center = true, bool scale = true, Initializer? betaInitializer = null, Initializer? gammaInitializer = null,
    Regularizer? betaRegularizer = null, Regularizer? gammaRegularizer = null, Constraint? betaConstraint = null, Constraint? gammaConstraint = null,
    InputShape? inputShape = null, string? name = null)
    : ScaledNormalization(
        axis, epsilon, center, scale, betaInitializer, gammaInitializer, betaRegularizer, gammaRegularizer, betaConstraint, gammaConstraint, inputShape, name)
{
    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training)
    {
        _ = FeatureAxis(x.Shape);
        return LayerNorm(x, Gamma, Beta, Axis, Epsilon);
    }
}

/// <summary>
/// The features of each example in groups, each group with its mean and variance over all places taken out. With one group it normalizes whole examples, with as many
/// as features each feature by itself. Wu and He, 2018.
/// </summary>
public sealed class GroupNormalization(
    int groups = 32, int axis = -1, double epsilon = 1e-3, bool center = true, bool scale = true, Initializer? betaInitializer = null, Initializer? gammaInitializer = null,
    Regularizer? betaRegularizer = null, Regularizer? gammaRegularizer = null, Constraint? betaConstraint = null, Constraint? gammaConstraint = null,
    InputShape? inputShape = null, string? name = null)
    : ScaledNormalization(
        axis, epsilon, center, scale, betaInitializer, gammaInitializer, betaRegularizer, gammaRegularizer, betaConstraint, gammaConstraint, inputShape, name)
{
    /// <summary>The number of groups; -1 for one for each feature.</summary>
    public int Groups { get; } = groups == -1 ? -1 : AtLeast(1, groups, "GroupNormalization: groups");

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        _ = GroupsOf(input, FeatureAxis(input));
        base.Build(input);
    }

    private int GroupsOf(Shape input, int axis) => Groups == -1 ? input[axis]
        : input[axis] % Groups == 0 ? Groups
        : throw new ShapeException($"{Groups} groups do not divide {input[axis]} features.");

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training)
    {
        var axis = FeatureAxis(x.Shape);
        var groups = GroupsOf(x.Shape, axis);
        int[] split = [.. x.Shape.Dimensions[..axis], groups, x.Shape[axis] / Math.Max(groups, 1), .. x.Shape.Dimensions[(axis + 1)..]];
        var grouped = x.Reshape(Shape.Of(split));
        Axes others = Enumerable.Range(1, x.Rank).Where(other => other != axis).ToArray();
        return Scaled(LayerNorm(grouped, axes: others, epsilon: Epsilon).Reshape(x.Shape), axis);
    }
}

/// <summary>Each example's features divided by the root of their mean square: scale x / sqrt(mean x^2 + epsilon). Zhang and Sennrich, 2019.</summary>
public sealed class RMSNormalization(int axis = -1, double epsilon = 1e-6, InputShape? inputShape = null, string? name = null) : Layer(inputShape, name)
{
    private Variable? _scale;

    /// <summary>The axis of the features; the last by default.</summary>
    public int Axis { get; } = axis;

    /// <summary>What is added to the mean square.</summary>
    public double Epsilon { get; } = InRange(0, double.PositiveInfinity, epsilon, "RMSNormalization: epsilon");

    /// <inheritdoc/>
    protected override bool PassesMask => true;

    /// <inheritdoc/>
    protected override void Build(Shape input) => _scale = AddWeight("scale", [input[input.Axis(Axis, "axis")]], "ones");

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training) => RmsNorm(x, _scale, Axis, Epsilon);
}

/// <summary>Each example's features divided by their Euclidean norm.</summary>
public sealed class UnitNormalization(int axis = -1, InputShape? inputShape = null, string? name = null) : Layer(inputShape, name)
{
    /// <summary>The axis of the features; the last by default.</summary>
    public int Axis { get; } = axis;

    /// <inheritdoc/>
    protected override bool PassesMask => true;

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training) => x * Rsqrt(Maximum(Square(x).Sum(Axis, keepDims: true), 1e-12));
}
