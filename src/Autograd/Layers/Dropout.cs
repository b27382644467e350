using static Autograd.Tensor;

namespace Autograd;

/// <summary>What layers that only add randomness in training have in common: in inference they give their input.</summary>
public abstract class NoiseLayer : Layer
{
    private protected NoiseLayer(long? seed, InputShape? inputShape, string? name) : base(inputShape, name) => Seeds = new SeedSequence(seed);

    /// <summary>With a seed a layer draws the same noises in the same order; by default they come from the common stream (<see cref="Tensor.SetSeed"/>).</summary>
    public long? Seed => Seeds!.First;

    /// <inheritdoc/>
    protected override bool PassesMask => true;

    /// <summary>A seed for the next noise: each call's is another.</summary>
    private protected long? NextSeed() => Seeds!.Next();

    /// <inheritdoc/>
    protected sealed override Tensor Call(Tensor x, bool training) => training ? Disturbed(x.DType.IsFloating() ? x : x.AsType(DType)) : x;

    private protected abstract Tensor Disturbed(Tensor x);
}

/// <summary>
/// In training, each element is 0 with probability rate and else divided by 1 - rate, so that sums keep their mean; in inference nothing happens.
/// Srivastava et al., 2014.
/// </summary>
/// <param name="rate">The share that is dropped, 0 to 1.</param>
/// <param name="noiseShape">The shape of the noise, batch first; along its extents of 1 all share one fate, and -1 stands for the input's extent.</param>
/// <param name="seed">See <see cref="NoiseLayer.Seed"/>.</param>
/// <param name="inputShape">The shape of one example.</param>
/// <param name="name">The name.</param>
public sealed class Dropout(double rate, int[]? noiseShape = null, long? seed = null, InputShape? inputShape = null, string? name = null) : NoiseLayer(seed, inputShape, name)
{
    /// <summary>The share that is dropped.</summary>
    public double Rate { get; } = InRange(0, 1, rate, "Dropout: rate");

    /// <summary>The shape of the noise; that of the input by default.</summary>
    public int[]? NoiseShape { get; } = noiseShape;

    private protected override Tensor Disturbed(Tensor x)
    {
        if (NoiseShape is null)
        {
            return Dropped(x, Rate, NextSeed());
        }
        if (NoiseShape.Length != x.Rank)
        {
            throw new ShapeException($"the noise has shape {Shape.Format(NoiseShape)}; it needs a number for each axis, the batch included.");
        }
        Shape shape = [.. NoiseShape.Select((extent, axis) => extent == -1 ? x.Shape[axis] : extent)];
        return x * Dropped(FullOn(x.Backend, shape, 1, x.DType), Rate, NextSeed());
    }
}

/// <summary>What <see cref="SpatialDropout2D"/> and its kin have in common.</summary>
public abstract class SpatialDropout : NoiseLayer
{
    private readonly int _spatial;

    private protected SpatialDropout(int spatial, double rate, long? seed, InputShape? inputShape, string? name) : base(seed, inputShape, name)
    {
        _spatial = spatial;
        Rate = InRange(0, 1, rate, $"SpatialDropout{spatial}D: rate");
    }

    /// <summary>The share of channels that is dropped.</summary>
    public double Rate { get; }

    private protected override Tensor Disturbed(Tensor x)
    {
        RequireImages(x.Shape, _spatial);
        return x * Dropped(FullOn(x.Backend, [x.Shape[0], .. Enumerable.Repeat(1, _spatial), x.Shape[^1]], 1, x.DType), Rate, NextSeed());
    }
}

/// <summary>Drops whole channels of sequences [batch, steps, channels]; see <see cref="Dropout"/>. Tompson et al., 2015.</summary>
public sealed class SpatialDropout1D(double rate, long? seed = null, InputShape? inputShape = null, string? name = null) : SpatialDropout(1, rate, seed, inputShape, name);

