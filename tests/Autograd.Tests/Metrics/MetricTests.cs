using System.Globalization;
using static Autograd.Tensor;

namespace Autograd.Tests.Metrics;

/// <summary>Metrics: the examples of Keras's documentation (Apache-2.0) and a few worked by hand, in one batch and in several, names, what is refused.</summary>
public sealed class MetricTests
{
    private static readonly Tensor s_oneHot = Rows(3, 0, 0, 1, 0, 1, 0);
    private static readonly Tensor s_scores = Rows(3, 0.1, 0.9, 0.8, 0.05, 0.95, 0);
    private static readonly Tensor s_labels = Rows(3, 1, 1, 1, 1, 0, 0, 1, 1, 0);
    private static readonly Tensor s_shares = Rows(3, 0.2, 0.6, 0.7, 0.2, 0.6, 0.6, 0.6, 0.8, 0);
    private static readonly Tensor s_pixels = Rows(3, 0, 0, 1, 1, 0, 0, 0, 1, 0, 1, 0, 0);
    private static readonly Tensor s_pixelScores = Rows(3, 0.2, 0.3, 0.5, 0.1, 0.2, 0.7, 0.5, 0.3, 0.1, 0.1, 0.4, 0.5);

    private static readonly Row[] s_rows =
    [
        new("accuracy", () => new Accuracy(), Column(1, 2, 3, 4), Column(0, 2, 3, 4), [0.75]),
        new("accuracy, weighted", () => new Accuracy(), Column(1, 2, 3, 4), Column(0, 2, 3, 4), [0.5]) { Weight = Vector(1, 1, 0, 0) },
        new("binary accuracy", () => new BinaryAccuracy(), Vector(1, 1, 0, 0), Vector(0.98, 1, 0, 0.6), [0.75]),
        new("binary accuracy, column", () => new BinaryAccuracy(0.7), Vector(1, 1, 0, 0), Column(0.98, 1, 0, 0.6), [1]),
        new("categorical accuracy", () => new CategoricalAccuracy(), s_oneHot, s_scores, [0.5]),
        new("categorical accuracy, weighted", () => new CategoricalAccuracy(), s_oneHot, s_scores, [0.3]) { Weight = Vector(0.7, 0.3) },
        new("sparse accuracy", () => new SparseCategoricalAccuracy(), Vector(2, 1), s_scores, [0.5]),
        new("sparse accuracy, column", () => new SparseCategoricalAccuracy(), Column(2, 1), s_scores, [0.5]),
        new("top 1", () => new TopKCategoricalAccuracy(1), s_oneHot, s_scores, [0.5]),
        new("top 2", () => new TopKCategoricalAccuracy(2), s_oneHot, s_scores, [1]),
        new("top 5 of 3", () => new TopKCategoricalAccuracy(), s_oneHot, s_scores, [1]),
        new("top 1, both of two", () => new SparseTopKCategoricalAccuracy(1), Vector(0, 1), Rows(2, 3, 3, 3, 3), [1]),
        new("top 2 of NaN", () => new SparseTopKCategoricalAccuracy(2), Vector(0, 1), Rows(2, double.NaN, 3, 3, 3), [0.5]),
        new("top 2 of sorted ids", () => new SparseTopKCategoricalAccuracy(2, fromSortedIds: true), Vector(1, 0), Rows(3, 2, 1, 0, 2, 1, 0), [0.5]),
        new("\"accuracy\" of one output", () => "accuracy", Vector(1, 1, 0, 0), Column(0.98, 1, 0, 0.6), [0.75]),
        new("\"accuracy\" of class numbers", () => "accuracy", Vector(2, 1), s_scores, [0.5]),
        new("\"accuracy\" of one-hot targets", () => "acc", s_oneHot, s_scores, [0.5]),
        new("\"crossentropy\" of one output", () => "crossentropy", Column(1, 1), Column(0.5, 0.5), [Math.Log(2)]),
        new("\"crossentropy\" of class numbers", () => "ce", Vector(1, 0), Rows(2, 0.5, 0.5, 0.5, 0.5), [Math.Log(2)]),
        new("true positives", () => new TruePositives(), Vector(0, 1, 1, 1), Vector(1, 0, 1, 1), [2]),
        new("true positives, weighted", () => new TruePositives(), Vector(0, 1, 1, 1), Vector(1, 0, 1, 1), [1]) { Weight = Vector(0, 0, 1, 0) },
        new("true negatives", () => new TrueNegatives(), Vector(0, 1, 0, 0), Vector(1, 1, 0, 0), [2]),
        new("false positives", () => new FalsePositives(), Vector(0, 1, 0, 0), Vector(0, 0, 1, 1), [2]),
        new("false negatives", () => new FalseNegatives(), Vector(0, 1, 1, 1), Vector(0, 1, 0, 0), [2]),
        new("false negatives at thresholds", () => new FalseNegatives([0.2, 0.6]), Vector(1, 1, 1, 0), Vector(0.1, 0.4, 0.7, 0), [1, 2]),
        new("precision", () => new Precision(), Vector(0, 1, 1, 1), Vector(1, 0, 1, 1), [2 / 3.0]),
        new("precision of the top 2", () => new Precision(topK: 2), Rows(4, 0, 0, 1, 1, 0, 0, 1, 1), Rows(4, 1, 1, 1, 1, 0, 1, 1, 0), [0.25]),
        new("precision of a class", () => new Precision(classId: 1), s_labels, s_shares, [2 / 3.0]),
        new("precision of nothing", () => new Precision(), Vector(1, 1), Vector(0, 0), [0]),
        new("recall", () => new Recall(), Vector(0, 1, 1, 1), Vector(1, 0, 1, 1), [2 / 3.0]),
        new("auc", () => new AUC(3), Vector(0, 0, 1, 1), Vector(0, 0.5, 0.3, 0.9), [0.75]),
        new("auc, weighted", () => new AUC(3), Vector(0, 0, 1, 1), Vector(0, 0.5, 0.3, 0.9), [1]) { Weight = Vector(1, 0, 0, 1) },
        new("auc of thresholds", () => new AUC(thresholds: [0.5]), Vector(0, 0, 1, 1), Vector(0, 0.5, 0.3, 0.9), [0.75]),
        new("auc from logits", () => new AUC(3, fromLogits: true), Vector(0, 0, 1, 1), Vector(-9, 0, -1, 2), [0.75]),
        new("auc of labels", () => new AUC(3, multiLabel: true), Rows(2, 0, 1, 0, 0, 1, 1, 1, 0), Rows(2, 0, 0.9, 0.5, 0.1, 0.3, 0.8, 0.9, 0.2), [0.875]),
        new("auc of weighted labels", () => new AUC(3, multiLabel: true, labelWeights: [3, 1]), Rows(2, 0, 1, 0, 0, 1, 1, 1, 0), Rows(2, 0, 0.9, 0.5, 0.1, 0.3, 0.8, 0.9, 0.2), [0.8125]),
        new("sensitivity at specificity", () => new SensitivityAtSpecificity(0.5), Vector(0, 0, 0, 1, 1), Vector(0, 0.3, 0.8, 0.3, 0.8), [0.5]),
        new("specificity at sensitivity", () => new SpecificityAtSensitivity(0.5), Vector(0, 0, 0, 1, 1), Vector(0, 0.3, 0.8, 0.3, 0.8), [2 / 3.0]),
        new("precision at recall", () => new PrecisionAtRecall(0.5), Vector(0, 0, 0, 1, 1), Vector(0, 0.3, 0.8, 0.3, 0.8), [0.5]),
        new("recall at precision", () => new RecallAtPrecision(0.8), Vector(0, 0, 1, 1), Vector(0, 0.5, 0.3, 0.9), [0.5]),
        new("f beta", () => new FBetaScore(beta: 2, threshold: 0.5), s_labels, s_shares, [5 / 13.0, 10 / 11.0, 5 / 6.0]),
        new("f1", () => new F1Score(threshold: 0.5), s_labels, s_shares, [0.5, 0.8, 2 / 3.0]),
        new("f1, macro", () => new F1Score("macro", 0.5), s_labels, s_shares, [(0.5 + 0.8 + (2 / 3.0)) / 3]),
        new("f1, micro", () => new F1Score("micro", 0.5), s_labels, s_shares, [2 * 4 / 12.0]),
        new("f1, weighted", () => new F1Score("weighted", 0.5), s_labels, s_shares, [((3 * 0.5) + (2 * 0.8) + (2 / 3.0)) / 6]),
        new("confusion", () => new ConfusionMatrix(2), Vector(0, 0, 1, 1, 1), Vector(0, 1, 0, 1, 1), [1, 1, 1, 2]),
        new("confusion of scores", () => new ConfusionMatrix(3), s_pixels, s_pixelScores, [0, 0, 2, 1, 0, 0, 0, 0, 1]),
        new("iou", () => new IoU(2, [0]), Vector(0, 0, 1, 1), Vector(0, 1, 0, 1), [1 / 3.0]),
        new("iou, weighted", () => new IoU(2, [0]), Vector(0, 0, 1, 1), Vector(0, 1, 0, 1), [1 / 3.0]) { Weight = Vector(0.3, 0.3, 0.3, 0.1) },
        new("binary iou", () => new BinaryIoU(threshold: 0.3), Vector(0, 1, 0, 1), Vector(0.1, 0.2, 0.4, 0.7), [1 / 3.0]),
        new("mean iou", () => new MeanIoU(2), Vector(0, 0, 1, 1), Vector(0, 1, 0, 1), [1 / 3.0]),
        new("mean iou, some ignored, some no class", () => new MeanIoU(2, ignoreClass: 255), Vector(0, 255, 1, 1, 7), Vector(0, 1, 0, 1, 1), [0.5]),
        new("one-hot iou", () => new OneHotIoU(3, [0, 2]), s_pixels, s_pixelScores, [1 / 6.0]),
        new("one-hot mean iou", () => new OneHotMeanIoU(3), s_pixels, s_pixelScores, [1 / 9.0]),
        new("rmse", () => new RootMeanSquaredError(), Rows(2, 0, 1, 0, 0), Rows(2, 1, 1, 0, 0), [0.5]),
        new("rmse, weighted", () => new RootMeanSquaredError(), Rows(2, 0, 1, 0, 0), Rows(2, 1, 1, 0, 0), [Math.Sqrt(0.5)]) { Weight = Vector(1, 0) },
        new("log cosh", () => new LogCoshError(), Rows(2, 0, 1, 0, 0), Rows(2, 1, 1, 0, 0), [Math.Log(Math.Cosh(1)) / 4]),
        new("r2", () => new R2Score(), Column(1, 4, 3), Column(2, 4, 4), [4 / 7.0]),
        new("r2 of outputs", () => new R2Score(classAggregation: null), Rows(2, 1, 0, 3, 2), Rows(2, 1, 0, 3, 1), [1, 0.5]),
        new("r2, adjusted", () => new R2Score(numRegressors: 1), Column(1, 4, 3), Column(2, 4, 4), [1 - (3 / 7.0 * 2)]),
        new("cosine by name", () => "cosine_similarity", Rows(2, 0, 1, 1, 1), Rows(2, 1, 0, 1, 1), [0.5]),
        new("cosine from the loss", () => new CosineSimilarity(), Rows(2, 0, 1, 1, 1), Rows(2, 1, 0, 1, 1), [0.5]),
        new("mae by name", () => "mae", Rows(2, 0, 1, 0, 0), Rows(2, 1, 1, 0, 0), [0.25]),
        new("a function", () => Metric.From((y, p) => Abs(y - p).Max(-1), "worst"), Rows(2, 0, 1, 0, 0), Rows(2, 1, 1, 0, 0), [0.5]),
    ];

