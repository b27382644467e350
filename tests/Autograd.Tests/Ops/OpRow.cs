namespace Autograd.Tests.Ops;

/// <summary>What asking for a gradient through an operation gives.</summary>
internal enum GradientKind
{
    /// <summary>The gradient, equal to that of differences; where the operation is flat, zeros.</summary>
    Given,

    /// <summary>A TapeException that names the operation.</summary>
    Refused,

    /// <summary>null: the operation detaches.</summary>
    Detached,
}

/// <summary>The type of a result when floating operands are replaced by integers or bools.</summary>
internal enum IntegerRule
{
    /// <summary>Not asked: the row fixes types itself.</summary>
    None,

    /// <summary>Elements are only moved: any type stays.</summary>
    Same,

    /// <summary>Integers stay, bools count as int32.</summary>
    Keeps,

    /// <summary>All become float32.</summary>
    Float32,
    Float64,
    Int64,
    Bool,

    /// <summary>A DTypeException.</summary>
    Refuses,

    /// <summary>A DTypeException for integers, float32 for bools.</summary>
    RefusesIntegers,
}

/// <summary>An operand: its shape and where its values come from. A fixed one (indices, a condition) is not differentiated.</summary>
internal sealed record Input(Shape Shape, Func<Random, int, double[]>? Sample, Tensor? Fixed = null)
{
    public bool IsFixed => Fixed is not null;

    public Tensor Draw(Random random, Shape? shape = null) => Fixed ?? Tensor.From(Sample!(random, (shape ?? Shape).Size), shape ?? Shape);
}

/// <summary>
/// How far an elementwise result may be from the reference: some units in the last place of the larger of the reference and
/// <paramref name="Scale"/> (where a formula cancels, only its absolute error is small) and of <paramref name="Normals"/> smallest normal numbers
/// (where a factor is denormal, its few bits are those of the product).
/// </summary>
internal readonly record struct Bound(double Single, double Double, double Scale = 0, double Normals = 0);

/// <summary>One operation: how to call it, on what, and what must hold.</summary>
internal sealed record OpRow(string Name, Func<Tensor[], Tensor> Call, params Input[] Inputs)
{
    /// <summary>The member of Tensor: the first word of the name.</summary>
    public string Member => Name.Split(' ')[0];

    public GradientKind Gradient { get; init; }

    /// <summary>What a refusal must mention; the member when left out.</summary>
    public string? RefusedAs { get; init; }

    public IntegerRule Integers { get; init; } = IntegerRule.Float32;

    /// <summary>For an elementwise operation of one operand its value in double precision.</summary>
    public Func<double, double>? Unary { get; init; }

    /// <summary>For an elementwise operation of two operands its value in double precision.</summary>
    public Func<double, double, double>? Binary { get; init; }

    public Bound Bound { get; init; }

    public Tensor[] Draw() => Draw([.. Inputs.Select(input => input.Shape)]);

    public Tensor[] Draw(Shape[] shapes)
    {
        // Not string.GetHashCode, which differs from run to run.
        var random = new Random(Name.Aggregate(17, (hash, letter) => unchecked((hash * 31) + letter)));
        return [.. Inputs.Select((input, i) => input.Draw(random, shapes[i]))];
    }

    public int[] Sources => [.. Enumerable.Range(0, Inputs.Length).Where(i => !Inputs[i].IsFixed)];

    public override string ToString() => Name;
}
