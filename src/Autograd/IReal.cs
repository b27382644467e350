using System.Runtime.CompilerServices;

namespace Autograd;

/// <summary>
/// The arithmetic an elementwise formula is written over. One formula, several interpretations: over SIMD lanes it is the CPU
/// kernel, over tensors a differentiable expression (so gradients of any order), over dual numbers a test oracle.
/// Comparisons give a mask of the same type, which only <see cref="Select"/> reads.
/// Threads: kernels call it from several at a time, so it keeps no state.
/// </summary>
public interface IReal<T> where T : struct, IReal<T>
{
    /// <summary>x + y.</summary>
    static abstract T operator +(T x, T y);

    /// <summary>x - y.</summary>
    static abstract T operator -(T x, T y);

    /// <summary>x y.</summary>
    static abstract T operator *(T x, T y);

    /// <summary>x / y.</summary>
    static abstract T operator /(T x, T y);

    /// <summary>-x.</summary>
    static abstract T operator -(T x);

    /// <summary>The mask of x &lt; y.</summary>
    static abstract T operator <(T x, T y);

    /// <summary>The mask of x &gt; y.</summary>
    static abstract T operator >(T x, T y);

    /// <summary>The mask of x &lt;= y.</summary>
    static abstract T operator <=(T x, T y);

    /// <summary>The mask of x &gt;= y.</summary>
    static abstract T operator >=(T x, T y);

    /// <summary>The mask of x = y.</summary>
    static abstract T Equal(T x, T y);

    /// <summary>x where the mask is set, y elsewhere.</summary>
    static abstract T Select(T mask, T x, T y);

    /// <summary>A constant.</summary>
    static abstract T Const(double value);

    /// <summary>
    /// A number only known when the formula runs: a field of its struct. The same as <see cref="Const"/>, which is for literals, but quicker there: in a loop, converting a
    /// scalar makes each round wait for the one before.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual T Field(double value) => T.Const(value);

    /// <summary>0.</summary>
    static virtual T Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => T.Const(0);
    }

    /// <summary>1.</summary>
    static virtual T One
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => T.Const(1);
    }

    /// <summary>|x|.</summary>
    static abstract T Abs(T x);

    /// <summary>The smaller value; NaN if either is.</summary>
    static abstract T Min(T x, T y);

    /// <summary>The larger value; NaN if either is.</summary>
    static abstract T Max(T x, T y);

    /// <summary>-1, 0 or 1 by the sign of x; zeros and NaN stay what they are. A member, as is <see cref="Softplus"/>, because expressions in |x| have the wrong derivatives at 0: over tensors it is the operation, with a slope of its own.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual T Sign(T x) => T.Select(x > T.Zero, T.One, T.Select(x < T.Zero, T.Const(-1), x));

    /// <summary>log(1 + e^x) without overflow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual T Softplus(T x) => T.Log1p(T.Exp(-T.Abs(x))) + T.Max(x, T.Zero);

    /// <summary>The largest integer not above x.</summary>
    static abstract T Floor(T x);

    /// <summary>The smallest integer not below x.</summary>
    static abstract T Ceiling(T x);

    /// <summary>The nearest integer, ties to even.</summary>
    static abstract T Round(T x);

    /// <summary>The integer part.</summary>
    static abstract T Truncate(T x);

    /// <summary>Square root.</summary>
    static abstract T Sqrt(T x);

    /// <summary>x / (√y + offset), the quotient of adaptive optimizers. A member because refined estimates take a third of the time of a root and a division.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual T OverRoot(T x, T y, T offset) => x / (T.Sqrt(y) + offset);

    /// <summary>e^x.</summary>
    static abstract T Exp(T x);

    /// <summary>2^x.</summary>
    static abstract T Exp2(T x);

    /// <summary>e^x - 1, exact near 0.</summary>
    static abstract T Expm1(T x);

    /// <summary>Natural logarithm.</summary>
    static abstract T Log(T x);

    /// <summary>Logarithm to base 2.</summary>
    static abstract T Log2(T x);

    /// <summary>Logarithm to base 10.</summary>
    static abstract T Log10(T x);

    /// <summary>log(1 + x), exact near 0.</summary>
    static abstract T Log1p(T x);

    /// <summary>Sine of radians.</summary>
    static abstract T Sin(T x);

    /// <summary>Cosine of radians.</summary>
    static abstract T Cos(T x);

    /// <summary>Tangent of radians.</summary>
    static abstract T Tan(T x);

    /// <summary>Inverse sine.</summary>
    static abstract T Asin(T x);

    /// <summary>Inverse cosine.</summary>
    static abstract T Acos(T x);

    /// <summary>Inverse tangent.</summary>
    static abstract T Atan(T x);

    /// <summary>Hyperbolic sine.</summary>
    static abstract T Sinh(T x);

    /// <summary>Hyperbolic cosine.</summary>
    static abstract T Cosh(T x);

    /// <summary>Hyperbolic tangent.</summary>
    static abstract T Tanh(T x);

    /// <summary>Inverse hyperbolic sine.</summary>
    static abstract T Asinh(T x);

    /// <summary>Inverse hyperbolic cosine.</summary>
    static abstract T Acosh(T x);

    /// <summary>Inverse hyperbolic tangent.</summary>
    static abstract T Atanh(T x);

    /// <summary>The error function.</summary>
    static abstract T Erf(T x);

    /// <summary>ln |Gamma(x)|.</summary>
    static virtual T LogGamma(T x) => Ops.GammaFormulas.LogGamma(x);

    /// <summary>The n-th derivative of Gamma'(x) / Gamma(x), n from 0 to 20.</summary>
    static virtual T Polygamma(int n, T x) => Ops.GammaFormulas.Polygamma(n, x);

    /// <summary>1 / (1 + e^-x). A member because over tensors the quotient's own derivative would overflow far left.</summary>
    static abstract T Sigmoid(T x);

    /// <summary>What is left of x after taking y out a whole number of times, with the sign of y: 7 and -2 give -1.</summary>
    static abstract T Remainder(T x, T y);

    /// <summary>The largest integer not above x / y.</summary>
    static abstract T FloorDivide(T x, T y);

    /// <summary>x to the power y.</summary>
    static abstract T Pow(T x, T y);

    /// <summary>The angle of the point (x, y), y given first.</summary>
    static abstract T Atan2(T y, T x);
}

