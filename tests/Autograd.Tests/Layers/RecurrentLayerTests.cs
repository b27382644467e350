using Autograd.Tests.Ops;
using static Autograd.Tensor;

namespace Autograd.Tests.Layers;

/// <summary>Recurrent layers beside plain loops, on the kernel and step by step; their settings, wrappers and masks.</summary>
public class RecurrentLayerTests
{
    // The sizes of NaiveRecurrence.
    private static readonly Tensor s_x = RandomNormal([2, 4, 2], seed: 1, dtype: DType.Float64);

    private static readonly Func<Tensor, Tensor> s_tanh = Tanh;

    private static readonly Func<Tensor, Tensor> s_sigmoid = Sigmoid;

    /// <summary>A layer on the kernel, and one that must go step by step since it does not know that its functions are the usual ones.</summary>
    private static RecurrentLayer Make(string row, bool usual, bool returnSequences = true)
    {
        Activation tanh = usual ? "tanh" : s_tanh, sigmoid = usual ? "sigmoid" : s_sigmoid;
        var backwards = row.EndsWith("backwards", StringComparison.Ordinal);
        return row.Split(' ')[0] switch
        {
            "Lstm" => new LSTM(3, tanh, sigmoid, returnSequences: returnSequences, returnState: true, goBackwards: backwards) { DType = DType.Float64 },
            "Gru" => new GRU(3, tanh, sigmoid, returnSequences: returnSequences, returnState: true, goBackwards: backwards, resetAfter: !row.EndsWith("before", StringComparison.Ordinal))
            {
                DType = DType.Float64,
            },
            _ => new SimpleRNN(3, tanh, returnSequences: returnSequences, returnState: true, goBackwards: backwards) { DType = DType.Float64 },
        };
    }

