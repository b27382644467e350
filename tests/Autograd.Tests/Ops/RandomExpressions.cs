using Autograd.Numerics;
using FsCheck;
using FsCheck.Fluent;
using static Autograd.Tensor;
using One = Autograd.Tests.Ops.Dual<Autograd.Tests.Ops.Real>;
using Two = Autograd.Tests.Ops.Dual<Autograd.Tests.Ops.Dual<Autograd.Tests.Ops.Real>>;

namespace Autograd.Tests.Ops;

/// <summary>
/// Random programs: value, first and second gradient against dual numbers carried through the same program element by element, with formulas of their own. A failure is shrunk to
/// the smallest program that fails, and says by which seed it comes again.
/// </summary>
public class RandomExpressions
{
    private const int Rows = 2, Columns = 3;

    // The same programs each time; AUTOGRAD_SEED tries others.
    private static readonly ulong s_seed = ulong.TryParse(Environment.GetEnvironmentVariable("AUTOGRAD_SEED"), out var seed) ? seed : 2026;

    /// <summary>Numbers of shape [2 or 1, 3 or 1]: what a tensor that broadcasts to [2, 3] holds.</summary>
    private sealed record Grid(int Rows, int Columns, Two[] Numbers)
    {
        public Two this[int row, int column] => Numbers[((Rows == 1 ? 0 : row) * Columns) + (Columns == 1 ? 0 : column)];

        public static Grid From(int rows, int columns, Func<int, int, Two> number) =>
            new(rows, columns, [.. Enumerable.Range(0, rows * columns).Select(i => number(i / columns, i % columns))]);
    }

    /// <summary>An operation as the library has it, and as mathematics has it.</summary>
    private sealed record Unary(string Name, Func<Tensor, Tensor> Of, Func<Grid, Grid> Means)
    {
        public static Unary Each(string name, Func<Tensor, Tensor> of, Func<Two, Two> means) => new(name, of, x => new(x.Rows, x.Columns, [.. x.Numbers.Select(means)]));

        /// <summary>On all of [2, 3].</summary>
        public static Unary Whole(string name, Func<Tensor, Tensor> of, Func<Grid, int, int, Two> means) =>
            new(name, x => of(x.BroadcastTo([RandomExpressions.Rows, RandomExpressions.Columns])), x => Grid.From(RandomExpressions.Rows, RandomExpressions.Columns, (i, j) => means(x, i, j)));
    }

    private sealed record Binary(string Name, Func<Tensor, Tensor, Tensor> Of, Func<Two, Two, Two> Means);

    private abstract record Program
    {
        public sealed override string ToString() => this switch
        {
            Leaf leaf => $"{"xyz"[leaf.Index]}",
            Number number => FormattableString.Invariant($"{number.Value}"),
            Call1 call => $"{s_unary[call.Op].Name}({call.X})",
            Call2 call => $"{s_binary[call.Op].Name}({call.X}, {call.Y})",
            _ => "",
        };
    }

    private sealed record Leaf(int Index) : Program;

    private sealed record Number(double Value) : Program;

    private sealed record Call1(int Op, Program X) : Program;

    private sealed record Call2(int Op, Program X, Program Y) : Program;

    private static Two C(double value) => Two.Const(value);

    private static Two Plus(Two x) => C(1) + x;

    private static Two Logistic(Two x) => C(1) / Plus(Two.Exp(-x));

    private static Two Bent(Two x) => Two.Log(Plus(Two.Exp(x)));

    private static Two SumOf(Grid x, int rows, int columns, Func<int, int, Two> term) =>
        Enumerable.Range(0, rows * columns).Aggregate(C(0), (sum, i) => sum + term(i / columns, i % columns));

