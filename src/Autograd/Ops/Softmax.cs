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

        /// <summary>The logarithm of <see cref="Softmax"/>, exact where that would round to 0.</summary>
        /// <inheritdoc cref="Softmax"/>
        public static Tensor LogSoftmax(Tensor x, int axis = -1) => SoftmaxAlong(x, axis, logarithm: true);

        private static Tensor SoftmaxAlong(Tensor x, int axis, bool logarithm)
        {
            ArgumentNullException.ThrowIfNull(x);
            if (!x.DType.IsFloating())
            {
                x = x.Cast(DType.Float32);
            }
            var op = new SoftmaxOp(logarithm, -1);
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
    internal sealed class SoftmaxOp(bool logarithm, int axis) : Op
    {
        public override string Name => logarithm ? "LogSoftmax" : "Softmax";

        public override Tensor Pullback(int input, Tensor dy, in RecordedOp recorded)
        {
            var y = recorded.Y;
            if (logarithm)
            {
                return dy - (Tensor.Exp(y) * dy.Sum(axis, keepDims: true));
            }
            var weighted = y * dy;
            return weighted - (y * weighted.Sum(axis, keepDims: true));
        }
    }
}
