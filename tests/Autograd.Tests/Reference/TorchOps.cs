using static Autograd.Tensor;

namespace Autograd.Tests.TorchReference;

/// <summary>Each operation of the reference as a call here: the operation of that name, or what it is made of.</summary>
internal static class TorchOps
{
    /// <summary>The operands of a case by name.</summary>
    public delegate Tensor[] Call(TorchCase one, IReadOnlyDictionary<string, Tensor> t);

    /// <summary>Operations that do not exist yet, and what they wait for.</summary>
    public static readonly Dictionary<string, string> NotYet = new()
    {
        ["index_put"] = "scatter that overwrites",
        ["index_copy"] = "scatter that overwrites",
        ["scatter_reduce"] = "scatter with a reduction",
        ["upsample_bilinear"] = "interpolation",
        ["inv"] = "linear algebra",
        ["cholesky"] = "linear algebra",
        ["eigvalsh"] = "linear algebra",
        ["slogdet"] = "linear algebra",
        ["qr"] = "linear algebra",
        ["svd"] = "linear algebra",
        ["eigh"] = "linear algebra",
        ["pinv"] = "linear algebra",
    };

    /// <summary>Single cases of operations whose other cases exist.</summary>
    public static readonly Dictionary<string, string> CasesNotYet = new()
    {
        ["nuclear_norm"] = "linear algebra",
    };

