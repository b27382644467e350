using Autograd.Data;
using Autograd.Tests.Files;
using static Autograd.Tensor;

namespace Autograd.Tests.Data;

/// <summary>A test with files of public data sets; skipped, by name, where they are not there.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class DataFactAttribute : FactAttribute
{
    public DataFactAttribute(string file)
    {
        if (Environment.GetEnvironmentVariable(DataStore.Variable) is not { Length: > 0 } folder || !File.Exists(Path.Combine(folder, file)))
        {
            Skip = $"The environment variable {DataStore.Variable} names no folder with {file}.";
        }
    }
}

/// <summary>Data sets that are drawn, and those that are files.</summary>
public class DatasetsTests
{
    public static TheoryData<string, Func<long?, (Tensor X, Tensor Y)>, int[], int> Drawn => new()
    {
        { "spirals", seed => Datasets.Spirals(4, 50, seed: seed), [200, 2], 4 },
        { "moons", seed => Datasets.Moons(30, seed: seed), [60, 2], 2 },
        { "circles", seed => Datasets.Circles(30, seed: seed), [60, 2], 2 },
        { "blobs", seed => Datasets.Blobs(3, 20, 5, seed: seed), [60, 5], 3 },
        { "digits", seed => Datasets.DrawnDigits(6, seed), [60, 400], 10 },
        { "heartbeats", seed => Datasets.Heartbeats(40, 10, seed: seed) is var beats ? (beats.TrainX, beats.TrainY) : default, [40, 140], 2 },
    };

    [Theory]
    [MemberData(nameof(Drawn))]
    public void Drawn_sets_repeat_by_seed(string what, Func<long?, (Tensor X, Tensor Y)> draw, int[] shape, int classes)
    {
        Assert.NotNull(what);
        var (x, y) = draw(5);
        Assert.Equal(shape, x.Shape);
        Assert.Equal((DType.Float32, DType.Int32, shape[0]), (x.DType, y.DType, y.Size));
        Assert.Equal(Enumerable.Repeat(shape[0] / classes, classes), y.ToArray<int>().CountBy(c => c).OrderBy(pair => pair.Key).Select(pair => pair.Value));
        Assert.All(x.ToArray<float>(), value => Assert.True(float.IsFinite(value)));
        Assert.Equal(x.ToArray<float>(), draw(5).X.ToArray<float>());
        Assert.NotEqual(x.ToArray<float>(), draw(6).X.ToArray<float>());
        Assert.NotEqual(draw(null).X.ToArray<float>(), draw(null).X.ToArray<float>());
    }

    [Fact]
    public void Points_lie_where_their_formulas_say()
    {
        var (circles, ring) = Datasets.Circles(20, noise: 0, factor: 0.3);
        Assert.InRange(Abs(Sqrt(Square(circles).Sum(axis: 1)) - Where(Equal(ring, 0), 1, 0.3)).Max().Item(), 0, 1e-5);
        var (moons, half) = Datasets.Moons(3, noise: 0);
        (int, float, float)[] expected = [(0, -1, 0), (0, 0, 1), (0, 1, 0), (1, 0, 0.5f), (1, 1, -0.5f), (1, 2, 0.5f)];
        Assert.Equal(expected, Enumerable.Range(0, 6).Select(i => ((int)half[i].Item(), Rounded(moons[i, 0]), Rounded(moons[i, 1]))).Order());
        var (spirals, arm) = Datasets.Spirals(2, 11, noise: 0);
        var fraction = Sqrt(Square(spirals).Sum(axis: 1));
        var angle = 4 * (arm + fraction);
        Assert.InRange(Abs(spirals - (fraction.ExpandDims(1) * Stack([Sin(angle), Cos(angle)], axis: 1))).Max().Item(), 0, 1e-5);
        Assert.InRange(fraction.Max().Item(), 1 - 1e-5, 1 + 1e-5);
        Assert.Equal([0, 1, 1, 0], Datasets.Xor().Y.ToArray<int>());
        Assert.Equal([1, 0], Datasets.Xor().X[2].ToArray<float>());
        var beats = Datasets.Heartbeats(8, 4, samples: 50, seed: 1);
        Assert.Equal([4, 50], beats.TestX.Shape);
        Assert.All(beats.TrainX.Mean(axis: 1).ToArray<float>(), mean => Assert.Equal(0, mean, 4));
        Assert.Throws<ValueException>(() => Datasets.Spirals(0));
        Assert.Throws<ValueException>(() => Datasets.Moons(0));
        Assert.Throws<ValueException>(() => Datasets.Blobs(spread: double.NaN));
        Assert.Throws<ValueException>(() => Datasets.Heartbeats(noise: -1));
        Assert.Throws<ShapeException>(() => Datasets.DrawnDigits(int.MaxValue));
        Assert.Throws<ShapeException>(() => Datasets.Blobs(100_000, 100_000));
    }

