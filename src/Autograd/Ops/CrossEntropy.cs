using System.Runtime.CompilerServices;
using Autograd.Backends;
using Autograd.Ops;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd
{
    public partial class Tensor
    {
        /// <summary>
        /// The cross-entropy of softmax(logits) along the last axis and labels, for each row: -log softmax(logits)[label], or -sum(labels log softmax(logits)) for
        /// distributions, without overflow. A class of probability 0 counts nothing, whatever its logit.
        /// </summary>
        /// <param name="labels">Classes, integers of shape [...]; or a distribution over them for each row, [..., classes]. What is wanted comes first, as in all losses and metrics.</param>
        /// <param name="logits">[..., classes].</param>
        /// <returns>A loss for each row, [...].</returns>
        /// <exception cref="ShapeException">The shapes do not fit, or there is no class.</exception>
        /// <exception cref="DTypeException">Labels of one axis less than the logits are not integers.</exception>
        /// <exception cref="ValueException">A label is no class, or a row of labels no distribution: negative, or of another sum than 1 (by more than 1 %). Values on a GPU are not read for this.</exception>
        public static Tensor SoftmaxCrossEntropy(Tensor labels, Tensor logits)
        {
            ArgumentNullException.ThrowIfNull(logits);
            ArgumentNullException.ThrowIfNull(labels);
            const string Name = "SoftmaxCrossEntropy";
            var isDense = labels.Rank == logits.Rank;
            if (logits.Rank == 0 || logits.Shape[^1] == 0 || !labels.Shape.Equals(isDense ? logits.Shape : Shape.Of(logits.Shape.Dimensions[..^1])))
            {
                throw new ShapeException(
                    $"{Name}: logits {logits.Shape} and labels {labels.Shape}; logits are [..., classes], labels classes [...] or distributions [..., classes].");
            }
            if (isDense)
            {
                Labels.RequireDistributions(labels, -1, Name, "SoftmaxCrossEntropy(labels, logits)");
            }
            return CrossEntropy(labels, logits, isDense, Name);
        }

        /// <summary>The same for distributions that were checked, or are made of such.</summary>
        internal static Tensor CrossEntropy(Tensor labels, Tensor logits, bool isDense = true, string name = "SoftmaxCrossEntropy")
        {
            _ = Backend.Of(ref logits, ref labels, new NotDifferentiable(name));
            if (isDense)
            {
                Promotion.Unify(ref logits, ref labels, keepsIntegers: false);
            }
            else
            {
                labels = Indexing.Positions(labels, logits.Shape[^1], name, logits, logits.Rank - 1);
                logits = logits.DType.IsFloating() ? logits : logits.Cast(DType.Float32);
            }
            return CrossEntropyOp.Apply(logits, labels);
        }

        /// <summary>
        /// The cross-entropy of sigmoid(logits) and labels, elementwise: softplus(logits) - logits labels, without overflow. Operands broadcast.
        /// </summary>
        /// <param name="labels">Probabilities of the positive class.</param>
        /// <param name="logits">Any shape.</param>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        /// <exception cref="ValueException">A label is not from 0 to 1. Values on a GPU are not read for this.</exception>
        public static Tensor SigmoidCrossEntropy(Tensor labels, Tensor logits)
        {
            ArgumentNullException.ThrowIfNull(labels);
            ArgumentNullException.ThrowIfNull(logits);
            Shape.Broadcast(labels.Shape, logits.Shape, "SigmoidCrossEntropy");
            Labels.RequireProbabilities(labels, "SigmoidCrossEntropy", "SigmoidCrossEntropy(labels, logits)");
            return BinaryCrossEntropy(labels, logits);
        }

        /// <summary>The same for labels that were checked.</summary>
        internal static Tensor BinaryCrossEntropy(Tensor labels, Tensor logits) => Map(default(SigmoidCrossEntropyOp), logits, labels);
    }
}

namespace Autograd.Ops
{
    internal readonly record struct SigmoidCrossEntropyOp : IBinaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x, T y) where T : struct, IReal<T> => Formulas.Softplus(x) - (x * y);

        [MethodImpl(AggressiveInlining)]
        public T SlopeX<T>(T x, T y, T z) where T : struct, IReal<T> => T.Sigmoid(x) - y;

        [MethodImpl(AggressiveInlining)]
        public T SlopeY<T>(T x, T y, T z) where T : struct, IReal<T> => -x;
    }

    /// <summary>Logits and labels; what is kept are the logarithms of the probabilities.</summary>
    internal sealed class CrossEntropyOp(Tensor logarithms) : FusedOp
    {
        public override string Name => "SoftmaxCrossEntropy";

        public static Tensor Apply(Tensor logits, Tensor labels)
        {
            var backend = logits.Backend;
            var classes = logits.Shape[^1];
            var loss = Tensor.Allocate(logits.DType, Shape.Of(logits.Shape.Dimensions[..^1]), backend);
            var logarithms = Tensor.Allocate(logits.DType, logits.Shape, backend);
            var (packed, packedLabels) = (logits.Packed(), labels.Packed());
            backend.CrossEntropy(packed, packedLabels, loss.Size, classes, logarithms, loss);
            if (Recording.IsTracked(logits, labels))
            {
                Recording.Active!.Add(new CrossEntropyOp(logarithms), loss, [logits, labels]);
                Recording.Active!.KeepPrivate(logarithms);
            }
            else
            {
                logarithms.Dispose();
            }
            GC.KeepAlive((packed, packedLabels, logits, labels));
            return loss;
        }

        protected override Tensor Expression(Tensor[] operands)
        {
            var (logits, labels) = (operands[0], operands[1]);
            var logarithms = Tensor.LogSoftmax(logits);
            return labels.DType.IsFloating()
                ? -(labels * Counting(logarithms, labels)).Sum(-1)
                : -logarithms.TakeAlongAxis(labels.ExpandDims(-1), -1).Squeeze(-1);
        }

        /// <summary>The logarithms, 0 where the probability is 0 and the label too.</summary>
        private static Tensor Counting(Tensor logarithms, Tensor labels) => Tensor.Where(Tensor.Equal(labels, 0) & Tensor.Equal(logarithms, double.NegativeInfinity), 0, logarithms);

        protected override Func<int, Tensor?> Kernel(Tensor dy, in RecordedOp recorded)
        {
            var labels = recorded.Many![1];
            return input =>
            {
                if (input == 1)
                {
                    return -dy.ExpandDims(-1) * Counting(logarithms, labels);
                }
                var dx = Tensor.Allocate(dy.DType, logarithms.Shape, dy.Backend);
                var (packedDy, packedLabels) = (dy.Packed(), labels.Packed());
                dy.Backend.CrossEntropyPullback(packedDy, logarithms, packedLabels, dy.Size, logarithms.Shape[^1], dx);
                GC.KeepAlive((packedDy, packedLabels, dy, labels));
                return dx;
            };
        }
    }
}
