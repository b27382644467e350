using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Autograd.Numerics;
using Reference = (double X, double High, double Low);

namespace Autograd.Tests.Numerics;

/// <summary>Every documented error bound of <see cref="Elementary"/>, and the special values.</summary>
public sealed class ElementaryTests
{
    private const float Infinity = float.PositiveInfinity;

    // Without a fused multiply-add every step of a polynomial rounds twice; the second bound of a row is for that.
    private static readonly bool s_fused = Fma.IsSupported || AdvSimd.IsSupported;

    private delegate Vector512<float> SingleFunction(Vector512<float> x);

    private delegate Vector512<double> DoubleFunction(Vector512<double> x);

    private sealed record SingleCase(SingleFunction Function, Func<double, double> Exact, double Bound, double UnfusedBound, float Low, float High);

    private sealed record DoubleCase(DoubleFunction Function, Reference[] Table, double Bound, double UnfusedBound);

    // References in double: the C library, or the double functions below where it has none (they are checked
    // against 80-digit values). Low and High bound the interval sampled densely, beside the sweep over all floats.
    private static readonly Dictionary<string, SingleCase> s_single = new()
    {
        ["Exp"] = new(Elementary.Exp, Math.Exp, 1.0, 1.3, -3f, 3f),
        ["Exp2"] = new(Elementary.Exp2, x => Math.Pow(2.0, x), 1.0, 1.2, -3f, 3f),
        ["Expm1"] = new(Elementary.Expm1, Scalar(Elementary.Expm1), 1.7, 1.9, -3f, 3f),
        ["Sigmoid"] = new(Elementary.Sigmoid, Scalar(Elementary.Sigmoid), 2.5, 2.6, -20f, 20f),
        ["Log"] = new(Elementary.Log, Math.Log, 1.0, 1.2, 0.3f, 3f),
        ["Log2"] = new(Elementary.Log2, Math.Log2, 1.8, 2.0, 0.3f, 3f),
        ["Log10"] = new(Elementary.Log10, Math.Log10, 1.6, 1.7, 0.3f, 3f),
        ["Log1p"] = new(Elementary.Log1p, Scalar(Elementary.Log1p), 1.0, 1.2, -1f, 3f),
        ["Sin"] = new(Elementary.Sin, Math.Sin, 1.5, 1.5, -100f, 100f),
        ["Cos"] = new(Elementary.Cos, Math.Cos, 1.5, 1.5, -100f, 100f),
        ["Sinh"] = new(Elementary.Sinh, Math.Sinh, 1.6, 1.8, -3f, 3f),
        ["Cosh"] = new(Elementary.Cosh, Math.Cosh, 1.4, 1.7, -3f, 3f),
        ["Tanh"] = new(Elementary.Tanh, Math.Tanh, 5.0, 6.0, -10f, 10f),
        ["Erf"] = new(Elementary.Erf, Scalar(Elementary.Erf), 1.3, 1.6, -4.5f, 4.5f),
        ["Tan"] = new(Elementary.Tan, Math.Tan, 0.51, 0.51, -2f, 2f),
        ["Asin"] = new(Elementary.Asin, Math.Asin, 0.51, 0.51, -1f, 1f),
        ["Acos"] = new(Elementary.Acos, Math.Acos, 0.51, 0.51, -1f, 1f),
        ["Atan"] = new(Elementary.Atan, Math.Atan, 0.51, 0.51, -3f, 3f),
        ["Asinh"] = new(Elementary.Asinh, Math.Asinh, 0.51, 0.51, -3f, 3f),
        ["Acosh"] = new(Elementary.Acosh, Math.Acosh, 0.51, 0.51, 1f, 3f),
        ["Atanh"] = new(Elementary.Atanh, Math.Atanh, 0.51, 0.51, -1f, 1f),
        ["Erfc"] = new(Elementary.Erfc, Scalar(Elementary.Erfc), 0.51, 0.51, -3f, 10f),
        ["LogGamma"] = new(Elementary.LogGamma, Scalar(Elementary.LogGamma), 0.51, 0.51, 0f, 5f),
        ["Digamma"] = new(Elementary.Digamma, Scalar(Elementary.Digamma), 0.51, 0.51, 0f, 5f),
    };

