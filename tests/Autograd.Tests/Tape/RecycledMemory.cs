using static Autograd.Tensor;

namespace Autograd.Tests.Tape;

/// <summary>Memory that the reverse pass lets go is written to again at once; nothing a program can still read may be among it.</summary>
public class RecycledMemory
{
    /// <summary>Sizes on both sides of each way to hold memory: plain, recycled, pooled.</summary>
    [Theory]
    [InlineData(10)]
    [InlineData(300)]
    [InlineData(5_000)]
    [InlineData(30_000)]
    public void What_a_program_holds_never_changes(int n)
    {
        var held = new List<(Tensor Tensor, float[] Values)>();
        Tensor Hold(Tensor x)
        {
            held.Add((x, x.ToArray<float>()));
            return x;
        }

        var w = new Variable(RandomUniform([n], seed: 1));
        var given = Hold(RandomUniform([n], seed: 2));
        for (var step = 0; step < 6; step++)
        {
            using var tape = new GradientTape(persistent: true);
            var a = Hold(Sin(w));
            var view = Hold(a.Reshape(2, -1));
            var kept = CustomGradient(a, x => x * 2, (dy, _, _) => Hold(Hold(dy) * 2));
            var b = Hold(Exp(-a) + kept + view.Reshape(n));
            var loss = (b * b).Sum();
            Hold(tape.Gradient(loss, w)!);
            foreach (var gradient in tape.Gradient(b, [w, a, view, b], given))
            {
                Hold(gradient!);
            }
            w.AssignSub(0.1f * Hold(tape.Gradient(loss, a)!));
        }
        Assert.All(held, one => Assert.Equal(one.Values, one.Tensor.ToArray<float>()));
    }

    [Fact]
    public void A_step_takes_what_the_last_one_let_go()
    {
        if (Autograd.Backends.MemoryBudget.Poisons)
        {
            return; // then everything is pooled
        }
        var x = new Variable(RandomUniform([1000], seed: 1));
        void Step()
        {
            using var tape = new GradientTape();
            tape.Gradient(Exp(Sin(Cos(x))).Sum(), x);
        }

        Step();
        Step();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Step();
        // Three results and three gradients of 4000 bytes, of which the gradient that was asked for and the first results are never given back.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 5 * 4000);
    }
}
