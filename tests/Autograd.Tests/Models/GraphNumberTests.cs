using static Autograd.Tensor;

namespace Autograd.Tests.Models;

/// <summary>Arithmetic of places in a graph of layers.</summary>
public class GraphNumberTests
{
    private static readonly Dictionary<string, Func<Input, Node>> s_inputs = new()
    {
        ["x * 2"] = x => x * 2,
        ["2 * x"] = x => 2 * x,
        ["x / 2"] = x => x / 2,
        ["x + 1"] = x => x + 1,
        ["1 + x"] = x => 1 + x,
        ["x - 1"] = x => x - 1,
        ["1 - x"] = x => 1 - x,
        ["-x"] = x => -x,
        ["x + x"] = x => x + x,
        ["x - x"] = x => x - x,
        ["x * x"] = x => x * x,
    };

    [Fact]
    public void Inputs_are_places_too()
    {
        foreach (var (name, of) in s_inputs)
        {
            var x = new Input([1]);
            Assert.Equal([(float)s_rows[name].Expected], new Model(x, of(x)).Apply(Full([1, 1], 3)).ToArray<float>());
        }
    }

    private static readonly Dictionary<string, (Func<Node, Node> Of, double Expected)> s_rows = new()
    {
        ["x * 2"] = (x => x * 2, 6),
        ["2 * x"] = (x => 2 * x, 6),
        ["x * 0.5"] = (x => x * 0.5, 1.5),
        ["x / 2"] = (x => x / 2, 1.5),
        ["x + 1"] = (x => x + 1, 4),
        ["1 + x"] = (x => 1 + x, 4),
        ["x - 1"] = (x => x - 1, 2),
        ["1 - x"] = (x => 1 - x, -2),
        ["-x"] = (x => -x, -3),
        ["x + x"] = (x => x + x, 6),
        ["x - x"] = (x => x - x, 0),
        ["x * x"] = (x => x * x, 9),
        ["(1 - x) * x + 2 * x"] = (x => ((1 - x) * x) + (2 * x), 0),
    };

    public static TheoryData<string> Names => [.. s_rows.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_a_layer_that_files_keep(string name)
    {
        var (of, expected) = s_rows[name];
        var x = new Input([2]);
        var model = new Model(x, of(x));
        using var folder = new Files.Folder();
        var path = System.IO.Path.Combine(folder.Path, "model.safetensors");
        model.Save(path);
        foreach (var made in new[] { model, Model.Load(path) })
        {
            Assert.Equal([(float)expected, (float)expected], made.Apply(Full([1, 2], 3)).ToArray<float>());
        }
    }
}
