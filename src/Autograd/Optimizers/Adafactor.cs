using System.Runtime.CompilerServices;

namespace Autograd;

/// <summary>Adafactor: the squares of a matrix's gradients kept as their means over rows and over columns, steps relative to the weights. Shazeer and Stern, 2018.</summary>
public sealed class Adafactor : Optimizer
{
    private double _rate;
    private double _gain;

    /// <summary>Adafactor with rate 0.001 unless given; the options are explained at the properties of their names.</summary>
    /// <exception cref="ValueException">Options are out of range, or exclude each other.</exception>
    public Adafactor(
        Schedule? learningRate = null, double beta2Decay = -0.8, double epsilon1 = 1e-30, double epsilon2 = 1e-3, double clipThreshold = 1, bool relativeStep = true,
        double? weightDecay = null, double? clipNorm = null, double? clipValue = null, double? globalClipNorm = null, bool useEma = false,
        double emaMomentum = 0.99, int? emaOverwriteFrequency = null, int? gradientAccumulationSteps = null, string? name = null)
        : base(learningRate ?? 0.001, weightDecay, clipNorm, clipValue, globalClipNorm, useEma, emaMomentum, emaOverwriteFrequency, gradientAccumulationSteps, name)
    {
        Beta2Decay = beta2Decay <= 0 ? Hyperparameter.Finite(beta2Decay) : throw Hyperparameter.Outside(nameof(beta2Decay), beta2Decay, "0 or less");
        Epsilon1 = Hyperparameter.NotNegative(epsilon1);
        Epsilon2 = Hyperparameter.NotNegative(epsilon2);
        ClipThreshold = Hyperparameter.Positive(clipThreshold);
        RelativeStep = relativeStep;
    }

    /// <summary>The averages keep 1 - t^beta2Decay of their past.</summary>
    public double Beta2Decay { get; }

    /// <summary>Added to squared gradients.</summary>
    public double Epsilon1 { get; }

    /// <summary>The least root mean square that weights count with.</summary>
    public double Epsilon2 { get; }

    /// <summary>The largest root mean square of a step before the rate.</summary>
    public double ClipThreshold { get; }

    /// <summary>Kept with Keras's models; there, and so here, the rate is at most 1 / √t in either case.</summary>
    public bool RelativeStep { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> SlotNames => ["rows", "columns"];

    /// <summary>For a matrix the means of its rows and of its columns; a vector keeps all its squares in the first, and nothing in the second.</summary>
    protected override Tensor CreateSlot(int slot, Variable variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        int[] shape = [.. variable.Shape];
        if (shape.Length >= 2)
        {
            return Tensor.FullOn(variable.Backend, slot == 0 ? shape[..^1] : [.. shape[..^2], shape[^1]], 0, variable.DType);
        }
        return slot == 0 ? Tensor.ZerosLike(variable) : Tensor.FullOn(variable.Backend, [0], 0, variable.DType);
    }

    /// <inheritdoc/>
    protected override void Begin(double learningRate, long step) =>
        (_rate, _gain) = (Math.Min(learningRate, 1 / Math.Sqrt(step)), Math.Pow(step, Beta2Decay));

    /// <inheritdoc/>
    protected override void Update(Parameter parameter, Tensor gradient)
    {
        var g = RunningAverage.Squarable(parameter.Prepare(gradient));
        var (w, rows, columns) = (parameter.Variable, parameter.Slots[0], parameter.Slots[1]);
        var squares = Tensor.Square(g) + Epsilon1;
        Tensor velocity;
        if (w.Rank >= 2)
        {
            rows.AssignAdd(_gain * (squares.Mean(axis: -1) - rows));
            columns.AssignAdd(_gain * (squares.Mean(axis: -2) - columns));
            velocity = (rows / rows.Mean(axis: -1, keepDims: true)).ExpandDims(-1) * columns.ExpandDims(-2);
        }
        else
        {
            rows.AssignAdd(_gain * (squares - rows));
            velocity = rows;
        }
        var direction = g / Tensor.Sqrt(velocity);
        w.AssignSub(OfNorms(new Scale(_rate, Epsilon2, ClipThreshold, Math.Sqrt(w.Size)), w, direction) * direction);
    }

    // Of the roots of mean squares, which are norms but for the number of elements.
    private readonly record struct Scale(double Rate, double Least, double Threshold, double Count) : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Of<T>(T x, T y) where T : struct, IReal<T> =>
            T.Field(Rate) * T.Max(x / T.Field(Count), T.Field(Least)) / T.Max(y / T.Field(Count) / T.Field(Threshold), T.One);
    }
}
