using Autograd.Ops;

namespace Autograd
{
    public partial class Tensor
    {
        /// <summary>0 with probability <paramref name="rate"/>, else x / (1 - rate); all 0 for a rate of 1. One pass, and nothing is kept for the gradient.</summary>
        internal static Tensor Dropped(Tensor x, double rate, long? seed)
        {
            var (key, stream) = StreamFor(seed);
            var op = new DropoutOp(rate, key, stream | DropoutOp.Streams);
            return op.Apply(x);
        }
    }
}

namespace Autograd.Ops
{
    /// <summary>A diagonal map, so its own pullback. Which elements stay follows from the counter of the generator, and is found again instead of remembered.</summary>
    internal sealed class DropoutOp(double rate, ulong seed, ulong stream) : Op
    {
        /// <summary>Beyond those of the distributions.</summary>
        public const ulong Streams = 0xFUL << 60;

        public override string Name => "Dropout";

        public override string Attributes => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"rate: {rate}");

        public Tensor Apply(Tensor x)
        {
            var packed = x.Packed();
            var y = Tensor.Allocate(x.DType, x.Shape, x.Backend);
            x.Backend.Dropout(rate, seed, stream, packed, y);
            packed.EndRead();
            Recording.Active?.Add(this, y, x);
            x.EndRead();
            return y;
        }

        public override Tensor Pullback(int input, Tensor dy, in RecordedOp recorded) => Apply(dy);
    }
}
