using static Autograd.Tensor;
using static Autograd.Tests.Tape.Numbers;

namespace Autograd.Tests.Tape;

/// <summary>Operations with nothing to do give a tensor of their own: a tape tells it from the operand, its disposal is its own, and of a variable it is the present value.</summary>
public class Identities
{
    private static readonly Dictionary<string, Func<Tensor, Tensor>> s_identities = new()
    {
        ["Reshape"] = x => x.Reshape(x.Shape),
        ["Reshape with -1"] = x => x.Reshape(2, -1),
        ["Flatten from an axis"] = x => x.Flatten(1),
        ["Cast"] = x => x.Cast(x.DType),
        ["BroadcastTo"] = x => x.BroadcastTo(x.Shape),
        ["SumTo"] = x => x.SumTo(x.Shape),
        ["Squeeze"] = x => x.Squeeze(),
        ["Permute"] = x => x.Permute(0, 1),
        ["SwapAxes"] = x => x.SwapAxes(1, -1),
        ["x[..]"] = x => x[..],
        ["x[Ellipsis]"] = x => x[Ellipsis],
        ["To"] = x => x.To(x.Device),
        ["+x"] = x => +x,
        ["Pow 1"] = x => Pow(x, 1),
        ["Roll by 0"] = x => x.Roll(0, 0),
        ["Roll by all"] = x => x.Roll(2, 0),
        ["Tile once"] = x => x.Tile(1, 1),
        ["Pad with nothing"] = x => x.Pad([(0, 0), (0, 0)]),
        ["Concat of one"] = x => Concat([x]),
        ["Split in one"] = x => x.Split(1)[0],
        ["Einsum"] = x => Einsum("ij->ij", x),
        ["Einsum of an ellipsis"] = x => Einsum("...", x),
        ["Flip of no axis"] = x => x.Flip(Array.Empty<int>()),
        ["Sum over no axis"] = x => x.Sum(Array.Empty<int>()),
        ["Max over no axis"] = x => x.Max(Array.Empty<int>()),
        ["StopGradient"] = StopGradient,
        ["Dropout in inference"] = x => new Dropout(0.5).Apply(x),
        ["linear activation"] = x => new Activation("linear").Apply(x),
        ["Flatten of two axes"] = x => new Flatten().Apply(x),
        ["Lambda"] = x => new Lambda(t => t).Apply(x),
        ["UpSampling by 1"] = x => new UpSampling1D(1).Apply(x.ExpandDims(2)).Squeeze(2),
    };

    public static TheoryData<string> Names => [.. s_identities.Keys];

    private static Tensor Operand => From(new float[,] { { 1, 2 }, { 3, 4 } });

