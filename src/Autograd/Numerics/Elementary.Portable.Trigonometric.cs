using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Autograd.Numerics;

/// <content>The 256-bit twins of Elementary.Trigonometric.cs, and of the error function.</content>
internal static partial class Elementary
{
    /// <inheritdoc cref="Sin(Vector512{float})"/>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static Vector256<float> Sin(Vector256<float> x)
    {
        var y = SinCos(x, 0);
        // The polynomial turns -0 into +0.
        y = Vector256.ConditionalSelect(Vector256.Equals(x, Vector256<float>.Zero), x, y);
        var large = Vector256.GreaterThan(Vector256.Abs(x), Vector256.Create((float)LargestReduced));
        return Vector256.EqualsAll(large, Vector256<float>.Zero)
            ? y
            : Vector256.ConditionalSelect(large, Map<SinFunction>(Vector512.Create(x, x)).GetLower(), y);
    }

    /// <inheritdoc cref="Sin(Vector512{double})"/>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static Vector256<double> Sin(Vector256<double> x)
    {
        var y = SinCos(x, 0);
        y = Vector256.ConditionalSelect(Vector256.Equals(x, Vector256<double>.Zero), x, y);
        var large = Vector256.GreaterThan(Vector256.Abs(x), Vector256.Create(LargestReduced));
        return Vector256.EqualsAll(large, Vector256<double>.Zero)
            ? y
            : Vector256.ConditionalSelect(large, Map<SinFunction>(Vector512.Create(x, x)).GetLower(), y);
    }

    /// <inheritdoc cref="Cos(Vector512{float})"/>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static Vector256<float> Cos(Vector256<float> x)
    {
        var y = SinCos(x, 1);
        var large = Vector256.GreaterThan(Vector256.Abs(x), Vector256.Create((float)LargestReduced));
        return Vector256.EqualsAll(large, Vector256<float>.Zero)
            ? y
            : Vector256.ConditionalSelect(large, Map<CosFunction>(Vector512.Create(x, x)).GetLower(), y);
    }

    /// <inheritdoc cref="Cos(Vector512{double})"/>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static Vector256<double> Cos(Vector256<double> x)
    {
        var y = SinCos(x, 1);
        var large = Vector256.GreaterThan(Vector256.Abs(x), Vector256.Create(LargestReduced));
        return Vector256.EqualsAll(large, Vector256<double>.Zero)
            ? y
            : Vector256.ConditionalSelect(large, Map<CosFunction>(Vector512.Create(x, x)).GetLower(), y);
    }

    /// <summary>sin(x + quarterTurns * pi/2) for |x| within <see cref="LargestReduced"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> SinCos(Vector256<float> x, int quarterTurns)
    {
        // Reducing in double lanes is exact enough for every float in range without a chain of split constants.
        var (x0, x1) = Vector256.Widen(x);
        var r = Vector256.Narrow(ReduceHalfPi(x0, out var n0), ReduceHalfPi(x1, out var n1));
        var turns = (Vector256.Narrow(n0, n1) + Vector256.Create(RoundMagicSingle)).AsInt32() + Vector256.Create(quarterTurns);
        var y = r * r;
        // Own fits on [0, pi/4]: sin to 2^-28, cos to 2^-33.
        var s = Vector256.Create(-0.000195150336f);
        s = Fma(s, y, 0.00833215844f);
        s = Fma(s, y, -0.166666552f);
        s = Fma(s, y * r, r);
        var c = Vector256.Create(2.44331404e-05f);
        c = Fma(c, y, -0.00138873165f);
        c = Fma(c, y, 0.0416666456f);
        c = Fma(c, y, -0.5f);
        c = Fma(c, y, 1f);
        var odd = Vector256.Equals(turns & Vector256<int>.One, Vector256<int>.One).AsSingle();
        var sign = (turns & Vector256.Create(2)) << 30;
        return Vector256.ConditionalSelect(odd, c, s) ^ sign.AsSingle();
    }

