using static Autograd.Tensor;

namespace Autograd.Tests.Ops;

/// <summary>Rows of a few elements run many at a time, as columns or laid out in full; the results are those of one row at a time.</summary>
public class ShortRows
{
    public static TheoryData<int, DType> Lengths()
    {
        var data = new TheoryData<int, DType>();
        foreach (var length in Enumerable.Range(1, 18).Append(32).Append(33))
        {
            data.Add(length, DType.Float32);
            data.Add(length, DType.Float64);
        }
        data.Add(3, DType.Int32);
        return data;
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Equal_one_row_at_a_time(int n, DType dtype)
    {
        foreach (var rows in (int[])[1, 2, 15, 16, 17, 90])
        {
            var x = (RandomNormal([rows, n], seed: n) * 8).Cast(dtype);
            var column = (RandomNormal([rows, 1], seed: n + 1) * 8).Cast(dtype);
            var bias = (RandomNormal([n], seed: n + 2) * 8).Cast(dtype);
            var everySecond = (RandomNormal([rows, 2 * n], seed: n + 3) * 8).Cast(dtype)[.., Every(.., 2)];
            Compare("sum", x.Sum(1), i => x[i].Sum());
            Compare("times a column", x * column, i => x[i] * column[i, 0]);
            Compare("a column less", column - x, i => column[i, 0] - x[i]);
            Compare("bias", x + bias, i => x[i] + bias);
            Compare("bias less", bias - x, i => bias - x[i]);
            Compare("column and row", column + bias, i => column[i, 0] + bias);
            Compare("every second", x + everySecond, i => x[i] + everySecond[i]);
            if (dtype.IsFloating())
            {
                Compare("softmax", Softmax(x), i => Softmax(x[i]), 1e-6);
                Compare("log softmax", LogSoftmax(x), i => LogSoftmax(x[i]), 1e-5);
                Compare("softmax pullback", Pullback(x), i => Pullback(x[i]), 1e-6);
            }

            void Compare(string what, Tensor all, Func<int, Tensor> one, double tolerance = 0)
            {
                for (var i = 0; i < rows; i++)
                {
                    // Sums of a row may be taken in another order.
                    var (got, expected) = (all[i].Cast(DType.Float64).ToArray<double>(), one(i).Cast(DType.Float64).ToArray<double>());
                    var allowed = what == "sum" ? 1e-4 : tolerance;
                    if (got.Zip(expected).Any(pair => !(Math.Abs(pair.First - pair.Second) <= allowed)))
                    {
                        Assert.Fail($"{what} of row {i} of {rows}: {all[i]}, not {one(i)}");
                    }
                }
            }
        }
    }

    private static Tensor Pullback(Tensor x)
    {
        using var tape = new GradientTape();
        tape.Watch(x);
        return tape.Gradient((Softmax(x) * Arange(0, x.Shape[^1]).Cast(x.DType)).Sum(), x)!;
    }

    /// <summary>The bias goes on in place; nothing else may be different.</summary>
    [Theory]
    [InlineData(120, 4, 16)]
    [InlineData(120, 16, 3)]
    [InlineData(7, 300, 33)]
    [InlineData(200, 70, 200)]
    [InlineData(0, 4, 3)]
    [InlineData(5, 0, 3)]
    public void Linear_has_the_bits_of_a_product_and_a_sum(int rows, int inputs, int outputs)
    {
        var (x, w, b) = (RandomNormal([rows, inputs], seed: 1), RandomNormal([inputs, outputs], seed: 2), RandomNormal([outputs], seed: 3));
        Assert.Equal((MatMul(x, w) + b).ToArray<float>(), Linear(x, w, b).ToArray<float>());
        using var tape = new GradientTape(persistent: true);
        tape.Watch(x, w, b);
        var (fused, apart) = (Square(Linear(x, w, b)), Square(MatMul(x, w) + b));
        foreach (var source in (Tensor[])[x, w, b])
        {
            Assert.Equal(tape.Gradient(apart, source)!.ToArray<float>(), tape.Gradient(fused, source)!.ToArray<float>());
        }
    }
}
