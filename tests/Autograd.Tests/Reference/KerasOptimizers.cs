using System.Text.Json;

namespace Autograd.Tests.TorchReference;

/// <summary>What Keras's unit tests demand of optimizers and schedules.</summary>
public sealed class KerasOptimizers
{
    private static readonly Lazy<IReadOnlyList<KerasCase>> s_optimizers = new(() => KerasCase.Load("optimizers.jsonl"));
    private static readonly Lazy<IReadOnlyList<KerasCase>> s_schedules = new(() => KerasCase.Load("schedules.jsonl"));

    private static string? NotHere(KerasCase one) =>
        one.Class == "Muon" ? "there is no Muon here"
        : one.Test == "test_weight_decay_is_none" ? "a decay that is no number does not compile"
        : null;

    public static TheoryData<int, DType> Optimizers
    {
        get
        {
            var data = new TheoryData<int, DType>();
            for (var i = 0; TorchCase.Folder is not null && i < s_optimizers.Value.Count; i++)
            {
                if (NotHere(s_optimizers.Value[i]) is null)
                {
                    data.Add(i, DType.Float32);
                    data.Add(i, DType.Float64);
                }
            }
            return data;
        }
    }

    public static TheoryData<int> Schedules => TorchCase.Folder is null ? [] : [.. Enumerable.Range(0, s_schedules.Value.Count)];

    [ReferenceFact]
    public void Nothing_is_left_out_without_a_reason()
    {
        Assert.Equal(149, s_optimizers.Value.Count);
        Assert.Equal(10, s_optimizers.Value.Count(one => NotHere(one) is not null));
        Assert.Equal(117, s_schedules.Value.Count);
    }

    [ReferenceTheory]
    [MemberData(nameof(Schedules))]
    public void Schedule_agrees(int row)
    {
        var one = s_schedules.Value[row];
        var step = KerasCase.Number(one.Calls.Last().Args[0]);
        one.AssertExpected([((Schedule)one.Create()).At((long)step)]);
    }

    [ReferenceTheory]
    [MemberData(nameof(Optimizers))]
    public void Optimizer_agrees(int row, DType dtype)
    {
        var one = s_optimizers.Value[row];
        if (one.Json.GetProperty("assert").GetString() == "raises")
        {
            Assert.Throws<ValueException>(one.Create);
            return;
        }
        var optimizer = (Optimizer)one.Create();
        if (one.Calls.First().Method == "_clip_gradients")
        {
            // At rate 1 from 0, gradient descent shows the clipped gradient.
            var weight = new Variable(Tensor.Zeros([2], dtype));
            new SGD(1, clipNorm: optimizer.ClipNorm, clipValue: optimizer.ClipValue).Apply([weight], [KerasCase.Tensor(one.Calls.First().Args[0][0], dtype)]);
            one.AssertExpected((-weight).Cast(DType.Float64).ToArray<double>());
            return;
        }
        var calls = one.Calls.ToArray();
        // A variable called "exclude" and one which two optimizers before have shrunk: the test uses the same variables for three, and the row names the third.
        var byName = calls.Any(call => call.Kwargs.TryGetProperty("var_names", out _));
        var variables = one.Json.GetProperty("variables").EnumerateObject().ToDictionary(
            pair => pair.Name,
            pair => new Variable(
                KerasCase.Tensor(pair.Value, dtype) * (one.Test == "test_weight_decay" && pair.Name == "1" ? 0.996 * 0.996 : 1),
                name: byName && pair.Name == "2" ? "exclude" : "weight" + pair.Name));
        Variable Named(JsonElement json) => variables[json.GetProperty("variable").GetRawText()];
        foreach (var (method, args, kwargs) in calls)
        {
            if (method == "apply_gradients")
            {
                optimizer.Apply(args[0].EnumerateArray().Select(pair => ((Tensor?)KerasCase.Tensor(pair[0], dtype), Named(pair[1]))));
            }
            else if (byName)
            {
                optimizer.ExcludeFromWeightDecay([.. kwargs.GetProperty("var_names").EnumerateArray().Select(name => name.GetString()!)]);
            }
            else
            {
                Assert.Equal("exclude_from_weight_decay", method);
                optimizer.ExcludeFromWeightDecay([.. kwargs.GetProperty("var_list").EnumerateArray().Select(Named)]);
            }
        }
        one.AssertExpected(Named(one.Json.GetProperty("value")).Cast(DType.Float64).ToArray<double>());
    }
}
