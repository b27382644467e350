using ILGPU;
using ILGPU.Runtime;

namespace Autograd.Backends.Ilgpu;

/// <summary>y = value.</summary>
internal static class Filling<T> where T : unmanaged
{
    private static readonly Kernel<Action<KernelConfig, int, T, ArrayView<T>>> s_kernel = new(accelerator => accelerator.LoadStreamKernel<int, T, ArrayView<T>>(Fill));

    public static void Run(IlgpuBackend backend, Tensor y, T value)
    {
        var kernel = s_kernel.On(backend);
        lock (backend.Sync)
        {
            kernel(backend.For(y.Size), y.Size, value, y.On<T>());
        }
    }

    private static void Fill(int n, T value, ArrayView<T> y)
    {
        for (var i = Grid.GlobalIndex.X; i < n; i += Group.DimX * Grid.DimX)
        {
            y[i] = value;
        }
    }
}
