using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Autograd;

/// <summary>
/// What <c>Fit</c> measured: one value per epoch for each name, such as <c>loss</c>, <c>accuracy</c>, <c>val_loss</c>. It is itself what Keras keeps in its <c>history</c>, a dictionary:
/// <c>history["loss"]</c>, <c>history.Keys</c>, <c>foreach (var (name, values) in history)</c>.
/// Threads: one at a time.
/// </summary>
[System.Text.Json.Serialization.JsonConverter(typeof(HistoryJsonConverter))]
[SuppressMessage("Naming", "CA1710", Justification = "The name Keras users know.")]
public sealed class History : IReadOnlyDictionary<string, IReadOnlyList<double>>
{
    private readonly OrderedDictionary<string, IReadOnlyList<double>> _series = [];
    private readonly List<int> _epochs = [];

    /// <summary>The epochs measured, counted from 0.</summary>
    public IReadOnlyList<int> Epochs => _epochs;

    /// <summary>The names in the order in which they were measured.</summary>
    public IEnumerable<string> Keys => _series.Keys;

    /// <summary>The values of each measure, in the order of <see cref="Keys"/>.</summary>
    public IEnumerable<IReadOnlyList<double>> Values => _series.Values;

    /// <summary>How many measures there are.</summary>
    public int Count => _series.Count;

    /// <summary>The values of one measure, epoch by epoch; one that is measured in some epochs only has values for those.</summary>
    /// <exception cref="ValueException">There is no such measure; the message lists those there are.</exception>
    public IReadOnlyList<double> this[string name] => _series.TryGetValue(name, out var values)
        ? values
        : throw new ValueException($"History has no '{name}'. It has: {string.Join(", ", Keys)}.");

    /// <summary>Whether there is a measure of that name.</summary>
    public bool ContainsKey(string key) => _series.ContainsKey(key);

    /// <summary>The values of one measure, if there is one of that name.</summary>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out IReadOnlyList<double> value) => _series.TryGetValue(key, out value);

    /// <summary>The measures in order.</summary>
    public IEnumerator<KeyValuePair<string, IReadOnlyList<double>>> GetEnumerator() => _series.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>A line for each measure, <c>loss: 0.6931, 0.5210, 0.4103</c>; of more than ten epochs the first and the last three.</summary>
    public override string ToString() => _series.Count == 0 ? "no epochs" : string.Join('\n', _series.Select(series => $"{series.Key}: {Shown(series.Value)}"));

    private static string Shown(IReadOnlyList<double> values) => values.Count <= 10
        ? string.Join(", ", values.Select(Logs.Format))
        : $"{string.Join(", ", values.Take(3).Select(Logs.Format))}, ... , {string.Join(", ", values.TakeLast(3).Select(Logs.Format))}";

    internal void Add(int epoch, Logs logs)
    {
        _epochs.Add(epoch);
        foreach (var (name, value) in logs)
        {
            if (!_series.TryGetValue(name, out var values))
            {
                _series[name] = values = new List<double>();
            }
            ((List<double>)values).Add(value);
        }
    }
}
