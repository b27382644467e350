using Autograd.Backends;
using Autograd.Ops;

namespace Autograd
{
    public partial class Tensor
    {
        /// <summary>e^x divided by its sum along an axis, without overflow. Integers become float32.</summary>
        /// <param name="x">Logits.</param>
        /// <param name="axis">The axis that sums to 1.</param>
        /// <exception cref="ShapeException">The axis is out of range.</exception>
        public static Tensor Softmax(Tensor x, int axis = -1) => SoftmaxAlong(x, axis, logarithm: false);

        /// <summary>The logarithm of <see cref="Softmax(Tensor, int)"/>, exact where that would round to 0.</summary>
        /// <inheritdoc cref="Softmax(Tensor, int)"/>
        public static Tensor LogSoftmax(Tensor x, int axis = -1) => SoftmaxAlong(x, axis, logarithm: true);

        /// <summary>
        /// The point of the probability simplex that is nearest to x along an axis: like <see cref="Softmax(Tensor, int)"/>, but small logits give exactly 0. Martins and Astudillo, 2016. NaN where a logit is
        /// NaN or infinity. Integers become float32.
        /// </summary>
        /// <inheritdoc cref="Softmax(Tensor, int)"/>
        public static Tensor Sparsemax(Tensor x, int axis = -1)
        {
            ArgumentNullException.ThrowIfNull(x);
            if (x.Rank == 0 && axis is 0 or -1)
            {
                return Sparsemax(x.Reshape(1)).Reshape([]);
            }
            var along = x.Shape.Axis(axis, "Sparsemax");
            if (!x.DType.IsFloating())
            {
                x = x.Cast(DType.Float32);
            }
            if (x.Size == 0)
            {
                return x.AsValue();
            }
            // Which logits survive, and the largest, are constants to the gradient; what is subtracted from the survivors makes them sum to 1.
            Tensor largest, survives;
            using (Recording.Pause())
            {
                largest = x.Max(along, keepDims: true);
                survives = Survivors(x - largest, along);
            }
            var z = x - largest;
            var excess = (Where(survives, z, 0).Sum(along, keepDims: true) - 1) / survives.Sum(along, keepDims: true);
            return Relu(z - excess);
        }

        /// <summary>The r largest logits survive as long as the r-th is above what would then be subtracted: r z_r > z_1 + ... + z_r - 1.</summary>
        private static Tensor Survivors(Tensor z, int along)
        {
            var sorted = z.Sort(along, descending: true);
            var rank = Arange(1, z.Shape[along] + 1).Reshape([.. Enumerable.Range(0, z.Rank).Select(axis => axis == along ? -1 : 1)]).To(z.Device);
            var count = (rank * sorted > sorted.CumSum(along) - 1).Sum(along, keepDims: true);
            return z >= sorted.TakeAlongAxis(WholeNumbers.Below(z.Shape[along], Maximum(count, 1) - 1), along);
        }

        private static Tensor SoftmaxAlong(Tensor x, int axis, bool logarithm)
        {
            ArgumentNullException.ThrowIfNull(x);
            if (!x.DType.IsFloating())
            {
                x = x.Cast(DType.Float32);
            }
            var op = SoftmaxOp.For(logarithm);
            if (x.Rank == 0 && axis is 0 or -1)
            {
                return SoftmaxAlong(x.Reshape(1), 0, logarithm).Reshape([]);
            }
            var along = x.Shape.Axis(axis, op.Name);
            if (along != x.Rank - 1)
            {
                return SoftmaxAlong(x.SwapAxes(along, -1), -1, logarithm).SwapAxes(along, -1);
            }
            var y = Allocate(x.DType, x.Shape, x.Backend);
            var packed = x.Packed();
            x.Backend.Softmax(logarithm, packed, x.Size / Math.Max(x.Shape[along], 1), x.Shape[along], y);
            Recording.Active?.Add(op, y, x);
            GC.KeepAlive(packed);
            return y;
        }
    }
}

namespace Autograd.Ops
{
    /// <summary>Along the last axis. While nobody records, its pullback is one kernel; under an outer tape it is an expression.</summary>
    internal sealed class SoftmaxOp(bool logarithm) : Op
    {
        private static readonly SoftmaxOp s_softmax = new(logarithm: false);
        private static readonly SoftmaxOp s_logSoftmax = new(logarithm: true);

        public static SoftmaxOp For(bool logarithm) => logarithm ? s_logSoftmax : s_softmax;

        public override string Name => logarithm ? "LogSoftmax" : "Softmax";

        public override Tensor Pullback(int input, Tensor dy, in RecordedOp recorded)
        {
            var y = recorded.Y;
            if (!Recording.IsTracked(dy, y))
            {
                var dx = Tensor.Allocate(y.DType, y.Shape, y.Backend);
                var packed = dy.Packed();
                y.Backend.SoftmaxPullback(logarithm, packed, y, y.Size / Math.Max(y.Shape[^1], 1), y.Shape[^1], dx);
                GC.KeepAlive(packed);
                return dx;
            }
            if (logarithm)
            {
                return dy - (Tensor.Exp(y) * dy.Sum(-1, keepDims: true));
            }
            return y * (dy - (y * dy).Sum(-1, keepDims: true));
        }
    }
}
