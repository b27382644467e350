namespace Autograd.Tests.Tape;

/// <summary>Short words for the tests of this folder.</summary>
internal static class Numbers
{
    public static Tensor D(params double[] values) => Tensor.From(values);

    public static Tensor Scalar(double value) => Tensor.Full([], value, DType.Float64);

    public static Variable Weight(params double[] values) => new(Tensor.From(values));

    public static void Same(double[] expected, Tensor? actual) => Assert.Equal(expected, Assert.IsAssignableFrom<Tensor>(actual).ToArray<double>());

    public static void Near(double[] expected, Tensor? actual)
    {
        var values = Assert.IsAssignableFrom<Tensor>(actual).ToArray<double>();
        Assert.Equal(expected.Length, values.Length);
        for (var i = 0; i < values.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - values[i]) <= 1e-12 * Math.Max(1, Math.Abs(expected[i])), $"[{i}]: {values[i]:R} instead of {expected[i]:R}");
        }
    }

    /// <summary>The number of lines, and so of recorded operations and watched tensors.</summary>
    public static int Recorded(GradientTape tape) => tape.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;

    public static void Collect()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }
}

/// <summary>Tests that look at the whole process's memory, or change what all threads share, run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
