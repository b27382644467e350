using static System.Linq.Enumerable;

namespace Autograd.Tests.Ops;

/// <summary>The results of the rows of <see cref="OpTable"/> that are not elementwise, element by element: each row says in plain C# what stands at an index.</summary>
public sealed class ValueTests
{
    private static readonly Dictionary<string, Expected> s_rows = new()
    {
        // ---- comparisons; true is 1 ----
        ["Equal"] = Pair((a, b) => a == b),
        ["NotEqual"] = Pair((a, b) => a != b),
        ["Greater"] = Pair((a, b) => a > b),
        ["GreaterEqual"] = Pair((a, b) => a >= b),
        ["Less"] = Pair((a, b) => a < b),
        ["LessEqual"] = Pair((a, b) => a <= b),
        ["op_GreaterThan"] = Pair((a, b) => a > b),
        ["op_GreaterThanOrEqual"] = Pair((a, b) => a >= b),
        ["op_LessThan"] = Pair((a, b) => a < b),
        ["op_LessThanOrEqual"] = Pair((a, b) => a <= b),
        ["op_BitwiseAnd"] = Pair((a, b) => a > 0 && b > 0),
        ["op_BitwiseOr"] = Pair((a, b) => a > 0 || b > 0),
        ["op_ExclusiveOr"] = Pair((a, b) => a > 0 != b > 0),
        ["op_LogicalNot"] = Pair((a, b) => !(a > b)),
        ["IsNaN"] = new([3, 4], (_, _) => 0),
        ["IsFinite"] = new([3, 4], (_, _) => 1),
        ["Where"] = new([3, 4], (x, i) => (i[0] * 4 + i[1]) % 2 == 0 ? x[1][i] : x[2][i]),
        ["Where broadcast"] = new([3, 4], (x, i) => i[0] % 2 == 0 ? x[1][0, i[1]] : x[2].Flat(0)),

        // ---- reductions ----
        ["Sum"] = new([], (x, _) => x[0].All.Sum()),
        ["Sum axis"] = new([2, 4], (x, i) => Range(0, 3).Sum(k => x[0][i[0], k, i[1]])),
        ["Sum axes kept"] = new([1, 3, 1], (x, i) => Range(0, 8).Sum(k => x[0][k / 4, i[1], k % 4])),
        ["Sum of a scalar"] = new([], (x, _) => x[0].Flat(0)),
        ["Sum of nothing"] = new([3], (_, _) => 0),
        ["Prod"] = new([], (x, _) => Product(x[0].All)),
        ["Prod axis"] = new([2, 4], (x, i) => Product(Range(0, 3).Select(k => x[0][i[0], k, i[1]]))),
        ["Prod axes kept"] = new([1, 3, 1], (x, i) => Product(Range(0, 4).Select(k => x[0][k / 2, i[1], k % 2]))),
        ["Max"] = new([], (x, _) => x[0].All.Max()),
        ["Max axis"] = new([2, 4], (x, i) => Range(0, 3).Max(k => x[0][i[0], k, i[1]])),
        ["Min"] = new([], (x, _) => x[0].All.Min()),
        ["Min axes kept"] = new([1, 3, 1], (x, i) => Range(0, 8).Min(k => x[0][k / 4, i[1], k % 4])),
        ["Any"] = new([3], (_, _) => 1),
        ["All"] = new([3], (_, _) => 1),
        ["Mean"] = new([], (x, _) => x[0].All.Average()),
        ["Mean axes"] = new([3], (x, i) => Range(0, 8).Average(k => x[0][k / 4, i[0], k % 4])),
        ["Var"] = new([3], (x, i) => Variance(Range(0, 4).Select(k => x[0][i[0], k]), 4)),
        ["Var unbiased kept"] = new([1, 4], (x, i) => Variance(Range(0, 3).Select(k => x[0][k, i[1]]), 2)),
        ["Std"] = new([3], (x, i) => Math.Sqrt(Variance(Range(0, 4).Select(k => x[0][i[0], k]), 4))),
        ["Norm"] = new([3], (x, i) => Math.Sqrt(Range(0, 4).Sum(k => x[0][i[0], k] * x[0][i[0], k]))),
        ["LogSumExp"] = new([3], (x, i) => Math.Log(Range(0, 4).Sum(k => Math.Exp(x[0][i[0], k])))),
        ["LogSumExp all kept"] = new([1, 1], (x, _) => Math.Log(x[0].All.Sum(Math.Exp))),
        ["ArgMax"] = new([3], (x, i) => Range(0, 4).MaxBy(k => x[0][i[0], k])),
        ["ArgMax flat"] = new([1, 1], (x, _) => Range(0, 12).MaxBy(k => x[0].Flat(k))),
        ["ArgMin"] = new([1, 4], (x, i) => Range(0, 3).MinBy(k => x[0][k, i[1]])),
        ["CumSum"] = new([2, 5], (x, i) => Range(0, i[1] + 1).Sum(k => x[0][i[0], k])),
        ["CumSum exclusive"] = new([4, 2], (x, i) => Range(0, i[0]).Sum(k => x[0][k, i[1]])),
        ["CumSum reverse"] = new([2, 5], (x, i) => Range(i[1], 5 - i[1]).Sum(k => x[0][i[0], k])),
        ["CumSum exclusive reverse"] = new([2, 5], (x, i) => Range(i[1] + 1, 4 - i[1]).Sum(k => x[0][i[0], k])),
        ["CumProd"] = new([2, 4], (x, i) => Product(Range(0, i[1] + 1).Select(k => x[0][i[0], k]))),
        ["CumProd exclusive"] = new([4, 2], (x, i) => Product(Range(0, i[0]).Select(k => x[0][k, i[1]]))),
        ["CumProd reverse"] = new([2, 4], (x, i) => Product(Range(i[1], 4 - i[1]).Select(k => x[0][i[0], k]))),
        ["CumProd exclusive reverse"] = new([2, 4], (x, i) => Product(Range(i[1] + 1, 3 - i[1]).Select(k => x[0][i[0], k]))),
        ["LinearRecurrence"] = new([2, 4], (x, i) => Range(0, i[1] + 1).Aggregate(0.0, (y, k) => (x[0][i[0], k] * y) + x[1][i[0], k])),
        ["LinearRecurrence broadcast reverse"] = new([4, 2], (x, i) => Range(0, 4 - i[0]).Aggregate(0.0, (y, k) => (x[0].Flat(0) * y) + x[1][3 - k, i[1]])),

        // ---- movements of [2, 3, 4] ----
        ["Reshape"] = new([2, 12], (x, i) => x[0].Flat((12 * i[0]) + i[1])),
        ["Reshape to a shape"] = new([12, 2], (x, i) => x[0].Flat((2 * i[0]) + i[1])),
        ["Flatten"] = new([24], (x, i) => x[0].Flat(i[0])),
        ["Flatten from an axis"] = new([2, 12], (x, i) => x[0].Flat((12 * i[0]) + i[1])),
        ["Permute"] = new([4, 2, 3], (x, i) => x[0][i[1], i[2], i[0]]),
        ["Transpose"] = new([4, 3, 2], (x, i) => x[0][i[2], i[1], i[0]]),
        ["T"] = new([4, 3, 2], (x, i) => x[0][i[2], i[1], i[0]]),
        ["To"] = new([2, 3, 4], (x, i) => x[0][i[0], i[1], i[2]]),
        ["SwapAxes"] = new([4, 3, 2], (x, i) => x[0][i[2], i[1], i[0]]),
        ["BroadcastTo"] = new([2, 3, 4], (x, i) => x[0][i[1], 0]),
        ["SumTo"] = new([3, 1], (x, i) => Range(0, 8).Sum(k => x[0][k / 4, i[0], k % 4])),
        ["Squeeze"] = new([3], (x, i) => x[0].Flat(i[0])),
        ["Squeeze axis"] = new([1, 3], (x, i) => x[0].Flat(i[1])),
        ["ExpandDims"] = new([2, 1, 3, 4], (x, i) => x[0][i[0], i[2], i[3]]),
        ["Flip"] = new([2, 3, 4], (x, i) => x[0][1 - i[0], 2 - i[1], 3 - i[2]]),
        ["Flip axes"] = new([2, 3, 4], (x, i) => x[0][1 - i[0], i[1], 3 - i[2]]),
        ["Roll"] = new([2, 3, 4], (x, i) => x[0][i[0], i[1], (i[2] + 1) % 4]),
        ["Tile"] = new([4, 3, 8], (x, i) => x[0][i[0] % 2, i[1], i[2] % 4]),
        ["Tile to a higher rank"] = new([2, 2, 3, 8], (x, i) => x[0][i[1], i[2], i[3] % 4]),
        ["Pad"] = new([3, 5, 4], (x, i) => i[0] == 0 || i[1] > 2 || i[2] == 3 ? 0 : x[0][i[0] - 1, i[1], i[2] + 1]),
        ["Pad with a constant"] = new([3, 5, 5], (x, i) => i[0] == 0 || i[1] > 2 || i[2] == 4 ? 1 : x[0][i[0] - 1, i[1], i[2]]),
        ["Concat"] = new([2, 7], (x, i) => i[1] == 3 ? x[1][i[0], 0] : x[0][i[0], i[1] < 3 ? i[1] : i[1] - 4]),
        ["Stack"] = new([2, 3, 2], (x, i) => x[i[2]][i[0], i[1]]),
        ["Split"] = new([2, 9, 2], (x, i) => x[0][i[0], i[1] % 3, i[2] + (i[1] / 3 == 1 ? 0 : 2)]),
        ["Split sizes"] = new([2, 3, 5], (x, i) => x[0][i[0], i[1], i[2] < 3 ? i[2] + 1 : 0]),
        ["Part"] = new([3, 4], (x, i) => x[0][1, i[0], i[1]]),
        ["Part ranges"] = new([2, 2], (x, i) => x[0][i[0], i[1] + 1, 3]),
        ["Part steps"] = new([2, 3, 2], (x, i) => x[0][i[0], i[1], 3 - (2 * i[2])]),
        ["Part new axis"] = new([1, 3, 3], (x, i) => x[0][0, i[1], i[2] + 1]),
        ["Part indices"] = new([2, 3, 4], (x, i) => x[0][i[0], i[1] == 1 ? 0 : 2, i[2]]),
        ["Part mask"] = new([3, 4], (x, i) => x[0].Flat((8 * i[0]) + i[1])),
        ["StopGradient"] = new([2, 3, 4], (x, i) => x[0][i]),
        ["Cast"] = new([2, 3, 4], (x, i) => x[0][i]),
        ["Cast to integers"] = new([2, 3, 4], (x, i) => Math.Truncate(x[0][i])),

        // ---- indexing; see the rows for the indices ----
        ["Take"] = new([5, 3], (x, i) => x[0][(int)x[1].Flat(i[0]), i[1]]),
        ["Take axis"] = new([2, 2, 2, 2], (x, i) => x[0][i[0], (int)x[1][i[1], i[2]], i[3]]),
        ["ScatterAdd"] = new([4, 3], (x, i) => x[0][i] + Range(0, 3).Where(k => (int)x[1].Flat(k) == i[0]).Sum(k => x[2][k, i[1]])),
        ["TakeAlongAxis"] = new([2, 4], (x, i) => x[0][i[0], (int)x[1][i]]),
        ["ScatterAddAlongAxis"] = new([3, 2], (x, i) => x[0][i] + Range(0, 2).Where(k => (int)x[1][k, i[1]] == i[0]).Sum(k => x[2][k, i[1]])),
        ["NonZero"] = new([6, 2], (_, i) => i[1] == 0 ? i[0] / 2 : i[0] % 2),

        // ---- windows; a convolution's geometry is in the table, [batch, spatial..., channels] ----
        ["DepthwiseConv2D"] = new([1, 3, 4, 3], (x, i) => Window(9, k =>
            At(x[0], 0, i[1] + (k / 3) - 1, i[2] + (k % 3) - 1, i[3]) * x[1][k / 3, k % 3, i[3], 0]).Sum()),
        ["DepthwiseConv2D multiplier"] = new([1, 2, 2, 6], (x, i) => Window(4, k =>
            x[0][0, (2 * i[1]) + (k / 2), (2 * i[2]) + (k % 2), i[3] / 3] * x[1][k / 2, k % 2, i[3] / 3, i[3] % 3]).Sum()),
        ["ConvTranspose"] = new([2, 4, 3, 3], (x, i) => Window(8, k =>
            At(x[0], i[0], i[1] - (k / 4), i[2] - (k / 2 % 2), k % 2) * x[1][k / 4, k / 2 % 2, i[3], k % 2]).Sum()),
        ["Conv1DTranspose"] = new([1, 8, 3], (x, i) => Window(6, k => (i[1] + 1 - (k / 2)) % 2 != 0 ? 0
            : At(x[0], 0, (i[1] + 1 - (k / 2)) / 2, k % 2) * x[1][k / 2, i[2], k % 2]).Sum()),
        ["Conv2DTranspose"] = new([1, 6, 4, 1], (x, i) => Window(12, k => (i[1] - (k / 4)) % 2 != 0 || (i[2] - (k / 2 % 2)) % 2 != 0 ? 0
            : At(x[0], 0, (i[1] - (k / 4)) / 2, (i[2] - (k / 2 % 2)) / 2, k % 2) * x[1][k / 4, k / 2 % 2, 0, k % 2]).Sum()),
        ["Conv2DTranspose groups"] = new([1, 5, 4, 2], (x, i) => Window(8, k =>
            At(x[0], 0, i[1] - (2 * (k / 4)), i[2] - (2 * (k / 2 % 2)), (2 * i[3]) + (k % 2)) * x[1][k / 4, k / 2 % 2, 0, (2 * i[3]) + (k % 2)]).Sum()),
        ["Conv3DTranspose"] = new([1, 3, 4, 3, 2], (x, i) => i[2] % 2 != 0 ? 0 : Window(4, k =>
            At(x[0], 0, i[1] - (k / 2), i[2] / 2, i[3] - (k % 2), 0) * x[1][k / 2, 0, k % 2, i[4], 0]).Sum()),
        ["MaxPool1D"] = new([2, 4, 2], (x, i) => Window(3, k => x[0][i[0], i[1] + k, i[2]]).Max()),
        ["MaxPool2D"] = new([2, 2, 2, 2], (x, i) => Window(4, k => x[0][i[0], (2 * i[1]) + (k / 2), (2 * i[2]) + (k % 2), i[3]]).Max()),
        ["MaxPool2D same overlapping"] = new([1, 3, 2, 3], (x, i) => Window(9, k =>
            At(x[0], double.NegativeInfinity, 0, (2 * i[1]) + (k / 3) - 1, (2 * i[2]) + (k % 3), i[3])).Max()),
        ["MaxPool2D dilated"] = new([1, 5, 3, 2], (x, i) => Window(2, k => At(x[0], double.NegativeInfinity, 0, i[1] + (2 * k) - 1, i[2], i[3])).Max()),
        ["MaxPool3D"] = new([1, 2, 2, 1, 2], (x, i) => Window(8, k => x[0][0, i[1] + (k / 4), i[2] + (k / 2 % 2), k % 2, i[4]]).Max()),
        ["AveragePool1D"] = new([2, 3, 2], (x, i) => Window(2, k => x[0][i[0], (2 * i[1]) + k, i[2]]).Average()),
        ["AveragePool2D"] = new([2, 3, 2, 2], (x, i) => Window(6, k => x[0][i[0], i[1] + (k / 3), i[2] + (k % 3), i[3]]).Average()),
        ["AveragePool2D same"] = new([1, 3, 2, 2], (x, i) => Window(9, k =>
            At(x[0], double.NaN, 0, (2 * i[1]) + (k / 3) - 1, (2 * i[2]) + (k % 3), i[3])).Where(value => !double.IsNaN(value)).Average()),
        ["AveragePool2D padding counted"] = new([1, 3, 2, 2], (x, i) => Window(9, k =>
            At(x[0], 0, (2 * i[1]) + (k / 3) - 1, (2 * i[2]) + (k % 3) - 1, i[3])).Average()),
        ["AveragePool3D"] = new([1, 2, 2, 1, 2], (x, i) => Window(8, k => x[0][0, i[1] + (k / 4), i[2] + (2 * (k / 2 % 2)), k % 2, i[4]]).Average()),

        // ---- matrices and the rest ----
        ["MatMul"] = new([3, 2], (x, i) => Range(0, 4).Sum(k => x[0][i[0], k] * x[1][k, i[1]])),
        ["MatMul batches"] = new([2, 2, 2, 2], (x, i) => Range(0, 3).Sum(k => x[0][i[0], 0, i[2], k] * x[1][i[1], k, i[3]])),
        ["MatMul matrix and vector"] = new([3], (x, i) => Range(0, 4).Sum(k => x[0][i[0], k] * x[1].Flat(k))),
        ["MatMul vector and matrix"] = new([2, 2], (x, i) => Range(0, 3).Sum(k => x[0].Flat(k) * x[1][i[0], k, i[1]])),
        ["MatMul vectors"] = new([], (x, _) => Range(0, 4).Sum(k => x[0].Flat(k) * x[1].Flat(k))),
        ["Linear"] = new([3, 2], (x, i) => Range(0, 4).Sum(k => x[0][i[0], k] * x[1][k, i[1]]) + x[2].Flat(i[1])),
        ["Linear batches"] = new([2, 3, 4], (x, i) => Range(0, 2).Sum(k => x[0][i[0], i[1], k] * x[1][k, i[2]]) + x[2].Flat(i[2])),
        ["Softmax"] = new([3, 4], (x, i) => Math.Exp(x[0][i]) / Range(0, 4).Sum(k => Math.Exp(x[0][i[0], k]))),
        ["Softmax axis"] = new([2, 3, 2], (x, i) => Math.Exp(x[0][i]) / Range(0, 3).Sum(k => Math.Exp(x[0][i[0], k, i[2]]))),
        ["Sparsemax"] = new([3, 4], (x, i) => Nearest(Range(0, 4).Select(k => x[0][i[0], k]), x[0][i])),
        ["Sparsemax axis"] = new([2, 5, 2], (x, i) => Nearest(Range(0, 5).Select(k => x[0][i[0], k, i[2]]), x[0][i])),
        ["Glu"] = new([3, 2], (x, i) => x[0][i] * Exact.Sigmoid(x[0][i[0], i[1] + 2])),
        ["Glu axis"] = new([2, 3], (x, i) => x[0][i] * Exact.Sigmoid(x[0][i[0] + 2, i[1]])),
        ["Softmax of a scalar"] = new([], (_, _) => 1),
        ["LogSoftmax"] = new([3, 4], (x, i) => x[0][i] - Math.Log(Range(0, 4).Sum(k => Math.Exp(x[0][i[0], k])))),
        ["LogSoftmax axis"] = new([3, 2], (x, i) => x[0][i] - Math.Log(Range(0, 3).Sum(k => Math.Exp(x[0][k, i[1]])))),
        ["ArgSort"] = new([3, 4], (x, i) => Range(0, 4).OrderBy(k => x[0][i[0], k]).ElementAt(i[1])),
        ["Sort"] = new([2, 4, 2], (x, i) => Range(0, 4).Select(k => x[0][i[0], k, i[2]]).Order().ElementAt(i[1])),
        ["Sort descending"] = new([3, 4], (x, i) => Range(0, 4).Select(k => x[0][i[0], k]).OrderDescending().ElementAt(i[1])),
        ["TopK"] = new([3, 2], (x, i) => Range(0, 4).Select(k => x[0][i[0], k]).OrderDescending().ElementAt(i[1])),
        ["TopK smallest"] = new([2, 3], (x, i) => Range(0, 4).Select(k => x[0][k, i[1]]).Order().ElementAt(i[0])),
        ["Tril"] = new([2, 3, 4], (x, i) => i[2] <= i[1] ? x[0][i] : 0),
        ["Triu"] = new([3, 4], (x, i) => i[1] >= i[0] + 1 ? x[0][i] : 0),
        // The kernels of the first two are other formulas than those of plain arithmetic; see ElementaryTests for their errors.
        ["LGamma"] = new([3, 4], (x, i) => Autograd.Ops.GammaFormulas.LogGamma(new Real(x[0][i])).Value),
        ["LGamma of negative numbers"] = new([3, 4], (x, i) => Autograd.Ops.GammaFormulas.LogGamma(new Real(x[0][i])).Value),
        ["Digamma"] = new([3, 4], (x, i) => Autograd.Ops.GammaFormulas.Polygamma(0, new Real(x[0][i])).Value),
        ["Digamma of negative numbers"] = new([3, 4], (x, i) => Autograd.Ops.GammaFormulas.Polygamma(0, new Real(x[0][i])).Value),
        ["Polygamma"] = new([3, 4], (x, i) => Exact.Polygamma(1, x[0][i])),
        ["Polygamma of order 4"] = new([3, 4], (x, i) => Exact.Polygamma(4, x[0][i])),
        ["Diag"] = new([3, 3], (x, i) => i[0] == i[1] ? x[0].Flat(i[0]) : 0),
        ["Diag below"] = new([4, 4], (x, i) => i[0] == i[1] + 2 ? x[0].Flat(i[1]) : 0),
        ["Diag of matrices"] = new([2, 2], (x, i) => x[0][i[0], i[1], i[1] + 1]),
        ["Diag of a matrix below"] = new([2], (x, i) => x[0][i[0] + 1, i[0]]),
        ["Trace"] = new([], (x, _) => Range(0, 3).Sum(k => x[0][k, k])),
        ["CumMax"] = new([2, 5, 2], (x, i) => Range(0, i[1] + 1).Max(k => x[0][i[0], k, i[2]])),
        ["CumMin"] = new([5, 3], (x, i) => Range(0, i[0] + 1).Min(k => x[0][k, i[1]])),
        ["Unique"] = new([6], (x, i) => x[0].All.Order().ElementAt(i[0])),
        ["Einsum"] = new([3, 2], (x, i) => Range(0, 4).Sum(k => x[0][i[0], k] * x[1][k, i[1]])),
        ["Einsum of an ellipsis"] = new([2, 2, 3], (x, i) => Range(0, 4).Sum(k => x[0][i[0], i[2], k] * x[1][i[1], k])),
        ["Einsum of three"] = new([2, 2], (x, i) => Range(0, 3).Sum(k => x[0][i[0], k] * x[1].Flat(k) * x[2][k, i[1]])),
        ["Einsum of a diagonal"] = new([3, 2], (x, i) => x[0][i[0], i[1], i[0]]),
        ["Einsum outer"] = new([2, 3], (x, i) => x[0].Flat(i[1]) * x[1].Flat(i[0])),
        ["LayerNorm"] = new([3, 5], (x, i) => Normal(x[0][i], Range(0, 5).Select(k => x[0][i[0], k]), 1e-3) * x[1].Flat(i[1]) + x[2].Flat(i[1])),
        ["LayerNorm plain"] = new([2, 3, 4], (x, i) => Normal(x[0][i], Range(0, 4).Select(k => x[0][i[0], i[1], k]), 0.01)),
        ["LayerNorm axes"] = new([2, 3, 4], (x, i) => Normal(x[0][i], Range(0, 8).Select(k => x[0][k / 4, i[1], k % 4]), 1e-3) * x[1][i[0], i[2]] + x[2][i[0], i[2]]),
        ["LayerNorm offset"] = new([3, 5], (x, i) => Normal(x[0][i], Range(0, 5).Select(k => x[0][i[0], k]), 1e-3) + x[1].Flat(i[1])),
        ["RmsNorm"] = new([3, 5], (x, i) => x[0][i] / Math.Sqrt(Range(0, 5).Average(k => x[0][i[0], k] * x[0][i[0], k]) + 1e-6) * x[1].Flat(i[1])),
        ["RmsNorm axes"] = new([3, 5], (x, i) => x[0][i] / Math.Sqrt(Range(0, 3).Average(k => x[0][k, i[1]] * x[0][k, i[1]]) + 1e-6)),
        ["BatchNorm"] = new([4, 3], (x, i) => Normal(x[0][i], Range(0, 4).Select(k => x[0][k, i[1]]), 1e-3) * x[1].Flat(i[1]) + x[2].Flat(i[1])),
        ["BatchNorm plain"] = new([2, 3, 2], (x, i) => Normal(x[0][i], Range(0, 6).Select(k => x[0][k / 3, k % 3, i[2]]), 0.01)),
        ["BatchNorm axis"] = new([3, 2, 2], (x, i) => Normal(x[0][i], Range(0, 6).Select(k => x[0][k / 2, i[1], k % 2]), 1e-3) * x[1].Flat(i[1])),
        ["BatchNorm offset"] = new([4, 3], (x, i) => Normal(x[0][i], Range(0, 4).Select(k => x[0][k, i[1]]), 1e-3) + x[1].Flat(i[1])),
        ["SoftmaxCrossEntropy"] = new([3], (x, i) => Math.Log(Range(0, 4).Sum(k => Math.Exp(x[0][i[0], k]))) - x[0][i[0], new[] { 2, 0, 3 }[i[0]]]),
        ["SoftmaxCrossEntropy of distributions"] = new([2, 3], (x, i) =>
            Range(0, 4).Sum(k => Math.Exp(x[1][i[0], i[1], k]) / Range(0, 4).Sum(l => Math.Exp(x[1][i[0], i[1], l])) * (Math.Log(Range(0, 4).Sum(l => Math.Exp(x[0][i[0], i[1], l]))) - x[0][i[0], i[1], k]))),
        ["SoftmaxCrossEntropy of one row"] = new([], (x, _) => Math.Log(Range(0, 4).Sum(k => Math.Exp(x[0].Flat(k)))) - x[0].Flat(2)),
        ["SigmoidCrossEntropy"] = new([3, 4], (x, i) => -(Exact.Sigmoid(x[1].Flat(i[1])) * Math.Log(Exact.Sigmoid(x[0][i]))) - (Exact.Sigmoid(-x[1].Flat(i[1])) * Math.Log(Exact.Sigmoid(-x[0][i])))),
        ["Attention"] = new([2, 3, 2], (x, i) => Attended(5, k => 0.5 * Range(0, 4).Sum(d => x[0][i[0], i[1], d] * x[1][i[0], k, d]), k => x[2][i[0], k, i[2]])),
        ["Attention masked"] = new([2, 3, 2], (x, i) => Attended(
            5, k => new[] { "++-++", "-+++-", "-----" }[i[1]][k] == '+' ? 0.3 * Range(0, 4).Sum(d => x[0][i[0], i[1], d] * x[1][0, k, d]) : double.NegativeInfinity,
            k => x[2][i[0], k, i[2]])),
        ["Attention causal"] = new([3, 2], (x, i) => Attended(i[0] + 1, k => 0.5 * Range(0, 4).Sum(d => x[0][i[0], d] * x[1][k, d]), k => x[2][k, i[1]])),
        ["Attention added mask"] = new([3, 2], (x, i) => Attended(5, k => 0.5 * Range(0, 4).Sum(d => x[0][i[0], d] * x[1][k, d]) + x[3][i[0], k], k => x[2][k, i[1]])),
        ["AddN"] = new([2, 3], (x, i) => x[0][i] + x[1][i] + x[0][i]),
        ["Meshgrid"] = new([2, 4, 3], (x, i) => i[0] == 0 ? x[0].Flat(i[2]) : x[1].Flat(i[1])),
        ["CustomGradient"] = new([3, 4], (x, i) => Math.Exp(x[0][i])),
        ["CustomGradient of several"] = new([3, 4], (x, i) => x[0][i] * x[1][i]),
    };

