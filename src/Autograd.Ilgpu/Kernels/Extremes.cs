using ILGPU;
using ILGPU.Runtime;

namespace Autograd.Backends.Ilgpu;

/// <summary>
/// y[o, i] = the first k where x[o, k, i] is largest or smallest, NaN before all. Long rows are cut into parts as in <see cref="Reducing{TReducer, T}"/>; the winners of
/// the parts are the candidates of the next round.
/// </summary>
internal static class Extremes<T> where T : unmanaged, IElement<T>
{
    private const int LongestRun = 1024;

    /// <summary>Flags of a launch.</summary>
    private const int Largest = 1;
    private const int HasCandidates = 2;

    private static readonly Kernel<Action<KernelConfig, Rows, int, int, ArrayView<T>, ArrayView<long>, ArrayView<long>>> s_byThread =
        new(accelerator => accelerator.LoadStreamKernel<Rows, int, int, ArrayView<T>, ArrayView<long>, ArrayView<long>>(ByThread));

    private static readonly Kernel<Action<KernelConfig, Rows, int, int, ArrayView<T>, ArrayView<long>, ArrayView<long>>> s_byGroup =
        new(accelerator => accelerator.LoadStreamKernel<Rows, int, int, ArrayView<T>, ArrayView<long>, ArrayView<long>>(ByGroup));

    public static void Run(IlgpuBackend backend, bool largest, Tensor x, int outer, int n, int inner, Tensor y) => Run(backend, largest, x, n, null, outer, n, inner, y);

    private static void Run(IlgpuBackend backend, bool largest, Tensor x, int n, Tensor? candidates, int outer, int count, int inner, Tensor y)
    {
        var byGroup = backend.GroupSize > 1 && inner < 32 && count >= 64;
        var run = byGroup ? 16 * backend.GroupSize : LongestRun;
        var parts = (count + run - 1) / run;
        var rows = new Rows { Items = outer * parts * inner, Extent = count, Inner = inner, Parts = parts, Run = run };
        var flags = (largest ? Largest : 0) | (candidates is null ? 0 : HasCandidates);
        var target = parts == 1 ? y : backend.AllocateTensor(DType.Int64, [outer, parts, inner]);
        var kernel = (byGroup ? s_byGroup : s_byThread).On(backend);
        lock (backend.Sync)
        {
            kernel(byGroup ? backend.Groups(rows.Items) : backend.For(rows.Items), rows, n, flags, x.On<T>(), (candidates ?? y).On<long>(), target.On<long>());
        }
        if (parts > 1)
        {
            Run(backend, largest, x, n, target, outer, parts, inner, y);
            target.Dispose();
        }
    }

    private static void ByThread(Rows rows, int n, int flags, ArrayView<T> x, ArrayView<long> candidates, ArrayView<long> y)
    {
        for (var item = Grid.GlobalIndex.X; item < rows.Items; item += Group.DimX * Grid.DimX)
        {
            Best(rows, item, 0, 1, n, flags, x, candidates, out _, out var at);
            y[item] = at;
        }
    }

    private static void ByGroup(Rows rows, int n, int flags, ArrayView<T> x, ArrayView<long> candidates, ArrayView<long> y)
    {
        var orders = SharedMemory.Allocate<long>(IlgpuBackend.LargestGroup);
        var places = SharedMemory.Allocate<int>(IlgpuBackend.LargestGroup);
        for (var item = Grid.IdxX; item < rows.Items; item += Grid.DimX)
        {
            Best(rows, item, Group.IdxX, Group.DimX, n, flags, x, candidates, out var order, out var at);
            orders[Group.IdxX] = order;
            places[Group.IdxX] = at;
            Group.Barrier();
            for (var half = Group.DimX / 2; half > 0; half /= 2)
            {
                if (Group.IdxX < half)
                {
                    var (other, there) = (orders[Group.IdxX + half], places[Group.IdxX + half]);
                    if (other > orders[Group.IdxX] || (other == orders[Group.IdxX] && there < places[Group.IdxX]))
                    {
                        orders[Group.IdxX] = other;
                        places[Group.IdxX] = there;
                    }
                }
                Group.Barrier();
            }
            if (Group.IdxX == 0)
            {
                y[item] = places[0];
            }
            Group.Barrier();
        }
    }

    // The best of every width-th element of an item from its start-th on; the item's first where there are none.
    private static void Best(Rows rows, int item, int start, int width, int n, int flags, ArrayView<T> x, ArrayView<long> candidates, out long order, out int at)
    {
        // Where the column starts in x, in front of all parts.
        var column = (item / rows.Inner / rows.Parts * n * rows.Inner) + (item % rows.Inner);
        var first = rows.First(item);
        var part = item / rows.Inner % rows.Parts * rows.Run;
        var count = rows.Count(item);
        var (best, place) = (long.MinValue, int.MaxValue);
        for (var k = start < count ? start : 0; k < count; k += width)
        {
            var candidate = (flags & HasCandidates) != 0 ? (int)candidates[first + (k * rows.Inner)] : part + k;
            var element = x[column + (candidate * rows.Inner)];
            var found = (flags & Largest) != 0 ? Order.Of(element) : Order.Reversed(element);
            // Along the way positions only grow.
            if (found > best || place == int.MaxValue)
            {
                (best, place) = (found, candidate);
            }
        }
        (order, at) = (best, place);
    }
}
