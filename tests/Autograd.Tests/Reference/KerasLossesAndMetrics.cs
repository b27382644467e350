using System.Text.Json;
using static Autograd.Tensor;

namespace Autograd.Tests.TorchReference;

/// <summary>Losses, metrics, regularizers and activations against what Keras's own unit tests demand, each to the tolerance of that test.</summary>
public sealed class KerasLossesAndMetrics
{
    /// <summary>Cases that are not held, and why: all of a test, or all of a function.</summary>
    private static readonly Dictionary<string, string> s_excluded = new()
    {
        ["circle"] = "there is no function beside the loss, and no second set of embeddings",
        ["probabilistic_metrics_test.py::SparseCategoricalCrossentropyTest::test_ignore_class"] = "Keras's metric divides by ignored rows too, unlike its loss and unlike itself with weights; here they never count",
        ["probabilistic_metrics_test.py::SparseCategoricalCrossentropyTest::test_ignore_class_from_logits"] = "as above",
        ["SparseCategoricalAccuracyTest::test_reshape_matches"] = "targets [2, 1] against predictions [1, 2, 3] are refused: they do not fit",
        ["FBetaScoreTest::test_beta_integer_type_raises_value_error"] = "a double holds what Keras refuses by type",
        ["FBetaScoreTest::test_beta_none_type_raises_value_error"] = "does not compile",
        ["FBetaScoreTest::test_beta_string_type_raises_value_error"] = "does not compile",
        ["FBetaScoreTest::test_threshold_not_float_raises_value_error"] = "a double holds what Keras refuses by type",
        ["FBetaScoreTest::test_threshold_string_raises_value_error"] = "does not compile",
        ["FBetaScoreTest::test_non_2d_input_shapes_raises_value_error"] = "calls a private method",
        ["FBetaScoreTest::test_undefined_output_dim_raises_value_error"] = "calls a private method",
        ["validate_float_arg"] = "tests a private function",
        ["get"] = "names become objects by conversion, which other tests hold",
    };

    /// <summary>Activations as Keras calls them.</summary>
    private static readonly Dictionary<string, Func<Tensor, Arguments, Tensor>> s_activations = new()
    {
        ["celu"] = (x, a) => Celu(x, a.Number("alpha", 1)),
        ["elu"] = (x, a) => Elu(x, a.Number("alpha", 1)),
        ["exponential"] = (x, _) => Exp(x),
        ["glu"] = (x, a) => Glu(x, a.Axis),
        ["hard_shrink"] = (x, a) => HardShrink(x, a.Number("threshold", 0.5)),
        ["hard_sigmoid"] = (x, _) => HardSigmoid(x),
        ["hard_silu"] = (x, _) => HardSwish(x),
        ["hard_tanh"] = (x, _) => HardTanh(x),
        ["leaky_relu"] = (x, a) => LeakyRelu(x, a.Number("negative_slope", 0.2)),
        ["linear"] = (x, _) => x,
        ["log_sigmoid"] = (x, _) => LogSigmoid(x),
        ["log_softmax"] = (x, a) => a.OverAxes(x, (x, axis) => LogSoftmax(x, axis)),
        ["mish"] = (x, _) => Mish(x),
        ["relu"] = (x, a) => Relu(x, a.Number("negative_slope", 0), a.Has("max_value") ? a.Number("max_value", 0) : null, a.Number("threshold", 0)),
        ["relu6"] = (x, _) => Relu6(x),
        ["selu"] = (x, _) => Selu(x),
        ["sigmoid"] = (x, _) => Sigmoid(x),
        ["silu"] = (x, _) => Silu(x),
        ["soft_shrink"] = (x, a) => SoftShrink(x, a.Number("threshold", 0.5)),
        ["softmax"] = (x, a) => a.OverAxes(x, (x, axis) => Softmax(x, axis)),
        ["softplus"] = (x, _) => Softplus(x),
        ["softsign"] = (x, _) => Softsign(x),
        ["sparse_plus"] = (x, _) => SparsePlus(x),
        ["sparse_sigmoid"] = (x, _) => SparseSigmoid(x),
        ["sparsemax"] = (x, a) => Sparsemax(x, a.Axis),
        ["squareplus"] = (x, a) => Squareplus(x, a.Number("b", 4)),
        ["tanh"] = (x, _) => Tanh(x),
        ["tanh_shrink"] = (x, _) => TanhShrink(x),
        ["threshold"] = (x, a) => Threshold(x, a.Positional(1), a.Positional(2)),
    };

    private static readonly string[] s_families = ["losses", "metrics", "regularizers", "activations"];

    private static readonly Lazy<Dictionary<string, (string Family, KerasCase Case)>> s_cases = new(() => s_families
        .SelectMany(family => KerasCase.Load(family + ".jsonl").Select((one, i) => ($"{family}-{i + 1:D3} {one.Test}", (family, one)))).ToDictionary());

    public static TheoryData<string> Ids => TorchCase.Folder is null ? [] : [.. s_cases.Value.Where(pair => !IsExcluded(pair.Value.Case)).Select(pair => pair.Key)];

