using static Autograd.Tensor;

namespace Autograd.Tests.Faults;

/// <summary>
/// Calls that every tensor library has been tripped up by, one row each. The names are those of a list of 258 such calls (broadcast-000 to rnn-257) and of
/// the numbered fault classes they belong to (A2, B19, ...); a letter at the end tells variants apart.
/// </summary>
public class RefusedCalls
{
    private static readonly Type Shapes = typeof(ShapeException);
    private static readonly Type Values = typeof(ValueException);
    private static readonly Type Types = typeof(DTypeException);
    private static readonly Type Tapes = typeof(TapeException);
    private static readonly Type Null = typeof(ArgumentNullException);

    private static readonly Dictionary<string, Refusal> Table = Rows().ToDictionary(row => row.Id);

    public static TheoryData<string> Ids => [.. Table.Keys];

    internal static IEnumerable<Refusal> All => Table.Values;

    [Theory]
    [MemberData(nameof(Ids))]
    public void Is_refused_by_name_and_changes_nothing(string id) => Table[id].Check();

    private static IEnumerable<Refusal> Rows() =>
        [.. Construction(), .. Broadcasting(), .. Products(), .. Convolutions(), .. Recurrences(), .. Losses(), .. Normalizations(), .. Reductions(), .. Movements(), .. Creation(), .. Indexes(), .. Domains(), .. Gradients()];

    private static IEnumerable<Refusal> Construction() =>
    [
        new("A-axis-of-a-shape", o => _ = o.T(2, 3).Shape[2], Shapes, "axis 2", "[2,3]", "0 to 1"),
        new("A-axis-of-a-shape-negative", o => _ = o.T(2, 3).Shape[-1], Shapes, "axis -1", "^1"),
        new("A-axis-of-a-shape-from-the-end", o => _ = o.T(2, 3).Shape[^3], Shapes, "axis ^3", "[2,3]"),
        new("A-axis-of-a-scalar", o => _ = o.T().Shape[0], Shapes, "axis 0", "scalar"),
        new("A-one-of-one", o => _ = ((Tensors)o.T(2))[1], Values, "none at 1", "1, at 0"),
        new("A-one-of-two", o => _ = Tensors.Of(o.T(2), o.T(2))[2], Values, "none at 2", "0 to 1"),
        new("A-one-of-none", o => _ = default(Tensors)[0], Values, "none at 0"),
        new("A1-negative", o => Zeros([2, -1]), Shapes, "[2,-1]", "-1"),
        new("A1-negative-full", o => Full([-5], 1), Shapes, "[-5]"),
        new("A1-negative-random", o => RandomNormal([3, -2]), Shapes, "[3,-2]"),
        new("shape-093", o => Zeros([-1]), Shapes, "-1"),
        new("shape-094", o => Zeros([int.MaxValue, int.MaxValue, int.MaxValue]), Shapes, "2147483647,2147483647", "more than"),
        new("shape-095", o => Zeros([1 << 30, 1 << 30, 2]), Shapes, "1073741824"),
        new("A2-wraps-to-0", o => Zeros([1 << 16, 1 << 16, 1 << 16, 1 << 16]), Shapes, "[65536,65536,65536,65536]"),
        new("A4-over-the-largest-array", o => Zeros([int.MaxValue]), Shapes, "2147483647"),
        new("A5-short", o => From<float>([1, 2, 3], [2, 2]), Shapes, "From", "3", "[2,2]", "4"),
        new("A5-long", o => From<int>([1, 2, 3], [2]), Shapes, "From", "3", "[2]"),
        new("A5-scalar", o => From<int>([], []), Shapes, "From", "0", "[]"),
        new("A6-array", o => From((float[])null!), Null, "values"),
        new("A6-any-array", o => From((Array)null!), Null, "values"),
        new("A6-shape", o => Zeros((Shape)null!), Null, "shape"),
        new("A6-dimensions", o => _ = (Shape)(int[])null!, Null, "dimensions"),
        new("A6-initial", o => _ = new Variable(null!), Null, "initial"),
        new("A6-row", o => From(new float[][] { [1], null! }), Null, "null"),
        new("A8-rank-33", o => Zeros([.. Enumerable.Repeat(1, 33)]), Shapes, "33", "32"),
        new("A8-expand-to-33", o => o.Keep(Zeros([.. Enumerable.Repeat(1, 32)])).ExpandDims(0), Shapes, "33", "32"),
        new("A8-outer-33", o => Stack([o.Keep(Zeros([.. Enumerable.Repeat(1, 32)]))]), Shapes, "33", "32"),
        new("A11-ragged", o => From(new float[][] { [1, 2], [3] }), Shapes, "ragged", "row 1", "[2]", "[1]"),
        new("A11-ragged-deep", o => From(new int[][][] { [[1], [2]], [[3]] }), Shapes, "ragged"),
        new("A11-no-rows", o => From(Array.Empty<float[]>()), Shapes, "empty"),
        new("A11-strings", o => From(new[] { "1" }), Types, "String"),
        new("A11-objects", o => From(new object[] { 1f }), Types, "Object"),
        new("A11-decimals", o => From(new decimal[,] { { 1 } }), Types, "Decimal"),
        new("A11-type", o => From<sbyte>([1]), Types, "SByte"),
        new("A11-unsigned-as-signed", o => From((Array)new uint[] { uint.MaxValue }), Types, "UInt32"),
        new("A-read-other-type", o => o.T(2).ToArray<int>(), Types, "ToArray", "Float32", "Int32"),
        new("A-span-other-type", o => o.T(2).AsSpan<double>(), Types, "AsSpan", "Float32", "Double"),
        new("A-item-of-many", o => o.T(2).Item(), Shapes, "Item", "[2]"),
        new("A-item-of-none", o => o.T(0).Item(), Shapes, "Item", "[0]"),
        new("A-item-other-type", o => o.T().Item<long>(), Types, "Item", "Float32", "Int64"),
        new("A-cast-to-nothing", o => o.T(2).Cast((DType)77), Types, "Cast", "77"),
        new("A-create-nothing", o => Zeros([2], (DType)77), Types, "77"),
    ];

