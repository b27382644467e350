using System.Runtime.CompilerServices;
using Autograd.Numerics;
using Autograd.Ops;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd
{
    public partial class Tensor
    {
        /// <summary>x to the power y, elementwise. At x = 0 the gradient of x^0 is 0, and with respect to y, 0 or more, it is 0; for negative x the gradient with respect to y is NaN.</summary>
        /// <exception cref="ValueException">An integer is raised to a negative integer power.</exception>
        public static Tensor Pow(Tensor x, Tensor y)
        {
            ArgumentNullException.ThrowIfNull(x);
            ArgumentNullException.ThrowIfNull(y);
            if (!x.DType.IsFloating() && !y.DType.IsFloating())
            {
                return IntegerPower.Of(x, y);
            }
            return Map(default(PowOp), x, y);
        }

        /// <summary>x to a constant power; 2, 0.5, -1 and the like are quick.</summary>
        public static Tensor Pow(Tensor x, double exponent)
        {
            ArgumentNullException.ThrowIfNull(x);
            return exponent switch
            {
                _ when !x.DType.IsFloating() => Pow(x, exponent == Math.Floor(exponent) && Math.Abs(exponent) < 1 << 30 ? (Tensor)(int)exponent : exponent),
                1 => +x,
                2 => Square(x),
                3 => x * Square(x),
                0.5 => Sqrt(x),
                -0.5 => Rsqrt(x),
                -1 => Reciprocal(x),
                _ => Map(default(PowOp), x, exponent),
            };
        }

        /// <summary>The larger of x and y, elementwise; NaN if either is. At a tie each gets half of the gradient.</summary>
        public static Tensor Maximum(Tensor x, Tensor y) => Map(default(MaximumOp), x, y);

        /// <summary>The smaller of x and y, elementwise; NaN if either is. At a tie each gets half of the gradient.</summary>
        public static Tensor Minimum(Tensor x, Tensor y) => Map(default(MinimumOp), x, y);

        /// <summary>x limited to [min, max], elementwise. The gradient is 1 inside and at the bounds, 0 beyond; NaN stays NaN.</summary>
        /// <exception cref="ValueException">A bound is NaN, or min is above max.</exception>
        public static Tensor Clip(Tensor x, double min, double max)
        {
            ArgumentNullException.ThrowIfNull(x);
            if (!(min <= max))
            {
                throw new ValueException(FormattableString.Invariant($"Clip: the bounds {min} and {max} are no interval; min must not be above max, and neither NaN."));
            }
            if (!x.DType.IsFloating() && Math.Floor(min) == min && Math.Floor(max) == max)
            {
                var integers = Promotion.ForArithmetic(x, keepsIntegers: true);
                return Minimum(Maximum(integers, FullOn(x.Backend, [], min, DType.Int64).Cast(integers.DType)), FullOn(x.Backend, [], max, DType.Int64).Cast(integers.DType));
            }
            return Map(new ClipOp(min, max), x);
        }

        /// <summary>The angle in radians, in (-pi, pi], of the point with ordinate y and abscissa x.</summary>
        public static Tensor Atan2(Tensor y, Tensor x)
        {
            ArgumentNullException.ThrowIfNull(y);
            ArgumentNullException.ThrowIfNull(x);
            return Map(default(Atan2Op), y, x);
        }

        /// <summary>sqrt(x^2 + y^2) without overflow; NaN if either is. The gradient at the origin is 0.</summary>
        public static Tensor Hypot(Tensor x, Tensor y) => Map(default(HypotOp), x, y);

        /// <summary>(x - y)^2.</summary>
        public static Tensor SquaredDifference(Tensor x, Tensor y) => Map(default(SquaredDifferenceOp), x, y);

        /// <summary>log(e^x + e^y) without overflow.</summary>
        public static Tensor LogAddExp(Tensor x, Tensor y) => Map(default(LogAddExpOp), x, y);

        /// <summary>x log(y), and 0 where x is 0.</summary>
        public static Tensor XLogY(Tensor x, Tensor y) => Map(default(XLogYOp), x, y);

        /// <summary>The largest integer not above x / y: 7 and -2 give -4. The gradient is 0.</summary>
        /// <exception cref="ValueException">Integers are divided by zero, or the most negative one by -1.</exception>
        public static Tensor FloorDivide(Tensor x, Tensor y)
        {
            IntegerDivision.Check(x, y, "FloorDivide");
            return Map(default(FloorDivideOp), x, y);
        }

        /// <summary>x - y floor(x / y), with the sign of y: 7 and -2 give -1.</summary>
        /// <exception cref="ValueException">Integers are divided by zero.</exception>
        public static Tensor Remainder(Tensor x, Tensor y)
        {
            IntegerDivision.Check(x, y, "Remainder");
            return Map(default(RemainderOp), x, y);
        }
    }
}

