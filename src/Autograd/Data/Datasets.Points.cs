using Autograd.Data;

namespace Autograd;

public static partial class Datasets
{
    /// <summary>
    /// Points on spiral arms, one arm for each class, that no straight line tells apart: at the fraction r of its arm a point is r (sin t, cos t), t = 4 (class + r) + noise
    /// (A. Karpathy's CS231n).
    /// </summary>
    /// <param name="classes">Arms.</param>
    /// <param name="perClass">Points on each.</param>
    /// <param name="noise">The standard deviation of the angle.</param>
    /// <param name="seed">Makes the points repeatable; from the common stream when left out.</param>
    /// <returns>X [classes * perClass, 2] float32, in random order, and the classes, int32.</returns>
    /// <exception cref="ValueException">A number is not positive, or the noise negative or not finite.</exception>
    public static (Tensor X, Tensor Y) Spirals(int classes = 3, int perClass = 100, double noise = 0.2, long? seed = null)
    {
        Positive(classes, nameof(Spirals), nameof(classes));
        return Points(nameof(Spirals), classes, perClass, 2, noise, seed, (point, c, fraction, random) =>
        {
            var (sine, cosine) = Math.SinCos((4 * (c + fraction)) + random.Normal(noise));
            (point[0], point[1]) = ((float)(fraction * sine), (float)(fraction * cosine));
        });
    }

    /// <summary>Two half circles, one inside the other's opening, as scikit-learn's make_moons.</summary>
    /// <param name="perClass">Points on each.</param>
    /// <param name="noise">The standard deviation of what is added to each coordinate.</param>
    /// <param name="seed">Makes the points repeatable; from the common stream when left out.</param>
    /// <returns>X [2 perClass, 2] float32, in random order, and the classes, int32.</returns>
    /// <exception cref="ValueException">The number is not positive, or the noise negative or not finite.</exception>
    public static (Tensor X, Tensor Y) Moons(int perClass = 100, double noise = 0.1, long? seed = null) =>
        Points(nameof(Moons), 2, perClass, 2, noise, seed, (point, c, fraction, random) =>
        {
            var (sine, cosine) = Math.SinCos(Math.PI * fraction);
            point[0] = (float)((c == 0 ? cosine : 1 - cosine) + random.Normal(noise));
            point[1] = (float)((c == 0 ? sine : 0.5 - sine) + random.Normal(noise));
        });

    /// <summary>Two circles around one centre, as scikit-learn's make_circles: class 0 of radius 1, class 1 of radius <paramref name="factor"/>.</summary>
    /// <param name="perClass">Points on each.</param>
    /// <param name="noise">The standard deviation of what is added to each coordinate.</param>
    /// <param name="factor">The inner radius.</param>
    /// <param name="seed">Makes the points repeatable; from the common stream when left out.</param>
    /// <returns>X [2 perClass, 2] float32, in random order, and the classes, int32.</returns>
    /// <exception cref="ValueException">The number is not positive, or the noise or the factor negative or not finite.</exception>
    public static (Tensor X, Tensor Y) Circles(int perClass = 100, double noise = 0.05, double factor = 0.5, long? seed = null)
    {
        NotNegative(factor, nameof(Circles), nameof(factor));
        return Points(nameof(Circles), 2, perClass, 2, noise, seed, (point, c, fraction, random) =>
        {
            var (sine, cosine) = Math.SinCos(2 * Math.PI * fraction * (perClass - 1) / perClass); // the last point stands before the first
            var radius = c == 0 ? 1 : factor;
            point[0] = (float)((radius * cosine) + random.Normal(noise));
            point[1] = (float)((radius * sine) + random.Normal(noise));
        });
    }

    /// <summary>Clouds of points, each around a centre that lies evenly in [-10, 10) along every axis, as scikit-learn's make_blobs.</summary>
    /// <param name="classes">Clouds.</param>
    /// <param name="perClass">Points in each.</param>
    /// <param name="features">Coordinates of a point.</param>
    /// <param name="spread">The standard deviation of a cloud.</param>
    /// <param name="seed">Makes the points repeatable; from the common stream when left out.</param>
    /// <returns>X [classes * perClass, features] float32, in random order, and the classes, int32.</returns>
    /// <exception cref="ValueException">A number is not positive, or the spread negative or not finite.</exception>
    public static (Tensor X, Tensor Y) Blobs(int classes = 3, int perClass = 100, int features = 2, double spread = 1, long? seed = null)
    {
        Positive(classes, nameof(Blobs), nameof(classes));
        Positive(features, nameof(Blobs), nameof(features));
        double[][]? centres = null;
        return Points(nameof(Blobs), classes, perClass, features, spread, seed, (point, c, _, random) =>
        {
            centres ??= [.. Enumerable.Range(0, classes).Select(_ => Enumerable.Range(0, features).Select(_ => random.Uniform(-10, 10)).ToArray())];
            for (var i = 0; i < features; i++)
            {
                point[i] = (float)(centres[c][i] + random.Normal(spread));
            }
        });
    }

    /// <summary>The four cases of "either, not both": X [4, 2] float32 and the classes 0, 1, 1, 0, int32.</summary>
    public static (Tensor X, Tensor Y) Xor() => (Tensor.From<float>([0, 0, 0, 1, 1, 0, 1, 1], [4, 2]), Tensor.From<int>([0, 1, 1, 0]));

    private delegate void PointOfClass(Span<float> point, int c, double fraction, RandomNumbers random);

    // The points of a class stand evenly along it: fractions 0 to 1.
    private static (Tensor X, Tensor Y) Points(string operation, int classes, int perClass, int features, double noise, long? seed, PointOfClass draw)
    {
        Positive(perClass, operation, nameof(perClass));
        NotNegative(noise, operation, "the noise");
        Shape shape = [Product(operation, classes, perClass), features];
        var random = RandomNumbers.From(seed);
        var points = new float[shape.Size];
        var places = random.Permutation(shape[0]);
        for (var i = 0; i < places.Length; i++)
        {
            draw(points.AsSpan(i * features, features), places[i] / perClass, perClass == 1 ? 0 : (double)(places[i] % perClass) / (perClass - 1), random);
        }
        return (Tensor.From(points, shape), Tensor.From(Array.ConvertAll(places, place => place / perClass)));
    }
}
