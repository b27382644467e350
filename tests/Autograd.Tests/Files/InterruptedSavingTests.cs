using System.Diagnostics;

namespace Autograd.Tests.Files;

/// <summary>A test of what a shell can limit; skipped, by name, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ShellFactAttribute : FactAttribute
{
    public const string Shell = "/bin/bash";

    public ShellFactAttribute()
    {
        if (!File.Exists(Shell))
        {
            Skip = $"There is no {Shell} that could limit the size of files.";
        }
    }
}

/// <summary>
/// A process that saves is killed at random moments, or cannot write as much as it wants: the file is the old one or the new one, whole. AUTOGRAD_KILLS sets how often it is killed; 5 by default.
/// </summary>
public class InterruptedSavingTests
{
    [ShellFact]
    public void Killed_while_saving_the_file_is_whole()
    {
        var kills = int.TryParse(Environment.GetEnvironmentVariable("AUTOGRAD_KILLS"), out var given) ? given : 5;
        using var folder = new Folder();
        var random = new Random(1);
        for (var i = 0; i < kills; i++)
        {
            Interrupt(folder["m"], random.Next(60));
            var weights = Model.Load(folder["m"]).Weights;
            Assert.Single(weights.SelectMany(weight => weight.ToArray<float>()).Distinct());
        }
        // The next to save removes what the killed ones left.
        Assert.Equal("saved", SaveOnce(folder["m"], 1, kilobytes: null));
        Assert.Equal(["m"], folder.Names);
    }

    [ShellFact]
    public void On_a_full_disk_the_old_file_stays_and_the_error_says_so()
    {
        using var folder = new Folder();
        Assert.Equal("saved", SaveOnce(folder["m"], 1, kilobytes: null));
        var before = File.ReadAllBytes(folder["m"]);
        // The model takes 353 kilobytes.
        foreach (var kilobytes in new[] { 0, 1, 64, 300, 352 })
        {
            var said = SaveOnce(folder["m"], 2, kilobytes);
            Assert.StartsWith($"FileException: Cannot write '{folder["m"]}': ", said);
            Assert.Equal(before, File.ReadAllBytes(folder["m"]));
            Assert.Equal(["m"], folder.Names);
        }
        Assert.Equal("saved", SaveOnce(folder["m"], 2, kilobytes: 400));
        Assert.All(Model.Load(folder["m"]).Weights.SelectMany(weight => weight.ToArray<float>()), value => Assert.Equal(2, value));
    }

    // A limit of the size of files fails a write as a full disk does: in the middle, with what was before already written.
    private static string SaveOnce(string path, int value, int? kilobytes)
    {
        var limit = kilobytes is { } most ? $"trap '' XFSZ; ulimit -f {most}; " : "";
        var start = new ProcessStartInfo(ShellFactAttribute.Shell)
        {
            ArgumentList = { "-c", limit + "exec \"$@\"", "limited", Host, "exec", Path.Combine(AppContext.BaseDirectory, "Autograd.Saver.dll"), path, $"{value}" },
            // The runtime's own files in memory should not meet the limit.
            Environment = { ["DOTNET_EnableWriteXorExecute"] = "0", ["DOTNET_EnableDiagnostics"] = "0" },
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var said = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return said;
    }

    private static string Host => Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet";

    private static void Interrupt(string path, int milliseconds)
    {
        var start = new ProcessStartInfo(Host)
        {
            ArgumentList = { "exec", Path.Combine(AppContext.BaseDirectory, "Autograd.Saver.dll"), path },
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        Assert.Equal("saving", process.StandardOutput.ReadLine());
        Thread.Sleep(milliseconds);
        process.Kill();
        process.WaitForExit();
    }
}
