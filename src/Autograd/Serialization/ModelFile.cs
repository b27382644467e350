using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Autograd.Serialization;

/// <summary>
/// A whole model in one file: a safetensors file whose tensors are the weights (<c>model/...</c>) and the optimizer's state (<c>optimizer/...</c>), and whose metadata hold the
/// architecture, the compilation and the state of the random numbers as JSON.
/// </summary>
internal static class ModelFile
{
    private const int Version = 1;
    private const string VersionKey = "autograd.version";
    private const string ModelKey = "autograd.model";
    private const string CompilationKey = "autograd.compilation";
    private const string RandomKey = "autograd.random";
    private const string SeedsKey = "autograd.seeds";
    private const string WeightPrefix = "model/";
    private const string OptimizerPrefix = "optimizer/";

    private static readonly JsonDocumentOptions s_strict = new() { MaxDepth = 256, AllowDuplicateProperties = false };

    // ---- Whole models -------------------------------------------------------------------------------------------------------------------------------

    public static void Save(Model model, string path, bool includeOptimizer)
    {
        var inputs = WriteInputs(model);
        var architecture = WriteLayer(model);
        architecture["inputs"] = inputs;
        var metadata = new Dictionary<string, string>
        {
            [VersionKey] = Version.ToString(CultureInfo.InvariantCulture),
            [ModelKey] = Text(architecture),
            [RandomKey] = Tensor.RandomState.Text,
        };
        var seeds = WriteSeeds(model);
        if (seeds.Count > 0)
        {
            metadata[SeedsKey] = Text(seeds); // absent in older files, and ignored by older programs
        }
        var tensors = new List<KeyValuePair<string, Tensor>>();
        tensors.AddRange(model.NamedWeights().Select(weight => new KeyValuePair<string, Tensor>(WeightPrefix + weight.Path, weight.Variable.Value)));
        if (includeOptimizer && model.CompilationOrNull is { } compilation)
        {
            // The optimizer may know weights of other models, or of layers that were removed.
            var paths = model.NamedWeights().ToDictionary(weight => weight.Variable, weight => weight.Path);
            var optimizer = compilation.Optimizer;
            Parameter[] parameters = [.. optimizer.Parameters.Where(parameter => paths.ContainsKey(parameter.Variable))];
            var state = parameters.Length == optimizer.Parameters.Count ? optimizer.State : optimizer.StateOf(parameters);
            metadata[CompilationKey] = Text(WriteCompilation(compilation, parameters, paths));
            tensors.AddRange(state.Select(entry => new KeyValuePair<string, Tensor>(OptimizerPrefix + entry.Name, entry.Value)));
        }
        Safetensors.Save(path, tensors, metadata);
    }

    /// <summary>What one example of each input looks like.</summary>
    public static JsonArray WriteInputs(Model model)
    {
        var inputs = model.BuiltFrom ?? throw new ModelException($"{model.Describe()} is not built, so there is nothing to save; apply it to a batch first.");
        return new([.. inputs.Select(input => (JsonNode)new JsonObject
        {
            ["shape"] = Settings.Write(Shape.Of([.. input.Shape.Skip(1)])),
            ["dtype"] = input.DType.ToString(),
        })]);
    }

    /// <summary>How many noises each layer with a seed of its own has made.</summary>
    public static JsonObject WriteSeeds(Model model) =>
        new(model.SeededParts().Where(part => part.Seeds.Taken > 0).Select(part => KeyValuePair.Create(part.Path, (JsonNode?)part.Seeds.Taken)));

    /// <summary>Refuses a model that <see cref="Save"/> would refuse, without writing anything.</summary>
    public static void RequireWritable(Model model)
    {
        WriteLayer(model);
        if (model.CompilationOrNull is { } compilation)
        {
            WriteCompilation(compilation, [], []);
        }
    }

