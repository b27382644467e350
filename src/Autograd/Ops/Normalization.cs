using Autograd.Ops;

namespace Autograd
{
    public partial class Tensor
    {
        /// <summary>
        /// (x - mean) / sqrt(variance + epsilon) * gain + offset, mean and variance over the given axes of each sample. Ba et al., 2016.
        /// </summary>
        /// <param name="x">Any shape with at least one axis.</param>
        /// <param name="gain">Of the shape of the normalized axes; 1 when left out.</param>
        /// <param name="offset">Of the shape of the normalized axes; 0 when left out.</param>
        /// <param name="axes">The normalized axes; the last when left out.</param>
        /// <param name="epsilon">Keeps the quotient finite; Keras's 1e-3 when left out (PyTorch takes 1e-5).</param>
        /// <exception cref="ShapeException">The axes are out of range, none, or empty, or gain or offset have not their shape.</exception>
        /// <exception cref="ValueException">Epsilon is negative or NaN.</exception>
        public static Tensor LayerNorm(Tensor x, Tensor? gain = null, Tensor? offset = null, Axes? axes = null, double epsilon = 1e-3) =>
            NormalizeOp.Apply("LayerNorm", centered: true, x, gain, offset, axes ?? -1, epsilon);

        /// <summary>x / sqrt(mean(x^2) + epsilon) * gain, the mean over the given axes of each sample. Zhang and Sennrich, 2019.</summary>
        /// <inheritdoc cref="LayerNorm"/>
        public static Tensor RmsNorm(Tensor x, Tensor? gain = null, Axes? axes = null, double epsilon = 1e-6) =>
            NormalizeOp.Apply("RmsNorm", centered: false, x, gain, null, axes ?? -1, epsilon);

        /// <summary>
        /// (x - mean) / sqrt(variance + epsilon) * gain + offset, mean and variance of each feature over all axes but its own. Ioffe and Szegedy, 2015.
        /// </summary>
        /// <param name="x">Any shape with at least one axis.</param>
        /// <param name="gain">One number for each feature; 1 when left out.</param>
        /// <param name="offset">One number for each feature; 0 when left out.</param>
        /// <param name="axis">The axis of the features; the last when left out.</param>
        /// <param name="epsilon">Keeps the quotient finite; Keras's 1e-3 when left out (PyTorch takes 1e-5).</param>
        /// <exception cref="ShapeException">The axis is out of range, x is empty, or gain or offset have not the shape of its features.</exception>
        /// <exception cref="ValueException">Epsilon is negative or NaN.</exception>
        public static Tensor BatchNorm(Tensor x, Tensor? gain = null, Tensor? offset = null, int axis = -1, double epsilon = 1e-3) =>
            BatchNormOp.Apply(x, gain, offset, axis, epsilon).Y;
    }
}

namespace Autograd.Ops
{
    /// <summary>Along the last axes, by rows. The operands are x and, where given, gain and offset.</summary>
    internal sealed class NormalizeOp(string name, bool centered, double epsilon, int rank, bool hasGain, bool hasOffset, Tensor? packed, Tensor statistics) : FusedOp
    {
        /// <summary>Elements at least whose rows are summed together for the gradients of gain and offset, and the most such parts: constants, so that sums do not depend on threads.</summary>
        private const int SmallestPart = 16 * 1024, MostParts = 16;

        private Tensor? _dGain;
        private Tensor? _dOffset;

        public override string Name => name;

        public override string Attributes => FormattableString.Invariant($"{rank} axes, epsilon {epsilon}");

        public static Tensor Apply(string name, bool centered, Tensor x, Tensor? gain, Tensor? offset, Axes axes, double epsilon)
        {
            ArgumentNullException.ThrowIfNull(x);
            var chosen = axes.Of(x.Shape, name);
            int[] normalized = [.. Enumerable.Range(0, x.Rank).Where(chosen.Contains)];
            var shape = Shape.Of([.. normalized.Select(axis => x.Shape[axis])]);
            if (shape.Rank == 0 || shape.Size == 0)
            {
                throw new ShapeException($"{name}: x has shape {x.Shape}, and there is nothing to normalize along {axes}.");
            }
            RequireFitting(name, ref x, ref gain, ref offset, shape, epsilon);
            int[] order = [.. Enumerable.Range(0, x.Rank).Where(axis => !chosen.Contains(axis)), .. normalized];
            var isLast = order.AsSpan().SequenceEqual([.. Enumerable.Range(0, x.Rank)]);
            var y = OverRows(name, centered, isLast ? x : x.Permute(order), gain, offset, shape, epsilon);
            return isLast ? y : y.Permute([.. Enumerable.Range(0, x.Rank).Select(axis => Array.IndexOf(order, axis))]);
        }

