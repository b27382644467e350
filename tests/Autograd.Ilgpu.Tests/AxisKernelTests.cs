using static Autograd.Tensor;

namespace Autograd.Ilgpu.Tests;

/// <summary>Kernels along an axis against the processor: values and first gradients, at sizes on either side of every choice between kernels.</summary>
public class AxisKernelTests
{
    public static TheoryData<string, string> Rows()
    {
        var rows = new TheoryData<string, string>();
        foreach (var device in Devices.Names)
        {
            foreach (var name in s_rows.Keys)
            {
                rows.Add(device, name);
            }
        }
        return rows;
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Values_and_gradients_are_those_of_the_processor(string device, string name)
    {
        var row = s_rows[name];
        var expected = Run(Device.Cpu, row);
        var actual = Run(Device.Gpu(device), row);
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            var what = i == 0 ? "value" : $"gradient {i - 1}";
            Assert.Equal(expected[i].Shape, actual[i].Shape);
            Assert.Equal(expected[i].DType, actual[i].DType);
            var (wanted, got) = (expected[i].Cast(DType.Float64).ToArray<double>(), actual[i].Cast(DType.Float64).ToArray<double>());
            for (var k = 0; k < wanted.Length; k++)
            {
                // The same infinities and NaN; for a tolerance of 0 the same bits, but for the sign of 0.
                var isClose = wanted[k].Equals(got[k]) || Math.Abs(wanted[k] - got[k]) <= row.Tolerance * Math.Max(1, Math.Abs(wanted[k]));
                Assert.True(isClose, $"{name}: {what}[{k}] is {got[k]:R}, not {wanted[k]:R}");
            }
        }
    }

    /// <summary>The result of a row, and the gradients of its floating inputs, all on the processor.</summary>
    private static Tensor[] Run(Device device, Row row)
    {
        var inputs = row.Inputs.Select(input => input().To(device)).ToArray();
        var watched = inputs.Where(input => input.DType.IsFloating()).ToArray();
        using var tape = new GradientTape();
        foreach (var input in watched)
        {
            tape.Watch(input);
        }
        var y = row.Of(inputs);
        Assert.Equal(device, y.Device);
        var gradients = Array.Empty<Tensor>();
        if (row.HasGradient && y.DType.IsFloating() && y.Size > 0)
        {
            var weights = RandomUniform(y.Shape, -1, 1, seed: 99, dtype: y.DType).To(device);
            gradients = [.. tape.Gradient((y * weights).Sum(), watched).Select(gradient => gradient!)];
        }
        return [y.To(Device.Cpu), .. gradients.Select(gradient => gradient.To(Device.Cpu))];
    }

    private sealed record Row(double Tolerance, Func<Tensor[], Tensor> Of, params Func<Tensor>[] Inputs)
    {
        public bool HasGradient { get; init; } = true;
    }

    private const double Exact = 0;

    private static readonly Dictionary<string, Row> s_rows = Table();

