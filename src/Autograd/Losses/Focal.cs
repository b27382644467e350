using Autograd.Serialization;
using static Autograd.Tensor;

namespace Autograd;

/// <summary>
/// <see cref="BinaryCrossentropy"/> in which easy examples count little: times (1 - p)^gamma, where p is the probability given to the right answer. Lin et al., 2017.
/// </summary>
public sealed class BinaryFocalCrossentropy(
    bool applyClassBalancing = false, double alpha = 0.25, double gamma = 2, bool fromLogits = false, double labelSmoothing = 0, int axis = -1,
    LossReduction reduction = LossReduction.SumOverBatchSize, string? name = null)
    : Loss(reduction, name)
{
    /// <summary>Whether "yes" is weighted by alpha and "no" by 1 - alpha.</summary>
    public bool ApplyClassBalancing { get; } = applyClassBalancing;

    /// <summary>The weight of "yes", in [0, 1].</summary>
    public double Alpha { get; } = Setting.Fraction(alpha, "BinaryFocalCrossentropy: alpha");

    /// <summary>How much less easy examples count; 0 for not at all.</summary>
    public double Gamma { get; } = Setting.NotNegative(gamma, "BinaryFocalCrossentropy: gamma");

    /// <summary>Whether predictions are logits, of which the sigmoid is yet to be taken. Else they are probabilities, clipped to [1e-7, 1 - 1e-7].</summary>
    public bool FromLogits { get; } = fromLogits;

    /// <summary>s of y (1 - s) + s / 2, in [0, 1].</summary>
    public double LabelSmoothing { get; } = Setting.Fraction(labelSmoothing, "BinaryFocalCrossentropy: labelSmoothing");

    /// <summary>The axis of the mean.</summary>
    public int Axis { get; } = axis;

    /// <inheritdoc/>
    protected override Tensor Call(Tensor yTrue, Tensor yPred)
    {
        (yTrue, yPred) = Targets.Align(yTrue, yPred, Name);
        var along = yPred.Shape.Axis(Axis, Name);
        Labels.RequireProbabilities(yTrue, Name);
        var y = Probability.Smoothed(yTrue, LabelSmoothing, 2);
        var p = Probability.Clipped(FromLogits ? Sigmoid(yPred) : yPred);
        var focal = Pow((y * (1 - p)) + ((1 - y) * p), Gamma) * Probability.Binary(y, yPred, FromLogits);
        return (ApplyClassBalancing ? ((y * Alpha) + ((1 - y) * (1 - Alpha))) * focal : focal).Mean(along);
    }
}

/// <summary><see cref="CategoricalCrossentropy"/> in which easy examples count little: -sum alpha (1 - p)^gamma y log p along the class axis. Lin et al., 2017.</summary>
public sealed class CategoricalFocalCrossentropy(
    double alpha = 0.25, double gamma = 2, bool fromLogits = false, double labelSmoothing = 0, int axis = -1,
    LossReduction reduction = LossReduction.SumOverBatchSize, string? name = null)
    : Loss(reduction, name)
{
    /// <summary>A factor of all.</summary>
    public double Alpha { get; } = Setting.NotNegative(alpha, "CategoricalFocalCrossentropy: alpha");

    /// <summary>How much less easy examples count; 0 for not at all.</summary>
    public double Gamma { get; } = Setting.NotNegative(gamma, "CategoricalFocalCrossentropy: gamma");

    /// <summary>Whether predictions are logits, of which the softmax is yet to be taken. Else they are probabilities, made to sum to 1 and clipped to [1e-7, 1 - 1e-7].</summary>
    public bool FromLogits { get; } = fromLogits;

    /// <summary>s of y (1 - s) + s / classes, in [0, 1].</summary>
    public double LabelSmoothing { get; } = Setting.Fraction(labelSmoothing, "CategoricalFocalCrossentropy: labelSmoothing");

    /// <summary>The class axis.</summary>
    public int Axis { get; } = axis;

    /// <inheritdoc/>
    protected override Tensor Call(Tensor yTrue, Tensor yPred)
    {
        (yTrue, yPred) = Targets.Align(yTrue, yPred, Name);
        var along = yPred.Shape.Axis(Axis, Name);
        Labels.RequireDistributions(yTrue, along, Name, mayBeZero: true);
        var y = Probability.Smoothed(yTrue, LabelSmoothing, yPred.Shape[along]);
        var p = Probability.Clipped(FromLogits ? Softmax(yPred, along) : Probability.Normalized(yPred, along));
        var logs = FromLogits ? LogSoftmax(yPred, along) : Log(p);
        return -(Alpha * Pow(1 - p, Gamma) * y * logs).Sum(along);
    }
}
