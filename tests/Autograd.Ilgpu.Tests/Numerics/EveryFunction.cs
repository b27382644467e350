using Autograd.Backends.Ilgpu;
using ILGPU;

namespace Autograd.Ilgpu.Tests.Numerics;

/// <summary>Every function of <see cref="IReal{T}"/>, to be called here, and once more in the same order as a kernel.</summary>
internal static class EveryFunction<T> where T : unmanaged, IReal<T>
{
    public static readonly (string Name, Func<T, T, T> Of)[] All =
    [
        ("Exp", (x, _) => T.Exp(x)),
        ("Exp2", (x, _) => T.Exp2(x)),
        ("Expm1", (x, _) => T.Expm1(x)),
        ("Sigmoid", (x, _) => T.Sigmoid(x)),
        ("Log", (x, _) => T.Log(x)),
        ("Log2", (x, _) => T.Log2(x)),
        ("Log10", (x, _) => T.Log10(x)),
        ("Log1p", (x, _) => T.Log1p(x)),
        ("Sin", (x, _) => T.Sin(x)),
        ("Cos", (x, _) => T.Cos(x)),
        ("Tan", (x, _) => T.Tan(x)),
        ("Asin", (x, _) => T.Asin(x)),
        ("Acos", (x, _) => T.Acos(x)),
        ("Atan", (x, _) => T.Atan(x)),
        ("Sinh", (x, _) => T.Sinh(x)),
        ("Cosh", (x, _) => T.Cosh(x)),
        ("Tanh", (x, _) => T.Tanh(x)),
        ("Asinh", (x, _) => T.Asinh(x)),
        ("Acosh", (x, _) => T.Acosh(x)),
        ("Atanh", (x, _) => T.Atanh(x)),
        ("Erf", (x, _) => T.Erf(x)),
        ("LogGamma", (x, _) => T.LogGamma(x)),
        ("Digamma", (x, _) => T.Polygamma(0, x)),
        ("Trigamma", (x, _) => T.Polygamma(1, x)),
        ("Polygamma20", (x, _) => T.Polygamma(20, x)),
        ("Floor", (x, _) => T.Floor(x)),
        ("Ceiling", (x, _) => T.Ceiling(x)),
        ("Round", (x, _) => T.Round(x)),
        ("Truncate", (x, _) => T.Truncate(x)),
        ("Abs", (x, _) => T.Abs(x)),
        ("Sqrt", (x, _) => T.Sqrt(x)),
        ("Pow", (x, y) => T.Pow(x, y)),
        ("Atan2", (x, y) => T.Atan2(x, y)),
        ("Remainder", (x, y) => T.Remainder(x, y)),
        ("FloorDivide", (x, y) => T.FloorDivide(x, y)),
        ("Min", (x, y) => T.Min(x, y)),
        ("Max", (x, y) => T.Max(x, y)),
        ("OverRoot", (x, y) => T.OverRoot(x, y, T.One)),
        ("Quotient", (x, y) => x / y),
        ("Negative", (x, _) => -x),
        ("Less", (x, y) => T.Select(x < y, T.Const(3), T.Zero)),
        ("Greater", (x, y) => T.Select(x > y, T.Const(3), T.Zero)),
        ("AtMost", (x, y) => T.Select(x <= y, T.Const(3), T.Zero)),
        ("AtLeast", (x, y) => T.Select(x >= y, T.Const(3), T.Zero)),
        ("Equal", (x, y) => T.Select(T.Equal(x, y), T.Const(3), T.Zero)),
        ("Infinite", (x, y) => T.Const(double.NegativeInfinity) + T.Abs(x)),
    ];

    /// <summary>One thread for each pair of numbers, which writes the results side by side.</summary>
    public static void Kernel(ArrayView<T> x, ArrayView<T> y, ArrayView<T> results, int n)
    {
        for (var i = Grid.GlobalIndex.X; i < n; i += Group.DimX * Grid.DimX)
        {
            Write(x[i], y[i], results.SubView(i * 46, 46));
        }
    }

    private static void Write(T x, T y, ArrayView<T> results)
    {
        results[0] = T.Exp(x);
        results[1] = T.Exp2(x);
        results[2] = T.Expm1(x);
        results[3] = T.Sigmoid(x);
        results[4] = T.Log(x);
        results[5] = T.Log2(x);
        results[6] = T.Log10(x);
        results[7] = T.Log1p(x);
        results[8] = T.Sin(x);
        results[9] = T.Cos(x);
        results[10] = T.Tan(x);
        results[11] = T.Asin(x);
        results[12] = T.Acos(x);
        results[13] = T.Atan(x);
        results[14] = T.Sinh(x);
        results[15] = T.Cosh(x);
        results[16] = T.Tanh(x);
        results[17] = T.Asinh(x);
        results[18] = T.Acosh(x);
        results[19] = T.Atanh(x);
        results[20] = T.Erf(x);
        results[21] = T.LogGamma(x);
        results[22] = T.Polygamma(0, x);
        results[23] = T.Polygamma(1, x);
        results[24] = T.Polygamma(20, x);
        results[25] = T.Floor(x);
        results[26] = T.Ceiling(x);
        results[27] = T.Round(x);
        results[28] = T.Truncate(x);
        results[29] = T.Abs(x);
        results[30] = T.Sqrt(x);
        results[31] = T.Pow(x, y);
        results[32] = T.Atan2(x, y);
        results[33] = T.Remainder(x, y);
        results[34] = T.FloorDivide(x, y);
        results[35] = T.Min(x, y);
        results[36] = T.Max(x, y);
        results[37] = T.OverRoot(x, y, T.One);
        results[38] = x / y;
        results[39] = -x;
        results[40] = T.Select(x < y, T.Const(3), T.Zero);
        results[41] = T.Select(x > y, T.Const(3), T.Zero);
        results[42] = T.Select(x <= y, T.Const(3), T.Zero);
        results[43] = T.Select(x >= y, T.Const(3), T.Zero);
        results[44] = T.Select(T.Equal(x, y), T.Const(3), T.Zero);
        results[45] = T.Const(double.NegativeInfinity) + T.Abs(x);
    }
}

/// <summary>The same for memory of plain numbers: the launchers that ILGPU makes may name public types only.</summary>
internal static class EveryFunctionKernels
{
    public static void OfFloats(ArrayView<float> x, ArrayView<float> y, ArrayView<float> results, int n) =>
        EveryFunction<Real32>.Kernel(x.Cast<Real32>(), y.Cast<Real32>(), results.Cast<Real32>(), n);

    public static void OfDoubles(ArrayView<double> x, ArrayView<double> y, ArrayView<double> results, int n) =>
        EveryFunction<Real64>.Kernel(x.Cast<Real64>(), y.Cast<Real64>(), results.Cast<Real64>(), n);
}
