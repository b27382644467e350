using System.IO.Compression;
using Autograd.Serialization;

namespace Autograd;

/// <summary>Several arrays by name, in NumPy's <c>.npz</c>: a zip file of <c>.npy</c> files.</summary>
public static class Npz
{
    // Deflate makes at most this many bytes out of one.
    private const long MostExpansion = 1032;

    /// <summary>Writes arrays.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">The arrays by name.</param>
    /// <param name="compress">Whether to compress, as NumPy's savez_compressed does.</param>
    /// <exception cref="FileException">The file cannot be written; an old file is as it was.</exception>
    /// <exception cref="ValueException">A name is given twice.</exception>
    public static void Save(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, bool compress = false)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        var all = tensors.ToArray();
        if (all.DistinctBy(entry => entry.Key).Count() != all.Length)
        {
            throw new ValueException("Npz: a name is given twice.");
        }
        AtomicFile.Write(path, stream =>
        {
            using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
            foreach (var (name, tensor) in all)
            {
                using var entry = zip.CreateEntry(name + ".npy", compress ? CompressionLevel.Optimal : CompressionLevel.NoCompression).Open();
                Npy.Write(entry, tensor);
            }
        });
    }

    /// <summary>Reads all arrays, in the order of the file. Names are only names: nothing is written anywhere.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limits">What reading it may cost; <see cref="LoadLimits.Default"/> when left out.</param>
    /// <exception cref="FileException">The file cannot be read, is no zip file, holds something else than arrays of numbers, or costs more than the limits allow.</exception>
    public static IReadOnlyDictionary<string, Tensor> Load(string path, LoadLimits? limits = null) => AtomicFile.Read<IReadOnlyDictionary<string, Tensor>>(path, limits, Load);

    private static OrderedDictionary<string, Tensor> Load(Stream stream, FileCost cost)
    {
        using var zip = new ZipArchive(stream, ZipArchiveMode.Read);
        long claimed = 0;
        foreach (var entry in zip.Entries)
        {
            claimed += entry.CompressedLength;
            if (entry.CompressedLength < 0 || claimed > stream.Length || entry.Length < 0 || entry.Length > (entry.CompressedLength + 16) * MostExpansion)
            {
                throw new FileException($"entry '{entry.FullName}' claims more bytes than the file can hold.");
            }
            cost.Take(entry.Length, $"unpacked, the array '{entry.FullName}'");
        }
        var tensors = new OrderedDictionary<string, Tensor>();
        foreach (var entry in zip.Entries)
        {
            var name = entry.FullName.EndsWith(".npy", StringComparison.Ordinal) ? entry.FullName[..^4] : entry.FullName;
            if (tensors.ContainsKey(name))
            {
                throw new FileException($"the array '{name}' is there twice.");
            }
            using var content = new Checked(entry.Open());
            try
            {
                tensors.Add(name, Npy.Read(content, entry.Length, cost));
            }
            catch (FileException error)
            {
                throw new FileException($"array '{name}': {error.Message}", error.InnerException ?? error);
            }
            if (content.ReadByte() >= 0)
            {
                throw new FileException($"array '{name}': there are bytes after the array.");
            }
            if (content.Crc != entry.Crc32)
            {
                throw new FileException($"array '{name}' was damaged: its checksum is {content.Crc:x8} instead of {entry.Crc32:x8}.");
            }
        }
        return tensors;
    }

    // ZipArchive leaves the checksum to its user.
    private sealed class Checked(Stream inner) : Stream
    {
        private readonly Crc32 _crc = new();

        public uint Crc => _crc.Value;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var read = inner.Read(buffer);
            _crc.Append(buffer[..read]);
            return read;
        }

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }
            base.Dispose(disposing);
        }
    }
}
