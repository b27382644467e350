using System.Diagnostics;
using System.Globalization;

namespace Autograd.SideBySide;

/// <summary>The rows in which both sides are whole processes.</summary>
internal static class Processes
{
    public const string ColdStart = "cold-start", PeakMemory = "peak-memory";

    private const int Steps = 200;

    /// <summary>What our child processes do.</summary>
    public static int Child(string work)
    {
        var step = work == ColdStart ? Networks.Iris() : Networks.Mlp();
        for (var i = 0; i < Steps; i++)
        {
            step();
        }
        if (work == PeakMemory)
        {
            // The high-water mark of this very process; what getrusage reports begins with the parent's.
            var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM", StringComparison.Ordinal));
            var kilobytes = double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
            Console.WriteLine((kilobytes / 1024).ToString(CultureInfo.InvariantCulture));
        }
        return 0;
    }

    /// <summary>From process start to 200 Iris steps, against a Python process that imports PyTorch and does nothing.</summary>
    public static Row RunColdStart(int pairs, bool hasTorch)
    {
        List<double> ours = [], theirs = [];
        for (var pair = 0; pair < pairs + 1; pair++)
        {
            var (us, them) = (Lifetime(Ourselves(ColdStart)), hasTorch ? Lifetime(Peer.Command(1, "-c", "import torch")) : 0);
            if (pair > 0) // the first fills the file cache
            {
                ours.Add(us);
                if (hasTorch)
                {
                    theirs.Add(them);
                }
            }
        }
        return Row.FromPairs(ColdStart, ours, theirs, new Target(Microseconds: 120_000), hasTorch ? "import torch alone" : "");
    }

    /// <summary>Peak resident memory in MB of 200 steps of the mlp; the peer's least.</summary>
    public static Row RunPeakMemory(int pairs, bool hasTorch)
    {
        string[] variants = ["optim.Adam-foreach", "grad+own-flat-Adam"];
        List<double> ours = [], theirs = [];
        for (var pair = 0; pair < (pairs + 2) / 3; pair++)
        {
            using var child = Process.Start(Ourselves(PeakMemory))!;
            ours.Add(double.Parse(child.StandardOutput.ReadToEnd(), CultureInfo.InvariantCulture));
            if (hasTorch && variants.Min(variant => Peer.PeakMemory(1, variant, Steps)) is { } least)
            {
                theirs.Add(least);
            }
        }
        return Row.FromPairs(PeakMemory, ours, theirs, default, "megabytes, both");
    }

    private static ProcessStartInfo Ourselves(string work) =>
        new(Path.Combine(AppContext.BaseDirectory, "Autograd.SideBySide"), ["--child", work]) { RedirectStandardOutput = true };

    private static double Lifetime(ProcessStartInfo start)
    {
        var begin = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        process.WaitForExit();
        return Stopwatch.GetElapsedTime(begin).TotalMicroseconds;
    }
}
