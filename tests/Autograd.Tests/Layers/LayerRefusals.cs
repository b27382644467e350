using static Autograd.Tensor;

namespace Autograd.Tests.Layers;

/// <summary>Settings and inputs that cannot be, and the words a user needs.</summary>
public class LayerRefusals
{
    private static readonly Dictionary<string, (Action Call, string[] Words)> s_rows = new()
    {
        ["dot of no axis"] = (() => _ = new Dot(Array.Empty<int>()), ["Dot", "one axis"]),
        ["slopes of a scalar"] = (() => new PReLU().Apply(Ones()), ["(PReLU)", "scalar"]),
        ["dropout rate"] = (() => _ = new Dropout(1.5), ["Dropout", "1.5", "from 0 to 1"]),
        ["dropout NaN"] = (() => _ = new Dropout(double.NaN), ["Dropout", "NaN"]),
        ["gaussian rate"] = (() => _ = new GaussianDropout(1), ["GaussianDropout", "1"]),
        ["noise shape"] = (() => new Dropout(0.5, noiseShape: [1]).Apply(Ones(2, 3), training: true), ["dropout (Dropout)", "[1]"]),
        ["stddev"] = (() => _ = new GaussianNoise(-1), ["GaussianNoise", "-1"]),
        ["slope"] = (() => _ = new LeakyReLU(-1), ["LeakyReLU", "-1"]),
        ["filters"] = (() => _ = new Conv2D(0, 3), ["Conv2D", "filters", "0"]),
        ["groups"] = (() => _ = new Conv2D(3, 3, groups: 2), ["Conv2D", "2 groups", "3 filters"]),
        ["groups of channels"] = (() => new Conv1D(2, 3, groups: 2).Apply(Ones(1, 5, 3)), ["conv1d (Conv1D)", "2 groups", "3 channels"]),
        ["kernel sizes"] = (() => _ = new Conv2D(3, [1, 2, 3]), ["Conv2D", "kernelSize", "3"]),
        ["stride"] = (() => _ = new Conv1D(3, 2, strides: 0), ["Conv1D", "strides", "0"]),
        ["window"] = (() => new Conv1D(3, 7).Apply(Ones(1, 5, 3)), ["conv1d (Conv1D)", "7", "5"]),
        ["channels"] = (() => Built(new Conv2D(3, 2), Ones(1, 4, 4, 2)).Apply(Ones(1, 4, 4, 3)), ["conv2d (Conv2D)", "3 channels"]),
        ["depthwise channels"] = (() => Built(new DepthwiseConv2D(2), Ones(1, 4, 4, 2)).Apply(Ones(1, 4, 4, 3)), ["depthwise_conv2d (DepthwiseConv2D)", "3 channels"]),
        ["causal images"] = (() => new Conv2D(3, 2, padding: "causal").Apply(Ones(1, 4, 4, 2)), ["conv2d (Conv2D)", "causal"]),
        ["causal pooling"] = (() => new MaxPooling1D(padding: "causal").Apply(Ones(1, 4, 2)), ["max_pooling1d (MaxPooling1D)", "causal"]),
        ["padding word"] = (() => _ = new ZeroPadding2D("same"), ["ZeroPadding2D", "same"]),
        ["padding pairs"] = (() => _ = new ZeroPadding2D([(1, 1)]), ["ZeroPadding2D", "(1, 1)"]),
        ["cropping all"] = (() => new Cropping1D(3).Apply(Ones(1, 4, 2)), ["cropping1d (Cropping1D)"]),
        ["interpolation"] = (() => _ = new UpSampling2D(interpolation: "cubic"), ["UpSampling2D", "cubic", "bilinear"]),
        ["target shape"] = (() => _ = new Reshape([-1, -1]), ["Reshape", "[-1,-1]"]),
        ["elements"] = (() => new Reshape([4, -1]).Apply(Ones(2, 6)), ["reshape (Reshape)", "6", "4"]),
        ["dims"] = (() => _ = new Permute([0, 1]), ["Permute", "[0,1]", "from 1"]),
        ["index"] = (() => new Embedding(5, 2).Apply(Tensor.From<int>([1, 5]).ExpandDims(0)), ["embedding (Embedding)", "5", "0 to 4"]),
        ["negative index"] = (() => new Embedding(5, 2, name: "words").Apply(Tensor.From<int>([-1, 2]).ExpandDims(0)), ["words (Embedding)", "-1"]),
        ["class"] = (() => new CategoryEncoding(3).Apply(Tensor.From<int>([3]).ExpandDims(0)), ["category_encoding (CategoryEncoding)", "3"]),
        ["mode"] = (() => _ = new CategoryEncoding(3, "tfidf"), ["CategoryEncoding", "tfidf", "multi_hot"]),
        ["boundaries"] = (() => _ = new Discretization([2, 1]), ["Discretization", "ascend"]),
        ["momentum"] = (() => _ = new BatchNormalization(momentum: 1.1), ["BatchNormalization", "1.1"]),
        ["features"] = (() => Built(new BatchNormalization(), Ones(2, 3)).Apply(Ones(2, 4)), ["batch_normalization (BatchNormalization)", "[3]", "[2,4]"]),
        ["axis"] = (() => new LayerNormalization(0).Apply(Ones(2, 3)), ["layer_normalization (LayerNormalization)", "batch"]),
        ["groups of features"] = (() => new GroupNormalization(2).Apply(Ones(2, 3)), ["group_normalization (GroupNormalization)", "2 groups", "3 features"]),
        ["units"] = (() => _ = new LSTM(0), ["LSTM", "units", "0"]),
        ["no steps"] = (() => new GRU(2).Apply(Ones(2, 0, 3)), ["gru (GRU)", "step"]),
        ["sequence features"] = (() => Built(new LSTM(2), Ones(1, 3, 2)).Apply(Ones(1, 3, 4)), ["lstm (LSTM)", "4 features", "2"]),
        ["states"] = (() => new LSTM(2).Apply([Ones(1, 3, 2), Ones(1, 2)]), ["lstm (LSTM)", "1 states", "2"]),
        ["state width"] = (() => new GRU(2).Apply([Ones(1, 3, 2), Ones(1, 5)]), ["gru (GRU)", "[1,5]"]),
        ["mask"] = (() => new LSTM(2).Apply([Ones(1, 3, 2), Ones(1, 4) > 0]), ["lstm (LSTM)", "mask", "[1,4]"]),
        ["both directions"] = (() => _ = new Bidirectional(new Dense(2)), ["Bidirectional", "dense (Dense)", "recurrent"]),
        ["one direction"] = (() => _ = new Bidirectional(new LSTM(2), backwardLayer: new LSTM(2)), ["Bidirectional", "goBackwards"]),
        ["merge mode"] = (() => _ = new Bidirectional(new LSTM(2), "max"), ["Bidirectional", "max", "concat"]),
        ["one input"] = (() => new Add().Apply(Ones(2, 3)), ["add (Add)", "two"]),
        ["three inputs"] = (() => new Subtract().Apply([Ones(2, 3), Ones(2, 3), Ones(2, 3)]), ["subtract (Subtract)", "3 inputs"]),
        ["shapes"] = (() => new Multiply().Apply([Ones(2, 3), Ones(2, 4)]), ["multiply (Multiply)", "[2,3]", "[2,4]"]),
        ["joined shapes"] = (() => new Concatenate(1).Apply([Ones(2, 3, 2), Ones(2, 3, 4)]), ["concatenate (Concatenate)", "[2,3,4]"]),
        ["dot axes"] = (() => _ = new Dot([1, 2, 3]), ["Dot", "axes"]),
        ["dot extents"] = (() => new Dot(1).Apply([Ones(2, 3), Ones(2, 4)]), ["dot (Dot)", "3", "4"]),
        ["heads"] = (() => _ = new MultiHeadAttention(0, 2), ["MultiHeadAttention", "numHeads"]),
        ["keys"] = (() => new Attention().Apply([Ones(1, 2, 3), Ones(1, 4, 3), Ones(1, 5, 3)]), ["attention (Attention)", "5 keys", "4 values"]),
        ["mask of integers"] = (() => new MultiHeadAttention(1, 2).Apply([Ones(1, 3, 3), Ones(1, 3, 3), Ones([1, 3, 3], DType.Int32)]), ["multi_head_attention (MultiHeadAttention)", "Bool", "Int32", "[1,3,3]"]),
        ["mask of numbers behind keys"] = (() => new MultiHeadAttention(1, 2).Apply([Ones(1, 3, 2), Ones(1, 4, 2), Ones(1, 4, 2), Ones(1, 3, 4)]), ["Bool", "Float32"]),
        ["mask of two axes"] = (() => new MultiHeadAttention(1, 2).Apply([Ones(1, 3, 2), Ones(1, 3, 2), Ones(3, 3)]), ["Bool", "mask.Cast(DType.Bool)"]),
        ["statistics"] = (() => _ = new Normalization(mean: [1]), ["Normalization", "both"]),
        ["no data"] = (() => new Normalization().Adapt(Ones(0, 3)), ["normalization (Normalization)", "[0,3]"]),
        ["two inputs"] = (() => new Dense(2).Apply([Ones(1, 2), Ones(1, 2)]), ["dense (Dense)", "one input"]),
    };

    public static TheoryData<string> Names => [.. s_rows.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_refused_with_the_words_a_user_needs(string name)
    {
        var (call, words) = s_rows[name];
        var error = Assert.ThrowsAny<AutogradException>(call);
        Assert.All(words, word => Assert.Contains(word, error.Message));
    }

    private static Layer Built(Layer layer, Tensor x)
    {
        layer.Apply(x);
        return layer;
    }
}
