using System.Runtime.CompilerServices;

namespace Autograd;

/// <summary>
/// Which steps of sequences count, [batch, time] of bools, kept beside the tensors they belong to. Nothing is looked up before the first mask of the
/// program is made.
/// </summary>
internal static class Masks
{
    private static readonly ConditionalWeakTable<Tensor, Tensor> s_masks = [];
    private static volatile bool s_exist;

    public static bool Exist => s_exist;

    public static Tensor? Of(Tensor x) => s_exist && s_masks.TryGetValue(x, out var mask) ? mask : null;

    /// <summary>Gives a tensor a mask.</summary>
    /// <returns>The tensor.</returns>
    public static Tensor Set(Tensor x, Tensor mask)
    {
        s_exist = true;
        s_masks.AddOrUpdate(x, mask);
        return x;
    }

    /// <summary>Gives a tensor the mask of another, where that has one.</summary>
    /// <returns>The tensor.</returns>
    public static Tensor Copied(Tensor from, Tensor to) => Of(from) is { } mask ? Set(to, mask) : to;

    /// <summary>A mask in a shape that broadcasts along the further axes of what it belongs to.</summary>
    public static Tensor Along(Tensor mask, int rank) => mask.Reshape(Shape.Of([.. mask.Shape, .. Enumerable.Repeat(1, rank - mask.Rank)]));

    /// <summary>The steps that count in one of several tensors at least; null, for all, where a tensor has no mask or their masks do not match.</summary>
    public static Tensor? Union(IReadOnlyList<Tensor> tensors)
    {
        using var pause = Recording.Pause();
        Tensor? union = null;
        foreach (var x in tensors)
        {
            if (Of(x) is not { } mask || (union is not null && union.Rank != mask.Rank))
            {
                return null;
            }
            union = union is null ? mask : union | mask;
        }
        return union;
    }

    /// <summary>Gives results the mask of what they were computed from; of several inputs, a step counts where it counts in each.</summary>
    public static void Pass(Tensors inputs, Tensors results)
    {
        Tensor? common = null;
        using var pause = Recording.Pause();
        foreach (var x in inputs)
        {
            if (Of(x) is { } mask)
            {
                common = common is null ? mask : common & mask;
            }
        }
        if (common is null)
        {
            return;
        }
        foreach (var y in results)
        {
            Set(y, common);
        }
    }

    /// <summary>Which losses count: those that a loss itself counts, at steps that the mask of the predictions does not leave out.</summary>
    public static Tensor? OfLosses(Tensor losses, Tensor yPred, Tensor? counted)
    {
        if (Of(yPred) is not { } mask || mask.Rank > losses.Rank || !mask.Shape.SequenceEqual(losses.Shape.Take(mask.Rank)))
        {
            return counted;
        }
        using var pause = Recording.Pause();
        mask = Along(mask, losses.Rank).BroadcastTo(losses.Shape);
        return counted is null ? mask : mask & counted;
    }
}
