using Autograd.Serialization;
using static System.FormattableString;

namespace Autograd;

/// <summary>All 0.</summary>
public sealed class Zeros : Initializer
{
    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, DType dtype) => Tensor.Zeros(shape, dtype);
}

/// <summary>All 1.</summary>
public sealed class Ones : Initializer
{
    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, DType dtype) => Tensor.Ones(shape, dtype);
}

/// <summary>One value everywhere.</summary>
public sealed class Constant(double value = 0) : Initializer
{
    /// <summary>The value.</summary>
    public double Value { get; } = value;

    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, DType dtype) => Tensor.Full(shape, Value, dtype);
}

/// <summary>Normally distributed values.</summary>
public sealed class RandomNormal(double mean = 0, double stddev = 0.05, long? seed = null) : Initializer
{
    /// <summary>The mean.</summary>
    public double Mean { get; } = Setting.Finite(mean, "RandomNormal: mean");

    /// <summary>The standard deviation.</summary>
    public double Stddev { get; } = Setting.NotNegative(stddev, "RandomNormal: stddev");

    /// <summary>The seed; null for the common stream (<see cref="Tensor.SetSeed"/>).</summary>
    public long? Seed { get; } = seed;

    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, DType dtype) => Tensor.RandomNormal(shape, Mean, Stddev, Seed, dtype);
}

/// <summary>Normally distributed values, drawn again beyond two standard deviations.</summary>
public sealed class TruncatedNormal(double mean = 0, double stddev = 0.05, long? seed = null) : Initializer
{
    /// <summary>The mean.</summary>
    public double Mean { get; } = Setting.Finite(mean, "TruncatedNormal: mean");

    /// <summary>The standard deviation before the tails are cut.</summary>
    public double Stddev { get; } = Setting.NotNegative(stddev, "TruncatedNormal: stddev");

    /// <inheritdoc cref="RandomNormal.Seed"/>
    public long? Seed { get; } = seed;

    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, DType dtype) => Tensor.RandomTruncatedNormal(shape, Mean, Stddev, Seed, dtype);
}

/// <summary>Values spread evenly over [minValue, maxValue).</summary>
public sealed class RandomUniform(double minValue = -0.05, double maxValue = 0.05, long? seed = null) : Initializer
{
    /// <summary>The lower bound.</summary>
    public double MinValue { get; } = Setting.Finite(minValue, "RandomUniform: minValue");

    /// <summary>The upper bound.</summary>
    public double MaxValue { get; } = Setting.Finite(maxValue, "RandomUniform: maxValue");

    /// <inheritdoc cref="RandomNormal.Seed"/>
    public long? Seed { get; } = seed;

    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, DType dtype) => Tensor.RandomUniform(shape, MinValue, MaxValue, Seed, dtype);
}

/// <summary>Ones on the diagonal of a matrix, times a gain.</summary>
public sealed class Identity(double gain = 1) : Initializer
{
    /// <summary>The value on the diagonal.</summary>
    public double Gain { get; } = Setting.Finite(gain, "Identity: gain");

    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, DType dtype) => shape.Rank == 2
        ? Tensor.Eye(shape[0], shape[1], dtype: dtype) * Gain
        : throw new ShapeException($"Identity: shape {shape}; only a matrix can be an identity.");
}

/// <summary>
/// A matrix with orthonormal rows or columns, times a gain; a kernel of more axes is flattened to its last axis. Saxe et al., 2014, arXiv:1312.6120.
/// </summary>
public sealed class Orthogonal(double gain = 1, long? seed = null) : Initializer
{
    /// <summary>The length of the vectors.</summary>
    public double Gain { get; } = Setting.Finite(gain, "Orthogonal: gain");

    /// <inheritdoc cref="RandomNormal.Seed"/>
    public long? Seed { get; } = seed;

    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, DType dtype)
    {
        if (shape.Rank < 2)
        {
            throw new ShapeException($"Orthogonal: shape {shape}; it needs two axes or more.");
        }
        var columns = shape[^1];
        var rows = columns == 0 ? 0 : shape.Size / columns;
        var (count, length) = (Math.Min(rows, columns), Math.Max(rows, columns));
        var vectors = Orthonormal(count, length);
        var matrix = Tensor.From(vectors, [count, length]);
        return ((rows >= columns ? matrix.T : matrix).Reshape(shape) * Gain).Cast(dtype);
    }

    // Gram and Schmidt, each projection taken twice, which is as orthogonal as Householder's way and shorter.
    private double[] Orthonormal(int count, int length)
    {
        var q = Tensor.RandomNormal([count, length], seed: Seed, dtype: DType.Float64).ToArray<double>();
        for (var i = 0; i < count; i++)
        {
            var row = q.AsSpan(i * length, length);
            for (var pass = 0; pass < 2; pass++)
            {
                for (var j = 0; j < i; j++)
                {
                    var other = q.AsSpan(j * length, length);
                    System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(
                        other, -System.Numerics.Tensors.TensorPrimitives.Dot<double>(other, row), row, row);
                }
            }
            System.Numerics.Tensors.TensorPrimitives.Divide(row, System.Numerics.Tensors.TensorPrimitives.Norm<double>(row), row);
        }
        return q;
    }
}

