using Autograd.Tests.Tape;
using static Autograd.Tensor;

namespace Autograd.Tests.Faults;

/// <summary>Disposing early, twice or never is safe: nobody reads memory that belongs to another tensor by then.</summary>
public class Disposal
{
    // Well above the size from which memory is pooled.
    private const int Large = 40_000;

    private static readonly int[] Sizes = [3, Large];

    public static TheoryData<int> SizeCases => [.. Sizes];

    /// <summary>Takes whatever memory the pool has free and fills it with poison.</summary>
    private static void Poison()
    {
        var keep = new List<Tensor>();
        for (var i = 0; i < 20; i++)
        {
            keep.Add(Full([Large], double.NaN));
            keep.Add(Full([Large], double.NaN, DType.Float64));
        }
        GC.KeepAlive(keep);
    }

    private static void AllAre(double expected, Tensor x) => Assert.All(Operands.Values(x), value => Assert.Equal(expected, value));

    [Theory]
    [MemberData(nameof(SizeCases))]
    public void Twice_is_once(int size)
    {
        var x = Full([size], 1);
        var other = Full([size], 2);
        x.Dispose();
        x.Dispose();
        // Memory handed back twice would be handed out twice.
        var (a, b) = (Full([size], 3), Full([size], 4));
        AllAre(2, other);
        AllAre(3, a);
        AllAre(4, b);
    }

    [Theory]
    [MemberData(nameof(SizeCases))]
    public void A_view_outlives_its_base(int size)
    {
        var x = Full([size, 1], 7);
        Tensor[] views = [x.Reshape(size), x.T, x[..(size - 1)], x.Flip(0), x.BroadcastTo([2, size, 1]), StopGradient(x)];
        x.Dispose();
        Poison();
        Assert.All(views, view => AllAre(7, view));
    }

    [Theory]
    [MemberData(nameof(SizeCases))]
    public void A_base_outlives_its_views(int size)
    {
        var x = Full([size, 1], 7);
        foreach (var view in (Tensor[])[x.Reshape(size), x.T, x[..(size - 1)]])
        {
            view.Dispose();
            view.Dispose();
        }
        Poison();
        AllAre(7, x);
    }

    [Theory]
    [MemberData(nameof(SizeCases))]
    public void What_a_tape_holds_it_can_still_read(int size)
    {
        var x = Full([size], 3);
        using var tape = new GradientTape(persistent: true);
        tape.Watch(x);
        var constant = Full([size], 5);
        var square = x * x;
        var product = square * constant;
        var joined = Concat([product, square, square, square]);
        var target = joined.Sum();
        foreach (var tensor in (Tensor[])[constant, square, product, joined, target, x])
        {
            tensor.Dispose();
        }
        Poison();
        AllAre(48, tape.Gradient(target, x)!);
        AllAre(48, tape.Gradient(target, x)!);
    }

    [Fact]
    public void What_nested_tapes_hold_they_can_still_read()
    {
        var x = Full([Large], 2, DType.Float64);
        using var outer = new GradientTape();
        outer.Watch(x);
        using var inner = new GradientTape();
        inner.Watch(x);
        var square = x * x;
        var cube = square * x;
        square.Dispose();
        var slope = inner.Gradient(cube, x)!;
        var second = slope * 1;
        slope.Dispose();
        Poison();
        AllAre(12, outer.Gradient(second, x)!);
    }

    [Fact]
    public void A_gradient_survives_the_disposal_of_everything_else()
    {
        var x = Full([Large], 2, DType.Float64);
        Tensor gradient;
        using (var tape = new GradientTape())
        {
            tape.Watch(x);
            var y = x + 0;
            gradient = tape.Gradient(y, x, x)!;
            y.Dispose();
        }
        x = Full([Large], double.NaN, DType.Float64);
        Poison();
        AllAre(2, gradient);
    }

    [Fact]
    public void A_span_stays_valid_after_its_tensor_is_gone()
    {
        var span = (Full([Large], 3) + 4).AsSpan<float>();
        var strided = (Full([200, 200], 3) + 4).T.AsSpan<float>();
        for (var i = 0; i < 5; i++)
        {
            Numbers.Collect();
            Poison();
        }
        Assert.False(span.ContainsAnyExcept(7f));
        Assert.False(strided.ContainsAnyExcept(7f));
    }

    [Fact]
    public void A_span_stays_valid_after_dispose()
    {
        var x = Full([Large], 3);
        var span = x.AsSpan<float>();
        x.Dispose();
        Poison();
        Assert.False(span.ContainsAnyExcept(3f));
    }

    private static readonly Dictionary<string, Func<Tensor, object>> Uses = new()
    {
        ["operator"] = x => x + 1,
        ["second operand"] = x => 1 - x,
        ["map"] = Exp,
        ["compare"] = x => x > 0,
        ["where"] = x => Where(From([true]), x, 0),
        ["condition"] = x => Where(x.Cast(DType.Bool), 1, 0),
        ["sum"] = x => x.Sum(),
        ["mean"] = x => x.Mean(),
        ["max"] = x => x.Max(0),
        ["argmax"] = x => x.ArgMax(),
        ["any"] = x => x.Any(),
        ["cumsum"] = x => x.CumSum(),
        ["softmax"] = x => Softmax(x),
        ["logsumexp"] = x => x.LogSumExp(),
        ["matmul"] = x => MatMul(x, x),
        ["reshape"] = x => x.Reshape(1, 2),
        ["transpose"] = x => x.T,
        ["broadcast"] = x => x.BroadcastTo([3, 2]),
        ["flip"] = x => x.Flip(),
        ["roll"] = x => x.Roll(1, 0),
        ["tile"] = x => x.Tile(2),
        ["pad"] = x => x.Pad([(1, 1)]),
        ["concat"] = x => Concat([x, x]),
        ["stack"] = x => Stack([x]),
        ["split"] = x => x.Split(2),
        ["slice"] = x => x[1..],
        ["position"] = x => x[0],
        ["mask"] = x => x[From([true, false])],
        ["take"] = x => x.Take(From<long>([1])),
        ["scatter"] = x => x.ScatterAdd(From<long>([1]), Ones([1])),
        ["nonzero"] = x => x.NonZero(),
        ["cast"] = x => x.Cast(DType.Int32),
        ["stop gradient"] = StopGradient,
        ["to array"] = x => x.ToArray<float>(),
        ["span"] = x => x.AsSpan<float>().Length,
        ["item"] = x => x[..1].Item(),
        ["variable"] = x => new Variable(x),
        ["assign"] = x => new Variable(Zeros([2])).Assign(x),
        ["assign add"] = x => new Variable(Zeros([2])).AssignAdd(x),
        ["custom"] = x => CustomGradient(x, v => v, (dy, _, _) => dy),
    };

