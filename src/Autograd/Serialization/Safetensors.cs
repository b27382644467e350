using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Autograd.Serialization;

namespace Autograd;

/// <summary>
/// Named tensors in a file of the safetensors format (https://github.com/huggingface/safetensors): a length, a JSON header, and the plain bytes of the tensors. Saving is all or
/// nothing; reading trusts nothing in the file.
/// Threads may call it at the same time.
/// </summary>
public static class Safetensors
{
    private const string MetadataKey = "__metadata__";
    private const int LongestHeader = 100_000_000; // as in the format's reference implementation

    private static readonly (string Name, DType DType)[] s_types =
        [("F32", DType.Float32), ("F64", DType.Float64), ("I32", DType.Int32), ("I64", DType.Int64), ("BOOL", DType.Bool)];

    /// <summary>What a file holds. Immutable; threads may share it.</summary>
    /// <param name="Tensors">The tensors by name, in the order of their bytes.</param>
    /// <param name="Metadata">Texts by name.</param>
    public sealed record Content(IReadOnlyDictionary<string, Tensor> Tensors, IReadOnlyDictionary<string, string> Metadata);

    // Types without a tensor of their own, their bytes, and what they become: the next wider type that holds all their values.
    private static readonly (string Name, int Size, DType DType)[] s_widened =
        [("F16", 2, DType.Float32), ("BF16", 2, DType.Float32), ("I8", 1, DType.Int32), ("U8", 1, DType.Int32), ("I16", 2, DType.Int32), ("U16", 2, DType.Int32), ("U32", 4, DType.Int64)];

    private sealed record Entry(string Name, string Type, DType DType, Shape Shape, long Begin, long End);

