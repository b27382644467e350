namespace Autograd;

/// <summary>Seeds for the noises of a layer, one after another: repeatable where a first one was given, else those of the common stream.</summary>
internal sealed class SeedSequence(long? first)
{
    private long _taken;

    public long? First => first;

    /// <summary>How many were taken, which files keep: training resumed goes on with the next.</summary>
    public long Taken
    {
        get => Volatile.Read(ref _taken);
        set => Volatile.Write(ref _taken, value);
    }

    public long? Next() => first is { } seed ? unchecked(seed + (Interlocked.Increment(ref _taken) << 32)) : null;
}
