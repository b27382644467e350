using System.Reflection;
using System.Text.Json;

namespace Autograd.Tests.TorchReference;

/// <summary>
/// An assertion out of Keras 3's own unit tests (Apache-2.0): an object, calls on it, and what must come out. Objects are made by reflection, Keras's names
/// turned into ours: beta_1 is beta1.
/// </summary>
internal sealed class KerasCase(JsonElement json)
{
    public string Class => json.GetProperty("object").GetProperty("class").GetString()!;

    public string Test => json.GetProperty("test").GetString()!.Split("::")[^1];

    public JsonElement Json => json;

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
        foreach (var pair in json.GetProperty("object").GetProperty("kwargs").EnumerateObject())
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
        _ => string.Concat(name.Split('_').Select((word, i) => i == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..])),
    };

    private static object? Convert(JsonElement json, Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return json.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.True or JsonValueKind.False => json.GetBoolean(),
            JsonValueKind.Array when type == typeof(IEnumerable<long>) => json.EnumerateArray().Select(one => one.GetInt64()).ToArray(),
            JsonValueKind.Array => Numbers(json),
            _ when type == typeof(Schedule) => (Schedule)Number(json),
            _ when type == typeof(double) => Number(json),
            _ when type == typeof(int) => (int)Number(json),
            _ => (long)Number(json),
        };
    }

    public static double Number(JsonElement json) => json.ValueKind == JsonValueKind.Object ? Numbers(json.GetProperty("data"))[0] : json.GetDouble();

    public static double[] Numbers(JsonElement json) => [.. json.EnumerateArray().Select(one => one.GetDouble())];

    public static Tensor Tensor(JsonElement json, DType dtype) =>
        Autograd.Tensor.From<double>(Numbers(json.GetProperty("data")), Shape.Of([.. json.GetProperty("shape").EnumerateArray().Select(n => n.GetInt32())])).Cast(dtype);

    /// <summary>As NumPy's assert_allclose and assert_almost_equal.</summary>
    public void AssertExpected(double[] actual)
    {
        var expected = Numbers(Expected.GetProperty("data"));
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < actual.Length; i++)
        {
            var tolerance = json.TryGetProperty("decimal", out var digits)
                ? 1.5 * Math.Pow(10, -digits.GetInt32())
                : json.GetProperty("atol").GetDouble() + (json.GetProperty("rtol").GetDouble() * Math.Abs(expected[i]));
            Assert.True(Math.Abs(actual[i] - expected[i]) <= tolerance, FormattableString.Invariant($"{Class}, {Test}: element {i} is {actual[i]:R} instead of {expected[i]:R}"));
        }
    }
}
