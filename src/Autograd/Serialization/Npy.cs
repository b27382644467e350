using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Autograd.Serialization;

namespace Autograd;

/// <summary>
/// Arrays in NumPy's files: one in a <c>.npy</c>, several in a <c>.npz</c>. The header is read as the literal it is, never run; pickled objects are refused.
/// Threads may call it at the same time.
/// </summary>
public static partial class Npy
{
    private const int LongestHeader = 1 << 16;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Writes one array.</summary>
    /// <exception cref="FileException">The file cannot be written; an old file is as it was.</exception>
    public static void Save(string path, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        AtomicFile.Write(path, stream => Write(stream, tensor));
    }

    /// <summary>Reads one array. Types without a tensor of their own become the next wider one: bytes and 16-bit integers int32, uint32 int64, float16 float32.</summary>
    /// <exception cref="FileException">The file cannot be read, or is not an array of numbers.</exception>
    public static Tensor Load(string path) => AtomicFile.Read(path, stream =>
    {
        var tensor = Read(stream, stream.Length);
        return stream.ReadByte() < 0 ? tensor : throw new FileException("there are bytes after the array.");
    });

    internal static void Write(Stream stream, Tensor tensor)
    {
        var type = tensor.DType switch
        {
            DType.Float32 => "<f4",
            DType.Float64 => "<f8",
            DType.Int32 => "<i4",
            DType.Int64 => "<i8",
            _ => "|b1",
        };
        var extents = string.Concat(tensor.Shape.Select(extent => extent.ToString(CultureInfo.InvariantCulture) + ", "));
        var shape = tensor.Rank == 1 ? extents.TrimEnd(' ') : extents.TrimEnd(' ', ',');
        var header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({shape}), }}";
        var padding = 64 - ((Magic.Length + 4 + header.Length + 1) % 64);
        header += new string(' ', padding % 64) + "\n";
        stream.Write(Magic);
        stream.Write([1, 0, (byte)header.Length, (byte)(header.Length >> 8)]);
        stream.Write(Encoding.ASCII.GetBytes(header));
        TensorBytes.Write(tensor, stream);
    }

    /// <param name="stream">Where the array begins.</param>
    /// <param name="length">The most bytes there can be, so that a header cannot ask for more memory than the file could fill.</param>
    internal static Tensor Read(Stream stream, long length)
    {
        Span<byte> start = stackalloc byte[8];
        if (stream.ReadAtLeast(start, 8, throwOnEndOfStream: false) < 8 || !start[..6].SequenceEqual(Magic))
        {
            throw new FileException("this is no npy file: it does not begin with \\x93NUMPY.");
        }
        var (major, minor) = (start[6], start[7]);
        if (major is < 1 or > 3 || minor != 0)
        {
            throw new FileException($"npy version {major}.{minor}; those known here are 1.0, 2.0 and 3.0.");
        }
        var headerLength = 0u;
        if (major == 1)
        {
            Span<byte> two = stackalloc byte[2];
            stream.ReadExactly(two);
            headerLength = BinaryPrimitives.ReadUInt16LittleEndian(two);
        }
        else
        {
            Span<byte> four = stackalloc byte[4];
            stream.ReadExactly(four);
            headerLength = BinaryPrimitives.ReadUInt32LittleEndian(four);
        }
        if (headerLength > LongestHeader || headerLength > length)
        {
            throw new FileException($"the npy header claims {headerLength} bytes; the most is {LongestHeader}.");
        }
        var text = new byte[headerLength];
        stream.ReadExactly(text);
        var (type, isFortran, shape) = Parse(Encoding.UTF8.GetString(text));
        return Read(stream, length, type, isFortran, shape);
    }

    private const string Pair = @"'(descr|fortran_order|shape)'\s*:\s*('[^'\\]{0,64}'|True|False|\([\d\sL,]*\))\s*";

    // The one literal NumPy writes, three pairs in any order; anything else, code above all, does not match.
    [GeneratedRegex(@"^\{\s*" + Pair + @",\s*" + Pair + @",\s*" + Pair + @",?\s*\}\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Header();

    [GeneratedRegex(@"^(?<order>[<>|=])(?<kind>[a-zA-Z])(?<size>\d{1,3})$", RegexOptions.CultureInvariant)]
    private static partial Regex Description();

    private static (string Type, bool IsFortran, Shape Shape) Parse(string header)
    {
        var groups = Header().Match(header).Groups;
        var fields = new Dictionary<string, string>();
        for (var i = 1; i < groups.Count && groups[i].Success; i += 2)
        {
            if (!fields.TryAdd(groups[i].Value, groups[i + 1].Value))
            {
                throw new FileException($"the npy header has '{groups[i].Value}' twice.");
            }
        }
        if (fields.Count != 3 || fields["descr"] is not ['\'', ..] || fields["fortran_order"] is not ("True" or "False") || fields["shape"] is not ['(', ..])
        {
            throw new FileException($"the npy header is not what NumPy writes for an array of numbers: {header.Trim()[..Math.Min(header.Trim().Length, 100)]}");
        }
        var extents = fields["shape"].Trim('(', ')').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        try
        {
            var shape = Shape.Of([.. extents.Select(extent => int.Parse(extent.TrimEnd('L'), NumberStyles.None, CultureInfo.InvariantCulture))]);
            return (fields["descr"].Trim('\''), fields["fortran_order"] == "True", shape);
        }
        catch (Exception error) when (error is ShapeException or OverflowException or System.FormatException)
        {
            throw new FileException($"the npy shape {fields["shape"]}: {error.Message}", error);
        }
    }

    private static Tensor Read(Stream stream, long length, string type, bool isFortran, Shape shape)
    {
        var match = Description().Match(type);
        var kind = match.Groups["kind"].Value + match.Groups["size"].Value;
        var size = kind switch
        {
            "b1" or "i1" or "u1" => 1,
            "i2" or "u2" or "f2" => 2,
            "i4" or "u4" or "f4" => 4,
            "i8" or "f8" => 8,
            _ => throw new FileException(
                $"an npy array of type '{type}'{(type.Contains('O', StringComparison.Ordinal) ? ", pickled objects, which could run code," : "")} cannot become a tensor; floats, integers and booleans can."),
        };
        var bytesNeeded = (long)shape.Size * size;
        if (bytesNeeded > length)
        {
            throw new FileException($"the npy shape {shape} of {type} takes {bytesNeeded} bytes, and there are {length} at most.");
        }
        var order = match.Groups["order"].Value;
        var isBigEndian = order == ">";
        Tensor tensor;
        if (!isBigEndian && kind is "f4" or "f8" or "i4" or "i8" or "b1")
        {
            tensor = TensorBytes.Read(
                kind switch { "f4" => DType.Float32, "f8" => DType.Float64, "i4" => DType.Int32, "i8" => DType.Int64, _ => DType.Bool }, shape, stream);
        }
        else
        {
            var bytes = new byte[bytesNeeded];
            stream.ReadExactly(bytes);
            if (isBigEndian && size > 1)
            {
                for (var i = 0; i < bytes.Length; i += size)
                {
                    bytes.AsSpan(i, size).Reverse();
                }
            }
            tensor = Widen(bytes, kind, shape);
        }
        return isFortran && shape.Rank > 1 ? FromFortran(tensor, shape) : tensor;
    }

    private static Tensor Widen(byte[] bytes, string kind, Shape shape)
    {
        ReadOnlySpan<byte> At(int i, int size) => bytes.AsSpan(i * size, size);
        T[] Each<T>(Func<int, T> read)
        {
            var values = new T[shape.Size];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = read(i);
            }
            return values;
        }
        return kind switch
        {
            "b1" => Tensor.From(Each(i => bytes[i] != 0), shape),
            "u1" => Tensor.From(Each(i => (int)bytes[i]), shape),
            "i1" => Tensor.From(Each(i => (int)(sbyte)bytes[i]), shape),
            "u2" => Tensor.From(Each(i => (int)BinaryPrimitives.ReadUInt16LittleEndian(At(i, 2))), shape),
            "i2" => Tensor.From(Each(i => (int)BinaryPrimitives.ReadInt16LittleEndian(At(i, 2))), shape),
            "u4" => Tensor.From(Each(i => (long)BinaryPrimitives.ReadUInt32LittleEndian(At(i, 4))), shape),
            "i4" => Tensor.From(Each(i => BinaryPrimitives.ReadInt32LittleEndian(At(i, 4))), shape),
            "i8" => Tensor.From(Each(i => BinaryPrimitives.ReadInt64LittleEndian(At(i, 8))), shape),
            "f2" => Tensor.From(Each(i => (float)BinaryPrimitives.ReadHalfLittleEndian(At(i, 2))), shape),
            "f4" => Tensor.From(Each(i => BinaryPrimitives.ReadSingleLittleEndian(At(i, 4))), shape),
            _ => Tensor.From(Each(i => BinaryPrimitives.ReadDoubleLittleEndian(At(i, 8))), shape),
        };
    }

    // Column-major values are the row-major ones of the transposed array.
    private static Tensor FromFortran(Tensor tensor, Shape shape)
    {
        int[] reversed = [.. shape.Reverse()];
        int[] axes = [.. Enumerable.Range(0, shape.Rank).Reverse()];
        return Variable.Clone(tensor.Reshape(Shape.Of(reversed)).Permute(axes));
    }
}
