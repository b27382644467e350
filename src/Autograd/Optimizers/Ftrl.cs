using System.Runtime.CompilerServices;

namespace Autograd;

/// <summary>Follow the regularized leader, for sparse linear models with L1 and L2 regularization. McMahan et al., Ad click prediction: a view from the trenches, 2013.</summary>
public sealed class Ftrl : Optimizer
{
    private Rule _rule;

    /// <summary>Ftrl with rate 0.001 unless given; the options are explained at the properties of their names.</summary>
    /// <exception cref="ValueException">Options are out of range, or exclude each other.</exception>
    public Ftrl(
        Schedule? learningRate = null, double learningRatePower = -0.5, double initialAccumulatorValue = 0.1, double l1RegularizationStrength = 0,
        double l2RegularizationStrength = 0, double l2ShrinkageRegularizationStrength = 0, double beta = 0,
        double? weightDecay = null, double? clipNorm = null, double? clipValue = null, double? globalClipNorm = null, bool useEma = false,
        double emaMomentum = 0.99, int? emaOverwriteFrequency = null, int? gradientAccumulationSteps = null, string? name = null)
        : base(learningRate ?? 0.001, weightDecay, clipNorm, clipValue, globalClipNorm, useEma, emaMomentum, emaOverwriteFrequency, gradientAccumulationSteps, name)
    {
        LearningRatePower = learningRatePower <= 0 ? Hyperparameter.Finite(learningRatePower) : throw Hyperparameter.Outside(nameof(learningRatePower), learningRatePower, "0 or less");
        InitialAccumulatorValue = Hyperparameter.NotNegative(initialAccumulatorValue);
        L1RegularizationStrength = Hyperparameter.NotNegative(l1RegularizationStrength);
        L2RegularizationStrength = Hyperparameter.NotNegative(l2RegularizationStrength);
        L2ShrinkageRegularizationStrength = Hyperparameter.NotNegative(l2ShrinkageRegularizationStrength);
        Beta = Hyperparameter.NotNegative(beta);
    }

    /// <summary>The power of the sum of squares that the rate follows; 0 is a fixed rate.</summary>
    public double LearningRatePower { get; }

    /// <summary>What the sum of squares starts at.</summary>
    public double InitialAccumulatorValue { get; }

    /// <summary>The stabilizing L1 penalty, which makes weights exactly 0.</summary>
    public double L1RegularizationStrength { get; }

    /// <summary>The stabilizing L2 penalty.</summary>
    public double L2RegularizationStrength { get; }

    /// <summary>The L2 penalty of the loss, which the sum of squares does not see.</summary>
    public double L2ShrinkageRegularizationStrength { get; }

    /// <summary>Adds beta / (2 rate) to the L2 penalty.</summary>
    public double Beta { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> SlotNames => ["accumulator", "linear"];

    /// <inheritdoc/>
    protected override Tensor CreateSlot(int slot, Variable variable) => slot == 0 ? Tensor.ZerosLike(variable) + InitialAccumulatorValue : Tensor.ZerosLike(variable);

    /// <inheritdoc/>
    protected override void Begin(double learningRate, long step) => _rule = learningRate > 0
        ? new Rule(
            learningRate, -LearningRatePower, L1RegularizationStrength, 2 * (L2RegularizationStrength + (Beta / (2 * learningRate))),
            2 * L2ShrinkageRegularizationStrength)
        : throw new ValueException("Ftrl: the learning rate is 0; this formula divides by it.");

    /// <inheritdoc/>
    protected override void Update(Parameter parameter, Tensor gradient)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        parameter.Apply(_rule with { Most = parameter.Variable.DType == DType.Float32 ? float.MaxValue : double.MaxValue }, gradient);
    }

    private readonly record struct Rule(double Rate, double Power, double L1, double TwoL2, double TwoShrinkage) : IUpdateRule
    {
        /// <summary>The largest sum of squares: the difference of two infinite ones would be NaN.</summary>
        public double Most { get; init; }

        public static int Slots => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Of<T>(ref T w, T g, ref T s0, ref T s1, ref T s2) where T : struct, IReal<T>
        {
            var (before, after) = (s0, T.Min(s0 + (g * g), T.Field(Most)));
            var (powerBefore, powerAfter) = Power == 0.5 ? (T.Sqrt(before), T.Sqrt(after)) : (T.Pow(before, T.Field(Power)), T.Pow(after, T.Field(Power)));
            s1 += g + (T.Field(TwoShrinkage) * w) - ((powerAfter - powerBefore) / T.Field(Rate) * w);
            var kept = T.Min(T.Max(s1, T.Field(-L1)), T.Field(L1)) - s1;
            w = kept / ((powerAfter / T.Field(Rate)) + T.Field(TwoL2));
            s0 = after;
        }
    }
}
