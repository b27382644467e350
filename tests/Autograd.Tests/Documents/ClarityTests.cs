namespace Autograd.Tests.Documents;

/// <summary>What has two readings does not compile: numbers in a row mean the same with and without named arguments behind them, or nothing.</summary>
public sealed class ClarityTests
{
    /// <summary>An expression, and its shape; null where the compiler must refuse it and say what to write.</summary>
    public static TheoryData<string, string?> Creations() => new()
    {
        { "Zeros(2, 3)", "[2,3]" },
        { "Zeros(2)", "[2]" },
        { "Zeros(2, dtype: DType.Int32)", "[2]" },
        { "Zeros([2, 3], dtype: DType.Int32)", "[2,3]" },
        { "Zeros(2, 3, dtype: DType.Int32)", null },
        { "Ones(2, 3)", "[2,3]" },
        { "Ones(2, 3, DType.Int32)", null },
        { "Full([2, 3], 0)", "[2,3]" },
        { "Full(2, 0)", "[2]" },
        { "Full(2, 3, 0)", null },
        { "Full(2, 3, 1)", null },
        { "RandomNormal([4, 16])", "[4,16]" },
        { "RandomNormal([4, 16], seed: 3)", "[4,16]" },
        { "RandomNormal([4, 16], 0, 1)", "[4,16]" },
        { "RandomNormal(4)", "[4]" },
        { "RandomNormal(4, seed: 3)", "[4]" },
        { "RandomNormal(4, 0.0, 1.0)", "[4]" },
        { "RandomNormal(4, 16)", null },
        { "RandomNormal(4, 16, seed: 3)", null },
        { "RandomNormal(4, 16, stddev: 0.1)", null },
        { "RandomNormal(4, 16, dtype: DType.Float64)", null },
        { "RandomNormal(1000, 0, 1)", null },
        { "RandomTruncatedNormal([4, 16], seed: 1)", "[4,16]" },
        { "RandomTruncatedNormal(4, 16, seed: 1)", null },
        { "RandomTruncatedNormal(4, 16)", null },
        { "RandomUniform([100], 0, 1)", "[100]" },
        { "RandomUniform([4, 16], max: 2)", "[4,16]" },
        { "RandomUniform(100, 0, 1)", null },
        { "RandomUniform(4, 16)", null },
        { "RandomUniform(4, 16, seed: 3)", null },
        { "RandomInteger([3, 4], 0, 10)", "[3,4]" },
        { "RandomInteger([3, 4], 0, 10, seed: 1)", "[3,4]" },
        { "RandomInteger(0, 5, 10)", null },
        { "RandomInteger(3, 4, 0, 10)", null },
        { "RandomInteger(3, 4, 0, 10, seed: 1)", null },
        { "RandomBernoulli([4, 16])", "[4,16]" },
        { "RandomBernoulli([4, 16], seed: 1)", "[4,16]" },
        { "RandomBernoulli([0.2, 0.9, 0.5])", "[3]" },
        { "RandomBernoulli(5)", "[5]" },
        { "RandomBernoulli(4, 1)", null },
        { "RandomBernoulli(4, 16, seed: 1)", null },
        { "Eye(2, 3)", "[2,3]" },
        { "Eye(2, 3, dtype: DType.Int32)", "[2,3]" },
        { "Arange(2, 8)", "[6]" },
        { "Arange(2, 8, dtype: DType.Float32)", "[6]" },
        { "Linspace(0, 1, 5)", "[5]" },
        { "Zeros(6).Reshape(2, 3)", "[2,3]" },
        { "Zeros(6).Tile(2)", "[12]" },
    };

    [Theory]
    [MemberData(nameof(Creations))]
    public void Numbers_in_a_row_have_one_reading(string expression, string? shape)
    {
        var faults = Compiler.Faults($"using Autograd; using static Autograd.Tensor; Console.WriteLine(({expression}).Shape);");
        if (shape is not null)
        {
            Assert.Empty(faults);
            return;
        }
        Assert.NotEmpty(faults);
        Assert.All(faults.Where(fault => fault.Id == "CS0619"), fault => Assert.Contains("in brackets", fault.GetMessage(System.Globalization.CultureInfo.InvariantCulture)));
        if (!expression.Contains("dtype", StringComparison.OrdinalIgnoreCase) || expression.StartsWith("Random", StringComparison.Ordinal))
        {
            Assert.Contains(faults, fault => fault.Id == "CS0619");
        }
    }

