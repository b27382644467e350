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

    static abstract V Load(E* p);

    static abstract V Broadcast(E value);

    static abstract V Add(V x, V y);

    /// <summary>x y + sum, rounded once where the hardware does.</summary>
    static abstract V MultiplyAdd(V x, V y, V sum);

    static abstract void Store(V v, E* p);
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

    [MethodImpl(AggressiveInlining)]
    public static V512<E> Load(E* p) => new(Vector512.Load(p));

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

    [MethodImpl(AggressiveInlining)]
    public static V256<E> Load(E* p) => new(Vector256.Load(p));

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

    [MethodImpl(AggressiveInlining)]
    public static V128<E> Load(E* p) => new(Vector128.Load(p));

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
}