    private static float Rounded(Tensor x) => (float)Math.Round(x.Item(), 4) + 0f;

    [Fact]
    public void Any_part_of_a_drawn_set_has_all_classes()
    {
        var (_, digits) = Datasets.Digits(new DataStore(null, null, null, TextWriter.Null), byClass: false);
        Assert.All(digits[4500..].ToArray<int>().CountBy(c => c), pair => Assert.InRange(pair.Value, 25, 80));
        Assert.Equal(10, digits[4500..].ToArray<int>().Distinct().Count());
        Assert.Equal(3, Datasets.Spirals(seed: 1).Y[270..].ToArray<int>().Distinct().Count());
        Assert.Equal(10, Datasets.DrawnDigits(50, seed: 1).Y[400..].ToArray<int>().Distinct().Count());
    }

    [Fact]
    public void Drawn_digits_fill_their_square_column_after_column()
    {
        var (x, y) = Datasets.DrawnDigits(40, seed: 3);
        Assert.InRange(x.Min().Item(), 0, 0);
        Assert.InRange(x.Max().Item(), 0.99, 1);
        Assert.InRange(x.Mean().Item(), 0.1, 0.35);
        // A one is higher than wide: its ink, counted by column, stands in the middle, and counted by row everywhere.
        var ones = x[Equal(y, 1)].Reshape(40, 20, 20).Mean(axis: 0);
        var columns = ones.Mean(axis: 1).ToArray<float>();
        var rows = ones.Mean(axis: 0).ToArray<float>();
        Assert.True(columns[..4].Sum() < 0.1 * columns.Sum());
        Assert.All(rows, row => Assert.True(row > 0.02));
    }

    [Fact]
    public void Drawn_digits_stand_in_for_mnist()
    {
        var drawn = Datasets.DrawnMnist(train: 33, test: 7, seed: 3);
        Assert.Equal([33, 28, 28], drawn.TrainX.Shape);
        Assert.Equal([7, 28, 28], drawn.TestX.Shape);
        var (x, y) = Datasets.DrawnDigits(4, seed: 3);
        Assert.Equal(y.ToArray<int>(), Concat([drawn.TrainY, drawn.TestY]).ToArray<int>());
        var rows = Concat([drawn.TrainX, drawn.TestX]);
        var square = x.Reshape(40, 20, 20).SwapAxes(1, 2);
        Assert.Equal((square / square.Max()).ToArray<float>(), (rows[.., 4..24, 4..24] / rows.Max()).ToArray<float>(), (a, b) => Math.Abs(a - b) < 0.01);
        Assert.Equal(rows[.., 4..24, 4..24].Sum().Item(), rows.Sum().Item(), 0.01 * rows.Max().Item()); // the frame is empty
        Assert.Throws<ValueException>(() => Datasets.DrawnMnist(train: 0));
        Assert.Throws<ValueException>(() => Datasets.DrawnMnist(test: -1));
    }

    private static double Accuracy(Model model, Tensor x, Tensor y) => Equal(model.Predict(x, batchSize: 500).ArgMax(axis: 1), y).Mean().Item();

    private static readonly Loss s_crossEntropy = Loss.From((y, logits) => -LogSoftmax(logits).TakeAlongAxis(y.ExpandDims(1), axis: 1).Squeeze(1), "cross_entropy");

