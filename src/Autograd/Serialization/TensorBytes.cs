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
        packed.EndRead();
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
        tensor.EndRead();
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
