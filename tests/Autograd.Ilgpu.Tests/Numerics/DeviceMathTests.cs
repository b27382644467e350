using System.Runtime.Intrinsics;
using Autograd.Backends.Ilgpu;
using Autograd.Numerics;
using Autograd.Ops;
using Autograd.Tests.Numerics;
using Xunit.Abstractions;

namespace Autograd.Ilgpu.Tests.Numerics;

/// <summary>Every documented error bound of <see cref="DeviceMath"/>, the special values, and the carriers' integer arithmetic.</summary>
public sealed class DeviceMathTests(ITestOutputHelper output)
{
    private sealed record SingleCase(Func<double, double> Exact, double Bound, float Low, float High);

    // References in double: the C library, or the double functions where it has none (they are checked against longer values). Low and High bound the interval sampled
    // densely, beside the sweep over all floats.
    private static readonly Dictionary<string, SingleCase> s_single = new()
    {
        ["Exp"] = new(Math.Exp, 1.3, -3f, 3f),
        ["Exp2"] = new(x => Math.Pow(2.0, x), 1.2, -3f, 3f),
        ["Expm1"] = new(DeviceMath.Expm1, 1.9, -3f, 3f),
        ["Sigmoid"] = new(DeviceMath.Sigmoid, 2.6, -20f, 20f),
        ["Log"] = new(Math.Log, 1.2, 0.3f, 3f),
        ["Log2"] = new(Math.Log2, 2.0, 0.3f, 3f),
        ["Log10"] = new(Math.Log10, 1.7, 0.3f, 3f),
        ["Log1p"] = new(DeviceMath.Log1p, 1.2, -1f, 3f),
        ["Sin"] = new(Math.Sin, 1.5, -100f, 100f),
        ["Cos"] = new(Math.Cos, 1.5, -100f, 100f),
        ["Tan"] = new(Math.Tan, 0.51, -2f, 2f),
        ["Asin"] = new(Math.Asin, 0.51, -1f, 1f),
        ["Acos"] = new(Math.Acos, 0.51, -1f, 1f),
        ["Atan"] = new(Math.Atan, 0.51, -3f, 3f),
        ["Sinh"] = new(Math.Sinh, 1.8, -3f, 3f),
        ["Cosh"] = new(Math.Cosh, 1.7, -3f, 3f),
        ["Tanh"] = new(Math.Tanh, 6.0, -10f, 10f),
        ["Asinh"] = new(Math.Asinh, 0.51, -3f, 3f),
        ["Acosh"] = new(Math.Acosh, 0.51, 1f, 3f),
        ["Atanh"] = new(Math.Atanh, 0.51, -1f, 1f),
        ["Erf"] = new(DeviceMath.Erf, 1.6, -4.5f, 4.5f),
        ["LogGamma"] = new(DeviceMath.LogGamma, 0.51, -3f, 5f),
        ["Digamma"] = new(DeviceMath.Digamma, 0.51, -3f, 5f),
        ["Trigamma"] = new(x => DeviceMath.Polygamma(1, x), 0.51, -3f, 5f),
        ["Polygamma20"] = new(x => DeviceMath.Polygamma(20, x), 0.51, -3f, 40f),
        ["Floor"] = new(Math.Floor, 0.0, -5f, 5f),
        ["Ceiling"] = new(Math.Ceiling, 0.0, -5f, 5f),
        ["Round"] = new(Math.Round, 0.0, -5f, 5f),
        ["Truncate"] = new(Math.Truncate, 0.0, -5f, 5f),
        ["Abs"] = new(Math.Abs, 0.0, -5f, 5f),
        ["Sqrt"] = new(Math.Sqrt, 0.5001, 0f, 5f),
    };

