using System.Reflection;
using static Autograd.Tensor;
using static Autograd.Tests.Optimizers.UpdateRules;

namespace Autograd.Tests.Optimizers;

/// <summary>What a step does around the rule: order, options, memory, refusals, state.</summary>
public sealed class OptimizerSteps
{
    public static TheoryData<string> Names => UpdateRules.Names;

    // ---- numbers: the single steps of Keras's unit tests ----

    public static TheoryData<string, double[]> SingleSteps => new()
    {
        { "adam", [0.5, 1.5, 2.5, 3.5] },
        { "adamw", [0.498, 1.496, 2.494, 3.492] },
        { "rmsprop", [-0.5811, 0.4189, 1.4189, 2.4189] },
        { "adagrad", [0.5233, 1.5007, 2.5005, 3.5061] },
        { "adadelta", [0.9993, 1.9993, 2.9993, 3.9993] },
        { "adamax", [0.5, 1.5, 2.5, 3.5] },
        { "nadam", [0.4686, 1.4686, 2.4686, 3.4686] },
        { "ftrl", [0.2218, 1.3954, 2.3651, 2.8814] },
        { "lion", [0.5, 1.5, 2.5, 3.5] },
        { "lamb", [-0.3693, 0.6306, 1.6306, 2.6306] },
        { "adafactor", [-0.3693, 0.6307, 1.6307, 2.6307] },
        { "sgd", [0.5, -1, -0.5, 3] },
    };

    [Theory]
    [MemberData(nameof(SingleSteps))]
    public void A_single_step_is_that_of_keras(string name, double[] expected)
    {
        Optimizer optimizer = name;
        optimizer.LearningRate = 0.5;
        foreach (var dtype in new[] { DType.Float32, DType.Float64 })
        {
            var w = new Variable(From([1.0, 2, 3, 4]).Cast(dtype));
            Optimizer fresh = name;
            fresh.LearningRate = 0.5f;
            fresh.Apply([w], [From([1.0, 6, 7, 2]).Cast(dtype)]);
            AssertClose(expected, w.ToArrayOf(), 1.1e-4, name);
            Assert.Equal(1, fresh.Iterations);
        }
    }

    // ---- memory ----

    [Theory]
    [MemberData(nameof(Names))]
    public void What_others_hold_does_not_change(string name)
    {
        var optimizer = All[name]();
        var w = new Variable(RandomNormal([3, 4], seed: 1));
        for (var i = 0; i < 4; i++)
        {
            var (value, row, version) = (w.Value, w[0], w.Version);
            var (values, rows) = (value.ToArray<float>(), row.ToArray<float>());
            var state = optimizer.State.Select(entry => (entry.Value, Before: entry.Value.ToArrayOf())).ToArray();
            using var tape = new GradientTape(persistent: true);
            var y = (w * w * w).Sum();
            optimizer.Apply([w], [RandomNormal([3, 4], seed: i)]);
            Assert.Equal(values, value.ToArray<float>());
            Assert.Equal(rows, row.ToArray<float>());
            Assert.All(state, entry => Assert.Equal(entry.Before, entry.Value.ToArrayOf()));
            AssertClose((3 * value * value).ToArrayOf(), tape.Gradient(y, w)!.ToArrayOf(), 1e-5, "gradient of the recorded values");
            if (name != "everything")
            {
                Assert.NotEqual(values, w.ToArray<float>());
                Assert.True(w.Version > version);
            }
        }
    }

