using System.Text;

namespace Autograd.Reports;

/// <summary>Guesses of how wide a text will be, since no font can be measured here: those of the fonts that systems have, at their widest.</summary>
internal static class TextMeasure
{
    /// <summary>The width of a text in units of the picture.</summary>
    internal static double Width(string text, double size = ChartStyle.TextSize)
    {
        var width = 0.0;
        foreach (var rune in text.EnumerateRunes())
        {
            width += Width(rune);
        }

        return width * size;
    }

    /// <summary>The text, or as much of it as has room, with an ellipsis.</summary>
    internal static string Cut(string text, double room, double size)
    {
        if (Width(text, size) <= room)
        {
            return text;
        }

        var cut = new StringBuilder();
        var left = room / size - Width(new Rune('…'));
        foreach (var rune in text.EnumerateRunes().TakeWhile(rune => (left -= Width(rune)) >= 0))
        {
            cut.Append(rune.ToString());
        }

        return cut.ToString().TrimEnd() + "…";
    }

    private static double Width(Rune rune) => rune.Value switch
    {
        >= 0x1100 and not (>= 0x2000 and < 0x2E80) => 1.04,
        ' ' or '.' or ',' or ':' or ';' or '|' or '!' or '\'' or 'i' or 'j' or 'l' or 'I' or '(' or ')' or '[' or ']' => 0.36,
        'f' or 't' or 'r' or '-' or '/' or '"' => 0.43,
        'm' or 'w' or 'M' or 'W' or '@' or '%' or '…' => 0.98,
        >= 'A' and <= 'Z' => 0.7,
        _ => 0.63,
    };
}
