namespace Autograd;

// A number beside a tensor. C# would convert it by itself; F# and others that convert nothing within a formula ask for 0.5 * x as it stands. All four types, since with some of them
// C# would take an int for a double.
public partial class Tensor
{
    /// <summary>x + y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator +(float x, Tensor y) => (Tensor)x + y;

    /// <summary>x + y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator +(Tensor x, float y) => x + (Tensor)y;

    /// <summary>x + y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator +(double x, Tensor y) => (Tensor)x + y;

    /// <summary>x + y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator +(Tensor x, double y) => x + (Tensor)y;

    /// <summary>x + y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator +(int x, Tensor y) => (Tensor)x + y;

    /// <summary>x + y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator +(Tensor x, int y) => x + (Tensor)y;

    /// <summary>x + y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator +(long x, Tensor y) => (Tensor)x + y;

    /// <summary>x + y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator +(Tensor x, long y) => x + (Tensor)y;

    /// <summary>x - y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator -(float x, Tensor y) => (Tensor)x - y;

    /// <summary>x - y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator -(Tensor x, float y) => x - (Tensor)y;

    /// <summary>x - y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator -(double x, Tensor y) => (Tensor)x - y;

    /// <summary>x - y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator -(Tensor x, double y) => x - (Tensor)y;

    /// <summary>x - y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator -(int x, Tensor y) => (Tensor)x - y;

    /// <summary>x - y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator -(Tensor x, int y) => x - (Tensor)y;

    /// <summary>x - y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator -(long x, Tensor y) => (Tensor)x - y;

    /// <summary>x - y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator -(Tensor x, long y) => x - (Tensor)y;

    /// <summary>x y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator *(float x, Tensor y) => (Tensor)x * y;

    /// <summary>x y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator *(Tensor x, float y) => x * (Tensor)y;

    /// <summary>x y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator *(double x, Tensor y) => (Tensor)x * y;

    /// <summary>x y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator *(Tensor x, double y) => x * (Tensor)y;

    /// <summary>x y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator *(int x, Tensor y) => (Tensor)x * y;

    /// <summary>x y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator *(Tensor x, int y) => x * (Tensor)y;

    /// <summary>x y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator *(long x, Tensor y) => (Tensor)x * y;

    /// <summary>x y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator *(Tensor x, long y) => x * (Tensor)y;

    /// <summary>x / y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator /(float x, Tensor y) => (Tensor)x / y;

    /// <summary>x / y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator /(Tensor x, float y) => x / (Tensor)y;

    /// <summary>x / y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator /(double x, Tensor y) => (Tensor)x / y;

    /// <summary>x / y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator /(Tensor x, double y) => x / (Tensor)y;

    /// <summary>x / y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator /(int x, Tensor y) => (Tensor)x / y;

    /// <summary>x / y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator /(Tensor x, int y) => x / (Tensor)y;

    /// <summary>x / y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator /(long x, Tensor y) => (Tensor)x / y;

    /// <summary>x / y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator /(Tensor x, long y) => x / (Tensor)y;

    /// <summary>The remainder with the sign of y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator %(float x, Tensor y) => (Tensor)x % y;

    /// <summary>The remainder with the sign of y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator %(Tensor x, float y) => x % (Tensor)y;

    /// <summary>The remainder with the sign of y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator %(double x, Tensor y) => (Tensor)x % y;

    /// <summary>The remainder with the sign of y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator %(Tensor x, double y) => x % (Tensor)y;

    /// <summary>The remainder with the sign of y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator %(int x, Tensor y) => (Tensor)x % y;

    /// <summary>The remainder with the sign of y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator %(Tensor x, int y) => x % (Tensor)y;

    /// <summary>The remainder with the sign of y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator %(long x, Tensor y) => (Tensor)x % y;

    /// <summary>The remainder with the sign of y, elementwise; the number takes the type of the tensor.</summary>
    public static Tensor operator %(Tensor x, long y) => x % (Tensor)y;

    /// <summary>The only element, as <see cref="Item()"/> gives it: <c>(float)loss</c>.</summary>
    /// <exception cref="ShapeException">There is not exactly one element.</exception>
    public static explicit operator float(Tensor x) => (float)(double)x;

    /// <inheritdoc cref="explicit operator float(Tensor)"/>
    public static explicit operator double(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Item();
    }

    /// <summary>The only element as a whole number, without its fraction, as C# converts numbers: <c>(int)labels[0]</c>.</summary>
    /// <exception cref="ShapeException">There is not exactly one element.</exception>
    /// <exception cref="ValueException">It is too large, or NaN.</exception>
    public static explicit operator int(Tensor x)
    {
        var value = (long)x;
        return value is >= int.MinValue and <= int.MaxValue ? (int)value : throw new ValueException($"Conversion: {value} is beyond what an int holds; convert to long.");
    }

    /// <inheritdoc cref="explicit operator int(Tensor)"/>
    public static explicit operator long(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.DType == DType.Int64)
        {
            return x.Item<long>();
        }
        var value = x.Item();
        return value is >= long.MinValue and < -(double)long.MinValue
            ? (long)value
            : throw new ValueException(FormattableString.Invariant($"Conversion: {value} is no whole number that a long holds."));
    }
}
