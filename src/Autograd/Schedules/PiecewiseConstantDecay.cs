namespace Autograd;

/// <summary>values[0] up to and including step boundaries[0], then values[1] up to boundaries[1], and so on; the last value from then on.</summary>
public sealed class PiecewiseConstantDecay : Schedule
{
    private readonly long[] _boundaries;
    private readonly double[] _values;

    /// <summary>Constant pieces.</summary>
    /// <param name="boundaries">The last step of each piece but the last, rising.</param>
    /// <param name="values">The rates, one more than boundaries.</param>
    /// <exception cref="ValueException">The counts do not fit, boundaries do not rise, or a rate is negative or not finite.</exception>
    public PiecewiseConstantDecay(IEnumerable<long> boundaries, IEnumerable<double> values)
    {
        ArgumentNullException.ThrowIfNull(boundaries);
        ArgumentNullException.ThrowIfNull(values);
        (_boundaries, _values) = ([.. boundaries], [.. values]);
        if (_values.Length != _boundaries.Length + 1)
        {
            throw new ValueException($"PiecewiseConstantDecay: {_boundaries.Length} boundaries and {_values.Length} values; there is one more value than boundaries.");
        }
        for (var i = 1; i < _boundaries.Length; i++)
        {
            if (_boundaries[i] <= _boundaries[i - 1])
            {
                throw new ValueException($"PiecewiseConstantDecay: boundary {_boundaries[i]} comes after {_boundaries[i - 1]}; boundaries must rise.");
            }
        }
        Array.ForEach(_values, value => Hyperparameter.NotNegative(value, nameof(values)));
    }

    /// <summary>The last step of each piece but the last.</summary>
    public IReadOnlyList<long> Boundaries => _boundaries;

    /// <summary>The rates.</summary>
    public IReadOnlyList<double> Values => _values;

    /// <inheritdoc/>
    public override double At(long step)
    {
        var piece = 0;
        while (piece < _boundaries.Length && step > _boundaries[piece])
        {
            piece++;
        }
        return _values[piece];
    }
}
