using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;
using Autograd.Backends.Ilgpu;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace Autograd;

/// <summary>
/// GPUs as devices. <c>Device.Default = Device.Gpu();</c> as the first line of a program runs all of it on the first one.
/// </summary>
/// <remarks>
/// Devices are called <c>cuda:0</c>, <c>opencl:0</c> and so on. <c>simulator</c> runs the kernels on the processor, slowly, for tests and debugging; it is never
/// chosen unless named.
/// </remarks>
public static class GpuDevices
{
    /// <summary>Names the device that <c>Device.Gpu()</c> gives.</summary>
    private const string Variable = "AUTOGRAD_DEVICE";

    private static readonly Lock s_opening = new();
    private static readonly Dictionary<string, IlgpuBackend> s_open = [];
    private static Context? s_context;

    extension(Device)
    {
        /// <summary>The GPU that the environment variable AUTOGRAD_DEVICE names, or else the first one, CUDA before OpenCL.</summary>
        /// <exception cref="DeviceException">There is no GPU, or none of that name; the message lists what there is.</exception>
        [RequiresDynamicCode("Kernels are compiled while the program runs.")]
        public static Device Gpu()
        {
            if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
            {
                return Device.Gpu(named);
            }
            lock (s_opening)
            {
                // A processor that poses as a GPU is chosen by name only.
                if (Found().Find(found => !IsHost(found.Device)) is { Name: { } first })
                {
                    return Device.Gpu(first);
                }
            }
            throw new DeviceException(
                "Gpu: no GPU was found. A CUDA device needs NVIDIA's driver (libcuda), an OpenCL device its vendor's runtime; \"simulator\" runs the kernels on the processor, slowly, for tests.");
        }

        /// <summary>A GPU by its name, such as <c>cuda:0</c>, <c>opencl:1</c> or <c>simulator</c>. The same device every time.</summary>
        /// <exception cref="DeviceException">There is no device of that name, or it could not be opened.</exception>
        [RequiresDynamicCode("Kernels are compiled while the program runs.")]
        public static Device Gpu(string name)
        {
            ArgumentNullException.ThrowIfNull(name);
            var key = Canonical(name);
            lock (s_opening)
            {
                if (!s_open.TryGetValue(key, out var backend))
                {
                    backend = Open(key);
                    s_open.Add(key, backend);
                }
                return backend.Device;
            }
        }

        /// <summary>The names of the GPUs there are, CUDA before OpenCL; empty where there is none.</summary>
        [RequiresDynamicCode("Kernels are compiled while the program runs.")]
        public static IReadOnlyList<string> GpuNames()
        {
            lock (s_opening)
            {
                return [.. Found().Select(found => found.Name)];
            }
        }
    }

    extension(Device device)
    {
        /// <summary>What the device is called by its maker, and its memory.</summary>
        public string Description => device.Backend is IlgpuBackend gpu
            ? string.Create(CultureInfo.InvariantCulture, $"{device.Name}: {gpu.Accelerator.Name}, {gpu.Memory.Limit / 1048576.0:N0} MB")
            : $"{device.Name}: {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} threads";

        /// <summary>Bytes of the device's memory: in all, held by tensors, and kept for reuse. On the processor the first alone.</summary>
        public (long Total, long InUse, long Cached) Memory => device.Backend is IlgpuBackend gpu
            ? (gpu.Memory.Limit, gpu.Memory.BytesInUse, gpu.Memory.BytesCached)
            : (GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, 0, 0);

        /// <summary>Waits until the device has done all it was asked for. Reading a value waits by itself; this is for taking times.</summary>
        public void Synchronize() => (device.Backend as IlgpuBackend)?.Synchronize();

        /// <summary>Gives memory that is kept for reuse back to the driver.</summary>
        public void TrimMemory() => (device.Backend as IlgpuBackend)?.Memory.Trim();
    }

    // "OpenCL" is the first one of its kind, and a simulator's single thread need not be said.
    private static string Canonical(string name) => name.Trim().ToLowerInvariant() switch
    {
        "cuda" => "cuda:0",
        "opencl" => "opencl:0",
        "simulator:1" => "simulator",
        var other => other,
    };

