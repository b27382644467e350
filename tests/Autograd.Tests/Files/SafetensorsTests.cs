using System.Buffers.Binary;
using System.Text;
using static Autograd.Tensor;

namespace Autograd.Tests.Files;

public class SafetensorsTests
{
    private static readonly Dictionary<string, Tensor> s_tensors = new()
    {
        ["matrix"] = Tensor.From<float>([1, 2, float.NaN, -0f, float.PositiveInfinity, 6], [2, 3]),
        ["double"] = Tensor.From<double>([Math.PI]),
        ["int"] = Tensor.From<int>([int.MinValue, 7], [1, 2, 1]),
        ["long"] = Tensor.From<long>([long.MaxValue], []),
        ["bool"] = Tensor.From<bool>([true, false, true]),
        ["empty ../../x \" é"] = Zeros(0, 5),
        ["view"] = Arange(6).Reshape(2, 3).T,
    };

    [Fact]
    public void What_is_written_is_read()
    {
        using var folder = new Folder();
        Safetensors.Save(folder["a.safetensors"], s_tensors, new Dictionary<string, string> { ["é"] = "\u0001\"" });
        var (tensors, metadata) = Safetensors.Load(folder["a.safetensors"]);
        Assert.Equal("\u0001\"", metadata["é"]);
        Assert.Equal(s_tensors.Keys, tensors.Keys);
        foreach (var (name, expected) in s_tensors)
        {
            Assert.Equal(expected.DType, tensors[name].DType);
            Assert.Equal(expected.ToString(), tensors[name].ToString());
        }
        Assert.Equal(["a.safetensors"], folder.Names);
    }

    [Fact]
    public void The_bytes_are_those_of_the_format()
    {
        using var folder = new Folder();
        Safetensors.Save(folder["a"], [new("x", Tensor.From<float>([1], [1]))]);
        var bytes = File.ReadAllBytes(folder["a"]);
        var header = """{"__metadata__":{},"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""";
        header = header.PadRight((header.Length + 7) / 8 * 8);
        Assert.Equal([.. Prefix(header.Length), .. Encoding.UTF8.GetBytes(header), 0, 0, 0x80, 0x3F], bytes);
    }

    [Fact]
    public void Half_precision_becomes_single()
    {
        using var folder = new Folder();
        File.WriteAllBytes(folder["a"], Bytes("""{"h":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"BF16","shape":[1],"data_offsets":[4,6]}}""", [0, 0x3C, 0xFF, 0xFB, 0xC0, 0x3F]));
        var tensors = Safetensors.Load(folder["a"]).Tensors;
        Assert.Equal([1f, -65504f], tensors["h"].ToArray<float>());
        Assert.Equal([1.5f], tensors["b"].ToArray<float>());
    }

