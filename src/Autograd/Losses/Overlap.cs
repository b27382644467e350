using Autograd.Serialization;
using static Autograd.Tensor;

namespace Autograd;

/// <summary>
/// 1 - 2 sum(y p) / (sum y + sum p): how little two masks overlap. Over the axes given, else over everything, the batch included, which gives one number. Milletari et al., 2016.
/// </summary>
public sealed class Dice(LossReduction reduction = LossReduction.SumOverBatchSize, string? name = null, int[]? axis = null) : Loss(reduction, name)
{
    /// <summary>The axes summed over; null for all.</summary>
    public int[]? Axis { get; } = axis;

    /// <inheritdoc/>
    protected override Tensor Call(Tensor yTrue, Tensor yPred)
    {
        (yTrue, yPred) = Targets.Align(yTrue, yPred, Name);
        var over = Axis is null ? Axes.All : (Axes)Axis;
        return 1 - (2 * (yTrue * yPred).Sum(over) / (yTrue.Sum(over) + yPred.Sum(over) + Probability.Smallest));
    }
}

/// <summary>
/// 1 - tp / (tp + alpha fp + beta fn), with tp = sum(y p), fp = sum((1 - y) p), fn = sum(y (1 - p)): <see cref="Dice"/> with a price of its own for either error. Salehi et al., 2017.
/// </summary>
public sealed class Tversky(
    double alpha = 0.5, double beta = 0.5, LossReduction reduction = LossReduction.SumOverBatchSize, string? name = null, int[]? axis = null)
    : Loss(reduction, name)
{
    /// <summary>The price of what was predicted and is not there.</summary>
    public double Alpha { get; } = Setting.NotNegative(alpha, "Tversky: alpha");

    /// <summary>The price of what is there and was not predicted.</summary>
    public double Beta { get; } = Setting.NotNegative(beta, "Tversky: beta");

    /// <summary>The axes summed over; null for all.</summary>
    public int[]? Axis { get; } = axis;

    /// <inheritdoc/>
    protected override Tensor Call(Tensor yTrue, Tensor yPred)
    {
        (yTrue, yPred) = Targets.Align(yTrue, yPred, Name);
        var over = Axis is null ? Axes.All : (Axes)Axis;
        var overlap = (yTrue * yPred).Sum(over);
        var excess = ((1 - yTrue) * yPred).Sum(over);
        var missed = (yTrue * (1 - yPred)).Sum(over);
        return 1 - (overlap / (overlap + (Alpha * excess) + (Beta * missed) + Probability.Smallest));
    }
}
