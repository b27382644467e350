using static Autograd.Tensor;

namespace Autograd.Tests.Faults;

/// <summary>Calls at the edge that have a value: nothing may throw, and the value is the documented one, in every element of a long row as in a short one.</summary>
public class DefinedValues
{
    private const double Inf = double.PositiveInfinity;
    private const double NaN = double.NaN;

    private sealed record Row(string Id, Func<Tensor> Call, int[] Shape, double[]? Values = null);

    private static readonly Dictionary<string, Row> Table = Rows().ToDictionary(row => row.Id);

    public static TheoryData<string> Ids => [.. Table.Keys];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Has_the_documented_value(string id)
    {
        var row = Table[id];
        var y = row.Call();
        Assert.Equal(row.Shape, y.Shape.ToArray());
        if (row.Values is not null)
        {
            Assert.Equal(row.Values, Operands.Values(y));
        }
    }

    private static IEnumerable<Row> Rows() => [.. Empty(), .. Edges(), .. Indexes(), .. Casts()];

    private static Tensor T(params ReadOnlySpan<int> shape) => Ones(Shape.Of(shape));

    private static Tensor F(params float[] values) => values;

    private static Tensor I(params long[] values) => values;

    private static Tensor I32(params int[] values) => values;

    private static IEnumerable<Row> Empty() =>
    [
        new("broadcast-006", () => T(0, 3) + T(1, 3), [0, 3], []),
        new("B17-leading", () => T(0, 3) * T(3), [0, 3], []),
        new("B17-scalar", () => T(0) + 1, [0], []),
        new("matmul-017", () => MatMul(T(2, 0), T(0, 3)), [2, 3], [0, 0, 0, 0, 0, 0]),
        new("B20-no-rows", () => MatMul(T(0, 2), T(2, 3)), [0, 3], []),
        new("B20-no-columns", () => MatMul(T(3, 2), T(2, 0)), [3, 0], []),
        new("B20-no-batch", () => MatMul(T(0, 2, 3), T(3, 2)), [0, 2, 2], []),
        new("B20-vectors", () => MatMul(T(0), T(0)), [], [0]),
        new("B20-integers", () => MatMul(I().Reshape(0, 0), I().Reshape(0, 2)), [0, 2], []),
        new("reduce-048", () => T(0, 3).Max(1), [0], []),
        new("reduce-053", () => T(0).Sum(), [], [0]),
        new("reduce-054", () => T(0).Prod(), [], [1]),
        new("SumTo of bools", () => Ones([17, 8, 16], DType.Bool).SumTo([1, 1, 16]), [1, 1, 16], [.. Enumerable.Repeat(136.0, 16)]),
        new("SumTo of bools to its shape", () => Ones([2], DType.Bool).SumTo([2]), [2], [1, 1]),
        new("SumTo of int32", () => I32(int.MaxValue, 1).SumTo([1]), [1], [2147483648.0]),
        new("reduce-055", () => T(0).Mean(), [], [NaN]),
        new("C34-sum-axis", () => T(2, 0).Sum(1), [2], [0, 0]),
        new("C34-prod-axis", () => T(0, 2).Prod(0, keepDims: true), [1, 2], [1, 1]),
        new("C34-mean-axis", () => T(2, 0).Mean(1), [2], [NaN, NaN]),
        new("C34-any", () => T(0).Any(), [], [0]),
        new("C34-all", () => T(0).All(), [], [1]),
        new("C34-any-axis", () => T(2, 0).Any(1), [2], [0, 0]),
        new("C34-sum-other-axis", () => T(0, 2).Sum(1), [0], []),
        new("C34-argmax-other-axis", () => T(0, 2).ArgMax(1), [0], []),
        new("C34-logsumexp", () => T(0).LogSumExp(), [], [-Inf]),
        new("C34-logsumexp-axis", () => T(2, 0).LogSumExp(1), [2], [-Inf, -Inf]),
        new("C34-norm", () => T(0).Norm(), [], [0]),
        new("C34-var", () => T(0).Var(), [], [NaN]),
        new("C34-cumsum", () => T(0, 2).CumSum(0), [0, 2], []),
        new("C34-cumsum-inner", () => T(2, 0).CumSum(0, exclusive: true, reverse: true), [2, 0], []),
        new("C34-cumprod", () => T(2, 0).CumProd(1), [2, 0], []),
        new("A7-exp", () => Exp(T(0, 3)), [0, 3], []),
        new("A7-softmax", () => Softmax(T(2, 0)), [2, 0], []),
        new("A7-softmax-batch", () => Softmax(T(0, 2)), [0, 2], []),
        new("A7-where", () => Where(T(0) > 0, T(0), 1f), [0], []),
        new("A7-cast", () => T(0).Cast(DType.Bool), [0], []),
        new("A7-reshape", () => T(0, 3).Reshape(3, 0, 2), [3, 0, 2], []),
        new("A7-reshape-inferred", () => T(0, 3).Reshape(-1, 3), [0, 3], []),
        new("A7-flatten", () => T(2, 0, 3).Flatten(), [0], []),
        new("A7-permute", () => T(0, 3, 1).Permute(2, 0, 1), [1, 0, 3], []),
        new("A7-transpose", () => T(0, 3).T, [3, 0], []),
        new("A7-flip", () => T(0, 3).Flip(), [0, 3], []),
        new("A7-roll", () => T(0, 3).Roll(2, 0), [0, 3], []),
        new("A7-tile", () => T(0, 3).Tile(2, 2), [0, 6], []),
        new("B27-tile-by-0", () => T(2, 3).Tile(0, 1), [0, 3], []),
        new("A7-pad", () => T(0).Pad([(1, 2)], 5), [3], [5, 5, 5]),
        new("A7-concat", () => Concat([T(0, 2), T(1, 2), T(0, 2)]), [1, 2], [1, 1]),
        new("A7-stack", () => Stack([T(0), T(0)]), [2, 0], []),
        new("A7-stack-inner", () => Stack([T(0), T(0)], 1), [0, 2], []),
        new("A7-split", () => T(0, 2).Split(3)[2], [0, 2], []),
        new("A7-split-sizes", () => T(2).Split([0, 2])[0], [0], []),
        new("A7-split-into-none", () => Concat(T(3).Split([3, 0])), [3], [1, 1, 1]),
        new("A7-broadcast", () => T(1, 3).BroadcastTo([0, 3]), [0, 3], []),
        new("A7-sum-to", () => T(0, 3).SumTo([1, 3]), [1, 3], [0, 0, 0]),
        new("A7-sum-to-scalar", () => T(0, 3).SumTo([]), [], [0]),
        new("A7-from", () => From<float>([], [2, 0]), [2, 0], []),
        new("A7-eye", () => Eye(0), [0, 0], []),
        new("A7-eye-columns", () => Eye(2, 0), [2, 0], []),
        new("A7-arange", () => Arange(0), [0], []),
        new("A7-arange-double", () => Arange(1.0, 1.0), [0], []),
        new("A7-arange-down", () => Arange(3, 3, -1), [0], []),
        new("A7-linspace", () => Linspace(0, 1, 0), [0], []),
        new("A7-linspace-one", () => Linspace(3, 7, 1), [1], [3]),
        new("A7-random", () => RandomNormal([2, 0]), [2, 0], []),
        new("A7-permutation", () => RandomPermutation(0), [0], []),
        new("A7-huge-but-empty", () => Zeros([int.MaxValue, 0, int.MaxValue]), [int.MaxValue, 0, int.MaxValue], []),
        new("A7-nonzero", () => T(0, 2).NonZero(), [0, 2], []),
        new("A7-nonzero-scalar", () => T().NonZero(), [1, 0], []),
        new("A7-one-hot", () => OneHot(I(), 3), [0, 3], []),
        new("A7-one-hot-no-depth", () => OneHot(I(), 0), [0, 0], []),
        new("A7-matmul-scalar-result", () => MatMul(T(1), T(1)), [], [1]),
        new("A7-squeeze", () => T(1, 0, 1).Squeeze(), [0], []),
        new("A7-ones-everywhere", () => T(1, 1, 1).Sum([0, 2]), [1], [1]),
        new("A8-rank-32", () => Zeros([.. Enumerable.Repeat(1, 32)]).Sum(), [], [0]),
        new("A8-rank-32-strided", () => (T(2, 2).T + Zeros([.. Enumerable.Repeat(1, 32)])).Sum(), [], [4]),
        new("D54-take", () => T(0, 2).Take(I()), [0, 2], []),
        new("D54-take-nothing", () => T(3, 2).Take(I()), [0, 2], []),
        new("D54-take-inner", () => T(3, 0).Take(I(2, 1)), [2, 0], []),
        new("D54-scatter", () => T(2).ScatterAdd(I(), T(0)), [2], [1, 1]),
        new("D54-scatter-into-empty", () => T(0).ScatterAdd(I(), T(0)), [0], []),
        new("D54-along", () => T(2, 3).TakeAlongAxis(I().Reshape(2, 0), 1), [2, 0], []),
        new("D54-scatter-along", () => T(2, 3).ScatterAddAlongAxis(I().Reshape(2, 0), T(2, 0), 1), [2, 3], [1, 1, 1, 1, 1, 1]),
    ];