    public static readonly Dictionary<string, Call> Calls = new()
    {
        // ---- elementwise ----
        ["exp"] = Of(Exp),
        ["lgamma"] = Of(LGamma),
        ["digamma"] = Of(Digamma),
        ["sin"] = Of(Sin),
        ["sinh"] = Of(Sinh),
        ["cosh"] = Of(Cosh),
        ["asinh"] = Of(Asinh),
        ["acosh"] = Of(Acosh),
        ["atanh"] = Of(Atanh),
        ["sigmoid"] = Of(Sigmoid),
        ["neg"] = Of(x => -x),
        ["log"] = Of(Log),
        ["log10"] = Of(Log10),
        ["log1p"] = Of(Log1p),
        ["sqrt"] = Of(Sqrt),
        ["rsqrt"] = Of(Rsqrt),
        ["abs"] = Of(Abs),
        ["reciprocal"] = Of(Reciprocal),
        ["frac"] = Of(x => x - Truncate(x)),
        ["relu"] = Of(Relu),
        ["selu"] = Of(Selu),
        ["gelu"] = (one, t) => [Gelu(t["x"], one.Text("approximate") == "tanh")],
        ["mish"] = Of(Mish),
        ["softplus"] = (one, t) => [one.Has("beta") ? Softplus(t["x"] * one.Number("beta")) / one.Number("beta") : Softplus(t["x"])],
        ["softsign"] = Of(Softsign),
        ["hardshrink"] = (one, t) => [HardShrink(t["x"], one.Number("lambd"))],
        ["threshold"] = (one, t) => [Threshold(t["x"], one.Number("threshold"), one.Number("value"))],
        ["glu"] = (one, t) => [Glu(t["x"], one.Axis)],
        ["prelu"] = (one, t) => [Where(t["x"] > 0, t["x"], t["x"] * t["w"].Reshape(1, -1, 1))],
        ["elu"] = Of(x => Elu(x)),
        ["leaky_relu"] = Of(x => LeakyRelu(x, 0.2)),
        ["silu"] = Of(Silu),
        ["add"] = Of((a, b) => a + b),
        ["sub"] = Of((a, b) => a - b),
        ["mul"] = Of((a, b) => a * b),
        ["div"] = Of((a, b) => a / b),
        ["pow"] = (one, t) => [one.Has("exponent") ? Pow(t["x"], one.Number("exponent")) : Pow(t["a"], t["b"])],
        ["maximum"] = Of(Tensor.Maximum),
        ["atan2"] = Of(Atan2),
        ["hypot"] = Of(Hypot),
        ["logaddexp"] = Of(LogAddExp),
        ["squared_difference"] = Of(SquaredDifference),
        ["remainder"] = Of(Remainder),
        ["lerp"] = (_, t) => [t["a"] + (t["w"] * (t["b"] - t["a"]))],
        ["addcmul"] = (_, t) => [t["a"] + (0.5 * t["b"] * t["c"])],
        ["where"] = (one, t) => [one.Name switch
        {
            "where_masks_nan_output" => Where(t["x"] > 0, Sqrt(t["x"]), 0),
            "where_safe" => Where(t["x"] > 0, Sqrt(Where(t["x"] > 0, t["x"], 1)), 0),
            _ => Where(t["c"], t["a"], t["b"]),
        }],
        ["clip"] = (one, t) => [Clip(t["x"], one.Has("min") ? one.Number("min") : double.NegativeInfinity, one.Number("max"))],

        // ---- reductions and scans ----
        ["sum"] = (one, t) => [t["x"].Sum(one.Axes, one.Flag("keepdims"))],
        ["mean"] = (one, t) => [t["x"].Mean(one.Axes, one.Flag("keepdims"))],
        ["amin"] = (one, t) => [t["x"].Min(one.Axes, one.Flag("keepdims"))],
        ["amax"] = (one, t) => [t["x"].Max(one.Axes, one.Flag("keepdims"))],
        ["var"] = (one, t) => [t["x"].Var(one.Axes, one.Flag("unbiased") ? 1 : 0, one.Flag("keepdims"))],
        ["std"] = (one, t) => [t["x"].Std(one.Axes, one.Flag("unbiased") ? 1 : 0, one.Flag("keepdims"))],
        ["logsumexp"] = (one, t) => [t["x"].LogSumExp(one.Axes, one.Flag("keepdims"))],
        ["prod"] = Of(x => x.Prod()),
        ["argmax"] = (one, t) => [t["x"].ArgMax(one.Has("axis") ? one.Axis : null)],
        ["argmin"] = (one, t) => [t["x"].ArgMin(one.Has("axis") ? one.Axis : null)],
        ["norm"] = (one, t) => [one.Number("ord") switch
        {
            1 => Abs(t["x"]).Sum(one.Axes),
            2 => t["x"].Norm(one.Axes),
            var order => Pow(Pow(Abs(t["x"]), order).Sum(one.Axes), 1 / order),
        }],
        ["count_nonzero"] = (one, t) => [NotEqual(t["x"], 0).Sum(one.Axis)],
        ["cumsum"] = (one, t) => [t["x"].CumSum(one.Axis, reverse: one.Flag("reverse"))],
        ["cumprod"] = (one, t) => [t["x"].CumProd(one.Axis)],
        ["diff"] = Of(x => x[.., 1..] - x[.., ..^1]),
        ["softmax"] = (one, t) => [Softmax(t["x"], one.Axis)],
        ["log_softmax"] = (one, t) => [LogSoftmax(t["x"], one.Axis)],

        // ---- matrices ----
        ["matmul"] = (one, t) => [one.Name switch
        {
            "matmul_gram" => MatMul(t["x"], t["x"].T),
            _ when one.Flag("transpose_a") => MatMul(t["a"].T, t["b"].T),
            _ => MatMul(t["a"], t["b"]),
        }],
        ["linear"] = (_, t) => [Linear(t["x"], t["w"].T, t["b"])],
        ["addmm"] = (one, t) => [(one.Number("beta") * t["c"]) + (one.Number("alpha") * MatMul(t["a"], t["b"]))],
        ["tensordot"] = (one, t) => [one.Name == "tensordot_2"
            ? MatMul(t["a"].Reshape(2, 12), t["b"].Reshape(12, 5))
            : MatMul(t["a"].Permute(1, 0, 2).Reshape(3, 8), t["b"].SwapAxes(0, 1).Reshape(8, 5))],
        ["matrix_power"] = (_, t) => [MatMul(MatMul(t["a"], t["a"]), t["a"])],
        ["matrix_norm"] = (_, t) => [t["a"].Norm()],
        ["cross"] = Of((a, b) => (a.Roll(-1, -1) * b.Roll(1, -1)) - (a.Roll(1, -1) * b.Roll(-1, -1))),
        ["trace"] = Of(x => Trace(x)),
        ["einsum"] = (one, t) => [Einsum(one.Text("equation")!, [.. t.Values])],
        ["cummin"] = (one, t) => [t["x"].CumMin((int)one.Number("axis")).Values, t["x"].CumMin((int)one.Number("axis")).Indices],
        ["unique"] = (one, t) => [t["x"].Unique().Values, t["x"].Unique().Inverse, t["x"].Unique().Counts],
        ["tril"] = (one, t) => [Tril(t["x"], (int)one.Number("k"))],
        ["triu"] = (one, t) => [Triu(t["x"], (int)one.Number("k"))],

        // ---- indexing ----
        ["index_select"] = (one, t) => [t["x"].Take(t["i"], one.Axis)],
        ["gather"] = (_, t) => [t["x"][t["i"]]],
        ["take_along_axis"] = (one, t) => [t["x"].TakeAlongAxis(t["i"], one.Axis)],
        ["sort"] = (one, t) => [t["x"].Sort(one.Axis, one.Flag("descending")), t["x"].ArgSort(one.Axis, one.Flag("descending"))],
        ["topk"] = (one, t) => t["x"].TopK((int)one.Number("k"), one.Has("axis") ? one.Axis : -1) is var (values, indices) ? [values, indices] : [],
        ["take"] = (_, t) => [t["x"].Flatten().Take(t["i"])],
        ["embedding"] = (one, t) => [Where(Equal(t["i"], (int)one.Number("padding_idx")).ExpandDims(-1), StopGradient(t["w"]).Take(t["i"]), t["w"].Take(t["i"]))],
        ["boolean_mask"] = (_, t) => [t["x"][t["m"]]],
        ["slice"] = (one, t) => [one.Name switch
        {
            "slice_neg_start" => t["x"][^2..],
            "slice_neg_stop" => t["x"][..^1],
            "slice_int" => t["x"][2],
            "slice_mixed" => t["x"][1, .., TensorIndex.Every(.., 2)],
            "slice_ellipsis" => t["x"][TensorIndex.Ellipsis, 1],
            "slice_newaxis" => t["x"][.., TensorIndex.NewAxis, 1..],
            "slice_beyond" => t["x"][2..100],
            var name => throw new InvalidDataException(name),
        }],
        ["index_add"] = (one, t) => [t["x"].ScatterAdd(t["i"], t["s"], one.Axis)],
        ["one_hot"] = (one, t) => [MatMul(OneHot(t["i"], (int)one.Number("depth"), t["w"].DType), t["w"])],

        // ---- movement ----
        ["reshape"] = Of(x => x.Reshape(4, 3)),
        ["reshape_infer"] = Of(x => x.Reshape(2, -1)),
        ["reshape_scalar"] = Of(x => x.Reshape([])),
        ["empty_reshape"] = Of(x => x.Reshape(0, 6)),
        ["transpose"] = Of(x => x.T),
        ["permute_noncontig_reshape"] = Of(x => x.Permute(2, 0, 1).Reshape(4, 6)),
        ["expand"] = (one, t) => [one.Name == "expand" ? t["x"].BroadcastTo([2, 3, 4]) : t["a"].ExpandDims(1).BroadcastTo([2, 3]) * t["b"]],
        ["tile"] = Of(x => x.Tile(2, 3)),
        ["tile_rank"] = Of(x => x.Tile(2, 1, 2)),
        ["roll"] = Of(x => x.Roll(1, 0).Roll(-2, 1)),
        ["flatten"] = Of(x => x.Flatten(1)),
        ["flatten_all"] = Of(x => x.Flatten()),
        ["split"] = (_, t) => t["x"].Split([1, 3, 2], 1),
        ["chunk"] = (_, t) => t["x"].Split(3),
        ["concat"] = (one, t) => [one.Name == "concat_same_twice" ? Concat([t["x"], t["x"]]) : Concat([t["a"], t["b"], t["c"]], one.Axis)],
        ["stack"] = (one, t) => [Stack([t["a"], t["b"]], one.Axis)],
        ["pad_reflect"] = Of(x => x.Take(new[] { 2, 1, 0, 1, 2, 3, 2 }, -1)),
        ["pad_replicate"] = Of(x => x.Take(new[] { 0, 0, 0, 1, 2, 3, 3 }, -1)),
        ["pad_circular"] = Of(x => x.Take(new[] { 2, 3, 0, 1, 2, 3, 0 }, -1)),
        ["pad_negative"] = Of(x => x.Pad([(0, 0), (-1, 1)])),
        ["upsample_nearest"] = Of(x => x.Take(new[] { 0, 0, 1, 1 }, 2).Take(new[] { 0, 0, 1, 1, 2, 2 }, 3)),

        // ---- networks ----
        ["conv1d"] = Convolution(Tensor.Conv1D),
        ["conv2d"] = Convolution(Tensor.Conv2D),
        ["conv3d"] = Convolution(Tensor.Conv3D),
        ["conv_transpose1d"] = TransposedConvolution(Tensor.Conv1DTranspose),
        ["conv_transpose2d"] = TransposedConvolution(Tensor.Conv2DTranspose),
        ["max_pool1d"] = Of(x => Pooled(x, images => MaxPool1D(images, 3, 1))),
        ["max_pool2d"] = (one, t) => [Pooled(t["x"], images => one.Name == "max2d_dil2" ? MaxPool2D(images, 2, 1, dilations: 2) : MaxPool2D(images, 2))],
        ["avg_pool1d"] = Of(x => Pooled(x, images => AveragePool1D(images, 2))),
        ["avg_pool2d"] = (one, t) => [Pooled(t["x"], images => one.Name switch
        {
            "avg2d_pad_not_counted" => AveragePool2D(images, 3, 2, 1),
            "avg2d_s1" => AveragePool2D(images, 3, 1),
            "avg2d_ceil" => AveragePool2D(images, 2, padding: [(0, 1), (0, 1)]),
            var name => throw new InvalidDataException(name),
        })],
        ["avg_pool3d"] = Of(x => Pooled(x, images => AveragePool3D(images, 2))),
        ["adaptive_avg_pool2d"] = Of(x => x.Mean([2, 3], keepDims: true)),
        ["batch_norm"] = (one, t) => [BatchNorm(one, t)],
        ["layer_norm"] = (one, t) => [LayerNorm(t["x"], t.GetValueOrDefault("w"), t.GetValueOrDefault("b"), one.Axes, one.Number("eps"))],
        ["instance_norm"] = (one, t) => [Affine(Normalized(t["x"], 2, one.Number("eps")), t, channels: [1, 3, 1])],
        ["local_response_norm"] = (one, t) => [LocalResponseNorm(one, t["x"])],
        ["gru_cell"] = (_, t) => [GruCell(t, t["x"], t["h"])],
        ["gru_cell_v1"] = (_, t) => [Gru(t["x"].ExpandDims(1), t["w"], t["u"], t["b"], t["h"], resetAfter: false).Hidden],
        ["gru"] = (_, t) => Gru(
            t["x"], UpdateFirst(t["w_ih"]).T, UpdateFirst(t["w_hh"]).T, Stack([UpdateFirst(t["b_ih"]), UpdateFirst(t["b_hh"])]), t["h"][0]) is var (outputs, hidden)
            ? [outputs, hidden.ExpandDims(0)]
            : [],
        ["lstm_cell"] = (_, t) => LstmCell(t, t["x"], t["h"], t["c"], "") is var (h, c) ? [h, c] : [],
        ["lstm"] = (one, t) =>
        {
            var forward = Lstm(t, 0, "");
            if (!one.Flag("bidirectional"))
            {
                return [forward.Outputs, forward.Hidden.ExpandDims(0), forward.Cell.ExpandDims(0)];
            }
            var backward = Lstm(t, 1, "_rev");
            return [Concat([forward.Outputs, backward.Outputs.Flip(1)], 2), Stack([forward.Hidden, backward.Hidden]), Stack([forward.Cell, backward.Cell])];
        },
        ["attention"] = (one, t) => [Attention(t["q"], t["k"], t["v"], one.Flag("causal") ? null : !t["m"], causal: one.Flag("causal"))],

        // ---- losses ----
        ["mae"] = (one, t) => [Reduced(one, Abs(t["p"] - t["y"]))],
        ["mse"] = (one, t) => [Reduced(one, SquaredDifference(t["p"], t["y"]))],
        ["huber"] = (one, t) => [Huber(t["p"] - t["y"], one.Number("delta")).Mean()],
        ["smooth_l1"] = (_, t) => [Huber(t["p"] - t["y"], 1).Mean()],
        ["sparse_categorical_crossentropy"] = (one, t) => [SparseCrossEntropy(one, t)],
        ["binary_crossentropy"] = (_, t) => [SigmoidCrossEntropy((t["y"] * 0.9) + 0.05, t["z"]).Mean()],
        ["categorical_crossentropy"] = (one, t) => [one.Name == "ce_weights_smoothing"
            ? SmoothedCrossEntropy(t["z"], t["y"], t["w"], one.Number("label_smoothing"))
            : SoftmaxCrossEntropy(t["y"], t["z"]).Mean()],
        ["nll"] = (_, t) => [-Chosen(LogSoftmax(t["z"], 1), t["y"]).Mean()],
        ["squared_hinge"] = (_, t) => [Square(Relu(1 - (t["y"] * t["p"]))).Mean()],
        ["log_cosh"] = (_, t) => [(t["p"] - t["y"] + Softplus(-2 * (t["p"] - t["y"])) - Math.Log(2)).Mean()],
        ["cosine_similarity"] = Of((a, b) => (a * b).Sum(1) / (a.Norm(1) * b.Norm(1))),
        ["gaussian_nll"] = (_, t) => [(0.5 * (Log(t["v"]) + (SquaredDifference(t["m"], t["y"]) / t["v"]))).Mean()],
        ["margin_ranking"] = (_, t) => [Relu((-t["y"] * (t["a"] - t["b"])) + 0.5).Mean()],
        ["multi_margin"] = (_, t) => [MultiMargin(t["z"], t["y"])],
        ["mape"] = (_, t) => [100 * Abs((t["y"] - t["p"]) / Maximum(Abs(t["y"]), 1e-7)).Mean()],
        ["l2"] = (_, t) => [0.01 * Square(t["w"]).Sum()],

        // ---- whole graphs ----
        ["graph"] = (one, t) => [one.Name switch
        {
            "shared_weight_three_times" => Tanh(MatMul(Tanh(MatMul(Tanh(MatMul(t["x"], t["w"])), t["w"])), t["w"])).Sum(),
            "detach" => t["x"] * StopGradient(t["x"] * t["x"]),
            "long_chain" => Enumerable.Range(0, 50).Aggregate(t["x"], (x, _) => Sin(x)),
            "gradient_penalty_net" => MatMul(Tanh(MatMul(t["x"], t["w1"])), t["w2"]).Sum(),
            "broadcast_reduce_chain" => Sqrt(Square(t["x"][.., TensorIndex.NewAxis] - t["y"]).Sum(-1)).Mean(),
            "softmax_entropy" => Softmax(t["x"]) is var p ? -(p * Log(p)).Sum(-1) : null!,
            "transformer_block" => Transformer(t),
            var name => throw new InvalidDataException(name),
        }],
    };

