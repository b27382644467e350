using System.Runtime.CompilerServices;

namespace Autograd;

/// <summary>LAMB: Adam's direction r, scaled to the weights: w -= rate |w| / |r| · r, where both norms are above 0. You et al., 2019.</summary>
public sealed class Lamb : Optimizer
{
    private double _rate;
    private double _correction1;
    private double _correction2;

    /// <summary>Lamb with rate 0.001 unless given; the options are explained at the properties of their names.</summary>
    /// <exception cref="ValueException">Options are out of range, or exclude each other.</exception>
    public Lamb(
        Schedule? learningRate = null, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-7,
        double? weightDecay = null, double? clipNorm = null, double? clipValue = null, double? globalClipNorm = null, bool useEma = false,
        double emaMomentum = 0.99, int? emaOverwriteFrequency = null, int? gradientAccumulationSteps = null, string? name = null)
        : base(learningRate ?? 0.001, weightDecay, clipNorm, clipValue, globalClipNorm, useEma, emaMomentum, emaOverwriteFrequency, gradientAccumulationSteps, name)
    {
        Beta1 = Hyperparameter.Fraction(beta1);
        Beta2 = Hyperparameter.Fraction(beta2);
        Epsilon = Hyperparameter.NotNegative(epsilon);
    }

    /// <summary>What the average of gradients keeps of its past.</summary>
    public double Beta1 { get; }

    /// <summary>What the average of squares keeps of its past.</summary>
    public double Beta2 { get; }

    /// <summary>Keeps the quotient finite.</summary>
    public double Epsilon { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> SlotNames => ["momentum", "velocity"];

    /// <inheritdoc/>
    protected override void Begin(double learningRate, long step) =>
        (_rate, _correction1, _correction2) = (learningRate, 1 - Math.Pow(Beta1, step), 1 - Math.Pow(Beta2, step));

    /// <inheritdoc/>
    protected override void Update(Parameter parameter, Tensor gradient)
    {
        var g = RunningAverage.Squarable(parameter.Prepare(gradient));
        var (w, m, v) = (parameter.Variable, parameter.Slots[0], parameter.Slots[1]);
        m.AssignAdd((1 - Beta1) * (g - m));
        v.AssignAdd((1 - Beta2) * (Tensor.Square(g) - v));
        var direction = m / _correction1 / (Tensor.Sqrt(v / _correction2) + Epsilon);
        w.AssignSub(OfNorms(new Scale(_rate), w, direction) * direction);
    }

    private readonly record struct Scale(double Rate) : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Of<T>(T x, T y) where T : struct, IReal<T> => T.Field(Rate) * T.Select(T.Min(x, y) > T.Zero, x / y, T.One);
    }
}
