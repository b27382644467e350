namespace Autograd;

/// <summary>
/// Half a cosine wave from the initial rate down to alpha times it, after a linear warm-up to warmupTarget where there is one.
/// Loshchilov and Hutter, SGDR: stochastic gradient descent with warm restarts, 2016.
/// </summary>
public sealed class CosineDecay : Schedule
{
    /// <summary>Cosine decay.</summary>
    /// <param name="initialLearningRate">The rate at step 0.</param>
    /// <param name="decaySteps">The steps of the decay, not counting the warm-up.</param>
    /// <param name="alpha">The part of the highest rate that is left in the end.</param>
    /// <param name="warmupTarget">The rate after the warm-up, from which it decays; without it there is no warm-up.</param>
    /// <param name="warmupSteps">The steps of the warm-up.</param>
    /// <exception cref="ValueException">A rate is negative or not finite, or a number of steps is out of range.</exception>
    public CosineDecay(double initialLearningRate, long decaySteps, double alpha = 0, double? warmupTarget = null, long warmupSteps = 0)
    {
        InitialLearningRate = Hyperparameter.NotNegative(initialLearningRate);
        DecaySteps = Hyperparameter.AtLeast(1, decaySteps);
        Alpha = Hyperparameter.NotNegative(alpha);
        WarmupTarget = Hyperparameter.NotNegativeOrNone(warmupTarget);
        WarmupSteps = Hyperparameter.AtLeast(0, warmupSteps);
    }

    /// <summary>The rate at step 0.</summary>
    public double InitialLearningRate { get; }

    /// <summary>The steps of the decay, not counting the warm-up.</summary>
    public long DecaySteps { get; }

    /// <summary>The part of the highest rate that is left in the end.</summary>
    public double Alpha { get; }

    /// <summary>The rate after the warm-up.</summary>
    public double? WarmupTarget { get; }

    /// <summary>The steps of the warm-up.</summary>
    public long WarmupSteps { get; }

    /// <inheritdoc/>
    public override double At(long step)
    {
        if (WarmupTarget is not { } target)
        {
            return InitialLearningRate * Wave((double)step / DecaySteps, Alpha);
        }
        return step < WarmupSteps
            ? InitialLearningRate + ((target - InitialLearningRate) * step / WarmupSteps)
            : target * Wave((double)(step - WarmupSteps) / DecaySteps, Alpha);
    }

    /// <summary>From 1 at 0 down to alpha at 1 and beyond.</summary>
    internal static double Wave(double part, double alpha) => ((1 - alpha) * 0.5 * (1 + Math.Cos(Math.PI * Math.Min(part, 1)))) + alpha;
}
