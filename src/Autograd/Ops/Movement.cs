using Autograd.Ops;

namespace Autograd
{
    public partial class Tensor
    {
        /// <summary>The same elements, in row-major order, under another shape. A view where the layout allows.</summary>
        /// <param name="shape">The new extents; one may be -1 and is worked out.</param>
        /// <exception cref="ShapeException">The element counts differ, several extents are -1, or -1 cannot be worked out.</exception>
        [System.Runtime.CompilerServices.OverloadResolutionPriority(1)]
        public Tensor Reshape(params ReadOnlySpan<int> shape) => Reshape(Movement.Infer(Shape, shape));

        /// <inheritdoc cref="Reshape(ReadOnlySpan{int})"/>
        public Tensor Reshape(Shape shape)
        {
            ArgumentNullException.ThrowIfNull(shape);
            if (shape.Size != Size)
            {
                throw new ShapeException($"Reshape: {Shape} has {Size} elements and {shape} has {shape.Size}.");
            }
            if (Shape.Equals(shape))
            {
                return AsValue();
            }
            Tensor y;
            if (IsContiguous)
            {
                y = View(shape, null, Offset);
            }
            else
            {
                using var packed = Packed();
                y = packed.View(shape, null, packed.Offset);
            }
            Recording.Active?.Add(ReshapeOp.Instance, y, this);
            return y;
        }

        /// <summary>All elements along one axis, in row-major order.</summary>
        /// <param name="startAxis">Axes before this one are kept.</param>
        /// <exception cref="ShapeException">The axis is out of range.</exception>
        public Tensor Flatten(int startAxis = 0)
        {
            if (Rank == 0)
            {
                return Reshape(1);
            }
            var start = Shape.Axis(startAxis, "Flatten");
            // Behind an extent of 0 the others may multiply to anything.
            long rest = 1;
            foreach (var extent in Shape.Dimensions[start..])
            {
                rest = Math.Min(rest * extent, 1L << 32);
            }
            return rest <= int.MaxValue
                ? Reshape(Shape.Of([.. Shape.Dimensions[..start], (int)rest]))
                : throw new ShapeException($"Flatten: the axes of shape {Shape} from {start} on have more elements than one axis can hold.");
        }

        /// <summary>The axes in another order: axis i of the result is axis <paramref name="axes"/>[i] of this. A view.</summary>
        /// <exception cref="ShapeException">The axes are no permutation of all axes.</exception>
        public Tensor Permute(params ReadOnlySpan<int> axes)
        {
            if (axes.Length != Rank)
            {
                throw new ShapeException($"Permute: {axes.Length} axes for shape {Shape} of {Rank}; each must be named once.");
            }
            Axes.Of(axes).Of(Shape, "Permute");
            var order = new int[Rank];
            var dimensions = new int[Rank];
            var strides = new int[Rank];
            var old = Strides;
            for (var i = 0; i < order.Length; i++)
            {
                order[i] = Shape.Axis(axes[i], "Permute");
                dimensions[i] = Shape[order[i]];
                strides[i] = old[order[i]];
            }
            var y = View(Shape.Trusted(dimensions, Size), strides, Offset);
            Recording.Active?.Add(new PermuteOp(order), y, this);
            return y;
        }

        /// <summary>The axes in reverse order; for a matrix, its transpose. A view.</summary>
        public Tensor Transpose() => Rank == 2 ? SwapAxes(0, 1) : Permute([.. Enumerable.Range(0, Rank).Reverse()]);

        /// <summary>The transpose: all axes reversed. A view.</summary>
        public Tensor T => Transpose();

        /// <summary>Two axes exchanged. A view.</summary>
        /// <exception cref="ShapeException">An axis is out of range.</exception>
        public Tensor SwapAxes(int axis1, int axis2)
        {
            var a = Shape.Axis(axis1, "SwapAxes");
            var b = Shape.Axis(axis2, "SwapAxes");
            if (a == b)
            {
                return AsValue();
            }
            var dimensions = Shape.ToArray();
            var strides = StridesOrNull is { } given ? [.. given] : Shape.RowMajorStrides();
            (dimensions[a], dimensions[b]) = (dimensions[b], dimensions[a]);
            (strides[a], strides[b]) = (strides[b], strides[a]);
            var y = View(Shape.Trusted(dimensions, Size), strides, Offset);
            Recording.Active?.Add(new SwapAxesOp(a, b), y, this);
            return y;
        }

