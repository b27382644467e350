using System.Runtime.CompilerServices;
using ILGPU;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd.Backends.Ilgpu;

/// <summary>A convolution: windows times the kernel, a product for each group.</summary>
internal struct ConvolutionProduct<T>(Windows windows) : IProduct<ConvolutionProduct<T>, T> where T : unmanaged, IReal<T>
{
    public ArrayView<T> Images, Kernel;

    private readonly int _filters = windows.Filters;
    private WindowMap _map = WindowMaps.Of(windows);
    private int _firstFilter = 0, _start = 0;

    public int Count { get; } = windows.Groups;

    public int Rows { get; } = windows.OutputShape.Size / windows.Filters;

    public int Columns { get; } = windows.Filters / windows.Groups;

    public int Inner { get; } = windows.Taps * (windows.Channels / windows.Groups);

    public ArrayView<T> Result { get; set; }

    public readonly int Size => Rows * _filters;

    public readonly bool RunsInnerA => true;

    public readonly bool RunsInnerB => false;

    public readonly bool Interleaved => true;

    [MethodImpl(AggressiveInlining)]
    public readonly ConvolutionProduct<T> At(int product, int part)
    {
        var one = this;
        one._map.FirstChannel = product * _map.Group.Number;
        one._firstFilter = product * Columns;
        one._start = (part * Size) + one._firstFilter;
        return one;
    }

    [MethodImpl(AggressiveInlining)]
    public readonly T A(int row, int inner)
    {
        var place = _map.Source(row, inner);
        return place < 0 ? T.Zero : Images[place];
    }

    [MethodImpl(AggressiveInlining)]
    public readonly T B(int inner, int column) => Kernel[(inner * _filters) + _firstFilter + column];

    [MethodImpl(AggressiveInlining)]
    public readonly int Start(int row) => _start + (row * _filters);

    [MethodImpl(AggressiveInlining)]
    public readonly void Store(int place, T value) => Result[place] = value;
}

/// <summary>The adjoint with respect to the kernel: windows, transposed, times the gradient of the results.</summary>
internal struct KernelProduct<T>(Windows windows) : IProduct<KernelProduct<T>, T> where T : unmanaged, IReal<T>
{
    public ArrayView<T> Images, Gradient;

    private readonly int _filters = windows.Filters;
    private WindowMap _map = WindowMaps.Of(windows);
    private int _firstFilter = 0, _start = 0;

    public int Count { get; } = windows.Groups;

    public int Rows { get; } = windows.Taps * (windows.Channels / windows.Groups);

    public int Columns { get; } = windows.Filters / windows.Groups;

    public int Inner { get; } = windows.OutputShape.Size / windows.Filters;

    public ArrayView<T> Result { get; set; }

    public readonly int Size => Rows * _filters;

    public readonly bool RunsInnerA => false;

    public readonly bool RunsInnerB => false;

    public readonly bool Interleaved => true;

    [MethodImpl(AggressiveInlining)]
    public readonly KernelProduct<T> At(int product, int part)
    {
        var one = this;
        one._map.FirstChannel = product * _map.Group.Number;
        one._firstFilter = product * Columns;
        one._start = (part * Size) + one._firstFilter;
        return one;
    }

    [MethodImpl(AggressiveInlining)]
    public readonly T A(int row, int inner)
    {
        var place = _map.Source(inner, row);
        return place < 0 ? T.Zero : Images[place];
    }

    [MethodImpl(AggressiveInlining)]
    public readonly T B(int inner, int column) => Gradient[(inner * _filters) + _firstFilter + column];

    [MethodImpl(AggressiveInlining)]
    public readonly int Start(int row) => _start + (row * _filters);

    [MethodImpl(AggressiveInlining)]
    public readonly void Store(int place, T value) => Result[place] = value;
}

/// <summary>
/// The adjoint with respect to the images: the gradients that windows bring to each element, times the kernel. A product for each group and each remainder of a place by the strides,
/// since the same taps reach all places of one remainder.
/// </summary>
internal struct InputProduct<T>(Windows windows) : IProduct<InputProduct<T>, T> where T : unmanaged, IReal<T>
{
    public ArrayView<T> Gradient, Kernel;

    private readonly WindowAxis _depth = windows.Depth, _height = windows.Height, _width = windows.Width;
    private readonly int _depthApart = WindowMaps.TapsApart(windows.Depth), _heightApart = WindowMaps.TapsApart(windows.Height), _widthApart = WindowMaps.TapsApart(windows.Width);
    private readonly int _groups = windows.Groups, _filters = windows.Filters, _channels = windows.Channels;
    private readonly int _heightRemainders = WindowMaps.Remainders(windows.Height), _widthRemainders = WindowMaps.Remainders(windows.Width);
    private WindowMap _map = WindowMaps.Adjoint(windows);
    private int _firstChannel = 0;

