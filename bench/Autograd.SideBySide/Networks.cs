using static Autograd.Tensor;

namespace Autograd.SideBySide;

/// <summary>Training steps through the public API, as a user writes them: nothing disposed, nothing reused; gradient descent by hand, Adam from the library.</summary>
internal static class Networks
{
    // As in peer.py: the arithmetic is the same, and nothing runs into denormals or NaN in a million steps.
    private const float Rate = 1e-6f;

    /// <summary>100 products of 16 floats, recorded.</summary>
    public static Action RecordedProducts()
    {
        var (x, y) = (new Variable(RandomUniform([16], seed: 1)), Ones(16));
        return () =>
        {
            using var tape = new GradientTape();
            for (var i = 0; i < 100; i++)
            {
                _ = x * y;
            }
        };
    }

    /// <summary>A chain of 100 products of 16 floats, recorded and differentiated.</summary>
    public static Action DifferentiatedProducts()
    {
        var (x, y) = (new Variable(RandomUniform([16], seed: 1)), Ones(16));
        return () =>
        {
            using var tape = new GradientTape();
            Tensor z = x;
            for (var i = 0; i < 100; i++)
            {
                z *= y;
            }
            tape.Gradient(z, x);
        };
    }

    /// <summary>4-16-3 on all 120 flowers: the README's loss and gradient descent.</summary>
    public static Action Iris()
    {
        var iris = Datasets.Iris();
        var x = iris.TrainX - iris.TrainX.Mean(axis: 0);
        var y = OneHot(iris.TrainY, depth: 3);
        var (w1, b1) = Layer(4, 16);
        var (w2, b2) = Layer(16, 3);
        return () =>
        {
            using var tape = new GradientTape();
            var hidden = Relu(Linear(x, w1, b1));
            var prediction = Softmax(Linear(hidden, w2, b2));
            var loss = -(y * Log(Clip(prediction, 1e-7f, 1f))).Sum(axis: 1).Mean();
            Descend(tape, loss, w1, b1, w2, b2);
        };
    }

