using Autograd.Backends;

namespace Autograd;

/// <summary>Where a tensor's elements live and its operations run.</summary>
public sealed class Device
{
    private Device(string name, Backend backend)
    {
        Name = name;
        Backend = backend;
    }

    /// <summary>The processor this program runs on.</summary>
    public static Device Cpu { get; } = new("cpu", Backends.Cpu.CpuBackend.Instance);

    /// <summary>The name of the device, such as <c>cpu</c>.</summary>
    public string Name { get; }

    /// <summary>
    /// Threads that work on one large operation at a time, the calling one included; all cores by default. Results have the same bits for any number.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    public static int CpuThreads
    {
        get => Backends.Cpu.Workers.Count;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            Backends.Cpu.Workers.Count = value;
        }
    }

    internal Backend Backend { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
