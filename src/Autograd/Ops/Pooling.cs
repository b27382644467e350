using Autograd.Backends;
using Autograd.Ops;

namespace Autograd
{
    public partial class Tensor
    {
        /// <summary>
        /// The largest element of each window of [batch, steps, channels]. Padding never wins; the result of a window over padding alone is -infinity (the least
        /// number of an integer type). NaN wins over everything. The gradient goes to the first of equal elements.
        /// </summary>
        /// <param name="x">The images, channels last.</param>
        /// <param name="window">Extents of the window.</param>
        /// <param name="strides">Distances between windows; those of the window when left out, so that windows lie side by side.</param>
        /// <param name="padding">"valid" (none), "same", a number, or a pair (before, after) for each spatial axis; at most half of what the window reaches over.</param>
        /// <param name="dilations">Distances between the elements of a window; 1 when left out.</param>
        /// <exception cref="ShapeException">The rank does not fit, or the window is larger than the padded image.</exception>
        /// <exception cref="ValueException">A stride, dilation or extent of the window is not positive, or padding is negative or over half the window.</exception>
        public static Tensor MaxPool1D(Tensor x, PerAxis window, PerAxis strides = default, Padding padding = default, PerAxis dilations = default) =>
            Pooling.Max("MaxPool1D", 1, x, window, strides, padding, dilations);

        /// <summary>
        /// The largest element of each window of [batch, height, width, channels]. Padding never wins; the result of a window over padding alone is -infinity (the
        /// least number of an integer type). NaN wins over everything. The gradient goes to the first of equal elements.
        /// </summary>
        /// <inheritdoc cref="MaxPool1D"/>
        public static Tensor MaxPool2D(Tensor x, PerAxis window, PerAxis strides = default, Padding padding = default, PerAxis dilations = default) =>
            Pooling.Max("MaxPool2D", 2, x, window, strides, padding, dilations);

        /// <summary>
        /// The largest element of each window of [batch, depth, height, width, channels]. Padding never wins; the result of a window over padding alone is -infinity
        /// (the least number of an integer type). NaN wins over everything. The gradient goes to the first of equal elements.
        /// </summary>
        /// <inheritdoc cref="MaxPool1D"/>
        public static Tensor MaxPool3D(Tensor x, PerAxis window, PerAxis strides = default, Padding padding = default, PerAxis dilations = default) =>
            Pooling.Max("MaxPool3D", 3, x, window, strides, padding, dilations);

        /// <summary>The mean of each window of [batch, steps, channels]; 0 for a window over padding alone. Integers count as float32.</summary>
        /// <param name="x">The images, channels last.</param>
        /// <param name="window">Extents of the window.</param>
        /// <param name="strides">Distances between windows; those of the window when left out, so that windows lie side by side.</param>
        /// <param name="padding">"valid" (none), "same", a number, or a pair (before, after) for each spatial axis; at most half of what the window reaches over.</param>
        /// <param name="dilations">Distances between the elements of a window; 1 when left out.</param>
        /// <param name="countIncludePadding">Whether padding counts as zeros, so that the sum is divided by the size of the window everywhere.</param>
        /// <exception cref="ShapeException">The rank does not fit, or the window is larger than the padded image.</exception>
        /// <exception cref="ValueException">A stride, dilation or extent of the window is not positive, or padding is negative or over half the window.</exception>
        public static Tensor AveragePool1D(
            Tensor x, PerAxis window, PerAxis strides = default, Padding padding = default, PerAxis dilations = default, bool countIncludePadding = false) =>
            Pooling.Average("AveragePool1D", 1, x, window, strides, padding, dilations, countIncludePadding);

        /// <summary>The mean of each window of [batch, height, width, channels]; 0 for a window over padding alone. Integers count as float32.</summary>
        /// <inheritdoc cref="AveragePool1D"/>
        public static Tensor AveragePool2D(
            Tensor x, PerAxis window, PerAxis strides = default, Padding padding = default, PerAxis dilations = default, bool countIncludePadding = false) =>
            Pooling.Average("AveragePool2D", 2, x, window, strides, padding, dilations, countIncludePadding);

        /// <summary>The mean of each window of [batch, depth, height, width, channels]; 0 for a window over padding alone. Integers count as float32.</summary>
        /// <inheritdoc cref="AveragePool1D"/>
        public static Tensor AveragePool3D(
            Tensor x, PerAxis window, PerAxis strides = default, Padding padding = default, PerAxis dilations = default, bool countIncludePadding = false) =>
            Pooling.Average("AveragePool3D", 3, x, window, strides, padding, dilations, countIncludePadding);
    }
}

