using System.Text.Json;
using static Autograd.Tensor;

namespace Autograd.Tests.TorchReference;

/// <summary>Twenty steps of each PyTorch 1.13 optimizer on small problems in float64: the same gradients must give the same weights.</summary>
public sealed class TorchTrajectories
{
    private const int Steps = 20;

    private static readonly Dictionary<string, string> s_notHere = new()
    {
        ["NAdam"] = "PyTorch 1.13 multiplies the momentum of the present step into the product for the next twice (mended in 2.0)",
        ["RAdam"] = "Keras has no such optimizer",
        ["ASGD"] = "Keras has no such optimizer",
        ["Rprop"] = "Keras has no such optimizer",
    };

    private static readonly Lazy<Dictionary<string, Trajectory>> s_all = new(Load);

    private sealed record Trajectory(
        string Name, string Optimizer, string Problem, JsonElement Json, Dictionary<string, Tensor> Data, Dictionary<string, Tensor> Params,
        Dictionary<string, Tensor> Gradients, double[] Rates, double[] Losses)
    {
        public string? Text(string name) => Json.TryGetProperty(name, out var value) ? value.GetString() : null;

        public JsonElement Hyper => Json.GetProperty("hyper");

        public double Number(string name, double otherwise = 0) => Hyper.TryGetProperty(name, out var value) ? value.GetDouble() : otherwise;

        public bool Flag(string name) => Hyper.TryGetProperty(name, out var value) && value.GetBoolean();

        public double Beta(int i) => Hyper.TryGetProperty("betas", out var betas) ? betas[i].GetDouble() : i == 0 ? 0.9 : 0.999;
    }

    public static TheoryData<string, DType> Names
    {
        get
        {
            var names = new TheoryData<string, DType>();
            foreach (var one in TorchCase.Folder is null ? [] : s_all.Value.Values.Where(one => !s_notHere.ContainsKey(one.Optimizer)))
            {
                names.Add(one.Name, DType.Float64);
                names.Add(one.Name, DType.Float32);
            }
            return names;
        }
    }

    [ReferenceFact]
    public void Every_trajectory_is_followed_or_its_optimizer_is_not_here()
    {
        Assert.Equal(90, s_all.Value.Count);
        Assert.Equal(12, s_all.Value.Values.Count(one => s_notHere.ContainsKey(one.Optimizer)));
        Assert.All(s_notHere.Keys, optimizer => Assert.Contains(s_all.Value.Values, one => one.Optimizer == optimizer));
    }

    [ReferenceTheory]
    [MemberData(nameof(Names))]
    public void Agrees(string name, DType dtype)
    {
        var one = s_all.Value[name];
        var names = one.Params.Keys.ToArray();
        Variable[] variables = [.. names.Select(key => new Variable(one.Params[key][0].Cast(dtype), name: key))];
        var optimizer = Create(one);
        for (var t = 0; t < Steps; t++)
        {
            if (one.Number("lr_decay") == 0) // which torch does not show in its rates
            {
                AssertClose(one.Rates[t], optimizer.LearningRate.At(t), 1e-12, $"{name}: rate of step {t}");
            }
            if (name == "onecycle")
            {
                continue; // PyTorch cycles the momentum too; only the rates compare
            }
            if (optimizer is LBFGS)
            {
                var loss = optimizer.Minimize(() => Loss(one, variables, dtype), variables);
                AssertClose(one.Losses[t], loss.Item(), dtype == DType.Float64 ? 1e-7 : double.PositiveInfinity, $"{name}: loss of step {t}");
            }
            else
            {
                var sign = one.Flag("maximize") ? -1 : 1; // maximizing is minimizing the negative
                optimizer.Apply(variables, names.Select(key => (Tensor?)(sign * one.Gradients[key][t]).Cast(dtype)).ToArray());
            }
            for (var i = 0; i < names.Length; i++)
            {
                var (expected, actual) = (one.Params[names[i]][t + 1].ToArray<double>(), variables[i].Cast(DType.Float64).ToArray<double>());
                for (var k = 0; k < expected.Length; k++)
                {
                    // L-BFGS amplifies rounding: its own losses decide what it does next.
                    var tolerance = (dtype, optimizer) switch { (DType.Float64, LBFGS) => 1e-6, (DType.Float64, _) => 1e-10, (_, LBFGS) => double.PositiveInfinity, _ => 2e-5 };
                    AssertClose(expected[k], actual[k], tolerance, $"{name} ({dtype}): {names[i]}[{k}] after step {t}");
                }
            }
        }
        if (optimizer is LBFGS)
        {
            Assert.True(Loss(one, variables, dtype).Item() <= one.Losses[^1] + 1e-4, $"{name}: loss in the end");
        }
    }

