using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd.Backends.Ilgpu;

/// <summary>
/// Some matrix products of one size, result = a b, and where their elements lie: matrices in memory, or those of a convolution, which are nowhere as such.
/// All questions but <see cref="Count"/> are for one product, which <see cref="At"/> gives.
/// </summary>
internal interface IProduct<TSelf, T> where TSelf : struct where T : unmanaged, IReal<T>
{
    /// <summary>Products.</summary>
    int Count { get; }

    /// <summary>Elements of all results, which lie side by side. Where the inner axis is cut into parts, each part has results of its own, one behind the other.</summary>
    int Size { get; }

    /// <summary>Where results go.</summary>
    ArrayView<T> Result { get; set; }

    int Rows { get; }

    int Columns { get; }

    int Inner { get; }

    /// <summary>Whether neighbouring elements of a lie along the inner axis.</summary>
    bool RunsInnerA { get; }

    /// <summary>Whether neighbouring elements of b lie along the inner axis.</summary>
    bool RunsInnerB { get; }

    /// <summary>Whether elements of one row of different products lie closer than the rows of one product.</summary>
    bool Interleaved { get; }

    TSelf At(int product, int part);

    T A(int row, int inner);

    T B(int inner, int column);

    /// <summary>The place in the result where a row begins, or -1 for a row that is nowhere.</summary>
    int Start(int row);

    void Store(int place, T value);
}

/// <summary>How the inner axis is cut. It depends on the extents alone, and so does the order of additions.</summary>
internal struct Cut
{
    public int Parts, Run;
}

/// <summary>Matrix products: a thread for each element where matrices are small, else a group for each tile of the result.</summary>
internal static class Products<TProduct, T> where TProduct : struct, IProduct<TProduct, T> where T : unmanaged, IReal<T>
{
    private const int LongestRun = 16384;
    private const int ShortestRun = 256;

    private static readonly Kernel<Action<KernelConfig, TProduct, Cut>> s_single = new(accelerator => accelerator.LoadStreamKernel<TProduct, Cut>(Single));

    /// <summary>result = a b; a long inner axis is cut, unless the result has something in it to be added to.</summary>
    public static void Run(IlgpuBackend backend, TProduct product, Tensor result)
    {
        var cut = CutOf(product);
        if (cut.Parts == 1)
        {
            product.Result = result.On<T>();
            Launch(backend, product, cut);
            return;
        }
        var parts = backend.AllocateTensor(result.DType, [cut.Parts, product.Size]);
        product.Result = parts.On<T>();
        Launch(backend, product, cut);
        Reducing<SumOf<T>, T>.Run(backend, parts, 1, cut.Parts, product.Size, result);
        parts.Dispose();
    }

    /// <summary>In one part, to where the product says.</summary>
    public static void Run(IlgpuBackend backend, TProduct product) => Launch(backend, product, new() { Parts = 1, Run = product.Inner });

    private static Cut CutOf(TProduct product)
    {
        var isTiled = IsTiled(product);
        long items = isTiled ? Tiles(product.Rows, 64) * Tiles(product.Columns, 64) * product.Count : (long)product.Rows * product.Columns * product.Count;
        // Enough to keep a large device busy, and short enough for the sums to be accurate.
        var wanted = Math.Max((isTiled ? 512 : 1 << 17) / Math.Max(items, 1), product.Inner / LongestRun);
        var parts = (int)Math.Min(Math.Min(wanted, product.Inner / ShortestRun), (1L << 26) / Math.Max(product.Size, 1));
        if (parts < 2)
        {
            return new() { Parts = 1, Run = product.Inner };
        }
        var run = ((product.Inner + parts - 1) / parts + 15) / 16 * 16;
        return new() { Parts = (product.Inner + run - 1) / run, Run = run };
    }

    private static long Tiles(int extent, int tile) => ((long)extent + tile - 1) / tile;

    private static bool IsTiled(TProduct product) => product.Rows >= 16 && product.Columns >= 16 && product.Inner >= 8;

