#:project ../src/Autograd/Autograd.csproj
#:property PublishAot=false
// An optimizer of one's own: steps by the sign of the averaged gradient. Run: dotnet run -c Release examples/CustomOptimizer.cs
using Autograd;
using static Autograd.Tensor;

var x = RandomUniform([2000, 1], -1, 1, seed: 1);
var model = new Sequential([new Dense(1)]);
model.Compile(new SignDescent(new ExponentialDecay(0.05, 100, 0.8)), loss: "mse");
model.Fit(x, 3 * x + 1, epochs: 10, verbose: 2);

class SignDescent(Schedule? learningRate = null, double momentum = 0.9) : Optimizer(learningRate ?? 0.01)
{
    double _rate;
    public double Momentum => momentum;
    public override IReadOnlyList<string> SlotNames => ["momentum"];

    protected override void Begin(double learningRate, long step) => _rate = learningRate;

    protected override void Update(Parameter parameter, Tensor gradient)
    {
        var average = parameter.Slots[0];
        average.Assign(momentum * average + (1 - momentum) * parameter.Prepare(gradient));
        parameter.Variable.AssignSub(_rate * Sign(average));
    }
}
