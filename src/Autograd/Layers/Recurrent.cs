using static Autograd.Tensor;

namespace Autograd;

/// <summary>A fully recurrent layer: h' = activation(x kernel + h recurrentKernel + bias). Elman, 1990. See <see cref="Tensor.SimpleRnn"/>.</summary>
public sealed class SimpleRNN(
    int units, Activation? activation = null, bool useBias = true, Initializer? kernelInitializer = null, Initializer? recurrentInitializer = null,
    Initializer? biasInitializer = null, Regularizer? kernelRegularizer = null, Regularizer? recurrentRegularizer = null, Regularizer? biasRegularizer = null,
    Constraint? kernelConstraint = null, Constraint? recurrentConstraint = null, Constraint? biasConstraint = null, double dropout = 0, double recurrentDropout = 0,
    bool returnSequences = false, bool returnState = false, bool goBackwards = false, long? seed = null, bool zeroOutputForMask = false, InputShape? inputShape = null, string? name = null)
    : RecurrentLayer(
        units, activation, useBias, kernelInitializer, recurrentInitializer, biasInitializer, kernelRegularizer, recurrentRegularizer, biasRegularizer, kernelConstraint,
        recurrentConstraint, biasConstraint, dropout, recurrentDropout, seed, returnSequences, returnState, goBackwards, zeroOutputForMask, inputShape, name)
{
    private protected override int Gates => 1;

    private protected override (Tensor Outputs, Tensor[] States) Walk(Tensor x, Tensor?[] states, Tensor? mask)
    {
        var (outputs, hidden) = SimpleRnn(x, Kernel!, RecurrentKernel!, Bias, states[0], mask, GoBackwards);
        return (outputs, [hidden]);
    }

    private protected override Tensor[] Step(Tensor fromInput, Tensor[] states, Func<Tensor, Tensor> seen) =>
        [Activation.Of(fromInput + MatMul(seen(states[0]), RecurrentKernel!))];
}

/// <summary>
/// Long short-term memory: gates i, f, o = recurrentActivation(...), c' = f c + i activation(...), h' = o activation(c'). Hochreiter and Schmidhuber, 1997; Gers et
/// al., 2000. Its states are h and c. See <see cref="Tensor.Lstm"/>.
/// </summary>
public sealed class LSTM(
    int units, Activation? activation = null, Activation? recurrentActivation = null, bool useBias = true, Initializer? kernelInitializer = null,
    Initializer? recurrentInitializer = null, Initializer? biasInitializer = null, bool unitForgetBias = true, Regularizer? kernelRegularizer = null,
    Regularizer? recurrentRegularizer = null, Regularizer? biasRegularizer = null, Constraint? kernelConstraint = null, Constraint? recurrentConstraint = null,
    Constraint? biasConstraint = null, double dropout = 0, double recurrentDropout = 0, long? seed = null, bool returnSequences = false, bool returnState = false,
    bool goBackwards = false, bool zeroOutputForMask = false, InputShape? inputShape = null, string? name = null)
    : RecurrentLayer(
        units, activation, useBias, kernelInitializer, recurrentInitializer, biasInitializer, kernelRegularizer, recurrentRegularizer, biasRegularizer, kernelConstraint,
        recurrentConstraint, biasConstraint, dropout, recurrentDropout, seed, returnSequences, returnState, goBackwards, zeroOutputForMask, inputShape, name)
{
    /// <summary>The function of the gates; sigmoid by default. Others than that take several times as long.</summary>
    public Activation RecurrentActivation { get; } = recurrentActivation ?? "sigmoid";

    /// <summary>Whether the forget gate's bias begins with ones, so that the cell remembers at first. Jozefowicz et al., 2015.</summary>
    public bool UnitForgetBias { get; } = unitForgetBias;

    private protected override int Gates => 4;

    private protected override int StateCount => 2;

    private protected override bool IsUsual => base.IsUsual && RecurrentActivation.Function == "sigmoid";

    private protected override Initializer FirstBias => UnitForgetBias
        ? Initializer.From((_, dtype) => Concat([BiasInitializer.Create(Units, dtype), Ones(Units, dtype), BiasInitializer.Create(2 * Units, dtype)]))
        : BiasInitializer;

    private protected override (Tensor Outputs, Tensor[] States) Walk(Tensor x, Tensor?[] states, Tensor? mask)
    {
        var (outputs, hidden, cell) = Lstm(x, Kernel!, RecurrentKernel!, Bias, states[0], states[1], mask, GoBackwards);
        return (outputs, [hidden, cell]);
    }

    private protected override Tensor[] Step(Tensor fromInput, Tensor[] states, Func<Tensor, Tensor> seen)
    {
        var gates = (fromInput + MatMul(seen(states[0]), RecurrentKernel!)).Split(4, axis: 1);
        var cell = (RecurrentActivation.Of(gates[1]) * states[1]) + (RecurrentActivation.Of(gates[0]) * Activation.Of(gates[2]));
        return [RecurrentActivation.Of(gates[3]) * Activation.Of(cell), cell];
    }
}

