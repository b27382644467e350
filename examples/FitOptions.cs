#:project ../src/Autograd/Autograd.csproj
#:property PublishAot=false

// Every option of Compile and Fit, each shown to act: what goes in, and what is different afterwards.
// Run: dotnet run -c Release examples/FitOptions.cs            (writes fit-options.html; give another path as the first argument; --quick for a short run)

using Autograd;
using Autograd.Reports;
using static Autograd.Tensor;

var quick = args.Contains("--quick");
var path = args.FirstOrDefault(argument => !argument.StartsWith('-')) ?? "fit-options.html";
var failures = 0;

var (x, y) = Datasets.Digits();
if (quick)
{
    (x, y) = (x[..1000], y[..1000]);
}
var n = x.Shape[0];
Console.WriteLine($"{n} digits of 20 x 20 {(Datasets.HasDigits ? "from AUTOGRAD_DATA" : "drawn by the library")}");

Sequential Net(long seed = 1)
{
    SetSeed(seed);
    return new Sequential([new Dense(25, activation: "relu", inputShape: [400], name: "layer1"), new Dense(10, name: "layer2")]);
}

Sequential Compiled(Optimizer? optimizer = null, long seed = 1)
{
    var model = Net(seed);
    model.Compile(optimizer ?? new Adam(0.001), new SparseCategoricalCrossentropy(fromLogits: true), ["accuracy"]);
    return model;
}

// ---- Compile: by name or by object ----
Title("compile(loss, optimizer, metrics)");
foreach (var optimizer in new[] { "sgd", "rmsprop", "adam", "adagrad" })
{
    var model = Net();
    model.Compile(optimizer, new SparseCategoricalCrossentropy(fromLogits: true), ["accuracy"]);
    var history = model.Fit(x, y, epochs: 2, verbose: 0);
    Show($"optimizer: \"{optimizer}\"", $"loss {history["loss"][^1]:F4}, accuracy {history["accuracy"][^1]:P1} after 2 epochs", history["loss"][^1] < history["loss"][0]);
}
var regression = new Sequential([new Dense(1, inputShape: [3])]);
regression.Compile("sgd", "mse", ["mae"]);
string[] measured = [.. regression.Fit(Ones(8, 3), Ones(8, 1), verbose: 0).Keys];
Show("loss: \"mse\", metrics: [\"mae\"]", $"measured {string.Join(", ", measured)}", measured is ["loss", "mae"]);

// ---- verbose ----
Title("verbose: 1 a bar, 2 a line for each epoch, 0 nothing");
var shown = Compiled();
shown.Fit(x, y, epochs: 1, verbose: 1);
shown.Fit(x, y, epochs: 1, verbose: 2);
shown.Fit(x, y, epochs: 1, verbose: 0);

// ---- batches and epochs ----
Title("batch_size, epochs, initial_epoch, steps_per_epoch, shuffle");
var steps = 0;
var count = new LambdaCallback(onBatchEnd: (_, _) => steps++);
Compiled().Fit(x, y, batchSize: 100, epochs: 2, verbose: 0, callbacks: [count]);
Show("batchSize: 100, epochs: 2", $"{steps} steps", steps == 2 * n / 100);
var later = Compiled().Fit(x, y, epochs: 5, initialEpoch: 3, verbose: 0);
Show("epochs: 5, initialEpoch: 3", $"ran epochs {string.Join(", ", later.Epochs)} (from 0)", later.Epochs.SequenceEqual([3, 4]));
steps = 0;
Compiled().Fit(x, y, stepsPerEpoch: 7, verbose: 0, callbacks: [count]);
Show("stepsPerEpoch: 7", $"{steps} steps", steps == 7);
double LossOf(bool shuffle) => Compiled().Fit(x, y, shuffle: shuffle, verbose: 0)["loss"][0];
var (first, second, mixed) = (LossOf(false), LossOf(false), LossOf(true));
Show("shuffle: false", $"loss {first:F6} twice; shuffled {mixed:F6}", first == second && first != mixed);

// ---- validation ----
Title("validation_split, validation_data, validation_batch_size, validation_steps, validation_freq");
var split = Compiled().Fit(x, y, epochs: 2, validationSplit: 0.2, verbose: 0);
Show("validationSplit: 0.2", $"val_loss {split["val_loss"][^1]:F4} on the last fifth", split.ContainsKey("val_loss"));
var given = Compiled().Fit(x[..^100], y[..^100], epochs: 2, validationData: (x[^100..], y[^100..]), validationBatchSize: 50, validationSteps: 1, verbose: 0);
Show("validationData, validationSteps: 1", $"val_loss {given["val_loss"][^1]:F4} on 50 images", given.ContainsKey("val_loss"));
var seldom = Compiled().Fit(x, y, epochs: 4, validationSplit: 0.2, validationFreq: 2, verbose: 0);
Show("validationFreq: 2", $"{seldom["val_loss"].Count(double.IsFinite)} validations in 4 epochs", seldom["val_loss"].Count(double.IsFinite) == 2);

