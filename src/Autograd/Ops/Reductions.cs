using System.Runtime.CompilerServices;
using Autograd.Backends;
using Autograd.Ops;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd
{
    public partial class Tensor
    {
        /// <summary>The sum along axes. Sums of bools and int32 are int64.</summary>
        /// <param name="axis">One axis, several, or all when left out.</param>
        /// <param name="keepDims">Whether reduced axes stay with extent 1.</param>
        /// <exception cref="ShapeException">An axis is out of range or appears twice.</exception>
        public Tensor Sum(Axes axis = default, bool keepDims = false) => Reduce(Reduction.Sum, "Sum", axis, keepDims);

        /// <summary>The product along axes; its gradient is exact where factors are 0, to any order. Products of bools and int32 are int64.</summary>
        /// <inheritdoc cref="Sum"/>
        public Tensor Prod(Axes axis = default, bool keepDims = false) => Reduce(Reduction.Product, "Prod", axis, keepDims);

        /// <summary>The largest value along axes; NaN if one is. The gradient is split evenly between equal largest values.</summary>
        /// <inheritdoc cref="Sum"/>
        /// <exception cref="ShapeException">An axis is out of range, appears twice, or is empty.</exception>
        public Tensor Max(Axes axis = default, bool keepDims = false) => Reduce(Reduction.Max, "Max", axis, keepDims);

        /// <summary>The smallest value along axes; NaN if one is. The gradient is split evenly between equal smallest values.</summary>
        /// <inheritdoc cref="Max"/>
        public Tensor Min(Axes axis = default, bool keepDims = false) => Reduce(Reduction.Min, "Min", axis, keepDims);

        /// <summary>Whether any value along axes is true (or not zero).</summary>
        /// <inheritdoc cref="Sum"/>
        public Tensor Any(Axes axis = default, bool keepDims = false) => Reduce(Reduction.Any, "Any", axis, keepDims);

        /// <summary>Whether all values along axes are true (or not zero).</summary>
        /// <inheritdoc cref="Sum"/>
        public Tensor All(Axes axis = default, bool keepDims = false) => Reduce(Reduction.All, "All", axis, keepDims);

        /// <summary>The arithmetic mean along axes; NaN over nothing. For bools the share (float32) that is true, so an accuracy is <c>Equal(prediction, y).Mean()</c>.</summary>
        /// <inheritdoc cref="Sum"/>
        /// <exception cref="DTypeException">The tensor holds integers: Cast it first.</exception>
        public Tensor Mean(Axes axis = default, bool keepDims = false)
        {
            if (DType == DType.Bool)
            {
                return Cast(DType.Float32).Mean(axis, keepDims);
            }
            RequireFloating("Mean");
            return Reduce(Reduction.Sum, "Mean", axis, keepDims, mean: true);
        }

        /// <summary>The variance along axes: the mean squared distance from the mean, divided by n - <paramref name="correction"/>. Its gradient for a constant is 0.</summary>
        /// <param name="axis">One axis, several, or all when left out.</param>
        /// <param name="correction">0 for the variance of these values, as in TensorFlow and NumPy; 1 (Bessel) to estimate that of what they were drawn from.</param>
        /// <param name="keepDims">Whether reduced axes stay with extent 1.</param>
        /// <exception cref="DTypeException">The tensor holds integers or bools: Cast it first.</exception>
        /// <exception cref="ShapeException">An axis is out of range or appears twice.</exception>
        public Tensor Var(Axes axis = default, double correction = 0, bool keepDims = false)
        {
            RequireFloating("Var");
            axis.Of(Shape, "Var");
            var sum = SquaredDifference(this, Mean(axis, keepDims: true)).Sum(axis, keepDims);
            var count = sum.Size == 0 ? 1 : Size / sum.Size;
            return sum / Math.Max(count - correction, 0);
        }

        /// <summary>The standard deviation along axes: the root of <see cref="Var"/>. Its gradient for a constant is 0.</summary>
        /// <inheritdoc cref="Var"/>
        public Tensor Std(Axes axis = default, double correction = 0, bool keepDims = false)
        {
            RequireFloating("Std");
            axis.Of(Shape, "Std");
            return Map(default(RootOp), Var(axis, correction, keepDims));
        }

        /// <summary>The Euclidean norm along axes. Its gradient for the zero vector is 0.</summary>
        /// <inheritdoc cref="Sum"/>
        /// <exception cref="DTypeException">The tensor holds integers or bools: Cast it first.</exception>
        public Tensor Norm(Axes axis = default, bool keepDims = false)
        {
            RequireFloating("Norm");
            axis.Of(Shape, "Norm");
            return Map(default(RootOp), Square(this).Sum(axis, keepDims));
        }

        /// <summary>The index (int64) of the first largest value along an axis, or of the flattened tensor; the first NaN counts as largest.</summary>
        /// <param name="axis">The axis, or the flattened tensor when left out.</param>
        /// <param name="keepDims">Whether the axis stays with extent 1.</param>
        /// <exception cref="ShapeException">The axis is out of range or empty.</exception>
        public Tensor ArgMax(int? axis = null, bool keepDims = false) => ArgReduce("ArgMax", largest: true, axis, keepDims);

        /// <summary>The index (int64) of the first smallest value along an axis, or of the flattened tensor; the first NaN counts as smallest.</summary>
        /// <inheritdoc cref="ArgMax"/>
        public Tensor ArgMin(int? axis = null, bool keepDims = false) => ArgReduce("ArgMin", largest: false, axis, keepDims);

        /// <summary>log of the sum of e^x along axes, without overflow; -infinity over nothing or where all are -infinity.</summary>
        /// <inheritdoc cref="Sum"/>
        public Tensor LogSumExp(Axes axis = default, bool keepDims = false)
        {
            axis.Of(Shape, "LogSumExp");
            var x = DType.IsFloating() ? this : Cast(DType.Float32);
            if (Size == 0)
            {
                return Log(x.Sum(axis, keepDims));
            }
            // The shift is a constant to the gradient: it cancels. An infinite one would make inf - inf.
            var largest = StopGradient(x.Max(axis, keepDims: true));
            var shift = Where(IsFinite(largest), largest, 0f);
            var sum = Log(Exp(x - shift).Sum(axis, keepDims));
            return sum + (keepDims ? shift : shift.Reshape(sum.Shape));
        }

        internal void RequireFloating(string operation)
        {
            if (!DType.IsFloating())
            {
                throw new DTypeException($"{operation}: the tensor of shape {Shape} holds {DType}, which the result would not fit. Cast to Float32 first: x.Cast(DType.Float32).");
            }
        }

        private Tensor Reduce(Reduction reduction, string name, Axes axes, bool keepDims, bool mean = false)
        {
            var chosen = axes.Of(Shape, name);
            var shape = Shape.Reduced(chosen, keepDims);
            if (reduction is Reduction.Max or Reduction.Min && Size == 0 && shape.Size != 0)
            {
                throw new ShapeException($"{name}: shape {Shape} along axis {axes} has no elements, and so no {(reduction == Reduction.Max ? "largest" : "smallest")} one.");
            }
            var x = reduction switch
            {
                Reduction.Sum or Reduction.Product => DType < DType.Int64 ? Cast(DType.Int64) : this,
                Reduction.Max or Reduction.Min => DType == DType.Bool ? Cast(DType.Int32) : this,
                _ => AsBools(),
            };
            var y = Ops.Reducing.Run(reduction, x, chosen, shape);
            if (mean)
            {
                // 0 / 0 for a mean over nothing.
                Backend.Map(new Ops.DivideByOp(y.Size == 0 ? 1 : Size / y.Size), y, y);
            }
            Recording.Active?.Add(
                reduction switch
                {
                    Reduction.Sum => SumOp.For(chosen, mean),
                    Reduction.Product => new ProdOp(chosen),
                    Reduction.Max or Reduction.Min => new ExtremumOp(name, chosen),
                    _ => new NotDifferentiable(name),
                }, y, reduction is Reduction.Any or Reduction.All ? this : x);
            x.EndRead();
            return y;
        }

        // Unrecorded, so that a refusal names the reduction and not the cast it begins with.
        private Tensor AsBools()
        {
            using (Recording.Pause())
            {
                return Cast(DType.Bool);
            }
        }

        private Tensor ArgReduce(string name, bool largest, int? axis, bool keepDims)
        {
            if (axis is null)
            {
                var flat = AsShape(Shape.Of(Size)).ArgReduce(name, largest, 0, keepDims: false);
                return keepDims ? flat.Reshape([.. Enumerable.Repeat(1, Rank)]) : flat;
            }
            var along = Shape.Axis(axis.Value, name);
            if (Shape[along] == 0)
            {
                throw new ShapeException($"{name}: axis {axis} of shape {Shape} is empty, and so has no {(largest ? "largest" : "smallest")} element.");
            }
            var x = (DType == DType.Bool ? Cast(DType.Int32) : this).Packed();
            var y = Allocate(DType.Int64, Shape.With(along, 1), Backend);
            var (outer, n, inner) = Ops.Reducing.Split(Shape, along);
            if (y.Size > 0)
            {
                Backend.ArgReduce(largest, x, outer, n, inner, y);
            }
            var result = keepDims ? y : y.Squeeze(along);
            Recording.Active?.Add(new NotDifferentiable(name), result, this);
            x.EndRead();
            return result;
        }
    }
}

