using System.Diagnostics.CodeAnalysis;
using Autograd.Serialization;
using static Autograd.Tensor;

namespace Autograd;

/// <summary>What a weight is put back into after each step of an optimizer. By object, or by name: <c>kernelConstraint: "non_neg"</c>.
/// Threads may share one, if a class of the program's own keeps no state.</summary>
public abstract class Constraint
{
    internal static Registry<Constraint> Registry { get; } =
        new Registry<Constraint>("constraint").Add<MaxNorm>().Add<MinMaxNorm>().Add<NonNegative>("non_neg").Add<UnitNorm>();

    /// <summary>Makes a constraint of your own known by its type's name, so that a model with it can be saved and loaded. Its constructor's parameters must be public properties too.</summary>
    public static void Register<[DynamicallyAccessedMembers(Kind.Needs)] TConstraint>() where TConstraint : Constraint => Registry.Register<TConstraint>();

    /// <summary>The nearest allowed values, in the shape of <paramref name="weight"/>.</summary>
    public Tensor Apply(Tensor weight)
    {
        ArgumentNullException.ThrowIfNull(weight);
        using var pause = Recording.Pause();
        return Call(weight);
    }

    /// <summary>Computes the allowed values.</summary>
    protected abstract Tensor Call(Tensor weight);

    /// <summary>A constraint that calls a function.</summary>
    public static Constraint From(Func<Tensor, Tensor> project) => new Custom(project);

    /// <summary>The constraint of that name with its default settings.</summary>
    /// <exception cref="ValueException">There is none.</exception>
    public static implicit operator Constraint(string name) => Registry.Create(name);

    private protected static Tensor Norms(Tensor weight, Axes axis) => Sqrt(Square(weight).Sum(axis, keepDims: true));

    private sealed class Custom(Func<Tensor, Tensor> project) : Constraint
    {
        protected override Tensor Call(Tensor weight) => project(weight);
    }
}

/// <summary>No value below 0.</summary>
public sealed class NonNegative : Constraint
{
    /// <inheritdoc/>
    protected override Tensor Call(Tensor weight) => Relu(weight);
}

/// <summary>The norm along an axis is at most <see cref="MaxValue"/>.</summary>
public sealed class MaxNorm(double maxValue = 2, int axis = 0) : Constraint
{
    /// <summary>The largest norm.</summary>
    public double MaxValue { get; } = Setting.NotNegative(maxValue, "MaxNorm: maxValue");

    /// <summary>The axis of the vectors: 0, the inputs, for a dense kernel.</summary>
    public int Axis { get; } = axis;

    /// <inheritdoc/>
    protected override Tensor Call(Tensor weight)
    {
        var norms = Norms(weight, Axis);
        return weight * (Clip(norms, 0, MaxValue) / (norms + 1e-7));
    }
}

/// <summary>The norm along an axis is drawn into [minValue, maxValue].</summary>
public sealed class MinMaxNorm(double minValue = 0, double maxValue = 1, double rate = 1, int axis = 0) : Constraint
{
    /// <summary>The smallest norm.</summary>
    public double MinValue { get; } = Setting.NotNegative(minValue, "MinMaxNorm: minValue");

    /// <summary>The largest norm.</summary>
    public double MaxValue { get; } = maxValue >= minValue
        ? Setting.NotNegative(maxValue, "MinMaxNorm: maxValue")
        : throw new ValueException(FormattableString.Invariant($"MinMaxNorm: maxValue is {maxValue}; it must be minValue, {minValue}, or more."));

    /// <summary>How far it is drawn each time; 1 for all the way.</summary>
    public double Rate { get; } = Setting.Fraction(rate, "MinMaxNorm: rate");

    /// <inheritdoc cref="MaxNorm.Axis"/>
    public int Axis { get; } = axis;

    /// <inheritdoc/>
    protected override Tensor Call(Tensor weight)
    {
        var norms = Norms(weight, Axis);
        return weight * (((Rate * Clip(norms, MinValue, MaxValue)) + ((1 - Rate) * norms)) / (norms + 1e-7));
    }
}

/// <summary>The norm along an axis is 1.</summary>
public sealed class UnitNorm(int axis = 0) : Constraint
{
    /// <inheritdoc cref="MaxNorm.Axis"/>
    public int Axis { get; } = axis;

    /// <inheritdoc/>
    protected override Tensor Call(Tensor weight) => weight / (Norms(weight, Axis) + 1e-7);
}
