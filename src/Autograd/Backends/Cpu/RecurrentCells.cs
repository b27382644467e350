using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
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
        for (nint i = 0; i < row.Units; i += Cells<E>.Width)
        {
            var count = Cells<E>.Count(row.Units, i);
            Cells<E>.Store(Lanes<E>.Tanh(Cells<E>.Sum(row, i, count)), row.After + i, count);
        }
    }

    [MethodImpl(AggressiveOptimization)]
    public static void Backward(in RecurrentRow<E> row)
    {
        var one = Lanes<E>.Const(1);
        for (nint i = 0; i < row.Units; i += Cells<E>.Width)
        {
            var count = Cells<E>.Count(row.Units, i);
            var h = Cells<E>.Load(row.After + i, count);
            var d = Cells<E>.Load(row.Dy + i, count) + Cells<E>.Load(row.Carried + i, count);
            Cells<E>.Store(d * (one - (h * h)), row.Recurrent + i, count);
            Cells<E>.Store(Lanes<E>.Const(0), row.Carried + i, count);
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
        for (nint i = 0; i < units; i += Cells<E>.Width)
        {
            var count = Cells<E>.Count(units, i);
            var gates = row.Gates + i;
            var cell = (Cells<E>.Load(gates + units, count) * Cells<E>.Load(row.Memory + i, count))
                + (Cells<E>.Load(gates, count) * Cells<E>.Load(gates + (2 * units), count));
            Cells<E>.Store(cell, row.MemoryAfter + i, count);
            Cells<E>.Store(Cells<E>.Load(gates + (3 * units), count) * Lanes<E>.Tanh(cell), row.After + i, count);
        }
    }

    [MethodImpl(AggressiveOptimization)]
    public static void Backward(in RecurrentRow<E> row)
    {
        nint units = row.Units;
        var one = Lanes<E>.Const(1);
        for (nint i = 0; i < units; i += Cells<E>.Width)
        {
            var count = Cells<E>.Count(row.Units, i);
            var gates = row.Gates + i;
            var (input, forget) = (Cells<E>.Load(gates, count), Cells<E>.Load(gates + units, count));
            var (candidate, output) = (Cells<E>.Load(gates + (2 * units), count), Cells<E>.Load(gates + (3 * units), count));
            var bent = Lanes<E>.Tanh(Cells<E>.Load(row.MemoryAfter + i, count));
            var d = Cells<E>.Load(row.Dy + i, count) + Cells<E>.Load(row.Carried + i, count);
            var dCell = Cells<E>.Load(row.Extra + i, count) + (d * output * (one - (bent * bent)));
            var to = row.Recurrent + i;
            Cells<E>.Store(dCell * candidate * input * (one - input), to, count);
            Cells<E>.Store(dCell * Cells<E>.Load(row.Memory + i, count) * forget * (one - forget), to + units, count);
            Cells<E>.Store(dCell * input * (one - (candidate * candidate)), to + (2 * units), count);
            Cells<E>.Store(d * bent * output * (one - output), to + (3 * units), count);
            Cells<E>.Store(dCell * forget, row.Extra + i, count);
            Cells<E>.Store(Lanes<E>.Const(0), row.Carried + i, count);
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
        for (nint i = 0; i < 2 * units; i += Cells<E>.Width)
        {
            var count = Cells<E>.Count(2 * units, i);
            Cells<E>.Store(Lanes<E>.Sigmoid(Cells<E>.Sum(row, i, count) + Cells<E>.Load(row.Bias + (3 * units) + i, count)), row.Gates + i, count);
        }
        for (nint i = 0; i < units; i += Cells<E>.Width)
        {
            var count = Cells<E>.Count(units, i);
            var gates = row.Gates + i;
            var last = (2 * units) + i;
            var memory = Cells<E>.Load(row.Recurrent + last, count) + Cells<E>.Load(row.Bias + (3 * units) + last, count);
            var candidate = Lanes<E>.Tanh(
                Cells<E>.Load(row.Gates + last, count) + Cells<E>.Load(row.Bias + last, count) + (Cells<E>.Load(gates + units, count) * memory));
            var update = Cells<E>.Load(gates, count);
            Cells<E>.Store(memory, row.Memory + i, count);
            Cells<E>.Store(candidate, row.Gates + last, count);
            Cells<E>.Store((update * Cells<E>.Load(row.Before + i, count)) + ((Lanes<E>.Const(1) - update) * candidate), row.After + i, count);
        }
    }

    [MethodImpl(AggressiveOptimization)]
    public static void Backward(in RecurrentRow<E> row)
    {
        nint units = row.Units;
        var one = Lanes<E>.Const(1);
        for (nint i = 0; i < units; i += Cells<E>.Width)
        {
            var count = Cells<E>.Count(row.Units, i);
            var gates = row.Gates + i;
            var (update, reset, candidate) = (Cells<E>.Load(gates, count), Cells<E>.Load(gates + units, count), Cells<E>.Load(gates + (2 * units), count));
            var d = Cells<E>.Load(row.Dy + i, count) + Cells<E>.Load(row.Carried + i, count);
            var dCandidate = d * (one - update) * (one - (candidate * candidate));
            var to = row.Recurrent + i;
            Cells<E>.Store(d * (Cells<E>.Load(row.Before + i, count) - candidate) * update * (one - update), to, count);
            Cells<E>.Store(dCandidate * Cells<E>.Load(row.Memory + i, count) * reset * (one - reset), to + units, count);
            Cells<E>.Store(dCandidate * reset, to + (2 * units), count);
            Cells<E>.Store(dCandidate, row.Extra + i, count);
            Cells<E>.Store(d * update, row.Carried + i, count);
        }
    }
}

/// <summary>What the cells are written with: vectors of a row, the last of them perhaps in part.</summary>
internal static unsafe class Cells<E> where E : unmanaged
{
    public static int Width
    {
        [MethodImpl(AggressiveInlining)]
        get => Vector512<E>.Count;
    }

    [MethodImpl(AggressiveInlining)]
    public static int Count(nint n, nint i) => (int)Math.Min(n - i, Width);

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Load(E* p, int count) => new(count == Width ? Vector512.Load(p) : VectorIO.LoadTail(p, count));

    [MethodImpl(AggressiveInlining)]
    public static void Store(Lanes<E> x, E* p, int count)
    {
        if (count == Width)
        {
            x.V.Store(p);
        }
        else
        {
            VectorIO.StoreTail(x.V, p, count);
        }
    }

    /// <summary>A gate before its activation: the parts of the input, the state and the (first) bias.</summary>
    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Sum(in RecurrentRow<E> row, nint i, int count) => Load(row.Gates + i, count) + Load(row.Recurrent + i, count) + Load(row.Bias + i, count);

    [MethodImpl(AggressiveOptimization)]
    public static void Sigmoid(in RecurrentRow<E> row, nint first, nint n)
    {
        for (var i = first; i < first + n; i += Width)
        {
            var count = Count(first + n, i);
            Store(Lanes<E>.Sigmoid(Sum(row, i, count)), row.Gates + i, count);
        }
    }

    [MethodImpl(AggressiveOptimization)]
    public static void Tanh(in RecurrentRow<E> row, nint first, nint n)
    {
        for (var i = first; i < first + n; i += Width)
        {
            var count = Count(first + n, i);
            Store(Lanes<E>.Tanh(Sum(row, i, count)), row.Gates + i, count);
        }
    }
}
