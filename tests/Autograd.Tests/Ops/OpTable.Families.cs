namespace Autograd.Tests.Ops;

internal static partial class OpTable
{
    private static OpRow[] Comparisons =>
    [
        Comparison("Equal", Tensor.Equal, "Equal"),
        Comparison("NotEqual", Tensor.NotEqual, "NotEqual"),
        Comparison("Greater", Tensor.Greater, "Greater"),
        Comparison("GreaterEqual", Tensor.GreaterEqual, "GreaterEqual"),
        Comparison("Less", Tensor.Less, "Less"),
        Comparison("LessEqual", Tensor.LessEqual, "LessEqual"),
        Comparison("op_GreaterThan", (x, y) => x > y, "Greater"),
        Comparison("op_GreaterThanOrEqual", (x, y) => x >= y, "GreaterEqual"),
        Comparison("op_LessThan", (x, y) => x < y, "Less"),
        Comparison("op_LessThanOrEqual", (x, y) => x <= y, "LessEqual"),
        Comparison("op_BitwiseAnd", (x, y) => (x > 0) & (y > 0), "Greater"),
        Comparison("op_BitwiseOr", (x, y) => (x > 0) | (y > 0), "Greater"),
        Comparison("op_ExclusiveOr", (x, y) => (x > 0) ^ (y > 0), "Greater"),
        Comparison("op_LogicalNot", (x, y) => !(x > y), "Greater"),
        new("IsNaN", x => Tensor.IsNaN(x[0]), Signed(0.1, 2, 3, 4)) { Gradient = GradientKind.Refused, Integers = IntegerRule.Bool },
        new("IsFinite", x => Tensor.IsFinite(x[0]), Signed(0.1, 2, 3, 4)) { Gradient = GradientKind.Refused, Integers = IntegerRule.Bool },
        new("Where", x => Tensor.Where(x[0], x[1], x[2]), Fixed(Mask(3, 4)), Signed(0.1, 2, 3, 4), Signed(0.1, 2, 3, 4)) { Integers = IntegerRule.Same },
        new("Where broadcast", x => Tensor.Where(x[0], x[1], x[2]), Fixed(Mask(3, 1)), Signed(0.1, 2, 1, 4), Signed(0.1, 2)) { Integers = IntegerRule.Same },
    ];

