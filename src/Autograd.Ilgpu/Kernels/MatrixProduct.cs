using System.Runtime.CompilerServices;
using ILGPU;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd.Backends.Ilgpu;

/// <summary>One launch of matrix products: c[b] = a[b] b[b], c row-major, operands read in place by strides.</summary>
internal struct Product
{
    public int Batch, M, N, K;
    public int StartA, BatchA, RowA, ColumnA;
    public int StartB, BatchB, RowB, ColumnB;
}

/// <summary>Products of matrices in memory.</summary>
/// <param name="product">Extents and strides.</param>
/// <param name="a">Memory that offsets count in.</param>
/// <param name="b">Likewise.</param>
internal struct MatrixProduct<T>(Product product, ArrayView<T> a, ArrayView<T> b) : IProduct<MatrixProduct<T>, T> where T : unmanaged, IReal<T>
{
    /// <summary>Where the matrices of a batch lie.</summary>
    public Extents Batch = new() { B = 1, C = 1, D = product.Batch };
    public Strides BatchA = new() { Start = product.StartA, D = product.BatchA };
    public Strides BatchB = new() { Start = product.StartB, D = product.BatchB };

    /// <summary>Whether products are added to what the result holds (1) or take its place (0).</summary>
    public int Adds = 0;

    private readonly int _rowA = product.RowA, _columnA = product.ColumnA, _rowB = product.RowB, _columnB = product.ColumnB;
    private readonly ArrayView<T> _a = a, _b = b;
    private int _startA = 0, _startB = 0, _start = 0;

    public int Count { get; } = product.Batch;

    public int Rows { get; } = product.M;

    public int Columns { get; } = product.N;

    public int Inner { get; } = product.K;

    public ArrayView<T> Result { get; set; }

    public readonly int Size => Count * Rows * Columns;

    public readonly bool RunsInnerA => _columnA == 1;

    public readonly bool RunsInnerB => _rowB == 1;

    public readonly bool Interleaved => false;

    [MethodImpl(AggressiveInlining)]
    public readonly MatrixProduct<T> At(int product, int part)
    {
        var one = this;
        one._startA = BatchA.Place(product, Batch);
        one._startB = BatchB.Place(product, Batch);
        one._start = ((part * Count) + product) * Rows * Columns;
        return one;
    }

    [MethodImpl(AggressiveInlining)]
    public readonly T A(int row, int inner) => _a[_startA + (row * _rowA) + (inner * _columnA)];

    [MethodImpl(AggressiveInlining)]
    public readonly T B(int inner, int column) => _b[_startB + (inner * _rowB) + (column * _columnB)];

    [MethodImpl(AggressiveInlining)]
    public readonly int Start(int row) => _start + (row * Columns);

    [MethodImpl(AggressiveInlining)]
    public readonly void Store(int place, T value) => Result[place] = Adds != 0 ? Result[place] + value : value;
}
