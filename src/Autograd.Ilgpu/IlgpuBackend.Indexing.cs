namespace Autograd.Backends.Ilgpu;

/// <content>Gathering, scattering, and the positions of what is true.</content>
internal sealed partial class IlgpuBackend
{
    public override void Gather(Tensor x, int outer, int n, int inner, Tensor indices, Tensor y) =>
        Gather(x, new() { N = n, M = indices.Size, Inner = inner }, indices, y);

    public override void GatherAlong(Tensor x, int outer, int n, int m, int inner, Tensor indices, Tensor y) =>
        Gather(x, new() { N = n, M = m, Inner = inner, Along = 1 }, indices, y);

    public override void ScatterAdd(Tensor x, int outer, int n, int inner, Tensor indices, Tensor y) =>
        Scatter(x, new() { N = n, M = indices.Size, Inner = inner }, indices, y);

    public override void ScatterAddAlong(Tensor x, int outer, int n, int m, int inner, Tensor indices, Tensor y) =>
        Scatter(x, new() { N = n, M = m, Inner = inner, Along = 1 }, indices, y);

    public override Tensor NonZero(Tensor mask)
    {
        var positions = Positions.Run(this, mask);
        positions.Storage!.Known = Below(mask.Size);
        return positions;
    }

    // What positions are.
    private static WholeNumbers Below(int extent) => new(0, Math.Max(extent - 1, 0));

    private void Gather(Tensor x, Picks picks, Tensor indices, Tensor y)
    {
        y.Storage!.Known = x.Storage!.Known;
        if (y.Size == 0)
        {
            return;
        }
        switch (x.DType.ByteSize())
        {
            case 1:
                Gathering<byte>.Run(this, x, picks, indices, y);
                break;
            case 4:
                Gathering<int>.Run(this, x, picks, indices, y);
                break;
            case 8:
                Gathering<long>.Run(this, x, picks, indices, y);
                break;
            default:
                throw NoKernel(x.DType);
        }
    }

    private void Scatter(Tensor x, Picks picks, Tensor indices, Tensor y)
    {
        if (x.Size == 0)
        {
            return;
        }
        switch (y.DType)
        {
            case DType.Float32:
                Scattering<Real32>.Run(this, x, picks, indices, y);
                break;
            case DType.Float64:
                Scattering<Real64>.Run(this, x, picks, indices, y);
                break;
            case DType.Int32:
                Scattering<Whole32>.Run(this, x, picks, indices, y);
                break;
            case DType.Int64:
                Scattering<Whole64>.Run(this, x, picks, indices, y);
                break;
            default:
                throw NoKernel(y.DType);
        }
    }
}
