using System.Runtime.CompilerServices;

namespace Autograd;

/// <summary>
/// Adam: averages m of the gradient and v of its square; w -= rate √(1 - β2^t) / (1 - β1^t) · m / (√v + epsilon). Kingma and Ba, 2014.
/// </summary>
/// <remarks><see cref="Convention.Torch"/> adds epsilon to the root of the corrected average, √(v / (1 - β2^t)), instead.</remarks>
public class Adam : Optimizer
{
    private AdamRule _rule;

    /// <summary>Adam with rate 0.001 unless given; the options are explained at the properties of their names.</summary>
    /// <exception cref="ValueException">Options are out of range, or exclude each other.</exception>
    public Adam(
        Schedule? learningRate = null, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-7, bool amsgrad = false, double? weightDecay = null,
        double? clipNorm = null, double? clipValue = null, double? globalClipNorm = null, bool useEma = false, double emaMomentum = 0.99,
        int? emaOverwriteFrequency = null, int? gradientAccumulationSteps = null, string? name = null, Convention convention = Convention.Keras)
        : base(learningRate ?? 0.001, weightDecay, clipNorm, clipValue, globalClipNorm, useEma, emaMomentum, emaOverwriteFrequency, gradientAccumulationSteps, name, convention)
    {
        Beta1 = Hyperparameter.Fraction(beta1);
        Beta2 = Hyperparameter.Fraction(beta2);
        Epsilon = Hyperparameter.NotNegative(epsilon);
        Amsgrad = amsgrad;
    }

    /// <summary>What the average of gradients keeps of its past.</summary>
    public double Beta1 { get; }

    /// <summary>What the average of squares keeps of its past.</summary>
    public double Beta2 { get; }

    /// <summary>Keeps the quotient finite.</summary>
    public double Epsilon { get; }

    /// <summary>Whether to divide by the largest average of squares so far. Reddi et al., On the convergence of Adam and beyond, 2018.</summary>
    public bool Amsgrad { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> SlotNames => Amsgrad ? ["momentum", "velocity", "velocity_hat"] : ["momentum", "velocity"];

    /// <inheritdoc/>
    protected override void Begin(double learningRate, long step)
    {
        var root = Math.Sqrt(1 - Math.Pow(Beta2, step));
        _rule = new AdamRule(1 - Beta1, 1 - Beta2, learningRate * root / (1 - Math.Pow(Beta1, step)), Convention == Convention.Torch ? Epsilon * root : Epsilon);
    }

    /// <inheritdoc/>
    protected override void Update(Parameter parameter, Tensor gradient)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        if (Amsgrad)
        {
            parameter.Apply(new AmsgradRule(_rule), gradient);
        }
        else
        {
            parameter.Apply(_rule, gradient);
        }
    }
}

/// <summary>m += gain1 (g - m), v += gain2 (g² - v), w -= rate m / (√v + epsilon).</summary>
internal readonly record struct AdamRule(double Gain1, double Gain2, double Rate, double Epsilon) : IUpdateRule
{
    public static int Slots => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Of<T>(ref T w, T g, ref T s0, ref T s1, ref T s2) where T : struct, IReal<T>
    {
        Average(g, ref s0, ref s1);
        w -= Step(s0, s1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Average<T>(T g, ref T m, ref T v) where T : struct, IReal<T>
    {
        m += T.Field(Gain1) * (g - m);
        v = RunningAverage.Of(v, Gain2, g * g);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Step<T>(T m, T v) where T : struct, IReal<T> => T.OverRoot(T.Field(Rate) * m, v, T.Field(Epsilon));
}

/// <summary>As <see cref="AdamRule"/>, with the largest v so far in the root.</summary>
internal readonly record struct AmsgradRule(AdamRule Adam) : IUpdateRule
{
    public static int Slots => 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Of<T>(ref T w, T g, ref T s0, ref T s1, ref T s2) where T : struct, IReal<T>
    {
        Adam.Average(g, ref s0, ref s1);
        s2 = T.Max(s2, s1);
        w -= Adam.Step(s0, s2);
    }
}

/// <summary>Adam with decoupled weight decay: w -= rate decay w before the update, in either convention. Loshchilov and Hutter, 2017.</summary>
/// <remarks><see cref="Convention.Torch"/> means the same as for <see cref="Adam"/>, weight decay aside.</remarks>
public sealed class AdamW : Adam
{
    /// <summary>AdamW with rate 0.001 unless given; the options are explained at the properties of their names.</summary>
    /// <exception cref="ValueException">Options are out of range, or exclude each other.</exception>
    public AdamW(
        Schedule? learningRate = null, double weightDecay = 0.004, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-7, bool amsgrad = false,
        double? clipNorm = null, double? clipValue = null, double? globalClipNorm = null, bool useEma = false, double emaMomentum = 0.99,
        int? emaOverwriteFrequency = null, int? gradientAccumulationSteps = null, string? name = null, Convention convention = Convention.Keras)
        : base(
            learningRate, beta1, beta2, epsilon, amsgrad, weightDecay, clipNorm, clipValue, globalClipNorm, useEma, emaMomentum, emaOverwriteFrequency,
            gradientAccumulationSteps, name, convention)
    { }

    /// <inheritdoc/>
    protected override bool DecaysWeights => true;
}
