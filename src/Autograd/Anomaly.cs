using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Autograd;

/// <summary>Finds the operation, and the line that called it, which first made a NaN or an infinity.</summary>
internal static class Anomaly
{
    private const string Infinity = "infinity";

    /// <summary>"NaN" or "infinity" if the result of a call, or the gradient it gives, holds one that is not just handed on: see <see cref="HandsOnInfinity"/>.</summary>
    public static string? Made(Tensor result, in RecordedOp call, Recording recording, bool allowsInfinity)
    {
        var bad = FirstBad(result);
        return bad == Infinity && (allowsInfinity || HandsOnInfinity(call, recording)) ? null : bad;
    }

    /// <summary>
    /// Whether an operand holds an infinity that was let pass before: a constant, as the -infinity of a mask, or the result of an operation. What a leaf holds, a weight that has grown beyond all
    /// bounds, is an anomaly.
    /// </summary>
    private static bool HandsOnInfinity(in RecordedOp call, Recording recording)
    {
        for (var i = 0; i < call.InputCount; i++)
        {
            var index = call.InputIndex(i);
            if ((index < 0 || recording[index].Op is not null) && FirstBad(call.Input(i)) == Infinity)
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>"NaN" or "infinity" if the tensor holds one.</summary>
    public static string? FirstBad(Tensor x)
    {
        if (!x.DType.IsFloating())
        {
            return null;
        }
        var source = x.OnCpu().Packed();
        var found = x.DType == DType.Float32 ? FirstBad<float>(source.Elements<float>()) : FirstBad<double>(source.Elements<double>());
        source.EndRead();
        return found;
    }

    private static string? FirstBad<T>(ReadOnlySpan<T> values) where T : System.Numerics.IFloatingPoint<T>
    {
        string? found = null;
        foreach (var value in values)
        {
            if (T.IsNaN(value))
            {
                return "NaN";
            }
            found = T.IsInfinity(value) ? Infinity : found;
        }
        return found;
    }

    /// <summary>The nearest caller outside this library, as file and line where symbols are at hand.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Names in a message; a trimmed program shows less.")]
    public static string Caller()
    {
        var trace = new StackTrace(fNeedFileInfo: true);
        foreach (var frame in trace.GetFrames())
        {
            if (frame.GetMethod() is { } method && method.Module.Assembly != typeof(Tensor).Assembly)
            {
                return frame.GetFileName() is { } file ? $"{file}:{frame.GetFileLineNumber()}" : $"{method.DeclaringType?.Name}.{method.Name}";
            }
        }
        return "an unknown line";
    }

    public static string DescribeOperands(in RecordedOp call)
    {
        var operands = new string[call.InputCount];
        for (var i = 0; i < operands.Length; i++)
        {
            var input = call.Input(i);
            operands[i] = $"{input.Shape} {input.DType}{(FirstBad(input) is { } bad ? $" with {bad}" : "")}";
        }
        return $"Operands: {string.Join(", ", operands)}.";
    }
}
