using System.Runtime.CompilerServices;

namespace Autograd;

/// <summary>Adamax: an average m of the gradient, and u = max(β2 u, |g|); w -= rate / (1 - β1^t) · m / (u + epsilon). Kingma and Ba, 2014.</summary>
/// <remarks><see cref="Convention.Torch"/> adds epsilon to |g| instead.</remarks>
public sealed class Adamax : Optimizer
{
    private Rule _rule;

    /// <summary>Adamax with rate 0.001 unless given; the options are explained at the properties of their names.</summary>
    /// <exception cref="ValueException">Options are out of range, or exclude each other.</exception>
    public Adamax(
        Schedule? learningRate = null, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-7,
        double? weightDecay = null, double? clipNorm = null, double? clipValue = null, double? globalClipNorm = null, bool useEma = false,
        double emaMomentum = 0.99, int? emaOverwriteFrequency = null, int? gradientAccumulationSteps = null, string? name = null, Convention convention = Convention.Keras)
        : base(learningRate ?? 0.001, weightDecay, clipNorm, clipValue, globalClipNorm, useEma, emaMomentum, emaOverwriteFrequency, gradientAccumulationSteps, name, convention)
    {
        Beta1 = Hyperparameter.Fraction(beta1);
        Beta2 = Hyperparameter.Fraction(beta2);
        Epsilon = Hyperparameter.NotNegative(epsilon);
    }

    /// <summary>What the average of gradients keeps of its past.</summary>
    public double Beta1 { get; }

    /// <summary>What the largest magnitude keeps at each step.</summary>
    public double Beta2 { get; }

    /// <summary>Keeps the quotient finite.</summary>
    public double Epsilon { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> SlotNames => ["momentum", "norm"];

    /// <inheritdoc/>
    protected override void Begin(double learningRate, long step)
    {
        var rate = learningRate / (1 - Math.Pow(Beta1, step));
        _rule = Convention == Convention.Keras ? new Rule(rate, 1 - Beta1, Beta2, 0, Epsilon) : new Rule(rate, 1 - Beta1, Beta2, Epsilon, 0);
    }

    /// <inheritdoc/>
    protected override void Update(Parameter parameter, Tensor gradient) => parameter.Apply(_rule, gradient);

    private readonly record struct Rule(double Rate, double Gain, double Keep, double Inside, double Outside) : IUpdateRule
    {
        public static int Slots => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Of<T>(ref T w, T g, ref T s0, ref T s1, ref T s2) where T : struct, IReal<T>
        {
            s0 += T.Field(Gain) * (g - s0);
            s1 = T.Max(T.Field(Keep) * s1, T.Abs(g) + T.Field(Inside));
            w -= T.Field(Rate) * s0 / (s1 + T.Field(Outside));
        }
    }
}
