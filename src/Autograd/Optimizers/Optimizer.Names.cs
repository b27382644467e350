using System.Diagnostics.CodeAnalysis;
using Autograd.Serialization;

namespace Autograd;

public abstract partial class Optimizer
{
    internal static Registry<Optimizer> Registry { get; } = new Registry<Optimizer>("optimizer", name => name.ToLowerInvariant())
        .Add<Adadelta>().Add<Adafactor>().Add<Adagrad>().Add<Adam>().Add<Adamax>().Add<AdamW>().Add<Ftrl>().Add<Lamb>().Add<LBFGS>().Add<Lion>().Add<Nadam>().Add<RMSprop>().Add<SGD>();

    /// <summary>Makes an optimizer of your own known by its type's name, so that a model with it can be saved and loaded. Its constructor's parameters must be public properties too.</summary>
    public static void Register<[DynamicallyAccessedMembers(Kind.Needs)] TOptimizer>() where TOptimizer : Optimizer => Registry.Register<TOptimizer>();

    /// <summary>The names of all optimizers.</summary>
    public static IReadOnlyList<string> Names => Registry.Names;

    /// <summary>A new optimizer with the defaults of its class, by name, in any spelling: "adam".</summary>
    /// <exception cref="ValueException">The name is unknown; the message lists those that are known.</exception>
    public static Optimizer Get(string name) => Registry.Create(name);

    /// <inheritdoc cref="Get"/>
    public static implicit operator Optimizer(string name) => Get(name);
}
