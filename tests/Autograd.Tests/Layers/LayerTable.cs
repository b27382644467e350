namespace Autograd.Tests.Layers;

/// <summary>A layer with small settings, what one example of each of its inputs looks like, and what it must give.</summary>
/// <param name="Name">The kind and, behind a space, what is special about the row.</param>
/// <param name="Make">Makes the layer.</param>
/// <param name="Inputs">The shapes of one example.</param>
/// <param name="Output">The shape of one result.</param>
/// <param name="Weights">The number of values in its weights.</param>
internal sealed record LayerRow(string Name, Func<Layer> Make, Shape[] Inputs, Shape Output, long Weights = 0)
{
    public string Kind => Name.Split(' ')[0];

    /// <summary>Where inputs are classes: how many there are.</summary>
    public int Classes { get; init; }

    /// <summary>Whether the layer takes inputs of any number of axes.</summary>
    public bool TakesAnyShape { get; init; }

    /// <summary>Whether results change smoothly with the inputs.</summary>
    public bool IsDifferentiable { get; init; } = true;

    public override string ToString() => Name;

    /// <summary>The layer in double precision.</summary>
    public Layer MakeFloat64() => Precise(Make());

    public Tensor[] Batch(int count, DType dtype = DType.Float32) => [.. Inputs.Select((shape, i) =>
    {
        Shape batch = [count, .. shape];
        return Classes > 0 ? Tensor.RandomInteger(batch, 0, Classes, seed: 11 + i) : Tensor.RandomNormal(batch, seed: 11 + i, dtype: dtype);
    })];

    private static Layer Precise(Layer layer)
    {
        typeof(Layer).GetProperty(nameof(Layer.DType))!.SetValue(layer, DType.Float64);
        foreach (var part in layer.Sublayers)
        {
            Precise(part);
        }
        return layer;
    }
}

/// <summary>Every kind of layer, one row or more. What a row must fulfil is in <see cref="LayerTests"/>.</summary>
internal static class LayerTable
{
    public static IReadOnlyDictionary<string, LayerRow> Rows { get; } =
        new LayerRow[][] { Basic, Functions, Noises, Reshapings, Convolutions, Poolings, Resizings, Normalizations, Recurrences, Attentions, Merges, Preparations }
            .SelectMany(rows => rows).ToDictionary(row => row.Name);

    // A row for each input shape.
    private static LayerRow Any(string name, Func<Layer> make, Shape shape, long weights = 0) => new(name, make, [shape], shape, weights) { TakesAnyShape = true };

    private static LayerRow[] Basic =>
    [
        new("Input", () => new Input([3, 2]), [[3, 2]], [3, 2]),
        new("Dense", () => new Dense(4, "tanh"), [[3]], [4], 16),
        new("Dense of matrices", () => new Dense(2, useBias: false), [[4, 3]], [4, 2], 6) { TakesAnyShape = true },
        new("Dense penalized", () => new Dense(2, kernelRegularizer: "l2", kernelConstraint: "non_neg", name: "own"), [[3]], [2], 8),
        Any("Activation", () => new Activation("softplus"), [3, 2]),
        new("Embedding", () => new Embedding(5, 3), [[4]], [4, 3], 15) { Classes = 5, TakesAnyShape = true },
        new("Embedding of numbers", () => new Embedding(5, 3, maskZero: true), [[]], [3], 15) { Classes = 5, TakesAnyShape = true },
        new("Masking", () => new Masking(0.5), [[4, 3]], [4, 3]) { TakesAnyShape = true },
    ];

    private static LayerRow[] Functions =>
    [
        Any("ReLU", () => new ReLU(), [5]),
        Any("ReLU with all settings", () => new ReLU(maxValue: 1, negativeSlope: 0.1, threshold: 0.2), [5]),
        Any("LeakyReLU", () => new LeakyReLU(), [5]),
        Any("ELU", () => new ELU(0.5), [5]),
        Any("Softmax", () => new Softmax(), [5]),
        Any("Softmax along an axis", () => new Softmax(1), [2, 3]),
        new("PReLU", () => new PReLU(alphaInitializer: new Constant(0.2)), [[2, 3]], [2, 3], 6) { TakesAnyShape = true },
        new("PReLU shared", () => new PReLU(sharedAxes: [1]), [[2, 3]], [2, 3], 3) { TakesAnyShape = true },
    ];

