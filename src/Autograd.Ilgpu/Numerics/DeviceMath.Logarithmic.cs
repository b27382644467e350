using System.Runtime.CompilerServices;

namespace Autograd.Backends.Ilgpu;

/// <content>Logarithms, the inverse hyperbolic functions made of them and the power function.</content>
internal static partial class DeviceMath
{
    /// <summary>Natural logarithm: max error 1.2 ULP.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Log(float x)
    {
        var (m, e) = Decompose(x);
        // The float nearest to ln 2 happens to be right to 28 bits, so one constant is enough.
        return FixLog(x, (e * 0.693147182f) + LogOnePlus(m - 1f));
    }

    /// <summary>Natural logarithm: max error 1.0 ULP (fdlibm e_log).</summary>
    public static double Log(double x)
    {
        var (m, e) = Decompose(x);
        return FixLog(x, LogOfParts(m - 1.0, e, 0.0));
    }

    /// <summary>Logarithm to base 2: max error 2.0 ULP, exact for powers of two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Log2(float x)
    {
        var (m, e) = Decompose(x);
        var f = m - 1f;
        // Fit of (log2(1 + f) - f / ln 2) / f^2 on [-1/4, 1/2]: 2^-27.7.
        var p = -0.0647777021f;
        p = (p * f) + 0.150721565f;
        p = (p * f) + -0.189886376f;
        p = (p * f) + 0.208933175f;
        p = (p * f) + -0.24017711f;
        p = (p * f) + 0.288403481f;
        p = (p * f) + -0.36067453f;
        p = (p * f) + 0.480900079f;
        p = (p * f) + -0.721347511f;
        // 1 / ln 2 = 1 + 0.4427: taking the 1 out keeps the larger part of the product unrounded.
        p = (p * f) + 0.442695041f;
        return FixLog(x, e + ((p * f) + f));
    }

    /// <summary>Logarithm to base 2: max error 0.6 ULP, exact for powers of two.</summary>
    public static double Log2(double x)
    {
        var (m, e) = Decompose(x);
        var (high, low) = LogOfMantissa(m);
        var product = high * 1.4426950216293335;
        var sum = e + product;
        return FixLog(x, sum + (((e - sum) + product) + ((high * 1.9259629911266175e-08) + (low * 1.4426950408889634))));
    }

    /// <summary>Logarithm to base 10: max error 1.7 ULP.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Log10(float x)
    {
        var (m, e) = Decompose(x);
        var f = m - 1f;
        // Fit of (log10(1 + f) - f / ln 10) / f^2 on [-1/4, 1/2]: 2^-27.7.
        var p = -0.0195000321f;
        p = (p * f) + 0.0453717113f;
        p = (p * f) + -0.0571614988f;
        p = (p * f) + 0.0628951564f;
        p = (p * f) + -0.0723005161f;
        p = (p * f) + 0.086818099f;
        p = (p * f) + -0.108573854f;
        p = (p * f) + 0.144765347f;
        p = (p * f) + -0.217147246f;
        // 1 / ln 10 = 1/2 - 0.0657: the product with 1/2 is exact. log10(2) in two parts, e times the first is exact too.
        p = (p * f) + -0.0657055181f;
        var high = (f * 0.5f) + (e * 0.301025390625f);
        return FixLog(x, high + ((e * 4.6050390e-6f) + (p * f)));
    }

    /// <summary>Logarithm to base 10: max error 0.6 ULP.</summary>
    public static double Log10(double x)
    {
        var (high, low) = LogOfSum(x);
        var rest = (high * 4.798111141615973e-09) + (low * 0.4342944819032518);
        return FixLog(x, (high * 0.4342944771051407) + rest);
    }

    /// <summary>ln(1 + x) without cancellation: max error 1.2 ULP.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Log1p(float x)
    {
        var u = x + 1f;
        var (m, e) = Decompose(u);
        // What 1 + x lost to rounding (Knuth's two-sum), scaled like the mantissa. Where |e| is large the loss is either nothing or beyond notice: drop it.
        var v = u - 1f;
        var lost = (1f - (u - v)) + (x - v);
        lost = e > 60f ? 0f : e < -60f ? 0f : Ldexp(lost, -(int)e);
        var f = e == 0f ? x : (m - 1f) + lost;
        return OrSign(FixLog(u, (e * 0.693147182f) + LogOnePlus(f)), x);
    }

    /// <summary>ln(1 + x) without cancellation: max error 1 ULP (fdlibm s_log1p).</summary>
    public static double Log1p(double x)
    {
        var u = x + 1.0;
        var (m, e) = Decompose(u);
        var v = u - 1.0;
        var lost = ((1.0 - (u - v)) + (x - v)) / u;
        lost = e > 60.0 ? 0.0 : e < -60.0 ? 0.0 : e == 0.0 ? 0.0 : lost;
        var f = e == 0.0 ? x : m - 1.0;
        return OrSign(FixLog(u, LogOfParts(f, e, lost)), x);
    }

