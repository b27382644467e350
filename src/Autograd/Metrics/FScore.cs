using Autograd.Serialization;
using static Autograd.Tensor;

namespace Autograd;

/// <summary>
/// (1 + beta^2) precision recall / (beta^2 precision + recall), for targets of 0 and 1 and predictions [batch, classes]: beta says how much more recall counts
/// than precision. One score per class, or one number.
/// </summary>
public class FBetaScore : Metric
{
    // Of each class, [classes].
    private Tensor? _truePositives, _falsePositives, _falseNegatives;

    /// <summary>A score.</summary>
    /// <param name="average">
    /// How the scores of classes become one: null for not at all, "micro" counts all classes together, "macro" takes the mean, "weighted" the mean weighted by how often a class is right.
    /// </param>
    /// <param name="beta">How much more recall counts; positive.</param>
    /// <param name="threshold">Above it, in (0, 1], a prediction means 1; where null, only the largest of an example does.</param>
    /// <param name="name">The name in logs.</param>
    public FBetaScore(string? average = null, double beta = 1, double? threshold = null, string? name = null) : base(name ?? "fbeta_score")
    {
        Average = average is null ? null : Setting.OneOf(average, $"{GetType().Name}: average", "micro", "macro", "weighted");
        Beta = Setting.Positive(beta, $"{GetType().Name}: beta");
        Threshold = threshold is null or (> 0 and <= 1)
            ? threshold
            : throw new ValueException(FormattableString.Invariant($"{GetType().Name}: threshold is {threshold}; it must lie in (0, 1]."));
    }

    /// <summary>How the scores of classes become one.</summary>
    public string? Average { get; }

    /// <summary>How much more recall counts.</summary>
    public double Beta { get; }

    /// <summary>Above it a prediction means 1; where null, only the largest of an example does.</summary>
    public double? Threshold { get; }

    /// <inheritdoc/>
    protected override void Gather(Tensor yTrue, Tensor yPred, Tensor? sampleWeight)
    {
        (yTrue, yPred) = Targets.Align(yTrue, yPred, Name);
        if (yPred.Rank != 2 || (_truePositives is not null && _truePositives.Shape[0] != yPred.Shape[1]))
        {
            throw new ShapeException($"{Name}: predictions of shape {yPred.Shape}; they must be [batch, {(_truePositives is null ? "classes" : $"{_truePositives.Shape[0]}")}].");
        }
        // Of [0, 0, 0] nothing is the largest.
        var isChosen = Threshold is { } threshold ? yPred > threshold : GreaterEqual(yPred, yPred.Max(-1, keepDims: true)) & (Abs(yPred) > 1e-9);
        var (chosen, right) = (isChosen.Cast(DType.Float64), yTrue.Cast(DType.Float64));
        var weights = sampleWeight is null ? 1d : SampleWeights.Fit(sampleWeight, right, Name);
        _truePositives = Plus(_truePositives, chosen * right * weights);
        _falsePositives = Plus(_falsePositives, chosen * (1 - right) * weights);
        _falseNegatives = Plus(_falseNegatives, (1 - chosen) * right * weights);
    }

    private static Tensor Plus(Tensor? sum, Tensor part) => sum is null ? part.Sum(0) : sum + part.Sum(0);

    /// <inheritdoc/>
    public override Tensor Result()
    {
        if (_truePositives is null)
        {
            return 0d;
        }
        var isMicro = Average == "micro";
        Tensor Counted(Tensor? counts) => isMicro ? counts!.Sum() : counts!;
        var (hits, wrong, missed) = (Counted(_truePositives), Counted(_falsePositives), Counted(_falseNegatives));
        var square = Beta * Beta;
        // The formula above, multiplied out: one quotient, 0 where there is nothing.
        var scores = Targets.Quotient((1 + square) * hits, ((1 + square) * hits) + (square * missed) + wrong);
        return Average switch
        {
            "macro" => scores.Mean(),
            "weighted" => Targets.Quotient((scores * (hits + missed)).Sum(), (hits + missed).Sum()),
            _ => scores,
        };
    }

    /// <inheritdoc/>
    public override void Reset() => _truePositives = _falsePositives = _falseNegatives = null;
}

/// <summary>2 precision recall / (precision + recall): the <see cref="FBetaScore"/> in which both count the same.</summary>
public sealed class F1Score(string? average = null, double? threshold = null, string? name = null) : FBetaScore(average, 1, threshold, name ?? "f1_score");
