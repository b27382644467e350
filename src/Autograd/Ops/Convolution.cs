using Autograd.Backends;
using Autograd.Ops;

namespace Autograd
{
    public partial class Tensor
    {
        /// <summary>
        /// The convolution (in truth, as everywhere in machine learning, the correlation) of images [batch, spatial..., channels] with a kernel
        /// [spatial..., channels / groups, filters], over 1 to 3 spatial axes: y[n, o, f] = bias[f] + sum over k, c of x[n, o stride + k dilation - padding, c] kernel[k, c, f].
        /// Integers count as float32. An empty batch gives an empty result.
        /// </summary>
        /// <param name="x">The images, channels last.</param>
        /// <param name="kernel">One axis for each spatial axis of <paramref name="x"/>, then channels / groups, then filters.</param>
        /// <param name="strides">Distances between windows; 1 when left out.</param>
        /// <param name="padding">Zeros around the images: "valid" (none), "same", a number, or a pair (before, after) for each spatial axis.</param>
        /// <param name="dilations">Distances between the elements of a window; 1 when left out.</param>
        /// <param name="groups">So many consecutive parts of the channels, each with its own consecutive part of the filters.</param>
        /// <param name="bias">[filters], what is added to each pixel of the result; nothing when left out.</param>
        /// <exception cref="ShapeException">Ranks, channels or filters do not fit, or the window is larger than the padded image.</exception>
        /// <exception cref="ValueException">A stride, dilation, group count or extent of the window is not positive, or padding is negative.</exception>
        public static Tensor Conv(
            Tensor x, Tensor kernel, PerAxis strides = default, Padding padding = default, PerAxis dilations = default, int groups = 1, Tensor? bias = null) =>
            Convolution.Forward("Conv", 0, x, kernel, strides, padding, dilations, groups, bias);

        /// <summary>The convolution of [batch, steps, channels] with a kernel [window, channels / groups, filters].</summary>
        /// <inheritdoc cref="Conv"/>
        public static Tensor Conv1D(
            Tensor x, Tensor kernel, PerAxis strides = default, Padding padding = default, PerAxis dilations = default, int groups = 1, Tensor? bias = null) =>
            Convolution.Forward("Conv1D", 1, x, kernel, strides, padding, dilations, groups, bias);

        /// <summary>The convolution of [batch, height, width, channels] with a kernel [height, width, channels / groups, filters].</summary>
        /// <inheritdoc cref="Conv"/>
        public static Tensor Conv2D(
            Tensor x, Tensor kernel, PerAxis strides = default, Padding padding = default, PerAxis dilations = default, int groups = 1, Tensor? bias = null) =>
            Convolution.Forward("Conv2D", 2, x, kernel, strides, padding, dilations, groups, bias);

        /// <summary>The convolution of [batch, depth, height, width, channels] with a kernel [depth, height, width, channels / groups, filters].</summary>
        /// <inheritdoc cref="Conv"/>
        public static Tensor Conv3D(
            Tensor x, Tensor kernel, PerAxis strides = default, Padding padding = default, PerAxis dilations = default, int groups = 1, Tensor? bias = null) =>
            Convolution.Forward("Conv3D", 3, x, kernel, strides, padding, dilations, groups, bias);

        /// <summary>
        /// Each channel of [batch, height, width, channels] convolved by itself with a kernel [height, width, channels, multiplier]. Channel c gives the channels
        /// c multiplier to (c + 1) multiplier - 1 of the result.
        /// </summary>
        /// <inheritdoc cref="Conv"/>
        public static Tensor DepthwiseConv2D(Tensor x, Tensor kernel, PerAxis strides = default, Padding padding = default, PerAxis dilations = default)
        {
            ArgumentNullException.ThrowIfNull(x);
            ArgumentNullException.ThrowIfNull(kernel);
            const string Name = "DepthwiseConv2D";
            Convolution.RequireRanks(Name, 2, x, kernel);
            if (kernel.Shape[2] != x.Shape[3])
            {
                throw new ShapeException($"{Name}: the images {x.Shape} have {x.Shape[3]} channels, the kernel {kernel.Shape} [height, width, channels, multiplier] is for {kernel.Shape[2]}.");
            }
            if (kernel.Size == 0)
            {
                throw new ShapeException($"{Name}: the kernel {kernel.Shape} is empty.");
            }
            var (channels, filters) = (kernel.Shape[2], kernel.Shape[2] * kernel.Shape[3]);
            var windows = Windows.Over(Name, x.Shape, kernel.Shape.Dimensions[..2], filters, channels, strides, padding, dilations, halfAtMost: false);
            var op = new ConvolutionOp(Name, ConvolutionPart.Result, windows);
            Convolution.RequireResult(op, x, kernel);
            return Convolution.Apply(op, x, kernel.Reshape(windows.KernelShape));
        }

