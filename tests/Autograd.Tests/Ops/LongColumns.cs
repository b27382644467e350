using static Autograd.Tensor;

namespace Autograd.Tests.Ops;

/// <summary>Columns are reduced in blocks of rows and ranges of columns; the results are those of one element after the other.</summary>
public class LongColumns
{
    // Around blocks of 256 rows and ranges of 4096 columns, below and above what several threads share.
    [Theory]
    [InlineData(1, 70_000)]
    [InlineData(7, 8195)]
    [InlineData(256, 130)]
    [InlineData(257, 33)]
    [InlineData(513, 4100)]
    [InlineData(1600, 31)]
    [InlineData(30_001, 3)]
    public void Equal_one_element_at_a_time(int rows, int columns)
    {
        var x = (Arange(rows * columns) * 7919 % 1009).Reshape(rows, columns);
        var values = x.ToArray<long>();
        var (sum, max, min) = (new long[columns], new long[columns], new long[columns]);
        Array.Fill(max, long.MinValue);
        Array.Fill(min, long.MaxValue);
        for (var i = 0; i < values.Length; i++)
        {
            var column = i % columns;
            sum[column] += values[i];
            max[column] = Math.Max(max[column], values[i]);
            min[column] = Math.Min(min[column], values[i]);
        }
        // The sums are integers that single precision holds exactly.
        foreach (var dtype in new[] { DType.Int64, DType.Float32, DType.Float64 })
        {
            var converted = x.Cast(dtype);
            Assert.Equal(sum, converted.Sum(0).Cast(DType.Int64).ToArray<long>());
            Assert.Equal(max, converted.Max(0).Cast(DType.Int64).ToArray<long>());
            Assert.Equal(min, converted.Min(0).Cast(DType.Int64).ToArray<long>());
        }
    }
}
