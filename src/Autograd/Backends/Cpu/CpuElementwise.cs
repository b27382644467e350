using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Autograd.Numerics;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd.Backends.Cpu;

/// <summary>
/// The elementwise kernels: a formula over vector lanes, walked over contiguous, strided or broadcast operands in one pass.
/// Nothing is cleared on entry (SkipLocalsInit): that would cost more than a small kernel. AggressiveOptimization keeps the loops out of tiered compilation, where they can stay slow for the whole life of a program.
/// </summary>
[SkipLocalsInit]
internal static unsafe class CpuElementwise
{
    // ---- dispatch by type ----

    public static void Map<TOp>(TOp op, Tensor x, Tensor y) where TOp : struct, IUnaryOp
    {
        switch (y.DType)
        {
            case DType.Float32:
                Map<TOp, float>(op, x, y);
                break;
            case DType.Float64:
                Map<TOp, double>(op, x, y);
                break;
            case DType.Int32:
                Map<TOp, int>(op, x, y);
                break;
            case DType.Int64:
                Map<TOp, long>(op, x, y);
                break;
            default:
                throw Backend.NoKernel(y.DType);
        }
    }

    public static void MapPullback<TOp>(TOp op, Tensor dy, Tensor x, Tensor y, Tensor dx) where TOp : struct, IUnaryOp
    {
        if (dx.DType == DType.Float32)
        {
            MapPullback<TOp, float>(op, dy, x, y, dx);
        }
        else if (dx.DType == DType.Float64)
        {
            MapPullback<TOp, double>(op, dy, x, y, dx);
        }
        else
        {
            throw Backend.NoKernel(dx.DType);
        }
    }

    public static void Zip<TFormula>(TFormula formula, Tensor x, Tensor y, Tensor z) where TFormula : struct, IBinaryFormula
    {
        switch (z.DType)
        {
            case DType.Float32:
                Zip<TFormula, float>(formula, x, y, z);
                break;
            case DType.Float64:
                Zip<TFormula, double>(formula, x, y, z);
                break;
            case DType.Int32:
                Zip<TFormula, int>(formula, x, y, z);
                break;
            case DType.Int64:
                Zip<TFormula, long>(formula, x, y, z);
                break;
            default:
                throw Backend.NoKernel(z.DType);
        }
    }

    public static void ZipPullback<TOp>(TOp op, int operand, Tensor dz, Tensor x, Tensor y, Tensor z, Tensor result) where TOp : struct, IBinaryOp
    {
        if (result.DType == DType.Float32)
        {
            ZipPullback<TOp, float>(op, operand, dz, x, y, z, result);
        }
        else if (result.DType == DType.Float64)
        {
            ZipPullback<TOp, double>(op, operand, dz, x, y, z, result);
        }
        else
        {
            throw Backend.NoKernel(result.DType);
        }
    }

    public static void Compare<TFormula>(TFormula formula, Tensor x, Tensor y, Tensor z) where TFormula : struct, IBinaryFormula
    {
        switch (x.DType)
        {
            case DType.Float32:
                Compare<TFormula, float>(formula, x, y, z);
                break;
            case DType.Float64:
                Compare<TFormula, double>(formula, x, y, z);
                break;
            case DType.Int32:
                Compare<TFormula, int>(formula, x, y, z);
                break;
            case DType.Int64:
                Compare<TFormula, long>(formula, x, y, z);
                break;
            default:
                throw Backend.NoKernel(x.DType);
        }
    }

    // ---- walks ----

    /// <summary>Whether one element stands for all, as in the gradient of a sum.</summary>
    private static bool IsOneValue(Tensor x) => x.Size == 1 || (x.StridesOrNull is { } strides && strides.AsSpan().IndexOfAnyExcept(0) < 0);

    /// <summary>Whether the elements of x for those of a contiguous result lie at one distance, which is then <see cref="FlatStride"/>.</summary>
    internal static bool IsFlat(Tensor x, Tensor result) => (x.IsContiguous && x.Size == result.Size) || IsOneValue(x);

