using static Autograd.Tensor;

namespace Autograd.Tests.Faults;

/// <summary>Counts that no array can have, and numbers that a type cannot hold, are refused by name; long sums and extreme gradients stay right.</summary>
public sealed class NumericLimits
{
    public static TheoryData<string, Action> TooLarge => new()
    {
        { "Diag", () => Diag(Ones(1), int.MaxValue) },
        { "Diag", () => Diag(Ones(1), int.MinValue) },
        { "Diag", () => Diag(Ones(1), 46341) },
        { "Diag", () => Diag(Ones(1), -46341) },
        { "Diag", () => Diag(Ones(46341)) },
        { "Diag", () => Diag(Zeros(0, 1 << 20, 1 << 20)) },
        { "Tile", () => Ones(2).Tile(int.MaxValue) },
        { "", () => Ones(1).Tile(1 << 16, 1 << 16) },
        { "Pad", () => Ones(2).Pad([(int.MaxValue, int.MaxValue)]) },
        { "Pad", () => Ones(2).Pad([(int.MinValue, int.MaxValue)]) },
        { "", () => Eye(1 << 17) },
        { "", () => OneHot(Zeros([4], DType.Int32), int.MaxValue) },
        { "Arange", () => Arange(long.MinValue, long.MaxValue) },
        { "Arange", () => Arange(0.0, 1e300) },
        { "", () => Linspace(0, 1, int.MaxValue) },
        { "", () => Linspace(0, 1, -1) },
        { "", () => Ones(1, 1).BroadcastTo([1 << 20, 1 << 20]) },
        { "", () => Ignore(Ones(1 << 16, 1) * Ones(1, 1 << 16)) },
        { "", () => MatMul(Ones(1 << 16, 1), Ones(1, 1 << 16)) },
        { "", () => Einsum("i,j->ij", Ones(1 << 16), Ones(1 << 16)) },
        { "", () => Zeros(int.MaxValue, int.MaxValue) },
        { "UpSampling1D", () => new UpSampling1D(int.MaxValue).Apply(Ones(1, 2, 1)) },
        { "UpSampling2D", () => new UpSampling2D(int.MaxValue).Apply(Ones(1, 2, 2, 1)) },
        { "UpSampling2D", () => new UpSampling2D(int.MaxValue, interpolation: "bilinear").Apply(Ones(1, 2, 2, 1)) },
        { "", () => new Resizing(int.MaxValue, 2).Apply(Ones(1, 2, 2, 1)) },
        { "", () => new ZeroPadding2D(int.MaxValue).Apply(Ones(1, 2, 2, 1)) },
        { "", () => new RepeatVector(int.MaxValue).Apply(Ones(1, 2)) },
        { "Conv1D", () => Conv1D(Ones(1, 4, 1), Ones(3, 1, 1), padding: "causal", dilations: int.MaxValue) },
        { "Conv1DTranspose", () => Conv1DTranspose(Ones(1, 4, 1), Ones(3, 1, 1), strides: int.MaxValue) },
        { "Conv1DTranspose", () => Conv1DTranspose(Ones(1, 4, 1), Ones(3, 1, 1), strides: int.MaxValue, padding: "same") },
    };

    private static void Ignore(Tensor result) => result.Dispose();

