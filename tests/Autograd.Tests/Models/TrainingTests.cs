using Autograd.Tests.Tape;
using static Autograd.Tensor;

namespace Autograd.Tests.Models;

/// <summary>Fit, Evaluate and Predict: which examples they see, what they measure, how they end.</summary>
public class TrainingTests
{
    internal static readonly Loss s_squares = Loss.From((y, p) => Square(y - p).Mean(axis: -1), "squares");

    internal static Sequential Line(Optimizer? optimizer = null, IReadOnlyList<Metric>? metrics = null)
    {
        var model = new Sequential([new Dense(1, kernelInitializer: "zeros", inputShape: [1])]);
        model.Compile(optimizer ?? new SGD(0.1), s_squares, metrics);
        return model;
    }

    private static (Tensor X, Tensor Y) Points(int count)
    {
        var x = Linspace(-1, 1, count).ExpandDims(1);
        return (x, (3 * x) - 1);
    }

    /// <summary>Keeps the batches it is trained on.</summary>
    internal sealed class Witness : Model
    {
        private readonly Dense _dense = new(1);

        public List<float[]> Seen { get; } = [];

        public List<float[]?> Weights1 { get; } = [];

        protected override Tensor Call(Tensor x, bool training) => _dense.Apply(x);

        protected override void TrainStep(Batch batch)
        {
            Seen.Add(batch.X[0].ToArray<float>());
            Weights1.Add(batch.SampleWeight?.ToArray<float>());
            base.TrainStep(batch);
        }
    }

    internal static Witness Watched()
    {
        var model = new Witness();
        model.Compile(new SGD(0), s_squares);
        return model;
    }

    [Fact]
    public void A_line_is_found()
    {
        var (x, y) = Points(64);
        var model = Line();
        var history = model.Fit(x, y, epochs: 60, verbose: 0);
        Assert.Equal(60, history["loss"].Count);
        Assert.True(history["loss"][^1] < 1e-5);
        Assert.InRange(model.Weights[0].Item(), 2.99, 3.01);
        Assert.InRange(model.Evaluate(x, y, verbose: 0)["loss"], 0, 1e-5);
        Assert.True(Abs(model.Predict(x) - y).Max().Item() < 0.01);
        Assert.Same(history, model.History);
    }

    [Fact]
    public void The_logged_loss_weighs_batches_by_their_size()
    {
        var x = Tensor.From<float>([0, 0, 0, 0, 0], [5, 1]);
        var y = Tensor.From<float>([1, 1, 1, 1, 4], [5, 1]);
        var model = Line(new SGD(0));
        Assert.Equal((4 + 16) / 5.0, model.Fit(x, y, batchSize: 4, verbose: 0, shuffle: false)["loss"][0], 6);
        Assert.Equal((4 + 16) / 5.0, model.Evaluate(x, y, batchSize: 2, verbose: 0)["loss"], 6);
    }

    [Theory]
    [InlineData(10, 4, new[] { 4, 4, 2 })]
    [InlineData(8, 4, new[] { 4, 4 })]
    [InlineData(3, 100, new[] { 3 })]
    public void Batches_cover_every_example_once(int count, int batchSize, int[] sizes)
    {
        var x = Arange(0.0, count).ExpandDims(1);
        foreach (var shuffle in (bool[])[false, true])
        {
            var model = Watched();
            model.Fit(x, x, batchSize, epochs: 2, verbose: 0, shuffle: shuffle);
            Assert.Equal([.. sizes, .. sizes], model.Seen.Select(batch => batch.Length));
            Assert.Equal(Enumerable.Range(0, count).Select(i => (float)i), model.Seen.Take(sizes.Length).SelectMany(batch => batch).Order());
            if (!shuffle)
            {
                Assert.Equal(0f, model.Seen[0][0]);
            }
        }
    }

