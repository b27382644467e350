using System.Runtime.CompilerServices;
using Autograd.Backends;

namespace Autograd;

/// <summary>Random tensors. The same seed gives the same bits on every machine and with any number of threads.</summary>
public partial class Tensor
{
    // Unseeded calls take consecutive streams of one seed, which SetSeed replaces.
    private static long s_seed = System.Random.Shared.NextInt64();
    private static long s_stream;

    [ThreadStatic]
    private static RandomState? t_own;

    /// <summary>Makes all random tensors that are created without a seed of their own repeatable from here on.</summary>
    /// <param name="seed">Any number.</param>
    public static void SetSeed(long seed)
    {
        Volatile.Write(ref s_seed, seed);
        Volatile.Write(ref s_stream, 0);
    }

    /// <summary>Where the random tensors without a seed of their own stand.</summary>
    internal static RandomState RandomState
    {
        get => new(Volatile.Read(ref s_seed), Volatile.Read(ref s_stream));
        set
        {
            Volatile.Write(ref s_seed, value.Seed);
            Volatile.Write(ref s_stream, value.Stream);
        }
    }

    /// <summary>Values spread evenly over [min, max): <c>RandomUniform([3, 4])</c>.</summary>
    /// <exception cref="ValueException">A bound is not finite, or min is above max.</exception>
    /// <exception cref="DTypeException">The type is not floating.</exception>
    public static Tensor RandomUniform(Shape shape, double min = 0, double max = 1, long? seed = null, DType dtype = DType.Float32)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return double.IsFinite(max - min) && min <= max
            ? Random(RandomDistribution.Uniform, "RandomUniform", shape, min, max, seed, dtype)
            : throw new ValueException(FormattableString.Invariant($"RandomUniform: [{min}, {max}) is no interval."));
    }

    /// <summary>Normally distributed values: <c>RandomNormal([3, 4])</c>.</summary>
    /// <exception cref="ValueException">The mean is not finite, or the deviation negative or not finite.</exception>
    /// <exception cref="DTypeException">The type is not floating.</exception>
    public static Tensor RandomNormal(Shape shape, double mean = 0, double stddev = 1, long? seed = null, DType dtype = DType.Float32) =>
        Normal(RandomDistribution.Normal, "RandomNormal", shape, mean, stddev, seed, dtype);

    /// <summary>Normally distributed values, drawn again until they lie within two standard deviations of the mean.</summary>
    /// <inheritdoc cref="RandomNormal(Shape, double, double, long?, DType)"/>
    public static Tensor RandomTruncatedNormal(Shape shape, double mean = 0, double stddev = 1, long? seed = null, DType dtype = DType.Float32) =>
        Normal(RandomDistribution.TruncatedNormal, "RandomTruncatedNormal", shape, mean, stddev, seed, dtype);

    /// <summary>Integers spread evenly over [min, max): <c>RandomInteger([3, 4], 0, 10)</c>.</summary>
    /// <exception cref="ValueException">min is not below max, or one of them does not fit the type or exceeds 2^53 in magnitude.</exception>
    /// <exception cref="DTypeException">The type is no integer type.</exception>
    public static Tensor RandomInteger(Shape shape, long min, long max, long? seed = null, DType dtype = DType.Int64)
    {
        ArgumentNullException.ThrowIfNull(shape);
        const long Exact = 1L << 53;
        if (min >= max || min < -Exact || max > Exact || (dtype == DType.Int32 && (min < int.MinValue || max > 1L + int.MaxValue)))
        {
            throw new ValueException($"RandomInteger: [{min}, {max}) is empty or does not fit {dtype}.");
        }
        if (dtype is not (DType.Int32 or DType.Int64))
        {
            throw new DTypeException($"RandomInteger: the type is {dtype}; it must be Int32 or Int64.");
        }
        return Draw(RandomDistribution.Integers, shape, min, max, seed, dtype);
    }

    /// <summary>1 with a probability, else 0.</summary>
    /// <exception cref="ValueException">The probability is not between 0 and 1.</exception>
    [OverloadResolutionPriority(1)]
    public static Tensor RandomBernoulli(Shape shape, double probability = 0.5, long? seed = null, DType dtype = DType.Float32)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return probability is >= 0 and <= 1
            ? (RandomUniform(shape, seed: seed, dtype: DType.Float64) < probability).Cast(dtype)
            : throw new ValueException(FormattableString.Invariant($"RandomBernoulli: the probability is {probability}; it must be from 0 to 1."));
    }

    /// <summary>1 with a probability that each element has of its own, else 0, in the type of the probabilities. No gradient goes through what is drawn.</summary>
    /// <exception cref="ValueException">A probability is not between 0 and 1.</exception>
    /// <exception cref="DTypeException">The probabilities are no floating numbers.</exception>
    public static Tensor RandomBernoulli(Tensor probabilities, long? seed = null)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        probabilities.RequireFloating("RandomBernoulli");
        using var pause = Recording.Pause();
        return ((probabilities >= 0) & (probabilities <= 1)).All().Item<bool>()
            ? (RandomUniform(probabilities.Shape, seed: seed, dtype: DType.Float64) < probabilities).Cast(probabilities.DType)
            : throw new ValueException("RandomBernoulli: a probability is not from 0 to 1.");
    }

    /// <summary>The numbers 0 to count - 1 (int64) in random order.</summary>
    /// <exception cref="ShapeException">The count is negative.</exception>
    public static Tensor RandomPermutation(int count, long? seed = null)
    {
        if (count < 0)
        {
            throw new ShapeException($"RandomPermutation: the count is {count}; it must be 0 or more.");
        }
        var y = Allocate(DType.Int64, count, Backends.Cpu.CpuBackend.Instance);
        var values = y.Elements<long>();
        for (var i = 0; i < count; i++)
        {
            values[i] = i;
        }
        // Fisher and Yates; the draw for place i is uniform over [0, i].
        var uniform = Draw(RandomDistribution.Uniform, count, 0, 1, seed, DType.Float64, Backends.Cpu.CpuBackend.Instance);
        var draws = uniform.Elements<double>();
        for (var i = count - 1; i > 0; i--)
        {
            var j = (int)(draws[i] * (i + 1));
            (values[i], values[j]) = (values[j], values[i]);
        }
        GC.KeepAlive(uniform);
        return y.ToDefault();
    }

    // Behind a shape stand a mean, a bound or a probability, so that of plain numbers in a row one reader takes the second for an extent and another for a mean. With the shape in
    // brackets nobody errs. One form of these for each function, since a compiler prefers them wherever the first two arguments are int.
    private const string Unclear = "Write the shape in brackets, RandomNormal([4, 16]): what follows a shape are mean and deviation, bounds, or a probability.";

    /// <summary>Refused by the compiler: is the second number an extent or the mean?</summary>
    [Obsolete(Unclear, error: true)]
    public static Tensor RandomNormal(int rows, int columns, double mean = 0, double stddev = 1, long? seed = null, DType dtype = DType.Float32) =>
        RandomNormal([rows, columns], mean, stddev, seed, dtype);

    /// <summary>Refused by the compiler: is the second number an extent or the mean?</summary>
    [Obsolete(Unclear, error: true)]
    public static Tensor RandomTruncatedNormal(int rows, int columns, double mean = 0, double stddev = 1, long? seed = null, DType dtype = DType.Float32) =>
        RandomTruncatedNormal([rows, columns], mean, stddev, seed, dtype);

    /// <summary>Refused by the compiler: is the second number an extent or a bound?</summary>
    [Obsolete(Unclear, error: true)]
    public static Tensor RandomUniform(int rows, int columns, double min = 0, double max = 1, long? seed = null, DType dtype = DType.Float32) =>
        RandomUniform([rows, columns], min, max, seed, dtype);

    /// <summary>Refused by the compiler: which of the numbers is the shape?</summary>
    [Obsolete(Unclear, error: true)]
    public static Tensor RandomInteger(int rows, int columns, long min, long? max = null, long? seed = null, DType dtype = DType.Int64) =>
        RandomInteger([rows, columns], min, max ?? min, seed, dtype);

    /// <summary>Refused by the compiler: is the second number an extent or the probability?</summary>
    [Obsolete(Unclear, error: true)]
    [OverloadResolutionPriority(1)]
    public static Tensor RandomBernoulli(int rows, int columns, double probability = 0.5, long? seed = null, DType dtype = DType.Float32) =>
        RandomBernoulli([rows, columns], probability, seed, dtype);

    private static Tensor Normal(RandomDistribution distribution, string operation, Shape shape, double mean, double stddev, long? seed, DType dtype)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return double.IsFinite(mean) && stddev >= 0 && double.IsFinite(stddev)
            ? Random(distribution, operation, shape, mean, stddev, seed, dtype)
            : throw new ValueException(FormattableString.Invariant($"{operation}: mean {mean} and standard deviation {stddev}; both must be finite and the deviation not negative."));
    }

    private static Tensor Random(RandomDistribution distribution, string operation, Shape shape, double a, double b, long? seed, DType dtype) => dtype.IsFloating()
        ? Draw(distribution, shape, a, b, seed, dtype)
        : throw new DTypeException($"{operation}: the type is {dtype}; it must be Float32 or Float64.");

    private static Tensor Draw(RandomDistribution distribution, Shape shape, double a, double b, long? seed, DType dtype, Backend? on = null)
    {
        var y = Allocate(dtype, shape, on ?? Device.Default.Backend);
        // The distribution is part of the stream, so that equal seeds do not give equal bits to different ones.
        var (key, stream) = StreamFor(seed);
        y.Backend.Random(distribution, key, stream | ((ulong)distribution << 60), a, b, y);
        return y;
    }

    // A seed of one's own always gives the same; without one, the next stream of the common seed.
    private static (ulong Seed, ulong Stream) StreamFor(long? seed) => seed is { } own ? ((ulong)own, 0) : NextStream();

    private static (ulong Seed, ulong Stream) NextStream()
    {
        if (t_own is not { } own)
        {
            return ((ulong)Volatile.Read(ref s_seed), (ulong)Interlocked.Increment(ref s_stream));
        }
        t_own = own with { Stream = own.Stream + 1 };
        return ((ulong)own.Seed, (ulong)own.Stream + 1);
    }

    /// <summary>A seed from the common stream.</summary>
    internal static ulong DrawSeed()
    {
        var (seed, stream) = NextStream();
        return Data.PassKey.Mix(seed, stream);
    }

    /// <summary>
    /// From here on the calling thread draws from a stream of its own: what a thread that runs ahead draws must neither depend on how far ahead it is nor take numbers that others wait for.
    /// </summary>
    internal static void DrawFrom(ulong seed) => t_own = new RandomState((long)seed, 0);
}
