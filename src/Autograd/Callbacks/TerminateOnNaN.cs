namespace Autograd;

/// <summary>Ends training when the loss is not a number any more, and gives back the weights from before the step in which that happened.</summary>
public sealed class TerminateOnNaN : Callback
{
    private Tensor[] _before = [];
    private int _epoch;

    /// <summary>The epoch and the step, both from 0, in which the loss was first not a number; null when it always was one.</summary>
    public (int Epoch, int Step)? StoppedAt { get; private set; }

    /// <inheritdoc/>
    public override void OnTrainBegin() => StoppedAt = null;

    /// <inheritdoc/>
    public override void OnEpochBegin(int epoch) => _epoch = epoch;

    // Costs one copy of the weights per step: what is held is not overwritten in place.
    /// <inheritdoc/>
    public override void OnBatchBegin(int step) => _before = Model.GetWeights();

    /// <inheritdoc/>
    public override void OnBatchEnd(int step, Logs logs)
    {
        if (!double.IsFinite(logs["loss"]))
        {
            StoppedAt = (_epoch, step);
            Model.SetWeights(_before);
            Model.StopTraining = true;
            Console.Error.WriteLine(FormattableString.Invariant(
                $"The loss became {logs["loss"]} in epoch {_epoch + 1}, step {step + 1}. Training ends; the model has the weights from before that step. Try a smaller learning rate, or clipNorm."));
        }
        _before = [];
    }
}
