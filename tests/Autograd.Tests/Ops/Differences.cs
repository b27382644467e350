namespace Autograd.Tests.Ops;

/// <summary>Gradients by central differences of fourth order: no tape, no slope, only values.</summary>
internal static class Differences
{
    // The error is about h^4 of the fifth derivative and 1e-16 / h of rounding: 1e-12 and 1e-13.
    private const double Step = 1e-3;

    /// <summary>The derivative of a scalar with respect to each element of one operand.</summary>
    public static double[] Gradient(Func<Tensor[], double> function, Tensor[] inputs, int operand)
    {
        var values = inputs[operand].ToArray<double>();
        var shape = inputs[operand].Shape;
        var gradient = new double[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            gradient[i] = ((8 * (At(i, Step) - At(i, -Step))) - (At(i, 2 * Step) - At(i, -2 * Step))) / (12 * Step);
        }
        return gradient;

        double At(int i, double offset)
        {
            var moved = (double[])values.Clone();
            moved[i] += offset;
            var replaced = (Tensor[])inputs.Clone();
            replaced[operand] = Tensor.From(moved, shape);
            return function(replaced);
        }
    }
}
