namespace Autograd.Backends;

/// <summary>How windows lie along one axis: window o reads input[o * Stride + k * Dilation - Before] for k &lt; Window, where that exists.</summary>
internal readonly record struct WindowAxis(int Input, int Window, int Stride, int Dilation, int Before, int Output)
{
    /// <summary>One element under one window.</summary>
    public static readonly WindowAxis Single = new(1, 1, 1, 1, 0, 1);

    /// <summary>Whether each window is one element and each element is in one window.</summary>
    public bool IsPointwise => Window == 1 && Stride == 1 && Before == 0 && Input == Output;
}

/// <summary>
/// How the windows of a convolution or pooling lie over images [batch, spatial..., channels]. Always three spatial axes; those in front that an image lacks
/// have one element.
/// </summary>
/// <remarks>
/// A convolution multiplies window by window with a kernel [spatial..., channels / groups, filters]; filters are in order of their group. It is a bilinear map of
/// three arrays, x, kernel and y, that all kernels of the family share.
/// </remarks>
internal sealed class Windows(WindowAxis depth, WindowAxis height, WindowAxis width, int batch, int channels, int filters, int groups, int rank)
{
    public WindowAxis Depth { get; } = depth;

    public WindowAxis Height { get; } = height;

    public WindowAxis Width { get; } = width;

    public int Batch { get; } = batch;

    /// <summary>Of the input.</summary>
    public int Channels { get; } = channels;

    /// <summary>Channels of the result; for pooling those of the input.</summary>
    public int Filters { get; } = filters;

    public int Groups { get; } = groups;

    /// <summary>Elements of a window in one channel.</summary>
    public int Taps => Depth.Window * Height.Window * Width.Window;

    public bool IsPointwise => Depth.IsPointwise && Height.IsPointwise && Width.IsPointwise;

    public Shape InputShape => Of(axis => axis.Input, Batch, Channels);

    public Shape OutputShape => Of(axis => axis.Output, Batch, Filters);

    public Shape KernelShape
    {
        get
        {
            var shape = Of(axis => axis.Window, 0, 0).ToArray();
            return Shape.Of([.. shape[1..^1], Channels / Groups, Filters]);
        }
    }

    private WindowAxis[] Axes => rank switch { 1 => [Width], 2 => [Height, Width], _ => [Depth, Height, Width] };

    private Shape Of(Func<WindowAxis, int> extent, int batch, int channels) => Shape.Of([batch, .. Axes.Select(extent), channels]);

    public override string ToString()
    {
        string List(Func<WindowAxis, int> number) => Shape.Format([.. Axes.Select(number)]);
        var text = $"window: {List(axis => axis.Window)}, strides: {List(axis => axis.Stride)}";
        text += Axes.Any(axis => axis.Before != 0) ? $", padding before: {List(axis => axis.Before)}" : "";
        text += Axes.Any(axis => axis.Dilation != 1) ? $", dilations: {List(axis => axis.Dilation)}" : "";
        return Groups == 1 ? text : text + string.Create(System.Globalization.CultureInfo.InvariantCulture, $", groups: {Groups}");
    }

    // ---- checked ----

    /// <summary>The windows over an input, or an exception that says why there are none.</summary>
    /// <param name="operation">For messages.</param>
    /// <param name="input">[batch, spatial..., channels].</param>
    /// <param name="window">Extents of the window.</param>
    /// <param name="filters">Channels of the result.</param>
    /// <param name="groups">Groups of channels.</param>
    /// <param name="strides">1 when left out.</param>
    /// <param name="padding">Around the input.</param>
    /// <param name="dilations">1 when left out.</param>
    /// <param name="halfAtMost">Whether padding may be at most half the window: a maximum over padding alone means nothing.</param>
    public static Windows Over(
        string operation, Shape input, ReadOnlySpan<int> window, int filters, int groups, PerAxis strides, Padding padding, PerAxis dilations, bool halfAtMost)
    {
        var rank = window.Length;
        Span<WindowAxis> axes = [WindowAxis.Single, WindowAxis.Single, WindowAxis.Single];
        Span<long> padded = stackalloc long[rank];
        Span<long> reach = stackalloc long[rank];
        var fits = true;
        for (var i = 0; i < rank; i++)
        {
            long extent = input[i + 1];
            long stride = strides.At(i, rank, 1, 1, operation, "strides");
            var dilation = dilations.At(i, rank, 1, 1, operation, "dilations");
            if (window[i] <= 0)
            {
                throw new ValueException($"{operation}: the window has extents {Shape.Format(window)}; each must be 1 or more.");
            }
            if (extent == 0)
            {
                throw new ShapeException($"{operation}: the input {input} is empty at axis {i + 1}; only the batch may be.");
            }
            reach[i] = ((window[i] - 1L) * dilation) + 1;
            var (before, after) = padding.IsCausal && rank == 1 && !halfAtMost ? (Shape.Extent(reach[i] - 1, operation), 0L)
                : padding.At(i, rank, operation) is var given && !padding.IsSame ? (given.Before, (long)given.After) : SamePadding(extent, reach[i], stride);
            padded[i] = extent + before + after;
            if (halfAtMost && (before > reach[i] / 2 || after > reach[i] / 2))
            {
                throw new ValueException($"{operation}: padding ({before}, {after}) at axis {i + 1} is over half the window, which reaches over {reach[i]} elements.");
            }
            if (padded[i] > int.MaxValue)
            {
                throw new ShapeException($"{operation}: the input {input} padded at axis {i + 1} has {padded[i]} elements, more than {int.MaxValue}.");
            }
            fits &= reach[i] <= padded[i];
            var output = reach[i] <= padded[i] ? ((padded[i] - reach[i]) / stride) + 1 : 0;
            axes[3 - rank + i] = new WindowAxis((int)extent, window[i], (int)stride, dilation, before, (int)output);
        }
        if (!fits)
        {
            throw new ShapeException(
                $"{operation}: the window reaches over {List(reach)} elements, the padded input {input} has only {List(padded)}; the result would have extents " +
                $"{Shape.Format(Outputs(axes[^rank..], padded, reach))}, each must be 1 or more.");
        }
        Serialization.Loading.Cost?.TakeWindows(operation, input, axes, filters, halfAtMost ? filters : groups);
        return new Windows(axes[0], axes[1], axes[2], input[0], input[^1], filters, groups, rank);
    }

