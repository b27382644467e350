using static Autograd.Tensor;

namespace Autograd;

/// <summary>
/// What attention layers have in common: each place of a query takes the values of the places whose keys fit it. Inputs are a query, values and, unless they are the values, keys;
/// all [batch, time, features]. A last input of bools, [time of the query, time of the values] or with the batch in front, says which may see which, as do masks that
/// travel with values and keys (see <see cref="Layer.PassesMask"/>). A place that may see nothing gets zeros. The mask of the query is that of the result.
/// </summary>
public abstract class AttentionLayer : Layer
{
    private protected AttentionLayer(double dropout, long? seed, bool useCausalMask, InputShape? inputShape, string? name) : base(inputShape, name)
    {
        Dropout = InRange(0, 1, dropout, $"{GetType().Name}: dropout");
        Seeds = new SeedSequence(seed);
        UseCausalMask = useCausalMask;
    }

    /// <summary>In training, the share of the attention that is dropped.</summary>
    public double Dropout { get; }

    /// <inheritdoc cref="NoiseLayer.Seed"/>
    public long? Seed => Seeds!.First;

    /// <summary>Whether a place sees only those before it, and itself.</summary>
    public bool UseCausalMask { get; }

    /// <summary>Query, values and keys; what is left out is what stands before it.</summary>
    private protected static (Tensor Query, Tensor Value, Tensor Key) Sequences(Tensors inputs)
    {
        Tensor[] sequences = inputs is [.., { DType: DType.Bool }] ? [.. inputs.SkipLast(1)] : [.. inputs];
        if (sequences.Length is 0 or > 3)
        {
            throw new ShapeException($"{sequences.Length} sequences; there must be a query, values and, unless they are the values, keys.{AdviceOnMask(sequences)}");
        }
        var (query, value, key) = (sequences[0], sequences[Math.Min(1, sequences.Length - 1)], sequences[^1]);
        if (sequences.Any(sequence => sequence.Rank != 3 || sequence.Shape[0] != query.Shape[0]))
        {
            throw new ShapeException($"query, values and keys must have three axes, [batch, time, features], and one batch.{AdviceOnMask(sequences)}");
        }
        if (sequences.Length > 1 && !key.DType.IsFloating())
        {
            throw new ValueException($"keys and values hold {key.DType}; they must be floating.{AdviceOnMask(sequences)}");
        }
        return key.Shape[1] == value.Shape[1]
            ? (query, value, key)
            : throw new ShapeException($"{key.Shape[1]} keys and {value.Shape[1]} values; there must be one key for each value.{AdviceOnMask(sequences)}");
    }

    private static string AdviceOnMask(Tensor[] sequences) => sequences is [_, .., var last]
        ? $" A mask may come last and must be Bool, as of mask.Cast(DType.Bool); the last input is {last.DType} {last.Shape}."
        : "";

    /// <inheritdoc/>
    private protected sealed override void BuildFrom(Tensors inputs)
    {
        var (query, value, key) = Sequences(inputs);
        Build(query.Shape[2], value.Shape[2], key.Shape[2]);
    }

    /// <summary>Makes the weights, for so many features.</summary>
    private protected abstract void Build(int query, int value, int key);

    /// <inheritdoc/>
    protected override Tensors CallAll(Tensors inputs, bool training)
    {
        var (query, value, key) = Sequences(inputs);
        var y = Attend(query.AsType(DType), key.AsType(DType), value.AsType(DType), SeenBy(inputs, query, key, value), training);
        if (MaskOf(query) is not { } mask)
        {
            return y;
        }
        return Masks.Set(ZeroesMaskedQueries ? Where(mask.ExpandDims(-1), y, 0) : y, mask);
    }

    /// <summary>Whether the result is 0 at places of the query that its mask leaves out.</summary>
    private protected virtual bool ZeroesMaskedQueries => true;

    private protected abstract Tensor Attend(Tensor query, Tensor key, Tensor value, Tensor? seen, bool training);

