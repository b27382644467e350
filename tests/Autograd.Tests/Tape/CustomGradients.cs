using static Autograd.Tensor;
using static Autograd.Tests.Tape.Numbers;

namespace Autograd.Tests.Tape;

/// <summary>Gradients of one's own, and what happens when they are wrong.</summary>
public class CustomGradients
{
    private static Tensor Twice(Tensor x, Func<Tensor, IReadOnlyList<Tensor?>> backward, string name = "Twice") =>
        CustomGradient([x], inputs => inputs[0] * 2, (dy, _, _) => backward(dy), name);

    [Fact]
    public void Replaces_the_gradient()
    {
        var (x, y) = (D(2, 3), D(5, 7));
        using var tape = new GradientTape();
        tape.Watch(x, y);
        var z = CustomGradient([x, y], inputs => inputs[0] * inputs[1], (dy, inputs, result) => [dy * 10, dy * result], "Mine");
        Same([10, 21], z);
        Assert.Contains("Mine", tape.ToString(), StringComparison.Ordinal);
        var gradients = tape.Gradient(z, [x, y]);
        Same([10, 10], gradients[0]);
        Same([10, 21], gradients[1]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_tape_that_ends_during_its_gradient_says_so(bool reset)
    {
        var x = new Variable(D(2));
        using var tape = new GradientTape(persistent: true);
        var y = Twice(x * 3, dy =>
        {
            if (reset)
            {
                tape.Reset();
            }
            else
            {
                tape.Dispose();
            }
            return [dy * 2];
        });
        Assert.Contains("Twice", Assert.Throws<TapeException>(() => tape.Gradient(y, x)).Message, StringComparison.Ordinal);
        using var next = new GradientTape();
        Same([4], next.Gradient(x * x, x));
    }

    [Fact]
    public void A_null_gradient_is_none()
    {
        var (x, y) = (D(2), D(5));
        using var tape = new GradientTape();
        tape.Watch(x, y);
        var z = CustomGradient([x, y], inputs => inputs[0] * inputs[1], (dy, _, _) => [dy, null]);
        var gradients = tape.Gradient(z, [x, y]);
        Same([1], gradients[0]);
        Assert.Null(gradients[1]);
    }

    [Fact]
    public void The_forward_function_may_return_its_operand()
    {
        var x = D(2);
        using var tape = new GradientTape();
        tape.Watch(x);
        var y = CustomGradient(x, v => v, (dy, _, _) => -dy, "ReverseGradient");
        Same([-3], tape.Gradient(y * 3, x));
    }

    public static TheoryData<string> Wrong => [.. WrongTable.Keys];

    private static readonly Dictionary<string, (Func<Tensor, IReadOnlyList<Tensor?>> Backward, string[] Says)> WrongTable = new()
    {
        ["null"] = (_ => null!, ["null", "1 operand"]),
        ["none"] = (_ => [], ["0 gradients", "1 operand"]),
        ["too many"] = (dy => [dy, dy], ["2 gradients", "1 operand"]),
        ["shape"] = (dy => [dy.Sum()], ["[]", "[2]", "operand 0"]),
        ["type"] = (dy => [dy.Cast(DType.Int32)], ["Int32", "operand 0"]),
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_answer_is_refused_by_name(string name)
    {
        var (backward, says) = WrongTable[name];
        var x = D(2, 3);
        using var tape = new GradientTape();
        tape.Watch(x);
        var y = Twice(x, backward);
        var error = Assert.Throws<TapeException>(() => tape.Gradient(y, x));
        Assert.StartsWith("Twice:", error.Message, StringComparison.Ordinal);
        Assert.All(says, words => Assert.Contains(words, error.Message, StringComparison.Ordinal));
        Assert.False(Recording.IsRecording);
    }

    [Fact]
    public void A_forward_function_without_a_result_is_refused_by_name_and_recording_goes_on()
    {
        var x = D(2);
        using var tape = new GradientTape();
        tape.Watch(x);
        Assert.Contains("Mine", Assert.Throws<TapeException>(() => CustomGradient(x, _ => null!, (dy, _, _) => dy, "Mine")).Message, StringComparison.Ordinal);
        Assert.Throws<TimeoutException>(() => CustomGradient(x, _ => throw new TimeoutException(), (dy, _, _) => dy));
        Assert.Equal(1, Recorded(tape));
        Same([4], tape.Gradient(x * x, x));
    }

    [Fact]
    public void An_exception_inside_surfaces_as_it_is_and_the_tape_is_freed()
    {
        var x = D(2);
        var thrown = new TimeoutException("mine");
        var (tape, intermediate) = Fail(x, thrown);
        Collect();
        Assert.False(intermediate.TryGetTarget(out _));
        Assert.False(Recording.IsRecording);
        Assert.Throws<TapeException>(() => tape.Gradient(x, x));
        using var next = new GradientTape();
        next.Watch(x);
        Same([4], next.Gradient(x * x, x));
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static (GradientTape Tape, WeakReference<Tensor> Intermediate) Fail(Tensor x, Exception thrown)
    {
        var tape = new GradientTape();
        tape.Watch(x);
        var intermediate = x * 3;
        var y = Twice(intermediate, _ => throw thrown) * 5;
        Assert.Same(thrown, Assert.Throws<TimeoutException>(() => tape.Gradient(y, x)));
        return (tape, new WeakReference<Tensor>(intermediate));
    }

    [Fact]
    public void A_failing_gradient_on_a_persistent_tape_leaves_it_usable()
    {
        var x = D(2);
        using var tape = new GradientTape(persistent: true);
        tape.Watch(x);
        var fails = true;
        var y = Twice(x * x, dy => fails ? throw new TimeoutException() : [dy * 2]);
        Assert.Throws<TimeoutException>(() => tape.Gradient(y, x));
        fails = false;
        Same([8], tape.Gradient(y, x));
    }

    [Fact]
    public void Is_asked_only_when_wanted_and_once_a_pass()
    {
        var (x, y, unrelated) = (D(2), D(3), D(4));
        var calls = 0;
        using var tape = new GradientTape(persistent: true);
        tape.Watch(x, y, unrelated);
        var z = CustomGradient([x, y], inputs => inputs[0] * inputs[1], (dy, _, _) =>
        {
            calls++;
            return [dy, dy];
        });
        var target = z + unrelated;
        tape.Gradient(target, unrelated);
        Assert.Equal(0, calls);
        tape.Gradient(target, [x, y]);
        Assert.Equal(1, calls);
        tape.Gradient(target, x);
        Assert.Equal(2, calls);
    }

    [Fact]
    public void Equal_cotangents_do_not_mix_up_orders()
    {
        var x = D(2);
        var cotangent = D(1);
        using var outer = new GradientTape();
        outer.Watch(x);
        using var inner = new GradientTape(persistent: true);
        inner.Watch(x);
        var y = CustomGradient(x, v => v * v * v, (dy, v, _) => dy * 3 * v * v);
        using (outer.StopRecording())
        {
            using (inner.StopRecording())
            {
                inner.Gradient(y, x, cotangent);
            }
        }
        var slope = inner.Gradient(y, x, cotangent)!;
        Same([12], outer.Gradient(slope, x));
    }

    [Fact]
    public void What_the_functions_see_of_a_variable_stays_what_it_was()
    {
        var w = Weight(2, 3);
        Tensor? seen = null;
        Tensor gradient;
        using (var tape = new GradientTape())
        {
            var y = CustomGradient(w, v => v * 1, (_, v, _) => seen = v);
            gradient = tape.Gradient(y, w)!;
        }
        w.Assign(D(100, 200));
        Same([2, 3], gradient);
        Same([2, 3], seen);
    }

    [Fact]
    public void StopGradient_ends_gradients_and_keeps_values()
    {
        var x = D(3);
        using var tape = new GradientTape();
        tape.Watch(x);
        var y = x * StopGradient(x);
        Same([9], y);
        Same([3], tape.Gradient(y, x));
    }
}
