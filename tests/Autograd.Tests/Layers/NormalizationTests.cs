using static Autograd.Tensor;

namespace Autograd.Tests.Layers;

/// <summary>Normalizations beside plain loops in double precision, and the statistics that batch normalization keeps.</summary>
public class NormalizationTests
{
    private static readonly Tensor s_x = RandomNormal([4, 3, 6], mean: 2, stddev: 3, seed: 1, dtype: DType.Float64);

    /// <summary>The elements of a set of places with the set's mean and variance taken out.</summary>
    private static void AssertNormalized(Layer layer, Func<int, int, int, int> setOf, double epsilon, bool centered = true, bool training = false)
    {
        var x = s_x.ToArray<double>();
        var sets = Enumerable.Range(0, x.Length).GroupBy(i => setOf(i / 18, i / 6 % 3, i % 6)).ToArray();
        var expected = new double[x.Length];
        foreach (var set in sets)
        {
            var mean = centered ? set.Average(i => x[i]) : 0;
            var variance = set.Average(i => (x[i] - mean) * (x[i] - mean));
            foreach (var i in set)
            {
                expected[i] = (x[i] - mean) / Math.Sqrt(variance + epsilon);
            }
        }
        var y = layer.Apply(s_x, training).ToArray<double>();
        Assert.All(expected.Zip(y), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
    }

    [Fact]
    public void Each_takes_out_the_statistics_of_its_set()
    {
        AssertNormalized(new BatchNormalization { DType = DType.Float64 }, (_, _, c) => c, 1e-3, training: true);
        AssertNormalized(new BatchNormalization(axis: 1, epsilon: 0.5) { DType = DType.Float64 }, (_, t, _) => t, 0.5, training: true);
        AssertNormalized(new LayerNormalization { DType = DType.Float64 }, (n, t, _) => (n * 3) + t, 1e-3);
        AssertNormalized(new LayerNormalization(1) { DType = DType.Float64 }, (n, _, c) => (n * 6) + c, 1e-3);
        AssertNormalized(new GroupNormalization(2) { DType = DType.Float64 }, (n, _, c) => (n * 2) + (c / 3), 1e-3);
        AssertNormalized(new GroupNormalization(1, axis: 1) { DType = DType.Float64 }, (n, _, _) => n, 1e-3);
        AssertNormalized(new GroupNormalization(-1) { DType = DType.Float64 }, (n, _, c) => (n * 6) + c, 1e-3);
        AssertNormalized(new RMSNormalization { DType = DType.Float64 }, (n, t, _) => (n * 3) + t, 1e-6, centered: false);
        Assert.All(new UnitNormalization { DType = DType.Float64 }.Apply(s_x).Norm(-1).ToArray<double>(), norm => Assert.Equal(1, norm, 1e-12));
        Assert.Equal([0f, 0f], new UnitNormalization().Apply(Zeros(1, 2)).ToArray<float>());
    }

    // Keras: mean, variance and count; none where mean and variance are given.
    [Fact]
    public void Weights_of_a_normalization_are_those_of_Keras()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".npz");
        try
        {
            var model = new Sequential([new Normalization(inputShape: [2]), new Dense(1)]);
            Assert.Equal(["normalization/mean", "normalization/variance", "normalization/count"], model.NamedWeights().Select(weight => weight.Path).Take(3));
            Npz.Save(path, [new("arr_0", From([1f, 2])), new("arr_1", From([4f, 9])), new("arr_2", From<int>([7], [])), new("arr_3", Ones(2, 1)), new("arr_4", Zeros(1))]);
            model.LoadWeights(path);
            Assert.Equal(3f, model.Apply(new[,] { { 3f, 8f } }).Item());
            model.SaveWeights(path);
            var arrays = Npz.Load(path);
            Assert.Equal((5, DType.Int32, 7), (arrays.Count, arrays["arr_2"].DType, arrays["arr_2"].Item()));
            var given = new Sequential([new Normalization(mean: [1, 2], variance: [4, 9], inputShape: [2]), new Dense(1, kernelInitializer: "ones")]);
            Assert.Equal(["dense/kernel", "dense/bias"], given.NamedWeights().Select(weight => weight.Path));
            Assert.Equal(3f, given.Apply(new[,] { { 3f, 8f } }).Item());
            Assert.Equal([0f, 1], new Normalization(axis: null, mean: [3], variance: [4]).Apply(new[,] { { 3f, 5f } }).ToArray<float>());
            Assert.Throws<ModelException>(() => ((Normalization)given.Layers[0]).Adapt(Ones(3, 2)));
            given.Compile("sgd", "mse");
            given.Fit(Ones(2, 2), Ones(2, 1), verbose: 0);
            given.Save(path + "m");
            Assert.Equal(given.Predict(Ones(1, 2)).Item(), Model.Load(path + "m").Predict(Ones(1, 2)).Item());
            // Layers without a state have no weights in Keras either.
            Assert.Empty(new Sequential([new Discretization([0.5], inputShape: [2]), new CategoryEncoding(2), new Rescaling(2), new Dropout(0.5, seed: 1)]).Weights);
            var batch = new Sequential([new BatchNormalization(inputShape: [2])]);
            Assert.Equal(["gamma", "beta", "moving_mean", "moving_variance"], batch.Layers[0].NamedWeights().Select(weight => weight.Path));
        }
        finally
        {
            File.Delete(path);
            File.Delete(path + "m");
        }
    }

    [Fact]
    public void Scale_and_shift_come_last()
    {
        var layer = new LayerNormalization(epsilon: 0);
        Tensor x = new[,] { { 1f, 3f } };
        layer.Apply(x);
        layer.SetWeights([Tensor.From<float>([2, 3]), Tensor.From<float>([10, 20])]);
        Assert.Equal([8f, 23f], layer.Apply(x).ToArray<float>());
        Assert.Equal(["gamma", "beta"], layer.NamedWeights().Select(weight => weight.Path));
    }

    [Fact]
    public void Batch_normalization_remembers_what_it_saw_in_training()
    {
        var layer = new BatchNormalization(momentum: 0.75, epsilon: 0);
        Tensor x = new[,] { { 0f, 4f }, { 2f, 8f } };
        Assert.Equal([0f, 4f, 2f, 8f], layer.Apply(x).ToArray<float>());
        Assert.Equal([-1f, -1f, 1f, 1f], layer.Apply(x, training: true).ToArray<float>());
        // moving = 0.75 moving + 0.25 seen: means 1 and 6, variances 1 and 4 from 0 and 1.
        Assert.Equal([0.25f, 1.5f], layer.MovingMean!.ToArray<float>());
        Assert.Equal([1f, 1.75f], layer.MovingVariance!.ToArray<float>());
        Assert.Equal((0 - 0.25f) / 1f, layer.Apply(x)[0, 0].Item());
        Assert.Equal(2, layer.TrainableWeights.Count);
        Assert.Equal(["gamma", "beta", "moving_mean", "moving_variance"], layer.NamedWeights().Select(weight => weight.Path));
    }

    [Fact]
    public void One_value_and_no_value_are_defined()
    {
        var layer = new BatchNormalization(betaInitializer: "ones");
        Assert.Equal([1f, 1f], layer.Apply(Tensor.From<float>([5, -7], [1, 2]), training: true).ToArray<float>());
        var before = layer.GetWeights();
        Assert.Equal([0, 2], layer.Apply(Zeros(0, 2), training: true).Shape);
        Assert.All(before.Zip(layer.GetWeights()), pair => Assert.True(Equal(pair.First, pair.Second).All().Item<bool>()));
        Assert.Equal([1f, 1f, 1f], new LayerNormalization(betaInitializer: "ones").Apply(7 * Ones(1, 3)).ToArray<float>());
    }

    [Fact]
    public void A_frozen_one_uses_and_keeps_what_it_remembers()
    {
        var layer = new BatchNormalization { Trainable = false };
        Tensor x = new[,] { { 0f }, { 2f } };
        Assert.Equal(layer.Apply(x).ToArray<float>(), layer.Apply(x, training: true).ToArray<float>());
        Assert.Equal([0f], layer.MovingMean!.ToArray<float>());
        Assert.Empty(layer.TrainableWeights);
    }

    [Fact]
    public void Gradients_of_training_go_through_mean_and_variance()
    {
        var layer = new BatchNormalization { DType = DType.Float64 };
        GradientCheck.Assert(x => layer.Apply(x, training: true), s_x[.., 0, ..3], new() { Order = 2 });
    }

    [Fact]
    public void The_statistics_are_not_recorded()
    {
        var layer = new BatchNormalization();
        layer.Apply(Zeros(1, 2));
        using var tape = new GradientTape();
        var x = new Variable(RandomNormal([5, 2], seed: 1));
        var y = layer.Apply(x, training: true);
        Assert.DoesNotContain("moving", tape.ToString(), StringComparison.Ordinal);
        Assert.NotNull(tape.Gradient(y, layer.Gamma!));
    }
}
