using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Autograd.Backends.Cpu;

/// <summary>Pooling: vectors of channels, one pixel of the result at a time.</summary>
internal sealed unsafe partial class CpuBackend
{
    /// <summary>Elements read from which on work is divided.</summary>
    private const long DivideFrom = 1 << 16;

    public override void MaxPool(Tensor x, Windows windows, Tensor y, Tensor? positions)
    {
        switch (x.DType)
        {
            case DType.Float32:
                MaxPool<float, int>(x, windows, y, positions, float.NegativeInfinity);
                break;
            case DType.Float64:
                MaxPool<double, long>(x, windows, y, positions, double.NegativeInfinity);
                break;
            case DType.Int32:
                MaxPool<int, int>(x, windows, y, positions, int.MinValue);
                break;
            case DType.Int64:
                MaxPool<long, long>(x, windows, y, positions, long.MinValue);
                break;
            default:
                throw NoKernel(x.DType);
        }
    }

    public override void PickWindows(Tensor x, Tensor positions, Windows windows, Tensor y)
    {
        fixed (byte* from = &AnyFirst(x), at = &AnyFirst(positions), to = &AnyFirst(y))
        {
            if (y.DType == DType.Float32)
            {
                Pick((float*)from, (int*)at, (float*)to, y.Size);
            }
            else if (y.DType == DType.Float64)
            {
                Pick((double*)from, (long*)at, (double*)to, y.Size);
            }
            else
            {
                throw NoKernel(y.DType);
            }
        }
    }

    private static void Pick<E, I>(E* x, I* positions, E* y, nint count) where E : unmanaged where I : unmanaged, IBinaryInteger<I>
    {
        for (nint i = 0; i < count; i++)
        {
            var at = nint.CreateTruncating(positions[i]);
            y[i] = at < 0 ? default : x[at];
        }
    }

    public override void PlaceWindows(Tensor x, Tensor positions, Windows windows, Tensor y)
    {
        fixed (byte* from = &AnyFirst(x), at = &AnyFirst(positions), to = &AnyFirst(y))
        {
            new PlaceJob(windows.Batch, from, at, x.Size / windows.Batch, to, y.Size / windows.Batch, y.DType == DType.Float32).Run();
        }
    }

    public override void AveragePool(Tensor x, Windows windows, bool countsPadding, Tensor y)
    {
        if (y.DType == DType.Float32)
        {
            AveragePool<float>(x, windows, countsPadding, adjoint: false, y);
        }
        else if (y.DType == DType.Float64)
        {
            AveragePool<double>(x, windows, countsPadding, adjoint: false, y);
        }
        else
        {
            throw NoKernel(y.DType);
        }
    }

    public override void AveragePoolInput(Tensor dy, Windows windows, bool countsPadding, Tensor dx)
    {
        if (dx.DType == DType.Float32)
        {
            AveragePool<float>(dy, windows, countsPadding, adjoint: true, dx);
        }
        else if (dx.DType == DType.Float64)
        {
            AveragePool<double>(dy, windows, countsPadding, adjoint: true, dx);
        }
        else
        {
            throw NoKernel(dx.DType);
        }
    }

    private static ref byte AnyFirst(Tensor x)
    {
        if (x.DType.ByteSize() == 4)
        {
            return ref Unsafe.As<int, byte>(ref x.First<int>());
        }
        return ref Unsafe.As<long, byte>(ref x.First<long>());
    }

    private static void MaxPool<E, I>(Tensor x, Windows windows, Tensor y, Tensor? positions, E none) where E : unmanaged where I : unmanaged
    {
        fixed (E* from = &x.First<E>(), to = &y.First<E>())
        {
            if (positions is null)
            {
                new MaxPoolJob<E, I>(windows, from, to, null, none).Run();
                return;
            }
            fixed (I* at = &positions.First<I>())
            {
                new MaxPoolJob<E, I>(windows, from, to, at, none).Run();
            }
        }
    }

    private static void AveragePool<E>(Tensor x, Windows windows, bool countsPadding, bool adjoint, Tensor y) where E : unmanaged
    {
        fixed (E* from = &x.First<E>(), to = &y.First<E>())
        {
            new AveragePoolJob<E>(windows, countsPadding, adjoint, from, to).Run();
        }
    }

    /// <summary>The taps of window o that lie in the input: from (inclusive) and to (exclusive).</summary>
    private static (int From, int To) Inside(in WindowAxis axis, int o)
    {
        var start = (o * axis.Stride) - axis.Before;
        var from = start >= 0 ? 0 : (int)Math.Min((-(long)start + axis.Dilation - 1) / axis.Dilation, axis.Window);
        var to = start >= axis.Input ? 0 : (int)Math.Min(((long)axis.Input - start + axis.Dilation - 1) / axis.Dilation, axis.Window);
        return (from, Math.Max(from, to));
    }

