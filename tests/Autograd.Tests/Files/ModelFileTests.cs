using System.Text.Json.Nodes;
using Autograd.Tests.Tape;
using static Autograd.Tensor;

namespace Autograd.Tests.Files;

/// <summary>Models in files: what is loaded is what was saved, and what is no model is refused.</summary>
[Collection(Alone.Name)]
public class ModelFileTests
{
    private static readonly Lazy<(Tensor X, Tensor Y)> s_data = new(() =>
    {
        var x = RandomNormal([40, 3], seed: 1);
        return (x, x.Sum(axis: 1, keepDims: true));
    });

    // A loss with a name of its own, since files hold no functions.
    private sealed class Squares(double factor = 2) : Loss
    {
        public double Factor { get; } = factor;

        protected override Tensor Call(Tensor yTrue, Tensor yPred) => Factor * Square(yTrue - yPred).Mean(axis: -1);
    }

    static ModelFileTests() => Loss.Register<Squares>();

    private static Sequential Trained(Optimizer optimizer, int epochs = 3)
    {
        SetSeed(3);
        var model = new Sequential(
        [
            new Dense(5, activation: "tanh", inputShape: [3], kernelRegularizer: new L1L2(0.01, 0.02), kernelConstraint: new MaxNorm(1.5)) { ActivityRegularizer = "l2" },
            new Dropout(0, seed: 4),
            new Dense(1, kernelInitializer: new HeNormal(seed: 4)),
        ], name: "small");
        model.Compile(optimizer, new Squares(3), ["accuracy", new Squares()]);
        model.Fit(s_data.Value.X, s_data.Value.Y, batchSize: 8, epochs: epochs, verbose: 0);
        return model;
    }

    public static TheoryData<string> Optimizers => ["sgd", "adam", "adamw", "rmsprop", "adagrad", "lion", "nadam", "ftrl"];

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Training_resumed_equals_training_not_interrupted(string optimizer)
    {
        using var folder = new Folder();
        var (x, y) = s_data.Value;
        var model = Trained(optimizer);
        model.Save(folder["m"]);
        model.Fit(x, y, batchSize: 8, initialEpoch: 3, epochs: 6, verbose: 0);
        var resumed = Model.Load(folder["m"], resume: true);
        SetSeedless();
        resumed = Model.Load(folder["m"], resume: true);
        var history = resumed.Fit(x, y, batchSize: 8, initialEpoch: 3, epochs: 6, verbose: 0);
        Assert.Equal(["loss", "accuracy", "squares"], history.Keys);
        Assert.Equal(
            model.Weights.SelectMany(weight => weight.ToArray<float>()).Select(BitConverter.SingleToInt32Bits),
            resumed.Weights.SelectMany(weight => weight.ToArray<float>()).Select(BitConverter.SingleToInt32Bits));
        Assert.Equal(model.Optimizer.Iterations, resumed.Optimizer.Iterations);
        static void SetSeedless() => RandomNormal(3);
    }

    [Fact]
    public void Layers_with_seeds_of_their_own_go_on_with_the_next_noise()
    {
        using var folder = new Folder();
        var (x, y) = (RandomNormal([24, 5, 3], seed: 1), RandomNormal([24, 1], seed: 2));
        SetSeed(5);
        var model = new Sequential(
        [
            new LSTM(4, dropout: 0.3, recurrentDropout: 0.2, seed: 7, returnSequences: true, inputShape: [5, 3]),
            new Bidirectional(new GRU(3, dropout: 0.4, seed: 8, returnSequences: true)),
            new Sequential([new Dropout(0.2, seed: 9), new GaussianNoise(0.1)], name: "inner"),
            new Flatten(),
            new Dropout(0.5, seed: 10),
            new Dense(1),
        ]);
        model.Compile(new Adam(), "mse");
        void Train(Model model, int from) => model.Fit(x, y, batchSize: 8, initialEpoch: from, epochs: from + 2, verbose: 0);
        Train(model, 0);
        model.Save(folder["m"]);
        Train(model, 2);
        var resumed = Model.Load(folder["m"], resume: true);
        Assert.NotEqual(Bits(model), Bits(resumed));
        Train(resumed, 2);
        Assert.Equal(Bits(model), Bits(resumed));
    }

