using static Autograd.Tensor;
using static Autograd.Tests.Tape.Numbers;

namespace Autograd.Tests.Tape;

/// <summary>What a tape records and returns, as in TensorFlow.</summary>
public class TapeSemantics
{
    [Fact]
    public void A_plain_tape_gives_one_gradient_and_the_second_request_says_how_to_have_more()
    {
        var x = D(3);
        using var tape = new GradientTape();
        tape.Watch(x);
        var y = x * x;
        Same([6], tape.Gradient(y, x));
        Assert.False(tape.IsRecording);
        Assert.Contains("persistent", Assert.Throws<TapeException>(() => tape.Gradient(y, x)).Message, StringComparison.Ordinal);
        Assert.Contains("persistent", Assert.Throws<TapeException>(() => tape.Jacobian(y, x)).Message, StringComparison.Ordinal);
        Assert.Contains("persistent", Assert.Throws<TapeException>(() => tape.BatchJacobian(y, x)).Message, StringComparison.Ordinal);
        Assert.Throws<TapeException>(() => tape.Watch(x));
        Assert.Throws<TapeException>(() => tape.StopRecording());
    }

    [Fact]
    public void A_persistent_tape_gives_any_number_and_records_on()
    {
        var x = D(3);
        using var tape = new GradientTape(persistent: true);
        tape.Watch(x);
        var y = x * x;
        var z = y * y;
        Same([108], tape.Gradient(z, x));
        Same([6], tape.Gradient(y, x));
        Same([108], tape.Gradient(z, x));
        Same([12], tape.Gradient(y + y, x));
        Assert.True(tape.IsRecording);
    }

    [Fact]
    public void Only_watched_tensors_and_trainable_variables_have_gradients()
    {
        var (x, constant) = (D(3), D(4));
        var (weight, frozen) = (Weight(5), new Variable(D(6), trainable: false));
        using var tape = new GradientTape();
        tape.Watch(x);
        var gradients = tape.Gradient(x * constant * weight * frozen, [x, constant, weight, frozen]);
        Same([120], gradients[0]);
        Assert.Null(gradients[1]);
        Same([72], gradients[2]);
        Assert.Null(gradients[3]);
    }

    [Fact]
    public void A_variable_that_is_not_trainable_can_be_watched()
    {
        var frozen = new Variable(D(6), trainable: false);
        using var tape = new GradientTape();
        tape.Watch(frozen);
        Same([12], tape.Gradient(frozen * frozen, frozen));
    }

    [Fact]
    public void Variables_of_integers_are_never_trainable() => Assert.False(new Variable(From<int>([1])).Trainable);

    [Fact]
    public void Without_watching_accessed_variables_only_watch_counts()
    {
        var (a, b) = (Weight(2), Weight(3));
        using var tape = new GradientTape(watchAccessedVariables: false);
        tape.Watch(a);
        var gradients = tape.Gradient(a * b, [a, b]);
        Same([3], gradients[0]);
        Assert.Null(gradients[1]);
    }

    [Fact]
    public void Several_tensors_are_watched_or_none()
    {
        var (x, y) = (D(2), D(3));
        using var tape = new GradientTape(persistent: true);
        Assert.Throws<TapeException>(() => tape.Watch(x, From<int>([1])));
        Assert.Throws<ArgumentNullException>(() => tape.Watch(x, null!));
        Assert.Equal(0, Recorded(tape));
        tape.Watch(x, y);
        var gradients = tape.Gradient(x * y, [x, y]);
        Same([3], gradients[0]);
        Same([2], gradients[1]);
    }

    [Fact]
    public void What_happens_while_recording_is_stopped_is_a_constant()
    {
        var x = D(3);
        using var tape = new GradientTape(persistent: true);
        tape.Watch(x);
        Tensor hidden;
        using (tape.StopRecording())
        {
            Assert.False(tape.IsRecording);
            using (tape.StopRecording())
            {
                hidden = x * x;
            }
            Assert.False(tape.IsRecording);
        }
        Assert.True(tape.IsRecording);
        Assert.Null(tape.Gradient(hidden, x));
        Same([9], tape.Gradient(hidden * x, x));
    }

    [Fact]
    public void Stopping_a_tape_does_not_stop_the_others()
    {
        var x = D(3);
        using var outer = new GradientTape();
        using var inner = new GradientTape();
        outer.Watch(x);
        inner.Watch(x);
        Tensor y;
        using (inner.StopRecording())
        {
            y = x * x;
        }
        Assert.Null(inner.Gradient(y, x));
        Same([6], outer.Gradient(y, x));
    }

