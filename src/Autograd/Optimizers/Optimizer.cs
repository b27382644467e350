using System.Globalization;

namespace Autograd;

/// <summary>
/// Changes variables by their gradients. Names, defaults and formulas are those of Keras 3; where PyTorch's differ, <see cref="Convention"/> chooses.
/// Threads: one at a time.
/// </summary>
/// <remarks>
/// One step is: clip, decay, update, average, constrain, count. For every variable that is one pass over it, its gradient and its state, in place where nobody
/// else holds the values. Everything that can be refused is refused before anything changes. To write an optimizer, derive: name the slots of state, set the
/// hyperparameters of the step in <see cref="Begin"/>, and hand a struct with the formula (<see cref="IUpdateRule"/>) to <see cref="Parameter.Apply{TRule}(TRule, Tensor)"/>.
/// </remarks>
public abstract partial class Optimizer
{
    private readonly List<Parameter> _parameters = [];
    private readonly Dictionary<Variable, Parameter> _byVariable = new(ReferenceEqualityComparer.Instance);

    // The parameters of the last call in its order: most calls name the same variables again.
    private Parameter[] _present = [];
    private Func<Variable, bool> _excluded = static _ => false;
    private long _accumulatedCalls;

    /// <summary>Checks and keeps the options all optimizers share.</summary>
    /// <param name="learningRate">The rate, a number or a <see cref="Schedule"/>.</param>
    /// <param name="weightDecay">How fast weights shrink; none by default. See <see cref="Convention"/> for its two meanings.</param>
    /// <param name="clipNorm">Scales each gradient down to at most this Euclidean norm.</param>
    /// <param name="clipValue">Limits each element of a gradient to at most this magnitude.</param>
    /// <param name="globalClipNorm">Scales all gradients down together to at most this norm of them all. At most one of the three may be set.</param>
    /// <param name="useEma">Whether to keep an exponential moving average of each variable.</param>
    /// <param name="emaMomentum">What the average keeps of its past at each step.</param>
    /// <param name="emaOverwriteFrequency">After every so many steps variables take the values of their averages; never by default.</param>
    /// <param name="gradientAccumulationSteps">One update from the mean gradient of so many calls; by default every call updates.</param>
    /// <param name="name">A name for messages and files; by default that of the class.</param>
    /// <param name="convention">Whose formula to follow.</param>
    /// <exception cref="ValueException">Options are out of range, or exclude each other.</exception>
    protected Optimizer(
        Schedule learningRate, double? weightDecay = null, double? clipNorm = null, double? clipValue = null, double? globalClipNorm = null,
        bool useEma = false, double emaMomentum = 0.99, int? emaOverwriteFrequency = null, int? gradientAccumulationSteps = null, string? name = null,
        Convention convention = Convention.Keras)
    {
        LearningRate = learningRate;
        WeightDecay = Hyperparameter.NotNegativeOrNone(weightDecay);
        ClipNorm = Hyperparameter.PositiveOrNone(clipNorm);
        ClipValue = Hyperparameter.PositiveOrNone(clipValue);
        GlobalClipNorm = Hyperparameter.PositiveOrNone(globalClipNorm);
        if ((clipNorm is null ? 0 : 1) + (clipValue is null ? 0 : 1) + (globalClipNorm is null ? 0 : 1) > 1)
        {
            throw new ValueException("clipNorm, clipValue and globalClipNorm exclude each other; set one of them.");
        }
        UseEma = useEma;
        EmaMomentum = Hyperparameter.UpToOne(emaMomentum);
        EmaOverwriteFrequency = emaOverwriteFrequency is { } every ? (int)Hyperparameter.AtLeast(1, every, nameof(emaOverwriteFrequency)) : null;
        GradientAccumulationSteps = gradientAccumulationSteps is { } calls ? (int)Hyperparameter.AtLeast(2, calls, nameof(gradientAccumulationSteps)) : null;
        Name = name ?? GetType().Name.ToLowerInvariant();
        Convention = convention is Convention.Keras or Convention.Torch ? convention : throw new ValueException($"{Name}: there is no convention {(int)convention}.");
    }

