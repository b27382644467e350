using System.Globalization;
using System.Text;

namespace Autograd.Reports;

/// <summary>Turns text and numbers into characters that are safe inside HTML and XML, in every culture.</summary>
internal static class Markup
{
    internal static CultureInfo Invariant => CultureInfo.InvariantCulture;

    /// <summary>Escapes markup; characters that XML forbids even when escaped become U+FFFD.</summary>
    internal static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '&' => escaped.Append("&amp;"),
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '"' => escaped.Append("&quot;"),
                '\'' => escaped.Append("&#39;"),
                < ' ' and not ('\t' or '\n' or '\r') or 0xFFFE or 0xFFFF => escaped.Append('\uFFFD'),
                _ => escaped.Append(rune.ToString()),
            };
        }

        return escaped.ToString();
    }

    /// <summary>A measured value as a reader wants it: seven digits are more than a chart can show.</summary>
    internal static string Value(double value) => value.ToString("G7", Invariant);
}
