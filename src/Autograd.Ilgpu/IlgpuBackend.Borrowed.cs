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

}
