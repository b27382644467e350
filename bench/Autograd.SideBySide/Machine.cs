using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Autograd.SideBySide;

/// <summary>What this machine can do at most: measured, in the same minute as the works that are held against it.</summary>
internal static unsafe class Machine
{
    private const int TriadCount = 1 << 26;
    private const int Accumulators = 12;

    private static float s_sink;

    /// <summary>Microseconds that a number of float32 operations take when cores do nothing but fused multiply-adds in registers.</summary>
    public static double FmaTime(double operations, int cores, double sliceUs)
    {
        var wide = Vector512.IsHardwareAccelerated;
        var perRound = 2.0 * Accumulators * (wide ? 16 : 8);
        const int Rounds = 100_000;
        var done = 0L;
        var elapsed = OnCores(cores, _ =>
        {
            var start = Stopwatch.GetTimestamp();
            var rounds = 0L;
            var sum = 0f;
            do
            {
                sum += wide ? Fma512(Rounds) : Fma256(Rounds);
                rounds += Rounds;
            }
            while (Stopwatch.GetElapsedTime(start).TotalMicroseconds < sliceUs);
            Interlocked.Add(ref done, rounds);
            Volatile.Write(ref s_sink, sum);
        });
        return elapsed * operations / (done * perRound);
    }

    /// <summary>Microseconds for x[i] = y[i] + s z[i] over 64M floats on all cores, the result past the caches.</summary>
    public static double TriadTime()
    {
        var cores = Environment.ProcessorCount;
        var (x, y, z) = s_triad ??= (Buffer(), Buffer(), Buffer());
        return OnCores(cores, core =>
        {
            var (from, to) = ((long)TriadCount / 16 * core / cores * 16, (long)TriadCount / 16 * (core + 1) / cores * 16);
            Triad((float*)x + from, (float*)y + from, (float*)z + from, to - from);
        });
    }

    private static (nint X, nint Y, nint Z)? s_triad;

    /// <summary>Gives the buffers of <see cref="TriadTime"/> back.</summary>
    public static void Release()
    {
        if (s_triad is var (x, y, z))
        {
            NativeMemory.AlignedFree((void*)x);
            NativeMemory.AlignedFree((void*)y);
            NativeMemory.AlignedFree((void*)z);
            s_triad = null;
        }
    }

    private static nint Buffer()
    {
        var buffer = (float*)NativeMemory.AlignedAlloc((nuint)TriadCount * sizeof(float), 64);
        new Span<float>(buffer, TriadCount).Fill(1);
        return (nint)buffer;
    }

    // Microseconds from the moment all threads are ready until the last is done.
    private static double OnCores(int cores, Action<int> work)
    {
        using var ready = new Barrier(cores);
        var threads = new Thread[cores - 1];
        for (var i = 0; i < threads.Length; i++)
        {
            var core = i + 1;
            threads[i] = new Thread(() =>
            {
                ready.SignalAndWait();
                work(core);
            });
            threads[i].Start();
        }
        ready.SignalAndWait();
        var start = Stopwatch.GetTimestamp();
        work(0);
        foreach (var thread in threads)
        {
            thread.Join();
        }
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
    }

    // Twelve chains hide the latency of four cycles on two units with room to spare.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Fma512(int rounds)
    {
        var (x, y) = (Vector512.Create(0.999f), Vector512.Create(0.001f));
        Vector512<float> a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y, i = y, j = y, k = y, l = y;
        for (var round = 0; round < rounds; round++)
        {
            a = Vector512.FusedMultiplyAdd(a, x, y);
            b = Vector512.FusedMultiplyAdd(b, x, y);
            c = Vector512.FusedMultiplyAdd(c, x, y);
            d = Vector512.FusedMultiplyAdd(d, x, y);
            e = Vector512.FusedMultiplyAdd(e, x, y);
            f = Vector512.FusedMultiplyAdd(f, x, y);
            g = Vector512.FusedMultiplyAdd(g, x, y);
            h = Vector512.FusedMultiplyAdd(h, x, y);
            i = Vector512.FusedMultiplyAdd(i, x, y);
            j = Vector512.FusedMultiplyAdd(j, x, y);
            k = Vector512.FusedMultiplyAdd(k, x, y);
            l = Vector512.FusedMultiplyAdd(l, x, y);
        }
        return Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Fma256(int rounds)
    {
        var (x, y) = (Vector256.Create(0.999f), Vector256.Create(0.001f));
        Vector256<float> a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y, i = y, j = y, k = y, l = y;
        for (var round = 0; round < rounds; round++)
        {
            a = Vector256.FusedMultiplyAdd(a, x, y);
            b = Vector256.FusedMultiplyAdd(b, x, y);
            c = Vector256.FusedMultiplyAdd(c, x, y);
            d = Vector256.FusedMultiplyAdd(d, x, y);
            e = Vector256.FusedMultiplyAdd(e, x, y);
            f = Vector256.FusedMultiplyAdd(f, x, y);
            g = Vector256.FusedMultiplyAdd(g, x, y);
            h = Vector256.FusedMultiplyAdd(h, x, y);
            i = Vector256.FusedMultiplyAdd(i, x, y);
            j = Vector256.FusedMultiplyAdd(j, x, y);
            k = Vector256.FusedMultiplyAdd(k, x, y);
            l = Vector256.FusedMultiplyAdd(l, x, y);
        }
        return Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Triad(float* x, float* y, float* z, long count)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            var scale = Vector512.Create(0.5f);
            for (var i = 0L; i < count; i += 16)
            {
                (Vector512.LoadAligned(y + i) + (scale * Vector512.LoadAligned(z + i))).StoreAlignedNonTemporal(x + i);
            }
        }
        else
        {
            var scale = Vector256.Create(0.5f);
            for (var i = 0L; i < count; i += 8)
            {
                (Vector256.LoadAligned(y + i) + (scale * Vector256.LoadAligned(z + i))).StoreAlignedNonTemporal(x + i);
            }
        }
        if (Sse.IsSupported)
        {
            Sse.StoreFence();
        }
    }
}
