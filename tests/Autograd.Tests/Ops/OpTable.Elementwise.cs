using Autograd.Numerics;
using static System.Math;

namespace Autograd.Tests.Ops;

internal static partial class OpTable
{
    private const double SeluAlpha = 1.6732632423543772848170429916717;
    private const double SeluScale = 1.0507009873554804934193349852946;

    private static OpRow[] Elementwise =>
    [
        Unary("op_UnaryNegation", x => -x, x => -x, Signed(0.1, 3), new(0, 0)) with { Integers = IntegerRule.Keeps },
        Unary("op_UnaryPlus", x => +x, x => x, Signed(0.1, 3), new(0, 0)) with { Integers = IntegerRule.Same },
        Unary("Abs", Tensor.Abs, Abs, Signed(0.1, 3), new(0, 0)) with { Integers = IntegerRule.Keeps },
        Unary("Sign", Tensor.Sign, x => double.IsNaN(x) ? x : Sign(x), Signed(0.1, 3), new(0, 0)) with { Integers = IntegerRule.Keeps },
        Unary("Square", Tensor.Square, x => x * x, Signed(0.1, 3), new(0.5, 0)) with { Integers = IntegerRule.Keeps },
        Unary("Reciprocal", Tensor.Reciprocal, x => 1 / x, Signed(0.3, 3), new(0.5, 0)),
        Unary("Sqrt", Tensor.Sqrt, Sqrt, In(0.1, 4), new(0.5, 0)),
        Unary("Rsqrt", Tensor.Rsqrt, x => 1 / Sqrt(x), In(0.2, 4), new(1.5, 0)),
        Unary("Exp", Tensor.Exp, Exp, In(-3, 3), new(1.3, 2)),
        Unary("Exp2", Tensor.Exp2, x => Pow(2, x), In(-3, 3), new(1.2, 2)),
        Unary("Expm1", Tensor.Expm1, Exact.Expm1, In(-3, 3), new(1.9, 4)),
        Unary("Log", Tensor.Log, Log, In(0.2, 4), new(1.2, 2)),
        Unary("Log2", Tensor.Log2, Log2, In(0.2, 4), new(2, 2)),
        Unary("Log10", Tensor.Log10, Log10, In(0.2, 4), new(1.7, 2)),
        Unary("Log1p", Tensor.Log1p, Exact.Log1p, In(-0.7, 4), new(1.2, 4)),
        Unary("Sin", Tensor.Sin, Sin, In(-4, 4), new(1.5, 2)),
        Unary("Cos", Tensor.Cos, Cos, In(-4, 4), new(1.5, 2)),
        Unary("Tan", Tensor.Tan, Tan, In(-1.2, 1.2), new(0.6, 2)),
        Unary("Asin", Tensor.Asin, Asin, In(-0.9, 0.9), new(0.6, 2)),
        Unary("Acos", Tensor.Acos, Acos, In(-0.9, 0.9), new(0.6, 2)),
        Unary("Atan", Tensor.Atan, Atan, In(-3, 3), new(0.6, 2)),
        Unary("Sinh", Tensor.Sinh, Sinh, In(-3, 3), new(1.8, 2)),
        Unary("Cosh", Tensor.Cosh, Cosh, In(-3, 3), new(1.7, 2)),
        Unary("Tanh", Tensor.Tanh, Tanh, In(-3, 3), new(6, 2)),
        Unary("Asinh", Tensor.Asinh, Asinh, In(-3, 3), new(0.6, 2)),
        Unary("Acosh", Tensor.Acosh, Acosh, In(1.2, 4), new(0.6, 2)),
        Unary("Atanh", Tensor.Atanh, Atanh, In(-0.8, 0.8), new(0.6, 2)),
        Unary("Erf", Tensor.Erf, Exact.Erf, In(-3, 3), new(1.6, 6)),
        new("LGamma", x => Tensor.LGamma(x[0]), In(0.1, 6, 3, 4)),
        new("LGamma of negative numbers", x => Tensor.LGamma(x[0]), BetweenPoles(3, 4)),
        new("Digamma", x => Tensor.Digamma(x[0]), In(0.5, 6, 3, 4)),
        new("Digamma of negative numbers", x => Tensor.Digamma(x[0]), BetweenPoles(3, 4)),
        new("Polygamma", x => Tensor.Polygamma(1, x[0]), In(0.7, 20, 3, 4)),
        new("Polygamma of order 4", x => Tensor.Polygamma(4, x[0]), In(2, 20, 3, 4)),
        Unary("Floor", Tensor.Floor, Floor, BetweenIntegers(), new(0, 0)),
        Unary("Ceiling", Tensor.Ceiling, Ceiling, BetweenIntegers(), new(0, 0)),
        Unary("Round", Tensor.Round, x => Round(x, MidpointRounding.ToEven), BetweenIntegers(), new(0, 0)),
        Unary("Truncate", Tensor.Truncate, Truncate, BetweenIntegers(), new(0, 0)),

        Unary("Sigmoid", Tensor.Sigmoid, Exact.Sigmoid, In(-4, 4), new(2.6, 4)),
        Unary("LogSigmoid", Tensor.LogSigmoid, x => -Exact.Softplus(-x), In(-4, 4), new(2, 4)),
        Unary("Relu", Tensor.Relu, x => Max(x, 0), Signed(0.1, 3), new(0, 0)),
        Unary("Relu6", Tensor.Relu6, x => Min(Max(x, 0), 6), Signed(0.1, 3), new(0, 0)),
        Unary("Relu6 far", Tensor.Relu6, x => Min(Max(x, 0), 6), Signed(6.1, 9), new(0, 0)),
        Unary("Relu with options", x => Tensor.Relu(x, negativeSlope: 0.25, maxValue: 2, threshold: 0.5), x => x > 0.5 ? Min(x, 2) : 0.25 * (x - 0.5), BetweenIntegers(), new(1, 0)),
        Unary("Relu with a largest value", x => Tensor.Relu(x, maxValue: 1.5), x => Min(Max(x, 0), 1.5), BetweenIntegers(), new(0, 0)),
        Unary("Silu", Tensor.Silu, x => x * Exact.Sigmoid(x), In(-4, 4), new(4, 6, Normals: 1000)),
        Unary("Mish", Tensor.Mish, x => x * Tanh(Exact.Softplus(x)), In(-4, 4), new(8, 8, Normals: 1000)),
        Unary("Softsign", Tensor.Softsign, x => x / (1 + Abs(x)), Signed(0.1, 4), new(1.5, 0)),
        Unary("Softplus", Tensor.Softplus, Exact.Softplus, In(-4, 4), new(2, 4)),
        Unary("LeakyRelu", x => Tensor.LeakyRelu(x, 0.25), x => x > 0 ? x : 0.25 * x, Signed(0.1, 3), new(0.5, 0)),
        Unary("Elu", x => Tensor.Elu(x, 1.5), x => x >= 0 ? x : 1.5 * Exact.Expm1(x), Signed(0.1, 3), new(3, 6)),
        Unary("Selu", Tensor.Selu, x => SeluScale * (x >= 0 ? x : SeluAlpha * Exact.Expm1(x)), Signed(0.1, 3), new(4, 6)),
        Unary("Gelu", x => Tensor.Gelu(x), x => x * Exact.NormalDistribution(x), In(-4, 4), new(4, 8, Scale: 1)),
        Unary("Gelu approximate", x => Tensor.Gelu(x, approximate: true),
            x => 0.5 * x * (1 + Tanh(Sqrt(2 / PI) * (x + (0.044715 * x * x * x)))), In(-4, 4), new(8, 8, Scale: 1)),
        Unary("HardSwish", Tensor.HardSwish, x => x * Clamp(x + 3, 0, 6) / 6, Signed(0.1, 2.9), new(2, 2, Normals: 10)),

        Unary("Celu", x => Tensor.Celu(x, 1.5), x => x >= 0 ? x : 1.5 * Exact.Expm1(x / 1.5), Signed(0.1, 3), new(4, 8)),
        Unary("HardSigmoid", Tensor.HardSigmoid, x => Clamp(x + 3, 0, 6) / 6, Signed(0.1, 2.9), new(2, 2)),
        Unary("HardTanh", Tensor.HardTanh, x => Clamp(x, -1, 1), BetweenIntegers(), new(0, 0)) with { Integers = IntegerRule.Keeps },
        Unary("HardShrink", x => Tensor.HardShrink(x), x => Abs(x) <= 0.5 ? 0 : x, BetweenIntegers(), new(0, 0)),
        Unary("SoftShrink", x => Tensor.SoftShrink(x), x => x - Clamp(x, -0.5, 0.5), BetweenIntegers(), new(1, 0)),
        Unary("TanhShrink", Tensor.TanhShrink, x => x - Tanh(x), In(-3, 3), new(6, 4, Scale: 1)),
        Unary("Threshold", x => Tensor.Threshold(x, 0.5, -2), x => x <= 0.5 ? -2 : x, BetweenIntegers(), new(0, 0)),
        Unary("Squareplus", x => Tensor.Squareplus(x), Exact.Squareplus, In(-3, 3), new(4, 4, Normals: 1)),
        Unary("SparsePlus", Tensor.SparsePlus, x => x >= 1 ? x : (Max(x, -1) + 1) / 2 * ((Max(x, -1) + 1) / 2), BetweenIntegers(), new(3, 0)),
        Unary("SparseSigmoid", Tensor.SparseSigmoid, x => Clamp((x + 1) / 2, 0, 1), BetweenIntegers(), new(1, 0)),

        Unary("Clip", x => Tensor.Clip(x, -1.5, 2.5), x => Min(Max(x, -1.5), 2.5), BetweenIntegers(), new(0, 0)),
        Unary("Clip integer bounds", x => Tensor.Clip(x, -1, 2), x => Min(Max(x, -1), 2), BetweenIntegers(), new(0, 0)) with { Integers = IntegerRule.Keeps },
        Unary("Pow 2", x => Tensor.Pow(x, 2.0), x => x * x, Signed(0.1, 3), new(0.5, 0)) with { Integers = IntegerRule.Keeps },
        Unary("Pow 3", x => Tensor.Pow(x, 3.0), x => Pow(x, 3), Signed(0.1, 3), new(2, 2)) with { Integers = IntegerRule.Keeps },
        Unary("Pow -1", x => Tensor.Pow(x, -1.0), x => 1 / x, Signed(0.3, 3), new(0.5, 0)) with { Integers = IntegerRule.None },
        Unary("Pow 1", x => Tensor.Pow(x, 1.0), x => x, Signed(0.3, 3), new(0, 0)) with { Integers = IntegerRule.Keeps },
        Unary("Pow 1/2", x => Tensor.Pow(x, 0.5), Sqrt, In(0.2, 3), new(0.5, 0)),
        Unary("Pow -1/2", x => Tensor.Pow(x, -0.5), x => 1 / Sqrt(x), In(0.2, 3), new(1.5, 0)),
        Unary("Pow 2.5", x => Tensor.Pow(x, 2.5), x => Pow(x, 2.5), In(0.2, 3), new(2, 4)),
        Unary("Pow of a base", x => Tensor.Pow(1.5, x), x => Pow(1.5, x), In(-3, 3), new(2, 4)) with { Integers = IntegerRule.None },
        Unary("Map", x => Tensor.Map(new ScaledCube(0.5), x), x => 0.5 * x * x * x, Signed(0.1, 2), new(2, 1)),
    ];