    [Fact]
    public void The_validation_split_is_the_end_of_the_data()
    {
        var x = Arange(0.0, 10).ExpandDims(1);
        var model = Watched();
        var history = model.Fit(x, x, 10, verbose: 0, validationSplit: 0.25);
        Assert.Equal([0f, 1, 2, 3, 4, 5, 6], model.Seen[0].Order());
        Assert.True(history.ContainsKey("val_loss"));
        // Given data win.
        model = Watched();
        model.Fit(x, x, 10, verbose: 0, validationSplit: 0.25, validationData: (x, x));
        Assert.Equal(10, model.Seen[0].Length);
    }

    [Fact]
    public void Validation_comes_as_often_as_asked()
    {
        var (x, y) = Points(8);
        var history = Line().Fit(x, y, epochs: 6, verbose: 0, validationData: (x, y), validationFreq: 3);
        Assert.Equal(2, history["val_loss"].Count);
        Assert.Equal(6, history["loss"].Count);
    }

    [Fact]
    public void Class_weights_become_sample_weights()
    {
        var x = Zeros(4, 1);
        var model = Watched();
        model.Fit(x, Tensor.From<int>([0, 1, 2, 1], [4, 1]), verbose: 0, shuffle: false, classWeight: new Dictionary<int, double> { [1] = 3 });
        Assert.Equal([1f, 3, 1, 3], model.Weights1[0]!);
        var error = Assert.Throws<ValueException>(
            () => model.Fit(x, x, verbose: 0, sampleWeight: Ones(4), classWeight: new Dictionary<int, double> { [0] = 2 }));
        Assert.Contains("not both", error.Message);
    }

    [Fact]
    public void Examples_held_back_are_not_weighed_by_their_classes()
    {
        var (x, y) = (Ones(4, 1), Tensor.From<int>([0, 0, 1, 1], [4, 1]));
        var model = new Sequential([new Dense(1, kernelInitializer: "zeros", inputShape: [1])]);
        model.Compile(new SGD(0), s_squares);
        var history = model.Fit(x, y, verbose: 0, validationSplit: 0.5, classWeight: new Dictionary<int, double> { [1] = 5 });
        Assert.Equal(1, history["val_loss"][0]);
    }

    [Fact]
    public void Metrics_weigh_examples_only_where_asked_to()
    {
        var model = new Sequential([new Dense(1, kernelInitializer: "zeros", inputShape: [1])]);
        model.Compile(new SGD(0), s_squares, ["mae"], weightedMetrics: [new RootMeanSquaredError("weighted")]);
        var logs = model.Evaluate(Ones(2, 1), Tensor.From([0f, 4], [2, 1]), verbose: 0, sampleWeight: Tensor.From([3f, 1]));
        Assert.Equal((8, 2, 2), (logs["loss"], logs["mae"], logs["weighted"]));
        Assert.Equal(["loss", "mae", "weighted"], logs.Keys);
    }

    [Fact]
    public void What_is_measured_with_weights_too_has_a_name_of_its_own()
    {
        var x = new Input([1]);
        var model = new Model(x, new Dense(1, "sigmoid", kernelInitializer: "zeros", name: "a").Apply(x));
        model.Compile(new SGD(0), "bce", metrics: ["accuracy"], weightedMetrics: ["accuracy"]);
        var logs = model.Evaluate(Ones(2, 1), Tensor.From([1f, 0], [2, 1]), verbose: 0, sampleWeight: Tensor.From([3f, 1]));
        Assert.Equal(["loss", "accuracy", "weighted_accuracy"], logs.Keys);
        Assert.Equal((0.5, 0.25), (logs["accuracy"], logs["weighted_accuracy"]));
        var two = new Model([x], [new Dense(1, name: "a").Apply(x), new Dense(1, name: "b").Apply(x)]);
        two.Compile("sgd", ["mse", "mse"], metrics: [["mae"], ["mae"]], weightedMetrics: [["mae"], []]);
        Assert.Equal(["loss", "a_loss", "b_loss", "a_mae", "b_mae", "a_weighted_mae"], two.Metrics.Select(metric => metric.Name));
        Assert.Throws<ValueException>(() => model.Compile("sgd", "bce", metrics: ["accuracy", "accuracy"]));
    }