    /// <summary>The rate over the steps; may be replaced at any time, by a number too.</summary>
    public Schedule LearningRate
    {
        get;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
        }
    }

    /// <summary>The rate of the next step. Setting it makes the rate that number from now on: <c>optimizer.CurrentLearningRate *= 0.5</c>.</summary>
    public double CurrentLearningRate
    {
        get => LearningRate.At(Iterations);
        set => LearningRate = value;
    }

    /// <summary>How fast weights shrink.</summary>
    public double? WeightDecay { get; }

    /// <summary>The largest norm of a single gradient.</summary>
    public double? ClipNorm { get; }

    /// <summary>The largest magnitude of an element of a gradient.</summary>
    public double? ClipValue { get; }

    /// <summary>The largest norm of all gradients together.</summary>
    public double? GlobalClipNorm { get; }

    /// <summary>Whether averages of the variables are kept. As in Keras, <c>Fit</c> ends with <see cref="FinalizeVariableValues"/>.</summary>
    public bool UseEma { get; }

    /// <summary>What the averages keep of their past.</summary>
    public double EmaMomentum { get; }

    /// <summary>After how many steps variables take the values of their averages.</summary>
    public int? EmaOverwriteFrequency { get; }

    /// <summary>The calls whose mean gradient makes one update.</summary>
    public int? GradientAccumulationSteps { get; }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>Whose formula is followed.</summary>
    public Convention Convention { get; }

    /// <summary>The updates made so far.</summary>
    public long Iterations { get; private protected set; }

    /// <summary>The variables met so far, in that order, with their state.</summary>
    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>Sees the gradients before they are used, for reports.</summary>
    internal Action<IReadOnlyList<Variable>, IReadOnlyList<Tensor?>>? Watching { get; set; }

    // ---- what an optimizer defines ----

    /// <summary>The names of the slots of state that each variable has, such as "momentum".</summary>
    public abstract IReadOnlyList<string> SlotNames { get; }

    /// <summary>What a slot holds before the first update: zeros of the variable's shape by default.</summary>
    protected virtual Tensor CreateSlot(int slot, Variable variable) => Tensor.ZerosLike(variable);

    /// <summary>State that belongs to no variable; the names of the variables are those in <see cref="State"/>.</summary>
    protected virtual IReadOnlyList<Variable> SharedState => [];

    /// <summary>Whether weight decay shrinks the weight instead of adding to the gradient.</summary>
    protected virtual bool DecaysWeights => Convention == Convention.Keras;

    /// <summary>
    /// Sets the hyperparameters of one update, whose index counts from 1. Variables count by themselves, so that averages which begin at zero are corrected rightly in
    /// one that joins late: called again within a step for variables that have had another number of updates.
    /// </summary>
    protected abstract void Begin(double learningRate, long step);

    /// <summary>Updates one variable: calls <see cref="Parameter.Apply{TRule}(TRule, Tensor)"/>, or takes <see cref="Parameter.Prepare"/>'s gradient and assigns.</summary>
    protected abstract void Update(Parameter parameter, Tensor gradient);

    // ---- steps ----

    /// <summary>Makes state for the variables before the first step, which else does it: for loading state.</summary>
    /// <exception cref="ValueException">The list is empty, as the weights of a model are before it is built.</exception>
    /// <exception cref="ArgumentException">The list names a variable twice.</exception>
    /// <exception cref="DTypeException">A variable holds integers.</exception>
    public void Build(IReadOnlyList<Variable> variables)
    {
        ArgumentNullException.ThrowIfNull(variables);
        using (Recording.Pause())
        {
            Meet(variables as Variable[] ?? [.. variables]);
        }
    }

    /// <summary>One step. A variable without gradient is left alone; one that does not train but has a gradient is changed as any other.</summary>
    /// <param name="variables">The variables, each once.</param>
    /// <param name="gradients">Their gradients in the same order, of the variables' shapes and types.</param>
    /// <exception cref="ArgumentException">The lists differ in length, or name a variable twice.</exception>
    /// <exception cref="ShapeException">A gradient has another shape than its variable.</exception>
    /// <exception cref="DTypeException">A gradient has another type than its variable, or a variable holds integers.</exception>
    /// <exception cref="DeviceException">A gradient lives on another device than its variable.</exception>
    /// <exception cref="ValueException">There are no variables, none has a gradient, or the schedule gives a rate that is negative or not finite.</exception>
    public void Apply(IReadOnlyList<Variable> variables, IReadOnlyList<Tensor?> gradients)
    {
        ArgumentNullException.ThrowIfNull(variables);
        ArgumentNullException.ThrowIfNull(gradients);
        using (Recording.Pause())
        {
            Watching?.Invoke(variables, gradients);
            Step(variables as Variable[] ?? [.. variables], gradients as Tensor?[] ?? [.. gradients]);
        }
    }

    /// <summary>One step, from pairs as Keras's apply_gradients takes them.</summary>
    /// <inheritdoc cref="Apply(IReadOnlyList{Variable}, IReadOnlyList{Tensor?})"/>
    public void Apply(IEnumerable<(Tensor? Gradient, Variable Variable)> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        var all = pairs.ToArray();
        Apply(Array.ConvertAll(all, pair => pair.Variable), Array.ConvertAll(all, pair => pair.Gradient));
    }

    /// <summary>Records the loss, differentiates it, and makes one step.</summary>
    /// <returns>The loss before the step.</returns>
    /// <inheritdoc cref="Apply(IReadOnlyList{Variable}, IReadOnlyList{Tensor?})"/>
    public virtual Tensor Minimize(Func<Tensor> loss, IReadOnlyList<Variable> variables)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(variables);
        using var tape = new GradientTape();
        var value = loss();
        Apply(variables, tape.Gradient(value, variables));
        return value;
    }

    private protected virtual void Step(Variable[] variables, Tensor?[] gradients)
    {
        if (gradients.Length != variables.Length)
        {
            throw new ArgumentException($"Apply: {variables.Length} variables and {gradients.Length} gradients; there is one gradient for each variable, null where it has none.");
        }
        var any = false;
        for (var i = 0; i < variables.Length; i++)
        {
            if (gradients[i] is { } gradient)
            {
                any = true;
                Check(variables[i], gradient);
                if (gradient.IsVariable)
                {
                    // It may be among those that change.
                    gradients = (Tensor?[])gradients.Clone();
                    gradients[i] = gradient.AsValue();
                }
            }
        }
        if (!any && variables.Length > 0)
        {
            throw new ValueException($"Apply: none of the {variables.Length} variables has a gradient; was the loss computed from them inside the tape? tape.Explain(loss, variable) tells.");
        }
        var rate = LearningRate.At(Iterations);
        if (!(rate >= 0 && double.IsFinite(rate)))
        {
            throw new ValueException(FormattableString.Invariant($"Apply: the schedule gives the rate {rate} at step {Iterations}; it must be finite and 0 or more."));
        }
        var parameters = Meet(variables);
        if (GradientAccumulationSteps is { } calls)
        {
            if (++_accumulatedCalls < calls)
            {
                Accumulate(parameters, gradients);
                return;
            }
            gradients = TakeMean(parameters, gradients, calls);
            _accumulatedCalls = 0;
        }
        var clipsFirst = (GlobalClipNorm ?? ClipNorm) is not null && Array.Exists(gradients, gradient => gradient is not null && gradient.Device != Device.Cpu);
        if (clipsFirst)
        {
            gradients = Clipped(gradients);
        }
        var begun = 0L;
        var preparation = new Preparation(
            GlobalClipNorm is { } most && !clipsFirst ? ScaleTo(most, GlobalNorm(gradients), Convention) : 1,
            ClipValue ?? double.PositiveInfinity,
            DecaysWeights ? 0 : WeightDecay ?? 0,
            DecaysWeights ? rate * (WeightDecay ?? 0) : 0);
        for (var i = 0; i < parameters.Length; i++)
        {
            if (gradients[i] is { } gradient)
            {
                var parameter = parameters[i];
                if (begun != parameter.Steps + 1)
                {
                    begun = parameter.Steps + 1;
                    Begin(rate, begun);
                }
                parameter.Preparation = preparation;
                if (ClipNorm is { } norm && !clipsFirst)
                {
                    parameter.Preparation = parameter.Preparation with { Scale = ScaleTo(norm, Math.Sqrt(SquaredNorm(gradient)), Convention.Keras) };
                }
                if (!parameter.IsDecayed)
                {
                    parameter.Preparation = parameter.Preparation with { L2 = 0, Decay = 0 };
                }
                Update(parameter, gradient);
                gradient.EndRead();
                if (UseEma)
                {
                    TakeIntoAverage(parameter);
                }
                if (parameter.Variable.Constraint is { } constraint)
                {
                    parameter.Variable.Assign(constraint.Apply(parameter.Variable.Value));
                }
                parameter.Steps++;
            }
        }
        Iterations++;
    }

    private static void Check(Variable variable, Tensor gradient)
    {
        ArgumentNullException.ThrowIfNull(variable);
        _ = variable.Buffer;
        _ = gradient.Buffer;
        if (!ReferenceEquals(gradient.Shape, variable.Shape) && !gradient.Shape.Equals(variable.Shape))
        {
            throw new ShapeException($"Apply: {variable.Name} has shape {variable.Shape} and its gradient {gradient.Shape}; they must be the same.");
        }
        if (gradient.DType != variable.DType)
        {
            throw new DTypeException($"Apply: {variable.Name} holds {variable.DType} and its gradient {gradient.DType}; Cast the gradient first.");
        }
        if (gradient.Backend != variable.Backend)
        {
            throw new DeviceException($"Apply: {variable.Name} lives on {variable.Device} and its gradient on {gradient.Device}; move one of them first.");
        }
    }

    /// <summary>The parameters of variables, made where they are new; nothing is made when one is refused.</summary>
    private protected Parameter[] Meet(Variable[] variables)
    {
        var present = _present;
        if (present.Length == variables.Length && present.Length > 0)
        {
            var i = 0;
            while (i < present.Length && ReferenceEquals(present[i].Variable, variables[i]))
            {
                i++;
            }
            if (i == present.Length)
            {
                return present;
            }
        }
        if (variables.Length == 0)
        {
            throw new ValueException(
                $"{Name}: there are no variables. A model has weights once it was applied to a batch, or when its first layer is given an inputShape; ask for TrainableWeights after that.");
        }
        var seen = new HashSet<Variable>(ReferenceEqualityComparer.Instance);
        foreach (var variable in variables)
        {
            ArgumentNullException.ThrowIfNull(variable, nameof(variables));
            if (!variable.DType.IsFloating())
            {
                throw new DTypeException($"{Name}: {variable.Name} holds {variable.DType}; only floating variables can be optimized.");
            }
            if (!seen.Add(variable))
            {
                throw new ArgumentException($"{variable.Name} is given twice.", nameof(variables));
            }
        }
        var found = Array.ConvertAll(variables, variable => _byVariable.GetValueOrDefault(variable) ?? Create(variable));
        foreach (var parameter in found)
        {
            if (_byVariable.TryAdd(parameter.Variable, parameter))
            {
                _parameters.Add(parameter);
            }
        }
        return _present = found;
    }

    private Parameter Create(Variable variable)
    {
        var names = SlotNames;
        var slots = new Variable[names.Count];
        for (var i = 0; i < slots.Length; i++)
        {
            slots[i] = new Variable(CreateSlot(i, variable), trainable: false, name: names[i]);
        }
        return new Parameter(variable, slots)
        {
            Average = UseEma ? new Variable(variable.Value, trainable: false, name: "average") : null,
            IsDecayed = !_excluded(variable),
        };
    }

    // ---- weight decay, clipping, accumulation, averages ----

    /// <summary>Keeps some variables, biases for example, from weight decay; each call adds to the earlier ones.</summary>
    public void ExcludeFromWeightDecay(Func<Variable, bool> excluded)
    {
        ArgumentNullException.ThrowIfNull(excluded);
        var before = _excluded;
        _excluded = variable => before(variable) || excluded(variable);
        foreach (var parameter in _parameters)
        {
            parameter.IsDecayed = !_excluded(parameter.Variable);
        }
    }

    /// <summary>Keeps variables whose name contains one of the words from weight decay.</summary>
    public void ExcludeFromWeightDecay(params string[] words) =>
        ExcludeFromWeightDecay(variable => Array.Exists(words, word => variable.Name.Contains(word, StringComparison.Ordinal)));

    /// <summary>Keeps variables from weight decay.</summary>
    public void ExcludeFromWeightDecay(params Variable[] variables) => ExcludeFromWeightDecay(variable => Array.IndexOf(variables, variable) >= 0);

    // A norm that is not a number makes the weights NaN, which everybody sees; a step of 0 nobody would.
    private static double ScaleTo(double most, double norm, Convention convention) =>
        !double.IsFinite(norm) ? double.NaN : convention == Convention.Torch ? Math.Min(most / (norm + 1e-6), 1) : most / Math.Max(norm, most);

    // The same where nobody waits for a norm: it stays on its device.
    private static Tensor ScaleTo(double most, Tensor norm, Convention convention) => Tensor.Where(
        Tensor.IsFinite(norm), convention == Convention.Torch ? Tensor.Minimum(most / (norm + 1e-6), 1) : most / Tensor.Maximum(norm, most), double.NaN);

    private Tensor?[] Clipped(Tensor?[] gradients)
    {
        if (ClipNorm is { } norm)
        {
            return Array.ConvertAll(gradients, gradient => gradient is null ? null : gradient * ScaleTo(norm, Norm(gradient), Convention.Keras).Cast(gradient.DType));
        }
        var norms = gradients.OfType<Tensor>().Select(Norm).ToList();
        var scale = ScaleTo(GlobalClipNorm!.Value, Norm(Tensor.Stack([.. norms.Select(norm => norm.To(norms[0].Device))])), Convention);
        return Array.ConvertAll(gradients, gradient => gradient is null ? null : gradient * scale.Cast(gradient.DType).To(gradient.Device));
    }

    private static double GlobalNorm(Tensor?[] gradients)
    {
        var sum = 0.0;
        foreach (var gradient in gradients)
        {
            sum += gradient is null ? 0 : SquaredNorm(gradient);
        }
        return Math.Sqrt(sum);
    }

    /// <summary>A formula of two norms, as a scalar of the tensors' type where they are.</summary>
    private protected static Tensor OfNorms<TFormula>(TFormula formula, Tensor x, Tensor y) where TFormula : struct, IBinaryFormula
    {
        var (u, v) = (Norm(x), Norm(y));
        var z = Tensor.Allocate(DType.Float64, [], x.Backend);
        x.Backend.Zip(formula, u, v, z);
        u.EndRead();
        v.EndRead();
        return z.Cast(x.DType);
    }

    /// <summary>The root of the sum of squares as float64, where the tensor is, and right also where squares of single precision overflow.</summary>
    private static Tensor Norm(Tensor x) =>
        x.Device == Device.Cpu ? Tensor.Scalar(Math.Sqrt(SquaredNorm(x)), DType.Float64) : Tensor.Sqrt(Tensor.Square(x.Cast(DType.Float64)).Sum());

    private static double SquaredNorm(Tensor gradient)
    {
        var sum = Tensor.Square(gradient).Sum().Item();
        return !double.IsFinite(sum) && gradient.DType == DType.Float32 ? Tensor.Square(gradient.Cast(DType.Float64)).Sum().Item() : sum;
    }

    private static void Accumulate(Parameter[] parameters, Tensor?[] gradients)
    {
        for (var i = 0; i < parameters.Length; i++)
        {
            if (gradients[i] is not { } gradient)
            {
                continue;
            }
            if (parameters[i].Accumulated is { } sum)
            {
                Parameter.Run(default(SumRule), gradient, sum, null, null, null);
                gradient.EndRead();
            }
            else
            {
                parameters[i].Accumulated = new Variable(gradient, trainable: false, name: "accumulated");
            }
        }
    }

    private Tensor?[] TakeMean(Parameter[] parameters, Tensor?[] gradients, int calls)
    {
        Accumulate(parameters, gradients);
        var means = new Tensor?[gradients.Length];
        for (var i = 0; i < means.Length; i++)
        {
            means[i] = parameters[i].Accumulated is { } sum ? sum / calls : null;
        }
        foreach (var parameter in _parameters)
        {
            // Of one that was frozen meanwhile too: its gradients from then are no part of a later mean.
            parameter.Accumulated = null;
        }
        return means;
    }

    private void TakeIntoAverage(Parameter parameter)
    {
        var (variable, average) = (parameter.Variable, parameter.Average!);
        if (parameter.Steps == 0)
        {
            average.Assign(variable);
        }
        else
        {
            Parameter.Run(new AverageRule(EmaMomentum), variable, average, null, null, null);
        }
        if (EmaOverwriteFrequency is { } every && (Iterations + 1) % every == 0)
        {
            variable.Assign(average);
        }
    }

    /// <summary>The end of training with averages: every variable takes the values of its average. Does nothing without <see cref="UseEma"/>.</summary>
    public void FinalizeVariableValues()
    {
        foreach (var parameter in _parameters)
        {
            if (parameter.Average is { } average)
            {
                parameter.Variable.Assign(average);
            }
        }
    }

    // ---- state ----

    /// <summary>
    /// Everything a later step depends on besides the variables and the options, in a stable order: the step count, what the variables share, and
    /// for each variable, by its name, its slots ("dense/kernel/momentum"), and its own step count where that differs ("dense/kernel/steps"). Variables without names are numbered in the order in which they
    /// were made ("0/momentum"), and so are those of one name after the first ("dense/kernel_1/momentum"): in which order an optimizer met them does not matter. Training resumed from it equals training not
    /// interrupted, bit for bit.
    /// </summary>
    public virtual IReadOnlyList<(string Name, Tensor Value)> State => StateOf(_parameters, Keys());

    /// <summary>The state as it would be had the optimizer met these variables only, numbered in this order.</summary>
    internal IReadOnlyList<(string Name, Tensor Value)> StateOf(IReadOnlyList<Parameter> parameters) => StateOf(parameters, Numbers(parameters.Count));

    private IReadOnlyList<(string Name, Tensor Value)> StateOf(IReadOnlyList<Parameter> parameters, string[] keys) =>
        [("iterations", Tensor.From<long>([Iterations], [])), .. Holders(parameters, keys).Select(holder => (holder.Name, holder.Variable.Value))];

    private static string[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(i => i.ToString(CultureInfo.InvariantCulture))];

    /// <summary>What the variables are called in <see cref="State"/>, whatever order they were met in.</summary>
    private protected string[] Keys()
    {
        var (keys, taken, unnamed) = (new string[_parameters.Count], new HashSet<string>(), 0);
        foreach (var (place, parameter) in _parameters.Index().OrderBy(known => known.Item.Variable.Age))
        {
            var variable = parameter.Variable;
            var name = variable.HasName ? variable.Name : (unnamed++).ToString(CultureInfo.InvariantCulture);
            keys[place] = name;
            for (var number = 1; !taken.Add(keys[place]); number++)
            {
                keys[place] = FormattableString.Invariant($"{name}_{number}");
            }
        }
        return keys;
    }

    private IEnumerable<(string Name, Variable Variable)> Holders(IReadOnlyList<Parameter> parameters, string[] keys)
    {
        if (GradientAccumulationSteps is not null)
        {
            yield return ("accumulated_calls", new Variable(Tensor.From<long>([_accumulatedCalls], []), trainable: false, name: "accumulated_calls"));
        }
        foreach (var shared in SharedState)
        {
            yield return (shared.Name, shared);
        }
        for (var i = 0; i < parameters.Count; i++)
        {
            var parameter = parameters[i];
            if (parameter.Steps != Iterations)
            {
                yield return (keys[i] + "/steps", new Variable(Tensor.From<long>([parameter.Steps], []), trainable: false, name: "steps"));
            }
            Variable?[] held = [.. parameter.Slots, parameter.Average, parameter.Accumulated];
            foreach (var variable in held)
            {
                if (variable is not null)
                {
                    yield return (keys[i] + "/" + variable.Name, variable);
                }
            }
        }
    }

    /// <summary>Takes state that <see cref="State"/> gave, all of it or nothing. An optimizer that has made no step yet meets its variables first: <see cref="Build"/>.</summary>
    /// <exception cref="ArgumentException">Entries are missing, unknown or given twice, or have another shape or type; the message lists them all.</exception>
    public virtual void LoadState(IReadOnlyList<(string Name, Tensor Value)> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        LoadState(state, Keys());
    }

    /// <summary>Takes state that <see cref="StateOf(IReadOnlyList{Parameter})"/> gave of these variables; all that were met are among them.</summary>
    internal void LoadState(IReadOnlyList<(string Name, Tensor Value)> state, IReadOnlyList<Variable> inOrder)
    {
        var places = inOrder.Index().ToDictionary(variable => variable.Item, variable => variable.Index, (IEqualityComparer<Variable>)ReferenceEqualityComparer.Instance);
        LoadState(state, [.. _parameters.Select(parameter => places.TryGetValue(parameter.Variable, out var place)
            ? place.ToString(CultureInfo.InvariantCulture)
            : throw new ArgumentException($"LoadState: the optimizer knows {parameter.Variable.Name} too, of which the state says nothing.", nameof(inOrder)))]);
    }

    private void LoadState(IReadOnlyList<(string Name, Tensor Value)> state, string[] keys)
    {
        var faults = new List<string>();
        var given = new Dictionary<string, Tensor>();
        foreach (var (name, value) in state)
        {
            ArgumentNullException.ThrowIfNull(value, nameof(state));
            if (!given.TryAdd(name, value))
            {
                faults.Add($"{name} is given twice");
            }
        }
        Tensor? Take(string name, Shape shape, DType dtype, bool optional = false)
        {
            if (!given.Remove(name, out var value))
            {
                if (!optional)
                {
                    faults.Add($"{name} is missing");
                }
                return null;
            }
            if (!value.Shape.Equals(shape) || value.DType != dtype)
            {
                faults.Add($"{name} is {value.DType} {value.Shape} instead of {dtype} {shape}");
            }
            return value;
        }
        var iterations = Take("iterations", [], DType.Int64);
        var calls = GradientAccumulationSteps is null ? null : Take("accumulated_calls", [], DType.Int64);
        var assignments = new List<(Variable Target, Tensor? Value)>();
        var accumulated = new Tensor?[_parameters.Count];
        var steps = new Tensor?[_parameters.Count];
        foreach (var (name, variable) in Holders(_parameters, keys))
        {
            if (variable.Name is not ("accumulated" or "accumulated_calls" or "steps"))
            {
                assignments.Add((variable, Take(name, variable.Shape, variable.DType)));
            }
        }
        for (var i = 0; i < accumulated.Length; i++)
        {
            accumulated[i] = GradientAccumulationSteps is null
                ? null
                : Take(keys[i] + "/accumulated", _parameters[i].Variable.Shape, _parameters[i].Variable.DType, optional: true);
            steps[i] = Take(keys[i] + "/steps", [], DType.Int64, optional: true);
        }
        faults.AddRange(given.Keys.Select(name => $"{name} is unknown here"));
        if (faults.Count > 0)
        {
            var advice = _parameters.Count == 0 ? " This optimizer has met no variables yet; call Build(variables) first." : "";
            throw new ArgumentException($"LoadState: the state is that of another optimizer or other variables: {string.Join("; ", faults)}.{advice}", nameof(state));
        }
        var (step, pending) = (iterations!.Item<long>(), calls?.Item<long>() ?? 0);
        if (Array.Find(steps, own => own is not null && !(own.Item<long>() >= 0 && own.Item<long>() <= step)) is { } wrong)
        {
            throw new ArgumentException($"LoadState: {wrong.Item<long>()} of {step} steps cannot be.", nameof(state));
        }
        if (step < 0 || pending < 0 || (pending > 0 && pending >= GradientAccumulationSteps))
        {
            throw new ArgumentException($"LoadState: {step} iterations and {pending} accumulated calls cannot be.", nameof(state));
        }
        using (Recording.Pause())
        {
            foreach (var (target, value) in assignments)
            {
                target.Assign(value!);
            }
            for (var i = 0; i < accumulated.Length; i++)
            {
                _parameters[i].Steps = steps[i]?.Item<long>() ?? step;
                _parameters[i].Accumulated = accumulated[i] is { } sum ? new Variable(sum, trainable: false, name: "accumulated") : null;
            }
        }
        (Iterations, _accumulatedCalls) = (step, pending);
    }

    /// <summary>Name and rate.</summary>
    public override string ToString() => $"{Name}, learning rate {LearningRate}, {Iterations} iterations";
}
