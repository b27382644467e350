namespace Autograd;

/// <summary>An input of a checked function: its values in double precision, and tensors of them (or of values nearby) in the input's own memory layout.</summary>
internal sealed class GradientOperand
{
    private readonly double[] _values = [];
    private readonly int[]? _strides;
    private readonly int _offset;
    private readonly int _length;

    public GradientOperand(Tensor original, string name)
    {
        Original = original;
        Name = name;
        if (!IsChecked)
        {
            return;
        }
        _values = original.OnCpu().Cast(DType.Float64).ToArray<double>();
        if (KeepsLayout(original))
        {
            _strides = original.StridesOrNull;
            (_offset, _length) = Extent(original);
        }
    }

    public Tensor Original { get; }

    public string Name { get; }

    public bool IsChecked => Original.DType.IsFloating();

    public int Size => _values.Length;

    public double Value(int element) => _values[element];

    /// <summary>The index along each axis of an element counted in row-major order.</summary>
    public static int[] Index(Shape shape, int element)
    {
        var index = new int[shape.Rank];
        for (var axis = shape.Rank - 1; axis >= 0; axis--)
        {
            (element, index[axis]) = Math.DivRem(element, shape[axis]);
        }
        return index;
    }

    /// <summary>The values with one of them moved by a step.</summary>
    public double[] Moved(int element, double step)
    {
        double[] moved = [.. _values];
        moved[element] += step;
        if (moved[element] == _values[element] && double.IsFinite(_values[element]))
        {
            throw new ValueException(FormattableString.Invariant(
                $"GradientCheck: {Name} holds {_values[element]} at {Shape.Format(Index(Original.Shape, element))}, which a step of {Math.Abs(step)} does not change; use a larger Epsilon."));
        }
        return moved;
    }

    /// <summary>The values moved along a direction.</summary>
    public double[] Moved(double[] direction, double step)
    {
        double[] moved = [.. _values];
        for (var i = 0; i < moved.Length; i++)
        {
            moved[i] += step * direction[i];
        }
        return moved;
    }

    /// <summary>A fresh tensor of the input's own values; the input itself where it is not checked.</summary>
    public Tensor Copy() => IsChecked ? At(_values) : Original;

    /// <summary>A fresh tensor of the given values (row-major) in the input's layout.</summary>
    public Tensor At(double[] values)
    {
        var shape = Original.Shape;
        if (_strides is null)
        {
            var packed = Tensor.From(values, shape);
            return Original.Device == Device.Cpu ? packed : Original.Backend.Upload(packed);
        }
        var buffer = new double[_length];
        Span<int> index = stackalloc int[shape.Rank];
        var position = _offset;
        foreach (var value in values)
        {
            buffer[position] = value;
            for (var axis = shape.Rank - 1; axis >= 0; axis--)
            {
                position += _strides[axis];
                if (++index[axis] < shape[axis])
                {
                    break;
                }
                position -= index[axis] * _strides[axis];
                index[axis] = 0;
            }
        }
        return new Tensor(buffer, DType.Float64, shape, _strides, _offset);
    }

    /// <summary>Where the first element lies in a memory that just holds the view, and how long that memory is.</summary>
    private static (int Offset, int Length) Extent(Tensor x)
    {
        int offset = 0, last = 0;
        for (var axis = 0; axis < x.Rank; axis++)
        {
            var reach = (x.Shape[axis] - 1) * x.Strides[axis];
            offset += Math.Max(-reach, 0);
            last += Math.Max(reach, 0);
        }
        return (offset, offset + last + 1);
    }

    // A view that repeats elements cannot have one of them moved, and one with wide gaps would cost memory; those are packed.
    private static bool KeepsLayout(Tensor x)
    {
        if (x.StridesOrNull is not { } strides || x.Size == 0 || x.Device != Device.Cpu)
        {
            return false;
        }
        var reach = 0L;
        foreach (var axis in Enumerable.Range(0, x.Rank).Where(axis => x.Shape[axis] > 1).OrderBy(axis => Math.Abs((long)strides[axis])))
        {
            var stride = Math.Abs((long)strides[axis]);
            if (stride <= reach)
            {
                return false;
            }
            reach += stride * (x.Shape[axis] - 1);
        }
        return reach < 64 + (4L * x.Size);
    }
}