    /// <summary>Lines of results, each a pixel at a time.</summary>
    private abstract class PoolJob(Windows windows, WindowAxisExtents target) : Job
    {
        private readonly long _lines = (long)windows.Batch * target.Depth * target.Height;

        protected Windows Windows => windows;

        protected override int Chunks { get; } = (int)Math.Clamp(
            (long)windows.OutputShape.Size * windows.Taps / DivideFrom, 1, Math.Min(64, (long)windows.Batch * target.Depth * target.Height));

        protected override void Run(int chunk)
        {
            for (var line = _lines * chunk / Chunks; line < _lines * (chunk + 1) / Chunks; line++)
            {
                var (rest, height) = Math.DivRem((int)line, target.Height);
                var (image, depth) = Math.DivRem(rest, target.Depth);
                Line(image, depth, height, line * target.Width);
            }
        }

        protected abstract void Line(int image, int depth, int height, long firstPixel);
    }

    private readonly record struct WindowAxisExtents(int Depth, int Height, int Width)
    {
        public static WindowAxisExtents Inputs(Windows windows) => new(windows.Depth.Input, windows.Height.Input, windows.Width.Input);

        public static WindowAxisExtents Outputs(Windows windows) => new(windows.Depth.Output, windows.Height.Output, windows.Width.Output);
    }

    private sealed class MaxPoolJob<E, I>(Windows windows, E* x, E* y, I* positions, E none) : PoolJob(windows, WindowAxisExtents.Outputs(windows))
        where E : unmanaged where I : unmanaged
    {
        protected override void Line(int image, int depth, int height, long firstPixel)
        {
            var channels = Windows.Channels;
            var (fromD, toD) = Inside(Windows.Depth, depth);
            var (fromH, toH) = Inside(Windows.Height, height);
            for (var column = 0; column < Windows.Width.Output; column++)
            {
                var (fromW, toW) = Inside(Windows.Width, column);
                var to = (nint)(firstPixel + column) * channels;
                var isEmpty = fromD == toD || fromH == toH || fromW == toW;
                for (var channel = 0; channel < channels; channel += Vector512<E>.Count)
                {
                    var count = Math.Min(Vector512<E>.Count, channels - channel);
                    var best = Vector512.Create(none);
                    var place = Vector512<I>.AllBitsSet;
                    var isFirst = true;
                    for (var d = fromD; d < toD && !isEmpty; d++)
                    {
                        for (var h = fromH; h < toH; h++)
                        {
                            var line = ((((nint)image * Windows.Depth.Input) + Element(Windows.Depth, depth, d)) * Windows.Height.Input) + Element(Windows.Height, height, h);
                            for (var w = fromW; w < toW; w++)
                            {
                                var at = (((line * Windows.Width.Input) + Element(Windows.Width, column, w)) * channels) + channel;
                                var value = count == Vector512<E>.Count ? Vector512.Load(x + at) : VectorIO.LoadTail(x + at, count);
                                // Larger, or the first NaN.
                                var better = ~Vector512.LessThanOrEqual(value, best) & Vector512.Equals(best, best);
                                better = isFirst ? Vector512<E>.AllBitsSet : better;
                                best = Vector512.ConditionalSelect(better, value, best);
                                if (positions is not null)
                                {
                                    var here = sizeof(I) == 4 ? Vector512.Create((int)at).As<int, I>() : Vector512.Create((long)at).As<long, I>();
                                    place = Vector512.ConditionalSelect(better.As<E, I>(), here + Vector512<I>.Indices, place);
                                }
                                isFirst = false;
                            }
                        }
                    }
                    if (count == Vector512<E>.Count)
                    {
                        best.Store(y + to + channel);
                    }
                    else
                    {
                        VectorIO.StoreTail(best, y + to + channel, count);
                    }
                    if (positions is not null)
                    {
                        VectorIO.StoreTail(place, positions + to + channel, count);
                    }
                }
            }
        }
    }

