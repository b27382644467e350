using System.Runtime.CompilerServices;
using static Autograd.Tensor;
using static Autograd.Tests.Tape.Numbers;

namespace Autograd.Tests.Tape;

/// <summary>The first NaN or infinity, and the line of the program that made it.</summary>
public class Anomalies
{
    private static int Line([CallerLineNumber] int line = 0) => line;

    [Fact]
    public void Forward_names_the_operation_and_the_line()
    {
        var x = D(1, -1);
        using var tape = new GradientTape(detectAnomalies: true);
        tape.Watch(x);
        var y = x * 2;
        var line = 0;
        var error = Assert.Throws<AnomalyException>(() =>
        {
            line = Line() + 1;
            var z = Log(y);
            return z + 1;
        });
        Assert.Contains("Log produced NaN in the forward pass", error.Message, StringComparison.Ordinal);
        Assert.Contains($"Anomalies.cs:{line}.", error.Message, StringComparison.Ordinal);
        Assert.Contains("[2] Float64", error.Message, StringComparison.Ordinal);
        // The refused call is not recorded, and the tape goes on.
        Assert.Equal(2, Recorded(tape));
        Same([2, 2], tape.Gradient(y, x));
    }

    [Fact]
    public void Backward_names_the_operation_and_the_line_of_its_forward_call()
    {
        var x = D(0, 1);
        using var tape = new GradientTape(detectAnomalies: true);
        tape.Watch(x);
        var y = x * 2;
        var line = Line() + 1;
        var z = Sqrt(y);
        var target = z.Sum();
        var error = Assert.Throws<AnomalyException>(() => tape.Gradient(target, x));
        Assert.Contains("Sqrt produced infinity in the backward pass", error.Message, StringComparison.Ordinal);
        Assert.Contains($"Anomalies.cs:{line}.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_NaN_that_comes_in_is_told_from_one_that_is_made()
    {
        var x = D(double.NaN);
        using var tape = new GradientTape(detectAnomalies: true);
        tape.Watch(x);
        Assert.Contains("Float64 with NaN", Assert.Throws<AnomalyException>(() => x * 2).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_said_of_operations_that_are_not_recorded_or_tapes_that_do_not_ask()
    {
        var x = D(-1);
        using var plain = new GradientTape();
        plain.Watch(x);
        using var tape = new GradientTape(detectAnomalies: true);
        Assert.True(double.IsNaN(Log(x).Item()));
        tape.Watch(x);
        using (tape.StopRecording())
        {
            Assert.True(double.IsNaN(Log(x).Item()));
        }
        Assert.Throws<AnomalyException>(() => Log(x));
        tape.Dispose();
        Assert.True(double.IsNaN(Log(x).Item()));
    }

    [Fact]
    public void An_infinity_that_is_handed_on_is_none()
    {
        Tensor q = RandomNormal([1, 3, 2], seed: 1), none = Zeros([1, 3, 3], DType.Bool);
        using var tape = new GradientTape(persistent: true, detectAnomalies: true);
        tape.Watch(q);
        foreach (var y in new[]
        {
            Attention(q, q, q, causal: true), new MultiHeadAttention(2, 2, useCausalMask: true).Apply([q, q]), new Attention(useCausalMask: true).Apply([q, q]),
            Softmax(Where(q > 0, q, double.NegativeInfinity), 1), Softmax(q + Where(Ones([3, 2], DType.Bool), 0f, float.NegativeInfinity)), Exp(q.Pad([(0, 0), (1, 0), (0, 0)], double.NegativeInfinity)).Sum(),
        })
        {
            Assert.NotNull(tape.Gradient(y, q));
        }
        // A query that may attend to nothing, as in a row of padding.
        foreach (var mask in new[] { Zeros([3, 3], DType.Bool), Arange(3).ExpandDims(1) > Zeros([3, 3], DType.Int64) })
        {
            Assert.True(IsFinite(tape.Gradient(Attention(q, q, q, mask), q)!).All().Item<bool>());
        }
        // Nothing to attend to: NaN within, which is selected away again.
        Assert.Contains("NaN", Assert.Throws<AnomalyException>(() => Softmax(Where(none, q.Sum(), float.NegativeInfinity))).Message, StringComparison.Ordinal);
        // A weight beyond all bounds.
        var weight = Weight(double.PositiveInfinity);
        Assert.Contains("infinity", Assert.Throws<AnomalyException>(() => weight * 2).Message, StringComparison.Ordinal);
        Assert.Contains("Exp produced infinity", Assert.Throws<AnomalyException>(() => Exp(q * 1e6)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void With_infinity_allowed_only_NaN_is_one()
    {
        var x = D(0, 1);
        using var tape = new GradientTape(persistent: true, detectAnomalies: true, allowInfinity: true);
        tape.Watch(x);
        Same([double.PositiveInfinity, 1], tape.Gradient(Log(x), x));
        Same([double.PositiveInfinity, 0.5], tape.Gradient(Sqrt(x), x));
        Assert.Contains("Multiply produced NaN", Assert.Throws<AnomalyException>(() => Log(x) * x).Message, StringComparison.Ordinal);
        // Another tape may be stricter.
        using var strict = new GradientTape(detectAnomalies: true);
        strict.Watch(x);
        Assert.Contains("Log produced infinity", Assert.Throws<AnomalyException>(() => Log(x)).Message, StringComparison.Ordinal);
    }
}
