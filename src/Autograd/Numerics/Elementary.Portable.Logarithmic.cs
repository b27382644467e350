using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Autograd.Numerics;

/// <content>The 256-bit twins of Elementary.Logarithmic.cs.</content>
internal static partial class Elementary
{
    /// <inheritdoc cref="Log(Vector512{float})"/>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static Vector256<float> Log(Vector256<float> x)
    {
        var f = Decompose(x, out var e) - Vector256<float>.One;
        // The float nearest to ln 2 happens to be right to 28 bits, so one constant is enough.
        return FixLog(x, Fma(e, Vector256.Create(0.693147182f), LogOnePlus(f)));
    }

    /// <inheritdoc cref="Log(Vector512{double})"/>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static Vector256<double> Log(Vector256<double> x)
    {
        var f = Decompose(x, out var e) - Vector256<double>.One;
        return FixLog(x, LogOfParts(f, e, Vector256<double>.Zero));
    }

    /// <inheritdoc cref="Log2(Vector512{float})"/>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static Vector256<float> Log2(Vector256<float> x)
    {
        var f = Decompose(x, out var e) - Vector256<float>.One;
        // Own fit of (log2(1 + f) - f / ln 2) / f^2 on [-1/4, 1/2]: 2^-27.7.
        var p = Vector256.Create(-0.0647777021f);
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
        return FixLog(x, e + Fma(p, f, f));
    }

    /// <inheritdoc cref="Log10(Vector512{float})"/>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static Vector256<float> Log10(Vector256<float> x)
    {
        var f = Decompose(x, out var e) - Vector256<float>.One;
        // Own fit of (log10(1 + f) - f / ln 10) / f^2 on [-1/4, 1/2]: 2^-27.7.
        var p = Vector256.Create(-0.0195000321f);
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
        var high = Fma(f, Vector256.Create(0.5f), e * Vector256.Create(0.301025390625f));
        return FixLog(x, high + Fma(e, Vector256.Create(4.6050390e-6f), p * f));
    }

    /// <inheritdoc cref="Log1p(Vector512{float})"/>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static Vector256<float> Log1p(Vector256<float> x)
    {
        var u = Vector256<float>.One + x;
        var m = Decompose(u, out var e);
        // What 1 + x lost to rounding (Knuth's two-sum), scaled like the mantissa. Where |e| is large the loss is
        // either nothing or beyond notice, and the arithmetic may have met infinities: drop it.
        var v = u - Vector256<float>.One;
        var lost = (Vector256<float>.One - (u - v)) + (x - v);
        lost = Vector256.ConditionalSelect(
            Vector256.LessThan(Vector256.Abs(e), Vector256.Create(60f)), Ldexp(lost, -e), Vector256<float>.Zero);
        var f = (m - Vector256<float>.One) + lost;
        // m = u and not e = 0: for u below 0 the mantissa is NaN and must stay so.
        f = Vector256.ConditionalSelect(Vector256.Equals(m, u), x, f);
        var y = Fma(e, Vector256.Create(0.693147182f), LogOnePlus(f));
        return OrSign(FixLog(u, y), x);
    }

    /// <inheritdoc cref="Log1p(Vector512{double})"/>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static Vector256<double> Log1p(Vector256<double> x)
    {
        var u = Vector256<double>.One + x;
        var m = Decompose(u, out var e);
        var v = u - Vector256<double>.One;
        var lost = ((Vector256<double>.One - (u - v)) + (x - v)) / u;
        // m = u and not e = 0: for u below 0 the mantissa is NaN and must stay so.
        var unscaled = Vector256.Equals(m, u);
        lost = Vector256.ConditionalSelect(
            Vector256.LessThan(Vector256.Abs(e), Vector256.Create(60.0)), lost, Vector256<double>.Zero);
        lost = Vector256.ConditionalSelect(unscaled, Vector256<double>.Zero, lost);
        var f = Vector256.ConditionalSelect(unscaled, x, m - Vector256<double>.One);
        return OrSign(FixLog(u, LogOfParts(f, e, lost)), x);
    }

