using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Autograd.Backends.Cpu;

/// <summary>The steps of recurrent layers, forwards and backwards. The cells are in <see cref="IRecurrentCell{E}"/>.</summary>
internal sealed unsafe partial class CpuBackend
{
    public override void Recur(RecurrentCell cell, in RecurrentOperands operands)
    {
        if (operands.Gates.DType == DType.Float32)
        {
            Recur<float>(cell, operands);
        }
        else if (operands.Gates.DType == DType.Float64)
        {
            Recur<double>(cell, operands);
        }
        else
        {
            throw NoKernel(operands.Gates.DType);
        }
    }

    private static void Recur<E>(RecurrentCell cell, in RecurrentOperands operands) where E : unmanaged
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Recur<V512<E>, E>(cell, operands);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Recur<V256<E>, E>(cell, operands);
        }
        else
        {
            Recur<V128<E>, E>(cell, operands);
        }
    }

    private static void Recur<V, E>(RecurrentCell cell, in RecurrentOperands operands) where V : struct, IVector<V, E> where E : unmanaged
    {
        switch (cell)
        {
            case RecurrentCell.Simple:
                RecurrentJob<V, E, SimpleCell<E>>.Run(operands);
                break;
            case RecurrentCell.Lstm:
                RecurrentJob<V, E, LstmCell<E>>.Run(operands);
                break;
            default:
                RecurrentJob<V, E, GruCell<E>>.Run(operands);
                break;
        }
    }
}

/// <summary>
/// All steps for some of the sequences of a batch: these are independent of each other, so threads meet once a layer, not once a step. The recurrent kernel
/// is packed into panels once.
/// </summary>
[SkipLocalsInit]
internal sealed unsafe class RecurrentJob<V, E, TCell> : Job where V : struct, IVector<V, E> where E : unmanaged where TCell : struct, IRecurrentCell<E>
{
    /// <summary>Fewer multiplications are not worth a second thread.</summary>
    private const long ParallelWork = 96L * 96 * 96;

    /// <summary>Rows of a panel that stay in the first-level cache.</summary>
    private const int BlockK = 512;

    [ThreadStatic]
    private static Scratch? t_panels;

    [ThreadStatic]
    private static Scratch? t_product;

    private readonly int _steps;
    private readonly int _batch;
    private readonly int _units;
    private readonly int _width;

    private E* _panels;
    private E* _gates;
    private E* _bias;
    private bool* _mask;
    private E* _states;
    private E* _memory;
    private E* _dy;
    private E* _recurrent;
    private E* _dHidden;
    private E* _extra;
    private nint _extraStep;
    private E* _dBias;

    private RecurrentJob(in RecurrentOperands x)
    {
        (_steps, _batch, _units, _width) = (x.Steps, x.Batch, x.Units, x.Width);
        var enough = (long)_steps * _batch * _units * _width >= ParallelWork;
        Chunks = !enough ? 1 : Math.Clamp(_batch / 8, 1, Cpu.Chunks.MostAtOnce);
    }

    protected override int Chunks { get; }

    public static void Run(in RecurrentOperands x)
    {
        if (x.Batch == 0 || x.Units == 0)
        {
            return;
        }
        var job = new RecurrentJob<V, E, TCell>(x);
        // Forwards [units, gates] as it is, backwards transposed; contiguous.
        var (inner, outer) = x.IsBackward ? (job._width, job._units) : (job._units, job._width);
        job._panels = (E*)Scratch.Of(ref t_panels, (long)inner * (outer + (2 * V.Count)) * sizeof(E));
        fixed (E* kernel = &x.RecurrentKernel.First<E>(), gates = &x.Gates.First<E>(), states = &x.States.First<E>())
        fixed (E* bias = &CpuBackend.Or<E>(x.Bias), memory = &CpuBackend.Or<E>(x.Memory), dy = &CpuBackend.Or<E>(x.Dy), recurrent = &CpuBackend.Or<E>(x.DRecurrent))
        fixed (E* dHidden = &CpuBackend.Or<E>(x.DHidden), extra = &CpuBackend.Or<E>(x.Extra), dBias = &CpuBackend.Or<E>(x.DBias))
        fixed (bool* mask = &CpuBackend.Or<bool>(x.Mask))
        {
            job._gates = gates;
            job._states = states;
            job._bias = bias;
            job._mask = mask;
            job._memory = memory;
            job._dy = dy;
            job._recurrent = recurrent;
            job._dHidden = dHidden;
            job._extra = extra;
            job._dBias = dBias;
            // The LSTM's cells stand like states, and their gradient goes along from step to step; what the GRU remembers is every step's own.
            job._extraStep = TCell.CarriesMemory ? 0 : (nint)job._batch * job._units;
            for (var j = 0; j < outer; j += 2 * V.Count)
            {
                var columns = Math.Min(2 * V.Count, outer - j);
                var (strideInner, strideOuter) = x.IsBackward ? (1, job._width) : (job._width, 1);
                MatrixProduct<V, E>.Pack(kernel + ((nint)j * strideOuter), strideInner, strideOuter, inner, columns, job._panels + ((nint)j * inner), PanelWidth(columns));
            }
            job.Run();
        }
    }