    private static readonly Dictionary<string, DoubleCase> s_double = new()
    {
        ["Exp"] = new(Elementary.Exp, ElementaryReference.Exp, 1.0, 1.2),
        ["Exp2"] = new(Elementary.Exp2, ElementaryReference.Exp2, 1.1, 1.3),
        ["Expm1"] = new(Elementary.Expm1, ElementaryReference.Expm1, 1.5, 1.7),
        ["Sigmoid"] = new(Elementary.Sigmoid, ElementaryReference.Sigmoid, 2.0, 2.2),
        ["Log"] = new(Elementary.Log, ElementaryReference.Log, 0.9, 1.0),
        ["Log1p"] = new(Elementary.Log1p, ElementaryReference.Log1p, 1.0, 1.0),
        ["Sin"] = new(Elementary.Sin, ElementaryReference.Sin, 0.9, 0.9),
        ["Cos"] = new(Elementary.Cos, ElementaryReference.Cos, 0.9, 0.9),
        ["Erf"] = new(Elementary.Erf, ElementaryReference.Erf, 1.0, 1.0),
        ["Erfc"] = new(Elementary.Erfc, ElementaryReference.Erfc, 2.5, 2.5),
        ["LogGamma"] = new(Elementary.LogGamma, ElementaryReference.LogGamma, 4.0, 4.0),
        ["Digamma"] = new(Elementary.Digamma, ElementaryReference.Digamma, 4.0, 4.0),
    };

    public static TheoryData<string> SingleNames => [.. s_single.Keys];

    public static TheoryData<string> DoubleNames => [.. s_double.Keys];

    [Theory]
    [MemberData(nameof(SingleNames))]
    public void Float_error_stays_within_its_bound(string name)
    {
        var c = s_single[name];
        var worst = (Error: 0.0, X: 0f);
        var lanes = new float[16];
        var filled = 0;

        void Add(float x)
        {
            lanes[filled++] = x;
            if (filled < lanes.Length)
            {
                return;
            }

            filled = 0;
            var y = c.Function(Vector512.Create<float>(lanes));
            for (var i = 0; i < lanes.Length; i++)
            {
                var error = Ulps(y[i], c.Exact(lanes[i]));
                if (!(error <= worst.Error))
                {
                    worst = (error, lanes[i]);
                }
            }
        }

        // All floats by bit pattern: every exponent, denormals, NaNs; the stride is prime.
        for (var bits = 0L; bits <= uint.MaxValue; bits += 60013)
        {
            Add(BitConverter.UInt32BitsToSingle((uint)bits));
        }

        const int Dense = 100_000;
        for (var i = 0; i <= Dense; i++)
        {
            Add(c.Low + ((c.High - c.Low) * ((float)i / Dense)));
        }

        for (var i = 0; i < 16; i++)
        {
            Add(1f);
        }

        Assert.True(worst.Error <= (s_fused ? c.Bound : c.UnfusedBound), $"{name}: {worst.Error:F3} ULP at {worst.X:R}");
    }

    [Theory]
    [MemberData(nameof(DoubleNames))]
    public void Double_error_stays_within_its_bound(string name)
    {
        var c = s_double[name];
        var bound = s_fused ? c.Bound : c.UnfusedBound;
        foreach (var (x, high, low) in c.Table)
        {
            var y = c.Function(Vector512.Create(x))[0];
            var error = Math.Abs((y - high) - low) / Ulp(high);
            Assert.True(error <= bound, $"{name}: {error:F3} ULP at {x:R}");
        }
    }

    [Fact]
    public void Gamma_family_of_negative_arguments_is_accurate_in_absolute_terms()
    {
        foreach (var (x, high, _) in ElementaryReference.LogGammaNegative)
        {
            Assert.InRange(Math.Abs(Elementary.LogGamma(Vector512.Create(x))[0] - high), 0.0, 1e-14 * (1.0 + Math.Abs(high)));
        }

        foreach (var (x, high, _) in ElementaryReference.DigammaNegative)
        {
            Assert.InRange(Math.Abs(Elementary.Digamma(Vector512.Create(x))[0] - high), 0.0, 1e-14 * (1.0 + Math.Abs(high)));
        }
    }