    private static IEnumerable<int> Bits(Model model) => model.Weights.SelectMany(weight => weight.ToArray<float>()).Select(BitConverter.SingleToInt32Bits);

    [Theory]
    [InlineData("the optimizer of another model too")]
    [InlineData("a layer was removed")]
    public void The_optimizer_s_state_is_that_of_the_model_s_weights(string what)
    {
        using var folder = new Folder();
        var (x, y) = s_data.Value;
        var model = Trained("adam");
        if (what == "a layer was removed")
        {
            model = new Sequential([new Dense(3, inputShape: [3]), new Dense(2)]);
            model.Compile("adam", "mse");
            model.Fit(x, RandomNormal([40, 2]), verbose: 0);
            model.Pop();
            model.Add(new Dense(1));
        }
        else
        {
            var other = new Sequential([new Dense(1, inputShape: [3])]);
            other.Compile(model.Optimizer, "mse");
            other.Fit(x, y, verbose: 0);
            model = other;
        }
        model.Fit(x, y, verbose: 0);
        model.Save(folder["m"]);
        var loaded = Model.Load(folder["m"], resume: true);
        foreach (var each in new[] { model, loaded })
        {
            each.Fit(x, y, shuffle: false, verbose: 0);
        }
        Assert.Equal(model.Weights.SelectMany(weight => weight.ToArray<float>()), loaded.Weights.SelectMany(weight => weight.ToArray<float>()));
    }

    [Fact]
    public void Weighted_metrics_come_back()
    {
        using var folder = new Folder();
        var model = new Sequential([new Dense(1, inputShape: [3])]);
        model.Compile("sgd", "mse", ["mae"], ["mape"]);
        model.Save(folder["m"]);
        Assert.Equal(["loss", "mae", "mape"], Model.Load(folder["m"]).Metrics.Select(metric => metric.Name));
    }

    [Fact]
    public void A_graph_with_shared_layers_and_nested_models_comes_back()
    {
        using var folder = new Folder();
        var (a, b) = (new Input([3], name: "a"), new Input([3], DType.Float64, "b"));
        var shared = new Sequential([new Dense(4, "relu", inputShape: [3]), new Flatten()], name: "shared") { Trainable = false };
        var (left, right) = (shared.Apply(a), shared.Apply(b));
        var model = new Model([a, b], [new Dense(2, name: "out") { DType = DType.Float64 }.Apply(left), new Activation("softmax").Apply(right)], "graph");
        model.Save(folder["m"]);
        var loaded = Model.Load(folder["m"]);
        Tensors inputs = [RandomNormal([5, 3], seed: 1), RandomNormal([5, 3], seed: 2, dtype: DType.Float64)];
        Assert.Equal(model.ApplyAll(inputs).Select(y => y.ToString()), loaded.ApplyAll(inputs).Select(y => y.ToString()));
        Assert.Equal(model.NamedWeights().Select(weight => weight.Path), loaded.NamedWeights().Select(weight => weight.Path));
        Assert.Equal(2, loaded.TrainableWeights.Count);
        Assert.Equal("graph", loaded.Name);
    }

    [Fact]
    public void Weights_move_by_name_and_in_Keras_order()
    {
        using var folder = new Folder();
        var model = Trained("sgd");
        foreach (var name in (string[])["w.safetensors", "w.npz", "whole"])
        {
            if (name == "whole")
            {
                model.Save(folder[name]);
            }
            else
            {
                model.SaveWeights(folder[name]);
            }
            var other = new Sequential([new Dense(5, inputShape: [3]), new Dense(1)]);
            other.LoadWeights(folder[name]);
            Assert.Equal(model.GetWeights().Select(weight => weight.ToString()), other.GetWeights().Select(weight => weight.ToString()));
        }
        Assert.Equal(["arr_0", "arr_1", "arr_2", "arr_3"], Npz.Load(folder["w.npz"]).Keys);
    }

