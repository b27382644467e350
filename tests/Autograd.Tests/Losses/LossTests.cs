using System.Globalization;
using static Autograd.Tensor;

namespace Autograd.Tests.Losses;

/// <summary>Losses: numbers out of Keras's own unit tests (Apache-2.0) and worked by hand, gradients against differences, names, what is refused.</summary>
public sealed class LossTests
{
    private static readonly Tensor s_yes = From([1.0, 0, 1, 0, 1, 1], [2, 3]);
    private static readonly Tensor s_share = From([0.7, 0.2, 0.4, 0.3, 0.8, 0.6], [2, 3]);
    private static readonly Tensor s_scores = From([0.7, -1.2, 1.4, 2.3, -0.8, 0.6], [2, 3]);
    private static readonly Tensor s_oneHot = From([0.0, 1, 0, 0, 0, 1], [2, 3]);
    private static readonly Tensor s_classes = new[] { 1, 2 };
    private static readonly Tensor s_unit = From([0.6, 0.8, 0.8, -0.6, -0.28, 0.96, 1, 0], [4, 2]);

    /// <summary>A loss, targets, predictions, and the losses of the examples.</summary>
    private static readonly Row[] s_rows =
    [
        new("mse", new MeanSquaredError(), s_yes, s_share, [(0.09 + 0.04 + 0.36) / 3, (0.09 + 0.04 + 0.16) / 3]),
        new("mse of integers", new MeanSquaredError(), From([1, 9, 2, -5, -2, 6], [2, 3]), From([4, 8, 12, 8, 1, 3], [2, 3]), [110 / 3.0, 187 / 3.0]) { Tolerance = 1e-6 },
        new("mae", new MeanAbsoluteError(), s_yes, s_share, [1.1 / 3, 0.9 / 3]),
        new("mape", new MeanAbsolutePercentageError(), From([1.0, 4, 2, 5], [2, 2]), From([1.5, 3, 2, 4], [2, 2]), [37.5, 10]),
        new("msle", new MeanSquaredLogarithmicError(), From([Math.E - 1, 0], [1, 2]), From([0, Math.Exp(2) - 1], [1, 2]), [2.5]) { Tolerance = 1e-6 },
        new("huber", new Huber(), s_yes, s_scores, [(0.045 + 0.7 + 0.08) / 3, (1.8 + 1.3 + 0.08) / 3]),
        new("huber, delta 0.5", new Huber(0.5), s_yes, s_scores, [(0.045 + 0.475 + 0.08) / 3, (1.025 + 0.775 + 0.08) / 3]),
        new("log cosh", new LogCosh(), From([0.0, 0, 0], [3, 1]), From([1.0, -1000, 1000], [3, 1]), [Math.Log(Math.Cosh(1)), 1000 - Math.Log(2), 1000 - Math.Log(2)]),
        new("cosine", new CosineSimilarity(), From([1.0, 0, 3, 4, 0, 0], [3, 2]), From([2.0, 0, -3, -4, 1, 1], [3, 2]), [-1, 1, 0]),
        new("poisson", new Poisson(), From([2.0, 3], [1, 2]), From([1.0, Math.E], [1, 2]), [(1 + Math.E - 3) / 2]) { Tolerance = 1e-6 },
        new("kl", new KLDivergence(), From([0.5, 0.5], [1, 2]), From([0.25, 0.75], [1, 2]), [(0.5 * Math.Log(2)) + (0.5 * Math.Log(2 / 3.0))]),
        new("bce", new BinaryCrossentropy(), s_yes, s_share, [-Math.Log(0.7 * 0.8 * 0.4) / 3, -Math.Log(0.7 * 0.8 * 0.6) / 3]),
        new("bce at 0 and 1", new BinaryCrossentropy(), From([1.0, 0], [2, 1]), From([0.0, 0], [2, 1]), [-Math.Log(1e-7), -Math.Log(1 - 1e-7)]),
        new("bce from logits", new BinaryCrossentropy(fromLogits: true), From([1.0, 1, 0, 0], [4, 1]), From([1000.0, -1000, 1000, 0], [4, 1]), [0, 1000, 1000, Math.Log(2)]),
        new("bce, smoothed", new BinaryCrossentropy(labelSmoothing: 0.2), From([1.0], [1, 1]), From([0.6], [1, 1]), [-(0.9 * Math.Log(0.6)) - (0.1 * Math.Log(0.4))]),
        new("cce", new CategoricalCrossentropy(), s_oneHot, s_share, [-Math.Log(0.2 / 1.3), -Math.Log(0.6 / 1.7)]),
        new("cce of nothing predicted", new CategoricalCrossentropy(), s_oneHot, Zeros([2, 3], DType.Float64), [-Math.Log(1e-7), -Math.Log(1e-7)]),
        new("cce from logits", new CategoricalCrossentropy(fromLogits: true), From([1.0, 0, 0, 1], [2, 2]), From([1000.0, 0, 1000, 0], [2, 2]), [0, 1000]),
        new("cce, smoothed", new CategoricalCrossentropy(labelSmoothing: 0.3), From([1.0, 0, 0], [1, 3]), From([0.5, 0.3, 0.2], [1, 3]),
            [-(0.8 * Math.Log(0.5)) - (0.1 * Math.Log(0.3 * 0.2))]),
        new("cce, axis 1", new CategoricalCrossentropy(axis: 1), s_oneHot.ExpandDims(2), s_share.ExpandDims(2), [-Math.Log(0.2 / 1.3), -Math.Log(0.6 / 1.7)]),
        new("cce from logits, axis 1", new CategoricalCrossentropy(fromLogits: true, axis: 1), s_oneHot.ExpandDims(2), Log(s_share).ExpandDims(2), [-Math.Log(0.2 / 1.3), -Math.Log(0.6 / 1.7)]),
        new("scce", new SparseCategoricalCrossentropy(), s_classes, s_share, [-Math.Log(0.2 / 1.3), -Math.Log(0.6 / 1.7)]),
        new("scce of floats", new SparseCategoricalCrossentropy(), From([1f, 2], [2, 1]), s_share, [-Math.Log(0.2 / 1.3), -Math.Log(0.6 / 1.7)]),
        new("scce from logits", new SparseCategoricalCrossentropy(fromLogits: true), s_classes, Log(s_share), [-Math.Log(0.2 / 1.3), -Math.Log(0.6 / 1.7)]),
        new("scce, axis 0", new SparseCategoricalCrossentropy(axis: 0), s_classes, s_share.T, [-Math.Log(0.2 / 1.3), -Math.Log(0.6 / 1.7)]),
        new("focal bce", new BinaryFocalCrossentropy(), From([1.0, 0], [2, 1]), From([0.6, 0.3], [2, 1]), [-0.16 * Math.Log(0.6), -0.09 * Math.Log(0.7)]),
        new("focal bce, balanced", new BinaryFocalCrossentropy(applyClassBalancing: true), From([1.0, 0], [2, 1]), From([0.6, 0.3], [2, 1]), [-0.04 * Math.Log(0.6), -0.0675 * Math.Log(0.7)]),
        new("focal cce", new CategoricalFocalCrossentropy(), From([1.0, 0, 0], [1, 3]), From([0.5, 0.3, 0.2], [1, 3]), [-0.0625 * Math.Log(0.5)]),
        new("generalized", new CategoricalGeneralizedCrossEntropy(), s_classes, s_share, [2 * (1 - Math.Sqrt(0.2)), 2 * (1 - Math.Sqrt(0.6))]),
        new("hinge", new Hinge(), s_yes, s_scores, [(0.3 + 0 + 0) / 3, (3.3 + 1.8 + 0.4) / 3]),
        new("hinge of -1 and 1", new Hinge(), (2 * s_yes) - 1, s_scores, [0.3 / 3, 5.5 / 3]),
        new("squared hinge", new SquaredHinge(), s_yes, s_scores, [0.09 / 3, ((3.3 * 3.3) + (1.8 * 1.8) + 0.16) / 3]),
        new("categorical hinge", new CategoricalHinge(), s_oneHot, s_scores, [1.4 + 1.2 + 1, 2.3 - 0.6 + 1]),
        new("dice", new Dice(axis: [1]), s_yes, s_share, [1 - (2 * 1.1 / 3.3), 1 - (2 * 1.4 / 3.7)]) { Tolerance = 1e-6 },
        new("dice of everything", new Dice(), s_yes, s_share, [1 - (2 * 2.5 / 7)]) { Tolerance = 1e-6 },
        new("tversky", new Tversky(0.2, 0.8, axis: [1]), s_yes, s_share, [1 - (1.1 / (1.1 + 0.04 + 0.72)), 1 - (1.4 / (1.4 + 0.06 + 0.48))]) { Tolerance = 1e-6 },
        new("circle without a partner", new Circle(), new[] { 0, 1, 2, 3 }, s_unit, [0, 0, 0, 0]),
        new("ctc of one step", new CTC(), From([1], [1, 1]), From([0.0, 0], [1, 1, 2]), [Math.Log(2)]),
        new("ctc of two steps", new CTC(), From([1], [1, 1]), From([0.0, 0, 0, 0], [1, 2, 2]), [-Math.Log(0.75)]),
        new("ctc of no labels", new CTC(), From([0], [1, 1]), From([0.0, 0, 0, 0], [1, 2, 2]), [-Math.Log(0.25)]),
    ];

