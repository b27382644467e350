using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd.Backends.Ilgpu;

/// <summary>How windows lie over images, for kernels that give each element of one side a thread.</summary>
internal struct Pool
{
    public WindowAxis Depth, Height, Width;

    /// <summary>Extents of the images that threads go over, but for the batch.</summary>
    public Divisor Depths, Heights, Widths, Channels;

    /// <summary>Elements that threads go over.</summary>
    public int Items;

    public int CountsPadding;

    /// <summary>A thread for each element of the results, or of the inputs.</summary>
    public static Pool Over(Windows windows, bool inputs) => new()
    {
        Depth = windows.Depth,
        Height = windows.Height,
        Width = windows.Width,
        Depths = new(inputs ? windows.Depth.Input : windows.Depth.Output),
        Heights = new(inputs ? windows.Height.Input : windows.Height.Output),
        Widths = new(inputs ? windows.Width.Input : windows.Width.Output),
        Channels = new(windows.Channels),
        Items = (inputs ? windows.InputShape : windows.OutputShape).Size,
    };

    [MethodImpl(AggressiveInlining)]
    public readonly Pixel At(int item)
    {
        var pixels = Channels.Quotient(item);
        var rows = Widths.Quotient(pixels);
        var slices = Heights.Quotient(rows);
        var image = Depths.Quotient(slices);
        return new()
        {
            Image = image,
            Depth = slices - (image * Depths.Number),
            Height = rows - (slices * Heights.Number),
            Width = pixels - (rows * Widths.Number),
            Channel = item - (pixels * Channels.Number),
        };
    }

    /// <summary>The first place of an input element's line along the innermost axis.</summary>
    [MethodImpl(AggressiveInlining)]
    public readonly int InputLine(Pixel at, int depth, int height) => ((((at.Image * Depth.Input) + depth) * Height.Input) + height) * Width.Input;

    [MethodImpl(AggressiveInlining)]
    public readonly int OutputLine(Pixel at, int depth, int height) => ((((at.Image * Depth.Output) + depth) * Height.Output) + height) * Width.Output;
}

internal struct Pixel
{
    public int Image, Depth, Height, Width, Channel;
}

/// <summary>Some taps of a window, or some windows: from (inclusive) to (exclusive).</summary>
internal struct Stretch
{
    public int From, To;

    /// <summary>The taps of a window that lie in the input.</summary>
    [MethodImpl(AggressiveInlining)]
    public static Stretch Taps(WindowAxis axis, int window)
    {
        var start = (window * axis.Stride) - axis.Before;
        var from = start >= 0 ? 0 : IntrinsicMath.Min((axis.Dilation - 1 - start) / axis.Dilation, axis.Window);
        var to = start >= axis.Input ? 0 : IntrinsicMath.Min((int)(((long)axis.Input - start + axis.Dilation - 1) / axis.Dilation), axis.Window);
        return new() { From = from, To = IntrinsicMath.Max(from, to) };
    }

    /// <summary>The windows that may hold an input element; those of <see cref="Holds"/> do.</summary>
    [MethodImpl(AggressiveInlining)]
    public static Stretch Windows(WindowAxis axis, int element)
    {
        var at = element + axis.Before;
        var reach = (axis.Window - 1) * axis.Dilation;
        return new() { From = at <= reach ? 0 : (at - reach + axis.Stride - 1) / axis.Stride, To = IntrinsicMath.Min((at / axis.Stride) + 1, axis.Output) };
    }

    [MethodImpl(AggressiveInlining)]
    public static bool Holds(WindowAxis axis, int window, int element) => axis.Dilation == 1 || (element + axis.Before - (window * axis.Stride)) % axis.Dilation == 0;

    [MethodImpl(AggressiveInlining)]
    public static int Element(WindowAxis axis, int window, int tap) => (window * axis.Stride) + (tap * axis.Dilation) - axis.Before;

    /// <summary>How many elements of a window count.</summary>
    [MethodImpl(AggressiveInlining)]
    public static int Counted(WindowAxis axis, int window, int countsPadding)
    {
        var taps = Taps(axis, window);
        return countsPadding != 0 ? axis.Window : taps.To - taps.From;
    }
}

