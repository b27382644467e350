using Autograd.Backends;
using Autograd.Ops;

namespace Autograd
{
    public partial class Tensor
    {
        /// <summary>
        /// A layer of long short-term memory over whole sequences: with the gates i, f, o = sigmoid(x W + h U + b) and g = tanh(x W + h U + b), the cell becomes
        /// c' = f c + i g and the hidden state h' = o tanh(c'). Hochreiter and Schmidhuber, 1997; Gers et al., 2000. As in Keras, the gates' columns follow each other
        /// in the order i, f, g (the candidate), o.
        /// </summary>
        /// <param name="x">[batch, time, features], at least one step.</param>
        /// <param name="kernel">W, [features, 4 units].</param>
        /// <param name="recurrentKernel">U, [units, 4 units].</param>
        /// <param name="bias">b, [4 units]; zeros when left out.</param>
        /// <param name="initialHidden">The hidden state before the first step, [batch, units]; zeros when left out.</param>
        /// <param name="initialCell">The cell before the first step, [batch, units]; zeros when left out.</param>
        /// <param name="mask">[batch, time] of bools: where false, a step changes no state and its output repeats the hidden state before it.</param>
        /// <param name="goBackwards">Whether to begin with the last step; the outputs then come in the order they are computed in, the first of them for the last step.</param>
        /// <returns>The hidden states of all steps, [batch, time, units], and the hidden state and the cell after the last, [batch, units].</returns>
        /// <exception cref="ShapeException">The shapes do not fit together, or there is no step.</exception>
        /// <exception cref="DTypeException">The mask is not of bools.</exception>
        public static (Tensor Outputs, Tensor Hidden, Tensor Cell) Lstm(
            Tensor x, Tensor kernel, Tensor recurrentKernel, Tensor? bias = null, Tensor? initialHidden = null, Tensor? initialCell = null, Tensor? mask = null, bool goBackwards = false)
        {
            var states = Recurrence.Apply("Lstm", RecurrentForm.Lstm, [x, kernel, recurrentKernel, bias, initialHidden, initialCell, mask], goBackwards);
            var steps = states.Shape[0] - 1;
            return (states.SliceAxis(0, 0, steps).SwapAxes(0, 1), states[steps - 1], states[steps]);
        }

        /// <summary>
        /// A layer of gated recurrent units over whole sequences: update z and reset r = sigmoid(x W + h U + b), candidate g = tanh(x W + b + r (h U + b')), and
        /// h' = z h + (1 - z) g. Cho et al., 2014. As in Keras, the gates' columns follow each other in the order z, r, g.
        /// </summary>
        /// <param name="x">[batch, time, features], at least one step.</param>
        /// <param name="kernel">W, [features, 3 units].</param>
        /// <param name="recurrentKernel">U, [units, 3 units].</param>
        /// <param name="bias">[2, 3 units], b and b'; without <paramref name="resetAfter"/> only b, [3 units]. Zeros when left out.</param>
        /// <param name="initialHidden">The hidden state before the first step, [batch, units]; zeros when left out.</param>
        /// <param name="mask">[batch, time] of bools: where false, a step changes nothing and its output repeats the hidden state before it.</param>
        /// <param name="goBackwards">Whether to begin with the last step; the outputs then come in the order they are computed in, the first of them for the last step.</param>
        /// <param name="resetAfter">Whether the reset gate acts after the product with U, as above; otherwise g = tanh(x W + (r h) U + b), which takes several times as long.</param>
        /// <returns>The hidden states of all steps, [batch, time, units], and the one after the last, [batch, units].</returns>
        /// <exception cref="ShapeException">The shapes do not fit together, or there is no step.</exception>
        /// <exception cref="DTypeException">The mask is not of bools.</exception>
        public static (Tensor Outputs, Tensor Hidden) Gru(
            Tensor x, Tensor kernel, Tensor recurrentKernel, Tensor? bias = null, Tensor? initialHidden = null, Tensor? mask = null, bool goBackwards = false, bool resetAfter = true)
        {
            var form = resetAfter ? RecurrentForm.GruResetAfter : RecurrentForm.GruResetBefore;
            var states = Recurrence.Apply("Gru", form, [x, kernel, recurrentKernel, bias, initialHidden, null, mask], goBackwards);
            return (states.SwapAxes(0, 1), states[^1]);
        }

