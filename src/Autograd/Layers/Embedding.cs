using static Autograd.Tensor;

namespace Autograd;

/// <summary>A learned vector for each of <c>inputDim</c> numbers: [batch, ...] of integers to [batch, ..., outputDim].</summary>
/// <param name="inputDim">How many there are; inputs are 0 to inputDim - 1. Floating inputs must be whole numbers.</param>
/// <param name="outputDim">The length of a vector.</param>
/// <param name="embeddingsInitializer">The first vectors; uniform in [-0.05, 0.05) by default.</param>
/// <param name="embeddingsRegularizer">A penalty on the vectors.</param>
/// <param name="embeddingsConstraint">What the vectors are put back into after each step.</param>
/// <param name="maskZero">Whether 0 stands for a step that does not count: layers that know masks, such as <see cref="LSTM"/>, skip it.</param>
/// <param name="inputShape">The shape of one example.</param>
/// <param name="name">The name.</param>
public sealed class Embedding(
    int inputDim, int outputDim, Initializer? embeddingsInitializer = null, Regularizer? embeddingsRegularizer = null, Constraint? embeddingsConstraint = null,
    bool maskZero = false, InputShape? inputShape = null, string? name = null) : Layer(inputShape, name)
{
    /// <summary>How many vectors there are.</summary>
    public int InputDim { get; } = AtLeast(1, inputDim, "Embedding: inputDim");

    /// <summary>The length of a vector.</summary>
    public int OutputDim { get; } = AtLeast(1, outputDim, "Embedding: outputDim");

    /// <summary>The first vectors.</summary>
    public Initializer EmbeddingsInitializer { get; } = embeddingsInitializer ?? new RandomUniform();

    /// <summary>A penalty on the vectors.</summary>
    public Regularizer? EmbeddingsRegularizer { get; } = embeddingsRegularizer;

    /// <summary>What the vectors are put back into after each step.</summary>
    public Constraint? EmbeddingsConstraint { get; } = embeddingsConstraint;

    /// <summary>Whether 0 stands for a step that does not count.</summary>
    public bool MaskZero { get; } = maskZero;

    /// <summary>[inputDim, outputDim]; null until built.</summary>
    public Variable? Embeddings { get; private set; }

    /// <inheritdoc/>
    protected override void Build(Shape input) =>
        Embeddings = AddWeight("embeddings", [InputDim, OutputDim], EmbeddingsInitializer, regularizer: EmbeddingsRegularizer, constraint: EmbeddingsConstraint);

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training)
    {
        var positions = x.DType.IsFloating() ? Whole(x) : x.DType == DType.Bool ? x.Cast(DType.Int64) : x;
        var y = Embeddings!.Take(positions);
        if (!MaskZero)
        {
            return y;
        }
        using var pause = Recording.Pause();
        return Masks.Set(y, NotEqual(positions, 0));
    }

    private static Tensor Whole(Tensor x)
    {
        using var pause = Recording.Pause();
        var positions = x.Cast(DType.Int64);
        var isCut = NotEqual(x, positions.Cast(x.DType));
        return isCut.Any().Item<bool>()
            ? throw new ValueException(FormattableString.Invariant($"Embedding: the input holds {x[isCut][0].Item()}, which is no number of a vector; those are whole. Round them first if that is meant."))
            : positions;
    }
}

/// <summary>Marks the steps of [batch, time, features] at which all features equal a value as not counting, and sets them to 0; see <see cref="Layer.PassesMask"/>.</summary>
public sealed class Masking(double maskValue = 0, InputShape? inputShape = null, string? name = null) : Layer(inputShape, name)
{
    /// <summary>The value that stands for nothing.</summary>
    public double MaskValue { get; } = maskValue;

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training)
    {
        if (x.Rank < 2)
        {
            throw new ShapeException("there must be axes for batch and features, and mostly one for time between them.");
        }
        Tensor mask;
        using (Recording.Pause())
        {
            mask = NotEqual(x, MaskValue).Any(-1);
        }
        return Masks.Set(Where(mask.ExpandDims(-1), x, 0), mask);
    }
}
