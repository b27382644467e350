using static Autograd.Tensor;

namespace Autograd.Tests.Layers;

/// <summary>Layers that resize images, and those that vary them at random in training.</summary>
public class AugmentationTests
{
    private static readonly Tensor s_square = Arange(0, 9.0).Reshape(1, 3, 3, 1);
    private static readonly Tensor s_batch = RandomUniform([40, 5, 6, 2], seed: 1);

    private static float[] Values(Layer layer, Tensor x, bool training = true) => layer.Apply(x, training).ToArray<float>();

    public static TheoryData<string, float[]> Squares => new()
    {
        { "a quarter turn counter-clockwise", [2, 5, 8, 1, 4, 7, 0, 3, 6] },
        { "a quarter turn clockwise, nearest", [6, 3, 0, 7, 4, 1, 8, 5, 2] },
        { "half a turn", [8, 7, 6, 5, 4, 3, 2, 1, 0] },
        { "down, reflect", [0, 1, 2, 0, 1, 2, 3, 4, 5] },
        { "down, wrap", [6, 7, 8, 0, 1, 2, 3, 4, 5] },
        { "right, nearest", [0, 0, 1, 3, 3, 4, 6, 6, 7] },
        { "right, constant", [9, 0, 1, 9, 3, 4, 9, 6, 7] },
        { "right by a half, constant", [4.5f, 0.5f, 1.5f, 6, 3.5f, 4.5f, 7.5f, 6.5f, 7.5f] },
        { "two left, reflect", [2, 2, 1, 5, 5, 4, 8, 8, 7] },
        { "zoom in", [2, 2.5f, 3, 3.5f, 4, 4.5f, 5, 5.5f, 6] },
        { "zoom out, constant", [9, 9, 9, 9, 4, 9, 9, 9, 9] },
        { "zoom along the width", [0.5f, 1, 1.5f, 3.5f, 4, 4.5f, 6.5f, 7, 7.5f] },
        { "brighter", [4, 5, 6, 7, 8, 8, 8, 8, 8] },
    };

    [Theory]
    [MemberData(nameof(Squares))]
    public void Pixels_go_where_they_should(string what, float[] expected)
    {
        Layer layer = what switch
        {
            "a quarter turn counter-clockwise" => new RandomRotation((0.25, 0.25)),
            "a quarter turn clockwise, nearest" => new RandomRotation((-0.25, -0.25), interpolation: "nearest"),
            "half a turn" => new RandomRotation((0.5, 0.5)),
            "down, reflect" => new RandomTranslation((1 / 3.0, 1 / 3.0), 0),
            "down, wrap" => new RandomTranslation((1 / 3.0, 1 / 3.0), 0, "wrap"),
            "right, nearest" => new RandomTranslation(0, (1 / 3.0, 1 / 3.0), "nearest"),
            "right, constant" => new RandomTranslation(0, (1 / 3.0, 1 / 3.0), "constant", fillValue: 9),
            "right by a half, constant" => new RandomTranslation(0, (1 / 6.0, 1 / 6.0), "constant", fillValue: 9),
            "two left, reflect" => new RandomTranslation(0, (-2 / 3.0, -2 / 3.0)),
            "zoom in" => new RandomZoom((-0.5, -0.5)),
            "zoom out, constant" => new RandomZoom((1, 1), fillMode: "constant", fillValue: 9),
            "zoom along the width" => new RandomZoom(0, (-0.5, -0.5)),
            _ => new RandomBrightness((0.5, 0.5), [0, 8]),
        };
        var y = Values(layer, s_square);
        for (var i = 0; i < y.Length; i++)
        {
            Assert.Equal(expected[i], y[i], 1e-5f);
        }
        Assert.Equal(s_square.ToArray<float>(), layer.Apply(s_square).ToArray<float>());
    }

    [Fact]
    public void Each_image_is_flipped_or_not()
    {
        var x = s_batch;
        foreach (var (mode, ways) in (ReadOnlySpan<(string, int)>)[("horizontal", 2), ("vertical", 2), ("horizontal_and_vertical", 4)])
        {
            var y = new RandomFlip(mode, seed: 3).Apply(x, training: true);
            var found = new HashSet<int>();
            Tensor[] views = [x, x.Flip(2), x.Flip(1), x.Flip([1, 2])];
            for (var i = 0; i < x.Shape[0]; i++)
            {
                found.Add(Array.FindIndex(views, view => Equal(view[i], y[i]).All().Item<bool>()));
            }
            Assert.Equal(ways, found.Count);
            Assert.DoesNotContain(-1, found);
            Assert.DoesNotContain(mode == "horizontal" ? 2 : mode == "vertical" ? 1 : -1, found);
        }
    }

    [Fact]
    public void A_crop_is_a_piece_of_its_image()
    {
        var y = new RandomCrop(4, 3, seed: 1).Apply(s_batch, training: true);
        var found = new HashSet<(int, int)>();
        for (var i = 0; i < s_batch.Shape[0]; i++)
        {
            var corners = Enumerable.Range(0, 2).SelectMany(top => Enumerable.Range(0, 4).Select(left => (Top: top, Left: left)));
            found.Add(corners.Single(at => Equal(s_batch[i, at.Top..(at.Top + 4), at.Left..(at.Left + 3)], y[i]).All().Item<bool>()));
        }
        Assert.Equal(8, found.Count);
        // In inference the middle of the proportions of the result.
        Assert.Equal(new Resizing(4, 3, cropToAspectRatio: true).Apply(s_batch).ToArray<float>(), Values(new RandomCrop(4, 3), s_batch, training: false));
    }

