using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd.Numerics;

/// <summary>
/// A vector of 512 bits as the number of a formula: the CPU kernel. On machines with narrower registers the JIT splits each operation.
/// Every member is inlined aggressively; one call per vector would cost fifteen times the arithmetic.
/// </summary>
internal readonly struct Lanes<E> : IReal<Lanes<E>> where E : unmanaged
{
    public readonly Vector512<E> V;

    [MethodImpl(AggressiveInlining)]
    public Lanes(Vector512<E> v) => V = v;

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> operator +(Lanes<E> x, Lanes<E> y) => new(x.V + y.V);

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> operator -(Lanes<E> x, Lanes<E> y) => new(x.V - y.V);

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> operator *(Lanes<E> x, Lanes<E> y) => new(x.V * y.V);

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> operator /(Lanes<E> x, Lanes<E> y) => new(x.V / y.V);

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> operator -(Lanes<E> x) => new(-x.V);

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> operator <(Lanes<E> x, Lanes<E> y) => new(Vector512.LessThan(x.V, y.V));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> operator >(Lanes<E> x, Lanes<E> y) => new(Vector512.GreaterThan(x.V, y.V));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> operator <=(Lanes<E> x, Lanes<E> y) => new(Vector512.LessThanOrEqual(x.V, y.V));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> operator >=(Lanes<E> x, Lanes<E> y) => new(Vector512.GreaterThanOrEqual(x.V, y.V));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Equal(Lanes<E> x, Lanes<E> y) => new(Vector512.Equals(x.V, y.V));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Select(Lanes<E> mask, Lanes<E> x, Lanes<E> y) => new(Vector512.ConditionalSelect(mask.V, x.V, y.V));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Const(double value)
    {
        if (typeof(E) == typeof(float))
        {
            return new(Vector512.Create((float)value).As<float, E>());
        }
        if (typeof(E) == typeof(double))
        {
            return new(Vector512.Create(value).As<double, E>());
        }
        return typeof(E) == typeof(int) ? new(Vector512.Create((int)value).As<int, E>()) : new(Vector512.Create((long)value).As<long, E>());
    }

    // A scalar conversion keeps the upper part of the register it writes to, and so waits for whoever wrote that last; one of a vector does not.
    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Field(double value) => Sse2.IsSupported && IsFloat
        ? Of(Vector512.Create(Sse2.ConvertToVector128Single(Vector128.CreateScalarUnsafe(value)).ToScalar()))
        : Const(value);

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Abs(Lanes<E> x) => new(Vector512.Abs(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Min(Lanes<E> x, Lanes<E> y) => new(Vector512.Min(x.V, y.V));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Max(Lanes<E> x, Lanes<E> y) => new(Vector512.Max(x.V, y.V));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Sqrt(Lanes<E> x) => new(Vector512.Sqrt(x.V));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> OverRoot(Lanes<E> x, Lanes<E> y, Lanes<E> offset) =>
        Elementary.HasEstimates && IsFloat ? Of(Elementary.OverRoot(x.F, y.F, offset.F)) : x / (Sqrt(y) + offset);

    // Functions exist for float and double only; operations on integers never reach them.
    private static bool IsFloat
    {
        [MethodImpl(AggressiveInlining)]
        get => typeof(E) == typeof(float);
    }

    private Vector512<float> F
    {
        [MethodImpl(AggressiveInlining)]
        get => V.As<E, float>();
    }

    private Vector512<double> D
    {
        [MethodImpl(AggressiveInlining)]
        get => V.As<E, double>();
    }

    [MethodImpl(AggressiveInlining)]
    private static Lanes<E> Of(Vector512<float> v) => new(v.As<float, E>());

    [MethodImpl(AggressiveInlining)]
    private static Lanes<E> Of(Vector512<double> v) => new(v.As<double, E>());

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Floor(Lanes<E> x) => IsFloat ? Of(Vector512.Floor(x.F)) : Of(Vector512.Floor(x.D));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Ceiling(Lanes<E> x) => IsFloat ? Of(Vector512.Ceiling(x.F)) : Of(Vector512.Ceiling(x.D));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Round(Lanes<E> x) => IsFloat ? Of(Vector512.Round(x.F)) : Of(Vector512.Round(x.D));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Truncate(Lanes<E> x) => IsFloat ? Of(Vector512.Truncate(x.F)) : Of(Vector512.Truncate(x.D));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Exp(Lanes<E> x) => IsFloat ? Of(Elementary.Exp(x.F)) : Of(Elementary.Exp(x.D));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Exp2(Lanes<E> x) => IsFloat ? Of(Elementary.Exp2(x.F)) : Of(Elementary.Exp2(x.D));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Expm1(Lanes<E> x) => IsFloat ? Of(Elementary.Expm1(x.F)) : Of(Elementary.Expm1(x.D));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Log(Lanes<E> x) => IsFloat ? Of(Elementary.Log(x.F)) : Of(Elementary.Log(x.D));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Log2(Lanes<E> x) => IsFloat ? Of(Elementary.Log2(x.F)) : Of(Elementary.Log2(x.D));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Log10(Lanes<E> x) => IsFloat ? Of(Elementary.Log10(x.F)) : Of(Elementary.Log10(x.D));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Log1p(Lanes<E> x) => IsFloat ? Of(Elementary.Log1p(x.F)) : Of(Elementary.Log1p(x.D));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Sin(Lanes<E> x) => IsFloat ? Of(Elementary.Sin(x.F)) : Of(Elementary.Sin(x.D));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Cos(Lanes<E> x) => IsFloat ? Of(Elementary.Cos(x.F)) : Of(Elementary.Cos(x.D));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Tan(Lanes<E> x) => IsFloat ? Of(Elementary.Tan(x.F)) : Of(Elementary.Tan(x.D));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Asin(Lanes<E> x) => IsFloat ? Of(Elementary.Asin(x.F)) : Of(Elementary.Asin(x.D));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Acos(Lanes<E> x) => IsFloat ? Of(Elementary.Acos(x.F)) : Of(Elementary.Acos(x.D));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Atan(Lanes<E> x) => IsFloat ? Of(Elementary.Atan(x.F)) : Of(Elementary.Atan(x.D));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Sinh(Lanes<E> x) => IsFloat ? Of(Elementary.Sinh(x.F)) : Of(Elementary.Sinh(x.D));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Cosh(Lanes<E> x) => IsFloat ? Of(Elementary.Cosh(x.F)) : Of(Elementary.Cosh(x.D));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Tanh(Lanes<E> x) => IsFloat ? Of(Elementary.Tanh(x.F)) : Of(Elementary.Tanh(x.D));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Asinh(Lanes<E> x) => IsFloat ? Of(Elementary.Asinh(x.F)) : Of(Elementary.Asinh(x.D));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Acosh(Lanes<E> x) => IsFloat ? Of(Elementary.Acosh(x.F)) : Of(Elementary.Acosh(x.D));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Atanh(Lanes<E> x) => IsFloat ? Of(Elementary.Atanh(x.F)) : Of(Elementary.Atanh(x.D));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Erf(Lanes<E> x) => IsFloat ? Of(Elementary.Erf(x.F)) : Of(Elementary.Erf(x.D));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> LogGamma(Lanes<E> x) => IsFloat ? Of(Elementary.LogGamma(x.F)) : Of(Elementary.LogGamma(x.D));

    [MethodImpl(NoInlining)]
    public static Lanes<E> Polygamma(int n, Lanes<E> x) => n > 0 ? Ops.GammaFormulas.Polygamma(n, x) : IsFloat ? Of(Elementary.Digamma(x.F)) : Of(Elementary.Digamma(x.D));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Pow(Lanes<E> x, Lanes<E> y) => IsFloat ? Of(Elementary.Pow(x.F, y.F)) : Of(Elementary.Pow(x.D, y.D));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Atan2(Lanes<E> y, Lanes<E> x) => IsFloat ? Of(Elementary.Atan2(y.F, x.F)) : Of(Elementary.Atan2(y.D, x.D));

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Sigmoid(Lanes<E> x) => IsFloat ? Of(Elementary.Sigmoid(x.F)) : Of(Elementary.Sigmoid(x.D));

    [MethodImpl(NoInlining)]
    public static Lanes<E> Remainder(Lanes<E> x, Lanes<E> y) => FloorDivision(x, y, remainder: true);

    [MethodImpl(NoInlining)]
    public static Lanes<E> FloorDivide(Lanes<E> x, Lanes<E> y) => FloorDivision(x, y, remainder: false);

    private static Lanes<E> FloorDivision(Lanes<E> x, Lanes<E> y, bool remainder)
    {
        if (typeof(E) == typeof(float))
        {
            return new(FloorDivision(x.V.As<E, float>(), y.V.As<E, float>(), remainder).As<float, E>());
        }
        if (typeof(E) == typeof(double))
        {
            return new(FloorDivision(x.V.As<E, double>(), y.V.As<E, double>(), remainder).As<double, E>());
        }
        return typeof(E) == typeof(int)
            ? new(FloorDivision(x.V.As<E, int>(), y.V.As<E, int>(), remainder).As<int, E>())
            : new(FloorDivision(x.V.As<E, long>(), y.V.As<E, long>(), remainder).As<long, E>());
    }

    // One lane at a time: C#'s % is exact for floating types too, where x - y floor(x / y) is not, but takes the sign of x.
    private static Vector512<N> FloorDivision<N>(Vector512<N> x, Vector512<N> y, bool remainder) where N : unmanaged, INumber<N>
    {
        var isInteger = typeof(N) == typeof(int) || typeof(N) == typeof(long);
        var result = Vector512<N>.Zero;
        for (var i = 0; i < Vector512<N>.Count; i++)
        {
            var divisor = y[i];
            // Integer division by zero was refused before; here it can only be the padding of a tail.
            if (isInteger && divisor == N.Zero)
            {
                continue;
            }
            // The most negative integer divided by -1 traps.
            var rest = isInteger && divisor == -N.One ? N.Zero : x[i] % divisor;
            var borrowed = rest != N.Zero && N.IsNegative(rest) != N.IsNegative(divisor) && !N.IsNaN(rest);
            if (remainder)
            {
                result = result.WithElement(i, borrowed ? rest + divisor : rest);
            }
            else if (isInteger)
            {
                var quotient = divisor == -N.One ? -x[i] : x[i] / divisor;
                result = result.WithElement(i, borrowed ? quotient - N.One : quotient);
            }
            else if (divisor == N.Zero)
            {
                result = result.WithElement(i, x[i] / divisor);
            }
            else
            {
                // x - rest is a multiple of the divisor up to rounding, so the quotient is an integer up to rounding.
                var quotient = (x[i] - rest) / divisor;
                quotient = N.CreateChecked(Math.Round(double.CreateChecked(quotient)));
                result = result.WithElement(i, borrowed ? quotient - N.One : quotient);
            }
        }
        return result;
    }
}
