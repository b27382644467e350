using System.Runtime.CompilerServices;

namespace Autograd.Backends.Ilgpu;

/// <content>Circular functions and their inverses.</content>
internal static partial class DeviceMath
{
    // pi/2 in parts of 33 bits (fdlibm e_rem_pio2): n times each of the first two is exact for n below 2^20.
    private const double HalfPi = 1.5707963267948966;
    private const double HalfPiTail = 6.123233995736766e-17;
    private const double HalfPi1 = 1.57079632673412561417e+00;
    private const double HalfPi1Tail = 6.07710050650619224932e-11;
    private const double HalfPi2 = 6.07710050630396597660e-11;
    private const double HalfPi2Tail = 2.02226624879595063154e-21;

    // Beyond this the reduction by parts is no longer exact.
    private const double LargestReduced = 1e6;

    /// <summary>Sine: max error 1.5 ULP over all floats.</summary>
    public static float Sin(float x) => Magnitude(x) == 0 ? x : SinCos(x, 0);

    /// <summary>Sine: max error 0.9 ULP over all doubles (fdlibm k_sin).</summary>
    public static double Sin(double x) => Magnitude(x) == 0 ? x : SinCos(x, 0);

    /// <summary>Cosine: max error 1.5 ULP over all floats.</summary>
    public static float Cos(float x) => SinCos(x, 1);

    /// <summary>Cosine: max error 0.9 ULP over all doubles (fdlibm k_cos).</summary>
    public static double Cos(double x) => SinCos(x, 1);

    /// <summary>Tangent, in double precision and rounded once: max error 0.51 ULP.</summary>
    public static float Tan(float x) => (float)Tan((double)x);

    /// <summary>Tangent: max error 1 ULP over all doubles.</summary>
    public static double Tan(double x)
    {
        var (r, tail, turns) = Reduce(x);
        var (r0, r1) = SinOfReduced(r, tail);
        var (q0, q1) = CosOfReduced(r, tail);
        var (s, c) = (r0 + r1, q0 + q1);
        var (sLow, cLow) = (r1 - (s - r0), q1 - (c - q0));
        var odd = (turns & 1) != 0;
        var (numerator, numeratorLow) = (odd ? -c : s, odd ? -cLow : sLow);
        var (divisor, divisorLow) = (odd ? s : c, odd ? sLow : cLow);
        // The quotient of the two sums, corrected by its residual: the leading product of that is exact.
        var t = High(numerator / divisor);
        var high = High(divisor);
        var residual = ((numerator - (t * high)) - (t * (divisor - high))) + (numeratorLow - (t * divisorLow));
        var y = t + (residual / divisor);
        return Magnitude(x) < 0x3E40000000000000 ? x : Magnitude(x) < InfinityBitsDouble ? y : double.NaN;
    }

    /// <summary>Arc sine, in double precision and rounded once: max error 0.51 ULP.</summary>
    public static float Asin(float x) => (float)Asin((double)x);

    /// <summary>Arc sine: max error 1 ULP (fdlibm e_asin).</summary>
    public static double Asin(double x)
    {
        var a = Abs(x);
        var (root, rootLow, w) = AsinPart(a);
        // pi/2 - 2 asin(sqrt((1 - a) / 2)), in the order that loses least.
        var q = (0.5 * HalfPi) - (2.0 * root);
        var large = (((HalfPiTail - (2.0 * rootLow)) - (2.0 * (root + rootLow) * w)) + q) + (0.5 * HalfPi);
        var y = a < 0.5 ? a + (a * w) : large;
        return Magnitude(x) < 0x3E40000000000000 ? x : a > 1.0 ? double.NaN : OrSign(y, x);
    }

    /// <summary>Arc cosine, in double precision and rounded once: max error 0.51 ULP.</summary>
    public static float Acos(float x) => (float)Acos((double)x);

    /// <summary>Arc cosine: max error 1 ULP (fdlibm e_acos).</summary>
    public static double Acos(double x)
    {
        var a = Abs(x);
        var (root, rootLow, w) = AsinPart(a);
        var small = HalfPi - (x - (HalfPiTail - (x * w)));
        var angle = root + (rootLow + ((root + rootLow) * w));
        var left = 2.0 * (HalfPi - (angle - HalfPiTail));
        return a > 1.0 ? double.NaN : a < 0.5 ? small : x < 0.0 ? left : 2.0 * angle;
    }

    /// <summary>Arc tangent, in double precision and rounded once: max error 0.51 ULP.</summary>
    public static float Atan(float x) => (float)Atan((double)x);

