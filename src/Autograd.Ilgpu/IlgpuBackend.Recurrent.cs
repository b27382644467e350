namespace Autograd.Backends.Ilgpu;

/// <content>Recurrent layers.</content>
internal sealed partial class IlgpuBackend
{
    public override void Recur(RecurrentCell cell, in RecurrentOperands operands)
    {
        if (operands.Gates.DType == DType.Float32)
        {
            Recur<Real32>(cell, operands);
        }
        else if (operands.Gates.DType == DType.Float64)
        {
            Recur<Real64>(cell, operands);
        }
        else
        {
            throw NoKernel(operands.Gates.DType);
        }
    }

    private void Recur<T>(RecurrentCell cell, in RecurrentOperands operands) where T : unmanaged, IReal<T>
    {
        switch (cell)
        {
            case RecurrentCell.Simple:
                Recurrent<SimpleCell<T>, T>.Run(this, operands);
                break;
            case RecurrentCell.Lstm:
                Recurrent<LstmCell<T>, T>.Run(this, operands);
                break;
            default:
                Recurrent<GruCell<T>, T>.Run(this, operands);
                break;
        }
    }
}
