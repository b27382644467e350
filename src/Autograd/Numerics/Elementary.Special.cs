using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static Autograd.Numerics.Rationals;

namespace Autograd.Numerics;

/// <content>Error functions and the gamma family.</content>
internal static partial class Elementary
{
    /// <summary>Error function: max error 1.3 ULP, never above 1 in magnitude.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Erf(Vector512<float> x)
    {
        if (!Avx512F.IsSupported)
        {
            return Vector512.Create(Erf(x.GetLower()), Erf(x.GetUpper()));
        }

        // A single rational in x^2 is a little shorter but collects 6 ULP of rounding where the result nears 1. Two
        // pieces instead, after N. Juffa's erff. Own fit of erf(x) / x - 1 in x^2 on [0, 0.93]: 2^-25.8.
        var y = x * x;
        var s = Vector512.Create(-0.00059537281f);
        s = Fma(s, y, 0.00498593738f);
        s = Fma(s, y, -0.0267617181f);
        s = Fma(s, y, 0.112816826f);
        s = Fma(s, y, -0.376124799f);
        s = Fma(s, y, 0.128379151f);
        s = Fma(s, x, x);

        // 1 - e^g with own fit of g(t) = ln erfc(t) = t U(t) - t on [0.92, 4]: 2^-28 of erf. At 4 the result is 1.
        var t = Vector512.MinNative(Vector512.Create(4f), Vector512.Abs(x));
        var u = Vector512.Create(0.000213942127f);
        u = Fma(u, t, -0.00321465079f);
        u = Fma(u, t, 0.0228891317f);
        u = Fma(u, t, -0.105260752f);
        u = Fma(u, t, -0.635719001f);
        u = Fma(u, t, -0.128514186f);
        var p = ExpReduced(Fma(u, t, -t), out var n);
        var large = OrSign(Vector512<float>.One - Ldexp(p, n), x);
        return Vector512.ConditionalSelect(Vector512.GreaterThan(t, Vector512.Create(0.925f)), large, s);
    }

    /// <summary>Error function: max error 1 ULP (fdlibm s_erf).</summary>
    public static Vector512<double> Erf(Vector512<double> x) => Map<ErfFunction>(x);

    /// <summary>1 - erf(x), without cancellation: the double function, rounded once.</summary>
    public static Vector512<float> Erfc(Vector512<float> x) => Map<ErfcFunction>(x);

    /// <summary>1 - erf(x), without cancellation: max error 2.5 ULP (fdlibm s_erf).</summary>
    public static Vector512<double> Erfc(Vector512<double> x) => Map<ErfcFunction>(x);

    /// <summary>ln |Gamma(x)|: the double function, rounded once.</summary>
    public static Vector512<float> LogGamma(Vector512<float> x) => Map<LogGammaFunction>(x);

    /// <summary>
    /// ln |Gamma(x)|: max error 4 ULP for x above 0, zeros at 1 and 2 included; for negative x, absolute error below
    /// 1e-14 times 1 + |result| (near the zeros there the relative error grows).
    /// </summary>
    public static Vector512<double> LogGamma(Vector512<double> x) => Map<LogGammaFunction>(x);

    /// <summary>Logarithmic derivative of Gamma: the double function, rounded once.</summary>
    public static Vector512<float> Digamma(Vector512<float> x) => Map<DigammaFunction>(x);

    /// <summary>
    /// Logarithmic derivative of Gamma: max error 4 ULP for x above 0, its zero included; for negative x, absolute
    /// error below 1e-14 times 1 + |result| plus what the pole nearby makes of the rounding of x.
    /// </summary>
    public static Vector512<double> Digamma(Vector512<double> x) => Map<DigammaFunction>(x);

    private static double ErfScalar(double x)
    {
        var a = Math.Abs(x);
        if (a < 0.84375)
        {
            // Scaled, so that x * 0.128 keeps its bits for denormal x.
            return a < 1e-300 ? 0.0625 * ((16.0 * x) + (16.0 * x * 1.28379167095512586316e-01)) : x + (x * ErfNearZero(x * x));
        }

        double y;
        if (a < 1.25)
        {
            y = ErfAtOne + ErfNearOne(a - 1.0);
        }
        else if (a < 6.0)
        {
            y = 1.0 - ErfcTail(a);
        }
        else
        {
            y = double.IsNaN(x) ? x : 1.0;
        }

        return Math.CopySign(y, x);
    }

    private static double ErfcScalar(double x)
    {
        var a = Math.Abs(x);
        if (a < 0.84375)
        {
            var y = x * ErfNearZero(x * x);
            return x < 0.25 ? 1.0 - (x + y) : 0.5 - (y + (x - 0.5));
        }

        if (a < 1.25)
        {
            var y = ErfNearOne(a - 1.0);
            return x > 0.0 ? (1.0 - ErfAtOne) - y : 1.0 + (ErfAtOne + y);
        }

        if (double.IsNaN(x))
        {
            return x;
        }

        if (x > 0.0)
        {
            return a < 28.0 ? ErfcTail(a) : 0.0;
        }

        return a < 6.0 ? 2.0 - ErfcTail(a) : 2.0;
    }

