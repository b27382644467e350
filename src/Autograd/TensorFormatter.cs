namespace Autograd;

internal static class TensorFormatter
{
    public static string Format(Tensor x) => $"{x.Shape} {x.DType}";
}