    [Fact]
    public void Training_ends_with_the_averages_of_the_weights()
    {
        var (x, y) = Points(8);
        var plain = Line(new SGD(0.1));
        var averaged = Line(new SGD(0.1, useEma: true, emaMomentum: 0.5));
        plain.Fit(x, y, batchSize: 8, epochs: 1, verbose: 0);
        var first = plain.Weights[0].Item();
        plain.Fit(x, y, batchSize: 8, epochs: 1, verbose: 0);
        averaged.Fit(x, y, batchSize: 8, epochs: 2, verbose: 0);
        Assert.Equal((first + plain.Weights[0].Item()) / 2, averaged.Weights[0].Item(), 6);
    }

    // Its loss applies a layer, as a perceptual loss does.
    private sealed class Perceptual : Loss
    {
        private readonly Layer _features = new Flatten();

        protected override Tensor Call(Tensor yTrue, Tensor yPred) => Square(_features.Apply(yPred) - _features.Apply(yTrue)).Mean(axis: -1);
    }

    [Fact]
    public void Penalties_count_whatever_the_loss_applies()
    {
        var model = new Sequential([new Dense(1, kernelInitializer: "ones", inputShape: [1]) { ActivityRegularizer = new L1(1) }]);
        model.Compile("sgd", new Perceptual());
        Assert.Equal(2, model.Evaluate(Ones(2, 1), Ones(2, 1), verbose: 0)["loss"]);
    }

    [Fact]
    public void Evaluation_takes_no_batch_that_it_does_not_use()
    {
        var (x, y) = Points(4);
        var taken = 0;
        IEnumerable<Batch> Counted()
        {
            for (; ; taken++)
            {
                yield return (x, y);
            }
        }
        Line().Evaluate(Counted().TakeWhile(_ => taken < 9), steps: 2, verbose: 0);
        Assert.Equal(1, taken);
    }

    [Fact]
    public void Generators_are_bounded_by_steps()
    {
        var (x, y) = Points(4);
        IEnumerable<Batch> Endless()
        {
            while (true)
            {
                yield return (x, y);
            }
        }
        var model = Line();
        Assert.Equal(3, model.Fit(Endless(), epochs: 3, verbose: 0, stepsPerEpoch: 5, validationData: Endless(), validationSteps: 2)["val_loss"].Count);
        Assert.Equal(15, model.Optimizer.Iterations);
        model.Fit([(x, y), (x, y)], epochs: 2, verbose: 0);
        Assert.Equal(19, model.Optimizer.Iterations);
        // A pass that ends early is followed by another.
        model.Fit([(x, y), (x, y)], epochs: 2, verbose: 0, stepsPerEpoch: 3);
        Assert.Equal(25, model.Optimizer.Iterations);
    }

    // As from a queue, or a stream: what was read is gone.
    internal static IEnumerable<Batch> Once(int count)
    {
        var batches = Enumerable.Repeat<Batch>(Points(4), count).GetEnumerator();
        return Rest();

        IEnumerable<Batch> Rest()
        {
            while (batches.MoveNext())
            {
                yield return batches.Current;
            }
        }
    }

