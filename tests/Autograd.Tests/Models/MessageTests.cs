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
        ["loss"] = (typeof(ValueException), () => _ = (Loss)"mean_square_error", ["Did you mean 'mean_squared_error'?", "mean_squared_error (mse)"]),
        ["loss far from all"] = (typeof(ValueException), () => _ = (Loss)"xyzzyplugh", ["called 'xyzzyplugh'. Known: "]),
        ["metric"] = (typeof(ValueException), () => _ = (Metric)"acuracy", ["Did you mean 'accuracy'?"]),
        ["metric that is a loss"] = (typeof(ValueException), () => _ = (Metric)"mean_absolut_error", ["Did you mean 'mean_absolute_error'?"]),
        ["activation"] = (typeof(ValueException), () => _ = new Dense(1, "sigmiod"), ["Did you mean 'sigmoid'?", "relu"]),
        ["optimizer far from all"] = (typeof(ValueException), () => _ = Optimizer.Get("xyzzyplugh"), ["adamw", "rmsprop", "sgd"]),
        ["initializer"] = (typeof(ValueException), () => _ = (Initializer)"glorot_unifrom", ["Did you mean 'glorot_uniform'?"]),
        ["constraint"] = (typeof(ValueException), () => _ = (Constraint)"positive", ["non_negative (non_neg)"]),
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
        ["numbers without an axis of features"] = (typeof(ShapeException), () => new Dense(1).Apply(Ones(32)), ["ExpandDims(-1)", "ExpandDims(0)"]),
        ["three measures taken as two"] = (typeof(ValueException), () => { var (_, _) = new Logs { ["loss"] = 1, ["accuracy"] = 2, ["mae"] = 3 }; },
            ["3 measures where 2", "loss, accuracy, mae", "[\"loss\"]"]),
        ["a batch of two inputs taken as one"] = (typeof(ShapeException), () => { var (_, _) = new Batch([Ones(4, 1), Ones(4, 1)], Ones(4, 1)); }, ["2 tensors where one is expected"]),
        ["mean of integers"] = (typeof(DTypeException), () => Arange(4).Mean(), ["Int64", "x.Cast(DType.Float32)"]),
        ["join of other ranks"] = (typeof(ShapeException), () => Concat([Ones(2, 3, 4), Ones(3, 4)]), ["[2,3,4] has 3 axes", "[3,4] has 2", "ExpandDims"]),
        ["precision of class numbers"] = (typeof(ShapeException), () => new Precision().Update(From([0, 2]), Ones(2, 3)), ["precision", "OneHot(y, 3)"]),
        ["precision of class numbers in a column"] = (typeof(ShapeException), () => new Precision(topK: 1).Update(From([0, 2]).ExpandDims(1), Ones(2, 3)), ["OneHot(y, 3)"]),
        ["top k of class numbers"] = (typeof(ShapeException), () => new TopKCategoricalAccuracy(2).Update(From([0, 2]), Ones(2, 3)), ["OneHot(y, 3)", "sparse_"]),
        ["inputs of other lengths"] = (typeof(ShapeException), () => TwoInputs().Fit([Ones(64, 1), Ones(60, 1)], Ones(64, 1)), ["x 'left' has 64 examples and x 'right' has 60"]),
        ["inputs of other lengths evaluated"] = (typeof(ShapeException), () => TwoInputs().Evaluate([Ones(64, 1), Ones(60, 1)], Ones(64, 1)), ["x 'left' has 64", "x 'right' has 60"]),
        ["inputs of other lengths in a batch"] = (typeof(ShapeException), () => TwoInputs().TrainOnBatch([Ones(4, 1), Ones(3, 1)], Ones(4, 1)), ["x 'left' has 4", "x 'right' has 3"]),
        ["targets of another length"] = (typeof(ShapeException), () => TwoInputs().Fit([Ones(4, 1), Ones(4, 1)], Ones(3, 1)), ["x 'left' has 4 examples and y has 3"]),
        ["a model that gives nothing"] = (typeof(ModelException), () => new Nothing().Apply(s_x), ["nothing (Nothing)", "Call", "null"]),
        ["a layer that gives no results"] = (typeof(ModelException), () => new NoResults().Apply(s_x), ["no_results (NoResults)", "Call"]),
        ["a disposed tape"] = (typeof(ObjectDisposedException), () => Ended().Gradient(s_x, s_x), ["Gradient", "before its using ends", "persistent: true"]),
        ["a disposed tape reset"] = (typeof(ObjectDisposedException), () => Ended().Reset(), ["Reset"]),
        ["a weight of a negative class"] = (typeof(ValueException), () => Compiled().Fit(s_x, From([0f, 1, 1, 1]), classWeight: new Dictionary<int, double> { [-3] = 2 }, verbose: 0), ["class -3"]),
    };

    private sealed class Nothing : Model
    {
        protected override Tensor Call(Tensor x, bool training) => null!;
    }

    private sealed class NoResults : Layer
    {
        protected override Tensors CallAll(Tensors inputs, bool training) => default;
    }

    private static Model TwoInputs()
    {
        var (left, right) = (new Input([1], name: "left"), new Input([1], name: "right"));
        var model = new Model([left, right], [new Add().Apply([left, right])]);
        model.Compile("sgd", "mse");
        return model;
    }

    private static GradientTape Ended()
    {
        var tape = new GradientTape();
        tape.Dispose();
        return tape;
    }

    private static readonly Dictionary<string, (Type Error, Func<Sequential, History> Fit, string[] Words)> s_fits = new()
    {
        ["not compiled"] = (typeof(ModelException), _ => Fitted(new Sequential([new Dense(1, inputShape: [2])])), ["not compiled"]),
        ["no targets"] = (typeof(ShapeException), model => model.Fit(s_x), ["no targets (y)", "1 loss."]),
        ["two targets"] = (typeof(ShapeException), model => model.Fit(s_x, [Ones(4, 1), Ones(4, 1)]), ["1 loss,", "2 targets"]),
        ["monitor"] = (typeof(ValueException), model => Fitted(model, new EarlyStopping("los")), ["EarlyStopping", "Did you mean 'loss'?"]),
        ["monitor of validation"] = (typeof(ValueException), model => Fitted(model, new EarlyStopping("val_acuracy")), ["Did you mean 'val_accuracy'?", "loss, accuracy, val_loss, val_accuracy"]),
        ["monitor of a plateau"] = (typeof(ValueException), model => Fitted(model, new ReduceLROnPlateau("val_mse")), ["ReduceLROnPlateau", "learning_rate"]),
        ["monitor of a checkpoint"] = (typeof(ValueException), model => Fitted(model, new ModelCheckpoint("a.safetensors", "val_los", saveBestOnly: true)), ["Did you mean 'val_loss'?"]),
        ["placeholder"] = (typeof(ValueException), model => Fitted(model, new ModelCheckpoint("{epoch:02d}-{val_los:.2f}.safetensors")), ["'val_los'", "Did you mean 'val_loss'?"]),
        ["extension"] = (typeof(ValueException), model => Fitted(model, new ModelCheckpoint("best.keras")), [".safetensors"]),
        ["validation of another width"] = (typeof(ShapeException), model => model.Fit(s_x, Ones(4, 1), validationData: (Ones(4, 3), Ones(4, 1))), ["validation data", "3 features"]),
        ["validation without targets"] = (typeof(ShapeException), model => model.Fit(s_x, Ones(4, 1), validationData: new Batch(Ones(4, 2))), ["validation data", "no targets (y)"]),
        ["validation of other targets"] = (typeof(ShapeException), model => model.Fit(s_x, Ones(4, 1), validationData: (Ones(4, 2), Ones(4, 3))), ["validation data", "[4,3]"]),
    };

    private static History Fitted(Sequential model, params Callback[] callbacks) => model.Fit(s_x, Ones(4, 1), validationData: (s_x, Ones(4, 1)), callbacks: callbacks);

    public static TheoryData<string> FitNames => [.. s_fits.Keys];

    [Theory]
    [MemberData(nameof(FitNames))]
    public void Is_refused_before_the_first_step_of_training(string name)
    {
        var (type, fit, words) = s_fits[name];
        var model = Compiled();
        var error = Assert.Throws(type, () => fit(model));
        Assert.All(words, word => Assert.Contains(word, error.Message));
        Assert.Equal(0, model.Optimizer.Iterations);
    }

    [Fact]
    public void What_is_measured_of_each_class_may_be_watched()
    {
        var model = new Sequential([new Dense(2, "sigmoid", inputShape: [2])]);
        model.Compile("sgd", "binary_crossentropy", metrics: [new F1Score()]);
        Assert.True(model.Fit(s_x, Ones(4, 2), verbose: 0, callbacks: [new EarlyStopping("f1_score_1")]).ContainsKey("f1_score_1"));
        // A callback may add what another watches.
        var added = new LambdaCallback(onEpochEnd: (_, logs) => logs["own"] = 1);
        Assert.True(model.Fit(s_x, Ones(4, 2), verbose: 0, callbacks: [added, new EarlyStopping("own")]).ContainsKey("own"));
    }

    private static Sequential Compiled()
    {
        var model = new Sequential([new Dense(1, "sigmoid", inputShape: [2])]);
        model.Compile("sgd", "binary_crossentropy", metrics: ["accuracy"]);
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