    private static readonly Dictionary<string, (Type Error, Action Call, string[] Says)> s_refused = new()
    {
        ["accuracy shapes"] = (typeof(ShapeException), () => new Accuracy().Update(Ones(3), Ones(4)), ["accuracy", "[3]", "[4]"]),
        ["no n by n"] = (typeof(ShapeException), () => new BinaryAccuracy().Update(Ones(3, 1, 1), Ones(3)), ["[3,1,1]"]),
        ["a label that is no class"] = (typeof(ValueException), () => new SparseCategoricalAccuracy().Update(new[] { 0, 3 }, Ones(2, 3)), ["3 in row 1", "0 to 2"]),
        ["a label for the top"] = (typeof(ValueException), () => new SparseTopKCategoricalAccuracy().Update(new[] { -1, 0 }, Ones(2, 3)), ["-1 in row 0"]),
        ["top 0"] = (typeof(ValueException), () => _ = new TopKCategoricalAccuracy(0), ["k is 0"]),
        ["more than there are"] = (typeof(ShapeException), () => new Precision(topK: 4).Update(Ones(2, 3), Ones(2, 3)), ["4 largest", "[2,3]"]),
        ["a threshold above 1"] = (typeof(ValueException), () => _ = new Recall([0.5, 2]), ["Recall", "[0.5, 2]"]),
        ["no threshold"] = (typeof(ValueException), () => _ = new Recall([]), ["thresholds"]),
        ["a class of vectors"] = (typeof(ShapeException), () => new Precision(classId: 2).Update(Ones(5), Ones(5)), ["class 2", "[5]"]),
        ["a class beyond"] = (typeof(ShapeException), () => new Precision(classId: 3).Update(Ones(5, 3), Ones(5, 3)), ["class 3", "[5,3]"]),
        ["one threshold of a curve"] = (typeof(ValueException), () => _ = new AUC(1), ["numThresholds", "1"]),
        ["an unknown curve"] = (typeof(ValueException), () => _ = new AUC(curve: "ROK"), ["ROK", "PRGAIN"]),
        ["an unknown sum"] = (typeof(ValueException), () => _ = new AUC(summationMethod: "x"), ["minoring"]),
        ["labels without multiLabel"] = (typeof(ValueException), () => _ = new AUC(numLabels: 2), ["multiLabel"]),
        ["labels of a vector"] = (typeof(ShapeException), () => new AUC(multiLabel: true).Update(Ones(3), Ones(3)), ["[3]", "labels"]),
        ["label weights"] = (typeof(ShapeException), () => new AUC(labelWeights: [1, 2]).Update(Ones(2, 3), Ones(2, 3)), ["2 label weights", "[2,3]"]),
        ["an impossible rate"] = (typeof(ValueException), () => _ = new PrecisionAtRecall(1.5), ["recall", "1.5"]),
        ["an unknown average"] = (typeof(ValueException), () => _ = new F1Score("mean"), ["F1Score", "mean", "macro"]),
        ["a score of vectors"] = (typeof(ShapeException), () => new F1Score().Update(Ones(3), Ones(3)), ["f1_score", "[3]"]),
        ["a class of no iou"] = (typeof(ValueException), () => _ = new IoU(2, [2]), ["[2]", "0 to 1"]),
        ["a matrix of no class"] = (typeof(ValueException), () => new ConfusionMatrix(2).Update(new[] { 0, 1 }, new[] { 0, 2 }), ["2 in row 1", "0 to 1"]),
        ["a table beyond all tensors"] = (typeof(ValueException), () => _ = new MeanIoU(int.MaxValue), ["MeanIoU: numClasses", "2147483647", "46340"]),
        ["a table whose size wraps"] = (typeof(ValueException), () => _ = new ConfusionMatrix(1 << 16), ["ConfusionMatrix: numClasses", "65536"]),
        ["classes"] = (typeof(ValueException), () => _ = new MeanIoU(0), ["numClasses", "0"]),
        ["regressors"] = (typeof(ValueException), () => _ = new R2Score(numRegressors: -1), ["-1"]),
        ["weights"] = (typeof(ShapeException), () => new Accuracy().Update(Ones(3), Ones(3), Ones(2)), ["weights", "[2]", "[3]"]),
        ["an unknown name"] = (typeof(ValueException), () => _ = (Metric)"acuracy", ["acuracy", "categorical_accuracy", "mean_squared_error"]),
        ["null"] = (typeof(ArgumentNullException), () => new Accuracy().Update(null!, Ones(2)), ["yTrue"]),
    };

