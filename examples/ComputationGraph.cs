#:project ../src/Autograd/Autograd.csproj
#:property PublishAot=false

// Back-propagation on a graph, step by step: J(w, b) = ((w x + b) - y)^2 / 2, node for node, forward and back; the same for a net of two layers; then N + P steps against N x P, counted and timed.
// Run: dotnet run -c Release examples/ComputationGraph.cs            (writes computation-graph.html; give another path as the first argument; --quick for a short run)

using System.Diagnostics;
using Autograd;
using Autograd.Reports;
using static Autograd.Tensor;

var quick = args.Contains("--quick");
var path = args.FirstOrDefault(argument => !argument.StartsWith('-')) ?? "computation-graph.html";
var failed = false;

// ---- 1. Left to right: c = w x, a = c + b, d = a - y, J = d^2 / 2. ----
var (x, y) = (Full([], -2.0), Full([], 2.0));
var (w, b) = (new Variable(2.0, name: "w"), new Variable(8.0, name: "b"));
using var tape = new GradientTape(persistent: true);
var c = w * x;
var a = c + b;
var d = a - y;
var j = Square(d) / 2;
Console.WriteLine($"forward:  c = w x = {c.Item()},  a = c + b = {a.Item()},  d = a - y = {d.Item()},  J = d^2 / 2 = {j.Item()}");

// ---- Right to left, by hand: each node's derivative from that of the node behind it. ----
var dJdd = d.Item();
var dJda = dJdd * 1;
var dJdc = dJda * 1;
var dJdb = dJda * 1;
var dJdw = dJdc * x.Item();
Console.WriteLine($"backward: dJ/dd = {dJdd},  dJ/da = {dJda},  dJ/dc = {dJdc},  dJ/db = {dJdb},  dJ/dw = {dJdw}");
var (byTape, byHand) = (tape.Gradient(j, [d, a, c, b, w]), new[] { dJdd, dJda, dJdc, dJdb, dJdw });
foreach (var ((gradient, expected), name) in byTape.Zip(byHand).Zip(["d", "a", "c", "b", "w"]))
{
    Console.WriteLine($"  the tape: dJ/d{name} = {gradient!.Item()}");
    failed |= Math.Abs(gradient.Item() - expected) > 1e-12;
}
// What the derivative means: w up by a thousandth changes J by dJ/dw thousandths.
const double Little = 0.001;
var moved = Math.Pow(((w.Item() + Little) * x.Item()) + b.Item() - y.Item(), 2) / 2;
Console.WriteLine(FormattableString.Invariant($"w up by {Little}: J from {j.Item()} to {moved:F6}, a change of {(moved - j.Item()) / Little:F3} for each one of w"));

var page = new ReportPage("Back-propagation on a graph");
page.AddText("Each node shows its value, computed from the top down, and below it the derivative of J by that value, computed from the bottom up.");
var graph = Graph.Of(tape, j, "J = ((w x + b) - y)^2 / 2").Name(x).Name(y).Name(c).Name(a).Name(d).Name(j, "J");
page.Add(graph);
var steps = new Animation("Step by step", secondsPerFrame: 1);
foreach (var step in graph.Steps())
{
    steps.Add(step);
}
page.Add(steps);

// ---- 2. Two layers: a1 = relu(w1 x + b1), a2 = w2 a1 + b2, J = (a2 - y)^2 / 2. ----
var (w1, b1, w2, b2) = (new Variable(2.0, name: "w1"), new Variable(0.0, name: "b1"), new Variable(3.0, name: "w2"), new Variable(1.0, name: "b2"));
using var net = new GradientTape(persistent: true);
var a1 = Relu((w1 * 1.0) + b1);
var a2 = (w2 * a1) + b2;
var cost = Square(a2 - 5.0) / 2;
var gradients = net.Gradient(cost, [w1, b1, w2, b2]);
Console.WriteLine($"two layers: J = {cost.Item()}; dJ/dw1 = {gradients[0]!.Item()}, dJ/db1 = {gradients[1]!.Item()}, dJ/dw2 = {gradients[2]!.Item()}, dJ/db2 = {gradients[3]!.Item()}");
failed |= gradients[0]!.Item() != 6 || gradients[1]!.Item() != 6 || gradients[2]!.Item() != 4 || gradients[3]!.Item() != 2;
page.AddHeading("Two layers");
page.Add(Graph.Of(net, cost, "J = (a2 - y)^2 / 2"));

// ---- 3. N nodes, P parameters: N + P steps from right to left, N x P with one forward pass for each parameter. ----
Console.WriteLine("  parameters P   nodes N     N + P         N x P   back-propagation   one pass a parameter");
List<double> parameters = [], sums = [], products = [], back = [], forward = [];
foreach (var width in quick ? new[] { 4, 16 } : [4, 16, 64, 256, 1024])
{
    var input = RandomNormal([8, 4], seed: 1);
    var (first, second) = (new Variable(RandomNormal([4, width], seed: 2)), new Variable(RandomNormal([width, 1], seed: 3)));
    Tensor Loss() => Square(MatMul(Tanh(MatMul(input, first)), second)).Mean();
    TapeStatistics statistics = default;
    var backTime = Time(() =>
    {
        using var one = new GradientTape();
        one.Gradient(Loss(), [first, second]);
        statistics = one.Statistics;
    });
    var passTime = Time(() => Loss().Item());
    long p = first.Size + second.Size, n = statistics.OperationsVisited;
    // Elements count as nodes: each element of a result is one.
    var nodes = (8L * width * 2) + (8 * 2) + 1;
    parameters.Add(p);
    sums.Add(nodes + p);
    products.Add(nodes * p);
    back.Add(backTime);
    forward.Add(passTime * p);
    Console.WriteLine(FormattableString.Invariant($"{p,14}{nodes,10}{nodes + p,10}{nodes * p,14}{backTime,16:F1} us{passTime * p,20:F0} us   ({n} operations visited on the tape)"));
}
page.AddHeading("N + P against N x P");
page.Add(new LineChart("Steps", xLabel: "parameters", yLabel: "steps", logarithmicY: true).Add("N + P", parameters, sums).Add("N x P", parameters, products));
page.Add(new LineChart("Time for a gradient", xLabel: "parameters", yLabel: "microseconds", logarithmicY: true).Add("back-propagation", parameters, back).Add("one pass for each parameter", parameters, forward));
Console.WriteLine($"the graphs are in {page.Save(path)}");
failed |= back[^1] >= forward[^1];
Console.WriteLine($"Claim: the tape {(failed ? "DIFFERS from" : "agrees with")} the chain rule by hand, node for node");
return failed ? 1 : 0;

static double Time(Action action)
{
    action();
    var best = double.MaxValue;
    for (var i = 0; i < 20; i++)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMicroseconds);
    }
    return best;
}