    [Fact]
    public void A_variable_nobody_holds_is_overwritten_in_place_and_costs_nothing()
    {
        var w = new Variable(RandomNormal([1000], seed: 1));
        var (optimizer, gradient) = (new Adam(), RandomNormal([1000], seed: 2));
        Variable[] variables = [w];
        Tensor?[] gradients = [gradient];
        void Step()
        {
            for (var i = 0; i < 100; i++)
            {
                optimizer.Apply(variables, gradients);
            }
        }
        Step();
        var buffer = w.Buffer;
        var before = GC.GetAllocatedBytesForCurrentThread();
        Step();
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1000, "a step allocates");
        Assert.Same(buffer, w.Buffer);
    }

    [Fact]
    public void Gradients_may_be_the_variables_themselves()
    {
        var (a, b) = (new Variable(From([1.0, 2])), new Variable(From([10.0, 20])));
        new SGD(0.5).Apply([a, b], [b, a]);
        Assert.Equal([-4, -8], a.ToArrayOf());
        Assert.Equal([9.5, 19], b.ToArrayOf());
    }

    [Fact]
    public void Nothing_is_recorded()
    {
        var (w, x) = (new Variable(2.0, dtype: DType.Float64), new Variable(3.0, dtype: DType.Float64));
        using var tape = new GradientTape();
        var y = w * x;
        var recorded = tape.ToString();
        new Lamb(0.1, clipNorm: 1, weightDecay: 0.1).Apply([w], [From([1.0]).Reshape([])]);
        Assert.Equal(recorded, tape.ToString());
        Assert.Equal(2, tape.Gradient(y, x)!.Item());
    }

    // ---- options ----

    private static double[] After(Optimizer optimizer, double[] w, params double[][] gradients)
    {
        var variable = new Variable(From(w), name: "kernel");
        foreach (var gradient in gradients)
        {
            optimizer.Apply([variable], [From(gradient)]);
        }
        return variable.ToArrayOf();
    }

    [Fact]
    public void Clipping_by_value_by_norm_and_by_the_norm_of_all()
    {
        AssertClose([-1, 0.5, -1], After(new SGD(1, clipValue: 1), [0, 0, 0], [5, -0.5, 1]), 1e-15, "value");
        AssertClose([-0.6, -0.8], After(new SGD(1, clipNorm: 1), [0, 0], [3, 4]), 1e-15, "norm");
        AssertClose([-0.3, -0.4], After(new SGD(1, clipNorm: 1), [0, 0], [0.3, 0.4]), 1e-15, "short enough");
        AssertClose([0, 0], After(new SGD(1, clipNorm: 1), [0, 0], [0, 0]), 0, "no norm");
        Assert.All(After(new SGD(1, clipNorm: 1), [0, 0], [double.NaN, 1]), w => Assert.True(double.IsNaN(w)));
        Assert.All(After(new SGD(1, globalClipNorm: 1), [0, 0], [double.PositiveInfinity, 1]), w => Assert.True(double.IsNaN(w)));
        var (a, b) = (new Variable(From([0f])), new Variable(From([0f])));
        new SGD(1, globalClipNorm: 1).Apply([a, b], [From([3f]), From([4f])]);
        AssertClose([-0.6], a.ToArrayOf(), 1e-6, "global");
        AssertClose([-0.8], b.ToArrayOf(), 1e-6, "global");
        new SGD(1, globalClipNorm: 1).Apply([a], [From([3e30f])]); // whose square is no float
        AssertClose([-1.6], a.ToArrayOf(), 1e-6, "large");
    }

    [Fact]
    public void Weight_decay_shrinks_before_the_update_and_spares_those_excluded()
    {
        AssertClose([(2 * (1 - 0.05)) - 0.5], After(new SGD(0.5, weightDecay: 0.1), [2], [1]), 1e-15, "Keras");
        AssertClose([2 - (0.5 * (1 + 0.2))], After(new SGD(0.5, weightDecay: 0.1, convention: Convention.Torch), [2], [1]), 1e-15, "PyTorch");
        foreach (var exclude in new Action<Optimizer>[] { o => o.ExcludeFromWeightDecay("ern"), o => o.ExcludeFromWeightDecay(v => v.Rank == 1) })
        {
            var optimizer = new SGD(0.5, weightDecay: 0.1);
            exclude(optimizer);
            AssertClose([1.5], After(optimizer, [2], [1]), 1e-15, "excluded");
        }
        var (w, late) = (new Variable(From([2.0])), new SGD(0.5, weightDecay: 0.1));
        late.Apply([w], [From([0.0])]);
        late.ExcludeFromWeightDecay(w);
        late.Apply([w], [From([0.0])]);
        AssertClose([1.9], w.ToArrayOf(), 1e-15, "after a step");
    }

    [Fact]
    public void What_was_accumulated_before_a_variable_was_frozen_is_forgotten()
    {
        var optimizer = new SGD(1, gradientAccumulationSteps: 2);
        Variable[] variables = [new(Zeros(1)), new(Zeros(1))];
        optimizer.Apply(variables, [Ones(1), Full([1], 100)]);
        optimizer.Apply([variables[0]], [Ones(1)]);
        optimizer.Apply(variables, [Ones(1), Ones(1)]);
        optimizer.Apply(variables, [Ones(1), Ones(1)]);
        Assert.Equal((-2, -1), (variables[0].Item(), variables[1].Item()));
    }

    [Fact]
    public void Accumulated_gradients_make_one_update_from_their_mean()
    {
        var optimizer = new SGD(1, clipNorm: 1, gradientAccumulationSteps: 3);
        var (a, b, c) = (new Variable(From([0.0])), new Variable(From([0.0])), new Variable(From([5.0])));
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(i / 3, optimizer.Iterations);
            Assert.Equal(i < 3 ? 0 : -0.3, a.Item(), 1e-12);
            optimizer.Apply([a, b, c], [From([0.1 * (i % 3) + 0.2]), i % 3 == 0 ? From([0.3]) : null, null]);
        }
        Assert.Equal(2, optimizer.Iterations);
        AssertClose([-0.6], a.ToArrayOf(), 1e-12, "mean");
        AssertClose([-0.2], b.ToArrayOf(), 1e-12, "no gradient counts as 0");
        Assert.Equal(5, c.Item());
    }

    [Fact]
    public void Averages_follow_and_overwrite_when_asked()
    {
        var w = new Variable(From([1.0]));
        var optimizer = new SGD(1, useEma: true, emaMomentum: 0.75, emaOverwriteFrequency: 3);
        double[] expected = [0, -1, -0.6875]; // averages 0, 0.75 * 0 + 0.25 * -1 = -0.25, 0.75 * -0.25 + 0.25 * -2
        for (var i = 0; i < 3; i++)
        {
            optimizer.Apply([w], [From([1.0])]);
            AssertClose([expected[i]], w.ToArrayOf(), 1e-15, $"step {i}");
        }
        var plain = new SGD(1, useEma: true, emaMomentum: 0.5);
        plain.Apply([w], [From([0.3125])]);
        plain.Apply([w], [From([1.0])]);
        AssertClose([-2], w.ToArrayOf(), 1e-15, "not overwritten");
        plain.FinalizeVariableValues();
        AssertClose([-1.5], w.ToArrayOf(), 1e-15, "finalized");
    }

    [Fact]
    public void A_constraint_holds_after_every_step()
    {
        var w = new Variable(From([1.0, -1.0])) { Constraint = Constraint.From(x => Maximum(x, 0)) };
        new SGD(1).Apply([w], [From([0.5, 0.5])]);
        Assert.Equal([0.5, 0], w.ToArrayOf());
    }

    [Fact]
    public void The_rate_may_change_at_any_time_and_follow_a_schedule()
    {
        var (w, optimizer) = (new Variable(From([0.0])), new SGD((Func<long, double>)(step => step + 1)));
        optimizer.Apply([w], [From([1.0])]);
        optimizer.Apply([w], [From([1.0])]);
        Assert.Equal(-3, w.Item());
        optimizer.LearningRate = 0.5;
        optimizer.Apply([w], [From([1.0])]);
        Assert.Equal(-3.5, w.Item());
    }

    [Fact]
    public void Minimize_and_pairs()
    {
        var (x, y) = (new Variable(3.0, dtype: DType.Float64), new Variable(-2.0, dtype: DType.Float64));
        var optimizer = new Adam(0.1);
        var first = optimizer.Minimize(() => Square(x) + Square(y - 1), [x, y]);
        Assert.Equal(18, first.Item());
        for (var i = 0; i < 300; i++)
        {
            optimizer.Minimize(() => Square(x) + Square(y - 1), [x, y]);
        }
        AssertClose([0, 1], [x.Item(), y.Item()], 1e-2, "minimum");
        new SGD(1).Apply([(null, x), (From([1.0]).Reshape([]), y)]);
        AssertClose([0], [y.Item()], 1e-2, "pairs");
    }

    [Fact]
    public void Lbfgs_finds_the_minimum_and_resumes_bit_for_bit()
    {
        Variable Start() => new(From([-1.2, 1.0]));
        Tensor Rosenbrock(Variable x) => Square(1 - x[0]) + (100 * Square(x[1] - Square(x[0])));
        LBFGS Create() => new(maxIterations: 5, lineSearch: LineSearch.StrongWolfe);
        var (x, optimizer) = (Start(), Create());
        var (z, resumed) = (Start(), Create());
        for (var i = 0; i < 10; i++)
        {
            optimizer.Minimize(() => Rosenbrock(x), [x]);
            var next = Create();
            next.Build([z]);
            next.LoadState(resumed.State);
            next.Minimize(() => Rosenbrock(z), [z]);
            resumed = next;
            Assert.Equal(x.ToArrayOf(), z.ToArrayOf());
        }
        AssertClose([1, 1], x.ToArrayOf(), 1e-4, "minimum"); // its tolerances end it there
        Assert.Contains("Minimize", Assert.Throws<ValueException>(() => optimizer.Apply([x], [x.Value])).Message);
        Assert.Throws<ArgumentException>(() => optimizer.Minimize(() => Rosenbrock(x), [z]));
        Assert.Throws<ArgumentException>(() => new LBFGS().LoadState(optimizer.State));
        Assert.Throws<ArgumentException>(() => optimizer.LoadState(optimizer.State.Skip(1).ToArray()));
    }

    // ---- state ----

    [Theory]
    [MemberData(nameof(Names))]
    public void Resumed_training_equals_the_uninterrupted_run(string name)
    {
        static Variable[] Start() => [new(RandomNormal([3, 4], seed: 1)), new(RandomNormal([4], seed: 2)), new(RandomNormal([2], seed: 3))];
        static void Step(Optimizer optimizer, Variable[] weights, int i) => optimizer.Apply(
            weights, [RandomNormal([3, 4], seed: 10 + i), i % 2 == 0 ? RandomNormal([4], seed: 20 + i) : null, RandomNormal([2], seed: 30 + i)]);
        var (whole, weights) = (All[name](), Start());
        var (parts, copies) = (All[name](), Start());
        for (var i = 0; i < 7; i++)
        {
            Step(whole, weights, i);
            var next = All[name]();
            next.Build(copies);
            if (i > 0)
            {
                next.LoadState(parts.State);
            }
            parts = next;
            Step(parts, copies, i);
            Assert.Equal(whole.Iterations, parts.Iterations);
            Assert.All(weights.Zip(copies), pair => Assert.Equal(pair.First.ToArray<float>(), pair.Second.ToArray<float>()));
            Assert.Equal(whole.State.Select(entry => entry.Name), parts.State.Select(entry => entry.Name));
        }
        Assert.All(whole.State.Zip(parts.State), pair => Assert.Equal(pair.First.Value.ToArrayOf(), pair.Second.Value.ToArrayOf()));
    }

    [Fact]
    public void State_of_other_variables_is_refused_whole()
    {
        static Adam Built(params Shape[] shapes)
        {
            var adam = new Adam(amsgrad: true);
            adam.Build([.. shapes.Select(shape => new Variable(Ones(shape)))]);
            return adam;
        }
        var target = Built([2], [3]);
        var good = target.State;
        var other = new Variable(Ones(2));
        var stepped = new Adam(amsgrad: true);
        stepped.Apply([other], [Ones(2)]);
        (string, Tensor)[][] wrong =
        [
            [.. good.Skip(1)],
            [.. good.SkipLast(1)],
            [.. good, ("2/momentum", Ones(2))],
            [.. good, good[^1]],
            [.. stepped.State.Take(1), .. good.Skip(1).SkipLast(1), ("1/velocity_hat", Ones(4))],
            [.. stepped.State.Take(1), .. good.Skip(1).SkipLast(1), ("1/velocity_hat", Ones([3], DType.Float64))],
            [("iterations", From<long>([-1], [])), .. good.Skip(1)],
            [.. stepped.State],
        ];
        foreach (var state in wrong)
        {
            Assert.Throws<ArgumentException>(() => target.LoadState(state));
            Assert.Equal(0, target.Iterations);
            Assert.All(target.State.Skip(1), entry => Assert.All(entry.Value.ToArrayOf(), value => Assert.Equal(0, value)));
        }
        Assert.Contains("Build", Assert.Throws<ArgumentException>(() => new Adam().LoadState(good)).Message, StringComparison.Ordinal);
        target.LoadState(good);
    }

    // ---- refusals ----

    [Fact]
    public void Refused_steps_change_nothing()
    {
        var (a, b) = (new Variable(From([1f, 2])), new Variable(From([3f])));
        var integers = new Variable(From([1, 2]));
        var disposed = Ones(1);
        disposed.Dispose();
        var optimizer = new Adam(0.1, weightDecay: 0.1);
        optimizer.Apply([a, b], [Ones(2), Ones(1)]);
        Tensor[] Everything() => [a.Value, b.Value, .. optimizer.State.Select(entry => entry.Value)];
        var before = Everything();
        (Type Type, Action Call, string[] Words)[] refusals =
        [
            (typeof(ArgumentException), () => optimizer.Apply([a, b], [Ones(2)]), ["2 variables", "1 gradients"]),
            (typeof(ValueException), () => optimizer.Apply([], []), ["no variables", "applied to a batch", "inputShape"]),
            (typeof(ValueException), () => optimizer.Minimize(() => Ones(2).Sum(), new Sequential([new Dense(1)]).TrainableWeights), ["adam: there are no variables"]),
            (typeof(ValueException), () => optimizer.Build([]), ["no variables"]),
            (typeof(ValueException), () => new LBFGS().Minimize(() => Ones(2).Sum(), []), ["no variables"]),
            (typeof(ArgumentException), () => optimizer.Apply([a, a], [Ones(2), Ones(2)]), ["twice"]),
            (typeof(ArgumentNullException), () => optimizer.Apply(null!, [Ones(2)]), []),
            (typeof(ArgumentNullException), () => optimizer.Apply([a], null!), []),
            (typeof(ArgumentNullException), () => optimizer.Apply([a, null!], [Ones(2), Ones(1)]), []),
            (typeof(ShapeException), () => optimizer.Apply([a, b], [Ones(2), Ones(2)]), ["[1]", "[2]", b.Name]),
            (typeof(ShapeException), () => optimizer.Apply([a, b], [Ones(2), Ones([])]), ["[1]", "[]"]),
            (typeof(DTypeException), () => optimizer.Apply([a, b], [Ones(2), Ones([1], DType.Float64)]), ["Float32", "Float64"]),
            (typeof(DTypeException), () => optimizer.Apply([integers], [Ones([2], DType.Int32)]), ["Int32"]),
            (typeof(ValueException), () => optimizer.Apply([a, b], [null, null]), ["none", "2"]),
            (typeof(ObjectDisposedException), () => optimizer.Apply([a, b], [Ones(2), disposed]), []),
        ];
        foreach (var (type, call, words) in refusals)
        {
            var exception = Assert.Throws(type, call);
            Assert.All(words, word => Assert.Contains(word, exception.Message, StringComparison.Ordinal));
        }
        optimizer.LearningRate = (Func<long, double>)(_ => double.NaN);
        Assert.Throws<ValueException>(() => optimizer.Apply([a, b], [Ones(2), Ones(1)]));
        Assert.Equal(1, optimizer.Iterations);
        Assert.All(before.Zip(Everything()), pair => Assert.Equal(pair.First.ToArrayOf(), pair.Second.ToArrayOf()));
        Assert.Equal(2, optimizer.Parameters.Count);
    }

    [Fact]
    public void Hyperparameters_out_of_range_are_refused_at_construction()
    {
        Func<object>[] refused =
        [
            () => new SGD(-1), () => new SGD(double.NaN), () => new SGD(double.PositiveInfinity), () => new SGD(momentum: -0.5), () => new SGD(momentum: 2),
            () => new SGD(dampening: 0.5), () => new SGD(weightDecay: -1), () => new SGD(clipNorm: 0), () => new SGD(clipNorm: -1), () => new SGD(clipValue: double.NaN),
            () => new SGD(globalClipNorm: -1), () => new SGD(clipNorm: 1, clipValue: 1), () => new SGD(emaMomentum: 1.5), () => new SGD(emaOverwriteFrequency: 0),
            () => new SGD(gradientAccumulationSteps: 1), () => new SGD(convention: (Convention)7), () => new Adam(beta1: 1), () => new Adam(beta2: -0.1), () => new Adam(beta2: double.NaN),
            () => new Adam(epsilon: -1), () => new RMSprop(rho: -1), () => new RMSprop(momentum: -1), () => new Adagrad(initialAccumulatorValue: -1), () => new Adadelta(rho: 1),
            () => new Adamax(beta1: 1), () => new Nadam(momentumDecay: -1), () => new Ftrl(learningRatePower: 0.1), () => new Ftrl(l1RegularizationStrength: -1), () => new Lion(beta1: 0),
            () => new Lamb(epsilon: double.NaN), () => new Adafactor(clipThreshold: 0), () => new Adafactor(beta2Decay: 1), () => new LBFGS(historySize: 0), () => new LBFGS(maxIterations: 0),
            () => new SGD().LearningRate = -1, () => new SGD().LearningRate = null!, () => Optimizer.Get(null!),
        ];
        Assert.All(refused, call => Assert.True(Record.Exception(call) is ValueException or ArgumentNullException));
    }

    // ---- names and properties ----

    [Fact]
    public void Names_make_optimizers_and_unknown_ones_list_them()
    {
        Assert.All(Optimizer.Names, name => Assert.Equal(name.ToLowerInvariant(), Optimizer.Get(name.ToUpperInvariant()).Name));
        var message = Assert.Throws<ValueException>(() => Optimizer.Get("adem")).Message;
        Assert.Contains("'adem'", message, StringComparison.Ordinal);
        Assert.All(Optimizer.Names, name => Assert.Contains(name.ToLowerInvariant(), message, StringComparison.Ordinal));
        var classes = typeof(Optimizer).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Optimizer)) && !type.IsAbstract).Select(type => type.Name);
        Assert.Equal(classes.Order(), Optimizer.Names.Order());
    }

    [Fact]
    public void Every_constructor_parameter_is_a_property()
    {
        var types = typeof(Optimizer).Assembly.GetExportedTypes().Where(type =>
            !type.IsAbstract && (type.IsSubclassOf(typeof(Optimizer)) || type.IsSubclassOf(typeof(Schedule)) || type == typeof(ExponentialMovingAverage)));
        foreach (var type in types)
        {
            foreach (var parameter in type.GetConstructors().Single().GetParameters())
            {
                var property = type.GetProperty(char.ToUpperInvariant(parameter.Name![0]) + parameter.Name[1..], BindingFlags.Instance | BindingFlags.Public);
                Assert.True(property is not null, $"{type.Name}.{parameter.Name}");
            }
        }
    }

    [Fact]
    public void A_rule_of_ones_own_makes_an_optimizer()
    {
        var w = new Variable(From([1f, -2]));
        new SignDescent().Apply([w], [From([3f, -4])]);
        AssertClose([0.5, -1.5], w.ToArrayOf(), 0, "own");
    }

    private sealed class SignDescent() : Optimizer(0.5)
    {
        private Rule _rule;

        public override IReadOnlyList<string> SlotNames => [];

        protected override void Begin(double learningRate, long step) => _rule = new Rule(learningRate);

        protected override void Update(Parameter parameter, Tensor gradient) => parameter.Apply(_rule, gradient);

        private readonly record struct Rule(double Rate) : IUpdateRule
        {
            public static int Slots => 0;

            public void Of<T>(ref T w, T g, ref T s0, ref T s1, ref T s2) where T : struct, IReal<T> => w -= T.Const(Rate) * g / T.Abs(g);
        }
    }
}
