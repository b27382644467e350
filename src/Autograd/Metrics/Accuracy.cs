using Autograd.Serialization;
using static Autograd.Tensor;

namespace Autograd;

/// <summary>The share of predictions that equal their targets: for class numbers. The name "accuracy" stands for whichever accuracy the shapes call for.</summary>
public sealed class Accuracy(string? name = null) : MeanMetric(name)
{
    /// <inheritdoc/>
    protected override Tensor Values(Tensor yTrue, Tensor yPred)
    {
        (yTrue, yPred) = Targets.SameShape(yTrue, yPred, Name);
        return Equal(yTrue, yPred);
    }
}

/// <summary>The share of targets 0 or 1 that equal "the prediction is above the threshold".</summary>
public sealed class BinaryAccuracy(double threshold = 0.5, string? name = null) : MeanMetric(name)
{
    /// <summary>Predictions above it mean 1.</summary>
    public double Threshold { get; } = threshold;

    /// <inheritdoc/>
    protected override Tensor Values(Tensor yTrue, Tensor yPred) => Of(yTrue, yPred, Threshold, Name);

    internal static Tensor Of(Tensor yTrue, Tensor yPred, double threshold, string what)
    {
        (yTrue, yPred) = Targets.SameShape(yTrue, yPred, what);
        return Equal(yTrue, (yPred > threshold).Cast(yTrue.DType));
    }
}

/// <summary>The share of examples whose largest prediction is of the class of the one-hot target. Classes lie along the last axis.</summary>
public sealed class CategoricalAccuracy(string? name = null) : MeanMetric(name)
{
    /// <inheritdoc/>
    protected override Tensor Values(Tensor yTrue, Tensor yPred) => Of(yTrue, yPred, Name);

    internal static Tensor Of(Tensor yTrue, Tensor yPred, string what)
    {
        (yTrue, yPred) = Targets.SameShape(yTrue, yPred, what);
        return Equal(yTrue.ArgMax(-1), yPred.ArgMax(-1));
    }
}

/// <summary>The share of examples whose largest prediction is of the class with the target's number. Classes lie along the last axis.</summary>
public sealed class SparseCategoricalAccuracy(string? name = null) : MeanMetric(name)
{
    /// <inheritdoc/>
    protected override Tensor Values(Tensor yTrue, Tensor yPred) => Of(yTrue, yPred, Name);

    internal static Tensor Of(Tensor yTrue, Tensor yPred, string what) => Equal(Targets.Classes(yTrue, yPred.Shape, -1, what), yPred.ArgMax(-1));
}

/// <summary>The share of examples for which fewer than k predictions are larger than that of the class of the one-hot target.</summary>
public sealed class TopKCategoricalAccuracy(int k = 5, string? name = null) : MeanMetric(name)
{
    /// <summary>How many of the largest predictions count.</summary>
    public int K { get; } = Setting.AtLeast(1, k, "TopKCategoricalAccuracy: k");

    /// <inheritdoc/>
    protected override Tensor Values(Tensor yTrue, Tensor yPred)
    {
        (yTrue, yPred) = Targets.SameShape(yTrue, yPred, Name);
        return Among(yTrue.ArgMax(-1), yPred, K);
    }

    // A prediction that is NaN or infinite is among nothing.
    internal static Tensor Among(Tensor classes, Tensor yPred, int k)
    {
        var own = yPred.TakeAlongAxis(classes.ExpandDims(-1), -1);
        return ((yPred > own).Sum(-1) < k) & IsFinite(own).Squeeze(-1);
    }
}

/// <summary>The share of examples for which fewer than k predictions are larger than that of the class with the target's number.</summary>
public sealed class SparseTopKCategoricalAccuracy(int k = 5, string? name = null, bool fromSortedIds = false) : MeanMetric(name)
{
    /// <summary>How many of the largest predictions count.</summary>
    public int K { get; } = Setting.AtLeast(1, k, "SparseTopKCategoricalAccuracy: k");

    /// <summary>Whether predictions are class numbers, the best first, instead of one score per class.</summary>
    public bool FromSortedIds { get; } = fromSortedIds;

