namespace Autograd.Backends.Ilgpu;

/// <content>Where order matters: places of extremes, sorting, and recurrences.</content>
internal sealed partial class IlgpuBackend
{
    public override void ArgReduce(bool largest, Tensor x, int outer, int n, int inner, Tensor y)
    {
        if (y.Size == 0)
        {
            return;
        }
        y.Storage!.Known = Below(n);
        switch (x.DType)
        {
            case DType.Float32:
                Extremes<Real32>.Run(this, largest, x, outer, n, inner, y);
                break;
            case DType.Float64:
                Extremes<Real64>.Run(this, largest, x, outer, n, inner, y);
                break;
            case DType.Int32:
                Extremes<Whole32>.Run(this, largest, x, outer, n, inner, y);
                break;
            case DType.Int64:
                Extremes<Whole64>.Run(this, largest, x, outer, n, inner, y);
                break;
            default:
                throw NoKernel(x.DType);
        }
    }

    public override void ArgSort(Tensor x, bool descending, int rows, int n, Tensor y)
    {
        if (y.Size == 0)
        {
            return;
        }
        y.Storage!.Known = Below(n);
        switch (x.DType)
        {
            case DType.Float32:
                Sorting<Real32>.Run(this, x, descending, rows, n, y);
                break;
            case DType.Float64:
                Sorting<Real64>.Run(this, x, descending, rows, n, y);
                break;
            case DType.Int32:
                Sorting<Whole32>.Run(this, x, descending, rows, n, y);
                break;
            case DType.Int64:
                Sorting<Whole64>.Run(this, x, descending, rows, n, y);
                break;
            case DType.Bool:
                Sorting<Truth>.Run(this, x, descending, rows, n, y);
                break;
            default:
                throw NoKernel(x.DType);
        }
    }

    public override void Recurrence(Tensor? a, Tensor b, int outer, int n, int inner, bool reverse, Tensor y)
    {
        if (y.Size == 0)
        {
            return;
        }
        switch (y.DType)
        {
            case DType.Float32:
                Recurring<Real32, Real64>.Run(this, DType.Float64, a, b, outer, n, inner, reverse, y);
                break;
            case DType.Float64:
                Recurring<Real64, Real64>.Run(this, DType.Float64, a, b, outer, n, inner, reverse, y);
                break;
            case DType.Int32:
                // Integers wrap around, the same in parts.
                Recurring<Whole32, Whole32>.Run(this, DType.Int32, a, b, outer, n, inner, reverse, y);
                break;
            case DType.Int64:
                Recurring<Whole64, Whole64>.Run(this, DType.Int64, a, b, outer, n, inner, reverse, y);
                break;
            default:
                throw NoKernel(y.DType);
        }
    }
}