/// <summary>
/// Gated recurrent units: update z and reset r = recurrentActivation(...), h' = z h + (1 - z) activation(x kernel + r (h recurrentKernel) + ...). Cho et al., 2014. See
/// <see cref="Tensor.Gru"/>.
/// </summary>
public sealed class GRU(
    int units, Activation? activation = null, Activation? recurrentActivation = null, bool useBias = true, Initializer? kernelInitializer = null,
    Initializer? recurrentInitializer = null, Initializer? biasInitializer = null, Regularizer? kernelRegularizer = null, Regularizer? recurrentRegularizer = null,
    Regularizer? biasRegularizer = null, Constraint? kernelConstraint = null, Constraint? recurrentConstraint = null, Constraint? biasConstraint = null, double dropout = 0,
    double recurrentDropout = 0, long? seed = null, bool returnSequences = false, bool returnState = false, bool goBackwards = false, bool resetAfter = true,
    bool zeroOutputForMask = false, InputShape? inputShape = null, string? name = null)
    : RecurrentLayer(
        units, activation, useBias, kernelInitializer, recurrentInitializer, biasInitializer, kernelRegularizer, recurrentRegularizer, biasRegularizer, kernelConstraint,
        recurrentConstraint, biasConstraint, dropout, recurrentDropout, seed, returnSequences, returnState, goBackwards, zeroOutputForMask, inputShape, name)
{
    /// <inheritdoc cref="LSTM.RecurrentActivation"/>
    public Activation RecurrentActivation { get; } = recurrentActivation ?? "sigmoid";

    /// <summary>Whether the reset gate acts after the product with the kernel of states, which then has a bias of its own. Otherwise it takes several times as long.</summary>
    public bool ResetAfter { get; } = resetAfter;

    private protected override int Gates => 3;

    private protected override bool IsUsual => base.IsUsual && RecurrentActivation.Function == "sigmoid";

    private protected override Shape BiasShape => ResetAfter ? [2, 3 * Units] : [3 * Units];

    private protected override Tensor? InputBias => ResetAfter ? Bias?[0] : Bias;

    private protected override (Tensor Outputs, Tensor[] States) Walk(Tensor x, Tensor?[] states, Tensor? mask)
    {
        var (outputs, hidden) = Gru(x, Kernel!, RecurrentKernel!, Bias, states[0], mask, GoBackwards, ResetAfter);
        return (outputs, [hidden]);
    }

    private protected override Tensor[] Step(Tensor fromInput, Tensor[] states, Func<Tensor, Tensor> seen)
    {
        var (hidden, known) = (states[0], seen(states[0]));
        var x = fromInput.Split(3, axis: 1);
        if (ResetAfter)
        {
            var h = (Bias is null ? MatMul(known, RecurrentKernel!) : Linear(known, RecurrentKernel!, Bias[1])).Split(3, axis: 1);
            return Next(RecurrentActivation.Of(x[0] + h[0]), Activation.Of(x[2] + (RecurrentActivation.Of(x[1] + h[1]) * h[2])));
        }
        var kernels = RecurrentKernel!.Split(3, axis: 1);
        var reset = RecurrentActivation.Of(x[1] + MatMul(known, kernels[1]));
        return Next(RecurrentActivation.Of(x[0] + MatMul(known, kernels[0])), Activation.Of(x[2] + MatMul(reset * known, kernels[2])));

        Tensor[] Next(Tensor update, Tensor candidate) => [(update * hidden) + ((1 - update) * candidate)];
    }
}
