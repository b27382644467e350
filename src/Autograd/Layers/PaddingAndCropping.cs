using static Autograd.Tensor;

namespace Autograd;

/// <summary>What layers that put zeros around images have in common.</summary>
public abstract class ZeroPadding : Layer
{
    private readonly int _spatial;

    private protected ZeroPadding(int spatial, Padding? padding, InputShape? inputShape, string? name) : base(inputShape, name)
    {
        _spatial = spatial;
        Padding = padding ?? 1;
        Edges.Check(Padding, spatial, GetType().Name, "padding");
    }

    /// <summary>A number for all sides, or a pair (before, after) for each spatial axis; 1 by default.</summary>
    public Padding Padding { get; }

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training)
    {
        RequireImages(x.Shape, _spatial);
        return x.Pad(Edges.Of(Padding, _spatial, 1));
    }
}

/// <summary>What layers that cut away the edges of images have in common.</summary>
public abstract class Cropping : Layer
{
    private readonly int _spatial;

    private protected Cropping(int spatial, Padding? cropping, int unless, InputShape? inputShape, string? name) : base(inputShape, name)
    {
        _spatial = spatial;
        CroppingSizes = cropping ?? unless;
        Edges.Check(CroppingSizes, spatial, GetType().Name, "cropping");
    }

    private protected Padding CroppingSizes { get; }

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training)
    {
        RequireImages(x.Shape, _spatial);
        return x.Pad(Edges.Of(CroppingSizes, _spatial, -1));
    }
}

/// <summary>What layers that enlarge images by whole factors have in common.</summary>
public abstract class UpSampling : Layer
{
    private readonly int _spatial;

    private protected UpSampling(int spatial, PerAxis size, InputShape? inputShape, string? name) : base(inputShape, name)
    {
        _spatial = spatial;
        Size = EachPositive(size.IsGiven ? size : 2, spatial, $"{GetType().Name}: size");
    }

    /// <summary>The factor along each spatial axis; 2 by default.</summary>
    public PerAxis Size { get; }

    private protected virtual bool IsBilinear => false;

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training)
    {
        RequireImages(x.Shape, _spatial);
        for (var axis = 0; axis < _spatial; axis++)
        {
            var factor = Size.At(axis, _spatial, 1, 1, GetType().Name, "size");
            if (factor > 1)
            {
                x = IsBilinear ? Resampling.Along(x, axis + 1, Shape.Extent((long)x.Shape[axis + 1] * factor, GetType().Name), "bilinear") : Repeated(x, axis + 1, factor);
            }
        }
        return x;
    }

    private static Tensor Repeated(Tensor x, int axis, int factor)
    {
        var extents = x.Shape.ToArray();
        int[] repeated = [.. extents[..(axis + 1)], factor, .. extents[(axis + 1)..]];
        extents[axis] = Shape.Extent((long)extents[axis] * factor, "UpSampling");
        return x.ExpandDims(axis + 1).BroadcastTo(repeated).Reshape(Shape.Of(extents));
    }
}

/// <summary>Numbers for the sides of images, as pairs for all axes.</summary>
file static class Edges
{
    public static void Check(Padding padding, int spatial, string kind, string name)
    {
        if (padding.IsSame || padding.IsCausal)
        {
            throw new ValueException($"{kind}: {name} is \"{padding}\"; it must be numbers: 1, or a pair (before, after) for each axis.");
        }
        for (var axis = 0; axis < spatial; axis++)
        {
            padding.At(axis, spatial, kind);
        }
    }

    public static (int Before, int After)[] Of(Padding padding, int spatial, int sign) =>
        [(0, 0), .. Enumerable.Range(0, spatial).Select(axis => padding.At(axis, spatial, "padding")).Select(pair => (sign * pair.Before, sign * pair.After)), (0, 0)];
}

/// <summary>Zeros around sequences [batch, steps, channels].</summary>
public sealed class ZeroPadding1D(Padding? padding = null, InputShape? inputShape = null, string? name = null) : ZeroPadding(1, padding, inputShape, name);

/// <summary>Zeros around images [batch, height, width, channels].</summary>
public sealed class ZeroPadding2D(Padding? padding = null, InputShape? inputShape = null, string? name = null) : ZeroPadding(2, padding, inputShape, name);

/// <summary>Zeros around volumes [batch, depth, height, width, channels].</summary>
public sealed class ZeroPadding3D(Padding? padding = null, InputShape? inputShape = null, string? name = null) : ZeroPadding(3, padding, inputShape, name);

/// <summary>Sequences [batch, steps, channels] without their edges.</summary>
public sealed class Cropping1D(Padding? cropping = null, InputShape? inputShape = null, string? name = null) : Cropping(1, cropping, 1, inputShape, name)
{
    /// <summary>What is cut off: a number for all sides, or a pair (before, after) for each axis; 1 by default.</summary>
    public Padding Cropping => CroppingSizes;
}

/// <summary>Images [batch, height, width, channels] without their edges.</summary>
public sealed class Cropping2D(Padding? cropping = null, InputShape? inputShape = null, string? name = null) : Cropping(2, cropping, 0, inputShape, name)
{
    /// <summary>What is cut off: a number for all sides, or a pair (before, after) for each axis; 0 by default.</summary>
    public Padding Cropping => CroppingSizes;
}

/// <summary>Volumes [batch, depth, height, width, channels] without their edges.</summary>
public sealed class Cropping3D(Padding? cropping = null, InputShape? inputShape = null, string? name = null) : Cropping(3, cropping, 1, inputShape, name)
{
    /// <summary>What is cut off: a number for all sides, or a pair (before, after) for each axis; 1 by default.</summary>
    public Padding Cropping => CroppingSizes;
}

/// <summary>Sequences [batch, steps, channels] with each step repeated.</summary>
public sealed class UpSampling1D(PerAxis size = default, InputShape? inputShape = null, string? name = null) : UpSampling(1, size, inputShape, name);

/// <summary>Images [batch, height, width, channels] enlarged, by repeating or by interpolating between neighbours.</summary>
public sealed class UpSampling2D(PerAxis size = default, string interpolation = "nearest", InputShape? inputShape = null, string? name = null) : UpSampling(2, size, inputShape, name)
{
    /// <summary>nearest (the default) or bilinear.</summary>
    public string Interpolation { get; } = OneOf(interpolation, "UpSampling2D: interpolation", "nearest", "bilinear");

    private protected override bool IsBilinear => Interpolation == "bilinear";
}

/// <summary>Volumes [batch, depth, height, width, channels] with each element repeated.</summary>
public sealed class UpSampling3D(PerAxis size = default, InputShape? inputShape = null, string? name = null) : UpSampling(3, size, inputShape, name);
