using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Autograd.Serialization;

/// <summary>
/// Objects of registered kinds as JSON and back: <c>{"kind": "Dense", "settings": {"units": 25, "activation": "relu", ...}}</c>. The settings are the parameters of the constructor.
/// </summary>
internal static class Settings
{
    // Nobody's layer has more in one dimension, and a hostile file could ask for all memory.
    private const long MostElements = 1L << 28;

    public static JsonNode? Write(object? value) => value switch
    {
        null => null,
        bool flag => JsonValue.Create(flag),
        int number => JsonValue.Create(number),
        long number => JsonValue.Create(number),
        double number => double.IsFinite(number) ? JsonValue.Create(number) : JsonValue.Create(number.ToString(CultureInfo.InvariantCulture)),
        string text => JsonValue.Create(text),
        Enum option => JsonValue.Create(option.ToString()),
        InputShape shape => Array(shape, extent => JsonValue.Create(extent)),
        Shape shape => Array(shape, extent => JsonValue.Create(extent)),
        PerAxis numbers => JsonValue.Create(numbers.ToString()),
        FactorRange range => Array([range.Lower, range.Upper], bound => JsonValue.Create(bound)),
        Padding padding => JsonValue.Create(padding.ToString()),
        Activation activation => Write(Layer.Registry, activation)["settings"]!["function"]!.DeepClone(),
        Layer layer => ModelFile.WriteLayer(layer),
        Initializer initializer => Write(Initializer.Registry, initializer),
        Regularizer regularizer => Write(Regularizer.Registry, regularizer),
        Constraint constraint => Write(Constraint.Registry, constraint),
        Loss loss => Write(Loss.Registry, loss),
        Metric metric => Write(Metric.Registry, metric),
        LambdaSchedule => throw Unwritable("a learning rate that is a function of your own", "derive a schedule and register it", isTraining: true),
        Schedule schedule => Write(Schedule.Registry, schedule),
        Optimizer optimizer => Write(Optimizer.Registry, optimizer),
        IEnumerable<int> numbers => Array(numbers, number => JsonValue.Create(number)),
        IEnumerable<long> numbers => Array(numbers, number => JsonValue.Create(number)),
        IEnumerable<double> numbers => Array(numbers, number => JsonValue.Create(number)),
        IEnumerable<string> texts => Array(texts, text => JsonValue.Create(text)),
        _ => throw Unwritable($"a {value.GetType().Name}", "keep it out of the constructor"),
    };

    private static JsonArray Array<T>(IEnumerable<T> values, Func<T, JsonNode?> write) => new([.. values.Select(write)]);

    /// <summary>The kind and the settings of an object.</summary>
    public static JsonObject Write<T>(Registry<T> registry, T value) where T : class
    {
        if (value is Activation { Function: null } or Lambda)
        {
            throw Unwritable($"the function of {(value is Lambda ? "a Lambda layer" : "an Activation layer")}", "derive a layer that applies it, and register that");
        }
        // The layers and what they are made of are the model itself.
        var isTraining = value is Loss or Metric or Optimizer or Schedule;
        var kind = registry.KindOf(value) ?? throw (value.GetType() is { IsNestedPrivate: true } type && type.Assembly == typeof(Settings).Assembly
            ? Unwritable($"a {registry.Family} that is a function of your own", $"derive a {registry.Family} and register it", isTraining)
            : Unwritable($"{value.GetType().Name}, which is not a known {registry.Family},", $"make it known once by {typeof(T).Name}.Register<{value.GetType().Name}>()", isTraining));
        var settings = new JsonObject();
        foreach (var setting in kind.Settings)
        {
            settings[setting.Name!] = Write(kind.Read(value, setting));
        }
        return new JsonObject { ["kind"] = kind.Type.Name, ["settings"] = settings };
    }

    private static ValueException Unwritable(string what, string instead, bool isTraining = false) =>
        new($"{char.ToUpperInvariant(what[0])}{what[1..]} cannot be written to a file; {instead}{(isTraining ? ", leave out how the model is trained (includeOptimizer: false)" : "")}, or save the weights alone (SaveWeights).");

    /// <summary>Makes an object from its kind and settings.</summary>
    /// <exception cref="FileException">The kind is unknown, a setting is missing, unknown or of another type.</exception>
    public static T Read<T>(Registry<T> registry, JsonNode? node) where T : class
    {
        var json = node as JsonObject ?? throw new FileException($"a {registry.Family} is expected where the file has {Shown(node)}.");
        try
        {
            var kind = registry.Find(Text(json, "kind"));
            var settings = json["settings"] as JsonObject ?? throw new FileException($"{kind.Type.Name} has no settings.");
            foreach (var (name, _) in settings)
            {
                if (kind.Settings.All(setting => setting.Name != name))
                {
                    throw new FileException($"{kind.Type.Name} has no setting '{name}'. It has: {string.Join(", ", kind.Settings.Select(setting => setting.Name))}.");
                }
            }
            return (T)kind.Create(setting => settings.TryGetPropertyValue(setting.Name!, out var value)
                ? Read(value, setting.ParameterType, $"{kind.Type.Name}.{setting.Name}")
                : setting.HasDefaultValue ? setting.DefaultValue : throw new FileException($"{kind.Type.Name} lacks the setting '{setting.Name}'."));
        }
        catch (Exception error) when (error is (AutogradException and not FileException) or ArgumentException)
        {
            throw new FileException(error.Message, error);
        }
    }

