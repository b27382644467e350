using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Autograd.Numerics;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd.Backends.Cpu;

/// <summary>Reductions and scans. Work is cut by problem size and combined in a fixed order, so results do not depend on anything else.</summary>
internal sealed unsafe partial class CpuBackend
{
    /// <summary>Elements a sum adds straight through; longer ones are halved, so that rounding grows with the logarithm of the length.</summary>
    private const int Block = 4096;

    private interface IReducer
    {
        static abstract double Identity { get; }

        static abstract T Combine<T>(T x, T y) where T : struct, IReal<T>;
    }

    private readonly struct SumReducer : IReducer
    {
        public static double Identity => 0;

        [MethodImpl(AggressiveInlining)]
        public static T Combine<T>(T x, T y) where T : struct, IReal<T> => x + y;
    }

    private readonly struct ProductReducer : IReducer
    {
        public static double Identity => 1;

        [MethodImpl(AggressiveInlining)]
        public static T Combine<T>(T x, T y) where T : struct, IReal<T> => x * y;
    }

    private readonly struct MaxReducer : IReducer
    {
        public static double Identity => double.NegativeInfinity;

        [MethodImpl(AggressiveInlining)]
        public static T Combine<T>(T x, T y) where T : struct, IReal<T> => T.Max(x, y);
    }

    private readonly struct MinReducer : IReducer
    {
        public static double Identity => double.PositiveInfinity;

        [MethodImpl(AggressiveInlining)]
        public static T Combine<T>(T x, T y) where T : struct, IReal<T> => T.Min(x, y);
    }

    public override void Reduce(Reduction reduction, Tensor x, int outer, int n, int inner, Tensor y)
    {
        switch (reduction)
        {
            case Reduction.Sum:
                Reduce<SumReducer>(x, outer, n, inner, y);
                break;
            case Reduction.Product:
                Reduce<ProductReducer>(x, outer, n, inner, y);
                break;
            case Reduction.Max:
                Reduce<MaxReducer>(x, outer, n, inner, y);
                break;
            case Reduction.Min:
                Reduce<MinReducer>(x, outer, n, inner, y);
                break;
            default:
                ReduceBools(reduction == Reduction.Any, x, outer, n, inner, y);
                break;
        }
    }

    private static void Reduce<TReducer>(Tensor x, int outer, int n, int inner, Tensor y) where TReducer : struct, IReducer
    {
        switch (x.DType)
        {
            case DType.Float32:
                Reduce<TReducer, float>(x, outer, n, inner, y);
                break;
            case DType.Float64:
                Reduce<TReducer, double>(x, outer, n, inner, y);
                break;
            case DType.Int32:
                Reduce<TReducer, int>(x, outer, n, inner, y);
                break;
            case DType.Int64:
                Reduce<TReducer, long>(x, outer, n, inner, y);
                break;
            default:
                throw NoKernel(x.DType);
        }
    }

    private static void Reduce<TReducer, E>(Tensor x, int outer, int n, int inner, Tensor y) where TReducer : struct, IReducer where E : unmanaged, INumber<E>
    {
        if (y.Size == 0)
        {
            return;
        }
        var identity = E.CreateSaturating(TReducer.Identity);
        fixed (E* px = &x.First<E>(), py = &y.First<E>())
        {
            if (inner == 1 && n <= Columns.Longest && outer > 1)
            {
                ReduceNarrow<TReducer, E>(px, outer, n, py);
                return;
            }
            if (inner == 1 && n > LongRow)
            {
                for (nint o = 0; o < outer; o++)
                {
                    py[o] = ReduceLongRow<TReducer, E>(px + (o * n), n, identity);
                }
            }
            else if (outer == 1 && inner > 1)
            {
                ReduceColumns<TReducer, E>(px, n, inner, py, identity);
            }
            else if ((long)outer * n * inner < Chunks.Smallest || outer == 1)
            {
                ReduceOuter<TReducer, E>(px, 0, outer, n, inner, py, identity);
            }
            else
            {
                new OuterJob<TReducer, E>(px, outer, n, inner, py, identity).Run();
            }
        }
    }

