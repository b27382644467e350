using System.Runtime.CompilerServices;
using Autograd.Numerics;
using ILGPU;
using ILGPU.Runtime;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd.Backends.Ilgpu;

/// <summary>Numbers of a stream of random blocks: elements 2k and 2k + 1 come from block k, as on the processor.</summary>
internal struct Draws
{
    public ulong Seed, Stream;

    /// <summary>The distribution's parameters; for a uniform one Scale = b - a.</summary>
    public double A, Scale;

    /// <summary>Integers: the smallest, and how many there are.</summary>
    public long Low;
    public ulong Count;

    /// <summary>Two numbers of [0, 1).</summary>
    [MethodImpl(AggressiveInlining)]
    public readonly void Uniforms(int block, ulong attempt, out double first, out double second)
    {
        var (w0, w1, w2, w3) = Philox.Block(Seed, (uint)block | (attempt << 40), Stream);
        first = Unit(w0, w1);
        second = Unit(w2, w3);
    }

    /// <summary>The same number as <see cref="Philox.Unit"/>'s: the upper 53 of 64 bits. From words, since PoCL converts 64-bit integers above 2^52 wrong.</summary>
    [MethodImpl(AggressiveInlining)]
    private static double Unit(uint high, uint low) => ((high * 2097152.0) + (low >> 11)) * (1.0 / (1UL << 53));

    /// <summary>Two independent standard normal numbers, as <see cref="Philox.Normals"/>.</summary>
    [MethodImpl(AggressiveInlining)]
    public readonly void Normals(int block, ulong attempt, out double first, out double second)
    {
        Uniforms(block, attempt, out var u, out var v);
        var radius = Math.Sqrt(-2 * DeviceMath.Log(1 - u));
        var angle = 2 * Math.PI * v;
        first = radius * DeviceMath.Cos(angle);
        second = radius * DeviceMath.Sin(angle);
    }
}

/// <summary>What is drawn: two elements from a block.</summary>
internal interface IDistribution
{
    static abstract void Draw(Draws draws, int block, out double first, out double second);
}

internal readonly struct UniformDistribution : IDistribution
{
    public static void Draw(Draws draws, int block, out double first, out double second) => draws.Uniforms(block, 0, out first, out second);
}

internal readonly struct NormalDistribution : IDistribution
{
    public static void Draw(Draws draws, int block, out double first, out double second) => draws.Normals(block, 0, out first, out second);
}

/// <summary>Redrawn until within two standard deviations, each of the two by itself.</summary>
internal readonly struct TruncatedNormalDistribution : IDistribution
{
    private const double Farthest = 2;

    public static void Draw(Draws draws, int block, out double first, out double second)
    {
        var (x, y) = (Farthest, Farthest);
        for (var attempt = 0UL; x == Farthest || y == Farthest; attempt++)
        {
            draws.Normals(block, attempt, out var nextX, out var nextY);
            x = x == Farthest && nextX < Farthest && nextX > -Farthest ? nextX : x;
            y = y == Farthest && nextY < Farthest && nextY > -Farthest ? nextY : y;
        }
        (first, second) = (x, y);
    }
}

/// <summary>y = a + scale times what is drawn.</summary>
internal static class Drawing<TDistribution, T> where TDistribution : struct, IDistribution where T : unmanaged, IReal<T>, IElement<T>
{
    private static readonly Kernel<Action<KernelConfig, int, Draws, T, ArrayView<T>>> s_kernel =
        new(accelerator => accelerator.LoadStreamKernel<int, Draws, T, ArrayView<T>>(Draw));

    /// <summary><paramref name="most"/> is what no element exceeds, as rounding may reach the excluded end of an interval.</summary>
    public static void Run(IlgpuBackend backend, Draws draws, T most, Tensor y)
    {
        var kernel = s_kernel.On(backend);
        lock (backend.Sync)
        {
            kernel(backend.For((y.Size / 2) + 1), y.Size, draws, most, y.On<T>());
        }
    }

