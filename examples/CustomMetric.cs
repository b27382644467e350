#:project ../src/Autograd/Autograd.csproj
#:property PublishAot=false
// A metric of one's own: how many predictions are near enough. Run: dotnet run -c Release examples/CustomMetric.cs
using Autograd;
using static Autograd.Tensor;

var x = RandomUniform([2000, 1], -1, 1, seed: 1);
var model = new Sequential([new Dense(1)]);
model.Compile(new Adam(0.02), loss: "mse", metrics: [new Within(tolerance: 0.2)]);
model.Fit(x, 3 * x + 1, epochs: 10, verbose: 2);

class Within(double tolerance = 0.1, string? name = null) : MeanMetric(name)
{
    public double Tolerance => tolerance;

    protected override Tensor Values(Tensor yTrue, Tensor yPred) => (Abs(yTrue - yPred) <= tolerance).Mean(axis: -1);
}
