using static Autograd.Tensor;

namespace Autograd.Tests.Models;

/// <summary>C# arrays where tensors are asked for.</summary>
public class ArrayTests
{
    private static readonly Dictionary<string, (Tensor One, Tensors Several, DType DType, int[] Shape)> s_rows = Table();

    private static Dictionary<string, (Tensor One, Tensors Several, DType DType, int[] Shape)> Table() => new()
    {
        ["float[]"] = (new float[] { 1, 0 }, new float[] { 1, 0 }, DType.Float32, [2]),
        ["float[,]"] = (new float[,] { { 1, 0 } }, new float[,] { { 1, 0 } }, DType.Float32, [1, 2]),
        ["float[,,]"] = (new float[,,] { { { 1 }, { 0 } } }, new float[,,] { { { 1 }, { 0 } } }, DType.Float32, [1, 2, 1]),
        ["float[,,,]"] = (new float[,,,] { { { { 1 } }, { { 0 } } } }, new float[,,,] { { { { 1 } }, { { 0 } } } }, DType.Float32, [1, 2, 1, 1]),
        ["double[]"] = (new double[] { 1, 0 }, new double[] { 1, 0 }, DType.Float64, [2]),
        ["double[,]"] = (new double[,] { { 1, 0 } }, new double[,] { { 1, 0 } }, DType.Float64, [1, 2]),
        ["double[,,]"] = (new double[,,] { { { 1 }, { 0 } } }, new double[,,] { { { 1 }, { 0 } } }, DType.Float64, [1, 2, 1]),
        ["double[,,,]"] = (new double[,,,] { { { { 1 } }, { { 0 } } } }, new double[,,,] { { { { 1 } }, { { 0 } } } }, DType.Float64, [1, 2, 1, 1]),
        ["int[]"] = (new int[] { 1, 0 }, new int[] { 1, 0 }, DType.Int32, [2]),
        ["int[,]"] = (new int[,] { { 1, 0 } }, new int[,] { { 1, 0 } }, DType.Int32, [1, 2]),
        ["int[,,]"] = (new int[,,] { { { 1 }, { 0 } } }, new int[,,] { { { 1 }, { 0 } } }, DType.Int32, [1, 2, 1]),
        ["int[,,,]"] = (new int[,,,] { { { { 1 } }, { { 0 } } } }, new int[,,,] { { { { 1 } }, { { 0 } } } }, DType.Int32, [1, 2, 1, 1]),
        ["long[]"] = (new long[] { 1, 0 }, new long[] { 1, 0 }, DType.Int64, [2]),
        ["long[,]"] = (new long[,] { { 1, 0 } }, new long[,] { { 1, 0 } }, DType.Int64, [1, 2]),
        ["long[,,]"] = (new long[,,] { { { 1 }, { 0 } } }, new long[,,] { { { 1 }, { 0 } } }, DType.Int64, [1, 2, 1]),
        ["long[,,,]"] = (new long[,,,] { { { { 1 } }, { { 0 } } } }, new long[,,,] { { { { 1 } }, { { 0 } } } }, DType.Int64, [1, 2, 1, 1]),
        ["bool[]"] = (new bool[] { true, false }, new bool[] { true, false }, DType.Bool, [2]),
        ["bool[,]"] = (new bool[,] { { true, false } }, new bool[,] { { true, false } }, DType.Bool, [1, 2]),
        ["bool[,,]"] = (new bool[,,] { { { true }, { false } } }, new bool[,,] { { { true }, { false } } }, DType.Bool, [1, 2, 1]),
        ["bool[,,,]"] = (new bool[,,,] { { { { true } }, { { false } } } }, new bool[,,,] { { { { true } }, { { false } } } }, DType.Bool, [1, 2, 1, 1]),
        ["byte[]"] = (new byte[] { 1, 0 }, new byte[] { 1, 0 }, DType.Float32, [2]),
        ["byte[,]"] = (new byte[,] { { 1, 0 } }, new byte[,] { { 1, 0 } }, DType.Float32, [1, 2]),
        ["byte[,,]"] = (new byte[,,] { { { 1 }, { 0 } } }, new byte[,,] { { { 1 }, { 0 } } }, DType.Float32, [1, 2, 1]),
        ["byte[,,,]"] = (new byte[,,,] { { { { 1 } }, { { 0 } } } }, new byte[,,,] { { { { 1 } }, { { 0 } } } }, DType.Float32, [1, 2, 1, 1]),
    };

    public static TheoryData<string> Names => [.. s_rows.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Become_tensors(string name)
    {
        var (one, several, dtype, shape) = s_rows[name];
        foreach (var x in new[] { one, several.Single })
        {
            Assert.Equal(dtype, x.DType);
            Assert.Equal(shape, x.Shape);
            Assert.Equal([1.0, 0.0], x.Cast(DType.Float64).ToArray<double>());
        }
    }

    [Fact]
    public void Go_straight_into_a_model()
    {
        var m = new Sequential([new Dense(1, kernelInitializer: "ones", inputShape: [1])]);
        m.Compile(new SGD(0.1), "mse");
        Assert.Equal(0, m.TrainOnBatch(new float[,] { { 1 } }, new float[,] { { 1 } })["loss"]);
        Assert.Equal(0, m.Fit(new float[,] { { 1 }, { 2 } }, new float[,] { { 1 }, { 2 } }, verbose: 0)["loss"][^1]);
        Assert.Equal(0, m.Fit(new double[,] { { 1 }, { 2 } }, new int[,] { { 1 }, { 2 } }, verbose: 0, validationData: (new float[,] { { 1 } }, new float[,] { { 1 } }))["val_loss"][^1]);
        Assert.Equal(0, m.Evaluate(new float[,] { { 1 } }, new float[,] { { 1 } }, verbose: 0)["loss"]);
        Assert.Equal([3f], m.Predict(new float[,] { { 3 } }).ToArray<float>());
        Assert.Equal([3f], m.Apply(new float[,] { { 3 } }).ToArray<float>());
    }

    [Fact]
    public void Null_is_refused_by_name() => Assert.Equal("values", Assert.Throws<ArgumentNullException>(() => (Tensors)(float[,])null!).ParamName);

    [Theory]
    [InlineData(9007199254740993)]
    [InlineData(-9007199254740993)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    [InlineData(3)]
    public void Whole_numbers_fill_exactly(long value)
    {
        Assert.Equal([value, value], Full([2], value, DType.Int64).ToArray<long>());
        Assert.Equal([(float)value], Full([1], value).ToArray<float>());
        Assert.Equal(DType.Float32, Full([1], 3).DType);
    }
}
