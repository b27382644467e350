using System.Diagnostics;
using Autograd.Tests.Documents;

namespace Autograd.Tests.Examples;

/// <summary>
/// Examples compiled in this process against the library that is being tested, and run in one of their own: a second for the first, a tenth of one for each other, where <c>dotnet run NAME.cs</c>
/// takes several.
/// </summary>
internal static class Script
{
    // As in examples/Directory.Build.props.
    private const string RuntimeConfig = """
        {"runtimeOptions": {"tfm": "net10.0", "framework": {"name": "Microsoft.NETCore.App", "version": "10.0.0"},
         "configProperties": {"System.GC.Gen0MaxBudget": 4194304, "System.Globalization.Invariant": true}}}
        """;

    /// <summary>The repository's examples.</summary>
    public static string Folder { get; } = Path.Combine(DocumentTests.Repository, "examples");

    /// <summary>Compiles an example and runs it in a folder. One that does not compile, or not without a warning, ends with -1.</summary>
    public static ScriptRun Run(string name, string arguments, string folder)
    {
        var program = Path.Combine(folder, name + ".dll");
        var faults = Compiler.Emit(name, File.ReadAllText(Path.Combine(Folder, name + ".cs")), program);
        if (faults.Count > 0)
        {
            return new ScriptRun(-1, string.Join("\n", faults));
        }
        foreach (var library in (string[])["Autograd.dll", "System.Numerics.Tensors.dll"])
        {
            File.Copy(Path.Combine(AppContext.BaseDirectory, library), Path.Combine(folder, library), overwrite: true);
        }
        File.WriteAllText(Path.ChangeExtension(program, ".runtimeconfig.json"), RuntimeConfig);

        var host = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        var start = new ProcessStartInfo(host, $"exec \"{program}\" {arguments}")
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new ScriptRun(process.ExitCode, output + errors.Result);
    }
}

/// <summary>How a program ended, and all it wrote.</summary>
internal sealed record ScriptRun(int ExitCode, string Output);