    [Theory]
    [InlineData("evaluate nothing", 0, "Evaluate: there was no batch")]
    [InlineData("evaluate what was read", 0, "Evaluate: there was no batch")]
    [InlineData("evaluate what a filter leaves", 0, "Filter")]
    [InlineData("evaluate fewer than a batch", 0, "dropRemainder")]
    [InlineData("evaluate no steps", 0, "steps is 0")]
    [InlineData("validate on nothing", 0, "Fit: validation data: there was no batch")]
    [InlineData("validate on what a filter leaves", 0, "Fit: validation data: there was no batch")]
    [InlineData("validate twice on what is read once", 1, "Dataset.From(() =>")]
    [InlineData("fit nothing", 0, "Fit: there was no batch")]
    [InlineData("fit nothing with steps", 0, "Fit: there was no batch")]
    [InlineData("fit what was read", 0, "Dataset.From(() =>")]
    [InlineData("fit fewer than a batch", 0, "dropRemainder")]
    [InlineData("fit fewer than a weighted batch", 0, "dropRemainder")]
    public void Data_without_a_batch_are_refused(string what, int epochs, string word)
    {
        var (x, y) = Points(4);
        var model = Line();
        var best = new EarlyStopping("val_loss", patience: 9);
        var data = Dataset.From(x, y);
        Dataset<Batch> none = data.Filter(_ => false).Batch(2), few = data.Batch(5, dropRemainder: true), good = data.Batch(2);
        void Validated(IEnumerable<Batch> on) => model.Fit(good, epochs: 4, verbose: 0, validationData: on, callbacks: [best]);
        var error = Assert.Throws<ValueException>(() =>
        {
            switch (what)
            {
                case "evaluate nothing": model.Evaluate(new List<Batch>(), verbose: 0); break;
                case "evaluate what was read": model.Evaluate(Once(0), verbose: 0); break;
                case "evaluate what a filter leaves": model.Evaluate(none, steps: 3, verbose: 0); break;
                case "evaluate fewer than a batch": model.Evaluate(few, verbose: 0); break;
                case "evaluate no steps": model.Evaluate(good, steps: 0, verbose: 0); break;
                case "validate on nothing": Validated([]); break;
                case "validate on what a filter leaves": Validated(none); break;
                case "validate twice on what is read once": Validated(Once(2)); break;
                case "fit nothing": model.Fit(new List<Batch>(), verbose: 0); break;
                case "fit nothing with steps": model.Fit(Enumerable.Empty<Batch>(), epochs: 2, verbose: 0, stepsPerEpoch: 3); break;
                case "fit what was read": model.Fit(Once(0), epochs: 2, verbose: 0); break;
                case "fit fewer than a batch": model.Fit(few, verbose: 0); break;
                default: model.Fit(few, verbose: 0, classWeight: new Dictionary<int, double> { [0] = 2 }); break;
            }
        });
        Assert.Contains(word, error.Message);
        Assert.Equal(epochs, model.History?.Epochs.Count ?? 0);
    }

    private sealed class Recorder : Callback
    {
        public List<string> Events { get; } = [];

        public Action<Recorder, int>? AtEpochEnd { get; init; }

        public override void OnTrainBegin() => Events.Add("train");

        public override void OnTrainEnd(Logs logs) => Events.Add("end");

        public override void OnEpochBegin(int epoch) => Events.Add($"epoch {epoch}");

        public override void OnEpochEnd(int epoch, Logs logs)
        {
            Events.Add($"epoch end {string.Join(",", logs.Keys)}");
            AtEpochEnd?.Invoke(this, epoch);
        }

        public override void OnBatchBegin(int step) => Events.Add($"batch {step}");

        public override void OnBatchEnd(int step, Logs logs) => Events.Add($"batch end {logs.Count}");

        public override void OnTestBegin() => Events.Add("test");

        public override void OnTestEnd(Logs logs) => Events.Add("test end");
    }

    [Fact]
    public void Callbacks_are_told_everything_in_order()
    {
        var (x, y) = Points(4);
        var recorder = new Recorder();
        Line().Fit(x, y, batchSize: 2, initialEpoch: 1, epochs: 2, verbose: 0, callbacks: [recorder], validationData: (x, y));
        Assert.Equal(
            ["train", "epoch 1", "batch 0", "batch end 1", "batch 1", "batch end 1", "test", "test end", "epoch end loss,val_loss", "end"], recorder.Events);
    }

    [Fact]
    public void A_callback_may_stop_before_the_first_batch()
    {
        var model = Line();
        Assert.Empty(model.Fit(Once(0), epochs: 3, verbose: 0, callbacks: [new LambdaCallback(onEpochBegin: _ => model.StopTraining = true)]).Epochs);
    }

