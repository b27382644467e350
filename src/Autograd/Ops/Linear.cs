using Autograd.Backends;
using Autograd.Ops;

namespace Autograd
{
    public partial class Tensor
    {
        /// <summary>x w + b, what a dense layer does: the matrix product and the bias as one recorded operation, without a tensor in between.</summary>
        /// <param name="x">Rows of inputs, [..., inputs].</param>
        /// <param name="w">The kernel, [inputs, outputs] as in Keras (PyTorch's linear takes it transposed).</param>
        /// <param name="b">The bias, [outputs].</param>
        /// <returns>[..., outputs]; the same bits as <c>MatMul(x, w) + b</c>.</returns>
        /// <exception cref="ShapeException">The kernel is no matrix, the inner extents differ, or the bias is not one number for each output.</exception>
        public static Tensor Linear(Tensor x, Tensor w, Tensor b)
        {
            Operand.ThrowIfNull(x);
            Operand.ThrowIfNull(w);
            Operand.ThrowIfNull(b);
            if (x.Rank == 0 || w.Rank != 2 || b.Rank != 1 || x.Shape[^1] != w.Shape[0] || b.Shape[0] != w.Shape[1])
            {
                throw new ShapeException($"Linear: {x.Shape} x {w.Shape} + {b.Shape}; the shapes must be [..., inputs] x [inputs, outputs] + [outputs].");
            }
            var backend = Backend.Of(ref x, ref w, LinearOp.Instance);
            Backend.Of(ref x, ref b, LinearOp.Instance);
            if (x.DType != w.DType || x.DType != b.DType || !x.DType.IsFloating() || w.Shape[0] == 0)
            {
                return MatMul(x, w) + b;
            }
            if (x.Rank != 2)
            {
                return Linear(x.Reshape(x.Size / w.Shape[0], w.Shape[0]), w, b).Reshape([.. x.Shape.Dimensions[..^1], w.Shape[1]]);
            }
            var z = Allocate(x.DType, Shape.Of(x.Shape[0], w.Shape[1]), backend);
            var bias = b.Packed();
            backend.MatMul(x, w, false, false, z, bias);
            bias?.EndRead();
            Recording.Active?.Add(LinearOp.Instance, z, x, w, b);
            x.EndRead();
            w.EndRead();
            b.EndRead();
            return z;
        }
    }
}

namespace Autograd.Ops
{
    internal sealed class LinearOp : Op
    {
        public static readonly LinearOp Instance = new();

        public override string Name => "Linear";

        public override Tensor Pullback(int input, Tensor dy, in RecordedOp recorded)
        {
            var gradient = input switch
            {
                0 => Tensor.MatMul(dy, recorded.B!, transposeY: true),
                1 => Tensor.MatMul(recorded.A!, dy, transposeX: true),
                _ => dy.Sum(axis: 0),
            };
            gradient.Flags |= Tensor.Traits.Spendable;
            return gradient;
        }
    }
}
