using System.Runtime.CompilerServices;

namespace Autograd.Backends.Ilgpu;

/// <content>Exponentials, and the hyperbolic functions made of them.</content>
internal static partial class DeviceMath
{
    // ln 2 in two parts (cephes expf, fdlibm e_exp): the first has so few bits that n times it is exact for every n in range.
    private const float Ln2HighSingle = 0.693359375f;
    private const float Ln2LowSingle = -2.12194440e-4f;
    private const double Ln2High = 6.93147180369123816490e-01;
    private const double Ln2Low = 1.90821492927058770002e-10;

    /// <summary>e^x: max error 1.3 ULP, denormal results included.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Exp(float x)
    {
        var (p, n) = ExpReduced(Limit(x, -105f, 89f));
        return Ldexp(p, n);
    }

    /// <summary>e^x: max error 1.2 ULP, denormal results included.</summary>
    public static double Exp(double x)
    {
        x = Limit(x, -746.0, 710.0);
        var n = ((x * 1.4426950408889634) + RoundMagicDouble) - RoundMagicDouble;
        var r = (x - (n * Ln2High)) - (n * Ln2Low);
        var p = ((ExpTail(r) * (r * r)) + r) + 1.0;
        return Ldexp(p, (int)n);
    }

    /// <summary>2^x: max error 1.2 ULP, exact for integral x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Exp2(float x)
    {
        x = Limit(x, -152f, 129f);
        var n = Round(x);
        var r = x - n;
        // Fit of (2^r - 1) / r on [-1/2, 1/2]: 2^-28.9.
        var p = 0.000153532572f;
        p = (p * r) + 0.00133989914f;
        p = (p * r) + 0.00961843878f;
        p = (p * r) + 0.0555033237f;
        p = (p * r) + 0.240226477f;
        p = (p * r) + 0.693147182f;
        p = (p * r) + 1f;
        return Ldexp(p, (int)n);
    }

    /// <summary>2^x: max error 1.3 ULP, exact for integral x.</summary>
    public static double Exp2(double x)
    {
        x = Limit(x, -1076.0, 1025.0);
        var n = Round(x);
        // 2^f = e^(f ln 2). The part of ln 2 below its double is too small to show after the rounding of the product.
        var r = (x - n) * 0.6931471805599453;
        var p = ((ExpTail(r) * (r * r)) + r) + 1.0;
        return Ldexp(p, (int)n);
    }

    /// <summary>e^x - 1 without cancellation: max error 1.9 ULP.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Expm1(float x)
    {
        var z = Limit(x, -30f, 89f);
        var n = ((z * 1.44269504f) + RoundMagicSingle) - RoundMagicSingle;
        var r = (z - (n * Ln2HighSingle)) - (n * Ln2LowSingle);
        // Fit of (e^r - 1 - r) / r^2, weighted for e^r - 1: 2^-26.2.
        var p = 0.00138827716f;
        p = (p * r) + 0.00836654566f;
        p = (p * r) + 0.0416671969f;
        p = (p * r) + 0.166665435f;
        p = (p * r) + 0.49999997f;
        p = (p * (r * r)) + r;
        // 2^n p + 2^n - 1, at half scale because 2^128 overflows where the result does not.
        var half = Ldexp(0.5f, (int)n);
        var y = (half * p) + (half - 0.5f);
        return OrSign(n == 0f ? p : y + y, x);
    }

    /// <summary>e^x - 1 without cancellation: max error 1.7 ULP.</summary>
    public static double Expm1(double x)
    {
        var z = Limit(x, -50.0, 710.0);
        var n = ((z * 1.4426950408889634) + RoundMagicDouble) - RoundMagicDouble;
        // The rounding error c of the reduced argument matters here: for n = 1 it would be doubled (fdlibm s_expm1).
        var high = z - (n * Ln2High);
        var low = n * Ln2Low;
        var r = high - low;
        var c = (high - r) - low;
        var p = r + ((ExpTail(r) * (r * r)) + c);
        var half = Ldexp(0.5, (int)n);
        var y = (half * p) + (half - 0.5);
        return OrSign(n == 0.0 ? p : y + y, x);
    }

    /// <summary>1 / (1 + e^-x): max error 2.6 ULP, denormal results included.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sigmoid(float x)
    {
        // With e = e^-|x| <= 1 nothing overflows: 1 / (1 + e) for x >= 0 and e / (1 + e) below.
        var e = Exp(-Abs(x));
        return (x < 0f ? e : 1f) / (e + 1f);
    }

    /// <summary>1 / (1 + e^-x): max error 2.2 ULP, denormal results included.</summary>
    public static double Sigmoid(double x)
    {
        var e = Exp(-Abs(x));
        return (x < 0.0 ? e : 1.0) / (e + 1.0);
    }

    /// <summary>Hyperbolic sine: max error 1.8 ULP.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sinh(float x)
    {
        var a = Abs(x);
        // Below 1 the difference of exponentials cancels. Fit of (sinh(a) / a - 1) / a^2 in a^2 on [0, 1]: 2^-34.
        var y = a * a;
        var s = 2.81697567e-06f;
        s = (s * y) + 0.000198361551f;
        s = (s * y) + 0.00833335053f;
        s = (s * y) + 0.166666672f;
        s = (s * (y * a)) + a;
        var h = HalfExp(a);
        var large = h - (0.25f / h);
        return OrSign(a < 1f ? s : large, x);
    }

