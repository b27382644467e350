using static Autograd.Tensor;

namespace Autograd.Tests.Models;

/// <summary>Penalties on activities and weights, models that only they train, and models in which nothing trains.</summary>
public class PenaltyTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public void A_penalty_on_activities_is_that_of_an_example(int rows)
    {
        var x = RandomNormal([rows, 3], seed: 1);
        var layer = new Dense(2) { ActivityRegularizer = new L2(1) };
        var expected = Square(layer.Apply(x)).Sum().Item() / rows;
        Assert.Equal(expected, layer.Losses.Single().Item(), 1e-5);
        var other = new ActivityRegularization(l1: 0.5, l2: 1);
        other.Apply(x);
        Assert.Equal((0.5 * Abs(x).Sum().Item() / rows) + (Square(x).Sum().Item() / rows), other.Losses.Single().Item(), 1e-5);
        Assert.Equal(0, Loss(new Dense(2) { ActivityRegularizer = "l2" }, Zeros(0, 3)));
    }

    private static double Loss(Layer layer, Tensor x)
    {
        layer.Apply(x);
        return layer.Losses.Sum(loss => loss.Item());
    }

    [Fact]
    public void Each_use_and_each_result_has_its_penalty()
    {
        var shared = new Dense(2) { ActivityRegularizer = new L2(1) };
        var (a, b) = (new Input([3]), new Input([3]));
        var model = new Model([a, b], [new Add().Apply([shared.Apply(a), shared.Apply(b)])]);
        model.Compile(new SGD(0), Autograd.Loss.From((y, p) => 0 * p), []);
        var (x, z) = (RandomNormal([5, 3], seed: 1), RandomNormal([5, 3], seed: 2));
        var expected = (Square(shared.Apply(x)).Sum().Item() + Square(shared.Apply(z)).Sum().Item()) / 5;
        Assert.Equal(expected, model.Evaluate(new Tensor[] { x, z }, Zeros(5, 2), verbose: 0)["loss"], 1e-5);
        var recurrent = new LSTM(2, returnSequences: true, returnState: true) { ActivityRegularizer = new L1(1) };
        var results = recurrent.ApplyAll(RandomNormal([4, 3, 2], seed: 3));
        Assert.All(results.Zip(recurrent.Losses), pair => Assert.Equal(Abs(pair.First).Sum().Item() / 4, pair.Second.Item(), 1e-5));
        Assert.Equal(3, recurrent.Losses.Count);
        // Inside other layers and models.
        var nested = new Sequential([new Sequential([new Dense(2, kernelInitializer: "ones") { ActivityRegularizer = new L1(1) }], name: "inner"), new Dense(1)]);
        Assert.Equal(6, Loss(nested, Ones(7, 3)), 1e-5);
    }

    private sealed class Small : Layer
    {
        protected override Tensor Call(Tensor x, bool training)
        {
            AddLoss(Square(x).Mean());
            return x;
        }
    }

    [Fact]
    public void Penalties_alone_train()
    {
        var model = new Sequential([new Dense(1, useBias: false, kernelInitializer: "ones", kernelRegularizer: new L2(0.5), inputShape: [2])]);
        model.Compile(new SGD(0.1));
        var history = model.Fit(Ones(4, 2), epochs: 2, batchSize: 4, verbose: 0, validationData: new Batch(Ones(2, 2)));
        Assert.Equal(1, history["loss"][0], 1e-6);
        Assert.Equal(0.81, history["loss"][1], 1e-6);
        Assert.Equal(0.6561, history["val_loss"][1], 1e-6);
        Assert.Equal(0.81, (double)model.Weights[0].ToArray<float>()[0], 1e-6);
        Assert.Equal(0.6561, model.Evaluate(Ones(4, 2), verbose: 0)["loss"], 1e-6);
        model.TrainOnBatch(Ones(1, 2));
        model.Fit(Dataset.From(Ones(4, 2), Ones(4, 1)).Batch(2), verbose: 0); // targets that nobody reads
        var added = new Sequential([new Dense(2, inputShape: [2]), new Small()]);
        added.Compile("sgd");
        var losses = added.Fit(Ones(4, 2), epochs: 9, verbose: 0)["loss"];
        Assert.True(losses[^1] < losses[0]);
    }

    [Fact]
    public void Without_loss_and_penalty_nothing_trains_but_all_is_measured()
    {
        var model = new Sequential([new Dense(1, kernelInitializer: "ones", inputShape: [2])]);
        model.Compile("sgd", metrics: ["mae"]);
        Assert.Equal([0, 1], model.Evaluate(Ones(4, 2), Ones(4, 1), verbose: 0).Values);
        Assert.Contains("penalty", Assert.Throws<ModelException>(() => model.Fit(Ones(4, 2), Ones(4, 1), verbose: 0)).Message);
        Assert.Contains("no targets", Assert.Throws<ShapeException>(() => model.Fit(Ones(4, 2), verbose: 0)).Message);
    }

    [Fact]
    public void A_frozen_model_is_fitted_in_vain()
    {
        var model = new Sequential([new Dense(1, kernelInitializer: "ones", inputShape: [2])]) { Trainable = false };
        model.Compile("sgd", "mse", ["mae"]);
        var history = model.Fit(Ones(4, 2), Ones(4, 1), epochs: 2, verbose: 0, callbacks: [new TerminateOnNaN()]);
        Assert.Equal([1, 1], history["loss"]);
        Assert.Equal([1, 1], history["mae"]);
        Assert.Equal(0, model.Optimizer.Iterations);
        model.Trainable = true;
        model.Fit(Ones(4, 2), Ones(4, 1), verbose: 0);
        Assert.Equal(1, model.Optimizer.Iterations);
        var without = new Sequential([new Flatten(inputShape: [2])]);
        without.Compile("sgd", "mse");
        Assert.Equal(1, without.Fit(Zeros(4, 2), Ones(4, 2), verbose: 0)["loss"][0]);
    }

    [Fact]
    public void A_function_of_several_tensors_says_so()
    {
        var error = Assert.Throws<ShapeException>(() => new Lambda(t => t[0] - t[1]).Apply([Ones(1, 2), Ones(1, 2)]));
        Assert.Contains("(Tensor[] t) => t[0] - t[1]", error.Message);
        Assert.Equal([2f, 2], new Lambda((Tensor[] t) => t[0] - t[1]).Apply([3 * Ones(1, 2), Ones(1, 2)]).ToArray<float>());
    }
}
