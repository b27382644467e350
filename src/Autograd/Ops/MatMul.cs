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
        /// <param name="x">The left factor.</param>
        /// <param name="y">The right factor.</param>
        /// <param name="transposeX">Whether the last two axes of <paramref name="x"/> are read exchanged; costs nothing. Not for a vector.</param>
        /// <param name="transposeY">Whether the last two axes of <paramref name="y"/> are read exchanged; costs nothing. Not for a vector.</param>
        /// <exception cref="ShapeException">The inner extents differ, the leading axes do not broadcast, or an operand is a scalar or a transposed vector.</exception>
        public static Tensor MatMul(Tensor x, Tensor y, bool transposeX = false, bool transposeY = false)
        {
            ArgumentNullException.ThrowIfNull(x);
            ArgumentNullException.ThrowIfNull(y);
            if (x.Rank < (transposeX ? 2 : 1) || y.Rank < (transposeY ? 2 : 1))
            {
                throw new ShapeException($"MatMul: {x.Shape} x {y.Shape}; a scalar is no matrix (to scale, use *), and only matrices can be transposed.");
            }
            var inner = x.Shape[transposeX ? x.Rank - 2 : x.Rank - 1];
            var innerY = y.Shape[transposeY || y.Rank == 1 ? y.Rank - 1 : y.Rank - 2];
            if (inner != innerY)
            {
                throw new ShapeException($"MatMul: inner dimensions differ: {x.Shape}{(transposeX ? " transposed" : "")} x {y.Shape}{(transposeY ? " transposed" : "")} ({inner} != {innerY}).");
            }
            if (x.Rank == 1)
            {
                var row = MatMul(x.Reshape(1, inner), y, false, transposeY);
                return row.Squeeze(y.Rank == 1 ? 0 : row.Rank - 2);
            }
            if (y.Rank == 1)
            {
                return MatMul(x, y.Reshape(inner, 1), transposeX).Squeeze(-1);
            }
            var op = MatMulOp.For(transposeX, transposeY);
            var backend = Backend.Of(ref x, ref y, op);
            var shape = ShapeOfProduct(x.Shape, y.Shape, x.Shape[transposeX ? ^1 : ^2], y.Shape[transposeY ? ^2 : ^1]);
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
                backend.MatMul(x, y, transposeX, transposeY, z);
            }
            Recording.Active?.Add(op, z, x, y);
            x.EndRead();
            y.EndRead();
            return z;
        }

        private static Shape ShapeOfProduct(Shape x, Shape y, int m, int n)
        {
            if (x.Rank == 2 && y.Rank == 2)
            {
                return Shape.Of(m, n);
            }
            Shape batchX = x.ToArray()[..^2], batchY = y.ToArray()[..^2];
            return batchX.Equals(batchY) ? [.. batchX, m, n] : [.. Shape.Broadcast(batchX, batchY, $"MatMul of {x} and {y}, leading axes"), m, n];
        }
    }
}

namespace Autograd.Ops
{
    internal sealed class MatMulOp(bool transposeA, bool transposeB) : Op
    {
        private static readonly MatMulOp[] s_all = [new(false, false), new(true, false), new(false, true), new(true, true)];

        public override string Name => "MatMul";

        public override string Attributes => (transposeA, transposeB) switch
        {
            (false, false) => "",
            (true, false) => "transposed first",
            (false, true) => "transposed second",
            _ => "transposed both",
        };

        public static MatMulOp For(bool transposeA, bool transposeB) => s_all[(transposeA ? 1 : 0) + (transposeB ? 2 : 0)];

        // With c = a b: da = dc b' and db = a' dc; the rest is where the transposes stand.
        public override Tensor Pullback(int input, Tensor dy, in RecordedOp recorded)
        {
            Tensor a = recorded.A!, b = recorded.B!;
            Tensor gradient;
            if (input == 0)
            {
                gradient = (transposeA ? Tensor.MatMul(b, dy, transposeB, true) : Tensor.MatMul(dy, b, false, !transposeB)).AsSum(a.Shape);
            }
            else
            {
                gradient = (transposeB ? Tensor.MatMul(dy, a, true, transposeA) : Tensor.MatMul(a, dy, !transposeA, false)).AsSum(b.Shape);
            }
            gradient.Flags |= Tensor.Traits.Spendable;
            return gradient;
        }
    }
}
