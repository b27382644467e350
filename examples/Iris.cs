#:project ../src/Autograd/Autograd.csproj
#:property PublishAot=false

// A two-layer network, written by hand on GradientTape, learns to tell three species of iris apart.
// Run: dotnet run -c Release examples/Iris.cs            (writes iris.html; give another path as the first argument)

using Autograd;
using Autograd.Reports;
using static Autograd.Tensor;

var iris = Datasets.Iris();                                // 120 training and 30 test flowers, embedded
var (x, y) = (iris.TrainX - iris.TrainX.Mean(axis: 0), OneHot(iris.TrainY, depth: 3));
var (testX, testY) = (iris.TestX - iris.TestX.Mean(axis: 0), OneHot(iris.TestY, depth: 3));   // each set is centred with its own means

var (w1, b1) = (new Variable(RandomNormal([4, 16], seed: 612)), new Variable(Zeros(16)));
var (w2, b2) = (new Variable(RandomNormal([16, 3], seed: 613)), new Variable(Zeros(3)));
const float Rate = 0.5f;
const int Steps = 50;

Tensor Predict(Tensor features) => Softmax(MatMul(Relu(MatMul(features, w1) + b1), w2) + b2);
Tensor CrossEntropy(Tensor target, Tensor prediction) => -(target * Log(Clip(prediction, 1e-7, 1))).Sum(axis: 1).Mean();
double Accuracy(Tensor species, Tensor prediction) => Equal(prediction.ArgMax(axis: 1), species).Mean().Item();

List<double> trainLoss = [], testLoss = [], trainAccuracy = [], testAccuracy = [];
for (var step = 0; step <= Steps; step++)
{
    using var tape = new GradientTape();
    var prediction = Predict(x);
    var loss = CrossEntropy(y, prediction);
    var gradients = tape.Gradients(loss, w1, b1, w2, b2);

    var held = Predict(testX);                             // before the update, like the training loss
    trainLoss.Add(loss.Item());
    testLoss.Add(CrossEntropy(testY, held).Item());
    trainAccuracy.Add(Accuracy(iris.TrainY, prediction));
    testAccuracy.Add(Accuracy(iris.TestY, held));
    if (step % 10 == 0)
    {
        Console.WriteLine($"i:{step}, TrainAcc:{trainAccuracy[^1]:F6},TrainLoss:{trainLoss[^1]:F6}, TestAcc:{testAccuracy[^1]:F6},TestLoss:{testLoss[^1]:F6}");
    }

    w1.AssignSub(Rate * gradients[0]);
    b1.AssignSub(Rate * gradients[1]);
    w2.AssignSub(Rate * gradients[2]);
    b2.AssignSub(Rate * gradients[3]);
}

var probabilities = Predict(testX);
var guesses = probabilities.ArgMax(axis: 1).ToArray<long>();
var accuracy = Accuracy(iris.TestY, probabilities);
var mistakes = NotEqual(guesses, iris.TestY).NonZero().ToArray<long>().Select(i => (IReadOnlyList<string>)[
    string.Join(" x ", iris.TestX[(int)i].ToArray<float>().Select(cm => $"{cm:F1}")) + " cm",
    iris.ClassNames[iris.TestY[(int)i].Item<int>()],
    iris.ClassNames[(int)guesses[i]],
    $"{probabilities[(int)i].Max().Item():P0}",
]).ToList();

var page = new ReportPage("Iris: a two-layer network");
page.AddText($"Trained on 120 flowers for {Steps} steps. Of 30 flowers it never saw, it names {30 - mistakes.Count} correctly.");
page.Add(new LineChart("Loss", xLabel: "Iteration", yLabel: "cross-entropy").Add("train", trainLoss).Add("test", testLoss));
page.Add(new LineChart("Accuracy", xLabel: "Iteration", yLabel: "share of flowers").Add("train", trainAccuracy).Add("test", testAccuracy));
if (mistakes.Count > 0)
{
    page.AddTable(["flower", "species", "taken for", "probability"], mistakes);
}
Console.WriteLine($"The curves are in {page.Save(args.FirstOrDefault(argument => !argument.StartsWith('-')) ?? "iris.html")}");

Console.WriteLine($"Claim: {accuracy:P1} of the test flowers are named correctly (at least 90 %); the loss fell from {trainLoss[0]:F2} to {trainLoss[^1]:F2} (to a quarter or less)");
return accuracy >= 0.9 && trainLoss[^1] < trainLoss[0] / 4 ? 0 : 1;
