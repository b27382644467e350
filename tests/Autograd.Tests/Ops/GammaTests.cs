using static Autograd.Tensor;

namespace Autograd.Tests.Ops;

/// <summary>The gamma family at places where its values are known.</summary>
public class GammaTests
{
    private const double Zeta3 = 1.2020569031595942;
    private const double Inf = double.PositiveInfinity;

    /// <summary>Order -1 is the logarithm of the gamma function itself. From NIST's Digital Library of Mathematical Functions, 5.4 and 5.15, and the recurrence.</summary>
    public static TheoryData<int, double, double> Known => new()
    {
        { -1, 0.5, 0.57236494292470008707 }, { -1, 1, 0 }, { -1, 2, 0 }, { -1, 5, 3.1780538303479456 }, { -1, 171, 706.5730622457874 }, { -1, -0.5, 1.2655121234846454 }, { -1, 0, Inf }, { -1, -3, Inf },
        { 0, 1, -0.57721566490153286 }, { 0, 0.5, -1.9635100260214235 }, { 0, -0.5, 0.03648997397857652 }, { 0, -1, double.NaN }, { 0, Inf, Inf },
        { 1, 1, Math.PI * Math.PI / 6 }, { 1, 0.5, Math.PI * Math.PI / 2 }, { 1, -0.5, (Math.PI * Math.PI / 2) + 4 }, { 1, 0, Inf }, { 1, -2, Inf }, { 1, Inf, 0 }, { 1, double.NaN, double.NaN },
        { 2, 1, -2 * Zeta3 }, { 2, 0.5, -14 * Zeta3 }, { 2, -0.5, 16 - (14 * Zeta3) },
        { 3, 1, Math.PI * Math.PI * Math.PI * Math.PI / 15 }, { 3, -0.5, (Math.PI * Math.PI * Math.PI * Math.PI) + 96 },
        { 20, 1, -2.432903168507861e18 },
    };

    [Theory]
    [MemberData(nameof(Known))]
    public void Values_are_the_known_ones(int order, double x, double expected)
    {
        var y = order < 0 ? LGamma(From([x])) : Polygamma(order, From([x]));
        var z = order < 0 ? LGamma(From([(float)x])) : Polygamma(order, From([(float)x]));
        Assert.Equal(DType.Float32, z.DType);
        if (double.IsFinite(expected))
        {
            Assert.Equal(expected, y.Item(), 3e-14 * Math.Max(1, Math.Abs(expected)));
            Assert.Equal(expected, z.Item(), 3e-6 * Math.Max(1, Math.Abs(expected)));
        }
        else
        {
            Assert.Equal(expected, y.Item());
            Assert.Equal(expected, z.Item());
        }
    }

    [Fact]
    public void Gradients_are_exact_to_every_order_up_to_the_highest()
    {
        var x = new Variable(From([1.0, -0.5]));
        Tensor Derivative(int order)
        {
            if (order == 0)
            {
                return LGamma(x);
            }
            using var tape = new GradientTape();
            var y = Derivative(order - 1);
            return tape.Gradient(y, x)!;
        }
        for (var order = 1; order <= 5; order++)
        {
            Assert.True(AllClose(Polygamma(order - 1, x), Derivative(order), 1e-13));
        }
        Assert.Contains("20", Assert.Throws<ValueException>(() => Polygamma(21, x)).Message);
        Assert.Throws<ValueException>(() => Polygamma(-1, x));
        using var outer = new GradientTape();
        var last = Polygamma(20, x);
        Assert.Throws<ValueException>(() => outer.Gradient(last, x));
    }
}