        /// <summary>This tensor stretched to a larger shape by repeating axes of extent 1 and adding leading ones. A view.</summary>
        /// <exception cref="ShapeException">An axis of extent other than 1 would have to change.</exception>
        public Tensor BroadcastTo(Shape shape)
        {
            ArgumentNullException.ThrowIfNull(shape);
            if (Shape.Equals(shape))
            {
                return AsValue();
            }
            var y = Movement.BroadcastView(this, shape, "BroadcastTo");
            Recording.Active?.Add(BroadcastOp.Instance, y, this);
            return y;
        }

        /// <summary>The sum over the axes along which <paramref name="shape"/> would broadcast to this shape: the reverse of <see cref="BroadcastTo"/>. As for <see cref="Sum"/>, sums of bools and int32 are int64.</summary>
        /// <exception cref="ShapeException"><paramref name="shape"/> does not broadcast to this shape.</exception>
        public Tensor SumTo(Shape shape)
        {
            ArgumentNullException.ThrowIfNull(shape);
            if (DType < DType.Int64)
            {
                return Cast(DType.Int64).SumTo(shape);
            }
            if (ReferenceEquals(Shape, shape) || Shape.Equals(shape))
            {
                return AsValue();
            }
            var extra = Rank - shape.Rank;
            var chosen = default(AxisSet);
            for (var axis = 0; axis < Rank || extra < 0; axis++)
            {
                if (extra >= 0 && (axis < extra || (shape[axis - extra] == 1 && Shape[axis] != 1)))
                {
                    chosen = chosen.With(axis);
                }
                else if (extra < 0 || shape[axis - extra] != Shape[axis])
                {
                    throw new ShapeException($"SumTo: {shape} does not broadcast to {Shape}.");
                }
            }
            var y = Reducing.Run(Backends.Reduction.Sum, this, chosen, shape);
            Recording.Active?.Add(SumToOp.Instance, y, this);
            GC.KeepAlive(this);
            return y;
        }

        /// <summary>Without the axes of extent 1, or without one such axis. A view.</summary>
        /// <exception cref="ShapeException">The axis is out of range, or its extent is not 1.</exception>
        public Tensor Squeeze(int? axis = null)
        {
            if (axis is null)
            {
                return Reshape(Shape.Of([.. Shape.Where(extent => extent != 1)]));
            }
            var at = Shape.Axis(axis.Value, "Squeeze");
            if (Shape[at] != 1)
            {
                throw new ShapeException($"Squeeze: axis {axis} of shape {Shape} has extent {Shape[at]}; only an axis of extent 1 can go.");
            }
            return Reshape(Shape.Of([.. Shape.Dimensions[..at], .. Shape.Dimensions[(at + 1)..]]));
        }

        /// <summary>With a new axis of extent 1 before <paramref name="axis"/> of the result. A view.</summary>
        /// <exception cref="ShapeException">The axis is out of range.</exception>
        public Tensor ExpandDims(int axis)
        {
            if (axis < -Rank - 1 || axis > Rank)
            {
                throw new ShapeException($"ExpandDims: axis {axis} is out of range for shape {Shape}; it may be {-Rank - 1} to {Rank}.");
            }
            var at = axis < 0 ? axis + Rank + 1 : axis;
            return Reshape(Shape.Of([.. Shape.Dimensions[..at], 1, .. Shape.Dimensions[at..]]));
        }

        /// <summary>The elements along axes in reverse order, along all axes when left out. A view.</summary>
        /// <exception cref="ShapeException">An axis is out of range or appears twice.</exception>
        public Tensor Flip(Axes axis = default)
        {
            var chosen = axis.Of(Shape, "Flip");
            var slices = Movement.Whole(Shape);
            for (var i = 0; i < Rank; i++)
            {
                if (chosen.Contains(i))
                {
                    slices[i] = new AxisSlice(Math.Max(Shape[i] - 1, 0), -1, Shape[i]);
                }
            }
            return Slice(slices);
        }