    private static readonly Dictionary<string, double> s_double = new()
    {
        ["Exp"] = 1.2,
        ["Exp2"] = 1.3,
        ["Expm1"] = 1.7,
        ["Sigmoid"] = 2.2,
        ["Log"] = 1.0,
        ["Log2"] = 0.6,
        ["Log10"] = 0.6,
        ["Log1p"] = 1.0,
        ["Sin"] = 0.9,
        ["Cos"] = 0.9,
        ["Tan"] = 1.0,
        ["Asin"] = 1.0,
        ["Acos"] = 1.0,
        ["Atan"] = 1.0,
        ["Sinh"] = 2.0,
        ["Cosh"] = 1.7,
        ["Tanh"] = 2.5,
        ["Asinh"] = 2.0,
        ["Acosh"] = 2.0,
        ["Atanh"] = 2.0,
        ["Erf"] = 1.0,
        ["LogGamma"] = 4.0,
        ["Digamma"] = 4.0,
        ["Trigamma"] = 11.0,
        ["Polygamma20"] = 30.0,
        ["Pow"] = 0.7,
        ["Atan2"] = 1.5,
    };

    public static TheoryData<string> SingleNames => [.. s_single.Keys];

    public static TheoryData<string> DoubleNames => [.. DeviceMathReference.One.Keys];

    public static TheoryData<string> PairNames => [.. DeviceMathReference.Two.Keys];

    /// <summary>The documented bound of a float function; 0 where it is exact or correctly rounded.</summary>
    public static double SingleBound(string name) => s_single.TryGetValue(name, out var c) ? c.Bound : 0.0;

    /// <summary>The documented bound of a double function; 0 where it is exact or correctly rounded.</summary>
    public static double DoubleBound(string name) => s_double.GetValueOrDefault(name);

    /// <summary>What the error for negative numbers is relative to, beside the result: where the gamma family has zeros there, bounds in units of the last place do not hold.</summary>
    public static double LeastBelowZero(string name) => name switch
    {
        "LogGamma" => 1.0,
        "Digamma" => 2.0,
        "Polygamma20" => LeastBelowZero(20),
        _ => 0.0,
    };

    // n! 2^(n+1)
    private static double LeastBelowZero(int n) => Enumerable.Range(1, n).Aggregate(2.0, (product, j) => product * 2.0 * j);

    [Theory]
    [MemberData(nameof(SingleNames))]
    public void Float_error_stays_within_its_bound(string name)
    {
        var c = s_single[name];
        var function = Function<Real32>(name);
        var worst = (Error: 0.0, X: 0f);

        void Add(float x)
        {
            var error = Ulps.Of(function(new(x), default).V, c.Exact(x));
            worst = error <= worst.Error ? worst : (error, x);
        }

        // All floats by bit pattern: every exponent, denormals, NaNs; the stride is prime.
        for (var bits = 0L; bits <= uint.MaxValue; bits += 20011)
        {
            Add(BitConverter.UInt32BitsToSingle((uint)bits));
        }

        const int Dense = 100_000;
        for (var i = 0; i <= Dense; i++)
        {
            Add(c.Low + ((c.High - c.Low) * ((float)i / Dense)));
        }

        output.WriteLine($"{name} float: {worst.Error:F3} ULP at {worst.X:R}, bound {c.Bound}");
        Assert.True(worst.Error <= c.Bound, $"{name}: {worst.Error:F3} ULP at {worst.X:R}");
    }

    [Theory]
    [MemberData(nameof(DoubleNames))]
    public void Double_error_stays_within_its_bound(string name)
    {
        var function = Function<Real64>(name);
        foreach (var (x, high, low) in DeviceMathReference.One[name])
        {
            AssertWithin(s_double[name], function(new(x), default).V, high, low, $"{name}({x:R})");
        }
    }

