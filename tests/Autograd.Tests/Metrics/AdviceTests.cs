using static Autograd.Tensor;

namespace Autograd.Tests.Metrics;

/// <summary>"accuracy" means what it means in Keras, by shapes; where that is not what the loss takes outputs for, training says so once.</summary>
[Collection(Tape.Alone.Name)]
public sealed class AdviceTests
{
    private static readonly Loss s_logits = new BinaryCrossentropy(fromLogits: true);

    public static TheoryData<string> Names() => [.. s_rows.Select(row => row.Name)];

    private static readonly (string Name, int Outputs, Loss Loss, Metric[] Metrics, string[] Advice)[] s_rows =
    [
        ("one answer", 1, "bce", ["accuracy", new BinaryAccuracy(), new Precision(), new AUC(), "crossentropy"], []),
        ("one logit", 1, s_logits, ["accuracy"], ["'accuracy' takes predictions above 0.5", "new BinaryAccuracy(threshold: 0)"]),
        ("acc", 1, s_logits, ["acc"], ["'acc' takes predictions above 0.5"]),
        ("a focal loss of logits", 1, new BinaryFocalCrossentropy(fromLogits: true), ["binary_accuracy"], ["'binary_accuracy' takes", "new BinaryAccuracy(threshold: 0)"]),
        ("several measures of a logit", 1, s_logits, [new Precision(), new Recall(), new AUC(), "crossentropy"],
            ["'precision' takes", "new Precision(thresholds: [0])", "'recall' takes", "new AUC(fromLogits: true)", "'crossentropy' takes"]),
        ("measures that know of logits", 1, s_logits, [new BinaryAccuracy(threshold: 0), new Precision(thresholds: [0]), new AUC(fromLogits: true)], []),
        ("several answers", 3, "bce", ["accuracy"], ["takes the 3 outputs for one choice among classes, as in Keras", "measure \"binary_accuracy\""]),
        ("several logits", 3, s_logits, ["accuracy"], ["takes the 3 outputs for one choice", "new BinaryAccuracy(threshold: 0)"]),
        ("several answers, told", 3, "bce", ["binary_accuracy"], []),
        ("classes", 3, new CategoricalCrossentropy(fromLogits: true), ["accuracy"], []),
        ("another loss", 1, "mse", ["accuracy"], []),
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_a_metric_takes_outputs_for_is_said_where_the_loss_differs(string name)
    {
        var row = s_rows.Single(row => row.Name == name);
        var model = new Sequential([new Dense(row.Outputs, inputShape: [2])]);
        model.Compile("sgd", row.Loss, row.Metrics);
        using var errors = new StringWriter();
        var console = Console.Error;
        Console.SetError(errors);
        try
        {
            var y = OneHot(RandomInteger([8], 0, row.Outputs, seed: 1), row.Outputs);
            model.Fit(RandomNormal([8, 2], seed: 1), y, epochs: 2, batchSize: 4, verbose: 0);
        }
        finally
        {
            Console.SetError(console);
        }
        var said = errors.ToString();
        Assert.All(row.Advice, part => Assert.Contains(part, said));
        Assert.Equal(row.Advice.Count(part => part.StartsWith('\'') || part.StartsWith("takes", StringComparison.Ordinal) || part.StartsWith("new AUC", StringComparison.Ordinal)), said.Split('\n').Length - 1);
    }

    /// <summary>Shapes of targets and predictions, and what Keras 3 takes "accuracy" for.</summary>
    [Theory]
    [InlineData(new[] { 4 }, new[] { 4, 1 }, "binary")]
    [InlineData(new[] { 4, 1 }, new[] { 4, 1 }, "binary")]
    [InlineData(new[] { 4 }, new[] { 4, 3 }, "sparse")]
    [InlineData(new[] { 4, 1 }, new[] { 4, 3 }, "sparse")]
    [InlineData(new[] { 4, 3 }, new[] { 4, 3 }, "categorical")]
    [InlineData(new[] { 4, 5 }, new[] { 4, 5, 3 }, "sparse")]
    [InlineData(new[] { 4, 5, 1 }, new[] { 4, 5, 3 }, "sparse")]
    [InlineData(new[] { 4, 5, 3 }, new[] { 4, 5, 3 }, "categorical")]
    [InlineData(new[] { 4, 5, 1 }, new[] { 4, 5, 1 }, "binary")]
    [InlineData(new[] { 4, 5 }, new[] { 4, 5, 1 }, "binary")]
    public void Accuracy_goes_by_shapes_as_in_Keras(int[] target, int[] prediction, string kind)
    {
        // Predictions for which the three give different values.
        var p = RandomUniform(prediction, seed: 5);
        var y = (RandomUniform(target, seed: 6) > 0.5).Cast(DType.Float32);
        Metric byShape = "accuracy";
        Metric byName = kind switch { "binary" => new BinaryAccuracy(), "sparse" => new SparseCategoricalAccuracy(), _ => new CategoricalAccuracy() };
        byShape.Update(y, p);
        byName.Update(y, p);
        Assert.Equal(byName.Result().Item(), byShape.Result().Item());
    }
}
