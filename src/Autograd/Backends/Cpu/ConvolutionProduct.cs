using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Autograd.Backends.Cpu;

/// <summary>The three products of a convolution, for the widest vectors the machine has.</summary>
internal static unsafe class ConvolutionProduct
{
    /// <summary>y from x, kernel and bias (which may be null), or with <paramref name="adjoint"/> x from y and kernel.</summary>
    public static void Correlate<E>(E* source, E* kernel, E* bias, E* target, Windows windows, bool adjoint) where E : unmanaged
    {
        if (Vector512.IsHardwareAccelerated)
        {
            ConvolutionProduct<V512<E>, E>.Correlate(source, kernel, bias, target, windows, adjoint);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            ConvolutionProduct<V256<E>, E>.Correlate(source, kernel, bias, target, windows, adjoint);
        }
        else
        {
            ConvolutionProduct<V128<E>, E>.Correlate(source, kernel, bias, target, windows, adjoint);
        }
    }

    /// <summary>The kernel's gradient from x and dy.</summary>
    public static void Kernel<E>(E* x, E* dy, E* kernel, Windows windows) where E : unmanaged
    {
        if (Vector512.IsHardwareAccelerated)
        {
            ConvolutionProduct<V512<E>, E>.Kernel(x, dy, kernel, windows);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            ConvolutionProduct<V256<E>, E>.Kernel(x, dy, kernel, windows);
        }
        else
        {
            ConvolutionProduct<V128<E>, E>.Kernel(x, dy, kernel, windows);
        }
    }
}

/// <summary>
/// Convolutions by the tiles of the matrix product, without a matrix of patches: neighbouring pixels of a line are rows at a constant distance, and what a window holds
/// of one line is a contiguous segment of such a row. So a tile of pixels times filters reads the image (or, near its edge, a copy with zeros around) in place, one
/// segment after the other, and only the kernel is packed.
/// </summary>
/// <remarks>
/// Every element of a result is summed in the order of taps and channels, so neither blocks nor threads change its bits. The gradient of the kernel sums over pixels: in
/// order within parts whose number depends on the shapes alone, and then over the parts in order.
/// </remarks>
[SkipLocalsInit]
internal static unsafe class ConvolutionProduct<V, E> where V : struct, IVector<V, E> where E : unmanaged
{
    /// <summary>Products from this many multiplications on are worth a second thread.</summary>
    private const long ParallelWork = 96L * 96 * 96;

    /// <summary>Pixels that the gradient of the kernel sums over at a time, so that a panel of them stays in the second-level cache.</summary>
    private const int KernelPixels = 1024;

    private const int MostParts = 16;

    /// <summary>Elements that partial sums of the kernel's gradient may take.</summary>
    private const long PartElements = 1L << 21;

    [ThreadStatic]
    private static Scratch? t_copy;

    [ThreadStatic]
    private static Scratch? t_panel;

    [ThreadStatic]
    private static Scratch? t_kernel;

    private static int PanelWidth => 2 * V.Count;

    private static int RoundUp(int n) => (n + V.Count - 1) / V.Count * V.Count;

    private static bool IsDepthwise(Windows windows) => windows.Groups > 1 && windows.Groups == windows.Channels && windows.Groups == windows.Filters;

    private static long Work(Windows windows) =>
        (long)windows.OutputShape.Size * windows.Taps * (windows.Channels / windows.Groups);

    // ---- result and input ----

    public static void Correlate(E* source, E* kernel, E* bias, E* target, Windows windows, bool adjoint)
    {
        if (!adjoint)
        {
            CorrelatePart(
                source, kernel, bias, target, windows, false,
                CorrelationAxis.Forward(windows.Depth), CorrelationAxis.Forward(windows.Height), CorrelationAxis.Forward(windows.Width));
            return;
        }
        var depths = CorrelationAxis.Adjoint(windows.Depth);
        var heights = CorrelationAxis.Adjoint(windows.Height);
        var widths = CorrelationAxis.Adjoint(windows.Width);
        if (depths.Sum(part => part.Count) < windows.Depth.Input || heights.Sum(part => part.Count) < windows.Height.Input || widths.Sum(part => part.Count) < windows.Width.Input)
        {
            // Some elements lie between windows.
            new Span<E>(target, windows.InputShape.Size).Clear();
        }
        foreach (var depth in depths)
        {
            foreach (var height in heights)
            {
                foreach (var width in widths)
                {
                    CorrelatePart(source, kernel, null, target, windows, true, depth, height, width);
                }
            }
        }
    }

