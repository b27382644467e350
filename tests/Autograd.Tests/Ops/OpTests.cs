using System.Reflection;
using Autograd.Numerics;

namespace Autograd.Tests.Ops;

/// <summary>What every row of <see cref="OpTable"/> must fulfil.</summary>
public sealed class OpTests
{
    private const BindingFlags PublicMembers = BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    public static TheoryData<string> Names => [.. OpTable.Rows.Keys];

    public static TheoryData<string> Differentiable => [.. OpTable.Rows.Values.Where(row => row.Gradient == GradientKind.Given).Select(row => row.Name)];

    private static HashSet<string> Members =>
    [
        .. typeof(Tensor).GetMethods(PublicMembers)
            .Where(method => GivesTensors(method.ReturnType))
            .Select(method => method.IsSpecialName && method.Name.StartsWith("get_", StringComparison.Ordinal) ? method.Name[4..] : method.Name),
    ];

    private static bool GivesTensors(Type type) =>
        type == typeof(Tensor) || type == typeof(Tensor[]) || type == typeof(Tensors) || (type.IsValueType && type.IsGenericType && type.GetGenericArguments().All(GivesTensors));

    [Fact]
    public void Every_public_operation_has_a_row()
    {
        var known = OpTable.Rows.Values.Select(row => row.Member).ToHashSet();
        var missing = Members.Where(member => !known.Contains(member) && !OpTable.NotOperations.ContainsKey(member)).Select(member => $"Tensor.{member} has no row");
        Assert.Empty(missing);
    }

