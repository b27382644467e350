namespace Autograd;

/// <summary>Seeds for the noises of a layer, one after another: repeatable where a first one was given, else those of the common stream.</summary>
internal sealed class SeedSequence(long? first)
{
    private long _taken;

    public long? First => first;

    public long? Next() => first is { } seed ? unchecked(seed + (Interlocked.Increment(ref _taken) << 32)) : null;
}