    private static IEnumerable<Row> Edges() =>
    [
        new("A13-nan", () => Full([3], NaN), [3], [NaN, NaN, NaN]),
        new("A13-infinity", () => Full([2], -Inf), [2], [-Inf, -Inf]),
        new("A13-overflowing-single", () => Full([1], 1e300), [1], [Inf]),
        new("A13-nan-bool", () => Full([1], NaN, DType.Bool), [1], [1]),
        new("C32-division", () => F(1, -1, 0) / 0, [3], [Inf, -Inf, NaN]),
        new("C32-integer-division", () => I(1, -1, 0) / 0, [3], [Inf, -Inf, NaN]),
        new("C32-log", () => Log(F(0, -1, float.PositiveInfinity)), [3], [-Inf, NaN, Inf]),
        new("C32-sqrt", () => Sqrt(F(-1, 0, float.PositiveInfinity)), [3], [NaN, 0, Inf]),
        new("C32-power", () => Pow(F(0, 0, 0, float.PositiveInfinity), F(0, -1, 1, 0)), [4], [1, Inf, 0, 1]),
        new("C32-overflow", () => F(3e38f, -3e38f) * 10, [2], [Inf, -Inf]),
        new("C32-exp", () => Exp(F(1000, -1000)), [2], [Inf, 0]),
        new("C32-reciprocal", () => Reciprocal(F(0, float.PositiveInfinity)), [2], [Inf, 0]),
        new("C32-rsqrt", () => Rsqrt(F(0, -1)), [2], [Inf, NaN]),
        new("C32-remainder", () => F(5, -5, float.PositiveInfinity) % F(0, float.PositiveInfinity, 2), [3], [NaN, Inf, NaN]),
        new("C32-floor-divide", () => FloorDivide(F(1, -1, 0), 0), [3], [Inf, -Inf, NaN]),
        new("C32-xlogy", () => XLogY(F(0, 0), F(0, float.NaN)), [2], [0, 0]),
        new("C33-floor", () => FloorDivide(I(7, -7, 7, -7), I(2, 2, -2, -2)), [4], [3, -4, -4, 3]),
        new("C33-remainder", () => I(7, -7, 7, -7) % I(2, 2, -2, -2), [4], [1, 1, -1, -1]),
        new("C33-smallest-remainder", () => I(long.MinValue) % I(-1), [1], [0]),
        new("C33-smallest-remainder-int32", () => I32(int.MinValue, 5) % I32(-1), [2], [0, 0]),
        new("C33-smallest-by-2", () => FloorDivide(I32(int.MinValue), 2), [1], [int.MinValue / 2]),
        new("C33-by-minus-one", () => FloorDivide(I32(int.MaxValue, 7), -1), [2], [-int.MaxValue, -7]),
        new("C33-wrapping-sum", () => I32(int.MaxValue) + 1, [1], [int.MinValue]),
        new("C33-wrapping-negation", () => -I32(int.MinValue), [1], [int.MinValue]),
        new("C33-power", () => Pow(I(0, 2, -3), I(0, 10, 3)), [3], [1, 1024, -27]),
        new("C33-long-row", () => (FloorDivide(Arange(67) - 33, 7) * 7 + ((Arange(67) - 33) % 7)).Sum(), [], [0]),
        new("C35-argmax-nan", () => F(1, float.NaN, 5, float.NaN).ArgMax(), [], [1]),
        new("C35-argmin-nan", () => F(1, float.NaN, -5, float.NaN).ArgMin(), [], [1]),
        new("C35-argmax-long", () => Concat([Zeros([100]), F(float.NaN), Full([50], 9)]).ArgMax(), [], [100]),
        new("C35-argmax-all-nan", () => Full([40], NaN).ArgMax(), [], [0]),
        new("C36-argmax-tie", () => F(1, 3, 3, 3).ArgMax(), [], [1]),
        new("C36-argmin-tie", () => F(3, 1, 1).ArgMin(), [], [1]),
        new("C36-argmax-axis", () => T(3, 40).ArgMax(0), [40], new double[40]),
        new("C36-argmax-minus-infinity", () => Full([5], -Inf).ArgMax(), [], [0]),
        new("C36-argmax-smallest-integers", () => Full([5], long.MinValue, DType.Int64).ArgMax(), [], [0]),
        new("C37-softmax-large", () => Softmax(F(1e4f, 0, -1e4f)), [3], [1, 0, 0]),
        new("C37-softmax-equal-large", () => Softmax(F(1e4f, 1e4f)), [2], [0.5, 0.5]),
        new("C37-softmax-equal-small", () => Softmax(F(-1e4f, -1e4f)), [2], [0.5, 0.5]),
        new("C37-softmax-one", () => Softmax(F(-1e30f)), [1], [1]),
        new("C37-softmax-no-hope", () => Softmax(F(float.NegativeInfinity, float.NegativeInfinity)), [2], [NaN, NaN]),
        new("C37-softmax-some-hope", () => Softmax(F(float.NegativeInfinity, 3)), [2], [0, 1]),
        new("C37-softmax-nan", () => Softmax(F(float.NaN, 3)), [2], [NaN, NaN]),
        new("reduce-058", () => Softmax(T(), 0), [], [1]),
        new("C37-logsoftmax-large", () => LogSoftmax(F(1000, 0)), [2], [0, -1000]),
        new("C37-logsoftmax-one", () => LogSoftmax(F(7)), [1], [0]),
        new("C37-logsumexp-large", () => F(1e4f).LogSumExp(), [], [1e4f]),
        new("C37-logsumexp-small", () => F(-1e4f).LogSumExp(), [], [-1e4f]),
        new("C37-logsumexp-no-hope", () => F(float.NegativeInfinity, float.NegativeInfinity).LogSumExp(), [], [-Inf]),
        new("C37-logsumexp-infinite", () => F(float.PositiveInfinity, 0).LogSumExp(), [], [Inf]),
        new("C37-logsumexp-nan", () => F(float.NaN, 0).LogSumExp(), [], [NaN]),
        new("C37-logaddexp", () => LogAddExp(F(1e4f, float.NegativeInfinity), F(-1e4f, float.NegativeInfinity)), [2], [1e4f, -Inf]),
        new("C38-relu", () => Relu(F(float.NaN)), [1], [NaN]),
        new("C38-maximum", () => Maximum(F(float.NaN, 1), F(1, float.NaN)), [2], [NaN, NaN]),
        new("C38-minimum", () => Minimum(F(float.NaN, 1), F(1, float.NaN)), [2], [NaN, NaN]),
        new("C38-clip", () => Clip(F(float.NaN), 0, 1), [1], [NaN]),
        new("C38-max", () => F(1, float.NaN, 2).Max(), [], [NaN]),
        new("C38-max-long", () => Concat([Zeros([130]), F(float.NaN), Zeros([130])]).Max(), [], [NaN]),
        new("C38-min-columns", () => Stack([F(1, 2), F(float.NaN, 3)]).Min(0), [2], [NaN, 2]),
        new("C38-comparison", () => F(float.NaN) >= F(float.NaN), [1], [0]),
        new("C38-not-equal", () => NotEqual(F(float.NaN), F(float.NaN)), [1], [1]),
        new("C38-is-nan", () => IsNaN(F(float.NaN, 1)), [2], [1, 0]),
        new("C38-is-finite", () => IsFinite(F(float.NaN, float.PositiveInfinity, 1)), [3], [0, 0, 1]),
        new("C38-sign", () => Sign(F(float.NaN, -0f, 3)), [3], [NaN, 0, 1]),
        new("C40-denormal-sum", () => F(1e-45f) + F(1e-45f), [1], [2 * (double)float.Epsilon]),
        new("C40-denormal-long", () => (Full([67], float.Epsilon, DType.Float32) * 2).Sum(), [], [134 * (double)float.Epsilon]),
        new("reduce-059", () => T(1).Var(correction: 1), [], [NaN]),
        new("C42-std", () => T(1).Std(correction: 1), [], [NaN]),
        new("C42-constant", () => T(5).Var(), [], [0]),
        new("C43-equal-bounds", () => Clip(F(-1, 5), 2, 2), [2], [2, 2]),
        new("C43-infinite-bounds", () => Clip(F(-1, float.PositiveInfinity), -Inf, Inf), [2], [-1, Inf]),
        new("C43-integers", () => Clip(I32(-5, 5), -Inf, 3), [2], [-5, 3]),
        new("B28-pad-with-infinity", () => F(1, 2).Pad([(1, 1)], -Inf), [4], [-Inf, 1, 2, -Inf]),
        new("B28-pad-with-nan", () => F(1).Pad([(0, 1)], NaN), [2], [1, NaN]),
        new("B28-pad-infinity", () => F(float.PositiveInfinity).Pad([(1, 0)], 3), [2], [3, Inf]),
        new("B28-crop-and-pad", () => F(1, 2, 3).Pad([(-1, 2)]), [4], [2, 3, 0, 0]),
        new("B28-crop-all", () => F(1, 2, 3).Pad([(-3, 0)]), [0], []),
    ];

