#:project ../src/Autograd/Autograd.csproj
#:property PublishAot=false
// A training loop of one's own, over the layers and optimizers of the library. Run: dotnet run -c Release examples/CustomTraining.cs
using Autograd;
using static Autograd.Tensor;

SetSeed(1);
var iris = Datasets.Iris();
var model = new Sequential([new Dense(16, activation: "relu"), new Dense(3)]);
var optimizer = new Adam(0.01);
var (loss, mean) = (new SparseCategoricalCrossentropy(fromLogits: true), new Mean());
for (var epoch = 0; epoch < 30; epoch++)
{
    var order = RandomPermutation(120);
    for (var start = 0; start < 120; start += 20)
    {
        var rows = order[start..(start + 20)];
        using var tape = new GradientTape();
        var value = loss.Apply(iris.TrainY.Take(rows), model.Apply(iris.TrainX.Take(rows), training: true));
        optimizer.Apply(model.TrainableWeights, tape.Gradient(value, model.TrainableWeights));
        mean.Update(value);
    }
    Console.WriteLine($"epoch {epoch + 1}: loss {mean.Result().Item():F4}, test accuracy {Equal(model.Predict(iris.TestX).ArgMax(axis: 1), iris.TestY).Mean().Item():P1}");
    mean.Reset();
}
