#:project ../src/Autograd/Autograd.csproj
#:property PublishAot=false
// A layer of one's own: each unit is the largest of several linear functions. Run: dotnet run -c Release examples/CustomLayer.cs
using Autograd;
using static Autograd.Tensor;

SetSeed(1);
var (x, y) = (Linspace(-2, 2, 256).ExpandDims(1), Square(Linspace(-2, 2, 256)).ExpandDims(1));
var model = new Sequential([new Maxout(units: 8, pieces: 3), new Dense(1)]);
model.Compile(new Adam(0.01), loss: "mse");
model.Fit(x, y, epochs: 60, verbose: 2);
Console.WriteLine($"1.5 squared is about {model.Predict(Full([1, 1], 1.5)).Item():F2}");

class Maxout(int units, int pieces = 2) : Layer
{
    Variable? _kernel, _bias;
    public int Units => units;
    public int Pieces => pieces;

    protected override void Build(Shape input)
    {
        _kernel = AddWeight("kernel", [input[^1], units * pieces], "glorot_uniform");
        _bias = AddWeight("bias", [units * pieces], "zeros");
    }

    protected override Tensor Call(Tensor x, bool training) => Linear(x, _kernel!, _bias!).Reshape(-1, units, pieces).Max(axis: 2);
}