        /// <summary>Refuses what does not fit, and brings the operands to one floating type.</summary>
        public static void RequireFitting(string name, ref Tensor x, ref Tensor? gain, ref Tensor? offset, Shape shape, double epsilon)
        {
            foreach (var (operand, what) in new[] { (gain, "gain"), (offset, "offset") })
            {
                if (operand is not null && !operand.Shape.Equals(shape))
                {
                    throw new ShapeException($"{name}: the {what} has shape {operand.Shape}; for x {x.Shape} it must have {shape}.");
                }
                if (operand is not null && operand.Backend != x.Backend)
                {
                    throw new DeviceException($"{name}: the {what} lives on {operand.Device}, x on {x.Device}; move one of them first.");
                }
            }
            if (!(epsilon >= 0))
            {
                throw new ValueException(FormattableString.Invariant($"{name}: epsilon is {epsilon}; it must not be negative."));
            }
            if (gain is not null)
            {
                Promotion.Unify(ref x, ref gain, keepsIntegers: false);
            }
            if (offset is not null)
            {
                Promotion.Unify(ref x, ref offset, keepsIntegers: false);
            }
            x = x.DType.IsFloating() ? x : x.Cast(DType.Float32);
            gain = gain is null ? null : Promotion.Convert(gain, x.DType);
        }

        private static Tensor OverRows(string name, bool centered, Tensor x, Tensor? gain, Tensor? offset, Shape shape, double epsilon)
        {
            var rows = x.Size / shape.Size;
            var y = Tensor.Allocate(x.DType, x.Shape, x.Backend);
            var statistics = Tensor.Allocate(x.DType, [rows, 2], x.Backend);
            var (packed, packedGain, packedOffset) = (x.Packed(), gain?.Packed(), offset?.Packed());
            x.Backend.Normalize(centered, epsilon, packed, packedGain, packedOffset, rows, shape.Size, statistics, y);
            packed.EndRead();
            packedGain?.EndRead();
            packedOffset?.EndRead();
            x.EndRead();
            Tensor[] operands = [x, .. gain is null ? [] : new[] { gain }, .. offset is null ? [] : new[] { offset }];
            // Not a variable itself: its memory may be overwritten before the gradient, that of the value on the tape is not.
            var copy = ReferenceEquals(packed, x) ? null : packed;
            Recording.Active?.Add(new NormalizeOp(name, centered, epsilon, shape.Rank, gain is not null, offset is not null, copy, statistics), y, operands);
            return y;
        }

        protected override Tensor Expression(Tensor[] operands)
        {
            Axes axes = [.. Enumerable.Range(-rank, rank)];
            var x = operands[0];
            var centerless = centered ? x - x.Mean(axes, keepDims: true) : x;
            var y = centerless * Tensor.Rsqrt(Tensor.Square(centerless).Mean(axes, keepDims: true) + epsilon);
            y = hasGain ? y * operands[1] : y;
            return hasOffset ? y + operands[^1] : y;
        }

        protected override Func<int, Tensor?> Kernel(Tensor dy, in RecordedOp recorded)
        {
            var operands = recorded.Many!;
            var x = packed ?? operands[0];
            var shape = Shape.Of(x.Shape.Dimensions[^rank..]);
            var (rows, n) = (statistics.Shape[0], shape.Size);
            var parts = (int)Math.Clamp((long)rows * n / SmallestPart, 1, Math.Min(MostParts, Math.Max(rows, 1)));
            var dx = Tensor.Allocate(x.DType, x.Shape, x.Backend);
            var (dGain, dOffset) = (Tensor.Allocate(x.DType, [parts, n], x.Backend), Tensor.Allocate(x.DType, [parts, n], x.Backend));
            var (packedDy, gain) = (dy.Packed(), hasGain ? operands[1].Packed() : null);
            x.Backend.NormalizePullback(centered, packedDy, x, gain, statistics, rows, n, dx, dGain, dOffset);
            packedDy.EndRead();
            gain?.EndRead();
            x.EndRead();
            dy.EndRead();
            (_dGain, _dOffset) = (dGain, dOffset);
            return input => input == 0 ? dx : (input == 1 && hasGain ? dGain : dOffset).Sum(0).Reshape(shape);
        }

