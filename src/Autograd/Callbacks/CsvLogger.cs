using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Autograd;

/// <summary>Writes the measures of each epoch as a line of a CSV file.</summary>
/// <param name="fileName">The file.</param>
/// <param name="separator">Between the values.</param>
/// <param name="append">Whether lines are added to an old file.</param>
[SuppressMessage("Design", "CA1001", Justification = "Close, which every training ends with, disposes of the writer.")]
public sealed class CsvLogger(string fileName, string separator = ",", bool append = false) : Callback
{
    private StreamWriter? _writer;
    private string[]? _columns;

    /// <summary>The file.</summary>
    public string FileName { get; } = fileName;

    /// <summary>Between the values.</summary>
    public string Separator { get; } = separator;

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
            var hasHeader = Append && File.Exists(FileName) && new FileInfo(FileName).Length > 0;
            _columns = hasHeader ? File.ReadLines(FileName).First().Split(Separator)[1..] : null;
            _writer = new StreamWriter(FileName, Append);
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
            _columns = [.. logs.Keys];
            _writer!.WriteLine(string.Join(Separator, _columns.Prepend("epoch")));
        }
        var values = _columns.Select(name => logs.TryGetValue(name, out var value) ? value.ToString("R", CultureInfo.InvariantCulture) : "");
        _writer!.WriteLine(string.Join(Separator, values.Prepend(epoch.ToString(CultureInfo.InvariantCulture))));
        _writer.Flush();
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
