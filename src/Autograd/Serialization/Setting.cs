namespace Autograd.Serialization;

/// <summary>Settings of losses, metrics and the like, checked where the object is made. The name in a message is the class and its parameter.</summary>
internal static class Setting
{
    public static double Fraction(double value, string name) => value is >= 0 and <= 1 ? value : throw Refused(name, value, "it must lie in [0, 1]");

    public static double Positive(double value, string name) => value > 0 && double.IsFinite(value) ? value : throw Refused(name, value, "it must be positive and finite");

    public static double NotNegative(double value, string name) => value >= 0 && double.IsFinite(value) ? value : throw Refused(name, value, "it must be finite and not negative");

    public static double Finite(double value, string name) => double.IsFinite(value) ? value : throw Refused(name, value, "it must be finite");

    /// <summary>A number of thresholds, each of which costs memory: a file should not ask for all of it.</summary>
    public static int Thresholds(int least, int value, string name) => value >= least && value <= 1 << 20
        ? value
        : throw new ValueException($"{name} is {value}; it must be from {least} to {1 << 20}.");

    public static int AtLeast(int least, int value, string name) => value >= least ? value : throw new ValueException($"{name} is {value}; it must be {least} or more.");

    public static string OneOf(string value, string name, params ReadOnlySpan<string> known)
    {
        ArgumentNullException.ThrowIfNull(value, name);
        foreach (var one in known)
        {
            if (string.Equals(one, value, StringComparison.OrdinalIgnoreCase))
            {
                return one;
            }
        }
        throw new ValueException($"{name} is '{value}'. Known: {string.Join(", ", known.ToArray())}.");
    }

    private static ValueException Refused(string name, double value, string rule) => new(FormattableString.Invariant($"{name} is {value}; {rule}."));
}
