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
/// <param name="a">Where a begins.</param>
/// <param name="rowA">From one row of a to the next.</param>
/// <param name="columnA">From one column of a to the next.</param>
/// <param name="b">Where b begins.</param>
/// <param name="rowB">From one row of b to the next.</param>
/// <param name="columnB">From one column of b to the next.</param>
/// <param name="c">Where the result begins.</param>
/// <param name="m">Rows of the result.</param>
/// <param name="n">Columns of the result.</param>
/// <param name="k">Columns of a.</param>
/// <param name="bias">What is added to each row of the result, or null.</param>
internal readonly unsafe struct MatrixOperands<E>(E* a, nint rowA, nint columnA, E* b, nint rowB, nint columnB, E* c, int m, int n, int k, E* bias = null) where E : unmanaged
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
    public readonly E* Bias = bias;

    /// <summary>The bias of the columns from one on, if these are the last products of their sums.</summary>
    public E* BiasFrom(int column, int firstK, int k) => Bias is null || firstK + k < K ? null : Bias + column;

    /// <summary>The same product as that of the transposes, for a result of one row or column and without its bias.</summary>
    public MatrixOperands<E> Transposed() => new(B, ColumnB, RowB, A, ColumnA, RowA, C, N, M, K);
}

/// <summary>
/// The method of Goto and van de Geijn (2008): a tile of c stays in registers while a column of a and a row of b stream past it. Where either operand stays in
/// the second-level cache, both are read in place, and only a panel of b whose columns are contiguous, or too few for a register, is packed before it is met.
/// For larger products b and a are packed into panels in the order of use, in blocks that fit the caches.
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

    /// <summary>Bytes of an operand's block that stay near enough to be read in place again and again; packing it would gain nothing.</summary>
    private const long Nearby = 640 << 10;

    /// <summary>Chunks of a job where they need not be small: a few for each of a few threads.</summary>
    private const int FewChunks = 8;

    /// <summary>Products from this many multiplications on are worth a second thread.</summary>
    private const long ParallelWork = 96L * 96 * 96;

    [ThreadStatic]
    private static Scratch? t_packedA;

    [ThreadStatic]
    private static Scratch? t_packedB;

    private static int PanelWidth => 2 * V.Count;

    /// <summary>Columns of a panel, filled up to one or two registers.</summary>
    private static int Padded(int columns) => columns > V.Count ? PanelWidth : V.Count;

    public static void Run(in MatrixOperands<E> x)
    {
        if (x.N == 1 && x.M > 1)
        {
            // A column of results lies in memory like a row, and lanes are columns.
            Run(x.Transposed());
            AddBias(x.C, 1, x.M, 1, x.Bias);
            return;
        }
        // Written so that extents near 2^31 do not overflow.
        var blocksK = ((x.K - 1) / BlockK) + 1;
        var blockK = ((x.K - 1) / blocksK) + 1;
        var (a, b) = ((long)x.M * blockK * sizeof(E), (long)blockK * x.N * sizeof(E));
        if (Math.Min(a, b) > Nearby)
        {
            RunPacked(x, blockK);
            return;
        }
        for (int p = 0, k; p < x.K; p += k)
        {
            k = Math.Min(blockK, x.K - p);
            if ((long)x.M * x.N * k < ParallelWork || Workers.Count == 1)
            {
                MultiplyColumns(x, 0, x.M, 0, x.N, p, k);
            }
            else
            {
                // Where b must be packed, splitting columns packs each panel once.
                var byColumns = a <= Nearby && (b > Nearby || x.N > x.M || (x.ColumnB != 1 && x.N >= 4 * PanelWidth));
                new InPlaceJob(x, byColumns, p, k).Run();
            }
        }
    }

    // ---- operands in place ----

    private sealed class InPlaceJob(MatrixOperands<E> x, bool byColumns, int firstK, int k) : Job
    {
        private readonly int _panels = ((x.N - 1) / PanelWidth) + 1;

        protected override int Chunks { get; } = byColumns
            ? Math.Min(((x.N - 1) / PanelWidth) + 1, FewChunks)
            : (int)Math.Clamp(x.M / V.TileRows, 1, Math.Max(FewChunks, (long)x.M * k * sizeof(E) / Nearby));

        protected override void Run(int chunk)
        {
            if (byColumns)
            {
                var end = (long)_panels * (chunk + 1) / Chunks * PanelWidth;
                MultiplyColumns(x, 0, x.M, (int)((long)_panels * chunk / Chunks * PanelWidth), (int)Math.Min(end, x.N), firstK, k);
            }
            else
            {
                var first = (int)((long)x.M * chunk / Chunks);
                MultiplyColumns(x, first, (int)((long)x.M * (chunk + 1) / Chunks) - first, 0, x.N, firstK, k);
            }
        }
    }

    /// <summary>Rows of a against columns of b, which is read in place where its rows are contiguous and fill whole registers, else packed a panel at a time.</summary>
    private static void MultiplyColumns(in MatrixOperands<E> x, int firstRow, int rows, int firstColumn, int endColumn, int firstK, int k)
    {
        var a = x.A + (firstRow * x.RowA) + (firstK * x.ColumnA);
        var c = x.C + (firstRow * x.RowC);
        for (int j = firstColumn, columns; j < endColumn; j += columns)
        {
            columns = Math.Min(PanelWidth, endColumn - j);
            var width = Padded(columns);
            var b = x.B + (firstK * x.RowB) + (j * x.ColumnB);
            var rowB = x.RowB;
            if (rows == 1 && x.ColumnB == 1 && endColumn - j >= 4 * V.Count)
            {
                columns = 4 * V.Count;
                MultiplyRow(a, x.ColumnA, b, rowB, k, c + j, add: firstK > 0);
                AddBias(c + j, 0, 1, columns, x.BiasFrom(j, firstK, k));
                continue;
            }
            if (rows == 1 && rowB == 1 && x.ColumnB != 1 && V.Interleaves)
            {
                MultiplyRowTurned(a, x.ColumnA, b, x.ColumnB, k, columns, c + j, add: firstK > 0);
                AddBias(c + j, 0, 1, columns, x.BiasFrom(j, firstK, k));
                continue;
            }
            if (x.ColumnB != 1 || columns != width)
            {
                var panel = Scratch.Of(ref t_packedB, (long)k * width * sizeof(E));
                Pack(b, x.RowB, x.ColumnB, k, columns, (E*)panel, width);
                b = (E*)panel;
                rowB = width;
            }
            MultiplyPanel(a, x.RowA, x.ColumnA, false, b, rowB, width, c + j, x.RowC, rows, columns, k, add: firstK > 0, x.BiasFrom(j, firstK, k));
        }
    }

    /// <summary>One row against four registers of columns: with two, each sum would wait for itself.</summary>
    [MethodImpl(AggressiveOptimization)]
    private static void MultiplyRow(E* a, nint columnA, E* b, nint rowB, int k, E* c, bool add)
    {
        V s0 = default, s1 = default, s2 = default, s3 = default;
        for (; k > 0; k--, a += columnA, b += rowB)
        {
            var x = V.Broadcast(*a);
            s0 = V.MultiplyAdd(x, V.Load(b), s0);
            s1 = V.MultiplyAdd(x, V.Load(b + V.Count), s1);
            s2 = V.MultiplyAdd(x, V.Load(b + (2 * V.Count)), s2);
            s3 = V.MultiplyAdd(x, V.Load(b + (3 * V.Count)), s3);
        }
        V.Store(add ? V.Add(V.Load(c), s0) : s0, c);
        V.Store(add ? V.Add(V.Load(c + V.Count), s1) : s1, c + V.Count);
        V.Store(add ? V.Add(V.Load(c + (2 * V.Count)), s2) : s2, c + (2 * V.Count));
        V.Store(add ? V.Add(V.Load(c + (3 * V.Count)), s3) : s3, c + (3 * V.Count));
    }

    /// <summary>One row against up to a panel of columns that are contiguous themselves, turned in registers as in <see cref="PackTransposed"/>.</summary>
    [MethodImpl(AggressiveOptimization)]
    private static void MultiplyRowTurned(E* a, nint columnA, E* b, nint columnB, int k, int columns, E* c, bool add)
    {
        var rows = stackalloc E*[32];
        for (var r = 0; r < PanelWidth; r++)
        {
            rows[r] = b + (Math.Min(r, columns - 1) * columnB);
        }
        var next = rows + V.Count;
        V s0 = default, s1 = default;
        nint p = 0;
        if (sizeof(E) == 4)
        {
            for (; p <= k - 4; p += 4, a += 4 * columnA)
            {
                Fetch(rows + (p % 16 * 2), p);
                V x0 = V.Broadcast(a[0]), x1 = V.Broadcast(a[columnA]), x2 = V.Broadcast(a[2 * columnA]), x3 = V.Broadcast(a[3 * columnA]);
                Turn(rows, p, out var r0, out var r1, out var r2, out var r3);
                s0 = V.MultiplyAdd(x3, r3, V.MultiplyAdd(x2, r2, V.MultiplyAdd(x1, r1, V.MultiplyAdd(x0, r0, s0))));
                Turn(next, p, out r0, out r1, out r2, out r3);
                s1 = V.MultiplyAdd(x3, r3, V.MultiplyAdd(x2, r2, V.MultiplyAdd(x1, r1, V.MultiplyAdd(x0, r0, s1))));
            }
        }
        else
        {
            for (; p <= k - 2; p += 2, a += 2 * columnA)
            {
                Fetch(rows + (p % 8 * 2), p);
                V x0 = V.Broadcast(a[0]), x1 = V.Broadcast(a[columnA]);
                Turn(rows, p, out var r0, out var r1);
                s0 = V.MultiplyAdd(x1, r1, V.MultiplyAdd(x0, r0, s0));
                Turn(next, p, out r0, out r1);
                s1 = V.MultiplyAdd(x1, r1, V.MultiplyAdd(x0, r0, s1));
            }
        }
        var lanes = stackalloc E[32];
        for (; p < k; p++, a += columnA)
        {
            for (var r = 0; r < PanelWidth; r++)
            {
                lanes[r] = rows[r][p];
            }
            var x = V.Broadcast(*a);
            s0 = V.MultiplyAdd(x, V.Load(lanes), s0);
            s1 = V.MultiplyAdd(x, V.Load(lanes + V.Count), s1);
        }
        V.Store(s0, lanes);
        V.Store(s1, lanes + V.Count);
        TakeOver(lanes, PanelWidth, c, 0, 1, columns, add);
    }

    /// <summary>Rows of c against one panel of b, in tiles of nearly equal height. Packed, the tiles of a follow each other with all their k columns.</summary>
    internal static void MultiplyPanel(
        E* a, nint rowA, nint columnA, bool packed, E* b, nint rowB, int width, E* c, nint rowC, int rows, int columns, int k, bool add, E* bias = null)
    {
        var kernels = width == PanelWidth ? Tiles<V, E>.Wide : Tiles<V, E>.Narrow;
        var tiles = (rows + V.TileRows - 1) / V.TileRows;
        var edge = stackalloc E[14 * 32];
        // Where rows of c lie one behind the other, what one tile writes too much belongs to the next, which puts it right; only the last must keep to itself.
        var spills = !add && rowC == columns && rows / tiles * columns >= width - columns;
        for (var tile = 0; tile < tiles; tile++)
        {
            var height = (rows / tiles) + (tile < rows % tiles ? 1 : 0);
            if (packed)
            {
                (rowA, columnA) = (1, height);
            }
            if (columns == width || (spills && tile < tiles - 1))
            {
                kernels[height].Run(k, a, rowA, columnA, b, rowB, c, rowC, add);
            }
            else
            {
                // The last columns: a whole tile beside c, of which the part that exists is taken over.
                kernels[height].Run(k, a, rowA, columnA, b, rowB, edge, width, false);
                TakeOver(edge, width, c, rowC, height, columns, add);
            }
            AddBias(c, rowC, height, columns, bias);
            a += packed ? (nint)height * k : height * rowA;
            c += height * rowC;
        }
    }

    /// <summary>Adds the bias, if there is one, to rows of c that are still in the cache.</summary>
    internal static void AddBias(E* c, nint rowC, int rows, int columns, E* bias)
    {
        if (bias is not null)
        {
            for (; rows > 0; rows--, c += rowC)
            {
                var i = 0;
                for (; i <= columns - V.Count; i += V.Count)
                {
                    V.Store(V.Add(V.Load(c + i), V.Load(bias + i)), c + i);
                }
                if (i < columns)
                {
                    V.StoreFirst(V.Add(V.LoadFirst(c + i, columns - i), V.LoadFirst(bias + i, columns - i)), c + i, columns - i);
                }
            }
        }
    }

    /// <summary>c = (or +=) the first columns of a tile.</summary>
    internal static void TakeOver(E* tile, nint width, E* c, nint rowC, int rows, int columns, bool add)
    {
        for (; rows > 0; rows--, tile += width, c += rowC)
        {
            var i = 0;
            for (; i <= columns - V.Count; i += V.Count)
            {
                var sum = V.Load(tile + i);
                V.Store(add ? V.Add(V.Load(c + i), sum) : sum, c + i);
            }
            if (i < columns)
            {
                var sum = V.Load(tile + i);
                V.StoreFirst(add ? V.Add(V.LoadFirst(c + i, columns - i), sum) : sum, c + i, columns - i);
            }
        }
    }

    // ---- both operands packed ----

    private static void RunPacked(in MatrixOperands<E> x, int blockK)
    {
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
                var width = Math.Min(PanelWidth, columns - j);
                Pack(x.B + (firstK * x.RowB) + ((firstColumn + j) * x.ColumnB), x.RowB, x.ColumnB, k, width, packed + ((nint)j * k), Padded(width));
            }
        }
    }

    /// <summary>Packs blocks of rows of a and multiplies them with the packed block of b.</summary>
    private sealed class BlockJob(MatrixOperands<E> x, E* packed, int firstColumn, int columns, int firstK, int k) : Job
    {
        // A multiple of four, so that two or four threads end together.
        protected override int Chunks { get; } = (int)Math.Min(((((x.M - 1L) / BlockM) + 4) / 4) * 4, Math.Max(1, x.M / V.TileRows));

        protected override void Run(int chunk)
        {
            var first = (int)((long)x.M * chunk / Chunks);
            var rows = (int)((long)x.M * (chunk + 1) / Chunks) - first;
            var a = (E*)Scratch.Of(ref t_packedA, (((long)k * rows) + V.Count) * sizeof(E));
            var tiles = (rows + V.TileRows - 1) / V.TileRows;
            for (int tile = 0, row = 0; tile < tiles; tile++)
            {
                var height = (rows / tiles) + (tile < rows % tiles ? 1 : 0);
                Pack(x.A + ((first + row) * x.RowA) + (firstK * x.ColumnA), x.ColumnA, x.RowA, k, height, a + ((nint)row * k), height);
                row += height;
            }
            for (var j = 0; j < columns; j += PanelWidth)
            {
                var width = Math.Min(PanelWidth, columns - j);
                MultiplyPanel(
                    a, 1, 1, true, packed + ((nint)j * k), Padded(width), Padded(width),
                    x.C + (first * x.RowC) + firstColumn + j, x.RowC, rows, width, k, add: firstK > 0, x.BiasFrom(firstColumn + j, firstK, k));
            }
        }
    }

    // ---- packing ----

    /// <summary>panel[p * width + i] = x[p * strideP + i * strideI] for i &lt; count.</summary>
    /// <remarks>Up to a whole register more is written to each row, and of rows shorter than a register also behind the last; what is written there is undefined.</remarks>
    internal static void Pack(E* x, nint strideP, nint strideI, int k, int count, E* panel, int width)
    {
        if (strideI == 1)
        {
            PackRows(x, strideP, k, count, panel, width);
        }
        else if (strideP == 1 && V.Interleaves)
        {
            PackTransposed(x, strideI, k, count, panel, width);
        }
        else
        {
            for (nint p = 0; p < k; p++, x += strideP, panel += width)
            {
                for (nint i = 0; i < count; i++)
                {
                    panel[i] = x[i * strideI];
                }
            }
        }
    }

    [MethodImpl(AggressiveOptimization)]
    private static void PackRows(E* x, nint stride, int k, int count, E* panel, int width)
    {
        if (count == PanelWidth)
        {
            for (; k > 0; k--, x += stride, panel += width)
            {
                V.Store(V.Load(x), panel);
                V.Store(V.Load(x + V.Count), panel + V.Count);
            }
            return;
        }
        var whole = count / V.Count * V.Count;
        var rest = count - whole;
        var room = Room(whole, width);
        for (; k > 0; k--, x += stride, panel += width)
        {
            for (nint i = 0; i < whole; i += V.Count)
            {
                V.Store(V.Load(x + i), panel + i);
            }
            if (rest > 0)
            {
                Put(V.LoadFirst(x + whole, rest), panel + whole, room);
            }
        }
    }

    /// <summary>
    /// Elements that may be written to a row of a panel from i on. The first register of a row may reach into the next rows, which are written later.
    /// </summary>
    private static int Room(int i, int width) => i == 0 ? V.Count : Math.Min(V.Count, width - i);

    [MethodImpl(AggressiveInlining)]
    private static void Put(V v, E* to, int room)
    {
        if (room == V.Count)
        {
            V.Store(v, to);
        }
        else
        {
            V.StoreFirst(v, to, room);
        }
    }

    // More rows than the processor foresees by itself.
    [MethodImpl(AggressiveInlining)]
    private static void Fetch(E** rows, nint p)
    {
        if (Sse.IsSupported)
        {
            var ahead = p + (512 / sizeof(E));
            for (var r = 0; r < 32 / sizeof(E); r++)
            {
                Sse.Prefetch0(rows[r] + ahead);
            }
        }
    }

    /// <summary>Elements p to p + 3 of as many rows as a register has elements, each in a register of its own; elements of 4 bytes.</summary>
    [MethodImpl(AggressiveInlining)]
    private static void Turn(E** rows, nint p, out V r0, out V r1, out V r2, out V r3)
    {
        V x0 = V.LoadLanes(rows, p, 4), x1 = V.LoadLanes(rows + 1, p, 4), x2 = V.LoadLanes(rows + 2, p, 4), x3 = V.LoadLanes(rows + 3, p, 4);
        V low01 = V.InterleaveLow<float>(x0, x1), high01 = V.InterleaveHigh<float>(x0, x1);
        V low23 = V.InterleaveLow<float>(x2, x3), high23 = V.InterleaveHigh<float>(x2, x3);
        r0 = V.InterleaveLow<double>(low01, low23);
        r1 = V.InterleaveHigh<double>(low01, low23);
        r2 = V.InterleaveLow<double>(high01, high23);
        r3 = V.InterleaveHigh<double>(high01, high23);
    }

    /// <summary>As above for elements p and p + 1 of 8 bytes.</summary>
    [MethodImpl(AggressiveInlining)]
    private static void Turn(E** rows, nint p, out V r0, out V r1)
    {
        V x0 = V.LoadLanes(rows, p, 2), x1 = V.LoadLanes(rows + 1, p, 2);
        r0 = V.InterleaveLow<double>(x0, x1);
        r1 = V.InterleaveHigh<double>(x0, x1);
    }

    /// <summary>Turns as many rows as a register has elements at a time, 16 bytes of each.</summary>
    [MethodImpl(AggressiveOptimization)]
    private static void PackTransposed(E* x, nint stride, int k, int count, E* panel, int width)
    {
        var rows = stackalloc E*[16];
        for (var i = 0; i < count; i += V.Count)
        {
            for (var r = 0; r < V.Count; r++)
            {
                rows[r] = x + (Math.Min(i + r, count - 1) * stride);
            }
            var to = panel + i;
            var room = Room(i, width);
            nint p = 0;
            if (sizeof(E) == 4)
            {
                for (; p <= k - 4; p += 4, to += 4 * width)
                {
                    Turn(rows, p, out var r0, out var r1, out var r2, out var r3);
                    Put(r0, to, room);
                    Put(r1, to + width, room);
                    Put(r2, to + (2 * width), room);
                    Put(r3, to + (3 * width), room);
                }
            }
            else
            {
                for (; p <= k - 2; p += 2, to += 2 * width)
                {
                    Turn(rows, p, out var r0, out var r1);
                    Put(r0, to, room);
                    Put(r1, to + width, room);
                }
            }
            var lanes = Math.Min(V.Count, count - i);
            for (; p < k; p++, to += width)
            {
                for (var r = 0; r < lanes; r++)
                {
                    to[r] = rows[r][p];
                }
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
            scratch._bytes = [];
            scratch._bytes = Allocate(bytes + Alignment);
        }
        var address = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(scratch._bytes));
        return (byte*)((address + (Alignment - 1)) & ~(nuint)(Alignment - 1));
    }

    // With room to grow, where there is some.
    private static byte[] Allocate(long bytes)
    {
        if (bytes > Array.MaxLength)
        {
            throw new TensorMemoryException($"The operation needs {bytes} bytes to work in; it can have {Array.MaxLength}.");
        }
        try
        {
            return GC.AllocateUninitializedArray<byte>((int)Math.Min(bytes + (bytes / 2) + 4096, Array.MaxLength), pinned: true);
        }
        catch (OutOfMemoryException exception)
        {
            throw new TensorMemoryException($"There is no memory for the {bytes} bytes that the operation needs to work in.", exception);
        }
    }
}
