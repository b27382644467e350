using Autograd.Serialization;
using static Autograd.Tensor;

namespace Autograd;

/// <summary>
/// The area under a curve that runs over all thresholds: "ROC", the rate of true positives over that of false ones; "PR", precision over recall; "PRGAIN",
/// precision gain over recall gain (Flach and Kull, 2015). 0.5 under the ROC is guessing, 1 perfect.
/// </summary>
public sealed class AUC : Metric
{
    private readonly ConfusionCounts _counts;

    /// <summary>An area under a curve.</summary>
    /// <param name="numThresholds">How many thresholds, 2 at least: that many points of the curve, from 0 to 1 in equal steps.</param>
    /// <param name="curve">ROC, PR or PRGAIN.</param>
    /// <param name="summationMethod">
    /// How the area between two points is taken: by "interpolation" (of the counts under PR: Davis and Goadrich, 2006), from below ("minoring"), or from above ("majoring").
    /// </param>
    /// <param name="thresholds">Thresholds in [0, 1] instead of equal steps; ends just beyond 0 and 1 are added.</param>
    /// <param name="multiLabel">Whether predictions [batch, labels] have an area for each label, which are then averaged; else all are counted together.</param>
    /// <param name="numLabels">How many labels there must be, for several labels.</param>
    /// <param name="labelWeights">How much each label counts.</param>
    /// <param name="fromLogits">Whether the sigmoid of predictions is yet to be taken.</param>
    /// <param name="name">The name in logs.</param>
    public AUC(
        int numThresholds = 200, string curve = "ROC", string summationMethod = "interpolation", double[]? thresholds = null, bool multiLabel = false,
        int? numLabels = null, double[]? labelWeights = null, bool fromLogits = false, string? name = null)
        : base(name)
    {
        NumThresholds = thresholds is null ? Setting.Thresholds(2, numThresholds, "AUC: numThresholds") : thresholds.Length + 2;
        Curve = Setting.OneOf(curve, "AUC: curve", "ROC", "PR", "PRGAIN");
        SummationMethod = Setting.OneOf(summationMethod, "AUC: summationMethod", "interpolation", "minoring", "majoring");
        Thresholds = thresholds?.Select(threshold => Setting.Fraction(threshold, "AUC: a threshold")).Order().ToArray();
        MultiLabel = multiLabel;
        NumLabels = numLabels is null || multiLabel
            ? numLabels
            : throw new ValueException("AUC: numLabels is for multiLabel: true.");
        LabelWeights = labelWeights;
        FromLogits = fromLogits;
        var inner = Thresholds ?? [.. Enumerable.Range(1, NumThresholds - 2).Select(i => i / (NumThresholds - 1.0))];
        _counts = new ConfusionCounts([-Probability.Smallest, .. inner, 1 + Probability.Smallest], isEven: thresholds is null, multiLabel);
    }

    /// <summary>How many thresholds there are, ends included.</summary>
    public int NumThresholds { get; }

    /// <summary>ROC, PR or PRGAIN.</summary>
    public string Curve { get; }

    /// <summary>interpolation, minoring or majoring.</summary>
    public string SummationMethod { get; }

    /// <summary>Thresholds that were given, sorted, without the ends.</summary>
    public double[]? Thresholds { get; }

    /// <summary>Whether each label has an area of its own.</summary>
    public bool MultiLabel { get; }

    /// <summary>How many labels there must be.</summary>
    public int? NumLabels { get; }

    /// <summary>How much each label counts; all the same where null.</summary>
    public double[]? LabelWeights { get; }

    /// <summary>Whether the sigmoid of predictions is yet to be taken.</summary>
    public bool FromLogits { get; }

    /// <inheritdoc/>
    protected override void Gather(Tensor yTrue, Tensor yPred, Tensor? sampleWeight)
    {
        sampleWeight = SampleWeights.Masked(sampleWeight, yPred, Name);
        (yTrue, yPred) = Targets.Align(yTrue, yPred, Name);
        if (MultiLabel && (yPred.Rank != 2 || yPred.Shape[1] != (NumLabels ?? yPred.Shape[1])))
        {
            throw new ShapeException($"{Name}: predictions of shape {yPred.Shape}; they must be [batch, {(NumLabels is null ? "labels" : $"{NumLabels}")}].");
        }
        if (LabelWeights is not null && LabelWeights.Length != yPred.Shape[^1])
        {
            throw new ShapeException($"{Name}: {LabelWeights.Length} label weights do not fit predictions of shape {yPred.Shape}.");
        }
        var weights = sampleWeight is null ? null : SampleWeights.Fit(sampleWeight, yPred, Name);
        if (LabelWeights is not null && !MultiLabel)
        {
            var labels = Tensor.From(LabelWeights).To(yPred.Device);
            weights = weights is null ? labels : weights * labels;
        }
        _counts.Add(yTrue, FromLogits ? Sigmoid(yPred) : yPred, weights, Name);
    }

    /// <inheritdoc/>
    public override Tensor Result()
    {
        var areas = (Curve == "PR" && SummationMethod == "interpolation" ? InterpolatedPrecisionRecall() : Rectangles()).Sum(0);
        if (!MultiLabel)
        {
            return areas;
        }
        return LabelWeights is null ? areas.Mean() : Targets.Quotient((areas * Tensor.From(LabelWeights).To(areas.Device)).Sum(), FullOn(areas.Backend, [], LabelWeights.Sum(), areas.DType));
    }

    /// <inheritdoc/>
    public override void Reset() => _counts.Reset();

    private Tensor Rectangles()
    {
        var (x, y) = Curve switch
        {
            "ROC" => (Targets.Quotient(_counts.FalsePositives, _counts.FalsePositives + _counts.TrueNegatives), _counts.Sensitivity),
            "PR" => (_counts.Sensitivity, _counts.Precision),
            _ => Gains(),
        };
        var (before, after) = (y[..^1], y[1..]);
        return (x[..^1] - x[1..]) * SummationMethod switch
        {
            "interpolation" => (before + after) / 2,
            "minoring" => Minimum(before, after),
            _ => Maximum(before, after),
        };
    }

    private (Tensor Recall, Tensor Precision) Gains()
    {
        var hits = _counts.TruePositives;
        var ratio = Targets.Quotient(hits + _counts.FalseNegatives, _counts.TrueNegatives + _counts.FalsePositives);
        // Without true positives both gains diverge, and below the share of positives that of recall is negative.
        var none = Equal(hits, 0);
        var recall = Where(none, 0, 1 - (ratio * Targets.Quotient(_counts.FalseNegatives, hits)));
        var precision = Where(none, 1, 1 - (ratio * Targets.Quotient(_counts.FalsePositives, hits)));
        return (Maximum(recall, 0), precision);
    }

    // Between two thresholds true and false positives are taken to grow in proportion, under which precision is no straight line.
    private Tensor InterpolatedPrecisionRecall()
    {
        var (hits, all) = (_counts.TruePositives, _counts.TruePositives + _counts.FalsePositives);
        var (before, after) = (all[..^1], all[1..]);
        var gained = hits[..^1] - hits[1..];
        var slope = Targets.Quotient(gained, Maximum(before - after, 0));
        var intercept = hits[1..] - (slope * after);
        var ratio = Where((before > 0) & (after > 0), Targets.Quotient(before, Maximum(after, 0)), 1);
        return Targets.Quotient(slope * (gained + (intercept * Log(ratio))), Maximum(hits[1..] + _counts.FalseNegatives[1..], 0));
    }
}
