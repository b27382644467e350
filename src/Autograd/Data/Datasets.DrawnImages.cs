using Autograd.Data;

namespace Autograd;

public static partial class Datasets
{
    /// <summary>Whether <see cref="Digits(bool)"/> reads files that are on this machine; else it draws.</summary>
    /// <exception cref="FileException">The environment variable AUTOGRAD_DATA names a folder that does not exist, or something else stands in place of a file.</exception>
    public static bool HasDigits => DataStore.Default.TryFind(s_digitImages) is not null && DataStore.Default.TryFind(s_digitLabels) is not null;

    /// <summary>Whether the files of <see cref="Mnist(bool)"/> are on this machine, so that nothing is fetched.</summary>
    /// <exception cref="FileException">The environment variable AUTOGRAD_DATA names a folder that does not exist, or something else stands in place of a file.</exception>
    public static bool HasMnist
    {
        get
        {
            var store = DataStore.Default;
            return s_imageFiles.All(name => store.TryFind(new DataFile("mnist", name)) is not null);
        }
    }

    /// <summary>
    /// Digits drawn as by <see cref="DrawnDigits"/>, in the form of <see cref="Mnist(bool)"/>: squares of 20 pixels in a frame of 28, rows before columns. For programs and tests that shall run where
    /// MNIST is not.
    /// </summary>
    /// <param name="train">Images for training.</param>
    /// <param name="test">Images for testing.</param>
    /// <param name="normalize">Whether pixels go from 0 to 1 instead of to 255, as in <see cref="Mnist(bool)"/>.</param>
    /// <param name="seed">Makes them repeatable; from the common stream when left out.</param>
    /// <exception cref="ValueException">A number is not positive.</exception>
    public static LabelledData DrawnMnist(int train = 10000, int test = 2000, bool normalize = false, long? seed = null)
    {
        Positive(train, nameof(DrawnMnist), nameof(train));
        Positive(test, nameof(DrawnMnist), nameof(test));
        var all = (long)train + test;
        var (x, y) = DrawnDigits((int)Math.Min((all + 9) / 10, int.MaxValue), seed);
        x = x.Reshape(-1, DigitPen.Side, DigitPen.Side).SwapAxes(1, 2).Pad([(0, 0), (4, 4), (4, 4)]);
        x = normalize ? x : Tensor.Round(255 * x);
        return new LabelledData(x[..train], y[..train], x[train..(train + test)], y[train..(train + test)], [], s_digitNames);
    }
}