    private static IEnumerable<Row> Indexes() =>
    [
        new("index-137", () => T(5)[2..100], [3], [1, 1, 1]),
        new("index-138", () => T(5)[3..1], [0], []),
        new("B30-from-beyond", () => T(5)[7..9], [0], []),
        new("B30-before-the-start", () => F(1, 2, 3)[^100..2], [2], [1, 2]),
        new("B30-steps", () => F(0, 1, 2, 3, 4)[TensorIndex.Every(1..100, 2)], [2], [1, 3]),
        new("B30-backwards", () => F(0, 1, 2, 3, 4)[TensorIndex.Every(1..4, -2)], [2], [3, 1]),
        new("B30-large-step", () => F(0, 1, 2)[TensorIndex.Every(.., int.MaxValue)], [1], [0]),
        new("B30-large-step-back", () => F(0, 1, 2)[TensorIndex.Every(.., int.MinValue)], [1], [2]),
        new("D50-mask-false", () => T(3)[From([false, false, false])], [0], []),
        new("D50-mask-rows", () => T(3, 2)[From([false, true, false])], [1, 2], [1, 1]),
        new("D50-mask-all", () => T(2, 2)[T(2, 2) > 0], [4], [1, 1, 1, 1]),
        new("D47-repeated", () => Zeros([3]).ScatterAdd(I(1, 1, 1), F(1, 2, 3)), [3], [0, 6, 0]),
        new("D47-repeated-along", () => Zeros([1, 2]).ScatterAddAlongAxis(I(0, 0, 1).Reshape(1, 3)[TensorIndex.Ellipsis, 0..2], F(1, 2).Reshape(1, 2), 1), [1, 2], [3, 0]),
        new("D45-int32", () => F(5, 6, 7).Take(I32(2, 0)), [2], [7, 5]),
        new("D45-strided-indices", () => F(5, 6, 7).Take(I(0, 9, 2, 9)[TensorIndex.Every(.., 2)]), [2], [5, 7]),
        new("D45-scalar-index", () => F(5, 6, 7).Take(2L), [], [7]),
        new("D-whole", () => T(2, 3)[TensorIndex.Ellipsis], [2, 3]),
        new("D-new-axis", () => T(3)[TensorIndex.NewAxis, .., TensorIndex.NewAxis], [1, 3, 1]),
    ];