    /// <summary>Which places see which, [batch or 1, time of the query, time of the values]; null for all.</summary>
    private Tensor? SeenBy(Tensors inputs, Tensor query, Tensor key, Tensor value)
    {
        using var pause = Recording.Pause();
        Tensor? seen = null;
        if (inputs is [.., { DType: DType.Bool } given])
        {
            And(given.Rank == 2 ? given.ExpandDims(0) : given);
        }
        if (UseCausalMask)
        {
            And((Arange(query.Shape[1]).ExpandDims(1) >= Arange(value.Shape[1])).ExpandDims(0).To(query.Device));
        }
        And(MaskOf(value)?.ExpandDims(1));
        And(MaskOf(key)?.ExpandDims(1));
        return seen;

        void And(Tensor? more) => seen = more is null ? seen : seen is null ? more : seen & more;
    }

    /// <summary>softmax(query key' scale) value.</summary>
    private protected Tensor ByProducts(Tensor query, Tensor key, Tensor value, Tensor? seen, double scale, bool training) => training && Dropout > 0
        ? ByScores(MatMul(query * scale, key, transposeY: true), value, seen, training)
        : Tensor.Attention(query, key, value, seen, scale);

    /// <summary>softmax(scores) value, over the places that are seen.</summary>
    private protected Tensor ByScores(Tensor scores, Tensor value, Tensor? seen, bool training)
    {
        var shares = seen is null ? Tensor.Softmax(scores) : Where(seen, Tensor.Softmax(Where(seen, scores, double.NegativeInfinity)), 0);
        return MatMul(training && Dropout > 0 ? Dropped(shares, Dropout, Seeds!.Next()) : shares, value);
    }
}

/// <summary>
/// Attention by products: softmax(query key') value, [batch, time, features of the values]. Luong et al., 2015. With scoreMode concat the scores are
/// w sum tanh(scale (query + key)). Places of the query that a mask leaves out get zeros.
/// </summary>
public sealed class Attention(
    bool useScale = false, string scoreMode = "dot", double dropout = 0, long? seed = null, bool useCausalMask = false, InputShape? inputShape = null, string? name = null)
    : AttentionLayer(dropout, seed, useCausalMask, inputShape, name)
{
    private Variable? _scale;
    private Variable? _concatScale;

    /// <summary>Whether a learned number multiplies.</summary>
    public bool UseScale { get; } = useScale;

    /// <summary>dot or concat.</summary>
    public string ScoreMode { get; } = OneOf(scoreMode, "Attention: scoreMode", "dot", "concat");

    private protected override void Build(int query, int value, int key)
    {
        _scale = UseScale ? AddWeight("scale", [], "ones") : null;
        _concatScale = ScoreMode == "concat" ? AddWeight("concat_score_weight", [], "ones") : null;
    }

    private protected override Tensor Attend(Tensor query, Tensor key, Tensor value, Tensor? seen, bool training)
    {
        if (_concatScale is null)
        {
            return ByProducts(_scale is null ? query : query * _scale, key, value, seen, 1, training);
        }
        var sums = query.ExpandDims(2) + key.ExpandDims(1);
        return ByScores(_concatScale * Tanh(_scale is null ? sums : sums * _scale).Sum(-1), value, seen, training);
    }
}

/// <summary>Attention by sums: softmax(sum scale tanh(query + key)) value. Places of the query that a mask leaves out get zeros. Bahdanau et al., 2015.</summary>
public sealed class AdditiveAttention(
    bool useScale = true, double dropout = 0, long? seed = null, bool useCausalMask = false, InputShape? inputShape = null, string? name = null)
    : AttentionLayer(dropout, seed, useCausalMask, inputShape, name)
{
    private Variable? _scale;

    /// <summary>Whether learned numbers multiply, one for each feature.</summary>
    public bool UseScale { get; } = useScale;

    private protected override void Build(int query, int value, int key) => _scale = UseScale ? AddWeight("scale", [query], "glorot_uniform") : null;

    private protected override Tensor Attend(Tensor query, Tensor key, Tensor value, Tensor? seen, bool training)
    {
        var sums = Tanh(query.ExpandDims(2) + key.ExpandDims(1));
        return ByScores((_scale is null ? sums : sums * _scale).Sum(-1), value, seen, training);
    }
}
