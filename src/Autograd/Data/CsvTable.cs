using System.Globalization;
using System.Numerics;
using Autograd.Data;

namespace Autograd;

/// <summary>
/// A table of texts with named columns, and its columns as numbers or classes: <c>table.Numbers(["width", "height"])</c>. Numbers are written as in C#, in every culture, <c>inf</c> and <c>nan</c> included; their decimal mark is that of the table. See <see cref="Csv"/>.
/// </summary>
public sealed class CsvTable
{
    private readonly CsvCells _cells;
    private readonly char _decimalMark;
    private readonly string[] _columns;
    private readonly Dictionary<string, int> _places;
    private readonly int[] _rows;

    internal CsvTable(CsvCells cells, char decimalMark, string[] columns, Dictionary<string, int> places, int[] rows) =>
        (_cells, _decimalMark, _columns, _places, _rows) = (cells, decimalMark, columns, places, rows);

    /// <summary>The number of rows, without that of the names.</summary>
    public int Count => _rows.Length;

    /// <summary>The names of the columns.</summary>
    public IReadOnlyList<string> Columns => _columns;

    /// <summary>The text of a cell.</summary>
    /// <exception cref="ValueException">There is no such row or column.</exception>
    public string this[int row, string column] => (uint)row < (uint)Count
        ? _cells.Text(_rows[row], Place(column)).ToString()
        : throw new ValueException($"Row {row} of a table with {Count} rows.");

    /// <summary>The texts of a column.</summary>
    /// <exception cref="ValueException">There is no such column.</exception>
    public IReadOnlyList<string> Texts(string column)
    {
        var place = Place(column);
        return Array.ConvertAll(_rows, row => _cells.Text(row, place).ToString());
    }

    /// <summary>A column of numbers: shape [Count].</summary>
    /// <inheritdoc cref="Numbers(IReadOnlyList{string}, bool, DType)"/>
    public Tensor Numbers(string column, bool emptyAsNaN = false, DType dtype = DType.Float32) => Numbers([column], emptyAsNaN, dtype).Reshape(Count);

    /// <summary>Columns of numbers side by side: shape [Count, columns].</summary>
    /// <param name="columns">Their names, in the order wanted.</param>
    /// <param name="emptyAsNaN">Whether an empty cell is NaN; else it is refused.</param>
    /// <param name="dtype">Any type of numbers.</param>
    /// <exception cref="FileException">A cell is empty, no number, or one that the type cannot hold; the message names line and column.</exception>
    /// <exception cref="ValueException">There is no such column.</exception>
    /// <exception cref="DTypeException">The type is bool, or an integer type, which has no NaN, where empty cells shall be NaN.</exception>
    public Tensor Numbers(IReadOnlyList<string> columns, bool emptyAsNaN = false, DType dtype = DType.Float32)
    {
        ArgumentNullException.ThrowIfNull(columns);
        if (emptyAsNaN && dtype is not (DType.Float32 or DType.Float64))
        {
            throw new DTypeException($"Numbers: {dtype} has no NaN for empty cells.");
        }
        var format = (NumberFormatInfo)CultureInfo.InvariantCulture.NumberFormat.Clone();
        format.NumberDecimalSeparator = _decimalMark.ToString();
        return dtype switch
        {
            DType.Float32 => Fill(columns, emptyAsNaN ? float.NaN : null, (ReadOnlySpan<char> text, out float value) => Parsed(float.TryParse(text, NumberStyles.Float, format, out value), text, ref value)),
            DType.Float64 => Fill(columns, emptyAsNaN ? double.NaN : null, (ReadOnlySpan<char> text, out double value) => Parsed(double.TryParse(text, NumberStyles.Float, format, out value), text, ref value)),
            DType.Int32 => Fill<int>(columns, null, (ReadOnlySpan<char> text, out int value) => int.TryParse(text, NumberStyles.Integer, format, out value)),
            DType.Int64 => Fill<long>(columns, null, (ReadOnlySpan<char> text, out long value) => long.TryParse(text, NumberStyles.Integer, format, out value)),
            _ => throw new DTypeException($"Numbers: the type is {dtype}; it must be one of numbers."),
        };

        // Digits that give infinity are a number that the type cannot hold; other programs shorten the word.
        static bool Parsed<T>(bool isNumber, ReadOnlySpan<char> text, ref T value) where T : IFloatingPointIeee754<T>
        {
            if (isNumber)
            {
                return !T.IsInfinity(value) || !text.ContainsAnyInRange('0', '9');
            }
            var word = text.Trim();
            var isNegative = word.StartsWith('-');
            value = isNegative ? T.NegativeInfinity : T.PositiveInfinity;
            return word[(isNegative || word.StartsWith('+') ? 1 : 0)..].Equals("inf", StringComparison.OrdinalIgnoreCase);
        }
    }

