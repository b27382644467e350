using System.Runtime.CompilerServices;
using Autograd.Tests.Tape;
using static Autograd.Tensor;

namespace Autograd.Tests.Data;

/// <summary>Pipelines: what comes out, in which order, how many, and when.</summary>
public class DatasetTests
{
    private static Dataset<int> Numbers(int count) => Dataset.Range(count);

    /// <summary>The same numbers, of which nobody knows how many they are.</summary>
    private static Dataset<int> Some(int count) => Dataset.From(() => Enumerable.Range(0, count));

    public static TheoryData<string, Dataset<int>, int[], long?> Pipelines => new()
    {
        { "range", Numbers(4), [0, 1, 2, 3], 4 },
        { "list", Dataset.From([5, 6]), [5, 6], 2 },
        { "generator", Some(3), [0, 1, 2], null },
        { "nothing", Numbers(0), [], 0 },
        { "map", Numbers(3).Map(i => i * i), [0, 1, 4], 3 },
        { "filter", Numbers(6).Filter(i => i % 2 == 1), [1, 3, 5], null },
        { "take", Numbers(5).Take(2), [0, 1], 2 },
        { "take more than there is", Numbers(2).Take(5), [0, 1], 2 },
        { "take of some", Some(5).Take(2), [0, 1], null },
        { "take nothing", Some(5).Take(0), [], 0 },
        { "skip", Numbers(5).Skip(3), [3, 4], 2 },
        { "skip all", Numbers(5).Skip(9), [], 0 },
        { "repeat", Numbers(2).Repeat(3), [0, 1, 0, 1, 0, 1], 6 },
        { "repeat never", Numbers(2).Repeat(0), [], 0 },
        { "repeat without end", Numbers(2).Repeat().Take(5), [0, 1, 0, 1, 0], 5 },
        { "repeat nothing without end", Some(0).Repeat(), [], null },
        { "skip of what repeats", Numbers(3).Repeat().Skip(2).Take(2), [2, 0], 2 },
        { "zip", Numbers(3).Zip(Numbers(9).Skip(4)).Map(pair => (10 * pair.First) + pair.Second), [4, 15, 26], 3 },
        { "zip with endless", Numbers(3).Zip(Numbers(2).Repeat()).Map(pair => (10 * pair.First) + pair.Second), [0, 11, 20], 3 },
        { "enumerate", Numbers(9).Skip(7).Enumerate().Map(pair => (int)(10 * pair.Index) + pair.Item), [7, 18], 2 },
        { "cache", Numbers(3).Cache(), [0, 1, 2], 3 },
        { "prefetch", Numbers(4).Prefetch(), [0, 1, 2, 3], 4 },
        { "prefetch of prefetch", Numbers(4).Prefetch(1).Map(i => i + 1).Prefetch(9), [1, 2, 3, 4], 4 },
        { "shuffle in a buffer of one", Numbers(4).Shuffle(1), [0, 1, 2, 3], 4 },
    };

    [Theory]
    [MemberData(nameof(Pipelines))]
    public void Items_come_in_every_pass(string what, Dataset<int> data, int[] items, long? count)
    {
        Assert.Equal(count, data.Count);
        Assert.False(data.IsEndless && what != "repeat nothing without end");
        Assert.Equal(items, data);
        Assert.Equal(items, data);
        Assert.Equal(items, data.Pass(7));
    }

