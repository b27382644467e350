using System.Runtime.CompilerServices;

namespace Autograd.Backends.Ilgpu;

/// <content>Rounding to integers and exact division. On the bits of the number, where no fused product can come in between.</content>
internal static partial class DeviceMath
{
    /// <summary>The largest integer not above x. Exact, as all of its kind: the sign of zero is kept, NaN and infinities are returned.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Floor(float x) => Bits(x) < 0 ? OrSign(Up(Magnitude(x)), x) : Down(Magnitude(x));

    /// <inheritdoc cref="Floor(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Floor(double x) => Bits(x) < 0 ? OrSign(Up(Magnitude(x)), x) : Down(Magnitude(x));

    /// <summary>The smallest integer not below x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Ceiling(float x) => Bits(x) < 0 ? OrSign(Down(Magnitude(x)), x) : Up(Magnitude(x));

    /// <inheritdoc cref="Ceiling(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Ceiling(double x) => Bits(x) < 0 ? OrSign(Down(Magnitude(x)), x) : Up(Magnitude(x));

    /// <summary>The integer part.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Truncate(float x) => OrSign(Down(Magnitude(x)), x);

    /// <inheritdoc cref="Truncate(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Truncate(double x) => OrSign(Down(Magnitude(x)), x);

    /// <summary>The nearest integer, ties to even.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Round(float x)
    {
        var a = Magnitude(x);
        var below = a > 0x3F000000 ? 1f : 0f;
        var shift = FractionBits(a);
        // Half a unit less one bit, and that bit for odd integers; the exponent's lowest bit stands in for the leading one of [1, 2).
        var nearest = a + ((1 << shift) >> 1) - 1 + ((a >> shift) & 1);
        var rounded = shift == 0 ? a : (nearest >> shift) << shift;
        return OrSign(a < 0x3F800000 ? below : OfBits(rounded), x);
    }

    /// <inheritdoc cref="Round(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Round(double x)
    {
        var a = Magnitude(x);
        var below = a > 0x3FE0000000000000 ? 1.0 : 0.0;
        var shift = FractionBits(a);
        var nearest = a + ((1L << shift) >> 1) - 1 + ((a >> shift) & 1);
        var rounded = shift == 0 ? a : (nearest >> shift) << shift;
        return OrSign(a < 0x3FF0000000000000 ? below : OfBits(rounded), x);
    }

    /// <summary>
    /// What is left of x after taking y out a whole number of times, with the sign of y: exact, but for the last sum with y where the signs of x and y differ. NaN for infinite x and
    /// for y = 0.
    /// </summary>
    public static float Remainder(float x, float y)
    {
        var rest = RestOfDivision(x, y);
        return Borrows(rest, y) ? rest + y : rest;
    }

    /// <inheritdoc cref="Remainder(float, float)"/>
    public static double Remainder(double x, double y)
    {
        var rest = RestOfDivision(x, y);
        return Borrows(rest, y) ? rest + y : rest;
    }

    /// <summary>The largest integer not above x / y, rounded; x / y where y = 0.</summary>
    public static float FloorDivide(float x, float y)
    {
        var rest = RestOfDivision(x, y);
        // x - rest is a multiple of y up to rounding, so the quotient is an integer up to rounding.
        var quotient = Round((x - rest) / y);
        quotient = Borrows(rest, y) ? quotient - 1f : quotient;
        return Magnitude(y) == 0 ? x / y : quotient;
    }

    /// <inheritdoc cref="FloorDivide(float, float)"/>
    public static double FloorDivide(double x, double y)
    {
        var rest = RestOfDivision(x, y);
        var quotient = Round((x - rest) / y);
        quotient = Borrows(rest, y) ? quotient - 1.0 : quotient;
        return Magnitude(y) == 0 ? x / y : quotient;
    }

    /// <summary>Whether a remainder with the sign of x is on the other side of 0 than y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Borrows(float rest, float y) => ((Bits(rest) ^ Bits(y)) < 0) & (Magnitude(rest) > 0) & (Magnitude(rest) <= InfinityBits);

