using System.Diagnostics.CodeAnalysis;
using Autograd.Serialization;

namespace Autograd;

/// <summary>What layers may be called in files, and the checks of their settings.</summary>
public abstract partial class Layer
{
    internal static Registry<Layer> Registry { get; } = new Registry<Layer>("layer", name => name) // users name the classes
        .Add<Input>().Add<Dense>().Add<Activation>().Add<Embedding>().Add<Masking>()
        .Add<ReLU>().Add<LeakyReLU>().Add<PReLU>().Add<ELU>().Add<Softmax>()
        .Add<Conv1D>().Add<Conv2D>().Add<Conv3D>().Add<Conv1DTranspose>().Add<Conv2DTranspose>().Add<Conv3DTranspose>()
        .Add<DepthwiseConv1D>().Add<DepthwiseConv2D>().Add<SeparableConv1D>().Add<SeparableConv2D>()
        .Add<MaxPooling1D>().Add<MaxPooling2D>().Add<MaxPooling3D>().Add<AveragePooling1D>().Add<AveragePooling2D>().Add<AveragePooling3D>()
        .Add<GlobalMaxPooling1D>().Add<GlobalMaxPooling2D>().Add<GlobalMaxPooling3D>()
        .Add<GlobalAveragePooling1D>().Add<GlobalAveragePooling2D>().Add<GlobalAveragePooling3D>()
        .Add<ZeroPadding1D>().Add<ZeroPadding2D>().Add<ZeroPadding3D>().Add<Cropping1D>().Add<Cropping2D>().Add<Cropping3D>()
        .Add<UpSampling1D>().Add<UpSampling2D>().Add<UpSampling3D>()
        .Add<SimpleRNN>().Add<LSTM>().Add<GRU>().Add<Bidirectional>().Add<TimeDistributed>()
        .Add<MultiHeadAttention>().Add<Attention>().Add<AdditiveAttention>()
        .Add<BatchNormalization>().Add<LayerNormalization>().Add<GroupNormalization>().Add<RMSNormalization>().Add<UnitNormalization>()
        .Add<Dropout>().Add<SpatialDropout1D>().Add<SpatialDropout2D>().Add<SpatialDropout3D>()
        .Add<GaussianDropout>().Add<GaussianNoise>().Add<AlphaDropout>().Add<ActivityRegularization>()
        .Add<Reshape>().Add<Permute>().Add<RepeatVector>().Add<Flatten>()
        .Add<Add>().Add<Subtract>().Add<Multiply>().Add<Average>().Add<Maximum>().Add<Minimum>().Add<Concatenate>().Add<Dot>()
        .Add<Resizing>().Add<CenterCrop>().Add<RandomCrop>().Add<RandomFlip>().Add<RandomRotation>().Add<RandomTranslation>().Add<RandomZoom>()
        .Add<RandomContrast>().Add<RandomBrightness>()
        .Add<Rescaling>().Add<Normalization>().Add<CategoryEncoding>().Add<Discretization>();

    /// <summary>
    /// Makes a layer of your own known by its type's name, so that a model with it can be saved and loaded. Its constructor's parameters must be public properties too.
    /// </summary>
    public static void Register<[DynamicallyAccessedMembers(Kind.Needs)] TLayer>() where TLayer : Layer => Registry.Register<TLayer>();

    private protected static int AtLeast(int least, int value, string what) => value >= least
        ? value
        : throw new ValueException($"{what} is {value}; it must be {least} or more.");

    private protected static double InRange(double least, double most, double value, string what) => value >= least && value <= most && double.IsFinite(value)
        ? value
        : throw new ValueException(FormattableString.Invariant($"{what} is {value}; it must be ")
            + (double.IsInfinity(most) ? FormattableString.Invariant($"{least} or more, and finite.") : FormattableString.Invariant($"from {least} to {most}.")));

    private protected static string OneOf(string value, string what, params ReadOnlySpan<string> known)
    {
        ArgumentNullException.ThrowIfNull(value, what);
        return known.Contains(value) ? value : throw new ValueException($"{what} is '{value}'; it must be one of {string.Join(", ", known)}.");
    }

    /// <summary>A number for each axis, and no more; 1 or more.</summary>
    private protected static PerAxis EachPositive(PerAxis value, int axes, string what)
    {
        for (var i = 0; i < axes; i++)
        {
            value.At(i, axes, 0, 1, what, "the number");
        }
        return value;
    }

    /// <summary>Refuses anything but [batch, spatial..., channels].</summary>
    private protected static void RequireImages(Shape input, int spatial)
    {
        if (input.Rank != spatial + 2)
        {
            var axes = spatial switch { 1 => "steps", 2 => "height, width", _ => "depth, height, width" };
            throw new ShapeException($"there must be {spatial + 2} axes: [batch, {axes}, channels]. One example becomes a batch by ExpandDims(0).");
        }
    }
}
