using Autograd.Tests.Files;
using static Autograd.Tensor;

namespace Autograd.Tests.Models;

/// <summary>The names of layers and measures, and the one graph that a Sequential is.</summary>
public class NamesAndGraphsTests
{
    private static Sequential Encoder() => new([new Dense(4, "relu", inputShape: [6]), new Dense(2)]);

    private static Sequential Decoder() => new([new Dense(4, "relu", inputShape: [2]), new Dense(6)]);

    private static string[] Paths(Layer model) => [.. model.NamedWeights().Select(weight => weight.Path)];

    [Fact]
    public void Names_that_were_made_are_made_anew_where_they_clash()
    {
        var (encoder, decoder) = (Encoder(), Decoder());
        var both = new Sequential([.. encoder.Layers, .. decoder.Layers]);
        Assert.Equal(["dense", "dense_1", "dense_2", "dense_3"], both.Layers.Select(both.NameOf));
        Assert.Same(decoder.Layers[1], both.GetLayer("dense_3"));
        // In the model they came from they are called as before, in files too.
        Assert.Same(decoder.Layers[1], decoder.GetLayer("dense_1"));
        Assert.Equal(["dense/kernel", "dense/bias", "dense_1/kernel", "dense_1/bias"], Paths(decoder));
        Assert.Equal("dense_3/bias", Paths(both)[^1]);
        var text = new StringWriter();
        both.Summary(text);
        Assert.Contains("dense_3 (Dense)", text.ToString());
        both.Compile("adam", "mse");
        both.Fit(Ones(4, 6), Zeros(4, 6), verbose: 0);
        using var folder = new Folder();
        both.Save(folder["m"]);
        var (one, two) = (Model.Load(folder["m"]), Model.Load(folder["m"]));
        Assert.Equal(Paths(both), Paths(one));
        Assert.Equal(both.Predict(Ones(1, 6)).ToArray<float>(), one.Predict(Ones(1, 6)).ToArray<float>());
        Assert.Equal(8, new Sequential([.. one.Layers, .. two.Layers]).Layers.Count); // names from a file were made too
    }

