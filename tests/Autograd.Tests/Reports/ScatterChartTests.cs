using Autograd.Reports;

namespace Autograd.Tests.Reports;

public class ScatterChartTests
{
    [Fact]
    public void Points_say_group_x_and_y()
        => Assert.Equal(
            ["setosa: length 1.4, width 0.2", "virginica: length 5.6, width 2.2"],
            new Drawing(new ScatterChart("t", "length", "width").Add("setosa", [1.4], [0.2]).Add("virginica", [5.6], [2.2])).Hovers("path", "point"));

    [Theory]
    [InlineData(double.NaN, 1)]
    [InlineData(1, double.NaN)]
    [InlineData(double.NegativeInfinity, 1)]
    public void Points_that_cannot_be_drawn_are_left_out(double x, double y)
        => Assert.Equal(2, new Drawing(new ScatterChart("t").Add("a", [0, x, 2], [0, y, 2])).Hovers("path", "point").Length);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void Few_or_equal_points_are_drawn(int count)
        => Assert.Equal(count, new Drawing(new ScatterChart("t").Add("a", new double[count], new double[count])).Hovers("path", "point").Length);

    [Theory]
    [InlineData(200, 200, 0)]
    [InlineData(201, 0, 201)]
    [InlineData(2000, 0, 2000)]
    public void A_large_group_is_one_path(int count, int markers, int dots)
    {
        double[] values = [.. Enumerable.Range(0, count).Select(i => (double)i)];
        var drawing = new Drawing(new ScatterChart("t").Add("a", values, values));
        Assert.Equal(markers, drawing.Hovers("path", "point").Length);
        Assert.Equal(dots, drawing.Lines("cloud").Sum(path => path.Count(letter => letter == 'M')));
    }

    [Fact]
    public void A_hundred_thousand_points_make_a_small_picture()
    {
        // Multiples of the golden ratio fill the square evenly.
        double[] xs = [.. Enumerable.Range(0, 100_000).Select(i => i * 0.6180339887498949 % 1)];
        double[] ys = [.. Enumerable.Range(0, 100_000).Select(i => i / 1e5)];
        Assert.InRange(new ScatterChart("t").Add("a", xs, ys).ToSvg().Length, 50_000, 200_000);
    }

    [Fact]
    public void Groups_of_unequal_length_are_named_with_both_lengths()
        => Assert.Contains(
            "Series 'setosa' has 1 x values but 2 y values.",
            Assert.Throws<ArgumentException>(() => new ScatterChart("t").Add("setosa", [1], [1, 2])).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Every_culture_gives_the_same_picture()
    {
        var chart = new ScatterChart("t").Add("a", [-1.5, 2.25], [0.125, 3.5]);
        var expected = chart.ToSvg();
        foreach (var culture in Cultures.Names)
        {
            using var scope = Cultures.Enter(culture);
            Assert.Equal(expected, chart.ToSvg());
        }
    }
}