    /// <summary>Means of windows, or of an input element over the windows it is in.</summary>
    private sealed class AveragePoolJob<E>(Windows windows, bool countsPadding, bool adjoint, E* x, E* y)
        : PoolJob(windows, adjoint ? WindowAxisExtents.Inputs(windows) : WindowAxisExtents.Outputs(windows)) where E : unmanaged
    {
        private readonly Sources _depth = new(windows.Depth, countsPadding, adjoint);
        private readonly Sources _height = new(windows.Height, countsPadding, adjoint);
        private readonly Sources _width = new(windows.Width, countsPadding, adjoint);

        protected override void Line(int image, int depth, int height, long firstPixel)
        {
            var channels = Windows.Channels;
            var from = adjoint ? WindowAxisExtents.Outputs(Windows) : WindowAxisExtents.Inputs(Windows);
            for (var column = 0; column < _width.Length; column++)
            {
                var to = y + ((nint)(firstPixel + column) * channels);
                for (var channel = 0; channel < channels; channel += Vector512<E>.Count)
                {
                    var count = Math.Min(Vector512<E>.Count, channels - channel);
                    // Long sums are sums of shorter ones, or single elements would be lost beside what came before.
                    Vector512<E> sum = default, block = default, total = default;
                    var terms = 0;
                    var counted = 1L;
                    foreach (var (d, countD) in _depth.Of(depth))
                    {
                        foreach (var (h, countH) in _height.Of(height))
                        {
                            var line = ((((nint)image * from.Depth) + d) * from.Height) + h;
                            foreach (var (w, countW) in _width.Of(column))
                            {
                                var at = x + (((line * from.Width) + w) * channels) + channel;
                                var value = count == Vector512<E>.Count ? Vector512.Load(at) : VectorIO.LoadTail(at, count);
                                counted = (long)countD * countH * countW;
                                sum += adjoint ? value / Number(counted) : value;
                                if ((++terms & 0xFF) == 0)
                                {
                                    (block, sum) = (block + sum, default);
                                    if ((terms & 0xFFFF) == 0)
                                    {
                                        (total, block) = (total + block, default);
                                    }
                                }
                            }
                        }
                    }
                    sum = total + (block + sum);
                    sum = adjoint ? sum : sum / Number(counted);
                    VectorIO.StoreTail(sum, to + channel, count);
                }
            }
        }

        private static Vector512<E> Number(long value) =>
            typeof(E) == typeof(float) ? Vector512.Create((float)value).As<float, E>() : Vector512.Create((double)value).As<double, E>();
    }

    /// <summary>For each place along an axis the sources it reads, and how many elements count in the window of each.</summary>
    private sealed class Sources
    {
        private readonly int[] _starts;
        private readonly (int Source, int Count)[] _sources;

        public Sources(in WindowAxis axis, bool countsPadding, bool adjoint)
        {
            _starts = new int[(adjoint ? axis.Input : axis.Output) + 1];
            for (var window = 0; window < axis.Output; window++)
            {
                var (from, to) = Inside(axis, window);
                for (var tap = from; tap < to; tap++)
                {
                    _starts[1 + (adjoint ? Element(axis, window, tap) : window)]++;
                }
            }
            for (var i = 1; i < _starts.Length; i++)
            {
                _starts[i] += _starts[i - 1];
            }
            _sources = new (int, int)[_starts[^1]];
            var next = _starts.ToArray();
            for (var window = 0; window < axis.Output; window++)
            {
                var (from, to) = Inside(axis, window);
                for (var tap = from; tap < to; tap++)
                {
                    var element = Element(axis, window, tap);
                    _sources[next[adjoint ? element : window]++] = (adjoint ? window : element, countsPadding ? axis.Window : to - from);
                }
            }
        }

        public int Length => _starts.Length - 1;

        public ReadOnlySpan<(int Source, int Count)> Of(int place) => _sources.AsSpan(_starts[place].._starts[place + 1]);
    }

    private static int Element(in WindowAxis axis, int window, int tap) => (window * axis.Stride) + (tap * axis.Dilation) - axis.Before;

    /// <summary>Images one by one: the windows of one image write to no other.</summary>
    private sealed class PlaceJob(int batch, byte* x, byte* positions, int each, byte* y, int eachResult, bool single) : Job
    {
        protected override int Chunks { get; } = (long)batch * each < DivideFrom ? 1 : Math.Min(batch, 64);

        protected override void Run(int chunk)
        {
            var first = (int)((long)batch * chunk / Chunks);
            var images = (int)((long)batch * (chunk + 1) / Chunks) - first;
            nint from = (nint)first * each, to = (nint)first * eachResult;
            if (single)
            {
                new Span<float>((float*)y + to, images * eachResult).Clear();
                Place<float, int>((float*)x + from, (int*)positions + from, (float*)y, images * (nint)each);
            }
            else
            {
                new Span<double>((double*)y + to, images * eachResult).Clear();
                Place<double, long>((double*)x + from, (long*)positions + from, (double*)y, images * (nint)each);
            }
        }

        private static void Place<E, I>(E* x, I* positions, E* y, nint count) where E : unmanaged, INumber<E> where I : unmanaged, IBinaryInteger<I>
        {
            for (nint i = 0; i < count; i++)
            {
                var at = nint.CreateTruncating(positions[i]);
                if (at >= 0)
                {
                    y[at] += x[i];
                }
            }
        }
    }
}
