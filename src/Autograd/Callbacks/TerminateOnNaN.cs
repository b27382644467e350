namespace Autograd;

/// <summary>Ends training when the loss is not a number any more, and gives back the weights and the optimizer's state from before the step in which that happened.</summary>
public sealed class TerminateOnNaN : Callback
{
    private Tensor[] _before = [];
    private IReadOnlyList<(string Name, Tensor Value)> _stateBefore = [];
    private int _epoch;

    /// <summary>The epoch and the step, both from 0, in which the loss was first not a number; null when it always was one.</summary>
    public (int Epoch, int Step)? StoppedAt { get; private set; }

    /// <inheritdoc/>
    public override void OnTrainBegin() => StoppedAt = null;

    /// <inheritdoc/>
    public override void OnEpochBegin(int epoch) => _epoch = epoch;

    // Costs one copy of the weights and the state per step: what is held is not overwritten in place.
    /// <inheritdoc/>
    public override void OnBatchBegin(int step)
    {
        _before = Model.GetWeights();
        if (Model.IsCompiled)
        {
            if (Model.Optimizer.Parameters.Count == 0 && Model.TrainableWeights.Count > 0)
            {
                Model.Optimizer.Build(Model.TrainableWeights);
            }
            _stateBefore = Model.Optimizer.State;
        }
    }

    /// <inheritdoc/>
    public override void OnBatchEnd(int step, Logs logs)
    {
        if (logs.TryGetValue("loss", out var loss) && !double.IsFinite(loss))
        {
            StoppedAt = (_epoch, step);
            // A model that is built by its first step has nothing from before it.
            if (_before.Length > 0)
            {
                Model.SetWeights(_before);
                if (Model.IsCompiled)
                {
                    Model.Optimizer.LoadState(_stateBefore);
                }
            }
            Model.StopTraining = true;
            Console.Error.WriteLine(FormattableString.Invariant(
                $"The loss became {loss} in epoch {_epoch + 1}, step {step + 1}. Training ends; the model has the weights from before that step. Try a smaller learning rate, or clipNorm."));
        }
        (_before, _stateBefore) = ([], []);
    }
}