/// <summary>The largest elements of windows and their places, which are as wide as the elements.</summary>
internal static class MaxPooling<T, TPlace> where T : unmanaged, IReal<T>, IMask<T> where TPlace : unmanaged, IElement<TPlace>
{
    private static readonly Kernel<Action<KernelConfig, Pool, T, int, ArrayView<T>, ArrayView<T>, ArrayView<TPlace>>> s_largest =
        new(accelerator => accelerator.LoadStreamKernel<Pool, T, int, ArrayView<T>, ArrayView<T>, ArrayView<TPlace>>(Largest));

    private static readonly Kernel<Action<KernelConfig, int, ArrayView<T>, ArrayView<TPlace>, ArrayView<T>>> s_pick =
        new(accelerator => accelerator.LoadStreamKernel<int, ArrayView<T>, ArrayView<TPlace>, ArrayView<T>>(Pick));

    private static readonly Kernel<Action<KernelConfig, Pool, ArrayView<T>, ArrayView<TPlace>, ArrayView<T>>> s_place =
        new(accelerator => accelerator.LoadStreamKernel<Pool, ArrayView<T>, ArrayView<TPlace>, ArrayView<T>>(Place));

    public static void Largest(IlgpuBackend backend, Tensor x, Windows windows, T none, Tensor y, Tensor? positions)
    {
        var pool = Pool.Over(windows, inputs: false);
        var kernel = s_largest.On(backend);
        lock (backend.Sync)
        {
            // A kernel wants some memory even for what it does not write.
            kernel(backend.For(pool.Items), pool, none, positions is null ? 0 : 1, x.On<T>(), y.On<T>(), (positions ?? y).On<TPlace>());
        }
    }

    public static void Pick(IlgpuBackend backend, Tensor x, Tensor positions, Tensor y)
    {
        var kernel = s_pick.On(backend);
        lock (backend.Sync)
        {
            kernel(backend.For(y.Size), y.Size, x.On<T>(), positions.On<TPlace>(), y.On<T>());
        }
    }

    public static void Place(IlgpuBackend backend, Tensor x, Tensor positions, Windows windows, Tensor y)
    {
        var pool = Pool.Over(windows, inputs: true);
        var kernel = s_place.On(backend);
        lock (backend.Sync)
        {
            kernel(backend.For(pool.Items), pool, x.On<T>(), positions.On<TPlace>(), y.On<T>());
        }
    }

    private static void Largest(Pool pool, T none, int places, ArrayView<T> x, ArrayView<T> y, ArrayView<TPlace> positions)
    {
        for (var item = Grid.GlobalIndex.X; item < pool.Items; item += Group.DimX * Grid.DimX)
        {
            var at = pool.At(item);
            var depths = Stretch.Taps(pool.Depth, at.Depth);
            var heights = Stretch.Taps(pool.Height, at.Height);
            var widths = Stretch.Taps(pool.Width, at.Width);
            var best = none;
            var place = -1;
            for (var d = depths.From; d < depths.To; d++)
            {
                for (var h = heights.From; h < heights.To; h++)
                {
                    var line = pool.InputLine(at, Stretch.Element(pool.Depth, at.Depth, d), Stretch.Element(pool.Height, at.Height, h));
                    for (var w = widths.From; w < widths.To; w++)
                    {
                        var here = ((line + Stretch.Element(pool.Width, at.Width, w)) * pool.Channels.Number) + at.Channel;
                        var value = x[here];
                        // The first, or larger, or the first NaN.
                        if (place < 0 || (!T.Holds(value <= best) && T.Holds(T.Equal(best, best))))
                        {
                            best = value;
                            place = here;
                        }
                    }
                }
            }
            y[item] = best;
            if (places != 0)
            {
                positions[item] = TPlace.OfWhole(place);
            }
        }
    }

    private static void Pick(int n, ArrayView<T> x, ArrayView<TPlace> positions, ArrayView<T> y)
    {
        for (var i = Grid.GlobalIndex.X; i < n; i += Group.DimX * Grid.DimX)
        {
            var place = TPlace.ToWhole(positions[i]);
            y[i] = place < 0 ? T.Zero : x[place];
        }
    }

