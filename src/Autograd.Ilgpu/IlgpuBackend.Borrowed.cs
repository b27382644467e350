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

    public override void ArgReduce(bool largest, Tensor x, int outer, int n, int inner, Tensor y)
    {
        var result = Empty(y);
        s_cpu.ArgReduce(largest, Download(x), outer, n, inner, result);
        Send(result, y);
    }

    public override void Recurrence(Tensor? a, Tensor b, int outer, int n, int inner, bool reverse, Tensor y)
    {
        var result = Empty(y);
        s_cpu.Recurrence(a is null ? null : Download(a), Download(b), outer, n, inner, reverse, result);
        Send(result, y);
    }

    public override void Softmax(bool logarithm, Tensor x, int rows, int n, Tensor y)
    {
        var result = Empty(y);
        s_cpu.Softmax(logarithm, Download(x), rows, n, result);
        Send(result, y);
    }

    public override void SoftmaxPullback(bool logarithm, Tensor dy, Tensor y, int rows, int n, Tensor dx)
    {
        var result = Empty(dx);
        s_cpu.SoftmaxPullback(logarithm, Download(dy), Download(y), rows, n, result);
        Send(result, dx);
    }

    public override void CrossEntropy(Tensor logits, Tensor labels, int rows, int n, Tensor logarithms, Tensor loss)
    {
        Tensor logs = Empty(logarithms), losses = Empty(loss);
        s_cpu.CrossEntropy(Download(logits), Download(labels), rows, n, logs, losses);
        Send(logs, logarithms);
        Send(losses, loss);
    }

    public override void CrossEntropyPullback(Tensor dy, Tensor logarithms, Tensor labels, int rows, int n, Tensor dx)
    {
        var result = Empty(dx);
        s_cpu.CrossEntropyPullback(Download(dy), Download(logarithms), Download(labels), rows, n, result);
        Send(result, dx);
    }

    public override void Normalize(bool centered, double epsilon, Tensor x, Tensor? gain, Tensor? offset, int rows, int n, Tensor statistics, Tensor y)
    {
        Tensor stats = Empty(statistics), result = Empty(y);
        s_cpu.Normalize(centered, epsilon, Download(x), gain is null ? null : Download(gain), offset is null ? null : Download(offset), rows, n, stats, result);
        Send(stats, statistics);
        Send(result, y);
    }

    public override void NormalizePullback(bool centered, Tensor dy, Tensor x, Tensor? gain, Tensor statistics, int rows, int n, Tensor dx, Tensor dGain, Tensor dOffset)
    {
        Tensor a = Empty(dx), b = Empty(dGain), c = Empty(dOffset);
        s_cpu.NormalizePullback(centered, Download(dy), Download(x), gain is null ? null : Download(gain), Download(statistics), rows, n, a, b, c);
        Send(a, dx);
        Send(b, dGain);
        Send(c, dOffset);
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

    public override void Gather(Tensor x, int outer, int n, int inner, Tensor indices, Tensor y)
    {
        var result = Empty(y);
        s_cpu.Gather(Download(x), outer, n, inner, Download(indices), result);
        Send(result, y);
    }

    public override void ScatterAdd(Tensor x, int outer, int n, int inner, Tensor indices, Tensor y)
    {
        var result = Download(y);
        s_cpu.ScatterAdd(Download(x), outer, n, inner, Download(indices), result);
        Send(result, y);
    }

    public override void GatherAlong(Tensor x, int outer, int n, int m, int inner, Tensor indices, Tensor y)
    {
        var result = Empty(y);
        s_cpu.GatherAlong(Download(x), outer, n, m, inner, Download(indices), result);
        Send(result, y);
    }

    public override void ScatterAddAlong(Tensor x, int outer, int n, int m, int inner, Tensor indices, Tensor y)
    {
        var result = Download(y);
        s_cpu.ScatterAddAlong(Download(x), outer, n, m, inner, Download(indices), result);
        Send(result, y);
    }

    public override Tensor NonZero(Tensor mask) => Upload(s_cpu.NonZero(Download(mask)));

    public override void ArgSort(Tensor x, bool descending, int rows, int n, Tensor y)
    {
        var result = Empty(y);
        s_cpu.ArgSort(Download(x), descending, rows, n, result);
        Send(result, y);
    }

    public override void Random(RandomDistribution distribution, ulong seed, ulong stream, double a, double b, Tensor y)
    {
        var result = Empty(y);
        s_cpu.Random(distribution, seed, stream, a, b, result);
        Send(result, y);
    }
}
