#:project ../src/Autograd/Autograd.csproj
#:property PublishAot=false

// Losses: how much yoghurt will be sold? The mean square, losses of one's own whose two errors cost differently, and the two forms of cross-entropy.
// Run: dotnet run -c Release examples/Regression.cs            (writes regression.html; give another path as the first argument)

using Autograd;
using Autograd.Reports;
using static Autograd.Tensor;

const int Steps = 20000, BatchSize = 8;
var x = RandomUniform([32, 2], seed: 23455);
var y = x.Sum(axis: 1, keepDims: true) + RandomUniform([32, 1], -0.05, 0.05, seed: 1);

Tensor MeanSquare(Tensor target, Tensor prediction) => Square(target - prediction).Mean();

// What is left over costs money, what is missing loses a profit.
Func<Tensor, Tensor, Tensor> Sales(double cost, double profit) =>
    (target, prediction) => Where(prediction > target, cost * (prediction - target), profit * (target - prediction)).Sum();

// 1. One line, y = w1 x1 + w2 x2, and three opinions on what an error costs.
(string Name, Func<Tensor, Tensor, Tensor> Loss)[] kinds =
[
    ("mean square", MeanSquare),
    ("cost 1, profit 9", Sales(cost: 1, profit: 9)),
    ("cost 9, profit 1", Sales(cost: 9, profit: 1)),
];
var page = new ReportPage("Regression and losses");
page.AddText("y = x1 + x2 + noise, learned by gradient descent from 32 examples. Where a missing yoghurt costs more than one left over, the line is learned too high, and the other way round.");
var (paths, scatter) = (new LineChart("The first weight", xLabel: "step", yLabel: "w1[0]"), new ScatterChart("Predictions", xLabel: "sold", yLabel: "predicted"));
var sums = new List<double>();                             // of both weights: 2 is the truth
foreach (var (name, loss) in kinds)
{
    Console.WriteLine(name);
    var w1 = new Variable(RandomNormal([2, 1], seed: 1));
    var descent = new SGD(0.001);
    List<double> steps = [], values = [];
    for (var i = 0; i < Steps; i++)
    {
        var start = i * BatchSize % 32;
        var (batchX, batchY) = (x[start..(start + BatchSize)], y[start..(start + BatchSize)]);
        descent.Minimize(() => loss(batchY, MatMul(batchX, w1)), [w1]);
        if (i % 500 == 0)
        {
            Console.WriteLine($"After {i} training steps, w1 is: {w1[0, 0].Item():F6} {w1[1, 0].Item():F6}");
            steps.Add(i);
            values.Add(w1[0, 0].Item());
        }
    }
    steps.Add(Steps);
    values.Add(w1[0, 0].Item());
    Console.WriteLine($"Final w1 is: {w1[0, 0].Item():F6} {w1[1, 0].Item():F6}");
    sums.Add(w1.Sum().Item());
    paths.Add(name, steps, values);
    scatter.Add(name, y, MatMul(x, w1));
}
page.Add(paths).Add(scatter.AddLine("as sold", new double[] { 0, 2 }, new double[] { 0, 2 }));

var errors = Linspace(-1, 1, 101);
page.Add(new LineChart("What an error costs", xLabel: "predicted - sold")
    .Add(kinds[0].Name, errors, Square(errors))
    .Add(kinds[1].Name, errors, Where(errors > 0, errors, -9 * errors))
    .Add(kinds[2].Name, errors, Where(errors > 0, 9 * errors, -errors)));

// 2. Cross-entropy, of probabilities that are clipped lest a logarithm be infinite, and from logits: is x1 + x2 above 1?
var (w, b) = (new Variable(RandomNormal([2, 2], seed: 1)), new Variable(Zeros(2)));
var target = OneHot((y > 1).Reshape(32).Cast(DType.Int32), depth: 2);
var adam = new Adam(0.05);
for (var i = 0; i < 500; i++)
{
    adam.Minimize(() => new SparseCategoricalCrossentropy(fromLogits: true).Apply(target.ArgMax(axis: 1), MatMul(x, w) + b), [w, b]);
}
var logits = MatMul(x, w) + b;
var clipped = -(target * Log(Clip(Softmax(logits), 1e-12, 1))).Mean();         // of all 64 numbers
var sparse = SoftmaxCrossEntropy(labels: target.ArgMax(axis: 1), logits: logits).Mean();       // of 32 examples
var accuracy = Equal(logits.ArgMax(axis: 1), target.ArgMax(axis: 1)).Mean().Item();
var wrong = -Log(Clip(Softmax(new float[] { 200, 0 }), 1e-12, 1))[1].Item();
Console.WriteLine($"cross-entropy of clipped probabilities {clipped.Item():F6}, twice that {2 * clipped.Item():F6}, from logits {sparse.Item():F6}, {accuracy:P1} right");
Console.WriteLine($"quite sure and wrong, logits (200, 0): {wrong:F2} of clipped probabilities, {SoftmaxCrossEntropy(labels: new int[] { 1 }, logits: new float[,] { { 200, 0 } }).Item():F2} from logits");
Console.WriteLine($"The pictures are in {page.Save(args.FirstOrDefault(argument => !argument.StartsWith('-')) ?? "regression.html")}");

var difference = Math.Abs(2 * clipped.Item() - sparse.Item());
Console.WriteLine($"Claim: weights add up to {sums[0]:F3} by the mean square (2 within 0.02), to {sums[1]:F3} where profit counts (more), to {sums[2]:F3} where cost does (less); the cross-entropies differ by {difference:E1} (below 1E-5)");
return Math.Abs(sums[0] - 2) < 0.02 && sums[1] > sums[0] + 0.03 && sums[2] < sums[0] - 0.03 && difference < 1e-5 && accuracy > 0.9 ? 0 : 1;
