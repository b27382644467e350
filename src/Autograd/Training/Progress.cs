using System.Diagnostics;
using System.Globalization;
using static System.FormattableString;

namespace Autograd;

/// <summary>The progress of steps in the look that Keras made known; live on a terminal, one plain line per epoch elsewhere.</summary>
internal sealed class Progress(TextWriter output, bool isTerminal, int verbose)
{
    private const int Width = 30;
    private const double SecondsBetweenUpdates = 0.05;

    private readonly Stopwatch _clock = new();
    private double _lastShown;
    private int _lastLength;

    /// <summary>Progress on the console: verbose 0 shows nothing, 1 a bar, 2 one line per epoch.</summary>
    public static Progress OnConsole(int verbose) => new(Console.Out, !Console.IsOutputRedirected, verbose);

    public void Epoch(int epoch, int epochs)
    {
        if (verbose > 0)
        {
            output.WriteLine(Invariant($"Epoch {epoch + 1}/{epochs}"));
        }
    }

    public void Begin()
    {
        _clock.Restart();
        _lastShown = double.NegativeInfinity;
        _lastLength = 0;
    }

    /// <summary>Shows that so many steps are done, if it is time to; only then asks for the measures.</summary>
    public void Step(int done, int? steps, Func<Logs> logs)
    {
        if (verbose != 1 || !isTerminal || done == steps)
        {
            return;
        }
        var now = _clock.Elapsed.TotalSeconds;
        if (now - _lastShown < SecondsBetweenUpdates)
        {
            return;
        }
        _lastShown = now;
        var perStep = now / Math.Max(done, 1);
        var remaining = steps is { } all ? $" - ETA: {Remaining(perStep * (all - done))}" : $" - {Invariant($"{now:0}")}s{PerStep(perStep)}";
        Rewrite($"{Bar(done, steps)}{remaining}{Shown(logs())}");
    }

    /// <summary>The line that stays.</summary>
    public void End(int done, Logs logs)
    {
        var seconds = _clock.Elapsed.TotalSeconds;
        var perStep = seconds / Math.Max(done, 1);
        switch (verbose)
        {
            case 1:
                Rewrite($"{Bar(done, done)} - {Invariant($"{seconds:0}")}s{PerStep(perStep)}{Shown(logs)}");
                output.WriteLine();
                output.Flush();
                break;
            case 2:
                output.WriteLine(Invariant($"{done}/{done} - {seconds:0}s{Shown(logs)} - {seconds:0}s/epoch -{PerStep(perStep)}"));
                output.Flush();
                break;
        }
    }

    private void Rewrite(string line)
    {
        if (isTerminal)
        {
            output.Write('\r');
            output.Write(line.PadRight(_lastLength));
            _lastLength = line.Length;
            output.Flush();
        }
        else
        {
            output.Write(line);
        }
    }

    private static string Shown(Logs logs) => logs.Count == 0 ? "" : $" - {logs}";

    private static string Bar(int done, int? steps)
    {
        if (steps is not { } all)
        {
            return Invariant($"{done,7}/Unknown");
        }
        var filled = all == 0 ? Width : (int)((double)Width * done / all);
        var bar = done >= all ? new string('=', Width) : filled == 0 ? new string('.', Width) : new string('=', filled - 1) + '>' + new string('.', Width - filled);
        var count = done.ToString(CultureInfo.InvariantCulture).PadLeft(all.ToString(CultureInfo.InvariantCulture).Length);
        return Invariant($"{count}/{all} [{bar}]");
    }

    private static string PerStep(double seconds) => seconds switch
    {
        >= 1 or 0 => Invariant($" {seconds:0}s/step"),
        >= 1e-3 => Invariant($" {seconds * 1e3:0}ms/step"),
        _ => Invariant($" {seconds * 1e6:0}us/step"),
    };

    private static string Remaining(double seconds) => seconds switch
    {
        > 3600 => Invariant($"{(int)seconds / 3600}:{(int)seconds % 3600 / 60:00}:{(int)seconds % 60:00}"),
        > 60 => Invariant($"{(int)seconds / 60}:{(int)seconds % 60:00}"),
        _ => Invariant($"{seconds:0}s"),
    };
}
