using Autograd.Backends;
using Autograd.Tests.Tape;
using static Autograd.Tensor;

namespace Autograd.Tests.Faults;

/// <summary>A request for more memory than there is ends in an exception, not in the end of the process.</summary>
[Collection(Alone.Name)]
public class Memory
{
    private static readonly Dictionary<string, Func<Tensor>> Requests = new()
    {
        ["zeros"] = () => Zeros([Array.MaxLength], DType.Float64),
        ["full int64"] = () => Full([1 << 15, 1 << 15], 1, DType.Int64),
        ["random"] = () => RandomNormal([1 << 30]),
        ["broadcast sum"] = () => Ones([1 << 15, 1]) + Ones([1 << 15]),
        ["outer product"] = () => MatMul(Ones([1 << 15, 1]), Ones([1, 1 << 15])),
        ["copy of a view"] = () => Ones([1]).BroadcastTo([1 << 30]).Cast(DType.Float64),
        ["tile"] = () => Ones([1 << 10]).Tile(1 << 20),
        ["pad"] = () => Ones([1]).Pad([(1 << 30, 0)]),
        ["one hot"] = () => OneHot(Zeros([1 << 15], DType.Int64), 1 << 15),
        ["identity"] = () => Eye(1 << 15),
        ["range"] = () => Arange(0, 1 << 30),
        ["linspace"] = () => Linspace(0, 1, 1 << 30),
        ["concat"] = () => Concat([Ones([1]).BroadcastTo([1 << 29]), Ones([1]).BroadcastTo([1 << 29])]),
        ["variable"] = () => new Variable(Ones([1]).BroadcastTo([1 << 30])),
    };

    public static TheoryData<string> RequestNames => [.. Requests.Keys];

    [Theory]
    [MemberData(nameof(RequestNames))]
    public void More_than_is_left_is_refused_and_the_next_operation_works(string name)
    {
        // As if others held all but a little of the machine's memory.
        var held = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes - (500 << 20);
        MemoryBudget.Return(-held, canReuse: false);
        try
        {
            using var tape = new GradientTape();
            var x = Ones([3]);
            tape.Watch(x);
            var before = tape.ToString();
            var error = Assert.Throws<TensorMemoryException>(() => Requests[name]());
            Assert.Contains("bytes", error.Message, StringComparison.Ordinal);
            Assert.Equal(before, tape.ToString());
            Assert.Equal([2f, 2f, 2f], tape.Gradient(x * x, x)!.ToArray<float>());
        }
        finally
        {
            MemoryBudget.Return(held, canReuse: false);
        }
    }

    [Fact]
    public void Dead_tensors_make_room()
    {
        var held = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes - (500 << 20);
        MemoryBudget.CollectAll();
        MemoryBudget.Return(-held, canReuse: false);
        try
        {
            for (var i = 0; i < 3; i++)
            {
                Assert.Equal(1, Last());
            }
        }
        finally
        {
            MemoryBudget.Return(held, canReuse: false);
        }

        // 300 MB, of which nothing is left.
        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static double Last() => Ones([75 << 20])[^1].Item();
    }

    [Fact]
    public void Refused_requests_are_not_counted_as_memory_in_use()
    {
        var held = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes - (500 << 20);
        MemoryBudget.Return(-held, canReuse: false);
        try
        {
            for (var i = 0; i < 100; i++)
            {
                Assert.Throws<TensorMemoryException>(() => Zeros([1 << 28]));
            }
            Assert.Equal(1, Ones([1 << 20]).Max().Item());
        }
        finally
        {
            MemoryBudget.Return(held, canReuse: false);
        }
    }

    [Fact]
    public void The_largest_arrays_have_room_for_all_elements()
    {
        foreach (var count in (int[])[Array.MaxLength, Array.MaxLength - 1, Array.MaxLength - 63, Array.MaxLength - 64, 1 << 30, (1 << 30) + 1])
        {
            Assert.InRange(PooledArray<bool>.SizeClassOf(count).Capacity, count, Array.MaxLength);
            Assert.InRange(PooledArray<double>.SizeClassOf(count).Capacity, count, Array.MaxLength);
        }
    }

    [Fact]
    public void Sizes_out_of_use_leave_the_pool_to_those_in_use()
    {
        var cpu = Device.Cpu.Backend;
        Tensor[] large = [.. Enumerable.Range(0, 12).Select(_ => Tensor.Allocate(DType.Bool, 50 << 20, cpu))];
        foreach (var x in large)
        {
            x.Dispose();
        }
        for (var i = 0; i < 20; i++)
        {
            var x = Tensor.Allocate(DType.Float64, 123_456, cpu);
            var memory = x.Buffer;
            x.Dispose();
            Assert.Same(memory, Tensor.Allocate(DType.Float64, 123_456, cpu).Buffer);
        }
    }
}
