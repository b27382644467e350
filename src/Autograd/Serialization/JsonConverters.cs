using System.Text.Json;
using System.Text.Json.Serialization;

namespace Autograd;

/// <summary>A tensor in JSON: its values as nested arrays, a scalar as a number; what JSON has no number for as the texts "NaN", "Infinity" and "-Infinity". It is written, not read.</summary>
public sealed class TensorJsonConverter : JsonConverter<Tensor>
{
    /// <inheritdoc/>
    public override bool CanConvert(Type typeToConvert) => typeof(Tensor).IsAssignableFrom(typeToConvert);

    /// <summary>Refuses: JSON does not say which type a tensor has.</summary>
    /// <exception cref="JsonException">Always.</exception>
    public override Tensor Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new JsonException("A tensor cannot be read from JSON, which does not say its type: read an array, such as float[][], and make it a tensor by Tensor.From; or keep tensors in files, by Safetensors.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Tensor value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        var packed = value.OnCpu().Packed();
        switch (packed.DType)
        {
            case DType.Float32:
                Write<float>(writer, packed, JsonNumbers.Write);
                break;
            case DType.Float64:
                Write<double>(writer, packed, JsonNumbers.Write);
                break;
            case DType.Int32:
                Write<int>(writer, packed, static (writer, x) => writer.WriteNumberValue(x));
                break;
            case DType.Int64:
                Write<long>(writer, packed, static (writer, x) => writer.WriteNumberValue(x));
                break;
            default:
                Write<bool>(writer, packed, static (writer, x) => writer.WriteBooleanValue(x));
                break;
        }
        GC.KeepAlive(packed);
    }

    private static void Write<T>(Utf8JsonWriter writer, Tensor packed, Action<Utf8JsonWriter, T> write) where T : unmanaged
    {
        var at = 0;
        Axis(0);

        void Axis(int axis)
        {
            if (axis == packed.Rank)
            {
                write(writer, packed.Elements<T>()[at++]);
                return;
            }
            writer.WriteStartArray();
            for (var i = 0; i < packed.Shape[axis]; i++)
            {
                Axis(axis + 1);
            }
            writer.WriteEndArray();
        }
    }
}

/// <summary>What <c>Fit</c> measured in JSON, by Keras's names: <c>{"epoch": [0, 1], "history": {"loss": [0.69, 0.52]}}</c>. It is written, not read.</summary>
public sealed class HistoryJsonConverter : JsonConverter<History>
{
    /// <summary>Refuses: a history is what a training gives.</summary>
    /// <exception cref="JsonException">Always.</exception>
    public override History Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new JsonException("A History cannot be read from JSON; it is what Fit gives.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, History value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        writer.WriteStartObject();
        writer.WriteStartArray("epoch");
        foreach (var epoch in value.Epochs)
        {
            writer.WriteNumberValue(epoch);
        }
        writer.WriteEndArray();
        writer.WriteStartObject("history");
        foreach (var name in value.Names)
        {
            writer.WriteStartArray(name);
            foreach (var measure in value[name])
            {
                JsonNumbers.Write(writer, measure);
            }
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}

internal static class JsonNumbers
{
    public static void Write(Utf8JsonWriter writer, double value)
    {
        if (double.IsFinite(value))
        {
            writer.WriteNumberValue(value);
        }
        else
        {
            writer.WriteStringValue(Name(value));
        }
    }

    // The shortest digits of a float are not those of the same double.
    public static void Write(Utf8JsonWriter writer, float value)
    {
        if (float.IsFinite(value))
        {
            writer.WriteNumberValue(value);
        }
        else
        {
            writer.WriteStringValue(Name(value));
        }
    }

    private static string Name(double value) => double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
}
