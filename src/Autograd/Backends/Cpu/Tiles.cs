using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd.Backends.Cpu;

/// <summary>
/// Accumulators for some rows of a matrix product, one or two registers wide. They must live in registers for the whole inner loop, which the JIT grants to
/// fields of structs but not to arrays; so a tile of n rows is put together from rows as a type: <c>Both&lt;Both&lt;Row, Row&gt;, Row&gt;</c> has three.
/// </summary>
internal unsafe interface ITile<V, E> where V : struct where E : unmanaged
{
    static abstract int Rows { get; }

    /// <summary>Registers per row: 1 or 2.</summary>
    static abstract int Registers { get; }

    /// <summary>Adds one product: column elements a[i * rowA] times the row (b0, b1).</summary>
    void Step(E* a, nint rowA, V b0, V b1);

    /// <summary>Writes, or adds to, rows of c.</summary>
    void Store(E* c, nint rowC, bool add);
}

internal unsafe struct WideRow<V, E> : ITile<V, E> where V : struct, IVector<V, E> where E : unmanaged
{
    private V _c0;
    private V _c1;

    public static int Rows
    {
        [MethodImpl(AggressiveInlining)]
        get => 1;
    }

    public static int Registers
    {
        [MethodImpl(AggressiveInlining)]
        get => 2;
    }

    [MethodImpl(AggressiveInlining)]
    public void Step(E* a, nint rowA, V b0, V b1)
    {
        var x = V.Broadcast(*a);
        _c0 = V.MultiplyAdd(x, b0, _c0);
        _c1 = V.MultiplyAdd(x, b1, _c1);
    }

    [MethodImpl(AggressiveInlining)]
    public readonly void Store(E* c, nint rowC, bool add)
    {
        V.Store(add ? V.Add(V.Load(c), _c0) : _c0, c);
        V.Store(add ? V.Add(V.Load(c + V.Count), _c1) : _c1, c + V.Count);
    }
}

internal unsafe struct NarrowRow<V, E> : ITile<V, E> where V : struct, IVector<V, E> where E : unmanaged
{
    private V _c0;

    public static int Rows
    {
        [MethodImpl(AggressiveInlining)]
        get => 1;
    }

    public static int Registers
    {
        [MethodImpl(AggressiveInlining)]
        get => 1;
    }

    [MethodImpl(AggressiveInlining)]
    public void Step(E* a, nint rowA, V b0, V b1) => _c0 = V.MultiplyAdd(V.Broadcast(*a), b0, _c0);

    [MethodImpl(AggressiveInlining)]
    public readonly void Store(E* c, nint rowC, bool add) => V.Store(add ? V.Add(V.Load(c), _c0) : _c0, c);
}

internal unsafe struct Both<TTop, TBottom, V, E> : ITile<V, E>
    where TTop : struct, ITile<V, E> where TBottom : struct, ITile<V, E> where V : struct where E : unmanaged
{
#pragma warning disable CS0649 // written by the methods called on them
    private TTop _top;
    private TBottom _bottom;
#pragma warning restore CS0649

    public static int Rows
    {
        [MethodImpl(AggressiveInlining)]
        get => TTop.Rows + TBottom.Rows;
    }

    public static int Registers
    {
        [MethodImpl(AggressiveInlining)]
        get => TTop.Registers;
    }

    [MethodImpl(AggressiveInlining)]
    public void Step(E* a, nint rowA, V b0, V b1)
    {
        _top.Step(a, rowA, b0, b1);
        _bottom.Step(a + (TTop.Rows * rowA), rowA, b0, b1);
    }

    [MethodImpl(AggressiveInlining)]
    public readonly void Store(E* c, nint rowC, bool add)
    {
        _top.Store(c, rowC, add);
        _bottom.Store(c + (TTop.Rows * rowC), rowC, add);
    }
}

/// <summary>The inner loop of the matrix product for each number of rows.</summary>
internal static unsafe class Tiles<V, E> where V : struct, IVector<V, E> where E : unmanaged
{
    /// <summary>Kernels two registers wide, by rows (1 to 14).</summary>
    public static readonly TileKernel<E>[] Wide = Kernels<WideRow<V, E>>();

    /// <summary>Kernels one register wide, by rows (1 to 14).</summary>
    public static readonly TileKernel<E>[] Narrow = Kernels<NarrowRow<V, E>>();

