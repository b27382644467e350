using System.IO.Compression;
using System.Text;
using static Autograd.Tensor;

namespace Autograd.Tests.Files;

/// <summary>NumPy's files. The bytes of the first table were written by NumPy 1.24.</summary>
public class NumpyTests
{
    private static byte[] File(string header, byte[] data, byte major = 1)
    {
        var text = Encoding.UTF8.GetBytes(header + "\n");
        byte[] length = major == 1 ? [(byte)text.Length, (byte)(text.Length >> 8)] : [(byte)text.Length, (byte)(text.Length >> 8), 0, 0];
        return [0x93, .. "NUMPY"u8, major, 0, .. length, .. text, .. data];
    }

    private static string Header(string type, string shape, string fortran = "False") => $"{{'descr': '{type}', 'fortran_order': {fortran}, 'shape': {shape}, }}";

    public static TheoryData<string, byte[], string> Readable => new()
    {
        { "float32", File(Header("<f4", "(2,)"), [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0]), "[ 1.0, -2.0]  shape [2] Float32" },
        { "version 2", File(Header("<i4", "(1,)"), [5, 0, 0, 0], 2), "[5]  shape [1] Int32" },
        { "version 3", File(Header("<i4", "(1,)"), [5, 0, 0, 0], 3), "[5]  shape [1] Int32" },
        { "scalar", File(Header("<i8", "()"), [7, 0, 0, 0, 0, 0, 0, 0]), "7 (Int64 scalar)" },
        { "big-endian", File(Header(">i4", "(2,)"), [0, 0, 0, 1, 0, 0, 1, 0]), "[  1, 256]  shape [2] Int32" },
        { "bytes", File(Header("|u1", "(2,)"), [0, 255]), "[  0, 255]  shape [2] Int32" },
        { "signed bytes", File(Header("|i1", "(2,)"), [0, 255]), "[ 0, -1]  shape [2] Int32" },
        { "uint32", File(Header("<u4", "(1,)"), [255, 255, 255, 255]), "[4294967295]  shape [1] Int64" },
        { "half", File(Header("<f2", "(1,)"), [0, 0x3C]), "[1.0]  shape [1] Float32" },
        { "bool", File(Header("|b1", "(3,)"), [1, 0, 2]), "[ true, false,  true]  shape [3] Bool" },
        { "fortran", File(Header("|i1", "(2, 3)", "True"), [1, 4, 2, 5, 3, 6]), "[[1, 2, 3],\n [4, 5, 6]]  shape [2,3] Int32" },
        { "other order of keys", File("{'shape': (1,), 'fortran_order': False, 'descr': '<i4'}", [5, 0, 0, 0]), "[5]  shape [1] Int32" },
        { "empty", File(Header("<f4", "(0, 3)"), []), Zeros(0, 3).ToString() },
    };

    [Theory]
    [MemberData(nameof(Readable))]
    public void Arrays_of_numbers_are_read(string what, byte[] bytes, string expected)
    {
        Assert.NotNull(what);
        using var folder = new Folder();
        System.IO.File.WriteAllBytes(folder["a.npy"], bytes);
        Assert.Equal(expected, Npy.Load(folder["a.npy"]).ToString());
    }

