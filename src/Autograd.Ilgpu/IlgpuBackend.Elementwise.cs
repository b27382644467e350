namespace Autograd.Backends.Ilgpu;

/// <content>Elementwise families: which type, and which formula.</content>
internal sealed partial class IlgpuBackend
{
    protected override void MapOnDevice<TOp>(TOp op, Tensor x, Tensor y)
    {
        switch (y.DType)
        {
            case DType.Float32:
                Elementwise<MapFormula<TOp, Real32>, Real32, Real32>.Run(this, new(op), y, x);
                break;
            case DType.Float64:
                Elementwise<MapFormula<TOp, Real64>, Real64, Real64>.Run(this, new(op), y, x);
                break;
            case DType.Int32:
                Elementwise<MapFormula<TOp, Whole32>, Whole32, Whole32>.Run(this, new(op), y, x);
                break;
            case DType.Int64:
                Elementwise<MapFormula<TOp, Whole64>, Whole64, Whole64>.Run(this, new(op), y, x);
                break;
            default:
                throw NoKernel(y.DType);
        }
    }

    protected override void MapPullbackOnDevice<TOp>(TOp op, Tensor dy, Tensor x, Tensor y, Tensor dx)
    {
        if (dx.DType == DType.Float32)
        {
            Elementwise<MapPullbackFormula<TOp, Real32>, Real32, Real32>.Run(this, new(op), dx, dy, x, y);
        }
        else if (dx.DType == DType.Float64)
        {
            Elementwise<MapPullbackFormula<TOp, Real64>, Real64, Real64>.Run(this, new(op), dx, dy, x, y);
        }
        else
        {
            throw NoKernel(dx.DType);
        }
    }

    protected override void ZipOnDevice<TFormula>(TFormula formula, Tensor x, Tensor y, Tensor z)
    {
        switch (z.DType)
        {
            case DType.Float32:
                Elementwise<ZipFormula<TFormula, Real32>, Real32, Real32>.Run(this, new(formula), z, x, y);
                break;
            case DType.Float64:
                Elementwise<ZipFormula<TFormula, Real64>, Real64, Real64>.Run(this, new(formula), z, x, y);
                break;
            case DType.Int32:
                Elementwise<ZipFormula<TFormula, Whole32>, Whole32, Whole32>.Run(this, new(formula), z, x, y);
                break;
            case DType.Int64:
                Elementwise<ZipFormula<TFormula, Whole64>, Whole64, Whole64>.Run(this, new(formula), z, x, y);
                break;
            default:
                throw NoKernel(z.DType);
        }
    }

    protected override void ZipPullbackOnDevice<TOp>(TOp op, int operand, Tensor dz, Tensor x, Tensor y, Tensor z, Tensor result)
    {
        if (result.DType == DType.Float32)
        {
            ZipPullback<TOp, Real32>(op, operand, dz, x, y, z, result);
        }
        else if (result.DType == DType.Float64)
        {
            ZipPullback<TOp, Real64>(op, operand, dz, x, y, z, result);
        }
        else
        {
            throw NoKernel(result.DType);
        }
    }

    private void ZipPullback<TOp, T>(TOp op, int operand, Tensor dz, Tensor x, Tensor y, Tensor z, Tensor result) where TOp : struct, IBinaryOp where T : unmanaged, IReal<T>
    {
        if (operand == 0)
        {
            Elementwise<ZipPullbackX<TOp, T>, T, T>.Run(this, new(op), result, dz, x, y, z);
        }
        else
        {
            Elementwise<ZipPullbackY<TOp, T>, T, T>.Run(this, new(op), result, dz, x, y, z);
        }
    }

    protected override void CompareOnDevice<TFormula>(TFormula formula, Tensor x, Tensor y, Tensor z)
    {
        switch (x.DType)
        {
            case DType.Float32:
                Elementwise<CompareFormula<TFormula, Real32>, Real32, Truth>.Run(this, new(formula), z, x, y);
                break;
            case DType.Float64:
                Elementwise<CompareFormula<TFormula, Real64>, Real64, Truth>.Run(this, new(formula), z, x, y);
                break;
            case DType.Int32:
                Elementwise<CompareFormula<TFormula, Whole32>, Whole32, Truth>.Run(this, new(formula), z, x, y);
                break;
            case DType.Int64:
                Elementwise<CompareFormula<TFormula, Whole64>, Whole64, Truth>.Run(this, new(formula), z, x, y);
                break;
            default:
                throw NoKernel(x.DType);
        }
    }

    protected override void UpdateOnDevice<TRule>(TRule rule, Tensor gradient, Tensor variable, Tensor? slot0, Tensor? slot1, Tensor? slot2)
    {
        if (variable.DType == DType.Float32)
        {
            Updating<TRule, Real32>.Run(this, rule, gradient, variable, slot0, slot1, slot2);
        }
        else if (variable.DType == DType.Float64)
        {
            Updating<TRule, Real64>.Run(this, rule, gradient, variable, slot0, slot1, slot2);
        }
        else
        {
            throw NoKernel(variable.DType);
        }
    }

    public override void Select(Tensor condition, Tensor a, Tensor b, Tensor y)
    {
        if (y.Size == 0)
        {
            return;
        }
        switch (y.DType.ByteSize())
        {
            case 1:
                Selection<byte>.Run(this, condition, a, b, y);
                break;
            case 4:
                Selection<int>.Run(this, condition, a, b, y);
                break;
            case 8:
                Selection<long>.Run(this, condition, a, b, y);
                break;
            default:
                throw NoKernel(y.DType);
        }
    }

    public override void Logical(LogicalOperation operation, Tensor a, Tensor b, Tensor y) =>
        Elementwise<LogicalFormula, Truth, Truth>.Run(this, new((int)operation), y, a, b);
}
