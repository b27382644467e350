#:project ../src/Autograd/Autograd.csproj
#:property PublishAot=false

// Softmax regression 784-10: logits, probabilities, cross-entropy; one batch used again and again, then the whole set.
// Run: dotnet run -c Release examples/SoftmaxRegression.cs            (writes softmax-regression.html; give another path as the first argument; --quick for a short run)

using Autograd;
using Autograd.Reports;
using static Autograd.Tensor;

var quick = args.Contains("--quick");

// A worked example: three logits, their probabilities, and the cross-entropy with "it is the first".
Tensor scores = new float[] { 2, 1, 0.1f }, target = new float[] { 1, 0, 0 };
var example = -(target * Log(Softmax(scores))).Sum();
string Show(Tensor values) => string.Join(", ", values.ToArray<float>().Select(value => $"{value:F2}"));
Console.WriteLine($"logits ({Show(scores)}) become probabilities ({Show(Softmax(scores))}); the cross-entropy with ({Show(target)}) is -log {Softmax(scores)[0].Item():F2} = {example.Item():F4}");

var real = Datasets.HasMnist && !quick;
Console.WriteLine(real ? "MNIST" : "digits drawn by the library; MNIST is used where AUTOGRAD_DATA names a folder with mnist/");
var mnist = quick ? Datasets.DrawnMnist(train: 2000, test: 500, normalize: true, seed: 1) : real ? Datasets.Mnist(normalize: true) : Datasets.DrawnMnist(normalize: true, seed: 1);
var (trainX, trainY) = (mnist.TrainX.Reshape(-1, 784), OneHot(mnist.TrainY, depth: 10));
var (testX, testY) = (mnist.TestX.Reshape(-1, 784), OneHot(mnist.TestY, depth: 10));

var start = RandomNormal([784, 10], seed: 1);
var (w, b) = (new Variable(start), new Variable(RandomNormal([10], seed: 2)));
Tensor Logits(Tensor x) => MatMul(x, w) + b;
double Accuracy(Tensor x, Tensor y) => Equal(y.ArgMax(axis: 1), Logits(x).ArgMax(axis: 1)).Mean().Item();

Tensor Step(Optimizer optimizer, Tensor x, Tensor y) => optimizer.Minimize(() => SoftmaxCrossEntropy(labels: y, logits: Logits(x)).Mean(), [w, b]);

// 1. One batch of 100, again and again: 100 steps, each shown, then 4000.
var (batchX, batchY) = (trainX[..100], trainY[..100]);
var descent = new SGD(0.01);
List<double> losses = [], steps = [], accuracies = [];
for (var step = 0; step <= 4000; step++)
{
    if (step % 100 == 0)
    {
        steps.Add(step);
        accuracies.Add(Accuracy(batchX, batchY));
    }
    var progress = step % 500 == 0 ? $", accuracy {accuracies[^1]:F2} on the batch, {Accuracy(testX, testY):F4} on the test set" : "";
    losses.Add(Step(descent, batchX, batchY).Item());      // as it was before the step
    if (step <= 100 || progress.Length > 0)
    {
        Console.WriteLine($"step {step}, loss {losses[^1]:F4}{progress}");
    }
}
var ofBatch = accuracies[^1];

// 2. The whole set, batch after batch.
var ofTest = new List<double> { Accuracy(testX, testY) };
var faster = new SGD(0.1);
for (var epoch = 1; epoch <= 20; epoch++)
{
    for (var row = 0; row < trainX.Shape[0]; row += 100)
    {
        Step(faster, trainX[row..(row + 100)], trainY[row..(row + 100)]);
    }
    ofTest.Add(Accuracy(testX, testY));
    Console.WriteLine($"the whole set, epoch {epoch}: {ofTest[^1]:P2} of the test set");
}

var page = new ReportPage("Softmax regression");
page.AddText($"A batch of 100 used again and again is learned by heart: {ofBatch:P0} of it, and {ofTest[0]:P1} of the test set. After the whole set it is {ofTest[^1]:P1}.");
page.Add(new LineChart("Loss on one batch", xLabel: "step", yLabel: "cross-entropy", logarithmicY: true).Add("loss", losses));
page.Add(new LineChart("Accuracy on one batch", xLabel: "step").Add("accuracy", steps, accuracies));
page.Add(new LineChart("Accuracy on the test set", xLabel: "epoch").Add("accuracy", ofTest));
var change = w - start;
change = (change - change.Min()) / (change.Max() - change.Min());
var templates = new ImageGrid("What training added to the weights of each digit", columns: 5);
for (var digit = 0; digit < 10; digit++)
{
    templates.Add(change[.., digit].Reshape(28, 28), $"{digit}");
}
page.Add(templates);
Console.WriteLine($"The pictures are in {page.Save(args.FirstOrDefault(argument => !argument.StartsWith('-')) ?? "softmax-regression.html")}");

var enough = quick ? 0.7 : 0.85;
Console.WriteLine($"Claim: the loss fell from {losses[0]:F2} to {losses[^1]:F2}, {ofBatch:P0} of the batch are right, and {ofTest[^1]:P1} of the test set (at least {enough:P0})");
return losses[^1] < losses[0] / 4 && ofBatch > 0.9 && ofTest[^1] >= enough ? 0 : 1;
