using System.Runtime.CompilerServices;
using ILGPU;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd.Backends.Ilgpu;

/// <summary>One step of a recurrent layer: the memory of all steps, as <see cref="RecurrentOperands"/> describes it. What is not there is neither read nor written.</summary>
internal struct RecurrentStep<T> where T : unmanaged, IReal<T>
{
    public int Step, Batch, Units, Width;

    /// <summary>Each 1 or 0: whether there is a mask; sums of the gates' gradients; whether they start at this step.</summary>
    public int HasMask, HasDBias, StartsDBias;

    /// <summary>Forwards the state's product with the recurrent kernel, of this step alone.</summary>
    public ArrayView<T> Product;

    public ArrayView<T> Gates, Bias, States, Memory, Dy, DRecurrent, DHidden, Extra, DBias;

    public ArrayView<Truth> Mask;
}

/// <summary>One unit of one sequence at a step: a thread's share.</summary>
internal struct RecurrentUnit<T> where T : unmanaged, IReal<T>
{
    /// <summary>The sequence's row among those of all steps, and in its batch.</summary>
    private int _row, _sequence, _unit;

    private RecurrentStep<T> _step;

    [MethodImpl(AggressiveInlining)]
    public static RecurrentUnit<T> At(RecurrentStep<T> step, int item)
    {
        var sequence = item / step.Units;
        return new() { _step = step, _sequence = sequence, _row = (step.Step * step.Batch) + sequence, _unit = item - (sequence * step.Units) };
    }

    public readonly bool Counts => _step.HasMask == 0 || _step.Mask[_row].V != 0;

    private readonly int Here => (_row * _step.Units) + _unit;

    private readonly int Next => Here + (_step.Batch * _step.Units);

    private readonly int InBatch => (_sequence * _step.Units) + _unit;

    /// <summary>The hidden state before the step.</summary>
    public readonly T Before => _step.States[Here];

    /// <summary>The hidden state after the step.</summary>
    public readonly T After
    {
        get => _step.States[Next];
        set => _step.States[Next] = value;
    }

    /// <summary>The LSTM's cell before the step, the GRU's candidate's product with the state.</summary>
    public readonly T Memory
    {
        get => _step.Memory[Here];
        set => _step.Memory[Here] = value;
    }

    /// <summary>The LSTM's cell after the step.</summary>
    public readonly T MemoryAfter
    {
        get => _step.Memory[Next];
        set => _step.Memory[Next] = value;
    }

    /// <summary>The gradient of the step's output.</summary>
    public readonly T Dy => _step.Dy[Here];

    /// <summary>The gradient of the state after the step, then what of that of the state before does not go through the product.</summary>
    public readonly T Carried
    {
        get => _step.DHidden[InBatch];
        set => _step.DHidden[InBatch] = value;
    }

    /// <summary>The gradient of the LSTM's cell, likewise.</summary>
    public readonly T CarriedMemory
    {
        get => _step.Extra[InBatch];
        set => _step.Extra[InBatch] = value;
    }

    /// <summary>The gradient of what the GRU's candidate took from the input.</summary>
    public readonly T DCandidate
    {
        set => _step.Extra[Here] = value;
    }

    /// <summary>A gate before its activation: the parts of the input, the state and the first bias.</summary>
    [MethodImpl(AggressiveInlining)]
    public readonly T Sum(int gate) => Gate(gate) + Product(gate) + Bias(gate);

    [MethodImpl(AggressiveInlining)]
    public readonly T Gate(int gate) => _step.Gates[GateAt(_row, gate)];

    [MethodImpl(AggressiveInlining)]
    public readonly void SetGate(int gate, T value) => _step.Gates[GateAt(_row, gate)] = value;

    [MethodImpl(AggressiveInlining)]
    public readonly T Product(int gate) => _step.Product[GateAt(_sequence, gate)];

    /// <summary>The gates of the second bias follow those of the first.</summary>
    [MethodImpl(AggressiveInlining)]
    public readonly T Bias(int gate) => _step.Bias[GateAt(0, gate)];

    [MethodImpl(AggressiveInlining)]
    public readonly void SetGradient(int gate, T value)
    {
        _step.DRecurrent[GateAt(_row, gate)] = value;
        if (_step.HasDBias != 0)
        {
            var at = GateAt(_sequence, gate);
            _step.DBias[at] = _step.StartsDBias != 0 ? value : _step.DBias[at] + value;
        }
    }

    private readonly int GateAt(int row, int gate) => (row * _step.Width) + (gate * _step.Units) + _unit;
}

/// <summary>The elementwise part of a recurrent layer's step. The formulas are those of the processor's cells.</summary>
internal interface IRecurrentCell<T> where T : unmanaged, IReal<T>
{
    static abstract int Gates { get; }

