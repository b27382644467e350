using static Autograd.Tensor;
using static Autograd.Tests.Tape.Numbers;

namespace Autograd.Tests.Tape;

/// <summary>A tape belongs to one thread; threads share variables and constants freely.</summary>
public class TapeThreads
{
    private static void OnThreads(int count, Action<int> work)
    {
        var errors = new Exception?[count];
        var threads = Enumerable.Range(0, count).Select(i => new Thread(() => errors[i] = Record.Exception(() => work(i)))).ToArray();
        foreach (var thread in threads)
        {
            thread.Start();
        }
        foreach (var thread in threads)
        {
            thread.Join();
        }
        Assert.All(errors, Assert.Null);
    }

    [Fact]
    public void A_gradient_on_another_thread_is_refused()
    {
        var x = D(3);
        using var tape = new GradientTape();
        tape.Watch(x);
        var y = x * x;
        OnThreads(1, _ =>
        {
            Assert.Contains("thread", Assert.Throws<TapeException>(() => tape.Gradient(y, x)).Message, StringComparison.Ordinal);
            Assert.Throws<TapeException>(() => tape.Watch(x));
            Assert.Throws<TapeException>(tape.Reset);
            Assert.Throws<TapeException>(() => tape.StopRecording());
            Assert.Throws<TapeException>(() => tape.Jacobian(y, x));
        });
        Same([6], tape.Gradient(y, x));
    }

    [Fact]
    public void What_another_thread_does_is_not_recorded_and_has_no_gradient()
    {
        var w = Weight(3);
        using var tape = new GradientTape();
        Tensor? elsewhere = null;
        OnThreads(1, _ => elsewhere = w * w);
        Assert.Equal(0, Recorded(tape));
        Assert.Contains("thread", Assert.Throws<TapeException>(() => tape.Gradient(elsewhere!, w)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tape_disposed_on_another_thread_stops_recording_and_the_next_works()
    {
        var w = Weight(3);
        var tape = new GradientTape();
        _ = w * w;
        OnThreads(1, _ => tape.Dispose());
        Assert.False(tape.IsRecording);
        Assert.Throws<ObjectDisposedException>(() => tape.Gradient(w, w));
        using (var next = new GradientTape())
        {
            Same([6], next.Gradient(w * w, w));
        }
        Assert.False(Recording.IsRecording);
    }

    [Fact]
    public void A_tape_disposed_elsewhere_is_let_go_though_no_other_is_made()
    {
        var w = Weight(3);
        var tape = new GradientTape();
        _ = w * w;
        OnThreads(1, _ => tape.Dispose());
        for (var i = 0; i < 300; i++)
        {
            _ = w * w;
        }
        Assert.False(Recording.IsRecording);
    }

    [Fact]
    public void Four_threads_share_a_variable_and_a_constant_and_each_gives_the_serial_result()
    {
        var w = Weight(1.5, -2, 0.5);
        var constant = D(2, 3, 4);
        double[] Slope() => One(w, constant);
        var serial = Slope();
        OnThreads(4, _ =>
        {
            for (var i = 0; i < 500; i++)
            {
                Assert.Equal(serial, Slope());
            }
        });

        static double[] One(Variable w, Tensor constant)
        {
            using var tape = new GradientTape();
            return tape.Gradient(Sin(w * w * constant).Sum(), w)!.ToArray<double>();
        }
    }

    [Fact]
    public void Four_threads_take_second_derivatives_of_one_shared_variable()
    {
        var w = Weight(1.5, -2, 0.5);
        OnThreads(4, thread =>
        {
            for (var i = 0; i < 500; i++)
            {
                using var outer = new GradientTape();
                using var inner = new GradientTape();
                var slope = inner.Gradient((w * w * w).Sum() * (thread + 1), w)!;
                Near([9.0 * (thread + 1), -12.0 * (thread + 1), 3.0 * (thread + 1)], outer.Gradient(slope.Sum(), w));
            }
        });
    }

    [Fact]
    public void Four_threads_watch_one_tensor()
    {
        var x = D(1.5, -2, 0.5);
        OnThreads(4, thread =>
        {
            for (var i = 0; i < 500; i++)
            {
                using var outer = new GradientTape();
                outer.Watch(x);
                using var inner = new GradientTape();
                inner.Watch(x);
                var slope = inner.Gradient((x * x * x).Sum() * (thread + 1), x)!;
                Near([9.0 * (thread + 1), -12.0 * (thread + 1), 3.0 * (thread + 1)], outer.Gradient(slope.Sum(), x));
            }
        });
    }

    [Fact]
    public void Views_of_a_shared_variable_are_found_on_every_thread()
    {
        var w = new Variable(From<double>([1, 2, 3, 4], [2, 2]));
        OnThreads(4, thread =>
        {
            for (var i = 0; i < 500; i++)
            {
                using var tape = new GradientTape();
                Near([0, 4 * (thread + 1), 0, 8 * (thread + 1)], tape.Gradient((w.T[1] * w.Value.T[1]).Sum() * (thread + 1), w));
            }
        });
    }
}
