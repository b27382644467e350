using System.Runtime.CompilerServices;
using Autograd.Numerics;
using Autograd.Ops;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd
{
    public partial class Tensor
    {
        /// <summary>|x|. The gradient at 0 is 0.</summary>
        public static Tensor Abs(Tensor x) => Map(default(AbsOp), x);

        /// <summary>-1, 0 or 1 by the sign of x. The gradient is 0.</summary>
        public static Tensor Sign(Tensor x) => Map(default(SignOp), x);

        /// <summary>x squared.</summary>
        public static Tensor Square(Tensor x) => Map(default(SquareOp), x);

        /// <summary>1 / x.</summary>
        public static Tensor Reciprocal(Tensor x) => Map(default(ReciprocalOp), x);

        /// <summary>The square root; the gradient at 0 is infinite.</summary>
        public static Tensor Sqrt(Tensor x) => Map(default(SqrtOp), x);

        /// <summary>1 / sqrt(x); the gradient at 0 is -infinity.</summary>
        public static Tensor Rsqrt(Tensor x) => Map(default(RsqrtOp), x);

        /// <summary>e^x.</summary>
        public static Tensor Exp(Tensor x) => Map(default(ExpOp), x);

        /// <summary>2^x.</summary>
        public static Tensor Exp2(Tensor x) => Map(default(Exp2Op), x);

        /// <summary>e^x - 1, exact near 0.</summary>
        public static Tensor Expm1(Tensor x) => Map(default(Expm1Op), x);

        /// <summary>The natural logarithm: -infinity at 0, NaN below.</summary>
        public static Tensor Log(Tensor x) => Map(default(LogOp), x);

        /// <summary>The logarithm to base 2.</summary>
        public static Tensor Log2(Tensor x) => Map(default(Log2Op), x);

        /// <summary>The logarithm to base 10.</summary>
        public static Tensor Log10(Tensor x) => Map(default(Log10Op), x);

        /// <summary>log(1 + x), exact near 0.</summary>
        public static Tensor Log1p(Tensor x) => Map(default(Log1pOp), x);

        /// <summary>The sine of x in radians.</summary>
        public static Tensor Sin(Tensor x) => Map(default(SinOp), x);

        /// <summary>The cosine of x in radians.</summary>
        public static Tensor Cos(Tensor x) => Map(default(CosOp), x);

        /// <summary>The tangent of x in radians.</summary>
        public static Tensor Tan(Tensor x) => Map(default(TanOp), x);

        /// <summary>The inverse sine, in radians; NaN beyond [-1, 1].</summary>
        public static Tensor Asin(Tensor x) => Map(default(AsinOp), x);

        /// <summary>The inverse cosine, in radians; NaN beyond [-1, 1].</summary>
        public static Tensor Acos(Tensor x) => Map(default(AcosOp), x);

        /// <summary>The inverse tangent, in radians.</summary>
        public static Tensor Atan(Tensor x) => Map(default(AtanOp), x);

        /// <summary>The hyperbolic sine.</summary>
        public static Tensor Sinh(Tensor x) => Map(default(SinhOp), x);

        /// <summary>The hyperbolic cosine.</summary>
        public static Tensor Cosh(Tensor x) => Map(default(CoshOp), x);

        /// <summary>The hyperbolic tangent.</summary>
        public static Tensor Tanh(Tensor x) => Map(default(TanhOp), x);

        /// <summary>The inverse hyperbolic sine.</summary>
        public static Tensor Asinh(Tensor x) => Map(default(AsinhOp), x);

        /// <summary>The inverse hyperbolic cosine; NaN below 1.</summary>
        public static Tensor Acosh(Tensor x) => Map(default(AcoshOp), x);

        /// <summary>The inverse hyperbolic tangent; NaN beyond [-1, 1].</summary>
        public static Tensor Atanh(Tensor x) => Map(default(AtanhOp), x);

        /// <summary>The error function, 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x.</summary>
        public static Tensor Erf(Tensor x) => Map(default(ErfOp), x);

        /// <summary>The largest integer not above x. The gradient is 0.</summary>
        public static Tensor Floor(Tensor x) => Map(default(FloorOp), x);

        /// <summary>The smallest integer not below x. The gradient is 0.</summary>
        public static Tensor Ceiling(Tensor x) => Map(default(CeilingOp), x);

        /// <summary>The nearest integer, ties to even. The gradient is 0.</summary>
        public static Tensor Round(Tensor x) => Map(default(RoundOp), x);

        /// <summary>The integer part of x. The gradient is 0.</summary>
        public static Tensor Truncate(Tensor x) => Map(default(TruncateOp), x);
    }
}

namespace Autograd.Ops
{
    internal readonly record struct AbsOp : IUnaryOp
    {
        public static bool KeepsIntegers => true;

        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Abs(x);

        public static SlopeReads Reads => SlopeReads.X;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Sign(x);
    }

