using static Autograd.Tensor;

namespace Autograd;

/// <summary>
/// What recurrent layers have in common: they walk over sequences [batch, time, features] with a state. Inputs after the first are the states to begin with, zeros
/// by default; a last one of bools [batch, time] is a mask, as is one that travels with the sequences (see <see cref="Layer.PassesMask"/>): a step it leaves
/// out changes nothing, and its output is that of the step before; zeros where there is none, also with states to begin with.
/// </summary>
public abstract class RecurrentLayer : Layer
{
    private protected RecurrentLayer(
        int units, Activation? activation, bool useBias, Initializer? kernelInitializer, Initializer? recurrentInitializer, Initializer? biasInitializer,
        Regularizer? kernelRegularizer, Regularizer? recurrentRegularizer, Regularizer? biasRegularizer, Constraint? kernelConstraint, Constraint? recurrentConstraint,
        Constraint? biasConstraint, double dropout, double recurrentDropout, long? seed, bool returnSequences, bool returnState, bool goBackwards, InputShape? inputShape, string? name)
        : base(inputShape, name)
    {
        var kind = GetType().Name;
        Units = AtLeast(1, units, $"{kind}: units");
        Activation = activation ?? "tanh";
        UseBias = useBias;
        KernelInitializer = kernelInitializer ?? new GlorotUniform();
        RecurrentInitializer = recurrentInitializer ?? new Orthogonal();
        BiasInitializer = biasInitializer ?? new Zeros();
        (KernelRegularizer, RecurrentRegularizer, BiasRegularizer) = (kernelRegularizer, recurrentRegularizer, biasRegularizer);
        (KernelConstraint, RecurrentConstraint, BiasConstraint) = (kernelConstraint, recurrentConstraint, biasConstraint);
        Dropout = InRange(0, 1, dropout, $"{kind}: dropout");
        RecurrentDropout = InRange(0, 1, recurrentDropout, $"{kind}: recurrentDropout");
        Seeds = new SeedSequence(seed);
        (ReturnSequences, ReturnState, GoBackwards) = (returnSequences, returnState, goBackwards);
    }

    /// <summary>The length of a state.</summary>
    public int Units { get; }

    /// <summary>The function of new states; tanh by default. Others than that take several times as long.</summary>
    public Activation Activation { get; }

    /// <summary>Whether a bias is added.</summary>
    public bool UseBias { get; }

    /// <summary>The first values of the kernel of inputs; Glorot's uniform ones by default.</summary>
    public Initializer KernelInitializer { get; }

    /// <summary>The first values of the kernel of states; orthogonal by default.</summary>
    public Initializer RecurrentInitializer { get; }

    /// <summary>The bias' first values; zeros by default.</summary>
    public Initializer BiasInitializer { get; }

    /// <summary>A penalty on the kernel of inputs.</summary>
    public Regularizer? KernelRegularizer { get; }

    /// <summary>A penalty on the kernel of states.</summary>
    public Regularizer? RecurrentRegularizer { get; }

    /// <summary>A penalty on the bias.</summary>
    public Regularizer? BiasRegularizer { get; }

    /// <summary>What the kernel of inputs is put back into after each step.</summary>
    public Constraint? KernelConstraint { get; }

    /// <summary>What the kernel of states is put back into after each step.</summary>
    public Constraint? RecurrentConstraint { get; }

    /// <summary>What the bias is put back into after each step.</summary>
    public Constraint? BiasConstraint { get; }

    /// <summary>In training, the share of features that is dropped, the same ones at all steps.</summary>
    public double Dropout { get; }

    /// <summary>
    /// In training, the share of the state that the product with the kernel of states does not see, the same at all steps. Gal and Ghahramani, 2016. Takes several times as long.
    /// </summary>
    public double RecurrentDropout { get; }

    /// <inheritdoc cref="NoiseLayer.Seed"/>
    public long? Seed => Seeds!.First;

    /// <summary>Whether the result is [batch, time, units], the outputs of all steps, and not just the last, [batch, units].</summary>
    public bool ReturnSequences { get; }

    /// <summary>Whether the states after the last step are further results.</summary>
    public bool ReturnState { get; }

    /// <summary>Whether to begin with the last step; outputs then come in the order in which they are computed.</summary>
    public bool GoBackwards { get; }

    /// <summary>[features, gates units]; null until built.</summary>
    public Variable? Kernel { get; private set; }

    /// <summary>[units, gates units]; null until built.</summary>
    public Variable? RecurrentKernel { get; private set; }

    /// <summary>[gates units]; null until built, or without a bias.</summary>
    public Variable? Bias { get; private set; }

    private protected abstract int Gates { get; }

    private protected virtual int StateCount => 1;

    /// <summary>Whether the functions are those that the kernels know.</summary>
    private protected virtual bool IsUsual => Activation.Function == "tanh";

    private protected virtual Shape BiasShape => Gates * Units;

    private protected virtual Initializer FirstBias => BiasInitializer;

    /// <summary>The bias of the products with the kernel of inputs.</summary>
    private protected virtual Tensor? InputBias => Bias;

