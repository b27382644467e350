using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd.Backends.Ilgpu;

/// <summary>
/// A double as the number of a formula in a kernel, and as the element of the memory it reads. Masks are 1 and 0. The same functions as on the CPU, by <see cref="DeviceMath"/>.
/// </summary>
internal readonly partial struct Real64 : IReal<Real64>
{
    public readonly double V;

    [MethodImpl(AggressiveInlining)]
    public Real64(double v) => V = v;

    [MethodImpl(AggressiveInlining)]
    public static Real64 operator +(Real64 x, Real64 y) => new(x.V + y.V);

    [MethodImpl(AggressiveInlining)]
    public static Real64 operator -(Real64 x, Real64 y) => new(x.V - y.V);

    [MethodImpl(AggressiveInlining)]
    public static Real64 operator *(Real64 x, Real64 y) => new(x.V * y.V);

    [MethodImpl(AggressiveInlining)]
    public static Real64 operator /(Real64 x, Real64 y) => new(x.V / y.V);

    [MethodImpl(AggressiveInlining)]
    public static Real64 operator -(Real64 x) => new(-x.V);

    [MethodImpl(AggressiveInlining)]
    public static Real64 operator <(Real64 x, Real64 y) => new(x.V < y.V ? 1.0 : 0.0);

    [MethodImpl(AggressiveInlining)]
    public static Real64 operator >(Real64 x, Real64 y) => new(x.V > y.V ? 1.0 : 0.0);

    [MethodImpl(AggressiveInlining)]
    public static Real64 operator <=(Real64 x, Real64 y) => new(x.V <= y.V ? 1.0 : 0.0);

    [MethodImpl(AggressiveInlining)]
    public static Real64 operator >=(Real64 x, Real64 y) => new(x.V >= y.V ? 1.0 : 0.0);

    [MethodImpl(AggressiveInlining)]
    public static Real64 Equal(Real64 x, Real64 y) => new(x.V == y.V ? 1.0 : 0.0);

    [MethodImpl(AggressiveInlining)]
    public static Real64 Select(Real64 mask, Real64 x, Real64 y) => new(mask.V > 0.0 ? x.V : y.V);

    [MethodImpl(AggressiveInlining)]
    public static Real64 Const(double value) => new(value);

    [MethodImpl(AggressiveInlining)]
    public static Real64 Field(double value) => Const(value);

    [MethodImpl(AggressiveInlining)]
    public static Real64 Abs(Real64 x) => new(DeviceMath.Abs(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real64 Min(Real64 x, Real64 y) => new(DeviceMath.Min(x.V, y.V));

    [MethodImpl(AggressiveInlining)]
    public static Real64 Max(Real64 x, Real64 y) => new(DeviceMath.Max(x.V, y.V));

    [MethodImpl(AggressiveInlining)]
    public static Real64 Sqrt(Real64 x) => new(Math.Sqrt(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real64 OverRoot(Real64 x, Real64 y, Real64 offset) => new(x.V / (Math.Sqrt(y.V) + offset.V));

    [MethodImpl(AggressiveInlining)]
    public static Real64 Floor(Real64 x) => new(DeviceMath.Floor(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real64 Ceiling(Real64 x) => new(DeviceMath.Ceiling(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real64 Round(Real64 x) => new(DeviceMath.Round(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real64 Truncate(Real64 x) => new(DeviceMath.Truncate(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real64 Exp(Real64 x) => new(DeviceMath.Exp(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real64 Exp2(Real64 x) => new(DeviceMath.Exp2(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real64 Expm1(Real64 x) => new(DeviceMath.Expm1(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real64 Log(Real64 x) => new(DeviceMath.Log(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real64 Log2(Real64 x) => new(DeviceMath.Log2(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real64 Log10(Real64 x) => new(DeviceMath.Log10(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real64 Log1p(Real64 x) => new(DeviceMath.Log1p(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real64 Sin(Real64 x) => new(DeviceMath.Sin(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real64 Cos(Real64 x) => new(DeviceMath.Cos(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real64 Tan(Real64 x) => new(DeviceMath.Tan(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real64 Asin(Real64 x) => new(DeviceMath.Asin(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real64 Acos(Real64 x) => new(DeviceMath.Acos(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real64 Atan(Real64 x) => new(DeviceMath.Atan(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real64 Sinh(Real64 x) => new(DeviceMath.Sinh(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real64 Cosh(Real64 x) => new(DeviceMath.Cosh(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real64 Tanh(Real64 x) => new(DeviceMath.Tanh(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real64 Asinh(Real64 x) => new(DeviceMath.Asinh(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real64 Acosh(Real64 x) => new(DeviceMath.Acosh(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real64 Atanh(Real64 x) => new(DeviceMath.Atanh(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real64 Erf(Real64 x) => new(DeviceMath.Erf(x.V));

    public static Real64 LogGamma(Real64 x) => new(DeviceMath.LogGamma(x.V));

    public static Real64 Polygamma(int n, Real64 x) => new(DeviceMath.Polygamma(n, x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real64 Sigmoid(Real64 x) => new(DeviceMath.Sigmoid(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Real64 Remainder(Real64 x, Real64 y) => new(DeviceMath.Remainder(x.V, y.V));

    [MethodImpl(AggressiveInlining)]
    public static Real64 FloorDivide(Real64 x, Real64 y) => new(DeviceMath.FloorDivide(x.V, y.V));

    [MethodImpl(AggressiveInlining)]
    public static Real64 Pow(Real64 x, Real64 y) => new(DeviceMath.Pow(x.V, y.V));

    [MethodImpl(AggressiveInlining)]
    public static Real64 Atan2(Real64 y, Real64 x) => new(DeviceMath.Atan2(y.V, x.V));
}