    [Theory]
    [InlineData("Exp", 1f, 1f, Infinity, 0f)]
    [InlineData("Exp2", 1f, 1f, Infinity, 0f)]
    [InlineData("Expm1", 0f, -0f, Infinity, -1f)]
    [InlineData("Sigmoid", 0.5f, 0.5f, 1f, 0f)]
    [InlineData("Log", -Infinity, -Infinity, Infinity, float.NaN)]
    [InlineData("Log2", -Infinity, -Infinity, Infinity, float.NaN)]
    [InlineData("Log10", -Infinity, -Infinity, Infinity, float.NaN)]
    [InlineData("Log1p", 0f, -0f, Infinity, float.NaN)]
    [InlineData("Sin", 0f, -0f, float.NaN, float.NaN)]
    [InlineData("Cos", 1f, 1f, float.NaN, float.NaN)]
    [InlineData("Tan", 0f, -0f, float.NaN, float.NaN)]
    [InlineData("Asin", 0f, -0f, float.NaN, float.NaN)]
    [InlineData("Acos", 1.5707964f, 1.5707964f, float.NaN, float.NaN)]
    [InlineData("Atan", 0f, -0f, 1.5707964f, -1.5707964f)]
    [InlineData("Sinh", 0f, -0f, Infinity, -Infinity)]
    [InlineData("Cosh", 1f, 1f, Infinity, Infinity)]
    [InlineData("Tanh", 0f, -0f, 1f, -1f)]
    [InlineData("Asinh", 0f, -0f, Infinity, -Infinity)]
    [InlineData("Acosh", float.NaN, float.NaN, Infinity, float.NaN)]
    [InlineData("Atanh", 0f, -0f, float.NaN, float.NaN)]
    [InlineData("Erf", 0f, -0f, 1f, -1f)]
    [InlineData("Erfc", 1f, 1f, 0f, 2f)]
    [InlineData("LogGamma", Infinity, Infinity, Infinity, Infinity)]
    [InlineData("Digamma", -Infinity, Infinity, Infinity, float.NaN)]
    public void Special_values_are_exact(string name, float atZero, float atMinusZero, float atInfinity, float atMinusInfinity)
    {
        (float X, float Y)[] rows =
            [(0f, atZero), (-0f, atMinusZero), (Infinity, atInfinity), (-Infinity, atMinusInfinity), (float.NaN, float.NaN)];
        foreach (var (x, expected) in rows)
        {
            AssertSame(expected, s_single[name].Function(Vector512.Create(x))[3], x);
        }

        DoubleFunction? function = s_double.TryGetValue(name, out var c) ? c.Function : name switch
        {
            "Log2" => Elementary.Log2,
            "Log10" => Elementary.Log10,
            "Tan" => Elementary.Tan,
            "Asin" => Elementary.Asin,
            "Atan" => Elementary.Atan,
            "Sinh" => Elementary.Sinh,
            "Cosh" => Elementary.Cosh,
            "Tanh" => Elementary.Tanh,
            "Asinh" => Elementary.Asinh,
            "Acosh" => Elementary.Acosh,
            "Atanh" => Elementary.Atanh,
            "Acos" => Elementary.Acos,
            _ => throw new ArgumentException("unknown function", nameof(name)),
        };
        foreach (var (x, expected) in rows)
        {
            AssertSame(expected, (float)function(Vector512.Create((double)x))[3], x);
        }
    }

    [Fact]
    public void Results_overflow_and_underflow_where_they_must()
    {
        Assert.Equal(float.MaxValue, Elementary.Exp(Vector512.Create(88.72283f))[0], 3e33f);
        Assert.Equal(Infinity, Elementary.Exp(Vector512.Create(88.72284f))[0]);
        Assert.Equal(Infinity, Elementary.Exp(Vector512.Create(float.MaxValue))[0]);
        Assert.Equal(float.Epsilon, Elementary.Exp(Vector512.Create(-103.9f))[0]);
        Assert.Equal(0f, Elementary.Exp(Vector512.Create(-104f))[0]);
        Assert.Equal(0f, Elementary.Exp(Vector512.Create(float.MinValue))[0]);
        Assert.Equal(double.PositiveInfinity, Elementary.Exp(Vector512.Create(709.79))[0]);
        Assert.Equal(double.Epsilon, Elementary.Exp(Vector512.Create(-745.1))[0]);
        Assert.Equal(0.0, Elementary.Exp(Vector512.Create(-745.2))[0]);
        Assert.Equal(double.PositiveInfinity, Elementary.Exp(Vector512.Create(double.MaxValue))[0]);
        Assert.Equal(0.0, Elementary.Exp(Vector512.Create(double.MinValue))[0]);
        Assert.Equal(float.Epsilon, Elementary.Exp2(Vector512.Create(-149f))[0]);
        Assert.Equal(double.Epsilon, Elementary.Exp2(Vector512.Create(-1074.0))[0]);
        Assert.Equal(1024f, Elementary.Exp2(Vector512.Create(10f))[0]);
        Assert.Equal(-149f, Elementary.Log2(Vector512.Create(float.Epsilon))[0]);
        AssertSame(-Infinity, Elementary.Log1p(Vector512.Create(-1f))[0], -1f);
        AssertSame(-Infinity, (float)Elementary.Log1p(Vector512.Create(-1.0))[0], -1f);
        foreach (var negative in (double[])[-1e-310, -0.5, -1.0, -2.0, -3.0, -1e30, double.MinValue])
        {
            Assert.True(double.IsNaN(Elementary.Log(Vector512.Create(negative))[0]));
            Assert.Equal(negative < -1.0, double.IsNaN(Elementary.Log1p(Vector512.Create(negative))[0]));
        }
    }