    /// <summary>The outputs of all steps, and the states after the last.</summary>
    private protected abstract (Tensor Outputs, Tensor[] States) Walk(Tensor x, Tensor?[] states, Tensor? mask);

    /// <summary>The states after one step.</summary>
    /// <param name="fromInput">What the step's input contributes, bias included.</param>
    /// <param name="states">The states before it; the first is the output of the step before.</param>
    /// <param name="seen">What the product with the kernel of states sees of the first.</param>
    private protected abstract Tensor[] Step(Tensor fromInput, Tensor[] states, Func<Tensor, Tensor> seen);

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        RequireSequences(input);
        Kernel = AddWeight("kernel", [input[2], Gates * Units], KernelInitializer, regularizer: KernelRegularizer, constraint: KernelConstraint);
        RecurrentKernel = AddWeight(
            "recurrent_kernel", [Units, Gates * Units], RecurrentInitializer, regularizer: RecurrentRegularizer, constraint: RecurrentConstraint);
        Bias = UseBias ? AddWeight("bias", BiasShape, FirstBias, regularizer: BiasRegularizer, constraint: BiasConstraint) : null;
    }

    /// <summary>Refuses anything but [batch, time, features].</summary>
    internal static void RequireSequences(Shape input)
    {
        if (input.Rank != 3 || input[1] == 0)
        {
            throw new ShapeException("there must be three axes, [batch, time, features], and a step of time or more.");
        }
    }

    /// <inheritdoc/>
    protected override Tensors CallAll(Tensors inputs, bool training)
    {
        var x = inputs[0].Cast(DType);
        RequireSequences(x.Shape);
        RequireFeatures(x, Kernel!.Shape[0]);
        var given = inputs.Skip(1).ToList();
        var mask = MaskOf(inputs[0]);
        if (given is [.., { DType: DType.Bool } last])
        {
            mask = last;
            given.RemoveAt(given.Count - 1);
        }
        if (given.Count != 0 && given.Count != StateCount)
        {
            throw new ShapeException($"{given.Count} states to begin with; there must be {StateCount}, or none.");
        }
        if (training && Dropout > 0)
        {
            x *= Dropped(FullOn(x.Backend, [x.Shape[0], 1, x.Shape[2]], 1, x.DType), Dropout, Seeds!.Next());
        }
        var (outputs, states) = IsUsual && !(training && RecurrentDropout > 0)
            ? Walk(x, given.Count == 0 ? new Tensor?[StateCount] : [.. given], mask)
            : Unrolled(x, given, mask, training && RecurrentDropout > 0);
        var final = states[0];
        if (mask is not null && given.Count > 0)
        {
            (outputs, final) = OfSteps(mask, outputs, final);
        }
        if (ReturnSequences && mask is not null)
        {
            using var pause = Recording.Pause();
            Masks.Set(outputs, GoBackwards ? mask.Flip(1) : mask);
        }
        var y = ReturnSequences ? outputs : final;
        return ReturnState ? Tensors.Of([y, .. states]) : y;
    }

    // Before the first step that counts there is no output, though there is a state: as in Keras, zeros.
    private (Tensor Outputs, Tensor Final) OfSteps(Tensor mask, Tensor outputs, Tensor final)
    {
        var counted = (GoBackwards ? mask.Flip(1) : mask).Cast(DType.Int32).CumSum(1) > 0;
        return ReturnSequences ? (Where(counted.ExpandDims(2), outputs, 0), final) : (outputs, Where(mask.Any(1, keepDims: true), final, 0));
    }

    private (Tensor Outputs, Tensor[] States) Unrolled(Tensor x, List<Tensor> given, Tensor? mask, bool drops)
    {
        var fromInput = InputBias is { } bias ? Linear(x, Kernel!, bias) : MatMul(x, Kernel!);
        var states = given.Count > 0 ? given.ToArray() : [.. Enumerable.Range(0, StateCount).Select(_ => FullOn(x.Backend, [x.Shape[0], Units], 0, x.DType))];
        var noise = drops ? Dropped(FullOn(x.Backend, [x.Shape[0], Units], 1, x.DType), RecurrentDropout, Seeds!.Next()) : null;
        Func<Tensor, Tensor> seen = noise is null ? state => state : state => state * noise;
        Serialization.Loading.Cost?.Take((long)x.Shape[1] * Serialization.FileCost.BytesPerCall, $"a walk of {x.Shape[1]} steps");
        var outputs = new Tensor[x.Shape[1]];
        for (var i = 0; i < outputs.Length; i++)
        {
            var step = GoBackwards ? outputs.Length - 1 - i : i;
            var next = Step(fromInput[.., step], states, seen);
            if (mask is not null)
            {
                var counts = mask[.., step].ExpandDims(1);
                for (var k = 0; k < next.Length; k++)
                {
                    next[k] = Where(counts, next[k], states[k]);
                }
            }
            states = next;
            outputs[i] = states[0];
        }
        return (Stack(outputs, axis: 1), states);
    }
}
