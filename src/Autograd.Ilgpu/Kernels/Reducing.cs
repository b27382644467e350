using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd.Backends.Ilgpu;

/// <summary>How elements combine.</summary>
internal interface IReducer<T>
{
    /// <summary>What a thread starts from, given the first element of the row.</summary>
    static abstract T Start(T first);

    static abstract T Combine(T x, T y);
}

internal readonly struct SumOf<T> : IReducer<T> where T : unmanaged, IReal<T>
{
    [MethodImpl(AggressiveInlining)]
    public static T Start(T first) => T.Zero;

    [MethodImpl(AggressiveInlining)]
    public static T Combine(T x, T y) => x + y;
}

internal readonly struct ProductOf<T> : IReducer<T> where T : unmanaged, IReal<T>
{
    [MethodImpl(AggressiveInlining)]
    public static T Start(T first) => T.One;

    [MethodImpl(AggressiveInlining)]
    public static T Combine(T x, T y) => x * y;
}

internal readonly struct MaxOf<T> : IReducer<T> where T : unmanaged, IReal<T>
{
    [MethodImpl(AggressiveInlining)]
    public static T Start(T first) => first;

    [MethodImpl(AggressiveInlining)]
    public static T Combine(T x, T y) => T.Max(x, y);
}

internal readonly struct MinOf<T> : IReducer<T> where T : unmanaged, IReal<T>
{
    [MethodImpl(AggressiveInlining)]
    public static T Start(T first) => first;

    [MethodImpl(AggressiveInlining)]
    public static T Combine(T x, T y) => T.Min(x, y);
}

internal readonly struct AnyOf : IReducer<Truth>
{
    [MethodImpl(AggressiveInlining)]
    public static Truth Start(Truth first) => first;

    [MethodImpl(AggressiveInlining)]
    public static Truth Combine(Truth x, Truth y) => new((byte)(x.V | y.V));
}

internal readonly struct AllOf : IReducer<Truth>
{
    [MethodImpl(AggressiveInlining)]
    public static Truth Start(Truth first) => first;

    [MethodImpl(AggressiveInlining)]
    public static Truth Combine(Truth x, Truth y) => new((byte)(x.V & y.V));
}

/// <summary>
/// y[o, i] = all x[o, k, i] combined. Long rows are cut into parts by their length alone, so the order of additions, and every bit, depends on nothing else; rounding
/// grows with the length of a part.
/// </summary>
internal static class Reducing<TReducer, T> where TReducer : struct, IReducer<T> where T : unmanaged
{
    /// <summary>Elements one thread combines.</summary>
    private const int LongestRun = 1024;

    private static readonly Kernel<Action<KernelConfig, Rows, ArrayView<T>, ArrayView<T>>> s_byThread = new(accelerator => accelerator.LoadStreamKernel<Rows, ArrayView<T>, ArrayView<T>>(ByThread));
    private static readonly Kernel<Action<KernelConfig, Rows, ArrayView<T>, ArrayView<T>>> s_byGroup = new(accelerator => accelerator.LoadStreamKernel<Rows, ArrayView<T>, ArrayView<T>>(ByGroup));

    public static void Run(IlgpuBackend backend, Tensor x, int outer, int n, int inner, Tensor y)
    {
        // Neighbouring threads should read neighbouring elements: those of one row, or those of neighbouring columns.
        var byGroup = backend.GroupSize > 1 && inner < 32 && n >= 64;
        // Few columns are cut shorter, so that there is work for all threads.
        var run = byGroup ? 16 * backend.GroupSize : (int)Math.Clamp((long)outer * n * inner >> 17, 32, LongestRun);
        var parts = (n + run - 1) / run;
        var rows = new Rows { Items = outer * parts * inner, Extent = n, Inner = inner, Parts = parts, Run = run };
        var target = parts == 1 ? y : backend.AllocateTensor(y.DType, [outer, parts, inner]);
        var kernel = (byGroup ? s_byGroup : s_byThread).On(backend);
        lock (backend.Sync)
        {
            kernel(byGroup ? backend.Groups(rows.Items) : backend.For(rows.Items), rows, x.On<T>(), target.On<T>());
        }
        if (parts > 1)
        {
            Run(backend, target, outer, parts, inner, y);
            target.Dispose();
        }
    }

    private static void ByThread(Rows rows, ArrayView<T> x, ArrayView<T> y)
    {
        for (var item = Grid.GlobalIndex.X; item < rows.Items; item += Group.DimX * Grid.DimX)
        {
            var place = rows.First(item);
            var sum = TReducer.Start(x[place]);
            for (var k = rows.Count(item); k > 0; k--, place += rows.Inner)
            {
                sum = TReducer.Combine(sum, x[place]);
            }
            y[item] = sum;
        }
    }

    private static void ByGroup(Rows rows, ArrayView<T> x, ArrayView<T> y)
    {
        var shared = SharedMemory.Allocate<T>(IlgpuBackend.LargestGroup);
        for (var item = Grid.IdxX; item < rows.Items; item += Grid.DimX)
        {
            var first = rows.First(item);
            var count = rows.Count(item);
            var sum = TReducer.Start(x[first]);
            for (var k = Group.IdxX; k < count; k += Group.DimX)
            {
                sum = TReducer.Combine(sum, x[first + (k * rows.Inner)]);
            }
            shared[Group.IdxX] = sum;
            Group.Barrier();
            for (var half = Group.DimX / 2; half > 0; half /= 2)
            {
                if (Group.IdxX < half)
                {
                    shared[Group.IdxX] = TReducer.Combine(shared[Group.IdxX], shared[Group.IdxX + half]);
                }
                Group.Barrier();
            }
            if (Group.IdxX == 0)
            {
                y[item] = shared[0];
            }
            Group.Barrier();
        }
    }
}

/// <summary>[outer, parts, inner] items, each of up to <see cref="Run"/> elements along the middle axis of [outer, extent, inner].</summary>
internal struct Rows
{
    public int Items, Extent, Inner, Parts, Run;

    public readonly int First(int item)
    {
        var inner = item % Inner;
        var part = item / Inner % Parts;
        return (((item / Inner / Parts * Extent) + (part * Run)) * Inner) + inner;
    }

    public readonly int Count(int item)
    {
        var left = Extent - (item / Inner % Parts * Run);
        return left < Run ? left : Run;
    }
}
