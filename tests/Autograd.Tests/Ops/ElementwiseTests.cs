using System.Globalization;

namespace Autograd.Tests.Ops;

/// <summary>Values of the elementwise rows of <see cref="OpTable"/> against references in double precision, everywhere and in every place of a vector.</summary>
public sealed class ElementwiseTests
{
    /// <summary>More than four vectors of the widest kind, and all the tails on the way.</summary>
    private const int Longest = 67;

    private static readonly double[] s_special =
    [
        double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0.0, -0.0,
        float.Epsilon, -float.Epsilon, 1e-40, -1e-40, 1.17549435e-38, 1e-30, -1e-30, 1e-8, -1e-8, 1e-3, -1e-3,
        0.5, -0.5, 1, -1, 1.5, 2, -2, 2.5, 3, -3, 6, 10, -10, 20, -20, 50, -50, 88, -88, 100, -100, 1e4, -1e4, 1e9, -1e9, 1e15, -1e15, 1e30, -1e30,
        float.MaxValue, -float.MaxValue,
    ];

    private static readonly double[] s_specialDouble =
    [
        .. s_special, double.Epsilon, -double.Epsilon, 1e-310, -1e-310, 2.2250738585072014e-308, 1e-200, 1e-17, -1e-17, 700, -700, -745, 1e100, -1e100, 1e300, -1e300,
        double.MaxValue, -double.MaxValue,
    ];

    public static TheoryData<string> OneOperand => [.. OpTable.Rows.Values.Where(row => row.Unary is not null).Select(row => row.Name)];

    public static TheoryData<string> TwoOperands => [.. OpTable.Rows.Values.Where(row => row.Binary is not null).Select(row => row.Name)];

    [Theory]
    [MemberData(nameof(OneOperand))]
    public void Values_are_within_the_bound_at_every_length(string name)
    {
        var row = OpTable.Rows[name];
        var comparison = new Comparison(row);
        var doubles = Spread(row, 0);
        var singles = Array.ConvertAll(doubles, x => (float)x);
        var wholeSingle = row.Call([Tensor.From(singles)]).ToArray<float>();
        var wholeDouble = row.Call([Tensor.From(doubles)]).ToArray<double>();
        for (var i = 0; i < Longest; i++)
        {
            comparison.Single(row.Unary!(singles[i]), wholeSingle[i], singles[i]);
            comparison.Double(row.Unary!(doubles[i]), wholeDouble[i], doubles[i]);
        }
        for (var length = 0; length <= Longest; length++)
        {
            // A view from any place on: what an element gives depends neither on its neighbours nor on the end.
            var start = Longest - length;
            Assert.Equal(wholeSingle[start..], row.Call([Tensor.From(singles)[start..]]).ToArray<float>());
            Assert.Equal(wholeSingle[..length], row.Call([Tensor.From(singles[..length])]).ToArray<float>());
            Assert.Equal(wholeDouble[start..], row.Call([Tensor.From(doubles)[start..]]).ToArray<double>());
            Assert.Equal(wholeDouble[..length], row.Call([Tensor.From(doubles[..length])]).ToArray<double>());
        }
        comparison.AssertNone();
    }

    [Theory]
    [MemberData(nameof(OneOperand))]
    public void Special_values_are_those_of_the_reference(string name)
    {
        var row = OpTable.Rows[name];
        var comparison = new Comparison(row);
        var singles = Array.ConvertAll(s_special, x => (float)x);
        var ySingle = row.Call([Tensor.From(singles)]).ToArray<float>();
        for (var i = 0; i < singles.Length; i++)
        {
            comparison.Single(row.Unary!(singles[i]), ySingle[i], singles[i]);
        }
        var yDouble = row.Call([Tensor.From(s_specialDouble)]).ToArray<double>();
        for (var i = 0; i < s_specialDouble.Length; i++)
        {
            comparison.Double(row.Unary!(s_specialDouble[i]), yDouble[i], s_specialDouble[i]);
        }
        comparison.AssertNone();
    }