    private static IEnumerable<Refusal> Broadcasting() =>
    [
        new("broadcast-000", o => _ = o.T(3) + o.T(4), Shapes, "Add", "[3]", "[4]"),
        new("broadcast-001", o => _ = o.T(2, 3) + o.T(2), Shapes, "Add", "[2,3]", "[2]"),
        new("broadcast-002", o => _ = o.T(2, 3) + o.T(3, 2), Shapes, "Add", "[2,3]", "[3,2]"),
        new("broadcast-003", o => _ = o.T(2, 1, 4) + o.T(3, 2, 4), Shapes, "Add", "[2,1,4]", "[3,2,4]", "axis 0"),
        new("broadcast-004", o => _ = o.T(0) + o.T(2), Shapes, "Add", "[0]", "[2]"),
        new("broadcast-005", o => _ = o.T(0, 3) + o.T(2, 3), Shapes, "Add", "[0,3]", "[2,3]"),
        new("broadcast-007", o => o.T(2, 3).BroadcastTo([3, 3]), Shapes, "BroadcastTo", "[2,3]", "[3,3]"),
        new("broadcast-008", o => o.T(3).BroadcastTo([-2]), Shapes, "[-2]"),
        new("broadcast-009", o => o.V(2, 3).AssignAdd(o.T(4, 2, 3)), Shapes, "AssignAdd", "weights", "[4,2,3]", "[2,3]"),
        new("B18-assign", o => o.V(3).Assign(o.T(2, 3)), Shapes, "Assign", "weights", "[2,3]", "[3]"),
        new("B18-assign-sub", o => o.V().AssignSub(o.T(2)), Shapes, "AssignSub", "[2]", "[]"),
        new("B18-assign-promoting", o => o.V(3).Assign(o.D(2)), Shapes, "Assign", "[2]", "[3]"),
        new("B18-fraction-into-integers", o => new Variable(o.I(1, 2), name: "counts").Assign(o.T(2)), Types, "Assign", "counts", "Int64", "Float32"),
        new("broadcast-010", o => Where(o.B(true, false), o.T(3), o.T(4)), Shapes, "Where", "[3]", "[4]"),
        new("B16-where-condition", o => Where(o.B(true, false), o.T(3), o.T(3)), Shapes, "Where", "[2]", "[3]"),
        new("B16-where-promoting", o => Where(o.B(true), o.T(3), o.D(4)), Shapes, "Where", "[3]", "[4]"),
        new("B16-where-number", o => Where(o.T(3), o.T(3), o.T(3)), Types, "Where", "Float32", "Bool"),
        new("B16-promoting", o => _ = o.T(2, 3) * o.D(4), Shapes, "Multiply", "[2,3]", "[4]"),
        new("B16-promoting-integers", o => _ = o.I(1, 2) / o.I32(1, 2, 3), Shapes, "Divide", "[2]", "[3]"),
        new("B16-compare-promoting", o => _ = o.T(2) < o.D(3), Shapes, "Less", "[2]", "[3]"),
        new("B16-floor-divide-minus-one", o => FloorDivide(o.I(1, 2, 3), o.I(-1, -1)), Shapes, "FloorDivide", "[3]", "[2]"),
        new("B16-recurrence", o => LinearRecurrence(o.T(2), o.D(3)), Shapes, "LinearRecurrence", "[2]", "[3]"),
        new("B16-too-many-elements", o => _ = o.T(1 << 16, 1) + o.T(1 << 16), Shapes, "65536,65536"),
        new("B16-and-number", o => _ = o.B(true) & o.T(1), Types, "And", "Bool", "Float32"),
        new("B16-not-number", o => _ = !o.T(1), Types, "Not", "Float32"),
        new("B29-fewer-axes", o => o.T(2, 3).BroadcastTo([3]), Shapes, "BroadcastTo", "[2,3]", "[3]"),
        new("B29-sum-to", o => o.T(2, 3).SumTo([2, 2]), Shapes, "SumTo", "[2,2]", "[2,3]"),
        new("B29-sum-to-more-axes", o => o.T(3).SumTo([1, 3]), Shapes, "SumTo", "[1,3]", "[3]"),
        new("B29-to-nothing", o => o.T(3).BroadcastTo([0]), Shapes, "BroadcastTo", "[3]", "[0]"),
    ];

    private static IEnumerable<Refusal> Products() =>
    [
        new("matmul-011", o => MatMul(o.T(2, 3), o.T(2, 3)), Shapes, "MatMul", "[2,3] x [2,3]", "3 != 2"),
        new("matmul-012", o => MatMul(o.T(3), o.T(4)), Shapes, "MatMul", "[3] x [4]", "3 != 4"),
        new("matmul-013", o => MatMul(o.T(2, 3), o.T(4)), Shapes, "MatMul", "[2,3] x [4]"),
        new("matmul-014", o => MatMul(o.T(2, 2, 3), o.T(3, 3, 4)), Shapes, "MatMul", "[2,2,3]", "[3,3,4]"),
        new("B19-promoting", o => MatMul(o.T(2, 2, 3), o.D(3, 3, 4)), Shapes, "MatMul", "[2,2,3]", "[3,3,4]"),
        new("matmul-015", o => MatMul(o.T(), o.T(2, 2)), Shapes, "MatMul", "scalar", "[2,2]"),
        new("matmul-016", o => MatMul(o.T(2, 2), o.T()), Shapes, "MatMul", "scalar", "[2,2]"),
        new("matmul-019", o => MatMul(o.T(2, 3), o.T(5, 4)), Shapes, "MatMul", "[2,3] x [5,4]"),
        new("linear-inner", o => Linear(o.T(2, 3), o.T(4, 5), o.T(5)), Shapes, "Linear", "[2,3] x [4,5] + [5]"),
        new("linear-bias", o => Linear(o.T(2, 3), o.T(3, 5), o.T(2, 5)), Shapes, "Linear", "[2,3] x [3,5] + [2,5]"),
        new("linear-scalar", o => Linear(o.T(), o.T(3, 5), o.T(5)), Shapes, "Linear", "[] x [3,5]"),
        new("B20-empty-inner", o => MatMul(o.T(2, 0), o.T(3, 2)), Shapes, "MatMul", "0 != 3"),
        new("B20-result-too-large", o => MatMul(o.T(1 << 16, 0), o.T(0, 1 << 16)), Shapes, "[65536,65536]"),
    ];

    private static IEnumerable<Refusal> Recurrences() =>
    [
        new("rnn-251", o => Lstm(o.T(2, 1, 3), o.T(5, 16), o.T(4, 16)), Shapes, "Lstm", "kernel", "[5,16]", "[3,16]"),
        new("rnn-252", o => Lstm(o.T(2, 1, 3), o.T(3, 16), o.T(4, 16), initialHidden: o.T(3, 4)), Shapes, "Lstm", "initial hidden", "[3,4]", "[2,4]"),
        new("rnn-252-cell", o => Lstm(o.T(2, 1, 3), o.T(3, 16), o.T(4, 16), initialCell: o.T(2, 5)), Shapes, "Lstm", "initial cell", "[2,5]", "[2,4]"),
        new("rnn-253", o => Gru(o.T(2, 1, 3), o.T(3, 16), o.T(4, 16)), Shapes, "Gru", "[4,16]", "3 units"),
        new("rnn-254", o => Lstm(o.T(2, 1, 3), o.T(3, 0), o.T(0, 0)), Shapes, "Lstm", "[0,0]"),
        new("rnn-256", o => Lstm(o.T(2, 0, 3), o.T(3, 16), o.T(4, 16)), Shapes, "Lstm", "[2,0,3]", "step"),
        new("rnn-rank", o => SimpleRnn(o.T(2, 3), o.T(3, 4), o.T(4, 4)), Shapes, "SimpleRnn", "[2,3]", "[batch, time, features]"),
        new("rnn-bias", o => Gru(o.T(2, 1, 3), o.T(3, 12), o.T(4, 12), o.T(12)), Shapes, "Gru", "bias", "[12]", "[2,12]"),
        new("rnn-bias-before", o => Gru(o.T(2, 1, 3), o.T(3, 12), o.T(4, 12), o.T(2, 12), resetAfter: false), Shapes, "Gru", "bias", "[2,12]", "[12]"),
        new("rnn-mask-shape", o => SimpleRnn(o.T(1, 2, 3), o.T(3, 4), o.T(4, 4), mask: Row(o.B(true))), Shapes, "SimpleRnn", "mask", "[1,1]", "[1,2]"),
        new("rnn-mask-type", o => SimpleRnn(o.T(1, 2, 3), o.T(3, 4), o.T(4, 4), mask: o.T(1, 2)), Types, "SimpleRnn", "mask", "Float32"),
    ];

