#:project ../src/Autograd/Autograd.csproj
#:property PublishAot=false

// Several labels at once: is there a car, a bus, a pedestrian? One net with three sigmoids, because the answers do not exclude each other. The street scenes are drawn here.
// Run: dotnet run -c Release examples/MultiLabel.cs            (writes multi-label.html; give another path as the first argument; --quick for a short run)

using Autograd;
using Autograd.Reports;
using static Autograd.Tensor;

var quick = args.Contains("--quick");
var path = args.FirstOrDefault(argument => !argument.StartsWith('-')) ?? "multi-label.html";
string[] labels = ["car", "bus", "pedestrian"];
const int Height = 16, Width = 24;

var (x, y) = Scenes(quick ? 800 : 4000, seed: 1);
var (testX, testY) = Scenes(500, seed: 2);
Console.WriteLine($"{x.Shape[0]} drawn scenes of {Height} x {Width} pixels; shares of car, bus, pedestrian: {y.Mean(axis: 0)}");

SetSeed(7);
var model = new Sequential([
    new Dense(64, activation: "relu", inputShape: [Height * Width], name: "layer1"),
    new Dense(32, activation: "relu", name: "layer2"),
    new Dense(3, activation: "sigmoid", name: "labels"),
]);
model.Compile(new Adam(0.002), new BinaryCrossentropy(), [new BinaryAccuracy()]);
model.Summary();
model.Fit(x, y, epochs: quick ? 8 : 30, verbose: 2, validationData: (testX, testY), callbacks: [new TrainingReport(Path.ChangeExtension(path, ".training.html"))]);

var probabilities = model.Predict(testX, batchSize: 500);
var answers = (probabilities > 0.5f).Cast(DType.Float32);
var right = Equal(answers, testY).Mean(axis: 0).ToArray<float>();
var whole = Equal(answers, testY).All(axis: 1).Mean().Item();
for (var i = 0; i < labels.Length; i++)
{
    Console.WriteLine(FormattableString.Invariant($"{labels[i]}: {right[i]:P1} of the test scenes answered correctly"));
}
Console.WriteLine(FormattableString.Invariant($"all three at once: {whole:P1}"));

var page = new ReportPage("Several labels at once");
page.AddText("Each scene holds a car, a bus, a pedestrian, in any combination. Three sigmoids answer three questions of yes and no; a softmax would have to choose one.");
var images = new ImageGrid("Test scenes, with what the net sees", columns: 4);
for (var i = 0; i < 16; i++)
{
    string Names(Tensor row) => string.Join(" ", labels.Where((_, label) => row[label].Item() > 0.5)) is { Length: > 0 } names ? names : "nothing";
    var (seen, truth) = (Names(probabilities[i]), Names(testY[i]));
    images.Add(testX[i].Reshape(Height, Width), seen == truth ? seen : $"{seen} (is: {truth})", isMistake: seen != truth);
}
page.Add(images);
page.Add(new BarChart("Correct answers on test scenes", yLabel: "share").Add("", labels, right));
Console.WriteLine($"the pictures are in {page.Save(path)}");

var least = quick ? 0.75 : 0.9;
Console.WriteLine(FormattableString.Invariant($"Claim: the worst of the three labels is right in {right.Min():P1} of the test scenes (at least {least:P0})"));
return right.Min() >= least ? 0 : 1;

// Cars are low boxes on the road, buses long and high ones, pedestrians narrow and upright; brightness, place and noise vary. Buses stand behind cars, cars behind
// pedestrians, each darker than what stands before it: nothing is ever hidden, so every question has an answer.
static (Tensor X, Tensor Y) Scenes(int count, int seed)
{
    var random = new Random(seed);
    var images = new float[count, Height, Width];
    var present = new float[count, 3];
    for (var n = 0; n < count; n++)
    {
        (int Height, int Width, float Brightness)[] kinds = [(3, 6, 0.6f), (7, 11, 0.3f), (6, 2, 0.85f)];
        foreach (var label in (int[])[1, 0, 2])
        {
            if (random.Next(2) == 0)
            {
                continue;
            }
            present[n, label] = 1;
            var (height, width, darkest) = kinds[label];
            var (left, brightness) = (random.Next(Width - width + 1), darkest + (0.15f * random.NextSingle()));
            for (var row = Height - 1 - height; row < Height - 1; row++)
            {
                for (var column = left; column < left + width; column++)
                {
                    // Windows of the bus, a gap between the legs.
                    var hole = (label == 1 && row == Height - height && (column - left) % 3 == 1) || (label == 0 && row == Height - 1 - height && (column == left || column == left + width - 1));
                    images[n, row, column] = hole ? images[n, row, column] : brightness;
                }
            }
        }
        for (var row = 0; row < Height; row++)
        {
            for (var column = 0; column < Width; column++)
            {
                images[n, row, column] = Math.Clamp(images[n, row, column] + (0.1f * random.NextSingle()), 0, 1);
            }
        }
    }
    return (((Tensor)images).Reshape(count, Height * Width), present);
}
