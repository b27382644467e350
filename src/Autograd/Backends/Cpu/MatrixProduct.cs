using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd.Backends.Cpu;

/// <summary>c = a b, where c is row-major and a and b have any strides; for the widest vectors the machine has.</summary>
internal static unsafe class MatrixProduct
{
    public static void Run<E>(in MatrixOperands<E> operands) where E : unmanaged
    {
        if (Vector512.IsHardwareAccelerated)
        {
            MatrixProduct<V512<E>, E>.Run(operands);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            MatrixProduct<V256<E>, E>.Run(operands);
        }
        else
        {
            MatrixProduct<V128<E>, E>.Run(operands);
        }
    }
}

/// <summary>One product: m x k times k x n. Element (i, p) of a lies at a[i * RowA + p * ColumnA], and so for b.</summary>
internal readonly unsafe struct MatrixOperands<E>(E* a, nint rowA, nint columnA, E* b, nint rowB, nint columnB, E* c, int m, int n, int k) where E : unmanaged
{
    public readonly E* A = a;
    public readonly E* B = b;
    public readonly E* C = c;
    public readonly nint RowA = rowA;
    public readonly nint ColumnA = columnA;
    public readonly nint RowB = rowB;
    public readonly nint ColumnB = columnB;
    public readonly nint RowC = n;
    public readonly int M = m;
    public readonly int N = n;
    public readonly int K = k;
}

/// <summary>
/// The method of Goto and van de Geijn (2008): a tile of c stays in registers while a column of a and a row of b stream past it; for large products b and a
/// are first packed into panels in that order, in blocks that fit the caches. Small products read a and, where its rows are contiguous, b in place.
/// </summary>
/// <remarks>
/// Blocks along k depend on k alone, and each element of c is summed in order of k within them. So neither the tile, nor the number of threads, nor the layout of
/// the operands changes a bit of the result.
/// </remarks>
[SkipLocalsInit]
internal static unsafe class MatrixProduct<V, E> where V : struct, IVector<V, E> where E : unmanaged
{
    /// <summary>Rows of b that are multiplied while a panel of it stays in the first-level cache.</summary>
    private const int BlockK = 512;

    /// <summary>Rows of a that are packed at a time, to stay in the second-level cache.</summary>
    private const int BlockM = 224;

    private const int BlockN = 4096;

    /// <summary>Products up to this many multiplications gain nothing from packing.</summary>
    private const long SmallWork = 64L * 64 * 64 * 8;

    /// <summary>Products from this many multiplications on are worth a second thread.</summary>
    private const long ParallelWork = 96L * 96 * 96;

    [ThreadStatic]
    private static Scratch? t_packedA;

    [ThreadStatic]
    private static Scratch? t_packedB;

    private static int PanelWidth => 2 * V.Count;

    public static void Run(in MatrixOperands<E> x)
    {
        var work = (long)x.M * x.N * x.K;
        if (work > SmallWork || x.K > BlockK)
        {
            RunLarge(x);
        }
        else if (work < ParallelWork || Workers.Count == 1)
        {
            RunSmall(x, 0, x.M, 0, x.N);
        }
        else
        {
            new SmallJob(x).Run();
        }
    }

    // ---- small: operands in place ----

    private sealed class SmallJob(MatrixOperands<E> x) : Job
    {
        // Where b must be packed, splitting columns packs each panel once.
        private readonly bool _byColumns = x.N > x.M || (x.ColumnB != 1 && x.N >= 4 * PanelWidth);

        protected override int Chunks => Math.Clamp(_byColumns ? x.N / PanelWidth : x.M / V.TileRows, 1, 4);

        protected override void Run(int chunk)
        {
            if (_byColumns)
            {
                var panels = (x.N + PanelWidth - 1) / PanelWidth;
                RunSmall(x, 0, x.M, panels * chunk / Chunks * PanelWidth, Math.Min(panels * (chunk + 1) / Chunks * PanelWidth, x.N));
            }
            else
            {
                RunSmall(x, x.M * chunk / Chunks, x.M * (chunk + 1) / Chunks, 0, x.N);
            }
        }
    }

    private static void RunSmall(in MatrixOperands<E> x, int firstRow, int endRow, int firstColumn, int endColumn)
    {
        for (var j = firstColumn; j < endColumn; j += PanelWidth)
        {
            var columns = Math.Min(PanelWidth, endColumn - j);
            var width = columns > V.Count ? PanelWidth : V.Count;
            var b = x.B + (j * x.ColumnB);
            var rowB = x.RowB;
            if (x.ColumnB != 1 || columns != width)
            {
                var panel = Scratch.Of(ref t_packedB, (long)x.K * width * sizeof(E));
                Pack(b, x.RowB, x.ColumnB, x.K, columns, (E*)panel, width);
                b = (E*)panel;
                rowB = width;
            }
            MultiplyPanel(x.A + (firstRow * x.RowA), x.RowA, x.ColumnA, default, b, rowB, width, x.C + (firstRow * x.RowC) + j, x.RowC, endRow - firstRow, columns, x.K, false);
        }
    }

