using System.Diagnostics;
using System.Runtime.CompilerServices;
using static Autograd.Tensor;
using static Autograd.Tests.Tape.Numbers;

namespace Autograd.Tests.Tape;

/// <summary>The memory of every dead tensor comes back without anybody's help.</summary>
[Collection(Alone.Name)]
public class TapeMemory
{
    private const long Megabyte = 1 << 20;

    private static long WorkingSet()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    [Fact]
    public void A_hundred_thousand_small_steps_run_at_flat_memory()
    {
        var w = new Variable(RandomNormal([4, 3], seed: 1));
        var (x, target) = (RandomNormal([8, 4], seed: 2), RandomNormal([8, 3], seed: 3));
        void Steps(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var tape = new GradientTape();
                var loss = SquaredDifference(Tanh(MatMul(x, w)), target).Mean();
                w.AssignSub(0.01f * tape.Gradient(loss, w)!);
            }
        }
        Steps(1000);
        var (heap, set) = (GC.GetTotalMemory(forceFullCollection: true), WorkingSet());
        Steps(100_000);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - heap, long.MinValue, 5 * Megabyte);
        Assert.InRange(WorkingSet() - set, long.MinValue, 200 * Megabyte);
    }

    [Fact]
    public void Thousands_of_steps_with_pooled_tensors_run_at_bounded_memory()
    {
        var w = new Variable(RandomNormal([65_536], seed: 1));
        var x = RandomNormal([65_536], seed: 2);
        long peak = 0;
        void Steps(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var tape = new GradientTape();
                var loss = Square((w * x) - 1).Mean();
                w.AssignSub(0.01f * tape.Gradient(loss, w)!);
                if (i % 100 == 0)
                {
                    peak = Math.Max(peak, WorkingSet());
                }
            }
        }
        Steps(10);
        var set = WorkingSet();
        Steps(3000);
        Assert.InRange(peak - set, long.MinValue, 400 * Megabyte);
    }

    [Fact]
    public void An_abandoned_tape_gives_its_memory_back_and_stops_recording()
    {
        var w = Weight(1, 2, 3);
        var intermediate = Abandon(w);
        Collect();
        for (var i = 0; i < 300; i++)
        {
            _ = w * w;
        }
        Assert.False(Recording.IsRecording);
        using (var next = new GradientTape())
        {
            Same([2, 4, 6], next.Gradient(w * w, w));
        }
        Collect();
        Assert.False(intermediate.TryGetTarget(out _));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference<Tensor> Abandon(Variable w)
    {
        _ = new GradientTape(persistent: true);
        var intermediate = w * 2;
        _ = intermediate * intermediate;
        return new WeakReference<Tensor>(intermediate);
    }

    [Fact]
    public void Hundreds_of_abandoned_tapes_do_not_use_up_the_places()
    {
        var w = Weight(1);
        for (var i = 0; i < 500; i++)
        {
            Abandon(w);
        }
        using var tape = new GradientTape();
        Same([2], tape.Gradient(w * w, w));
        tape.Dispose();
        Collect();
        using (new GradientTape())
        {
        }
        Assert.False(Recording.IsRecording);
    }

    [Fact]
    public void A_loss_that_is_kept_does_not_keep_its_step()
    {
        var w = Weight(1, 2, 3);
        var losses = new List<Tensor>();
        var intermediates = Enumerable.Range(0, 20).Select(_ => Step(w, losses)).ToList();
        Collect();
        Assert.All(intermediates, intermediate => Assert.False(intermediate.TryGetTarget(out _)));
        Assert.All(losses, loss => Assert.Equal(36, loss.Item()));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference<Tensor> Step(Variable w, List<Tensor> losses)
    {
        var tape = new GradientTape();
        var intermediate = w * w;
        var loss = intermediate.Sum() + (w * 4).Sum() - 2;
        losses.Add(loss);
        tape.Gradient(loss, w);
        return new WeakReference<Tensor>(intermediate);
    }

    [Fact]
    public void A_gradient_that_is_kept_does_not_keep_its_step()
    {
        var (gradient, intermediate) = Differentiate(Weight(1, 2, 3));
        Collect();
        Assert.False(intermediate.TryGetTarget(out _));
        Same([6, 12, 18], gradient);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (Tensor Gradient, WeakReference<Tensor> Intermediate) Differentiate(Variable w)
    {
        using var tape = new GradientTape(persistent: true);
        var intermediate = w * w;
        return (tape.Gradient(intermediate * 3, w)!, new WeakReference<Tensor>(intermediate));
    }

    [Fact]
    public void A_graph_of_a_million_operations_is_collected_without_dispose()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        LongChain();
        using (new GradientTape())
        {
        }
        Collect();
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 20 * Megabyte);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LongChain()
    {
        var x = Scalar(3);
        var tape = new GradientTape();
        tape.Watch(x);
        var y = x;
        for (var i = 0; i < 1_000_000; i++)
        {
            y = -y;
        }
        Same([1], tape.Gradient(y, x));
    }
}
