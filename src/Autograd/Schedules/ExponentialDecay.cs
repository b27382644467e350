namespace Autograd;

/// <summary>initial · decayRate^(step / decaySteps).</summary>
public sealed class ExponentialDecay : Schedule
{
    /// <summary>Exponential decay.</summary>
    /// <param name="initialLearningRate">The rate at step 0.</param>
    /// <param name="decaySteps">The steps over which the rate changes by the factor.</param>
    /// <param name="decayRate">The factor.</param>
    /// <param name="staircase">Whether step / decaySteps is rounded down, so that the rate changes in jumps.</param>
    /// <exception cref="ValueException">A rate is negative or not finite, or there are no steps.</exception>
    public ExponentialDecay(double initialLearningRate, long decaySteps, double decayRate, bool staircase = false)
    {
        InitialLearningRate = Hyperparameter.NotNegative(initialLearningRate);
        DecaySteps = Hyperparameter.AtLeast(1, decaySteps);
        DecayRate = Hyperparameter.NotNegative(decayRate);
        Staircase = staircase;
    }

    /// <summary>The rate at step 0.</summary>
    public double InitialLearningRate { get; }

    /// <summary>The steps over which the rate changes by the factor.</summary>
    public long DecaySteps { get; }

    /// <summary>The factor.</summary>
    public double DecayRate { get; }

    /// <summary>Whether the rate changes in jumps.</summary>
    public bool Staircase { get; }

    /// <inheritdoc/>
    public override double At(long step)
    {
        var times = (double)step / DecaySteps;
        return InitialLearningRate * Math.Pow(DecayRate, Staircase ? Math.Floor(times) : times);
    }
}