    /// <summary>Rows of c against one panel of b, in tiles of nearly equal height. Packed, the tiles of a follow each other with all their k columns.</summary>
    internal static void MultiplyPanel(
        E* a, nint rowA, nint columnA, bool packed, E* b, nint rowB, int width, E* c, nint rowC, int rows, int columns, int k, bool add)
    {
        var kernels = width == PanelWidth ? Tiles<V, E>.Wide : Tiles<V, E>.Narrow;
        var tiles = (rows + V.TileRows - 1) / V.TileRows;
        var edge = stackalloc E[14 * 32];
        for (var tile = 0; tile < tiles; tile++)
        {
            var height = (rows / tiles) + (tile < rows % tiles ? 1 : 0);
            if (packed)
            {
                (rowA, columnA) = (1, height);
            }
            if (columns == width)
            {
                kernels[height].Run(k, a, rowA, columnA, b, rowB, c, rowC, add);
            }
            else
            {
                // The last columns: a whole tile beside c, of which the part that exists is taken over.
                kernels[height].Run(k, a, rowA, columnA, b, rowB, edge, width, false);
                TakeOver(edge, width, c, rowC, height, columns, add);
            }
            a += packed ? (nint)height * k : height * rowA;
            c += height * rowC;
        }
    }

    internal static void TakeOver(E* tile, nint width, E* c, nint rowC, int rows, int columns, bool add)
    {
        var padded = stackalloc E[32];
        for (; rows > 0; rows--, tile += width, c += rowC)
        {
            if (add)
            {
                new Span<E>(c, columns).CopyTo(new Span<E>(padded, 32));
                for (var i = 0; i < width; i += V.Count)
                {
                    V.Store(V.Add(V.Load(padded + i), V.Load(tile + i)), tile + i);
                }
            }
            if (columns <= 4)
            {
                for (var i = 0; i < columns; i++)
                {
                    c[i] = tile[i];
                }
            }
            else
            {
                new Span<E>(tile, columns).CopyTo(new Span<E>(c, columns));
            }
        }
    }

    // ---- large: both operands packed ----

    private static void RunLarge(in MatrixOperands<E> x)
    {
        // Written so that extents near 2^31 do not overflow.
        var blocksK = ((x.K - 1) / BlockK) + 1;
        var blockK = ((x.K - 1) / blocksK) + 1;
        for (int j = 0, columns; j < x.N; j += columns)
        {
            columns = Math.Min(BlockN, x.N - j);
            for (int p = 0, k; p < x.K; p += k)
            {
                k = Math.Min(blockK, x.K - p);
                var packed = (E*)Scratch.Of(ref t_packedB, (long)k * (columns + PanelWidth) * sizeof(E));
                new PackJob(x, packed, j, columns, p, k).Run();
                new BlockJob(x, packed, j, columns, p, k).Run();
            }
        }
    }

    /// <summary>Packs the panels of a block of b.</summary>
    private sealed class PackJob(MatrixOperands<E> x, E* packed, int firstColumn, int columns, int firstK, int k) : Job
    {
        private readonly int _panels = (columns + PanelWidth - 1) / PanelWidth;

        protected override int Chunks => Math.Min(_panels, 8);

        protected override void Run(int chunk)
        {
            for (var panel = _panels * chunk / Chunks; panel < _panels * (chunk + 1) / Chunks; panel++)
            {
                var j = panel * PanelWidth;
                Pack(
                    x.B + (firstK * x.RowB) + ((firstColumn + j) * x.ColumnB), x.RowB, x.ColumnB, k, Math.Min(PanelWidth, columns - j),
                    packed + ((nint)j * k), PanelWidth);
            }
        }
    }

    /// <summary>Packs blocks of rows of a and multiplies them with the packed block of b.</summary>
    private sealed class BlockJob(MatrixOperands<E> x, E* packed, int firstColumn, int columns, int firstK, int k) : Job
    {
        protected override int Chunks { get; } = Math.Max(((x.M - 1) / BlockM) + 1, Math.Min(4, x.M / V.TileRows));

