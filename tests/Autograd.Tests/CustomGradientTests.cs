using static Autograd.Tensor;

namespace Autograd.Tests;

public class CustomGradientTests
{
    [Fact]
    public void A_gradient_taken_unrecorded_is_not_reused_where_an_outer_tape_records()
    {
        var x = From([2.0]);
        var dy = From([1.0]);
        using var outer = new GradientTape();
        outer.Watch(x);
        using var inner = new GradientTape(persistent: true);
        inner.Watch(x);
        var y = CustomGradient(x, input => input * input * input, (one, input, _) => one * 3.0 * input * input);
        using (outer.StopRecording())
        {
            using (inner.StopRecording())
            {
                Assert.Equal([12.0], inner.Gradient(y, x, dy)!.ToArray<double>());
            }
        }
        var dx = inner.Gradient(y, x, dy)!;
        Assert.Equal([12.0], outer.Gradient(dx, x)!.ToArray<double>());
    }

    [Fact]
    public void The_backward_function_runs_once_for_each_pass_whatever_the_number_of_operands()
    {
        var runs = 0;
        Tensor[] inputs = [From([2.0]), From([3.0])];
        using var tape = new GradientTape(persistent: true);
        tape.Watch(inputs);
        var y = CustomGradient(inputs, x => x[0] * x[1], (dy, x, _) =>
        {
            runs++;
            return [dy * x[1], dy * x[0]];
        });
        var seed = From([1.0]);
        for (var pass = 1; pass <= 2; pass++)
        {
            var gradients = tape.Gradient(y, inputs, seed);
            Assert.Equal([3.0], gradients[0]!.ToArray<double>());
            Assert.Equal([2.0], gradients[1]!.ToArray<double>());
            Assert.Equal(pass, runs);
        }
    }
}
