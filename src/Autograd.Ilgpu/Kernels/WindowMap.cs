using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd.Backends.Ilgpu;

/// <summary>
/// How the places of one image reach those of another along one axis: source = target Stride + tap Step + Start. A convolution is such a map, from outputs to inputs.
/// Its adjoint is one for each remainder of the inputs by the stride, which only every so many taps reach.
/// </summary>
internal struct AxisMap
{
    public int Stride, Step, Start;

    /// <summary>Of the source; beyond it is padding.</summary>
    public int Extent;

    /// <summary>Taps there are.</summary>
    public int Taps;

    /// <summary>Which element of a window a tap is.</summary>
    public int FirstTap, TapsApart;

    /// <summary>Which place of the target image a target is, and how many places there are.</summary>
    public int FirstTarget, TargetsApart, Places;

    public static AxisMap Of(WindowAxis axis) => new()
    {
        Stride = axis.Stride,
        Step = axis.Dilation,
        Start = -axis.Before,
        Extent = axis.Input,
        Taps = axis.Window,
        TapsApart = 1,
        TargetsApart = 1,
        Places = axis.Output,
    };

    /// <summary>The adjoint's map for the inputs that leave a remainder when divided by the stride.</summary>
    public static AxisMap Adjoint(WindowAxis axis, int tapsApart, int remainder)
    {
        // The first tap that brings these inputs to a whole window; the others follow at equal distances. The loop ends at once for stride 1.
        var first = 0;
        while (first < tapsApart && (remainder + axis.Before - (first * axis.Dilation)) % axis.Stride != 0)
        {
            first++;
        }
        var taps = first < tapsApart ? (axis.Window - first + tapsApart - 1) / tapsApart : 0;
        return new()
        {
            Stride = 1,
            Step = -(tapsApart * axis.Dilation / axis.Stride),
            Start = (remainder + axis.Before - (first * axis.Dilation)) / axis.Stride,
            Extent = axis.Output,
            Taps = taps,
            FirstTap = first,
            TapsApart = tapsApart,
            FirstTarget = remainder,
            TargetsApart = axis.Stride,
            Places = axis.Input,
        };
    }

    /// <summary>The source of a target by a tap, or -1.</summary>
    [MethodImpl(AggressiveInlining)]
    public readonly int Source(int target, int tap)
    {
        var source = (target * Stride) + (tap * Step) + Start;
        return tap < Taps && source >= 0 && source < Extent ? source : -1;
    }

    [MethodImpl(AggressiveInlining)]
    public readonly int Tap(int tap) => FirstTap + (tap * TapsApart);

    /// <summary>The place of a target, or -1 where the image ends before.</summary>
    [MethodImpl(AggressiveInlining)]
    public readonly int Target(int target)
    {
        var place = FirstTarget + (target * TargetsApart);
        return place < Places ? place : -1;
    }
}

/// <summary>
/// A matrix that is nowhere in memory: its rows are the targets of all images of a batch, its columns the taps of a window, each with the channels of a group. An element is that of
/// the source which the target reaches by the tap, or padding.
/// </summary>
internal struct WindowMap
{
    public AxisMap Depth, Height, Width;

    /// <summary>Targets along the axes.</summary>
    public Divisor Depths, Heights, Widths;

    /// <summary>Taps along the inner axes, and channels of a group.</summary>
    public Divisor HeightTaps, WidthTaps, Group;

    /// <summary>Of the source: in all, and the first of the group.</summary>
    public int Channels, FirstChannel;

    /// <summary>The place in the source, or -1 for padding.</summary>
    [MethodImpl(AggressiveInlining)]
    public readonly int Source(int target, int tap)
    {
        var rows = Widths.Quotient(target);
        var slices = Heights.Quotient(rows);
        var image = Depths.Quotient(slices);
        var taps = Group.Quotient(tap);
        var tapRows = WidthTaps.Quotient(taps);
        var tapSlices = HeightTaps.Quotient(tapRows);
        var d = Depth.Source(slices - (image * Depths.Number), tapSlices);
        var h = Height.Source(rows - (slices * Heights.Number), tapRows - (tapSlices * HeightTaps.Number));
        var w = Width.Source(target - (rows * Widths.Number), taps - (tapRows * WidthTaps.Number));
        var place = ((((((image * Depth.Extent) + d) * Height.Extent) + h) * Width.Extent) + w) * Channels;
        return (d | h | w) < 0 ? -1 : place + FirstChannel + tap - (taps * Group.Number);
    }

    /// <summary>Which element of the window a tap is, in the order of the kernel, or -1 if the window has no such element.</summary>
    [MethodImpl(AggressiveInlining)]
    public readonly int Element(int tap, int windowHeight, int windowWidth)
    {
        var taps = Group.Quotient(tap);
        var rows = WidthTaps.Quotient(taps);
        var slices = HeightTaps.Quotient(rows);
        var w = taps - (rows * WidthTaps.Number);
        var h = rows - (slices * HeightTaps.Number);
        return w < Width.Taps && h < Height.Taps && slices < Depth.Taps
            ? (((Depth.Tap(slices) * windowHeight) + Height.Tap(h)) * windowWidth) + Width.Tap(w)
            : -1;
    }

    /// <summary>The pixel of the target image that a target is, or -1 if the image ends before.</summary>
    [MethodImpl(AggressiveInlining)]
    public readonly int Pixel(int target)
    {
        var rows = Widths.Quotient(target);
        var slices = Heights.Quotient(rows);
        var image = Depths.Quotient(slices);
        var d = Depth.Target(slices - (image * Depths.Number));
        var h = Height.Target(rows - (slices * Heights.Number));
        var w = Width.Target(target - (rows * Widths.Number));
        return (d | h | w) < 0 ? -1 : (((((image * Depth.Places) + d) * Height.Places) + h) * Width.Places) + w;
    }
}
