#:project ../src/Autograd/Autograd.csproj
#:property PublishAot=false
// A loss of one's own: the pinball loss, whose minimum is a quantile. Run: dotnet run -c Release examples/CustomLoss.cs
using Autograd;
using static Autograd.Tensor;

SetSeed(1);
var x = RandomUniform([2000, 1], -1, 1, seed: 1);
var y = x + RandomNormal([2000, 1], seed: 2) * 0.5;
var model = new Sequential([new Dense(1)]);
model.Compile(new Adam(0.02), new PinballLoss(quantile: 0.9));
model.Fit(x, y, epochs: 30, verbose: 2);
Console.WriteLine($"{(y < model.Predict(x)).Mean().Item():P1} of the points lie below the line (90% should)");

class PinballLoss(double quantile = 0.5) : Loss
{
    public double Quantile => quantile;

    protected override Tensor Call(Tensor yTrue, Tensor yPred)
    {
        var error = yTrue - yPred;
        return Maximum(quantile * error, (quantile - 1) * error).Mean(axis: -1);
    }
}
