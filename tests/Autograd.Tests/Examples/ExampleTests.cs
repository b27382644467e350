using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Autograd.Tests.Tape;

namespace Autograd.Tests.Examples;

/// <summary>Every example runs, in its short form where it has one, says what it claims, with numbers that bear it out, and leaves the files it speaks of.</summary>
[Collection(Alone.Name)]
public sealed class ExampleTests(ExampleTests.Runs runs) : IClassFixture<ExampleTests.Runs>
{
    // The name, what it is called with, what it says at the end, what the numbers in that may be, and its files.
    private static readonly Row[] s_rows =
    [
        new("Activations", "--quick", @"Claim: the tape's derivatives differ from the formulas by at most (\S+) ", [(0, 1e-12)], "activations.html"),
        new("CharRnn", "--quick", @"Claim: loss of the LSTM (\S+), of the GRU (\S+), of a guess (\S+) ", [(1, 3.4), (1, 3.4), (3.5, 5)], "char-rnn.html"),
        new("ComputationGraph", "--quick", @"the tape: dJ/dw = (\S+)\n(?:.*\n)+Claim: the tape agrees with the chain rule by hand", [(-4, -4)], "computation-graph.html"),
        new("CustomGradient", "", @"w = (\S+); rounded predictions: -0.75 ", [(0.6, 0.8)]),
        new("CustomLayer", "", @"1.5 squared is about (\S+)", [(2, 2.5)]),
        new("CustomLoss", "", @"(\S+) % of the points lie below the line", [(85, 95)]),
        new("CustomMetric", "", @"Epoch 10/10\n.* - within: (\S+)", [(0.9, 1)]),
        new("CustomOptimizer", "", @"Epoch 10/10\n.* - loss: (\S+)", [(0, 0.05)]),
        new("CustomTraining", "", @"epoch 30: loss (\S+), test accuracy (\S+) %", [(0, 0.5), (85, 100)]),
        new("CustomTrainStep", "", @"Epoch 30/30\n.* - val_accuracy: (\S+)", [(0.8, 1)]),
        new("Digits", "--quick", @"Largest Prediction index: (\d)\n(?:.*\n)+Claim: (\S+) % of the digits are read correctly", [(0, 9), (85, 100)], "digits.html", "digits.training.html"),
        new("Ecg", "--quick", @"Claim: the best net reads (\S+) % of .*, and Adam's loss (\S+) is below .*, (\S+)", [(65, 100), (0, 0.6), (0.1, 1)], "ecg.html"),
        new("FitOptions", "--quick", @"\n  stepsPerEpoch: 7: (\d) steps\n(?:.*\n)+Claim: every option acts", [(7, 7)], "fit-options.html", "fit-options.training.html"),
        new("ForwardBackward", "--quick", @"Claim: (\S+) % of the points are right, (\S+) % with averaged weights .* from 0.01 to (\S+)", [(93, 100), (93, 100), (0, 0.0099)], "forward-backward.html"),
        new("FromLogits", "--quick", @"Claim: at a logit of 30 the gradient is (\S+) from the logit .* and (\S+) from the probability .*, and nets from logits are (\S+) % right", [(1, 1), (0, 0), (50, 100)], "from-logits.html"),
        new("Gan", "--quick", @"Claim: drawn and real points lie (\S+) apart .*; (\S+) before training", [(0, 0.25), (0.3, 2)], "gan.html", "gan.gif of 31"),
        new("GradientChecks", "--quick", @"error of the best finite difference (\S+), of the tape (\S+)\n(?:.*\n)+Claim: all checks say what they should", [(1e-13, 1e-9), (0, 1e-15)], "gradient-checks.html"),
        new("Iris", "--quick", @"Claim: (\S+) % of the test flowers are named correctly .* fell from (\S+) to (\S+)", [(90, 100), (1, 5), (0, 0.5)], "iris.html"),
        new("LearningRate", "--quick",
            @"Claim: after 40 steps w is (\S+) with 0.2, (\S+) and (\S+) with decay .*, (\S+) with 1 .*, (\S+) with 0.001 ",
            [(-1.001, -0.999), (-1.001, -0.999), (-1.001, -0.999), (4.9, 5.1), (4, 5)], "learning-rate.html"),
        new("MnistByHand", "--quick", @"Claim: (\S+) % of the test digits .* differ from the tape's by at most (\S+) of", [(60, 100), (0, 1e-4)], "mnist-by-hand.html"),
        new("MovingAverage", "--quick", @"Claim: shadows differ .* by at most (\S+) .* off by (\S+), less than half of the weight's (\S+)", [(0, 1e-5), (0, 0.15), (0.2, 1)], "moving-average.html"),
        new("MultiLabel", "--quick", @"Claim: the worst of the three labels is right in (\S+) % of", [(75, 100)], "multi-label.html"),
        new("NPlusP", "--quick", @"\n +80 +5 +7 +800 .*us +(\S+)\s*$", [(0, 1e-6)]),
        new("Perceptron", "--quick", @"Claim: AND (\d), OR (\d), NAND (\d) of 4 by one perceptron; XOR (\d) .* by one, (\d) by two layers", [(4, 4), (4, 4), (4, 4), (0, 3), (4, 4)], "perceptron.html"),
        new("Regression", "--quick", @"Claim: weights add up to (\S+) by .*, to (\S+) where profit .*, to (\S+) where cost .* differ by (\S+) ",
            [(1.98, 2.02), (2.03, 2.2), (1.8, 1.97), (0, 1e-5)], "regression.html"),
        new("Regularization", "--quick", @"Claim: (\S+) % or more of the points are right .* are (\S+) without, (\S+) with L2 .*; (\S+) % of the weights are 0 with L1 .*, (\S+) % without",
            [(90, 100), (12, 100), (0, 6), (34, 100), (0, 33)], "regularization.html"),
        new("SecondOrder", "--quick", @"Claim: the Hessian is off by (\S+) .* at f = (\S+) .* are off by (\S+) .*smoother: (\S+) < (\S+)",
            [(0, 1e-9), (0, 1e-18), (0, 1e-3), (0, 6), (4, 10)], "second-order.html"),
        new("Serving", "", @"epoch 5: the server answers (\S+) % right\n(\d+) questions answered meanwhile", [(60, 100), (100, 1e9)]),
        new("SoftmaxRegression", "--quick", @"Claim: the loss fell from (\S+) to (\S+), (\S+) % of the batch are right, and (\S+) % of the test set", [(4, 20), (0, 1), (91, 100), (70, 100)], "softmax-regression.html"),
        new("Vae", "--quick", @"Claim: the loss is (\S+) .*; with the mean image in place of every digit (\S+)", [(50, 210), (100, 260)], "vae.html", "vae.gif of 6"),
        new("Xor", "--quick", @"Claim: (\d) of 4 points are right, with a loss of (\S+) .* from the other start it is (\S+) .* changed it by (\S+) %",
            [(4, 4), (0, 0.02), (0.1, 0.3), (0, 1)], "xor.html", "weights_update.gif of 11", "training_loss.gif of 11"),
    ];

