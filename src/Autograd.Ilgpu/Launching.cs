using ILGPU;
using ILGPU.Runtime;

namespace Autograd.Backends.Ilgpu;

/// <summary>A kernel, compiled for each device that it has run on. <typeparamref name="TLauncher"/> is the delegate ILGPU makes of it.</summary>
internal sealed class Kernel<TLauncher>(Func<Accelerator, TLauncher> load) where TLauncher : class
{
    private TLauncher?[] _loaded = [];

    public TLauncher On(IlgpuBackend backend)
    {
        var loaded = _loaded;
        return backend.Number < loaded.Length && loaded[backend.Number] is { } launcher ? launcher : Load(backend);
    }

    private TLauncher Load(IlgpuBackend backend)
    {
        lock (this)
        {
            if (backend.Number < _loaded.Length && _loaded[backend.Number] is { } other)
            {
                return other; // made while this thread waited
            }
            var launcher = backend.Compile(load);
            if (backend.Number >= _loaded.Length)
            {
                Array.Resize(ref _loaded, backend.Number + 1);
            }
            return _loaded[backend.Number] = launcher;
        }
    }
}

/// <summary>The extents a kernel walks, after merging; up to three inner ones, the outermost follows from the number of elements.</summary>
internal struct Extents
{
    public int B, C, D;
}

/// <summary>Where an operand starts in its memory, and how far its neighbours lie apart along the merged axes, in elements; backwards where it is flipped.</summary>
internal struct Strides
{
    public int Start, A, B, C, D;

    /// <summary>The place of element i of the result.</summary>
    public readonly int Place(int i, Extents extents)
    {
        var d = i % extents.D;
        i /= extents.D;
        var c = i % extents.C;
        i /= extents.C;
        var b = i % extents.B;
        return Start + (i / extents.B * A) + (b * B) + (c * C) + (d * D);
    }
}

/// <summary>
/// How up to five operands lie over one shape, axes merged that lie one behind the other for all of them. What is left beyond four axes is walked by the host, one launch each:
/// that many axes of such layouts are rare.
/// </summary>
internal ref struct Walk
{
    public const int Operands = 5;
    private const int Inner = 4;

    private readonly int _count;
    private readonly int[] _extent = new int[Shape.MaxRank];
    private readonly int[] _stride = new int[Shape.MaxRank * Operands];
    private readonly int _rank;

    /// <summary>Elements per launch.</summary>
    public readonly int Length { get; } = 1;

    /// <summary>Launches.</summary>
    public readonly int Launches { get; } = 1;

    public Walk(Shape shape, params ReadOnlySpan<Tensor> operands)
    {
        _count = operands.Length;
        Span<int> current = stackalloc int[Operands];
        for (var axis = 0; axis < shape.Rank; axis++)
        {
            var length = shape[axis];
            if (length == 1)
            {
                continue;
            }
            var merges = _rank > 0;
            for (var k = 0; k < _count; k++)
            {
                current[k] = StrideOf(operands[k], axis - shape.Rank);
                merges = merges && _stride[((_rank - 1) * Operands) + k] == current[k] * length;
            }
            var slot = merges ? _rank - 1 : _rank++;
            _extent[slot] = merges ? _extent[slot] * length : length;
            for (var k = 0; k < _count; k++)
            {
                _stride[(slot * Operands) + k] = current[k];
            }
        }
        for (var axis = 0; axis < _rank; axis++)
        {
            if (axis < _rank - Inner)
            {
                Launches *= _extent[axis];
            }
            else
            {
                Length *= _extent[axis];
            }
        }
    }

    /// <summary>Whether each operand is one long row, not read backwards, or one element.</summary>
    public readonly bool IsFlat => _rank == 0 || (_rank == 1 && _stride.AsSpan(0, _count).IndexOfAnyInRange(int.MinValue, -1) < 0);

    /// <summary>The distance of neighbours where <see cref="IsFlat"/>.</summary>
    public readonly int FlatStride(int operand) => _rank == 0 ? 0 : _stride[operand];

    public readonly Extents Extents => new() { B = Extent(3), C = Extent(2), D = Extent(1) };

    /// <summary>How a launch reads an operand that lies so in all of its memory.</summary>
    public readonly Strides Strides(Tensor tensor, int operand, int launch) =>
        new() { Start = tensor.Offset + Start(operand, launch), A = Stride(operand, 4), B = Stride(operand, 3), C = Stride(operand, 2), D = Stride(operand, 1) };

    private readonly int Start(int operand, int launch)
    {
        var start = 0;
        for (var axis = _rank - Inner - 1; axis >= 0; axis--)
        {
            start += launch % _extent[axis] * _stride[(axis * Operands) + operand];
            launch /= _extent[axis];
        }
        return start;
    }

    private readonly int Extent(int fromEnd) => _rank >= fromEnd ? _extent[_rank - fromEnd] : 1;

    private readonly int Stride(int operand, int fromEnd) => _rank >= fromEnd ? _stride[((_rank - fromEnd) * Operands) + operand] : 0;

    private static int StrideOf(Tensor operand, int axisFromEnd)
    {
        var axis = operand.Rank + axisFromEnd;
        return axis < 0 || operand.Shape[axis] == 1 ? 0 : operand.Strides[axis];
    }
}