    [Fact]
    public void Weights_of_another_model_change_nothing_and_all_faults_are_told()
    {
        using var folder = new Folder();
        Trained("sgd").SaveWeights(folder["w"]);
        var other = new Sequential([new Dense(6, inputShape: [3]), new Dense(1, useBias: false), new Dense(1)]);
        var before = other.GetWeights().Select(weight => weight.ToString()).ToArray();
        var error = Assert.Throws<FileException>(() => other.LoadWeights(folder["w"]));
        Assert.Contains("dense/kernel has shape [3,5] instead of [3,6]", error.Message);
        Assert.Contains("dense_2/kernel is missing", error.Message);
        Assert.Contains("dense_1/bias is unknown", error.Message);
        Assert.Equal(before, other.GetWeights().Select(weight => weight.ToString()));
    }

    [Theory]
    [InlineData("w.safetensors", 2, "out/kernel out/bias")]
    [InlineData("whole", 2, "out/kernel out/bias")]
    [InlineData("w.npz", 2, "out/kernel out/bias")]
    [InlineData("named.npz", 2, "out/kernel out/bias")]
    [InlineData("w.safetensors", 1, "")]
    [InlineData("w.safetensors", 0, "deep/kernel deep/bias out/kernel out/bias")]
    [InlineData("integers", 1, "out/bias")]
    public void Weights_that_fit_move_to_a_model_with_another_head(string file, int outputs, string left)
    {
        using var folder = new Folder();
        // Without outputs of its own the other model has a layer more, which the file does not know.
        static Sequential Made(int outputs) => new(
        [
            new Dense(5, name: "hidden", biasInitializer: "random_normal", inputShape: [3]), new BatchNormalization(name: "norm"),
            .. outputs == 0 ? (Layer[])[new Dense(2, name: "deep")] : [], new Dense(outputs == 0 ? 3 : outputs, name: "out"),
        ]);
        static KeyValuePair<string, Tensor> Whole((string Path, Variable Variable) weight) =>
            KeyValuePair.Create(weight.Path, weight.Path == "out/bias" ? weight.Variable.Cast(DType.Int32) : weight.Variable.Value);
        var model = Made(1);
        switch (file)
        {
            case "whole": model.Save(folder[file]); break;
            case "named.npz": Npz.Save(folder[file], model.NamedWeights().Reverse().Select(weight => KeyValuePair.Create(weight.Path, weight.Variable.Value))); break;
            case "integers": Safetensors.Save(folder[file], model.NamedWeights().Select(Whole)); break;
            default: model.SaveWeights(folder[file]); break;
        }
        var other = Made(outputs);
        var before = other.NamedWeights().ToDictionary(weight => weight.Path, weight => weight.Variable.ToString());
        Assert.Equal(left, string.Join(' ', other.LoadWeights(folder[file], skipMismatch: true)));
        var source = model.NamedWeights().ToDictionary(weight => weight.Path, weight => weight.Variable.ToString());
        Assert.All(other.NamedWeights(), weight => Assert.Equal((left.Split(' ').Contains(weight.Path) ? before : source)[weight.Path], weight.Variable.ToString()));
        if (left.Length > 0)
        {
            Assert.Throws<FileException>(() => Made(outputs).LoadWeights(folder[file]));
        }
        else
        {
            Assert.Empty(Made(outputs).LoadWeights(folder[file]));
        }
    }

    [Theory]
    [InlineData("w.safetensors", "no weight of the file fits", "hidden/kernel is missing; hidden/bias is missing; dense/kernel is unknown")]
    [InlineData("w.npz", "holds 4 arrays", "2 weights")]
    public void Weights_of_which_none_fits_are_refused(string file, string word, string other)
    {
        using var folder = new Folder();
        Trained("sgd").SaveWeights(folder[file]);
        var error = Assert.Throws<FileException>(() => new Sequential([new Dense(6, name: "hidden", inputShape: [3])]).LoadWeights(folder[file], skipMismatch: true));
        Assert.Contains(word, error.Message);
        Assert.Contains(other, error.Message);
    }