    private static void CorrelatePart(
        E* source, E* kernel, E* bias, E* target, Windows windows, bool adjoint, CorrelationAxis depth, CorrelationAxis height, CorrelationAxis width)
    {
        var part = new Part(kernel, windows, adjoint, depth, height, width);
        if (IsDepthwise(windows))
        {
            var weights = (E*)Scratch.Of(ref t_kernel, (long)part.Taps * RoundUp(windows.Channels) * sizeof(E));
            part.PackDepthwise(weights);
            new DepthwiseJob(part, source, weights, bias, target).Run();
            return;
        }
        var packed = (E*)Scratch.Of(ref t_kernel, part.PackedElements * sizeof(E));
        new PackJob(part, packed).Run();
        new CorrelateJob(part, source, packed, bias, target).Run();
    }

    /// <summary>One correlation: the taps it uses and the matrix of the kernel that belongs to them.</summary>
    private sealed class Part
    {
        private readonly E* _kernel;
        private readonly bool _adjoint;

        public Part(E* kernel, Windows windows, bool adjoint, CorrelationAxis depth, CorrelationAxis height, CorrelationAxis width)
        {
            _kernel = kernel;
            _adjoint = adjoint;
            Windows = windows;
            (Depth, Height, Width) = (depth, height, width);
            SourceChannels = adjoint ? windows.Filters : windows.Channels;
            TargetChannels = adjoint ? windows.Channels : windows.Filters;
        }

        public Windows Windows { get; }

        public CorrelationAxis Depth { get; }

        public CorrelationAxis Height { get; }

        public CorrelationAxis Width { get; }

        public int SourceChannels { get; }

        public int TargetChannels { get; }

        public int Taps => Depth.Taps.Length * Height.Taps.Length * Width.Taps.Length;

        /// <summary>Channels of a group.</summary>
        public int K => SourceChannels / Windows.Groups;

        /// <summary>Results of a group.</summary>
        public int N => TargetChannels / Windows.Groups;

        public int Panels => (N + PanelWidth - 1) / PanelWidth;

        public bool IsLarge => Work(Windows) >= ParallelWork;

        private long GroupElements => (long)Taps * K * RoundUp(N);

        public long PackedElements => Windows.Groups * GroupElements;

        /// <summary>Columns of a panel and the width they are padded to.</summary>
        public (int Columns, int Width) Panel(int panel)
        {
            var columns = Math.Min(PanelWidth, N - (panel * PanelWidth));
            return (columns, columns > V.Count ? PanelWidth : V.Count);
        }

        public nint PanelStart(int group, int panel) => (nint)((group * GroupElements) + ((long)panel * PanelWidth * Taps * K));

        /// <summary>Element (0, 0) of the kernel at a tap of this part, counted in its order.</summary>
        private E* Tap(int tap)
        {
            var (rest, w) = Math.DivRem(tap, Width.Taps.Length);
            var (d, h) = Math.DivRem(rest, Height.Taps.Length);
            var at = (((long)Depth.Taps[d] * Windows.Height.Window) + Height.Taps[h]) * Windows.Width.Window + Width.Taps[w];
            return _kernel + (at * (Windows.Channels / Windows.Groups) * Windows.Filters);
        }

        /// <summary>The matrix [taps and channels, results] of one group, panel after panel.</summary>
        public void Pack(int group, int panel, E* packed)
        {
            var (columns, width) = Panel(panel);
            var first = group * (Windows.Filters / Windows.Groups);
            var to = packed + PanelStart(group, panel);
            for (var tap = 0; tap < Taps; tap++, to += K * width)
            {
                var from = Tap(tap) + first;
                if (_adjoint)
                {
                    MatrixProduct<V, E>.Pack(from + ((nint)panel * PanelWidth * Windows.Filters), 1, Windows.Filters, K, columns, to, width);
                }
                else
                {
                    MatrixProduct<V, E>.Pack(from + (panel * PanelWidth), Windows.Filters, 1, K, columns, to, width);
                }
            }
        }