    internal static nint FlatStride(Tensor x, Tensor result) => x.IsContiguous && x.Size == result.Size ? 1 : 0;

    private static void Map<TOp, E>(TOp op, Tensor x, Tensor y) where TOp : struct, IUnaryOp where E : unmanaged
    {
        if (y.Size == 0)
        {
            return;
        }
        fixed (E* px = &x.First<E>(), py = &y.First<E>())
        {
            if (x.IsContiguous && y.Size >= Chunks.Smallest)
            {
                new MapJob<TOp, E>(op, px, py, y.Size).Run();
            }
            else if (x.IsContiguous)
            {
                MapRow(op, px, py, y.Size);
            }
            else
            {
                MapStrided(op, px, x, py, y);
            }
        }
    }

    private static void MapStrided<TOp, E>(TOp op, E* px, Tensor x, E* py, Tensor y) where TOp : struct, IUnaryOp where E : unmanaged
    {
        Loops.Prepare(out var loops, y.Shape, y, x);
        do
        {
            for (nint row = 0; row < loops.Rows; row++)
            {
                MapStridedRow(op, px + loops.Offset(1) + (row * loops.RowStride(1)), loops.ElementStride(1), py + loops.Offset(0) + (row * loops.RowStride(0)), loops.Length);
            }
        }
        while (loops.Next());
    }

    private static void Zip<TFormula, E>(TFormula formula, Tensor x, Tensor y, Tensor z) where TFormula : struct, IBinaryFormula where E : unmanaged
    {
        if (z.Size == 0)
        {
            return;
        }
        fixed (E* px = &x.First<E>(), py = &y.First<E>(), pz = &z.First<E>())
        {
            var wholeX = x.IsContiguous && x.Size == z.Size;
            var wholeY = y.IsContiguous && y.Size == z.Size;
            if ((wholeX || IsOneValue(x)) && (wholeY || IsOneValue(y)))
            {
                if (z.Size >= Chunks.Smallest)
                {
                    new ZipJob<TFormula, E>(formula, px, wholeX ? 1 : 0, py, wholeY ? 1 : 0, pz, z.Size).Run();
                }
                else
                {
                    ZipRows(formula, px, 0, wholeX ? 1 : 0, py, 0, wholeY ? 1 : 0, pz, 1, z.Size);
                }
            }
            else if (wholeX && y.Rank > 0 && y.IsContiguous && y.Size == z.Shape[^1] && y.Shape[^1] == y.Size)
            {
                // A bias on each row of a matrix, or on each pixel.
                var rows = z.Size / y.Size;
                if (z.Size >= Chunks.Smallest && rows >= 2 * Chunks.MostAtOnce)
                {
                    new ZipBiasJob<TFormula, E>(formula, px, py, pz, rows, y.Size).Run();
                }
                else
                {
                    ZipManyRows(formula, px, y.Size, 1, py, 0, 1, pz, rows, y.Size);
                }
            }
            else
            {
                ZipStrided(formula, px, x, py, y, pz, z);
            }
        }
    }

    private static void ZipStrided<TFormula, E>(TFormula formula, E* px, Tensor x, E* py, Tensor y, E* pz, Tensor z) where TFormula : struct, IBinaryFormula where E : unmanaged
    {
        Loops.Prepare(out var loops, z.Shape, z, x, y);
        do
        {
            ZipManyRows(
                formula,
                px + loops.Offset(1), loops.RowStride(1), loops.ElementStride(1),
                py + loops.Offset(2), loops.RowStride(2), loops.ElementStride(2),
                pz + loops.Offset(0), loops.Rows, loops.Length);
        }
        while (loops.Next());
    }

