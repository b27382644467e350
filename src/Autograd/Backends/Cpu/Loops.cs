using System.Runtime.CompilerServices;

namespace Autograd.Backends.Cpu;

/// <summary>
/// Walks up to five strided operands over one shape. Axes that lie in memory one behind the other for all operands are merged first, so that most work
/// is one or two long loops: a kernel gets <see cref="Rows"/> rows of <see cref="Length"/> elements at a time.
/// </summary>
internal unsafe struct Loops
{
    public const int Operands = 5;

    // Of the merged axes that are left after the inner two.
    private int _outer;
    private fixed int _extent[Shape.MaxRank];
    private fixed int _index[Shape.MaxRank];
    private fixed int _stride[Shape.MaxRank * Operands];

    private fixed int _offset[Operands];
    private fixed int _rowStride[Operands];
    private fixed int _elementStride[Operands];

    /// <summary>Rows per step.</summary>
    public int Rows;

    /// <summary>Elements per row.</summary>
    public int Length;

    public readonly int Offset(int operand) => _offset[operand];

    public readonly int RowStride(int operand) => _rowStride[operand];

    public readonly int ElementStride(int operand) => _elementStride[operand];

    /// <summary>Prepares the walk over <paramref name="shape"/>; each operand broadcasts to it.</summary>
    [SkipLocalsInit]
    public static void Prepare(out Loops loops, Shape shape, params ReadOnlySpan<Tensor> operands)
    {
        Unsafe.SkipInit(out loops);
        var count = operands.Length;
        Span<int> extent = stackalloc int[Shape.MaxRank];
        Span<int> stride = stackalloc int[Shape.MaxRank * Operands];
        Span<int> current = stackalloc int[Operands];
        var rank = 0;
        for (var axis = 0; axis < shape.Rank; axis++)
        {
            var length = shape[axis];
            if (length == 1)
            {
                continue;
            }
            var merges = rank > 0;
            for (var k = 0; k < count; k++)
            {
                current[k] = StrideOf(operands[k], axis - shape.Rank);
                merges = merges && stride[((rank - 1) * Operands) + k] == current[k] * length;
            }
            var slot = merges ? rank - 1 : rank++;
            extent[slot] = merges ? extent[slot] * length : length;
            for (var k = 0; k < count; k++)
            {
                stride[(slot * Operands) + k] = current[k];
            }
        }
        loops.Length = rank > 0 ? extent[rank - 1] : 1;
        loops.Rows = rank > 1 ? extent[rank - 2] : 1;
        for (var k = 0; k < count; k++)
        {
            loops._offset[k] = 0;
            loops._elementStride[k] = rank > 0 ? stride[((rank - 1) * Operands) + k] : 0;
            loops._rowStride[k] = rank > 1 ? stride[((rank - 2) * Operands) + k] : 0;
        }
        loops._outer = Math.Max(rank - 2, 0);
        for (var axis = 0; axis < loops._outer; axis++)
        {
            loops._extent[axis] = extent[axis];
            loops._index[axis] = 0;
            for (var k = 0; k < count; k++)
            {
                loops._stride[(axis * Operands) + k] = stride[(axis * Operands) + k];
            }
        }
        for (var k = count; k < Operands; k++)
        {
            loops._offset[k] = 0;
            loops._rowStride[k] = loops._elementStride[k] = 0;
            for (var axis = 0; axis < loops._outer; axis++)
            {
                loops._stride[(axis * Operands) + k] = 0;
            }
        }
    }

    private static int StrideOf(Tensor operand, int axisFromEnd)
    {
        var axis = operand.Rank + axisFromEnd;
        if (axis < 0 || operand.Shape[axis] == 1)
        {
            return 0;
        }
        if (operand.StridesOrNull is { } strides)
        {
            return strides[axis];
        }
        var stride = 1;
        for (var inner = axis + 1; inner < operand.Rank; inner++)
        {
            stride *= operand.Shape[inner];
        }
        return stride;
    }

    /// <summary>Moves on to the next rows; false at the end.</summary>
    public bool Next()
    {
        for (var axis = _outer - 1; axis >= 0; axis--)
        {
            var wraps = ++_index[axis] == _extent[axis];
            var steps = wraps ? 1 - _extent[axis] : 1;
            for (var k = 0; k < Operands; k++)
            {
                _offset[k] += steps * _stride[(axis * Operands) + k];
            }
            if (!wraps)
            {
                return true;
            }
            _index[axis] = 0;
        }
        return false;
    }
}
