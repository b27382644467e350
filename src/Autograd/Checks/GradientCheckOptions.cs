namespace Autograd;

/// <summary>How <see cref="GradientCheck"/> compares. The defaults are those of <c>torch.autograd.gradcheck</c>. Immutable; threads may share it.</summary>
public sealed record GradientCheckOptions
{
    /// <summary>
    /// The highest order checked. 1 checks gradients; 2 checks these and then, for fixed random cotangents dy, the derivatives of
    /// (x, dy) -> gradient of &lt;dy, f(x)&gt;, taken by nested tapes, as <c>torch.autograd.gradgradcheck</c> does; and so on.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The order is below 1.</exception>
    public int Order { get; init => field = value >= 1 ? value : throw Refused(nameof(Order), value, "it must be 1 or more"); } = 1;

    /// <summary>
    /// Whether to compare one random projection u'Jv per input and output instead of every entry of the Jacobian J: a few calls of the
    /// function whatever its size. A single wrong entry among very many can hide in a projection, and a failure names no element.
    /// </summary>
    public bool Fast { get; init; }

    /// <summary>The step h of the central difference (f(x + h) - f(x - h)) / 2h.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The step is not above 0, or not finite.</exception>
    public double Epsilon { get; init => field = value > 0 && double.IsFinite(value) ? value : throw Refused(nameof(Epsilon), value, "it must be finite and above 0"); } = 1e-6;

    /// <summary>Analytic a and numeric n agree where |a - n| &lt;= AbsoluteTolerance + RelativeTolerance |n|.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The tolerance is negative or not finite.</exception>
    public double AbsoluteTolerance { get; init => field = Tolerance(nameof(AbsoluteTolerance), value); } = 1e-5;

    /// <inheritdoc cref="AbsoluteTolerance"/>
    public double RelativeTolerance { get; init => field = Tolerance(nameof(RelativeTolerance), value); } = 1e-3;

    /// <summary>Determines the random projections and cotangents; equal seeds check the same thing.</summary>
    public long Seed { get; init; }

    /// <summary>
    /// Whether a probable kink passes: a point where the differences to the left and to the right disagree, such as x = 0 for relu,
    /// and the analytic gradient lies between them; and a jump. In <see cref="Fast"/> mode a kink anywhere excuses the projection.
    /// </summary>
    public bool AllowKinks { get; init; }

    /// <summary>The most failures a report lists one by one; it counts all of them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    public int MaxFailures { get; init => field = value >= 1 ? value : throw Refused(nameof(MaxFailures), value, "it must be 1 or more"); } = 20;

    private static double Tolerance(string name, double value) =>
        value >= 0 && double.IsFinite(value) ? value : throw Refused(name, value, "it must be finite and not negative");

    private static ArgumentOutOfRangeException Refused(string name, double value, string rule) =>
        new(nameof(value), FormattableString.Invariant($"GradientCheckOptions: {name} is {value}; {rule}."));
}