    /// <summary>Losses whose gradients with respect to predictions are compared with differences, at points away from kinks.</summary>
    private static readonly Dictionary<string, (Loss Loss, Tensor True, Tensor Pred)> s_smooth = new()
    {
        ["mse"] = ("mse", s_yes, s_scores),
        ["mae"] = ("mae", s_yes, s_scores),
        ["mape"] = ("mape", 2 * s_scores, s_share),
        ["msle"] = ("msle", s_share, s_scores),
        ["huber"] = (new Huber(0.7), s_yes, s_scores),
        ["log cosh"] = (new LogCosh(), s_yes, s_scores),
        ["cosine"] = (new CosineSimilarity(), s_yes, s_scores),
        ["poisson"] = (new Poisson(), s_yes, s_share),
        ["kl"] = (new KLDivergence(), s_yes, s_share),
        ["bce"] = (new BinaryCrossentropy(labelSmoothing: 0.1), s_yes, s_share),
        ["bce from logits"] = (new BinaryCrossentropy(fromLogits: true), s_yes, s_scores),
        ["cce"] = (new CategoricalCrossentropy(), s_oneHot, s_share),
        ["cce from logits"] = (new CategoricalCrossentropy(fromLogits: true, labelSmoothing: 0.1), s_oneHot, s_scores),
        ["cce from logits, axis 0"] = (new CategoricalCrossentropy(fromLogits: true, axis: 0), s_oneHot, s_scores),
        ["scce"] = (new SparseCategoricalCrossentropy(), s_classes, s_share),
        ["scce from logits"] = (new SparseCategoricalCrossentropy(fromLogits: true), s_classes, s_scores),
        ["scce, one ignored"] = (new SparseCategoricalCrossentropy(fromLogits: true, ignoreClass: 2), s_classes, s_scores),
        ["focal bce"] = (new BinaryFocalCrossentropy(applyClassBalancing: true, gamma: 1.5), s_yes, s_share),
        ["focal bce from logits"] = (new BinaryFocalCrossentropy(fromLogits: true), s_yes, s_scores),
        ["focal cce"] = (new CategoricalFocalCrossentropy(), s_oneHot, s_share),
        ["focal cce from logits"] = (new CategoricalFocalCrossentropy(fromLogits: true, gamma: 0.5), s_oneHot, s_scores),
        ["generalized"] = (new CategoricalGeneralizedCrossEntropy(0.3), s_classes, s_share),
        ["hinge"] = (new Hinge(), s_yes, s_scores),
        ["squared hinge"] = (new SquaredHinge(), s_yes, s_scores),
        ["categorical hinge"] = (new CategoricalHinge(), s_oneHot, s_scores),
        ["dice"] = (new Dice(), s_yes, s_share),
        ["tversky"] = (new Tversky(0.3, 0.7), s_yes, s_share),
        ["circle"] = (new Circle(gamma: 2), (Tensor)new[] { 0, 1, 0, 1 }, s_unit),
        ["circle, some without a partner"] = (new Circle(gamma: 2), (Tensor)new[] { 0, 1, 0, 2 }, s_unit),
        ["ctc"] = (new CTC(), From([1, 2, 2, 0], [2, 2]), RandomNormal([2, 4, 3], seed: 5, dtype: DType.Float64)),
    };

