using Autograd.Backends;

namespace Autograd;

/// <summary>
/// A tensor whose values can be replaced: a weight. Tapes watch the trainable variables they meet.
/// </summary>
/// <remarks>
/// Assignment overwrites memory in place where nobody else can see it, and otherwise takes new memory (copy on write). So views
/// and values taken earlier keep what they showed, and a gradient always belongs to the values that were recorded, however the
/// variable changed between the forward and the backward pass.
/// </remarks>
[System.Text.Json.Serialization.JsonConverter(typeof(TensorJsonConverter))]
public sealed class Variable : Tensor
{
    private static long s_created;

    // What tapes hold in place of the variable: a tensor of the present memory, with the variable's place in one recording.
    private Tensor? _snapshot;
    private bool _shared;
    private Recording.Stretch? _pinnedBy;

    /// <summary>A variable that starts at <paramref name="initial"/> (copied).</summary>
    /// <param name="initial">The first value; fixes shape and type.</param>
    /// <param name="trainable">Whether tapes watch it without being asked; only floating types are.</param>
    /// <param name="name">For messages and saving; <c>variable_1</c> and so on by default.</param>
    /// <param name="dtype">The type to hold; that of the first value by default, and float32 for a bare C# number such as 0.5.</param>
    public Variable(Tensor initial, bool trainable = true, string? name = null, DType? dtype = null)
        : this(trainable, name, Start(initial, dtype)) { }

    private Variable(bool trainable, string? name, Tensor owned)
        : base(owned.Buffer, owned.DType, owned.Shape, null, owned.Offset, owned.Storage)
    {
        Flags = Traits.Variable;
        Trainable = trainable && DType.IsFloating();
        Name = name ?? $"variable_{Interlocked.Increment(ref s_created)}";
    }

    /// <summary>The name used in messages and files.</summary>
    public string Name { get; }

    /// <summary>Whether tapes watch the variable without being asked.</summary>
    public bool Trainable { get; }

    /// <summary>What optimizers put the values back into after every update; nothing by default.</summary>
    public Constraint? Constraint { get; set; }

    /// <summary>How often the variable was assigned.</summary>
    public long Version { get; private set; }

    /// <summary>The present value, which later assignments leave alone. No copy is made until the next assignment.</summary>
    public Tensor Value
    {
        get
        {
            _ = Buffer;
            MarkShared();
            // The value of a watched variable is the variable as far as gradients go.
            return Snapshot(Recording.Active is { } recording ? recording.SlotOf(this) : 0);
        }
    }

    internal void MarkShared() => _shared = true;

    /// <summary>The tensor a tape keeps for this variable, at a place of its recording. Never changed once made: other threads may hold it.</summary>
    internal Tensor Snapshot(long slot)
    {
        var snapshot = _snapshot;
        if (snapshot is null || snapshot.Slot != slot || (snapshot.Flags & Traits.Disposed) != 0)
        {
            Storage?.Share();
            snapshot = new Tensor(Buffer, DType, Shape, null, Offset, Storage) { Slot = slot, Flags = slot == 0 ? Traits.None : Traits.Held };
            _snapshot = snapshot;
        }
        return snapshot;
    }

    /// <summary>A recording keeps the present values until it ends.</summary>
    internal void Pin(Recording.Stretch stretch)
    {
        var before = _pinnedBy;
        if (before != stretch && (before is { IsOver: false } || Interlocked.CompareExchange(ref _pinnedBy, stretch, before) != before))
        {
            _shared = true; // two threads record the same weights; simplest is to leave these values to them
        }
    }

    private bool MayOverwrite => !_shared && _pinnedBy is null or { IsOver: true };

    /// <summary>Replaces the values.</summary>
    /// <param name="value">Anything that broadcasts to the variable's shape; converted to its type.</param>
    /// <returns>This variable.</returns>
    /// <exception cref="ShapeException">The value does not broadcast to the variable's shape.</exception>
    public Variable Assign(Tensor value)
    {
        var converted = Prepare(value, "Assign");
        Overwrite(converted);
        return this;
    }

    /// <summary>Adds to the values.</summary>
    /// <inheritdoc cref="Assign"/>
    public Variable AssignAdd(Tensor value) => Accumulate(value, default(Ops.AddFormula), "AssignAdd");

    /// <summary>Subtracts from the values.</summary>
    /// <inheritdoc cref="Assign"/>
    public Variable AssignSub(Tensor value) => Accumulate(value, default(Ops.SubtractFormula), "AssignSub");

    private Variable Accumulate<TFormula>(Tensor value, TFormula formula, string operation) where TFormula : struct, IBinaryFormula
    {
        var converted = Prepare(value, operation);
        if (MayOverwrite)
        {
            Backend.Zip(formula, this, converted, this);
            Forget();
        }
        else
        {
            var result = Allocate(DType, Shape, Backend);
            Backend.Zip(formula, this, converted, result);
            Adopt(result);
        }
        GC.KeepAlive(converted);
        return this;
    }

    /// <summary>Announces a change by a kernel: afterwards the memory is this variable's alone, and holds the present values.</summary>
    internal void PrepareToOverwrite()
    {
        if (MayOverwrite)
        {
            _ = Buffer;
            Forget();
        }
        else
        {
            Adopt(Clone(this));
        }
    }

    private void Overwrite(Tensor value)
    {
        if (MayOverwrite)
        {
            Backend.Copy(value, this);
            GC.KeepAlive(value);
            Forget();
        }
        else
        {
            Adopt(Clone(value));
        }
    }

    // Nothing that was known of the memory holds any longer.
    private void Forget()
    {
        Storage?.Known = null;
        Version++;
    }

    private void Adopt(Tensor fresh)
    {
        SetBuffer(fresh);
        _snapshot = null;
        _shared = false;
        _pinnedBy = null;
        Version++;
    }

    // Everything that can be refused is refused here, before a value changes.
    private Tensor Prepare(Tensor value, string operation)
    {
        Ops.Operand.ThrowIfNull(value);
        _ = Buffer;
        if (value.DType != DType && value.DType.IsFloating() && !DType.IsFloating())
        {
            throw new DTypeException($"{operation}: {Name} holds {DType} and the value {value.DType}; Cast it first, since fractions would be lost.");
        }
        if (value.DType == DType && !value.IsVariable && value.Shape.Equals(Shape) && value.Backend == Backend)
        {
            return value;
        }
        using (Recording.Pause())
        {
            var converted = (value.IsVariable ? ((Variable)value).Snapshot(0) : value).To(Device);
            if (converted.DType != DType)
            {
                converted = converted.Cast(DType);
            }
            if (!converted.Shape.Equals(Shape))
            {
                converted = Ops.Movement.BroadcastView(converted, Shape, $"{operation} to {Name}");
            }
            return converted;
        }
    }

    private static Tensor Start(Tensor initial, DType? dtype)
    {
        ArgumentNullException.ThrowIfNull(initial);
        if (initial is { IsWeak: true, Rank: 0 })
        {
            initial = initial.ToDefault();
        }
        // A bare 0.5 means a number, not a wish for double precision.
        return Clone(initial.Cast(dtype ?? (initial is { IsWeak: true, DType: DType.Float64 } ? DType.Float32 : initial.DType)));
    }

    internal static Tensor Clone(Tensor value)
    {
        var copy = Allocate(value.DType, value.Shape, value.Backend);
        value.Backend.Copy(value, copy);
        GC.KeepAlive(value);
        return copy;
    }

    /// <summary>Name, shape, type and values.</summary>
    public override string ToString() => $"{Name} = {base.ToString()}";
}
