using Autograd.Ops;

namespace Autograd;

/// <summary>What poolings have in common: a window that moves over [batch, spatial..., channels].</summary>
public abstract class PoolingLayer : Layer
{
    private protected PoolingLayer(int spatial, PerAxis poolSize, PerAxis strides, Padding padding, InputShape? inputShape, string? name) : base(inputShape, name)
    {
        var kind = GetType().Name;
        Spatial = spatial;
        PoolSize = EachPositive(poolSize.IsGiven ? poolSize : 2, spatial, $"{kind}: poolSize");
        Strides = EachPositive(strides.IsGiven ? strides : PoolSize, spatial, $"{kind}: strides");
        Padding = padding;
    }

    /// <summary>The extents of the window; 2 by default.</summary>
    public PerAxis PoolSize { get; }

    /// <summary>The distances between windows; those of the window by default, so that they lie side by side.</summary>
    public PerAxis Strides { get; }

    /// <summary>"valid" (none, the default), "same" or numbers. Padding counts for nothing.</summary>
    public Padding Padding { get; }

    private protected int Spatial { get; }
}

/// <summary>What the max poolings have in common.</summary>
public abstract class MaxPooling : PoolingLayer
{
    private protected MaxPooling(int spatial, PerAxis poolSize, PerAxis strides, Padding padding, InputShape? inputShape, string? name)
        : base(spatial, poolSize, strides, padding, inputShape, name) { }

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training) => Pooling.Max(GetType().Name, Spatial, x, PoolSize, Strides, Padding, default);
}

/// <summary>What the average poolings have in common.</summary>
public abstract class AveragePooling : PoolingLayer
{
    private protected AveragePooling(int spatial, PerAxis poolSize, PerAxis strides, Padding padding, InputShape? inputShape, string? name)
        : base(spatial, poolSize, strides, padding, inputShape, name) { }

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training) =>
        Pooling.Average(GetType().Name, Spatial, x, PoolSize, Strides, Padding, default, countIncludePadding: false);
}

/// <summary>What poolings over all of an example's places have in common.</summary>
public abstract class GlobalPooling : Layer
{
    private protected GlobalPooling(int spatial, bool keepDims, InputShape? inputShape, string? name) : base(inputShape, name) => (Spatial, KeepDims) = (spatial, keepDims);

    /// <summary>Whether the spatial axes stay, with extent 1.</summary>
    public bool KeepDims { get; }

    private protected int Spatial { get; }

    /// <summary>The spatial axes of a checked input.</summary>
    private protected Axes Places(Tensor x)
    {
        RequireImages(x.Shape, Spatial);
        return Enumerable.Range(1, Spatial).ToArray();
    }
}

/// <summary>What the global max poolings have in common. As in Keras, they know no masks.</summary>
public abstract class GlobalMaxPooling : GlobalPooling
{
    private protected GlobalMaxPooling(int spatial, bool keepDims, InputShape? inputShape, string? name) : base(spatial, keepDims, inputShape, name) { }

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training) => x.Max(Places(x), KeepDims);
}

/// <summary>What the global average poolings have in common. Steps that a mask leaves out do not count; where all are left out, the mean is 0 (Keras: NaN).</summary>
public abstract class GlobalAveragePooling : GlobalPooling
{
    private protected GlobalAveragePooling(int spatial, bool keepDims, InputShape? inputShape, string? name) : base(spatial, keepDims, inputShape, name) { }

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training)
    {
        var places = Places(x);
        var mask = Spatial == 1 ? MaskOf(x) : null;
        x = x.AsType(DType);
        if (mask is null)
        {
            return x.Mean(places, KeepDims);
        }
        var counted = mask.ExpandDims(-1);
        return Tensor.Where(counted, x, 0).Sum(places, KeepDims) / Tensor.Maximum(counted.AsType(x.DType).Sum(places, KeepDims), 1);
    }
}

/// <summary>The largest element of each window of sequences [batch, steps, channels].</summary>
public sealed class MaxPooling1D(
    PerAxis poolSize = default, PerAxis strides = default, Padding padding = default, InputShape? inputShape = null, string? name = null)
    : MaxPooling(1, poolSize, strides, padding, inputShape, name);

/// <summary>The largest element of each window of images [batch, height, width, channels].</summary>
public sealed class MaxPooling2D(
    PerAxis poolSize = default, PerAxis strides = default, Padding padding = default, InputShape? inputShape = null, string? name = null)
    : MaxPooling(2, poolSize, strides, padding, inputShape, name);

/// <summary>The largest element of each window of volumes [batch, depth, height, width, channels].</summary>
public sealed class MaxPooling3D(
    PerAxis poolSize = default, PerAxis strides = default, Padding padding = default, InputShape? inputShape = null, string? name = null)
    : MaxPooling(3, poolSize, strides, padding, inputShape, name);

/// <summary>The mean of each window of sequences [batch, steps, channels].</summary>
public sealed class AveragePooling1D(
    PerAxis poolSize = default, PerAxis strides = default, Padding padding = default, InputShape? inputShape = null, string? name = null)
    : AveragePooling(1, poolSize, strides, padding, inputShape, name);

/// <summary>The mean of each window of images [batch, height, width, channels].</summary>
public sealed class AveragePooling2D(
    PerAxis poolSize = default, PerAxis strides = default, Padding padding = default, InputShape? inputShape = null, string? name = null)
    : AveragePooling(2, poolSize, strides, padding, inputShape, name);

/// <summary>The mean of each window of volumes [batch, depth, height, width, channels].</summary>
public sealed class AveragePooling3D(
    PerAxis poolSize = default, PerAxis strides = default, Padding padding = default, InputShape? inputShape = null, string? name = null)
    : AveragePooling(3, poolSize, strides, padding, inputShape, name);

/// <summary>The largest element of each channel of sequences [batch, steps, channels]: [batch, channels].</summary>
public sealed class GlobalMaxPooling1D(bool keepDims = false, InputShape? inputShape = null, string? name = null) : GlobalMaxPooling(1, keepDims, inputShape, name);

/// <summary>The largest element of each channel of images [batch, height, width, channels]: [batch, channels].</summary>
public sealed class GlobalMaxPooling2D(bool keepDims = false, InputShape? inputShape = null, string? name = null) : GlobalMaxPooling(2, keepDims, inputShape, name);

/// <summary>The largest element of each channel of volumes [batch, depth, height, width, channels]: [batch, channels].</summary>
public sealed class GlobalMaxPooling3D(bool keepDims = false, InputShape? inputShape = null, string? name = null) : GlobalMaxPooling(3, keepDims, inputShape, name);

/// <summary>The mean of each channel of sequences [batch, steps, channels]: [batch, channels].</summary>
public sealed class GlobalAveragePooling1D(bool keepDims = false, InputShape? inputShape = null, string? name = null) : GlobalAveragePooling(1, keepDims, inputShape, name);

/// <summary>The mean of each channel of images [batch, height, width, channels]: [batch, channels].</summary>
public sealed class GlobalAveragePooling2D(bool keepDims = false, InputShape? inputShape = null, string? name = null) : GlobalAveragePooling(2, keepDims, inputShape, name);

/// <summary>The mean of each channel of volumes [batch, depth, height, width, channels]: [batch, channels].</summary>
public sealed class GlobalAveragePooling3D(bool keepDims = false, InputShape? inputShape = null, string? name = null) : GlobalAveragePooling(3, keepDims, inputShape, name);