    private static IEnumerable<Refusal> Losses() =>
    [
        new("loss-197", o => SoftmaxCrossEntropy(o.I(0, 3), o.T(2, 3)), Values, "SoftmaxCrossEntropy", "3", "[2,3]"),
        new("loss-198", o => SoftmaxCrossEntropy(o.I(0, -1), o.T(2, 3)), Values, "SoftmaxCrossEntropy", "-1"),
        new("loss-199", o => SoftmaxCrossEntropy(o.I(0), o.T(2, 3)), Shapes, "SoftmaxCrossEntropy", "[2,3]", "[1]"),
        new("loss-200", o => SoftmaxCrossEntropy(o.T(2), o.T(2, 3)), Types, "SoftmaxCrossEntropy", "Float32"),
        new("loss-dense", o => SoftmaxCrossEntropy(o.D(1, 3), o.T(2, 3)), Shapes, "SoftmaxCrossEntropy", "[2,3]", "[1,3]"),
        new("loss-no-classes", o => SoftmaxCrossEntropy(o.I(0, 0), o.T(2, 0)), Shapes, "SoftmaxCrossEntropy", "[2,0]"),
        new("loss-scalar", o => SoftmaxCrossEntropy(o.T(), o.T()), Shapes, "SoftmaxCrossEntropy", "[]"),
        new("loss-206", o => SigmoidCrossEntropy(o.T(2), o.T(3)), Shapes, "SigmoidCrossEntropy", "[2]", "[3]"),
    ];

    private static IEnumerable<Refusal> Normalizations() =>
    [
        new("norm-186", o => LayerNorm(o.T(2, 3), o.T(4)), Shapes, "LayerNorm", "gain", "[4]", "[3]"),
        new("norm-187", o => LayerNorm(o.T(2, 3), axes: Array.Empty<int>()), Shapes, "LayerNorm", "[2,3]"),
        new("norm-187-scalar", o => LayerNorm(o.T()), Shapes, "LayerNorm"),
        new("norm-187-empty", o => LayerNorm(o.T(2, 0)), Shapes, "LayerNorm", "[2,0]"),
        new("norm-188", o => LayerNorm(o.T(2, 3), null, o.D(2)), Shapes, "LayerNorm", "offset", "[2]", "[3]"),
        new("norm-axis", o => RmsNorm(o.T(2, 3), axes: 2), Shapes, "RmsNorm", "axis 2"),
        new("norm-epsilon", o => LayerNorm(o.T(2, 3), epsilon: -1), Values, "LayerNorm", "-1"),
        new("norm-batch-gain", o => BatchNorm(o.T(2, 3), o.T(2)), Shapes, "BatchNorm", "gain", "[2]", "[3]"),
        new("norm-batch-offset", o => BatchNorm(o.T(2, 3), null, o.T(2), axis: 1), Shapes, "BatchNorm", "offset", "[2]", "[3]"),
        new("norm-batch-empty", o => BatchNorm(o.T(0, 3)), Shapes, "BatchNorm", "[0,3]"),
        new("norm-batch-axis", o => BatchNorm(o.T(2, 3), axis: 2), Shapes, "BatchNorm", "axis 2"),
        new("norm-batch-epsilon", o => BatchNorm(o.T(2, 3), epsilon: double.NaN), Values, "BatchNorm", "NaN"),
        new("attention-depth", o => Attention(o.T(2, 3), o.T(4, 5), o.T(4, 3)), Shapes, "Attention", "[2,3]", "[4,5]"),
        new("attention-keys", o => Attention(o.T(2, 3), o.T(4, 3), o.T(5, 3)), Shapes, "Attention", "[4,3]", "[5,3]"),
        new("attention-leading", o => Attention(o.T(2, 2, 3), o.T(3, 4, 3), o.T(4, 3)), Shapes, "Attention", "[2]", "[3]"),
        new("attention-mask", o => Attention(o.T(2, 3), o.T(4, 3), o.T(4, 3), o.T(2, 2, 4)), Shapes, "Attention", "mask", "[2,2,4]", "[2,4]"),
    ];