    private static OpRow[] Reductions =>
    [
        new("Sum", x => x[0].Sum(), Signed(0.1, 2, 3, 4)) { Integers = IntegerRule.Int64 },
        new("Sum axis", x => x[0].Sum(1), Signed(0.1, 2, 2, 3, 4)) { Integers = IntegerRule.Int64 },
        new("Sum axes kept", x => x[0].Sum([0, -1], keepDims: true), Signed(0.1, 2, 2, 3, 4)) { Integers = IntegerRule.Int64 },
        new("Sum of a scalar", x => x[0].Sum(), Signed(0.1, 2)) { Integers = IntegerRule.Int64 },
        new("Sum of nothing", x => x[0].Sum(0), Signed(0.1, 2, 0, 3)) { Integers = IntegerRule.Int64 },
        new("Prod", x => x[0].Prod(), Signed(0.3, 1.5, 2, 3)) { Integers = IntegerRule.Int64 },
        new("Prod axis", x => x[0].Prod(1), Signed(0.3, 1.5, 2, 3, 4)) { Integers = IntegerRule.Int64 },
        new("Prod axes kept", x => x[0].Prod([0, 2], keepDims: true), Signed(0.3, 1.5, 2, 3, 2)) { Integers = IntegerRule.Int64 },
        new("Max", x => x[0].Max(), Distinct(3, 4)) { Integers = IntegerRule.Keeps },
        new("Max axis", x => x[0].Max(1), Distinct(2, 3, 4)) { Integers = IntegerRule.Keeps },
        new("Min", x => x[0].Min(), Distinct(3, 4)) { Integers = IntegerRule.Keeps },
        new("Min axes kept", x => x[0].Min([0, 2], keepDims: true), Distinct(2, 3, 4)) { Integers = IntegerRule.Keeps },
        new("Any", x => x[0].Any(1), Signed(0.1, 2, 3, 4)) { Gradient = GradientKind.Refused, Integers = IntegerRule.Bool },
        new("All", x => x[0].All(1), Signed(0.1, 2, 3, 4)) { Gradient = GradientKind.Refused, Integers = IntegerRule.Bool },
        new("Mean", x => x[0].Mean(), Signed(0.1, 2, 3, 4)) { Integers = IntegerRule.RefusesIntegers },
        new("Mean axes", x => x[0].Mean([0, 2]), Signed(0.1, 2, 2, 3, 4)) { Integers = IntegerRule.RefusesIntegers },
        new("Var", x => x[0].Var(1), Signed(0.1, 2, 3, 4)) { Integers = IntegerRule.Refuses },
        new("Var unbiased kept", x => x[0].Var(0, correction: 1, keepDims: true), Signed(0.1, 2, 3, 4)) { Integers = IntegerRule.Refuses },
        new("Std", x => x[0].Std(1), Signed(0.1, 2, 3, 4)) { Integers = IntegerRule.Refuses },
        new("Norm", x => x[0].Norm(1), Signed(0.1, 2, 3, 4)) { Integers = IntegerRule.Refuses },
        new("LogSumExp", x => x[0].LogSumExp(1), Signed(0.1, 2, 3, 4)),
        new("LogSumExp all kept", x => x[0].LogSumExp(keepDims: true), Signed(0.1, 2, 3, 4)),
        new("ArgMax", x => x[0].ArgMax(1), Distinct(3, 4)) { Gradient = GradientKind.Refused, Integers = IntegerRule.Int64 },
        new("ArgMax flat", x => x[0].ArgMax(keepDims: true), Distinct(3, 4)) { Gradient = GradientKind.Refused, Integers = IntegerRule.Int64 },
        new("ArgMin", x => x[0].ArgMin(0, keepDims: true), Distinct(3, 4)) { Gradient = GradientKind.Refused, Integers = IntegerRule.Int64 },
        new("CumSum", x => x[0].CumSum(1), Signed(0.1, 2, 2, 5)) { Integers = IntegerRule.Int64 },
        new("CumSum exclusive", x => x[0].CumSum(0, exclusive: true), Signed(0.1, 2, 4, 2)) { Integers = IntegerRule.Int64 },
        new("CumSum reverse", x => x[0].CumSum(1, reverse: true), Signed(0.1, 2, 2, 5)) { Integers = IntegerRule.Int64 },
        new("CumSum exclusive reverse", x => x[0].CumSum(-1, exclusive: true, reverse: true), Signed(0.1, 2, 2, 5)) { Integers = IntegerRule.Int64 },
        new("CumProd", x => x[0].CumProd(1), Signed(0.3, 1.5, 2, 4)) { Integers = IntegerRule.Int64 },
        new("CumProd exclusive", x => x[0].CumProd(0, exclusive: true), Signed(0.3, 1.5, 4, 2)) { Integers = IntegerRule.Int64 },
        new("CumProd reverse", x => x[0].CumProd(1, reverse: true), Signed(0.3, 1.5, 2, 4)) { Integers = IntegerRule.Int64 },
        new("CumProd exclusive reverse", x => x[0].CumProd(1, exclusive: true, reverse: true), Signed(0.3, 1.5, 2, 4)) { Integers = IntegerRule.Int64 },
        new("LinearRecurrence", x => Tensor.LinearRecurrence(x[0], x[1], 1), Signed(0.3, 0.9, 2, 4), Signed(0.1, 2, 2, 4)) { Integers = IntegerRule.Keeps },
        new("LinearRecurrence broadcast reverse", x => Tensor.LinearRecurrence(x[0], x[1], 0, reverse: true), Signed(0.3, 0.9), Signed(0.1, 2, 4, 2))
        {
            Integers = IntegerRule.Keeps,
        },
    ];