    /// <inheritdoc/>
    protected override Tensor Values(Tensor yTrue, Tensor yPred)
    {
        if (!FromSortedIds)
        {
            return TopKCategoricalAccuracy.Among(Targets.Classes(yTrue, yPred.Shape, -1, Name), yPred, K);
        }
        var numbers = yPred.Shape.With(yPred.Shape.Axis(-1, Name), 1);
        if (yTrue.Size != numbers.Size || yTrue.Rank < yPred.Rank - 1 || yTrue.Rank > yPred.Rank)
        {
            throw new ShapeException($"{Name}: class numbers of shape {yTrue.Shape} do not fit sorted ones of shape {yPred.Shape}.");
        }
        return Equal(yTrue.Reshape(numbers), yPred[TensorIndex.Ellipsis, ..Math.Min(K, yPred.Shape[^1])]).Any(-1);
    }
}

/// <summary>What "accuracy" means depends on the shapes: binary for one output, by class number or by one-hot target for several. As in Keras.</summary>
internal sealed class FittingAccuracy(string? name = null) : MeanMetric(name ?? "accuracy")
{
    protected override Tensor Values(Tensor yTrue, Tensor yPred) => Question.Of(yTrue, yPred) switch
    {
        Question.Kind.YesOrNo => BinaryAccuracy.Of(yTrue, yPred, 0.5, Name),
        Question.Kind.ClassNumber => SparseCategoricalAccuracy.Of(yTrue, yPred, Name),
        _ => CategoricalAccuracy.Of(yTrue, yPred, Name),
    };
}

/// <summary>What "crossentropy" means depends on the shapes in the same way.</summary>
internal sealed class FittingCrossentropy(string? name = null) : MeanMetric(name ?? "crossentropy")
{
    private static readonly Loss s_binary = new BinaryCrossentropy();
    private static readonly Loss s_sparse = new SparseCategoricalCrossentropy();
    private static readonly Loss s_categorical = new CategoricalCrossentropy();

    protected override Tensor Values(Tensor yTrue, Tensor yPred) => (Question.Of(yTrue, yPred) switch
    {
        Question.Kind.YesOrNo => s_binary,
        Question.Kind.ClassNumber => s_sparse,
        _ => s_categorical,
    }).Measured(yTrue, yPred).Values;
}

/// <summary>What is asked of a model, told from shapes.</summary>
internal static class Question
{
    public enum Kind
    {
        YesOrNo,
        ClassNumber,
        OneHot,
    }

    public static Kind Of(Tensor yTrue, Tensor yPred) =>
        yPred.Rank < 2 || yPred.Shape[^1] == 1 ? Kind.YesOrNo
        : yTrue.Rank < yPred.Rank || yTrue.Shape[^1] == 1 ? Kind.ClassNumber
        : Kind.OneHot;

    /// <summary>What is wrong with a metric beside a loss, if anything: shapes alone do not tell whether outputs are probabilities, or one choice or several.</summary>
    public static string? Advice(Metric metric, Loss loss, Tensor yTrue, Tensor yPred)
    {
        var fromLogits = loss is BinaryCrossentropy { FromLogits: true } or BinaryFocalCrossentropy { FromLogits: true };
        var border = fromLogits ? "new BinaryAccuracy(threshold: 0)" : "\"binary_accuracy\"";
        return metric switch
        {
            FittingAccuracy when loss is BinaryCrossentropy or BinaryFocalCrossentropy && Of(yTrue, yPred) != Kind.YesOrNo =>
                $"takes the {yPred.Shape[^1]} outputs for one choice among classes, as in Keras; the loss {loss.Name} takes them for independent answers. To count those, measure {border}.",
            FittingAccuracy or BinaryAccuracy { Threshold: 0.5 } when fromLogits =>
                $"takes predictions above 0.5 for \"yes\", as in Keras; the loss {loss.Name} takes them for logits, whose border is 0. Measure {border}.",
            ThresholdMetric { IsAtDefault: true } when fromLogits =>
                $"takes predictions above 0.5 for \"yes\"; the loss {loss.Name} takes them for logits, whose border is 0. Measure new {metric.GetType().Name}(thresholds: [0]).",
            AUC { FromLogits: false } when fromLogits => $"takes predictions for probabilities; the loss {loss.Name} takes them for logits. Measure new AUC(fromLogits: true).",
            FittingCrossentropy when fromLogits || loss is CategoricalCrossentropy { FromLogits: true } or SparseCategoricalCrossentropy { FromLogits: true } =>
                $"takes predictions for probabilities, as in Keras; the loss {loss.Name} takes them for logits. Give the loss itself as a metric.",
            _ => null,
        };
    }
}
