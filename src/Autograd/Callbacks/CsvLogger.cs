using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Autograd;

/// <summary>
/// Writes the measures of each epoch as a line of a CSV file; what an epoch does not measure, such as <c>val_loss</c> without validation, is left empty (Keras: NA). Names that contain the separator or
/// quotes are quoted.
/// </summary>
/// <param name="fileName">The file.</param>
/// <param name="separator">Between the values.</param>
/// <param name="append">Whether lines are added to an old file, which must have a column for each measure.</param>
[SuppressMessage("Design", "CA1001", Justification = "Close, which every training ends with, disposes of the writer.")]
public sealed class CsvLogger(string fileName, string separator = ",", bool append = false) : Callback
{
    private StreamWriter? _writer;
    private string[]? _columns;

    /// <summary>The file.</summary>
    public string FileName { get; } = fileName;

    /// <summary>Between the values.</summary>
    public string Separator { get; } = separator is { Length: > 0 } && separator.AsSpan().IndexOfAny("\"\r\n") < 0
        ? separator
        : throw new ValueException("CsvLogger: the separator is empty, or holds quotes or the end of a line.");

    /// <summary>Whether lines are added to an old file.</summary>
    public bool Append { get; } = append;

    /// <inheritdoc/>
    public override bool WatchesBatches => false;

    /// <inheritdoc/>
    public override void OnTrainBegin()
    {
        Serialization.AtomicFile.RequireRegular(FileName);
        try
        {
            var old = Append && File.Exists(FileName) ? File.ReadAllText(FileName) : "";
            _columns = old.Length > 0 ? OldColumns(old) : null;
            if (_columns is not null && Run.Measures is { } measures)
            {
                Require(measures.Where(name => !_columns.Any(column => column == name || column.StartsWith(name + "_", StringComparison.Ordinal))));
            }
            _writer = new StreamWriter(FileName, Append);
            if (old.Length > 0 && old[^1] != '\n')
            {
                _writer.WriteLine();
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FileException($"Cannot write '{FileName}': {error.Message}", error);
        }
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, Logs logs)
    {
        if (_columns is null)
        {
            _columns = [.. logs.Keys, .. Awaited(logs)];
            WriteLine(_columns.Prepend("epoch"));
        }
        Require(logs.Keys.Except(_columns));
        var values = _columns.Select(name => logs.TryGetValue(name, out var value) ? value.ToString("R", CultureInfo.InvariantCulture) : "");
        WriteLine(values.Prepend(epoch.ToString(CultureInfo.InvariantCulture)));
        _writer!.Flush();
    }

    // The first epoch may be one without validation.
    private IEnumerable<string> Awaited(Logs logs) => Run.ValidationFreq is null || logs.Keys.Any(name => name.StartsWith("val_", StringComparison.Ordinal))
        ? []
        : logs.Keys.Where(name => name != "learning_rate").Select(name => "val_" + name).Where(name => Run.Measures is not { } measures || Monitored.IsAmong(measures, name));

    private void Require(IEnumerable<string> missing)
    {
        if (string.Join(", ", missing) is { Length: > 0 } names)
        {
            throw new ValueException($"CsvLogger: '{FileName}' has no column for {names}; it has epoch, {string.Join(", ", _columns!)}. Write to another file.");
        }
    }

    private void WriteLine(IEnumerable<string> values) => _writer!.WriteLine(string.Join(Separator, values.Select(Quoted)));

    private string Quoted(string value) => value.Contains(Separator, StringComparison.Ordinal) || value.AsSpan().IndexOfAny("\"\r\n") >= 0
        ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
        : value;

    // The first line of an old file, whose names may be quoted.
    private string[] OldColumns(string text)
    {
        var (names, at) = (new List<string>(), 0);
        do
        {
            var name = new System.Text.StringBuilder();
            var isQuoted = at < text.Length && text[at] == '"';
            at += isQuoted ? 1 : 0;
            while (at < text.Length && (isQuoted || !(text[at] is '\r' or '\n' || text.AsSpan(at).StartsWith(Separator))))
            {
                if (isQuoted && text[at] == '"')
                {
                    isQuoted = at + 1 < text.Length && text[at + 1] == '"';
                    at++;
                    if (!isQuoted)
                    {
                        continue;
                    }
                }
                name.Append(text[at++]);
            }
            names.Add(name.ToString());
        }
        while (text.AsSpan(at).StartsWith(Separator) && (at += Separator.Length) <= text.Length);
        return names[0] == "epoch" ? [.. names.Skip(1)] : throw new ValueException($"CsvLogger: '{FileName}' is no log of epochs separated by '{Separator}': its first column is '{names[0]}'.");
    }

    /// <inheritdoc/>
    public override void OnTrainEnd(Logs logs) => Close();

    /// <inheritdoc/>
    protected internal override void Close()
    {
        _writer?.Dispose();
        _writer = null;
    }
}
