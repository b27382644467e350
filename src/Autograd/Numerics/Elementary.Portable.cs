using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Autograd.Numerics;

/// <content>
/// The kernels once more at 256 bits, for hardware without AVX-512. There Vector512 is managed code over pairs of
/// Vector256, and a kernel of fifty operations written with it exhausts the inliner and degrades into calls, ten times
/// slower. For the same reason these are never inlined: a call per eight lanes is the smaller evil. They are optimized
/// on the first call, because a tier-0 kernel is slower yet by a factor of ten. Line for line the 512-bit kernels, plus
/// what AVX-512 instructions do for special values; ElementaryTests holds both to the same bits.
/// </content>
internal static partial class Elementary
{
    /// <summary>True where a fused multiply-add is one instruction and not a software routine.</summary>
    private static bool HasFma
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => System.Runtime.Intrinsics.X86.Fma.IsSupported || AdvSimd.IsSupported;
    }

    /// <summary>a * b + c, fused where the hardware fuses.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Fma(Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
        HasFma ? Vector256.FusedMultiplyAdd(a, b, c) : (a * b) + c;

    /// <summary>a * b + c, fused where the hardware fuses.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Fma(Vector256<double> a, Vector256<double> b, Vector256<double> c) =>
        HasFma ? Vector256.FusedMultiplyAdd(a, b, c) : (a * b) + c;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Fma(Vector256<float> a, Vector256<float> b, float c) => Fma(a, b, Vector256.Create(c));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Fma(Vector256<double> a, Vector256<double> b, double c) => Fma(a, b, Vector256.Create(c));

    /// <summary>Limits x to [low, high] and keeps NaN: min and max answer with their second operand when unordered.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Limit(Vector256<float> x, float low, float high) =>
        Vector256.MaxNative(Vector256.Create(low), Vector256.MinNative(Vector256.Create(high), x));

    /// <summary>Limits x to [low, high] and keeps NaN: min and max answer with their second operand when unordered.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Limit(Vector256<double> x, double low, double high) =>
        Vector256.MaxNative(Vector256.Create(low), Vector256.MinNative(Vector256.Create(high), x));

    /// <summary>p * 2^n for integral n, rounded once, so that results underflow gradually. |n| at most 250.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Ldexp(Vector256<float> p, Vector256<float> n)
    {
        // Two factors: 2^n itself may not be representable where p * 2^n is. The first product is exact.
        var magic = Vector256.Create(RoundMagicSingle);
        var k = (n + magic).AsInt32() - magic.AsInt32();
        var half = Vector256.ShiftRightArithmetic(k, 1);
        var bias = Vector256.Create(127);
        return p * ((half + bias) << 23).AsSingle() * ((k - half + bias) << 23).AsSingle();
    }

    /// <summary>p * 2^n for integral n, rounded once, so that results underflow gradually. |n| at most 2040.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Ldexp(Vector256<double> p, Vector256<double> n)
    {
        // AVX2 has no arithmetic shift of 64-bit lanes; a bias makes the logical one do.
        var magic = Vector256.Create(RoundMagicDouble);
        var k = (n + magic).AsInt64() - magic.AsInt64();
        var half = ((k + Vector256.Create(4096L)) >>> 1) - Vector256.Create(2048L);
        var bias = Vector256.Create(1023L);
        return p * ((half + bias) << 52).AsDouble() * ((k - half + bias) << 52).AsDouble();
    }

    /// <summary>x with the sign bit of <paramref name="sign"/> added; for results known to share the sign of the argument.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> OrSign(Vector256<float> x, Vector256<float> sign) => x | (sign & Vector256.Create(-0f));

    /// <summary>x with the sign bit of <paramref name="sign"/> added; for results known to share the sign of the argument.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> OrSign(Vector256<double> x, Vector256<double> sign) => x | (sign & Vector256.Create(-0d));
}
