using Autograd.Data;
using static Autograd.Tensor;

namespace Autograd;

/// <summary>
/// What layers that vary images at random in training have in common: each image of [batch, height, width, channels] by itself; in inference they give their input.
/// With integers, such as bytes, they give floats of the same range.
/// </summary>
public abstract class ImageNoise : NoiseLayer
{
    private protected ImageNoise(long? seed, InputShape? inputShape, string? name) : base(seed, inputShape, name) { }

    private protected sealed override Tensor Disturbed(Tensor x)
    {
        RequireImages(x.Shape, 2);
        return Disturbed(x, RandomNumbers.From(NextSeed()));
    }

    private protected abstract Tensor Disturbed(Tensor images, RandomNumbers random);

    /// <summary>One number for each image, [batch, 1, 1, 1].</summary>
    private protected static Tensor ForEach(Tensor images, Func<double> draw)
    {
        var numbers = new double[images.Shape[0]];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = draw();
        }
        return From(numbers, [numbers.Length, 1, 1, 1]).Cast(images.DType);
    }

    private protected static double[] Range(double[]? range, string what) => (range ?? [0, 255]) is [var least, var most] given && least < most && double.IsFinite(most - least)
        ? given
        : throw new ValueException($"{what}: a value range is two finite numbers, the smaller first.");
}

/// <summary>In training, mirrors each image with probability 1/2: left and right, top and bottom, or both.</summary>
/// <param name="mode">horizontal, vertical or horizontal_and_vertical.</param>
/// <param name="seed">See <see cref="NoiseLayer.Seed"/>.</param>
/// <param name="inputShape">The shape of one example.</param>
/// <param name="name">The name.</param>
public sealed class RandomFlip(string mode = "horizontal_and_vertical", long? seed = null, InputShape? inputShape = null, string? name = null) : ImageNoise(seed, inputShape, name)
{
    /// <summary>horizontal, vertical or horizontal_and_vertical.</summary>
    public string Mode { get; } = OneOf(mode, "RandomFlip: mode", "horizontal", "vertical", "horizontal_and_vertical");

    private protected override Tensor Disturbed(Tensor images, RandomNumbers random)
    {
        Tensor Flipped(Tensor x, int axis) => Where(ForEach(x, () => random.Below(2)) > 0, x.Flip(axis), x);
        var y = Mode == "vertical" ? images : Flipped(images, 2);
        return Mode == "horizontal" ? y : Flipped(y, 1);
    }
}

/// <summary>What layers that move the pixels of images have in common.</summary>
public abstract class RandomWarp : ImageNoise
{
    private protected RandomWarp(string fillMode, string interpolation, double fillValue, long? seed, InputShape? inputShape, string? name) : base(seed, inputShape, name)
    {
        FillMode = OneOf(fillMode, $"{GetType().Name}: fillMode", "reflect", "wrap", "constant", "nearest");
        Interpolation = OneOf(interpolation, $"{GetType().Name}: interpolation", "bilinear", "nearest");
        FillValue = fillValue;
    }

    /// <summary>What lies beyond the edges: reflect (cba|abc|cba), wrap (abc|abc|abc), nearest (aaa|abc|ccc) or constant.</summary>
    public string FillMode { get; }

    /// <summary>bilinear or nearest.</summary>
    public string Interpolation { get; }

    /// <summary>What lies beyond the edges where the mode is constant.</summary>
    public double FillValue { get; }

    private protected override Tensor Disturbed(Tensor images, RandomNumbers random)
    {
        var maps = new Affine[images.Shape[0]];
        for (var i = 0; i < maps.Length; i++)
        {
            maps[i] = Draw(random, images.Shape[1], images.Shape[2]);
        }
        return Warp.Apply(images, maps, Interpolation, FillMode, FillValue);
    }

    /// <summary>Where the pixels of one image come from.</summary>
    private protected abstract Affine Draw(RandomNumbers random, int height, int width);
}