    public static TheoryData<string> Names => [.. s_rows.Select(row => row.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Example_bears_out_its_claim(string name)
    {
        var place = Array.FindIndex(s_rows, row => row.Name == name);
        var row = s_rows[place];
        var run = runs.Of(place);

        Assert.True(run.ExitCode == 0, $"{name} ended with {run.ExitCode}:\n{run.Output}");
        var claim = Regex.Match(run.Output.ReplaceLineEndings("\n"), row.Claim);
        Assert.True(claim.Success, $"{name} does not say '{row.Claim}':\n{run.Output}");
        for (var i = 0; i < row.Bounds.Length; i++)
        {
            var value = double.Parse(claim.Groups[i + 1].Value, CultureInfo.InvariantCulture);
            Assert.True(value >= row.Bounds[i].Least && value <= row.Bounds[i].Most, $"{name}: {value} is not within {row.Bounds[i]}: {claim.Value}");
        }
        foreach (var (file, frames) in row.Files.Select(file => file.Split(" of ") is [var gif, var count] ? (gif, int.Parse(count, CultureInfo.InvariantCulture)) : (file, 0)))
        {
            var content = File.ReadAllBytes(Path.Combine(runs.Folder, name, file));
            if (file.EndsWith(".gif", StringComparison.Ordinal))
            {
                Assert.Equal(frames, Reports.ImageReader.Gif(content).Frames.Length);
            }
            else
            {
                var page = Regex.Replace(Encoding.UTF8.GetString(content), "base64,[^\"]*", ""); // in which any letters may stand together
                Assert.StartsWith("<!DOCTYPE html>", page, StringComparison.OrdinalIgnoreCase);
                Assert.Contains("<svg", page, StringComparison.Ordinal);
                Assert.DoesNotContain("NaN", page, StringComparison.Ordinal);
                if (Environment.GetEnvironmentVariable("AUTOGRAD_PAGES") is { Length: > 0 } kept)
                {
                    File.WriteAllBytes(Path.Combine(kept, file), content); // for those who look at pages
                }
            }
        }
    }

    [Fact]
    public void Every_example_has_its_row()
    {
        string[] needsData = ["Mnist"];
        Assert.Equal(Directory.GetFiles(Script.Folder, "*.cs").Select(Path.GetFileNameWithoutExtension).Except(needsData).Order(), s_rows.Select(row => row.Name).Order());
    }

    private sealed record Row(string Name, string Arguments, string Claim, (double Least, double Most)[] Bounds, params string[] Files);

    /// <summary>Runs the examples, the next one already while a test looks at one.</summary>
    public sealed class Runs : IDisposable
    {
        private readonly ConcurrentDictionary<int, Task<ScriptRun>> _runs = [];

        public string Folder { get; } = Directory.CreateTempSubdirectory("examples").FullName;

        internal ScriptRun Of(int place)
        {
            var run = Start(place);
            if (place + 1 < s_rows.Length)
            {
                Start(place + 1);
            }
            return run.GetAwaiter().GetResult();
        }

        public void Dispose()
        {
            Task.WaitAll([.. _runs.Values]);
            Directory.Delete(Folder, recursive: true);
        }

        private Task<ScriptRun> Start(int place) => _runs.GetOrAdd(place, place => Task.Run(() =>
        {
            var row = s_rows[place];
            return Script.Run(row.Name, row.Arguments, Directory.CreateDirectory(Path.Combine(Folder, row.Name)).FullName);
        }));
    }
}
