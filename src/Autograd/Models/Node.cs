namespace Autograd;

/// <summary>
/// A place in a graph of layers: what a layer will give once the graph, as a <see cref="Model"/>, gets its inputs.
/// <code>
/// var image = new Input([28, 28, 1]);
/// var features = new Flatten().Apply(image);
/// var model = new Model(image, new Dense(10).Apply(features));
/// </code>
/// </summary>
public sealed class Node
{
    private Node(Layer layer, Node[] inputs, int index, Tensor example, Tensor? longer)
    {
        Layer = layer;
        Inputs = inputs;
        Index = index;
        Example = example;
        Longer = longer;
    }

    /// <summary>The layer that gives it.</summary>
    public Layer Layer { get; }

    /// <summary>What that layer is applied to; empty for an input.</summary>
    public IReadOnlyList<Node> Inputs { get; }

    /// <summary>Which of the layer's results it is.</summary>
    public int Index { get; }

    /// <summary>Its shape for a batch of one example; an axis of any length has the one that layers are tried on.</summary>
    public Shape Shape => Example.Shape;

    /// <summary>Its type.</summary>
    public DType DType => Example.DType;

    // Shapes are found by trying the layer on one row of zeros, so that a layer need not say twice what it does.
    internal Tensor Example { get; }

    // The same for longer inputs, where some may have any length: what differs depends on it.
    private Tensor? Longer { get; }

    /// <summary>The shape of one example here, -1 where its length is not fixed.</summary>
    internal InputShape PerExample => InputShape.Common(Example.Shape, (Longer ?? Example).Shape);

    // Results of one application share this, so that a graph runs the layer once for all of them.
    internal object Application { get; private init; } = new();

    internal int Siblings { get; private init; } = 1;

    internal static Node Start(Layer layer, Tensor example, Tensor? longer) => new(layer, [], 0, example, longer);

    internal static Node Of(Layer layer, Node[] inputs) => AllOf(layer, inputs) is [var only]
        ? only
        : throw new ShapeException($"{layer.Describe()} gives several results; take them with ApplyAll.");

    internal static IReadOnlyList<Node> AllOf(Layer layer, Node[] inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        foreach (var input in inputs)
        {
            ArgumentNullException.ThrowIfNull(input, nameof(inputs));
        }
        using var pause = Recording.Pause();
        var results = layer.ApplyAll(Tensors.Of([.. inputs.Select(input => input.Example)]), training: false);
        var longer = inputs.Any(input => input.Longer is not null) ? TriedLonger(layer, inputs) : null;
        var application = new object();
        Node[] nodes = [.. results.Select((result, index) => new Node(layer, inputs, index, result, longer?[index]) { Application = application, Siblings = results.Count })];
        if (layer.FirstOutput is null && longer is not null)
        {
            layer.VaryingShape = nodes[0].PerExample;
        }
        layer.FirstOutput ??= nodes[0];
        return nodes;
    }

    // A layer may well have a longest input; then its results count as being of one length.
    private static Tensors? TriedLonger(Layer layer, Node[] inputs)
    {
        try
        {
            return layer.ApplyAll(Tensors.Of([.. inputs.Select(input => input.Longer ?? input.Example)]), training: false);
        }
        catch (AutogradException)
        {
            return null;
        }
    }

    /// <summary>The sum of two places.</summary>
    public static Node operator +(Node x, Node y) => new Add().Apply([x, y]);

    /// <summary>The difference of two places.</summary>
    public static Node operator -(Node x, Node y) => new Subtract().Apply([x, y]);

    /// <summary>The product of two places.</summary>
    public static Node operator *(Node x, Node y) => new Multiply().Apply([x, y]);
}
