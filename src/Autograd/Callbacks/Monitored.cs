using Autograd.Serialization;

namespace Autograd;

/// <summary>Whether larger or smaller values of a measure are better.</summary>
public enum MonitorMode
{
    /// <summary>Larger for accuracies, areas, scores, precision, recall and the like by their names; smaller for all else.</summary>
    Auto,

    /// <summary>Smaller.</summary>
    Min,

    /// <summary>Larger.</summary>
    Max,
}

/// <summary>A measure that is watched, and what counts as better.</summary>
internal readonly struct Monitored
{
    // The metrics that Keras wants large, by what their names have in common.
    private static readonly string[] s_wantedLarge =
        ["acc", "auc", "score", "precision", "recall", "sensitivity", "specificity", "iou", "io_u", "true_positives", "true_negatives", "cosine_similarity"];

    private readonly double _minDelta;

    public Monitored(string name, MonitorMode mode, double minDelta = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
        _minDelta = Math.Abs(minDelta);
        WantsMore = mode == MonitorMode.Max || (mode == MonitorMode.Auto
            && !name.EndsWith("loss", StringComparison.Ordinal) && Array.Exists(s_wantedLarge, part => name.Contains(part, StringComparison.OrdinalIgnoreCase)));
    }

    public string Name { get; }

    public bool WantsMore { get; }

    public double Worst => WantsMore ? double.NegativeInfinity : double.PositiveInfinity;

    /// <summary>Whether a value is better than another by more than the least difference that counts.</summary>
    public bool IsBetter(double value, double reference) => WantsMore ? value - _minDelta > reference : value + _minDelta < reference;

    /// <summary>Refuses, before training, to wait for a measure that nobody takes.</summary>
    public void RequireMeasured(TrainingRun run, string who)
    {
        if (run.ValidationFreq is null && Name.StartsWith("val_", StringComparison.Ordinal))
        {
            throw new ValueException($"{who}: it watches '{Name}', and there is no validation: give validationData or validationSplit, or watch '{Name[4..]}'.");
        }
        if (run.Measures is { } measures && !IsAmong(measures, Name))
        {
            throw Missing(measures, who);
        }
    }

    /// <summary>Whether a name is that of a measure, or of one class of a measure with several values: <c>f1_score_0</c>.</summary>
    public static bool IsAmong(IEnumerable<string> measures, string name) =>
        measures.Contains(name) || (name.LastIndexOf('_') is > 0 and var end && name[(end + 1)..] is { Length: > 0 } number && number.All(char.IsAsciiDigit) && measures.Contains(name[..end]));

    private ValueException Missing(IEnumerable<string> measures, string who) => new($"{who}: there is no measure '{Name}'. {Spelled.Suggestion(Name, measures)}" + (measures.Any()
        ? $"There are: {string.Join(", ", measures)}."
        : "Nothing was measured: a TrainStep of your own takes batches into the measures by ComputeMetrics(batch, predictions, loss)."));

    /// <summary>The present value.</summary>
    /// <exception cref="ValueException">Nobody measures it; the message lists what is measured.</exception>
    public double Read(Logs logs, string who) => logs.TryGetValue(Name, out var value)
        ? value
        : throw Missing(logs.Keys, who);
}
