using System.Globalization;
using Autograd.Reports;

namespace Autograd;

/// <summary>Draws the curves of a training as one HTML page that needs nothing else, written anew after each epoch, so that it can be watched.</summary>
/// <param name="path">The page.</param>
/// <param name="title">Its heading; the model's name by default.</param>
public sealed class TrainingReport(string path = "training.html", string? title = null) : Callback
{
    /// <summary>The page.</summary>
    public string Path { get; } = path;

    /// <summary>Its heading.</summary>
    public string? Title { get; } = title;

    /// <inheritdoc/>
    public override bool WatchesBatches => false;

    private readonly OrderedDictionary<string, (List<double> Epochs, List<double> Values)> _series = [];
    private readonly System.Diagnostics.Stopwatch _clock = new();
    private double _written;

    /// <inheritdoc/>
    public override void OnTrainBegin()
    {
        _series.Clear();
        _clock.Restart();
        _written = double.NegativeInfinity;
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, Logs logs)
    {
        foreach (var (name, value) in logs)
        {
            if (!_series.TryGetValue(name, out var series))
            {
                _series[name] = series = ([], []);
            }
            series.Epochs.Add(epoch + 1);
            series.Values.Add(value);
        }
        // Small models do many epochs a second.
        if (_clock.Elapsed.TotalSeconds - _written > 1)
        {
            Write(finished: false);
        }
    }

    /// <inheritdoc/>
    public override void OnTrainEnd(Logs logs) => Write(finished: true);

    private void Write(bool finished)
    {
        _written = _clock.Elapsed.TotalSeconds;
        var page = new ReportPage(Title ?? Model.Name);
        var epochs = _series.Count == 0 ? 0 : _series.Values.Max(series => (int)series.Epochs[^1]);
        var trainer = Model.CompilationOrNull is { } compilation ? $" with {compilation.Optimizer.GetType().Name}" : "";
        page.AddText(string.Create(CultureInfo.InvariantCulture,
            $"{(finished ? "Trained for" : "In training:")} {epochs} of {Run.Epochs} epochs in {_clock.Elapsed.TotalSeconds:F1} s{trainer}. The model has {Model.ParameterCount:N0} parameters."));
        foreach (var (name, series) in _series.Where(entry => !entry.Key.StartsWith("val_", StringComparison.Ordinal)))
        {
            var chart = new LineChart(name, xLabel: "epoch").Add("training", series.Epochs, series.Values);
            if (_series.TryGetValue("val_" + name, out var validation))
            {
                chart.Add("validation", validation.Epochs, validation.Values);
            }
            page.AddChart(chart);
        }
        page.AddTable(["layer", "output", "parameters"], Model.Layers.Select(layer => (IReadOnlyList<string>)
            [layer.Describe(), SummaryTable.ShapeOf(layer), layer.ParameterCount.ToString(CultureInfo.InvariantCulture)]));
        page.Save(Path);
    }
}
