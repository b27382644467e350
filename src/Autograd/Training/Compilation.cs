namespace Autograd;

/// <summary>What a model was compiled with: how it is optimized and what is measured.</summary>
internal sealed class Compilation
{
    private readonly Mean _loss = new("loss");
    private readonly Mean?[] _outputLosses;
    private readonly IReadOnlyList<IReadOnlyList<Metric>> _metrics;
    private readonly IReadOnlyList<IReadOnlyList<Metric>> _weightedMetrics;
    private Tensor?[] _each = [];
    private bool _hasAdvised;

    public Compilation(
        Optimizer optimizer, IReadOnlyList<Loss?> losses, IReadOnlyList<double>? lossWeights, IReadOnlyList<IReadOnlyList<Metric>> metrics,
        IReadOnlyList<IReadOnlyList<Metric>> weightedMetrics, IReadOnlyList<string> outputs)
    {
        Optimizer = optimizer is not LBFGS
            ? optimizer
            : throw new ValueException("Compile: LBFGS asks for the loss several times per step, which Fit cannot give; call its Minimize(loss, weights) instead.");
        Losses = losses;
        LossWeights = lossWeights;
        _metrics = metrics;
        _weightedMetrics = weightedMetrics;
        if (lossWeights is not null && lossWeights.Count != losses.Count)
        {
            throw new ValueException($"Compile: {lossWeights.Count} loss weights for {losses.Count} losses.");
        }
        if ((metrics.Count > 0 && metrics.Count != losses.Count) || (weightedMetrics.Count > 0 && weightedMetrics.Count != losses.Count))
        {
            throw new ValueException($"Compile: metrics for {Math.Max(metrics.Count, weightedMetrics.Count)} outputs, and losses for {losses.Count}.");
        }
        string Output(int i) => i < outputs.Count ? outputs[i] : $"output_{i + 1}";
        _outputLosses = losses.Count == 1 ? [] : [.. losses.Select((loss, i) => loss is null ? null : new Mean($"{Output(i)}_loss"))];
        var names = new HashSet<string> { "loss" };
        for (var i = 0; i < losses.Count; i++)
        {
            foreach (var (metric, isWeighted) in Of(i, metrics).Select(metric => (metric, false)).Concat(Of(i, weightedMetrics).Select(metric => (metric, true))))
            {
                ArgumentNullException.ThrowIfNull(metric, nameof(metrics));
                var prefix = losses.Count > 1 ? Output(i) + "_" : "";
                var own = metric.Name.StartsWith(prefix, StringComparison.Ordinal) ? metric.Name[prefix.Length..] : metric.Name;
                // As in Keras, what is measured with and without weights has two names.
                metric.Name = prefix + (isWeighted && names.Contains(prefix + own) ? "weighted_" + own : own);
                if (!names.Add(metric.Name))
                {
                    throw new ValueException($"Compile: two measures are named '{metric.Name}'; give one of them another name.");
                }
            }
        }
    }

    public Optimizer Optimizer { get; }

    /// <summary>Whether a step was made, in which some checks are made that hold for all.</summary>
    public bool HasTrained { get; set; }

    public IReadOnlyList<Loss?> Losses { get; }

    public IReadOnlyList<double>? LossWeights { get; }

    /// <summary>All measures in the order in which they are shown.</summary>
    public IEnumerable<Metric> Metrics => [_loss, .. _outputLosses.OfType<Mean>(), .. _metrics.SelectMany(metrics => metrics), .. _weightedMetrics.SelectMany(metrics => metrics)];

    public IReadOnlyList<IReadOnlyList<Metric>> MetricsByOutput => _metrics;

    /// <summary>Those that weigh examples, as the loss does.</summary>
    public IReadOnlyList<IReadOnlyList<Metric>> WeightedMetricsByOutput => _weightedMetrics;

    private static IReadOnlyList<Metric> Of(int output, IReadOnlyList<IReadOnlyList<Metric>> metrics) => output < metrics.Count ? metrics[output] : [];

    /// <summary>Whether anything is measured of an output.</summary>
    public bool Reads(int output) => output >= Losses.Count || Losses[output] is not null || Of(output, _metrics).Count > 0 || Of(output, _weightedMetrics).Count > 0;

    /// <summary>Refuses targets that are not as many as the losses.</summary>
    public void RequireTargets(Model model, int count, string operation)
    {
        if (count != Losses.Count)
        {
            throw new ShapeException(count == 0
                ? $"{operation}: there are no targets (y), and {model.Describe()} was compiled with {Counted(Losses.Count, "loss", "losses")}."
                : $"{operation}: {model.Describe()} was compiled with {Counted(Losses.Count, "loss", "losses")}, and there {(count == 1 ? "is 1 target" : $"are {count} targets")}.");
        }
    }

    private static string Counted(int count, string one, string several) => $"{count} {(count == 1 ? one : several)}";

    /// <summary>The loss of a batch, penalties included. The losses of the outputs are kept for <see cref="Measure"/>.</summary>
    public Tensor LossOf(Model model, Batch batch, Tensors predictions)
    {
        if (batch.Y.Count != Losses.Count || predictions.Count != Losses.Count)
        {
            throw new ShapeException(
                $"{model.Describe()} was compiled with {Counted(Losses.Count, "loss", "losses")}; it has {Counted(predictions.Count, "output", "outputs")}, and there {(batch.Y.Count == 1 ? "is 1 target" : $"are {batch.Y.Count} targets")}.");
        }
        // A loss may apply layers too, a perceptual loss does: after that the penalties would be those of its layers.
        var penalties = model.Losses;
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
        foreach (var penalty in penalties)
        {
            total = total is null ? penalty : total + penalty;
        }
        _each = each;
        return total ?? throw new ModelException($"{model.Describe()} was compiled without a loss, so there is nothing to make small.");
    }

    // Said once for each metric that looks right and measures something else.
    private void Advise(Batch batch, Tensors predictions)
    {
        for (var i = 0; i < Losses.Count; i++)
        {
            foreach (var metric in Of(i, _metrics).Concat(Of(i, _weightedMetrics)))
            {
                if (Losses[i] is { } loss && Question.Advice(metric, loss, batch.Y[i], predictions[i]) is { } advice)
                {
                    Console.Error.WriteLine($"The metric '{metric.Name}' {advice}");
                }
            }
        }
    }

    /// <summary>Takes a batch into all measures; into those of the loss where there is one.</summary>
    public void Measure(Batch batch, Tensors predictions, Tensor? loss)
    {
        if (!_hasAdvised)
        {
            _hasAdvised = true;
            Advise(batch, predictions);
        }
        if (loss is not null)
        {
            var count = (double)Math.Max(1, batch.Count);
            _loss.Update(loss, count);
            foreach (var (mean, part) in _outputLosses.Zip(_each))
            {
                if (part is not null)
                {
                    mean?.Update(part, count);
                }
            }
        }
        _each = [];
        Update(_metrics, null);
        Update(_weightedMetrics, batch.SampleWeight);

        void Update(IReadOnlyList<IReadOnlyList<Metric>> metrics, Tensor? sampleWeight)
        {
            for (var i = 0; i < metrics.Count; i++)
            {
                foreach (var metric in metrics[i])
                {
                    metric.Update(batch.Y[i], predictions[i], sampleWeight);
                }
            }
        }
    }
}
