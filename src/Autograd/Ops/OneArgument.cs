namespace Autograd;

// Activations with options, without them: C# takes a method for a function of one tensor only if it has one parameter. So Elu goes where Relu goes: new Dense(10, Elu), GradientCheck.Assert(Elu, x).
// (Softmax is a layer too, so as a method it is Tensor.Softmax.)
public partial class Tensor
{
    /// <inheritdoc cref="Softmax(Tensor, int)"/>
    public static Tensor Softmax(Tensor x) => Softmax(x, -1);

    /// <inheritdoc cref="LogSoftmax(Tensor, int)"/>
    public static Tensor LogSoftmax(Tensor x) => LogSoftmax(x, -1);

    /// <inheritdoc cref="Sparsemax(Tensor, int)"/>
    public static Tensor Sparsemax(Tensor x) => Sparsemax(x, -1);

    /// <inheritdoc cref="LeakyRelu(Tensor, double)"/>
    public static Tensor LeakyRelu(Tensor x) => LeakyRelu(x, 0.2);

    /// <inheritdoc cref="Elu(Tensor, double)"/>
    public static Tensor Elu(Tensor x) => Elu(x, 1);

    /// <inheritdoc cref="Celu(Tensor, double)"/>
    public static Tensor Celu(Tensor x) => Celu(x, 1);

    /// <inheritdoc cref="Gelu(Tensor, bool)"/>
    public static Tensor Gelu(Tensor x) => Gelu(x, false);

    /// <inheritdoc cref="HardShrink(Tensor, double)"/>
    public static Tensor HardShrink(Tensor x) => HardShrink(x, 0.5);

    /// <inheritdoc cref="SoftShrink(Tensor, double)"/>
    public static Tensor SoftShrink(Tensor x) => SoftShrink(x, 0.5);

    /// <inheritdoc cref="Squareplus(Tensor, double)"/>
    public static Tensor Squareplus(Tensor x) => Squareplus(x, 4);

    /// <inheritdoc cref="Glu(Tensor, int)"/>
    public static Tensor Glu(Tensor x) => Glu(x, -1);
}