    // Images are [batch, spatial..., channels], kernels [spatial..., channels, filters].
    private static IEnumerable<Refusal> Convolutions() =>
    [
        new("conv-140", o => Conv2D(o.T(1, 5, 5, 2), o.T(3, 3, 4, 3)), Shapes, "Conv2D", "[1,5,5,2]", "[3,3,4,3]", "2 channels", "4"),
        new("conv-bias", o => Conv2D(o.T(1, 5, 5, 2), o.T(3, 3, 2, 3), bias: o.T(2)), Shapes, "Conv2D", "[2]", "[3]"),
        new("conv-bias-rank", o => Conv2D(o.T(1, 5, 5, 2), o.T(3, 3, 2, 3), bias: o.T(1, 3)), Shapes, "Conv2D", "[1,3]", "[3]"),
        new("conv-142", o => Conv2D(o.T(1, 5, 5, 2), o.T(3, 3, 2, 3), strides: 0), Values, "Conv2D", "strides 0"),
        new("conv-143", o => Conv2D(o.T(1, 5, 5, 2), o.T(3, 3, 2, 3), strides: -1), Values, "Conv2D", "strides -1"),
        new("conv-144", o => Conv2D(o.T(1, 5, 5, 2), o.T(3, 3, 2, 3), dilations: [1, 0]), Values, "Conv2D", "dilations [1,0]"),
        new("conv-145", o => Conv2D(o.T(1, 5, 5, 2), o.T(3, 3, 2, 3), padding: -1), Values, "Conv2D", "padding -1"),
        new("conv-145-one-side", o => Conv2D(o.T(1, 5, 5, 2), o.T(3, 3, 2, 3), padding: [(0, 0), (0, -1)]), Values, "Conv2D", "(0, -1)"),
        new("conv-146", o => Conv2D(o.T(1, 5, 5, 2), o.T(7, 7, 2, 3)), Shapes, "Conv2D", "[1,5,5,2]", "[7,7]", "[5,5]", "[-1,-1]"),
        new("conv-147", o => Conv2D(o.T(1, 5, 5, 2), o.T(3, 3, 2, 3), dilations: 3), Shapes, "Conv2D", "[7,7]", "[-1,-1]"),
        new("conv-147-one-axis", o => Conv2D(o.T(1, 9, 5, 2), o.T(3, 3, 2, 3), dilations: 3, strides: 2, padding: [(0, 0), (1, 0)]), Shapes, "[9,6]", "[2,0]"),
        new("conv-148", o => Conv2D(o.T(1, 5, 5, 2), o.T(0, 0, 2, 3)), Values, "Conv2D", "[0,0]"),
        new("conv-149", o => Conv2D(o.T(1, 5, 5, 2), o.T(3, 3, 2, 0)), Shapes, "Conv2D", "[3,3,2,0]", "0 channels or filters"),
        new("conv-150", o => Conv2D(o.T(1, 5, 5, 0), o.T(3, 3, 0, 3)), Shapes, "Conv2D", "[1,5,5,0]", "0 channels or filters"),
        new("conv-151", o => Conv2D(o.T(1, 5, 5, 2), o.T(3, 3, 2, 3), groups: 0), Values, "Conv2D", "0 groups"),
        new("conv-151-negative", o => Conv2D(o.T(1, 5, 5, 2), o.T(3, 3, 2, 3), groups: -2), Values, "Conv2D", "-2 groups"),
        new("conv-152", o => Conv2D(o.T(1, 5, 5, 2), o.T(3, 3, 2, 3), groups: 3), Shapes, "Conv2D", "2 channels", "3 groups", "6"),
        new("conv-153", o => Conv2D(o.T(1, 5, 5, 4), o.T(3, 3, 2, 3), groups: 2), Shapes, "Conv2D", "2 groups", "3 filters"),
        new("conv-154", o => Conv2D(o.T(5, 5, 2), o.T(3, 3, 2)), Shapes, "Conv2D", "[5,5,2]", "[3,3,2]", "4 axes"),
        new("conv-155", o => Conv2D(o.T(5, 5), o.T(3, 3, 1, 1)), Shapes, "Conv2D", "[5,5]", "[3,3,1,1]"),
        new("conv-156", o => Conv2D(o.T(1, 0, 5, 2), o.T(3, 3, 2, 3)), Shapes, "Conv2D", "[1,0,5,2]", "empty"),
        new("conv-156-same", o => Conv2D(o.T(1, 0, 5, 2), o.T(3, 3, 2, 3), padding: "same"), Shapes, "Conv2D", "[1,0,5,2]", "empty"),
        new("conv-157", o => Conv2D(o.T(1, 5, 5, 2), o.T(3, 3, 2, 3), strides: [1, 2, 3]), Shapes, "Conv2D", "strides [1,2,3]", "3 numbers", "2 spatial axes"),
        new("conv-157-padding", o => Conv2D(o.T(1, 5, 5, 2), o.T(3, 3, 2, 3), padding: [(1, 1)]), Shapes, "Conv2D", "1 pairs", "2 spatial axes"),
        new("conv-159", o => Conv2D(o.T(1, 5, 5, 2), o.T(3, 3, 2, 3), padding: "sme"), Values, "sme", "valid", "same"),
        new("conv-159-null", o => Conv2D(o.T(1, 5, 5, 2), o.T(3, 3, 2, 3), padding: (string)null!), Null, "word"),
        new("conv-160", o => Conv1D(o.T(1, 5, 2), o.T(3, 3, 2, 3)), Shapes, "Conv1D", "[1,5,2]", "[3,3,2,3]"),
        new("E60-six-axes", o => Conv(o.T(1, 2, 2, 2, 2, 2), o.T(1, 1, 1, 1, 2, 2)), Shapes, "Conv", "3 to 5 axes"),
        new("E60-promoting", o => Conv2D(o.T(1, 5, 5, 2), o.D(3, 3, 4, 3)), Shapes, "Conv2D", "2 channels"),
        new("E57-huge-dilation", o => Conv1D(o.T(1, 5, 1), o.T(3, 1, 1), dilations: int.MaxValue), Shapes, "Conv1D", "4294967295"),
        new("E56-huge-padding", o => Conv1D(o.T(1, 5, 1), o.T(3, 1, 1), padding: int.MaxValue), Shapes, "Conv1D", "4294967299"),
        new("E55-depthwise", o => DepthwiseConv2D(o.T(1, 5, 5, 2), o.T(3, 3, 2, 1), strides: [0, 1]), Values, "DepthwiseConv2D", "[0,1]"),
        new("E58-depthwise", o => DepthwiseConv2D(o.T(1, 5, 5, 2), o.T(3, 3, 3, 1)), Shapes, "DepthwiseConv2D", "2 channels", "3"),
        new("E60-depthwise", o => DepthwiseConv2D(o.T(1, 5, 2), o.T(3, 2, 1)), Shapes, "DepthwiseConv2D", "[1,5,2]"),
        new("E62-depthwise", o => DepthwiseConv2D(o.T(1, 5, 5, 2), o.T(3, 3, 2, 0)), Shapes, "DepthwiseConv2D", "[3,3,2,0]"),
        new("conv-161", o => Conv2DTranspose(o.T(1, 3, 3, 2), o.T(3, 3, 3, 2), outputPadding: 1), Values, "Conv2DTranspose", "output padding 1", "stride 1"),
        new("conv-161-negative", o => Conv2DTranspose(o.T(1, 3, 3, 2), o.T(3, 3, 3, 2), outputPadding: -1), Values, "Conv2DTranspose", "output padding -1"),
        new("conv-162", o => Conv2DTranspose(o.T(1, 3, 3, 2), o.T(3, 3, 3, 4)), Shapes, "Conv2DTranspose", "2 channels", "4"),
        new("conv-163", o => Conv2DTranspose(o.T(1, 1, 1, 2), o.T(1, 1, 3, 2), padding: 1), Shapes, "Conv2DTranspose", "[1,1,1,2]", "-1"),
        new("E55-transposed", o => Conv1DTranspose(o.T(1, 3, 2), o.T(3, 3, 2), strides: 0), Values, "Conv1DTranspose", "strides 0"),
        new("E57-transposed-huge", o => Conv1DTranspose(o.T(1, 3, 2), o.T(3, 3, 2), strides: int.MaxValue), Shapes, "Conv1DTranspose", "6442450941"),
        new("E58-transposed-groups", o => Conv2DTranspose(o.T(1, 3, 3, 3), o.T(3, 3, 3, 3), groups: 2), Shapes, "Conv2DTranspose", "2 groups", "3 channels"),
        new("E61-transposed", o => Conv2DTranspose(o.T(1, 0, 3, 2), o.T(3, 3, 3, 2)), Shapes, "Conv2DTranspose", "[1,0,3,2]", "empty"),
        new("conv-164", o => MaxPool2D(o.T(1, 4, 4, 1), 0), Values, "MaxPool2D", "window 0"),
        new("conv-165", o => MaxPool2D(o.T(1, 4, 4, 1), -2), Values, "MaxPool2D", "window -2"),
        new("conv-165-left-out", o => MaxPool2D(o.T(1, 4, 4, 1), default), Values, "MaxPool2D", "window"),
        new("conv-166", o => MaxPool2D(o.T(1, 4, 4, 1), 2, 0), Values, "MaxPool2D", "strides 0"),
        new("conv-167", o => MaxPool2D(o.T(1, 4, 4, 1), 5), Shapes, "MaxPool2D", "[1,4,4,1]", "[5,5]", "[4,4]", "[0,0]"),
        new("conv-168", o => MaxPool2D(o.T(1, 4, 4, 1), 2, 2, 2), Values, "MaxPool2D", "(2, 2)", "half the window"),
        new("conv-168-after", o => AveragePool1D(o.T(1, 4, 1), 3, padding: [(0, 2)]), Values, "AveragePool1D", "(0, 2)", "half the window"),
        new("conv-169", o => MaxPool2D(o.T(1, 4, 4, 1), 2, dilations: 0), Values, "MaxPool2D", "dilations 0"),
        new("conv-170", o => MaxPool2D(o.T(4, 4), 2), Shapes, "MaxPool2D", "[4,4]", "4 axes"),
        new("conv-171", o => AveragePool2D(o.T(1, 4, 4, 1), 0), Values, "AveragePool2D", "window 0"),
        new("conv-173", o => AveragePool2D(o.T(1, 0, 0, 1), 2), Shapes, "AveragePool2D", "[1,0,0,1]", "empty"),
        new("conv-174", o => MaxPool2D(o.T(1, 4, 4, 1), int.MaxValue), Shapes, "MaxPool2D", "2147483647"),
        new("conv-174-dilated", o => MaxPool1D(o.T(1, 4, 1), int.MaxValue, 1, int.MaxValue, int.MaxValue), Shapes, "MaxPool1D", "4294967298"),
        new("E68-result-too-large", o => Conv2D(o.D(1, 1, 1, 1), o.T(1, 1, 1, 1), padding: 1 << 17), Shapes, "262145"),
        new("E68-result-too-large-depthwise", o => DepthwiseConv2D(o.T(1, 1, 1, 1), o.T(1, 1, 1, 1), padding: 1 << 17), Shapes, "262145"),
        new("E62-pool", o => MaxPool1D(o.T(1, 4, 0), 2), Shapes, "MaxPool1D", "[1,4,0]", "channels"),
        new("E60-pool", o => AveragePool3D(o.T(1, 4, 4, 1), 2), Shapes, "AveragePool3D", "[1,4,4,1]", "5 axes"),
    ];

