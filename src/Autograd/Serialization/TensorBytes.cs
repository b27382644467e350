using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Autograd.Serialization;

/// <summary>The elements of tensors as bytes, row-major and little-endian.</summary>
internal static class TensorBytes
{
    /// <summary>Writes all elements.</summary>
    public static void Write(Tensor tensor, Stream stream)
    {
        var packed = tensor.OnCpu().Packed();
        stream.Write(Bytes(packed));
        GC.KeepAlive(packed);
    }

    /// <summary>Reads a tensor of a shape that was checked against the length of the file.</summary>
    /// <exception cref="EndOfStreamException">The stream is too short.</exception>
    public static Tensor Read(DType dtype, Shape shape, Stream stream)
    {
        var tensor = Tensor.Allocate(dtype, shape, Backends.Cpu.CpuBackend.Instance);
        var bytes = Bytes(tensor);
        stream.ReadExactly(bytes);
        if (dtype == DType.Bool)
        {
            foreach (ref var value in bytes)
            {
                value = value == 0 ? (byte)0 : (byte)1; // a bool of another byte would be neither true nor false
            }
        }
        GC.KeepAlive(tensor);
        return tensor.ToDefault();
    }

    /// <summary>Values of a type of files, by its name in safetensors, in the tensor type that holds them all.</summary>
    public static Tensor Widened(ReadOnlySpan<byte> bytes, string type, Shape shape, bool isBigEndian) => type switch
    {
        "BOOL" => Each(bytes, 1, shape, false, value => value[0] != 0),
        "U8" => Each(bytes, 1, shape, false, value => (int)value[0]),
        "I8" => Each(bytes, 1, shape, false, value => (int)(sbyte)value[0]),
        "U16" => Each(bytes, 2, shape, isBigEndian, value => (int)BinaryPrimitives.ReadUInt16LittleEndian(value)),
        "I16" => Each(bytes, 2, shape, isBigEndian, value => (int)BinaryPrimitives.ReadInt16LittleEndian(value)),
        "F16" => Each(bytes, 2, shape, isBigEndian, value => (float)BinaryPrimitives.ReadHalfLittleEndian(value)),
        "BF16" => Each(bytes, 2, shape, isBigEndian, value => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(value) << 16)),
        "U32" => Each(bytes, 4, shape, isBigEndian, value => (long)BinaryPrimitives.ReadUInt32LittleEndian(value)),
        "I32" => Each(bytes, 4, shape, isBigEndian, BinaryPrimitives.ReadInt32LittleEndian),
        "F32" => Each(bytes, 4, shape, isBigEndian, BinaryPrimitives.ReadSingleLittleEndian),
        "I64" => Each(bytes, 8, shape, isBigEndian, BinaryPrimitives.ReadInt64LittleEndian),
        _ => Each(bytes, 8, shape, isBigEndian, BinaryPrimitives.ReadDoubleLittleEndian),
    };

    private static Tensor Each<T>(ReadOnlySpan<byte> bytes, int size, Shape shape, bool isBigEndian, Func<ReadOnlySpan<byte>, T> read) where T : unmanaged
    {
        var tensor = Tensor.Allocate(DTypes.Of<T>(), shape, Backends.Cpu.CpuBackend.Instance);
        var values = tensor.Elements<T>();
        Span<byte> one = stackalloc byte[size];
        for (var i = 0; i < values.Length; i++)
        {
            bytes.Slice(i * size, size).CopyTo(one);
            if (isBigEndian)
            {
                one.Reverse();
            }
            values[i] = read(one);
        }
        GC.KeepAlive(tensor);
        return tensor.ToDefault();
    }

    private static Span<byte> Bytes(Tensor tensor) => tensor.DType switch
    {
        DType.Float32 => MemoryMarshal.AsBytes(tensor.Elements<float>()),
        DType.Float64 => MemoryMarshal.AsBytes(tensor.Elements<double>()),
        DType.Int32 => MemoryMarshal.AsBytes(tensor.Elements<int>()),
        DType.Int64 => MemoryMarshal.AsBytes(tensor.Elements<long>()),
        _ => MemoryMarshal.AsBytes(tensor.Elements<bool>()),
    };
}