        /// <summary>The elements shifted along an axis, those that leave at one end coming back at the other.</summary>
        /// <exception cref="ShapeException">The axis is out of range.</exception>
        public Tensor Roll(int shift, int axis)
        {
            var along = Shape.Axis(axis, "Roll");
            var n = Shape[along];
            var by = n == 0 ? 0 : (int)((((long)shift % n) + n) % n);
            return by == 0 ? AsValue() : Concat([SliceAxis(along, n - by, by), SliceAxis(along, 0, n - by)], along);
        }

        /// <summary>This tensor repeated along each axis, as NumPy's tile: missing leading repeats or axes count as 1.</summary>
        /// <exception cref="ShapeException">A repeat is negative, or the result would be too large.</exception>
        public Tensor Tile(params ReadOnlySpan<int> repeats)
        {
            foreach (var repeat in repeats)
            {
                if (repeat < 0)
                {
                    throw new ShapeException($"Tile: repeats {Shape.Format(repeats)} contain {repeat}; a repeat is 0 or more.");
                }
            }
            var rank = Math.Max(Rank, repeats.Length);
            int[] full = [.. Enumerable.Repeat(1, rank - repeats.Length), .. repeats];
            int[] extents = [.. Enumerable.Repeat(1, rank - Rank), .. Shape];
            var spread = new int[2 * rank];
            var single = new int[2 * rank];
            var result = new int[rank];
            for (var i = 0; i < rank; i++)
            {
                (spread[2 * i], spread[(2 * i) + 1]) = (full[i], extents[i]);
                (single[2 * i], single[(2 * i) + 1]) = (1, extents[i]);
                result[i] = Movement.CheckedProduct(full[i], extents[i], "Tile", this.Shape);
            }
            Shape tiled = result, between = spread;
            return Reshape(Shape.Of(single)).BroadcastTo(between).Reshape(tiled);
        }

        /// <summary>This tensor with a constant around it.</summary>
        /// <param name="padding">For each axis how many elements to add before and after; negative ones crop.</param>
        /// <param name="value">The constant.</param>
        /// <exception cref="ShapeException">There is not one pair per axis, or an axis would be cropped below 0.</exception>
        /// <exception cref="ValueException">The constant is none that the type, an integer one, holds.</exception>
        public Tensor Pad(ReadOnlySpan<(int Before, int After)> padding, double value = 0)
        {
            if (padding.Length != Rank)
            {
                throw new ShapeException($"Pad: {padding.Length} pairs for shape {Shape}; there must be one (before, after) per axis.");
            }
            var slices = new AxisSlice[Rank];
            var placed = new AxisSlice[Rank];
            var result = new int[Rank];
            for (var i = 0; i < Rank; i++)
            {
                var (before, after) = padding[i];
                var extent = (long)Shape[i] + before + after;
                if (extent < 0 || extent > int.MaxValue || Math.Max(-(long)before, 0) + Math.Max(-(long)after, 0) > Shape[i])
                {
                    throw new ShapeException($"Pad: ({before}, {after}) at axis {i} of shape {Shape} leaves {extent} elements.");
                }
                var start = (int)Math.Max(-(long)before, 0);
                var length = Shape[i] - start - Math.Max(-after, 0);
                slices[i] = new AxisSlice(start, 1, length);
                placed[i] = new AxisSlice(Math.Max(before, 0), 1, length);
                result[i] = (int)extent;
            }
            RequireHolds(DType, value, "Pad");
            Shape padded = result;
            var inner = Slice(slices);
            var y = inner.Unslice(placed, padded);
            if (value == 0)
            {
                return y;
            }
            // Chosen, not added: an infinite constant times the 0 inside would be NaN, and integers would become floats.
            Tensor inside;
            using (Recording.Pause())
            {
                inside = OnesLike(inner).Cast(DType.Bool).Unslice(placed, y.Shape);
            }
            return Where(inside, y, FullOn(Backend, [], value, y.DType));
        }

