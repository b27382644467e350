using System.Xml.Linq;
using Autograd.Reports;
using Autograd.Tests.Files;
using static Autograd.Tensor;
using Drawn = Autograd.Reports.Graph;

namespace Autograd.Tests.Reports;

/// <summary>Pictures of tapes and of models.</summary>
public class GraphTests
{
    private static string Text(GraphNode node) => string.Join(" | ", node.Lines.Prepend(node.FullTitle).Append(node.Gradient ?? "-"));

    private static string[] TextsOf(Drawn graph) =>
        [.. XDocument.Parse(graph.ToSvg()).Descendants().Where(one => one.Name.LocalName == "text").Select(one => one.Nodes().OfType<XText>().Last().Value)];

    [Fact]
    public void A_tape_is_drawn_with_names_values_and_gradients()
    {
        var (w, b) = (new Variable(3f, name: "w"), new Variable(1f, name: "b"));
        Tensor x = Full([], 2), y = Full([], 5);
        using var tape = new GradientTape();
        var e = w * x + b - y;
        var j = 0.5 * (e * e);
        var before = tape.ToString();
        var nodes = TapeGraph.Of(tape, j);
        Assert.Equal(
            [
                "w | value 3 | gradient 4", "constant | value 2 | -", "Multiply | value 6 | gradient 2", "b | value 1 | gradient 2", "Add | value 7 | gradient 2", "constant | value 5 | -",
                "Subtract | value 2 | gradient 2", "Multiply | value 4 | gradient 0.5", "constant | value 0.5 | -", "Multiply | value 2 | gradient 1",
            ],
            nodes.Select(Text).ToArray());
        Assert.Equal([6, 6], nodes[7].Inputs);
        Assert.Equal([GraphNodeKind.Source, GraphNodeKind.Constant, GraphNodeKind.Operation], nodes.Take(3).Select(node => node.Kind));
        Assert.Equal(GraphNodeKind.Target, nodes[^1].Kind);
        var texts = TextsOf(Drawn.Of(tape, j, "J").Name(x).Name(e).Name(j, "J(w, b)"));
        Assert.All(["J", "x", "e = Subtract", "J(w, b) = Multiply", "gradient 0.5"], text => Assert.Contains(text, texts));

        // A plain tape still has its one gradient to give, and nothing was recorded.
        Assert.Equal(before, tape.ToString());
        Assert.Equal([4.0, 2.0], tape.Gradient(j, [w, b]).Select(gradient => gradient!.Item()));
    }

    [Fact]
    public void An_outer_tape_does_not_see_the_picture_of_an_inner_one()
    {
        var x = new Variable(2f);
        using var outer = new GradientTape();
        using var inner = new GradientTape();
        var y = x * x * x;
        var before = outer.ToString();
        Assert.Equal("gradient 12", TapeGraph.Of(inner, y)[0].Gradient);
        Assert.Equal(before, outer.ToString());
        var dy = inner.Gradient(y, x)!;
        Assert.Equal("gradient 12", TapeGraph.Of(outer, dy)[0].Gradient);
        Assert.Equal(12, outer.Gradient(dy, x)!.Item());
    }