    [Theory]
    [MemberData(nameof(PairNames))]
    public void Double_error_of_two_arguments_stays_within_its_bound(string name)
    {
        var function = Function<Real64>(name);
        var single = Function<Real32>(name);
        foreach (var (x, y, high, low) in DeviceMathReference.Two[name])
        {
            AssertWithin(s_double[name], function(new(x), new(y)).V, high, low, $"{name}({x:R}, {y:R})");
            var exact = name == "Pow" ? Math.Pow((float)x, (float)y) : Math.Atan2((float)x, (float)y);
            Assert.InRange(Ulps.Of(single(new((float)x), new((float)y)).V, exact), 0.0, 0.51);
        }
    }

    [Theory]
    [InlineData("Exp", 1f, 1f, float.PositiveInfinity, 0f)]
    [InlineData("Exp2", 1f, 1f, float.PositiveInfinity, 0f)]
    [InlineData("Expm1", 0f, -0f, float.PositiveInfinity, -1f)]
    [InlineData("Sigmoid", 0.5f, 0.5f, 1f, 0f)]
    [InlineData("Log", float.NegativeInfinity, float.NegativeInfinity, float.PositiveInfinity, float.NaN)]
    [InlineData("Log2", float.NegativeInfinity, float.NegativeInfinity, float.PositiveInfinity, float.NaN)]
    [InlineData("Log10", float.NegativeInfinity, float.NegativeInfinity, float.PositiveInfinity, float.NaN)]
    [InlineData("Log1p", 0f, -0f, float.PositiveInfinity, float.NaN)]
    [InlineData("Sin", 0f, -0f, float.NaN, float.NaN)]
    [InlineData("Cos", 1f, 1f, float.NaN, float.NaN)]
    [InlineData("Tan", 0f, -0f, float.NaN, float.NaN)]
    [InlineData("Asin", 0f, -0f, float.NaN, float.NaN)]
    [InlineData("Acos", 1.5707964f, 1.5707964f, float.NaN, float.NaN)]
    [InlineData("Atan", 0f, -0f, 1.5707964f, -1.5707964f)]
    [InlineData("Sinh", 0f, -0f, float.PositiveInfinity, float.NegativeInfinity)]
    [InlineData("Cosh", 1f, 1f, float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData("Tanh", 0f, -0f, 1f, -1f)]
    [InlineData("Asinh", 0f, -0f, float.PositiveInfinity, float.NegativeInfinity)]
    [InlineData("Acosh", float.NaN, float.NaN, float.PositiveInfinity, float.NaN)]
    [InlineData("Atanh", 0f, -0f, float.NaN, float.NaN)]
    [InlineData("Erf", 0f, -0f, 1f, -1f)]
    [InlineData("LogGamma", float.PositiveInfinity, float.PositiveInfinity, float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData("Digamma", float.NegativeInfinity, float.PositiveInfinity, float.PositiveInfinity, float.NaN)]
    [InlineData("Trigamma", float.PositiveInfinity, float.PositiveInfinity, 0f, float.NaN)]
    [InlineData("Polygamma20", float.NegativeInfinity, float.PositiveInfinity, -0f, float.NaN)]
    [InlineData("Floor", 0f, -0f, float.PositiveInfinity, float.NegativeInfinity)]
    [InlineData("Ceiling", 0f, -0f, float.PositiveInfinity, float.NegativeInfinity)]
    [InlineData("Round", 0f, -0f, float.PositiveInfinity, float.NegativeInfinity)]
    [InlineData("Truncate", 0f, -0f, float.PositiveInfinity, float.NegativeInfinity)]
    public void Special_values_are_exact(string name, float atZero, float atMinusZero, float atInfinity, float atMinusInfinity)
    {
        (float X, float Y)[] rows =
            [(0f, atZero), (-0f, atMinusZero), (float.PositiveInfinity, atInfinity), (float.NegativeInfinity, atMinusInfinity), (float.NaN, float.NaN)];
        foreach (var (x, expected) in rows)
        {
            AssertSame(expected, Function<Real32>(name)(new(x), default).V, $"{name}({x:R})");
            AssertSame(expected, (float)Function<Real64>(name)(new(x), default).V, $"{name}({x:R}) in double");
        }
    }

    [Fact]
    public void Functions_of_two_arguments_have_the_special_values_of_the_CPU()
    {
        double[] values =
        [
            0.0, -0.0, 1.0, -1.0, 2.0, -3.0, 0.5, -0.5, 1e-3, 7.25, 1e30, -1e30, 9007199254740993.0, double.PositiveInfinity, double.NegativeInfinity, double.NaN,
        ];
        Dictionary<string, Func<double, double, double>> exact = new()
        {
            ["Pow"] = Math.Pow,
            ["Atan2"] = Math.Atan2,
            ["Min"] = Math.Min,
            ["Max"] = Math.Max,
            ["Remainder"] = Remainder,
            ["FloorDivide"] = FloorDivide,
        };
        foreach (var (name, function) in exact)
        {
            foreach (var a in values)
            {
                foreach (var b in values)
                {
                    var y = Function<Real64>(name)(new(a), new(b)).V;
                    var expected = function(a, b);
                    Assert.True(
                        SameBits(expected, y) || Math.Abs(y - expected) <= 4e-16 * Math.Abs(expected), $"{name}({a:R}, {b:R}): expected {expected:R}, got {y:R}");
                    if (name is not "FloorDivide" and not "Remainder")
                    {
                        AssertSame((float)function((float)a, (float)b), Function<Real32>(name)(new((float)a), new((float)b)).V, $"{name}({a:R}, {b:R})");
                    }
                }
            }
        }
    }

    [Fact]
    public void Gamma_family_of_positive_arguments_stays_within_its_bounds()
    {
        foreach (var (x, high, low) in ElementaryReference.LogGamma)
        {
            AssertWithin(s_double["LogGamma"], DeviceMath.LogGamma(x), high, low, $"LogGamma({x:R})");
        }
        foreach (var (x, high, low) in ElementaryReference.Digamma)
        {
            AssertWithin(s_double["Digamma"], DeviceMath.Digamma(x), high, low, $"Digamma({x:R})");
        }
        foreach (var (n, x, high, low) in DeviceMathReference.Polygamma)
        {
            AssertWithin(10.0 + n, DeviceMath.Polygamma(n, x), high, low, $"Polygamma({n}, {x:R})");
        }
        Assert.Equal(0.0, DeviceMath.LogGamma(1.0));
        Assert.Equal(0.0, DeviceMath.LogGamma(2.0));
    }

    [Fact]
    public void Gamma_family_of_negative_arguments_is_accurate_in_absolute_terms()
    {
        foreach (var (x, high, _) in ElementaryReference.LogGammaNegative)
        {
            Assert.InRange(Math.Abs(DeviceMath.LogGamma(x) - high), 0.0, 1e-14 * (1.0 + Math.Abs(high)));
        }
        foreach (var (x, high, _) in ElementaryReference.DigammaNegative)
        {
            Assert.InRange(Math.Abs(DeviceMath.Digamma(x) - high), 0.0, 1e-14 * (1.0 + Math.Abs(high)));
        }
        foreach (var (n, x, high, low) in DeviceMathReference.PolygammaNegative)
        {
            var least = LeastBelowZero(n);
            var error = Math.Abs((DeviceMath.Polygamma(n, x) - high) - low);
            Assert.True(error <= 1e-14 * (Math.Abs(high) + least), $"Polygamma({n}, {x:R}): {error / (Math.Abs(high) + least)}");
        }
    }

    [Fact]
    public void Gamma_family_has_the_values_of_the_CPU()
    {
        List<double> values = [0.0, -0.0, -1.0, -2.0, -171.0, -1e17, 1e17, 1e300, -1e300, 1e-300, -1e-300, 1e-21, double.PositiveInfinity, double.NegativeInfinity, double.NaN];
        for (var i = 0; i < 2000; i++)
        {
            values.Add(Math.Sinh((i - 1000) / 60.0));
            values.Add((i - 1000) / 70.0);
        }
        foreach (var x in values)
        {
            var v = Vector512.Create(x);
            Agree(Elementary.LogGamma(v)[0], DeviceMath.LogGamma(x), x < 0.0 ? 1.0 : 0.0, $"LogGamma({x:R})");
            for (var n = 0; n <= GammaFormulas.HighestOrder; n++)
            {
                Agree(Lanes<double>.Polygamma(n, new(v)).V[0], DeviceMath.Polygamma(n, x), x < 0.0 ? LeastBelowZero(n) : 0.0, $"Polygamma({n}, {x:R})");
            }
        }

        static void Agree(double expected, double actual, double floor, string what) => Assert.True(
            SameBits(expected, actual) || Math.Abs(actual - expected) <= 1e-13 * (Math.Abs(expected) + floor), $"{what}: expected {expected:R}, got {actual:R}");
    }

    [Fact]
    public void Remainders_are_exact()
    {
        var random = new Random(3);
        for (var i = 0; i < 100_000; i++)
        {
            // Half of them of any size, half of ordinary size.
            var (x, y) = (i & 1) == 0
                ? (BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue)), BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue)))
                : ((random.NextDouble() - 0.5) * 100.0, (random.NextDouble() - 0.5) * 10.0);
            Assert.True(SameBits(Remainder(x, y), DeviceMath.Remainder(x, y)), $"{x:R} and {y:R}");
            var (fx, fy) = ((float)x, (float)y);
            var rest = fx % fy;
            var borrowed = rest != 0f && float.IsNegative(rest) != float.IsNegative(fy) && !float.IsNaN(rest);
            AssertSame(borrowed ? rest + fy : rest, DeviceMath.Remainder(fx, fy), $"{fx:R} and {fy:R}");
        }
    }

    [Fact]
    public void Results_overflow_and_underflow_where_they_must()
    {
        Assert.Equal(float.PositiveInfinity, DeviceMath.Exp(88.72284f));
        Assert.Equal(float.Epsilon, DeviceMath.Exp(-103.9f));
        Assert.Equal(0f, DeviceMath.Exp(-104f));
        Assert.Equal(double.PositiveInfinity, DeviceMath.Exp(709.79));
        Assert.Equal(double.Epsilon, DeviceMath.Exp(-745.1));
        Assert.Equal(0.0, DeviceMath.Exp(-745.2));
        Assert.Equal(double.Epsilon, DeviceMath.Exp2(-1074.0));
        Assert.Equal(double.Epsilon, DeviceMath.Pow(2.0, -1074.0));
        Assert.Equal(double.PositiveInfinity, DeviceMath.Pow(2.0, 1024.0));
        Assert.Equal(0.0, DeviceMath.Pow(2.0, -1e300));
        Assert.Equal(double.PositiveInfinity, DeviceMath.Pow(1.0000001, 1e300));
        Assert.Equal(1024f, DeviceMath.Exp2(10f));
        Assert.Equal(-149f, DeviceMath.Log2(float.Epsilon));
        Assert.Equal(-1074.0, DeviceMath.Log2(double.Epsilon));
        Assert.Equal(3.0, DeviceMath.Log10(1000.0));
        Assert.Equal(float.NegativeInfinity, DeviceMath.Log1p(-1f));
        Assert.Equal(double.NegativeInfinity, DeviceMath.Log1p(-1.0));
        Assert.Equal(double.PositiveInfinity, DeviceMath.Atanh(1.0));
        Assert.Equal(1f, DeviceMath.Tanh(9.5f));
        Assert.Equal(1f, DeviceMath.Erf(4f));
        foreach (var x in (float[])[float.Epsilon, -float.Epsilon, 3e-42f, -1e-38f, 1e-20f, -1e-10f])
        {
            foreach (var name in (string[])["Tanh", "Sinh", "Sin", "Tan", "Asin", "Atan", "Asinh", "Atanh", "Expm1", "Log1p"])
            {
                AssertSame(x, Function<Real32>(name)(new(x), default).V, $"{name}({x:R})");
            }
        }
    }

    [Theory]
    [InlineData(7, -2, -1, -4)]
    [InlineData(-7, 2, 1, -4)]
    [InlineData(-7, -2, -1, 3)]
    [InlineData(6, -2, 0, -3)]
    [InlineData(5, 0, 0, 0)]
    [InlineData(int.MinValue, -1, 0, int.MinValue)]
    [InlineData(int.MinValue, 3, 1, -715827883)]
    public void Integers_divide_as_on_the_CPU(int x, int y, int remainder, int quotient)
    {
        Assert.Equal(remainder, Whole32.Remainder(new(x), new(y)).V);
        Assert.Equal(quotient, Whole32.FloorDivide(new(x), new(y)).V);
        Assert.Equal(remainder, Whole64.Remainder(new(x), new(y)).V);
        Assert.Equal(x == int.MinValue && y == -1 ? -(long)int.MinValue : quotient, Whole64.FloorDivide(new(x), new(y)).V);
        Assert.Equal(long.MinValue, (new Whole64(long.MinValue) / new Whole64(-1)).V);
        Assert.Equal(y == 0 ? 0 : unchecked((int)((long)x / y)), (new Whole32(x) / new Whole32(y)).V);
    }

    private static Func<T, T, T> Function<T>(string name) where T : unmanaged, IReal<T> => Array.Find(EveryFunction<T>.All, f => f.Name == name).Of;

    private static double Remainder(double x, double y)
    {
        var rest = x % y;
        return rest != 0.0 && double.IsNegative(rest) != double.IsNegative(y) && !double.IsNaN(rest) ? rest + y : rest;
    }

    // As the CPU has it.
    private static double FloorDivide(double x, double y)
    {
        var rest = x % y;
        if (y == 0.0)
        {
            return x / y;
        }
        var quotient = Math.Round((x - rest) / y);
        return rest != 0.0 && double.IsNegative(rest) != double.IsNegative(y) && !double.IsNaN(rest) ? quotient - 1.0 : quotient;
    }

    private static void AssertWithin(double bound, double y, double high, double low, string what)
    {
        var error = Math.Abs((y - high) - low) / Ulps.Unit(high);
        Assert.True(error <= bound, $"{what}: {error:F3} ULP");
    }

    private static bool SameBits(double expected, double actual) =>
        double.IsNaN(expected) ? double.IsNaN(actual) : BitConverter.DoubleToInt64Bits(expected) == BitConverter.DoubleToInt64Bits(actual);

    private static void AssertSame(float expected, float actual, string what) =>
        Assert.True(SameBits(expected, actual), $"{what}: expected {expected:R}, got {actual:R}");
}

/// <summary>Errors in units of the last place.</summary>
internal static class Ulps
{
    /// <summary>Error of a float result; infinities count as 2^128.</summary>
    public static double Of(float y, double exact)
    {
        if (float.IsNaN(y) || double.IsNaN(exact))
        {
            return float.IsNaN(y) && double.IsNaN(exact) ? 0.0 : double.PositiveInfinity;
        }

        const double Top = 340282366920938463463374607431768211456.0;
        exact = Math.Clamp(exact, -Top, Top);
        var ulp = Math.Abs(exact) < 1.1754943508222875e-38 ? float.Epsilon : Math.ScaleB(1.0, Math.ILogB(exact) - 23);
        return Math.Abs(Math.Clamp(y, -Top, Top) - exact) / ulp;
    }

    /// <summary>The unit of a double.</summary>
    public static double Unit(double x)
    {
        x = Math.Abs(x);
        return x < 2.2250738585072014e-308 ? double.Epsilon : Math.ScaleB(1.0, Math.ILogB(x) - 52);
    }
}