        /// <summary>Tensors joined along an existing axis. Types promote.</summary>
        /// <exception cref="ShapeException">There are none, the axis is out of range, or another extent or the rank differs.</exception>
        public static Tensor Concat(ReadOnlySpan<Tensor> tensors, int axis = 0)
        {
            Movement.RequireJoinable(tensors, "Concat");
            var first = tensors[0].Shape;
            var along = first.Axis(axis, "Concat");
            long total = 0;
            foreach (var input in tensors)
            {
                if (input.Rank != first.Rank)
                {
                    throw new ShapeException(
                        $"Concat: shape {first} has {first.Rank} axes and {input.Shape} has {input.Rank}; there must be as many. ExpandDims adds one, of extent 1.");
                }
                if (!input.Shape.With(along, first[along]).Equals(first))
                {
                    throw new ShapeException($"Concat: shapes {first} and {input.Shape} differ elsewhere than at axis {along}.");
                }
                total += input.Shape[along];
            }
            if (total > int.MaxValue)
            {
                throw new ShapeException($"Concat: the result would have {total} elements along axis {along}.");
            }
            var shape = first.With(along, (int)total);
            var inputs = Movement.Unified(tensors);
            var y = Allocate(inputs[0].DType, shape, inputs[0].Backend);
            var start = 0;
            foreach (var input in inputs)
            {
                var slices = Movement.Whole(y.Shape);
                slices[along] = new AxisSlice(start, 1, input.Shape[along]);
                using var place = Movement.SliceView(y, slices);
                y.Backend.Copy(input, place);
                start += input.Shape[along];
            }
            Recording.Active?.Add(new ConcatOp(along), y, inputs);
            return y;
        }

        /// <summary>Tensors of one shape joined along a new axis.</summary>
        /// <exception cref="ShapeException">There are none, their shapes differ, or the axis is out of range.</exception>
        public static Tensor Stack(ReadOnlySpan<Tensor> tensors, int axis = 0)
        {
            Movement.RequireJoinable(tensors, "Stack");
            var first = tensors[0].Shape;
            if (axis < -first.Rank - 1 || axis > first.Rank)
            {
                throw new ShapeException($"Stack: axis {axis} is out of range for {tensors.Length} tensors of shape {first}; it may be {-first.Rank - 1} to {first.Rank}.");
            }
            foreach (var input in tensors)
            {
                if (!input.Shape.Equals(first))
                {
                    throw new ShapeException($"Stack: shapes {first} and {input.Shape} differ; all must be equal.");
                }
            }
            var expanded = new Tensor[tensors.Length];
            for (var i = 0; i < expanded.Length; i++)
            {
                expanded[i] = tensors[i].ExpandDims(axis);
            }
            return Concat(expanded, axis < 0 ? axis + first.Rank + 1 : axis);
        }

        /// <summary>Consecutive parts along an axis, of the given sizes. Views.</summary>
        /// <exception cref="ShapeException">A size is negative, or they do not add up to the axis.</exception>
        public Tensor[] Split(ReadOnlySpan<int> sizes, int axis = 0)
        {
            var along = Shape.Axis(axis, "Split");
            long total = 0;
            foreach (var size in sizes)
            {
                if (size < 0)
                {
                    throw new ShapeException($"Split: sizes {Shape.Format(sizes)} contain {size}; a size is 0 or more.");
                }
                total += size;
            }
            if (total != Shape[along])
            {
                throw new ShapeException($"Split: sizes {Shape.Format(sizes)} add up to {total}; axis {axis} of shape {Shape} has {Shape[along]}.");
            }
            var parts = new Tensor[sizes.Length];
            var start = 0;
            for (var i = 0; i < parts.Length; i++)
            {
                parts[i] = SliceAxis(along, start, sizes[i]);
                start += sizes[i];
            }
            return parts;
        }

        /// <summary>Equal consecutive parts along an axis. Views.</summary>
        /// <exception cref="ShapeException">The count is not positive or does not divide the axis.</exception>
        public Tensor[] Split(int count, int axis = 0)
        {
            var along = Shape.Axis(axis, "Split");
            if (count <= 0 || Shape[along] % count != 0)
            {
                throw new ShapeException($"Split: axis {axis} of shape {Shape} has {Shape[along]} elements, which {count} parts do not divide.");
            }
            return Split([.. Enumerable.Repeat(Shape[along] / count, count)], axis);
        }