    // Rows of a few elements would leave most lanes empty, so what repeats is laid out in full, and many rows are one.
    private static void ZipManyRows<TFormula, E>(TFormula formula, E* x, nint rx, nint sx, E* y, nint ry, nint sy, E* z, nint rows, nint n) where TFormula : struct, IBinaryFormula where E : unmanaged
    {
        if (n >= Vector512<E>.Count || rows == 1)
        {
            ZipRows(formula, x, rx, sx, y, ry, sy, z, rows, n);
            return;
        }
        const int Room = 512;
        var spaceX = stackalloc E[Room + 16];
        var spaceY = stackalloc E[Room + 16];
        for (nint count; rows > 0; rows -= count, x += count * rx, y += count * ry, z += count * n)
        {
            count = Math.Min(rows, Room / n);
            ZipRows(formula, Rows(x, rx, sx, count, n, spaceX), 0, 1, Rows(y, ry, sy, count, n, spaceY), 0, 1, z, 1, count * n);
        }
    }

    /// <summary>Rows one behind the other: as they are where they lie so, else copied. Each is written as a whole vector, of which the next row takes back what is too much.</summary>
    [MethodImpl(AggressiveOptimization)]
    private static E* Rows<E>(E* x, nint rx, nint sx, nint rows, nint n, E* space) where E : unmanaged
    {
        if (sx == 1 && rx == n)
        {
            return x;
        }
        var to = space;
        if (sx == 0)
        {
            for (; rows > 0; rows--, x += rx, to += n)
            {
                Vector512.Create(*x).Store(to);
            }
        }
        else
        {
            for (; rows > 0; rows--, x += rx, to += n)
            {
                VectorIO.LoadTail(x, sx, 0, (int)n).Store(to);
            }
        }
        return space;
    }

    private static void MapPullback<TOp, E>(TOp op, Tensor dy, Tensor x, Tensor y, Tensor dx) where TOp : struct, IUnaryOp where E : unmanaged
    {
        if (dx.Size == 0)
        {
            return;
        }
        fixed (E* pdy = &dy.First<E>(), px = &x.First<E>(), py = &y.First<E>(), pdx = &dx.First<E>())
        {
            var wholeDy = dy.IsContiguous && dy.Size == dx.Size;
            if (x.IsContiguous && (wholeDy || IsOneValue(dy)))
            {
                if (dx.Size >= Chunks.Smallest)
                {
                    new MapPullbackJob<TOp, E>(op, pdy, wholeDy ? 1 : 0, px, py, pdx, dx.Size).Run();
                }
                else if (!wholeDy)
                {
                    MapPullbackStridedRow(op, pdy, 0, px, 1, py, pdx, dx.Size);
                }
                else
                {
                    MapPullbackRow(op, pdy, px, py, pdx, dx.Size);
                }
            }
            else
            {
                MapPullbackStrided(op, pdy, dy, px, x, py, y, pdx, dx);
            }
        }
    }

    private static void MapPullbackStrided<TOp, E>(TOp op, E* pdy, Tensor dy, E* px, Tensor x, E* py, Tensor y, E* pdx, Tensor dx) where TOp : struct, IUnaryOp where E : unmanaged
    {
        Loops.Prepare(out var loops, dx.Shape, dx, dy, x, y);
        do
        {
            for (nint row = 0; row < loops.Rows; row++)
            {
                MapPullbackStridedRow(
                    op,
                    pdy + loops.Offset(1) + (row * loops.RowStride(1)), loops.ElementStride(1),
                    px + loops.Offset(2) + (row * loops.RowStride(2)), loops.ElementStride(2),
                    py + loops.Offset(3) + (row * loops.RowStride(3)),
                    pdx + loops.Offset(0) + (row * loops.RowStride(0)),
                    loops.Length);
            }
        }
        while (loops.Next());
    }

