using System.Diagnostics.CodeAnalysis;
using Autograd.Serialization;

namespace Autograd;

/// <summary>
/// A measure gathered over batches: <see cref="Update"/> takes one batch in, <see cref="Result"/> tells the measure of all since <see cref="Reset"/>. By object, or by the name a Keras user knows:
/// <c>metrics: ["accuracy"]</c>. A <see cref="Loss"/> given as a metric is averaged.
/// </summary>
public abstract class Metric
{
    internal static Registry<Metric> Registry { get; } = new("metric");

    /// <summary>Makes a metric of your own known by its type's name, so that a model with it can be saved and loaded. Its constructor's parameters must be public properties too.</summary>
    public static void Register<[DynamicallyAccessedMembers(Kind.Needs)] TMetric>() where TMetric : Metric => Registry.Add<TMetric>();

    /// <summary>For derived metrics.</summary>
    /// <param name="name">The name in logs.</param>
    protected Metric(string? name = null) => Name = name ?? Spelled.InSnakeCase(GetType().Name);

    /// <summary>The name in logs.</summary>
    public string Name { get; internal set; }

    /// <summary>The loss whose mean it is, where it was made from one.</summary>
    internal virtual Loss? AveragedLoss => null;

    /// <summary>Takes one batch in.</summary>
    /// <param name="yTrue">What should have been predicted.</param>
    /// <param name="yPred">What was predicted.</param>
    /// <param name="sampleWeight">A weight per example.</param>
    /// <exception cref="ShapeException">The shapes do not fit; then nothing is taken in.</exception>
    public void Update(Tensor yTrue, Tensor yPred, Tensor? sampleWeight = null)
    {
        ArgumentNullException.ThrowIfNull(yTrue);
        ArgumentNullException.ThrowIfNull(yPred);
        using var pause = Recording.Pause();
        Gather(yTrue, yPred, sampleWeight);
    }

    /// <summary>Takes one batch in.</summary>
    protected abstract void Gather(Tensor yTrue, Tensor yPred, Tensor? sampleWeight);

    /// <summary>The measure of all batches since the last reset: a scalar for most metrics.</summary>
    public abstract Tensor Result();

    /// <summary>Forgets all batches.</summary>
    public abstract void Reset();

    /// <summary>The mean of a function of targets and predictions, which gives one value per example.</summary>
    public static Metric From(Func<Tensor, Tensor, Tensor> function, string name)
    {
        ArgumentNullException.ThrowIfNull(function);
        return new MeanOf(function, name);
    }

    /// <summary>The metric of that name with its default settings; the name of a loss stands for the mean of that loss.</summary>
    /// <exception cref="ValueException">There is none.</exception>
    public static implicit operator Metric(string name) => name is "accuracy" or "acc" ? new FittingAccuracy(name) : Registry.Create(name);

    /// <summary>The mean of a loss over all examples.</summary>
    public static implicit operator Metric(Loss loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        return new MeanOf(loss.Each, loss.Name, loss);
    }

    private sealed class MeanOf(Func<Tensor, Tensor, Tensor> function, string name, Loss? loss = null) : MeanMetric(name)
    {
        internal override Loss? AveragedLoss => loss;

        protected override Tensor Values(Tensor yTrue, Tensor yPred) => function(yTrue, yPred);
    }
}

/// <summary>The weighted mean of values that each batch has. The base of most metrics.</summary>
public abstract class MeanMetric(string? name = null) : Metric(name)
{
    private Tensor? _total;
    private Tensor? _weight;

    /// <summary>The values of a batch: one per example, or per position.</summary>
    protected abstract Tensor Values(Tensor yTrue, Tensor yPred);

    /// <inheritdoc/>
    protected override void Gather(Tensor yTrue, Tensor yPred, Tensor? sampleWeight) => Add(Values(yTrue, yPred), sampleWeight);

    // Sums stay where the tensors are, so that a step on another device waits for nobody; float64, so that a long epoch loses nothing.
    private protected void Add(Tensor values, Tensor? sampleWeight)
    {
        Tensor total, weight;
        if (sampleWeight is null)
        {
            (total, weight) = (values.Cast(DType.Float64).Sum(), values.Size);
        }
        else
        {
            var weights = SampleWeights.Fit(sampleWeight, values.Cast(DType.Float64), Name).BroadcastTo(values.Shape);
            (total, weight) = ((values.Cast(DType.Float64) * weights).Sum(), weights.Sum());
        }
        (_total, _weight) = _total is null ? (total, weight) : (_total + total, _weight! + weight);
    }

    /// <inheritdoc/>
    public override Tensor Result() => _total is null ? 0d : (_weight!.Item() == 0 ? 0d : _total / _weight);

    /// <inheritdoc/>
    public override void Reset() => _total = _weight = null;
}

/// <summary>The mean of values that are handed in, such as losses.</summary>
public sealed class Mean(string? name = null) : MeanMetric(name)
{
    /// <summary>Takes values in.</summary>
    /// <param name="values">Any number of values.</param>
    /// <param name="sampleWeight">Their weights; 1 by default.</param>
    public void Update(Tensor values, Tensor? sampleWeight = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        using var pause = Recording.Pause();
        Add(values, sampleWeight);
    }

    /// <inheritdoc/>
    protected override Tensor Values(Tensor yTrue, Tensor yPred) => yPred;
}

/// <summary>What "accuracy" means depends on the shapes: binary for one output, by class number or by one-hot target for several. As in Keras.</summary>
internal sealed class FittingAccuracy(string name) : MeanMetric(name)
{
    protected override Tensor Values(Tensor yTrue, Tensor yPred)
    {
        if (yPred.Rank == 0 || yPred.Shape[^1] == 1)
        {
            return Tensor.Equal(yTrue.Cast(DType.Bool).Reshape(yPred.Shape), yPred > 0.5).Cast(DType.Float32);
        }
        var predicted = yPred.ArgMax(axis: -1);
        var isClassNumber = yTrue.Rank < yPred.Rank || yTrue.Shape[^1] == 1;
        var expected = isClassNumber ? yTrue.Reshape(predicted.Shape).Cast(DType.Int64) : yTrue.ArgMax(axis: -1);
        return Tensor.Equal(expected, predicted).Cast(DType.Float32);
    }
}
