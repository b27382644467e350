#:project ../src/Autograd/Autograd.csproj
#:property PublishAot=false

// Why losses take logits: probabilities are rounded before their logarithm is taken, logits are not. First the rounding itself, then a binary and a ten-class net, each with and without from_logits.
// Run: dotnet run -c Release examples/FromLogits.cs            (writes from-logits.html; give another path as the first argument; --quick for a short run)

using Autograd;
using Autograd.Reports;
using static Autograd.Tensor;

var quick = args.Contains("--quick");
var path = args.FirstOrDefault(argument => !argument.StartsWith('-')) ?? "from-logits.html";

// 2/10000 in two ways. In exact arithmetic they are the same.
Console.WriteLine("2/10000 computed in two ways, with 18 decimals:");
foreach (var dtype in new[] { DType.Float32, DType.Float64 })
{
    var one = Ones([], dtype);
    var direct = 2 * one / 10000;
    var rounded = 1 + one / 10000 - (1 - one / 10000);
    Console.WriteLine(FormattableString.Invariant($"  {dtype}: {direct.Item():F18}   {rounded.Item():F18}   relative error {Math.Abs(rounded.Item() / direct.Item() - 1):E1}"));
}

// The same happens in a loss: with a logit of 20, float32 knows the sigmoid only as 1.
Console.WriteLine("binary cross-entropy of a wrong, confident answer (label 0), and its gradient, which should be near 1:");
var (fromProbability, fromLogit) = (new BinaryCrossentropy(), new BinaryCrossentropy(fromLogits: true));
List<double> logits = [], naive = [], stable = [], naiveSlope = [], stableSlope = [];
for (var z = -30.0; z <= 30; z += quick ? 2 : 0.5)
{
    var logit = Full([1, 1], z);
    var label = Zeros(1, 1);
    using var tape = new GradientTape(persistent: true);
    tape.Watch(logit);
    var (throughSigmoid, direct) = (fromProbability.Apply(label, Sigmoid(logit)), fromLogit.Apply(label, logit));
    logits.Add(z);
    naive.Add(throughSigmoid.Item());
    stable.Add(direct.Item());
    naiveSlope.Add(tape.Gradient(throughSigmoid, logit)!.Item());
    stableSlope.Add(tape.Gradient(direct, logit)!.Item());
    if (z is 10 or 20 or 30)
    {
        Console.WriteLine(FormattableString.Invariant($"  logit {z}: from the probability {naive[^1]:F4} (gradient {naiveSlope[^1]:F4}), from the logit {stable[^1]:F4} (gradient {stableSlope[^1]:F4})"));
    }
}

// Binary: is it a one? Ten classes: which digit?
SetSeed(1234);
var (x, y) = Datasets.Digits();
if (quick)
{
    (x, y) = (x[..1000], y[..1000]);
}
var epochs = quick ? 4 : 20;
var (two, isOne) = (x[(y < 2)], Equal(y[(y < 2)], 1).Cast(DType.Float32).ExpandDims(1));
Console.WriteLine($"{x.Shape[0]} digits {(Datasets.HasDigits ? "from AUTOGRAD_DATA" : "drawn by the library")}, of which {two.Shape[0]} are 0 or 1");
var rows = new List<(string Net, double Probabilities, double Logits)>
{
    ("0 or 1", Train(two, isOne, "sigmoid", 1, new BinaryCrossentropy(), new BinaryAccuracy()),
               Train(two, isOne, "linear", 1, new BinaryCrossentropy(fromLogits: true), new BinaryAccuracy(threshold: 0))),
    ("ten digits", Train(x, y, "softmax", 10, new SparseCategoricalCrossentropy(), new SparseCategoricalAccuracy()),
                   Train(x, y, "linear", 10, new SparseCategoricalCrossentropy(fromLogits: true), new SparseCategoricalAccuracy())),
};
foreach (var (net, probabilities, withLogits) in rows)
{
    Console.WriteLine(FormattableString.Invariant($"{net}: accuracy {probabilities:P1} from probabilities, {withLogits:P1} from logits"));
}

var page = new ReportPage("Losses from probabilities and from logits");
page.AddText("In exact arithmetic a loss is the same from a probability as from its logit. In float32 the sigmoid of 17 is already 1: its logarithm, and with it the gradient that should mend the mistake, is lost or cut off.");
page.AddChart(new LineChart("Loss of the label 0", xLabel: "logit", yLabel: "binary cross-entropy").Add("from the probability", logits, naive).Add("from the logit", logits, stable));
page.AddChart(new LineChart("Its gradient", xLabel: "logit", yLabel: "slope").Add("from the probability", logits, naiveSlope).Add("from the logit", logits, stableSlope));
page.AddTable(["net", "accuracy from probabilities", "accuracy from logits"], rows.Select(row => (IReadOnlyList<string>)
    [row.Net, row.Probabilities.ToString("P1", System.Globalization.CultureInfo.InvariantCulture), row.Logits.ToString("P1", System.Globalization.CultureInfo.InvariantCulture)]));
Console.WriteLine($"the curves are in {page.Save(path)}");

var (least, worst) = (quick ? 0.5 : 0.9, rows.Min(row => row.Logits));
Console.WriteLine(FormattableString.Invariant($"Claim: at a logit of 30 the gradient is {stableSlope[^1]:F3} from the logit (1) and {naiveSlope[^1]:F3} from the probability (lost), and nets from logits are {worst:P1} right (at least {least:P0})"));
return stableSlope[^1] > 0.999 && naiveSlope[^1] < 0.5 && worst >= least ? 0 : 1;

double Train(Tensor x, Tensor y, string output, int units, Loss loss, Metric accuracy)
{
    SetSeed(1234);
    var model = new Sequential([new Dense(25, activation: "relu", inputShape: [400]), new Dense(15, activation: "relu"), new Dense(units, activation: output)]);
    model.Compile(new Adam(0.001), loss, [accuracy]);
    Console.Write($"  {output} with {units} outputs ");
    var history = model.Fit(x, y, epochs: epochs, verbose: 0, callbacks: [new LambdaCallback(onEpochEnd: (_, _) => Console.Write("."))]);
    Console.WriteLine();
    return history[accuracy.Name][^1];
}