    [Fact]
    public void Every_row_is_about_an_operation_that_exists()
    {
        var members = Members;
        Assert.All(OpTable.Rows.Values.Select(row => row.Member).Concat(OpTable.NotOperations.Keys), member => Assert.Contains(member, members));
        Assert.All(OpTable.Rows.Values, row => Assert.False(OpTable.NotOperations.ContainsKey(row.Member), row.Member));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_gradient_is_given_or_refused_by_name(string name)
    {
        var row = OpTable.Rows[name];
        foreach (var source in row.Sources)
        {
            var inputs = row.Draw();
            using var tape = new GradientTape(persistent: true);
            tape.Watch(inputs[source]);
            var y = row.Call(inputs);
            switch (row.Gradient)
            {
                case GradientKind.Given:
                    var gradient = tape.Gradient(y, inputs[source]);
                    Assert.NotNull(gradient);
                    Assert.Equal(inputs[source].Shape, gradient.Shape);
                    Assert.Equal(inputs[source].DType, gradient.DType);
                    break;
                case GradientKind.Detached:
                    Assert.Null(tape.Gradient(y, inputs[source]));
                    Assert.Contains(row.Member, tape.Explain(y, inputs[source]), StringComparison.Ordinal);
                    break;
                default:
                    var named = row.RefusedAs ?? row.Member;
                    Assert.Contains(named, Assert.Throws<TapeException>(() => tape.Gradient(y, inputs[source])).Message, StringComparison.Ordinal);
                    // As a number again it is no more differentiable.
                    var number = y.Cast(DType.Float64) * 2;
                    Assert.Contains(named, Assert.Throws<TapeException>(() => tape.Gradient(number, inputs[source])).Message, StringComparison.Ordinal);
                    break;
            }
        }
    }

    [Theory]
    [MemberData(nameof(Differentiable))]
    public void The_gradient_equals_that_of_differences(string name)
    {
        var row = OpTable.Rows[name];
        foreach (var shapes in ShapesOf(row))
        {
            var inputs = row.Draw(shapes);
            var weights = Weights(row.Call(inputs).Shape, 1);
            foreach (var source in row.Sources)
            {
                var expected = Differences.Gradient(x => (row.Call(x) * weights).Sum().Item(), inputs, source);
                AssertClose(expected, First(row, inputs, weights, source), 1e-9, $"{name} {Describe(shapes)}, operand {source}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Differentiable))]
    public void The_second_gradient_equals_that_of_differences(string name)
    {
        var row = OpTable.Rows[name];
        foreach (var shapes in ShapesOf(row))
        {
            var inputs = row.Draw(shapes);
            var weights = Weights(row.Call(inputs).Shape, 1);
            foreach (var source in row.Sources)
            {
                foreach (var other in row.Sources)
                {
                    var outer = Weights(inputs[source].Shape, 2);
                    var expected = Differences.Gradient(x => (First(row, x, weights, source) * outer).Sum().Item(), inputs, other);
                    AssertClose(expected, Second(row, inputs, weights, outer, source, other), 1e-8, $"{name} {Describe(shapes)}, operands {source} and {other}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_layout_of_operands_changes_no_bit(string name)
    {
        var row = OpTable.Rows[name];
        foreach (var dtype in new[] { DType.Float32, DType.Float64 })
        {
            var inputs = row.Draw().Select((x, i) => row.Inputs[i].IsFixed ? x : x.Cast(dtype)).ToArray();
            var expected = row.Call(inputs);
            var bits = Layouts.Bits(expected);
            var cotangent = row.Gradient == GradientKind.Given ? Weights(expected.Shape, 3).Cast(expected.DType) : null;
            var gradients = cotangent is null ? [] : Gradients(row, inputs, cotangent);
            foreach (var (layout, rearrange) in Layouts.All)
            {
                var moved = inputs.Select((x, i) => row.Inputs[i].IsFixed && x.DType == DType.Float64 ? x : rearrange(x)).ToArray();
                Assert.True(bits.AsSpan().SequenceEqual(Layouts.Bits(row.Call(moved))), $"{name} of {dtype} {layout}: {row.Call(moved)} instead of {expected}");
                if (cotangent is null)
                {
                    continue;
                }
                AssertBits(gradients, Gradients(row, moved, cotangent), $"{name} of {dtype} {layout}");
                AssertBits(gradients, Gradients(row, inputs, rearrange(cotangent)), $"{name} of {dtype}, cotangent {layout}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Repeated_elements_change_no_bit(string name)
    {
        var row = OpTable.Rows[name];
        foreach (var source in row.Sources.Where(i => row.Inputs[i].Shape.Rank > 0 && row.Inputs[i].Shape.Size > 0))
        {
            for (var axis = 0; axis < row.Inputs[source].Shape.Rank; axis++)
            {
                var inputs = row.Draw();
                // One slice stands for all along the axis, without memory of its own.
                var shape = inputs[source].Shape;
                inputs[source] = inputs[source].SliceAxis(axis, 0, 1).BroadcastTo(shape);
                var packed = (Tensor[])inputs.Clone();
                packed[source] = Layouts.Copy(inputs[source]);
                var expected = row.Call(packed);
                Assert.True(Layouts.Bits(expected).AsSpan().SequenceEqual(Layouts.Bits(row.Call(inputs))), $"{name}, operand {source} repeated along axis {axis}");
                if (row.Gradient == GradientKind.Given)
                {
                    var cotangent = Weights(expected.Shape, 3);
                    AssertBits(Gradients(row, packed, cotangent), Gradients(row, inputs, cotangent), $"{name}, operand {source} repeated along axis {axis}");
                    var ones = Tensor.Ones([], DType.Float64).BroadcastTo(expected.Shape);
                    AssertBits(Gradients(row, packed, Layouts.Copy(ones)), Gradients(row, inputs, ones), $"{name}, cotangent repeated");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Recording_changes_no_bit(string name)
    {
        var row = OpTable.Rows[name];
        foreach (var dtype in new[] { DType.Float32, DType.Float64 })
        {
            var inputs = row.Draw().Select((x, i) => row.Inputs[i].IsFixed ? x : x.Cast(dtype)).ToArray();
            Tensor[] sources = [.. row.Sources.Select(i => inputs[i])];
            var y = row.Call(inputs);
            using (var tape = new GradientTape())
            {
                tape.Watch(sources);
                Assert.Equal(Layouts.Bits(y), Layouts.Bits(row.Call(inputs)));
            }
            if (row.Gradient != GradientKind.Given)
            {
                continue;
            }
            // Under an outer tape slopes are expressions instead of kernels; these may round otherwise, and never change the type.
            var cotangent = Weights(y.Shape, 3).Cast(y.DType);
            var plain = Gradients(row, inputs, cotangent);
            using var outer = new GradientTape();
            outer.Watch(sources);
            var recorded = Gradients(row, inputs, cotangent);
            for (var i = 0; i < plain.Length; i++)
            {
                Assert.Equal(dtype, recorded[i]!.DType);
                AssertClose(
                    plain[i]!.Cast(DType.Float64).ToArray<double>(), recorded[i]!.Cast(DType.Float64), dtype == DType.Float32 ? 1e-6 : 2e-15, $"{name}: gradient under an outer tape");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Single_precision_follows_double(string name)
    {
        var row = OpTable.Rows[name];
        var inputs = row.Draw();
        var singles = inputs.Select((x, i) => row.Inputs[i].IsFixed ? x : x.Cast(DType.Float32)).ToArray();
        var doubles = singles.Select((x, i) => row.Inputs[i].IsFixed ? x : x.Cast(DType.Float64)).ToArray();
        var expected = row.Call(doubles);
        var actual = row.Call(singles);
        if (!expected.DType.IsFloating() || row.Member == "Cast")
        {
            Assert.Equal(Layouts.Bits(expected), Layouts.Bits(actual));
            return;
        }
        Assert.Equal(DType.Float32, actual.DType);
        AssertClose(expected.ToArray<double>(), actual.Cast(DType.Float64), 5e-6, name);
        if (row.Gradient == GradientKind.Given)
        {
            var cotangent = Weights(expected.Shape, 3).Cast(DType.Float32);
            var gradients = Gradients(row, doubles, cotangent.Cast(DType.Float64));
            var singleGradients = Gradients(row, singles, cotangent);
            for (var i = 0; i < gradients.Length; i++)
            {
                Assert.Equal(DType.Float32, singleGradients[i]!.DType);
                AssertClose(gradients[i]!.ToArray<double>(), singleGradients[i]!.Cast(DType.Float64), 5e-5, $"gradient of {name}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Integers_and_bools_give_the_documented_type(string name)
    {
        var row = OpTable.Rows[name];
        foreach (var dtype in new[] { DType.Bool, DType.Int32, DType.Int64 })
        {
            var inputs = row.Inputs.Select(input => input.IsFixed ? input.Fixed! : (Tensor.Arange(input.Shape.Size).Reshape(input.Shape) % 3 + 1).Cast(dtype)).ToArray();
            DType? expected = row.Integers switch
            {
                IntegerRule.Same => dtype,
                IntegerRule.Keeps => dtype == DType.Bool ? DType.Int32 : dtype,
                IntegerRule.Float32 => DType.Float32,
                IntegerRule.Float64 => DType.Float64,
                IntegerRule.Int64 => DType.Int64,
                IntegerRule.Bool => DType.Bool,
                IntegerRule.RefusesIntegers when dtype == DType.Bool => DType.Float32,
                _ => null,
            };
            if (row.Integers == IntegerRule.Refuses || (row.Integers == IntegerRule.RefusesIntegers && dtype != DType.Bool))
            {
                Assert.Contains(row.Member, Assert.Throws<DTypeException>(() => row.Call(inputs)).Message, StringComparison.Ordinal);
            }
            else if (expected is not null)
            {
                Assert.Equal((dtype, expected.Value), (dtype, row.Call(inputs).DType));
            }
        }
    }

    // Elementwise operations of two operands broadcast; each operand's gradient has that operand's shape.
    private static IEnumerable<Shape[]> ShapesOf(OpRow row) => row.Binary is null || row.Inputs[1].IsFixed
        ? [[.. row.Inputs.Select(input => input.Shape)]]
        : [[[3, 4], [3, 4]], [[3, 1], [1, 4]], [[3, 4], [4]], [[3, 4], []], [[1, 3, 1], [4]], [[], [1, 2]]];

    private static string Describe(Shape[] shapes) => string.Join(", ", shapes.Select(shape => shape.ToString()));

    /// <summary>Numbers without a pattern, none of them 0: what a loss would weigh the result's elements with.</summary>
    private static Tensor Weights(Shape shape, int seed)
    {
        var random = new Random(seed);
        var values = new double[shape.Size];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (random.Next(2) == 0 ? -1 : 1) * (0.5 + random.NextDouble());
        }
        return Tensor.From(values, shape);
    }

    private static Tensor First(OpRow row, Tensor[] inputs, Tensor cotangent, int source)
    {
        using var tape = new GradientTape();
        tape.Watch(inputs[source]);
        return tape.Gradient(row.Call(inputs), inputs[source], cotangent)!;
    }

    private static Tensor Second(OpRow row, Tensor[] inputs, Tensor cotangent, Tensor outer, int source, int other)
    {
        using var tape = new GradientTape();
        tape.Watch(inputs[other]);
        return tape.Gradient(First(row, inputs, cotangent, source), inputs[other], outer, Unconnected.Zero)!;
    }

    private static Tensor?[] Gradients(OpRow row, Tensor[] inputs, Tensor cotangent)
    {
        using var tape = new GradientTape();
        Tensor[] sources = [.. row.Sources.Select(i => inputs[i])];
        tape.Watch(sources);
        return tape.Gradient(row.Call(inputs), sources, cotangent);
    }

    private static void AssertBits(Tensor?[] expected, Tensor?[] actual, string what)
    {
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(Layouts.Bits(expected[i]!).AsSpan().SequenceEqual(Layouts.Bits(actual[i]!)), $"gradient {i} of {what}: {actual[i]} instead of {expected[i]}");
        }
    }

    private static void AssertClose(double[] expected, Tensor actual, double tolerance, string what)
    {
        var values = actual.ToArray<double>();
        Assert.Equal(expected.Length, values.Length);
        for (var i = 0; i < values.Length; i++)
        {
            Assert.True(Math.Abs(values[i] - expected[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i])), $"{what}: element {i} is {values[i]:R} instead of {expected[i]:R}");
        }
    }

    private readonly record struct MirrorOp(bool Mirrored) : IUnaryOp
    {
        public T Of<T>(T x) where T : struct, IReal<T> => Mirrored ? -x * x : x * x;

        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Const(Mirrored ? -2 : 2) * x;
    }

    [Fact]
    public void An_attribute_of_one_byte_reaches_the_gradient()
    {
        var x = new Variable(3f);
        using var tape = new GradientTape(persistent: true);
        var y = Tensor.Map(new MirrorOp(true), x);
        Assert.Equal(-6, tape.Gradient(y, x)!.Item());
        Assert.Contains("Mirrored = True", tape.ToString(), StringComparison.Ordinal);
    }
}
