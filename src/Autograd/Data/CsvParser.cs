namespace Autograd.Data;

/// <summary>Takes the characters of a CSV file apart into cells, one after the other.</summary>
internal sealed class CsvParser(char separator, char decimalMark)
{
    /// <summary>Stands for bytes that are no UTF-8.</summary>
    public const char NotUtf8 = '\uFFFF';

    private const int MostPerRow = 1 << 24;
    private const int MostColumns = 1 << 20;
    private const int MostInAll = 1 << 30;

    private readonly List<int> _ends = [];
    private readonly List<int> _lines = [];
    private char[] _text = new char[1 << 12];
    private int _length;
    private int _line = 1;
    private int _rowLine = 1;
    private int _rowText;
    private int _cellStart;
    private int _rowCells;
    private int _width = -1;
    private int _quoteLine;
    private Inside _inside = Inside.Nothing;
    private bool _isQuoted;

    // Where the next character stands.
    private enum Inside
    {
        Nothing,
        Cell,
        Quotes,
        QuotesMaybeEnded,
    }

    public CsvTable Parse(TextReader reader, bool header, IReadOnlyList<string> missing, string name)
    {
        var buffer = new char[1 << 14];
        var isFirst = true;
        var afterReturn = false;
        int count;
        while ((count = reader.Read(buffer, 0, buffer.Length)) > 0)
        {
            foreach (var c in buffer.AsSpan(isFirst && buffer[0] == '\uFEFF' ? 1 : 0, count - (isFirst && buffer[0] == '\uFEFF' ? 1 : 0)))
            {
                // CRLF is one end of a line; inside quotes both stay as they are, and count as one line.
                if (!(c == '\n' && afterReturn && _inside != Inside.Quotes))
                {
                    Take(c);
                }
                if (c == '\r' || (c == '\n' && !afterReturn))
                {
                    _line++;
                    if (_rowCells == 0 && _length == _rowText && _inside == Inside.Nothing)
                    {
                        _rowLine = _line;
                    }
                }
                afterReturn = c == '\r';
            }
            isFirst = false;
        }
        if (_inside == Inside.Quotes)
        {
            throw Error($"a quote is opened{(_quoteLine == _rowLine ? "" : $" at line {_quoteLine}")} and never closed");
        }
        EndRow();
        return Table(header, missing, name);
    }

    private void Take(char c)
    {
        if (c is '\0' or NotUtf8)
        {
            throw Error(c == '\0'
                ? "a NUL character; is this UTF-16 or no text at all? Save it as UTF-8"
                : "bytes that are no UTF-8; is this UTF-16 or another encoding? Save it as UTF-8");
        }
        switch (_inside)
        {
            case Inside.Quotes when c == '"':
                _inside = Inside.QuotesMaybeEnded;
                break;
            case Inside.QuotesMaybeEnded when c == '"':
                _inside = Inside.Quotes;
                Add(c);
                break;
            case Inside.Quotes:
                Add(c);
                break;
            default:
                if (c == separator)
                {
                    EndCell();
                    _inside = Inside.Cell;
                    _isQuoted = false;
                    _cellStart = _length;
                }
                else if (c is '\r' or '\n')
                {
                    EndRow();
                }
                else if (_inside == Inside.QuotesMaybeEnded)
                {
                    throw Error($"'{c}' after the closing quote; a quote inside quotes is doubled");
                }
                else if (c != '"')
                {
                    _inside = Inside.Cell;
                    Add(c);
                }
                else if (_length == _cellStart && !_isQuoted)
                {
                    (_inside, _isQuoted, _quoteLine) = (Inside.Quotes, true, _line);
                }
                else
                {
                    throw Error("a quote inside a cell that does not begin with one; put the whole cell in quotes and double the quote");
                }
                break;
        }
    }

    private void Add(char c)
    {
        if (_length - _rowText == MostPerRow)
        {
            throw Error($"a row of more than {MostPerRow} characters{(_inside == Inside.Quotes ? $"; the quote opened at line {_quoteLine} may lack its end" : "")}");
        }
        if (_length == _text.Length)
        {
            if (_length == MostInAll)
            {
                throw Error($"more than {MostInAll} characters in all; split the file");
            }
            Array.Resize(ref _text, 2 * _length);
        }
        _text[_length++] = c;
    }

    private void EndCell()
    {
        if (_rowCells == MostColumns)
        {
            throw Error($"a row of more than {MostColumns} values");
        }
        if (_rowCells == _width)
        {
            throw new FileException($"line {_rowLine}: more than the {_width} values of the first row.");
        }
        _ends.Add(_length);
        _rowCells++;
    }

    private void EndRow()
    {
        if (_rowCells > 0 || _length > _rowText || _isQuoted)
        {
            EndCell();
            if (_width < 0)
            {
                _width = _rowCells;
            }
            else if (_rowCells != _width)
            {
                throw new FileException($"line {_rowLine}: {_rowCells} values, and the first row has {_width}.");
            }
            if (_lines.Count == MostInAll / 2)
            {
                throw Error("too many rows; split the file");
            }
            _lines.Add(_rowLine);
        }
        (_inside, _isQuoted, _rowCells, _rowText, _cellStart, _rowLine) = (Inside.Nothing, false, 0, _length, _length, _line);
    }

    private FileException Error(string problem) => new($"line {_rowLine}, column {_rowCells + 1}: {problem}.");

    private CsvTable Table(bool header, IReadOnlyList<string> missing, string name)
    {
        if (header && _lines.Count == 0)
        {
            throw new FileException("there is no line with the names of the columns; the file is empty.");
        }
        var cells = new CsvCells(_text, [.. _ends], [.. _lines], Math.Max(_width, 0), header ? 1 : 0, [.. missing], name);
        var columns = Enumerable.Range(0, cells.Width)
            .Select(column => header ? cells.RawText(0, column).Trim().ToString() : column.ToString(System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        var places = new Dictionary<string, int>();
        for (var column = 0; column < columns.Length; column++)
        {
            // Several columns without a name are usual, and do no harm as long as nobody asks for one.
            if (!places.TryAdd(columns[column], column) && columns[column].Length > 0)
            {
                throw new FileException($"line {_lines[0]}, column {column + 1}: the name '{columns[column]}' is that of column {places[columns[column]] + 1} already.");
            }
        }
        return new CsvTable(cells, decimalMark, columns, places, [.. Enumerable.Range(cells.Skipped, _lines.Count - cells.Skipped)]);
    }
}

/// <summary>The cells of a file: their characters one after the other, where each ends, and at which line each row begins.</summary>
internal sealed class CsvCells(char[] text, int[] ends, int[] lines, int width, int skipped, string[] missing, string name)
{
    public int Width => width;

    public int Skipped => skipped;

    public ReadOnlySpan<char> RawText(int row, int column)
    {
        var cell = (row * width) + column;
        var start = cell == 0 ? 0 : ends[cell - 1];
        return text.AsSpan(start, ends[cell] - start);
    }

    /// <summary>The text of a cell; empty where it is one of those that mean nothing.</summary>
    public ReadOnlySpan<char> Text(int row, int column)
    {
        var cell = RawText(row, column);
        foreach (var none in missing)
        {
            if (cell.SequenceEqual(none))
            {
                return [];
            }
        }
        return cell;
    }

    public FileException Error(int row, int column, string columnName, string problem) =>
        new($"{name}line {lines[row]}, column {column + 1} ('{columnName}'): {problem}.");
}
