#:project ../src/Autograd/Autograd.csproj
#:property PublishAot=false

// Heartbeats, healthy or not: dense, convolution, pooling, SimpleRNN and LSTM side by side on the same signals, then Adam beside gradient descent.
// Run: dotnet run -c Release examples/Ecg.cs            (writes ecg.html; give another path as the first argument; --quick for a short run)
// ECG200 from AUTOGRAD_DATA where it is, else drawn heartbeats.

using System.Diagnostics;
using Autograd;
using Autograd.Reports;
using static Autograd.Tensor;

var quick = args.Contains("--quick");
var path = args.FirstOrDefault(argument => !argument.StartsWith('-')) ?? "ecg.html";

var beats = Beats(out var origin);
var samples = beats.TrainX.Shape[1];
Console.WriteLine($"{origin}: {beats.TrainX.Shape[0]} beats for training, {beats.TestX.Shape[0]} for testing, {samples} samples each");

// A convolution looks at windows of 20 samples at steps of 10, then at windows of 5 of what that found; the others see the same signal.
var nets = new (string Name, Func<Sequential> Make, double Rate)[]
{
    ("dense", () => new([new Flatten(inputShape: [samples, 1]), new Dense(16, "relu"), new Dense(1, "sigmoid")]), 0.003),
    ("convolution", () => new([new Conv1D(8, 20, strides: 10, activation: "relu", inputShape: [samples, 1]), new Conv1D(8, 5, activation: "relu"), new Flatten(), new Dense(1, "sigmoid")]), 0.003),
    ("pooling", () => new([new Conv1D(8, 9, activation: "relu", inputShape: [samples, 1]), new MaxPooling1D(4), new Conv1D(16, 5, activation: "relu"), new GlobalAveragePooling1D(), new Dense(1, "sigmoid")]), 0.01),
    ("SimpleRNN", () => new([new Reshape([samples / 4, 4], inputShape: [samples, 1]), new SimpleRNN(16), new Dense(1, "sigmoid")]), 0.003),
    ("LSTM", () => new([new Reshape([samples / 4, 4], inputShape: [samples, 1]), new LSTM(16), new Dense(1, "sigmoid")]), 0.01),
};
var (x, testX) = (beats.TrainX.ExpandDims(-1), beats.TestX.ExpandDims(-1));
var epochs = quick ? 12 : 80;

var page = new ReportPage("Heartbeats: five kinds of net");
page.AddText($"The nets learn from {origin}. Class 0 is abnormal, class 1 normal.");
foreach (var c in new[] { 0, 1 })
{
    var chart = new LineChart($"Some {beats.ClassNames[c]} beats", xLabel: "sample");
    foreach (var place in Equal(beats.TrainY, c).NonZero().ToArray<long>().Take(4))
    {
        chart.Add("", beats.TrainX[(int)place]);
    }
    page.Add(chart);
}

var losses = new LineChart("Loss while training", xLabel: "epoch", yLabel: "binary cross-entropy");
var rows = new List<(string Name, int Parameters, double Accuracy, double Seconds)>();
foreach (var (name, make, rate) in nets)
{
    var (history, accuracy, parameters, seconds) = Train(make, new Adam(rate));
    rows.Add((name, parameters, accuracy, seconds));
    losses.Add(name, history["loss"]);
    Console.WriteLine(FormattableString.Invariant($"{name,-12}{parameters,6} parameters  test accuracy {accuracy:P1}  {seconds:F1} s"));
}
page.Add(losses);
page.Add(new BarChart("Accuracy on the test beats", yLabel: "share").Add("", [.. rows.Select(row => row.Name)], [.. rows.Select(row => row.Accuracy)]));
page.AddTable(["net", "parameters", "test accuracy", "seconds"], rows.Select(row => (IReadOnlyList<string>)
    [row.Name, $"{row.Parameters}", FormattableString.Invariant($"{row.Accuracy:P1}"), FormattableString.Invariant($"{row.Seconds:F1}")]));

// Adam gives each parameter a rate of its own: larger while it goes one way, smaller where it swings.
var optimizers = new LineChart("Adam and gradient descent, the convolution", xLabel: "epoch", yLabel: "loss");
var last = new Dictionary<string, double>();
foreach (var (name, optimizer) in new (string, Optimizer)[] { ("gradient descent 0.003", new SGD(0.003)), ("gradient descent 0.03", new SGD(0.03)), ("Adam 0.003", new Adam(0.003)) })
{
    var history = Train(nets[1].Make, optimizer).History;
    optimizers.Add(name, history["loss"]);
    last[name] = history["loss"][^1];
    Console.WriteLine(FormattableString.Invariant($"{name,-24} loss {last[name]:F4} after {epochs} epochs"));
}
page.Add(optimizers);
Console.WriteLine($"the pictures are in {page.Save(path)}");

var best = rows.Max(row => row.Accuracy);
var least = quick ? 0.65 : 0.8;
Console.WriteLine(FormattableString.Invariant($"Claim: the best net reads {best:P1} of the test beats correctly (at least {least:P0}), and Adam's loss {last["Adam 0.003"]:F4} is below that of descent with the same rate, {last["gradient descent 0.003"]:F4}"));
return best >= least && last["Adam 0.003"] < last["gradient descent 0.003"] ? 0 : 1;

(History History, double Accuracy, int Parameters, double Seconds) Train(Func<Sequential> make, Optimizer optimizer)
{
    SetSeed(3);
    var model = make();
    model.Compile(optimizer, new BinaryCrossentropy(), [new BinaryAccuracy()]);
    var clock = Stopwatch.StartNew();
    var history = model.Fit(x, beats.TrainY, batchSize: 20, epochs: epochs, verbose: 0);
    return (history, model.Evaluate(testX, beats.TestY, verbose: 0)["binary_accuracy"], (int)model.ParameterCount, clock.Elapsed.TotalSeconds);
}

static LabelledData Beats(out string origin)
{
    try
    {
        var real = Datasets.Ecg200();
        origin = "ECG200, real heartbeats";
        return real;
    }
    catch (FileException)
    {
        origin = "drawn heartbeats (ECG200 is not in AUTOGRAD_DATA)";
        return Datasets.Heartbeats(train: 400, test: 200, samples: 100, seed: 1);
    }
}
