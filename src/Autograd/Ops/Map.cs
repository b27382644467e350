using System.Globalization;
using System.Runtime.CompilerServices;
using Autograd.Backends;
using Autograd.Numerics;
using Autograd.Ops;

namespace Autograd
{
    public partial class Tensor
    {
        /// <summary>
        /// Applies an elementwise operation of your own: one struct with the formula and its slope gives a vectorized kernel and gradients of any order.
        /// </summary>
        /// <param name="op">The operation; its fields are its attributes.</param>
        /// <param name="x">Any shape. Integers become float32 unless the operation keeps them.</param>
        public static Tensor Map<TOp>(TOp op, Tensor x) where TOp : struct, IUnaryOp
        {
            Operand.ThrowIfNull(x);
            if (!x.DType.IsFloating())
            {
                x = Promotion.ForArithmetic(x, TOp.KeepsIntegers);
            }
            var backend = x.Backend;
            var y = Allocate(x.DType, x.Shape, backend);
            backend.Map(op, x, y);
            y.Flags |= x.Flags & Traits.Weak;
            Recording.Active?.Add(MapOp<TOp>.For(op), y, x);
            x.EndRead();
            return y;
        }

        /// <summary>Applies an elementwise operation of your own to two operands, which broadcast.</summary>
        /// <inheritdoc cref="Map{TOp}(TOp, Tensor)"/>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public static Tensor Map<TOp>(TOp op, Tensor x, Tensor y) where TOp : struct, IBinaryOp => Zip(op, ZipOp<TOp>.For(op), x, y);

        internal static Tensor Zip<TFormula>(TFormula formula, Op op, Tensor x, Tensor y) where TFormula : struct, IBinaryFormula
        {
            Operand.ThrowIfNull(x);
            Operand.ThrowIfNull(y);
            // Conversions are recorded, so everything that can be refused is refused before them.
            var backend = Backend.Of(ref x, ref y, op);
            var shape = Shape.Broadcast(x.Shape, y.Shape, op.Name);
            if (x.DType != y.DType || !x.DType.IsFloating())
            {
                Promotion.Unify(ref x, ref y, TFormula.KeepsIntegers);
            }
            var z = Allocate(x.DType, shape, backend);
            backend.Zip(formula, x, y, z);
            z.Flags |= x.Flags & y.Flags & Traits.Weak;
            Recording.Active?.Add(op, z, x, y);
            x.EndRead();
            y.EndRead();
            return z;
        }
    }
}

namespace Autograd.Ops
{
    /// <summary>An elementwise operation on a tape. While nobody records, its pullback is one kernel; under an outer tape the slope becomes a recorded expression.</summary>
    internal sealed class MapOp<TOp> : Op where TOp : struct, IUnaryOp
    {
        private static readonly MapOp<TOp> s_default = new(default);
        private static readonly string s_name = OpNames.Of<TOp>();

        private readonly TOp _op;

        private MapOp(TOp op) => _op = op;

        public override string Name => s_name;

        public override string Attributes => OpNames.AttributesOf(_op);

        /// <summary>An operation without attributes is the same object every time.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static MapOp<TOp> For(TOp op) => OpNames.IsDefault(op) ? s_default : new MapOp<TOp>(op);

        public override Tensor Pullback(int input, Tensor dy, in RecordedOp recorded)
        {
            if (_op is IHasLastSlope op)
            {
                op.RequireSlope();
            }
            var (x, y) = (recorded.X, recorded.Y);
            if (Recording.IsTracked(dy, x, y))
            {
                return dy * _op.Slope(new TensorReal(x), new TensorReal(y)).ToTensor(like: y);
            }
            var dx = dy.IsSpendable ? dy : Tensor.Allocate(y.DType, y.Shape, y.Backend);
            y.Backend.MapPullback(_op, dy, x, y, dx);
            dx.Flags |= Tensor.Traits.Spendable;
            dy.EndRead();
            return dx;
        }
    }

    /// <summary>An operation that has no slope for some of its attributes. It says so before a kernel computes it, because on a GPU nothing can be thrown.</summary>
    internal interface IHasLastSlope
    {
        /// <summary>Throws where the slope is refused.</summary>
        void RequireSlope();
    }

    /// <summary>An elementwise operation of two operands on a tape.</summary>
    internal sealed class ZipOp<TOp> : Op where TOp : struct, IBinaryOp
    {
        private static readonly ZipOp<TOp> s_default = new(default);
        private static readonly string s_name = OpNames.Of<TOp>();

        private readonly TOp _op;

        private ZipOp(TOp op) => _op = op;

        public override string Name => s_name;

        public override string Attributes => OpNames.AttributesOf(_op);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ZipOp<TOp> For(TOp op) => OpNames.IsDefault(op) ? s_default : new ZipOp<TOp>(op);

