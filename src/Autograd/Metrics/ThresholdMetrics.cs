using Autograd.Serialization;
using static Autograd.Tensor;

namespace Autograd;

/// <summary>The base of metrics of yes-or-no answers that mean "yes" above a threshold: a number for one threshold, a vector for several.</summary>
public abstract class ThresholdMetric : Metric
{
    private readonly int? _topK;
    private readonly int? _classId;

    private protected ThresholdMetric(double[]? thresholds, string? name, int? topK = null, int? classId = null) : base(name)
    {
        var all = topK is null ? 0.5 : double.NegativeInfinity;
        IsAtDefault = thresholds is null && topK is null;
        Counts = new ConfusionCounts(thresholds is null ? [all] : Checked(thresholds), isEven: false);
        (_topK, _classId) = (topK, classId);
        Setting.AtLeast(1, topK ?? 1, $"{GetType().Name}: topK");
        Setting.AtLeast(0, classId ?? 0, $"{GetType().Name}: classId");
    }

    private protected ThresholdMetric(int numThresholds, string? name, int? classId) : base(name)
    {
        Setting.Thresholds(1, numThresholds, $"{GetType().Name}: numThresholds");
        Setting.AtLeast(0, classId ?? 0, $"{GetType().Name}: classId");
        Counts = numThresholds == 1
            ? new ConfusionCounts([0.5], isEven: false)
            : new ConfusionCounts([.. Enumerable.Range(0, numThresholds).Select(i => i / (numThresholds - 1.0))], isEven: true);
        _classId = classId;
    }

    private protected ConfusionCounts Counts { get; }

    /// <summary>Whether the threshold is 0.5 because none was given.</summary>
    internal bool IsAtDefault { get; }

    private double[] Checked(double[] thresholds) => thresholds.Length > 0 && thresholds.All(threshold => threshold is >= 0 and <= 1)
        ? [.. thresholds]
        : throw new ValueException($"{GetType().Name}: thresholds are [{string.Join(", ", thresholds.Select(one => FormattableString.Invariant($"{one}")))}]; they must lie in [0, 1], and there must be one.");

    /// <inheritdoc/>
    protected override void Gather(Tensor yTrue, Tensor yPred, Tensor? sampleWeight)
    {
        sampleWeight = SampleWeights.Masked(sampleWeight, yPred, Name);
        (yTrue, yPred) = Targets.Align(yTrue, yPred, Name);
        if (_topK is { } k)
        {
            yPred = Largest(yPred, k);
        }
        if (_classId is { } id)
        {
            if (yPred.Rank < 2 || id >= yPred.Shape[^1])
            {
                throw new ShapeException($"{Name}: there is no class {id} along the last axis of predictions of shape {yPred.Shape}, which must be [batch, classes].");
            }
            (yTrue, yPred) = (yTrue[TensorIndex.Ellipsis, id..(id + 1)], yPred[TensorIndex.Ellipsis, id..(id + 1)]);
        }
        Counts.Add(yTrue, yPred, sampleWeight is null ? null : SampleWeights.Fit(sampleWeight, yPred, Name), Name);
    }

    /// <summary>The k largest along the last axis, the first ones where some are equal; the others become -infinity.</summary>
    private Tensor Largest(Tensor x, int k)
    {
        if (k > x.Shape[^1])
        {
            throw new ShapeException($"{Name}: there are no {k} largest along the last axis of predictions of shape {x.Shape}.");
        }
        var (values, positions) = x.TopK(k);
        var isAmong = ZerosLike(x).ScatterAddAlongAxis(positions, OnesLike(values), -1) > 0;
        return Where(isAmong, x, double.NegativeInfinity);
    }

    /// <inheritdoc/>
    public override void Reset() => Counts.Reset();

    private protected static Tensor Each(Tensor perThreshold) => perThreshold.Size == 1 ? perThreshold.Reshape([]) : perThreshold;
}

/// <summary>How many answers were rightly "yes", by weight.</summary>
public sealed class TruePositives(double[]? thresholds = null, string? name = null) : ThresholdMetric(thresholds, name)
{
    /// <summary>Each in [0, 1]; 0.5 where null.</summary>
    public double[]? Thresholds { get; } = thresholds;

    /// <inheritdoc/>
    public override Tensor Result() => Each(Counts.TruePositives);
}

/// <summary>How many answers were rightly "no", by weight.</summary>
public sealed class TrueNegatives(double[]? thresholds = null, string? name = null) : ThresholdMetric(thresholds, name)
{
    /// <summary>Each in [0, 1]; 0.5 where null.</summary>
    public double[]? Thresholds { get; } = thresholds;

    /// <inheritdoc/>
    public override Tensor Result() => Each(Counts.TrueNegatives);
}

/// <summary>How many answers were wrongly "yes", by weight.</summary>
public sealed class FalsePositives(double[]? thresholds = null, string? name = null) : ThresholdMetric(thresholds, name)
{
    /// <summary>Each in [0, 1]; 0.5 where null.</summary>
    public double[]? Thresholds { get; } = thresholds;