namespace Autograd.Ops
{
    internal static class Reducing
    {
        /// <summary>The extents before, at and after an axis.</summary>
        public static (int Outer, int N, int Inner) Split(Shape shape, int axis)
        {
            int outer = 1, inner = 1;
            for (var i = 0; i < shape.Rank; i++)
            {
                if (i < axis)
                {
                    outer *= shape[i];
                }
                else if (i > axis)
                {
                    inner *= shape[i];
                }
            }
            return (outer, shape[axis], inner);
        }

        /// <summary>Reduces groups of neighbouring axes, last group first; over [outer, n, inner] one group is one kernel.</summary>
        public static Tensor Run(Reduction reduction, Tensor x, AxisSet axes, Shape shape)
        {
            var backend = x.Backend;
            if (x.Size == 0)
            {
                var empty = Tensor.Allocate(x.DType, shape, backend);
                backend.Fill(empty, reduction is Reduction.Product or Reduction.All ? 1 : 0);
                return empty;
            }
            // Packing first makes the order of additions, and so the bits, independent of the layout.
            var current = x.Packed();
            Tensor? result = null;
            var inner = 1;
            var outer = x.Size;
            for (var axis = x.Rank - 1; axis >= 0;)
            {
                var n = 1;
                var chosen = axes.Contains(axis);
                for (; axis >= 0 && axes.Contains(axis) == chosen; axis--)
                {
                    n *= x.Shape[axis];
                }
                outer /= n;
                if (!chosen)
                {
                    inner *= n;
                    continue;
                }
                var more = (axes.Bits & ((1u << (axis + 1)) - 1)) != 0;
                result = Tensor.Allocate(x.DType, more ? outer * inner : shape, backend);
                backend.Reduce(reduction, current, outer, n, inner, result);
                current.EndRead();
                current = result;
            }
            return result ?? Copied(current, shape);
        }

