namespace Autograd;

/// <summary>
/// Looks on while a model trains, and may stop it. Derive and override what is of interest. An exception ends the training and reaches the caller of <c>Fit</c>, after
/// <see cref="OnTrainEnd"/> of all callbacks (which Keras does not call then); the model stays usable.
/// Threads: one at a time.
/// </summary>
public abstract class Callback
{
    /// <summary>The model that trains.</summary>
    public Model Model { get; internal set; } = null!;

    /// <summary>What is known about the run.</summary>
    public TrainingRun Run { get; internal set; } = null!;

    /// <summary>Before the first epoch.</summary>
    public virtual void OnTrainBegin() { }

    /// <summary>After the last epoch; also where an exception or a cancellation ended training, see <see cref="TrainingRun.IsInterrupted"/>.</summary>
    /// <param name="logs">The measures of the last epoch that was finished.</param>
    public virtual void OnTrainEnd(Logs logs) { }

    /// <summary>Before an epoch.</summary>
    /// <param name="epoch">The epoch, from 0.</param>
    public virtual void OnEpochBegin(int epoch) { }

    /// <summary>After an epoch and its validation.</summary>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="logs">Its measures; what is added here enters the history.</param>
    public virtual void OnEpochEnd(int epoch, Logs logs) { }

    /// <summary>Before a step.</summary>
    /// <param name="step">The step within the epoch, from 0.</param>
    public virtual void OnBatchBegin(int step) { }

    /// <summary>After a step.</summary>
    /// <param name="step">The step within the epoch, from 0.</param>
    /// <param name="logs">The measures so far in this epoch.</param>
    public virtual void OnBatchEnd(int step, Logs logs) { }

    /// <summary>Before a validation or evaluation.</summary>
    public virtual void OnTestBegin() { }

    /// <summary>After a validation or evaluation.</summary>
    /// <param name="logs">Its measures, without the prefix <c>val_</c>.</param>
    public virtual void OnTestEnd(Logs logs) { }

    /// <summary>Whether <see cref="OnBatchEnd"/> wants measures after every step, which means to compute them.</summary>
    public virtual bool WatchesBatches => true;

    /// <summary>Lets go of files and the like; called once a run is over, however it ended.</summary>
    protected internal virtual void Close() { }
}

/// <summary>A run of <c>Fit</c>. Threads may read it.</summary>
/// <param name="Epochs">The last epoch plus one.</param>
/// <param name="InitialEpoch">The first epoch.</param>
/// <param name="Steps">Steps per epoch; null while nobody knows.</param>
/// <param name="History">The measures of the epochs so far.</param>
/// <param name="ValidationFreq">After every so many epochs is validated; null without validation.</param>
public sealed record TrainingRun(int Epochs, int InitialEpoch, int? Steps, History History, int? ValidationFreq = null)
{
    /// <summary>The epoch to begin with, which a callback that resumes earlier training may set.</summary>
    internal int NextEpoch { get; set; } = InitialEpoch;

    /// <summary>Whether training ended by an exception or a cancellation, which reaches the caller of <c>Fit</c> once all callbacks have come to their end.</summary>
    public bool IsInterrupted { get; internal set; }

    /// <summary>The names of all that will be measured; null where a model or callback of the user's own may add to them.</summary>
    internal IReadOnlyList<string>? Measures { get; init; }

    /// <summary>The examples of the validation, and how many batches of them; null without validation.</summary>
    internal (BatchSource Source, int? Steps)? Validation { get; init; }

    /// <summary>Whether an epoch is followed by validation; null where none is.</summary>
    internal bool? ValidatesEpoch(int epoch) => ValidationFreq is { } every ? (epoch + 1) % every == 0 : null;
}
