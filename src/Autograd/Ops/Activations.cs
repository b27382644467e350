using System.Runtime.CompilerServices;
using Autograd.Numerics;
using Autograd.Ops;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd
{
    public partial class Tensor
    {
        /// <summary>The logistic function 1 / (1 + e^-x).</summary>
        public static Tensor Sigmoid(Tensor x) => Map(default(SigmoidOp), x);

        /// <summary>log(sigmoid(x)) = -softplus(-x), without overflow.</summary>
        public static Tensor LogSigmoid(Tensor x) => Map(default(LogSigmoidOp), x);

        /// <summary>max(x, 0), the rectifier. The gradient at 0 is 0; NaN stays NaN.</summary>
        public static Tensor Relu(Tensor x) => Map(default(ReluOp), x);

        /// <summary>min(max(x, 0), 6). The gradient at 0 and at 6 is 0.</summary>
        public static Tensor Relu6(Tensor x) => Map(default(Relu6Op), x);

        /// <summary>
        /// The rectifier with options: x limited to <paramref name="maxValue"/> above the threshold, <paramref name="negativeSlope"/> (x - threshold) up to it. The
        /// gradient at the threshold is the slope, at the largest value 0.
        /// </summary>
        /// <param name="x">Any shape.</param>
        /// <param name="negativeSlope">The slope up to the threshold.</param>
        /// <param name="maxValue">The largest value; none where null.</param>
        /// <param name="threshold">Where the rise begins.</param>
        /// <exception cref="ValueException">The largest value is negative, or one of the numbers is NaN.</exception>
        public static Tensor Relu(Tensor x, double negativeSlope = 0, double? maxValue = null, double threshold = 0) =>
            double.IsFinite(negativeSlope) && double.IsFinite(threshold) && maxValue is null or >= 0
                ? Map(new GeneralReluOp(negativeSlope, maxValue ?? double.PositiveInfinity, threshold), x)
                : throw new ValueException(FormattableString.Invariant(
                    $"Relu: slope {negativeSlope}, largest value {maxValue}, threshold {threshold}; they must be finite, and the largest value not negative."));

        /// <summary>x sigmoid(x), also called swish. Elfwing et al., 2018.</summary>
        public static Tensor Silu(Tensor x) => Map(default(SiluOp), x);

        /// <summary>x tanh(softplus(x)). Misra, 2019.</summary>
        public static Tensor Mish(Tensor x) => Map(default(MishOp), x);

        /// <summary>x / (1 + |x|).</summary>
        public static Tensor Softsign(Tensor x) => Map(default(SoftsignOp), x);

        /// <summary>log(1 + e^x), without overflow: the identity far right, with gradient exactly 1.</summary>
        public static Tensor Softplus(Tensor x) => Map(default(SoftplusOp), x);

        /// <summary>x for positive x, <paramref name="slope"/> x otherwise. The gradient at 0 is the slope.</summary>
        public static Tensor LeakyRelu(Tensor x, double slope = 0.2) => Map(new LeakyReluOp(slope), x);

        /// <summary>x for x >= 0, <paramref name="alpha"/> (e^x - 1) below. The gradient at 0 is 1. Clevert et al., 2016.</summary>
        public static Tensor Elu(Tensor x, double alpha = 1) => Map(new EluOp(alpha), x);

        /// <summary>x for positive x, <paramref name="alpha"/> (e^(x / alpha) - 1) below: <see cref="Elu(Tensor, double)"/> with slope 1 at 0 for any alpha. Barron, 2017.</summary>
        /// <exception cref="ValueException">Alpha is 0 or not finite.</exception>
        public static Tensor Celu(Tensor x, double alpha = 1)
        {
            ArgumentNullException.ThrowIfNull(x);
            return double.IsFinite(alpha) && alpha != 0
                ? Map(new CeluOp(alpha), x)
                : throw new ValueException(FormattableString.Invariant($"Celu: alpha is {alpha}; it must be finite and not 0."));
        }

        /// <summary>Scaled <see cref="Elu(Tensor, double)"/>, whose layers keep mean 0 and variance 1. Klambauer et al., 2017.</summary>
        public static Tensor Selu(Tensor x) => Map(default(SeluOp), x);

        /// <summary>x Phi(x) with the normal distribution function Phi; or its approximation by tanh. Hendrycks and Gimpel, 2016.</summary>
        /// <param name="x">Any shape.</param>
        /// <param name="approximate">Whether to use 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))).</param>
        public static Tensor Gelu(Tensor x, bool approximate = false) => approximate ? Map(default(GeluTanhOp), x) : Map(default(GeluOp), x);

        /// <summary>min(max(x + 3, 0), 6) / 6, a sigmoid of three straight pieces. The gradient at -3 and 3 is 0.</summary>
        public static Tensor HardSigmoid(Tensor x) => Map(default(HardSigmoidOp), x);

        /// <summary>x limited to [-1, 1]. The gradient at the bounds is 1, as for <see cref="Clip"/>.</summary>
        public static Tensor HardTanh(Tensor x) => Clip(x, -1, 1);

        /// <summary>x where |x| is above the threshold, else 0. The gradient at the threshold is 0.</summary>
        /// <exception cref="ValueException">The threshold is negative or not finite.</exception>
        public static Tensor HardShrink(Tensor x, double threshold = 0.5) => Map(new HardShrinkOp(Shrinking.Threshold(threshold, "HardShrink")), x);

        /// <summary>x drawn towards 0 by the threshold, 0 within it. The gradient at the threshold is 0.</summary>
        /// <exception cref="ValueException">The threshold is negative or not finite.</exception>
        public static Tensor SoftShrink(Tensor x, double threshold = 0.5) => Map(new SoftShrinkOp(Shrinking.Threshold(threshold, "SoftShrink")), x);

        /// <summary>x - tanh(x).</summary>
        public static Tensor TanhShrink(Tensor x) => Map(default(TanhShrinkOp), x);

        /// <summary>x above the threshold, else <paramref name="defaultValue"/>. The gradient at the threshold is 0.</summary>
        public static Tensor Threshold(Tensor x, double threshold, double defaultValue) => Map(new ThresholdOp(threshold, defaultValue), x);

        /// <summary>(x + sqrt(x^2 + b)) / 2, a softplus without exponentials. Barron, 2021.</summary>
        /// <exception cref="ValueException">b is negative or not finite.</exception>
        public static Tensor Squareplus(Tensor x, double b = 4) => b >= 0 && double.IsFinite(b)
            ? Map(new SquareplusOp(b), x)
            : throw new ValueException(FormattableString.Invariant($"Squareplus: b is {b}; it must be finite and not negative."));

        /// <summary>0 up to -1, (x + 1)^2 / 4 up to 1, then x: a softplus that reaches 0.</summary>
        public static Tensor SparsePlus(Tensor x) => Map(default(SparsePlusOp), x);

        /// <summary>(x + 1) / 2 limited to [0, 1], the slope of <see cref="SparsePlus"/>. The gradient at -1 and 1 is 0.</summary>
        public static Tensor SparseSigmoid(Tensor x) => Map(default(SparseSigmoidOp), x);

        /// <summary>The first half of x along an axis times the sigmoid of the second. Dauphin et al., 2017.</summary>
        /// <exception cref="ShapeException">The axis is out of range, or its extent odd.</exception>
        public static Tensor Glu(Tensor x, int axis = -1)
        {
            ArgumentNullException.ThrowIfNull(x);
            var along = x.Shape.Axis(axis, "Glu");
            if (x.Shape[along] % 2 != 0)
            {
                throw new ShapeException($"Glu: axis {axis} of shape {x.Shape} has extent {x.Shape[along]}, of which there are no halves; it must be even.");
            }
            var half = x.Shape[along] / 2;
            return x.SliceAxis(along, 0, half) * Sigmoid(x.SliceAxis(along, half, half));
        }

        /// <summary>x min(max(x + 3, 0), 6) / 6. Howard et al., 2019. The gradient at -3 is 0, at 3 it is 1.</summary>
        public static Tensor HardSwish(Tensor x) => Map(default(HardSwishOp), x);
    }
}

