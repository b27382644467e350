using static Autograd.Numerics.Rationals;

namespace Autograd.Backends.Ilgpu;

/// <content>The gamma family.</content>
internal static partial class DeviceMath
{
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
            var product = 1.0;
            for (var k = 2.0; k < i; k += 1.0)
            {
                product *= y + k;
            }
            return LogGammaAboveTwo(y) + Log(product);
        }
        if (x >= 1e17)
        {
            return x * (Log(x) - 1.0);
        }
        return ((x - 0.5) * (Log(x) - 1.0)) + LogGammaRest(x);
    }

    /// <summary>Digamma for finite x of at least 1e-20.</summary>
    private static double DigammaPositive(double x)
    {
        if (x >= 10.0)
        {
            return Log(x) - DigammaRest(x);
        }
        // psi(x) = psi(x + 1) - 1/x brings the argument into [1, 2]; the steps down are exact.
        var shift = x < 1.0 ? -1.0 / x : 0.0;
        x = x < 1.0 ? x + 1.0 : x;
        while (x > 2.0)
        {
            x -= 1.0;
            shift += 1.0 / x;
        }
        return shift + DigammaNearRoot(x);
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
