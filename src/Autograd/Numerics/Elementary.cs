using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
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
/// </remarks>
internal static partial class Elementary
{
    // Adding and subtracting 1.5 * 2^(mantissa bits) rounds to the nearest integer, ties to even, and leaves that
    // integer in the low bits of the sum: one instruction cheaper than an explicit rounding, and the same everywhere.
    private const float RoundMagicSingle = 12582912f;
    private const double RoundMagicDouble = 6755399441055744.0;

    /// <summary>True where a fused multiply-add is one instruction and not a software routine.</summary>
    private static bool HasFma
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => System.Runtime.Intrinsics.X86.Fma.IsSupported || AdvSimd.IsSupported;
    }

    /// <summary>a * b + c, fused where the hardware fuses.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Fma(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
        HasFma ? Vector512.FusedMultiplyAdd(a, b, c) : (a * b) + c;

    /// <summary>a * b + c, fused where the hardware fuses.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Fma(Vector512<double> a, Vector512<double> b, Vector512<double> c) =>
        HasFma ? Vector512.FusedMultiplyAdd(a, b, c) : (a * b) + c;

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

    /// <summary>p * 2^n for integral n, rounded once, so that results underflow gradually. |n| at most 250.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Ldexp(Vector512<float> p, Vector512<float> n)
    {
        if (Avx512F.IsSupported)
        {
            return Avx512F.Scale(p, n);
        }

        // Two factors: 2^n itself may not be representable where p * 2^n is. The first product is exact.
        var magic = Vector512.Create(RoundMagicSingle);
        var k = (n + magic).AsInt32() - magic.AsInt32();
        var half = Vector512.ShiftRightArithmetic(k, 1);
        var bias = Vector512.Create(127);
        return p * ((half + bias) << 23).AsSingle() * ((k - half + bias) << 23).AsSingle();
    }

    /// <summary>p * 2^n for integral n, rounded once, so that results underflow gradually. |n| at most 2040.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Ldexp(Vector512<double> p, Vector512<double> n)
    {
        if (Avx512F.IsSupported)
        {
            return Avx512F.Scale(p, n);
        }

        // AVX2 has no arithmetic shift of 64-bit lanes; a bias makes the logical one do.
        var magic = Vector512.Create(RoundMagicDouble);
        var k = (n + magic).AsInt64() - magic.AsInt64();
        var half = ((k + Vector512.Create(4096L)) >>> 1) - Vector512.Create(2048L);
        var bias = Vector512.Create(1023L);
        return p * ((half + bias) << 52).AsDouble() * ((k - half + bias) << 52).AsDouble();
    }

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
    [MethodImpl(MethodImplOptions.NoInlining)]
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
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static unsafe Vector512<float> Map<TFunction>(Vector512<float> x)
        where TFunction : struct, IScalarFunction
    {
        var lanes = stackalloc float[Vector512<float>.Count];
        x.Store(lanes);
        for (var i = 0; i < Vector512<float>.Count; i++)
        {
            lanes[i] = (float)TFunction.Invoke(lanes[i]);
        }

        return Vector512.Load(lanes);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
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

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static unsafe Vector512<float> Map2<TFunction>(Vector512<float> x, Vector512<float> y)
        where TFunction : struct, IScalarFunction2
    {
        var lanes = stackalloc float[2 * Vector512<float>.Count];
        var second = lanes + Vector512<float>.Count;
        x.Store(lanes);
        y.Store(second);
        for (var i = 0; i < Vector512<float>.Count; i++)
        {
            lanes[i] = (float)TFunction.Invoke(lanes[i], second[i]);
        }

        return Vector512.Load(lanes);
    }
}
