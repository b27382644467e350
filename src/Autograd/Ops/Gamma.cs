using Autograd.Numerics;
using Autograd.Ops;
using static System.Runtime.CompilerServices.MethodImplOptions;
using MethodImpl = System.Runtime.CompilerServices.MethodImplAttribute;

namespace Autograd
{
    public partial class Tensor
    {
        /// <summary>ln |Gamma(x)|; of a whole x + 1 the logarithm of its factorial. Infinite at 0, -1, -2, ...</summary>
        public static Tensor LGamma(Tensor x) => Map(default(LGammaOp), x);

        /// <summary>The slope of <see cref="LGamma"/>, Gamma'(x) / Gamma(x). NaN at -1, -2, ...</summary>
        public static Tensor Digamma(Tensor x) => Map(new PolygammaOp(0), x);

        /// <summary>The n-th derivative of <see cref="Digamma"/>.</summary>
        /// <param name="n">Which derivative, 0 to 20; gradients count, so that of the 20th is refused.</param>
        /// <param name="x">Where.</param>
        /// <exception cref="ValueException">n is negative or above 20, where float32 can hold no factorials.</exception>
        public static Tensor Polygamma(int n, Tensor x) => Map(new PolygammaOp(GammaFormulas.Order(n)), x);
    }
}

namespace Autograd.Ops
{
    internal readonly record struct LGammaOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.LogGamma(x);

        public static SlopeReads Reads => SlopeReads.X;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Polygamma(0, x);
    }

    internal readonly record struct PolygammaOp(int N) : IUnaryOp, IHasLastSlope
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Polygamma(N, x);

        public static SlopeReads Reads => SlopeReads.X;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Polygamma(N + 1, x);

        public void RequireSlope() => GammaFormulas.Order(N + 1);
    }

    /// <summary>The gamma family in plain arithmetic: Stirling's series far right, the recurrence to get there, the reflection from the left. NIST's Digital Library of Mathematical Functions, 5.5, 5.11, 5.15.</summary>
    internal static class GammaFormulas
    {
        public const int HighestOrder = 20;

        public static int Order(int n) => n is >= 0 and <= HighestOrder
            ? n
            : throw new ValueException($"Polygamma: the order is {n}; it must be from 0 to {HighestOrder}.");

        // B(2), B(4), ...
        private static readonly double[] s_bernoulli = [1 / 6.0, -1 / 30.0, 1 / 42.0, -1 / 30.0, 5 / 66.0, -691 / 2730.0, 7 / 6.0, -3617 / 510.0, 43867 / 798.0, -174611 / 330.0];

        public static T LogGamma<T>(T x) where T : struct, IReal<T>
        {
            var isLeft = x < T.Zero;
            var z = T.Select(isLeft, T.One - x, x);
            var passed = T.One;
            for (var i = 0; i < 9; i++)
            {
                var isNear = z < T.Const(9);
                passed = T.Select(isNear, passed * z, passed);
                z = T.Select(isNear, z + T.One, z);
            }
            var (series, inverse) = (T.Zero, T.One / z);
            for (var k = s_bernoulli.Length; k > 0; k--)
            {
                series = (series * inverse * inverse) + T.Const(s_bernoulli[k - 1] / (2 * k * ((2 * k) - 1)));
            }
            var right = ((z - T.Const(0.5)) * T.Log(z)) - z + T.Const(0.5 * Math.Log(2 * Math.PI)) + (series * inverse) - T.Log(passed);
            return T.Select(isLeft, T.Log(T.Const(Math.PI) / T.Abs(T.Sin(T.Const(Math.PI) * (x - T.Round(x))))) - right, T.Select(T.Equal(x, T.Const(double.PositiveInfinity)), x, right));
        }

        public static T Polygamma<T>(int n, T x) where T : struct, IReal<T>
        {
            var isLeft = x < T.Zero;
            var z = T.Select(isLeft, T.One - x, x);
            var far = 15 + n;
            var sum = T.Zero;
            for (var i = 0; i < far; i++)
            {
                var isNear = z < T.Const(far);
                var term = T.One / z;
                var power = term;
                for (var j = 1; j <= n; j++)
                {
                    power *= T.Const(j) * term;
                }
                sum = T.Select(isNear, sum + power, sum);
                z = T.Select(isNear, z + T.One, z);
            }
            // (n-1)! / z^n (1 + n / 2z + sum of B(2k) (2k+n-1)! / ((2k)! (n-1)!) z^-2k); of order 0, -ln z + 1 / 2z + sum of B(2k) / 2k z^-2k.
            var (series, inverse) = (T.Zero, T.One / z);
            for (var k = s_bernoulli.Length; k > 0; k--)
            {
                var coefficient = s_bernoulli[k - 1];
                for (var j = 1; j <= 2 * k; j++)
                {
                    coefficient *= n == 0 ? (j == 1 ? 1 : (j - 1.0) / j) : (n - 1.0 + j) / j;
                }
                series = (series * inverse * inverse) + T.Const(coefficient);
            }
            series *= inverse * inverse;
            var rest = n == 0 ? (T.Const(0.5) * inverse) - T.Log(z) + series : T.One + (T.Const(n / 2.0) * inverse) + series;
            for (var j = 1; j <= n; j++)
            {
                rest *= (j == n ? T.One : T.Const(j)) * inverse;
            }
            var right = n % 2 == 0 ? -(sum + rest) : sum + rest;
            var cotangent = Cotangent(n, x - T.Round(x));
            return T.Select(isLeft, (n % 2 == 0 ? right : -right) - cotangent, right);
        }

        /// <summary>pi times the n-th derivative of cot(pi x): with c the cotangent itself, a polynomial in c, since c' = -pi (1 + c^2).</summary>
        private static T Cotangent<T>(int n, T x) where T : struct, IReal<T>
        {
            var angle = T.Const(Math.PI) * x;
            var c = T.Cos(angle) / T.Sin(angle);
            var polynomial = s_polynomials[n];
            var value = T.Const(polynomial[^1]); // not 0, which an infinite cotangent would make NaN
            for (var i = polynomial.Length - 2; i >= 0; i--)
            {
                value = (value * c) + T.Const(polynomial[i]);
            }
            return value;
        }

        // pi^(n+1) times the coefficients of the n-th polynomial, the constant one first.
        private static readonly double[][] s_polynomials = Polynomials();

        private static double[][] Polynomials()
        {
            var all = new double[HighestOrder + 1][];
            all[0] = [0, Math.PI];
            for (var n = 1; n < all.Length; n++)
            {
                all[n] = new double[n + 2];
                for (var i = 1; i < all[n - 1].Length; i++)
                {
                    all[n][i - 1] -= Math.PI * i * all[n - 1][i];
                    all[n][i + 1] -= Math.PI * i * all[n - 1][i];
                }
            }
            return all;
        }
    }
}