    private static Dictionary<string, Row> Table()
    {
        var rows = new Dictionary<string, Row>();
        foreach (var dtype in new[] { DType.Float32, DType.Float64 })
        {
            AddIndexing(rows, dtype);
            AddRows(rows, dtype);
            AddRandom(rows, dtype);
            AddOrder(rows, dtype);
            AddScans(rows, dtype);
        }
        foreach (var dtype in new[] { DType.Int32, DType.Int64 })
        {
            foreach (var n in new[] { 1, 31, 1000 })
            {
                rows.Add($"RandomInteger {dtype} [{n}]", new(Exact, x => Drawn(x[0], () => RandomInteger([n], -5, 1000, seed: 3, dtype)), () => Zeros([1])));
                rows.Add($"CumSum {dtype} [{n}]", new(Exact, x => x[0].CumSum(), () => RandomInteger([n], -9, 9, seed: 3, dtype)));
                rows.Add($"ArgMax {dtype} [{n}]", new(Exact, x => x[0].ArgMax(), () => RandomInteger([n], -9, 9, seed: 3, dtype)));
                rows.Add($"ArgSort {dtype} [{n}]", new(Exact, x => x[0].ArgSort(), () => RandomInteger([n], -9, 9, seed: 3, dtype)));
                rows.Add($"ScatterAdd {dtype} [{n}]", new(Exact, x => x[0].ScatterAdd(x[1], x[0]), () => RandomInteger([n], -9, 9, seed: 3, dtype), Indices(n, [n])));
            }
            rows.Add($"CumProd {dtype}", new(Exact, x => x[0].CumProd(1), () => RandomInteger([2, 5000], -9, 9, seed: 3, dtype)));
        }
        rows.Add("RandomInteger of a wide range", new(Exact, x => Drawn(x[0], () => RandomInteger([100], -(1L << 53), 1L << 53, seed: 3)), () => Zeros([1])));
        rows.Add("ArgSort of the ends of int64", new(Exact, x => x[0].ArgSort(descending: true), () => From<long>([0, long.MaxValue, long.MinValue, -1, long.MaxValue, long.MinValue, 1])));
        foreach (var n in new[] { 0, 1, 64, 65, 20000 })
        {
            rows.Add($"NonZero [{n}]", new(Exact, x => x[0].NonZero(), () => RandomUniform([n], seed: 1) > 0.7));
        }
        rows.Add("NonZero of nothing true", new(Exact, x => x[0].NonZero(), () => Zeros([300], DType.Bool)));
        rows.Add("NonZero [7, 30]", new(Exact, x => x[0].NonZero(), () => RandomUniform([7, 30], seed: 1) > 0.3));
        rows.Add("ArgSort bool", new(Exact, x => x[0].ArgSort(), () => RandomUniform([3, 99], seed: 1) > 0.3));
        rows.Add("Take bool", new(Exact, x => x[0].Take(x[1], 1), () => RandomUniform([3, 9, 5], seed: 1) > 0.3, Indices(9, [4])));
        return rows;
    }

    // The 1000 are few columns with long lists, for which positions are sorted.
    private static void AddIndexing(Dictionary<string, Row> rows, DType dtype)
    {
        foreach (var m in new[] { 1, 16, 255, 257, 1000, 3000 })
        {
            rows.Add($"Take {dtype} {m}", new(Exact, x => x[0].Take(x[1], 1), Normal([2, 7, 3], dtype), Indices(7, [m])));
            rows.Add($"Take of a vector {dtype} {m}", new(Exact, x => x[0].Take(x[1]), Normal([500], dtype), Indices(500, [m])));
            rows.Add($"ScatterAdd {dtype} {m}", new(Exact, x => x[0].ScatterAdd(x[1], x[2], 1), Normal([2, 7, 3], dtype), Indices(7, [m]), Normal([2, m, 3], dtype)));
            rows.Add($"TakeAlongAxis {dtype} {m}", new(Exact, x => x[0].TakeAlongAxis(x[1], 1), Normal([2, 7, 3], dtype), Indices(7, [2, m, 3])));
            rows.Add($"ScatterAddAlongAxis {dtype} {m}", new(Exact, x => x[0].ScatterAddAlongAxis(x[1], x[2], 1), Normal([2, 7, 3], dtype), Indices(7, [2, m, 3]), Normal([2, m, 3], dtype)));
        }
        rows.Add($"Take with many columns {dtype}", new(Exact, x => x[0].Take(x[1], 1), Normal([130, 3, 130], dtype), Indices(3, [4])));
        rows.Add($"Take of a transpose {dtype}", new(Exact, x => x[0].T.Take(x[1]), Normal([6, 9], dtype), Indices(9, [2, 5])));
    }

