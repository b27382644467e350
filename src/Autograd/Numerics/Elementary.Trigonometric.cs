using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Autograd.Numerics;

/// <content>Circular functions and their inverses.</content>
internal static partial class Elementary
{
    // pi/2 in parts of 33 bits (fdlibm e_rem_pio2): n times each of the first two is exact for n below 2^20.
    private const double HalfPi1 = 1.57079632673412561417e+00;
    private const double HalfPi1Tail = 6.07710050650619224932e-11;
    private const double HalfPi2 = 6.07710050630396597660e-11;
    private const double HalfPi2Tail = 2.02226624879595063154e-21;

    // Beyond this the reduction above is no longer exact; such lanes go to the C library, which reduces by Payne-Hanek.
    private const double LargestReduced = 1e6;

    /// <summary>Sine: max error 1.5 ULP over all floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Sin(Vector512<float> x)
    {
        if (!Avx512F.IsSupported)
        {
            return Vector512.Create(Sin(x.GetLower()), Sin(x.GetUpper()));
        }

        var y = SinCos(x, 0);
        // The polynomial turns -0 into +0.
        y = Vector512.ConditionalSelect(Vector512.Equals(x, Vector512<float>.Zero), x, y);
        var large = Vector512.GreaterThan(Vector512.Abs(x), Vector512.Create((float)LargestReduced));
        return Vector512.EqualsAll(large, Vector512<float>.Zero) ? y : Vector512.ConditionalSelect(large, Map<SinFunction>(x), y);
    }

    /// <summary>Sine: max error 0.9 ULP where |x| is at most 10^6 (fdlibm k_sin); the C library's beyond.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Sin(Vector512<double> x)
    {
        if (!Avx512F.IsSupported)
        {
            return Vector512.Create(Sin(x.GetLower()), Sin(x.GetUpper()));
        }

        var y = SinCos(x, 0);
        y = Vector512.ConditionalSelect(Vector512.Equals(x, Vector512<double>.Zero), x, y);
        var large = Vector512.GreaterThan(Vector512.Abs(x), Vector512.Create(LargestReduced));
        return Vector512.EqualsAll(large, Vector512<double>.Zero) ? y : Vector512.ConditionalSelect(large, Map<SinFunction>(x), y);
    }

    /// <summary>Cosine: max error 1.5 ULP over all floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Cos(Vector512<float> x)
    {
        if (!Avx512F.IsSupported)
        {
            return Vector512.Create(Cos(x.GetLower()), Cos(x.GetUpper()));
        }

        var y = SinCos(x, 1);
        var large = Vector512.GreaterThan(Vector512.Abs(x), Vector512.Create((float)LargestReduced));
        return Vector512.EqualsAll(large, Vector512<float>.Zero) ? y : Vector512.ConditionalSelect(large, Map<CosFunction>(x), y);
    }

    /// <summary>Cosine: max error 0.9 ULP where |x| is at most 10^6 (fdlibm k_cos); the C library's beyond.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Cos(Vector512<double> x)
    {
        if (!Avx512F.IsSupported)
        {
            return Vector512.Create(Cos(x.GetLower()), Cos(x.GetUpper()));
        }

        var y = SinCos(x, 1);
        var large = Vector512.GreaterThan(Vector512.Abs(x), Vector512.Create(LargestReduced));
        return Vector512.EqualsAll(large, Vector512<double>.Zero) ? y : Vector512.ConditionalSelect(large, Map<CosFunction>(x), y);
    }

    /// <summary>Tangent, by the C library in double precision.</summary>
    public static Vector512<float> Tan(Vector512<float> x) => Map<TanFunction>(x);

    /// <summary>Tangent, by the C library.</summary>
    public static Vector512<double> Tan(Vector512<double> x) => Map<TanFunction>(x);

    /// <summary>Arc sine, by the C library in double precision.</summary>
    public static Vector512<float> Asin(Vector512<float> x) => Map<AsinFunction>(x);

    /// <summary>Arc sine, by the C library.</summary>
    public static Vector512<double> Asin(Vector512<double> x) => Map<AsinFunction>(x);

    /// <summary>Arc cosine, by the C library in double precision.</summary>
    public static Vector512<float> Acos(Vector512<float> x) => Map<AcosFunction>(x);

    /// <summary>Arc cosine, by the C library.</summary>
    public static Vector512<double> Acos(Vector512<double> x) => Map<AcosFunction>(x);

    /// <summary>Arc tangent, by the C library in double precision.</summary>
    public static Vector512<float> Atan(Vector512<float> x) => Map<AtanFunction>(x);

    /// <summary>Arc tangent, by the C library.</summary>
    public static Vector512<double> Atan(Vector512<double> x) => Map<AtanFunction>(x);

    /// <summary>The angle of the point (x, y), by the C library in double precision.</summary>
    public static Vector512<float> Atan2(Vector512<float> y, Vector512<float> x) => Map2<Atan2Function>(y, x);

    /// <summary>The angle of the point (x, y), by the C library.</summary>
    public static Vector512<double> Atan2(Vector512<double> y, Vector512<double> x) => Map2<Atan2Function>(y, x);

