using Autograd.Tests.Files;
using static Autograd.Tensor;

namespace Autograd.Tests.Layers;

/// <summary>What every layer must fulfil, by the rows of <see cref="LayerTable"/>.</summary>
public class LayerTests
{
    public static TheoryData<string> Names => [.. LayerTable.Rows.Keys];

    private static LayerRow Row(string name) => LayerTable.Rows[name];

    [Fact]
    public void Every_layer_has_a_row() =>
        Assert.Equal(Layer.Registry.Names, LayerTable.Rows.Values.Select(row => row.Kind).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void Every_public_layer_is_registered()
    {
        // A function or a graph cannot be written as settings.
        Type[] unregistered = [typeof(Lambda), typeof(Model), typeof(Sequential)];
        var kinds = typeof(Layer).Assembly.GetTypes().Where(type => type.IsPublic && !type.IsAbstract && type.IsSubclassOf(typeof(Layer))).Except(unregistered);
        Assert.Equal(kinds.Select(kind => kind.Name).Order(StringComparer.Ordinal), Layer.Registry.Names);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Results_have_their_shape_for_any_batch(string name)
    {
        var row = Row(name);
        foreach (var training in new[] { false, true })
        {
            var layer = row.Make();
            foreach (var count in new[] { 3, 1, 0 })
            {
                var y = layer.Apply(row.Batch(count), training);
                Assert.Equal([count, .. row.Output], y.Shape);
                Assert.True(y.Size == 0 || IsFinite(y).All().Item<bool>(), $"{name}: {y}");
            }
            Assert.Equal(row.Weights, layer.ParameterCount);
            Assert.All(layer.Weights, weight => Assert.True(IsFinite(weight).All().Item<bool>(), $"{weight.Name}: {weight}"));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Inference_is_the_same_every_time(string name)
    {
        var row = Row(name);
        var layer = row.Make();
        var x = row.Batch(3);
        Assert.True(Equal(layer.Apply(x), layer.Apply(x)).All().Item<bool>());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_agree_with_differences(string name)
    {
        var row = Row(name);
        if (!row.IsDifferentiable)
        {
            return;
        }
        var layer = row.MakeFloat64();
        var x = row.Batch(2, DType.Float64);
        if (row.Classes == 0)
        {
            GradientCheck.Assert(inputs => layer.Apply([.. inputs]), x);
        }
        else
        {
            layer.Apply(x);
        }
        var cotangent = RandomNormal(layer.Apply(x).Shape, seed: 3, dtype: DType.Float64);
        foreach (var weight in layer.TrainableWeights)
        {
            using var tape = new GradientTape();
            var gradient = tape.Gradient((layer.Apply(x) * cotangent).Sum(), weight)!;
            var start = weight.Value;
            var numeric = GradientCheck.NumericGradient(
                value =>
                {
                    weight.Assign(value);
                    return (layer.Apply(x) * cotangent).Sum();
                }, start);
            weight.Assign(start);
            Assert.True(Abs(gradient - numeric).Max().Item() < 1e-6, $"{weight.Name}: {gradient} and by differences {numeric}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Training_gives_every_weight_a_gradient(string name)
    {
        var row = Row(name);
        var layer = row.Make();
        var x = row.Batch(4);
        layer.Apply(x);
        using var tape = new GradientTape();
        var y = layer.Apply(x, training: true);
        var loss = (y * RandomNormal(y.Shape, seed: 4)).Sum();
        var gradients = tape.Gradient(loss, layer.TrainableWeights);
        Assert.All(gradients, gradient => Assert.True(IsFinite(gradient!).All().Item<bool>(), $"{gradient}"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Settings_can_be_read_and_make_an_equal_layer(string name)
    {
        var row = Row(name);
        var layer = row.Make();
        var kind = Layer.Registry.KindOf(layer)!;
        var copy = (Layer)kind.Create(setting => kind.Read(layer, setting));
        foreach (var setting in kind.Settings)
        {
            AssertSame(kind.Read(layer, setting), kind.Read(copy, setting), setting.Name!);
        }
        copy.Apply(row.Batch(2));
        Assert.Equal(row.Weights, copy.ParameterCount);
        Assert.Equal([2, .. row.Output], copy.Apply(row.Batch(2)).Shape);
    }

    private static void AssertSame(object? first, object? second, string setting)
    {
        if (first is PerAxis or Padding)
        {
            Assert.Equal(first.ToString(), second!.ToString());
        }
        else
        {
            Assert.True(Equals(first, second), $"{setting}: {first} and {second}");
        }
    }

    [Fact]
    public void Settings_end_with_the_input_shape_and_the_name()
    {
        foreach (var row in LayerTable.Rows.Values.Where(row => row.Kind != "Input"))
        {
            var settings = Layer.Registry.Find(row.Kind).Settings;
            Assert.Equal(["inputShape", "name"], settings.Skip(settings.Count - 2).Select(setting => setting.Name));
            Assert.All(settings, setting => Assert.True(char.IsLower(setting.Name![0])));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_input_that_does_not_fit_is_refused_by_the_layer_s_name(string name)
    {
        var row = Row(name);
        if (row.TakesAnyShape)
        {
            return;
        }
        foreach (var built in new[] { false, true })
        {
            var layer = row.Make();
            if (built)
            {
                layer.Apply(row.Batch(1));
            }
            var before = layer.Weights.Count;
            // One axis less: an example in the place of a batch.
            var error = Assert.Throws<ShapeException>(() => layer.Apply([.. row.Batch(2).Select(x => x[0])]));
            Assert.Contains($"{layer.Name} ({row.Kind})", error.Message);
            Assert.Equal(before, layer.Weights.Count);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Models_take_them_and_files_hold_them(string name)
    {
        var row = Row(name);
        var inputs = row.Inputs.Select((shape, i) => new Input(shape, row.Classes > 0 ? DType.Int64 : DType.Float32, $"x{i}")).ToArray();
        var layer = row.Make();
        var model = new Model([.. inputs.Select(input => (Node)input)], [layer.Apply([.. inputs.Select(input => (Node)input)])]);
        var x = row.Batch(2);
        var y = layer.Apply(x);
        Assert.True(Equal(y, model.ApplyAll(x)[0]).All().Item<bool>());
        using var folder = new Folder();
        model.Save(folder["model"]);
        var loaded = Model.Load(folder["model"]);
        Assert.True(Equal(y, loaded.ApplyAll(x)[0]).All().Item<bool>());
        Assert.Equal(model.NamedWeights().Select(weight => weight.Path), loaded.NamedWeights().Select(weight => weight.Path));
    }
}
