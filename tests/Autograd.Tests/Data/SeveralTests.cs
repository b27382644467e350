using static Autograd.Tensor;

namespace Autograd.Tests.Data;

/// <summary>Data of several inputs and outputs, from lists and by name.</summary>
public class SeveralTests
{
    private static readonly Tensor s_u = Arange(6).Cast(DType.Float32).Reshape(6, 1), s_v = 10 * Arange(12).Cast(DType.Float32).Reshape(6, 2), s_a = s_u + 100, s_b = s_u + 200;

    private static Tensors X => Tensors.Named(("v", s_v), ("u", s_u));

    private static Tensors Y => Tensors.Named(("b", s_b), ("a", s_a));

    private static Model TwoByTwo()
    {
        Node u = new Input([1], name: "u"), v = new Input([2], name: "v");
        var model = new Model([u, v], [new Dense(1, kernelInitializer: "ones", name: "a").Apply(u), new Dense(1, kernelInitializer: "zeros", name: "b").Apply(v)]);
        model.Compile(new SGD(0), ["mae", "mae"]);
        return model;
    }

    [Theory]
    [InlineData("rows")]
    [InlineData("shuffled")]
    [InlineData("mapped")]
    [InlineData("in order")]
    public void Rows_of_all_tensors_stay_together(string how)
    {
        var data = how == "in order" ? Dataset.From([s_u, s_v], [s_a, s_b]) : Dataset.From(X, Y);
        data = how switch { "shuffled" => data.Shuffle(6, seed: 1), "mapped" => data.Map(example => (example.X, example.Y)), _ => data };
        var rows = new List<float>();
        foreach (var batch in data.Batch(4))
        {
            var (u, v, a, b) = how == "in order" ? (batch.X[0], batch.X[1], batch.Y[0], batch.Y[1]) : (batch.X["u"], batch.X["v"], batch.Y["a"], batch.Y["b"]);
            Assert.Equal(u.ToArray<float>(), (a - 100).ToArray<float>());
            Assert.Equal(u.ToArray<float>(), (b - 200).ToArray<float>());
            Assert.Equal(u.ToArray<float>(), (v[.., ..1] / 20).ToArray<float>());
            rows.AddRange(u.ToArray<float>());
        }
        Assert.Equal([0f, 1, 2, 3, 4, 5], rows.Order());
        Assert.Equal(how != "shuffled", rows.SequenceEqual(rows.Order()));
    }

    [Fact]
    public void A_model_trains_on_them_and_validates_on_them()
    {
        var model = TwoByTwo();
        var history = model.Fit(Dataset.From(X, Y).Batch(4), validationData: Dataset.From(X, Y, Ones(6)).Batch(6), verbose: 0);
        Assert.Equal(history["loss"][0], history["val_loss"][0], 3);
        Assert.Equal(100 + 202.5, history["loss"][0], 3);
        foreach (var again in new[] { model.Fit(X, Y, validationData: (X, Y), verbose: 0), model.Fit([s_u, s_v], [s_a, s_b], validationData: ([s_u, s_v], [s_a, s_b]), verbose: 0) })
        {
            Assert.Equal(302.5, again["val_loss"][0], 3);
        }
    }

    [Fact]
    public void Tensors_of_other_lengths_are_refused() =>
        Assert.Contains("Dataset.From", Assert.Throws<ShapeException>(() => Dataset.From([s_u, s_v[..5]], s_a)).Message);

    [Fact]
    public void A_batch_is_written_as_a_pair()
    {
        var weight = new Variable(Ones(1, 1));
        Tensors several = [s_u, s_v];
        Batch[] batches = [(s_u, s_a), (weight, s_a), (several, s_a), (s_u, several), ([s_u, s_v], s_a), (several, several), new(new Dictionary<string, Tensor> { ["u"] = s_u }, s_a)];
        Assert.Equal([1, 1, 2, 1, 2, 2, 1], batches.Select(batch => batch.X.Count));
        Assert.Equal([1, 1, 1, 2, 1, 2, 1], batches.Select(batch => batch.Y.Count));
    }

    [Fact]
    public void They_print()
    {
        Assert.Equal("u: [1.0, 2.0]  shape [2] Float32\nn: 3 (Int32 scalar)", Tensors.Named(("u", From([1f, 2])), ("n", From<int>([3], []))).ToString());
        Assert.Equal("0: [1.0]  shape [1] Float32\n1: [1.0]  shape [1] Float32", Tensors.Of(Ones(1), Ones(1)).ToString());
        Assert.Equal(Ones(2).ToString(), Tensors.Of(Ones(2)).ToString());
        Assert.Equal("no tensors", default(Tensors).ToString());
        var model = TwoByTwo();
        Assert.Equal("loss: 302.5000, 302.5000\na_loss: 100.0000, 100.0000\nb_loss: 202.5000, 202.5000", model.Fit(X, Y, epochs: 2, batchSize: 6, verbose: 0).ToString());
        Assert.StartsWith("loss: 302.5000, 302.5000, 302.5000, ... , 302.5000, ", model.Fit(X, Y, epochs: 11, batchSize: 6, verbose: 0).ToString());
    }
}
