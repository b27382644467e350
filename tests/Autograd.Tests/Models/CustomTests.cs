using System.Runtime.CompilerServices;
using static Autograd.Tensor;

namespace Autograd.Tests.Models;

/// <summary>The layer, loss, metric, optimizer, loop, step and gradient of docs/custom.md and the examples, checked; and that the texts there are the code here.</summary>
public class CustomTests
{
#pragma warning disable CA1852 // The code is what the documentation shows: a user's class need not be sealed.
    // <Maxout>
    class Maxout(int units, int pieces = 2) : Layer
    {
        Variable? _kernel, _bias;
        public int Units => units;
        public int Pieces => pieces;

        protected override void Build(Shape input)
        {
            _kernel = AddWeight("kernel", [input[^1], units * pieces], "glorot_uniform");
            _bias = AddWeight("bias", [units * pieces], "zeros");
        }

        protected override Tensor Call(Tensor x, bool training) => Linear(x, _kernel!, _bias!).Reshape(-1, units, pieces).Max(axis: 2);
    }
    // </Maxout>

    // <PinballLoss>
    class PinballLoss(double quantile = 0.5) : Loss
    {
        public double Quantile => quantile;

        protected override Tensor Call(Tensor yTrue, Tensor yPred)
        {
            var error = yTrue - yPred;
            return Maximum(quantile * error, (quantile - 1) * error).Mean(axis: -1);
        }
    }
    // </PinballLoss>

    // <Within>
    class Within(double tolerance = 0.1, string? name = null) : MeanMetric(name)
    {
        public double Tolerance => tolerance;

        protected override Tensor Values(Tensor yTrue, Tensor yPred) => (Abs(yTrue - yPred) <= tolerance).Mean(axis: -1);
    }
    // </Within>

    // <SignDescent>
    class SignDescent(Schedule? learningRate = null, double momentum = 0.9) : Optimizer(learningRate ?? 0.01)
    {
        double _rate;
        public double Momentum => momentum;
        public override IReadOnlyList<string> SlotNames => ["momentum"];

        protected override void Begin(double learningRate, long step) => _rate = learningRate;

        protected override void Update(Parameter parameter, Tensor gradient)
        {
            var average = parameter.Slots[0];
            average.Assign(momentum * average + (1 - momentum) * parameter.Prepare(gradient));
            parameter.Variable.AssignSub(_rate * Sign(average));
        }
    }
    // </SignDescent>

    // <NoisyGradients>
    class NoisyGradients(IReadOnlyList<Node> inputs, IReadOnlyList<Node> outputs, double noise = 0.01) : Model(inputs, outputs)
    {
        protected override void TrainStep(Batch batch)
        {
            using var tape = new GradientTape();
            var predictions = ApplyAll(batch.X, training: true);
            var loss = ComputeLoss(batch, predictions);
            var gradients = tape.Gradient(loss, TrainableWeights);
            Optimizer.Apply(TrainableWeights, [.. gradients.Select(g => g is null ? null : g + RandomNormal(g.Shape, stddev: noise))]);
            ComputeMetrics(batch, predictions, loss);
        }
    }
    // </NoisyGradients>

    // <Quantize>
    static Tensor Quantize(Tensor x) => CustomGradient(x, forward: x => Round(x * 4) / 4, backward: (dy, x, y) => dy);
    // </Quantize>

    [Theory]
    [InlineData("Maxout", "CustomLayer")]
    [InlineData("PinballLoss", "CustomLoss")]
    [InlineData("Within", "CustomMetric")]
    [InlineData("SignDescent", "CustomOptimizer")]
    [InlineData("NoisyGradients", "CustomTrainStep")]
    [InlineData("Quantize", "CustomGradient")]
    public void What_is_documented_is_what_is_tested(string name, string example)
    {
        var here = File.ReadAllText(Path()).ReplaceLineEndings("\n");
        var code = here.Split($"// <{name}>\n")[1].Split($"    // </{name}>")[0].Replace("\n    ", "\n").Trim();
        var root = System.IO.Path.GetFullPath("../../..", System.IO.Path.GetDirectoryName(Path())!);
        foreach (var file in (string[])["docs/custom.md", $"examples/{example}.cs"])
        {
            Assert.Contains(code, File.ReadAllText(System.IO.Path.Combine(root, file)).ReplaceLineEndings("\n"));
        }
        Assert.InRange(File.ReadLines(System.IO.Path.Combine(root, $"examples/{example}.cs")).Count(line => line.Length > 0), 1, 25);
    }

    private static string Path([CallerFilePath] string path = "") => path;

    [Fact]
    public void The_layer_has_the_gradients_it_should()
    {
        var layer = new Maxout(units: 3) { DType = DType.Float64 };
        GradientCheck.Assert(layer, RandomNormal([4, 5], seed: 1, dtype: DType.Float64));
        GradientCheck.Assert(new Dense(3, "tanh") { DType = DType.Float64 }, RandomNormal([4, 5], seed: 1, dtype: DType.Float64), new() { Order = 2 });
        Assert.Throws<DTypeException>(() => GradientCheck.Assert(new Maxout(3), Ones(4, 5)));
    }

