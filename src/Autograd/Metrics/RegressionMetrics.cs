using Autograd.Serialization;
using static Autograd.Tensor;

namespace Autograd;

/// <summary>The root of the mean of (yTrue - yPred)^2 over all examples and positions.</summary>
public sealed class RootMeanSquaredError(string? name = null) : MeanMetric(name)
{
    /// <inheritdoc/>
    protected override Tensor Values(Tensor yTrue, Tensor yPred)
    {
        (yTrue, yPred) = Targets.Align(yTrue, yPred, Name);
        return SquaredDifference(yTrue, yPred);
    }

    /// <inheritdoc/>
    public override Tensor Result() => Sqrt(base.Result());
}

/// <summary>The mean of <see cref="LogCosh"/> over all examples.</summary>
public sealed class LogCoshError(string? name = null) : MeanMetric(name ?? "logcosh")
{
    private static readonly LogCosh s_loss = new();

    /// <inheritdoc/>
    protected override Tensor Values(Tensor yTrue, Tensor yPred) => s_loss.Measured(yTrue, yPred).Values;
}

/// <summary>
/// The coefficient of determination of each output, 1 - sum (yTrue - yPred)^2 / sum (yTrue - mean)^2, for targets and predictions [batch, outputs]: 1 is perfect, 0 no
/// better than the mean. An output that never varies scores 0 unless it is predicted exactly, then NaN, as in Keras.
/// </summary>
public sealed class R2Score(string? classAggregation = "uniform_average", int numRegressors = 0, string? name = null) : Metric(name)
{
    // Of each output: the sum of the weights, of the targets, of their squares, of the squared errors.
    private Tensor? _weight, _sum, _squares, _errors, _samples;

    /// <summary>How the scores of outputs become one: "uniform_average", "variance_weighted_average", or null for not at all.</summary>
    public string? ClassAggregation { get; } = classAggregation is null
        ? null
        : Setting.OneOf(classAggregation, "R2Score: classAggregation", "uniform_average", "variance_weighted_average");

    /// <summary>How many inputs the predictions rest on, for the adjusted score; 0 for the plain one, which is also given where there are not enough examples.</summary>
    public int NumRegressors { get; } = Setting.AtLeast(0, numRegressors, "R2Score: numRegressors");

    /// <inheritdoc/>
    protected override void Gather(Tensor yTrue, Tensor yPred, Tensor? sampleWeight)
    {
        (yTrue, yPred) = Targets.Align(yTrue, yPred, Name);
        if (yPred.Rank != 2)
        {
            throw new ShapeException($"{Name}: predictions of shape {yPred.Shape}; they must be [batch, outputs].");
        }
        if (_sum is not null && _sum.Shape[0] != yPred.Shape[1])
        {
            throw new ShapeException($"{Name}: predictions of shape {yPred.Shape} after ones of {_sum.Shape[0]} outputs.");
        }
        var (y, p) = (yTrue.Cast(DType.Float64), yPred.Cast(DType.Float64));
        var weights = (sampleWeight is null ? Ones([], DType.Float64) : SampleWeights.Fit(sampleWeight, y, Name)).BroadcastTo(y.Shape);
        _weight = Plus(_weight, weights.Sum(0));
        _sum = Plus(_sum, (y * weights).Sum(0));
        _squares = Plus(_squares, (y * y * weights).Sum(0));
        _errors = Plus(_errors, (SquaredDifference(y, p) * weights).Sum(0));
        _samples = Plus(_samples, NotEqual(weights, 0).Any(1).Sum());
    }

    private static Tensor Plus(Tensor? sum, Tensor part) => sum is null ? part : sum + part;

    /// <inheritdoc/>
    public override Tensor Result()
    {
        if (_sum is null)
        {
            return 0d;
        }
        var variation = _squares! - (_sum * (_sum / _weight!));
        var scores = 1 - (_errors! / variation);
        scores = Where(Equal(Abs(scores), double.PositiveInfinity), 0, scores);
        var score = ClassAggregation switch
        {
            null => scores,
            "uniform_average" => scores.Mean(),
            _ => (variation * scores).Sum() / variation.Sum(),
        };
        var free = _samples!.Item() - NumRegressors - 1;
        return NumRegressors == 0 || free <= 0 ? score : 1 - ((1 - score) * ((_samples.Item() - 1) / free));
    }

    /// <inheritdoc/>
    public override void Reset() => _weight = _sum = _squares = _errors = _samples = null;
}
