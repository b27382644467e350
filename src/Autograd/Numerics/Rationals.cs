namespace Autograd.Numerics;

/// <summary>
/// Rational approximations that functions of doubles are made of: nothing but additions, multiplications and divisions, so that the processor and the kernels of other
/// devices share them.
/// </summary>
internal static class Rationals
{
    /// <summary>erf(1) cut to a float's bits, so that the sum with the rational part stays accurate (fdlibm s_erf).</summary>
    public const double ErfAtOne = 8.45062911510467529297e-01;

    /// <summary>Where ln Gamma is least.</summary>
    public const double LogGammaMinimumAt = 1.46163214496836224576e+00;

    /// <summary>erf(x) / x - 1 from y = x^2, |x| below 0.84375 (fdlibm s_erf: 2^-57.9).</summary>
    public static double ErfNearZero(double y)
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
    public static double ErfNearOne(double s)
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

    /// <summary>ln(erfc(x) x) + x^2 + 0.5625 for x in [1.25, 28] (fdlibm s_erf).</summary>
    public static double ErfcExponent(double x)
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
        return p / ((q * s) + 1.0);
    }

    /// <summary>ln Gamma(2 - y) for y in [0, 0.27].</summary>
    public static double LogGammaBelowTwo(double y)
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
    public static double LogGammaNearMinimum(double y)
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
        // The value at the minimum in two parts, added and taken away, or else a kernel's compiler would fold them into one.
        return ((p * (y * y)) + 3.63867699703950536541e-18) - 1.21486290535849611461e-01;
    }

    /// <summary>ln Gamma(1 + y) for y in [-0.1, 0.24].</summary>
    public static double LogGammaAboveOne(double y)
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
        return (p / ((q * y) + 1.0)) - (0.5 * y);
    }

    /// <summary>ln Gamma(2 + y) for y in [0, 1] (fdlibm e_lgamma_r).</summary>
    public static double LogGammaAboveTwo(double y)
    {
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
        return (0.5 * y) + (p / ((q * y) + 1.0));
    }

    /// <summary>ln Gamma(x) - (x - 0.5) (ln x - 1) for x from 8 on (fdlibm e_lgamma_r).</summary>
    public static double LogGammaRest(double x)
    {
        var z = 1.0 / x;
        var z2 = z * z;
        var w = -1.63092934096575273989e-03;
        w = (w * z2) + 8.36339918996282139126e-04;
        w = (w * z2) - 5.95187557450339963135e-04;
        w = (w * z2) + 7.93650558643019558500e-04;
        w = (w * z2) - 2.77777777728775536470e-03;
        w = (w * z2) + 8.33333333333329678849e-02;
        return (w * z) + 4.18938533204672725052e-01;
    }

    /// <summary>ln x - digamma(x) for x from 10 on: 1/2x + sum of B(2k) / (2k x^2k).</summary>
    public static double DigammaRest(double x)
    {
        var z = 1.0 / (x * x);
        var p = 1.0 / 12.0;
        p = (p * z) - (691.0 / 32760.0);
        p = (p * z) + (1.0 / 132.0);
        p = (p * z) - (1.0 / 240.0);
        p = (p * z) + (1.0 / 252.0);
        p = (p * z) - (1.0 / 120.0);
        p = (p * z) + (1.0 / 12.0);
        return (0.5 / x) + (p * z);
    }

    /// <summary>Digamma of x in [1, 2].</summary>
    public static double DigammaNearRoot(double x)
    {
        // (x - root) (Y + R(x - 1)), the root in three parts: Boost.Math digamma, 1.5e-18. Taken away in turn by - and +, or else a kernel's compiler would fold them into one.
        var g = ((x - (1569415565.0 / 1073741824.0)) + (-381566830.0 / 1073741824.0 / 1073741824.0)) - 0.9016312093258695918615325266959189453125e-19;
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
        return (g * 0.99558162689208984) + (g * (n / d));
    }
}
