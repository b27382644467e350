namespace Autograd.Tests.TorchReference;

/// <summary>A theory over reference data that does not come with the source; skipped, by name, where the data is not there.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ReferenceTheoryAttribute : TheoryAttribute
{
    public ReferenceTheoryAttribute()
    {
        if (TorchCase.Folder is null)
        {
            Skip = $"The environment variable {TorchCase.Variable} names no folder with reference data.";
        }
    }
}

/// <inheritdoc cref="ReferenceTheoryAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ReferenceFactAttribute : FactAttribute
{
    public ReferenceFactAttribute()
    {
        if (TorchCase.Folder is null)
        {
            Skip = $"The environment variable {TorchCase.Variable} names no folder with reference data.";
        }
    }
}

/// <summary>Results, first and second gradients of the operations of <see cref="TorchOps"/> against numbers computed with PyTorch 1.13.</summary>
public sealed class TorchOpsTests
{
    /// <summary>Gradients that differ from torch's by choice, why, and what they are instead.</summary>
    private static readonly Dictionary<string, Deviation> s_deviations = new()
    {
        ["selu_at_zero"] = new(
            "as for elu, the slope at 0 is that of the right side; torch takes that of the left",
            (one, kind, torch) => Tensor.Where(Tensor.Equal(one.Inputs["x"], 0), kind == "grads" ? 1.0507009873554804934 * one.Cotangents[0]! : 0, torch)),
        ["mish_extreme"] = new(
            "torch's second gradient overflows far left, where it is 0",
            (_, _, torch) => Tensor.Where(Tensor.IsNaN(torch), 0, torch)),
    };

    public static TheoryData<string> Names => TorchCase.Folder is null
        ? []
        : [.. TorchCase.All.Values.Where(one => !TorchOps.NotYet.ContainsKey(one.Op) && !TorchOps.CasesNotYet.ContainsKey(one.Name)).Select(one => one.Name)];

    [ReferenceFact]
    public void Every_operation_of_the_reference_is_called_or_waits_for_something()
    {
        var ops = TorchCase.All.Values.Select(one => one.Op).ToHashSet();
        Assert.All(ops, op => Assert.True(TorchOps.Calls.ContainsKey(op) != TorchOps.NotYet.ContainsKey(op), op));
        Assert.Empty(TorchOps.Calls.Keys.Concat(TorchOps.NotYet.Keys).Except(ops));
        Assert.Empty(TorchOps.CasesNotYet.Keys.Concat(s_deviations.Keys).Except(TorchCase.All.Keys));
        Assert.Equal(323, TorchCase.All.Count);
    }

    [ReferenceTheory]
    [MemberData(nameof(Names))]
    public void Double_precision_agrees(string name) => Compare(TorchCase.All[name], DType.Float64);

    [ReferenceTheory]
    [MemberData(nameof(Names))]
    public void Single_precision_agrees(string name) => Compare(TorchCase.All[name], DType.Float32);

    private static void Compare(TorchCase one, DType dtype)
    {
        var inputs = one.Inputs.ToDictionary(pair => pair.Key, pair => pair.Value.DType.IsFloating() ? pair.Value.Cast(dtype) : pair.Value);
        var names = one.Gradients.Keys.ToArray();
        Tensor[] sources = [.. names.Select(name => inputs[name])];
        using var outer = new GradientTape();
        outer.Watch(sources);
        Tensor?[] gradients;
        using (var inner = new GradientTape())
        {
            inner.Watch(sources);
            var outputs = TorchOps.Calls[one.Op](one, inputs);
            Assert.Equal(one.Outputs.Count, outputs.Length);
            for (var i = 0; i < outputs.Length; i++)
            {
                AssertClose(one, "outputs", dtype, one.Outputs[i], outputs[i], $"output {i}");
            }
            if (names.Length == 0)
            {
                return;
            }
            var smooth = Enumerable.Range(0, outputs.Length).Where(i => one.Cotangents[i] is not null).ToArray();
            gradients = inner.Gradient(
                smooth.Select(i => outputs[i]).ToArray(), sources, smooth.Select(i => one.Cotangents[i]!.Cast(dtype)).ToArray());
        }
        for (var i = 0; i < names.Length; i++)
        {
            Assert.NotNull(gradients[i]);
            AssertClose(one, "grads", dtype, Expected(one, "grads", one.Gradients[names[i]]), gradients[i]!, $"gradient of {names[i]}");
        }
        if (one.Second.Count == 0)
        {
            return;
        }
        var squares = gradients.Select(gradient => Tensor.Square(gradient!).Sum()).Aggregate((a, b) => a + b);
        var second = outer.Gradient(squares, sources, unconnected: Unconnected.Zero);
        for (var i = 0; i < names.Length; i++)
        {
            AssertClose(one, "second", dtype, Expected(one, "second", one.Second[names[i]]), second[i]!, $"second gradient of {names[i]}");
        }
    }

    private sealed record Deviation(string Why, Func<TorchCase, string, Tensor, Tensor> Instead);

    private static Tensor Expected(TorchCase one, string kind, Tensor torch) =>
        s_deviations.TryGetValue(one.Name, out var deviation) ? deviation.Instead(one, kind, torch) : torch;

    private static void AssertClose(TorchCase one, string kind, DType dtype, Tensor expected, Tensor actual, string what)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.Equal(expected.DType.IsFloating() ? dtype : expected.DType, actual.DType);
        // Operands are exact in float32, so its tolerance is what 30 times PyTorch's own rounding gives.
        var tolerance = dtype == DType.Float64 ? 1e-9 : 1e-5 + (30 * one.SingleError(kind));
        var (e, a) = (expected.Cast(DType.Float64).ToArray<double>(), actual.Cast(DType.Float64).ToArray<double>());
        for (var i = 0; i < e.Length; i++)
        {
            var holds = e[i].Equals(a[i]) || e[i] == a[i] || Math.Abs(e[i] - a[i]) <= tolerance * Math.Max(1, Math.Abs(e[i]));
            Assert.True(holds, FormattableString.Invariant($"{one.Name} ({dtype}), {what}, element {i}: {a[i]:R} instead of {e[i]:R}"));
        }
    }
}