    /// <summary>Calls that are refused, and what the message must say.</summary>
    private static readonly Dictionary<string, (Type Error, Action Call, string[] Says)> s_refused = new()
    {
        ["loss-195"] = (typeof(ShapeException), () => Mse().Apply(Ones(2, 4), Ones(2, 3)), ["mean_squared_error", "[2,4]", "[2,3]"]),
        ["loss-196 in three dimensions"] = (typeof(ShapeException), () => Mse().Apply(Ones(3, 1, 1), Ones(3)), ["[3,1,1]", "[3]"]),
        ["F71-one-for-all"] = (typeof(ShapeException), () => Mse().Apply(Ones(3, 1), Ones(3, 2)), ["[3,1]", "[3,2]"]),
        ["F71-scalar-target"] = (typeof(ShapeException), () => Mse().Apply(1f, Ones(3)), ["[]", "[3]"]),
        ["loss-197"] = (typeof(ValueException), () => Sparse().Apply(new[] { 0, 3 }, Ones(2, 3)), ["sparse_categorical_crossentropy", "3 in row 1", "0 to 2"]),
        ["loss-198"] = (typeof(ValueException), () => Sparse().Apply(new[] { 0, -1 }, Ones(2, 3)), ["-1 in row 1"]),
        ["F72-fraction"] = (typeof(ValueException), () => Sparse().Apply(new[] { 0.5f, 1 }, Ones(2, 3)), ["0.5 in row 0"]),
        ["F72-nan"] = (typeof(ValueException), () => Sparse().Apply(new[] { 1, float.NaN }, Ones(2, 3)), ["NaN in row 1"]),
        ["F72-in-a-row"] = (typeof(ValueException), () => Sparse().Apply(From([0, 1, 2, 7], [2, 2]), Ones(2, 2, 3)), ["7 in row 1 (its element 1)"]),
        ["F72-from-logits"] = (typeof(ValueException), () => new SparseCategoricalCrossentropy(fromLogits: true, ignoreClass: -1).Apply(new[] { -1, 3 }, Ones(2, 3)), ["3 in row 1"]),
        ["F72-generalized"] = (typeof(ValueException), () => new CategoricalGeneralizedCrossEntropy().Apply(new[] { 0, 3 }, Ones(2, 3)), ["3 in row 1"]),
        ["loss-199"] = (typeof(ShapeException), () => Sparse().Apply(new[] { 0 }, Ones(2, 3)), ["[1]", "[2,3]"]),
        ["F71-one-hot-to-sparse"] = (typeof(ShapeException), () => Sparse().Apply(Ones(2, 3), Ones(2, 3)), ["class numbers", "[2]"]),
        ["F71-axis"] = (typeof(ShapeException), () => new SparseCategoricalCrossentropy(axis: 2).Apply(new[] { 0, 1 }, Ones(2, 3)), ["axis 2", "[2,3]"]),
        ["loss-202"] = (typeof(ValueException), () => _ = new CategoricalCrossentropy(labelSmoothing: 1.5), ["CategoricalCrossentropy", "labelSmoothing", "1.5"]),
        ["F75-negative"] = (typeof(ValueException), () => _ = new BinaryCrossentropy(labelSmoothing: -0.1), ["BinaryCrossentropy", "-0.1"]),
        ["F75-nan"] = (typeof(ValueException), () => _ = new BinaryFocalCrossentropy(labelSmoothing: double.NaN), ["NaN"]),
        ["loss-203"] = (typeof(ValueException), () => _ = new MeanSquaredError((LossReduction)17), ["17", "SumOverBatchSize"]),
        ["loss-206"] = (typeof(ShapeException), () => new BinaryCrossentropy().Apply(Ones(3), Ones(2)), ["[3]", "[2]"]),
        ["loss-208"] = (typeof(ValueException), () => _ = new Huber(0), ["Huber", "delta", "0"]),
        ["loss-209"] = (typeof(ValueException), () => _ = new Huber(-1), ["-1"]),
        ["loss-210"] = (typeof(ShapeException), () => new CosineSimilarity().Apply(Ones(2, 4), Ones(2, 3)), ["[2,4]", "[2,3]"]),
        ["loss-211"] = (typeof(ValueException), () => new CTC().Apply(From([1, 2, 2], [1, 3]), Ones(1, 3, 3)), ["row 0", "4 steps", "3"]),
        ["F71-ctc-shapes"] = (typeof(ShapeException), () => new CTC().Apply(Ones(2, 3), Ones(3, 3, 3)), ["[2,3]", "[3,3,3]"]),
        ["F72-ctc"] = (typeof(ValueException), () => new CTC().Apply(From([1, 9], [1, 2]), Ones(1, 5, 3)), ["9 in row 0"]),
        ["F76-length"] = (typeof(ShapeException), () => Mse().Apply(Ones(4, 2), Ones(4, 2), Ones(3)), ["weights", "[3]", "[4]"]),
        ["F76-rank"] = (typeof(ShapeException), () => Mse().Apply(Ones(4, 2), Ones(4, 2), Ones(4, 2)), ["weights", "[4,2]"]),
        ["F78-q"] = (typeof(ValueException), () => _ = new CategoricalGeneralizedCrossEntropy(1), ["q is 1"]),
        ["F78-gamma"] = (typeof(ValueException), () => _ = new BinaryFocalCrossentropy(gamma: -1), ["gamma", "-1"]),
        ["unknown-name"] = (typeof(ValueException), () => _ = (Loss)"mze", ["mze", "mean_squared_error"]),
        ["null-targets"] = (typeof(ArgumentNullException), () => Mse().Apply(null!, Ones(2)), ["yTrue"]),
        ["null-predictions"] = (typeof(ArgumentNullException), () => Mse().Apply(Ones(2), null!), ["yPred"]),
    };