    [Fact]
    public void Their_shapes_are_what_they_look_like()
    {
        // The same expressions, compiled with these tests.
        Assert.Equal([2, 3], Tensor.Zeros(2, 3).Shape);
        Assert.Equal([2], Tensor.Zeros(2, dtype: DType.Int32).Shape);
        Assert.Equal([2], Tensor.Full(2, 0).Shape);
        Assert.Equal([4, 16], Tensor.RandomNormal([4, 16], seed: 3).Shape);
        Assert.Equal([4], Tensor.RandomNormal(4, 0.0, 1.0).Shape);
        Assert.Equal([100], Tensor.RandomUniform([100], 0, 1).Shape);
        Assert.Equal([3, 4], Tensor.RandomInteger([3, 4], 0, 10, seed: 1).Shape);
        Assert.Equal([4, 16], Tensor.RandomBernoulli([4, 16], seed: 1).Shape);
        Assert.Equal([3], Tensor.RandomBernoulli([0.2, 0.9, 0.5]).Shape);
        Assert.Equal([5], Tensor.RandomBernoulli(5).Shape);
        Assert.Equal([6], Tensor.Arange(2, 8, dtype: DType.Float32).Shape);
    }

    /// <summary>Words that a first program needs, without a ! or a cast.</summary>
    [Theory]
    [InlineData("model.Compile(\"adam\", \"mse\", metrics: \"accuracy\");")]
    [InlineData("model.Compile(\"adam\", \"mse\", metrics: [\"accuracy\", new Precision()]);")]
    [InlineData("model.Compile(\"adam\", \"mse\", metrics: null); model.Compile(); model.Compile(loss: \"mse\", metrics: \"mae\");")]
    [InlineData("new Dense(3, activation: Relu); new Dense(3, Gelu); new Dense(3, activation: t => t * t); new Dense(3, \"relu\"); new Dense(3, null); new Conv2D(4, 3, activation: Relu);")]
    [InlineData("var g = tape.Gradients(x * x, [x, x]); x.AssignSub(0.5f * g[0]); new Adam().Apply([x], g);")]
    [InlineData("var (a, b) = tape.Gradients(x * x, x, x); x.AssignSub(0.1 * a); tape.Watch([x, x]); tape.Watch(x);")]
    [InlineData("Tensor t = [1f, 2f]; foreach (var row in t) { float v = (float)row; }")]
    [InlineData("var history = model.Fit(Zeros(4, 3), Zeros(4, 1)); foreach (var (name, values) in history) { Console.WriteLine(name + values[0]); } Console.WriteLine(history.Keys.First() + history[\"loss\"][0]);")]
    [InlineData("var (rows, columns) = Zeros(2, 3).Shape; if (Zeros(2, 3).Shape is [var n, 3]) { Console.WriteLine(n + rows + columns); }")]
    [InlineData("Dataset<(Tensors X, Tensors Y)> d = Dataset.From([Zeros(2), Zeros(2)], Zeros(2)); d = Dataset.From([Zeros(2), Zeros(2)], [Zeros(2), Zeros(2)]); Dataset<(Tensor X, Tensor Y)> e = Dataset.From(Zeros(2), Zeros(2));")]
    [InlineData("Dense layer = new(3); layer.Apply(Zeros(1, 2)); new Add().Apply([Zeros(1, 2), Zeros(1, 2)]); GradientCheck.Assert(v => v[0] * v[1], [Zeros(2), Zeros(2)]); GradientCheck.Assert(Relu, Zeros(2));")]
    public void First_words_compile(string program) => Assert.Empty(Compiler.Faults(
        $$"""using Autograd; using static Autograd.Tensor; var model = new Sequential([new Dense(1, inputShape: [3])]); var x = new Variable(2f); var tape = new GradientTape(persistent: true); {{program}}"""));
}
