namespace Autograd.Backends.Ilgpu;

/// <content>The gamma family.</content>
internal static partial class DeviceMath
{
    private const double LogGammaMinimumAt = 1.46163214496836224576e+00;

    /// <summary>ln |Gamma(x)|, in double precision and rounded once: max error 0.51 ULP of the double function.</summary>
    public static float LogGamma(float x) => (float)LogGamma((double)x);

    /// <summary>
    /// ln |Gamma(x)|: max error 4 ULP for x above 0, zeros at 1 and 2 included; for negative x, absolute error below 1e-14 times 1 + |result| (near the zeros there the relative error
    /// grows).
    /// </summary>
    public static double LogGamma(double x)
    {
        var a = Abs(x);
        if (Magnitude(x) >= InfinityBitsDouble)
        {
            return a;
        }
        var y = LogGammaPositive(a);
        if (Bits(x) > 0)
        {
            return y;
        }
        if (a < 1e-20)
        {
            return y;
        }
        // Gamma(x) Gamma(-x) = -pi / (x sin(pi x)); the fraction is exact, so sin(pi x) is as good as sin itself.
        var fraction = Abs(a - Round(a));
        return fraction == 0.0 ? double.PositiveInfinity : Log(Math.PI / (Sin(Math.PI * fraction) * a)) - y;
    }

    /// <summary>Logarithmic derivative of Gamma, in double precision and rounded once: max error 0.51 ULP of the double function.</summary>
    public static float Digamma(float x) => (float)Digamma((double)x);

    /// <summary>
    /// Logarithmic derivative of Gamma: max error 4 ULP for x above 0, its zero included; for negative x, absolute error below 1e-14 times 1 + |result|. NaN at -1, -2, ...
    /// </summary>
    public static double Digamma(double x)
    {
        if (Magnitude(x) >= InfinityBitsDouble)
        {
            return Bits(x) < 0 ? double.NaN : x;
        }
        var a = Abs(x);
        if (a < 1e-20)
        {
            return -1.0 / x;
        }
        var y = DigammaPositive(a);
        if (Bits(x) > 0)
        {
            return y;
        }
        // psi(x) = psi(-x) - 1/x - pi / tan(pi x), with the argument of the tangent reduced exactly.
        var fraction = x - Round(x);
        return fraction == 0.0 ? double.NaN : y - (1.0 / x) - (Math.PI / Tan(Math.PI * fraction));
    }

    /// <summary>The n-th derivative of digamma, in double precision and rounded once.</summary>
    public static float Polygamma(int n, float x) => (float)Polygamma(n, (double)x);

    /// <summary>
    /// The n-th derivative of digamma, n from 0 to 20: max error 10 + n ULP for x above 0; for negative x, absolute error below 1e-14 times |result| + n! 2^(n+1), the least its
    /// nearest pole adds. Infinite at 0, -1, -2, ... if n is not 0.
    /// </summary>
    public static double Polygamma(int n, double x)
    {
        if (n == 0)
        {
            return Digamma(x);
        }
        double y;
        if (Magnitude(x) >= InfinityBitsDouble)
        {
            y = Bits(x) == InfinityBitsDouble ? 0.0 : double.NaN;
        }
        else if (x < 0.0)
        {
            // Of the sum of 1 / (x + k)^(n+1) over k = 0, 1, ... first what lies right of the nearest pole, then that pole, then what lies left of it: there are as many of these as
            // of poles between 0 and x, so it is what all of them would give less what those beyond 0 would.
            var f = x - Round(x);
            var left = ScaledZeta(n, 1.0 - f) - ScaledZeta(n, 1.0 - x);
            y = ScaledZeta(n, f + 1.0) + (Factorial(n) * Power(1.0 / f, n + 1)) + ((n & 1) == 0 ? -left : left);
        }
        else
        {
            y = ScaledZeta(n, x);
        }
        return (n & 1) == 0 ? -y : y;
    }

