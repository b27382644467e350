using static Autograd.Tensor;

namespace Autograd;

/// <summary>Where a pixel (row y, column x) of a result comes from: row Yy y + Yx x + Y0, column Xy y + Xx x + X0 of the image.</summary>
internal readonly record struct Affine(double Yy, double Yx, double Y0, double Xy, double Xx, double X0);

/// <summary>Images pulled through affine maps, one for each image. Differentiable in the images.</summary>
internal static class Warp
{
    public static Tensor Apply(Tensor images, Affine[] maps, string interpolation, string fillMode, double fillValue)
    {
        if (images.Size == 0)
        {
            return images;
        }
        var (height, width) = (images.Shape[1], images.Shape[2]);
        var pixels = images.Reshape(maps.Length * height * width, images.Shape[3]);
        // Each result is a weighted sum of the pixels around the place it comes from: one gather for each corner.
        Tensor? sum = null;
        var missing = new double[pixels.Shape[0]];
        Array.Fill(missing, 1);
        foreach (var (down, right) in interpolation == "nearest" ? (ReadOnlySpan<(int, int)>)[(0, 0)] : [(0, 0), (0, 1), (1, 0), (1, 1)])
        {
            var (places, weights) = (new long[missing.Length], new double[missing.Length]);
            for (var i = 0; i < missing.Length; i++)
            {
                var (image, y, x) = (i / (height * width), i / width % height, i % width);
                var map = maps[image];
                var (row, rowWeight) = Neighbour((map.Yy * y) + (map.Yx * x) + map.Y0, down, interpolation);
                var (column, columnWeight) = Neighbour((map.Xy * y) + (map.Xx * x) + map.X0, right, interpolation);
                if (Inside(row, height, fillMode) is { } from && Inside(column, width, fillMode) is { } left)
                {
                    places[i] = (((long)image * height) + from) * width + left;
                    weights[i] = rowWeight * columnWeight;
                    missing[i] -= weights[i];
                }
            }
            var part = pixels.Take(From(places)) * Column(weights);
            sum = sum is null ? part : sum + part;
        }
        if (fillMode == "constant" && fillValue != 0)
        {
            sum = sum! + (fillValue * Column(missing));
        }
        return sum!.Reshape(images.Shape);

        Tensor Column(double[] values) => From(values, [values.Length, 1]).Cast(images.DType);
    }

    private static (double Place, double Weight) Neighbour(double place, int next, string interpolation)
    {
        if (interpolation == "nearest")
        {
            return (Math.Round(place, MidpointRounding.AwayFromZero), 1);
        }
        var first = Math.Floor(place);
        return next == 0 ? (first, 1 - (place - first)) : (first + 1, place - first);
    }

    /// <summary>The pixel that stands for a place, which may lie beyond the edges; null for none.</summary>
    private static int? Inside(double place, int extent, string fillMode)
    {
        if (place >= 0 && place < extent)
        {
            return (int)place;
        }
        switch (fillMode)
        {
            case "constant":
                return null;
            case "nearest":
                return place < 0 ? 0 : extent - 1;
            case "wrap":
                return (int)(place - (Math.Floor(place / extent) * extent));
            default:
                // abc -> ...cba abc cba...
                var within = place - (Math.Floor(place / (2.0 * extent)) * 2 * extent);
                return (int)(within < extent ? within : (2 * extent) - 1 - within);
        }
    }
}
