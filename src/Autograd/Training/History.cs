namespace Autograd;

/// <summary>What <c>Fit</c> measured: one value per epoch for each name, such as <c>loss</c>, <c>accuracy</c>, <c>val_loss</c>.</summary>
[System.Text.Json.Serialization.JsonConverter(typeof(HistoryJsonConverter))]
public sealed class History
{
    private readonly OrderedDictionary<string, IReadOnlyList<double>> _series = [];
    private readonly List<int> _epochs = [];

    /// <summary>The epochs measured, counted from 0.</summary>
    public IReadOnlyList<int> Epochs => _epochs;

    /// <summary>The names in the order in which they were measured.</summary>
    public IEnumerable<string> Names => _series.Keys;

    /// <summary>The values of one measure, epoch by epoch; one that is measured in some epochs only has values for those.</summary>
    /// <exception cref="ValueException">There is no such measure; the message lists those there are.</exception>
    public IReadOnlyList<double> this[string name] => _series.TryGetValue(name, out var values)
        ? values
        : throw new ValueException($"History has no '{name}'. It has: {string.Join(", ", Names)}.");

    /// <summary>Whether there is a measure of that name.</summary>
    public bool Has(string name) => _series.ContainsKey(name);

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
