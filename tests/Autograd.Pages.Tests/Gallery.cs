using Autograd.Reports;
using static Autograd.Tensor;

namespace Autograd.Pages.Tests;

/// <summary>Pages with every kind of picture.</summary>
internal static class Gallery
{
    private static readonly OrderedDictionary<string, Func<string, string>> s_pages = new()
    {
        ["charts"] = path => Charts().Save(path),
        ["graphs"] = path => Graphs().Save(path),
        ["training"] = Training,
    };

    internal static IEnumerable<string> Names => s_pages.Keys;

    internal static string Save(string name, string folder) => s_pages[name](Path.Combine(folder, name + ".html"));

    private static ReportPage Charts()
    {
        double[] steps = [.. Enumerable.Range(0, 200)];
        var axis = steps.Where(step => step % 10 == 0).Select(step => step / 50 - 2).ToArray();
        var grid = From([.. axis.SelectMany(y => axis.Select(x => (float)(x * x + y * y)))], [axis.Length, axis.Length]);
        var images = RandomUniform([12, 8, 8], seed: 1);
        var falling = new Animation("Falling");
        foreach (var frame in Enumerable.Range(1, 4))
        {
            falling.Add(new LineChart("Falling").Add("a", [.. Enumerable.Range(0, 5 * frame).Select(step => Math.Exp(-step / 5.0))]), $"frame {frame}");
        }
        return new ReportPage("各种图 · charts")
            .AddText("Every kind of chart.")
            .AddChart(new LineChart("Loss", "step", "loss").Add("training", [.. steps.Select(step => Math.Exp(-step / 40))]).Add("validation", [.. steps.Select(step => Math.Exp(-step / 50) + 0.1)]))
            .AddChart(new LineChart("损失函数曲线", "训练步数", "损失", logarithmicY: true).Add("训练集", [3, 1, 0.4, 0.2]).Add("测试集", [4, 2, 1, 0.8]))
            .AddChart(new LineChart("A constant", "epoch").Add("accuracy", [1.0, 1, 1]).AddPoints("best", [1.0], [1.0]))
            .AddChart(new LineChart("Nothing yet", "epoch"))
            .AddChart(new ScatterChart("Flowers", "length", "width").Add("a", [1.0, 2, 3], [2.0, 1, 3]).Add("b", [5.0, 6, 7], [4.0, 5, 6]).AddLine("between", [1.0, 7], [5.0, 1]))
            .AddChart(new ScatterChart("A crowd of 3000").Add("c", RandomNormal([3000], seed: 1), RandomNormal([3000], seed: 2)).EqualAspect())
            .AddChart(new BarChart("Probabilities", "digit").Add("p", [.. Enumerable.Range(0, 10).Select(i => $"{i}")], [0.0, 0, 0.05, 0.7, 0, 0.2, 0, 0, 0.05, 0]))
            .AddChart(new Histogram("Weights").Add("w", RandomNormal([1000], seed: 3)))
            .AddChart(new HeatMap("A small matrix", From([1f, -2f, 0.5f, 3f, 0f, -1f], [2, 3]), map: ColorMap.Diverging))
            .AddChart(new HeatMap("A large matrix", RandomNormal([60, 80], seed: 4)))
            .AddChart(HeatMap.Confusion(RandomInteger([200], 0, 10, seed: 5), RandomInteger([200], 0, 10, seed: 6)))
            .AddChart(new Contour("A bowl", axis, axis, grid, "x", "y").Filled().Levels(0.5, 1, 2, 4).Add("points", [0.0, 1, -1], [0.0, 1, -1]))
            .AddChart(new ImageGrid("Images").AddAll(images, [.. Enumerable.Range(0, 12).Select(i => $"is {i}")], images.Mean([1, 2]) > 0.5))
            .AddChart(falling)
            .AddTable(["epoch", "loss"], [["1", "0.5"], ["2", "0.25"]]);
    }

    private static ReportPage Graphs()
    {
        var page = new ReportPage("Graphs");
        var (w, b) = (new Variable(3f, name: "w"), new Variable(1f, name: "b"));
        Tensor x = Full([], 2), y = Full([], 5);
        using (var tape = new GradientTape())
        {
            var z = w * x + b;
            var e = z - y;
            var j = 0.5 * (e * e);
            var graph = Graph.Of(tape, j, "J(w, b) = ½((w x + b) − y)²").Name(x).Name(y).Name(z).Name(e).Name(j);
            page.AddChart(graph);
            var steps = new Animation("Step by step", secondsPerFrame: 1);
            foreach (var step in graph.Steps())
            {
                steps.Add(step);
            }
            page.AddChart(steps);
        }
        using (var tape = new GradientTape())
        {
            var (w1, w2) = (new Variable(RandomNormal([4, 16], seed: 1), name: "w1"), new Variable(RandomNormal([16, 3], seed: 2), name: "w2"));
            var input = RandomNormal([8, 4], seed: 3);
            var loss = Square(MatMul(Relu(MatMul(input, w1)), w2)).Mean();
            page.AddChart(Graph.Of(tape, loss, "Two layers").Name(input));
        }
        var image = new Input([28, 28, 1], name: "image");
        var first = new Conv2D(8, 3, padding: "same", activation: "relu").Apply(image);
        var second = new Conv2D(8, 3, padding: "same").Apply(first);
        var joined = new Concatenate().Apply([new Add().Apply([first, second]), new Conv2D(8, 5, padding: "same").Apply(first), first]);
        var flat = new Flatten().Apply(new MaxPooling2D(2).Apply(joined));
        page.AddChart(Graph.Of(new Model([image], [new Dense(10, name: "digit").Apply(flat), new Dense(1, "sigmoid", name: "odd").Apply(flat)], "branches")));
        return page.AddChart(Graph.Of(new Sequential([new Dense(25, "relu", inputShape: [400]), new Dropout(0.2), new Dense(10)], "chain")));
    }

    private static string Training(string path)
    {
        var (x, y) = Datasets.Digits();
        var model = new Sequential([new Dense(25, "relu", inputShape: [400]), new Dense(10)]);
        model.Compile(new Adam(0.003), new SparseCategoricalCrossentropy(fromLogits: true), metrics: ["accuracy"]);
        model.Fit(x[..600], y[..600], epochs: 6, validationSplit: 0.3, verbose: 0, callbacks:
        [
            new LearningRateScheduler((epoch, rate) => epoch < 3 ? rate : rate / 2),
            new TrainingReport(path, "Handwritten digits", gradientNorms: true, weightHistograms: true, image: image => image.Reshape(20, 20).T),
        ]);
        return path;
    }
}
