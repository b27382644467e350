using System.Runtime.CompilerServices;

namespace Autograd;

/// <summary>Adagrad: the sum a of squared gradients; w -= rate g / √(a + epsilon). Duchi et al., 2011.</summary>
/// <remarks><see cref="Convention.Torch"/> adds epsilon outside the root. Its decay of the rate is <see cref="InverseTimeDecay"/>.</remarks>
public sealed class Adagrad : Optimizer
{
    private Rule _rule;

    /// <summary>Adagrad with rate 0.001 unless given; the options are explained at the properties of their names.</summary>
    /// <exception cref="ValueException">Options are out of range, or exclude each other.</exception>
    public Adagrad(
        Schedule? learningRate = null, double initialAccumulatorValue = 0.1, double epsilon = 1e-7,
        double? weightDecay = null, double? clipNorm = null, double? clipValue = null, double? globalClipNorm = null, bool useEma = false,
        double emaMomentum = 0.99, int? emaOverwriteFrequency = null, int? gradientAccumulationSteps = null, string? name = null, Convention convention = Convention.Keras)
        : base(learningRate ?? 0.001, weightDecay, clipNorm, clipValue, globalClipNorm, useEma, emaMomentum, emaOverwriteFrequency, gradientAccumulationSteps, name, convention)
    {
        InitialAccumulatorValue = Hyperparameter.NotNegative(initialAccumulatorValue);
        Epsilon = Hyperparameter.NotNegative(epsilon);
    }

    /// <summary>What the sum starts at.</summary>
    public double InitialAccumulatorValue { get; }

    /// <summary>Keeps the quotient finite.</summary>
    public double Epsilon { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> SlotNames => ["accumulator"];

    /// <inheritdoc/>
    protected override Tensor CreateSlot(int slot, Variable variable) => Tensor.ZerosLike(variable) + InitialAccumulatorValue;

    /// <inheritdoc/>
    protected override void Begin(double learningRate, long step) =>
        _rule = Convention == Convention.Keras ? new Rule(learningRate, Epsilon, 0) : new Rule(learningRate, 0, Epsilon);

    /// <inheritdoc/>
    protected override void Update(Parameter parameter, Tensor gradient) => parameter.Apply(_rule, gradient);

    private readonly record struct Rule(double Rate, double Inside, double Outside) : IUpdateRule
    {
        public static int Slots => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Of<T>(ref T w, T g, ref T s0, ref T s1, ref T s2) where T : struct, IReal<T>
        {
            s0 += g * g;
            w -= T.OverRoot(T.Field(Rate) * g, s0 + T.Field(Inside), T.Field(Outside));
        }
    }
}
