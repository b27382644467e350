using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Autograd;

/// <summary>
/// Prints a tensor as NumPy does: nested brackets, columns aligned to the right, then shape and type, always in the invariant culture.
/// <code>
/// [[1.0, 2.5, -3.0],
///  [0.0, 0.5, 10.0]]  shape [2,3] Float32
/// </code>
/// </summary>
/// <remarks>
/// One notation for all numbers of a tensor, decided by those that are shown: as many decimals as the one that needs most, at least one and at most four,
/// and always four where a number was rounded, so that 1.00001 does not look like 1.0; rows are broken at about 100 characters;
/// with exponents when the largest magnitude is 1e8 or more or the smallest that is not 0 is below 1e-4. A scalar shows all the digits its type has.
/// A tensor of more than 1000 elements is cut to three entries at each end of an axis, and should it have so many axes that more than
/// 10000 remain, to the first entry of the leading ones.
/// </remarks>
internal static class TensorFormatter
{
    private const int MostUncut = 1000;
    private const int MostShown = 10_000;
    private const int EdgeItems = 3;
    private const int MostDecimals = 4;
    private const int LineLength = 100;

    public static string Format(Tensor x)
    {
        try
        {
            x = x.OnCpu();
            return x.Rank == 0
                ? $"{Alone(x)} ({x.DType} scalar)"
                : x.Size == 0 ? $"[]  shape {x.Shape} {x.DType}" : $"{Nested(x)}  shape {x.Shape} {x.DType}";
        }
        catch (Exception error) when (error is AutogradException or ObjectDisposedException)
        {
            // A debugger calls this at any moment; what cannot be read still has a shape.
            return $"unreadable tensor, shape {x.Shape}, {x.DType}: {error.Message}";
        }
    }

    /// <summary>The numbers alone, each in a format.</summary>
    public static string Format(Tensor x, string format, IFormatProvider provider)
    {
        x = x.OnCpu();
        return x.Rank == 0 ? Write(0) : x.Size == 0 ? "[]" : Nested(x, Write);

        string Write(int position) => x.DType switch
        {
            DType.Float32 => At<float>(x, position).ToString(format, provider),
            DType.Float64 => At<double>(x, position).ToString(format, provider),
            DType.Int32 => At<int>(x, position).ToString(format, provider),
            DType.Int64 => At<long>(x, position).ToString(format, provider),
            _ => Whole(x, position),
        };
    }

    private static string Alone(Tensor x)
    {
        if (!x.DType.IsFloating())
        {
            return Whole(x, 0);
        }
        var value = Float(x, 0);
        if (Named(value) is { } name)
        {
            return name;
        }
        var digits = x.DType == DType.Float32 ? ((float)value).ToString("R", CultureInfo.InvariantCulture) : value.ToString("R", CultureInfo.InvariantCulture);
        return digits.Contains('E', StringComparison.Ordinal) ? digits.Replace('E', 'e') : digits.Contains('.', StringComparison.Ordinal) ? digits : digits + ".0";
    }

    private static string Nested(Tensor x, Func<int, string>? write = null)
    {
        var edges = Edges(x);
        var positions = Positions(x, edges);
        string[] numbers = write is not null ? [.. positions.Select(write)] : x.DType.IsFloating() ? Floats(x, positions) : [.. positions.Select(position => Whole(x, position))];
        var width = numbers.Max(number => number.Length);
        var perLine = Math.Max((LineLength - x.Rank) / (width + 2), 1);
        var text = new StringBuilder();
        var next = 0;
        Write(0);
        return text.ToString();

        // One level for each axis, at most 32.
        void Write(int axis)
        {
            if (axis == x.Rank)
            {
                text.Append(numbers[next++].PadLeft(width));
                return;
            }
            var (first, last) = edges[axis];
            // As NumPy: a line for each row, a blank line between matrices.
            var separator = axis == x.Rank - 1 ? ", " : (axis == x.Rank - 2 ? ",\n" : ",\n\n") + new string(' ', axis + 1);
            text.Append('[');
            for (var i = 0; i < first + last; i++)
            {
                if (i > 0 && axis == x.Rank - 1 && i % perLine == 0)
                {
                    text.Append(",\n").Append(' ', x.Rank).Append(i == first ? "... , " : "");
                    Write(axis + 1);
                    continue;
                }
                text.Append(i > 0 ? separator : "").Append(i == first ? "..." + separator : "");
                Write(axis + 1);
            }
            text.Append(last == 0 && first < x.Shape[axis] ? separator + "..." : "").Append(']');
        }
    }

