using Autograd.Ops;

namespace Autograd
{
    public partial class Tensor
    {
        /// <summary>The values as another type. Floating to integer drops the fraction and saturates, NaN becomes 0; anything to bool is "not zero".</summary>
        public Tensor Cast(DType dtype)
        {
            if (dtype == DType)
            {
                return OwnView(CastOp.Instance);
            }
            if (!Enum.IsDefined(dtype))
            {
                throw new DTypeException($"Cast: {dtype} is no element type.");
            }
            var y = Allocate(dtype, Shape, Backend);
            Backend.Cast(this, y);
            Recording.Active?.Add(dtype.IsFloating() && DType.IsFloating() ? CastOp.Instance : CastOp.ThroughIntegers, y, this);
            EndRead();
            return y;
        }

        /// <summary><see cref="Cast"/> for steps within the library: the tensor itself where it has the type.</summary>
        internal Tensor AsType(DType dtype) => dtype == DType ? this : Cast(dtype);

        /// <summary>The same values, detached: gradients end here.</summary>
        public static Tensor StopGradient(Tensor x)
        {
            ArgumentNullException.ThrowIfNull(x);
            var y = x.View(x.Shape, x.StridesOrNull, x.Offset);
            Recording.Active?.Add(StopGradientOp.Instance, y, x);
            return y;
        }
    }
}

namespace Autograd.Ops
{
    internal sealed class CastOp : Op
    {
        public static readonly CastOp Instance = new();

        /// <summary>Integers and bools do not change smoothly with anything.</summary>
        public static readonly NotDifferentiable ThroughIntegers = new("Cast to or from integers");

        public override string Name => "Cast";

        public override Tensor Pullback(int input, Tensor dy, in RecordedOp recorded) => dy.AsType(recorded.X.DType);
    }

    /// <summary>What an operation with nothing to do is on a tape.</summary>
    internal sealed class IdentityOp : Op
    {
        public static readonly IdentityOp Instance = new();

        public override string Name => "Identity";

        public override Tensor Pullback(int input, Tensor dy, in RecordedOp recorded) => dy;
    }

    internal sealed class StopGradientOp : Op
    {
        public static readonly StopGradientOp Instance = new();

        public override string Name => "StopGradient";

        public override Flow GradientFlow => Flow.Stopped;
    }
}
