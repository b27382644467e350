using System.Runtime.CompilerServices;

namespace Autograd;

/// <summary>RMSprop: an average v of the squared gradient; w -= rate g / √(v + epsilon), through a velocity where there is momentum. Hinton, 2012.</summary>
/// <remarks><see cref="Convention.Torch"/> adds epsilon outside the root, and the velocity does not contain the rate.</remarks>
public sealed class RMSprop : Optimizer
{
    private Rule _rule;

    /// <summary>RMSprop with rate 0.001 unless given; the options are explained at the properties of their names.</summary>
    /// <exception cref="ValueException">Options are out of range, or exclude each other.</exception>
    public RMSprop(
        Schedule? learningRate = null, double rho = 0.9, double momentum = 0, double epsilon = 1e-7, bool centered = false,
        double? weightDecay = null, double? clipNorm = null, double? clipValue = null, double? globalClipNorm = null, bool useEma = false,
        double emaMomentum = 0.99, int? emaOverwriteFrequency = null, int? gradientAccumulationSteps = null, string? name = null, Convention convention = Convention.Keras)
        : base(learningRate ?? 0.001, weightDecay, clipNorm, clipValue, globalClipNorm, useEma, emaMomentum, emaOverwriteFrequency, gradientAccumulationSteps, name, convention)
    {
        Rho = Hyperparameter.Fraction(rho);
        Momentum = Hyperparameter.UpToOne(momentum);
        Epsilon = Hyperparameter.NotNegative(epsilon);
        Centered = centered;
    }

    /// <summary>What the averages keep of their past.</summary>
    public double Rho { get; }

    /// <summary>What the velocity keeps of its past.</summary>
    public double Momentum { get; }

    /// <summary>Keeps the quotient finite.</summary>
    public double Epsilon { get; }

    /// <summary>Whether to take the square of the average gradient from v, which leaves the variance.</summary>
    public bool Centered { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> SlotNames => [.. (string[])["velocity"], .. Centered ? (string[])["average_gradient"] : [], .. Momentum > 0 ? (string[])["momentum"] : []];

    /// <inheritdoc/>
    protected override void Begin(double learningRate, long step) => _rule = Convention == Convention.Keras
        ? new Rule(1 - Rho, Centered ? 1 - Rho : 0, Epsilon, 0, Momentum, learningRate, 1)
        : new Rule(1 - Rho, Centered ? 1 - Rho : 0, 0, Epsilon, Momentum, 1, learningRate);

    /// <inheritdoc/>
    protected override void Update(Parameter parameter, Tensor gradient) =>
        parameter.Apply(_rule, gradient, parameter.Slots[0], Centered ? parameter.Slots[1] : null, Momentum > 0 ? parameter.Slots[^1] : null);

    private readonly record struct Rule(double Gain, double MeanGain, double Inside, double Outside, double Momentum, double Rate, double Step) : IUpdateRule
    {
        public static int Slots => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Of<T>(ref T w, T g, ref T s0, ref T s1, ref T s2) where T : struct, IReal<T>
        {
            s0 = RunningAverage.Of(s0, Gain, g * g);
            // Not centered, the mean stays 0.
            s1 += T.Field(MeanGain) * (g - s1);
            // Not below 0, where rounding would put it for gradients that hardly change, and infinite where the squares are.
            var square = s1 * s1;
            var variance = T.Select(square < s0, s0 - square, T.Select(s0 < T.Const(double.PositiveInfinity), T.Zero, s0));
            s2 = (T.Field(Momentum) * s2) + T.OverRoot(T.Field(Rate) * g, variance + T.Field(Inside), T.Field(Outside));
            w -= T.Field(Step) * s2;
        }
    }
}