    [Fact]
    public void A_result_made_while_a_tape_was_stopped_and_then_watched_starts_afresh()
    {
        var x = D(3);
        using var outer = new GradientTape(persistent: true);
        using var inner = new GradientTape(persistent: true);
        outer.Watch(x);
        inner.Watch(x);
        Tensor y;
        using (inner.StopRecording())
        {
            y = x * x;
        }
        inner.Watch(y);
        var z = y * 5;
        Same([5], inner.Gradient(z, y));
        Assert.Null(inner.Gradient(z, x));
        Same([30], outer.Gradient(z, x));
    }

    [Fact]
    public void Watching_a_recorded_result_does_not_cut_it_off()
    {
        var x = D(3);
        using var tape = new GradientTape();
        tape.Watch(x);
        var y = x * x;
        tape.Watch(y);
        Same([18], tape.Gradient(y * 3, x));
    }

    [Fact]
    public void Reset_forgets_and_records_afresh_even_after_use()
    {
        var x = D(3);
        using var tape = new GradientTape();
        tape.Watch(x);
        var y = x * x;
        tape.Reset();
        Assert.Equal(0, Recorded(tape));
        Assert.Null(tape.Gradient(y, x));
        tape.Reset();
        tape.Watch(x);
        Same([27], tape.Gradient(x * x * x, x));
        tape.Dispose();
        Assert.Throws<ObjectDisposedException>(tape.Reset);
    }

    [Fact]
    public void A_target_that_is_no_scalar_is_summed_or_weighed()
    {
        var x = D(1, 2, 3);
        using var tape = new GradientTape(persistent: true);
        tape.Watch(x);
        var y = x * x;
        Same([2, 4, 6], tape.Gradient(y, x));
        Same([20, 0, -6], tape.Gradient(y, x, D(10, 0, -1)));
        Same([2, 0, -6], tape.Gradient(y, x, From<float>([1, 0, -1])));
    }

    [Fact]
    public void Gradients_of_several_targets_add_up()
    {
        var x = D(2);
        using var tape = new GradientTape(persistent: true);
        tape.Watch(x);
        var (y, z) = (x * x, x * x * x);
        Same([16], tape.Gradient([y, z], [x])[0]);
        Same([1004], tape.Gradient([y, z], [x], [D(1), D(1000 / 12.0)])[0]);
        Same([12], tape.Gradient([y, y, y], [x])[0]);
        Same([5], tape.Gradient([y, x], [x])[0]);
    }

    [Fact]
    public void Intermediate_results_are_sources_and_do_not_cut_the_path()
    {
        var x = D(2);
        using var tape = new GradientTape();
        tape.Watch(x);
        var y = x * x;
        var z = y * y;
        var gradients = tape.Gradient(z, [y, x, z]);
        Same([8], gradients[0]);
        Same([32], gradients[1]);
        Same([1], gradients[2]);
    }

    [Fact]
    public void A_source_named_twice_is_answered_twice()
    {
        var x = D(2);
        using var tape = new GradientTape();
        tape.Watch(x);
        var gradients = tape.Gradient(x * x, (IEnumerable<Tensor>)[x, x]);
        Same([4], gradients[0]);
        Same([4], gradients[1]);
    }

    [Fact]
    public void A_tensor_is_its_own_gradient_of_one()
    {
        var x = D(2, 5);
        using var tape = new GradientTape();
        tape.Watch(x);
        Same([1, 1], tape.Gradient(x, x));
    }

    [Fact]
    public void An_unconnected_source_gives_null_or_zeros()
    {
        var (x, other) = (D(2), D(7, 8));
        using var tape = new GradientTape(persistent: true);
        tape.Watch(x, other);
        var y = x * x;
        Assert.Null(tape.Gradient(y, other));
        Same([0, 0], tape.Gradient(y, other, unconnected: Unconnected.Zero));
        Assert.Null(tape.Gradient(D(1), x));
        Same([0], tape.Gradient(D(1), x, unconnected: Unconnected.Zero));
        var both = tape.Gradient(y, [other, x], unconnected: Unconnected.Zero);
        Same([0, 0], both[0]);
        Same([4], both[1]);
    }

    [Fact]
    public void Every_use_of_a_tensor_counts()
    {
        var x = D(2);
        using var tape = new GradientTape();
        tape.Watch(x);
        var unused = Exp(x);
        var y = x.Item() > 1 ? (x * x) + x : -x;
        for (var i = 0; i < 10; i++)
        {
            y += 3 * x;
        }
        Same([35], tape.Gradient(y, x));
        Assert.Equal(Math.Exp(2), unused.Item(), 1e-14);
    }

    [Fact]
    public void A_tensor_watched_after_its_use_is_not_connected()
    {
        var x = D(2);
        using var tape = new GradientTape(persistent: true);
        var early = x * x;
        tape.Watch(x);
        Assert.Null(tape.Gradient(early, x));
        Same([4], tape.Gradient(early * x, x));
    }

