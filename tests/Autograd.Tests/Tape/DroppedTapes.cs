using System.Diagnostics;
using System.Runtime.CompilerServices;
using static Autograd.Tensor;
using static Autograd.Tests.Tape.Numbers;

namespace Autograd.Tests.Tape;

/// <summary>Nothing needs disposing: tapes that are dropped, used or not, and tapes that end under one that goes on, leave no memory behind.</summary>
[Collection(Alone.Name)]
public class DroppedTapes
{
    private const long Megabyte = 1 << 20;

    private static long WorkingSet()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private static readonly Dictionary<string, Action<Tensor, Variable>> Steps = new()
    {
        ["persistent, dropped"] = (x, w) =>
        {
            var tape = new GradientTape(persistent: true);
            tape.Gradient(MatMul(x, w).Sum(), w);
        },
        ["plain, dropped without a gradient"] = (x, w) =>
        {
            _ = new GradientTape();
            _ = MatMul(x, w).Sum();
        },
        ["two, dropped"] = (x, w) =>
        {
            var outer = new GradientTape(persistent: true);
            var inner = new GradientTape(persistent: true);
            outer.Gradient(inner.Gradient(Square(MatMul(x, w)).Sum(), w)!.Sum(), w);
        },
        ["an idle one around"] = (x, w) =>
        {
            using var tape = new GradientTape();
            tape.Gradient(MatMul(x, w).Sum(), w);
        },
    };

    public static TheoryData<string> StepNames => [.. Steps.Keys];

    [Theory]
    [MemberData(nameof(StepNames))]
    public void Memory_stays_flat(string name)
    {
        var (x, w) = (RandomNormal([64, 1000], seed: 1), new Variable(RandomNormal([1000, 1000], seed: 2)));
        using var outer = name.StartsWith("an idle", StringComparison.Ordinal) ? new GradientTape(watchAccessedVariables: false) : null;
        var step = Steps[name];
        void Run(int count)
        {
            for (var i = 0; i < count; i++)
            {
                step(x, w);
            }
        }
        Run(60);
        var set = WorkingSet();
        Run(300);
        // What is garbage between two collections, and no more: 300 steps take 1.3 GB and more.
        Assert.InRange(WorkingSet() - set, long.MinValue, 350 * Megabyte);
        outer?.Dispose();
        Collect();
        using (new GradientTape())
        {
        }
        Assert.False(Recording.IsRecording);
    }

