#:project ../src/Autograd/Autograd.csproj
#:property PublishAot=false

// The learning rate: right, too large, too small, and decaying, each on the way to the minimum of (w + 1)^2 from w = 5.
// Run: dotnet run -c Release examples/LearningRate.cs            (writes learning-rate.html; give another path as the first argument)

using Autograd;
using Autograd.Reports;
using static Autograd.Tensor;

const int Steps = 40, Examples = 32, BatchSize = 8, Every = Examples / BatchSize;   // the rate decays once per pass over the examples
const double Base = 0.3, Decay = 0.8;
var smooth = new ExponentialDecay(Base, Every, Decay);
var stairs = new ExponentialDecay(Base, Every, Decay, staircase: true);
(string Name, Schedule Rate)[] rates = [("fixed, 0.2", 0.2), ("too large, 1", 1.0), ("too small, 0.001", 0.001), ("decaying", smooth), ("decaying by stairs", stairs)];

var (values, ofRate, ofLoss) = (
    new LineChart("w on its way to -1", xLabel: "step", yLabel: "w"),
    new LineChart("Learning rate", xLabel: "step", logarithmicY: true),
    new LineChart("Loss", xLabel: "step", logarithmicY: true));
var ends = new List<double>();
foreach (var (name, rate) in rates)
{
    Console.WriteLine(name);
    var w = new Variable(5f);
    var descent = new SGD(rate);
    List<double> path = [], losses = [], learningRates = [];
    for (var i = 0; i <= Steps; i++)
    {
        path.Add(w.Item());
        learningRates.Add(rate.At(descent.Iterations));
        losses.Add(descent.Minimize(() => Square(w + 1), [w]).Item());
        if (i % 5 == 0)
        {
            Console.WriteLine($"After {i} steps: w is {path[^1]:F6}, learning rate is {learningRates[^1]:F6}, loss is {losses[^1]:F6}");
        }
    }
    ends.Add(path[^1]);
    values.Add(name, path);
    ofLoss.Add(name, losses.Select(loss => Math.Max(loss, 1e-14)).ToList());
    ofRate.Add(name, Enumerable.Range(0, Steps + 1).ToList(), learningRates, steps: rate == stairs);
}

var page = new ReportPage("Learning rates");
page.AddText("Too large a rate jumps from side to side for ever, too small a one hardly moves. A rate that decays, base * decay^(step / every), begins boldly and ends carefully; with stairs, step / every is rounded down.");
page.Add(values).Add(ofLoss).Add(ofRate);
Console.WriteLine($"The curves are in {page.Save(args.FirstOrDefault(argument => !argument.StartsWith('-')) ?? "learning-rate.html")}");

var formula = Enumerable.Range(0, Steps).Max(step => Math.Max(
    Math.Abs(smooth.At(step) - Base * Math.Pow(Decay, step / (double)Every)),
    Math.Abs(stairs.At(step) - Base * Math.Pow(Decay, step / Every))));
Console.WriteLine($"Claim: after {Steps} steps w is {ends[0]:F4} with 0.2, {ends[3]:F4} and {ends[4]:F4} with decay (-1 within 0.001), {ends[1]:F1} with 1 (as far as at the start), {ends[2]:F2} with 0.001 (above 4); schedules follow their formulas within {formula:E1}");
return new[] { ends[0], ends[3], ends[4] }.All(w => Math.Abs(w + 1) < 1e-3) && Math.Abs(ends[1] + 1) > 5.9 && ends[2] > 4 && formula < 1e-15 ? 0 : 1;
