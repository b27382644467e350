using System.Text;
using Autograd.Data;
using Autograd.Serialization;

namespace Autograd;

/// <summary>
/// Tables in CSV files, as RFC 4180 says: UTF-8, cells between separators, cells with separators, quotes or line ends in quotes, a quote in them doubled. Lines may end in LF, CRLF or CR, the last one
/// need not; a byte order mark and empty lines are passed over. Whatever else is wrong is refused with its line and column.
/// Threads may call it at the same time.
/// </summary>
public static class Csv
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="header">Whether the first line names the columns; else their names are "0", "1" and so on.</param>
    /// <param name="separator">What stands between cells.</param>
    /// <param name="missing">Texts that mean an empty cell, such as "NA" or "?".</param>
    /// <param name="decimalMark">What stands before the decimals of numbers: a point, or a comma, as in files from much of Europe, whose separator is mostly ';'; where it is a comma too, such numbers stand in quotes.</param>
    /// <param name="limits">What reading the file may cost; <see cref="LoadLimits.Default"/> when left out.</param>
    /// <exception cref="FileException">The file cannot be read, is malformed, or costs more than the limits allow; the message names line and column.</exception>
    /// <exception cref="ValueException">The separator is a quote or a line end, or the decimal mark is neither a point nor a comma.</exception>
    public static CsvTable Load(
        string path, bool header = true, char separator = ',', IReadOnlyList<string>? missing = null, char decimalMark = '.', LoadLimits? limits = null)
    {
        var parser = new CsvParser(Checked(separator, decimalMark), decimalMark);
        return AtomicFile.Read(path, limits, (stream, cost) =>
        {
            // A character takes two bytes, and one that ends a cell a number; both may be copied as they grow.
            cost.Take((Int128)stream.Length * 16, "a table of so many characters");
            // Bytes that are no UTF-8 become a character that no text may have, so that the parser can say where they are.
            var encoding = Encoding.GetEncoding("utf-8", EncoderFallback.ExceptionFallback, new DecoderReplacementFallback(CsvParser.NotUtf8.ToString()));
            using var reader = new StreamReader(stream, encoding, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
            return parser.Parse(reader, header, missing ?? [], $"'{path}': ");
        });
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="header">Whether the first line names the columns; else their names are "0", "1" and so on.</param>
    /// <param name="separator">What stands between cells.</param>
    /// <param name="missing">Texts that mean an empty cell, such as "NA" or "?".</param>
    /// <param name="decimalMark">What stands before the decimals of numbers: a point or a comma.</param>
    /// <exception cref="FileException">The text is malformed; the message names line and column.</exception>
    /// <exception cref="ValueException">The separator is a quote or a line end, or the decimal mark is neither a point nor a comma.</exception>
    public static CsvTable Parse(string text, bool header = true, char separator = ',', IReadOnlyList<string>? missing = null, char decimalMark = '.')
    {
        ArgumentNullException.ThrowIfNull(text);
        using var reader = new StringReader(text);
        return new CsvParser(Checked(separator, decimalMark), decimalMark).Parse(reader, header, missing ?? [], "");
    }

    private static char Checked(char separator, char mark) => mark is not ('.' or ',')
        ? throw new ValueException($"Csv: the decimal mark is '{mark}'; it must be '.' or ','.")
        : separator is '"' or '\r' or '\n' or '\0' or '\uFEFF' or CsvParser.NotUtf8
        ? throw new ValueException("Csv: the separator cannot be a quote, a line end or no character; usual are ',', ';' and '\\t'.")
        : separator;
}
