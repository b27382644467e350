using System.Runtime.CompilerServices;
using Autograd.Numerics;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd.Backends.Cpu;

/// <summary>Where one step of one sequence lies. Each pointer is at a row; gates are blocks of as many columns as there are units.</summary>
internal unsafe struct RecurrentRow<E> where E : unmanaged
{
    /// <summary>What the operands' products with the kernel gave; forwards the activated gates take its place.</summary>
    public E* Gates;

    /// <summary>Forwards the product of the state with the recurrent kernel; backwards the gradient of it.</summary>
    public E* Recurrent;

    public E* Bias;

    /// <summary>The hidden state before the step.</summary>
    public E* Before;

    /// <summary>The hidden state after the step.</summary>
    public E* After;

    /// <summary>What else the cell keeps: the LSTM its cell before the step, the GRU its candidate's product with the state.</summary>
    public E* Memory;

    /// <summary>The LSTM's cell after the step.</summary>
    public E* MemoryAfter;

    /// <summary>The gradient of the step's output.</summary>
    public E* Dy;

    /// <summary>The gradient of the state after the step; turned into that part of the gradient of the state before it that does not go through the product.</summary>
    public E* Carried;

    /// <summary>For the LSTM the gradient of its cell, likewise; for the GRU the gradient of what the candidate took from the input.</summary>
    public E* Extra;

    public int Units;
}

/// <summary>The elementwise part of a recurrent layer's step.</summary>
internal unsafe interface IRecurrentCell<E> where E : unmanaged
{
    /// <summary>Whether the memory is a state of its own, which a masked step hands on.</summary>
    static virtual bool CarriesMemory => false;

    static abstract void Forward(in RecurrentRow<E> row);

    static abstract void Backward(in RecurrentRow<E> row);
}

/// <summary>h' = tanh(a). Elman, 1990.</summary>
internal readonly unsafe struct SimpleCell<E> : IRecurrentCell<E> where E : unmanaged
{
    [MethodImpl(AggressiveOptimization)]
    public static void Forward(in RecurrentRow<E> row)
    {
        for (nint i = 0; i < row.Units; i += RowLanes<E>.Width)
        {
            var count = RowLanes<E>.Count(row.Units, i);
            RowLanes<E>.Store(Lanes<E>.Tanh(Cells<E>.Sum(row, i, count)), row.After + i, count);
        }
    }

    [MethodImpl(AggressiveOptimization)]
    public static void Backward(in RecurrentRow<E> row)
    {
        var one = Lanes<E>.Const(1);
        for (nint i = 0; i < row.Units; i += RowLanes<E>.Width)
        {
            var count = RowLanes<E>.Count(row.Units, i);
            var h = RowLanes<E>.Load(row.After + i, count);
            var d = RowLanes<E>.Load(row.Dy + i, count) + RowLanes<E>.Load(row.Carried + i, count);
            RowLanes<E>.Store(d * (one - (h * h)), row.Recurrent + i, count);
            RowLanes<E>.Store(Lanes<E>.Const(0), row.Carried + i, count);
        }
    }
}

/// <summary>Input, forget, candidate and output gate: c' = f c + i g, h' = o tanh(c'). Hochreiter and Schmidhuber, 1997; Gers et al., 2000.</summary>
internal readonly unsafe struct LstmCell<E> : IRecurrentCell<E> where E : unmanaged
{
    public static bool CarriesMemory => true;

    [MethodImpl(AggressiveOptimization)]
    public static void Forward(in RecurrentRow<E> row)
    {
        int units = row.Units;
        Cells<E>.Sigmoid(row, 0, 2 * units);
        Cells<E>.Tanh(row, 2 * units, units);
        Cells<E>.Sigmoid(row, 3 * units, units);
        for (nint i = 0; i < units; i += RowLanes<E>.Width)
        {
            var count = RowLanes<E>.Count(units, i);
            var gates = row.Gates + i;
            var cell = (RowLanes<E>.Load(gates + units, count) * RowLanes<E>.Load(row.Memory + i, count))
                + (RowLanes<E>.Load(gates, count) * RowLanes<E>.Load(gates + (2 * units), count));
            RowLanes<E>.Store(cell, row.MemoryAfter + i, count);
            RowLanes<E>.Store(RowLanes<E>.Load(gates + (3 * units), count) * Lanes<E>.Tanh(cell), row.After + i, count);
        }
    }

    [MethodImpl(AggressiveOptimization)]
    public static void Backward(in RecurrentRow<E> row)
    {
        nint units = row.Units;
        var one = Lanes<E>.Const(1);
        for (nint i = 0; i < units; i += RowLanes<E>.Width)
        {
            var count = RowLanes<E>.Count(row.Units, i);
            var gates = row.Gates + i;
            var (input, forget) = (RowLanes<E>.Load(gates, count), RowLanes<E>.Load(gates + units, count));
            var (candidate, output) = (RowLanes<E>.Load(gates + (2 * units), count), RowLanes<E>.Load(gates + (3 * units), count));
            var bent = Lanes<E>.Tanh(RowLanes<E>.Load(row.MemoryAfter + i, count));
            var d = RowLanes<E>.Load(row.Dy + i, count) + RowLanes<E>.Load(row.Carried + i, count);
            var dCell = RowLanes<E>.Load(row.Extra + i, count) + (d * output * (one - (bent * bent)));
            var to = row.Recurrent + i;
            RowLanes<E>.Store(dCell * candidate * input * (one - input), to, count);
            RowLanes<E>.Store(dCell * RowLanes<E>.Load(row.Memory + i, count) * forget * (one - forget), to + units, count);
            RowLanes<E>.Store(dCell * input * (one - (candidate * candidate)), to + (2 * units), count);
            RowLanes<E>.Store(d * bent * output * (one - output), to + (3 * units), count);
            RowLanes<E>.Store(dCell * forget, row.Extra + i, count);
            RowLanes<E>.Store(Lanes<E>.Const(0), row.Carried + i, count);
        }
    }
}

