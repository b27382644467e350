using Autograd.Backends;
using Autograd.Ops;

namespace Autograd
{
    public partial class Tensor
    {
        /// <summary>Running sums along an axis. Sums of bools and int32 are int64.</summary>
        /// <param name="axis">The axis to run along.</param>
        /// <param name="exclusive">Whether each sum leaves out its own element, so that the first is 0.</param>
        /// <param name="reverse">Whether to run from the end.</param>
        /// <exception cref="ShapeException">The axis is out of range.</exception>
        public Tensor CumSum(int axis = 0, bool exclusive = false, bool reverse = false)
        {
            var along = Shape.Axis(axis, "CumSum");
            var x = DType < DType.Int64 ? Cast(DType.Int64) : this;
            // Shifted, not sums - x: that would cancel, and be NaN at an infinite element.
            return Scan("CumSum", null, exclusive ? Shifted(x, along, reverse, 0) : x, along, reverse);
        }

        /// <summary>Running products along an axis; gradients are exact where factors are 0, to any order. Products of bools and int32 are int64.</summary>
        /// <inheritdoc cref="CumSum"/>
        public Tensor CumProd(int axis = 0, bool exclusive = false, bool reverse = false)
        {
            var along = Shape.Axis(axis, "CumProd");
            var x = DType < DType.Int64 ? Cast(DType.Int64) : this;
            var n = Shape[along];
            if (n == 0)
            {
                return +x;
            }
            if (exclusive)
            {
                x = Shifted(x, along, reverse, 1);
            }
            // y[t] = x[t] y[t-1] starts from y[0] = x[0].
            var first = x.SliceAxis(along, reverse ? n - 1 : 0, 1);
            var zeros = FullOn(x.Backend, Shape.With(along, n - 1), 0, x.DType);
            return Scan("CumProd", x, reverse ? Concat([zeros, first], along) : Concat([first, zeros], along), along, reverse);
        }

        /// <summary>Running largest elements along an axis, and their positions (int64), of equal ones the last; from the first NaN on, NaN. The gradient goes to where each came from.</summary>
        /// <param name="axis">The axis to run along.</param>
        /// <exception cref="ShapeException">The axis is out of range.</exception>
        public (Tensor Values, Tensor Indices) CumMax(int axis = 0) => Extremes("CumMax", axis, GreaterEqual);

        /// <summary>Running smallest elements along an axis, and their positions (int64), of equal ones the last; from the first NaN on, NaN. The gradient goes to where each came from.</summary>
        /// <inheritdoc cref="CumMax"/>
        public (Tensor Values, Tensor Indices) CumMin(int axis = 0) => Extremes("CumMin", axis, LessEqual);

        private (Tensor Values, Tensor Indices) Extremes(string name, int axis, Func<Tensor, Tensor, Tensor> isBetter)
        {
            var along = Shape.Axis(axis, name);
            var n = Shape[along];
            Shape alone = [.. Enumerable.Repeat(1, along), n, .. Enumerable.Repeat(1, Rank - along - 1)];
            Tensor indices = Arange(n).To(Device).Reshape(alone).BroadcastTo(Shape);
            using (Recording.Pause())
            {
                // After each round, the best of twice as many elements before.
                var values = DType == DType.Bool ? Cast(DType.Int32) : this;
                for (var step = 1; step < n; step *= 2)
                {
                    var (before, after) = (values.SliceAxis(along, 0, n - step), values.SliceAxis(along, step, n - step));
                    var isAfter = (isBetter(after, before) | IsNaN(after)) & !(IsNaN(before) & !IsNaN(after));
                    values = Concat([values.SliceAxis(along, 0, step), Where(isAfter, after, before)], along);
                    indices = Concat([indices.SliceAxis(along, 0, step), Where(isAfter, indices.SliceAxis(along, step, n - step), indices.SliceAxis(along, 0, n - step))], along);
                }
            }
            return (TakeAlongAxis(WholeNumbers.Below(n, indices), along), indices);
        }

