using Autograd.Tests.Files;
using static Autograd.Tensor;

namespace Autograd.Tests.Models;

/// <summary>How training comes to its end, whatever ends it, and what callbacks do at epochs without validation.</summary>
public class EndOfTrainingTests
{
    private static Sequential Model(double rate = 0.1)
    {
        var model = new Sequential([new Dense(1, kernelInitializer: "zeros", inputShape: [1])]);
        model.Compile(new SGD(rate), "mse");
        return model;
    }

    private static readonly Tensor s_x = Ones(8, 1);

    private static readonly Batch s_validation = (Ones(2, 1), Ones(2, 1));

    /// <summary>Notes what is called.</summary>
    private sealed class Witness : Callback
    {
        public List<string> Seen { get; } = [];

        public bool Interrupted { get; private set; }

        public override void OnTestEnd(Logs logs) => Seen.Add("validated");

        public override void OnEpochEnd(int epoch, Logs logs) => Seen.Add($"epoch {epoch}: {string.Join(' ', logs.Keys)}");

        public override void OnTrainEnd(Logs logs)
        {
            Seen.Add($"end: {string.Join(' ', logs.Keys)}");
            Interrupted = Run.IsInterrupted;
        }
    }

    private sealed class StopAt(int step) : Callback
    {
        public override void OnBatchEnd(int step1, Logs logs) => Model.StopTraining |= step1 == step;
    }

    [Fact]
    public void An_epoch_that_is_cut_short_is_validated()
    {
        using var folder = new Folder();
        var (model, witness) = (Model(), new Witness());
        var history = model.Fit(
            s_x, Ones(8, 1), epochs: 3, batchSize: 2, verbose: 0, validationData: s_validation,
            callbacks: [new StopAt(1), new EarlyStopping(restoreBestWeights: true), new ModelCheckpoint(folder["m.npz"], saveBestOnly: true, saveWeightsOnly: true), new ReduceLROnPlateau(), witness]);
        Assert.Equal(["validated", "epoch 0: loss val_loss learning_rate", "end: loss val_loss learning_rate"], witness.Seen);
        Assert.Single(history["val_loss"]);
        Assert.Equal(2, model.Optimizer.Iterations);
        Assert.True(File.Exists(folder["m.npz"]));
        Assert.False(witness.Interrupted);
    }

    [Fact]
    public void A_loss_that_is_not_a_number_ends_training_properly()
    {
        var y = Ones(8, 1).ToArray<float>();
        y[6] = float.NaN;
        var (model, stopping, witness, guard) = (Model(), new EarlyStopping(patience: 1, restoreBestWeights: true), new Witness(), new TerminateOnNaN());
        var history = model.Fit(s_x, From(y, [8, 1]), epochs: 3, batchSize: 2, shuffle: false, verbose: 0, validationData: s_validation, callbacks: [guard, stopping, witness]);
        Assert.Equal((0, 3), guard.StoppedAt);
        Assert.True(double.IsFinite(history["val_loss"][0]));
        Assert.True(double.IsFinite(model.Weights[0].Item()));
        Assert.StartsWith("end: ", witness.Seen[^1]);
    }

    [Fact]
    public void An_epoch_that_never_began_is_none()
    {
        var (model, witness) = (Model(), new Witness());
        var history = model.Fit(s_x, Ones(8, 1), epochs: 3, verbose: 0, validationData: s_validation, callbacks: [witness, new LambdaCallback(onEpochBegin: epoch => model.StopTraining = epoch == 1)]);
        Assert.Single(history.Epochs);
        Assert.Equal("end: loss val_loss", witness.Seen[^1]);
    }

    [Theory]
    [InlineData("a callback")]
    [InlineData("cancellation")]
    [InlineData("the data")]
    public void Training_that_is_interrupted_ends_too(string what)
    {
        using var folder = new Folder();
        using var source = new CancellationTokenSource();
        var (model, witness) = (Model(10), new Witness()); // so large a rate that each epoch is worse than the one before
        IEnumerable<Batch> Data()
        {
            yield return (s_x, Ones(8, 1));
            if (what == "the data" && model.Optimizer.Iterations == 3)
            {
                throw new InvalidOperationException(what);
            }
        }

        float[]? best = null;
        var failing = new LambdaCallback(onEpochEnd: (epoch, _) =>
        {
            best ??= model.Weights[0].ToArray<float>();
            if (epoch == 2 && what == "cancellation")
            {
                source.Cancel();
            }
            if (epoch == 2 && what == "a callback")
            {
                throw new InvalidOperationException(what);
            }
        });
        var broken = new LambdaCallback(onTrainEnd: _ => throw new InvalidDataException());
        var error = Record.Exception(() => model.Fit(
            Dataset.From(Data), epochs: 9, verbose: 0, validationData: [s_validation], cancellationToken: source.Token,
            callbacks: [broken, new BackupAndRestore(folder["b"]), new EarlyStopping(patience: 9, restoreBestWeights: true), failing, witness]));
        Assert.True(what == "cancellation" ? error is OperationCanceledException : error is InvalidOperationException, error?.ToString());
        Assert.True(witness.Interrupted);
        Assert.Equal("end: loss val_loss", witness.Seen[^1]);
        Assert.Equal(best, model.Weights[0].ToArray<float>());
        Assert.Single(folder.Names); // the backup is there to go on from
        // The same callbacks serve again.
        Assert.Throws<InvalidDataException>(() => model.Fit(s_x, Ones(8, 1), verbose: 0, callbacks: [broken, witness]));
        Assert.False(witness.Interrupted);
    }

