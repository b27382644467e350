namespace Autograd;

/// <summary>Makes the learning rate smaller when a measure has not become better for some epochs.</summary>
/// <param name="monitor">The measure.</param>
/// <param name="factor">What the rate is multiplied by.</param>
/// <param name="patience">Epochs to wait for a better one.</param>
/// <param name="mode">Whether larger or smaller is better.</param>
/// <param name="minDelta">The least change that counts.</param>
/// <param name="cooldown">Epochs after a reduction in which nothing is waited for.</param>
/// <param name="minLr">The least rate.</param>
public sealed class ReduceLROnPlateau(
    string monitor = "val_loss", double factor = 0.1, int patience = 10, MonitorMode mode = MonitorMode.Auto, double minDelta = 1e-4, int cooldown = 0, double minLr = 0) : Callback
{
    private readonly Monitored _monitor = new(monitor, mode, minDelta);
    private double _best;
    private int _waited;
    private int _cooling;

    /// <summary>The measure.</summary>
    public string Monitor => _monitor.Name;

    /// <summary>What the rate is multiplied by.</summary>
    public double Factor { get; } = factor is >= 0 and < 1
        ? factor
        : throw new ValueException(FormattableString.Invariant($"ReduceLROnPlateau: a factor of {factor}; it must be at least 0 and below 1."));

    /// <summary>Epochs to wait for a better one.</summary>
    public int Patience { get; } = patience;

    /// <summary>Whether larger or smaller is better.</summary>
    public MonitorMode Mode { get; } = mode;

    /// <summary>The least change that counts.</summary>
    public double MinDelta { get; } = minDelta;

    /// <summary>Epochs after a reduction in which nothing is waited for.</summary>
    public int Cooldown { get; } = cooldown;

    /// <summary>The least rate.</summary>
    public double MinLr { get; } = minLr;

    /// <inheritdoc/>
    public override bool WatchesBatches => false;

    /// <inheritdoc/>
    public override void OnTrainBegin()
    {
        _monitor.RequireMeasured(Run, nameof(ReduceLROnPlateau));
        (_best, _waited, _cooling) = (_monitor.Worst, 0, 0);
        _ = ConstantRate(Model.Optimizer, nameof(ReduceLROnPlateau));
    }

    internal static double ConstantRate(Optimizer optimizer, string who) => optimizer.LearningRate is ConstantSchedule rate
        ? rate.Rate
        : throw new ValueException($"{who}: the optimizer's rate follows a schedule, {optimizer.LearningRate.GetType().Name}; it must be a number to be changed.");

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, Logs logs)
    {
        var rate = ConstantRate(Model.Optimizer, nameof(ReduceLROnPlateau));
        logs["learning_rate"] = rate;
        if (Run.ValidatesEpoch(epoch) is false && Monitor.StartsWith("val_", StringComparison.Ordinal))
        {
            return;
        }
        var value = _monitor.Read(logs, nameof(ReduceLROnPlateau));
        if (_cooling > 0)
        {
            _cooling--;
            _waited = 0;
        }
        if (_monitor.IsBetter(value, _best))
        {
            (_best, _waited) = (value, 0);
        }
        else if (_cooling == 0 && ++_waited >= Patience && rate > MinLr)
        {
            Model.Optimizer.LearningRate = Math.Max(rate * Factor, MinLr);
            (_cooling, _waited) = (Cooldown, 0);
        }
    }
}

/// <summary>Sets the learning rate before each epoch.</summary>
/// <param name="schedule">The rate, from the epoch (counted from 0) and the present rate.</param>
public sealed class LearningRateScheduler(Func<int, double, double> schedule) : Callback
{
    /// <inheritdoc/>
    public override bool WatchesBatches => false;

    /// <inheritdoc/>
    public override void OnEpochBegin(int epoch) =>
        Model.Optimizer.LearningRate = schedule(epoch, ReduceLROnPlateau.ConstantRate(Model.Optimizer, nameof(LearningRateScheduler)));

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, Logs logs) => logs["learning_rate"] = ReduceLROnPlateau.ConstantRate(Model.Optimizer, nameof(LearningRateScheduler));
}