    [Fact]
    public void Two_models_join_in_a_third()
    {
        Model Part()
        {
            var x = new Input([3]);
            return new Model(x, new Dense(2).Apply(x));
        }

        var (a, b) = (Part(), Part());
        var joined = new Model([a.Inputs[0], b.Inputs[0]], [new Add().Apply([a.Outputs[0], b.Outputs[0]])]);
        Assert.Equal(["input", "input_1"], joined.InputNames);
        Assert.Equal(["dense/kernel", "dense/bias", "dense_1/kernel", "dense_1/bias"], Paths(joined));
        Assert.Equal([1, 2], joined.Apply([Ones(1, 3), Ones(1, 3)]).Shape);
        using var folder = new Folder();
        joined.Save(folder["m"]);
        var loaded = Model.Load(folder["m"]);
        Assert.Equal(joined.InputNames, loaded.InputNames);
        Assert.Equal(joined.Apply([Ones(1, 3), Ones(1, 3)]).ToArray<float>(), loaded.Apply([Ones(1, 3), Ones(1, 3)]).ToArray<float>());
        var x = new Input([3]);
        Assert.Equal(["model/dense/kernel", "model_1/dense/kernel"], Paths(new Model(x, new Add().Apply([a.Apply(x), b.Apply(x)]))).Where(path => path.EndsWith("kernel", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_name_that_the_user_gave_stands()
    {
        var model = new Sequential([new Dense(1, inputShape: [1]), new Dense(1), new Dense(1, name: "dense_1"), new Dense(1)]);
        Assert.Equal(["dense", "dense_2", "dense_1", "dense_3"], model.Layers.Select(layer => layer.Name));
        Assert.Equal(model.Layers, model.Layers.Select(layer => model.GetLayer(layer.Name)));
        var error = Assert.Throws<ValueException>(() => new Sequential([.. model.Layers, new Dense(1, name: "dense_1")]));
        Assert.Contains("'dense_1'", error.Message);
        // Removed and added again, a name is free again.
        var last = model.Pop();
        model.Add(new Dense(1));
        Assert.Equal("dense_3", model.Layers[^1].Name);
        model.Add(new Sequential([last]));
        Assert.Equal("sequential/dense_3/bias", Paths(model)[^1]);
    }

    [Fact]
    public void Measures_of_a_kind_are_numbered()
    {
        var model = new Sequential([new Dense(2, "sigmoid", inputShape: [2])]);
        model.Compile("sgd", "bce", [new Precision(thresholds: [0.3]), new Precision(thresholds: [0.7]), new Precision(name: "exact"), new Recall()], [new Precision()]);
        Assert.Equal(["loss", "precision", "precision_1", "exact", "recall", "weighted_precision"], model.Metrics.Select(metric => metric.Name));
        Assert.Contains("precision_1", model.Evaluate(Ones(2, 2), Ones(2, 2), verbose: 0).Keys);
        model.Compile("sgd", "bce", [.. model.Metrics.Skip(2).Take(1)]); // a metric that was numbered elsewhere
        Assert.Equal(["loss", "precision"], model.Metrics.Select(metric => metric.Name));
        var error = Assert.Throws<ValueException>(() => model.Compile("sgd", "bce", [new Precision(name: "a"), new Recall(name: "a")]));
        Assert.Contains("'a'", error.Message);
    }

    private sealed class Counted : Layer
    {
        public int Calls { get; private set; }

        protected override Tensor Call(Tensor x, bool training)
        {
            Calls++;
            return x * 2;
        }
    }

    [Theory]
    [InlineData("input shape")]
    [InlineData("input in front")]
    [InlineData("built by a batch")]
    public void A_Sequential_is_one_graph(string how)
    {
        var counted = new Counted();
        var conv = new Conv2D(3, 3, activation: "relu", name: "conv", inputShape: how == "input shape" ? [8, 8, 1] : null);
        var s = new Sequential([.. how == "input in front" ? (Layer[])[new Input([8, 8, 1])] : [], conv, counted, new GlobalAveragePooling2D(), new Dense(2)]);
        var x = RandomNormal([2, 8, 8, 1], seed: 1);
        var whole = s.Apply(x);
        Assert.Same(conv, s.GetLayer("conv").Output.Layer);
        Assert.Same(s.Outputs[0], s.Outputs[0]);
        Assert.Same(s.Inputs[0], s.Inputs[0]);
        Assert.Same(s.Layers[^1].Output, s.Outputs[0]);
        Assert.Equal(4, s.Layers.Count);
        Assert.Equal(whole.ToArray<float>(), new Model(s.Inputs, s.Outputs).Apply(x).ToArray<float>());
        // What Grad-CAM does: both results of one run, one differentiated by the other.
        var model = new Model(s.Inputs, [s.GetLayer("conv").Output, s.Outputs[0]]);
        var before = counted.Calls;
        using var tape = new GradientTape();
        var results = model.ApplyAll(x);
        Assert.Equal(before + 1, counted.Calls);
        Assert.Equal(whole.ToArray<float>(), results[1].ToArray<float>());
        Assert.Equal([2, 6, 6, 3], tape.Gradient(results[1][.., 1].Sum(), results[0])!.Shape);
    }

    [Fact]
    public void The_gradient_of_a_class_by_feature_maps_is_there()
    {
        var s = new Sequential([new Conv2D(3, 3, name: "conv", inputShape: [4, 4, 1]), new GlobalAveragePooling2D(), new Dense(2, kernelInitializer: "ones")]);
        var model = new Model(s.Inputs, [s.GetLayer("conv").Output, s.Outputs[0]]);
        using var tape = new GradientTape();
        var results = model.ApplyAll(Ones(1, 4, 4, 1));
        var gradient = tape.Gradient(results[1][.., 0].Sum(), results[0]);
        Assert.All(gradient!.ToArray<float>(), value => Assert.Equal(0.25f, value)); // the mean over 2 x 2 places
    }

    [Fact]
    public void Shapes_follow_what_is_removed_and_added()
    {
        foreach (var shape in (InputShape?[])[[6], null])
        {
            var m = new Sequential([new Dense(4, inputShape: shape), new Dense(3)], name: "inner");
            m.Apply(Ones(2, 6));
            var outer = new Sequential([m]);
            outer.Apply(Ones(2, 6));
            var first = m.Outputs[0];
            m.Pop();
            Assert.Equal(4, m.OutputShape![^1]);
            Assert.Equal([1, 4], m.Outputs[0].Shape);
            m.Add(new Dense(7));
            Assert.Equal(7, m.OutputShape![^1]);
            Assert.Equal([1, 7], m.Outputs[0].Shape);
            Assert.NotSame(first, m.Outputs[0]);
            Assert.Same(m.Layers[0].Output, m.Outputs[0].Inputs[0]);
            Assert.Equal([2, 7], outer.Apply(Ones(2, 6)).Shape);
            var text = new StringWriter();
            outer.Summary(text);
            Assert.Matches(@"inner \(Sequential\) +\(None, 7\) +63", text.ToString());
        }
    }

    [Fact]
    public void A_layer_that_is_removed_begins_anew_elsewhere()
    {
        var (m, n) = (Encoder(), Encoder());
        var last = m.Pop();
        n.Pop();
        n.Add(last);
        Assert.Same(n.Outputs[0], last.Output);
        m.Pop();
        Assert.Throws<ModelException>(() => m.Inputs);
        Assert.Null(m.OutputShape);
        m.Add(new Dense(5, inputShape: [9]));
        Assert.Equal([1, 9], m.Inputs[0].Shape);
        Assert.Equal([2, 5], m.Apply(Ones(2, 9)).Shape);
        // A model that could not be made leaves its layers free.
        var kept = new Dense(2, inputShape: [3]);
        var misfit = new Dense(1);
        misfit.Apply(Ones(1, 5));
        Assert.Throws<ShapeException>(() => new Sequential([kept, misfit]));
        var s = new Sequential([kept]);
        Assert.Same(s.Outputs[0], kept.Output);
    }

    [Fact]
    public void An_input_in_front_is_no_layer()
    {
        var s = new Sequential([new Input([6]), new Dense(4), new Dense(2)]);
        Assert.Equal(["dense", "dense_1"], s.Layers.Select(layer => layer.Name));
        Assert.Equal([1, 6], s.Inputs[0].Shape);
        Assert.Equal(2, s.OutputShape![^1]);
        using var folder = new Folder();
        s.Save(folder["m"]);
        var loaded = (Sequential)Model.Load(folder["m"]);
        Assert.Equal(2, loaded.Layers.Count);
        Assert.Equal("dense_1", loaded.Pop().Name);
        loaded.Pop();
        Assert.Throws<ModelException>(loaded.Pop);
        loaded.Add(new Dense(3));
        Assert.Equal([1, 3], loaded.Apply(Ones(1, 6)).Shape);
        Assert.Throws<ShapeException>(() => loaded.Apply(Ones(1, 5)));
        Assert.Equal([1, 2], new Sequential([new Input([2])]).Apply(Ones(1, 2)).Shape);
    }

    /// <summary>Two networks that only its training step runs, each with an optimizer of its own.</summary>
    internal sealed class Pair : Model
    {
        public Pair()
        {
            Generator = Track(new Sequential([new Dense(3)], name: "generator"));
            Critic = Track(new Sequential([new Dense(1, inputShape: [3])], name: "critic"));
            GeneratorOptimizer = TrackOptimizer(new Adam(0.1), "generator");
            CriticOptimizer = TrackOptimizer(new SGD(0.1, momentum: 0.9), "critic");
        }

        public Sequential Generator { get; }

        public Sequential Critic { get; }

        public Adam GeneratorOptimizer { get; }

        public SGD CriticOptimizer { get; }

        protected override void TrainStep(Batch batch)
        {
            using var tape = new GradientTape(persistent: true);
            var made = Generator.Apply(batch.X[0], training: true);
            var loss = Critic.Apply(made, training: true).Mean();
            GeneratorOptimizer.Apply(Generator.TrainableWeights, tape.Gradient(loss, Generator.TrainableWeights));
            CriticOptimizer.Apply(Critic.TrainableWeights, tape.Gradient(loss, Critic.TrainableWeights));
        }
    }

    [Fact]
    public void A_model_that_only_its_training_step_runs_is_a_model_too()
    {
        Layer.Register<Pair>();
        using var folder = new Folder();
        var x = RandomNormal([8, 2], seed: 1);
        void Fit(Pair pair, int from, int to, params Callback[] callbacks) => pair.Fit(x, epochs: to, initialEpoch: from, batchSize: 4, shuffle: false, verbose: 0, callbacks: callbacks);
        var whole = new Pair();
        Fit(whole, 0, 2);
        var text = new StringWriter();
        whole.Summary(text);
        Assert.Contains("generator (Sequential)", text.ToString());
        Assert.Contains("Total params: 13", text.ToString());
        whole.Save(folder["m"]);
        Fit(whole, 2, 4);
        var resumed = (Pair)Model.Load(folder["m"]);
        Assert.Equal(4, resumed.GeneratorOptimizer.Iterations);
        Fit(resumed, 2, 4);
        Assert.Equal(Values(whole), Values(resumed));
        // Backups of a training that was interrupted.
        var first = new Pair();
        first.SetWeightsFrom(resumed = new Pair(), x);
        Fit(first, 0, 3);
        Assert.Throws<OperationCanceledException>(() => Fit(
            resumed, 0, 3, new BackupAndRestore(folder["b"]), new LambdaCallback(onEpochBegin: epoch => _ = epoch == 1 ? throw new OperationCanceledException() : 0)));
        var again = new Pair();
        Fit(again, 0, 3, new BackupAndRestore(folder["b"]));
        Assert.Equal(Values(first), Values(again));

        static float[] Values(Model model) => [.. model.Weights.SelectMany(weight => weight.ToArray<float>())];
    }
}

internal static class Starts
{
    /// <summary>Makes two models begin with the same weights.</summary>
    public static void SetWeightsFrom(this NamesAndGraphsTests.Pair one, NamesAndGraphsTests.Pair other, Tensor x)
    {
        one.Generator.Apply(x);
        other.Generator.Apply(x);
        one.SetWeights(other.GetWeights());
    }
}
