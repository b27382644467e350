using static Autograd.Tensor;
using static Autograd.Tests.Tape.Numbers;

namespace Autograd.Tests.Tape;

/// <summary>The reverse pass visits each recorded operation at most once and each source once: N + P visits, whatever the graph.</summary>
public class TapeCost
{
    private static TapeStatistics Statistics(Func<Tensor, Tensor> of, double expected)
    {
        var x = Scalar(1);
        using var tape = new GradientTape();
        tape.Watch(x);
        var y = of(x);
        Assert.Equal(expected, tape.Gradient(y, x)!.Item());
        return tape.Statistics;
    }

    [Fact]
    public void Thirty_stacked_squares_are_thirty_visits_not_a_thousand_million() =>
        Assert.Equal(30, Statistics(x => Enumerable.Range(0, 30).Aggregate(x, (y, _) => y * y), 1 << 30).OperationsVisited);

    [Fact]
    public void Thirty_stacked_diamonds_of_three_operations_are_ninety_visits()
    {
        var statistics = Statistics(x => Enumerable.Range(0, 30).Aggregate(x, (y, _) => -y - (-y - (y * 2))), 1 << 30);
        Assert.InRange(statistics.OperationsVisited, 90, 150);
        Assert.Equal(1, statistics.SourcesVisited);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(1000)]
    [InlineData(20_000)]
    public void A_chain_costs_its_length(int length)
    {
        var statistics = Statistics(x => Enumerable.Range(0, length).Aggregate(x, (y, _) => -y), length % 2 == 0 ? 1 : -1);
        Assert.Equal(new TapeStatistics(length + 1, length, 1), statistics);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(5000)]
    public void A_wide_graph_costs_its_size(int width)
    {
        var statistics = Statistics(x => Stack([.. Enumerable.Range(0, width).Select(i => x * i)]).Sum(), width * (width - 1) / 2.0);
        // A product and a new axis each, one join, one sum.
        Assert.Equal((2 * width) + 2, statistics.OperationsVisited);
    }

    [Fact]
    public void Only_what_leads_from_the_sources_to_the_target_is_visited()
    {
        var (x, w) = (Scalar(2), new Variable(Scalar(3)));
        using var tape = new GradientTape(persistent: true);
        tape.Watch(x);
        var early = Enumerable.Range(0, 50).Aggregate(x, (y, _) => -y);
        var late = early * w;
        _ = Enumerable.Range(0, 50).Aggregate(late, (y, _) => -y);
        Same([2], tape.Gradient(late, w));
        Assert.Equal(1, tape.Statistics.OperationsVisited);
        Same([3], tape.Gradient(late, x));
        Assert.Equal(51, tape.Statistics.OperationsVisited);
        Assert.Equal(2, tape.Gradient(late, [w, x]).Length);
        Assert.Equal((51, 2), (tape.Statistics.OperationsVisited, tape.Statistics.SourcesVisited));
    }

    [Fact]
    public void A_gradient_nobody_asked_for_is_never_computed()
    {
        var (x, w) = (Scalar(2), Scalar(3));
        var calls = 0;
        using var tape = new GradientTape(persistent: true);
        tape.Watch(x, w);
        var expensive = CustomGradient(x, v => v * 1, (dy, _, _) =>
        {
            calls++;
            return dy;
        });
        var y = expensive * w;
        Same([2], tape.Gradient(y, w));
        Same([2], tape.Gradient([y], [w])[0]);
        Assert.Equal(0, calls);
        Same([3], tape.Gradient(y, x));
        Assert.Equal(1, calls);
    }

    [Fact]
    public void A_million_operations_differentiate_without_recursion()
    {
        const int Length = 1_000_000;
        var x = Scalar(3);
        using var tape = new GradientTape();
        tape.Watch(x);
        var y = x;
        for (var i = 0; i < Length; i++)
        {
            y = -y;
        }
        Same([1], tape.Gradient(y, x));
        Assert.Equal(Length, tape.Statistics.OperationsVisited);
    }

    [Fact]
    public void A_long_chain_is_explained_without_recursion()
    {
        var x = Scalar(3);
        using var tape = new GradientTape();
        tape.Watch(x);
        var y = Enumerable.Range(0, 100_000).Aggregate(x, (z, _) => -z);
        Assert.Contains("100000 operations", tape.Explain(y, x), StringComparison.Ordinal);
    }
}
