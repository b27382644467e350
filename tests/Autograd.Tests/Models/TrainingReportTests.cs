using System.Xml.Linq;
using Autograd.Tests.Files;
using Autograd.Tests.Tape;
using static Autograd.Tensor;

namespace Autograd.Tests.Models;

/// <summary>What the page of a training shows.</summary>
[Collection(Alone.Name)] // the common stream of random numbers is that of all threads
public sealed class TrainingReportTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    private XElement Read() => XDocument.Load(_folder["r.html"]).Root!;

    private string[] Charts() => [.. Read().Descendants().Where(one => one.Name.LocalName == "svg" && one.Attribute("aria-label") is not null).Select(one => (string)one.Attribute("aria-label")!)];

    private static Sequential Classifier(Loss loss, int outputs, params int[] inputShape)
    {
        var model = new Sequential([new Flatten(inputShape: inputShape), new Dense(outputs)]);
        model.Compile(new SGD(0.1), loss, metrics: ["accuracy"]);
        return model;
    }

    // Class 0 has its first half bright, class 1 its second.
    private static (Tensor X, Tensor Y) Halves(int count, params int[] shape)
    {
        var y = RandomInteger([count], 0, 2, seed: 1);
        var half = Shape.Of(shape).Size / 2;
        var x = Concat([(1 - y.Cast(DType.Float32)).Reshape(count, 1).BroadcastTo([count, half]), y.Cast(DType.Float32).Reshape(count, 1).BroadcastTo([count, half])], axis: 1);
        return (x.Reshape([count, .. shape]), y);
    }

    [Fact]
    public void The_best_epoch_the_rate_and_the_time_are_shown()
    {
        var (x, y) = Halves(40, 4);
        var model = Classifier(new SparseCategoricalCrossentropy(fromLogits: true), 2, 4);
        model.Compile(new SGD(new ExponentialDecay(0.5, 1, 0.5)), new SparseCategoricalCrossentropy(fromLogits: true));
        var history = model.Fit(x, y, epochs: 4, verbose: 0, callbacks: [new TrainingReport(_folder["r.html"])]);
        var best = 1 + history["loss"].Index().MinBy(entry => entry.Item).Index;
        Assert.Contains($"Best epoch: {best}, with loss ", Read().Value, StringComparison.Ordinal);
        Assert.Equal(["loss", "learning rate", "seconds per epoch"], Charts());
        Assert.Contains("best epoch: epoch", Read().Value, StringComparison.Ordinal);
    }

    [Fact]
    public void A_measure_may_be_chosen_for_the_best_epoch()
    {
        var (x, y) = Halves(40, 4);
        var model = Classifier(new SparseCategoricalCrossentropy(fromLogits: true), 2, 4);
        model.Fit(x, y, epochs: 3, validationSplit: 0.5, verbose: 0, callbacks: [new TrainingReport(_folder["r.html"], monitor: "val_accuracy")]);
        Assert.Contains("with val_accuracy", Read().Value, StringComparison.Ordinal);
        Assert.Contains("at a learning rate of 0.1", Read().Value, StringComparison.Ordinal);
        Assert.DoesNotContain("learning rate", Charts());
    }

    public static TheoryData<string, Loss, int, bool> Classifiers => new()
    {
        { "class numbers", new SparseCategoricalCrossentropy(fromLogits: true), 2, false },
        { "one-hot", new CategoricalCrossentropy(fromLogits: true), 2, true },
        { "yes or no", new BinaryCrossentropy(fromLogits: true), 1, false },
    };

    [Theory]
    [MemberData(nameof(Classifiers))]
    public void Validation_of_a_classifier_shows_its_confusions_and_mistakes(string what, Loss loss, int outputs, bool oneHot)
    {
        Assert.NotNull(what);
        var (x, y) = Halves(60, 8, 8, 1);
        var model = Classifier(loss, outputs, 8, 8, 1);
        Tensor Target(Tensor classes) => oneHot ? OneHot(classes, 2) : classes;
        // The last ten are labelled wrong.
        var wrong = 1 - y[50..];
        model.Fit(x[..40], Target(y[..40]), epochs: 6, verbose: 0, validationData: (x[40..], Target(Concat([y[40..50], wrong]))),
            callbacks: [new TrainingReport(_folder["r.html"], classNames: ["left", "right"])]);
        Assert.Contains("Confusion matrix", Charts());
        Assert.Contains("Surest mistakes: class → taken for", Charts());
        var text = Read().Value;
        Assert.Contains("10 of 20 examples are taken for another class than theirs, 50 %", text, StringComparison.Ordinal);
        Assert.Contains(wrong.Max().Item() == 1 ? "right → left" : "left → right", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_of_numbers_are_images_where_their_shape_is_given()
    {
        var (x, y) = Halves(40, 64);
        var model = Classifier(new SparseCategoricalCrossentropy(fromLogits: true), 2, 64);
        model.Fit(x, y, epochs: 2, verbose: 0, validationData: (x, 1 - y), callbacks: [new TrainingReport(_folder["r.html"])]);
        Assert.Single(Charts(), "Confusion matrix");
        Assert.DoesNotContain("Surest mistakes: class → taken for", Charts());
        model.Fit(x, y, epochs: 2, verbose: 0, validationData: (x, 1 - y), callbacks: [new TrainingReport(_folder["r.html"], image: row => row.Reshape(8, 8))]);
        Assert.Contains("Surest mistakes: class → taken for", Charts());
    }

    [Fact]
    public void What_is_no_classifier_has_no_confusions()
    {
        var (x, y) = Halves(40, 4);
        foreach (var loss in new Loss[] { new MeanSquaredError(), new BinaryCrossentropy(fromLogits: true) })
        {
            var model = Classifier(loss, 2, 4);
            model.Fit(x, OneHot(y, 2), epochs: 2, validationSplit: 0.5, verbose: 0, callbacks: [new TrainingReport(_folder["r.html"])]);
            Assert.DoesNotContain("Confusion matrix", Charts());
        }
    }

    [Fact]
    public void Norms_and_histograms_are_drawn_on_request()
    {
        var (x, y) = Halves(40, 4);
        var model = Classifier(new SparseCategoricalCrossentropy(fromLogits: true), 2, 4);
        var before = model.GetWeights()[0];
        model.Fit(x, y, epochs: 2, batchSize: 40, shuffle: false, verbose: 0, callbacks: [new TrainingReport(_folder["r.html"], gradientNorms: true, weightHistograms: true)]);
        Assert.Contains("gradient norms", Charts());
        Assert.Contains("dense/kernel", Charts());
        Assert.Contains("dense/bias", Charts());
        Assert.Null(model.Optimizer.Watching);

        // The norm of the first step's gradient, as the tape gives it.
        var again = Classifier(new SparseCategoricalCrossentropy(fromLogits: true), 2, 4);
        again.SetWeights([before, Zeros(2)]);
        using var tape = new GradientTape();
        var loss = SparseSoftmaxLoss(again.Apply(x, training: true), y);
        var gradients = tape.Gradient(loss, again.TrainableWeights);
        var norm = Math.Sqrt(gradients.Sum(gradient => Square(gradient!).Sum().Item()));
        var all = Read().Descendants().Where(one => one.Name.LocalName == "title" && one.Value.StartsWith("all: epoch 1, y ", StringComparison.Ordinal)).Select(one => one.Value["all: epoch 1, y ".Length..]);
        Assert.Equal(norm, double.Parse(Assert.Single(all), System.Globalization.CultureInfo.InvariantCulture), 1e-5);

        static Tensor SparseSoftmaxLoss(Tensor logits, Tensor y) => -LogSoftmax(logits).TakeAlongAxis(y.ExpandDims(1), axis: 1).Mean();
    }
}

/// <summary>Reports draw no random numbers; alone, since other tests would draw some in between.</summary>
[Collection(Alone.Name)]
public class UndisturbedTraining
{
    [Fact]
    public void Training_is_the_same_with_and_without_a_report()
    {
        static Tensor[] Trained(params Callback[] callbacks)
        {
            SetSeed(3);
            var (x, y) = (RandomNormal([40, 4], seed: 1), RandomInteger([40], 0, 2, seed: 2));
            var model = new Sequential([new Dropout(0.5, inputShape: [4]), new Dense(2)]);
            model.Compile(new Adam(0.01), new SparseCategoricalCrossentropy(fromLogits: true));
            model.Fit(x, y, epochs: 2, validationSplit: 0.5, verbose: 0, callbacks: callbacks);
            return [.. model.GetWeights(), RandomNormal(2)];
        }
        using var folder = new Folder();
        var report = Trained(new TrainingReport(folder["r.html"], gradientNorms: true, weightHistograms: true), new LiveReport(output: TextWriter.Null));
        foreach (var (one, other) in Trained().Zip(report))
        {
            Assert.Equal(one.ToArray<float>(), other.ToArray<float>());
        }
    }
}