    /// <summary>Writes tensors and texts.</summary>
    /// <exception cref="FileException">The file cannot be written; an old file is as it was.</exception>
    /// <exception cref="ValueException">A name is given twice, or is the reserved <c>__metadata__</c>.</exception>
    public static void Save(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IEnumerable<KeyValuePair<string, string>>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        var all = tensors.ToArray();
        var header = Header(all, metadata ?? []);
        AtomicFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach (var (_, tensor) in all)
            {
                TensorBytes.Write(tensor, stream);
            }
        });
    }

    private static byte[] Header(KeyValuePair<string, Tensor>[] tensors, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        var names = new HashSet<string> { MetadataKey };
        using var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text))
        {
            writer.WriteStartObject();
            writer.WriteStartObject(MetadataKey);
            foreach (var (key, value) in metadata)
            {
                writer.WriteString(key, value);
            }
            writer.WriteEndObject();
            long begin = 0;
            foreach (var (name, tensor) in tensors)
            {
                ArgumentNullException.ThrowIfNull(tensor, nameof(tensors));
                if (!names.Add(name))
                {
                    throw new ValueException($"Safetensors: the name '{name}' is taken; names are unique, and {MetadataKey} is reserved.");
                }
                var end = begin + ((long)tensor.Size * tensor.DType.ByteSize());
                writer.WriteStartObject(name);
                writer.WriteString("dtype", s_types.First(type => type.DType == tensor.DType).Name);
                writer.WriteStartArray("shape");
                foreach (var extent in tensor.Shape)
                {
                    writer.WriteNumberValue(extent);
                }
                writer.WriteEndArray();
                writer.WriteStartArray("data_offsets");
                writer.WriteNumberValue(begin);
                writer.WriteNumberValue(end);
                writer.WriteEndArray();
                writer.WriteEndObject();
                begin = end;
            }
            writer.WriteEndObject();
        }
        while (text.Length % 8 != 0)
        {
            text.WriteByte((byte)' '); // so that the tensors are aligned
        }
        return text.ToArray();
    }

    /// <summary>Reads a file. Types without a tensor of their own become the next wider one: F16 and BF16 float32; I8, U8, I16 and U16 int32; U32 int64.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limits">What reading it may cost; <see cref="LoadLimits.Default"/> when left out.</param>
    /// <exception cref="FileException">The file cannot be read, is not of this format, holds a type that there is no tensor for, or costs more than the limits allow.</exception>
    public static Content Load(string path, LoadLimits? limits = null) => Load(path, limits, out _);

    internal static Content Load(string path, LoadLimits? limits, out FileCost cost)
    {
        (var content, cost) = AtomicFile.Read(path, limits, (stream, cost) => (Load(stream, cost), cost));
        return content;
    }

    private static Content Load(Stream stream, FileCost cost)
    {
        Span<byte> prefix = stackalloc byte[8];
        if (stream.ReadAtLeast(prefix, 8, throwOnEndOfStream: false) < 8)
        {
            throw new FileException($"this is no safetensors file: it has {stream.Length} bytes, and the length of its header alone takes 8.");
        }
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > LongestHeader || (long)length > stream.Length - 8)
        {
            throw new FileException($"this is no safetensors file, or it is cut: it speaks of a header of {length} bytes and has {stream.Length - 8} after it.");
        }
        cost.Take(length, "its header");
        var header = new byte[length];
        stream.ReadExactly(header);
        var (entries, metadata) = Parse(header, stream.Length - 8 - (long)length);
        var tensors = new OrderedDictionary<string, Tensor>();
        foreach (var entry in entries)
        {
            cost.Take((Int128)entry.Shape.Size * entry.DType.ByteSize(), $"tensor '{entry.Name}' of shape {entry.Shape}");
            tensors.Add(entry.Name, Read(entry, stream));
        }
        return new Content(tensors, metadata);
    }

    private static (List<Entry> Entries, Dictionary<string, string> Metadata) Parse(byte[] header, long dataLength)
    {
        if (header is not [(byte)'{', ..])
        {
            throw new FileException("the header is not a JSON object.");
        }
        try
        {
            // Strict UTF-8: the parser would accept broken text inside of names.
            _ = new UTF8Encoding(false, throwOnInvalidBytes: true).GetCharCount(header);
            using var json = JsonDocument.Parse(header, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            var entries = new List<Entry>();
            var metadata = new Dictionary<string, string>();
            foreach (var property in json.RootElement.EnumerateObject())
            {
                if (property.NameEquals(MetadataKey))
                {
                    if (property.Value.ValueKind != JsonValueKind.Object)
                    {
                        throw new FileException("in the header, the metadata are not an object of texts.");
                    }
                    foreach (var text in property.Value.EnumerateObject())
                    {
                        metadata[text.Name] = text.Value.ValueKind == JsonValueKind.String
                            ? text.Value.GetString()!
                            : throw new FileException($"the metadata '{text.Name}' is not a text.");
                    }
                }
                else
                {
                    entries.Add(ParseEntry(property));
                }
            }
            entries.Sort((a, b) => a.Begin != b.Begin ? a.Begin.CompareTo(b.Begin) : a.End.CompareTo(b.End));
            long expected = 0;
            foreach (var entry in entries)
            {
                if (entry.Begin != expected)
                {
                    throw new FileException($"tensor '{entry.Name}' begins at byte {entry.Begin} instead of {expected}: tensors overlap, or there is a hole.");
                }
                expected = entry.End;
            }
            return expected == dataLength
                ? (entries, metadata)
                : throw new FileException($"the tensors take {expected} bytes, and the file has {dataLength}.");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or System.FormatException or DecoderFallbackException or ArgumentException)
        {
            throw new FileException($"the header is not what it should be: {error.Message}", error);
        }
    }

    private static Entry ParseEntry(JsonProperty property)
    {
        var name = property.Name;
        string? type = null;
        int[]? shape = null;
        long[]? offsets = null;
        if (property.Value.ValueKind != JsonValueKind.Object)
        {
            throw new FileException($"in the header, tensor '{name}' is {Settings.Shown(property.Value.GetRawText())}; it must be an object with dtype, shape and data_offsets.");
        }
        foreach (var field in property.Value.EnumerateObject())
        {
            try
            {
                switch (field.Name)
                {
                    case "dtype":
                        type = field.Value.GetString();
                        break;
                    case "shape":
                        shape = [.. field.Value.EnumerateArray().Select(extent => extent.GetInt32())];
                        break;
                    case "data_offsets":
                        offsets = [.. field.Value.EnumerateArray().Select(offset => offset.GetInt64())];
                        break;
                    default:
                        throw new FileException($"tensor '{name}' has an unknown field '{field.Name}'.");
                }
            }
            catch (Exception error) when (error is InvalidOperationException or System.FormatException)
            {
                var expected = field.Name switch { "dtype" => "a text", "shape" => "whole numbers up to 2147483647", _ => "two whole numbers" };
                throw new FileException($"in the header, tensor '{name}' has the {field.Name} {Settings.Shown(field.Value.GetRawText())}; it must be {expected}.", error);
            }
        }
        if (type is null || shape is null || offsets is not [var begin, var end])
        {
            throw new FileException($"tensor '{name}' lacks one of dtype, shape and two data_offsets.");
        }
        Shape checkedShape;
        try
        {
            checkedShape = Shape.Of(shape);
        }
        catch (ShapeException error)
        {
            throw new FileException($"tensor '{name}': {error.Message}", error);
        }
        var (size, dtype) = Array.Find(s_types, known => known.Name == type) is { Name: not null } known ? (known.DType.ByteSize(), known.DType)
            : Array.Find(s_widened, wide => wide.Name == type) is { Name: not null } wide ? (wide.Size, wide.DType)
            : throw new FileException($"tensor '{name}' is of type {Settings.Shown(type)}; those known here are {string.Join(", ", s_types.Select(t => t.Name).Concat(s_widened.Select(t => t.Name)))}.");
        return begin >= 0 && end >= begin && end - begin == (long)checkedShape.Size * size
            ? new Entry(name, type, dtype, checkedShape, begin, end)
            : throw new FileException($"tensor '{name}' of type {type} and shape {checkedShape} cannot lie from byte {begin} to {end}.");
    }

    private static Tensor Read(Entry entry, Stream stream)
    {
        if (Array.Exists(s_types, type => type.Name == entry.Type))
        {
            return TensorBytes.Read(entry.DType, entry.Shape, stream);
        }
        var bytes = new byte[entry.End - entry.Begin];
        stream.ReadExactly(bytes);
        return TensorBytes.Widened(bytes, entry.Type, entry.Shape, isBigEndian: false);
    }
}