    [Theory]
    [MemberData(nameof(Names))]
    public void A_tape_tells_the_result_from_the_operand(string name)
    {
        var x = Operand;
        var same = s_identities[name](x);
        Assert.Equal(x.ToArray<float>(), same.ToArray<float>());
        using var tape = new GradientTape();
        tape.Watch(x, same);
        var gradients = tape.Gradient((2 * x) + (3 * same), [x, same]);
        Assert.All(gradients[0]!.ToArray<float>(), value => Assert.Equal(2, value));
        Assert.All(gradients[1]!.ToArray<float>(), value => Assert.Equal(3, value));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void On_a_tape_the_gradient_flows_through(string name)
    {
        var x = new Variable(Operand);
        using var tape = new GradientTape();
        var same = s_identities[name](x);
        var gradients = tape.Gradient((2 * x) + (3 * same), [x, same]);
        var detached = name == "StopGradient";
        Assert.All(gradients[0]!.ToArray<float>(), value => Assert.Equal(detached ? 2 : 5, value));
        Assert.All(gradients[1]!.ToArray<float>(), value => Assert.Equal(3, value));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Disposing_the_result_leaves_the_operand_alone(string name)
    {
        foreach (var shape in new Shape[] { [2, 2], [2, 30_000] })
        {
            var x = Ones(shape);
            s_identities[name](x).Dispose();
            var rubbish = Full(shape, 7);
            Assert.Equal(shape.Size, x.Sum().Item());
            GC.KeepAlive(rubbish);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Of_a_variable_it_is_the_present_value(string name)
    {
        var v = new Variable(Operand);
        using var tape = new GradientTape();
        var a = s_identities[name](v);
        v.Assign(Zeros([2, 2]));
        Assert.Equal([1, 2, 3, 4], a.ToArray<float>());
        Assert.Equal([1, 4, 9, 16], (a * a).ToArray<float>());
    }

    [Fact]
    public void An_integer_or_empty_result_is_of_its_own_too()
    {
        var x = Arange(3);
        x.Reshape(3).Dispose();
        x.CumMax().Indices.Dispose();
        Assert.Equal(3, x.Sum().Item());
        var empty = Zeros([0, 2]);
        foreach (var same in new[] { empty.CumProd(), empty.CumSum(), Sparsemax(empty), empty.Sort(), empty.Flatten(1) })
        {
            same.Dispose();
        }
        Assert.Equal(0, empty.Sum().Item());
    }

    [Fact]
    public void A_variable_that_nothing_has_read_has_the_gradient_1_by_itself()
    {
        var v = new Variable(D(3, 4));
        using (var tape = new GradientTape())
        {
            Same([1, 1], tape.Gradient(v, v));
        }
        using (var tape = new GradientTape())
        {
            Same([1, 1], tape.Gradient(v.Value, v));
        }
        using (var tape = new GradientTape(persistent: true))
        {
            Same([1, 0, 0, 1], tape.Jacobian(v, v));
            Same([2, 3], tape.Gradient(v, v, outputGradient: D(2, 3)));
        }
        using (var tape = new GradientTape(watchAccessedVariables: false))
        {
            Assert.Null(tape.Gradient(v, v));
        }
        var frozen = new Variable(D(1), trainable: false);
        using (var tape = new GradientTape())
        {
            Assert.Null(tape.Gradient(frozen, frozen));
        }
    }

    private static readonly Dictionary<string, Func<Tensor[], Tensor>> s_passing = new()
    {
        ["sum"] = x => x[0] + x[1],
        ["difference"] = x => x[0] - x[1],
        ["reshape"] = x => x[0].Reshape(4) + x[1].Reshape(4),
        ["identities"] = x => +x[0] + x[1].Cast(x[1].DType).Reshape(2, 2),
        ["concat"] = x => Concat([x[0], x[1]]),
        ["stack"] = x => Stack([x[0], x[1]]),
        ["where"] = x => Where(From(new bool[,] { { true, false }, { true, false } }), x[0], x[1]),
        ["scatter"] = x => x[0].ScatterAdd(Arange(2), x[1]),
        ["scatter along"] = x => x[0].ScatterAddAlongAxis(Zeros([2, 2], DType.Int64), x[1], 1),
        ["linear recurrence"] = x => LinearRecurrence(0, x[0] + x[1]),
        ["cumsum"] = x => (x[0] + x[1]).CumSum(),
        ["means"] = x => x[0].Mean() + x[1].Mean(),
        ["custom"] = x => CustomGradient(x, t => t[0] + t[1], (dy, _, _) => [dy, dy]),
        ["custom, an operand"] = x => CustomGradient(x, t => t[0] + t[1], (_, t, _) => [t[1], t[1]]),
        ["a part of the other"] = x => (x[0] + x[1]).Sort(),
        ["layer norm"] = x => LayerNorm(x[0]) + x[1],
    };

    public static TheoryData<string> Passing => [.. s_passing.Keys];

    [Theory]
    [MemberData(nameof(Passing))]
    public void Gradients_are_independent_of_each_other_and_of_what_they_were_made_from(string name)
    {
        Tensor[] x = [Operand.Cast(DType.Float64), 2 * Operand.Cast(DType.Float64)];
        Tensor[] sources = [x[0], x[1], x[0]];
        using var tape = new GradientTape(persistent: true);
        tape.Watch(x);
        var y = s_passing[name](x);
        var dy = RandomNormal(y.Shape, seed: 4, dtype: DType.Float64);
        var (values, cotangent) = (x.Select(one => one.ToArray<double>()).ToArray(), dy.ToArray<double>());
        var expected = tape.Gradient(y, sources, dy).Select(gradient => gradient!.ToArray<double>()).ToArray();
        for (var disposed = 0; disposed < sources.Length; disposed++)
        {
            var gradients = tape.Gradient(y, sources, dy);
            gradients[disposed]!.Dispose();
            for (var other = 0; other < sources.Length; other++)
            {
                if (other != disposed)
                {
                    Assert.Equal(expected[other], gradients[other]!.ToArray<double>());
                }
            }
            Assert.Equal(cotangent, dy.ToArray<double>());
            Assert.Equal(values, x.Select(one => one.ToArray<double>()));
        }
    }

    [Fact]
    public void Independent_gradients_are_still_differentiated()
    {
        var (a, b) = (D(2), D(3));
        using var outer = new GradientTape(persistent: true);
        outer.Watch(a, b);
        using var inner = new GradientTape();
        inner.Watch(a, b);
        var gradients = inner.Gradient(Square(a + b), [a, b, a]);
        foreach (var gradient in gradients)
        {
            Same([2], outer.Gradient(gradient!, a));
        }
        // The cotangent is an operand like any other.
        using var again = new GradientTape(persistent: true);
        var dy = D(5);
        again.Watch(dy);
        using var last = new GradientTape();
        last.Watch(a);
        Same([1], again.Gradient(last.Gradient(a + b, a, dy)!, dy));
    }

    [Fact]
    public void A_tape_lists_its_own_variables_only()
    {
        var (first, second) = (Weight(1), Weight(2));
        using var outer = new GradientTape(watchAccessedVariables: false);
        using (var one = new GradientTape())
        {
            _ = first * 2;
            Assert.Same(first, Assert.Single(one.WatchedVariables));
        }
        using var two = new GradientTape();
        _ = second * 2;
        Assert.Same(second, Assert.Single(two.WatchedVariables));
    }
}