    /// <summary>Arc tangent: max error 1 ULP (fdlibm s_atan).</summary>
    public static double Atan(double x) => AtanOfSum(x, 0.0);

    /// <summary>The angle of the point (x, y), in double precision and rounded once: max error 0.51 ULP.</summary>
    public static float Atan2(float y, float x) => (float)Atan2((double)y, (double)x);

    /// <summary>The angle of the point (x, y): max error 1.5 ULP; special values as Math.Atan2.</summary>
    public static double Atan2(double y, double x)
    {
        var (a, b) = (Abs(y), Abs(x));
        // Of the axes and infinities only the direction counts.
        var bothInfinite = (Magnitude(y) == InfinityBitsDouble) & (Magnitude(x) == InfinityBitsDouble);
        var quotient = bothInfinite ? 1.0 : Magnitude(y) == 0 ? 0.0 : a / b;
        // The part of the quotient that rounding lost, where it is not out of range.
        var high = High(quotient);
        var bHigh = High(b);
        var lost = (((a - (high * bHigh)) - (high * (b - bHigh))) - ((quotient - high) * b)) / b;
        lost = Magnitude(lost) < Magnitude(quotient) ? lost : 0.0;
        lost = quotient > 1e-290 ? (b > 1e-290 ? (a > 1e-290 ? (a < 1e290 ? lost : 0.0) : 0.0) : 0.0) : 0.0;
        var angle = AtanOfSum(quotient, lost);
        angle = Bits(x) < 0 ? (2.0 * HalfPi) - (angle - (2.0 * HalfPiTail)) : angle;
        angle = Magnitude(x) > InfinityBitsDouble ? x : Magnitude(y) > InfinityBitsDouble ? y : angle;
        return OrSign(angle, y);
    }

    /// <summary>sin(x + quarterTurns * pi/2).</summary>
    private static float SinCos(float x, int quarterTurns)
    {
        float r;
        int turns;
        if (Magnitude(x) <= 0x49742400)
        {
            // Reducing in double precision is exact enough for every float in range without a chain of split constants.
            var n = (((double)x * 0.6366197723675814) + RoundMagicDouble) - RoundMagicDouble;
            r = (float)((x - (n * HalfPi1)) - (n * HalfPi1Tail));
            turns = (int)n;
        }
        else
        {
            var (reduced, _, quadrant) = ReduceLarge(x);
            r = (float)reduced;
            turns = quadrant;
        }
        turns += quarterTurns;
        var y = r * r;
        // Fits on [0, pi/4]: sin to 2^-28, cos to 2^-33.
        var s = -0.000195150336f;
        s = (s * y) + 0.00833215844f;
        s = (s * y) + -0.166666552f;
        s = (s * (y * r)) + r;
        var c = 2.44331404e-05f;
        c = (c * y) + -0.00138873165f;
        c = (c * y) + 0.0416666456f;
        c = (c * y) + -0.5f;
        c = (c * y) + 1f;
        var result = OfBits(Bits((turns & 1) == 0 ? s : c) ^ ((turns & 2) << 30));
        return Magnitude(x) < InfinityBits ? result : float.NaN;
    }

    /// <summary>sin(x + quarterTurns * pi/2).</summary>
    private static double SinCos(double x, int quarterTurns)
    {
        var (r, tail, turns) = Reduce(x);
        turns += quarterTurns;
        var (s, sLow) = SinOfReduced(r, tail);
        var (c, cLow) = CosOfReduced(r, tail);
        var result = (turns & 1) == 0 ? s + sLow : c + cLow;
        result = OfBits(Bits(result) ^ ((long)(turns & 2) << 62));
        return Magnitude(x) < InfinityBitsDouble ? result : double.NaN;
    }

    /// <summary>sin(r + tail) on [-pi/4, pi/4], as a sum.</summary>
    private static (double High, double Low) SinOfReduced(double r, double tail)
    {
        var z = r * r;
        var s = 1.58969099521155010221e-10;
        s = (s * z) + -2.50507602534068634195e-08;
        s = (s * z) + 2.75573137070700676789e-06;
        s = (s * z) + -1.98412698298579493134e-04;
        s = (s * z) + 8.33333333332248946124e-03;
        var v = z * r;
        return (r, (tail - (z * ((0.5 * tail) - (v * s)))) - (v * 1.66666666666666324348e-01));
    }

