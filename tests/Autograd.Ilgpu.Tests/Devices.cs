using Xunit.Abstractions;
using static Autograd.Tensor;

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

    [CudaFact]
    public void Cuda_was_covered()
    {
        Assert.All(Devices.Names.Where(CudaFactAttribute.IsCuda), name =>
        {
            var device = Device.Gpu(name);
            var (x, y) = (RandomNormal([70, 90], seed: 1), RandomNormal([90, 50], seed: 2));
            var (here, there) = (MatMul(x, y), MatMul(x.To(device), y.To(device)));
            Assert.Equal(device, there.Device);
            Assert.True(Abs(here - there.To(Device.Cpu)).Max().Item() < 1e-4);
        });
    }
}

/// <summary>A test that is passed over, by name, where no CUDA device is tested.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CudaFactAttribute : FactAttribute
{
    public CudaFactAttribute() => Skip = Devices.Names.Any(IsCuda) ? null : "no CUDA device here; where there is one it is tested by itself, or named by AUTOGRAD_GPU_TESTS=cuda:0";

    public static bool IsCuda(string name) => name.StartsWith("cuda", StringComparison.Ordinal);
}