/// <summary>Which of its arguments the slope of an elementwise operation reads.</summary>
[Flags]
public enum SlopeReads
{
    /// <summary>Neither: it is a constant.</summary>
    None = 0,

    /// <summary>The operand.</summary>
    X = 1,

    /// <summary>The result.</summary>
    Y = 2,

    /// <summary>Operand and result.</summary>
    Both = X | Y,
}

/// <summary>
/// An elementwise operation of one operand, written once with its derivative. The fields of the struct are the operation's
/// attributes; a record struct prints and compares them. Mark <c>Of</c> and <c>Slope</c> AggressiveInlining: a call per
/// vector costs fifteen times the arithmetic.
/// Threads: kernels call it from several at a time, so it keeps no state.
/// </summary>
public interface IUnaryOp
{
    /// <summary>Whether the operation is defined on integer tensors and keeps their type; otherwise they become float32 first.</summary>
    static virtual bool KeepsIntegers => false;

    /// <summary>y = f(x).</summary>
    T Of<T>(T x) where T : struct, IReal<T>;

    /// <summary>What <see cref="Slope"/> reads. Naming one argument spares its kernel the memory traffic of the other, which it then finds to be 0.</summary>
    static virtual SlopeReads Reads => SlopeReads.Both;

    /// <summary>dy/dx, from x and y = f(x).</summary>
    T Slope<T>(T x, T y) where T : struct, IReal<T>;
}

/// <summary>An elementwise formula of two broadcast operands. Threads: kernels call it from several at a time, so it keeps no state.</summary>
public interface IBinaryFormula
{
    /// <summary>Whether the formula is defined on integer tensors and keeps their type; otherwise they become float32 first.</summary>
    static virtual bool KeepsIntegers => false;

    /// <summary>z = f(x, y).</summary>
    T Of<T>(T x, T y) where T : struct, IReal<T>;
}

/// <summary>An elementwise operation of two broadcast operands, written once with its derivatives. Threads: kernels call it from several at a time, so it keeps no state.</summary>
public interface IBinaryOp : IBinaryFormula
{
    /// <summary>dz/dx, from x, y and z = f(x, y).</summary>
    T SlopeX<T>(T x, T y, T z) where T : struct, IReal<T>;

    /// <summary>dz/dy, from x, y and z = f(x, y).</summary>
    T SlopeY<T>(T x, T y, T z) where T : struct, IReal<T>;
}

/// <summary>
/// How an optimizer changes one weight: written once over <see cref="IReal{T}"/>, run as one fused pass over a variable, its gradient and up to
/// three slots of optimizer state. The fields of the struct are the hyperparameters of this step. Mark <c>Of</c> AggressiveInlining.
/// Threads: kernels call it from several at a time, so it keeps no state.
/// </summary>
public interface IUpdateRule
{
    /// <summary>How many slots the rule uses, at most: s0 for 1, and so on. One it names but is not given reads 0; others are not touched.</summary>
    static abstract int Slots { get; }

    /// <summary>Changes the weight <paramref name="w"/> and the slots, given the gradient <paramref name="g"/>.</summary>
    void Of<T>(ref T w, T g, ref T s0, ref T s1, ref T s2) where T : struct, IReal<T>;
}