    private static void Draw(int n, Draws draws, T most, ArrayView<T> y)
    {
        for (var block = Grid.GlobalIndex.X; block < (n / 2) + (n % 2); block += Group.DimX * Grid.DimX)
        {
            TDistribution.Draw(draws, block, out var first, out var second);
            y[2 * block] = T.Min(T.OfReal(draws.A + (draws.Scale * first)), most);
            if ((2 * block) + 1 < n)
            {
                y[(2 * block) + 1] = T.Min(T.OfReal(draws.A + (draws.Scale * second)), most);
            }
        }
    }
}

/// <summary>Integers spread evenly over a range.</summary>
internal static class DrawingIntegers<T> where T : unmanaged, IElement<T>
{
    private static readonly Kernel<Action<KernelConfig, int, Draws, ArrayView<T>>> s_kernel = new(accelerator => accelerator.LoadStreamKernel<int, Draws, ArrayView<T>>(Draw));

    public static void Run(IlgpuBackend backend, Draws draws, Tensor y)
    {
        var kernel = s_kernel.On(backend);
        lock (backend.Sync)
        {
            kernel(backend.For((y.Size / 2) + 1), y.Size, draws, y.On<T>());
        }
    }

    private static void Draw(int n, Draws draws, ArrayView<T> y)
    {
        for (var block = Grid.GlobalIndex.X; block < (n / 2) + (n % 2); block += Group.DimX * Grid.DimX)
        {
            var (w0, w1, w2, w3) = Philox.Block(draws.Seed, (uint)block, draws.Stream);
            y[2 * block] = T.OfWhole(draws.Low + (long)HighProduct(w0, w1, draws.Count));
            if ((2 * block) + 1 < n)
            {
                y[(2 * block) + 1] = T.OfWhole(draws.Low + (long)HighProduct(w2, w3, draws.Count));
            }
        }
    }

    // The upper half of the 128 bits of a product, as Math.BigMul's; the first factor is given as two words.
    private static ulong HighProduct(uint high, uint low, ulong y)
    {
        var (yHigh, yLow) = (y >> 32, y & 0xFFFFFFFFUL);
        var middle = (high * yLow) + ((low * yLow) >> 32);
        var cross = (low * yHigh) + (middle & 0xFFFFFFFFUL);
        return (high * yHigh) + (middle >> 32) + (cross >> 32);
    }
}

/// <summary>Elements 4k to 4k + 3 stay, times the scale, where their words of block k are large enough; else they are 0.</summary>
internal static class Dropping<T> where T : unmanaged, IReal<T>
{
    private static readonly Kernel<Action<KernelConfig, int, Draws, T, ArrayView<T>, ArrayView<T>>> s_kernel =
        new(accelerator => accelerator.LoadStreamKernel<int, Draws, T, ArrayView<T>, ArrayView<T>>(Drop));

    /// <summary>The draws' count is the smallest word that keeps an element.</summary>
    public static void Run(IlgpuBackend backend, Draws draws, T scale, Tensor x, Tensor y)
    {
        var kernel = s_kernel.On(backend);
        lock (backend.Sync)
        {
            kernel(backend.For((y.Size / 4) + 1), y.Size, draws, scale, x.On<T>(), y.On<T>());
        }
    }

    private static void Drop(int n, Draws draws, T scale, ArrayView<T> x, ArrayView<T> y)
    {
        for (var block = Grid.GlobalIndex.X; block < (n / 4) + (n % 4 == 0 ? 0 : 1); block += Group.DimX * Grid.DimX)
        {
            var (w0, w1, w2, w3) = Philox.Block(draws.Seed, (uint)block, draws.Stream);
            var i = 4 * block;
            y[i] = w0 >= draws.Count ? x[i] * scale : T.Zero;
            if (i + 1 < n)
            {
                y[i + 1] = w1 >= draws.Count ? x[i + 1] * scale : T.Zero;
            }
            if (i + 2 < n)
            {
                y[i + 2] = w2 >= draws.Count ? x[i + 2] * scale : T.Zero;
            }
            if (i + 3 < n)
            {
                y[i + 3] = w3 >= draws.Count ? x[i + 3] * scale : T.Zero;
            }
        }
    }
}
