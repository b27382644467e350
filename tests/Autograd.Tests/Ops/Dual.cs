using Autograd.Numerics;

namespace Autograd.Tests.Ops;

/// <summary>
/// A value and its derivative. A formula evaluated over it gives the exact derivative, without a tape and without a slope written by hand;
/// a dual of duals gives the second derivative too.
/// </summary>
internal readonly record struct Dual<T>(T Value, T Derivative) : IReal<Dual<T>> where T : struct, IReal<T>
{
    public static Dual<T> operator +(Dual<T> x, Dual<T> y) => new(x.Value + y.Value, x.Derivative + y.Derivative);

    public static Dual<T> operator -(Dual<T> x, Dual<T> y) => new(x.Value - y.Value, x.Derivative - y.Derivative);

    public static Dual<T> operator *(Dual<T> x, Dual<T> y) => new(x.Value * y.Value, (x.Derivative * y.Value) + (x.Value * y.Derivative));

    public static Dual<T> operator /(Dual<T> x, Dual<T> y)
    {
        var quotient = x.Value / y.Value;
        return new(quotient, (x.Derivative - (quotient * y.Derivative)) / y.Value);
    }

    public static Dual<T> operator -(Dual<T> x) => new(-x.Value, -x.Derivative);

    public static Dual<T> operator <(Dual<T> x, Dual<T> y) => Flat(x.Value < y.Value);

    public static Dual<T> operator >(Dual<T> x, Dual<T> y) => Flat(x.Value > y.Value);

    public static Dual<T> operator <=(Dual<T> x, Dual<T> y) => Flat(x.Value <= y.Value);

    public static Dual<T> operator >=(Dual<T> x, Dual<T> y) => Flat(x.Value >= y.Value);

    public static Dual<T> Equal(Dual<T> x, Dual<T> y) => Flat(T.Equal(x.Value, y.Value));

    public static Dual<T> Select(Dual<T> mask, Dual<T> x, Dual<T> y) =>
        new(T.Select(mask.Value, x.Value, y.Value), T.Select(mask.Value, x.Derivative, y.Derivative));

    public static Dual<T> Const(double value) => Flat(T.Const(value));

    public static Dual<T> Abs(Dual<T> x) => Select(Flat(x.Value < T.Zero), -x, x);

    public static Dual<T> Min(Dual<T> x, Dual<T> y) => Select(Flat(x.Value < y.Value), x, y);

    public static Dual<T> Max(Dual<T> x, Dual<T> y) => Select(Flat(x.Value > y.Value), x, y);

    public static Dual<T> Floor(Dual<T> x) => Flat(T.Floor(x.Value));

    public static Dual<T> Ceiling(Dual<T> x) => Flat(T.Ceiling(x.Value));

    public static Dual<T> Round(Dual<T> x) => Flat(T.Round(x.Value));

    public static Dual<T> Truncate(Dual<T> x) => Flat(T.Truncate(x.Value));

    public static Dual<T> Sqrt(Dual<T> x)
    {
        var root = T.Sqrt(x.Value);
        return new(root, x.Derivative / (root + root));
    }

    public static Dual<T> Exp(Dual<T> x) => x.Through(T.Exp(x.Value), T.Exp(x.Value));

    public static Dual<T> Exp2(Dual<T> x) => x.Through(T.Exp2(x.Value), T.Exp2(x.Value) * T.Const(Math.Log(2)));

    public static Dual<T> Expm1(Dual<T> x) => x.Through(T.Expm1(x.Value), T.Exp(x.Value));

    public static Dual<T> Log(Dual<T> x) => x.Through(T.Log(x.Value), T.One / x.Value);

    public static Dual<T> Log2(Dual<T> x) => x.Through(T.Log2(x.Value), T.One / (x.Value * T.Const(Math.Log(2))));

    public static Dual<T> Log10(Dual<T> x) => x.Through(T.Log10(x.Value), T.One / (x.Value * T.Const(Math.Log(10))));

    public static Dual<T> Log1p(Dual<T> x) => x.Through(T.Log1p(x.Value), T.One / (T.One + x.Value));

    public static Dual<T> Sin(Dual<T> x) => x.Through(T.Sin(x.Value), T.Cos(x.Value));

    public static Dual<T> Cos(Dual<T> x) => x.Through(T.Cos(x.Value), -T.Sin(x.Value));

    public static Dual<T> Tan(Dual<T> x) => Sin(x) / Cos(x);

    public static Dual<T> Asin(Dual<T> x) => x.Through(T.Asin(x.Value), T.One / T.Sqrt(T.One - (x.Value * x.Value)));

    public static Dual<T> Acos(Dual<T> x) => x.Through(T.Acos(x.Value), -T.One / T.Sqrt(T.One - (x.Value * x.Value)));

    public static Dual<T> Atan(Dual<T> x) => x.Through(T.Atan(x.Value), T.One / (T.One + (x.Value * x.Value)));

    public static Dual<T> Sinh(Dual<T> x) => x.Through(T.Sinh(x.Value), T.Cosh(x.Value));

    public static Dual<T> Cosh(Dual<T> x) => x.Through(T.Cosh(x.Value), T.Sinh(x.Value));

    public static Dual<T> Tanh(Dual<T> x) => x.Through(T.Tanh(x.Value), T.One / (T.Cosh(x.Value) * T.Cosh(x.Value)));

    public static Dual<T> Asinh(Dual<T> x) => x.Through(T.Asinh(x.Value), T.One / T.Sqrt(T.One + (x.Value * x.Value)));

    public static Dual<T> Acosh(Dual<T> x) => x.Through(T.Acosh(x.Value), T.One / T.Sqrt((x.Value * x.Value) - T.One));

    public static Dual<T> Atanh(Dual<T> x) => x.Through(T.Atanh(x.Value), T.One / (T.One - (x.Value * x.Value)));

    public static Dual<T> Erf(Dual<T> x) => x.Through(T.Erf(x.Value), T.Const(2 / Math.Sqrt(Math.PI)) * T.Exp(-(x.Value * x.Value)));

    public static Dual<T> Sigmoid(Dual<T> x) => x.Through(T.Sigmoid(x.Value), T.Sigmoid(x.Value) * T.Sigmoid(-x.Value));

    public static Dual<T> Remainder(Dual<T> x, Dual<T> y) =>
        new(T.Remainder(x.Value, y.Value), x.Derivative - (T.FloorDivide(x.Value, y.Value) * y.Derivative));

    public static Dual<T> FloorDivide(Dual<T> x, Dual<T> y) => Flat(T.FloorDivide(x.Value, y.Value));

    // For a positive base; the corners are rows of the edge table.
    public static Dual<T> Pow(Dual<T> x, Dual<T> y)
    {
        var power = T.Pow(x.Value, y.Value);
        return new(power, power * ((y.Derivative * T.Log(x.Value)) + (y.Value * x.Derivative / x.Value)));
    }

    public static Dual<T> Atan2(Dual<T> y, Dual<T> x) =>
        new(T.Atan2(y.Value, x.Value), ((y.Derivative * x.Value) - (x.Derivative * y.Value)) / ((x.Value * x.Value) + (y.Value * y.Value)));

    private static Dual<T> Flat(T value) => new(value, T.Zero);

    private Dual<T> Through(T value, T slope) => new(value, slope * Derivative);
}
