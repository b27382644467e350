using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd.Backends.Ilgpu;

/// <summary>
/// An int as the number of a formula in a kernel, and as the element of the memory it reads. Masks are 1 and 0. A quotient by 0, which was refused before or belongs to the
/// padding of a tail, is 0; the most negative integer by -1 stays what it is. Functions that only exist for floating types are never reached.
/// </summary>
internal readonly partial struct Whole32 : IReal<Whole32>
{
    public readonly int V;

    [MethodImpl(AggressiveInlining)]
    public Whole32(int v) => V = v;

    [MethodImpl(AggressiveInlining)]
    public static Whole32 operator +(Whole32 x, Whole32 y) => new(x.V + y.V);

    [MethodImpl(AggressiveInlining)]
    public static Whole32 operator -(Whole32 x, Whole32 y) => new(x.V - y.V);

    [MethodImpl(AggressiveInlining)]
    public static Whole32 operator *(Whole32 x, Whole32 y) => new(x.V * y.V);

    [MethodImpl(AggressiveInlining)]
    public static Whole32 operator /(Whole32 x, Whole32 y) => new(y.V == 0 ? 0 : y.V == -1 ? -x.V : x.V / Safe(y.V));

    [MethodImpl(AggressiveInlining)]
    public static Whole32 operator -(Whole32 x) => new(-x.V);

    [MethodImpl(AggressiveInlining)]
    public static Whole32 operator <(Whole32 x, Whole32 y) => new(x.V < y.V ? 1 : 0);

    [MethodImpl(AggressiveInlining)]
    public static Whole32 operator >(Whole32 x, Whole32 y) => new(x.V > y.V ? 1 : 0);

    [MethodImpl(AggressiveInlining)]
    public static Whole32 operator <=(Whole32 x, Whole32 y) => new(x.V <= y.V ? 1 : 0);

    [MethodImpl(AggressiveInlining)]
    public static Whole32 operator >=(Whole32 x, Whole32 y) => new(x.V >= y.V ? 1 : 0);

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Equal(Whole32 x, Whole32 y) => new(x.V == y.V ? 1 : 0);

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Select(Whole32 mask, Whole32 x, Whole32 y) => new(mask.V != 0 ? x.V : y.V);

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Const(double value) => new((int)value);

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Field(double value) => Const(value);

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Abs(Whole32 x) => new(x.V < 0 ? -x.V : x.V);

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Min(Whole32 x, Whole32 y) => new(x.V < y.V ? x.V : y.V);

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Max(Whole32 x, Whole32 y) => new(x.V > y.V ? x.V : y.V);

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Remainder(Whole32 x, Whole32 y)
    {
        var divisor = Safe(y.V);
        var rest = x.V % divisor;
        return new((rest != 0) & ((rest ^ divisor) < 0) ? rest + divisor : rest);
    }

    [MethodImpl(AggressiveInlining)]
    public static Whole32 FloorDivide(Whole32 x, Whole32 y)
    {
        var divisor = Safe(y.V);
        var rest = x.V % divisor;
        var quotient = x.V / divisor;
        quotient = (rest != 0) & ((rest ^ divisor) < 0) ? quotient - 1 : quotient;
        return new(y.V == 0 ? 0 : y.V == -1 ? -x.V : quotient);
    }

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Sqrt(Whole32 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Floor(Whole32 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Ceiling(Whole32 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Round(Whole32 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Truncate(Whole32 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Exp(Whole32 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Exp2(Whole32 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Expm1(Whole32 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Log(Whole32 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Log2(Whole32 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Log10(Whole32 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Log1p(Whole32 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Sin(Whole32 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Cos(Whole32 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Tan(Whole32 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Asin(Whole32 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Acos(Whole32 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Atan(Whole32 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Sinh(Whole32 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Cosh(Whole32 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Tanh(Whole32 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Asinh(Whole32 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Acosh(Whole32 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Atanh(Whole32 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Erf(Whole32 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole32 LogGamma(Whole32 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Polygamma(int n, Whole32 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Sigmoid(Whole32 x) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Pow(Whole32 x, Whole32 y) => x;

    [MethodImpl(AggressiveInlining)]
    public static Whole32 Atan2(Whole32 y, Whole32 x) => y;

    /// <summary>1 in place of the divisors that trap, whose results are known anyway: a device may divide on both sides of a condition.</summary>
    [MethodImpl(AggressiveInlining)]
    private static int Safe(int divisor) => (divisor == 0) | (divisor == -1) ? 1 : divisor;
}
