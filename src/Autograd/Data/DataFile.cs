namespace Autograd.Data;

/// <summary>A file of a public data set.</summary>
/// <param name="Set">The set's folder.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Address">Where it can be fetched, if its licence and a lasting address allow it.</param>
/// <param name="Sha256">The SHA-256 of the file as it comes, or, since wrappers differ, of what it holds unpacked.</param>
/// <param name="Origin">Where a person can get it.</param>
internal sealed record DataFile(string Set, string Name, string? Address = null, string? Sha256 = null, string Origin = "")
{
    public string Path => $"{Set}/{Name}";

    /// <summary>Names it may have: packed or not.</summary>
    public IEnumerable<string> Names => Name.EndsWith(".gz", StringComparison.Ordinal) ? [Name, Name[..^3]] : [Name];
}
