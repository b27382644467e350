using static Autograd.Tensor;

namespace Autograd.Tests.Models;

/// <summary>Freezing a layer freezes its parts, wherever else they are used, and thawing thaws them.</summary>
public class FreezingTests
{
    private sealed class Own : Model
    {
        private readonly Dense _hidden = new(3), _last = new(1);

        protected override Tensor Call(Tensor x, bool training) => _last.Apply(_hidden.Apply(x));
    }

    private sealed class Outer : Layer
    {
        private readonly Sequential _inner = new([new Dense(3), new BatchNormalization()]);

        protected override Tensor Call(Tensor x, bool training) => _inner.Apply(x);
    }

    private static readonly Dictionary<string, (Func<Layer> Make, Tensor X)> s_rows = new()
    {
        ["sequential"] = (() => new Sequential([new Dense(3, inputShape: [2]), new Dense(1)]), Ones(4, 2)),
        ["sequential not built"] = (() => new Sequential([new Dense(3), new Dense(1)]), Ones(4, 2)),
        ["graph"] = (() =>
        {
            var x = new Input([2]);
            return new Model(x, new Dense(1).Apply(new Dense(3).Apply(x)));
        }, Ones(4, 2)),
        ["nested"] = (() => new Sequential([new Sequential([new Dense(3, inputShape: [2])]), new Sequential([new Sequential([new Dense(1)])])]), Ones(4, 2)),
        ["bidirectional"] = (() => new Bidirectional(new LSTM(3)), Ones(4, 5, 2)),
        ["time distributed"] = (() => new TimeDistributed(new Dense(3)), Ones(4, 5, 2)),
        ["parts found when applied"] = (() => new Own(), Ones(4, 2)),
        ["parts of parts"] = (() => new Outer(), Ones(4, 2)),
    };

    public static TheoryData<string> Names => [.. s_rows.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Reaches_every_part(string name)
    {
        Reaches(name, builtFirst: true);
        Reaches(name, builtFirst: false);
    }

    private static void Reaches(string name, bool builtFirst)
    {
        var (make, x) = s_rows[name];
        var layer = make();
        if (builtFirst)
        {
            layer.Apply(x);
        }
        layer.Trainable = false;
        layer.Apply(x);
        var parts = Parts(layer).ToArray();
        Assert.NotEmpty(parts);
        Assert.All(parts, part => Assert.False(part.Trainable));
        Assert.All(parts, part => Assert.Empty(part.TrainableWeights));
        layer.Trainable = true;
        Assert.All(parts, part => Assert.True(part.Trainable));
        Assert.Equal(layer.Weights.Count(weight => weight.Trainable), layer.TrainableWeights.Count);
    }

    private static IEnumerable<Layer> Parts(Layer layer) => layer.Sublayers.SelectMany(part => Parts(part).Prepend(part));

    [Fact]
    public void A_model_of_frozen_layers_trains_none()
    {
        var b = new Sequential([new Dense(3, inputShape: [2], name: "d"), new Dense(1)]) { Trainable = false };
        var features = new Model(b.Inputs[0], b.GetLayer("d").Output);
        Assert.Empty(features.TrainableWeights);
        b.Trainable = true;
        Assert.Equal(2, features.TrainableWeights.Count);
    }

    [Fact]
    public void A_part_may_be_thawed_by_itself_and_files_keep_that()
    {
        var inner = new Sequential([new Dense(3, inputShape: [2], name: "a"), new Dense(1, name: "b")], name: "inner");
        var model = new Sequential([inner, new Dense(1, name: "c")]);
        model.Apply(Ones(1, 2));
        inner.Trainable = false;
        inner.Trainable = true;
        inner.GetLayer("a").Trainable = false;
        using var folder = new Files.Folder();
        var path = System.IO.Path.Combine(folder.Path, "model.safetensors");
        model.Save(path);
        var loaded = Model.Load(path);
        Assert.Equal(["inner/b/kernel", "inner/b/bias", "c/kernel", "c/bias"], loaded.NamedWeights().Where(weight => loaded.TrainableWeights.Contains(weight.Variable)).Select(weight => weight.Path));
        Assert.True(((Model)loaded.GetLayer("inner")).Trainable);
    }
}
