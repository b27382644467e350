#:project ../src/Autograd/Autograd.csproj
#:property PublishAot=false

// Handwritten digits with the Keras-like level: compile, fit, predict.
// Run: dotnet run -c Release examples/Digits.cs            (writes digits.html; give another path as the first argument; --quick for a short run)

using Autograd;
using Autograd.Reports;
using static Autograd.Tensor;

var quick = args.Contains("--quick");
var path = args.FirstOrDefault(argument => !argument.StartsWith('-')) ?? "digits.html";
SetSeed(1234);
var (x, y) = Datasets.Digits(byClass: true);               // 5000 images of 20 x 20 as [5000, 400] float32, labels [5000] int32; image 1015 is a two
Console.WriteLine($"{(Datasets.HasDigits ? "digits from AUTOGRAD_DATA" : "digits drawn by the library")}: x {x.Shape}, y {y.Shape}");

var model = new Sequential([
    new Dense(25, activation: "relu", inputShape: [400], name: "layer1"),
    new Dense(15, activation: "relu", name: "layer2"),
    new Dense(10, activation: "linear", name: "layer3"),
], name: "my_model");
model.Compile(
    optimizer: new Adam(learningRate: 0.001f),
    loss: new SparseCategoricalCrossentropy(fromLogits: true),  // softmax is part of the loss, which is more accurate
    metrics: ["accuracy"]);
model.Summary();
foreach (var layer in model.Layers)
{
    Console.WriteLine($"{layer}: weights {layer.Weights[0].Shape}, bias {layer.Weights[1].Shape}");
}

var history = model.Fit(x, y, epochs: quick ? 8 : 40, callbacks: [new TrainingReport(Path.ChangeExtension(path, ".training.html"), "Handwritten digits")]);

// One image: logits, probabilities, the answer.
var prediction = model.Predict(x[1015..1016]);
var probabilities = Softmax(prediction);
Console.WriteLine($"logits {prediction}");
Console.WriteLine($"Largest Prediction index: {prediction.ArgMax(axis: 1).Item()}");
Console.WriteLine($"probabilities {probabilities}, sum {probabilities.Sum().Item():F3}");
Console.WriteLine(FormattableString.Invariant($"The Probability of Largest index: {probabilities.Max().Item():F2}; the label is {y[1015].Item()}"));

// All mistakes.
var guesses = model.Predict(x, batchSize: 1000).ArgMax(axis: 1);
int[] mistakes = [.. NotEqual(guesses, y).NonZero().ToArray<long>().Select(place => (int)place)];
var accuracy = 1 - ((double)mistakes.Length / y.Size);
Console.WriteLine(FormattableString.Invariant($"{mistakes.Length} mistakes in {y.Size} images: accuracy {accuracy:P1}"));

var page = new ReportPage("Handwritten digits");
page.AddText($"The curves of the training are in {Path.GetFileName(Path.ChangeExtension(path, ".training.html"))}. {mistakes.Length} of {y.Size} images are taken for another digit.");
page.Add(new ImageGrid("Image 1015", columns: 1).Add(Upright(1015), $"a {y[1015].Item()}, taken for a {guesses[1015].Item()}"));
page.Add(new BarChart("What the net thinks it is", xLabel: "digit", yLabel: "probability").Add("", [.. Enumerable.Range(0, 10).Select(digit => $"{digit}")], probabilities[0]));
var some = new ImageGrid("Digits, as the net reads them", columns: 8);
foreach (var place in RandomPermutation(y.Size, seed: 1)[..32].ToArray<long>().Select(place => (int)place))
{
    some.Add(Upright(place), $"{guesses[place].Item()}", isMistake: guesses[place].Item() != y[place].Item());
}
page.Add(some);
var sheet = new ImageGrid($"The sheet of mistakes{(mistakes.Length > 64 ? ": the first 64" : "")}", columns: 8);
foreach (var place in mistakes.Take(64))
{
    sheet.Add(Upright(place), $"{y[place].Item()}, taken for {guesses[place].Item()}", isMistake: true);
}
if (mistakes.Length > 0)
{
    page.Add(sheet);
}
var doubtful = new ImageGrid("The digits it is least sure of", columns: 8);
var sureness = Softmax(model.Predict(x, batchSize: 1000)).Max(axis: 1);
foreach (var place in sureness.ArgSort()[..32].ToArray<long>().Select(place => (int)place))
{
    doubtful.Add(Upright(place), FormattableString.Invariant($"{guesses[place].Item()}, {sureness[place].Item():P0}"), isMistake: guesses[place].Item() != y[place].Item());
}
page.Add(doubtful);
page.Add(HeatMap.Confusion(y, guesses, [.. Enumerable.Range(0, 10).Select(digit => $"{digit}")]));
Console.WriteLine($"the pictures are in {page.Save(path)}");

var least = quick ? 0.85 : 0.95;
Console.WriteLine(FormattableString.Invariant($"Claim: {accuracy:P1} of the digits are read correctly (at least {least:P0})"));
return accuracy >= least ? 0 : 1;

// Pixels stand column after column.
Tensor Upright(int place) => x[place].Reshape(20, 20).T;