    private static void ReduceOuter<TReducer, E>(E* x, nint first, nint end, nint n, nint inner, E* y, E identity) where TReducer : struct, IReducer where E : unmanaged, INumber<E>
    {
        for (var o = first; o < end; o++)
        {
            var start = x + (o * n * inner);
            if (inner == 1)
            {
                y[o] = ReduceRow<TReducer, E>(start, n, identity);
            }
            else
            {
                ReduceBlocks<TReducer, E>(start, n, inner, 0, inner, y + (o * inner), identity);
            }
        }
    }

    private sealed class OuterJob<TReducer, E>(E* x, nint outer, nint n, nint inner, E* y, E identity) : Job where TReducer : struct, IReducer where E : unmanaged, INumber<E>
    {
        protected override int Chunks { get; } = (int)Math.Min(outer, Cpu.Chunks.MostAtOnce);

        protected override void Run(int chunk) => ReduceOuter<TReducer, E>(x, outer * chunk / Chunks, outer * (chunk + 1) / Chunks, n, inner, y, identity);
    }

    /// <summary>Rows longer than this are cut into pieces of this length, for several threads; the pieces are combined as a row in turn.</summary>
    private const int LongRow = 256 * 1024;

    private static E ReduceLongRow<TReducer, E>(E* x, nint n, E identity) where TReducer : struct, IReducer where E : unmanaged, INumber<E>
    {
        var pieces = new E[(n + LongRow - 1) / LongRow];
        fixed (E* p = pieces)
        {
            new PieceJob<TReducer, E>(x, n, p, pieces.Length, identity).Run();
            return ReduceRow<TReducer, E>(p, pieces.Length, identity);
        }
    }

    private sealed class PieceJob<TReducer, E>(E* x, nint n, E* pieces, int count, E identity) : Job where TReducer : struct, IReducer where E : unmanaged, INumber<E>
    {
        protected override int Chunks => count;

        protected override void Run(int chunk)
        {
            var start = (nint)chunk * LongRow;
            pieces[chunk] = ReduceRow<TReducer, E>(x + start, Math.Min(LongRow, n - start), identity);
        }
    }

    // Rows shorter than a few vectors would waste most lanes and end in a fold each; 16 rows side by side fill the lanes.
    [MethodImpl(AggressiveOptimization)]
    private static void ReduceNarrow<TReducer, E>(E* x, nint rows, int n, E* y) where TReducer : struct, IReducer where E : unmanaged
    {
        var width = Vector512<E>.Count;
        var columns = stackalloc E[Columns.Longest * width];
        for (nint row = 0; row < rows; row += width)
        {
            var count = (int)Math.Min(width, rows - row);
            Columns.FromRows(x + (row * n), count, n, columns);
            var total = new Lanes<E>(Vector512.Load(columns));
            for (var k = 1; k < n; k++)
            {
                total = TReducer.Combine(total, new Lanes<E>(Vector512.Load(columns + (k * width))));
            }
            VectorIO.StoreTail(total.V, y + row, count);
        }
    }

    private static E ReduceRow<TReducer, E>(E* x, nint n, E identity) where TReducer : struct, IReducer where E : unmanaged, INumber<E>
    {
        if (n <= Block)
        {
            return Fold<TReducer, E>(ReduceBlock<TReducer, E>(x, n, identity));
        }
        var half = n / 2 / Block * Block;
        half = half == 0 ? Block : half;
        Lanes<E> left = new(Vector512.Create(ReduceRow<TReducer, E>(x, half, identity)));
        Lanes<E> right = new(Vector512.Create(ReduceRow<TReducer, E>(x + half, n - half, identity)));
        return TReducer.Combine(left, right).V.ToScalar();
    }

