using System.Runtime.CompilerServices;

namespace Autograd;

/// <summary>
/// Averages of variables over the steps of training: average -= (1 - decay) (average - value). Evaluated with their averages, weights are often better.
/// With a count n of updates, decay is min(decay, (1 + n) / (10 + n)), so that early averages follow faster.
/// <code>
/// average.Apply(weights);                // before training: the averages begin at the initial values
/// average.Apply(weights, step);          // after each step, counted from 0
/// </code>
/// Threads: one at a time.
/// </summary>
public sealed class ExponentialMovingAverage
{
    private readonly ConditionalWeakTable<Variable, Variable> _averages = [];
    private readonly List<WeakReference<Variable>> _order = [];
    private bool _isSwapped;

    /// <summary>No averages yet; <see cref="Apply(IReadOnlyList{Variable})"/> begins them.</summary>
    /// <param name="decay">What an average keeps of its past, at least 0 and below 1.</param>
    /// <param name="numUpdates">The updates so far, which each later <see cref="Apply(IReadOnlyList{Variable})"/> counts on; without it the decay is the same throughout.</param>
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

    /// <summary>
    /// Takes the present values into the averages. The average of a variable met for the first time begins at its value, as TensorFlow's at the initial one; a call that only begins averages is no
    /// update and is not counted.
    /// </summary>
    /// <exception cref="DTypeException">A variable holds integers.</exception>
    /// <exception cref="ModelException">The averages stand in for their variables now.</exception>
    public void Apply(IReadOnlyList<Variable> variables)
    {
        if (Apply(variables, NumUpdates is { } n ? DecayAt(n) : Decay))
        {
            NumUpdates++;
        }
    }

    /// <summary>Takes the present values into the averages with the decay of a step: min(decay, (1 + step) / (10 + step)). No count is kept.</summary>
    /// <param name="variables">Those that are averaged; the average of one met for the first time begins at its value.</param>
    /// <param name="step">The step of training, counted from 0.</param>
    /// <exception cref="ValueException">The step is negative.</exception>
    /// <exception cref="DTypeException">A variable holds integers.</exception>
    /// <exception cref="ModelException">The averages stand in for their variables now.</exception>
    public void Apply(IReadOnlyList<Variable> variables, long step) => Apply(variables, DecayAt(Hyperparameter.AtLeast(0, step)));

    private double DecayAt(long n) => Math.Min(Decay, (1.0 + n) / (10.0 + n));

    // Whether any average was updated, not only begun.
    private bool Apply(IReadOnlyList<Variable> variables, double decay)
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
        var isUpdate = false;
        foreach (var variable in variables)
        {
            if (_averages.TryGetValue(variable, out var average))
            {
                Parameter.Run(new AverageRule(decay), variable, average, null, null, null);
                isUpdate = true;
            }
            else
            {
                _averages.Add(variable, new Variable(variable.Value, trainable: false, name: variable.Name + "/average"));
                _order.Add(new WeakReference<Variable>(variable));
            }
        }
        return isUpdate;
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
