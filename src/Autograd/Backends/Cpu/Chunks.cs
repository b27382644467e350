namespace Autograd.Backends.Cpu;

/// <summary>How long rows of elements are cut for several threads: by their length alone, at multiples of a cache line.</summary>
internal static unsafe class Chunks
{
    /// <summary>Fewer elements are not worth waking anybody.</summary>
    public const int Smallest = 32 * 1024;

    /// <summary>The most chunks a job is cut into; more than threads, so that a slow one does not hold up the rest.</summary>
    public const int MostAtOnce = 16;

    private const nint SmallestChunk = 16 * 1024;

    private const nint StreamBytes = 16 << 20;

    public static int Count(nint n) => (int)((n + Length(n) - 1) / Length(n));

    public static (nint Start, nint Length) Of(nint n, int chunk)
    {
        var length = Length(n);
        return (chunk * length, Math.Min(length, n - (chunk * length)));
    }

    /// <summary>Whether a result of so many bytes should be written past the caches; it must be aligned for that.</summary>
    public static bool Streams(nint bytes, void* result) => bytes >= StreamBytes && (nuint)result % 64 == 0;

    private static nint Length(nint n) => Math.Max(SmallestChunk, ((n / MostAtOnce) + 1023) & ~(nint)1023);
}
