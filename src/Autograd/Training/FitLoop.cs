using System.Runtime.ExceptionServices;

namespace Autograd;

/// <summary>The epochs of one <c>Fit</c>.</summary>
internal sealed class FitLoop
{
    private readonly Model _model;
    private readonly BatchSource _source;
    private readonly BatchSource? _validation;
    private readonly int _epochs;
    private readonly int _initialEpoch;
    private readonly int? _stepsPerEpoch;
    private readonly int? _validationSteps;
    private readonly int _validationFrequency;
    private readonly Progress _progress;
    private readonly Callback[] _callbacks;
    private readonly bool _callbacksWatchBatches;
    private readonly CancellationToken _cancellation;
    private Logs _logs = [];

    public FitLoop(
        Model model, BatchSource source, BatchSource? validation, int epochs, int initialEpoch, int? stepsPerEpoch, int? validationSteps, int validationFrequency,
        int verbose, IEnumerable<Callback>? callbacks, CancellationToken cancellation)
    {
        AtLeast(0, epochs, nameof(epochs));
        AtLeast(0, initialEpoch, nameof(initialEpoch));
        AtLeast(1, stepsPerEpoch ?? 1, nameof(stepsPerEpoch));
        AtLeast(1, validationSteps ?? 1, nameof(validationSteps));
        AtLeast(1, validationFrequency, "validationFreq");
        if (verbose is < 0 or > 2)
        {
            throw new ValueException($"Fit: verbose is {verbose}; it is 0 (silent), 1 (a bar) or 2 (a line per epoch).");
        }
        (_model, _source, _validation) = (model, source, validation);
        (_epochs, _initialEpoch, _stepsPerEpoch, _validationSteps, _validationFrequency) = (epochs, initialEpoch, stepsPerEpoch, validationSteps, validationFrequency);
        _progress = Progress.OnConsole(verbose);
        _callbacks = [.. callbacks ?? []];
        foreach (var callback in _callbacks)
        {
            ArgumentNullException.ThrowIfNull(callback, nameof(callbacks));
        }
        _callbacksWatchBatches = _callbacks.Any(callback => callback.WatchesBatches);
        _cancellation = cancellation;
    }

    private static void AtLeast(int least, int value, string name)
    {
        if (value < least)
        {
            throw new ValueException($"Fit: {name} is {value}; it must be {least} or more.");
        }
    }

    public History Run()
    {
        using var busy = _model.Busy("Fit");
        if (!_model.MayHaveOwnSteps)
        {
            _ = _model.Compiled;
        }
        var history = new History();
        var run = new TrainingRun(_epochs, _initialEpoch, _stepsPerEpoch ?? _source.Count, history, _validation is null ? null : _validationFrequency)
        {
            Measures = Measures(),
            Validation = _validation is null ? null : (_validation, _validationSteps),
        };
        _model.History = history;
        _model.StopTraining = false;
        foreach (var callback in _callbacks)
        {
            (callback.Model, callback.Run) = (_model, run);
        }
        try
        {
            return TrainAndEnd(history, run);
        }
        finally
        {
            Close(0);
        }
    }

    // What is measured is known where nobody else can add to it.
    private List<string>? Measures()
    {
        if (_model.MayHaveOwnSteps || _callbacks.Any(callback => callback is LambdaCallback || callback.GetType().Assembly != typeof(Callback).Assembly))
        {
            return null;
        }
        List<string> names = [.. _model.Metrics.Select(metric => metric.Name)];
        if (_validation is not null)
        {
            names.AddRange([.. names.Select(name => "val_" + name)]);
        }
        if (_callbacks.Any(callback => callback is ReduceLROnPlateau or LearningRateScheduler))
        {
            names.Add("learning_rate");
        }
        return names;
    }

    // Each is closed, whatever another throws.
    private void Close(int first)
    {
        if (first < _callbacks.Length)
        {
            try
            {
                _callbacks[first].Close();
            }
            finally
            {
                Close(first + 1);
            }
        }
    }

    private History TrainAndEnd(History history, TrainingRun run)
    {
        Each(callback => callback.OnTrainBegin());
        try
        {
            Epochs(history, run);
            if (history.Epochs.Count > 0 && _model.IsCompiled)
            {
                _model.Optimizer.FinalizeVariableValues();
            }
        }
        catch
        {
            run.IsInterrupted = true;
            End();
            throw; // what interrupted training, whatever else failed after it
        }
        if (End() is { } error)
        {
            ExceptionDispatchInfo.Throw(error);
        }
        return history;
    }

    // Each callback comes to its end, whatever another throws.
    private Exception? End()
    {
        Exception? first = null;
        foreach (var callback in _callbacks)
        {
            try
            {
                callback.OnTrainEnd(_logs);
            }
            catch (Exception error)
            {
                first ??= error;
            }
        }
        return first;
    }