    public static TheoryData<string, Func<Variable, Tensor>, string> Values => new()
    {
        { "vector", x => x + Zeros(3), "Add | value [1, 2, 3] | gradient [1, 1, 1]" },
        { "matrix", x => x.Reshape(1, 3), "Reshape | value [[1, 2, 3]] | gradient [[1, 1, 1]]" },
        { "large", x => x.BroadcastTo([4, 3]), "BroadcastTo | shape [4,3] | gradient norm 3.464" },
        { "bools", x => x > 1.5, "Greater | value [false, true, true] | -" },
        { "stopped", x => StopGradient(x), "StopGradient | value [1, 2, 3] | gradient [1, 1, 1]" },
        { "not a number", x => Log(x - 2), "Log | value [NaN, -Infinity, 0] | gradient [1, 1, 1]" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Few_values_are_shown_and_many_summed_up(string what, Func<Variable, Tensor> function, string expected)
    {
        Assert.NotNull(what);
        ArgumentNullException.ThrowIfNull(function);
        using var tape = new GradientTape();
        var y = function(new Variable(From([1f, 2f, 3f], 3), name: "x"));
        Assert.Equal(expected, Text(TapeGraph.Of(tape, y)[^1]));
    }

    [Fact]
    public void Without_a_target_all_is_drawn_and_with_one_what_leads_to_it()
    {
        var x = new Variable(2f, name: "x");
        using var tape = new GradientTape();
        var (square, other) = (x * x, Exp(x));
        Assert.Equal(["x", "Multiply", "Exp"], TapeGraph.Of(tape, null).Select(node => node.FullTitle));
        Assert.All(TapeGraph.Of(tape, null), node => Assert.Null(node.Gradient));
        Assert.Equal(["x", "Multiply"], TapeGraph.Of(tape, square).Select(node => node.FullTitle));
        Assert.Equal("gradient -", "gradient " + (TapeGraph.Of(tape, StopGradient(other))[0].Gradient ?? "-"));
        other.Dispose();
        Assert.Contains("value 7.389", Text(TapeGraph.Of(tape, null)[2]));
    }

    [Fact]
    public void What_cannot_be_drawn_is_refused()
    {
        var x = new Variable(2f, name: "x");
        using var tape = new GradientTape();
        var y = x * x;
        Assert.Contains("was not recorded by this tape", Assert.Throws<TapeException>(() => Drawn.Of(tape, Full([], 1))).Message);
        var stranger = Zeros(2, 3);
        var message = Assert.Throws<ValueException>(() => Drawn.Of(tape, y).Name(stranger)).Message;
        Assert.Contains("'stranger'", message);
        for (var i = 0; i < 500; i++)
        {
            y += x;
        }
        Assert.Contains("cannot be read", Assert.Throws<ValueException>(() => Drawn.Of(tape, y)).Message);
        tape.Gradient(y, x);
        Assert.Contains("already given its gradient", Assert.Throws<TapeException>(() => Drawn.Of(tape, y)).Message);
        Assert.Throws<ArgumentNullException>(() => Drawn.Of((GradientTape)null!));
        Assert.Throws<ArgumentNullException>(() => Drawn.Of((Model)null!));
        using var empty = new GradientTape();
        Assert.Contains("nothing is recorded", TextsOf(Drawn.Of(empty)));
    }

    [Fact]
    public void Steps_show_values_going_forward_and_then_gradients_going_back()
    {
        var x = new Variable(2f, name: "x");
        using var tape = new GradientTape();
        var y = Exp(3 * x);
        var graph = Drawn.Of(tape, y, "steps").Name(y);
        var steps = graph.Steps().Select(TextsOf).ToArray();
        string[] Lines(int step) => [.. steps[step].Where(text => text.StartsWith("value", StringComparison.Ordinal) || text.StartsWith("gradient", StringComparison.Ordinal))];
        Assert.Equal(["value 2", "value 3"], Lines(0).Order());
        Assert.Equal(["value 2", "value 3", "value 6"], Lines(1).Order());
        Assert.Equal(3, Lines(2).Length - 1);
        Assert.Equal(0, Lines(2).Count(line => line.StartsWith("gradient", StringComparison.Ordinal)));
        Assert.Equal(["gradient 1"], Lines(3).Where(line => line.StartsWith("gradient", StringComparison.Ordinal)));
        Assert.Equal(graph.ToSvg(), graph.Steps()[^1].ToSvg());
        Assert.Equal(6, steps.Length);
    }

    [Fact]
    public void A_model_is_drawn_with_its_branches_and_merges()
    {
        var image = new Input([8, 8, 1], name: "image");
        var first = new Conv2D(4, 3, padding: "same", name: "first").Apply(image);
        var shared = new Dense(4, name: "shared");
        var joined = new Add(name: "join").Apply([shared.Apply(first), shared.Apply(new ReLU(name: "relu").Apply(first))]);
        var flat = new Flatten(name: "flat").Apply(new Concatenate(name: "all").Apply([joined, first]));
        var odd = new Dense(1, name: "odd") { Trainable = false };
        var model = new Model([image], [new Dense(10, name: "digit").Apply(flat), odd.Apply(flat)], "branches");
        var nodes = ModelGraph.Of(model);
        string[] Inputs(string name) => [.. nodes.Last(node => node.Title.StartsWith(name, StringComparison.Ordinal)).Inputs.Select(input => nodes[input].Title.Split(' ')[0])];
        Assert.Equal(["shared", "shared"], Inputs("join"));
        Assert.Equal(["join", "first"], Inputs("all"));
        Assert.Equal(["flat"], Inputs("digit"));
        Assert.Equal(["image"], Inputs("first"));
        Assert.Empty(Inputs("image"));
        var texts = nodes.Select(Text).ToArray();
        Assert.Contains("image (Input) | (None, 8, 8, 1) | -", texts);
        Assert.Contains("first (Conv2D) | (None, 8, 8, 4) | 40 parameters | -", texts);
        Assert.Contains("shared (Dense) | (None, 8, 8, 4) | 20 parameters | -", texts);
        Assert.Contains("shared (Dense) | (None, 8, 8, 4) | the same weights as above | -", texts);
        Assert.Contains("digit (Dense) | (None, 10) | 5,130 parameters | -", texts);
        Assert.Contains("odd (Dense) | (None, 1) | 513 parameters, frozen | -", texts);
        Assert.Equal(2, nodes.Count(node => node.Kind == GraphNodeKind.Target));
    }

    [Fact]
    public void A_chain_of_layers_begins_with_its_input()
    {
        var nodes = ModelGraph.Of(new Sequential([new LSTM(4, inputShape: [-1, 2]), new Dense(1)]));
        Assert.Equal(["input | (None, None, 2) | -", "lstm (LSTM) | (None, 4) | 112 parameters | -", "dense (Dense) | (None, 1) | 5 parameters | -"], nodes.Select(Text));
        Assert.Equal([1], nodes[2].Inputs);
    }

    private sealed class Own : Model
    {
        protected override Tensor Call(Tensor x, bool training) => x;
    }

    [Fact]
    public void A_model_that_is_no_graph_or_not_built_is_refused()
    {
        Assert.Contains("is not built", Assert.Throws<ModelException>(() => Drawn.Of(new Sequential([new Dense(1)]))).Message);
        var own = new Own();
        own.Apply(Ones(1, 1));
        Assert.Contains("Graph.Of(tape, loss)", Assert.Throws<ModelException>(() => Drawn.Of(own)).Message);
    }

    [Fact]
    public void Plot_writes_the_picture_of_a_model()
    {
        using var folder = new Folder();
        var model = new Sequential([new Dense(3, name: "火 <1>", inputShape: [2])], "name");
        Assert.Equal(folder["model.svg"], model.Plot(folder["model.svg"]));
        Assert.Contains("火 <1> (Dense)", XDocument.Load(folder["model.svg"]).Root!.Value, StringComparison.Ordinal);
        Assert.Throws<FileException>(() => model.Plot(folder["missing/model.svg"]));
    }

    [Fact]
    public void Boxes_stand_below_what_they_depend_on_and_nothing_overlaps()
    {
        var random = new Random(7);
        for (var round = 0; round < 60; round++)
        {
            var count = 1 + random.Next(30);
            var sizes = Enumerable.Range(0, count).Select(_ => (Width: 40.0 + random.Next(120), Height: 30.0 + random.Next(40))).ToArray();
            var edges = Enumerable.Range(1, count - 1).SelectMany(to => Enumerable.Range(0, random.Next(3)).Select(_ => (From: random.Next(to), To: to))).ToArray();
            var layout = new LayeredLayout(sizes, edges);
            (double Left, double Right, double Top, double Bottom) Box(int node)
            {
                var ((x, y), (width, height)) = (layout.Nodes[node], sizes[node]);
                return (x - width / 2, x + width / 2, y - height / 2, y + height / 2);
            }
            for (var i = 0; i < count; i++)
            {
                var a = Box(i);
                Assert.True(a.Left >= -1e-6 && a.Right <= layout.Width + 1e-6 && a.Top >= -1e-6 && a.Bottom <= layout.Height + 1e-6);
                for (var k = 0; k < i; k++)
                {
                    var b = Box(k);
                    Assert.True(a.Right <= b.Left || b.Right <= a.Left || a.Bottom <= b.Top || b.Bottom <= a.Top, $"Round {round}: {i} and {k} overlap.");
                }
            }
            foreach (var (edge, route) in edges.Zip(layout.Routes))
            {
                Assert.Equal(Box(edge.From).Bottom, route[0].Y, 1e-6);
                Assert.Equal(Box(edge.To).Top, route[^1].Y, 1e-6);
                Assert.InRange(route[^1].X, Box(edge.To).Left, Box(edge.To).Right);
                for (var i = 1; i < route.Count; i++)
                {
                    Assert.True(route[i].Y >= route[i - 1].Y);
                }
                // Where an edge passes a layer it passes between the boxes.
                for (var i = 1; i + 1 < route.Count; i++)
                {
                    Assert.DoesNotContain(Enumerable.Range(0, count), node => Box(node) is var box && route[i].X > box.Left && route[i].X < box.Right && route[i].Y > box.Top && route[i].Y < box.Bottom);
                }
            }
        }
    }

    [Fact]
    public void A_chain_is_straight_and_two_halves_do_not_cross()
    {
        (double, double) size = (80, 40);
        var chain = new LayeredLayout([size, size, size], [(0, 1), (1, 2)]);
        Assert.Equal(chain.Nodes[0].X, chain.Nodes[2].X, 1e-6);
        var square = new LayeredLayout([size, size, size, size], [(0, 3), (1, 2)]);
        Assert.Equal(Math.Sign(square.Nodes[0].X - square.Nodes[1].X), Math.Sign(square.Nodes[3].X - square.Nodes[2].X));
        Assert.Empty(new LayeredLayout([], []).Nodes);
    }
}
