using static Autograd.Tensor;
using static Autograd.Tests.Tape.Numbers;

namespace Autograd.Tests.Tape;

/// <summary>Derivatives of every order are those of mathematics, also where formulas change branches: at 0, at whole exponents, at kinks.</summary>
public class HigherOrders
{
    // To 17 digits from series in 60.
    private static readonly Row[] s_smooth =
    [
        new("Softplus at 0", Softplus, 0, [0.69314718055994531, 0.5, 0.25, 0, -0.125]),
        new("Softplus at 1.5", Softplus, 1.5, [1.7014132779827524, 0.81757447619364366, 0.14914645207033286, -0.094730212784752674, 0.01567846707932428]),
        new("Softplus at -2", Softplus, -2, [0.1269280110429725, 0.11920292202211756, 0.10499358540350652, 0.079962501056153063, 0.038851667548206016]),
        new("LogSigmoid at 0", LogSigmoid, 0, [-0.69314718055994531, 0.5, -0.25, 0, 0.125]),
        new("LogSigmoid at 1.5", LogSigmoid, 1.5, [-0.20141327798275241, 0.18242552380635634, -0.14914645207033286, 0.094730212784752674, -0.01567846707932428]),
        new("Sigmoid at 0", Sigmoid, 0, [0.5, 0.25, 0, -0.125, 0]),
        new("Sigmoid at 0.5", Sigmoid, 0.5, [0.62245933120185456, 0.23500371220159449, -0.057556794852320741, -0.096356756289584614, 0.10475593058033124]),
        new("Silu at 0", Silu, 0, [0, 0.5, 0.5, 0, -0.5]),
        new("Silu at -1", Silu, -1, [-0.26894142136999512, 0.072329488128513268, 0.3023661188100153, 0.30789882353508088, -0.01779546069854937]),
        new("Mish at 0", Mish, 0, [0, 0.6, 0.64, -0.096, -1.1008]),
        new("Mish at 1", Mish, 1, [0.86509838826731035, 1.0490362200997922, 0.18468576447332826, -0.51532853754553546, 0.46635154032228165]),
        new("Mish at -1.5", Mish, -1.5, [-0.29809974216680676, -0.064097815892258643, 0.15461475356154317, 0.31733304899946271, 0.32427078187651923]),
        new("Gelu at 0", x => Gelu(x), 0, [0, 0.5, 0.79788456080286536, 0, -1.5957691216057307]),
        new("Gelu at 1", x => Gelu(x), 1, [0.84134474606854295, 1.0833154705876863, 0.24197072451914335, -0.72591217355743005, 0.4839414490382867]),
        new("GeluTanh at 0", x => Gelu(x, approximate: true), 0, [0, 0.5, 0.79788456080286536, 0, -1.6036674522601095]),
        new("GeluTanh at 1", x => Gelu(x, approximate: true), 1, [0.8411919906082767, 1.0829640838457826, 0.24214819798377295, -0.72172039178848643, 0.49010065210414504]),
        new("Tanh at 0", Tanh, 0, [0, 1, 0, -2, 0]),
        new("Tanh at 0.5", Tanh, 0.5, [0.46211715726000976, 0.78644773296592741, -0.72686198138358728, -0.56520928825977036, 3.9522195637245831]),
        new("TanhShrink at 0", TanhShrink, 0, [0, 0, 0, 2, 0]),
        new("TanhShrink at 0.5", TanhShrink, 0.5, [0.037882842739990241, 0.21355226703407259, 0.72686198138358728, 0.56520928825977036, -3.9522195637245831]),
        new("Asinh at 0", Asinh, 0, [0, 1, 0, -1, 0]),
        new("Asinh at 1", Asinh, 1, [0.88137358701954303, 0.70710678118654752, -0.35355339059327376, 0.17677669529663688, 0.26516504294495532]),
        new("Log1p at 0", Log1p, 0, [0, 1, -1, 2, -6]),
        new("Log1p at -0.5", Log1p, -0.5, [-0.69314718055994531, 2, -4, 16, -96]),
        new("Expm1 at 0", Expm1, 0, [0, 1, 1, 1, 1]),
        new("Expm1 at 1", Expm1, 1, [1.7182818284590452, 2.7182818284590452, 2.7182818284590452, 2.7182818284590452, 2.7182818284590452]),
        new("Squareplus at 0", x => Squareplus(x), 0, [1, 0.5, 0.25, 0, -0.1875]),
        new("Squareplus at 2", x => Squareplus(x), 2, [2.414213562373095, 0.85355339059327376, 0.088388347648318441, -0.06629126073623883, 0.049718445552179123]),
        new("Squareplus at -2", x => Squareplus(x), -2, [0.41421356237309505, 0.14644660940672624, 0.088388347648318441, 0.06629126073623883, 0.049718445552179123]),
        new("Squareplus at 5", x => Squareplus(x), 5, [5.192582403567252, 0.96423834544262966, 0.012806575046693232, -0.006624090541393051, 0.0043856047722326407]),
        new("LogCosh at 0", x => new LogCosh(LossReduction.Sum).Apply(ZerosLike(x), x), 0, [0, 0, 1, 0, -2]),
        new("LogCosh at 1", x => new LogCosh(LossReduction.Sum).Apply(ZerosLike(x), x), 1, [0.43378083048302719, 0.76159415595576489, 0.41997434161402607, -0.6397000084492245, 0.62162668077129626]),
        new("Erf at 0", Erf, 0, [0, 1.1283791670955126, 0, -2.2567583341910251, 0]),
        new("Erf at 1", Erf, 1, [0.84270079294971487, 0.4151074974205947, -0.83021499484118941, 0.83021499484118941, 1.6604299896823788]),
        new("Atan at 0", Atan, 0, [0, 1, 0, -2, 0]),
        new("Atan at 1", Atan, 1, [0.78539816339744831, 0.5, -0.5, 0.5, 0]),
        new("Sin at 0", Sin, 0, [0, 1, 0, -1, 0]),
        // ---- powers ----
        new("x^4 at 0", x => Pow(x, 4.0), 0, [0, 0, 0, 0, 24]),
        new("x^3 at 0", x => Pow(x, Scalar(3)), 0, [0, 0, 0, 6, 0]),
        new("x^2 at 0", x => Pow(x, Scalar(2)), 0, [0, 0, 2, 0, 0]),
        new("x^1 at 0", x => Pow(x, Scalar(1)), 0, [0, 1, 0, 0, 0]),
        new("x^0 at 0", x => Pow(x, Scalar(0)), 0, [1, 0, 0, 0, 0]),
        new("x^2 at -2", x => Pow(x, Scalar(2)), -2, [4, -4, 2, 0, 0]),
        new("x^-1 at 2", x => Pow(x, Scalar(-1)), 2, [0.5, -0.25, 0.25, -0.375, 0.75]),
        new("4^y at 0", y => Pow(Scalar(4), y), 0, [1, Math.Log(4), Math.Pow(Math.Log(4), 2), Math.Pow(Math.Log(4), 3), Math.Pow(Math.Log(4), 4)]),
        new("0^y at 0", y => Pow(Scalar(0), y), 0, [1, 0, 0, 0, 0]),
        new("0^y at 2", y => Pow(Scalar(0), y), 2, [0, 0, 0, 0, 0]),
        new("0^(0 t)", t => Pow(Scalar(0), 0 * t), 3, [1, 0, 0, 0, 0]),
        new("x^x at 1", x => Pow(x, x), 1, [1, 1, 2, 3, 8]),
        new("x log y in x at 0", x => XLogY(x, Scalar(2)), 0, [0, Math.Log(2), 0, 0, 0]),
        new("x log y in y", y => XLogY(Scalar(3), y), 1, [0, 3, -3, 6, -18]),
        new("0 log y in y", y => XLogY(Scalar(0), y), 2, [0, 0, 0, 0, 0]),
        new("0 log 0 in y", y => XLogY(Scalar(0), y), 0, [0, 0, 0, 0, 0]),
        new("log(e^x + e^y) at a tie", x => LogAddExp(x, Scalar(1)), 1, [1 + Math.Log(2), 0.5, 0.25, 0, -0.125]),
        new("cross-entropy of a sigmoid at 0", x => SigmoidCrossEntropy(Scalar(0.25), x), 0, [Math.Log(2), 0.25, 0.25, 0, -0.125]),
        new("the product of all with zeros", x => Stack([x, x, x]).Prod(), 0, [0, 0, 0, 6, 0]),

        // ---- kinks: the piece that the first derivative is of ----
        new("relu at 0", Relu, 0, [0, 0, 0, 0, 0]),
        new("|x| at 0", Abs, 0, [0, 0, 0, 0, 0]),
        new("|x| at -2", Abs, -2, [2, -1, 0, 0, 0]),
        new("elu at 0", x => Elu(x), 0, [0, 1, 0, 0, 0]),
        new("elu at -1", x => Elu(x), -1, [Math.Exp(-1) - 1, Math.Exp(-1), Math.Exp(-1), Math.Exp(-1), Math.Exp(-1)]),
        new("selu at 0", Selu, 0, [0, 1.0507009873554805, 0, 0, 0]),
        new("celu at -1", x => Celu(x, 2), -1, [2 * (Math.Exp(-0.5) - 1), Math.Exp(-0.5), Math.Exp(-0.5) / 2, Math.Exp(-0.5) / 4, Math.Exp(-0.5) / 8]),
        new("softsign at 2", Softsign, 2, [2.0 / 3, 1.0 / 9, -2.0 / 27, 6.0 / 81, -24.0 / 243]),
        new("softsign at 0", Softsign, 0, [0, 1, 0]),
        new("hard swish at 1", HardSwish, 1, [2.0 / 3, 5.0 / 6, 1.0 / 3, 0, 0]),
        new("hypot at the origin", x => Hypot(x, Scalar(0)), 0, [0, 0, 0, 0, 0]),
        new("the norm of zero", x => Stack([x, x]).Norm(), 0, [0, 0, 0, 0, 0]),
        new("clip at its bound", x => Clip(x, -1, 1), 1, [1, 1, 0, 0, 0]),
        new("the larger of x and 1 at a tie", x => Maximum(x, Scalar(1)), 1, [1, 0.5, 0, 0, 0]),
        new("floor", Floor, 1.5, [1, 0, 0, 0, 0]),
        new("the remainder", x => Remainder(x, Scalar(2)), 5.5, [1.5, 1, 0, 0, 0]),
    ];

