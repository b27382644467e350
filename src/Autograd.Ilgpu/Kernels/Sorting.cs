using System.Numerics;
using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd.Backends.Ilgpu;

/// <summary>
/// The positions of the elements of rows in order; of equal ones the first comes first. Short rows are ranked by counting, long ones go through a bitonic network (K. E. Batcher,
/// "Sorting networks and their applications", 1968) of which what spans no more than a block is done in shared memory. All its comparisons point one way, as positions break ties,
/// so what is missing to a power of two needs no padding: it would stay where it is.
/// </summary>
internal static class Sorting<T> where T : unmanaged, IElement<T>
{
    /// <summary>Rows of up to so many elements are ranked.</summary>
    private const int Short = 64;

    private static readonly Kernel<Action<KernelConfig, int, int, int, ArrayView<T>, ArrayView<long>>> s_rank =
        new(accelerator => accelerator.LoadStreamKernel<int, int, int, ArrayView<T>, ArrayView<long>>(Rank));

    private static readonly Kernel<Action<KernelConfig, int, int, int, ArrayView<T>, ArrayView<long>, ArrayView<long>>> s_start =
        new(accelerator => accelerator.LoadStreamKernel<int, int, int, ArrayView<T>, ArrayView<long>, ArrayView<long>>(Start));

    public static void Run(IlgpuBackend backend, Tensor x, bool descending, int rows, int n, Tensor y)
    {
        if (n <= Short)
        {
            var rank = s_rank.On(backend);
            lock (backend.Sync)
            {
                rank(backend.For(y.Size), y.Size, n, descending ? 1 : 0, x.On<T>(), y.On<long>());
            }
            return;
        }
        var orders = backend.AllocateTensor(DType.Int64, [rows, n]);
        var start = s_start.On(backend);
        lock (backend.Sync)
        {
            start(backend.For(y.Size), y.Size, n, descending ? 1 : 0, x.On<T>(), orders.On<long>(), y.On<long>());
        }
        SortingNetwork.Run(backend, orders, rows, n, y);
        orders.Dispose();
    }

    [MethodImpl(AggressiveInlining)]
    private static long OrderOf(T x, int descending) => descending != 0 ? ~Order.Of(x) : Order.Of(x);

    private static void Rank(int size, int n, int descending, ArrayView<T> x, ArrayView<long> y)
    {
        for (var i = Grid.GlobalIndex.X; i < size; i += Group.DimX * Grid.DimX)
        {
            var first = i / n * n;
            var own = OrderOf(x[i], descending);
            var rank = 0;
            for (var k = first; k < first + n; k++)
            {
                var other = OrderOf(x[k], descending);
                rank += other < own || (other == own && k < i) ? 1 : 0;
            }
            y[first + rank] = i - first;
        }
    }

    private static void Start(int size, int n, int descending, ArrayView<T> x, ArrayView<long> orders, ArrayView<long> positions)
    {
        for (var i = Grid.GlobalIndex.X; i < size; i += Group.DimX * Grid.DimX)
        {
            orders[i] = OrderOf(x[i], descending);
            positions[i] = i % n;
        }
    }
}

/// <summary>Rows of pairs, an order and a position, put in order in place.</summary>
internal static class SortingNetwork
{
    /// <summary>Pairs in shared memory at a time.</summary>
    private const int Block = 1024;

    private static readonly Kernel<Action<KernelConfig, int, int, int, int, ArrayView<long>, ArrayView<long>>> s_blocks =
        new(accelerator => accelerator.LoadStreamKernel<int, int, int, int, ArrayView<long>, ArrayView<long>>(Blocks));

    private static readonly Kernel<Action<KernelConfig, int, int, int, int, ArrayView<long>, ArrayView<long>>> s_far =
        new(accelerator => accelerator.LoadStreamKernel<int, int, int, int, ArrayView<long>, ArrayView<long>>(Far));

