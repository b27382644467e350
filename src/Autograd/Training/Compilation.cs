namespace Autograd;

/// <summary>What a model was compiled with: how it is optimized and what is measured.</summary>
internal sealed class Compilation
{
    private readonly Mean _loss = new("loss");
    private readonly Mean[] _outputLosses;
    private readonly IReadOnlyList<IReadOnlyList<Metric>> _metrics;

    public Compilation(
        Optimizer optimizer, IReadOnlyList<Loss?> losses, IReadOnlyList<double>? lossWeights, IReadOnlyList<IReadOnlyList<Metric>> metrics, IReadOnlyList<string> outputs)
    {
        Optimizer = optimizer;
        Losses = losses;
        LossWeights = lossWeights;
        _metrics = metrics;
        if (lossWeights is not null && lossWeights.Count != losses.Count)
        {
            throw new ValueException($"Compile: {lossWeights.Count} loss weights for {losses.Count} losses.");
        }
        if (metrics.Count > losses.Count)
        {
            throw new ValueException($"Compile: metrics for {metrics.Count} outputs, and losses for {losses.Count}.");
        }
        string Output(int i) => i < outputs.Count ? outputs[i] : $"output_{i + 1}";
        _outputLosses = losses.Count == 1 ? [] : [.. losses.Select((_, i) => new Mean($"{Output(i)}_loss"))];
        var names = new HashSet<string> { "loss" };
        for (var i = 0; i < metrics.Count; i++)
        {
            foreach (var metric in metrics[i])
            {
                ArgumentNullException.ThrowIfNull(metric, nameof(metrics));
                if (losses.Count > 1 && !metric.Name.StartsWith(Output(i) + "_", StringComparison.Ordinal))
                {
                    metric.Name = $"{Output(i)}_{metric.Name}";
                }
                if (!names.Add(metric.Name))
                {
                    throw new ValueException($"Compile: two measures are named '{metric.Name}'; give one of them another name.");
                }
            }
        }
    }

    public Optimizer Optimizer { get; }

    public IReadOnlyList<Loss?> Losses { get; }

    public IReadOnlyList<double>? LossWeights { get; }

    /// <summary>All measures in the order in which they are shown.</summary>
    public IEnumerable<Metric> Metrics => [_loss, .. _outputLosses, .. _metrics.SelectMany(metrics => metrics)];

    public IReadOnlyList<IReadOnlyList<Metric>> MetricsByOutput => _metrics;

    /// <summary>The loss of a batch, penalties included, and the losses of its outputs.</summary>
    public (Tensor Total, Tensor?[] Each) LossOf(Model model, Batch batch, Tensors predictions)
    {
        if (batch.Y.Count != Losses.Count || predictions.Count != Losses.Count)
        {
            throw new ShapeException(
                $"{model.Describe()} was compiled with {Losses.Count} losses; it has {predictions.Count} outputs, and there are {batch.Y.Count} targets.");
        }
        var each = new Tensor?[Losses.Count];
        Tensor? total = null;
        for (var i = 0; i < each.Length; i++)
        {
            if (Losses[i] is not { } loss)
            {
                continue;
            }
            each[i] = loss.Apply(batch.Y[i], predictions[i], batch.SampleWeight);
            if (each[i]!.Rank > 0)
            {
                each[i] = each[i]!.Mean();
            }
            var weighted = LossWeights is null || LossWeights[i] == 1 ? each[i]! : LossWeights[i] * each[i]!;
            total = total is null ? weighted : total + weighted;
        }
        if (model.HasPenalties)
        {
            foreach (var penalty in model.Losses)
            {
                total = total is null ? penalty : total + penalty;
            }
        }
        return (total ?? throw new ModelException($"{model.Describe()} was compiled without a loss, so there is nothing to make small."), each);
    }

    /// <summary>Takes a batch into all measures.</summary>
    public void Measure(Batch batch, Tensors predictions, Tensor loss, Tensor?[] each)
    {
        var count = (double)Math.Max(1, batch.Count);
        _loss.Update(loss, count);
        for (var i = 0; i < _outputLosses.Length; i++)
        {
            if (each[i] is { } part)
            {
                _outputLosses[i].Update(part, count);
            }
        }
        for (var i = 0; i < _metrics.Count; i++)
        {
            foreach (var metric in _metrics[i])
            {
                metric.Update(batch.Y[i], predictions[i], batch.SampleWeight);
            }
        }
    }
}