/// <summary>
/// Update, reset and candidate: h' = z h + (1 - z) tanh(a + r m), where a comes from the input and m, kept as the memory, from the state. Cho et al., 2014, in
/// the form that resets after the product.
/// </summary>
internal readonly unsafe struct GruCell<E> : IRecurrentCell<E> where E : unmanaged
{
    [MethodImpl(AggressiveOptimization)]
    public static void Forward(in RecurrentRow<E> row)
    {
        int units = row.Units;
        // Update and reset take both biases.
        for (nint i = 0; i < 2 * units; i += RowLanes<E>.Width)
        {
            var count = RowLanes<E>.Count(2 * units, i);
            RowLanes<E>.Store(Lanes<E>.Sigmoid(Cells<E>.Sum(row, i, count) + RowLanes<E>.Load(row.Bias + (3 * units) + i, count)), row.Gates + i, count);
        }
        for (nint i = 0; i < units; i += RowLanes<E>.Width)
        {
            var count = RowLanes<E>.Count(units, i);
            var gates = row.Gates + i;
            var last = (2 * units) + i;
            var memory = RowLanes<E>.Load(row.Recurrent + last, count) + RowLanes<E>.Load(row.Bias + (3 * units) + last, count);
            var candidate = Lanes<E>.Tanh(
                RowLanes<E>.Load(row.Gates + last, count) + RowLanes<E>.Load(row.Bias + last, count) + (RowLanes<E>.Load(gates + units, count) * memory));
            var update = RowLanes<E>.Load(gates, count);
            RowLanes<E>.Store(memory, row.Memory + i, count);
            RowLanes<E>.Store(candidate, row.Gates + last, count);
            RowLanes<E>.Store((update * RowLanes<E>.Load(row.Before + i, count)) + ((Lanes<E>.Const(1) - update) * candidate), row.After + i, count);
        }
    }

    [MethodImpl(AggressiveOptimization)]
    public static void Backward(in RecurrentRow<E> row)
    {
        nint units = row.Units;
        var one = Lanes<E>.Const(1);
        for (nint i = 0; i < units; i += RowLanes<E>.Width)
        {
            var count = RowLanes<E>.Count(row.Units, i);
            var gates = row.Gates + i;
            var (update, reset, candidate) = (RowLanes<E>.Load(gates, count), RowLanes<E>.Load(gates + units, count), RowLanes<E>.Load(gates + (2 * units), count));
            var d = RowLanes<E>.Load(row.Dy + i, count) + RowLanes<E>.Load(row.Carried + i, count);
            var dCandidate = d * (one - update) * (one - (candidate * candidate));
            var to = row.Recurrent + i;
            RowLanes<E>.Store(d * (RowLanes<E>.Load(row.Before + i, count) - candidate) * update * (one - update), to, count);
            RowLanes<E>.Store(dCandidate * RowLanes<E>.Load(row.Memory + i, count) * reset * (one - reset), to + units, count);
            RowLanes<E>.Store(dCandidate * reset, to + (2 * units), count);
            RowLanes<E>.Store(dCandidate, row.Extra + i, count);
            RowLanes<E>.Store(d * update, row.Carried + i, count);
        }
    }
}

/// <summary>What the cells share.</summary>
internal static unsafe class Cells<E> where E : unmanaged
{
    /// <summary>A gate before its activation: the parts of the input, the state and the (first) bias.</summary>
    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Sum(in RecurrentRow<E> row, nint i, int count) => RowLanes<E>.Load(row.Gates + i, count) + RowLanes<E>.Load(row.Recurrent + i, count) + RowLanes<E>.Load(row.Bias + i, count);

    [MethodImpl(AggressiveOptimization)]
    public static void Sigmoid(in RecurrentRow<E> row, nint first, nint n)
    {
        for (var i = first; i < first + n; i += RowLanes<E>.Width)
        {
            var count = RowLanes<E>.Count(first + n, i);
            RowLanes<E>.Store(Lanes<E>.Sigmoid(Sum(row, i, count)), row.Gates + i, count);
        }
    }

    [MethodImpl(AggressiveOptimization)]
    public static void Tanh(in RecurrentRow<E> row, nint first, nint n)
    {
        for (var i = first; i < first + n; i += RowLanes<E>.Width)
        {
            var count = RowLanes<E>.Count(first + n, i);
            RowLanes<E>.Store(Lanes<E>.Tanh(Sum(row, i, count)), row.Gates + i, count);
        }
    }
}