        /// <summary>A fully recurrent layer over whole sequences: h' = tanh(x W + h U + b). Elman, 1990.</summary>
        /// <param name="x">[batch, time, features], at least one step.</param>
        /// <param name="kernel">W, [features, units].</param>
        /// <param name="recurrentKernel">U, [units, units].</param>
        /// <param name="bias">b, [units]; zeros when left out.</param>
        /// <param name="initialHidden">The hidden state before the first step, [batch, units]; zeros when left out.</param>
        /// <param name="mask">[batch, time] of bools: where false, a step changes nothing and its output repeats the hidden state before it.</param>
        /// <param name="goBackwards">Whether to begin with the last step; the outputs then come in the order they are computed in, the first of them for the last step.</param>
        /// <returns>The hidden states of all steps, [batch, time, units], and the one after the last, [batch, units].</returns>
        /// <exception cref="ShapeException">The shapes do not fit together, or there is no step.</exception>
        /// <exception cref="DTypeException">The mask is not of bools.</exception>
        public static (Tensor Outputs, Tensor Hidden) SimpleRnn(
            Tensor x, Tensor kernel, Tensor recurrentKernel, Tensor? bias = null, Tensor? initialHidden = null, Tensor? mask = null, bool goBackwards = false)
        {
            var states = Recurrence.Apply("SimpleRnn", RecurrentForm.Simple, [x, kernel, recurrentKernel, bias, initialHidden, null, mask], goBackwards);
            return (states.SwapAxes(0, 1), states[^1]);
        }
    }
}

namespace Autograd.Ops
{
    internal enum RecurrentForm
    {
        Simple,
        Lstm,
        GruResetAfter,
        GruResetBefore,
    }

    /// <summary>The places of the operands of a recurrent layer; all behind the first three may be missing.</summary>
    internal static class Place
    {
        public const int X = 0, Kernel = 1, RecurrentKernel = 2, Bias = 3, Hidden = 4, Cell = 5, Mask = 6;
    }

    internal static class Recurrence
    {
        /// <summary>The states after all steps, [steps, batch, units]; for the LSTM one more, the cell after the last.</summary>
        public static Tensor Apply(string name, RecurrentForm form, Tensor?[] t, bool goBackwards)
        {
            Check(name, form, t);
            var dtype = t.Take(Place.Mask).Max(operand => operand?.DType ?? DType.Bool);
            dtype = dtype.IsFloating() ? dtype : DType.Float32;
            for (var i = 0; i < Place.Mask; i++)
            {
                t[i] = t[i] is { } operand ? Promotion.Convert(operand, dtype) : null;
            }
            foreach (var i in new[] { Place.X, Place.Mask })
            {
                t[i] = (goBackwards ? t[i]?.Flip(1) : t[i])?.SwapAxes(0, 1);
            }
            var op = new RecurrentOp(name, form, [.. Enumerable.Range(0, t.Length).Where(i => t[i] is not null)]);
            Tensor[] operands = [.. t.OfType<Tensor>()];
            var tracked = false;
            foreach (var operand in operands)
            {
                tracked |= Recording.IsTracked(operand);
            }
            var y = op.Forward(t, keep: tracked);
            if (tracked)
            {
                Recording.Active!.Add(op, y, operands);
            }
            else
            {
                Recording.MarkUnrecorded(y, operands);
            }
            foreach (var operand in operands)
            {
                operand.EndRead();
            }
            return y;
        }

