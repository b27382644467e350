#:project ../src/Autograd/Autograd.csproj
#:property PublishAot=false

// A variational autoencoder: it presses each digit into two numbers and draws it again from them; afterwards any two numbers give a digit. Sheets of samples while it learns.
// Run: dotnet run -c Release examples/Vae.cs            (writes vae.html; give another path as the first argument; --quick for a short run)

using System.Diagnostics;
using Autograd;
using Autograd.Reports;
using static Autograd.Tensor;

var quick = args.Contains("--quick");
var path = args.FirstOrDefault(argument => !argument.StartsWith('-')) ?? "vae.html";

SetSeed(4);
var (x, y) = Datasets.Digits();
if (quick)
{
    (x, y) = (x[..1000], y[..1000]);
}
x = Clip(x, 0f, 1f);
var epochs = quick ? 6 : 60;
const int Batch = 100, Code = 2;
Console.WriteLine($"{x.Shape[0]} digits of 20 x 20 {(Datasets.HasDigits ? "from AUTOGRAD_DATA" : "drawn by the library")}, pressed into {Code} numbers each");

var encoder = new Sequential([new Dense(128, "relu", inputShape: [400]), new Dense(64, "relu"), new Dense(2 * Code)], name: "encoder");
var decoder = new Sequential([new Dense(64, "relu", inputShape: [Code]), new Dense(128, "relu"), new Dense(400)], name: "decoder");
Variable[] weights = [.. encoder.TrainableWeights, .. decoder.TrainableWeights];
var optimizer = new Adam(0.002);

List<double> losses = [], restored = [], divergences = [];
var animation = new Animation("Digits drawn from a grid of codes, while it learns", secondsPerFrame: 0.5);
var clock = Stopwatch.StartNew();
for (var epoch = 1; epoch <= epochs; epoch++)
{
    var (sumRestored, sumDivergence, count) = (0.0, 0.0, 0);
    foreach (var batch in Dataset.From(x, y).Shuffle(x.Shape[0], seed: epoch).Batch(Batch))
    {
        var images = batch.X[0];
        using var tape = new GradientTape();
        var (mean, logVariance) = Encode(images);
        // The noise is outside of the path of the gradient: code = mean + deviation * noise.
        var code = mean + (Exp(logVariance / 2) * RandomNormal(mean.Shape));
        var restoration = SigmoidCrossEntropy(logits: decoder.Apply(code), labels: images).Sum(axis: 1).Mean();
        var divergence = 0.5 * (Exp(logVariance) + Square(mean) - 1 - logVariance).Sum(axis: 1).Mean();
        var loss = restoration + divergence;
        optimizer.Apply(weights, tape.Gradient(loss, weights));
        sumRestored += restoration.Item();
        sumDivergence += divergence.Item();
        count++;
    }
    restored.Add(sumRestored / count);
    divergences.Add(sumDivergence / count);
    losses.Add(restored[^1] + divergences[^1]);
    if (epoch % Math.Max(1, epochs / 12) == 0 || epoch == 1)
    {
        Console.WriteLine(FormattableString.Invariant($"epoch {epoch,3}/{epochs}  loss {losses[^1]:F2} = restoration {restored[^1]:F2} + divergence {divergences[^1]:F2}  {clock.Elapsed.TotalSeconds:F0} s"));
        animation.Add(Sheet(), $"epoch {epoch}");
    }
}

var page = new ReportPage("A variational autoencoder");
page.AddText("Each digit becomes two numbers with their uncertainty; a second net draws it again. Neighbouring codes give similar digits, so a walk over the plane of codes turns one digit into another.");
page.Add(animation);
page.Add(new LineChart("Loss", xLabel: "epoch", yLabel: "nats per image").Add("all", losses).Add("restoration", restored).Add("divergence", divergences));
var codes = Encode(x).Mean;
var plane = new ScatterChart("Where the digits lie", xLabel: "first number", yLabel: "second number").EqualAspect();
for (var digit = 0; digit < 10; digit++)
{
    var of = codes[Equal(y, digit)][..200];                 // as many as are drawn in shapes of their own: there are fewer colours than digits
    plane.Add($"{digit}", of[.., 0], of[.., 1]);
}
page.Add(plane);
var pairs = new ImageGrid("Digits, and each drawn from its two numbers", columns: 8);
var drawn = Sigmoid(decoder.Apply(codes[..8]));
for (var i = 0; i < 8; i++)
{
    pairs.Add(Upright(x[i]), $"a {y[i].Item()}");
}
for (var i = 0; i < 8; i++)
{
    pairs.Add(Upright(drawn[i]), "restored");
}
page.Add(pairs);
animation.SaveGif(Path.ChangeExtension(path, ".gif"));
Console.WriteLine($"the pictures are in {page.Save(path)} and {Path.ChangeExtension(path, ".gif")}");

// What a picture of the mean of all digits would cost, for comparison.
var average = Clip(x.Mean(axis: 0, keepDims: true), 1e-3f, 0.999f);
var baseline = -((x * Log(average)) + ((1 - x) * Log(1 - average))).Sum(axis: 1).Mean().Item();
var most = baseline * (quick ? 1 : 0.85);
Console.WriteLine(FormattableString.Invariant($"Claim: the loss is {losses[^1]:F1} (at most {most:F1}); with the mean image in place of every digit {baseline:F1}"));
return losses[^1] <= most ? 0 : 1;

(Tensor Mean, Tensor LogVariance) Encode(Tensor images)
{
    var both = encoder.Apply(images);
    return (both[.., ..Code], both[.., Code..]);
}

// Pixels stand column after column.
static Tensor Upright(Tensor image) => image.Reshape(20, 20).T;

ImageGrid Sheet()
{
    const int Side = 10;
    var sheet = new ImageGrid("", columns: Side);
    for (var row = 0; row < Side; row++)
    {
        for (var column = 0; column < Side; column++)
        {
            Tensor code = new float[,] { { -2 + (4f * column / (Side - 1)), 2 - (4f * row / (Side - 1)) } };
            sheet.Add(Upright(Sigmoid(decoder.Apply(code))[0]));
        }
    }
    return sheet;
}