        protected override void Release()
        {
            _dGain?.Dispose();
            _dOffset?.Dispose();
            (_dGain, _dOffset) = (null, null);
        }
    }

    /// <summary>Each column of [rows, features]. The operands are x and, where given, gain and offset.</summary>
    internal sealed class BatchNormOp(double epsilon, bool hasGain, bool hasOffset, Tensor? packed, Tensor mean, Tensor scale) : FusedOp
    {
        public override string Name => "BatchNorm";

        public override string Attributes => FormattableString.Invariant($"epsilon {epsilon}");

        /// <summary>The result, and for moving averages means and variances, through which nothing flows back.</summary>
        public static (Tensor Y, Tensor Mean, Tensor Variance) Apply(Tensor x, Tensor? gain, Tensor? offset, int axis, double epsilon)
        {
            ArgumentNullException.ThrowIfNull(x);
            var along = x.Shape.Axis(axis, "BatchNorm");
            if (x.Size == 0)
            {
                throw new ShapeException($"BatchNorm: x has shape {x.Shape}, and there is nothing to normalize.");
            }
            var n = x.Shape[along];
            NormalizeOp.RequireFitting("BatchNorm", ref x, ref gain, ref offset, [n], epsilon);
            if (along == x.Rank - 1)
            {
                var (y, mean, variance) = OverColumns(x.AsShape(Shape.Of(x.Size / n, n)), gain, offset, epsilon);
                return (y.AsShape(x.Shape), mean, variance);
            }
            // The features last, and back again.
            int[] order = [.. Enumerable.Range(0, x.Rank).Where(other => other != along), along];
            var moved = Apply(x.Permute(order), gain, offset, -1, epsilon);
            return moved with { Y = moved.Y.Permute([.. Enumerable.Range(0, x.Rank).Select(a => Array.IndexOf(order, a))]) };
        }

        private static (Tensor Y, Tensor Mean, Tensor Variance) OverColumns(Tensor x, Tensor? gain, Tensor? offset, double epsilon)
        {
            var (packed, packedGain, packedOffset) = (x.Packed(), gain?.Packed(), offset?.Packed());
            Tensor mean;
            using (Recording.Pause())
            {
                mean = packed.Mean(0);
            }
            var y = Tensor.Allocate(x.DType, x.Shape, x.Backend);
            var (variance, scale) = (Tensor.Allocate(x.DType, mean.Shape, x.Backend), Tensor.Allocate(x.DType, mean.Shape, x.Backend));
            x.Backend.NormalizeColumns(epsilon, packed, mean, packedGain, packedOffset, variance, scale, y);
            packed.EndRead();
            packedGain?.EndRead();
            packedOffset?.EndRead();
            x.EndRead();
            Tensor[] operands = [x, .. gain is null ? [] : new[] { gain }, .. offset is null ? [] : new[] { offset }];
            var copy = ReferenceEquals(packed, x) ? null : packed; // as with NormalizeOp
            Recording.Active?.Add(new BatchNormOp(epsilon, gain is not null, offset is not null, copy, mean, scale), y, operands);
            return (y, mean, variance);
        }

        protected override Tensor Expression(Tensor[] operands)
        {
            var centered = operands[0] - operands[0].Mean(0);
            var y = centered * Tensor.Rsqrt(Tensor.Square(centered).Mean(0) + epsilon);
            y = hasGain ? y * operands[1] : y;
            return hasOffset ? y + operands[^1] : y;
        }

        protected override Func<int, Tensor?> Kernel(Tensor dy, in RecordedOp recorded)
        {
            var operands = recorded.Many!;
            var x = packed ?? operands[0];
            var dx = Tensor.Allocate(x.DType, x.Shape, x.Backend);
            var (dOffset, dGain) = (Tensor.Allocate(x.DType, mean.Shape, x.Backend), Tensor.Allocate(x.DType, mean.Shape, x.Backend));
            var (packedDy, gain) = (dy.Packed(), hasGain ? operands[1].Packed() : null);
            x.Backend.NormalizeColumnsPullback(packedDy, x, mean, scale, gain, dx, dOffset, dGain);
            packedDy.EndRead();
            gain?.EndRead();
            x.EndRead();
            dy.EndRead();
            return input => input == 0 ? dx : input == 1 && hasGain ? dGain : dOffset;
        }
    }
}