        private static void Check(string name, RecurrentForm form, Tensor?[] t)
        {
            ArgumentNullException.ThrowIfNull(t[Place.X], "x");
            ArgumentNullException.ThrowIfNull(t[Place.Kernel], "kernel");
            ArgumentNullException.ThrowIfNull(t[Place.RecurrentKernel], "recurrentKernel");
            var (x, kernel, recurrent) = (t[Place.X]!, t[Place.Kernel]!, t[Place.RecurrentKernel]!);
            if (x.Rank != 3 || x.Shape[1] == 0)
            {
                throw new ShapeException($"{name}: the sequences have shape {x.Shape}; it must be [batch, time, features] with at least one step.");
            }
            var gates = form switch { RecurrentForm.Simple => 1, RecurrentForm.Lstm => 4, _ => 3 };
            var units = recurrent.Rank == 2 ? recurrent.Shape[0] : 0;
            var (batch, width) = (x.Shape[0], (long)gates * units);
            if (units == 0 || recurrent.Shape[1] != width)
            {
                throw new ShapeException($"{name}: the recurrent kernel has shape {recurrent.Shape}; it must be [units, {(gates == 1 ? "units" : $"{gates} units")}].");
            }
            Require(kernel, "kernel", x.Shape[2], width);
            if (form == RecurrentForm.GruResetAfter)
            {
                Require(t[Place.Bias], "bias", 2, width);
            }
            else
            {
                Require(t[Place.Bias], "bias", width);
            }
            Require(t[Place.Hidden], "initial hidden state", batch, units);
            Require(t[Place.Cell], "initial cell", batch, units);
            Require(t[Place.Mask], "mask", batch, x.Shape[1]);
            if (t[Place.Mask] is { } mask && mask.DType != DType.Bool)
            {
                throw new DTypeException($"{name}: the mask holds {mask.DType}; it must hold Bool (mask > 0).");
            }
            foreach (var operand in t)
            {
                if (operand is not null && operand.Backend != x.Backend)
                {
                    throw new DeviceException($"{name}: one operand lives on {x.Device}, another on {operand.Device}; move one of them first.");
                }
            }

            void Require(Tensor? operand, string what, params ReadOnlySpan<long> shape)
            {
                var fits = operand is null || operand.Rank == shape.Length;
                for (var i = 0; fits && operand is not null && i < shape.Length; i++)
                {
                    fits = operand.Shape[i] == shape[i];
                }
                if (!fits)
                {
                    throw new ShapeException(
                        $"{name}: the {what} has shape {operand!.Shape}; it must be [{string.Join(",", shape.ToArray())}] for sequences {x.Shape} and a recurrent kernel {recurrent.Shape}.");
                }
            }
        }

        /// <summary>The layer step by step in public operations: what gradients of higher order are the gradients of. Operands and result have the steps first.</summary>
        public static Tensor Unrolled(RecurrentForm form, Tensor?[] t)
        {
            var (x, kernel, recurrent, bias) = (t[Place.X]!, t[Place.Kernel]!, t[Place.RecurrentKernel]!, t[Place.Bias]);
            var fromInput = Tensor.MatMul(x, kernel);
            if (bias is not null)
            {
                fromInput += form == RecurrentForm.GruResetAfter ? bias[0] : bias;
            }
            var hidden = t[Place.Hidden] ?? Tensor.FullOn(x.Backend, [x.Shape[1], recurrent.Shape[0]], 0, x.DType);
            var cell = t[Place.Cell] ?? Tensor.FullOn(x.Backend, hidden.Shape, 0, x.DType);
            var states = new List<Tensor>(x.Shape[0] + 1);
            for (var step = 0; step < x.Shape[0]; step++)
            {
                var (nextHidden, nextCell) = Step(form, fromInput[step], hidden, cell, recurrent, bias);
                if (t[Place.Mask]?[step].ExpandDims(1) is { } mask)
                {
                    (nextHidden, nextCell) = (Tensor.Where(mask, nextHidden, hidden), Tensor.Where(mask, nextCell, cell));
                }
                (hidden, cell) = (nextHidden, nextCell);
                states.Add(hidden);
            }
            if (form == RecurrentForm.Lstm)
            {
                states.Add(cell);
            }
            return Tensor.Stack(states.ToArray());
        }

        private static (Tensor Hidden, Tensor Cell) Step(RecurrentForm form, Tensor fromInput, Tensor hidden, Tensor cell, Tensor recurrent, Tensor? bias)
        {
            if (form == RecurrentForm.GruResetBefore)
            {
                var (x, u) = (fromInput.Split(3, 1), recurrent.Split(3, 1));
                var (update, reset) = (Tensor.Sigmoid(x[0] + Tensor.MatMul(hidden, u[0])), Tensor.Sigmoid(x[1] + Tensor.MatMul(hidden, u[1])));
                return ((update * hidden) + ((1 - update) * Tensor.Tanh(x[2] + Tensor.MatMul(reset * hidden, u[2]))), cell);
            }
            var fromState = Tensor.MatMul(hidden, recurrent);
            if (form == RecurrentForm.GruResetAfter)
            {
                var (x, h) = (fromInput.Split(3, 1), (bias is null ? fromState : fromState + bias[1]).Split(3, 1));
                var (update, reset) = (Tensor.Sigmoid(x[0] + h[0]), Tensor.Sigmoid(x[1] + h[1]));
                return ((update * hidden) + ((1 - update) * Tensor.Tanh(x[2] + (reset * h[2]))), cell);
            }
            if (form == RecurrentForm.Simple)
            {
                return (Tensor.Tanh(fromInput + fromState), cell);
            }
            var gates = (fromInput + fromState).Split(4, 1);
            cell = (Tensor.Sigmoid(gates[1]) * cell) + (Tensor.Sigmoid(gates[0]) * Tensor.Tanh(gates[2]));
            return (Tensor.Sigmoid(gates[3]) * Tensor.Tanh(cell), cell);
        }
    }

