using System.Runtime.CompilerServices;

namespace Autograd;

/// <summary>Adadelta: averages v of the squared gradient and u of the squared change d = g √(u + epsilon) / √(v + epsilon); w -= rate d. Zeiler, 2012.</summary>
public sealed class Adadelta : Optimizer
{
    private Rule _rule;

    /// <summary>Adadelta with rate 0.001 unless given; the options are explained at the properties of their names.</summary>
    /// <exception cref="ValueException">Options are out of range, or exclude each other.</exception>
    public Adadelta(
        Schedule? learningRate = null, double rho = 0.95, double epsilon = 1e-7,
        double? weightDecay = null, double? clipNorm = null, double? clipValue = null, double? globalClipNorm = null, bool useEma = false,
        double emaMomentum = 0.99, int? emaOverwriteFrequency = null, int? gradientAccumulationSteps = null, string? name = null, Convention convention = Convention.Keras)
        : base(learningRate ?? 0.001, weightDecay, clipNorm, clipValue, globalClipNorm, useEma, emaMomentum, emaOverwriteFrequency, gradientAccumulationSteps, name, convention)
    {
        Rho = Hyperparameter.Fraction(rho);
        Epsilon = Hyperparameter.NotNegative(epsilon);
    }

    /// <summary>What the averages keep of their past.</summary>
    public double Rho { get; }

    /// <summary>Lets the first change begin.</summary>
    public double Epsilon { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> SlotNames => ["accumulated_grad", "accumulated_delta_var"];

    /// <inheritdoc/>
    protected override void Begin(double learningRate, long step) => _rule = new Rule(learningRate, 1 - Rho, Epsilon);

    /// <inheritdoc/>
    protected override void Update(Parameter parameter, Tensor gradient) => parameter.Apply(_rule, gradient);

    private readonly record struct Rule(double Rate, double Gain, double Epsilon) : IUpdateRule
    {
        public static int Slots => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Of<T>(ref T w, T g, ref T s0, ref T s1, ref T s2) where T : struct, IReal<T>
        {
            s0 = RunningAverage.Of(s0, Gain, g * g);
            var change = T.OverRoot(T.Sqrt(s1 + T.Field(Epsilon)) * g, s0 + T.Field(Epsilon), T.Zero);
            s1 = RunningAverage.Of(s1, Gain, change * change);
            w -= T.Field(Rate) * change;
        }
    }
}