    private static OpRow[] Movements =>
    [
        Move("Reshape", x => x.Reshape(2, -1)),
        Move("Reshape to a shape", x => x.Reshape(Shape.Of(12, 2))),
        Move("Flatten", x => x.Flatten()),
        Move("Flatten from an axis", x => x.Flatten(1)),
        Move("Permute", x => x.Permute(2, 0, 1)),
        Move("Transpose", x => x.Transpose()),
        Move("T", x => x.T),
        Move("To", x => x.To(Device.Default)),
        Move("SwapAxes", x => x.SwapAxes(0, 2)),
        new("BroadcastTo", x => x[0].BroadcastTo([2, 3, 4]), Signed(0.1, 2, 3, 1)) { Integers = IntegerRule.Same },
        new("SumTo", x => x[0].SumTo([3, 1]), Signed(0.1, 2, 2, 3, 4)) { Integers = IntegerRule.None },
        new("Squeeze", x => x[0].Squeeze(), Signed(0.1, 2, 1, 3, 1)) { Integers = IntegerRule.Same },
        new("Squeeze axis", x => x[0].Squeeze(-1), Signed(0.1, 2, 1, 3, 1)) { Integers = IntegerRule.Same },
        Move("ExpandDims", x => x.ExpandDims(1)),
        Move("Flip", x => x.Flip()),
        Move("Flip axes", x => x.Flip([0, 2])),
        Move("Roll", x => x.Roll(-1, 2)),
        Move("Tile", x => x.Tile(2, 1, 2)),
        Move("Tile to a higher rank", x => x.Tile(2, 1, 1, 2)),
        Move("Pad", x => x.Pad([(1, 0), (0, 2), (-1, 1)])),
        Move("Pad with a constant", x => x.Pad([(1, 0), (0, 2), (0, 1)], value: 1)),
        new("Concat", x => Tensor.Concat([x[0], x[1], x[0]], 1), Signed(0.1, 2, 2, 3), Signed(0.1, 2, 2, 1)) { Integers = IntegerRule.Same },
        new("Stack", x => Tensor.Stack([x[0], x[1]], -1), Signed(0.1, 2, 2, 3), Signed(0.1, 2, 2, 3)) { Integers = IntegerRule.Same },
        Move("Split", x => { var parts = x.Split(2, 2); return Tensor.Concat([parts[1], parts[0], parts[1]], 1); }),
        Move("Split sizes", x => { var parts = x.Split([1, 3], -1); return Tensor.Concat([parts[1], parts[0], parts[0]], 2); }),
        Move("Part", x => x[1]),
        Move("Part ranges", x => x[.., 1..3, ^1]),
        Move("Part steps", x => x[TensorIndex.Ellipsis, TensorIndex.Every(.., -2)]),
        Move("Part new axis", x => x[TensorIndex.NewAxis, 0, TensorIndex.Ellipsis, 1..]),
        Move("Part indices", x => x[.., (Tensor)new[] { 2, 0, 2 }]),
        Move("Part mask", x => x[Mask(2, 3)]),
        Move("StopGradient", Tensor.StopGradient) with { Gradient = GradientKind.Detached },
        Move("Cast", x => x.Cast(DType.Float64)) with { Integers = IntegerRule.Float64 },
        Move("Cast to integers", x => x.Cast(DType.Int64)) with
        {
            Gradient = GradientKind.Refused,
            RefusedAs = "Cast to or from integers",
            Integers = IntegerRule.Int64,
        },
    ];

