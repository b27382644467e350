using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Autograd.Numerics;

/// <content>The 256-bit twins of Elementary.Exponential.cs.</content>
internal static partial class Elementary
{
    /// <inheritdoc cref="Exp(Vector512{float})"/>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static Vector256<float> Exp(Vector256<float> x)
    {
        // The limits are where the result is already +inf and 0; beyond them n would leave the range of Ldexp.
        var p = ExpReduced(Limit(x, -105f, 89f), out var n);
        return Ldexp(p, n);
    }

    /// <inheritdoc cref="Exp(Vector512{double})"/>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static Vector256<double> Exp(Vector256<double> x)
    {
        x = Limit(x, -746.0, 710.0);
        var magic = Vector256.Create(RoundMagicDouble);
        var n = Fma(x, Vector256.Create(1.4426950408889634), magic) - magic;
        var r = Fma(n, Vector256.Create(-Ln2HighDouble), x);
        r = Fma(n, Vector256.Create(-Ln2LowDouble), r);
        var p = Fma(ExpTail(r), r * r, r) + Vector256<double>.One;
        return Ldexp(p, n);
    }

    /// <inheritdoc cref="Exp2(Vector512{float})"/>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static Vector256<float> Exp2(Vector256<float> x)
    {
        x = Limit(x, -152f, 129f);
        var magic = Vector256.Create(RoundMagicSingle);
        var n = (x + magic) - magic;
        var r = x - n;
        // Own fit of (2^r - 1) / r on [-1/2, 1/2]: 2^-28.9.
        var p = Vector256.Create(0.000153532572f);
        p = Fma(p, r, 0.00133989914f);
        p = Fma(p, r, 0.00961843878f);
        p = Fma(p, r, 0.0555033237f);
        p = Fma(p, r, 0.240226477f);
        p = Fma(p, r, 0.693147182f);
        p = Fma(p, r, 1f);
        return Ldexp(p, n);
    }

    /// <inheritdoc cref="Exp2(Vector512{double})"/>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static Vector256<double> Exp2(Vector256<double> x)
    {
        x = Limit(x, -1076.0, 1025.0);
        var magic = Vector256.Create(RoundMagicDouble);
        var n = (x + magic) - magic;
        var f = x - n;
        // 2^f = e^(f ln 2). The part of ln 2 below its double is too small to show after the rounding of the product.
        var r = f * Vector256.Create(0.6931471805599453);
        var p = Fma(ExpTail(r), r * r, r) + Vector256<double>.One;
        return Ldexp(p, n);
    }

    /// <inheritdoc cref="Expm1(Vector512{float})"/>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static Vector256<float> Expm1(Vector256<float> x)
    {
        var z = Limit(x, -30f, 89f);
        var magic = Vector256.Create(RoundMagicSingle);
        var n = Fma(z, Vector256.Create(1.44269504f), magic) - magic;
        var r = Fma(n, Vector256.Create(-Ln2HighSingle), z);
        r = Fma(n, Vector256.Create(-Ln2LowSingle), r);
        // Own fit of (e^r - 1 - r) / r^2, weighted for e^r - 1: 2^-26.2.
        var p = Vector256.Create(0.00138827716f);
        p = Fma(p, r, 0.00836654566f);
        p = Fma(p, r, 0.0416671969f);
        p = Fma(p, r, 0.166665435f);
        p = Fma(p, r, 0.49999997f);
        p = Fma(p, r * r, r);
        // 2^n p + 2^n - 1, at half scale because 2^128 overflows where the result does not.
        var half = Ldexp(Vector256.Create(0.5f), n);
        var y = Fma(half, p, half - Vector256.Create(0.5f));
        y = Vector256.ConditionalSelect(Vector256.Equals(n, Vector256<float>.Zero), p, y + y);
        return OrSign(y, x);
    }

    /// <inheritdoc cref="Expm1(Vector512{double})"/>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static Vector256<double> Expm1(Vector256<double> x)
    {
        var z = Limit(x, -50.0, 710.0);
        var magic = Vector256.Create(RoundMagicDouble);
        var n = Fma(z, Vector256.Create(1.4426950408889634), magic) - magic;
        // The rounding error c of the reduced argument matters here: for n = 1 it would be doubled (fdlibm s_expm1).
        var high = z - (n * Vector256.Create(Ln2HighDouble));
        var low = n * Vector256.Create(Ln2LowDouble);
        var r = high - low;
        var c = (high - r) - low;
        var p = r + Fma(ExpTail(r), r * r, c);
        var half = Ldexp(Vector256.Create(0.5), n);
        var y = Fma(half, p, half - Vector256.Create(0.5));
        y = Vector256.ConditionalSelect(Vector256.Equals(n, Vector256<double>.Zero), p, y + y);
        return OrSign(y, x);
    }