    public static TheoryData<string, byte[], string> Broken => new()
    {
        { "empty", [], "NUMPY" },
        { "other magic", [0x94, .. "NUMPY"u8, 1, 0, 0, 0], "NUMPY" },
        { "version", File(Header("<f4", "(1,)"), [0, 0, 0, 0], 9), "version 9.0" },
        { "header length", [0x93, .. "NUMPY"u8, 2, 0, 255, 255, 255, 255], "4294967295" },
        { "code", File("__import__('os').system('true')", []), "header" },
        { "code in the shape", File("{'descr': '<f4', 'fortran_order': False, 'shape': (exit(),)}", []), "header" },
        { "key missing", File("{'descr': '<f4', 'shape': (1,)}", [0, 0, 0, 0]), "header" },
        { "key twice", File("{'descr': '<f4', 'descr': '<f4', 'shape': (1,)}", [0, 0, 0, 0]), "twice" },
        { "key unknown", File("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 1}", [0, 0, 0, 0]), "header" },
        { "negative", File(Header("<f4", "(-1,)"), []), "header" },
        { "huge", File(Header("<f4", "(9999999999,)"), []), "9999999999" },
        { "wrapping", File(Header("<f4", "(65536, 65536, 65536, 65536)"), []), "elements" },
        { "short of data", File(Header("<f4", "(1000000,)"), [0, 0, 0, 0]), "4000000" },
        { "trailing", File(Header("<f4", "(1,)"), [0, 0, 0, 0, 0]), "after" },
        { "pickle", File(Header("|O", "(1,)"), [0x80, 4]), "pickled" },
        { "structure", File("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", [0, 0, 0, 0]), "header" },
        { "text", File(Header("<U3", "(1,)"), new byte[12]), "<U3" },
        { "date", File(Header("<M8[ns]", "(1,)"), new byte[8]), "<M8[ns]" },
        { "complex", File(Header("<c8", "(1,)"), new byte[8]), "<c8" },
        { "uint64", File(Header("<u8", "(1,)"), new byte[8]), "<u8" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void Broken_arrays_are_refused(string what, byte[] bytes, string word)
    {
        Assert.NotNull(what);
        using var folder = new Folder();
        System.IO.File.WriteAllBytes(folder["a.npy"], bytes);
        Assert.Contains(word, Assert.Throws<FileException>(() => Npy.Load(folder["a.npy"])).Message);
        // The same inside a zip file.
        Zip(folder["a.npz"], ("x.npy", bytes));
        Assert.Throws<FileException>(() => Npz.Load(folder["a.npz"]));
    }

    private static void Zip(string path, params (string Name, byte[] Bytes)[] entries)
    {
        using var zip = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach (var (name, bytes) in entries)
        {
            using var entry = zip.CreateEntry(name).Open();
            entry.Write(bytes);
        }
    }

    [Fact]
    public void What_is_written_is_read()
    {
        using var folder = new Folder();
        Tensor[] tensors = [Tensor.From<float>([1, float.NaN], [2, 1]), 3.5, Tensor.From<bool>([true]), Arange(6).Reshape(2, 3).T, Zeros(0, 2), Tensor.From<int>([-1])];
        foreach (var compress in (bool[])[false, true])
        {
            Npz.Save(folder["a.npz"], tensors.Select((tensor, i) => new KeyValuePair<string, Tensor>($"../{i}", tensor)), compress);
            var read = Npz.Load(folder["a.npz"]);
            Assert.Equal(tensors.Select(tensor => tensor.ToString()), read.Values.Select(tensor => tensor.ToString()));
        }
        Npy.Save(folder["a.npy"], tensors[3]);
        Assert.Equal(tensors[3].ToString(), Npy.Load(folder["a.npy"]).ToString());
        Assert.Equal(0, (System.IO.File.ReadAllBytes(folder["a.npy"]).Length - (6 * 8)) % 64); // aligned as NumPy aligns
        Assert.Equal(["a.npy", "a.npz"], folder.Names);
    }

    [Fact]
    public void Damaged_zip_files_are_refused()
    {
        using var folder = new Folder();
        Npz.Save(folder["a.npz"], [new("x", Ones(50)), new("y", Arange(9))]);
        var bytes = System.IO.File.ReadAllBytes(folder["a.npz"]);
        foreach (var length in Enumerable.Range(0, bytes.Length).Where(length => length % 7 == 0))
        {
            System.IO.File.WriteAllBytes(folder["b.npz"], bytes[..length]);
            Assert.Throws<FileException>(() => Npz.Load(folder["b.npz"]));
        }
        for (var i = 0; i < bytes.Length; i += 3)
        {
            var flipped = bytes.ToArray();
            flipped[i] ^= 4;
            System.IO.File.WriteAllBytes(folder["b.npz"], flipped);
            try
            {
                Npz.Load(folder["b.npz"]);
            }
            catch (FileException)
            {
            }
        }
        // One value changed: the checksum tells.
        var changed = bytes.ToArray();
        changed[bytes.AsSpan().IndexOf((ReadOnlySpan<byte>)[0, 0, 0x80, 0x3F]) + 1] ^= 1;
        System.IO.File.WriteAllBytes(folder["b.npz"], changed);
        Assert.Contains("checksum", Assert.Throws<FileException>(() => Npz.Load(folder["b.npz"])).Message);
        Zip(folder["twice.npz"], ("x.npy", System.IO.File.ReadAllBytes(Saved(folder))), ("x.npy", System.IO.File.ReadAllBytes(Saved(folder))));
        Assert.Contains("twice", Assert.Throws<FileException>(() => Npz.Load(folder["twice.npz"])).Message);
    }

    private static string Saved(Folder folder)
    {
        Npy.Save(folder["x.npy"], Ones(2));
        return folder["x.npy"];
    }

    [Fact]
    public void A_bomb_is_refused_before_it_goes_off()
    {
        using var folder = new Folder();
        using (var zip = ZipFile.Open(folder["a.npz"], ZipArchiveMode.Create))
        {
            using var entry = zip.CreateEntry("x.npy", CompressionLevel.SmallestSize).Open();
            // The header promises what a small file can deflate to, and far more.
            entry.Write(File(Header("<f4", "(500000000,)"), []));
            entry.Write(new byte[1 << 20]);
        }
        Assert.Contains("2000000000", Assert.Throws<FileException>(() => Npz.Load(folder["a.npz"])).Message);
    }
}
