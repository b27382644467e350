using static Autograd.Tensor;

namespace Autograd.Ilgpu.Tests;

/// <summary>Choosing devices, moving between them, and what goes wrong.</summary>
public class DeviceTests
{
    public static TheoryData<string> Names => [.. Devices.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_device_is_the_same_every_time(string name) => Assert.Same(Device.Gpu(name), Device.Gpu(name));

    [Theory]
    [InlineData("cuda:99")]
    [InlineData("opencl:99")]
    [InlineData("simulator:3")]
    [InlineData("simulator:x")]
    [InlineData("tpu")]
    [InlineData("")]
    public void A_device_that_is_not_there_is_refused_by_name(string name)
    {
        var message = Assert.Throws<DeviceException>(() => Device.Gpu(name)).Message;
        Assert.Contains($"\"{name}\"", message, StringComparison.Ordinal);
        Assert.Contains("simulator", message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_come_back_as_they_went(string name)
    {
        var device = Device.Gpu(name);
        Tensor[] values =
        [
            From(new[] { 1.5f, float.NaN, -0f, float.PositiveInfinity }), From(new[] { 0.1, double.Epsilon }), From(new[] { 1, int.MinValue }),
            From(new[] { 1, long.MaxValue }), From(new[] { true, false, true }), 2.5, Zeros([0, 3]), Arange(24).Reshape(2, 3, 4).Permute(2, 0, 1), Arange(6).Flip(0),
        ];
        foreach (var x in values)
        {
            var there = x.To(device);
            Assert.Equal(device, there.Device);
            var back = there.To(Device.Cpu);
            Assert.Equal(Device.Cpu, back.Device);
            Assert.Equal(x.ToString(), back.ToString());
            Assert.Equal(x.ToString(), there.ToString());
            Assert.Equal(device, there.To(device).Device);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_pass_from_device_to_device(string name)
    {
        var x = From(new[] { 1.0, 2.0, 3.0 });
        using var tape = new GradientTape();
        tape.Watch(x);
        var there = x.To(Device.Gpu(name));
        var y = (there * there).To(Device.Cpu) * x;
        Assert.Equal([3.0, 12.0, 27.0], tape.Gradient(y.Sum(), x)!.ToArray<double>());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void New_tensors_are_made_on_the_default_device(string name)
    {
        var device = Device.Gpu(name);
        var made = Devices.On(device, () => new[]
        {
            Zeros([2]), Ones([2]), Full([2], 3), Eye(2), Arange(3), Arange(0, 1, 0.25), Linspace(0, 1, 3), From(new[] { 1f, 2 }), new[] { 1.0, 2 }, OneHot(new[] { 0, 1 }, 2),
            RandomUniform([2]), RandomNormal([2]), RandomTruncatedNormal([2]), RandomInteger([2], 0, 5), RandomPermutation(4), new Variable(0.5), new Variable(new[] { 1f }),
        });
        Assert.All(made, x => Assert.Equal(device, x.Device));
        Assert.Equal(Device.Cpu, Zeros([1]).Device);
    }

    private static readonly Dictionary<string, (Func<Metric> Make, bool IsOfClasses)> s_metrics = new()
    {
        ["confusion matrix"] = (() => new ConfusionMatrix(3), true),
        ["mean IoU"] = (() => new MeanIoU(3), true),
        ["IoU"] = (() => new IoU(3, [0, 2], ignoreClass: 1), true),
        ["AUC"] = (() => new AUC(), false),
        ["AUC of thresholds"] = (() => new AUC(thresholds: [0.3, 0.6]), false),
        ["AUC of precision"] = (() => new AUC(curve: "PR"), false),
        ["AUC of labels"] = (() => new AUC(multiLabel: true, labelWeights: [1, 2]), false),
        ["AUC of weighted labels"] = (() => new AUC(labelWeights: [1, 2]), false),
        ["precision"] = (() => new Precision([0.3, 0.6]), false),
        ["recall of the best"] = (() => new Recall(topK: 1), false),
        ["precision at recall"] = (() => new PrecisionAtRecall(0.5), false),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Metrics_gather_where_the_values_are(string name)
    {
        var device = Device.Gpu(name);
        var (labels, scores) = (From(new[,] { { 1, 0 }, { 0, 1 }, { 1, 1 } }), From(new[,] { { 0.9f, 0.2f }, { 0.6f, 0.5f }, { 0.4f, 0.7f } }));
        var (classes, found) = (From(new[] { 0, 1, 2, 1 }), From(new[] { 0, 2, 2, 1 }));
        foreach (var (what, (make, isOfClasses)) in s_metrics)
        {
            foreach (var weighted in new[] { false, true })
            {
                var (here, there) = (make(), make());
                var (yTrue, yPred) = isOfClasses ? (classes, found) : (labels, scores);
                var weights = weighted ? From(isOfClasses ? new[] { 1f, 2, 3, 4 } : [1f, 2, 3]) : null;
                for (var i = 0; i < 2; i++)
                {
                    here.Update(yTrue, yPred, weights);
                    there.Update(yTrue.To(device), yPred.To(device), weights?.To(device));
                }
                var result = there.Result();
                Assert.True(device == result.Device, what);
                Assert.Equal(here.Result().Cast(DType.Float64).ToArray<double>(), result.Cast(DType.Float64).To(Device.Cpu).ToArray<double>(), (x, y) => Math.Abs(x - y) < 1e-12);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Numbers_go_where_they_are_needed(string name)
    {
        var device = Device.Gpu(name);
        var x = From(new[] { 1f, -2f }).To(device);
        foreach (var y in new[] { 2 * x, x + 1L, 0.5 - x, Maximum(x, 0), Where(x > 0, x, 0), Where(x > 0, 1.0, 0.0), x / 3.0 })
        {
            Assert.Equal(device, y.Device);
        }
        Assert.Equal(DType.Float32, (0.5 * x).DType);
        Assert.Equal(DType.Float64, (x.Cast(DType.Float64) * 2).DType);
        Assert.Equal([2.0, -1.0], (x.Cast(DType.Int64) + 1).Cast(DType.Float64).ToArray<double>());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Refusals_are_typed_and_the_device_goes_on(string name)
    {
        var device = Device.Gpu(name);
        var here = From(new[] { 1f, 2, 3 });
        var there = here.To(device);
        var disposed = here.To(device);
        disposed.Dispose();
        Action[] mistakes =
        [
            () => _ = here + there,
            () => _ = MatMul(here.Reshape(1, 3), there.Reshape(3, 1)),
            () => _ = Concat([here, there]),
            () => _ = disposed + 1,
            () => disposed.ToArray<float>(),
            () => there.Take(new[] { 0, 3 }),
            () => there.Take(new[] { -1 }),
            () => Map(new Branching(true), there),
            () => Map(new Throwing(), there),
        ];
        Type[] types =
        [
            typeof(DeviceException), typeof(DeviceException), typeof(DeviceException), typeof(ObjectDisposedException), typeof(ObjectDisposedException), typeof(ValueException),
            typeof(ValueException), typeof(DeviceException), typeof(DeviceException),
        ];
        for (var i = 0; i < types.Length; i++)
        {
            Assert.Throws(types[i], mistakes[i]);
            Assert.Equal([2f, 4, 6], (there * 2).ToArray<float>());
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_highest_derivative_of_digamma_has_no_gradient(string name)
    {
        var x = From(new[] { 1.0, -0.5 }).To(Device.Gpu(name));
        using var tape = new GradientTape(persistent: true);
        tape.Watch(x);
        var (last, before) = (Polygamma(20, x), Polygamma(19, x));
        Assert.Throws<ValueException>(() => tape.Gradient(last, x));
        Assert.True(AllClose(last.To(Device.Cpu), tape.Gradient(before, x)!.To(Device.Cpu), 1e-13));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void More_memory_than_there_is_is_refused(string name)
    {
        var device = Device.Gpu(name);
        var held = new List<Tensor>();
        // Nothing is written to the memory, so that none of it is really taken where the device is this machine.
        void TakeAll()
        {
            while (true)
            {
                held.Add(device.Backend.AllocateTensor(DType.Float64, [1 << 28]));
            }
        }
        var message = Assert.Throws<TensorMemoryException>(TakeAll).Message;
        Assert.Contains(name, message, StringComparison.Ordinal);
        held.ForEach(x => x.Dispose());
        device.TrimMemory();
        Assert.Equal([2f], (From(new[] { 1f }).To(device) * 2).ToArray<float>());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Memory_comes_back_without_dispose(string name)
    {
        var device = Device.Gpu(name);
        var w = new Variable(RandomNormal([64, 64], seed: 1).To(device));
        var x = RandomNormal([32, 64], seed: 2).To(device);
        void Step()
        {
            using var tape = new GradientTape();
            var loss = Square(Tanh(MatMul(x, w))).Mean();
            w.AssignSub(0.01 * tape.Gradient(loss, w)!);
        }
        long InUse()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return device.Memory.InUse;
        }
        Step();
        var before = InUse();
        for (var i = 0; i < 20; i++)
        {
            Step();
        }
        Assert.InRange(InUse(), 0, before + (64 << 10));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Transfers_hold_still_while_the_collector_moves_things(string name)
    {
        var device = Device.Gpu(name);
        var done = false;
        var collecting = new Thread(() =>
        {
            while (!Volatile.Read(ref done))
            {
                GC.Collect(0);
            }
        });
        collecting.Start();
        for (var i = 1; i <= 5000; i++)
        {
            Assert.Equal([i, 2 * i], From(new[] { i, 2 * i }).To(device).ToArray<int>());
        }
        Volatile.Write(ref done, true);
        collecting.Join();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Threads_share_a_device(string name)
    {
        var device = Device.Gpu(name);
        var x = RandomNormal([50, 20], seed: 1).To(device);
        var expected = (MatMul(x, x, transposeY: true) + 1).Sum().Item();
        Parallel.For(0, 8, _ => Assert.Equal(expected, (MatMul(x, x, transposeY: true) + 1).Sum().Item()));
    }

    private readonly record struct Branching(bool Up) : IUnaryOp
    {
        public T Of<T>(T x) where T : struct, IReal<T> => Up ? x : -x;

        public T Slope<T>(T x, T y) where T : struct, IReal<T> => Up ? T.One : -T.One;
    }

    private readonly record struct Throwing : IUnaryOp
    {
        public T Of<T>(T x) where T : struct, IReal<T> => Environment.ProcessorCount > 0 ? throw new InvalidOperationException() : x;

        public T Slope<T>(T x, T y) where T : struct, IReal<T> => x;
    }
}
