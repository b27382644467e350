using static Autograd.Tensor;
using static Autograd.Tests.Tape.Numbers;

namespace Autograd.Tests.Tape;

/// <summary>Why a gradient is null, in words, and which operations refuse to have one.</summary>
public class Explanations
{
    private static readonly Dictionary<string, Func<GradientTape, (Tensor Target, Tensor Source, string[] Says)>> Reasons = new()
    {
        ["never watched"] = tape => (D(1), D(1, 2), ["[2]", "never watched", "Watch"]),
        ["not trainable"] = tape =>
        {
            var frozen = new Variable(D(2), trainable: false, name: "frozen");
            return (frozen * 2, frozen, ["frozen", "not trainable"]);
        },
        ["variable not used"] = tape => (D(1), new Variable(D(2), name: "idle"), ["idle", "not used"]),
        ["watched too late"] = tape =>
        {
            var x = D(2);
            var y = x * x;
            tape.Watch(x);
            return (y + Watched(tape, D(1)), x, ["watched", "before it was watched"]);
        },
        ["target made outside"] = tape => (D(1), Watched(tape, D(2)), ["target", "not recorded", "before the tape started"]),
        ["target made while stopped"] = tape =>
        {
            var x = Watched(tape, D(2));
            using (tape.StopRecording())
            {
                return (x * x, x, ["not recorded", "recording was stopped"]);
            }
        },
        ["stopped"] = tape =>
        {
            var x = Watched(tape, D(2));
            return (Exp(StopGradient(x * x)), x, ["StopGradient"]);
        },
        ["stopped behind an index"] = tape =>
        {
            var x = Watched(tape, D(2, 1));
            return (StopGradient(x) * StopGradient(x.ArgMax().Cast(DType.Float64)), x, ["StopGradient"]);
        },
        ["no path"] = tape => (Exp(Watched(tape, D(2))), Watched(tape, D(3)), ["watched", "no recorded operation"]),
        ["connected"] = tape =>
        {
            var x = Watched(tape, D(2));
            return (Exp(x * x).Sum(), x, ["Multiply -> Exp -> Sum"]);
        },
        ["connected beside a comparison"] = tape =>
        {
            var x = Watched(tape, D(2));
            return (x * (x > 0).Cast(DType.Float64), x, ["depends", "Multiply"]);
        },
        ["long"] = tape =>
        {
            var x = Watched(tape, D(2));
            return (Enumerable.Range(0, 100).Aggregate(x, (y, _) => Sin(y)), x, ["Sin -> Sin", "100 operations"]);
        },
        ["same"] = tape =>
        {
            var x = Watched(tape, D(2));
            return (x, x, ["same tensor", "1"]);
        },
        ["integer source"] = tape => (D(1), From<int>([1]), ["Int32"]),
    };

    public static TheoryData<string> ReasonNames => [.. Reasons.Keys];

    [Fact]
    public void A_disposed_tape_says_what_to_do()
    {
        var x = D(2);
        var tape = new GradientTape();
        tape.Watch(x);
        tape.Dispose();
        Assert.Contains("before its using ends", tape.Explain(x, x), StringComparison.Ordinal);
    }

    private static Tensor Watched(GradientTape tape, Tensor x)
    {
        tape.Watch(x);
        return x;
    }

    [Theory]
    [MemberData(nameof(ReasonNames))]
    public void Name_the_reason(string name)
    {
        using var tape = new GradientTape();
        var (target, source, says) = Reasons[name](tape);
        var explanation = tape.Explain(target, source);
        Assert.All(says, words => Assert.Contains(words, explanation, StringComparison.Ordinal));
        if (!source.DType.IsFloating())
        {
            return;
        }
        var connected = says[0].StartsWith("depends", StringComparison.Ordinal) || says[0].Contains("->", StringComparison.Ordinal) || name == "same";
        Assert.Equal(connected, tape.Gradient(target, source) is not null);
        if (!connected)
        {
            // The tape is used up, its explanation of the null stays.
            Assert.Equal(explanation, tape.Explain(target, source));
        }
        else
        {
            Assert.Contains("used", tape.Explain(target, source), StringComparison.Ordinal);
        }
    }

    private static readonly Dictionary<string, Func<Tensor, Tensor>> Refusing = new()
    {
        ["ArgMax"] = x => x.ArgMax().Cast(DType.Float64),
        ["ArgMin"] = x => x.ArgMin(0).Cast(DType.Float64) * 2,
        ["Greater"] = x => (x > 1).Cast(DType.Float64),
        ["LessEqual"] = x => Where(x <= 1, D(1, 2), D(3, 4)),
        ["Equal"] = x => Equal(x, 1).Cast(DType.Float64),
        ["NotEqual"] = x => NotEqual(x, 1).Cast(DType.Float64),
        ["Any"] = x => x.Any().Cast(DType.Float64),
        ["All"] = x => x.All().Cast(DType.Float64),
        ["NonZero"] = x => x.NonZero().Cast(DType.Float64),
        ["Cast to or from integers"] = x => x.Cast(DType.Int32).Cast(DType.Float64),
    };

    public static TheoryData<string> RefusingNames => [.. Refusing.Keys];

    [Theory]
    [MemberData(nameof(RefusingNames))]
    public void Operations_without_a_gradient_refuse_by_name(string name)
    {
        var x = D(1, 2);
        using var tape = new GradientTape(persistent: true);
        tape.Watch(x);
        var y = Refusing[name](Exp(x));
        var error = Assert.Throws<TapeException>(() => tape.Gradient(y, x));
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.Contains("not differentiable", error.Message, StringComparison.Ordinal);
        Same([0, 0], tape.Gradient(y, x, unconnected: Unconnected.Zero));
        Near([Math.Exp(1), Math.Exp(2)], tape.Gradient(Exp(x), x));
    }

    [Fact]
    public void An_integer_target_is_explained()
    {
        var x = D(1, 2);
        using var tape = new GradientTape();
        tape.Watch(x);
        var y = x.ArgMax();
        Assert.Contains("ArgMax", tape.Explain(y, x), StringComparison.Ordinal);
        Assert.Contains("Int64", Assert.Throws<TapeException>(() => tape.Gradient(y, x)).Message, StringComparison.Ordinal);
        Assert.True(tape.IsRecording);
    }
}