    [Fact]
    public void Odd_functions_return_tiny_arguments_unchanged()
    {
        foreach (var x in (float[])[float.Epsilon, -float.Epsilon, 3e-42f, -1e-38f, 1e-20f, -1e-10f, 1e-5f])
        {
            var v = Vector512.Create(x);
            AssertSame(x, Elementary.Tanh(v)[0], x);
            AssertSame(x, Elementary.Sinh(v)[0], x);
            AssertSame(x, Elementary.Sin(v)[0], x);
            if (Math.Abs(x) < 1e-8f)
            {
                AssertSame(x, Elementary.Expm1(v)[0], x);
                AssertSame(x, Elementary.Log1p(v)[0], x);
            }
        }
    }

    [Fact]
    public void Saturating_functions_never_leave_their_range()
    {
        for (var x = 3f; x < 11f; x += 1f / 4096f)
        {
            var v = Vector512.Create(x);
            Assert.InRange(Elementary.Tanh(v)[0], 0.99f, 1f);
            Assert.InRange(Elementary.Erf(v)[0], 0.99f, 1f);
            Assert.InRange(Elementary.Tanh(-v)[0], -1f, -0.99f);
        }

        Assert.Equal(1f, Elementary.Tanh(Vector512.Create(9.5f))[0]);
        Assert.Equal(1f, Elementary.Erf(Vector512.Create(4f))[0]);
    }

    [Fact]
    public void Every_lane_gives_the_same_bits()
    {
        // 1e30 sends sine and cosine to the per-lane path: it must not disturb the other lanes.
        float[] values = [0.7f, -3f, 1e30f, 12f, 1e-41f, 100f, -0f, Infinity, 2.5f, 0.1f, 55f, -80f, 1f, 6.2f, 0.99f, float.NaN];
        foreach (var (name, c) in s_single)
        {
            for (var shift = 0; shift < 16; shift++)
            {
                float[] rotated = [.. values[shift..], .. values[..shift]];
                var y = c.Function(Vector512.Create<float>(rotated));
                for (var i = 0; i < 16; i++)
                {
                    var alone = c.Function(Vector512.Create(rotated[i]))[0];
                    Assert.True(alone.Equals(y[i]), $"{name}({rotated[i]:R}) in lane {i}");
                }
            }
        }
    }

