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

    /// <param name="layers">The layers in order; more may be added.</param>
    /// <param name="name">The name in summaries.</param>
    /// <exception cref="ShapeException">The layers do not fit one another.</exception>
    public Sequential(IEnumerable<Layer>? layers = null, string? name = null) : base(name)
    {
        foreach (var layer in layers ?? [])
        {
            Append(layer);
        }
        Try();
    }

    /// <summary>The layers in order.</summary>
    public override IReadOnlyList<Layer> Layers => _layers;

    /// <inheritdoc/>
    public override IReadOnlyList<Node> Inputs => [Traced().Input];

    /// <inheritdoc/>
    public override IReadOnlyList<Node> Outputs => [Traced().Output];

    private (Node Input, Node Output) Traced()
    {
        if (_layers.Count == 0 || BuiltFrom is not { } built)
        {
            throw NoGraph();
        }
        var input = _layers[0] as Input ?? new Input(_layers[0].InputShape ?? Shape.Of([.. built[0].Shape.Skip(1)]), built[0].DType, Name + "_input");
        Node output = input;
        foreach (var layer in _layers)
        {
            output = layer is Input ? output : layer.Apply(output);
        }
        return (input, output);
    }

    /// <summary>Adds a layer at the end.</summary>
    /// <exception cref="ShapeException">It does not fit; then it is not added.</exception>
    /// <exception cref="ValueException">It is in the model already, or another has its name.</exception>
    public void Add(Layer layer)
    {
        Append(layer);
        try
        {
            Try();
        }
        catch
        {
            Pop();
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
        var last = _layers[^1];
        _layers.RemoveAt(_layers.Count - 1);
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
        _layers.Add(layer);
    }

    // One row of zeros builds the layers and shows whether they fit.
    private void Try()
    {
        if (_layers is [{ InputShape: { } shape } first, ..])
        {
            using var pause = Recording.Pause();
            var dtype = (first as Input)?.Dtype ?? first.DType;
            Apply(Tensor.Zeros(shape.Tried, dtype), training: false);
            if (shape.Varies)
            {
                TryOtherwise(shape, dtype);
            }
        }
    }

    // Shows what lengths depend on the input's. A layer may have a longest input; one that takes no other length at all was built for the one it was tried on.
    private void TryOtherwise(InputShape shape, DType dtype)
    {
        ShapeException? first = null;
        foreach (var length in InputShape.OtherLengths)
        {
            Tensors x = Tensor.Zeros(shape.Example(length), dtype);
            var at = 0;
            try
            {
                for (; at < _layers.Count; at++)
                {
                    x = _layers[at].ApplyAll(x, training: false);
                    _layers[at].VaryingShape = InputShape.Common(_layers[at].OutputShape!, x[0].Shape);
                }
                return;
            }
            catch (AutogradException error)
            {
                first ??= InputShape.Needed(_layers[at], error);
            }
        }
        throw first!;
    }

    /// <inheritdoc/>
    protected override Tensors CallAll(Tensors inputs, bool training)
    {
        if (_layers.Count == 0)
        {
            throw new ModelException($"{Describe()} has no layers: add some first.");
        }
        var given = inputs;
        if (_layers[0] is Input input)
        {
            RequireShape(input.Name);
        }
        foreach (var layer in _layers)
        {
            inputs = layer.ApplyAll(inputs, training);
            if (layer == _layers[0])
            {
                RequireShape(Name); // only now, since the layer may have said more of what it cannot take
            }
        }
        return inputs;

        void RequireShape(string name)
        {
            if (given.Count == 1)
            {
                _layers[0].InputShape?.Require(given[0], name);
            }
        }
    }
}
