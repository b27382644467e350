using Autograd.Serialization;
using static Autograd.Tensor;

namespace Autograd;

/// <summary>
/// Draws embeddings of one class together and pushes those of different classes apart: targets are class numbers, predictions [batch, width] are vectors of
/// length 1. An example without another of its class in the batch has loss 0, and examples of loss 0 do not count in means. Sun et al., 2020.
/// </summary>
public sealed class Circle(
    double gamma = 80, double margin = 0.4, bool removeDiagonal = true, LossReduction reduction = LossReduction.SumOverBatchSize, string? name = null)
    : Loss(reduction, name)
{
    // Takes no part in a sum of exponentials. Not infinite: where nothing takes part, the gradient is 0 and not NaN.
    private const double Never = -1e30;

    /// <summary>The scale of the exponents.</summary>
    public double Gamma { get; } = Setting.Positive(gamma, "Circle: gamma");

    /// <summary>How far apart classes are to be kept.</summary>
    public double Margin { get; } = Setting.Fraction(margin, "Circle: margin");

    /// <summary>Whether an example is not compared with itself.</summary>
    public bool RemoveDiagonal { get; } = removeDiagonal;

    /// <inheritdoc/>
    protected override Tensor Call(Tensor yTrue, Tensor yPred)
    {
        if (yPred.Rank != 2 || yTrue.Size != yPred.Shape[0] || yTrue.Rank is not (1 or 2))
        {
            throw new ShapeException($"{Name}: class numbers of shape {yTrue.Shape} do not fit embeddings of shape {yPred.Shape}; they must be [batch] and [batch, width].");
        }
        var count = yPred.Shape[0];
        Tensor same, other;
        using (Recording.Pause())
        {
            same = Equal(yTrue.Reshape(count, 1), yTrue.Reshape(1, count));
            other = !same;
            same = RemoveDiagonal ? same & !Eye(count).AsType(DType.Bool).To(same.Device) : same;
        }
        var distances = Maximum(1 - MatMul(yPred, yPred, transposeY: true), 0);
        var pull = -Gamma * Maximum(distances + Margin, 0) * (Margin - distances);
        var push = Gamma * Maximum(1 + Margin - distances, 0) * (1 - Margin - distances);
        return Softplus(Where(same, pull, Never).LogSumExp(1) + Where(other, push, Never).LogSumExp(1));
    }

    private protected override (Tensor Losses, Tensor? Mask) CallMasked(Tensor yTrue, Tensor yPred)
    {
        var losses = Call(yTrue, yPred);
        using (Recording.Pause())
        {
            return (losses, losses > 0);
        }
    }
}
