using Autograd.Tests.Layers;

namespace Autograd.Ilgpu.Tests;

/// <summary>Every layer on every device against the processor: results in training and inference, and gradients of weights and inputs.</summary>
public class LayerTableTests
{
    public static TheoryData<string, string> Rows
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (var device in Devices.Names)
            {
                foreach (var row in LayerTable.Rows.Keys)
                {
                    rows.Add(device, row);
                }
            }
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_layer_agrees_with_the_processor(string deviceName, string rowName)
    {
        var device = Device.Gpu(deviceName);
        var row = LayerTable.Rows[rowName];
        var expected = Run(row);
        var actual = Devices.On(device, () => Run(row));
        Assert.Equal(expected.Count, actual.Count);
        foreach (var ((what, x), (_, y)) in expected.Zip(actual))
        {
            Assert.True(y.Size == 0 || y.Device == device, $"{rowName}: {what} is on {y.Device}");
            Agreement.Assert(x, y, $"{rowName} on {deviceName}, {what}", units: 256, floor: 0.05);
        }
    }

    private static List<(string What, Tensor Value)> Run(LayerRow row)
    {
        Tensor.SetSeed(5);
        var layer = row.Make();
        var x = row.Batch(3);
        var values = new List<(string, Tensor)> { ("inference", layer.Apply(x, training: false)) };
        using var tape = new GradientTape();
        var sources = x.Where(input => input.DType.IsFloating()).Concat(layer.TrainableWeights).ToArray();
        foreach (var source in sources)
        {
            tape.Watch(source);
        }
        var y = layer.Apply(x, training: true);
        values.Add(("training", y));
        if (row.IsDifferentiable && sources.Length > 0)
        {
            values.AddRange(tape.Gradient(y, sources, unconnected: Unconnected.Zero).Select((gradient, i) => ($"gradient {i}", gradient!)));
        }
        values.AddRange(layer.Weights.Select(weight => (weight.Name, weight.Value)));
        return values;
    }
}
