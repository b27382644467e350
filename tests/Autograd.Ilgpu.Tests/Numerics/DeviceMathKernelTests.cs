using System.Numerics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Text.RegularExpressions;
using Autograd.Backends.Ilgpu;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using Xunit.Abstractions;

namespace Autograd.Ilgpu.Tests.Numerics;

/// <summary>
/// The functions of <see cref="DeviceMath"/> as kernels: what the device computes is what the same source computes here. On a GPU products may be fused with sums, and both
/// values are within the bound of the function but need not be the same.
/// </summary>
public sealed class DeviceMathKernelTests(ITestOutputHelper output)
{
    private static readonly Lazy<Context> s_context = new(() =>
    {
        // Distributions install it under its versioned name only.
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) => name == "OpenCL" && NativeLibrary.TryLoad("libOpenCL.so.1", out var library) ? library : 0;
        return Context.Create(builder => builder.CPU(new CPUDevice(16, 16, 1)).Cuda().OpenCL(CanRun).Optimize(OptimizationLevel.O2));
    });

    public static TheoryData<string> DeviceNames => [.. s_context.Value.Devices.Select(NameOf)];

    [Theory]
    [MemberData(nameof(DeviceNames))]
    public void Float_kernels_give_the_values_of_direct_calls(string device)
    {
        List<float> values = [0f, -0f, 1f, -1f, 0.5f, -0.5f, 2f, 3f, 0.999f, 1.5f, 2.5f, -3.5f, 1e6f, 1.5e6f, 3e15f, -1e30f, 1e-20f, -1e-20f, 88f, -88f];
        values.AddRange([float.PositiveInfinity, float.NegativeInfinity, float.NaN, -float.NaN, float.MaxValue, float.MinValue]);
        for (var i = 0; i < 2000; i++)
        {
            values.Add((float)Math.Sinh((i - 1000) / 60.0));
            values.Add((i - 1000) / 700f);
        }
        Compare(
            device, [.. values], EveryFunctionKernels.OfFloats, [.. EveryFunction<Real32>.All.Select(f => (f.Name, DeviceMathTests.SingleBound(f.Name)))],
            (f, x, y) => EveryFunction<Real32>.All[f].Of(new(x), new(y)).V, float.IsSubnormal, (actual, expected) => Ulps.Of(actual, expected));
    }

    [Theory]
    [MemberData(nameof(DeviceNames))]
    public void Double_kernels_give_the_values_of_direct_calls(string device)
    {
        List<double> values = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, 3.0, 0.999, 1.5, 2.5, -3.5, 1e6, 1.5e6, 3e15, -1e30, 1e-20, -1e-20, 1e-310, 1e100, -1e300];
        values.AddRange([double.PositiveInfinity, double.NegativeInfinity, double.NaN, -double.NaN, double.MaxValue, double.MinValue, 6381956970095103 * Math.ScaleB(1, 797)]);
        for (var i = 0; i < 2000; i++)
        {
            values.Add(Math.Sinh((i - 1000) / 10.0));
            values.Add((i - 1000) / 700.0);
        }
        Compare(
            device, [.. values], EveryFunctionKernels.OfDoubles, [.. EveryFunction<Real64>.All.Select(f => (f.Name, DeviceMathTests.DoubleBound(f.Name)))],
            (f, x, y) => EveryFunction<Real64>.All[f].Of(new(x), new(y)).V, _ => false, Ulps64);
    }

    [Fact]
    public void Cuda_code_has_no_approximate_instruction()
    {
        using var context = Context.Create(builder => builder.Optimize(OptimizationLevel.O2));
        using var backend = new PTXBackend(context, CudaArchitecture.SM_75, CudaInstructionSet.ISA_75, null!);
        foreach (var name in (string[])[nameof(EveryFunctionKernels.OfFloats), nameof(EveryFunctionKernels.OfDoubles)])
        {
            var kernel = typeof(EveryFunctionKernels).GetMethod(name, BindingFlags.Public | BindingFlags.Static)!;
            var compiled = (PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel), default);
            var assembly = compiled.PTXAssembly;
            Assert.DoesNotContain(".approx", assembly, StringComparison.Ordinal);
            Assert.DoesNotContain(".ftz", assembly, StringComparison.Ordinal);
            // Roots and quotients are there, and rounded to nearest.
            Assert.Contains("sqrt.rn.f", assembly, StringComparison.Ordinal);
            Assert.Contains("div.rn.f", assembly, StringComparison.Ordinal);
            Assert.All(Regex.Matches(assembly, @"\b(div|sqrt|rcp)\.\w+\.f(32|64)").Select(match => match.Value), found => Assert.Contains(".rn.", found, StringComparison.Ordinal));
            output.WriteLine($"{name}: {assembly.Count(c => c == '\n')} lines");
        }
    }

    private void Compare<T>(
        string device, T[] values, Action<ArrayView<T>, ArrayView<T>, ArrayView<T>, int> kernel, (string Name, double Bound)[] functions, Func<int, T, T, T> direct, Func<T, bool> mayFlush,
        Func<T, T, double> ulps) where T : unmanaged, INumber<T>
    {
        var chosen = s_context.Value.Devices.Single(candidate => NameOf(candidate) == device);
        using var accelerator = chosen.CreateAccelerator(s_context.Value);
        var isProcessor = chosen is CPUDevice or CLDevice { DeviceType: CLDeviceType.CL_DEVICE_TYPE_CPU };
        var n = values.Length;
        var others = new T[n];
        for (var i = 0; i < n; i++)
        {
            // Some meet themselves, the others each another.
            others[i] = i % 16 == 0 ? values[i] : values[(int)((i * 37L) % n)];
        }
        using var x = accelerator.Allocate1D(values);
        using var y = accelerator.Allocate1D(others);
        using var results = accelerator.Allocate1D<T>(n * functions.Length);
        // The simulator is fast with one thread only.
        var launch = accelerator.AcceleratorType == AcceleratorType.CPU ? new KernelConfig(1, 1) : new KernelConfig(4, Math.Min(64, accelerator.MaxNumThreadsPerGroup));
        accelerator.LoadStreamKernel(kernel)(launch, x.View, y.View, results.View, n);
        accelerator.Synchronize();
        var actual = results.GetAsArray1D();
        List<string> wrong = [];
        for (var f = 0; f < functions.Length; f++)
        {
            var tolerance = isProcessor ? 1.0 : Math.Max(1.0, 2.0 * functions[f].Bound);
            var least = isProcessor ? 0.0 : DeviceMathTests.LeastBelowZero(functions[f].Name);
            var worst = 0.0;
            for (var i = 0; i < n; i++)
            {
                var expected = direct(f, values[i], others[i]);
                var found = actual[(i * functions.Length) + f];
                var error = ulps(found, expected);
                var mayCancel = least > 0.0 && T.IsNegative(values[i]) && double.CreateChecked(T.Abs(found - expected)) <= 2e-14 * (least + double.CreateChecked(T.Abs(expected)));
                if (!(error <= tolerance) && !mayCancel && !(mayFlush(expected) && T.IsZero(found)))
                {
                    wrong.Add($"{functions[f].Name}({values[i]}, {others[i]}): {found} instead of {expected}");
                }
                worst = Math.Max(worst, error);
            }
            if (worst > 0.0)
            {
                output.WriteLine($"{functions[f].Name}: up to {worst:F2} ULP from the direct call");
            }
        }
        Assert.True(wrong.Count == 0, $"{wrong.Count} differ:\n{string.Join('\n', wrong.GroupBy(line => line.Split('(')[0]).SelectMany(lines => lines.Take(6)))}");
    }

    private static string NameOf(ILGPU.Runtime.Device device) => $"{device.AcceleratorType}: {device.Name}";

    private static double Ulps64(double actual, double expected) =>
        actual.Equals(expected) ? 0.0 : double.IsFinite(actual) && double.IsFinite(expected) ? Math.Abs(actual - expected) / Ulps.Unit(expected) : double.PositiveInfinity;

    // Of generic address spaces, which ILGPU asks for, these kernels know nothing; PoCL's compiler must be told to ignore the word.
    private static bool CanRun(CLDevice device)
    {
        if (!device.Capabilities.GenericAddressSpace && Environment.GetEnvironmentVariable("POCL_EXTRA_BUILD_FLAGS") is { Length: > 0 })
        {
            typeof(CLCapabilityContext).GetProperty(nameof(device.Capabilities.GenericAddressSpace))!.SetValue(device.Capabilities, true);
        }
        return device.Capabilities.GenericAddressSpace;
    }
}
