using ILGPU;
using ILGPU.Runtime;

namespace Autograd.Backends.Ilgpu;

/// <summary>Optimizer steps: a rule over a variable and its state, in place in one pass.</summary>
internal static class Updating<TRule, T> where TRule : struct, IUpdateRule where T : unmanaged, IReal<T>
{
    private static readonly Kernel<Action<KernelConfig, int, int, TRule, ArrayView<T>, ArrayView<T>, ArrayView<T>, ArrayView<T>, ArrayView<T>>> s_kernel =
        new(accelerator => accelerator.LoadStreamKernel<int, int, TRule, ArrayView<T>, ArrayView<T>, ArrayView<T>, ArrayView<T>, ArrayView<T>>(Update));

    public static void Run(IlgpuBackend backend, TRule rule, Tensor gradient, Tensor variable, Tensor? slot0, Tensor? slot1, Tensor? slot2)
    {
        if (variable.Size == 0)
        {
            return;
        }
        var given = (slot0 is null ? 0 : 1) | (slot1 is null ? 0 : 2) | (slot2 is null ? 0 : 4);
        var kernel = s_kernel.On(backend);
        lock (backend.Sync)
        {
            // A slot that is not there is neither read nor written, but a kernel wants some memory in its place.
            kernel(backend.For(variable.Size), variable.Size, given, rule, gradient.On<T>(), variable.On<T>(), (slot0 ?? variable).On<T>(), (slot1 ?? variable).On<T>(), (slot2 ?? variable).On<T>());
        }
    }

    private static void Update(int n, int given, TRule rule, ArrayView<T> gradient, ArrayView<T> variable, ArrayView<T> slot0, ArrayView<T> slot1, ArrayView<T> slot2)
    {
        for (var i = Grid.GlobalIndex.X; i < n; i += Group.DimX * Grid.DimX)
        {
            var w = variable[i];
            var s0 = (given & 1) != 0 ? slot0[i] : T.Zero;
            var s1 = (given & 2) != 0 ? slot1[i] : T.Zero;
            var s2 = (given & 4) != 0 ? slot2[i] : T.Zero;
            rule.Of(ref w, gradient[i], ref s0, ref s1, ref s2);
            variable[i] = w;
            if ((given & 1) != 0)
            {
                slot0[i] = s0;
            }
            if ((given & 2) != 0)
            {
                slot1[i] = s1;
            }
            if ((given & 4) != 0)
            {
                slot2[i] = s2;
            }
        }
    }
}