/// <summary>In training, turns each image about its centre by a random angle.</summary>
/// <param name="factor">The angle as a share of a full turn, counter-clockwise: 0.1 for at most 36 degrees either way.</param>
/// <param name="fillMode">See <see cref="RandomWarp.FillMode"/>.</param>
/// <param name="interpolation">See <see cref="RandomWarp.Interpolation"/>.</param>
/// <param name="seed">See <see cref="NoiseLayer.Seed"/>.</param>
/// <param name="fillValue">See <see cref="RandomWarp.FillValue"/>.</param>
/// <param name="inputShape">The shape of one example.</param>
/// <param name="name">The name.</param>
public sealed class RandomRotation(
    FactorRange factor, string fillMode = "reflect", string interpolation = "bilinear", long? seed = null, double fillValue = 0, InputShape? inputShape = null, string? name = null)
    : RandomWarp(fillMode, interpolation, fillValue, seed, inputShape, name)
{
    /// <summary>The angle as a share of a full turn, counter-clockwise.</summary>
    public FactorRange Factor { get; } = factor.Within(double.NegativeInfinity, double.PositiveInfinity, "RandomRotation: factor");

    private protected override Affine Draw(RandomNumbers random, int height, int width)
    {
        var (sin, cos) = Math.SinCos(2 * Math.PI * Factor.Draw(random));
        var (y, x) = ((height - 1) / 2.0, (width - 1) / 2.0);
        return new Affine(cos, sin, y - (cos * y) - (sin * x), -sin, cos, x + (sin * y) - (cos * x));
    }
}

/// <summary>In training, shifts each image by random distances.</summary>
/// <param name="heightFactor">The distance down as a share of the height.</param>
/// <param name="widthFactor">The distance to the right as a share of the width.</param>
/// <param name="fillMode">See <see cref="RandomWarp.FillMode"/>.</param>
/// <param name="interpolation">See <see cref="RandomWarp.Interpolation"/>.</param>
/// <param name="seed">See <see cref="NoiseLayer.Seed"/>.</param>
/// <param name="fillValue">See <see cref="RandomWarp.FillValue"/>.</param>
/// <param name="inputShape">The shape of one example.</param>
/// <param name="name">The name.</param>
public sealed class RandomTranslation(
    FactorRange heightFactor, FactorRange widthFactor, string fillMode = "reflect", string interpolation = "bilinear", long? seed = null, double fillValue = 0,
    InputShape? inputShape = null, string? name = null) : RandomWarp(fillMode, interpolation, fillValue, seed, inputShape, name)
{
    /// <summary>The distance down as a share of the height.</summary>
    public FactorRange HeightFactor { get; } = heightFactor.Within(-1, 1, "RandomTranslation: heightFactor");

    /// <summary>The distance to the right as a share of the width.</summary>
    public FactorRange WidthFactor { get; } = widthFactor.Within(-1, 1, "RandomTranslation: widthFactor");

    private protected override Affine Draw(RandomNumbers random, int height, int width) =>
        new(1, 0, -HeightFactor.Draw(random) * height, 0, 1, -WidthFactor.Draw(random) * width);
}

/// <summary>In training, enlarges or shrinks each image about its centre.</summary>
/// <param name="heightFactor">By how much more of the height is seen: 0.2 shows 20% more, the image shrinks; -0.2 shows 20% less, it grows.</param>
/// <param name="widthFactor">The same for the width; by default as the height, so that proportions stay.</param>
/// <param name="fillMode">See <see cref="RandomWarp.FillMode"/>.</param>
/// <param name="interpolation">See <see cref="RandomWarp.Interpolation"/>.</param>
/// <param name="seed">See <see cref="NoiseLayer.Seed"/>.</param>
/// <param name="fillValue">See <see cref="RandomWarp.FillValue"/>.</param>
/// <param name="inputShape">The shape of one example.</param>
/// <param name="name">The name.</param>
public sealed class RandomZoom(
    FactorRange heightFactor, FactorRange? widthFactor = null, string fillMode = "reflect", string interpolation = "bilinear", long? seed = null, double fillValue = 0,
    InputShape? inputShape = null, string? name = null) : RandomWarp(fillMode, interpolation, fillValue, seed, inputShape, name)
{
    /// <summary>By how much more of the height is seen.</summary>
    public FactorRange HeightFactor { get; } = heightFactor.Within(-1, double.MaxValue, "RandomZoom: heightFactor");

    /// <summary>By how much more of the width is seen; null for as much as of the height.</summary>
    public FactorRange? WidthFactor { get; } = widthFactor?.Within(-1, double.MaxValue, "RandomZoom: widthFactor");

    private protected override Affine Draw(RandomNumbers random, int height, int width)
    {
        var down = 1 + HeightFactor.Draw(random);
        var right = WidthFactor is { } factor ? 1 + factor.Draw(random) : down;
        return new Affine(down, 0, (height - 1) / 2.0 * (1 - down), 0, right, (width - 1) / 2.0 * (1 - right));
    }
}

