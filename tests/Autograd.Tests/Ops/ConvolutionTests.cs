using Autograd.Backends.Cpu;
using Autograd.Tests.Tape;
using static Autograd.Tensor;

namespace Autograd.Tests.Ops;

/// <summary>Convolutions of many geometries against plain loops.</summary>
public sealed class ConvolutionTests
{
    // Those that go other ways than most: single pixels, long lines, images cut into blocks, many filters, strides over gaps, padding beyond the kernel.
    private static readonly NaiveConvolution[] s_chosen =
    [
        new(2, 5, 7, [4, 3], [1, 1], [1, 1], [1, 1], [(0, 0), (0, 0)]),
        new(2, 5, 7, [5, 5], [1, 1], [2, 2], [1, 1], [(0, 0), (0, 0)]),
        new(1, 1, 1, [3], [1], [1], [1], [(0, 0)]),
        new(3, 2, 3, [4, 4], [4, 4], [1, 1], [1, 1], [(0, 0), (0, 0)]),
        new(1, 1, 3, [3000], [5], [1], [1], [(2, 2)]),
        new(1, 40, 2, [3000], [3], [2], [2], [(2, 1)]),
        new(1, 40, 3, [50, 60], [3, 3], [1, 1], [1, 1], [(1, 1), (1, 1)]),
        new(1, 40, 3, [50, 60], [3, 3], [1, 1], [1, 1], [(0, 0), (0, 0)]),
        new(1, 3, 130, [6, 7], [3, 3], [1, 1], [1, 1], [(1, 1), (1, 1)]),
        new(2, 3, 65, [9, 8], [2, 2], [5, 4], [1, 1], [(0, 0), (0, 1)]),
        new(1, 2, 2, [5, 5], [2, 3], [1, 1], [1, 1], [(4, 7), (6, 5)]),
        new(1, 2, 3, [9, 9], [2, 2], [1, 2], [7, 8], [(0, 0), (2, 3)]),
        new(4, 32, 32, [10, 10], [3, 3], [1, 1], [1, 1], [(1, 1), (1, 1)], 32),
        new(4, 33, 33, [11, 10], [3, 3], [2, 1], [1, 2], [(0, 1), (1, 2)], 33),
        new(2, 6, 12, [7, 7], [3, 3], [1, 1], [1, 1], [(1, 1), (1, 1)], 6),
        new(1, 4, 3, [5, 6, 7], [2, 3, 2], [1, 2, 1], [2, 1, 1], [(1, 0), (1, 1), (0, 1)]),
    ];

    public static TheoryData<int> Numbers => [.. Enumerable.Range(0, s_chosen.Length + 60)];

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Agree_with_plain_loops(int number)
    {
        var one = number < s_chosen.Length ? s_chosen[number] : NaiveConvolution.Random(number);
        double[] x = Draw(one.InputShape, 1), kernel = Draw(one.KernelShape, 2), dy = Draw(one.OutputShape, 3);
        foreach (var dtype in new[] { DType.Float64, DType.Float32 })
        {
            var tolerance = dtype == DType.Float64 ? 1e-13 : 3e-6;
            Tensor images = From(x, one.InputShape).Cast(dtype), weights = From(kernel, one.KernelShape).Cast(dtype);
            using var tape = new GradientTape();
            tape.Watch(images, weights);
            var y = one.Call(images, weights);
            Assert.Equal(one.OutputShape, y.Shape);
            AssertClose(one.Result(x, kernel), y, tolerance, $"{one}: result");
            var gradients = tape.Gradient(y, [images, weights], From(dy, one.OutputShape).Cast(dtype));
            AssertClose(one.InputGradient(dy, kernel), gradients[0]!, tolerance, $"{one}: gradient of the images");
            AssertClose(one.KernelGradient(x, dy), gradients[1]!, 10 * tolerance, $"{one}: gradient of the kernel");
        }
    }

