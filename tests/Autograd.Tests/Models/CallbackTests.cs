using Autograd.Tests.Files;
using static Autograd.Tensor;

namespace Autograd.Tests.Models;

/// <summary>The callbacks that come with the library, on measures given by a script.</summary>
public class CallbackTests
{
    /// <summary>A model whose measures are what the test says, and whose one weight counts the steps.</summary>
    private sealed class Scripted : Model
    {
        private readonly double[] _losses;
        private readonly Variable _steps;
        private readonly Mean _value;

        public Scripted(params double[] losses)
        {
            _losses = losses;
            _steps = AddWeight("steps", [], "zeros");
            _value = TrackMetric(new Mean("value"));
            Compile(new SGD(1), Loss.From((y, p) => p));
            Apply(Ones(1, 1));
        }

        public double Steps => _steps.Item();

        protected override Tensor Call(Tensor x, bool training) => x;

        protected override void TrainStep(Batch batch)
        {
            _value.Update(_losses[(int)_steps.Item()]);
            ComputeMetrics(batch with { Y = batch.X }, batch.X, (float)_losses[(int)_steps.Item()]);
            _steps.AssignAdd(1);
        }
    }

    private static History Run(Scripted model, int epochs, params Callback[] callbacks) => model.Fit(Ones(1, 1), epochs: epochs, verbose: 0, callbacks: callbacks);

    public static TheoryData<string, double[], EarlyStopping, int, double> Stops => new()
    {
        { "no patience", [3, 2, 2.5, 1], new EarlyStopping("value"), 3, 3 },
        { "patience", [3, 2, 2.5, 2.4, 1], new EarlyStopping("value", patience: 2), 4, 4 },
        { "patience rewarded", [3, 2, 2.5, 1, 0.5], new EarlyStopping("value", patience: 2), 5, 5 },
        { "least difference", [3, 2.95, 2.9, 2.85], new EarlyStopping("value", minDelta: 0.5, patience: 2), 3, 3 },
        { "more is better", [1, 2, 3, 2, 5], new EarlyStopping("value", mode: MonitorMode.Max), 4, 4 },
        { "best weights", [3, 1, 2, 2.5, 9], new EarlyStopping("value", patience: 2, restoreBestWeights: true), 4, 2 },
        { "later", [1, 2, 3, 4, 5], new EarlyStopping("value", startFromEpoch: 2), 4, 4 },
        { "baseline", [3, 2.5, 2.2, 2], new EarlyStopping("value", patience: 2, baseline: 1), 4, 4 },
    };

    [Theory]
    [MemberData(nameof(Stops))]
    public void EarlyStopping_waits_for_something_better(string what, double[] losses, EarlyStopping stopping, int epochs, double steps)
    {
        Assert.NotNull(what);
        var model = new Scripted(losses);
        Assert.Equal(epochs, Run(model, losses.Length, stopping).Epochs.Count);
        Assert.Equal(steps, model.Steps);
    }

    [Theory]
    [InlineData("val_loss", false)]
    [InlineData("accuracy_loss", false)]
    [InlineData("mean_squared_error", false)]
    [InlineData("val_accuracy", true)]
    [InlineData("val_precision", true)]
    [InlineData("recall_at_precision", true)]
    [InlineData("val_mean_iou", true)]
    [InlineData("val_mean_io_u", true)]
    [InlineData("f1_score", true)]
    public void What_is_better_follows_from_the_name(string name, bool wantsMore) => Assert.Equal(wantsMore, new Monitored(name, MonitorMode.Auto).WantsMore);

    [Fact]
    public void A_measure_that_is_not_there_is_told_with_those_that_are()
    {
        var error = Assert.Throws<ValueException>(() => Run(new Scripted(1, 1), 2, new EarlyStopping("vale")));
        Assert.Contains("'vale'", error.Message);
        Assert.Contains("loss, value", error.Message);
        // What needs validation is refused before training where there is none.
        var model = new Scripted(1, 1);
        error = Assert.Throws<ValueException>(() => Run(model, 2, new EarlyStopping()));
        Assert.Contains("validationData", error.Message);
        Assert.Equal(0, model.Steps);
    }

    [Fact]
    public void ReduceLROnPlateau_reduces_cools_and_stops_at_the_least()
    {
        var model = new Scripted([3, 3, 3, 3, 3, 3, 3, 3]);
        var history = Run(model, 8, new ReduceLROnPlateau("value", factor: 0.5, patience: 2, cooldown: 1, minLr: 0.2));
        Assert.Equal([1, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.2], history["learning_rate"]);
    }

    [Fact]
    public void LearningRateScheduler_sets_the_rate()
    {
        var history = Run(new Scripted(1, 1, 1), 3, new LearningRateScheduler((epoch, rate) => epoch == 0 ? 0.5 : rate / 2));
        Assert.Equal([0.5, 0.25, 0.125], history["learning_rate"]);
    }

