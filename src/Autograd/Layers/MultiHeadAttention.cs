using static Autograd.Tensor;

namespace Autograd;

/// <summary>
/// Attention in several heads: each projects query, keys and values, head h = softmax(q k' / sqrt(keyDim)) v, and what all heads found is projected back to the
/// features of the query. Vaswani et al., 2017. With one input it is self-attention. What stands at places of the query that a mask leaves out means nothing, as in Keras.
/// </summary>
/// <param name="numHeads">The number of heads.</param>
/// <param name="keyDim">The features of a head's queries and keys.</param>
/// <param name="valueDim">The features of a head's values; keyDim by default.</param>
/// <param name="dropout">In training, the share of the attention that is dropped.</param>
/// <param name="useBias">Whether projections add a bias.</param>
/// <param name="kernelInitializer">The first projections; Glorot's uniform ones by default.</param>
/// <param name="biasInitializer">The first biases; zeros by default.</param>
/// <param name="kernelRegularizer">A penalty on projections.</param>
/// <param name="biasRegularizer">A penalty on biases.</param>
/// <param name="kernelConstraint">What projections are put back into after each step.</param>
/// <param name="biasConstraint">What biases are put back into after each step.</param>
/// <param name="seed">See <see cref="NoiseLayer.Seed"/>.</param>
/// <param name="useCausalMask">Whether a place sees only those before it, and itself.</param>
/// <param name="inputShape">The shape of one example.</param>
/// <param name="name">The name.</param>
public sealed class MultiHeadAttention(
    int numHeads, int keyDim, int? valueDim = null, double dropout = 0, bool useBias = true, Initializer? kernelInitializer = null, Initializer? biasInitializer = null,
    Regularizer? kernelRegularizer = null, Regularizer? biasRegularizer = null, Constraint? kernelConstraint = null, Constraint? biasConstraint = null, long? seed = null,
    bool useCausalMask = false, InputShape? inputShape = null, string? name = null) : AttentionLayer(dropout, seed, useCausalMask, inputShape, name)
{
    private Projection? _query;
    private Projection? _key;
    private Projection? _value;
    private Projection? _output;

    /// <summary>The number of heads.</summary>
    public int NumHeads { get; } = AtLeast(1, numHeads, "MultiHeadAttention: numHeads");

    /// <summary>The features of a head's queries and keys.</summary>
    public int KeyDim { get; } = AtLeast(1, keyDim, "MultiHeadAttention: keyDim");

    /// <summary>The features of a head's values.</summary>
    public int? ValueDim { get; } = AtLeast(1, valueDim ?? keyDim, "MultiHeadAttention: valueDim");

    /// <summary>Whether projections add a bias.</summary>
    public bool UseBias { get; } = useBias;

    /// <summary>The first projections.</summary>
    public Initializer KernelInitializer { get; } = kernelInitializer ?? new GlorotUniform();

    /// <summary>The first biases.</summary>
    public Initializer BiasInitializer { get; } = biasInitializer ?? new Zeros();

    /// <summary>A penalty on projections.</summary>
    public Regularizer? KernelRegularizer { get; } = kernelRegularizer;

    /// <summary>A penalty on biases.</summary>
    public Regularizer? BiasRegularizer { get; } = biasRegularizer;

    /// <summary>What projections are put back into after each step.</summary>
    public Constraint? KernelConstraint { get; } = kernelConstraint;

    /// <summary>What biases are put back into after each step.</summary>
    public Constraint? BiasConstraint { get; } = biasConstraint;

    /// <summary>A matrix and a bias in the shapes that Keras gives them, [features, heads, each] and [heads, each].</summary>
    private sealed record Projection(Variable Kernel, Variable? Bias)
    {
        /// <summary>[..., rows] to [..., columns].</summary>
        public Tensor Of(Tensor x, int rows, int columns)
        {
            RequireFeatures(x, rows);
            var kernel = Kernel.Reshape(rows, columns);
            return Bias is null ? MatMul(x, kernel) : Linear(x, kernel, Bias.Reshape(columns));
        }
    }

    private protected override bool ZeroesMaskedQueries => false;

    private Projection Add(string name, Shape kernel, Shape bias) => new(
        AddWeight($"{name}/kernel", kernel, KernelInitializer, regularizer: KernelRegularizer, constraint: KernelConstraint),
        UseBias ? AddWeight($"{name}/bias", bias, BiasInitializer, regularizer: BiasRegularizer, constraint: BiasConstraint) : null);

    private protected override void Build(int query, int value, int key)
    {
        _query = Add("query", [query, NumHeads, KeyDim], [NumHeads, KeyDim]);
        _key = Add("key", [key, NumHeads, KeyDim], [NumHeads, KeyDim]);
        _value = Add("value", [value, NumHeads, ValueDim!.Value], [NumHeads, ValueDim.Value]);
        _output = Add("attention_output", [NumHeads, ValueDim.Value, query], [query]);
    }

    private protected override Tensor Attend(Tensor query, Tensor key, Tensor value, Tensor? seen, bool training)
    {
        var (q, k, v) = (Heads(_query!, query, KeyDim), Heads(_key!, key, KeyDim), Heads(_value!, value, ValueDim!.Value));
        var found = ByProducts(q, k, v, seen is { Rank: 3 } ? seen.ExpandDims(1) : seen, 1 / Math.Sqrt(KeyDim), training);
        var width = NumHeads * ValueDim.Value;
        found = found.SwapAxes(1, 2).Reshape(query.Shape[0], query.Shape[1], width);
        return _output!.Of(found, width, _output.Kernel.Shape[2]);
    }

    /// <summary>[batch, heads, time, each].</summary>
    private Tensor Heads(Projection projection, Tensor x, int each) =>
        projection.Of(x, projection.Kernel.Shape[0], NumHeads * each).Reshape(x.Shape[0], x.Shape[1], NumHeads, each).SwapAxes(1, 2);
}