    public int Count { get; } = windows.Groups * WindowMaps.Remainders(windows.Depth) * WindowMaps.Remainders(windows.Height) * WindowMaps.Remainders(windows.Width);

    public int Rows { get; } = windows.Batch * WindowMaps.Targets(windows.Depth) * WindowMaps.Targets(windows.Height) * WindowMaps.Targets(windows.Width);

    public int Columns { get; } = windows.Channels / windows.Groups;

    public int Inner { get; } =
        WindowMaps.Taps(windows.Depth) * WindowMaps.Taps(windows.Height) * WindowMaps.Taps(windows.Width) * (windows.Filters / windows.Groups);

    public ArrayView<T> Result { get; set; }

    public int Size { get; } = windows.InputShape.Size;

    public readonly bool RunsInnerA => true;

    public readonly bool RunsInnerB => true;

    public readonly bool Interleaved => true;

    [MethodImpl(AggressiveInlining)]
    public readonly InputProduct<T> At(int product, int part)
    {
        var one = this;
        var group = product % _groups;
        var remainder = product / _groups;
        var height = remainder / _widthRemainders;
        one._map.Width = AxisMap.Adjoint(_width, _widthApart, remainder % _widthRemainders);
        one._map.Height = AxisMap.Adjoint(_height, _heightApart, height % _heightRemainders);
        one._map.Depth = AxisMap.Adjoint(_depth, _depthApart, height / _heightRemainders);
        one._map.FirstChannel = group * _map.Group.Number;
        one._firstChannel = group * Columns;
        return one;
    }

    [MethodImpl(AggressiveInlining)]
    public readonly T A(int row, int inner)
    {
        var place = _map.Source(row, inner);
        return place < 0 ? T.Zero : Gradient[place];
    }

    [MethodImpl(AggressiveInlining)]
    public readonly T B(int inner, int column)
    {
        var element = _map.Element(inner, _height.Window, _width.Window);
        var filter = inner - (_map.Group.Quotient(inner) * _map.Group.Number);
        return element < 0 ? T.Zero : Kernel[(((element * Columns) + column) * _filters) + _map.FirstChannel + filter];
    }

    [MethodImpl(AggressiveInlining)]
    public readonly int Start(int row)
    {
        var pixel = _map.Pixel(row);
        return pixel < 0 ? -1 : (pixel * _channels) + _firstChannel;
    }

    [MethodImpl(AggressiveInlining)]
    public readonly void Store(int place, T value) => Result[place] = value;
}

/// <summary>How <see cref="Windows"/> become maps.</summary>
internal static class WindowMaps
{
    public static WindowMap Of(Windows windows) => new()
    {
        Depth = AxisMap.Of(windows.Depth),
        Height = AxisMap.Of(windows.Height),
        Width = AxisMap.Of(windows.Width),
        Depths = new(windows.Depth.Output),
        Heights = new(windows.Height.Output),
        Widths = new(windows.Width.Output),
        HeightTaps = new(windows.Height.Window),
        WidthTaps = new(windows.Width.Window),
        Group = new(windows.Channels / windows.Groups),
        Channels = windows.Channels,
    };

    /// <summary>But for the axes, which depend on the remainder.</summary>
    public static WindowMap Adjoint(Windows windows) => new()
    {
        Depths = new(Targets(windows.Depth)),
        Heights = new(Targets(windows.Height)),
        Widths = new(Targets(windows.Width)),
        HeightTaps = new(Taps(windows.Height)),
        WidthTaps = new(Taps(windows.Width)),
        Group = new(windows.Filters / windows.Groups),
        Channels = windows.Filters,
    };

    /// <summary>Remainders there are by the stride.</summary>
    public static int Remainders(WindowAxis axis) => Math.Min(axis.Stride, axis.Input);

    /// <summary>The most places of one remainder.</summary>
    public static int Targets(WindowAxis axis) => (axis.Input + axis.Stride - 1) / axis.Stride;

    /// <summary>The distance of taps that reach places of one remainder: so many dilations are whole strides.</summary>
    public static int TapsApart(WindowAxis axis) => axis.Stride / (int)System.Numerics.BigInteger.GreatestCommonDivisor(axis.Stride, axis.Dilation);

    /// <summary>The most taps that reach places of one remainder.</summary>
    public static int Taps(WindowAxis axis) => (axis.Window + TapsApart(axis) - 1) / TapsApart(axis);
}
