using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using Autograd.Data;
using Autograd.Tests.Files;

namespace Autograd.Tests.Data;

/// <summary>Where files of public data sets are looked for, and what comes from the net.</summary>
public class DataStoreTests
{
    private static readonly byte[] s_content = [.. "some data"u8];

    private sealed class Network(Func<HttpResponseMessage> answer) : HttpMessageHandler
    {
        public int Calls { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Calls++;
            return Task.FromResult(answer());
        }
    }

    private static Network Serving(byte[] content) => new(() => new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(content) });

    private static DataFile Wanted(byte[]? content = null) =>
        new("set", "file.gz", "https://example.org/file.gz", Convert.ToHexStringLower(SHA256.HashData(content ?? s_content)));

    [Fact]
    public void The_named_folder_comes_first_then_the_cache_then_the_net()
    {
        using var folder = new Folder();
        using var network = Serving(s_content);
        Directory.CreateDirectory(folder["named"]);
        var cache = Path.Combine(folder.Path, "cache", "autograd");
        using var progress = new StringWriter();
        var store = new DataStore(folder["named"], cache, network, progress);
        Assert.Null(store.TryFind(Wanted()));
        var fetched = store.Find(Wanted());
        Assert.Equal(Path.Combine(cache, "set", "file.gz"), fetched);
        Assert.Equal(s_content, File.ReadAllBytes(fetched));
        Assert.Contains("Fetching set/file.gz", progress.ToString());
        Assert.Equal(fetched, store.Find(Wanted()));
        Assert.Equal(1, network.Calls);
        Directory.CreateDirectory(Path.Combine(folder["named"], "set"));
        var unpacked = Path.Combine(folder["named"], "set", "file");
        File.WriteAllBytes(unpacked, s_content);
        Assert.Equal(unpacked, store.Find(Wanted()));
    }

    [Fact]
    public void What_is_packed_in_another_way_is_known_by_what_it_holds()
    {
        using var folder = new Folder();
        using var packed = new MemoryStream();
        using (var stream = new GZipStream(packed, CompressionLevel.Fastest))
        {
            stream.Write(s_content);
        }
        using var network = Serving(packed.ToArray());
        Assert.True(File.Exists(new DataStore(null, folder["cache"], network, TextWriter.Null).Find(Wanted())));
    }

    public static TheoryData<string, byte[], string> Wrong => new()
    {
        { "other data", [.. "other data"u8], "not set/file.gz as it was published" },
        { "broken gzip", [0x1F, 0x8B, 8, 0, 1, 2, 3, 4], "not set/file.gz as it was published" },
        { "page", [.. "\n <!DOCTYPE html><html>"u8], "an HTML page" },
        { "page with a mark", [0xEF, 0xBB, 0xBF, .. "<html>"u8], "an HTML page" },
        { "pointer", [.. "version https://git-lfs.github.com/spec/v1\noid"u8], "a Git LFS pointer" },
        { "nothing", [], "empty" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Something_else_is_refused_and_not_kept(string what, byte[] content, string words)
    {
        Assert.NotNull(what);
        using var folder = new Folder();
        using var network = Serving(content);
        var store = new DataStore(null, folder["cache"], network, TextWriter.Null);
        var message = Assert.Throws<FileException>(() => store.Find(Wanted())).Message;
        Assert.Contains(words, message);
        Assert.Contains("https://example.org/file.gz", message);
        Assert.Empty(folder.Names);
        if (!words.StartsWith("not", StringComparison.Ordinal)) // a file of the user's is taken as it is, unless it is plainly something else
        {
            Directory.CreateDirectory(folder["set"]);
            File.WriteAllBytes(Path.Combine(folder["set"], "file.gz"), content);
            Assert.Contains(words, Assert.Throws<FileException>(() => new DataStore(folder.Path, null, network, TextWriter.Null).Find(Wanted())).Message);
        }
    }

    [Fact]
    public void Without_the_net_the_message_says_what_to_do()
    {
        using var folder = new Folder();
        using var network = new Network(() => throw new HttpRequestException("no route to host"));
        using var refusing = new Network(() => new HttpResponseMessage(HttpStatusCode.NotFound));
        using var cut = new Network(() =>
        {
            var answer = new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent([1, 2]) };
            answer.Content.Headers.ContentLength = 9;
            return answer;
        });
        string Message(string? named, string? cache, Network with, DataFile file) =>
            Assert.Throws<FileException>(() => new DataStore(named, cache, with, TextWriter.Null).Find(file)).Message;
        var message = Message(null, folder["cache"], network, Wanted());
        Assert.Contains("no route to host", message);
        Assert.Contains("https://example.org/file.gz", message);
        Assert.Contains(Path.Combine(folder["cache"], "set", "file.gz"), message);
        Assert.Contains("AUTOGRAD_DATA", message);
        Assert.Contains("404", Message(null, folder["cache"], refusing, Wanted()));
        Assert.Contains("2 of 9 bytes", Message(null, folder["cache"], cut, Wanted()));
        Assert.Contains("no folder to keep it in", Message(null, null, network, Wanted()));
        Assert.Contains("no such folder", Message(folder["missing"], folder["cache"], network, Wanted()));
        var unfetched = Message(folder.Path, folder["cache"], network, new DataFile("set", "file", Origin: "from its owner"));
        Assert.Contains("Get it from its owner and put it at", unfetched);
        Assert.Contains(Path.Combine(folder.Path, "set", "file"), unfetched);
        Assert.Empty(folder.Names);
        File.WriteAllText(folder["cache"], "in the way");
        using var serving = Serving(s_content);
        Assert.Contains("cannot be kept", Message(null, folder["cache"], serving, Wanted()));
    }
}
