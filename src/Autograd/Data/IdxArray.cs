using System.Buffers.Binary;

namespace Autograd.Data;

/// <summary>What an IDX file holds: big-endian values.</summary>
internal sealed record IdxArray(byte Type, Shape Shape, byte[] Bytes)
{
    public bool IsBytes => Type == 0x08;

    public Tensor ToTensor() => Type switch
    {
        0x08 => Each(1, i => (int)Bytes[i]),
        0x09 => Each(1, i => (int)(sbyte)Bytes[i]),
        0x0B => Each(2, i => (int)BinaryPrimitives.ReadInt16BigEndian(Bytes.AsSpan(i))),
        0x0C => Each(4, i => BinaryPrimitives.ReadInt32BigEndian(Bytes.AsSpan(i))),
        0x0D => Each(4, i => BinaryPrimitives.ReadSingleBigEndian(Bytes.AsSpan(i))),
        _ => Each(8, i => BinaryPrimitives.ReadDoubleBigEndian(Bytes.AsSpan(i))),
    };

    /// <summary>Bytes as float32, from 0 to 255, or to 1.</summary>
    public Tensor ToFloats(float highest)
    {
        var tensor = Tensor.Allocate(DType.Float32, Shape, Backends.Cpu.CpuBackend.Instance);
        var values = tensor.Elements<float>();
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Bytes[i] / (255f / highest);
        }
        GC.KeepAlive(tensor);
        return tensor.ToDefault();
    }

    private Tensor Each<T>(int size, Func<int, T> read) where T : unmanaged
    {
        var tensor = Tensor.Allocate(DTypes.Of<T>(), Shape, Backends.Cpu.CpuBackend.Instance);
        var values = tensor.Elements<T>();
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = read(i * size);
        }
        GC.KeepAlive(tensor);
        return tensor.ToDefault();
    }
}
