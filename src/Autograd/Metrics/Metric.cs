using System.Diagnostics.CodeAnalysis;
using Autograd.Serialization;

namespace Autograd;

/// <summary>
/// A measure gathered over batches: <see cref="Update"/> takes one batch in, <see cref="Result"/> tells the measure of all since <see cref="Reset"/>. By object, or by the name a Keras user knows:
/// <c>metrics: ["accuracy"]</c>. A <see cref="Loss"/> given as a metric is averaged, and so is one given by name: <c>metrics: ["mae"]</c>.
/// Threads: one at a time.
/// </summary>
/// <remarks>What is gathered are tensors of a size that does not depend on the number of batches, in float64.</remarks>
public abstract class Metric
{
    internal static Registry<Metric> Registry { get; } = new Registry<Metric>("metric")
        .Add<Mean>().Add<Sum>().Add<MeanLoss>().Add<FittingAccuracy>("acc").Add<FittingCrossentropy>("crossentropy", "ce")
        .Add<Accuracy>().Add<BinaryAccuracy>().Add<CategoricalAccuracy>().Add<SparseCategoricalAccuracy>().Add<TopKCategoricalAccuracy>().Add<SparseTopKCategoricalAccuracy>()
        .Add<TruePositives>().Add<TrueNegatives>().Add<FalsePositives>().Add<FalseNegatives>().Add<Precision>().Add<Recall>().Add<AUC>()
        .Add<PrecisionAtRecall>().Add<RecallAtPrecision>().Add<SensitivityAtSpecificity>().Add<SpecificityAtSensitivity>().Add<FBetaScore>().Add<F1Score>()
        .Add<ConfusionMatrix>().Add<IoU>().Add<BinaryIoU>().Add<MeanIoU>().Add<OneHotIoU>().Add<OneHotMeanIoU>()
        .Add<RootMeanSquaredError>("rmse").Add<LogCoshError>().Add<R2Score>();

    /// <summary>Makes a metric of your own known by its type's name, so that a model with it can be saved and loaded. Its constructor's parameters must be public properties too.</summary>
    public static void Register<[DynamicallyAccessedMembers(Kind.Needs)] TMetric>() where TMetric : Metric => Registry.Register<TMetric>();

    /// <summary>For derived metrics.</summary>
    /// <param name="name">The name in logs.</param>
    protected Metric(string? name = null)
    {
        DefaultName = name is null ? Spelled.InSnakeCase(GetType().Name) : null;
        Name = name ?? DefaultName!;
    }

    /// <summary>The name in logs. Of several metrics of a kind without a name of their own, <c>Compile</c> numbers all but the first: <c>precision</c>, <c>precision_1</c>.</summary>
    public string Name { get; internal set; }

    /// <summary>The name made of the type, where the user gave none.</summary>
    internal string? DefaultName { get; private set; }

    /// <summary>Takes one batch in. Steps that a mask of the predictions leaves out (see <see cref="Layer.PassesMask"/>) do not count.</summary>
    /// <param name="yTrue">What should have been predicted.</param>
    /// <param name="yPred">What was predicted.</param>
    /// <param name="sampleWeight">A weight per example.</param>
    /// <exception cref="ShapeException">The shapes do not fit; then nothing is taken in.</exception>
    /// <exception cref="ValueException">A class number is none; then nothing is taken in.</exception>
    public void Update(Tensor yTrue, Tensor yPred, Tensor? sampleWeight = null)
    {
        ArgumentNullException.ThrowIfNull(yTrue);
        ArgumentNullException.ThrowIfNull(yPred);
        using var pause = Recording.Pause();
        Gather(Targets.Fitted(yTrue, yPred), yPred, sampleWeight);
        WasUpdated = true;
    }

    /// <summary>
    /// Takes one batch in. What cannot be taken in must be refused before anything is changed. A metric that derives from <see cref="MeanMetric"/> need not think of masks; others find that of the predictions by <see cref="MaskOf"/>.
    /// </summary>
    protected abstract void Gather(Tensor yTrue, Tensor yPred, Tensor? sampleWeight);

    /// <summary>Which steps of predictions count, as bools [batch, time]; null where all do.</summary>
    protected static Tensor? MaskOf(Tensor yPred)
    {
        ArgumentNullException.ThrowIfNull(yPred);
        return Masks.Of(yPred);
    }

    /// <summary>Whether anything was taken in since <see cref="Begin"/>.</summary>
    internal bool WasUpdated { get; private protected set; }

    /// <summary>Forgets all batches, and that there were any.</summary>
    internal void Begin()
    {
        Reset();
        WasUpdated = false;
    }

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

    /// <summary>
    /// The metric of that name with its default settings, under that name in logs. The name of a loss stands for the mean of that loss; "accuracy" and "crossentropy" suit themselves to the shapes.
    /// </summary>
    /// <exception cref="ValueException">There is none.</exception>
    public static implicit operator Metric(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var metric = string.Equals(name, "accuracy", StringComparison.OrdinalIgnoreCase) ? new FittingAccuracy()
            : Registry.Knows(name) ? Registry.Create(name)
            : Loss.Registry.Knows(name) ? (Metric)Loss.Registry.Create(name)
            : throw new ValueException($"There is no metric called '{name}'. {(Registry.Suggestion(name) is { Length: > 0 } meant ? meant : Loss.Registry.Suggestion(name))}Known: {Registry.Listed}; and the losses {Loss.Registry.Listed}.");
        metric.Name = name;
        return metric;
    }

    /// <summary>The mean of a loss over all examples.</summary>
    public static implicit operator Metric(Loss loss) => new MeanLoss(loss);

    private sealed class MeanOf(Func<Tensor, Tensor, Tensor> function, string name) : MeanMetric(name)
    {
        protected override Tensor Values(Tensor yTrue, Tensor yPred) => function(yTrue, yPred);
    }
}
