#:project ../src/Autograd/Autograd.csproj
#:property PublishAot=false

// Activation functions and their derivatives from the tape, each beside the formula on paper, with what speaks for it and against it.
// Run: dotnet run -c Release examples/Activations.cs            (writes activations.html; give another path as the first argument)

using Autograd;
using Autograd.Reports;
using static Autograd.Tensor;

const double A = 0.1;                                      // the slope of the leaky ReLU below 0
(string Name, Func<Tensor, Tensor> Function, Func<Tensor, Tensor> Derivative, string For, string Against)[] functions =
[
    ("sigmoid", Sigmoid, x => Sigmoid(x) * (1 - Sigmoid(x)),
        "Values from 0 to 1, which read as probabilities; smooth; monotonic.",
        "The derivative is at most 0.25 and vanishes on both sides, so gradients fade layer by layer. Values are not centred on 0. It takes an exponential."),
    ("tanh", Tanh, x => 1 - Square(Tanh(x)),
        "Centred on 0, with a derivative of up to 1: it learns faster than the sigmoid.",
        "The derivative still vanishes on both sides, and it takes an exponential."),
    ("relu", Relu, x => (x > 0).Cast(x.DType),
        "The derivative is 1 wherever x > 0, so gradients do not fade. It takes no exponential: it is the fastest.",
        "Values are not centred on 0. A neuron whose input is always below 0 has no gradient and stays dead."),
    ("leaky relu", x => LeakyRelu(x, A), x => Where(x > 0, 1.0, A),
        "As relu, but no neuron dies: below 0 the slope is a small a, here 0.1.",
        "The slope a must be chosen by hand."),
    ("elu", x => Elu(x), x => Where(x > 0, 1.0, Exp(x)),
        "As relu, but neurons do not die easily, and values are nearer to centred on 0.",
        "It takes an exponential below 0."),
    ("softplus", Softplus, Sigmoid,
        "A smooth relu, whose derivative is the sigmoid.",
        "It takes an exponential and a logarithm. Values are not centred on 0."),
    ("swish", Silu, x => Sigmoid(x) * (1 + x * (1 - Sigmoid(x))),
        "x sigmoid(x): smooth, unbounded above, and often better than relu in deep nets.",
        "It is not monotonic: it falls until x = -1.28. It takes an exponential."),
];

var x = Linspace(-6, 6, 241, DType.Float64);
var page = new ReportPage("Activation functions");
page.AddText("An activation function should be simple, continuous, differentiable nearly everywhere, and monotonic. Each is drawn with its derivative, which comes from the tape.");
Console.WriteLine("function     f(-2)    f(0)    f(2)   f'(-2)   f'(0)   f'(2)   largest f'   monotonic");
double difference = 0;
foreach (var (name, function, derivative, _, _) in functions)
{
    using var tape = new GradientTape();
    tape.Watch(x);
    var y = function(x);
    var slope = tape.Gradients(y.Sum(), x)[0];             // each y depends on its x alone

    difference = Math.Max(difference, Abs(slope - derivative(x)).Max().Item());
    double At(Tensor values, double place) => values[(int)Math.Round((place + 6) / 0.05)].Item();
    Console.WriteLine($"{name,-10}{At(y, -2),8:F3}{At(y, 0),8:F3}{At(y, 2),8:F3}{At(slope, -2),9:F3}{At(slope, 0),8:F3}{At(slope, 2),8:F3}"
        + $"{slope.Max().Item(),13:F3}   {(slope.Min().Item() >= 0 ? "yes" : "no")}");
    page.Add(new LineChart(name, xLabel: "x").Add("f(x)", x, y).Add("f'(x)", x, slope));
}
page.AddTable(["function", "for", "against"], functions.Select(f => (IReadOnlyList<string>)[f.Name, f.For, f.Against]));
Console.WriteLine($"The curves are in {page.Save(args.FirstOrDefault(argument => !argument.StartsWith('-')) ?? "activations.html")}");

Console.WriteLine($"Claim: the tape's derivatives differ from the formulas by at most {difference:E1} (below 1E-12)");
return difference < 1e-12 ? 0 : 1;
