using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd.Backends.Cpu;

/// <summary>A vector register of some width, for kernels whose tile depends on it.</summary>
internal unsafe interface IVector<V, E> where V : struct, IVector<V, E> where E : unmanaged
{
    /// <summary>Elements per register.</summary>
    static abstract int Count { get; }

    /// <summary>Rows of accumulators, two registers each, that fit the register file.</summary>
    static abstract int TileRows { get; }

    /// <summary>Whether <see cref="LoadLanes"/> and the interleaving members are instructions.</summary>
    static abstract bool Interleaves { get; }

    static abstract V Load(E* p);

    /// <summary>The first elements, at least one and fewer than a register holds; the other lanes are 0.</summary>
    static abstract V LoadFirst(E* p, int count);

    /// <summary>16 bytes of every row: lane i comes from rows[i * step] + p.</summary>
    static abstract V LoadLanes(E** rows, nint p, int step);

    /// <summary>In each 16 bytes the elements W of the lower half of x and y in turns.</summary>
    static abstract V InterleaveLow<W>(V x, V y) where W : unmanaged;

    /// <summary>As <see cref="InterleaveLow"/> for the upper half.</summary>
    static abstract V InterleaveHigh<W>(V x, V y) where W : unmanaged;

    static abstract V Broadcast(E value);

    static abstract V Add(V x, V y);

    /// <summary>x y + sum, rounded once where the hardware does.</summary>
    static abstract V MultiplyAdd(V x, V y, V sum);

    static abstract void Store(V v, E* p);

    /// <summary>Writes the first elements only, at least one and fewer than a register holds.</summary>
    static abstract void StoreFirst(V v, E* p, int count);
}

internal readonly unsafe struct V512<E>(Vector512<E> v) : IVector<V512<E>, E> where E : unmanaged
{
    private readonly Vector512<E> _v = v;

    public static int Count
    {
        [MethodImpl(AggressiveInlining)]
        get => Vector512<E>.Count;
    }

    public static int TileRows => 14;

    public static bool Interleaves
    {
        [MethodImpl(AggressiveInlining)]
        get => Avx512F.IsSupported;
    }

    [MethodImpl(AggressiveInlining)]
    public static V512<E> Load(E* p) => new(Vector512.Load(p));

    [MethodImpl(AggressiveInlining)]
    public static V512<E> LoadFirst(E* p, int count) => new(VectorIO.LoadTail(p, count));

    [MethodImpl(AggressiveInlining)]
    public static V512<E> LoadLanes(E** rows, nint p, int step) => new(Vector512.Create(
        Vector256.Create(Vector128.Load(rows[0] + p), Vector128.Load(rows[step] + p)),
        Vector256.Create(Vector128.Load(rows[2 * step] + p), Vector128.Load(rows[3 * step] + p))));

    [MethodImpl(AggressiveInlining)]
    public static V512<E> InterleaveLow<W>(V512<E> x, V512<E> y) where W : unmanaged => sizeof(W) == 4
        ? new(Avx512F.UnpackLow(x._v.As<E, float>(), y._v.As<E, float>()).As<float, E>())
        : new(Avx512F.UnpackLow(x._v.As<E, double>(), y._v.As<E, double>()).As<double, E>());

    [MethodImpl(AggressiveInlining)]
    public static V512<E> InterleaveHigh<W>(V512<E> x, V512<E> y) where W : unmanaged => sizeof(W) == 4
        ? new(Avx512F.UnpackHigh(x._v.As<E, float>(), y._v.As<E, float>()).As<float, E>())
        : new(Avx512F.UnpackHigh(x._v.As<E, double>(), y._v.As<E, double>()).As<double, E>());

    [MethodImpl(AggressiveInlining)]
    public static V512<E> Broadcast(E value) => new(Vector512.Create(value));

    [MethodImpl(AggressiveInlining)]
    public static V512<E> Add(V512<E> x, V512<E> y) => new(x._v + y._v);

    [MethodImpl(AggressiveInlining)]
    public static V512<E> MultiplyAdd(V512<E> x, V512<E> y, V512<E> sum)
    {
        if (typeof(E) == typeof(float))
        {
            return new(Vector512.FusedMultiplyAdd(x._v.As<E, float>(), y._v.As<E, float>(), sum._v.As<E, float>()).As<float, E>());
        }
        return typeof(E) == typeof(double)
            ? new(Vector512.FusedMultiplyAdd(x._v.As<E, double>(), y._v.As<E, double>(), sum._v.As<E, double>()).As<double, E>())
            : new((x._v * y._v) + sum._v);
    }

    [MethodImpl(AggressiveInlining)]
    public static void Store(V512<E> v, E* p) => v._v.Store(p);

    [MethodImpl(AggressiveInlining)]
    public static void StoreFirst(V512<E> v, E* p, int count) => VectorIO.StoreTail(v._v, p, count);
}

