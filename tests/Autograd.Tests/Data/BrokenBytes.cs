using System.Diagnostics;
using System.IO.Compression;
using Autograd.Tests.Files;

namespace Autograd.Tests.Data;

/// <summary>
/// Small files of each format, cut at every length and with every byte changed, or of long ones at three hundred places: each is read or refused by a <see cref="FileException"/> that names the file, in little time and memory.
/// </summary>
public class BrokenBytes
{
    private const long MostMemory = 64 << 20;

    private static readonly Tensor s_matrix = Tensor.From([1f, -2f, 3f, 4f, 5f, 6f], [2, 3]);

    public static TheoryData<string> Formats => [.. s_formats.Keys];

    private static readonly Dictionary<string, (Action<string> Save, Action<string> Load)> s_formats = new()
    {
        ["a.safetensors"] = (path => Safetensors.Save(path, [new("a", s_matrix), new("b", Tensor.From([true, false]))], [new("k", "v")]), path => Safetensors.Load(path)),
        ["model.safetensors"] = (path => Compiled().Save(path), path => Model.Load(path, resume: false)),
        ["weights.safetensors"] = (path => Compiled().SaveWeights(path), path => Compiled().LoadWeights(path)),
        ["a.npy"] = (path => Npy.Save(path, s_matrix), path => Npy.Load(path)),
        ["a.npz"] = (path => Npz.Save(path, [new("a", s_matrix), new("b", Tensor.From([1, 2]))]), path => Npz.Load(path)),
        ["packed.npz"] = (path => Npz.Save(path, [new("a", s_matrix)], compress: true), path => Npz.Load(path)),
        ["a.idx"] = (path => File.WriteAllBytes(path, [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6]), path => Idx.Load(path)),
        ["a.idx.gz"] = (path => File.WriteAllBytes(path, Packed([0, 0, 0xD, 1, 0, 0, 0, 2, 0x3F, 0x80, 0, 0, 0, 0, 0, 0])), path => Idx.Load(path)),
        ["a.csv"] = (path => File.WriteAllText(path, "a,b\n1,\"2\"\r\n-3.5,4e2\n"), path =>
        {
            var table = Csv.Load(path);
            table.Numbers(table.Columns);
        }
        ),
        ["backup.safetensors"] = (path => Serialization.Backup.Save(Compiled(), path, 3), path => Serialization.Backup.Restore(Compiled(), path)),
    };

    private static Sequential Compiled()
    {
        var model = new Sequential([new Dense(2, "relu", inputShape: [3]), new Dropout(0.5, seed: 1), new Dense(1)]);
        model.Compile(new Adam(0.01), "mse");
        return model;
    }

    private static byte[] Packed(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var stream = new GZipStream(packed, CompressionLevel.Optimal))
        {
            stream.Write(bytes);
        }
        return packed.ToArray();
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Cut_anywhere_and_with_any_byte_changed_a_file_is_read_or_refused(string name)
    {
        using var folder = new Folder();
        var (save, load) = s_formats[name];
        save(folder[name]);
        load(folder[name]);
        var whole = File.ReadAllBytes(folder[name]);
        // Models are long because of their text: of that some bytes stand for all.
        var step = (whole.Length / 300) + 1;
        var broken = new List<byte[]>();
        for (var at = 0; at < whole.Length; at += step)
        {
            broken.Add(whole[..at]);
            var changed = whole.ToArray();
            changed[at] ^= (byte)(1 << (at / step % 8));
            broken.Add(changed);
        }
        var before = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        foreach (var bytes in broken)
        {
            File.WriteAllBytes(folder[name], bytes);
            var start = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                load(folder[name]);
            }
            catch (FileException error)
            {
                Assert.Contains(name, error.Message, StringComparison.Ordinal);
            }
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - start < MostMemory, $"{name}: {Convert.ToHexString(bytes)} takes too much memory");
        }
        Assert.True(clock.Elapsed < TimeSpan.FromMinutes(1), $"{name}: {broken.Count} broken files take {clock.Elapsed}, {GC.GetAllocatedBytesForCurrentThread() - before} bytes");
    }
}
