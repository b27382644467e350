using System.Runtime.CompilerServices;

namespace Autograd;

/// <summary>Lion: w -= rate sign(β1 m + (1 - β1) g), then m = β2 m + (1 - β2) g. Chen et al., Symbolic discovery of optimization algorithms, 2023.</summary>
public sealed class Lion : Optimizer
{
    private Rule _rule;

    /// <summary>Lion with rate 0.001 unless given; the options are explained at the properties of their names.</summary>
    /// <exception cref="ValueException">Options are out of range, or exclude each other.</exception>
    public Lion(
        Schedule? learningRate = null, double beta1 = 0.9, double beta2 = 0.99,
        double? weightDecay = null, double? clipNorm = null, double? clipValue = null, double? globalClipNorm = null, bool useEma = false,
        double emaMomentum = 0.99, int? emaOverwriteFrequency = null, int? gradientAccumulationSteps = null, string? name = null)
        : base(learningRate ?? 0.001, weightDecay, clipNorm, clipValue, globalClipNorm, useEma, emaMomentum, emaOverwriteFrequency, gradientAccumulationSteps, name)
    {
        Beta1 = beta1 > 0 ? Hyperparameter.UpToOne(beta1) : throw Hyperparameter.Outside(nameof(beta1), beta1, "above 0 and at most 1");
        Beta2 = Hyperparameter.Fraction(beta2);
    }

    /// <summary>How much of the direction is the average; above 0, at most 1.</summary>
    public double Beta1 { get; }

    /// <summary>What the average of gradients keeps of its past.</summary>
    public double Beta2 { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> SlotNames => ["momentum"];

    /// <inheritdoc/>
    protected override void Begin(double learningRate, long step) => _rule = new Rule(learningRate, Beta1, Beta2);

    /// <inheritdoc/>
    protected override void Update(Parameter parameter, Tensor gradient) => parameter.Apply(_rule, gradient);

    private readonly record struct Rule(double Rate, double Beta1, double Beta2) : IUpdateRule
    {
        public static int Slots => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Of<T>(ref T w, T g, ref T s0, ref T s1, ref T s2) where T : struct, IReal<T>
        {
            var direction = (T.Field(Beta1) * s0) + (T.Field(1 - Beta1) * g);
            // A direction of 0 or NaN is its own sign.
            w -= T.Select(direction > T.Zero, T.Field(Rate), T.Select(direction < T.Zero, T.Field(-Rate), direction));
            s0 = (T.Field(Beta2) * s0) + (T.Field(1 - Beta2) * g);
        }
    }
}