        private static Tensor Copied(Tensor x, Shape shape)
        {
            var copy = Tensor.Allocate(x.DType, shape, x.Backend);
            x.Backend.Copy(x.View(shape, null, x.Offset), copy);
            x.EndRead();
            return copy;
        }

        /// <summary>A reduced tensor with its reduced axes back as extent 1, so that it broadcasts against the operand.</summary>
        public static Tensor Restore(Tensor reduced, Shape shape, AxisSet axes) => reduced.AsShape(shape.Reduced(axes, keepDims: true));
    }

    /// <summary>Division by a count, without a tensor for it.</summary>
    internal readonly record struct DivideByOp(double Count) : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => x / T.Const(Count);

        public static SlopeReads Reads => SlopeReads.None;

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.One / T.Const(Count);
    }

    /// <summary>A sum, or a mean.</summary>
    internal sealed class SumOp(AxisSet axes, bool isMean) : Op
    {
        // Most reductions are over the first few axes, again and again.
        private static readonly SumOp[] s_sums = [.. Enumerable.Range(0, 16).Select(bits => new SumOp(new AxisSet((uint)bits), isMean: false))];
        private static readonly SumOp[] s_means = [.. Enumerable.Range(0, 16).Select(bits => new SumOp(new AxisSet((uint)bits), isMean: true))];

        public override string Name => isMean ? "Mean" : "Sum";

        public override string Attributes => axes.ToString();

        public static SumOp For(AxisSet axes, bool isMean) => axes.Bits < 16 ? (isMean ? s_means : s_sums)[axes.Bits] : new SumOp(axes, isMean);

        public override Tensor Pullback(int input, Tensor dy, in RecordedOp recorded)
        {
            var x = recorded.X;
            if (isMean && x.Size > 0)
            {
                dy = Tensor.Map(new DivideByOp(x.Size / dy.Size), dy);
            }
            // A sum over all axes needs no restoring: a scalar broadcasts to anything.
            return (dy.Rank == 0 ? dy : Reducing.Restore(dy, x.Shape, axes)).BroadcastTo(x.Shape);
        }
    }

    internal sealed class ProdOp(AxisSet axes) : Op
    {
        public override string Name => "Prod";

        public override string Attributes => axes.ToString();

        // The product of all other factors, without dividing by one that may be 0: those before times those behind.
        public override Tensor Pullback(int input, Tensor dy, in RecordedOp recorded)
        {
            var x = recorded.X;
            if (x.Size == 0)
            {
                return Tensor.ZerosLike(x);
            }
            var order = Enumerable.Range(0, x.Rank).OrderBy(axis => axes.Contains(axis) ? 1 : 0).ToArray();
            var moved = x.Permute(order);
            var kept = moved.Shape.ToArray()[..(x.Rank - axes.Count)];
            var rows = moved.Reshape([.. kept, -1]);
            var others = rows.CumProd(-1, exclusive: true) * rows.CumProd(-1, exclusive: true, reverse: true);
            var back = new int[order.Length];
            for (var i = 0; i < order.Length; i++)
            {
                back[order[i]] = i;
            }
            return Reducing.Restore(dy, x.Shape, axes) * others.Reshape(moved.Shape).Permute(back);
        }
    }

    internal sealed class ExtremumOp(string name, AxisSet axes) : Op
    {
        public override string Name => name;

        public override string Attributes => axes.ToString();

        public override Tensor Pullback(int input, Tensor dy, in RecordedOp recorded)
        {
            var x = recorded.X;
            var winners = Tensor.Equal(x, Reducing.Restore(recorded.Y, x.Shape, axes)).Cast(x.DType);
            return Reducing.Restore(dy, x.Shape, axes) * (winners / winners.Sum(axes.ToAxes(), keepDims: true));
        }
    }

    /// <summary>The square root with gradient 0 at 0, for norms and deviations: there the sum of squares has gradient 0 too, and 0 times infinity would be NaN.</summary>
    internal readonly record struct RootOp : IUnaryOp
    {
        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Sqrt(x);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T>
        {
            var flat = T.Equal(y, T.Zero);
            return T.Select(flat, T.Zero, T.Const(0.5) / T.Select(flat, T.One, y));
        }
    }
}
