using static Autograd.Tensor;

namespace Autograd.Tests.Layers;

/// <summary>Small numbers that can be worked out by hand, or by a plain loop.</summary>
public class LayerValues
{
    private static Tensor Row(params double[] values) => Tensor.From(values).ExpandDims(0);

    private static double[] Of(Layer layer, params double[] x) => Values(layer.Apply(Row(x)));

    private static double[] Values(Tensor x) => x.Cast(DType.Float64).ToArray<double>();

    private static void AssertClose(double[] expected, Tensor actual, double tolerance = 1e-12)
    {
        Assert.Equal(expected.Length, actual.Size);
        var values = Values(actual);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - values[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i])), $"[{i}]: expected {expected[i]}, got {values[i]}");
        }
    }

    [Fact]
    public void Activation_layers()
    {
        Assert.Equal([0, 0, 2, 7], Of(new ReLU(), -3, 0, 2, 7));
        Assert.Equal([0, 0, 2, 6], Of(new ReLU(maxValue: 6), -3, 0, 2, 7));
        Assert.Equal([-1, -0.5, 2, 6], Of(new ReLU(6, 0.25, 1), -3, -1, 2, 7));
        AssertClose([-0.9, 0, 2], new LeakyReLU { DType = DType.Float64 }.Apply(Row(-3, 0, 2)));
        AssertClose([2 * (Math.Exp(-1) - 1), 0, 2], new ELU(2) { DType = DType.Float64 }.Apply(Row(-1, 0, 2)));
        var learned = new PReLU();
        learned.Apply(Row(1, 2));
        learned.SetWeights([Tensor.From<float>([0.5f, 0.25f])]);
        Assert.Equal([-1, -1], Of(learned, -2, -4));
        Assert.Equal(0.5, Of(new Softmax(), 3, 3)[0]);
        Assert.Equal([0, 0.5, 1], Of(new Activation("hard_sigmoid"), -4, 0, 4));
    }

    [Fact]
    public void Reshaping_layers()
    {
        var x = Arange(12).Reshape(2, 3, 2).Cast(DType.Float32);
        Assert.Equal([0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11], Values(new Permute([2, 1]).Apply(x)));
        Assert.Equal([1, 2, 1, 2], Of(new RepeatVector(2), 1, 2));
        Assert.Equal([2, 2, 3], new Reshape([-1, 3]).Apply(x).Shape);
        Assert.Equal([0, 1, 2, 0], Of(new Sequential([new Reshape([2, 1]), new ZeroPadding1D(), new Flatten()]), 1, 2));
        Assert.Equal([2, 3], Of(new Sequential([new Reshape([4, 1]), new Cropping1D([(1, 1)]), new Flatten()]), 1, 2, 3, 4));
        Assert.Equal([1, 1, 1, 2, 2, 2], Of(new Sequential([new Reshape([2, 1]), new UpSampling1D(3), new Flatten()]), 1, 2));
        // Half-way places: -1/4 is cut to 0, then 1/4, 3/4 and 5/4, cut to 1.
        Assert.Equal([0, 1, 3, 4], Of(new Sequential([new Reshape([1, 2, 1]), new UpSampling2D([1, 2], "bilinear"), new Flatten()]), 0, 4));
    }

    [Fact]
    public void Poolings()
    {
        Layer Over4(Layer layer) => new Sequential([new Reshape([4, 1]), layer, new Flatten()]);
        Assert.Equal([5, 3], Of(Over4(new MaxPooling1D()), 1, 5, 3, 2));
        Assert.Equal([5, 5, 5, 3], Of(Over4(new MaxPooling1D(3, 1, "same")), 1, 5, 3, 2));
        Assert.Equal([3, 2.5], Of(Over4(new AveragePooling1D()), 1, 5, 3, 2));
        // Padding counts for nothing: the first window holds two elements.
        Assert.Equal([3, 3, 10 / 3.0f, 2.5], Of(Over4(new AveragePooling1D(3, 1, "same")), 1, 5, 3, 2));
        Assert.Equal([5], Of(Over4(new GlobalMaxPooling1D()), 1, 5, 3, 2));
        Assert.Equal([2.75], Of(Over4(new GlobalAveragePooling1D()), 1, 5, 3, 2));
    }

    [Fact]
    public void A_convolution_is_the_sum_over_its_window_plus_a_bias()
    {
        var layer = new Conv1D(2, 3, strides: 2, padding: 1, activation: "relu") { DType = DType.Float64 };
        var x = RandomNormal([2, 5, 3], seed: 1, dtype: DType.Float64);
        layer.Apply(x);
        layer.SetWeights([RandomNormal([3, 3, 2], seed: 2, dtype: DType.Float64), Tensor.From([0.5, -0.25])]);
        var y = layer.Apply(x);
        Assert.Equal([2, 3, 2], y.Shape);
        var expected = new List<double>();
        for (var n = 0; n < 2; n++)
        {
            for (var o = 0; o < 3; o++)
            {
                for (var f = 0; f < 2; f++)
                {
                    var sum = layer.Bias![f].Item();
                    for (var k = 0; k < 3; k++)
                    {
                        var step = (2 * o) + k - 1;
                        for (var c = 0; c < 3 && step is >= 0 and < 5; c++)
                        {
                            sum += x[n, step, c].Item() * layer.Kernel![k, c, f].Item();
                        }
                    }
                    expected.Add(Math.Max(sum, 0));
                }
            }
        }
        AssertClose([.. expected], y);
    }

    [Fact]
    public void A_causal_convolution_sees_nothing_later()
    {
        var layer = new Conv1D(2, 3, padding: "causal", dilationRate: 2);
        var x = RandomNormal([1, 8, 2], seed: 1);
        var (whole, start) = (layer.Apply(x), layer.Apply(x[.., ..5]));
        Assert.Equal([1, 8, 2], whole.Shape);
        Assert.Equal(Values(start), Values(whole[.., ..5]));
        var padded = Conv1D(x.Pad([(0, 0), (4, 0), (0, 0)]), layer.Kernel!, dilations: 2);
        Assert.Equal(Values(padded), Values(whole));
    }

    [Fact]
    public void Depthwise_and_separable_convolutions_go_channel_by_channel()
    {
        var x = RandomNormal([2, 4, 4, 2], seed: 1, dtype: DType.Float64);
        var depthwise = new DepthwiseConv2D(2, depthMultiplier: 2, useBias: false) { DType = DType.Float64 };
        var y = depthwise.Apply(x);
        for (var c = 0; c < 2; c++)
        {
            var alone = Conv2D(x[.., .., .., c..(c + 1)], depthwise.Weights[0][.., .., c..(c + 1)]);
            AssertClose(Values(alone), y[.., .., .., (2 * c)..(2 * (c + 1))]);
        }
        AssertClose(Values(Tensor.DepthwiseConv2D(x, depthwise.Weights[0])), y);
        var separable = new SeparableConv2D(3, 2) { DType = DType.Float64 };
        separable.Apply(x);
        var weights = separable.Weights;
        AssertClose(Values(Conv2D(Tensor.DepthwiseConv2D(x, weights[0]), weights[1]) + weights[2]), separable.Apply(x));
        Assert.Equal(["depthwise_kernel", "pointwise_kernel", "bias"], separable.NamedWeights().Select(weight => weight.Path));
        var steps = new DepthwiseConv1D(2, useBias: false);
        var sequence = RandomNormal([1, 5, 3], seed: 2);
        var result = steps.Apply(sequence);
        AssertClose(Values((sequence[.., ..^1] * steps.Weights[0][0, .., 0]) + (sequence[.., 1..] * steps.Weights[0][1, .., 0])), result, 1e-6);
    }

    [Fact]
    public void Transposed_convolutions_repeat_their_kernel()
    {
        var layer = new Conv1DTranspose(1, 2, strides: 2, kernelInitializer: "ones", biasInitializer: "ones");
        Assert.Equal([2, 2, 3, 3, 4, 4], Values(layer.Apply(Tensor.From<float>([1, 2, 3], [1, 3, 1]))));
    }

    [Fact]
    public void Embeddings_are_rows_and_bad_indices_are_refused()
    {
        var layer = new Embedding(3, 2);
        layer.Apply(Zeros([1, 1], DType.Int32));
        layer.SetWeights([Tensor.From<float>([0, 1, 10, 11, 20, 21], [3, 2])]);
        Assert.Equal([20, 21, 0, 1], Values(layer.Apply(Tensor.From<int>([2, 0], [1, 2]))));
        Assert.Equal([10, 11], Values(layer.Apply(Tensor.From<float>([1], [1, 1]))));
        using var tape = new GradientTape();
        var gradient = tape.Gradient(layer.Apply(Tensor.From<int>([2, 2, 0], [1, 3])).Sum(), layer.Embeddings!)!;
        Assert.Equal([1, 1, 0, 0, 2, 2], Values(gradient));
    }

    [Fact]
    public void Merging_layers()
    {
        Tensor a = Row(1, 5), b = Row(4, 2);
        Assert.Equal([5, 7], Values(new Add().Apply([a, b])));
        Assert.Equal([-3, 3], Values(new Subtract().Apply([a, b])));
        Assert.Equal([4, 10], Values(new Multiply().Apply([a, b])));
        Assert.Equal([2.5, 3.5], Values(new Average().Apply([a, b])));
        Assert.Equal([4, 5], Values(new Maximum().Apply([a, b])));
        Assert.Equal([1, 2], Values(new Minimum().Apply([a, b])));
        Assert.Equal([1, 5, 4, 2], Values(new Concatenate().Apply([a, b])));
        Assert.Equal([14], Values(new Dot(1).Apply([a, b])));
        Assert.Equal(14 / Math.Sqrt(26 * 20), Values(new Dot(1, normalize: true).Apply([a, b]))[0], 6);
        // [batch, time, features] and [batch, features]: the vector is added at each step.
        Assert.Equal([1, 2, 1, 2, 11, 12, 11, 12], Values(new Add().Apply([Zeros(2, 2, 2), Tensor.From<float>([1, 2, 11, 12], [2, 2])])));
        var (x, y) = (RandomNormal([2, 4, 3], seed: 1), RandomNormal([2, 3, 5], seed: 2));
        AssertClose(Values(MatMul(x, y)), new Dot([2, 1]).Apply([x, y]), 1e-6);
    }

    [Fact]
    public void Preparations()
    {
        Assert.Equal([0, 1, -1], Of(new Rescaling(2, -1), 0.5, 1, 0));
        Assert.Equal([0, 1], Values(new Rescaling(1 / 255.0).Apply(Tensor.From<int>([0, 255], [1, 2]))));
        var normal = new Normalization();
        normal.Adapt(Tensor.From<float>([1, 10, 7, 3, 10, 7, 5, 10, 7], [3, 3]));
        var deviation = Math.Sqrt(8 / 3.0);
        AssertClose([-2 / deviation, 0, 0], normal.Apply(Tensor.From<float>([1, 10, 7], [1, 3])), 1e-6);
        Assert.Empty(normal.TrainableWeights);
        AssertClose([0, 2], new Normalization(mean: [3, 1], variance: [4, 0.25]).Apply(Row(3, 2)), 1e-6);
        AssertClose([3, 2], new Normalization(mean: [3, 1], variance: [4, 0.25], invert: true).Apply(Row(0, 2)), 1e-6);
        AssertClose([-1, 1], new Normalization(null, [2], [1]).Apply(Row(1, 3)), 1e-6);
        var classes = Tensor.From<int>([2, 0, 2], [1, 3]);
        Assert.Equal([1, 0, 1, 0], Values(new CategoryEncoding(4).Apply(classes)));
        Assert.Equal([1, 0, 2, 0], Values(new CategoryEncoding(4, "count").Apply(classes)));
        Assert.Equal([0, 0, 1, 0], Values(new CategoryEncoding(4, "one_hot").Apply(classes[.., ..1])));
        Assert.Equal([0, 1, 1, 2], Of(new Discretization([0, 1]), -1, 0, 0.5, 1));
    }

    [Fact]
    public void Integers_count_as_numbers()
    {
        var x = Tensor.From<int>([1, 2, 3, 5], [2, 2, 1]);
        Assert.Equal([1.5, 4], Values(new GlobalAveragePooling1D().Apply(x)));
        Assert.Equal([1.5, 4], Values(new Sequential([new AveragePooling1D(), new Flatten()]).Apply(x)));
        Assert.Equal(DType.Float32, new BatchNormalization().Apply(x, training: true).DType);
        Assert.Equal(DType.Float32, new LayerNormalization().Apply(x).DType);
        Assert.Equal(DType.Float32, new Dropout(0.5).Apply(x, training: true).DType);
        Assert.Equal([2, 3], Values(new Add().Apply([x[0], x[0] * 0 + 1])));
    }

    [Fact]
    public void Penalties_on_activities_are_losses()
    {
        var layer = new ActivityRegularization(l1: 0.5, l2: 0.25);
        layer.Apply(Row(-1, 2));
        Assert.Equal(1.5 + 1.25, layer.Losses.Single().Item(), 6);
    }

    [Fact]
    public void Sums_and_products_of_places_are_layers_that_can_be_named_in_files()
    {
        var x = new Input([2]);
        var sum = (Node)x + x + x;
        var model = new Model(x, sum * x - x);
        Assert.Equal([2, 10], Values(model.Apply(Row(1, 2))));
        Assert.All(model.Layers, layer => Assert.NotNull(Layer.Registry.KindOf(layer)));
    }
}
