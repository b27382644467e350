#:project ../src/Autograd/Autograd.csproj
#:property PublishAot=false

// Derivatives of derivatives: the Hessian by a tape within a tape, Newton's method on Rosenbrock's valley beside gradient descent, products of the Hessian with a vector, and a gradient penalty.
// Run: dotnet run -c Release examples/SecondOrder.cs            (writes second-order.html; give another path as the first argument; --quick for a short run)

using Autograd;
using Autograd.Reports;
using static Autograd.Tensor;

var quick = args.Contains("--quick");
var path = args.FirstOrDefault(argument => !argument.StartsWith('-')) ?? "second-order.html";

static Tensor Rosenbrock(Tensor p) => Square(1 - p[0]) + 100 * Square(p[1] - Square(p[0]));

// 1. The Hessian: the inner tape gives the gradient, the outer one differentiates it.
static (Tensor Value, Tensor Gradient, Tensor Hessian) Derivatives(Tensor p)
{
    using var outer = new GradientTape();
    outer.Watch(p);
    using var inner = new GradientTape();
    inner.Watch(p);
    var value = Rosenbrock(p);
    var gradient = inner.Gradient(value, p)!;
    return (value, gradient, outer.Jacobian(gradient, p)!);
}

Tensor start = new double[] { -1.2, 1 };
var (_, _, hessian) = Derivatives(start);
Console.WriteLine($"Hessian at (-1.2, 1): {hessian}");
Console.WriteLine("by hand:              [[1330, 480], [480, 200]]");
var hessianError = Abs(hessian - From<double>([1330, 480, 480, 200], [2, 2])).Max().Item();

// 2. Newton steps by the Hessian, and descent by the gradient alone.
List<(double X, double Y)> newton = [(-1.2, 1)], descent = [(-1.2, 1)];
var p = start;
for (var step = 0; step < 10; step++)
{
    var (value, gradient, h) = Derivatives(p);
    Console.WriteLine(FormattableString.Invariant($"Newton {step}: f = {value.Item():E3} at ({p[0].Item():F6}, {p[1].Item():F6})"));
    if (value.Item() < 1e-20)
    {
        break;
    }
    // H d = g, for two by two.
    var (a, b, c) = (h[0, 0], h[0, 1], h[1, 1]);
    var determinant = (a * c) - (b * b);
    p -= Stack([((c * gradient[0]) - (b * gradient[1])) / determinant, ((a * gradient[1]) - (b * gradient[0])) / determinant]);
    newton.Add((p[0].Item(), p[1].Item()));
}
var newtonValue = Rosenbrock(p).Item();
var v = new Variable(start);
var steps = quick ? 1000 : 5000;
for (var step = 0; step < steps; step++)
{
    using var tape = new GradientTape();
    v.AssignSub(0.001 * tape.Gradient(Rosenbrock(v), v)!);
    if (step % 20 == 19)
    {
        descent.Add((v[0].Item(), v[1].Item()));
    }
}
Console.WriteLine(FormattableString.Invariant($"gradient descent after {steps} steps: f = {Rosenbrock(v).Item():E3}; Newton after {newton.Count - 1}: f = {newtonValue:E3}"));

// 3. A product with the Hessian of a large function costs two gradients and never makes the Hessian: 4 sum(x^3) has the diagonal Hessian 24 x.
var n = quick ? 10_000 : 1_000_000;
var (large, direction) = (RandomNormal([n], seed: 1), RandomNormal([n], seed: 2));
Tensor product;
{
    using var outer = new GradientTape();
    outer.Watch(large);
    using var inner = new GradientTape();
    inner.Watch(large);
    var gradient = inner.Gradient((4 * large * large * large).Sum(), large)!;
    product = outer.Gradient((gradient * direction).Sum(), large)!;
}
var productError = Abs(product - (24 * large * direction)).Max().Item();
Console.WriteLine(FormattableString.Invariant($"Hessian times vector with {n:N0} variables ({(double)n * n:E1} entries never made): largest error {productError:E1}"));

// 4. A gradient penalty: a net learns sin(3x) from 12 points; the penalty on the slope of its output keeps it from swinging between them.
var (px, py) = (Linspace(-1, 1, 12).ExpandDims(1), Sin(3 * Linspace(-1, 1, 12)).ExpandDims(1) + RandomNormal([12, 1], stddev: 0.25, seed: 5));
var grid = Linspace(-1, 1, 201).ExpandDims(1);
var (free, freeSlope) = Fit(0);
var (smooth, smoothSlope) = Fit(0.003);
Console.WriteLine(FormattableString.Invariant($"mean squared slope of the net: {freeSlope:F2} without the penalty, {smoothSlope:F2} with it (the sine itself: {4.5 * (1 + (Math.Sin(6) / 6)):F2})"));

var page = new ReportPage("Second order");
var valley = new Contour("Rosenbrock's valley", Linspace(-1.6, 1.4, 121), Linspace(-3.4, 1.6, 201), Valley()).Levels(1, 4, 16, 64, 256, 1024);
valley.AddLine("gradient descent", [.. descent.Select(at => at.X)], [.. descent.Select(at => at.Y)]);
valley.AddLine("Newton", [.. newton.Select(at => at.X)], [.. newton.Select(at => at.Y)]);
page.AddText("Newton's method asks the Hessian how the slope bends: it reaches the minimum in a handful of steps, where descent creeps along the floor of the valley.");
page.Add(valley);
page.Add(new ScatterChart("A penalty on the slope", xLabel: "x", yLabel: "y").Add("points", px, py).AddLine("no penalty", grid, free).AddLine("with penalty", grid, smooth));
Console.WriteLine($"the pictures are in {page.Save(path)}");

Console.WriteLine(FormattableString.Invariant(
    $"Claim: the Hessian is off by {hessianError:E0} (below 1E-9), Newton's method ends at f = {newtonValue:E0} (below 1E-18), products with the Hessian are off by {productError:E0} (below 1E-3), and the penalty makes the net smoother: {smoothSlope:F2} < {freeSlope:F2}"));
return hessianError < 1e-9 && newtonValue < 1e-18 && productError < 1e-3 && smoothSlope < freeSlope ? 0 : 1;

static Tensor Valley()
{
    var (x, y) = (Linspace(-1.6, 1.4, 121).ExpandDims(0), Linspace(-3.4, 1.6, 201).ExpandDims(1));
    return Square(1 - x) + 100 * Square(y - Square(x));
}

(Tensor Curve, double Slope) Fit(double penalty)
{
    SetSeed(11);
    var model = new Sequential([new Dense(64, "tanh", inputShape: [1]), new Dense(64, "tanh"), new Dense(1)]);
    var optimizer = new Adam(0.01);
    Tensor Slope(Tensor at)
    {
        using var inner = new GradientTape();
        inner.Watch(at);
        return inner.Gradient(model.Apply(at).Sum(), at)!;
    }
    for (var step = 0; step < (quick ? 300 : 2000); step++)
    {
        using var tape = new GradientTape();
        var loss = Square(model.Apply(px) - py).Mean();
        if (penalty > 0)
        {
            loss += penalty * Square(Slope(grid)).Mean();
        }
        optimizer.Apply(model.TrainableWeights, tape.Gradient(loss, model.TrainableWeights));
    }
    return (model.Predict(grid), Square(Slope(grid)).Mean().Item());
}
