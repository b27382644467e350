using static Autograd.Tensor;

namespace Autograd.Tests.Models;

/// <summary>Mistakes that are easily made, and the words that lead out of them.</summary>
public class MessageTests
{
    private static readonly Tensor s_x = Ones(4, 2);

    private static readonly Dictionary<string, (Type Error, Action Call, string[] Words)> s_rows = new()
    {
        ["optimizer"] = (typeof(ValueException), () => _ = Optimizer.Get("Adm"), ["optimizer", "Did you mean 'adam'?"]),
        ["optimizer with letters swapped"] = (typeof(ValueException), () => _ = Optimizer.Get("adma"), ["Did you mean 'adam'?"]),
        ["loss"] = (typeof(ValueException), () => _ = (Loss)"mean_square_error", ["Did you mean 'mean_squared_error'?", "MeanSquaredError (mse)"]),
        ["loss far from all"] = (typeof(ValueException), () => _ = (Loss)"xyzzyplugh", ["called 'xyzzyplugh'. Known: "]),
        ["metric"] = (typeof(ValueException), () => _ = (Metric)"acuracy", ["Did you mean 'accuracy'?"]),
        ["metric that is a loss"] = (typeof(ValueException), () => _ = (Metric)"mean_absolut_error", ["Did you mean 'mean_absolute_error'?"]),
        ["initializer"] = (typeof(ValueException), () => _ = (Initializer)"glorot_unifrom", ["Did you mean 'glorot_uniform'?"]),
        ["constraint"] = (typeof(ValueException), () => _ = (Constraint)"positive", ["NonNegative (non_neg)"]),
        ["setting of an optimizer"] = (typeof(ValueException), () => _ = new Adam(beta1: 1), ["beta1 is 1"]),
        ["setting of a schedule"] = (typeof(ValueException), () => _ = new ExponentialDecay(0.1, 0, 0.9), ["decaySteps is 0"]),
        ["clipping twice"] = (typeof(ValueException), () => _ = new SGD(clipNorm: 1, clipValue: 1), ["exclude each other"]),
        ["norm NaN"] = (typeof(ValueException), () => _ = new MaxNorm(double.NaN), ["MaxNorm: maxValue", "NaN"]),
        ["norm negative"] = (typeof(ValueException), () => _ = new MaxNorm(-1), ["MaxNorm: maxValue", "-1"]),
        ["least norm NaN"] = (typeof(ValueException), () => _ = new MinMaxNorm(double.NaN), ["MinMaxNorm"]),
        ["norms crossed"] = (typeof(ValueException), () => _ = new MinMaxNorm(2, 1), ["maxValue is 1", "2"]),
        ["norm's rate NaN"] = (typeof(ValueException), () => _ = new MinMaxNorm(rate: double.NaN), ["MinMaxNorm: rate"]),
        ["weights of what is not built"] = (typeof(ModelException), () => new Sequential([new Dense(1)]).LoadWeights("nowhere.safetensors"), ["not built", "inputShape"]),
        ["a negative label that classes weigh"] = (typeof(ValueException), () => Compiled().Fit(s_x, From([0f, 1, -1, 1]), classWeight: new Dictionary<int, double> { [1] = 2 }, verbose: 0),
            ["example 2", "is -1", "numbered from 0"]),
        ["a weight of a negative class"] = (typeof(ValueException), () => Compiled().Fit(s_x, From([0f, 1, 1, 1]), classWeight: new Dictionary<int, double> { [-3] = 2 }, verbose: 0), ["class -3"]),
    };

    private static Sequential Compiled()
    {
        var model = new Sequential([new Dense(1, "sigmoid", inputShape: [2])]);
        model.Compile("sgd", "binary_crossentropy");
        return model;
    }

    public static TheoryData<string> Names => [.. s_rows.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_refused_with_the_words_a_user_needs(string name)
    {
        var (type, call, words) = s_rows[name];
        var error = Assert.Throws(type, call);
        Assert.All(words, word => Assert.Contains(word, error.Message));
    }

    [Theory]
    [InlineData("constant", "0.01")]
    [InlineData("exponential", "ExponentialDecay(initialLearningRate: 0.1, decaySteps: 1000, decayRate: 0.9, staircase: false)")]
    [InlineData("piecewise", "PiecewiseConstantDecay(boundaries: [10], values: [1,0.5])")]
    [InlineData("cosine", "CosineDecay(initialLearningRate: 0, decaySteps: 10, alpha: 0, warmupTarget: 0.1, warmupSteps: 5)")]
    [InlineData("function", "a function of the step")]
    public void Schedules_print_what_they_are(string what, string text) => Assert.Equal(text, (what switch
    {
        "constant" => 0.01,
        "exponential" => new ExponentialDecay(0.1, 1000, 0.9),
        "piecewise" => new PiecewiseConstantDecay([10], [1.0, 0.5]),
        "cosine" => new CosineDecay(0, 10, warmupTarget: 0.1, warmupSteps: 5),
        _ => (Schedule)(Func<long, double>)(step => 1.0 / (step + 1)),
    }).ToString());

    [Fact]
    public void Bytes_become_numbers()
    {
        byte[,] image = { { 0, 1 }, { 128, 255 } };
        foreach (var x in new[] { From(image), From<byte>([0, 1, 128, 255], [2, 2]), From(new byte[][] { [0, 1], [128, 255] }), ((Tensor)(byte[])[0, 1, 128, 255]).Reshape(2, 2) })
        {
            Assert.Equal(DType.Float32, x.DType);
            Assert.Equal([2, 2], x.Shape);
            Assert.Equal([0f, 1f, 128f, 255f], x.ToArray<float>());
        }
    }
}