    [Fact]
    public void A_trained_body_learns_with_a_new_head()
    {
        using var folder = new Folder();
        var path = folder["digits.safetensors"];
        var (x, y) = (RandomNormal([8, 3], seed: 1), RandomNormal([8, 2], seed: 2));
        var digits = new Sequential([new Dense(4, name: "body", inputShape: [3]), new Dense(10, name: "digits")]);
        digits.Save(path);
        var model = new Sequential([new Dense(4, name: "body", inputShape: [3]), new Dense(2, name: "letters")]);
        Assert.Equal(["letters/kernel", "letters/bias"], model.LoadWeights(path, skipMismatch: true));
        model.GetLayer("body").Trainable = false;
        model.Compile("sgd", "mse");
        model.Fit(x, y, verbose: 0);
        Assert.Equal(digits.Weights[0].ToString(), model.Weights[0].ToString());
        var same = (Sequential)Model.Load(path);
        same.Pop();
        same.Add(new Dense(2, name: "letters"));
        Assert.Equal(["body/kernel", "body/bias", "letters/kernel", "letters/bias"], same.NamedWeights().Select(weight => weight.Path));
        Assert.Equal(digits.Weights[0].ToString(), same.Weights[0].ToString());
    }

    public static TheoryData<string, string> Unwritable => new()
    {
        { "not built", "not built" },
        { "deep", "deeply" },
        { "a lambda", "Lambda" },
        { "a function", "function" },
        { "a loss from a function", "includeOptimizer" },
        { "a layer nobody registered", "Layer.Register<Stranger>" },
    };

    private sealed class Forgetful(int units) : Layer
    {
        protected override Tensor Call(Tensor x, bool training) => units * x;
    }

    [Fact]
    public void A_layer_whose_settings_cannot_be_read_is_not_registered()
    {
        var error = Assert.Throws<ValueException>(Layer.Register<Forgetful>);
        Assert.Contains("Forgetful", error.Message);
        Assert.Contains("units", error.Message);
        Assert.Contains("property Units", error.Message);
        Assert.Null(Layer.Registry.KindOf(new Forgetful(1)));
    }

    private sealed class Stranger : Layer
    {
        protected override Tensor Call(Tensor x, bool training) => x;
    }

    [Theory]
    [MemberData(nameof(Unwritable))]
    public void What_no_file_can_hold_is_refused_and_no_file_appears(string what, string word)
    {
        using var folder = new Folder();
        Layer layer = what switch
        {
            "a lambda" => new Lambda(x => x),
            "a function" => new Activation(x => x),
            "a layer nobody registered" => new Stranger(),
            _ => new Flatten(),
        };
        var model = new Sequential(what == "not built" ? [new Dense(1)] : [new Input([3]), layer]);
        for (var i = 0; what == "deep" && i < 150; i++)
        {
            model = new Sequential([model]);
        }
        if (what == "deep")
        {
            model.Apply(Ones(1, 3));
        }
        if (what == "a loss from a function")
        {
            model.Compile("sgd", Loss.From((y, p) => p));
        }
        var error = Assert.ThrowsAny<AutogradException>(() => model.Save(folder["m"]));
        Assert.Contains(word, error.Message);
        // To leave the training out helps where it is the training that cannot be written.
        Assert.Equal(what == "a loss from a function", error.Message.Contains("includeOptimizer", StringComparison.Ordinal));
        Assert.Empty(folder.Names);
    }

    private static JsonObject ArchitectureOf(string path, out Dictionary<string, Tensor> tensors, out Dictionary<string, string> metadata)
    {
        var content = Safetensors.Load(path);
        tensors = content.Tensors.ToDictionary();
        metadata = content.Metadata.ToDictionary();
        return JsonNode.Parse(metadata["autograd.model"])!.AsObject();
    }

