namespace Autograd.Tests.Ops;

internal static partial class OpTable
{
    // The second sequence ends early, the first begins late.
    public static readonly bool[,] RecurrentMask = { { false, true, true, true }, { true, false, true, false } };

    // Made anew for each call: where it lives follows the default device.
    private static Tensor Steps => Tensor.From(RecurrentMask);

    private static OpRow[] Recurrences =>
    [
        Recurrent("Lstm", 4, bias: [12], x => All(Tensor.Lstm(x[0], x[1], x[2], x[3], x[4], x[5]))),
        Recurrent("Lstm without bias and states", 4, bias: null, x => All(Tensor.Lstm(x[0], x[1], x[2]))),
        Recurrent("Lstm masked backwards", 4, bias: [12], x => All(Tensor.Lstm(x[0], x[1], x[2], x[3], x[4], x[5], Steps, goBackwards: true))),
        Recurrent("Gru", 3, bias: [2, 9], x => All(Tensor.Gru(x[0], x[1], x[2], x[3], x[4]))),
        Recurrent("Gru without bias and state", 3, bias: null, x => All(Tensor.Gru(x[0], x[1], x[2]))),
        Recurrent("Gru masked backwards", 3, bias: [2, 9], x => All(Tensor.Gru(x[0], x[1], x[2], x[3], x[4], Steps, goBackwards: true))),
        Recurrent("Gru reset before", 3, bias: [9], x => All(Tensor.Gru(x[0], x[1], x[2], x[3], x[4], Steps, resetAfter: false))),
        Recurrent("SimpleRnn", 1, bias: [3], x => All(Tensor.SimpleRnn(x[0], x[1], x[2], x[3], x[4]))),
        Recurrent("SimpleRnn masked backwards", 1, bias: [3], x => All(Tensor.SimpleRnn(x[0], x[1], x[2], x[3], x[4], Steps, goBackwards: true))),
    ];

    /// <summary>Two sequences of four steps and two features, three units.</summary>
    private static OpRow Recurrent(string name, int gates, int[]? bias, Func<Tensor[], Tensor> call)
    {
        Input[] inputs = [Signed(0.1, 1, 2, 4, 2), Signed(0.1, 1, 2, 3 * gates), Signed(0.1, 1, 3, 3 * gates)];
        if (bias is not null)
        {
            inputs = [.. inputs, Signed(0.1, 1, bias), Signed(0.1, 1, 2, 3)];
            inputs = gates == 4 ? [.. inputs, Signed(0.1, 1, 2, 3)] : inputs;
        }
        return new(name, call, inputs);
    }

    private static Tensor All((Tensor Outputs, Tensor Hidden, Tensor Cell) y) => Tensor.Concat([y.Outputs, y.Hidden.ExpandDims(1), y.Cell.ExpandDims(1)], 1);

    private static Tensor All((Tensor Outputs, Tensor Hidden) y) => Tensor.Concat([y.Outputs, y.Hidden.ExpandDims(1)], 1);
}