    /// <summary>sin(x + quarterTurns * pi/2) for |x| within <see cref="LargestReduced"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> SinCos(Vector512<float> x, int quarterTurns)
    {
        // Reducing in double lanes is exact enough for every float in range without a chain of split constants.
        var (x0, x1) = Vector512.Widen(x);
        var r = Vector512.Narrow(ReduceHalfPi(x0, out var n0), ReduceHalfPi(x1, out var n1));
        var turns = (Vector512.Narrow(n0, n1) + Vector512.Create(RoundMagicSingle)).AsInt32() + Vector512.Create(quarterTurns);
        var y = r * r;
        // Own fits on [0, pi/4]: sin to 2^-28, cos to 2^-33.
        var s = Vector512.Create(-0.000195150336f);
        s = Fma(s, y, 0.00833215844f);
        s = Fma(s, y, -0.166666552f);
        s = Fma(s, y * r, r);
        var c = Vector512.Create(2.44331404e-05f);
        c = Fma(c, y, -0.00138873165f);
        c = Fma(c, y, 0.0416666456f);
        c = Fma(c, y, -0.5f);
        c = Fma(c, y, 1f);
        var odd = Vector512.Equals(turns & Vector512<int>.One, Vector512<int>.One).AsSingle();
        var sign = (turns & Vector512.Create(2)) << 30;
        return Vector512.ConditionalSelect(odd, c, s) ^ sign.AsSingle();
    }

    /// <summary>x - n pi/2 with the nearest n, to 86 bits of pi: relative error far below a float's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> ReduceHalfPi(Vector512<double> x, out Vector512<double> n)
    {
        var magic = Vector512.Create(RoundMagicDouble);
        n = Fma(x, Vector512.Create(0.6366197723675814), magic) - magic;
        var r = Fma(n, Vector512.Create(-HalfPi1), x);
        return Fma(n, Vector512.Create(-HalfPi1Tail), r);
    }

    /// <summary>sin(x + quarterTurns * pi/2) for |x| within <see cref="LargestReduced"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> SinCos(Vector512<double> x, long quarterTurns)
    {
        var magic = Vector512.Create(RoundMagicDouble);
        var rounded = Fma(x, Vector512.Create(0.6366197723675814), magic);
        var n = rounded - magic;
        var turns = rounded.AsInt64() + Vector512.Create(quarterTurns);
        // fdlibm's second iteration, always: 118 bits of pi/2, the remainder as a sum r + tail.
        var t = x - (n * Vector512.Create(HalfPi1));
        var w = n * Vector512.Create(HalfPi2);
        var u = t - w;
        w = (n * Vector512.Create(HalfPi2Tail)) - ((t - u) - w);
        var r = u - w;
        var tail = (u - r) - w;

        var z = r * r;
        var s = Vector512.Create(1.58969099521155010221e-10);
        s = Fma(s, z, -2.50507602534068634195e-08);
        s = Fma(s, z, 2.75573137070700676789e-06);
        s = Fma(s, z, -1.98412698298579493134e-04);
        s = Fma(s, z, 8.33333333332248946124e-03);
        var v = z * r;
        s = r - (((z * ((Vector512.Create(0.5) * tail) - (v * s))) - tail) - (v * Vector512.Create(-1.66666666666666324348e-01)));

        var c = Vector512.Create(-1.13596475577881948265e-11);
        c = Fma(c, z, 2.08757232129817482790e-09);
        c = Fma(c, z, -2.75573143513906633035e-07);
        c = Fma(c, z, 2.48015872894767294178e-05);
        c = Fma(c, z, -1.38888888888741095749e-03);
        c = Fma(c, z, 4.16666666666666019037e-02);
        var half = Vector512.Create(0.5) * z;
        var q = Vector512<double>.One - half;
        c = q + (((Vector512<double>.One - q) - half) + ((z * (z * c)) - (r * tail)));

        var odd = Vector512.Equals(turns & Vector512<long>.One, Vector512<long>.One).AsDouble();
        var sign = (turns & Vector512.Create(2L)) << 62;
        return Vector512.ConditionalSelect(odd, c, s) ^ sign.AsDouble();
    }

    private readonly struct SinFunction : IScalarFunction
    {
        public static double Invoke(double x) => Math.Sin(x);
    }

    private readonly struct CosFunction : IScalarFunction
    {
        public static double Invoke(double x) => Math.Cos(x);
    }

    private readonly struct TanFunction : IScalarFunction
    {
        public static double Invoke(double x) => Math.Tan(x);
    }

    private readonly struct AsinFunction : IScalarFunction
    {
        public static double Invoke(double x) => Math.Asin(x);
    }

    private readonly struct AcosFunction : IScalarFunction
    {
        public static double Invoke(double x) => Math.Acos(x);
    }

    private readonly struct AtanFunction : IScalarFunction
    {
        public static double Invoke(double x) => Math.Atan(x);
    }

    private readonly struct Atan2Function : IScalarFunction2
    {
        public static double Invoke(double x, double y) => Math.Atan2(x, y);
    }
}
