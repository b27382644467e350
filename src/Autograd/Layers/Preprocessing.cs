using static Autograd.Tensor;

namespace Autograd;

/// <summary>x scale + offset: <c>new Rescaling(1 / 255.0)</c> for bytes.</summary>
public sealed class Rescaling(double scale, double offset = 0, InputShape? inputShape = null, string? name = null) : Layer(inputShape, name)
{
    /// <summary>The factor.</summary>
    public double Scale { get; } = scale;

    /// <summary>What is added.</summary>
    public double Offset { get; } = offset;

    /// <inheritdoc/>
    protected override bool PassesMask => true;

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training)
    {
        var y = x.AsType(DType) * Scale;
        return Offset == 0 ? y : y + Offset;
    }
}

/// <summary>
/// Features with a mean and a variance taken out: (x - mean) / sqrt(variance). Both are given, or found in data by <see cref="Adapt"/>; a feature that does not vary becomes 0. Its weights are
/// Keras's: none where mean and variance are given, else mean, variance and a count that nothing reads.
/// </summary>
/// <param name="axis">The axis of the features; null for one mean and one variance of everything.</param>
/// <param name="mean">The means, one or one for each feature.</param>
/// <param name="variance">The variances.</param>
/// <param name="invert">Whether to go back: x sqrt(variance) + mean.</param>
/// <param name="inputShape">The shape of one example.</param>
/// <param name="name">The name.</param>
public sealed class Normalization(
    int? axis = -1, double[]? mean = null, double[]? variance = null, bool invert = false, InputShape? inputShape = null, string? name = null) : Layer(inputShape, name)
{
    private Tensor? _mean;
    private Tensor? _variance;

    /// <summary>The axis of the features.</summary>
    public int? Axis { get; } = axis;

    /// <summary>The means as given; see <see cref="Adapt"/> for those found.</summary>
    public double[]? Mean { get; } = (mean is null) == (variance is null) ? mean : throw new ValueException("Normalization: give both mean and variance, or neither.");

    /// <summary>The variances as given.</summary>
    public double[]? Variance { get; } = variance;

    /// <summary>Whether to go back.</summary>
    public bool Invert { get; } = invert;

    /// <inheritdoc/>
    protected override bool PassesMask => true;

    /// <summary>Finds mean and variance in data, which later calls use.</summary>
    /// <param name="data">[batch, ...], as a call would get it.</param>
    /// <exception cref="ShapeException">There are no data.</exception>
    /// <exception cref="ModelException">Mean and variance were given.</exception>
    public void Adapt(Tensor data)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (Mean is not null)
        {
            throw new ModelException($"{Describe()}: mean and variance were given, so there is nothing to find in data.");
        }
        if (data.Rank == 0 || data.Size == 0)
        {
            throw new ShapeException($"{Describe()}: Adapt got data of shape {data.Shape}; nothing has no mean.");
        }
        using var pause = Recording.Pause();
        if (!IsBuilt)
        {
            Apply(data[..1]);
        }
        var x = data.AsType(DType.Float64);
        Axes others = Enumerable.Range(0, x.Rank).Where(other => Axis is null || other != x.Shape.Axis(Axis.Value, "axis")).ToArray();
        ((Variable)_mean!).Assign(x.Mean(others));
        ((Variable)_variance!).Assign(x.Var(others));
    }

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        Shape features = Axis is { } axis ? [input[input.Axis(axis, "axis")]] : [];
        Tensor Given(double[] values) => (values.Length == 1 ? From(values).Reshape() : From(values)).Cast(DType).BroadcastTo(features);
        if (Mean is not null)
        {
            (_mean, _variance) = (Given(Mean), Given(Variance!));
            return;
        }
        _mean = AddWeight("mean", features, "zeros", trainable: false);
        _variance = AddWeight("variance", features, "ones", trainable: false);
        AddWeightOf(DType.Int32, "count", [], "zeros", trainable: false);
    }

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training)
    {
        x = x.AsType(DType);
        Tensor Along(Tensor features) => Axis is { } axis
            ? features.To(x.Device).Reshape([features.Shape[0], .. Enumerable.Repeat(1, x.Rank - 1 - x.Shape.Axis(axis, "axis"))])
            : features.To(x.Device);
        var deviation = Tensor.Maximum(Sqrt(Along(_variance!)), 1e-7);
        return Invert ? (x * deviation) + Along(_mean!) : (x - Along(_mean!)) / deviation;
    }
}

/// <summary>What layers that turn classes into vectors have in common.</summary>
public abstract class EncodingLayer : Layer
{
    private protected EncodingLayer(string outputMode, InputShape? inputShape, string? name, params ReadOnlySpan<string> known) : base(inputShape, name) =>
        OutputMode = OneOf(outputMode, $"{GetType().Name}: outputMode", known);

    /// <summary>multi_hot (1 for each class an example has), one_hot (a vector for each class) or count (how often it has each).</summary>
    public string OutputMode { get; }

    private protected Tensor Encoded(Tensor classes, int count)
    {
        var positions = classes.DType is DType.Int32 or DType.Int64 ? classes : classes.AsType(DType.Int64);
        positions = positions.Rank == 1 ? positions.ExpandDims(1) : positions;
        if (positions.Rank == 0)
        {
            throw new ShapeException("a scalar has no batch axis.");
        }
        var hot = OneHot(positions, count, DType);
        return OutputMode switch
        {
            "one_hot" => positions.Shape[^1] == 1 ? hot.Squeeze(-2) : hot,
            "count" => hot.Sum(-2),
            _ => positions.Shape[^1] == 0 ? hot.Sum(-2) : hot.Max(-2),
        };
    }
}

/// <summary>Classes 0 to numTokens - 1 as vectors: [batch, n] to [batch, numTokens], or with one_hot and n > 1 [batch, n, numTokens].</summary>
public sealed class CategoryEncoding(int numTokens, string outputMode = "multi_hot", InputShape? inputShape = null, string? name = null)
    : EncodingLayer(outputMode, inputShape, name, "multi_hot", "one_hot", "count")
{
    /// <summary>The number of classes.</summary>
    public int NumTokens { get; } = AtLeast(1, numTokens, "CategoryEncoding: numTokens");

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training) => Encoded(x, NumTokens);
}

/// <summary>
/// Numbers as the bins they fall in: i where i of the boundaries are not above them. The bins as integers, or as vectors (see <see cref="EncodingLayer.OutputMode"/>).
/// </summary>
public sealed class Discretization(double[] binBoundaries, string outputMode = "int", InputShape? inputShape = null, string? name = null)
    : EncodingLayer(outputMode, inputShape, name, "int", "multi_hot", "one_hot", "count")
{
    /// <summary>The limits between bins, ascending.</summary>
    public double[] BinBoundaries { get; } = Checked(binBoundaries);

    private static double[] Checked(double[] binBoundaries)
    {
        ArgumentNullException.ThrowIfNull(binBoundaries);
        return binBoundaries.Zip(binBoundaries.Skip(1)).All(pair => pair.First < pair.Second) && !binBoundaries.Any(double.IsNaN)
            ? binBoundaries
            : throw new ValueException("Discretization: binBoundaries must ascend.");
    }

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training)
    {
        var bins = (x.ExpandDims(-1) >= From(BinBoundaries)).Sum(-1);
        return OutputMode == "int" ? bins : Encoded(bins, BinBoundaries.Length + 1);
    }
}
