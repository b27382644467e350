using Autograd.Backends;
using Autograd.Backends.Cpu;
using Autograd.Ops;

namespace Autograd
{
    public partial class Tensor
    {
        /// <summary>
        /// A part of the tensor: <c>x[0]</c>, <c>x[1..3, ^1]</c>, <c>x[Every(.., 2)]</c>, <c>x[Ellipsis, 0]</c>, <c>x[NewAxis]</c> are views;
        /// <c>x[indices]</c> and <c>x[mask]</c> copy. Axes that are not named are kept whole.
        /// </summary>
        /// <exception cref="ShapeException">There are more parts than axes, a position is out of range, or a mask's shape differs.</exception>
        /// <exception cref="ValueException">An index tensor holds a position out of range.</exception>
        /// <exception cref="DTypeException">An index tensor holds floating values.</exception>
        [System.Runtime.CompilerServices.IndexerName("Part")]
        public Tensor this[params ReadOnlySpan<TensorIndex> index] => Indexing.Apply(this, index);

        /// <summary>The slices at the given positions of the first axis, in that order (copied): <c>x[[2, 0]]</c>. See <see cref="Take"/>.</summary>
        /// <exception cref="ValueException">A position is out of range.</exception>
        [System.Runtime.CompilerServices.IndexerName("Part")]
        public Tensor this[int[] positions]
        {
            get
            {
                ArgumentNullException.ThrowIfNull(positions);
                return Take(From(positions));
            }
        }

        /// <summary>In brackets: an axis of extent 1 in the result.</summary>
        public static TensorIndex NewAxis => TensorIndex.NewAxis;

        /// <summary>In brackets: all the axes that the rest of the index does not name.</summary>
        public static TensorIndex Ellipsis => TensorIndex.Ellipsis;

        /// <summary>In brackets: every <paramref name="step"/>-th element of a range; a negative step walks the range from its end.</summary>
        /// <exception cref="ShapeException">The step is 0.</exception>
        public static TensorIndex Every(Range range, int step) => TensorIndex.Every(range, step);

        /// <summary>The slices at the given positions of an axis: shape[..axis] + indices.Shape + shape[axis+1..]. Gradients of a repeated position add up.</summary>
        /// <param name="indices">Int32 or Int64 positions from 0, any shape.</param>
        /// <param name="axis">The axis they count along.</param>
        /// <exception cref="ValueException">A position is out of range.</exception>
        /// <exception cref="DTypeException">The indices are no integers.</exception>
        /// <exception cref="ShapeException">The axis is out of range.</exception>
        public Tensor Take(Tensor indices, int axis = 0)
        {
            ArgumentNullException.ThrowIfNull(indices);
            var along = Shape.Axis(axis, "Take");
            var positions = Indexing.Positions(indices, Shape[along], "Take", this, along);
            var (outer, n, inner) = Reducing.Split(Shape, along);
            var source = Packed();
            var y = Allocate(DType, Shape.Of([.. Shape.Dimensions[..along], .. indices.Shape.Dimensions, .. Shape.Dimensions[(along + 1)..]]), Backend);
            if (y.Size > 0)
            {
                Backend.Gather(source, outer, n, inner, positions, y);
            }
            Recording.Active?.Add(new TakeOp(along), y, this, positions);
            source.EndRead();
            return y;
        }

        /// <summary>A copy with <paramref name="updates"/> added at the given positions of an axis; updates of a repeated position add up, in order.</summary>
        /// <param name="indices">Int32 or Int64 positions from 0, any shape.</param>
        /// <param name="updates">Of shape Shape[..axis] + indices.Shape + Shape[axis+1..].</param>
        /// <param name="axis">The axis the positions count along.</param>
        /// <exception cref="ValueException">A position is out of range.</exception>
        /// <exception cref="DTypeException">The indices are no integers.</exception>
        /// <exception cref="ShapeException">The updates have another shape, or the axis is out of range.</exception>
        public Tensor ScatterAdd(Tensor indices, Tensor updates, int axis = 0)
        {
            ArgumentNullException.ThrowIfNull(indices);
            ArgumentNullException.ThrowIfNull(updates);
            var along = Shape.Axis(axis, "ScatterAdd");
            var expected = Shape.Of([.. Shape.Dimensions[..along], .. indices.Shape.Dimensions, .. Shape.Dimensions[(along + 1)..]]);
            if (!updates.Shape.Equals(expected))
            {
                throw new ShapeException($"ScatterAdd: updates {updates.Shape} at indices {indices.Shape} along axis {along} of {Shape}; they must have shape {expected}.");
            }
            var positions = Indexing.Positions(indices, Shape[along], "ScatterAdd", this, along);
            var op = new ScatterAddOp(along);
            var (start, added) = Indexing.Arithmetic(op, this, updates);
            var (outer, n, inner) = Reducing.Split(Shape, along);
            var y = Variable.Clone(start);
            var source = added.Packed();
            if (source.Size > 0)
            {
                Backend.ScatterAdd(source, outer, n, inner, positions, y);
            }
            Recording.Active?.Add(op, y, start, added, positions);
            source.EndRead();
            return y;
        }

