using System.Diagnostics.CodeAnalysis;
using Autograd.Serialization;

namespace Autograd;

/// <summary>
/// How the first values of a weight are drawn. By object, or by the name a Keras user knows: <c>kernelInitializer: "he_normal"</c>. Of your own: derive, or
/// <see cref="From"/> a function.
/// Threads may share one, if a class of the program's own keeps no state.
/// </summary>
public abstract class Initializer
{
    internal static Registry<Initializer> Registry { get; } = new Registry<Initializer>("initializer")
        .Add<Zeros>().Add<Ones>().Add<Constant>().Add<RandomNormal>("normal").Add<RandomUniform>("uniform").Add<TruncatedNormal>().Add<VarianceScaling>()
        .Add<GlorotUniform>("xavier_uniform").Add<GlorotNormal>("xavier_normal").Add<HeUniform>("kaiming_uniform").Add<HeNormal>("kaiming_normal")
        .Add<LecunUniform>().Add<LecunNormal>().Add<Orthogonal>().Add<Identity>();

    /// <summary>Makes a initializer of your own known by its type's name, so that a model with it can be saved and loaded. Its constructor's parameters must be public properties too.</summary>
    public static void Register<[DynamicallyAccessedMembers(Kind.Needs)] TInitializer>() where TInitializer : Initializer => Registry.Register<TInitializer>();

    /// <summary>Values for a weight.</summary>
    /// <param name="shape">The weight's shape; a kernel's last axis is its outputs, the one before its inputs.</param>
    /// <param name="dtype">Its type.</param>
    public Tensor Create(Shape shape, DType dtype = DType.Float32)
    {
        ArgumentNullException.ThrowIfNull(shape);
        using var pause = Recording.Pause();
        return Draw(shape, dtype);
    }

    /// <summary>Draws the values.</summary>
    protected abstract Tensor Draw(Shape shape, DType dtype);

    /// <summary>An initializer that calls a function of shape and type.</summary>
    public static Initializer From(Func<Shape, DType, Tensor> draw) => new Custom(draw);

    /// <summary>The initializer of that name with its default settings.</summary>
    /// <exception cref="ValueException">There is none.</exception>
    public static implicit operator Initializer(string name) => Registry.Create(name);

    private sealed class Custom(Func<Shape, DType, Tensor> draw) : Initializer
    {
        protected override Tensor Draw(Shape shape, DType dtype) => draw(shape, dtype);
    }
}
