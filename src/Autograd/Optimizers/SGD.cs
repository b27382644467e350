using System.Runtime.CompilerServices;

namespace Autograd;

/// <summary>Gradient descent: w -= rate g; with momentum m = momentum m - rate g, w += m, or Nesterov's w += momentum m - rate g.</summary>
/// <remarks>
/// <see cref="Convention.Torch"/>: m = momentum m + (1 - dampening) g (m = g at the first step), w -= rate m, or rate (g + momentum m); it
/// differs while the rate changes. Sutskever et al., On the importance of initialization and momentum in deep learning, 2013.
/// </remarks>
public sealed class SGD : Optimizer
{
    private Rule _rule;

    /// <summary>Gradient descent with rate 0.01 unless given; the options are explained at the properties of their names.</summary>
    /// <exception cref="ValueException">Options are out of range, or exclude each other.</exception>
    public SGD(
        Schedule? learningRate = null, double momentum = 0, bool nesterov = false, double? weightDecay = null, double? clipNorm = null, double? clipValue = null,
        double? globalClipNorm = null, bool useEma = false, double emaMomentum = 0.99, int? emaOverwriteFrequency = null, int? gradientAccumulationSteps = null,
        string? name = null, Convention convention = Convention.Keras, double dampening = 0)
        : base(learningRate ?? 0.01, weightDecay, clipNorm, clipValue, globalClipNorm, useEma, emaMomentum, emaOverwriteFrequency, gradientAccumulationSteps, name, convention)
    {
        Momentum = Hyperparameter.UpToOne(momentum);
        Nesterov = nesterov;
        Dampening = Hyperparameter.UpToOne(dampening);
        if (dampening != 0 && (convention == Convention.Keras || nesterov))
        {
            throw new ValueException("SGD: dampening goes with Convention.Torch and plain momentum only.");
        }
    }

    /// <summary>What the velocity keeps of its past, from 0 to 1.</summary>
    public double Momentum { get; }

    /// <summary>Whether to look ahead along the velocity.</summary>
    public bool Nesterov { get; }

    /// <summary>What the velocity leaves out of the gradient, with <see cref="Convention.Torch"/> and plain momentum only.</summary>
    public double Dampening { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> SlotNames => Momentum != 0 ? ["momentum"] : [];

    /// <inheritdoc/>
    protected override void Begin(double learningRate, long step) => _rule = Convention == Convention.Keras
        ? new Rule(Momentum, -learningRate, 1)
        : new Rule(Momentum, step == 1 ? 1 : 1 - Dampening, -learningRate);

    /// <inheritdoc/>
    protected override void Update(Parameter parameter, Tensor gradient)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        if (Momentum == 0)
        {
            parameter.Apply(new PlainRule(_rule.Gain * _rule.Rate), gradient);
        }
        else if (Nesterov)
        {
            parameter.Apply(new NesterovRule(_rule), gradient);
        }
        else
        {
            parameter.Apply(_rule, gradient);
        }
    }

    private readonly record struct PlainRule(double Rate) : IUpdateRule
    {
        public static int Slots => 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Of<T>(ref T w, T g, ref T s0, ref T s1, ref T s2) where T : struct, IReal<T> => w += T.Field(Rate) * g;
    }

    private readonly record struct Rule(double Momentum, double Gain, double Rate) : IUpdateRule
    {
        public static int Slots => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Of<T>(ref T w, T g, ref T s0, ref T s1, ref T s2) where T : struct, IReal<T>
        {
            s0 = (T.Field(Momentum) * s0) + (T.Field(Gain) * g);
            w += T.Field(Rate) * s0;
        }
    }

    /// <summary>Looks ahead: one more step of the momentum.</summary>
    private readonly record struct NesterovRule(Rule Plain) : IUpdateRule
    {
        public static int Slots => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Of<T>(ref T w, T g, ref T s0, ref T s1, ref T s2) where T : struct, IReal<T>
        {
            var gained = T.Field(Plain.Gain) * g;
            s0 = (T.Field(Plain.Momentum) * s0) + gained;
            w += T.Field(Plain.Rate) * ((T.Field(Plain.Momentum) * s0) + gained);
        }
    }
}
