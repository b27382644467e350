using System.IO.Compression;
using Autograd.Tests.Files;

namespace Autograd.Tests.Data;

/// <summary>IDX files, plain and packed, whole and broken.</summary>
public class IdxTests
{
    private static byte[] Packed(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var stream = new GZipStream(packed, CompressionLevel.Optimal))
        {
            stream.Write(bytes);
        }
        return packed.ToArray();
    }

    private static Tensor Load(byte[] bytes)
    {
        using var folder = new Folder();
        File.WriteAllBytes(folder["a"], bytes);
        return Idx.Load(folder["a"]);
    }

    public static TheoryData<string, byte[], string> Readable => new()
    {
        { "bytes", [0, 0, 8, 1, 0, 0, 0, 2, 7, 255], "[  7, 255]  shape [2] Int32" },
        { "matrix", [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 1, 3, 4], "[[3],\n [4]]  shape [2,1] Int32" },
        { "signed bytes", [0, 0, 9, 1, 0, 0, 0, 1, 255], "[-1]  shape [1] Int32" },
        { "int16", [0, 0, 0xB, 1, 0, 0, 0, 2, 1, 0, 255, 255], "[256,  -1]  shape [2] Int32" },
        { "int32", [0, 0, 0xC, 1, 0, 0, 0, 1, 0, 1, 0, 0], "[65536]  shape [1] Int32" },
        { "float32", [0, 0, 0xD, 1, 0, 0, 0, 1, 0x3F, 0x80, 0, 0], "[1.0]  shape [1] Float32" },
        { "float64", [0, 0, 0xE, 1, 0, 0, 0, 1, 0xBF, 0xF0, 0, 0, 0, 0, 0, 0], "[-1.0]  shape [1] Float64" },
    };

    [Theory]
    [MemberData(nameof(Readable))]
    public void Arrays_are_read(string what, byte[] bytes, string expected)
    {
        Assert.NotNull(what);
        Assert.Equal(expected, Load(bytes).ToString());
        Assert.Equal(expected, Load(Packed(bytes)).ToString());
        // Two packed parts, one after the other, are one file.
        Assert.Equal(expected, Load([.. Packed(bytes[..5]), .. Packed(bytes[5..])]).ToString());
    }

    [Fact]
    public void No_examples_are_no_error() => Assert.Equal([0, 3], Load([0, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0, 3]).Shape);

    public static TheoryData<string, byte[], string> Broken => new()
    {
        { "empty", [], "no IDX file" },
        { "text", [.. "hello world"u8], "no IDX file" },
        { "type", [0, 0, 7, 1, 0, 0, 0, 1, 0], "type 0x07" },
        { "rank 0", [0, 0, 8, 0, 1], "rank 0" },
        { "rank 255", [0, 0, 8, 255, .. new byte[2000]], "rank 255" },
        { "short header", [0, 0, 8, 3, 0, 0, 0, 1, 0, 0], "within the IDX header" },
        { "2 GiB of 10 bytes", [0, 0, 8, 1, 0x7F, 0xFF, 0xFF, 0xFF, 1, 2], "2147483647" },
        { "4 GiB", [0, 0, 8, 1, 0xFF, 0xFF, 0xFF, 0xFF, 1], "4294967295" },
        { "wrapping", [0, 0, 0xE, 4, .. Enumerable.Repeat((byte)0xFF, 16), 1], "claims" },
        { "wrapping to 0", [0, 0, 8, 3, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], "claims" },
        { "short", [0, 0, 8, 1, 0, 0, 0, 3, 1, 2], "cut" },
        { "long", [0, 0, 8, 1, 0, 0, 0, 1, 1, 2], "after the 1" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void Broken_files_are_refused(string what, byte[] bytes, string word)
    {
        Assert.NotNull(what);
        var message = Assert.Throws<FileException>(() => Load(bytes)).Message;
        Assert.Contains(word, message);
        Assert.Throws<FileException>(() => Load(Packed(bytes)));
    }

    [Fact]
    public void Damaged_packed_files_are_refused()
    {
        var whole = Packed([0, 0, 8, 1, 0, 0, 2, 0, .. Enumerable.Range(0, 512).Select(i => (byte)(i * i))]);
        int[] Accepted(IEnumerable<int> places, Func<int, byte[]> damage) => [.. places.Where(place =>
        {
            try
            {
                Load(damage(place));
                return true;
            }
            catch (FileException)
            {
                return false;
            }
        })];
        Assert.Empty(Accepted(Enumerable.Range(0, whole.Length), length => whole[..length]));
        // The first ten bytes hold a time and the like, and the last before the checksum has bits that mean nothing.
        Assert.Empty(Accepted(Enumerable.Range(10, whole.Length - 10).Except([whole.Length - 9]), place => [.. whole[..place], (byte)(whole[place] ^ 16), .. whole[(place + 1)..]]));
    }

    [Fact]
    public void A_bomb_is_refused_before_it_goes_off()
    {
        var claim = Packed([0, 0, 8, 1, 0x40, 0, 0, 0, .. new byte[1 << 16]]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("1073741824", Assert.Throws<FileException>(() => Load(claim)).Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 22);
    }

    [Fact]
    public void Images_and_labels_must_belong_together()
    {
        using var folder = new Folder();
        string Written(string name, byte[] bytes)
        {
            File.WriteAllBytes(folder[name], bytes);
            return folder[name];
        }
        byte[] Count(byte type, byte rank, params byte[] rest) => [0, 0, type, rank, .. rest];
        var images = Written("images", Count(8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 255));
        var labels = Written("labels", Count(8, 1, 0, 0, 0, 2, 9, 1));
        var (x, y) = Datasets.Labelled(images, labels, 10);
        Assert.Equal([0, 255], x.ToArray<float>());
        Assert.Equal([0, 1], Datasets.Labelled(images, labels, 10, normalize: true).X.ToArray<float>());
        Assert.Equal([2, 1, 1], x.Shape);
        Assert.Equal([9, 1], y.ToArray<int>());
        string Refused(string a, string b, int classes = 10) => Assert.Throws<FileException>(() => Datasets.Labelled(a, b, classes)).Message;
        Assert.Contains("images are bytes of shape", Refused(labels, labels));
        Assert.Contains("labels are bytes of shape", Refused(images, images));
        Assert.Contains("2 images and", Refused(images, Written("three", Count(8, 1, 0, 0, 0, 3, 1, 2, 3))));
        Assert.Contains("label 9", Refused(images, labels, 5));
        Assert.Contains("not of bytes", Refused(images, Written("wide", Count(12, 1, 0, 0, 0, 0))));
    }
}
