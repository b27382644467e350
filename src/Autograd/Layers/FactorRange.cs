namespace Autograd;

/// <summary>From where to where a random factor is drawn: one number f for [-f, f] (<c>factor: 0.2</c>), or two (<c>factor: (-0.1, 0.3)</c>). Immutable; threads may share it.</summary>
/// <param name="Lower">The lower bound.</param>
/// <param name="Upper">The upper bound.</param>
public readonly record struct FactorRange(double Lower, double Upper)
{
    /// <summary>[-f, f].</summary>
    public static implicit operator FactorRange(double factor) => new(-factor, factor);

    /// <summary>[lower, upper].</summary>
    public static implicit operator FactorRange((double Lower, double Upper) range) => new(range.Lower, range.Upper);

    internal double Draw(Data.RandomNumbers random) => random.Uniform(Lower, Upper);

    internal FactorRange Within(double least, double most, string name) => Lower <= Upper && Lower >= least && Upper <= most && double.IsFinite(Upper - Lower)
        ? this
        : throw new ValueException(FormattableString.Invariant($"{name} is drawn from {this}; the first bound must not be above the second, and both finite")
            + (double.IsInfinity(most) && double.IsInfinity(least) ? "." : FormattableString.Invariant($" and in [{least}, {most}].")));

    /// <summary>The bounds.</summary>
    public override string ToString() => FormattableString.Invariant($"[{Lower}, {Upper}]");
}