    private delegate bool Parser<T>(ReadOnlySpan<char> text, out T value);

    private Tensor Fill<T>(IReadOnlyList<string> columns, T? empty, Parser<T> parse) where T : unmanaged
    {
        var places = columns.Select(Place).ToArray();
        Shape shape = [Count, places.Length];
        var values = new T[shape.Size];
        for (var i = 0; i < values.Length; i++)
        {
            var (row, place) = (_rows[i / places.Length], places[i % places.Length]);
            var text = _cells.Text(row, place);
            if (text.IsWhiteSpace())
            {
                values[i] = empty ?? throw _cells.Error(row, place, _columns[place], "an empty cell, where a number is expected; emptyAsNaN or WithoutEmpty would pass it over");
            }
            else if (!parse(text, out values[i]))
            {
                throw _cells.Error(row, place, _columns[place], Problem<T>(text));
            }
        }
        return Tensor.From(values, shape);
    }

    private string Problem<T>(ReadOnlySpan<char> text)
    {
        var shown = $"'{Short(text)}'";
        if (decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact) && decimal.Truncate(exact) != exact)
        {
            return $"{shown} is no {Name<T>()}{(_decimalMark == ',' ? "; the table's decimal mark is a comma" : ", which is whole")}";
        }
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && (!double.IsInfinity(value) || text.ContainsAnyInRange('0', '9')) && !double.IsNaN(value))
        {
            return $"{shown} is out of the range of {Name<T>()}s";
        }
        return $"{shown} is no {Name<T>()}{(text.Contains(',') && _decimalMark != ',' ? "; decimals follow a point unless Csv.Load has decimalMark: ',', and thousands have no mark" : "")}";
    }

    private static string Name<T>() => typeof(T) == typeof(int) ? "int32" : typeof(T) == typeof(long) ? "int64" : typeof(T) == typeof(float) ? "float32 number" : "float64 number";

    /// <summary>The different texts of a column in the order of their characters, without the empty one.</summary>
    /// <exception cref="ValueException">There is no such column.</exception>
    public IReadOnlyList<string> Vocabulary(string column) => [.. Texts(column).Where(text => text.Length > 0).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>A column of texts as classes, int32: each text's place in a vocabulary.</summary>
    /// <param name="column">Its name.</param>
    /// <param name="vocabulary">The texts, in the order of the classes; <see cref="Vocabulary"/> gives those of the column.</param>
    /// <param name="unknown">The class of empty cells and of texts that the vocabulary lacks; without it they are refused.</param>
    /// <exception cref="FileException">A text is not in the vocabulary; the message names line and column.</exception>
    /// <exception cref="ValueException">There is no such column, or the vocabulary has a text twice.</exception>
    public Tensor Classes(string column, IReadOnlyList<string> vocabulary, int? unknown = null)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        var place = Place(column);
        var classes = new Dictionary<string, int>();
        foreach (var text in vocabulary)
        {
            if (!classes.TryAdd(text, classes.Count))
            {
                throw new ValueException($"Classes: the vocabulary has '{text}' twice.");
            }
        }
        var lookup = classes.GetAlternateLookup<ReadOnlySpan<char>>();
        return Tensor.From(Array.ConvertAll(_rows, row =>
        {
            var text = _cells.Text(row, place);
            return lookup.TryGetValue(text, out var number)
                ? number
                : unknown ?? throw _cells.Error(row, place, _columns[place], $"'{Short(text)}' is not in the vocabulary of {classes.Count}: {string.Join(", ", vocabulary.Take(10))}{(classes.Count > 10 ? ", ..." : "")}");
        }));
    }

    /// <summary>The rows in which none of these columns is empty; none of all columns where no name is given.</summary>
    /// <exception cref="ValueException">There is no such column.</exception>
    public CsvTable WithoutEmpty(params IReadOnlyList<string> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        int[] places = columns.Count == 0 ? [.. Enumerable.Range(0, _cells.Width)] : [.. columns.Select(Place)];
        return new CsvTable(_cells, _decimalMark, _columns, _places, Array.FindAll(_rows, row => Array.TrueForAll(places, place => !_cells.Text(row, place).IsWhiteSpace())));
    }

    private int Place(string column)
    {
        ArgumentNullException.ThrowIfNull(column);
        return _places.TryGetValue(column, out var place)
            ? place
            : throw new ValueException($"There is no column '{column}'; the columns are {string.Join(", ", _columns.Take(50))}{(_columns.Length > 50 ? ", ..." : "")}.");
    }

    private static string Short(ReadOnlySpan<char> text) => text.Length <= 40 ? text.ToString() : $"{text[..40]}...";
}
