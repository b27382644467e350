using System.Reflection;
using System.Text.Json;

namespace Autograd.Tests.TorchReference;

/// <summary>
/// An assertion out of Keras 3's own unit tests (Apache-2.0): an object, calls on it, and what must come out. Objects are made by reflection, Keras's names
/// turned into ours: beta_1 is beta1.
/// </summary>
internal sealed class KerasCase(JsonElement json)
{
    /// <summary>The class, or else the function.</summary>
    public string Class => (json.GetProperty("object").TryGetProperty("class", out var name) ? name : json.GetProperty("object").GetProperty("function")).GetString()!;

    public string Test => json.GetProperty("test").GetString()!.Split("::")[^1];

    public JsonElement Json => json;

    /// <summary>Whether the last call, or making the object, must be refused.</summary>
    public bool Raises => json.GetProperty("assert").GetString() == "raises";

    /// <summary>The part of the result that is compared, such as [0] or ['axis']; empty for all of it.</summary>
    public string Element => json.GetProperty("value").GetString()!.Split("element ") is [_, var element] ? element : "";

    public JsonElement Expected => json.GetProperty("expected");

    public IEnumerable<(string Method, JsonElement Args, JsonElement Kwargs)> Calls =>
        json.GetProperty("calls").EnumerateArray().Select(call => (call.GetProperty("method").GetString()!, call.GetProperty("args"), call.GetProperty("kwargs")));

    public static IReadOnlyList<KerasCase> Load(string file) =>
        [.. File.ReadLines(Path.Combine(Environment.GetEnvironmentVariable(TorchCase.Variable)!, "keras", file)).Select(line => new KerasCase(JsonDocument.Parse(line).RootElement))];

    public object Create()
    {
        var type = typeof(Tensor).Assembly.GetType("Autograd." + Class, throwOnError: true)!;
        var constructor = type.GetConstructors().Single();
        var parameters = constructor.GetParameters();
        var values = Array.ConvertAll(parameters, parameter => parameter.HasDefaultValue ? parameter.DefaultValue : null);
        var args = json.GetProperty("object").GetProperty("args").EnumerateArray().ToArray();
        for (var i = 0; i < args.Length; i++)
        {
            values[i] = Convert(args[i], parameters[i].ParameterType);
        }
        // Nothing here has a type of its own beside those of its operands.
        foreach (var pair in json.GetProperty("object").GetProperty("kwargs").EnumerateObject().Where(pair => pair.Name != "dtype"))
        {
            var name = OurName(pair.Name);
            var i = Array.FindIndex(parameters, parameter => parameter.Name == name);
            Assert.True(i >= 0, $"{Class} has no parameter {name}.");
            values[i] = Convert(pair.Value, parameters[i].ParameterType);
        }
        try
        {
            return constructor.Invoke(values);
        }
        catch (TargetInvocationException exception)
        {
            throw exception.InnerException!;
        }
    }

    private static string OurName(string name) => name switch
    {
        "clipnorm" => "clipNorm",
        "clipvalue" => "clipValue",
        "global_clipnorm" => "globalClipNorm",
        _ => InCamelCase(name),
    };

    public static string InCamelCase(string name) =>
        string.Concat(name.Split('_').Select((word, i) => i == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..]));

    private static object? Convert(JsonElement json, Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return json.ValueKind switch
        {
            // Keras's reduction=None is a member of the enumeration here, and a word that is none of its members must be refused.
            _ when type.IsEnum => Enum.TryParse(type, json.GetString()?.Replace("_", "", StringComparison.Ordinal) ?? "None", ignoreCase: true, out var member)
                ? member
                : Enum.ToObject(type, -1),
            JsonValueKind.Null => null,
            JsonValueKind.String => json.GetString(),
            JsonValueKind.True or JsonValueKind.False => json.GetBoolean(),
            JsonValueKind.Array when type == typeof(IEnumerable<long>) => json.EnumerateArray().Select(one => one.GetInt64()).ToArray(),
            JsonValueKind.Array when type == typeof(int[]) => json.EnumerateArray().Select(one => one.GetInt32()).ToArray(),
            JsonValueKind.Array => Numbers(json),
            _ when type == typeof(double[]) => new[] { Number(json) },
            _ when type == typeof(Schedule) => (Schedule)Number(json),
            _ when type == typeof(double) => Number(json),
            _ when type == typeof(int) => (int)Number(json),
            _ => (long)Number(json),
        };
    }

    public static double Number(JsonElement json) => json.ValueKind == JsonValueKind.Object ? Numbers(json.GetProperty("data"))[0] : json.GetDouble();

    public static double[] Numbers(JsonElement json) => [.. json.EnumerateArray().Select(one => one.ValueKind switch
    {
        JsonValueKind.Null => double.NaN,
        JsonValueKind.True or JsonValueKind.False => one.GetBoolean() ? 1 : 0,
        JsonValueKind.String => one.GetString() == "inf" ? double.PositiveInfinity : throw new InvalidDataException(one.GetString()),
        _ => one.GetDouble(),
    })];

    public static Tensor Tensor(JsonElement json, DType dtype) =>
        Autograd.Tensor.From<double>(Numbers(json.GetProperty("data")), Shape.Of([.. json.GetProperty("shape").EnumerateArray().Select(n => n.GetInt32())])).Cast(dtype);

    /// <summary>An operand in the type it has in the file: a tensor, a variable, nested lists, or a number; Keras's float32 for floating ones unless <paramref name="keepsDouble"/>.</summary>
    public Tensor Operand(JsonElement value, bool keepsDouble = false)
    {
        if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("variable", out var variable))
        {
            return Operand(json.GetProperty("variables").GetProperty($"{variable.GetInt32()}"));
        }
        var x = value.ValueKind switch
        {
            JsonValueKind.Object => Tensor(value, value.GetProperty("dtype").GetString() switch
            {
                "float32" => DType.Float32,
                "float64" => DType.Float64,
                "int32" => DType.Int32,
                "int64" => DType.Int64,
                "bool" => DType.Bool,
                var other => throw new InvalidDataException($"A tensor of {other}."),
            }),
            JsonValueKind.Array => Autograd.Tensor.Stack(value.EnumerateArray().Select(one => Operand(one, keepsDouble: true)).ToArray()),
            _ => Autograd.Tensor.Full([], value.GetDouble(), DType.Float64),
        };
        return x.DType == DType.Float64 && !keepsDouble ? x.Cast(DType.Float32) : x;
    }

    /// <summary>As NumPy's assert_allclose and assert_almost_equal.</summary>
    public void AssertExpected(double[] actual)
    {
        var expected = Operand(Expected, keepsDouble: true).Cast(DType.Float64).ToArray<double>();
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < actual.Length; i++)
        {
            var tolerance = json.TryGetProperty("decimal", out var digits)
                ? 1.5 * Math.Pow(10, -digits.GetInt32())
                : json.TryGetProperty("atol", out var absolute) ? absolute.GetDouble() + (json.GetProperty("rtol").GetDouble() * Math.Abs(expected[i]))
                : 0;
            Assert.True(expected[i].Equals(actual[i]) || Math.Abs(actual[i] - expected[i]) <= tolerance, FormattableString.Invariant($"{Class}, {Test}: element {i} is {actual[i]:R} instead of {expected[i]:R}"));
        }
    }
}