    [Fact]
    public void Variables_of_tapes_that_ended_are_let_go_under_one_that_goes_on()
    {
        var x = Scalar(2);
        using var outer = new GradientTape(persistent: true, watchAccessedVariables: false);
        outer.Watch(x);
        var variables = Enumerable.Range(0, 100).Select(_ => OneStep(x)).ToArray();
        Collect();
        // The last ones may wait for the next time.
        Assert.InRange(variables.Count(variable => variable.TryGetTarget(out _)), 0, 40);
        Assert.Equal(4, outer.Gradient(x * x, x)!.Item());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference<Variable> OneStep(Tensor x)
    {
        var w = new Variable(Scalar(3));
        using var tape = new GradientTape();
        var y = w * w;
        // What the outer tape records stands behind it, so that the list cannot be shortened.
        _ = x * x;
        Assert.Equal(6, tape.Gradient(y, w)!.Item());
        return new WeakReference<Variable>(w);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference<Tensor> Step(Variable w)
    {
        using var tape = new GradientTape();
        var intermediate = w * 2;
        tape.Gradient((intermediate * intermediate).Sum(), w);
        return new WeakReference<Tensor>(intermediate);
    }

    [Theory]
    [InlineData("watches nothing")]
    [InlineData("watches something else")]
    [InlineData("has recorded something")]
    [InlineData("is stopped")]
    [InlineData("beyond 62")]
    public void What_an_inner_tape_held_goes_with_it_though_an_outer_one_is_open(string outerTape)
    {
        var (x, w) = (D(1, 2), Weight(1, 2));
        var others = outerTape == "beyond 62" ? Enumerable.Range(0, 62).Select(_ => new GradientTape(watchAccessedVariables: false)).ToList() : [];
        using var outer = new GradientTape(persistent: true, watchAccessedVariables: outerTape == "is stopped");
        Tensor? recorded = null;
        if (outerTape is "watches something else" or "has recorded something")
        {
            outer.Watch(x);
            recorded = outerTape == "has recorded something" ? x * x : null;
        }
        var stopped = outerTape == "is stopped" ? outer.StopRecording() : default;
        var before = Recording.OfThread.Count;
        var intermediates = new List<WeakReference<Tensor>>();
        for (var i = 0; i < 100; i++)
        {
            intermediates.Add(Step(w));
            Assert.Equal(before, Recording.OfThread.Count);
        }
        Collect();
        Assert.InRange(intermediates.Count(intermediate => intermediate.TryGetTarget(out _)), 0, 2); // what a frame may still show
        stopped.Dispose();
        outer.Watch(x);
        Same([2, 4], outer.Gradient(x * x, x));
        if (recorded is not null)
        {
            Same([3, 12], outer.Gradient(recorded * x, x));
        }
        others.ForEach(tape => tape.Dispose());
    }

    [Fact]
    public void What_an_inner_tape_recorded_is_a_constant_once_it_is_over()
    {
        var (x, w) = (D(3), Weight(5));
        using var outer = new GradientTape(persistent: true, watchAccessedVariables: false);
        outer.Watch(x);
        Tensor y, value;
        using (new GradientTape())
        {
            y = w * w;
            value = w.Value;
        }
        using var next = new GradientTape(persistent: true);
        var (a, b) = (w * 2, w * 3); // take the places of what is gone
        Same([25], outer.Gradient(x * y, x));
        Same([25], next.Gradient(y * w, w));
        Same([5], next.Gradient(value * w, w));
        Same([5], next.Gradient(a + b, w));
        Assert.Null(next.Gradient(y, w));
    }

    [Fact]
    public void Tapes_that_overlap_without_nesting_keep_what_they_need()
    {
        var (x, w) = (D(3), Weight(5));
        using var outer = new GradientTape(watchAccessedVariables: false);
        var first = new GradientTape(persistent: true);
        var y = w * w;
        using var second = new GradientTape(persistent: true);
        var z = y * w;
        first.Dispose();
        Same([50 + 0], second.Gradient(w * w * 5, w));
        Same([25], second.Gradient(z, w)); // y was made before it
        for (var i = 0; i < 10; i++)
        {
            Same([10], second.Gradient(w * w, w));
            second.Reset();
        }
        second.Watch(x);
        Same([5], second.Gradient(x * w, x));
    }

    [Fact]
    public void Many_short_tapes_under_one_that_has_recorded_much()
    {
        var (x, w) = (D(3), Weight(5));
        using var outer = new GradientTape(persistent: true, watchAccessedVariables: false);
        outer.Watch(x);
        var y = Enumerable.Range(0, 200_000).Aggregate(x, (sum, _) => -sum);
        for (var i = 0; i < 1000; i++)
        {
            using var tape = new GradientTape(persistent: true);
            Same([10], tape.Gradient(w * w, w));
            y = i % 100 == 0 ? -y : y;
        }
        Same([1], outer.Gradient(y, x));
        Assert.Equal(200_010, outer.Statistics.OperationsVisited);
    }

    [Fact]
    public void A_tape_that_its_own_backward_ends_is_refused_under_an_outer_one_too()
    {
        var w = Weight(3);
        using var outer = new GradientTape();
        var tape = new GradientTape(persistent: true);
        var y = CustomGradient(w * w, x => x * 2, (dy, _, _) =>
        {
            tape.Dispose();
            _ = new GradientTape();
            return dy * 2;
        });
        Assert.Contains("disposed or reset", Assert.Throws<TapeException>(() => tape.Gradient(y, w)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dropped_tape_lets_go_though_its_thread_records_nothing_any_more()
    {
        var intermediate = Drop(new Variable(RandomNormal([100_000], seed: 1)));
        for (var i = 0; i < 1000; i++)
        {
            _ = Ones([100_000]) + 1; // not tracked, but it makes the collector run
        }
        Collect();
        Assert.False(intermediate.TryGetTarget(out _));
        Assert.False(Recording.IsRecording);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference<Tensor> Drop(Variable w)
    {
        _ = new GradientTape();
        var intermediate = w * 2;
        _ = Exp(intermediate);
        return new WeakReference<Tensor>(intermediate);
    }
}
