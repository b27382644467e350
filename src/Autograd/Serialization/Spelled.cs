using System.Text.RegularExpressions;

namespace Autograd.Serialization;

/// <summary>Names as Keras users write them, and as they meant to write them.</summary>
internal static partial class Spelled
{
    /// <summary>MeanSquaredError -> mean_squared_error, Conv2DTranspose -> conv2d_transpose, LSTM -> lstm, SimpleRNN -> simple_rnn: Keras's rule.</summary>
    public static string InSnakeCase(string name) => SmallAndCapital().Replace(CapitalWord().Replace(name, "$1_$2"), "$1_$2").ToLowerInvariant();

    [GeneratedRegex("(.)([A-Z][a-z]+)")]
    private static partial Regex CapitalWord();

    [GeneratedRegex("([a-z])([A-Z])")]
    private static partial Regex SmallAndCapital();

    /// <summary>What to say of a name that is not known: <c>Did you mean 'adam'? Known: adam, sgd.</c></summary>
    public static string Known(string name, IEnumerable<string> known)
    {
        string[] names = [.. known];
        return $"{Suggestion(name, names)}Known: {string.Join(", ", names)}.";
    }

    /// <summary>The nearest name as a question, <c>Did you mean 'adam'? </c>, or nothing where none is near.</summary>
    public static string Suggestion(string name, IEnumerable<string> known)
    {
        var nearest = known.Select(other => (Name: other, Distance: Distance(Plain(name), Plain(other)))).OrderBy(other => other.Distance).FirstOrDefault();
        return nearest.Name is not null && nearest.Distance <= Math.Max(1, Math.Min(name.Length, nearest.Name.Length) / 3) ? $"Did you mean '{nearest.Name}'? " : "";
    }

    private static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();

    // How many letters to change, insert, remove, or swap with the next.
    private static int Distance(string a, string b)
    {
        if (a.Length > 60 || b.Length > 60)
        {
            return int.MaxValue;
        }
        var steps = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    steps[i, j] = i + j;
                    continue;
                }
                var same = a[i - 1] == b[j - 1] ? 0 : 1;
                steps[i, j] = Math.Min(Math.Min(steps[i - 1, j], steps[i, j - 1]) + 1, steps[i - 1, j - 1] + same);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    steps[i, j] = Math.Min(steps[i, j], steps[i - 2, j - 2] + 1);
                }
            }
        }
        return steps[a.Length, b.Length];
    }
}