    private static void ZipPullback<TOp, E>(TOp op, int operand, Tensor dz, Tensor x, Tensor y, Tensor z, Tensor result) where TOp : struct, IBinaryOp where E : unmanaged
    {
        if (result.Size == 0)
        {
            return;
        }
        fixed (E* pdz = &dz.First<E>(), px = &x.First<E>(), py = &y.First<E>(), pz = &z.First<E>(), pr = &result.First<E>())
        {
            if (IsFlat(dz, result) && IsFlat(x, result) && IsFlat(y, result))
            {
                var (sdz, sx, sy) = (FlatStride(dz, result), FlatStride(x, result), FlatStride(y, result));
                if (result.Size >= Chunks.Smallest)
                {
                    new ZipPullbackJob<TOp, E>(op, operand, pdz, sdz, px, sx, py, sy, pz, pr, result.Size).Run();
                }
                else
                {
                    ZipPullbackRow(op, operand, pdz, sdz, px, sx, py, sy, pz, pr, result.Size);
                }
                return;
            }
            Loops.Prepare(out var loops, result.Shape, result, dz, x, y, z);
            do
            {
                for (nint row = 0; row < loops.Rows; row++)
                {
                    ZipPullbackRow(
                        op, operand,
                        pdz + loops.Offset(1) + (row * loops.RowStride(1)), loops.ElementStride(1),
                        px + loops.Offset(2) + (row * loops.RowStride(2)), loops.ElementStride(2),
                        py + loops.Offset(3) + (row * loops.RowStride(3)), loops.ElementStride(3),
                        pz + loops.Offset(4) + (row * loops.RowStride(4)),
                        pr + loops.Offset(0) + (row * loops.RowStride(0)),
                        loops.Length);
                }
            }
            while (loops.Next());
        }
    }

    private static void Compare<TFormula, E>(TFormula formula, Tensor x, Tensor y, Tensor z) where TFormula : struct, IBinaryFormula where E : unmanaged
    {
        if (z.Size == 0)
        {
            return;
        }
        fixed (E* px = &x.First<E>(), py = &y.First<E>())
        fixed (bool* pz = &z.First<bool>())
        {
            if (z.Size >= Chunks.Smallest && IsFlat(x, z) && IsFlat(y, z))
            {
                new CompareJob<TFormula, E>(formula, px, FlatStride(x, z), py, FlatStride(y, z), (byte*)pz, z.Size).Run();
                return;
            }
            Loops.Prepare(out var loops, z.Shape, z, x, y);
            do
            {
                for (nint row = 0; row < loops.Rows; row++)
                {
                    CompareRow(
                        formula,
                        px + loops.Offset(1) + (row * loops.RowStride(1)), loops.ElementStride(1),
                        py + loops.Offset(2) + (row * loops.RowStride(2)), loops.ElementStride(2),
                        (byte*)pz + loops.Offset(0) + (row * loops.RowStride(0)),
                        loops.Length);
                }
            }
            while (loops.Next());
        }
    }

    // ---- large contiguous operands, in chunks ----

    private sealed class MapJob<TOp, E>(TOp op, E* x, E* y, nint n) : Job where TOp : struct, IUnaryOp where E : unmanaged
    {
        protected override int Chunks => Cpu.Chunks.Count(n);

        protected override void Run(int chunk)
        {
            var (start, length) = Cpu.Chunks.Of(n, chunk);
            if (Cpu.Chunks.Streams(n * sizeof(E), y))
            {
                MapStream(op, x + start, y + start, length);
            }
            else
            {
                MapRow(op, x + start, y + start, length);
            }
        }
    }

    private sealed class ZipJob<TFormula, E>(TFormula formula, E* x, nint sx, E* y, nint sy, E* z, nint n) : Job where TFormula : struct, IBinaryFormula where E : unmanaged
    {
        protected override int Chunks => Cpu.Chunks.Count(n);

        protected override void Run(int chunk)
        {
            var (start, length) = Cpu.Chunks.Of(n, chunk);
            if (sx == 1 && sy == 1 && z != x && Cpu.Chunks.Streams(n * sizeof(E), z))
            {
                ZipStream(formula, x + start, y + start, z + start, length);
            }
            else
            {
                ZipRows(formula, x + (start * sx), 0, sx, y + (start * sy), 0, sy, z + start, 1, length);
            }
        }
    }

