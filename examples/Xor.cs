#:project ../src/Autograd/Autograd.csproj
#:property PublishAot=false

// "Either, not both", learned by a network 2-2-1 of sigmoids without biases, watched while it learns; and a start from which it never will.
// Run: dotnet run -c Release examples/Xor.cs            (writes xor.html, weights_update.gif and training_loss.gif; give another path of the page as the first argument)

using Autograd;
using Autograd.Reports;
using static Autograd.Tensor;

const int Epochs = 10000, Every = 1000;
const float Rate = 0.5f;
Tensor x = new float[,] { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 } };
Tensor y = new float[,] { { 0 }, { 1 }, { 1 }, { 0 } };

// Trains from a start, and returns the last prediction and the losses of all epochs.
(Tensor Prediction, List<double> Losses) Train(Tensor hiddenStart, Tensor outputStart, Action<int, Tensor, Tensor, List<double>> show)
{
    var (hidden, output) = (new Variable(hiddenStart), new Variable(outputStart));
    var losses = new List<double>();
    for (var epoch = 0; ; epoch++)
    {
        using var tape = new GradientTape();
        var prediction = Sigmoid(MatMul(Sigmoid(MatMul(x, hidden)), output));
        var errors = Square(prediction - y);
        losses.Add(errors.Mean().Item());
        if (epoch % Every == 0)
        {
            show(epoch, hidden.Value, output.Value, losses);
        }
        if (epoch == Epochs)
        {
            return (prediction, losses);
        }
        var (hiddenGradient, outputGradient) = tape.Gradients(errors.Sum() / 2, hidden, output);  // sums over the points, not means
        hidden.AssignSub(Rate * hiddenGradient);
        output.AssignSub(Rate * outputGradient);
    }
}

string Show(Tensor prediction) => string.Join(" ", prediction.ToArray<float>().Select(value => $"{value:F2}"));

// 1. From weights between 0 and 1.
var (weightsUpdate, trainingLoss) = (new Animation("Weights while they learn"), new Animation("Training loss"));
var learned = Train(RandomUniform([2, 2], seed: 0), RandomUniform([2, 1], seed: 1), (epoch, hidden, output, losses) =>
{
    Console.WriteLine($"Epoch {epoch}, Loss: {losses[^1]:F6}");
    weightsUpdate.Add(new ChartRow(new HeatMap("Weights Input-Hidden", hidden), new HeatMap("Weights Hidden-Output", output)), $"Epoch {epoch}");
    trainingLoss.Add(new LineChart("", xLabel: "Epoch", yLabel: "Loss").Add("Loss", losses).Limits(x: (0, Epochs), y: (0, losses.Max())), $"Epoch {epoch}");
});
Console.WriteLine($"(0,0) (0,1) (1,0) (1,1) become {Show(learned.Prediction)}");

// 2. From others, twice as far from 0 and of both signs: a valley that leads nowhere.
Console.WriteLine("another start");
var stuck = Train(RandomNormal([2, 2], stddev: 2, seed: 9), RandomNormal([2, 1], stddev: 2, seed: 1009),
    (epoch, _, _, losses) => Console.WriteLine($"Epoch {epoch}, Loss: {losses[^1]:F6}"));
Console.WriteLine($"(0,0) (0,1) (1,0) (1,1) become {Show(stuck.Prediction)}");

var path = args.FirstOrDefault(argument => !argument.StartsWith('-')) ?? "xor.html";
var page = new ReportPage("XOR: either, not both");
page.AddText($"Two hidden sigmoids and one output without biases learn the four points in {Epochs} epochs: {Show(learned.Prediction)} instead of 0 1 1 0.");
page.Add(weightsUpdate);
page.Add(trainingLoss);
page.AddText($"From another start the loss stays near {stuck.Losses[^1]:F3}, a local minimum: {Show(stuck.Prediction)}. More epochs do not help, another start does.");
page.Add(new LineChart("Two starts", xLabel: "Epoch", yLabel: "Loss").Add("learned", learned.Losses).Add("stuck", stuck.Losses));
var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
Console.WriteLine($"The pictures are in {page.Save(path)}, {weightsUpdate.SaveGif(Path.Combine(folder, "weights_update.gif"))} and {trainingLoss.SaveGif(Path.Combine(folder, "training_loss.gif"))}");

var right = Equal(learned.Prediction > 0.5, y > 0.5).Sum().Item();
var last = stuck.Losses[^1] / stuck.Losses[^Every];
Console.WriteLine($"Claim: {right} of 4 points are right, with a loss of {learned.Losses[^1]:F4} (below 0.02); from the other start it is {stuck.Losses[^1]:F4} (above 0.1), and the last {Every} epochs changed it by {1 - last:P1} (below 1 %)");
return right == 4 && learned.Losses[^1] < 0.02 && stuck.Losses[^1] > 0.1 && last > 0.99 ? 0 : 1;
