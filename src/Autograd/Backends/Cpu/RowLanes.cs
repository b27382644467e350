using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Autograd.Numerics;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd.Backends.Cpu;

/// <summary>What kernels over rows are written with: the vectors of a row, the last of them perhaps in part.</summary>
internal static unsafe class RowLanes<E> where E : unmanaged
{
    public static int Width
    {
        [MethodImpl(AggressiveInlining)]
        get => Vector512<E>.Count;
    }

    [MethodImpl(AggressiveInlining)]
    public static int Count(nint n, nint i) => (int)Math.Min(n - i, Width);

    [MethodImpl(AggressiveInlining)]
    public static Lanes<E> Load(E* p, int count) => new(count == Width ? Vector512.Load(p) : VectorIO.LoadTail(p, count));

    [MethodImpl(AggressiveInlining)]
    public static void Store(Lanes<E> x, E* p, int count)
    {
        if (count == Width)
        {
            x.V.Store(p);
        }
        else
        {
            VectorIO.StoreTail(x.V, p, count);
        }
    }
}
