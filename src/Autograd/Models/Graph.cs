namespace Autograd;

/// <summary>The applications of layers between inputs and outputs, in an order in which they can run.</summary>
internal sealed class Graph
{
    private readonly List<Step> _steps = [];
    private readonly Dictionary<object, Step> _byApplication = [];
    private readonly Dictionary<Node, int> _places = [];
    private readonly int[] _outputs;

    /// <summary>One application: which places it reads and where its results go (-1: nobody asks).</summary>
    internal sealed record Step(Layer Layer, int[] Reads, int[] Writes);

    public Graph(IReadOnlyList<Node> inputs, IReadOnlyList<Node> outputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        if (inputs.Count == 0 || outputs.Count == 0)
        {
            throw new ValueException("Model: there must be an input and an output.");
        }
        Inputs = [.. inputs];
        Outputs = [.. outputs];
        foreach (var input in inputs)
        {
            if (!_places.TryAdd(input, _places.Count))
            {
                throw new ValueException($"Model: {input.Layer.Describe()} is given as an input twice.");
            }
        }
        foreach (var output in outputs)
        {
            Order(output);
        }
        _outputs = [.. outputs.Select(output => _places[output])];
    }

    public IReadOnlyList<Node> Inputs { get; }

    public IReadOnlyList<Node> Outputs { get; }

    public IReadOnlyList<Step> Steps => _steps;

    public IReadOnlyList<int> OutputPlaces => _outputs;

    /// <summary>What is at a place.</summary>
    public Node At(int place) => _places.First(entry => entry.Value == place).Key;

    /// <summary>The layers, each once, in the order of their first step; inputs first.</summary>
    public IReadOnlyList<Layer> Layers => [.. Inputs.Where(input => input.Inputs.Count == 0).Select(input => input.Layer)
        .Concat(_steps.Select(step => step.Layer)).Distinct()];

    // Depth first with a stack of its own: a graph may be deeper than the thread's.
    private void Order(Node output)
    {
        var stack = new Stack<(Node Node, int Next)>([(output, 0)]);
        while (stack.TryPop(out var top))
        {
            var (node, next) = top;
            if (_places.ContainsKey(node))
            {
                continue;
            }
            if (node.Inputs.Count == 0)
            {
                throw new ValueException($"Model: an output depends on {node.Layer.Describe()}, which is not among the inputs.");
            }
            if (next < node.Inputs.Count)
            {
                stack.Push((node, next + 1));
                stack.Push((node.Inputs[next], 0));
                continue;
            }
            var place = _places[node] = _places.Count;
            if (_byApplication.TryGetValue(node.Application, out var known))
            {
                known.Writes[node.Index] = place;
                continue;
            }
            var writes = new int[node.Siblings];
            Array.Fill(writes, -1);
            writes[node.Index] = place;
            var made = new Step(node.Layer, [.. node.Inputs.Select(input => _places[input])], writes);
            _byApplication[node.Application] = made;
            _steps.Add(made);
        }
    }

    public Tensors Run(Tensors inputs, bool training)
    {
        if (inputs.Count != Inputs.Count)
        {
            throw new ShapeException($"{inputs.Count} inputs where the model has {Inputs.Count}.");
        }
        var values = new Tensor?[_places.Count];
        for (var i = 0; i < inputs.Count; i++)
        {
            Inputs[i].PerExample.Require(inputs[i], Inputs[i].Layer.Name);
            values[i] = Inputs[i].Inputs.Count == 0 ? Inputs[i].Layer.Apply(inputs[i], training) : inputs[i];
        }
        foreach (var step in _steps)
        {
            var results = step.Layer.ApplyAll(Tensors.Of([.. step.Reads.Select(place => values[place]!)]), training);
            for (var i = 0; i < results.Count; i++)
            {
                if (step.Writes[i] >= 0)
                {
                    values[step.Writes[i]] = results[i];
                }
            }
        }
        return Tensors.Of([.. _outputs.Select(place => values[place]!)]);
    }
}