    [Fact]
    public void A_callback_may_stop_throw_or_evaluate_but_not_train()
    {
        var (x, y) = Points(4);
        var model = Line();
        Recorder Doing(Action<Recorder, int> action) => new() { AtEpochEnd = action };
        Assert.Equal([0, 1], model.Fit(x, y, epochs: 9, verbose: 0, callbacks: [Doing((self, epoch) => self.Model.StopTraining = epoch == 1)]).Epochs);
        Assert.Throws<InvalidOperationException>(
            () => model.Fit(x, y, verbose: 0, callbacks: [Doing((_, _) => throw new InvalidOperationException("mine"))]));
        Assert.Throws<ModelException>(() => model.Fit(x, y, verbose: 0, callbacks: [Doing((self, _) => self.Model.Fit(x, y, verbose: 0))]));
        var measured = 0.0;
        model.Fit(x, y, verbose: 0, callbacks: [Doing((self, _) => measured = self.Model.Evaluate(x, y, verbose: 0)["loss"])]);
        Assert.True(measured > 0);
    }

    [Fact]
    public void Cancelling_stops_between_steps_and_leaves_the_model_usable()
    {
        var (x, y) = Points(64);
        var model = Line();
        using var source = new CancellationTokenSource();
        var recorder = new Recorder { AtEpochEnd = (_, epoch) => { if (epoch == 2) { source.Cancel(); } } };
        Assert.Throws<OperationCanceledException>(() => model.Fit(x, y, epochs: 50, verbose: 0, callbacks: [recorder], cancellationToken: source.Token));
        Assert.Equal(3, model.History!.Epochs.Count);
        model.Fit(x, y, verbose: 0);
    }

    [Fact]
    public void Several_outputs_have_losses_weights_and_metrics_of_their_own()
    {
        var x = new Input([1]);
        var model = new Model([x], [new Dense(1, kernelInitializer: "zeros", name: "a").Apply(x), new Dense(1, kernelInitializer: "zeros", name: "b").Apply(x)]);
        model.Compile(new SGD(0), [s_squares, s_squares], [1, 10], [[Metric.From((y, p) => Abs(y - p).Mean(axis: -1), "error")], []]);
        var logs = model.Fit(Ones(4, 1), [2 * Ones(4, 1), 3 * Ones(4, 1)], verbose: 0);
        Assert.Equal(["loss", "a_loss", "b_loss", "a_error"], logs.Keys);
        Assert.Equal([94.0, 4.0, 9.0, 2.0], logs.Keys.Select(name => logs[name][0]));
    }

    private static Model TwoByTwo()
    {
        Node u = new Input([1], name: "u"), v = new Input([2], name: "v");
        return new Model([u, v], [new Dense(1, kernelInitializer: "ones", name: "a").Apply(u), new Dense(1, kernelInitializer: "zeros", name: "b").Apply(v)]);
    }

    [Fact]
    public void Inputs_targets_losses_and_metrics_go_by_name_too()
    {
        Tensor u = 5 * Ones(4, 1), v = Ones(4, 2), a = 2 * Ones(4, 1), b = 3 * Ones(4, 1);
        var model = TwoByTwo();
        model.Compile(
            new SGD(0), new Dictionary<string, Loss> { ["b"] = s_squares, ["a"] = "mae" }, new Dictionary<string, double> { ["b"] = 10 },
            new Dictionary<string, IReadOnlyList<Metric>> { ["a"] = [Metric.From((y, p) => Abs(y - p).Mean(axis: -1), "error")] });
        var x = Tensors.Named(("v", v), ("u", u));
        var logs = model.Fit(x, new Dictionary<string, Tensor> { ["b"] = b, ["a"] = a }, verbose: 0, batchSize: 3, validationData: new Batch(x, Tensors.Named(("b", b), ("a", a))));
        Assert.Equal([93.0, 3.0, 9.0, 3.0, 93.0, 3.0, 9.0, 3.0], logs.Keys.Select(name => logs[name][0]));
        foreach (var each in new[]
        {
            model.Evaluate(x, Tensors.Named(("b", b), ("a", a)), verbose: 0), model.Evaluate([u, v], [a, b], verbose: 0), model.TestOnBatch(x, Tensors.Named(("b", b), ("a", a))),
            model.TrainOnBatch(x, Tensors.Named(("b", b), ("a", a))), model.Evaluate([new Batch(x, Tensors.Named(("b", b), ("a", a)))], verbose: 0),
        })
        {
            Assert.Equal([93.0, 3.0, 9.0, 3.0], each.Values);
        }
        var predictions = model.PredictAll(x, batchSize: 3);
        Assert.Equal(["a", "b"], predictions.Names);
        Assert.Equal(5, predictions["a"][0].Item());
        Assert.Equal(0, predictions["b"][0].Item());
        Assert.Equal(5, model.ApplyAll(x)[0][0].Item());
        // What nobody measures needs no target.
        model.Compile(new SGD(0.1), new Dictionary<string, Loss> { ["b"] = s_squares });
        Assert.Equal(9, model.TrainOnBatch(x, Tensors.Named(("b", b)))["loss"]);
    }