    // Only while s_opening is held.
    private static IlgpuBackend Open(string name)
    {
        if (name is "simulator" || name.StartsWith("simulator:", StringComparison.Ordinal))
        {
            return OpenSimulator(name);
        }
        var found = Found();
        foreach (var (known, device) in found)
        {
            if (known == name)
            {
                try
                {
                    var accelerator = device.CreateAccelerator(s_context!);
                    var group = device.AcceleratorType == AcceleratorType.Cuda ? IlgpuBackend.LargestGroup : Math.Min(IlgpuBackend.LargestGroup, PowerOfTwo(accelerator.MaxNumThreadsPerGroup));
                    return new IlgpuBackend(accelerator, known, group, IsHost(device));
                }
                catch (Exception exception) when (exception is not OutOfMemoryException)
                {
                    throw new DeviceException($"Gpu: {known} ({device.Name}) could not be opened: {exception.Message}");
                }
            }
        }
        var names = found.Count == 0 ? "none was found" : "there are " + string.Join(", ", found.Select(f => $"{f.Name} ({f.Device.Name})"));
        throw new DeviceException($"Gpu: there is no device \"{name}\"; {names}, and \"simulator\", which runs the kernels on the processor.");
    }

    // "simulator" has one thread to a group, which is fast; "simulator:16" has so many, which shows mistakes in what threads share.
    private static IlgpuBackend OpenSimulator(string name)
    {
        var group = 1;
        if (name is not "simulator" && !(int.TryParse(name["simulator:".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out group) && group is 2 or 4 or 8 or 16 && name == $"simulator:{group}"))
        {
            throw new DeviceException($"Gpu: \"{name}\" is no device; the simulator has 1, 2, 4, 8 or 16 threads to a group, as in \"simulator:16\".");
        }
        var context = Context.Create(builder => builder.CPU(new CPUDevice(16, 16, 1)).Optimize(OptimizationLevel.O2));
        return new IlgpuBackend(context.GetCPUDevice(0).CreateCPUAccelerator(context), name, group, isHost: true);
    }

    // Only while s_opening is held. Drivers are looked for once.
    private static List<(string Name, ILGPU.Runtime.Device Device)> Found()
    {
        if (s_context is null)
        {
            // Distributions install these under their versioned names only.
            try
            {
                NativeLibrary.SetDllImportResolver(typeof(Context).Assembly, (library, _, _) =>
                    OperatingSystem.IsLinux() && library is "OpenCL" && NativeLibrary.TryLoad("libOpenCL.so.1", out var opencl) ? opencl
                    : OperatingSystem.IsLinux() && library is "cuda" && NativeLibrary.TryLoad("libcuda.so.1", out var cuda) ? cuda : 0);
            }
            catch (InvalidOperationException)
            {
                // The program has a resolver of its own, or an earlier look for devices failed.
            }
            try
            {
                s_context = Context.Create(builder => builder.Cuda().OpenCL(CanRun).Optimize(OptimizationLevel.O2));
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                throw new DeviceException($"Gpu: looking for devices failed: {exception.Message}");
            }
        }
        var found = new List<(string, ILGPU.Runtime.Device)>();
        var (cudas, opencls) = (0, 0);
        foreach (var device in s_context)
        {
            if (device.AcceleratorType == AcceleratorType.Cuda)
            {
                found.Insert(cudas, ($"cuda:{cudas++}", device));
            }
            else if (device.AcceleratorType == AcceleratorType.OpenCL)
            {
                found.Add(($"opencl:{opencls++}", device));
            }
        }
        return found;
    }

    // ILGPU refuses what lacks the generic address space. PoCL before version 6 does, but does well without when told to take it for the global one.
    private static bool CanRun(CLDevice device)
    {
        if (!device.Capabilities.GenericAddressSpace && Environment.GetEnvironmentVariable("POCL_EXTRA_BUILD_FLAGS")?.Contains("-D__generic=__global", StringComparison.Ordinal) == true)
        {
            typeof(CLCapabilityContext).GetProperty(nameof(device.Capabilities.GenericAddressSpace))!.SetValue(device.Capabilities, true);
        }
        // Formulas hold their numbers in double precision.
        return device.Capabilities.GenericAddressSpace && device.Capabilities.Float64;
    }

    private static bool IsHost(ILGPU.Runtime.Device device) => device is CLDevice { DeviceType: CLDeviceType.CL_DEVICE_TYPE_CPU };

    private static int PowerOfTwo(int most) => 1 << System.Numerics.BitOperations.Log2((uint)most);
}