    private static OpRow[] Indexings =>
    [
        new("Take", x => x[0].Take(x[1]), Signed(0.1, 2, 4, 3), Fixed(new[] { 0, 2, 2, 3, 0 })) { Integers = IntegerRule.Same },
        new("Take axis", x => x[0].Take(x[1], 1), Signed(0.1, 2, 2, 3, 2), Fixed(new[,] { { 0f, 2 }, { 2, 1 } }.Whole())) { Integers = IntegerRule.Same },
        new("ScatterAdd", x => x[0].ScatterAdd(x[1], x[2]), Signed(0.1, 2, 4, 3), Fixed(new[] { 0, 2, 2 }), Signed(0.1, 2, 3, 3)) { Integers = IntegerRule.Keeps },
        new("TakeAlongAxis", x => x[0].TakeAlongAxis(x[1], 1), Signed(0.1, 2, 2, 3), Fixed(new[,] { { 0f, 2, 2, 1 }, { 1, 1, 0, 1 } }.Whole()))
        {
            Integers = IntegerRule.Same,
        },
        new("ScatterAddAlongAxis", x => x[0].ScatterAddAlongAxis(x[1], x[2], 0), Signed(0.1, 2, 3, 2), Fixed(new[,] { { 0f, 2 }, { 2, 2 } }.Whole()), Signed(0.1, 2, 2, 2))
        {
            Integers = IntegerRule.Keeps,
        },
        new("ArgSort", x => x[0].ArgSort(), Distinct(3, 4)) { Gradient = GradientKind.Refused, Integers = IntegerRule.Int64 },
        new("Sort", x => x[0].Sort(1), Distinct(2, 4, 2)) { Integers = IntegerRule.Same },
        new("Sort descending", x => x[0].Sort(descending: true), Distinct(3, 4)) { Integers = IntegerRule.Same },
        new("TopK", x => x[0].TopK(2).Values, Distinct(3, 4)) { Integers = IntegerRule.Same },
        new("TopK smallest", x => x[0].TopK(2, 0, largest: false).Values, Distinct(4, 3)) { Integers = IntegerRule.Same },
        new("Tril", x => Tensor.Tril(x[0]), Signed(0.1, 2, 2, 3, 4)) { Integers = IntegerRule.Same },
        new("Triu", x => Tensor.Triu(x[0], 1), Signed(0.1, 2, 3, 4)) { Integers = IntegerRule.Same },
        new("Diag", x => Tensor.Diag(x[0]), Signed(0.1, 2, 3)) { Integers = IntegerRule.Same },
        new("Diag below", x => Tensor.Diag(x[0], -2), Signed(0.1, 2, 2)) { Integers = IntegerRule.Same },
        new("Diag of matrices", x => Tensor.Diag(x[0], 1), Signed(0.1, 2, 2, 3, 3)) { Integers = IntegerRule.Same },
        new("Diag of a matrix below", x => Tensor.Diag(x[0], -1), Signed(0.1, 2, 3, 4)) { Integers = IntegerRule.Same },
        new("Trace", x => Tensor.Trace(x[0]), Signed(0.1, 2, 3, 4)) { Integers = IntegerRule.Int64 },
        new("CumMax", x => x[0].CumMax(1).Values, Distinct(2, 5, 2)) { Integers = IntegerRule.Same },
        new("CumMin", x => x[0].CumMin().Values, Distinct(5, 3)) { Integers = IntegerRule.Same },
        new("Unique", x => x[0].Unique().Values, Distinct(2, 3)) { Integers = IntegerRule.Same },
        new("NonZero", x => x[0].NonZero(), Signed(0.1, 2, 3, 2)) { Gradient = GradientKind.Refused, Integers = IntegerRule.Int64 },
    ];