    public static TheoryData<string> Names => [.. OpTable.Rows.Values.Where(row => row.Unary is null && row.Binary is null).Select(row => row.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_element_is_what_the_row_says(string name)
    {
        var inputs = OpTable.Rows[name].Draw();
        var expected = OpTable.Geometries.TryGetValue(name, out var geometry)
            ? new Expected(geometry.OutputShape, All(geometry.Result(inputs[0].ToArray<double>(), inputs[1].ToArray<double>(), inputs.Length > 2 ? inputs[2].ToArray<double>() : null)))
            : s_rows.GetValueOrDefault(name);
        var y = OpTable.Rows[name].Call(inputs);
        if (NaiveRecurrence.Result(name, [.. inputs.Select(input => input.Cast(DType.Float64).ToArray<double>())]) is { } states)
        {
            expected = new Expected([2, states.Length / 6, 3], All(states));
        }
        Assert.True(expected is not null, $"{name} has no row");
        Assert.Equal(expected.Shape, y.Shape);
        Values[] x = [.. inputs.Select(input => new Values(input.Cast(DType.Float64).ToArray<double>(), input.Shape))];
        var values = y.Cast(DType.Float64).ToArray<double>();
        for (var at = 0; at < values.Length; at++)
        {
            var index = new int[y.Rank];
            for (int axis = y.Rank - 1, rest = at; axis >= 0; rest /= y.Shape[axis--])
            {
                index[axis] = rest % y.Shape[axis];
            }
            var element = expected.Element(x, index);
            Assert.True(Math.Abs(element - values[at]) <= 1e-14 * Math.Max(1, Math.Abs(element)), FormattableString.Invariant($"{name}[{string.Join(", ", index)}] is {values[at]:R} instead of {element:R}"));
        }
    }

    [Fact]
    public void Comparisons_hold_for_equal_values_NaN_and_every_length_and_type()
    {
        double[] pattern = [0, -0.0, 1, -1, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 2, 3, 3, 4];
        for (var n = 0; n <= 67; n++)
        {
            var a = Range(0, n).Select(i => pattern[i % 11]).ToArray();
            var b = Range(0, n).Select(i => pattern[i % 7]).ToArray();
            foreach (var dtype in new[] { DType.Float32, DType.Float64, DType.Int32, DType.Int64 })
            {
                Tensor x = Tensor.From(a).Cast(dtype), y = Tensor.From(b).Cast(dtype);
                double[] xs = x.Cast(DType.Float64).ToArray<double>(), ys = y.Cast(DType.Float64).ToArray<double>();
                Assert.Equal(xs.Zip(ys, (p, q) => p == q), Tensor.Equal(x, y).ToArray<bool>());
                Assert.Equal(xs.Zip(ys, (p, q) => p != q), Tensor.NotEqual(x, y).ToArray<bool>());
                Assert.Equal(xs.Zip(ys, (p, q) => p < q), (x < y).ToArray<bool>());
                Assert.Equal(xs.Zip(ys, (p, q) => p <= q), (x <= y).ToArray<bool>());
                Assert.Equal(xs.Zip(ys, (p, q) => p > q), (x > y).ToArray<bool>());
                Assert.Equal(xs.Zip(ys, (p, q) => p >= q), (x >= y).ToArray<bool>());
                Assert.Equal(xs.Select(double.IsNaN), Tensor.IsNaN(x).ToArray<bool>());
                Assert.Equal(xs.Select(double.IsFinite), Tensor.IsFinite(x).ToArray<bool>());
            }
        }
    }

    [Fact]
    public void Every_row_is_about_a_row_of_the_table() => Assert.All(s_rows.Keys, name => Assert.Contains(name, OpTable.Rows.Keys));

    /// <summary>An element of an array in row-major order, asked for in that order.</summary>
    private static Func<Values[], int[], double> All(double[] values)
    {
        var next = 0;
        return (_, _) => values[next++];
    }

    private static double[] Window(int taps, Func<int, double> value) => [.. Range(0, taps).Select(value)];

    // The element's share in the nearest point of the simplex, by halving the interval in which lies what all are lowered by.
    private static double Nearest(IEnumerable<double> all, double z)
    {
        var logits = all.ToArray();
        var (low, high) = (logits.Max() - 1, logits.Max());
        for (var i = 0; i < 100; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = logits.Sum(one => Math.Max(one - middle, 0)) > 1 ? (middle, high) : (low, middle);
        }
        return Math.Max(z - low, 0);
    }

    /// <summary>An element, 0 outside.</summary>
    private static double At(Values x, params int[] index) => At(x, 0.0, index);

    private static double At(Values x, double outside, params int[] index) => x.Has(index) ? x[index] : outside;

    private static Expected Pair(Func<double, double, bool> holds) => new([3, 4], (x, i) => holds(x[0][i], x[1][i]) ? 1 : 0);

    private static double Product(IEnumerable<double> factors) => factors.Aggregate(1.0, (a, b) => a * b);

    private static double Variance(IEnumerable<double> values, int divisor)
    {
        var all = values.ToArray();
        var mean = all.Average();
        return all.Sum(value => (value - mean) * (value - mean)) / divisor;
    }

    /// <summary>A value less the mean of all, in standard deviations.</summary>
    private static double Normal(double value, IEnumerable<double> all, double epsilon)
    {
        var values = all.ToArray();
        return (value - values.Average()) / Math.Sqrt(Variance(values, values.Length) + epsilon);
    }

    /// <summary>The mean of values weighted by the exponentials of scores; 0 where all scores are -infinity.</summary>
    private static double Attended(int count, Func<int, double> score, Func<int, double> value)
    {
        var weights = Range(0, count).Select(k => Math.Exp(score(k))).ToArray();
        return weights.Sum() == 0 ? 0 : weights.Select((weight, k) => weight * value(k)).Sum() / weights.Sum();
    }

    private sealed record Expected(Shape Shape, Func<Values[], int[], double> Element);

    /// <summary>An operand in row-major order.</summary>
    private sealed class Values(double[] values, Shape shape)
    {
        public IEnumerable<double> All => values;

        public double this[params int[] index] => values[index.Zip(shape).Aggregate(0, (flat, pair) => (flat * pair.Second) + pair.First)];

        public bool Has(int[] index) => index.Zip(shape).All(pair => pair.First >= 0 && pair.First < pair.Second);

        public double Flat(int at) => values[at];
    }
}
