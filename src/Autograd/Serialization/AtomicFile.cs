namespace Autograd.Serialization;

/// <summary>
/// Files that are written whole or not at all: into a temporary file in the same folder, through to the disk, then renamed over the old one. Whoever reads meanwhile
/// sees the old file; whoever interrupts leaves it.
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
            var name = Path.Combine(folder, $".saving-{Guid.NewGuid():N}.tmp");
            using (var stream = new FileStream(name, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                temporary = name;
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            // Who may read the old file may read the new one, and nobody else.
            if (!OperatingSystem.IsWindows() && File.Exists(target) && File.GetUnixFileMode(target) is var mode && File.GetUnixFileMode(name) != mode)
            {
                File.SetUnixFileMode(name, mode);
            }
            File.Move(name, target, overwrite: true);
            temporary = null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or System.Security.SecurityException)
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
    public static T Read<T>(string path, Func<Stream, T> read)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16);
            return read(stream);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or InvalidDataException or System.Security.SecurityException)
        {
            throw new FileException($"Cannot read '{path}': {error.Message}", error);
        }
        catch (FileException error) when (error.InnerException is not FileException)
        {
            throw new FileException($"'{path}': {error.Message}", error);
        }
    }

    // A link stays a link; the file it stands for is replaced.
    private static string Resolve(string path) =>
        new FileInfo(path) is { LinkTarget: not null } link && link.ResolveLinkTarget(returnFinalTarget: true) is { } target ? target.FullName : path;

    private static void Remove(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The error that brought us here matters more than a file left behind.
        }
    }
}
