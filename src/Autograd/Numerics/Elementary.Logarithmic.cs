using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Autograd.Numerics;

/// <content>Logarithms and the power function.</content>
internal static partial class Elementary
{
    // VGETMANT: bits 0-1 choose the interval, bits 2-3 "positive, and NaN for negative numbers".
    private const byte MantissaThreeQuarters = 0b1111;
    private const byte MantissaOne = 0b1100;

    /// <summary>Natural logarithm: max error 1.0 ULP.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Log(Vector512<float> x)
    {
        if (!Avx512F.IsSupported)
        {
            return Vector512.Create(Log(x.GetLower()), Log(x.GetUpper()));
        }

        var f = Decompose(x, out var e) - Vector512<float>.One;
        // The float nearest to ln 2 happens to be right to 28 bits, so one constant is enough.
        return Fma(e, Vector512.Create(0.693147182f), LogOnePlus(f));
    }

    /// <summary>Natural logarithm: max error 0.9 ULP (fdlibm e_log).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Log(Vector512<double> x)
    {
        if (!Avx512F.IsSupported)
        {
            return Vector512.Create(Log(x.GetLower()), Log(x.GetUpper()));
        }

        var f = Decompose(x, out var e) - Vector512<double>.One;
        return LogOfParts(f, e, Vector512<double>.Zero);
    }

    /// <summary>Logarithm to base 2: max error 1.8 ULP, exact for powers of two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Log2(Vector512<float> x)
    {
        if (!Avx512F.IsSupported)
        {
            return Vector512.Create(Log2(x.GetLower()), Log2(x.GetUpper()));
        }

        var f = Decompose(x, out var e) - Vector512<float>.One;
        // Own fit of (log2(1 + f) - f / ln 2) / f^2 on [-1/4, 1/2]: 2^-27.7.
        var p = Vector512.Create(-0.0647777021f);
        p = Fma(p, f, 0.150721565f);
        p = Fma(p, f, -0.189886376f);
        p = Fma(p, f, 0.208933175f);
        p = Fma(p, f, -0.24017711f);
        p = Fma(p, f, 0.288403481f);
        p = Fma(p, f, -0.36067453f);
        p = Fma(p, f, 0.480900079f);
        p = Fma(p, f, -0.721347511f);
        // 1 / ln 2 = 1 + 0.4427: taking the 1 out keeps the larger part of the product unrounded.
        p = Fma(p, f, 0.442695041f);
        return e + Fma(p, f, f);
    }

    /// <summary>Logarithm to base 2, by the C library.</summary>
    public static Vector512<double> Log2(Vector512<double> x) => Map<Log2Function>(x);

    /// <summary>Logarithm to base 10: max error 1.6 ULP.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Log10(Vector512<float> x)
    {
        if (!Avx512F.IsSupported)
        {
            return Vector512.Create(Log10(x.GetLower()), Log10(x.GetUpper()));
        }

        var f = Decompose(x, out var e) - Vector512<float>.One;
        // Own fit of (log10(1 + f) - f / ln 10) / f^2 on [-1/4, 1/2]: 2^-27.7.
        var p = Vector512.Create(-0.0195000321f);
        p = Fma(p, f, 0.0453717113f);
        p = Fma(p, f, -0.0571614988f);
        p = Fma(p, f, 0.0628951564f);
        p = Fma(p, f, -0.0723005161f);
        p = Fma(p, f, 0.086818099f);
        p = Fma(p, f, -0.108573854f);
        p = Fma(p, f, 0.144765347f);
        p = Fma(p, f, -0.217147246f);
        // 1 / ln 10 = 1/2 - 0.0657: the product with 1/2 is exact. log10(2) in two parts of one sign, so that an
        // infinite e does not cancel into NaN; e times the first part is exact too.
        p = Fma(p, f, -0.0657055181f);
        var high = Fma(f, Vector512.Create(0.5f), e * Vector512.Create(0.301025390625f));
        return high + Fma(e, Vector512.Create(4.6050390e-6f), p * f);
    }

    /// <summary>Logarithm to base 10, by the C library.</summary>
    public static Vector512<double> Log10(Vector512<double> x) => Map<Log10Function>(x);

    /// <summary>ln(1 + x) without cancellation: max error 1.0 ULP.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Log1p(Vector512<float> x)
    {
        if (!Avx512F.IsSupported)
        {
            return Vector512.Create(Log1p(x.GetLower()), Log1p(x.GetUpper()));
        }

        var u = Vector512<float>.One + x;
        var m = Decompose(u, out var e);
        // What 1 + x lost to rounding (Knuth's two-sum), scaled like the mantissa. Where |e| is large the loss is
        // either nothing or beyond notice, and the arithmetic may have met infinities: drop it.
        var v = u - Vector512<float>.One;
        var lost = (Vector512<float>.One - (u - v)) + (x - v);
        lost = Vector512.ConditionalSelect(
            Vector512.LessThan(Vector512.Abs(e), Vector512.Create(60f)), Ldexp(lost, -e), Vector512<float>.Zero);
        var f = (m - Vector512<float>.One) + lost;
        // m = u and not e = 0: for u below 0 the mantissa is NaN and must stay so.
        f = Vector512.ConditionalSelect(Vector512.Equals(m, u), x, f);
        var y = Fma(e, Vector512.Create(0.693147182f), LogOnePlus(f));
        return OrSign(y, x);
    }