    private sealed class ZipBiasJob<TFormula, E>(TFormula formula, E* x, E* bias, E* z, nint rows, nint n) : Job where TFormula : struct, IBinaryFormula where E : unmanaged
    {
        protected override int Chunks => Cpu.Chunks.MostAtOnce;

        protected override void Run(int chunk)
        {
            var first = rows * chunk / Chunks;
            ZipRows(formula, x + (first * n), n, 1, bias, 0, 1, z + (first * n), (rows * (chunk + 1) / Chunks) - first, n);
        }
    }

    private sealed class CompareJob<TFormula, E>(TFormula formula, E* x, nint sx, E* y, nint sy, byte* z, nint n) : Job where TFormula : struct, IBinaryFormula where E : unmanaged
    {
        protected override int Chunks => Cpu.Chunks.Count(n);

        protected override void Run(int chunk)
        {
            var (start, length) = Cpu.Chunks.Of(n, chunk);
            CompareRow(formula, x + (start * sx), sx, y + (start * sy), sy, z + start, length);
        }
    }

    private sealed class ZipPullbackJob<TOp, E>(TOp op, int operand, E* dz, nint sdz, E* x, nint sx, E* y, nint sy, E* z, E* result, nint n) : Job
        where TOp : struct, IBinaryOp where E : unmanaged
    {
        protected override int Chunks => Cpu.Chunks.Count(n);

        protected override void Run(int chunk)
        {
            var (start, length) = Cpu.Chunks.Of(n, chunk);
            ZipPullbackRow(op, operand, dz + (start * sdz), sdz, x + (start * sx), sx, y + (start * sy), sy, z + start, result + start, length);
        }
    }

    private sealed class MapPullbackJob<TOp, E>(TOp op, E* dy, nint sdy, E* x, E* y, E* dx, nint n) : Job where TOp : struct, IUnaryOp where E : unmanaged
    {
        protected override int Chunks => Cpu.Chunks.Count(n);

        protected override void Run(int chunk)
        {
            var (start, length) = Cpu.Chunks.Of(n, chunk);
            if (sdy == 1)
            {
                MapPullbackRow(op, dy + start, x + start, y + start, dx + start, length);
            }
            else
            {
                MapPullbackStridedRow(op, dy, 0, x + start, 1, y + start, dx + start, length);
            }
        }
    }

    // Results far larger than the caches are written past them: fetching each line before overwriting it would cost a third of the bandwidth.

    [MethodImpl(AggressiveOptimization)]
    private static void MapStream<TOp, E>(TOp op, E* x, E* y, nint n) where TOp : struct, IUnaryOp where E : unmanaged
    {
        nint i = 0;
        for (; i <= n - Vector512<E>.Count; i += Vector512<E>.Count)
        {
            op.Of(new Lanes<E>(Vector512.Load(x + i))).V.StoreAlignedNonTemporal(y + i);
        }
        if (i < n)
        {
            VectorIO.StoreTail(op.Of(new Lanes<E>(VectorIO.LoadTail(x + i, (int)(n - i)))).V, y + i, (int)(n - i));
        }
    }

    [MethodImpl(AggressiveOptimization)]
    private static void ZipStream<TFormula, E>(TFormula f, E* x, E* y, E* z, nint n) where TFormula : struct, IBinaryFormula where E : unmanaged
    {
        nint i = 0;
        for (; i <= n - Vector512<E>.Count; i += Vector512<E>.Count)
        {
            f.Of(new Lanes<E>(Vector512.Load(x + i)), new Lanes<E>(Vector512.Load(y + i))).V.StoreAlignedNonTemporal(z + i);
        }
        if (i < n)
        {
            var rest = (int)(n - i);
            VectorIO.StoreTail(f.Of(new Lanes<E>(VectorIO.LoadTail(x + i, rest)), new Lanes<E>(VectorIO.LoadTail(y + i, rest))).V, z + i, rest);
        }
    }