    [Fact]
    public void What_refuses_to_begin_does_not_end()
    {
        var witness = new Witness();
        Assert.Throws<ValueException>(() => Model().Fit(s_x, Ones(8, 1), verbose: 0, callbacks: [witness, new EarlyStopping()]));
        Assert.Empty(witness.Seen);
    }

    [Fact]
    public void EarlyStopping_never_ends_training_after_the_first_epoch()
    {
        // The first value is better than none, unless it is no number: then there is nothing yet to be better than, with a baseline or without.
        foreach (var baseline in (double?[])[null, 0.5])
        {
            var (values, model) = ((double[])[double.NaN, 3, 2, 4], Model());
            var stopping = new EarlyStopping("value", baseline: baseline);
            var history = model.Fit(s_x, Ones(8, 1), epochs: 4, verbose: 0, callbacks: [new LambdaCallback(onEpochEnd: (epoch, logs) => logs["value"] = values[epoch]), stopping]);
            Assert.Equal(4, history.Epochs.Count);
            Assert.Equal((3, 2), (stopping.StoppedEpoch, stopping.BestEpoch));
        }
    }

    [Fact]
    public void CsvLogger_leaves_open_what_an_epoch_does_not_measure()
    {
        using var folder = new Folder();
        void Run(int epochs, bool append, params Callback[] more) => Model(0).Fit(
            s_x, Ones(8, 1), epochs: epochs, verbose: 0, validationData: s_validation, validationFreq: 2, callbacks: [.. more, new CsvLogger(folder["log"], ";", append)]);
        Run(3, false);
        Assert.Equal(["epoch;loss;val_loss", "0;1;", "1;1;1", "2;1;"], File.ReadAllLines(folder["log"]));
        Run(2, true);
        Assert.Equal(["0;1;", "1;1;1"], File.ReadAllLines(folder["log"])[^2..]);
        Run(1, false, new LambdaCallback(onEpochEnd: (_, logs) => logs["of; mine"] = 2));
        Assert.Equal("epoch;loss;\"of; mine\";val_loss;\"val_of; mine\"", File.ReadAllLines(folder["log"])[0]);
        // With a rate that is logged, which validation does not measure.
        Run(2, false, new LearningRateScheduler((_, rate) => rate));
        Assert.Equal(["epoch;loss;learning_rate;val_loss", "0;1;0;", "1;1;0;1"], File.ReadAllLines(folder["log"]));
    }

    [Fact]
    public void CsvLogger_refuses_a_log_with_other_columns()
    {
        using var folder = new Folder();
        var model = Model(0);
        void Run(Callback logger) => model.Fit(s_x, Ones(8, 1), verbose: 0, callbacks: [logger]);
        model.Compile(new SGD(0), "mse", [new MeanMetricNamed("err, \"abs\"")]);
        Run(new CsvLogger(folder["log"]));
        Run(new CsvLogger(folder["log"], append: true));
        Assert.Equal(["epoch,loss,\"err, \"\"abs\"\"\"", "0,1,2", "0,1,2"], File.ReadAllLines(folder["log"]));
        model.Compile(new SGD(0), "mse", ["mae"]);
        var error = Assert.Throws<ValueException>(() => Run(new CsvLogger(folder["log"], append: true)));
        Assert.Contains("no column for mae", error.Message);
        Assert.Equal(0, model.Optimizer.Iterations);
        Assert.Equal(3, File.ReadAllLines(folder["log"]).Length);
        // What is only known at the end of an epoch.
        error = Assert.Throws<ValueException>(() => model.Fit(
            s_x, Ones(8, 1), epochs: 2, verbose: 0, callbacks: [new LambdaCallback(onEpochEnd: (epoch, logs) => logs[$"m{epoch}"] = 1), new CsvLogger(folder["late"])]));
        Assert.Contains("m1", error.Message);
        File.WriteAllText(folder["other"], "a,b\n1,2");
        Assert.Throws<ValueException>(() => Run(new CsvLogger(folder["other"], append: true)));
        File.WriteAllText(folder["open"], "epoch,loss,mae\n0,1,2");
        Run(new CsvLogger(folder["open"], append: true));
        Assert.Equal(["epoch,loss,mae", "0,1,2", "0,1,1"], File.ReadAllLines(folder["open"]));
        Assert.Throws<ValueException>(() => new CsvLogger("x", ""));
    }

    private sealed class MeanMetricNamed(string name) : MeanMetric(name)
    {
        protected override Tensor Values(Tensor yTrue, Tensor yPred) => Full([yPred.Shape[0]], 2.0);
    }

    [Fact]
    public void Callbacks_pass_over_epochs_without_validation()
    {
        using var folder = new Folder();
        var model = Model(10);
        var (stopping, rate) = (new EarlyStopping(patience: 1), new ReduceLROnPlateau(patience: 2));
        var history = model.Fit(
            s_x, Ones(8, 1), epochs: 8, verbose: 0, validationData: s_validation, validationFreq: 2,
            callbacks: [stopping, rate, new ModelCheckpoint(folder["{epoch}-{val_loss:.0f}.npz"], saveWeightsOnly: true), new ModelCheckpoint(folder["best{epoch}.npz"], saveBestOnly: true, saveWeightsOnly: true), new TensorBoard(folder["logs"])]);
        Assert.Equal(4, history.Epochs.Count); // validated after 2 and 4, worse then
        Assert.Equal(2, history["val_loss"].Count);
        Assert.Equal(3, stopping.StoppedEpoch);
        Assert.Equal(["2", "4", "best2"], folder.Names.Where(name => name.EndsWith("npz", StringComparison.Ordinal)).Select(name => name.Split('-', '.')[0]));
        Assert.Single(Directory.GetFiles(folder["logs/validation"]));
    }
}
