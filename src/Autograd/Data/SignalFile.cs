using System.Globalization;
using Autograd.Serialization;

namespace Autograd.Data;

/// <summary>Text files of the UCR archive: a line for each signal, its label first, then its samples, between them blanks, tabs or commas.</summary>
internal static class SignalFile
{
    private const int LongestLine = 1 << 20;

    /// <param name="path">The file.</param>
    /// <param name="samples">The number of samples of each signal.</param>
    /// <param name="labels">The labels in the order of the classes.</param>
    public static (Tensor X, Tensor Y) Read(string path, int samples, ReadOnlySpan<double> labels)
    {
        var known = labels.ToArray();
        return AtomicFile.Read(path, stream =>
        {
            if (stream.Length > 1L << 30)
            {
                throw new FileException($"the file has {stream.Length} bytes, far more than a set of signals has.");
            }
            using var reader = new StreamReader(stream, leaveOpen: true);
            var (values, classes) = (new List<float>(), new List<int>());
            for (var line = 1; reader.ReadLine() is { } text; line++)
            {
                if (text.Length > LongestLine)
                {
                    throw new FileException($"line {line} has {text.Length} characters, and {samples} samples take far fewer.");
                }
                var numbers = text.Split([' ', '\t', ','], StringSplitOptions.RemoveEmptyEntries);
                if (numbers.Length == 0)
                {
                    continue;
                }
                if (numbers.Length != samples + 1)
                {
                    throw new FileException($"line {line} has {numbers.Length} numbers; a label and {samples} samples are expected.");
                }
                var label = Array.IndexOf(known, Number(numbers[0], line, 1));
                classes.Add(label >= 0
                    ? label
                    : throw new FileException($"line {line}: the label {numbers[0]}; those known are {string.Join(", ", known)}."));
                for (var i = 1; i < numbers.Length; i++)
                {
                    values.Add((float)Number(numbers[i], line, i + 1));
                }
            }
            return (Tensor.From(values.ToArray(), [classes.Count, samples]), Tensor.From(classes.ToArray()));
        });

        static double Number(string text, int line, int column) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? value
            : throw new FileException($"line {line}, column {column}: '{(text.Length > 40 ? text[..40] + "..." : text)}' is no number.");
    }
}
