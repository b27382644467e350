using Autograd.Tests.Reports;

namespace Autograd.Tests;

public class TensorFormatterTests
{
    private static readonly Tensor s_count = Tensor.Arange(24).Reshape([2, 3, 4]);

    public static TheoryData<string, Tensor, string> Table => new()
    {
        { "matrix", new float[,] { { 1, 2.5f, -3 }, { 0, 0.5f, 100 } }, "[[  1.0,   2.5,  -3.0],\n [  0.0,   0.5, 100.0]]  shape [2,3] Float32" },
        { "small mixed", new float[,] { { 1, 2.5f }, { 0, 1e-5f } }, "[[1.0e+00, 2.5e+00],\n [0.0e+00, 1.0e-05]]  shape [2,2] Float32" },
        { "large", new double[] { 1e8, -2.5 }, "[ 1.0e+08, -2.5e+00]  shape [2] Float64" },
        { "three digits of exponent", new double[] { 1e-300, 1 }, "[1.0e-300,  1.0e+00]  shape [2] Float64" },
        { "below large", new float[] { 16777216, 0.5f }, "[16777216.0,        0.5]  shape [2] Float32" },
        { "decimals of all", new double[] { 1.25, 2, 3.125 }, "[1.250, 2.000, 3.125]  shape [3] Float64" },
        { "four decimals", new double[] { 1.0 / 3, 2 }, "[0.3333, 2.0000]  shape [2] Float64" },
        { "zeros", Tensor.Zeros([3]), "[0.0, 0.0, 0.0]  shape [3] Float32" },
        { "minus zero", new double[] { -0.0, 1 }, "[-0.0,  1.0]  shape [2] Float64" },
        { "not numbers", new float[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0.25f }, "[ nan,  inf, -inf, 0.25]  shape [4] Float32" },
        { "int", new int[] { -10, 5 }, "[-10,   5]  shape [2] Int32" },
        { "long", new long[] { long.MinValue, 1 }, "[-9223372036854775808,                    1]  shape [2] Int64" },
        { "bool", new bool[] { true, false }, "[ true, false]  shape [2] Bool" },
        { "cube", s_count, "[[[ 0,  1,  2,  3],\n  [ 4,  5,  6,  7],\n  [ 8,  9, 10, 11]],\n\n [[12, 13, 14, 15],\n  [16, 17, 18, 19],\n  [20, 21, 22, 23]]]  shape [2,3,4] Int64" },
        { "transposed", s_count[0].T, "[[ 0,  4,  8],\n [ 1,  5,  9],\n [ 2,  6, 10],\n [ 3,  7, 11]]  shape [4,3] Int64" },
        { "reversed slice", s_count[1, 1].Flip(), "[19, 18, 17, 16]  shape [4] Int64" },
        { "broadcast", Tensor.From([1f, 2f]).BroadcastTo([2, 2]), "[[1.0, 2.0],\n [1.0, 2.0]]  shape [2,2] Float32" },
        { "1000 are not cut", Tensor.Zeros([1000], DType.Int32), $"[{string.Join(",\n ", Enumerable.Repeat("0", 1000).Chunk(33).Select(line => string.Join(", ", line)))}]  shape [1000] Int32" },
        { "rounded", Tensor.From([1.00001f, 2f]), "[1.0000, 2.0000]  shape [2] Float32" },
        { "tenths are exact", Tensor.From([0.1f, 0.25f]), "[0.10, 0.25]  shape [2] Float32" },
        { "vector cut", Tensor.Arange(1001), "[   0,    1,    2, ...,  998,  999, 1000]  shape [1001] Int64" },
        { "short axis not cut", Tensor.Arange(2000).Reshape([2, 1000]), "[[   0,    1,    2, ...,  997,  998,  999],\n [1000, 1001, 1002, ..., 1997, 1998, 1999]]  shape [2,1000] Int64" },
        { "rows cut", Tensor.Arange(2000).Reshape([1000, 2]), "[[   0,    1],\n [   2,    3],\n [   4,    5],\n ...,\n [1994, 1995],\n [1996, 1997],\n [1998, 1999]]  shape [1000,2] Int64" },
        { "cut part sets no width", Tensor.Full([1], 1e30).Pad([(5000, 5000)]), "[0.0, 0.0, 0.0, ..., 0.0, 0.0, 0.0]  shape [10001] Float32" },
        { "empty", Tensor.Zeros([0, 3]), "[]  shape [0,3] Float32" },
        { "32 axes", Tensor.Ones([.. Enumerable.Repeat(1, 32)], DType.Int32), $"{new string('[', 32)}1{new string(']', 32)}  shape [{string.Join(",", Enumerable.Repeat(1, 32))}] Int32" },
        { "float scalar", Tensor.Full([], 3.5), "3.5 (Float32 scalar)" },
        { "whole scalar", Tensor.Full([], -2, DType.Float64), "-2.0 (Float64 scalar)" },
        { "all digits of a float", Tensor.Full([], 0.1), "0.1 (Float32 scalar)" },
        { "all digits of a double", Tensor.Full([], 1.0 / 3, DType.Float64), "0.3333333333333333 (Float64 scalar)" },
        { "tiny scalar", Tensor.Full([], 1e-20, DType.Float64), "1e-20 (Float64 scalar)" },
        { "nan scalar", Tensor.Full([], double.NaN), "nan (Float32 scalar)" },
        { "minus infinite scalar", Tensor.Full([], double.NegativeInfinity), "-inf (Float32 scalar)" },
        { "int scalar", Tensor.Full([], -7, DType.Int32), "-7 (Int32 scalar)" },
        { "bool scalar", Tensor.Full([], 1, DType.Bool), "true (Bool scalar)" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Prints_the_same_in_every_culture(string name, Tensor x, string expected)
    {
        Assert.NotEmpty(name);
        Assert.Equal(expected, x.ToString());
        foreach (var culture in Cultures.Names)
        {
            using var scope = Cultures.Enter(culture);
            Assert.Equal(expected, x.ToString());
        }
    }

    [Fact]
    public void Many_short_axes_do_not_blow_up()
    {
        var text = Tensor.Zeros([.. Enumerable.Repeat(2, 24)], DType.Bool).ToString();
        Assert.InRange(text.Length, 10_000, 300_000);
        Assert.Contains("...]", text, StringComparison.Ordinal);
        Assert.Equal(text.Count(c => c == '['), text.Count(c => c == ']'));
    }

    [Fact]
    public void A_large_view_is_printed_without_reading_all_of_it()
    {
        // 10^12 bytes if it were copied.
        Assert.Throws<ShapeException>(() => Tensor.Ones([1]).BroadcastTo([1_000_000, 1_000_000]));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.StartsWith("[[1.0, 1.0, 1.0, ..., 1.0", Tensor.Ones([1]).BroadcastTo([40_000, 40_000]).ToString(), StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void A_disposed_tensor_says_so()
    {
        var x = Tensor.Ones([2, 3]);
        x.Dispose();
        Assert.Equal("disposed tensor, shape [2,3], Float32", x.ToString());
    }

    [Fact]
    public void A_variable_shows_its_name_and_printing_does_not_disturb_a_tape()
    {
        var w = new Variable(Tensor.From([1f, 2f]), name: "weights");
        using var tape = new GradientTape();
        var y = w * w;
        var recorded = tape.ToString();
        Assert.Equal("weights = [1.0, 2.0]  shape [2] Float32", w.ToString());
        Assert.Equal("[1.0, 4.0]  shape [2] Float32", y.ToString());
        Assert.Equal(recorded, tape.ToString());
    }

    [Fact]
    public void A_format_is_that_of_the_numbers()
    {
        var (loss, german) = (Tensor.From([0.12345f], []), System.Globalization.CultureInfo.GetCultureInfo("de-DE"));
        Assert.Equal("0.123", $"{loss:F3}");
        Assert.Equal("0,123", string.Create(german, $"{loss:F3}"));
        Assert.Equal("12.3 %", loss.ToString("0.0 %", System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(loss.ToString(), $"{loss}");
        Assert.Equal("0007", $"{Tensor.From<int>([7], []):D4}");
        Assert.Equal("[[ 1.50, -2.00],\n [10.00,  0.25]]", $"{Tensor.From([1.5f, -2, 10, 0.25f], [2, 2]):F2}");
        Assert.Equal("[]", $"{Tensor.Zeros(0, 2):F2}");
        Assert.Equal("1.50", $"{new Variable(Tensor.From([1.5], [])):F2}");
        Assert.Throws<FormatException>(() => loss.ToString("D2", null));
    }
}
