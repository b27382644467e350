using System.Diagnostics;
using System.Net.Sockets;
using Autograd.Reports;
using Autograd.Serialization;

namespace Autograd.Tests.Files;

/// <summary>What is no regular file is neither replaced nor waited for.</summary>
public sealed class SpecialFiles
{
    private static readonly Tensor s_x = Tensor.Ones(2);

    private static Sequential Model_() => new([new Dense(1, inputShape: [1])]);

    public static TheoryData<string, Action<string>> Writers => new()
    {
        { "Model.Save", path => Model_().Save(path) },
        { "SaveWeights", path => Model_().SaveWeights(path) },
        { "Safetensors", path => Safetensors.Save(path, [new("x", s_x)]) },
        { "Npy", path => Npy.Save(path, s_x) },
        { "Npz", path => Npz.Save(path, [new("x", s_x)]) },
        { "ReportPage", path => new ReportPage("t").Save(path) },
        { "CsvLogger", path => Fit(new CsvLogger(path)) },
        { "CsvLogger that appends", path => Fit(new CsvLogger(path, append: true)) },
        { "ModelCheckpoint", path => Fit(new ModelCheckpoint(path)) },
        { "TrainingReport", path => Fit(new TrainingReport(path)) },
    };

    public static TheoryData<string, Action<string>> Readers => new()
    {
        { "Model.Load", path => Model.Load(path) },
        { "LoadWeights", path => Model_().LoadWeights(path) },
        { "Safetensors", path => Safetensors.Load(path) },
        { "Npy", path => Npy.Load(path) },
        { "Npz", path => Npz.Load(path) },
        { "Idx", path => Idx.Load(path) },
        { "Csv", path => Csv.Load(path) },
    };

    private static void Fit(Callback callback)
    {
        var model = Model_();
        model.Compile("sgd", "mse");
        model.Fit(Tensor.Ones(4, 1), Tensor.Ones(4, 1), verbose: 0, callbacks: [callback]);
    }

    // A device, a pipe, a socket, a folder, and links to them.
    private static IEnumerable<string> In(Folder folder)
    {
        using (var process = Process.Start("mkfifo", folder["pipe"]))
        {
            process.WaitForExit();
        }
        File.CreateSymbolicLink(folder["link to a pipe"], folder["pipe"]);
        File.CreateSymbolicLink(folder["link to a device"], "/dev/null");
        Directory.CreateDirectory(folder["folder"]);
        File.CreateSymbolicLink(folder["link to a folder"], folder["folder"]);
        return [folder["pipe"], folder["link to a pipe"], folder["link to a device"], folder["folder"], folder["link to a folder"], folder["socket"], "/dev/null"];
    }

    [Theory]
    [MemberData(nameof(Writers))]
    [MemberData(nameof(Readers))]
    public void Only_regular_files_are_read_and_replaced(string what, Action<string> use)
    {
        if (OperatingSystem.IsWindows())
        {
            return; // no such files there
        }
        using var folder = new Folder();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(folder["socket"]));
        var paths = In(folder).ToArray();
        var names = folder.Names.ToArray();
        foreach (var path in paths)
        {
            var error = Record.Exception(() => use(path));
            Assert.True(error is FileException, $"{what} of {path}: {error}");
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
        }
        Assert.Equal(names, folder.Names);
        Assert.Empty(Directory.GetFileSystemEntries(folder["folder"]));
        Assert.Equal("/dev/null", new FileInfo(folder["link to a device"]).LinkTarget);
    }

    [Fact]
    public void What_killed_writers_left_the_next_to_write_that_file_removes_and_nothing_else()
    {
        using var folder = new Folder();
        AtomicFile.Write(folder["other"], _ => { });
        string? left = null;
        AtomicFile.Write(folder["a"], _ => left = folder.Names.Single(name => name.StartsWith(".saving", StringComparison.Ordinal)));
        string? ofOther = null;
        AtomicFile.Write(folder["other"], _ => ofOther = folder.Names.Single(name => name.StartsWith(".saving", StringComparison.Ordinal)));
        File.WriteAllText(folder[left!], "half");
        File.WriteAllText(folder[ofOther!], "half");
        File.WriteAllText(folder[".saving-mine.tmp"], "a user's");

        // One that is being written is left alone, by whoever else writes to that name.
        AtomicFile.Write(folder["a"], outer =>
        {
            outer.Write("outer"u8);
            Assert.False(File.Exists(folder[left!]));
            AtomicFile.Write(folder["a"], inner => inner.Write("inner"u8));
            Assert.Equal("inner", File.ReadAllText(folder["a"]));
        });
        Assert.Equal("outer", File.ReadAllText(folder["a"]));
        Assert.Equal(new[] { ".saving-mine.tmp", ofOther!, "a", "other" }.Order(), folder.Names);
    }
}
