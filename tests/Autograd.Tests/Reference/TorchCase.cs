using System.Runtime.InteropServices;
using System.Text.Json;

namespace Autograd.Tests.TorchReference;

/// <summary>A call of a PyTorch 1.13 operation in float64: operands, results, first gradients for given cotangents, second gradients.</summary>
/// <remarks>
/// The second gradient is that of the sum of the squares of all first gradients. The folder is named by the environment variable AUTOGRAD_REFERENCE.
/// </remarks>
internal sealed class TorchCase
{
    public const string Variable = "AUTOGRAD_REFERENCE";

    private static readonly Lazy<IReadOnlyDictionary<string, TorchCase>> s_all = new(Load);

    private readonly JsonElement _params;
    private readonly JsonElement _singleErrors;

    private TorchCase(JsonElement json, ReadOnlySpan<byte> data)
    {
        Name = json.GetProperty("name").GetString()!;
        Op = json.GetProperty("op").GetString()!;
        IsConvention = json.GetProperty("convention").GetBoolean();
        _params = json.GetProperty("params");
        _singleErrors = json.GetProperty("f32");
        Inputs = Tensors(json.GetProperty("inputs"), data);
        Gradients = Tensors(json.GetProperty("grads"), data);
        Second = Tensors(json.GetProperty("second"), data);
        var outputs = new List<Tensor>();
        foreach (var output in json.GetProperty("outputs").EnumerateArray())
        {
            outputs.Add(Read(output, data));
        }
        Outputs = outputs;
        var cotangents = new List<Tensor?>();
        foreach (var cotangent in json.GetProperty("cotangents").EnumerateArray())
        {
            cotangents.Add(cotangent.ValueKind == JsonValueKind.Null ? null : Read(cotangent, data));
        }
        Cotangents = cotangents;
    }

    public static string? Folder => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder ? Path.Combine(folder, "torch-ops") : null;

    public static IReadOnlyDictionary<string, TorchCase> All => s_all.Value;

    public string Name { get; }

    public string Op { get; }

    /// <summary>Whether the gradients are torch's choice (ties, kinks, 0 / 0), not mathematics.</summary>
    public bool IsConvention { get; }

    public IReadOnlyDictionary<string, Tensor> Inputs { get; }

    public IReadOnlyList<Tensor> Outputs { get; }

    /// <summary>One for each output; null where that holds integers.</summary>
    public IReadOnlyList<Tensor?> Cotangents { get; }

    public IReadOnlyDictionary<string, Tensor> Gradients { get; }

    public IReadOnlyDictionary<string, Tensor> Second { get; }

    /// <summary>PyTorch's own error in float32 for "outputs", "grads" or "second".</summary>
    public double SingleError(string kind) => _singleErrors.GetProperty(kind) is { ValueKind: JsonValueKind.Number } error ? error.GetDouble() : 0;

    public bool Has(string parameter) => _params.TryGetProperty(parameter, out var value) && value.ValueKind != JsonValueKind.Null;

    public double Number(string parameter) => _params.GetProperty(parameter).GetDouble();

    public bool Flag(string parameter) => Has(parameter) && _params.GetProperty(parameter).GetBoolean();

    public string? Text(string parameter) => Has(parameter) ? _params.GetProperty(parameter).GetString() : null;

    public int Axis => _params.GetProperty("axis").GetInt32();

    /// <summary>A parameter that is a number for all spatial axes or one for each; nothing where it is left out.</summary>
    public PerAxis PerAxis(string parameter) => !Has(parameter) ? default
        : _params.GetProperty(parameter) is { ValueKind: JsonValueKind.Number } number ? number.GetInt32()
        : _params.GetProperty(parameter).EnumerateArray().Select(one => one.GetInt32()).ToArray();

    /// <summary>The parameter "axis" as one or several axes; all where there is none.</summary>
    public Axes Axes
    {
        get
        {
            if (!Has("axis"))
            {
                return Autograd.Axes.All;
            }
            var axis = _params.GetProperty("axis");
            return axis.ValueKind == JsonValueKind.Number ? axis.GetInt32() : axis.EnumerateArray().Select(one => one.GetInt32()).ToArray();
        }
    }

    private static Dictionary<string, TorchCase> Load()
    {
        var folder = Folder ?? throw new InvalidOperationException($"{Variable} is not set.");
        var data = File.ReadAllBytes(Path.Combine(folder, "data.bin"));
        var cases = new Dictionary<string, TorchCase>();
        foreach (var line in File.ReadLines(Path.Combine(folder, "index.jsonl")))
        {
            using var json = JsonDocument.Parse(line);
            var one = new TorchCase(json.RootElement.Clone(), data);
            cases.Add(one.Name, one);
        }
        return cases;
    }

    internal static Dictionary<string, Tensor> Tensors(JsonElement json, ReadOnlySpan<byte> data)
    {
        var tensors = new Dictionary<string, Tensor>();
        if (json.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in json.EnumerateObject())
            {
                tensors.Add(property.Name, Read(property.Value, data));
            }
        }
        return tensors;
    }

    internal static Tensor Read(JsonElement json, ReadOnlySpan<byte> data)
    {
        var shape = Shape.Of([.. json.GetProperty("shape").EnumerateArray().Select(extent => extent.GetInt32())]);
        var bytes = data.Slice(json.GetProperty("offset").GetInt32(), json.GetProperty("bytes").GetInt32());
        return json.GetProperty("dtype").GetString() switch
        {
            "float64" => Tensor.From(MemoryMarshal.Cast<byte, double>(bytes), shape),
            "int64" => Tensor.From(MemoryMarshal.Cast<byte, long>(bytes), shape),
            "bool" => Tensor.From(MemoryMarshal.Cast<byte, bool>(bytes), shape),
            var other => throw new InvalidDataException($"A tensor of {other}."),
        };
    }
}
