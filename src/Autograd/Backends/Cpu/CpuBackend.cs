using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Autograd.Numerics;

namespace Autograd.Backends.Cpu;

/// <summary>The processor: vectorized kernels over arrays.</summary>
[SkipLocalsInit]
internal sealed partial class CpuBackend : Backend
{
    public static readonly CpuBackend Instance = new();

    private CpuBackend() { }

    // ---- memory ----

    public override Tensor AllocateTensor(DType dtype, Shape shape) => Allocate(dtype, shape);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Tensor Allocate(DType dtype, Shape shape) => dtype switch
    {
        DType.Float32 => Allocate<float>(dtype, shape),
        DType.Float64 => Allocate<double>(dtype, shape),
        DType.Int32 => Allocate<int>(dtype, shape),
        DType.Int64 => Allocate<long>(dtype, shape),
        DType.Bool => Allocate<bool>(dtype, shape),
        _ => throw new DTypeException($"{dtype} is no element type: use Float32, Float64, Int32, Int64 or Bool."),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Tensor Allocate<T>(DType dtype, Shape shape) where T : unmanaged => (long)shape.Size * Unsafe.SizeOf<T>() < MemoryBudget.SmallestRecycled
        ? new Tensor(new T[shape.Size], dtype, shape)
        : AllocateOwned<T>(dtype, shape);

    private static Tensor AllocateOwned<T>(DType dtype, Shape shape) where T : unmanaged
    {
        if ((long)shape.Size * Unsafe.SizeOf<T>() >= MemoryBudget.SmallestPooled)
        {
            return AllocateLarge<T>(dtype, shape);
        }
        var storage = RecycledArray<T>.Rent(shape.Size, out var array);
        return new Tensor(array, dtype, shape, null, 0, storage);
    }

    private static Tensor AllocateLarge<T>(DType dtype, Shape shape) where T : unmanaged
    {
        try
        {
            var storage = PooledArray<T>.Rent(shape.Size, out var array, out var offset);
            return new Tensor(array, dtype, shape, null, offset, storage);
        }
        catch (OutOfMemoryException exception)
        {
            throw new TensorMemoryException($"There is no memory for a tensor of shape {shape} and type {dtype}, {(long)shape.Size * Unsafe.SizeOf<T>()} bytes.", exception);
        }
    }

    public override Tensor Download(Tensor x) => x;

    public override Tensor Upload(Tensor x) => x;

    public override void Fill(Tensor y, double value)
    {
        switch (y.DType)
        {
            case DType.Float32:
                y.Elements<float>().Fill((float)value);
                break;
            case DType.Float64:
                y.Elements<double>().Fill(value);
                break;
            case DType.Int32:
                y.Elements<int>().Fill((int)value);
                break;
            case DType.Int64:
                y.Elements<long>().Fill((long)value);
                break;
            case DType.Bool:
                y.Elements<bool>().Fill(value != 0);
                break;
            default:
                throw NoKernel(y.DType);
        }
    }

    // ---- copying ----

    public override void Copy(Tensor x, Tensor y)
    {
        switch (x.DType.ByteSize())
        {
            case 1:
                Copy<byte>(x, y);
                break;
            case 4:
                Copy<int>(x, y);
                break;
            case 8:
                Copy<long>(x, y);
                break;
            default:
                throw NoKernel(x.DType);
        }
    }

    private static unsafe void Copy<E>(Tensor x, Tensor y) where E : unmanaged
    {
        if (y.Size == 0)
        {
            return;
        }
        if (x.IsContiguous && y.IsContiguous && x.Size == y.Size)
        {
            MemoryMarshal.CreateReadOnlySpan(ref x.First<E>(), x.Size).CopyTo(MemoryMarshal.CreateSpan(ref y.First<E>(), y.Size));
            return;
        }
        Loops.Prepare(out var loops, y.Shape, y, x);
        fixed (E* px = &x.First<E>(), py = &y.First<E>())
        {
            do
            {
                CopyRows(px + loops.Offset(1), loops.RowStride(1), loops.ElementStride(1), py + loops.Offset(0), loops.RowStride(0), loops.ElementStride(0), loops.Rows, loops.Length);
            }
            while (loops.Next());
        }
    }

    private static unsafe void CopyRows<E>(E* x, nint rx, nint sx, E* y, nint ry, nint sy, nint rows, int n) where E : unmanaged
    {
        if (sx != 1 && rx == 1 && n > 1 && rows > 1)
        {
            Transpose(x, rx, sx, y, ry, sy, rows, n);
            return;
        }
        for (; rows > 0; rows--, x += rx, y += ry)
        {
            if (sx == 1 && sy == 1)
            {
                new ReadOnlySpan<E>(x, n).CopyTo(new Span<E>(y, n));
            }
            else if (sx == 0 && sy == 1)
            {
                new Span<E>(y, n).Fill(*x);
            }
            else
            {
                for (nint i = 0; i < n; i++)
                {
                    y[i * sy] = x[i * sx];
                }
            }
        }
    }

    // Reading along columns of a large matrix would miss the cache on every element; blocks of 16 x 16 fit.
    private static unsafe void Transpose<E>(E* x, nint rx, nint sx, E* y, nint ry, nint sy, nint rows, nint n) where E : unmanaged
    {
        const int Block = 16;
        for (nint row = 0; row < rows; row += Block)
        {
            var rowEnd = Math.Min(row + Block, rows);
            for (nint column = 0; column < n; column += Block)
            {
                var columnEnd = Math.Min(column + Block, n);
                for (var r = row; r < rowEnd; r++)
                {
                    for (var c = column; c < columnEnd; c++)
                    {
                        y[(r * ry) + (c * sy)] = x[(r * rx) + (c * sx)];
                    }
                }
            }
        }
    }

    public override void Cast(Tensor x, Tensor y)
    {
        var source = x.Packed();
        switch (x.DType)
        {
            case DType.Bool:
                Cast<byte>(MemoryMarshal.AsBytes(source.Elements<bool>()), y);
                break;
            case DType.Int32:
                Cast<int>(source.Elements<int>(), y);
                break;
            case DType.Int64:
                Cast<long>(source.Elements<long>(), y);
                break;
            case DType.Float32:
                Cast<float>(source.Elements<float>(), y);
                break;
            case DType.Float64:
                Cast<double>(source.Elements<double>(), y);
                break;
            default:
                throw NoKernel(x.DType);
        }
        source.EndRead();
    }

    private static void Cast<S>(ReadOnlySpan<S> x, Tensor y) where S : unmanaged, INumber<S>
    {
        switch (y.DType)
        {
            case DType.Bool:
                var bools = y.Elements<bool>();
                for (var i = 0; i < x.Length; i++)
                {
                    bools[i] = x[i] != S.Zero;
                }
                break;
            case DType.Int32:
                Convert(x, y.Elements<int>());
                break;
            case DType.Int64:
                Convert(x, y.Elements<long>());
                break;
            case DType.Float32:
                Convert(x, y.Elements<float>());
                break;
            case DType.Float64:
                Convert(x, y.Elements<double>());
                break;
            default:
                throw NoKernel(y.DType);
        }
    }

    private static void Convert<S, D>(ReadOnlySpan<S> x, Span<D> y) where S : unmanaged, INumber<S> where D : unmanaged, INumber<D>
    {
        // The vectors' code takes longer to load and compile than this loop to run.
        const int Few = 1024;
        if (x.Length > Few)
        {
            System.Numerics.Tensors.TensorPrimitives.ConvertSaturating(x, y);
            return;
        }
        for (var i = 0; i < x.Length; i++)
        {
            y[i] = D.CreateSaturating(x[i]);
        }
    }

    // ---- elementwise, reached only through the base's direct call ----

    protected override void MapOnDevice<TOp>(TOp op, Tensor x, Tensor y) => CpuElementwise.Map(op, x, y);

    protected override void MapPullbackOnDevice<TOp>(TOp op, Tensor dy, Tensor x, Tensor y, Tensor dx) => CpuElementwise.MapPullback(op, dy, x, y, dx);

    protected override void ZipOnDevice<TFormula>(TFormula formula, Tensor x, Tensor y, Tensor z) => CpuElementwise.Zip(formula, x, y, z);

    protected override void ZipPullbackOnDevice<TOp>(TOp op, int operand, Tensor dz, Tensor x, Tensor y, Tensor z, Tensor result) =>
        CpuElementwise.ZipPullback(op, operand, dz, x, y, z, result);

    protected override void CompareOnDevice<TFormula>(TFormula formula, Tensor x, Tensor y, Tensor z) => CpuElementwise.Compare(formula, x, y, z);

    protected override void UpdateOnDevice<TRule>(TRule rule, Tensor gradient, Tensor variable, Tensor? slot0, Tensor? slot1, Tensor? slot2) =>
        CpuUpdates.Update(rule, gradient, variable, slot0, slot1, slot2);

    public override void Select(Tensor condition, Tensor a, Tensor b, Tensor y)
    {
        switch (y.DType.ByteSize())
        {
            case 1:
                Select<byte>(condition, a, b, y);
                break;
            case 4:
                Select<int>(condition, a, b, y);
                break;
            case 8:
                Select<long>(condition, a, b, y);
                break;
            default:
                throw NoKernel(y.DType);
        }
    }

    private static unsafe void Select<E>(Tensor condition, Tensor a, Tensor b, Tensor y) where E : unmanaged
    {
        if (y.Size == 0)
        {
            return;
        }
        fixed (E* pa = &a.First<E>(), pb = &b.First<E>(), py = &y.First<E>())
        fixed (bool* pc = &condition.First<bool>())
        {
            if (y.Size >= Chunks.Smallest && condition.IsContiguous && condition.Size == y.Size && CpuElementwise.IsFlat(a, y) && CpuElementwise.IsFlat(b, y))
            {
                new SelectJob<E>(pc, pa, CpuElementwise.FlatStride(a, y), pb, CpuElementwise.FlatStride(b, y), py, y.Size).Run();
                return;
            }
            Loops.Prepare(out var loops, y.Shape, y, condition, a, b);
            do
            {
                for (nint row = 0; row < loops.Rows; row++)
                {
                    var c = pc + loops.Offset(1) + (row * loops.RowStride(1));
                    var x = pa + loops.Offset(2) + (row * loops.RowStride(2));
                    var z = pb + loops.Offset(3) + (row * loops.RowStride(3));
                    var result = py + loops.Offset(0) + (row * loops.RowStride(0));
                    SelectRow(c, loops.ElementStride(1), x, loops.ElementStride(2), z, loops.ElementStride(3), result, loops.Length);
                }
            }
            while (loops.Next());
        }
    }

    private sealed unsafe class SelectJob<E>(bool* condition, E* a, nint sa, E* b, nint sb, E* y, nint n) : Job where E : unmanaged
    {
        protected override int Chunks => Cpu.Chunks.Count(n);

        protected override void Run(int chunk)
        {
            var (start, length) = Cpu.Chunks.Of(n, chunk);
            SelectRow(condition + start, 1, a + (start * sa), sa, b + (start * sb), sb, y + start, length);
        }
    }

    private static unsafe void SelectRow<E>(bool* condition, nint sc, E* a, nint sa, E* b, nint sb, E* y, nint n) where E : unmanaged
    {
        nint i = 0;
        if (Avx512F.IsSupported && sc == 1 && sizeof(E) == 4)
        {
            for (; i <= n - 16; i += 16)
            {
                var mask = Vector512.Equals(Avx512F.ConvertToVector512Int32(Vector128.Load((byte*)condition + i)), Vector512<int>.Zero).As<int, E>();
                Vector512.ConditionalSelect(mask, VectorIO.Load(b, sb, i), VectorIO.Load(a, sa, i)).Store(y + i);
            }
        }
        for (; i < n; i++)
        {
            y[i] = condition[i * sc] ? a[i * sa] : b[i * sb];
        }
    }

    public override unsafe void Logical(LogicalOperation operation, Tensor a, Tensor b, Tensor y)
    {
        if (y.Size == 0)
        {
            return;
        }
        Loops.Prepare(out var loops, y.Shape, y, a, b);
        fixed (bool* pa = &a.First<bool>(), pb = &b.First<bool>(), py = &y.First<bool>())
        {
            do
            {
                for (nint row = 0; row < loops.Rows; row++)
                {
                    var x = pa + loops.Offset(1) + (row * loops.RowStride(1));
                    var z = pb + loops.Offset(2) + (row * loops.RowStride(2));
                    var result = py + loops.Offset(0) + (row * loops.RowStride(0));
                    nint sx = loops.ElementStride(1), sz = loops.ElementStride(2);
                    for (nint i = 0; i < loops.Length; i++)
                    {
                        bool left = x[i * sx], right = z[i * sz];
                        result[i] = operation switch
                        {
                            LogicalOperation.And => left & right,
                            LogicalOperation.Or => left | right,
                            _ => left ^ right,
                        };
                    }
                }
            }
            while (loops.Next());
        }
    }
}
