using Autograd.Tests.Layers;
using Autograd.Tests.Ops;
using static Autograd.Tensor;
using static Autograd.Tests.Tape.Numbers;

namespace Autograd.Tests.Tape;

/// <summary>
/// Slopes that the library chooses by comparisons and indices of its own: to a gradient of a higher order these are constants. A comparison of the program's goes on refusing by name.
/// </summary>
public class Slopes
{
    // Zeros, ties, the bounds of functions that have some, whole and half numbers.
    private static readonly double[][] s_corners = [[0], [1], [1, 1, 2, 0], [0, -1, 3, 0.5, -3, 6, 1, -0.5, 2.5]];

    public static TheoryData<string> Operations => [.. OpTable.Rows.Values.Where(row => row.Gradient == GradientKind.Given).Select(row => row.Name)];

    public static TheoryData<string> Layers => [.. LayerTable.Rows.Values.Where(row => row.IsDifferentiable).Select(row => row.Name)];

    private static readonly Dictionary<string, Func<Tensor, Tensor>> s_kinked = new()
    {
        ["relu"] = Relu,
        ["leaky relu"] = x => LeakyRelu(x),
        ["relu with options"] = x => Relu(x, 0.1, 6, 0.5),
        ["clip"] = x => Clip(x, -1, 1),
        ["maximum"] = x => Maximum(x, 1),
        ["minimum of two"] = x => Minimum(x, x.Flip()),
        ["max"] = x => x.Max(),
        ["sort"] = x => x.Sort(),
        ["top k"] = x => x.TopK(2).Values,
        ["cummax"] = x => x.CumMax().Values,
        ["unique"] = x => x.Unique().Values,
        ["abs"] = Abs,
        ["hard sigmoid"] = HardSigmoid,
        ["max pool"] = x => MaxPool1D(x.Reshape(1, -1, 1), 2),
        ["where"] = x => Where(x > 0, x, 0.1 * x),
        ["take"] = x => x.Take(x.ArgSort()),
        ["own op"] = x => Map(default(Stairs), x),
        ["max norm"] = x => Abs(x).Max(),
        ["hinge"] = x => new Hinge().Apply(Ones([4], DType.Float64), x),
        ["mae"] = x => new MeanAbsoluteError().Apply(Ones([4], DType.Float64), x),
        ["sparsemax of far logits"] = x => Sparsemax(x * 100),
    };

    public static TheoryData<string> Kinked => [.. s_kinked.Keys];

    /// <summary>As a user writes one: the slope is chosen by a comparison.</summary>
    private readonly record struct Stairs : IUnaryOp
    {
        public T Of<T>(T x) where T : struct, IReal<T> => T.Max(x, T.Zero);

        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Select(x > T.Zero, T.One, T.Zero);
    }

    [Theory]
    [MemberData(nameof(Kinked))]
    public void A_slope_that_is_constant_piece_by_piece_has_the_gradient_0_or_none(string name)
    {
        var (x, other) = (D(0, 1, -2, 1), D(1, 2, 3, 4));
        using var outer = new GradientTape(persistent: true);
        outer.Watch(x, other);
        Tensor gradient;
        using (var inner = new GradientTape())
        {
            inner.Watch(x);
            gradient = inner.Gradient(s_kinked[name](x), x)!;
        }
        var second = outer.Gradient(gradient, x);
        Assert.True(second is null || second.ToArray<double>().All(value => value == 0), $"{second}");
        // One source without a path costs no other source its gradient.
        var gradients = outer.Gradient((gradient * other * other).Sum(), [x, other]);
        Near((2 * gradient * other).ToArray<double>(), gradients[1]);
    }

    [Fact]
    public void An_explanation_says_that_it_is_constant()
    {
        var x = D(1, -2);
        using var outer = new GradientTape(persistent: true);
        outer.Watch(x);
        using var inner = new GradientTape();
        inner.Watch(x);
        var gradient = inner.Gradient(Relu(x), x)!;
        Same([0, 0], outer.Gradient(gradient, x));
        Assert.Contains("constant", outer.Explain(gradient, x), StringComparison.Ordinal);
    }

    [Fact]
    public void A_comparison_of_the_program_s_refuses_by_name_also_at_second_order_and_in_a_backward_function()
    {
        var x = D(1, -2);
        using var outer = new GradientTape(persistent: true);
        outer.Watch(x);
        Tensor product, own;
        using (var inner = new GradientTape(persistent: true))
        {
            inner.Watch(x);
            product = inner.Gradient(x * (x > 0).Cast(DType.Float64), x)!;
            own = inner.Gradient(CustomGradient(x, Relu, (dy, x, _) => dy * (x >= 0).Cast(DType.Float64)), x)!;
        }
        Assert.Contains("Greater", Assert.Throws<TapeException>(() => outer.Gradient(product, x)).Message, StringComparison.Ordinal);
        Assert.Contains("GreaterEqual", Assert.Throws<TapeException>(() => outer.Gradient(own, x)).Message, StringComparison.Ordinal);
        Assert.Contains("Greater", Assert.Throws<TapeException>(() => outer.Gradient((x > 0).Cast(DType.Float64), x)).Message, StringComparison.Ordinal);
    }

