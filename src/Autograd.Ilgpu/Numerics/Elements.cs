using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd.Backends.Ilgpu;

/// <summary>What kernels ask of an element in memory beyond arithmetic: how it becomes another. Floating to integer truncates and saturates, NaN becomes 0.</summary>
internal interface IElement<T> where T : unmanaged
{
    /// <summary>Whether <see cref="ToWhole"/> loses nothing that matters: integers and bools.</summary>
    static abstract bool IsWhole { get; }

    static abstract double ToReal(T x);

    static abstract long ToWhole(T x);

    static abstract T OfReal(double x);

    static abstract T OfWhole(long x);
}

/// <summary>A bool in memory: a byte, since a bool is not the same everywhere.</summary>
internal readonly struct Truth(byte v) : IElement<Truth>
{
    public readonly byte V = v;

    public static bool IsWhole => true;

    [MethodImpl(AggressiveInlining)]
    public static double ToReal(Truth x) => x.V == 0 ? 0.0 : 1.0;

    [MethodImpl(AggressiveInlining)]
    public static long ToWhole(Truth x) => x.V == 0 ? 0L : 1L;

    [MethodImpl(AggressiveInlining)]
    public static Truth OfReal(double x) => Of(x != 0);

    [MethodImpl(AggressiveInlining)]
    public static Truth OfWhole(long x) => Of(x != 0);

    [MethodImpl(AggressiveInlining)]
    public static Truth Of(bool x) => new(x ? (byte)1 : (byte)0);
}

internal readonly partial struct Real32 : IElement<Real32>
{
    public static bool IsWhole => false;

    [MethodImpl(AggressiveInlining)]
    public static double ToReal(Real32 x) => x.V;

    [MethodImpl(AggressiveInlining)]
    public static long ToWhole(Real32 x) => Real64.Truncated(x.V);

    [MethodImpl(AggressiveInlining)]
    public static Real32 OfReal(double x) => new((float)x);

    [MethodImpl(AggressiveInlining)]
    public static Real32 OfWhole(long x) => new(x);
}

internal readonly partial struct Real64 : IElement<Real64>
{
    public static bool IsWhole => false;

    [MethodImpl(AggressiveInlining)]
    public static double ToReal(Real64 x) => x.V;

    [MethodImpl(AggressiveInlining)]
    public static long ToWhole(Real64 x) => Truncated(x.V);

    [MethodImpl(AggressiveInlining)]
    public static Real64 OfReal(double x) => new(x);

    [MethodImpl(AggressiveInlining)]
    public static Real64 OfWhole(long x) => new(x);

    // What a conversion out of range gives differs between devices. 2^63 is the first number above the largest integer.
    [MethodImpl(AggressiveInlining)]
    public static long Truncated(double x) =>
        x >= 9223372036854775808.0 ? long.MaxValue : x <= -9223372036854775808.0 ? long.MinValue : double.IsNaN(x) ? 0L : (long)x;
}

internal readonly partial struct Whole32 : IElement<Whole32>
{
    public static bool IsWhole => true;

    [MethodImpl(AggressiveInlining)]
    public static double ToReal(Whole32 x) => x.V;

    [MethodImpl(AggressiveInlining)]
    public static long ToWhole(Whole32 x) => x.V;

    [MethodImpl(AggressiveInlining)]
    public static Whole32 OfReal(double x) => OfWhole(Real64.Truncated(x));

    [MethodImpl(AggressiveInlining)]
    public static Whole32 OfWhole(long x) => new(x > int.MaxValue ? int.MaxValue : x < int.MinValue ? int.MinValue : (int)x);
}

internal readonly partial struct Whole64 : IElement<Whole64>
{
    public static bool IsWhole => true;

    [MethodImpl(AggressiveInlining)]
    public static double ToReal(Whole64 x) => x.V;

    [MethodImpl(AggressiveInlining)]
    public static long ToWhole(Whole64 x) => x.V;

    [MethodImpl(AggressiveInlining)]
    public static Whole64 OfReal(double x) => new(Real64.Truncated(x));

    [MethodImpl(AggressiveInlining)]
    public static Whole64 OfWhole(long x) => new(x);
}