    private static LayerRow[] Noises =>
    [
        Any("Dropout", () => new Dropout(0.4), [5]),
        Any("Dropout along an axis", () => new Dropout(0.4, noiseShape: [-1, 1, 3], seed: 3), [2, 3]),
        new("SpatialDropout1D", () => new SpatialDropout1D(0.4), [[4, 2]], [4, 2]) { TakesAnyShape = true },
        new("SpatialDropout2D", () => new SpatialDropout2D(0.4), [[2, 3, 2]], [2, 3, 2]) { TakesAnyShape = true },
        new("SpatialDropout3D", () => new SpatialDropout3D(0.4), [[2, 1, 2, 2]], [2, 1, 2, 2]) { TakesAnyShape = true },
        Any("GaussianDropout", () => new GaussianDropout(0.4, seed: 2), [5]),
        Any("GaussianNoise", () => new GaussianNoise(0.4), [5]),
        Any("AlphaDropout", () => new AlphaDropout(0.4), [5]),
        Any("ActivityRegularization", () => new ActivityRegularization(0.1, 0.2), [5]),
    ];

    private static LayerRow[] Reshapings =>
    [
        new("Reshape", () => new Reshape([2, -1]), [[6]], [2, 3]) { TakesAnyShape = true },
        new("Reshape to nothing", () => new Reshape([]), [[1]], []) { TakesAnyShape = true },
        new("Permute", () => new Permute([2, 1]), [[2, 3]], [3, 2]),
        new("RepeatVector", () => new RepeatVector(3), [[2]], [3, 2]),
        new("Flatten", () => new Flatten(), [[2, 3]], [6]) { TakesAnyShape = true },
    ];

    private static LayerRow[] Convolutions =>
    [
        new("Conv1D", () => new Conv1D(2, 3), [[5, 3]], [3, 2], 20),
        new("Conv1D causal", () => new Conv1D(2, 3, padding: "causal", dilationRate: 2), [[5, 2]], [5, 2], 14),
        new("Conv2D", () => new Conv2D(2, [2, 3], strides: 2, padding: "same", activation: "tanh"), [[4, 5, 2]], [2, 3, 2], 26),
        new("Conv2D in groups", () => new Conv2D(4, 2, groups: 2, useBias: false), [[3, 3, 2]], [2, 2, 4], 16),
        new("Conv3D", () => new Conv3D(2, 2), [[2, 3, 2, 1]], [1, 2, 1, 2], 18),
        new("Conv1DTranspose", () => new Conv1DTranspose(2, 3, strides: 2), [[3, 2]], [7, 2], 14),
        new("Conv2DTranspose", () => new Conv2DTranspose(2, 3, strides: 2, padding: "same"), [[2, 2, 1]], [4, 4, 2], 20),
        new("Conv2DTranspose padded", () => new Conv2DTranspose(1, 3, strides: 2, padding: "same", outputPadding: 0), [[2, 2, 1]], [3, 3, 1], 10),
        new("Conv3DTranspose", () => new Conv3DTranspose(1, 2), [[1, 2, 1, 2]], [2, 3, 2, 1], 17),
        new("DepthwiseConv1D", () => new DepthwiseConv1D(2), [[4, 3]], [3, 3], 9),
        new("DepthwiseConv2D", () => new DepthwiseConv2D(2, strides: 2, depthMultiplier: 2), [[4, 4, 2]], [2, 2, 4], 20),
        new("SeparableConv1D", () => new SeparableConv1D(3, 2), [[4, 2]], [3, 3], 13),
        new("SeparableConv2D", () => new SeparableConv2D(3, 2, padding: "same", depthMultiplier: 2, activation: "tanh"), [[3, 3, 2]], [3, 3, 3], 31),
    ];

    private static LayerRow[] Poolings =>
    [
        new("MaxPooling1D", () => new MaxPooling1D(), [[5, 2]], [2, 2]),
        new("MaxPooling2D", () => new MaxPooling2D(3, strides: 1, padding: "same"), [[4, 3, 2]], [4, 3, 2]),
        new("MaxPooling3D", () => new MaxPooling3D([1, 2, 2]), [[2, 2, 4, 1]], [2, 1, 2, 1]),
        new("AveragePooling1D", () => new AveragePooling1D(3, 1, "same"), [[5, 2]], [5, 2]),
        new("AveragePooling2D", () => new AveragePooling2D(), [[4, 4, 2]], [2, 2, 2]),
        new("AveragePooling3D", () => new AveragePooling3D(), [[2, 2, 4, 1]], [1, 1, 2, 1]),
        new("GlobalMaxPooling1D", () => new GlobalMaxPooling1D(), [[4, 2]], [2]),
        new("GlobalMaxPooling2D", () => new GlobalMaxPooling2D(keepDims: true), [[2, 3, 2]], [1, 1, 2]),
        new("GlobalMaxPooling3D", () => new GlobalMaxPooling3D(), [[2, 1, 2, 2]], [2]),
        new("GlobalAveragePooling1D", () => new GlobalAveragePooling1D(), [[4, 2]], [2]),
        new("GlobalAveragePooling2D", () => new GlobalAveragePooling2D(), [[2, 3, 2]], [2]),
        new("GlobalAveragePooling3D", () => new GlobalAveragePooling3D(keepDims: true), [[2, 1, 2, 2]], [1, 1, 1, 2]),
    ];

