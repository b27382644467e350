using System.Buffers.Binary;

namespace Autograd.Reports;

/// <summary>Writes frames of one size as an animated GIF that plays again and again, with one palette of up to 256 colors for all.</summary>
internal static class GifWriter
{
    private const int Clear = 256;
    private const int End = 257;
    private const int MostCodes = 4096;

    internal static byte[] Write(IReadOnlyList<Pixels> frames, double secondsPerFrame)
    {
        var (width, height) = (frames[0].Width, frames[0].Height);
        var palette = new Palette(frames);
        using var gif = new MemoryStream();
        gif.Write("GIF89a"u8);
        Number(gif, width);
        Number(gif, height);
        gif.Write([0xF7, 0, 0]); // a palette of 256 colors; the first is the ground
        foreach (var color in palette.Colors)
        {
            gif.Write([color.R, color.G, color.B]);
        }

        gif.Write([0x21, 0xFF, 11]);
        gif.Write("NETSCAPE2.0"u8);
        gif.Write([3, 1, 0, 0, 0]); // without end
        var delay = (int)Math.Clamp(Math.Round(100 * secondsPerFrame), 2, ushort.MaxValue);
        foreach (var frame in frames)
        {
            gif.Write([0x21, 0xF9, 4, 4]); // each frame stays until the next covers it
            Number(gif, delay);
            gif.Write([0, 0, 0x2C, 0, 0, 0, 0]);
            Number(gif, width);
            Number(gif, height);
            gif.Write([0, 8]);
            var codes = Compressed(palette.Indices(frame));
            for (var i = 0; i < codes.Length; i += 255)
            {
                var count = Math.Min(255, codes.Length - i);
                gif.WriteByte((byte)count);
                gif.Write(codes, i, count);
            }

            gif.WriteByte(0);
        }

        gif.WriteByte(0x3B);
        return gif.ToArray();
    }

    private static void Number(MemoryStream gif, int value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
        gif.Write(bytes);
    }

    /// <summary>Lempel, Ziv and Welch: a code stands for a run of pixels seen before and one pixel more, and grows from 9 to 12 bits.</summary>
    private static byte[] Compressed(byte[] indices)
    {
        var bytes = new List<byte>();
        var (pending, pendingBits) = (0u, 0);
        var known = new Dictionary<int, int>();
        var (next, bits) = (End + 1, 9);
        Put(Clear);
        int run = indices[0];
        foreach (var pixel in indices.AsSpan(1))
        {
            var longer = run << 8 | pixel;
            if (known.TryGetValue(longer, out var code))
            {
                run = code;
                continue;
            }

            Put(run);
            if (next < MostCodes)
            {
                known[longer] = next++;
                bits += next - 1 == 1 << bits && bits < 12 ? 1 : 0;
            }
            else
            {
                Put(Clear);
                known.Clear();
                (next, bits) = (End + 1, 9);
            }

            run = pixel;
        }

        Put(run);
        if (next < MostCodes && next == 1 << bits)
        {
            bits++; // the reader has learned one more code by now
        }

        Put(End);
        if (pendingBits > 0)
        {
            bytes.Add((byte)pending);
        }

        return [.. bytes];

        void Put(int code)
        {
            pending |= (uint)code << pendingBits;
            for (pendingBits += bits; pendingBits >= 8; pendingBits -= 8)
            {
                bytes.Add((byte)pending);
                pending >>= 8;
            }
        }
    }

    /// <summary>
    /// The colors of all frames. Where there are more than 256, boxes of like colors are halved at the median of their longest side (median cut) and stand for one color each.
    /// </summary>
    private sealed class Palette
    {
        private const int Most = 256;

        private readonly Dictionary<Rgb, byte> _indices = [];

        internal Palette(IReadOnlyList<Pixels> frames)
        {
            var counts = new Dictionary<Rgb, int>();
            foreach (var frame in frames)
            {
                for (var i = 0; i < frame.Bytes.Length; i += 3)
                {
                    var color = new Rgb(frame.Bytes[i], frame.Bytes[i + 1], frame.Bytes[i + 2]);
                    System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(counts, color, out _)++;
                }
            }

            List<(Rgb Color, int Count)[]> boxes = [[.. counts.Select(entry => (entry.Key, entry.Value))]];
            while (boxes.Count < Most && boxes.Max(box => box.Length) > 1)
            {
                var largest = boxes.Where(box => box.Length > 1).MaxBy(Spread)!;
                boxes.Remove(largest);
                var channel = LongestSide(largest).Channel;
                Array.Sort(largest, (a, b) => channel(a.Color).CompareTo(channel(b.Color)));
                var half = largest.Sum(entry => (long)entry.Count) / 2;
                var at = 1;
                for (long seen = largest[0].Count; at < largest.Length - 1 && seen < half; at++)
                {
                    seen += largest[at].Count;
                }

                boxes.Add(largest[..at]);
                boxes.Add(largest[at..]);
            }

            foreach (var (index, box) in boxes.Index())
            {
                var total = box.Sum(entry => (double)entry.Count);
                Colors[index] = new Rgb(Mean(color => color.R), Mean(color => color.G), Mean(color => color.B));
                foreach (var (color, _) in box)
                {
                    _indices[color] = (byte)index;
                }

                byte Mean(Func<Rgb, byte> channel) => (byte)Math.Round(box.Sum(entry => channel(entry.Color) * (double)entry.Count) / total);
            }
        }

        internal Rgb[] Colors { get; } = new Rgb[Most];

        internal byte[] Indices(Pixels frame)
        {
            var indices = new byte[frame.Width * frame.Height];
            for (var i = 0; i < indices.Length; i++)
            {
                indices[i] = _indices[new Rgb(frame.Bytes[3 * i], frame.Bytes[3 * i + 1], frame.Bytes[3 * i + 2])];
            }

            return indices;
        }

        /// <summary>How much a box would gain by being halved: its longest side, more for colors seen often.</summary>
        private static double Spread((Rgb Color, int Count)[] box) => LongestSide(box).Length * Math.Sqrt(box.Sum(entry => (double)entry.Count));

        private static (int Length, Func<Rgb, byte> Channel) LongestSide((Rgb Color, int Count)[] box)
        {
            Func<Rgb, byte>[] channels = [color => color.R, color => color.G, color => color.B];
            return channels.Select(channel => (box.Max(entry => channel(entry.Color)) - box.Min(entry => channel(entry.Color)), channel)).MaxBy(side => side.Item1);
        }
    }
}