    /// <summary>Inverse hyperbolic sine, in double precision and rounded once: max error 0.51 ULP.</summary>
    public static float Asinh(float x) => (float)Asinh((double)x);

    /// <summary>Inverse hyperbolic sine: max error 2 ULP (fdlibm s_asinh).</summary>
    public static double Asinh(double x)
    {
        var a = Abs(x);
        var square = a * a;
        var root = Math.Sqrt(square + 1.0);
        var small = Log1p(a + (square / (root + 1.0)));
        var large = Log(a > 1e8 ? a : (2.0 * a) + (1.0 / (root + a)));
        large = a > 1e8 ? large + 0.6931471805599453 : large;
        return OrSign(a < 2.0 ? small : large, x);
    }

    /// <summary>Inverse hyperbolic cosine, in double precision and rounded once: max error 0.51 ULP.</summary>
    public static float Acosh(float x) => (float)Acosh((double)x);

    /// <summary>Inverse hyperbolic cosine: max error 2 ULP (fdlibm e_acosh).</summary>
    public static double Acosh(double x)
    {
        var t = x - 1.0;
        var small = Log1p(t + Math.Sqrt((2.0 * t) + (t * t)));
        var large = Log(x > 1e8 ? x : (2.0 * x) - (1.0 / (x + Math.Sqrt((x * x) - 1.0))));
        large = x > 1e8 ? large + 0.6931471805599453 : large;
        return x < 1.0 ? double.NaN : x < 2.0 ? small : large;
    }

    /// <summary>Inverse hyperbolic tangent, in double precision and rounded once: max error 0.51 ULP.</summary>
    public static float Atanh(float x) => (float)Atanh((double)x);

    /// <summary>Inverse hyperbolic tangent: max error 2 ULP (fdlibm e_atanh).</summary>
    public static double Atanh(double x)
    {
        var a = Abs(x);
        var twice = a + a;
        var quotient = twice / (1.0 - a);
        return OrSign(0.5 * Log1p(a < 0.5 ? twice + (a * quotient) : quotient), x);
    }

    /// <summary>x to the power y, in double precision and rounded once: max error 0.51 ULP; special values as Math.Pow.</summary>
    public static float Pow(float x, float y) => (float)Pow((double)x, (double)y);

    /// <summary>x to the power y: max error 0.7 ULP; special values as Math.Pow.</summary>
    public static double Pow(double x, double y)
    {
        var a = Abs(x);
        // y ln a with some 68 bits: the leading product is exact.
        var (high, low) = LogOfSum(a);
        var factor = High(y);
        var product = factor * high;
        var rest = ((y - factor) * high) + (y * low);
        // Where it is far from overflow; elsewhere, and for infinities and zeros, the sign of the exponent decides.
        var exponent = y * FixLog(a, high);
        var power = ExpOfSum(Limit(product, -760.0, 720.0), Limit(rest, -1.0, 1.0), 0);
        power = exponent > 720.0 ? double.PositiveInfinity : exponent < -760.0 ? 0.0 : power;

        // Numbers of 2^53 and more are even integers.
        var isInteger = Bits(Truncate(y)) == Bits(y);
        var half = 0.5 * y;
        var isOdd = isInteger & (Bits(Truncate(half)) != Bits(half)) & (Magnitude(y) < 0x4340000000000000);
        var isFinite = (Magnitude(x) > 0) & (Magnitude(x) < InfinityBitsDouble);
        power = Bits(x) < 0 ? (isOdd ? -power : isInteger ? power : isFinite ? double.NaN : power) : power;

        power = Magnitude(x) > InfinityBitsDouble ? x : Magnitude(y) > InfinityBitsDouble ? y : power;
        // 1 to any power is 1, and so is -1 to an infinite one.
        power = Magnitude(y) == InfinityBitsDouble ? (Magnitude(x) == 0x3FF0000000000000 ? 1.0 : power) : power;
        return Bits(x) == 0x3FF0000000000000 ? 1.0 : Magnitude(y) == 0 ? 1.0 : power;
    }

    /// <summary>x = m * 2^e with m in [3/4, 3/2), for finite x above 0; <see cref="FixLog(float, float)"/> sees to the rest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (float M, float E) Decompose(float x)
    {
        var tiny = Bits(x) < 0x00800000;
        var z = tiny ? Bits(x * 16777216f) : Bits(x);
        var k = (z - 0x3F400000) >> 23;
        return (OfBits(z - (k << 23)), tiny ? k - 24 : k);
    }

    /// <summary>x = m * 2^e with m in [sqrt 1/2, sqrt 2); special values as for float.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (double M, double E) Decompose(double x)
    {
        var tiny = Bits(x) < 0x0010000000000000;
        var z = tiny ? Bits(x * 18014398509481984.0) : Bits(x);
        var k = (z - 0x3FE6A09E667F3BCD) >> 52;
        return (OfBits(z - (k << 52)), (int)k - (tiny ? 54 : 0));
    }