    [Theory]
    [InlineData("loss", "'bb'", "Known: a, b")]
    [InlineData("loss near", "Did you mean 'a'?", "'A_'")]
    [InlineData("weight", "loss weight for 'c'", "a, b")]
    [InlineData("metric", "metrics for 'c'", "a, b")]
    [InlineData("target", "Fit", "no output 'c'")]
    [InlineData("target missing", "Fit", "output 'b'")]
    [InlineData("input", "Fit", "no input 'x'")]
    [InlineData("input missing", "Fit", "input 'v'")]
    [InlineData("predict", "no input 'x'", "Known: u, v")]
    [InlineData("sequential", "sequential (Sequential)", "in order")]
    [InlineData("sequential targets", "Fit", "in order")]
    [InlineData("twice", "same name", "u, u")]
    [InlineData("result", "'c'", "a, b")]
    public void Names_that_nothing_has_are_refused(string what, string word, string other)
    {
        var model = TwoByTwo();
        model.Compile(new SGD(0), [s_squares, s_squares]);
        Tensor u = Ones(4, 1), v = Ones(4, 2);
        var line = Line();
        Dictionary<string, Loss> losses = new() { ["a"] = s_squares };
        Action refused = what switch
        {
            "loss" => () => model.Compile("sgd", new Dictionary<string, Loss> { ["bb"] = s_squares }),
            "loss near" => () => model.Compile("sgd", new Dictionary<string, Loss> { ["A_"] = s_squares }),
            "weight" => () => model.Compile("sgd", losses, new Dictionary<string, double> { ["c"] = 1 }),
            "metric" => () => model.Compile("sgd", losses, metrics: new Dictionary<string, IReadOnlyList<Metric>> { ["c"] = ["mae"] }),
            "target" => () => model.Fit([u, v], Tensors.Named(("a", u), ("c", u)), verbose: 0),
            "target missing" => () => model.Fit([u, v], Tensors.Named(("a", u)), verbose: 0),
            "input" => () => model.Fit(Tensors.Named(("u", u), ("x", v)), [u, u], verbose: 0),
            "input missing" => () => model.Fit(Tensors.Named(("u", u)), [u, u], verbose: 0),
            "predict" => () => model.PredictAll(Tensors.Named(("u", u), ("x", v))),
            "sequential" => () => line.Compile("sgd", new Dictionary<string, Loss> { ["dense"] = s_squares }),
            "sequential targets" => () => line.Fit(u, Tensors.Named(("dense", u)), verbose: 0),
            "twice" => () => Tensors.Named(("u", u), ("u", u)),
            _ => () => _ = model.PredictAll([u, v])["c"],
        };
        var error = Assert.Throws<ValueException>(refused);
        Assert.Contains(word, error.Message);
        Assert.Contains(other, error.Message);
    }