    public static TheoryData<string> Names => [.. s_smooth.Select(row => row.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Equal_those_of_mathematics(string name)
    {
        var row = s_smooth.Single(row => row.Name == name);
        var x = Scalar(row.At);
        for (var order = 0; order < row.Derivatives.Length; order++)
        {
            var (expected, actual) = (row.Derivatives[order], Derivative(row.Call, x, order).Item());
            Assert.True(Math.Abs(expected - actual) <= 1e-13 * Math.Max(1, Math.Abs(expected)), $"order {order}: {actual:R} instead of {expected:R}");
        }
    }

    /// <summary>Mixed derivatives of functions of two numbers: how often in x, how often in y, and what that is.</summary>
    public static TheoryData<string, double, double, string, double> Mixed => new()
    {
        { "Pow", 4, 0, "xy", 0.25 },
        { "Pow", 4, 0, "yx", 0.25 },
        { "Pow", 4, 1, "xy", 1 + Math.Log(4) },
        { "Pow", 4, 0, "xyy", 2 * Math.Log(4) / 4 },
        { "Pow", 4, 0, "yxx", -1.0 / 16 },
        { "Pow", 4, 0, "xxy", -1.0 / 16 },
        { "Pow", 4, 2, "xxy", 3 + (2 * Math.Log(4)) },
        { "Pow", 4, 2, "xxyy", 2 + (6 * Math.Log(4)) + (2 * Math.Log(4) * Math.Log(4)) },
        { "Pow", 0, 2, "yx", 0 },
        { "Pow", 0, 2, "xy", 0 },
        { "Pow", 0, 3, "xxy", 0 },
        { "Pow", 0, 3, "yxx", 0 },
        { "Pow", 0, 0, "xy", 0 },
        { "Pow", 0, 0, "yx", 0 },
        { "Pow", -2, 3, "xx", -12 },
        { "XLogY", 0, 2, "yx", 0.5 },
        { "XLogY", 0, 2, "xy", 0.5 },
        { "XLogY", 0, 2, "yyx", -0.25 },
        { "XLogY", 3, 2, "xyy", -0.25 },
        { "XLogY", 0, 0, "yx", 0 },
        { "Multiply", 0, 0, "xy", 1 },
        { "Divide", 3, 2, "xyy", 0.25 },
        { "Atan2", 1, 2, "xy", 3.0 / 25 },
        { "LogAddExp", 1, 1, "xy", -0.25 },
    };

    [Theory]
    [MemberData(nameof(Mixed))]
    public void Mixed_ones_too(string function, double x, double y, string order, double expected)
    {
        Func<Tensor, Tensor, Tensor> f = function switch
        {
            "Pow" => Pow,
            "XLogY" => XLogY,
            "Atan2" => (y, x) => Atan2(x, y), // of its second operand first
            "LogAddExp" => LogAddExp,
            "Multiply" => (x, y) => x * y,
            _ => (x, y) => x / y,
        };
        var actual = MixedDerivative(f, Scalar(x), Scalar(y), order).Item();
        Assert.True(Math.Abs(expected - actual) <= 1e-13 * Math.Max(1, Math.Abs(expected)), $"{actual:R} instead of {expected:R}");
    }

    [Fact]
    public void Of_a_small_base_the_slope_of_x_to_0_is_0()
    {
        var x = D(1e-320, -1e-310, 0, 3);
        using var tape = new GradientTape();
        tape.Watch(x);
        Same([0, 0, 0, 0], tape.Gradient(Pow(x, Zeros([4], DType.Float64)), x));
    }

    private static Tensor Derivative(Func<Tensor, Tensor> f, Tensor x, int order)
    {
        if (order == 0)
        {
            return f(x);
        }
        using var tape = new GradientTape();
        tape.Watch(x);
        return tape.Gradient(Derivative(f, x, order - 1), x, unconnected: Unconnected.Zero)!;
    }

    private static Tensor MixedDerivative(Func<Tensor, Tensor, Tensor> f, Tensor x, Tensor y, string order)
    {
        if (order.Length == 0)
        {
            return f(x, y);
        }
        using var tape = new GradientTape();
        tape.Watch(x, y);
        return tape.Gradient(MixedDerivative(f, x, y, order[..^1]), order[^1] == 'x' ? x : y, unconnected: Unconnected.Zero)!;
    }

    /// <param name="Name">What and where.</param>
    /// <param name="Call">The function.</param>
    /// <param name="At">The point.</param>
    /// <param name="Derivatives">The value, the first derivative, the second, ...</param>
    private sealed record Row(string Name, Func<Tensor, Tensor> Call, double At, double[] Derivatives);
}
