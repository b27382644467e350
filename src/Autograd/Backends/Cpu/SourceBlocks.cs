namespace Autograd.Backends.Cpu;

/// <summary>
/// One axis of a correlation: its targets are the elements Start, Start + Step, ...; target t sums source[t * SourceStep + Offsets[j]] times kernel[Taps[j]] over j,
/// a source outside its extent being 0.
/// </summary>
/// <remarks>
/// A convolution is one correlation. Its adjoint with strides s falls into s of them along each axis: input elements of one remainder see every s-th tap only, and
/// for them the adjoint is a correlation without strides.
/// </remarks>
internal sealed class CorrelationAxis
{
    public required int Start { get; init; }

    public required int Step { get; init; }

    public required int Count { get; init; }

    public required int SourceStep { get; init; }

    public required int SourceExtent { get; init; }

    /// <summary>In order of their offsets.</summary>
    public required int[] Taps { get; init; }

    /// <summary>Ascending.</summary>
    public required int[] Offsets { get; init; }

    public int First => Offsets[0];

    /// <summary>Whether no target reads outside the source.</summary>
    public bool StaysInside => First >= 0 && ((Count - 1L) * SourceStep) + Offsets[^1] < SourceExtent;

    /// <summary>Whether the taps read neighbours.</summary>
    public bool IsDense => Offsets[^1] - Offsets[0] == Offsets.Length - 1;

    /// <summary>Source elements from the first to the last that so many neighbouring targets read.</summary>
    public int Reach(int targets) => ((targets - 1) * SourceStep) + Offsets[^1] - Offsets[0] + 1;

    public static CorrelationAxis Forward(WindowAxis axis) => new()
    {
        Start = 0,
        Step = 1,
        Count = axis.Output,
        SourceStep = axis.Stride,
        SourceExtent = axis.Input,
        Taps = [.. Enumerable.Range(0, axis.Window)],
        Offsets = [.. Enumerable.Range(0, axis.Window).Select(k => (k * axis.Dilation) - axis.Before)],
    };

    /// <summary>The parts of the adjoint that read anything.</summary>
    public static List<CorrelationAxis> Adjoint(WindowAxis axis)
    {
        var parts = new SortedDictionary<int, List<int>>();
        for (var k = axis.Window - 1; k >= 0; k--)
        {
            // Input element i meets tap k in window (i + before - k dilation) / stride where that is whole.
            var start = (int)Remainder(((long)k * axis.Dilation) - axis.Before, axis.Stride);
            if (start < axis.Input)
            {
                if (!parts.TryGetValue(start, out var taps))
                {
                    parts.Add(start, taps = []);
                }
                taps.Add(k);
            }
        }
        return [.. parts.Select(part => new CorrelationAxis
        {
            Start = part.Key,
            Step = axis.Stride,
            Count = (int)((axis.Input - part.Key + (long)axis.Stride - 1) / axis.Stride),
            SourceStep = 1,
            SourceExtent = axis.Output,
            Taps = [.. part.Value],
            Offsets = [.. part.Value.Select(k => (int)((part.Key + (long)axis.Before - ((long)k * axis.Dilation)) / axis.Stride))],
        })];
    }

    private static long Remainder(long x, long divisor) => ((x % divisor) + divisor) % divisor;
}

/// <summary>
/// Cuts the targets of a correlation into blocks of lines and gives each the source lines it reads: in place where all of them exist, else in a copy with zeros
/// around. Element (line, column, tap) of a block then lies at base + line * LineStep + column * ColumnStep + Offset(tap).
/// </summary>
internal sealed unsafe class SourceBlocks<E> where E : unmanaged
{
    /// <summary>Elements of the source that a block reads along its inner two axes, to stay in the second-level cache.</summary>
    private const int BlockElements = 1 << 16;

    /// <summary>Blocks there should be at least, where work is worth dividing.</summary>
    private const int FewestBlocks = 8;

    private const long MostCopied = 1L << 28;

    private readonly CorrelationAxis _depth;
    private readonly CorrelationAxis _height;
    private readonly CorrelationAxis _width;
    private readonly int _channels;
    private readonly int _pitch;
    private readonly bool _copies;
    private readonly int _lines;
    private readonly int _columns;
    private readonly int _lineBlocks;
    private readonly int _columnBlocks;
    private readonly nint _lineStride;

    /// <param name="batch">Images.</param>
    /// <param name="channels">Of the source.</param>
    /// <param name="pitch">Elements from one pixel to the next in what a block sees; more than the channels asks for zeros behind them.</param>
    /// <param name="depth">The outer axis.</param>
    /// <param name="height">The middle axis.</param>
    /// <param name="width">The inner axis.</param>
    /// <param name="mostPixels">The largest block, in targets.</param>
    /// <param name="divide">Whether the work is worth more than one block.</param>
    public SourceBlocks(int batch, int channels, int pitch, CorrelationAxis depth, CorrelationAxis height, CorrelationAxis width, int mostPixels, bool divide)
    {
        (_depth, _height, _width, _channels, _pitch) = (depth, height, width, channels, pitch);
        _copies = pitch != channels || !depth.StaysInside || !height.StaysInside || !width.StaysInside;
        var halo = width.Reach(1) / width.SourceStep;
        _columns = Math.Min(width.Count, Math.Max((int)Math.Min(BlockElements / ((long)pitch * width.SourceStep), mostPixels), Math.Min(Math.Max(16, halo), mostPixels)));
        _columnBlocks = (width.Count + _columns - 1) / _columns;
        _columns = (width.Count + _columnBlocks - 1) / _columnBlocks;
        _lines = 1;
        if (_columnBlocks == 1)
        {
            var fit = (BlockElements / ((long)width.Reach(_columns) * pitch) - height.Reach(1)) / height.SourceStep + 1;
            _lines = (int)Math.Clamp(Math.Max(fit, height.Reach(1) / height.SourceStep), 1, Math.Max(1, Math.Min(height.Count, mostPixels / _columns)));
            var others = (long)batch * depth.Count;
            if (divide && others < FewestBlocks)
            {
                _lines = Math.Min(_lines, (int)((height.Count + (FewestBlocks / others) - 1) / (FewestBlocks / others)));
            }
        }
        _lineBlocks = (height.Count + _lines - 1) / _lines;
        _lines = (height.Count + _lineBlocks - 1) / _lineBlocks;
        Count = batch * depth.Count * _lineBlocks * _columnBlocks;
        _lineStride = _copies ? (nint)width.Reach(_columns) * pitch : (nint)width.SourceExtent * channels;
        LineStep = height.SourceStep * _lineStride;
        ColumnStep = (nint)width.SourceStep * pitch;
        var copied = _copies ? (double)depth.Offsets.Length * height.Reach(_lines) * _lineStride : 0;
        if (copied > MostCopied)
        {
            throw new TensorMemoryException(
                $"Convolution: the windows of a line reach over {copied:F0} elements with their padding, more than the {MostCopied} that are worked on at a time; make dilation or padding smaller.");
        }
    }