    /// <summary>
    /// x = m * 2^e with m in [3/4, 3/2), for finite x above 0; <see cref="FixLog(Vector256{float}, Vector256{float})"/>
    /// sees to the rest.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Decompose(Vector256<float> x, out Vector256<float> e)
    {
        var tiny = Vector256.LessThan(x, Vector256.Create(1.17549435e-38f));
        var z = Vector256.ConditionalSelect(tiny, x * Vector256.Create(16777216f), x).AsInt32();
        var k = Vector256.ShiftRightArithmetic(z - Vector256.Create(0x3F400000), 23);
        e = Vector256.ConvertToSingle(k) - (tiny & Vector256.Create(24f));
        return (z - (k << 23)).AsSingle();
    }

    /// <summary>x = m * 2^e with m in (1/sqrt 2, sqrt 2]; special values as for float.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Decompose(Vector256<double> x, out Vector256<double> e)
    {
        var tiny = Vector256.LessThan(x, Vector256.Create(2.2250738585072014e-308));
        var z = Vector256.ConditionalSelect(tiny, x * Vector256.Create(18014398509481984.0), x).AsInt64();
        // The exponent becomes a double by placing it in the low bits of a large one.
        var magic = Vector256.Create(RoundMagicDouble);
        e = ((z >>> 52) | magic.AsInt64()).AsDouble() - magic - Vector256.Create(1023.0) - (tiny & Vector256.Create(54.0));
        var m = ((z & Vector256.Create(0x000FFFFFFFFFFFFFL)) | Vector256.Create(0x3FF0000000000000L)).AsDouble();

        var big = Vector256.GreaterThan(m, Vector256.Create(1.4142135623730951));
        e = Vector256.ConditionalSelect(big, e + Vector256<double>.One, e);
        return Vector256.ConditionalSelect(big, m * Vector256.Create(0.5), m);
    }

    /// <summary>Puts the special values of a logarithm of x into y as the AVX-512 instructions do by themselves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> FixLog(Vector256<float> x, Vector256<float> y)
    {
        var zero = Vector256<float>.Zero;
        var infinity = Vector256.Create(float.PositiveInfinity);
        var special = Vector256.ConditionalSelect(Vector256.LessThan(x, zero), Vector256.Create(float.NaN), x);
        special = Vector256.ConditionalSelect(Vector256.Equals(x, zero), -infinity, special);
        return Vector256.ConditionalSelect(Vector256.GreaterThan(x, zero) & Vector256.LessThan(x, infinity), y, special);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> FixLog(Vector256<double> x, Vector256<double> y)
    {
        var zero = Vector256<double>.Zero;
        var infinity = Vector256.Create(double.PositiveInfinity);
        var special = Vector256.ConditionalSelect(Vector256.LessThan(x, zero), Vector256.Create(double.NaN), x);
        special = Vector256.ConditionalSelect(Vector256.Equals(x, zero), -infinity, special);
        return Vector256.ConditionalSelect(Vector256.GreaterThan(x, zero) & Vector256.LessThan(x, infinity), y, special);
    }

    /// <summary>ln(1 + f) on [-1/4, 1/2].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> LogOnePlus(Vector256<float> f)
    {
        // Own fit of (ln(1 + f) - f) / f^2: 2^-27.7.
        var p = Vector256.Create(-0.0449004844f);
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
    private static Vector256<double> LogOfParts(Vector256<double> f, Vector256<double> e, Vector256<double> c)
    {
        var s = f / (f + Vector256.Create(2.0));
        var z = s * s;
        var r = Vector256.Create(1.479819860511658591e-01);
        r = Fma(r, z, 1.531383769920937332e-01);
        r = Fma(r, z, 1.818357216161805012e-01);
        r = Fma(r, z, 2.222219843214978396e-01);
        r = Fma(r, z, 2.857142874366239149e-01);
        r = Fma(r, z, 3.999999999940941908e-01);
        r = Fma(r, z, 6.666666666666735130e-01);
        var half = Vector256.Create(0.5) * f * f;
        var small = Fma(s, Fma(r, z, half), Fma(e, Vector256.Create(Ln2LowDouble), c));
        return Fma(e, Vector256.Create(Ln2HighDouble), f - (half - small));
    }
}
