namespace Autograd.Numerics;

/// <summary>
/// A tensor, or a constant that has yet to meet one, as the number of a formula. A slope evaluated over it is an ordinary differentiable expression,
/// which is how every elementwise operation has gradients of any order.
/// </summary>
internal readonly struct TensorReal : IReal<TensorReal>
{
    private readonly Tensor? _tensor;
    private readonly double _constant;

    public TensorReal(Tensor tensor) => _tensor = tensor;

    private TensorReal(double constant) => _constant = constant;

    /// <summary>The expression as a tensor; a constant takes the type of <paramref name="like"/>.</summary>
    public Tensor ToTensor(Tensor like) => _tensor ?? Tensor.Full([], _constant, like.DType);

    public static TensorReal Const(double value) => new(value);

    // A weak scalar takes the type of the tensor it meets.
    public static implicit operator Tensor(TensorReal x) => x._tensor ?? (Tensor)x._constant;

    private static bool BothConstant(TensorReal x, TensorReal y) => x._tensor is null && y._tensor is null;

    public static TensorReal operator +(TensorReal x, TensorReal y) => BothConstant(x, y) ? new(x._constant + y._constant) : new((Tensor)x + y);

    public static TensorReal operator -(TensorReal x, TensorReal y) => BothConstant(x, y) ? new(x._constant - y._constant) : new((Tensor)x - y);

    public static TensorReal operator *(TensorReal x, TensorReal y) => BothConstant(x, y) ? new(x._constant * y._constant) : new((Tensor)x * y);

    public static TensorReal operator /(TensorReal x, TensorReal y) => BothConstant(x, y) ? new(x._constant / y._constant) : new((Tensor)x / y);

    public static TensorReal operator -(TensorReal x) => x._tensor is null ? new(-x._constant) : new(-x._tensor);

    public static TensorReal operator <(TensorReal x, TensorReal y) => new((Tensor)x < y);

    public static TensorReal operator >(TensorReal x, TensorReal y) => new((Tensor)x > y);

    public static TensorReal operator <=(TensorReal x, TensorReal y) => new((Tensor)x <= y);

    public static TensorReal operator >=(TensorReal x, TensorReal y) => new((Tensor)x >= y);

    public static TensorReal Equal(TensorReal x, TensorReal y) => new(Tensor.Equal(x, y));

    public static TensorReal Select(TensorReal mask, TensorReal x, TensorReal y) => new(Tensor.Where(mask, x, y));

    public static TensorReal Min(TensorReal x, TensorReal y) => new(Tensor.Minimum(x, y));

    public static TensorReal Max(TensorReal x, TensorReal y) => new(Tensor.Maximum(x, y));

    public static TensorReal Pow(TensorReal x, TensorReal y) => new(Tensor.Pow(x, y));

    public static TensorReal Atan2(TensorReal y, TensorReal x) => new(Tensor.Atan2(y, x));

    public static TensorReal Remainder(TensorReal x, TensorReal y) => new(Tensor.Remainder(x, y));

    public static TensorReal FloorDivide(TensorReal x, TensorReal y) => new(Tensor.FloorDivide(x, y));

    public static TensorReal Sigmoid(TensorReal x) => new(Tensor.Sigmoid(x));

    public static TensorReal Abs(TensorReal x) => new(Tensor.Abs(x));

    public static TensorReal Sign(TensorReal x) => new(Tensor.Sign(x));

    public static TensorReal Softplus(TensorReal x) => new(Tensor.Softplus(x));

    public static TensorReal Floor(TensorReal x) => new(Tensor.Floor(x));

    public static TensorReal Ceiling(TensorReal x) => new(Tensor.Ceiling(x));

    public static TensorReal Round(TensorReal x) => new(Tensor.Round(x));

    public static TensorReal Truncate(TensorReal x) => new(Tensor.Truncate(x));

    public static TensorReal Sqrt(TensorReal x) => new(Tensor.Sqrt(x));

    public static TensorReal Exp(TensorReal x) => new(Tensor.Exp(x));

    public static TensorReal Exp2(TensorReal x) => new(Tensor.Exp2(x));

    public static TensorReal Expm1(TensorReal x) => new(Tensor.Expm1(x));

    public static TensorReal Log(TensorReal x) => new(Tensor.Log(x));

    public static TensorReal Log2(TensorReal x) => new(Tensor.Log2(x));

    public static TensorReal Log10(TensorReal x) => new(Tensor.Log10(x));

    public static TensorReal Log1p(TensorReal x) => new(Tensor.Log1p(x));

    public static TensorReal Sin(TensorReal x) => new(Tensor.Sin(x));

    public static TensorReal Cos(TensorReal x) => new(Tensor.Cos(x));

    public static TensorReal Tan(TensorReal x) => new(Tensor.Tan(x));

    public static TensorReal Asin(TensorReal x) => new(Tensor.Asin(x));

    public static TensorReal Acos(TensorReal x) => new(Tensor.Acos(x));

    public static TensorReal Atan(TensorReal x) => new(Tensor.Atan(x));

    public static TensorReal Sinh(TensorReal x) => new(Tensor.Sinh(x));

    public static TensorReal Cosh(TensorReal x) => new(Tensor.Cosh(x));

    public static TensorReal Tanh(TensorReal x) => new(Tensor.Tanh(x));

    public static TensorReal Asinh(TensorReal x) => new(Tensor.Asinh(x));

    public static TensorReal Acosh(TensorReal x) => new(Tensor.Acosh(x));

    public static TensorReal Atanh(TensorReal x) => new(Tensor.Atanh(x));

    public static TensorReal LogGamma(TensorReal x) => new(Tensor.LGamma(x));

    public static TensorReal Polygamma(int n, TensorReal x) => new(Tensor.Polygamma(n, x));

    public static TensorReal Erf(TensorReal x) => new(Tensor.Erf(x));
}
