using static Autograd.Tensor;

namespace Autograd;

/// <summary>Images [batch, height, width, channels] in other sizes. Pixels are areas: place o of m lies at (o + 1/2) n / m - 1/2 of n.</summary>
internal static class Resampling
{
    /// <summary>Along each axis by itself.</summary>
    public static Tensor Resized(Tensor x, int height, int width, string interpolation) => Along(Along(x, 1, height, interpolation), 2, width, interpolation);

    /// <summary>The largest middle piece of the same proportions, resized.</summary>
    public static Tensor Fitted(Tensor x, int height, int width, string interpolation)
    {
        var (rows, columns) = (x.Shape[1], x.Shape[2]);
        var high = Math.Clamp((int)((double)columns * height / width), 1, Math.Max(1, rows));
        var wide = Math.Clamp((int)((double)rows * width / height), 1, Math.Max(1, columns));
        return Resized(Middle(x, high, wide), height, width, interpolation);
    }

    /// <summary>The middle piece.</summary>
    public static Tensor Middle(Tensor x, int height, int width)
    {
        var (top, left) = ((x.Shape[1] - height) / 2, (x.Shape[2] - width) / 2);
        return x[.., top..(top + height), left..(left + width)];
    }

    public static Tensor Along(Tensor x, int axis, int extent, string interpolation)
    {
        var n = x.Shape[axis];
        if (n == extent)
        {
            return x;
        }
        if (n == 0)
        {
            throw new ShapeException($"images of shape {x.Shape} have no pixels.");
        }
        Serialization.Loading.Cost?.Take((Int128)extent * (interpolation == "nearest" ? 1 : n) * 2 * sizeof(double), $"resizing to {extent} pixels");
        var places = Enumerable.Range(0, extent).Select(o => ((o + 0.5) * n / extent) - 0.5);
        if (interpolation == "nearest")
        {
            return x.Take(From([.. places.Select(place => Math.Clamp((long)Math.Floor(place + 0.5), 0, n - 1))]), axis);
        }
        var weights = new double[Shape.Of(extent, n).Size];
        foreach (var (o, at) in places.Index())
        {
            var place = Math.Clamp(at, 0, n - 1);
            var (left, share) = ((int)place, place - Math.Floor(place));
            weights[(o * n) + left] += 1 - share;
            weights[(o * n) + Math.Min(left + 1, n - 1)] += share;
        }
        var matrix = From(weights, [extent, n]).Cast(x.DType);
        return MatMul(x.SwapAxes(axis, -1), matrix, transposeY: true).SwapAxes(axis, -1);
    }
}

/// <summary>Images [batch, height, width, channels] in another size.</summary>
/// <param name="height">The height.</param>
/// <param name="width">The width.</param>
/// <param name="interpolation">bilinear or nearest.</param>
/// <param name="cropToAspectRatio">Whether to cut off what does not fit the new proportions, instead of distorting.</param>
/// <param name="inputShape">The shape of one example.</param>
/// <param name="name">The name.</param>
public sealed class Resizing(int height, int width, string interpolation = "bilinear", bool cropToAspectRatio = false, InputShape? inputShape = null, string? name = null)
    : Layer(inputShape, name)
{
    /// <summary>The height.</summary>
    public int Height { get; } = AtLeast(1, height, "Resizing: height");

    /// <summary>The width.</summary>
    public int Width { get; } = AtLeast(1, width, "Resizing: width");

    /// <summary>bilinear or nearest.</summary>
    public string Interpolation { get; } = OneOf(interpolation, "Resizing: interpolation", "bilinear", "nearest");

    /// <summary>Whether to cut off what does not fit the new proportions.</summary>
    public bool CropToAspectRatio { get; } = cropToAspectRatio;

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training)
    {
        RequireImages(x.Shape, 2);
        x = x.Cast(DType);
        return CropToAspectRatio ? Resampling.Fitted(x, Height, Width, Interpolation) : Resampling.Resized(x, Height, Width, Interpolation);
    }
}

/// <summary>The middle of images [batch, height, width, channels]. Images that are too small are enlarged, proportions kept.</summary>
/// <param name="height">The height.</param>
/// <param name="width">The width.</param>
/// <param name="inputShape">The shape of one example.</param>
/// <param name="name">The name.</param>
public sealed class CenterCrop(int height, int width, InputShape? inputShape = null, string? name = null) : Layer(inputShape, name)
{
    /// <summary>The height.</summary>
    public int Height { get; } = AtLeast(1, height, "CenterCrop: height");

    /// <summary>The width.</summary>
    public int Width { get; } = AtLeast(1, width, "CenterCrop: width");

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training)
    {
        RequireImages(x.Shape, 2);
        x = x.Cast(DType);
        return x.Shape[1] >= Height && x.Shape[2] >= Width ? Resampling.Middle(x, Height, Width) : Resampling.Fitted(x, Height, Width, "bilinear");
    }
}
