using System.Buffers.Binary;
using System.IO.Compression;
using Autograd.Serialization;

namespace Autograd.Reports;

/// <summary>Writes images as PNG: gray where all pixels are gray, otherwise red, green and blue.</summary>
internal static class PngWriter
{
    internal static byte[] Write(Pixels image)
    {
        var gray = IsGray(image.Bytes);
        using var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, image.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], image.Height);
        (header[8], header[9]) = (8, (byte)(gray ? 0 : 2));
        Chunk(png, "IHDR"u8, header);
        Chunk(png, "IDAT"u8, Compressed(image, gray));
        Chunk(png, "IEND"u8, []);
        return png.ToArray();
    }

    private static byte[] Compressed(Pixels image, bool gray)
    {
        using var compressed = new MemoryStream();
        using (var deflate = new ZLibStream(compressed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            var stride = 3 * image.Width;
            var line = new byte[1 + (gray ? image.Width : stride)]; // begins with the filter of the line, 0 for none
            for (var y = 0; y < image.Height; y++)
            {
                var row = image.Bytes.AsSpan(y * stride, stride);
                for (var i = 1; i < line.Length; i++)
                {
                    line[i] = row[gray ? 3 * (i - 1) : i - 1];
                }

                deflate.Write(line);
            }
        }

        return compressed.ToArray();
    }

    private static bool IsGray(byte[] bytes)
    {
        for (var i = 0; i < bytes.Length; i += 3)
        {
            if (bytes[i] != bytes[i + 1] || bytes[i] != bytes[i + 2])
            {
                return false;
            }
        }

        return true;
    }

    private static void Chunk(MemoryStream png, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        png.Write(number);
        png.Write(type);
        png.Write(data);
        var checksum = new Crc32();
        checksum.Append(type);
        checksum.Append(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, checksum.Value);
        png.Write(number);
    }
}
