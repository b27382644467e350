using System.Runtime.CompilerServices;

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
            // erf(1) cut to a float's bits, so that the sum with the rational part stays accurate.
            y = ErfNearOne(a - 1.0) + 8.45062911510467529297e-01;
        }
        else
        {
            y = a < 6.0 ? 1.0 - ErfcTail(Limit(a, 1.25, 6.0)) : 1.0;
        }
        return Magnitude(x) > InfinityBitsDouble ? x : OrSign(y, x);
    }

    /// <summary>erf(x) / x - 1 from y = x^2, |x| below 0.84375 (fdlibm s_erf: 2^-57.9).</summary>
    private static double ErfNearZero(double y)
    {
        var p = -2.37630166566501626084e-05;
        p = (p * y) - 5.77027029648944159157e-03;
        p = (p * y) - 2.84817495755985104766e-02;
        p = (p * y) - 3.25042107247001499370e-01;
        p = (p * y) + 1.28379167095512558561e-01;
        var q = -3.96022827877536812320e-06;
        q = (q * y) + 1.32494738004321644526e-04;
        q = (q * y) + 5.08130628187576562776e-03;
        q = (q * y) + 6.50222499887672944485e-02;
        q = (q * y) + 3.97917223959155352819e-01;
        return p / ((q * y) + 1.0);
    }

    /// <summary>erf(1 + s) - 0.845... for s in [-0.15625, 0.25] (fdlibm s_erf: 2^-59).</summary>
    private static double ErfNearOne(double s)
    {
        var p = -2.16637559486879084300e-03;
        p = (p * s) + 3.54783043256182359371e-02;
        p = (p * s) - 1.10894694282396677476e-01;
        p = (p * s) + 3.18346619901161753674e-01;
        p = (p * s) - 3.72207876035701323847e-01;
        p = (p * s) + 4.14856118683748331666e-01;
        p = (p * s) - 2.36211856075265944077e-03;
        var q = 1.19844998467991074170e-02;
        q = (q * s) + 1.36370839120290507362e-02;
        q = (q * s) + 1.26171219808761642112e-01;
        q = (q * s) + 7.18286544141962662868e-02;
        q = (q * s) + 5.40397917702171048937e-01;
        q = (q * s) + 1.06420880400844228286e-01;
        return p / ((q * s) + 1.0);
    }

    /// <summary>erfc(x) for x in [1.25, 6]: e^(-x^2 - 0.5625 + R(1/x^2)) / x (fdlibm s_erf).</summary>
    private static double ErfcTail(double x)
    {
        var s = 1.0 / (x * x);
        double p, q;
        if (x < 1.0 / 0.35)
        {
            p = -9.81432934416914548592e+00;
            p = (p * s) - 8.12874355063065934246e+01;
            p = (p * s) - 1.84605092906711035994e+02;
            p = (p * s) - 1.62396669462573470355e+02;
            p = (p * s) - 6.23753324503260060396e+01;
            p = (p * s) - 1.05586262253232909814e+01;
            p = (p * s) - 6.93858572707181764372e-01;
            p = (p * s) - 9.86494403484714822705e-03;
            q = -6.04244152148580987438e-02;
            q = (q * s) + 6.57024977031928170135e+00;
            q = (q * s) + 1.08635005541779435134e+02;
            q = (q * s) + 4.29008140027567833386e+02;
            q = (q * s) + 6.45387271733267880336e+02;
            q = (q * s) + 4.34565877475229228821e+02;
            q = (q * s) + 1.37657754143519042600e+02;
            q = (q * s) + 1.96512716674392571292e+01;
        }
        else
        {
            p = -4.83519191608651397019e+02;
            p = (p * s) - 1.02509513161107724954e+03;
            p = (p * s) - 6.37566443368389627722e+02;
            p = (p * s) - 1.60636384855821916062e+02;
            p = (p * s) - 1.77579549177547519889e+01;
            p = (p * s) - 7.99283237680523006574e-01;
            p = (p * s) - 9.86494292470009928597e-03;
            q = -2.24409524465858183362e+01;
            q = (q * s) + 4.74528541206955367215e+02;
            q = (q * s) + 2.55305040643316442583e+03;
            q = (q * s) + 3.19985821950859553908e+03;
            q = (q * s) + 1.53672958608443695994e+03;
            q = (q * s) + 3.25792512996573918826e+02;
            q = (q * s) + 3.03380607434824582924e+01;
        }

        // x^2 needs more bits than a double has: the square of the upper half is exact, the rest goes to a second factor.
        var high = High(x);
        return Exp(-(high * high) - 0.5625) * Exp(((high - x) * (high + x)) + (p / ((q * s) + 1.0))) / x;
    }
}