    private static void AddRows(Dictionary<string, Row> rows, DType dtype)
    {
        var tolerance = dtype == DType.Float32 ? 4e-6 : 1e-14;
        foreach (var (m, n) in new[] { (1, 1), (5, 1), (3, 10), (300, 3), (17, 16), (2, 100), (1, 1000), (4, 257), (1, 5000) })
        {
            rows.Add($"Softmax {dtype} [{m}, {n}]", new(tolerance, x => Softmax(x[0]), Normal([m, n], dtype)));
            rows.Add($"LogSoftmax {dtype} [{m}, {n}]", new(8 * tolerance, x => LogSoftmax(x[0]), Normal([m, n], dtype)));
            rows.Add($"SoftmaxCrossEntropy {dtype} [{m}, {n}] of classes", new(tolerance, x => SoftmaxCrossEntropy(x[1], x[0]), Normal([m, n], dtype), Indices(n, [m])));
            rows.Add($"SoftmaxCrossEntropy {dtype} [{m}, {n}]", new(8 * tolerance, x => SoftmaxCrossEntropy(Softmax(x[1]), x[0]), Normal([m, n], dtype), Normal([m, n], dtype)));
            rows.Add($"LayerNorm {dtype} [{m}, {n}]", new(32 * tolerance, x => LayerNorm(x[0], x[1], x[2]), Normal([m, n], dtype), Normal([n], dtype), Normal([n], dtype)));
            rows.Add($"RmsNorm {dtype} [{m}, {n}]", new(32 * tolerance, x => RmsNorm(x[0], x[1]), Normal([m, n], dtype), Normal([n], dtype)));
        }
        rows.Add($"BatchNorm {dtype}", new(32 * tolerance, x => BatchNorm(x[0], x[1], x[2]), Normal([70, 40], dtype), Normal([40], dtype), Normal([40], dtype)));
        rows.Add($"LayerNorm without gain {dtype}", new(32 * tolerance, x => LayerNorm(x[0]), Normal([6, 50], dtype)));
        rows.Add($"LayerNorm over two axes {dtype}", new(32 * tolerance, x => LayerNorm(x[0], axes: [0, 2]), Normal([6, 5, 40], dtype)));
        rows.Add($"Softmax of a middle axis {dtype}", new(tolerance, x => Softmax(x[0], 1), Normal([3, 70, 5], dtype)));
        rows.Add($"SoftmaxCrossEntropy of an impossible class {dtype}",
            new(tolerance, x => SoftmaxCrossEntropy(x[1], Where(x[1] > 0, x[0], double.NegativeInfinity)), Normal([1, 4], dtype), () => From([0.5, 0, 0.25, 0.25], [1, 4]).Cast(dtype)) { HasGradient = false });
        rows.Add($"Softmax of NaN {dtype}", new(tolerance, x => Softmax(x[0]), Special([3, 100], dtype)) { HasGradient = false });
    }

    private static void AddRandom(Dictionary<string, Row> rows, DType dtype)
    {
        var tolerance = dtype == DType.Float32 ? 1.2e-7 : 1e-15;
        foreach (var n in new[] { 1, 2, 5, 1000, 1023 })
        {
            rows.Add($"RandomUniform {dtype} {n}", new(Exact, x => Drawn(x[0], () => RandomUniform([n], seed: 5, dtype: dtype)), () => Zeros([1])) { HasGradient = false });
            rows.Add($"RandomNormal {dtype} {n}", new(4 * tolerance, x => Drawn(x[0], () => RandomNormal([n], 1, 2, seed: 5, dtype)), () => Zeros([1])) { HasGradient = false });
            rows.Add($"RandomTruncatedNormal {dtype} {n}", new(4 * tolerance, x => Drawn(x[0], () => RandomTruncatedNormal([n], 1, 2, seed: 5, dtype)), () => Zeros([1])) { HasGradient = false });
            rows.Add($"Dropped {dtype} {n}", new(Exact, x => Dropped(x[0], 0.3, seed: 5), Normal([n], dtype)));
        }
        rows.Add($"RandomUniform below an end {dtype}", new(Exact, x => Drawn(x[0], () => RandomUniform([4000], 1, 1.0000002, seed: 5, dtype: dtype)), () => Zeros([1])) { HasGradient = false });
        rows.Add($"Dropped all {dtype}", new(Exact, x => Dropped(x[0], 1, seed: 5), Normal([10], dtype)));
    }