    private static TileKernel<E>[] Kernels<R1>() where R1 : struct, ITile<V, E> =>
        Kernels<R1, Both<R1, R1, V, E>>();

    private static TileKernel<E>[] Kernels<R1, R2>() where R1 : struct, ITile<V, E> where R2 : struct, ITile<V, E> =>
        Kernels<R1, R2, Both<R2, R1, V, E>, Both<R2, R2, V, E>>();

    private static TileKernel<E>[] Kernels<R1, R2, R3, R4>()
        where R1 : struct, ITile<V, E> where R2 : struct, ITile<V, E> where R3 : struct, ITile<V, E> where R4 : struct, ITile<V, E> =>
        Kernels<R1, R2, R3, R4, Both<R4, R4, V, E>>();

    private static TileKernel<E>[] Kernels<R1, R2, R3, R4, R8>()
        where R1 : struct, ITile<V, E> where R2 : struct, ITile<V, E> where R3 : struct, ITile<V, E> where R4 : struct, ITile<V, E> where R8 : struct, ITile<V, E> =>
        [
            default,
            Of<R1>(), Of<R2>(), Of<R3>(), Of<R4>(),
            Of<Both<R4, R1, V, E>>(), Of<Both<R4, R2, V, E>>(), Of<Both<R4, R3, V, E>>(), Of<R8>(),
            Of<Both<R8, R1, V, E>>(), Of<Both<R8, R2, V, E>>(), Of<Both<R8, R3, V, E>>(), Of<Both<R8, R4, V, E>>(),
            Of<Both<R8, Both<R4, R1, V, E>, V, E>>(), Of<Both<R8, Both<R4, R2, V, E>, V, E>>(),
        ];

    private static TileKernel<E> Of<T>() where T : struct, ITile<V, E> => new(&Run<T>, &RunSegments<T>);

    /// <summary>c = (or +=) the sum over p &lt; k of column a[i * rowA + p * columnA] times row b[p * rowB ...].</summary>
    [MethodImpl(AggressiveOptimization)]
    private static void Run<T>(nint k, E* a, nint rowA, nint columnA, E* b, nint rowB, E* c, nint rowC, bool add) where T : struct, ITile<V, E>
    {
        if (k >= 96 && Sse.IsSupported)
        {
            // The tile of c is far away by the time it is written; fetching it now hides that.
            for (var row = 0; row < T.Rows; row++)
            {
                Sse.Prefetch0(c + (row * rowC));
                if (T.Registers == 2)
                {
                    Sse.Prefetch0(c + (row * rowC) + V.Count);
                }
            }
        }
        T tile = default;
        for (; k > 0; k--, a += columnA, b += rowB)
        {
            tile.Step(a, rowA, V.Load(b), T.Registers == 2 ? V.Load(b + V.Count) : default);
        }
        if (add)
        {
            tile.Store(c, rowC, true);
        }
        else
        {
            tile.Store(c, rowC, false);
        }
    }

    /// <summary>As <see cref="Run"/> for columns of a that come in segments of k: those of segment s begin at a + offsets[s], while the rows of b go on.</summary>
    [MethodImpl(AggressiveOptimization)]
    private static void RunSegments<T>(
        nint segments, nint* offsets, nint k, E* a, nint rowA, nint columnA, E* b, nint rowB, E* c, nint rowC, bool add) where T : struct, ITile<V, E>
    {
        T tile = default;
        for (; segments > 0; segments--, offsets++)
        {
            var column = a + *offsets;
            for (var p = k; p > 0; p--, column += columnA, b += rowB)
            {
                tile.Step(column, rowA, V.Load(b), T.Registers == 2 ? V.Load(b + V.Count) : default);
            }
        }
        if (add)
        {
            tile.Store(c, rowC, true);
        }
        else
        {
            tile.Store(c, rowC, false);
        }
    }
}

/// <summary>The inner loop for one number of rows, with columns of a at one distance or in segments.</summary>
internal readonly unsafe struct TileKernel<E>(
    delegate*<nint, E*, nint, nint, E*, nint, E*, nint, bool, void> run,
    delegate*<nint, nint*, nint, E*, nint, nint, E*, nint, E*, nint, bool, void> runSegments) where E : unmanaged
{
    public readonly delegate*<nint, E*, nint, nint, E*, nint, E*, nint, bool, void> Run = run;

    public readonly delegate*<nint, nint*, nint, E*, nint, nint, E*, nint, E*, nint, bool, void> RunSegments = runSegments;
}
