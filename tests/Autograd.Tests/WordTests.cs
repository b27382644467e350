using System.Text.Json;
using static Autograd.Tensor;

namespace Autograd.Tests;

/// <summary>What a reader of a tutorial types means what it looks like.</summary>
public sealed class WordTests
{
    [Fact]
    public void Brackets_make_a_tensor()
    {
        Tensor vector = [1f, 2f], whole = [1, 2, 3], fractions = [0.5, 2], flags = [true, false], longs = [1L, 2], mixed = [1, 2.5], none = [], one = [3f];
        Tensor matrix = [[1, 2], [3, 4.5]];
        Assert.Equal("[1.0, 2.0]  shape [2] Float32", vector.ToString());
        Assert.Equal("[1, 2, 3]  shape [3] Int32", whole.ToString());
        Assert.Equal((DType.Float32, DType.Bool, DType.Int64, DType.Float32, DType.Float32), (fractions.DType, flags.DType, longs.DType, mixed.DType, none.DType));
        Assert.Equal([2, 2], matrix.Shape);
        Assert.Equal([1f, 2, 3, 4.5f], matrix.ToArray<float>());
        Assert.Equal([[0], [1]], (Shape[])[none.Shape, one.Shape]);
        Tensor kept = new[] { 1.0, 2 };
        Assert.Equal(DType.Float64, kept.DType);
        Assert.Throws<ShapeException>(() => { Tensor ragged = [[1, 2], [3]]; });
        Assert.Equal([2, 3], new Variable([[1f, 2, 3], [4, 5, 6]]).Shape);
        // Tensors in brackets are several tensors.
        Tensors several = [vector, vector];
        Batch batch = ([vector, vector], vector);
        Assert.Equal((2, 2), (several.Count, batch.X.Count));
    }

    [Fact]
    public void Rows_come_one_after_another()
    {
        var x = Arange(6).Reshape(3, 2);
        var rows = new List<string>();
        foreach (var row in x)
        {
            rows.Add(row.ToString());
        }
        Assert.Equal(["[0, 1]  shape [2] Int64", "[2, 3]  shape [2] Int64", "[4, 5]  shape [2] Int64"], rows);
        Tensor[] all = [.. x.T];
        Assert.Equal([0, 2, 4], all[0].ToArray<long>());
        var v = new Variable(From([1f, 2, 3]));
        using (var tape = new GradientTape())
        {
            Tensor product = 1f;
            foreach (var element in v)
            {
                product *= element;
            }
            Assert.Equal([6f, 3, 2], tape.Gradients(product, v).Single.ToArray<float>());
        }
        var w = new Variable(From([1f, 2]));
        foreach (var one in w)
        {
            w.Assign(w + one); // rows are those of the beginning
        }
        Assert.Equal([4f, 5], w.ToArray<float>());
        Assert.Contains("scalar", Assert.Throws<ShapeException>(() => { foreach (var _ in Ones([])) { } }).Message);
        foreach (var _ in Zeros(0, 3))
        {
            Assert.Fail("there are no rows");
        }
    }

    [Fact]
    public void A_shape_and_several_tensors_are_taken_apart()
    {
        var (rows, columns) = Zeros(2, 3).Shape;
        var (batch, steps, channels) = Zeros(4, 5, 6).Shape;
        var (n, height, width, colours) = Zeros(1, 2, 3, 4).Shape;
        Assert.Equal((2, 3, 4, 5, 6), (rows, columns, batch, steps, channels));
        Assert.Equal((1, 2, 3, 4), (n, height, width, colours));
        Assert.True(Zeros(7, 784).Shape is [_, 784]);
        Assert.Contains("[2,3]", Assert.Throws<ShapeException>(() => { var (a, b, c) = Zeros(2, 3).Shape; }).Message);
        Tensors pair = [Zeros(2), Ones(3)];
        var (first, second) = pair;
        Assert.Equal((2, 3), (first.Size, second.Size));
        Assert.Throws<ShapeException>(() => { var (a, b, c) = pair; });
    }

    [Fact]
    public void A_scalar_converts_to_a_number()
    {
        var loss = From([1.75f]).Mean();
        Assert.Equal((1.75f, 1.75, 1, 1L), ((float)loss, (double)loss, (int)loss, (long)loss));
        Assert.Equal(9007199254740993L, (long)From<long>([9007199254740993]));
        Assert.Equal(-2, (int)From([-2.9]));
        Assert.Throws<ShapeException>(() => (float)Zeros(2));
        Assert.Throws<ValueException>(() => (int)From([3e9]));
        Assert.Throws<ValueException>(() => (long)From([double.NaN]));
        Assert.Throws<ValueException>(() => (long)From([9223372036854775808.0]));
    }