    // The derivative is right for the input and wrong for the weight.
    private sealed class Wrong : Layer
    {
        private Variable? _weight;

        protected override void Build(Shape input) => _weight = AddWeight("weight", [], "ones");

        protected override Tensor Call(Tensor x, bool training) => x * CustomGradient(_weight!, w => w, (dy, _, _) => 2 * dy);
    }

    [Fact]
    public void A_layer_with_a_wrong_gradient_is_found_out_and_keeps_its_weights()
    {
        var layer = new Wrong { DType = DType.Float64 };
        Assert.Throws<GradientCheckException>(() => GradientCheck.Assert(layer, Ones([2, 2], DType.Float64)));
        Assert.Equal(1, layer.Weights[0].Item());
    }

    [Fact]
    public void The_loss_has_the_gradients_it_should() =>
        GradientCheck.Assert(new PinballLoss(0.9), RandomNormal([5, 2], seed: 1), RandomNormal([5, 2], seed: 2, dtype: DType.Float64));

    [Fact]
    public void The_gradient_of_the_rounding_is_that_of_the_identity()
    {
        using var tape = new GradientTape();
        var x = Linspace(-1, 1, 7);
        tape.Watch(x);
        Assert.Equal(Ones(7).ToArray<float>(), tape.Gradient(Quantize(x), x)!.ToArray<float>());
    }