        /// <summary>The elements moved on by one in the direction of a scan, a constant before them.</summary>
        private static Tensor Shifted(Tensor x, int axis, bool reverse, double start)
        {
            var n = x.Shape[axis];
            if (n == 0)
            {
                return x;
            }
            var first = FullOn(x.Backend, x.Shape.With(axis, 1), start, x.DType);
            return reverse ? Concat([x.SliceAxis(axis, 1, n - 1), first], axis) : Concat([first, x.SliceAxis(axis, 0, n - 1)], axis);
        }

        /// <summary>
        /// The linear recurrence y[t] = decay[t] y[t-1] + x[t] along an axis, from y[-1] = 0: running sums, exponential averages, discounted returns, linear state spaces.
        /// </summary>
        /// <param name="decay">Broadcasts with <paramref name="x"/>.</param>
        /// <param name="x">What is added at each step.</param>
        /// <param name="axis">The axis to run along.</param>
        /// <param name="reverse">Whether to run from the end: y[t] = decay[t] y[t+1] + x[t].</param>
        /// <exception cref="ShapeException">The shapes do not broadcast or the axis is out of range.</exception>
        public static Tensor LinearRecurrence(Tensor decay, Tensor x, int axis = 0, bool reverse = false)
        {
            ArgumentNullException.ThrowIfNull(decay);
            ArgumentNullException.ThrowIfNull(x);
            var shape = Shape.Broadcast(decay.Shape, x.Shape, "LinearRecurrence");
            var along = shape.Axis(axis, "LinearRecurrence");
            Backends.Backend.Of(ref decay, ref x, new NotDifferentiable("LinearRecurrence"));
            Promotion.Unify(ref decay, ref x, keepsIntegers: true);
            return Scan("LinearRecurrence", decay.Shape.Equals(shape) ? decay : decay.BroadcastTo(shape), x.Shape.Equals(shape) ? x : x.BroadcastTo(shape), along, reverse);
        }

        internal static Tensor Scan(string name, Tensor? a, Tensor b, int axis, bool reverse)
        {
            var y = Allocate(b.DType, b.Shape, b.Backend);
            var (outer, n, inner) = Reducing.Split(b.Shape, axis);
            var (packedA, packedB) = (a?.Packed(), b.Packed());
            if (y.Size > 0)
            {
                b.Backend.Recurrence(packedA, packedB, outer, n, inner, reverse, y);
            }
            packedA?.EndRead();
            packedB.EndRead();
            if (a is null)
            {
                Recording.Active?.Add(new RecurrenceOp(name, axis, reverse), y, b);
            }
            else
            {
                Recording.Active?.Add(new RecurrenceOp(name, axis, reverse), y, b, a);
            }
            return y;
        }
    }
}

namespace Autograd.Ops
{
    /// <summary>
    /// y[t] = a[t] y[t-1] + b[t]. The gradient g of y runs the other way, g[t] = dy[t] + a[t+1] g[t+1], which is a recurrence again: db = g and
    /// da[t] = g[t] y[t-1]. So running sums and products have exact gradients of any order from this one operation.
    /// </summary>
    internal sealed class RecurrenceOp(string name, int axis, bool reverse) : Op
    {
        public override string Name => name;

        public override string Attributes => $"axis: {axis}{(reverse ? ", reverse" : "")}";

        public override Tensor Pullback(int input, Tensor dy, in RecordedOp recorded)
        {
            var y = recorded.Y;
            var a = recorded.B;
            // Shifted so that it stands where the reversed recurrence reads it; the first factor of a recurrence is never used.
            var next = a is null ? null : Shift(a, reverse ? 1 : -1);
            var g = Tensor.Scan(name, next, dy, axis, !reverse);
            return input == 0 ? g : g * Shift(y, reverse ? -1 : 1);
        }

        /// <summary>The elements moved along the axis by one, 0 moving in.</summary>
        private Tensor Shift(Tensor x, int by)
        {
            var n = x.Shape[axis];
            if (n == 0)
            {
                return x;
            }
            var zero = Tensor.FullOn(x.Backend, x.Shape.With(axis, 1), 0, x.DType);
            return by > 0 ? Tensor.Concat([zero, x.SliceAxis(axis, 0, n - 1)], axis) : Tensor.Concat([x.SliceAxis(axis, 1, n - 1), zero], axis);
        }
    }
}