    private static OpRow[] Pairs =>
    [
        Pair("op_Addition", (x, y) => x + y, (x, y) => x + y, Signed(0.1, 3), Signed(0.1, 3), new(0.5, 0)) with { Integers = IntegerRule.Keeps },
        Pair("op_Subtraction", (x, y) => x - y, (x, y) => x - y, Signed(0.1, 3), Signed(0.1, 3), new(0.5, 0)) with { Integers = IntegerRule.Keeps },
        Pair("op_Multiply", (x, y) => x * y, (x, y) => x * y, Signed(0.1, 3), Signed(0.1, 3), new(0.5, 0)) with { Integers = IntegerRule.Keeps },
        Pair("op_Division", (x, y) => x / y, (x, y) => x / y, Signed(0.1, 3), Signed(0.3, 3), new(0.5, 0)),
        Pair("op_Modulus", (x, y) => x % y, Exact.Remainder, BetweenIntegers(), Fixed(2), new(0.5, 0)) with { Integers = IntegerRule.Keeps },
        Pair("Remainder", Tensor.Remainder, Exact.Remainder, In(5.2, 5.8), In(2.1, 2.4), new(0.5, 0)) with { Integers = IntegerRule.Keeps },
        Pair("FloorDivide", Tensor.FloorDivide, Exact.FloorDivide, In(5.2, 5.8), In(2.1, 2.4), new(0, 0)) with { Integers = IntegerRule.Keeps },
        Pair("Pow", Tensor.Pow, Pow, In(0.2, 3), Signed(0.1, 2), new(2, 4)) with { Integers = IntegerRule.Keeps },
        Pair("Maximum", Tensor.Maximum, Max, In(0, 1), In(1.1, 2), new(0, 0)) with { Integers = IntegerRule.Keeps },
        Pair("Minimum", Tensor.Minimum, Min, In(0, 1), In(1.1, 2), new(0, 0)) with { Integers = IntegerRule.Keeps },
        Pair("Atan2", Tensor.Atan2, Atan2, Signed(0.2, 2), Signed(0.2, 2), new(0.6, 2)),
        Pair("Hypot", Tensor.Hypot, (x, y) => double.IsNaN(x) || double.IsNaN(y) ? double.NaN : double.Hypot(x, y), Signed(0.2, 1), Signed(1.1, 2), new(2, 2)),
        Pair("SquaredDifference", Tensor.SquaredDifference, (x, y) => (x - y) * (x - y), Signed(0.2, 2), Signed(0.2, 2), new(2, 0)) with { Integers = IntegerRule.Keeps },
        Pair("LogAddExp", Tensor.LogAddExp, LogAddExp, Signed(0.2, 2), Signed(0.2, 2), new(2, 4, Scale: 1)),
        Pair("XLogY", Tensor.XLogY, (x, y) => x == 0 ? 0 : x * Log(y), Signed(0.2, 2), In(0.3, 3), new(2, 3)),
        Pair("Map pair", (x, y) => Tensor.Map(default(ProductPlusOne), x, y), (x, y) => (x * y) + 1, Signed(0.2, 2), Signed(0.2, 2), new(1, 0, Scale: 1)),
    ];

