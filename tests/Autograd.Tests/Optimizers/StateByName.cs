using static Autograd.Tensor;
using static Autograd.Tests.Optimizers.UpdateRules;

namespace Autograd.Tests.Optimizers;

/// <summary>State belongs to variables, whatever order an optimizer meets them in.</summary>
public sealed class StateByName
{
    private static Variable[] Start(params string?[] names) => [.. names.Select((name, i) => new Variable(RandomNormal([2, 2], seed: i), name: name))];

    private static Tensor[] Gradients(int step) => [RandomNormal([2, 2], seed: 10 + step), RandomNormal([2, 2], seed: 20 + step)];

    public static TheoryData<string> Names => [.. All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void State_finds_its_variables(string name)
    {
        foreach (var names in (string?[][])[["a", "b"], [null, null], ["same", "same"], ["0", null], ["a", "a/b"]])
        {
            var (whole, weights) = (All[name](), Start(names));
            var (first, copies) = (All[name](), Start(names));
            for (var i = 0; i < 2; i++)
            {
                whole.Apply(weights, Gradients(i));
                first.Apply(copies, Gradients(i));
            }
            var second = All[name]();
            second.Build([copies[1], copies[0]]);
            second.LoadState(first.State);
            Assert.Equal(first.State.Select(entry => entry.Name).Order(), second.State.Select(entry => entry.Name).Order());
            whole.Apply(weights, Gradients(2));
            second.Apply(copies, Gradients(2));
            Assert.All(weights.Zip(copies), pair => Assert.Equal(pair.First.ToArray<float>(), pair.Second.ToArray<float>()));
            Assert.All(first.SlotNames.Count > 0 ? names.OfType<string>() : [], given => Assert.Contains(second.State, entry => entry.Name.StartsWith(given, StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void State_of_other_names_is_refused()
    {
        var (adam, other) = (new Adam(), new Adam());
        adam.Build(Start("a", "b"));
        other.Build(Start("a", "c"));
        var error = Assert.Throws<ArgumentException>(() => other.LoadState(adam.State));
        Assert.Contains("c/momentum is missing", error.Message);
        Assert.Contains("b/momentum is unknown", error.Message);
    }

    [Fact]
    public void The_memory_of_Lbfgs_finds_its_variables()
    {
        var (weights, copies) = (Start("a", "b"), Start("a", "b"));
        static Tensor Loss(Variable[] w) => (Square(w[0]).Sum() * 3) + Square(w[1] - 1).Sum();
        var (whole, first) = (new LBFGS(maxIterations: 2, lineSearch: LineSearch.StrongWolfe), new LBFGS(maxIterations: 2, lineSearch: LineSearch.StrongWolfe));
        whole.Minimize(() => Loss(weights), weights);
        first.Minimize(() => Loss(copies), copies);
        var second = new LBFGS(maxIterations: 2, lineSearch: LineSearch.StrongWolfe);
        second.Build([copies[1], copies[0]]);
        Assert.Contains("a/direction", first.State.Select(entry => entry.Name));
        second.LoadState(first.State);
        Assert.All(first.State, entry => Assert.Equal(entry.Value.ToArrayOf(), second.State.Single(other => other.Name == entry.Name).Value.ToArrayOf()));
        Assert.Throws<ArgumentException>(() => second.LoadState([.. first.State.Where(entry => entry.Name != "b/direction")]));
    }
}
