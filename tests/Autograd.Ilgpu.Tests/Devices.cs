using Xunit.Abstractions;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Autograd.Ilgpu.Tests;

/// <summary>The devices to test on: the simulator, with groups of one thread and of sixteen, and every GPU there is. The environment variable AUTOGRAD_GPU_TESTS names others.</summary>
internal static class Devices
{
    private static readonly Lazy<string[]> s_names = new(() => Environment.GetEnvironmentVariable("AUTOGRAD_GPU_TESTS") is { Length: > 0 } given
        ? given.Split(',')
        : ["simulator", "simulator:16", .. Device.GpuNames()]);

    public static IReadOnlyList<string> Names => s_names.Value;

    /// <summary>Everything that is made meanwhile is made on the device.</summary>
    public static T On<T>(Device device, Func<T> work)
    {
        var before = Device.Default;
        Device.Default = device;
        try
        {
            return work();
        }
        finally
        {
            Device.Default = before;
        }
    }
}

/// <summary>Says which devices the tests covered.</summary>
public class DeviceListTests(ITestOutputHelper output)
{
    [Fact]
    public void The_devices_are_listed()
    {
        foreach (var name in Devices.Names)
        {
            output.WriteLine(Device.Gpu(name).Description);
        }
        Assert.NotEmpty(Devices.Names);
    }

    [Fact(Skip = "no CUDA device here; set AUTOGRAD_GPU_TESTS=cuda:0 where there is one")]
    public void Cuda_was_covered() { }
}
