using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd.Backends.Ilgpu;

/// <summary>
/// Elements [outer, M, inner] and their places in [outer, N, inner]: along the middle axis at a position that all columns share, or at one of their own.
/// </summary>
internal struct Picks
{
    public int N, M, Inner;

    /// <summary>1 where each element has a position, 0 where each k has.</summary>
    public int Along;

    /// <summary>The place of element i = [o, k, column].</summary>
    [MethodImpl(AggressiveInlining)]
    public readonly int Place(int i, ArrayView<long> positions)
    {
        var column = i % Inner;
        var k = i / Inner % M;
        var position = (int)positions[Along != 0 ? i : k];
        return (((i / Inner / M * N) + position) * Inner) + column;
    }
}

/// <summary>y[i] = x[place of i].</summary>
internal static class Gathering<T> where T : unmanaged
{
    private static readonly Kernel<Action<KernelConfig, int, Picks, ArrayView<T>, ArrayView<long>, ArrayView<T>>> s_kernel =
        new(accelerator => accelerator.LoadStreamKernel<int, Picks, ArrayView<T>, ArrayView<long>, ArrayView<T>>(Gather));

    public static void Run(IlgpuBackend backend, Tensor x, Picks picks, Tensor positions, Tensor y)
    {
        var kernel = s_kernel.On(backend);
        lock (backend.Sync)
        {
            kernel(backend.For(y.Size), y.Size, picks, x.On<T>(), positions.On<long>(), y.On<T>());
        }
    }

    private static void Gather(int n, Picks picks, ArrayView<T> x, ArrayView<long> positions, ArrayView<T> y)
    {
        for (var i = Grid.GlobalIndex.X; i < n; i += Group.DimX * Grid.DimX)
        {
            y[i] = x[picks.Place(i, positions)];
        }
    }
}

/// <summary>
/// y[place of i] += x[i], without atomics: the additions to an element are made by one thread in the order of the axis, so every bit is the processor's. Where columns are many or
/// short, a thread walks down each; else the positions are sorted first, and a thread adds up what goes to one place.
/// </summary>
internal static class Scattering<T> where T : unmanaged, IReal<T>
{
    /// <summary>Columns that keep a device busy, and the length of those that are walked sooner than positions are sorted.</summary>
    private const int Many = 1 << 14;
    private const int Short = 256;

    private static readonly Kernel<Action<KernelConfig, int, Picks, ArrayView<T>, ArrayView<long>, ArrayView<T>>> s_columns =
        new(accelerator => accelerator.LoadStreamKernel<int, Picks, ArrayView<T>, ArrayView<long>, ArrayView<T>>(Columns));

    private static readonly Kernel<Action<KernelConfig, int, Picks, ArrayView<long>, ArrayView<long>>> s_places =
        new(accelerator => accelerator.LoadStreamKernel<int, Picks, ArrayView<long>, ArrayView<long>>(Places));

    private static readonly Kernel<Action<KernelConfig, int, Picks, ArrayView<T>, ArrayView<long>, ArrayView<long>, ArrayView<T>>> s_sorted =
        new(accelerator => accelerator.LoadStreamKernel<int, Picks, ArrayView<T>, ArrayView<long>, ArrayView<long>, ArrayView<T>>(Sorted));

    public static void Run(IlgpuBackend backend, Tensor x, Picks picks, Tensor positions, Tensor y)
    {
        var columns = x.Size / picks.M;
        if (picks.M <= Short || columns >= Many)
        {
            var kernel = s_columns.On(backend);
            lock (backend.Sync)
            {
                kernel(backend.For(columns), columns, picks, x.On<T>(), positions.On<long>(), y.On<T>());
            }
        }
        else if (picks.Along != 0)
        {
            // Places in the flat result make one long column of them all.
            var places = backend.AllocateTensor(DType.Int64, x.Size);
            var kernel = s_places.On(backend);
            lock (backend.Sync)
            {
                kernel(backend.For(x.Size), x.Size, picks, positions.On<long>(), places.On<long>());
            }
            RunSorted(backend, x, new() { N = y.Size, M = x.Size, Inner = 1 }, places, y);
            places.Dispose();
        }
        else
        {
            RunSorted(backend, x, picks, positions, y);
        }
    }

    private static void RunSorted(IlgpuBackend backend, Tensor x, Picks picks, Tensor positions, Tensor y)
    {
        var order = backend.AllocateTensor(DType.Int64, picks.M);
        Sorting<Whole64>.Run(backend, positions, descending: false, 1, picks.M, order);
        var kernel = s_sorted.On(backend);
        lock (backend.Sync)
        {
            kernel(backend.For(x.Size), x.Size, picks, x.On<T>(), positions.On<long>(), order.On<long>(), y.On<T>());
        }
        order.Dispose();
    }