    [Fact]
    public void Penalties_are_part_of_the_loss()
    {
        var model = new Sequential([new Dense(1, kernelInitializer: "ones", kernelRegularizer: new L2(0.5), inputShape: [2])]);
        model.Compile(new SGD(0), s_squares);
        Assert.Equal(1 + 1.0, model.TrainOnBatch(Ones(3, 2), 3 * Ones(3, 1))["loss"], 6);
        Assert.Equal(1 + 1.0, model.TestOnBatch(Ones(3, 2), 3 * Ones(3, 1))["loss"], 6);
    }

    [Theory]
    [InlineData("not compiled", "Compile")]
    [InlineData("rows", "4")]
    [InlineData("no rows", "no examples")]
    [InlineData("batch size", "batch size")]
    [InlineData("epochs", "epochs")]
    [InlineData("split 1", "split")]
    [InlineData("split NaN", "split")]
    [InlineData("split too small", "both parts")]
    [InlineData("verbose", "verbose")]
    [InlineData("scalar", "scalar")]
    [InlineData("no targets", "targets")]
    [InlineData("metric twice", "squares")]
    public void What_makes_no_sense_is_refused_before_anything_changes(string what, string word)
    {
        var (x, y) = Points(8);
        var model = Line();
        var before = model.GetWeights();
        Action refused = what switch
        {
            "not compiled" => () => new Sequential([new Dense(1)]).Fit(x, y, verbose: 0),
            "rows" => () => model.Fit(x, y[..4], verbose: 0),
            "no rows" => () => model.Fit(x[..0], y[..0], verbose: 0),
            "batch size" => () => model.Fit(x, y, batchSize: 0, verbose: 0),
            "epochs" => () => model.Fit(x, y, epochs: -1, verbose: 0),
            "split 1" => () => model.Fit(x, y, validationSplit: 1, verbose: 0),
            "split NaN" => () => model.Fit(x, y, validationSplit: double.NaN, verbose: 0),
            "split too small" => () => model.Fit(x, y, validationSplit: 0.99, verbose: 0),
            "verbose" => () => model.Fit(x, y, verbose: 3),
            "scalar" => () => model.Fit(x, (Tensor)1f, verbose: 0),
            "no targets" => () => model.Fit(x, verbose: 0),
            _ => () => model.Compile(new SGD(), s_squares, [s_squares, s_squares]),
        };
        var error = Assert.ThrowsAny<AutogradException>(refused);
        Assert.Contains(word, error.Message);
        Assert.Equal(before.Select(weight => weight.Item()), model.GetWeights().Select(weight => weight.Item()));
        Assert.Equal(0, model.Optimizer.Iterations);
    }

    [Fact]
    public void Targets_without_the_last_axis_do_not_broadcast_in_losses_of_ones_own()
    {
        var (x, y) = Points(8);
        var model = Line(new SGD(0), [Metric.From((t, p) => Abs(t - p), "error")]);
        var (flat, full) = (model.TestOnBatch(x, y.Squeeze(1)), model.TestOnBatch(x, y));
        Assert.Equal(full["loss"], flat["loss"]);
        Assert.Equal(full["error"], flat["error"]);
    }

    [Fact]
    public void A_metric_of_several_values_is_logged_value_by_value()
    {
        var model = new Sequential([new Input([2])]);
        model.Compile("sgd", "mse", [new F1Score()]);
        var logs = model.TestOnBatch(Eye(2), Eye(2));
        Assert.Equal(["loss", "f1_score_0", "f1_score_1"], logs.Keys);
    }

    [Theory]
    [InlineData("model.keras")]
    [InlineData("model.h5")]
    public void Files_do_not_pretend_to_be_of_another_kind(string path) =>
        Assert.Contains("safetensors", Assert.Throws<ValueException>(() => Line().Save(path)).Message);

    [Fact]
    public void Zero_epochs_train_nothing()
    {
        var (x, y) = Points(4);
        Assert.Empty(Line().Fit(x, y, epochs: 0, verbose: 0).Epochs);
    }