    public static TheoryData<string> Lines => [.. s_rows.Select(row => row.Line)];

    public static TheoryData<string> Refused => [.. s_refused.Keys];

    [Theory]
    [MemberData(nameof(Lines))]
    public void Has_the_value_in_any_number_of_batches(string line)
    {
        var row = s_rows.Single(one => one.Line == line);
        var metric = row.Metric();
        AssertValue(row, new double[row.Value.Length], line, metric, isEmpty: true);
        for (var size = row.Pred.Shape[0]; size > 0; size--)
        {
            for (var start = 0; start < row.Pred.Shape[0]; start += size)
            {
                var end = Math.Min(start + size, row.Pred.Shape[0]);
                metric.Update(row.True[start..end], row.Pred[start..end], row.Weight?[start..end]);
            }
            AssertValue(row, row.Value, $"{line}, batches of {size}", metric, isEmpty: false);
            metric.Reset();
        }
        AssertValue(row, new double[row.Value.Length], $"{line}, reset", metric, isEmpty: true);
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public void What_is_refused_or_empty_changes_nothing(string line)
    {
        var row = s_rows.Single(one => one.Line == line);
        var metric = row.Metric();
        metric.Update(row.True, row.Pred, row.Weight);
        Assert.ThrowsAny<AutogradException>(() => metric.Update(Ones(3, 2, 2), Ones(5, 7)));
        Assert.ThrowsAny<AutogradException>(() => metric.Update(row.True, row.Pred, Ones(17)));
        metric.Update(row.True[..0], row.Pred[..0], row.Weight?[..0]);
        AssertValue(row, row.Value, line, metric, isEmpty: false);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void Is_refused(string id)
    {
        var (type, call, says) = s_refused[id];
        var error = Record.Exception(call);
        Assert.True(error?.GetType() == type, $"{id}: {error}");
        Assert.All(says, words => Assert.Contains(words, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Means_and_sums_of_values()
    {
        var mean = new Mean();
        mean.Update(Vector(1, 3, 5, 7));
        Assert.Equal(4, mean.Result().Item());
        mean.Reset();
        mean.Update(Vector(1, 3, 5, 7), Vector(1, 1, 0, 0));
        Assert.Equal(2, mean.Result().Item());
        mean.Update(Rows(2, 1, 3, 5, 7), Vector(0, 1));
        Assert.Equal(4, mean.Result().Item());
        mean.Reset();
        mean.Update(Vector(1), Vector(0));
        Assert.Equal(0, mean.Result().Item());
        var sum = new Sum();
        sum.Update(Vector(1, 3, 5, 7));
        sum.Update(Vector(1, 3), Vector(2, 0));
        Assert.Equal(18, sum.Result().Item());
    }

    [Fact]
    public void Long_epochs_lose_nothing()
    {
        var mean = new Mean();
        for (var i = 0; i < 5; i++)
        {
            mean.Update(Full([1 << 20], 0.1));
        }
        Assert.Equal(0.1f, mean.Result().Item(), 12);
    }

    [Fact]
    public void Nothing_is_recorded()
    {
        using var tape = new GradientTape();
        var p = new Variable(Ones(2, 3));
        var before = tape.ToString();
        Metric[] metrics = [new Accuracy(), "mse", new AUC(), new F1Score(), new MeanIoU(2), new R2Score()];
        Assert.All(metrics, metric => metric.Update(Ones(2, 3), p));
        Assert.Equal(before, tape.ToString());
    }

    [Fact]
    public void Names_are_Keras_s_and_stay_as_given()
    {
        string[] names =
        [
            "accuracy", "acc", "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy", "top_k_categorical_accuracy", "sparse_top_k_categorical_accuracy", "true_positives",
            "TrueNegatives", "false_positives", "false_negatives", "precision", "Recall", "auc", "AUC", "fbeta_score", "f1_score", "F1Score", "binary_iou", "root_mean_squared_error", "log_cosh_error",
            "r2_score", "mse", "MAE", "mape", "msle", "bce", "kld", "kl_divergence", "poisson", "hinge", "squared_hinge", "categorical_hinge", "cosine_similarity", "log_cosh",
            "binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy", "crossentropy", "ce", "mean", "sum",
        ];
        Assert.All(names, name => Assert.Equal(name, ((Metric)name).Name));
        Assert.Equal("mean_absolute_error", ((Metric)new MeanAbsoluteError()).Name);
        Assert.Equal("my", new Precision(name: "my").Name);
        Assert.Contains("numClasses", Assert.Throws<ValueException>(() => (Metric)"mean_iou").Message, StringComparison.Ordinal);
    }

    private static void AssertValue(Row row, double[] expected, string what, Metric metric, bool isEmpty)
    {
        var result = metric.Result().ToArray<double>();
        if (isEmpty && result.Length == 1)
        {
            Assert.Equal(0, result[0]);
            return;
        }
        Assert.Equal(expected.Length, result.Length);
        for (var i = 0; i < result.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - result[i]) <= row.Tolerance, string.Create(CultureInfo.InvariantCulture, $"{what}, element {i}: {result[i]:R} instead of {expected[i]:R}"));
        }
    }

    private static Tensor Vector(params double[] values) => From(values);

    private static Tensor Column(params double[] values) => From(values, [values.Length, 1]);

    private static Tensor Rows(int width, params double[] values) => From(values, [values.Length / width, width]);

    private sealed record Row(string Line, Func<Metric> Metric, Tensor True, Tensor Pred, double[] Value)
    {
        public Tensor? Weight { get; init; }

        public double Tolerance { get; init; } = 1e-10;
    }
}
