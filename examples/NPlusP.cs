#:project ../src/Autograd/Autograd.csproj
#:property PublishAot=false

// Why reverse mode: the gradient of P parameters takes N + P visits on the tape, finite differences take a whole forward pass per parameter, N x P.
// Run: dotnet run -c Release examples/NPlusP.cs            (--quick for small networks only)

using System.Diagnostics;
using Autograd;
using static Autograd.Tensor;

Console.WriteLine("  parameters   operations   visits N + P   forward operations N x 2P   reverse   differences   largest difference");
foreach (var width in args.Contains("--quick") ? [4, 16] : new[] { 4, 16, 64, 256 })
{
    var x = RandomNormal([8, 4], seed: 1, dtype: DType.Float64);
    var hidden = new Variable(RandomNormal([4, width], seed: 2, dtype: DType.Float64));
    var output = new Variable(RandomNormal([width, 1], seed: 3, dtype: DType.Float64));
    Tensor Loss(Tensor w, Tensor v) => Square(MatMul(Tanh(MatMul(x, w)), v)).Mean();

    TapeStatistics statistics = default;
    Tensor?[] gradients = [];
    var reverse = Time(() =>
    {
        using var tape = new GradientTape();
        gradients = tape.Gradient(Loss(hidden, output), [hidden, output]);
        statistics = tape.Statistics;
    });

    // Central differences: two forward passes for each single weight.
    var numeric = Zeros(hidden.Shape, DType.Float64).ToArray<double>();
    var differences = Time(() =>
    {
        const double Step = 1e-6;
        for (var i = 0; i < hidden.Size; i++)
        {
            var nudge = Step * OneHot(Full([], i, DType.Int64), hidden.Size, DType.Float64).Reshape(hidden.Shape);
            numeric[i] = (Loss(hidden + nudge, output) - Loss(hidden - nudge, output)).Item() / (2 * Step);
        }
    });
    var error = Abs(gradients[0]! - From(numeric, hidden.Shape)).Max().Item();
    var parameters = hidden.Size + output.Size;
    Console.WriteLine(FormattableString.Invariant(
        $"{parameters,12}{statistics.OperationsVisited,13}{statistics.OperationsVisited + statistics.SourcesVisited,15}{statistics.OperationsVisited * 2 * parameters,28}{reverse,8:F1} us{differences,11:F1} us{error,21:E1}"));
}

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
