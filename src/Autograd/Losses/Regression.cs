using System.Runtime.CompilerServices;
using Autograd.Numerics;
using Autograd.Ops;
using Autograd.Serialization;
using static System.Runtime.CompilerServices.MethodImplOptions;
using static Autograd.Tensor;

namespace Autograd
{
    /// <summary>mean (yTrue - yPred)^2 along the last axis. Also "mse".</summary>
    public sealed class MeanSquaredError(LossReduction reduction = LossReduction.SumOverBatchSize, string? name = null) : Loss(reduction, name)
    {
        /// <inheritdoc/>
        protected override Tensor Call(Tensor yTrue, Tensor yPred)
        {
            (yTrue, yPred) = Targets.Align(yTrue, yPred, Name);
            return SquaredDifference(yTrue, yPred).Mean(-1);
        }
    }

    /// <summary>mean |yTrue - yPred| along the last axis. Also "mae".</summary>
    public sealed class MeanAbsoluteError(LossReduction reduction = LossReduction.SumOverBatchSize, string? name = null) : Loss(reduction, name)
    {
        /// <inheritdoc/>
        protected override Tensor Call(Tensor yTrue, Tensor yPred)
        {
            (yTrue, yPred) = Targets.Align(yTrue, yPred, Name);
            return Abs(yTrue - yPred).Mean(-1);
        }
    }

    /// <summary>100 mean |yTrue - yPred| / max(|yTrue|, 1e-7) along the last axis. Also "mape".</summary>
    public sealed class MeanAbsolutePercentageError(LossReduction reduction = LossReduction.SumOverBatchSize, string? name = null) : Loss(reduction, name)
    {
        /// <inheritdoc/>
        protected override Tensor Call(Tensor yTrue, Tensor yPred)
        {
            (yTrue, yPred) = Targets.Align(yTrue, yPred, Name);
            return 100 * Abs((yTrue - yPred) / Maximum(Abs(yTrue), Probability.Smallest)).Mean(-1);
        }
    }

    /// <summary>mean (log(1 + yTrue) - log(1 + yPred))^2 along the last axis; negative values count as 0. Also "msle".</summary>
    public sealed class MeanSquaredLogarithmicError(LossReduction reduction = LossReduction.SumOverBatchSize, string? name = null) : Loss(reduction, name)
    {
        /// <inheritdoc/>
        protected override Tensor Call(Tensor yTrue, Tensor yPred)
        {
            (yTrue, yPred) = Targets.Align(yTrue, yPred, Name);
            return SquaredDifference(Log1p(Maximum(yTrue, Probability.Smallest)), Log1p(Maximum(yPred, Probability.Smallest))).Mean(-1);
        }
    }

    /// <summary>The mean along the last axis of e^2 / 2 for errors e up to delta, and delta |e| - delta^2 / 2 beyond. Huber, 1964.</summary>
    public sealed class Huber(double delta = 1, LossReduction reduction = LossReduction.SumOverBatchSize, string? name = null) : Loss(reduction, name ?? "huber_loss")
    {
        /// <summary>Where the square ends and the line begins; positive.</summary>
        public double Delta { get; } = Setting.Positive(delta, "Huber: delta");

        /// <inheritdoc/>
        protected override Tensor Call(Tensor yTrue, Tensor yPred)
        {
            (yTrue, yPred) = Targets.Align(yTrue, yPred, Name);
            return Map(new HuberOp(Delta), yPred - yTrue).Mean(-1);
        }
    }

    /// <summary>mean log(cosh(yPred - yTrue)) along the last axis, without overflow.</summary>
    public sealed class LogCosh(LossReduction reduction = LossReduction.SumOverBatchSize, string? name = null) : Loss(reduction, name)
    {
        /// <inheritdoc/>
        protected override Tensor Call(Tensor yTrue, Tensor yPred)
        {
            (yTrue, yPred) = Targets.Align(yTrue, yPred, Name);
            return Map(default(LogCoshOp), yPred - yTrue).Mean(-1);
        }
    }

    /// <summary>
    /// Minus the cosine of the angle between yTrue and yPred along an axis: -1 where they point the same way, 0 where one is zero. As a metric it is the
    /// cosine itself.
    /// </summary>
    public sealed class CosineSimilarity(int axis = -1, LossReduction reduction = LossReduction.SumOverBatchSize, string? name = null) : Loss(reduction, name)
    {
        /// <summary>The axis along which vectors lie.</summary>
        public int Axis { get; } = axis;

        /// <inheritdoc/>
        protected override Tensor Call(Tensor yTrue, Tensor yPred) => -Cosine(yTrue, yPred);

        internal override (Tensor Values, Tensor? Mask) Measured(Tensor yTrue, Tensor yPred) => (Cosine(yTrue, yPred), null);

        private Tensor Cosine(Tensor yTrue, Tensor yPred)
        {
            (yTrue, yPred) = Targets.Align(yTrue, yPred, Name);
            return (Unit(yTrue) * Unit(yPred)).Sum(Axis);
        }

        private Tensor Unit(Tensor x) => x / Maximum(x.Norm(Axis, keepDims: true), Probability.Smallest);
    }

    /// <summary>mean (yPred - yTrue log(yPred + 1e-7)) along the last axis: for counts.</summary>
    public sealed class Poisson(LossReduction reduction = LossReduction.SumOverBatchSize, string? name = null) : Loss(reduction, name)
    {
        /// <inheritdoc/>
        protected override Tensor Call(Tensor yTrue, Tensor yPred)
        {
            (yTrue, yPred) = Targets.Align(yTrue, yPred, Name);
            return (yPred - (yTrue * Log(yPred + Probability.Smallest))).Mean(-1);
        }
    }
}

namespace Autograd.Ops
{
    internal readonly record struct HuberOp(double Delta) : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T>
        {
            var size = T.Abs(x);
            return T.Select(size <= T.Const(Delta), T.Const(0.5) * x * x, T.Const(Delta) * (size - T.Const(0.5 * Delta)));
        }

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Min(T.Max(x, T.Const(-Delta)), T.Const(Delta));
    }

    internal readonly record struct LogCoshOp : IUnaryOp
    {
        [MethodImpl(AggressiveInlining)]
        public T Of<T>(T x) where T : struct, IReal<T> => T.Abs(x) + T.Log1p(T.Exp(T.Const(-2) * T.Abs(x))) - T.Const(Constants.Ln2);

        [MethodImpl(AggressiveInlining)]
        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Tanh(x);
    }
}
