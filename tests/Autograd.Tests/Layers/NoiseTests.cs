using Autograd.Numerics;
using Autograd.Ops;
using static Autograd.Tensor;

namespace Autograd.Tests.Layers;

/// <summary>What layers of noise do in training: their rates, means and seeds.</summary>
public class NoiseTests
{
    private static readonly Tensor s_x = RandomUniform([200, 300], 1, 2, seed: 1);

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void Dropout_zeroes_its_share_and_scales_the_rest(double rate)
    {
        var y = new Dropout(rate, seed: 4).Apply(s_x, training: true);
        var kept = NotEqual(y, 0);
        Assert.InRange(kept.Mean().Item(), 1 - rate - 0.01, 1 - rate + 0.01);
        Assert.InRange(y.Mean().Item() / s_x.Mean().Item(), 1 - (0.02 / (1 - rate)), 1 + (0.02 / (1 - rate)));
        var expected = Where(kept, s_x * (float)(1 / (1 - rate)), 0);
        Assert.True(Equal(expected, y).All().Item<bool>());
    }

    [Fact]
    public void A_rate_of_0_keeps_all_and_one_of_1_nothing()
    {
        Tensor x = new[] { 1f, float.PositiveInfinity, float.NaN };
        Assert.Equal(x.ToArray<float>(), new Dropout(0).Apply(x, training: true).ToArray<float>());
        Assert.Equal([0f, 0f, 0f], new Dropout(1).Apply(x, training: true).ToArray<float>());
        Assert.Equal(x.ToArray<float>(), new Dropout(1).Apply(x).ToArray<float>());
    }

    [Fact]
    public void The_gradient_is_that_of_the_elements_kept()
    {
        using var tape = new GradientTape();
        var x = new Variable(s_x[..7, ..9]);
        var y = new Dropout(0.3).Apply(x, training: true);
        var gradient = tape.Gradient(y, x)!;
        Assert.True(Equal(gradient, Where(NotEqual(y, 0), (float)(1 / 0.7), 0)).All().Item<bool>());
        GradientCheck.Assert(x => new Dropout(0.3, seed: 5) { DType = DType.Float64 }.Apply(x, training: true) * x, s_x[..2, ..5], new() { Order = 2 });
    }

    [Fact]
    public void With_a_seed_the_same_noises_come_in_the_same_order()
    {
        Func<long?, Layer>[] kinds =
            [seed => new Dropout(0.5, seed: seed), seed => new GaussianDropout(0.5, seed), seed => new GaussianNoise(1, seed), seed => new AlphaDropout(0.5, seed)];
        foreach (var make in kinds)
        {
            var (first, second, other) = (make(3), make(3), make(null));
            var (a, b) = (first.Apply(s_x, training: true), first.Apply(s_x, training: true));
            Assert.True(Equal(a, second.Apply(s_x, training: true)).All().Item<bool>());
            Assert.True(Equal(b, second.Apply(s_x, training: true)).All().Item<bool>());
            Assert.False(Equal(a, b).All().Item<bool>());
            Assert.False(Equal(a, other.Apply(s_x, training: true)).All().Item<bool>());
        }
    }

    [Fact]
    public void The_elements_that_are_dropped_do_not_depend_on_layout_or_type()
    {
        var dropped = new Dropout(0.5, seed: 6).Apply(s_x, training: true);
        var view = s_x.T.Transpose();
        Assert.True(Equal(dropped, new Dropout(0.5, seed: 6).Apply(view, training: true)).All().Item<bool>());
        var precise = new Dropout(0.5, seed: 6) { DType = DType.Float64 }.Apply(s_x, training: true);
        Assert.True(Equal(dropped > 0, precise > 0).All().Item<bool>());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(1003)]
    [InlineData(40_001)]
    public void Each_element_is_decided_by_its_word_of_the_stream(int count)
    {
        foreach (var rate in new[] { 0, 0.25, 0.6 })
        {
            var y = Tensor.Dropped(Ones(count), rate, seed: -7).ToArray<float>();
            for (var i = 0; i < count; i++)
            {
                var (w0, w1, w2, w3) = Philox.Block(unchecked((ulong)-7L), (ulong)(i / 4), DropoutOp.Streams);
                var word = (i % 4) switch { 0 => w0, 1 => w1, 2 => w2, _ => w3 };
                Assert.Equal(word >= rate * 4294967296.0, y[i] != 0);
            }
        }
    }

    [Fact]
    public void Spatial_dropout_drops_whole_channels()
    {
        var x = RandomUniform([50, 3, 4, 20], 1, 2, seed: 1);
        var kept = new SpatialDropout2D(0.5, seed: 2).Apply(x, training: true) > 0;
        Assert.True(Equal(kept.Any([1, 2]), kept.All([1, 2])).All().Item<bool>());
        Assert.InRange(kept.Mean().Item(), 0.45, 0.55);
        var shared = new Dropout(0.5, noiseShape: [1, -1]).Apply(s_x, training: true) > 0;
        Assert.True(Equal(shared.Any(0), shared.All(0)).All().Item<bool>());
    }

    [Fact]
    public void Noises_keep_mean_and_variance_as_promised()
    {
        var zeros = Zeros(300, 300);
        var noise = new GaussianNoise(0.5, seed: 1).Apply(zeros, training: true);
        Assert.InRange(noise.Std().Item(), 0.49, 0.51);
        var factors = new GaussianDropout(0.2, seed: 1).Apply(zeros + 1, training: true);
        Assert.InRange(factors.Mean().Item(), 0.99, 1.01);
        Assert.InRange(factors.Std().Item(), 0.49, 0.51);
        var alpha = new AlphaDropout(0.3, seed: 1).Apply(RandomNormal([300, 300], seed: 2), training: true);
        Assert.InRange(alpha.Mean().Item(), -0.02, 0.02);
        Assert.InRange(alpha.Std().Item(), 0.98, 1.02);
    }

    [Fact]
    public void A_frozen_layer_makes_no_noise() =>
        Assert.Equal(s_x.ToArray<float>(), new Dropout(0.5) { Trainable = false }.Apply(s_x, training: true).ToArray<float>());
}
