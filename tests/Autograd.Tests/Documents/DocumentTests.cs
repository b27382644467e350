using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Autograd.Tests.Documents;

/// <summary>
/// Every C# block of the README and of docs/ compiles, each as a program of its own. Types that another block of the page declares are known. What else a block takes for granted stands in a
/// comment of HTML before it, which no reader sees:
/// <code>
/// &lt;!-- given: Tensor x = Zeros(2, 3); --&gt;            statements before the block
/// &lt;!-- excerpt: src/Autograd/Ops/Movement.cs --&gt;    no program but lines of that file in their order ("..." leaves some out)
/// </code>
/// </summary>
public sealed partial class DocumentTests
{
    internal static readonly string Repository = Path.GetFullPath(
        typeof(DocumentTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == "Repository").Value!);

    private sealed record Block(string File, int Line, string Code, string Given, string? Excerpt);

    public static TheoryData<string> Pages()
    {
        var folder = Repository;
        return Directory.Exists(Path.Combine(folder, "docs"))
            ? [.. Directory.EnumerateFiles(folder, "*.md").Concat(Directory.EnumerateFiles(Path.Combine(folder, "docs"), "*.md", SearchOption.AllDirectories))
                .Concat(Directory.EnumerateFiles(Path.Combine(folder, "examples"), "*.md")).Select(path => Path.GetRelativePath(folder, path)).Order(StringComparer.Ordinal)]
            : [""]; // the tests were built elsewhere
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_block_compiles(string page)
    {
        if (page.Length > 0)
        {
            Assert.Empty(Faults(page, File.ReadAllText(Path.Combine(Repository, page)), path => File.ReadAllText(Path.Combine(Repository, path))));
        }
    }

    [Fact]
    public void A_block_that_rots_is_named_with_file_and_line()
    {
        string[] Of(params string[] lines) => [.. Faults("page.md", string.Join('\n', lines), _ => "a\n  b(1)\nc\n")];
        Assert.Empty(Of("Text", "```csharp", "var x = Zeros(2);", "```", "<!-- given: var y = 1; -->", "```csharp", "#:project a.csproj", "using Autograd;", "Console.WriteLine(y);", "```"));
        Assert.StartsWith("page.md(4): error CS0103", Assert.Single(Of("Text", "```csharp", "var x = Zeros(2);", "Zeroes(x);", "```")));
        Assert.StartsWith("page.md(3): warning CS86", Assert.Single(Of("", "```csharp", "Tensor? x = null; Exp(x);", "```")));
        Assert.Empty(Of("```csharp", "new Own().Apply(Zeros(1, 2));", "```", "```csharp", "class Own : Layer { protected override Tensor Call(Tensor x, bool training) => x; }", "```"));
        Assert.Empty(Of("<!-- excerpt: file.cs -->", "```csharp", "a", "...", "c", "```"));
        Assert.StartsWith("page.md(4)", Assert.Single(Of("<!-- excerpt: file.cs -->", "```csharp", "a", "b(2)", "```")));
        Assert.Single(Of("```csharp", "var x = 1;")); // it does not end
    }

    private static IEnumerable<string> Faults(string page, string text, Func<string, string> read)
    {
        var blocks = Blocks(page, text, out var open);
        if (open is { } line)
        {
            yield return $"{page}({line}): the block does not end";
        }
        var types = blocks.Where(block => block.Excerpt is null).SelectMany(block => Declared(block).Select(type => (block, type.Name, type.Text))).ToList();
        foreach (var block in blocks)
        {
            foreach (var fault in block.Excerpt is { } file ? Missing(block, read(file), file) : Errors(block, types))
            {
                yield return fault;
            }
        }
    }

    private static List<Block> Blocks(string page, string text, out int? open)
    {
        var blocks = new List<Block>();
        var (lines, given, excerpt) = (text.Replace("\r", "", StringComparison.Ordinal).Split('\n'), "", (string?)null);
        open = null;
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith("<!-- ", StringComparison.Ordinal))
            {
                var from = i;
                while (i < lines.Length - 1 && !lines[i].Contains("-->", StringComparison.Ordinal))
                {
                    i++;
                }
                var comment = string.Join(' ', lines[from..(i + 1)]).Replace("<!--", "", StringComparison.Ordinal).Replace("-->", "", StringComparison.Ordinal).Trim();
                given = comment.StartsWith("given:", StringComparison.Ordinal) ? comment["given:".Length..] : given;
                excerpt = comment.StartsWith("excerpt:", StringComparison.Ordinal) ? comment["excerpt:".Length..].Trim() : excerpt;
            }
            else if (lines[i].TrimStart().StartsWith("```csharp", StringComparison.Ordinal))
            {
                var end = Array.FindIndex(lines, i + 1, line => line.TrimStart().StartsWith("```", StringComparison.Ordinal));
                if (end < 0)
                {
                    open = i + 1;
                    break;
                }
                blocks.Add(new Block(page, i + 2, string.Join('\n', lines[(i + 1)..end]), given, excerpt));
                (i, given, excerpt) = (end, "", null);
            }
            else if (lines[i].Length > 0)
            {
                (given, excerpt) = ("", null);
            }
        }
        return blocks;
    }

    private static IEnumerable<(string Name, string Text)> Declared(Block block) =>
        Root(block).Members.OfType<BaseTypeDeclarationSyntax>().Select(type => (type.Identifier.Text, type.ToFullString()));

    // Directives of a script are no C#.
    private static CompilationUnitSyntax Root(Block block) => (CompilationUnitSyntax)Compiler.Parse(ScriptDirective().Replace(block.Code, "//")).GetRoot();

    [GeneratedRegex("^#:.*$", RegexOptions.Multiline)]
    private static partial Regex ScriptDirective();

    private static IEnumerable<string> Errors(Block block, IReadOnlyList<(Block Block, string Name, string Text)> types)
    {
        var root = Root(block);
        var own = Declared(block).Select(type => type.Name).ToHashSet();
        // Usings go first; in their place stay blank lines.
        var code = root.ToFullString();
        foreach (var directive in root.Usings.Reverse())
        {
            code = code.Remove(directive.SpanStart, directive.Span.Length);
        }
        string[] known = ["using Autograd;", "using static Autograd.Tensor;"];
        var usings = known.Concat(root.Usings.Select(directive => directive.ToString())).Distinct();
        var source = string.Join(' ', usings) + "\n" + (block.Given.Length > 0 || root.Members.OfType<GlobalStatementSyntax>().Any() ? block.Given : "Console.Write(0);") + $"\n#line {block.Line} \"{block.File}\"\n{code}\n#line hidden\n"
            + string.Concat(types.Where(type => type.Block != block && own.Add(type.Name)).Select(type => type.Text));
        return Compiler.Faults(source)
            .Select(fault => $"{fault.Location.GetMappedLineSpan() switch { { HasMappedPath: true } span => $"{span.Path}({span.StartLinePosition.Line + 1})", _ => $"{block.File}({block.Line}), in what is given" }}: {fault.Severity.ToString().ToLowerInvariant()} {fault.Id}: {fault.GetMessage(System.Globalization.CultureInfo.InvariantCulture)}");
    }

    private static IEnumerable<string> Missing(Block block, string source, string file)
    {
        var (there, at) = (source.Split('\n').Select(line => line.Trim()).ToArray(), 0);
        var lines = block.Code.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].Trim();
            if (line is "" or "...")
            {
                continue;
            }
            var found = Array.IndexOf(there, line, at);
            if (found < 0)
            {
                yield return $"{block.File}({block.Line + i}): '{line}' is no line of {file}, or not in this place";
                yield break;
            }
            at = found + 1;
        }
    }
}