        protected override void Run(int chunk)
        {
            var first = (int)((long)x.M * chunk / Chunks);
            var rows = (int)((long)x.M * (chunk + 1) / Chunks) - first;
            var a = (E*)Scratch.Of(ref t_packedA, (long)k * (rows + V.TileRows) * sizeof(E));
            var tiles = (rows + V.TileRows - 1) / V.TileRows;
            var row = 0;
            for (var tile = 0; tile < tiles; tile++)
            {
                var height = (rows / tiles) + (tile < rows % tiles ? 1 : 0);
                Pack(x.A + ((first + row) * x.RowA) + (firstK * x.ColumnA), x.ColumnA, x.RowA, k, height, a + ((nint)row * k), height);
                row += height;
            }
            for (var j = 0; j < columns; j += PanelWidth)
            {
                MultiplyPanel(
                    a, 1, 1, true, packed + ((nint)j * k), PanelWidth, PanelWidth,
                    x.C + (first * x.RowC) + firstColumn + j, x.RowC, rows, Math.Min(PanelWidth, columns - j), k, add: firstK > 0);
            }
        }
    }

    // ---- packing ----

    /// <summary>panel[p * width + i] = x[p * strideP + i * strideI] for i &lt; count, 0 up to the width.</summary>
    internal static void Pack(E* x, nint strideP, nint strideI, int k, int count, E* panel, int width)
    {
        if (strideI == 1)
        {
            PackRows(x, strideP, k, count, panel, width);
        }
        else if (strideP == 1 && sizeof(E) == 4)
        {
            PackTransposed((float*)x, strideI, k, count, (float*)panel, width);
        }
        else
        {
            for (nint p = 0; p < k; p++, x += strideP, panel += width)
            {
                for (nint i = 0; i < count; i++)
                {
                    panel[i] = x[i * strideI];
                }
                new Span<E>(panel + count, width - count).Clear();
            }
        }
    }

    [MethodImpl(AggressiveOptimization)]
    private static void PackRows(E* x, nint stride, int k, int count, E* panel, int width)
    {
        if (count == PanelWidth && width == PanelWidth)
        {
            for (; k > 0; k--, x += stride, panel += width)
            {
                V.Store(V.Load(x), panel);
                V.Store(V.Load(x + V.Count), panel + V.Count);
            }
            return;
        }
        for (; k > 0; k--, x += stride, panel += width)
        {
            for (nint i = 0; i < count; i++)
            {
                panel[i] = x[i];
            }
            for (nint i = count; i < width; i++)
            {
                panel[i] = default;
            }
        }
    }

    // Blocks of 4 x 4 turned in registers.
    [MethodImpl(AggressiveOptimization)]
    private static void PackTransposed(float* x, nint stride, int k, int count, float* panel, int width)
    {
        var i = 0;
        if (Sse.IsSupported)
        {
            for (; i <= count - 4; i += 4)
            {
                var row = x + (i * stride);
                nint p = 0;
                for (; p <= k - 4; p += 4)
                {
                    var r0 = Vector128.Load(row + p);
                    var r1 = Vector128.Load(row + stride + p);
                    var r2 = Vector128.Load(row + (2 * stride) + p);
                    var r3 = Vector128.Load(row + (3 * stride) + p);
                    var low01 = Sse.UnpackLow(r0, r1);
                    var low23 = Sse.UnpackLow(r2, r3);
                    var high01 = Sse.UnpackHigh(r0, r1);
                    var high23 = Sse.UnpackHigh(r2, r3);
                    var to = panel + (p * width) + i;
                    Sse.MoveLowToHigh(low01, low23).Store(to);
                    Sse.MoveHighToLow(low23, low01).Store(to + width);
                    Sse.MoveLowToHigh(high01, high23).Store(to + (2 * width));
                    Sse.MoveHighToLow(high23, high01).Store(to + (3 * width));
                }
                for (; p < k; p++)
                {
                    for (var r = 0; r < 4; r++)
                    {
                        panel[(p * width) + i + r] = row[(r * stride) + p];
                    }
                }
            }
        }
        for (; i < width; i++)
        {
            for (nint p = 0; p < k; p++)
            {
                panel[(p * width) + i] = i < count ? x[(i * stride) + p] : 0;
            }
        }
    }
}

/// <summary>A thread's own working memory, which grows and stays. Not re-entrant.</summary>
internal sealed unsafe class Scratch
{
    private const int Alignment = 64;

    private byte[] _bytes = [];

    public static byte* Of(ref Scratch? scratch, long bytes)
    {
        scratch ??= new Scratch();
        if (scratch._bytes.Length < bytes + Alignment)
        {
            scratch._bytes = GC.AllocateUninitializedArray<byte>(checked((int)(bytes + (bytes / 2) + 4096)), pinned: true);
        }
        var address = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(scratch._bytes));
        return (byte*)((address + (Alignment - 1)) & ~(nuint)(Alignment - 1));
    }
}