    private static Call Of(Func<Tensor, Tensor> call) => (_, t) => [call(t["x"])];

    private static Call Of(Func<Tensor, Tensor, Tensor> call) => (_, t) => [call(t["a"], t["b"])];

    private delegate Tensor ConvolutionCall(Tensor x, Tensor kernel, PerAxis strides, Padding padding, PerAxis dilations, int groups, Tensor? bias);

    private delegate Tensor TransposedCall(Tensor x, Tensor kernel, PerAxis strides, Padding padding, PerAxis outputPadding, PerAxis dilations, int groups);

    private static Call Convolution(ConvolutionCall call) => (one, t) =>
    [
        Pooled(t["x"], images => call(
            images, KernelLast(t["w"]), one.PerAxis("stride"), Padded(one), one.PerAxis("dilation"), one.Has("groups") ? (int)one.Number("groups") : 1, t.GetValueOrDefault("b"))),
    ];

    private static Call TransposedConvolution(TransposedCall call) => (one, t) =>
    [
        WithBias(t, Pooled(t["x"], images => call(
            images, KernelLast(t["w"]), one.PerAxis("stride"), Padded(one), one.Has("output_padding") ? one.PerAxis("output_padding") : 0, one.PerAxis("dilation"), 1))),
    ];

    private static Padding Padded(TorchCase one) => one.Has("padding") ? Padding.Of([.. one.PerAxis("padding").Select(sides => (sides, sides))]) is var pairs && pairs.Count() > 1
        ? pairs
        : (int)one.Number("padding") : Padding.Valid;

