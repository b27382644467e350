using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Autograd.Numerics;

/// <content>Exponentials, and the hyperbolic functions made of them.</content>
internal static partial class Elementary
{
    // ln 2 in two parts (cephes expf, fdlibm e_exp): the first has so few bits that n times it is exact for every
    // n in range, so x - n ln 2 loses nothing with or without a fused multiply-add.
    private const float Ln2HighSingle = 0.693359375f;
    private const float Ln2LowSingle = -2.12194440e-4f;
    private const double Ln2HighDouble = 6.93147180369123816490e-01;
    private const double Ln2LowDouble = 1.90821492927058770002e-10;

    /// <summary>e^x: max error 1.0 ULP, denormal results included.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp(Vector512<float> x)
    {
        if (!Avx512F.IsSupported)
        {
            return Vector512.Create(Exp(x.GetLower()), Exp(x.GetUpper()));
        }

        // The limits are where the result is already +inf and 0; beyond them n would leave the range of Ldexp.
        var p = ExpReduced(Limit(x, -105f, 89f), out var n);
        return Ldexp(p, n);
    }

    /// <summary>e^x: max error 1.0 ULP, denormal results included.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Exp(Vector512<double> x)
    {
        if (!Avx512F.IsSupported)
        {
            return Vector512.Create(Exp(x.GetLower()), Exp(x.GetUpper()));
        }

        x = Limit(x, -746.0, 710.0);
        var magic = Vector512.Create(RoundMagicDouble);
        var n = Fma(x, Vector512.Create(1.4426950408889634), magic) - magic;
        var r = Fma(n, Vector512.Create(-Ln2HighDouble), x);
        r = Fma(n, Vector512.Create(-Ln2LowDouble), r);
        var p = Fma(ExpTail(r), r * r, r) + Vector512<double>.One;
        return Ldexp(p, n);
    }

    /// <summary>2^x: max error 1.0 ULP, exact for integral x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp2(Vector512<float> x)
    {
        if (!Avx512F.IsSupported)
        {
            return Vector512.Create(Exp2(x.GetLower()), Exp2(x.GetUpper()));
        }

        x = Limit(x, -152f, 129f);
        var magic = Vector512.Create(RoundMagicSingle);
        var n = (x + magic) - magic;
        var r = x - n;
        // Own fit of (2^r - 1) / r on [-1/2, 1/2]: 2^-28.9.
        var p = Vector512.Create(0.000153532572f);
        p = Fma(p, r, 0.00133989914f);
        p = Fma(p, r, 0.00961843878f);
        p = Fma(p, r, 0.0555033237f);
        p = Fma(p, r, 0.240226477f);
        p = Fma(p, r, 0.693147182f);
        p = Fma(p, r, 1f);
        return Ldexp(p, n);
    }

    /// <summary>2^x: max error 1.1 ULP, exact for integral x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Exp2(Vector512<double> x)
    {
        if (!Avx512F.IsSupported)
        {
            return Vector512.Create(Exp2(x.GetLower()), Exp2(x.GetUpper()));
        }

        x = Limit(x, -1076.0, 1025.0);
        var magic = Vector512.Create(RoundMagicDouble);
        var n = (x + magic) - magic;
        var f = x - n;
        // 2^f = e^(f ln 2). The part of ln 2 below its double is too small to show after the rounding of the product.
        var r = f * Vector512.Create(0.6931471805599453);
        var p = Fma(ExpTail(r), r * r, r) + Vector512<double>.One;
        return Ldexp(p, n);
    }

    /// <summary>e^x - 1 without cancellation: max error 1.7 ULP.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Expm1(Vector512<float> x)
    {
        if (!Avx512F.IsSupported)
        {
            return Vector512.Create(Expm1(x.GetLower()), Expm1(x.GetUpper()));
        }

        var z = Limit(x, -30f, 89f);
        var magic = Vector512.Create(RoundMagicSingle);
        var n = Fma(z, Vector512.Create(1.44269504f), magic) - magic;
        var r = Fma(n, Vector512.Create(-Ln2HighSingle), z);
        r = Fma(n, Vector512.Create(-Ln2LowSingle), r);
        // Own fit of (e^r - 1 - r) / r^2, weighted for e^r - 1: 2^-26.2.
        var p = Vector512.Create(0.00138827716f);
        p = Fma(p, r, 0.00836654566f);
        p = Fma(p, r, 0.0416671969f);
        p = Fma(p, r, 0.166665435f);
        p = Fma(p, r, 0.49999997f);
        p = Fma(p, r * r, r);
        // 2^n p + 2^n - 1, at half scale because 2^128 overflows where the result does not.
        var half = Ldexp(Vector512.Create(0.5f), n);
        var y = Fma(half, p, half - Vector512.Create(0.5f));
        y = Vector512.ConditionalSelect(Vector512.Equals(n, Vector512<float>.Zero), p, y + y);
        return OrSign(y, x);
    }

