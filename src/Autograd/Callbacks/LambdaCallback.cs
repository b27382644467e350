namespace Autograd;

/// <summary>A callback from functions.</summary>
/// <param name="onEpochBegin">Before an epoch, counted from 0.</param>
/// <param name="onEpochEnd">After an epoch.</param>
/// <param name="onBatchBegin">Before a step.</param>
/// <param name="onBatchEnd">After a step.</param>
/// <param name="onTrainBegin">Before the first epoch.</param>
/// <param name="onTrainEnd">After the last epoch, or where training was interrupted.</param>
public sealed class LambdaCallback(
    Action<int>? onEpochBegin = null, Action<int, Logs>? onEpochEnd = null, Action<int>? onBatchBegin = null, Action<int, Logs>? onBatchEnd = null,
    Action? onTrainBegin = null, Action<Logs>? onTrainEnd = null) : Callback
{
    /// <inheritdoc/>
    public override bool WatchesBatches => onBatchEnd is not null;

    /// <inheritdoc/>
    public override void OnEpochBegin(int epoch) => onEpochBegin?.Invoke(epoch);

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, Logs logs) => onEpochEnd?.Invoke(epoch, logs);

    /// <inheritdoc/>
    public override void OnBatchBegin(int step) => onBatchBegin?.Invoke(step);

    /// <inheritdoc/>
    public override void OnBatchEnd(int step, Logs logs) => onBatchEnd?.Invoke(step, logs);

    /// <inheritdoc/>
    public override void OnTrainBegin() => onTrainBegin?.Invoke();

    /// <inheritdoc/>
    public override void OnTrainEnd(Logs logs) => onTrainEnd?.Invoke(logs);
}
