#:project ../src/Autograd/Autograd.csproj
#:property PublishAot=false

// Back-propagation by hand: a network 784-128-10 of sigmoids whose gradients are derived on paper, with the tape's beside them.
// Run: dotnet run -c Release examples/MnistByHand.cs            (writes mnist-by-hand.html; give another path as the first argument; --quick for a short run)

using System.Diagnostics;
using Autograd;
using Autograd.Reports;
using static Autograd.Tensor;

const int Hidden = 128, BatchSize = 64;
const float Rate = 0.1f;
var quick = args.Contains("--quick");
const int Epochs = 20;

var real = Datasets.HasMnist && !quick;
Console.WriteLine(real ? "MNIST" : "digits drawn by the library; MNIST is used where AUTOGRAD_DATA names a folder with mnist/");
var mnist = quick ? Datasets.DrawnMnist(train: 4000, test: 1000, normalize: true, seed: 1) : real ? Datasets.Mnist(normalize: true) : Datasets.DrawnMnist(normalize: true, seed: 1);
var (trainX, trainY) = (mnist.TrainX.Reshape(-1, 784), Eye(10).Take(mnist.TrainY));
var testX = mnist.TestX.Reshape(-1, 784);

var (w1, b1) = (new Variable(RandomNormal([784, Hidden], seed: real ? 6 : 1)), new Variable(Zeros(1, Hidden)));
var (w2, b2) = (new Variable(RandomNormal([Hidden, 10], seed: real ? 106 : 2)), new Variable(Zeros(1, 10)));
Variable[] weights = [w1, b1, w2, b2];                      // standard normal: large for 784 inputs, so sigmoids begin saturated; from an unlucky seed some digits are never learned

(Tensor A1, Tensor A2) Forward(Tensor x)
{
    var a1 = Sigmoid(MatMul(x, w1) + b1);
    return (a1, Sigmoid(MatMul(a1, w2) + b2));
}

// The gradients of half the sum of squared errors. The derivative of a sigmoid is a (1 - a).
Tensor[] Backward(Tensor x, Tensor y, Tensor a1, Tensor a2)
{
    var d2 = (a2 - y) * a2 * (1 - a2);
    var d1 = MatMul(d2, w2.T) * a1 * (1 - a1);
    return [MatMul(x.T, d1), d1.Sum(axis: 0, keepDims: true), MatMul(a1.T, d2), d2.Sum(axis: 0, keepDims: true)];
}

Tensors BackwardByTape(Tensor x, Tensor y)
{
    using var tape = new GradientTape();
    return tape.Gradients(Square(Forward(x).A2 - y).Sum() / 2, weights);
}

var clock = Stopwatch.StartNew();
var losses = new List<double>();
double difference = 0;
for (var epoch = 0; epoch < Epochs; epoch++)
{
    Tensor error = 0;
    for (var start = 0; start < trainX.Shape[0]; start += BatchSize)
    {
        var end = Math.Min(start + BatchSize, trainX.Shape[0]);
        var (x, y) = (trainX[start..end], trainY[start..end]);
        var (a1, a2) = Forward(x);
        var gradients = Backward(x, y, a1, a2);
        if (start == 0)                                    // once an epoch: how far is paper from tape, measured by the largest element?
        {
            var pairs = gradients.Zip(BackwardByTape(x, y), (paper, tape) => Abs(paper - tape).Max().Item() / Abs(tape).Max().Item());
            difference = Math.Max(difference, pairs.Max());
        }
        foreach (var (weight, gradient) in weights.Zip(gradients))
        {
            weight.AssignSub(Rate * gradient);
        }
        error = a2 - y;
    }
    losses.Add(Square(error).Mean().Item());               // of the last batch
    Console.WriteLine($"Epoch {epoch}, Loss: {losses[^1]:F6}");
}

var guesses = Forward(testX).A2.ArgMax(axis: 1);
var accuracy = Equal(guesses, mnist.TestY).Mean().Item();
Console.WriteLine($"Test Accuracy: {100 * accuracy:F2}% after {clock.Elapsed.TotalSeconds:F1} s");

var page = new ReportPage("MNIST by hand");
page.AddText($"A network 784-128-10, trained with gradients derived on paper for {Epochs} epochs. Of {testX.Shape[0]} test images it names {accuracy:P2} correctly.");
page.Add(new LineChart("Mean square of the last batch", xLabel: "epoch").Add("loss", losses));
var images = new ImageGrid("The first five test images", columns: 5);
for (var i = 0; i < 5; i++)
{
    var (guess, truth) = (guesses[i].Item(), mnist.TestY[i].Item());
    Console.WriteLine($"Predicted: {guess}, Actual: {truth}");
    images.Add(mnist.TestX[i], $"Predicted: {guess}, Actual: {truth}", isMistake: guess != truth);
}
page.Add(images);
Console.WriteLine($"The pictures are in {page.Save(args.FirstOrDefault(argument => !argument.StartsWith('-')) ?? "mnist-by-hand.html")}");

Console.WriteLine($"Claim: {accuracy:P1} of the test digits are read correctly (at least {(quick ? 60 : 90)} %), and gradients on paper differ from the tape's by at most {difference:E1} of the largest (below 1E-4)");
return accuracy >= (quick ? 0.6 : 0.9) && difference < 1e-4 ? 0 : 1;