internal readonly unsafe struct V256<E>(Vector256<E> v) : IVector<V256<E>, E> where E : unmanaged
{
    private readonly Vector256<E> _v = v;

    public static int Count
    {
        [MethodImpl(AggressiveInlining)]
        get => Vector256<E>.Count;
    }

    public static int TileRows => 6;

    public static bool Interleaves
    {
        [MethodImpl(AggressiveInlining)]
        get => Avx.IsSupported;
    }

    [MethodImpl(AggressiveInlining)]
    public static V256<E> Load(E* p) => new(Vector256.Load(p));

    [MethodImpl(AggressiveInlining)]
    public static V256<E> LoadFirst(E* p, int count)
    {
        if (sizeof(E) == 4 && Avx2.IsSupported)
        {
            return new(Avx2.MaskLoad((int*)p, Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(count))).As<int, E>());
        }
        if (sizeof(E) == 8 && Avx2.IsSupported)
        {
            return new(Avx2.MaskLoad((long*)p, Vector256.LessThan(Vector256<long>.Indices, Vector256.Create((long)count))).As<long, E>());
        }
        Vector256<E> v = default;
        new Span<E>(p, count).CopyTo(new Span<E>(&v, Count));
        return new(v);
    }

    [MethodImpl(AggressiveInlining)]
    public static V256<E> LoadLanes(E** rows, nint p, int step) => new(Vector256.Create(Vector128.Load(rows[0] + p), Vector128.Load(rows[step] + p)));

    [MethodImpl(AggressiveInlining)]
    public static V256<E> InterleaveLow<W>(V256<E> x, V256<E> y) where W : unmanaged => sizeof(W) == 4
        ? new(Avx.UnpackLow(x._v.As<E, float>(), y._v.As<E, float>()).As<float, E>())
        : new(Avx.UnpackLow(x._v.As<E, double>(), y._v.As<E, double>()).As<double, E>());

    [MethodImpl(AggressiveInlining)]
    public static V256<E> InterleaveHigh<W>(V256<E> x, V256<E> y) where W : unmanaged => sizeof(W) == 4
        ? new(Avx.UnpackHigh(x._v.As<E, float>(), y._v.As<E, float>()).As<float, E>())
        : new(Avx.UnpackHigh(x._v.As<E, double>(), y._v.As<E, double>()).As<double, E>());

    [MethodImpl(AggressiveInlining)]
    public static V256<E> Broadcast(E value) => new(Vector256.Create(value));

    [MethodImpl(AggressiveInlining)]
    public static V256<E> Add(V256<E> x, V256<E> y) => new(x._v + y._v);

    [MethodImpl(AggressiveInlining)]
    public static V256<E> MultiplyAdd(V256<E> x, V256<E> y, V256<E> sum)
    {
        if (typeof(E) == typeof(float) && Fma.IsSupported)
        {
            return new(Vector256.FusedMultiplyAdd(x._v.As<E, float>(), y._v.As<E, float>(), sum._v.As<E, float>()).As<float, E>());
        }
        return typeof(E) == typeof(double) && Fma.IsSupported
            ? new(Vector256.FusedMultiplyAdd(x._v.As<E, double>(), y._v.As<E, double>(), sum._v.As<E, double>()).As<double, E>())
            : new((x._v * y._v) + sum._v);
    }

    [MethodImpl(AggressiveInlining)]
    public static void Store(V256<E> v, E* p) => v._v.Store(p);

    [MethodImpl(AggressiveInlining)]
    public static void StoreFirst(V256<E> v, E* p, int count)
    {
        if (sizeof(E) == 4 && Avx2.IsSupported)
        {
            Avx2.MaskStore((int*)p, Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(count)), v._v.As<E, int>());
        }
        else if (sizeof(E) == 8 && Avx2.IsSupported)
        {
            Avx2.MaskStore((long*)p, Vector256.LessThan(Vector256<long>.Indices, Vector256.Create((long)count)), v._v.As<E, long>());
        }
        else
        {
            new Span<E>(&v, count).CopyTo(new Span<E>(p, count));
        }
    }
}

