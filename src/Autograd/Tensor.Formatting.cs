namespace Autograd;

public partial class Tensor : IFormattable
{
    /// <summary>The numbers alone, each in a format: <c>$"{loss:F3}"</c> is "0.125" for a scalar, and "[0.125, 1.000]" for a vector. Without a format as <see cref="ToString()"/>.</summary>
    /// <param name="format">A format of .NET's for numbers; bools have none.</param>
    /// <param name="formatProvider">The culture; the invariant one by default.</param>
    /// <exception cref="FormatException">It is no format for numbers of this type.</exception>
    public string ToString(string? format, IFormatProvider? formatProvider = null) => string.IsNullOrEmpty(format) || (Flags & Traits.Disposed) != 0
        ? ToString()
        : TensorFormatter.Format(this, format, formatProvider ?? System.Globalization.CultureInfo.InvariantCulture);
}