    [Fact]
    public void Portable_kernels_give_the_bits_of_the_wide_ones()
    {
        // The two sets are the same source at two widths: this is what keeps them from drifting apart.
        if (!Avx512F.IsSupported)
        {
            return;
        }

        (string Name, SingleFunction Wide, Func<Vector256<float>, Vector256<float>> Portable)[] single =
        [
            ("Exp", Elementary.Exp, Elementary.Exp), ("Exp2", Elementary.Exp2, Elementary.Exp2),
            ("Expm1", Elementary.Expm1, Elementary.Expm1), ("Sigmoid", Elementary.Sigmoid, Elementary.Sigmoid),
            ("Log", Elementary.Log, Elementary.Log), ("Log2", Elementary.Log2, Elementary.Log2),
            ("Log10", Elementary.Log10, Elementary.Log10), ("Log1p", Elementary.Log1p, Elementary.Log1p),
            ("Sin", Elementary.Sin, Elementary.Sin), ("Cos", Elementary.Cos, Elementary.Cos),
            ("Sinh", Elementary.Sinh, Elementary.Sinh), ("Cosh", Elementary.Cosh, Elementary.Cosh),
            ("Tanh", Elementary.Tanh, Elementary.Tanh), ("Erf", Elementary.Erf, Elementary.Erf),
        ];
        foreach (var (name, wide, portable) in single)
        {
            for (var bits = 0L; bits <= uint.MaxValue; bits += 400009)
            {
                var x = BitConverter.UInt32BitsToSingle((uint)bits);
                var expected = wide(Vector512.Create(x))[0];
                Assert.True(expected.Equals(portable(Vector256.Create(x))[0]), $"{name}({x:R})");
            }
        }

        (string Name, DoubleFunction Wide, Func<Vector256<double>, Vector256<double>> Portable)[] wider =
        [
            ("Exp", Elementary.Exp, Elementary.Exp), ("Exp2", Elementary.Exp2, Elementary.Exp2),
            ("Expm1", Elementary.Expm1, Elementary.Expm1), ("Sigmoid", Elementary.Sigmoid, Elementary.Sigmoid),
            ("Log", Elementary.Log, Elementary.Log), ("Log1p", Elementary.Log1p, Elementary.Log1p),
            ("Sin", Elementary.Sin, Elementary.Sin), ("Cos", Elementary.Cos, Elementary.Cos),
        ];
        foreach (var (name, wide, portable) in wider)
        {
            // Half of the points over all exponents, half within a few units of 0.
            for (var i = 0; i < 20_000; i++)
            {
                var bits = unchecked((ulong)i * 0x9E3779B97F4A7C15UL);
                var x = (i & 1) == 0 ? BitConverter.UInt64BitsToDouble(bits) : ((bits >> 11) * (8.0 / 9007199254740992.0)) - 4.0;
                var expected = wide(Vector512.Create(x))[0];
                Assert.True(expected.Equals(portable(Vector256.Create(x))[0]), $"{name}({x:R})");
            }
        }
    }

    [Fact]
    public void Two_argument_functions_follow_the_C_library()
    {
        double[] values = [0.0, -0.0, 1.0, -1.0, 2.0, -3.0, 0.5, 1e-3, 7.25, double.PositiveInfinity, double.NegativeInfinity, double.NaN];
        foreach (var a in values)
        {
            foreach (var b in values)
            {
                var x = Vector512.Create(a);
                var y = Vector512.Create(b);
                Assert.Equal(Math.Pow(a, b), Elementary.Pow(x, y)[1]);
                Assert.Equal(Math.Atan2(a, b), Elementary.Atan2(x, y)[1]);
                var fx = Vector512.Create((float)a);
                var fy = Vector512.Create((float)b);
                Assert.Equal((float)Math.Pow((float)a, (float)b), Elementary.Pow(fx, fy)[1]);
                Assert.Equal((float)Math.Atan2((float)a, (float)b), Elementary.Atan2(fx, fy)[1]);
            }
        }
    }

    [Fact]
    public void Poles_of_the_gamma_family()
    {
        foreach (var x in (double[])[-1.0, -2.0, -171.0, -1e17])
        {
            Assert.Equal(double.PositiveInfinity, Elementary.LogGamma(Vector512.Create(x))[0]);
            Assert.True(double.IsNaN(Elementary.Digamma(Vector512.Create(x))[0]));
        }

        Assert.Equal(0.0, Elementary.LogGamma(Vector512.Create(1.0))[0]);
        Assert.Equal(0.0, Elementary.LogGamma(Vector512.Create(2.0))[0]);
    }

    private static Func<double, double> Scalar(DoubleFunction function) => x => function(Vector512.Create(x))[0];

    private static void AssertSame(float expected, float actual, float x) =>
        Assert.True(
            float.IsNaN(expected) ? float.IsNaN(actual) : BitConverter.SingleToInt32Bits(expected) == BitConverter.SingleToInt32Bits(actual),
            $"at {x:R}: expected {expected:R}, got {actual:R}");

    /// <summary>Error of y in units of the last place of a float result; infinities count as 2^128.</summary>
    private static double Ulps(float y, double exact)
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

    private static double Ulp(double x)
    {
        x = Math.Abs(x);
        return x < 2.2250738585072014e-308 ? double.Epsilon : Math.ScaleB(1.0, Math.ILogB(x) - 52);
    }
}
