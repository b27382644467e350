using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Autograd.SideBySide;

/// <summary>A Python process with a number of threads that does the same works (peer.py) when told to, and is stopped in between.</summary>
internal sealed partial class Peer : IDisposable
{
    private const int StopSignal = 19, ContinueSignal = 18;

    private readonly Process _process;

    private Peer(Process process, int threads, string description)
    {
        _process = process;
        Threads = threads;
        Description = description;
        Pause();
    }

    /// <summary>Threads it computes with.</summary>
    public int Threads { get; }

    /// <summary>What it says of itself: versions, instruction set, BLAS.</summary>
    public string Description { get; }

    /// <summary>Whether it has PyTorch, or only numpy.</summary>
    public bool HasTorch => !Description.StartsWith("no-torch", StringComparison.Ordinal);

    /// <summary>Starts a peer; null if there is no Python with numpy.</summary>
    public static Peer? Start(int threads)
    {
        try
        {
            var process = Process.Start(Command(threads, Script))!;
            if (process.StandardOutput.ReadLine() is { } description)
            {
                return new Peer(process, threads, description);
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // no Python
        }
        return null;
    }

    /// <summary>The spellings it knows of a work.</summary>
    public string[] Variants(string work) => Ask($"variants {work}").Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Microseconds per call, the mean over some calls; null if the spelling does not work there.</summary>
    public double? Run(string work, string variant, int calls)
    {
        var answer = Ask(FormattableString.Invariant($"run {work}/{variant} {calls}"));
        if (double.TryParse(answer, CultureInfo.InvariantCulture, out var us))
        {
            return us;
        }
        Console.Error.WriteLine($"{work}: {variant}: {answer}");
        return null;
    }

    /// <summary>Forgets what a work holds.</summary>
    public void Free(string work) => Ask($"free {work}");

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static string Script => Path.Combine(AppContext.BaseDirectory, "peer.py");

    /// <summary>Python in the settings in which PyTorch is fastest; see bench/README.md.</summary>
    public static ProcessStartInfo Command(int threads, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("PEER_PYTHON") ?? "/usr/bin/python3", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var environment = start.Environment;
        environment.Remove("OPENBLAS_CORETYPE");
        environment.Remove("OPENBLAS_L2_SIZE");
        environment.Remove("OPENBLAS_NUM_THREADS");
        environment["OMP_NUM_THREADS"] = threads.ToString(CultureInfo.InvariantCulture);
        environment["OMP_WAIT_POLICY"] = "active";
        environment["MALLOC_MMAP_THRESHOLD_"] = environment["MALLOC_TRIM_THRESHOLD_"] = "17179869184";
        if (Avx512F.IsSupported && Avx512BW.IsSupported && Avx512DQ.IsSupported)
        {
            environment["ATEN_CPU_CAPABILITY"] = "avx512";
        }
        if (OpenMpBlas is { } folder)
        {
            environment["LD_LIBRARY_PATH"] = environment.TryGetValue("LD_LIBRARY_PATH", out var path) && path is { Length: > 0 } ? $"{folder}:{path}" : folder;
        }
        return start;
    }

    /// <summary>Peak memory of training the mlp, in MB, in a process of its own.</summary>
    public static double? PeakMemory(int threads, string variant, int steps)
    {
        var start = Command(threads, Script, "memory", variant, steps.ToString(CultureInfo.InvariantCulture));
        start.Environment.Remove("MALLOC_MMAP_THRESHOLD_"); // they buy speed with memory
        start.Environment.Remove("MALLOC_TRIM_THRESHOLD_");
        using var process = Process.Start(start)!;
        return double.TryParse(process.StandardOutput.ReadToEnd(), CultureInfo.InvariantCulture, out var megabytes) ? megabytes : null;
    }

    /// <summary>The folder of the OpenBLAS that shares PyTorch's threads; the other build's threads fight them.</summary>
    public static string? OpenMpBlas { get; } = Directory.Exists("/usr/lib")
        ? Directory.GetDirectories("/usr/lib").Select(folder => Path.Combine(folder, "openblas-openmp")).FirstOrDefault(Directory.Exists)
        : null;

    // Idle OpenMP threads spin, which is fastest for the peer and would take a core from us: so the whole process is stopped between questions.
    private string Ask(string question)
    {
        _ = Signal(_process.Id, ContinueSignal);
        _process.StandardInput.WriteLine(question);
        _process.StandardInput.Flush();
        var answer = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"The peer ended while it was asked: {question}");
        Pause();
        return answer;
    }

    private void Pause() => _ = Signal(_process.Id, StopSignal);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
