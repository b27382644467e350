using System.Diagnostics;

namespace Autograd.Tests.Files;

/// <summary>A process that saves is killed at random moments: the file is the old one or the new one, whole. AUTOGRAD_KILLS sets how often; 5 by default.</summary>
public class InterruptedSavingTests
{
    [Fact]
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
    }

    private static void Interrupt(string path, int milliseconds)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
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