    public static TheoryData<string, string> Hostile => new()
    {
        { "version", "version 99" },
        { "no version", "no model" },
        { "kind", "Dense" },
        { "type name", "System.Diagnostics.Process" },
        { "setting", "'evil'" },
        { "units text", "units" },
        { "units 2^31", "units" },
        { "units -1", "-1" },
        { "units large", "beyond" },
        { "units null", "null" },
        { "activation", "relu" },
        { "input large", "elements" },
        { "input rather large", "larger" },
        { "inputs missing", "inputs" },
        { "layers missing", "layers" },
        { "input extent null", "null" },
        { "input type", "DType" },
        { "layer type", "77" },
        { "loss weights null", "null" },
        { "metrics null", "metrics" },
        { "metric of a billion thresholds", "numThresholds" },
        { "initializer not a number", "finite" },
        { "parameters null", "null" },
        { "a layer is a number", "7" },
        { "deep", "depth" },
        { "weight missing", "missing" },
        { "weight shape", "shape" },
        { "state missing", "missing" },
        { "compilation", "optimizer" },
        { "seeds of a stranger", "dense" },
        { "seeds below 0", "-1" },
        { "seeds no number", "many" },
        { "not JSON", "'m'" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Hostile_files_are_refused(string what, string word)
    {
        using var folder = new Folder();
        Trained("adam", epochs: 1).Save(folder["m"]);
        var json = ArchitectureOf(folder["m"], out var tensors, out var metadata);
        var dense = json["layers"]![0]!.AsObject();
        var settings = dense["settings"]!.AsObject();
        switch (what)
        {
            case "version": metadata["autograd.version"] = "99"; break;
            case "no version": metadata.Remove("autograd.version"); break;
            case "kind": dense["kind"] = "Dens"; break;
            case "type name": dense["kind"] = "System.Diagnostics.Process"; break;
            case "setting": settings["evil"] = 1; break;
            case "units text": settings["units"] = "many"; break;
            case "units 2^31": settings["units"] = 1L << 31; break;
            case "units -1": settings["units"] = -1; break;
            case "units large": settings["units"] = int.MaxValue / 4; break;
            case "units null": settings["units"] = null; break;
            case "activation": settings["activation"] = "rm -rf"; break;
            case "input large": settings["inputShape"] = new JsonArray(int.MaxValue); break;
            case "input rather large": settings["inputShape"] = new JsonArray(1 << 30); break;
            case "inputs missing": json.Remove("inputs"); break;
            case "layers missing": json.Remove("layers"); break;
            case "input extent null": json["inputs"]![0]!["shape"] = new JsonArray((JsonNode?)null); break;
            case "input type": json["inputs"]![0]!["dtype"] = "DType"; break;
            case "layer type": dense["dtype"] = "77"; break;
            case "loss weights null": Compilation("loss_weights", new JsonArray((JsonNode?)null)); break;
            case "metric of a billion thresholds": Compilation("metrics", JsonNode.Parse("""[[{"kind": "AUC", "settings": {"numThresholds": 1000000000}}]]""")!); break;
            case "initializer not a number":
                settings["kernelInitializer"] = JsonNode.Parse("""{"kind": "Orthogonal", "settings": {"gain": "NaN"}}""");
                break;
            case "metrics null": Compilation("metrics", new JsonArray((JsonNode?)null)); break;
            case "parameters null": Compilation("parameters", new JsonArray((JsonNode?)null)); break;
            case "a layer is a number": json["layers"]![0] = 7; break;
            case "weight missing": tensors.Remove("model/dense/bias"); break;
            case "weight shape": tensors["model/dense/bias"] = Zeros(4); break;
            case "state missing": tensors.Remove("optimizer/0/momentum"); break;
            case "compilation": metadata["autograd.compilation"] = "{}"; break;
            case "seeds of a stranger": metadata["autograd.seeds"] = """{"dense": 3}"""; break;
            case "seeds below 0": metadata["autograd.seeds"] = """{"dropout": -1}"""; break;
            case "seeds no number": metadata["autograd.seeds"] = """{"dropout": "many"}"""; break;
            default: break;
        }
        metadata["autograd.model"] = what switch
        {
            "not JSON" => "m",
            "deep" => new string('[', 100_000),
            _ => json.ToJsonString(),
        };
        Safetensors.Save(folder["m"], tensors, metadata);
        var error = Assert.Throws<FileException>(() => Model.Load(folder["m"]));
        Assert.Contains(word == "'m'" ? folder["m"] : word, error.Message);

        void Compilation(string name, JsonNode value)
        {
            var compilation = JsonNode.Parse(metadata["autograd.compilation"])!;
            compilation[name] = value;
            metadata["autograd.compilation"] = compilation.ToJsonString();
        }
    }
}
