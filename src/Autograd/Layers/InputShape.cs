using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Autograd;

/// <summary>The shape of one example, without the batch axis, as <see cref="Input"/> takes it: <c>[28, 28, 1]</c>. Where the length may differ from batch to batch stands -1: <c>[-1, 8]</c>.
/// Immutable; threads may share it.</summary>
[CollectionBuilder(typeof(InputShape), nameof(Of))]
public sealed class InputShape : IReadOnlyList<int>, IEquatable<InputShape>
{
    /// <summary>Stands for any length.</summary>
    public const int Any = -1;

    // Layers get shapes by being tried. Long enough for windows and some poolings, which halve it.
    private const int TriedLength = 32;

    /// <summary>
    /// Other lengths, by which is seen what depends on those that vary. A longer one first; shorter ones for layers that have a longest input, an odd one for those that cannot halve.
    /// </summary>
    internal static readonly int[] OtherLengths = [2 * TriedLength, TriedLength / 2, TriedLength - 1];

    private readonly int[] _extents;

    private InputShape(int[] extents) => _extents = extents;

    /// <summary>The number of axes.</summary>
    public int Rank => _extents.Length;

    /// <summary>The length of an axis; -1 for any.</summary>
    public int this[int axis] => _extents[axis];

    int IReadOnlyCollection<int>.Count => Rank;

    /// <summary>Whether some axis may have any length.</summary>
    public bool Varies => Array.IndexOf(_extents, Any) >= 0;

    /// <summary>A shape of the given lengths.</summary>
    /// <exception cref="ShapeException">A length is below -1, there are too many, or an example would be larger than an array.</exception>
    public static InputShape Of(params ReadOnlySpan<int> extents)
    {
        var shape = new InputShape(extents.ToArray());
        _ = Array.Exists(shape._extents, extent => extent < Any) ? Shape.Of(extents) : shape.Example(1);
        return shape;
    }

    /// <summary>A shape all of whose lengths are given.</summary>
    [return: NotNullIfNotNull(nameof(shape))]
    public static implicit operator InputShape?(Shape? shape) => shape is null ? null : Of(shape.Dimensions);

    /// <summary>A shape of one axis.</summary>
    public static implicit operator InputShape(int extent) => Of(extent);

    /// <summary>A shape of the given lengths.</summary>
    public static implicit operator InputShape(int[] extents)
    {
        ArgumentNullException.ThrowIfNull(extents);
        return Of(extents);
    }

    /// <summary>What results have in common that come of inputs of different lengths.</summary>
    internal static InputShape Common(Shape result, Shape other) =>
        new([.. result.Skip(1).Select((extent, axis) => other.Rank == result.Rank && other[axis + 1] != extent ? Any : extent)]);

    /// <summary>A batch of one example to try layers on.</summary>
    internal Shape Tried => Example(TriedLength);

    /// <summary>Says which layer it is that a length must be known for.</summary>
    internal static ShapeException Needed(Layer layer, AutogradException error) => new(
        $"{layer.Describe()} must know the length of an axis that the input shape leaves open (-1): tried on {TriedLength} there, it takes no {OtherLengths[0]}. Give the input shape that length, or end the axis "
        + $"before this layer, e.g. by GlobalAveragePooling1D or a recurrent layer. In detail: {error.Message}", error);

    /// <summary>A batch of one example, of a given length where any is possible.</summary>
    internal Shape Example(int length) => Shape.Of([1, .. _extents.Select(extent => extent == Any ? length : extent)]);

    /// <summary>Refuses a batch of other examples.</summary>
    internal void Require(Tensor x, string name)
    {
        var fits = x.Rank == Rank + 1;
        for (var axis = 0; fits && axis < Rank; axis++)
        {
            fits = _extents[axis] == Any || _extents[axis] == x.Shape[axis + 1];
        }
        if (!fits)
        {
            var advice = x.Rank == Rank ? " One example becomes a batch by ExpandDims(0)." : x.Rank == Rank + 1 ? " An axis of any length is given as -1." : "";
            throw new ShapeException($"input '{name}' has shape {x.Shape}; the model takes [{string.Join(",", _extents.Select(Shown).Prepend("batch"))}].{advice}");
        }
    }

    private static string Shown(int extent) => extent == Any ? "any" : extent.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Whether both have the same lengths.</summary>
    public bool Equals(InputShape? other) => other is not null && _extents.AsSpan().SequenceEqual(other._extents);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as InputShape);

    /// <inheritdoc/>
    public override int GetHashCode() => _extents.Aggregate(Rank, HashCode.Combine);

    /// <summary>The lengths in order.</summary>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)_extents).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The shape as it is written: <c>[-1,8]</c>.</summary>
    public override string ToString() => Shape.Format(_extents);
}
