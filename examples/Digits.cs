#:project ../src/Autograd/Autograd.csproj
#:property PublishAot=false

// Handwritten digits with the Keras-like level: compile, fit, predict.
// Run: dotnet run -c Release examples/Digits.cs            (writes digits.html; give another path as the first argument)

using Autograd;
using static Autograd.Tensor;

SetSeed(1234);
var (x, y) = Datasets.Digits();                            // 5000 images of 20 x 20 as [5000, 400] float32, labels [5000] int32
Console.WriteLine($"x {x.Shape}, y {y.Shape}");

var model = new Sequential([
    new Dense(25, activation: "relu", inputShape: [400], name: "layer1"),
    new Dense(15, activation: "relu", name: "layer2"),
    new Dense(10, activation: "linear", name: "layer3"),
], name: "my_model");
model.Compile(
    optimizer: new Adam(learningRate: 0.001f),
    loss: new SparseCategoricalCrossentropy(fromLogits: true),  // softmax is part of the loss, which is more accurate
    metrics: ["accuracy"]);
model.Summary();
foreach (var layer in model.Layers)
{
    Console.WriteLine($"{layer}: weights {layer.Weights[0].Shape}, bias {layer.Weights[1].Shape}");
}

var page = args.Length > 0 ? args[0] : "digits.html";
var history = model.Fit(x, y, epochs: 40, callbacks: [new TrainingReport(page, "Handwritten digits")]);

// One image: logits, probabilities, the answer.
var prediction = model.Predict(x[1015..1016]);
var probabilities = Softmax(prediction);
Console.WriteLine($"logits {prediction}");
Console.WriteLine($"probabilities {probabilities}, sum {probabilities.Sum().Item():F3}");
Console.WriteLine($"largest index {prediction.ArgMax(axis: 1).Item()}, probability {Softmax(prediction)[0].Max().Item():F2}, label {y[1015].Item()}");

// All mistakes.
var guesses = model.Predict(x, batchSize: 1000).ArgMax(axis: 1);
var mistakes = NotEqual(guesses, y).NonZero();
Console.WriteLine($"{mistakes.Shape[0]} mistakes in {y.Size} images ({history["accuracy"][^1]:P1} accuracy while training):");
foreach (var place in mistakes.ToArray<long>().Take(20))
{
    Console.WriteLine($"  image {place}: a {y[(int)place].Item()}, taken for a {guesses[(int)place].Item()}");
}
Console.WriteLine($"the curves are in {page}");
