namespace Autograd;

/// <summary>A function as a layer. It cannot be written to a file as part of a model; its weights, if it applies layers, can.</summary>
public sealed class Lambda : Layer
{
    private readonly Func<Tensor[], Tensor> _function;

    /// <summary>A function of one input.</summary>
    public Lambda(Func<Tensor, Tensor> function, string? name = null) : base(null, name)
    {
        ArgumentNullException.ThrowIfNull(function);
        _function = inputs => inputs is [var only] ? function(only) : throw new ShapeException($"{Describe()} takes one input and got {inputs.Length}.");
    }

    /// <summary>A function of several inputs; say <c>(Tensor[] xs) => ...</c>.</summary>
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