    /// <summary>The windows for which a given result of a convolution is the input, as a transposed convolution needs them.</summary>
    /// <param name="operation">For messages.</param>
    /// <param name="output">[batch, spatial..., filters], what the windows give.</param>
    /// <param name="window">Extents of the window.</param>
    /// <param name="channels">Channels of what the windows lie over.</param>
    /// <param name="groups">Groups of channels.</param>
    /// <param name="strides">1 when left out.</param>
    /// <param name="padding">Cut off the result.</param>
    /// <param name="dilations">1 when left out.</param>
    /// <param name="extra">Added to the extents after what the windows reach; when left out, what Keras adds.</param>
    public static Windows Under(
        string operation, Shape output, ReadOnlySpan<int> window, int channels, int groups, PerAxis strides, Padding padding, PerAxis dilations, PerAxis extra)
    {
        var rank = window.Length;
        Span<WindowAxis> axes = [WindowAxis.Single, WindowAxis.Single, WindowAxis.Single];
        for (var i = 0; i < rank; i++)
        {
            long extent = output[i + 1];
            long stride = strides.At(i, rank, 1, 1, operation, "strides");
            var dilation = dilations.At(i, rank, 1, 1, operation, "dilations");
            var added = extra.At(i, rank, 0, 0, operation, "output padding");
            if (window[i] <= 0)
            {
                throw new ValueException($"{operation}: the window has extents {Shape.Format(window)}; each must be 1 or more.");
            }
            if (extent == 0)
            {
                throw new ShapeException($"{operation}: the input {output} is empty at axis {i + 1}; only the batch may be.");
            }
            if (extra.IsGiven && added >= Math.Max(stride, dilation))
            {
                throw new ValueException($"{operation}: output padding {added} at axis {i + 1}; it must be below the stride {stride} or the dilation {dilation}.");
            }
            var reach = ((window[i] - 1L) * dilation) + 1;
            var full = ((extent - 1) * stride) + reach;
            var (before, after) = padding.At(i, rank, operation);
            long input;
            if (padding.IsSame)
            {
                // The extent that a convolution with the same padding maps back to this one.
                input = extent * stride;
                if (extra.IsGiven)
                {
                    before = (int)Math.Min(reach / 2, int.MaxValue);
                    input = full - (2L * before) + added;
                }
                else
                {
                    before = SamePadding(input, reach, stride).Before;
                }
            }
            else
            {
                input = full - before - after + added;
                if (!extra.IsGiven && before == 0 && after == 0)
                {
                    input += Math.Max(stride - reach, 0);
                }
            }
            if (input is < 1 or > int.MaxValue)
            {
                throw new ShapeException($"{operation}: the result of {output} would have {input} elements at axis {i + 1}; there must be 1 to {int.MaxValue}.");
            }
            if (Math.Max(full, input + before) > int.MaxValue)
            {
                throw new ShapeException($"{operation}: the windows reach over {full} elements at axis {i + 1}, more than {int.MaxValue}.");
            }
            axes[3 - rank + i] = new WindowAxis((int)input, window[i], (int)stride, dilation, before, (int)extent);
        }
        return new Windows(axes[0], axes[1], axes[2], output[0], channels, output[^1], groups, rank);
    }

    /// <summary>TensorFlow's rule.</summary>
    private static (int Before, long After) SamePadding(long extent, long reach, long stride)
    {
        var windows = (extent + stride - 1) / stride;
        var total = Math.Max(((windows - 1) * stride) + reach - extent, 0);
        return ((int)Math.Min(total / 2, int.MaxValue), total - (total / 2));
    }

    private static string List(ReadOnlySpan<long> numbers) =>
        $"[{string.Join(",", numbers.ToArray().Select(number => number.ToString(System.Globalization.CultureInfo.InvariantCulture)))}]";

    private static int[] Outputs(ReadOnlySpan<WindowAxis> axes, ReadOnlySpan<long> padded, ReadOnlySpan<long> reach)
    {
        var outputs = new int[axes.Length];
        for (var i = 0; i < outputs.Length; i++)
        {
            // Rounded down, so that a window that is too large shows as 0 or less.
            var (quotient, remainder) = Math.DivRem(padded[i] - reach[i], axes[i].Stride);
            outputs[i] = (int)Math.Max(int.MinValue, quotient - (remainder < 0 ? 1 : 0) + 1);
        }
        return outputs;
    }
}