    /// <summary>erfc(x) for x in [1.25, 28]: e^(-x^2 - 0.5625 + R(1/x^2)) / x (fdlibm s_erf).</summary>
    private static double ErfcTail(double x)
    {
        // x^2 needs more bits than a double has: the square of the upper half is exact, the rest goes to a second factor.
        var high = BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(x) & unchecked((long)0xFFFFFFFF00000000));
        return Math.Exp((-high * high) - 0.5625) * Math.Exp(((high - x) * (high + x)) + ErfcExponent(x)) / x;
    }

    private static double LogGammaScalar(double x)
    {
        if (!double.IsFinite(x))
        {
            return double.IsNaN(x) ? x : double.PositiveInfinity;
        }

        if (x > 0.0)
        {
            return LogGammaPositive(x);
        }

        // Gamma(x) Gamma(-x) = -pi / (x sin(pi x)); the fraction is exact, so sin(pi x) is as good as sin itself.
        var a = -x;
        var fraction = a - Math.Floor(a);
        if (fraction == 0.0)
        {
            return double.PositiveInfinity;
        }

        if (a < 1e-20)
        {
            return -Math.Log(a);
        }

        var sine = Math.Sin(Math.PI * Math.Min(fraction, 1.0 - fraction));
        return Math.Log(Math.PI / (sine * a)) - LogGammaPositive(a);
    }

    /// <summary>The method and coefficients of fdlibm e_lgamma_r, for finite x above 0.</summary>
    private static double LogGammaPositive(double x)
    {
        if (x < 1e-20)
        {
            return -Math.Log(x);
        }

        if (x < 2.0)
        {
            // ln Gamma(x) = ln Gamma(x + 1) - ln x below 0.9; then one of three expansions: about 2 from below, about
            // the minimum at 1.46, about 1 from above.
            var low = x <= 0.9;
            var start = low ? -Math.Log(x) : 0.0;
            var one = low ? 0.0 : 1.0;
            if (x >= one + 0.7316)
            {
                return start + LogGammaBelowTwo((one + 1.0) - x);
            }

            return x >= one + 0.23164
                ? start + LogGammaNearMinimum(x - (LogGammaMinimumAt - 1.0 + one))
                : start + LogGammaAboveOne(x - one);
        }

        if (x < 8.0)
        {
            var i = Math.Floor(x);
            var y = x - i;
            var result = LogGammaAboveTwo(y);
            var product = 1.0;
            for (var k = 2.0; k < i; k++)
            {
                product *= y + k;
            }

            return i > 2.0 ? result + Math.Log(product) : result;
        }

        if (x >= 1e17)
        {
            return x * (Math.Log(x) - 1.0);
        }

        return ((x - 0.5) * (Math.Log(x) - 1.0)) + LogGammaRest(x);
    }

    private static double DigammaScalar(double x)
    {
        if (x > 0.0)
        {
            return DigammaPositive(x);
        }

        if (x == 0.0)
        {
            return Math.CopySign(double.PositiveInfinity, -x);
        }

        // psi(x) = psi(-x) - 1/x - pi / tan(pi x), with the argument of the tangent reduced exactly.
        var fraction = x - Math.Floor(x);
        if (fraction == 0.0 || !double.IsFinite(x))
        {
            return double.NaN;
        }

        if (x > -1e-20)
        {
            return -1.0 / x;
        }

        fraction = fraction > 0.5 ? (x - Math.Ceiling(x)) : fraction;
        return DigammaPositive(-x) - (1.0 / x) - (Math.PI / Math.Tan(Math.PI * fraction));
    }

    private static double DigammaPositive(double x)
    {
        if (x >= 10.0)
        {
            if (double.IsPositiveInfinity(x))
            {
                return x;
            }

            return Math.Log(x) - DigammaRest(x);
        }

        // psi(x) = psi(x + 1) - 1/x brings the argument into [1, 2]; the steps down are exact.
        var shift = 0.0;
        if (x < 1.0)
        {
            if (x < 1e-20)
            {
                return -1.0 / x;
            }

            shift = -1.0 / x;
            x += 1.0;
        }

        while (x > 2.0)
        {
            x -= 1.0;
            shift += 1.0 / x;
        }

        return shift + DigammaNearRoot(x);
    }

    private readonly struct ErfFunction : IScalarFunction
    {
        public static double Invoke(double x) => ErfScalar(x);
    }

    private readonly struct ErfcFunction : IScalarFunction
    {
        public static double Invoke(double x) => ErfcScalar(x);
    }

    private readonly struct LogGammaFunction : IScalarFunction
    {
        public static double Invoke(double x) => LogGammaScalar(x);
    }

    private readonly struct DigammaFunction : IScalarFunction
    {
        public static double Invoke(double x) => DigammaScalar(x);
    }
}