    private static Tensor WithBias(IReadOnlyDictionary<string, Tensor> t, Tensor y) =>
        t.TryGetValue("b", out var bias) ? y + bias.Reshape([bias.Size, .. Enumerable.Repeat(1, y.Rank - 2)]) : y;

    /// <summary>Torch's channels stand before the spatial axes, ours behind them.</summary>
    private static Tensor Pooled(Tensor x, Func<Tensor, Tensor> call)
    {
        int[] spatial = [.. Enumerable.Range(2, x.Rank - 2)];
        var y = call(x.Permute([0, .. spatial, 1]));
        return y.Permute([0, x.Rank - 1, .. spatial.Select(axis => axis - 1)]);
    }

    /// <summary>[filters, channels, spatial...] to [spatial..., channels, filters]; transposed ones are [channels, filters, spatial...].</summary>
    private static Tensor KernelLast(Tensor kernel) => kernel.Permute([.. Enumerable.Range(2, kernel.Rank - 2), 1, 0]);

    private static Tensor Normalized(Tensor x, Axes axes, double epsilon) =>
        (x - x.Mean(axes, keepDims: true)) * Rsqrt(x.Var(axes, keepDims: true) + epsilon);

    private static Tensor Affine(Tensor x, IReadOnlyDictionary<string, Tensor> t, int[]? channels)
    {
        if (!t.TryGetValue("w", out var weight))
        {
            return x;
        }
        var bias = t["b"];
        return channels is null ? (x * weight) + bias : (x * weight.Reshape(channels)) + bias.Reshape(channels);
    }

