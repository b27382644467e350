using Autograd.Serialization;

namespace Autograd;

/// <summary>
/// Intersection over union, tp / (tp + fp + fn), averaged over some classes, as far as they occur: for class numbers of any shape, such as of pixels. Numbers that are
/// no class do not count. Also called the Jaccard index.
/// </summary>
public class IoU : ConfusionTableMetric
{
    /// <summary>Intersection over union.</summary>
    /// <param name="numClasses">How many classes there are.</param>
    /// <param name="targetClassIds">The classes that are averaged.</param>
    /// <param name="name">The name in logs.</param>
    /// <param name="ignoreClass">Targets of this number do not count.</param>
    /// <param name="sparseYTrue">Whether targets are class numbers; else they have an axis of classes, and the largest is meant.</param>
    /// <param name="sparseYPred">Whether predictions are class numbers; else they have an axis of classes, and the largest is meant.</param>
    /// <param name="axis">The axis of classes.</param>
    public IoU(int numClasses, int[] targetClassIds, string? name = null, int? ignoreClass = null, bool sparseYTrue = true, bool sparseYPred = true, int axis = -1)
        : base(numClasses, name)
    {
        ArgumentNullException.ThrowIfNull(targetClassIds);
        TargetClassIds = targetClassIds.Length > 0 && targetClassIds.All(id => id >= 0 && id < numClasses)
            ? [.. targetClassIds]
            : throw new ValueException($"{GetType().Name}: targetClassIds are {Shape.Format(targetClassIds)}; the {numClasses} classes are 0 to {numClasses - 1}.");
        (IgnoreClass, SparseYTrue, SparseYPred, Axis) = (ignoreClass, sparseYTrue, sparseYPred, axis);
    }

    /// <summary>The classes that are averaged.</summary>
    public int[] TargetClassIds { get; }

    /// <summary>Targets of this number do not count.</summary>
    public int? IgnoreClass { get; }

    /// <summary>Whether targets are class numbers.</summary>
    public bool SparseYTrue { get; }

    /// <summary>Whether predictions are class numbers.</summary>
    public bool SparseYPred { get; }

    /// <summary>The axis of classes, where there is one.</summary>
    public int Axis { get; }

    /// <inheritdoc/>
    protected override void Gather(Tensor yTrue, Tensor yPred, Tensor? sampleWeight) =>
        Add(SparseYTrue ? yTrue : yTrue.ArgMax(Axis), SparseYPred ? yPred : yPred.ArgMax(Axis), SampleWeights.Masked(sampleWeight, yPred, Name), IgnoreClass);

    /// <inheritdoc/>
    public override Tensor Result()
    {
        var table = Table;
        var hits = (table * Tensor.Eye(NumClasses, dtype: DType.Float64).To(table.Device)).Sum(0);
        var union = table.Sum(0) + table.Sum(1) - hits;
        var ids = Tensor.From(TargetClassIds).To(table.Device);
        (hits, union) = (hits.Take(ids), union.Take(ids));
        return Targets.Quotient(Targets.Quotient(hits, union).Sum(), Tensor.NotEqual(union, 0).Sum());
    }
}

/// <summary><see cref="IoU"/> of two classes, predictions being 1 from a threshold on.</summary>
public sealed class BinaryIoU(int[]? targetClassIds = null, double threshold = 0.5, string? name = null) : IoU(2, targetClassIds ?? [0, 1], name)
{
    /// <summary>Predictions at or above it mean 1.</summary>
    public double Threshold { get; } = threshold;

    /// <inheritdoc/>
    protected override void Gather(Tensor yTrue, Tensor yPred, Tensor? sampleWeight) =>
        base.Gather(yTrue, yPred >= Threshold, SampleWeights.Masked(sampleWeight, yPred, Name));
}

/// <summary><see cref="IoU"/> averaged over all classes.</summary>
public sealed class MeanIoU(int numClasses, string? name = null, int? ignoreClass = null, bool sparseYTrue = true, bool sparseYPred = true, int axis = -1)
    : IoU(numClasses, [.. Enumerable.Range(0, Checked(numClasses, nameof(MeanIoU)))], name, ignoreClass, sparseYTrue, sparseYPred, axis);

/// <summary><see cref="IoU"/> for one-hot targets, and scores as predictions unless those are class numbers.</summary>
public sealed class OneHotIoU(int numClasses, int[] targetClassIds, string? name = null, int? ignoreClass = null, bool sparseYPred = false, int axis = -1)
    : IoU(numClasses, targetClassIds, name, ignoreClass, sparseYTrue: false, sparseYPred, axis);

/// <summary><see cref="OneHotIoU"/> averaged over all classes.</summary>
public sealed class OneHotMeanIoU(int numClasses, string? name = null, int? ignoreClass = null, bool sparseYPred = false, int axis = -1)
    : IoU(numClasses, [.. Enumerable.Range(0, Checked(numClasses, nameof(OneHotMeanIoU)))], name, ignoreClass, sparseYTrue: false, sparseYPred, axis);