    private static int PanelWidth(int columns) => columns > V.Count ? 2 * V.Count : V.Count;

    protected override void Run(int chunk)
    {
        var first = (int)((long)_batch * chunk / Chunks);
        var rows = (int)((long)_batch * (chunk + 1) / Chunks) - first;
        if (_dy is null)
        {
            Forward(first, rows);
        }
        else
        {
            Backward(first, rows);
        }
    }

    private void Forward(int first, int rows)
    {
        var product = (E*)Scratch.Of(ref t_product, (long)rows * _width * sizeof(E));
        for (var step = 0; step < _steps; step++)
        {
            Multiply(_states + ((((nint)step * _batch) + first) * _units), _units, product, _width, rows, add: false);
            for (var r = 0; r < rows; r++)
            {
                var row = RowAt(step, first + r);
                row.Recurrent = product + ((nint)r * _width);
                if (Counts(step, first + r))
                {
                    TCell.Forward(row);
                    continue;
                }
                Copy(row.Before, row.After);
                if (TCell.CarriesMemory)
                {
                    Copy(row.Memory, row.MemoryAfter);
                }
            }
        }
    }

    private void Backward(int first, int rows)
    {
        var carried = _dHidden + ((nint)first * _units);
        if (_dBias is not null)
        {
            new Span<E>(_dBias + ((nint)first * _width), rows * _width).Clear();
        }
        for (var step = _steps - 1; step >= 0; step--)
        {
            for (var r = 0; r < rows; r++)
            {
                var row = RowAt(step, first + r);
                var at = ((nint)step * _batch) + first + r;
                row.Recurrent = _recurrent + (at * _width);
                row.Dy = _dy + (at * _units);
                row.Carried = carried + ((nint)r * _units);
                row.Extra = _extra + (step * _extraStep) + ((nint)(first + r) * _units);
                if (Counts(step, first + r))
                {
                    TCell.Backward(row);
                    if (_dBias is not null)
                    {
                        Accumulate(row.Recurrent, _dBias + ((nint)(first + r) * _width), _width);
                    }
                    continue;
                }
                new Span<E>(row.Recurrent, _width).Clear();
                if (_extra is not null && !TCell.CarriesMemory)
                {
                    new Span<E>(row.Extra, _units).Clear();
                }
                Accumulate(row.Dy, row.Carried, _units);
            }
            Multiply(_recurrent + ((((nint)step * _batch) + first) * _width), _width, carried, _units, rows, add: true);
        }
    }

    private RecurrentRow<E> RowAt(int step, int sequence)
    {
        var at = ((nint)step * _batch) + sequence;
        return new RecurrentRow<E>
        {
            Gates = _gates + (at * _width),
            Bias = _bias,
            Before = _states + (at * _units),
            After = _states + ((at + _batch) * _units),
            Memory = _memory + (at * _units),
            MemoryAfter = _memory + ((at + _batch) * _units),
            Units = _units,
        };
    }

    private bool Counts(int step, int sequence) => _mask is null || _mask[((nint)step * _batch) + sequence];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Accumulate(E* x, E* sum, nint n)
    {
        for (nint i = 0; i < n; i += RowLanes<E>.Width)
        {
            var count = RowLanes<E>.Count(n, i);
            RowLanes<E>.Store(RowLanes<E>.Load(sum + i, count) + RowLanes<E>.Load(x + i, count), sum + i, count);
        }
    }

    private void Copy(E* from, E* to) => new Span<E>(from, _units).CopyTo(new Span<E>(to, _units));

    /// <summary>Rows times the packed kernel, as wide as its inner extent.</summary>
    private void Multiply(E* x, int inner, E* y, int outer, int rows, bool add)
    {
        for (var j = 0; j < outer; j += 2 * V.Count)
        {
            var columns = Math.Min(2 * V.Count, outer - j);
            var width = PanelWidth(columns);
            for (var p = 0; p < inner; p += BlockK)
            {
                MatrixProduct<V, E>.MultiplyPanel(
                    x + p, inner, 1, false, _panels + ((nint)j * inner) + ((nint)p * width), width, width, y + j, outer, rows, columns, Math.Min(BlockK, inner - p), add || p > 0);
            }
        }
    }
}
