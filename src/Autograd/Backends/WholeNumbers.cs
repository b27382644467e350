namespace Autograd.Backends;

/// <summary>
/// Two whole numbers between which all elements of a tensor lie. Positions and class numbers are checked before they are used, and a look into a device's memory waits for all work that was
/// asked for before. So what was seen once stays noted with the memory, and goes along where elements are only moved: a training step on labels that were seen waits for nobody.
/// </summary>
internal sealed record WholeNumbers(long Least, long Most)
{
    /// <summary>Of which a look says no more, fractions for example.</summary>
    private static readonly WholeNumbers s_any = new(long.MinValue, long.MaxValue);

    private bool AreWithin(long least, long most) => Least >= least && Most <= most;

    /// <summary>Between which numbers the elements of a tensor on a device lie, where that is within [least, most] and they are whole; else null.</summary>
    public static WholeNumbers? Within(Tensor x, long least, long most)
    {
        if (x.Size == 0)
        {
            return new(least, most);
        }
        // All of the memory is looked at, since batches are parts of one; what else lies there may be out of range and not meant.
        var memory = x.Storage!;
        var all = memory.Known ??= Look(new Tensor(x.Buffer, x.DType, Shape.Of(memory.Length), null, 0, memory));
        var found = all.AreWithin(least, most) ? all : Look(x);
        x.EndRead();
        return found.AreWithin(least, most) ? found : null;
    }

    /// <summary>Positions that were computed here and cannot be out of range, with the note that they are not.</summary>
    public static Tensor Below(int extent, Tensor positions)
    {
        positions.Storage?.Known = new(0, Math.Max(extent - 1, 0));
        return positions;
    }

    /// <summary>Of a tensor on the processor that holds integers, one at least.</summary>
    public static WholeNumbers Of(Tensor x)
    {
        using var pause = Recording.Pause();
        var (least, most) = Ends(x.Cast(DType.Int64).Packed());
        return new(least, most);
    }

    /// <summary>The least and the most of packed int64 on the processor, one at least.</summary>
    public static (long Least, long Most) Ends(Tensor integers)
    {
        // Of a few, sooner seen here than kernels are compiled.
        const int Few = 1024;
        if (integers.Size > Few)
        {
            return (integers.Min().Item<long>(), integers.Max().Item<long>());
        }
        var (least, most) = (long.MaxValue, long.MinValue);
        foreach (var integer in integers.Elements<long>())
        {
            least = Math.Min(least, integer);
            most = Math.Max(most, integer);
        }
        integers.EndRead();
        return (least, most);
    }

    // Waits once, for all that is asked.
    private static WholeNumbers Look(Tensor x)
    {
        using var pause = Recording.Pause();
        if (x.DType.IsFloating())
        {
            var seen = Tensor.Stack([x.Min(), x.Max(), Tensor.Abs(x - Tensor.Floor(x)).Max()]).Cast(DType.Float64).ToArray<double>();
            return seen[2] == 0 ? new((long)seen[0], (long)seen[1]) : s_any;
        }
        if (x.DType == DType.Bool)
        {
            return new(0, 1);
        }
        var ends = Tensor.Stack([x.Min(), x.Max()]).Cast(DType.Int64).ToArray<long>();
        return new(ends[0], ends[1]);
    }
}
