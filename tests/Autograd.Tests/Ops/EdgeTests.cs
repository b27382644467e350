using static Autograd.Tensor;

namespace Autograd.Tests.Ops;

/// <summary>Where functions have kinks, poles and ties, and where formulas overflow: what values and gradients are there, one row a line.</summary>
public sealed class EdgeTests
{
    private const double Infinity = double.PositiveInfinity;

    private static readonly Edge[] s_edges =
    [
        // ---- kinks ----
        new("abs at 0", x => Abs(x[0]), [[0, -0.0]], [0, 0], [[0, 0]]),
        new("relu at 0", x => Relu(x[0]), [[0, -1, 1]], [0, 0, 1], [[0, 0, 1]]),
        new("relu6 at 0 and 6", x => Relu6(x[0]), [[0, 6, 3, 7]], [0, 6, 3, 6], [[0, 0, 1, 0]]),
        new("leaky relu at 0", x => LeakyRelu(x[0], 0.25), [[0, -1, 1]], [0, -0.25, 1], [[0.25, 0.25, 1]]),
        new("elu at 0", x => Elu(x[0], 0.5), [[0]], [0], [[1]]),
        new("hard swish at -3 and 3", x => HardSwish(x[0]), [[-3, 3, -4, 4]], [0, 3, 0, 4], [[0, 1, 0, 1]]),
        new("relu with options at its threshold and largest value", x => Relu(x[0], 0.5, 2, 1), [[1, 2, 0, 3]], [0, 2, -0.5, 2], [[0.5, 0, 0.5, 0]]),
        new("relu of -infinity", x => Relu(x[0], maxValue: 3), [[-Infinity, Infinity]], [0, 3], [[0, 0]]),
        new("celu at 0", x => Celu(x[0], 2), [[0, -0.0]], [0, 0], [[1, 1]]),
        new("hard sigmoid at -3 and 3", x => HardSigmoid(x[0]), [[-3, 3]], [0, 1], [[0, 0]]),
        new("hard tanh at its bounds", x => HardTanh(x[0]), [[-1, 1, 2]], [-1, 1, 1], [[1, 1, 0]]),
        new("hard shrink at its threshold", x => HardShrink(x[0]), [[0.5, -0.5, 1]], [0, 0, 1], [[0, 0, 1]]),
        new("soft shrink at its threshold", x => SoftShrink(x[0]), [[0.5, -0.5, 1]], [0, 0, 0.5], [[0, 0, 1]]),
        new("threshold at its threshold", x => Threshold(x[0], 1, 7), [[1, 2, 0]], [7, 2, 7], [[0, 1, 0]]),
        new("sparse plus at -1 and 1", x => SparsePlus(x[0]), [[-1, 1]], [0, 1], [[0, 1]]),
        new("sparse sigmoid at -1 and 1", x => SparseSigmoid(x[0]), [[-1, 1]], [0, 1], [[0, 0]]),
        new("squareplus far away", x => Squareplus(x[0]), [[-1e8, 1e10]], [1e-8, 1e10], [[1e-16, 1]]),
        new("squareplus without a bend", x => Squareplus(x[0], 0), [[-2, 0, 2]], [0, 0, 2], [[0, 0, 1]]),
        new("sparsemax of far apart logits", x => Sparsemax(x[0]), [[1e8, 0, -Infinity]], [1, 0, 0], [[0, 0, 0]]),
        new("sparsemax of equal logits", x => Sparsemax(x[0]), [[3, 3]], [0.5, 0.5], [[0, 0]]),
        new("clip at its bounds", x => Clip(x[0], -1, 1), [[-2, -1, 0, 1, 2]], [-1, -1, 0, 1, 1], [[0, 1, 1, 1, 0]]),
        new("clip keeps NaN", x => Clip(x[0], -1, 1), [[double.NaN]], [double.NaN], [[0]]),
        new("relu keeps NaN", x => Relu(x[0]), [[double.NaN]], [double.NaN], [[0]]),
        new("floor is flat", x => Floor(x[0]), [[-1.5, 2]], [-2, 2], [[0, 0]]),
        new("ceiling is flat", x => Ceiling(x[0]), [[-1.5, 2]], [-1, 2], [[0, 0]]),
        new("truncate is flat", x => Truncate(x[0]), [[-1.5, 2.5]], [-1, 2], [[0, 0]]),
        new("sign is flat", x => Sign(x[0]), [[-1.5, 0, 2]], [-1, 0, 1], [[0, 0, 0]]),
        new("round is half to even, and flat", x => Round(x[0]), [[0.5, 1.5, 2.5, -0.5, -1.5]], [0, 2, 2, 0, -2], [[0, 0, 0, 0, 0]]),

        // ---- poles ----
        new("sqrt at 0", x => Sqrt(x[0]), [[0, 4]], [0, 2], [[Infinity, 0.25]]),
        new("rsqrt at 0", x => Rsqrt(x[0]), [[0, 4]], [Infinity, 0.5], [[-Infinity, -1.0 / 16]]),
        new("log at 0", x => Log(x[0]), [[0]], [-Infinity], [[Infinity]]),
        new("norm of the zero vector", x => x[0].Norm(), [[0, 0, 0]], [0], [[0, 0, 0]]),
        new("norm of zero rows", x => x[0].Reshape(2, 2).Norm(1), [[0, 0, 3, 4]], [0, 5], [[0, 0, 0.6, 0.8]]),
        new("hypot at the origin", x => Hypot(x[0], x[1]), [[0, 3], [0, 4]], [0, 5], [[0, 0.6], [0, 0.8]]),
        new("std of a constant", x => x[0].Std(), [[2, 2, 2]], [0], [[0, 0, 0]]),
        new("std of constant rows", x => x[0].Reshape(2, 2).Std(1), [[2, 2, 1, 3]], [0, 1], [[0, 0, -0.5, 0.5]]),
        new("var of a constant", x => x[0].Var(), [[2, 2, 2]], [0], [[0, 0, 0]]),
        new("xlogy at 0, 0", x => XLogY(x[0], x[1]), [[0], [0]], [0], [[-Infinity], [0]]),
        new("x^0 at 0", x => Pow(x[0], x[1]), [[0, 2], [0, 0]], [1, 1], [[0, 0], [-Infinity, Math.Log(2)]]),
        new("x^0 at 0, constant exponent", x => Pow(x[0], 0.0), [[0, 2]], [1, 1], [[0, 0]]),
        new("0^y for positive y", x => Pow(x[0], x[1]), [[0, 0, 0], [1, 2, 0.5]], [0, 0, 0], [[1, 0, Infinity], [0, 0, 0]]),
        new("negative base", x => Pow(x[0], x[1]), [[-2, -2], [2, 3]], [4, -8], [[-4, 12], [double.NaN, double.NaN]]),
        new("negative base, constant exponent", x => Pow(x[0], 4.0), [[-2]], [16], [[-32]]),
        new("square at 0", x => Pow(x[0], 2.0), [[0]], [0], [[0]]),
        new("division by 0", x => x[0] / x[1], [[1, -1, 0], [0, 0, 0]], [Infinity, -Infinity, double.NaN], null),

        // ---- where ----
        new("where does not cure a pole", x => Where(x[0] > 0, Sqrt(x[0]), 0), [[-1, 4]], [0, 2], [[double.NaN, 0.25]]),
        new("where, the operand made safe", x => Where(x[0] > 0, Sqrt(Where(x[0] > 0, x[0], 1)), 0), [[-1, 4]], [0, 2], [[0, 0.25]]),

        // ---- ties ----
        new("maximum at a tie", x => Maximum(x[0], x[1]), [[1, 2, 3], [1, 3, 2]], [1, 3, 3], [[0.5, 0, 1], [0.5, 1, 0]]),
        new("minimum at a tie", x => Minimum(x[0], x[1]), [[1, 2, 3], [1, 3, 2]], [1, 2, 2], [[0.5, 1, 0], [0.5, 0, 1]]),
        new("max reduction at a tie", x => x[0].Max(), [[1, 3, 3, 2]], [3], [[0, 0.5, 0.5, 0]]),
        new("max reduction, three alike", x => x[0].Reshape(2, 3).Max(1), [[1, 1, 1, 0, 1, 1]], [1, 1], [[1 / 3.0, 1 / 3.0, 1 / 3.0, 0, 0.5, 0.5]]),
        new("min reduction at a tie", x => x[0].Min(), [[1, 3, 1, 2]], [1], [[0.5, 0, 0.5, 0]]),
        new("maximum keeps NaN", x => Maximum(x[0], 1), [[double.NaN, 2]], [double.NaN, 2], [[0, 1]]),

        // ---- products with zeros ----
        new("prod with one zero", x => x[0].Prod(), [[2, 0, 3]], [0], [[0, 6, 0]]),
        new("prod with two zeros", x => x[0].Prod(), [[0, 0, 3]], [0], [[0, 0, 0]]),
        new("cumprod with a zero", x => x[0].CumProd(), [[2, 0, 3]], [2, 0, 0], [[1, 8, 0]]),
        new("cumprod with two zeros", x => x[0].CumProd(), [[2, 0, 0, 3]], [2, 0, 0, 0], [[1, 2, 0, 0]]),
        new("cumprod from infinity", x => x[0].CumProd(), [[Infinity, 2]], [Infinity, Infinity], null),
        new("exclusive cumsum past a large element", x => x[0].CumSum(exclusive: true), [[1, 1e30, 1]], [0, 1, 1e30], [[2, 1, 0]]),
        new("exclusive cumsum past infinity", x => x[0].CumSum(exclusive: true), [[1, Infinity, 1]], [0, 1, Infinity], [[2, 1, 0]]),

        // ---- windows ----
        new("max-pool tie, the first", x => MaxPool2D(x[0].Reshape(1, 2, 2, 1), 2), [[3, 3, 1, 3]], [3], [[1, 0, 0, 0]]),
        new("max-pool ties of overlapping windows", x => MaxPool1D(x[0].Reshape(1, 4, 1), 2, 1), [[1, 1, 1, 1]], [1, 1, 1], [[1, 1, 1, 0]]),
        new("max-pool of -infinity alone", x => MaxPool1D(x[0].Reshape(1, 2, 1), 2), [[-Infinity, -Infinity]], [-Infinity], [[1, 0]]),
        new("max-pool keeps NaN", x => MaxPool1D(x[0].Reshape(1, 4, 1), 2), [[1, double.NaN, 5, 4]], [double.NaN, 5], [[0, 1, 1, 0]]),
        new("max-pool, the first NaN", x => MaxPool1D(x[0].Reshape(1, 3, 1), 3), [[double.NaN, double.NaN, Infinity]], [double.NaN], [[1, 0, 0]]),
        new("max-pool, padding never wins", x => MaxPool1D(x[0].Reshape(1, 2, 1), 3, 1, 1), [[-5, -7]], [-5, -5], [[2, 0]]),
        new("max-pool over padding alone", x => MaxPool1D(x[0].Reshape(1, 1, 1), 2, 1, 1, 2), [[7]], [-Infinity], [[0]]),
        new("average-pool over padding alone", x => AveragePool1D(x[0].Reshape(1, 1, 1), 2, 1, 1, 2), [[7]], [0], [[0]]),
        new("average-pool at an edge", x => AveragePool1D(x[0].Reshape(1, 3, 1), 2, 2, "same"), [[2, 4, 7]], [3, 7], [[0.5, 0.5, 1]]),
        new("average-pool at an edge, padding counted", x => AveragePool1D(x[0].Reshape(1, 3, 1), 2, 2, "same", countIncludePadding: true),
            [[2, 4, 7]], [3, 3.5], [[0.5, 0.5, 0.5]]),
        new("convolution past an element of no window", x => Conv1D(x[0].Reshape(1, 4, 1), x[1].Reshape(2, 1, 1), 3), [[1, 2, 3, 4], [5, 6]], [17], [[5, 6, 0, 0], [1, 2]]),

        // ---- repeated positions ----
        new("take with repeated indices", x => x[0].Take(new[] { 1, 1, 0 }), [[5, 7, 9]], [7, 7, 5], [[1, 2, 0]]),
        new("index with repeated indices", x => x[0][(Tensor)new[] { 1, 1, 0 }], [[5, 7, 9]], [7, 7, 5], [[1, 2, 0]]),
        new("scatter-add at repeated indices", x => x[0].ScatterAdd(new[] { 1, 1 }, x[1]), [[1, 2], [3, 4]], [1, 9], [[1, 1], [1, 1]]),
        new("sort of equal elements", x => x[0].Sort() * new[] { 1f, 10, 100, 1000 }, [[2, 1, 2, 1]], [1, 10, 200, 2000], [[100, 1, 1000, 10]]),
        new("sort descending of equal elements", x => x[0].Sort(descending: true) * new[] { 1f, 10, 100 }, [[2, 1, 2]], [2, 20, 100], [[1, 100, 10]]),
        new("sort with NaN and infinities", x => x[0].Sort(), [[double.NaN, Infinity, 0, -Infinity]], [-Infinity, 0, Infinity, double.NaN], null),
        new("pad with infinity", x => x[0].Pad([(1, 1)], double.NegativeInfinity), [[1, 2]], [-Infinity, 1, 2, -Infinity], [[1, 1]]),

        // ---- stability ----
        new("softplus far out", x => Softplus(x[0]), [[1000, -1000, 50]], [1000, 0, 50], [[1, 0, 1]]),
        new("log sigmoid far out", x => LogSigmoid(x[0]), [[1000, -1000]], [0, -1000], [[0, 1]]),
        new("sigmoid far out", x => Sigmoid(x[0]), [[1000, -1000, Infinity, -Infinity]], [1, 0, 1, 0], [[0, 0, 0, 0]]),
        new("tanh far out", x => Tanh(x[0]), [[1000, -1000]], [1, -1], [[0, 0]]),
        new("silu far out", x => Silu(x[0]), [[1000, -1000]], [1000, 0], [[1, 0]]),
        new("mish far out", x => Mish(x[0]), [[1000, -1000]], [1000, 0], [[1, 0]]),
        new("gelu far out", x => Gelu(x[0]), [[1000, -1000]], [1000, 0], [[1, 0]]),
        new("gelu by tanh far out", x => Gelu(x[0], approximate: true), [[1000, -1000]], [1000, 0], [[1, 0]]),
        new("elu far left", x => Elu(x[0]), [[-1000]], [-1], [[0]]),
        new("log softmax of distant logits", x => LogSoftmax(x[0])[0], [[1000, 0]], [0], [[0, 0]]),
        new("softmax of distant logits", x => Softmax(x[0]), [[1000, 0]], [1, 0], [[0, 0]]),
        new("softmax of a masked position", x => Softmax(x[0]), [[0, -Infinity, 0]], [0.5, 0, 0.5], [[0, 0, 0]]),
        new("cross-entropy of distant logits", x => SoftmaxCrossEntropy(new[] { 0, 1 }, x[0].Reshape(2, 2)), [[1000, -1000, 1000, -1000]], [0, 2000], [[0, 0, 1, -1]]),
        new("cross-entropy of an excluded class", x => SoftmaxCrossEntropy(x[1], x[0]), [[0, -Infinity, 0], [0.5, 0, 0.5]], [0.69314718055994531], [[0, 0, 0], [0.69314718055994531, 0, 0.69314718055994531]]),
        new("binary cross-entropy far out", x => SigmoidCrossEntropy(x[1], x[0]), [[1000, -1000, 1000, -1000], [1, 0, 0, 1]], [0, 0, 1000, 1000], [[0, 0, 1, -1], [-1000, 1000, -1000, 1000]]),
        new("layer norm of a constant", x => LayerNorm(x[0], epsilon: 1e-4), [[3, 3, 3, 3]], [0, 0, 0, 0], [[0, 0, 0, 0]]),
        new("batch norm of a constant", x => BatchNorm(x[0], axis: 0, epsilon: 1e-4), [[3]], [0], [[0]]),
        new("batch norm far from zero", x => BatchNorm(x[0].Reshape(2, 1), epsilon: 0), [[1e6, 1e6 + 2]], [-1, 1], [[0, 0]]),
        new("rms norm of zeros", x => RmsNorm(x[0], epsilon: 0.25), [[0, 0, 0]], [0, 0, 0], [[2, 2, 2]]),
        new("attention to nothing", x => Attention(x[0].Reshape(1, 1), x[1].Reshape(2, 1), x[1].Reshape(2, 1), mask: From(new bool[,] { { false, false } })), [[1], [2, 3]], [0], [[0], [0, 0]]),
        new("logsumexp of large values", x => x[0].LogSumExp(), [[1000, 1000]], [1000 + 0.69314718055994531], [[0.5, 0.5]]),
        new("logsumexp of -infinity alone", x => x[0].LogSumExp(), [[-Infinity, -Infinity]], [-Infinity], null),
        new("logaddexp of large values", x => LogAddExp(x[0], x[1]), [[1000, 1000, -1000], [1000, 0, -1000]],
            [1000 + 0.69314718055994531, 1000, -1000 + 0.69314718055994531], [[0.5, 1, 0.5], [0.5, 0, 0.5]]),
        new("hypot without overflow", x => Hypot(x[0], x[1]), [[3e30], [4e30]], [5e30], [[0.6], [0.8]]),
        new("hypot of infinities", x => Hypot(x[0], x[1]), [[Infinity, 1], [Infinity, -Infinity]], [Infinity, Infinity], null),
        new("mean of nothing", x => x[0].Mean(), [[]], [double.NaN], [[]]),
        new("sum of nothing", x => x[0].Sum(), [[]], [0], [[]]),
        new("product of nothing", x => x[0].Prod(), [[]], [1], [[]]),

        // ---- signs of quotients ----
        new("7 and -2 divided down", x => FloorDivide(x[0], -2), [[7, -7]], [-4, 3], [[0, 0]]),
        new("7 and -2, the remainder", x => x[0] % -2, [[7, -7]], [-1, -1], [[1, 1]]),
        new("-7 and 2, the remainder", x => Remainder(x[0], 2), [[-7, 7]], [1, 1], [[1, 1]]),
    ];