    private static IEnumerable<Refusal> Reductions()
    {
        (string Name, Func<Tensor, Axes, Tensor> Of)[] reductions =
        [
            ("Sum", (x, axis) => x.Sum(axis)), ("Mean", (x, axis) => x.Mean(axis)), ("Max", (x, axis) => x.Max(axis)), ("Min", (x, axis) => x.Min(axis)),
            ("Prod", (x, axis) => x.Prod(axis)), ("Var", (x, axis) => x.Var(axis)), ("Std", (x, axis) => x.Std(axis)), ("Norm", (x, axis) => x.Norm(axis)),
            ("LogSumExp", (x, axis) => x.LogSumExp(axis)), ("Any", (x, axis) => x.Any(axis)), ("All", (x, axis) => x.All(axis)),
        ];
        string[] rows = ["reduce-030", "reduce-034", "reduce-038", "reduce-042"];
        for (var i = 0; i < reductions.Length; i++)
        {
            var (name, of) = reductions[i];
            var first = i < rows.Length ? 30 + (4 * i) : -1;
            string Id(int variant) => first > 0 ? $"reduce-0{first + variant}" : $"B23-{name}-{variant}";
            yield return new(Id(0), o => of(o.T(2, 3), 2), Shapes, name, "axis 2", "[2,3]");
            yield return new(Id(1), o => of(o.T(2, 3), -3), Shapes, name, "axis -3", "[2,3]");
            yield return new(Id(2), o => of(o.T(2, 3), [0, 0]), Shapes, name, "axis 0", "twice");
            yield return new(Id(3), o => of(o.T(2, 3), [0, -2]), Shapes, name, "axis -2", "twice");
            yield return new($"B23-{name}-scalar", o => of(o.T(), 0), Shapes, name, "scalar");
        }
        yield return new("reduce-046", o => o.T(0).Max(), Shapes, "Max", "[0]");
        yield return new("reduce-046-min", o => o.T(0).Min(), Shapes, "Min", "[0]");
        yield return new("reduce-047", o => o.T(0, 3).Max(0), Shapes, "Max", "[0,3]", "axis 0");
        yield return new("reduce-049", o => o.T(2, 0).Max([0, 1]), Shapes, "Max", "[2,0]");
        yield return new("reduce-050", o => o.T(0).ArgMax(), Shapes, "ArgMax", "[0]");
        yield return new("reduce-051", o => o.T(0, 3).ArgMax(0), Shapes, "ArgMax", "axis 0", "[0,3]");
        yield return new("reduce-051-min", o => o.T(0, 3).ArgMin(0), Shapes, "ArgMin", "axis 0", "[0,3]");
        yield return new("reduce-052", o => o.T(2, 3).ArgMax(5), Shapes, "ArgMax", "axis 5", "[2,3]");
        yield return new("reduce-056", o => o.T(2, 3).CumSum(5), Shapes, "CumSum", "axis 5", "[2,3]");
        yield return new("B23-cumprod", o => o.T(2, 3).CumProd(-3), Shapes, "CumProd", "axis -3", "[2,3]");
        yield return new("B23-recurrence", o => LinearRecurrence(o.T(2), o.T(2), 1), Shapes, "LinearRecurrence", "axis 1", "[2]");
        yield return new("reduce-057", o => Softmax(o.T(2, 3), 2), Shapes, "Softmax", "axis 2", "[2,3]");
        yield return new("B23-logsoftmax", o => LogSoftmax(o.T(2, 3), -3), Shapes, "LogSoftmax", "axis -3", "[2,3]");
        yield return new("B23-softmax-scalar", o => Softmax(o.T(), 1), Shapes, "Softmax", "scalar");
        yield return new("reduce-060", o => o.I(1, 2).Mean(), Types, "Mean", "Int64", "[2]", "Cast to Float32 first");
        yield return new("reduce-060-var", o => o.I(1, 2).Var(), Types, "Var", "Int64");
        yield return new("reduce-060-norm", o => o.B(true).Norm(), Types, "Norm", "Bool");
        yield return new("reduce-061", o => o.T(2, 3).LogSumExp(4), Shapes, "LogSumExp", "axis 4", "[2,3]");
    }

