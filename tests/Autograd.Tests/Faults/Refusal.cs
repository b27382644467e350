using System.Text;

namespace Autograd.Tests.Faults;

/// <summary>A call that must be refused: by which exception, in words that contain what.</summary>
internal sealed record Refusal(string Id, Action<Operands> Call, Type Error, params string[] Says)
{
    /// <summary>
    /// Makes the call under an open tape that watches its operands, and holds it to the promise: a typed error that names what was wrong, and nothing changed.
    /// </summary>
    public void Check()
    {
        using var tape = new GradientTape();
        var operands = new Operands(tape);
        var error = Record.Exception(() => Call(operands));
        Assert.True(error is not null, $"{Id}: the call was not refused.");
        Assert.True(error.GetType() == Error, $"{Id}: {error.GetType().Name} instead of {Error.Name}: {error.Message}");
        Assert.All(Says, words => Assert.Contains(words, error.Message, StringComparison.Ordinal));
        operands.RequireUnchanged(tape);
    }
}

/// <summary>The operands of one call: made by it, watched by the tape, and remembered.</summary>
internal sealed class Operands(GradientTape tape)
{
    private readonly List<(Tensor Tensor, string Values)> _made = [];
    private string _recorded = tape.ToString();

    /// <summary>Ones.</summary>
    public Tensor T(params ReadOnlySpan<int> shape) => Keep(Tensor.Ones(Shape.Of(shape)));

    /// <summary>Ones in double precision, so that a call with the other kind must promote.</summary>
    public Tensor D(params ReadOnlySpan<int> shape) => Keep(Tensor.Ones(Shape.Of(shape), DType.Float64));

    /// <summary>Int64 values.</summary>
    public Tensor I(params long[] values) => Keep(Tensor.From(values));

    /// <summary>Int32 values.</summary>
    public Tensor I32(params int[] values) => Keep(Tensor.From(values));

    /// <summary>Bools.</summary>
    public Tensor B(params bool[] values) => Keep(Tensor.From(values));

    /// <summary>A variable of ones.</summary>
    public Variable V(params ReadOnlySpan<int> shape)
    {
        var variable = new Variable(Tensor.Ones(Shape.Of(shape)), name: "weights");
        Keep(variable);
        return variable;
    }

    public Tensor Keep(Tensor x)
    {
        if (x.DType.IsFloating())
        {
            tape.Watch(x);
        }
        _made.Add((x, ValuesOf(x)));
        _recorded = tape.ToString();
        return x;
    }

    /// <summary>No operand changed, nothing was recorded, the tape still records and gives the right gradient.</summary>
    public void RequireUnchanged(GradientTape tape)
    {
        Assert.Equal(_recorded, tape.ToString());
        Assert.True(tape.IsRecording);
        Assert.All(_made, made => Assert.Equal(made.Values, ValuesOf(made.Tensor)));
        Tensor[] sources = [.. _made.Select(made => made.Tensor).Where(x => x.DType.IsFloating()).Distinct<Tensor>(ReferenceEqualityComparer.Instance)];
        Tensor total = 0f;
        foreach (var x in sources)
        {
            total += (x * x).Sum().Cast(DType.Float32);
        }
        if (sources.Length > 0)
        {
            var gradients = tape.Gradient(total, sources.AsSpan());
            for (var i = 0; i < sources.Length; i++)
            {
                Assert.Equal(ValuesOf(2 * sources[i]), ValuesOf(gradients[i]!));
            }
        }
    }

    internal static string ValuesOf(Tensor x)
    {
        var text = new StringBuilder($"{x.Shape} {x.DType}:");
        foreach (var value in Values(x))
        {
            text.Append(' ').Append(value.ToString("R", System.Globalization.CultureInfo.InvariantCulture));
        }
        return text.ToString();
    }

    internal static double[] Values(Tensor x) => x.DType == DType.Bool
        ? [.. x.ToArray<bool>().Select(value => value ? 1.0 : 0.0)]
        : x.Cast(DType.Float64).ToArray<double>();
}