    private void Epochs(History history, TrainingRun run)
    {
        using var batches = new Batches(_source, _stepsPerEpoch);
        for (var epoch = run.NextEpoch; epoch < _epochs && !_model.StopTraining; epoch++)
        {
            _progress.Epoch(epoch, _epochs);
            BetweenEpochs(callback => callback.OnEpochBegin(epoch));
            var logs = Epoch(epoch, batches, out var steps);
            if (steps == 0 && !_model.StopTraining)
            {
                if (history.Epochs.Count == 0)
                {
                    throw BatchSource.None("Fit");
                }
                WarnOfTheEnd(epoch, steps);
            }
            if (steps == 0)
            {
                break;
            }
            if (_validation is not null && (epoch + 1) % _validationFrequency == 0)
            {
                Validate(logs); // also of an epoch that was cut short
            }
            _logs = logs;
            BetweenEpochs(callback => callback.OnEpochEnd(epoch, logs));
            _progress.End(steps, logs); // with what callbacks added, the learning rate for one
            history.Add(epoch, logs);
            if (batches.HaveEnded && !_model.StopTraining)
            {
                WarnOfTheEnd(epoch, steps);
                break;
            }
        }
    }

    // As in Keras: what was learned so far stays, and the callbacks come to their end.
    private void WarnOfTheEnd(int epoch, int steps) => Console.Error.WriteLine(FormattableString.Invariant(
        $"Fit: the data ended in epoch {epoch + 1} of {_epochs}, after {steps}{(_stepsPerEpoch is { } all ? $" of {all}" : "")} steps, so training ends there. {BatchSource.WhyNone}"));

    private Logs Epoch(int epoch, Batches batches, out int steps)
    {
        _model.ResetMetrics();
        _progress.Begin();
        batches.BeginEpoch(epoch);
        steps = 0;
        var expected = _stepsPerEpoch ?? _source.Count;
        while (!_model.StopTraining && batches.TryNext(out var batch))
        {
            _cancellation.ThrowIfCancellationRequested();
            var step = steps;
            Each(callback => callback.OnBatchBegin(step));
            _model.RunTrainStep(batch);
            steps++;
            if (_callbacksWatchBatches)
            {
                var logs = _model.Measured();
                Each(callback => callback.OnBatchEnd(step, logs));
            }
            _progress.Step(steps, expected, _model.Measured);
        }
        _cancellation.ThrowIfCancellationRequested();
        return _model.Measured();
    }

    private void Validate(Logs logs)
    {
        Each(callback => callback.OnTestBegin());
        var (measured, steps) = Model.OfValidation(() => _model.TestOver(_validation!, _validationSteps, null, _cancellation));
        if (steps == 0)
        {
            throw BatchSource.None(Model.ValidationData);
        }
        Each(callback => callback.OnTestEnd(measured));
        foreach (var (name, value) in measured)
        {
            logs["val_" + name] = value;
        }
    }

    private void BetweenEpochs(Action<Callback> action)
    {
        _model.IsBetweenEpochs = true;
        try
        {
            Each(action);
        }
        finally
        {
            _model.IsBetweenEpochs = false;
        }
    }

    private void Each(Action<Callback> action)
    {
        foreach (var callback in _callbacks)
        {
            action(callback);
        }
    }

    // Without a number of steps an epoch is one pass over the source. With one, epochs go on where the last one ended, and passes follow one another.
    private sealed class Batches(BatchSource source, int? stepsPerEpoch) : IDisposable
    {
        private IEnumerator<Batch>? _pass;
        private int _passNumber;
        private int _step;

        /// <summary>Whether an epoch has fewer steps than it should, since the source has nothing more to give.</summary>
        public bool HaveEnded { get; private set; }

        public void BeginEpoch(int epoch)
        {
            _step = 0;
            if (stepsPerEpoch is null)
            {
                Dispose();
                _passNumber = epoch;
            }
        }

        public bool TryNext(out Batch batch)
        {
            batch = default;
            if (_step == stepsPerEpoch)
            {
                return false;
            }
            var isFresh = _pass is null;
            _pass ??= NextPass();
            if (!_pass.MoveNext())
            {
                if (stepsPerEpoch is null || isFresh)
                {
                    return false;
                }
                Dispose();
                _pass = NextPass();
                if (!_pass.MoveNext())
                {
                    HaveEnded = true;
                    return false;
                }
            }
            batch = _pass.Current;
            _step++;
            return true;
        }

        private IEnumerator<Batch> NextPass() => source.Pass(_passNumber++).GetEnumerator();

        public void Dispose()
        {
            _pass?.Dispose();
            _pass = null;
        }
    }
}