    // Whatever may grow is fed through something that does not, so that nothing overflows and rounding stays small.
    private static readonly Unary[] s_unary =
    [
        Unary.Each("sin", Sin, Two.Sin),
        Unary.Each("cos", Cos, Two.Cos),
        Unary.Each("tanh", Tanh, x => (Two.Exp(x) - Two.Exp(-x)) / (Two.Exp(x) + Two.Exp(-x))),
        Unary.Each("sigmoid", Sigmoid, Logistic),
        Unary.Each("softplus", Softplus, Bent),
        Unary.Each("exp(sin)", x => Exp(Sin(x)), x => Two.Exp(Two.Sin(x))),
        Unary.Each("log1p(square)", x => Log1p(Square(x)), x => Two.Log(Plus(x * x))),
        Unary.Each("sqrt(1 + square)", x => Sqrt(1 + Square(x)), x => Two.Sqrt(Plus(x * x))),
        Unary.Each("reciprocal(1 + square)", x => Reciprocal(1 + Square(x)), x => C(1) / Plus(x * x)),
        Unary.Each("negative", x => -x, x => C(0) - x),
        Unary.Each("atan", Atan, Two.Atan),
        Unary.Each("erf", Erf, Two.Erf),
        Unary.Each("asinh", Asinh, x => Two.Log(x + Two.Sqrt(Plus(x * x)))),
        Unary.Each("silu", Silu, x => x * Logistic(x)),
        Unary.Each("mish", Mish, x => x * Two.Tanh(Bent(x))),
        Unary.Each("gelu", x => Gelu(x), x => C(0.5) * x * Plus(Two.Erf(x / C(Math.Sqrt(2))))),
        Unary.Each("elu", x => Elu(x), x => Two.Select(x > C(0), x, Two.Exp(x) - C(1))),
        Unary.Each("relu", Relu, x => Two.Select(x > C(0), x, C(0))),
        Unary.Each("leaky", x => LeakyRelu(x, 0.1), x => Two.Select(x > C(0), x, C(0.1) * x)),
        Unary.Each("abs", Abs, x => Two.Select(x > C(0), x, -x)),
        Unary.Each("clip", x => Clip(x, -0.9, 1.1), x => Two.Select(x < C(-0.9), C(-0.9), Two.Select(x > C(1.1), C(1.1), x))),
        Unary.Each("tanh^3", x => Pow(Tanh(x), 3), x => Two.Tanh(x) * Two.Tanh(x) * Two.Tanh(x)),
        Unary.Each("cast", x => x.Cast(DType.Float64), x => x),
        new("sum of rows", x => x.BroadcastTo([Rows, Columns]).Sum(1, keepDims: true), x => Grid.From(Rows, 1, (i, _) => x[i, 0] + x[i, 1] + x[i, 2])),
        new("mean of columns", x => x.BroadcastTo([Rows, Columns]).Mean(0), x => Grid.From(1, Columns, (_, j) => C(0.5) * (x[0, j] + x[1, j]))),
        new("sum", x => x.BroadcastTo([Rows, Columns]).Sum(), x => Grid.From(1, 1, (_, _) => SumOf(x, Rows, Columns, (i, j) => x[i, j]))),
        new("largest", x => x.BroadcastTo([Rows, Columns]).Max(1, keepDims: true), x => Grid.From(Rows, 1, (i, _) => Larger(Larger(x[i, 0], x[i, 1]), x[i, 2]))),
        Unary.Whole("flip", x => x.Flip(1), (x, i, j) => x[i, 2 - j]),
        Unary.Whole("transpose of reshape", x => x.Reshape(Columns, Rows).T, (x, i, j) => x[((j * Rows) + i) / Columns, ((j * Rows) + i) % Columns]),
        Unary.Whole("roll by concat", x => Concat([x[.., 1..], x[.., ..1]], 1), (x, i, j) => x[i, (j + 1) % Columns]),
        Unary.Whole("cumsum", x => x.CumSum(1), (x, i, j) => SumOf(x, 1, j + 1, (_, k) => x[i, k])),
        Unary.Whole("cumprod(cos)", x => Cos(x).CumProd(0), (x, i, j) => i == 0 ? Two.Cos(x[0, j]) : Two.Cos(x[0, j]) * Two.Cos(x[1, j])),
        Unary.Whole("softmax", x => Softmax(x), (x, i, j) => Two.Exp(x[i, j]) / SumOf(x, 1, Columns, (_, k) => Two.Exp(x[i, k]))),
        Unary.Whole("log-softmax", x => LogSoftmax(x, 0), (x, i, j) => x[i, j] - Two.Log(Two.Exp(x[0, j]) + Two.Exp(x[1, j]))),
        Unary.Whole("take", x => x.Take(new[] { 2, 0, 2 }, 1), (x, i, j) => x[i, 2 - (2 * (j % 2))]),
        Unary.Whole("layer norm", x => LayerNorm(x, epsilon: 1), (x, i, j) =>
        {
            var mean = SumOf(x, 1, Columns, (_, k) => x[i, k]) / C(Columns);
            return (x[i, j] - mean) / Two.Sqrt(Plus(SumOf(x, 1, Columns, (_, k) => (x[i, k] - mean) * (x[i, k] - mean)) / C(Columns)));
        }),
    ];

