using static Autograd.Tensor;

namespace Autograd.Tests.Losses;

/// <summary>What cannot be labels is refused, since the wrong way round a cross-entropy is a number all the same; and one order holds everywhere.</summary>
public sealed class LabelTests
{
    private static readonly Tensor s_oneHot = From([0f, 1, 0, 1, 0, 0], [2, 3]);
    private static readonly Tensor s_logits = From([0.5f, 2, -1, 3, 1, 0.2f], [2, 3]);
    private static readonly Tensor s_positive = From([0.5f, 2, 1, 3, 1, 0.2f], [2, 3]);

    /// <summary>Each takes labels and predictions, in this order.</summary>
    private static readonly Dictionary<string, Func<Tensor, Tensor, Tensor>> s_choices = new()
    {
        ["SoftmaxCrossEntropy"] = SoftmaxCrossEntropy,
        ["CategoricalCrossentropy"] = (y, p) => new CategoricalCrossentropy().Apply(y, p),
        ["CategoricalCrossentropy from logits"] = (y, p) => new CategoricalCrossentropy(fromLogits: true, labelSmoothing: 0.1).Apply(y, p),
        ["CategoricalFocalCrossentropy"] = (y, p) => new CategoricalFocalCrossentropy().Apply(y, p),
    };

    private static readonly Dictionary<string, Func<Tensor, Tensor, Tensor>> s_answers = new()
    {
        ["SigmoidCrossEntropy"] = SigmoidCrossEntropy,
        ["BinaryCrossentropy"] = (y, p) => new BinaryCrossentropy().Apply(y, p),
        ["BinaryCrossentropy from logits"] = (y, p) => new BinaryCrossentropy(fromLogits: true).Apply(y, p),
        ["BinaryFocalCrossentropy"] = (y, p) => new BinaryFocalCrossentropy().Apply(y, p),
    };

    public static TheoryData<string> Choices() => [.. s_choices.Keys];

    public static TheoryData<string> Answers() => [.. s_answers.Keys];

    [Theory]
    [MemberData(nameof(Choices))]
    public void Classes_that_are_no_distribution_are_refused(string name)
    {
        var loss = s_choices[name];
        Assert.True(IsFinite(loss(s_oneHot, s_logits)).All().Item<bool>());
        Assert.True(IsFinite(loss(From([0.33f, 0.33f, 0.33f, 0.2f, 0.3f, 0.5f], [2, 3]), s_logits)).All().Item<bool>());
        loss(s_oneHot.Cast(DType.Int32), s_logits);
        loss(Zeros([0, 3]), Zeros([0, 3]));
        foreach (var wrong in new[] { s_logits, s_positive, 2 * s_oneHot, s_oneHot * -1, s_logits.T.Reshape(2, 3), s_oneHot * From([1f, 0.5f]).ExpandDims(1) })
        {
            Assert.Contains("labels first", Assert.Throws<ValueException>(() => loss(wrong, s_oneHot)).Message);
        }
        Assert.Contains("row 1 of the labels sums to 0.5", Assert.Throws<ValueException>(() => loss(From([1.0, 0, 0, 0.5, 0, 0], [2, 3]), s_logits.Cast(DType.Float64))).Message);
        // Many classes are looked at by vectors.
        var wide = OneHot(RandomInteger([5], 0, 100, seed: 1), 100);
        loss(wide, RandomNormal([5, 100], seed: 2));
        Assert.Contains("row 3", Assert.Throws<ValueException>(() => loss(wide + OneHot(From([100, 100, 100, 7, 100]), 101)[.., ..100], RandomNormal([5, 100], seed: 2))).Message);
        Assert.Contains("row 4", Assert.Throws<ValueException>(() => loss(wide - OneHot(From([100, 100, 100, 100, 40]), 101)[.., ..100], RandomNormal([5, 100], seed: 2))).Message);
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public void Answers_that_are_no_probabilities_are_refused(string name)
    {
        var loss = s_answers[name];
        Assert.True(IsFinite(loss(s_oneHot, s_logits)).All().Item<bool>());
        loss(s_oneHot.Cast(DType.Int64), s_logits);
        loss(From([true, false]), From([0.3, 0.2]));
        loss(Zeros(0), Zeros(0));
        Assert.Contains("a label is 3", Assert.Throws<ValueException>(() => loss(s_positive, s_oneHot)).Message);
        Assert.Contains("a label is -1", Assert.Throws<ValueException>(() => loss(s_logits, s_oneHot)).Message);
        for (var i = 0; i < 70; i++)
        {
            // Wherever it stands among the lanes of a vector.
            var answers = (Equal(Arange(70), i).Cast(DType.Float32) * 1.1f).Reshape(70, 1);
            Assert.Throws<ValueException>(() => loss(answers, Zeros(70, 1)));
            Assert.Throws<ValueException>(() => loss(-answers, Zeros(70, 1)));
        }
    }

    [Fact]
    public void Of_a_hinge_several_classes_may_be_right()
    {
        var hinge = new CategoricalHinge();
        hinge.Apply(From([1f, 1, 0, 1, 0, 0], [2, 3]), s_logits);
        Assert.Contains("a label is 3", Assert.Throws<ValueException>(() => hinge.Apply(s_positive, s_oneHot)).Message);
    }

    [Fact]
    public void Steps_that_fill_a_sequence_up_have_no_class()
    {
        var y = From([0f, 1, 0, 0], [1, 2, 2]);
        Assert.Equal(Math.Log(2) / 2, new CategoricalCrossentropy(fromLogits: true).Apply(y, Zeros(1, 2, 2)).Item(), 6);
        Assert.Contains("row 1", Assert.Throws<ValueException>(() => SoftmaxCrossEntropy(y, Zeros(1, 2, 2))).Message);
    }

    [Fact]
    public void What_was_looked_at_once_is_known_and_a_variable_is_looked_at_each_time()
    {
        var (y, p) = (s_oneHot + 0, s_logits);
        SoftmaxCrossEntropy(y, p);
        Assert.True(y.IsKnownAsLabels);
        var changing = new Variable(s_oneHot, trainable: false);
        SoftmaxCrossEntropy(changing, p);
        changing.Assign(p);
        Assert.Throws<ValueException>(() => SoftmaxCrossEntropy(changing, p));
    }

    [Fact]
    public void Labels_that_are_learned_themselves_have_gradients()
    {
        using var tape = new GradientTape();
        var w = new Variable(s_logits);
        var loss = SoftmaxCrossEntropy(Softmax(w), s_logits);
        Assert.NotNull(tape.Gradient(loss, w));
    }
}
