using static Autograd.Tensor;

namespace Autograd.Tests.Layers;

/// <summary>What each layer does with masks: whether it hands them on, joins them, and what it computes at steps that do not count. As in Keras 3.16 unless said otherwise.</summary>
public class MaskTests
{
    private static Tensor Mask(string steps) => From([.. steps.Select(step => step == '1')], [1, steps.Length]);

    private static Tensor Masked(Tensor x, string steps) => Masks.Set(x, Mask(steps));

    private static string? Shown(Tensor? mask) => mask is null ? null : string.Concat(mask.ToArray<bool>().Select(counts => counts ? '1' : '0'));

    private const string Steps = "1101";

    private static readonly Dictionary<string, (Func<Layer> Make, string? Mask)> s_rows = new()
    {
        ["Dense"] = (() => new Dense(3), Steps),
        ["Activation"] = (() => new Activation("relu"), Steps),
        ["ReLU"] = (() => new ReLU(), Steps),
        ["LeakyReLU"] = (() => new LeakyReLU(), Steps),
        ["PReLU"] = (() => new PReLU(), Steps),
        ["ELU"] = (() => new ELU(), Steps),
        ["Softmax"] = (() => new Softmax(), Steps),
        ["Dropout"] = (() => new Dropout(0.5), Steps),
        ["SpatialDropout1D"] = (() => new SpatialDropout1D(0.5), Steps),
        ["GaussianNoise"] = (() => new GaussianNoise(0.5), Steps),
        ["GaussianDropout"] = (() => new GaussianDropout(0.5), Steps),
        ["AlphaDropout"] = (() => new AlphaDropout(0.5), Steps),
        ["ActivityRegularization"] = (() => new ActivityRegularization(1), Steps),
        ["BatchNormalization"] = (() => new BatchNormalization(), Steps),
        ["LayerNormalization"] = (() => new LayerNormalization(), Steps),
        ["GroupNormalization"] = (() => new GroupNormalization(1), Steps),
        ["RMSNormalization"] = (() => new RMSNormalization(), Steps), // Keras: none
        ["UnitNormalization"] = (() => new UnitNormalization(), Steps),
        ["Rescaling"] = (() => new Rescaling(2), Steps),
        ["Normalization"] = (() => new Normalization(), Steps),
        ["TimeDistributed"] = (() => new TimeDistributed(new Dense(2)), Steps), // Keras: none
        ["SimpleRNN"] = (() => new SimpleRNN(2, returnSequences: true), Steps),
        ["LSTM"] = (() => new LSTM(2, returnSequences: true), Steps),
        ["GRU"] = (() => new GRU(2, returnSequences: true), Steps),
        ["LSTM backwards"] = (() => new LSTM(2, returnSequences: true, goBackwards: true), "1011"), // the order of its outputs (Keras: as it came)
        ["LSTM, last output"] = (() => new LSTM(2), null),
        ["Bidirectional"] = (() => new Bidirectional(new GRU(2, returnSequences: true)), Steps),
        ["Bidirectional, last output"] = (() => new Bidirectional(new GRU(2)), null),
        ["MultiHeadAttention"] = (() => new MultiHeadAttention(1, 2), Steps),
        ["Attention"] = (() => new Attention(), Steps),
        ["AdditiveAttention"] = (() => new AdditiveAttention(), Steps),
        ["Sequential"] = (() => new Sequential([new Dropout(0.1), new Dense(2)]), Steps),
        ["Sequential of nothing that changes"] = (() => new Sequential([new Dropout(0.1)]), Steps),
        ["Model"] = (() => Graph(new Dense(2)), Steps),
        ["Sequential that ends it"] = (() => new Sequential([new Lambda(x => x), new Dense(2)]), null),
        ["Lambda"] = (() => new Lambda(x => x), null),
        ["Reshape"] = (() => new Reshape([4, 2]), null),
        ["Permute"] = (() => new Permute([1, 2]), null),
        ["Flatten"] = (() => new Flatten(), null),
        ["Conv1D"] = (() => new Conv1D(2, 1), null),
        ["MaxPooling1D"] = (() => new MaxPooling1D(1), null),
        ["AveragePooling1D"] = (() => new AveragePooling1D(1), null),
        ["GlobalMaxPooling1D"] = (() => new GlobalMaxPooling1D(), null),
        ["GlobalAveragePooling1D"] = (() => new GlobalAveragePooling1D(), null),
        ["ZeroPadding1D"] = (() => new ZeroPadding1D(0), null),
        ["Cropping1D"] = (() => new Cropping1D(0), null),
        ["UpSampling1D"] = (() => new UpSampling1D(1), null),
    };

    public static TheoryData<string> Rows => [.. s_rows.Keys];