    private static Tensor BatchNorm(TorchCase one, IReadOnlyDictionary<string, Tensor> t)
    {
        if (one.Flag("training"))
        {
            return Tensor.BatchNorm(t["x"], t.GetValueOrDefault("w"), t.GetValueOrDefault("b"), 1, one.Number("eps"));
        }
        var scaled = (t["x"] - t["m"].Reshape(1, 3, 1)) * Rsqrt(t["v"].Reshape(1, 3, 1) + one.Number("eps"));
        return Affine(scaled, t, channels: [1, 3, 1]);
    }

    private static Tensor LocalResponseNorm(TorchCase one, Tensor x)
    {
        var size = (int)one.Number("size");
        var squares = Square(x).Pad([(0, 0), (size / 2, (size - 1) / 2), (0, 0), (0, 0)]);
        var sum = Enumerable.Range(0, size).Select(offset => squares[.., offset..(offset + x.Shape[1])]).Aggregate((a, b) => a + b);
        return x / Pow((one.Number("alpha") / size * sum) + one.Number("k"), one.Number("beta"));
    }

    private static Tensor GruCell(IReadOnlyDictionary<string, Tensor> t, Tensor x, Tensor h)
    {
        var fromInput = (MatMul(x, t["w_ih"].T) + t["b_ih"]).Split(3, 1);
        var fromState = (MatMul(h, t["w_hh"].T) + t["b_hh"]).Split(3, 1);
        var reset = Sigmoid(fromInput[0] + fromState[0]);
        var update = Sigmoid(fromInput[1] + fromState[1]);
        var candidate = Tanh(fromInput[2] + (reset * fromState[2]));
        return ((1 - update) * candidate) + (update * h);
    }

