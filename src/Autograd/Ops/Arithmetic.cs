using System.Runtime.CompilerServices;
using Autograd.Numerics;
using Autograd.Ops;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd
{
    public partial class Tensor
    {
        /// <summary>x + y, elementwise; operands broadcast and promote.</summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public static Tensor operator +(Tensor x, Tensor y) => Zip(default(AddFormula), AddOp.Instance, x, y);

        /// <summary>x - y, elementwise; operands broadcast and promote.</summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public static Tensor operator -(Tensor x, Tensor y) => Zip(default(SubtractFormula), SubtractOp.Instance, x, y);

        /// <summary>x y, elementwise (for matrices see <see cref="MatMul"/>); operands broadcast and promote.</summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public static Tensor operator *(Tensor x, Tensor y) => Zip(default(MultiplyFormula), MultiplyOp.Instance, x, y);

        /// <summary>x / y, elementwise, by IEEE rules; integers are divided as float32.</summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public static Tensor operator /(Tensor x, Tensor y) => Zip(default(DivideFormula), DivideOp.Instance, x, y);

        /// <summary>-x, elementwise.</summary>
        public static Tensor operator -(Tensor x) => Map(default(NegateOp), x);

        /// <summary>x itself; of a variable, its present value.</summary>
        public static Tensor operator +(Tensor x)
        {
            ArgumentNullException.ThrowIfNull(x);
            return x.AsValue();
        }

        /// <summary>The sum of tensors of one shape, such as the losses that a program gathered: <c>AddN(losses)</c>. Nothing broadcasts; types promote.</summary>
        /// <exception cref="ShapeException">There are none, or their shapes differ.</exception>
        public static Tensor AddN(params ReadOnlySpan<Tensor> tensors)
        {
            Movement.RequireJoinable(tensors, "AddN");
            foreach (var x in tensors)
            {
                if (!x.Shape.Equals(tensors[0].Shape))
                {
                    throw new ShapeException($"AddN: shapes {tensors[0].Shape} and {x.Shape} differ; all must be equal. To broadcast, write x + y.");
                }
            }
            var sum = +tensors[0];
            foreach (var x in tensors[1..])
            {
                sum += x;
            }
            return sum;
        }

        /// <inheritdoc cref="AddN(ReadOnlySpan{Tensor})"/>
        public static Tensor AddN(IEnumerable<Tensor> tensors)
        {
            ArgumentNullException.ThrowIfNull(tensors);
            return AddN([.. tensors]);
        }

        /// <summary>The remainder with the sign of y, as in Python: 7 % -2 is -1. See <see cref="Remainder"/>.</summary>
        public static Tensor operator %(Tensor x, Tensor y) => Remainder(x, y);
    }
}

namespace Autograd.Ops
{
    // The slopes of all other operations are made of these four, so their own pullbacks are written out.

    internal readonly struct AddFormula : IBinaryFormula
    {
        public static bool KeepsIntegers => true;

        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x, T y) where T : struct, IReal<T> => x + y;
    }

    internal sealed class AddOp : Op
    {
        public static readonly AddOp Instance = new();

        public override string Name => "Add";

        public override Tensor Pullback(int input, Tensor dy, in RecordedOp recorded) => dy.SumTo(recorded.Input(input).Shape);
    }

    internal readonly struct SubtractFormula : IBinaryFormula
    {
        public static bool KeepsIntegers => true;

        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x, T y) where T : struct, IReal<T> => x - y;
    }

    internal sealed class SubtractOp : Op
    {
        public static readonly SubtractOp Instance = new();

        public override string Name => "Subtract";

        public override Tensor Pullback(int input, Tensor dy, in RecordedOp recorded) =>
            input == 0 ? dy.SumTo(recorded.A!.Shape) : -dy.SumTo(recorded.B!.Shape);
    }

    internal readonly struct MultiplyFormula : IBinaryFormula
    {
        public static bool KeepsIntegers => true;

        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x, T y) where T : struct, IReal<T> => x * y;
    }

    internal sealed class MultiplyOp : Op
    {
        public static readonly MultiplyOp Instance = new();

        public override string Name => "Multiply";

        public override Tensor Pullback(int input, Tensor dy, in RecordedOp recorded)
        {
            var (other, shape) = (recorded.Input(1 - input), recorded.Input(input).Shape);
            if (dy.IsSpendable && shape.Equals(dy.Shape) && other.DType == dy.DType && !Recording.IsTracked(dy, other))
            {
                dy.Backend.Zip(default(MultiplyFormula), dy, other, dy);
                return dy;
            }
            var dx = dy * other;
            dx.Flags |= Tensor.Traits.Spendable;
            return dx.SumTo(shape);
        }
    }

    internal readonly struct DivideFormula : IBinaryFormula
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x, T y) where T : struct, IReal<T> => x / y;
    }

    internal sealed class DivideOp : Op
    {
        public static readonly DivideOp Instance = new();

        public override string Name => "Divide";

        public override Tensor Pullback(int input, Tensor dy, in RecordedOp recorded) =>
            input == 0 ? (dy / recorded.B!).SumTo(recorded.A!.Shape) : (-dy * recorded.Y / recorded.B!).SumTo(recorded.B!.Shape);
    }

    internal readonly record struct NegateOp : IUnaryOp
    {
        public static bool KeepsIntegers => true;

        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => -x;

        public static SlopeReads Reads => SlopeReads.None;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Const(-1);
    }
}
