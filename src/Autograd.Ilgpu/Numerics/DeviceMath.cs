using System.Runtime.CompilerServices;
using Reinterpret = ILGPU.Interop;

namespace Autograd.Backends.Ilgpu;

/// <summary>
/// Elementary functions of one number, as code for any device: nothing but + - * /, roots, comparisons, conversions and bits, because what the vendors call sine or
/// exponential is approximate on one device and missing on the next. Algorithms and coefficients are the CPU's (Elementary.*.cs) and fdlibm's. Special values follow
/// IEEE 754, denormal numbers as far as the device keeps them. Error bounds are stated per function, as DeviceMathTests asserts them, in units of the last place.
/// </summary>
/// <remarks>
/// Compilers stand between this source and the device, and each takes liberties:
/// <list type="bullet">
/// <item>A product may be fused with the sum it goes into, on CUDA and OpenCL. So nothing here relies on a product being rounded: an error is recovered only from products that are exact
/// (of factors cut to 26 bits with <see cref="High"/>, or of split constants), for which fusing changes nothing. Elsewhere fusing makes results better, not worse.</item>
/// <item>ILGPU folds (x + a) + b, (x - a) - b, (x * a) * b and a - (b - x) into one operation for constants a and b, also where the floating-point results differ. None of these occur here
/// where they would.</item>
/// <item>ILGPU's OpenCL code takes "not less" for "greater or equal", NaN or not. So conditions on numbers that may be NaN are of the form c ? a : b, c one comparison with a constant on the
/// right, or ask the bits; and where an if asks, NaN comes out either way.</item>
/// </list>
/// Root and quotient are correctly rounded on CUDA (sqrt.rn, div.rn; never build the context with fast math) and everywhere for double. OpenCL promises single precision a quotient to 2.5
/// units, a root to 3 only, the bounds below hold there as far as the device does better, and many do.
/// </remarks>
internal static partial class DeviceMath
{
    // Adding and subtracting 1.5 * 2^(mantissa bits) rounds to the nearest integer, ties to even.
    private const float RoundMagicSingle = 12582912f;
    private const double RoundMagicDouble = 6755399441055744.0;

    private const int InfinityBits = 0x7F800000;
    private const long InfinityBitsDouble = 0x7FF0000000000000;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Bits(float x) => (int)Reinterpret.FloatAsInt(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Bits(double x) => (long)Reinterpret.FloatAsInt(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float OfBits(int bits) => Reinterpret.IntAsFloat((uint)bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double OfBits(long bits) => Reinterpret.IntAsFloat((ulong)bits);

    /// <summary>The bits of |x|, in the order of the numbers: infinity above all of them, NaN above infinity.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Magnitude(float x) => Bits(x) & int.MaxValue;

    /// <inheritdoc cref="Magnitude(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Magnitude(double x) => Bits(x) & long.MaxValue;

    /// <summary>|x|.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Abs(float x) => OfBits(Magnitude(x));

    /// <inheritdoc cref="Abs(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Abs(double x) => OfBits(Magnitude(x));

    /// <summary>x with the sign bit of <paramref name="sign"/> added; for results known to share the sign of the argument.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float OrSign(float x, float sign) => OfBits(Bits(x) | (Bits(sign) & int.MinValue));

    /// <inheritdoc cref="OrSign(float, float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double OrSign(double x, double sign) => OfBits(Bits(x) | (Bits(sign) & long.MinValue));

    /// <summary>x cut to 26 bits: the product of two such numbers is exact, and so is x - High(x), of 27.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double High(double x) => OfBits(Bits(x) & ~0x7FFFFFFL);

    /// <summary>Limits x to [low, high] and keeps NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Limit(float x, float low, float high)
    {
        x = x > high ? high : x;
        return x < low ? low : x;
    }

    /// <inheritdoc cref="Limit(float, float, float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Limit(double x, double low, double high)
    {
        x = x > high ? high : x;
        return x < low ? low : x;
    }

    /// <summary>p * 2^n, rounded once, so that results underflow gradually. |n| at most 250.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Ldexp(float p, int n)
    {
        // Two factors: 2^n itself may not be representable where p * 2^n is. The first product is exact.
        var half = n >> 1;
        return p * OfBits((half + 127) << 23) * OfBits((n - half + 127) << 23);
    }

    /// <summary>p * 2^n, rounded once, so that results underflow gradually. |n| at most 2040.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Ldexp(double p, int n)
    {
        var half = n >> 1;
        return p * OfBits((half + 1023L) << 52) * OfBits((n - half + 1023L) << 52);
    }

    /// <summary>The smaller value, -0 below +0; NaN if either is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Min(float x, float y)
    {
        var least = x < y ? x : x > y ? y : OfBits(Bits(x) | Bits(y));
        return Magnitude(x) > InfinityBits ? x : Magnitude(y) > InfinityBits ? y : least;
    }

    /// <inheritdoc cref="Min(float, float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Min(double x, double y)
    {
        var least = x < y ? x : x > y ? y : OfBits(Bits(x) | Bits(y));
        return Magnitude(x) > InfinityBitsDouble ? x : Magnitude(y) > InfinityBitsDouble ? y : least;
    }

    /// <summary>The larger value, +0 above -0; NaN if either is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(float x, float y)
    {
        var greatest = x > y ? x : x < y ? y : OfBits(Bits(x) & Bits(y));
        return Magnitude(x) > InfinityBits ? x : Magnitude(y) > InfinityBits ? y : greatest;
    }

    /// <inheritdoc cref="Max(float, float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Max(double x, double y)
    {
        var greatest = x > y ? x : x < y ? y : OfBits(Bits(x) & Bits(y));
        return Magnitude(x) > InfinityBitsDouble ? x : Magnitude(y) > InfinityBitsDouble ? y : greatest;
    }
}