    private static Sequential Network(int inputs, params int[] units)
    {
        var model = new Sequential(units.Select((count, i) => (Layer)new Dense(
            count, i < units.Length - 1 ? "relu" : "linear", kernelInitializer: new GlorotUniform(seed: i + 1), inputShape: i == 0 ? [inputs] : null)).ToArray());
        model.Compile(new Adam(0.003), s_crossEntropy);
        return model;
    }

    [Fact]
    public void Drawn_digits_can_be_learned()
    {
        var (x, y) = Datasets.DrawnDigits(60, seed: 1);
        var (testX, testY) = Datasets.DrawnDigits(20, seed: 2);
        var model = Network(400, 25, 15, 10);
        model.Fit(Dataset.From(x, y).Shuffle(seed: 1).Batch(32), epochs: 15, verbose: 0);
        Assert.InRange(Accuracy(model, x, y), 0.97, 1);
        Assert.InRange(Accuracy(model, testX, testY), 0.85, 1);
    }

    [Fact]
    public void Drawn_heartbeats_can_be_learned()
    {
        var beats = Datasets.Heartbeats(300, 200, seed: 1);
        var model = Network(140, 16, 2);
        model.Fit(Dataset.From(beats.TrainX, beats.TrainY).Shuffle(seed: 1).Batch(32), epochs: 12, verbose: 0);
        Assert.InRange(Accuracy(model, beats.TestX, beats.TestY), 0.9, 1);
    }

    [Fact]
    public void Digits_are_drawn_where_no_files_are()
    {
        using var folder = new Folder();
        var store = new DataStore(folder.Path, null, null, TextWriter.Null);
        var (x, y) = Datasets.Digits(store, byClass: true);
        Assert.Equal([5000, 400], x.Shape);
        Assert.Equal([0, 4, 9], (int[])[(int)y[0].Item(), (int)y[2499].Item(), (int)y[4999].Item()]);
        Directory.CreateDirectory(folder["digits5000"]);
        Npy.Save(Path.Combine(folder["digits5000"], "X.npy"), Zeros([3, 400], DType.Float64));
        Npy.Save(Path.Combine(folder["digits5000"], "y.npy"), Arange(3).Reshape(3, 1));
        (x, y) = Datasets.Digits(store, byClass: true);
        Assert.Equal([3, 400], x.Shape);
        Assert.Equal("[0, 1, 2]  shape [3] Int32", y.ToString());
        Npy.Save(Path.Combine(folder["digits5000"], "y.npy"), Arange(3) + 8);
        Assert.Contains("labels from 0 to 9", Assert.Throws<FileException>(() => Datasets.Digits(store, byClass: true)).Message);
        Npy.Save(Path.Combine(folder["digits5000"], "X.npy"), Zeros(3, 399));
        Assert.Contains("[3,399]", Assert.Throws<FileException>(() => Datasets.Digits(store, byClass: true)).Message);
    }

    [Theory]
    [InlineData("1 2 3\n-1\t4,5\n\n", null)]
    [InlineData("1 2\n", "line 1 has 2 numbers")]
    [InlineData("1 2 3\n7 1 2\n", "line 2: the label 7")]
    [InlineData("1 2 3\n1 x 2\n", "line 2, column 2: 'x'")]
    public void Signals_are_read_line_by_line(string text, string? error)
    {
        using var folder = new Folder();
        File.WriteAllText(folder["a.txt"], text);
        if (error is null)
        {
            var (x, y) = SignalFile.Read(folder["a.txt"], 2, [-1, 1]);
            Assert.Equal([2, 3, 4, 5], x.ToArray<float>());
            Assert.Equal([1, 0], y.ToArray<int>());
        }
        else
        {
            Assert.Contains(error, Assert.Throws<FileException>(() => SignalFile.Read(folder["a.txt"], 2, [-1, 1])).Message);
        }
    }

