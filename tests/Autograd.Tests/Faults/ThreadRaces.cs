using static Autograd.Tensor;

namespace Autograd.Tests.Faults;

/// <summary>Threads that dispose or assign what others read: right values or a typed error, never the numbers of another tensor.</summary>
public class ThreadRaces
{
    private static readonly Dictionary<string, Func<Tensor, double>> Reads = new()
    {
        ["map"] = x => (-x).Min().Item() + 2,
        ["zip"] = x => (x + x).Max().Item() - 1,
        ["sum"] = x => x.Sum().Item() / x.Size,
        ["max"] = x => x.Max().Item(),
        ["array"] = x => x.ToArray<float>().Max(),
        ["view"] = x => x.Reshape(2, -1).Max().Item(),
        ["copy"] = x => x.Reshape(2, -1).T.Reshape(-1).Max().Item(),
        ["span"] = x => Largest(x.AsSpan<float>()),
        ["variable"] = x => new Variable(x).Max().Item(),
        ["concat"] = x => Concat([x, x]).Max().Item(),
        ["softmax"] = x => Softmax(x.Reshape(-1, 4)).Max().Item() * 4,
        ["matmul"] = x => MatMul(x.Reshape(-1, 20), Eye(20)).Max().Item(),
        ["where"] = x => Where(x > 0.5, x, 7).Max().Item(),
        ["recorded"] = x =>
        {
            using var tape = new GradientTape();
            tape.Watch(x);
            return tape.Gradient((x * x).Sum(), x)!.Max().Item() / 2;
        },
    };

    public static TheoryData<string> ReadNames => [.. Reads.Keys];

    private static double Largest(ReadOnlySpan<float> values)
    {
        var largest = float.MinValue;
        foreach (var value in values)
        {
            largest = Math.Max(largest, value);
        }
        return largest;
    }

    [Theory]
    [MemberData(nameof(ReadNames))]
    public void Disposed_while_it_is_read(string name)
    {
        var read = Reads[name];
        var wrong = new List<double>();
        foreach (var size in new[] { 400, 20_000, 100_000 }) // recycled, pooled, cut into chunks
        {
            Tensor? x = null;
            var rounds = 150;
            using var barrier = new Barrier(2);
            var reader = new Thread(() =>
            {
                for (var i = 0; i < rounds; i++)
                {
                    barrier.SignalAndWait();
                    try
                    {
                        if (read(x!) is var value and not 1)
                        {
                            wrong.Add(value);
                        }
                    }
                    catch (ObjectDisposedException)
                    {
                    }
                    barrier.SignalAndWait();
                }
            });
            reader.Start();
            for (var i = 0; i < rounds; i++)
            {
                x = Ones([size]);
                barrier.SignalAndWait();
                Thread.SpinWait(i * (size / 400) % 700);
                x.Dispose();
                for (var k = 0; k < 3; k++)
                {
                    Full([size], 100 + k).Dispose(); // takes the memory and writes
                }
                barrier.SignalAndWait();
            }
            reader.Join();
        }
        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData(300)]
    [InlineData(50_000)]
    public void A_value_taken_while_another_thread_assigns_is_of_one_piece(int size)
    {
        var v = new Variable(Zeros([size]));
        var done = false;
        var values = Enumerable.Range(0, 4).Select(i => Full([size], i)).ToArray();
        var adam = new SGD(1);
        Exception? error = null;
        var writer = new Thread(() => error = Record.Exception(() =>
        {
            for (var i = 0; i < 4000; i++)
            {
                switch (i % 4)
                {
                    case 0:
                        v.Assign(values[i / 4 % 4]);
                        break;
                    case 1:
                        v.AssignAdd(1);
                        break;
                    case 2:
                        v.AssignSub(values[1]);
                        break;
                    default:
                        adam.Apply([v], [values[1]]);
                        break;
                }
            }
            Volatile.Write(ref done, true);
        }));
        writer.Start();
        while (!Volatile.Read(ref done) && writer.IsAlive)
        {
            var value = v.Value.ToArray<float>();
            Assert.False(value.AsSpan().ContainsAnyExcept(value[0]), $"{value.Min()} and {value.Max()} in one value");
        }
        writer.Join();
        Assert.Null(error);
    }

    [Fact]
    public void Additions_from_several_threads_all_count()
    {
        var v = new Variable(Zeros([1000]));
        var one = Ones([1000]);
        Parallel.For(0, 400, _ => v.AssignAdd(one));
        Assert.All(v.ToArray<float>(), value => Assert.Equal(400, value));
        Assert.Equal(400, v.Version);
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(1025)]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_number_of_threads_that_makes_no_sense_is_refused(int threads)
    {
        var before = Device.CpuThreads;
        Assert.Throws<ArgumentOutOfRangeException>(() => Device.CpuThreads = threads);
        Assert.Equal(before, Device.CpuThreads);
    }
}
