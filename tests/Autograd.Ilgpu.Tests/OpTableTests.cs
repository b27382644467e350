using Autograd.Tests.Ops;

namespace Autograd.Ilgpu.Tests;

/// <summary>Every operation on every device against the processor: results and first gradients.</summary>
public class OpTableTests
{
    public static TheoryData<string, string> Rows
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (var device in Devices.Names)
            {
                foreach (var row in OpTable.Rows.Keys)
                {
                    rows.Add(device, row);
                }
            }
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_row_agrees_with_the_processor(string deviceName, string rowName)
    {
        var device = Device.Gpu(deviceName);
        var row = OpTable.Rows[rowName];
        foreach (var dtype in new[] { DType.Float32, DType.Float64 })
        {
            var inputs = row.Draw().Select((x, i) => row.Inputs[i].IsFixed ? x : x.Cast(dtype)).ToArray();
            var expected = Run(row, inputs);
            var actual = Devices.On(device, () => Run(row, [.. inputs.Select(x => x.To(device))]));
            for (var i = 0; i < expected.Length; i++)
            {
                Assert.True(actual[i].Size == 0 || actual[i].Device == device, $"{rowName}: result {i} is on {actual[i].Device}");
                Agreement.Assert(expected[i], actual[i], $"{rowName} of {dtype} on {deviceName}, {(i == 0 ? "result" : $"gradient {i - 1}")}", floor: 0.1);
            }
        }
    }

    // The result, and the gradients of the differentiable operands.
    private static Tensor[] Run(OpRow row, Tensor[] inputs)
    {
        if (row.Gradient != GradientKind.Given)
        {
            return [row.Call(inputs)];
        }
        using var tape = new GradientTape();
        var sources = row.Sources.Select(i => inputs[i]).ToArray();
        foreach (var source in sources)
        {
            tape.Watch(source);
        }
        var y = row.Call(inputs);
        return [y, .. tape.Gradient(y, sources)!];
    }
}

internal static class Agreement
{
    /// <summary>
    /// Equal shapes and types, and values within some units in the last place of the largest: sums are added in another order on a device.
    /// <paramref name="floor"/> is how large the numbers are that cancel out in them.
    /// </summary>
    public static void Assert(Tensor expected, Tensor actual, string what, double units = 32, double floor = 0)
    {
        Xunit.Assert.Equal(expected.Shape, actual.Shape);
        Xunit.Assert.Equal(expected.DType, actual.DType);
        double[] x = Values(expected), y = Values(actual);
        var scale = x.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max();
        var tolerance = expected.DType switch
        {
            DType.Float32 => units * 1.2e-7 * Math.Max(scale, Math.Max(floor, 1e-30)),
            DType.Float64 => units * 2.3e-16 * Math.Max(scale, Math.Max(floor, 1e-300)),
            _ => 0,
        };
        for (var i = 0; i < x.Length; i++)
        {
            var same = x[i].Equals(y[i]) || x[i] == y[i] || Math.Abs(x[i] - y[i]) <= tolerance;
            Xunit.Assert.True(same, $"{what}: element {i} is {y[i]:R} instead of {x[i]:R}");
        }
    }

    private static double[] Values(Tensor x) => x.To(Device.Cpu).Cast(DType.Float64).ToArray<double>();
}