    internal readonly record struct SignOp : IUnaryOp
    {
        public static bool KeepsIntegers => true;

        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Sign(x);

        public static SlopeReads Reads => SlopeReads.None;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Zero;
    }

    internal readonly record struct SquareOp : IUnaryOp
    {
        public static bool KeepsIntegers => true;

        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => x * x;

        public static SlopeReads Reads => SlopeReads.X;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Const(2) * x;
    }

    internal readonly record struct ReciprocalOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.One / x;

        public static SlopeReads Reads => SlopeReads.Y;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => -y * y;
    }

    internal readonly record struct SqrtOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Sqrt(x);

        public static SlopeReads Reads => SlopeReads.Y;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Const(0.5) / y;
    }

    internal readonly record struct RsqrtOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.One / T.Sqrt(x);

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Const(-0.5) * y / x;
    }

    internal readonly record struct ExpOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Exp(x);

        public static SlopeReads Reads => SlopeReads.Y;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => y;
    }

    internal readonly record struct Exp2Op : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Exp2(x);

        public static SlopeReads Reads => SlopeReads.Y;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Const(Constants.Ln2) * y;
    }

    internal readonly record struct Expm1Op : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Expm1(x);

        public static SlopeReads Reads => SlopeReads.X;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Exp(x);
    }

    internal readonly record struct LogOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Log(x);

        public static SlopeReads Reads => SlopeReads.X;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.One / x;
    }

    internal readonly record struct Log2Op : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Log2(x);

        public static SlopeReads Reads => SlopeReads.X;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Const(1 / Constants.Ln2) / x;
    }

    internal readonly record struct Log10Op : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Log10(x);

        public static SlopeReads Reads => SlopeReads.X;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Const(1 / Constants.Ln10) / x;
    }

    internal readonly record struct Log1pOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Log1p(x);

        public static SlopeReads Reads => SlopeReads.X;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.One / (T.One + x);
    }

    internal readonly record struct SinOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Sin(x);

        public static SlopeReads Reads => SlopeReads.X;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Cos(x);
    }

    internal readonly record struct CosOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Cos(x);

        public static SlopeReads Reads => SlopeReads.X;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => -T.Sin(x);
    }

    internal readonly record struct TanOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Tan(x);

        public static SlopeReads Reads => SlopeReads.Y;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.One + y * y;
    }

    internal readonly record struct AsinOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Asin(x);

        public static SlopeReads Reads => SlopeReads.X;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.One / T.Sqrt((T.One - x) * (T.One + x));
    }

    internal readonly record struct AcosOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Acos(x);

        public static SlopeReads Reads => SlopeReads.X;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Const(-1) / T.Sqrt((T.One - x) * (T.One + x));
    }

    internal readonly record struct AtanOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Atan(x);

        public static SlopeReads Reads => SlopeReads.X;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.One / (T.One + x * x);
    }

    internal readonly record struct SinhOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Sinh(x);

        public static SlopeReads Reads => SlopeReads.X;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Cosh(x);
    }

    internal readonly record struct CoshOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Cosh(x);

        public static SlopeReads Reads => SlopeReads.X;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Sinh(x);
    }

    internal readonly record struct TanhOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Tanh(x);

        public static SlopeReads Reads => SlopeReads.Y;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.One - y * y;
    }

    internal readonly record struct AsinhOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Asinh(x);

        public static SlopeReads Reads => SlopeReads.X;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.One / T.Sqrt(x * x + T.One);
    }

    internal readonly record struct AcoshOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Acosh(x);

        public static SlopeReads Reads => SlopeReads.X;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.One / T.Sqrt((x - T.One) * (x + T.One));
    }

    internal readonly record struct AtanhOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Atanh(x);

        public static SlopeReads Reads => SlopeReads.X;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.One / ((T.One - x) * (T.One + x));
    }

    internal readonly record struct ErfOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Erf(x);

        public static SlopeReads Reads => SlopeReads.X;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Const(2 / Constants.SqrtPi) * T.Exp(-x * x);
    }

    internal readonly record struct FloorOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Floor(x);

        public static SlopeReads Reads => SlopeReads.None;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Zero;
    }

    internal readonly record struct CeilingOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Ceiling(x);

        public static SlopeReads Reads => SlopeReads.None;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Zero;
    }

    internal readonly record struct RoundOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Round(x);

        public static SlopeReads Reads => SlopeReads.None;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Zero;
    }

    internal readonly record struct TruncateOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Truncate(x);

        public static SlopeReads Reads => SlopeReads.None;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Zero;
    }

    internal static class Constants
    {
        public const double Ln2 = 0.693147180559945309417232121458;
        public const double Ln10 = 2.302585092994045684017991454684;
        public const double SqrtPi = 1.772453850905516027298167483341;
        public const double SqrtTwo = 1.414213562373095048801688724210;
    }
}
