namespace Autograd.Tests.Ops;

internal static partial class OpTable
{
    // Made anew for each call: where they live follows the default device.
    private static Tensor Classes => new[] { 2, 0, 3 };

    // The last query may attend to nothing.
    // Made anew for each call: where it lives follows the default device.
    private static Tensor Attended => Tensor.From(new bool[,] { { true, true, false, true, true }, { false, true, true, true, false }, { false, false, false, false, false } });

    private static OpRow[] Networks =>
    [
        new("LayerNorm", x => Tensor.LayerNorm(x[0], x[1], x[2]), Signed(0.1, 2, 3, 5), Signed(0.1, 2, 5), Signed(0.1, 2, 5)),
        new("LayerNorm plain", x => Tensor.LayerNorm(x[0], epsilon: 0.01), Signed(0.1, 2, 2, 3, 4)),
        new("LayerNorm axes", x => Tensor.LayerNorm(x[0], x[1], x[2], axes: [2, 0]), Signed(0.1, 2, 2, 3, 4), Signed(0.1, 2, 2, 4), Signed(0.1, 2, 2, 4)),
        new("LayerNorm offset", x => Tensor.LayerNorm(x[0], offset: x[1]), Signed(0.1, 2, 3, 5), Signed(0.1, 2, 5)),
        new("RmsNorm", x => Tensor.RmsNorm(x[0], x[1]), Signed(0.1, 2, 3, 5), Signed(0.1, 2, 5)),
        new("RmsNorm axes", x => Tensor.RmsNorm(x[0], axes: 0), Signed(0.1, 2, 3, 5)),
        new("BatchNorm", x => Tensor.BatchNorm(x[0], x[1], x[2]), Signed(0.1, 2, 4, 3), Signed(0.1, 2, 3), Signed(0.1, 2, 3)),
        new("BatchNorm plain", x => Tensor.BatchNorm(x[0], epsilon: 0.01), Signed(0.1, 2, 2, 3, 2)),
        new("BatchNorm axis", x => Tensor.BatchNorm(x[0], x[1], axis: 1), Signed(0.1, 2, 3, 2, 2), Signed(0.1, 2, 2)),
        new("BatchNorm offset", x => Tensor.BatchNorm(x[0], offset: x[1]), Signed(0.1, 2, 4, 3), Signed(0.1, 2, 3)),
        new("SoftmaxCrossEntropy", x => Tensor.SoftmaxCrossEntropy(Classes, x[0]), Signed(0.1, 2, 3, 4)),
        new("SoftmaxCrossEntropy of distributions", x => Tensor.SoftmaxCrossEntropy(Tensor.Softmax(x[1]), x[0]), Signed(0.1, 2, 2, 3, 4), In(0.1, 1, 2, 3, 4)),
        new("SoftmaxCrossEntropy of one row", x => Tensor.SoftmaxCrossEntropy(Classes[0], x[0]), Signed(0.1, 2, 4)),
        new("SigmoidCrossEntropy", x => Tensor.SigmoidCrossEntropy(Tensor.Sigmoid(x[1]), x[0]), Signed(0.1, 2, 3, 4), In(0.1, 0.9, 4)),
        new("Attention", x => Tensor.Attention(x[0], x[1], x[2]), Signed(0.1, 1, 2, 3, 4), Signed(0.1, 1, 2, 5, 4), Signed(0.1, 1, 2, 5, 2)),
        new("Attention masked", x => Tensor.Attention(x[0], x[1], x[2], Attended, scale: 0.3), Signed(0.1, 1, 2, 3, 4), Signed(0.1, 1, 1, 5, 4), Signed(0.1, 1, 2, 5, 2)),
        new("Attention causal", x => Tensor.Attention(x[0], x[1], x[2], causal: true), Signed(0.1, 1, 3, 4), Signed(0.1, 1, 5, 4), Signed(0.1, 1, 5, 2)),
        new("Attention added mask", x => Tensor.Attention(x[0], x[1], x[2], x[3]), Signed(0.1, 1, 3, 4), Signed(0.1, 1, 5, 4), Signed(0.1, 1, 5, 2), Signed(0.1, 1, 3, 5)),
    ];
}