    public static TheoryData<string, bool> Rows
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var kind in new[] { "SimpleRnn", "Lstm", "Gru" })
            {
                foreach (var how in new[] { "", " backwards", " masked" })
                {
                    data.Add(kind + how, true);
                    data.Add(kind + how, false);
                }
            }
            data.Add("Gru before", true);
            data.Add("Gru before", false);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Agree_with_a_plain_loop(string row, bool usual)
    {
        var layer = Make(row, usual);
        layer.ApplyAll(s_x);
        layer.SetWeights([.. layer.Weights.Select((weight, i) => RandomNormal(weight.Shape, stddev: 0.5, seed: 20 + i, dtype: DType.Float64))]);
        var masked = row.EndsWith("masked", StringComparison.Ordinal) || row.EndsWith("before", StringComparison.Ordinal);
        var mask = Tensor.From(OpTable.RecurrentMask);
        var results = layer.ApplyAll(masked ? [s_x, mask] : s_x);
        var expected = NaiveRecurrence.Result(row, [s_x.ToArray<double>(), .. layer.Weights.Select(weight => weight.ToArray<double>())])!;
        // Outputs of all steps, then the last states, example by example.
        var actual = Concat([results[0].Flatten(1), .. results.Skip(1)], axis: 1).ToArray<double>();
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
    }

    [Fact]
    public void The_forget_gate_begins_open()
    {
        var layer = new LSTM(2, biasInitializer: new Constant(0.5));
        layer.Apply(Zeros(1, 1, 1));
        Assert.Equal([0.5f, 0.5f, 1, 1, 0.5f, 0.5f, 0.5f, 0.5f], layer.Bias!.ToArray<float>());
        var plain = new LSTM(2, unitForgetBias: false);
        plain.Apply(Zeros(1, 1, 1));
        Assert.Equal(new float[8], plain.Bias!.ToArray<float>());
        Assert.Equal(["kernel", "recurrent_kernel", "bias"], layer.NamedWeights().Select(weight => weight.Path));
    }

    [Fact]
    public void States_carry_a_sequence_on()
    {
        var layer = new LSTM(3, returnState: true) { DType = DType.Float64 };
        var whole = layer.ApplyAll(s_x);
        var first = layer.ApplyAll(s_x[.., ..2]);
        var second = layer.ApplyAll([s_x[.., 2..], first[1], first[2]]);
        Assert.Equal(3, whole.Count);
        Assert.All(whole.Zip(second), pair => Assert.True(Abs(pair.First - pair.Second).Max().Item() < 1e-14));
    }

    // As in Keras 3.
    [Theory]
    [InlineData("Lstm", true)]
    [InlineData("Lstm", false)]
    [InlineData("Lstm backwards", true)]
    [InlineData("Gru", true)]
    [InlineData("Gru", false)]
    [InlineData("Gru backwards", false)]
    [InlineData("SimpleRnn", true)]
    [InlineData("SimpleRnn backwards", true)]
    public void With_a_state_to_begin_with_nothing_is_put_out_before_the_first_step_that_counts(string row, bool usual)
    {
        var layer = Make(row, usual);
        var mask = Tensor.From(new[,] { { false, true, true }, { true, false, true }, { false, false, false } });
        mask = layer is RecurrentLayer { GoBackwards: true } ? mask.Flip(1) : mask;
        var x = RandomNormal([3, 3, 2], seed: 5, dtype: DType.Float64);
        Tensor[] states = [.. Enumerable.Range(0, layer is LSTM ? 2 : 1).Select(i => RandomNormal([3, 3], seed: 6 + i, dtype: DType.Float64))];
        var results = layer.ApplyAll([x, .. states, mask]);
        var y = results[0];
        Assert.Equal(new double[3], y[0, 0].ToArray<double>());
        Assert.Equal(new double[9], y[2].ToArray<double>());
        Assert.DoesNotContain(0, y[0, 1..].ToArray<double>());
        Assert.Equal(y[1, 0].ToArray<double>(), y[1, 1].ToArray<double>());
        Assert.Equal(states[0][2].ToArray<double>(), results[1][2].ToArray<double>());
        Assert.Equal(y[0, 2].ToArray<double>(), results[1][0].ToArray<double>());
        var last = LastOnly(layer, row, usual, [x, .. states, mask]);
        Assert.Equal(y[.., 2].ToArray<double>(), last.ToArray<double>());
    }

    private static Tensor LastOnly(Layer layer, string row, bool usual, Tensor[] inputs)
    {
        var last = Make(row, usual, returnSequences: false);
        last.ApplyAll(inputs);
        last.SetWeights(layer.GetWeights());
        return last.ApplyAll(inputs)[0];
    }

    [Fact]
    public void Dropped_features_and_states_are_the_same_at_all_steps()
    {
        var x = Ones(1, 6, 4);
        var layer = new SimpleRNN(4, s_identity, useBias: false, kernelInitializer: "identity", recurrentInitializer: "zeros", dropout: 0.5, returnSequences: true, seed: 3);
        var y = layer.Apply(x, training: true);
        Assert.All(y.ToArray<float>(), value => Assert.True(value is 0 or 2));
        Assert.True(Equal(y, y[.., ..1]).All().Item<bool>());
        Assert.Contains(0f, y.ToArray<float>());
        var forgetful = new SimpleRNN(4, s_identity, useBias: false, kernelInitializer: "zeros", recurrentInitializer: "identity", recurrentDropout: 0.5, seed: 3);
        var state = forgetful.Apply([Ones(1, 2, 4), Ones(1, 4)], training: true).ToArray<float>();
        Assert.All(state, value => Assert.True(value is 0 or 4));
        Assert.Equal([1f, 1, 1, 1], forgetful.Apply([Ones(1, 2, 4), Ones(1, 4)]).ToArray<float>());
    }

    private static readonly Func<Tensor, Tensor> s_identity = x => x;

    [Fact]
    public void Bidirectional_is_both_directions_side_by_side()
    {
        var layer = new Bidirectional(new GRU(3, returnSequences: true) { DType = DType.Float64 }) { DType = DType.Float64 };
        var y = layer.Apply(s_x);
        var backward = (GRU)layer.BackwardLayer;
        Assert.True(backward.GoBackwards);
        Assert.Equal(DType.Float64, backward.DType);
        Assert.True(Equal(layer.Layer.Apply(s_x), y[.., .., ..3]).All().Item<bool>());
        Assert.True(Equal(backward.Apply(s_x).Flip(1), y[.., .., 3..]).All().Item<bool>());
        Assert.Equal(["gru/kernel", "gru/recurrent_kernel", "gru/bias", "backward_gru/kernel", "backward_gru/recurrent_kernel", "backward_gru/bias"],
            layer.NamedWeights().Select(weight => weight.Path));
        var both = new Bidirectional(new LSTM(2, returnState: true), mergeMode: null).ApplyAll(Ones(1, 3, 2));
        Assert.Equal(6, both.Count);
        Assert.True(Equal(both[1], both[4]).All().Item<bool>());
    }

    [Fact]
    public void TimeDistributed_is_the_layer_at_each_step()
    {
        var inner = new Dense(3);
        var y = new TimeDistributed(inner).Apply(Ones(2, 4, 5) * RandomNormal([2, 4, 5], seed: 1));
        Assert.Equal([2, 4, 3], y.Shape);
        var x = RandomNormal([2, 4, 5], seed: 2);
        Assert.True(Abs(new TimeDistributed(inner).Apply(x)[.., 2] - inner.Apply(x[.., 2])).Max().Item() < 1e-6);
    }

    [Fact]
    public void What_is_padded_does_not_count()
    {
        // Three words, and the same three words with padding behind and in front of them: the same state.
        var words = Tensor.From<int>([3, 1, 2], [1, 3]);
        Layer embedding = new Embedding(5, 4, maskZero: true), rnn = new LSTM(3), noise = new Dropout(0.5), dense = new Dense(4, "relu");
        Tensor Read(Tensor words) => rnn.Apply(dense.Apply(noise.Apply(embedding.Apply(words))));
        var expected = Read(words).ToArray<float>();
        Assert.Equal(expected, Read(words.Pad([(0, 0), (0, 2)])).ToArray<float>());
        Assert.Equal(expected, Read(words.Pad([(0, 0), (2, 1)])).ToArray<float>());
        // In a model the mask goes the same way.
        var model = new Sequential([embedding, noise, dense, rnn]);
        Assert.Equal(expected, model.Apply(words.Pad([(0, 0), (0, 2)])).ToArray<float>());
        var both = new Sequential([embedding, new Bidirectional(new GRU(3, returnSequences: true)), new GlobalAveragePooling1D()]);
        var short2 = both.Apply(words);
        Assert.True(Abs(short2 - both.Apply(words.Pad([(0, 0), (0, 2)]))).Max().Item() < 1e-6);
    }

    [Fact]
    public void Masking_marks_steps_of_one_value()
    {
        var x = RandomNormal([1, 3, 2], seed: 1);
        var padded = x.Pad([(0, 0), (0, 2), (0, 0)], 7);
        var rnn = new GRU(3);
        var expected = rnn.Apply(x).ToArray<float>();
        Assert.Equal(expected, rnn.Apply(new Masking(7).Apply(padded)).ToArray<float>());
        Assert.NotEqual(expected, rnn.Apply(padded).ToArray<float>());
        Assert.Equal([0f, 0f], new Masking(7).Apply(padded)[0, 4].ToArray<float>());
        // A layer that says nothing about masks drops them.
        Assert.NotEqual(expected, rnn.Apply(new Lambda(x => x * 1).Apply(new Masking(7).Apply(padded))).ToArray<float>());
    }

    [Fact]
    public void Losses_of_steps_that_do_not_count_are_left_out()
    {
        var words = Tensor.From<int>([3, 1, 0, 0, 2, 4, 1, 0], [2, 4]);
        var model = new Sequential([new Embedding(5, 3, maskZero: true), new LSTM(3, returnSequences: true), new Dense(1)]);
        var y = model.Apply(words);
        Loss squares = Loss.From((yTrue, yPred) => Square(yTrue - yPred).Mean(-1));
        var counts = NotEqual(words, 0).Cast(DType.Float32);
        var each = Square(y).Mean(-1);
        Assert.Equal((each * counts).Sum().Item() / 5, squares.Apply(Zeros(2, 4, 1), y).Item(), 1e-6);
        Tensor weights = new[] { 1f, 3f };
        Assert.Equal((each * counts * weights.ExpandDims(1)).Sum().Item() / 5, squares.Apply(Zeros(2, 4, 1), y, weights).Item(), 1e-6);
        // A function of the predictions has no mask.
        Assert.Equal(each.Mean().Item(), squares.Apply(Zeros(2, 4, 1), y * 1).Item(), 1e-6);
    }

    [Fact]
    public void Measures_leave_out_steps_that_do_not_count()
    {
        var words = Tensor.From<int>([3, 1, 0, 0, 2, 4, 1, 0], [2, 4]);
        var model = new Sequential([new Embedding(5, 3, maskZero: true), new LSTM(3, returnSequences: true), new Dense(4, "softmax")]);
        var y = model.Apply(words);
        // Right in the first row's steps, wrong in the second's; padding is wrong in the first and right in the second, and says nothing.
        var best = y.ArgMax(-1);
        var isRight = Tensor.From([true, true, false, false, false, false, false, true], [2, 4]);
        var labels = Where(isRight, best, (best + 1) % 4);
        var oneHot = OneHot(labels, 4);
        foreach (var (metric, target) in ((Metric, Tensor)[])[("accuracy", labels), ("accuracy", oneHot), ("sparse_categorical_accuracy", labels), ("categorical_accuracy", oneHot)])
        {
            metric.Update(target, y);
            Assert.Equal(2 / 5.0, metric.Result().Item(), 1e-12);
            metric.Reset();
            metric.Update(target, y, new[] { 3f, 1f });
            Assert.Equal(6 / 9.0, metric.Result().Item(), 1e-12);
            metric.Update(target, y * 1); // no mask
            Assert.Equal(9 / 17.0, metric.Result().Item(), 1e-12);
        }
        var table = new ConfusionMatrix(4);
        table.Update(oneHot, y);
        Assert.Equal(5, table.Result().Sum().Item());
        Metric positives = new TruePositives([0]), loss = new SparseCategoricalCrossentropy();
        positives.Update(oneHot, y);
        Assert.Equal(5, positives.Result().Item());
        loss.Update(labels, y);
        Assert.Equal(new SparseCategoricalCrossentropy().Apply(labels, y).Item(), loss.Result().Item(), 1e-6);
        model.Compile("sgd", "sparse_categorical_crossentropy", ["accuracy"]);
        var logs = model.Evaluate(words, labels, batchSize: 1, verbose: 0);
        Assert.Equal(2 / 5.0, logs["accuracy"], 1e-12);
    }

    [Fact]
    public void A_type_s_conversion_keeps_the_mask()
    {
        var x = RandomNormal([1, 3, 2], seed: 1).Pad([(0, 0), (0, 2), (0, 0)]);
        var rnn = new GRU(3) { DType = DType.Float64 };
        Assert.Equal(rnn.Apply(x[.., ..3]).ToArray<double>(), rnn.Apply(new Masking().Apply(x)).ToArray<double>());
    }

    [Fact]
    public void A_user_s_layer_may_pass_a_mask_on()
    {
        var x = RandomNormal([1, 3, 2], seed: 1).Pad([(0, 0), (0, 2), (0, 0)]);
        var rnn = new LSTM(3);
        Assert.Equal(rnn.Apply(2 * x[.., ..3]).ToArray<float>(), rnn.Apply(new Twice().Apply(new Masking().Apply(x))).ToArray<float>());
    }

    private sealed class Twice : Layer
    {
        protected override bool PassesMask => true;

        protected override Tensor Call(Tensor x, bool training) => MaskOf(x) is null ? x : 2 * x;
    }
}
