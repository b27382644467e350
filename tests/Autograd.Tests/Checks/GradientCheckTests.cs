using Autograd.Tests.Reports;
using static Autograd.Tensor;
using Function = System.Func<System.Collections.Generic.IReadOnlyList<Autograd.Tensor>, Autograd.Tensor>;
using Kind = Autograd.GradientCheckFailureKind;

namespace Autograd.Tests.Checks;

public class GradientCheckTests
{
    private static readonly GradientCheckOptions s_default = new();
    private static readonly GradientCheckOptions s_fast = new() { Fast = true };
    private static readonly GradientCheckOptions s_second = new() { Order = 2 };

    private static Tensor Normal(Shape shape, long seed = 1) => RandomNormal(shape, seed: seed, dtype: DType.Float64);

    private static Tensor Positive(Shape shape) => RandomUniform(shape, 0.5, 2, seed: 7, dtype: DType.Float64);

    public static TheoryData<string, Function, Tensor[]> Right => new()
    {
        { "identity", x => x[0], [Normal([3])] },
        { "scalar", x => Exp(x[0]), [Normal([])] },
        { "sigmoid", x => Sigmoid(x[0]), [Normal([2, 3])] },
        { "tanh of a float32", x => Tanh(x[0]), [RandomNormal([2, 3], seed: 2)] },
        { "log", x => Log(x[0]), [Positive([4])] },
        { "quotient of broadcast operands", x => x[0] / x[1], [Normal([2, 1, 3]), Positive([4, 1])] },
        { "power", x => Pow(x[0], x[1]), [Positive([3]), Normal([2, 3])] },
        { "matmul", x => MatMul(x[0], x[1]), [Normal([2, 3]), Normal([3, 4], 2)] },
        { "batched matmul, broadcast", x => MatMul(x[0], x[1]), [Normal([2, 2, 3]), Normal([3, 2], 2)] },
        { "softmax", x => Softmax(x[0]), [Normal([2, 4])] },
        { "log of sum of exp", x => x[0].LogSumExp(1), [Normal([2, 4])] },
        { "product", x => x[0].Prod(0), [Normal([3, 2])] },
        { "largest", x => x[0].Max(), [Normal([2, 3])] },
        { "deviation", x => x[0].Std(1), [Normal([2, 4])] },
        { "cumulative product", x => x[0].CumProd(1), [Normal([2, 3])] },
        { "slice and concat", x => Concat([x[0][.., 1..], x[0][.., ..1] * 2.0], 1), [Normal([2, 3])] },
        { "selection", x => Where(x[0] > 0, x[0] * x[0], 3.0 * x[0]), [Normal([2, 3])] },
        { "transposed view", x => MatMul(x[0], x[0].T) * x[0][0, 0], [Normal([2, 3]).T] },
        { "reversed and stepped view", x => x[0] * x[0].Sum(), [Normal([3, 6]).Flip()[.., TensorIndex.Every(.., 2)]] },
        { "broadcast view", x => Sin(x[0]), [Normal([3]).BroadcastTo([2, 3])] },
        { "integers pass along", x => x[0].Take(x[1]) * x[2], [Normal([4, 2]), From([3, 0, 3]), From([true, false])] },
        { "fused: layer norm", x => LayerNorm(x[0]), [Normal([2, 3], 7)] },
        { "fused: batch norm", x => BatchNorm(x[0], x[1], x[2]), [Normal([4, 3], 7), Normal([3], 8), Normal([3], 9)] },
        { "fused: cross-entropy of distributions", x => SoftmaxCrossEntropy(Softmax(x[1]), x[0]), [Normal([2, 3], 7), Normal([2, 3], 8)] },
        { "fused: lstm", x => Lstm(x[0], x[1], x[2]).Outputs, [Normal([2, 3, 2]), Normal([2, 8], 2), Normal([2, 8], 3)] },
        { "fused: gru", x => Gru(x[0], x[1], x[2]).Outputs, [Normal([2, 3, 2]), Normal([2, 6], 2), Normal([2, 6], 3)] },
        { "variable", x => Cos(x[0]), [new Variable(Normal([2]), name: "w")] },
        { "the same tensor captured as a constant", x => Square(x[0] - Positive([4])), [Positive([4])] },
        { "no elements", x => Sin(x[0]), [Normal([0, 2])] },
        { "custom gradient", x => CustomGradient(x[0], Exp, (dy, _, y) => dy * y), [Normal([3])] },
    };

