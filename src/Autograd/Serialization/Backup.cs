using System.Text.Json.Nodes;

namespace Autograd.Serialization;

/// <summary>What training changes, in a file: weights, state of optimizer and random numbers, and the epoch. How the model is made and trained is not in it, so anything may be a function of the user's own.</summary>
internal static class Backup
{
    private const string Key = "autograd.backup";
    private const string WeightPrefix = "model/";
    private const string OptimizerPrefix = "optimizer/";

    public static void Save(Model model, string path, int epoch)
    {
        var paths = model.NamedWeights().ToDictionary(weight => weight.Variable, weight => weight.Path);
        var json = new JsonObject
        {
            ["epoch"] = epoch,
            ["inputs"] = ModelFile.WriteInputs(model),
            ["seeds"] = ModelFile.WriteSeeds(model),
            ["random"] = Tensor.RandomState.Text,
        };
        var tensors = model.NamedWeights().Select(weight => KeyValuePair.Create(WeightPrefix + weight.Path, weight.Variable.Value)).ToList();
        if (model.CompilationOrNull is { } compilation)
        {
            Parameter[] parameters = [.. compilation.Optimizer.Parameters.Where(parameter => paths.ContainsKey(parameter.Variable))];
            json["parameters"] = Settings.Write(parameters.Select(parameter => paths[parameter.Variable]));
            // A schedule is the program's, but a plain number may have been changed on the way.
            json["learning_rate"] = compilation.Optimizer.LearningRate is ConstantSchedule { Rate: var rate } ? rate : null;
            tensors.AddRange(compilation.Optimizer.StateOf(parameters).Select(entry => KeyValuePair.Create(OptimizerPrefix + entry.Name, entry.Value)));
        }
        Safetensors.Save(path, tensors, [KeyValuePair.Create(Key, json.ToJsonString())]);
    }

    /// <summary>Brings a model to where it was when the file was written.</summary>
    /// <returns>The epoch after which that was.</returns>
    /// <exception cref="FileException">The file is not of this model and optimizer; nothing is changed.</exception>
    public static int Restore(Model model, string path)
    {
        var content = Safetensors.Load(path, null, out var cost);
        var wasBuilt = model.IsBuilt;
        Tensor[]? before = null;
        try
        {
            var json = JsonNode.Parse(content.Metadata.GetValueOrDefault(Key) ?? throw new FileException("this is no backup.")) as JsonObject ?? throw new FileException("the backup's description is broken.");
            var epoch = Settings.Read<int>(json["epoch"], "the epoch");
            var random = RandomState.Parse(Settings.Text(json, "random"));
            Loading.Within<object?>(cost, null, () =>
            {
                ModelFile.BuildFor(model, json);
                return null;
            });
            before = model.GetWeights();
            ModelFile.SetWeights(model, Under(WeightPrefix).ToDictionary());
            if (json["parameters"] is { } names)
            {
                SetOptimizer(model, Settings.Read<string[]>(names, "parameters"), json["learning_rate"] is { } rate ? Settings.Read<double>(rate, "the learning rate") : null);
            }
            ModelFile.SetSeeds(model, json["seeds"] as JsonObject ?? throw new FileException("the seeds are missing."));
            Tensor.RandomState = random;
            return epoch;
        }
        catch (Exception error) when (error is AutogradException or ArgumentException or System.Text.Json.JsonException or InvalidOperationException)
        {
            if (before is not null && wasBuilt)
            {
                model.SetWeights(before);
            }
            throw new FileException($"'{path}' is no backup of this training, so it cannot go on from it: {error.Message} Delete the file to begin anew.", error);
        }

        IEnumerable<KeyValuePair<string, Tensor>> Under(string prefix) => content.Tensors
            .Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(entry => KeyValuePair.Create(entry.Key[prefix.Length..], entry.Value));

        // The optimizer may have met the weights in another order.
        void SetOptimizer(Model model, string[] paths, double? rate)
        {
            var optimizer = model.Optimizer;
            var byPath = model.NamedWeights().ToDictionary(weight => weight.Path, weight => weight.Variable);
            Variable[] variables = [.. paths.Select(path => byPath.GetValueOrDefault(path) ?? throw new FileException($"the optimizer knows a weight '{path}' that the model has not."))];
            if (variables.Length > 0)
            {
                optimizer.Build(variables);
            }
            var places = variables.Select(variable => optimizer.Parameters.Index().First(known => ReferenceEquals(known.Item.Variable, variable)).Index).ToArray();
            optimizer.LoadState([.. Under(OptimizerPrefix).Select(entry => (Renumbered(entry.Key, places), entry.Value))]);
            if (rate is { } given && optimizer.LearningRate is ConstantSchedule)
            {
                optimizer.LearningRate = given;
            }
        }
    }

    private static string Renumbered(string name, int[] places) =>
        name.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash && int.TryParse(name[..slash], out var number) && number >= 0 && number < places.Length
            ? $"{places[number]}{name[slash..]}"
            : name;
}