    private static readonly Binary[] s_binary =
    [
        new("add", (x, y) => x + y, (x, y) => x + y),
        new("subtract", (x, y) => x - y, (x, y) => x - y),
        new("multiply", (x, y) => x * y, (x, y) => x * y),
        new("divide by 1 + square", (x, y) => x / (1 + Square(y)), (x, y) => x / Plus(y * y)),
        new("maximum", Tensor.Maximum, Larger),
        new("minimum", Tensor.Minimum, (x, y) => Two.Select(x < y, x, y)),
        new("where", (x, y) => Where(x > y, Sin(x), y), (x, y) => Two.Select(x > y, Two.Sin(x), y)),
        new("log-add-exp", LogAddExp, (x, y) => Two.Log(Two.Exp(x) + Two.Exp(y))),
        new("power of 1 + square", (x, y) => Pow(1 + Square(Tanh(x)), Sin(y)), (x, y) => Two.Exp(Two.Sin(y) * Two.Log(Plus(Two.Tanh(x) * Two.Tanh(x))))),
        new("angle", (x, y) => Atan2(x, 1 + Square(y)), (x, y) => Two.Atan(x / Plus(y * y))),
        new("distance", (x, y) => Hypot(x, 1 + Square(y)), (x, y) => Two.Sqrt((x * x) + (Plus(y * y) * Plus(y * y)))),
        new("squared difference", (x, y) => SquaredDifference(Tanh(x), y), (x, y) => (Two.Tanh(x) - y) * (Two.Tanh(x) - y)),
        new("products", Products, (x, y) => x * y),
    ];

    private static Two Larger(Two x, Two y) => Two.Select(x > y, x, y);

    // Elementwise by way of matrix products: diag(x y') of every row.
    private static Tensor Products(Tensor x, Tensor y)
    {
        Shape shape = [Rows, Columns];
        return MatMul(x.BroadcastTo(shape).ExpandDims(2), y.BroadcastTo(shape).ExpandDims(1)) is var outer ? Diag(outer) : outer;
    }

    private static Gen<Program> Programs(int depth)
    {
        var leaf = Gen.Frequency(
            (6, Gen.Choose(0, 2).Select(i => (Program)new Leaf(i))),
            (1, Gen.Elements(0.5, -1.5, 2).Select(value => (Program)new Number(value))));
        if (depth == 0)
        {
            return leaf;
        }
        var smaller = Programs(depth - 1);
        return Gen.Frequency(
            (1, leaf),
            (4, Gen.Choose(0, s_unary.Length - 1).SelectMany(op => smaller, (op, x) => (Program)new Call1(op, x))),
            (4, Gen.Choose(0, s_binary.Length - 1).SelectMany(op => smaller, (op, x) => (op, x)).SelectMany(_ => smaller, (call, y) => (Program)new Call2(call.op, call.x, y))));
    }

    /// <summary>A part of the program, or the program with a smaller part.</summary>
    private static IEnumerable<Program> Smaller(Program program) => program switch
    {
        Call1 call => [call.X, .. Smaller(call.X).Select(x => call with { X = x })],
        Call2 call => [call.X, call.Y, .. Smaller(call.X).Select(x => call with { X = x }), .. Smaller(call.Y).Select(y => call with { Y = y })],
        Number => [new Leaf(0)],
        Leaf { Index: > 0 } => [new Leaf(0)],
        _ => [],
    };