    /// <inheritdoc cref="Sigmoid(Vector512{float})"/>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static Vector256<float> Sigmoid(Vector256<float> x)
    {
        // With e = e^-|x| <= 1 nothing overflows: 1 / (1 + e) for x >= 0 and e / (1 + e) below.
        var z = Vector256.MaxNative(Vector256.Create(-105f), x | Vector256.Create(-0f));
        var e = Ldexp(ExpReduced(z, out var n), n);
        var numerator = Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256<float>.Zero), e, Vector256<float>.One);
        return numerator / (Vector256<float>.One + e);
    }

    /// <inheritdoc cref="Sigmoid(Vector512{double})"/>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static Vector256<double> Sigmoid(Vector256<double> x)
    {
        var e = Exp(x | Vector256.Create(-0d));
        var numerator = Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256<double>.Zero), e, Vector256<double>.One);
        return numerator / (Vector256<double>.One + e);
    }

    /// <inheritdoc cref="Sinh(Vector512{float})"/>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static Vector256<float> Sinh(Vector256<float> x)
    {
        var a = Vector256.Abs(x);
        // Below 1 the difference of exponentials cancels. Own fit of (sinh(a) / a - 1) / a^2 in a^2 on [0, 1]: 2^-34.
        var y = a * a;
        var s = Vector256.Create(2.81697567e-06f);
        s = Fma(s, y, 0.000198361551f);
        s = Fma(s, y, 0.00833335053f);
        s = Fma(s, y, 0.166666672f);
        s = Fma(s, y * a, a);
        var h = HalfExp(a);
        var large = h - (Vector256.Create(0.25f) / h);
        return OrSign(Vector256.ConditionalSelect(Vector256.LessThan(a, Vector256<float>.One), s, large), x);
    }

    /// <inheritdoc cref="Cosh(Vector512{float})"/>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static Vector256<float> Cosh(Vector256<float> x)
    {
        var h = HalfExp(Vector256.Abs(x));
        return h + (Vector256.Create(0.25f) / h);
    }

    /// <inheritdoc cref="Tanh(Vector512{float})"/>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static Vector256<float> Tanh(Vector256<float> x)
    {
        // Own fit of tanh(x) = (x + x^3 P(x^2)) / Q(x^2), Q(0) = 1, on [0, 8.6]: 2^-26, the coefficients rounded to
        // float one after the other with the rest refitted. The leading ones make tiny x, denormals and -0 come out
        // as they went in. Past 8.7 the quotient grows beyond 1 by more than its rounding errors, so that the limit
        // on the result (which rounding would otherwise exceed, and 1 - tanh^2 turn negative) saturates it at 1.
        var z = Limit(x, -9.46f, 9.46f);
        var y = z * z;
        var p = Vector256.Create(1.41493199e-08f);
        p = Fma(p, y, 2.11734605e-05f);
        p = Fma(p, y, 0.00352963898f);
        p = Fma(p, y, 0.134096503f);
        p = Fma(p, y * z, z);
        var q = Vector256.Create(8.09881897e-07f);
        q = Fma(q, y, 0.00033414684f);
        q = Fma(q, y, 0.0260063652f);
        q = Fma(q, y, 0.467429757f);
        q = Fma(q, y, 1f);
        // Measured: an approximate reciprocal with a Newton step is no faster than the division.
        return Limit(p / q, -1f, 1f);
    }

    /// <summary>e^r with r = x - n ln 2, |r| at most ln 2 / 2; x already limited.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> ExpReduced(Vector256<float> x, out Vector256<float> n)
    {
        var magic = Vector256.Create(RoundMagicSingle);
        n = Fma(x, Vector256.Create(1.44269504f), magic) - magic;
        var r = Fma(n, Vector256.Create(-Ln2HighSingle), x);
        r = Fma(n, Vector256.Create(-Ln2LowSingle), r);
        // Own fit of (e^r - 1 - r) / r^2, weighted for e^r: 2^-28.3, one term shorter than cephes expf.
        var p = Vector256.Create(0.00138149085f);
        p = Fma(p, r, 0.008368738f);
        p = Fma(p, r, 0.0416683853f);
        p = Fma(p, r, 0.166665211f);
        p = Fma(p, r, 0.49999994f);
        p = Fma(p, r, 1f);
        return Fma(p, r, 1f);
    }

    /// <summary>(e^r - 1 - r) / r^2 for |r| at most ln 2 / 2. Own fit, weighted for e^r - 1: 2^-61.7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> ExpTail(Vector256<double> r)
    {
        var p = Vector256.Create(2.0875673453843554e-09);
        p = Fma(p, r, 2.510902198606177e-08);
        p = Fma(p, r, 2.7557401626789173e-07);
        p = Fma(p, r, 2.755724426117491e-06);
        p = Fma(p, r, 2.4801587173609626e-05);
        p = Fma(p, r, 0.00019841269886066584);
        p = Fma(p, r, 0.0013888888888961895);
        p = Fma(p, r, 0.008333333333321657);
        p = Fma(p, r, 0.04166666666666651);
        p = Fma(p, r, 0.16666666666666677);
        return Fma(p, r, 0.5);
    }

    /// <summary>e^a / 2 for a >= 0, which overflows only where sinh and cosh do.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> HalfExp(Vector256<float> a)
    {
        var p = ExpReduced(Vector256.MinNative(Vector256.Create(90f), a), out var n);
        return Ldexp(p, n - Vector256<float>.One);
    }
}