// ---- weights ----
Title("class_weight, sample_weight");
var threes = Compiled();
threes.Fit(x, y, epochs: 2, verbose: 0, classWeight: new Dictionary<int, double> { [3] = 50 });
var plain = Compiled();
plain.Fit(x, y, epochs: 2, verbose: 0);
double ShareOfThrees(Sequential model) => Equal(model.Predict(x, batchSize: 500).ArgMax(axis: 1), 3).Mean().Item();
Show("classWeight: {3: 50}", $"{ShareOfThrees(threes):P1} taken for a three, {ShareOfThrees(plain):P1} without", ShareOfThrees(threes) > ShareOfThrees(plain));
var firstHalf = (Arange(n) < n / 2).Cast(DType.Float32);
var half = Compiled();
half.Fit(x, y, sampleWeight: firstHalf, verbose: 0, shuffle: false);
Show("sampleWeight: 0 for the second half", $"loss {half.Evaluate(x[..(n / 2)], y[..(n / 2)], verbose: 0)["loss"]:F4} on the first half, {half.Evaluate(x[(n / 2)..], y[(n / 2)..], verbose: 0)["loss"]:F4} on the second", true);

// ---- callbacks ----
Title("callbacks");
var best = Path.ChangeExtension(path, ".best.safetensors");
var stopped = Compiled(new Adam(0.02)).Fit(x, y, epochs: 60, validationSplit: 0.2, verbose: 0, callbacks:
[
    new EarlyStopping("val_loss", patience: 2, restoreBestWeights: true),
    new ModelCheckpoint(best, saveBestOnly: true),
    new TrainingReport(Path.ChangeExtension(path, ".training.html")),
    new CsvLogger(Path.ChangeExtension(path, ".csv")),
]);
Show("EarlyStopping(patience: 2)", $"stopped after {stopped.Epochs.Count} of 60 epochs", stopped.Epochs.Count < 60);
Show("ModelCheckpoint(saveBestOnly: true)", $"val_loss {Model.Load(best).Evaluate(x[(n * 4 / 5)..], y[(n * 4 / 5)..], verbose: 0)["loss"]:F4} from the file, {stopped["val_loss"].Min():F4} in training",
    Math.Abs(Model.Load(best).Evaluate(x[(n * 4 / 5)..], y[(n * 4 / 5)..], verbose: 0)["loss"] - stopped["val_loss"].Min()) < 1e-4);
var falling = Compiled(new SGD(0.1));
falling.Fit(x, y, epochs: 3, verbose: 0, callbacks: [new LearningRateScheduler((epoch, rate) => rate * 0.5)]);
Show("LearningRateScheduler(halve)", $"learning rate {falling.Optimizer.LearningRate.At(0)} after 3 epochs from 0.1", Math.Abs(falling.Optimizer.LearningRate.At(0) - 0.0125) < 1e-9);
using var stop = new CancellationTokenSource();
var cancelled = false;
try
{
    Compiled().Fit(x, y, epochs: 1000, verbose: 0, callbacks: [new LambdaCallback(onEpochEnd: (epoch, _) => { if (epoch == 1) { stop.Cancel(); } })], cancellationToken: stop.Token);
}
catch (OperationCanceledException)
{
    cancelled = true;
}
Show("cancellationToken", $"ended by the program, the model usable", cancelled);

// ---- from a pipeline, not from arrays ----
Title("x as a pipeline (workers, queue sizes and multiprocessing have no meaning here: one Prefetch says it)");
var data = Dataset.From(x, y).Shuffle(n, seed: 1).Batch(64).Prefetch(2);
var piped = Compiled().Fit(data, epochs: 2, verbose: 0);
Show("Dataset.From(x, y).Shuffle(n).Batch(64).Prefetch(2)", $"loss {piped["loss"][^1]:F4}", piped["loss"][^1] < piped["loss"][0]);

var page = new ReportPage("Fit and its options");
page.AddText("Each line of the program's output is one option, and what it changed.");
page.Add(new LineChart("Stopped early", xLabel: "epoch", yLabel: "loss").Add("training", stopped["loss"]).Add("validation", stopped["val_loss"]));
Console.WriteLine($"the curves are in {page.Save(path)}");
Console.WriteLine($"Claim: {(failures == 0 ? "every option acts" : $"{failures} options do NOT act")}");
return failures == 0 ? 0 : 1;

void Title(string text) => Console.WriteLine($"\n{text}");

void Show(string option, FormattableString what, bool acted)
{
    Console.WriteLine($"  {option}: {FormattableString.Invariant(what)}{(acted ? "" : "   <-- did NOT act")}");
    failures += acted ? 0 : 1;
}