    private static IEnumerable<Row> Casts()
    {
        // Long rows meet the vector loop, short ones its tail.
        foreach (var n in (int[])[1, 5, 67])
        {
            yield return Cast(n, DType.Int32, NaN, 0);
            yield return Cast(n, DType.Int32, Inf, int.MaxValue);
            yield return Cast(n, DType.Int32, -Inf, int.MinValue);
            yield return Cast(n, DType.Int32, 1e20, int.MaxValue);
            yield return Cast(n, DType.Int32, -1e20, int.MinValue);
            yield return Cast(n, DType.Int32, -2.9, -2);
            yield return Cast(n, DType.Int64, NaN, 0);
            yield return Cast(n, DType.Int64, Inf, long.MaxValue);
            yield return Cast(n, DType.Int64, -1e20, long.MinValue);
            yield return Cast(n, DType.Bool, NaN, 1);
            yield return Cast(n, DType.Bool, -0.0, 0);
            yield return Cast(n, DType.Bool, 1e-40, 1);
            yield return new($"C39-narrowing-{n}", () => Full([n], long.MaxValue, DType.Int64).Cast(DType.Int32), [n], [.. Enumerable.Repeat((double)int.MaxValue, n)]);
            yield return new($"C39-double-{n}", () => Full([n], 1e300, DType.Float64).Cast(DType.Float32), [n], [.. Enumerable.Repeat(Inf, n)]);
        }
    }

    private static Row Cast(int n, DType dtype, double from, double to) => new(
        FormattableString.Invariant($"C39-{from}-{dtype}-{n}"), () => Full([n], from).Cast(dtype), [n], [.. Enumerable.Repeat(to, n)]);
}
