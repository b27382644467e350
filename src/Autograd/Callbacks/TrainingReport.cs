using Autograd.Reports;

namespace Autograd;

/// <summary>
/// Draws a training as one HTML page that needs nothing else: the curves of all measures with the best epoch marked, learning rate and time per epoch, and where a classifier is validated, which
/// classes it takes for one another in the end and its surest mistakes as images. Written anew after each epoch, so that it can be watched; <see cref="LiveReport"/> shows the curves in a browser
/// while they grow.
/// </summary>
/// <param name="path">The page.</param>
/// <param name="title">Its heading; the model's name by default.</param>
/// <param name="monitor">The measure that tells the best epoch; by default <c>val_loss</c>, or <c>loss</c> without validation.</param>
/// <param name="gradientNorms">Whether to draw the norms of the layers' gradients too, from some steps of each epoch.</param>
/// <param name="weightHistograms">Whether to draw how the weights are distributed, at the beginning and now.</param>
/// <param name="classNames">The names of the classes; their numbers by default.</param>
/// <param name="image">
/// Makes an example an image where it is not one of shape [height, width, 1] or [height, width, 3] already: <c>x => x.Reshape(28, 28)</c>.
/// </param>
public sealed class TrainingReport(
    string path = "training.html", string? title = null, string? monitor = null, bool gradientNorms = false, bool weightHistograms = false, IReadOnlyList<string>? classNames = null,
    Func<Tensor, Tensor>? image = null) : Callback
{
    private const int MostHistograms = 12;
    private const int MostValues = 50_000;

    private readonly TrainingCurves _curves = new(title, monitor);
    private readonly GradientNorms? _norms = gradientNorms ? new() : null;
    private readonly Dictionary<string, Tensor> _atFirst = [];
    private Judgement? _judgement;
    private double _written;

    /// <summary>The page.</summary>
    public string Path { get; } = path;

    /// <summary>Its heading.</summary>
    public string? Title { get; } = title;

    /// <inheritdoc/>
    public override bool WatchesBatches => false;

    /// <inheritdoc/>
    public override void OnTrainBegin()
    {
        _curves.Begin(Model, Run);
        _norms?.Begin(Model, Run);
        _judgement = null;
        _atFirst.Clear();
        foreach (var (weight, value) in weightHistograms ? Histogrammed() : [])
        {
            _atFirst[weight] = value;
        }
        _written = double.NegativeInfinity;
    }

    /// <inheritdoc/>
    public override void OnBatchBegin(int step) => _norms?.BeginStep(step);

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, Logs logs)
    {
        _curves.Add(Model, epoch, logs);
        _norms?.EndEpoch(epoch);
        // Small models do many epochs a second.
        if (_curves.Seconds - _written > 1)
        {
            Write();
        }
    }

    /// <inheritdoc/>
    public override void OnTrainEnd(Logs logs)
    {
        _curves.End(Run.IsInterrupted ? "Stopped after" : "Trained for");
        _judgement = Run.Validation is { } validation && !Run.IsInterrupted ? Judgement.Of(Model, validation, image) : null;
        Write();
    }

    /// <inheritdoc/>
    protected internal override void Close() => _norms?.End();

    private void Write()
    {
        _written = _curves.Seconds;
        _curves.Page(page =>
        {
            if (_norms is not null)
            {
                page.AddChart(_norms.Chart());
            }
            _judgement?.AddTo(page, classNames);
            if (weightHistograms)
            {
                AddHistograms(page);
            }
        }).Save(Path);
    }

    private void AddHistograms(ReportPage page)
    {
        page.AddHeading("Weights");
        foreach (var (weight, value) in Histogrammed())
        {
            var histogram = new Histogram(weight, yLabel: "weights");
            if (_atFirst.TryGetValue(weight, out var first) && first.Size == value.Size)
            {
                histogram.Add("at the beginning", first);
            }
            page.AddChart(histogram.Add("now", value));
        }
    }

    // Kernels rather than biases where there are many; of a large weight every nth value.
    private IEnumerable<(string Path, Tensor Value)> Histogrammed()
    {
        var weights = Model.NamedWeights().Where(weight => weight.Variable is { Trainable: true, Size: > 1 }).ToList();
        var chosen = weights.Count <= MostHistograms ? weights : [.. weights.Where(weight => weight.Variable.Rank > 1).Take(MostHistograms)];
        return chosen.Select(weight =>
        {
            var flat = weight.Variable.Value.Reshape(-1);
            return (weight.Path, flat.Size <= MostValues ? flat : flat[Tensor.Every(.., (flat.Size + MostValues - 1) / MostValues)]);
        });
    }
}
