#:project ../src/Autograd/Autograd.csproj
#:property PublishAot=false
// A gradient of one's own: numbers rounded to quarters, with the gradient of the identity, so that a net can learn through the rounding. Run: dotnet run -c Release examples/CustomGradient.cs
using Autograd;
using static Autograd.Tensor;

static Tensor Quantize(Tensor x) => CustomGradient(x, forward: x => Round(x * 4) / 4, backward: (dy, x, y) => dy);

var (x, y) = (Linspace(-1, 1, 64).ExpandDims(1), Linspace(-1, 1, 64).ExpandDims(1) * 0.7);
var w = new Variable(Zeros(1, 1));
var optimizer = new SGD(0.1);
for (var step = 0; step < 200; step++)
{
    optimizer.Minimize(() => Square(Quantize(MatMul(x, w)) - y).Mean(), [w]);
}
Console.WriteLine($"w = {w.Item():F2}; rounded predictions: {string.Join(" ", Quantize(MatMul(x[..8], w)).ToArray<float>())}");
