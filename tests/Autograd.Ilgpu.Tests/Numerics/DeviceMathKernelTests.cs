using System.Reflection;
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

/// <summary>The functions of <see cref="DeviceMath"/> as kernels: what the device computes is what the same source computes here.</summary>
public sealed class DeviceMathKernelTests(ITestOutputHelper output)
{
    private static readonly Lazy<Context> s_context = new(() => Context.Create(builder =>
    {
        builder.CPU(new CPUDevice(1, 1, 1)).Optimize(OptimizationLevel.O2);
        try
        {
            builder.Cuda();
        }
        catch (Exception exception) when (exception is DllNotFoundException or NotSupportedException)
        {
            // No driver.
        }
        try
        {
            builder.OpenCL(HasAddressSpaces);
        }
        catch (Exception exception) when (exception is DllNotFoundException or NotSupportedException)
        {
            // No driver.
        }
    }));

    public static TheoryData<string> DeviceNames => [.. s_context.Value.Devices.Select(device => $"{device.AcceleratorType}: {device.Name}")];

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
        Compare<Real32>(device, [.. values.Select(v => new Real32(v))], value => value.V, double.IsSubnormal, Ulps32);
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
        Compare<Real64>(device, [.. values.Select(v => new Real64(v))], value => value.V, _ => false, Ulps64);
    }

    [Fact]
    public void Cuda_code_has_no_approximate_instruction()
    {
        using var context = Context.Create(builder => builder.Optimize(OptimizationLevel.O2));
        using var backend = new PTXBackend(context, CudaArchitecture.SM_75, CudaInstructionSet.ISA_75, null!);
        foreach (var type in (Type[])[typeof(EveryFunction<Real32>), typeof(EveryFunction<Real64>)])
        {
            var kernel = type.GetMethod(nameof(EveryFunction<Real32>.Kernel), BindingFlags.Public | BindingFlags.Static)!;
            var compiled = (PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel), default);
            var assembly = compiled.PTXAssembly;
            Assert.DoesNotContain(".approx", assembly, StringComparison.Ordinal);
            Assert.DoesNotContain(".ftz", assembly, StringComparison.Ordinal);
            // Roots and quotients are there, and rounded to nearest.
            Assert.Contains("sqrt.rn.f", assembly, StringComparison.Ordinal);
            Assert.Contains("div.rn.f", assembly, StringComparison.Ordinal);
            Assert.All(Regex.Matches(assembly, @"\b(div|sqrt|rcp)\.\w+\.f(32|64)").Select(match => match.Value), name => Assert.Contains(".rn.", name, StringComparison.Ordinal));
            output.WriteLine($"{type.GenericTypeArguments[0].Name}: {assembly.Count(c => c == '\n')} lines");
        }
    }

    private void Compare<T>(string device, T[] values, Func<T, double> valueOf, Func<double, bool> mayFlush, Func<double, double, double> ulps) where T : unmanaged, IReal<T>
    {
        var found = s_context.Value.Devices.Single(candidate => $"{candidate.AcceleratorType}: {candidate.Name}" == device);
        using var accelerator = found.CreateAccelerator(s_context.Value);
        var n = values.Length;
        var others = new T[n];
        for (var i = 0; i < n; i++)
        {
            // Every special value meets others, itself among them; 37 is prime to the length.
            others[i] = i % 16 == 0 ? values[i] : values[(int)((i * 37L) % n)];
        }
        var functions = EveryFunction<T>.All;
        using var x = accelerator.Allocate1D(values);
        using var y = accelerator.Allocate1D(others);
        using var results = accelerator.Allocate1D<T>(n * functions.Length);
        var group = Math.Min(64, accelerator.MaxNumThreadsPerGroup);
        accelerator.LoadStreamKernel<ArrayView<T>, ArrayView<T>, ArrayView<T>, int>(EveryFunction<T>.Kernel)((4, group), x.View, y.View, results.View, n);
        accelerator.Synchronize();
        var found1 = results.GetAsArray1D();
        List<string> wrong = [];
        for (var f = 0; f < functions.Length; f++)
        {
            var worst = 0.0;
            for (var i = 0; i < n; i++)
            {
                var expected = valueOf(functions[f].Of(values[i], others[i]));
                var actual = valueOf(found1[(i * functions.Length) + f]);
                var error = ulps(actual, expected);
                if (!(error <= 1.0) && !(mayFlush(expected) && actual == 0.0))
                {
                    wrong.Add($"{functions[f].Name}({valueOf(values[i]):R}, {valueOf(others[i]):R}): {actual:R} instead of {expected:R}");
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

    private static double Ulps32(double actual, double expected) => Ulps.Of((float)actual, expected);

    private static double Ulps64(double actual, double expected) =>
        actual.Equals(expected) ? 0.0 : double.IsFinite(actual) && double.IsFinite(expected) ? Math.Abs(actual - expected) / Ulps.Unit(expected) : double.PositiveInfinity;

    // ILGPU asks for generic address spaces, which these kernels do not use.
    private static bool HasAddressSpaces(CLDevice device)
    {
        object capabilities = device.Capabilities;
        capabilities.GetType().GetProperty("GenericAddressSpace")!.SetValue(capabilities, true);
        return true;
    }
}
