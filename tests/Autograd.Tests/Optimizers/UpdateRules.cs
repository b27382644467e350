using System.Reflection;
using Autograd.Backends.Cpu;
using Autograd.Numerics;
using static Autograd.Tensor;

namespace Autograd.Tests.Optimizers;

/// <summary>The fused kernel against the same rule as a plain tensor expression, over all lengths of tails, layouts of gradients and both types.</summary>
public sealed class UpdateRules
{
    internal static readonly Dictionary<string, Func<Optimizer>> All = new()
    {
        ["sgd"] = () => new SGD(0.1),
        ["sgd momentum"] = () => new SGD(0.1, momentum: 0.9),
        ["sgd nesterov"] = () => new SGD(0.1, momentum: 0.9, nesterov: true),
        ["sgd torch"] = () => new SGD(0.1, momentum: 0.9, weightDecay: 0.1, convention: Convention.Torch, dampening: 0.5),
        ["rmsprop"] = () => new RMSprop(0.1),
        ["rmsprop centered"] = () => new RMSprop(0.1, centered: true),
        ["rmsprop momentum"] = () => new RMSprop(0.1, momentum: 0.9),
        ["rmsprop all"] = () => new RMSprop(0.1, momentum: 0.9, centered: true, convention: Convention.Torch),
        ["adam"] = () => new Adam(0.1),
        ["adam torch"] = () => new Adam(0.1, epsilon: 0.01, convention: Convention.Torch),
        ["adam amsgrad"] = () => new Adam(0.1, beta2: 0.5, amsgrad: true),
        ["adam prepared"] = () => new Adam(0.1, clipValue: 0.5, weightDecay: 0.1),
        ["adam l2"] = () => new Adam(0.1, globalClipNorm: 0.5, weightDecay: 0.1, convention: Convention.Torch),
        ["adamw"] = () => new AdamW(0.1),
        ["adagrad"] = () => new Adagrad(0.1),
        ["adadelta"] = () => new Adadelta(0.1),
        ["adamax"] = () => new Adamax(0.1),
        ["nadam"] = () => new Nadam(0.1),
        ["ftrl"] = () => new Ftrl(0.1, l1RegularizationStrength: 0.01, l2RegularizationStrength: 0.02, l2ShrinkageRegularizationStrength: 0.03, beta: 0.1),
        ["ftrl power"] = () => new Ftrl(0.1, learningRatePower: -0.3),
        ["lion"] = () => new Lion(0.1),
        ["lamb"] = () => new Lamb(0.1, weightDecay: 0.1, clipNorm: 1),
        ["adafactor"] = () => new Adafactor(0.1),
        ["everything"] = () => new Adam(
            new CosineDecay(0.1, 20), clipNorm: 1, weightDecay: 0.1, useEma: true, emaMomentum: 0.5, emaOverwriteFrequency: 3, gradientAccumulationSteps: 2),
    };

    public static TheoryData<string> Names => [.. All.Keys];

    public static TheoryData<string> RuleNames => [.. All.Where(pair => RuleOf(pair.Value()) is not null).Select(pair => pair.Key)];

    [Theory]
    [MemberData(nameof(RuleNames))]
    public void Kernel_is_the_tensor_expression(string name)
    {
        foreach (var dtype in new[] { DType.Float32, DType.Float64 })
        {
            for (var n = 0; n <= 67; n++)
            {
                var optimizer = All[name]();
                var rule = BegunRule(optimizer);
                Tensor Some(int seed, double low) => RandomUniform([n], low, 1, seed: seed).Cast(dtype);
                Tensor[] before = [Some(1, -1), Some(2, -1), Some(3, 0.5), Some(4, 0.1), Some(5, 0)];
                var after = Array.ConvertAll(before, tensor => new Variable(tensor, trainable: false));
                CpuUpdates_Update(rule, before[1], after[0], after[2], after[3], after[4]);
                var expected = Expression(rule, before);
                Assert.Equal(before[1].ToArrayOf(), after[1].ToArrayOf());
                foreach (var (i, j) in new[] { (0, 0), (1, 2), (2, 3), (3, 4) })
                {
                    AssertClose(expected[i].ToArrayOf(), after[j].ToArrayOf(), dtype == DType.Float32 ? 2e-6 : 1e-14, $"{name}, {n} of {dtype}, output {i}");
                }
            }
        }
    }