    /// <summary>
    /// A whole sequence as one recorded operation. While nobody records, its pullback is one kernel that runs back through time, and matrix products over all steps at once.
    /// Under an outer tape it is the gradient of the layer unrolled in public operations, which that tape records: so every order is exact. The GRU that
    /// resets before its product always goes that way; it has no kernel.
    /// </summary>
    internal sealed class RecurrentOp(string name, RecurrentForm form, int[] places) : FusedOp
    {
        // From the forward pass: operands as rows of all steps, activated gates, states and memory.
        private Tensor? _rows;
        private Tensor? _gates;
        private Tensor? _states;
        private Tensor? _memory;

        // Of one pullback, given back when it has been asked for all it is asked for.
        private Tensor? _dRecurrent;
        private Tensor? _dCandidate;

        public override string Name => name;

        public override string Attributes => form == RecurrentForm.GruResetBefore ? "resets before" : "";

        protected override bool HasKernel => form != RecurrentForm.GruResetBefore;

        private RecurrentCell Cell => form switch
        {
            RecurrentForm.Simple => RecurrentCell.Simple,
            RecurrentForm.Lstm => RecurrentCell.Lstm,
            _ => RecurrentCell.Gru,
        };

        /// <summary>The states after all steps. Kept, what the pullback needs stays until the recording ends.</summary>
        public Tensor Forward(Tensor?[] t, bool keep)
        {
            if (!HasKernel)
            {
                using var pause = Recording.Pause();
                return Recurrence.Unrolled(form, t);
            }
            var (x, kernel, recurrent) = (t[Place.X]!, t[Place.Kernel]!, t[Place.RecurrentKernel]!);
            var (steps, batch, features) = (x.Shape[0], x.Shape[1], x.Shape[2]);
            var (units, width, dtype, backend) = (recurrent.Shape[0], recurrent.Shape[1], x.DType, x.Backend);
            var isLstm = form == RecurrentForm.Lstm;
            var packed = x.Packed();
            var rows = packed.View([steps * batch, features], null, packed.Offset);
            var gates = Tensor.Allocate(dtype, [steps * batch, width], backend);
            if (features == 0)
            {
                backend.Fill(gates, 0);
            }
            else
            {
                backend.MatMul(rows, kernel, false, false, gates);
            }
            // The state before the first step stands before the result, so that those before all steps are rows at one distance; the LSTM's last cell stands behind it.
            var states = Tensor.Allocate(dtype, [(steps + (isLstm ? 2 : 1)) * batch, units], backend);
            Begin(states, t[Place.Hidden], batch, backend);
            var memory = form == RecurrentForm.Simple ? null : Tensor.Allocate(dtype, [(steps + (isLstm ? 1 : 0)) * batch, units], backend);
            if (isLstm)
            {
                Begin(memory!, t[Place.Cell], batch, backend);
            }
            var bias = t[Place.Bias]?.Packed() ?? Tensor.FullOn(backend, [form == RecurrentForm.GruResetAfter ? 2 * width : width], 0, dtype);
            var (recurrentKernel, mask) = (recurrent.Packed(), t[Place.Mask]?.Packed());
            backend.Recur(Cell, new()
            {
                Steps = steps,
                Batch = batch,
                Gates = gates,
                RecurrentKernel = recurrentKernel,
                States = states,
                Bias = bias,
                Mask = mask,
                Memory = memory,
            });
            packed.EndRead();
            bias?.EndRead();
            recurrentKernel.EndRead();
            mask?.EndRead();
            kernel.EndRead();
            if (isLstm)
            {
                using var last = Step(states, steps + 1, batch);
                using var cell = Step(memory!, steps, batch);
                backend.Copy(cell, last);
            }
            var y = states.View([steps + (isLstm ? 1 : 0), batch, units], null, states.Offset + (batch * units));
            (_rows, _gates, _states, _memory) = (rows, gates, states, memory);
            foreach (var saved in new[] { gates, states, memory })
            {
                if (keep && saved is not null)
                {
                    Recording.Active!.KeepPrivate(saved);
                }
                else
                {
                    saved?.Dispose();
                }
            }
            return y;
        }

