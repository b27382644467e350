using System.Globalization;

namespace Autograd;

/// <summary>Measures by name, in the order in which they print: <c>logs["val_loss"]</c>. Threads: one at a time.</summary>
public sealed class Logs : OrderedDictionary<string, double>
{
    /// <summary>As Keras prints them: <c>loss: 1.5179 - accuracy: 0.5406</c>.</summary>
    public override string ToString() => string.Join(" - ", this.Select(entry => $"{entry.Key}: {Format(entry.Value)}"));

    internal static string Format(double value) =>
        value.ToString(Math.Abs(value) > 1e-3 || value == 0 || !double.IsFinite(value) ? "0.0000" : "0.0000e+00", CultureInfo.InvariantCulture);
}