    public static TheoryData<string> UseNames => [.. Uses.Keys];

    [Theory]
    [MemberData(nameof(UseNames))]
    public void Use_after_dispose_throws(string name)
    {
        var x = Ones([2]);
        x.Dispose();
        Assert.Contains("[2]", Assert.Throws<ObjectDisposedException>(() => Uses[name](x)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Watching_after_dispose_throws()
    {
        var x = Ones([2]);
        x.Dispose();
        using var tape = new GradientTape();
        Assert.Throws<ObjectDisposedException>(() => tape.Watch(x));
        Assert.Equal(0, Numbers.Recorded(tape));
    }

    [Fact]
    public void Looking_at_a_disposed_tensor_does_not_throw()
    {
        var x = Ones([2, 3]);
        x.Dispose();
        Assert.Equal(Shape.Of(2, 3), x.Shape);
        Assert.Equal((2, 6, DType.Float32, Device.Cpu, true), (x.Rank, x.Size, x.DType, x.Device, x.IsContiguous));
        Assert.Contains("[2,3]", x.ToString(), StringComparison.Ordinal);
        Assert.True(x.Equals(x));
        _ = x.GetHashCode();
        Assert.Equal(Shape.Of(2, 3), ZerosLike(x).Shape);
    }

    [Fact]
    public void Threads_may_dispose_one_tensor_at_once()
    {
        for (var i = 0; i < 200; i++)
        {
            var x = Full([Large], 1);
            var view = x.Reshape(-1, 1);
            Parallel.Invoke(x.Dispose, x.Dispose, x.Dispose, x.Dispose);
            var (a, b) = (Full([Large], 2), Full([Large], 3));
            Assert.Equal(1, view.ToArray<float>()[Large - 1]);
            Assert.Equal(2, a.ToArray<float>()[Large - 1]);
            Assert.Equal(3, b.ToArray<float>()[Large - 1]);
        }
    }

    private static readonly Dictionary<string, Func<Tensor, Tensor>> TemporaryOperands = new()
    {
        ["assign"] = x => new Variable(Zeros(x.Shape)).Assign(x + 0),
        ["assign add"] = x => new Variable(Zeros(x.Shape)).AssignAdd(x + 0),
        ["assign, copying"] = x =>
        {
            var v = new Variable(Zeros(x.Shape));
            _ = v.Value;
            return v.Assign(x + 0);
        },
        ["assign add, copying"] = x =>
        {
            var v = new Variable(Zeros(x.Shape));
            _ = v.Value;
            return v.AssignAdd(x + 0);
        },
        ["variable"] = x => new Variable(x + 0),
        ["sum over no axis"] = x => x.Reshape(-1, 2).T.Sum([]),
        ["nonzero"] = x => (x + 0).NonZero().Cast(DType.Float32)[..^1] * 0 + 1,
    };

    public static TheoryData<string> TemporaryOperandNames => [.. TemporaryOperands.Keys];

    [Theory]
    [MemberData(nameof(TemporaryOperandNames))]
    public void A_temporary_lives_until_it_has_been_read(string name)
    {
        var use = TemporaryOperands[name];
        // Until the optimizing compiler has seen it; before that, everything lives to the end of its method.
        for (var i = 0; i < 4; i++, Thread.Sleep(120))
        {
            for (var k = 0; k < 40; k++)
            {
                use(Ones([Large]));
            }
        }
        var done = false;
        var poisoner = new Thread(() =>
        {
            while (!Volatile.Read(ref done))
            {
                GC.Collect(1);
                GC.WaitForPendingFinalizers();
                Full([1 << 20], double.NaN).Dispose();
                Full([1 << 20], 1, DType.Bool).Dispose();
            }
        });
        poisoner.Start();
        var ones = Ones([1 << 20]);
        var sums = new List<double>();
        for (var i = 0; i < 40; i++)
        {
            sums.Add(use(ones).Min().Item());
        }
        Volatile.Write(ref done, true);
        poisoner.Join();
        GC.Collect(); // the many small collections have made what is left look old
        GC.WaitForPendingFinalizers();
        Assert.All(sums, sum => Assert.Equal(1, sum));
    }

    [Fact]
    public void The_last_handle_gives_the_memory_back_at_once()
    {
        var rows = Zeros([Large, 2]);
        foreach (var make in (Func<Tensor>[])[() => Concat([rows, rows]), () => rows.Pad([(1, 1), (0, 0)]), () => rows.T.Reshape(-1), () => MatMul(Zeros([2, 2, 2]), rows.T[..2])])
        {
            var x = make();
            var buffer = x.Buffer;
            x.Dispose();
            var y = make();
            Assert.Same(buffer, y.Buffer);
        }
    }
}