    [Fact]
    public void Clipping_and_decay_run_in_the_same_pass_and_as_tensor_operations()
    {
        foreach (var preparation in new[] { new Preparation(0.5, 0.3, 0, 0.1), new Preparation(2, double.PositiveInfinity, 0.2, 0), new Preparation(1, 0.1, 0.2, 0.3) })
        {
            var (w, g) = (RandomNormal([50], seed: 1), RandomNormal([50], seed: 2));
            var clipped = Maximum(Minimum(preparation.Scale * g, preparation.Clip), -preparation.Clip) + (preparation.L2 * w);
            var decayed = w - (preparation.Decay * w);

            var fused = new Parameter(new Variable(w), []) { Preparation = preparation };
            fused.Apply(default(SumRule), g);
            AssertClose((decayed + clipped).ToArrayOf(), fused.Variable.ToArrayOf(), 1e-6, "fused");

            var apart = new Parameter(new Variable(w), []) { Preparation = preparation };
            AssertClose(clipped.ToArrayOf(), apart.Prepare(g).ToArrayOf(), 1e-6, "gradient");
            AssertClose(decayed.ToArrayOf(), apart.Variable.ToArrayOf(), 1e-6, "weight");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Layout_of_the_gradient_does_not_matter(string name)
    {
        var gradient = RandomNormal([6, 10], seed: 1);
        float[] Run(Tensor g)
        {
            var w = new Variable(RandomNormal([6, 10], seed: 2));
            var optimizer = All[name]();
            for (var i = 0; i < 4; i++)
            {
                optimizer.Apply([w], [g]);
            }
            return w.ToArray<float>();
        }
        var expected = Run(gradient);
        Assert.Equal(expected, Run(Copy(gradient.T).T));
        Assert.Equal(expected, Run(Concat([Zeros(1, 10), gradient], axis: 0)[1..]));
        var ones = Run(Ones(6, 10));
        Assert.Equal(ones, Run(Ones(1, 1).BroadcastTo([6, 10])));
    }

    private static Tensor Copy(Tensor x) => From<float>(x.ToArray<float>(), x.Shape);

    [Theory]
    [MemberData(nameof(Names))]
    public void Same_bits_for_any_number_of_threads(string name)
    {
        float[] Run(int threads)
        {
            var before = Workers.Count;
            Workers.Count = threads;
            try
            {
                var w = new Variable(RandomNormal([300, 333], seed: 2));
                var optimizer = All[name]();
                for (var i = 0; i < 4; i++)
                {
                    optimizer.Apply([w], [RandomNormal([300, 333], seed: 10 + i)]);
                }
                return w.ToArray<float>();
            }
            finally
            {
                Workers.Count = before;
            }
        }
        Assert.Equal(Run(1), Run(3));
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void State_that_no_gradient_feeds_ends_at_zero(DType dtype)
    {
        var weight = new Variable(Ones([40], dtype));
        var adam = new Adam(0.1, beta1: 0.5, beta2: 0.5);
        adam.Apply([weight], [OnesLike(weight)]);
        var settled = weight.ToArrayOf();
        for (var i = 0; i < 1100; i++)
        {
            adam.Apply([weight], [ZerosLike(weight)]);
            if (i == 80)
            {
                settled = weight.ToArrayOf();
            }
            foreach (var slot in adam.Parameters[0].Slots)
            {
                Assert.DoesNotContain(slot.ToArrayOf(), value => value != 0 && value < Math.ScaleB(1, dtype == DType.Float32 ? -126 : -1022));
            }
        }
        Assert.All(adam.Parameters[0].Slots, slot => Assert.All(slot.ToArrayOf(), value => Assert.Equal(0, value)));
        Assert.Equal(settled, weight.ToArrayOf());
    }

    // Adam's step has the size of the learning rate whatever that of the gradient, while its square can be told from 0.
    [Theory]
    [InlineData(DType.Float32, 1e-15)]
    [InlineData(DType.Float64, 1e-140)]
    public void Tiny_gradients_count_where_epsilon_lets_them(DType dtype, double gradient)
    {
        var weight = new Variable(Zeros([20], dtype));
        var adam = new Adam(0.001, epsilon: 0);
        for (var i = 0; i < 50; i++)
        {
            adam.Apply([weight], [Full([20], gradient, dtype)]);
        }
        Assert.All(weight.ToArrayOf(), value => Assert.Equal(-0.05, value, 1e-5));
    }

    [Fact]
    public void Quotient_by_a_root_is_accurate_and_special_values_are_exact()
    {
        float[] specials = [0, -0f, 1e-45f, 1e-40f, 1e-31f, 1, float.MaxValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN, -1, 3];
        var (xs, ys, offsets) = (new List<float>(), new List<float>(), new List<float>());
        foreach (var x in specials)
        {
            foreach (var y in specials)
            {
                foreach (var offset in specials)
                {
                    (xs, ys, offsets) = ([.. xs, x], [.. ys, y], [.. offsets, offset]);
                }
            }
        }
        var special = xs.Count;
        var random = new Random(7);
        float Any(double low, double high) => (float)Math.Pow(2, low + (random.NextDouble() * (high - low)));
        for (var i = 0; i < 200_000; i++)
        {
            xs.Add(Any(-60, 60) * (random.Next(2) == 0 ? 1 : -1));
            ys.Add(Any(-140, 127));
            offsets.Add(random.Next(3) == 0 ? 0 : Any(-40, 20));
        }
        var w = new Variable(From<float>([.. xs], [xs.Count]));
        CpuUpdates_Update(default(QuotientRule), From<float>([.. ys], [ys.Count]), w, new Variable(From<float>([.. offsets], [offsets.Count])), null, null);
        var actual = w.ToArray<float>();
        var worst = 0.0;
        for (var i = 0; i < actual.Length; i++)
        {
            if (i < special)
            {
                var plain = xs[i] / (MathF.Sqrt(ys[i]) + offsets[i]);
                Assert.True(plain.Equals(actual[i]) || Math.Abs(plain - actual[i]) <= 2 * Math.Abs(MathF.BitIncrement(MathF.Abs(plain)) - MathF.Abs(plain)), $"{xs[i]:R} / (√{ys[i]:R} + {offsets[i]:R}): {actual[i]:R} instead of {plain:R}");
                continue;
            }
            var exact = xs[i] / (Math.Sqrt(ys[i]) + offsets[i]);
            if (Math.Abs(exact) is > 1e-37 and < 3e38)
            {
                worst = Math.Max(worst, Math.Abs(actual[i] - exact) / (MathF.BitIncrement(MathF.Abs((float)exact)) - MathF.Abs((float)exact)));
            }
        }
        Assert.True(worst <= 2.1, $"{worst} ULP");
    }

    private readonly record struct QuotientRule : IUpdateRule
    {
        public static int Slots => 1;

        public void Of<T>(ref T w, T g, ref T s0, ref T s1, ref T s2) where T : struct, IReal<T> => w = T.OverRoot(w, g, s0);
    }

    // ---- rules by reflection: those of the library are private to their optimizers ----

    private static FieldInfo? RuleOf(Optimizer optimizer)
    {
        for (var type = optimizer.GetType(); type is not null; type = type.BaseType)
        {
            if (type.GetField("_rule", BindingFlags.Instance | BindingFlags.NonPublic) is { } field)
            {
                return field;
            }
        }
        return null;
    }

    private static object BegunRule(Optimizer optimizer)
    {
        optimizer.GetType().GetMethod("Begin", BindingFlags.Instance | BindingFlags.NonPublic)!.Invoke(optimizer, [0.1, 3L]);
        return RuleOf(optimizer)!.GetValue(optimizer)!;
    }

    private static void CpuUpdates_Update(object rule, Tensor g, Variable w, Variable? s0, Variable? s1, Variable? s2) =>
        typeof(CpuUpdates).GetMethods(BindingFlags.Static | BindingFlags.Public).Single(method => method.Name == "Update")
            .MakeGenericMethod(rule.GetType()).Invoke(null, [rule, g, w, s0, s1, s2]);

    private static Tensor[] Expression(object rule, Tensor[] tensors) =>
        (Tensor[])typeof(UpdateRules).GetMethod(nameof(Evaluate), BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(rule.GetType()).Invoke(null, [rule, tensors])!;

    private static Tensor[] Evaluate<TRule>(TRule rule, Tensor[] tensors) where TRule : struct, IUpdateRule
    {
        var reals = Array.ConvertAll(tensors, tensor => new TensorReal(tensor));
        rule.Of(ref reals[0], reals[1], ref reals[2], ref reals[3], ref reals[4]);
        return [.. new[] { 0, 2, 3, 4 }.Select(i => reals[i].ToTensor(tensors[0]))];
    }

    internal static void AssertClose(double[] expected, double[] actual, double tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(
                expected[i].Equals(actual[i]) || Math.Abs(expected[i] - actual[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i])),
                FormattableString.Invariant($"{what}[{i}]: {actual[i]:R} instead of {expected[i]:R}"));
        }
    }
}

internal static class TensorValues
{
    public static double[] ToArrayOf(this Tensor x) => x.Cast(DType.Float64).ToArray<double>();
}
