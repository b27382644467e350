#:project ../src/Autograd/Autograd.csproj
#:property PublishAot=false

// Two nets against each other: one draws points, the other tells them from real ones (WGAN-GP: Wasserstein distance with a gradient penalty, which needs second derivatives). Real points are two moons.
// Run: dotnet run -c Release examples/Gan.cs            (writes gan.html; give another path as the first argument; --quick for a short run)

using System.Diagnostics;
using Autograd;
using Autograd.Reports;
using static Autograd.Tensor;

var quick = args.Contains("--quick");
var path = args.FirstOrDefault(argument => !argument.StartsWith('-')) ?? "gan.html";

const int Batch = 256, Noise = 4, CriticSteps = 4;
const double Penalty = 1;
var steps = quick ? 300 : 3000;
SetSeed(1);
var real = Datasets.Moons(perClass: 2000, noise: 0.05, seed: 1).X;
var generator = new Sequential([new Dense(64, "relu", inputShape: [Noise]), new Dense(64, "relu"), new Dense(2)], name: "generator");
var critic = new Sequential([new Dense(64, "relu", inputShape: [2]), new Dense(64, "relu"), new Dense(1)], name: "critic");
var (generatorOptimizer, criticOptimizer) = (new Adam(1e-3, 0.5, 0.9), new Adam(1e-3, 0.5, 0.9));

var animation = new Animation("Points that the generator draws while it learns", secondsPerFrame: 0.5);
List<double> at = [], distances = [], quality = [];
var clock = Stopwatch.StartNew();
var firstQuality = Quality();
Frame(0);
for (var step = 1; step <= steps; step++)
{
    var distance = 0.0;
    for (var i = 0; i < CriticSteps; i++)
    {
        var x = real.Take(RandomInteger([Batch], 0, real.Shape[0]));
        var drawn = generator.Apply(RandomNormal([Batch, Noise]));
        using var tape = new GradientTape();
        var gap = critic.Apply(x).Mean() - critic.Apply(drawn).Mean();
        // Between real and drawn points the critic's slope shall have length 1.
        var mix = RandomUniform([Batch, 1]);
        var slope = Slope((mix * x) + ((1 - mix) * drawn));
        var loss = -gap + (Penalty * Square(slope.Norm(axis: 1) - 1).Mean());
        criticOptimizer.Apply(critic.TrainableWeights, tape.Gradient(loss, critic.TrainableWeights));
        distance = gap.Item();
    }
    {
        using var tape = new GradientTape();
        var loss = -critic.Apply(generator.Apply(RandomNormal([Batch, Noise]))).Mean();
        generatorOptimizer.Apply(generator.TrainableWeights, tape.Gradient(loss, generator.TrainableWeights));
    }
    if (step % (steps / 30) == 0)
    {
        at.Add(step);
        distances.Add(distance);
        quality.Add(Quality());
        Console.WriteLine(FormattableString.Invariant($"step {step,5}/{steps}  distance seen by the critic {distance:F3}  drawn and real points lie apart {quality[^1]:F3}  {clock.Elapsed.TotalSeconds:F0} s"));
        Frame(step);
    }
}

var page = new ReportPage("Two nets against each other");
page.AddText("The critic learns how far the drawn points are from the real ones, the generator to bring them nearer. The penalty on the critic's slope is a gradient inside a loss.");
page.Add(animation);
page.Add(new LineChart("While they learn", xLabel: "step").Add("distance seen by the critic", at, distances).Add("how far apart drawn and real points lie", at, quality));
animation.SaveGif(Path.ChangeExtension(path, ".gif"));
Console.WriteLine($"the pictures are in {page.Save(path)} and {Path.ChangeExtension(path, ".gif")}");
var most = quick ? 0.6 * firstQuality : 0.1;
Console.WriteLine(FormattableString.Invariant($"Claim: drawn and real points lie {quality[^1]:F3} apart (at most {most:F3}; {firstQuality:F3} before training)"));
return quality[^1] <= most ? 0 : 1;

Tensor Slope(Tensor x)
{
    using var inner = new GradientTape();
    inner.Watch(x);
    return inner.Gradient(critic.Apply(x).Sum(), x)!;
}

// The mean distance from a drawn point to the nearest real one, and from a real one to the nearest drawn one, which grows where a part of the moons is never drawn. The larger of the two.
double Quality()
{
    var drawn = generator.Apply(RandomNormal([500, Noise], seed: 9));
    var distances = Sqrt(Square(drawn.ExpandDims(1) - real[..500].ExpandDims(0)).Sum(axis: 2));
    return Maximum(distances.Min(axis: 0).Mean(), distances.Min(axis: 1).Mean()).Item();
}

void Frame(int step)
{
    var drawn = generator.Apply(RandomNormal([500, Noise], seed: 9));
    animation.Add(new ScatterChart("").Add("real", real[..500, 0], real[..500, 1]).Add("drawn", drawn[.., 0], drawn[.., 1]).Limits(x: (-1.6, 2.6), y: (-1.2, 1.7)), $"step {step}");
}