    [Fact]
    public void The_metric_and_the_optimizer_work_and_are_saved()
    {
        Metric.Register<Within>();
        Optimizer.Register<SignDescent>();
        var metric = new Within(0.5, "near");
        metric.Update(From([0f, 0, 0, 0], [4, 1]), From([0.4f, 0.6f, 0, 3], [4, 1]));
        Assert.Equal(0.5, metric.Result().Item());
        var model = new Sequential([new Dense(1, kernelInitializer: "zeros", useBias: false, inputShape: [1])]);
        model.Compile(new SignDescent(0.25), "mse", metrics: [metric]);
        model.Fit(Ones(4, 1), Ones(4, 1), epochs: 3, verbose: 0);
        Assert.Equal(0.75f, model.Weights[0].Item());
        var path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), System.IO.Path.GetRandomFileName() + ".safetensors");
        try
        {
            model.Save(path);
            var copy = Autograd.Model.Load(path);
            Assert.Equal(0.25, Assert.IsType<SignDescent>(copy.Optimizer).LearningRate.At(0));
            foreach (var each in (Model[])[model, copy])
            {
                Assert.Equal(1, each.Fit(Ones(4, 1), Ones(4, 1), epochs: 1, verbose: 0)["near"][0]);
                Assert.Equal(1f, each.Weights[0].Item());
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("weights of classes")]
    [InlineData("weights of examples")]
    [InlineData("penalties")]
    [InlineData("several outputs")]
    public void The_step_without_noise_trains_and_measures_as_the_standard_step_does(string what)
    {
        var x = RandomNormal([20, 3], seed: 1);
        Tensor y = (x.Sum(1, keepDims: true) > 0).Cast(DType.Int32);
        var several = what == "several outputs";
        string Trained(Func<Node[], Node[], Model> make)
        {
            var input = new Input([3]);
            var (l1, l2) = what == "penalties" ? (new L1(), new L2()) : ((Regularizer?)null, (Regularizer?)null);
            var hidden = new Dense(4, "tanh", kernelInitializer: new GlorotUniform(seed: 3), kernelRegularizer: l2) { ActivityRegularizer = l1 }.Apply(input);
            Node Output(string name) => new Dense(1, "sigmoid", kernelInitializer: new GlorotUniform(seed: 4), name: name).Apply(hidden);
            var model = make([input], several ? [Output("a"), Output("b")] : [Output("a")]);
            if (several)
            {
                model.Compile(new Adam(0.1), ["bce", "mse"], [1, 3], [["accuracy"], []]);
            }
            else
            {
                model.Compile(new Adam(0.1), "bce", ["accuracy"], ["mae"]);
            }
            var history = model.Fit(
                x, several ? [y, y] : y, batchSize: 8, epochs: 2, verbose: 0, shuffle: false, classWeight: what == "weights of classes" ? new Dictionary<int, double> { [1] = 3 } : null,
                sampleWeight: what == "weights of examples" ? Linspace(0, 2, 20) : null, validationData: new Batch(x, several ? [y, y] : y));
            Assert.Equal(several ? 8 : 6, history.Count);
            return history + string.Join(' ', model.Weights);
        }
        Assert.Equal(Trained((inputs, outputs) => new Model(inputs, outputs)), Trained((inputs, outputs) => new NoisyGradients(inputs, outputs, noise: 0)));
    }

    // Its evaluation has the term too.
    private sealed class Cautious(Node input, Node output) : Model(input, output)
    {
        protected override Tensor ComputeLoss(Batch batch, Tensors predictions) => base.ComputeLoss(batch, predictions) + (10 * Square(predictions[0]).Mean());
    }

    [Fact]
    public void The_loss_of_both_steps_can_be_changed()
    {
        var x = new Input([1]);
        var model = new Cautious(x, new Dense(1, kernelInitializer: "ones").Apply(x));
        model.Compile(new SGD(0.05), "mse");
        Assert.Equal(10, model.TestOnBatch(Ones(2, 1), Ones(2, 1))["loss"]);
        Assert.Equal(10, model.TrainOnBatch(Ones(2, 1), Ones(2, 1))["loss"]);
        Assert.Equal(0, model.Weights[0].Item(), 6); // 1 - 0.05 * 20
    }

    private sealed class Counter : Metric
    {
        private double _count;

        public void Count() => _count++;

        protected override void Gather(Tensor yTrue, Tensor yPred, Tensor? sampleWeight) => _count++;

        public override Tensor Result() => _count;

        public override void Reset() => _count = 0;
    }

    // What it takes batches into is what is logged.
    private sealed class Selective : Model
    {
        private readonly string _what;
        private readonly Mean _mean;
        private readonly Counter _counter;

        public Selective(string what)
        {
            (_what, _mean) = (what, TrackMetric(new Mean("mean")));
            if (what == "metric of another kind")
            {
                _counter = TrackMetric(new Counter());
            }
            _counter ??= new();
            Compile("sgd", "mse", [new MeanAbsoluteError(), new Counter()]);
        }

        protected override Tensor Call(Tensor x, bool training) => x;

        protected override void TrainStep(Batch batch)
        {
            switch (_what)
            {
                case "measures": ComputeMetrics(batch, batch.X); break;
                case "loss": ComputeMetrics(batch, batch.X, ComputeLoss(batch, batch.X)); break;
                case "metric of one's own": _mean.Update(1f); break;
                case "metric of another kind": _counter.Count(); break;
                default: break;
            }
        }
    }

    [Theory]
    [InlineData("nothing", "", "ComputeMetrics")]
    [InlineData("measures", "mean_absolute_error, counter", "There are: mean_absolute_error, counter")]
    [InlineData("loss", "loss, mean_absolute_error, counter", null)]
    [InlineData("metric of one's own", "mean", "There are: mean.")]
    [InlineData("metric of another kind", "counter", "There are: counter.")]
    public void Measures_that_no_batch_was_taken_into_are_not_logged(string what, string logged, string? word)
    {
        var model = new Selective(what);
        History Fitted(params Callback[] callbacks) => model.Fit(Ones(4, 1), Ones(4, 1), epochs: 2, verbose: 0, callbacks: callbacks);
        Assert.Equal(logged, string.Join(", ", Fitted().Keys));
        Assert.Equal(["loss", "mean_absolute_error", "counter"], model.Evaluate(Ones(4, 1), Ones(4, 1), verbose: 0).Keys.Take(3));
        Assert.Equal(logged, string.Join(", ", model.TrainOnBatch(Ones(4, 1), Ones(4, 1)).Keys));
        if (word is null)
        {
            Assert.Equal(2, Fitted(new EarlyStopping("loss", patience: 5)).Epochs.Count);
        }
        else
        {
            Assert.Contains(word, Assert.Throws<ValueException>(() => Fitted(new EarlyStopping("loss"))).Message);
        }
    }

    [Fact]
    public void The_loop_trains_as_Fit_does()
    {
        var (x, y) = (RandomNormal([40, 3], seed: 1), RandomNormal([40, 1], seed: 2));
        Sequential Model() => new([new Dense(4, "tanh", kernelInitializer: new GlorotUniform(seed: 3), inputShape: [3]), new Dense(1, kernelInitializer: new GlorotUniform(seed: 4))]);
        var (fitted, looped) = (Model(), Model());
        fitted.Compile(new Adam(0.01), Loss.From((t, p) => Square(t - p).Mean(axis: -1)));
        fitted.Fit(x, y, batchSize: 10, epochs: 3, verbose: 0, shuffle: false);
        var optimizer = new Adam(0.01);
        for (var step = 0; step < 12; step++)
        {
            var rows = (step % 4 * 10)..((step % 4 * 10) + 10);
            using var tape = new GradientTape();
            var value = Square(y[rows] - looped.Apply(x[rows], training: true)).Mean(axis: -1).Mean();
            optimizer.Apply(looped.TrainableWeights, tape.Gradient(value, looped.TrainableWeights));
        }
        Assert.Equal(fitted.GetWeights().Select(weight => weight.ToString()), looped.GetWeights().Select(weight => weight.ToString()));
    }
}
