using System.Diagnostics;
using System.Globalization;

namespace Autograd.Soak;

/// <summary>One process works undisturbed, and its memory is watched; others work on one folder after another and are killed at random. One line at the end says how it went.</summary>
internal static class Soak
{
    private const long Megabyte = 1 << 20;

    // What the collector, the pools and the system may differ in between two looks at a process that is in order.
    private const long Allowed = 128 * Megabyte;

    public static int Run(TimeSpan time)
    {
        var folder = Directory.CreateTempSubdirectory("autograd-soak-").FullName;
        var steadyFolder = Directory.CreateDirectory(Path.Combine(folder, "steady")).FullName;
        var killedFolder = Directory.CreateDirectory(Path.Combine(folder, "killed")).FullName;
        var clock = Stopwatch.StartNew();
        using var steady = new Worker(steadyFolder);
        var kills = 0;
        string? failure = null;
        while (failure is null && clock.Elapsed < time)
        {
            using var victim = new Worker(killedFolder);
            var life = TimeSpan.FromSeconds(2 + (Random.Shared.NextDouble() * 10));
            for (var born = clock.Elapsed; clock.Elapsed - born < life && !victim.HasEnded && !steady.HasEnded && clock.Elapsed < time;)
            {
                Thread.Sleep(10);
            }
            failure = steady.HasEnded ? steady.Report : victim.HasEnded ? $"after {kills} kills {victim.Report}" : null;
            victim.Kill();
            kills++;
        }
        steady.Kill();
        // The first half of the rounds shows how much it needs, the second that it needs no more.
        var sizes = steady.Sizes;
        var (first, second) = (Largest(sizes[..(sizes.Count / 2)]), Largest(sizes[(sizes.Count / 2)..]));
        if (failure is null && sizes.Count < 10)
        {
            failure = $"only {sizes.Count} rounds of training; give it more minutes";
        }
        if (failure is null && second - first > Allowed)
        {
            failure = $"memory grew from {first / Megabyte} to {second / Megabyte} MB in {sizes.Count} rounds";
        }
        var leftovers = Directory.GetFiles(killedFolder).Length;
        if (failure is null && leftovers > 2)
        {
            failure = $"{leftovers} files lie in the folder of one model: {string.Join(", ", Directory.GetFiles(killedFolder).Select(Path.GetFileName))}";
        }
        Directory.Delete(folder, recursive: true);
        Console.WriteLine(failure is null
            ? string.Create(CultureInfo.InvariantCulture, $"soak: clean, {clock.Elapsed.TotalMinutes:F1} minutes, {sizes.Count} rounds, {kills} kills, memory {first / Megabyte} then {second / Megabyte} MB")
            : $"soak: FAILED, {failure}");
        return failure is null ? 0 : 1;
    }

    private static long Largest(List<long> sizes) => sizes.Count == 0 ? 0 : sizes.Max();

    /// <summary>This program once more, at work.</summary>
    private sealed class Worker : IDisposable
    {
        private readonly Process _process;
        private readonly List<long> _sizes = [];
        private string _said = "";

        public Worker(string folder)
        {
            _process = new Process
            {
                StartInfo = new ProcessStartInfo(Environment.ProcessPath!, ["work", folder]) { RedirectStandardOutput = true, RedirectStandardError = true },
            };
            _process.OutputDataReceived += (_, line) => Hear(line.Data);
            _process.ErrorDataReceived += (_, line) => Hear(line.Data);
            _process.Start();
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();
        }

        public bool HasEnded => _process.HasExited;

        /// <summary>Memory after each round.</summary>
        public List<long> Sizes
        {
            get
            {
                lock (_sizes)
                {
                    return [.. _sizes];
                }
            }
        }

        public string Report
        {
            get
            {
                _process.WaitForExit();
                return $"a process ended with code {_process.ExitCode}: {_said}";
            }
        }

        public void Kill()
        {
            _process.Kill();
            _process.WaitForExit();
        }

        public void Dispose() => _process.Dispose();

        private void Hear(string? line)
        {
            if (line?.Split(' ') is [_, var size] && long.TryParse(size, out var bytes))
            {
                lock (_sizes)
                {
                    _sizes.Add(bytes);
                }
            }
            else if (!string.IsNullOrWhiteSpace(line))
            {
                _said += line + " ";
            }
        }
    }
}