    private static void Columns(int columns, Picks picks, ArrayView<T> x, ArrayView<long> positions, ArrayView<T> y)
    {
        for (var column = Grid.GlobalIndex.X; column < columns; column += Group.DimX * Grid.DimX)
        {
            var i = (column / picks.Inner * picks.M * picks.Inner) + (column % picks.Inner);
            for (var k = 0; k < picks.M; k++, i += picks.Inner)
            {
                y[picks.Place(i, positions)] += x[i];
            }
        }
    }

    private static void Places(int n, Picks picks, ArrayView<long> positions, ArrayView<long> places)
    {
        for (var i = Grid.GlobalIndex.X; i < n; i += Group.DimX * Grid.DimX)
        {
            places[i] = picks.Place(i, positions);
        }
    }

    // Item [o, s, column] stands for the s-th k in order; where that is the first of its position, this thread adds up them all.
    private static void Sorted(int n, Picks picks, ArrayView<T> x, ArrayView<long> positions, ArrayView<long> order, ArrayView<T> y)
    {
        for (var item = Grid.GlobalIndex.X; item < n; item += Group.DimX * Grid.DimX)
        {
            var s = item / picks.Inner % picks.M;
            var position = positions[order[s]];
            if (s > 0 && positions[order[s - 1]] == position)
            {
                continue;
            }
            var column = item % picks.Inner;
            var outer = item / picks.Inner / picks.M;
            var place = (((outer * picks.N) + (int)position) * picks.Inner) + column;
            var sum = y[place];
            for (; s < picks.M && positions[order[s]] == position; s++)
            {
                sum += x[(((outer * picks.M) + (int)order[s]) * picks.Inner) + column];
            }
            y[place] = sum;
        }
    }
}

/// <summary>The positions of the true elements, in order: counted by stretches, the counts summed up, and written by stretches.</summary>
internal static class Positions
{
    /// <summary>Elements one thread looks at: a few neighbours, which come with one read of the memory.</summary>
    private const int Stretch = 64;

    private static readonly Kernel<Action<KernelConfig, int, int, ArrayView<Truth>, ArrayView<int>>> s_count =
        new(accelerator => accelerator.LoadStreamKernel<int, int, ArrayView<Truth>, ArrayView<int>>(Count));

    private static readonly Kernel<Action<KernelConfig, int, int, ArrayView<Truth>, ArrayView<int>, ArrayView<long>>> s_write =
        new(accelerator => accelerator.LoadStreamKernel<int, int, ArrayView<Truth>, ArrayView<int>, ArrayView<long>>(Write));

    public static Tensor Run(IlgpuBackend backend, Tensor mask)
    {
        if (mask.Size == 0)
        {
            return backend.AllocateTensor(DType.Int64, 0);
        }
        var stretches = ((mask.Size - 1) / Stretch) + 1;
        var counts = backend.AllocateTensor(DType.Int32, stretches);
        var sums = backend.AllocateTensor(DType.Int32, stretches);
        var (count, write) = (s_count.On(backend), s_write.On(backend));
        lock (backend.Sync)
        {
            count(backend.For(stretches), stretches, mask.Size, mask.On<Truth>(), counts.On<int>());
        }
        backend.Recurrence(null, counts, 1, stretches, 1, reverse: false, sums);
        // How many there are is the shape of the result, so this waits.
        var total = backend.Download(new Tensor(sums.Buffer, DType.Int32, Shape.Of(1), null, stretches - 1, sums.Storage)).Item<int>();
        var y = backend.AllocateTensor(DType.Int64, total);
        if (total > 0)
        {
            lock (backend.Sync)
            {
                write(backend.For(stretches), stretches, mask.Size, mask.On<Truth>(), sums.On<int>(), y.On<long>());
            }
        }
        counts.Dispose();
        sums.Dispose();
        return y;
    }

    private static void Count(int stretches, int n, ArrayView<Truth> mask, ArrayView<int> counts)
    {
        for (var stretch = Grid.GlobalIndex.X; stretch < stretches; stretch += Group.DimX * Grid.DimX)
        {
            var first = stretch * Stretch;
            var length = n - first < Stretch ? n - first : Stretch;
            var count = 0;
            for (var i = 0; i < length; i++)
            {
                count += mask[first + i].V != 0 ? 1 : 0;
            }
            counts[stretch] = count;
        }
    }

    private static void Write(int stretches, int n, ArrayView<Truth> mask, ArrayView<int> sums, ArrayView<long> y)
    {
        for (var stretch = Grid.GlobalIndex.X; stretch < stretches; stretch += Group.DimX * Grid.DimX)
        {
            var first = stretch * Stretch;
            var length = n - first < Stretch ? n - first : Stretch;
            var next = stretch == 0 ? 0 : sums[stretch - 1];
            for (var i = 0; i < length; i++)
            {
                if (mask[first + i].V != 0)
                {
                    y[next++] = first + i;
                }
            }
        }
    }
}