    private static void Launch(IlgpuBackend backend, TProduct product, Cut cut)
    {
        if (IsTiled(product) && backend.GroupSize is 16 or IlgpuBackend.LargestGroup)
        {
            if (backend.GroupSize == 16)
            {
                Tiling<TProduct, Block4<T>, Square4, T>.Launch(backend, product, cut);
            }
            else if (Unsafe.SizeOf<T>() == 4 && Tiles(product.Rows, 128) * Tiles(product.Columns, 128) * product.Count * cut.Parts >= backend.Accelerator.NumMultiprocessors)
            {
                Tiling<TProduct, Block8<T>, Square16, T>.Launch(backend, product, cut);
            }
            else
            {
                Tiling<TProduct, Block4<T>, Square16, T>.Launch(backend, product, cut);
            }
            return;
        }
        var single = s_single.On(backend);
        lock (backend.Sync)
        {
            single(backend.For(product.Rows * product.Columns * product.Count * cut.Parts), product, cut);
        }
    }

    private static void Single(TProduct products, Cut cut)
    {
        var n = products.Rows * products.Columns * products.Count * cut.Parts;
        for (var i = Grid.GlobalIndex.X; i < n; i += Group.DimX * Grid.DimX)
        {
            var column = i % products.Columns;
            var rest = i / products.Columns;
            var inside = products.Interleaved ? products.Count : products.Rows;
            var outside = products.Interleaved ? products.Rows : products.Count;
            var second = rest % inside;
            rest /= inside;
            var first = rest % outside;
            var part = rest / outside;
            var row = products.Interleaved ? first : second;
            var product = products.At(products.Interleaved ? second : first, part);
            var sum = T.Zero;
            var end = IntrinsicMath.Min(product.Inner, (part + 1) * cut.Run);
            for (var k = part * cut.Run; k < end; k++)
            {
                sum += product.A(row, k) * product.B(k, column);
            }
            var start = product.Start(row);
            if (start >= 0)
            {
                product.Store(start + column, sum);
            }
        }
    }
}

