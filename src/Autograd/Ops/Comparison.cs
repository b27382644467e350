using System.Runtime.CompilerServices;
using Autograd.Backends;
using Autograd.Numerics;
using Autograd.Ops;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd
{
    public partial class Tensor
    {
        /// <summary>Where x = y, elementwise, as bools. NaN equals nothing.</summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public static Tensor Equal(Tensor x, Tensor y) => Compare(default(EqualFormula), s_equal, x, y);

        /// <summary>Where x differs from y, elementwise, as bools.</summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public static Tensor NotEqual(Tensor x, Tensor y) => !Compare(default(EqualFormula), s_notEqual, x, y);

        /// <summary>Where x &gt; y, elementwise, as bools.</summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public static Tensor Greater(Tensor x, Tensor y) => Compare(default(GreaterFormula), s_greater, x, y);

        /// <summary>Where x &gt;= y, elementwise, as bools.</summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public static Tensor GreaterEqual(Tensor x, Tensor y) => Compare(default(GreaterEqualFormula), s_greaterEqual, x, y);

        /// <summary>Where x &lt; y, elementwise, as bools.</summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public static Tensor Less(Tensor x, Tensor y) => Compare(default(LessFormula), s_less, x, y);

        /// <summary>Where x &lt;= y, elementwise, as bools.</summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public static Tensor LessEqual(Tensor x, Tensor y) => Compare(default(LessEqualFormula), s_lessEqual, x, y);

        /// <inheritdoc cref="Greater"/>
        public static Tensor operator >(Tensor x, Tensor y) => Greater(x, y);

        /// <inheritdoc cref="GreaterEqual"/>
        public static Tensor operator >=(Tensor x, Tensor y) => GreaterEqual(x, y);

        /// <inheritdoc cref="Less"/>
        public static Tensor operator <(Tensor x, Tensor y) => Less(x, y);

        /// <inheritdoc cref="LessEqual"/>
        public static Tensor operator <=(Tensor x, Tensor y) => LessEqual(x, y);

        /// <summary>Refused by the compiler: == would compare references, which is never what a formula means.</summary>
        [Obsolete("Use Equal(x, y) to compare elements, ReferenceEquals to compare objects, and 'is null' to test for null.", error: true)]
        public static bool operator ==(Tensor? x, Tensor? y) => ReferenceEquals(x, y);

        /// <summary>Refused by the compiler: != would compare references, which is never what a formula means.</summary>
        [Obsolete("Use NotEqual(x, y) to compare elements, ReferenceEquals to compare objects, and 'is not null' to test for null.", error: true)]
        public static bool operator !=(Tensor? x, Tensor? y) => !ReferenceEquals(x, y);

        /// <summary>Whether both are the same object; to compare elements see <see cref="Equal"/>.</summary>
        public sealed override bool Equals(object? obj) => ReferenceEquals(this, obj);

        /// <summary>A hash of the object, not of its elements.</summary>
        public sealed override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

        /// <summary>Where x is NaN, as bools.</summary>
        public static Tensor IsNaN(Tensor x) => !Compare(default(EqualFormula), s_isNaN, x, x);

        /// <summary>Where x is neither infinite nor NaN, as bools.</summary>
        public static Tensor IsFinite(Tensor x) => Compare(default(LessFormula), s_isFinite, Abs(x), double.PositiveInfinity);

        /// <summary>
        /// Whether all elements are nearly equal: |x - y| at most atol + rtol |y|. Infinities must be equal; shapes broadcast, and types need not be the same. As in NumPy and PyTorch.
        /// </summary>
        /// <param name="x">One tensor.</param>
        /// <param name="y">The other, whose size the relative tolerance is of.</param>
        /// <param name="rtol">The relative tolerance.</param>
        /// <param name="atol">The absolute tolerance.</param>
        /// <param name="equalNan">Whether NaN is nearly equal to NaN.</param>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        /// <exception cref="ValueException">A tolerance is negative or NaN.</exception>
        public static bool AllClose(Tensor x, Tensor y, double rtol = 1e-5, double atol = 1e-8, bool equalNan = false)
        {
            ArgumentNullException.ThrowIfNull(x);
            ArgumentNullException.ThrowIfNull(y);
            Shape.Broadcast(x.Shape, y.Shape, "AllClose");
            if (!(rtol >= 0 && atol >= 0))
            {
                throw new ValueException(FormattableString.Invariant($"AllClose: the tolerances are {rtol} and {atol}; they must be 0 or more."));
            }
            using var pause = Recording.Pause();
            (x, y) = (x.Cast(DType.Float64), y.Cast(DType.Float64));
            var close = Equal(x, y) | ((Abs(x - y) <= atol + (rtol * Abs(y))) & IsFinite(x) & IsFinite(y));
            return (equalNan ? close | (IsNaN(x) & IsNaN(y)) : close).All().Item<bool>();
        }

        /// <summary>Logical and of bools, elementwise.</summary>
        /// <exception cref="DTypeException">An operand is not bool.</exception>
        public static Tensor operator &(Tensor x, Tensor y) => Logical(LogicalOperation.And, s_and, x, y);

        /// <summary>Logical or of bools, elementwise.</summary>
        /// <exception cref="DTypeException">An operand is not bool.</exception>
        public static Tensor operator |(Tensor x, Tensor y) => Logical(LogicalOperation.Or, s_or, x, y);

        /// <summary>Exclusive or of bools, elementwise.</summary>
        /// <exception cref="DTypeException">An operand is not bool.</exception>
        public static Tensor operator ^(Tensor x, Tensor y) => Logical(LogicalOperation.Xor, s_xor, x, y);

        /// <summary>Logical not of bools, elementwise.</summary>
        /// <exception cref="DTypeException">The operand is not bool.</exception>
        public static Tensor operator !(Tensor x) => Logical(LogicalOperation.Xor, s_not, x, true);

        /// <summary>x where the condition holds, else y; all three broadcast. An element not chosen gets gradient 0, yet if its own
        /// computation has an infinite slope there the product is NaN, as everywhere: make the operand safe, not only the result.</summary>
        /// <exception cref="DTypeException">The condition is not bool.</exception>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public static Tensor Where(Tensor condition, Tensor x, Tensor y)
        {
            ArgumentNullException.ThrowIfNull(condition);
            ArgumentNullException.ThrowIfNull(x);
            ArgumentNullException.ThrowIfNull(y);
            var op = WhereOp.Instance;
            if (condition.DType != DType.Bool)
            {
                throw new DTypeException($"Where: the condition is {condition.DType}; it must be Bool, such as x > 0.");
            }
            var shape = Shape.Broadcast(Shape.Broadcast(x.Shape, y.Shape, op.Name), condition.Shape, op.Name);
            Backend.Of(ref x, ref condition, op);
            Backend.Of(ref y, ref condition, op);
            var backend = Backend.Of(ref x, ref y, op);
            if (x.DType != y.DType)
            {
                var common = Promotion.Common(x, y);
                x = Promotion.Convert(x, common);
                y = Promotion.Convert(y, common);
            }
            var result = Allocate(x.DType, shape, backend);
            backend.Select(condition, x, y, result);
            // Chosen from two numbers it is as free of a type as they are: so the slope of Relu over float32 stays float32.
            result.Flags |= x.Flags & y.Flags & Traits.Weak;
            Recording.Active?.Add(op, result, condition, x, y);
            return result;
        }

        private static readonly NotDifferentiable s_equal = new("Equal");
        private static readonly NotDifferentiable s_notEqual = new("NotEqual");
        private static readonly NotDifferentiable s_isNaN = new("IsNaN");
        private static readonly NotDifferentiable s_isFinite = new("IsFinite");
        private static readonly NotDifferentiable s_greater = new("Greater");
        private static readonly NotDifferentiable s_greaterEqual = new("GreaterEqual");
        private static readonly NotDifferentiable s_less = new("Less");
        private static readonly NotDifferentiable s_lessEqual = new("LessEqual");
        private static readonly NotDifferentiable s_and = new("And");
        private static readonly NotDifferentiable s_or = new("Or");
        private static readonly NotDifferentiable s_xor = new("Xor");
        private static readonly NotDifferentiable s_not = new("Not");

        private static Tensor Compare<TFormula>(TFormula formula, Op op, Tensor x, Tensor y) where TFormula : struct, IBinaryFormula
        {
            ArgumentNullException.ThrowIfNull(x);
            ArgumentNullException.ThrowIfNull(y);
            var backend = Backend.Of(ref x, ref y, op);
            var shape = Shape.Broadcast(x.Shape, y.Shape, op.Name);
            if (x.DType != y.DType || !x.DType.IsFloating())
            {
                Promotion.Unify(ref x, ref y, keepsIntegers: true);
            }
            var z = Allocate(DType.Bool, shape, backend);
            backend.Compare(formula, x, y, z);
            Recording.Active?.Add(op, z, x, y);
            GC.KeepAlive(x);
            GC.KeepAlive(y);
            return z;
        }

        private static Tensor Logical(LogicalOperation operation, Op op, Tensor x, Tensor y)
        {
            ArgumentNullException.ThrowIfNull(x);
            ArgumentNullException.ThrowIfNull(y);
            if (x.DType != DType.Bool || y.DType != DType.Bool)
            {
                throw new DTypeException(op.Name switch
                {
                    "Xor" => $"Xor: operands are {x.DType} and {y.DType}; ^ is the exclusive or of bools. Powers are Square(x) and Pow(x, y).",
                    "Not" => $"Not: the operand is {x.DType}; ! turns bools around. Where x is 0 is Equal(x, 0); the opposite number is -x.",
                    _ => $"{op.Name}: operands are {x.DType} and {y.DType}; both must be Bool, as x > 0, Equal(x, y) and NotEqual(x, 0) are.",
                });
            }
            var backend = Backend.Of(ref x, ref y, op);
            var z = Allocate(DType.Bool, Shape.Broadcast(x.Shape, y.Shape, op.Name), backend);
            backend.Logical(operation, x, y, z);
            Recording.Active?.Add(op, z, x, y);
            return z;
        }
    }
}

namespace Autograd.Ops
{
    internal readonly struct EqualFormula : IBinaryFormula
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x, T y) where T : struct, IReal<T> => T.Equal(x, y);
    }

    internal readonly struct GreaterFormula : IBinaryFormula
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x, T y) where T : struct, IReal<T> => x > y;
    }

    internal readonly struct GreaterEqualFormula : IBinaryFormula
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x, T y) where T : struct, IReal<T> => x >= y;
    }

    internal readonly struct LessFormula : IBinaryFormula
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x, T y) where T : struct, IReal<T> => x < y;
    }

    internal readonly struct LessEqualFormula : IBinaryFormula
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x, T y) where T : struct, IReal<T> => x <= y;
    }

    internal sealed class WhereOp : Op
    {
        public static readonly WhereOp Instance = new();

        public override string Name => "Where";

        public override Tensor? Pullback(int input, Tensor dy, in RecordedOp recorded) => input switch
        {
            1 => Tensor.Where(recorded.A!, dy, 0f).SumTo(recorded.B!.Shape),
            2 => Tensor.Where(recorded.A!, 0f, dy).SumTo(recorded.C!.Shape),
            _ => null,
        };
    }
}
