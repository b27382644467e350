using Autograd.Backends;
using static Autograd.Tensor;

namespace Autograd;

/// <summary>
/// How many yes-or-no answers were right and wrong if "yes" means "above the threshold", at several thresholds: [thresholds], or [thresholds, labels] where each
/// label is counted by itself. float64.
/// </summary>
/// <param name="thresholds">In ascending order.</param>
/// <param name="isEven">
/// Whether they go from 0 to 1 in equal steps, the ends perhaps moved outwards a little. Then every prediction is dropped into one bucket instead of being compared with every threshold.
/// </param>
/// <param name="perLabel">Whether each position of the last of two axes is counted by itself.</param>
internal sealed class ConfusionCounts(double[] thresholds, bool isEven, bool perLabel = false)
{
    // The positives are the answers that should be "yes"; what is not a true positive of them is a false negative.
    private Tensor? _truePositives, _falsePositives, _positives, _negatives;

    public Tensor TruePositives => _truePositives ?? Nothing;

    public Tensor FalsePositives => _falsePositives ?? Nothing;

    public Tensor FalseNegatives => _positives is null ? Nothing : _positives - _truePositives!;

    public Tensor TrueNegatives => _negatives is null ? Nothing : _negatives - _falsePositives!;

    /// <summary>The share of "yes" answers that are right.</summary>
    public Tensor Precision => Targets.Quotient(TruePositives, TruePositives + FalsePositives);

    /// <summary>The share of answers that should be "yes" and are, also called recall.</summary>
    public Tensor Sensitivity => Targets.Quotient(TruePositives, TruePositives + FalseNegatives);

    /// <summary>The share of answers that should be "no" and are.</summary>
    public Tensor Specificity => Targets.Quotient(TrueNegatives, TrueNegatives + FalsePositives);

    private Tensor Nothing => Zeros(perLabel ? [thresholds.Length, 1] : [thresholds.Length], DType.Float64);

    /// <summary>Takes answers in: targets (not zero means "yes") and predictions of one shape, weights that broadcast to it.</summary>
    public void Add(Tensor yTrue, Tensor yPred, Tensor? weights, string what)
    {
        var shape = perLabel ? yPred.Shape : Shape.Of(yPred.Size, 1);
        if (perLabel && _positives is not null && _positives.Shape[0] != shape[1])
        {
            throw new ShapeException($"{what}: predictions of shape {shape} after ones of {_positives.Shape[0]} labels.");
        }
        var predictions = yPred.Reshape(shape);
        var isPositive = NotEqual(yTrue, 0).Cast(DType.Float64).Reshape(shape);
        var positives = isPositive;
        var negatives = 1 - isPositive;
        if (weights is not null)
        {
            weights = weights.Cast(DType.Float64).BroadcastTo(yPred.Shape).Reshape(shape);
            (positives, negatives) = (positives * weights, negatives * weights);
        }
        var above = isEven ? Buckets(predictions) : (predictions > From(thresholds, [thresholds.Length, 1, 1]).To(predictions.Device).Cast(predictions.DType)).Cast(DType.Float64);
        _truePositives = Plus(_truePositives, Above(above, positives));
        _falsePositives = Plus(_falsePositives, Above(above, negatives));
        _positives = Plus(_positives, Labels(positives.Sum(0)));
        _negatives = Plus(_negatives, Labels(negatives.Sum(0)));
    }

    public void Reset() => _truePositives = _falsePositives = _positives = _negatives = null;

    private static Tensor Plus(Tensor? sum, Tensor part) => sum is null ? part : sum + part;

    private Tensor Labels(Tensor perLabelCounts) => perLabel ? perLabelCounts : perLabelCounts.Reshape([.. perLabelCounts.Shape.ToArray()[..^1]]);

    /// <summary>For each prediction how many thresholds it is above. NaN is above none.</summary>
    private Tensor Buckets(Tensor predictions)
    {
        var buckets = Where(predictions > 0, Ceiling(Clip(predictions, 0, 1) * (thresholds.Length - 1)), 0).Cast(DType.Int64);
        return WholeNumbers.Below(thresholds.Length + 1, thresholds[0] < 0 ? Maximum(buckets, IsFinite(predictions).Cast(DType.Int64)) : buckets);
    }

    /// <summary>For each threshold the sum of the weights of predictions above it.</summary>
    private Tensor Above(Tensor above, Tensor weights)
    {
        if (!isEven)
        {
            return Labels((above * weights).Sum(1));
        }
        // A bucket's predictions are above as many thresholds as it has a number, so what is above a threshold are all the buckets after it.
        var buckets = FullOn(weights.Backend, [thresholds.Length + 1, weights.Shape[1]], 0, DType.Float64).ScatterAddAlongAxis(above, weights, 0);
        return Labels(buckets.CumSum(0, reverse: true)[1..]);
    }
}