/// <summary>
/// Tiles of results, a block to a thread. While one slice of the operands is multiplied in shared memory, the next one is on its way to registers.
/// </summary>
internal static class Tiling<TProduct, TBlock, TSquare, T>
    where TProduct : struct, IProduct<TProduct, T>
    where TBlock : struct, IBlock<TBlock, T>
    where TSquare : struct, ISquare
    where T : unmanaged, IReal<T>
{
    /// <summary>Elements between the rows of a slice beyond its width, so that threads that walk down it write to different banks.</summary>
    private const int Padding = 4;

    /// <summary>Elements of two slices: 16 rows of 64, or 8 of 128.</summary>
    private const int SharedElements = 2 * 16 * (64 + Padding);

    private static readonly Kernel<Action<KernelConfig, TProduct, Cut>> s_kernel = new(accelerator => accelerator.LoadStreamKernel<TProduct, Cut>(Tiled));

    private static int Threads => TSquare.Threads * TSquare.Threads;

    private static int Tile => TSquare.Threads * TBlock.Side;

    /// <summary>How much of the inner axis is in shared memory at a time: four elements of each operand to a thread.</summary>
    private static int Depth => 4 * TSquare.Threads / TBlock.Side;

    private static int Width => Tile + Padding;

    public static void Launch(IlgpuBackend backend, TProduct product, Cut cut)
    {
        var across = ((long)product.Columns + Tile - 1) / Tile;
        var tiles = (int)(across * ((product.Rows + Tile - 1) / Tile));
        var kernel = s_kernel.On(backend);
        lock (backend.Sync)
        {
            backend.Bind();
            kernel(new KernelConfig(new Index3D(tiles, Math.Min(product.Count, 65535), cut.Parts), new Index3D(Threads, 1, 1)), product, cut);
        }
    }

    private static void Tiled(TProduct products, Cut cut)
    {
        var sharedA = SharedMemory.Allocate<T>(SharedElements);
        var sharedB = SharedMemory.Allocate<T>(SharedElements);
        var foursA = sharedA.AsAligned16().Cast<Row4<T>>();
        var foursB = sharedB.AsAligned16().Cast<Row4<T>>();
        var thread = Group.IdxX;
        var row = thread / TSquare.Threads;
        var column = thread % TSquare.Threads;
        var across = (products.Columns + Tile - 1) / Tile;
        var firstRow = Grid.IdxX / across * Tile;
        var firstColumn = Grid.IdxX % across * Tile;
        // Neighbouring threads walk along whichever axis of an operand is contiguous; the four elements of a thread are so far apart along the other.
        var innerA = products.RunsInnerA;
        var innerB = products.RunsInnerB;
        var deepA = innerA ? thread % Depth : thread / Tile;
        var deepB = innerB ? thread % Depth : thread / Tile;
        var atA = innerA ? thread / Depth : thread % Tile;
        var atB = innerB ? thread / Depth : thread % Tile;
        var (deeperA, furtherA) = innerA ? (0, Threads / Depth) : (Threads / Tile, 0);
        var (deeperB, furtherB) = innerB ? (0, Threads / Depth) : (Threads / Tile, 0);
        var placeA = (deepA * Width) + atA;
        var placeB = (deepB * Width) + atB;
        var apartA = (deeperA * Width) + furtherA;
        var apartB = (deeperB * Width) + furtherB;
        for (var z = Grid.IdxY; z < products.Count; z += Grid.DimY)
        {
            var product = products.At(z, Grid.IdxZ);
            var end = IntrinsicMath.Min(product.Inner, (Grid.IdxZ + 1) * cut.Run);
            var k = Grid.IdxZ * cut.Run;
            var nextA = FetchA(product, firstRow + atA, furtherA, k + deepA, deeperA, end);
            var nextB = FetchB(product, firstColumn + atB, furtherB, k + deepB, deeperB, end);
            var sums = default(TBlock);
            var slice = 0;
            while (k < end)
            {
                Put(sharedA, slice + placeA, apartA, nextA);
                Put(sharedB, slice + placeB, apartB, nextB);
                // One barrier is enough: whoever writes to a slice next has passed the other slice's barrier, and so has everyone who read this one.
                Group.Barrier();
                k += Depth;
                nextA = FetchA(product, firstRow + atA, furtherA, k + deepA, deeperA, end);
                nextB = FetchB(product, firstColumn + atB, furtherB, k + deepB, deeperB, end);
                for (var deep = 0; deep < Depth; deep++)
                {
                    var four = (slice + (deep * Width)) / 4;
                    sums = sums.Plus(foursA, four + row, foursB, four + column, TSquare.Threads);
                }
                slice = (Depth * Width) - slice;
            }
            sums.Store(product, firstRow + (4 * row), firstColumn + (4 * column), TSquare.Threads);
            Group.Barrier();
        }
    }

    [MethodImpl(AggressiveInlining)]
    private static Row4<T> FetchA(TProduct product, int row, int rowsApart, int inner, int innerApart, int end) => new()
    {
        A = FetchA(product, row, inner, end),
        B = FetchA(product, row + rowsApart, inner + innerApart, end),
        C = FetchA(product, row + (2 * rowsApart), inner + (2 * innerApart), end),
        D = FetchA(product, row + (3 * rowsApart), inner + (3 * innerApart), end),
    };

    [MethodImpl(AggressiveInlining)]
    private static T FetchA(TProduct product, int row, int inner, int end) => row < product.Rows && inner < end ? product.A(row, inner) : T.Zero;

    [MethodImpl(AggressiveInlining)]
    private static Row4<T> FetchB(TProduct product, int column, int columnsApart, int inner, int innerApart, int end) => new()
    {
        A = FetchB(product, column, inner, end),
        B = FetchB(product, column + columnsApart, inner + innerApart, end),
        C = FetchB(product, column + (2 * columnsApart), inner + (2 * innerApart), end),
        D = FetchB(product, column + (3 * columnsApart), inner + (3 * innerApart), end),
    };

    [MethodImpl(AggressiveInlining)]
    private static T FetchB(TProduct product, int column, int inner, int end) => column < product.Columns && inner < end ? product.B(inner, column) : T.Zero;

    [MethodImpl(AggressiveInlining)]
    private static void Put(ArrayView<T> shared, int place, int apart, Row4<T> values)
    {
        shared[place] = values.A;
        shared[place + apart] = values.B;
        shared[place + (2 * apart)] = values.C;
        shared[place + (3 * apart)] = values.D;
    }
}