    private static Tensor Loss(Trajectory one, Variable[] variables, DType dtype)
    {
        if (one.Problem == "rosen")
        {
            var x = variables[0];
            return Square(1 - x[0]) + (100 * Square(x[1] - Square(x[0])));
        }
        return Square(MatMul(one.Data["X"].Cast(dtype), variables[0]) + variables[1] - one.Data["Y"].Cast(dtype)).Mean();
    }

    private static Optimizer Create(Trajectory one)
    {
        const Convention torch = Convention.Torch;
        Schedule rate = one.Text("schedule") switch
        {
            null => one.Number("lr"),
            "step" => new ExponentialDecay(0.1, 5, 0.5, staircase: true),
            "multistep" => new PiecewiseConstantDecay([2, 10], [0.1, 0.02, 0.004]),
            "exponential" => new ExponentialDecay(0.1, 1, 0.9),
            "cosine" => new CosineDecay(0.1, 20, alpha: 0.01),
            "cosine_restarts" => new CosineDecayRestarts(0.1, 6, tMul: 1),
            "linear" => new PolynomialDecay(0.01, 8, 0.1),
            "polynomial" => new PolynomialDecay(0.1, 25, 0, power: 2),
            "cyclic" => (Func<long, double>)(step => 0.01 + (0.0225 * (4 - Math.Abs(4 - (step % 8))))),
            "onecycle" => (Func<long, double>)(step => step <= 5.3 ? Half(0.008, 0.2, step / 5.3) : Half(0.2, 8e-7, (step - 5.3) / 14.7)),
            var other => throw new InvalidDataException(other),
        };
        double Half(double from, double to, double part) => to + ((from - to) / 2 * (1 + Math.Cos(Math.PI * part)));
        var (decay, eps) = (one.Number("weight_decay"), one.Number("eps", 1e-8));
        return one.Optimizer switch
        {
            "SGD" => new SGD(rate, one.Number("momentum"), one.Flag("nesterov"), decay, convention: torch, dampening: one.Number("dampening")),
            "Adam" => new Adam(
                rate, one.Beta(0), one.Beta(1), eps, one.Flag("amsgrad"), decay, clipValue: one.Text("clipping") == "clip_value_0p1" ? 0.1 : null,
                globalClipNorm: one.Text("clipping") == "clip_global_norm_0p5" ? 0.5 : null, convention: torch),
            "AdamW" => new AdamW(rate, decay, one.Beta(0), one.Beta(1), eps, one.Flag("amsgrad"), convention: torch),
            "RMSprop" => new RMSprop(rate, one.Number("alpha"), one.Number("momentum"), eps, one.Flag("centered"), decay, convention: torch),
            "Adagrad" => new Adagrad(
                one.Number("lr_decay") is > 0 and var slower ? new InverseTimeDecay(one.Number("lr"), 1, slower) : rate, one.Number("initial_accumulator_value"), eps, decay,
                convention: torch),
            "Adadelta" => new Adadelta(rate, one.Number("rho"), eps, decay, convention: torch),
            "Adamax" => new Adamax(rate, one.Beta(0), one.Beta(1), eps, decay, convention: torch),
            "LBFGS" => new LBFGS(
                rate, maxIterations: 4, historySize: 5,
                lineSearch: one.Hyper.GetProperty("line_search_fn").ValueKind == JsonValueKind.Null ? LineSearch.None : LineSearch.StrongWolfe),
            var other => throw new InvalidDataException(other),
        };
    }

    private static Dictionary<string, Trajectory> Load()
    {
        var folder = Path.Combine(Environment.GetEnvironmentVariable(TorchCase.Variable)!, "torch-optim");
        var data = File.ReadAllBytes(Path.Combine(folder, "data.bin"));
        var all = new Dictionary<string, Trajectory>();
        foreach (var line in File.ReadLines(Path.Combine(folder, "index.jsonl")))
        {
            var json = JsonDocument.Parse(line).RootElement;
            var name = json.GetProperty("name").GetString()!;
            all.Add(name, new Trajectory(
                name, json.GetProperty("optimizer").GetString()!, json.GetProperty("problem").GetString()!, json, TorchCase.Tensors(json.GetProperty("data"), data),
                TorchCase.Tensors(json.GetProperty("params"), data), TorchCase.Tensors(json.GetProperty("grads"), data),
                TorchCase.Read(json.GetProperty("lr"), data).ToArray<double>(), TorchCase.Read(json.GetProperty("losses"), data).ToArray<double>()));
        }
        return all;
    }

    private static void AssertClose(double expected, double actual, double tolerance, string what) =>
        Assert.True(
            Math.Abs(expected - actual) <= tolerance * Math.Max(1, Math.Abs(expected)), FormattableString.Invariant($"{what}: {actual:R} instead of {expected:R}"));
}