namespace Autograd.Ops
{
    internal readonly record struct PowOp : IBinaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x, T y) where T : struct, IReal<T> => T.Pow(x, y);

        // x^0 is flat. Where x is too small to divide by, the power below would be infinite, and 0 times infinity NaN; elsewhere it stays, since its slope in y is 1 / x.
        [MethodImpl(AggressiveInlining)]
        public T SlopeX<T>(T x, T y, T z) where T : struct, IReal<T>
        {
            var flat = T.Select(T.Equal(y, T.Zero), T.Abs(x) < T.Const(1.2e-38), T.Abs(y) < T.Zero);
            return T.Select(flat, T.Zero, y * T.Pow(T.Select(flat, T.One, x), y - T.One));
        }

        [MethodImpl(AggressiveInlining)]
        public T SlopeY<T>(T x, T y, T z) where T : struct, IReal<T>
        {
            var zero = T.Equal(x, T.Zero);
            return T.Select(zero, T.Select(y >= T.Zero, T.Zero, T.Const(double.NegativeInfinity)), z * T.Log(T.Select(zero, T.One, x)));
        }
    }

    internal readonly record struct MaximumOp : IBinaryOp
    {
        public static bool KeepsIntegers => true;

        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x, T y) where T : struct, IReal<T> => T.Max(x, y);

        [MethodImpl(AggressiveInlining)]
        public T SlopeX<T>(T x, T y, T z) where T : struct, IReal<T> => Larger(x, y);

        [MethodImpl(AggressiveInlining)]
        public T SlopeY<T>(T x, T y, T z) where T : struct, IReal<T> => Larger(y, x);

        /// <summary>1 where x is larger, a half at a tie, else 0.</summary>
        [MethodImpl(AggressiveInlining)]
        public static T Larger<T>(T x, T y) where T : struct, IReal<T> => T.Select(x > y, T.One, T.Select(T.Equal(x, y), T.Const(0.5), T.Zero));
    }

    internal readonly record struct MinimumOp : IBinaryOp
    {
        public static bool KeepsIntegers => true;

        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x, T y) where T : struct, IReal<T> => T.Min(x, y);

        [MethodImpl(AggressiveInlining)]
        public T SlopeX<T>(T x, T y, T z) where T : struct, IReal<T> => MaximumOp.Larger(y, x);

        [MethodImpl(AggressiveInlining)]
        public T SlopeY<T>(T x, T y, T z) where T : struct, IReal<T> => MaximumOp.Larger(x, y);
    }

    internal readonly record struct ClipOp(double Min, double Max) : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Min(T.Max(x, T.Const(Min)), T.Const(Max));

        public static SlopeReads Reads => SlopeReads.X;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Select(x >= T.Const(Min), T.Select(x <= T.Const(Max), T.One, T.Zero), T.Zero);
    }

    internal readonly record struct Atan2Op : IBinaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T y, T x) where T : struct, IReal<T> => T.Atan2(y, x);

        [MethodImpl(AggressiveInlining)]
        public T SlopeX<T>(T y, T x, T z) where T : struct, IReal<T> => x / ((x * x) + (y * y));

        [MethodImpl(AggressiveInlining)]
        public T SlopeY<T>(T y, T x, T z) where T : struct, IReal<T> => -y / ((x * x) + (y * y));
    }

    internal readonly record struct HypotOp : IBinaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x, T y) where T : struct, IReal<T>
        {
            var large = T.Max(T.Abs(x), T.Abs(y));
            var ratio = T.Min(T.Abs(x), T.Abs(y)) / Safe(large);
            return T.Select(T.Equal(large, T.Const(double.PositiveInfinity)), large, large * T.Sqrt(T.One + (ratio * ratio)));
        }

        [MethodImpl(AggressiveInlining)]
        public T SlopeX<T>(T x, T y, T z) where T : struct, IReal<T> => Share(x, z);

        [MethodImpl(AggressiveInlining)]
        public T SlopeY<T>(T x, T y, T z) where T : struct, IReal<T> => Share(y, z);

        [MethodImpl(AggressiveInlining)]
        private static T Share<T>(T x, T z) where T : struct, IReal<T> => T.Select(T.Equal(z, T.Zero), T.Zero, x / Safe(z));

        [MethodImpl(AggressiveInlining)]
        private static T Safe<T>(T x) where T : struct, IReal<T> => T.Select(T.Equal(x, T.Zero), T.One, x);
    }

    internal readonly record struct SquaredDifferenceOp : IBinaryOp
    {
        public static bool KeepsIntegers => true;

        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x, T y) where T : struct, IReal<T> => (x - y) * (x - y);

        [MethodImpl(AggressiveInlining)]
        public T SlopeX<T>(T x, T y, T z) where T : struct, IReal<T> => T.Const(2) * (x - y);

        [MethodImpl(AggressiveInlining)]
        public T SlopeY<T>(T x, T y, T z) where T : struct, IReal<T> => T.Const(-2) * (x - y);
    }

    internal readonly record struct LogAddExpOp : IBinaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x, T y) where T : struct, IReal<T> =>
            T.Max(x, y) + T.Select(T.Equal(x, y), T.Const(Constants.Ln2), T.Log1p(T.Exp(-T.Abs(x - y))));

        [MethodImpl(AggressiveInlining)]
        public T SlopeX<T>(T x, T y, T z) where T : struct, IReal<T> => T.Sigmoid(x - y);

        [MethodImpl(AggressiveInlining)]
        public T SlopeY<T>(T x, T y, T z) where T : struct, IReal<T> => T.Sigmoid(y - x);
    }

    internal readonly record struct XLogYOp : IBinaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x, T y) where T : struct, IReal<T> => T.Select(T.Equal(x, T.Zero), T.Zero, x * T.Log(y));

        [MethodImpl(AggressiveInlining)]
        public T SlopeX<T>(T x, T y, T z) where T : struct, IReal<T> => T.Log(y);

        [MethodImpl(AggressiveInlining)]
        public T SlopeY<T>(T x, T y, T z) where T : struct, IReal<T>
        {
            // Only at 0 / 0: elsewhere x / 0 is the limit, and 0 / y has the slope 1 / y in x.
            var neither = T.Select(T.Equal(y, T.Zero), T.Equal(x, T.Zero), T.Abs(y) < T.Zero);
            return T.Select(neither, T.Zero, x / T.Select(neither, T.One, y));
        }
    }

    internal readonly record struct FloorDivideOp : IBinaryOp
    {
        public static bool KeepsIntegers => true;

        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x, T y) where T : struct, IReal<T> => T.FloorDivide(x, y);

        [MethodImpl(AggressiveInlining)]
        public T SlopeX<T>(T x, T y, T z) where T : struct, IReal<T> => T.Zero;

        [MethodImpl(AggressiveInlining)]
        public T SlopeY<T>(T x, T y, T z) where T : struct, IReal<T> => T.Zero;
    }

    internal readonly record struct RemainderOp : IBinaryOp
    {
        public static bool KeepsIntegers => true;

        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x, T y) where T : struct, IReal<T> => T.Remainder(x, y);

        [MethodImpl(AggressiveInlining)]
        public T SlopeX<T>(T x, T y, T z) where T : struct, IReal<T> => T.One;

        [MethodImpl(AggressiveInlining)]
        public T SlopeY<T>(T x, T y, T z) where T : struct, IReal<T> => -T.FloorDivide(x, y);
    }

    /// <summary>Integer division has values without a result; the hardware would end the process on them.</summary>
    internal static class IntegerDivision
    {
        public static void Check(Tensor x, Tensor y, string operation)
        {
            ArgumentNullException.ThrowIfNull(x);
            ArgumentNullException.ThrowIfNull(y);
            if (x.DType.IsFloating() || y.DType.IsFloating())
            {
                return;
            }
            Shape.Broadcast(x.Shape, y.Shape, operation);
            using (Recording.Pause())
            {
                // A number is looked at before it goes to the device of what it divides.
                var (hasZero, hasNegativeOne) = (Tensor.Equal(y, 0).Any().Item<bool>(), operation == "FloorDivide" && Tensor.Equal(y, -1).Any().Item<bool>());
                Backends.Backend.Of(ref x, ref y, new NotDifferentiable(operation));
                if (hasZero)
                {
                    throw new ValueException($"{operation}: integer division by zero (shapes {x.Shape} and {y.Shape}); Cast to a floating type for infinities.");
                }
                var smallest = Promotion.Common(x, y) == DType.Int64 ? (Tensor)long.MinValue : int.MinValue;
                if (hasNegativeOne && (Tensor.Equal(x, smallest) & Tensor.Equal(y, -1)).Any().Item<bool>())
                {
                    throw new ValueException($"{operation}: {(long)smallest.Item()} / -1 does not fit the type.");
                }
            }
        }
    }

    /// <summary>Powers of integers by repeated squaring, wrapping as integer products do.</summary>
    internal static class IntegerPower
    {
        public static Tensor Of(Tensor x, Tensor y)
        {
            Shape.Broadcast(x.Shape, y.Shape, "Pow");
            Backends.Backend.Of(ref x, ref y, new NotDifferentiable("Pow"));
            Promotion.Unify(ref x, ref y, keepsIntegers: true);
            if (y.Size > 0 && y.Min().Item() < 0)
            {
                throw new ValueException($"Pow: an integer has no integer negative power (exponent {y.Min().Item()}); Cast the base to a floating type.");
            }
            var result = Tensor.OnesLike(x) * Tensor.OnesLike(y);
            for (var bits = y.Size == 0 ? 0 : (long)y.Max().Item(); bits > 0; bits >>= 1)
            {
                result = Tensor.Where(Tensor.Equal(y % 2, 1), result * x, result);
                y = Tensor.FloorDivide(y, 2);
                x *= x;
            }
            return result;
        }
    }
}
