using System.Diagnostics.CodeAnalysis;
using Autograd.Serialization;

namespace Autograd;

/// <summary>A learning rate over the steps of training. A plain number is a constant one: <c>optimizer.LearningRate = 0.01</c>.
/// Threads may share one, if a class of the program's own keeps no state.</summary>
public abstract class Schedule
{
    internal static Registry<Schedule> Registry { get; } = new Registry<Schedule>("schedule")
        .Add<ConstantSchedule>().Add<ExponentialDecay>().Add<CosineDecay>().Add<CosineDecayRestarts>().Add<InverseTimeDecay>().Add<PiecewiseConstantDecay>().Add<PolynomialDecay>();

    /// <summary>Makes a schedule of your own known by its type's name, so that a model with it can be saved and loaded. Its constructor's parameters must be public properties too.</summary>
    public static void Register<[DynamicallyAccessedMembers(Kind.Needs)] TSchedule>() where TSchedule : Schedule => Registry.Register<TSchedule>();

    /// <summary>The rate of a step, counted from 0.</summary>
    public abstract double At(long step);

    /// <summary>The kind and its settings: <c>ExponentialDecay(initialLearningRate: 0.1, decaySteps: 1000, decayRate: 0.9, staircase: false)</c>.</summary>
    public override string ToString() => Registry.KindOf(this)?.Shown(this) ?? GetType().Name;

    /// <summary>The same rate at every step.</summary>
    /// <exception cref="ValueException">The rate is negative or not finite.</exception>
    public static implicit operator Schedule(double rate) => new ConstantSchedule(rate);

    /// <summary>Any function of the step.</summary>
    public static implicit operator Schedule(Func<long, double> rate) => new LambdaSchedule(rate);
}

/// <summary>The same rate at every step.</summary>
public sealed class ConstantSchedule : Schedule
{
    /// <summary>A constant rate.</summary>
    /// <exception cref="ValueException">The rate is negative or not finite.</exception>
    public ConstantSchedule(double rate) => Rate = Hyperparameter.NotNegative(rate, "learningRate");

    /// <summary>The rate.</summary>
    public double Rate { get; }

    /// <inheritdoc/>
    public override double At(long step) => Rate;

    /// <summary>The rate.</summary>
    public override string ToString() => FormattableString.Invariant($"{Rate}");
}

/// <summary>A rate computed by a function of the step.</summary>
public sealed class LambdaSchedule : Schedule
{
    /// <summary>A rate computed by a function of the step.</summary>
    public LambdaSchedule(Func<long, double> rate)
    {
        ArgumentNullException.ThrowIfNull(rate);
        Rate = rate;
    }

    /// <summary>The function.</summary>
    public Func<long, double> Rate { get; }

    /// <inheritdoc/>
    public override double At(long step) => Rate(step);

    /// <summary>That it is a function.</summary>
    public override string ToString() => "a function of the step";
}