        /// <summary>The rows of one step.</summary>
        private static Tensor Step(Tensor x, int step, int batch) => x.View([batch, x.Shape[^1]], null, x.Offset + (step * batch * x.Shape[^1]));

        private static void Begin(Tensor states, Tensor? initial, int batch, Backend backend)
        {
            using var first = Step(states, 0, batch);
            if (initial is null)
            {
                backend.Fill(first, 0);
            }
            else
            {
                backend.Copy(initial, first);
            }
        }

        protected override Tensor Expression(Tensor[] operands) => Recurrence.Unrolled(form, ByPlace(operands));

        protected override void Release()
        {
            _dRecurrent?.Dispose();
            _dCandidate?.Dispose();
            (_dRecurrent, _dCandidate) = (null, null);
        }

        private Tensor[] ByPlace(Tensor[] operands)
        {
            var t = new Tensor[Place.Mask + 1];
            for (var i = 0; i < operands.Length; i++)
            {
                t[places[i]] = operands[i];
            }
            return t;
        }

        protected override Func<int, Tensor?> Kernel(Tensor dy, in RecordedOp recorded)
        {
            var t = ByPlace(recorded.Many!);
            var (x, kernel, recurrent, backend, dtype) = (t[Place.X], t[Place.Kernel], t[Place.RecurrentKernel].Packed(), dy.Backend, dy.DType);
            var (steps, batch, units, width) = (x.Shape[0], x.Shape[1], recurrent.Shape[0], recurrent.Shape[1]);
            var (isLstm, isGru) = (form == RecurrentForm.Lstm, form == RecurrentForm.GruResetAfter);
            var (packedDy, mask) = (dy.Packed(), t[Place.Mask]?.Packed());
            var dRecurrent = Tensor.Allocate(dtype, [steps * batch, width], backend);
            var dHidden = Tensor.FullOn(backend, [batch, units], 0, dtype);
            var dBias = t[Place.Bias] is null ? null : Tensor.Allocate(dtype, [batch, width], backend);
            var dCell = isLstm ? Tensor.Allocate(dtype, [batch, units], backend) : null;
            var dCandidate = isGru ? Tensor.Allocate(dtype, [steps * batch, units], backend) : null;
            if (isLstm)
            {
                using var last = Step(packedDy, steps, batch);
                backend.Copy(last, dCell!);
            }
            backend.Recur(Cell, new()
            {
                Steps = steps,
                Batch = batch,
                Gates = _gates!,
                RecurrentKernel = recurrent,
                States = _states!,
                Mask = mask,
                Memory = _memory,
                Dy = packedDy,
                DRecurrent = dRecurrent,
                DHidden = dHidden,
                Extra = dCell ?? dCandidate,
                DBias = dBias,
            });
            packedDy.EndRead();
            dy.EndRead();
            recurrent.EndRead();
            mask?.EndRead();
            (_dRecurrent, _dCandidate) = (dRecurrent, dCandidate);
            return input =>
            {
                // Of the GRU's gates only update and reset take the same from input and state.
                using var shared = isGru ? dRecurrent[.., ..(2 * units)] : null;
                return places[input] switch
                {
                    Place.X when isGru =>
                        (Tensor.MatMul(shared!, kernel[.., ..(2 * units)], transposeY: true) + Tensor.MatMul(dCandidate!, kernel[.., (2 * units)..], transposeY: true)).Reshape(x.Shape),
                    Place.X => Tensor.MatMul(dRecurrent, kernel, transposeY: true).Reshape(x.Shape),
                    Place.Kernel when isGru =>
                        Tensor.Concat([Tensor.MatMul(_rows!, shared!, transposeX: true), Tensor.MatMul(_rows!, dCandidate!, transposeX: true)], 1),
                    Place.Kernel => Tensor.MatMul(_rows!, dRecurrent, transposeX: true),
                    Place.RecurrentKernel => Tensor.MatMul(_states![..(steps * batch)], dRecurrent, transposeX: true),
                    Place.Bias when isGru => Tensor.Stack([Tensor.Concat([dBias!.Sum(0)[..(2 * units)], dCandidate!.Sum(0)]), dBias!.Sum(0)]),
                    Place.Bias => dBias!.Sum(0),
                    Place.Hidden => dHidden,
                    Place.Cell => dCell,
                    _ => null,
                };
            };
        }
    }
}