    // Each element asks the windows that hold it whether it was the largest: no two threads write to one place, and the order of additions is fixed.
    private static void Place(Pool pool, ArrayView<T> x, ArrayView<TPlace> positions, ArrayView<T> y)
    {
        for (var item = Grid.GlobalIndex.X; item < pool.Items; item += Group.DimX * Grid.DimX)
        {
            var at = pool.At(item);
            var depths = Stretch.Windows(pool.Depth, at.Depth);
            var heights = Stretch.Windows(pool.Height, at.Height);
            var widths = Stretch.Windows(pool.Width, at.Width);
            var sum = T.Zero;
            for (var d = depths.From; d < depths.To; d++)
            {
                for (var h = heights.From; h < heights.To; h++)
                {
                    for (var w = widths.From; w < widths.To; w++)
                    {
                        var window = ((pool.OutputLine(at, d, h) + w) * pool.Channels.Number) + at.Channel;
                        if (TPlace.ToWhole(positions[window]) == item)
                        {
                            sum += x[window];
                        }
                    }
                }
            }
            y[item] = sum;
        }
    }
}

/// <summary>Means of windows.</summary>
internal static class AveragePooling<T> where T : unmanaged, IReal<T>, IElement<T>
{
    private static readonly Kernel<Action<KernelConfig, Pool, ArrayView<T>, ArrayView<T>>> s_means = new(accelerator => accelerator.LoadStreamKernel<Pool, ArrayView<T>, ArrayView<T>>(Means));
    private static readonly Kernel<Action<KernelConfig, Pool, ArrayView<T>, ArrayView<T>>> s_adjoint = new(accelerator => accelerator.LoadStreamKernel<Pool, ArrayView<T>, ArrayView<T>>(Adjoint));

    public static void Run(IlgpuBackend backend, Tensor x, Windows windows, bool countsPadding, bool adjoint, Tensor y)
    {
        var pool = Pool.Over(windows, adjoint);
        pool.CountsPadding = countsPadding ? 1 : 0;
        var kernel = (adjoint ? s_adjoint : s_means).On(backend);
        lock (backend.Sync)
        {
            kernel(backend.For(pool.Items), pool, x.On<T>(), y.On<T>());
        }
    }

    private static void Means(Pool pool, ArrayView<T> x, ArrayView<T> y)
    {
        for (var item = Grid.GlobalIndex.X; item < pool.Items; item += Group.DimX * Grid.DimX)
        {
            var at = pool.At(item);
            var depths = Stretch.Taps(pool.Depth, at.Depth);
            var heights = Stretch.Taps(pool.Height, at.Height);
            var widths = Stretch.Taps(pool.Width, at.Width);
            var sum = T.Zero;
            for (var d = depths.From; d < depths.To; d++)
            {
                for (var h = heights.From; h < heights.To; h++)
                {
                    var line = pool.InputLine(at, Stretch.Element(pool.Depth, at.Depth, d), Stretch.Element(pool.Height, at.Height, h));
                    for (var w = widths.From; w < widths.To; w++)
                    {
                        sum += x[((line + Stretch.Element(pool.Width, at.Width, w)) * pool.Channels.Number) + at.Channel];
                    }
                }
            }
            // Where nothing counts the sum is 0 already.
            var counted = Counted(pool, at.Depth, at.Height, at.Width);
            y[item] = counted == 0 ? T.Zero : sum / T.OfWhole(counted);
        }
    }

    private static void Adjoint(Pool pool, ArrayView<T> dy, ArrayView<T> dx)
    {
        for (var item = Grid.GlobalIndex.X; item < pool.Items; item += Group.DimX * Grid.DimX)
        {
            var at = pool.At(item);
            var depths = Stretch.Windows(pool.Depth, at.Depth);
            var heights = Stretch.Windows(pool.Height, at.Height);
            var widths = Stretch.Windows(pool.Width, at.Width);
            var sum = T.Zero;
            for (var d = depths.From; d < depths.To; d++)
            {
                for (var h = heights.From; h < heights.To; h++)
                {
                    for (var w = widths.From; w < widths.To; w++)
                    {
                        if (Stretch.Holds(pool.Depth, d, at.Depth) && Stretch.Holds(pool.Height, h, at.Height) && Stretch.Holds(pool.Width, w, at.Width))
                        {
                            sum += dy[((pool.OutputLine(at, d, h) + w) * pool.Channels.Number) + at.Channel] / T.OfWhole(Counted(pool, d, h, w));
                        }
                    }
                }
            }
            dx[item] = sum;
        }
    }

    [MethodImpl(AggressiveInlining)]
    private static long Counted(Pool pool, int depth, int height, int width) =>
        (long)Stretch.Counted(pool.Depth, depth, pool.CountsPadding) * Stretch.Counted(pool.Height, height, pool.CountsPadding) * Stretch.Counted(pool.Width, width, pool.CountsPadding);
}
