using System.Globalization;

namespace Autograd;

/// <summary>Where the random tensors without a seed of their own stand: the common seed, and how many streams of it were taken.</summary>
internal readonly record struct RandomState(long Seed, long Stream)
{
    /// <summary>For files.</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture, $"{Seed} {Stream}");

    /// <exception cref="FileException">The text is not one that <see cref="Text"/> gave.</exception>
    public static RandomState Parse(string text) => text.Split(' ') is [var seed, var stream]
        && long.TryParse(seed, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var first)
        && long.TryParse(stream, NumberStyles.None, CultureInfo.InvariantCulture, out var second)
        ? new RandomState(first, second)
        : throw new FileException($"the state of the random numbers is missing or broken: '{text}'.");
}
