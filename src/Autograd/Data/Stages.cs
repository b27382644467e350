namespace Autograd.Data;

/// <summary>Items that somebody else makes. What they come from is asked for only when the first is.</summary>
internal sealed class Given<T>(Func<IEnumerable<T>> items, Func<long?> extent) : Dataset<T>
{
    internal override long? Extent => extent();

    internal override bool DrawsSeed => false;

    internal override IEnumerator<T> Start(PassKey pass)
    {
        foreach (var item in items() ?? throw new ValueException("Dataset.From: the function returned null; it must return what can be enumerated."))
        {
            yield return item;
        }
    }
}

internal sealed class Mapped<TSource, T>(Dataset<TSource> source, Func<TSource, T> function) : Dataset<T>
{
    internal override long? Extent => source.Extent;

    internal override bool DrawsSeed => source.DrawsSeed;

    internal override IEnumerator<T> Start(PassKey pass) => Run(source.Start(pass));

    private IEnumerator<T> Run(IEnumerator<TSource> items)
    {
        using (items)
        {
            while (items.MoveNext())
            {
                yield return function(items.Current);
            }
        }
    }
}

internal sealed class Filtered<T>(Dataset<T> source, Func<T, bool> condition) : Dataset<T>
{
    internal override long? Extent => source.Extent is 0 ? 0 : null;

    internal override bool DrawsSeed => source.DrawsSeed;

    internal override IEnumerator<T> Start(PassKey pass) => Run(source.Start(pass));

    private IEnumerator<T> Run(IEnumerator<T> items)
    {
        using (items)
        {
            while (items.MoveNext())
            {
                if (condition(items.Current))
                {
                    yield return items.Current;
                }
            }
        }
    }
}

internal sealed class Numbered<T>(Dataset<T> source) : Dataset<(long Index, T Item)>
{
    internal override long? Extent => source.Extent;

    internal override bool DrawsSeed => source.DrawsSeed;

    internal override IEnumerator<(long Index, T Item)> Start(PassKey pass) => Run(source.Start(pass));

    private static IEnumerator<(long Index, T Item)> Run(IEnumerator<T> items)
    {
        using (items)
        {
            for (var index = 0L; items.MoveNext(); index++)
            {
                yield return (index, items.Current);
            }
        }
    }
}

internal sealed class Zipped<TFirst, TSecond>(Dataset<TFirst> first, Dataset<TSecond> second) : Dataset<(TFirst First, TSecond Second)>
{
    internal override long? Extent => first.Extent is { } a && second.Extent is { } b ? Math.Min(a, b) : null;

    internal override bool DrawsSeed => first.DrawsSeed || second.DrawsSeed;

    internal override IEnumerator<(TFirst First, TSecond Second)> Start(PassKey pass) => Run(first.Start(pass.Branch(0)), second.Start(pass.Branch(1)));

    private static IEnumerator<(TFirst First, TSecond Second)> Run(IEnumerator<TFirst> a, IEnumerator<TSecond> b)
    {
        using (a)
        using (b)
        {
            while (a.MoveNext() && b.MoveNext())
            {
                yield return (a.Current, b.Current);
            }
        }
    }
}

internal sealed class Cached<T>(Dataset<T> source) : Dataset<T>
{
    private T[]? _items;

    internal override long? Extent => Volatile.Read(ref _items)?.Length ?? source.Extent;

    internal override bool DrawsSeed => source.DrawsSeed;

    internal override IEnumerator<T> Start(PassKey pass) => Volatile.Read(ref _items) is { } items ? ((IEnumerable<T>)items).GetEnumerator() : Run(source.Start(pass));

    private IEnumerator<T> Run(IEnumerator<T> items)
    {
        using (items)
        {
            var seen = new List<T>();
            while (items.MoveNext())
            {
                seen.Add(items.Current);
                yield return items.Current;
            }
            Interlocked.CompareExchange(ref _items, [.. seen], null);
        }
    }
}
