namespace Autograd;

/// <summary>
/// What reading one file may cost. A file is trusted in nothing: a few hundred bytes can describe tensors of terabytes, a megabyte can unpack to a thousand. Whatever goes beyond is refused, by a
/// <see cref="FileException"/>, before memory is taken. For a file of your own that is refused: <c>Model.Load(path, limits: new LoadLimits { Bytes = 8L &lt;&lt; 30 })</c>, or <see cref="None"/>.
/// Immutable; threads may share it.
/// </summary>
public sealed record LoadLimits
{
    /// <summary>The limits that hold where none are given.</summary>
    public static LoadLimits Default { get; } = new();

    /// <summary>No limits but those of the machine: for files of your own.</summary>
    public static LoadLimits None { get; } = new() { Bytes = long.MaxValue, Layers = int.MaxValue };

    /// <summary>
    /// How many bytes all may take, beyond 32 times the length of the file: what it unpacks to, its tensors, and for a model what its layers compute when they are tried on one example. 512 MiB by default.
    /// </summary>
    /// <exception cref="ValueException">It is negative.</exception>
    public long Bytes
    {
        get;
        init => field = value >= 0 ? value : throw new ValueException($"LoadLimits: Bytes is {value}; it must be 0 or more.");
    } = 512L << 20;

    /// <summary>How many layers a model may have, those within others and each use in a graph counted. 10000 by default.</summary>
    /// <exception cref="ValueException">It is negative.</exception>
    public int Layers
    {
        get;
        init => field = value >= 0 ? value : throw new ValueException($"LoadLimits: Layers is {value}; it must be 0 or more.");
    } = 10_000;
}