    private static OpRow[] Others =>
    [
        new("AddN", x => Tensor.AddN(x[0], x[1], x[0]), Signed(0.1, 2, 2, 3), Signed(0.1, 2, 2, 3)) { Integers = IntegerRule.Keeps },
        new("Meshgrid", x => Tensor.Stack([.. Tensor.Meshgrid([x[0], x[1]])]), Signed(0.1, 2, 3), Signed(0.1, 2, 4)) { Integers = IntegerRule.Same },
        new("MatMul", x => Tensor.MatMul(x[0], x[1]), Signed(0.1, 2, 3, 4), Signed(0.1, 2, 4, 2)) { Integers = IntegerRule.Keeps },
        new("MatMul batches", x => Tensor.MatMul(x[0], x[1]), Signed(0.1, 2, 2, 1, 2, 3), Signed(0.1, 2, 2, 3, 2)) { Integers = IntegerRule.Keeps },
        new("MatMul matrix and vector", x => Tensor.MatMul(x[0], x[1]), Signed(0.1, 2, 3, 4), Signed(0.1, 2, 4)) { Integers = IntegerRule.Keeps },
        new("MatMul vector and matrix", x => Tensor.MatMul(x[0], x[1]), Signed(0.1, 2, 3), Signed(0.1, 2, 2, 3, 2)) { Integers = IntegerRule.Keeps },
        new("MatMul vectors", x => Tensor.MatMul(x[0], x[1]), Signed(0.1, 2, 4), Signed(0.1, 2, 4)) { Integers = IntegerRule.Keeps },
        new("Einsum", x => Tensor.Einsum("ij,jk->ik", x[0], x[1]), Signed(0.1, 2, 3, 4), Signed(0.1, 2, 4, 2)) { Integers = IntegerRule.Keeps },
        new("Einsum of an ellipsis", x => Tensor.Einsum("...ij, kj -> ...ki", x[0], x[1]), Signed(0.1, 2, 2, 3, 4), Signed(0.1, 2, 2, 4)) { Integers = IntegerRule.Keeps },
        new("Einsum of three", x => Tensor.Einsum("ij,j,jk", x[0], x[1], x[2]), Signed(0.1, 2, 2, 3), Signed(0.1, 2, 3), Signed(0.1, 2, 3, 2)) { Integers = IntegerRule.Keeps },
        new("Einsum of a diagonal", x => Tensor.Einsum("iji->ij", x[0]), Signed(0.1, 2, 3, 2, 3)) { Integers = IntegerRule.Same },
        new("Einsum outer", x => Tensor.Einsum("i,j->ji", x[0], x[1]), Signed(0.1, 2, 3), Signed(0.1, 2, 2)) { Integers = IntegerRule.Keeps },
        new("Linear", x => Tensor.Linear(x[0], x[1], x[2]), Signed(0.1, 2, 3, 4), Signed(0.1, 2, 4, 2), Signed(0.1, 2, 2)) { Integers = IntegerRule.Keeps },
        new("Linear batches", x => Tensor.Linear(x[0], x[1], x[2]), Signed(0.1, 2, 2, 3, 2), Signed(0.1, 2, 2, 4), Signed(0.1, 2, 4)) { Integers = IntegerRule.Keeps },
        new("Softmax", x => Tensor.Softmax(x[0]), Signed(0.1, 2, 3, 4)),
        new("Softmax axis", x => Tensor.Softmax(x[0], 1), Signed(0.1, 2, 2, 3, 2)),
        new("Softmax of a scalar", x => Tensor.Softmax(x[0]), Signed(0.1, 2)),
        new("LogSoftmax", x => Tensor.LogSoftmax(x[0]), Signed(0.1, 2, 3, 4)),
        new("LogSoftmax axis", x => Tensor.LogSoftmax(x[0], 0), Signed(0.1, 2, 3, 2)),
        new("Sparsemax", x => Tensor.Sparsemax(x[0]), Distinct(3, 4)),
        new("Sparsemax axis", x => Tensor.Sparsemax(x[0], 1), Distinct(2, 5, 2)),
        new("Glu", x => Tensor.Glu(x[0]), Signed(0.1, 2, 3, 4)),
        new("Glu axis", x => Tensor.Glu(x[0], 0), Signed(0.1, 2, 4, 3)),
        new("CustomGradient", x => Tensor.CustomGradient(x[0], Tensor.Exp, (dy, _, y) => dy * y, "MyExp"), Signed(0.1, 2, 3, 4)),
        new(
            "CustomGradient of several",
            t => Tensor.CustomGradient(t, x => x[0] * x[1], (dy, x, _) => [dy * x[1], dy * x[0]], "MyProduct"),
            Signed(0.1, 2, 3, 4),
            Signed(0.1, 2, 3, 4)) { Integers = IntegerRule.Keeps },
    ];

    private static OpRow Comparison(string name, Func<Tensor, Tensor, Tensor> call, string refusedAs) =>
        new(name, x => call(x[0], x[1]), Signed(0.1, 2, 3, 4), Signed(0.1, 2, 3, 4)) { Gradient = GradientKind.Refused, RefusedAs = refusedAs, Integers = IntegerRule.Bool };

    private static OpRow Move(string name, Func<Tensor, Tensor> call) => new(name, x => call(x[0]), Signed(0.1, 2, 2, 3, 4)) { Integers = IntegerRule.Same };

    /// <summary>Every other element is true.</summary>
    private static Tensor Mask(params int[] shape) => Tensor.Equal(Tensor.Arange(Shape.Of(shape).Size).Reshape(Shape.Of(shape)) % 2, 0);

    private static Tensor Whole(this float[,] indices) => Tensor.From(indices).Cast(DType.Int64);
}
