using System.Runtime.CompilerServices;

namespace Autograd;

/// <summary>The ranges hyperparameters are held to, NaN being in none. Each check hands its value on.</summary>
internal static class Hyperparameter
{
    public static double NotNegative(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value >= 0 && double.IsFinite(value) ? value : throw Outside(name, value, "a finite number, 0 or more");

    public static double Positive(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value > 0 && double.IsFinite(value) ? value : throw Outside(name, value, "a finite number above 0");

    public static double? PositiveOrNone(double? value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value is { } given ? Positive(given, name) : null;

    public static double? NotNegativeOrNone(double? value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value is { } given ? NotNegative(given, name) : null;

    /// <summary>0 included, 1 excluded: what an average keeps of its past.</summary>
    public static double Fraction(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value is >= 0 and < 1 ? value : throw Outside(name, value, "at least 0 and below 1");

    public static double UpToOne(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value is >= 0 and <= 1 ? value : throw Outside(name, value, "between 0 and 1");

    public static double Finite(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        double.IsFinite(value) ? value : throw Outside(name, value, "a finite number");

    public static long AtLeast(long least, long value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value >= least ? value : throw Outside(name, value, FormattableString.Invariant($"{least} or more"));

    public static ValueException Outside(string name, double value, string range) =>
        new(FormattableString.Invariant($"{name} is {value}; it must be {range}."));
}
