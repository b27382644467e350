namespace Autograd;

/// <summary>Cosine decays one after the other, each tMul times as long and mMul times as high. Loshchilov and Hutter, 2016.</summary>
public sealed class CosineDecayRestarts : Schedule
{
    /// <summary>Cosine decay with warm restarts.</summary>
    /// <param name="initialLearningRate">The rate at step 0.</param>
    /// <param name="firstDecaySteps">The steps of the first decay.</param>
    /// <param name="tMul">How much longer each decay is than the one before.</param>
    /// <param name="mMul">How much higher each decay starts than the one before.</param>
    /// <param name="alpha">The part of the first rate that is left at the end of each decay.</param>
    /// <exception cref="ValueException">A rate or factor is out of range, or there are no steps.</exception>
    public CosineDecayRestarts(double initialLearningRate, long firstDecaySteps, double tMul = 2, double mMul = 1, double alpha = 0)
    {
        InitialLearningRate = Hyperparameter.NotNegative(initialLearningRate);
        FirstDecaySteps = Hyperparameter.AtLeast(1, firstDecaySteps);
        TMul = tMul >= 1 ? Hyperparameter.Finite(tMul) : throw Hyperparameter.Outside(nameof(tMul), tMul, "1 or more");
        MMul = Hyperparameter.NotNegative(mMul);
        Alpha = Hyperparameter.NotNegative(alpha);
    }

    /// <summary>The rate at step 0.</summary>
    public double InitialLearningRate { get; }

    /// <summary>The steps of the first decay.</summary>
    public long FirstDecaySteps { get; }

    /// <summary>How much longer each decay is than the one before.</summary>
    public double TMul { get; }

    /// <summary>How much higher each decay starts than the one before.</summary>
    public double MMul { get; }

    /// <summary>The part of the first rate that is left at the end of each decay.</summary>
    public double Alpha { get; }

    /// <inheritdoc/>
    public override double At(long step)
    {
        var completed = (double)step / FirstDecaySteps;
        double restarts, part;
        if (TMul == 1)
        {
            restarts = Math.Floor(completed);
            part = completed - restarts;
        }
        else
        {
            // Lengths 1, t, t^2, ... sum up to (t^n - 1) / (t - 1). The quotient of logarithms may round across an integer.
            double Start(double n) => (Math.Pow(TMul, n) - 1) / (TMul - 1);
            restarts = Math.Round(Math.Log(1 + (completed * (TMul - 1))) / Math.Log(TMul));
            restarts -= Start(restarts) > completed ? 1 : 0;
            part = (completed - Start(restarts)) / Math.Pow(TMul, restarts);
        }
        // As in Keras, what is left in the end is a part of the first rate, not of the decay's own height.
        return InitialLearningRate * ((Math.Pow(MMul, restarts) * CosineDecay.Wave(part, 0) * (1 - Alpha)) + Alpha);
    }
}
