using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Autograd.Serialization;

namespace Autograd;

/// <summary>
/// Arrays in NumPy's files: one in a <c>.npy</c>, several in a <c>.npz</c>. The header is read as the literal it is, never run; pickled objects are refused.
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
    /// <param name="path">The file.</param>
    /// <param name="limits">What reading it may cost; <see cref="LoadLimits.Default"/> when left out.</param>
    /// <exception cref="FileException">The file cannot be read, is not an array of numbers, or costs more than the limits allow.</exception>
    public static Tensor Load(string path, LoadLimits? limits = null) => AtomicFile.Read(path, limits, (stream, cost) =>
    {
        var tensor = Read(stream, stream.Length, cost);
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
    /// <param name="cost">What the array is taken out of.</param>
    internal static Tensor Read(Stream stream, long length, FileCost cost)
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
        Span<byte> claimed = stackalloc byte[4];
        claimed.Clear();
        var width = major == 1 ? 2 : 4;
        var isWhole = stream.ReadAtLeast(claimed[..width], width, throwOnEndOfStream: false) == width;
        var headerLength = BinaryPrimitives.ReadUInt32LittleEndian(claimed);
        if (headerLength > LongestHeader)
        {
            throw new FileException($"the npy header claims {headerLength} bytes; the most is {LongestHeader}.");
        }
        var text = new byte[headerLength];
        if (!isWhole || stream.ReadAtLeast(text, text.Length, throwOnEndOfStream: false) < text.Length)
        {
            throw new FileException("the file ends within the npy header.");
        }
        var (type, isFortran, shape) = Parse(Encoding.UTF8.GetString(text));
        return Read(stream, length, type, isFortran, shape, cost);
    }

    // Spaces once taken are not given back, or a header of them would take for ever.
    private const string Pair = @"'(descr|fortran_order|shape)'(?>\s*):(?>\s*)('[^'\\]{0,64}'|True|False|\((?>[\d\sL,]*)\))(?>\s*)";

    // The one literal NumPy writes, three pairs in any order; anything else, code above all, does not match.
    [GeneratedRegex(@"^\{(?>\s*)" + Pair + @",(?>\s*)" + Pair + @",(?>\s*)" + Pair + @",?(?>\s*)\}(?>\s*)$", RegexOptions.CultureInvariant)]
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

    // NumPy's kinds and sizes, the names of the same in safetensors, and the type that holds all their values.
    private static readonly (string Kind, string Name, int Size, DType DType)[] s_kinds =
    [
        ("b1", "BOOL", 1, DType.Bool), ("u1", "U8", 1, DType.Int32), ("i1", "I8", 1, DType.Int32), ("u2", "U16", 2, DType.Int32), ("i2", "I16", 2, DType.Int32), ("f2", "F16", 2, DType.Float32),
        ("u4", "U32", 4, DType.Int64), ("i4", "I32", 4, DType.Int32), ("f4", "F32", 4, DType.Float32), ("i8", "I64", 8, DType.Int64), ("f8", "F64", 8, DType.Float64),
    ];

    private static Tensor Read(Stream stream, long length, string type, bool isFortran, Shape shape, FileCost cost)
    {
        var match = Description().Match(type);
        var kind = match.Groups["kind"].Value + match.Groups["size"].Value;
        var (name, size, dtype) = Array.Find(s_kinds, known => known.Kind == kind) is { Kind: not null } found ? (found.Name, found.Size, found.DType) : throw new FileException(
            $"an npy array of type '{type}'{(type.Contains('O', StringComparison.Ordinal) ? ", pickled objects, which could run code," : "")} cannot become a tensor; floats, integers and booleans can.");
        var bytesNeeded = (long)shape.Size * size;
        if (bytesNeeded > length)
        {
            throw new FileException($"the npy shape {shape} of {type} takes {bytesNeeded} bytes, and there are {length} at most.");
        }
        var isWidened = dtype.ByteSize() != size;
        var copies = isFortran && shape.Rank > 1 ? 2 : 1;
        var isBigEndian = match.Groups["order"].Value == ">" && size > 1;
        cost.Take(((Int128)shape.Size * dtype.ByteSize() * copies) + (isWidened || isBigEndian ? bytesNeeded : 0), $"the npy array of shape {shape}");
        Tensor tensor;
        try
        {
            if (isWidened || isBigEndian)
            {
                var bytes = new byte[bytesNeeded];
                stream.ReadExactly(bytes);
                tensor = TensorBytes.Widened(bytes, name, shape, isBigEndian);
            }
            else
            {
                tensor = TensorBytes.Read(dtype, shape, stream);
            }
        }
        catch (EndOfStreamException error)
        {
            throw new FileException($"the file ends within the array: shape {shape} of {type} takes {bytesNeeded} bytes.", error);
        }
        return isFortran && shape.Rank > 1 ? FromFortran(tensor, shape) : tensor;
    }

    // Column-major values are the row-major ones of the transposed array.
    private static Tensor FromFortran(Tensor tensor, Shape shape)
    {
        int[] reversed = [.. shape.Reverse()];
        int[] axes = [.. Enumerable.Range(0, shape.Rank).Reverse()];
        return Variable.Clone(tensor.Reshape(Shape.Of(reversed)).Permute(axes));
    }
}