    private static LayerRow[] Resizings =>
    [
        new("ZeroPadding1D", () => new ZeroPadding1D(), [[3, 2]], [5, 2]),
        new("ZeroPadding2D", () => new ZeroPadding2D([(1, 2), (0, 1)]), [[2, 2, 1]], [5, 3, 1]),
        new("ZeroPadding3D", () => new ZeroPadding3D(1), [[1, 2, 1, 2]], [3, 4, 3, 2]),
        new("Cropping1D", () => new Cropping1D(), [[4, 2]], [2, 2]),
        new("Cropping2D", () => new Cropping2D([(1, 0), (0, 2)]), [[3, 4, 1]], [2, 2, 1]),
        new("Cropping3D", () => new Cropping3D(), [[3, 4, 3, 1]], [1, 2, 1, 1]),
        new("UpSampling1D", () => new UpSampling1D(3), [[2, 2]], [6, 2]),
        new("UpSampling2D", () => new UpSampling2D([2, 1]), [[2, 3, 2]], [4, 3, 2]),
        new("UpSampling2D bilinear", () => new UpSampling2D(interpolation: "bilinear"), [[2, 3, 2]], [4, 6, 2]),
        new("UpSampling3D", () => new UpSampling3D(), [[1, 2, 1, 1]], [2, 4, 2, 1]),
    ];

    private static LayerRow[] Normalizations =>
    [
        new("BatchNormalization", () => new BatchNormalization(), [[3]], [3], 12) { TakesAnyShape = true },
        new("BatchNormalization of images", () => new BatchNormalization(axis: 1, scale: false), [[2, 3, 2]], [2, 3, 2], 6) { TakesAnyShape = true },
        new("LayerNormalization", () => new LayerNormalization(), [[4, 3]], [4, 3], 6) { TakesAnyShape = true },
        new("LayerNormalization along an axis", () => new LayerNormalization(1, center: false), [[4, 3]], [4, 3], 4) { TakesAnyShape = true },
        new("GroupNormalization", () => new GroupNormalization(2), [[3, 4]], [3, 4], 8) { TakesAnyShape = true },
        new("GroupNormalization of features", () => new GroupNormalization(-1, axis: 1), [[2, 3]], [2, 3], 4) { TakesAnyShape = true },
        new("RMSNormalization", () => new RMSNormalization(), [[2, 3]], [2, 3], 3) { TakesAnyShape = true },
        new("UnitNormalization", () => new UnitNormalization(), [[2, 3]], [2, 3]) { TakesAnyShape = true },
    ];

    private static LayerRow[] Recurrences =>
    [
        new("SimpleRNN", () => new SimpleRNN(3), [[4, 2]], [3], 18),
        new("SimpleRNN with states", () => new SimpleRNN(3, goBackwards: true), [[4, 2], [3]], [3], 18),
        new("SimpleRNN relu", () => new SimpleRNN(3, "relu", useBias: false, returnSequences: true), [[4, 2]], [4, 3], 15),
        new("LSTM", () => new LSTM(3), [[4, 2]], [3], 72),
        new("LSTM with states", () => new LSTM(3, returnSequences: true), [[4, 2], [3], [3]], [4, 3], 72),
        new("LSTM hard", () => new LSTM(2, recurrentActivation: "hard_sigmoid", goBackwards: true), [[3, 2]], [2], 40),
        new("GRU", () => new GRU(3, returnSequences: true), [[4, 2]], [4, 3], 63),
        new("GRU reset before", () => new GRU(3, resetAfter: false), [[4, 2]], [3], 54),
        new("GRU hard", () => new GRU(2, recurrentActivation: "hard_sigmoid", activation: "softsign"), [[3, 2]], [2], 36),
        new("Bidirectional", () => new Bidirectional(new LSTM(2)), [[3, 2]], [4], 80),
        new("Bidirectional sum", () => new Bidirectional(new GRU(2, returnSequences: true), "sum"), [[3, 2]], [3, 2], 72),
        new("TimeDistributed", () => new TimeDistributed(new Dense(2)), [[3, 4]], [3, 2], 10),
        new("TimeDistributed convolution", () => new TimeDistributed(new Conv1D(2, 2)), [[3, 4, 1]], [3, 3, 2], 6) { TakesAnyShape = true },
    ];