    public static TheoryData<string> Names => [.. s_edges.Select(edge => edge.Line)];

    [Theory]
    [MemberData(nameof(Names))]
    public void At_an_edge(string line)
    {
        var edge = s_edges.Single(candidate => candidate.Line == line);
        foreach (var dtype in new[] { DType.Float32, DType.Float64 })
        {
            Tensor[] inputs = [.. edge.Inputs.Select(values => From(values).Cast(dtype))];
            using var tape = new GradientTape();
            tape.Watch(inputs);
            var y = edge.Call(inputs);
            Assert.Equal(dtype, y.DType);
            AssertEqual(edge.Value, y, dtype, line);
            if (edge.Gradients is null)
            {
                continue;
            }
            var gradients = tape.Gradient(y, inputs);
            for (var i = 0; i < inputs.Length; i++)
            {
                AssertEqual(edge.Gradients[i], gradients[i]!, dtype, $"gradient {i} of {line}");
            }
        }
    }

    [Fact]
    public void A_product_with_zeros_is_exact_to_second_order()
    {
        foreach (var (values, expected) in new (double[], double[,])[]
        {
            ([2, 0, 3], new double[,] { { 0, 3, 0 }, { 3, 0, 2 }, { 0, 2, 0 } }),
            ([0, 0, 3], new double[,] { { 0, 3, 0 }, { 3, 0, 0 }, { 0, 0, 0 } }),
            ([0, 0, 0], new double[,] { { 0, 0, 0 }, { 0, 0, 0 }, { 0, 0, 0 } }),
        })
        {
            var x = From(values);
            using var outer = new GradientTape(persistent: true);
            outer.Watch(x);
            Tensor gradient;
            using (var inner = new GradientTape())
            {
                inner.Watch(x);
                gradient = inner.Gradient(x.Prod(), x)!;
            }
            Assert.Equal(From((Array)expected).ToArray<double>(), outer.Jacobian(gradient, x)!.ToArray<double>());
        }
    }