    /// <summary>A value of a type that settings may have.</summary>
    /// <exception cref="FileException">It is missing or of another type.</exception>
    public static T Read<T>(JsonNode? node, string what) => (T?)Read(node, typeof(T), what) ?? throw new FileException($"{what} is missing.");

    private static object? Read(JsonNode? node, Type type, string what)
    {
        if (node is null)
        {
            return !type.IsValueType || Nullable.GetUnderlyingType(type) is not null ? null : throw new FileException($"{what} is null.");
        }
        type = Nullable.GetUnderlyingType(type) ?? type;
        try
        {
            return type switch
            {
                _ when type == typeof(bool) => node.GetValue<bool>(),
                _ when type == typeof(int) => node.GetValue<int>(),
                _ when type == typeof(long) => node.GetValue<long>(),
                _ when type == typeof(double) => node.GetValueKind() == JsonValueKind.String
                    ? double.Parse(node.GetValue<string>(), CultureInfo.InvariantCulture)
                    : node.GetValue<double>(),
                _ when type == typeof(string) => node.GetValue<string>(),
                _ when type.IsEnum => Enum.TryParse(type, node.GetValue<string>(), out var option) && Enum.IsDefined(type, option)
                    ? option
                    : throw new FileException($"{what} is '{node.GetValue<string>()}'; known are {string.Join(", ", Enum.GetNames(type))}."),
                _ when type == typeof(Shape) => ReadShape(node, what),
                _ when type == typeof(InputShape) => ReadInputShape(node, what),
                _ when type == typeof(PerAxis) => PerAxis.Parse(node.GetValue<string>()),
                _ when type == typeof(FactorRange) => ReadArray<double>(node) is [var lower, var upper]
                    ? new FactorRange(lower, upper)
                    : throw new FileException($"{what} is {Shown(node)}; it must be two numbers."),
                _ when type == typeof(Padding) => Padding.Parse(node.GetValue<string>()),
                _ when type == typeof(Activation) => new Activation(node.GetValue<string>()),
                _ when type.IsAssignableTo(typeof(Layer)) => ModelFile.ReadLayer(node),
                _ when type == typeof(Initializer) => Read(Initializer.Registry, node),
                _ when type == typeof(Regularizer) => Read(Regularizer.Registry, node),
                _ when type == typeof(Constraint) => Read(Constraint.Registry, node),
                _ when type == typeof(Loss) => Read(Loss.Registry, node),
                _ when type == typeof(Metric) => Read(Metric.Registry, node),
                _ when type == typeof(Schedule) => Read(Schedule.Registry, node),
                _ when type.IsAssignableFrom(typeof(int[])) => ReadArray<int>(node),
                _ when type.IsAssignableFrom(typeof(long[])) => ReadArray<long>(node),
                _ when type.IsAssignableFrom(typeof(double[])) => ReadArray<double>(node),
                _ when type.IsAssignableFrom(typeof(string[])) => ReadArray<string>(node),
                _ => throw new FileException($"{what} is of a type that no file holds, {type.Name}."),
            };
        }
        catch (Exception error) when (error is InvalidOperationException or System.FormatException or OverflowException or JsonException)
        {
            throw new FileException($"{what} cannot be {Shown(node)}.", error);
        }
    }

    private static T[] ReadArray<T>(JsonNode node) =>
        [.. node.AsArray().Select(item => item is null ? throw new FileException($"an item of {Shown(node)} is null.") : item.GetValue<T>())];

    private static InputShape ReadInputShape(JsonNode node, string what)
    {
        var shape = InputShape.Of(ReadArray<int>(node));
        return shape.Example(InputShape.OtherLengths[0]).Size <= MostElements ? shape : throw new FileException($"{what} {shape} is larger than any example could be.");
    }

    public static Shape ReadShape(JsonNode? node, string what)
    {
        var shape = Shape.Of(ReadArray<int>(node ?? throw new FileException($"{what} is null.")));
        return shape.Size <= MostElements ? shape : throw new FileException($"{what} {shape} is larger than any example could be.");
    }

    public static string Text(JsonObject json, string name) => json[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String
        ? value.GetValue<string>()
        : throw new FileException($"'{name}' is not a text but {Shown(json[name])}.");

    public static string Shown(JsonNode? node) => Shown(node?.ToJsonString() ?? "nothing");

    /// <summary>A text from a file as a message shows it.</summary>
    public static string Shown(string text) => text.Length > 60 ? text[..60] + "..." : text;
}