    [Fact]
    public void Numbers_keep_the_type_of_the_tensor_beside_them()
    {
        foreach (var dtype in new[] { DType.Float32, DType.Float64, DType.Int32, DType.Int64 })
        {
            var x = Full([2], 3, dtype);
            var floating = dtype.IsFloating() ? dtype : DType.Float32;
            Assert.Equal([dtype, dtype, dtype, dtype, dtype], [(2 * x).DType, (x + 2).DType, (2L - x).DType, (x - 2L).DType, (x % 2).DType]);
            Assert.Equal([floating, floating, floating, floating], [(0.5 * x).DType, (x - 0.5).DType, (0.5f * x).DType, (1 / x).DType]);
            Assert.Equal([5, -1, 6, 2 / 3.0, 2], [(2 + x)[0].Item(), (2 - x)[0].Item(), (2f * x)[0].Item(), Math.Round((2.0 / x)[0].Item(), 9), Math.Round((2 % x)[0].Item(), 6)], (a, b) => Math.Abs(a - b) < 1e-6);
        }
        Assert.Equal(DType.Int64, ((1L << 40) + From([1])).DType);
        var w = new Variable(2f);
        using var tape = new GradientTape();
        Assert.Equal(0.5 - 4, (double)tape.Gradients((0.5 * w) - (w * 4), w).Single);
    }

    [Fact]
    public void Losses_add_up()
    {
        var losses = new List<Tensor> { 1f, From([2f]).Sum(), 0.5 };
        Assert.Equal(3.5, AddN(losses).Item());
        Assert.Equal([3f, 5], AddN([From([1f, 2]), From([2f, 3])]).ToArray<float>());
        Assert.Equal([1f, 2], AddN(From([1f, 2])).ToArray<float>());
        Assert.Contains("AddN", Assert.Throws<ShapeException>(() => AddN(Zeros(2), Zeros(1))).Message);
        Assert.Throws<ShapeException>(() => AddN());
    }

    [Fact]
    public void A_grid_is_NumPys()
    {
        var (x, y) = Meshgrid([From([1f, 2, 3]), From([10, 20])]);
        Assert.Equal([2, 3], x.Shape);
        Assert.Equal([1f, 2, 3, 1, 2, 3], x.ToArray<float>());
        Assert.Equal([10, 10, 10, 20, 20, 20], y.ToArray<int>());
        (x, y) = Meshgrid([From([1f, 2, 3]), From([10, 20])], "ij");
        Assert.Equal([3, 2], x.Shape);
        Assert.Equal([1f, 1, 2, 2, 3, 3], x.ToArray<float>());
        Assert.Equal([10, 20, 10, 20, 10, 20], y.ToArray<int>());
        Assert.Equal([[3, 2, 4]], Meshgrid([Zeros(2), Zeros(3), Zeros(4)]).Select(grid => grid.Shape).Distinct());
        Assert.Equal([[2, 3, 4]], Meshgrid([Zeros(2), Zeros(3), Zeros(4)], "ij").Select(grid => grid.Shape).Distinct());
        Assert.Equal([2], Meshgrid([Zeros(2)]).Single.Shape);
        Assert.Equal([3, 1], Meshgrid([Zeros([]), Zeros(3)])[0].Shape);
        Assert.Throws<ShapeException>(() => Meshgrid([Zeros(2, 2)]));
        Assert.Throws<ValueException>(() => Meshgrid([Zeros(2)], "yx"));
    }

    [Fact]
    public void Gradients_are_there_or_the_tape_says_why()
    {
        var (w, b, unused) = (new Variable(2f), new Variable(3f), new Variable(1f, name: "unused"));
        using (var tape = new GradientTape())
        {
            var (dw, db) = tape.Gradients(w * w * b, w, b);
            Assert.Equal((12, 4), (dw.Item(), db.Item()));
        }
        using (var tape = new GradientTape())
        {
            Assert.Equal(12, tape.Gradients(w * w * b, (IReadOnlyList<Variable>)[w])[0].Item());
        }
        using (var tape = new GradientTape())
        {
            var loss = w * b;
            var message = Assert.Throws<TapeException>(() => tape.Gradients(loss, [w, unused])).Message;
            Assert.Contains("unused has no gradient", message);
            Assert.Contains(tape.Explain(loss, unused), message);
        }
        using (var tape = new GradientTape())
        {
            var stopped = Assert.Throws<TapeException>(() => tape.Gradients(StopGradient(w) * 2, w)).Message;
            Assert.Contains("StopGradient", stopped);
        }
    }

