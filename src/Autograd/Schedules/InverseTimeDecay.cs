namespace Autograd;

/// <summary>initial / (1 + decayRate · step / decaySteps).</summary>
public sealed class InverseTimeDecay : Schedule
{
    /// <summary>Inverse time decay.</summary>
    /// <param name="initialLearningRate">The rate at step 0.</param>
    /// <param name="decaySteps">The steps that count as one unit of time.</param>
    /// <param name="decayRate">How much each unit of time adds to the divisor.</param>
    /// <param name="staircase">Whether step / decaySteps is rounded down, so that the rate changes in jumps.</param>
    /// <exception cref="ValueException">A rate is negative or not finite, or there are no steps.</exception>
    public InverseTimeDecay(double initialLearningRate, long decaySteps, double decayRate, bool staircase = false)
    {
        InitialLearningRate = Hyperparameter.NotNegative(initialLearningRate);
        DecaySteps = Hyperparameter.AtLeast(1, decaySteps);
        DecayRate = Hyperparameter.NotNegative(decayRate);
        Staircase = staircase;
    }

    /// <summary>The rate at step 0.</summary>
    public double InitialLearningRate { get; }

    /// <summary>The steps that count as one unit of time.</summary>
    public long DecaySteps { get; }

    /// <summary>How much each unit of time adds to the divisor.</summary>
    public double DecayRate { get; }

    /// <summary>Whether the rate changes in jumps.</summary>
    public bool Staircase { get; }

    /// <inheritdoc/>
    public override double At(long step)
    {
        var time = (double)step / DecaySteps;
        return InitialLearningRate / (1 + (DecayRate * (Staircase ? Math.Floor(time) : time)));
    }
}
