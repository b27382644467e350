using System.Buffers.Binary;
using System.IO.Compression;
using Autograd.Data;
using Autograd.Serialization;

namespace Autograd;

/// <summary>Arrays in the IDX files of MNIST (http://yann.lecun.com/exdb/mnist): plain or compressed with gzip.</summary>
public static class Idx
{
    // Deflate makes at most this many bytes out of one.
    private const long MostExpansion = 1032;

    /// <summary>Reads an array. Bytes and 16-bit integers become int32; the rest keep their type.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limits">What reading it may cost; <see cref="LoadLimits.Default"/> when left out.</param>
    /// <exception cref="FileException">The file cannot be read, is not in this format, holds fewer or more values than it says, or costs more than the limits allow.</exception>
    public static Tensor Load(string path, LoadLimits? limits = null) => Read(path, limits).ToTensor();

    internal static IdxArray Read(string path, LoadLimits? limits = null) => AtomicFile.Read(path, limits, (stream, cost) =>
    {
        var start = new byte[2];
        var isPacked = stream.ReadAtLeast(start, 2, throwOnEndOfStream: false) == 2 && start is [0x1F, 0x8B];
        stream.Position = 0;
        if (!isPacked)
        {
            return Read(stream, stream.Length, cost);
        }
        try
        {
            using var unpacked = new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true);
            var array = Read(unpacked, stream.Length * MostExpansion, cost);
            RequireWhole(stream, array);
            return array;
        }
        catch (InvalidDataException error)
        {
            throw new FileException("the gzip file is damaged: get it again.", error); // .NET says of a wrong checksum that the method of compression is not supported
        }
    });

    // GZipStream does not miss the checksum and the length at the end of a file that was cut there. They are those of the last part, where there are several.
    private static void RequireWhole(Stream packed, IdxArray array)
    {
        byte[] header = [0, 0, array.Type, (byte)array.Shape.Rank, .. array.Shape.SelectMany(extent => (byte[])[(byte)(extent >> 24), (byte)(extent >> 16), (byte)(extent >> 8), (byte)extent])];
        Span<byte> end = stackalloc byte[8];
        if (packed.Length < 18)
        {
            throw new FileException("the gzip file is cut.");
        }
        packed.Seek(-8, SeekOrigin.End);
        packed.ReadExactly(end);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(end[4..]);
        var checksum = new Crc32();
        if (length <= (uint)(header.Length + array.Bytes.Length))
        {
            checksum.Append(header.AsSpan()[Math.Min(header.Length, (int)(header.Length + array.Bytes.Length - length))..]);
            checksum.Append(array.Bytes.AsSpan()[Math.Max(0, (int)(array.Bytes.Length - length))..]);
        }
        if (length > (uint)(header.Length + array.Bytes.Length) || checksum.Value != BinaryPrimitives.ReadUInt32LittleEndian(end))
        {
            throw new FileException("the checksum at the end of the gzip file is wrong or cut off.");
        }
    }

    /// <param name="stream">Where the header begins.</param>
    /// <param name="most">The most bytes there can be, so that a header cannot ask for more memory than the file could fill.</param>
    /// <param name="cost">What the array is taken out of.</param>
    private static IdxArray Read(Stream stream, long most, FileCost cost)
    {
        Span<byte> magic = stackalloc byte[4];
        if (stream.ReadAtLeast(magic, 4, throwOnEndOfStream: false) < 4 || magic is not [0, 0, _, _])
        {
            throw new FileException("this is no IDX file: it does not begin with two zeros, a type and a rank.");
        }
        var (type, rank) = (magic[2], magic[3]);
        var size = type switch
        {
            0x08 or 0x09 => 1,
            0x0B => 2,
            0x0C or 0x0D => 4,
            0x0E => 8,
            _ => throw new FileException($"IDX type 0x{type:X2}; those known are 08, 09, 0B, 0C, 0D and 0E."),
        };
        if (rank is 0 or > 8)
        {
            throw new FileException($"an IDX array of rank {rank}; it must be 1 to 8.");
        }
        Span<byte> extents = stackalloc byte[4 * rank];
        if (stream.ReadAtLeast(extents, extents.Length, throwOnEndOfStream: false) < extents.Length)
        {
            throw new FileException("the file ends within the IDX header.");
        }
        var shape = new int[rank];
        var needed = (Int128)size;
        for (var axis = 0; axis < rank; axis++)
        {
            var extent = BinaryPrimitives.ReadUInt32BigEndian(extents[(4 * axis)..]);
            needed *= extent;
            shape[axis] = (int)Math.Min(extent, int.MaxValue);
        }
        var header = 4 + extents.Length;
        if (needed > most - header || needed > Array.MaxLength || shape.Contains(int.MaxValue))
        {
            throw new FileException($"the IDX header claims {needed} bytes of data, and there can be {Math.Min(most - header, Array.MaxLength)} at most: the file is cut or damaged.");
        }
        // The bytes, and the tensor, whose elements have four bytes or eight.
        cost.Take(needed + ((needed / size) * Math.Max(size, 4)), $"the IDX array of shape {Shape.Format(shape)}");
        var bytes = new byte[(int)needed];
        var read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (read < bytes.Length)
        {
            throw new FileException($"the IDX header claims {needed} bytes of data, and there are {read}: the file is cut.");
        }
        return stream.ReadByte() < 0
            ? new IdxArray(type, Shape.Of(shape), bytes)
            : throw new FileException($"there are bytes after the {needed} that the IDX header claims.");
    }
}