/// <summary>Drops whole channels of images [batch, height, width, channels]; see <see cref="Dropout"/>. Tompson et al., 2015.</summary>
public sealed class SpatialDropout2D(double rate, long? seed = null, InputShape? inputShape = null, string? name = null) : SpatialDropout(2, rate, seed, inputShape, name);

/// <summary>Drops whole channels of volumes [batch, depth, height, width, channels]; see <see cref="Dropout"/>. Tompson et al., 2015.</summary>
public sealed class SpatialDropout3D(double rate, long? seed = null, InputShape? inputShape = null, string? name = null) : SpatialDropout(3, rate, seed, inputShape, name);

/// <summary>In training, multiplies by normal numbers of mean 1 and variance rate / (1 - rate), those of <see cref="Dropout"/>. Srivastava et al., 2014.</summary>
public sealed class GaussianDropout(double rate, long? seed = null, InputShape? inputShape = null, string? name = null) : NoiseLayer(seed, inputShape, name)
{
    /// <summary>The rate of the dropout it stands for.</summary>
    public double Rate { get; } = rate < 1 ? InRange(0, 1, rate, "GaussianDropout: rate")
        : throw new ValueException(FormattableString.Invariant($"GaussianDropout: rate is {rate}; it must be below 1, where the variance is infinite."));

    private protected override Tensor Disturbed(Tensor x) => x * RandomNormal(x.Shape, 1, Math.Sqrt(Rate / (1 - Rate)), NextSeed(), x.DType);
}

/// <summary>In training, adds normal numbers of mean 0.</summary>
public sealed class GaussianNoise(double stddev, long? seed = null, InputShape? inputShape = null, string? name = null) : NoiseLayer(seed, inputShape, name)
{
    /// <summary>Their standard deviation.</summary>
    public double Stddev { get; } = InRange(0, double.PositiveInfinity, stddev, "GaussianNoise: stddev");

    private protected override Tensor Disturbed(Tensor x) => x + RandomNormal(x.Shape, 0, Stddev, NextSeed(), x.DType);
}

/// <summary>
/// Dropout for <c>selu</c>: in training, dropped elements get selu's limit far left, and all are then scaled and shifted so that mean 0 and variance 1 stay.
/// Klambauer et al., 2017.
/// </summary>
public sealed class AlphaDropout(double rate, long? seed = null, InputShape? inputShape = null, string? name = null) : NoiseLayer(seed, inputShape, name)
{
    private const double Limit = -1.6732632423543772 * 1.0507009873554805;

    /// <summary>The share that is dropped.</summary>
    public double Rate { get; } = rate < 1 ? InRange(0, 1, rate, "AlphaDropout: rate")
        : throw new ValueException(FormattableString.Invariant($"AlphaDropout: rate is {rate}; it must be below 1."));

    private protected override Tensor Disturbed(Tensor x)
    {
        var kept = Dropped(OnesLike(x), Rate, NextSeed()) > 0;
        var scale = 1 / Math.Sqrt((1 - Rate) * (1 + (Rate * Limit * Limit)));
        return (scale * Where(kept, x, Limit)) - (scale * Limit * Rate);
    }
}

/// <summary>Gives its input, and adds a penalty on it to the loss, divided by the number of examples.</summary>
public sealed class ActivityRegularization(double l1 = 0, double l2 = 0, InputShape? inputShape = null, string? name = null) : Layer(inputShape, name)
{
    private readonly L1L2 _penalty = new(l1, l2);

    /// <summary>The factor of the absolute values.</summary>
    public double L1 => _penalty.L1;

    /// <summary>The factor of the squares.</summary>
    public double L2 => _penalty.L2;

    /// <inheritdoc/>
    protected override bool PassesMask => true;

    /// <inheritdoc/>
    protected override Tensor Call(Tensor x, bool training)
    {
        AddActivityLoss(_penalty, x);
        return x;
    }
}