    /// <summary>e^x - 1 without cancellation: max error 1.5 ULP.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Expm1(Vector512<double> x)
    {
        if (!Avx512F.IsSupported)
        {
            return Vector512.Create(Expm1(x.GetLower()), Expm1(x.GetUpper()));
        }

        var z = Limit(x, -50.0, 710.0);
        var magic = Vector512.Create(RoundMagicDouble);
        var n = Fma(z, Vector512.Create(1.4426950408889634), magic) - magic;
        // The rounding error c of the reduced argument matters here: for n = 1 it would be doubled (fdlibm s_expm1).
        var high = z - (n * Vector512.Create(Ln2HighDouble));
        var low = n * Vector512.Create(Ln2LowDouble);
        var r = high - low;
        var c = (high - r) - low;
        var p = r + Fma(ExpTail(r), r * r, c);
        var half = Ldexp(Vector512.Create(0.5), n);
        var y = Fma(half, p, half - Vector512.Create(0.5));
        y = Vector512.ConditionalSelect(Vector512.Equals(n, Vector512<double>.Zero), p, y + y);
        return OrSign(y, x);
    }

    /// <summary>1 / (1 + e^-x): max error 2.5 ULP, denormal results included.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Sigmoid(Vector512<float> x)
    {
        if (!Avx512F.IsSupported)
        {
            return Vector512.Create(Sigmoid(x.GetLower()), Sigmoid(x.GetUpper()));
        }

        // With e = e^-|x| <= 1 nothing overflows: 1 / (1 + e) for x >= 0 and e / (1 + e) below.
        var z = Vector512.MaxNative(Vector512.Create(-105f), x | Vector512.Create(-0f));
        var e = Ldexp(ExpReduced(z, out var n), n);
        var numerator = Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512<float>.Zero), e, Vector512<float>.One);
        return numerator / (Vector512<float>.One + e);
    }

    /// <summary>1 / (1 + e^-x): max error 2 ULP, denormal results included.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Sigmoid(Vector512<double> x)
    {
        if (!Avx512F.IsSupported)
        {
            return Vector512.Create(Sigmoid(x.GetLower()), Sigmoid(x.GetUpper()));
        }

        var e = Exp(x | Vector512.Create(-0d));
        var numerator = Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512<double>.Zero), e, Vector512<double>.One);
        return numerator / (Vector512<double>.One + e);
    }

    /// <summary>Hyperbolic sine: max error 1.6 ULP.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Sinh(Vector512<float> x)
    {
        if (!Avx512F.IsSupported)
        {
            return Vector512.Create(Sinh(x.GetLower()), Sinh(x.GetUpper()));
        }

        var a = Vector512.Abs(x);
        // Below 1 the difference of exponentials cancels. Own fit of (sinh(a) / a - 1) / a^2 in a^2 on [0, 1]: 2^-34.
        var y = a * a;
        var s = Vector512.Create(2.81697567e-06f);
        s = Fma(s, y, 0.000198361551f);
        s = Fma(s, y, 0.00833335053f);
        s = Fma(s, y, 0.166666672f);
        s = Fma(s, y * a, a);
        var h = HalfExp(a);
        var large = h - (Vector512.Create(0.25f) / h);
        return OrSign(Vector512.ConditionalSelect(Vector512.LessThan(a, Vector512<float>.One), s, large), x);
    }

    /// <summary>Hyperbolic sine, by the C library.</summary>
    public static Vector512<double> Sinh(Vector512<double> x) => Map<SinhFunction>(x);

    /// <summary>Hyperbolic cosine: max error 1.4 ULP.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Cosh(Vector512<float> x)
    {
        if (!Avx512F.IsSupported)
        {
            return Vector512.Create(Cosh(x.GetLower()), Cosh(x.GetUpper()));
        }

        var h = HalfExp(Vector512.Abs(x));
        return h + (Vector512.Create(0.25f) / h);
    }

    /// <summary>Hyperbolic cosine, by the C library.</summary>
    public static Vector512<double> Cosh(Vector512<double> x) => Map<CoshFunction>(x);

    /// <summary>Hyperbolic tangent: max error 5 ULP (above |x| = 4; 4 below), never above 1 in magnitude.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Tanh(Vector512<float> x)
    {
        if (!Avx512F.IsSupported)
        {
            return Vector512.Create(Tanh(x.GetLower()), Tanh(x.GetUpper()));
        }

        // Own fit of tanh(x) = (x + x^3 P(x^2)) / Q(x^2), Q(0) = 1, on [0, 8.6]: 2^-26, the coefficients rounded to
        // float one after the other with the rest refitted. The leading ones make tiny x, denormals and -0 come out
        // as they went in. Past 8.7 the quotient grows beyond 1 by more than its rounding errors, so that the limit
        // on the result (which rounding would otherwise exceed, and 1 - tanh^2 turn negative) saturates it at 1.
        var z = Limit(x, -9.46f, 9.46f);
        var y = z * z;
        var p = Vector512.Create(1.41493199e-08f);
        p = Fma(p, y, 2.11734605e-05f);
        p = Fma(p, y, 0.00352963898f);
        p = Fma(p, y, 0.134096503f);
        p = Fma(p, y * z, z);
        var q = Vector512.Create(8.09881897e-07f);
        q = Fma(q, y, 0.00033414684f);
        q = Fma(q, y, 0.0260063652f);
        q = Fma(q, y, 0.467429757f);
        q = Fma(q, y, 1f);
        // Measured: an approximate reciprocal with a Newton step is no faster than the division.
        return Limit(p / q, -1f, 1f);
    }

    /// <summary>Hyperbolic tangent, by the C library.</summary>
    public static Vector512<double> Tanh(Vector512<double> x) => Map<TanhFunction>(x);

    /// <summary>Inverse hyperbolic sine, by the C library in double precision.</summary>
    public static Vector512<float> Asinh(Vector512<float> x) => Map<AsinhFunction>(x);

    /// <summary>Inverse hyperbolic sine, by the C library.</summary>
    public static Vector512<double> Asinh(Vector512<double> x) => Map<AsinhFunction>(x);

    /// <summary>Inverse hyperbolic cosine, by the C library in double precision.</summary>
    public static Vector512<float> Acosh(Vector512<float> x) => Map<AcoshFunction>(x);

    /// <summary>Inverse hyperbolic cosine, by the C library.</summary>
    public static Vector512<double> Acosh(Vector512<double> x) => Map<AcoshFunction>(x);

    /// <summary>Inverse hyperbolic tangent, by the C library in double precision.</summary>
    public static Vector512<float> Atanh(Vector512<float> x) => Map<AtanhFunction>(x);

    /// <summary>Inverse hyperbolic tangent, by the C library.</summary>
    public static Vector512<double> Atanh(Vector512<double> x) => Map<AtanhFunction>(x);

    /// <summary>e^r with r = x - n ln 2, |r| at most ln 2 / 2; x already limited.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> ExpReduced(Vector512<float> x, out Vector512<float> n)
    {
        var magic = Vector512.Create(RoundMagicSingle);
        n = Fma(x, Vector512.Create(1.44269504f), magic) - magic;
        var r = Fma(n, Vector512.Create(-Ln2HighSingle), x);
        r = Fma(n, Vector512.Create(-Ln2LowSingle), r);
        // Own fit of (e^r - 1 - r) / r^2, weighted for e^r: 2^-28.3, one term shorter than cephes expf.
        var p = Vector512.Create(0.00138149085f);
        p = Fma(p, r, 0.008368738f);
        p = Fma(p, r, 0.0416683853f);
        p = Fma(p, r, 0.166665211f);
        p = Fma(p, r, 0.49999994f);
        p = Fma(p, r, 1f);
        return Fma(p, r, 1f);
    }

    /// <summary>(e^r - 1 - r) / r^2 for |r| at most ln 2 / 2. Own fit, weighted for e^r - 1: 2^-61.7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> ExpTail(Vector512<double> r)
    {
        var p = Vector512.Create(2.0875673453843554e-09);
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
    private static Vector512<float> HalfExp(Vector512<float> a)
    {
        var p = ExpReduced(Vector512.MinNative(Vector512.Create(90f), a), out var n);
        return Ldexp(p, n - Vector512<float>.One);
    }

    private readonly struct SinhFunction : IScalarFunction
    {
        public static double Invoke(double x) => Math.Sinh(x);
    }

    private readonly struct CoshFunction : IScalarFunction
    {
        public static double Invoke(double x) => Math.Cosh(x);
    }

    private readonly struct TanhFunction : IScalarFunction
    {
        public static double Invoke(double x) => Math.Tanh(x);
    }

    private readonly struct AsinhFunction : IScalarFunction
    {
        public static double Invoke(double x) => Math.Asinh(x);
    }

    private readonly struct AcoshFunction : IScalarFunction
    {
        public static double Invoke(double x) => Math.Acosh(x);
    }

    private readonly struct AtanhFunction : IScalarFunction
    {
        public static double Invoke(double x) => Math.Atanh(x);
    }
}
