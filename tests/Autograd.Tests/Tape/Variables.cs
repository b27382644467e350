using static Autograd.Tensor;
using static Autograd.Tests.Tape.Numbers;

namespace Autograd.Tests.Tape;

/// <summary>Only variables change, and what was recorded, viewed or read before does not change with them.</summary>
public class Variables
{
    private static readonly Dictionary<string, Action<Variable>> Changes = new()
    {
        ["Assign"] = w => w.Assign(D(100)),
        ["AssignAdd"] = w => w.AssignAdd(D(97)),
        ["AssignSub"] = w => w.AssignSub(D(-97)),
        ["twice"] = w => w.Assign(D(50)).AssignAdd(50),
        ["itself"] = w => w.AssignAdd(w).AssignSub(D(-94)),
    };

    public static TheoryData<string, bool> Cases
    {
        get
        {
            var cases = new TheoryData<string, bool>();
            foreach (var name in Changes.Keys)
            {
                cases.Add(name, false);
                cases.Add(name, true);
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_change_between_forward_and_backward_leaves_the_gradient_of_the_recorded_values(string change, bool persistent)
    {
        var w = Weight(3);
        using var tape = new GradientTape(persistent);
        var y = w * w * w;
        Changes[change](w);
        Same([27], tape.Gradient(y, w));
        Same([100], w);
        if (persistent)
        {
            Same([300], tape.Gradient(w * w + (100 * w), w));
            Same([27], tape.Gradient(y, w));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Views_and_values_keep_what_they_showed(string change, bool inTape)
    {
        var w = Weight(3);
        using var tape = inTape ? new GradientTape() : null;
        Tensor[] old = [w.Value, w.Reshape(1, 1), w.BroadcastTo([2, 1]), w[0], StopGradient(w), w.Cast(DType.Float64), CustomGradient(w, x => x, (dy, _, _) => dy)];
        var span = w.AsSpan<double>();
        Changes[change](w);
        Assert.All(old, x => Assert.All(x.ToArray<double>(), value => Assert.Equal(3, value)));
        Assert.Equal(3, span[0]);
        Same([100], w.Value);
    }

    [Fact]
    public void The_initial_value_and_the_assigned_one_are_copied()
    {
        double[] array = [1, 2];
        var initial = From(array);
        array[0] = 50;
        Same([1, 2], initial);
        var w = new Variable(initial);
        var other = new Variable(w);
        w.Assign(D(3, 4));
        Same([1, 2], initial);
        Same([1, 2], other);
        other.Assign(w);
        w.AssignAdd(1);
        Same([3, 4], other);
        Same([4, 5], w);
    }

    [Fact]
    public void A_variable_takes_its_own_transpose()
    {
        var w = new Variable(From<double>([1, 2, 3, 4], [2, 2]));
        w.Assign(w.T);
        Same([1, 3, 2, 4], w);
        w.AssignAdd(w.T);
        Same([2, 5, 5, 8], w);
    }

    [Fact]
    public void Assignment_broadcasts_and_converts()
    {
        var w = new Variable(Zeros([2, 2]));
        w.Assign(D(1, 2));
        Assert.Equal([1, 2, 1, 2], w.ToArray<float>());
        w.AssignSub(1);
        Assert.Equal([0, 1, 0, 1], w.ToArray<float>());
        Assert.Equal(DType.Float32, w.DType);
        Assert.Equal(DType.Float32, new Variable(0.5).DType);
    }

    [Fact]
    public void The_version_counts_the_changes_that_happened()
    {
        var w = Weight(1, 2);
        Assert.Equal(0, w.Version);
        w.Assign(D(3, 4)).AssignAdd(1).AssignSub(1);
        Assert.Equal(3, w.Version);
        Assert.Throws<ShapeException>(() => w.Assign(D(1, 2, 3)));
        Assert.Throws<ArgumentNullException>(() => w.Assign(null!));
        Assert.Equal(3, w.Version);
        using var tape = new GradientTape();
        _ = w * w;
        w.Assign(D(5, 6));
        Assert.Equal(4, w.Version);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(50_000)]
    public void In_place_assignment_does_not_allocate_while_nobody_looks(int size)
    {
        var w = new Variable(Zeros([size]));
        var value = Ones([size]);
        using (var tape = new GradientTape())
        {
            tape.Gradient((w * w).Sum(), w);
        }
        long Allocated(int times)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < times; i++)
            {
                w.Assign(value).AssignAdd(value).AssignSub(value);
            }
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
        // The runtime itself may allocate once while it compiles; what assignment allocates, it allocates every time.
        // A large value is cut into chunks for several threads, which takes a small object; never a copy of the values.
        Allocated(50);
        Assert.InRange(Enumerable.Range(0, 5).Min(_ => Allocated(50)) / 50, 0, size < 32 * 1024 ? 0 : 1000);
        Assert.Equal(1, w.ToArray<float>()[^1]);
    }

    [Fact]
    public void Disposing_a_value_does_not_hurt_its_variable()
    {
        var w = new Variable(Full([40_000], 3, DType.Float64));
        w.Value.Dispose();
        w.Reshape(w.Shape).Dispose();
        Assert.Equal(3, w.Value.ToArray<double>()[7]);
        using var tape = new GradientTape();
        var y = (w * w).Sum();
        w.Value.Dispose();
        Assert.Equal(6, tape.Gradient(y, w)!.ToArray<double>()[7]);
        Assert.Equal(3, (w + 0).ToArray<double>()[39_999]);
    }

    [Fact]
    public void A_disposed_variable_refuses()
    {
        var w = Weight(1);
        _ = w.Value;
        w.Dispose();
        Assert.Throws<ObjectDisposedException>(() => w * 2);
        Assert.Throws<ObjectDisposedException>(() => w.Value);
        Assert.Throws<ObjectDisposedException>(() => w.Assign(D(2)));
        Assert.Contains("disposed", w.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_product_of_batches_leaves_the_variable_assignable_in_place()
    {
        var w = new Variable(Ones([3, 3]));
        var memory = w.Buffer;
        MatMul(Ones([2, 3, 3]), w);
        w.AssignAdd(1);
        Assert.Same(memory, w.Buffer);
    }

    [Fact]
    public void Unary_plus_gives_the_present_value()
    {
        var w = Weight(3);
        var y = +w;
        w.AssignAdd(1);
        Same([3], y);
    }
}