    public int Count { get; }

    public nint LineStep { get; }

    public nint ColumnStep { get; }

    public int MostPixels => _lines * _columns;

    /// <summary>Elements of working memory that <see cref="Read"/> needs.</summary>
    public long CopyElements => _copies ? (long)_depth.Offsets.Length * _height.Reach(_lines) * _lineStride : 0;

    public nint Offset(int depth, int height, int width) => _copies
        ? (((depth * (nint)_height.Reach(_lines)) + _height.Offsets[height] - _height.First) * _lineStride) + ((_width.Offsets[width] - _width.First) * (nint)_pitch)
        : (((_depth.Offsets[depth] * (nint)_height.SourceExtent) + _height.Offsets[height]) * _lineStride) + (_width.Offsets[width] * (nint)_pitch);

    /// <summary>The offsets of all taps in order.</summary>
    /// <param name="joined">Whether the taps along the width count as one.</param>
    public nint[] Offsets(bool joined)
    {
        var widths = joined ? 1 : _width.Offsets.Length;
        var offsets = new nint[_depth.Offsets.Length * _height.Offsets.Length * widths];
        for (var i = 0; i < offsets.Length; i++)
        {
            offsets[i] = Offset(i / widths / _height.Offsets.Length, i / widths % _height.Offsets.Length, i % widths);
        }
        return offsets;
    }

    public Block this[int index]
    {
        get
        {
            var (rest, column) = Math.DivRem(index, _columnBlocks);
            (rest, var line) = Math.DivRem(rest, _lineBlocks);
            var (image, depth) = Math.DivRem(rest, _depth.Count);
            return new Block(
                image, depth, line * _lines, Math.Min(_lines, _height.Count - (line * _lines)), column * _columns, Math.Min(_columns, _width.Count - (column * _columns)));
        }
    }

    /// <summary>Targets of one image: their place in depth, lines and columns, counted from 0 in steps of 1.</summary>
    internal readonly record struct Block(int Image, int Depth, int FirstLine, int Lines, int FirstColumn, int Columns);

    /// <summary>The base of a block.</summary>
    public E* Read(E* source, in Block block, E* copy)
    {
        var line = (nint)_width.SourceExtent * _channels;
        var plane = _height.SourceExtent * line;
        var image = source + (block.Image * _depth.SourceExtent * plane);
        if (!_copies)
        {
            return image + ((nint)block.Depth * _depth.SourceStep * plane) + ((nint)block.FirstLine * _height.SourceStep * line)
                + ((nint)block.FirstColumn * _width.SourceStep * _channels);
        }
        var lines = _height.Reach(block.Lines);
        var columns = _width.Reach(block.Columns);
        var firstLine = (block.FirstLine * _height.SourceStep) + _height.First;
        var firstColumn = (block.FirstColumn * _width.SourceStep) + _width.First;
        var left = Math.Clamp(-firstColumn, 0, columns);
        var end = Math.Clamp(_width.SourceExtent - firstColumn, left, columns);
        for (var j = 0; j < _depth.Offsets.Length; j++)
        {
            var depth = (block.Depth * _depth.SourceStep) + _depth.Offsets[j];
            for (var i = 0; i < lines; i++)
            {
                var to = copy + (((j * (nint)_height.Reach(_lines)) + i) * _lineStride);
                var y = firstLine + i;
                if ((uint)depth >= (uint)_depth.SourceExtent || (uint)y >= (uint)_height.SourceExtent)
                {
                    Clear(to, columns);
                    continue;
                }
                Clear(to, left);
                CopyPixels(image + (depth * plane) + (y * line) + ((firstColumn + left) * (nint)_channels), to + (left * (nint)_pitch), end - left);
                Clear(to + (end * (nint)_pitch), columns - end);
            }
        }
        return copy;
    }

    private void Clear(E* to, int pixels) => new Span<E>(to, pixels * _pitch).Clear();

    private void CopyPixels(E* from, E* to, int pixels)
    {
        if (_pitch == _channels)
        {
            new Span<E>(from, pixels * _channels).CopyTo(new Span<E>(to, pixels * _channels));
            return;
        }
        for (; pixels > 0; pixels--, from += _channels, to += _pitch)
        {
            new Span<E>(from, _channels).CopyTo(new Span<E>(to, _channels));
            new Span<E>(to + _channels, _pitch - _channels).Clear();
        }
    }
}
