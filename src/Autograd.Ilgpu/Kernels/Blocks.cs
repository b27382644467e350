using System.Runtime.CompilerServices;
using ILGPU;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd.Backends.Ilgpu;

/// <summary>The threads of a group as a square, over the square tile of a matrix.</summary>
internal interface ISquare
{
    /// <summary>Along a side.</summary>
    static abstract int Threads { get; }
}

internal readonly struct Square16 : ISquare
{
    public static int Threads => 16;
}

/// <summary>For the simulator.</summary>
internal readonly struct Square4 : ISquare
{
    public static int Threads => 4;
}

/// <summary>A thread's part of a tile, in registers: kernels have no arrays.</summary>
internal interface IBlock<TSelf, T> where TSelf : struct where T : unmanaged, IReal<T>
{
    /// <summary>Rows and columns.</summary>
    static abstract int Side { get; }

    /// <summary>This plus a column of a times a row of b; rows and columns come in fours, those after the first <paramref name="apart"/> fours further.</summary>
    TSelf Plus(ArrayView<Row4<T>> a, int row, ArrayView<Row4<T>> b, int column, int apart);

    void Store<TProduct>(TProduct product, int row, int column, int apart) where TProduct : struct, IProduct<TProduct, T>;
}

internal struct Row4<T> where T : unmanaged, IReal<T>
{
    public T A, B, C, D;

    [MethodImpl(AggressiveInlining)]
    public readonly Row4<T> Plus(T x, Row4<T> y) => new() { A = A + (x * y.A), B = B + (x * y.B), C = C + (x * y.C), D = D + (x * y.D) };

    [MethodImpl(AggressiveInlining)]
    public readonly void Store<TProduct>(TProduct product, int row, int column) where TProduct : struct, IProduct<TProduct, T>
    {
        var start = row < product.Rows ? product.Start(row) : -1;
        if (start >= 0)
        {
            Store(product, start, column, A);
            Store(product, start, column + 1, B);
            Store(product, start, column + 2, C);
            Store(product, start, column + 3, D);
        }
    }

    [MethodImpl(AggressiveInlining)]
    private static void Store<TProduct>(TProduct product, int start, int column, T value) where TProduct : struct, IProduct<TProduct, T>
    {
        if (column < product.Columns)
        {
            product.Store(start + column, value);
        }
    }
}

internal struct Block4<T> : IBlock<Block4<T>, T> where T : unmanaged, IReal<T>
{
    public Row4<T> A, B, C, D;

    public static int Side => 4;

    [MethodImpl(AggressiveInlining)]
    public readonly Block4<T> Plus(ArrayView<Row4<T>> a, int row, ArrayView<Row4<T>> b, int column, int apart) => Plus(a[row], b[column]);

    [MethodImpl(AggressiveInlining)]
    public readonly Block4<T> Plus(Row4<T> x, Row4<T> y) => new() { A = A.Plus(x.A, y), B = B.Plus(x.B, y), C = C.Plus(x.C, y), D = D.Plus(x.D, y) };

    [MethodImpl(AggressiveInlining)]
    public readonly void Store<TProduct>(TProduct product, int row, int column, int apart) where TProduct : struct, IProduct<TProduct, T>
    {
        A.Store(product, row, column);
        B.Store(product, row + 1, column);
        C.Store(product, row + 2, column);
        D.Store(product, row + 3, column);
    }
}

/// <summary>Twice as many rows and columns: half the reads of shared memory for each multiplication.</summary>
internal struct Block8<T> : IBlock<Block8<T>, T> where T : unmanaged, IReal<T>
{
    public Block4<T> A, B, C, D;

    public static int Side => 8;

    [MethodImpl(AggressiveInlining)]
    public readonly Block8<T> Plus(ArrayView<Row4<T>> a, int row, ArrayView<Row4<T>> b, int column, int apart)
    {
        Row4<T> x = a[row], below = a[row + apart];
        Row4<T> y = b[column], beside = b[column + apart];
        return new() { A = A.Plus(x, y), B = B.Plus(x, beside), C = C.Plus(below, y), D = D.Plus(below, beside) };
    }

    [MethodImpl(AggressiveInlining)]
    public readonly void Store<TProduct>(TProduct product, int row, int column, int apart) where TProduct : struct, IProduct<TProduct, T>
    {
        A.Store(product, row, column, apart);
        B.Store(product, row, column + (4 * apart), apart);
        C.Store(product, row + (4 * apart), column, apart);
        D.Store(product, row + (4 * apart), column + (4 * apart), apart);
    }
}