        /// <summary>One row of channels for each tap, with zeros behind up to whole vectors.</summary>
        public void PackDepthwise(E* packed)
        {
            var (channels, pitch) = (Windows.Channels, RoundUp(Windows.Channels));
            for (var tap = 0; tap < Taps; tap++, packed += pitch)
            {
                new Span<E>(Tap(tap), channels).CopyTo(new Span<E>(packed, channels));
                new Span<E>(packed + channels, pitch - channels).Clear();
            }
        }

        /// <summary>Where a target of this part lies.</summary>
        public nint Target(int image, int depth, int line, int column)
        {
            var (d, h, w) = _adjoint
                ? (Windows.Depth.Input, Windows.Height.Input, Windows.Width.Input)
                : (Windows.Depth.Output, Windows.Height.Output, Windows.Width.Output);
            var y = ((((nint)image * d) + Depth.Start + (depth * Depth.Step)) * h) + Height.Start + (line * Height.Step);
            return ((y * w) + Width.Start + (column * Width.Step)) * TargetChannels;
        }

        public nint TargetStep => (nint)Width.Step * TargetChannels;

        /// <summary>Adds the bias, if there is one, to a block of results while they are in the cache.</summary>
        public void AddBias(E* bias, E* target, in SourceBlocks<E>.Block block)
        {
            for (var line = 0; bias is not null && line < block.Lines; line++)
            {
                var c = target + Target(block.Image, block.Depth, block.FirstLine + line, block.FirstColumn);
                MatrixProduct<V, E>.AddBias(c, TargetStep, block.Columns, TargetChannels, bias);
            }
        }
    }

    private sealed class PackJob(Part part, E* packed) : Job
    {
        private readonly int _panels = part.Windows.Groups * part.Panels;

        protected override int Chunks { get; } = part.PackedElements < 1 << 15 ? 1 : Math.Min(part.Windows.Groups * part.Panels, 8);

        protected override void Run(int chunk)
        {
            for (var i = (int)((long)_panels * chunk / Chunks); i < (int)((long)_panels * (chunk + 1) / Chunks); i++)
            {
                part.Pack(i / part.Panels, i % part.Panels, packed);
            }
        }
    }

    private sealed class CorrelateJob : Job
    {
        private readonly Part _part;
        private readonly E* _source;
        private readonly E* _packed;
        private readonly E* _bias;
        private readonly E* _target;
        private readonly SourceBlocks<E> _blocks;
        private readonly nint[] _offsets;
        private readonly int _segment;

        public CorrelateJob(Part part, E* source, E* packed, E* bias, E* target)
        {
            _part = part;
            _source = source;
            _packed = packed;
            _bias = bias;
            _target = target;
            _blocks = new SourceBlocks<E>(part.Windows.Batch, part.SourceChannels, part.SourceChannels, part.Depth, part.Height, part.Width, int.MaxValue, part.IsLarge);
            // Where a window's taps along a line are neighbours with all their channels, they are one segment.
            var joined = part.Windows.Groups == 1 && part.Width.IsDense;
            _offsets = _blocks.Offsets(joined);
            _segment = joined ? part.Width.Taps.Length * part.K : part.K;
            Chunks = part.IsLarge ? _blocks.Count : 1;
        }

        protected override int Chunks { get; }

        protected override void Run(int chunk)
        {
            var copy = (E*)Scratch.Of(ref t_copy, _blocks.CopyElements * sizeof(E));
            for (var i = (int)((long)_blocks.Count * chunk / Chunks); i < (int)((long)_blocks.Count * (chunk + 1) / Chunks); i++)
            {
                Run(_blocks[i], copy);
            }
        }