    [Fact]
    public void Contrast_keeps_means_and_scales_distances()
    {
        var y = new RandomContrast(0.5, [-9, 9], seed: 2).Apply(s_batch, training: true);
        Tensor Distances(Tensor x) => x - x.Mean([1, 2], keepDims: true);
        Assert.True(Abs(y.Mean([1, 2]) - s_batch.Mean([1, 2])).Max().Item() < 1e-5);
        var factors = Distances(y) / Distances(s_batch);
        Assert.True(Abs(factors - factors[.., ..1, ..1, ..1]).Max().Item() < 1e-2);
        Assert.InRange(factors.Min().Item(), 0.49, 0.7);
        Assert.InRange(factors.Max().Item(), 1.3, 1.51);
        Assert.True(Abs(new RandomContrast(0, [0, 1]).Apply(s_batch, training: true) - s_batch).Max().Item() < 1e-6);
    }

    [Fact]
    public void With_a_seed_the_same_noises_come_in_the_same_order()
    {
        Func<long?, Layer>[] kinds =
        [
            seed => new RandomFlip(seed: seed), seed => new RandomCrop(3, 3, seed), seed => new RandomRotation(0.2, seed: seed), seed => new RandomTranslation(0.2, 0.2, seed: seed),
            seed => new RandomZoom(0.2, seed: seed), seed => new RandomContrast(0.2, [0, 1], seed), seed => new RandomBrightness(0.2, [0, 1], seed),
        ];
        foreach (var make in kinds)
        {
            var (first, second, other) = (make(3), make(3), make(null));
            var (a, b) = (Values(first, s_batch), Values(first, s_batch));
            Assert.Equal(a, Values(second, s_batch));
            Assert.Equal(b, Values(second, s_batch));
            Assert.NotEqual(a, b);
            Assert.NotEqual(a, Values(other, s_batch));
        }
    }

    [Fact]
    public void Sizes_change_as_in_TensorFlow()
    {
        var row = From([0f, 1, 2, 3]).Reshape(1, 1, 4, 1);
        Assert.Equal([0.5f, 2.5f], Values(new Resizing(1, 2), row));
        Assert.Equal([1f, 3f], Values(new Resizing(1, 2, "nearest"), row));
        Assert.Equal([0f, 0.25f, 0.75f, 1f], Values(new Resizing(1, 4), row[.., .., ..2]));
        Assert.Equal([0f, 0f, 1f, 1f], Values(new Resizing(1, 4, "nearest"), row[.., .., ..2]));
        Assert.Equal([1f, 2f], Values(new CenterCrop(1, 2), row));
        Assert.Equal([4f], Values(new CenterCrop(1, 1), s_square));
        Assert.Equal([128f], Values(new Resizing(1, 1), From(new byte[] { 127, 129 }).Reshape(1, 2, 1, 1)));
        Assert.Equal([1f, 2f], Values(new Resizing(1, 2, cropToAspectRatio: true), row[.., .., 1..3]));
    }

    [Fact]
    public void Gradients_go_through_whatever_was_drawn()
    {
        Func<Layer>[] kinds =
        [
            () => new RandomFlip(seed: 1) { DType = DType.Float64 }, () => new RandomRotation(0.2, seed: 1) { DType = DType.Float64 }, () => new RandomCrop(2, 2, seed: 1) { DType = DType.Float64 },
            () => new RandomZoom(0.3, fillMode: "constant", seed: 1) { DType = DType.Float64 }, () => new RandomContrast(0.2, [-9, 9], seed: 1) { DType = DType.Float64 }, () => new Resizing(2, 5) { DType = DType.Float64 },
        ];
        var x = RandomNormal([2, 3, 4, 1], seed: 3);
        Assert.All(kinds, make => GradientCheck.Assert(x => make().Apply(x, training: true) * make().Apply(x, training: true), x, new() { Order = 2 }));
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        (Action Call, string Word)[] refused =
        [
            (() => _ = new RandomRotation((0.2, 0.1)), "[0.2, 0.1]"), (() => _ = new RandomTranslation(1.5, 0), "heightFactor"), (() => _ = new RandomZoom(double.NaN), "RandomZoom"),
            (() => _ = new RandomFlip("left"), "horizontal"), (() => _ = new RandomRotation(0.1, "mirror"), "fillMode"), (() => _ = new RandomBrightness(0.1, [1, 0]), "range"),
            (() => _ = new Resizing(0, 1), "height"), (() => _ = new Resizing(1, 1, "cubic"), "bilinear"), (() => new RandomFlip().Apply(Ones(2, 3), training: true), "random_flip (RandomFlip)"),
        ];
        Assert.All(refused, row => Assert.Contains(row.Word, Assert.ThrowsAny<AutogradException>(row.Call).Message));
    }
}
