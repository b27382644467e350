using System.Diagnostics.CodeAnalysis;
using Autograd.Serialization;
using static Autograd.Tensor;

namespace Autograd;

/// <summary>
/// A penalty on a weight or on a layer's output that is added to the loss. By object, or by name with default settings: <c>kernelRegularizer: "l2"</c>.
/// Threads may share one, if a class of the program's own keeps no state.
/// </summary>
/// <remarks>
/// <see cref="L2"/> is factor times the sum of squares, as in Keras. Others have half of that: <c>tf.nn.l2_loss</c>, <c>tf.contrib.layers.l2_regularizer</c> and the weight decay of PyTorch's SGD. For
/// the same effect write half their factor.
/// </remarks>
public abstract class Regularizer
{
    internal static Registry<Regularizer> Registry { get; } = new Registry<Regularizer>("regularizer").Add<L1>().Add<L2>().Add<L1L2>().Add<OrthogonalRegularizer>();

    /// <summary>Makes a regularizer of your own known by its type's name, so that a model with it can be saved and loaded. Its constructor's parameters must be public properties too.</summary>
    public static void Register<[DynamicallyAccessedMembers(Kind.Needs)] TRegularizer>() where TRegularizer : Regularizer => Registry.Register<TRegularizer>();

    /// <summary>The penalty, a scalar.</summary>
    public Tensor Apply(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return Call(x);
    }

    /// <summary>Computes the penalty.</summary>
    protected abstract Tensor Call(Tensor x);

    /// <summary>A regularizer that calls a function.</summary>
    public static Regularizer From(Func<Tensor, Tensor> penalty) => new Custom(penalty);

    /// <summary>The regularizer of that name with its default settings.</summary>
    /// <exception cref="ValueException">There is none.</exception>
    public static implicit operator Regularizer(string name) => Registry.Create(name);

    /// <summary>The kind and its settings, and for <see cref="L2"/> which of the two usual meanings it has.</summary>
    public override string ToString() => Registry.KindOf(this)?.Shown(this) ?? GetType().Name;

    internal static double Checked(double value, string name) => value >= 0 && double.IsFinite(value)
        ? value
        : throw new ValueException(FormattableString.Invariant($"{name}: {value}; a penalty's factor is finite and not negative."));

    private sealed class Custom(Func<Tensor, Tensor> penalty) : Regularizer
    {
        protected override Tensor Call(Tensor x) => penalty(x);
    }
}

/// <summary>factor * sum |x|.</summary>
public sealed class L1(double factor = 0.01) : Regularizer
{
    /// <summary>The factor.</summary>
    public double Factor { get; } = Checked(factor, "L1");

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x) => Factor * Abs(x).Sum();
}

/// <summary>factor * sum x^2, as in Keras: twice what <c>tf.contrib.layers.l2_regularizer(factor)</c> and a weight decay in PyTorch's SGD give.</summary>
public sealed class L2(double factor = 0.01) : Regularizer
{
    /// <summary>The factor.</summary>
    public double Factor { get; } = Checked(factor, "L2");

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x) => Factor * Square(x).Sum();

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"L2(factor: {Factor}), {Factor} sum x^2 as in Keras; half that in tf.contrib and PyTorch");
}

/// <summary>l1 sum |x| + l2 sum x^2; see <see cref="L2"/>.</summary>
public sealed class L1L2(double l1 = 0, double l2 = 0) : Regularizer
{
    /// <summary>The factor of the absolute values.</summary>
    public double L1 { get; } = Checked(l1, "L1L2: l1");

    /// <summary>The factor of the squares.</summary>
    public double L2 { get; } = Checked(l2, "L1L2: l2");

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x) => (L1 * Abs(x).Sum()) + (L2 * Square(x).Sum());
}

/// <summary>
/// Draws the rows (or columns) of a matrix towards orthogonality: factor * 0.5 * sum over pairs of |cosine|, divided by the number of pairs,
/// as in Keras.
/// </summary>
public sealed class OrthogonalRegularizer(double factor = 0.01, string mode = "rows") : Regularizer
{
    /// <summary>The factor.</summary>
    public double Factor { get; } = Checked(factor, "OrthogonalRegularizer");

    /// <summary>rows or columns.</summary>
    public string Mode { get; } = mode is "rows" or "columns" ? mode : throw new ValueException($"OrthogonalRegularizer: mode '{mode}'; it is rows or columns.");

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x)
    {
        if (x.Rank != 2)
        {
            throw new ShapeException($"OrthogonalRegularizer: shape {x.Shape}; the weight must be a matrix.");
        }
        var rows = Mode == "rows" ? x : x.T;
        var unit = rows * Rsqrt(Maximum(Square(rows).Sum(axis: 1, keepDims: true), 1e-12));
        var count = unit.Shape[0];
        var cosines = Abs(MatMul(unit, unit, transposeY: true)) * (1 - Eye(count, dtype: x.DType).To(x.Device));
        return Factor * 0.5 * cosines.Sum() / Math.Max(1, count * (count - 1) / 2.0);
    }
}
