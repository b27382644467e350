using static Autograd.Tensor;
using static Autograd.Tests.Tape.Numbers;

namespace Autograd.Tests.Tape;

/// <summary>What other threads compute from what a tape tracks: a gradient that would need it is refused, so none is ever a part of one. What it does not need, it does not mind.</summary>
public class OtherThreads
{
    private static Tensor There(Func<Tensor> work)
    {
        Tensor? y = null;
        Exception? error = null;
        var thread = new Thread(() => error = Record.Exception(() => y = work()));
        thread.Start();
        thread.Join();
        Assert.Null(error);
        return y!;
    }

    private static Tensor Inside(Func<Tensor> work)
    {
        using var tape = new GradientTape();
        return work();
    }

    // Each gives a target that depends on w here and on another thread; w is [2, 3].
    private static readonly Dictionary<string, Func<GradientTape, Variable, Tensor>> Partial = new()
    {
        ["Thread"] = (_, w) => There(() => w * 2) + w,
        ["used here before"] = (_, w) => w + There(() => w * 2),
        ["Task.Run"] = (_, w) =>
        {
            var task = Task.Run(() => w * 2);
            SpinWait.SpinUntil(() => task.IsCompleted); // whoever waits may run it himself
            return task.Result + w;
        },
        ["Parallel.For"] = (_, w) =>
        {
            var parts = new Tensor[64];
            Parallel.For(0, parts.Length, i =>
            {
                Thread.Sleep(1);
                parts[i] = w * i;
            });
            return Stack(parts).Sum(axis: 0) + There(() => w * 1);
        },
        ["several operations there"] = (_, w) => There(() => Exp(Sin(w * 2)).Sum()) + w,
        ["from a result of this thread"] = (_, w) => { var y = w * 2; return There(() => y * y) + w; },
        ["from a watched tensor"] = (tape, w) => { var x = D(1, 2); tape.Watch(x); return There(() => x * 2) + (x * w); },
        ["from the value of a variable"] = (_, w) => There(() => w.Value * 2) + w,
        ["the value itself, taken there"] = (_, w) => There(() => w.Value) * w,
        ["a value taken under a tape there"] = (_, w) => There(() => Inside(() => w.Value)) * w,
        ["from a value taken here"] = (_, w) => { var value = w.Value; return There(() => value * 2) + w; },
        ["a view made there"] = (_, w) => There(() => w.Reshape(1, 2)) * w,
        ["a slice made there"] = (_, w) => There(() => w[..1]) * w,
        ["through two other threads"] = (_, w) => { var y = There(() => w * 2); return There(() => y * 3) + w; },
        ["recorded by a tape of its own"] = (_, w) => There(() => Inside(() => w * 2)) + w,
        ["a gradient of its own, made by kernels"] = (_, w) => There(() => { using var tape = new GradientTape(); return tape.Gradient(Exp(w), w)!; }) * w,
        ["a gradient of its own"] = (_, w) => There(() => { using var tape = new GradientTape(); return tape.Gradient((w * w).Sum(), w)!; }) * w,
        ["softmax with cross-entropy"] = (_, w) => There(() => SoftmaxCrossEntropy(D(1, 0), w)) + w.Sum(),
        ["an LSTM"] = (_, w) => There(() => Lstm(Ones([1, 2, 1], DType.Float64) * w[0], Ones([1, 4], DType.Float64), Ones([1, 4], DType.Float64)).Outputs.Sum()) + w,
        ["max pooling"] = (_, w) => There(() => MaxPool1D(w.Reshape(1, 2, 1), 2)).Sum() + w,
        ["concatenation"] = (_, w) => There(() => Concat([w, w]))[..2] + w,
        ["a sum there of many"] = (_, w) => There(() => Stack([w, w, w, w, w]).Sum()) + w,
        ["a matrix product"] = (_, w) => There(() => MatMul(w.Reshape(1, 2), w.Reshape(2, 1))).Sum() + w,
        ["a normalization"] = (_, w) => There(() => LayerNorm(w * 1)) + w,
        ["a gather"] = (_, w) => There(() => w.Take(From<int>([1, 0]))) * w,
        ["a gradient of the program's own"] = (_, w) => There(() => CustomGradient(w, x => x * 2, (dy, _, _) => dy * 2)) + w,
        ["a layer that uses helper threads"] = (_, w) => new Helped().Apply(w) + w,
        ["as an operand of a comparison's branches"] = (_, w) => Where(w > 0, There(() => w * 2), w),
    };

    private sealed class Helped : Layer
    {
        protected override Tensor Call(Tensor x, bool training) => There(() => x * 2);
    }

    public static TheoryData<string> PartialNames => [.. Partial.Keys];

    [Theory]
    [MemberData(nameof(PartialNames))]
    public void A_gradient_that_would_lack_a_part_is_refused_and_says_why(string name)
    {
        var w = Weight(2, 3);
        using var tape = new GradientTape(persistent: true);
        var target = Partial[name](tape, w).Sum();
        foreach (var unconnected in Enum.GetValues<Unconnected>())
        {
            var error = Assert.Throws<TapeException>(() => tape.Gradient(target, w, unconnected: unconnected));
            Assert.Contains("on another thread", error.Message, StringComparison.Ordinal);
            Assert.Contains("StopGradient", error.Message, StringComparison.Ordinal);
        }
        Assert.Contains("on another thread", tape.Explain(target, w), StringComparison.Ordinal);
        Assert.Contains("on another thread", Assert.Throws<TapeException>(() => tape.Jacobian(target, w)).Message, StringComparison.Ordinal);
        Same([4, 6], tape.Gradient(w * w, w)); // what has nothing to do with it is as ever
    }

