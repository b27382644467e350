using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd.Backends.Ilgpu;

/// <summary>One launch of matrix products: c[b] = a[b] b[b], c row-major, operands read in place by strides.</summary>
internal struct Product
{
    public int Batch, M, N, K;
    public int StartA, BatchA, RowA, ColumnA;
    public int StartB, BatchB, RowB, ColumnB;
}

/// <summary>Matrix products: a thread for each element where matrices are small, else tiles in shared memory, 4 x 4 elements to a thread.</summary>
internal static class Products<T> where T : unmanaged, IReal<T>
{
    /// <summary>Rows and columns of a tile of the result.</summary>
    private const int Tile = 64;

    /// <summary>How much of the inner axis is in shared memory at a time.</summary>
    private const int Depth = 16;

    /// <summary>Rows and columns of the result that a thread computes, 16 apart.</summary>
    private const int Each = 4;
    private const int Threads = 16;

    private static readonly Kernel<Action<KernelConfig, Product, ArrayView<T>, ArrayView<T>, ArrayView<T>>> s_single =
        new(accelerator => accelerator.LoadStreamKernel<Product, ArrayView<T>, ArrayView<T>, ArrayView<T>>(Single));

    private static readonly Kernel<Action<KernelConfig, Product, ArrayView<T>, ArrayView<T>, ArrayView<T>>> s_tiled =
        new(accelerator => accelerator.LoadStreamKernel<Product, ArrayView<T>, ArrayView<T>, ArrayView<T>>(Tiled));

    public static void Run(IlgpuBackend backend, in Product product, ArrayView<T> a, ArrayView<T> b, ArrayView<T> c)
    {
        var tiled = backend.GroupSize == Threads * Threads && product.M >= 16 && product.N >= 16 && product.K >= 16;
        if (tiled)
        {
            var tiles = new Index3D((product.N + Tile - 1) / Tile, (product.M + Tile - 1) / Tile, Math.Min(product.Batch, 65535));
            var kernel = s_tiled.On(backend);
            lock (backend.Sync)
            {
                backend.Bind();
                kernel(new KernelConfig(tiles, new Index3D(Threads * Threads, 1, 1)), product, a, b, c);
            }
            return;
        }
        var single = s_single.On(backend);
        lock (backend.Sync)
        {
            single(backend.For(product.Batch * product.M * product.N), product, a, b, c);
        }
    }

    private static void Single(Product p, ArrayView<T> a, ArrayView<T> b, ArrayView<T> c)
    {
        for (var i = Grid.GlobalIndex.X; i < p.Batch * p.M * p.N; i += Group.DimX * Grid.DimX)
        {
            var column = i % p.N;
            var row = i / p.N % p.M;
            var batch = i / p.N / p.M;
            var x = p.StartA + (batch * p.BatchA) + (row * p.RowA);
            var y = p.StartB + (batch * p.BatchB) + (column * p.ColumnB);
            var sum = T.Zero;
            for (var k = 0; k < p.K; k++, x += p.ColumnA, y += p.RowB)
            {
                sum += a[x] * b[y];
            }
            c[i] = sum;
        }
    }

    private static void Tiled(Product p, ArrayView<T> a, ArrayView<T> b, ArrayView<T> c)
    {
        // [Depth, Tile] each, the inner axis first: then the threads of a warp read one element of a and neighbouring ones of b.
        var tileA = SharedMemory.Allocate<T>(Depth * Tile);
        var tileB = SharedMemory.Allocate<T>(Depth * Tile);
        var thread = Group.IdxX;
        var column = thread % Threads;
        var row = thread / Threads;
        var firstRow = Grid.IdxY * Tile;
        var firstColumn = Grid.IdxX * Tile;
        for (var batch = Grid.IdxZ; batch < p.Batch; batch += Grid.DimZ)
        {
            var sums = default(Block4<T>);
            for (var k = 0; k < p.K; k += Depth)
            {
                for (var i = thread; i < Depth * Tile; i += Threads * Threads)
                {
                    // Whichever axis of an operand is contiguous, neighbouring threads walk along it.
                    var deepA = p.ColumnA == 1 ? i % Depth : i / Tile;
                    var atA = p.ColumnA == 1 ? i / Depth : i % Tile;
                    var insideA = firstRow + atA < p.M && k + deepA < p.K;
                    tileA[(deepA * Tile) + atA] = insideA ? a[p.StartA + (batch * p.BatchA) + ((firstRow + atA) * p.RowA) + ((k + deepA) * p.ColumnA)] : T.Zero;
                    var deepB = p.RowB == 1 ? i % Depth : i / Tile;
                    var atB = p.RowB == 1 ? i / Depth : i % Tile;
                    var insideB = firstColumn + atB < p.N && k + deepB < p.K;
                    tileB[(deepB * Tile) + atB] = insideB ? b[p.StartB + (batch * p.BatchB) + ((k + deepB) * p.RowB) + ((firstColumn + atB) * p.ColumnB)] : T.Zero;
                }
                Group.Barrier();
                for (var deep = 0; deep < Depth; deep++)
                {
                    var x = Row4<T>.Load(tileA, (deep * Tile) + row, Threads);
                    var y = Row4<T>.Load(tileB, (deep * Tile) + column, Threads);
                    sums = sums.Plus(x, y);
                }
                Group.Barrier();
            }
            Store(p, c, batch, firstRow + row, firstColumn + column, sums.R0);
            Store(p, c, batch, firstRow + row + Threads, firstColumn + column, sums.R1);
            Store(p, c, batch, firstRow + row + (2 * Threads), firstColumn + column, sums.R2);
            Store(p, c, batch, firstRow + row + (3 * Threads), firstColumn + column, sums.R3);
        }
    }

    private static void Store(Product p, ArrayView<T> c, int batch, int row, int column, Row4<T> values)
    {
        if (row >= p.M)
        {
            return;
        }
        var place = (((batch * p.M) + row) * p.N) + column;
        if (column < p.N)
        {
            c[place] = values.A;
        }
        if (column + Threads < p.N)
        {
            c[place + Threads] = values.B;
        }
        if (column + (2 * Threads) < p.N)
        {
            c[place + (2 * Threads)] = values.C;
        }
        if (column + (3 * Threads) < p.N)
        {
            c[place + (3 * Threads)] = values.D;
        }
    }
}

/// <summary>Four elements in registers; kernels have no arrays.</summary>
internal struct Row4<T> where T : unmanaged, IReal<T>
{
    public T A, B, C, D;

    [MethodImpl(AggressiveInlining)]
    public static Row4<T> Load(ArrayView<T> from, int first, int distance) =>
        new() { A = from[first], B = from[first + distance], C = from[first + (2 * distance)], D = from[first + (3 * distance)] };

    [MethodImpl(AggressiveInlining)]
    public readonly Row4<T> Plus(T x, Row4<T> y) => new() { A = A + (x * y.A), B = B + (x * y.B), C = C + (x * y.C), D = D + (x * y.D) };
}

/// <summary>4 x 4 sums in registers.</summary>
internal struct Block4<T> where T : unmanaged, IReal<T>
{
    public Row4<T> R0, R1, R2, R3;

    [MethodImpl(AggressiveInlining)]
    public readonly Block4<T> Plus(Row4<T> x, Row4<T> y) => new() { R0 = R0.Plus(x.A, y), R1 = R1.Plus(x.B, y), R2 = R2.Plus(x.C, y), R3 = R3.Plus(x.D, y) };
}
