using System.Runtime.CompilerServices;

namespace Autograd;

/// <summary>Adam with Nesterov momentum, whose momentum β1 (1 - 0.96^(t momentumDecay) / 2) warms up. Dozat, 2016.</summary>
/// <remarks><see cref="Convention.Torch"/> is the same but for weight decay; its momentumDecay is 0.004.</remarks>
public sealed class Nadam : Optimizer
{
    private readonly List<double> _products = [];
    private Rule _rule;

    /// <summary>Nadam with rate 0.001 unless given; the options are explained at the properties of their names.</summary>
    /// <exception cref="ValueException">Options are out of range, or exclude each other.</exception>
    public Nadam(
        Schedule? learningRate = null, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-7, double momentumDecay = 1,
        double? weightDecay = null, double? clipNorm = null, double? clipValue = null, double? globalClipNorm = null, bool useEma = false,
        double emaMomentum = 0.99, int? emaOverwriteFrequency = null, int? gradientAccumulationSteps = null, string? name = null, Convention convention = Convention.Keras)
        : base(learningRate ?? 0.001, weightDecay, clipNorm, clipValue, globalClipNorm, useEma, emaMomentum, emaOverwriteFrequency, gradientAccumulationSteps, name, convention)
    {
        Beta1 = Hyperparameter.Fraction(beta1);
        Beta2 = Hyperparameter.Fraction(beta2);
        Epsilon = Hyperparameter.NotNegative(epsilon);
        MomentumDecay = Hyperparameter.NotNegative(momentumDecay);
    }

    /// <summary>What the average of gradients keeps of its past in the end.</summary>
    public double Beta1 { get; }

    /// <summary>What the average of squares keeps of its past.</summary>
    public double Beta2 { get; }

    /// <summary>Keeps the quotient finite.</summary>
    public double Epsilon { get; }

    /// <summary>How fast the momentum warms up.</summary>
    public double MomentumDecay { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> SlotNames => ["momentum", "velocity"];

    // A number that the next step computes with is no matter for another device.
    /// <inheritdoc/>
    protected override IReadOnlyList<Variable> SharedState { get; } =
        [new Variable(Tensor.FullOn(Backends.Cpu.CpuBackend.Instance, [], 1, DType.Float64), trainable: false, name: "momentum_product")];

    private double MomentumAt(long step) => Beta1 * (1 - (0.5 * Math.Pow(0.96, step * MomentumDecay)));

    // The product of the momenta of all steps so far; from where it is 0 it stays so, and no more is kept.
    private double ProductAt(long step)
    {
        while (_products.Count < step && (_products.Count == 0 || _products[^1] > 0))
        {
            _products.Add((_products.Count == 0 ? 1 : _products[^1]) * MomentumAt(_products.Count + 1));
        }
        return step <= _products.Count ? _products[(int)step - 1] : 0;
    }

    /// <inheritdoc/>
    protected override void Begin(double learningRate, long step)
    {
        var (now, next) = (MomentumAt(step), MomentumAt(step + 1));
        var product = ProductAt(step);
        if (step == Iterations + 1)
        {
            SharedState[0].Assign(product);
        }
        var correction = Math.Sqrt(1 - Math.Pow(Beta2, step));
        _rule = new Rule(
            1 - Beta1, 1 - Beta2, learningRate * correction * next / (1 - (product * next)), learningRate * correction * (1 - now) / (1 - product), Epsilon * correction);
    }

    /// <inheritdoc/>
    protected override void Update(Parameter parameter, Tensor gradient) => parameter.Apply(_rule, gradient);

    private readonly record struct Rule(double Gain1, double Gain2, double MeanRate, double GradientRate, double Epsilon) : IUpdateRule
    {
        public static int Slots => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Of<T>(ref T w, T g, ref T s0, ref T s1, ref T s2) where T : struct, IReal<T>
        {
            s0 += T.Field(Gain1) * (g - s0);
            s1 = RunningAverage.Of(s1, Gain2, g * g);
            w -= T.OverRoot((T.Field(MeanRate) * s0) + (T.Field(GradientRate) * g), s1, T.Field(Epsilon));
        }
    }
}
