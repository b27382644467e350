namespace Autograd.Data;

/// <summary>What changes the order or the number of items and never looks at one.</summary>
internal abstract record Rearrangement
{
    public Dataset<T> Of<T>(Dataset<T> source) => new Rearranged<T>(source, this);

    public abstract long? Extent(long? source);

    public virtual bool DrawsSeed => false;

    public abstract IEnumerator<T> Start<T>(Dataset<T> source, PassKey pass);

    private sealed class Rearranged<T>(Dataset<T> source, Rearrangement how) : Dataset<T>
    {
        internal override long? Extent => how.Extent(source.Extent);

        internal override bool DrawsSeed => how.DrawsSeed || source.DrawsSeed;

        internal override IEnumerator<T> Start(PassKey pass) => how.Start(source, pass);
    }
}

internal sealed record Shuffling(int BufferSize, long? Seed, bool EachPass) : Rearrangement
{
    public override long? Extent(long? source) => source;

    public override bool DrawsSeed => Seed is null;

    public override IEnumerator<T> Start<T>(Dataset<T> source, PassKey pass)
    {
        var seed = Seed is not { } own ? pass.Branch(0).Key : EachPass ? PassKey.Mix((ulong)own, pass.Number) : (ulong)own;
        return Run(source.Start(pass.Branch(1)), new RandomNumbers(seed));
    }

    private IEnumerator<T> Run<T>(IEnumerator<T> source, RandomNumbers random)
    {
        using (source)
        {
            var kept = new List<T>();
            var goesOn = true;
            while (kept.Count < BufferSize && (goesOn = source.MoveNext()))
            {
                kept.Add(source.Current);
            }
            while (kept.Count > 0)
            {
                var chosen = random.Below(kept.Count);
                var item = kept[chosen];
                if (goesOn && (goesOn = source.MoveNext()))
                {
                    kept[chosen] = source.Current;
                }
                else
                {
                    kept[chosen] = kept[^1];
                    kept.RemoveAt(kept.Count - 1);
                }
                yield return item;
            }
        }
    }
}

internal sealed record Repeating(int Rounds, bool IsEndless) : Rearrangement
{
    public override long? Extent(long? source) => source is 0 || (Rounds == 0 && !IsEndless)
        ? 0
        : IsEndless || source == Dataset<int>.Endless ? Dataset<int>.Endless
        : source is { } count && Math.BigMul((ulong)count, (ulong)Rounds, out var product) == 0 && product < long.MaxValue ? (long)product : null;

    public override IEnumerator<T> Start<T>(Dataset<T> source, PassKey pass)
    {
        for (var round = 0L; IsEndless || round < Rounds; round++)
        {
            var isEmpty = true;
            using var items = source.Start(pass.Round(round));
            while (items.MoveNext())
            {
                isEmpty = false;
                yield return items.Current;
            }
            if (isEmpty && IsEndless)
            {
                yield break; // nothing, for ever, would never come back
            }
        }
    }
}

internal sealed record Taking(int Count) : Rearrangement
{
    public override long? Extent(long? source) => Count == 0 ? 0 : source is { } known ? Math.Min(known, Count) : null;

    public override IEnumerator<T> Start<T>(Dataset<T> source, PassKey pass) => Run(source.Start(pass));

    private IEnumerator<T> Run<T>(IEnumerator<T> source)
    {
        using (source)
        {
            for (var i = 0; i < Count && source.MoveNext(); i++)
            {
                yield return source.Current;
            }
        }
    }
}

internal sealed record Skipping(int Count) : Rearrangement
{
    public override long? Extent(long? source) => source is { } known and not Dataset<int>.Endless ? Math.Max(0, known - Count) : source;

    public override IEnumerator<T> Start<T>(Dataset<T> source, PassKey pass) => Run(source.Start(pass));

    private IEnumerator<T> Run<T>(IEnumerator<T> source)
    {
        using (source)
        {
            for (var i = 0; i < Count; i++)
            {
                if (!source.MoveNext())
                {
                    yield break;
                }
            }
            while (source.MoveNext())
            {
                yield return source.Current;
            }
        }
    }
}
