using static Autograd.Tensor;

namespace Autograd;

/// <summary>A recurrent layer over sequences and another over the same sequences backwards, their outputs merged. Schuster and Paliwal, 1997.</summary>
public sealed class Bidirectional : Layer
{
    private readonly RecurrentLayer _forward;
    private readonly RecurrentLayer _backward;

    /// <param name="layer">The recurrent layer that goes forwards.</param>
    /// <param name="mergeMode">concat, sum, mul or ave; null for both outputs as results of their own.</param>
    /// <param name="backwardLayer">The layer that goes backwards; one with the settings of the other by default.</param>
    /// <param name="inputShape">The shape of one example.</param>
    /// <param name="name">The name.</param>
    public Bidirectional(Layer layer, string? mergeMode = "concat", Layer? backwardLayer = null, InputShape? inputShape = null, string? name = null) : base(inputShape, name)
    {
        ArgumentNullException.ThrowIfNull(layer);
        _forward = Track(Recurrent(layer));
        _backward = Track(backwardLayer is null ? Reversed(_forward) : Recurrent(backwardLayer));
        MergeMode = mergeMode is null ? null : OneOf(mergeMode, "Bidirectional: mergeMode", "concat", "sum", "mul", "ave");
        if (_forward.GoBackwards == _backward.GoBackwards)
        {
            throw new ValueException("Bidirectional: both layers go in the same direction; one must have goBackwards.");
        }
        if ((_forward.ReturnSequences, _forward.ReturnState) != (_backward.ReturnSequences, _backward.ReturnState))
        {
            throw new ValueException("Bidirectional: returnSequences and returnState must be the same in both layers.");
        }
    }

    /// <summary>The layer that goes forwards.</summary>
    public Layer Layer => _forward;

    /// <summary>The layer that goes backwards.</summary>
    public Layer BackwardLayer => _backward;

    /// <summary>How outputs are merged; null for not at all.</summary>
    public string? MergeMode { get; }

    private static RecurrentLayer Recurrent(Layer layer) => layer as RecurrentLayer
        ?? throw new ValueException($"Bidirectional: {layer.Describe()} is no recurrent layer, such as an LSTM.");

    private static RecurrentLayer Reversed(RecurrentLayer layer)
    {
        var kind = Registry.KindOf(layer)!;
        var reversed = (RecurrentLayer)kind.Create(setting => setting.Name switch
        {
            "goBackwards" => !layer.GoBackwards,
            "name" => $"backward_{layer.Name}",
            _ => kind.Read(layer, setting),
        });
        reversed.Restore(layer.DType, layer.ActivityRegularizer);
        return reversed;
    }

    /// <inheritdoc/>
    protected override Tensors CallAll(Tensors inputs, bool training)
    {
        RecurrentLayer.RequireSequences(inputs[0].Shape);
        var (x, mask) = (inputs[0], inputs.Skip(1).Where(input => input.DType == DType.Bool).ToArray());
        var states = inputs.Skip(1).Where(input => input.DType != DType.Bool).ToArray();
        if (states.Length % 2 != 0)
        {
            throw new ShapeException($"{states.Length} states to begin with; there must be as many for each direction, those forwards first.");
        }
        var half = states.Length / 2;
        var forward = _forward.ApplyAll(Tensors.Of([x, .. states[..half], .. mask]));
        var backward = _backward.ApplyAll(Tensors.Of([x, .. states[half..], .. mask]));
        var (y, other) = (forward[0], _forward.ReturnSequences ? backward[0].Flip(1) : backward[0]);
        Tensor[] merged = MergeMode switch
        {
            "concat" => [Concat([y, other], axis: -1)],
            "sum" => [y + other],
            "mul" => [y * other],
            "ave" => [(y + other) / 2],
            _ => [y, other],
        };
        foreach (var result in merged)
        {
            Masks.Copied(y, result);
        }
        return Tensors.Of([.. merged, .. forward.Skip(1), .. backward.Skip(1)]);
    }
}

/// <summary>A layer applied to each step of [batch, time, ...] by itself, with the same weights.</summary>
public sealed class TimeDistributed : Layer
{
    /// <param name="layer">The layer.</param>
    /// <param name="inputShape">The shape of one example.</param>
    /// <param name="name">The name.</param>
    public TimeDistributed(Layer layer, InputShape? inputShape = null, string? name = null) : base(inputShape, name) => Layer = Track(layer);

    /// <summary>The layer.</summary>
    public Layer Layer { get; }

    /// <inheritdoc/>
    protected override bool PassesMask => true;

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training)
    {
        if (x.Rank < 3)
        {
            throw new ShapeException("there must be three axes or more, [batch, time, ...].");
        }
        var (batch, time) = (x.Shape[0], x.Shape[1]);
        var y = Layer.Apply(x.Reshape(Shape.Of([Shape.Extent((long)batch * time, "TimeDistributed"), .. x.Shape.Dimensions[2..]])));
        return y.Reshape(Shape.Of([batch, time, .. y.Shape.Dimensions[1..]]));
    }
}
