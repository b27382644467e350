namespace Autograd.Backends.Ilgpu;

/// <content>Random numbers: the same words as on the processor, so integers and uniform numbers from 0 to 1 are the same bits; others agree to rounding.</content>
internal sealed partial class IlgpuBackend
{
    public override void Random(RandomDistribution distribution, ulong seed, ulong stream, double a, double b, Tensor y)
    {
        if (y.Size == 0)
        {
            return;
        }
        var isUniform = distribution == RandomDistribution.Uniform;
        var draws = new Draws { Seed = seed, Stream = stream, A = a, Scale = isUniform ? b - a : b };
        switch (y.DType)
        {
            case DType.Float32:
                Random<Real32>(distribution, draws, new(isUniform && a < b ? MathF.BitDecrement((float)b) : float.PositiveInfinity), y);
                break;
            case DType.Float64:
                Random<Real64>(distribution, draws, new(isUniform && a < b ? Math.BitDecrement(b) : double.PositiveInfinity), y);
                break;
            case DType.Int32:
                DrawingIntegers<Whole32>.Run(this, draws with { Low = (long)a, Count = (ulong)((long)b - (long)a) }, y);
                break;
            case DType.Int64:
                DrawingIntegers<Whole64>.Run(this, draws with { Low = (long)a, Count = (ulong)((long)b - (long)a) }, y);
                break;
            default:
                throw NoKernel(y.DType);
        }
        if (distribution == RandomDistribution.Integers)
        {
            y.Storage!.Known = new((long)a, (long)b - 1);
        }
    }

    private void Random<T>(RandomDistribution distribution, Draws draws, T most, Tensor y) where T : unmanaged, IReal<T>, IElement<T>
    {
        switch (distribution)
        {
            case RandomDistribution.Uniform:
                Drawing<UniformDistribution, T>.Run(this, draws, most, y);
                break;
            case RandomDistribution.Normal:
                Drawing<NormalDistribution, T>.Run(this, draws, most, y);
                break;
            default:
                Drawing<TruncatedNormalDistribution, T>.Run(this, draws, most, y);
                break;
        }
    }

    public override void Dropout(double rate, ulong seed, ulong stream, Tensor x, Tensor y)
    {
        if (y.Size == 0)
        {
            return;
        }
        var draws = new Draws { Seed = seed, Stream = stream, Count = (ulong)(rate * (1UL << 32)) };
        var scale = rate < 1 ? 1 / (1 - rate) : 0;
        if (y.DType == DType.Float32)
        {
            Dropping<Real32>.Run(this, draws, new(float.CreateSaturating(scale)), x, y);
        }
        else if (y.DType == DType.Float64)
        {
            Dropping<Real64>.Run(this, draws, new(scale), x, y);
        }
        else
        {
            throw NoKernel(y.DType);
        }
    }
}
