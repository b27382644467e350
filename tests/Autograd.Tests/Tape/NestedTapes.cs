using static Autograd.Tensor;
using static Autograd.Tests.Tape.Numbers;

namespace Autograd.Tests.Tape;

/// <summary>Tapes in tapes: derivatives of higher order, against closed forms.</summary>
public class NestedTapes
{
    private static readonly Dictionary<string, (Func<Tensor, Tensor> Of, Func<double, double>[] Derivatives)> Table = new()
    {
        ["x^5"] = (x => x * x * x * x * x, [x => 5 * x * x * x * x, x => 20 * x * x * x, x => 60 * x * x]),
        ["pow"] = (x => Pow(x, 5), [x => 5 * Math.Pow(x, 4), x => 20 * Math.Pow(x, 3), x => 60 * x * x]),
        ["1/x"] = (x => 1 / x, [x => -1 / (x * x), x => 2 / (x * x * x), x => -6 / (x * x * x * x)]),
        ["sin"] = (Sin, [Math.Cos, x => -Math.Sin(x), x => -Math.Cos(x)]),
        ["exp(2x)"] = (x => Exp(2 * x), [x => 2 * Math.Exp(2 * x), x => 4 * Math.Exp(2 * x), x => 8 * Math.Exp(2 * x)]),
        ["log"] = (Log, [x => 1 / x, x => -1 / (x * x), x => 2 / (x * x * x)]),
        ["tanh"] = (Tanh, [x => Sech2(x), x => -2 * Math.Tanh(x) * Sech2(x), x => Sech2(x) * ((4 * Math.Tanh(x) * Math.Tanh(x)) - (2 * Sech2(x)))]),
        ["prod"] = (x => Stack([x, x, x]).Prod(), [x => 3 * x * x, x => 6 * x, _ => 6]),
        ["matmul"] = (x => MatMul(x.Reshape(1, 1), MatMul(x.Reshape(1, 1), x.Reshape(1, 1))).Sum(), [x => 3 * x * x, x => 6 * x, _ => 6]),
        ["slices"] = (x => { var v = x.Reshape(1).Tile(3); return v[0] * v[1] * v[^1]; }, [x => 3 * x * x, x => 6 * x, _ => 6]),
        ["cumprod"] = (x => x.Reshape(1).Tile(3).CumProd()[^1], [x => 3 * x * x, x => 6 * x, _ => 6]),
        ["custom"] = (
            x => CustomGradient(x, v => v * v * v, (dy, v, _) => dy * 3 * v * v),
            [x => 3 * x * x, x => 6 * x, _ => 6]),
    };

    public static TheoryData<string> Names => [.. Table.Keys];

    private static double Sech2(double x) => 1 / (Math.Cosh(x) * Math.Cosh(x));

    [Theory]
    [MemberData(nameof(Names))]
    public void Third_order(string name)
    {
        var (of, derivatives) = Table[name];
        foreach (var at in (double[])[0.7, 1.3])
        {
            var x = Scalar(at);
            using var third = new GradientTape();
            third.Watch(x);
            using var second = new GradientTape();
            second.Watch(x);
            using var first = new GradientTape();
            first.Watch(x);
            var d1 = first.Gradient(of(x), x)!;
            var d2 = second.Gradient(d1, x)!;
            var d3 = third.Gradient(d2, x)!;
            Near([derivatives[0](at)], d1);
            Near([derivatives[1](at)], d2);
            Near([derivatives[2](at)], d3);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Third_order_of_a_variable_on_one_persistent_tape(string name)
    {
        var (of, derivatives) = Table[name];
        var x = new Variable(Scalar(1.3));
        using var tape = new GradientTape(persistent: true);
        var d1 = tape.Gradient(of(x), x)!;
        var d2 = tape.Gradient(d1, x)!;
        var d3 = tape.Gradient(d2, x)!;
        Near([derivatives[1](1.3)], d2);
        Near([derivatives[2](1.3)], d3);
    }

    [Fact]
    public void Mixed_second_derivatives()
    {
        var (x, y) = (Scalar(2), Scalar(3));
        using var outer = new GradientTape(persistent: true);
        outer.Watch(x, y);
        using var inner = new GradientTape();
        inner.Watch(x, y);
        var dx = inner.Gradient(x * x * y * y * y, x)!;
        Same([54], outer.Gradient(dx, x));
        Same([108], outer.Gradient(dx, y));
    }

    [Fact]
    public void What_an_inner_tape_does_with_constants_of_the_outer_is_not_recorded_by_it()
    {
        var x = D(3);
        using var outer = new GradientTape();
        using var inner = new GradientTape();
        inner.Watch(x);
        Same([27], inner.Gradient(x * x * x, x));
        Assert.Equal(0, Recorded(outer));
    }

    [Fact]
    public void A_gradient_taken_inside_is_a_value_outside()
    {
        var w = Weight(3);
        using var outer = new GradientTape();
        Tensor slope;
        using (var inner = new GradientTape())
        {
            slope = inner.Gradient(w * w * w, w)!;
        }
        // d/dw (3 w^2)^2 = 36 w^3
        Same([972], outer.Gradient(slope * slope, w));
    }

    [Fact]
    public void An_inner_tape_over_many_variables_of_the_outer()
    {
        var weights = Enumerable.Range(1, 40).Select(i => Weight(i)).ToArray();
        using var outer = new GradientTape();
        var first = weights.Aggregate((Tensor)D(1), (sum, w) => sum + (w * w));
        using var inner = new GradientTape();
        var second = weights.Aggregate(first, (sum, w) => sum + (w * w * w));
        var slopes = inner.Gradient(second, weights);
        for (var i = 0; i < weights.Length; i++)
        {
            Same([3.0 * (i + 1) * (i + 1)], slopes[i]);
        }
        var curvature = outer.Gradient(slopes.Aggregate((sum, slope) => sum! + slope!)!, weights);
        for (var i = 0; i < weights.Length; i++)
        {
            Same([6.0 * (i + 1)], curvature[i]);
        }
    }

    [Fact]
    public void An_outer_tape_that_opens_inside_sees_only_what_comes_later()
    {
        var x = D(3);
        using var early = new GradientTape();
        early.Watch(x);
        var y = x * x;
        using var late = new GradientTape();
        late.Watch(y);
        var z = y * x;
        Assert.Equal(0, late.Gradient(z, x, unconnected: Unconnected.Zero)!.Item());
        Same([27], early.Gradient(z, x));
    }
}