    private static Tensor Run(Program program, Tensor[] leaves) => program switch
    {
        Leaf leaf => leaves[leaf.Index],
        Number number => Full([], number.Value, DType.Float64),
        Call1 call => s_unary[call.Op].Of(Run(call.X, leaves)),
        Call2 call => s_binary[call.Op].Of(Run(call.X, leaves), Run(call.Y, leaves)),
        _ => throw new InvalidOperationException(),
    };

    private static Grid Run(Program program, Grid[] leaves)
    {
        switch (program)
        {
            case Leaf leaf:
                return leaves[leaf.Index];
            case Number number:
                return Grid.From(1, 1, (_, _) => C(number.Value));
            case Call1 call:
                return s_unary[call.Op].Means(Run(call.X, leaves));
            case Call2 call:
                var (x, y) = (Run(call.X, leaves), Run(call.Y, leaves));
                return Grid.From(Math.Max(x.Rows, y.Rows), Math.Max(x.Columns, y.Columns), (i, j) => s_binary[call.Op].Means(x[i, j], y[i, j]));
            default:
                throw new InvalidOperationException();
        }
    }

    private static void Check(Program program)
    {
        var random = new Random(program.ToString().Aggregate(7, (hash, letter) => unchecked((hash * 31) + letter)));
        double[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => (2.4 * random.NextDouble()) - 1.2)];
        (Shape Shape, int Rows, int Columns)[] forms = [([Rows, Columns], Rows, Columns), ([Columns], 1, Columns), ([], 1, 1)];
        var values = forms.Select(form => Draw(form.Shape.Size)).ToArray();
        var directions = forms.Select(form => Draw(form.Shape.Size)).ToArray();
        var weights = Draw(Rows * Columns);
        // Twice in the same direction: value, first and second derivative along it.
        Grid[] grids = [.. forms.Select((form, n) => Grid.From(form.Rows, form.Columns, (i, j) =>
        {
            var (value, along) = (new Real(values[n][(i * form.Columns) + j]), new Real(directions[n][(i * form.Columns) + j]));
            return new Two(new One(value, along), new One(along, new Real(0)));
        }))];
        var result = Run(program, grids);
        var expected = SumOf(result, Rows, Columns, (i, j) => C(weights[(i * Columns) + j]) * result[i, j]);

        Tensor[] leaves = [.. forms.Select((form, n) => From(values[n], form.Shape))], along = [.. forms.Select((form, n) => From(directions[n], form.Shape))];
        using var outer = new GradientTape();
        outer.Watch(leaves);
        Tensor y;
        Tensor?[] first;
        using (var inner = new GradientTape())
        {
            inner.Watch(leaves);
            y = (Run(program, leaves).BroadcastTo([Rows, Columns]) * From(weights, [Rows, Columns])).Sum();
            first = inner.Gradient(y, leaves, unconnected: Unconnected.Zero);
        }
        var slope = Along(first);
        var second = Along(outer.Gradient(slope, leaves, unconnected: Unconnected.Zero));
        Near("the value", expected.Value.Value.Value, y.Item());
        Near("the first derivative", expected.Value.Derivative.Value, slope.Item());
        Near("the second derivative", expected.Derivative.Derivative.Value, second.Item());

        Tensor Along(Tensor?[] gradients) => gradients.Select((gradient, n) => (gradient! * along[n]).Sum()).Aggregate((a, b) => a + b);

        void Near(string what, double expected, double actual)
        {
            if (!(Math.Abs(expected - actual) <= 1e-9 * Math.Max(1, Math.Abs(expected))))
            {
                throw new InvalidOperationException(FormattableString.Invariant($"{what} is {actual:R} instead of {expected:R}"));
            }
        }
    }

    [Fact]
    public void Have_the_gradients_of_mathematics()
    {
        var programs = Arb.From(Programs(4), Smaller);
        FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(400).WithQuietOnSuccess(true).WithReplay(s_seed, 1UL), Prop.ForAll<Program>(programs, Check));
    }
}
