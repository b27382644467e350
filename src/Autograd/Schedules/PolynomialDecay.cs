namespace Autograd;

/// <summary>(initial - end) (1 - step / decaySteps)^power + end, and end from decaySteps on.</summary>
public sealed class PolynomialDecay : Schedule
{
    /// <summary>Polynomial decay.</summary>
    /// <param name="initialLearningRate">The rate at step 0.</param>
    /// <param name="decaySteps">The steps down to the end rate.</param>
    /// <param name="endLearningRate">The rate from then on.</param>
    /// <param name="power">1 is a straight line.</param>
    /// <param name="cycle">Whether the decay, instead of ending, continues from decaySteps on as if it were made of the next multiple of decaySteps.</param>
    /// <exception cref="ValueException">A rate or the power is negative or not finite, or there are no steps.</exception>
    public PolynomialDecay(double initialLearningRate, long decaySteps, double endLearningRate = 0.0001, double power = 1, bool cycle = false)
    {
        InitialLearningRate = Hyperparameter.NotNegative(initialLearningRate);
        DecaySteps = Hyperparameter.AtLeast(1, decaySteps);
        EndLearningRate = Hyperparameter.NotNegative(endLearningRate);
        Power = Hyperparameter.NotNegative(power);
        Cycle = cycle;
    }

    /// <summary>The rate at step 0.</summary>
    public double InitialLearningRate { get; }

    /// <summary>The steps down to the end rate.</summary>
    public long DecaySteps { get; }

    /// <summary>The rate from then on.</summary>
    public double EndLearningRate { get; }

    /// <summary>1 is a straight line.</summary>
    public double Power { get; }

    /// <summary>Whether the decay continues over the next multiple of its steps.</summary>
    public bool Cycle { get; }

    /// <inheritdoc/>
    public override double At(long step)
    {
        var steps = Cycle ? DecaySteps * Math.Max(1, Math.Ceiling((double)step / DecaySteps)) : DecaySteps;
        var left = 1 - (Math.Min(step, steps) / steps);
        return ((InitialLearningRate - EndLearningRate) * Math.Pow(left, Power)) + EndLearningRate;
    }
}