    // ---- rows; results are contiguous ----

    // Operands with strides have loops of their own: most programs never compile them.

    [MethodImpl(AggressiveOptimization)]
    private static void MapRow<TOp, E>(TOp op, E* x, E* y, nint n) where TOp : struct, IUnaryOp where E : unmanaged
    {
        nint i = 0;
        for (; i <= n - Vector512<E>.Count; i += Vector512<E>.Count)
        {
            op.Of(new Lanes<E>(Vector512.Load(x + i))).V.Store(y + i);
        }
        if (i < n)
        {
            VectorIO.StoreTail(op.Of(new Lanes<E>(VectorIO.LoadTail(x + i, (int)(n - i)))).V, y + i, (int)(n - i));
        }
    }

    [MethodImpl(AggressiveOptimization)]
    private static void MapStridedRow<TOp, E>(TOp op, E* x, nint sx, E* y, nint n) where TOp : struct, IUnaryOp where E : unmanaged
    {
        nint i = 0;
        for (; i <= n - Vector512<E>.Count; i += Vector512<E>.Count)
        {
            op.Of(new Lanes<E>(VectorIO.Load(x, sx, i))).V.Store(y + i);
        }
        if (i < n)
        {
            VectorIO.StoreTail(op.Of(new Lanes<E>(VectorIO.LoadTail(x, sx, i, (int)(n - i)))).V, y + i, (int)(n - i));
        }
    }

    [MethodImpl(AggressiveOptimization)]
    private static void MapPullbackRow<TOp, E>(TOp op, E* dy, E* x, E* y, E* dx, nint n) where TOp : struct, IUnaryOp where E : unmanaged
    {
        nint i = 0;
        for (; i <= n - Vector512<E>.Count; i += Vector512<E>.Count)
        {
            var slope = op.Slope(ReadsX<TOp>() ? new Lanes<E>(Vector512.Load(x + i)) : default, ReadsY<TOp>() ? new Lanes<E>(Vector512.Load(y + i)) : default);
            (new Lanes<E>(Vector512.Load(dy + i)) * slope).V.Store(dx + i);
        }
        if (i < n)
        {
            var rest = (int)(n - i);
            var slope = op.Slope(ReadsX<TOp>() ? new Lanes<E>(VectorIO.LoadTail(x + i, rest)) : default, ReadsY<TOp>() ? new Lanes<E>(VectorIO.LoadTail(y + i, rest)) : default);
            VectorIO.StoreTail((new Lanes<E>(VectorIO.LoadTail(dy + i, rest)) * slope).V, dx + i, rest);
        }
    }

    [MethodImpl(AggressiveOptimization)]
    private static void MapPullbackStridedRow<TOp, E>(TOp op, E* dy, nint sdy, E* x, nint sx, E* y, E* dx, nint n) where TOp : struct, IUnaryOp where E : unmanaged
    {
        nint i = 0;
        for (; i <= n - Vector512<E>.Count; i += Vector512<E>.Count)
        {
            var slope = op.Slope(ReadsX<TOp>() ? new Lanes<E>(VectorIO.Load(x, sx, i)) : default, ReadsY<TOp>() ? new Lanes<E>(Vector512.Load(y + i)) : default);
            (new Lanes<E>(VectorIO.Load(dy, sdy, i)) * slope).V.Store(dx + i);
        }
        if (i < n)
        {
            var rest = (int)(n - i);
            var slope = op.Slope(ReadsX<TOp>() ? new Lanes<E>(VectorIO.LoadTail(x, sx, i, rest)) : default, ReadsY<TOp>() ? new Lanes<E>(VectorIO.LoadTail(y + i, rest)) : default);
            VectorIO.StoreTail((new Lanes<E>(VectorIO.LoadTail(dy, sdy, i, rest)) * slope).V, dx + i, rest);
        }
    }