    public static TheoryData<string> Lines => [.. s_rows.Select(row => row.Line)];

    public static TheoryData<string> Smooth => [.. s_smooth.Keys];

    public static TheoryData<string> Refused => [.. s_refused.Keys];

    private static MeanSquaredError Mse() => new();

    private static SparseCategoricalCrossentropy Sparse() => new();

    [Theory]
    [MemberData(nameof(Lines))]
    public void Has_the_value(string line)
    {
        var row = s_rows.Single(one => one.Line == line);
        AssertClose([row.Each.Average()], row.Loss.Apply(row.True, row.Pred), row.Tolerance);
        AssertClose([row.Each.Average()], row.Loss.Apply(row.True, row.Pred.Cast(DType.Float32)), Math.Max(row.Tolerance, 1e-6));
        if (row.Each.Length > 1)
        {
            for (var i = 0; i < row.Each.Length; i++)
            {
                // Each by itself: the weights of the others are 0.
                var one = Equal(Arange(row.Each.Length), i).Cast(DType.Float64);
                AssertClose([row.Each[i] / row.Each.Length], row.Loss.Apply(row.True, row.Pred, one), row.Tolerance);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Smooth))]
    public void Has_the_gradient_of_differences(string name)
    {
        var (loss, yTrue, yPred) = s_smooth[name];
        // A fused pullback and the expression it becomes under an outer tape differ in their last bits, which a check of second order takes for chance; the operation's own row has it.
        var order = loss is CategoricalCrossentropy { FromLogits: true } ? 1 : 2;
        GradientCheck.Assert(p => loss.Apply(yTrue, p), yPred, new() { Order = order });
    }