        /// <summary>y[.., k, ..] = this[.., indices[.., k, ..], ..] along an axis: one position per element, as NumPy's take_along_axis.</summary>
        /// <param name="indices">Int32 or Int64 positions from 0; of this shape except along the axis.</param>
        /// <param name="axis">The axis they count along.</param>
        /// <exception cref="ValueException">A position is out of range.</exception>
        /// <exception cref="DTypeException">The indices are no integers.</exception>
        /// <exception cref="ShapeException">The shapes differ elsewhere, or the axis is out of range.</exception>
        public Tensor TakeAlongAxis(Tensor indices, int axis)
        {
            ArgumentNullException.ThrowIfNull(indices);
            var along = Shape.Axis(axis, "TakeAlongAxis");
            Indexing.RequireAligned(Shape, indices.Shape, along, "TakeAlongAxis");
            var positions = Indexing.Positions(indices, Shape[along], "TakeAlongAxis", this, along);
            var (outer, n, inner) = Reducing.Split(Shape, along);
            var source = Packed();
            var y = Allocate(DType, indices.Shape, Backend);
            if (y.Size > 0)
            {
                Backend.GatherAlong(source, outer, n, indices.Shape[along], inner, positions, y);
            }
            Recording.Active?.Add(new TakeAlongAxisOp(along), y, this, positions);
            source.EndRead();
            return y;
        }

        /// <summary>A copy with y[.., indices[.., k, ..], ..] += updates[.., k, ..] along an axis; repeated positions add up, in order.</summary>
        /// <param name="indices">Int32 or Int64 positions from 0; of this shape except along the axis.</param>
        /// <param name="updates">Of the indices' shape.</param>
        /// <param name="axis">The axis they count along.</param>
        /// <exception cref="ValueException">A position is out of range.</exception>
        /// <exception cref="DTypeException">The indices are no integers.</exception>
        /// <exception cref="ShapeException">The shapes differ elsewhere, or the axis is out of range.</exception>
        public Tensor ScatterAddAlongAxis(Tensor indices, Tensor updates, int axis)
        {
            ArgumentNullException.ThrowIfNull(indices);
            ArgumentNullException.ThrowIfNull(updates);
            var along = Shape.Axis(axis, "ScatterAddAlongAxis");
            Indexing.RequireAligned(Shape, indices.Shape, along, "ScatterAddAlongAxis");
            if (!updates.Shape.Equals(indices.Shape))
            {
                throw new ShapeException($"ScatterAddAlongAxis: updates {updates.Shape} and indices {indices.Shape} must have the same shape.");
            }
            var positions = Indexing.Positions(indices, Shape[along], "ScatterAddAlongAxis", this, along);
            var op = new ScatterAddAlongAxisOp(along);
            var (start, added) = Indexing.Arithmetic(op, this, updates);
            var (outer, n, inner) = Reducing.Split(Shape, along);
            var y = Variable.Clone(start);
            var source = added.Packed();
            if (source.Size > 0)
            {
                Backend.ScatterAddAlong(source, outer, n, indices.Shape[along], inner, positions, y);
            }
            Recording.Active?.Add(op, y, start, added, positions);
            source.EndRead();
            return y;
        }

        /// <summary>The positions (int64) of the values that are true or not zero: shape [count, Rank].</summary>
        public Tensor NonZero()
        {
            Tensor y;
            using (Recording.Pause())
            {
                var mask = Cast(DType.Bool).Packed();
                var flat = Backend.NonZero(mask);
                mask?.EndRead();
                var columns = new Tensor[Rank];
                var strides = Shape.RowMajorStrides();
                for (var axis = 0; axis < Rank; axis++)
                {
                    columns[axis] = Shape.Size == 0 ? flat : FloorDivide(flat, strides[axis]) % Math.Max(Shape[axis], 1);
                }
                y = Rank == 0 ? FullOn(Backend, [flat.Size, 0], 0, DType.Int64) : Stack(columns, axis: 1);
            }
            Recording.Active?.Add(new NotDifferentiable("NonZero"), y, this);
            return y;
        }
    }
}

