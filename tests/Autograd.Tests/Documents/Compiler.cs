using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Autograd.Tests.Documents;

/// <summary>Compiles programs as <c>dotnet run</c> would, without running them.</summary>
internal static class Compiler
{
    private const string Usings =
        "global using System; global using System.IO; global using System.Linq; global using System.Collections.Generic; global using System.Threading; global using System.Threading.Tasks;";

    private static readonly CSharpParseOptions s_options = new(LanguageVersion.Preview);

    private static readonly Lazy<CSharpCompilation> s_empty = new(() => CSharpCompilation.Create(
        "Program",
        [CSharpSyntaxTree.ParseText(Usings, s_options)],
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is "Autograd.dll" or "mscorlib.dll" or "netstandard.dll" || Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path)),
        new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable)));

    public static SyntaxTree Parse(string source) => CSharpSyntaxTree.ParseText(source, s_options);

    /// <summary>The errors of a program with top-level statements, and its warnings of null, which a reader would have to silence by !.</summary>
    public static IReadOnlyList<Diagnostic> Faults(string source) =>
    [
        .. s_empty.Value.AddSyntaxTrees(Parse(source)).GetDiagnostics()
            .Where(found => (found.Severity == DiagnosticSeverity.Error && found.Id != "CS0201") // x[0]; shows an expression
                || (found.Severity == DiagnosticSeverity.Warning && found.Id.StartsWith("CS86", StringComparison.Ordinal))),
    ];
}
