#:project ../src/Autograd/Autograd.csproj
#:property PublishAot=false

// A two-layer network, written by hand on GradientTape, learns to tell three species of iris apart.
// Run: dotnet run -c Release examples/Iris.cs            (writes iris.html; give another path as the first argument)

using Autograd;
using Autograd.Reports;
using static Autograd.Tensor;

var iris = Datasets.Iris();                                // 120 training and 30 test flowers, embedded
var mean = iris.TrainX.Mean(axis: 0);
var x = iris.TrainX - mean;
var y = OneHot(iris.TrainY, depth: 3);

var w1 = new Variable(RandomNormal([4, 16], seed: 612));
var b1 = new Variable(Zeros(16));
var w2 = new Variable(RandomNormal([16, 3], seed: 613));
var b2 = new Variable(Zeros(3));

Tensor Predict(Tensor features) => Softmax(MatMul(Relu(MatMul(features, w1) + b1), w2) + b2);

Tensor CrossEntropy(Tensor prediction, Tensor target) => -(target * Log(Clip(prediction, 1e-7f, 1f))).Sum(axis: 1).Mean();

double Accuracy(Tensor prediction, Tensor species) => Equal(prediction.ArgMax(axis: 1), species).Cast(DType.Float64).Mean().Item();

var testX = iris.TestX - mean;
var testY = OneHot(iris.TestY, depth: 3);
List<double> trainLoss = [], testLoss = [], trainAccuracy = [], testAccuracy = [];

const int Steps = 100;
for (var step = 0; step <= Steps; step++)
{
    using var tape = new GradientTape();
    var prediction = Predict(x);
    var loss = CrossEntropy(prediction, y);
    var gradients = tape.Gradient(loss, [w1, b1, w2, b2]);

    var held = Predict(testX);                             // before the update, like the training loss
    trainLoss.Add(loss.Item());
    testLoss.Add(CrossEntropy(held, testY).Item());
    trainAccuracy.Add(Accuracy(prediction, iris.TrainY));
    testAccuracy.Add(Accuracy(held, iris.TestY));
    if (step % 10 == 0)
    {
        Console.WriteLine(FormattableString.Invariant(
            $"step {step,3}/{Steps}  loss {trainLoss[^1]:F4}  accuracy {trainAccuracy[^1]:P1}  test accuracy {testAccuracy[^1]:P1}"));
    }

    w1.AssignSub(0.2f * gradients[0]!);
    b1.AssignSub(0.2f * gradients[1]!);
    w2.AssignSub(0.2f * gradients[2]!);
    b2.AssignSub(0.2f * gradients[3]!);
}

var probabilities = Predict(testX);
var predicted = probabilities.ArgMax(axis: 1);
var mistakes = new List<IReadOnlyList<string>>();
for (var i = 0; i < predicted.Size; i++)
{
    var (guess, species) = ((int)predicted[i].Item<long>(), iris.TestY[i].Item<int>());
    if (guess != species)
    {
        mistakes.Add([
            string.Join(" x ", iris.TestX[i].ToArray<float>().Select(cm => FormattableString.Invariant($"{cm:F1}"))) + " cm",
            iris.ClassNames[species],
            iris.ClassNames[guess],
            FormattableString.Invariant($"{probabilities[i, guess].Item():P0}"),
        ]);
    }
}

var page = new ReportPage("Iris: a two-layer network");
page.AddText(FormattableString.Invariant(
    $"Trained on 120 flowers for {Steps} steps. Of 30 flowers it never saw, it names {30 - mistakes.Count} correctly ({Accuracy(probabilities, iris.TestY):P1})."));
page.AddChart(new LineChart("Loss", xLabel: "step", yLabel: "cross-entropy").Add("training", trainLoss).Add("test", testLoss));
page.AddChart(new LineChart("Accuracy", xLabel: "step", yLabel: "share of flowers").Add("training", trainAccuracy).Add("test", testAccuracy));
if (mistakes.Count > 0)
{
    page.AddTable(["flower", "species", "taken for", "probability"], mistakes);
}
var path = page.Save(args.Length > 0 ? args[0] : "iris.html");

Console.WriteLine(FormattableString.Invariant($"test accuracy {Accuracy(Predict(testX), iris.TestY):P1}; the curves are in {path}"));
