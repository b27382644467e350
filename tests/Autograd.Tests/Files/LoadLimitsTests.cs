using System.Diagnostics;
using System.IO.Compression;
using System.Text;

namespace Autograd.Tests.Files;

/// <summary>What reading a file may cost is limited, and the limit can be raised.</summary>
public class LoadLimitsTests
{
    private static string L(string kind, string settings = "") => $$$"""{"kind":"{{{kind}}}","settings":{ {{{settings}}} }}""";

    private static string Inputs(params string[] shapes) => $"[{string.Join(",", shapes.Select(shape => $$"""{"shape":{{shape}},"dtype":"Float32"}"""))}]";

    private static void Write(string path, string inputs, string layers) => Safetensors.Save(path, [], new Dictionary<string, string>
    {
        ["autograd.version"] = "1",
        ["autograd.model"] = $$"""{"kind":"Sequential","name":"m","layers":[{{layers}}],"inputs":{{inputs}}}""",
    });

    private static string Repeated(string layer, int count) => string.Join(",", Enumerable.Repeat(layer, count));

    public static TheoryData<string, string, string> Costly => new()
    {
        { "two inputs and no layers", Inputs("[268435456]", "[268435456]"), "" },
        { "one input that many read", Inputs("[20000000]"), Repeated(L("Flatten"), 50) },
        { "a large repetition", Inputs("[1,1,1]"), L("UpSampling2D", "\"size\":\"20000\"") },
        { "a repetition beyond 32 bits", Inputs("[2,2,1]"), L("UpSampling2D", "\"size\":\"2147483647\"") },
        { "a large enlargement", Inputs("[2,2,1]"), L("UpSampling2D", "\"size\":\"20000\",\"interpolation\":\"bilinear\"") },
        { "another", Inputs("[2,2,1]"), L("Resizing", "\"height\":2000000000,\"width\":1") },
        { "a large border", Inputs("[1,1,1]"), L("ZeroPadding2D", "\"padding\":\"20000\"") },
        { "a long copy", Inputs("[1]"), L("RepeatVector", "\"n\":1000000000") + "," + L("Activation", "\"function\":\"relu\"") },
        { "windows over windows", Inputs("[2000,2000,1]"), L("AveragePooling2D", "\"poolSize\":\"1000\",\"strides\":\"1\",\"padding\":\"same\"") },
        { "a walk through time", Inputs("[10000000,1]"), L("SimpleRNN", "\"units\":1,\"activation\":\"relu\"") },
        { "units", Inputs("[1]"), L("Dense", "\"units\":2147483647") },
        { "numbers", Inputs("[1]"), L("Embedding", "\"inputDim\":2147483647,\"outputDim\":1") },
        { "too many layers", Inputs("[1]"), Repeated(L("Flatten"), 10_001) },
        { "far too many layers", Inputs("[1]"), Repeated(L("Flatten"), 1_000_000) },
        { "layers within layers", Inputs("[1]"), string.Concat(Enumerable.Repeat("{\"kind\":\"Sequential\",\"name\":\"a\",\"layers\":[", 100_000)) },
        { "unit after unit", Inputs("[1]"), $$"""{"kind":"Sequential","name":"a","layers":[{{L("Dense", "\"units\":99999999999999999999")}}]}""" },
    };

    [Theory]
    [MemberData(nameof(Costly))]
    public void Models_that_cost_more_than_their_file_are_refused(string what, string inputs, string layers)
    {
        Assert.NotNull(what);
        using var folder = new Folder();
        Write(folder["m"], inputs, layers);
        var (allocated, clock) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.StartNew());
        Assert.Contains("m", Assert.Throws<FileException>(() => Model.Load(folder["m"])).Message);
        var most = (32 * new FileInfo(folder["m"]).Length) + (600 << 20);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - allocated < most, $"{what} takes {GC.GetAllocatedBytesForCurrentThread() - allocated} bytes");
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"{what} takes {clock.Elapsed}");
    }

    [Fact]
    public void The_limits_can_be_raised()
    {
        using var folder = new Folder();
        new Sequential([.. Enumerable.Range(0, 20).Select(_ => new Activation("relu")).Prepend<Layer>(new Input([1]))]).Save(folder["many"]);
        Assert.Contains("LoadLimits.Layers", Assert.Throws<FileException>(() => Model.Load(folder["many"], limits: new LoadLimits { Layers = 10 })).Message);
        Assert.Equal(20, Model.Load(folder["many"]).Layers.Count);
        Assert.Equal(20, Model.Load(folder["many"], limits: LoadLimits.None).Layers.Count);

        var small = new LoadLimits { Bytes = 0 };
        Write(folder["m"], Inputs("[100000]"), L("Flatten"));
        Assert.Contains("LoadLimits.Bytes", Assert.Throws<FileException>(() => Model.Load(folder["m"], limits: small)).Message);
        Model.Load(folder["m"]);
        Model.Load(folder["m"], limits: new LoadLimits { Bytes = 10_000_000 });

        Npz.Save(folder["a.npz"], [new("a", Tensor.Zeros(1000, 1000))], compress: true);
        Assert.Contains("LoadLimits.Bytes", Assert.Throws<FileException>(() => Npz.Load(folder["a.npz"], small)).Message);
        Assert.Equal([1000, 1000], Npz.Load(folder["a.npz"])["a"].Shape);

        File.WriteAllBytes(folder["a.gz"], Packed([0, 0, 8, 1, 0, 16, 0, 0], 1 << 20));
        Assert.Contains("LoadLimits.Bytes", Assert.Throws<FileException>(() => Idx.Load(folder["a.gz"], small)).Message);
        Assert.Equal([1 << 20], Idx.Load(folder["a.gz"]).Shape);

        // What a plain file holds is never refused: limits are beyond its length.
        Safetensors.Save(folder["a"], [new("a", Tensor.Zeros(1000, 100))]);
        Safetensors.Load(folder["a"], small);
        Npy.Save(folder["a.npy"], Tensor.Zeros(1000, 100));
        Npy.Load(folder["a.npy"], small);
        File.WriteAllText(folder["a.csv"], "a,b\n" + string.Concat(Enumerable.Repeat("1,2\n", 10_000)));
        Csv.Load(folder["a.csv"], limits: small).Numbers(["a", "b"]);

        Assert.Throws<ValueException>(() => new LoadLimits { Bytes = -1 });
        Assert.Throws<ValueException>(() => new LoadLimits { Layers = -1 });
    }

    private static byte[] Packed(byte[] header, int zeros)
    {
        using var packed = new MemoryStream();
        using (var stream = new GZipStream(packed, CompressionLevel.Optimal))
        {
            stream.Write(header);
            stream.Write(new byte[zeros]);
        }
        return packed.ToArray();
    }

    [Fact]
    public void What_unpacks_to_a_thousand_times_as_much_is_refused_at_once()
    {
        using var folder = new Folder();
        var clock = Stopwatch.StartNew();
        // Their claims alone: 0.9 GB in a file that could hold as much.
        File.WriteAllBytes(folder["a.gz"], [.. Packed([0, 0, 8, 1, 0x36, 0, 0, 0], 1 << 16), .. new byte[1 << 20]]);
        Assert.Contains("LoadLimits.Bytes", Assert.Throws<FileException>(() => Idx.Load(folder["a.gz"])).Message);
        using (var zip = ZipFile.Open(folder["a.npz"], ZipArchiveMode.Create))
        {
            using var entry = zip.CreateEntry("a.npy", CompressionLevel.Optimal).Open();
            var header = "{'descr': '|b1', 'fortran_order': False, 'shape': (600000000,), }\n";
            entry.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header)]);
            var block = new byte[1 << 20];
            for (var left = 600_000_000; left > 0; left -= block.Length)
            {
                entry.Write(block.AsSpan(0, Math.Min(left, block.Length)));
            }
        }
        clock.Restart();
        Assert.Contains("LoadLimits.Bytes", Assert.Throws<FileException>(() => Npz.Load(folder["a.npz"])).Message);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"{clock.Elapsed}");
    }

    [Fact]
    public void Npy_headers_are_at_most_65536_bytes_and_spaces_in_them_take_no_time()
    {
        using var folder = new Folder();
        byte[] Header(string text) => [0x93, .. "NUMPY"u8, 2, 0, .. BitConverter.GetBytes(text.Length), .. Encoding.ASCII.GetBytes(text), 0, 0, 0x80, 0x3F];
        const string Start = "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)";
        File.WriteAllBytes(folder["a"], Header((Start + "}").PadRight(65536)));
        Assert.Equal(1, Npy.Load(folder["a"]).Item());
        File.WriteAllBytes(folder["a"], Header((Start + "}").PadRight(65537)));
        Assert.Contains("the most is 65536", Assert.Throws<FileException>(() => Npy.Load(folder["a"])).Message);
        var clock = Stopwatch.StartNew();
        File.WriteAllBytes(folder["a"], Header(Start.PadRight(65535) + "x"));
        Assert.Throws<FileException>(() => Npy.Load(folder["a"]));
        File.WriteAllBytes(folder["a"], Header(Start[..^1] + ",".PadRight(65000) + "x}"));
        Assert.Throws<FileException>(() => Npy.Load(folder["a"]));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(2), $"{clock.Elapsed}");
    }
}