    /// <inheritdoc/>
    public override Tensor Result() => Each(Counts.FalsePositives);
}

/// <summary>How many answers were wrongly "no", by weight.</summary>
public sealed class FalseNegatives(double[]? thresholds = null, string? name = null) : ThresholdMetric(thresholds, name)
{
    /// <summary>Each in [0, 1]; 0.5 where null.</summary>
    public double[]? Thresholds { get; } = thresholds;

    /// <inheritdoc/>
    public override Tensor Result() => Each(Counts.FalseNegatives);
}

/// <summary>tp / (tp + fp): the share of "yes" answers that are right; 0 where there are none.</summary>
public sealed class Precision(double[]? thresholds = null, int? topK = null, int? classId = null, string? name = null) : ThresholdMetric(thresholds, name, topK, classId)
{
    /// <summary>Each in [0, 1]. Where null, 0.5, or with <see cref="TopK"/> none.</summary>
    public double[]? Thresholds { get; } = thresholds;

    /// <summary>Only the k largest along the last axis can be "yes".</summary>
    public int? TopK { get; } = topK;

    /// <summary>Only this position of the last axis is looked at.</summary>
    public int? ClassId { get; } = classId;

    /// <inheritdoc/>
    public override Tensor Result() => Each(Counts.Precision);
}

/// <summary>tp / (tp + fn): the share of answers that should be "yes" and are; 0 where there are none.</summary>
public sealed class Recall(double[]? thresholds = null, int? topK = null, int? classId = null, string? name = null) : ThresholdMetric(thresholds, name, topK, classId)
{
    /// <summary>Each in [0, 1]. Where null, 0.5, or with <see cref="TopK"/> none.</summary>
    public double[]? Thresholds { get; } = thresholds;

    /// <summary>Only the k largest along the last axis can be "yes".</summary>
    public int? TopK { get; } = topK;

    /// <summary>Only this position of the last axis is looked at.</summary>
    public int? ClassId { get; } = classId;

    /// <inheritdoc/>
    public override Tensor Result() => Each(Counts.Sensitivity);
}

/// <summary>The best of one rate over all thresholds at which another is at least as large as asked; 0 where it never is.</summary>
public abstract class ConstrainedMetric : ThresholdMetric
{
    private protected ConstrainedMetric(int numThresholds, int? classId, string? name) : base(numThresholds, name, classId) =>
        (NumThresholds, ClassId) = (numThresholds, classId);

    /// <summary>How many thresholds, from 0 to 1 in equal steps.</summary>
    public int NumThresholds { get; }

    /// <summary>Only this position of the last axis is looked at.</summary>
    public int? ClassId { get; }

    private protected static Tensor Best(Tensor rate, Tensor other, double least) => Where(other >= least, rate, 0).Max();
}

/// <summary>The best precision at which recall is at least as large as asked.</summary>
public sealed class PrecisionAtRecall(double recall, int numThresholds = 200, int? classId = null, string? name = null) : ConstrainedMetric(numThresholds, classId, name)
{
    /// <summary>The least recall, in [0, 1].</summary>
    public double Recall { get; } = Setting.Fraction(recall, "PrecisionAtRecall: recall");

    /// <inheritdoc/>
    public override Tensor Result() => Best(Counts.Precision, Counts.Sensitivity, Recall);
}

/// <summary>The best recall at which precision is at least as large as asked.</summary>
public sealed class RecallAtPrecision(double precision, int numThresholds = 200, int? classId = null, string? name = null) : ConstrainedMetric(numThresholds, classId, name)
{
    /// <summary>The least precision, in [0, 1].</summary>
    public double Precision { get; } = Setting.Fraction(precision, "RecallAtPrecision: precision");

    /// <inheritdoc/>
    public override Tensor Result() => Best(Counts.Sensitivity, Counts.Precision, Precision);
}

/// <summary>The best sensitivity (recall) at which specificity, tn / (tn + fp), is at least as large as asked.</summary>
public sealed class SensitivityAtSpecificity(double specificity, int numThresholds = 200, int? classId = null, string? name = null)
    : ConstrainedMetric(numThresholds, classId, name)
{
    /// <summary>The least specificity, in [0, 1].</summary>
    public double Specificity { get; } = Setting.Fraction(specificity, "SensitivityAtSpecificity: specificity");

    /// <inheritdoc/>
    public override Tensor Result() => Best(Counts.Sensitivity, Counts.Specificity, Specificity);
}

/// <summary>The best specificity, tn / (tn + fp), at which sensitivity (recall) is at least as large as asked.</summary>
public sealed class SpecificityAtSensitivity(double sensitivity, int numThresholds = 200, int? classId = null, string? name = null)
    : ConstrainedMetric(numThresholds, classId, name)
{
    /// <summary>The least sensitivity, in [0, 1].</summary>
    public double Sensitivity { get; } = Setting.Fraction(sensitivity, "SpecificityAtSensitivity: sensitivity");

    /// <inheritdoc/>
    public override Tensor Result() => Best(Counts.Specificity, Counts.Sensitivity, Sensitivity);
}
