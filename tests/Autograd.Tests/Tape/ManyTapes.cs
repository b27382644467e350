using static Autograd.Tensor;
using static Autograd.Tests.Tape.Numbers;

namespace Autograd.Tests.Tape;

/// <summary>Any number of tapes may be open on a thread; beyond 62 they are kept in another way and must behave the same.</summary>
public class ManyTapes
{
    private static List<GradientTape> Open(int count, bool persistent = true, bool watch = true) =>
        [.. Enumerable.Range(0, count).Select(_ => new GradientTape(persistent, watch))];

    private static void End(IEnumerable<GradientTape> tapes)
    {
        foreach (var tape in tapes)
        {
            tape.Dispose();
        }
    }

    [Theory]
    [InlineData(62)]
    [InlineData(63)]
    [InlineData(65)]
    [InlineData(200)]
    public void All_of_many_open_tapes_differentiate(int count)
    {
        var w = Weight(3);
        var tapes = Open(count);
        var y = w * w * w;
        foreach (var tape in tapes)
        {
            Same([27], tape.Gradient(y, w));
            Assert.Equal([w], tape.WatchedVariables);
        }
        Same([27], tapes[^1].Gradient(y, w));
        Assert.Contains("Multiply", tapes[^1].Explain(y, w), StringComparison.Ordinal);
        End(tapes);
        Assert.False(Recording.IsRecording);
    }

    [Fact]
    public void Seventy_orders_of_a_derivative()
    {
        // Of exp(a x): the n-th derivative is a^n exp(a x).
        const int Orders = 70;
        var x = Scalar(0.5);
        var tapes = Open(Orders, persistent: false);
        foreach (var tape in tapes)
        {
            tape.Watch(x);
        }
        var y = Exp(x * 0.9);
        for (var order = Orders - 1; order >= 0; order--)
        {
            y = tapes[order].Gradient(y, x)!;
        }
        Assert.Equal(Math.Pow(0.9, Orders) * Math.Exp(0.45), y.Item(), 1e-12);
        Assert.False(Recording.IsRecording);
    }

    [Fact]
    public void A_backward_that_opens_tapes_five_hundred_deep()
    {
        Tensor Deep(Tensor x, int depth) => CustomGradient(x, v => v * v, (dy, v, _) =>
        {
            using var tape = new GradientTape();
            tape.Watch(v);
            var y = depth == 0 ? v * v : Deep(v, depth - 1);
            return tape.Gradient(y, v, dy);
        });

        var x = Scalar(3);
        using var tape = new GradientTape();
        tape.Watch(x);
        Same([6], tape.Gradient(Deep(x, 500), x));
        tape.Dispose();
        Assert.False(Recording.IsRecording);
    }

    [Fact]
    public void Each_knows_what_it_watches_and_when_it_records()
    {
        var (x, w) = (D(2), Weight(5));
        var others = Open(62);
        using var watching = new GradientTape(persistent: true);
        using var idle = new GradientTape(persistent: true, watchAccessedVariables: false);
        using var late = new GradientTape(persistent: true, watchAccessedVariables: false);
        watching.Watch(x);
        var y = x * w;
        late.Watch(y);
        Tensor z;
        using (watching.StopRecording())
        {
            Assert.False(watching.IsRecording);
            Assert.True(idle.IsRecording);
            z = y * y;
        }
        Same([5], watching.Gradient(y, x));
        Same([2], watching.Gradient(y, w));
        Assert.Null(watching.Gradient(z, w));
        Assert.Null(idle.Gradient(y, w));
        Assert.Null(idle.Gradient(y, x));
        Same([20], late.Gradient(z, y));
        Assert.Null(late.Gradient(z, w));
        Same([40], others[0].Gradient(z, w));
        using (Recording.Pause())
        {
            Assert.False(watching.IsRecording);
            Assert.Null(watching.Gradient(x * w, x));
        }
        Same([5], watching.Gradient(x * w, x));
        watching.Reset();
        Assert.Empty(watching.WatchedVariables);
        Same([10], watching.Gradient(w * w, w));
        End(others);
        Same([10], watching.Gradient(w * w, w));
        Assert.Contains("not trainable", late.Explain(y, new Variable(D(1), trainable: false)), StringComparison.Ordinal);
    }

    [Fact]
    public void Anomalies_are_found_by_the_tape_that_looks()
    {
        var x = D(0);
        var others = Open(62);
        using var looking = new GradientTape(detectAnomalies: true);
        using var another = new GradientTape();
        another.Watch(x);
        _ = Log(x); // not watched by the one that looks
        looking.Watch(x);
        Assert.Contains("Log", Assert.Throws<AnomalyException>(() => Log(x)).Message, StringComparison.Ordinal);
        End(others);
    }

    [Fact]
    public void Tapes_end_in_any_order()
    {
        var w = Weight(3);
        var tapes = Open(80);
        var random = new Random(1);
        foreach (var tape in tapes.OrderBy(_ => random.Next()).ToList())
        {
            var y = w * w;
            Same([6], tape.Gradient(y, w));
            tape.Dispose();
        }
        Assert.False(Recording.IsRecording);
    }
}
