using Autograd.Backends.Cpu;

namespace Autograd.Backends.Ilgpu;

/// <content>What the processor still does: operands are fetched, and results sent back.</content>
internal sealed partial class IlgpuBackend
{
    private static readonly CpuBackend s_cpu = CpuBackend.Instance;

    private static Tensor Empty(Tensor like) => CpuBackend.Allocate(like.DType, like.Shape);

    private void Send(Tensor from, Tensor to)
    {
        Copy(Upload(from), to);
        GC.KeepAlive(to);
    }

    public override void Recur(RecurrentCell cell, in RecurrentOperands operands)
    {
        Tensor? Get(Tensor? x) => x is null ? null : Download(x);
        var o = operands;
        var cpu = new RecurrentOperands
        {
            Steps = o.Steps,
            Batch = o.Batch,
            Gates = Download(o.Gates),
            RecurrentKernel = Download(o.RecurrentKernel),
            States = Download(o.States),
            Bias = Get(o.Bias),
            Mask = Get(o.Mask),
            Memory = Get(o.Memory),
            Dy = Get(o.Dy),
            DRecurrent = Get(o.DRecurrent),
            DHidden = Get(o.DHidden),
            Extra = Get(o.Extra),
            DBias = Get(o.DBias),
        };
        s_cpu.Recur(cell, cpu);
        void Put(Tensor? from, Tensor? to)
        {
            if (from is not null)
            {
                Send(from, to!);
            }
        }
        Put(cpu.Gates, o.Gates);
        Put(cpu.States, o.States);
        Put(cpu.Memory, o.Memory);
        Put(cpu.DRecurrent, o.DRecurrent);
        Put(cpu.DHidden, o.DHidden);
        Put(cpu.Extra, o.Extra);
        Put(cpu.DBias, o.DBias);
    }

    public override void Convolve(Tensor x, Tensor kernel, Windows windows, Tensor y)
    {
        var result = Empty(y);
        s_cpu.Convolve(Download(x), Download(kernel), windows, result);
        Send(result, y);
    }

    public override void ConvolveInput(Tensor dy, Tensor kernel, Windows windows, Tensor dx)
    {
        var result = Empty(dx);
        s_cpu.ConvolveInput(Download(dy), Download(kernel), windows, result);
        Send(result, dx);
    }

    public override void ConvolveKernel(Tensor x, Tensor dy, Windows windows, Tensor dkernel)
    {
        var result = Empty(dkernel);
        s_cpu.ConvolveKernel(Download(x), Download(dy), windows, result);
        Send(result, dkernel);
    }

    public override void MaxPool(Tensor x, Windows windows, Tensor y, Tensor? positions)
    {
        var result = Empty(y);
        var places = positions is null ? null : Empty(positions);
        s_cpu.MaxPool(Download(x), windows, result, places);
        Send(result, y);
        if (places is not null)
        {
            Send(places, positions!);
        }
    }

    public override void PickWindows(Tensor x, Tensor positions, Windows windows, Tensor y)
    {
        var result = Empty(y);
        s_cpu.PickWindows(Download(x), Download(positions), windows, result);
        Send(result, y);
    }

    public override void PlaceWindows(Tensor x, Tensor positions, Windows windows, Tensor y)
    {
        var result = Empty(y);
        s_cpu.PlaceWindows(Download(x), Download(positions), windows, result);
        Send(result, y);
    }

    public override void AveragePool(Tensor x, Windows windows, bool countsPadding, Tensor y)
    {
        var result = Empty(y);
        s_cpu.AveragePool(Download(x), windows, countsPadding, result);
        Send(result, y);
    }

    public override void AveragePoolInput(Tensor dy, Windows windows, bool countsPadding, Tensor dx)
    {
        var result = Empty(dx);
        s_cpu.AveragePoolInput(Download(dy), windows, countsPadding, result);
        Send(result, dx);
    }
}