    [Fact]
    public void The_gradient_of_softplus_far_right_is_exactly_1_to_second_order()
    {
        var x = From([50.0, 1000]);
        using var outer = new GradientTape();
        outer.Watch(x);
        using var inner = new GradientTape();
        inner.Watch(x);
        var gradient = inner.Gradient(Softplus(x), x)!;
        Assert.Equal([1, 1], gradient.ToArray<double>());
        Assert.All(outer.Gradient(gradient, x)!.ToArray<double>(), second => Assert.InRange(second, 0, 1e-20));
    }

    [Theory]
    [InlineData(DType.Int32)]
    [InlineData(DType.Int64)]
    [InlineData(DType.Bool)]
    public void An_integer_or_bool_source_is_refused_by_its_type(DType dtype)
    {
        var x = Ones([2], dtype);
        using var tape = new GradientTape(persistent: true);
        Assert.Contains($"{dtype}", Assert.Throws<TapeException>(() => tape.Watch(x)).Message, StringComparison.Ordinal);
        var y = x.Cast(DType.Float32) * 2;
        Assert.Contains($"{dtype}", Assert.Throws<TapeException>(() => tape.Gradient(y, x)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unused_source_gives_null_or_zeros()
    {
        Tensor x = From([1.0, 2]), unused = From([1.0, 2, 3]);
        using var tape = new GradientTape(persistent: true);
        tape.Watch(x, unused);
        var y = x * x;
        Assert.Null(tape.Gradient(y, unused));
        Assert.Equal([0, 0, 0], tape.Gradient(y, unused, unconnected: Unconnected.Zero)!.ToArray<double>());
        Assert.Equal([2, 4], tape.Gradient(y, [x, unused])[0]!.ToArray<double>());
    }

    [Fact]
    public void A_target_that_is_no_scalar_is_summed()
    {
        var x = From([1.0, 2, 3]);
        using var tape = new GradientTape(persistent: true);
        tape.Watch(x);
        var y = Square(x);
        Assert.Equal(tape.Gradient(y.Sum(), x)!.ToArray<double>(), tape.Gradient(y, x)!.ToArray<double>());
        Assert.Equal([20, 0, 6], tape.Gradient(y, x, outputGradient: From([10.0, 0, 1]))!.ToArray<double>());
    }

    [Fact]
    public void The_gradient_of_a_broadcast_operand_has_its_shape_leading_ones_included()
    {
        foreach (var shape in new Shape[] { [], [1], [1, 1, 1], [4], [1, 4], [3, 1], [1, 3, 1] })
        {
            Tensor x = Ones(shape, DType.Float64), y = Ones([2, 3, 4], DType.Float64);
            using var tape = new GradientTape();
            tape.Watch(x);
            var gradient = tape.Gradient(x * y, x)!;
            Assert.Equal(shape, gradient.Shape);
            Assert.Equal(24.0, gradient.Sum().Item());
        }
    }

    [Fact]
    public void Integers_divide_as_documented()
    {
        var quotient = (Tensor)new[] { 7, -7 } / new[] { -2, 2 };
        Assert.Equal(DType.Float32, quotient.DType);
        Assert.Equal([-3.5f, -3.5f], quotient.ToArray<float>());
        Assert.Equal([-4, 3, -4], FloorDivide(new[] { 7, -7, -7 }, new[] { -2, -2, 2 }).ToArray<int>());
        Assert.Equal([-1, -1, 1], ((Tensor)new[] { 7, -7, -7 } % new[] { -2, -2, 2 }).ToArray<int>());
        Assert.Equal([-4L], FloorDivide(new[] { 7L }, new[] { -2 }).ToArray<long>());
        foreach (var call in new Func<Tensor>[] { () => FloorDivide(new[] { 1, 2 }, 0), () => (Tensor)new[] { 1 } % new[] { 0 } })
        {
            Assert.Contains("division by zero", Assert.Throws<ValueException>(call).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Integer_powers_stay_integers()
    {
        Assert.Equal([1, 8, 81, -32], Pow((Tensor)new[] { 5, 2, 3, -2 }, new[] { 0, 3, 4, 5 }).ToArray<int>());
        Assert.Throws<ValueException>(() => Pow((Tensor)new[] { 2 }, new[] { -1 }));
    }

    [Fact]
    public void Types_promote_to_the_larger_and_numbers_take_the_type_they_meet()
    {
        Tensor single = Ones([1]), @double = Ones([1], DType.Float64), @int = Ones([1], DType.Int32), @long = Ones([1], DType.Int64), @bool = Ones([1], DType.Bool);
        Assert.Equal(DType.Float64, (single + @double).DType);
        Assert.Equal(DType.Float32, (@long + single).DType);
        Assert.Equal(DType.Int64, (@int + @long).DType);
        Assert.Equal(DType.Int32, (@bool + @bool).DType);
        Assert.Equal(DType.Float32, (single * 0.5).DType);
        Assert.Equal(DType.Float32, (0.5 + single).DType);
        Assert.Equal(DType.Float64, (@double * 0.5f).DType);
        Assert.Equal(DType.Int32, (@int + 1).DType);
        Assert.Equal(DType.Float32, (@int + 0.5).DType);
    }

    /// <param name="Line">What it is about.</param>
    /// <param name="Call">The operation.</param>
    /// <param name="Inputs">Vectors.</param>
    /// <param name="Value">The result's elements.</param>
    /// <param name="Gradients">Of the sum of the result with respect to each operand; null where the row is about the value only.</param>
    private sealed record Edge(string Line, Func<Tensor[], Tensor> Call, double[][] Inputs, double[] Value, double[][]? Gradients);

    private static void AssertEqual(double[] expected, Tensor actual, DType dtype, string what)
    {
        var values = actual.Cast(DType.Float64).ToArray<double>();
        Assert.Equal(expected.Length, values.Length);
        for (var i = 0; i < values.Length; i++)
        {
            // What is 0 or infinite or a whole number is so exactly; the rest within rounding.
            var exact = expected[i] == Math.Round(expected[i]);
            var tolerance = exact ? 0 : dtype == DType.Float32 ? 2e-7 * Math.Abs(expected[i]) : 4e-16 * Math.Abs(expected[i]);
            var holds = expected[i].Equals(values[i]) || expected[i] == values[i] || (float)expected[i] == (float)values[i] && dtype == DType.Float32
                || Math.Abs(expected[i] - values[i]) <= tolerance;
            Assert.True(holds, FormattableString.Invariant($"{what} ({dtype}), element {i}: {values[i]:R} instead of {expected[i]:R}"));
        }
    }
}