        /// <summary>
        /// The transposed convolution: the gradient of a convolution with respect to its images, as an operation of its own. Of images [batch, spatial..., channels] and
        /// a kernel [spatial..., filters / groups, channels] it makes [batch, spatial..., filters], larger by about the strides.
        /// </summary>
        /// <param name="x">What the windows of the convolution gave.</param>
        /// <param name="kernel">The kernel of the convolution: one axis for each spatial axis, then filters / groups of the result here, then the channels of <paramref name="x"/>.</param>
        /// <param name="strides">Distances between windows; 1 when left out.</param>
        /// <param name="padding">What the convolution had: "valid", "same" (the result is larger by just the strides), a number, or a pair for each spatial axis.</param>
        /// <param name="outputPadding">
        /// How many elements to add at the end of each spatial axis, since several extents lead to one under a convolution with strides. When left out none, or with "valid" so
        /// many that every stride is whole, as Keras does.
        /// </param>
        /// <param name="dilations">Distances between the elements of a window; 1 when left out.</param>
        /// <param name="groups">So many consecutive parts of the channels, each with its own consecutive part of the filters.</param>
        /// <exception cref="ShapeException">Ranks or channels do not fit, or nothing would be left of the result.</exception>
        /// <exception cref="ValueException">
        /// A stride, dilation, group count or extent of the window is not positive, padding is negative, or output padding is not below the stride or the dilation.
        /// </exception>
        public static Tensor ConvTranspose(
            Tensor x, Tensor kernel, PerAxis strides = default, Padding padding = default, PerAxis outputPadding = default, PerAxis dilations = default, int groups = 1) =>
            Convolution.Transposed("ConvTranspose", 0, x, kernel, strides, padding, outputPadding, dilations, groups);

        /// <summary>The transposed convolution of [batch, steps, channels] with a kernel [window, filters / groups, channels].</summary>
        /// <inheritdoc cref="ConvTranspose"/>
        public static Tensor Conv1DTranspose(
            Tensor x, Tensor kernel, PerAxis strides = default, Padding padding = default, PerAxis outputPadding = default, PerAxis dilations = default, int groups = 1) =>
            Convolution.Transposed("Conv1DTranspose", 1, x, kernel, strides, padding, outputPadding, dilations, groups);

        /// <summary>The transposed convolution of [batch, height, width, channels] with a kernel [height, width, filters / groups, channels].</summary>
        /// <inheritdoc cref="ConvTranspose"/>
        public static Tensor Conv2DTranspose(
            Tensor x, Tensor kernel, PerAxis strides = default, Padding padding = default, PerAxis outputPadding = default, PerAxis dilations = default, int groups = 1) =>
            Convolution.Transposed("Conv2DTranspose", 2, x, kernel, strides, padding, outputPadding, dilations, groups);

        /// <summary>The transposed convolution of [batch, depth, height, width, channels] with a kernel [depth, height, width, filters / groups, channels].</summary>
        /// <inheritdoc cref="ConvTranspose"/>
        public static Tensor Conv3DTranspose(
            Tensor x, Tensor kernel, PerAxis strides = default, Padding padding = default, PerAxis outputPadding = default, PerAxis dilations = default, int groups = 1) =>
            Convolution.Transposed("Conv3DTranspose", 3, x, kernel, strides, padding, outputPadding, dilations, groups);
    }
}

