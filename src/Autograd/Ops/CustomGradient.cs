using Autograd.Ops;

namespace Autograd
{
    /// <summary>The gradient of an operand from the gradient of the result, the operand and the result; null where there is none.</summary>
    /// <param name="dy">The gradient of the result, of its shape.</param>
    /// <param name="x">The operand.</param>
    /// <param name="y">The result.</param>
    public delegate Tensor? UnaryPullback(Tensor dy, Tensor x, Tensor y);

    /// <summary>The gradients of several operands from the gradient of the result, the operands and the result; null where there is none.</summary>
    /// <param name="dy">The gradient of the result, of its shape.</param>
    /// <param name="inputs">The operands.</param>
    /// <param name="y">The result.</param>
    public delegate IReadOnlyList<Tensor?> Pullback(Tensor dy, IReadOnlyList<Tensor> inputs, Tensor y);

    public partial class Tensor
    {
        /// <summary>An operation with a gradient of your own, of one operand.</summary>
        /// <param name="x">The operand.</param>
        /// <param name="forward">Computes y from x; it is not recorded.</param>
        /// <param name="backward">Computes dx from dy, x and y with tensor operations; for higher orders these are differentiated in turn.</param>
        /// <param name="name">For messages.</param>
        /// <exception cref="TapeException"><paramref name="forward"/> returned null, or, when the gradient is taken, <paramref name="backward"/> returned another shape.</exception>
        public static Tensor CustomGradient(Tensor x, Func<Tensor, Tensor> forward, UnaryPullback backward, string name = "CustomGradient")
        {
            ArgumentNullException.ThrowIfNull(x);
            ArgumentNullException.ThrowIfNull(forward);
            ArgumentNullException.ThrowIfNull(backward);
            return CustomGradient([x], inputs => forward(inputs[0]), (dy, inputs, y) => [backward(dy, inputs[0], y)], name);
        }

        /// <summary>An operation with a gradient of your own, of several operands. Gradients flow to these operands only.</summary>
        /// <param name="inputs">The operands.</param>
        /// <param name="forward">Computes y from the operands; it is not recorded.</param>
        /// <param name="backward">Computes, from dy, the operands and y, one gradient per operand, or null where there is none.</param>
        /// <param name="name">For messages.</param>
        /// <exception cref="TapeException"><paramref name="forward"/> returned null, or, when the gradient is taken, <paramref name="backward"/> returned another number of gradients or another shape.</exception>
        public static Tensor CustomGradient(
            IReadOnlyList<Tensor> inputs,
            Func<IReadOnlyList<Tensor>, Tensor> forward,
            Pullback backward,
            string name = "CustomGradient")
        {
            ArgumentNullException.ThrowIfNull(inputs);
            ArgumentNullException.ThrowIfNull(forward);
            ArgumentNullException.ThrowIfNull(backward);
            ArgumentNullException.ThrowIfNull(name);
            Tensor[] operands = [.. inputs];
            foreach (var operand in operands)
            {
                ArgumentNullException.ThrowIfNull(operand, nameof(inputs));
            }
            for (var i = 0; i < operands.Length; i++)
            {
                // The functions may keep what they see, so of a variable they see a value that later assignments leave alone.
                operands[i] = operands[i].AsValue();
            }
            Tensor y;
            using (Recording.Pause())
            {
                y = forward(operands) ?? throw new TapeException($"{name}: the forward function returned null.");
                // A fresh object: the function may return an operand, which has a place on the tape already.
                y = y.View(y.Shape, y.StridesOrNull, y.Offset);
            }
            Recording.Active?.Add(new CustomOp(name, backward), y, operands);
            return y;
        }
    }
}

namespace Autograd.Ops
{
    internal sealed class CustomOp(string name, Pullback backward) : Op
    {
        // The function gives all gradients at once; the reverse pass asks for them one by one. Kept no longer than that: another pass with the
        // same cotangent may be one that an outer tape records.
        private Tensor? _dy;
        private IReadOnlyList<Tensor?>? _gradients;

        public override string Name => name;

        public override Tensor? Pullback(int input, Tensor dy, in RecordedOp recorded)
        {
            var inputs = recorded.Many!;
            if (!ReferenceEquals(dy, _dy))
            {
                // The function may keep it.
                dy.Storage?.Share();
            }
            var gradients = ReferenceEquals(dy, _dy) ? _gradients! : Backward(dy, inputs, recorded.Y);
            if (gradients is null || gradients.Count != inputs.Length)
            {
                throw new TapeException($"{name}: the backward function returned {(gradients is null ? "null" : $"{gradients.Count} gradients")} for {inputs.Length} operands.");
            }
            var dx = gradients[input];
            if (dx is not null && (!dx.Shape.Equals(inputs[input].Shape) || !dx.DType.IsFloating()))
            {
                throw new TapeException($"{name}: the backward function returned {dx.Shape} {dx.DType} for operand {input} of shape {inputs[input].Shape} {inputs[input].DType}; shapes must be equal.");
            }
            (_dy, _gradients) = (dy, gradients);
            // Also where there is nothing to cast: the function may have returned what the program still has.
            return dx?.Cast(inputs[input].DType);
        }

        private IReadOnlyList<Tensor?> Backward(Tensor dy, Tensor[] inputs, Tensor y)
        {
            using var own = Recording.Program();
            return backward(dy, inputs, y);
        }

        public override void PullbacksDone() => (_dy, _gradients) = (null, null);
    }
}