    // A load whose value nobody uses would still touch the memory.
    [MethodImpl(AggressiveInlining)]
    private static bool ReadsX<TOp>() where TOp : struct, IUnaryOp => (TOp.Reads & SlopeReads.X) != 0;

    [MethodImpl(AggressiveInlining)]
    private static bool ReadsY<TOp>() where TOp : struct, IUnaryOp => (TOp.Reads & SlopeReads.Y) != 0;

    [MethodImpl(AggressiveOptimization)]
    private static void ZipRows<TFormula, E>(TFormula f, E* x, nint rx, nint sx, E* y, nint ry, nint sy, E* z, nint rows, nint n) where TFormula : struct, IBinaryFormula where E : unmanaged
    {
        for (; rows > 0; rows--, x += rx, y += ry, z += n)
        {
            nint i = 0;
            if (sx == 1 && sy == 1)
            {
                for (; i <= n - Vector512<E>.Count; i += Vector512<E>.Count)
                {
                    f.Of(new Lanes<E>(Vector512.Load(x + i)), new Lanes<E>(Vector512.Load(y + i))).V.Store(z + i);
                }
            }
            else
            {
                for (; i <= n - Vector512<E>.Count; i += Vector512<E>.Count)
                {
                    f.Of(new Lanes<E>(VectorIO.Load(x, sx, i)), new Lanes<E>(VectorIO.Load(y, sy, i))).V.Store(z + i);
                }
            }
            if (i < n)
            {
                var rest = (int)(n - i);
                VectorIO.StoreTail(f.Of(new Lanes<E>(VectorIO.LoadTail(x, sx, i, rest)), new Lanes<E>(VectorIO.LoadTail(y, sy, i, rest))).V, z + i, rest);
            }
        }
    }

    [MethodImpl(AggressiveOptimization)]
    private static void ZipPullbackRow<TOp, E>(TOp op, int operand, E* dz, nint sdz, E* x, nint sx, E* y, nint sy, E* z, E* result, nint n) where TOp : struct, IBinaryOp where E : unmanaged
    {
        for (nint i = 0; i < n; i += Vector512<E>.Count)
        {
            var rest = (int)Math.Min(n - i, Vector512<E>.Count);
            var lx = new Lanes<E>(VectorIO.LoadTail(x, sx, i, rest));
            var ly = new Lanes<E>(VectorIO.LoadTail(y, sy, i, rest));
            var lz = new Lanes<E>(VectorIO.LoadTail(z + i, rest));
            var slope = operand == 0 ? op.SlopeX(lx, ly, lz) : op.SlopeY(lx, ly, lz);
            VectorIO.StoreTail((new Lanes<E>(VectorIO.LoadTail(dz, sdz, i, rest)) * slope).V, result + i, rest);
        }
    }

    [MethodImpl(AggressiveOptimization)]
    private static void CompareRow<TFormula, E>(TFormula f, E* x, nint sx, E* y, nint sy, byte* z, nint n) where TFormula : struct, IBinaryFormula where E : unmanaged
    {
        for (nint i = 0; i < n; i += Vector512<E>.Count)
        {
            var rest = (int)Math.Min(n - i, Vector512<E>.Count);
            var bits = f.Of(new Lanes<E>(VectorIO.LoadTail(x, sx, i, rest)), new Lanes<E>(VectorIO.LoadTail(y, sy, i, rest))).V.ExtractMostSignificantBits();
            var k = 0;
            for (; Bmi2.X64.IsSupported && k <= rest - 8; k += 8)
            {
                Unsafe.WriteUnaligned(z + i + k, Bmi2.X64.ParallelBitDeposit(bits >> k, 0x0101010101010101)); // each bit to a byte
            }
            for (; k < rest; k++)
            {
                z[i + k] = (byte)((bits >> k) & 1);
            }
        }
    }
}