    [Theory]
    [MemberData(nameof(Right))]
    public void Right_gradients_pass_to_second_order_slow_and_fast(string name, Function f, Tensor[] inputs)
    {
        foreach (var options in (GradientCheckOptions[])[s_second, s_second with { Fast = true, Seed = 5 }])
        {
            var report = GradientCheck.Run(f, inputs, options);
            Assert.True(report.Passed, $"{name}: {report}");
            Assert.InRange(report.MaxAbsoluteError, 0, 1e-5);
            Assert.Empty(report.Failures);
        }
    }

    // Sin with a backward of one's own.
    private static Func<Tensor, Tensor> SinWith(Func<Tensor, Tensor, Tensor?> backward) => x => CustomGradient(x, Sin, (dy, input, _) => backward(dy, input), "MySin");

    public static TheoryData<string, Func<Tensor, Tensor>, double, double> Wrong => new()
    {
        { "twice", SinWith((dy, x) => 2.0 * dy * Cos(x)), 2, 2 },
        { "wrong sign", SinWith((dy, x) => -dy * Cos(x)), -1, -1 },
        { "squares dy", SinWith((dy, x) => dy * dy * Cos(x)), -2, -2 },
        { "size of dy", SinWith((dy, x) => Abs(dy) * Cos(x)), -1, -1 },
        { "missing term", x => x * StopGradient(x), 0.5, 0.5 },
        { "one percent off", SinWith((dy, x) => 1.01 * dy * Cos(x)), 1.0099, 1.0101 },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_gradient_is_found_slow_and_fast(string name, Func<Tensor, Tensor> f, double least, double most)
    {
        var x = From([0.3, -0.7, 1.1], [3, 1]);
        var report = GradientCheck.Run(f, x);
        Assert.False(report.Passed, name);
        Assert.Equal(3, report.NumberOfFailures);
        Assert.Equal(9, report.NumberOfEntries);
        var failure = report.Failures[1];
        Assert.Equal((Kind.WrongGradient, 1, 0, 0), (failure.Kind, failure.Order, failure.Input, failure.Output));
        Assert.Equal([1, 0], failure.Element!);
        Assert.Equal([1, 0], failure.OutputElement!);
        Assert.InRange(failure.Ratio, least - 1e-6, most + 1e-6);
        Assert.Contains("all wrong by the same factor", report.ToString(), StringComparison.Ordinal);

        var fast = GradientCheck.Run(f, x, s_fast);
        Assert.Equal((1, 1), (fast.NumberOfFailures, fast.NumberOfEntries));
        Assert.Null(fast.Failures[0].Element);
    }

    [Fact]
    public void A_backward_that_forgets_its_cotangent_is_found_though_it_is_right_for_ones()
    {
        var failure = Assert.Single(GradientCheck.Run(SinWith((_, x) => Cos(x)), From([0.3])).Failures);
        Assert.Equal(-0.5, failure.Ratio, 1e-6);
    }

    [Fact]
    public void A_transposed_gradient_is_found_and_its_elements_named()
    {
        Tensor[] inputs = [Normal([2, 2]), new Variable(Normal([2, 2], 2), name: "w")];
        var report = GradientCheck.Run(
            all => CustomGradient(all, x => MatMul(x[0], x[1]), (dy, x, _) => [MatMul(dy, x[1].T), MatMul(dy.T, x[0])]), inputs);
        Assert.False(report.Passed);
        Assert.All(report.Failures, failure => Assert.Equal((1, "input 1 (w)"), (failure.Input, failure.InputName)));
        Assert.Contains("d output[0,0] / d (input 1 (w))[0,1]: analytic ", report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void One_wrong_element_is_the_one_named()
    {
        var mask = From([1.0, 1, 1, 1, 1.5, 1], [2, 3]);
        var failure = Assert.Single(GradientCheck.Run(SinWith((dy, x) => dy * Cos(x) * mask), Normal([2, 3])).Failures);
        Assert.Equal([1, 1], failure.Element!);
        Assert.Equal(1.5, failure.Ratio, 1e-5);
    }

    [Fact]
    public void The_report_is_readable_and_the_same_in_every_culture()
    {
        var w = new Variable(From([0.5, -0.25, 2], [1, 3]), name: "w");
        Function f = x => CustomGradient(x[0], Square, (dy, input, _) => dy * input);
        const string Expected = """
            Gradient check FAILED: 3 failures in 9 entries, largest error 2 absolute, 0.5 relative (allowed 1e-05 + 0.001 |numeric|).
              d output[0,0] / d (input 0 (w))[0,0]: analytic 0.5, numeric 1, ratio 0.5
              d output[0,1] / d (input 0 (w))[0,1]: analytic -0.25, numeric -0.5, ratio 0.5
              d output[0,2] / d (input 0 (w))[0,2]: analytic 2, numeric 4, ratio 0.5
              The listed gradients are all wrong by the same factor, 0.5.
            """;
        foreach (var culture in Cultures.Names)
        {
            using var scope = Cultures.Enter(culture);
            var exception = Assert.Throws<GradientCheckException>(() => GradientCheck.Assert(f, [w]));
            Assert.Equal(Expected.ReplaceLineEndings("\n"), exception.Message);
            Assert.Matches(@"^Gradient check passed: 9 entries, largest error \d\.\d+e-\d+ absolute", GradientCheck.Run(x => x * x, w).ToString());
        }
    }

    [Fact]
    public void A_long_report_keeps_to_ten_lines_and_counts_the_rest()
    {
        var report = GradientCheck.Run(SinWith((dy, x) => 3.0 * dy * Cos(x)), Normal([100]), new() { MaxFailures = 7, Order = 2 });
        Assert.Equal((7, 100), (report.Failures.Count, report.NumberOfFailures));
        Assert.InRange(report.ToString().Split('\n').Length, 2, 10);
        Assert.Contains("... and 95 more", report.ToString(), StringComparison.Ordinal);
        Assert.Contains("order 2 was not checked", report.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_missing_gradient_is_named_unconnected(bool fast)
    {
        var options = s_default with { Fast = fast };
        Func<Tensor, Tensor>[] functions = [SinWith((_, _) => null), x => Sin(StopGradient(x))];
        foreach (var f in functions)
        {
            var report = GradientCheck.Run(f, From([0.5]), options);
            Assert.Equal(Kind.Unconnected, Assert.Single(report.Failures).Kind);
            Assert.Contains("analytic null, numeric", report.ToString(), StringComparison.Ordinal);
        }
        Assert.Empty(GradientCheck.Run(functions[0], From([0.5]), options).Notes);
        Assert.Contains("StopGradient", GradientCheck.Run(functions[1], From([0.5]), options).ToString(), StringComparison.Ordinal);
    }

    // An operation of the library that forgets to sum over a broadcast axis, or to keep the type.
    private sealed class Careless(Func<Tensor, Tensor> pullback) : Op
    {
        public override string Name => "Careless";

        public override Tensor Pullback(int input, Tensor dy, in RecordedOp recorded) => pullback(dy);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_gradient_of_another_shape_or_type_is_named(bool fast)
    {
        (Func<Tensor, Tensor> Pullback, string Message)[] table =
        [
            (dy => dy.ExpandDims(0), "d output / d (input 0): the gradient is [1,2] Float64 and its input [2] Float64"),
            (dy => dy.Cast(DType.Float32), "d output / d (input 0): the gradient is [2] Float32 and its input [2] Float64"),
        ];
        foreach (var (pullback, message) in table)
        {
            var report = GradientCheck.Run(
                x =>
                {
                    var y = Ones([2], DType.Float64) * StopGradient(x);
                    Recording.Record(new Careless(pullback), y, x);
                    return y;
                },
                Normal([2]), s_default with { Fast = fast });
            Assert.Equal(Kind.WrongForm, Assert.Single(report.Failures).Kind);
            Assert.Contains("1 failure in", report.ToString(), StringComparison.Ordinal);
            Assert.Contains(message, report.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_input_nothing_depends_on_passes_with_a_note()
    {
        var report = GradientCheck.Run(x => x[0] * 2.0, [Normal([2]), Normal([2])]);
        Assert.True(report.Passed);
        Assert.Contains("input 1 is not connected", Assert.Single(report.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_function_without_a_derivative_is_no_error()
    {
        // The positions have no gradient, and moving the input a little does not move them.
        var report = GradientCheck.Run(x => x[0].Take(x[1].ArgMax(0)), [Normal([4, 2]), Normal([4])], s_second);
        Assert.True(report.Passed, report.ToString());
        Assert.Contains("ArgMax", Assert.Single(report.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_function_that_reads_captured_tensors_is_caught()
    {
        var w = new Variable(Normal([2]), name: "w");
        var report = GradientCheck.Run(_ => (w * w).Sum(), [w]);
        Assert.Contains("reads a captured tensor instead of inputs[0]", report.ToString(), StringComparison.Ordinal);
        Assert.False(report.Passed);
        Assert.Throws<DTypeException>(() => GradientCheck.Run(_ => new Variable(1f) * 1.0, [w]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_random_function_is_found(bool fast)
    {
        var options = s_default with { Fast = fast };
        var report = GradientCheck.Run(x => x + Random.Shared.NextDouble(), Normal([2]), options);
        Assert.Equal(Kind.NonDeterministic, Assert.Single(report.Failures).Kind);
        Assert.Contains("the function gives different results for equal inputs: output[0] is", report.ToString(), StringComparison.Ordinal);

        var calls = 0;
        var backward = GradientCheck.Run(SinWith((dy, x) => dy * Cos(x) * (1 + (1e-9 * calls++))), Normal([2]), options);
        Assert.Contains("the gradient differs between two backward passes", backward.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(3e-7)]
    [InlineData(-3e-7)]
    [InlineData(1e-9)]
    public void A_kink_is_told_from_a_bug(double place)
    {
        var x = From([place, 1.0]);
        foreach (var fast in (bool[])[false, true])
        {
            var options = s_default with { Fast = fast };
            var report = GradientCheck.Run(Relu, x, options);
            Assert.Equal(Kind.Kink, Assert.Single(report.Failures).Kind);
            Assert.Contains("probably a kink", report.ToString(), StringComparison.Ordinal);
            Assert.Equal(1, report.NumberOfKinks);
            Assert.Contains("1 probably at kinks, ", report.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("largest error 0 absolute", GradientCheck.Run(Relu, From([place]), options).ToString(), StringComparison.Ordinal);
            Assert.True(GradientCheck.Run(Relu, x, options with { AllowKinks = true }).Passed);
        }
    }

    public static TheoryData<string, Func<Tensor, Tensor>, double, bool> AtEdges => new()
    {
        // At 0 the central difference of |x| is the gradient adopted there.
        { "abs at 0", Abs, 0, true },
        { "leaky relu at 0", x => LeakyRelu(x), 0, false },
        { "beside the kink of abs", Abs, 4e-7, false },
        { "a jump", Floor, 1, false },
        { "largest of two equal", x => Maximum(x, 2.0 * x), 0, true },
    };

    [Theory]
    [MemberData(nameof(AtEdges))]
    public void Other_edges(string name, Func<Tensor, Tensor> f, double place, bool passes)
    {
        var report = GradientCheck.Run(f, From([place]));
        Assert.True(report.Passed == passes, $"{name}: {report}");
        Assert.All(report.Failures, failure => Assert.Equal(Kind.Kink, failure.Kind));
        Assert.True(GradientCheck.Run(f, From([place]), new() { AllowKinks = true }).Passed);
    }

    public static TheoryData<string, Func<Tensor, Tensor>, double> BugsNearEdges => new()
    {
        { "wrong beyond both slopes of a kink", x => CustomGradient(x, Relu, (dy, _, _) => 7.0 * dy), 0 },
        { "wrong where strongly curved", x => CustomGradient(x, input => Square(input) * 1e6, (dy, input, _) => dy * input), 1 },
        { "wrong at a smooth minimum", x => CustomGradient(x, Square, (dy, input, _) => dy * (input + 0.01)), 0 },
        { "null at a kink", x => Relu(StopGradient(x)), 0 },
    };

    [Theory]
    [MemberData(nameof(BugsNearEdges))]
    public void A_bug_is_not_excused_as_a_kink(string name, Func<Tensor, Tensor> f, double place)
    {
        var report = GradientCheck.Run(f, From([place]), new() { AllowKinks = true });
        Assert.False(report.Passed, $"{name}: {report}");
        Assert.Contains(Assert.Single(report.Failures).Kind, (Kind[])[Kind.WrongGradient, Kind.Unconnected]);
        Assert.Equal(0, report.NumberOfKinks);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_wrong_second_derivative_is_found_at_order_two_only(bool fast)
    {
        var f = SinWith((dy, x) => dy * StopGradient(Cos(x)));
        Assert.True(GradientCheck.Run(f, Normal([3]), s_fast with { Fast = fast }).Passed);
        var report = GradientCheck.Run(f, Normal([3]), s_second with { Fast = fast });
        Assert.False(report.Passed);
        Assert.All(report.Failures, failure => Assert.Equal((2, "gradient of input 0", "input 0"), (failure.Order, failure.OutputName, failure.InputName)));
        Assert.Contains("order 2: d (gradient of input 0)", report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_derivative_of_third_order_is_found_at_order_three_only()
    {
        static Tensor StoppedCos(Tensor x) => CustomGradient(x, Cos, (dy, input, _) => dy * StopGradient(-Sin(input)));
        var f = SinWith((dy, x) => dy * StoppedCos(x));
        Assert.True(GradientCheck.Run(f, Normal([2]), s_second).Passed);
        Assert.Equal(3, GradientCheck.Run(f, Normal([2]), new() { Order = 3 }).Failures[0].Order);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nan_and_infinity_never_pass(bool fast)
    {
        (Func<Tensor, Tensor> F, double Place)[] table =
        [
            (x => x * double.NaN, 1),
            (x => 1.0 / (0.0 * x), 1),
            (Sqrt, 0),
            (Log, -1),
            (SinWith((dy, _) => dy * double.NaN), 1),
            (SinWith((dy, _) => dy * double.PositiveInfinity), 1),
            (x => Sin(x), double.NaN),
            (x => Sin(x), double.PositiveInfinity),
            (x => StopGradient(x) * double.NaN, 1),
            (x => x * 1e308 * 10.0, 1),
        ];
        foreach (var (f, place) in table)
        {
            var report = GradientCheck.Run(f, From([place]), s_default with { Fast = fast, AllowKinks = true });
            Assert.Equal(Kind.NotFinite, Assert.Single(report.Failures).Kind);
            Assert.Contains("NaN or infinity", report.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_output_is_checked_and_named()
    {
        static IReadOnlyList<Tensor> F(IReadOnlyList<Tensor> x) => [x[0] * 2.0, x[0].ArgMax(), CustomGradient(x[0], Exp, (dy, _, y) => dy * y * 1.5).Sum()];
        var report = GradientCheck.Run(F, [Normal([2])]);
        Assert.Equal((2, 6), (report.NumberOfFailures, report.NumberOfEntries));
        Assert.All(report.Failures, failure => Assert.Equal((1, "output 1"), (failure.Output, failure.OutputName)));
        Assert.Contains("d (output 1) / d (input 0)[1]", report.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, GradientCheck.Run(F, [Normal([2])], s_fast).NumberOfEntries);
        GradientCheck.Assert(x => [x[0].Sum(), x[0] * x[1]], [Normal([2]), Normal([2], 2)], s_second);
    }

    [Fact]
    public void Fast_mode_calls_the_function_a_few_times_whatever_its_size()
    {
        var calls = 0;
        Tensor F(Tensor x)
        {
            calls++;
            return Sin(x) * x.Sum();
        }
        GradientCheck.Assert(F, Normal([5000]), s_fast);
        Assert.InRange(calls, 1, 6);
    }

    [Fact]
    public void A_strided_input_reaches_the_function_strided()
    {
        var layouts = new List<(bool, Shape)>();
        GradientCheck.Assert(inputs =>
        {
            layouts.Add((inputs[0].IsContiguous, inputs[0].Shape));
            return inputs[0] * 2.0;
        }, [Normal([2, 3]).T]);
        Assert.All(layouts, layout => Assert.Equal((false, Shape.Of(3, 2)), layout));
    }

    [Fact]
    public void Inputs_are_left_alone()
    {
        var w = new Variable(From([1f, 2f]));
        var x = From([1.0, 2.0]);
        GradientCheck.Assert(all => all[0] * all[1], [w, x], s_second);
        Assert.Equal(0, w.Version);
        Assert.Equal([1f, 2f], w.ToArray<float>());
        Assert.Equal([1.0, 2.0], x.ToArray<double>());
    }

    [Fact]
    public void An_outer_tape_is_not_disturbed()
    {
        var w = new Variable(From([1.5, -2.0]), name: "w");
        var x = From([0.5, 3.0]);
        using var tape = new GradientTape();
        tape.Watch(x);
        var y = w * x;
        var before = tape.ToString();
        GradientCheck.Assert(all => Sin(all[0] * all[1]) * w, [w, x], s_second);
        Assert.False(GradientCheck.Run(SinWith((dy, _) => dy), y).Passed);
        _ = GradientCheck.NumericGradient(all => (all * w).Sum(), x);
        Assert.Equal(before, tape.ToString());
        Assert.True(tape.IsRecording);
        var loss = (y * w).Sum();
        var gradients = tape.Gradient(loss, (Tensor[])[w, x]);
        Assert.Equal([1.5, -12.0], gradients[0]!.ToArray<double>());
        Assert.Equal([2.25, 4.0], gradients[1]!.ToArray<double>());
    }

    [Fact]
    public void An_exception_of_the_function_passes_through_and_leaves_recording_as_it_was()
    {
        var w = new Variable(From([1.0]));
        using var tape = new GradientTape();
        Assert.Throws<NotSupportedException>(() => GradientCheck.Run(_ => throw new NotSupportedException(), w));
        Assert.Throws<TapeException>(() => GradientCheck.Run(x => CustomGradient(x, Sin, (dy, _, _) => dy.ExpandDims(0)), w));
        Assert.Equal([2.0], tape.Gradient((w * w).Sum(), w)!.ToArray<double>());
    }

    [Fact]
    public void Equal_seeds_give_equal_reports()
    {
        var f = SinWith((dy, x) => dy * Cos(x) * 1.1);
        string Report(long seed) => GradientCheck.Run(f, Normal([4]), s_fast with { Seed = seed }).ToString();
        Assert.Equal(Report(3), Report(3));
        Assert.NotEqual(Report(3), Report(4));
    }

    [Fact]
    public void Bad_options_and_arguments_are_refused()
    {
        foreach (var bad in (double[])[0, -1e-6, double.NaN, double.PositiveInfinity])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => new GradientCheckOptions { Epsilon = bad });
            Assert.Throws<ArgumentOutOfRangeException>(() => GradientCheck.NumericGradient(x => x.Sum(), Normal([1]), bad));
        }
        foreach (var bad in (double[])[-1, double.NaN, double.PositiveInfinity])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => new GradientCheckOptions { AbsoluteTolerance = bad });
            Assert.Throws<ArgumentOutOfRangeException>(() => s_default with { RelativeTolerance = bad });
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => new GradientCheckOptions { Order = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new GradientCheckOptions { MaxFailures = 0 });
        Assert.Throws<ArgumentNullException>(() => GradientCheck.Run((Func<Tensor, Tensor>)null!, Normal([1])));
        Assert.Throws<ArgumentNullException>(() => GradientCheck.Run(x => x, (Tensor)null!));
        Assert.Throws<ArgumentNullException>(() => GradientCheck.Run(x => x[0], [null!]));
        Assert.Throws<DTypeException>(() => GradientCheck.Run(x => x, From([1, 2])));
        Assert.Throws<DTypeException>(() => GradientCheck.Run(x => x > 0, Normal([2])));
        Assert.Throws<DTypeException>(() => GradientCheck.Run(x => Sin(x.Cast(DType.Float32)), Normal([2])));
        Assert.Throws<ValueException>(() => GradientCheck.Run(_ => (Tensor)null!, Normal([2])));
        Assert.Throws<ShapeException>(() => GradientCheck.Run(x => x.NonZero().Cast(DType.Float64) + x.Sum(), From([0.0, 1.0])));
        Assert.Contains("[1]", Assert.Throws<ValueException>(() => GradientCheck.Run(x => x, From([1.0, 1e20]))).Message, StringComparison.Ordinal);
        Assert.Throws<DTypeException>(() => GradientCheck.NumericGradient(x => x.Sum(), From([1])));
        Assert.Throws<ShapeException>(() => GradientCheck.NumericGradient(x => x, Normal([2])));
    }

    [Fact]
    public void The_numeric_gradient_is_that_of_the_tape_for_many_times_the_work()
    {
        var calls = 0;
        var x = RandomNormal([2, 3], seed: 4);
        Tensor F(Tensor at)
        {
            calls++;
            return (Sin(at) * at).Sum();
        }
        var numeric = GradientCheck.NumericGradient(F, x);
        Assert.Equal(12, calls);
        Assert.Equal((DType.Float64, x.Shape), (numeric.DType, numeric.Shape));
        using var tape = new GradientTape();
        tape.Watch(x);
        var analytic = tape.Gradient(F(x), x)!;
        Assert.All(analytic.ToArray<float>().Zip(numeric.ToArray<double>()), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }
}
