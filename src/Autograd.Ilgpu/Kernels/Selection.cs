using ILGPU;
using ILGPU.Runtime;

namespace Autograd.Backends.Ilgpu;

/// <summary>y = condition ? a : b. Apart from the other elementwise kernels, since the condition is of another type.</summary>
internal static class Selection<T> where T : unmanaged
{
    private static readonly Kernel<Action<KernelConfig, int, Extents, ArrayView<T>, int, ArrayView<Truth>, Strides, ArrayView<T>, Strides, ArrayView<T>, Strides>> s_kernel =
        new(accelerator => accelerator.LoadStreamKernel<int, Extents, ArrayView<T>, int, ArrayView<Truth>, Strides, ArrayView<T>, Strides, ArrayView<T>, Strides>(Select));

    public static void Run(IlgpuBackend backend, Tensor condition, Tensor a, Tensor b, Tensor y)
    {
        var walk = new Walk(y.Shape, y, condition, a, b);
        var kernel = s_kernel.On(backend);
        for (var launch = 0; launch < walk.Launches; launch++)
        {
            lock (backend.Sync)
            {
                kernel(backend.For(walk.Length), walk.Length, walk.Extents, y.Memory<T>(), walk.Strides(y, 0, launch).Start, condition.Memory<Truth>(), walk.Strides(condition, 1, launch),
                    a.Memory<T>(), walk.Strides(a, 2, launch), b.Memory<T>(), walk.Strides(b, 3, launch));
            }
        }
        IlgpuBackend.KeepAlive(y, condition, a, b);
    }

    // The result is row-major, so its elements follow each other.
    private static void Select(int n, Extents extents, ArrayView<T> y, int start, ArrayView<Truth> condition, Strides conditionStrides, ArrayView<T> a, Strides aStrides, ArrayView<T> b, Strides bStrides)
    {
        for (var i = Grid.GlobalIndex.X; i < n; i += Group.DimX * Grid.DimX)
        {
            y[start + i] = condition[conditionStrides.Place(i, extents)].V != 0 ? a[aStrides.Place(i, extents)] : b[bStrides.Place(i, extents)];
        }
    }
}
