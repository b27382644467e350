using Autograd.Backends;
using Autograd.Serialization;
using static Autograd.Tensor;

namespace Autograd;

/// <summary>The base of metrics that are read off a table [classes, classes] of how often, by weight, a class (row) was taken for another (column).</summary>
public abstract class ConfusionTableMetric : Metric
{
    private const int MostClasses = 46340;

    private Tensor? _table;

    private protected ConfusionTableMetric(int numClasses, string? name) : base(name) =>
        NumClasses = Checked(numClasses, GetType().Name);

    // The table of pairs must be one that a tensor can hold.
    private protected static int Checked(int numClasses, string metric) => Setting.AtLeast(1, numClasses, $"{metric}: numClasses") <= MostClasses
        ? numClasses
        : throw new ValueException($"{metric}: numClasses is {numClasses}; a table of that many by that many is more than a tensor can hold, which is {MostClasses} by {MostClasses}.");

    /// <summary>How many classes there are.</summary>
    public int NumClasses { get; }

    private protected Tensor Table => _table ?? Zeros([NumClasses, NumClasses], DType.Float64);

    /// <summary>Takes class numbers of any one shape in. Only those count, on either side, that are classes and not ignored.</summary>
    private protected void Add(Tensor yTrue, Tensor yPred, Tensor? sampleWeight, int? ignored = null)
    {
        (yTrue, yPred) = Targets.SameShape(yTrue, yPred, Name);
        var weights = (sampleWeight is null ? FullOn(yPred.Backend, [], 1, DType.Float64) : SampleWeights.Fit(sampleWeight, yTrue.Cast(DType.Float64), Name)).BroadcastTo(yTrue.Shape);
        var (y, p) = (yTrue.Cast(DType.Int64), yPred.Cast(DType.Int64));
        var counts = IsClass(y) & IsClass(p);
        counts = ignored is { } one ? counts & NotEqual(y, one) : counts;
        var cells = WholeNumbers.Below(NumClasses * NumClasses, Where(counts, (y * NumClasses) + p, 0).Flatten());
        var table = FullOn(p.Backend, [NumClasses * NumClasses], 0, DType.Float64).ScatterAdd(cells, Where(counts, weights, 0).Flatten()).Reshape(NumClasses, NumClasses);
        _table = _table is null ? table : _table + table;
    }

    private Tensor IsClass(Tensor numbers) => (numbers >= 0) & (numbers < NumClasses);

    /// <inheritdoc/>
    public override void Reset() => _table = null;
}

/// <summary>
/// How often, by weight, examples of a class (row) were taken for another (column): [classes, classes]. Targets are class numbers or one-hot; predictions class
/// numbers or, with the classes along the last of two axes or more, scores.
/// </summary>
public sealed class ConfusionMatrix(int numClasses, string? name = null) : ConfusionTableMetric(numClasses, name)
{
    /// <inheritdoc/>
    protected override void Gather(Tensor yTrue, Tensor yPred, Tensor? sampleWeight)
    {
        sampleWeight = SampleWeights.Masked(sampleWeight, yPred, Name);
        (yTrue, yPred) = (Numbers(yTrue), Numbers(yPred));
        (yTrue, yPred) = Targets.SameShape(yTrue, yPred, Name);
        Targets.RequireClasses(yTrue, NumClasses, Name);
        Targets.RequireClasses(yPred, NumClasses, Name);
        Add(yTrue, yPred, sampleWeight);
    }

    private Tensor Numbers(Tensor x) => x.Rank > 1 && NumClasses > 1 && x.Shape[^1] == NumClasses ? x.ArgMax(-1) : x;

    /// <inheritdoc/>
    public override Tensor Result() => Table;
}