    private static Model Graph(Layer layer)
    {
        var input = new Input([4, 2]);
        return new Model(input, layer.Apply(input));
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_mask_goes_as_far_as_its_steps_do(string row)
    {
        var (make, mask) = s_rows[row];
        foreach (var training in (bool[])[false, true])
        {
            var x = Masked(RandomNormal([1, 4, 2], seed: 1), Steps);
            var layer = make();
            Assert.Equal(mask, Shown(Masks.Of(layer.Apply(x, training))));
            Assert.Null(Masks.Of(layer.Apply(RandomNormal([1, 4, 2], seed: 1), training)));
            Assert.Equal(Steps, Shown(Masks.Of(x)));
        }
    }

    [Fact]
    public void Vectors_are_repeated_without_a_mask() => Assert.Null(Masks.Of(new RepeatVector(2).Apply(Masks.Set(Ones(1, 2), Ones([1], DType.Bool)))));

    [Fact]
    public void Gradients_pass_where_a_mask_ends()
    {
        var v = new Variable(Ones(1, 4, 2));
        using var tape = new GradientTape();
        var x = Masks.Set(v * 3, Mask(Steps));
        var y = new Lambda(t => t).Apply(x);
        Assert.NotSame(x, y);
        Assert.Equal(3f, tape.Gradient(y.Sum(), v)![0, 0, 0].Item());
    }

    public static TheoryData<string, string?, string?, string?> Merges => new()
    {
        { "Add", "1100", "0100", "1100" },
        { "Add", "1100", null, null },
        { "Subtract", "1000", "0100", "1100" },
        { "Multiply", "1100", "0100", "1100" },
        { "Multiply", null, "0100", null },
        { "Average", "1100", "0100", "1100" },
        { "Maximum", "1100", "0100", "1100" },
        { "Maximum", "1100", null, null },
        { "Minimum", "1100", "0100", "1100" },
        { "Concatenate", "1100", "0100", "1100" },
        { "Concatenate", "1100", null, null },
        { "Concatenate time", "1100", "0100", "11000100" },
        { "Concatenate time", "1100", null, "11001111" },
        { "Concatenate time", null, "0100", "11110100" },
        { "Concatenate time", null, null, null },
        { "Concatenate batch", "1100", "0100", "11000100" },
        { "Dot", "1100", "0100", null },
    };

    [Theory]
    [MemberData(nameof(Merges))]
    public void Merged_masks(string kind, string? first, string? second, string? expected)
    {
        Layer layer = kind switch
        {
            "Add" => new Add(),
            "Subtract" => new Subtract(),
            "Multiply" => new Multiply(),
            "Average" => new Average(),
            "Maximum" => new Maximum(),
            "Minimum" => new Minimum(),
            "Concatenate" => new Concatenate(),
            "Concatenate time" => new Concatenate(1),
            "Concatenate batch" => new Concatenate(0),
            _ => new Dot(2),
        };
        Tensor Made(string? mask, long seed) => mask is null ? RandomNormal([1, 4, 2], seed: seed) : Masked(RandomNormal([1, 4, 2], seed: seed), mask);
        Assert.Equal(expected, Shown(Masks.Of(layer.Apply([Made(first, 1), Made(second, 2)]))));
    }

    [Fact]
    public void Masked_sequences_of_different_lengths_have_a_product()
    {
        var y = new Dot(2).Apply([Masked(Ones(1, 3, 2), "110"), Masked(Ones(1, 5, 2), "11100")]);
        Assert.Equal([1, 3, 5], y.Shape);
        Assert.Equal([1, 8, 2], new Concatenate(1).Apply([Masked(Ones(1, 3, 2), "110"), Masked(Ones(1, 5, 2), "11100")]).Shape);
    }

    // Only one of them counts at the first step, both at the second, none at the third.
    [Theory]
    [InlineData("Multiply", 20, 39, 0)]
    [InlineData("Maximum", 20, 13, double.NaN)]
    [InlineData("Minimum", 20, 3, double.NaN)]
    [InlineData("Add", 120, 16, 12)]
    public void What_does_not_count_takes_no_part(string kind, double one, double both, double none)
    {
        var a = Masked(From([20f, 3, 5], [1, 3, 1]), "110");
        var b = Masked(From([100f, 13, 7], [1, 3, 1]), "010");
        Layer layer = kind switch { "Multiply" => new Multiply(), "Maximum" => new Maximum(), "Minimum" => new Minimum(), _ => new Add() };
        var y = layer.Apply([a, b]).ToArray<float>();
        Assert.Equal([one, both, double.IsNaN(none) ? y[2] : none], y.Select(value => (double)value));
        if (kind == "Minimum")
        {
            Assert.Equal(20, layer.Apply([a, Masked(From([1f, 13, 7], [1, 3, 1]), "010")]).ToArray<float>()[0]);
            Assert.Equal(9, layer.Apply([Masked(From([20f], [1, 1, 1]), "0"), Masked(From([9f], [1, 1, 1]), "1"), Masked(From([1f], [1, 1, 1]), "0")]).Item());
        }
    }

    [Theory]
    [InlineData("concat")]
    [InlineData("sum")]
    [InlineData("mul")]
    [InlineData("ave")]
    [InlineData(null)]
    public void Both_directions_give_zeros_where_nothing_counts(string? mergeMode)
    {
        var layer = new Bidirectional(new LSTM(1, returnSequences: true), mergeMode);
        var x = Masked(Ones(1, 4, 1), "1100");
        var results = layer.ApplyAll(x);
        var explicitly = layer.ApplyAll([Ones(1, 4, 1), Mask("1100")]);
        Assert.Equal(mergeMode is null ? 2 : 1, results.Count);
        Assert.All(results.Zip(explicitly), pair => Assert.Equal(pair.First.ToArray<float>(), pair.Second.ToArray<float>()));
        Assert.All(results, y => Assert.Equal("1100", Shown(Masks.Of(y))));
        Assert.All(results, y => Assert.All(y[.., 2..].ToArray<float>(), value => Assert.Equal(0, value)));
        Assert.All(results, y => Assert.DoesNotContain(0f, y[.., ..2].ToArray<float>()));
        Assert.True(((LSTM)layer.Layer).ZeroOutputForMask && ((LSTM)layer.BackwardLayer).ZeroOutputForMask);
        Assert.False(((LSTM)new Bidirectional(new LSTM(1, zeroOutputForMask: true)).Layer).ZeroOutputForMask);
    }

    [Theory]
    [InlineData("SimpleRNN", false)]
    [InlineData("LSTM", false)]
    [InlineData("LSTM", true)]
    [InlineData("GRU", false)]
    [InlineData("GRU", true)]
    public void Recurrent_layers_give_zeros_where_they_are_asked_to(string kind, bool backwards)
    {
        RecurrentLayer Made(bool zero, bool sequences) => kind switch
        {
            "SimpleRNN" => new SimpleRNN(2, returnSequences: sequences, returnState: true, goBackwards: backwards, zeroOutputForMask: zero, kernelInitializer: "ones", recurrentInitializer: "ones"),
            "LSTM" => new LSTM(2, returnSequences: sequences, returnState: true, goBackwards: backwards, zeroOutputForMask: zero, kernelInitializer: "ones", recurrentInitializer: "ones"),
            _ => new GRU(2, returnSequences: sequences, returnState: true, goBackwards: backwards, zeroOutputForMask: zero, kernelInitializer: "ones", recurrentInitializer: "ones"),
        };
        var x = RandomNormal([1, 4, 2], seed: 1);
        var mask = Mask("0110");
        var (plain, zeros) = (Made(false, true).ApplyAll([x, mask]), Made(true, true).ApplyAll([x, mask]));
        Assert.Equal(Where(mask.ExpandDims(2), plain[0], 0).ToArray<float>(), zeros[0].ToArray<float>());
        Assert.DoesNotContain(0f, plain[0][.., 3].ToArray<float>());
        Assert.Equal(plain[1].ToArray<float>(), zeros[1].ToArray<float>());
        // As in Keras, the last output is that of the last step.
        Assert.Equal([0f, 0], Made(true, false).ApplyAll([x, mask])[0].ToArray<float>());
        Assert.Equal(plain[1].ToArray<float>(), Made(true, false).ApplyAll([x, mask])[1].ToArray<float>());
        Assert.Equal(plain[1].ToArray<float>(), Made(false, false).ApplyAll([x, mask])[0].ToArray<float>());
    }

    [Theory]
    [InlineData("Attention")]
    [InlineData("Attention concat")]
    [InlineData("AdditiveAttention")]
    public void A_masked_query_finds_nothing(string kind)
    {
        Layer layer = kind switch { "Attention" => new Attention(), "Attention concat" => new Attention(scoreMode: "concat"), _ => new AdditiveAttention() };
        var y = layer.Apply([Masked(Ones(1, 3, 2), "101"), Ones(1, 4, 2)]);
        Assert.Equal([1f, 1, 0, 0, 1, 1], y.ToArray<float>());
        Assert.Equal("101", Shown(Masks.Of(y)));
        // Values that do not count are not found; what may see nothing gets zeros.
        var values = From([1f, 2, 3, 4], [1, 4, 1]);
        layer = kind switch { "Attention" => new Attention(), "Attention concat" => new Attention(scoreMode: "concat"), _ => new AdditiveAttention() };
        Assert.Equal(1.5f, layer.Apply([Zeros(1, 1, 1), Masked(values, "1100"), Zeros(1, 4, 1)]).Item(), 1e-6f);
        Assert.Equal(0f, layer.Apply([Zeros(1, 1, 1), Masked(values, "0000"), Zeros(1, 4, 1)]).Item());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void Batch_statistics_are_those_of_the_steps_that_count(int axis)
    {
        // Two sequences of which the second's last step does not count; nor must its values, whatever they are.
        var x = new Variable(RandomNormal([2, 3, 2], mean: 1, seed: 1, dtype: DType.Float64));
        var mask = From([true, true, true, true, true, false], [2, 3]);
        var layer = new BatchNormalization(axis, momentum: 0) { DType = DType.Float64 };
        using var tape = new GradientTape();
        var masked = Where(mask.ExpandDims(-1), x, 1e6);
        var y = layer.Apply(Masks.Set(masked, mask), training: true);
        var gradient = tape.Gradient((Where(mask.ExpandDims(-1), y, 0) * RandomNormal([2, 3, 2], seed: 2, dtype: DType.Float64)).Sum(), x)!.ToArray<double>();
        var (all, normal) = (x.ToArray<double>(), y.ToArray<double>());
        var counted = Enumerable.Range(0, 12).Where(i => i / 2 != 5).ToArray();
        int Feature(int i) => axis == -1 ? i % 2 : i / 2 % 3;
        foreach (var set in counted.GroupBy(Feature))
        {
            var mean = set.Average(i => all[i]);
            var variance = set.Average(i => (all[i] - mean) * (all[i] - mean));
            Assert.Equal(mean, layer.MovingMean!.ToArray<double>()[set.Key], 1e-12);
            Assert.Equal(variance, layer.MovingVariance!.ToArray<double>()[set.Key], 1e-12);
            Assert.All(set, i => Assert.Equal((all[i] - mean) / Math.Sqrt(variance + 1e-3), normal[i], 1e-12));
            Assert.Equal(0, set.Sum(i => gradient[i]), 1e-9); // normalized values do not see a shift
        }
        Assert.Equal([0.0, 0], gradient[10..]);
    }

    private sealed class First : Layer
    {
        protected override bool PassesMask => true;

        protected override Tensor Call(Tensor[] inputs, bool training) => inputs[0];
    }

    [Fact]
    public void A_layer_that_gives_its_very_input_leaves_the_mask_of_that_alone()
    {
        var x = Masked(Ones(1, 3, 1), "110");
        var y = new First().Apply([x, Masked(Ones(1, 3, 1), "101")]);
        Assert.Equal("100", Shown(Masks.Of(y)));
        Assert.Equal("110", Shown(Masks.Of(x)));
    }

    [Fact]
    public void Batch_statistics_of_nothing_change_nothing()
    {
        var layer = new BatchNormalization(momentum: 0.5);
        var y = layer.Apply(Masked(Ones(1, 2, 1), "00"), training: true);
        Assert.All(y.ToArray<float>(), value => Assert.True(float.IsFinite(value)));
        Assert.Equal((0f, 1f), (layer.MovingMean!.Item(), layer.MovingVariance!.Item()));
        // In inference the mask says nothing.
        Assert.Equal(layer.Apply(Ones(1, 2, 1)).ToArray<float>(), layer.Apply(Masked(Ones(1, 2, 1), "10")).ToArray<float>());
    }

    [Fact]
    public void Padding_has_no_part_in_the_statistics_after_an_embedding()
    {
        var model = new Sequential([new Embedding(3, 2, maskZero: true, embeddingsInitializer: "ones", inputShape: [3]), new BatchNormalization(momentum: 0)]);
        model.GetLayer("embedding").SetWeights([new[,] { { 99f, 99 }, { 1f, 2 }, { 3f, 6 } }]);
        model.Apply(new[,] { { 1L, 2, 0 }, { 2L, 0, 0 } }, training: true);
        var normalization = (BatchNormalization)model.Layers[1];
        Assert.Equal([2.3333f, 4.6667f], normalization.MovingMean!.ToArray<float>().Select(value => MathF.Round(value, 4)));
    }

    [Fact]
    public void An_average_over_time_is_not_spoilt_by_what_does_not_count()
    {
        var x = Masked(From([1f, 3, float.NaN], [1, 3, 1]), "110");
        Assert.Equal(2f, new GlobalAveragePooling1D().Apply(x).Item());
        Assert.Equal(0f, new GlobalAveragePooling1D().Apply(Masked(Ones(1, 3, 1), "000")).Item());
    }
}