    /// <inheritdoc cref="Borrows(float, float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Borrows(double rest, double y) => ((Bits(rest) ^ Bits(y)) < 0) & (Magnitude(rest) > 0) & (Magnitude(rest) <= InfinityBitsDouble);

    /// <summary>x % y of C#: exact, with the sign of x. By long division of the mantissas, forty bits at a time.</summary>
    private static float RestOfDivision(float x, float y)
    {
        var (a, b) = (Magnitude(x), Magnitude(y));
        if (a >= InfinityBits || b > InfinityBits || b == 0)
        {
            return float.NaN;
        }
        if (a < b)
        {
            return x;
        }
        var (shift, exponent) = ((a >> 23 == 0 ? 1 : a >> 23), (b >> 23 == 0 ? 1 : b >> 23));
        shift -= exponent;
        var divisor = (long)((b & 0x7FFFFF) | (b >> 23 == 0 ? 0 : 0x800000));
        var rest = (long)((a & 0x7FFFFF) | (a >> 23 == 0 ? 0 : 0x800000)) % divisor;
        while (shift > 0 && rest != 0)
        {
            var step = shift < 39 ? shift : 39;
            rest = (rest << step) % divisor;
            shift -= step;
        }
        return OrSign(Ldexp((float)(int)rest, exponent - 150), x);
    }

    /// <summary>x % y of C#: exact, with the sign of x. By long division of the mantissas, ten bits at a time.</summary>
    private static double RestOfDivision(double x, double y)
    {
        var (a, b) = (Magnitude(x), Magnitude(y));
        if (a >= InfinityBitsDouble || b > InfinityBitsDouble || b == 0)
        {
            return double.NaN;
        }
        if (a < b)
        {
            return x;
        }
        var (shift, exponent) = ((int)(a >> 52 == 0 ? 1 : a >> 52), (int)(b >> 52 == 0 ? 1 : b >> 52));
        shift -= exponent;
        var divisor = (b & 0xFFFFFFFFFFFFF) | (b >> 52 == 0 ? 0 : 0x10000000000000);
        var rest = ((a & 0xFFFFFFFFFFFFF) | (a >> 52 == 0 ? 0 : 0x10000000000000)) % divisor;
        while (shift > 0 && rest != 0)
        {
            var step = shift < 10 ? shift : 10;
            rest = (rest << step) % divisor;
            shift -= step;
        }
        return OrSign(Ldexp((double)rest, exponent - 1075), x);
    }

    /// <summary>How many of the lowest bits of a float are its fraction, given its magnitude of at least 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int FractionBits(int a)
    {
        var shift = 150 - (a >> 23);
        return shift < 0 ? 0 : shift > 23 ? 23 : shift;
    }

    /// <inheritdoc cref="FractionBits(int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int FractionBits(long a)
    {
        var shift = 1075 - (int)(a >> 52);
        return shift < 0 ? 0 : shift > 52 ? 52 : shift;
    }

    /// <summary>The integer part of a magnitude.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Down(int a)
    {
        var shift = FractionBits(a);
        return a < 0x3F800000 ? 0f : OfBits((a >> shift) << shift);
    }

    /// <inheritdoc cref="Down(int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Down(long a)
    {
        var shift = FractionBits(a);
        return a < 0x3FF0000000000000 ? 0.0 : OfBits((a >> shift) << shift);
    }

    /// <summary>The smallest integer not below a magnitude. A carry out of the mantissa goes where it should, into the exponent.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Up(int a)
    {
        var shift = FractionBits(a);
        var integer = OfBits(((a + (1 << shift) - 1) >> shift) << shift);
        return a == 0 ? 0f : a < 0x3F800000 ? 1f : integer;
    }

    /// <inheritdoc cref="Up(int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Up(long a)
    {
        var shift = FractionBits(a);
        var integer = OfBits(((a + (1L << shift) - 1) >> shift) << shift);
        return a == 0 ? 0.0 : a < 0x3FF0000000000000 ? 1.0 : integer;
    }
}
