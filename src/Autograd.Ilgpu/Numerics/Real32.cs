using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd.Backends.Ilgpu;

/// <summary>
/// A float as the number of a formula in a kernel, and as the element of the memory it reads. Masks are 1 and 0. The same functions as on the CPU, by <see cref="DeviceMath"/>.
/// </summary>
internal readonly partial struct Real32 : IReal<Real32>
{
    public readonly float V;

    [MethodImpl(AggressiveInlining)]
    public Real32(float v) => V = v;

    [MethodImpl(AggressiveInlining)]
    public static Real32 operator +(Real32 x, Real32 y) => new(x.V + y.V);

    [MethodImpl(AggressiveInlining)]
    public static Real32 operator -(Real32 x, Real32 y) => new(x.V - y.V);

    [MethodImpl(AggressiveInlining)]
    public static Real32 operator *(Real32 x, Real32 y) => new(x.V * y.V);

    [MethodImpl(AggressiveInlining)]
    public static Real32 operator /(Real32 x, Real32 y) => new(x.V / y.V);

    [MethodImpl(AggressiveInlining)]
    public static Real32 operator -(Real32 x) => new(-x.V);

    [MethodImpl(AggressiveInlining)]
    public static Real32 operator <(Real32 x, Real32 y) => new(x.V < y.V ? 1f : 0f);

    [MethodImpl(AggressiveInlining)]
    public static Real32 operator >(Real32 x, Real32 y) => new(x.V > y.V ? 1f : 0f);

    [MethodImpl(AggressiveInlining)]
    public static Real32 operator <=(Real32 x, Real32 y) => new(x.V <= y.V ? 1f : 0f);

    [MethodImpl(AggressiveInlining)]
    public static Real32 operator >=(Real32 x, Real32 y) => new(x.V >= y.V ? 1f : 0f);

    [MethodImpl(AggressiveInlining)]
    public static Real32 Equal(Real32 x, Real32 y) => new(x.V == y.V ? 1f : 0f);

    [MethodImpl(AggressiveInlining)]
    public static Real32 Select(Real32 mask, Real32 x, Real32 y) => new(mask.V > 0f ? x.V : y.V);

    [MethodImpl(AggressiveInlining)]
    public static Real32 Const(double value) => new((float)value);

    [MethodImpl(AggressiveInlining)]
    public static Real32 Field(double value) => Const(value);

    [MethodImpl(AggressiveInlining)]
    public static Real32 Abs(Real32 x) => new(DeviceMath.Abs(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real32 Min(Real32 x, Real32 y) => new(DeviceMath.Min(x.V, y.V));

    [MethodImpl(AggressiveInlining)]
    public static Real32 Max(Real32 x, Real32 y) => new(DeviceMath.Max(x.V, y.V));

    [MethodImpl(AggressiveInlining)]
    public static Real32 Sqrt(Real32 x) => new(MathF.Sqrt(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real32 OverRoot(Real32 x, Real32 y, Real32 offset) => new(x.V / (MathF.Sqrt(y.V) + offset.V));

    [MethodImpl(AggressiveInlining)]
    public static Real32 Floor(Real32 x) => new(DeviceMath.Floor(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real32 Ceiling(Real32 x) => new(DeviceMath.Ceiling(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real32 Round(Real32 x) => new(DeviceMath.Round(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real32 Truncate(Real32 x) => new(DeviceMath.Truncate(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real32 Exp(Real32 x) => new(DeviceMath.Exp(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real32 Exp2(Real32 x) => new(DeviceMath.Exp2(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real32 Expm1(Real32 x) => new(DeviceMath.Expm1(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real32 Log(Real32 x) => new(DeviceMath.Log(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real32 Log2(Real32 x) => new(DeviceMath.Log2(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real32 Log10(Real32 x) => new(DeviceMath.Log10(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real32 Log1p(Real32 x) => new(DeviceMath.Log1p(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real32 Sin(Real32 x) => new(DeviceMath.Sin(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real32 Cos(Real32 x) => new(DeviceMath.Cos(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real32 Tan(Real32 x) => new(DeviceMath.Tan(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real32 Asin(Real32 x) => new(DeviceMath.Asin(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real32 Acos(Real32 x) => new(DeviceMath.Acos(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real32 Atan(Real32 x) => new(DeviceMath.Atan(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real32 Sinh(Real32 x) => new(DeviceMath.Sinh(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real32 Cosh(Real32 x) => new(DeviceMath.Cosh(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real32 Tanh(Real32 x) => new(DeviceMath.Tanh(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real32 Asinh(Real32 x) => new(DeviceMath.Asinh(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real32 Acosh(Real32 x) => new(DeviceMath.Acosh(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real32 Atanh(Real32 x) => new(DeviceMath.Atanh(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real32 Erf(Real32 x) => new(DeviceMath.Erf(x.V));

    public static Real32 LogGamma(Real32 x) => new(DeviceMath.LogGamma(x.V));

    public static Real32 Polygamma(int n, Real32 x) => new(DeviceMath.Polygamma(n, x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real32 Sigmoid(Real32 x) => new(DeviceMath.Sigmoid(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real32 Remainder(Real32 x, Real32 y) => new(DeviceMath.Remainder(x.V, y.V));

    [MethodImpl(AggressiveInlining)]
    public static Real32 FloorDivide(Real32 x, Real32 y) => new(DeviceMath.FloorDivide(x.V, y.V));

    [MethodImpl(AggressiveInlining)]
    public static Real32 Pow(Real32 x, Real32 y) => new(DeviceMath.Pow(x.V, y.V));

    [MethodImpl(AggressiveInlining)]
    public static Real32 Atan2(Real32 y, Real32 x) => new(DeviceMath.Atan2(y.V, x.V));
}