    [DataFact("mnist/train-images-idx3-ubyte.gz")]
    public void Mnist_is_whole()
    {
        var mnist = Datasets.Mnist();
        Assert.Equal([60000, 28, 28], mnist.TrainX.Shape);
        Assert.Equal([10000, 28, 28], mnist.TestX.Shape);
        Assert.Equal((DType.Float32, DType.Int32), (mnist.TrainX.DType, mnist.TrainY.DType));
        Assert.Equal(255, mnist.TrainX.Max().Item());
        Assert.Equal(0.1306604762738429, (mnist.TrainX / 255).Mean().Item(), 4); // as published
        Assert.Equal(1, Datasets.Mnist(normalize: true).TestX.Max().Item());
        Assert.Equal([5, 0, 4, 1, 9], mnist.TrainY[..5].ToArray<int>());
        Assert.Equal([7, 2, 1, 0, 4], mnist.TestY[..5].ToArray<int>());
        Assert.Equal(5923, Equal(mnist.TrainY, 0).Cast(DType.Int32).Sum().Item());
    }

    [DataFact("digits5000/X.npy")]
    public void Digits_of_files_have_all_classes()
    {
        var (x, y) = Datasets.Digits();
        Assert.Equal([5000, 400], x.Shape);
        Assert.Equal(Enumerable.Repeat(500, 10), y.ToArray<int>().CountBy(c => c).OrderBy(pair => pair.Key).Select(pair => pair.Value));
    }

    [DataFact("auto-mpg/mpg.csv")]
    public void Cars_have_their_columns()
    {
        var cars = Datasets.AutoMpg();
        Assert.Equal(398, cars.Count);
        Assert.Equal(392, cars.WithoutEmpty("horsepower").Count);
        Assert.Equal(6, IsNaN(cars.Numbers("horsepower", emptyAsNaN: true)).Cast(DType.Int32).Sum().Item());
        Assert.Equal(["europe", "japan", "usa"], cars.Vocabulary("origin"));
        Assert.Equal(23.51457, cars.Numbers("mpg", dtype: DType.Float64).Mean().Item(), 5);
    }

    [DataFact("california-housing/housing.csv")]
    public void Districts_have_their_columns()
    {
        var districts = Datasets.CaliforniaHousing();
        Assert.Equal(20640, districts.Count);
        Assert.Equal(20433, districts.WithoutEmpty("total_bedrooms").Count);
        Assert.Equal(206855.8, districts.Numbers("median_house_value", dtype: DType.Float64).Mean().Item(), 0);
        Assert.Equal(5, districts.Vocabulary("ocean_proximity").Count);
    }

    [DataFact("titanic/train.csv")]
    public void Passengers_have_their_names()
    {
        var passengers = Datasets.Titanic();
        Assert.Equal(891, passengers.Count);
        Assert.Equal("Braund, Mr. Owen Harris", passengers[0, "Name"]);
        Assert.Equal(342, passengers.Numbers("Survived", dtype: DType.Int32).Sum().Item());
        Assert.Equal(714, passengers.WithoutEmpty("Age").Count);
    }

    [DataFact("ecg200/ECG200_TRAIN.txt")]
    public void Heartbeats_of_files_have_their_classes()
    {
        var beats = Datasets.Ecg200();
        Assert.Equal([100, 96], beats.TrainX.Shape);
        Assert.Equal(69, beats.TrainY.Sum().Item());
        Assert.Equal(64, beats.TestY.Sum().Item());
    }

    [DataFact("ecg5000/ECG5000_TRAIN.txt")]
    public void Five_kinds_of_heartbeats_are_told_apart()
    {
        var beats = Datasets.Ecg5000();
        Assert.Equal([500, 140], beats.TrainX.Shape);
        Assert.Equal(292, Equal(beats.TrainY, 0).Cast(DType.Int32).Sum().Item());
    }

    [DataFact("tiny-shakespeare/input.txt")]
    public void Shakespeare_has_a_million_characters()
    {
        var text = Datasets.TinyShakespeare();
        Assert.Equal((1115394, 65), (text.Length, text.Distinct().Count()));
        Assert.StartsWith("First Citizen:", text, StringComparison.Ordinal);
    }
}
