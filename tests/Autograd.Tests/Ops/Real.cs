using Autograd.Numerics;

namespace Autograd.Tests.Ops;

/// <summary>One double as the number of a formula, over the C library: the innermost part of a <see cref="Dual{T}"/>. Masks are 1 and 0.</summary>
internal readonly record struct Real(double Value) : IReal<Real>
{
    public static Real operator +(Real x, Real y) => new(x.Value + y.Value);

    public static Real operator -(Real x, Real y) => new(x.Value - y.Value);

    public static Real operator *(Real x, Real y) => new(x.Value * y.Value);

    public static Real operator /(Real x, Real y) => new(x.Value / y.Value);

    public static Real operator -(Real x) => new(-x.Value);

    public static Real operator <(Real x, Real y) => Mask(x.Value < y.Value);

    public static Real operator >(Real x, Real y) => Mask(x.Value > y.Value);

    public static Real operator <=(Real x, Real y) => Mask(x.Value <= y.Value);

    public static Real operator >=(Real x, Real y) => Mask(x.Value >= y.Value);

    public static Real Equal(Real x, Real y) => Mask(x.Value == y.Value);

    public static Real Select(Real mask, Real x, Real y) => mask.Value != 0 ? x : y;

    public static Real Const(double value) => new(value);

    public static Real Abs(Real x) => new(Math.Abs(x.Value));

    public static Real Min(Real x, Real y) => new(Math.Min(x.Value, y.Value));

    public static Real Max(Real x, Real y) => new(Math.Max(x.Value, y.Value));

    public static Real Floor(Real x) => new(Math.Floor(x.Value));

    public static Real Ceiling(Real x) => new(Math.Ceiling(x.Value));

    public static Real Round(Real x) => new(Math.Round(x.Value, MidpointRounding.ToEven));

    public static Real Truncate(Real x) => new(Math.Truncate(x.Value));

    public static Real Sqrt(Real x) => new(Math.Sqrt(x.Value));

    public static Real Exp(Real x) => new(Math.Exp(x.Value));

    public static Real Exp2(Real x) => new(Math.Pow(2, x.Value));

    public static Real Expm1(Real x) => new(Exact.Expm1(x.Value));

    public static Real Log(Real x) => new(Math.Log(x.Value));

    public static Real Log2(Real x) => new(Math.Log2(x.Value));

    public static Real Log10(Real x) => new(Math.Log10(x.Value));

    public static Real Log1p(Real x) => new(Exact.Log1p(x.Value));

    public static Real Sin(Real x) => new(Math.Sin(x.Value));

    public static Real Cos(Real x) => new(Math.Cos(x.Value));

    public static Real Tan(Real x) => new(Math.Tan(x.Value));

    public static Real Asin(Real x) => new(Math.Asin(x.Value));

    public static Real Acos(Real x) => new(Math.Acos(x.Value));

    public static Real Atan(Real x) => new(Math.Atan(x.Value));

    public static Real Sinh(Real x) => new(Math.Sinh(x.Value));

    public static Real Cosh(Real x) => new(Math.Cosh(x.Value));

    public static Real Tanh(Real x) => new(Math.Tanh(x.Value));

    public static Real Asinh(Real x) => new(Math.Asinh(x.Value));

    public static Real Acosh(Real x) => new(Math.Acosh(x.Value));

    public static Real Atanh(Real x) => new(Math.Atanh(x.Value));

    public static Real Erf(Real x) => new(Exact.Erf(x.Value));

    public static Real Sigmoid(Real x) => new(Exact.Sigmoid(x.Value));

    public static Real Remainder(Real x, Real y) => new(Exact.Remainder(x.Value, y.Value));

    public static Real FloorDivide(Real x, Real y) => new(Exact.FloorDivide(x.Value, y.Value));

    public static Real Pow(Real x, Real y) => new(Math.Pow(x.Value, y.Value));

    public static Real Atan2(Real y, Real x) => new(Math.Atan2(y.Value, x.Value));

    private static Real Mask(bool value) => new(value ? 1 : 0);
}
