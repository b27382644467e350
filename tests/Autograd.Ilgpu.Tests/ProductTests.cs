using static Autograd.Tensor;

namespace Autograd.Ilgpu.Tests;

/// <summary>
/// Matrix products, convolutions, pooling and recurrent layers against the processor: values and first gradients, at sizes on either side of every choice between kernels.
/// </summary>
public class ProductTests
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
    public void Values_and_gradients_are_those_of_the_processor(string deviceName, string name)
    {
        var (device, row) = (Device.Gpu(deviceName), s_rows[name]);
        foreach (var dtype in new[] { DType.Float32, DType.Float64 })
        {
            // Sums of many terms, each about as large as their factors: what is left of them may be small.
            var inputs = row.Shapes.Select((shape, i) => RandomNormal(shape, seed: 40 + i, dtype: dtype)).ToArray();
            var (expected, actual) = (Run(row, inputs), Run(row, [.. inputs.Select(x => x.To(device))]));
            for (var i = 0; i < expected.Length; i++)
            {
                Assert.Equal(device, actual[i].Device);
                Agreement.Assert(expected[i], actual[i], $"{name} of {dtype} on {deviceName}, {(i == 0 ? "result" : $"gradient {i - 1}")}", units: 64);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Products_of_integers_are_exact(string deviceName)
    {
        var device = Device.Gpu(deviceName);
        foreach (var dtype in new[] { DType.Int32, DType.Int64 })
        {
            var (a, b) = (RandomInteger([40, 700], -1000, 1000, seed: 1).Cast(dtype), RandomInteger([700, 37], -1000, 1000, seed: 2).Cast(dtype));
            Agreement.Assert(MatMul(a, b), MatMul(a.To(device), b.To(device)), $"{dtype} on {deviceName}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Pooling_finds_the_first_of_equal_elements_and_the_first_NaN(string deviceName)
    {
        var device = Device.Gpu(deviceName);
        foreach (var dtype in new[] { DType.Float32, DType.Float64, DType.Int32, DType.Int64 })
        {
            var x = RandomInteger([2, 9, 10, 3], -2, 2, seed: 3).Cast(dtype);
            if (dtype.IsFloating())
            {
                var which = RandomInteger(x.Shape, 0, 12, seed: 4);
                x = Where(Equal(which, 1), double.NaN, Where(Equal(which, 2), double.NegativeInfinity, x));
            }
            Row row = new(v => MaxPool2D(v[0], 3, 2, "same"), x.Shape);
            if (dtype.IsFloating())
            {
                var (expected, actual) = (Run(row, [x]), Run(row, [x.To(device)]));
                Agreement.Assert(expected[0], actual[0], $"{dtype} on {deviceName}", units: 0);
                Agreement.Assert(expected[1], actual[1], $"{dtype} on {deviceName}, gradient");
            }
            else
            {
                Agreement.Assert(row.Of([x]), row.Of([x.To(device)]), $"{dtype} on {deviceName}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Long_sums_are_the_same_every_time_and_accurate(string deviceName)
    {
        // One product of 2 x 2 over 60000 terms: only parts can keep its error small.
        var device = Device.Gpu(deviceName);
        var (a, b) = (RandomUniform([2, 60000], seed: 5).To(device), RandomUniform([60000, 2], seed: 6).To(device));
        var (first, second) = (MatMul(a, b).To(Device.Cpu), MatMul(a, b).To(Device.Cpu));
        Assert.Equal(first.ToArray<float>(), second.ToArray<float>());
        var exact = MatMul(a.To(Device.Cpu).Cast(DType.Float64), b.To(Device.Cpu).Cast(DType.Float64));
        Agreement.Assert(exact.Cast(DType.Float32), first, deviceName, units: 16);
    }

    public static TheoryData<string> Names() => [.. Devices.Names];

    private static Tensor[] Run(Row row, Tensor[] inputs)
    {
        using var tape = new GradientTape();
        foreach (var input in inputs)
        {
            tape.Watch(input);
        }
        var y = row.Of(inputs);
        var weights = RandomUniform(y.Shape, -1, 1, seed: 99, dtype: y.DType).To(y.Device);
        return [y, .. tape.Gradient((y * weights).Sum(), inputs).Select(gradient => gradient!)];
    }

    private sealed record Row(Func<Tensor[], Tensor> Of, params Shape[] Shapes);

    private static readonly Dictionary<string, Row> s_rows = Table();

    private static Dictionary<string, Row> Table()
    {
        var rows = new Dictionary<string, Row>();
        AddMatrices(rows);
        AddConvolutions(rows);
        AddPools(rows);
        AddRecurrent(rows);
        return rows;
    }

    private static void AddMatrices(Dictionary<string, Row> rows)
    {
        foreach (var (m, k, n) in new[] { (1, 1, 1), (1, 17, 1), (5, 3, 7), (16, 16, 16), (17, 33, 19), (64, 64, 64), (65, 130, 67), (130, 40, 150), (3, 1000, 5), (20, 1100, 24), (256, 9, 129) })
        {
            rows.Add($"MatMul {m} {k} {n}", new(x => MatMul(x[0], x[1]), [m, k], [k, n]));
            rows.Add($"MatMul {m} {k} {n} transposed", new(x => MatMul(x[0].T, x[1].T), [k, m], [n, k]));
        }
        rows.Add("MatMul of a batch", new(x => MatMul(x[0], x[1]), [3, 4, 20, 30], [3, 4, 30, 21]));
        rows.Add("MatMul of a broadcast batch", new(x => MatMul(x[0], x[1]), [3, 1, 20, 30], [4, 30, 21]));
        rows.Add("MatMul of heads", new(x => MatMul(x[0].Permute(0, 2, 1, 3), x[1].Permute(0, 2, 3, 1)), [2, 33, 3, 20], [2, 18, 3, 20]));
        rows.Add("MatMul of five axes that do not merge", new(x => MatMul(x[0].Permute(4, 3, 2, 1, 0, 5, 6), x[1]), [2, 1, 2, 3, 2, 5, 6], [2, 3, 2, 1, 2, 6, 4]));
        rows.Add("MatMul of flipped rows", new(x => MatMul(x[0].Flip(0), x[1].Flip(0)), [20, 30], [30, 18]));
    }

    private static void AddConvolutions(Dictionary<string, Row> rows)
    {
        foreach (var (length, channels, filters, window, stride, dilation, groups, padding) in new[]
        {
            (5, 1, 1, 3, 1, 1, 1, "valid"), (17, 3, 4, 3, 2, 1, 1, "same"), (20, 4, 6, 3, 1, 2, 2, "same"), (33, 16, 32, 5, 3, 1, 1, "valid"), (19, 2, 3, 4, 2, 3, 1, "same"),
            (9, 4, 4, 2, 4, 6, 4, "same"), (12, 3, 5, 1, 2, 1, 1, "valid"), (14, 5, 2, 1, 1, 1, 1, "valid"), (15, 3, 3, 3, 1, 1, 1, "causal"), (10, 2, 2, 2, 5, 1, 1, "valid"),
        })
        {
            rows.Add($"Conv1D of {length} x {channels}, {filters} filters of {window}, strides {stride}, dilations {dilation}, groups {groups}, {padding}",
                new(x => Conv1D(x[0], x[1], stride, padding, dilation, groups), [2, length, channels], [window, channels / groups, filters]));
        }
        foreach (var (height, width, channels, filters, window, stride, dilation, groups, padding) in new[]
        {
            (9, 11, 3, 8, 3, 1, 1, 1, "same"), (16, 13, 16, 24, 3, 1, 1, 1, "same"), (16, 13, 16, 24, 3, 2, 1, 1, "same"), (15, 14, 18, 20, 2, 2, 1, 1, "valid"), (12, 12, 8, 16, 3, 1, 2, 2, "same"),
            (10, 10, 6, 6, 3, 2, 1, 6, "same"), (12, 12, 32, 64, 3, 1, 1, 2, "same"), (16, 16, 17, 33, 1, 2, 1, 1, "valid"), (40, 40, 3, 16, 7, 2, 1, 1, "same"), (16, 16, 3, 32, 16, 16, 1, 1, "valid"),
        })
        {
            rows.Add($"Conv2D of {height} x {width} x {channels}, {filters} filters of {window}, strides {stride}, dilations {dilation}, groups {groups}, {padding}",
                new(x => Conv2D(x[0], x[1], stride, padding, dilation, groups), [2, height, width, channels], [window, window, channels / groups, filters]));
        }
        foreach (var (stride, dilation, groups) in new[] { (1, 1, 1), (2, 1, 2), (1, 2, 2), (3, 2, 1) })
        {
            rows.Add($"Conv3D, strides {stride}, dilations {dilation}, groups {groups}",
                new(x => Conv3D(x[0], x[1], stride, "same", dilation, groups), [2, 5, 6, 7, 4], [3, 2, 3, 4 / groups, 6]));
        }
        rows.Add("DepthwiseConv2D", new(x => DepthwiseConv2D(x[0], x[1], 2, "same"), [4, 40, 40, 5], [3, 3, 5, 2]));
        rows.Add("Conv2DTranspose, strides 2", new(x => Conv2DTranspose(x[0], x[1], 2, "same"), [2, 6, 7, 16], [4, 3, 17, 16]));
        rows.Add("Conv2DTranspose, strides 3", new(x => Conv2DTranspose(x[0], x[1], 3, "valid"), [2, 4, 5, 3], [2, 2, 4, 3]));
    }

    private static void AddPools(Dictionary<string, Row> rows)
    {
        foreach (var (height, width, channels, window, stride, dilation, padding) in new[]
        {
            (4, 4, 1, 2, 2, 1, "valid"), (9, 11, 3, 3, 2, 1, "same"), (9, 11, 17, 3, 1, 1, "same"), (12, 12, 4, 3, 2, 2, "valid"), (7, 7, 5, 7, 1, 1, "valid"), (13, 10, 3, 2, 3, 1, "valid"), (10, 10, 2, 3, 2, 3, "same"),
        })
        {
            var of = $"of {height} x {width} x {channels} by {window}, strides {stride}, dilations {dilation}, {padding}";
            rows.Add($"MaxPool2D {of}", new(x => MaxPool2D(x[0], window, stride, padding, dilation), Shape.Of(2, height, width, channels)));
            rows.Add($"AveragePool2D {of}", new(x => AveragePool2D(x[0], window, stride, padding, dilation), Shape.Of(2, height, width, channels)));
            rows.Add($"AveragePool2D with padding {of}", new(x => AveragePool2D(x[0], window, stride, padding, dilation, countIncludePadding: true), Shape.Of(2, height, width, channels)));
        }
        rows.Add("MaxPool1D", new(x => MaxPool1D(x[0], 3, 1, "same"), Shape.Of(2, 1000, 2)));
        rows.Add("MaxPool3D", new(x => MaxPool3D(x[0], 2), Shape.Of(2, 5, 6, 7, 3)));
        rows.Add("AveragePool3D", new(x => AveragePool3D(x[0], 2, 1, "same"), Shape.Of(2, 5, 6, 7, 3)));
    }

    private static void AddRecurrent(Dictionary<string, Row> rows)
    {
        foreach (var (batch, steps, features, units) in new[] { (1, 1, 1, 1), (2, 5, 3, 4), (17, 6, 5, 20), (33, 3, 8, 70), (3, 40, 4, 5) })
        {
            foreach (var isMasked in new[] { false, true })
            {
                Tensor? Mask(Tensor x) => isMasked ? Greater(Cos(1.7 * Arange(batch * steps).Cast(DType.Float32)), -0.3).Reshape(batch, steps).To(x.Device) : null;
                var of = $"of {batch} x {steps} x {features}, {units} units{(isMasked ? ", masked" : "")}";
                rows.Add($"Lstm {of}", new(
                    x =>
                    {
                        var (outputs, hidden, cell) = Lstm(x[0], 0.3 * x[1], 0.3 * x[2], x[3], x[4], x[5], Mask(x[0]));
                        return Concat([outputs.Reshape(-1), hidden.Reshape(-1), cell.Reshape(-1)]);
                    },
                    [batch, steps, features], [features, 4 * units], [units, 4 * units], [4 * units], [batch, units], [batch, units]));
                rows.Add($"Gru {of}", new(
                    x => Gru(x[0], 0.3 * x[1], 0.3 * x[2], x[3], x[4], Mask(x[0])).Outputs,
                    [batch, steps, features], [features, 3 * units], [units, 3 * units], [2, 3 * units], [batch, units]));
                rows.Add($"SimpleRnn {of}", new(
                    x => SimpleRnn(x[0], 0.3 * x[1], 0.3 * x[2], x[3], x[4], Mask(x[0])).Outputs,
                    [batch, steps, features], [features, units], [units, units], [units], [batch, units]));
            }
        }
    }
}