    /// <summary>The method and coefficients of fdlibm e_lgamma_r, for finite x above 0; infinite at 0.</summary>
    private static double LogGammaPositive(double x)
    {
        if (x < 1e-20)
        {
            return -Log(x);
        }
        if (x < 2.0)
        {
            // ln Gamma(x) = ln Gamma(x + 1) - ln x below 0.9; then one of three expansions: about 2 from below, about the minimum at 1.46, about 1 from above.
            var t = x > 0.9 ? x - 1.0 : x;
            var y = t < 0.23164 ? LogGammaAboveOne(t) : t < 0.7316 ? LogGammaNearMinimum(t - (LogGammaMinimumAt - 1.0)) : LogGammaBelowTwo(1.0 - t);
            return x > 0.9 ? y : y - Log(x);
        }
        if (x < 8.0)
        {
            var i = Truncate(x);
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
            var product = 1.0;
            for (var k = 2.0; k < i; k += 1.0)
            {
                product *= y + k;
            }
            return ((0.5 * y) + (p / ((q * y) + 1.0))) + Log(product);
        }
        if (x >= 1e17)
        {
            return x * (Log(x) - 1.0);
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
        return ((x - 0.5) * (Log(x) - 1.0)) + w;
    }

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
        // The value at the minimum in two parts, added and taken away, or else they would be folded into one.
        return ((p * (y * y)) + 3.63867699703950536541e-18) - 1.21486290535849611461e-01;
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
        return (p / ((q * y) + 1.0)) - (0.5 * y);
    }

    /// <summary>Digamma for finite x of at least 1e-20.</summary>
    private static double DigammaPositive(double x)
    {
        if (x >= 10.0)
        {
            // ln x - 1/2x - sum of B(2k) / (2k x^2k)
            var z = 1.0 / (x * x);
            var p = 1.0 / 12.0;
            p = (p * z) - (691.0 / 32760.0);
            p = (p * z) + (1.0 / 132.0);
            p = (p * z) - (1.0 / 240.0);
            p = (p * z) + (1.0 / 252.0);
            p = (p * z) - (1.0 / 120.0);
            p = (p * z) + (1.0 / 12.0);
            return Log(x) - ((0.5 / x) + (p * z));
        }
        // psi(x) = psi(x + 1) - 1/x brings the argument into [1, 2]; the steps down are exact.
        var shift = x < 1.0 ? -1.0 / x : 0.0;
        x = x < 1.0 ? x + 1.0 : x;
        while (x > 2.0)
        {
            x -= 1.0;
            shift += 1.0 / x;
        }
        // (x - root) (Y + R(x - 1)), the root in three parts: Boost.Math digamma, 1.5e-18. Taken away in turn by - and +, or else they would be folded into one.
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
        return shift + ((g * 0.99558162689208984) + (g * (n / d)));
    }

    /// <summary>n! times the sum of 1 / (z + k)^(n+1) over k = 0, 1, ..., n above 0 and z not below 0: the n-th derivative of digamma but for the sign.</summary>
    private static double ScaledZeta(int n, double z)
    {
        var sum = 0.0;
        while (z < n + 15.0)
        {
            sum += Power(1.0 / z, n + 1);
            z += 1.0;
        }
        // The rest by Euler's and Maclaurin's formula: (n-1)! / z^n (1 + n / 2z + sum of B(2k) / (2k)! n (n+1) ... (n+2k-1) / z^2k).
        var inverse = 1.0 / z;
        var w = inverse * inverse;
        var p = -174611.0 / 802857662698291200000.0;
        p = (p * ((n + 18) * (n + 19) * w)) + (43867.0 / 5109094217170944000.0);
        p = (p * ((n + 16) * (n + 17) * w)) - (3617.0 / 10670622842880000.0);
        p = (p * ((n + 14) * (n + 15) * w)) + (1.0 / 74724249600.0);
        p = (p * ((n + 12) * (n + 13) * w)) - (691.0 / 1307674368000.0);
        p = (p * ((n + 10) * (n + 11) * w)) + (1.0 / 47900160.0);
        p = (p * ((n + 8) * (n + 9) * w)) - (1.0 / 1209600.0);
        p = (p * ((n + 6) * (n + 7) * w)) + (1.0 / 30240.0);
        p = (p * ((n + 4) * (n + 5) * w)) - (1.0 / 720.0);
        p = (p * ((n + 2) * (n + 3) * w)) + (1.0 / 12.0);
        p *= n * (n + 1) * w;
        var rest = ((p + (0.5 * n * inverse)) + 1.0) * inverse;
        // Factor by factor, which neither overflows nor underflows before the result does.
        for (var j = 1; j < n; j++)
        {
            rest *= j * inverse;
        }
        return (Factorial(n) * sum) + rest;
    }

    /// <summary>x^n for n above 0, by squaring.</summary>
    private static double Power(double x, int n)
    {
        var y = 1.0;
        while (n > 0)
        {
            y = (n & 1) != 0 ? y * x : y;
            x *= x;
            n >>= 1;
        }
        return y;
    }

    /// <summary>n!, exact up to 22.</summary>
    private static double Factorial(int n)
    {
        var y = 1.0;
        for (var j = 2; j <= n; j++)
        {
            y *= j;
        }
        return y;
    }
}
