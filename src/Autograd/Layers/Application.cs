namespace Autograd;

/// <summary>What a thread knows while it applies layers: whose <c>Call</c> runs, whether in training, and the penalties added on the way.</summary>
internal sealed class Application
{
    [ThreadStatic]
    private static Application? t_current;

    private readonly List<Tensor> _losses = [];
    private Layer? _layer;
    private Layer? _root;

    public bool Training { get; private set; }

    /// <summary>The state to return to when an application ends.</summary>
    internal readonly record struct Outer(Layer? Layer, bool Training);

    public static Application Enter(Layer layer, bool? training, out Outer outer)
    {
        var current = t_current ??= new Application();
        outer = new Outer(current._layer, current.Training);
        if (current._layer is null)
        {
            current._root = layer;
            current._losses.Clear();
        }
        else if (current._layer != layer && !current._layer.Owns(layer))
        {
            // Used within another layer's Call, so a part of it, whether it was declared or not: no weight is forgotten.
            current._layer.Adopt(layer);
        }
        current._layer = layer;
        current.Training = (training ?? (outer.Layer is not null && outer.Training)) && layer.Trainable;
        return current;
    }

    public static void Leave(Outer outer)
    {
        var current = t_current!;
        current._layer = outer.Layer;
        current.Training = outer.Training;
    }

    public static void AddLoss(Tensor penalty)
    {
        if (t_current is { _layer: not null } current)
        {
            current._losses.Add(penalty);
        }
    }

    public static IReadOnlyList<Tensor> LossesOf(Layer layer) => t_current is { } current && current._root == layer ? current._losses : [];
}