    [MethodImpl(AggressiveOptimization)]
    private static Lanes<E> ReduceBlock<TReducer, E>(E* x, nint n, E identity) where TReducer : struct, IReducer where E : unmanaged
    {
        var a = new Lanes<E>(Vector512.Create(identity));
        var b = a;
        var c = a;
        var d = a;
        nint i = 0;
        var width = Vector512<E>.Count;
        for (; i <= n - (4 * width); i += 4 * width)
        {
            a = TReducer.Combine(a, new Lanes<E>(Vector512.Load(x + i)));
            b = TReducer.Combine(b, new Lanes<E>(Vector512.Load(x + i + width)));
            c = TReducer.Combine(c, new Lanes<E>(Vector512.Load(x + i + (2 * width))));
            d = TReducer.Combine(d, new Lanes<E>(Vector512.Load(x + i + (3 * width))));
        }
        for (; i <= n - width; i += width)
        {
            a = TReducer.Combine(a, new Lanes<E>(Vector512.Load(x + i)));
        }
        if (i < n)
        {
            b = TReducer.Combine(b, new Lanes<E>(LoadTail(x + i, (int)(n - i), identity)));
        }
        return TReducer.Combine(TReducer.Combine(a, b), TReducer.Combine(c, d));
    }

    [MethodImpl(AggressiveInlining)]
    private static Vector512<E> LoadTail<E>(E* p, int count, E fill) where E : unmanaged
    {
        var v = VectorIO.LoadTail(p, count);
        if (sizeof(E) == 4)
        {
            return Vector512.ConditionalSelect(Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count)).As<int, E>(), v, Vector512.Create(fill));
        }
        return Vector512.ConditionalSelect(Vector512.LessThan(Vector512<long>.Indices, Vector512.Create((long)count)).As<long, E>(), v, Vector512.Create(fill));
    }

    /// <summary>All lanes combined, halves first.</summary>
    private static E Fold<TReducer, E>(Lanes<E> v) where TReducer : struct, IReducer where E : unmanaged
    {
        v = TReducer.Combine(v, new Lanes<E>(Vector512.Create(v.V.GetUpper(), v.V.GetLower())));
        v = TReducer.Combine(v, new Lanes<E>(Vector512.Shuffle(v.V.As<E, long>(), Vector512.Create(2L, 3, 0, 1, 6, 7, 4, 5)).As<long, E>()));
        v = TReducer.Combine(v, new Lanes<E>(Vector512.Shuffle(v.V.As<E, long>(), Vector512.Create(1L, 0, 3, 2, 5, 4, 7, 6)).As<long, E>()));
        if (sizeof(E) == 4)
        {
            v = TReducer.Combine(v, new Lanes<E>(Vector512.Shuffle(v.V.As<E, int>(), Vector512.Create(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)).As<int, E>()));
        }
        return v.V.ToScalar();
    }

    /// <summary>Rows that are combined with each other before they are combined with other rows.</summary>
    private const int RowsPerBlock = 256;

    /// <summary>y[i] = reduction of x[0..n, i]; by several threads where that is worth it, with the same bits.</summary>
    private static void ReduceColumns<TReducer, E>(E* x, nint n, nint inner, E* y, E identity) where TReducer : struct, IReducer where E : unmanaged, INumber<E>
    {
        if (n * inner < Chunks.Smallest)
        {
            ReduceBlocks<TReducer, E>(x, n, inner, 0, inner, y, identity);
            return;
        }
        var blocks = ((n - 1) / RowsPerBlock) + 1;
        if (blocks == 1)
        {
            new ColumnsJob<TReducer, E>(x, n, inner, y, identity).Run();
            return;
        }
        var parts = (E*)Scratch.Of(ref t_parts, blocks * inner * sizeof(E));
        new ColumnsJob<TReducer, E>(x, n, inner, parts, identity).Run();
        if (blocks <= RowsPerBlock)
        {
            ReduceRows<TReducer, E>(parts, blocks, inner, y);
        }
        else
        {
            ReduceBlocks<TReducer, E>(parts, blocks, inner, 0, inner, y, identity);
        }
    }

    [ThreadStatic]
    private static Scratch? t_parts;

    /// <summary>The reduction of each block of rows by itself, a few blocks or a range of columns at a time.</summary>
    private sealed class ColumnsJob<TReducer, E>(E* x, nint n, nint inner, E* parts, E identity) : Job where TReducer : struct, IReducer where E : unmanaged, INumber<E>
    {
        private const int ColumnsAtOnce = 4096, ElementsAtOnce = 16 * 1024;

        private readonly int _ranges = (int)((inner - 1) / ColumnsAtOnce) + 1;
        private readonly nint _rows = RowsPerBlock * Math.Max(1, ElementsAtOnce / (RowsPerBlock * Math.Min(inner, ColumnsAtOnce)));

        protected override int Chunks => (int)((n - 1) / _rows + 1) * _ranges;

        protected override void Run(int chunk)
        {
            var first = inner * (chunk % _ranges) / _ranges;
            var end = inner * ((chunk % _ranges) + 1) / _ranges;
            var firstRow = chunk / _ranges * _rows;
            for (var row = firstRow; row < Math.Min(firstRow + _rows, n); row += RowsPerBlock)
            {
                ReduceBlocks<TReducer, E>(x + (row * inner), Math.Min(n - row, RowsPerBlock), inner, first, end, parts + (row / RowsPerBlock * inner), identity);
            }
        }
    }

    /// <summary>y[i] = x[0, i] combined with x[1, i] and so on.</summary>
    [MethodImpl(AggressiveOptimization)]
    private static void ReduceRows<TReducer, E>(E* x, nint n, nint inner, E* y) where TReducer : struct, IReducer where E : unmanaged
    {
        for (nint i = 0; i < inner; i += RowLanes<E>.Width)
        {
            var count = RowLanes<E>.Count(inner, i);
            var total = RowLanes<E>.Load(x + i, count);
            for (nint row = 1; row < n; row++)
            {
                total = TReducer.Combine(total, RowLanes<E>.Load(x + (row * inner) + i, count));
            }
            RowLanes<E>.Store(total, y + i, count);
        }
    }

    /// <summary>y[i] = reduction of x[0..n, i] for columns from first to end: rows are combined in blocks, the blocks with each other, and as many of those as a block has rows with each other again.</summary>
    [MethodImpl(AggressiveOptimization)]
    private static void ReduceBlocks<TReducer, E>(E* x, nint n, nint inner, nint first, nint end, E* y, E identity) where TReducer : struct, IReducer where E : unmanaged
    {
        var width = Vector512<E>.Count;
        var nothing = new Lanes<E>(Vector512.Create(identity));
        var i = first;
        // Two whole vectors at a time: their lines are neighbours.
        for (; i <= end - (2 * width); i += 2 * width)
        {
            Lanes<E> total0 = nothing, total1 = nothing, all0 = nothing, all1 = nothing;
            for (nint start = 0; start < n; start += RowsPerBlock)
            {
                Lanes<E> a0 = nothing, a1 = nothing, b0 = nothing, b1 = nothing;
                var p = x + (start * inner) + i;
                var rows = Math.Min(n - start, RowsPerBlock);
                for (; rows > 1; rows -= 2, p += 2 * inner)
                {
                    a0 = TReducer.Combine(a0, new Lanes<E>(Vector512.Load(p)));
                    a1 = TReducer.Combine(a1, new Lanes<E>(Vector512.Load(p + width)));
                    b0 = TReducer.Combine(b0, new Lanes<E>(Vector512.Load(p + inner)));
                    b1 = TReducer.Combine(b1, new Lanes<E>(Vector512.Load(p + inner + width)));
                }
                if (rows > 0)
                {
                    a0 = TReducer.Combine(a0, new Lanes<E>(Vector512.Load(p)));
                    a1 = TReducer.Combine(a1, new Lanes<E>(Vector512.Load(p + width)));
                }
                total0 = TReducer.Combine(total0, TReducer.Combine(a0, b0));
                total1 = TReducer.Combine(total1, TReducer.Combine(a1, b1));
                if ((start + RowsPerBlock) % (RowsPerBlock * RowsPerBlock) == 0)
                {
                    (all0, total0) = (TReducer.Combine(all0, total0), nothing);
                    (all1, total1) = (TReducer.Combine(all1, total1), nothing);
                }
            }
            TReducer.Combine(all0, total0).V.Store(y + i);
            TReducer.Combine(all1, total1).V.Store(y + i + width);
        }
        for (; i < end; i += width)
        {
            var count = RowLanes<E>.Count(end, i);
            Lanes<E> total = nothing, all = nothing;
            for (nint start = 0; start < n; start += RowsPerBlock)
            {
                Lanes<E> a = nothing, b = nothing;
                var p = x + (start * inner) + i;
                var rows = Math.Min(n - start, RowsPerBlock);
                for (; rows > 1; rows -= 2, p += 2 * inner)
                {
                    a = TReducer.Combine(a, RowLanes<E>.Load(p, count));
                    b = TReducer.Combine(b, RowLanes<E>.Load(p + inner, count));
                }
                if (rows > 0)
                {
                    a = TReducer.Combine(a, RowLanes<E>.Load(p, count));
                }
                total = TReducer.Combine(total, TReducer.Combine(a, b));
                if ((start + RowsPerBlock) % (RowsPerBlock * RowsPerBlock) == 0)
                {
                    (all, total) = (TReducer.Combine(all, total), nothing);
                }
            }
            RowLanes<E>.Store(TReducer.Combine(all, total), y + i, count);
        }
    }

    private static void ReduceBools(bool any, Tensor x, int outer, int n, int inner, Tensor y)
    {
        ReadOnlySpan<bool> source = x.Elements<bool>();
        var result = y.Elements<bool>();
        result.Fill(!any);
        for (var o = 0; o < outer; o++)
        {
            for (var k = 0; k < n; k++)
            {
                for (var i = 0; i < inner; i++)
                {
                    if (source[(((o * n) + k) * inner) + i] == any)
                    {
                        result[(o * inner) + i] = any;
                    }
                }
            }
        }
    }

    public override void ArgReduce(bool largest, Tensor x, int outer, int n, int inner, Tensor y)
    {
        switch (x.DType)
        {
            case DType.Float32:
                ArgReduce<float>(largest, x, outer, n, inner, y);
                break;
            case DType.Float64:
                ArgReduce<double>(largest, x, outer, n, inner, y);
                break;
            case DType.Int32:
                ArgReduce<int>(largest, x, outer, n, inner, y);
                break;
            case DType.Int64:
                ArgReduce<long>(largest, x, outer, n, inner, y);
                break;
            default:
                throw NoKernel(x.DType);
        }
    }

    private static void ArgReduce<E>(bool largest, Tensor x, int outer, int n, int inner, Tensor y) where E : unmanaged, INumber<E>
    {
        ReadOnlySpan<E> source = x.Elements<E>();
        var result = y.Elements<long>();
        for (var o = 0; o < outer; o++)
        {
            for (var i = 0; i < inner; i++)
            {
                var column = source[((o * n * inner) + i)..];
                var best = column[0];
                var at = 0;
                for (var k = 1; k < n && !E.IsNaN(best); k++)
                {
                    var value = column[k * inner];
                    if ((largest ? value > best : value < best) || E.IsNaN(value))
                    {
                        best = value;
                        at = k;
                    }
                }
                result[(o * inner) + i] = at;
            }
        }
    }
}
