using static Autograd.Tensor;

namespace Autograd;

/// <summary>
/// Minus the logarithm of the probability of a sequence of labels [batch, length], padded with 0 at its end, given logits [batch, steps, classes] that say
/// nothing of where in time a label stands. Class 0 is "no label". Graves et al., 2006.
/// </summary>
public sealed class CTC(LossReduction reduction = LossReduction.SumOverBatchSize, string? name = null) : Loss(reduction, name)
{
    private const double Impossible = -1e30;

    /// <inheritdoc/>
    protected override Tensor Call(Tensor yTrue, Tensor yPred)
    {
        if (yTrue.Rank != 2 || yPred.Rank != 3 || yTrue.Shape[0] != yPred.Shape[0] || yPred.Shape[1] == 0)
        {
            throw new ShapeException($"{Name}: labels of shape {yTrue.Shape} do not fit logits of shape {yPred.Shape}; they must be [batch, length] and [batch, steps, classes].");
        }
        var (batch, steps, length) = (yPred.Shape[0], yPred.Shape[1], yTrue.Shape[1]);
        Tensor states, skips, last, isEmpty;
        using (Recording.Pause())
        {
            Targets.RequireClasses(yTrue, yPred.Shape[2], Name);
            (states, skips, last) = States(yTrue.AsType(DType.Int64).ToArray<long>(), batch, length, steps);
            isEmpty = Equal(last, 0);
        }
        // The states of a sequence are its labels with "no label" before, between and after; alpha is the logarithm of the probability of being in each.
        var width = (2 * length) + 1;
        var logs = LogSoftmax(yPred.DType.IsFloating() ? yPred : yPred.AsType(DType.Float32)).TakeAlongAxis(states.BroadcastTo([batch, steps, width]), 2);
        var alpha = Where((Arange(width) < 2).To(logs.Device), logs[.., 0], Impossible);
        for (var t = 1; t < steps; t++)
        {
            var fromBefore = alpha.Pad([(0, 0), (1, -1)], Impossible);
            var fromTwoBefore = width < 2 ? fromBefore : Where(skips, alpha.Pad([(0, 0), (2, -2)], Impossible), Impossible);
            alpha = LogAddExp(LogAddExp(alpha, fromBefore), fromTwoBefore) + logs[.., t];
        }
        var atEnd = alpha.TakeAlongAxis(last, 1);
        var beforeEnd = Where(isEmpty, Impossible, alpha.TakeAlongAxis(Where(isEmpty, 0, last - 1), 1));
        return -LogAddExp(atEnd, beforeEnd).Squeeze(1);
    }

    /// <summary>For each sequence the classes of its states, which of these may be entered from two states before, and which is the last.</summary>
    private (Tensor Classes, Tensor Skips, Tensor Last) States(long[] labels, int batch, int length, int steps)
    {
        var width = (2 * length) + 1;
        var (classes, skips, last) = (new long[batch * width], new bool[batch * width], new long[batch]);
        for (var row = 0; row < batch; row++)
        {
            var own = labels.AsSpan(row * length, length);
            var count = length - own.Count(0);
            var needed = count;
            for (var i = 0; i < count; i++)
            {
                var state = (row * width) + (2 * i) + 1;
                classes[state] = own[i];
                skips[state] = i > 0 && own[i] != own[i - 1];
                needed += i > 0 && own[i] == own[i - 1] ? 1 : 0;
            }
            last[row] = 2 * count;
            if (needed > steps)
            {
                throw new ValueException($"{Name}: the {count} labels of row {row} need {needed} steps; the predictions have {steps}.");
            }
        }
        return (Tensor.From(classes, [batch, 1, width]), Tensor.From(skips, [batch, width]), Tensor.From(last, [batch, 1]));
    }
}
