using System.Numerics;
using System.Runtime.InteropServices;

namespace Autograd.Backends.Cpu;

/// <summary>Gathering and scattering. Indices were checked by the caller.</summary>
internal sealed partial class CpuBackend
{
    public override void Gather(Tensor x, int outer, int n, int inner, Tensor indices, Tensor y)
    {
        switch (x.DType.ByteSize())
        {
            case 1:
                Gather<byte>(x, outer, n, inner, indices, y);
                break;
            case 4:
                Gather<int>(x, outer, n, inner, indices, y);
                break;
            case 8:
                Gather<long>(x, outer, n, inner, indices, y);
                break;
            default:
                throw NoKernel(x.DType);
        }
    }

    private static void Gather<E>(Tensor x, int outer, int n, int inner, Tensor indices, Tensor y) where E : unmanaged
    {
        ReadOnlySpan<E> source = MemoryMarshal.CreateReadOnlySpan(ref x.First<E>(), x.Size);
        var result = MemoryMarshal.CreateSpan(ref y.First<E>(), y.Size);
        var at = indices.Elements<long>();
        for (var o = 0; o < outer; o++)
        {
            for (var k = 0; k < at.Length; k++)
            {
                source.Slice(((o * n) + (int)at[k]) * inner, inner).CopyTo(result[(((o * at.Length) + k) * inner)..]);
            }
        }
    }

    public override void ScatterAdd(Tensor x, int outer, int n, int inner, Tensor indices, Tensor y)
    {
        switch (y.DType)
        {
            case DType.Float32:
                ScatterAdd<float>(x, outer, n, inner, indices, y);
                break;
            case DType.Float64:
                ScatterAdd<double>(x, outer, n, inner, indices, y);
                break;
            case DType.Int32:
                ScatterAdd<int>(x, outer, n, inner, indices, y);
                break;
            case DType.Int64:
                ScatterAdd<long>(x, outer, n, inner, indices, y);
                break;
            default:
                throw NoKernel(y.DType);
        }
    }

    private static void ScatterAdd<E>(Tensor x, int outer, int n, int inner, Tensor indices, Tensor y) where E : unmanaged, INumber<E>
    {
        ReadOnlySpan<E> source = x.Elements<E>();
        var result = y.Elements<E>();
        var at = indices.Elements<long>();
        for (var o = 0; o < outer; o++)
        {
            for (var k = 0; k < at.Length; k++)
            {
                var from = source.Slice(((o * at.Length) + k) * inner, inner);
                var to = result.Slice(((o * n) + (int)at[k]) * inner, inner);
                System.Numerics.Tensors.TensorPrimitives.Add<E>(to, from, to);
            }
        }
    }

    public override void GatherAlong(Tensor x, int outer, int n, int m, int inner, Tensor indices, Tensor y)
    {
        switch (x.DType.ByteSize())
        {
            case 1:
                GatherAlong<byte>(x, outer, n, m, inner, indices, y);
                break;
            case 4:
                GatherAlong<int>(x, outer, n, m, inner, indices, y);
                break;
            case 8:
                GatherAlong<long>(x, outer, n, m, inner, indices, y);
                break;
            default:
                throw NoKernel(x.DType);
        }
    }

    private static void GatherAlong<E>(Tensor x, int outer, int n, int m, int inner, Tensor indices, Tensor y) where E : unmanaged
    {
        ReadOnlySpan<E> source = MemoryMarshal.CreateReadOnlySpan(ref x.First<E>(), x.Size);
        var result = MemoryMarshal.CreateSpan(ref y.First<E>(), y.Size);
        var at = indices.Elements<long>();
        var position = 0;
        for (var o = 0; o < outer; o++)
        {
            for (var k = 0; k < m; k++)
            {
                for (var i = 0; i < inner; i++, position++)
                {
                    result[position] = source[(((o * n) + (int)at[position]) * inner) + i];
                }
            }
        }
    }

    public override void ScatterAddAlong(Tensor x, int outer, int n, int m, int inner, Tensor indices, Tensor y)
    {
        switch (y.DType)
        {
            case DType.Float32:
                ScatterAddAlong<float>(x, outer, n, m, inner, indices, y);
                break;
            case DType.Float64:
                ScatterAddAlong<double>(x, outer, n, m, inner, indices, y);
                break;
            case DType.Int32:
                ScatterAddAlong<int>(x, outer, n, m, inner, indices, y);
                break;
            case DType.Int64:
                ScatterAddAlong<long>(x, outer, n, m, inner, indices, y);
                break;
            default:
                throw NoKernel(y.DType);
        }
    }

    private static void ScatterAddAlong<E>(Tensor x, int outer, int n, int m, int inner, Tensor indices, Tensor y) where E : unmanaged, INumber<E>
    {
        ReadOnlySpan<E> source = x.Elements<E>();
        var result = y.Elements<E>();
        var at = indices.Elements<long>();
        var position = 0;
        for (var o = 0; o < outer; o++)
        {
            for (var k = 0; k < m; k++)
            {
                for (var i = 0; i < inner; i++, position++)
                {
                    result[(((o * n) + (int)at[position]) * inner) + i] += source[position];
                }
            }
        }
    }

    public override Tensor NonZero(Tensor mask)
    {
        ReadOnlySpan<bool> source = mask.Elements<bool>();
        var count = source.Count(true);
        var result = Allocate(DType.Int64, count);
        var positions = result.Elements<long>();
        var next = 0;
        for (var i = 0; i < source.Length; i++)
        {
            if (source[i])
            {
                positions[next++] = i;
            }
        }
        return result;
    }
}
