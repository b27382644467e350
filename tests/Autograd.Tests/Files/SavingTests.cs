using Autograd.Serialization;

namespace Autograd.Tests.Files;

/// <summary>A file is the old one or the new one, whole, whatever happens while it is written.</summary>
public class SavingTests
{
    [Fact]
    public void A_failure_while_writing_leaves_the_old_file_and_nothing_else()
    {
        using var folder = new Folder();
        File.WriteAllText(folder["a"], "old");
        Assert.Throws<FileException>(() => AtomicFile.Write(folder["a"], stream =>
        {
            stream.Write("half of the n"u8);
            throw new IOException("No space left on device");
        }));
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(folder["a"], _ => throw new InvalidOperationException("A bug of somebody's.")));
        Assert.Equal("old", File.ReadAllText(folder["a"]));
        Assert.Equal(["a"], folder.Names);
    }

    public static TheoryData<string, string> Impossible => new()
    {
        { "a folder", "." },
        { "a missing folder", "missing/a" },
        { "a folder that is a file", "file/a" },
        { "a name too long", new string('x', 300) },
        { "a name with a zero", "a\0b" },
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public void Paths_that_cannot_be_are_refused(string what, string path)
    {
        Assert.NotNull(what);
        using var folder = new Folder();
        File.WriteAllText(folder["file"], "");
        var error = Assert.ThrowsAny<Exception>(() => AtomicFile.Write(folder[path], stream => stream.WriteByte(1)));
        Assert.True(error is FileException or ArgumentException, error.ToString());
        Assert.Equal(["file"], folder.Names);
    }

    [Fact]
    public void A_folder_without_permission_is_refused()
    {
        if (OperatingSystem.IsWindows() || Environment.UserName == "root")
        {
            return; // root may write anywhere
        }
        using var folder = new Folder();
        File.SetUnixFileMode(folder.Path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.Throws<FileException>(() => AtomicFile.Write(folder["a"], stream => stream.WriteByte(1)));
        File.SetUnixFileMode(folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public async Task Two_at_once_leave_one_whole_file()
    {
        using var folder = new Folder();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Task.Run(() =>
        {
            for (var i = 0; i < 20; i++)
            {
                AtomicFile.Write(folder["a"], stream => stream.Write(Enumerable.Repeat((byte)number, 10_000).ToArray()));
                var read = AtomicFile.Read(folder["a"], stream =>
                {
                    var bytes = new byte[stream.Length];
                    stream.ReadExactly(bytes);
                    return bytes;
                });
                Assert.Equal(10_000, read.Length);
                Assert.Single(read.Distinct());
            }
        })));
        Assert.Equal(["a"], folder.Names);
    }

    [Fact]
    public void A_link_stays_a_link()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }
        using var folder = new Folder();
        File.WriteAllText(folder["target"], "old");
        File.CreateSymbolicLink(folder["link"], folder["target"]);
        AtomicFile.Write(folder["link"], stream => stream.Write("new"u8));
        Assert.NotNull(new FileInfo(folder["link"]).LinkTarget);
        Assert.Equal("new", File.ReadAllText(folder["target"]));
    }
}
