using System.Globalization;

namespace Autograd;

/// <summary>Measures by name, in the order in which they print: <c>logs["val_loss"]</c>. Threads: one at a time.</summary>
public sealed class Logs : OrderedDictionary<string, double>
{
    /// <summary>As Keras prints them: <c>loss: 1.5179 - accuracy: 0.5406</c>.</summary>
    public override string ToString() => string.Join(" - ", this.Select(entry => $"{entry.Key}: {Format(entry.Value)}"));

    /// <summary>The loss and the only metric: <c>var (loss, accuracy) = model.Evaluate(x, y)</c>.</summary>
    /// <exception cref="ValueException">There are more measures or fewer.</exception>
    public void Deconstruct(out double first, out double second)
    {
        if (Count != 2)
        {
            throw new ValueException($"There are {Count} measures where 2 are taken: {string.Join(", ", Keys)}. Take them by name, [\"{Keys.FirstOrDefault("loss")}\"].");
        }
        (first, second) = (GetAt(0).Value, GetAt(1).Value);
    }

    internal static string Format(double value) =>
        value.ToString(Math.Abs(value) > 1e-3 || value == 0 || !double.IsFinite(value) ? "0.0000" : "0.0000e+00", CultureInfo.InvariantCulture);
}