    /// <summary>Whether the memory is a state of its own, which a masked step hands on.</summary>
    static abstract bool CarriesMemory { get; }

    /// <summary>Whether the candidate's gradient is kept apart.</summary>
    static abstract bool KeepsCandidate { get; }

    static abstract void Forward(RecurrentUnit<T> unit);

    static abstract void Backward(RecurrentUnit<T> unit);
}

/// <summary>h' = tanh(a).</summary>
internal readonly struct SimpleCell<T> : IRecurrentCell<T> where T : unmanaged, IReal<T>
{
    public static int Gates => 1;

    public static bool CarriesMemory => false;

    public static bool KeepsCandidate => false;

    [MethodImpl(AggressiveInlining)]
    public static void Forward(RecurrentUnit<T> unit) => unit.After = T.Tanh(unit.Sum(0));

    [MethodImpl(AggressiveInlining)]
    public static void Backward(RecurrentUnit<T> unit)
    {
        var h = unit.After;
        unit.SetGradient(0, (unit.Dy + unit.Carried) * (T.One - (h * h)));
        unit.Carried = T.Zero;
    }
}

/// <summary>Input, forget, candidate and output gate: c' = f c + i g, h' = o tanh(c').</summary>
internal readonly struct LstmCell<T> : IRecurrentCell<T> where T : unmanaged, IReal<T>
{
    public static int Gates => 4;

    public static bool CarriesMemory => true;

    public static bool KeepsCandidate => false;

    [MethodImpl(AggressiveInlining)]
    public static void Forward(RecurrentUnit<T> unit)
    {
        var input = T.Sigmoid(unit.Sum(0));
        var forget = T.Sigmoid(unit.Sum(1));
        var candidate = T.Tanh(unit.Sum(2));
        var output = T.Sigmoid(unit.Sum(3));
        var cell = (forget * unit.Memory) + (input * candidate);
        unit.SetGate(0, input);
        unit.SetGate(1, forget);
        unit.SetGate(2, candidate);
        unit.SetGate(3, output);
        unit.MemoryAfter = cell;
        unit.After = output * T.Tanh(cell);
    }

    [MethodImpl(AggressiveInlining)]
    public static void Backward(RecurrentUnit<T> unit)
    {
        T input = unit.Gate(0), forget = unit.Gate(1), candidate = unit.Gate(2), output = unit.Gate(3);
        var bent = T.Tanh(unit.MemoryAfter);
        var d = unit.Dy + unit.Carried;
        var dCell = unit.CarriedMemory + (d * output * (T.One - (bent * bent)));
        unit.SetGradient(0, dCell * candidate * input * (T.One - input));
        unit.SetGradient(1, dCell * unit.Memory * forget * (T.One - forget));
        unit.SetGradient(2, dCell * input * (T.One - (candidate * candidate)));
        unit.SetGradient(3, d * bent * output * (T.One - output));
        unit.CarriedMemory = dCell * forget;
        unit.Carried = T.Zero;
    }
}

/// <summary>Update, reset and candidate: h' = z h + (1 - z) tanh(a + r m), where a comes from the input and m from the state.</summary>
internal readonly struct GruCell<T> : IRecurrentCell<T> where T : unmanaged, IReal<T>
{
    public static int Gates => 3;

    public static bool CarriesMemory => false;

    public static bool KeepsCandidate => true;

    [MethodImpl(AggressiveInlining)]
    public static void Forward(RecurrentUnit<T> unit)
    {
        // Update and reset take both biases.
        var update = T.Sigmoid(unit.Sum(0) + unit.Bias(3));
        var reset = T.Sigmoid(unit.Sum(1) + unit.Bias(4));
        var memory = unit.Product(2) + unit.Bias(5);
        var candidate = T.Tanh(unit.Gate(2) + unit.Bias(2) + (reset * memory));
        unit.SetGate(0, update);
        unit.SetGate(1, reset);
        unit.SetGate(2, candidate);
        unit.Memory = memory;
        unit.After = (update * unit.Before) + ((T.One - update) * candidate);
    }

    [MethodImpl(AggressiveInlining)]
    public static void Backward(RecurrentUnit<T> unit)
    {
        T update = unit.Gate(0), reset = unit.Gate(1), candidate = unit.Gate(2);
        var d = unit.Dy + unit.Carried;
        var dCandidate = d * (T.One - update) * (T.One - (candidate * candidate));
        unit.SetGradient(0, d * (unit.Before - candidate) * update * (T.One - update));
        unit.SetGradient(1, dCandidate * unit.Memory * reset * (T.One - reset));
        unit.SetGradient(2, dCandidate * reset);
        unit.DCandidate = dCandidate;
        unit.Carried = d * update;
    }
}