        private void Run(in SourceBlocks<E>.Block block, E* copy)
        {
            var first = _blocks.Read(_source, block, copy);
            var tiles = (block.Columns + V.TileRows - 1) / V.TileRows;
            var edge = stackalloc E[14 * 32];
            fixed (nint* offsets = _offsets)
            {
                for (var group = 0; group < _part.Windows.Groups; group++)
                {
                    for (var panel = 0; panel < _part.Panels; panel++)
                    {
                        var (columns, width) = _part.Panel(panel);
                        var kernels = width == PanelWidth ? Tiles<V, E>.Wide : Tiles<V, E>.Narrow;
                        var b = _packed + _part.PanelStart(group, panel);
                        for (var line = 0; line < block.Lines; line++)
                        {
                            var a = first + (line * _blocks.LineStep) + (group * _part.K);
                            var c = _target + _part.Target(block.Image, block.Depth, block.FirstLine + line, block.FirstColumn)
                                + (group * _part.N) + (panel * PanelWidth);
                            for (var tile = 0; tile < tiles; tile++)
                            {
                                var height = (block.Columns / tiles) + (tile < block.Columns % tiles ? 1 : 0);
                                if (columns == width)
                                {
                                    kernels[height].RunSegments(_offsets.Length, offsets, _segment, a, _blocks.ColumnStep, 1, b, width, c, _part.TargetStep, false);
                                }
                                else
                                {
                                    kernels[height].RunSegments(_offsets.Length, offsets, _segment, a, _blocks.ColumnStep, 1, b, width, edge, width, false);
                                    MatrixProduct<V, E>.TakeOver(edge, width, c, _part.TargetStep, height, columns, false);
                                }
                                a += height * _blocks.ColumnStep;
                                c += height * _part.TargetStep;
                            }
                        }
                    }
                }
            }
            _part.AddBias(_bias, _target, block);
        }
    }

    /// <summary>Each channel by itself: vectors of channels, four pixels at a time.</summary>
    private sealed class DepthwiseJob : Job
    {
        private readonly Part _part;
        private readonly E* _source;
        private readonly E* _weights;
        private readonly E* _bias;
        private readonly E* _target;
        private readonly SourceBlocks<E> _blocks;
        private readonly nint[] _offsets;
        private readonly int _pitch;

        public DepthwiseJob(Part part, E* source, E* weights, E* bias, E* target)
        {
            _part = part;
            _source = source;
            _weights = weights;
            _bias = bias;
            _target = target;
            _pitch = RoundUp(part.SourceChannels);
            _blocks = new SourceBlocks<E>(part.Windows.Batch, part.SourceChannels, _pitch, part.Depth, part.Height, part.Width, int.MaxValue, part.IsLarge);
            _offsets = _blocks.Offsets(joined: false);
            Chunks = part.IsLarge ? _blocks.Count : 1;
        }

        protected override int Chunks { get; }