namespace Autograd.Ops
{
    internal static class Indexing
    {
        public static Tensor Apply(Tensor x, ReadOnlySpan<TensorIndex> index)
        {
            var named = 0;
            var ellipses = 0;
            foreach (var part in index)
            {
                named += part.What switch
                {
                    TensorIndex.Kind.NewAxis or TensorIndex.Kind.Ellipsis => 0,
                    TensorIndex.Kind.Tensor when part.Tensor!.DType == DType.Bool => part.Tensor.Rank,
                    _ => 1,
                };
                ellipses += part.What == TensorIndex.Kind.Ellipsis ? 1 : 0;
            }
            if (named > x.Rank || ellipses > 1)
            {
                throw new ShapeException(ellipses > 1
                    ? "Index: the ellipsis appears more than once."
                    : $"Index: {named} axes are named; shape {x.Shape} has {x.Rank}.");
            }
            // First everything that is a view, then at most a few copies by index tensors, from the last axis forward.
            var slices = Movement.Whole(x.Shape);
            var shape = new List<int>();
            var tensors = new List<(int Axis, Tensor Tensor)>();
            var axis = 0;
            foreach (var part in index)
            {
                switch (part.What)
                {
                    case TensorIndex.Kind.NewAxis:
                        shape.Add(1);
                        break;
                    case TensorIndex.Kind.Ellipsis:
                        for (var rest = x.Rank - named; rest > 0; rest--)
                        {
                            shape.Add(x.Shape[axis++]);
                        }
                        break;
                    case TensorIndex.Kind.Position:
                        slices[axis] = new AxisSlice(PositionOf(part.Position, x.Shape, axis), 1, 1);
                        axis++;
                        break;
                    case TensorIndex.Kind.Range:
                        slices[axis] = SliceOf(part.Range, part.Step, x.Shape[axis]);
                        shape.Add(slices[axis].Length);
                        axis++;
                        break;
                    default:
                        tensors.Add((shape.Count, part.Tensor!));
                        var covered = part.Tensor!.DType == DType.Bool ? part.Tensor.Rank : 1;
                        for (; covered > 0; covered--)
                        {
                            shape.Add(x.Shape[axis++]);
                        }
                        break;
                }
            }
            for (; axis < x.Rank; axis++)
            {
                shape.Add(x.Shape[axis]);
            }
            if (tensors.Count > 1)
            {
                throw new ShapeException("Index: one index tensor at a time. For one position per row, x[i, labels[i]], use x.TakeAlongAxis(labels.ExpandDims(1), axis: 1); for rows and then columns, x[rows][.., columns].");
            }
            var y = (IsWhole(slices, x.Shape) ? x : x.Slice(slices)).AsShape(Shape.Of([.. shape]));
            if (tensors.Count == 0)
            {
                return ReferenceEquals(y, x) ? x.OwnView() : y;
            }
            foreach (var (at, tensor) in tensors)
            {
                y = tensor.DType == DType.Bool ? Masked(y, tensor, at) : y.Take(tensor, at);
            }
            return y;
        }

        private static bool IsWhole(AxisSlice[] slices, Shape shape)
        {
            for (var i = 0; i < slices.Length; i++)
            {
                if (slices[i] != new AxisSlice(0, 1, shape[i]))
                {
                    return false;
                }
            }
            return true;
        }

        private static int PositionOf(Index position, Shape shape, int axis)
        {
            var at = position.GetOffset(shape[axis]);
            return at >= 0 && at < shape[axis]
                ? at
                : throw new ShapeException($"Index: position {position} is out of range for axis {axis} of shape {shape}, which has {shape[axis]} elements.");
        }

        private static AxisSlice SliceOf(Range range, int step, int extent)
        {
            var start = Math.Clamp(range.Start.GetOffset(extent), 0, extent);
            var end = Math.Clamp(range.End.GetOffset(extent), start, extent);
            var length = (int)(((long)end - start + Math.Abs((long)step) - 1) / Math.Abs((long)step));
            return step > 0 ? new AxisSlice(start, step, length) : new AxisSlice(length == 0 ? start : end - 1, step, length);
        }