/// <summary>
/// In training, cuts a random piece out of each image; in inference the middle, of the image made just large enough. An image that is too small is enlarged.
/// </summary>
public sealed class RandomCrop : Layer
{
    /// <summary>A random piece of images.</summary>
    /// <param name="height">The height of the piece.</param>
    /// <param name="width">The width of the piece.</param>
    /// <param name="seed">See <see cref="NoiseLayer.Seed"/>.</param>
    /// <param name="inputShape">The shape of one example.</param>
    /// <param name="name">The name.</param>
    public RandomCrop(int height, int width, long? seed = null, InputShape? inputShape = null, string? name = null) : base(inputShape, name)
    {
        Height = AtLeast(1, height, "RandomCrop: height");
        Width = AtLeast(1, width, "RandomCrop: width");
        Seeds = new SeedSequence(seed);
    }

    /// <summary>The height of the piece.</summary>
    public int Height { get; }

    /// <summary>The width of the piece.</summary>
    public int Width { get; }

    /// <inheritdoc cref="NoiseLayer.Seed"/>
    public long? Seed => Seeds!.First;

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training)
    {
        RequireImages(x.Shape, 2);
        x = x.AsType(DType);
        if (!training || x.Shape[1] < Height || x.Shape[2] < Width)
        {
            return Resampling.Fitted(x, Height, Width, "bilinear");
        }
        var random = RandomNumbers.From(Seeds!.Next());
        var places = new long[x.Shape[0] * Height * Width];
        for (var image = 0; image < x.Shape[0]; image++)
        {
            var (top, left) = (random.Below(x.Shape[1] - Height + 1), random.Below(x.Shape[2] - Width + 1));
            for (var i = 0; i < Height * Width; i++)
            {
                places[(image * Height * Width) + i] = ((((long)image * x.Shape[1]) + top + (i / Width)) * x.Shape[2]) + left + (i % Width);
            }
        }
        return x.Reshape(x.Shape[0] * x.Shape[1] * x.Shape[2], x.Shape[3]).Take(From(places)).Reshape(x.Shape[0], Height, Width, x.Shape[3]);
    }
}

/// <summary>In training, spreads or narrows the values of each image about the mean of each of its channels: (x - mean) factor + mean, kept within the value range.</summary>
/// <param name="factor">f: the factor is drawn from [1 - f, 1 + f]; (l, u): from [1 - l, 1 + u].</param>
/// <param name="valueRange">The least and the largest value; 0 and 255 by default.</param>
/// <param name="seed">See <see cref="NoiseLayer.Seed"/>.</param>
/// <param name="inputShape">The shape of one example.</param>
/// <param name="name">The name.</param>
public sealed class RandomContrast(FactorRange factor, double[]? valueRange = null, long? seed = null, InputShape? inputShape = null, string? name = null)
    : ImageNoise(seed, inputShape, name)
{
    /// <summary>How far the factor may be from 1.</summary>
    public FactorRange Factor { get; } = factor.Within(-1, double.MaxValue, "RandomContrast: factor");

    /// <summary>The least and the largest value.</summary>
    public double[] ValueRange { get; } = Range(valueRange, "RandomContrast");

    private protected override Tensor Disturbed(Tensor images, RandomNumbers random)
    {
        var means = images.Size == 0 ? images : images.Mean([1, 2], keepDims: true);
        var factors = ForEach(images, () => random.Uniform(1 - Math.Abs(Factor.Lower), 1 + Factor.Upper));
        return Clip(((images - means) * factors) + means, ValueRange[0], ValueRange[1]);
    }
}

/// <summary>In training, makes each image lighter or darker: adds a random share of the value range, within which it is kept.</summary>
/// <param name="factor">The share; from -1 (black) to 1 (white).</param>
/// <param name="valueRange">The least and the largest value; 0 and 255 by default.</param>
/// <param name="seed">See <see cref="NoiseLayer.Seed"/>.</param>
/// <param name="inputShape">The shape of one example.</param>
/// <param name="name">The name.</param>
public sealed class RandomBrightness(FactorRange factor, double[]? valueRange = null, long? seed = null, InputShape? inputShape = null, string? name = null)
    : ImageNoise(seed, inputShape, name)
{
    /// <summary>The share of the value range.</summary>
    public FactorRange Factor { get; } = factor.Within(-1, 1, "RandomBrightness: factor");

    /// <summary>The least and the largest value.</summary>
    public double[] ValueRange { get; } = Range(valueRange, "RandomBrightness");

    private protected override Tensor Disturbed(Tensor images, RandomNumbers random) =>
        Clip(images + ForEach(images, () => Factor.Draw(random) * (ValueRange[1] - ValueRange[0])), ValueRange[0], ValueRange[1]);
}