    /// <summary>How many entries of each axis are shown from its start and from its end; all from the start where it is not cut.</summary>
    private static (int First, int Last)[] Edges(Tensor x)
    {
        var edges = new (int First, int Last)[x.Rank];
        long shown = 1;
        for (var axis = 0; axis < edges.Length; axis++)
        {
            var extent = x.Shape[axis];
            edges[axis] = x.Size > MostUncut && extent > 2 * EdgeItems ? (EdgeItems, EdgeItems) : (extent, 0);
            shown *= edges[axis].First + edges[axis].Last;
        }
        for (var axis = 0; shown > MostShown; axis++)
        {
            shown /= edges[axis].First + edges[axis].Last;
            edges[axis] = (1, 0);
        }
        return edges;
    }

    /// <summary>The places in memory of the elements to show, relative to the first and in row-major order; the others are never read.</summary>
    private static List<int> Positions(Tensor x, (int First, int Last)[] edges)
    {
        var strides = x.Strides;
        List<int> positions = [0];
        for (var axis = 0; axis < edges.Length; axis++)
        {
            var (first, last) = edges[axis];
            var longer = new List<int>(positions.Count * (first + last));
            foreach (var position in positions)
            {
                for (var i = 0; i < first + last; i++)
                {
                    longer.Add(position + ((i < first ? i : x.Shape[axis] - last + i - first) * strides[axis]));
                }
            }
            positions = longer;
        }
        return positions;
    }

    private static string[] Floats(Tensor x, List<int> positions)
    {
        var values = positions.ConvertAll(position => Float(x, position));
        double largest = 0, smallest = double.PositiveInfinity;
        foreach (var value in values.Where(value => value != 0 && double.IsFinite(value)))
        {
            largest = Math.Max(largest, Math.Abs(value));
            smallest = Math.Min(smallest, Math.Abs(value));
        }
        var exponents = largest >= 1e8 || smallest < 1e-4;
        var decimals = values.Max(value => !double.IsFinite(value) ? 1 : IsRounded(value, Write(value, MostDecimals)) ? MostDecimals : Decimals(Write(value, MostDecimals)));
        return [.. values.Select(value => Named(value) ?? Write(value, decimals))];

        // The shortest text of a single-precision number decides, not the double behind it.
        bool IsRounded(double value, string text) => x.DType == DType.Float32
            ? float.Parse(text, CultureInfo.InvariantCulture) != (float)value
            : double.Parse(text, CultureInfo.InvariantCulture) != value;

        string Write(double value, int decimals) =>
            value.ToString(exponents ? $"0.{new string('0', decimals)}e+00" : $"F{decimals}", CultureInfo.InvariantCulture);
    }

    /// <summary>The decimals of a number that are no trailing zeros, at least one.</summary>
    private static int Decimals(string number)
    {
        var fraction = number.AsSpan()[(number.IndexOf('.') + 1)..];
        var exponent = fraction.IndexOf('e');
        return Math.Max((exponent < 0 ? fraction : fraction[..exponent]).TrimEnd('0').Length, 1);
    }

    private static string? Named(double value) => value switch
    {
        double.PositiveInfinity => "inf",
        double.NegativeInfinity => "-inf",
        double.NaN => "nan",
        _ => null,
    };

    private static double Float(Tensor x, int position) => x.DType == DType.Float32 ? At<float>(x, position) : At<double>(x, position);

    private static string Whole(Tensor x, int position) => x.DType switch
    {
        DType.Bool => At<bool>(x, position) ? "true" : "false",
        DType.Int32 => At<int>(x, position).ToString(CultureInfo.InvariantCulture),
        _ => At<long>(x, position).ToString(CultureInfo.InvariantCulture),
    };

    private static T At<T>(Tensor x, int position) where T : unmanaged => Unsafe.Add(ref x.First<T>(), position);
}