    private static OpRow Unary(string name, Func<Tensor, Tensor> call, Func<double, double> reference, Input values, Bound bound) =>
        new(name, x => call(x[0]), values with { Shape = [3, 4] }) { Unary = reference, Bound = bound };

    private static OpRow Pair(string name, Func<Tensor, Tensor, Tensor> call, Func<double, double, double> reference, Input x, Input y, Bound bound) =>
        new(name, t => call(t[0], t[1]), x with { Shape = [3, 4] }, y.IsFixed ? y : y with { Shape = [3, 4] }) { Binary = reference, Bound = bound };

    /// <summary>Negative values at least 0.35 from the poles of the gamma function.</summary>
    private static Input BetweenPoles(params int[] shape) => new(Shape.Of(shape), (random, count) => Fill(count, () => random.Next(-4, 0) + 0.35 + (0.3 * random.NextDouble())));

    private static double LogAddExp(double x, double y) => x == y ? x + Log(2) : Max(x, y) + Exact.Log1p(Exp(-Abs(x - y)));

    /// <summary>An operation as a user writes one.</summary>
    internal readonly record struct ScaledCube(double Scale) : IUnaryOp
    {
        public T Of<T>(T x) where T : struct, IReal<T> => T.Const(Scale) * x * x * x;

        public T Slope<T>(T x, T y) where T : struct, IReal<T> => T.Const(3 * Scale) * x * x;
    }

    internal readonly record struct ProductPlusOne : IBinaryOp
    {
        public T Of<T>(T x, T y) where T : struct, IReal<T> => (x * y) + T.One;

        public T SlopeX<T>(T x, T y, T z) where T : struct, IReal<T> => y;

        public T SlopeY<T>(T x, T y, T z) where T : struct, IReal<T> => x;
    }
}
