namespace Autograd;

/// <summary>
/// Ends training when a measure has not become better for some epochs. Epochs without validation are passed over by one that watches a measure of it. The best weights are given back also where
/// an exception or a cancellation ended training.
/// </summary>
/// <param name="monitor">The measure.</param>
/// <param name="minDelta">The least change that counts.</param>
/// <param name="patience">Epochs to wait for a better one.</param>
/// <param name="mode">Whether larger or smaller is better.</param>
/// <param name="baseline">What has to be beaten for waiting to begin anew.</param>
/// <param name="restoreBestWeights">Whether the model gets back the weights of its best epoch.</param>
/// <param name="startFromEpoch">Epochs to let pass first.</param>
public sealed class EarlyStopping(
    string monitor = "val_loss", double minDelta = 0, int patience = 0, MonitorMode mode = MonitorMode.Auto, double? baseline = null, bool restoreBestWeights = false,
    int startFromEpoch = 0) : Callback
{
    private readonly Monitored _monitor = new(monitor, mode, minDelta);
    private double _best;
    private int _waited;
    private Tensor[]? _bestWeights;

    /// <summary>The measure.</summary>
    public string Monitor => _monitor.Name;

    /// <summary>The least change that counts.</summary>
    public double MinDelta { get; } = minDelta;

    /// <summary>Epochs to wait for a better one.</summary>
    public int Patience { get; } = patience >= 0 ? patience : throw new ValueException($"EarlyStopping: a patience of {patience}; it must be 0 or more.");

    /// <summary>Whether larger or smaller is better.</summary>
    public MonitorMode Mode { get; } = mode;

    /// <summary>What has to be beaten for waiting to begin anew.</summary>
    public double? Baseline { get; } = baseline;

    /// <summary>Whether the model gets back the weights of its best epoch.</summary>
    public bool RestoreBestWeights { get; } = restoreBestWeights;

    /// <summary>Epochs to let pass first.</summary>
    public int StartFromEpoch { get; } = startFromEpoch;

    /// <summary>The epoch after which training was ended; null when it was not.</summary>
    public int? StoppedEpoch { get; private set; }

    /// <summary>The epoch with the best measure.</summary>
    public int BestEpoch { get; private set; }

    /// <inheritdoc/>
    public override bool WatchesBatches => false;

    /// <inheritdoc/>
    public override void OnTrainBegin()
    {
        _monitor.RequireMeasured(Run, nameof(EarlyStopping));
        (_best, _waited, _bestWeights, StoppedEpoch, BestEpoch) = (_monitor.Worst, 0, null, null, 0);
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, Logs logs)
    {
        if (epoch < StartFromEpoch || (Run.ValidatesEpoch(epoch) is false && Monitor.StartsWith("val_", StringComparison.Ordinal)))
        {
            return;
        }
        var value = _monitor.Read(logs, nameof(EarlyStopping));
        if (RestoreBestWeights && _bestWeights is null)
        {
            (_bestWeights, BestEpoch) = (Model.GetWeights(), epoch);
        }
        _waited++;
        if (_monitor.IsBetter(value, _best))
        {
            (_best, BestEpoch) = (value, epoch);
            if (RestoreBestWeights)
            {
                _bestWeights = Model.GetWeights();
            }
            if (Baseline is not { } baseline || _monitor.IsBetter(value, baseline))
            {
                _waited = 0;
            }
            return;
        }
        if (_waited >= Patience && epoch > 0)
        {
            StoppedEpoch = epoch;
            Model.StopTraining = true;
        }
    }

    /// <inheritdoc/>
    public override void OnTrainEnd(Logs logs)
    {
        if (_bestWeights is not null)
        {
            Model.SetWeights(_bestWeights);
            _bestWeights = null;
        }
    }
}
