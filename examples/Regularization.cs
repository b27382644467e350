#:project ../src/Autograd/Autograd.csproj
#:property PublishAot=false

// Regularization: a penalty on large weights keeps the boundary between two classes smooth. None, L1 and L2 side by side, as contours over the points.
// Run: dotnet run -c Release examples/Regularization.cs            (writes regularization.html; give another path as the first argument; --quick for a short run)

using Autograd;
using Autograd.Reports;
using static Autograd.Tensor;

const int BatchSize = 30;
const double Regularizer = 0.01;
var steps = args.Contains("--quick") ? 10000 : 40000;

// 300 points around 0; those near it are of class 1.
var x = RandomNormal([300, 2], seed: 2);
var y = (Square(x).Sum(axis: 1, keepDims: true) < 2).Cast(DType.Float32);
var (inside, outside) = (x[y.Reshape(-1) > 0.5], x[y.Reshape(-1) < 0.5]);

var axis = Linspace(-3, 3, 121);
var (xs, ys) = Meshgrid([axis, axis]);
var grid = Stack([xs.Reshape(-1), ys.Reshape(-1)], axis: 1);

(string Name, Func<Tensor, Tensor>? Penalty)[] kinds =
[
    ("no penalty", null),
    ("L1", w => Regularizer * Abs(w).Sum()),
    ("L2", w => Regularizer * Square(w).Sum() / 2),        // half the sum of squares
];
var page = new ReportPage("Regularization");
page.AddText("The same network 2-11-1 on the same points. The line is where it says 0.5. A penalty costs some accuracy on these points and keeps the weights small; L1 makes most of them 0.");
var (boundaries, histogram, sizes, zeros, accuracies) = (new List<Chart>(), new Histogram("Weights", xLabel: "weight"), new List<double>(), new List<double>(), new List<double>());
foreach (var (name, penalty) in kinds)
{
    Console.WriteLine(name);
    var collection = new List<Func<Tensor>>();             // penalties, which go with weights and not with biases
    Variable Weight(Shape shape, long seed)
    {
        var w = new Variable(RandomNormal(shape, seed: seed));
        if (penalty is not null)
        {
            collection.Add(() => penalty(w));
        }
        return w;
    }
    var (w1, b1) = (Weight([2, 11], seed: 3), new Variable(Full([11], 0.01)));
    var (w2, b2) = (Weight([11, 1], seed: 4), new Variable(Full([1], 0.01)));
    Tensor Predict(Tensor points) => MatMul(Relu(MatMul(points, w1) + b1), w2) + b2;

    var adam = new Adam(0.001);
    for (var step = 0; step < steps; step++)
    {
        var start = step * BatchSize % 300;
        var (batchX, batchY) = (x[start..(start + BatchSize)], y[start..(start + BatchSize)]);
        var loss = adam.Minimize(() => AddN([Square(Predict(batchX) - batchY).Mean(), .. collection.Select(term => term())]), [w1, b1, w2, b2]);
        if (step % 2000 == 0)
        {
            Console.WriteLine($"After {step} steps, loss is: {loss.Item():F6}");
        }
    }
    var weights = Concat([w1.Reshape(-1), w2.Reshape(-1)]);
    sizes.Add(Square(weights).Sum().Item());
    zeros.Add((Abs(weights) < 0.001).Mean().Item());
    accuracies.Add(Equal(Predict(x) > 0.5, y > 0.5).Mean().Item());
    Console.WriteLine($"{accuracies[^1]:P1} right, sum of squared weights {sizes[^1]:F2}, {zeros[^1]:P0} of the weights below 0.001");
    boundaries.Add(new Contour($"{name}: {accuracies[^1]:P1} right", axis, axis, Predict(grid).Reshape(121, 121)).Levels(0.5)
        .Add("class 0", outside[.., 0], outside[.., 1]).Add("class 1", inside[.., 0], inside[.., 1]).Limits(x: (-3, 3), y: (-3, 3)).EqualAspect());
    histogram.Add(name, weights, bins: 20);
}
boundaries.ForEach(boundary => page.Add(boundary));
page.Add(histogram);
Console.WriteLine($"The pictures are in {page.Save(args.FirstOrDefault(argument => !argument.StartsWith('-')) ?? "regularization.html")}");

Console.WriteLine($"Claim: {accuracies.Min():P1} or more of the points are right (at least 90 %); weights squared and added are {sizes[0]:F1} without, {sizes[2]:F1} with L2 (less than half); {zeros[1]:P0} of the weights are 0 with L1 (at least a third), {zeros[0]:P0} without");
return accuracies.Min() >= 0.9 && sizes[2] < sizes[0] / 2 && zeros[1] > 1 / 3.0 && zeros[1] > zeros[0] ? 0 : 1;
