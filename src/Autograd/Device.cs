using Autograd.Backends;

namespace Autograd;

/// <summary>Where a tensor's elements live and its operations run. Threads may share it; set <see cref="Default"/> and <see cref="CpuThreads"/> before others start.</summary>
public sealed class Device
{
    internal Device(string name, Backend backend)
    {
        Name = name;
        Backend = backend;
    }

    /// <summary>The processor this program runs on.</summary>
    public static Device Cpu { get; } = new("cpu", Backends.Cpu.CpuBackend.Instance);

    private static Device s_default = Cpu;

    /// <summary>
    /// Where tensors are made that are not made from others: from numbers and arrays, by random draws, from files and data sets, the weights of layers. The processor, until a program
    /// sets another; tensors that exist stay where they are.
    /// </summary>
    public static Device Default
    {
        get => s_default;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            s_default = value;
        }
    }

    /// <summary>The name of the device, such as <c>cpu</c> or <c>cuda:0</c>.</summary>
    public string Name { get; }

    /// <summary>
    /// Threads that work on one large operation at a time, the calling one included, from 1 to 1024; all cores by default, and more than that is hardly ever faster.
    /// Results have the same bits for any number.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1 or above 1024.</exception>
    public static int CpuThreads
    {
        get => Backends.Cpu.Workers.Count;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Backends.Cpu.Workers.Most);
            Backends.Cpu.Workers.Count = value;
        }
    }

    internal Backend Backend { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
