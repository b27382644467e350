using static Autograd.Tensor;

namespace Autograd.Tests.Layers;

/// <summary>Attention beside plain loops, and what a place may see.</summary>
public class AttentionTests
{
    private static readonly Tensor s_query = RandomNormal([2, 4, 3], seed: 1, dtype: DType.Float64);
    private static readonly Tensor s_value = RandomNormal([2, 5, 2], seed: 2, dtype: DType.Float64);

    private static void AssertClose(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.True(Abs(expected - actual).Max().Item() < 1e-12, $"{expected} and {actual}");
    }

    [Fact]
    public void Multi_head_attention_agrees_with_its_formula_head_by_head()
    {
        var layer = new MultiHeadAttention(2, 3, valueDim: 4) { DType = DType.Float64 };
        layer.Apply([s_query, s_value]);
        layer.SetWeights([.. layer.Weights.Select((weight, i) => RandomNormal(weight.Shape, seed: 5 + i, dtype: DType.Float64))]);
        var w = layer.NamedWeights().ToDictionary(weight => weight.Path, weight => (Tensor)weight.Variable);
        Assert.Equal([3, 2, 3], w["query/kernel"].Shape);
        Assert.Equal([2, 4, 3], w["attention_output/kernel"].Shape);
        var sum = w["attention_output/bias"];
        for (var head = 0; head < 2; head++)
        {
            var q = MatMul(s_query, w["query/kernel"][.., head]) + w["query/bias"][head];
            var k = MatMul(s_value, w["key/kernel"][.., head]) + w["key/bias"][head];
            var v = MatMul(s_value, w["value/kernel"][.., head]) + w["value/bias"][head];
            var scores = MatMul(q, k, transposeY: true) / Math.Sqrt(3);
            sum += MatMul(MatMul(Tensor.Softmax(scores), v), w["attention_output/kernel"][head]);
        }
        AssertClose(sum, layer.Apply([s_query, s_value]));
    }

    [Fact]
    public void Attention_by_products_and_by_sums()
    {
        var key = RandomNormal([2, 5, 3], seed: 3, dtype: DType.Float64);
        var scores = MatMul(s_query, key, transposeY: true);
        AssertClose(MatMul(Tensor.Softmax(scores), s_value), new Attention { DType = DType.Float64 }.Apply([s_query, s_value, key]));
        var sums = Tanh(s_query.ExpandDims(2) + key.ExpandDims(1)).Sum(-1);
        AssertClose(MatMul(Tensor.Softmax(sums), s_value), new AdditiveAttention(useScale: false) { DType = DType.Float64 }.Apply([s_query, s_value, key]));
        AssertClose(MatMul(Tensor.Softmax(sums), s_value), new Attention(useScale: true, scoreMode: "concat") { DType = DType.Float64 }.Apply([s_query, s_value, key]));
    }

    [Theory]
    [InlineData("MultiHeadAttention")]
    [InlineData("Attention")]
    [InlineData("AdditiveAttention")]
    public void Nothing_is_seen_that_a_mask_hides(string kind)
    {
        Layer Make(bool causal) => kind switch
        {
            "Attention" => new Attention(useCausalMask: causal),
            "AdditiveAttention" => new AdditiveAttention(useCausalMask: causal),
            _ => new MultiHeadAttention(2, 3, useCausalMask: causal),
        };
        var x = RandomNormal([2, 5, 3], seed: 1);
        var causal = Make(true);
        Assert.True(Abs(causal.Apply([x, x])[.., ..3] - causal.Apply([x[.., ..3], x[.., ..3]])).Max().Item() < 1e-6);
        var layer = Make(false);
        // By a mask among the inputs, with the batch and without, and by one that travels with the values.
        var shorter = layer.Apply([x, x[.., ..3]]);
        var counts = (Arange(5) < 3).ExpandDims(0);
        Assert.True(Abs(shorter - layer.Apply([x, x, counts.BroadcastTo([5, 5])])).Max().Item() < 1e-6);
        Assert.True(Abs(shorter - layer.Apply([x, x, counts.BroadcastTo([2, 5, 5])])).Max().Item() < 1e-6);
        var padded = x[.., ..3].Pad([(0, 0), (0, 2), (0, 0)]);
        Assert.True(Abs(shorter - layer.Apply([x, new Masking().Apply(padded)])).Max().Item() < 1e-6);
        // A place that may see nothing gets zeros, which a projection may shift.
        var nothing = layer.Apply([x, x, Zeros([5, 5], DType.Bool)]);
        Assert.Equal(0, Abs(nothing).Max().Item());
    }

    [Fact]
    public void A_query_s_mask_goes_on()
    {
        var x = new Masking().Apply(RandomNormal([1, 3, 2], seed: 1).Pad([(0, 0), (0, 2), (0, 0)]));
        var attention = new MultiHeadAttention(1, 2);
        var rnn = new GRU(2);
        Assert.True(Abs(rnn.Apply(attention.Apply(x)) - rnn.Apply(attention.Apply(x[.., ..3]))).Max().Item() < 1e-6);
    }

    [Fact]
    public void Dropout_is_for_training()
    {
        var layer = new MultiHeadAttention(2, 3, dropout: 0.5, seed: 1);
        var (x, y) = (s_query.Cast(DType.Float32), s_value.Cast(DType.Float32));
        Assert.True(Equal(layer.Apply([x, y]), layer.Apply([x, y])).All().Item<bool>());
        Assert.False(Equal(layer.Apply([x, y], training: true), layer.Apply([x, y], training: true)).All().Item<bool>());
    }
}
