using System.Formats.Tar;
using System.Security;
using System.Text;

namespace Autograd.Serialization;

/// <summary>
/// Files that are written whole or not at all: into a temporary file in the same folder, through to the disk, then renamed over the old one. Whoever reads meanwhile
/// sees the old file; whoever interrupts leaves it, and a temporary file that the next one to write to that name removes.
/// </summary>
internal static class AtomicFile
{
    /// <summary>Writes a file.</summary>
    /// <exception cref="FileException">It cannot be written; the old file, if any, is as it was.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        string? temporary = null;
        try
        {
            var target = Resolve(Path.GetFullPath(path));
            if (Directory.Exists(target))
            {
                throw new FileException($"Cannot write '{path}': it is a folder.");
            }
            var folder = Path.GetDirectoryName(target)!;
            if (!Directory.Exists(folder))
            {
                throw new FileException($"Cannot write '{path}': the folder '{folder}' does not exist; create it first.");
            }
            RequireRegular(target, path, "write");
            // The temporary file is open, and so locked, until it has its new name: what is not locked nobody is writing.
            using (var stream = Temporary(folder, Path.GetFileName(target)))
            {
                temporary = stream.Name;
                write(stream);
                stream.Flush(flushToDisk: true);
                // Who may read the old file may read the new one, and nobody else.
                if (!OperatingSystem.IsWindows() && File.Exists(target) && File.GetUnixFileMode(target) is var mode && File.GetUnixFileMode(temporary) != mode)
                {
                    File.SetUnixFileMode(temporary, mode);
                }
                File.Move(temporary, target, overwrite: true);
                temporary = null;
            }
        }
        catch (Exception error) when (IsOfFiles(error))
        {
            throw new FileException($"Cannot write '{path}': {error.Message}", error);
        }
        catch (ArgumentOutOfRangeException error)
        {
            // What .NET makes of EFBIG.
            throw new FileException($"Cannot write '{path}': it would be larger than the file system, or a limit of this process, allows.", error);
        }
        finally
        {
            if (temporary is not null)
            {
                Remove(temporary);
            }
        }
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="FileException">It cannot be read.</exception>
    public static T Read<T>(string path, Func<Stream, T> read) => Read(path, null, (stream, _) => read(stream));

    /// <summary>Reads a file that decides what memory is taken.</summary>
    /// <exception cref="FileException">It cannot be read, or costs more than the limits allow.</exception>
    public static T Read<T>(string path, LoadLimits? limits, Func<Stream, FileCost, T> read)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        try
        {
            if (Directory.Exists(path))
            {
                throw new FileException("it is a folder.");
            }
            RequireRegular(Resolve(Path.GetFullPath(path)), path, "read");
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16);
            return stream.CanSeek ? read(stream, new FileCost(limits ?? LoadLimits.Default, stream.Length)) : throw NotRegular(path, "read");
        }
        catch (EndOfStreamException error)
        {
            throw new FileException($"'{path}': the file is cut: it ends before what it says it holds.", error);
        }
        catch (Exception error) when (IsOfFiles(error) || error is InvalidDataException)
        {
            throw new FileException($"Cannot read '{path}': {error.Message}", error);
        }
        catch (FileException error) when (!error.Message.Contains($"'{path}'", StringComparison.Ordinal))
        {
            throw new FileException($"'{path}': {error.Message}", error);
        }
    }

    /// <summary>Refuses what is neither a file of bytes nor nothing: a device, which a rename would replace, or a pipe, which would let the reader wait for ever.</summary>
    /// <exception cref="FileException">It is one.</exception>
    public static void RequireRegular(string path)
    {
        try
        {
            RequireRegular(Resolve(Path.GetFullPath(path)), path, "write");
        }
        catch (Exception error) when (IsOfFiles(error))
        {
            throw new FileException($"Cannot write '{path}': {error.Message}", error);
        }
    }

    private static void RequireRegular(string target, string path, string purpose)
    {
        // Of the kinds of files, .NET tells only to those who put them into archives. All that are not regular have no length.
        if (OperatingSystem.IsWindows() || new FileInfo(target) is not { Exists: true, Length: 0 })
        {
            return;
        }
        using var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
        {
            try
            {
                writer.WriteEntry(target, "x");
            }
            catch (IOException error) when (error is not (FileNotFoundException or DirectoryNotFoundException))
            {
                throw NotRegular(path, purpose); // a socket
            }
        }
        archive.Position = 0;
        using var reader = new TarReader(archive);
        if (reader.GetNextEntry() is { EntryType: not TarEntryType.RegularFile })
        {
            throw NotRegular(path, purpose);
        }
    }

    private static FileException NotRegular(string path, string purpose) => new($"Cannot {purpose} '{path}': it is not a regular file, but a device, a pipe or a socket.");

    private static bool IsOfFiles(Exception error) => error is IOException or UnauthorizedAccessException or NotSupportedException or SecurityException;

    // A link stays a link; the file it stands for is replaced.
    private static string Resolve(string path) =>
        new FileInfo(path) is { LinkTarget: not null } link && link.ResolveLinkTarget(returnFinalTarget: true) is { } target ? target.FullName : path;

    // ---- Temporary files ----------------------------------------------------------------------------------------------------------------------------

    private const string Prefix = ".saving-";

    // Names can be as long as a file system allows, so the temporary one has the checksum of the other.
    private static string PrefixOf(string name)
    {
        var checksum = new Crc32();
        checksum.Append(Encoding.UTF8.GetBytes(name));
        return $"{Prefix}{checksum.Value:x8}-";
    }

    // Others may read it, as they do when it has its new name, but only one who can lock it whole may remove it.
    private static FileStream Temporary(string folder, string name)
    {
        for (var attempt = 1; ; attempt++)
        {
            var path = Path.Combine(folder, $"{PrefixOf(name)}{Guid.NewGuid():N}.tmp");
            FileStream? stream = null;
            try
            {
                stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete, 1 << 16);
            }
            catch (IOException) when (attempt < 3)
            {
                // Between its creation and its lock, somebody else may have taken it for abandoned.
            }
            if (stream is not null)
            {
                RemoveAbandoned(folder, name, path);
                if (File.Exists(path))
                {
                    return stream;
                }
                stream.Dispose();
            }
        }
    }

    // What was left by writers of the same file that were killed. Where nothing can be locked, nobody can tell.
    private static void RemoveAbandoned(string folder, string name, string own)
    {
        try
        {
            string[] others = [.. Directory.EnumerateFiles(folder, PrefixOf(name) + "*.tmp").Where(other => other != own)];
            if (others.Length > 0 && Locked(own) is { } unlocked)
            {
                unlocked.Dispose();
                return;
            }
            foreach (var other in others)
            {
                using var abandoned = Locked(other);
                if (abandoned is not null)
                {
                    File.Delete(other);
                }
            }
        }
        catch (Exception error) when (IsOfFiles(error))
        {
            // They do no harm.
        }
    }

    private static FileStream? Locked(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.ReadWrite, OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None, 1);
        }
        catch (Exception error) when (IsOfFiles(error))
        {
            return null;
        }
    }

    private static void Remove(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception error) when (IsOfFiles(error))
        {
            // The error that brought us here matters more than a file left behind.
        }
    }
}
