using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Autograd.Backends.Cpu;

/// <summary>Reads and writes whole and partial vectors. A tail goes through the same arithmetic as the rest, so an element's value never depends on where it lies.</summary>
internal static unsafe class VectorIO
{
    /// <summary>The vector at element i of a row with the given stride: 1 contiguous, 0 repeated, else gathered.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<E> Load<E>(E* row, nint stride, nint i) where E : unmanaged =>
        stride == 1 ? Vector512.Load(row + i) : stride == 0 ? Vector512.Create(*row) : LoadStrided(row + (i * stride), stride, Vector512<E>.Count);

    /// <summary>As <see cref="Load"/> for the last <paramref name="count"/> elements; the other lanes are 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<E> LoadTail<E>(E* row, nint stride, nint i, int count) where E : unmanaged =>
        stride == 1 ? LoadTail(row + i, count) : stride == 0 ? Vector512.Create(*row) : LoadStrided(row + (i * stride), stride, count);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector512<E> LoadStrided<E>(E* first, nint stride, int count) where E : unmanaged
    {
        Vector512<E> result = default;
        var lanes = (E*)&result;
        for (var k = 0; k < count; k++)
        {
            lanes[k] = first[k * stride];
        }
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<E> LoadTail<E>(E* p, int count) where E : unmanaged
    {
        if (Avx512F.IsSupported && sizeof(E) == 4)
        {
            return Avx512F.MaskLoad((int*)p, Mask32(count), Vector512<int>.Zero).As<int, E>();
        }
        if (Avx512F.IsSupported && sizeof(E) == 8)
        {
            return Avx512F.MaskLoad((long*)p, Mask64(count), Vector512<long>.Zero).As<long, E>();
        }
        return LoadStrided(p, 1, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreTail<E>(Vector512<E> v, E* p, int count) where E : unmanaged
    {
        if (Avx512F.IsSupported && sizeof(E) == 4)
        {
            Avx512F.MaskStore((int*)p, Mask32(count), v.As<E, int>());
        }
        else if (Avx512F.IsSupported && sizeof(E) == 8)
        {
            Avx512F.MaskStore((long*)p, Mask64(count), v.As<E, long>());
        }
        else
        {
            StoreLanes(v, p, count);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StoreLanes<E>(Vector512<E> v, E* p, int count) where E : unmanaged
    {
        var lanes = (E*)&v;
        for (var k = 0; k < count; k++)
        {
            p[k] = lanes[k];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Mask32(int count) => Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<long> Mask64(int count) => Vector512.LessThan(Vector512<long>.Indices, Vector512.Create((long)count));
}
