namespace Autograd.Backends.Ilgpu;

/// <content>Along one axis.</content>
internal sealed partial class IlgpuBackend
{
    /// <summary>The most threads in a group, for what they share.</summary>
    public const int LargestGroup = 256;

    public override void Reduce(Reduction reduction, Tensor x, int outer, int n, int inner, Tensor y)
    {
        if (y.Size == 0)
        {
            return;
        }
        if (n == 0)
        {
            // Of nothing; extremes of nothing were refused before.
            Fill(y, reduction is Reduction.Product or Reduction.All ? 1 : 0);
            return;
        }
        switch (x.DType)
        {
            case DType.Float32:
                Reduce<Real32>(reduction, x, outer, n, inner, y);
                break;
            case DType.Float64:
                Reduce<Real64>(reduction, x, outer, n, inner, y);
                break;
            case DType.Int32:
                Reduce<Whole32>(reduction, x, outer, n, inner, y);
                break;
            case DType.Int64:
                Reduce<Whole64>(reduction, x, outer, n, inner, y);
                break;
            case DType.Bool:
                if (reduction == Reduction.Any)
                {
                    Reducing<AnyOf, Truth>.Run(this, x, outer, n, inner, y);
                }
                else
                {
                    Reducing<AllOf, Truth>.Run(this, x, outer, n, inner, y);
                }
                break;
            default:
                throw NoKernel(x.DType);
        }
    }

    private void Reduce<T>(Reduction reduction, Tensor x, int outer, int n, int inner, Tensor y) where T : unmanaged, IReal<T>
    {
        switch (reduction)
        {
            case Reduction.Sum:
                Reducing<SumOf<T>, T>.Run(this, x, outer, n, inner, y);
                break;
            case Reduction.Product:
                Reducing<ProductOf<T>, T>.Run(this, x, outer, n, inner, y);
                break;
            case Reduction.Max:
                Reducing<MaxOf<T>, T>.Run(this, x, outer, n, inner, y);
                break;
            default:
                Reducing<MinOf<T>, T>.Run(this, x, outer, n, inner, y);
                break;
        }
    }
}
