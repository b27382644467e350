using static Autograd.Tensor;

namespace Autograd.Tests.Models;

/// <summary>What models are made of: layers, their weights and names, graphs, summaries.</summary>
public class ModelTests
{
    private static Dense Linear(int units, string? name = null, Shape? inputShape = null) =>
        new(units, kernelInitializer: "ones", inputShape: inputShape, name: name);

    [Fact]
    public void Dense_multiplies_adds_and_activates()
    {
        var layer = new Dense(2, activation: "relu");
        Assert.False(layer.IsBuilt);
        layer.Apply(Zeros(1, 3));
        layer.SetWeights([Tensor.From<float>([1, -1, 2, -2, 3, -3], [3, 2]), Tensor.From<float>([0.5f, 0.25f])]);
        Assert.Equal([6.5f, 0f], layer.Apply(Ones(1, 3)).ToArray<float>());
        Assert.Equal(["kernel", "bias"], layer.NamedWeights().Select(weight => weight.Path));
        Assert.Equal(8, layer.ParameterCount);
    }

    [Fact]
    public void Sequential_with_an_input_shape_is_built_at_once()
    {
        var model = new Sequential([new Dense(25, "relu", inputShape: [400], name: "layer1"), new Dense(15, "relu"), new Dense(10)], name: "my_model");
        Assert.True(model.IsBuilt);
        Assert.Equal((400 * 25) + 25 + (25 * 15) + 15 + (15 * 10) + 10, model.ParameterCount);
        Assert.Equal(
            ["layer1/kernel", "layer1/bias", "dense/kernel", "dense/bias", "dense_1/kernel", "dense_1/bias"], model.NamedWeights().Select(weight => weight.Path));
    }

    [Fact]
    public void Sequential_without_one_is_built_by_its_first_batch()
    {
        var model = new Sequential([new Dense(4), new Dense(2)]);
        Assert.False(model.IsBuilt);
        Assert.Throws<ModelException>(() => model.Summary(TextWriter.Null));
        Assert.Equal([5, 2], model.Apply(Ones(5, 3)).Shape);
        Assert.Equal(4, model.Weights.Count);
    }

    [Fact]
    public void Summary_is_the_table_Keras_users_know()
    {
        var model = new Sequential([new Dense(25, "relu", inputShape: [400], name: "layer1"), new Dense(10, name: "layer2") { Trainable = false }], name: "my_model");
        var text = new StringWriter();
        model.Summary(text);
        Assert.Equal(
            """
            Model: "my_model"
            _________________________________________________________________
             Layer (type)                Output Shape              Param #
            =================================================================
             layer1 (Dense)              (None, 25)                10025
             layer2 (Dense)              (None, 10)                260
            =================================================================
            Total params: 10,285 (40.18 KB)
            Trainable params: 10,025 (39.16 KB)
            Non-trainable params: 260 (1.02 KB)
            _________________________________________________________________

            """, text.ToString(), ignoreLineEndingDifferences: true);
    }

    [Fact]
    public void Graphs_branch_join_and_share_layers()
    {
        var x = new Input([3], name: "x");
        var y = new Input([3], name: "y");
        var shared = Linear(2, "shared");
        var model = new Model([x, y], [shared.Apply(x) + shared.Apply(y), shared.Apply(x)]);
        var results = model.ApplyAll([Ones(2, 3), 2 * Ones(2, 3)]);
        Assert.Equal([9f, 9, 9, 9], results[0].ToArray<float>());
        Assert.Equal([3f, 3, 3, 3], results[1].ToArray<float>());
        Assert.Equal(2, model.Weights.Count);
        var text = new StringWriter();
        model.Summary(text);
        Assert.Contains("shared (Dense)", text.ToString());
        Assert.Contains("Connected to", text.ToString());
    }

    [Theory]
    [InlineData("swapped", "input 'a' has shape [5,3]", "the model takes [batch,4]")]
    [InlineData("longer", "input 'a' has shape [5,7]", "-1")]
    [InlineData("one example", "input 'a' has shape [4]", "ExpandDims(0)")]
    [InlineData("sequential", "input 'sequential' has shape [2,9,3]", "[batch,5,3]")]
    [InlineData("sequential with an input", "input 'steps' has shape [2,9,4]", "[batch,any,3]")]
    public void Inputs_of_other_shapes_are_refused(string what, params string[] words)
    {
        Node a = new Input([4], name: "a"), b = new Input([3], name: "b");
        var model = new Model([a, b], [new Average().Apply([new Lambda(x => x.Sum(1, keepDims: true)).Apply(a), new Lambda(x => x.Sum(1, keepDims: true)).Apply(b)])]);
        var error = Assert.Throws<ShapeException>(() => what switch
        {
            "swapped" => model.Apply([Ones(5, 3), Ones(5, 4)]),
            "longer" => model.Apply([Ones(5, 7), Ones(5, 3)]),
            "one example" => model.Apply([Ones(4), Ones(3)]),
            "sequential" => new Sequential([new GRU(2, inputShape: [5, 3])]).Apply(Ones(2, 9, 3)),
            _ => new Sequential([new Input([-1, 3], name: "steps"), new GRU(2)]).Apply(Ones(2, 9, 4)),
        });
        Assert.All(words, word => Assert.Contains(word, error.Message));
    }