namespace Autograd.Ops
{
    internal static class Pooling
    {
        public static Tensor Max(string name, int spatial, Tensor x, PerAxis window, PerAxis strides, Padding padding, PerAxis dilations)
        {
            ArgumentNullException.ThrowIfNull(x);
            var windows = WindowsOver(name, spatial, x, window, strides, padding, dilations);
            var shape = windows.OutputShape;
            x = x.DType == DType.Bool ? x.Cast(DType.Int32) : x;
            var y = Tensor.Allocate(x.DType, shape, x.Backend);
            // Where the largest elements were is only found out for somebody who will ask.
            var positions = Recording.IsTracked(x) ? Tensor.Allocate(x.DType.ByteSize() == 4 ? DType.Int32 : DType.Int64, y.Shape, x.Backend) : null;
            if (y.Size > 0)
            {
                var packed = x.Packed();
                x.Backend.MaxPool(packed, windows, y, positions);
                packed.EndRead();
            }
            if (positions is not null)
            {
                Recording.Active?.Add(new MaxPoolOp(name, windows, positions, PickPart.Pick), y, x);
            }
            else
            {
                Recording.MarkUnrecorded(y, [x]);
            }
            x.EndRead();
            return y;
        }

        public static Tensor Average(
            string name, int spatial, Tensor x, PerAxis window, PerAxis strides, Padding padding, PerAxis dilations, bool countIncludePadding)
        {
            ArgumentNullException.ThrowIfNull(x);
            var windows = WindowsOver(name, spatial, x, window, strides, padding, dilations);
            var op = new AveragePoolOp(name, windows, countIncludePadding, transposed: false);
            _ = op.ResultShape;
            return Average(op, x.DType.IsFloating() ? x : x.Cast(DType.Float32));
        }

        public static Tensor Average(AveragePoolOp op, Tensor x)
        {
            var y = Tensor.Allocate(x.DType, op.ResultShape, x.Backend);
            if (y.Size > 0)
            {
                var packed = x.Packed();
                if (op.Transposed)
                {
                    x.Backend.AveragePoolInput(packed, op.Windows, op.CountsPadding, y);
                }
                else
                {
                    x.Backend.AveragePool(packed, op.Windows, op.CountsPadding, y);
                }
                packed.EndRead();
            }
            Recording.Active?.Add(op, y, x);
            x.EndRead();
            return y;
        }

        /// <summary>The elements at the positions of the maxima of other images, or elements put there.</summary>
        public static Tensor Pick(MaxPoolOp op, Tensor x)
        {
            var y = Tensor.Allocate(x.DType, op.Part == PickPart.Pick ? op.Windows.OutputShape : op.Windows.InputShape, x.Backend);
            if (y.Size > 0)
            {
                var packed = x.Packed();
                if (op.Part == PickPart.Pick)
                {
                    x.Backend.PickWindows(packed, op.Positions, op.Windows, y);
                }
                else
                {
                    x.Backend.PlaceWindows(packed, op.Positions, op.Windows, y);
                }
                packed.EndRead();
            }
            Recording.Active?.Add(op, y, x);
            x.EndRead();
            return y;
        }

        private static Windows WindowsOver(string name, int spatial, Tensor x, PerAxis window, PerAxis strides, Padding padding, PerAxis dilations)
        {
            if (x.Rank != spatial + 2)
            {
                throw new ShapeException($"{name}: the images have shape {x.Shape}; there must be {spatial + 2} axes, [batch, {(spatial == 1 ? "steps" : "spatial...")}, channels].");
            }
            Span<int> extents = stackalloc int[spatial];
            for (var i = 0; i < spatial; i++)
            {
                extents[i] = window.At(i, spatial, 0, 1, name, "window");
            }
            if (x.Shape[^1] == 0)
            {
                throw new ShapeException($"{name}: the images {x.Shape} have no channels.");
            }
            return Windows.Over(name, x.Shape, extents, x.Shape[^1], 1, strides.IsGiven ? strides : window, padding, dilations, halfAtMost: true);
        }
    }

    internal enum PickPart
    {
        /// <summary>y[o] = x[position[o]].</summary>
        Pick,

        /// <summary>y[position[o]] += x[o].</summary>
        Place,
    }

    /// <summary>Once the positions are known, a linear map and its adjoint: each is the other's pullback.</summary>
    internal sealed class MaxPoolOp(string name, Windows windows, Tensor positions, PickPart part) : Op
    {
        public override string Name => name;

        public override string Attributes => windows.ToString();

        public Windows Windows => windows;

        /// <summary>Flat positions in the images, -1 where a window lay over padding alone; integers as wide as the elements.</summary>
        public Tensor Positions => positions;

        public PickPart Part => part;

        public override Tensor Pullback(int input, Tensor dy, in RecordedOp recorded) =>
            Pooling.Pick(new MaxPoolOp(name, windows, positions, part == PickPart.Pick ? PickPart.Place : PickPart.Pick), dy);
    }

    /// <summary>A linear map and its adjoint: each is the other's pullback.</summary>
    internal sealed class AveragePoolOp(string name, Windows windows, bool countsPadding, bool transposed) : Op
    {
        public override string Name => name;

        public override string Attributes => countsPadding ? $"{windows}, padding counts" : windows.ToString();

        public Windows Windows => windows;

        public bool CountsPadding => countsPadding;

        public bool Transposed => transposed;

        public Shape ResultShape => transposed ? windows.InputShape : windows.OutputShape;

        public override Tensor Pullback(int input, Tensor dy, in RecordedOp recorded) =>
            Pooling.Average(new AveragePoolOp(name, windows, countsPadding, !transposed), dy);
    }
}
