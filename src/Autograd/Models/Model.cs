namespace Autograd;

/// <summary>
/// Layers that together can be trained: compiled, fitted, evaluated, asked for predictions and saved. Made as a <see cref="Sequential"/>, from a graph of layers with any number of inputs and
/// outputs, or by deriving and overriding <see cref="Layer.Call(Tensor, bool)"/>. A model is a layer, so models nest.
/// Threads: several may predict with one model at a time, once it is built and while nobody trains it or assigns its weights (docs/threads.md); all else is for one thread at a time.
/// </summary>
public partial class Model : Layer
{
    private readonly Graph? _graph;

    /// <summary>For models whose <c>Call</c> is overridden.</summary>
    protected Model(string? name = null) : base(null, name) { }

    /// <summary>A model of the layers between one input and one output.</summary>
    /// <param name="inputs">Where examples enter: an <see cref="Input"/>.</param>
    /// <param name="outputs">The result.</param>
    /// <param name="name">The name in summaries.</param>
    /// <exception cref="ValueException">The output does not follow from the input alone.</exception>
    public Model(Node inputs, Node outputs, string? name = null) : this([inputs], [outputs], name) { }

    /// <summary>A model of the layers between several inputs and outputs.</summary>
    /// <param name="inputs">Where examples enter.</param>
    /// <param name="outputs">The results.</param>
    /// <param name="name">The name in summaries.</param>
    /// <exception cref="ValueException">An output does not follow from the inputs.</exception>
    public Model(IReadOnlyList<Node> inputs, IReadOnlyList<Node> outputs, string? name = null) : base(null, name)
    {
        _graph = new Graph(inputs, outputs);
        foreach (var layer in _graph.Layers)
        {
            Track(layer);
        }
        using var pause = Recording.Pause();
        ApplyAll(Tensors.Of([.. inputs.Select(input => input.Example)]), training: false);
    }

    internal Graph? Graph => _graph;

    /// <summary>Where examples enter the graph of layers; with them and a layer's <see cref="Layer.Output"/> another model can be made of a part of this one.</summary>
    /// <exception cref="ModelException">The model is no graph.</exception>
    public virtual IReadOnlyList<Node> Inputs => _graph?.Inputs ?? throw NoGraph();

    /// <summary>The results of the graph of layers.</summary>
    /// <exception cref="ModelException">The model is no graph.</exception>
    public virtual IReadOnlyList<Node> Outputs => _graph?.Outputs ?? throw NoGraph();

    private protected ModelException NoGraph() => new($"{Describe()} is no graph of layers: only models made of an Input, or a Sequential that knows the shape of its input, have Inputs and Outputs.");

    /// <summary>The layers, in the order in which they run.</summary>
    public virtual IReadOnlyList<Layer> Layers => Sublayers;

    /// <summary>The layer of that name.</summary>
    /// <exception cref="ValueException">There is none.</exception>
    public virtual Layer GetLayer(string name) => Layers.FirstOrDefault(layer => NameOf(layer) == name)
        ?? throw new ValueException($"{Describe()} has no layer '{name}'. It has: {string.Join(", ", Layers.Select(NameOf))}.");

    /// <summary>What a layer is called in this model: its <see cref="Layer.Name"/>, unless that was made of its type and another layer has it here; then it has another number.</summary>
    public string NameOf(Layer layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        return NameOfPart(layer);
    }

    /// <summary>Prints the layers with the shapes of their results and the numbers of their parameters.</summary>
    /// <param name="output">Where to; the console by default.</param>
    /// <exception cref="ModelException">The model has no weights yet, since nobody told it the shape of its input.</exception>
    public void Summary(TextWriter? output = null) => (output ?? Console.Out).WriteLine(IsBuilt || Weights.Count > 0 // some are never called themselves: their training steps call their parts
        ? SummaryTable.Of(this)
        : throw new ModelException($"{Describe()} is not built: give its first layer an inputShape, or apply the model to a batch first."));

    /// <inheritdoc/>
    protected override Tensors CallAll(Tensors inputs, bool training) => _graph is null ? base.CallAll(inputs, training) : _graph.Run(InOrder(inputs), training);
}
