using System.Text.Json;

namespace Autograd.Tests.Files;

/// <summary>What files and JSON say in text, and what is said of them.</summary>
public class TextTests
{
    private static string Refusal(byte[] bytes, string name, Action<string> load)
    {
        using var folder = new Folder();
        File.WriteAllBytes(folder[name], bytes);
        var message = Assert.Throws<FileException>(() => load(folder[name])).Message;
        Assert.Contains(name, message, StringComparison.Ordinal);
        return message;
    }

    [Fact]
    public void A_cut_npy_header_is_called_so()
    {
        byte[] header = [0x93, .. "NUMPY"u8, 1, 0, 118, 0, .. "{'descr': '<f4'"u8];
        Assert.Contains("ends within the npy header", Refusal(header, "a.npy", path => Npy.Load(path)));
        Assert.Contains("ends within the npy header", Refusal(header[..9], "a.npy", path => Npy.Load(path)));
    }

    private static byte[] Header(string json, int data = 0) => [.. BitConverter.GetBytes((long)json.Length), .. System.Text.Encoding.UTF8.GetBytes(json), .. new byte[data]];

    [Theory]
    [InlineData("""{"w":5}""", "tensor 'w' is 5")]
    [InlineData("""{"w":{"dtype":5,"shape":[],"data_offsets":[0,4]}}""", "tensor 'w' has the dtype 5; it must be a text")]
    [InlineData("""{"w":{"dtype":"F32","shape":["a"],"data_offsets":[0,4]}}""", "tensor 'w' has the shape [\"a\"]")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", "tensor 'w' has the shape [1.5]")]
    [InlineData("""{"w":{"dtype":"F32","shape":[],"data_offsets":"all"}}""", "tensor 'w' has the data_offsets \"all\"")]
    [InlineData("""{"__metadata__":[1]}""", "metadata")]
    [InlineData("""{"w":{"dtype":"F8_E4M3","shape":[],"data_offsets":[0,1]}}""", "F8_E4M3")]
    public void A_wrong_field_of_a_header_is_named(string json, string message) => Assert.Contains(message, Refusal(Header(json, 4), "a.safetensors", path => Safetensors.Load(path)));

    [Fact]
    public void Small_integers_become_wider_ones()
    {
        using var folder = new Folder();
        const string Json = """
            {"a":{"dtype":"I8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]},"c":{"dtype":"I16","shape":[1],"data_offsets":[4,6]},
            "d":{"dtype":"U16","shape":[1],"data_offsets":[6,8]},"e":{"dtype":"U32","shape":[1],"data_offsets":[8,12]},"f":{"dtype":"BF16","shape":[1],"data_offsets":[12,14]}}
            """;
        File.WriteAllBytes(folder["a"], [.. Header(Json), 255, 1, 255, 1, 254, 255, 254, 255, 255, 255, 255, 255, 0x80, 0x3F]);
        var tensors = Safetensors.Load(folder["a"]).Tensors;
        Assert.Equal([-1, 1], tensors["a"].ToArray<int>());
        Assert.Equal([255, 1], tensors["b"].ToArray<int>());
        Assert.Equal([-2], tensors["c"].ToArray<int>());
        Assert.Equal([65534], tensors["d"].ToArray<int>());
        Assert.Equal([4294967295], tensors["e"].ToArray<long>());
        Assert.Equal([1f], tensors["f"].ToArray<float>());
    }

    [Fact]
    public void A_damaged_gzip_file_is_called_so()
    {
        using var packed = new MemoryStream();
        using (var stream = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Optimal, leaveOpen: true))
        {
            stream.Write([0, 0, 8, 1, 0, 0, 0, 2, 7, 255]);
        }
        var bytes = packed.ToArray();
        bytes[^6] ^= 1; // of the checksum
        var message = Refusal(bytes, "a.gz", path => Idx.Load(path));
        Assert.DoesNotContain("compression method", message);
    }

    [Fact]
    public void Tables_have_infinities_and_decimal_commas()
    {
        Assert.Equal(
            [double.PositiveInfinity, double.NegativeInfinity, double.PositiveInfinity, double.NaN, double.NegativeInfinity],
            Csv.Parse("inf\n-inf\n+INF\nnan\n-Infinity", header: false).Numbers("0", dtype: DType.Float64).ToArray<double>());
        var table = Csv.Parse("a;b\n1,5;-2,25e1\n\"3\";4", separator: ';', decimalMark: ',');
        Assert.Equal([1.5f, -22.5f, 3, 4], table.Numbers(["a", "b"]).ToArray<float>());
        Assert.Equal([1.5f], Csv.Parse("a,b\n\"1,5\",x", decimalMark: ',').Numbers("a").ToArray<float>());
        Assert.Throws<ValueException>(() => Csv.Parse("a", decimalMark: ';'));

        string Problem(string text, DType dtype, char mark = '.') => Assert.Throws<FileException>(() => Csv.Parse($"\"{text}\"", header: false, decimalMark: mark).Numbers("0", dtype: dtype)).Message;
        Assert.Contains("'1e400' is out of the range of float64 numbers", Problem("1e400", DType.Float64));
        Assert.Contains("'-1e39' is out of the range of float32 numbers", Problem("-1e39", DType.Float32));
        Assert.Contains("'3000000000' is out of the range of int32", Problem("3000000000", DType.Int32));
        Assert.Contains("'99999999999999999999' is out of the range of int64", Problem("99999999999999999999", DType.Int64));
        Assert.Contains("whole", Problem("2.5", DType.Int32));
        Assert.Contains("decimalMark", Problem("2,5", DType.Float32));
        Assert.Contains("decimal mark is a comma", Problem("2.5", DType.Float32, ','));
    }

    [Fact]
    public void Histories_and_tensors_become_JSON()
    {
        var model = new Sequential([new Dense(1, kernelInitializer: "zeros", inputShape: [1])]);
        model.Compile("sgd", "mse");
        var history = model.Fit(Tensor.Ones(4, 1), Tensor.Zeros(4, 1), epochs: 2, verbose: 0);
        Assert.Equal("""{"epoch":[0,1],"history":{"loss":[0,0]}}""", JsonSerializer.Serialize(history));
        Assert.Equal("[[1,0.1],[-2,\"NaN\"]]", JsonSerializer.Serialize(Tensor.From([1f, 0.1f, -2f, float.NaN], [2, 2])));
        Assert.Equal("[[1,3],[2,4]]", JsonSerializer.Serialize(Tensor.From([1L, 2, 3, 4], [2, 2]).T));
        Assert.Equal("""{"a":5,"b":[true],"c":[[],[]],"d":["Infinity"]}""", JsonSerializer.Serialize(new
        {
            a = (Tensor)5,
            b = Tensor.From([true]),
            c = Tensor.Zeros(2, 0),
            d = new Variable(Tensor.From([double.PositiveInfinity])),
        }));
        Assert.Contains("Tensor.From", Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Tensor>("[1]")).Message);
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<History>("{}"));
    }
}