    private static (Tensor H, Tensor C) LstmCell(IReadOnlyDictionary<string, Tensor> t, Tensor x, Tensor h, Tensor c, string direction)
    {
        var gates = (MatMul(x, t["w_ih" + direction].T) + t["b_ih" + direction] + MatMul(h, t["w_hh" + direction].T) + t["b_hh" + direction]).Split(4, 1);
        c = (Sigmoid(gates[1]) * c) + (Sigmoid(gates[0]) * Tanh(gates[2]));
        return (Sigmoid(gates[3]) * Tanh(c), c);
    }

    private static (Tensor Outputs, Tensor Hidden, Tensor Cell) Lstm(IReadOnlyDictionary<string, Tensor> t, int layer, string direction) => Tensor.Lstm(
        t["x"], t["w_ih" + direction].T, t["w_hh" + direction].T, t["b_ih" + direction] + t["b_hh" + direction], t["h"][layer], t["c"][layer], goBackwards: layer == 1);

    /// <summary>Torch's order of the gates is reset, update, candidate.</summary>
    private static Tensor UpdateFirst(Tensor gates) => gates.Split(3) is var parts ? Concat([parts[1], parts[0], parts[2]]) : gates;

    private static Tensor Reduced(TorchCase one, Tensor losses) => one.Text("reduction") switch
    {
        "mean" => losses.Mean(),
        "sum" => losses.Sum(),
        _ => losses,
    };