        public override Tensor Pullback(int input, Tensor dy, in RecordedOp recorded)
        {
            var (a, b, z) = (recorded.A!, recorded.B!, recorded.Y);
            Tensor slope;
            if (Recording.IsTracked(dy, z) || Recording.IsTracked(a, b))
            {
                TensorReal x = new(a), y = new(b), result = new(z);
                slope = dy * (input == 0 ? _op.SlopeX(x, y, result) : _op.SlopeY(x, y, result)).ToTensor(like: z);
            }
            else
            {
                slope = Tensor.Allocate(z.DType, z.Shape, z.Backend);
                z.Backend.ZipPullback(_op, input, dy, a, b, z, slope);
                slope.Flags |= Tensor.Traits.Spendable;
                dy.EndRead();
            }
            return slope.AsSum(recorded.Input(input).Shape);
        }
    }

    internal static class Operand
    {
        /// <summary>The usual way to meet a null tensor is a gradient that does not exist.</summary>
        public static void ThrowIfNull([System.Diagnostics.CodeAnalysis.NotNull] Tensor? x, [CallerArgumentExpression(nameof(x))] string? name = null)
        {
            if (x is null)
            {
                Throw(name);
            }
        }

        [System.Diagnostics.CodeAnalysis.DoesNotReturn]
        private static void Throw(string? name) => throw new ArgumentNullException(
            name, "The tensor is null. If it is a gradient, the target does not depend on the source: tape.Explain(target, source) says why, and unconnected: Unconnected.Zero gives zeros.");
    }

    /// <summary>How operations made of structs are named and printed.</summary>
    internal static class OpNames
    {
        /// <summary>LeakyReluOp is called LeakyRelu.</summary>
        public static string Of<TOp>()
        {
            var name = typeof(TOp).Name;
            return name.EndsWith("Op", StringComparison.Ordinal) ? name[..^2] : name;
        }

        /// <summary>A record struct prints its fields as Name { A = 1 }; the braces' content is what matters.</summary>
        public static string AttributesOf<TOp>(TOp op) where TOp : struct
        {
            // What the compiler writes for a record prints numbers in the culture of the thread.
            var culture = CultureInfo.CurrentCulture;
            string text;
            try
            {
                CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
                text = op.ToString() ?? "";
            }
            finally
            {
                CultureInfo.CurrentCulture = culture;
            }
            var open = text.IndexOf('{', StringComparison.Ordinal);
            return open < 0 ? "" : text[(open + 1)..].TrimEnd('}').Trim();
        }

        // An empty struct occupies one byte, and so does one with a single bool.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool IsDefault<TOp>(TOp op) where TOp : struct => Unsafe.SizeOf<TOp>() == 1 && Unsafe.As<TOp, byte>(ref op) == 0;
    }

    /// <summary>Which type an operation on mixed operands runs in.</summary>
    internal static class Promotion
    {
        /// <summary>A non-floating operand of an arithmetic operation: bools count as int32, and everything becomes float32 where the operation does not keep integers.</summary>
        public static Tensor ForArithmetic(Tensor x, bool keepsIntegers) =>
            !keepsIntegers ? x.Cast(DType.Float32) : x.DType == DType.Bool ? x.Cast(DType.Int32) : x;

        [MethodImpl(MethodImplOptions.NoInlining)]
        public static void Unify(ref Tensor x, ref Tensor y, bool keepsIntegers)
        {
            var dtype = Common(x, y);
            if (!dtype.IsFloating())
            {
                dtype = !keepsIntegers ? DType.Float32 : dtype == DType.Bool ? DType.Int32 : dtype;
            }
            x = Convert(x, dtype);
            y = Convert(y, dtype);
        }

        /// <summary>The larger type; a C# number only counts by its kind (integer or floating) and range.</summary>
        public static DType Common(Tensor x, Tensor y)
        {
            if (x.IsWeak == y.IsWeak || x.DType == y.DType)
            {
                return x.DType > y.DType ? x.DType : y.DType;
            }
            var (strong, weak) = x.IsWeak ? (y, x) : (x, y);
            if (strong.DType.IsFloating() || weak.DType == DType.Bool)
            {
                return strong.DType;
            }
            if (weak.DType.IsFloating())
            {
                return DType.Float32;
            }
            var fits = weak.DType == DType.Int32 || (weak.Size == 1 && weak.Item<long>() is >= int.MinValue and <= int.MaxValue);
            return strong.DType == DType.Int64 || !fits ? DType.Int64 : DType.Int32;
        }

        /// <summary>A cast; what takes the type of what it meets goes on doing so.</summary>
        public static Tensor Convert(Tensor x, DType dtype)
        {
            if (x.DType == dtype)
            {
                return x;
            }
            // A single number nobody watches need not leave a cast behind.
            var y = x.IsWeak && x.Rank == 0 && x.Slot == 0 && dtype.IsFloating() && x.Device == Device.Cpu ? Tensor.Scalar(x.Item(), dtype) : x.Cast(dtype);
            y.Flags |= x.Flags & Tensor.Traits.Weak;
            return y;
        }
    }
}