    [Theory]
    [InlineData("graph")]
    [InlineData("input in front")]
    [InlineData("input shape")]
    public void An_axis_may_be_of_any_length(string how)
    {
        var layers = new Layer[] { new Conv1D(4, 3, inputShape: how == "input shape" ? [-1, 3] : null), new MaxPooling1D(2), new GlobalAveragePooling1D(), new Dense(2) };
        var input = new Input([-1, 3]);
        Model model = how switch
        {
            "graph" => new Model(input, layers.Aggregate((Node)input, (x, layer) => layer.Apply(x))),
            "input in front" => new Sequential([input, .. layers]),
            _ => new Sequential(layers),
        };
        var part = new Model(model.Inputs, [model.Layers[^3].Output]);
        var copy = Saved(model);
        foreach (var length in (int[])[5, 40])
        {
            var x = RandomNormal([2, length, 3], seed: length);
            Assert.Equal([2, 2], model.Apply(x).Shape);
            Assert.Equal([2, (length - 2) / 2, 4], part.Apply(x).Shape);
            Assert.Equal(model.Apply(x).ToArray<float>(), copy.Apply(x).ToArray<float>());
        }
        foreach (var table in (Model[])[model, copy])
        {
            var text = new StringWriter();
            table.Summary(text);
            Assert.Contains("(None, None, 4)", text.ToString());
            Assert.Contains("(None, 2)", text.ToString());
            Assert.Equal(how == "graph", text.ToString().Contains("(None, None, 3)", StringComparison.Ordinal));
        }
        Assert.Equal([-1, 3], part.Inputs[0].Layer.InputShape!);

        static Model Saved(Model model)
        {
            var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".safetensors");
            try
            {
                model.Save(path);
                return Model.Load(path);
            }
            finally
            {
                File.Delete(path);
            }
        }
    }

    [Fact]
    public void A_graph_may_be_deep()
    {
        Node node = new Input([1]);
        var input = node;
        var layer = new Activation("linear");
        for (var i = 0; i < 20_000; i++)
        {
            node = layer.Apply(node);
        }
        Assert.Equal(3f, new Model(input, node).Apply(3 * Ones(1, 1)).Item());
    }

    [Fact]
    public void An_output_must_follow_from_the_inputs()
    {
        var (x, y) = (new Input([3]), new Input([3], name: "other"));
        var error = Assert.Throws<ValueException>(() => new Model(x, Linear(1).Apply(y)));
        Assert.Contains("other", error.Message);
    }

    [Fact]
    public void Models_nest_and_freeze()
    {
        var inner = new Sequential([Linear(4, inputShape: [3]), new Dense(2)], name: "inner");
        var outer = new Sequential([inner, new Dense(1)], name: "outer");
        outer.Apply(Ones(2, 3));
        Assert.Equal(6, outer.TrainableWeights.Count);
        inner.Trainable = false;
        Assert.Equal(2, outer.TrainableWeights.Count);
        Assert.Equal(4, outer.NonTrainableWeights.Count);
        inner.Trainable = true;
        Assert.Equal(6, outer.TrainableWeights.Count);
        Assert.Equal("inner/dense/kernel", outer.NamedWeights().First().Path);
    }

    [Fact]
    public void A_layer_shared_by_two_models_is_frozen_in_both()
    {
        var (shared, x) = (new Dense(4), new Input([3]));
        var features = shared.Apply(x);
        Model[] models = [new(x, new Dense(2, name: "head").Apply(features)), new(x, new Dense(1, name: "other").Apply(features))];
        Assert.All(models, model => Assert.Equal(4, model.TrainableWeights.Count));
        shared.Trainable = false;
        Assert.All(models, model => Assert.Equal(2, model.TrainableWeights.Count));
    }

    [Fact]
    public void A_model_is_no_part_of_itself()
    {
        var (inner, outer) = (new Sequential(name: "inner"), new Sequential(name: "outer"));
        outer.Add(inner);
        Assert.Contains("part", Assert.Throws<ValueException>(() => inner.Add(outer)).Message);
        Assert.Throws<ValueException>(() => inner.Add(inner));
        Assert.Empty(inner.Layers);
    }

    // Applies the model it is a part of once more, as a recursive network does.
    private sealed class Recursive : Layer
    {
        public Layer? Whole { get; set; }

        private int _depth;

        protected override Tensor Call(Tensor x, bool training) => _depth++ == 0 ? Whole!.Apply(x) : x;
    }

    [Fact]
    public void A_layer_may_apply_what_it_is_part_of()
    {
        var recursive = new Recursive();
        var model = new Sequential([new Dense(3), recursive]);
        recursive.Whole = model;
        model.Apply(Ones(1, 3));
        Assert.Equal(2, model.Weights.Count);
    }

    [Fact]
    public void Many_layers_are_named_in_time()
    {
        // Quadratic, this would take minutes.
        var model = new Sequential(Enumerable.Range(0, 50_000).Select(_ => new Flatten()));
        Assert.Equal("flatten_49999", model.Layers[^1].Name);
        model.Pop();
        model.Add(new Flatten());
        Assert.Equal("flatten_49999", model.Layers[^1].Name);
    }

    private sealed class Scale : Layer
    {
        private Variable? _factor;

        protected override void Build(Shape input) => _factor = AddWeight("factor", [input[^1]], "ones");

        protected override Tensor Call(Tensor x, bool training) => training ? x * _factor! * 2 : x * _factor!;
    }

    // Neither layer is declared as a part, and the flag is not handed on: both happen by themselves.
    private sealed class Subclassed : Model
    {
        private readonly Dense _dense = new(2, kernelInitializer: "ones");
        private readonly Scale _scale = new();

        protected override Tensor Call(Tensor x, bool training) => _scale.Apply(_dense.Apply(x));
    }

    [Fact]
    public void A_derived_model_finds_its_layers_and_their_mode()
    {
        var model = new Subclassed();
        Assert.Equal([3f, 3], model.Apply(Ones(1, 3)).ToArray<float>());
        Assert.Equal([6f, 6], model.Apply(Ones(1, 3), training: true).ToArray<float>());
        Assert.Equal(["dense/kernel", "dense/bias", "scale/factor"], model.NamedWeights().Select(weight => weight.Path));
    }

    private sealed class Broken : Layer
    {
        protected override void Build(Shape input)
        {
            AddWeight("kernel", [input[^1]], "ones");
            Track(new Dense(1));
            throw new ShapeException("no");
        }

        protected override Tensor Call(Tensor x, bool training) => x;
    }

    [Fact]
    public void A_layer_is_built_wholly_or_not_at_all()
    {
        var layer = new Broken();
        Assert.Throws<ShapeException>(() => layer.Apply(Ones(1, 3)));
        Assert.Empty(layer.Weights);
        Assert.Empty(layer.Sublayers);
        Assert.False(layer.IsBuilt);
    }

    [Fact]
    public void SetWeights_replaces_all_or_none()
    {
        var layer = Linear(2, inputShape: [3]);
        layer.Apply(Ones(1, 3));
        Assert.Throws<ShapeException>(() => layer.SetWeights([Zeros(3, 2), Zeros(3)]));
        Assert.Throws<ShapeException>(() => layer.SetWeights([Zeros(3, 2)]));
        Assert.Equal(1f, layer.Kernel![0, 0].Item());
    }

    [Fact]
    public void Penalties_and_constraints_belong_to_weights()
    {
        var layer = new Dense(2, kernelInitializer: "ones", kernelRegularizer: new L2(0.5), biasRegularizer: "l1", kernelConstraint: "unit_norm")
        {
            ActivityRegularizer = new L1(1),
        };
        layer.Apply(Ones(1, 3));
        Assert.Equal([3.0, 0.0, 6.0], layer.Losses.Select(loss => loss.Item()));
        Assert.IsType<UnitNorm>(layer.Kernel!.Constraint);
    }

    [Theory]
    [InlineData("one example", "dense (Dense)", "batch")]
    [InlineData("another width", "dense (Dense)", "4 features")]
    [InlineData("twice", "twice", "contains")]
    [InlineData("same name", "'a'", "unique")]
    [InlineData("empty", "sequential", "no layers")]
    [InlineData("units", "0 units", "one or more")]
    [InlineData("activation", "'rely'", "relu")]
    [InlineData("initializer", "'ons'", "ones")]
    [InlineData("does not fit", "second (Dense)", "features")]
    public void What_cannot_be_is_refused_by_name(string what, params string[] words)
    {
        var model = new Sequential([new Dense(2, inputShape: [3])]);
        var layer = Linear(2, "a");
        Action refused = what switch
        {
            "one example" => () => model.Apply(Ones(3)),
            "another width" => () => model.Apply(Ones(1, 4)),
            "twice" => () => _ = new Sequential([layer, layer], name: "twice"),
            "same name" => () => _ = new Sequential([layer, Linear(3, "a")]),
            "empty" => () => new Sequential().Apply(Ones(1, 3)),
            "units" => () => _ = new Dense(0),
            "activation" => () => _ = new Dense(1, "rely"),
            "initializer" => () => _ = new Dense(1, kernelInitializer: "ons"),
            _ => () => _ = new Sequential([new Dense(2, inputShape: [3]), Built(5, "second")]),
        };
        var error = Assert.ThrowsAny<AutogradException>(refused);
        Assert.All(words, word => Assert.Contains(word, error.Message));
    }

    private static Dense Built(int inputs, string name)
    {
        var layer = Linear(2, name);
        layer.Apply(Ones(1, inputs));
        return layer;
    }

    [Fact]
    public void A_layer_that_does_not_fit_is_not_added()
    {
        var model = new Sequential([new Dense(2, inputShape: [3])]);
        Assert.Throws<ShapeException>(() => model.Add(Built(5, "late")));
        Assert.Single(model.Layers);
        Assert.Equal(2, model.Weights.Count);
        model.Add(new Dense(7));
        Assert.Equal([1, 7], model.Apply(Ones(1, 3)).Shape);
    }

    public static TheoryData<string, double> Spreads => new()
    {
        { "glorot_uniform", Math.Sqrt(2.0 / (300 + 200)) },
        { "glorot_normal", Math.Sqrt(2.0 / (300 + 200)) },
        { "he_uniform", Math.Sqrt(2.0 / 300) },
        { "he_normal", Math.Sqrt(2.0 / 300) },
        { "lecun_uniform", Math.Sqrt(1.0 / 300) },
        { "lecun_normal", Math.Sqrt(1.0 / 300) },
        { "random_normal", 0.05 },
        { "random_uniform", 0.05 / Math.Sqrt(3) },
        { "orthogonal", 1 / Math.Sqrt(300) },
    };

    [Theory]
    [MemberData(nameof(Spreads))]
    public void Initializers_have_the_spread_they_promise(string name, double deviation)
    {
        Initializer initializer = name;
        var values = initializer.Create([300, 200]);
        Assert.InRange(values.Std().Item() / deviation, 0.97, 1.03);
        Assert.InRange(values.Mean().Item() / deviation, -0.05, 0.05);
    }

    [Theory]
    [InlineData(5, 3)]
    [InlineData(3, 5)]
    [InlineData(4, 4)]
    public void Orthogonal_values_are_orthonormal(int rows, int columns)
    {
        var q = new Orthogonal(seed: 1).Create([rows, columns], DType.Float64);
        var product = rows > columns ? MatMul(q, q, transposeX: true) : MatMul(q, q, transposeY: true);
        Assert.True(Abs(product - Eye(Math.Min(rows, columns), dtype: DType.Float64)).Max().Item() < 1e-14);
    }

    private sealed class MakesALayer : Model
    {
        protected override Tensor Call(Tensor x, bool training) => new Dense(1).Apply(new Flatten().Apply(x));
    }

    private sealed class MakesAWeight : Layer
    {
        protected override Tensor Call(Tensor x, bool training) => x * AddWeight("late", [], "ones");
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "Nobody disposes of variables.")]
    private sealed class OwnVariable : Model
    {
        private readonly Variable _factor = new(Ones(1));

        private readonly Dense _dense = new(1);

        protected override Tensor Call(Tensor x, bool training) => _dense.Apply(x) * _factor;
    }

    [Fact]
    public void Weights_that_nobody_would_train_are_refused()
    {
        Assert.Contains("constructor", Assert.Throws<ModelException>(() => new MakesALayer().Apply(Ones(2, 3))).Message);
        Assert.Contains("Build", Assert.Throws<ModelException>(() => new MakesAWeight().Apply(Ones(2, 3))).Message);
        Assert.Contains("constructor", Assert.Throws<ModelException>(() => new Sequential([new Input([3]), new Lambda(x => new Dense(1).Apply(x))])).Message);
        var model = new OwnVariable();
        model.Compile("sgd", "mse");
        Assert.Contains("AddWeight", Assert.Throws<ModelException>(() => model.Fit(Ones(2, 3), Ones(2), verbose: 0)).Message);
    }

    [Fact]
    public void A_part_of_a_model_is_a_model()
    {
        var whole = new Sequential([new Dense(4, "relu", inputShape: [3], name: "features"), new Dense(2)]);
        var features = new Model(whole.Inputs[0], Part(whole, "features"));
        Assert.Equal([5, 4], features.Apply(Ones(5, 3)).Shape);
        Assert.Equal(whole.Layers[0].Weights[0], features.Weights[0]);
        Assert.Throws<ModelException>(() => new Sequential([new Dense(4)]).Inputs);

        static Node Part(Sequential model, string name)
        {
            _ = model.Outputs;
            return model.GetLayer(name).Output;
        }
    }
}