    /// <summary>y, or the special value of a logarithm where x is not finite and above 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float FixLog(float x, float y)
    {
        var special = Magnitude(x) == 0 ? float.NegativeInfinity : Bits(x) < 0 ? float.NaN : x;
        return ((Bits(x) > 0) & (Bits(x) < InfinityBits)) ? y : special;
    }

    /// <inheritdoc cref="FixLog(float, float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double FixLog(double x, double y)
    {
        var special = Magnitude(x) == 0 ? double.NegativeInfinity : Bits(x) < 0 ? double.NaN : x;
        return ((Bits(x) > 0) & (Bits(x) < InfinityBitsDouble)) ? y : special;
    }

    /// <summary>ln(1 + f) on [-1/4, 1/2].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float LogOnePlus(float f)
    {
        // Fit of (ln(1 + f) - f) / f^2: 2^-27.7.
        var p = -0.0449004844f;
        p = (p * f) + 0.104472227f;
        p = (p * f) + -0.131619215f;
        p = (p * f) + 0.144821435f;
        p = (p * f) + -0.166478083f;
        p = (p * f) + 0.199906066f;
        p = (p * f) + -0.250000536f;
        p = (p * f) + 0.333334535f;
        p = (p * f) + -0.5f;
        return (p * (f * f)) + f;
    }

    /// <summary>
    /// ln((1 + f) 2^e) + c by fdlibm's e_log: with s = f / (2 + f), ln(1 + f) = f - s (f - R(s^2)), where R is a minimax polynomial (2^-58.4) and the sum is arranged so
    /// that the large terms are added last.
    /// </summary>
    private static double LogOfParts(double f, double e, double c)
    {
        var s = f / (f + 2.0);
        var z = s * s;
        var r = 1.479819860511658591e-01;
        r = (r * z) + 1.531383769920937332e-01;
        r = (r * z) + 1.818357216161805012e-01;
        r = (r * z) + 2.222219843214978396e-01;
        r = (r * z) + 2.857142874366239149e-01;
        r = (r * z) + 3.999999999940941908e-01;
        r = (r * z) + 6.666666666666735130e-01;
        var half = 0.5 * f * f;
        var small = (s * ((r * z) + half)) + ((e * Ln2Low) + c);
        return (e * Ln2High) + (f - (half - small));
    }

    /// <summary>
    /// ln m to some 68 bits, the first part cut to 26, for m in [sqrt 1/2, sqrt 2]: with s = (m - 1) / (m + 1) it is 2/3 s (3 + s^2 + s^4 (3/5 + 3/7 s^2 + ...)). Of quotient and
    /// products the leading parts are exact, by factors of 26 bits.
    /// </summary>
    private static (double High, double Low) LogOfMantissa(double m)
    {
        var f = m - 1.0;
        var g = m + 1.0;
        var gHigh = High(g);
        var gLow = (g - gHigh) + (m - (g - 1.0));
        var s = f / g;
        var sHigh = High(s);
        var sLow = ((f - (sHigh * gHigh)) - (sHigh * gLow)) / g;

        var z = s * s;
        var r = 3.0 / 29;
        r = (r * z) + (3.0 / 27);
        r = (r * z) + (3.0 / 25);
        r = (r * z) + (3.0 / 23);
        r = (r * z) + (3.0 / 21);
        r = (r * z) + (3.0 / 19);
        r = (r * z) + (3.0 / 17);
        r = (r * z) + (3.0 / 15);
        r = (r * z) + (3.0 / 13);
        r = (r * z) + (3.0 / 11);
        r = (r * z) + (3.0 / 9);
        r = (r * z) + (3.0 / 7);
        r = (r * z) + (3.0 / 5);
        // z again, as an exact square and the rest.
        r = (r * (z * z)) + (sLow * (sHigh + s));
        var square = sHigh * sHigh;
        var sum = High((square + r) + 3.0);
        var sumLow = r - ((sum - 3.0) - square);

        var product = sHigh * sum;
        var productLow = (sLow * sum) + (s * sumLow);
        var p = High(product + productLow);
        var pLow = productLow - (p - product);

        var high = p * 0.6666666567325592;
        var low = (p * 9.934107462565104e-09) + (pLow * 0.6666666666666666);
        var result = High(high + low);
        return (result, low - (result - high));
    }

    /// <summary>ln x to some 68 bits, the first part cut to 26, for finite x above 0.</summary>
    private static (double High, double Low) LogOfSum(double x)
    {
        var (m, e) = Decompose(x);
        var (high, low) = LogOfMantissa(m);
        var large = e * Ln2High;
        var sum = large + high;
        low = ((large - sum) + high) + ((e * Ln2Low) + low);
        var result = High(sum + low);
        return (result, low - (result - sum));
    }
}