    [Fact]
    public void Work_of_a_thread_that_records_already_is_refused_by_a_tape_that_begins_again()
    {
        var x = D(1, 2);
        using var tape = new GradientTape(watchAccessedVariables: false);
        using var ready = new SemaphoreSlim(0);
        using var watched = new SemaphoreSlim(0);
        Tensor? there = null;
        var thread = new Thread(() =>
        {
            using var own = new GradientTape();
            _ = Weight(1) * 2;
            ready.Release();
            watched.Wait();
            own.Watch(x);
            there = x * 2;
        });
        thread.Start();
        ready.Wait();
        _ = Inside(() => Weight(1) * 2); // now nothing is tracked here any more
        tape.Watch(x);
        watched.Release();
        thread.Join();
        Assert.Contains("on another thread", Assert.Throws<TapeException>(() => tape.Gradient(there! * x, x)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void As_a_constant_it_is_welcome()
    {
        var w = Weight(2, 3);
        using var tape = new GradientTape(persistent: true);
        var there = There(() => w * 2);
        Same([4, 6], tape.Gradient(StopGradient(there) * w, w));
        Same([4, 6], tape.Gradient(There(() => StopGradient(w * 2)) * w, w));
        Same([1, 1], tape.Gradient(There(() => (w > 0).Cast(DType.Float64)) * w, w));
        Same([5, 5], tape.Gradient(There(() => Full([2], 5, DType.Float64) * 1) * w, w));
        var model = new Sequential([new Dense(1, inputShape: [2])]);
        Assert.NotNull(tape.Gradient(There(() => model.Predict(Ones([1, 2]))).Cast(DType.Float64) * w, w));
    }

    [Fact]
    public void What_was_made_before_the_tape_is_a_constant()
    {
        var w = Weight(2, 3);
        Tensor before;
        using (var earlier = new GradientTape())
        {
            before = There(() => w * 2); // while a tape was open, but not this one
        }
        using var tape = new GradientTape();
        Same([4, 6], tape.Gradient(before * w, w));
    }

    [Fact]
    public void What_is_watched_begins_there()
    {
        var w = Weight(2, 3);
        using var outer = new GradientTape(persistent: true);
        var there = There(() => w * 2);
        using var tape = new GradientTape(persistent: true);
        tape.Watch(there);
        Same([8, 12], tape.Gradient(there * there, there));
        Same([4, 6], tape.Gradient(there * w, w));
        Assert.Throws<TapeException>(() => outer.Gradient(there * w, w));
        Same([2, 3], outer.Gradient(there * w, there)); // a source is where the way back ends
    }

    [Fact]
    public void A_stopped_tape_does_not_mind_what_its_own_thread_does_while_others_record()
    {
        using var go = new ManualResetEventSlim();
        using var open = new ManualResetEventSlim();
        var w = Weight(2, 3);
        var other = new Thread(() =>
        {
            using var tape = new GradientTape();
            open.Set();
            go.Wait();
        });
        other.Start();
        open.Wait();
        using (var tape = new GradientTape())
        {
            Tensor target;
            using (tape.StopRecording())
            {
                target = Exp(w * 0) * 7;
            }
            Same([7, 7], tape.Gradient(target * w, w));
        }
        using (var outer = new GradientTape())
        {
            using var inner = new GradientTape();
            var slope = inner.Gradient((w * w * w).Sum(), w)!;
            Same([12, 18], outer.Gradient(slope, w));
        }
        go.Set();
        other.Join();
    }

    [Fact]
    public async Task After_an_await_the_tape_is_refused_by_name_or_the_gradient_is_whole()
    {
        var w = Weight(2, 3);
        var tape = new GradientTape();
        var y = w * w;
        await Task.Run(() => Thread.Sleep(1));
        try
        {
            Same([4, 6], tape.Gradient(y, w)); // the same thread by chance
        }
        catch (TapeException error)
        {
            Assert.Contains("await", error.Message, StringComparison.Ordinal);
        }
        tape.Dispose();
    }

    [Fact]
    public void Results_of_four_threads_with_tapes_add_up_to_the_gradient_of_all()
    {
        var w = Weight(1.5, -2, 0.5);
        Tensor[] shards = [.. Enumerable.Range(1, 4).Select(i => D(i, 2 * i, 3 * i))];
        for (var round = 0; round < 50; round++)
        {
            var parts = new Tensor[4];
            Parallel.For(0, 4, i =>
            {
                using var tape = new GradientTape();
                parts[i] = tape.Gradient((w * w * shards[i]).Sum(), w)!;
            });
            using var all = new GradientTape(persistent: true);
            var whole = all.Gradient(shards.Aggregate((Tensor)0.0, (sum, shard) => sum + (w * w * shard).Sum()), w)!;
            Near(whole.ToArray<double>(), parts.Aggregate((a, b) => a + b));
        }
    }
}