namespace Autograd.Ops
{
    internal readonly record struct SigmoidOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Sigmoid(x);

        public static SlopeReads Reads => SlopeReads.Y;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => y * (T.One - y);
    }

    internal readonly record struct LogSigmoidOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => -Formulas.Softplus(-x);

        public static SlopeReads Reads => SlopeReads.X;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Sigmoid(-x);
    }

    internal readonly record struct ReluOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Max(x, T.Zero);

        public static SlopeReads Reads => SlopeReads.X;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Select(x > T.Zero, T.One, T.Zero);
    }

    internal readonly record struct Relu6Op : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Min(T.Max(x, T.Zero), T.Const(6));

        public static SlopeReads Reads => SlopeReads.X;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Select(x > T.Zero, T.Select(x < T.Const(6), T.One, T.Zero), T.Zero);
    }

    internal readonly record struct GeneralReluOp(double NegativeSlope, double MaxValue, double Threshold) : IUnaryOp
    {
        // Where the slope is 0 nothing infinite may meet it.
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T>
        {
            var below = T.Const(NegativeSlope) * T.Max(x - T.Const(Threshold), T.Const(NegativeSlope == 0 ? -1 : double.NegativeInfinity));
            return T.Select(x > T.Const(Threshold), T.Min(x, T.Const(MaxValue)), below);
        }

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> =>
            T.Select(x > T.Const(Threshold), T.Select(x < T.Const(MaxValue), T.One, T.Zero), T.Const(NegativeSlope));
    }

    internal readonly record struct SiluOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => x * T.Sigmoid(x);

        public static SlopeReads Reads => SlopeReads.X;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => Formulas.SiluSlope(x, T.Sigmoid(x));
    }

    internal readonly record struct MishOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => x * T.Tanh(Formulas.Softplus(x));

        public static SlopeReads Reads => SlopeReads.X;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => Formulas.MishSlope(x, T.Tanh(Formulas.Softplus(x)));
    }

    internal readonly record struct SoftsignOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => x / (T.One + T.Abs(x));

        public static SlopeReads Reads => SlopeReads.X;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.One / ((T.One + T.Abs(x)) * (T.One + T.Abs(x)));
    }

    internal readonly record struct SoftplusOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => Formulas.Softplus(x);

        public static SlopeReads Reads => SlopeReads.X;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Sigmoid(x);
    }

    internal readonly record struct LeakyReluOp(double NegativeSlope) : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Select(x > T.Zero, x, T.Const(NegativeSlope) * x);

        public static SlopeReads Reads => SlopeReads.X;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Select(x > T.Zero, T.One, T.Const(NegativeSlope));
    }

    internal readonly record struct EluOp(double Alpha) : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Select(x >= T.Zero, x, T.Const(Alpha) * T.Expm1(T.Min(x, T.Zero)));

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Select(x >= T.Zero, T.One, y + T.Const(Alpha));
    }

    internal readonly record struct CeluOp(double Alpha) : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Select(x >= T.Zero, x, T.Const(Alpha) * T.Expm1(T.Min(x, T.Zero) / T.Const(Alpha)));

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Select(x >= T.Zero, T.One, (y / T.Const(Alpha)) + T.One);
    }

    internal readonly record struct SeluOp : IUnaryOp
    {
        private const double Alpha = 1.6732632423543772848170429916717;
        private const double Scale = 1.0507009873554804934193349852946;

        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Const(Scale) * T.Select(x >= T.Zero, x, T.Const(Alpha) * T.Expm1(T.Min(x, T.Zero)));

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Select(x >= T.Zero, T.Const(Scale), y + T.Const(Scale * Alpha));
    }

    internal readonly record struct GeluOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => x * Formulas.NormalDistribution(x);

        public static SlopeReads Reads => SlopeReads.X;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> =>
            Formulas.NormalDistribution(x) + (x * T.Const(1 / (Constants.SqrtTwo * Constants.SqrtPi)) * T.Exp(T.Const(-0.5) * x * x));
    }

    internal readonly record struct GeluTanhOp : IUnaryOp
    {
        private const double A = Constants.SqrtTwo / Constants.SqrtPi;
        private const double B = 0.044715;

        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Const(0.5) * x * (T.One + Bend(x));

        public static SlopeReads Reads => SlopeReads.X;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T>
        {
            var bend = Bend(x);
            return T.Const(0.5) * (T.One + bend + (x * (T.One - (bend * bend)) * (T.Const(A) + (T.Const(3 * A * B) * x * x))));
        }

        [MethodImpl(AggressiveInlining)]
        private static T Bend<T>(T x) where T : struct, IReal<T> => T.Tanh(x * (T.Const(A) + (T.Const(A * B) * x * x)));
    }

    internal readonly record struct HardSwishOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => x * T.Min(T.Max(x + T.Const(3), T.Zero), T.Const(6)) / T.Const(6);

        public static SlopeReads Reads => SlopeReads.X;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> =>
            T.Select(x >= T.Const(3), T.One, T.Select(x > T.Const(-3), x / T.Const(3) + T.Const(0.5), T.Zero));
    }

    internal readonly record struct HardSigmoidOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Min(T.Max(x + T.Const(3), T.Zero), T.Const(6)) / T.Const(6);

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Select(T.Abs(x) < T.Const(3), T.Const(1.0 / 6), T.Zero);
    }

    internal readonly record struct HardShrinkOp(double Threshold) : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Select(T.Abs(x) <= T.Const(Threshold), T.Zero, x);

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Select(T.Abs(x) > T.Const(Threshold), T.One, T.Zero);
    }

    internal readonly record struct SoftShrinkOp(double Threshold) : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => x - T.Min(T.Max(x, T.Const(-Threshold)), T.Const(Threshold));

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Select(T.Abs(x) > T.Const(Threshold), T.One, T.Zero);
    }

    internal readonly record struct TanhShrinkOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => x - T.Tanh(x);

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Tanh(x) * T.Tanh(x);
    }

    internal readonly record struct ThresholdOp(double Threshold, double DefaultValue) : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Select(x <= T.Const(Threshold), T.Const(DefaultValue), x);

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Select(x > T.Const(Threshold), T.One, T.Zero);
    }

    internal readonly record struct SquareplusOp(double B) : IUnaryOp
    {
        // Left of 0 the sum would cancel; the conjugate does not.
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T>
        {
            var size = T.Abs(x);
            var far = (T.Const(0.5) * size) + (T.Const(0.5) * Root(size));
            return T.Select(x < T.Zero, B == 0 ? T.Zero : T.Const(B / 4) / far, far);
        }

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => B == 0 ? T.Select(x > T.Zero, T.One, T.Zero) : y / Root(T.Abs(x));

        // sqrt(x^2 + b) without overflow.
        [MethodImpl(AggressiveInlining)]
        private T Root<T>(T size) where T : struct, IReal<T>
        {
            if (B == 0)
            {
                return size;
            }
            var large = T.Max(size, T.Const(Math.Sqrt(B)));
            var (ratio, rest) = (size / large, T.Const(Math.Sqrt(B)) / large);
            return T.Select(T.Equal(large, T.Const(double.PositiveInfinity)), large, large * T.Sqrt((ratio * ratio) + (rest * rest)));
        }
    }

    internal readonly record struct SparsePlusOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T>
        {
            var root = T.Const(0.5) * (T.Max(x, -T.One) + T.One);
            return T.Select(x >= T.One, x, root * root);
        }

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Min(T.Max(T.Const(0.5) * (x + T.One), T.Zero), T.One);
    }

    internal readonly record struct SparseSigmoidOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Min(T.Max(T.Const(0.5) * (x + T.One), T.Zero), T.One);

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Select(T.Abs(x) < T.One, T.Const(0.5), T.Zero);
    }

    internal static class Shrinking
    {
        public static double Threshold(double threshold, string operation) => threshold >= 0 && double.IsFinite(threshold)
            ? threshold
            : throw new ValueException(FormattableString.Invariant($"{operation}: the threshold is {threshold}; it must be finite and not negative."));
    }

    internal static class Formulas
    {
        [MethodImpl(AggressiveInlining)]
        public static T Softplus<T>(T x) where T : struct, IReal<T> => T.Log1p(T.Exp(-T.Abs(x))) + T.Max(x, T.Zero);

        [MethodImpl(AggressiveInlining)]
        public static T NormalDistribution<T>(T x) where T : struct, IReal<T> => T.Const(0.5) * (T.One + T.Erf(T.Const(1 / Constants.SqrtTwo) * x));

        [MethodImpl(AggressiveInlining)]
        public static T SiluSlope<T>(T x, T s) where T : struct, IReal<T> => s * (T.One + (x * (T.One - s)));

        [MethodImpl(AggressiveInlining)]
        public static T MishSlope<T>(T x, T t) where T : struct, IReal<T> => t + (x * T.Sigmoid(x) * (T.One - (t * t)));
    }
}
