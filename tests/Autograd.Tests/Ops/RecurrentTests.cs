using static Autograd.Tensor;

namespace Autograd.Tests.Ops;

/// <summary>What the rows of recurrent layers, which are small, leave open: sizes around vectors and tiles, masks, one node for a sequence, memory.</summary>
public sealed class RecurrentTests
{
    private delegate Tensor Layer(Tensor x, Tensor kernel, Tensor recurrent, Tensor bias, Tensor hidden, Tensor? mask);

    private static readonly Dictionary<string, (int Gates, int Biases, Layer Call)> s_layers = new()
    {
        ["Lstm"] = (4, 1, (x, w, u, b, h, mask) => Lstm(x, w, u, b.Reshape(-1), h, h, mask) is var y ? Concat([y.Outputs, y.Cell.ExpandDims(1)], 1) : x),
        ["Gru"] = (3, 2, (x, w, u, b, h, mask) => Gru(x, w, u, b, h, mask).Outputs),
        ["SimpleRnn"] = (1, 1, (x, w, u, b, h, mask) => SimpleRnn(x, w, u, b.Reshape(-1), h, mask).Outputs),
    };

    public static TheoryData<string, int, int, int, int> Sizes
    {
        get
        {
            var data = new TheoryData<string, int, int, int, int>();
            foreach (var name in s_layers.Keys)
            {
                foreach (var (batch, steps, features, units) in new[] { (1, 1, 1, 1), (0, 3, 2, 4), (3, 1, 0, 5), (5, 4, 3, 16), (33, 6, 7, 19), (2, 3, 40, 33), (31, 5, 8, 130) })
                {
                    data.Add(name, batch, steps, features, units);
                }
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void The_kernel_agrees_with_the_layer_unrolled_in_tensor_operations(string name, int batch, int steps, int features, int units)
    {
        var (_, _, call) = s_layers[name];
        foreach (var dtype in new[] { DType.Float32, DType.Float64 })
        {
            foreach (var masked in new[] { false, true })
            {
                var t = Operands(name, batch, steps, features, units, dtype);
                var mask = masked ? RandomUniform([batch, steps], seed: 9) > 0.3 : null;
                var cotangent = RandomNormal(call(t[0], t[1], t[2], t[3], t[4], mask).Shape, seed: 8, dtype: dtype);
                var kernel = Gradients(call, t, mask, cotangent, out var y);
                Tensor?[] unrolled;
                Tensor expected;
                // An outer tape that tracks an operand makes the pullback an expression; that of the forward pass is compared by the rows and the reference.
                using (var outer = new GradientTape())
                {
                    outer.Watch(t[1]);
                    unrolled = Gradients(call, t, mask, cotangent, out expected);
                }
                AssertClose(expected, y, dtype, "outputs");
                for (var i = 0; i < t.Length; i++)
                {
                    AssertClose(unrolled[i]!, kernel[i]!, dtype, $"gradient {i}");
                }
            }
        }
    }

    [Fact]
    public void A_sequence_is_one_recorded_operation()
    {
        foreach (var (name, (_, _, call)) in s_layers)
        {
            var t = Operands(name, 2, 50, 3, 4, DType.Float32);
            using var tape = new GradientTape();
            tape.Watch(t);
            _ = tape.Gradient(call(t[0], t[1], t[2], t[3], t[4], null).Sum(), t);
            Assert.InRange(tape.Statistics.Recorded, 1, 20);
        }
    }

    [Fact]
    public void A_masked_step_repeats_the_state_before_it()
    {
        foreach (var (name, (_, _, call)) in s_layers)
        {
            var t = Operands(name, 2, 4, 3, 5, DType.Float64);
            var mask = From(new bool[,] { { false, true, false, true }, { true, true, true, true } });
            var y = call(t[0], t[1], t[2], t[3], t[4], mask);
            Assert.Equal(t[4][0].ToArray<double>(), y[0, 0].ToArray<double>());
            Assert.Equal(y[0, 1].ToArray<double>(), y[0, 2].ToArray<double>());
            // Leaving the masked steps out gives the same.
            var without = call(t[0][..1].Take(new[] { 1, 3 }, 1), t[1], t[2], t[3], t[4][..1], null);
            Assert.Equal(without[0, 1].ToArray<double>(), y[0, 3].ToArray<double>());
            Assert.Equal(call(t[0], t[1], t[2], t[3], t[4], null)[1].ToArray<double>(), y[1].ToArray<double>());
        }
    }

    [Fact]
    public void Backwards_is_the_flipped_sequence()
    {
        var t = Operands("Lstm", 2, 4, 3, 5, DType.Float32);
        var expected = Lstm(t[0].Flip(1), t[1], t[2]);
        var actual = Lstm(t[0], t[1], t[2], goBackwards: true);
        Assert.Equal(expected.Outputs.ToArray<float>(), actual.Outputs.ToArray<float>());
        Assert.Equal(actual.Outputs[.., ^1].ToArray<float>(), actual.Hidden.ToArray<float>());
    }

    [Fact]
    public void One_tensor_for_two_operands_gets_both_gradients()
    {
        var t = Operands("Lstm", 2, 3, 4, 4, DType.Float64);
        double[] Both(bool recorded)
        {
            using var outer = new GradientTape();
            if (recorded)
            {
                outer.Watch(t[0]);
            }
            using var tape = new GradientTape();
            tape.Watch(t[1], t[4]);
            var gradients = tape.Gradient(Lstm(t[0], t[1], t[1], null, t[4], t[4]).Outputs, [t[1], t[4]]);
            return [.. gradients.SelectMany(gradient => gradient!.ToArray<double>())];
        }
        var (kernel, unrolled) = (Both(false), Both(true));
        for (var i = 0; i < kernel.Length; i++)
        {
            Assert.Equal(unrolled[i], kernel[i], 1e-12);
        }
    }

    [Fact]
    public void The_third_derivative_is_that_of_differences()
    {
        foreach (var (name, (_, _, call)) in s_layers)
        {
            var t = Operands(name, 1, 3, 1, 1, DType.Float64);
            var third = Derivative(t[2][0, 0].Item(), 3);
            const double Step = 1e-3;
            var differences = (Derivative(t[2][0, 0].Item() + Step, 2) - Derivative(t[2][0, 0].Item() - Step, 2)) / (2 * Step);
            Assert.Equal(differences, third, 1e-5);

            double Derivative(double value, int order)
            {
                var u = Full([1, 1], value, DType.Float64);
                return Nested(order).Item();

                Tensor Nested(int depth)
                {
                    if (depth == 0)
                    {
                        return call(t[0], t[1], Concat([u, t[2][.., 1..]], 1), t[3], t[4], null).Sum();
                    }
                    using var tape = new GradientTape();
                    tape.Watch(u);
                    return tape.Gradient(Nested(depth - 1), u)!;
                }
            }
        }
    }

    [Fact]
    public void A_persistent_tape_gives_the_same_gradients_again()
    {
        var t = Operands("Gru", 3, 4, 2, 5, DType.Float32);
        using var tape = new GradientTape(persistent: true);
        tape.Watch(t);
        var y = Gru(t[0], t[1], t[2], t[3], t[4]).Outputs;
        var first = tape.Gradient(y, t);
        var again = tape.Gradient(y, t);
        for (var i = 0; i < t.Length; i++)
        {
            AssertClose(first[i]!, again[i]!, DType.Float32, $"gradient {i}");
        }
    }

    private static Tensor[] Operands(string name, int batch, int steps, int features, int units, DType dtype)
    {
        var (gates, biases, _) = s_layers[name];
        return
        [
            RandomNormal([batch, steps, features], seed: 1, dtype: dtype), RandomNormal([features, gates * units], stddev: 0.5, seed: 2, dtype: dtype),
            RandomNormal([units, gates * units], stddev: 1 / Math.Sqrt(units), seed: 3, dtype: dtype), RandomNormal([biases, gates * units], seed: 4, dtype: dtype),
            RandomNormal([batch, units], seed: 5, dtype: dtype),
        ];
    }

    private static Tensor?[] Gradients(Layer call, Tensor[] t, Tensor? mask, Tensor cotangent, out Tensor y)
    {
        using var tape = new GradientTape();
        tape.Watch(t);
        y = call(t[0], t[1], t[2], t[3], t[4], mask);
        return tape.Gradient(y, t, cotangent);
    }

    private static void AssertClose(Tensor expected, Tensor actual, DType dtype, string what)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        var (e, a) = (expected.Cast(DType.Float64).ToArray<double>(), actual.Cast(DType.Float64).ToArray<double>());
        var scale = Math.Max(1, e.Select(Math.Abs).DefaultIfEmpty().Max());
        for (var i = 0; i < e.Length; i++)
        {
            Assert.True(Math.Abs(e[i] - a[i]) <= scale * (dtype == DType.Float32 ? 1e-5 : 1e-13), $"{what} ({dtype}), element {i}: {a[i]:R} instead of {e[i]:R}");
        }
    }
}