    /// <summary>cos(r + tail) on [-pi/4, pi/4], as a sum.</summary>
    private static (double High, double Low) CosOfReduced(double r, double tail)
    {
        var z = r * r;
        var c = -1.13596475577881948265e-11;
        c = (c * z) + 2.08757232129817482790e-09;
        c = (c * z) + -2.75573143513906633035e-07;
        c = (c * z) + 2.48015872894767294178e-05;
        c = (c * z) + -1.38888888888741095749e-03;
        c = (c * z) + 4.16666666666666019037e-02;
        var half = 0.5 * z;
        var q = 1.0 - half;
        return (q, ((z * (z * c)) - (r * tail)) - ((q - 1.0) + half));
    }

    /// <summary>x = R + Tail + Turns pi/2 with |R| at most pi/4, to 118 bits of pi/2 and for large x all that matter; Turns modulo 4 for these.</summary>
    private static (double R, double Tail, int Turns) Reduce(double x)
    {
        if (Magnitude(x) > 0x412E848000000000)
        {
            return ReduceLarge(x);
        }
        // fdlibm's second iteration, always: the remainder as a sum.
        var n = ((x * 0.6366197723675814) + RoundMagicDouble) - RoundMagicDouble;
        var t = x - (n * HalfPi1);
        var w = n * HalfPi2;
        var u = t - w;
        var correction = (n * HalfPi2Tail) - ((t - u) - w);
        var r = u - correction;
        return (r, (u - r) - correction, (int)n);
    }

    /// <summary>
    /// The same for |x| above <see cref="LargestReduced"/>, by the method of Payne and Hanek: of 2/pi the bits that make whole turns with the exponent of x are skipped, and 192 of
    /// those that follow are multiplied by its mantissa in integers, modulo 4 quarter turns.
    /// </summary>
    private static (double R, double Tail, int Turns) ReduceLarge(double x)
    {
        var a = Magnitude(x);
        var mantissa = (ulong)((a & 0xFFFFFFFFFFFFF) | 0x10000000000000);
        var skip = (int)(a >> 52) - 1077;
        var (word, shift) = (skip >> 6, skip & 63);
        var w1 = TwoOverPi(word + 1);
        var w2 = TwoOverPi(word + 2);
        var p0 = (TwoOverPi(word) << shift) | ((w1 >> 1) >> (63 - shift));
        var p1 = (w1 << shift) | ((w2 >> 1) >> (63 - shift));
        var p2 = (w2 << shift) | ((TwoOverPi(word + 3) >> 1) >> (63 - shift));

        var product = mantissa * p1;
        var low = product + HighProduct(mantissa, p2);
        var high = (mantissa * p0) + HighProduct(mantissa, p1) + (low < product ? 1UL : 0UL);
        var turns = (int)(high >> 62);
        high = (high << 2) | (low >> 62);
        low <<= 2;
        // The fraction of a quarter turn, to the nearest whole one: its magnitude and sign.
        var negative = (long)high < 0;
        turns += negative ? 1 : 0;
        low = negative ? ~low + 1UL : low;
        high = negative ? ~high + (low == 0UL ? 1UL : 0UL) : high;

        // As doubles, piece by piece of at most 53 bits, because the leading ones may be zeros.
        var f0 = (double)(long)(high >> 11) * 1.1102230246251565e-16;
        var f1 = (double)(long)(((high & 0x7FF) << 42) | (low >> 22)) * 1.232595164407831e-32;
        var f2 = (double)(long)(low & 0x3FFFFF) * 2.938735877055719e-39;
        var f = f0 + f1;
        var fLow = (f1 - (f - f0)) + f2;
        // Times pi/2: the leading product is exact.
        var fHigh = High(f);
        var exact = fHigh * 1.5707963109016418;
        var rest = (fHigh * 1.5893254773528196e-08) + (((f - fHigh) + fLow) * HalfPi);
        var r = exact + rest;
        var tail = rest - (r - exact);
        var flip = negative != (Bits(x) < 0);
        return (flip ? -r : r, flip ? -tail : tail, Bits(x) < 0 ? -turns : turns);
    }

    /// <summary>The upper half of a product.</summary>
    private static ulong HighProduct(ulong x, ulong y)
    {
        var (x0, x1) = (x & 0xFFFFFFFF, x >> 32);
        var (y0, y1) = (y & 0xFFFFFFFF, y >> 32);
        var middle = (x1 * y0) + ((x0 * y0) >> 32);
        var other = (x0 * y1) + (middle & 0xFFFFFFFF);
        return (x1 * y1) + (middle >> 32) + (other >> 32);
    }