    [Theory]
    [MemberData(nameof(TwoOperands))]
    public void Values_of_pairs_are_within_the_bound_at_every_length(string name)
    {
        var row = OpTable.Rows[name];
        var comparison = new Comparison(row);
        double[] xs = Spread(row, 0), ys = Spread(row, 1);
        float[] singleXs = Array.ConvertAll(xs, x => (float)x), singleYs = Array.ConvertAll(ys, y => (float)y);
        var wholeSingle = row.Call([Tensor.From(singleXs), Tensor.From(singleYs)]).ToArray<float>();
        var wholeDouble = row.Call([Tensor.From(xs), Tensor.From(ys)]).ToArray<double>();
        for (var i = 0; i < Longest; i++)
        {
            comparison.Single(row.Binary!(singleXs[i], singleYs[i]), wholeSingle[i], singleXs[i], singleYs[i]);
            comparison.Double(row.Binary!(xs[i], ys[i]), wholeDouble[i], xs[i], ys[i]);
        }
        for (var length = 0; length <= Longest; length++)
        {
            var start = Longest - length;
            Assert.Equal(wholeSingle[start..], row.Call([Tensor.From(singleXs)[start..], Tensor.From(singleYs[start..])]).ToArray<float>());
            Assert.Equal(wholeDouble[start..], row.Call([Tensor.From(xs[start..]), Tensor.From(ys)[start..]]).ToArray<double>());
            Assert.Equal(wholeDouble[..length], row.Call([Tensor.From(xs[..length]), Tensor.From(ys[..length])]).ToArray<double>());
        }
        // A scalar beside a vector is the vector of that scalar.
        var scalar = row.Call([Tensor.From(xs), Tensor.From([ys[5]])]).ToArray<double>();
        Assert.Equal(row.Call([Tensor.From(xs), Tensor.From(Enumerable.Repeat(ys[5], Longest).ToArray())]).ToArray<double>(), scalar);
        comparison.AssertNone();
    }

    [Theory]
    [MemberData(nameof(TwoOperands))]
    public void Special_pairs_are_those_of_the_reference(string name)
    {
        var row = OpTable.Rows[name];
        var comparison = new Comparison(row);
        var singles = Array.ConvertAll(s_special, x => (float)x);
        var ySingle = row.Call([Tensor.From(singles).ExpandDims(1), Tensor.From(singles)]).ToArray<float>();
        var yDouble = row.Call([Tensor.From(s_specialDouble).ExpandDims(1), Tensor.From(s_specialDouble)]).ToArray<double>();
        for (var i = 0; i < singles.Length; i++)
        {
            for (var j = 0; j < singles.Length; j++)
            {
                comparison.Single(row.Binary!(singles[i], singles[j]), ySingle[(i * singles.Length) + j], singles[i], singles[j]);
            }
        }
        for (var i = 0; i < s_specialDouble.Length; i++)
        {
            for (var j = 0; j < s_specialDouble.Length; j++)
            {
                comparison.Double(
                        row.Binary!(s_specialDouble[i], s_specialDouble[j]), yDouble[(i * s_specialDouble.Length) + j], s_specialDouble[i], s_specialDouble[j]);
            }
        }
        comparison.AssertNone();
    }

    private static double[] Spread(OpRow row, int operand) => row.Inputs[operand].IsFixed
        ? [.. Enumerable.Repeat(row.Inputs[operand].Fixed!.Item(), Longest)]
        : row.Inputs[operand].Sample!(new Random(100 + operand), Longest);

    /// <summary>Gathers all deviations of a row, so that a failure shows its extent.</summary>
    private sealed class Comparison(OpRow row)
    {
        private readonly List<string> _deviations = [];
        private double _worst;

        public void Single(double expected, float actual, params ReadOnlySpan<double> operands)
        {
            var size = Math.Max(Math.Abs(expected), Math.Max(row.Bound.Scale, row.Bound.Normals * 1.1754943508222875e-38));
            var unit = size < 1.1754943508222875e-38 ? float.Epsilon : (double)(MathF.BitIncrement((float)size) - (float)size);
            Compare("float32", expected, (float)expected, actual, unit, row.Bound.Single, float.MaxValue, operands);
        }

        public void Double(double expected, double actual, params ReadOnlySpan<double> operands)
        {
            var size = Math.Max(Math.Abs(expected), Math.Max(row.Bound.Scale, row.Bound.Normals * 2.2250738585072014e-308));
            var unit = size < 2.2250738585072014e-308 ? double.Epsilon : size - Math.BitDecrement(size);
            Compare("float64", expected, expected, actual, unit, row.Bound.Double, double.MaxValue, operands);
        }

        public void AssertNone()
        {
            if (_deviations.Count > 0)
            {
                Assert.Fail($"{row.Name}: {_deviations.Count} deviations, up to {_worst:G4} units. {string.Join("; ", _deviations.Take(12))}");
            }
        }

        private void Compare(string type, double expected, double rounded, double actual, double unit, double bound, double largest, ReadOnlySpan<double> operands)
        {
            if (rounded.Equals(actual) || rounded == actual)
            {
                return;
            }
            var error = Math.Abs(actual - expected) / unit;
            var bothFinite = double.IsFinite(rounded) && double.IsFinite(actual);
            // Where only one of the two overflows, the other must be all but there.
            var atTheEnd = double.IsInfinity(actual) && Math.Sign(actual) == Math.Sign(expected) && Math.Abs(expected) >= largest * (1 - 1e-6);
            if (atTheEnd || (bothFinite && error <= bound))
            {
                return;
            }
            _worst = Math.Max(_worst, error);
            var given = string.Join(", ", operands.ToArray().Select(x => x.ToString("R", CultureInfo.InvariantCulture)));
            _deviations.Add(FormattableString.Invariant($"{type} ({given}) gives {actual:R}, reference {expected:R}"));
        }
    }
}
