using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Autograd;

/// <summary>Writes the measures of each epoch as event files for TensorBoard: <c>tensorboard --logdir logs</c>.</summary>
/// <param name="logDir">The folder; runs in different folders are shown side by side.</param>
public sealed class TensorBoard(string logDir = "logs") : Callback
{
    private readonly Dictionary<string, FileStream> _files = [];

    /// <summary>The folder.</summary>
    public string LogDir { get; } = logDir;

    /// <inheritdoc/>
    public override bool WatchesBatches => false;

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, Logs logs)
    {
        foreach (var (name, value) in logs)
        {
            var isValidation = name.StartsWith("val_", StringComparison.Ordinal);
            Write(isValidation ? "validation" : "train", $"epoch_{(isValidation ? name[4..] : name)}", value, epoch);
        }
        foreach (var file in _files.Values)
        {
            file.Flush();
        }
    }

    /// <inheritdoc/>
    protected internal override void Close()
    {
        foreach (var file in _files.Values)
        {
            file.Dispose();
        }
        _files.Clear();
    }

    private void Write(string run, string tag, double value, long step)
    {
        try
        {
            if (!_files.TryGetValue(run, out var file))
            {
                var folder = Directory.CreateDirectory(Path.Combine(LogDir, run)).FullName;
                var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
                _files[run] = file = new FileStream(
                    Path.Combine(folder, FormattableString.Invariant($"events.out.tfevents.{now}.{Environment.MachineName}.{Environment.ProcessId}.{Guid.NewGuid().ToString("N")[..6]}.v2")), FileMode.CreateNew);
                WriteRecord(file, Event(0, Field(3, "brain.Event:2"u8)));
            }
            byte[] scalar = [.. Field(1, Encoding.UTF8.GetBytes(tag)), .. Fixed32(2, (float)value)];
            WriteRecord(file, Event(step, Field(5, Field(1, scalar))));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FileException($"Cannot write to '{LogDir}': {error.Message}", error);
        }
    }

    // The few lines of protocol buffers that the format needs: Event { wall_time = 1, step = 2, file_version = 3, summary = 5 }, Summary { value = 1 }, Value { tag = 1, simple_value = 2 }.
    private static byte[] Event(long step, byte[] what) =>
        [.. Fixed64(1, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0), 2 << 3, .. Varint((ulong)step), .. what];

    private static byte[] Field(int number, ReadOnlySpan<byte> bytes) => [(byte)((number << 3) | 2), .. Varint((ulong)bytes.Length), .. bytes];

    private static byte[] Fixed64(int number, double value)
    {
        var bytes = new byte[9];
        bytes[0] = (byte)((number << 3) | 1);
        BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(1), value);
        return bytes;
    }

    private static byte[] Fixed32(int number, float value)
    {
        var bytes = new byte[5];
        bytes[0] = (byte)((number << 3) | 5);
        BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(1), value);
        return bytes;
    }

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }
        bytes.Add((byte)value);
        return [.. bytes];
    }

    // A record of the TFRecord format: length, its checksum, the bytes, their checksum.
    private static void WriteRecord(FileStream file, byte[] record)
    {
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, record.Length);
        file.Write([.. length, .. Checksum(length), .. record, .. Checksum(record)]);
    }

    private static byte[] Checksum(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }
        crc = ~crc;
        var masked = ((crc >> 15) | (crc << 17)) + 0xA282EAD8;
        var result = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(result, masked);
        return result;
    }
}