    private static Tensor Huber(Tensor error, double delta) =>
        Where(Abs(error) <= delta, 0.5 * Square(error), delta * (Abs(error) - (0.5 * delta)));

    /// <summary>Of each row the element that an index names.</summary>
    private static Tensor Chosen(Tensor rows, Tensor classes) => rows.TakeAlongAxis(classes.ExpandDims(1), 1).Squeeze(1);

    private static Tensor SparseCrossEntropy(TorchCase one, IReadOnlyDictionary<string, Tensor> t)
    {
        var losses = SoftmaxCrossEntropy(t["y"], t["z"].Rank == 2 ? t["z"] : t["z"].Permute(0, 2, 3, 1));
        if (one.Has("ignore_index"))
        {
            var counted = NotEqual(t["y"], (int)one.Number("ignore_index"));
            return Where(counted, losses, 0).Sum() / counted.Sum().Item();
        }
        if (t.TryGetValue("w", out var weights))
        {
            var each = weights.Take(t["y"]);
            return (losses * each).Sum() / each.Sum();
        }
        return one.Text("reduction") == "none" ? losses : losses.Mean();
    }

    private static Tensor SmoothedCrossEntropy(Tensor logits, Tensor classes, Tensor weights, double smoothing)
    {
        var logarithms = LogSoftmax(logits, 1);
        var each = weights.Take(classes);
        var hard = -(Chosen(logarithms, classes) * each).Sum() / each.Sum();
        var even = -(logarithms * weights).Sum() / each.Sum() / logits.Shape[1];
        return ((1 - smoothing) * hard) + (smoothing * even);
    }

    private static Tensor MultiMargin(Tensor scores, Tensor classes)
    {
        var margins = Relu(1 - Chosen(scores, classes).ExpandDims(1) + scores);
        var others = 1 - OneHot(classes, scores.Shape[1], scores.DType);
        return (margins * others).Sum(1).Mean() / scores.Shape[1];
    }

    private static Tensor Transformer(IReadOnlyDictionary<string, Tensor> t)
    {
        var x = t["x"];
        var scores = MatMul(MatMul(x, t["q"]), MatMul(x, t["k"]).SwapAxes(-1, -2)) / 2;
        var h = Normalized(x + MatMul(Softmax(scores), MatMul(x, t["v"])), -1, 1e-5);
        return Normalized(h + MatMul(Relu(MatMul(h, t["w1"])), t["w2"]), -1, 1e-5);
    }
}