    [Fact]
    public void A_history_is_a_dictionary()
    {
        var model = new Sequential([new Dense(1, inputShape: [2])]);
        model.Compile("sgd", "mse", metrics: "mae");
        var history = model.Fit(RandomNormal([8, 2], seed: 1), Zeros(8, 1), epochs: 3, validationSplit: 0.25, verbose: 0);
        Assert.Equal(["loss", "mae", "val_loss", "val_mae"], history.Keys);
        foreach (var (name, values) in history)
        {
            Assert.Equal(history[name], values);
            Assert.Equal(3, values.Count);
        }
        Assert.StartsWith("{\"epoch\":[0,1,2],\"history\":{\"loss\":[", JsonSerializer.Serialize(history));
        Assert.True(history.ContainsKey("mae"));
        Assert.Contains("val_mae", Assert.Throws<ValueException>(() => history["acc"]).Message);
    }

    [Fact]
    public void A_function_is_an_activation()
    {
        var x = RandomNormal([3, 4], seed: 1);
        Dense named = new(5, "relu", kernelInitializer: new GlorotUniform(seed: 1)), given = new(5, Relu, kernelInitializer: new GlorotUniform(seed: 1));
        Assert.True(AllClose(named.Apply(x), given.Apply(x), 0, 0));
        Assert.Equal("relu", given.Activation.Function);
        var own = new Dense(5, activation: t => t * Sigmoid(t));
        Assert.Null(own.Activation.Function);
        Assert.Equal("linear", new Dense(5, activation: null).Activation.Function);
        Assert.Equal(["gelu", "softmax", "leaky_relu", "tanh"], new Func<Tensor, Tensor>[] { Gelu, Tensor.Softmax, LeakyRelu, Tanh }.Select(function => new Activation(function).Function));
        Assert.Equal([2, 26, 26, 4], new Conv2D(4, 3, activation: Elu).Apply(Zeros(2, 28, 28, 1)).Shape);
        GradientCheck.Assert(Gelu, From([0.3, -1.2]));
    }

    [Fact]
    public void A_weight_begins_with_Glorots_values_and_the_rate_can_be_read()
    {
        var layer = new Plain();
        layer.Apply(Zeros(1, 100));
        Assert.InRange(layer.Weights[0].Max().Item(), 0.5 * Math.Sqrt(6 / 150.0), Math.Sqrt(6 / 150.0));
        var w = new Variable(1f);
        var sgd = new SGD(new ExponentialDecay(0.5, 1, 0.5));
        Assert.Equal(0.5, sgd.CurrentLearningRate);
        sgd.Apply([w], [Ones([])]);
        Assert.Equal(0.25, sgd.CurrentLearningRate);
        sgd.CurrentLearningRate *= 0.5;
        sgd.Apply([w], [Ones([])]);
        Assert.Equal((0.125, 0.375), (sgd.CurrentLearningRate, w.Item()));
        Assert.Throws<ValueException>(() => sgd.CurrentLearningRate = -1);
    }

    private sealed class Plain : Layer
    {
        protected override void Build(Shape input) => AddWeight("kernel", [input[^1], 50]);

        protected override Tensor Call(Tensor x, bool training) => MatMul(x, Weights[0]);
    }

    [Fact]
    public void What_L2_and_a_loss_mean_is_printed()
    {
        Assert.Equal("L2(factor: 0.1), 0.1 sum x^2 as in Keras; half that in tf.contrib and PyTorch", new L2(0.1).ToString());
        Assert.Equal("L1(factor: 0.01)", new L1().ToString());
        Assert.Equal(0.5, new L2(0.1).Apply(From([1f, 2])).Item(), 6);
        Assert.Equal("Huber(delta: 2, reduction: \"SumOverBatchSize\", name: \"huber\")", new Huber(2, name: "huber").ToString());
        Assert.Equal("mine", Loss.From((y, p) => y - p, "mine").ToString());
    }

    [Fact]
    public void Operators_for_bools_say_what_else_was_meant()
    {
        var x = From([1f, 2]);
        string Of(Action action) => Assert.Throws<DTypeException>(action).Message;
        Assert.Contains("Square(x) and Pow(x, y)", Of(() => _ = x ^ 2));
        Assert.Contains("as x > 0", Of(() => _ = x & 1));
        Assert.Contains("as x > 0", Of(() => _ = x | x));
        Assert.Contains("Equal(x, 0)", Of(() => _ = !x));
        Assert.Throws<DTypeException>(() => Zeros([2], 0)); // a literal 0 is no type
    }
}
