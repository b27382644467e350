namespace Autograd;

/// <summary>The weighted mean of values that each batch has. The base of most metrics; 0 before any batch, and where the weights sum to 0.</summary>
public abstract class MeanMetric(string? name = null) : Metric(name)
{
    private Tensor? _total;
    private Tensor? _weight;

    /// <summary>The values of a batch: one per example, or per position.</summary>
    protected abstract Tensor Values(Tensor yTrue, Tensor yPred);

    /// <inheritdoc/>
    protected override void Gather(Tensor yTrue, Tensor yPred, Tensor? sampleWeight)
    {
        var values = Values(yTrue, yPred);
        Add(values, sampleWeight, Masks.OfLosses(values, yPred, null));
    }

    // Sums stay where the tensors are, so that a step on another device waits for nobody; float64, so that a long epoch loses nothing.
    private protected void Add(Tensor values, Tensor? sampleWeight, Tensor? mask = null)
    {
        values = SampleWeights.Spread(values.Cast(DType.Float64), sampleWeight);
        var weights = mask?.Cast(DType.Float64);
        if (sampleWeight is not null)
        {
            var fitted = SampleWeights.Fit(sampleWeight, values, Name);
            weights = weights is null ? fitted : weights * fitted;
        }
        var total = weights is null ? values.Sum() : (values * weights).Sum();
        var weight = weights is null ? values.Size : weights.BroadcastTo(values.Shape).Sum();
        (_total, _weight) = _total is null ? (total, weight) : (_total + total, _weight! + weight);
        WasUpdated = true;
    }

    /// <inheritdoc/>
    public override Tensor Result() => _total is null ? 0d : Targets.Quotient(_total, _weight!.Cast(DType.Float64).To(_total.Device));

    /// <inheritdoc/>
    public override void Reset() => _total = _weight = null;
}

/// <summary>The mean of values that are handed in, such as losses.</summary>
public sealed class Mean(string? name = null) : MeanMetric(name)
{
    /// <summary>Takes values in.</summary>
    /// <param name="values">Any number of values.</param>
    /// <param name="sampleWeight">Their weights; 1 by default.</param>
    public void Update(Tensor values, Tensor? sampleWeight = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        using var pause = Recording.Pause();
        Add(values, sampleWeight);
    }

    /// <inheritdoc/>
    protected override Tensor Values(Tensor yTrue, Tensor yPred) => yPred;
}

/// <summary>The weighted sum of values that are handed in.</summary>
public sealed class Sum(string? name = null) : Metric(name)
{
    private Tensor? _total;

    /// <summary>Takes values in.</summary>
    /// <param name="values">Any number of values.</param>
    /// <param name="sampleWeight">Their weights; 1 by default.</param>
    public void Update(Tensor values, Tensor? sampleWeight = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        using var pause = Recording.Pause();
        Gather(values, values, sampleWeight);
    }

    /// <inheritdoc/>
    protected override void Gather(Tensor yTrue, Tensor yPred, Tensor? sampleWeight)
    {
        var values = yPred.Cast(DType.Float64);
        var total = (sampleWeight is null ? values : values * SampleWeights.Fit(sampleWeight, values, Name)).Sum();
        _total = _total is null ? total : _total + total;
        WasUpdated = true;
    }

    /// <inheritdoc/>
    public override Tensor Result() => _total ?? 0d;

    /// <inheritdoc/>
    public override void Reset() => _total = null;
}

/// <summary>The mean of a loss over all examples that count.</summary>
internal sealed class MeanLoss : MeanMetric
{
    public MeanLoss(Loss loss, string? name = null) : base(name ?? loss?.Name)
    {
        ArgumentNullException.ThrowIfNull(loss);
        Loss = loss;
    }

    public Loss Loss { get; }

    protected override Tensor Values(Tensor yTrue, Tensor yPred) => Loss.Measured(yTrue, yPred).Values;

    protected override void Gather(Tensor yTrue, Tensor yPred, Tensor? sampleWeight)
    {
        var (values, mask) = Loss.Measured(yTrue, yPred);
        Add(values, sampleWeight, Masks.OfLosses(values, yPred, mask));
    }
}
