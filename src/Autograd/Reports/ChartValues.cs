using System.Collections;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Autograd.Reports;

/// <summary>
/// Numbers for a chart, copied from what they came in: a tensor on any device, read row by row, an array, a list, a span or a collection expression.
/// Conversions are implicit, so that a chart's <c>Add</c> takes any of them; for other sequences there is <see cref="From{T}"/>.
/// Immutable; threads may share it.
/// </summary>
[CollectionBuilder(typeof(ChartValues), nameof(Create))]
public readonly struct ChartValues : IReadOnlyList<double>
{
    private readonly double[]? _values;

    private ChartValues(double[] values) => _values = values;

    internal double[] Array => _values ?? [];

    /// <summary>How many values there are.</summary>
    public int Count => Array.Length;

    /// <summary>The value at a position.</summary>
    public double this[int index] => Array[index];

    /// <summary>Copies values; what a collection expression calls.</summary>
    public static ChartValues Create(ReadOnlySpan<double> values) => new(values.ToArray());

    /// <summary>Copies a sequence of any number type.</summary>
    public static ChartValues From<T>(IEnumerable<T> values) where T : INumberBase<T>
    {
        ArgumentNullException.ThrowIfNull(values);
        return new([.. values.Select(double.CreateSaturating)]);
    }

    /// <summary>The elements of a tensor, row by row; true counts as 1.</summary>
    public static implicit operator ChartValues(Tensor values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return values.DType switch
        {
            DType.Float32 => From(values.ToArray<float>()),
            DType.Int32 => From(values.ToArray<int>()),
            DType.Int64 => From(values.ToArray<long>()),
            DType.Bool => OfBools(values.ToArray<bool>()),
            _ => new(values.ToArray<double>()),
        };
    }

    /// <summary>Copies an array.</summary>
    public static implicit operator ChartValues(double[] values) => From(values);

    /// <inheritdoc cref="op_Implicit(double[])"/>
    public static implicit operator ChartValues(float[] values) => From(values);

    /// <inheritdoc cref="op_Implicit(double[])"/>
    public static implicit operator ChartValues(int[] values) => From(values);

    /// <inheritdoc cref="op_Implicit(double[])"/>
    public static implicit operator ChartValues(long[] values) => From(values);

    /// <inheritdoc cref="op_Implicit(double[])"/>
    public static implicit operator ChartValues(byte[] values) => From(values);

    /// <summary>Copies an array; true counts as 1.</summary>
    public static implicit operator ChartValues(bool[] values) => OfBools(values);

    /// <inheritdoc cref="op_Implicit(bool[])"/>
    public static implicit operator ChartValues(List<bool> values) => OfBools(values);

    /// <summary>Copies a list.</summary>
    public static implicit operator ChartValues(List<double> values) => From(values);

    /// <inheritdoc cref="op_Implicit(List{double})"/>
    public static implicit operator ChartValues(List<float> values) => From(values);

    /// <inheritdoc cref="op_Implicit(List{double})"/>
    public static implicit operator ChartValues(List<int> values) => From(values);

    /// <inheritdoc cref="op_Implicit(List{double})"/>
    public static implicit operator ChartValues(List<long> values) => From(values);

    /// <summary>Copies a span.</summary>
    public static implicit operator ChartValues(ReadOnlySpan<double> values) => new(values.ToArray());

    /// <inheritdoc cref="op_Implicit(ReadOnlySpan{double})"/>
    public static implicit operator ChartValues(Span<double> values) => new(values.ToArray());

    /// <inheritdoc cref="op_Implicit(ReadOnlySpan{double})"/>
    public static implicit operator ChartValues(ReadOnlySpan<float> values) => From(values.ToArray());

    /// <inheritdoc cref="op_Implicit(ReadOnlySpan{double})"/>
    public static implicit operator ChartValues(Span<float> values) => From(values.ToArray());

    /// <inheritdoc/>
    public IEnumerator<double> GetEnumerator() => ((IEnumerable<double>)Array).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static ChartValues OfBools(IEnumerable<bool> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return From(values.Select(value => value ? 1 : 0));
    }
}
