using static Autograd.Tensor;
using static Autograd.Tests.Optimizers.UpdateRules;

namespace Autograd.Tests.Optimizers;

public sealed class SchedulesAndAverages
{
    // Values from Keras's unit tests, and the corners between them.
    private static readonly Dictionary<string, (Schedule Schedule, (long Step, double Rate)[] Rates)> s_rates = new()
    {
        ["constant"] = (0.25, [(0, 0.25), (1000, 0.25)]),
        ["lambda"] = ((Func<long, double>)(step => 2.0 * step), [(0, 0), (3, 6)]),
        ["exponential"] = (new ExponentialDecay(0.05, 10, 0.96), [(0, 0.05), (5, 0.048989794855663564), (10, 0.048)]),
        ["exponential staircase"] = (new ExponentialDecay(0.1, 3, 0.96, staircase: true), [(2, 0.1), (3, 0.096), (100, 0.02599864358413614)]),
        ["inverse time"] = (new InverseTimeDecay(0.1, 10, 0.96), [(0, 0.1), (5, 0.06756756756756757), (10, 0.05102040816326531)]),
        ["inverse time staircase"] = (new InverseTimeDecay(0.1, 10, 0.96, staircase: true), [(9, 0.1), (10, 0.05102040816326531)]),
        ["piecewise"] = (new PiecewiseConstantDecay([100, 110, 120], [1.0, 0.1, 0.01, 0.001]), [(0, 1), (100, 1), (101, 0.1), (110, 0.1), (120, 0.01), (999, 0.001)]),
        ["polynomial"] = (new PolynomialDecay(0.05, 10, 0.001), [(0, 0.05), (5, 0.0255), (10, 0.001), (15, 0.001)]),
        ["polynomial cycle"] = (new PolynomialDecay(0.05, 10, 0.001, power: 0.5, cycle: true), [(0, 0.05), (10, 0.001), (15, 0.0255)]),
        ["cosine"] = (new CosineDecay(1, 1000, 0.1), [(0, 1), (250, 0.8681980515339464), (500, 0.55), (1000, 0.1), (1250, 0.1)]),
        ["cosine warm-up"] = (new CosineDecay(0, 1000, warmupTarget: 10, warmupSteps: 2000), [(0, 0), (1750, 8.75), (2000, 10), (2750, 1.4644660940672627), (5000, 0)]),
        ["cosine target only"] = (new CosineDecay(0, 1000, warmupTarget: 10), [(0, 10), (500, 5)]),
        ["restarts"] = (new CosineDecayRestarts(1, 1000, mMul: 0.9), [(750, 0.14644660940672627), (1000, 0.9), (1250, 0.8657457896300791), (3000, 0.81), (7000, 0.729)]),
        ["restarts of one length"] = (new CosineDecayRestarts(1, 1000, tMul: 1), [(999, 2.467399070893439e-6), (1000, 1), (1250, 0.8535533905932737), (5000, 1)]),
        ["restarts of three"] = (new CosineDecayRestarts(1, 7, tMul: 3), [(7, 1), (28, 1), (91, 1), (280, 1), (847, 1), (846, 7.674896459641811e-6)]),
    };

    public static TheoryData<string> Names => [.. s_rates.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Rates(string name)
    {
        var (schedule, rates) = s_rates[name];
        AssertClose([.. rates.Select(rate => rate.Rate)], [.. rates.Select(rate => schedule.At(rate.Step))], 1e-9, name);
    }

    [Fact]
    public void Impossible_schedules_are_refused()
    {
        Func<object>[] refused =
        [
            () => new ExponentialDecay(-1, 10, 0.9), () => new ExponentialDecay(1, 0, 0.9), () => new ExponentialDecay(1, 10, double.NaN), () => new InverseTimeDecay(1, 10, -1),
            () => new PolynomialDecay(1, 0), () => new PolynomialDecay(1, 10, power: -1), () => new CosineDecay(1, 0), () => new CosineDecay(1, 10, warmupSteps: -1),
            () => new CosineDecay(1, 10, alpha: double.PositiveInfinity), () => new CosineDecayRestarts(1, 10, tMul: 0.5), () => new CosineDecayRestarts(1, 0),
            () => new PiecewiseConstantDecay([1, 2], [1.0, 2]), () => new PiecewiseConstantDecay([2, 1], [1.0, 2, 3]), () => new PiecewiseConstantDecay([1], [1.0, -2]),
            () => new LambdaSchedule(null!), () => new ConstantSchedule(-1),
        ];
        Assert.All(refused, call => Assert.True(Record.Exception(call) is ValueException or ArgumentNullException));
    }

    [Fact]
    public void Averages_start_at_the_value_and_follow()
    {
        var (w, average) = (new Variable(From([1.0])), new ExponentialMovingAverage(0.75));
        Assert.Null(average.Average(w));
        average.Apply([w]);
        Assert.Equal(1, average.Average(w)!.Item());
        w.Assign(5.0);
        var held = average.Average(w)!;
        average.Apply([w]);
        Assert.Equal(2, average.Average(w)!.Item());
        Assert.Equal(1, held.Item());
    }

    [Fact]
    public void A_count_of_updates_makes_early_averages_faster()
    {
        var (w, average) = (new Variable(From([1.0])), new ExponentialMovingAverage(0.15, numUpdates: 0));
        average.Apply([w]); // starts
        w.Assign(2.0);
        average.Apply([w]); // 2/11 is more than 0.15
        Assert.Equal(2, average.NumUpdates);
        AssertClose([1 + 0.85], average.Average(w)!.ToArrayOf(), 1e-12, "decay");
        var early = new ExponentialMovingAverage(0.9, numUpdates: 0);
        early.Apply([w]);
        w.Assign(13.0);
        early.Apply([w]);
        AssertClose([13 - (11 * 2 / 11.0)], early.Average(w)!.ToArrayOf(), 1e-12, "(1 + 1) / (10 + 1)");
    }

    [Fact]
    public void Averages_stand_in_and_step_back()
    {
        var (w, b, average) = (new Variable(From([1.0])), new Variable(From([2f])), new ExponentialMovingAverage(0.5));
        average.Apply([w, b]);
        w.Assign(3.0);
        average.Apply([w, b]);
        using (average.Swap())
        {
            Assert.Equal(2, w.Item());
            Assert.Throws<ModelException>(() => average.Apply([w]));
            Assert.Throws<ModelException>(average.Swap);
        }
        Assert.Equal(3, w.Item());
        Assert.Equal(2, average.Average(w)!.Item());
        using (average.Swap()) { }
        Assert.Throws<DTypeException>(() => average.Apply([w, new Variable(From([1]))]));
        Assert.Equal(2, average.Average(w)!.Item());
        Assert.Throws<ValueException>(() => new ExponentialMovingAverage(1));
    }
}