namespace Autograd.Ops
{
    /// <summary>
    /// Which of the three arrays of a convolution is computed from the other two. Each map is linear in both, and its pullbacks are the other two maps: with
    /// &lt;a, b&gt; the sum of products, &lt;y, Result(x, k)&gt; = &lt;x, Input(y, k)&gt; = &lt;k, Kernel(x, y)&gt;. So gradients of any order stay within the three.
    /// </summary>
    internal enum ConvolutionPart
    {
        Result,
        Input,
        Kernel,
    }

    internal static class Convolution
    {
        public static Tensor Forward(
            string name, int spatial, Tensor x, Tensor kernel, PerAxis strides, Padding padding, PerAxis dilations, int groups, Tensor? bias)
        {
            ArgumentNullException.ThrowIfNull(x);
            ArgumentNullException.ThrowIfNull(kernel);
            RequireRanks(name, spatial, x, kernel);
            RequireChannels(name, kernel, groups, "images", x, x.Shape[^1], kernel.Shape[^2], "filters", kernel.Shape[^1]);
            var windows = Windows.Over(name, x.Shape, kernel.Shape.Dimensions[..^2], kernel.Shape[^1], groups, strides, padding, dilations, halfAtMost: false);
            if (bias is not null && (bias.Rank != 1 || bias.Size != windows.Filters))
            {
                throw new ShapeException($"{name}: the bias has shape {bias.Shape}; for the kernel {kernel.Shape} it must have [{windows.Filters}], a number for each filter.");
            }
            return Apply(new ConvolutionOp(name, ConvolutionPart.Result, windows), x, kernel, bias);
        }

        public static Tensor Transposed(
            string name, int spatial, Tensor x, Tensor kernel, PerAxis strides, Padding padding, PerAxis outputPadding, PerAxis dilations, int groups)
        {
            ArgumentNullException.ThrowIfNull(x);
            ArgumentNullException.ThrowIfNull(kernel);
            RequireRanks(name, spatial, x, kernel);
            RequireChannels(name, kernel, groups, "images", x, x.Shape[^1], null, "channels", kernel.Shape[^1]);
            if (kernel.Shape[^1] != x.Shape[^1])
            {
                throw new ShapeException($"{name}: the images {x.Shape} have {x.Shape[^1]} channels, the kernel {kernel.Shape} [spatial..., filters / groups, channels] is for {kernel.Shape[^1]}.");
            }
            var filters = Shape.Extent((long)kernel.Shape[^2] * groups, name);
            var windows = Windows.Under(name, x.Shape, kernel.Shape.Dimensions[..^2], filters, groups, strides, padding, dilations, outputPadding);
            return Apply(new ConvolutionOp(name, ConvolutionPart.Input, windows), x, kernel);
        }

        public static void RequireRanks(string name, int spatial, Tensor x, Tensor kernel)
        {
            if (x.Rank != kernel.Rank || (spatial == 0 ? x.Rank is < 3 or > 5 : x.Rank != spatial + 2))
            {
                var axes = spatial == 0 ? "3 to 5 axes" : $"{spatial + 2} axes";
                throw new ShapeException($"{name}: images {x.Shape} and kernel {kernel.Shape}; both must have {axes}, [batch, spatial..., channels] and [spatial..., channels, filters].");
            }
        }

        /// <param name="name">For messages.</param>
        /// <param name="kernel">The kernel.</param>
        /// <param name="groups">Groups of channels.</param>
        /// <param name="what">What the channels belong to.</param>
        /// <param name="x">The images.</param>
        /// <param name="channels">Their channels.</param>
        /// <param name="each">Channels of a group by the kernel; null where the kernel's other axis says it.</param>
        /// <param name="last">What the last axis of the kernel is.</param>
        /// <param name="filters">Its extent.</param>
        private static void RequireChannels(string name, Tensor kernel, int groups, string what, Tensor x, int channels, int? each, string last, int filters)
        {
            if (groups <= 0)
            {
                throw new ValueException($"{name}: {groups} groups; there must be 1 or more.");
            }
            if (channels == 0 || kernel.Shape[^1] == 0 || kernel.Shape[^2] == 0)
            {
                throw new ShapeException($"{name}: {what} {x.Shape} and kernel {kernel.Shape}; neither may have 0 channels or filters.");
            }
            if (each is { } perGroup && (long)perGroup * groups != channels)
            {
                throw new ShapeException(
                    $"{name}: the {what} {x.Shape} have {channels} channels, the kernel {kernel.Shape} with {groups} groups is for {(long)perGroup * groups} ({groups} x {perGroup}).");
            }
            if (filters % groups != 0)
            {
                throw new ShapeException($"{name}: {groups} groups do not divide the {filters} {last} of the kernel {kernel.Shape}.");
            }
        }

