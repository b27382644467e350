using Autograd.Backends;
using Autograd.Serialization;
using static Autograd.Tensor;

namespace Autograd;

/// <summary>The crossentropy of independent yes-or-no answers: the mean along an axis of -(y log p + (1 - y) log(1 - p)). Also "bce". Targets that are not from 0 to 1 are refused (values on a GPU
/// are not read for this).</summary>
public sealed class BinaryCrossentropy(
    bool fromLogits = false, double labelSmoothing = 0, int axis = -1, LossReduction reduction = LossReduction.SumOverBatchSize, string? name = null)
    : Loss(reduction, name)
{
    /// <summary>Whether predictions are logits, of which the sigmoid is yet to be taken; exact for any of them. Else they are probabilities, clipped to [1e-7, 1 - 1e-7].</summary>
    public bool FromLogits { get; } = fromLogits;

    /// <summary>s of y (1 - s) + s / 2, in [0, 1].</summary>
    public double LabelSmoothing { get; } = Setting.Fraction(labelSmoothing, "BinaryCrossentropy: labelSmoothing");

    /// <summary>The axis of the mean.</summary>
    public int Axis { get; } = axis;

    /// <inheritdoc/>
    protected override Tensor Call(Tensor yTrue, Tensor yPred)
    {
        (yTrue, yPred) = Targets.Align(yTrue, yPred, Name);
        var along = yPred.Shape.Axis(Axis, Name);
        Labels.RequireProbabilities(yTrue, Name);
        return Probability.Binary(Probability.Smoothed(yTrue, LabelSmoothing, 2), yPred, FromLogits).Mean(along);
    }
}

/// <summary>The crossentropy of one class among several, given as one-hot or as any distribution: -sum y log p along the class axis. Also "cce". An example whose targets are all 0 has no class and loss 0; other targets that
/// are negative or do not sum to 1 are refused (values on a GPU are not read for this).</summary>
public sealed class CategoricalCrossentropy(
    bool fromLogits = false, double labelSmoothing = 0, int axis = -1, LossReduction reduction = LossReduction.SumOverBatchSize, string? name = null)
    : Loss(reduction, name)
{
    /// <summary>Whether predictions are logits, of which the softmax is yet to be taken; exact for any of them. Else they are probabilities, made to sum to 1 and clipped to [1e-7, 1 - 1e-7].</summary>
    public bool FromLogits { get; } = fromLogits;

    /// <summary>s of y (1 - s) + s / classes, in [0, 1].</summary>
    public double LabelSmoothing { get; } = Setting.Fraction(labelSmoothing, "CategoricalCrossentropy: labelSmoothing");

    /// <summary>The class axis.</summary>
    public int Axis { get; } = axis;

    /// <inheritdoc/>
    protected override Tensor Call(Tensor yTrue, Tensor yPred)
    {
        (yTrue, yPred) = Targets.Align(yTrue, yPred, Name);
        var along = yPred.Shape.Axis(Axis, Name);
        Labels.RequireDistributions(yTrue, along, Name, mayBeZero: true);
        var y = Probability.Smoothed(yTrue, LabelSmoothing, yPred.Shape[along]);
        return FromLogits
            ? CrossEntropy(Probability.ClassesLast(y, along), Probability.ClassesLast(yPred, along))
            : -(y * Log(Probability.Clipped(Probability.Normalized(yPred, along)))).Sum(along);
    }
}

/// <summary>The crossentropy of one class among several, given as its number: -log p[class]. Also "scce".</summary>
public sealed class SparseCategoricalCrossentropy(
    bool fromLogits = false, int? ignoreClass = null, int axis = -1, LossReduction reduction = LossReduction.SumOverBatchSize, string? name = null)
    : Loss(reduction, name)
{
    /// <summary>Whether predictions are logits, of which the softmax is yet to be taken; exact for any of them. Else they are probabilities, made to sum to 1 and clipped to [1e-7, 1 - 1e-7].</summary>
    public bool FromLogits { get; } = fromLogits;

    /// <summary>A number, one of the classes or not (often -1 or 255), whose examples have loss 0 and do not count in means.</summary>
    public int? IgnoreClass { get; } = ignoreClass;

    /// <summary>The class axis.</summary>
    public int Axis { get; } = axis;

    /// <inheritdoc/>
    protected override Tensor Call(Tensor yTrue, Tensor yPred) => CallMasked(yTrue, yPred).Losses;

    private protected override (Tensor Losses, Tensor? Mask) CallMasked(Tensor yTrue, Tensor yPred)
    {
        var classes = Targets.Classes(yTrue, yPred.Shape, Axis, Name, IgnoreClass);
        var along = yPred.Shape.Axis(Axis, Name);
        if (!yPred.DType.IsFloating())
        {
            yPred = yPred.Cast(DType.Float32);
        }
        Tensor? mask = null;
        if (IgnoreClass is { } ignored)
        {
            mask = NotEqual(classes, ignored);
            classes = WholeNumbers.Below(yPred.Shape[along], Where(mask, classes, 0));
        }
        var losses = FromLogits
            ? SoftmaxCrossEntropy(classes, Probability.ClassesLast(yPred, along))
            : -Log(Probability.Clipped(yPred.TakeAlongAxis(classes.ExpandDims(along), along) / Probability.Total(yPred, along))).Squeeze(along);
        return (mask is null ? losses : Where(mask, losses, 0), mask);
    }
}

