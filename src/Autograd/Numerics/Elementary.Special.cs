using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

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

    // fdlibm s_erf: erf(1) cut to a float's bits, so that the sum with the rational part stays accurate.
    private const double ErfAtOne = 8.45062911510467529297e-01;

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

    /// <summary>erf(1 + s) - <see cref="ErfAtOne"/> for s in [-0.15625, 0.25] (fdlibm s_erf: 2^-59).</summary>
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

    /// <summary>erfc(x) for x in [1.25, 28]: e^(-x^2 - 0.5625 + R(1/x^2)) / x (fdlibm s_erf).</summary>
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
        var high = BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(x) & unchecked((long)0xFFFFFFFF00000000));
        return Math.Exp((-high * high) - 0.5625) * Math.Exp(((high - x) * (high + x)) + (p / ((q * s) + 1.0))) / x;
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
            var p = 3.19475326584100867617e-05;
            p = (p * y) + 1.84028451407337715652e-03;
            p = (p * y) + 2.66422703033638609560e-02;
            p = (p * y) + 1.46350472652464452805e-01;
            p = (p * y) + 3.25778796408930981787e-01;
            p = (p * y) + 2.14982415960608852501e-01;
            p = ((p * y) - 7.72156649015328655494e-02) * y;
            var q = 7.32668430744625636189e-06;
            q = (q * y) + 7.77942496381893596434e-04;
            q = (q * y) + 1.86459191715652901344e-02;
            q = (q * y) + 1.71933865632803078993e-01;
            q = (q * y) + 7.21935547567138069525e-01;
            q = (q * y) + 1.39200533467621045958e+00;
            var result = (0.5 * y) + (p / ((q * y) + 1.0));
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

        var z = 1.0 / x;
        var z2 = z * z;
        var w = -1.63092934096575273989e-03;
        w = (w * z2) + 8.36339918996282139126e-04;
        w = (w * z2) - 5.95187557450339963135e-04;
        w = (w * z2) + 7.93650558643019558500e-04;
        w = (w * z2) - 2.77777777728775536470e-03;
        w = (w * z2) + 8.33333333333329678849e-02;
        w = (w * z) + 4.18938533204672725052e-01;
        return ((x - 0.5) * (Math.Log(x) - 1.0)) + w;
    }

    private const double LogGammaMinimumAt = 1.46163214496836224576e+00;

    /// <summary>ln Gamma(2 - y) for y in [0, 0.27].</summary>
    private static double LogGammaBelowTwo(double y)
    {
        var z = y * y;
        var even = 2.52144565451257326939e-05;
        even = (even * z) + 2.20862790713908385557e-04;
        even = (even * z) + 1.19270763183362067845e-03;
        even = (even * z) + 7.38555086081402883957e-03;
        even = (even * z) + 6.73523010531292681824e-02;
        even = (even * z) + 7.72156649015328655494e-02;
        var odd = 4.48640949618915160150e-05;
        odd = (odd * z) + 1.08011567247583939954e-04;
        odd = (odd * z) + 5.10069792153511336608e-04;
        odd = (odd * z) + 2.89051383673415629091e-03;
        odd = (odd * z) + 2.05808084325167332806e-02;
        odd = (odd * z) + 3.22467033424113591611e-01;
        return ((y * even) + (z * odd)) - (0.5 * y);
    }

    /// <summary>ln Gamma(min + y) for y in [-0.23, 0.27].</summary>
    private static double LogGammaNearMinimum(double y)
    {
        var p = 3.35529192635519073543e-04;
        p = (p * y) - 3.12754168375120860518e-04;
        p = (p * y) + 3.15632070903625950361e-04;
        p = (p * y) - 5.38595305356740546715e-04;
        p = (p * y) + 8.81081882437654011382e-04;
        p = (p * y) - 1.40346469989232843813e-03;
        p = (p * y) + 2.25964780900612472250e-03;
        p = (p * y) - 3.68452016781138256760e-03;
        p = (p * y) + 6.10053870246291332635e-03;
        p = (p * y) - 1.03142241298341437450e-02;
        p = (p * y) + 1.79706750811820387126e-02;
        p = (p * y) - 3.27885410759859649565e-02;
        p = (p * y) + 6.46249402391333854778e-02;
        p = (p * y) - 1.47587722994593911752e-01;
        p = (p * y) + 4.83836122723810047042e-01;
        return -1.21486290535849611461e-01 + ((p * y * y) + 3.63867699703950536541e-18);
    }

    /// <summary>ln Gamma(1 + y) for y in [-0.1, 0.24].</summary>
    private static double LogGammaAboveOne(double y)
    {
        var p = 1.33810918536787660377e-02;
        p = (p * y) + 2.28963728064692451092e-01;
        p = (p * y) + 9.77717527963372745603e-01;
        p = (p * y) + 1.45492250137234768737e+00;
        p = (p * y) + 6.32827064025093366517e-01;
        p = ((p * y) - 7.72156649015328655494e-02) * y;
        var q = 3.21709242282423911810e-03;
        q = (q * y) + 1.04222645593369134254e-01;
        q = (q * y) + 7.69285150456672783825e-01;
        q = (q * y) + 2.12848976379893395361e+00;
        q = (q * y) + 2.45597793713041134822e+00;
        return (-0.5 * y) + (p / ((q * y) + 1.0));
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

            // ln x - 1/2x - sum of B(2k) / (2k x^2k)
            var z = 1.0 / (x * x);
            var p = 1.0 / 12.0;
            p = (p * z) - (691.0 / 32760.0);
            p = (p * z) + (1.0 / 132.0);
            p = (p * z) - (1.0 / 240.0);
            p = (p * z) + (1.0 / 252.0);
            p = (p * z) - (1.0 / 120.0);
            p = (p * z) + (1.0 / 12.0);
            return Math.Log(x) - ((0.5 / x) + (p * z));
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

        // (x - root) (Y + R(x - 1)), the root in three parts: Boost.Math digamma, 1.5e-18.
        var g = ((x - (1569415565.0 / 1073741824.0)) - (381566830.0 / 1073741824.0 / 1073741824.0)) - 0.9016312093258695918615325266959189453125e-19;
        var y = x - 1.0;
        var n = -0.0020713321167745952;
        n = (n * y) - 0.045251321448739056;
        n = (n * y) - 0.28919126444774784;
        n = (n * y) - 0.65031853770896507;
        n = (n * y) - 0.32555031186804491;
        n = (n * y) + 0.25479851061131551;
        var d = -0.55789841213675513e-6;
        d = (d * y) + 0.0021284987017821144;
        d = (d * y) + 0.054151797245674225;
        d = (d * y) + 0.43593529692665969;
        d = (d * y) + 1.4606242909763515;
        d = (d * y) + 2.0767117023730469;
        d = (d * y) + 1.0;
        return shift + ((g * 0.99558162689208984) + (g * (n / d)));
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
