namespace Autograd.Data;

/// <summary>How a kind of example is made of tensors.</summary>
/// <param name="Apart">The tensors of an example.</param>
/// <param name="Together">An example like another of other tensors.</param>
internal sealed record ExampleKind<T>(Func<T, Tensor[]> Apart, Func<T, Tensor[], T> Together);

/// <summary>The kinds of examples that can be put into batches.</summary>
internal static class ExampleKinds
{
    public static readonly ExampleKind<Tensor> One = new(x => [x], (_, parts) => parts[0]);

    public static readonly ExampleKind<(Tensor X, Tensor Y)> Pair = new(example => [example.X, example.Y], (_, parts) => (parts[0], parts[1]));

    public static readonly ExampleKind<(Tensor X, Tensor Y, Tensor SampleWeight)> Weighted = new(
        example => [example.X, example.Y, example.SampleWeight], (_, parts) => (parts[0], parts[1], parts[2]));

    public static readonly ExampleKind<(Tensors X, Tensors Y)> Pairs = new(
        example => [.. example.X, .. example.Y], (like, parts) => (Like(like.X, parts, 0), Like(like.Y, parts, like.X.Count)));

    public static readonly ExampleKind<(Tensors X, Tensors Y, Tensor SampleWeight)> WeightedPairs = new(
        example => [.. example.X, .. example.Y, example.SampleWeight], (like, parts) => (Like(like.X, parts, 0), Like(like.Y, parts, like.X.Count), parts[^1]));

    private static Tensors Like(Tensors like, Tensor[] parts, int first)
    {
        var tensors = Tensors.Of(parts.AsSpan(first, like.Count));
        return like.Names is { } names ? tensors.WithNames(names) : tensors;
    }
}

/// <summary>Rows of tensors. Whatever only rearranges them works on their numbers, and batches are gathered in one go.</summary>
internal sealed class Rows<T>(T all, ExampleKind<T> kind, Dataset<int> order) : Dataset<T>
{
    private readonly Tensor[] _tensors = kind.Apart(all);

    public Dataset<int> Order => order;

    internal override long? Extent => order.Extent;

    internal override bool DrawsSeed => order.DrawsSeed;

    internal override Dataset<T> Rearrange(Rearrangement how) => new Rows<T>(all, kind, order.Rearrange(how));

    internal override IEnumerator<T> Start(PassKey pass) => Run(order.Start(pass));

    private IEnumerator<T> Run(IEnumerator<int> rows)
    {
        using (rows)
        {
            while (rows.MoveNext())
            {
                var row = rows.Current;
                yield return kind.Together(all, Array.ConvertAll(_tensors, x => x[row]));
            }
        }
    }

    /// <summary>Several rows together: a view where they follow one another.</summary>
    public T Gather(ReadOnlySpan<int> rows)
    {
        var (first, count) = (rows[0], rows.Length);
        for (var i = 1; i < count; i++)
        {
            if (rows[i] != first + i)
            {
                var positions = Tensor.From(rows);
                return kind.Together(all, Array.ConvertAll(_tensors, x => x.Take(positions)));
            }
        }
        return kind.Together(all, Array.ConvertAll(_tensors, x => x[first..(first + count)]));
    }
}

internal sealed class Batched<T>(Dataset<T> source, ExampleKind<T> kind, int size, bool dropRemainder) : Dataset<T>
{
    internal override long? Extent => source.Extent is { } count and not Endless
        ? (count / size) + (dropRemainder || count % size == 0 ? 0 : 1)
        : source.Extent;

    internal override bool DrawsSeed => source.DrawsSeed;

    internal override IEnumerator<T> Start(PassKey pass) => source is Rows<T> rows
        ? Run(rows.Order.Start(pass), chunk => rows.Gather(chunk.AsSpan()))
        : Run(source.Start(pass), Stack);

    private IEnumerator<T> Run<TItem>(IEnumerator<TItem> items, Func<ArraySegment<TItem>, T> together)
    {
        using (items)
        {
            var chunk = new List<TItem>();
            var goesOn = true;
            while (goesOn)
            {
                while (chunk.Count < size && (goesOn = items.MoveNext()))
                {
                    chunk.Add(items.Current);
                }
                if (chunk.Count > 0 && (chunk.Count == size || !dropRemainder))
                {
                    yield return together(chunk.ToArray());
                }
                chunk.Clear();
            }
        }
    }

    private T Stack(ArraySegment<T> examples)
    {
        var parts = new Tensor[examples.Count][];
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = kind.Apart(examples[i]);
            if (parts[i].Length != parts[0].Length)
            {
                throw new ShapeException($"Batch: one example has {parts[0].Length} tensors and another {parts[i].Length}; those of a batch must have as many.");
            }
            for (var part = 0; part < parts[i].Length; part++)
            {
                ArgumentNullException.ThrowIfNull(parts[i][part], "example");
                if (!parts[i][part].Shape.Equals(parts[0][part].Shape))
                {
                    throw new ShapeException($"Batch: one example has shape {parts[0][part].Shape} and another {parts[i][part].Shape}; those of a batch must have the same.");
                }
            }
        }
        return kind.Together(examples[0], [.. Enumerable.Range(0, parts[0].Length).Select(part => Tensor.Stack(Array.ConvertAll(parts, example => example[part])))]);
    }
}