    public static void Run(IlgpuBackend backend, Tensor orders, int rows, int n, Tensor positions)
    {
        var half = (int)(BitOperations.RoundUpToPowerOf2((uint)n) / 2);
        var blocks = rows * ((n + Block - 1) / Block);
        var (sort, far) = (s_blocks.On(backend), s_far.On(backend));
        lock (backend.Sync)
        {
            sort(backend.Groups(blocks), blocks, n, 1, Math.Min(half, Block / 2), orders.On<long>(), positions.On<long>());
            for (var level = Block; level <= half && level > 0; level *= 2)
            {
                far(backend.For(rows * half), rows * half, n, half, -level, orders.On<long>(), positions.On<long>());
                for (var distance = level / 2; distance >= Block; distance /= 2)
                {
                    far(backend.For(rows * half), rows * half, n, half, distance, orders.On<long>(), positions.On<long>());
                }
                sort(backend.Groups(blocks), blocks, n, Block / 2, Block / 2, orders.On<long>(), positions.On<long>());
            }
        }
    }

    /// <summary>
    /// The places that comparison number c of a row is between. Merging two ordered stretches of a length starts with those that lie alike from the middle (the distance is then given
    /// negative); those at half the distance follow, and so on to neighbours.
    /// </summary>
    [MethodImpl(AggressiveInlining)]
    private static void Ends(int c, int distance, out int low, out long high)
    {
        var length = distance < 0 ? -distance : distance;
        var within = c & (length - 1);
        low = (c - within) + c;
        high = distance < 0 ? (long)low - within + (2L * length) - 1 - within : (long)low + length;
    }

    // One distance, too far for a block.
    private static void Far(int items, int n, int half, int distance, ArrayView<long> orders, ArrayView<long> positions)
    {
        for (var item = Grid.GlobalIndex.X; item < items; item += Group.DimX * Grid.DimX)
        {
            Ends(item % half, distance, out var low, out var high);
            if (high >= n)
            {
                continue;
            }
            var first = item / half * n;
            var (i, k) = (first + low, first + (int)high);
            var (order, other) = (orders[i], orders[k]);
            var (position, there) = (positions[i], positions[k]);
            if (other < order || (other == order && there < position))
            {
                orders[i] = other;
                orders[k] = order;
                positions[i] = there;
                positions[k] = position;
            }
        }
    }

    // Merges stretches of lengths from one to another within blocks. From the largest on, they were merged down to the block already.
    private static void Blocks(int blocks, int n, int from, int to, ArrayView<long> orders, ArrayView<long> positions)
    {
        var sharedOrders = SharedMemory.Allocate<long>(Block);
        var sharedPositions = SharedMemory.Allocate<int>(Block);
        var perRow = (n + Block - 1) / Block;
        for (var block = Grid.IdxX; block < blocks; block += Grid.DimX)
        {
            var begin = block % perRow * Block;
            var first = (block / perRow * n) + begin;
            var count = n - begin < Block ? n - begin : Block;
            for (var i = Group.IdxX; i < count; i += Group.DimX)
            {
                sharedOrders[i] = orders[first + i];
                sharedPositions[i] = (int)positions[first + i];
            }
            Group.Barrier();
            for (var level = from; level <= to; level *= 2)
            {
                for (var distance = level; distance > 0; distance /= 2)
                {
                    var signed = distance == level && from == 1 ? -distance : distance;
                    for (var c = Group.IdxX; c < to; c += Group.DimX)
                    {
                        Ends(c, signed, out var i, out var high);
                        var k = (int)high;
                        if (k < count && (sharedOrders[k] < sharedOrders[i] || (sharedOrders[k] == sharedOrders[i] && sharedPositions[k] < sharedPositions[i])))
                        {
                            (sharedOrders[i], sharedOrders[k]) = (sharedOrders[k], sharedOrders[i]);
                            (sharedPositions[i], sharedPositions[k]) = (sharedPositions[k], sharedPositions[i]);
                        }
                    }
                    Group.Barrier();
                }
            }
            for (var i = Group.IdxX; i < count; i += Group.DimX)
            {
                orders[first + i] = sharedOrders[i];
                positions[first + i] = sharedPositions[i];
            }
            Group.Barrier();
        }
    }
}