    public static TheoryData<string, Action, string> Refused => new()
    {
        { "buffer", () => Numbers(3).Shuffle(0), "buffer of 0" },
        { "endless shuffle", () => Numbers(3).Repeat().Shuffle(), "never end" },
        { "repeat", () => Numbers(3).Repeat(-1), "-1" },
        { "take", () => Numbers(3).Take(-1), "-1" },
        { "skip", () => Numbers(3).Skip(-2), "-2" },
        { "range", () => Numbers(-3), "-3" },
        { "prefetch", () => Numbers(3).Prefetch(0), "buffer of 0" },
        { "endless cache", () => Numbers(3).Repeat().Cache(), "Cache before Repeat" },
        { "batch", () => Dataset.From(Ones(3)).Batch(0), "size of 0" },
        { "pass", () => Numbers(3).Pass(-1), "-1" },
        { "null from a function", () => Assert.Empty(Dataset.From(() => (IEnumerable<int>)null!)), "null" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_cannot_be_is_refused(string what, Action call, string word)
    {
        Assert.NotNull(what);
        Assert.Contains(word, Assert.Throws<ValueException>(call).Message);
    }

    [Fact]
    public void Rows_must_agree()
    {
        Assert.Contains("3 examples and y has 4", Assert.Throws<ShapeException>(() => Dataset.From(Ones(3, 2), Ones(4))).Message);
        Assert.Throws<ShapeException>(() => { Dataset.From((Tensor)3.0); });
        Assert.Throws<ArgumentNullException>(() => { Dataset.From(Tensor.Ones(3), null!); });
        var ragged = Dataset.From([1, 2]).Map(i => Tensor.Ones(i)).Batch(2);
        Assert.Contains("[1] and another [2]", Assert.Throws<ShapeException>(() => ragged.ToList()).Message);
    }

    [Fact]
    public void Rows_go_into_batches()
    {
        var x = Arange(14).Reshape(7, 2).Cast(DType.Float32);
        var y = Arange(7);
        var data = Dataset.From(x, y);
        Assert.Equal(7, data.Count);
        Assert.Equal("[6.0, 7.0]", data.Skip(3).First().X.ToString()[..10]);
        var batches = data.Batch(3);
        Assert.Equal(3, batches.Count);
        Assert.Equal([3, 3, 1], batches.Select(batch => batch.Count));
        Assert.Equal([0, 1, 2, 3, 4, 5, 6], batches.SelectMany(batch => batch.Y[0].ToArray<long>()));
        Assert.Equal(x.ToArray<float>(), batches.SelectMany(batch => batch.X[0].ToArray<float>()));
        Assert.Equal(2, data.Batch(3, dropRemainder: true).Count);
        Assert.Equal([3, 3], data.Batch(3, dropRemainder: true).Select(batch => batch.Count));
        Assert.Equal(7, data.Batch(100).Single().Count);
        Assert.Empty(Dataset.From(Ones(0, 2), Ones(0)).Batch(3));
        Assert.Equal([2, 2], Dataset.From(x).Batch(4).First().Shape.Skip(1).Append(2));
        var weighted = Dataset.From(x, y, Ones(7)).Batch(7).Single();
        Assert.Equal(7, weighted.SampleWeight!.Size);
    }

    [Fact]
    public void Rows_gathered_at_once_are_those_put_together_one_by_one()
    {
        var x = RandomNormal([23, 3, 2], seed: 1);
        var y = Arange(23);
        Dataset<(Tensor X, Tensor Y)> Order(Dataset<(Tensor X, Tensor Y)> data) => data.Shuffle(10, seed: 4).Skip(2).Repeat(2).Take(40);
        var fast = Order(Dataset.From(x, y)).Batch(6).ToList();
        var slow = Order(Dataset.From(x, y).Map(row => row)).Batch(6).ToList();
        Assert.Equal(7, fast.Count);
        Assert.Equal(slow.Select(batch => batch.X[0].ToString() + batch.Y[0]), fast.Select(batch => batch.X[0].ToString() + batch.Y[0]));
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(5)]
    public void A_shuffle_keeps_every_item_and_has_another_order_each_pass(int buffer)
    {
        var data = Numbers(50).Shuffle(buffer, seed: 3);
        var first = data.ToArray();
        var second = data.ToArray();
        Assert.NotEqual(first, second);
        Assert.NotEqual(Enumerable.Range(0, 50), first);
        Assert.Equal(Enumerable.Range(0, 50), first.Order());
        Assert.Equal(Enumerable.Range(0, 50), second.Order());
        // An item comes at most a buffer early.
        Assert.All(first, (item, place) => Assert.True(item <= (long)place + buffer - 1));
        // By number, a pass is what it was, also of a data set made anew.
        Assert.Equal(first, data.Pass(0));
        Assert.Equal(second, Numbers(50).Shuffle(buffer, seed: 3).Pass(1));
        Assert.NotEqual(first, Numbers(50).Shuffle(buffer, seed: 4));
        var same = Numbers(50).Shuffle(buffer, seed: 3, reshuffleEachIteration: false);
        Assert.Equal(same.ToArray(), same);
        var unseeded = Numbers(50).Shuffle(buffer, reshuffleEachIteration: false);
        Assert.Equal(unseeded.ToArray(), unseeded);
    }

    [Fact]
    public void Every_order_is_equally_likely()
    {
        var counts = new int[6];
        foreach (var pass in Enumerable.Range(0, 6000))
        {
            var order = Numbers(3).Shuffle(seed: 1).Pass(pass).ToArray();
            counts[(2 * order[0]) + (order[1] > order[2] ? 1 : 0)]++;
        }
        Assert.All(counts, count => Assert.InRange(count, 880, 1120)); // 1000, and four standard deviations
    }

    [Fact]
    public void Each_round_and_each_side_has_its_own_order()
    {
        var rounds = Numbers(20).Shuffle().Repeat(2).ToArray();
        Assert.NotEqual(rounds[..20], rounds[20..]);
        Assert.Equal(Enumerable.Range(0, 20), rounds[20..].Order());
        var seeded = Numbers(20).Shuffle(seed: 5).Repeat(2).ToArray();
        Assert.NotEqual(seeded[..20], seeded[20..]);
        var sides = Numbers(20).Shuffle().Zip(Numbers(20).Shuffle()).ToArray();
        Assert.NotEqual(sides.Select(pair => pair.First), sides.Select(pair => pair.Second));
        var twice = Numbers(20).Shuffle().Shuffle().ToArray();
        Assert.Equal(Enumerable.Range(0, 20), twice.Order());
    }

    [Fact]
    public void A_cache_reads_once()
    {
        var read = 0;
        var data = Numbers(4).Map(i =>
        {
            read++;
            return i;
        }).Cache();
        Assert.Equal([0, 1], data.Take(2)); // not to the end: not kept
        Assert.Equal([0, 1, 2, 3], data);
        Assert.Equal([0, 1, 2, 3, 0, 1, 2, 3], data.Repeat(2));
        Assert.Equal(2 + 4, read);
        var some = Some(3).Cache();
        Assert.Null(some.Count);
        Assert.Equal(3, some.ToList().Count);
        Assert.Equal(3, some.Count);
    }

    [Fact]
    public void Nothing_is_read_before_it_is_asked_for()
    {
        var read = 0;
        var data = Dataset.From(Count).Map(i => i).Shuffle(2).Enumerate().Prefetch().Repeat(2);
        using (var pass = data.GetEnumerator())
        {
            Assert.Equal(0, read);
            Assert.True(pass.MoveNext());
        }
        Assert.InRange(read, 1, 6);

        IEnumerable<int> Count()
        {
            while (true)
            {
                yield return read++;
            }
        }
    }
}

/// <summary>Training on pipelines.</summary>
public class DatasetTrainingTests
{
    private static readonly Tensor s_x = Arange(10).Cast(DType.Float32).ExpandDims(1);

    [Fact]
    public void Fit_knows_how_many_batches_there_are()
    {
        var data = Dataset.From(s_x, s_x).Shuffle(seed: 1).Batch(4).Prefetch();
        Assert.Equal(3, BatchSource.Of(data, null, "Fit", "steps").Count);
        Assert.Null(BatchSource.Of(data.Filter(batch => batch.Count == 4), null, "Fit", "steps").Count);
        Assert.Equal(2, BatchSource.Of([new Batch(s_x), new Batch(s_x)], null, "Fit", "steps").Count);
        var model = Models.TrainingTests.Watched();
        model.Fit(data, epochs: 2, verbose: 0, validationData: data);
        Assert.Equal(6, model.Seen.Count);
        Assert.Equal(s_x.ToArray<float>(), model.Seen[..3].SelectMany(batch => batch).Order());
        Assert.NotEqual(model.Seen[0], model.Seen[3]);
    }

    [Fact]
    public void Batches_without_end_need_a_number_of_steps()
    {
        var data = Dataset.From(s_x, s_x).Repeat().Batch(4);
        Assert.True(data.IsEndless);
        Assert.Null(data.Count);
        var model = Models.TrainingTests.Watched();
        Assert.Contains("stepsPerEpoch", Assert.Throws<ValueException>(() => model.Fit(data, verbose: 0)).Message);
        Assert.Contains("validationSteps", Assert.Throws<ValueException>(() => model.Fit(data.Take(2), verbose: 0, validationData: data)).Message);
        Assert.Contains("steps", Assert.Throws<ValueException>(() => model.Evaluate(data, verbose: 0)).Message);
        model.Fit(data, epochs: 3, stepsPerEpoch: 4, verbose: 0);
        Assert.Equal(12, model.Seen.Count);
        Assert.Equal([6, 7, 8, 9], model.Seen[4]); // an epoch goes on where the last one ended
    }
}

/// <summary>Threads that prefetch: how far ahead, what they throw, how they end.</summary>
public class PrefetchTests
{
    [Fact]
    public void No_more_than_the_buffer_is_made_ahead()
    {
        var made = 0;
        using var pass = Dataset.From(Make).Prefetch(3).GetEnumerator();
        for (var taken = 1; taken <= 20; taken++)
        {
            Assert.True(pass.MoveNext());
            Assert.InRange(Volatile.Read(ref made), taken, taken + 3);
        }

        IEnumerable<int> Make()
        {
            while (true)
            {
                yield return Interlocked.Increment(ref made);
            }
        }
    }

    [Fact]
    public void What_goes_wrong_is_thrown_in_its_place()
    {
        var data = Dataset.Range(9).Map(i => i < 3 ? i : throw new InvalidOperationException("item 3")).Prefetch(5);
        var seen = new List<int>();
        using var pass = data.GetEnumerator();
        var error = Assert.Throws<InvalidOperationException>(() =>
        {
            while (pass.MoveNext())
            {
                seen.Add(pass.Current);
            }
        });
        Assert.Equal("item 3", error.Message);
        Assert.Equal([0, 1, 2], seen);
        Assert.False(pass.MoveNext());
        Assert.Throws<InvalidOperationException>(() => data.ToList()); // the next pass is a new one
    }

    [Fact]
    public void Leaving_ends_the_thread_and_closes_what_it_read()
    {
        var closed = 0;
        Thread? thread = null;
        foreach (var item in Dataset.From(Make).Prefetch(2))
        {
            if (item == 3)
            {
                break;
            }
        }
        Assert.Equal(1, closed);
        Assert.True(thread!.Join(5000));

        IEnumerable<int> Make()
        {
            try
            {
                thread = Thread.CurrentThread;
                for (var i = 0; ; i++)
                {
                    yield return i;
                }
            }
            finally
            {
                closed++;
            }
        }
    }

    [Fact]
    public void A_pass_that_is_forgotten_ends_its_thread()
    {
        var thread = Forget();
        for (var i = 0; i < 200 && thread.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            thread.Join(10);
        }
        Assert.False(thread.IsAlive);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static Thread Forget()
        {
            Thread? thread = null;
            var pass = Dataset.Range(1000).Map(i =>
            {
                thread = Thread.CurrentThread;
                return i;
            }).Prefetch(2).GetEnumerator();
            Assert.True(pass.MoveNext());
            return thread!;
        }
    }

    [Fact]
    public void An_unused_pass_starts_no_thread_and_can_be_disposed_twice()
    {
        var pass = Dataset.Range(3).Prefetch().GetEnumerator();
        pass.Dispose();
        pass.Dispose();
        Assert.False(pass.MoveNext());
    }

    [Fact]
    public async Task A_reader_that_waits_is_released_when_another_thread_leaves()
    {
        using var gate = new ManualResetEventSlim();
        var pass = Dataset.Range(3).Map(i =>
        {
            gate.Wait();
            return i;
        }).Prefetch().GetEnumerator();
        var moved = Task.Run(pass.MoveNext);
        await Task.Delay(50);
        var left = Task.Run(pass.Dispose);
        gate.Set();
        await left.WaitAsync(TimeSpan.FromSeconds(60));
        await moved.WaitAsync(TimeSpan.FromSeconds(60));
    }
}

/// <summary>Orders and random tensors of pipelines repeat, whatever runs ahead.</summary>
[Collection(Alone.Name)]
public class DatasetDeterminism
{
    private static string Run(Func<Dataset<int>, Dataset<int>> last, int disturb)
    {
        SetSeed(11);
        var data = last(Dataset.Range(40).Shuffle().Map(i =>
        {
            Thread.SpinWait(disturb * (i % 3));
            return (int)(1000 * RandomUniform(1).Item()) + (1000 * i);
        }));
        var seen = new List<string>();
        for (var pass = 0; pass < 2; pass++)
        {
            foreach (var item in data)
            {
                seen.Add($"{item} {RandomUniform(1).Item()}"); // as a model with dropout draws between batches
            }
        }
        return string.Join("; ", seen);
    }

    [Fact]
    public void Prefetching_ahead_disturbs_nobody()
    {
        var once = Run(data => data.Prefetch(1), 0);
        Assert.Equal(once, Run(data => data.Prefetch(1), 3000));
        Assert.Equal(once, Run(data => data.Prefetch(16), 100));
        Assert.Equal(Run(data => data, 0), Run(data => data, 100));
    }

    [Fact]
    public void A_seeded_pipeline_takes_nothing_from_the_common_stream()
    {
        SetSeed(2);
        var expected = RandomUniform(3).ToString();
        SetSeed(2);
        Assert.Equal(10, Dataset.Range(10).Shuffle(seed: 1).ToList().Count);
        Assert.Equal(expected, RandomUniform(3).ToString());
        SetSeed(2);
        Assert.Equal(10, Dataset.Range(10).Shuffle().ToList().Count);
        Assert.NotEqual(expected, RandomUniform(3).ToString());
    }

    [Fact]
    public void Training_resumed_at_an_epoch_sees_the_same_batches()
    {
        static List<float[]> Seen(int from, int to, RandomState state)
        {
            var x = Arange(20).Cast(DType.Float32).ExpandDims(1);
            var data = Dataset.From(x, x).Shuffle(seed: 9).Map(pair => (pair.X, pair.Y)).Shuffle(4).Batch(6).Prefetch();
            var model = Models.TrainingTests.Watched();
            model.Predict(x); // draws its weights
            Tensor.RandomState = state;
            model.Fit(data, epochs: to, initialEpoch: from, verbose: 0);
            return model.Seen;
        }

        SetSeed(1);
        var start = Tensor.RandomState;
        var whole = Seen(0, 4, start);
        Assert.Equal(16, whole.Count);
        var head = Seen(0, 2, start);
        var rest = Seen(2, 4, Tensor.RandomState); // as it is read from a file
        Assert.Equal(whole, head.Concat(rest));
    }
}
