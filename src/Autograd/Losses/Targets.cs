using Autograd.Backends;
using static Autograd.Tensor;

namespace Autograd;

/// <summary>Targets, brought to the shape and type of what was predicted. Nothing ever broadcasts here: [n] against [n, 1] would silently become [n, n].</summary>
internal static class Targets
{
    /// <summary>Both in one shape and in the floating type of the predictions (float32 where those are integers).</summary>
    public static (Tensor True, Tensor Pred) Align(Tensor yTrue, Tensor yPred, string what)
    {
        (yTrue, yPred) = SameShape(yTrue, yPred, what);
        var dtype = yPred.DType.IsFloating() ? yPred.DType : DType.Float32;
        return (yTrue.AsType(dtype), yPred.AsType(dtype));
    }

    /// <summary>
    /// What every loss and metric does first, those of one's own too: [n] against [n, 1], or the reverse, takes the shape of the predictions, for else the two would broadcast to [n, n].
    /// </summary>
    public static Tensor Fitted(Tensor yTrue, Tensor yPred)
    {
        var (t, p) = (yTrue.Shape, yPred.Shape);
        var differsByOne = (t.Rank == p.Rank + 1 && t[^1] == 1) || (p.Rank == t.Rank + 1 && p[^1] == 1);
        return differsByOne && t.Size == p.Size && t.Rank > 0 && p.Rank > 0 ? Reshaped(yTrue, p) : yTrue;
    }

    /// <summary>
    /// Both in one shape. Where one of the two has one axis more, of extent 1, at its end, the other gets it too if it has one axis, else it is dropped: as in Keras.
    /// </summary>
    /// <exception cref="ShapeException">The shapes differ otherwise.</exception>
    public static (Tensor True, Tensor Pred) SameShape(Tensor yTrue, Tensor yPred, string what)
    {
        var (t, p) = (yTrue.Shape, yPred.Shape);
        if (t.Rank == p.Rank + 1 && t[^1] == 1)
        {
            (t, p) = p.Rank == 1 ? (t, Shape.Of(p[0], 1)) : (p, p);
        }
        else if (p.Rank == t.Rank + 1 && p[^1] == 1)
        {
            (t, p) = t.Rank == 1 ? (Shape.Of(t[0], 1), p) : (t, t);
        }
        var fitted = p.Rank == 0 ? Shape.Of(1) : p;
        return t == p && t.Size == yTrue.Size && p.Size == yPred.Size
            ? (Reshaped(yTrue, fitted), Reshaped(yPred, fitted))
            : throw new ShapeException($"{what}: targets of shape {yTrue.Shape} do not fit predictions of shape {yPred.Shape}; the two shapes must be equal, but for a last axis of extent 1.{AdviceOnClasses(yTrue.Shape, yPred.Shape)}");
    }

    private static string AdviceOnClasses(Shape t, Shape p) =>
        p.Rank >= 2 && p[^1] > 1 && (t.Rank == p.Rank || t.Rank == p.Rank - 1) && t.Size == p.Size / p[^1]
            ? $" Class numbers become one-hot targets by OneHot(y, {p[^1]}); many losses and metrics have a form for class numbers too, called sparse_..."
            : "";

    /// <summary>
    /// Class numbers (int64) in the shape of the predictions without the class axis. They may also come with that axis, of extent 1, and as floating numbers
    /// that are whole.
    /// </summary>
    /// <exception cref="ShapeException">There is not one for each prediction.</exception>
    /// <exception cref="ValueException">One is no class; the message says where.</exception>
    public static Tensor Classes(Tensor yTrue, Shape predictions, int axis, string what, int? ignored = null)
    {
        var along = predictions.Axis(axis, what);
        var shape = Shape.Of([.. predictions.ToArray()[..along], .. predictions.ToArray()[(along + 1)..]]);
        if (yTrue.Shape != shape && yTrue.Shape != predictions.With(along, 1))
        {
            throw new ShapeException(
                $"{what}: class numbers of shape {yTrue.Shape} do not fit predictions of shape {predictions} with classes along axis {axis}; the class numbers must have shape {shape}.");
        }
        using var pause = Recording.Pause();
        var known = RequireClasses(yTrue, predictions[along], what, ignored);
        var classes = yTrue.AsType(DType.Int64);
        if (known is not null)
        {
            classes.Storage!.Known ??= known;
        }
        return Reshaped(classes, shape);
    }

    /// <summary>All values are whole numbers from 0 on, less than the number of classes, or the ignored one.</summary>
    /// <returns>On a device, what they were found to be.</returns>
    public static WholeNumbers? RequireClasses(Tensor numbers, int classes, string what, int? ignored = null)
    {
        if (numbers.Device != Device.Cpu)
        {
            // What is ignored may be a number beside those of the classes, or one far off.
            var isFarOff = ignored < -1 || ignored > classes;
            var counted = isFarOff ? Where(Equal(numbers, ignored!.Value), 0, numbers) : numbers;
            if (WholeNumbers.Within(counted, ignored == -1 ? -1 : 0, ignored == classes ? classes : classes - 1) is { } known)
            {
                return isFarOff ? null : known;
            }
        }
        var values = numbers.AsType(DType.Float64).ToArray<double>();
        for (var i = 0; i < values.Length; i++)
        {
            if (!(values[i] >= 0 && values[i] < classes && Math.Floor(values[i]) == values[i]) && values[i] != ignored)
            {
                throw new ValueException(FormattableString.Invariant(
                    $"{what}: {values[i]} in row {Place(i, numbers.Shape)} is no class; the {classes} classes are whole numbers from 0 to {classes - 1}."));
            }
        }
        return null;
    }

    private static string Place(int i, Shape shape)
    {
        var perRow = shape.Rank == 0 ? 1 : shape.Size / shape[0];
        return perRow == 1 ? $"{i}" : $"{i / perRow} (its element {i % perRow})";
    }

    private static Tensor Reshaped(Tensor x, Shape shape) => x.Shape == shape ? x : x.Reshape(shape);

    /// <summary>n / d, and 0 where d is 0, whose gradient is 0 too.</summary>
    public static Tensor Quotient(Tensor n, Tensor d)
    {
        var isZero = Equal(d, 0);
        return Where(isZero, 0, n / Where(isZero, 1, d));
    }
}