internal readonly unsafe struct V128<E>(Vector128<E> v) : IVector<V128<E>, E> where E : unmanaged
{
    private readonly Vector128<E> _v = v;

    public static int Count
    {
        [MethodImpl(AggressiveInlining)]
        get => Vector128<E>.Count;
    }

    public static int TileRows => AdvSimd.IsSupported ? 14 : 6;

    public static bool Interleaves
    {
        [MethodImpl(AggressiveInlining)]
        get => Sse2.IsSupported;
    }

    [MethodImpl(AggressiveInlining)]
    public static V128<E> Load(E* p) => new(Vector128.Load(p));

    [MethodImpl(AggressiveInlining)]
    public static V128<E> LoadFirst(E* p, int count)
    {
        if (sizeof(E) == 4 && Avx2.IsSupported)
        {
            return new(Avx2.MaskLoad((int*)p, Vector128.LessThan(Vector128<int>.Indices, Vector128.Create(count))).As<int, E>());
        }
        if (sizeof(E) == 8 && Avx2.IsSupported)
        {
            return new(Avx2.MaskLoad((long*)p, Vector128.LessThan(Vector128<long>.Indices, Vector128.Create((long)count))).As<long, E>());
        }
        Vector128<E> v = default;
        new Span<E>(p, count).CopyTo(new Span<E>(&v, Count));
        return new(v);
    }

    [MethodImpl(AggressiveInlining)]
    public static V128<E> LoadLanes(E** rows, nint p, int step) => new(Vector128.Load(rows[0] + p));

    [MethodImpl(AggressiveInlining)]
    public static V128<E> InterleaveLow<W>(V128<E> x, V128<E> y) where W : unmanaged => sizeof(W) == 4
        ? new(Sse.UnpackLow(x._v.As<E, float>(), y._v.As<E, float>()).As<float, E>())
        : new(Sse2.UnpackLow(x._v.As<E, double>(), y._v.As<E, double>()).As<double, E>());

    [MethodImpl(AggressiveInlining)]
    public static V128<E> InterleaveHigh<W>(V128<E> x, V128<E> y) where W : unmanaged => sizeof(W) == 4
        ? new(Sse.UnpackHigh(x._v.As<E, float>(), y._v.As<E, float>()).As<float, E>())
        : new(Sse2.UnpackHigh(x._v.As<E, double>(), y._v.As<E, double>()).As<double, E>());

    [MethodImpl(AggressiveInlining)]
    public static V128<E> Broadcast(E value) => new(Vector128.Create(value));

    [MethodImpl(AggressiveInlining)]
    public static V128<E> Add(V128<E> x, V128<E> y) => new(x._v + y._v);

    [MethodImpl(AggressiveInlining)]
    public static V128<E> MultiplyAdd(V128<E> x, V128<E> y, V128<E> sum)
    {
        // Without the instruction a fused product is a call, thirty times slower.
        if (typeof(E) == typeof(float) && (AdvSimd.IsSupported || Fma.IsSupported))
        {
            return new(Vector128.FusedMultiplyAdd(x._v.As<E, float>(), y._v.As<E, float>(), sum._v.As<E, float>()).As<float, E>());
        }
        return typeof(E) == typeof(double) && (AdvSimd.IsSupported || Fma.IsSupported)
            ? new(Vector128.FusedMultiplyAdd(x._v.As<E, double>(), y._v.As<E, double>(), sum._v.As<E, double>()).As<double, E>())
            : new((x._v * y._v) + sum._v);
    }

    [MethodImpl(AggressiveInlining)]
    public static void Store(V128<E> v, E* p) => v._v.Store(p);

    [MethodImpl(AggressiveInlining)]
    public static void StoreFirst(V128<E> v, E* p, int count)
    {
        if (sizeof(E) == 4 && Avx2.IsSupported)
        {
            Avx2.MaskStore((int*)p, Vector128.LessThan(Vector128<int>.Indices, Vector128.Create(count)), v._v.As<E, int>());
        }
        else if (sizeof(E) == 8 && Avx2.IsSupported)
        {
            Avx2.MaskStore((long*)p, Vector128.LessThan(Vector128<long>.Indices, Vector128.Create((long)count)), v._v.As<E, long>());
        }
        else
        {
            new Span<E>(&v, count).CopyTo(new Span<E>(p, count));
        }
    }
}