        /// <summary>The elements at start, start + step, ... of each axis. A view.</summary>
        internal Tensor Slice(AxisSlice[] slices)
        {
            var y = Movement.SliceView(this, slices);
            Recording.Active?.Add(new SliceOp(slices), y, this);
            return y;
        }

        internal Tensor SliceAxis(int axis, int start, int length)
        {
            var slices = Movement.Whole(Shape);
            slices[axis] = new AxisSlice(start, 1, length);
            return Slice(slices);
        }

        /// <summary>Zeros of the given shape, with this tensor written into a slice: the reverse of <see cref="Slice"/>.</summary>
        internal Tensor Unslice(AxisSlice[] slices, Shape shape)
        {
            var y = Allocate(DType, shape, Backend);
            Backend.Fill(y, 0);
            using var place = Movement.SliceView(y, slices);
            Backend.Copy(this, place);
            Recording.Active?.Add(new UnsliceOp(slices), y, this);
            return y;
        }
    }
}

namespace Autograd.Ops
{
    /// <summary>Elements start, start + step, ... of one axis.</summary>
    internal readonly record struct AxisSlice(int Start, int Step, int Length)
    {
        public override string ToString() => $"{Start}+{Step}*{Length}";
    }

    internal static class Movement
    {
        public static Shape Infer(Shape shape, ReadOnlySpan<int> wanted)
        {
            var unknown = -1;
            long known = 1;
            for (var i = 0; i < wanted.Length; i++)
            {
                if (wanted[i] == -1 && unknown < 0)
                {
                    unknown = i;
                }
                else if (wanted[i] < 0)
                {
                    throw new ShapeException(wanted[i] == -1
                        ? $"Reshape: {Shape.Format(wanted)} leaves more than one extent open; at most one may be -1."
                        : $"Reshape: {Shape.Format(wanted)} contains {wanted[i]}; extents are 0 or more, or -1 once.");
                }
                else
                {
                    known = Math.Min(known * wanted[i], 1L << 40);
                }
            }
            if (unknown < 0)
            {
                return Shape.Of(wanted);
            }
            if (known == 0 || shape.Size % known != 0)
            {
                throw new ShapeException(known == 0
                    ? $"Reshape: with an extent of 0 the -1 in {Shape.Format(wanted)} could be anything."
                    : $"Reshape: the {shape.Size} elements of {shape} are no multiple of {known}, so the -1 in {Shape.Format(wanted)} has no value.");
            }
            var result = wanted.ToArray();
            result[unknown] = (int)(shape.Size / known);
            return Shape.Of(result);
        }

        public static Tensor BroadcastView(Tensor x, Shape shape, string operation)
        {
            var extra = shape.Rank - x.Rank;
            var strides = new int[shape.Rank];
            var fits = extra >= 0;
            var rowMajor = 1;
            for (var axis = x.Rank - 1; axis >= 0 && fits; axis--)
            {
                var extent = x.Shape[axis];
                fits = extent == shape[axis + extra] || extent == 1;
                strides[axis + extra] = extent == 1 && shape[axis + extra] != 1 ? 0 : x.StridesOrNull?[axis] ?? rowMajor;
                rowMajor *= Math.Max(extent, 1);
            }
            return fits ? x.View(shape, strides, x.Offset) : throw new ShapeException($"{operation}: shape {x.Shape} does not broadcast to {shape}.");
        }

        public static AxisSlice[] Whole(Shape shape)
        {
            var slices = new AxisSlice[shape.Rank];
            for (var i = 0; i < slices.Length; i++)
            {
                slices[i] = new AxisSlice(0, 1, shape[i]);
            }
            return slices;
        }

        public static Tensor SliceView(Tensor x, AxisSlice[] slices)
        {
            var dimensions = new int[x.Rank];
            var strides = new int[x.Rank];
            var offset = x.Offset;
            var old = x.Strides;
            var size = 1;
            for (var i = 0; i < slices.Length; i++)
            {
                dimensions[i] = slices[i].Length;
                strides[i] = old[i] * slices[i].Step;
                offset += old[i] * slices[i].Start;
                size *= slices[i].Length;
            }
            // An empty view must not point behind the end.
            return x.View(Shape.Trusted(dimensions, size), strides, size == 0 ? x.Offset : offset);
        }