    [Fact]
    public void TerminateOnNaN_ends_training_with_the_weights_from_before()
    {
        var model = new Scripted(1, 2, double.NaN, 4);
        var callback = new TerminateOnNaN();
        Assert.Equal(3, Run(model, 4, callback).Epochs.Count);
        Assert.Equal((2, 0), callback.StoppedAt);
        Assert.Equal(2, model.Steps);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void TerminateOnNaN_leaves_nothing_that_is_not_a_number(int row)
    {
        var x = new float[6];
        x[row] = float.NaN;
        var model = new Sequential([new Dense(1, inputShape: [1])]);
        model.Compile(new Adam(), "mse");
        var guard = new TerminateOnNaN();
        model.Fit(Tensor.From(x, [6, 1]), Ones(6, 1), batchSize: 1, shuffle: false, verbose: 0, callbacks: [guard]);
        Assert.Equal((0, row), guard.StoppedAt);
        Assert.Equal(row, model.Optimizer.Iterations);
        model.Fit(Ones(6, 1), Ones(6, 1), verbose: 0);
        Assert.True(double.IsFinite(model.Weights[0].Item()));
    }

    [Fact]
    public void TerminateOnNaN_ends_the_first_step_of_a_model_too()
    {
        var model = new Sequential([new Dense(1)]);
        model.Compile("sgd", "mse");
        var guard = new TerminateOnNaN();
        model.Fit(Full([2, 1], float.NaN), Ones(2, 1), verbose: 0, callbacks: [guard]);
        Assert.Equal((0, 0), guard.StoppedAt);
    }

    [Fact]
    public void ModelCheckpoint_saves_the_best()
    {
        using var folder = new Folder();
        var model = new Scripted(3, 1, 2, 0.5);
        Run(model, 4, new ModelCheckpoint(folder["m-{epoch:03d}-{value:.1f}.npz"], "value", saveBestOnly: true, saveWeightsOnly: true));
        Assert.Equal(["m-001-3.0.npz", "m-002-1.0.npz", "m-004-0.5.npz"], folder.Names);
        Assert.Equal(2, Npz.Load(folder["m-002-1.0.npz"])["arr_0"].Item());
        Run(new Scripted(1), 1, new ModelCheckpoint(folder["new/{epoch}.npz"], saveWeightsOnly: true));
        Assert.True(File.Exists(folder["new/1.npz"]));
        var error = Assert.Throws<ValueException>(() => Run(new Scripted(1), 1, new ModelCheckpoint(folder["{nothing}"], saveWeightsOnly: true)));
        Assert.Contains("nothing", error.Message);
    }

    [Theory]
    [InlineData(null, MonitorMode.Auto, "1 2")]
    [InlineData(3.0, MonitorMode.Auto, "2")]
    [InlineData(2.0, MonitorMode.Auto, "")]
    [InlineData(3.0, MonitorMode.Max, "3")]
    public void ModelCheckpoint_saves_what_is_better_than_a_threshold(double? threshold, MonitorMode mode, string saved)
    {
        using var folder = new Folder();
        Run(new Scripted(3, 2, 4), 3, new ModelCheckpoint(folder["{epoch}.npz"], "value", saveBestOnly: true, saveWeightsOnly: true, mode, initialValueThreshold: threshold));
        Assert.Equal(saved, string.Join(' ', folder.Names.Select(name => name[..1])));
    }

    [Fact]
    public void CsvLogger_writes_a_line_per_epoch_in_any_culture()
    {
        using var folder = new Folder();
        var before = Thread.CurrentThread.CurrentCulture;
        Thread.CurrentThread.CurrentCulture = new("de-DE");
        Run(new Scripted(1.5, 2), 2, new CsvLogger(folder["log.csv"]));
        Run(new Scripted(2.5), 1, new CsvLogger(folder["log.csv"], append: true));
        Thread.CurrentThread.CurrentCulture = before;
        Assert.Equal(["epoch,loss,value", "0,1.5,1.5", "1,2,2", "0,2.5,2.5"], File.ReadAllLines(folder["log.csv"]));
        Assert.Throws<FileException>(() => Run(new Scripted(1), 1, new CsvLogger(folder["missing/log.csv"])));
    }

    [Fact]
    public void TensorBoard_files_are_records_with_checksums()
    {
        using var folder = new Folder();
        Run(new Scripted(1.5), 1, new TensorBoard(folder["logs"]));
        var file = Directory.GetFiles(folder["logs/train"]).Single();
        Assert.Contains("tfevents", file);
        using var reader = new BinaryReader(File.OpenRead(file));
        var records = new List<byte[]>();
        while (reader.BaseStream.Position < reader.BaseStream.Length)
        {
            var length = reader.ReadInt64();
            reader.ReadUInt32();
            records.Add(reader.ReadBytes((int)length));
            reader.ReadUInt32();
        }
        Assert.Equal(3, records.Count);
        Assert.Contains("brain.Event:2", System.Text.Encoding.ASCII.GetString(records[0]));
        Assert.Contains("epoch_loss", System.Text.Encoding.ASCII.GetString(records[1]));
        Assert.Equal(1.5f, BitConverter.ToSingle(records[1].AsSpan()[^4..]));
    }

    [Fact]
    public void TrainingReport_is_a_page_with_the_curves()
    {
        using var folder = new Folder();
        Run(new Scripted(3, 2, 1), 3, new TrainingReport(folder["r.html"], "Three epochs"));
        var page = File.ReadAllText(folder["r.html"]);
        Assert.Contains("Three epochs", page);
        Assert.Contains("<svg", page);
        Assert.Contains("3 of 3 epochs", page);
    }

    private sealed class Unclosable : Callback
    {
        protected internal override void Close() => throw new InvalidOperationException();
    }

    [Fact]
    public void Callbacks_close_their_files_when_training_fails()
    {
        using var folder = new Folder();
        var failing = new LambdaCallback(onEpochEnd: (_, _) => throw new InvalidOperationException());
        Assert.Throws<InvalidOperationException>(() => Run(new Scripted(1), 1, new Unclosable(), new CsvLogger(folder["a.csv"]), failing));
        using var exclusive = new FileStream(folder["a.csv"], FileMode.Open, FileAccess.ReadWrite, FileShare.None);
    }
}
