using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using Autograd.Serialization;

namespace Autograd.Data;

/// <summary>
/// Where files of public data sets are: in the folder that the environment variable AUTOGRAD_DATA names, else in a cache of the user's, else on the net, from where they come into the cache whole and
/// checked or not at all.
/// </summary>
/// <param name="folder">The folder the user named, if any.</param>
/// <param name="cache">The folder of the cache, if there is one.</param>
/// <param name="network">Fetches files; a test's own, or the usual.</param>
/// <param name="progress">Says what is fetched.</param>
internal sealed class DataStore(string? folder, string? cache, HttpMessageHandler? network, TextWriter progress)
{
    public const string Variable = "AUTOGRAD_DATA";

    private const long MostBytes = 1 << 28;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    public static DataStore Default
    {
        get
        {
            var named = Environment.GetEnvironmentVariable(Variable);
            var local = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
            return new DataStore(string.IsNullOrWhiteSpace(named) ? null : named, local.Length == 0 ? null : Path.Combine(local, "autograd"), null, Console.Error);
        }
    }

    /// <summary>The path of a file, fetched if need be.</summary>
    /// <exception cref="FileException">It is not there and cannot be fetched, or is something else; the message says what to do.</exception>
    public string Find(DataFile file)
    {
        if (TryFind(file) is { } path)
        {
            return path;
        }
        if (file.Address is null)
        {
            throw new FileException($"{file.Path} is not there and is not fetched by itself. Get it {file.Origin} and {WhatToDo(file)}.");
        }
        if (cache is null)
        {
            throw new FileException($"{file.Path} is not there, and there is no folder to keep it in. Get it from {file.Address} and {WhatToDo(file)}.");
        }
        var target = Path.Combine(cache, file.Set, file.Name);
        var content = Fetch(file);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FileException($"{file.Path} cannot be kept: {error.Message} Get it from {file.Address} and {WhatToDo(file)}.", error);
        }
        AtomicFile.Write(target, stream => stream.Write(content));
        return target;
    }

    /// <summary>The path of a file if it is on this machine.</summary>
    /// <exception cref="FileException">The folder that the user named does not exist, or the file is something else.</exception>
    public string? TryFind(DataFile file)
    {
        if (folder is not null && !Directory.Exists(folder))
        {
            throw new FileException($"{Variable} names '{folder}', and there is no such folder.");
        }
        foreach (var root in (string?[])[folder, cache])
        {
            foreach (var name in file.Names)
            {
                if (root is not null && Path.Combine(root, file.Set, name) is var path && File.Exists(path))
                {
                    AtomicFile.Read(path, stream =>
                    {
                        var start = new byte[512];
                        RefuseImpostor(start.AsSpan(0, stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)));
                        return 0;
                    });
                    return path;
                }
            }
        }
        return null;
    }

    // What stands where data should be: the answer of a server that had none, or of a repository that keeps its large files elsewhere.
    private static void RefuseImpostor(ReadOnlySpan<byte> start)
    {
        if (start.IsEmpty)
        {
            throw new FileException("the file is empty, where data are expected.");
        }
        if (start.StartsWith("version https://git-lfs"u8))
        {
            throw new FileException("this is a Git LFS pointer, not the data it stands for; get those with 'git lfs pull'.");
        }
        if (start.TrimStart((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF, (byte)' ', (byte)'\t', (byte)'\r', (byte)'\n']).StartsWith("<"u8))
        {
            throw new FileException("this is an HTML page, not data; a server probably sent it in their place. Delete it and get the file again.");
        }
    }

    private string WhatToDo(DataFile file) =>
        $"put it at '{Path.Combine(folder ?? cache ?? ".", file.Set, file.Name)}'{(folder is null ? $", or let the environment variable {Variable} name a folder that has {file.Path}" : "")}";

    private byte[] Fetch(DataFile file)
    {
        byte[] content;
        try
        {
            content = FetchAsync(file).GetAwaiter().GetResult();
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException)
        {
            var reason = error is OperationCanceledException ? $"nothing came for {s_patience.TotalSeconds} seconds" : error.Message.TrimEnd('.');
            throw new FileException($"{file.Path} is not on this machine and cannot be fetched from {file.Address}: {reason}. Get it in another way and {WhatToDo(file)}.", error);
        }
        try
        {
            RefuseImpostor(content.AsSpan(0, Math.Min(content.Length, 512)));
        }
        catch (FileException error)
        {
            throw new FileException($"What came from {file.Address}: {error.Message}", error);
        }
        if (file.Sha256 is { } expected && !Matches(content, expected))
        {
            throw new FileException(
                $"What came from {file.Address} is not {file.Path} as it was published (its SHA-256 is {Convert.ToHexStringLower(SHA256.HashData(content))}, not {expected}); nothing was kept.");
        }
        return content;
    }

    private async Task<byte[]> FetchAsync(DataFile file)
    {
        using var client = new HttpClient(network ?? new HttpClientHandler(), disposeHandler: network is null);
        using var patience = new CancellationTokenSource(s_patience);
        client.Timeout = Timeout.InfiniteTimeSpan;
        using var answer = await client.GetAsync(new Uri(file.Address!), HttpCompletionOption.ResponseHeadersRead, patience.Token).ConfigureAwait(false);
        answer.EnsureSuccessStatusCode();
        var expected = answer.Content.Headers.ContentLength;
        await progress.WriteLineAsync($"Fetching {file.Path}{(expected is { } all ? string.Create(CultureInfo.InvariantCulture, $" ({all / 1e6:0.0} MB)") : "")} from {file.Address}").ConfigureAwait(false);
        using var stream = await answer.Content.ReadAsStreamAsync(patience.Token).ConfigureAwait(false);
        using var content = new MemoryStream();
        var buffer = new byte[1 << 16];
        int count;
        while ((count = await stream.ReadAsync(buffer, patience.Token).ConfigureAwait(false)) > 0)
        {
            content.Write(buffer, 0, count);
            if (content.Length > MostBytes)
            {
                throw new HttpRequestException($"more than {MostBytes} bytes came");
            }
            patience.CancelAfter(s_patience);
        }
        return expected is { } promised && promised != content.Length
            ? throw new HttpRequestException($"{content.Length} of {promised} bytes came")
            : content.ToArray();
    }

    private static bool Matches(byte[] content, string expected)
    {
        if (Convert.ToHexStringLower(SHA256.HashData(content)) == expected)
        {
            return true;
        }
        if (content is not [0x1F, 0x8B, ..])
        {
            return false;
        }
        try
        {
            using var unpacked = new GZipStream(new MemoryStream(content), CompressionMode.Decompress);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var cost = new FileCost(LoadLimits.Default, content.Length);
            var buffer = new byte[1 << 16];
            int count;
            while ((count = unpacked.Read(buffer)) > 0)
            {
                cost.Take(count, "what it unpacks to");
                hash.AppendData(buffer, 0, count);
            }
            return Convert.ToHexStringLower(hash.GetHashAndReset()) == expected;
        }
        catch (Exception error) when (error is InvalidDataException or FileException)
        {
            return false;
        }
    }
}
