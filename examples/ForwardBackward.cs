#:project ../src/Autograd/Autograd.csproj
#:property PublishAot=false

// A program in two halves: Forward says what the network is, Backward how it learns: penalties, a rate that decays, moving averages of the weights.
// Run: dotnet run -c Release examples/ForwardBackward.cs            (writes forward-backward.html; give another path as the first argument; --quick for a short run)

using Autograd;
using Autograd.Reports;
using static Autograd.Tensor;

var quick = args.Contains("--quick");
var x = RandomNormal([300, 2], seed: 2);
var y = (Square(x).Sum(axis: 1, keepDims: true) < 2).Cast(DType.Float32);

var forward = new Forward(regularizer: 0.01);
var backward = new Backward(forward, learningRate: 0.01, decay: 0.999, averageDecay: 0.99);
var losses = backward.Train(x, y, steps: quick ? 4000 : 40000, batchSize: 30);

double Accuracy() => Equal(forward.Predict(x) > 0.5, y > 0.5).Mean().Item();
var raw = Accuracy();
double averaged;
Tensor boundary;
var axis = Linspace(-3, 3, 121);
var (xs, ys) = Meshgrid([axis, axis]);
using (backward.Average.Swap())                            // the averages stand in for the weights
{
    averaged = Accuracy();
    boundary = forward.Predict(Stack([xs.Reshape(-1), ys.Reshape(-1)], axis: 1)).Reshape(121, 121);
}
Console.WriteLine($"{raw:P1} right, with averaged weights {averaged:P1}");

var page = new ReportPage("Forward and backward");
page.AddText($"A network 2-11-1 with L2 penalties: {raw:P1} of the points are right, and {averaged:P1} with the averages of its weights, whose boundary is drawn.");
var (inside, outside) = (x[y.Reshape(-1) > 0.5], x[y.Reshape(-1) < 0.5]);
page.Add(new Contour("Where the network says 0.5", axis, axis, boundary).Levels(0.5).Limits(x: (-3, 3), y: (-3, 3))
    .Add("class 0", outside[.., 0], outside[.., 1]).Add("class 1", inside[.., 0], inside[.., 1]).EqualAspect());
page.Add(new LineChart("Loss", xLabel: "step", logarithmicY: true).Add("with penalties", losses.Select(loss => loss.Step).ToList(), losses.Select(loss => loss.Value).ToList()));
Console.WriteLine($"The pictures are in {page.Save(args.FirstOrDefault(argument => !argument.StartsWith('-')) ?? "forward-backward.html")}");

Console.WriteLine($"Claim: {raw:P1} of the points are right, {averaged:P1} with averaged weights (both at least 93 %); the learning rate fell from 0.01 to {backward.LearningRate:E1}");
return raw >= 0.93 && averaged >= 0.93 && backward.LearningRate < 0.01 ? 0 : 1;

class Forward
{
    readonly double _regularizer;
    readonly List<Variable> _weights = [], _penalized = [];
    readonly Variable _w1, _b1, _w2, _b2;

    public Forward(double regularizer)
    {
        _regularizer = regularizer;
        (_w1, _b1) = (GetWeight([2, 11], seed: 3), GetBias([11]));
        (_w2, _b2) = (GetWeight([11, 1], seed: 4), GetBias([1]));
    }

    public IReadOnlyList<Variable> Weights => _weights;

    public Tensor Predict(Tensor x) => MatMul(Relu(MatMul(x, _w1) + _b1), _w2) + _b2;

    public Tensor Penalty() => AddN(_penalized.Select(w => _regularizer * Square(w).Sum() / 2));

    Variable GetWeight(Shape shape, long seed)
    {
        var w = new Variable(RandomNormal(shape, seed: seed));
        _weights.Add(w);
        _penalized.Add(w);
        return w;
    }

    Variable GetBias(Shape shape)
    {
        var b = new Variable(Full(shape, 0.01));
        _weights.Add(b);
        return b;
    }
}

class Backward(Forward forward, double learningRate, double decay, double averageDecay)
{
    Adam? _adam;

    public ExponentialMovingAverage Average { get; } = new(averageDecay);
    public double LearningRate => _adam!.LearningRate.At(_adam.Iterations);

    public List<(double Step, double Value)> Train(Tensor x, Tensor y, int steps, int batchSize)
    {
        var examples = x.Shape[0];
        _adam = new Adam(new ExponentialDecay(learningRate, examples / batchSize, decay, staircase: true));
        Average.Apply(forward.Weights);
        var losses = new List<(double, double)>();
        for (var step = 0; step <= steps; step++)
        {
            var start = step * batchSize % examples;
            var (batchX, batchY) = (x[start..(start + batchSize)], y[start..(start + batchSize)]);
            var loss = _adam.Minimize(() => Square(forward.Predict(batchX) - batchY).Mean() + forward.Penalty(), forward.Weights);
            Average.Apply(forward.Weights, step);
            if (step % 200 == 0)
            {
                losses.Add((step, loss.Item()));
            }
            if (step % 2000 == 0)
            {
                Console.WriteLine($"After {step} steps, loss is: {loss.Item():F6}");
            }
        }
        return losses;
    }
}
