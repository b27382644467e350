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

    /// <summary>
    /// Weights that leave out the losses of steps that do not count. A mean is then that of the steps that do: they weigh as much more as there are fewer of them.
    /// </summary>
    public static Tensor? Weigh(Tensor? weights, Tensor yPred, Tensor losses, bool isMean)
    {
        if (Of(yPred) is not { } mask || mask.Rank > losses.Rank || !mask.Shape.SequenceEqual(losses.Shape.Take(mask.Rank)))
        {
            return weights;
        }
        using var pause = Recording.Pause();
        var counts = mask.Cast(losses.DType);
        counts = isMean ? counts * (mask.Size / Tensor.Maximum(counts.Sum(), 1)) : counts;
        counts = SampleWeights.Fit(counts, losses, "mask");
        return weights is null ? counts : counts * SampleWeights.Fit(weights, losses, "mask");
    }
}