    [Fact]
    public void Every_loss_has_a_gradient_check()
    {
        var checkedKinds = s_smooth.Values.Select(one => one.Loss.GetType().Name).ToHashSet();
        Assert.Empty(Loss.Registry.Names.Except(checkedKinds));
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

    [Theory]
    [InlineData(LossReduction.SumOverBatchSize, 20, 20)]
    [InlineData(LossReduction.Sum, 40, 40)]
    [InlineData(LossReduction.MeanWithSampleWeight, 20, 10)]
    public void Reduces(LossReduction reduction, double plain, double weighted)
    {
        var loss = new MeanAbsoluteError(reduction);
        Tensor y = From([0.0, 0], [2, 1]), p = From([10.0, 30], [2, 1]);
        Assert.Equal(plain, loss.Apply(y, p).Item());
        Assert.Equal(weighted, loss.Apply(y, p, From([4.0, 0])).Item());
        Assert.Equal(0, loss.Apply(y, p, From([0.0, 0])).Item());
        Assert.Equal(plain, loss.Apply(y, p, From([1f, 1], [2, 1])).Item());
    }

    [Fact]
    public void Not_reduced_there_is_one_loss_per_example_or_position()
    {
        var loss = new MeanAbsoluteError(LossReduction.None);
        Assert.Equal([1, 2], loss.Apply(Zeros([2, 1]), From([1f, 2], [2, 1])).ToArray<float>());
        Assert.Equal([3, 10], loss.Apply(Zeros([2, 1]), From([1f, 2], [2, 1]), From([3f, 5])).ToArray<float>());
        Assert.Equal(Shape.Of(2, 5), loss.Apply(Zeros([2, 5, 3]), Ones(2, 5, 3), From([3f, 5])).Shape);
    }

    [Fact]
    public void Ignored_classes_do_not_count()
    {
        var loss = new SparseCategoricalCrossentropy(ignoreClass: 255);
        var logs = -Math.Log(0.25);
        Tensor p = From([0.25, 0.75, double.NaN, 1, 0.75, 0.25], [3, 2]);
        AssertClose([logs], loss.Apply(From([0, 255, 1]), p), 1e-12);
        AssertClose([logs * 2], loss.Apply(From([0, 255, 1]), p, From([3.0, 9, 1])), 1e-12);
        AssertClose([0], loss.Apply(From([255, 255, 255]), p), 0);
        Metric metric = loss;
        metric.Update(From([0, 255, 1]), p);
        AssertClose([logs], metric.Result(), 1e-12);
    }

    [Theory]
    [InlineData("mse", 3)]
    [InlineData("bce", 3)]
    [InlineData("categorical_crossentropy", 3)]
    [InlineData("categorical_hinge", 3)]
    [InlineData("sparse_categorical_crossentropy", 0)]
    public void Of_no_examples_is_0(string name, int width)
    {
        Loss loss = name;
        var p = new Variable(Zeros(0, 3));
        using var tape = new GradientTape();
        var value = loss.Apply(width == 0 ? Zeros([0], DType.Int32) : Zeros(0, width), p);
        Assert.Equal(0, value.Item());
        Assert.Equal(p.Shape, tape.Gradient(value, p)!.Shape);
    }

    [Fact]
    public void Columns_and_vectors_meet_example_by_example()
    {
        Tensor column = From([1f, 2, 3], [3, 1]), vector = From([1f, 2, 4]);
        Assert.Equal(1 / 3.0, new MeanSquaredError().Apply(column, vector).Item(), 6);
        Assert.Equal(1 / 3.0, new MeanSquaredError().Apply(vector, column).Item(), 6);
        Assert.Equal(4, new MeanSquaredError().Apply(1f, 3f).Item());
    }

    [Fact]
    public void Far_logits_keep_their_gradients()
    {
        foreach (var (loss, y, z, expected) in new (Loss, Tensor, Tensor, double[])[]
        {
            (new BinaryCrossentropy(fromLogits: true), From([1f, 0, 1], [3, 1]), From([-1000f, 1000, 1000], [3, 1]), [-1, 1, 0]),
            (new CategoricalCrossentropy(fromLogits: true), From([0f, 1], [1, 2]), From([1000f, 0], [1, 2]), [1, -1]),
            (new SparseCategoricalCrossentropy(fromLogits: true), From([1]), From([1000f, 0], [1, 2]), [1, -1]),
        })
        {
            using var tape = new GradientTape();
            tape.Watch(z);
            AssertClose(expected, tape.Gradient(z.Shape[0] * loss.Apply(y, z), z)!, 1e-6);
        }
    }

    [Fact]
    public void Names_are_Keras_s()
    {
        string[] names =
        [
            "mse", "MSE", "mean_squared_error", "MeanSquaredError", "mae", "mape", "msle", "huber", "huber_loss", "log_cosh", "logcosh", "cosine_similarity", "poisson", "kld", "KLD",
            "kl_divergence", "kullback_leibler_divergence", "bce", "binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy", "binary_focal_crossentropy",
            "categorical_focal_crossentropy", "categorical_generalized_cross_entropy", "hinge", "squared_hinge", "categorical_hinge", "dice", "tversky", "circle", "ctc",
        ];
        Assert.All(names, name => Assert.NotNull((Loss)name));
        Assert.Equal("kl_divergence", ((Loss)"kld").Name);
        Assert.Equal("mean_squared_error", ((Loss)"mse").Name);
    }

    private static void AssertClose(double[] expected, Tensor actual, double tolerance)
    {
        var values = actual.Cast(DType.Float64).ToArray<double>();
        Assert.Equal(expected.Length, values.Length);
        for (var i = 0; i < values.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - values[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i])), string.Create(CultureInfo.InvariantCulture, $"element {i}: {values[i]:R} instead of {expected[i]:R}"));
        }
    }

    private sealed record Row(string Line, Loss Loss, Tensor True, Tensor Pred, double[] Each)
    {
        public double Tolerance { get; init; } = 1e-10;
    }

    public static TheoryData<string> EveryLoss => [.. Loss.Registry.Names];

    [Theory]
    [MemberData(nameof(EveryLoss))]
    public void Every_loss_takes_weights_of_examples(string name)
    {
        Loss loss = name;
        var p = Softmax(RandomNormal([3, 4], seed: 1));
        var (y, predicted) = name switch
        {
            "SparseCategoricalCrossentropy" or "CategoricalGeneralizedCrossEntropy" => (From([0L, 1, 2]), p),
            "Circle" => (From([0L, 0, 2]), p / p.Norm(1, keepDims: true)),
            "CTC" => (new[,] { { 1L, 2 }, { 2L, 0 }, { 3L, 3 } }, RandomNormal([3, 5, 4], seed: 2)),
            _ => (OneHot(From([0L, 1, 2]), 4), p),
        };
        var plain = loss.Apply(y, predicted).Item();
        Assert.Equal(2 * plain, loss.Apply(y, predicted, Full([3], 2)).Item(), 1e-5);
        Assert.Equal(2 * plain, loss.Apply(y, predicted, Full([3, 1], 2)).Item(), 1e-5);
        Assert.Equal(0, loss.Apply(y, predicted, Zeros(3)).Item());
        Assert.True(double.IsFinite(loss.Apply(y, predicted, From([1f, 0, 3])).Item()));
        Metric metric = loss;
        metric.Update(y, predicted, From([1f, 1, 1]));
        Assert.True(double.IsFinite(metric.Result().Item()));
    }

    // As in Keras: each example has the loss of the batch.
    [Fact]
    public void A_loss_of_the_whole_batch_is_weighed_example_by_example()
    {
        Tensor y = new[,] { { 1f, 0 }, { 0f, 1 } }, p = new[,] { { 0.8f, 0.2f }, { 0.4f, 0.6f } };
        foreach (var loss in (Loss[])[new Dice(), new Tversky(0.3, 0.7)])
        {
            var plain = loss.Apply(y, p).Item();
            Assert.Equal(1.5 * plain, loss.Apply(y, p, From([1f, 2])).Item(), 1e-6);
        }
        Assert.Equal(new Dice().Apply(y, p).Item(), new Dice(LossReduction.MeanWithSampleWeight).Apply(y, p, From([1f, 2])).Item(), 1e-6);
        Assert.Equal(2 * new Dice(axis: [1]).Apply(y, p).Item(), new Dice(axis: [1]).Apply(y, p, Full([2], 2)).Item(), 1e-6);
        var model = new Sequential([new Dense(2, "sigmoid", inputShape: [2])]);
        model.Compile("sgd", new Dice(), weightedMetrics: [new Dice()]);
        model.Fit(p, y, verbose: 0, sampleWeight: From([1f, 2]));
        model.Fit(p, y, verbose: 0, classWeight: new Dictionary<int, double> { [0] = 2 });
    }
}
