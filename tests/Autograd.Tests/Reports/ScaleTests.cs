using Autograd.Reports;

namespace Autograd.Tests.Reports;

public class ScaleTests
{
    [Theory]
    [InlineData(0, 1, 6, "0.0 0.2 0.4 0.6 0.8 1.0")]
    [InlineData(0, 50, 6, "0 10 20 30 40 50")]
    [InlineData(0.103, 1.225, 6, "0.0 0.2 0.4 0.6 0.8 1.0 1.2 1.4")]
    [InlineData(-3, 3, 6, "-3 -2 -1 0 1 2 3")]
    [InlineData(-0.1, 0.31, 5, "-0.1 0.0 0.1 0.2 0.3 0.4")]
    [InlineData(0, 2, 5, "0.0 0.5 1.0 1.5 2.0")]
    [InlineData(1e6, 5e6, 4, "1e6 2e6 3e6 4e6 5e6")]
    [InlineData(0, 5e-5, 5, "0 1e-5 2e-5 3e-5 4e-5 5e-5")]
    [InlineData(1000001, 1000003, 2, "1000001 1000002 1000003")]
    [InlineData(-1e300, 1e300, 2, "-1e300 0 1e300")]
    [InlineData(3, 3, 6, "0.0 0.5 1.0 1.5 2.0 2.5 3.0")]
    [InlineData(-2, -2, 4, "-2.0 -1.5 -1.0 -0.5 0.0")]
    [InlineData(0, 0, 4, "-1.0 -0.5 0.0 0.5 1.0")]
    public void A_widened_axis_ends_on_round_ticks(double min, double max, int target, string labels)
    {
        var scale = Scale.Linear(min, max, target, widen: true);
        Assert.Equal(labels.Split(' '), scale.Ticks.Select(tick => tick.Label));
        Assert.Equal((scale.Ticks[0].Value, scale.Ticks[^1].Value), (scale.Min, scale.Max));
    }

    [Theory]
    [InlineData(0.5, 3.5, 3, false, "1 2 3")]
    [InlineData(0, 3, 7, false, "0.0 0.5 1.0 1.5 2.0 2.5 3.0")]
    [InlineData(0, 3, 7, true, "0 1 2 3")]
    public void An_unwidened_axis_keeps_its_range(double min, double max, int target, bool whole, string labels)
    {
        var scale = Scale.Linear(min, max, target, widen: false, whole);
        Assert.Equal(labels.Split(' '), scale.Ticks.Select(tick => tick.Label));
        Assert.Equal((min, max), (scale.Min, scale.Max));
    }

    [Theory]
    [InlineData(0.01, 100, "0.01 0.1 1 10 100")]
    [InlineData(0.2, 40, "0.2 0.5 1 2 5 10 20 50")]
    [InlineData(1e-9, 1, "1e-9 1e-7 1e-5 1e-3 1e-1")]
    [InlineData(0.5, 0.7, "0.50 0.55 0.60 0.65 0.70")]
    [InlineData(1e-300, 1e300, "1e-300 1e-200 1e-100 1 1e100 1e200 1e300")]
    public void A_logarithmic_axis_has_round_powers(double min, double max, string labels)
    {
        var scale = Scale.Logarithmic(min, max, 6);
        Assert.Equal(labels.Split(' '), scale.Ticks.Select(tick => tick.Label));
        Assert.True(scale.Min <= min && scale.Max >= max);
    }

    [Fact]
    public void Tick_values_are_exact_decimals()
        => Assert.Equal([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7], Scale.Linear(0, 0.7, 7, widen: true).Ticks.Select(tick => tick.Value));

    [Fact]
    public void A_logarithmic_axis_gives_equal_ratios_equal_lengths()
    {
        var scale = Scale.Logarithmic(0.01, 100, 6);
        Assert.Equal([0, 0.25, 0.5, 0.75, 1], new[] { 0.01, 0.1, 1, 10, 100 }.Select(value => Math.Round(scale.Fraction(value), 12)));
    }

    [Theory]
    [InlineData(double.NaN, false, false)]
    [InlineData(double.PositiveInfinity, false, false)]
    [InlineData(double.NegativeInfinity, false, false)]
    [InlineData(double.MaxValue, false, false)]
    [InlineData(-1, false, true)]
    [InlineData(0, true, false)]
    [InlineData(-1, true, false)]
    [InlineData(1e-9, true, true)]
    public void An_axis_accepts_what_it_can_show(double value, bool logarithmic, bool accepted)
        => Assert.Equal(accepted, Scale.Accepts(value, logarithmic));
}
