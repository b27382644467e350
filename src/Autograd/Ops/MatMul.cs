using Autograd.Backends;
using Autograd.Ops;

namespace Autograd
{
    public partial class Tensor
    {
        /// <summary>
        /// The matrix product [..., m, k] x [..., k, n] = [..., m, n]. Leading axes broadcast; a vector on the left is a row, on the right a column, and
        /// its axis is dropped from the result.
        /// </summary>
        /// <exception cref="ShapeException">The inner extents differ, the leading axes do not broadcast, or an operand is a scalar.</exception>
        public static Tensor MatMul(Tensor x, Tensor y)
        {
            ArgumentNullException.ThrowIfNull(x);
            ArgumentNullException.ThrowIfNull(y);
            if (x.Rank == 0 || y.Rank == 0)
            {
                throw new ShapeException($"MatMul: {x.Shape} x {y.Shape}; a scalar is no matrix (to scale, use *).");
            }
            var inner = y.Shape[y.Rank == 1 ? 0 : y.Rank - 2];
            if (x.Shape[^1] != inner)
            {
                throw new ShapeException($"MatMul: inner dimensions differ: {x.Shape} x {y.Shape} ({x.Shape[^1]} != {inner}).");
            }
            if (x.Rank == 1)
            {
                var row = MatMul(x.Reshape([1, inner]), y);
                return row.Squeeze(y.Rank == 1 ? 0 : row.Rank - 2);
            }
            if (y.Rank == 1)
            {
                return MatMul(x, y.Reshape([inner, 1])).Squeeze(-1);
            }
            var op = MatMulOp.Instance;
            var backend = Backend.Of(x, y, op);
            var shape = ShapeOfProduct(x.Shape, y.Shape);
            if (x.DType != y.DType || x.DType == DType.Bool)
            {
                Promotion.Unify(ref x, ref y, keepsIntegers: true);
            }
            var z = Allocate(x.DType, shape, backend);
            if (inner == 0)
            {
                backend.Fill(z, 0);
            }
            else
            {
                backend.MatMul(x, y, z);
            }
            Recording.Active?.Add(op, z, x, y);
            GC.KeepAlive(x);
            GC.KeepAlive(y);
            return z;
        }

        private static Shape ShapeOfProduct(Shape x, Shape y)
        {
            if (x.Rank == 2 && y.Rank == 2)
            {
                return Shape.Of(x[0], y[1]);
            }
            Shape batchX = x.ToArray()[..^2], batchY = y.ToArray()[..^2];
            return batchX.Equals(batchY)
                ? [.. batchX, x[^2], y[^1]]
                : [.. Shape.Broadcast(batchX, batchY, $"MatMul of {x} and {y}, leading axes"), x[^2], y[^1]];
        }
    }
}

namespace Autograd.Ops
{
    internal sealed class MatMulOp : Op
    {
        public static readonly MatMulOp Instance = new();

        public override string Name => "MatMul";

        public override Tensor Pullback(int input, Tensor dy, in RecordedOp recorded)
        {
            Tensor a = recorded.A!, b = recorded.B!;
            return input == 0
                ? Tensor.MatMul(dy, b.SwapAxes(-1, -2)).SumTo(a.Shape)
                : Tensor.MatMul(a.SwapAxes(-1, -2), dy).SumTo(b.Shape);
        }
    }
}
