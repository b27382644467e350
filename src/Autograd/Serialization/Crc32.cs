namespace Autograd.Serialization;

/// <summary>The checksum of zip, gzip and PNG files (ISO 3309), over bytes as they come.</summary>
internal sealed class Crc32
{
    private static readonly uint[] s_table = [.. Enumerable.Range(0, 256).Select(OfByte)];
    private uint _state = uint.MaxValue;

    public uint Value => ~_state;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        var state = _state;
        foreach (var value in bytes)
        {
            state = s_table[(byte)(state ^ value)] ^ (state >> 8);
        }
        _state = state;
    }

    private static uint OfByte(int value)
    {
        var state = (uint)value;
        for (var bit = 0; bit < 8; bit++)
        {
            state = (state & 1) != 0 ? (state >> 1) ^ 0xEDB88320 : state >> 1;
        }
        return state;
    }
}
