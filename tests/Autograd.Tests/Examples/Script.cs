using System.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace Autograd.Tests.Examples;

/// <summary>
/// Programs of one file as <c>dotnet run NAME.cs</c> takes them, compiled in this process by the SDK's own compiler against the library that is being tested: a second for the first, a tenth of one for
/// each other, where the command itself takes several.
/// </summary>
internal static class Script
{
    // What the SDK adds to each program; ImplicitUsings.
    private const string Usings = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        """;

    // As in examples/Directory.Build.props.
    private const string RuntimeConfig = """
        {"runtimeOptions": {"tfm": "net10.0", "framework": {"name": "Microsoft.NETCore.App", "version": "10.0.0"},
         "configProperties": {"System.GC.Gen0MaxBudget": 4194304, "System.Globalization.Invariant": true}}}
        """;

    private static readonly CSharpParseOptions s_syntax = new CSharpParseOptions(LanguageVersion.CSharp14, DocumentationMode.None).WithFeatures([new("FileBasedProgram", "")]); // lines of #:
    private static readonly SyntaxTree s_usings = CSharpSyntaxTree.ParseText(Usings, s_syntax);

    private static readonly MetadataReference[] s_references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is var name && (name.StartsWith("System.", StringComparison.Ordinal) || name is "netstandard.dll" or "mscorlib.dll" or "Autograd.dll"))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>The repository's examples.</summary>
    public static string Folder { get; } = Find();

    /// <summary>Compiles a program.</summary>
    /// <returns>What is wrong with it, warnings included, line by line; empty when nothing is, and then the file is there.</returns>
    public static IReadOnlyList<string> Compile(string name, string text, string path)
    {
        var tree = CSharpSyntaxTree.ParseText(SourceText.From(text), s_syntax, path: name + ".cs");
        var options = new CSharpCompilationOptions(OutputKind.ConsoleApplication, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable);
        using var file = File.Create(path);
        var result = CSharpCompilation.Create(name, [s_usings, tree], s_references, options).Emit(file);
        return [.. result.Diagnostics.Where(found => found.Severity >= DiagnosticSeverity.Warning).Select(found => found.ToString())];
    }

    /// <summary>Compiles an example and runs it in a folder of its own.</summary>
    public static ScriptRun Run(string name, string arguments, string folder)
    {
        var program = Path.Combine(folder, name + ".dll");
        var wrong = Compile(name, File.ReadAllText(Path.Combine(Folder, name + ".cs")), program);
        if (wrong.Count > 0)
        {
            return new ScriptRun(-1, string.Join("\n", wrong));
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

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Autograd.sln")))
        {
            folder = folder.Parent;
        }
        return Path.Combine(folder?.FullName ?? throw new InvalidOperationException("The tests run from within the repository, where the examples are."), "examples");
    }
}

/// <summary>How a program ended, and all it wrote.</summary>
internal sealed record ScriptRun(int ExitCode, string Output);
