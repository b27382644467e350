namespace Autograd;

/// <summary>
/// A place in a graph of layers: what a layer will give once the graph, as a <see cref="Model"/>, gets its inputs.
/// <code>
/// var image = new Input([28, 28, 1]);
/// var features = new Flatten().Apply(image);
/// var model = new Model(image, new Dense(10).Apply(features));
/// </code>
/// Immutable; threads may share it.
/// </summary>
public sealed class Node
{
    private Node(Layer layer, Node[] inputs, int index, Tensor example, Tensor? other)
    {
        Layer = layer;
        Inputs = inputs;
        Index = index;
        Example = example;
        Other = other;
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

    // The same for inputs of another length, where some may have any: what differs depends on it.
    private Tensor? Other { get; }

    /// <summary>The shape of one example here, -1 where its length is not fixed.</summary>
    internal InputShape PerExample => InputShape.Common(Example.Shape, (Other ?? Example).Shape);

    // Results of one application share this, so that a graph runs the layer once for all of them.
    internal object Application { get; private init; } = new();

    internal int Siblings { get; private init; } = 1;

    internal static Node Start(Layer layer, Tensor example, Tensor? other) => new(layer, [], 0, example, other);

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
        var other = inputs.Any(input => input.Other is not null) ? TriedOtherwise(layer, inputs) : (Tensors?)null;
        var application = new object();
        Node[] nodes = [.. results.Select((result, index) => new Node(layer, inputs, index, result, other?[index]) { Application = application, Siblings = results.Count })];
        if (layer.FirstOutput is null && other is not null)
        {
            layer.VaryingShape = nodes[0].PerExample;
        }
        layer.FirstOutput ??= nodes[0];
        return nodes;
    }

    // A layer may well have a longest input. One that takes no other length at all was built for the one it was tried on.
    private static Tensors TriedOtherwise(Layer layer, Node[] inputs)
    {
        AutogradException? first = null;
        foreach (var length in InputShape.OtherLengths)
        {
            try
            {
                return layer.ApplyAll(first is null ? Tensors.Of([.. inputs.Select(input => input.Other ?? input.Example)]) : Again(inputs, length), training: false);
            }
            catch (AutogradException error)
            {
                first ??= error;
            }
        }
        throw InputShape.Needed(layer, first!);
    }

    // What the places give where the graph begins with another length.
    private static Tensors Again(Node[] places, int length)
    {
        var (known, starts, open) = (new HashSet<Node>(), new List<Node>(), new Stack<Node>(places));
        while (open.TryPop(out var node))
        {
            if (!known.Add(node))
            {
                continue;
            }
            if (node.Inputs.Count == 0)
            {
                starts.Add(node);
            }
            foreach (var input in node.Inputs)
            {
                open.Push(input);
            }
        }
        return new Graph(starts, places).Run(Tensors.Of([.. starts.Select(start => Tensor.Zeros(start.PerExample.Example(length), start.DType))]), training: false);
    }

    /// <summary>The sum of two places.</summary>
    public static Node operator +(Node x, Node y) => new Add().Apply([x, y]);

    /// <summary>The difference of two places.</summary>
    public static Node operator -(Node x, Node y) => new Subtract().Apply([x, y]);

    /// <summary>The product of two places.</summary>
    public static Node operator *(Node x, Node y) => new Multiply().Apply([x, y]);

    /// <summary>A place times a number, by a <see cref="Rescaling"/>, as all arithmetic with numbers here: the result has that layer's type, float32.</summary>
    public static Node operator *(Node x, double factor) => new Rescaling(factor).Apply(x);

    /// <summary>A number times a place.</summary>
    public static Node operator *(double factor, Node x) => x * factor;

    /// <summary>A place times 1 / <paramref name="divisor"/>.</summary>
    public static Node operator /(Node x, double divisor) => x * (1 / divisor);

    /// <summary>A place plus a number.</summary>
    public static Node operator +(Node x, double summand) => new Rescaling(1, summand).Apply(x);

    /// <summary>A number plus a place.</summary>
    public static Node operator +(double summand, Node x) => x + summand;

    /// <summary>A place minus a number.</summary>
    public static Node operator -(Node x, double subtrahend) => x + -subtrahend;

    /// <summary>A number minus a place.</summary>
    public static Node operator -(double minuend, Node x) => new Rescaling(-1, minuend).Apply(x);

    /// <summary>A place with the other sign.</summary>
    public static Node operator -(Node x) => x * -1;
}