    private static IEnumerable<Refusal> Movements() =>
    [
        new("shape-063", o => o.T(2, 3).Reshape(4, 2), Shapes, "Reshape", "[2,3]", "6", "[4,2]", "8"),
        new("shape-064", o => o.T(2, 3).Reshape(-1, -1), Shapes, "Reshape", "[-1,-1]", "at most one"),
        new("shape-065", o => o.T(2, 3).Reshape(-2, 3), Shapes, "Reshape", "[-2,3]"),
        new("shape-066", o => o.T(2, 3).Reshape(-1, 4), Shapes, "Reshape", "[2,3]", "[-1,4]", "multiple of 4"),
        new("shape-067", o => o.T(0, 3).Reshape(-1, 0), Shapes, "Reshape", "[-1,0]", "anything"),
        new("B21-overflowing", o => o.T(2, 3).Reshape(1 << 30, 1 << 30, -1), Shapes, "Reshape", "[2,3]"),
        new("B21-nothing-to-something", o => o.T(0, 3).Reshape(3), Shapes, "Reshape", "[0,3]", "[3]"),
        new("B21-flatten", o => o.T(2, 3).Flatten(2), Shapes, "Flatten", "axis 2", "[2,3]"),
        new("B21-flatten-overflowing", o => o.T(0, 1 << 16, 1 << 16).Flatten(1), Shapes, "Flatten", "[0,65536,65536]"),
        new("shape-068", o => o.T(2, 3).Permute(0), Shapes, "Permute", "1", "[2,3]"),
        new("shape-069", o => o.T(2, 3).Permute(0, 0), Shapes, "Permute", "twice"),
        new("shape-069-negative", o => o.T(2, 3).Permute(0, -2), Shapes, "Permute", "twice"),
        new("shape-070", o => o.T(2, 3).Permute(0, 2), Shapes, "Permute", "axis 2", "[2,3]"),
        new("shape-071", o => o.T(2, 3).SwapAxes(0, 2), Shapes, "SwapAxes", "axis 2", "[2,3]"),
        new("shape-072", o => o.T(2, 3).ExpandDims(4), Shapes, "ExpandDims", "axis 4", "[2,3]"),
        new("shape-073", o => o.T(2, 3).ExpandDims(-4), Shapes, "ExpandDims", "axis -4", "[2,3]"),
        new("shape-074", o => o.T(2, 3).Squeeze(5), Shapes, "Squeeze", "axis 5", "[2,3]"),
        new("B23-squeeze-wide", o => o.T(2, 3).Squeeze(0), Shapes, "Squeeze", "axis 0", "extent 2"),
        new("shape-075", o => Concat([o.T(2, 3), o.T(2, 4)], 0), Shapes, "Concat", "[2,3]", "[2,4]", "axis 0"),
        new("shape-076", o => Concat([o.T(2, 3), o.T(3)], 0), Shapes, "Concat", "[2,3]", "[3]"),
        new("shape-077", o => Concat([], 0), Shapes, "Concat", "nothing"),
        new("shape-078", o => Concat([o.T(2, 3)], 2), Shapes, "Concat", "axis 2", "[2,3]"),
        new("B25-concat-promoting", o => Concat([o.T(2, 3), o.D(2, 4)], 0), Shapes, "Concat", "[2,3]", "[2,4]"),
        new("B25-concat-scalars", o => Concat([o.T(), o.T()], 0), Shapes, "Concat", "scalar"),
        new("B25-concat-null", o => Concat([o.T(2), null!], 0), Null, "tensors"),
        new("B25-concat-too-long", o => Concat([Zeros([1]).BroadcastTo([1 << 30]), Zeros([1]).BroadcastTo([1 << 30])]), Shapes, "Concat", "2147483648"),
        new("shape-079", o => Stack([o.T(2), o.T(3)]), Shapes, "Stack", "[2]", "[3]"),
        new("shape-080", o => Stack([]), Shapes, "Stack", "nothing"),
        new("B25-stack-promoting", o => Stack([o.T(2), o.D(3)]), Shapes, "Stack", "[2]", "[3]"),
        new("B25-stack-axis", o => Stack([o.T(2), o.D(2)], 2), Shapes, "Stack", "axis 2", "[2]"),
        new("B25-stack-null", o => Stack([o.T(2), null!]), Null, "tensors"),
        new("shape-081", o => o.T(6).Split([2, 3]), Shapes, "Split", "[2,3]", "5", "6"),
        new("shape-082", o => o.T(6).Split([-1, 7]), Shapes, "Split", "[-1,7]"),
        new("shape-083", o => o.T(6).Split(0), Shapes, "Split", "0 parts"),
        new("shape-084", o => o.T(6).Split(-2), Shapes, "Split", "-2 parts"),
        new("B26-uneven", o => o.T(6).Split(4), Shapes, "Split", "4 parts", "6"),
        new("B26-axis", o => o.T(6).Split(2, 1), Shapes, "Split", "axis 1", "[6]"),
        new("B26-overflowing", o => o.T(6).Split([int.MaxValue, int.MaxValue, 8]), Shapes, "Split", "4294967302"),
        new("shape-085", o => o.T(2).Tile(-1), Shapes, "Tile", "[-1]"),
        new("shape-086", o => o.T(2).Tile(2, -1), Shapes, "Tile", "[2,-1]"),
        new("B27-overflowing", o => o.T(2).Tile(int.MaxValue), Shapes, "Tile", "2147483647"),
        new("B27-overflowing-together", o => o.T(2).Tile(1 << 16, 1 << 16), Shapes, "65536"),
        new("shape-087", o => o.T(2, 3).Flip([0, 0]), Shapes, "Flip", "twice"),
        new("shape-088", o => o.T(2, 3).Flip(2), Shapes, "Flip", "axis 2", "[2,3]"),
        new("shape-089", o => o.T(2, 3).Roll(1, 2), Shapes, "Roll", "axis 2", "[2,3]"),
        new("shape-091", o => o.T(2, 3).Pad([(0, 0), (-4, 0)]), Shapes, "Pad", "-4", "axis 1", "[2,3]"),
        new("B28-crops-twice", o => o.T(2, 3).Pad([(0, 0), (-2, -2)]), Shapes, "Pad", "(-2, -2)"),
        new("B28-crop-and-pad", o => o.T(2, 3).Pad([(0, 0), (int.MinValue, int.MaxValue)]), Shapes, "Pad", "axis 1"),
        new("B28-overflowing", o => o.T(2, 3).Pad([(int.MaxValue, int.MaxValue), (0, 0)]), Shapes, "Pad", "axis 0"),
        new("B28-too-large-together", o => o.T(2, 3).Pad([(1 << 16, 0), (1 << 16, 0)]), Shapes, "[65538,65539]"),
        new("shape-092", o => o.T(2, 3).Pad([(1, 1)]), Shapes, "Pad", "1 pairs", "[2,3]"),
    ];