/// <summary>sum y log(y / p) along the last axis, both clipped to [1e-7, 1]: how far the distribution p is from y. Also "kld". Kullback and Leibler, 1951.</summary>
public sealed class KLDivergence(LossReduction reduction = LossReduction.SumOverBatchSize, string? name = null) : Loss(reduction, name ?? "kl_divergence")
{
    /// <inheritdoc/>
    protected override Tensor Call(Tensor yTrue, Tensor yPred)
    {
        (yTrue, yPred) = Targets.Align(yTrue, yPred, Name);
        var (y, p) = (Clip(yTrue, Probability.Smallest, 1), Clip(yPred, Probability.Smallest, 1));
        return (y * Log(y / p)).Sum(-1);
    }
}

/// <summary>
/// (1 - p[class]^q) / q for class numbers: between the crossentropy (q to 0) and the mean absolute error (q to 1), so that wrong labels do less harm. Zhang and Sabuncu, 2018.
/// </summary>
public sealed class CategoricalGeneralizedCrossEntropy(double q = 0.5, LossReduction reduction = LossReduction.SumOverBatchSize, string? name = null)
    : Loss(reduction, name ?? "categorical_generalized_cross_entropy")
{
    /// <summary>The exponent, strictly between 0 and 1.</summary>
    public double Q { get; } = q is > 0 and < 1
        ? q
        : throw new ValueException(FormattableString.Invariant($"CategoricalGeneralizedCrossEntropy: q is {q}; it must lie strictly between 0 and 1."));

    /// <inheritdoc/>
    protected override Tensor Call(Tensor yTrue, Tensor yPred)
    {
        var classes = Targets.Classes(yTrue, yPred.Shape, -1, Name);
        var p = yPred.TakeAlongAxis(classes.ExpandDims(-1), -1).Squeeze(-1);
        // Below the least probability the power goes on as a straight line to 0: its own slope there is infinite.
        var power = Where(p < Probability.Smallest, p * Math.Pow(Probability.Smallest, Q - 1), Pow(Maximum(p, Probability.Smallest), Q));
        return (1 - power) / Q;
    }
}

/// <summary>What crossentropies are made of. NaN stays NaN.</summary>
internal static class Probability
{
    /// <summary>Keras's epsilon, the least a probability counts as.</summary>
    public const double Smallest = 1e-7;

    public static Tensor Clipped(Tensor p) => Clip(p, Smallest, 1 - Smallest);

    public static Tensor Smoothed(Tensor y, double smoothing, int classes) => smoothing == 0 ? y : (y * (1 - smoothing)) + (smoothing / classes);

    /// <summary>The sum along the class axis, kept; never 0, so that nothing is divided by it.</summary>
    public static Tensor Total(Tensor p, int axis) => Maximum(p.Sum(axis, keepDims: true), Smallest);

    public static Tensor Normalized(Tensor p, int axis) => p / Total(p, axis);

    /// <summary>The class axis moved to the end, the others in their order.</summary>
    public static Tensor ClassesLast(Tensor x, int axis) =>
        axis == x.Rank - 1 ? x : x.Permute([.. Enumerable.Range(0, x.Rank).Where(other => other != axis), axis]);

    /// <summary>-(y log p + (1 - y) log(1 - p)), elementwise.</summary>
    public static Tensor Binary(Tensor y, Tensor p, bool fromLogits)
    {
        if (fromLogits)
        {
            return BinaryCrossEntropy(y, p);
        }
        p = Clipped(p);
        return -((y * Log(p)) + ((1 - y) * Log(1 - p)));
    }
}