/// <summary>Which count of a kernel's connections sets its scale.</summary>
public enum FanMode
{
    /// <summary>Inputs.</summary>
    FanIn,

    /// <summary>Outputs.</summary>
    FanOut,

    /// <summary>The mean of both.</summary>
    FanAvg,
}

/// <summary>The distribution a scaled initializer draws from.</summary>
public enum InitializerDistribution
{
    /// <summary>Normal, cut at two standard deviations, with the variance kept.</summary>
    TruncatedNormal,

    /// <summary>Normal.</summary>
    UntruncatedNormal,

    /// <summary>Uniform over [-limit, limit] with limit = sqrt(3 scale / n).</summary>
    Uniform,
}

/// <summary>Values of mean 0 and variance scale / n, n being a count of connections.</summary>
public class VarianceScaling(
    double scale = 1, FanMode mode = FanMode.FanIn, InitializerDistribution distribution = InitializerDistribution.TruncatedNormal, long? seed = null) : Initializer
{
    /// <summary>The factor of the variance.</summary>
    public double Scale { get; } = scale > 0 && double.IsFinite(scale) ? scale : throw new ValueException(Invariant($"VarianceScaling: scale {scale}; it must be positive."));

    /// <summary>Which connections count.</summary>
    public FanMode Mode { get; } = mode;

    /// <summary>The distribution.</summary>
    public InitializerDistribution Distribution { get; } = distribution;

    /// <inheritdoc cref="RandomNormal.Seed"/>
    public long? Seed { get; } = seed;

    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, DType dtype)
    {
        var (fanIn, fanOut) = Fans(shape);
        var n = Mode switch
        {
            FanMode.FanIn => fanIn,
            FanMode.FanOut => fanOut,
            _ => (fanIn + fanOut) / 2,
        };
        var variance = Scale / Math.Max(1, n);
        const double KeptByTruncation = 0.87962566103423978; // standard deviation of a unit normal cut at two deviations
        return Distribution switch
        {
            InitializerDistribution.Uniform => Tensor.RandomUniform(shape, -Math.Sqrt(3 * variance), Math.Sqrt(3 * variance), Seed, dtype),
            InitializerDistribution.UntruncatedNormal => Tensor.RandomNormal(shape, 0, Math.Sqrt(variance), Seed, dtype),
            _ => Tensor.RandomTruncatedNormal(shape, 0, Math.Sqrt(variance) / KeptByTruncation, Seed, dtype),
        };
    }

    // A kernel is [window..., inputs, outputs].
    private static (double In, double Out) Fans(Shape shape)
    {
        if (shape.Rank < 2)
        {
            return (shape.Size, shape.Size);
        }
        double window = 1;
        for (var axis = 0; axis < shape.Rank - 2; axis++)
        {
            window *= shape[axis];
        }
        return (window * shape[^2], window * shape[^1]);
    }
}

/// <summary>Uniform over [-limit, limit], limit = sqrt(6 / (inputs + outputs)). Glorot and Bengio, 2010.</summary>
public sealed class GlorotUniform(long? seed = null) : VarianceScaling(1, FanMode.FanAvg, InitializerDistribution.Uniform, seed);

/// <summary>Truncated normal of variance 2 / (inputs + outputs). Glorot and Bengio, 2010.</summary>
public sealed class GlorotNormal(long? seed = null) : VarianceScaling(1, FanMode.FanAvg, InitializerDistribution.TruncatedNormal, seed);

/// <summary>Uniform over [-limit, limit], limit = sqrt(6 / inputs). He et al., 2015.</summary>
public sealed class HeUniform(long? seed = null) : VarianceScaling(2, FanMode.FanIn, InitializerDistribution.Uniform, seed);

/// <summary>Truncated normal of variance 2 / inputs. He et al., 2015.</summary>
public sealed class HeNormal(long? seed = null) : VarianceScaling(2, FanMode.FanIn, InitializerDistribution.TruncatedNormal, seed);

/// <summary>Uniform over [-limit, limit], limit = sqrt(3 / inputs). LeCun et al., 1998.</summary>
public sealed class LecunUniform(long? seed = null) : VarianceScaling(1, FanMode.FanIn, InitializerDistribution.Uniform, seed);

/// <summary>Truncated normal of variance 1 / inputs. LeCun et al., 1998.</summary>
public sealed class LecunNormal(long? seed = null) : VarianceScaling(1, FanMode.FanIn, InitializerDistribution.TruncatedNormal, seed);