    public static Model Load(string path, bool resume, LoadLimits? limits)
    {
        var content = Safetensors.Load(path, limits, out var cost);
        return Named(path, () =>
        {
            CheckVersion(content);
            var weights = content.Tensors.Where(entry => entry.Key.StartsWith(WeightPrefix, StringComparison.Ordinal))
                .ToDictionary(entry => entry.Key[WeightPrefix.Length..], entry => entry.Value);
            // Twice what there is, and a little: a weight that is merely missing gets its name told.
            var model = Loading.Within(cost, (2 * weights.Values.Sum(weight => (long)weight.Size)) + 1024, () => ReadModel(content.Metadata[ModelKey], cost));
            SetWeights(model, weights);
            if (content.Metadata.TryGetValue(CompilationKey, out var compilation))
            {
                ReadCompilation(model, Parse(compilation), content.Tensors);
            }
            if (content.Metadata.TryGetValue(SeedsKey, out var seeds))
            {
                SetSeeds(model, Parse(seeds));
            }
            if (resume)
            {
                Tensor.RandomState = RandomState.Parse(content.Metadata.GetValueOrDefault(RandomKey, ""));
            }
            return model;
        });
    }

    public static void SetSeeds(Model model, JsonObject json)
    {
        var parts = model.SeededParts().ToDictionary(part => part.Path, part => part.Seeds);
        foreach (var (path, node) in json)
        {
            var taken = Settings.Read<long>(node, $"the seeds that {path} has taken");
            var seeds = parts.GetValueOrDefault(path) ?? throw new FileException($"the file counts the seeds of '{path}', which is no layer with a seed.");
            seeds.Taken = taken >= 0 ? taken : throw new FileException($"'{path}' cannot have taken {taken} seeds.");
        }
    }

