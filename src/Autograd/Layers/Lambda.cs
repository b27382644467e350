namespace Autograd;

/// <summary>A function as a layer. As in Keras, it hands on no mask. It cannot be written to a file as part of a model; its weights, if it applies layers, can.</summary>
public sealed class Lambda : Layer
{
    private readonly Func<Tensor[], Tensor> _function;

    /// <summary>A function of one input, <c>x => x * 2</c>.</summary>
    public Lambda(Func<Tensor, Tensor> function, string? name = null) : base(null, name)
    {
        ArgumentNullException.ThrowIfNull(function);
        _function = inputs => inputs is [var only] ? function(only) : throw new ShapeException(
            $"{Describe()} is a function of one tensor and got {inputs.Length}. A function of several says so: new Lambda((Tensor[] t) => t[0] - t[1]); without the type, t is taken for one tensor, of which t[0] is the first example.");
    }

    /// <summary>A function of several inputs, <c>(Tensor[] t) => t[0] - t[1]</c>; the type must be said, since <c>t => t[0] - t[1]</c> is a function of one tensor too.</summary>
    [System.Runtime.CompilerServices.OverloadResolutionPriority(-1)] // x => layer.Apply(x) could be either
    public Lambda(Func<Tensor[], Tensor> function, string? name = null) : base(null, name)
    {
        ArgumentNullException.ThrowIfNull(function);
        _function = function;
    }

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training) => _function([x]);

    /// <inheritdoc/>
    protected override Tensor Call(Tensor[] inputs, bool training) => _function(inputs);
}