        protected override void Run(int chunk)
        {
            var copy = (E*)Scratch.Of(ref t_copy, _blocks.CopyElements * sizeof(E));
            for (var i = (int)((long)_blocks.Count * chunk / Chunks); i < (int)((long)_blocks.Count * (chunk + 1) / Chunks); i++)
            {
                var block = _blocks[i];
                var first = _blocks.Read(_source, block, copy);
                for (var line = 0; line < block.Lines; line++)
                {
                    var target = _target + _part.Target(block.Image, block.Depth, block.FirstLine + line, block.FirstColumn);
                    for (var channel = 0; channel < _pitch; channel += V.Count)
                    {
                        Line(first + (line * _blocks.LineStep) + channel, _weights + channel, target + channel, block.Columns, Math.Min(V.Count, _part.TargetChannels - channel));
                    }
                }
                _part.AddBias(_bias, _target, block);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Line(E* x, E* weights, E* y, int columns, int channels)
        {
            var step = _blocks.ColumnStep;
            var targetStep = _part.TargetStep;
            for (; columns >= 4; columns -= 4, x += 4 * step, y += 4 * targetStep)
            {
                V y0 = default, y1 = default, y2 = default, y3 = default;
                var w = weights;
                foreach (var offset in _offsets)
                {
                    var at = x + offset;
                    var weight = V.Load(w);
                    y0 = V.MultiplyAdd(V.Load(at), weight, y0);
                    y1 = V.MultiplyAdd(V.Load(at + step), weight, y1);
                    y2 = V.MultiplyAdd(V.Load(at + (2 * step)), weight, y2);
                    y3 = V.MultiplyAdd(V.Load(at + (3 * step)), weight, y3);
                    w += _pitch;
                }
                Store(y0, y, channels);
                Store(y1, y + targetStep, channels);
                Store(y2, y + (2 * targetStep), channels);
                Store(y3, y + (3 * targetStep), channels);
            }
            for (; columns > 0; columns--, x += step, y += targetStep)
            {
                V y0 = default;
                var w = weights;
                foreach (var offset in _offsets)
                {
                    y0 = V.MultiplyAdd(V.Load(x + offset), V.Load(w), y0);
                    w += _pitch;
                }
                Store(y0, y, channels);
            }
        }
    }

    private static void Store(V v, E* to, int count)
    {
        if (count == V.Count)
        {
            V.Store(v, to);
            return;
        }
        var lanes = stackalloc E[16];
        V.Store(v, lanes);
        new Span<E>(lanes, count).CopyTo(new Span<E>(to, count));
    }

    // ---- kernel ----

    public static void Kernel(E* x, E* dy, E* kernel, Windows windows)
    {
        var size = (long)windows.Taps * (windows.Channels / windows.Groups) * windows.Filters;
        if (IsDepthwise(windows))
        {
            var pitch = RoundUp(windows.Channels);
            var depthwise = new DepthwiseKernelJob(x, dy, windows, pitch);
            var sums = (E*)Scratch.Of(ref t_kernel, (long)depthwise.Parts * windows.Taps * pitch * sizeof(E));
            depthwise.Run(sums);
            AddParts(sums, sums + (windows.Taps * (nint)pitch), windows.Taps * pitch, depthwise.Parts);
            for (var tap = 0; tap < windows.Taps; tap++)
            {
                new Span<E>(sums + (tap * (nint)pitch), windows.Channels).CopyTo(new Span<E>(kernel + (tap * (nint)windows.Channels), windows.Channels));
            }
            return;
        }
        var job = new KernelJob(x, dy, windows, size);
        var parts = (E*)Scratch.Of(ref t_kernel, (job.Parts - 1) * size * sizeof(E));
        job.Run(kernel, parts);
        AddParts(kernel, parts, (int)size, job.Parts);
    }

    /// <summary>Adds the second and further parts, in order, to the first.</summary>
    private static void AddParts(E* sum, E* parts, int size, int count)
    {
        for (var part = 1; part < count; part++, parts += size)
        {
            Span<E> to = new(sum, size), from = new(parts, size);
            if (typeof(E) == typeof(float))
            {
                TensorPrimitives.Add(MemoryMarshal.Cast<E, float>(to), MemoryMarshal.Cast<E, float>(from), MemoryMarshal.Cast<E, float>(to));
            }
            else
            {
                TensorPrimitives.Add(MemoryMarshal.Cast<E, double>(to), MemoryMarshal.Cast<E, double>(from), MemoryMarshal.Cast<E, double>(to));
            }
        }
    }

    /// <summary>Patches, transposed, times dy: rows of a tile are channels (and taps along a line, which lie beside them), its columns filters, and it sums over the pixels of a block.</summary>
    private sealed class KernelJob : Job
    {
        private readonly E* _x;
        private readonly E* _dy;
        private readonly Windows _windows;
        private readonly SourceBlocks<E> _blocks;
        private readonly nint[] _taps;
        private readonly int _rows;
        private readonly int _panels;
        private readonly int _panelChunks;
        private readonly long _size;
        private E* _kernel;
        private E* _sums;

        public KernelJob(E* x, E* dy, Windows windows, long size)
        {
            _x = x;
            _dy = dy;
            _windows = windows;
            _size = size;
            var width = CorrelationAxis.Forward(windows.Width);
            var isLarge = Work(windows) >= ParallelWork;
            _blocks = new SourceBlocks<E>(
                windows.Batch, windows.Channels, windows.Channels,
                CorrelationAxis.Forward(windows.Depth), CorrelationAxis.Forward(windows.Height), width, KernelPixels, isLarge);
            var joined = windows.Groups == 1 && width.IsDense;
            _taps = _blocks.Offsets(joined);
            _rows = windows.Channels / windows.Groups * (joined ? windows.Width.Window : 1);
            _panels = ((windows.Filters / windows.Groups) + PanelWidth - 1) / PanelWidth;
            Parts = isLarge ? (int)Math.Clamp(PartElements / size, 1, Math.Min(_blocks.Count, MostParts)) : 1;
            _panelChunks = isLarge ? Math.Clamp(8 / Parts, 1, windows.Groups * _panels) : 1;
        }

        public int Parts { get; }

        protected override int Chunks => Parts * _panelChunks;

        public void Run(E* kernel, E* sums)
        {
            _kernel = kernel;
            _sums = sums;
            Run();
        }

        protected override void Run(int chunk)
        {
            var (part, panels) = Math.DivRem(chunk, _panelChunks);
            var all = _windows.Groups * _panels;
            var kernel = part == 0 ? _kernel : _sums + ((part - 1) * (nint)_size);
            var copy = (E*)Scratch.Of(ref t_copy, _blocks.CopyElements * sizeof(E));
            var packed = (E*)Scratch.Of(ref t_panel, (long)_blocks.MostPixels * PanelWidth * sizeof(E));
            var firstBlock = (int)((long)_blocks.Count * part / Parts);
            for (var i = firstBlock; i < (int)((long)_blocks.Count * (part + 1) / Parts); i++)
            {
                var block = _blocks[i];
                var first = _blocks.Read(_x, block, copy);
                for (var panel = all * panels / _panelChunks; panel < all * (panels + 1) / _panelChunks; panel++)
                {
                    Run(block, first, panel / _panels, panel % _panels, packed, kernel, add: i > firstBlock);
                }
            }
        }

        private void Run(in SourceBlocks<E>.Block block, E* first, int group, int panel, E* packed, E* kernel, bool add)
        {
            var filters = _windows.Filters / _windows.Groups;
            var columns = Math.Min(PanelWidth, filters - (panel * PanelWidth));
            var width = columns > V.Count ? PanelWidth : V.Count;
            var column = (group * filters) + (panel * PanelWidth);
            var offsets = stackalloc nint[block.Lines];
            for (var line = 0; line < block.Lines; line++)
            {
                offsets[line] = line * _blocks.LineStep;
                var pixel = (((((nint)block.Image * _windows.Depth.Output) + block.Depth) * _windows.Height.Output) + block.FirstLine + line) * _windows.Width.Output + block.FirstColumn;
                MatrixProduct<V, E>.Pack(
                    _dy + (pixel * _windows.Filters) + column, _windows.Filters, 1, block.Columns, columns, packed + ((nint)line * block.Columns * width), width);
            }
            var kernels = width == PanelWidth ? Tiles<V, E>.Wide : Tiles<V, E>.Narrow;
            var tiles = (_rows + V.TileRows - 1) / V.TileRows;
            var edge = stackalloc E[14 * 32];
            var c = kernel + column;
            foreach (var tap in _taps)
            {
                var a = first + tap + (group * (_windows.Channels / _windows.Groups));
                for (var tile = 0; tile < tiles; tile++)
                {
                    var height = (_rows / tiles) + (tile < _rows % tiles ? 1 : 0);
                    if (columns == width)
                    {
                        kernels[height].RunSegments(block.Lines, offsets, block.Columns, a, 1, _blocks.ColumnStep, packed, width, c, _windows.Filters, add);
                    }
                    else
                    {
                        kernels[height].RunSegments(block.Lines, offsets, block.Columns, a, 1, _blocks.ColumnStep, packed, width, edge, width, false);
                        MatrixProduct<V, E>.TakeOver(edge, width, c, _windows.Filters, height, columns, add);
                    }
                    a += height;
                    c += (nint)height * _windows.Filters;
                }
            }
        }
    }

    private sealed class DepthwiseKernelJob : Job
    {
        private readonly E* _x;
        private readonly E* _dy;
        private readonly Windows _windows;
        private readonly int _pitch;
        private readonly SourceBlocks<E> _blocks;
        private readonly nint[] _taps;
        private E* _sums;

        public DepthwiseKernelJob(E* x, E* dy, Windows windows, int pitch)
        {
            _x = x;
            _dy = dy;
            _windows = windows;
            _pitch = pitch;
            var isLarge = Work(windows) >= ParallelWork;
            _blocks = new SourceBlocks<E>(
                windows.Batch, windows.Channels, pitch,
                CorrelationAxis.Forward(windows.Depth), CorrelationAxis.Forward(windows.Height), CorrelationAxis.Forward(windows.Width), KernelPixels, isLarge);
            _taps = _blocks.Offsets(joined: false);
            Parts = isLarge ? Math.Min(_blocks.Count, MostParts) : 1;
        }

        public int Parts { get; }

        protected override int Chunks => Parts;

        public void Run(E* sums)
        {
            _sums = sums;
            Run();
        }

        protected override void Run(int chunk)
        {
            var sums = _sums + ((nint)chunk * _taps.Length * _pitch);
            new Span<E>(sums, _taps.Length * _pitch).Clear();
            var copy = (E*)Scratch.Of(ref t_copy, _blocks.CopyElements * sizeof(E));
            var lineOfDy = (E*)Scratch.Of(ref t_panel, (long)_blocks.MostPixels * _pitch * sizeof(E));
            for (var i = (int)((long)_blocks.Count * chunk / Parts); i < (int)((long)_blocks.Count * (chunk + 1) / Parts); i++)
            {
                var block = _blocks[i];
                var first = _blocks.Read(_x, block, copy);
                for (var line = 0; line < block.Lines; line++)
                {
                    var pixel = (((((nint)block.Image * _windows.Depth.Output) + block.Depth) * _windows.Height.Output) + block.FirstLine + line) * _windows.Width.Output + block.FirstColumn;
                    var dy = _dy + (pixel * _windows.Filters);
                    if (_pitch != _windows.Filters)
                    {
                        MatrixProduct<V, E>.Pack(dy, _windows.Filters, 1, block.Columns, _windows.Filters, lineOfDy, _pitch);
                        dy = lineOfDy;
                    }
                    for (var channel = 0; channel < _pitch; channel += V.Count)
                    {
                        Line(first + (line * _blocks.LineStep) + channel, dy + channel, sums + channel, block.Columns);
                    }
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Line(E* x, E* dy, E* sums, int columns)
        {
            var step = _blocks.ColumnStep;
            var tap = 0;
            for (; tap <= _taps.Length - 4; tap += 4, sums += 4 * _pitch)
            {
                V s0 = V.Load(sums), s1 = V.Load(sums + _pitch), s2 = V.Load(sums + (2 * _pitch)), s3 = V.Load(sums + (3 * _pitch));
                E* x0 = x + _taps[tap], x1 = x + _taps[tap + 1], x2 = x + _taps[tap + 2], x3 = x + _taps[tap + 3];
                for (nint i = 0; i < columns; i++)
                {
                    var d = V.Load(dy + (i * _pitch));
                    s0 = V.MultiplyAdd(V.Load(x0 + (i * step)), d, s0);
                    s1 = V.MultiplyAdd(V.Load(x1 + (i * step)), d, s1);
                    s2 = V.MultiplyAdd(V.Load(x2 + (i * step)), d, s2);
                    s3 = V.MultiplyAdd(V.Load(x3 + (i * step)), d, s3);
                }
                V.Store(s0, sums);
                V.Store(s1, sums + _pitch);
                V.Store(s2, sums + (2 * _pitch));
                V.Store(s3, sums + (3 * _pitch));
            }
            for (; tap < _taps.Length; tap++, sums += _pitch)
            {
                var s0 = V.Load(sums);
                for (nint i = 0; i < columns; i++)
                {
                    s0 = V.MultiplyAdd(V.Load(x + _taps[tap] + (i * step)), V.Load(dy + (i * _pitch)), s0);
                }
                V.Store(s0, sums);
            }
        }
    }
}
