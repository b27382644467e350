using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Autograd.Numerics;

/// <summary>
/// Elementary functions over whole SIMD vectors: every lane is computed by the same instructions, so a value
/// gives the same bits in any lane. Special values follow IEEE 754. Error bounds are stated per function, as
/// asserted by ElementaryTests, in ULPs of the exact result. They hold with fused multiply-add; without, the tests
/// allow up to 0.3 ULP more (tanh: 1).
/// </summary>
/// <remarks>
/// Approximations marked "own fit" are near-minimax polynomials or rationals computed in 50-digit arithmetic by
/// iteratively reweighted least squares (Lawson) on Chebyshev nodes, weighted for relative error.
/// Every vectorized kernel exists twice. The 512-bit ones assume AVX-512 and are inlined; without AVX-512 they hand both
/// halves to the portable 256-bit ones (Elementary.Portable.*.cs), which give the same bits wherever there is FMA.
/// </remarks>
internal static partial class Elementary
{
    // Adding and subtracting 1.5 * 2^(mantissa bits) rounds to the nearest integer, ties to even, and leaves that
    // integer in the low bits of the sum: one instruction cheaper than an explicit rounding, and the same everywhere.
    private const float RoundMagicSingle = 12582912f;
    private const double RoundMagicDouble = 6755399441055744.0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Fma(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
        Vector512.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Fma(Vector512<double> a, Vector512<double> b, Vector512<double> c) =>
        Vector512.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Fma(Vector512<float> a, Vector512<float> b, float c) => Fma(a, b, Vector512.Create(c));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Fma(Vector512<double> a, Vector512<double> b, double c) => Fma(a, b, Vector512.Create(c));

    /// <summary>Limits x to [low, high] and keeps NaN: min and max answer with their second operand when unordered.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Limit(Vector512<float> x, float low, float high) =>
        Vector512.MaxNative(Vector512.Create(low), Vector512.MinNative(Vector512.Create(high), x));

    /// <summary>Limits x to [low, high] and keeps NaN: min and max answer with their second operand when unordered.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Limit(Vector512<double> x, double low, double high) =>
        Vector512.MaxNative(Vector512.Create(low), Vector512.MinNative(Vector512.Create(high), x));

    /// <summary>p * 2^n for integral n, rounded once, so that results underflow gradually.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Ldexp(Vector512<float> p, Vector512<float> n) => Avx512F.Scale(p, n);

    /// <summary>p * 2^n for integral n, rounded once, so that results underflow gradually.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Ldexp(Vector512<double> p, Vector512<double> n) => Avx512F.Scale(p, n);

    /// <summary>x with the sign bit of <paramref name="sign"/> added; for results known to share the sign of the argument.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> OrSign(Vector512<float> x, Vector512<float> sign) => x | (sign & Vector512.Create(-0f));

    /// <summary>x with the sign bit of <paramref name="sign"/> added; for results known to share the sign of the argument.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> OrSign(Vector512<double> x, Vector512<double> sign) => x | (sign & Vector512.Create(-0d));

    /// <summary>A scalar function of one variable, for <see cref="Map{TFunction}(Vector512{double})"/>.</summary>
    private interface IScalarFunction
    {
        static abstract double Invoke(double x);
    }

    /// <summary>A scalar function of two variables, for <see cref="Map2{TFunction}(Vector512{double}, Vector512{double})"/>.</summary>
    private interface IScalarFunction2
    {
        static abstract double Invoke(double x, double y);
    }

    /// <summary>Applies a scalar function lane by lane: the fallback for functions too rare to deserve a vector kernel.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static unsafe Vector512<double> Map<TFunction>(Vector512<double> x)
        where TFunction : struct, IScalarFunction
    {
        var lanes = stackalloc double[Vector512<double>.Count];
        x.Store(lanes);
        for (var i = 0; i < Vector512<double>.Count; i++)
        {
            lanes[i] = TFunction.Invoke(lanes[i]);
        }

        return Vector512.Load(lanes);
    }

    /// <summary>Applies a scalar function lane by lane in double precision and rounds once to float.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static Vector512<float> Map<TFunction>(Vector512<float> x)
        where TFunction : struct, IScalarFunction
    {
        // Converting whole vectors and not lane by lane: next to calls into the C library that is about three times faster.
        var (lower, upper) = Vector512.Widen(x);
        return Vector512.Narrow(Map<TFunction>(lower), Map<TFunction>(upper));
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static unsafe Vector512<double> Map2<TFunction>(Vector512<double> x, Vector512<double> y)
        where TFunction : struct, IScalarFunction2
    {
        var lanes = stackalloc double[2 * Vector512<double>.Count];
        var second = lanes + Vector512<double>.Count;
        x.Store(lanes);
        y.Store(second);
        for (var i = 0; i < Vector512<double>.Count; i++)
        {
            lanes[i] = TFunction.Invoke(lanes[i], second[i]);
        }

        return Vector512.Load(lanes);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static Vector512<float> Map2<TFunction>(Vector512<float> x, Vector512<float> y)
        where TFunction : struct, IScalarFunction2
    {
        var (x0, x1) = Vector512.Widen(x);
        var (y0, y1) = Vector512.Widen(y);
        return Vector512.Narrow(Map2<TFunction>(x0, y0), Map2<TFunction>(x1, y1));
    }
}