    private static IEnumerable<Refusal> Creation() =>
    [
        new("shape-097", o => Arange(0, 10, 0), Values, "Arange", "step"),
        new("shape-097-double", o => Arange(0.0, 10, 0), Values, "Arange", "0 to 10 in steps of 0"),
        new("shape-098", o => Arange(0, 10, -1), Values, "Arange", "0 to 10 in steps of -1"),
        new("shape-098-double", o => Arange(0.0, 10, -1), Values, "Arange", "0 to 10 in steps of -1"),
        new("shape-099", o => Arange(0, double.PositiveInfinity), Values, "Arange", "Infinity"),
        new("shape-100", o => Arange(0, double.NaN), Values, "Arange", "NaN"),
        new("A12-nan-step", o => Arange(0, 1, double.NaN), Values, "Arange", "NaN"),
        new("A12-too-many", o => Arange(0, 1, 1e-300), Shapes, "Arange", "more than"),
        new("A12-too-many-integers", o => Arange(long.MinValue, long.MaxValue), Shapes, "Arange", "18446744073709551615"),
        new("A15-arange", o => Arange(-1), Shapes, "-1"),
        new("shape-101", o => Linspace(0, 1, -1), Shapes, "-1"),
        new("shape-102", o => Eye(-1), Shapes, "-1"),
        new("A15-eye-columns", o => Eye(2, -3), Shapes, "-3"),
        new("A15-permutation", o => RandomPermutation(-1), Shapes, "-1"),
        new("shape-104", o => OneHot(o.I(0, 5), 3), Values, "OneHot", "5", "0 to 2"),
        new("shape-105", o => OneHot(o.I(-1), 3), Values, "OneHot", "-1"),
        new("A14-floats", o => OneHot(o.T(2), 3), Types, "OneHot", "Float32"),
        new("A14-negative-depth", o => OneHot(o.I(0), -3), Shapes, "-3"),
        new("A14-no-classes", o => OneHot(o.I(0), 0), Values, "OneHot", "0"),
        new("A-uniform-backwards", o => RandomUniform([2], 1, 0), Values, "RandomUniform", "[1, 0)"),
        new("A-uniform-nan", o => RandomUniform([2], double.NaN, 1), Values, "RandomUniform", "NaN"),
        new("A-uniform-endless", o => RandomUniform([2], double.MinValue, double.MaxValue), Values, "RandomUniform"),
        new("A-uniform-integers", o => RandomUniform([2], dtype: DType.Int32), Types, "RandomUniform", "Int32"),
        new("A-normal-negative", o => RandomNormal([2], 0, -1), Values, "RandomNormal", "-1"),
        new("A-normal-nan", o => RandomNormal([2], double.NaN), Values, "RandomNormal", "NaN"),
        new("A-truncated-infinite", o => RandomTruncatedNormal([2], 0, double.PositiveInfinity), Values, "RandomTruncatedNormal"),
        new("A-integers-empty", o => RandomInteger([2], 3, 3), Values, "RandomInteger", "[3, 3)"),
        new("A-integers-wide", o => RandomInteger([2], 0, long.MaxValue), Values, "RandomInteger"),
        new("A-integers-narrow-type", o => RandomInteger([2], 0, 1L << 40, dtype: DType.Int32), Values, "RandomInteger", "Int32"),
        new("A-integers-floats", o => RandomInteger([2], 0, 3, dtype: DType.Float32), Types, "RandomInteger", "Float32"),
    ];

    private static IEnumerable<Refusal> Indexes() =>
    [
        new("index-106", o => o.T(3, 2).Take(o.I(3)), Values, "Take", "3", "axis 0", "[3,2]"),
        new("index-107", o => o.T(3, 2).Take(o.I(-1)), Values, "Take", "-1", "[3,2]"),
        new("index-108", o => o.T(3, 2).Take(o.I(0), 2), Shapes, "Take", "axis 2", "[3,2]"),
        new("index-109", o => o.T(0, 2).Take(o.I(0)), Values, "Take", "[0,2]"),
        new("index-110", o => o.T(3, 2).Take(o.T(1)), Types, "Take", "Float32"),
        new("D48-bools", o => o.T(3, 2).Take(o.B(true)), Types, "Take", "Bool"),
        new("D49-beyond-int32", o => o.T(3, 2).Take(o.I(1L << 32)), Values, "Take", "4294967296"),
        new("D49-beyond-int32-negative", o => o.T(3, 2).Take(o.I(long.MinValue)), Values, "Take", "-9223372036854775808"),
        new("D45-int32", o => o.T(3, 2).Take(o.I32(0, 7)), Values, "Take", "7"),
        new("D45-last-of-many", o => o.T(3, 2).Take(o.Keep(Concat([Zeros([100], DType.Int64), From<long>([3])]))), Values, "Take", "3"),
        new("D45-scalar-tensor", o => o.T().Take(o.I(0)), Shapes, "Take", "scalar"),
        new("index-111", o => o.T(2, 3).TakeAlongAxis(Column(o.I(5, 0)), 1), Values, "TakeAlongAxis", "5", "[2,3]"),
        new("index-112", o => o.T(2, 3).TakeAlongAxis(Column(o.I(0, 0, 0)), 1), Shapes, "TakeAlongAxis", "[3,1]", "[2,3]"),
        new("index-113", o => o.T(2, 3).TakeAlongAxis(o.I(0), 1), Shapes, "TakeAlongAxis", "[1]", "[2,3]"),
        new("D45-along-axis-2", o => o.T(2, 3).TakeAlongAxis(Column(o.I(0, 0)), 2), Shapes, "TakeAlongAxis", "axis 2"),
        new("D48-along-floats", o => o.T(2, 3).TakeAlongAxis(o.T(2, 3), 1), Types, "TakeAlongAxis", "Float32"),
        new("index-114", o => _ = o.T(3)[5], Shapes, "Index", "5", "[3]"),
        new("index-114-from-the-end", o => _ = o.T(3)[^4], Shapes, "Index", "^4", "[3]"),
        new("index-114-one-past", o => _ = o.T(3)[^0], Shapes, "Index", "^0", "[3]"),
        new("index-114-empty", o => _ = o.T(0)[0], Shapes, "Index", "[0]"),
        new("index-115", o => _ = o.T(3)[-4], Shapes, "Index", "-4", "^4"),
        new("index-115-smallest", o => _ = o.T(3)[int.MinValue], Shapes, "^2147483648"),
        new("index-116", o => _ = o.T(2, 3)[0, 0, 0], Shapes, "Index", "3", "[2,3]"),
        new("D50-two-ellipses", o => _ = o.T(2, 3)[TensorIndex.Ellipsis, TensorIndex.Ellipsis], Shapes, "ellipsis"),
        new("index-117", o => _ = o.T(3)[TensorIndex.Every(.., 0)], Shapes, "step", "0"),
        new("index-118", o => _ = o.T(3)[o.I(4)], Values, "4", "[3]"),
        new("index-118-negative", o => _ = o.T(3)[o.I(-1)], Values, "-1", "[3]"),
        new("D48-index-floats", o => _ = o.T(3)[o.T(2)], Types, "Float32"),
        new("D50-two-tensors", o => _ = o.T(3, 3)[o.I(0), o.I(0)], Shapes, "Index", "one"),
        new("D50-null", o => _ = o.T(3)[(Tensor)null!], Null, "tensor"),
        new("index-119", o => _ = o.T(3)[o.B(true, false)], Shapes, "Index", "[2]", "[3]"),
        new("index-120", o => _ = o.T(3, 2)[o.B(true, false)], Shapes, "Index", "[2]", "[3]"),
        new("D50-mask-of-higher-rank", o => _ = o.T(3)[Row(o.B(true, false, true))], Shapes, "Index", "[3]"),
        new("D50-mask-of-other-extents", o => _ = o.T(3, 2)[Row(o.B(true, false, true))], Shapes, "Index", "[1,3]", "[3,2]"),
        new("index-121", o => o.T(2, 1).ScatterAddAlongAxis(Column(o.I(7, 0)), o.T(2, 1), 1), Values, "ScatterAddAlongAxis", "7", "[2,1]"),
        new("index-122", o => o.T(2, 3).ScatterAddAlongAxis(Column(o.I(0, -1)), o.T(2, 1), 1), Values, "ScatterAddAlongAxis", "-1"),
        new("index-123", o => o.T(2, 3).ScatterAddAlongAxis(Row(o.I(0, 1, 9)), o.T(1, 3), 0), Values, "ScatterAddAlongAxis", "9", "[2,3]"),
        new("index-124", o => o.T(1, 3).ScatterAddAlongAxis(Row(o.I(0, 1)), o.T(1, 1), 1), Shapes, "ScatterAddAlongAxis", "[1,1]", "[1,2]"),
        new("index-125", o => o.T(3, 2).ScatterAdd(o.I(0, 3), o.T(2, 2)), Values, "ScatterAdd", "3", "[3,2]"),
        new("index-125-negative", o => o.T(3, 2).ScatterAdd(o.I(0, -1), o.T(2, 2)), Values, "ScatterAdd", "-1", "[3,2]"),
        new("index-125-promoting", o => o.T(3, 2).ScatterAdd(o.I(0, 3), o.D(2, 2)), Values, "ScatterAdd", "3", "[3,2]"),
        new("index-126", o => o.T(3, 2).ScatterAdd(o.I(0), o.T(2, 2)), Shapes, "ScatterAdd", "[2,2]", "[1]", "[1,2]"),
        new("D46-axis", o => o.T(3, 2).ScatterAdd(o.I(0), o.T(1, 2), 2), Shapes, "ScatterAdd", "axis 2"),
        new("D46-floats", o => o.T(3, 2).ScatterAdd(o.T(1), o.T(1, 2)), Types, "ScatterAdd", "Float32"),
        new("index-127", o => o.T(4, 2).Take(o.I(4)), Values, "Take", "4", "[4,2]"),
        new("index-128", o => o.T(4, 2).Take(o.I(-1)), Values, "Take", "-1", "[4,2]"),
        new("index-129", o => Flat(o.T(2, 2)).Take(o.I(4)), Values, "Take", "4", "[4]"),
        new("index-130", o => o.T(3).TopK(4), Values, "TopK", "4", "[3]"),
        new("index-131", o => o.T(3).TopK(-1), Values, "TopK", "-1"),
        new("index-134", o => o.T(3).Sort(1), Shapes, "Sort", "axis 1", "[3]"),
        new("triangle-rank", o => Tril(o.T(3)), Shapes, "Tril", "[3]"),
        new("D54-take-from-empty", o => o.T(0).Take(o.I(0)), Values, "Take", "[0]"),
        new("D54-mask-empty", o => _ = o.T(0)[o.B(true)], Shapes, "Index", "[1]", "[0]"),
    ];

