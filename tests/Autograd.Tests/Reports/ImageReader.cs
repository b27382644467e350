using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Autograd.Tests.Reports;

/// <summary>Decodes PNG and GIF by the words of their specifications, sharing no code with what writes them; whatever breaks a rule fails the test.</summary>
internal static class ImageReader
{
    internal static (int Width, int Height, (byte R, byte G, byte B)[] Pixels) Png(byte[] file)
    {
        Assert.Equal([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], file[..8]);
        var (at, data, header) = (8, new MemoryStream(), Array.Empty<byte>());
        for (var type = ""; type != "IEND";)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            type = Encoding.ASCII.GetString(file, at + 4, 4);
            Assert.Equal(Crc(file.AsSpan(at + 4, length + 4)), BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at + 8 + length)));
            var content = file.AsSpan(at + 8, length).ToArray();
            header = type == "IHDR" ? content : header;
            data.Write(type == "IDAT" ? content : []);
            at += length + 12;
        }

        Assert.Equal(file.Length, at);
        var (width, height, channels) = (BinaryPrimitives.ReadInt32BigEndian(header), BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4)), header[9] == 0 ? 1 : 3);
        Assert.Equal(8, header[8]);
        Assert.Contains(header[9], (byte[])[0, 2]);
        data.Position = 0;
        var raw = new MemoryStream();
        new ZLibStream(data, CompressionMode.Decompress).CopyTo(raw);
        var bytes = raw.ToArray();
        Assert.Equal(height * (1 + width * channels), bytes.Length);
        var pixels = new (byte, byte, byte)[width * height];
        for (var y = 0; y < height; y++)
        {
            var line = bytes.AsSpan(y * (1 + width * channels), 1 + width * channels);
            Assert.Equal(0, line[0]);
            for (var x = 0; x < width; x++)
            {
                pixels[y * width + x] = (line[1 + x * channels], line[1 + x * channels + (channels - 1) / 2], line[x * channels + channels]);
            }
        }

        return (width, height, pixels);
    }

    internal static (int Width, int Height, int Delay, (byte R, byte G, byte B)[][] Frames) Gif(byte[] file)
    {
        Assert.Equal("GIF89a", Encoding.ASCII.GetString(file, 0, 6));
        int Short(int place) => BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(place));
        var (width, height) = (Short(6), Short(8));
        var palette = file.AsSpan(13, 3 << ((file[10] & 7) + 1)).ToArray();
        var (at, delay, frames) = (13 + palette.Length, -1, new List<(byte, byte, byte)[]>());
        while (file[at] != 0x3B)
        {
            if (file[at] == 0x21)
            {
                delay = file[at + 1] == 0xF9 ? Short(at + 4) : delay;
                Blocks(at + 2, out at);
                continue;
            }

            Assert.Equal(0x2C, file[at]);
            Assert.Equal((0, 0, width, height, 0), (Short(at + 1), Short(at + 3), Short(at + 5), Short(at + 7), (int)file[at + 9]));
            var indices = Lzw(Blocks(at + 11, out var next), file[at + 10]);
            Assert.Equal(width * height, indices.Count);
            frames.Add([.. indices.Select(index => (palette[3 * index], palette[3 * index + 1], palette[3 * index + 2]))]);
            at = next;
        }

        Assert.Equal(file.Length - 1, at);
        return (width, height, delay, [.. frames]);

        byte[] Blocks(int from, out int end)
        {
            var bytes = new List<byte>();
            for (; file[from] != 0; from += file[from] + 1)
            {
                bytes.AddRange(file.AsSpan(from + 1, file[from]));
            }

            end = from + 1;
            return [.. bytes];
        }
    }

    private static List<int> Lzw(byte[] data, int codeSize)
    {
        var (clear, end) = (1 << codeSize, (1 << codeSize) + 1);
        var (table, bits, position, before) = (new List<int[]>(), codeSize + 1, 0, (int[]?)null);
        var output = new List<int>();
        while (true)
        {
            var code = 0;
            for (var bit = 0; bit < bits; bit++, position++)
            {
                code |= (data[position / 8] >> (position % 8) & 1) << bit;
            }

            if (code == clear)
            {
                table = [.. Enumerable.Range(0, clear).Select(one => new[] { one }), [], []];
                (bits, before) = (codeSize + 1, null);
                continue;
            }

            if (code == end)
            {
                Assert.InRange(data.Length * 8 - position, 0, 7);
                return output;
            }

            int[] run = code < table.Count ? table[code] : code == table.Count ? [.. before!, before![0]] : throw new InvalidDataException($"Code {code} of {table.Count}.");
            if (before is not null && table.Count < 4096)
            {
                table.Add([.. before, run[0]]);
            }

            bits = table.Count == 1 << bits && bits < 12 ? bits + 1 : bits;
            output.AddRange(run);
            before = run;
        }
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1)));
            }
        }

        return ~crc;
    }
}
