using System.Runtime.CompilerServices;

namespace Autograd;

/// <summary>
/// Averages of variables over the steps of training: average -= (1 - decay) (average - value). Evaluated with their averages, weights are often better.
/// With a count n of updates, decay is min(decay, (1 + n) / (10 + n)), so that early averages follow faster.
/// </summary>
public sealed class ExponentialMovingAverage
{
    private readonly ConditionalWeakTable<Variable, Variable> _averages = [];
    private readonly List<WeakReference<Variable>> _order = [];
    private bool _isSwapped;

    /// <summary>No averages yet; <see cref="Apply"/> begins them.</summary>
    /// <param name="decay">What an average keeps of its past, at least 0 and below 1.</param>
    /// <param name="numUpdates">The updates so far, which each <see cref="Apply"/> counts on; without it the decay is the same throughout.</param>
    /// <exception cref="ValueException">The decay or the count is out of range.</exception>
    public ExponentialMovingAverage(double decay, long? numUpdates = null)
    {
        Decay = Hyperparameter.Fraction(decay);
        NumUpdates = numUpdates is { } n ? Hyperparameter.AtLeast(0, n, nameof(numUpdates)) : null;
    }

    /// <summary>What an average keeps of its past.</summary>
    public double Decay { get; }

    /// <summary>The updates so far, where they are counted.</summary>
    public long? NumUpdates { get; private set; }

    /// <summary>Takes the present values into the averages; the average of a variable met for the first time starts at its value.</summary>
    /// <exception cref="DTypeException">A variable holds integers.</exception>
    /// <exception cref="ModelException">The averages stand in for their variables now.</exception>
    public void Apply(IReadOnlyList<Variable> variables)
    {
        ArgumentNullException.ThrowIfNull(variables);
        ThrowIfSwapped();
        foreach (var variable in variables)
        {
            ArgumentNullException.ThrowIfNull(variable, nameof(variables));
            _ = variable.Buffer;
            if (!variable.DType.IsFloating())
            {
                throw new DTypeException($"ExponentialMovingAverage: {variable.Name} holds {variable.DType}; averages are of floating variables.");
            }
        }
        var decay = NumUpdates is { } n ? Math.Min(Decay, (1.0 + n) / (10.0 + n)) : Decay;
        foreach (var variable in variables)
        {
            if (_averages.TryGetValue(variable, out var average))
            {
                Parameter.Run(new AverageRule(decay), variable, average, null, null, null);
            }
            else
            {
                _averages.Add(variable, new Variable(variable.Value, trainable: false, name: variable.Name + "/average"));
                _order.Add(new WeakReference<Variable>(variable));
            }
        }
        NumUpdates++;
    }

    /// <summary>The average of a variable; null before it was first met.</summary>
    public Tensor? Average(Variable variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        return _averages.TryGetValue(variable, out var average) ? average.Value : null;
    }

    /// <summary>Puts the averages in place of all variables met, until disposed: <c>using (average.Swap()) Evaluate();</c></summary>
    /// <exception cref="ModelException">They are in place already.</exception>
    public IDisposable Swap()
    {
        ThrowIfSwapped();
        var swapped = new List<(Variable Variable, Tensor Value)>();
        foreach (var reference in _order)
        {
            if (reference.TryGetTarget(out var variable))
            {
                swapped.Add((variable, variable.Value));
            }
        }
        // Whatever cannot be allocated is put back.
        var restore = new Restore(this, swapped);
        _isSwapped = true;
        try
        {
            foreach (var (variable, _) in swapped)
            {
                variable.Assign(_averages.GetValue(variable, static _ => throw new InvalidOperationException()).Value);
            }
        }
        catch
        {
            restore.Dispose();
            throw;
        }
        return restore;
    }

    private void ThrowIfSwapped()
    {
        if (_isSwapped)
        {
            throw new ModelException("ExponentialMovingAverage: the averages stand in for their variables; dispose what Swap returned first.");
        }
    }

    private sealed class Restore(ExponentialMovingAverage owner, List<(Variable Variable, Tensor Value)> values) : IDisposable
    {
        private bool _done;

        public void Dispose()
        {
            if (_done)
            {
                return;
            }
            _done = true;
            foreach (var (variable, value) in values)
            {
                variable.Assign(value);
            }
            owner._isSwapped = false;
        }
    }
}