        /// <summary>All that could still be refused, for a caller that records something before <see cref="Apply"/>.</summary>
        public static void RequireResult(ConvolutionOp op, Tensor a, Tensor b)
        {
            Backend.Of(ref a, ref b, op);
            _ = op.ResultShape;
        }

        public static Tensor Apply(ConvolutionOp op, Tensor a, Tensor b, Tensor? bias = null)
        {
            var backend = Backend.Of(ref a, ref b, op);
            if (bias is not null)
            {
                Backend.Of(ref a, ref bias, op);
            }
            var shape = op.ResultShape;
            if (a.DType != b.DType || !a.DType.IsFloating())
            {
                Promotion.Unify(ref a, ref b, keepsIntegers: false);
            }
            if (bias is not null && bias.DType != a.DType)
            {
                return Apply(op, a, b) + bias;
            }
            var windows = op.Windows;
            var result = Tensor.Allocate(a.DType, shape, backend);
            if (windows.Batch == 0)
            {
                // Empty images, or the gradient of a kernel that met none.
                backend.Fill(result, 0);
            }
            else
            {
                Tensor packedA = a.Packed(), packedB = b.Packed();
                switch (op.Part)
                {
                    case ConvolutionPart.Result:
                        var packedBias = bias?.Packed();
                        backend.Convolve(packedA, packedB, packedBias, windows, result);
                        GC.KeepAlive(packedBias);
                        break;
                    case ConvolutionPart.Input:
                        backend.ConvolveInput(packedA, packedB, windows, result);
                        break;
                    default:
                        backend.ConvolveKernel(packedA, packedB, windows, result);
                        break;
                }
                GC.KeepAlive(packedA);
                GC.KeepAlive(packedB);
            }
            if (bias is null)
            {
                Recording.Active?.Add(op, result, a, b);
            }
            else
            {
                Recording.Active?.Add(op, result, a, b, bias);
            }
            GC.KeepAlive(a);
            GC.KeepAlive(b);
            GC.KeepAlive(bias);
            return result;
        }
    }

    /// <summary>Operands: for the result images, kernel and perhaps bias, for the input result and kernel, for the kernel images and result.</summary>
    internal sealed class ConvolutionOp(string name, ConvolutionPart part, Windows windows) : Op
    {
        public override string Name => name;

        public override string Attributes => windows.ToString();

        public ConvolutionPart Part => part;

        public Windows Windows => windows;

        public Shape ResultShape => part switch
        {
            ConvolutionPart.Result => windows.OutputShape,
            ConvolutionPart.Input => windows.InputShape,
            _ => windows.KernelShape,
        };

        public override Tensor Pullback(int input, Tensor dy, in RecordedOp recorded)
        {
            if (input == 2)
            {
                return Spendable(dy.Reshape(dy.Size / windows.Filters, windows.Filters).Sum(axis: 0));
            }
            var other = input == 0 ? recorded.B! : recorded.A!;
            return Spendable((part, input) switch
            {
                (ConvolutionPart.Result, 0) => Of(ConvolutionPart.Input, dy, other),
                (ConvolutionPart.Result, _) => Of(ConvolutionPart.Kernel, other, dy),
                (ConvolutionPart.Input, 0) => Of(ConvolutionPart.Result, dy, other),
                (ConvolutionPart.Input, _) => Of(ConvolutionPart.Kernel, dy, other),
                (_, 0) => Of(ConvolutionPart.Input, other, dy),
                _ => Of(ConvolutionPart.Result, other, dy),
            });
        }

        private static Tensor Spendable(Tensor gradient)
        {
            gradient.Flags |= Tensor.Traits.Spendable;
            return gradient;
        }

        private Tensor Of(ConvolutionPart wanted, Tensor a, Tensor b) => Convolution.Apply(new ConvolutionOp(name, wanted, windows), a, b);
    }
}
