#:project ../src/Autograd/Autograd.csproj
#:property PublishAot=false

// Moving averages of weights: shadow = decay shadow + (1 - decay) value, where decay = min(0.99, (1 + step) / (10 + step)) lets the shadow follow fast at first.
// Run: dotnet run -c Release examples/MovingAverage.cs            (writes moving-average.html; give another path as the first argument)

using Autograd;
using Autograd.Reports;
using static Autograd.Tensor;

// 1. By numbers: a weight of 0, then 1, then 10 at step 100.
var w1 = new Variable(0f);
var average = new ExponentialMovingAverage(decay: 0.99);
var shadows = new List<double>();
void Update(long? step = null)
{
    if (step is { } n)
    {
        average.Apply([w1], n);
    }
    else
    {
        average.Apply([w1]);                               // the shadow begins at the initial value
    }
    shadows.Add(average.Average(w1)!.Item());
    Console.WriteLine($"step {step ?? 0}: w1 {w1.Item():F1}, shadow {shadows[^1]:F6}");
}

Update();
w1.Assign(1f);
Update(step: 0);
w1.Assign(10f);
for (var i = 0; i < 7; i++)
{
    Update(step: 100);
}

// The same on paper.
double[] paper = [0, 0.9, .. new double[7]];
var decay = Math.Min(0.99, (1 + 100.0) / (10 + 100));
for (var i = 2; i < paper.Length; i++)
{
    paper[i] = decay * paper[i - 1] + (1 - decay) * 10;
}
var difference = shadows.Zip(paper, (shadow, value) => Math.Abs(shadow - value)).Max();

// 2. In training: one noisy example at a time and a rate that is too large make the weight dance; its shadow walks.
const int Steps = 2000;
const double Truth = 3;
SetSeed(1);
var w = new Variable(0f);
var follower = new ExponentialMovingAverage(decay: 0.99);
follower.Apply([w]);
var descent = new SGD(0.1);
List<double> raw = [], shadow = [];
for (var step = 0; step < Steps; step++)
{
    var x = RandomNormal([]);
    var y = Truth * x + RandomNormal([]);
    descent.Minimize(() => Square(w * x - y), [w]);
    follower.Apply([w], step);
    raw.Add(w.Item());
    shadow.Add(follower.Average(w)!.Item());
    if ((step + 1) % 500 == 0)
    {
        Console.WriteLine($"step {step + 1}: w {raw[^1]:F4}, shadow {shadow[^1]:F4}");
    }
}
double Spread(List<double> values) => Math.Sqrt(values.Skip(Steps / 2).Average(value => (value - Truth) * (value - Truth)));

var page = new ReportPage("Moving averages");
page.AddText($"A weight learned from one noisy example at a time is off by {Spread(raw):F2} on average, its shadow by {Spread(shadow):F2}. For testing, the shadow stands in for the weight.");
page.Add(new LineChart("Weight and shadow", xLabel: "step").Add("weight", raw).Add("shadow", shadow).Add("truth", Full([Steps], Truth)));
page.Add(new LineChart("A weight that is 0, then 1, then 10", xLabel: "update").Add("weight", new double[] { 0, 1, 10, 10, 10, 10, 10, 10, 10 }, steps: true).Add("shadow", shadows));
Console.WriteLine($"The curves are in {page.Save(args.FirstOrDefault(argument => !argument.StartsWith('-')) ?? "moving-average.html")}");

Console.WriteLine($"Claim: shadows differ from those on paper by at most {difference:E1} (below 1E-5); in training the shadow is off by {Spread(shadow):F2}, less than half of the weight's {Spread(raw):F2}");
return difference < 1e-5 && Spread(shadow) < Spread(raw) / 2 ? 0 : 1;