    [Fact]
    public void A_transposed_convolution_is_the_adjoint_of_one()
    {
        for (var seed = 100; seed < 120; seed++)
        {
            var one = NaiveConvolution.Random(seed);
            double[] dy = Draw(one.OutputShape, 1), kernel = Draw(one.KernelShape, 2);
            int[] extra = [.. Enumerable.Range(0, one.Rank).Select(a =>
                (one.Input[a] + one.Padding[a].Before + one.Padding[a].After - ((one.Window[a] - 1) * one.Dilations[a]) - 1) % one.Strides[a])];
            var y = ConvTranspose(
                From(dy, one.OutputShape), From(kernel, one.KernelShape), one.Strides, Padding.Of(one.Padding), PerAxis.Of(extra), one.Dilations, one.Groups);
            Assert.Equal(one.InputShape, y.Shape);
            AssertClose(one.InputGradient(dy, kernel), y, 1e-13, one.ToString());
        }
    }

    [Theory]
    [InlineData("valid", 1, 3, 5, 7)]
    [InlineData("valid", 2, 3, 5, 11)]
    [InlineData("valid", 3, 2, 5, 15)]
    [InlineData("same", 1, 3, 5, 5)]
    [InlineData("same", 2, 3, 5, 10)]
    [InlineData("same", 3, 2, 5, 15)]
    public void Transposed_convolutions_have_the_extents_of_Keras(string padding, int strides, int window, int extent, int expected)
    {
        Assert.Equal([1, expected, 2], Conv1DTranspose(Ones([1, extent, 3]), Ones([window, 2, 3]), strides, padding).Shape);
        Assert.Equal([1, expected, expected, 2], Conv2DTranspose(Ones([1, extent, extent, 3]), Ones([window, window, 2, 3]), strides, padding).Shape);
    }

    [Theory]
    [InlineData(5, 3, 1, 1, 5)]
    [InlineData(5, 2, 1, 0, 5)]
    [InlineData(6, 3, 2, 0, 3)]
    [InlineData(5, 3, 2, 1, 3)]
    [InlineData(7, 2, 3, 0, 3)]
    [InlineData(4, 1, 2, 0, 2)]
    public void Same_padding_is_that_of_TensorFlow(int extent, int window, int stride, int before, int expected)
    {
        // A kernel whose tap k has the value k + 1, on an image with a 1 in front, tells the first window's place.
        var x = Concat([Ones([1, 1, 1]), Zeros([1, extent - 1, 1])], 1);
        var y = Conv1D(x, Arange(1, window + 1).Cast(DType.Float32).Reshape(window, 1, 1), stride, "same");
        Assert.Equal([1, expected, 1], y.Shape);
        Assert.Equal(before + 1f, y[0, 0, 0].Item<float>());
    }

    [Fact]
    public void Paddings_are_words_numbers_and_pairs()
    {
        Tensor x = Ones([1, 5, 6, 2]), w = Ones([3, 3, 2, 4]);
        Assert.Equal([1, 3, 4, 4], Conv2D(x, w, padding: "VALID").Shape);
        Assert.Equal([1, 5, 6, 4], Conv2D(x, w, padding: "same").Shape);
        Assert.Equal([1, 7, 8, 4], Conv2D(x, w, padding: 2).Shape);
        Assert.Equal([1, 4, 4, 4], Conv2D(x, w, padding: [(1, 0), (0, 0)]).Shape);
        Assert.Equal([1, 5, 3, 4], Conv2D(x, w, strides: [1, 2], padding: Padding.Same).Shape);
        Assert.Equal("[(1, 0), (0, 0)] same valid 2", $"{Padding.Of((1, 0), (0, 0))} {Padding.Same} {Padding.Valid} {(Padding)2}");
    }

