namespace Autograd.Backends.Ilgpu;

/// <content>Pooling.</content>
internal sealed partial class IlgpuBackend
{
    public override void MaxPool(Tensor x, Windows windows, Tensor y, Tensor? positions)
    {
        switch (x.DType)
        {
            case DType.Float32:
                MaxPooling<Real32, Whole32>.Largest(this, x, windows, new(float.NegativeInfinity), y, positions);
                break;
            case DType.Float64:
                MaxPooling<Real64, Whole64>.Largest(this, x, windows, new(double.NegativeInfinity), y, positions);
                break;
            case DType.Int32:
                MaxPooling<Whole32, Whole32>.Largest(this, x, windows, new(int.MinValue), y, positions);
                break;
            case DType.Int64:
                MaxPooling<Whole64, Whole64>.Largest(this, x, windows, new(long.MinValue), y, positions);
                break;
            default:
                throw NoKernel(x.DType);
        }
    }

    public override void PickWindows(Tensor x, Tensor positions, Windows windows, Tensor y)
    {
        if (y.DType == DType.Float32)
        {
            MaxPooling<Real32, Whole32>.Pick(this, x, positions, y);
        }
        else if (y.DType == DType.Float64)
        {
            MaxPooling<Real64, Whole64>.Pick(this, x, positions, y);
        }
        else
        {
            throw NoKernel(y.DType);
        }
    }

    public override void PlaceWindows(Tensor x, Tensor positions, Windows windows, Tensor y)
    {
        if (y.DType == DType.Float32)
        {
            MaxPooling<Real32, Whole32>.Place(this, x, positions, windows, y);
        }
        else if (y.DType == DType.Float64)
        {
            MaxPooling<Real64, Whole64>.Place(this, x, positions, windows, y);
        }
        else
        {
            throw NoKernel(y.DType);
        }
    }

    public override void AveragePool(Tensor x, Windows windows, bool countsPadding, Tensor y) => AveragePool(x, windows, countsPadding, adjoint: false, y);

    public override void AveragePoolInput(Tensor dy, Windows windows, bool countsPadding, Tensor dx) => AveragePool(dy, windows, countsPadding, adjoint: true, dx);

    private void AveragePool(Tensor x, Windows windows, bool countsPadding, bool adjoint, Tensor y)
    {
        if (y.DType == DType.Float32)
        {
            AveragePooling<Real32>.Run(this, x, windows, countsPadding, adjoint, y);
        }
        else if (y.DType == DType.Float64)
        {
            AveragePooling<Real64>.Run(this, x, windows, countsPadding, adjoint, y);
        }
        else
        {
            throw NoKernel(y.DType);
        }
    }
}