    [ReferenceFact]
    public void Every_exclusion_excludes_something()
    {
        Assert.Equal(655, s_cases.Value.Count);
        Assert.All(s_excluded.Keys, name => Assert.True(s_cases.Value.Values.Any(pair => Covers(name, pair.Case)), name));
        Assert.Equal(19, s_cases.Value.Count - Ids.Count);
    }

    [ReferenceTheory]
    [MemberData(nameof(Ids))]
    public void Agrees_with_Keras(string id)
    {
        var (family, one) = s_cases.Value[id];
        if (one.Raises)
        {
            Assert.IsType<AutogradException>(Record.Exception(() => Run(family, one)), exactMatch: false);
            return;
        }
        switch (Run(family, one))
        {
            case Tensor result:
                // Such as [0] or [0, (0, 0)]: positions of the first axes.
                foreach (var position in one.Element.Split(['[', ']', '(', ')', ',', ' '], StringSplitOptions.RemoveEmptyEntries))
                {
                    result = result[int.Parse(position, System.Globalization.CultureInfo.InvariantCulture)];
                }
                one.AssertExpected(result.Cast(DType.Float64).ToArray<double>());
                break;
            case Configured configured:
                AssertSettings(one, configured);
                break;
        }
    }

    private static bool IsExcluded(KerasCase one) => s_excluded.Keys.Any(name => Covers(name, one));

    private static bool Covers(string name, KerasCase one) => one.Class == name || $"::{one.Json.GetProperty("test").GetString()}".EndsWith("::" + name, StringComparison.Ordinal);

    private static object? Run(string family, KerasCase one)
    {
        if (family == "activations")
        {
            var (_, arguments, options) = one.Calls.Single();
            return s_activations[one.Class](one.Operand(arguments[0], keepsDouble: true), new Arguments(arguments, options));
        }
        object made = one.Create();
        if (family == "metrics" && made is Loss measured)
        {
            made = (Metric)measured;
        }
        object? result = null;
        foreach (var (method, arguments, options) in one.Calls)
        {
            result = (method, made) switch
            {
                ("get_config", _) => new Configured(made),
                (_, Regularizer regularizer) => regularizer.Apply(one.Operand(arguments[0])),
                (_, Loss loss) => loss.Apply(one.Operand(arguments[0]), one.Operand(arguments[1]), Weight(one, arguments, options)),
                ("result", Metric metric) => metric.Result(),
                (_, Metric metric) => Updated(metric, one.Operand(arguments[0]), one.Operand(arguments[1]), Weight(one, arguments, options)),
                _ => throw new InvalidDataException($"{method} of {made}."),
            };
        }
        return result;
    }

    private static Tensor Updated(Metric metric, Tensor yTrue, Tensor yPred, Tensor? weight)
    {
        metric.Update(yTrue, yPred, weight);
        return metric.Result();
    }

    private static Tensor? Weight(KerasCase one, JsonElement arguments, JsonElement options) =>
        options.TryGetProperty("sample_weight", out var weight) || (arguments.GetArrayLength() > 2 && (weight = arguments[2]).ValueKind != JsonValueKind.Null)
            ? one.Operand(weight)
            : null;

    private static void AssertSettings(KerasCase one, Configured configured)
    {
        if (one.Element.Length > 0)
        {
            Assert.Equal(configured.Setting(one.Element.Trim('[', ']', '\'')), Configured.Text(one.Expected));
            return;
        }
        Assert.All(one.Expected.EnumerateObject(), member => Assert.Equal(configured.Setting(member.Name), Configured.Text(member.Value)));
    }

    /// <summary>An object asked for its settings under Keras's names.</summary>
    private sealed record Configured(object Value)
    {
        public string Setting(string name)
        {
            var camel = KerasCase.InCamelCase(name);
            return Text(Value.GetType().GetProperty(char.ToUpperInvariant(camel[0]) + camel[1..])!.GetValue(Value));
        }

        public static string Text(object? value) => value is JsonElement { ValueKind: JsonValueKind.Object } json
            ? Text(KerasCase.Number(json))
            : value is JsonElement { ValueKind: JsonValueKind.Number } number ? Text(number.GetDouble())
            : FormattableString.Invariant($"{value}").Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();
    }

    /// <summary>The keyword arguments of a function.</summary>
    private sealed class Arguments(JsonElement positional, JsonElement named)
    {
        public int Axis => (int)Number("axis", -1);

        public bool Has(string name) => named.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

        public double Number(string name, double otherwise) => Has(name) ? named.GetProperty(name).GetDouble() : otherwise;

        public double Positional(int i) => positional[i].GetDouble();

        /// <summary>Keras takes several neighbouring axes as one.</summary>
        public Tensor OverAxes(Tensor x, Func<Tensor, int, Tensor> function)
        {
            if (!Has("axis") || named.GetProperty("axis").ValueKind == JsonValueKind.Number)
            {
                return function(x, Axis);
            }
            var axes = named.GetProperty("axis").EnumerateArray().Select(axis => axis.GetInt32()).ToArray();
            Assert.Equal(Enumerable.Range(axes[0], axes.Length), axes);
            var shape = x.Shape.ToArray();
            return function(x.Reshape([.. shape[..axes[0]], -1, .. shape[(axes[^1] + 1)..]]), axes[0]).Reshape(x.Shape);
        }
    }
}
