using System.Runtime.CompilerServices;
using static Autograd.Numerics.Rationals;

namespace Autograd.Backends.Ilgpu;

/// <content>The error function.</content>
internal static partial class DeviceMath
{
    /// <summary>Error function: max error 1.6 ULP, never above 1 in magnitude.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Erf(float x)
    {
        // Two pieces, after N. Juffa's erff. Fit of erf(x) / x - 1 in x^2 on [0, 0.93]: 2^-25.8.
        var y = x * x;
        var s = -0.00059537281f;
        s = (s * y) + 0.00498593738f;
        s = (s * y) + -0.0267617181f;
        s = (s * y) + 0.112816826f;
        s = (s * y) + -0.376124799f;
        s = (s * y) + 0.128379151f;
        s = (s * x) + x;

        // 1 - e^g with a fit of g(t) = ln erfc(t) = t U(t) - t on [0.92, 4]: 2^-28 of erf. At 4 the result is 1.
        var t = Abs(x);
        t = t > 4f ? 4f : t;
        var u = 0.000213942127f;
        u = (u * t) + -0.00321465079f;
        u = (u * t) + 0.0228891317f;
        u = (u * t) + -0.105260752f;
        u = (u * t) + -0.635719001f;
        u = (u * t) + -0.128514186f;
        var (p, n) = ExpReduced((u * t) - t);
        return OrSign(t > 0.925f ? 1f - Ldexp(p, n) : s, x);
    }

    /// <summary>Error function: max error 1 ULP (fdlibm s_erf).</summary>
    public static double Erf(double x)
    {
        var a = Abs(x);
        double y;
        if (Magnitude(x) < 0x3FEB000000000000)
        {
            // Scaled, so that x * 0.128 keeps its bits for denormal x.
            var scaled = 16.0 * a;
            y = a < 1e-300 ? 0.0625 * (scaled + (scaled * 1.28379167095512586316e-01)) : a + (a * ErfNearZero(a * a));
        }
        else if (Magnitude(x) < 0x3FF4000000000000)
        {
            y = ErfNearOne(a - 1.0) + ErfAtOne;
        }
        else
        {
            y = a < 6.0 ? 1.0 - ErfcTail(Limit(a, 1.25, 6.0)) : 1.0;
        }
        return Magnitude(x) > InfinityBitsDouble ? x : OrSign(y, x);
    }

    /// <summary>erfc(x) for x in [1.25, 6]: e^(-x^2 - 0.5625 + R(1/x^2)) / x (fdlibm s_erf).</summary>
    private static double ErfcTail(double x)
    {
        // x^2 needs more bits than a double has: the square of the upper half is exact, the rest goes to a second factor.
        var high = High(x);
        return Exp(-(high * high) - 0.5625) * Exp(((high - x) * (high + x)) + ErfcExponent(x)) / x;
    }
}