    /// <summary>ln(1 + x) without cancellation: max error 1 ULP (fdlibm s_log1p).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Log1p(Vector512<double> x)
    {
        if (!Avx512F.IsSupported)
        {
            return Vector512.Create(Log1p(x.GetLower()), Log1p(x.GetUpper()));
        }

        var u = Vector512<double>.One + x;
        var m = Decompose(u, out var e);
        var v = u - Vector512<double>.One;
        var lost = ((Vector512<double>.One - (u - v)) + (x - v)) / u;
        // m = u and not e = 0: for u below 0 the mantissa is NaN and must stay so.
        var unscaled = Vector512.Equals(m, u);
        lost = Vector512.ConditionalSelect(
            Vector512.LessThan(Vector512.Abs(e), Vector512.Create(60.0)), lost, Vector512<double>.Zero);
        lost = Vector512.ConditionalSelect(unscaled, Vector512<double>.Zero, lost);
        var f = Vector512.ConditionalSelect(unscaled, x, m - Vector512<double>.One);
        return OrSign(LogOfParts(f, e, lost), x);
    }

    /// <summary>x to the power y, by the C library in double precision; special values as Math.Pow.</summary>
    public static Vector512<float> Pow(Vector512<float> x, Vector512<float> y) => Map2<PowFunction>(x, y);

    /// <summary>x to the power y, by the C library; special values as Math.Pow.</summary>
    public static Vector512<double> Pow(Vector512<double> x, Vector512<double> y) => Map2<PowFunction>(x, y);

    /// <summary>
    /// x = m * 2^e with m in [3/4, 3/2). The instructions arrange the special values of logarithms, too: e is -inf for 0
    /// and +inf for +inf (with m = 1), m is NaN for negative x.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Decompose(Vector512<float> x, out Vector512<float> e)
    {
        var mantissa = Avx512F.GetMantissa(x, MantissaThreeQuarters);
        e = Avx512F.GetExponent(x) - Avx512F.GetExponent(mantissa);
        return mantissa;
    }

    /// <summary>x = m * 2^e with m in (1/sqrt 2, sqrt 2]; special values as for float.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Decompose(Vector512<double> x, out Vector512<double> e)
    {
        var m = Avx512F.GetMantissa(x, MantissaOne);
        e = Avx512F.GetExponent(x);
        var big = Vector512.GreaterThan(m, Vector512.Create(1.4142135623730951));
        e = Vector512.ConditionalSelect(big, e + Vector512<double>.One, e);
        return Vector512.ConditionalSelect(big, m * Vector512.Create(0.5), m);
    }

    /// <summary>ln(1 + f) on [-1/4, 1/2].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> LogOnePlus(Vector512<float> f)
    {
        // Own fit of (ln(1 + f) - f) / f^2: 2^-27.7.
        var p = Vector512.Create(-0.0449004844f);
        p = Fma(p, f, 0.104472227f);
        p = Fma(p, f, -0.131619215f);
        p = Fma(p, f, 0.144821435f);
        p = Fma(p, f, -0.166478083f);
        p = Fma(p, f, 0.199906066f);
        p = Fma(p, f, -0.250000536f);
        p = Fma(p, f, 0.333334535f);
        p = Fma(p, f, -0.5f);
        return Fma(p, f * f, f);
    }

    /// <summary>
    /// ln((1 + f) 2^e) + c by fdlibm's e_log: with s = f / (2 + f), ln(1 + f) = f - s (f - R(s^2)), where R is
    /// a minimax polynomial (2^-58.4) and the sum is arranged so that the large terms are added last.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> LogOfParts(Vector512<double> f, Vector512<double> e, Vector512<double> c)
    {
        var s = f / (f + Vector512.Create(2.0));
        var z = s * s;
        var r = Vector512.Create(1.479819860511658591e-01);
        r = Fma(r, z, 1.531383769920937332e-01);
        r = Fma(r, z, 1.818357216161805012e-01);
        r = Fma(r, z, 2.222219843214978396e-01);
        r = Fma(r, z, 2.857142874366239149e-01);
        r = Fma(r, z, 3.999999999940941908e-01);
        r = Fma(r, z, 6.666666666666735130e-01);
        var half = Vector512.Create(0.5) * f * f;
        var small = Fma(s, Fma(r, z, half), Fma(e, Vector512.Create(Ln2LowDouble), c));
        return Fma(e, Vector512.Create(Ln2HighDouble), f - (half - small));
    }

    private readonly struct Log2Function : IScalarFunction
    {
        public static double Invoke(double x) => Math.Log2(x);
    }

    private readonly struct Log10Function : IScalarFunction
    {
        public static double Invoke(double x) => Math.Log10(x);
    }

    private readonly struct PowFunction : IScalarFunction2
    {
        public static double Invoke(double x, double y) => Math.Pow(x, y);
    }
}