    private static IEnumerable<Refusal> Domains() =>
    [
        new("C33-zero", o => FloorDivide(o.I(1, 2), o.I(1, 0)), Values, "FloorDivide", "zero"),
        new("C33-zero-int32", o => FloorDivide(o.I32(1, 2), o.I32(0)), Values, "FloorDivide", "zero"),
        new("C33-zero-number", o => FloorDivide(o.I(1, 2), 0), Values, "FloorDivide", "zero"),
        new("C33-zero-remainder", o => _ = o.I(1, 2) % o.I(0, 1), Values, "Remainder", "zero"),
        new("C33-zero-bool", o => FloorDivide(o.B(true), o.B(false)), Values, "FloorDivide", "zero"),
        new("C33-smallest-int32", o => FloorDivide(o.I32(int.MinValue), o.I32(-1)), Values, "FloorDivide", "-2147483648", "-1"),
        new("C33-smallest-int64", o => FloorDivide(o.I(long.MinValue), o.I(-1)), Values, "FloorDivide", "-9223372036854775808", "-1"),
        new("C33-negative-power", o => Pow(o.I(2), o.I(-1)), Values, "Pow", "-1"),
        new("C43-backwards", o => Clip(o.T(2), 1, 0), Values, "Clip", "1", "0"),
        new("C43-nan-min", o => Clip(o.T(2), double.NaN, 0), Values, "Clip", "NaN"),
        new("C43-nan-max", o => Clip(o.I(2), 0, double.NaN), Values, "Clip", "NaN"),
    ];

    private static IEnumerable<Refusal> Gradients()
    {
        yield return new("autograd-232", o =>
        {
            using var tape = new GradientTape();
            var x = Ones([2]);
            tape.Watch(x);
            tape.Gradient(x * 2, x, Ones([3]));
        }, Shapes, "Gradient", "[3]", "[2]");
        yield return new("autograd-237", o =>
        {
            using var tape = new GradientTape();
            tape.Watch(o.I(1, 2));
        }, Tapes, "Watch", "Int64", "[2]");
        yield return new("G87-bool", o =>
        {
            using var tape = new GradientTape();
            tape.Watch(o.B(true));
        }, Tapes, "Watch", "Bool");
        yield return new("G87-source", o =>
        {
            using var tape = new GradientTape();
            tape.Gradient(Ones([2]), o.I(1, 2));
        }, Tapes, "Gradient", "Int64");
        yield return new("G87-target", o =>
        {
            using var tape = new GradientTape();
            var x = Ones([2]);
            tape.Gradient(o.I(1, 2), x);
        }, Tapes, "Gradient", "Int64");
        yield return new("G88-no-target", o =>
        {
            using var tape = new GradientTape();
            tape.Gradient(ReadOnlySpan<Tensor>.Empty, [Ones([2])]);
        }, typeof(ArgumentException), "target");
        yield return new("G88-cotangent-count", o =>
        {
            using var tape = new GradientTape();
            tape.Gradient([Ones([2])], [Ones([2])], [Ones([2]), Ones([2])]);
        }, typeof(ArgumentException), "1 targets", "2 output gradients");
        yield return new("G88-null-cotangent", o =>
        {
            using var tape = new GradientTape();
            tape.Gradient([Ones([2])], [Ones([2])], [null!]);
        }, Null, "outputGradients");
        yield return new("G88-batch-jacobian-scalar", o =>
        {
            using var tape = new GradientTape();
            tape.BatchJacobian(Ones([]), Ones([2]));
        }, Shapes, "BatchJacobian", "[]", "[2]");
        yield return new("G88-batch-jacobian-extents", o =>
        {
            using var tape = new GradientTape();
            tape.BatchJacobian(Ones([3, 2]), Ones([2, 3]));
        }, Shapes, "BatchJacobian", "[3,2]", "[2,3]");
    }

    private static Tensor Column(Tensor x) => From(x.ToArray<long>(), [x.Size, 1]);

    private static Tensor Row(Tensor x) => x.DType == DType.Bool ? From(x.ToArray<bool>(), [1, x.Size]) : From(x.ToArray<long>(), [1, x.Size]);

    private static Tensor Flat(Tensor x) => From(x.ToArray<float>());
}
