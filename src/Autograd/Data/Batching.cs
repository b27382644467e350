namespace Autograd.Data;

/// <summary>How a kind of example is made of tensors.</summary>
internal sealed record ExampleKind<T>(Func<T, Tensor[]> Apart, Func<Tensor[], T> Together);

/// <summary>The kinds of examples that can be put into batches.</summary>
internal static class ExampleKinds
{
    public static readonly ExampleKind<Tensor> One = new(x => [x], parts => parts[0]);

    public static readonly ExampleKind<(Tensor X, Tensor Y)> Pair = new(example => [example.X, example.Y], parts => (parts[0], parts[1]));

    public static readonly ExampleKind<(Tensor X, Tensor Y, Tensor SampleWeight)> Weighted = new(
        example => [example.X, example.Y, example.SampleWeight], parts => (parts[0], parts[1], parts[2]));
}

/// <summary>Rows of tensors. Whatever only rearranges them works on their numbers, and batches are gathered in one go.</summary>
internal sealed class Rows<T>(Tensor[] tensors, ExampleKind<T> kind, Dataset<int> order) : Dataset<T>
{
    public Dataset<int> Order => order;

    internal override long? Extent => order.Extent;

    internal override bool DrawsSeed => order.DrawsSeed;

    internal override Dataset<T> Rearrange(Rearrangement how) => new Rows<T>(tensors, kind, order.Rearrange(how));

    internal override IEnumerator<T> Start(PassKey pass) => Run(order.Start(pass));

    private IEnumerator<T> Run(IEnumerator<int> rows)
    {
        using (rows)
        {
            while (rows.MoveNext())
            {
                var row = rows.Current;
                yield return kind.Together(Array.ConvertAll(tensors, x => x[row]));
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
                return kind.Together(Array.ConvertAll(tensors, x => x.Take(positions)));
            }
        }
        return kind.Together(Array.ConvertAll(tensors, x => x[first..(first + count)]));
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
            for (var part = 0; part < parts[i].Length; part++)
            {
                ArgumentNullException.ThrowIfNull(parts[i][part], "example");
                if (!parts[i][part].Shape.Equals(parts[0][part].Shape))
                {
                    throw new ShapeException($"Batch: one example has shape {parts[0][part].Shape} and another {parts[i][part].Shape}; those of a batch must have the same.");
                }
            }
        }
        return kind.Together([.. Enumerable.Range(0, parts[0].Length).Select(part => Tensor.Stack(Array.ConvertAll(parts, example => example[part])))]);
    }
}