    private static void CheckVersion(Safetensors.Content content)
    {
        if (!content.Metadata.TryGetValue(VersionKey, out var text) || !content.Metadata.ContainsKey(ModelKey))
        {
            throw new FileException("the file holds tensors, but no model: build the model in code, and call its LoadWeights.");
        }
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version) || version is < 1 or > Version)
        {
            throw new FileException($"the file is of version {text}, and this program reads versions 1 to {Version}; use a newer one.");
        }
    }

    private static Model ReadModel(string json, FileCost cost)
    {
        cost.RequireObjects(json.AsSpan().Count('{'));
        var node = Parse(json);
        var model = ReadLayer(node) as Model ?? throw new FileException("the file holds a layer, but no model.");
        BuildFor(model, node);
        return model;
    }

    /// <summary>Applies a model to an example as described.</summary>
    public static void BuildFor(Model model, JsonObject node)
    {
        using var pause = Recording.Pause();
        var inputs = node["inputs"] as JsonArray ?? throw new FileException("the model's inputs are missing.");
        (Shape Shape, DType DType)[] examples = [.. inputs.Select(input =>
            (Shape.Of([1, .. Settings.ReadShape(input?["shape"], "an input")]), Settings.Read<DType>(input!["dtype"], "an input's dtype")))];
        Loading.Cost?.Require(examples.Sum(example => (long)example.Shape.Size * example.DType.ByteSize()), $"an example of the inputs {string.Join(", ", examples.Select(example => example.Shape))}");
        model.ApplyAll(Tensors.Of([.. examples.Select(example => Tensor.Zeros(example.Shape, example.DType))]), training: false);
    }

    // What is written can be read, which how deeply models nest decides.
    private static string Text(JsonObject json)
    {
        try
        {
            var text = json.ToJsonString();
            JsonDocument.Parse(text, s_strict).Dispose();
            return text;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new ValueException($"The model nests more deeply than a file can hold: {error.Message}", error);
        }
    }

    private static JsonObject Parse(string json) =>
        JsonNode.Parse(json, null, s_strict) as JsonObject ?? throw new FileException($"a JSON object is expected where the file has {json[..Math.Min(60, json.Length)]}.");

    // Whatever a broken description leads to is a broken file.
    private static T Named<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error)
        {
            throw new FileException($"'{path}': {error.Message}", error);
        }
    }

    // ---- Architecture -------------------------------------------------------------------------------------------------------------------------------

    public static JsonObject WriteLayer(Layer layer)
    {
        var json = layer switch
        {
            Sequential sequential => new JsonObject
            {
                ["kind"] = nameof(Sequential),
                ["name"] = layer.Name,
                ["layers"] = new JsonArray([.. sequential.Layers.Select(part => (JsonNode)WriteLayer(part))]),
            },
            Model { Graph: { } graph } => WriteGraph(layer, graph),
            _ => Settings.Write(Layer.Registry, layer),
        };
        if (!layer.Trainable)
        {
            json["trainable"] = false;
        }
        if (layer.DType != DType.Float32)
        {
            json["dtype"] = layer.DType.ToString();
        }
        if (layer.ActivityRegularizer is { } regularizer)
        {
            json["activityRegularizer"] = Settings.Write(regularizer);
        }
        return json;
    }

    public static Layer ReadLayer(JsonNode? node)
    {
        Loading.Cost?.TakeLayer();
        var json = node as JsonObject ?? throw new FileException($"a layer is expected where the file has {Settings.Shown(node)}.");
        Layer layer = Settings.Text(json, "kind") switch
        {
            nameof(Sequential) => new Sequential(Items(json, "layers").Select(ReadLayer).ToList(), Settings.Text(json, "name")),
            nameof(Model) => ReadGraph(json),
            _ => Settings.Read(Layer.Registry, json),
        };
        layer.Restore(json["dtype"] is { } dtype ? Settings.Read<DType>(dtype, "a layer's dtype") : layer.DType, json["activityRegularizer"] is { } regularizer ? Settings.Read(Regularizer.Registry, regularizer) : null);
        layer.RestoreTrainable(json["trainable"]?.GetValue<bool>() ?? true);
        return layer;
    }

    private static JsonArray Items(JsonObject json, string name) => json[name] as JsonArray ?? throw new FileException($"'{name}' is missing in {Settings.Shown(json)}.");

    // Places are numbered: the inputs first, then each result that somebody reads.
    private static JsonObject WriteGraph(Layer model, Graph graph)
    {
        var numbers = new OrderedDictionary<Layer, int>();
        foreach (var step in graph.Steps)
        {
            numbers.TryAdd(step.Layer, numbers.Count);
        }
        return new JsonObject
        {
            ["kind"] = nameof(Model),
            ["name"] = model.Name,
            ["inputs_of_graph"] = new JsonArray([.. graph.Inputs.Select(input => (JsonNode)WriteLayer(
                input.Layer as Input ?? new Input(input.PerExample, input.DType, input.Layer.Name + "_input")))]),
            ["layers"] = new JsonArray([.. numbers.Keys.Select(layer => (JsonNode)WriteLayer(layer))]),
            ["steps"] = new JsonArray([.. graph.Steps.Select(step => (JsonNode)new JsonObject
            {
                ["layer"] = numbers[step.Layer],
                ["reads"] = Settings.Write(step.Reads),
                ["writes"] = Settings.Write(step.Writes),
            })]),
            ["outputs"] = Settings.Write(graph.OutputPlaces),
        };
    }

    private static Model ReadGraph(JsonObject json)
    {
        var places = new Dictionary<int, Node>();
        var inputs = Items(json, "inputs_of_graph").Select(node => (Node)(ReadLayer(node) as Input ?? throw new FileException("an input of the graph is another layer."))).ToList();
        foreach (var input in inputs)
        {
            places[places.Count] = input;
        }
        var layers = Items(json, "layers").Select(ReadLayer).ToList();
        Node At(int place) => places.GetValueOrDefault(place) ?? throw new FileException($"the graph reads place {place} before anything is there.");
        foreach (var step in Items(json, "steps"))
        {
            Loading.Cost?.TakeLayer();
            var layer = Settings.Read<int>(step?["layer"], "a step's layer") is var index && index >= 0 && index < layers.Count ? layers[index] : throw new FileException("a step of the graph has no layer.");
            var results = layer.ApplyAll([.. Numbers(step!, "reads").Select(At)]);
            var writes = Numbers(step!, "writes");
            for (var i = 0; i < Math.Min(results.Count, writes.Length); i++)
            {
                if (writes[i] >= 0 && !places.TryAdd(writes[i], results[i]))
                {
                    throw new FileException($"the graph writes place {writes[i]} twice.");
                }
            }
        }
        return new Model(inputs, [.. Numbers(json, "outputs").Select(At)], Settings.Text(json, "name"));
    }

    private static int[] Numbers(JsonNode json, string name) => Settings.Read<int[]>(json[name], name);

    // ---- Compilation --------------------------------------------------------------------------------------------------------------------------------

    private static JsonObject WriteCompilation(Compilation compilation, Parameter[] parameters, Dictionary<Variable, string> paths)
    {
        JsonArray Paths(IEnumerable<Parameter> these) => new([.. these.Select(parameter => (JsonNode)paths[parameter.Variable])]);
        return new JsonObject
        {
            ["optimizer"] = Settings.Write(compilation.Optimizer),
            ["parameters"] = Paths(parameters),
            ["not_decayed"] = Paths(parameters.Where(parameter => !parameter.IsDecayed)),
            ["losses"] = new JsonArray([.. compilation.Losses.Select(Settings.Write)]),
            ["loss_weights"] = Settings.Write(compilation.LossWeights),
            ["metrics"] = Write(compilation.MetricsByOutput),
            ["weighted_metrics"] = Write(compilation.WeightedMetricsByOutput),
        };
    }

    private static JsonArray Write(IReadOnlyList<IReadOnlyList<Metric>> metrics) =>
        new([.. metrics.Select(ofOutput => (JsonNode)new JsonArray([.. ofOutput.Select(Settings.Write)]))]);

    private static IReadOnlyList<IReadOnlyList<Metric>> ReadMetrics(JsonArray json) =>
        [.. json.Select(ofOutput => (IReadOnlyList<Metric>)[.. (ofOutput as JsonArray ?? throw new FileException($"metrics are expected where the file has {Settings.Shown(ofOutput)}."))
            .Select(metric => Settings.Read(Metric.Registry, metric))])];

    private static void ReadCompilation(Model model, JsonObject json, IReadOnlyDictionary<string, Tensor> tensors)
    {
        var optimizer = Settings.Read(Optimizer.Registry, json["optimizer"]);
        model.Compile(
            optimizer,
            [.. Items(json, "losses").Select(loss => loss is null ? null : Settings.Read(Loss.Registry, loss))],
            json["loss_weights"] is { } weights ? Settings.Read<double[]>(weights, "loss_weights") : null,
            ReadMetrics(Items(json, "metrics")),
            json["weighted_metrics"] is null ? [] : ReadMetrics(Items(json, "weighted_metrics")));
        var byPath = model.NamedWeights().ToDictionary(weight => weight.Path, weight => weight.Variable);
        Variable[] Variables(string name) => [.. Settings.Read<string[]>(json[name], name).Select(path => byPath.GetValueOrDefault(path)
            ?? throw new FileException($"the optimizer knows a weight '{path}' that the model has not."))];
        var parameters = Variables("parameters");
        if (parameters.Length > 0)
        {
            optimizer.Build(parameters);
            optimizer.ExcludeFromWeightDecay(Variables("not_decayed"));
            optimizer.LoadState([.. tensors.Where(entry => entry.Key.StartsWith(OptimizerPrefix, StringComparison.Ordinal))
                .Select(entry => (entry.Key[OptimizerPrefix.Length..], entry.Value))]);
        }
    }

    // ---- Weights ------------------------------------------------------------------------------------------------------------------------------------

    public static void SaveWeights(Model model, string path)
    {
        var weights = model.NamedWeights().Select(weight => new KeyValuePair<string, Tensor>(weight.Path, weight.Variable.Value)).ToArray();
        if (weights.Length == 0)
        {
            throw new ModelException($"{model.Describe()} has no weights to save; if it is not built, apply it to a batch first.");
        }
        if (IsNpz(path))
        {
            // As numpy.savez(path, *model.get_weights()) writes them.
            Npz.Save(path, weights.Select((weight, i) => new KeyValuePair<string, Tensor>($"arr_{i.ToString(CultureInfo.InvariantCulture)}", weight.Value)));
        }
        else
        {
            Safetensors.Save(path, weights);
        }
    }

    public static IReadOnlyList<string> LoadWeights(Model model, string path, bool skipMismatch, LoadLimits? limits)
    {
        if (!model.IsBuilt && !model.NamedWeights().Any())
        {
            throw new ModelException(
                $"{model.Describe()} is not built, so it has no weights to load into yet: give its first layer an inputShape, or apply the model to a batch first. (A whole model, which Save wrote, is read by Model.Load.)");
        }
        if (IsNpz(path))
        {
            var arrays = Npz.Load(path, limits);
            var names = model.NamedWeights().Select(weight => weight.Path).ToArray();
            var areNumbered = arrays.Keys.All(name => name.StartsWith("arr_", StringComparison.Ordinal));
            if (skipMismatch && !areNumbered)
            {
                return Named(path, () => SetWeights(model, arrays.ToDictionary(), skipMismatch));
            }
            if (arrays.Count != names.Length)
            {
                throw new FileException($"'{path}' holds {arrays.Count} arrays, and {model.Describe()} has {names.Length} weights.");
            }
            var inOrder = areNumbered
                ? Enumerable.Range(0, names.Length).Select(i => arrays.GetValueOrDefault($"arr_{i.ToString(CultureInfo.InvariantCulture)}")
                    ?? throw new FileException($"'{path}' has no array arr_{i}."))
                : arrays.Values;
            return Named(path, () => SetWeights(model, names.Zip(inOrder).ToDictionary(), skipMismatch));
        }
        var content = Safetensors.Load(path, limits);
        var isModel = content.Metadata.ContainsKey(ModelKey);
        return Named(path, () => SetWeights(model, content.Tensors.Where(entry => !isModel || entry.Key.StartsWith(WeightPrefix, StringComparison.Ordinal))
            .ToDictionary(entry => isModel ? entry.Key[WeightPrefix.Length..] : entry.Key, entry => entry.Value), skipMismatch));
    }

    private static bool IsNpz(string path) => path.EndsWith(".npz", StringComparison.OrdinalIgnoreCase);

    // All weights or none, and every fault in one message; or those that fit, if there are any.
    public static IReadOnlyList<string> SetWeights(Model model, Dictionary<string, Tensor> values, bool skipMismatch = false)
    {
        var weights = model.NamedWeights().ToArray();
        var faults = new OrderedDictionary<string, string>();
        foreach (var (path, variable) in weights)
        {
            if (!values.TryGetValue(path, out var value))
            {
                faults.Add(path, "is missing");
            }
            else if (value.Shape != variable.Shape)
            {
                faults.Add(path, $"has shape {value.Shape} instead of {variable.Shape}");
            }
            else if (value.DType.IsFloating() != variable.DType.IsFloating())
            {
                faults.Add(path, $"holds {value.DType} instead of {variable.DType}");
            }
        }
        string[] left = [.. faults.Keys];
        foreach (var name in values.Keys.Except(weights.Select(weight => weight.Path)))
        {
            faults.Add(name, "is unknown to the model");
        }
        if (skipMismatch ? left.Length == weights.Length : faults.Count > 0)
        {
            throw new FileException(
                $"{(skipMismatch ? "no weight of the file fits" : "the weights are not those of")} {model.Describe()}: {string.Join("; ", faults.Select(fault => $"{fault.Key} {fault.Value}"))}.");
        }
        foreach (var (path, variable) in weights.ExceptBy(left, weight => weight.Path))
        {
            variable.Assign(values[path].Cast(variable.DType));
        }
        return left;
    }
}
