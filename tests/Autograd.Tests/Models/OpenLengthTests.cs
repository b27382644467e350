using static Autograd.Tensor;

namespace Autograd.Tests.Models;

/// <summary>Axes of any length, -1 in an input shape, and layers whose weights would fit one length only.</summary>
public class OpenLengthTests
{
    // What depends on the length, but has one that is the longest, as a table of positions does.
    private sealed class Positions : Layer
    {
        private Variable? _table;

        protected override void Build(Shape input) => _table = AddWeight("table", [40, input[^1]], "zeros");

        protected override Tensor Call(Tensor x, bool training) => x + _table![..x.Shape[1]];
    }

    private static Model Graph(InputShape shape, Func<Node, Node> layers)
    {
        var x = new Input(shape);
        return new Model(x, layers(x));
    }

    private static readonly Dictionary<string, (Func<Model> Make, string Layer)> s_refused = new()
    {
        ["flattened words"] = (() => new Sequential([new Embedding(20, 8, inputShape: [-1]), new Flatten(), new Dense(1, name: "last")]), "last (Dense)"),
        ["flattened steps"] = (() => new Sequential([new Input([-1, 3]), new LSTM(4, returnSequences: true), new Flatten(), new Dense(1)]), "dense (Dense)"),
        ["features"] = (() => new Sequential([new Dense(1, inputShape: [-1])]), "dense (Dense)"),
        ["one by one"] = (() =>
        {
            var model = new Sequential();
            model.Add(new Embedding(20, 8, inputShape: [-1]));
            model.Add(new Flatten());
            model.Add(new Dense(1));
            return model;
        }, "dense (Dense)"),
        ["images"] = (() => new Sequential([new Conv2D(2, 3, inputShape: [-1, -1, 1]), new Flatten(), new Dense(1)]), "dense (Dense)"),
        ["graph"] = (() => Graph([-1, 3], x => new Dense(1).Apply(new Flatten().Apply(x))), "dense (Dense)"),
        ["nested"] = (() => Graph([-1, 3], x => new Sequential([new Flatten(), new Dense(1)], name: "head").Apply(x)), "head (Sequential)"),
        ["behind a longest length"] = (() => Graph([-1, 3], x => new Dense(1).Apply(new Flatten().Apply(new Positions().Apply(x)))), "dense (Dense)"),
    };

    public static TheoryData<string> Refused => [.. s_refused.Keys];

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_layer_that_must_know_a_length_is_named(string name)
    {
        var (make, layer) = s_refused[name];
        var error = Assert.Throws<ShapeException>(() => make());
        Assert.StartsWith(layer, error.Message);
        Assert.Contains("(-1)", error.Message);
    }

    private static readonly Dictionary<string, (Func<Model> Make, Shape Example)> s_taken = new()
    {
        ["steps"] = (() => new Sequential([new LSTM(4, inputShape: [-1, 3]), new Dense(1)]), [1, 7, 3]),
        ["pooled images"] = (() => new Sequential([new Conv2D(2, 3, inputShape: [-1, -1, 1]), new MaxPooling2D(), new GlobalAveragePooling2D(), new Dense(1)]), [1, 9, 13, 1]),
        ["a longest length"] = (() => new Sequential([new Input([-1, 3]), new Positions(), new GlobalAveragePooling1D(), new Dense(1)]), [1, 40, 3]),
        ["a longest length in a graph"] = (() => Graph([-1, 3], x => new GlobalAveragePooling1D().Apply(x * 2 + new Positions().Apply(x))), [1, 40, 3]),
        ["halved and doubled"] = (() => Graph([-1, 2], x => x + new UpSampling1D(2).Apply(new MaxPooling1D(2).Apply(x))), [1, 6, 2]),
    };

    public static TheoryData<string> Taken => [.. s_taken.Keys];

    [Theory]
    [MemberData(nameof(Taken))]
    public void Other_layers_take_any(string name)
    {
        var (make, example) = s_taken[name];
        Assert.Equal(example[0], make().Apply(Ones(example)).Shape[0]);
    }
}