        public static int CheckedProduct(int a, int b, string operation, Shape shape) => (long)a * b <= int.MaxValue
            ? a * b
            : throw new ShapeException($"{operation}: {a} repeats of an axis of {b} (shape {shape}) are too many.");

        /// <summary>Refuses a join of nothing, and one across devices.</summary>
        public static void RequireJoinable(ReadOnlySpan<Tensor> tensors, string operation)
        {
            if (tensors.Length == 0)
            {
                throw new ShapeException($"{operation}: there is nothing to join; give at least one tensor.");
            }
            foreach (var x in tensors)
            {
                ArgumentNullException.ThrowIfNull(x, nameof(tensors));
                if (x.Backend != tensors[0].Backend)
                {
                    throw new DeviceException($"{operation}: one tensor lives on {tensors[0].Device}, another on {x.Device}; move one of them first.");
                }
            }
        }

        /// <summary>The operands of a join in one type. The conversions are recorded, so the join was checked before.</summary>
        public static Tensor[] Unified(ReadOnlySpan<Tensor> tensors)
        {
            var dtype = DType.Bool;
            foreach (var x in tensors)
            {
                dtype = x.DType > dtype ? x.DType : dtype;
            }
            var unified = new Tensor[tensors.Length];
            for (var i = 0; i < unified.Length; i++)
            {
                unified[i] = tensors[i].Cast(dtype);
            }
            return unified;
        }
    }

    internal sealed class ReshapeOp : Op
    {
        public static readonly ReshapeOp Instance = new();

        public override string Name => "Reshape";

        public override Tensor Pullback(int input, Tensor dy, in RecordedOp recorded) => dy.Reshape(recorded.X.Shape);
    }

    internal sealed class PermuteOp(int[] order) : Op
    {
        public override string Name => "Permute";

        public override string Attributes => Shape.Format(order);

        public override Tensor Pullback(int input, Tensor dy, in RecordedOp recorded)
        {
            var back = new int[order.Length];
            for (var i = 0; i < order.Length; i++)
            {
                back[order[i]] = i;
            }
            return dy.Permute(back);
        }
    }

    internal sealed class SwapAxesOp(int a, int b) : Op
    {
        public override string Name => "SwapAxes";

        public override string Attributes => $"{a}, {b}";

        public override Tensor Pullback(int input, Tensor dy, in RecordedOp recorded) => dy.SwapAxes(a, b);
    }

    internal sealed class BroadcastOp : Op
    {
        public static readonly BroadcastOp Instance = new();

        public override string Name => "BroadcastTo";

        public override Tensor Pullback(int input, Tensor dy, in RecordedOp recorded) => dy.SumTo(recorded.X.Shape);
    }

    internal sealed class SumToOp : Op
    {
        public static readonly SumToOp Instance = new();

        public override string Name => "SumTo";

        public override Tensor Pullback(int input, Tensor dy, in RecordedOp recorded) => dy.BroadcastTo(recorded.X.Shape);
    }

    internal sealed class ConcatOp(int axis) : Op
    {
        public override string Name => "Concat";

        public override string Attributes => $"axis: {axis}";

        public override Tensor Pullback(int input, Tensor dy, in RecordedOp recorded)
        {
            var start = 0;
            for (var i = 0; i < input; i++)
            {
                start += recorded.Input(i).Shape[axis];
            }
            return dy.SliceAxis(axis, start, recorded.Input(input).Shape[axis]);
        }
    }

    internal sealed class SliceOp(AxisSlice[] slices) : Op
    {
        public override string Name => "Slice";

        public override string Attributes => string.Join(", ", slices);

        public override Tensor Pullback(int input, Tensor dy, in RecordedOp recorded) => dy.Unslice(slices, recorded.X.Shape);
    }

    internal sealed class UnsliceOp(AxisSlice[] slices) : Op
    {
        public override string Name => "Unslice";

        public override string Attributes => string.Join(", ", slices);

        public override Tensor Pullback(int input, Tensor dy, in RecordedOp recorded) => dy.Slice(slices);
    }
}
