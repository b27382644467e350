using System.Diagnostics.CodeAnalysis;
using Autograd.Serialization;

namespace Autograd;

/// <summary>How the losses of examples become one number.</summary>
public enum LossReduction
{
    /// <summary>Their sum, weighted where weights are given, divided by their number (not by the sum of the weights).</summary>
    SumOverBatchSize,

    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>Not at all: one loss per example.</summary>
    None,

    /// <summary>Their weighted sum divided by the sum of the weights; without weights their mean.</summary>
    MeanWithSampleWeight,
}

/// <summary>
/// What training makes small. By object, or by the name a Keras user knows: <c>loss: "mse"</c>. Of your own: derive and override <see cref="Call"/>, or
/// <see cref="From"/> a function.
/// Threads may share one, if a class of the program's own keeps no state.
/// </summary>
public abstract class Loss
{
    internal static Registry<Loss> Registry { get; } = new Registry<Loss>("loss")
        .Add<MeanSquaredError>("mse").Add<MeanAbsoluteError>("mae").Add<MeanAbsolutePercentageError>("mape").Add<MeanSquaredLogarithmicError>("msle")
        .Add<Huber>("huber_loss").Add<LogCosh>().Add<CosineSimilarity>().Add<Poisson>().Add<KLDivergence>("kld", "kullback_leibler_divergence")
        .Add<BinaryCrossentropy>("bce").Add<CategoricalCrossentropy>("cce").Add<SparseCategoricalCrossentropy>("scce")
        .Add<BinaryFocalCrossentropy>().Add<CategoricalFocalCrossentropy>().Add<CategoricalGeneralizedCrossEntropy>()
        .Add<Hinge>().Add<SquaredHinge>().Add<CategoricalHinge>().Add<Dice>().Add<Tversky>().Add<Circle>().Add<CTC>();

    /// <summary>Makes a loss of your own known by its type's name, so that a model with it can be saved and loaded. Its constructor's parameters must be public properties too.</summary>
    public static void Register<[DynamicallyAccessedMembers(Kind.Needs)] TLoss>() where TLoss : Loss => Registry.Register<TLoss>();

    /// <summary>For derived losses.</summary>
    /// <param name="reduction">How the losses of examples become one number.</param>
    /// <param name="name">The name in logs.</param>
    protected Loss(LossReduction reduction = LossReduction.SumOverBatchSize, string? name = null)
    {
        Reduction = Enum.IsDefined(reduction)
            ? reduction
            : throw new ValueException($"Loss: there is no reduction {(int)reduction}. Known: {string.Join(", ", Enum.GetNames<LossReduction>())}.");
        Name = name ?? Spelled.InSnakeCase(GetType().Name);
    }

    /// <summary>How the losses of examples become one number.</summary>
    public LossReduction Reduction { get; }

    /// <summary>The name in logs.</summary>
    public string Name { get; }

    /// <summary>The loss of predictions. Steps that a mask of the predictions leaves out (see <see cref="Layer.PassesMask"/>) do not count.</summary>
    /// <param name="yTrue">What should have been predicted; integers and bools are taken as numbers of the predictions' type.</param>
    /// <param name="yPred">What was predicted.</param>
    /// <param name="sampleWeight">
    /// A weight per example, or anything else that broadcasts to the unreduced losses; of a loss that is one number for the batch, such as <see cref="Dice"/>, each example has that number.
    /// Any numbers will do; a mean whose weights sum to 0 is 0.
    /// </param>
    /// <returns>A scalar, or with <see cref="LossReduction.None"/> one loss per example. Over no examples at all: 0.</returns>
    /// <exception cref="ShapeException">Targets, predictions and weights do not fit each other.</exception>
    public Tensor Apply(Tensor yTrue, Tensor yPred, Tensor? sampleWeight = null)
    {
        ArgumentNullException.ThrowIfNull(yTrue);
        ArgumentNullException.ThrowIfNull(yPred);
        var (losses, mask) = CallMasked(Targets.Fitted(yTrue, yPred), yPred);
        mask = Masks.OfLosses(losses, yPred, mask);
        var counted = mask?.AsType(losses.DType);
        losses = SampleWeights.Spread(losses, sampleWeight);
        var weights = sampleWeight is null ? counted : SampleWeights.Fit(sampleWeight, losses, Name);
        if (sampleWeight is not null && counted is not null)
        {
            weights = weights! * counted;
        }
        var weighted = weights is null ? losses : losses * weights;
        return Reduction switch
        {
            LossReduction.None => weighted,
            LossReduction.Sum => weighted.Sum(),
            LossReduction.MeanWithSampleWeight when weights is not null => Targets.Quotient(weighted.Sum(), weights.BroadcastTo(losses.Shape).Sum()),
            _ when counted is not null => Targets.Quotient(weighted.Sum(), counted.Sum()),
            _ => weighted.Size == 0 ? weighted.Sum() : weighted.Mean(),
        };
    }

    /// <summary>The losses before they are reduced: one per example, or per position where an example has several.</summary>
    /// <param name="yTrue">What should have been predicted.</param>
    /// <param name="yPred">What was predicted.</param>
    protected abstract Tensor Call(Tensor yTrue, Tensor yPred);

    /// <summary>The losses and which of them count; all where there is no mask. Means are over those that count.</summary>
    private protected virtual (Tensor Losses, Tensor? Mask) CallMasked(Tensor yTrue, Tensor yPred) => (Call(yTrue, yPred), null);

    /// <summary>What is averaged when the loss serves as a metric: the losses, in the sense in which users expect the measure of that name.</summary>
    internal virtual (Tensor Values, Tensor? Mask) Measured(Tensor yTrue, Tensor yPred) => CallMasked(yTrue, yPred);

    /// <summary>A loss that calls a function of targets and predictions, which gives one loss per example.</summary>
    public static Loss From(Func<Tensor, Tensor, Tensor> function, string name = "loss")
    {
        ArgumentNullException.ThrowIfNull(function);
        return new Custom(function, name);
    }

    /// <summary>The loss of that name with its default settings.</summary>
    /// <exception cref="ValueException">There is none.</exception>
    public static implicit operator Loss(string name) => Registry.Create(name);

    /// <summary>The kind and its settings: <c>Huber(delta: 1, reduction: "SumOverBatchSize", name: "huber")</c>. Penalties of layers are added beside it: see <see cref="Regularizer"/>.</summary>
    public override string ToString() => Registry.KindOf(this)?.Shown(this) ?? Name;

    private sealed class Custom(Func<Tensor, Tensor, Tensor> function, string name) : Loss(LossReduction.SumOverBatchSize, name)
    {
        protected override Tensor Call(Tensor yTrue, Tensor yPred) => function(yTrue, yPred);
    }
}