    /// <summary>The bits of 2/pi behind the point, 64 at a time.</summary>
    private static ulong TwoOverPi(int word) =>
        word < 8
            ? word < 4
                ? word < 2 ? word < 1 ? word < 0 ? 0UL : 0xA2F9836E4E441529UL : 0xFC2757D1F534DDC0UL : word < 3 ? 0xDB6295993C439041UL : 0xFE5163ABDEBBC561UL
                : word < 6 ? word < 5 ? 0xB7246E3A424DD2E0UL : 0x06492EEA09D1921CUL : word < 7 ? 0xFE1DEB1CB129A73EUL : 0xE88235F52EBB4484UL
            : word < 12
                ? word < 10 ? word < 9 ? 0xE99C7026B45F7E41UL : 0x3991D639835339F4UL : word < 11 ? 0x9C845F8BBDF9283BUL : 0x1FF897FFDE05980FUL
                : word < 16
                    ? word < 14 ? word < 13 ? 0xEF2F118B5A0A6D1FUL : 0x6D367ECF27CB09B7UL : word < 15 ? 0x4F463F669E5FEA2DUL : 0x7527BAC7EBE5F17BUL
                    : word < 18 ? word < 17 ? 0x3D0739F78A5292EAUL : 0x6BFB5FB11F8D5D08UL : 0x56033046FC7B6BABUL;

    /// <summary>
    /// What arc sine and cosine are made of: W = asin(s) / s - 1 (fdlibm e_asin: 2^-58.75) of s = a below 1/2, of s = sqrt((1 - a) / 2) above, and that root as a sum, the first
    /// part cut to 26 bits so that its square is exact.
    /// </summary>
    private static (double Root, double RootLow, double W) AsinPart(double a)
    {
        var half = 0.5 * (1.0 - a);
        var t = a < 0.5 ? a * a : half;
        var p = 3.47933107596021167570e-05;
        p = (p * t) + 7.91534994289814532176e-04;
        p = (p * t) + -4.00555345006794114027e-02;
        p = (p * t) + 2.01212532134862925881e-01;
        p = (p * t) + -3.25565818622400915405e-01;
        p = (p * t) + 1.66666666666666657415e-01;
        var q = 7.70381505559019352791e-02;
        q = (q * t) + -6.88283971605453293030e-01;
        q = (q * t) + 2.02094576023350569471e+00;
        q = (q * t) + -2.40339491173441421878e+00;
        q = (q * t) + 1.0;
        var root = Math.Sqrt(half);
        var high = High(root);
        var low = (half - (high * high)) / (root + high);
        return (high, half > 0.0 ? low : 0.0, (p * t) / q);
    }

    /// <summary>
    /// atan(x + lost) (fdlibm s_atan): about the nearest of 0, 1/2, 1, 3/2 and infinity, whose own arc tangents are known as sums.
    /// </summary>
    private static double AtanOfSum(double x, double lost)
    {
        var a = Abs(x);
        var centre = a < 0.6875 ? 0.5 : a < 1.1875 ? 1.0 : 1.5;
        var high = a < 0.6875 ? 4.63647609000806093515e-01 : a < 1.1875 ? 7.85398163397448278999e-01 : a < 2.4375 ? 9.82793723247329054082e-01 : HalfPi;
        var low = a < 0.6875 ? 2.26987774529616870924e-17 : a < 1.1875 ? 3.06161699786838301793e-17 : a < 2.4375 ? 1.39033110312309984516e-17 : HalfPiTail;
        var t = a < 2.4375 ? (a - centre) / ((a * centre) + 1.0) : -1.0 / a;
        t = a < 0.4375 ? a : t;
        var z = t * t;
        var p = 1.62858201153657823623e-02;
        p = (p * z) + -3.65315727442169155270e-02;
        p = (p * z) + 4.97687799461593236017e-02;
        p = (p * z) + -5.83357013379057348645e-02;
        p = (p * z) + 6.66107313738753120669e-02;
        p = (p * z) + -7.69187620504482999495e-02;
        p = (p * z) + 9.09088713343650656196e-02;
        p = (p * z) + -1.11111104054623557880e-01;
        p = (p * z) + 1.42857142725034663711e-01;
        p = (p * z) + -1.99999999998764832476e-01;
        p = (p * z) + 3.33333333333329318027e-01;
        // The slope of the arc tangent carries what the quotient lost.
        var rest = (lost / ((a * a) + 1.0)) - (t * (z * p));
        var angle = a < 0.4375 ? t + rest : high + ((rest + low) + t);
        return OrSign(Magnitude(x) < 0x3E40000000000000 ? a : angle, x);
    }
}
