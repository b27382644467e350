using Autograd.Backends;

namespace Autograd;

/// <summary>Where the batches of an epoch come from.</summary>
internal abstract class BatchSource
{
    /// <summary>The number of batches per pass, where it is known.</summary>
    public abstract int? Count { get; }

    /// <summary>One pass; the order of a data set with a seed depends on its number alone.</summary>
    public abstract IEnumerable<Batch> Pass(int number);

    /// <summary>Why a pass may give no batch, and what to do.</summary>
    public const string WhyNone =
        "What can be enumerated only once gives nothing the second time: give a list, or Dataset.From(() => ...), whose function makes the batches anew for each pass. A data set gives nothing when no example passes its Filter, or when there are fewer than a batch with dropRemainder.";

    /// <summary>Rows of tensors, in order or shuffled anew for every pass.</summary>
    public static BatchSource Of(Batch all, int batchSize, bool shuffle, string operation, IReadOnlyList<string>? inputs = null) => new Rows(all, batchSize, shuffle, operation, inputs);

    /// <summary>Batches that somebody else makes.</summary>
    /// <exception cref="ValueException">They never end, and nothing says how many to take; or it is known that there are none.</exception>
    public static BatchSource Of(IEnumerable<Batch> batches, int? steps, string operation, string stepsName)
    {
        ArgumentNullException.ThrowIfNull(batches);
        if (batches is Dataset<Batch> { IsEndless: true } && steps is null)
        {
            throw new ValueException($"{operation}: the batches repeat without end; say how many to take: {stepsName}.");
        }
        var source = new Given(batches);
        return source.Count == 0 ? throw None(operation) : source;
    }

    /// <summary>The error of a pass without batches: over nothing, a loss would be 0, better than any other.</summary>
    public static ValueException None(string operation) => new($"{operation}: there was no batch. {WhyNone}");

    /// <summary>The number of rows that all tensors of a batch have.</summary>
    /// <param name="all">The batch.</param>
    /// <param name="operation">For messages.</param>
    /// <param name="inputs">The names of the inputs, where they have any.</param>
    /// <exception cref="ShapeException">They differ.</exception>
    public static int CountRows(Batch all, string operation, IReadOnlyList<string>? inputs = null)
    {
        if (all.X.Count == 0)
        {
            throw new ShapeException($"{operation}: there are no inputs.");
        }
        var (rows, first) = (-1, "");
        foreach (var (tensor, role) in Roles(all.X, "x", inputs).Concat(Roles(all.Y, "y", null)).Concat(all.SampleWeight is { } w ? [(w, "sampleWeight")] : []))
        {
            if (tensor.Rank == 0)
            {
                throw new ShapeException($"{operation}: {role} is a scalar; the first axis must count the examples.");
            }
            if (rows >= 0 && tensor.Shape[0] != rows)
            {
                throw new ShapeException($"{operation}: {first} has {rows} examples and {role} has {tensor.Shape[0]} (shape {tensor.Shape}); there must be as many.");
            }
            (rows, first) = (tensor.Shape[0], rows < 0 ? role : first);
        }
        return rows;
    }

    private static IEnumerable<(Tensor, string)> Roles(Tensors tensors, string role, IReadOnlyList<string>? names) =>
        tensors.Select((tensor, i) => (tensor, tensors.Count == 1 ? role : names?.Count == tensors.Count ? $"{role} '{names[i]}'" : $"{role}[{i}]"));

    private sealed class Rows : BatchSource
    {
        private readonly Batch _all;
        private readonly int _rows;
        private readonly int _batchSize;
        private readonly bool _shuffle;

        public Rows(Batch all, int batchSize, bool shuffle, string operation, IReadOnlyList<string>? inputs)
        {
            if (batchSize <= 0)
            {
                throw new ValueException($"{operation}: a batch size of {batchSize}; it must be 1 or more.");
            }
            _rows = CountRows(all, operation, inputs);
            if (_rows == 0)
            {
                throw new ValueException($"{operation}: there are no examples (x has shape {all.X[0].Shape}).");
            }
            (_all, _batchSize, _shuffle) = (all, batchSize, shuffle);
            foreach (var y in all.Y)
            {
                // Class numbers, perhaps: of these all batches know what is seen now.
                if (y.Device != Device.Cpu && y.Size == _rows)
                {
                    _ = WholeNumbers.Within(y, 0, long.MaxValue);
                }
            }
        }

        public override int? Count => (int)(((long)_rows + _batchSize - 1) / _batchSize);

        public override IEnumerable<Batch> Pass(int number)
        {
            var order = _shuffle ? Tensor.RandomPermutation(_rows) : null;
            for (var start = 0; start < _rows; start += _batchSize)
            {
                var rows = start..(int)Math.Min((long)start + _batchSize, _rows);
                var chosen = order?[rows];
                Tensor Pick(Tensor x) => chosen is null ? x[rows] : x.Take(chosen);
                yield return new Batch(_all.X.Select(Pick), _all.Y.Select(Pick), _all.SampleWeight is { } weights ? Pick(weights) : null);
            }
        }
    }

    private sealed class Given(IEnumerable<Batch> batches) : BatchSource
    {
        public override int? Count => batches is Dataset<Batch> data
            ? data.Count is <= int.MaxValue ? (int?)data.Count : null
            : batches.TryGetNonEnumeratedCount(out var count) ? count : null;

        public override IEnumerable<Batch> Pass(int number) => batches is Dataset<Batch> data ? data.Pass(number) : batches;
    }
}
