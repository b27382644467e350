using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd.Backends.Ilgpu;

/// <summary>
/// A long as the number of a formula in a kernel, and as the element of the memory it reads. Masks are 1 and 0. A quotient by 0, which was refused before or belongs to the
/// padding of a tail, is 0; the most negative integer by -1 stays what it is. Functions that only exist for floating types are never reached.
/// </summary>
internal readonly partial struct Whole64 : IReal<Whole64>
{
    public readonly long V;

    [MethodImpl(AggressiveInlining)]
    public Whole64(long v) => V = v;

    [MethodImpl(AggressiveInlining)]
    public static Whole64 operator +(Whole64 x, Whole64 y) => new(x.V + y.V);

    [MethodImpl(AggressiveInlining)]
    public static Whole64 operator -(Whole64 x, Whole64 y) => new(x.V - y.V);

    [MethodImpl(AggressiveInlining)]
    public static Whole64 operator *(Whole64 x, Whole64 y) => new(x.V * y.V);

    [MethodImpl(AggressiveInlining)]
    public static Whole64 operator /(Whole64 x, Whole64 y) => new(y.V == 0 ? 0 : y.V == -1 ? -x.V : x.V / Safe(y.V));

    [MethodImpl(AggressiveInlining)]
    public static Whole64 operator -(Whole64 x) => new(-x.V);

    [MethodImpl(AggressiveInlining)]
    public static Whole64 operator <(Whole64 x, Whole64 y) => new(x.V < y.V ? 1 : 0);

    [MethodImpl(AggressiveInlining)]
    public static Whole64 operator >(Whole64 x, Whole64 y) => new(x.V > y.V ? 1 : 0);

    [MethodImpl(AggressiveInlining)]
    public static Whole64 operator <=(Whole64 x, Whole64 y) => new(x.V <= y.V ? 1 : 0);

    [MethodImpl(AggressiveInlining)]
    public static Whole64 operator >=(Whole64 x, Whole64 y) => new(x.V >= y.V ? 1 : 0);

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Equal(Whole64 x, Whole64 y) => new(x.V == y.V ? 1 : 0);

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Select(Whole64 mask, Whole64 x, Whole64 y) => new(mask.V != 0 ? x.V : y.V);

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Const(double value) => new((long)value);

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Field(double value) => Const(value);

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Abs(Whole64 x) => new(x.V < 0 ? -x.V : x.V);

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Min(Whole64 x, Whole64 y) => new(x.V < y.V ? x.V : y.V);

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Max(Whole64 x, Whole64 y) => new(x.V > y.V ? x.V : y.V);

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Remainder(Whole64 x, Whole64 y)
    {
        var divisor = Safe(y.V);
        var rest = x.V % divisor;
        return new((rest != 0) & ((rest ^ divisor) < 0) ? rest + divisor : rest);
    }

    [MethodImpl(AggressiveInlining)]
    public static Whole64 FloorDivide(Whole64 x, Whole64 y)
    {
        var divisor = Safe(y.V);
        var rest = x.V % divisor;
        var quotient = x.V / divisor;
        quotient = (rest != 0) & ((rest ^ divisor) < 0) ? quotient - 1 : quotient;
        return new(y.V == 0 ? 0 : y.V == -1 ? -x.V : quotient);
    }

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Sqrt(Whole64 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Floor(Whole64 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Ceiling(Whole64 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Round(Whole64 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Truncate(Whole64 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Exp(Whole64 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Exp2(Whole64 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Expm1(Whole64 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Log(Whole64 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Log2(Whole64 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Log10(Whole64 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Log1p(Whole64 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Sin(Whole64 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Cos(Whole64 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Tan(Whole64 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Asin(Whole64 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Acos(Whole64 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Atan(Whole64 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Sinh(Whole64 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Cosh(Whole64 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Tanh(Whole64 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Asinh(Whole64 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Acosh(Whole64 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Atanh(Whole64 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Erf(Whole64 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole64 LogGamma(Whole64 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Polygamma(int n, Whole64 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Sigmoid(Whole64 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Pow(Whole64 x, Whole64 y) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole64 Atan2(Whole64 y, Whole64 x) => y;

    /// <summary>1 in place of the divisors that trap, whose results are known anyway: a device may divide on both sides of a condition.</summary>
    [MethodImpl(AggressiveInlining)]
    private static long Safe(long divisor) => (divisor == 0) | (divisor == -1) ? 1 : divisor;
}