    /// <summary>Hyperbolic sine: max error 2 ULP (fdlibm e_sinh).</summary>
    public static double Sinh(double x)
    {
        var a = Abs(x);
        var t = Expm1(Limit(a, 0.0, 40.0));
        var quotient = t / (t + 1.0);
        var y = 0.5 * (a < 1.0 ? (2.0 * t) - (t * quotient) : t + quotient);
        return OrSign(a > 40.0 ? HalfExp(a) : y, x);
    }

    /// <summary>Hyperbolic cosine: max error 1.7 ULP.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Cosh(float x)
    {
        var h = HalfExp(Abs(x));
        return h + (0.25f / h);
    }

    /// <summary>Hyperbolic cosine: max error 1.7 ULP.</summary>
    public static double Cosh(double x)
    {
        var h = HalfExp(Abs(x));
        return h + (0.25 / h);
    }

    /// <summary>Hyperbolic tangent: max error 6 ULP (above |x| = 4; 4 below), never above 1 in magnitude.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Tanh(float x)
    {
        // Fit of tanh(x) = (x + x^3 P(x^2)) / Q(x^2), Q(0) = 1, on [0, 8.6]: 2^-26. The leading ones make tiny x, denormals and -0 come out as they went in. Past 8.7 the
        // quotient grows beyond 1 by more than its rounding errors, so that the limit on the result saturates it at 1.
        var z = Limit(x, -9.46f, 9.46f);
        var y = z * z;
        var p = 1.41493199e-08f;
        p = (p * y) + 2.11734605e-05f;
        p = (p * y) + 0.00352963898f;
        p = (p * y) + 0.134096503f;
        p = (p * (y * z)) + z;
        var q = 8.09881897e-07f;
        q = (q * y) + 0.00033414684f;
        q = (q * y) + 0.0260063652f;
        q = (q * y) + 0.467429757f;
        q = (q * y) + 1f;
        return OrSign(Limit(p / q, -1f, 1f), x);
    }

    /// <summary>Hyperbolic tangent: max error 2.5 ULP (fdlibm s_tanh).</summary>
    public static double Tanh(double x)
    {
        var a = Limit(Abs(x), 0.0, 22.0);
        var t = Expm1(a < 1.0 ? -2.0 * a : 2.0 * a);
        var quotient = (a < 1.0 ? -t : 2.0) / (t + 2.0);
        return OrSign(a < 1.0 ? quotient : 1.0 - quotient, x);
    }

    /// <summary>e^r and n with r = x - n ln 2, |r| at most ln 2 / 2; x already limited.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (float P, int N) ExpReduced(float x)
    {
        var n = ((x * 1.44269504f) + RoundMagicSingle) - RoundMagicSingle;
        var r = (x - (n * Ln2HighSingle)) - (n * Ln2LowSingle);
        // Fit of (e^r - 1 - r) / r^2, weighted for e^r: 2^-28.3, one term shorter than cephes expf.
        var p = 0.00138149085f;
        p = (p * r) + 0.008368738f;
        p = (p * r) + 0.0416683853f;
        p = (p * r) + 0.166665211f;
        p = (p * r) + 0.49999994f;
        p = (p * r) + 1f;
        p = (p * r) + 1f;
        return (p, (int)n);
    }

    /// <summary>(e^r - 1 - r) / r^2 for |r| at most ln 2 / 2. Fit weighted for e^r - 1: 2^-61.7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double ExpTail(double r)
    {
        var p = 2.0875673453843554e-09;
        p = (p * r) + 2.510902198606177e-08;
        p = (p * r) + 2.7557401626789173e-07;
        p = (p * r) + 2.755724426117491e-06;
        p = (p * r) + 2.4801587173609626e-05;
        p = (p * r) + 0.00019841269886066584;
        p = (p * r) + 0.0013888888888961895;
        p = (p * r) + 0.008333333333321657;
        p = (p * r) + 0.04166666666666651;
        p = (p * r) + 0.16666666666666677;
        return (p * r) + 0.5;
    }

    /// <summary>2^shift e^(x + tail) for a sum known to more than one double, finite: max error 0.6 ULP.</summary>
    private static double ExpOfSum(double x, double tail, int shift)
    {
        var n = ((x * 1.4426950408889634) + RoundMagicDouble) - RoundMagicDouble;
        var high = x - (n * Ln2High);
        var low = tail - (n * Ln2Low);
        var r = high + low;
        var c = (high - r) + low;
        var p = r + 1.0;
        return Ldexp(p + ((r - (p - 1.0)) + ((ExpTail(r) * (r * r)) + c)), (int)n + shift);
    }

    /// <summary>e^a / 2 for a >= 0, which overflows only where sinh and cosh do.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float HalfExp(float a)
    {
        var (p, n) = ExpReduced(a > 90f ? 90f : a);
        return Ldexp(p, n - 1);
    }

    /// <inheritdoc cref="HalfExp(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double HalfExp(double a) => ExpOfSum(a > 712.0 ? 712.0 : a, 0.0, -1);
}
