namespace Autograd.Reports;

/// <summary>Reads the nodes of a graph off a model: its inputs and the applications of its layers.</summary>
internal static class ModelGraph
{
    internal static List<GraphNode> Of(Model model)
    {
        if (!model.IsBuilt)
        {
            throw new ModelException($"Graph.Of: {model.Describe()} is not built: give its first layer an inputShape, or apply the model to a batch first.");
        }
        return model.Graph is { } graph ? OfGraph(graph)
            : model is Sequential ? OfChain(model)
            : throw new ModelException($"Graph.Of: {model.Describe()} is no graph of layers, so nobody knows what flows where in its Call. Models made of an Input and Sequential ones can be drawn, and any computation from its tape: Graph.Of(tape, loss).");
    }

    private static List<GraphNode> OfGraph(Autograd.Graph graph)
    {
        var nodes = new List<GraphNode>();
        var givers = new Dictionary<int, int>();
        var places = new Dictionary<int, string>();
        var shown = new HashSet<Layer>(ReferenceEqualityComparer.Instance);
        foreach (var (place, input) in graph.Inputs.Index())
        {
            givers[place] = nodes.Count;
            nodes.Add(Box(input.Layer, GraphNodeKind.Source, [], SummaryTable.ShapeOf(input), isFirst: shown.Add(input.Layer)));
        }
        foreach (var step in graph.Steps)
        {
            var shapes = step.Writes.Where(place => place >= 0).Select(place => SummaryTable.ShapeOf(graph.At(place)));
            var isOutput = step.Writes.Any(graph.OutputPlaces.Contains);
            foreach (var place in step.Writes)
            {
                givers[place] = nodes.Count;
            }
            nodes.Add(Box(step.Layer, isOutput ? GraphNodeKind.Target : GraphNodeKind.Operation, [.. step.Reads.Select(place => givers[place])], string.Join(", ", shapes), shown.Add(step.Layer)));
        }
        return nodes;
    }

    private static List<GraphNode> OfChain(Model model)
    {
        var nodes = new List<GraphNode>();
        if (model.Layers[0] is not Input)
        {
            var shape = model.Layers[0].InputShape is { } given ? SummaryTable.Shown(given) : $"{SummaryTable.Shown(model.BuiltFrom![0].Shape.Skip(1))}";
            nodes.Add(new GraphNode(GraphNodeKind.Source, "input", "what the model is applied to") { Lines = [shape] });
        }
        foreach (var layer in model.Layers)
        {
            var kind = layer is Input ? GraphNodeKind.Source : layer == model.Layers[^1] ? GraphNodeKind.Target : GraphNodeKind.Operation;
            nodes.Add(Box(layer, kind, nodes.Count == 0 ? [] : [nodes.Count - 1], SummaryTable.ShapeOf(layer), isFirst: true));
        }
        return nodes;
    }

    private static GraphNode Box(Layer layer, GraphNodeKind kind, int[] inputs, string shape, bool isFirst)
    {
        var weights = string.Join(", ", layer.Weights.Select(weight => $"{weight.Name} {weight.Shape}"));
        var parameters = !isFirst ? "the same weights as above" : layer.ParameterCount == 1 ? "1 parameter" : $"{layer.ParameterCount.ToString("N0", Markup.Invariant)} parameters";
        return new GraphNode(kind, layer.Describe(), weights.Length > 0 ? $"{layer.Describe()}: {weights}" : layer.Describe())
        {
            Lines = layer.ParameterCount > 0 ? [shape, parameters + (layer.Trainable ? "" : ", frozen")] : [shape],
            Inputs = inputs,
        };
    }
}