        private static Tensor Masked(Tensor x, Tensor mask, int axis)
        {
            var covered = Shape.Of(x.Shape.Dimensions[axis..(axis + mask.Rank)]);
            if (!mask.Shape.Equals(covered))
            {
                throw new ShapeException($"Index: the mask has shape {mask.Shape} and covers axes of shape {covered}; they must be equal.");
            }
            var flat = x.AsShape(Shape.Of([.. x.Shape.Dimensions[..axis], covered.Size, .. x.Shape.Dimensions[(axis + mask.Rank)..]]));
            var packed = (mask.Device == x.Device ? mask : mask.To(x.Device)).Packed();
            var positions = x.Backend.NonZero(packed);
            packed.EndRead();
            return flat.Take(positions, axis);
        }

        /// <summary>Indices as packed int64, all within [0, extent).</summary>
        public static Tensor Positions(Tensor indices, int extent, string operation, Tensor x, int? axis)
        {
            if (indices.DType is not (DType.Int32 or DType.Int64))
            {
                throw new DTypeException($"{operation}: indices are {indices.DType}; they must be Int32 or Int64.");
            }
            using (Recording.Pause())
            {
                var known = indices.Backend == CpuBackend.Instance ? null : WholeNumbers.Within(indices, 0, extent - 1L);
                var positions = indices.AsType(DType.Int64).Packed();
                if (known is not null)
                {
                    positions.Storage!.Known ??= known;
                }
                else if (positions.Size > 0)
                {
                    var (smallest, largest) = WholeNumbers.Ends(positions.OnCpu());
                    if (smallest < 0 || largest >= extent)
                    {
                        throw new ValueException($"{operation}: index {(smallest < 0 ? smallest : largest)} is out of range for {(axis is null ? $"depth {extent}" : $"axis {axis} of shape {x.Shape}")}; "
                            + $"indices go from 0 to {extent - 1}{(smallest < 0 ? " (negative ones do not count from the end)" : "")}.");
                    }
                }
                // Indices have no gradients to carry, so they come by themselves; checked first, where a look costs no waiting for a device.
                return positions.Device == x.Device ? positions.AsValue() : positions.To(x.Device);
            }
        }

        public static void RequireAligned(Shape shape, Shape indices, int axis, string operation)
        {
            if (indices.Rank != shape.Rank || !indices.With(axis, shape[axis]).Equals(shape))
            {
                throw new ShapeException($"{operation}: indices {indices} and tensor {shape} must have the same shape except at axis {axis}.");
            }
        }

        /// <summary>Both in the type their sum has.</summary>
        public static (Tensor, Tensor) Arithmetic(Op op, Tensor x, Tensor y)
        {
            Backend.Of(ref x, ref y, op);
            Promotion.Unify(ref x, ref y, keepsIntegers: true);
            return (x, y);
        }
    }

    internal sealed class TakeOp(int axis) : Op
    {
        public override string Name => "Take";

        public override string Attributes => $"axis: {axis}";

        public override Tensor? Pullback(int input, Tensor dy, in RecordedOp recorded) => input == 0
            ? Tensor.ZerosLike(recorded.X).ScatterAdd(recorded.B!, dy, axis)
            : null;
    }

    internal sealed class ScatterAddOp(int axis) : Op
    {
        public override string Name => "ScatterAdd";

        public override string Attributes => $"axis: {axis}";

        public override Tensor? Pullback(int input, Tensor dy, in RecordedOp recorded) => input switch
        {
            0 => dy,
            1 => dy.Take(recorded.C!, axis),
            _ => null,
        };
    }

    internal sealed class TakeAlongAxisOp(int axis) : Op
    {
        public override string Name => "TakeAlongAxis";

        public override string Attributes => $"axis: {axis}";

        public override Tensor? Pullback(int input, Tensor dy, in RecordedOp recorded) => input == 0
            ? Tensor.ZerosLike(recorded.X).ScatterAddAlongAxis(recorded.B!, dy, axis)
            : null;
    }

    internal sealed class ScatterAddAlongAxisOp(int axis) : Op
    {
        public override string Name => "ScatterAddAlongAxis";

        public override string Attributes => $"axis: {axis}";

        public override Tensor? Pullback(int input, Tensor dy, in RecordedOp recorded) => input switch
        {
            0 => dy,
            1 => dy.TakeAlongAxis(recorded.C!, axis),
            _ => null,
        };
    }
}
