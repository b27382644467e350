using static Autograd.Tensor;

namespace Autograd;

/// <summary>
/// Applies a function to every element, or a softmax along the last axis. As a layer, or as an argument of others, by the name a Keras user knows:
/// <c>new Dense(25, activation: "relu")</c>, or the function itself: <c>new Dense(25, Relu)</c>. Of your own: <c>new Activation(x => x * Sigmoid(x))</c>.
/// </summary>
public sealed class Activation : Layer
{
    // What there is, by name; the first spelling of several is the one written to files.
    private static readonly (string[] Names, Func<Tensor, Tensor> Function)[] s_known =
    [
        (["linear"], x => x),
        (["relu"], Relu),
        (["sigmoid"], Sigmoid),
        (["tanh"], Tanh),
        (["softmax"], Tensor.Softmax),
        (["log_softmax"], LogSoftmax),
        (["softplus"], Softplus),
        (["softsign"], Softsign),
        (["elu"], Elu),
        (["selu"], Selu),
        (["gelu"], Gelu),
        (["silu", "swish"], Silu),
        (["mish"], Mish),
        (["relu6"], Relu6),
        (["leaky_relu"], LeakyRelu),
        (["log_sigmoid"], LogSigmoid),
        (["exponential"], Exp),
        (["hard_sigmoid"], HardSigmoid),
        (["hard_silu", "hard_swish"], HardSwish),
        (["hard_tanh"], HardTanh),
        (["hard_shrink"], HardShrink),
        (["soft_shrink"], SoftShrink),
        (["tanh_shrink"], TanhShrink),
        (["celu"], Celu),
        (["glu"], Glu),
        (["squareplus"], Squareplus),
        (["sparse_plus"], SparsePlus),
        (["sparse_sigmoid"], SparseSigmoid),
        (["sparsemax"], Sparsemax),
    ];

    private static readonly Dictionary<string, (string Name, Func<Tensor, Tensor> Function)> s_byName =
        s_known.SelectMany(known => known.Names.Select(name => (Key(name), (known.Names[0], known.Function)))).ToDictionary();

    private readonly Func<Tensor, Tensor> _function;

    /// <summary>A known function.</summary>
    /// <exception cref="ValueException">There is none of that name; the message lists those there are.</exception>
    public Activation(string function, InputShape? inputShape = null, string? name = null) : base(inputShape, name) =>
        (Function, _function) = Find(function);

    /// <summary>A function of your own.</summary>
    public Activation(Func<Tensor, Tensor> function, InputShape? inputShape = null, string? name = null) : base(inputShape, name)
    {
        ArgumentNullException.ThrowIfNull(function);
        (Function, _function) = (Array.Find(s_known, known => known.Function.Equals(function)).Names?[0], function);
    }

    /// <summary>The name of the function, where it is a known one such as <c>Relu</c>; null for one of your own.</summary>
    public string? Function { get; }

    internal bool IsLinear => Function == "linear";

    /// <summary>The names of all known functions.</summary>
    public static IReadOnlyList<string> Names => [.. s_known.SelectMany(known => known.Names)];

    private static (string, Func<Tensor, Tensor>) Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return s_byName.TryGetValue(Key(name), out var found)
            ? found
            : throw new ValueException($"There is no activation called '{name}'. {Serialization.Spelled.Known(name, Names)}");
    }

    private static string Key(string name) => name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();

    /// <summary>The known function of that name.</summary>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(activation))]
    public static implicit operator Activation?(string? activation) => activation is null ? null : new(activation);

    /// <summary>A function of your own.</summary>
    public static implicit operator Activation(Func<Tensor, Tensor> function) => new(function);

    /// <summary>The function's value, outside any layer.</summary>
    internal Tensor Of(Tensor x) => _function(x);

    /// <inheritdoc/>
    protected override bool PassesMask => true;

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training) => _function(x);
}
