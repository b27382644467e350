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

        /// <summary>Scaled <see cref="Elu"/>, whose layers keep mean 0 and variance 1. Klambauer et al., 2017.</summary>
        public static Tensor Selu(Tensor x) => Map(default(SeluOp), x);

        /// <summary>x Phi(x) with the normal distribution function Phi; or its approximation by tanh. Hendrycks and Gimpel, 2016.</summary>
        /// <param name="x">Any shape.</param>
        /// <param name="approximate">Whether to use 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))).</param>
        public static Tensor Gelu(Tensor x, bool approximate = false) => approximate ? Map(default(GeluTanhOp), x) : Map(default(GeluOp), x);

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
