namespace Autograd.Serialization;

/// <summary>
/// While a model is read from a file, its layers take no more weights than the file has, and do not draw values that the file will replace.
/// </summary>
internal static class Loading
{
    [ThreadStatic]
    private static long? t_remaining;

    /// <summary>Whether a model is being read on this thread.</summary>
    public static bool IsOn => t_remaining is not null;

    /// <summary>Takes a weight of so many values out of what the file has.</summary>
    /// <exception cref="FileException">The architecture needs more weights than the file has.</exception>
    public static void Take(string name, Shape shape)
    {
        t_remaining -= shape.Size;
        if (t_remaining < 0)
        {
            throw new FileException($"the weight '{name}' of shape {shape} goes far beyond all weights in the file.");
        }
    }

    /// <summary>Reads a model whose weights have at most so many values in all.</summary>
    public static T Within<T>(long values, Func<T> read)
    {
        var outer = t_remaining;
        t_remaining = values;
        try
        {
            return read();
        }
        finally
        {
            t_remaining = outer;
        }
    }
}
