namespace Autograd.Reports;

/// <summary>Reads the nodes of a graph off a tape: watched tensors, constants and operations, in the order in which they came to be.</summary>
internal sealed class TapeGraph
{
    private const int MostNodes = 400;
    private const int MostElements = 6;
    private const int LongestValue = 30;

    private readonly Recording _recording;
    private readonly ulong _tape;
    private readonly List<GraphNode> _nodes = [];
    private readonly Dictionary<int, int> _byPlace = [];
    private readonly Dictionary<Tensor, int> _constants = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<int, Variable> _variables = [];
    private readonly Dictionary<int, Tensor> _gradients = [];

    private TapeGraph(Recording recording, ulong tape, int start, List<int> watchedEarlier, Tensor? target)
    {
        (_recording, _tape) = (recording, tape);
        foreach (var variable in recording.VariablesOf(tape))
        {
            _variables[recording.Find(variable)] = variable;
        }
        var places = watchedEarlier.Concat(Enumerable.Range(start, recording.Count - start)).Where(IsOnTape).Distinct().Order().ToList();
        var end = -1;
        if (target is not null)
        {
            end = recording.Find(target);
            if (!IsOnTape(end))
            {
                throw new TapeException($"Graph.Of: {Explanation.NotRecorded(target)}");
            }
            var above = Above(end);
            places.RemoveAll(place => !above.Contains(place));
        }
        if (places.Count > MostNodes)
        {
            throw new ValueException($"Graph.Of: {places.Count} operations are recorded, and a picture of more than {MostNodes} cannot be read. Give the target of a smaller part.");
        }
        if (target is not null)
        {
            TakeGradients(new ReversePass(recording, tape, start, watchedEarlier), target, places);
        }
        foreach (var place in places)
        {
            Add(place, isTarget: place == end);
        }
    }

    internal static List<GraphNode> Of(GradientTape tape, Tensor? target) =>
        tape.Read("Graph.Of", (recording, bit, start, earlier) => new TapeGraph(recording, bit, start, earlier, target)._nodes);

    private bool IsOnTape(int place) => place >= 0 && place < _recording.Count && _recording.Tracks(_tape, place);

    private HashSet<int> Above(int place)
    {
        var (above, open) = (new HashSet<int>(), new Stack<int>([place]));
        while (open.TryPop(out var next))
        {
            if (!above.Add(next) || _recording.IsLeaf(_tape, next))
            {
                continue;
            }
            for (var input = 0; input < _recording[next].InputCount; input++)
            {
                if (_recording[next].InputIndex(input) is var index && IsOnTape(index))
                {
                    open.Push(index);
                }
            }
        }
        return above;
    }

    private void TakeGradients(ReversePass pass, Tensor target, List<int> places)
    {
        if (!target.DType.IsFloating())
        {
            return;
        }
        var floating = places.FindAll(place => _recording[place].Y.DType.IsFloating());
        Tensor[] targets = [target];
        Tensor[] sources = [.. floating.Select(ResultOf)];
        var gradients = pass.Run(targets, sources, default);
        foreach (var (place, gradient) in floating.Zip(gradients))
        {
            if (gradient is not null)
            {
                _gradients[place] = gradient;
            }
        }
    }

    private Tensor ResultOf(int place) => _recording[place].Y.Revived(_recording.SlotAt(place));

    private void Add(int place, bool isTarget)
    {
        var call = _recording[place];
        var inputs = new List<int>();
        var isLeaf = _recording.IsLeaf(_tape, place);
        for (var input = 0; !isLeaf && input < call.InputCount; input++)
        {
            inputs.Add(_byPlace.TryGetValue(call.InputIndex(input), out var node) ? node : Constant(call.Input(input)));
        }
        var y = ResultOf(place);
        _variables.TryGetValue(place, out var variable);
        var title = isLeaf ? variable?.Name ?? "watched" : call.Op!.Name;
        _byPlace[place] = _nodes.Count;
        _nodes.Add(new GraphNode(isTarget ? GraphNodeKind.Target : isLeaf ? GraphNodeKind.Source : GraphNodeKind.Operation, isLeaf && variable is null ? "" : title, "")
        {
            Name = isLeaf && variable is null ? title : null,
            Lines = [ValueLine(y)],
            Gradient = _gradients.TryGetValue(place, out var gradient) ? GradientLine(gradient) : null,
            Inputs = inputs,
            Tensors = variable is null ? [call.Y, y] : [variable, call.Y, y],
            Hover = $"{(isLeaf ? title : call.Op!.ToString())}, {Described(y)}",
        });
    }

    private int Constant(Tensor x)
    {
        if (_constants.TryGetValue(x, out var known))
        {
            return known;
        }
        _constants[x] = _nodes.Count;
        var readable = x.Revived(0);
        _nodes.Add(new GraphNode(GraphNodeKind.Constant, "", $"constant, {Described(readable)}") { Name = "constant", Lines = [ValueLine(readable)], Tensors = [x] });
        return _nodes.Count - 1;
    }

    private static string Described(Tensor x) => x.Rank == 0 ? $"{x.DType}" : $"{x.Shape} {x.DType}";

    private static string ValueLine(Tensor x) => Small(x) is { } value ? $"value {value}" : $"shape {x.Shape}";

    private static string GradientLine(Tensor x)
    {
        if (Small(x) is { } value)
        {
            return $"gradient {value}";
        }
        return $"gradient norm {Number(x.Cast(DType.Float64).Norm().Item())}";
    }

    /// <summary>The values of a tensor of few elements; null for larger ones.</summary>
    private static string? Small(Tensor x)
    {
        if (x.Size is 0 or > MostElements || x.Rank > 2)
        {
            return null;
        }
        var values = x.Cast(DType.Float64).ToArray<double>();
        string Text(double value) => x.DType == DType.Bool ? (value != 0 ? "true" : "false") : Number(value);
        string Row(IEnumerable<double> row) => $"[{string.Join(", ", row.Select(Text))}]";
        var text = x.Rank switch
        {
            0 => Text(values[0]),
            1 => Row(values),
            _ => $"[{string.Join(", ", values.Chunk(x.Shape[1]).Select(Row))}]",
        };
        return text.Length <= LongestValue ? text : null;
    }

    private static string Number(double value) => value.ToString("G4", Markup.Invariant);
}
