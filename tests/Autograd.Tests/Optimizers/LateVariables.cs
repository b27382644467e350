using static Autograd.Tensor;
using static Autograd.Tests.Optimizers.UpdateRules;

namespace Autograd.Tests.Optimizers;

/// <summary>A variable that an optimizer meets late, or not at every step, moves as one that has an optimizer of its own.</summary>
public class LateVariables
{
    public static TheoryData<string> Names => [.. All.Where(row => row.Value() is { GlobalClipNorm: null, GradientAccumulationSteps: null }).Select(row => row.Key)];

    private static Tensor Gradient(int i) => RandomNormal([3], seed: 100 + i, dtype: DType.Float64);

    private static Variable Fresh() => new(From([1.0, -2, 3]));

    [Theory]
    [MemberData(nameof(Names))]
    public void Count_their_own_steps(string name)
    {
        var (shared, alone) = (All[name](), All[name]());
        var (early, late, apart) = (Fresh(), Fresh(), Fresh());
        for (var i = 0; i < 5; i++)
        {
            shared.Apply([early], [Gradient(i)]);
        }
        // Alone, and beside the other, before and behind it, and with steps at which it has no gradient.
        for (var i = 0; i < 6; i++)
        {
            var (variables, gradients) = i % 3 == 0 ? ((Variable[])[late], (Tensor?[])[Gradient(i)])
                : i % 3 == 1 ? ([early, late], [Gradient(50 + i), Gradient(i)])
                : ([late, early], [Gradient(i), i == 2 ? null : Gradient(50 + i)]);
            shared.Apply(variables, gradients);
            shared.Apply([early, late], [Gradient(60 + i), null]);
            alone.Apply([apart], [Gradient(i)]);
        }
        Assert.Equal(17, shared.Iterations);
        Assert.Equal(6, shared.Parameters[1].Steps);
        Assert.Equal(apart.ToArray<double>(), late.ToArray<double>());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Resume_bit_for_bit(string name)
    {
        var (optimizer, early, late) = (All[name](), Fresh(), Fresh());
        void Step(Optimizer by, Variable a, Variable b, int i) => by.Apply(i < 3 ? [a] : [a, b], i < 3 ? [Gradient(i)] : [Gradient(i), Gradient(30 + i)]);
        for (var i = 0; i < 5; i++)
        {
            Step(optimizer, early, late, i);
        }
        var (resumed, a, b) = (All[name](), new Variable(early.Value), new Variable(late.Value));
        resumed.Build([a, b]);
        resumed.LoadState(optimizer.State);
        for (var i = 5; i < 9; i++)
        {
            Step(optimizer, early, late, i);
            Step(resumed, a, b, i);
        }
        Assert.Equal(early.ToArray<double>(), a.ToArray<double>());
        Assert.Equal(late.ToArray<double>(), b.ToArray<double>());
        Assert.Equal(optimizer.State.Select(entry => entry.Name), resumed.State.Select(entry => entry.Name));
    }

    [Fact]
    public void State_of_variables_in_step_is_as_it_was_and_old_state_is_read()
    {
        var (optimizer, w) = (new Adam(), Fresh());
        optimizer.Apply([w], [Gradient(0)]);
        Assert.Equal(["iterations", "0/momentum", "0/velocity"], optimizer.State.Select(entry => entry.Name));
        var loaded = new Adam();
        loaded.Build([Fresh()]);
        Assert.Equal(["iterations", "0/momentum", "0/velocity"], loaded.State.Select(entry => entry.Name));
        loaded.LoadState(optimizer.State);
        Assert.Equal(1, loaded.Parameters[0].Steps);
        Assert.Throws<ArgumentException>(() => loaded.LoadState([.. optimizer.State, ("0/steps", From<long>([2], []))]));
        Assert.Throws<ArgumentException>(() => loaded.LoadState([.. optimizer.State, ("0/steps", From<long>([-1], []))]));
    }

    [Fact]
    public void An_optimizer_of_two_models_steps_in_each_as_in_the_first()
    {
        var optimizer = new Adam(0.1);
        foreach (var steps in new[] { 50, 1, 1 })
        {
            var model = new Sequential([new Dense(1, kernelInitializer: "zeros", useBias: false, inputShape: [1])]);
            model.Compile(optimizer, "mse");
            model.Fit(Ones(1, 1), Full([1, 1], 100), epochs: steps, verbose: 0);
            if (steps == 1)
            {
                Assert.Equal(0.1f, model.Weights[0].Item<float>(), 1e-6f);
            }
        }
    }
}
