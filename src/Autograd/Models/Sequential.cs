namespace Autograd;

/// <summary>
/// Layers one after another.
/// <code>
/// var model = new Sequential([new Dense(25, activation: "relu", inputShape: [400]), new Dense(10)]);
/// </code>
/// With an input shape on the first layer (or an <see cref="Input"/> in front) the weights are there at once, else with the first batch.
/// </summary>
public sealed class Sequential : Model
{
    private readonly List<Layer> _layers = [];
    private Input? _input;

    // The graph of the layers, made once: where examples enter, and the results of each layer. Layers that are added or removed change its end only.
    private readonly List<IReadOnlyList<Node>> _results = [];
    private IReadOnlyList<Node>? _inputs;

    /// <param name="layers">The layers in order; more may be added.</param>
    /// <param name="name">The name in summaries.</param>
    /// <exception cref="ShapeException">The layers do not fit one another.</exception>
    /// <exception cref="ValueException">A layer is given twice, or the user gave two the same name.</exception>
    public Sequential(IEnumerable<Layer>? layers = null, string? name = null) : base(name)
    {
        foreach (var layer in layers ?? [])
        {
            Append(layer);
        }
        try
        {
            Trace();
        }
        catch
        {
            Forget(0);
            throw;
        }
    }

    /// <summary>The layers in order; as in Keras, without an <see cref="Input"/> in front.</summary>
    public override IReadOnlyList<Layer> Layers => _layers;

    /// <summary>All that files keep: an <see cref="Input"/> in front too.</summary>
    internal IEnumerable<Layer> Stages => _input is null ? _layers : [_input, .. _layers];

    /// <inheritdoc/>
    public override IReadOnlyList<Node> Inputs => Trace() ? _inputs! : throw NoGraph();

    /// <inheritdoc/>
    public override IReadOnlyList<Node> Outputs => Trace() ? _results.Count > 0 ? _results[^1] : _inputs! : throw NoGraph();

    /// <inheritdoc/>
    public override Layer GetLayer(string name)
    {
        var layer = base.GetLayer(name);
        try
        {
            Trace(); // for its Output, where a batch has built the model
        }
        catch (AutogradException)
        {
            // Who wants the Output is told when asking for it.
        }
        return layer;
    }

    /// <summary>Adds a layer at the end.</summary>
    /// <exception cref="ShapeException">It does not fit; then it is not added.</exception>
    /// <exception cref="ValueException">It is in the model already, or the user gave its name to another too.</exception>
    public void Add(Layer layer)
    {
        Append(layer);
        try
        {
            Trace();
        }
        catch
        {
            Remove();
            throw;
        }
    }

    /// <summary>Removes the last layer.</summary>
    /// <returns>The layer.</returns>
    /// <exception cref="ModelException">There is none.</exception>
    public Layer Pop()
    {
        if (_layers.Count == 0)
        {
            throw new ModelException($"{Describe()} has no layers, so none can be removed.");
        }
        var last = Remove();
        if (_layers.Count == 0 && _input is null)
        {
            _inputs = null;
            SetBuilt(null);
        }
        SetShape();
        return last;
    }

    private Layer Remove()
    {
        var last = _layers.Count > 0 ? _layers[^1] : _input!;
        Forget(_layers.Count - 1);
        if (_layers.Count > 0)
        {
            _layers.RemoveAt(_layers.Count - 1);
        }
        else
        {
            (_input, _inputs) = (null, null);
        }
        Untrack(last);
        return last;
    }

    private void Append(Layer layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        if (Has(layer))
        {
            throw new ValueException($"{Describe()} contains {layer.Describe()} already; to use one layer twice, make a graph with Input and Apply.");
        }
        Track(layer);
        if (layer is Input input && _layers.Count == 0 && _input is null)
        {
            _input = input;
        }
        else
        {
            _layers.Add(layer);
        }
    }

    // One row of zeros builds the layers and shows whether they fit.
    private bool Trace()
    {
        _inputs ??= Start();
        if (_inputs is null)
        {
            return false;
        }
        if (_results.Count == _layers.Count && IsBuilt)
        {
            return true;
        }
        Application.Enter(this, training: false, out var outer);
        try
        {
            while (_results.Count < _layers.Count)
            {
                _results.Add(_layers[_results.Count].ApplyAll([.. _results.Count > 0 ? _results[^1] : _inputs]));
            }
        }
        finally
        {
            Application.Leave(outer);
        }
        SetBuilt([.. _inputs.Select(input => (input.Shape, input.DType))]);
        SetShape();
        return true;
    }

    private IReadOnlyList<Node>? Start() => _input is not null ? [_input]
        : _layers is [{ InputShape: { } shape } first, ..] ? [new Input(shape, first.DType, Name + "_input")]
        : _layers.Count > 0 && BuiltFrom is [var only] ? [new Input(Shape.Of([.. only.Shape.Skip(1)]), only.DType, Name + "_input")]
        : _layers.Count > 0 && BuiltFrom is { } several ? [.. several.Select((from, i) => (Node)new Input(Shape.Of([.. from.Shape.Skip(1)]), from.DType, $"{Name}_input_{i + 1}"))]
        : null;

    // Lets go of the results from a layer on, so that these may begin another graph.
    private void Forget(int start)
    {
        for (var i = _results.Count - 1; i >= Math.Max(start, 0); i--)
        {
            if (_layers[i].FirstOutput is { } first && _results[i].Contains(first))
            {
                _layers[i].FirstOutput = null;
            }
            _results.RemoveAt(i);
        }
    }

    private void SetShape()
    {
        var last = _results.Count == _layers.Count ? (_results.Count > 0 ? _results[^1] : _inputs)?[0] : null;
        OutputShape = last?.Shape ?? (_layers.Count > 0 && IsBuilt ? _layers[^1].OutputShape : null);
        VaryingShape = last?.PerExample is { Varies: true } varying ? varying : null;
    }

    /// <inheritdoc/>
    protected override Tensors CallAll(Tensors inputs, bool training)
    {
        if (_layers.Count == 0 && _input is null)
        {
            throw new ModelException($"{Describe()} has no layers: add some first.");
        }
        var given = inputs;
        if (_input is not null)
        {
            RequireShape(_input);
            inputs = _input.ApplyAll(inputs, training);
        }
        foreach (var layer in _layers)
        {
            inputs = layer.ApplyAll(inputs, training);
            if (_input is null && layer == _layers[0])
            {
                RequireShape(layer); // only now, since the layer may have said more of what it cannot take
            }
        }
        return inputs;

        void RequireShape(Layer first)
        {
            if (given.Count == 1)
            {
                first.InputShape?.Require(given[0], first is Input ? NameOf(first) : Name);
            }
        }
    }
}