    private static byte[] Prefix(long length)
    {
        var prefix = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, length);
        return prefix;
    }

    private static byte[] Bytes(string header, byte[] data) => [.. Prefix(Encoding.UTF8.GetByteCount(header)), .. Encoding.UTF8.GetBytes(header), .. data];

    private static string Entry(string dtype = "\"F32\"", string shape = "[1]", string offsets = "[0,4]") =>
        "{\"x\":{\"dtype\":" + dtype + ",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}}";

    public static TheoryData<string, byte[], string> Broken
    {
        get
        {
            var four = new byte[4];
            var eight = new byte[8];
            return new()
            {
                { "empty", [], "0 bytes" },
                { "short prefix", [1, 2, 3], "3 bytes" },
                { "length beyond the file", [.. Prefix(100), .. "{}"u8], "100" },
                { "length 2^31", [.. Prefix(1L << 31), .. "{}"u8], "2147483648" },
                { "length 2^63", [.. Prefix(long.MinValue), .. "{}"u8], "9223372036854775808" },
                { "length 2^64-1", [.. Prefix(-1), .. "{}"u8], "18446744073709551615" },
                { "not UTF-8", [.. Prefix(8), .. "{\"a"u8, 0xFF, .. "\":1}"u8], "header" },
                { "not JSON", Bytes("{nonsense}", []), "header" },
                { "array", Bytes("[]", []), "object" },
                { "null", Bytes("null", []), "object" },
                { "BOM", Bytes("\uFEFF{}", []), "object" },
                { "comment", Bytes("{/* */}", []), "header" },
                { "deep", Bytes("{\"x\":" + new string('[', 20_000) + new string(']', 20_000) + "}", []), "depth" },
                { "duplicate", Bytes("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", four), "x" },
                { "entry a number", Bytes("""{"x":1}""", []), "header" },
                { "missing dtype", Bytes("""{"x":{"shape":[1],"data_offsets":[0,4]}}""", four), "lacks" },
                { "missing shape", Bytes("""{"x":{"dtype":"F32","data_offsets":[0,4]}}""", four), "lacks" },
                { "missing offsets", Bytes("""{"x":{"dtype":"F32","shape":[1]}}""", four), "lacks" },
                { "unknown field", Bytes("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"y":1}}""", four), "'y'" },
                { "unknown dtype", Bytes(Entry("\"F8_E4M3\""), four), "F8_E4M3" },
                { "dtype a number", Bytes(Entry("3"), four), "header" },
                { "negative extent", Bytes(Entry(shape: "[-1]"), four), "-1" },
                { "fraction", Bytes(Entry(shape: "[1.5]"), four), "header" },
                { "text", Bytes(Entry(shape: "[\"1\"]"), four), "header" },
                { "overflowing", Bytes(Entry(shape: "[2147483647,2147483647,4]"), four), "elements" },
                { "wrapping to 1", Bytes(Entry(shape: "[65536,65536,65536,65536]"), four), "elements" },
                { "too many axes", Bytes(Entry(shape: "[" + string.Join(",", Enumerable.Repeat("1", 40)) + "]"), four), "axes" },
                { "reversed offsets", Bytes(Entry(offsets: "[4,0]"), four), "cannot lie" },
                { "negative offsets", Bytes(Entry(offsets: "[-4,0]"), four), "cannot lie" },
                { "fraction offsets", Bytes(Entry(offsets: "[0.5,4]"), four), "header" },
                { "three offsets", Bytes(Entry(offsets: "[0,4,8]"), four), "lacks" },
                { "beyond the file", Bytes(Entry(shape: "[2]", offsets: "[0,8]"), four), "take 8" },
                { "wrong length", Bytes(Entry(offsets: "[0,8]"), eight), "cannot lie" },
                { "hole", Bytes(Entry(offsets: "[4,8]"), eight), "hole" },
                { "overlap", Bytes("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"y":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", four), "overlap" },
                { "trailing bytes", Bytes(Entry(), eight), "has 8" },
                { "metadata a number", Bytes("""{"__metadata__":{"a":1}}""", []), "'a'" },
                { "metadata a list", Bytes("""{"__metadata__":[]}""", []), "header" },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public void Broken_files_are_refused(string what, byte[] bytes, string word)
    {
        Assert.NotNull(what);
        using var folder = new Folder();
        File.WriteAllBytes(folder["a"], bytes);
        var error = Assert.Throws<FileException>(() => Safetensors.Load(folder["a"]));
        Assert.Contains(word, error.Message);
        Assert.Contains(folder["a"], error.Message);
    }

    [Fact]
    public void A_file_cut_anywhere_or_with_any_byte_flipped_is_read_or_refused()
    {
        using var folder = new Folder();
        Safetensors.Save(folder["a"], s_tensors.Take(3));
        var bytes = File.ReadAllBytes(folder["a"]);
        for (var length = 0; length < bytes.Length; length++)
        {
            File.WriteAllBytes(folder["b"], bytes[..length]);
            Assert.Throws<FileException>(() => Safetensors.Load(folder["b"]));
        }
        for (var i = 0; i < bytes.Length; i++)
        {
            var flipped = bytes.ToArray();
            flipped[i] ^= (byte)(1 << (i % 8));
            File.WriteAllBytes(folder["b"], flipped);
            try
            {
                Assert.True(Safetensors.Load(folder["b"]).Tensors.Count <= 3);
            }
            catch (FileException)
            {
            }
        }
    }

    [Fact]
    public void Names_are_unique_and_one_is_reserved()
    {
        using var folder = new Folder();
        Assert.Throws<ValueException>(() => Safetensors.Save(folder["a"], [new("x", Ones(1)), new("x", Ones(1))]));
        Assert.Throws<ValueException>(() => Safetensors.Save(folder["a"], [new("__metadata__", Ones(1))]));
        Assert.Empty(folder.Names);
    }
}