    /// <summary>x - n pi/2 with the nearest n, to 86 bits of pi: relative error far below a float's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> ReduceHalfPi(Vector256<double> x, out Vector256<double> n)
    {
        var magic = Vector256.Create(RoundMagicDouble);
        n = Fma(x, Vector256.Create(0.6366197723675814), magic) - magic;
        var r = Fma(n, Vector256.Create(-HalfPi1), x);
        return Fma(n, Vector256.Create(-HalfPi1Tail), r);
    }

    /// <summary>sin(x + quarterTurns * pi/2) for |x| within <see cref="LargestReduced"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> SinCos(Vector256<double> x, long quarterTurns)
    {
        var magic = Vector256.Create(RoundMagicDouble);
        var rounded = Fma(x, Vector256.Create(0.6366197723675814), magic);
        var n = rounded - magic;
        var turns = rounded.AsInt64() + Vector256.Create(quarterTurns);
        // fdlibm's second iteration, always: 118 bits of pi/2, the remainder as a sum r + tail.
        var t = x - (n * Vector256.Create(HalfPi1));
        var w = n * Vector256.Create(HalfPi2);
        var u = t - w;
        w = (n * Vector256.Create(HalfPi2Tail)) - ((t - u) - w);
        var r = u - w;
        var tail = (u - r) - w;

        var z = r * r;
        var s = Vector256.Create(1.58969099521155010221e-10);
        s = Fma(s, z, -2.50507602534068634195e-08);
        s = Fma(s, z, 2.75573137070700676789e-06);
        s = Fma(s, z, -1.98412698298579493134e-04);
        s = Fma(s, z, 8.33333333332248946124e-03);
        var v = z * r;
        s = r - (((z * ((Vector256.Create(0.5) * tail) - (v * s))) - tail) - (v * Vector256.Create(-1.66666666666666324348e-01)));

        var c = Vector256.Create(-1.13596475577881948265e-11);
        c = Fma(c, z, 2.08757232129817482790e-09);
        c = Fma(c, z, -2.75573143513906633035e-07);
        c = Fma(c, z, 2.48015872894767294178e-05);
        c = Fma(c, z, -1.38888888888741095749e-03);
        c = Fma(c, z, 4.16666666666666019037e-02);
        var half = Vector256.Create(0.5) * z;
        var q = Vector256<double>.One - half;
        c = q + (((Vector256<double>.One - q) - half) + ((z * (z * c)) - (r * tail)));

        var odd = Vector256.Equals(turns & Vector256<long>.One, Vector256<long>.One).AsDouble();
        var sign = (turns & Vector256.Create(2L)) << 62;
        return Vector256.ConditionalSelect(odd, c, s) ^ sign.AsDouble();
    }

    /// <inheritdoc cref="Erf(Vector512{float})"/>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static Vector256<float> Erf(Vector256<float> x)
    {
        // A single rational in x^2 is a little shorter but collects 6 ULP of rounding where the result nears 1. Two
        // pieces instead, after N. Juffa's erff. Own fit of erf(x) / x - 1 in x^2 on [0, 0.93]: 2^-25.8.
        var y = x * x;
        var s = Vector256.Create(-0.00059537281f);
        s = Fma(s, y, 0.00498593738f);
        s = Fma(s, y, -0.0267617181f);
        s = Fma(s, y, 0.112816826f);
        s = Fma(s, y, -0.376124799f);
        s = Fma(s, y, 0.128379151f);
        s = Fma(s, x, x);

        // 1 - e^g with own fit of g(t) = ln erfc(t) = t U(t) - t on [0.92, 4]: 2^-28 of erf. At 4 the result is 1.
        var t = Vector256.MinNative(Vector256.Create(4f), Vector256.Abs(x));
        var u = Vector256.Create(0.000213942127f);
        u = Fma(u, t, -0.00321465079f);
        u = Fma(u, t, 0.0228891317f);
        u = Fma(u, t, -0.105260752f);
        u = Fma(u, t, -0.635719001f);
        u = Fma(u, t, -0.128514186f);
        var p = ExpReduced(Fma(u, t, -t), out var n);
        var large = OrSign(Vector256<float>.One - Ldexp(p, n), x);
        return Vector256.ConditionalSelect(Vector256.GreaterThan(t, Vector256.Create(0.925f)), large, s);
    }
}
