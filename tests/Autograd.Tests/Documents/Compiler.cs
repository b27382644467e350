using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Autograd.Tests.Documents;

/// <summary>Compiles programs as <c>dotnet run</c> would.</summary>
internal static class Compiler
{
    private const string Usings =
        "global using System; global using System.IO; global using System.Linq; global using System.Collections.Generic; global using System.Threading; global using System.Threading.Tasks;";

    private static readonly CSharpParseOptions s_options = new CSharpParseOptions(LanguageVersion.Preview).WithFeatures([new("FileBasedProgram", "")]); // lines of #:

    private static readonly Lazy<CSharpCompilation> s_empty = new(() => CSharpCompilation.Create(
        "Program",
        [CSharpSyntaxTree.ParseText(Usings, s_options)],
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is "Autograd.dll" or "mscorlib.dll" or "netstandard.dll" || Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path)),
        new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable)));

    public static SyntaxTree Parse(string source) => CSharpSyntaxTree.ParseText(source, s_options);

    /// <summary>Compiles a program into a file.</summary>
    /// <returns>Its errors and warnings; the file is whole where there are none.</returns>
    public static IReadOnlyList<Diagnostic> Emit(string name, string source, string path)
    {
        var program = s_empty.Value.WithAssemblyName(name)
            .WithOptions(s_empty.Value.Options.WithOptimizationLevel(OptimizationLevel.Release))
            .AddSyntaxTrees(CSharpSyntaxTree.ParseText(source, s_options, name + ".cs"));
        using var file = File.Create(path);
        return [.. program.Emit(file).Diagnostics.Where(found => found.Severity >= DiagnosticSeverity.Warning)];
    }

    /// <summary>The errors of a program with top-level statements, and its warnings of null, which a reader would have to silence by !.</summary>
    public static IReadOnlyList<Diagnostic> Faults(string source) =>
    [
        .. s_empty.Value.AddSyntaxTrees(Parse(source)).GetDiagnostics()
            .Where(found => (found.Severity == DiagnosticSeverity.Error && found.Id != "CS0201") // x[0]; shows an expression
                || (found.Severity == DiagnosticSeverity.Warning && found.Id.StartsWith("CS86", StringComparison.Ordinal))),
    ];
}
