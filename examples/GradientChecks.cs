#:project ../src/Autograd/Autograd.csproj
#:property PublishAot=false

// Are the gradients right? The same question put to finite differences: for a function, an operation with a kink, a layer, a wrong gradient of one's own, and to second order.
// Run: dotnet run -c Release examples/GradientChecks.cs            (writes gradient-checks.html; give another path as the first argument; --quick for a short run)

using Autograd;
using Autograd.Reports;
using static Autograd.Tensor;

var path = args.FirstOrDefault(argument => !argument.StartsWith('-')) ?? "gradient-checks.html";
SetSeed(5);
var failed = false;

// 1. One call for a function of one tensor; it throws where they differ.
GradientCheck.Assert(x => Sigmoid(x) * Tanh(x), RandomNormal([3, 4], dtype: DType.Float64));
Console.WriteLine("sigmoid(x) tanh(x): agrees");

// 2. Several inputs, and a report instead of an exception.
var report = GradientCheck.Run(inputs => MatMul(inputs[0], inputs[1]).LogSumExp(axis: 1), [RandomNormal([3, 4], dtype: DType.Float64), RandomNormal([4, 5], dtype: DType.Float64)]);
Console.WriteLine($"logsumexp(a b): {report}");
failed |= !report.Passed;

// 3. At a kink there is no derivative; the check says so instead of calling it wrong.
var kink = GradientCheck.Run(x => Relu(x), new double[] { -1, 0, 2 });
Console.WriteLine($"relu at -1, 0, 2: {kink}");
failed |= kink.NumberOfKinks != 1;

// 4. A layer with all its weights.
GradientCheck.Assert(new LSTM(3, returnSequences: true) { DType = DType.Float64 }, RandomNormal([2, 4, 5], dtype: DType.Float64));
Console.WriteLine("an LSTM, by its input and all its weights: agrees");

// 5. A gradient of one's own that forgets a factor: found, with the place and the ratio.
var wrong = GradientCheck.Run(x => CustomGradient(x, forward: v => v * v * v, backward: (dy, v, y) => dy * v * v), new double[] { 1, 2 });
Console.WriteLine($"x^3 with the gradient x^2: {wrong}");
failed |= wrong.Passed;

// 6. Second order: the gradient is a function too.
GradientCheck.Assert(x =>
{
    using var tape = new GradientTape();
    tape.Watch(x);
    return tape.Gradient(Exp(Sin(x)).Sum(), x)!;
}, RandomNormal([4], dtype: DType.Float64));
Console.WriteLine("the gradient of exp(sin(x)), differentiated again: agrees");

// 7. How exact are differences themselves? Too large a step bends, too small a step is lost in rounding.
var at = From<double>([0.7]);
var exact = Math.Cos(0.7) * Math.Exp(Math.Sin(0.7));
double[] steps = [.. Enumerable.Range(0, 27).Select(i => Math.Pow(10, -0.5 * i))];
double[] errors = [.. steps.Select(step => Math.Max(Math.Abs(GradientCheck.NumericGradient(x => Exp(Sin(x)).Sum(), at, step).Item() - exact), 1e-17))];
double tapeError;
using (var tape = new GradientTape())
{
    tape.Watch(at);
    tapeError = Math.Abs(tape.Gradient(Exp(Sin(at)).Sum(), at)!.Item() - exact);
}
Console.WriteLine(FormattableString.Invariant($"error of the best finite difference {errors.Min():E1}, of the tape {tapeError:E1}"));
failed |= tapeError > 1e-15;

var page = new ReportPage("Checking gradients");
page.AddText("The error of central differences by their step: large steps see the curve bend, small ones drown in rounding. The tape has no step.");
page.Add(new LineChart("Error of the derivative of exp(sin(x)) at 0.7", xLabel: "step, as a power of ten", yLabel: "error", logarithmicY: true)
    .Add("central differences", [.. steps.Select(Math.Log10)], errors)
    .Add("tape", [Math.Log10(steps[^1]), 0], [Math.Max(tapeError, 1e-17), Math.Max(tapeError, 1e-17)]));
Console.WriteLine($"the curve is in {page.Save(path)}");
Console.WriteLine($"Claim: {(failed ? "NOT all" : "all")} checks say what they should: right gradients pass, the wrong one is found, the kink is named");
return failed ? 1 : 0;
