namespace Autograd.Tests.Ops;

/// <summary>Every public operation of <see cref="Tensor"/>, one row each or more. What a row must fulfil is in <see cref="OpTests"/>.</summary>
internal static partial class OpTable
{
    private static readonly Lazy<Dictionary<string, OpRow>> s_rows = new(() =>
        new OpRow[][] { Elementwise, Pairs, Comparisons, Reductions, Movements, Indexings, Convolutions, Recurrences, Networks, Others }.SelectMany(rows => rows).ToDictionary(row => row.Name));

    /// <summary>Members of Tensor that return tensors and are no operations on them, and why.</summary>
    public static readonly Dictionary<string, string> NotOperations = new()
    {
        ["op_Implicit"] = "conversion from numbers and arrays",
        ["From"] = "conversion from arrays",
        ["OfRows"] = "conversion from numbers in brackets",
        ["Zeros"] = "creation",
        ["Ones"] = "creation",
        ["ZerosLike"] = "creation: only the shape is read",
        ["OnesLike"] = "creation: only the shape is read",
        ["Full"] = "creation",
        ["Eye"] = "creation",
        ["Arange"] = "creation",
        ["Linspace"] = "creation",
        ["OneHot"] = "creation from integers, which have no gradients",
        ["RandomUniform"] = "creation",
        ["RandomNormal"] = "creation",
        ["RandomTruncatedNormal"] = "creation",
        ["RandomInteger"] = "creation",
        ["RandomPermutation"] = "creation",
        ["RandomBernoulli"] = "creation",
    };

    public static IReadOnlyDictionary<string, OpRow> Rows => s_rows.Value;

    /// <summary>Values spread over an interval.</summary>
    private static Input In(double low, double high, params int[] shape) =>
        new(Shape.Of(shape), (random, count) => Fill(count, () => low + ((high - low) * random.NextDouble())));

    /// <summary>Values of either sign whose magnitude lies in an interval.</summary>
    private static Input Signed(double low, double high, params int[] shape) =>
        new(Shape.Of(shape), (random, count) => Fill(count, () => (random.Next(2) == 0 ? -1 : 1) * (low + ((high - low) * random.NextDouble()))));

    /// <summary>Values of either sign, at least 0.1 from the nearest integer and half integer, for operations that jump there.</summary>
    private static Input BetweenIntegers(params int[] shape) =>
        new(Shape.Of(shape), (random, count) => Fill(count, () => random.Next(-4, 4) + (random.Next(2) * 0.5) + 0.1 + (0.3 * random.NextDouble())));

    /// <summary>Values no two of which are nearer than 0.05, for operations that jump where two change places.</summary>
    private static Input Distinct(params int[] shape) => new(Shape.Of(shape), (random, count) =>
    {
        var values = Enumerable.Range(0, count).Select(i => (0.1 * (i - (count / 2))) + (0.05 * random.NextDouble())).ToArray();
        random.Shuffle(values);
        return values;
    });

    private static Input Fixed(Tensor values) => new(values.Shape, null, values);

    private static double[] Fill(int count, Func<double> value)
    {
        var values = new double[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = value();
        }
        return values;
    }
}
