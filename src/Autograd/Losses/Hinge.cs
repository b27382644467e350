using static Autograd.Tensor;

namespace Autograd;

/// <summary>mean max(1 - yTrue yPred, 0) along the last axis, for targets -1 and 1. Targets that are all 0 or 1 are taken as -1 and 1.</summary>
public sealed class Hinge(LossReduction reduction = LossReduction.SumOverBatchSize, string? name = null) : Loss(reduction, name)
{
    /// <inheritdoc/>
    protected override Tensor Call(Tensor yTrue, Tensor yPred) => Missing(yTrue, yPred, Name).Mean(-1);

    /// <summary>What a prediction lacks to the margin.</summary>
    internal static Tensor Missing(Tensor yTrue, Tensor yPred, string what)
    {
        (yTrue, yPred) = Targets.Align(yTrue, yPred, what);
        var isBinary = (Equal(yTrue, 0) | Equal(yTrue, 1)).All();
        return Relu(1 - (Where(isBinary, (2 * yTrue) - 1, yTrue) * yPred));
    }
}

/// <summary>mean max(1 - yTrue yPred, 0)^2 along the last axis, for targets as of <see cref="Hinge"/>.</summary>
public sealed class SquaredHinge(LossReduction reduction = LossReduction.SumOverBatchSize, string? name = null) : Loss(reduction, name)
{
    /// <inheritdoc/>
    protected override Tensor Call(Tensor yTrue, Tensor yPred) => Square(Hinge.Missing(yTrue, yPred, Name)).Mean(-1);
}

/// <summary>max(neg - pos + 1, 0) for one-hot targets: pos is the score of the right class, neg the largest of the others' and 0. Classes lie along the last axis.</summary>
public sealed class CategoricalHinge(LossReduction reduction = LossReduction.SumOverBatchSize, string? name = null) : Loss(reduction, name)
{
    /// <inheritdoc/>
    protected override Tensor Call(Tensor yTrue, Tensor yPred)
    {
        (yTrue, yPred) = Targets.Align(yTrue, yPred, Name);
        Labels.RequireProbabilities(yTrue, Name); // several classes may be right
        return Relu(((1 - yTrue) * yPred).Max(-1) - (yTrue * yPred).Sum(-1) + 1);
    }
}
