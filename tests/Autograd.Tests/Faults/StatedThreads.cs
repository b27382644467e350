using System.Xml.Linq;

namespace Autograd.Tests.Faults;

/// <summary>What several threads may do with a public type stands in its documentation, or in that of the type it derives from or is part of.</summary>
public class StatedThreads
{
    [Fact]
    public void Every_public_type_says_what_threads_may_do()
    {
        var assembly = typeof(Tensor).Assembly;
        var documentation = XDocument.Load(Path.Combine(AppContext.BaseDirectory, "Autograd.xml"))
            .Descendants("member").ToDictionary(member => (string)member.Attribute("name")!, member => member.ToString());

        bool Says(Type? type)
        {
            var name = type is { IsGenericType: true } ? type.GetGenericTypeDefinition().FullName : type?.FullName;
            return type is not null && type.Assembly == assembly
                && ((documentation.TryGetValue($"T:{name?.Replace('+', '.')}", out var text) && text.Contains("thread", StringComparison.OrdinalIgnoreCase))
                    || Says(type.BaseType) || Says(type.DeclaringType));
        }

        // Enumerations, delegates and converters keep the rules of the runtime.
        var silent = assembly.GetExportedTypes()
            .Where(type => !type.IsEnum && !type.IsSubclassOf(typeof(Delegate)) && !type.IsSubclassOf(typeof(System.Text.Json.Serialization.JsonConverter)) && !Says(type))
            .Select(type => type.FullName).ToList();
        Assert.True(silent.Count == 0, $"These say nothing of threads: {string.Join(", ", silent)}");
    }
}