    [Fact]
    public async Task A_model_predicts_on_many_threads_and_trains_on_one()
    {
        var (x, y) = Points(256);
        var model = Line();
        model.Fit(x, y, verbose: 0);
        var expected = model.Predict(x).ToArray<float>();
        var predictions = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => model.Predict(x).ToArray<float>())));
        Assert.All(predictions, prediction => Assert.Equal(expected, prediction));
        using var started = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        var training = Task.Run(() => model.Fit(x, y, verbose: 0, callbacks: [new Recorder { AtEpochEnd = (_, _) => { started.Set(); go.Wait(); } }]));
        started.Wait();
        Assert.Throws<ModelException>(() => model.Fit(x, y, verbose: 0));
        Assert.Throws<ModelException>(() => model.Evaluate(x, y, verbose: 0));
        go.Set();
        await training;
    }

    [Fact]
    public void Progress_looks_as_Keras_users_know_it()
    {
        var output = new StringWriter { NewLine = "\n" };
        var progress = new Progress(output, isTerminal: false, verbose: 1);
        var logs = new Logs { ["loss"] = 1.51789, ["accuracy"] = 0.0000123 };
        progress.Epoch(0, 40);
        progress.Begin();
        progress.Step(3, 157, () => throw new InvalidOperationException("Measured for nobody."));
        progress.End(157, logs);
        Assert.Matches(@"^Epoch 1/40\n157/157 \[={30}\] - 0s \d+us/step - loss: 1\.5179 - accuracy: 1\.2300e-05\n$", output.ToString());
        output = new StringWriter { NewLine = "\n" };
        progress = new Progress(output, isTerminal: true, verbose: 1);
        progress.Begin();
        progress.Step(3, 157, () => logs);
        Assert.Matches(@"^\r  3/157 \[\.{30}\] - ETA: 0s - loss: 1\.5179", output.ToString());
        output = new StringWriter { NewLine = "\n" };
        progress = new Progress(output, isTerminal: false, verbose: 1);
        progress.Begin();
        progress.End(2, []);
        Assert.Matches(@"\d+us/step\n$", output.ToString());
    }
}

/// <summary>What follows from the seed, or is told on the console, that all threads share.</summary>
[Collection(Alone.Name)]
public class SharedTraining
{
    [Theory]
    [InlineData(2, null, 1, 2, "in epoch 2 of 5, after 0 steps")]
    [InlineData(4, 2, 2, 4, "in epoch 3 of 5, after 0 of 2 steps")]
    [InlineData(5, 2, 3, 5, "in epoch 3 of 5, after 1 of 2 steps")]
    [InlineData(1, 2, 1, 1, "in epoch 1 of 5, after 1 of 2 steps")]
    [InlineData(10, 2, 5, 10, "")]
    public void Data_that_end_end_the_training_with_a_word_and_nothing_is_lost(int batches, int? stepsPerEpoch, int epochs, int steps, string word)
    {
        var model = TrainingTests.Line();
        var isOver = false;
        using var errors = new StringWriter();
        var console = Console.Error;
        Console.SetError(errors);
        try
        {
            var history = model.Fit(TrainingTests.Once(batches), epochs: 5, verbose: 0, stepsPerEpoch: stepsPerEpoch, callbacks: [new LambdaCallback(onTrainEnd: _ => isOver = true)]);
            Assert.Equal(epochs, history["loss"].Count);
        }
        finally
        {
            Console.SetError(console);
        }
        Assert.True(isOver);
        Assert.Equal(steps, model.Optimizer.Iterations);
        Assert.Contains(word, errors.ToString());
        Assert.Equal(word.Length > 0, errors.ToString().Contains("Dataset.From(() =>"));
    }

    [Fact]
    public void Shuffling_is_seeded_and_differs_by_epoch()
    {
        float[][] Orders()
        {
            SetSeed(5);
            var model = TrainingTests.Watched();
            var x = Arange(0.0, 50).ExpandDims(1);
            model.Fit(x, x, 50, epochs: 2, verbose: 0);
            return [.. model.Seen];
        }
        var (first, second) = (Orders(), Orders());
        Assert.Equal(first[0], second[0]);
        Assert.Equal(first[1], second[1]);
        Assert.NotEqual(first[0], first[1]);
    }
}
