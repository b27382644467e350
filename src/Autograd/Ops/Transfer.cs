using Autograd.Ops;

namespace Autograd
{
    public partial class Tensor
    {
        /// <summary>The same values on another device; on this one already, over the same memory. Gradients come back the same way.</summary>
        /// <exception cref="TensorMemoryException">The device has no memory left.</exception>
        public Tensor To(Device device)
        {
            ArgumentNullException.ThrowIfNull(device);
            if (device == Device)
            {
                return OwnView();
            }
            // A number needs no transfer: a kernel can write it.
            var y = Size == 1 && Device == Device.Cpu && DType.IsFloating()
                ? FullOn(device.Backend, Shape, Item(), DType)
                : device == Device.Cpu ? Backend.Download(this) : device.Backend.Upload(OnCpu());
            y.Flags |= Flags & Traits.Weak;
            Recording.Active?.Add(TransferOp.Instance, y, this);
            EndRead();
            return y;
        }

        /// <summary>A fresh tensor of the CPU where new tensors are to be.</summary>
        internal Tensor ToDefault() => Device.Default == Device.Cpu ? this : To(Device.Default);
    }
}

namespace Autograd.Ops
{
    internal sealed class TransferOp : Op
    {
        public static readonly TransferOp Instance = new();

        public override string Name => "To";

        public override Tensor Pullback(int input, Tensor dy, in RecordedOp recorded) => dy.To(recorded.X.Device);
    }
}