    [Theory]
    [MemberData(nameof(TooLarge))]
    public void Sizes_beyond_any_array_are_refused(string word, Action call)
    {
        var error = Assert.ThrowsAny<AutogradException>(call);
        Assert.Contains(word, error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, Action> NoNumbers => new()
    {
        { "Full", () => Full([2], double.NaN, DType.Int32) },
        { "Full", () => Full([2], double.PositiveInfinity, DType.Int64) },
        { "Full", () => Full([2], 3e10, DType.Int32) },
        { "Full", () => Full([2], 3_000_000_000L, DType.Int32) },
        { "Full", () => Full([2], 9.3e18, DType.Int64) },
        { "Full", () => Full([2], 2.5, DType.Int32) },
        { "Full", () => Full([1], -2.7, DType.Int32) },
        { "Full", () => Full([2], -1e20, DType.Int64) },
        { "Arange", () => Arange(0, 1, 0.25, DType.Int32) },
        { "Arange", () => Arange(3e9, 3e9 + 2, 1, DType.Int32) },
        { "Linspace", () => Linspace(0, 10, 5, DType.Int64) },
        { "Linspace", () => Linspace(0, double.NaN, 5, DType.Int32) },
        { "Linspace", () => Linspace(0, double.PositiveInfinity, 3) },
        { "Pad", () => Ones([2], DType.Int32).Pad([(1, 1)], 0.5) },
        { "Embedding", () => new Embedding(3, 2).Apply(From([0.5f, 1f], [1, 2])) },
        { "Embedding", () => new Embedding(3, 2).Apply(From([float.NaN, 1f], [1, 2])) },
        { "", () => new Embedding(3, 2).Apply(From([1e10f, 1f], [1, 2])) },
    };

    [Theory]
    [MemberData(nameof(NoNumbers))]
    public void Integers_are_not_made_of_what_is_none(string word, Action call) => Assert.Contains(word, Assert.Throws<ValueException>(call).Message, StringComparison.Ordinal);

    [Fact]
    public void Integers_are_made_of_whole_numbers()
    {
        Assert.Equal([int.MinValue], Full([1], int.MinValue, DType.Int32).ToArray<int>());
        Assert.Equal([int.MaxValue], Full([1], (double)int.MaxValue, DType.Int32).ToArray<int>());
        Assert.Equal([long.MinValue], Full([1], (double)long.MinValue, DType.Int64).ToArray<long>());
        Assert.Equal([long.MaxValue], Full([1], long.MaxValue, DType.Int64).ToArray<long>());
        Assert.Equal([0, 5, 10], Linspace(0, 10, 3, DType.Int32).ToArray<int>());
        Assert.Equal(1, new Embedding(3, 1, embeddingsInitializer: "ones").Apply(From([2f], [1, 1])).Item());
    }

    [Fact]
    public void Running_sums_are_as_right_as_the_sum()
    {
        const int N = 4_000_000;
        foreach (var (dtype, tolerance) in new[] { (DType.Float32, 1e-7), (DType.Float64, 4e-15) })
        {
            var tenth = Full([], 0.1, dtype).Item();
            var x = Full([N], 0.1, dtype);
            Assert.Equal(N * tenth, x.CumSum()[^1].Item(), N * tenth * tolerance);
            Assert.Equal(N * tenth, x.CumSum(reverse: true)[0].Item(), N * tenth * tolerance);
            Assert.Equal((N - 1) * tenth, x.CumSum(exclusive: true)[^1].Item(), N * tenth * tolerance);
            var columns = x.Reshape(N / 2, 2);
            Assert.Equal(N / 2 * tenth, columns.CumSum(0)[^1, 1].Item(), N * tenth * tolerance);
            // The same bits for any layout.
            var turned = Full([2, N / 2], 0.1, dtype).T;
            Assert.True(Equal(turned.CumSum(0), columns.CumSum(0)).All().Item<bool>());
            Assert.True(Equal(x[..(N / 2)].CumSum(), columns.CumSum(0)[.., 0]).All().Item<bool>());
        }
        Assert.Equal(Math.Exp(Math.Log(1 + Math.ScaleB(1, -23)) * 2_000_000), Full([2_000_000], 1 + Math.ScaleB(1, -23)).CumProd()[^1].Item(), 1e-7);
        Assert.Equal([1, double.PositiveInfinity, double.PositiveInfinity, double.NaN], From([1, double.PositiveInfinity, 2, double.NegativeInfinity]).CumSum().ToArray<double>());
        Assert.Equal(double.PositiveInfinity, Concat([From([double.PositiveInfinity]), Ones([1000], DType.Float64)]).CumSum()[^1].Item());
    }

    public static TheoryData<string, Func<double>> LongSums => new()
    {
        { "Sum of columns", () => Full([4_000_000, 2], 0.1).Sum(0)[1].Item() / 4_000_000 },
        { "Sum of few columns within", () => Full([2, 2_000_000, 2], 0.1).Sum(1)[1, 0].Item() / 2_000_000 },
        { "Mean", () => Full([4_000_000], 0.1).Mean().Item() },
        { "Norm", () => Math.Pow(Full([4_000_000], 0.1).Norm().Item(), 2) / 400_000 },
        { "MatMul", () => MatMul(Full([1, 4_000_000], 0.1), Ones(4_000_000, 1)).Item() / 4_000_000 },
        { "Einsum", () => Einsum("i,i->", Full([4_000_000], 0.1), Ones(4_000_000)).Item() / 4_000_000 },
        { "AveragePool1D", () => AveragePool1D(Full([1, 4_000_000, 1], 0.1), 4_000_000).Item() },
    };

    [Theory]
    [MemberData(nameof(LongSums))]
    public void Sums_of_millions_are_right(string what, Func<double> tenth) => Assert.True(Math.Abs(tenth() - 0.1) < 2e-6, $"{what}: {tenth()}");

    public static TheoryData<string, Func<Optimizer>> Optimizers => new()
    {
        { "RMSprop", () => new RMSprop(0.1) },
        { "RMSprop centered", () => new RMSprop(0.1, centered: true) },
        { "RMSprop with momentum", () => new RMSprop(0.1, momentum: 0.9) },
        { "RMSprop of PyTorch", () => new RMSprop(0.1, centered: true, convention: Convention.Torch) },
        { "Adadelta", () => new Adadelta(0.1) },
        { "Adadelta of PyTorch", () => new Adadelta(0.1, convention: Convention.Torch) },
        { "Adagrad", () => new Adagrad(0.1) },
        { "Adagrad of PyTorch", () => new Adagrad(0.1, convention: Convention.Torch) },
        { "Adam", () => new Adam(0.1) },
        { "Adam of PyTorch", () => new Adam(0.1, convention: Convention.Torch) },
        { "AMSGrad", () => new Adam(0.1, amsgrad: true) },
        { "AMSGrad of PyTorch", () => new Adam(0.1, amsgrad: true, convention: Convention.Torch) },
        { "AdamW", () => new AdamW(0.1) },
        { "Adamax", () => new Adamax(0.1) },
        { "Adamax of PyTorch", () => new Adamax(0.1, convention: Convention.Torch) },
        { "Nadam", () => new Nadam(0.1) },
        { "Lamb", () => new Lamb(0.1) },
        { "Adafactor", () => new Adafactor(0.1) },
        { "Ftrl", () => new Ftrl(0.1) },
        { "Lion", () => new Lion(0.1) },
    };

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Gradients_whose_squares_overflow_make_no_weight_NaN(string name, Func<Optimizer> create)
    {
        foreach (var shape in new Shape[] { [1], [40], [3, 5] })
        {
            foreach (var dtype in new[] { DType.Float32, DType.Float64 })
            {
                var optimizer = create();
                var variable = new Variable(Ones(shape, dtype));
                foreach (var gradient in new[] { 1, dtype == DType.Float32 ? 1e25 : 1e200, 1, -1e20, 0, 1, 1 })
                {
                    optimizer.Apply([variable], [Full(shape, gradient, dtype)]);
                    Assert.True(IsFinite(variable).All().Item<bool>(), $"{name} of {dtype} after {gradient}: {variable}");
                }
            }
        }
    }

    [Fact]
    public void A_variance_that_rounds_below_0_is_0()
    {
        foreach (var convention in Enum.GetValues<Convention>())
        {
            var optimizer = new RMSprop(1e-6, centered: true, convention: convention);
            var variable = new Variable(Ones(20));
            for (var i = 0; i < 300; i++)
            {
                optimizer.Apply([variable], [Full([20], 1e4 + i % 2)]);
            }
            Assert.True(IsFinite(variable).All().Item<bool>(), $"{variable}");
        }
    }
}
