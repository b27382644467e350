namespace Autograd.Serialization;

/// <summary>
/// While a model is built as a file says, its layers take no more weights than the file has, do not draw values that the file will replace, and all that they compute counts as the file's cost.
/// </summary>
internal static class Loading
{
    [ThreadStatic]
    private static long? t_values;

    [ThreadStatic]
    private static FileCost? t_cost;

    /// <summary>Whether weights are made whose values the file will replace.</summary>
    public static bool IsOn => t_values is not null;

    /// <summary>What may still be spent, while a model is built as a file says.</summary>
    public static FileCost? Cost => t_cost;

    /// <summary>Takes a weight of so many values out of what the file has.</summary>
    /// <exception cref="FileException">The architecture needs more weights than the file has.</exception>
    public static void Take(string name, Shape shape)
    {
        t_values -= shape.Size;
        if (t_values < 0)
        {
            throw new FileException($"the weight '{name}' of shape {shape} goes far beyond all weights in the file.");
        }
    }

    /// <summary>Builds what a file describes.</summary>
    /// <param name="cost">What that may cost.</param>
    /// <param name="values">How many values all weights may have, where the file has them all.</param>
    /// <param name="read">What builds it.</param>
    public static T Within<T>(FileCost cost, long? values, Func<T> read)
    {
        var outer = (t_values, t_cost);
        (t_values, t_cost) = (values, cost);
        try
        {
            return read();
        }
        finally
        {
            (t_values, t_cost) = outer;
        }
    }
}