    [Fact]
    public void An_empty_batch_gives_nothing_and_a_kernel_gradient_of_zeros()
    {
        Tensor x = Ones([0, 5, 5, 2]), w = Ones([3, 3, 2, 3]), b = Ones(3);
        using var tape = new GradientTape();
        tape.Watch(x, w, b);
        var y = Conv2D(x, w, bias: b);
        Assert.Equal([0, 3, 3, 3], y.Shape);
        var gradients = tape.Gradient(y, [x, w, b]);
        Assert.Equal([0, 5, 5, 2], gradients[0]!.Shape);
        Assert.Equal(new float[54], gradients[1]!.ToArray<float>());
        Assert.Equal(new float[3], gradients[2]!.ToArray<float>());
        Assert.Equal([0, 2, 2, 2], MaxPool2D(x, 2).Shape);
        Assert.Equal([0, 2, 2, 2], AveragePool2D(x, 2).Shape);
    }

    [Fact]
    public void The_third_gradient_stays_within_the_three_products()
    {
        Tensor x = From(Draw([1, 5, 4, 2], 1), [1, 5, 4, 2]), w = From(Draw([2, 2, 2, 3], 2), [2, 2, 2, 3]);
        var report = GradientCheck.Run(v =>
        {
            using var outer = new GradientTape();
            outer.Watch(v);
            using var inner = new GradientTape();
            inner.Watch(v);
            var dx = inner.Gradient(Square(Conv2D(v, w, strides: [2, 1], padding: 1)), v)!;
            return outer.Gradient(Square(dx), v)!;
        }, x);
        Assert.True(report.Passed, report.ToString());
    }

    internal static double[] Draw(Shape shape, int seed)
    {
        var random = new Random(seed);
        // Exact in single precision.
        return [.. Enumerable.Range(0, shape.Size).Select(_ => (double)(float)((2 * random.NextDouble()) - 1))];
    }

    internal static void AssertClose(double[] expected, Tensor actual, double tolerance, string what)
    {
        var values = actual.Cast(DType.Float64).ToArray<double>();
        Assert.Equal(expected.Length, values.Length);
        for (var i = 0; i < values.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - values[i]) <= tolerance * Math.Max(10, Math.Abs(expected[i])), FormattableString.Invariant($"{what}, element {i}: {values[i]:R} instead of {expected[i]:R}"));
        }
    }
}

/// <summary>What depends on the number of threads: nothing.</summary>
[Collection(Alone.Name)]
public sealed class ConvolutionThreads
{
    [Fact]
    public void Change_no_bit()
    {
        foreach (var (x, w, strides, padding, groups) in new (Shape, Shape, int, Padding, int)[]
        {
            ([8, 20, 20, 16], [3, 3, 16, 40], 1, "same", 1),
            ([1, 40, 40, 32], [3, 3, 32, 32], 2, "valid", 1),
            ([5, 30, 31, 3], [5, 5, 3, 70], 1, 2, 1),
            ([16, 24, 24, 48], [3, 3, 1, 48], 1, "same", 48),
            ([4, 20, 20, 24], [3, 3, 8, 24], 1, "valid", 3),
            ([64, 12, 12, 32], [1, 1, 32, 64], 1, "valid", 1),
        })
        {
            byte[][] Bits()
            {
                Tensor images = RandomNormal(x, seed: 1), kernel = RandomNormal(w, seed: 2), bias = RandomNormal([w[^1]], seed: 4);
                using var tape = new GradientTape();
                tape.Watch(images, kernel, bias);
                var y = Conv2D(images, kernel, strides, padding, groups: groups, bias: bias);
                Assert.Equal(Layouts.Bits(Conv2D(images, kernel, strides, padding, groups: groups) + bias), Layouts.Bits(y));
                var z = MaxPool2D(y, 3, 2, padding: 1) + AveragePool2D(y, 3, 2, padding: 1);
                var gradients = tape.Gradient(z * RandomNormal(z.Shape, seed: 3), [images, kernel, bias]);
                return [Layouts.Bits(y), Layouts.Bits(z), .. gradients.Select(gradient => Layouts.Bits(gradient!))];
            }
            var before = Workers.Count;
            try
            {
                Workers.Count = 1;
                var expected = Bits();
                foreach (var count in (int[])[2, 4])
                {
                    Workers.Count = count;
                    Assert.Equal(expected, Bits());
                }
            }
            finally
            {
                Workers.Count = before;
            }
        }
    }
}
