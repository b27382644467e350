#:project ../src/Autograd/Autograd.csproj
#:property PublishAot=false

// MNIST, 60000 digits for training and 10000 for testing: a dense network (98% on the test digits) and a convolutional one (99%).
// Run: dotnet run -c Release examples/Mnist.cs -- [dense|conv] [--epochs N]      (both without a name; reads the data from AUTOGRAD_DATA or downloads it once, and offline takes digits drawn by the library)

using System.Diagnostics;
using Autograd;

Tensor.SetSeed(1);
var mnist = Digits();
var worst = 1.0;
int? given = Array.IndexOf(args, "--epochs") is >= 0 and var at ? int.Parse(args[at + 1]) : null;
if (Wanted("dense"))
{
    Train("dense", epochs: given ?? 8, new Sequential([
        new Flatten(inputShape: [28, 28]),
        new Dense(512, activation: "relu"),
        new Dropout(0.2),
        new Dense(10),
    ], name: "dense"));
}
if (Wanted("conv"))
{
    Train("conv", epochs: given ?? 6, new Sequential([
        new Reshape([28, 28, 1], inputShape: [28, 28]),
        new Conv2D(32, 3, activation: "relu"),
        new MaxPooling2D(2),
        new Conv2D(64, 3, activation: "relu"),
        new MaxPooling2D(2),
        new Flatten(),
        new Dense(128, activation: "relu"),
        new Dropout(0.4),
        new Dense(10),
    ], name: "conv"));
}
const double Least = 0.97;
Console.WriteLine(FormattableString.Invariant($"Claim: {worst:P2} of the test digits are named correctly by the worst net (at least {Least:P0} with the usual epochs)"));
return given is not null || worst >= Least ? 0 : 1;

static LabelledData Digits()
{
    try
    {
        return Datasets.Mnist(normalize: true);              // pixels from 0 to 1 instead of 255
    }
    catch (FileException error)
    {
        Console.WriteLine($"{error.Message}\nUntil then: 10000 digits drawn by the library, and 2000 for testing.");
        return Datasets.DrawnMnist(normalize: true, seed: 1);
    }
}

bool Wanted(string name) => args.Contains(name) || !args.Any(argument => argument is "dense" or "conv");

void Train(string name, int epochs, Sequential model)
{
    model.Compile(new Adam(), new SparseCategoricalCrossentropy(fromLogits: true), ["accuracy"]);
    model.Summary();
    var clock = Stopwatch.StartNew();
    model.Fit(mnist.TrainX, mnist.TrainY, batchSize: 64, epochs: epochs, callbacks: [new TrainingReport($"mnist-{name}.html")]);
    var seconds = clock.Elapsed.TotalSeconds;
    var test = model.Evaluate(mnist.TestX, mnist.TestY, batchSize: 500, verbose: 0);
    worst = Math.Min(worst, test["accuracy"]);
    Console.WriteLine(FormattableString.Invariant($"{name}: test accuracy {test["accuracy"]:P2} after {epochs} epochs in {seconds:F1} s; the curves are in mnist-{name}.html"));
}
