using Autograd.Reports;

namespace Autograd;

/// <summary>What a classifier makes of the validation data: which class was taken for which, and of which mistakes it was surest.</summary>
internal sealed class Judgement
{
    private const int MostExamples = 20_000;
    private const int MostClasses = 100;
    private const int MostImages = 24;
    private const int LeastPixels = 8;

    private readonly List<int> _truths = [];
    private readonly List<int> _guesses = [];
    private readonly PriorityQueue<(Tensor Image, int Truth, int Guess), double> _mistakes = new();
    private readonly Func<Tensor, Tensor>? _image;

    private Judgement(Func<Tensor, Tensor>? image) => _image = image;

    /// <summary>Null where the model is no classifier with one output of a class per example, or there is nothing to judge.</summary>
    public static Judgement? Of(Model model, (BatchSource Source, int? Steps) validation, Func<Tensor, Tensor>? image)
    {
        if (model.CompilationOrNull?.Losses is not [{ } loss]
            || loss is not (SparseCategoricalCrossentropy or CategoricalCrossentropy or CategoricalFocalCrossentropy or BinaryCrossentropy or BinaryFocalCrossentropy))
        {
            return null;
        }
        var judgement = new Judgement(image);
        foreach (var batch in validation.Source.Pass(0).Take(validation.Steps ?? int.MaxValue))
        {
            if (batch.Y.Count != 1 || !judgement.Take(loss, batch, model.PredictAll(batch.X, batchSize: Math.Max(1, batch.Count))))
            {
                return null;
            }
            if (judgement._truths.Count >= MostExamples)
            {
                break;
            }
        }
        return judgement._truths.Count > 0 ? judgement : null;
    }

    private bool Take(Loss loss, Batch batch, Tensors predictions)
    {
        if (predictions.Count != 1 || predictions[0] is not { Rank: 2 } p || p.Shape[1] is 0 or > MostClasses)
        {
            return false;
        }
        var (rows, columns) = (p.Shape[0], p.Shape[1]);
        var isSparse = loss is SparseCategoricalCrossentropy;
        var (given, guessed) = (batch.Y[0].Cast(DType.Float64).ToArray<double>(), p.Cast(DType.Float64).ToArray<double>());
        var perRow = given.Length / Math.Max(1, rows);
        if (given.Length != rows * perRow || perRow != (isSparse ? 1 : columns))
        {
            return false;
        }
        if (columns > 1 && (loss is BinaryCrossentropy or BinaryFocalCrossentropy))
        {
            return false; // several labels at once have no one class
        }
        var threshold = loss is BinaryCrossentropy { FromLogits: true } or BinaryFocalCrossentropy { FromLogits: true } ? 0 : 0.5;
        for (var row = 0; row < rows; row++)
        {
            ReadOnlySpan<double> scores = guessed.AsSpan(row * columns, columns), targets = given.AsSpan(row * perRow, perRow);
            var truth = isSparse ? (int)targets[0] : columns == 1 ? (targets[0] > 0.5 ? 1 : 0) : Largest(targets);
            var guess = columns == 1 ? (scores[0] > threshold ? 1 : 0) : Largest(scores);
            if (truth < 0 || truth >= Math.Max(2, columns))
            {
                continue; // a class that the loss ignores
            }
            _truths.Add(truth);
            _guesses.Add(guess);
            if (truth != guess && ImageOf(batch.X, row) is { } image)
            {
                _mistakes.Enqueue((image, truth, guess), columns == 1 ? Math.Abs(scores[0] - threshold) : scores[guess] - scores[truth]);
                if (_mistakes.Count > MostImages)
                {
                    _mistakes.Dequeue();
                }
            }
        }
        return true;
    }

    private static int Largest(ReadOnlySpan<double> values)
    {
        var largest = 0;
        for (var i = 1; i < values.Length; i++)
        {
            largest = values[i] > values[largest] ? i : largest;
        }
        return largest;
    }

    private Tensor? ImageOf(Tensors x, int row)
    {
        if (x.Count != 1 || !(x[0].DType.IsFloating() || x[0].DType is DType.Int32 or DType.Int64))
        {
            return null;
        }
        var example = x[0][row];
        return _image is not null ? _image(example)
            : example is { Rank: 3 } && example.Shape[0] >= LeastPixels && example.Shape[1] >= LeastPixels && example.Shape[2] is 1 or 3 ? example
            : null;
    }

    public void AddTo(ReportPage page, IReadOnlyList<string>? names)
    {
        var wrong = _truths.Zip(_guesses).Count(pair => pair.First != pair.Second);
        string Name(int number) => names is not null && number < names.Count ? names[number] : number.ToString(Markup.Invariant);
        page.AddHeading("On the validation data");
        page.AddText(string.Create(Markup.Invariant, $"{wrong:N0} of {_truths.Count:N0} examples are taken for another class than theirs, {100.0 * wrong / _truths.Count:0.##} %."));
        var most = _truths.Concat(_guesses).Max();
        page.AddChart(HeatMap.Confusion(ChartValues.From(_truths), ChartValues.From(_guesses), names is not null && most < names.Count ? names : null));
        if (_mistakes.Count == 0)
        {
            return;
        }
        var mistakes = new List<(Tensor Image, int Truth, int Guess)>();
        while (_mistakes.TryDequeue(out var mistake, out _))
        {
            mistakes.Insert(0, mistake);
        }
        var images = Tensor.Stack([.. mistakes.Select(mistake => mistake.Image.Cast(DType.Float32))]);
        if (images.Min().Item() is < 0 and var least)
        {
            images = (images - least) / Math.Max(1e-12, images.Max().Item() - least); // centred inputs
        }
        page.AddChart(new ImageGrid("Surest mistakes: class → taken for").AddAll(images, [.. mistakes.Select(mistake => $"{Name(mistake.Truth)} → {Name(mistake.Guess)}")]));
    }
}
