using System.Numerics;

namespace Autograd;

/// <summary>
/// What can be labels. Targets and predictions have one shape and one type, and given the wrong way round most losses are a number all the same: what tells is that labels are
/// probabilities. One pass over the labels; on a device nobody waits for it.
/// </summary>
internal static class Labels
{
    // Rounded thirds and what was computed in half precision are distributions still; so are the small steps of a gradient check.
    private const double Tolerance = 0.0101;

    /// <summary>All are from 0 to 1.</summary>
    /// <param name="labels">Any shape and type.</param>
    /// <param name="what">The loss, for messages.</param>
    /// <param name="order">How the loss is called.</param>
    /// <exception cref="ValueException">One is not.</exception>
    public static void RequireProbabilities(Tensor labels, string what, string order = "loss.Apply(yTrue, yPred)")
    {
        if (labels.DType == DType.Bool || labels.Device != Device.Cpu || labels.Size == 0)
        {
            return;
        }
        using var pause = Recording.Pause();
        var packed = labels.DType.IsFloating() ? labels.Packed() : labels.Cast(DType.Float64);
        var (least, most) = packed.DType == DType.Float32 ? Extremes<float>(packed.Elements<float>()) : Extremes<double>(packed.Elements<double>());
        GC.KeepAlive(packed);
        // NaN passes: the loss will be NaN, which everybody sees.
        if (least < -Tolerance || most > 1 + Tolerance)
        {
            throw new ValueException(FormattableString.Invariant(
                $"{what}: a label is {(least < -Tolerance ? least : most)}; labels of yes-or-no answers are from 0 to 1. The order is {order}: the labels first."));
        }
    }

    /// <summary>Along the class axis none is negative, and they sum to 1.</summary>
    /// <param name="labels">One-hot, or any distribution.</param>
    /// <param name="axis">The class axis.</param>
    /// <param name="what">The loss, for messages.</param>
    /// <param name="order">How the loss is called.</param>
    /// <param name="mayBeZero">Whether labels may all be 0, as the steps that fill a sequence up are.</param>
    /// <exception cref="ValueException">A row is no distribution; the message says which.</exception>
    public static void RequireDistributions(Tensor labels, int axis, string what, string order = "loss.Apply(yTrue, yPred)", bool mayBeZero = false)
    {
        if (labels.IsKnownAsLabels || labels.Device != Device.Cpu || labels.Size == 0 || labels.Rank == 0)
        {
            return;
        }
        using var pause = Recording.Pause();
        var along = labels.Shape.Axis(axis, what);
        var rows = Probability.ClassesLast(labels.DType.IsFloating() ? labels : labels.Cast(DType.Float64), along).Packed();
        var wrong = Wrong(rows, mayBeZero: false);
        if (wrong is null)
        {
            labels.IsKnownAsLabels = along == labels.Rank - 1 && !labels.IsVariable;
        }
        if ((mayBeZero && wrong is not null ? Wrong(rows, mayBeZero) : wrong) is not { } row)
        {
            return;
        }
        var values = rows.Reshape(-1, rows.Shape[^1])[row].Cast(DType.Float64);
        var (least, sum) = (values.Min().Item(), values.Sum().Item());
        throw new ValueException(FormattableString.Invariant(
            $"{what}: row {row} of the labels {(least < -Tolerance ? FormattableString.Invariant($"contains {least}") : FormattableString.Invariant($"sums to {sum}"))}; labels are probabilities of the classes, which are not negative and sum to 1. The order is {order}: the labels first."));
    }

    private static (double Least, double Most) Extremes<T>(ReadOnlySpan<T> values) where T : unmanaged, INumber<T>
    {
        T least = values[0], most = values[0];
        if (values.Length >= Vector<T>.Count)
        {
            var (low, high) = (new Vector<T>(values), new Vector<T>(values));
            for (var i = Vector<T>.Count; i <= values.Length - Vector<T>.Count; i += Vector<T>.Count)
            {
                var x = new Vector<T>(values[i..]);
                (low, high) = (Vector.Min(low, x), Vector.Max(high, x));
            }
            for (var i = 0; i < Vector<T>.Count; i++)
            {
                (least, most) = (T.Min(least, low[i]), T.Max(most, high[i]));
            }
            values = values[^(values.Length % Vector<T>.Count)..];
        }
        foreach (var x in values)
        {
            (least, most) = (x < least ? x : least, x > most ? x : most);
        }
        return (double.CreateChecked(least), double.CreateChecked(most));
    }

    /// <summary>The first row that is no distribution.</summary>
    private static int? Wrong(Tensor rows, bool mayBeZero)
    {
        var wrong = rows.DType == DType.Float32 ? Wrong<float>(rows.Elements<float>(), rows.Shape[^1], mayBeZero) : Wrong<double>(rows.Elements<double>(), rows.Shape[^1], mayBeZero);
        GC.KeepAlive(rows);
        return wrong;
    }

    private static int? Wrong<T>(ReadOnlySpan<T> values, int classes, bool mayBeZero) where T : unmanaged, INumber<T>
    {
        var (low, high, negative) = (T.CreateChecked(1 - Tolerance), T.CreateChecked(1 + Tolerance), T.CreateChecked(-Tolerance));
        for (var row = 0; (row + 1) * classes <= values.Length; row++)
        {
            var (sum, least) = (T.Zero, T.Zero);
            var rest = values.Slice(row * classes, classes);
            if (classes >= 2 * Vector<T>.Count)
            {
                var (sums, lows) = (Vector<T>.Zero, Vector<T>.Zero);
                for (; rest.Length >= Vector<T>.Count; rest = rest[Vector<T>.Count..])
                {
                    var x = new Vector<T>(rest);
                    (sums, lows) = (sums + x, Vector.Min(lows, x));
                }
                sum = Vector.Sum(sums);
                least = Vector.LessThanAny(lows, new Vector<T>(negative)) ? negative + negative : T.Zero;
            }
            foreach (var x in rest)
            {
                sum += x;
                least = x < least ? x : least;
            }
            if (least < negative || sum > high || (sum < low && !(mayBeZero && T.IsZero(sum) && T.IsZero(least))))
            {
                return row;
            }
        }
        return null;
    }
}
