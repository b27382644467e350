using ILGPU;
using ILGPU.Runtime;

namespace Autograd.Backends.Ilgpu;

/// <summary>y = condition ? a : b. Apart from the other elementwise kernels, since the condition is of another type.</summary>
internal static class Selection<T> where T : unmanaged
{
    private static readonly Kernel<Action<KernelConfig, int, Extents, ArrayView<T>, ArrayView<Truth>, Strides, ArrayView<T>, Strides, ArrayView<T>, Strides>> s_kernel =
        new(accelerator => accelerator.LoadStreamKernel<int, Extents, ArrayView<T>, ArrayView<Truth>, Strides, ArrayView<T>, Strides, ArrayView<T>, Strides>(Select));

    public static void Run(IlgpuBackend backend, Tensor condition, Tensor a, Tensor b, Tensor y)
    {
        var walk = new Walk(y.Shape, y, condition, a, b);
        var kernel = s_kernel.On(backend);
        for (var launch = 0; launch < walk.Launches; launch++)
        {
            lock (backend.Sync)
            {
                // The result is row-major, so the place of element i is i.
                kernel(backend.For(walk.Length), walk.Length, walk.Extents, y.On<T>(walk.Start(0, launch)), condition.On<Truth>(walk.Start(1, launch)), walk.Strides(1),
                    a.On<T>(walk.Start(2, launch)), walk.Strides(2), b.On<T>(walk.Start(3, launch)), walk.Strides(3));
            }
        }
    }

    private static void Select(int n, Extents extents, ArrayView<T> y, ArrayView<Truth> condition, Strides conditionStrides, ArrayView<T> a, Strides aStrides, ArrayView<T> b, Strides bStrides)
    {
        for (var i = Grid.GlobalIndex.X; i < n; i += Group.DimX * Grid.DimX)
        {
            y[i] = condition[conditionStrides.Place(i, extents)].V != 0 ? a[aStrides.Place(i, extents)] : b[bStrides.Place(i, extents)];
        }
    }
}
