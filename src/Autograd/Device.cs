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

    internal Backend Backend { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
