namespace Autograd.Tests.Ops;

/// <summary>Functions of doubles that <see cref="Math"/> lacks, by other methods than the library's own, within a few units in the last place.</summary>
internal static class Exact
{
    private const double SqrtPi = 1.7724538509055160272981674833411;

    // Kahan's: the rounding of e^x is undone by its own logarithm.
    public static double Expm1(double x)
    {
        if (Math.Abs(x) > 1)
        {
            return Math.Exp(x) - 1;
        }
        var u = Math.Exp(x);
        return u == 1 ? x : (u - 1) * x / Math.Log(u);
    }

    public static double Log1p(double x)
    {
        var u = 1 + x;
        return u == 1 ? x : double.IsInfinity(u) || u == 0 ? Math.Log(u) : Math.Log(u) * (x / (u - 1));
    }

    public static double Sigmoid(double x) => x >= 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x));

    public static double Softplus(double x) => Math.Max(x, 0) + Log1p(Math.Exp(-Math.Abs(x)));

    /// <summary>(x + sqrt(x^2 + 4)) / 2.</summary>
    public static double Squareplus(double x)
    {
        var root = double.IsNaN(x) ? x : double.Hypot(x, 2);
        return x < 0 ? 1 / ((0.5 * root) - (0.5 * x)) : (0.5 * x) + (0.5 * root);
    }

    // The series without alternating signs: 2/sqrt(pi) e^(-x^2) sum of 2^n x^(2n+1) / (2n+1)!!.
    /// <summary>The n-th derivative of digamma, n and x above 0: its sum, the rest of it by Euler's and Maclaurin's formula.</summary>
    public static double Polygamma(int n, double x)
    {
        const int Terms = 3000;
        var (sum, y, factorial) = (0.0, x + Terms, 1.0);
        for (var k = Terms - 1; k >= 0; k--)
        {
            sum += Math.Pow(x + k, -(n + 1)); // the smallest first
        }
        for (var k = 2; k <= n; k++)
        {
            factorial *= k;
        }
        return (n % 2 == 0 ? -1 : 1) * factorial * (sum + (Math.Pow(y, -n) / n) + (Math.Pow(y, -(n + 1)) / 2) + ((n + 1) * Math.Pow(y, -(n + 2)) / 12));
    }

    public static double Erf(double x)
    {
        if (!(Math.Abs(x) < 1))
        {
            return double.IsNaN(x) ? x : Math.Sign(x) * (1 - Erfc(Math.Abs(x)));
        }
        double term = x, sum = x;
        for (var n = 1; Math.Abs(term) > 1e-20 * Math.Abs(sum); n++)
        {
            term *= 2 * x * x / ((2 * n) + 1);
            sum += term;
        }
        return 2 / SqrtPi * Math.Exp(-x * x) * sum;
    }

    // For x of 1 or more: the continued fraction of Laplace, from its far end.
    public static double Erfc(double x)
    {
        var fraction = x;
        for (var k = 500; k > 0; k--)
        {
            fraction = x + (k / 2.0 / fraction);
        }
        return double.IsInfinity(x) ? 0 : Math.Exp(-x * x) / (SqrtPi * fraction);
    }

    /// <summary>Phi(x), without cancellation on the left.</summary>
    public static double NormalDistribution(double x)
    {
        var z = x / Math.Sqrt(2);
        return z <= -1 ? 0.5 * Erfc(-z) : 0.5 * (1 + Erf(z));
    }

    public static double Remainder(double x, double y)
    {
        var rest = x % y;
        return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
    }

    public static double FloorDivide(double x, double y)
    {
        if (y == 0)
        {
            return x / y;
        }
        var rest = x % y;
        var quotient = Math.Round((x - rest) / y);
        return rest != 0 && (rest < 0) != (y < 0) ? quotient - 1 : quotient;
    }
}