    private static readonly Dictionary<string, Func<Layer[]>> s_critics = new()
    {
        ["dense"] = () => [new Flatten(), new Dense(5, "relu"), new Dense(4, "leaky_relu"), new Dense(1)],
        ["convolution"] = () => [new Conv2D(3, 2, activation: "relu"), new MaxPooling2D(), new Flatten(), new Dense(1)],
        ["prelu and batch norm"] = () => [new Conv2D(2, 2), new BatchNormalization(), new PReLU(), new GlobalMaxPooling2D(), new Dense(1)],
        ["lstm"] = () => [new Reshape([5, 5]), new LSTM(3), new ReLU(), new Dense(1)],
    };

    public static TheoryData<string> Critics => [.. s_critics.Keys];

    [Theory]
    [MemberData(nameof(Critics))]
    public void A_gradient_penalty_trains(string name)
    {
        SetSeed(5);
        var critic = new Sequential(s_critics[name]());
        var images = RandomNormal([3, 5, 5, 1], seed: 2);
        critic.Apply(images);
        var weights = critic.TrainableWeights;
        var gradients = Penalty(out _);
        Assert.Contains(gradients, gradient => gradient is not null && gradient.Cast(DType.Float64).Norm().Item() > 0);
        // By differences, for the first weight; kinks are far enough away at this seed.
        var first = weights[0];
        var start = first.Value;
        var direction = RandomNormal(first.Shape, seed: 3);
        double At(float step)
        {
            first.Assign(start + (step * direction));
            Penalty(out var value);
            return value;
        }
        var numeric = (At(1e-3f) - At(-1e-3f)) / 2e-3;
        var analytic = (gradients[0]! * direction).Sum().Item();
        Assert.True(Math.Abs(numeric - analytic) <= 0.02 * Math.Max(0.05, Math.Abs(numeric)), $"{analytic} and by differences {numeric}");

        Tensor?[] Penalty(out double value)
        {
            using var outer = new GradientTape();
            Tensor gradient;
            using (var inner = new GradientTape())
            {
                inner.Watch(images);
                gradient = inner.Gradient(critic.Apply(images), images)!;
            }
            var penalty = Square(gradient.Norm([1, 2, 3]) - 1).Mean();
            value = penalty.Item();
            return outer.Gradient(penalty, weights);
        }
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public void No_operation_refuses_a_higher_order_at_a_corner(string name)
    {
        var row = OpTable.Rows[name];
        foreach (var corner in s_corners)
        {
            var inputs = row.Draw();
            foreach (var source in row.Sources)
            {
                var size = inputs[source].Size;
                inputs[source] = From([.. Enumerable.Range(0, size).Select(i => corner[i % corner.Length])]).Reshape(inputs[source].Shape);
            }
            Differentiate(() => row.Call(inputs), [.. row.Sources.Select(i => inputs[i])], 3);
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void No_layer_refuses_a_higher_order_at_a_corner(string name)
    {
        var row = LayerTable.Rows[name];
        var layer = row.MakeFloat64();
        layer.Apply(row.Batch(2, DType.Float64));
        foreach (var corner in s_corners.Take(row.Kind is "LSTM" or "GRU" or "Bidirectional" ? 1 : s_corners.Length))
        {
            Tensor[] x = row.Classes > 0
                ? row.Batch(2)
                : [.. row.Inputs.Select(shape => From([.. Enumerable.Range(0, 2 * shape.Size).Select(i => corner[i % corner.Length])]).Reshape([2, .. shape]))];
            Tensor[] sources = [.. row.Classes > 0 ? [] : x, .. layer.TrainableWeights];
            if (sources.Length > 0)
            {
                Differentiate(() => layer.Apply(x), sources, row.Kind is "LSTM" or "GRU" or "Bidirectional" ? 2 : 3);
            }
        }
    }

    [Theory]
    [InlineData("mse")]
    [InlineData("mae")]
    [InlineData("mape")]
    [InlineData("msle")]
    [InlineData("huber_loss")]
    [InlineData("log_cosh")]
    [InlineData("cosine_similarity")]
    [InlineData("poisson")]
    [InlineData("kld")]
    [InlineData("binary_crossentropy")]
    [InlineData("categorical_crossentropy")]
    [InlineData("binary_focal_crossentropy")]
    [InlineData("categorical_focal_crossentropy")]
    [InlineData("hinge")]
    [InlineData("squared_hinge")]
    [InlineData("categorical_hinge")]
    [InlineData("dice")]
    [InlineData("tversky")]
    public void No_loss_refuses_a_higher_order_at_a_corner(string name)
    {
        Loss loss = name;
        foreach (var corner in s_corners)
        {
            Tensor predictions = From([.. Enumerable.Range(0, 12).Select(i => corner[i % corner.Length])]).Reshape(4, 3), targets = OneHot(new[] { 0, 2, 1, 0 }, 3, DType.Float64);
            Differentiate(() => loss.Apply(targets, predictions), [predictions], 3);
        }
    }

    /// <summary>The gradient of the sum of all gradients of the sum of ... : nulls may come, exceptions may not.</summary>
    private static Tensor? Differentiate(Func<Tensor> f, Tensor[] sources, int order)
    {
        if (order == 0)
        {
            return f();
        }
        using var tape = new GradientTape(watchAccessedVariables: false);
        tape.Watch(sources);
        var y = Differentiate(f, sources, order - 1);
        var gradients = y is null ? [] : tape.Gradient(y, sources);
        Tensor? sum = null;
        for (var i = 0; i < gradients.Length; i++)
        {
            if (gradients[i] is { } gradient)
            {
                Assert.Equal(sources[i].Shape, gradient.Shape);
                var part = (gradient * (i + 0.5)).Sum();
                sum = sum is null ? part : sum + part;
            }
        }
        return sum;
    }
}
