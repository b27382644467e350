#:project ../src/Autograd/Autograd.csproj
#:property PublishAot=false
// A training step of one's own within Fit: gradients with noise. Run: dotnet run -c Release examples/CustomTrainStep.cs
using Autograd;
using static Autograd.Tensor;

SetSeed(1);
var iris = Datasets.Iris();
var x = new Input([4]);
var model = new NoisyGradients([x], [new Dense(3).Apply(new Dense(16, "relu").Apply(x))]);
model.Compile(new Adam(0.01), new SparseCategoricalCrossentropy(fromLogits: true), metrics: ["accuracy"]);
model.Fit(iris.TrainX, iris.TrainY, epochs: 30, verbose: 2, validationData: (iris.TestX, iris.TestY));

class NoisyGradients(IReadOnlyList<Node> inputs, IReadOnlyList<Node> outputs, double noise = 0.01) : Model(inputs, outputs)
{
    protected override void TrainStep(Batch batch)
    {
        using var tape = new GradientTape();
        var predictions = ApplyAll(batch.X, training: true);
        var loss = ComputeLoss(batch, predictions);
        var gradients = tape.Gradient(loss, TrainableWeights);
        Optimizer.Apply(TrainableWeights, [.. gradients.Select(g => g is null ? null : g + RandomNormal(g.Shape, stddev: noise))]);
        ComputeMetrics(batch, predictions, loss);
    }
}