    [Fact]
    public void A_tape_is_over_after_dispose()
    {
        var x = D(2);
        var tape = new GradientTape(persistent: true);
        tape.Watch(x);
        var y = x * x;
        tape.Dispose();
        tape.Dispose();
        Assert.False(tape.IsRecording);
        Assert.Throws<ObjectDisposedException>(() => tape.Gradient(y, x));
        Assert.Throws<ObjectDisposedException>(() => tape.Watch(x));
        Assert.Throws<ObjectDisposedException>(() => tape.Jacobian(y, x));
        Assert.Contains("over", tape.ToString(), StringComparison.Ordinal);
        Assert.NotEmpty(tape.Explain(y, x));
    }

    [Fact]
    public void An_exception_in_the_recording_block_ends_the_tape_and_the_next_works()
    {
        var x = Weight(3);
        void Fails()
        {
            using var tape = new GradientTape();
            _ = x * x;
            throw new InvalidOperationException();
        }
        Assert.Throws<InvalidOperationException>((Action)Fails);
        Assert.False(Recording.IsRecording);
        using var next = new GradientTape();
        Same([6], next.Gradient(x * x, x));
    }

    [Fact]
    public void Tapes_may_end_in_any_order()
    {
        var x = D(3);
        var first = new GradientTape();
        var second = new GradientTape();
        first.Watch(x);
        second.Watch(x);
        var y = x * x;
        first.Dispose();
        var third = new GradientTape();
        third.Watch(x);
        var z = y * x;
        Same([27], second.Gradient(z, x));
        Same([9], third.Gradient(z, x));
        third.Dispose();
        second.Dispose();
        Assert.False(Recording.IsRecording);
    }

    public static TheoryData<string> Kinks => [.. KinkTable.Keys];

    private static readonly Dictionary<string, (Func<Tensor, Tensor> Of, double[] X, double[] Gradient)> KinkTable = new()
    {
        ["abs"] = (Abs, [0], [0]),
        ["relu"] = (Relu, [0], [0]),
        ["relu6"] = (Relu6, [0, 6], [0, 0]),
        ["leaky relu"] = (x => LeakyRelu(x), [0], [0.2]),
        ["elu"] = (x => Elu(x), [0], [1]),
        ["sqrt"] = (Sqrt, [0], [double.PositiveInfinity]),
        ["rsqrt"] = (Rsqrt, [0], [double.NegativeInfinity]),
        ["norm"] = (x => x.Norm(), [0, 0], [0, 0]),
        ["std of a constant"] = (x => x.Std(), [4, 4, 4], [0, 0, 0]),
        ["max tie"] = (x => x.Max(), [2, 5, 5, 1], [0, 0.5, 0.5, 0]),
        ["min tie"] = (x => x.Min(), [2, 2, 5, 2, 2], [0.25, 0.25, 0, 0.25, 0.25]),
        ["maximum tie"] = (x => Maximum(x, 1), [1], [0.5]),
        ["clip at the bounds"] = (x => Clip(x, 0, 1), [0, 1, -1, 2], [1, 1, 0, 0]),
        ["x^0 at 0"] = (x => Pow(x, Zeros([1], DType.Float64)), [0], [0]),
        ["0^y"] = (y => Pow(Zeros([1], DType.Float64), y), [2], [0]),
        ["(-1)^y"] = (y => Pow(-Ones([1], DType.Float64), y), [2], [double.NaN]),
        ["prod with a zero"] = (x => x.Prod(), [2, 0, 3], [0, 6, 0]),
        ["prod with two zeros"] = (x => x.Prod(), [0, 0, 3], [0, 0, 0]),
        ["cumprod with a zero"] = (x => x.CumProd(), [2, 0, 3], [1, 8, 0]),
        ["repeated gather"] = (x => x.Take(From<long>([0, 0, 1])), [1, 2], [2, 1]),
        ["floor, round, sign"] = (x => Floor(x) + Round(x) + Sign(x), [1.2], [0]),
        ["hypot at the origin"] = (x => Hypot(x, 0), [0], [0]),
        ["log softmax"] = (x => LogSoftmax(x)[0], [1000, 0], [0, 0]),
        ["softplus far right"] = (Softplus, [1000], [1]),
        ["where hides an infinite slope"] = (x => Where(x > 0, Sqrt(x), 0), [-1], [double.NaN]),
    };

    [Theory]
    [MemberData(nameof(Kinks))]
    public void Gradients_at_the_kink_are_the_documented_ones(string name)
    {
        var (of, values, gradient) = KinkTable[name];
        var x = D(values);
        using var tape = new GradientTape();
        tape.Watch(x);
        Same(gradient, tape.Gradient(of(x), x));
    }
}