    /// <summary>2-2-1, sigmoid and mean squared error, gradient descent.</summary>
    public static Action Xor() => Sigmoids(new float[,] { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 } }, new float[,] { { 0 }, { 1 }, { 1 }, { 0 } }, hidden: 2);

    /// <summary>784-128-10, batch 64, sigmoid and mean squared error, gradient descent.</summary>
    public static Action Mnist() => Sigmoids(RandomUniform([64, 784], seed: 1), Labels(64), hidden: 128);

    /// <summary>400-25-15-10, batch 32, Adam.</summary>
    public static Action Digits() => Perceptron(32, 400, 25, 15, 10);

    /// <summary>784-512-512-10, batch 128, Adam.</summary>
    public static Action Mlp() => Perceptron(128, 784, 512, 512, 10);

    /// <summary>28 x 28 x 1, convolutions of 32 and 64 filters 3 x 3, each with ReLU and a maximum over 2 x 2, then 128 and 10; batch 64, Adam.</summary>
    public static Action Cnn()
    {
        var (w1, b1) = (new Variable(RandomNormal([3, 3, 1, 32], stddev: 0.1, seed: 3)), new Variable(Zeros(32)));
        var (w2, b2) = (new Variable(RandomNormal([3, 3, 32, 64], stddev: 0.1, seed: 4)), new Variable(Zeros(64)));
        var (w3, b3) = Layer(1600, 128);
        var (w4, b4) = Layer(128, 10);
        var x = RandomUniform([64, 28, 28, 1], seed: 1);
        return Classify(Labels(64), [w1, b1, w2, b2, w3, b3, w4, b4], () =>
        {
            var hidden = MaxPool2D(Relu(Conv2D(x, w1, bias: b1)), 2);
            hidden = MaxPool2D(Relu(Conv2D(hidden, w2, bias: b2)), 2).Reshape(64, -1);
            return Linear(Relu(Linear(hidden, w3, b3)), w4, b4);
        });
    }

    /// <summary>Batch normalization of 64 images of 26 x 26 pixels with 32 channels, forward and backward.</summary>
    public static Action BatchNormalized()
    {
        var (gain, offset) = (new Variable(Ones(32)), new Variable(Zeros(32)));
        var x = RandomNormal([64, 26, 26, 32], seed: 1);
        var dy = RandomNormal(x.Shape, seed: 2);
        return () =>
        {
            using var tape = new GradientTape();
            tape.Watch(x);
            tape.Gradient(BatchNorm(x, gain, offset), [x, gain, offset], dy);
        };
    }

    /// <summary>A dense layer without its function on many rows, recorded by nobody.</summary>
    public static Action Biased()
    {
        var (x, w, b) = (RandomUniform([65536, 64], seed: 1), RandomUniform([64, 64], seed: 2), RandomUniform([64], seed: 3));
        return () => Linear(x, w, b).Dispose();
    }

    /// <summary>128 units over 50 steps of 32 features, a dense layer of 10 on the last state, batch 32, Adam.</summary>
    public static Action Lstm()
    {
        const int Features = 32, Units = 128;
        var kernel = new Variable(RandomNormal([Features, 4 * Units], stddev: 0.1, seed: 1));
        var recurrent = new Variable(RandomNormal([Units, 4 * Units], stddev: 0.1, seed: 2));
        var bias = new Variable(Zeros(4 * Units));
        var (weight, offset) = Layer(Units, 10);
        var x = RandomNormal([32, 50, Features], seed: 3);
        return Classify(Labels(32), [kernel, recurrent, bias, weight, offset], () => Linear(Tensor.Lstm(x, kernel, recurrent, bias).Hidden, weight, offset));
    }

    /// <summary>The digits network through Fit, with its shuffled batches and its measures.</summary>
    public static Action DigitsFit() => Fitted(32, new Sequential([new Input([400]), new Dense(25, "relu"), new Dense(15, "relu"), new Dense(10)]));

    /// <summary>The large dense network through Fit.</summary>
    public static Action MlpFit() => Fitted(128, new Sequential([new Input([784]), new Dense(512, "relu"), new Dense(512, "relu"), new Dense(10)]));

    /// <summary>The convolutional network through Fit.</summary>
    public static Action CnnFit() => Fitted(64, new Sequential([
        new Input([28, 28, 1]), new Conv2D(32, 3, activation: "relu"), new MaxPooling2D(2), new Conv2D(64, 3, activation: "relu"), new MaxPooling2D(2),
        new Flatten(), new Dense(128, "relu"), new Dense(10)]));

    /// <summary>The recurrent network through Fit.</summary>
    public static Action LstmFit() => Fitted(32, new Sequential([new Input([50, 32]), new LSTM(128), new Dense(10)]));

    /// <summary>Batches in one call of Fit.</summary>
    public const int BatchesPerFit = 20;

    private static Action Fitted(int batch, Sequential model)
    {
        model.Compile(new Adam(Rate, epsilon: 1e-8), new SparseCategoricalCrossentropy(fromLogits: true), ["accuracy"]);
        var count = batch * BatchesPerFit;
        var x = RandomUniform(Shape.Of([count, .. model.Layers[0].InputShape!]), seed: 1);
        var y = RandomInteger([count], 0, 10, seed: 2);
        return () => model.Fit(x, y, batch, verbose: 0);
    }

    private static Action Sigmoids(Tensor x, Tensor y, int hidden)
    {
        var (w1, b1) = Layer(x.Shape[1], hidden);
        var (w2, b2) = Layer(hidden, y.Shape[1]);
        return () =>
        {
            using var tape = new GradientTape();
            var output = Sigmoid(Linear(Sigmoid(Linear(x, w1, b1)), w2, b2));
            Descend(tape, SquaredDifference(output, y).Mean(), w1, b1, w2, b2);
        };
    }

    // ReLU between layers.
    private static Action Perceptron(int batch, params int[] sizes)
    {
        var layers = sizes.Zip(sizes[1..], Layer).ToArray();
        Variable[] parameters = [.. layers.SelectMany(layer => new[] { layer.Weight, layer.Bias })];
        var x = RandomUniform([batch, sizes[0]], seed: 1);
        return Classify(Labels(batch), parameters, () =>
        {
            var logits = Linear(x, layers[0].Weight, layers[0].Bias);
            foreach (var (weight, bias) in layers.AsSpan(1))
            {
                logits = Linear(Relu(logits), weight, bias);
            }
            return logits;
        });
    }

    // Softmax cross-entropy from logits, Adam.
    private static Action Classify(Tensor y, Variable[] parameters, Func<Tensor> logits)
    {
        var adam = new Adam(Rate, epsilon: 1e-8);
        return () =>
        {
            using var tape = new GradientTape();
            var loss = SoftmaxCrossEntropy(y, logits()).Mean();
            adam.Apply(parameters, tape.Gradient(loss, parameters));
        };
    }

    private static (Variable Weight, Variable Bias) Layer(int inputs, int outputs) =>
        (new Variable(RandomNormal([inputs, outputs], stddev: 0.1, seed: inputs + outputs)), new Variable(Zeros(outputs)));

    private static Tensor Labels(int count) => OneHot(RandomInteger([count], 0, 10, seed: 2), depth: 10);

    private static void Descend(GradientTape tape, Tensor loss, Variable w1, Variable b1, Variable w2, Variable b2)
    {
        var gradients = tape.Gradient(loss, [w1, b1, w2, b2]);
        w1.AssignSub(Rate * gradients[0]!);
        b1.AssignSub(Rate * gradients[1]!);
        w2.AssignSub(Rate * gradients[2]!);
        b2.AssignSub(Rate * gradients[3]!);
    }
}
