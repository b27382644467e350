using System.Collections;
using System.Runtime.CompilerServices;

namespace Autograd;

/// <summary>
/// The axes an operation works along: one (<c>axis: 1</c>), several (<c>axis: [0, 2]</c>), or, left out, all of them.
/// Negative axes count from the end.
/// Immutable; threads may share it.
/// </summary>
[CollectionBuilder(typeof(Axes), nameof(Of))]
public readonly struct Axes : IEnumerable<int>
{
    private readonly int[]? _several;
    private readonly int _one;
    private readonly bool _isOne;

    private Axes(int[] several) => _several = several;

    private Axes(int one)
    {
        _one = one;
        _isOne = true;
    }

    /// <summary>All axes of the tensor.</summary>
    public static Axes All => default;

    /// <summary>The given axes.</summary>
    public static Axes Of(params ReadOnlySpan<int> axes) => new(axes.ToArray());

    /// <summary>One axis.</summary>
    public static implicit operator Axes(int axis) => new(axis);

    /// <summary>The given axes.</summary>
    public static implicit operator Axes(int[] axes)
    {
        ArgumentNullException.ThrowIfNull(axes);
        return new Axes([.. axes]);
    }

    /// <summary>Whether every axis is meant.</summary>
    public bool IsAll => !_isOne && _several is null;

    internal int Single(string operation) => _isOne ? _one : _several is [var axis] ? axis
        : throw new ShapeException($"{operation}: exactly one axis is needed here.");

    /// <summary>The axes as given; empty when all are meant.</summary>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)(_isOne ? [_one] : _several ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The axes of a shape that are meant, checked.</summary>
    internal AxisSet Of(Shape shape, string operation)
    {
        if (IsAll)
        {
            return AxisSet.All(shape.Rank);
        }
        if (_isOne)
        {
            return default(AxisSet).With(shape.Axis(_one, operation));
        }
        var chosen = default(AxisSet);
        foreach (var given in _several!)
        {
            var axis = shape.Axis(given, operation);
            if (chosen.Contains(axis))
            {
                throw new ShapeException($"{operation}: axis {given} appears twice (shape {shape}).");
            }
            chosen = chosen.With(axis);
        }
        return chosen;
    }

    /// <summary>The axes as they are written.</summary>
    public override string ToString() => IsAll ? "all" : _isOne ? $"{_one}" : Shape.Format(_several);
}

/// <summary>Some of the axes of a shape, counted from the front: one bit each, since there are at most 32.</summary>
internal readonly record struct AxisSet(uint Bits)
{
    public static AxisSet All(int rank) => new(rank == 32 ? uint.MaxValue : (1u << rank) - 1);

    public int Count => System.Numerics.BitOperations.PopCount(Bits);

    public bool Contains(int axis) => ((Bits >> axis) & 1) != 0;

    public AxisSet With(int axis) => new(Bits | (1u << axis));

    public Axes ToAxes()
    {
        var bits = Bits;
        return Axes.Of([.. Enumerable.Range(0, 32).Where(axis => ((bits >> axis) & 1) != 0)]);
    }

    public override string ToString() => $"axis: {ToAxes()}";
}
