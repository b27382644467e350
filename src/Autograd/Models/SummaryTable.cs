using System.Globalization;
using System.Text;

namespace Autograd;

/// <summary>The table of a model's layers, in the look that Keras made known.</summary>
internal static class SummaryTable
{
    public static string Of(Model model)
    {
        var connected = model.Graph is { } graph && graph.Steps.Any(step => step.Reads.Length != 1 || step.Reads[0] != step.Writes[0] - 1) ? Connections(model, graph) : null;
        string[] heads = connected is null ? ["Layer (type)", "Output Shape", "Param #"] : ["Layer (type)", "Output Shape", "Param #", "Connected to"];
        var rows = model.Layers.Select(layer => new List<string>
        {
            $"{model.NameOf(layer)} ({layer.GetType().Name})", ShapeOf(layer), layer.ParameterCount.ToString(CultureInfo.InvariantCulture),
        }).ToList();
        if (connected is not null)
        {
            for (var i = 0; i < rows.Count; i++)
            {
                rows[i].Add(connected.GetValueOrDefault(model.Layers[i], ""));
            }
        }
        // Columns as wide as Keras's, or as what stands in them.
        int[] least = [28, 26, 10, 28];
        var widths = heads.Select((head, column) => Math.Max(least[column], rows.Select(row => row[column].Length + 2).Append(head.Length + 2).Max())).ToArray();
        var length = widths.Sum() + 1;
        var text = new StringBuilder();
        void Line(IEnumerable<string> cells) => text.Append(' ').AppendLine(string.Concat(cells.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        text.AppendLine(CultureInfo.InvariantCulture, $"Model: \"{model.Name}\"").AppendLine(new string('_', length));
        Line(heads);
        text.AppendLine(new string('=', length));
        foreach (var row in rows)
        {
            Line(row);
        }
        text.AppendLine(new string('=', length));
        var (total, trainable) = (model.ParameterCount, model.TrainableWeights.Sum(weight => (long)weight.Size));
        text.AppendLine(CultureInfo.InvariantCulture, $"Total params: {total:N0} ({Bytes(model.Weights.Sum(SizeOf))})");
        text.AppendLine(CultureInfo.InvariantCulture, $"Trainable params: {trainable:N0} ({Bytes(model.TrainableWeights.Sum(SizeOf))})");
        text.AppendLine(CultureInfo.InvariantCulture, $"Non-trainable params: {total - trainable:N0} ({Bytes(model.NonTrainableWeights.Sum(SizeOf))})");
        return text.Append('_', length).ToString();
    }

    public static string ShapeOf(Layer layer) => layer.VaryingShape is { } varying ? Shown(varying)
        : layer.OutputShape is { Rank: > 0 } shape ? Shown(shape.Skip(1))
        : "()";

    public static string ShapeOf(Node node) => Shown(node.PerExample);

    public static string Shown(IEnumerable<int> extents) =>
        $"({string.Join(", ", extents.Select(extent => extent == InputShape.Any ? "None" : extent.ToString(CultureInfo.InvariantCulture)).Prepend("None"))})";

    private static Dictionary<Layer, string> Connections(Model model, Graph graph)
    {
        var givers = new Dictionary<int, string>();
        for (var i = 0; i < graph.Inputs.Count; i++)
        {
            givers[i] = model.NameOf(graph.Inputs[i].Layer);
        }
        var connections = new Dictionary<Layer, string>();
        foreach (var step in graph.Steps)
        {
            foreach (var place in step.Writes)
            {
                givers[place] = model.NameOf(step.Layer);
            }
            var from = string.Join(", ", step.Reads.Select(place => givers[place]));
            connections[step.Layer] = connections.TryGetValue(step.Layer, out var before) ? $"{before}; {from}" : from;
        }
        return connections;
    }

    private static long SizeOf(Variable weight) => (long)weight.Size * weight.DType.ByteSize();

    private static string Bytes(long bytes) => bytes switch
    {
        < 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:F2} KB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0 / 1024.0:F2} MB"),
    };
}
