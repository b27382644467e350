using ILGPU;
using ILGPU.Runtime;

namespace Autograd.Backends.Ilgpu;

/// <summary>The steps of a recurrent layer: for each a matrix product and a kernel that gives every unit of every sequence a thread.</summary>
internal static class Recurrent<TCell, T> where TCell : struct, IRecurrentCell<T> where T : unmanaged, IReal<T>
{
    private static readonly Kernel<Action<KernelConfig, RecurrentStep<T>>> s_forward = new(accelerator => accelerator.LoadStreamKernel<RecurrentStep<T>>(Forward));
    private static readonly Kernel<Action<KernelConfig, RecurrentStep<T>>> s_backward = new(accelerator => accelerator.LoadStreamKernel<RecurrentStep<T>>(Backward));

    public static void Run(IlgpuBackend backend, in RecurrentOperands x)
    {
        if (x.Batch == 0 || x.Units == 0)
        {
            return;
        }
        var (batch, units, width) = (x.Batch, x.Units, x.Width);
        // A kernel wants some memory even for what is not there.
        var none = x.Gates.On<T>();
        var step = new RecurrentStep<T>
        {
            Batch = batch,
            Units = units,
            Width = width,
            HasMask = x.Mask is null ? 0 : 1,
            HasDBias = x.DBias is null ? 0 : 1,
            Gates = x.Gates.On<T>(),
            States = x.States.On<T>(),
            Bias = x.Bias?.On<T>() ?? none,
            Memory = x.Memory?.On<T>() ?? none,
            Dy = x.Dy?.On<T>() ?? none,
            DRecurrent = x.DRecurrent?.On<T>() ?? none,
            DHidden = x.DHidden?.On<T>() ?? none,
            Extra = x.Extra?.On<T>() ?? none,
            DBias = x.DBias?.On<T>() ?? none,
            Mask = (x.Mask ?? x.Gates).On<Truth>(),
        };
        if (x.IsBackward)
        {
            // The product's gradient takes the kernel transposed, and joins what is carried already.
            var product = new Product { Batch = 1, M = batch, N = units, K = width, RowA = width, ColumnA = 1, RowB = 1, ColumnB = width };
            for (step.Step = x.Steps - 1; step.Step >= 0; step.Step--)
            {
                step.StartsDBias = step.Step == x.Steps - 1 ? 1 : 0;
                Launch(backend, s_backward.On(backend), step);
                Products<MatrixProduct<T>, T>.Run(
                    backend, new(product, x.DRecurrent!.On<T>(step.Step * batch * width), x.RecurrentKernel.On<T>()) { Adds = 1, Result = step.DHidden });
            }
        }
        else
        {
            using var states = backend.AllocateTensor(x.Gates.DType, [batch, width]);
            step.Product = states.On<T>();
            var product = new Product { Batch = 1, M = batch, N = width, K = units, RowA = units, ColumnA = 1, RowB = width, ColumnB = 1 };
            for (step.Step = 0; step.Step < x.Steps; step.Step++)
            {
                Products<MatrixProduct<T>, T>.Run(
                    backend, new(product, x.States.On<T>(step.Step * batch * units), x.RecurrentKernel.On<T>()) { Result = step.Product });
                Launch(backend, s_forward.On(backend), step);
            }
        }
    }

    private static void Launch(IlgpuBackend backend, Action<KernelConfig, RecurrentStep<T>> kernel, RecurrentStep<T> step)
    {
        lock (backend.Sync)
        {
            kernel(backend.For(step.Batch * step.Units), step);
        }
    }

    private static void Forward(RecurrentStep<T> step)
    {
        for (var item = Grid.GlobalIndex.X; item < step.Batch * step.Units; item += Group.DimX * Grid.DimX)
        {
            var unit = RecurrentUnit<T>.At(step, item);
            if (unit.Counts)
            {
                TCell.Forward(unit);
                continue;
            }
            unit.After = unit.Before;
            if (TCell.CarriesMemory)
            {
                unit.MemoryAfter = unit.Memory;
            }
        }
    }

    private static void Backward(RecurrentStep<T> step)
    {
        for (var item = Grid.GlobalIndex.X; item < step.Batch * step.Units; item += Group.DimX * Grid.DimX)
        {
            var unit = RecurrentUnit<T>.At(step, item);
            if (unit.Counts)
            {
                TCell.Backward(unit);
                continue;
            }
            for (var gate = 0; gate < TCell.Gates; gate++)
            {
                unit.SetGradient(gate, T.Zero);
            }
            if (TCell.KeepsCandidate)
            {
                unit.DCandidate = T.Zero;
            }
            unit.Carried += unit.Dy;
        }
    }
}
