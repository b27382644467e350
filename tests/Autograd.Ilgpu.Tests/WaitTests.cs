using Autograd.Backends.Ilgpu;
using static Autograd.Tensor;

namespace Autograd.Ilgpu.Tests;

/// <summary>A device works on while the program goes on: who waits for it, and how often.</summary>
public class WaitTests
{
    public static TheoryData<string> Names => [.. Devices.Names];

    private static long Waits(Device device, Action work)
    {
        var backend = (IlgpuBackend)device.Backend;
        var before = backend.Waits;
        Devices.On(device, () =>
        {
            work();
            return 0;
        });
        return backend.Waits - before;
    }

    private static Sequential Classifier() => new([
        new Dense(8, activation: "relu", kernelRegularizer: "l2", inputShape: [6]),
        new BatchNormalization(),
        new Dropout(0.25),
        new Dense(3, kernelConstraint: new MaxNorm(2)),
    ]);

    [Theory]
    [MemberData(nameof(Names))]
    public void Fit_waits_once_an_epoch(string name)
    {
        var device = Device.Gpu(name);
        Devices.On(device, () =>
        {
            var x = RandomNormal([48, 6], seed: 1);
            foreach (var y in new[] { RandomInteger([48], 0, 3, seed: 2), RandomInteger([48], 0, 3, seed: 2).Cast(DType.Float32) })
            {
                var model = Classifier();
                model.Compile("adam", new SparseCategoricalCrossentropy(fromLogits: true), metrics: ["accuracy", "sparse_categorical_crossentropy"]);
                model.Fit(x, y, batchSize: 48, verbose: 0);
                Assert.Equal(3, Waits(device, () => model.Fit(x, y, batchSize: 24, epochs: 3, verbose: 0)));
                Assert.Equal(3, Waits(device, () => model.Fit(x, y, batchSize: 6, epochs: 3, verbose: 0)));
                Assert.Equal(1, Waits(device, () => model.Evaluate(x, y, batchSize: 6, verbose: 0)));
                Assert.Equal(0, Waits(device, () => model.PredictOnBatch(x)));
                Assert.Equal(1, Waits(device, () => model.TrainOnBatch(x, y)));
                var batches = Dataset.From(x, y).Shuffle(48).Batch(6);
                model.Fit(batches, verbose: 0);
                Assert.Equal(3, Waits(device, () => model.Fit(batches, epochs: 3, verbose: 0)));
            }
            return 0;
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_loop_of_ones_own_waits_for_nothing(string name)
    {
        var device = Device.Gpu(name);
        Devices.On(device, () =>
        {
            var (x, y) = (RandomNormal([48, 6], seed: 1), From(Enumerable.Range(0, 48).Select(i => i % 3).ToArray()));
            var (model, optimizer, loss) = (Classifier(), new Adam(), new SparseCategoricalCrossentropy(fromLogits: true));
            var (mean, accuracy) = (new Mean(), new SparseCategoricalAccuracy());
            void Epoch()
            {
                for (var start = 0; start < 48; start += 16)
                {
                    var (images, labels) = (x[start..(start + 16)], y[start..(start + 16)]);
                    using var tape = new GradientTape();
                    var predictions = model.Apply(images, training: true);
                    var value = loss.Apply(labels, predictions);
                    optimizer.Apply(model.TrainableWeights, tape.Gradient(value, model.TrainableWeights));
                    mean.Update(value);
                    accuracy.Update(labels, predictions);
                }
            }
            Assert.Equal(0, Waits(device, Epoch));
            Assert.Equal(0, Waits(device, Epoch));
            Assert.Equal(1, Waits(device, () => mean.Result().Item()));
            return 0;
        });
    }

    public static TheoryData<string, string> Optimizers()
    {
        var rows = new TheoryData<string, string>();
        foreach (var name in Devices.Names)
        {
            foreach (var optimizer in s_optimizers.Keys)
            {
                rows.Add(name, optimizer);
            }
        }
        return rows;
    }

    private static readonly Dictionary<string, Func<Optimizer>> s_optimizers = new()
    {
        ["SGD, momentum"] = () => new SGD(0.1, momentum: 0.9, nesterov: true, clipNorm: 0.5),
        ["Adam, all options"] = () => new Adam(0.1, amsgrad: true, weightDecay: 0.01, globalClipNorm: 0.5, useEma: true, emaOverwriteFrequency: 2, gradientAccumulationSteps: 2),
        ["AdamW of PyTorch"] = () => new AdamW(0.1, weightDecay: 0.01, globalClipNorm: 0.5, convention: Convention.Torch),
        ["Adamax"] = () => new Adamax(0.1, clipValue: 0.1),
        ["Nadam"] = () => new Nadam(0.1),
        ["RMSprop"] = () => new RMSprop(0.1, momentum: 0.9, centered: true),
        ["Adagrad"] = () => new Adagrad(0.1),
        ["Adadelta"] = () => new Adadelta(0.1),
        ["Adafactor"] = () => new Adafactor(0.1),
        ["Lamb"] = () => new Lamb(0.1, clipNorm: 2),
        ["Lion"] = () => new Lion(0.1),
        ["Ftrl"] = () => new Ftrl(0.1),
    };

    /// <summary>Clipping keeps norms on the device, so the values are compared too; the last gradient overflows float32 when it is squared.</summary>
    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Optimizers_wait_for_nothing(string name, string optimizer)
    {
        var device = Device.Gpu(name);
        Tensor[] start = [RandomNormal([5, 4], seed: 1), RandomNormal([4], seed: 2)];
        Tensor[][] gradients = [[RandomNormal([5, 4], seed: 3), RandomNormal([4], seed: 4)], [Zeros([5, 4]), RandomNormal([4], seed: 5)], [RandomNormal([5, 4], seed: 6), 1e25 * Ones([4])]];
        var clips = s_optimizers[optimizer]() is { } options && (options.ClipNorm ?? options.GlobalClipNorm ?? options.ClipValue) is not null;
        var results = new List<Tensor[]>();
        foreach (var place in new[] { Device.Cpu, device })
        {
            var rule = Devices.On(place, s_optimizers[optimizer]);
            var variables = Array.ConvertAll(start, x => new Variable(x.To(place)));
            var there = Array.ConvertAll(gradients, step => Array.ConvertAll(step, x => x.To(place)));
            var waits = Waits(device, () =>
            {
                for (var step = 0; step < (clips ? 3 : 2); step++)
                {
                    rule.Apply(variables, there[step]);
                }
            });
            Assert.Equal(0, waits);
            results.Add(Array.ConvertAll(variables, x => x.To(Device.Cpu)));
        }
        for (var i = 0; i < start.Length; i++)
        {
            Assert.True(AllClose(results[0][i], results[1][i], 1e-5, 1e-6), $"{results[0][i]} and {results[1][i]}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_gradient_that_is_no_number_shows(string name)
    {
        var device = Device.Gpu(name);
        var weights = new Variable(Ones([3]).To(device));
        new SGD(0.1, globalClipNorm: 1).Apply([weights], [From(new[] { 1f, float.PositiveInfinity, 0 }).To(device)]);
        Assert.Equal([float.NaN, float.NaN, float.NaN], weights.ToArray<float>());
    }

    // ---- positions and classes ----

    [Theory]
    [MemberData(nameof(Names))]
    public void Positions_are_looked_at_once(string name)
    {
        var device = Device.Gpu(name);
        var table = Arange(12).Cast(DType.Float64).Reshape(4, 3).To(device);
        var sent = From(new[] { 3, 0, 1 }).To(device);
        Assert.Equal(0, Waits(device, () => table.Take(sent)));
        Assert.Equal(0, Waits(device, () => table.Take(sent[1..]).Take(table.ArgMax(1), axis: 1)));
        var computed = sent + 0;
        Assert.Equal(1, Waits(device, () => table.Take(computed)));
        Assert.Equal(0, Waits(device, () => table.Take(computed[..2])));
        Assert.Equal(1, Waits(device, () => table.Take(computed[1..], axis: 1))); // fewer columns than rows, and a 3 lies in the same memory
        Assert.Equal([9.0, 10, 11, 0, 1, 2, 3, 4, 5], table.Take(computed).ToArray<double>());
        // What is out of range elsewhere in the same memory is not meant.
        var mixed = From(new[] { 1, 7, 2 }).To(device);
        Assert.Throws<ValueException>(() => table.Take(mixed));
        Assert.Equal([6.0, 7, 8], table.Take(mixed[2..]).ToArray<double>());
        Assert.Contains("index 7 ", Assert.Throws<ValueException>(() => table.Take(mixed[..2])).Message, StringComparison.Ordinal);
        // How many are true is the shape of the result.
        var mask = table > 4;
        Assert.Equal(1, Waits(device, () => mask.NonZero()));
        Assert.Equal(1, Waits(device, () => _ = table[mask]));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Measures_wait_for_nothing(string name)
    {
        var device = Device.Gpu(name);
        Devices.On(device, () =>
        {
            var (classes, scores) = (From(new[] { 0, 2, 1, 1 }), Softmax(RandomNormal([4, 3], seed: 1)));
            var answers = OneHot(classes, 3);
            foreach (var metric in new Metric[] { "accuracy", "auc", "precision", "f1_score", "top_k_categorical_accuracy", "kl_divergence", "rmse", "hinge" })
            {
                Assert.Equal(0, Waits(device, () => metric.Update(answers, scores)));
            }
            foreach (var metric in new Metric[] { "accuracy", new ConfusionMatrix(3), "sparse_top_k_categorical_accuracy" })
            {
                Assert.Equal(0, Waits(device, () => metric.Update(classes, scores)));
            }
            Assert.Equal(0, Waits(device, () => new MeanIoU(3).Update(classes, scores.ArgMax(-1))));
            var (beside, farOff) = (From(new[] { 0, -1, 1, 1 }), From(new[] { 0, 255, 1, 1 }));
            Assert.Equal(0, Waits(device, () => new SparseCategoricalCrossentropy(ignoreClass: -1).Apply(beside, scores)));
            Assert.Equal(1, Waits(device, () => new SparseCategoricalCrossentropy(ignoreClass: 255).Apply(farOff, scores)));
            Assert.Equal(0, Waits(device, () => _ = classes % 2));
            return 0;
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_was_known_of_a_variable_is_forgotten_when_it_changes(string name)
    {
        var device = Device.Gpu(name);
        var table = Arange(12).Cast(DType.Float64).Reshape(4, 3).To(device);
        var places = new Variable(From(new[] { 3, 0 }).To(device), trainable: false);
        Assert.Equal([9.0, 10, 11, 0, 1, 2], table.Take(places).ToArray<double>());
        places.AssignAdd(1);
        Assert.Throws<ValueException>(() => table.Take(places));
        places.Assign(From(new[] { 1, 1 }).To(device));
        Assert.Equal([3.0, 4, 5, 3, 4, 5], table.Take(places.Value).ToArray<double>());
        places.Assign(From(new[] { -1, 1 }).To(device));
        Assert.Throws<ValueException>(() => table.Take(places.Value));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Classes_are_checked_where_they_are(string name)
    {
        var device = Device.Gpu(name);
        var scores = RandomNormal([4, 3], seed: 1);
        double Loss(Tensor classes, int? ignored, Device place) =>
            new SparseCategoricalCrossentropy(fromLogits: true, ignoreClass: ignored).Apply(classes.To(place), scores.To(place)).Item();
        Tensor[] good = [From(new[] { 0, 2, 1, 1 }), From(new[] { 0.0, 2, 1, 1 }), From(new[] { 0f, 2, 1, 1 }).Reshape(4, 1), From(new[] { true, false, true, true })];
        foreach (var classes in good)
        {
            Assert.Equal(Loss(classes, null, Device.Cpu), Loss(classes, null, device), 1e-6);
        }
        foreach (var (classes, ignored) in new[] { (From(new[] { 0, -1, 1, 2 }), -1), (From(new[] { 0, 3, 1, 2 }), 3), (From(new[] { 0, 255, 1, 2 }), 255), (From(new[] { 0, 1, 1, 2 }), 1) })
        {
            Assert.Equal(Loss(classes, ignored, Device.Cpu), Loss(classes, ignored, device), 1e-6);
        }
        Tensor[] bad = [From(new[] { 0, 3, 1, 1 }), From(new[] { 0, -1, 1, 1 }), From(new[] { 0, 1.5, 1, 1 }), From(new[] { 0, double.NaN, 1, 1 }), From(new[] { 0, double.PositiveInfinity, 1, 1 })];
        foreach (var classes in bad)
        {
            Assert.Equal(Assert.Throws<ValueException>(() => Loss(classes, null, Device.Cpu)).Message, Assert.Throws<ValueException>(() => Loss(classes, null, device)).Message);
        }
    }

    // ---- transfers ----

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_are_sent_without_waiting(string name)
    {
        var device = Device.Gpu(name);
        var small = RandomNormal([1000], seed: 1);
        Assert.Equal(0, Waits(device, () => (small.To(device) + small.To(device)).Dispose()));
        // More than the memory through which they go holds, in pieces that do not divide it; and one that is too large for it.
        var batches = Enumerable.Range(0, 40).Select(i => RandomNormal([700_000 + i], seed: i)).ToArray();
        var sums = Array.ConvertAll(batches, x => x.Sum().Item());
        var there = new Tensor[batches.Length];
        var waits = Waits(device, () =>
        {
            for (var i = 0; i < batches.Length; i++)
            {
                there[i] = batches[i].To(device);
                batches[i].Dispose();
            }
        });
        Assert.InRange(waits, 1, 4);
        Assert.All(there.Zip(sums), pair => Assert.Equal(pair.Second, pair.First.To(Device.Cpu).Sum().Item()));
        var large = Arange(0, 3_000_000, 1, DType.Float32);
        Assert.Equal(1, Waits(device, () => there[0] = large.To(device)));
        Assert.Equal(large.Sum().Item(), there[0].To(Device.Cpu).Sum().Item());
    }

    [Fact]
    public void A_driver_that_fails_says_so()
    {
        foreach (var name in Devices.Names.Where(name => name.StartsWith("opencl", StringComparison.Ordinal)))
        {
            var device = Device.Gpu(name);
            var x = From(new[] { 1f, 2 }).To(device);
            // Memory that is the driver's no more, as after a failure; nobody else is to get it.
            var backend = (IlgpuBackend)device.Backend;
            var lost = backend.Accelerator.Allocate1D<byte>(8);
            var memory = new DeviceMemory(backend, backend.Memory, lost, 2);
            lost.Dispose();
            var broken = new Tensor(memory, DType.Float32, [2], null, 0, memory);
            Assert.Contains(name, Assert.Throws<DeviceException>(() => broken.ToArray<float>()).Message, StringComparison.Ordinal);
            memory.Escape();
            Assert.Equal([2f, 4], (x * 2).ToArray<float>());
        }
    }
}