    private static void AddOrder(Dictionary<string, Row> rows, DType dtype)
    {
        foreach (var n in new[] { 1, 2, 63, 64, 65, 1000, 1024, 1025, 3000, 5000 })
        {
            rows.Add($"ArgSort {dtype} {n}", new(Exact, x => x[0].ArgSort(), Special([2, n], dtype)));
            rows.Add($"ArgSort {dtype} {n} descending", new(Exact, x => x[0].ArgSort(descending: true), Special([2, n], dtype)));
            rows.Add($"ArgMax {dtype} {n}", new(Exact, x => x[0].ArgMax(), Rounded([n], dtype)));
            rows.Add($"ArgMin {dtype} {n}", new(Exact, x => x[0].ArgMin(), Rounded([n], dtype)));
            rows.Add($"ArgMax of special values {dtype} {n}", new(Exact, x => x[0].ArgMax(1), Special([3, n], dtype)));
            rows.Add($"ArgMin of special values {dtype} {n}", new(Exact, x => x[0].ArgMin(1), Special([3, n], dtype)));
        }
        rows.Add($"ArgMax of a middle axis {dtype}", new(Exact, x => x[0].ArgMax(1), Rounded([2, 2000, 3], dtype)));
        rows.Add($"ArgMax of the first axis {dtype}", new(Exact, x => x[0].ArgMax(0), Rounded([1100, 40], dtype)));
        rows.Add($"ArgMax of infinities {dtype}", new(Exact, x => x[0].ArgMax(), () => Full([300], double.NegativeInfinity, dtype)));
        rows.Add($"Sort {dtype}", new(Exact, x => x[0].Sort(), Normal([3, 700], dtype)));
        rows.Add($"Sort of the first axis {dtype}", new(Exact, x => x[0].Sort(0), Normal([100, 4], dtype)));
    }

    private static void AddScans(Dictionary<string, Row> rows, DType dtype)
    {
        var tolerance = dtype == DType.Float32 ? 1e-5 : 1e-13;
        foreach (var n in new[] { 1, 2, 255, 257, 5000 })
        {
            foreach (var reverse in new[] { false, true })
            {
                var way = reverse ? " reversed" : "";
                // Of small integers, which add up exactly in any order.
                rows.Add($"CumSum {dtype} {n}{way}", new(Exact, x => x[0].CumSum(1, reverse: reverse), Rounded([2, n, 3], dtype)) { HasGradient = false });
                rows.Add($"LinearRecurrence {dtype} {n}{way}",
                    new(tolerance, x => LinearRecurrence(0.9 * Tanh(x[0]), x[1], 1, reverse), Normal([2, n, 3], dtype), Normal([2, n, 3], dtype)));
            }
        }
        rows.Add($"CumSum of many rows {dtype}", new(Exact, x => x[0].CumSum(0), Rounded([300, 20000], dtype)) { HasGradient = false });
        // Products that overflow in parts do no harm after 0.
        rows.Add($"CumProd after 0 {dtype}", new(Exact, x => x[0].CumProd(), () => Concat([Zeros([70], dtype), Full([20000], 1e30, dtype)])) { HasGradient = false });
    }

    // ---- inputs, the same every time ----

    private static Func<Tensor> Normal(Shape shape, DType dtype) => () => RandomNormal(shape, seed: 17 + shape.Size, dtype: dtype);

    private static Func<Tensor> Rounded(Shape shape, DType dtype) => () => Round(5 * RandomNormal(shape, seed: 18 + shape.Size, dtype: dtype));

    private static Func<Tensor> Indices(int extent, Shape shape) => () => RandomInteger(shape, 0, extent, seed: 19 + shape.Size);

    /// <summary>Many equal elements, both zeros, infinities and NaN.</summary>
    private static Func<Tensor> Special(Shape shape, DType dtype) => () =>
    {
        var x = Rounded(shape, dtype)();
        var which = RandomInteger(shape, 0, 40, seed: 20);
        x = Where(Equal(which, 1), double.NaN, Where(Equal(which, 2), double.PositiveInfinity, x));
        return Where(Equal(which, 3), double.NegativeInfinity, Where(Equal(which, 4), -0.0, x));
    };

    /// <summary>What is made where another tensor lives.</summary>
    private static Tensor Drawn(Tensor there, Func<Tensor> draw) => Devices.On(there.Device, draw);
}