    private static LayerRow[] Attentions =>
    [
        new("MultiHeadAttention", () => new MultiHeadAttention(2, 3), [[4, 2], [3, 2]], [4, 2], 68),
        new("MultiHeadAttention to itself", () => new MultiHeadAttention(2, 2, valueDim: 1, useBias: false, useCausalMask: true), [[4, 3]], [4, 3], 36),
        new("Attention", () => new Attention(), [[4, 2], [3, 2]], [4, 2]),
        new("Attention scaled", () => new Attention(useScale: true, scoreMode: "concat"), [[2, 2], [3, 1], [3, 2]], [2, 1], 2),
        new("AdditiveAttention", () => new AdditiveAttention(useCausalMask: true), [[4, 2], [4, 2]], [4, 2], 2),
    ];

    private static LayerRow[] Merges =>
    [
        new("Add", () => new Add(), [[3, 2], [3, 2], [2]], [3, 2]) { TakesAnyShape = true },
        new("Subtract", () => new Subtract(), [[3], [3]], [3]) { TakesAnyShape = true },
        new("Multiply", () => new Multiply(), [[3, 2], [3, 1]], [3, 2]) { TakesAnyShape = true },
        new("Average", () => new Average(), [[3], [3], [3]], [3]) { TakesAnyShape = true },
        new("Maximum", () => new Maximum(), [[3], [3]], [3]) { TakesAnyShape = true },
        new("Minimum", () => new Minimum(), [[3], [3]], [3]) { TakesAnyShape = true },
        new("Concatenate", () => new Concatenate(), [[3, 2], [3, 1]], [3, 3]) { TakesAnyShape = true },
        new("Concatenate in time", () => new Concatenate(1), [[3, 2], [1, 2]], [4, 2]) { TakesAnyShape = true },
        new("Dot", () => new Dot(1), [[3], [3]], [1]),
        new("Dot of two axes", () => new Dot([2, 1], normalize: true), [[4, 3], [3, 2]], [4, 2]),
    ];

    private static LayerRow[] Preparations =>
    [
        new("Resizing", () => new Resizing(3, 5), [[4, 2, 2]], [3, 5, 2]),
        new("Resizing nearest", () => new Resizing(2, 3, "nearest", cropToAspectRatio: true), [[5, 4, 1]], [2, 3, 1]),
        new("CenterCrop", () => new CenterCrop(2, 3), [[4, 4, 2]], [2, 3, 2]),
        new("CenterCrop of small images", () => new CenterCrop(4, 3), [[2, 4, 1]], [4, 3, 1]),
        new("RandomCrop", () => new RandomCrop(2, 3, seed: 5), [[4, 4, 2]], [2, 3, 2]),
        new("RandomFlip", () => new RandomFlip(seed: 5), [[2, 3, 2]], [2, 3, 2]) { TakesAnyShape = true },
        new("RandomRotation", () => new RandomRotation(0.3, seed: 5), [[3, 4, 2]], [3, 4, 2]) { TakesAnyShape = true },
        new("RandomTranslation", () => new RandomTranslation((-0.2, 0.6), 0.5, "constant", seed: 5, fillValue: 2), [[3, 4, 2]], [3, 4, 2]) { TakesAnyShape = true },
        new("RandomZoom", () => new RandomZoom((0.1, 0.5), (-0.3, 0.1), "wrap", "nearest"), [[3, 4, 2]], [3, 4, 2]) { TakesAnyShape = true },
        new("RandomContrast", () => new RandomContrast(0.4, [-5, 5], seed: 5), [[3, 4, 2]], [3, 4, 2]) { TakesAnyShape = true },
        new("RandomBrightness", () => new RandomBrightness(0.4, [-5, 5], seed: 5), [[3, 4, 2]], [3, 4, 2]) { TakesAnyShape = true },
        Any("Rescaling", () => new Rescaling(0.5, -1), [3]),
        new("Normalization", () => new Normalization(), [[2, 3]], [2, 3], 7) { TakesAnyShape = true },
        new("Normalization given", () => new Normalization(mean: [1, 2, 3], variance: [1, 4, 9], invert: true), [[3]], [3]) { TakesAnyShape = true },
        new("CategoryEncoding", () => new CategoryEncoding(4), [[3]], [4]) { Classes = 4, TakesAnyShape = true },
        new("CategoryEncoding one hot", () => new CategoryEncoding(4, "one_hot"), [[3]], [3, 4]) { Classes = 4, TakesAnyShape = true },
        new("CategoryEncoding of numbers", () => new CategoryEncoding(4, "count"), [[]], [4]) { Classes = 4, TakesAnyShape = true },
        new("Discretization", () => new Discretization([-0.5, 0.5]), [[3]], [3]) { TakesAnyShape = true, IsDifferentiable = false },
        new("Discretization to vectors", () => new Discretization([-0.5, 0.5], "count"), [[3]], [3]) { TakesAnyShape = true, IsDifferentiable = false },
    ];
}
